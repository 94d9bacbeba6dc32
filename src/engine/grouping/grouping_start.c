/* grouping_start: a first assignment that keeps every hard rule: themes first (each person to the
 * theme they care about most among those that can fill a group), then groups inside the theme,
 * filled evenly. Whoever fits nowhere waits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

struct plan {
    int32_t *demand;            /* theme: people who want it most, or sit in it already */
    int32_t *groups;            /* theme: groups it has */
    int32_t *choice;            /* unit: theme, or -1 */
    bool *closed;               /* theme: cannot have a group */
    int32_t undecided;          /* groups given without a theme */
    int32_t *order;             /* units, in the order of filling */
    int32_t *list, *list_first; /* groups by theme */
    int32_t *level, *cursor;    /* theme: even filling */
};

static int32_t best_theme(const struct gr_model *m, const struct plan *p, int32_t unit)
{
    int32_t best = GROUPING_NONE;
    const double *row = m->unit_affinity + (int64_t)unit * m->theme_count;
    for (int32_t t = 0; t < m->theme_count; t++)
        if (!p->closed[t] && row[t] >= 0 && (best < 0 || row[t] > row[best])) best = t;
    return best;
}

static void choose(struct gr_state *s, struct plan *p, int32_t unit)
{
    p->choice[unit] = best_theme(s->model, p, unit);
    if (p->choice[unit] >= 0) p->demand[p->choice[unit]] += gr_unit_size(s->model, unit);
}

static void close_theme(struct gr_state *s, struct plan *p, int32_t theme)
{
    p->closed[theme] = true;
    for (int32_t u = 0; u < s->model->unit_count; u++) {
        if (p->choice[u] != theme) continue;
        p->demand[theme] -= gr_unit_size(s->model, u);
        choose(s, p, u);
    }
}

/* Themes that too few people want lose them to their next choice, the smallest theme first. */
static void close_small_themes(struct gr_state *s, struct plan *p)
{
    const struct gr_model *m = s->model;
    for (;;) {
        int32_t smallest = GROUPING_NONE;
        for (int32_t t = 0; t < m->theme_count; t++) {
            if (p->closed[t] || p->groups[t] > 0 || p->demand[t] >= m->size_min) continue;
            if (smallest < 0 || p->demand[t] < p->demand[smallest]) smallest = t;
        }
        if (smallest < 0) return;
        close_theme(s, p, smallest);
    }
}

/* Without more groups to open, the themes wanted most get the groups that have none. */
static void give_themes(struct gr_state *s, struct plan *p)
{
    const struct gr_model *m = s->model;
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->theme[g] >= 0) continue;
        int32_t best = 0;
        double most = -INFINITY;
        for (int32_t t = 0; t < m->theme_count; t++) {
            double left = p->demand[t] - m->size_preferred * p->groups[t];
            if (left > most) {
                most = left;
                best = t;
            }
        }
        s->theme[g] = best;
        s->need[g] = gr_group_need(m, g, best);
        p->groups[best]++;
    }
    if (m->problem->may_open) return;
    for (int32_t t = 0; t < m->theme_count; t++)
        if (p->groups[t] == 0 && !p->closed[t]) close_theme(s, p, t);
}

static int32_t groups_wanted(const struct gr_model *m, int32_t people)
{
    int32_t most = people / m->size_min, least = (people + m->size_max - 1) / m->size_max;
    int32_t wanted = (int32_t)lround(people / m->size_preferred);
    if (wanted < least) wanted = least;
    return wanted > most ? most : wanted;
}

static void open_groups(struct gr_state *s, struct plan *p)
{
    const struct gr_model *m = s->model;
    if (!m->problem->may_open) return;
    for (int32_t t = 0; t < m->theme_count; t++) {
        if (p->closed[t]) continue;
        int32_t wanted = groups_wanted(m, p->demand[t]);
        while (p->groups[t] < wanted && s->group_count < s->group_capacity) {
            (void)gr_state_open(s, t);
            p->groups[t]++;
        }
    }
}

static void list_groups(struct gr_state *s, struct plan *p)
{
    int32_t themes = s->model->theme_count;
    memset(p->list_first, 0, (size_t)(themes + 2) * sizeof *p->list_first);
    for (int32_t g = 0; g < s->group_count; g++) p->list_first[s->theme[g] + 2]++;
    for (int32_t t = 0; t < themes; t++) p->list_first[t + 2] += p->list_first[t + 1];
    for (int32_t g = 0; g < s->group_count; g++) p->list[p->list_first[s->theme[g] + 1]++] = g;
}

