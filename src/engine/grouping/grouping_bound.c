/* grouping_bound: what no assignment can exceed that keeps the hard rules and leaves no more people
 * waiting. Each part is bounded by itself, the parts that depend on the number of groups together:
 *
 *   affinity    everybody in the theme they like best of those that could open at all
 *   alike       K groups hold N people of one role: sum of c(c-1)/(s-1) over groups with c of them
 *               among s people, bounded below by a Lagrangian dual over (c, s), one multiplier for
 *               the sum of c and one for the sum of s; any multipliers give a true bound
 *   size        sum of (s - preferred)^2 at equal sizes (Jensen)
 *   goals       each role, facilitator or skill holder serves one group only
 *   ties        none inside, but those that together-sets and locks force
 *
 * O(people + ties + themes * units + 32 * different counts * sizes^2). */
#include <math.h>

#include "engine/grouping/grouping_internal.h"

enum { INTERVALS = 32 };

struct tally {
    const struct gr_model *m;
    int32_t placed, waiting;
    /* Histograms: at[k] roles (districts, lines) are shared by k people; up to people_count. */
    int32_t *role_at, *district_at, *employer_at;
    int32_t facilitators;
    int32_t holders[64];
};

static double best_affinities(const struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    if (p->theme_count == 0) return 0;
    int32_t *interested = CV_NEW_ARRAY(mem, int32_t, m->theme_count);
    bool *there = CV_NEW_ARRAY(mem, bool, m->theme_count);
    bool undecided = p->may_open;
    for (int32_t g = 0; g < p->group_count; g++) {
        if (p->groups[g].theme < 0)
            undecided = true;
        else
            there[p->groups[g].theme] = true;
    }
    for (int32_t u = 0; u < m->unit_count; u++)
        for (int32_t t = 0; t < m->theme_count; t++)
            if (m->unit_affinity[(int64_t)u * m->theme_count + t] >= 0)
                interested[t] += gr_unit_size(m, u);
    for (int32_t t = 0; t < m->theme_count; t++)
        there[t] |= undecided && interested[t] >= m->size_min;
    double sum = 0;
    for (int32_t u = 0; u < m->unit_count; u++) {
        const double *row = m->unit_affinity + (int64_t)u * m->theme_count;
        double best = 0;
        for (int32_t t = 0; t < m->theme_count; t++)
            if (row[t] > best && (there[t] || m->unit_lock[u] >= 0)) best = row[t];
        sum += best;
    }
    return sum;
}

static double forced_ties(const struct gr_model *m)
{
    double cost = m->tie_cost_forced;
    for (int32_t u = 0; u < m->unit_count; u++) {
        if (m->unit_lock[u] < 0) continue;
        for (int64_t k = m->tie_first[u]; k < m->tie_first[u + 1]; k++)
            if (m->tie_unit[k] > u && m->unit_lock[m->tie_unit[k]] == m->unit_lock[u])
                cost += m->tie_cost[k];
    }
    return cost;
}

static double stays(const struct gr_model *m)
{
    double sum = 0;
    for (int32_t i = 0; i < m->people_count; i++) sum += m->people[i].previous >= 0;
    return sum * m->problem->weights.stay;
}

static double alike_cost(int32_t c, double s)
{
    return s > 1 ? c * (c - 1.0) / (s - 1) : 0;
}

/* Least sum over `groups` groups of c(c-1)/(s-1) when `count` people are alike. */
static double least_alike(const struct tally *t, int32_t count, int32_t groups)
{
    int32_t most = t->m->room, q = count / groups;
    if (q == 0) return 0;
    double mean_size = (double)t->placed / groups, mean = (double)count / groups;
    double simple = (q * (q - 1.0) * (groups - count % groups) + (q + 1.0) * q * (count % groups)) /
                    (most > 1 ? most - 1 : 1);
    if (mean_size <= 1.5) return simple;
    double at_mean = alike_cost(q, mean_size) +
                     (mean - q) * (alike_cost(q + 1, mean_size) - alike_cost(q, mean_size));
    double per_c = alike_cost(q + 1, mean_size) - alike_cost(q, mean_size);
    double per_s = -at_mean / (mean_size - 1);
    double least = INFINITY;
    for (int32_t s = 1; s <= most; s++)
        for (int32_t c = 0; c <= s; c++) {
            double value = alike_cost(c, s) - per_c * c - per_s * s;
            if (value < least) least = value;
        }
    double dual = groups * least + per_c * count + per_s * t->placed;
    return dual > simple ? dual : simple;
}

