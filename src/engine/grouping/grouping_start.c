/* grouping_start: a first assignment that keeps every hard rule: themes first (grouping_themes.c),
 * then groups inside the theme, filled evenly. Whoever fits nowhere waits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

struct filling {
    struct gr_plan plan;
    int32_t *order;             /* units, in the order of filling */
    int32_t *list, *list_first; /* groups by theme */
    int32_t *level, *cursor;    /* theme: even filling */
};

static void list_groups(struct gr_state *s, struct filling *f)
{
    int32_t themes = s->model->theme_count;
    memset(f->list_first, 0, (size_t)(themes + 2) * sizeof *f->list_first);
    for (int32_t g = 0; g < s->group_count; g++) f->list_first[s->theme[g] + 2]++;
    for (int32_t t = 0; t < themes; t++) f->list_first[t + 2] += f->list_first[t + 1];
    for (int32_t g = 0; g < s->group_count; g++) f->list[f->list_first[s->theme[g] + 1]++] = g;
}

static bool fits(const struct gr_state *s, int32_t unit, int32_t group)
{
    return s->size[group] + gr_unit_size(s->model, unit) <= s->max[group] &&
           gr_may_sit(s, unit, group, GROUPING_NONE);
}

/* Evenly: no group of the theme gets its next person before the others have as many. */
static bool seat_in_theme(struct gr_state *s, struct filling *f, int32_t unit, int32_t theme)
{
    int32_t first = f->list_first[theme], count = f->list_first[theme + 1] - first;
    for (; count > 0 && f->level[theme] <= s->model->room; f->level[theme]++) {
        for (int32_t k = 0; k < count; k++) {
            int32_t at = (f->cursor[theme] + k) % count, g = f->list[first + at];
            if (s->size[g] >= f->level[theme] || !fits(s, unit, g)) continue;
            gr_state_move(s, unit, g);
            f->cursor[theme] = (at + 1) % count;
            return true;
        }
        /* A unit with apart-pairs must not raise the level for all others. */
        if (s->model->apart_first[unit + 1] > s->model->apart_first[unit]) break;
    }
    for (int32_t k = 0; k < count; k++) {
        int32_t g = f->list[first + k];
        if (!fits(s, unit, g)) continue;
        gr_state_move(s, unit, g);
        return true;
    }
    return false;
}

/* Where affinity is best among all groups with room. */
static bool seat_anywhere(struct gr_state *s, int32_t unit, int32_t but_not)
{
    int32_t best = GROUPING_NONE;
    double most = -INFINITY;
    for (int32_t g = 0; g < s->group_count; g++) {
        if (g == but_not || s->size[g] == 0 || !fits(s, unit, g)) continue;
        double worth = gr_pull(s, unit, g) - 1e-6 * s->size[g];
        if (worth > most) {
            most = worth;
            best = g;
        }
    }
    if (best >= 0) gr_state_move(s, unit, best);
    return best >= 0;
}

struct order_key {
    int64_t aparts;
    int32_t unit, size;
    uint32_t random;
};

static int by_difficulty(const void *a, const void *b)
{
    const struct order_key *x = a, *y = b;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    if (x->aparts != y->aparts) return x->aparts > y->aparts ? -1 : 1;
    if (x->random != y->random) return x->random < y->random ? -1 : 1;
    return x->unit < y->unit ? -1 : 1;
}

static void put_in_order(struct gr_state *s, struct filling *f, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    struct order_key *keys = CV_NEW_ARRAY(mem, struct order_key, m->unit_count);
    for (int32_t u = 0; u < m->unit_count; u++)
        keys[u] = (struct order_key){.aparts = m->apart_first[u + 1] - m->apart_first[u],
                                     .unit = u,
                                     .size = gr_unit_size(m, u),
                                     .random = (uint32_t)cv_rng_next(&s->rng)};
    qsort(keys, (size_t)m->unit_count, sizeof *keys, by_difficulty);
    for (int32_t k = 0; k < m->unit_count; k++) f->order[k] = keys[k].unit;
}

/* Those who are locked, and where it still can be, those of before. */
static void place_locked(struct gr_state *s)
{
    const struct gr_model *m = s->model;
    for (int32_t u = 0; u < m->unit_count; u++)
        if (m->unit_lock[u] >= 0) gr_state_move(s, u, m->unit_lock[u]);
    for (int32_t u = 0; u < m->unit_count; u++) {
        int32_t before = m->people[m->unit_people[m->unit_first[u]]].previous;
        if (m->unit_lock[u] >= 0 || before < 0 || before >= s->group_count) continue;
        if (s->theme[before] >= 0 && fits(s, u, before)) gr_state_move(s, u, before);
    }
}

/* Takes one unit for a group below the minimum: from the waiting list or a group with enough. */
static bool pull_one(struct gr_state *s, int32_t group)
{
    const struct gr_model *m = s->model;
    int32_t best = GROUPING_NONE;
    double most = -INFINITY;
    for (int32_t u = 0; u < m->unit_count; u++) {
        int32_t from = s->unit_group[u];
        if (from == group || m->unit_lock[u] >= 0 || !fits(s, u, group)) continue;
        if (from >= 0 && s->size[from] - gr_unit_size(m, u) < m->size_min) continue;
        double worth = gr_pull(s, u, group) - gr_pull(s, u, from) + (from < 0 ? WAITING_COST : 0);
        if (worth > most) {
            most = worth;
            best = u;
        }
    }
    if (best >= 0) gr_state_move(s, best, group);
    return best >= 0;
}

static void mend_small_groups(struct gr_state *s)
{
    const struct gr_model *m = s->model;
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->size[g] == 0) continue;
        while (s->size[g] < m->size_min && pull_one(s, g)) continue;
        if (s->size[g] >= m->size_min) continue;
        for (int32_t k = s->units[g] - 1; k >= 0; k--) {
            int32_t unit = s->unit_in[(int64_t)g * m->room + k];
            if (m->unit_lock[unit] >= 0) continue;
            if (!seat_anywhere(s, unit, g)) gr_state_move(s, unit, GROUPING_NONE);
        }
    }
}

void gr_start(struct gr_state *s, const int32_t *extra, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    const struct grouping_problem *problem = m->problem;
    for (int32_t g = 0; g < problem->group_count; g++)
        (void)gr_state_open(s, problem->theme_count > 0 ? problem->groups[g].theme : 0);
    place_locked(s);
    struct filling f = {.order = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                        .list = CV_NEW_ARRAY(mem, int32_t, s->group_capacity),
                        .list_first = CV_NEW_ARRAY(mem, int32_t, m->theme_count + 2),
                        .level = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                        .cursor = CV_NEW_ARRAY(mem, int32_t, m->theme_count)};
    gr_plan_themes(&f.plan, s, extra, mem);
    for (int32_t t = 0; t < m->theme_count; t++) f.level[t] = 1;
    list_groups(s, &f);
    put_in_order(s, &f, mem);
    for (int32_t k = 0; k < m->unit_count; k++) {
        int32_t unit = f.order[k];
        if (s->unit_group[unit] >= 0 || f.plan.choice[unit] < 0) continue;
        (void)seat_in_theme(s, &f, unit, f.plan.choice[unit]);
    }
    mend_small_groups(s);
    for (int32_t k = 0; k < m->unit_count; k++)
        if (s->unit_group[f.order[k]] < 0) (void)seat_anywhere(s, f.order[k], GROUPING_NONE);
    for (int32_t g = 0; g < s->group_count; g++) gr_state_revalue(s, g);
}