static bool fits(const struct gr_state *s, int32_t unit, int32_t group)
{
    return s->size[group] + gr_unit_size(s->model, unit) <= s->max[group] &&
           gr_may_sit(s, unit, group, GROUPING_NONE);
}

/* Evenly: no group of the theme gets its next person before the others have as many. */
static bool seat_in_theme(struct gr_state *s, struct plan *p, int32_t unit, int32_t theme)
{
    int32_t first = p->list_first[theme], count = p->list_first[theme + 1] - first;
    for (; count > 0 && p->level[theme] <= s->model->room; p->level[theme]++) {
        for (int32_t k = 0; k < count; k++) {
            int32_t at = (p->cursor[theme] + k) % count, g = p->list[first + at];
            if (s->size[g] >= p->level[theme] || !fits(s, unit, g)) continue;
            gr_state_move(s, unit, g);
            p->cursor[theme] = (at + 1) % count;
            return true;
        }
        /* A unit with apart-pairs must not raise the level for all others. */
        if (s->model->apart_first[unit + 1] > s->model->apart_first[unit]) break;
    }
    for (int32_t k = 0; k < count; k++) {
        int32_t g = p->list[first + k];
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

static void put_in_order(struct gr_state *s, struct plan *p, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    struct order_key *keys = CV_NEW_ARRAY(mem, struct order_key, m->unit_count);
    for (int32_t u = 0; u < m->unit_count; u++)
        keys[u] = (struct order_key){.aparts = m->apart_first[u + 1] - m->apart_first[u],
                                     .unit = u,
                                     .size = gr_unit_size(m, u),
                                     .random = (uint32_t)cv_rng_next(&s->rng)};
    qsort(keys, (size_t)m->unit_count, sizeof *keys, by_difficulty);
    for (int32_t k = 0; k < m->unit_count; k++) p->order[k] = keys[k].unit;
}

static void place_locked(struct gr_state *s, bool keep_previous)
{
    const struct gr_model *m = s->model;
    for (int32_t u = 0; u < m->unit_count; u++)
        if (m->unit_lock[u] >= 0) gr_state_move(s, u, m->unit_lock[u]);
    if (!keep_previous) return;
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

static void make_plan(struct gr_state *s, struct plan *p, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    size_t themes = (size_t)m->theme_count;
    *p = (struct plan){.demand = CV_NEW_ARRAY(mem, int32_t, themes),
                       .groups = CV_NEW_ARRAY(mem, int32_t, themes),
                       .choice = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                       .closed = CV_NEW_ARRAY(mem, bool, themes),
                       .order = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                       .list = CV_NEW_ARRAY(mem, int32_t, s->group_capacity),
                       .list_first = CV_NEW_ARRAY(mem, int32_t, themes + 2),
                       .level = CV_NEW_ARRAY(mem, int32_t, themes),
                       .cursor = CV_NEW_ARRAY(mem, int32_t, themes)};
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->theme[g] < 0)
            p->undecided++;
        else
            p->groups[s->theme[g]]++;
    }
    for (int32_t t = 0; t < m->theme_count; t++) {
        p->level[t] = 1;
        p->closed[t] = p->groups[t] == 0 && p->undecided == 0 && !m->problem->may_open;
    }
    for (int32_t u = 0; u < m->unit_count; u++) {
        int32_t at = s->unit_group[u];
        p->choice[u] = GROUPING_NONE;
        if (at < 0)
            choose(s, p, u);
        else if (s->theme[at] >= 0)
            p->demand[s->theme[at]] += gr_unit_size(m, u);
    }
    close_small_themes(s, p);
    give_themes(s, p);
    open_groups(s, p);
    list_groups(s, p);
    put_in_order(s, p, mem);
}

void gr_start(struct gr_state *s, bool keep_previous, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    const struct grouping_problem *problem = m->problem;
    for (int32_t g = 0; g < problem->group_count; g++)
        (void)gr_state_open(s, problem->theme_count > 0 ? problem->groups[g].theme : 0);
    place_locked(s, keep_previous);
    struct plan p;
    make_plan(s, &p, mem);
    for (int32_t k = 0; k < m->unit_count; k++) {
        int32_t unit = p.order[k];
        if (s->unit_group[unit] >= 0 || p.choice[unit] < 0) continue;
        (void)seat_in_theme(s, &p, unit, p.choice[unit]);
    }
    mend_small_groups(s);
    for (int32_t k = 0; k < m->unit_count; k++)
        if (s->unit_group[p.order[k]] < 0) (void)seat_anywhere(s, p.order[k], GROUPING_NONE);
    for (int32_t g = 0; g < s->group_count; g++) gr_state_revalue(s, g);
}
