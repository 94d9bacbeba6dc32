/* grouping_search: makes an assignment better: simulated annealing over swaps and inserts
 * (Kirkpatrick, Gelatt & Vecchi 1983), then descent. Every step keeps the hard rules. Not here: a
 * first assignment (grouping_start.c); opening and closing of groups. */
#include <math.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

enum { LOOKS_PER_ASK = 512, SAMPLES = 400 };

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

/* Cost of the ties of `unit` in group `to` less those in `from`; `other` changes sides too. */
static double tie_change(const struct gr_state *s, int32_t unit, int32_t from, int32_t to,
                         int32_t other)
{
    const struct gr_model *m = s->model;
    double change = 0;
    for (int64_t k = m->tie_first[unit]; k < m->tie_first[unit + 1]; k++) {
        int32_t u = m->tie_unit[k], g = s->unit_group[u];
        if (g < 0 || u == other) continue;
        if (g == to) change += m->tie_cost[k];
        if (g == from) change -= m->tie_cost[k];
    }
    return change;
}

static bool sizes_allow(const struct gr_state *s, const struct gr_step *step)
{
    const struct gr_model *m = s->model;
    int32_t grow = gr_unit_size(m, step->a) - (step->b < 0 ? 0 : gr_unit_size(m, step->b));
    if (step->to >= 0) {
        int32_t size = s->size[step->to] + grow;
        if (size > s->max[step->to] && grow > 0) return false;
        if (size < m->size_min && s->size[step->to] >= m->size_min) return false;
    }
    if (step->from >= 0) {
        int32_t size = s->size[step->from] - grow;
        if (size > s->max[step->from] && grow < 0) return false;
        if (size < m->size_min && s->size[step->from] >= m->size_min) return false;
    }
    return true;
}

/* What the step changes unit by unit: affinity, stay, ties, who waits. */
static double gain_of_units(const struct gr_state *s, const struct gr_step *step)
{
    const struct gr_model *m = s->model;
    int32_t a = step->a, b = step->b, from = step->from, to = step->to;
    double gain = gr_pull(s, a, to) - gr_pull(s, a, from);
    if (m->has_ties) gain -= tie_change(s, a, from, to, b);
    if (b >= 0) {
        gain += gr_pull(s, b, from) - gr_pull(s, b, to);
        if (m->has_ties) gain -= tie_change(s, b, to, from, a);
    }
    int32_t grow = gr_unit_size(m, a) - (b < 0 ? 0 : gr_unit_size(m, b));
    if (from < 0) gain += WAITING_COST * grow;
    if (to < 0) gain -= WAITING_COST * grow;
    return gain;
}

/* Fills the gain; false when a hard rule forbids the step, or when the gain is below `least` for
 * certain: no group can be worth more than the ideal one of its size, which saves most counting. */
bool gr_weigh(struct gr_state *s, struct gr_step *step, double least)
{
    const struct gr_model *m = s->model;
    s->iterations++;
    int32_t a = step->a, b = step->b, from = step->from, to = step->to;
    if (!sizes_allow(s, step)) return false;
    if (to >= 0 && !gr_may_sit(s, a, to, b)) return false;
    if (b >= 0 && from >= 0 && !gr_may_sit(s, b, from, a)) return false;
    int32_t grow = gr_unit_size(m, a) - (b < 0 ? 0 : gr_unit_size(m, b));
    double gain = gain_of_units(s, step);
    double hope_to = to < 0 ? 0 : m->ideal[s->size[to] + grow] - s->value[to];
    double hope_from = from < 0 ? 0 : m->ideal[s->size[from] - grow] - s->value[from];
    if (gain + hope_to + hope_from < least) return false;
    if (from >= 0) {
        step->value_from = value_with(s, from, a, b);
        gain += step->value_from - s->value[from];
        if (gain + hope_to < least) return false;
    }
    if (to >= 0) {
        step->value_to = value_with(s, to, b, a);
        gain += step->value_to - s->value[to];
    }
    step->gain = gain;
    return gain >= least;
}

void gr_take(struct gr_state *s, const struct gr_step *step)
{
    if (step->b >= 0) gr_state_move(s, step->b, GROUPING_NONE);
    gr_state_move(s, step->a, step->to);
    if (step->b >= 0 && step->from >= 0) gr_state_move(s, step->b, step->from);
    if (step->from >= 0) s->value[step->from] = step->value_from;
    if (step->to >= 0) s->value[step->to] = step->value_to;
}

/* A random step from a random unit: half of them inside the theme it is in, else to a theme that it
 * would rather join the more often it is drawn (themes are sorted by affinity). */
static bool draw(struct gr_search *x, struct gr_step *step)
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
    double u = cv_rng_unit(rng);
    int32_t theme = x->themes[x->themes_first[a] + (int64_t)(u * u * (double)themes)];
    if (from >= 0 && cv_rng_below(rng, 2) == 0) theme = s->theme[from];
    int32_t first = x->groups_first[theme], count = x->groups_first[theme + 1] - first;
    if (count == 0) return false;
    int32_t to = x->groups[first + cv_rng_below(rng, (uint32_t)count)];
    if (from >= 0 && s->size[from] < m->size_min && cv_rng_below(rng, 4) == 0) {
        *step = (struct gr_step){.a = a, .b = GROUPING_NONE, .from = from, .to = GROUPING_NONE};
        return true;
    }
    if (to == from) return false;
    int32_t b = GROUPING_NONE;
    int32_t at = (int32_t)cv_rng_below(rng, (uint32_t)(s->units[to] + 1));
    if (at < s->units[to]) b = s->unit_in[(int64_t)to * m->room + at];
    if (b >= 0 && m->unit_lock[b] >= 0) return false;
    *step = (struct gr_step){.a = a, .b = b, .from = from, .to = to};
    return true;
}

