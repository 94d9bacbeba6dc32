/* grouping_form: the run as a whole: check, independent starts over the cores, the best one told.
 * Not here: how a start searches (grouping_search.c). */
#include <string.h>

#include "engine/grouping/grouping_internal.h"

enum {
    LOOKS_PER_PERSON = 1500,
    PEOPLE_LOOKED_AT_TWICE = 500, /* small networks can afford more */
    LOOKS_LEAST = 20000,
    PROBE_LOOKS_PER_PERSON = 100,
    PROBES = 6,
    STARTS_DEFAULT = 4,
    STARTS_LARGE = 2
};

static int64_t looks_for(const struct gr_model *m, double effort)
{
    int64_t looks = (int64_t)m->unit_count * LOOKS_PER_PERSON;
    looks += (int64_t)LOOKS_PER_PERSON *
             (m->unit_count < PEOPLE_LOOKED_AT_TWICE ? m->unit_count : PEOPLE_LOOKED_AT_TWICE);
    if (looks < LOOKS_LEAST) looks = LOOKS_LEAST;
    return (int64_t)((double)looks * (effort > 0 ? effort : 1));
}

static void tell(struct grouping_result *out, const struct gr_model *m, const struct gr_state *s,
                 struct cv_arena *mem)
{
    int32_t given = m->problem->group_count, count = 0;
    int32_t *group_of = CV_NEW_ARRAY(mem, int32_t, m->people_count);
    int32_t *theme_of = CV_NEW_ARRAY(mem, int32_t, s->group_count);
    int32_t *number = CV_NEW_ARRAY(mem, int32_t, s->group_count);
    for (int32_t g = 0; g < s->group_count; g++) {
        number[g] = g < given || s->size[g] > 0 ? count++ : GROUPING_NONE;
        if (number[g] >= 0) theme_of[number[g]] = s->theme[g];
    }
    for (int32_t i = 0; i < m->people_count; i++) {
        int32_t g = s->unit_group[m->people[i].unit];
        group_of[i] = g < 0 ? GROUPING_NONE : number[g];
    }
    gr_report(out, m, group_of, theme_of, count, mem);
}

/* Themes whose people still wait get one more group. */
static bool ask_for_more(int32_t *extra, const struct gr_state *s)
{
    const struct gr_model *m = s->model;
    bool any = false;
    for (int32_t t = 0; t < m->theme_count; t++) {
        int32_t people = 0;
        for (int32_t k = 0; k < s->waiting_units; k++)
            people += m->unit_affinity[(int64_t)s->waiting[k] * m->theme_count + t] >= 0;
        if (people == 0) continue;
        extra[t]++;
        any = true;
    }
    return any;
}

/* Sets that must be together, and people who must be apart, may need more groups than the number of
 * people alone asks for. Short searches find out; the fewest groups with the fewest waiting win. */
static int32_t *find_extra(const struct gr_model *m, const struct grouping_options *options,
                           struct cv_arena *mem)
{
    int32_t *extra = CV_NEW_ARRAY(mem, int32_t, m->theme_count);
    int32_t *best = CV_NEW_ARRAY(mem, int32_t, m->theme_count);
    int32_t fewest = m->people_count + 1;
    struct gr_clock clock = {0};
    for (int k = 0; k < PROBES && m->problem->may_open; k++) {
        struct gr_state s;
        struct gr_search search;
        gr_state_init(&s, m, options->seed, (uint64_t)k, mem);
        gr_start(&s, extra, mem);
        if (s.waiting_people > 0) {
            gr_search_init(&search, &s, mem);
            gr_search_run(&search, (int64_t)PROBE_LOOKS_PER_PERSON * m->unit_count, &clock);
        }
        if (s.waiting_people < fewest) {
            fewest = s.waiting_people;
            for (int32_t t = 0; t < m->theme_count; t++) best[t] = extra[t];
        }
        if (fewest == 0 || !ask_for_more(extra, &s)) break;
    }
    return best;
}

static cv_rc search_all(struct grouping_result *out, const struct gr_model *m,
                        const struct grouping_options *options, struct cv_arena *mem)
{
    int32_t starts = options->starts > 0      ? options->starts
                     : m->people_count > 5000 ? STARTS_LARGE
                                              : STARTS_DEFAULT;
    int64_t looks = looks_for(m, options->effort) / starts;
    struct gr_state *states = CV_NEW_ARRAY(mem, struct gr_state, starts);
    struct gr_search *searches = CV_NEW_ARRAY(mem, struct gr_search, starts);
    const int32_t *extra = find_extra(m, options, mem);
    for (int32_t k = 0; k < starts; k++) {
        gr_state_init(&states[k], m, options->seed, (uint64_t)k, mem);
        gr_start(&states[k], extra, mem);
        gr_search_init(&searches[k], &states[k], mem);
    }
    struct gr_clock clock = {
        .watch = options->watch, .context = options->watch_context, .total = looks * starts};
    if (options->threads > 0) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(options->threads)
        for (int32_t k = 0; k < starts; k++) gr_search_run(&searches[k], looks, &clock);
    } else {
#pragma omp parallel for schedule(dynamic, 1)
        for (int32_t k = 0; k < starts; k++) gr_search_run(&searches[k], looks, &clock);
    }
    if (clock.signal == GROUPING_CANCEL) return CV_CANCELLED;
    int32_t best = 0;
    int64_t iterations = 0;
    for (int32_t k = 0; k < starts; k++) {
        iterations += states[k].iterations;
        if (gr_state_objective(&states[k]) > gr_state_objective(&states[best])) best = k;
    }
    tell(out, m, &states[best], mem);
    out->iterations = iterations;
    if (clock.signal == GROUPING_OUT_OF_TIME) out->stopped = GROUPING_STOPPED_BY_TIME;
    return CV_OK;
}

cv_rc grouping_form(struct grouping_result *out, const struct grouping_problem *problem,
                    const struct grouping_options *options, struct cv_arena *mem)
{
    struct grouping_conflicts conflicts;
    cv_rc rc = grouping_check(&conflicts, problem, mem);
    if (rc != CV_OK) return rc;
    struct gr_model model;
    gr_model_init(&model, problem, mem);
    return search_all(out, &model, options, mem);
}

cv_rc grouping_score(struct grouping_result *out, const struct grouping_problem *problem,
                     const int32_t *group_of, const int32_t *theme_of, int32_t group_count,
                     struct cv_arena *mem)
{
    struct gr_model model;
    gr_model_init(&model, problem, mem);
    if (group_count < problem->group_count) return CV_INVALID;
    int32_t *size = CV_NEW_ARRAY(mem, int32_t, group_count);
    for (int32_t i = 0; i < problem->people_count; i++) {
        if (group_of[i] < GROUPING_NONE || group_of[i] >= group_count) return CV_INVALID;
        if (group_of[i] >= 0 && ++size[group_of[i]] > GROUPING_SIZE_OVERRIDE) return CV_TOO_LARGE;
    }
    int32_t *themes = CV_NEW_ARRAY(mem, int32_t, group_count);
    for (int32_t g = 0; problem->theme_count > 0 && g < group_count; g++) {
        themes[g] = theme_of[g];
        if (themes[g] < 0 || themes[g] >= problem->theme_count) return CV_INVALID;
    }
    gr_report(out, &model, group_of, themes, group_count, mem);
    return CV_OK;
}
