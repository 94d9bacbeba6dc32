/* demo_languages: who speaks what, and who follows a meeting through an interpreter. 38 % of the
 * people speak Spanish at home (half of the region's families do); 14 of the 18 liaisons are
 * bilingual; three people speak Mixteco or Triqui as well. */
#include <assert.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum {
    SPANISH_AT_HOME = 91, /* 38 % of 240 */
    BILINGUAL_LIAISONS = 14,
    SPANISH_ONLY_LIAISONS = 3,
    SPANISH_ONLY_STUDENTS = 2,
    ENGLISH_WITH_INTERPRETER = 4,
};

static bool voice_is(const struct demo_maker *maker, int32_t person, const char *column,
                     const char *value)
{
    return strcmp(demo_voice(maker, person, column), value) == 0;
}

static bool wrote_spanish(const struct demo_network *net, int32_t person)
{
    int32_t statement = net->people[person].statement;
    return statement != DEMO_NONE && strcmp(net->statements[statement].lang, "es") == 0;
}

/* How likely Spanish is at home; 0 never, above 1 for sure. */
static double spanish_weight(const struct demo_maker *maker, int32_t person)
{
    static const double by_role[DEMO_ROLE_COUNT] = {
        [DEMO_TEACHER] = 1,      [DEMO_COACH] = 0.9,     [DEMO_LEADER] = 0.8,
        [DEMO_PSYCHOLOGIST] = 1, [DEMO_CENTRAL] = 0.7,   [DEMO_SUPERINTENDENT] = 0.4,
        [DEMO_LIAISON] = 6,      [DEMO_COMMUNITY] = 1.5, [DEMO_STUDENT] = 1.3,
    };
    const struct demo_person *who = &maker->net->people[person];
    const char *languages = demo_voice(maker, person, "languages");
    const char *names = demo_voice(maker, person, "names");
    if (strcmp(languages, "en") == 0 || strcmp(names, "anglo") == 0) return 0;
    double weight = by_role[who->role] * maker->net->places[who->district].hispanic_pct / 100.0;
    return weight * (languages[0] != '\0' ? 4 : 1);
}

static void choose_spanish_homes(struct demo_maker *maker, struct cv_rng *rng)
{
    double weights[DEMO_PEOPLE];
    int32_t count = 0;
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        bool is_sure = wrote_spanish(maker->net, i) || voice_is(maker, i, "names", "latino");
        maker->spanish_at_home[i] = is_sure;
        count += is_sure;
        weights[i] = is_sure ? 0 : spanish_weight(maker, i);
    }
    for (; count < SPANISH_AT_HOME; count++) {
        int32_t chosen = demo_pick(rng, weights, DEMO_PEOPLE);
        maker->spanish_at_home[chosen] = true;
        weights[chosen] = 0;
    }
    maker->net->planted.spanish_at_home = count;
}

static uint32_t language_bits(const char *codes)
{
    uint32_t bits = 0;
    if (strstr(codes, "en") != NULL) bits |= DEMO_EN;
    if (strstr(codes, "es") != NULL) bits |= DEMO_ES;
    if (strstr(codes, "mix") != NULL) bits |= DEMO_MIX;
    if (strstr(codes, "trq") != NULL) bits |= DEMO_TRQ;
    return bits;
}

/* Gives `bits` to `count` people of a role whom nothing is known of yet; those at home in Spanish
 * first when wanted. */
static void give_languages(struct demo_maker *maker, struct cv_rng *rng, enum demo_role role,
                           bool spanish_first, uint32_t bits, int32_t count)
{
    for (; count > 0; count--) {
        double weights[DEMO_PEOPLE] = {0};
        for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
            const struct demo_person *who = &maker->net->people[i];
            if (who->role != role || who->languages != 0) continue;
            /* Who wrote in English reads it. */
            if ((bits & DEMO_EN) == 0 && who->statement != DEMO_NONE) continue;
            weights[i] = (maker->spanish_at_home[i] == spanish_first ? 1000 : 1) *
                         maker->net->places[who->district].hispanic_pct;
        }
        int32_t chosen = demo_pick(rng, weights, DEMO_PEOPLE);
        assert(chosen != DEMO_NONE);
        maker->net->people[chosen].languages = bits;
    }
}

static int32_t count_languages(const struct demo_network *net, enum demo_role role, uint32_t bits)
{
    int32_t count = 0;
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        const struct demo_person *who = &net->people[i];
        count += who->role == role && (who->languages & (DEMO_EN | DEMO_ES)) == bits;
    }
    return count;
}

static void choose_interpretation(struct demo_maker *maker, struct cv_rng *rng)
{
    double weights[DEMO_PEOPLE] = {0};
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        struct demo_person *who = &maker->net->people[i];
        who->uses_interpretation = (who->languages & DEMO_EN) == 0;
        bool leads = who->role == DEMO_LEADER || who->role == DEMO_CENTRAL ||
                     who->role == DEMO_SUPERINTENDENT;
        if (leads && who->languages == DEMO_EN && who->state == DEMO_ACTIVE &&
            maker->net->places[who->district].hispanic_pct > 60)
            weights[i] = 1;
    }
    /* Evenings held in Spanish, followed through an interpreter. */
    for (int32_t count = 0; count < ENGLISH_WITH_INTERPRETER; count++) {
        int32_t chosen = demo_pick(rng, weights, DEMO_PEOPLE);
        if (chosen == DEMO_NONE) return;
        maker->net->people[chosen].uses_interpretation = true;
        weights[chosen] = 0;
    }
}

void demo_make_languages(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_LANGUAGES);
    choose_spanish_homes(maker, &rng);
    for (int32_t i = 0; i < DEMO_PEOPLE; i++)
        net->people[i].languages = language_bits(demo_voice(maker, i, "languages"));
    int32_t bilingual = count_languages(net, DEMO_LIAISON, DEMO_EN | DEMO_ES);
    int32_t spanish = count_languages(net, DEMO_LIAISON, DEMO_ES);
    give_languages(maker, &rng, DEMO_LIAISON, true, DEMO_ES, SPANISH_ONLY_LIAISONS - spanish);
    give_languages(maker, &rng, DEMO_LIAISON, true, DEMO_EN | DEMO_ES | DEMO_MIX, 1);
    give_languages(maker, &rng, DEMO_LIAISON, true, DEMO_EN | DEMO_ES,
                   BILINGUAL_LIAISONS - bilingual - 1);
    int32_t students = count_languages(net, DEMO_STUDENT, DEMO_ES);
    give_languages(maker, &rng, DEMO_STUDENT, true, DEMO_ES, SPANISH_ONLY_STUDENTS - students);
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        struct demo_person *who = &net->people[i];
        bool learned = demo_chance(&rng, 0.14); /* Spanish, without speaking it at home */
        if (who->languages != 0) continue;
        who->languages = DEMO_EN;
        if (maker->spanish_at_home[i] || (learned && who->role != DEMO_LIAISON))
            who->languages |= DEMO_ES;
    }
    choose_interpretation(maker, &rng);
}
