/* grouping_reshape: changes of the groups themselves: one opened, closed, split, merged with
 * another or given another theme, its people seated anew, a short search around it; kept when the
 * whole is worth more (a large neighbourhood search: Shaw 1998). Groups that were given keep their
 * theme. */
#include <math.h>

#include "engine/grouping/grouping_internal.h"

enum { SMALL = 24, SMALL_LOOKS = 300, LOOKS_PER_TRY = 25, TRIES_MOST = 400, KINDS = 8 };

/* A group that nobody sits in, with this theme: given, closed before, or new; any of them. */
static int32_t empty_group(struct gr_state *s, int32_t theme)
{
    const struct grouping_problem *p = s->model->problem;
    int32_t chosen = GROUPING_NONE;
    uint32_t choices = p->may_open && s->group_count < s->group_capacity;
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->size[g] > 0) continue;
        bool fixed = g < p->group_count && (p->theme_count == 0 || p->groups[g].theme >= 0);
        if (fixed && s->theme[g] != theme) continue;
        if (cv_rng_below(&s->rng, ++choices) == 0) chosen = g;
    }
    if (choices == 0) return GROUPING_NONE;
    if (chosen < 0) return gr_state_open(s, theme);
    gr_state_set_theme(s, chosen, theme);
    return chosen;
}

static bool fits(const struct gr_state *s, int32_t unit, int32_t group)
{
    return s->size[group] + gr_unit_size(s->model, unit) <= s->max[group] &&
           gr_may_sit(s, unit, group, GROUPING_NONE);
}

static void touch(struct gr_search *x, int32_t group)
{
    const struct gr_state *s = x->s;
    for (int32_t k = 0; k < s->units[group]; k++) {
        int32_t unit = s->unit_in[(int64_t)group * s->model->room + k];
        if (s->model->unit_lock[unit] >= 0 || x->focused[unit]) continue;
        x->focused[unit] = true;
        x->focus[x->focus_count++] = unit;
    }
}

/* The unit goes where the whole gains most (or loses least); waits when it fits nowhere. */
static void reseat(struct gr_search *x, int32_t unit, int32_t but_not)
{
    struct gr_state *s = x->s;
    gr_state_move(s, unit, GROUPING_NONE);
    struct gr_step best = {.gain = -INFINITY};
    for (int32_t g = 0; g < s->group_count; g++) {
        if (g == but_not || s->size[g] == 0) continue;
        struct gr_step step = {.a = unit, .b = GROUPING_NONE, .from = GROUPING_NONE, .to = g};
        if (gr_weigh(s, &step, best.gain)) best = step;
    }
    if (best.gain > -INFINITY) gr_take(s, &best);
}

static bool close_group(struct gr_search *x, int32_t group)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    if (s->size[group] == 0) return false;
    for (int32_t k = 0; k < s->units[group]; k++)
        if (m->unit_lock[s->unit_in[(int64_t)group * m->room + k]] >= 0) return false;
    touch(x, group);
    while (s->units[group] > 0) reseat(x, s->unit_in[(int64_t)group * m->room], group);
    gr_state_revalue(s, group);
    return true;
}

/* Brings the group to the minimum with those who would rather sit there, or lose least by it; with
 * more or less chance in it, so that tries differ. */
static bool fill(struct gr_search *x, int32_t group)
{
    static const double noise[] = {0.1, 1, 2 * WAITING_COST};
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    double chance = noise[cv_rng_below(&s->rng, 3)];
    while (s->size[group] < m->size_min) {
        int32_t best = GROUPING_NONE;
        double most = -INFINITY;
        for (int32_t k = 0; k < x->free_count; k++) {
            int32_t u = x->free_units[k], from = s->unit_group[u];
            if (from == group || !fits(s, u, group)) continue;
            if (from >= 0 && s->size[from] - gr_unit_size(m, u) < m->size_min) continue;
            double worth = gr_pull(s, u, group) - gr_pull(s, u, from) +
                           (from < 0 ? WAITING_COST : 0) + chance * cv_rng_unit(&s->rng);
            if (worth > most) {
                most = worth;
                best = u;
            }
        }
        if (best < 0) return false;
        int32_t from = s->unit_group[best];
        gr_state_move(s, best, group);
        if (from >= 0) gr_state_revalue(s, from);
    }
    gr_state_revalue(s, group);
    touch(x, group);
    return true;
}

