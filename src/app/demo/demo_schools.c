/* demo_schools: the schools of a district, who works in which, and who answers to whom. Two people
 * of one house share a line; a boss and their people should not have to sit in one collective. */
#include <assert.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum { SCHOOLS_MAX = 32, NAMES_MAX = 64, PLACES_MAX = 64 };

struct school {
    const char *name;
    const char *level; /* "elementary", "middle", "high", "all" */
    int32_t line;      /* DEMO_NONE until somebody works there */
    int32_t principal; /* person; DEMO_NONE */
};

struct district {
    struct school schools[SCHOOLS_MAX];
    int32_t school_count;
    int32_t office_line;
    int32_t superintendent;
};

struct builder {
    struct demo_maker *maker;
    struct cv_rng rng;
    struct demo_table names;
    struct district *districts; /* by place */
    int32_t *organisation_line;
    int32_t line_count;
};

static void add_school(struct district *district, const char *name, const char *level)
{
    assert(district->school_count < SCHOOLS_MAX);
    district->schools[district->school_count++] =
        (struct school){.name = name, .level = level, .line = DEMO_NONE, .principal = DEMO_NONE};
}

/* Small districts name their schools after themselves. Larger ones have several of each level. */
static void build_schools(struct builder *b, int32_t place)
{
    const struct demo_place *here = &b->maker->net->places[place];
    struct district *district = &b->districts[place];
    struct cv_arena *mem = b->maker->mem;
    int32_t count = here->schools;
    if (count == 1) {
        add_school(district, cv_sprintf(mem, "%s School", here->name), "all");
        return;
    }
    int32_t order[NAMES_MAX];
    int32_t name_count = (int32_t)b->names.row_count;
    assert(name_count <= NAMES_MAX && count < name_count);
    for (int32_t i = 0; i < name_count; i++) order[i] = i;
    demo_shuffle(&b->rng, order, name_count);
    int32_t high = 1 + (count >= 10) + (count >= 25);
    int32_t middle = count == 2 ? 0 : 1 + count / 6;
    for (int32_t i = 0; i < count; i++) {
        const char *own = demo_cell(&b->names, (size_t)order[i], "name");
        bool is_high = i < high;
        bool is_middle = !is_high && i < high + middle;
        bool after_district = count <= 3 || i == 0 || (is_middle && middle == 1);
        const char *kind = is_high     ? (count == 2 ? "Junior-Senior High School" : "High School")
                           : is_middle ? "Middle School"
                                       : "Elementary";
        add_school(district, cv_sprintf(mem, "%s %s", after_district ? here->name : own, kind),
                   is_high     ? "high"
                   : is_middle ? "middle"
                               : "elementary");
    }
}

static bool fits_level(const struct school *school, const char *level)
{
    return level[0] == '\0' || strcmp(level, school->level) == 0 ||
           strcmp(school->level, "all") == 0;
}

/* A principal gets a school without one; everybody else is drawn to schools that have one in the
 * network. NULL: no school is left. */
static struct school *pick_school(struct builder *b, int32_t place, const char *level,
                                  bool as_principal)
{
    struct district *district = &b->districts[place];
    double weights[SCHOOLS_MAX] = {0};
    for (int32_t i = 0; i < district->school_count; i++) {
        const struct school *school = &district->schools[i];
        if (as_principal)
            weights[i] = school->principal != DEMO_NONE ? 0 : fits_level(school, level) ? 1 : 0.001;
        else
            weights[i] =
                (fits_level(school, level) ? 1 : 0.001) * (school->principal != DEMO_NONE ? 3 : 1);
    }
    int32_t chosen = demo_pick(&b->rng, weights, district->school_count);
    return chosen == DEMO_NONE ? NULL : &district->schools[chosen];
}

static void seat(struct builder *b, int32_t person, struct school *school)
{
    struct demo_person *who = &b->maker->net->people[person];
    who->school = school->name;
    b->maker->school_level[person] = school->level;
    if (who->role == DEMO_STUDENT) return;
    if (school->line == DEMO_NONE) school->line = b->line_count++;
    who->line = school->line;
}

