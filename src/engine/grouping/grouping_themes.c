/* grouping_themes: which themes get groups, how many, and who is meant for which. People go to the
 * theme they care about most; a theme that too few want is closed, or filled with those who lose
 * least by it, whichever costs less. The search may still move anybody. */
#include <math.h>
#include <stdlib.h>

#include "engine/grouping/grouping_internal.h"

struct planner {
    struct gr_plan *plan;
    struct gr_state *s;
    const struct gr_model *m;
    const int32_t *extra;
    struct candidate *candidates; /* scratch, one a unit */
};

struct candidate {
    double loss;
    int32_t unit;
};

static int by_loss(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->loss != y->loss) return x->loss < y->loss ? -1 : 1;
    return x->unit < y->unit ? -1 : 1;
}

static double affinity(const struct planner *x, int32_t unit, int32_t theme)
{
    return x->m->unit_affinity[(int64_t)unit * x->m->theme_count + theme];
}

static int32_t best_theme(const struct planner *x, int32_t unit, int32_t but_not)
{
    int32_t best = GROUPING_NONE;
    for (int32_t t = 0; t < x->m->theme_count; t++) {
        if (t == but_not || x->plan->closed[t] || affinity(x, unit, t) < 0) continue;
        if (best < 0 || affinity(x, unit, t) > affinity(x, unit, best)) best = t;
    }
    return best;
}

static void choose(struct planner *x, int32_t unit, int32_t theme)
{
    int32_t before = x->plan->choice[unit], size = gr_unit_size(x->m, unit);
    if (before >= 0) x->plan->demand[before] -= size;
    if (theme >= 0) x->plan->demand[theme] += size;
    x->plan->choice[unit] = theme;
}

/* What its people lose when a theme is closed; who would be left without any counts as waiting. */
static double loss_of_closing(const struct planner *x, int32_t theme)
{
    double loss = 0;
    for (int32_t u = 0; u < x->m->unit_count; u++) {
        if (x->plan->choice[u] != theme) continue;
        int32_t next = best_theme(x, u, theme);
        loss += next < 0 ? WAITING_COST * gr_unit_size(x->m, u)
                         : affinity(x, u, theme) - affinity(x, u, next);
    }
    return loss;
}

/* Those who would lose least, enough to fill the theme; their number, 0 when it cannot be. Themes
 * that have enough must keep enough. */
static int32_t find_fillers(struct planner *x, int32_t theme, double *loss)
{
    const struct gr_plan *plan = x->plan;
    int32_t count = 0, used = 0, people = plan->demand[theme];
    for (int32_t u = 0; u < x->m->unit_count; u++) {
        int32_t now = plan->choice[u];
        if (now == theme || now < 0 || affinity(x, u, theme) < 0) continue;
        x->candidates[count++] =
            (struct candidate){.loss = affinity(x, u, now) - affinity(x, u, theme), .unit = u};
    }
    qsort(x->candidates, (size_t)count, sizeof *x->candidates, by_loss);
    *loss = 0;
    for (int32_t k = 0; k < count && people < x->m->size_min; k++) {
        int32_t u = x->candidates[k].unit, size = gr_unit_size(x->m, u);
        int32_t left = plan->demand[plan->choice[u]] - size;
        /* Approximate: several taken from one theme are seen when the theme is looked at itself. */
        if (left < x->m->size_min && plan->demand[plan->choice[u]] >= x->m->size_min) continue;
        people += size;
        *loss += x->candidates[k].loss;
        x->candidates[used++] = x->candidates[k];
    }
    return people >= x->m->size_min ? used : 0;
}

static void fill_or_close(struct planner *x, int32_t theme)
{
    double loss = 0;
    int32_t fillers = find_fillers(x, theme, &loss);
    if (fillers > 0 && loss < loss_of_closing(x, theme)) {
        for (int32_t k = 0; k < fillers; k++) choose(x, x->candidates[k].unit, theme);
        return;
    }
    x->plan->closed[theme] = true;
    for (int32_t u = 0; u < x->m->unit_count; u++)
        if (x->plan->choice[u] == theme) choose(x, u, best_theme(x, u, theme));
}

/* The smallest theme first. A theme is filled at most once, so that two cannot take turns. */
static void settle_small_themes(struct planner *x, struct cv_arena *mem)
{
    const struct gr_plan *plan = x->plan;
    bool *seen = CV_NEW_ARRAY(mem, bool, x->m->theme_count);
    for (;;) {
        int32_t smallest = GROUPING_NONE;
        for (int32_t t = 0; t < x->m->theme_count; t++) {
            if (plan->closed[t] || plan->groups[t] > 0 || plan->demand[t] >= x->m->size_min)
                continue;
            if (smallest < 0 || plan->demand[t] < plan->demand[smallest]) smallest = t;
        }
        if (smallest < 0) return;
        if (!seen[smallest]) {
            seen[smallest] = true;
            fill_or_close(x, smallest);
            continue;
        }
        x->plan->closed[smallest] = true;
        for (int32_t u = 0; u < x->m->unit_count; u++)
            if (plan->choice[u] == smallest) choose(x, u, best_theme(x, u, smallest));
    }
}

