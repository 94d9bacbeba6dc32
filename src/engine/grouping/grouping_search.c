/* grouping_search: makes an assignment better: simulated annealing over swaps and inserts
 * (Kirkpatrick, Gelatt & Vecchi 1983), then descent. Every step keeps the hard rules. Not here: a
 * first assignment (grouping_start.c); opening and closing of groups. */
#include <math.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

enum { LOOKS_PER_ASK = 512, SAMPLES = 400 };

/* Two units change places, or unit `a` moves to group `to` (then b is -1). Groups may be -1. */
struct step {
    int32_t a, b;
    int32_t from, to;
    double gain, value_from, value_to;
};

static double value_with(const struct gr_state *s, int32_t group, int32_t out_unit, int32_t in_unit)
{
    const struct gr_model *m = s->model;
    int32_t who[2 * GROUP_ROOM_MAX];
    const int32_t *row = s->who + (int64_t)group * m->room;
    int32_t count = 0;
    for (int32_t k = 0; k < s->size[group]; k++) {
        who[count] = row[k];
        count += m->people[row[k]].unit != out_unit;
    }
    if (in_unit >= 0)
        for (int32_t k = m->unit_first[in_unit]; k < m->unit_first[in_unit + 1]; k++)
            who[count++] = m->unit_people[k];
    struct gr_shape shape;
    gr_shape_of(&shape, m, &s->counts, who, count, s->need[group]);
    return gr_shape_value(m, &shape);
}

/* Cost of the ties of `unit` in group `to` less those in `from`; the tie with `other` apart. */
static double tie_change(double *with_other, const struct gr_state *s, int32_t unit, int32_t from,
                         int32_t to, int32_t other)
{
    const struct gr_model *m = s->model;
    double change = 0;
    for (int64_t k = m->tie_first[unit]; k < m->tie_first[unit + 1]; k++) {
        int32_t u = m->tie_unit[k], g = s->unit_group[u];
        if (g < 0) continue;
        if (u == other)
            *with_other += m->tie_cost[k];
        else if (g == to)
            change += m->tie_cost[k];
        if (g == from) change -= m->tie_cost[k];
    }
    return change;
}

static bool sizes_allow(const struct gr_state *s, const struct step *step)
{
    const struct gr_model *m = s->model;
    int32_t grow = gr_unit_size(m, step->a) - (step->b < 0 ? 0 : gr_unit_size(m, step->b));
    if (step->to >= 0) {
        int32_t size = s->size[step->to] + grow;
        if (size > s->max[step->to] && grow > 0) return false;
        if (size < m->size_min && grow < 0) return false;
    }
    if (step->from >= 0) {
        int32_t size = s->size[step->from] - grow;
        if (size > s->max[step->from] && grow < 0) return false;
        if (size < m->size_min && grow > 0) return false;
    }
    return true;
}

/* Fills the gain; false when a hard rule forbids the step. */
static bool weigh(struct gr_state *s, struct step *step)
{
    const struct gr_model *m = s->model;
    s->iterations++;
    int32_t a = step->a, b = step->b, from = step->from, to = step->to;
    if (!sizes_allow(s, step)) return false;
    if (to >= 0 && !gr_may_sit(s, a, to, b)) return false;
    if (b >= 0 && from >= 0 && !gr_may_sit(s, b, from, a)) return false;
    double gain = gr_pull(s, a, to) - gr_pull(s, a, from), ignored = 0;
    if (m->has_ties) gain -= tie_change(&ignored, s, a, from, to, b);
    if (b >= 0) {
        gain += gr_pull(s, b, from) - gr_pull(s, b, to);
        if (m->has_ties) gain -= tie_change(&ignored, s, b, to, from, a);
    }
    int32_t in_b = b < 0 ? 0 : gr_unit_size(m, b), in_a = gr_unit_size(m, a);
    if (from < 0) gain += WAITING_COST * (in_a - in_b);
    if (to < 0) gain -= WAITING_COST * (in_a - in_b);
    if (from >= 0) {
        step->value_from = value_with(s, from, a, b);
        gain += step->value_from - s->value[from];
    }
    if (to >= 0) {
        step->value_to = value_with(s, to, b, a);
        gain += step->value_to - s->value[to];
    }
    step->gain = gain;
    return true;
}

static void take(struct gr_state *s, const struct step *step)
{
    if (step->b >= 0) gr_state_move(s, step->b, GROUPING_NONE);
    gr_state_move(s, step->a, step->to);
    if (step->b >= 0 && step->from >= 0) gr_state_move(s, step->b, step->from);
    if (step->from >= 0) s->value[step->from] = step->value_from;
    if (step->to >= 0) s->value[step->to] = step->value_to;
}

/* A random step from a random unit: half of them inside the theme it is in. */
static bool draw(struct gr_search *x, struct step *step)
{
    struct gr_state *s = x->s;
    const struct gr_model *m = s->model;
    struct cv_rng *rng = &s->rng;
    int32_t a = x->free_units[cv_rng_below(rng, (uint32_t)x->free_count)];
    if (s->waiting_units > 0 && cv_rng_below(rng, 8) == 0)
        a = s->waiting[cv_rng_below(rng, (uint32_t)s->waiting_units)];
    int32_t from = s->unit_group[a];
    int64_t themes = x->themes_first[a + 1] - x->themes_first[a];
    if (themes == 0) return false;
    int32_t theme = x->themes[x->themes_first[a] + cv_rng_below(rng, (uint32_t)themes)];
    if (from >= 0 && cv_rng_below(rng, 2) == 0) theme = s->theme[from];
    int32_t first = x->groups_first[theme], count = x->groups_first[theme + 1] - first;
    if (count == 0) return false;
    int32_t to = x->groups[first + cv_rng_below(rng, (uint32_t)count)];
    if (to == from) return false;
    int32_t b = GROUPING_NONE;
    int32_t at = (int32_t)cv_rng_below(rng, (uint32_t)(s->units[to] + 1));
    if (at < s->units[to]) b = s->unit_in[(int64_t)to * m->room + at];
    if (b >= 0 && m->unit_lock[b] >= 0) return false;
    *step = (struct step){.a = a, .b = b, .from = from, .to = to};
    return true;
}

