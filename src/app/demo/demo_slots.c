/* demo_slots: when people can meet. Uneven, by their work: teachers after 15:30, superintendents
 * before the day begins, parents who work nights in the morning, radio after supper; some never
 * said. A few will share no time with the others of their theme. */
#include <string.h>

#include "app/demo/demo_internal.h"

enum { MORNING, AFTERNOON, EVENING };
enum { WEDNESDAY = 2, FRIDAY = 4, SATURDAY = 5, SUNDAY = 6 };

static const double weekday[DEMO_ROLE_COUNT][DEMO_PARTS] = {
    [DEMO_TEACHER] = {0.02, 0.50, 0.14}, [DEMO_COACH] = {0.24, 0.58, 0.12},
    [DEMO_LEADER] = {0.42, 0.26, 0.15},  [DEMO_PSYCHOLOGIST] = {0.26, 0.40, 0.06},
    [DEMO_CENTRAL] = {0.44, 0.52, 0.10}, [DEMO_SUPERINTENDENT] = {0.46, 0.24, 0.16},
    [DEMO_LIAISON] = {0.40, 0.30, 0.38}, [DEMO_COMMUNITY] = {0.28, 0.22, 0.46},
    [DEMO_STUDENT] = {0.00, 0.52, 0.34},
};

static double chance_of(const struct demo_person *who, int day, int part)
{
    double chance = weekday[who->role][part];
    bool at_school = who->organisation == DEMO_NONE;
    if (day == WEDNESDAY && part == AFTERNOON && at_school) chance *= 1.4; /* early release */
    if (day == FRIDAY && part != MORNING) chance *= 0.25;
    if (day == SATURDAY) {
        bool often = who->role == DEMO_COMMUNITY || who->role == DEMO_LIAISON;
        chance = part == EVENING ? 0 : often ? 0.22 : 0.06;
    }
    if (day == SUNDAY) chance = part == AFTERNOON && who->role == DEMO_COMMUNITY ? 0.1 : 0;
    return chance;
}

static uint32_t draw_slots(struct cv_rng *rng, const struct demo_person *who)
{
    uint32_t slots = 0;
    for (int day = 0; day < DEMO_DAYS; day++) {
        for (int part = 0; part < DEMO_PARTS; part++) {
            if (demo_chance(rng, chance_of(who, day, part))) slots |= DEMO_SLOT(day, part);
        }
    }
    return slots;
}

/* People whose week was told in voices.csv; 0 for others. */
static uint32_t told_slots(const char *told)
{
    uint32_t slots = 0;
    if (strcmp(told, "mornings") == 0) {
        for (int day = 0; day <= FRIDAY; day++) slots |= DEMO_SLOT(day, MORNING);
    } else if (strcmp(told, "nights") == 0) {
        for (int day = 0; day < FRIDAY; day++) slots |= DEMO_SLOT(day, EVENING);
    } else if (strcmp(told, "saturday") == 0) {
        slots = DEMO_SLOT(SATURDAY, MORNING);
    } else if (strcmp(told, "wednesday") == 0) {
        slots = DEMO_SLOT(WEDNESDAY, AFTERNOON);
    } else if (strcmp(told, "priest") == 0) {
        slots = DEMO_SLOT(0, EVENING) | DEMO_SLOT(3, MORNING);
    }
    return slots;
}

void demo_make_slots(struct demo_maker *maker)
{
    static const double says_nothing[DEMO_STATE_COUNT] = {
        [DEMO_ACTIVE] = 0.05, [DEMO_QUIET] = 0.35, [DEMO_INVITED] = 1, [DEMO_ALUM] = 1};
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_SLOTS);
    for (int32_t i = 0; i < maker->net->person_count; i++) {
        struct demo_person *who = &maker->net->people[i];
        bool is_silent = demo_chance(&rng, says_nothing[who->state]);
        uint32_t slots = draw_slots(&rng, who);
        for (int tries = 0; slots == 0 && tries < 20; tries++) slots = draw_slots(&rng, who);
        uint32_t told = told_slots(demo_voice(maker, i, "slots"));
        who->slots = told != 0 ? told : is_silent ? 0 : slots;
    }
}