/* People whom a theme would seat besides those that have a seat, and their affinity. */
static double worth_of_group(const struct planner *x, const bool *seated, int32_t theme)
{
    double people = 0, sum = 0;
    for (int32_t u = 0; u < x->m->unit_count; u++) {
        if (seated[u] || affinity(x, u, theme) < 0) continue;
        people += gr_unit_size(x->m, u);
        sum += affinity(x, u, theme);
    }
    if (people == 0) return 0;
    double seats = people < x->m->size_max ? people : x->m->size_max;
    return seats * WAITING_COST + sum * seats / people;
}

static void seat_for(struct planner *x, bool *seated, int32_t theme, int32_t seats)
{
    int32_t count = 0;
    for (int32_t u = 0; u < x->m->unit_count; u++)
        if (!seated[u] && affinity(x, u, theme) >= 0)
            x->candidates[count++] = (struct candidate){
                .loss = affinity(x, u, best_theme(x, u, GROUPING_NONE)) - affinity(x, u, theme),
                .unit = u};
    qsort(x->candidates, (size_t)count, sizeof *x->candidates, by_loss);
    for (int32_t k = 0; k < count && seats > 0; k++) {
        seated[x->candidates[k].unit] = true;
        seats -= gr_unit_size(x->m, x->candidates[k].unit);
    }
}

/* Groups given without a theme take, one after the other, the one that seats most people. */
static void give_themes(struct planner *x, struct cv_arena *mem)
{
    struct gr_state *s = x->s;
    bool *seated = CV_NEW_ARRAY(mem, bool, x->m->unit_count);
    for (int32_t u = 0; u < x->m->unit_count; u++)
        seated[u] = s->unit_group[u] >= 0 || best_theme(x, u, GROUPING_NONE) < 0;
    for (int32_t t = 0; t < x->m->theme_count; t++)
        if (x->plan->groups[t] > 0)
            seat_for(x, seated, t, x->plan->groups[t] * (int32_t)x->m->size_preferred);
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->theme[g] >= 0) continue;
        int32_t best = 0;
        double most = -1;
        for (int32_t t = 0; t < x->m->theme_count; t++) {
            double worth = worth_of_group(x, seated, t);
            if (worth > most) {
                most = worth;
                best = t;
            }
        }
        gr_state_set_theme(s, g, best);
        x->plan->groups[best]++;
        seat_for(x, seated, best, (int32_t)x->m->size_preferred);
    }
}

static void close_themes_without_groups(struct planner *x)
{
    for (int32_t t = 0; t < x->m->theme_count; t++) x->plan->closed[t] |= x->plan->groups[t] == 0;
    for (int32_t u = 0; u < x->m->unit_count; u++)
        if (x->plan->choice[u] >= 0 && x->plan->closed[x->plan->choice[u]])
            choose(x, u, best_theme(x, u, GROUPING_NONE));
}

static int32_t groups_wanted(const struct gr_model *m, int32_t people, int32_t extra)
{
    int32_t most = people / m->size_min, least = (people + m->size_max - 1) / m->size_max;
    int32_t wanted = (int32_t)lround(people / m->size_preferred);
    if (wanted < least) wanted = least;
    wanted += extra;
    return wanted > most ? most : wanted;
}

static void open_groups(struct planner *x)
{
    for (int32_t t = 0; t < x->m->theme_count; t++) {
        if (x->plan->closed[t]) continue;
        int32_t wanted = groups_wanted(x->m, x->plan->demand[t], x->extra[t]);
        while (x->plan->groups[t] < wanted && x->s->group_count < x->s->group_capacity) {
            (void)gr_state_open(x->s, t);
            x->plan->groups[t]++;
        }
    }
}

void gr_plan_themes(struct gr_plan *out, struct gr_state *s, const int32_t *extra,
                    struct cv_arena *mem)
{
    const struct gr_model *m = s->model;
    *out = (struct gr_plan){.demand = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                            .groups = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                            .choice = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                            .closed = CV_NEW_ARRAY(mem, bool, m->theme_count)};
    struct planner x = {.plan = out,
                        .s = s,
                        .m = m,
                        .extra = extra,
                        .candidates = CV_NEW_ARRAY(mem, struct candidate, m->unit_count)};
    for (int32_t g = 0; g < s->group_count; g++) {
        if (s->theme[g] < 0)
            out->undecided++;
        else
            out->groups[s->theme[g]]++;
    }
    for (int32_t t = 0; t < m->theme_count; t++)
        out->closed[t] = out->groups[t] == 0 && out->undecided == 0 && !m->problem->may_open;
    for (int32_t u = 0; u < m->unit_count; u++) {
        int32_t at = s->unit_group[u];
        out->choice[u] = GROUPING_NONE;
        if (at < 0)
            choose(&x, u, best_theme(&x, u, GROUPING_NONE));
        else if (s->theme[at] >= 0)
            out->demand[s->theme[at]] += gr_unit_size(m, u);
    }
    give_themes(&x, mem);
    if (!m->problem->may_open) {
        close_themes_without_groups(&x);
        return;
    }
    settle_small_themes(&x, mem);
    open_groups(&x);
}