void gr_search_init(struct gr_search *out, struct gr_state *s, struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    *out = (struct gr_search){.s = s,
                              .free_units = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                              .groups = CV_NEW_ARRAY(mem, int32_t, s->group_capacity),
                              .focus = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                              .focused = CV_NEW_ARRAY(mem, bool, m->unit_count),
                              .groups_first = CV_NEW_ARRAY(mem, int32_t, m->theme_count + 2),
                              .themes_first = CV_NEW_ARRAY(mem, int64_t, m->unit_count + 1)};
    int64_t pairs = (int64_t)m->unit_count * m->theme_count, eligible = 0;
    for (int64_t k = 0; k < pairs; k++) eligible += m->unit_affinity[k] >= 0;
    out->themes = CV_NEW_ARRAY(mem, int32_t, eligible);
    int64_t at = 0;
    for (int32_t u = 0; u < m->unit_count; u++) {
        const double *row = m->unit_affinity + (int64_t)u * m->theme_count;
        for (int32_t t = 0; t < m->theme_count; t++) {
            if (row[t] < 0) continue;
            int64_t k = at++;
            for (; k > out->themes_first[u] && row[out->themes[k - 1]] < row[t]; k--)
                out->themes[k] = out->themes[k - 1];
            out->themes[k] = t;
        }
        out->themes_first[u + 1] = at;
        if (m->unit_lock[u] < 0 && at > out->themes_first[u])
            out->free_units[out->free_count++] = u;
    }
    gr_search_list_groups(out);
    gr_state_init(&out->saved, m, 0, 0, mem);
    gr_state_init(&out->best, m, 0, 0, mem);
}

void gr_search_list_groups(struct gr_search *x)
{
    const struct gr_state *s = x->s;
    int32_t themes = s->model->theme_count;
    memset(x->groups_first, 0, (size_t)(themes + 2) * sizeof *x->groups_first);
    for (int32_t g = 0; g < s->group_count; g++)
        if (s->size[g] > 0) x->groups_first[s->theme[g] + 2]++;
    for (int32_t t = 0; t < themes; t++) x->groups_first[t + 2] += x->groups_first[t + 1];
    for (int32_t g = 0; g < s->group_count; g++)
        if (s->size[g] > 0) x->groups[x->groups_first[s->theme[g] + 1]++] = g;
}

/* Asks the watcher now and then; true when the run must end. */
bool gr_told_to_stop(struct gr_clock *clock, int64_t looks)
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
        struct gr_step step;
        if (!draw(x, &step) || !gr_weigh(x->s, &step, -WAITING_COST / 2)) continue;
        if (step.gain >= 0) continue;
        sum -= step.gain;
        count++;
    }
    return count > 0 ? sum / count : 1;
}

bool gr_anneal(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    double usual = usual_loss(x), hot = 0.2 * usual, cold = 0.01 * usual, heat = hot;
    for (int64_t k = 0; k < looks; k++) {
        if (k % LOOKS_PER_ASK == 0) {
            heat = hot * pow(cold / hot, (double)k / (double)looks);
            if (gr_told_to_stop(clock, k > 0 ? LOOKS_PER_ASK : 0)) return false;
        }
        struct gr_step step;
        if (!draw(x, &step)) continue;
        double least = heat * log(cv_rng_unit(&x->s->rng) + 1e-300);
        if (gr_weigh(x->s, &step, least)) gr_take(x->s, &step);
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
        struct gr_step step = {.a = a, .b = b, .from = s->unit_group[a], .to = to};
        if (!gr_weigh(s, &step, 1e-9)) continue;
        gr_take(s, &step);
        return true;
    }
    return false;
}

/* First improvement over all steps of these units, until none is left or the looks are used up. */
void gr_descend(struct gr_search *x, const int32_t *units, int32_t count, int64_t looks,
                struct gr_clock *clock)
{
    struct gr_state *s = x->s;
    int64_t last = s->iterations + looks, asked = s->iterations;
    int32_t quiet = 0; /* units in a row without a better step */
    for (int32_t k = 0; quiet < count && s->iterations < last; k++) {
        int32_t a = units[k % count];
        bool better = false;
        for (int64_t t = x->themes_first[a]; t < x->themes_first[a + 1]; t++)
            for (int32_t i = x->groups_first[x->themes[t]]; i < x->groups_first[x->themes[t] + 1];
                 i++)
                if (x->groups[i] != s->unit_group[a]) better |= better_into(s, a, x->groups[i]);
        quiet = better ? 0 : quiet + 1;
        if (s->iterations - asked < LOOKS_PER_ASK) continue;
        if (gr_told_to_stop(clock, s->iterations - asked)) return;
        asked = s->iterations;
    }
}

void gr_search_run(struct gr_search *x, int64_t looks, struct gr_clock *clock)
{
    if (x->free_count == 0 || x->s->group_count == 0) return;
    if (!gr_anneal(x, looks, clock)) return;
    gr_descend(x, x->free_units, x->free_count, looks / 4, clock);
    gr_reshape(x, looks / 2, clock);
}