static bool open_group(struct gr_search *x, int32_t theme)
{
    int32_t group = empty_group(x->s, theme);
    return group >= 0 && fill(x, group);
}

/* Every second unit goes to a new group of `theme`. */
static bool split_group(struct gr_search *x, int32_t group, int32_t theme)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    if (s->size[group] < 2 * m->size_min) return false;
    int32_t other = empty_group(s, theme);
    if (other < 0) return false;
    touch(x, group);
    for (int32_t k = s->units[group] - 1; k >= 0; k--) {
        int32_t unit = s->unit_in[(int64_t)group * m->room + k];
        int32_t size = gr_unit_size(m, unit);
        if (m->unit_lock[unit] >= 0 || !fits(s, unit, other)) continue;
        if (s->size[other] + size > s->size[group] - size) continue;
        if (s->size[group] - size < m->size_min) continue;
        gr_state_move(s, unit, other);
    }
    gr_state_revalue(s, group);
    if (s->size[other] == 0) return false;
    return fill(x, other);
}

static bool merge_groups(struct gr_search *x, int32_t group, int32_t other)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    if (group == other || s->size[group] == 0 || s->size[other] == 0) return false;
    if (s->size[group] + s->size[other] > s->max[group]) return false;
    for (int32_t k = s->units[other] - 1; k >= 0; k--) {
        int32_t unit = s->unit_in[(int64_t)other * m->room + k];
        if (m->unit_lock[unit] >= 0) return false;
        gr_state_move(s, unit, GROUPING_NONE);
        if (gr_may_sit(s, unit, group, GROUPING_NONE)) gr_state_move(s, unit, group);
    }
    gr_state_revalue(s, group);
    gr_state_revalue(s, other);
    touch(x, group);
    while (s->waiting_units > x->saved.waiting_units) {
        int32_t before = s->waiting_units;
        reseat(x, s->waiting[before - 1], GROUPING_NONE);
        if (s->waiting_units == before) return false;
    }
    return true;
}

/* Who is not interested in the new theme is seated elsewhere. */
static bool change_theme(struct gr_search *x, int32_t group, int32_t theme)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    const struct grouping_problem *p = m->problem;
    if (s->size[group] == 0 || s->theme[group] == theme) return false;
    if (group < p->group_count && p->groups[group].theme >= 0) return false;
    touch(x, group);
    gr_state_set_theme(s, group, theme);
    for (int32_t k = s->units[group] - 1; k >= 0; k--) {
        int32_t unit = s->unit_in[(int64_t)group * m->room + k];
        bool stays = m->unit_affinity[(int64_t)unit * m->theme_count + theme] >= 0;
        if (stays || m->unit_lock[unit] >= 0) continue;
        reseat(x, unit, group);
        gr_state_revalue(s, group);
    }
    if (s->size[group] > 0 && !fill(x, group)) return false;
    gr_state_revalue(s, group);
    return true;
}

/* Two groups trade their free people: where a group has a past, or needs of its own. */
static bool trade_places(struct gr_search *x, int32_t group, int32_t other)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    if (group == other || s->size[group] + s->size[other] == 0) return false;
    int32_t moving[2][GROUP_ROOM_MAX], count[2] = {0, 0}, at[2] = {group, other};
    for (int side = 0; side < 2; side++)
        for (int32_t k = s->units[at[side]] - 1; k >= 0; k--) {
            int32_t unit = s->unit_in[(int64_t)at[side] * m->room + k];
            if (m->unit_lock[unit] >= 0) continue;
            moving[side][count[side]++] = unit;
            gr_state_move(s, unit, GROUPING_NONE);
        }
    for (int side = 0; side < 2; side++)
        for (int32_t k = 0; k < count[side]; k++) {
            if (!fits(s, moving[side][k], at[1 - side])) return false;
            gr_state_move(s, moving[side][k], at[1 - side]);
        }
    for (int side = 0; side < 2; side++) {
        gr_state_revalue(s, at[side]);
        touch(x, at[side]);
    }
    return true;
}