static double alike_loss(const struct tally *t, const int32_t *at, int32_t groups)
{
    double loss = 0;
    for (int32_t k = 1; k <= t->m->people_count; k++)
        if (at[k] > 0 && k - t->waiting > groups)
            loss += at[k] * least_alike(t, k - t->waiting, groups);
    return loss;
}

/* Units of a goal that `groups` groups must miss when each kind serves a group once. */
static double kinds_missing(const struct tally *t, const int32_t *at, int32_t groups, int32_t need)
{
    double there = 0;
    for (int32_t k = 1; k <= t->m->people_count; k++)
        there += (double)at[k] * (k < groups ? k : groups);
    double missing = (double)need * groups - there;
    return missing > 0 ? missing : 0;
}

/* Points that any assignment to between `from` and `to` groups must lose. */
static double least_loss(const struct tally *t, int32_t from, int32_t to)
{
    const struct grouping_weights *w = &t->m->problem->weights;
    const struct grouping_goals *goals = &t->m->problem->goals;
    double loss = w->role * alike_loss(t, t->role_at, to);
    loss += w->district * alike_loss(t, t->district_at, to);
    if (t->m->has_employer) loss += w->employer * alike_loss(t, t->employer_at, to);
    loss += w->goal_roles * kinds_missing(t, t->role_at, from, goals->roles);
    loss += w->goal_districts * kinds_missing(t, t->district_at, from, goals->districts);
    double leaders = (double)goals->facilitators * from - t->facilitators;
    if (leaders > 0) loss += w->goal_facilitators * leaders;
    for (int b = 0; b < 64; b++)
        if ((goals->skills >> b & 1) && t->holders[b] < from)
            loss += w->goal_skills * (from - t->holders[b]);
    double low = (double)t->placed / to - t->m->size_preferred;
    double high = (double)t->placed / from - t->m->size_preferred;
    if (low > 0) loss += w->size * low * low * from;
    if (high < 0) loss += w->size * high * high * from;
    return loss;
}

static void count_kinds(int32_t *at, const int32_t *kinds, int32_t count)
{
    for (int32_t k = 0; k < count; k++) at[kinds[k]]++;
}

static void tally_people(struct tally *t, struct cv_arena *mem)
{
    const struct gr_model *m = t->m;
    int32_t *role = CV_NEW_ARRAY(mem, int32_t, m->roles);
    int32_t *district = CV_NEW_ARRAY(mem, int32_t, m->districts);
    int32_t *employer = CV_NEW_ARRAY(mem, int32_t, m->employers);
    for (int32_t i = 0; i < m->people_count; i++) {
        const struct gr_person *p = &m->people[i];
        if (p->role >= 0) role[p->role]++;
        if (p->district >= 0) district[p->district]++;
        if (p->employer >= 0) employer[p->employer]++;
        t->facilitators += p->facilitates;
        for (uint64_t s = p->skills; s; s &= s - 1) t->holders[__builtin_ctzll(s)]++;
    }
    t->role_at = CV_NEW_ARRAY(mem, int32_t, m->people_count + 1);
    t->district_at = CV_NEW_ARRAY(mem, int32_t, m->people_count + 1);
    t->employer_at = CV_NEW_ARRAY(mem, int32_t, m->people_count + 1);
    count_kinds(t->role_at, role, m->roles);
    count_kinds(t->district_at, district, m->districts);
    count_kinds(t->employer_at, employer, m->employers);
}

double gr_bound(const struct gr_model *m, int32_t waiting_people, struct cv_arena *mem)
{
    const struct grouping_weights *w = &m->problem->weights;
    struct tally t = {
        .m = m, .placed = m->people_count - waiting_people, .waiting = waiting_people};
    if (t.placed == 0) return 0;
    tally_people(&t, mem);
    double each = w->role + w->district;
    if (m->has_employer) each += w->employer;
    if (m->has_slots) each += w->slot;
    double bound = best_affinities(m, mem) + stays(m) - forced_ties(m) + each * t.placed;
    int32_t from = (t.placed + m->room - 1) / m->room;
    int32_t to = m->problem->group_count + (m->problem->may_open ? t.placed / m->size_min : 0);
    if (to < from) to = from;
    double least = INFINITY;
    int32_t step = (to - from) / INTERVALS + 1;
    for (int32_t k = from; k <= to; k += step) {
        int32_t last = k + step - 1 < to ? k + step - 1 : to;
        double loss = least_loss(&t, k, last);
        if (loss < least) least = loss;
    }
    return bound - least;
}