void gr_search_init(struct gr_search *out, struct gr_state *s, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    *out = (struct gr_search){.s = s,
                              .free_units = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                              .groups = CV_NEW_ARRAY(mem, int32_t, s->group_capacity),
                              .groups_first = CV_NEW_ARRAY(mem, int32_t, m->theme_count + 2),
                              .themes_first = CV_NEW_ARRAY(mem, int64_t, m->unit_count + 1)};
    int64_t pairs = (int64_t)m->unit_count * m->theme_count, eligible = 0;
    for (int64_t k = 0; k < pairs; k++) eligible += m->unit_affinity[k] >= 0;
    out->themes = CV_NEW_ARRAY(mem, int32_t, eligible);
    int64_t at = 0;
    for (int32_t u = 0; u < m->unit_count; u++) {
        for (int32_t t = 0; t < m->theme_count; t++)
            if (m->unit_affinity[(int64_t)u * m->theme_count + t] >= 0) out->themes[at++] = t;
        out->themes_first[u + 1] = at;
        if (m->unit_lock[u] < 0 && at > out->themes_first[u])
            out->free_units[out->free_count++] = u;
    }
    for (int32_t g = 0; g < s->group_count; g++)
        if (s->size[g] > 0) out->groups_first[s->theme[g] + 2]++;
    for (int32_t t = 0; t < m->theme_count; t++)
        out->groups_first[t + 2] += out->groups_first[t + 1];
    for (int32_t g = 0; g < s->group_count; g++)
        if (s->size[g] > 0) out->groups[out->groups_first[s->theme[g] + 1]++] = g;
}

/* Asks the watcher now and then; true when the run must end. */
static bool told_to_stop(struct gr_clock *clock, int64_t looks)
{
    int signal = 0;
#pragma omp critical(grouping_clock)
    {
        clock->done += looks;
        if (clock->watch && clock->signal == GROUPING_GO_ON) {
            double share = clock->total > 0 ? (double)clock->done / (double)clock->total : 1;
            clock->signal = (int)clock->watch(clock->context, share > 1 ? 1 : share);
        }
        signal = clock->signal;
    }
    return signal != GROUPING_GO_ON;
}

/* Mean loss of the steps that lose: what one temperature should be measured by. */
static double usual_loss(struct gr_search *x)
{
    double sum = 0;
    int32_t count = 0;
    for (int32_t k = 0; k < SAMPLES; k++) {
        struct step step;
        if (!draw(x, &step) || !weigh(x->s, &step)) continue;
        if (step.gain >= 0 || step.gain < -WAITING_COST / 2) continue;
        sum -= step.gain;
        count++;
    }
    return count > 0 ? sum / count : 1;
}

static bool anneal(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    double usual = usual_loss(x), hot = 0.4 * usual, cold = 0.004 * usual, heat = hot;
    for (int64_t k = 0; k < looks; k++) {
        if (k % LOOKS_PER_ASK == 0) {
            heat = hot * pow(cold / hot, (double)k / (double)looks);
            if (told_to_stop(clock, k > 0 ? LOOKS_PER_ASK : 0)) return false;
        }
        struct step step;
        if (!draw(x, &step) || !weigh(x->s, &step)) continue;
        if (step.gain < 0 && step.gain < heat * log(cv_rng_unit(&x->s->rng) + 1e-300)) continue;
        take(x->s, &step);
    }
    return true;
}

/* Every better step of unit a into group `to` is taken; true when there was one. */
static bool better_into(struct gr_state *s, int32_t a, int32_t to)
{
    const struct gr_model *m = s->model;
    for (int32_t k = -1; k < s->units[to]; k++) {
        int32_t b = k < 0 ? GROUPING_NONE : s->unit_in[(int64_t)to * m->room + k];
        if (b >= 0 && m->unit_lock[b] >= 0) continue;
        struct step step = {.a = a, .b = b, .from = s->unit_group[a], .to = to};
        if (!weigh(s, &step) || step.gain <= 1e-9) continue;
        take(s, &step);
        return true;
    }
    return false;
}

/* First improvement over all steps, until none is left or the looks are used up. */
static void descend(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    struct gr_state *s = x->s;
    int64_t last = s->iterations + looks, asked = s->iterations;
    int32_t quiet = 0; /* units in a row without a better step */
    for (int32_t k = 0; quiet < x->free_count && s->iterations < last; k++) {
        int32_t a = x->free_units[k % x->free_count];
        bool better = false;
        for (int64_t t = x->themes_first[a]; t < x->themes_first[a + 1]; t++)
            for (int32_t i = x->groups_first[x->themes[t]]; i < x->groups_first[x->themes[t] + 1];
                 i++)
                if (x->groups[i] != s->unit_group[a]) better |= better_into(s, a, x->groups[i]);
        quiet = better ? 0 : quiet + 1;
        if (s->iterations - asked < LOOKS_PER_ASK) continue;
        if (told_to_stop(clock, s->iterations - asked)) return;
        asked = s->iterations;
    }
}

void gr_search_run(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    if (x->free_count == 0 || x->s->group_count == 0) return;
    if (anneal(x, looks, clock)) descend(x, looks / 2, clock);
}
