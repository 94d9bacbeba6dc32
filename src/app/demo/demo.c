/* demo: the stages of making the network, in their order, and what they share.
 * Not here: any one stage (demo_*.c). */
#include "app/demo/demo.h"

#include <assert.h>
#include <string.h>

#include "app/demo/demo_internal.h"

static const struct {
    const char *key, *name;
} roles[DEMO_ROLE_COUNT] = {
    [DEMO_TEACHER] = {"teacher", "Teacher leader"},
    [DEMO_COACH] = {"coach", "Instructional coach"},
    [DEMO_LEADER] = {"leader", "School leader"},
    [DEMO_PSYCHOLOGIST] = {"psychologist", "School psychologist or counselor"},
    [DEMO_CENTRAL] = {"central", "Central-office leader"},
    [DEMO_SUPERINTENDENT] = {"superintendent", "Superintendent"},
    [DEMO_LIAISON] = {"liaison", "Family and community liaison"},
    [DEMO_COMMUNITY] = {"community", "Community leader"},
    [DEMO_STUDENT] = {"student", "Student or youth leader"},
};

void demo_make(struct demo_network *out, struct cv_arena *mem, uint64_t seed)
{
    memset(out, 0, sizeof *out);
    out->name = "Tres Ríos / Three Rivers";
    out->seed = seed;
    struct demo_maker maker = {.net = out, .mem = mem};
    maker.statements = demo_table_read(mem, "app/demo/statements.csv");
    maker.voices = demo_table_read(mem, "app/demo/voices.csv");
    maker.skills = demo_table_read(mem, "app/demo/skills.csv");
    maker.school_level = CV_NEW_ARRAY(mem, const char *, DEMO_PEOPLE);
    maker.spanish_at_home = CV_NEW_ARRAY(mem, bool, DEMO_PEOPLE);
    maker.is_principal = CV_NEW_ARRAY(mem, bool, DEMO_PEOPLE);
    demo_make_places(&maker);
    demo_make_statements(&maker);
    demo_make_roster(&maker);
    demo_make_languages(&maker);
    demo_make_years(&maker);
    demo_make_schools(&maker);
    demo_make_names(&maker);
    demo_make_gifts(&maker);
    demo_make_practice(&maker);
    demo_make_slots(&maker);
    demo_make_planted(&maker);
    demo_make_ties(&maker);
    demo_make_wishes(&maker);
}

const char *demo_role_name(enum demo_role role)
{
    assert(role < DEMO_ROLE_COUNT);
    return roles[role].name;
}

const char *demo_role_key(enum demo_role role)
{
    assert(role < DEMO_ROLE_COUNT);
    return roles[role].key;
}

const char *demo_state_name(enum demo_state state)
{
    static const char *const names[DEMO_STATE_COUNT] = {"active", "quiet", "invited", "alum"};
    assert(state < DEMO_STATE_COUNT);
    return names[state];
}

const char *demo_practice_name(enum demo_practice practice)
{
    static const char *const names[DEMO_PRACTICE_COUNT] = {"", "shadow", "co", "lead", "trainer"};
    assert(practice < DEMO_PRACTICE_COUNT);
    return names[practice];
}

const char *demo_tie_kind_name(enum demo_tie_kind kind)
{
    static const char *const names[DEMO_TIE_KIND_COUNT] = {"know", "learn from", "work with",
                                                           "trust", "ask for help"};
    assert(kind < DEMO_TIE_KIND_COUNT);
    return names[kind];
}

const char *demo_voice(const struct demo_maker *maker, int32_t person, const char *column)
{
    int32_t statement = maker->net->people[person].statement;
    return statement == DEMO_NONE ? "" : demo_cell(&maker->voices, (size_t)statement, column);
}

const char *demo_theme_of(const struct demo_network *net, int32_t person)
{
    int32_t statement = net->people[person].statement;
    return statement == DEMO_NONE ? NULL : net->statements[statement].gold_primary;
}

struct cv_rng demo_rng(const struct demo_maker *maker, enum demo_stream stream)
{
    return cv_rng_new(maker->net->seed, stream);
}

bool demo_chance(struct cv_rng *rng, double chance)
{
    return cv_rng_unit(rng) < chance;
}

int32_t demo_pick(struct cv_rng *rng, const double *weights, int32_t count)
{
    double total = 0;
    int32_t last = DEMO_NONE;
    for (int32_t i = 0; i < count; i++) {
        total += weights[i];
        if (weights[i] > 0) last = i;
    }
    double at = cv_rng_unit(rng) * total;
    for (int32_t i = 0; i < count; i++) {
        if (weights[i] > 0 && at < weights[i]) return i;
        at -= weights[i];
    }
    return last;
}

void demo_shuffle(struct cv_rng *rng, int32_t *items, int32_t count)
{
    for (int32_t i = count - 1; i > 0; i--) {
        int32_t other = (int32_t)cv_rng_below(rng, (uint32_t)i + 1);
        int32_t item = items[i];
        items[i] = items[other];
        items[other] = item;
    }
}