static void seat_principals(struct builder *b)
{
    struct demo_network *net = b->maker->net;
    for (int pass = 0; pass < 2; pass++) { /* those who wrote first: their level is known */
        for (int32_t i = 0; i < net->person_count; i++) {
            struct demo_person *who = &net->people[i];
            bool wrote = who->statement != DEMO_NONE;
            if (who->role != DEMO_LEADER || wrote != (pass == 0)) continue;
            bool is_first = true; /* of those who did not write */
            for (int32_t j = 0; j < DEMO_PEOPLE; j++) {
                if (j != i && net->people[j].role == DEMO_LEADER &&
                    net->people[j].district == who->district && b->maker->is_principal[j])
                    is_first = false;
            }
            bool is_principal = wrote
                                    ? strncmp(demo_voice(b->maker, i, "title"), "Assistant", 9) != 0
                                    : is_first || demo_chance(&b->rng, 0.55);
            if (!is_principal) continue;
            struct school *school =
                pick_school(b, who->district, demo_voice(b->maker, i, "level"), true);
            if (school == NULL) continue;
            b->maker->is_principal[i] = true;
            school->principal = i;
            seat(b, i, school);
        }
    }
}

/* At one school, or in the district's office? */
static bool works_at_school(struct builder *b, int32_t person)
{
    const struct demo_person *who = &b->maker->net->people[person];
    bool has_level = demo_voice(b->maker, person, "level")[0] != '\0';
    switch (who->role) {
    case DEMO_TEACHER:
    case DEMO_LEADER:
    case DEMO_STUDENT: return true;
    case DEMO_PSYCHOLOGIST: return has_level || who->statement == DEMO_NONE;
    case DEMO_COACH:
    case DEMO_LIAISON:
        return has_level || (who->statement == DEMO_NONE && demo_chance(&b->rng, 0.6));
    default: return false;
    }
}

static void seat_others(struct builder *b)
{
    struct demo_network *net = b->maker->net;
    for (int32_t i = 0; i < net->person_count; i++) {
        struct demo_person *who = &net->people[i];
        struct district *district = &b->districts[who->district];
        if (b->maker->is_principal[i]) continue;
        if (who->organisation != DEMO_NONE) {
            int32_t *line = &b->organisation_line[who->organisation];
            if (*line == DEMO_NONE) *line = b->line_count++;
            who->line = *line;
        } else if (works_at_school(b, i)) {
            const char *level = demo_voice(b->maker, i, "level");
            if (who->role == DEMO_STUDENT && level[0] == '\0') level = "high";
            seat(b, i, pick_school(b, who->district, level, false));
        } else {
            if (district->office_line == DEMO_NONE) district->office_line = b->line_count++;
            who->line = district->office_line;
            if (who->role == DEMO_SUPERINTENDENT) district->superintendent = i;
        }
    }
}

static int32_t principal_of(const struct builder *b, const struct demo_person *who)
{
    const struct district *district = &b->districts[who->district];
    for (int32_t i = 0; i < district->school_count; i++) {
        if (who->school == district->schools[i].name) return district->schools[i].principal;
    }
    return DEMO_NONE;
}

static void name_bosses(struct builder *b)
{
    struct demo_network *net = b->maker->net;
    for (int32_t i = 0; i < net->person_count; i++) {
        struct demo_person *who = &net->people[i];
        if (who->organisation != DEMO_NONE || who->role == DEMO_STUDENT ||
            who->role == DEMO_SUPERINTENDENT)
            continue;
        bool answers_to_office = b->maker->is_principal[i] || who->role == DEMO_CENTRAL;
        if (answers_to_office)
            who->boss = b->districts[who->district].superintendent;
        else if (who->school != NULL)
            who->boss = principal_of(b, who);
    }
}

void demo_make_schools(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct builder b = {.maker = maker, .rng = demo_rng(maker, DEMO_STREAM_SCHOOLS)};
    b.names = demo_table_read(maker->mem, "app/demo/schools.csv");
    b.districts = CV_NEW_ARRAY(maker->mem, struct district, net->place_count);
    b.organisation_line = CV_NEW_ARRAY(maker->mem, int32_t, net->organisation_count);
    for (int32_t i = 0; i < net->organisation_count; i++) b.organisation_line[i] = DEMO_NONE;
    for (int32_t i = 0; i < net->place_count; i++) {
        b.districts[i].office_line = DEMO_NONE;
        b.districts[i].superintendent = DEMO_NONE;
        if (net->places[i].kind == DEMO_DISTRICT) build_schools(&b, i);
    }
    seat_principals(&b);
    seat_others(&b);
    name_bosses(&b);
}
