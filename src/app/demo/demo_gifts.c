/* demo_gifts: what people offer and want to learn, and who practises facilitating.
 * Not here: when they can meet (demo_slots.c). */
#include <assert.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum { SKILLS_MAX = 64 };

/* Some gifts need a language; nobody offers what they cannot do. */
static bool can_offer(const struct demo_person *who, const char *skill)
{
    uint32_t both = DEMO_EN | DEMO_ES;
    if (strcmp(skill, "interpret") == 0 || strcmp(skill, "dual") == 0)
        return (who->languages & both) == both;
    if (strcmp(skill, "mixteco") == 0) return (who->languages & (DEMO_MIX | DEMO_TRQ)) != 0;
    if (strcmp(skill, "buses") == 0 || strcmp(skill, "harvest") == 0)
        return who->years_in_place >= 3;
    return true;
}

static int32_t how_many(struct cv_rng *rng, enum demo_state state, bool offers)
{
    static const double offer_weights[DEMO_STATE_COUNT][5] = {
        [DEMO_ACTIVE] = {0, 5, 8, 5, 2},
        [DEMO_QUIET] = {4, 6, 4, 1, 0},
        [DEMO_INVITED] = {1, 0, 0, 0, 0}, /* they have not answered yet */
        [DEMO_ALUM] = {1, 3, 2, 0, 0},
    };
    static const double want_weights[DEMO_STATE_COUNT][4] = {
        [DEMO_ACTIVE] = {3, 8, 5, 2},
        [DEMO_QUIET] = {6, 5, 2, 0},
        [DEMO_INVITED] = {1, 0, 0, 0},
        [DEMO_ALUM] = {1, 0, 0, 0},
    };
    return offers ? demo_pick(rng, offer_weights[state], 5)
                  : demo_pick(rng, want_weights[state], 4);
}

static void add_offers(struct demo_maker *maker, struct cv_rng *rng, struct demo_person *who,
                       bool *held)
{
    double weights[SKILLS_MAX] = {0};
    for (int32_t s = 0; s < maker->net->skill_count; s++) {
        const char *key = maker->net->skills[s].key;
        bool is_sure = strcmp(key, "mixteco") == 0; /* nobody who can would leave it out */
        if (can_offer(who, key))
            weights[s] =
                is_sure ? 1e6
                        : 0.15 + demo_number(&maker->skills, (size_t)s, demo_role_key(who->role));
    }
    int32_t count = how_many(rng, who->state, true);
    while (who->offer_count < count) {
        int32_t skill = demo_pick(rng, weights, maker->net->skill_count);
        who->offers[who->offer_count++] =
            (struct demo_holding){.skill = skill, .level = demo_chance(rng, 0.3) ? 3 : 2};
        weights[skill] = 0;
        held[skill] = true;
    }
}

static void add_wants(struct demo_maker *maker, struct cv_rng *rng, struct demo_person *who,
                      const bool *held)
{
    double weights[SKILLS_MAX] = {0};
    for (int32_t s = 0; s < maker->net->skill_count; s++) {
        int32_t near = demo_number(&maker->skills, (size_t)s, demo_role_key(who->role));
        bool is_native = strcmp(maker->net->skills[s].key, "mixteco") == 0;
        weights[s] = held[s] || is_native ? 0 : 1 + near / 2.0;
    }
    int32_t count = how_many(rng, who->state, false);
    while (who->want_count < count) {
        int32_t skill = demo_pick(rng, weights, maker->net->skill_count);
        who->wants[who->want_count++] =
            (struct demo_holding){.skill = skill, .level = demo_chance(rng, 0.4) ? 1 : 0};
        weights[skill] = 0;
    }
}

void demo_make_gifts(struct demo_maker *maker)
{
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_GIFTS);
    assert(maker->net->skill_count <= SKILLS_MAX);
    for (int32_t i = 0; i < maker->net->person_count; i++) {
        bool held[SKILLS_MAX] = {false};
        add_offers(maker, &rng, &maker->net->people[i], held);
        add_wants(maker, &rng, &maker->net->people[i], held);
    }
}

/* --- facilitators ----------------------------------------------------------------------------- */

/* 29 of 240, and not where they are needed most: wellbeing has one for 18 people. */
static const struct {
    const char *theme; /* NULL: of those who did not write */
    int32_t count;
} quotas[] = {
    {"absence", 5},   {"tier1", 4},  {"belonging", 4}, {"grading", 3}, {"multilingual", 3},
    {"wellbeing", 1}, {"family", 2}, {"retention", 2}, {NULL, 5},
};

/* The first of a theme leads (in wellbeing only helps); the rest are drawn from these. */
static const struct {
    enum demo_practice practice;
    int32_t count;
} further[] = {{DEMO_SHADOW, 8}, {DEMO_CO, 9}, {DEMO_LEAD, 1}, {DEMO_TRAINER, 3}};

static int32_t pick_facilitator(struct cv_rng *rng, const struct demo_network *net,
                                const char *theme)
{
    static const double by_role[DEMO_ROLE_COUNT] = {
        [DEMO_TEACHER] = 1,      [DEMO_COACH] = 5,     [DEMO_LEADER] = 2,
        [DEMO_PSYCHOLOGIST] = 2, [DEMO_CENTRAL] = 4,   [DEMO_SUPERINTENDENT] = 0.5,
        [DEMO_LIAISON] = 2,      [DEMO_COMMUNITY] = 2, [DEMO_STUDENT] = 0.3,
    };
    double weights[DEMO_PEOPLE] = {0};
    for (int32_t i = 0; i < net->person_count; i++) {
        const struct demo_person *who = &net->people[i];
        const char *own = demo_theme_of(net, i);
        bool fits = theme == NULL ? own == NULL && who->state != DEMO_INVITED
                                  : own != NULL && strcmp(own, theme) == 0;
        if (fits && who->practice == DEMO_PRACTICE_NONE) weights[i] = by_role[who->role];
    }
    return demo_pick(rng, weights, net->person_count);
}

void demo_make_practice(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_PRACTICE);
    int32_t pool[32];
    int32_t pool_count = 0;
    for (size_t i = 0; i < sizeof further / sizeof *further; i++) {
        for (int32_t k = 0; k < further[i].count; k++)
            pool[pool_count++] = (int32_t)further[i].practice;
    }
    demo_shuffle(&rng, pool, pool_count);
    net->planted.short_of_facilitators = "wellbeing";
    for (size_t q = 0; q < sizeof quotas / sizeof *quotas; q++) {
        const char *theme = quotas[q].theme;
        for (int32_t k = 0; k < quotas[q].count; k++) {
            int32_t person = pick_facilitator(&rng, net, theme);
            enum demo_practice practice;
            if (k == 0 && theme != NULL)
                practice = strcmp(theme, "wellbeing") == 0 ? DEMO_CO : DEMO_LEAD;
            else
                practice = (enum demo_practice)pool[--pool_count];
            net->people[person].practice = practice;
        }
    }
}