static void empty_out(struct gr_search *x, int32_t group)
{
    struct gr_state *s = x->s;
    touch(x, group);
    for (int32_t k = s->units[group] - 1; k >= 0; k--) {
        int32_t unit = s->unit_in[(int64_t)group * s->model->room + k];
        if (s->model->unit_lock[unit] < 0) gr_state_move(s, unit, GROUPING_NONE);
    }
    gr_state_revalue(s, group);
}

/* Two groups are emptied, up to two are opened from whoever waits, the rest is seated. */
static bool begin_anew(struct gr_search *x, int32_t group, int32_t other)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    empty_out(x, group);
    if (cv_rng_below(&s->rng, 2) == 0) empty_out(x, other);
    for (uint32_t k = cv_rng_below(&s->rng, 3); k > 0; k--) {
        int32_t theme = (int32_t)cv_rng_below(&s->rng, (uint32_t)m->theme_count);
        int32_t made = empty_group(s, theme);
        if (made >= 0 && !fill(x, made)) empty_out(x, made);
    }
    if (s->size[group] > 0 && !fill(x, group)) return false;
    if (s->size[other] > 0 && !fill(x, other)) return false;
    for (int32_t k = s->waiting_units - 1; k >= 0; k--)
        if (k < s->waiting_units) reseat(x, s->waiting[k], GROUPING_NONE);
    return true;
}

static bool change(struct gr_search *x, uint32_t kind, int32_t group, int32_t other, int32_t theme)
{
    while (x->focus_count > 0) x->focused[x->focus[--x->focus_count]] = false;
    switch (kind) {
    case 0: return close_group(x, group);
    case 1: return open_group(x, theme);
    case 2: return split_group(x, group, theme);
    case 3: return merge_groups(x, group, other);
    case 4: return change_theme(x, group, theme);
    case 5: return trade_places(x, group, other);
    case 6: return close_group(x, group) && open_group(x, theme);
    default: return begin_anew(x, group, other);
    }
}

static bool sizes_hold(const struct gr_state *s)
{
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->size[g] == 0 || s->size[g] >= s->model->size_min) continue;
        if (s->opened[g]) return false;
    }
    return true;
}

/* One change, a search around it, and back unless it was worth it. */
static bool attempt(struct gr_search *x, double *objective, struct gr_clock *clock)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    int32_t group = (int32_t)cv_rng_below(&s->rng, (uint32_t)s->group_count);
    int32_t other = (int32_t)cv_rng_below(&s->rng, (uint32_t)s->group_count);
    int32_t theme = (int32_t)cv_rng_below(&s->rng, (uint32_t)m->theme_count);
    uint32_t kind = cv_rng_below(&s->rng, KINDS);
    if (kind == 2 && cv_rng_below(&s->rng, 2) == 0) theme = s->theme[group];
    gr_state_copy(&x->saved, s);
    bool better = change(x, kind, group, other, theme) && sizes_hold(s);
    gr_search_list_groups(x);
    if (better) {
        if (m->unit_count <= SMALL) (void)gr_anneal(x, SMALL_LOOKS, clock);
        gr_descend(x, x->focus, x->focus_count, (int64_t)m->unit_count * 100, clock);
        double now = gr_state_objective(s);
        better = now > *objective + 1e-9;
        if (better) *objective = now;
    }
    if (better) return true;
    gr_state_copy(s, &x->saved);
    gr_search_list_groups(x);
    return false;
}

void gr_reshape(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    struct gr_state *s = x->s;
    if (s->group_count == 0) return;
    double objective = gr_state_objective(s);
    int64_t last = s->iterations + looks;
    int64_t least = looks / LOOKS_PER_TRY; /* small networks: so many tries, whatever they cost */
    for (int32_t k = 0; k < TRIES_MOST; k++) {
        if (s->iterations >= last && (k >= least || s->model->unit_count > SMALL)) return;
        if (gr_told_to_stop(clock, 0)) return;
        (void)attempt(x, &objective, clock);
    }
}
