/* demo_roster: who there is: 148 people who wrote, in the role and district of their statement, and
 * 92 who did not yet or no longer, spread so that the roles come out as the region has them.
 * Not here: languages (demo_languages.c), names (demo_names.c), schools (demo_schools.c). */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "app/demo/demo_internal.h"

static const int32_t role_people[DEMO_ROLE_COUNT] = {
    [DEMO_TEACHER] = 62,      [DEMO_COACH] = 28,     [DEMO_LEADER] = 46,
    [DEMO_PSYCHOLOGIST] = 16, [DEMO_CENTRAL] = 22,   [DEMO_SUPERINTENDENT] = 14,
    [DEMO_LIAISON] = 18,      [DEMO_COMMUNITY] = 20, [DEMO_STUDENT] = 14,
};

/* A district below this many students has nobody of the role. */
static const int32_t role_students_min[DEMO_ROLE_COUNT] = {
    [DEMO_TEACHER] = 100, [DEMO_COACH] = 600,          [DEMO_PSYCHOLOGIST] = 500,
    [DEMO_CENTRAL] = 900, [DEMO_SUPERINTENDENT] = 300, [DEMO_LIAISON] = 700,
    [DEMO_STUDENT] = 200,
};

enum { QUIET_PEOPLE = 61, INVITED_PEOPLE = 24, ALUM_PEOPLE = 7 };

static enum demo_role role_of_key(const char *key)
{
    static const struct {
        const char *key;
        enum demo_role role;
    } keys[] = {
        {"teacher_leader", DEMO_TEACHER},
        {"instructional_coach", DEMO_COACH},
        {"principal", DEMO_LEADER},
        {"assistant_principal", DEMO_LEADER},
        {"school_psychologist", DEMO_PSYCHOLOGIST},
        {"central_office", DEMO_CENTRAL},
        {"superintendent", DEMO_SUPERINTENDENT},
        {"family_liaison", DEMO_LIAISON},
        {"community_org", DEMO_COMMUNITY},
        {"student_leader", DEMO_STUDENT},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i].key) == 0) return keys[i].role;
    }
    assert(!"unknown role in statements.csv");
    return DEMO_TEACHER;
}

/* People so far of a role in a district. */
static int32_t people_of(const struct demo_network *net, enum demo_role role, int32_t district)
{
    int32_t count = 0;
    for (int32_t i = 0; i < net->person_count; i++)
        count += net->people[i].role == role && net->people[i].district == district;
    return count;
}

static struct demo_person *add_person(struct demo_network *net, enum demo_role role,
                                      int32_t district)
{
    assert(net->person_count < DEMO_PEOPLE && district != DEMO_NONE);
    struct demo_person *person = &net->people[net->person_count++];
    *person = (struct demo_person){.role = role,
                                   .district = district,
                                   .organisation = DEMO_NONE,
                                   .line = DEMO_NONE,
                                   .boss = DEMO_NONE,
                                   .statement = DEMO_NONE};
    return person;
}

static void add_authors(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    for (int32_t i = 0; i < net->statement_count; i++) {
        const char *key = demo_cell(&maker->statements, (size_t)i, "role");
        const char *district = demo_cell(&maker->statements, (size_t)i, "district");
        struct demo_person *person =
            add_person(net, role_of_key(key), demo_find_place(net, district));
        person->state = DEMO_ACTIVE;
        person->statement = i;
        const char *organisation = demo_cell(&maker->voices, (size_t)i, "organisation");
        if (organisation[0] != '\0')
            person->organisation = demo_find_organisation(net, organisation);
    }
}

/* Where one more person of a role may come from; larger districts more often, but not in
 * proportion, or half of the network would be one town. */
static int32_t pick_district(struct cv_rng *rng, const struct demo_network *net,
                             enum demo_role role)
{
    double weights[64] = {0};
    assert(net->place_count <= 64);
    for (int32_t i = 0; i < net->place_count; i++) {
        const struct demo_place *place = &net->places[i];
        if (place->kind != DEMO_DISTRICT || place->students < role_students_min[role]) continue;
        int32_t there = people_of(net, role, i);
        if (role == DEMO_SUPERINTENDENT && there > 0) continue;
        if (role == DEMO_LEADER && there >= place->schools) continue;
        weights[i] = pow(place->students, role == DEMO_SUPERINTENDENT ? 0.25 : 0.75);
    }
    return demo_pick(rng, weights, net->place_count);
}

/* Every district has a school leader in the network. */
static void add_missing_leaders(struct demo_network *net)
{
    for (int32_t i = 0; i < net->place_count; i++) {
        if (net->places[i].kind != DEMO_DISTRICT || people_of(net, DEMO_LEADER, i) > 0) continue;
        (void)add_person(net, DEMO_LEADER, i);
    }
}

/* The two foundations and whoever else has nobody yet come first. */
static void add_community(struct cv_rng *rng, struct demo_network *net, int32_t count)
{
    int32_t people[32] = {0};
    assert(net->organisation_count <= 32);
    for (int32_t i = 0; i < net->person_count; i++) {
        if (net->people[i].organisation != DEMO_NONE) people[net->people[i].organisation]++;
    }
    for (int32_t added = 0; added < count; added++) {
        double weights[32] = {0};
        for (int32_t i = 0; i < net->organisation_count; i++) {
            const struct demo_organisation *organisation = &net->organisations[i];
            if (strcmp(organisation->key, "esd") == 0) continue;
            if (strcmp(organisation->sector, "philanthropy") == 0)
                weights[i] = people[i] == 0 ? 1000 : 0;
            else
                weights[i] = people[i] == 0 ? 100 : 1;
        }
        int32_t chosen = demo_pick(rng, weights, net->organisation_count);
        people[chosen]++;
        add_person(net, DEMO_COMMUNITY, net->organisations[chosen].place)->organisation = chosen;
    }
}

static void add_others(struct demo_maker *maker, struct cv_rng *rng)
{
    struct demo_network *net = maker->net;
    int32_t from = net->person_count;
    add_missing_leaders(net);
    for (enum demo_role role = 0; role < DEMO_ROLE_COUNT; role++) {
        int32_t there = 0;
        for (int32_t i = 0; i < net->person_count; i++) there += net->people[i].role == role;
        assert(there <= role_people[role]);
        if (role == DEMO_COMMUNITY) {
            add_community(rng, net, role_people[role] - there);
            continue;
        }
        for (; there < role_people[role]; there++)
            (void)add_person(net, role, pick_district(rng, net, role));
    }
    assert(net->person_count == DEMO_PEOPLE);
    assert(DEMO_PEOPLE - from == QUIET_PEOPLE + INVITED_PEOPLE + ALUM_PEOPLE);
    int32_t states[DEMO_PEOPLE];
    int32_t count = 0;
    while (count < QUIET_PEOPLE) states[count++] = DEMO_QUIET;
    while (count < QUIET_PEOPLE + INVITED_PEOPLE) states[count++] = DEMO_INVITED;
    while (count < DEMO_PEOPLE - from) states[count++] = DEMO_ALUM;
    demo_shuffle(rng, states, count);
    for (int32_t i = 0; i < count; i++) net->people[from + i].state = (enum demo_state)states[i];
}

void demo_make_roster(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_ROSTER);
    net->people = CV_NEW_ARRAY(maker->mem, struct demo_person, DEMO_PEOPLE);
    add_authors(maker);
    add_others(maker, &rng);
    /* A roster stands in no order of what people wrote. */
    int32_t order[DEMO_PEOPLE];
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) order[i] = i;
    demo_shuffle(&rng, order, DEMO_PEOPLE);
    struct demo_person *shuffled = CV_NEW_ARRAY(maker->mem, struct demo_person, DEMO_PEOPLE);
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) shuffled[i] = net->people[order[i]];
    net->people = shuffled;
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        if (shuffled[i].statement != DEMO_NONE) net->statements[shuffled[i].statement].person = i;
    }
}

/* About normal, from sums of uniform numbers: the same on every machine, unlike log and cos. */
static double bell(struct cv_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += cv_rng_unit(rng);
    return sum;
}

static int32_t median_of(const int32_t *values, int32_t count)
{
    int32_t counts[64] = {0};
    for (int32_t i = 0; i < count; i++) counts[values[i]]++;
    int32_t value = 0;
    for (int32_t below = counts[0]; below <= (count - 1) / 2; below += counts[value]) value++;
    return value;
}

/* Years in place: skewed, by role, stretched until the median is 11 as in the region. */
void demo_make_years(struct demo_maker *maker)
{
    enum { MEDIAN_YEARS = 11, MAX_YEARS = 52, MAX_STUDENT_YEARS = 17 };
    static const double typical[DEMO_ROLE_COUNT] = {
        [DEMO_TEACHER] = 10,     [DEMO_COACH] = 12,     [DEMO_LEADER] = 10,
        [DEMO_PSYCHOLOGIST] = 8, [DEMO_CENTRAL] = 14,   [DEMO_SUPERINTENDENT] = 7,
        [DEMO_LIAISON] = 14,     [DEMO_COMMUNITY] = 15, [DEMO_STUDENT] = 10,
    };
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_YEARS);
    struct demo_person *people = maker->net->people;
    double raw[DEMO_PEOPLE];
    for (int32_t i = 0; i < DEMO_PEOPLE; i++)
        raw[i] = typical[people[i].role] * exp(0.7 * bell(&rng));
    int32_t years[DEMO_PEOPLE];
    for (int32_t step = 0; step < 200; step++) {
        double scale = 1.0 + (step % 2 == 0 ? 0.005 : -0.005) * ((step + 1) / 2);
        for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
            int32_t max = people[i].role == DEMO_STUDENT ? MAX_STUDENT_YEARS : MAX_YEARS;
            int32_t min = 1;
            if (people[i].statement != DEMO_NONE) {
                int32_t said =
                    demo_number(&maker->voices, (size_t)people[i].statement, "years_min");
                if (said > min) min = said;
            }
            double value = floor(raw[i] * scale + 0.5);
            years[i] = value > max ? max : value < min ? min : (int32_t)value;
        }
        if (median_of(years, DEMO_PEOPLE) == MEDIAN_YEARS) break;
    }
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) people[i].years_in_place = years[i];
}
