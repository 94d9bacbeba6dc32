/* find: topics afresh: how many, several runs, the most typical of them. */
#include <math.h>
#include <stdlib.h>

#include "engine/topics/finding.h"

enum {
    RUNS_FEW_TEXTS = 25,
    RUNS_MANY_TEXTS = 5,
    RUNS_VERY_MANY = 3,
    VERY_MANY_TEXTS = 50000,
    TRIAL_RUNS = 3,
    TRIAL_RUNS_FEW = 8,
    TRIAL_RUNS_MOST = 8,
    TRIAL_UNITS = 5000,
};

/* ---- how many topics ---- */

static int32_t choose_count(struct topics_result *result, struct topics_finding *finding,
                            int32_t least)
{
    static const int32_t counts[] = {2, 3, 5, 8, 10, 12, 16, 20, 25, 30, 40};
    struct topics_runs *runs = CV_NEW(finding->mem, struct topics_runs);
    runs->finding = finding;
    runs->unit_count = finding->unit_count < TRIAL_UNITS ? finding->unit_count : TRIAL_UNITS;
    size_t units = runs->unit_count;
    struct topics_trial *trials =
        CV_NEW_ARRAY(finding->mem, struct topics_trial, sizeof counts / sizeof *counts);
    int32_t most = 1;
    size_t trial_runs = units < TOPICS_FEW ? TRIAL_RUNS_FEW : TRIAL_RUNS;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        int32_t k = counts[c];
        bool small = k < 5 && units >= 30;
        if (k < least || small || (size_t)k * 6 > units) continue;
        trials[result->trial_count++].topic_count = k;
        most = k;
        for (size_t r = 0; r < trial_runs; r++) {
            runs->stream[runs->count] = 1000 + (uint64_t)runs->count;
            runs->topic_count[runs->count++] = k;
        }
    }
    result->trials = trials;
    if (result->trial_count == 0) return least > 1 ? least : 1;
    finding->watch.steps_expected += (double)runs->count * 30;
    topics_runs_go(runs, most);
    double *table = CV_NEW_ARRAY(finding->mem, double, (size_t)(most + 1) * (size_t)(most + 1));
    double best = -1, of_run[TRIAL_RUNS_MOST];
    for (size_t t = 0; t < result->trial_count; t++) {
        trials[t].agreement = topics_agreement(of_run, runs, t * trial_runs, trial_runs, table);
        best = fmax(best, trials[t].agreement);
    }
    size_t chosen = 0;
    while (trials[chosen].agreement < best - 0.02) chosen++;
    if (finding->options->lean > 0 && chosen + 1 < result->trial_count) chosen++;
    if (finding->options->lean < 0 && chosen > 0) chosen--;
    return trials[chosen].topic_count;
}

/* ---- numbering ---- */

struct sized {
    size_t size;
    int32_t topic;
    bool held; /* by a pin: keeps its number */
};
static int order_sized(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return (x->topic > y->topic) - (x->topic < y->topic);
}

/* Largest first, empty ones dropped; with pins the numbers are the caller's and stay. */
static int32_t renumber(struct topics_finding *finding, int32_t *place, int32_t count)
{
    struct sized sized[TOPICS_MAX] = {0};
    int32_t now[TOPICS_MAX], kept = 0;
    for (size_t u = 0; u < finding->unit_count; u++) {
        if (finding->units[u].pinned >= 0) return count;
        sized[place[u]].size += finding->units[u].copies;
    }
    for (int32_t k = 0; k < count; k++) sized[k].topic = k;
    qsort(sized, (size_t)count, sizeof *sized, order_sized);
    for (int32_t k = 0; k < count; k++) {
        now[sized[k].topic] = k;
        kept += sized[k].size > 0;
    }
    for (size_t u = 0; u < finding->unit_count; u++) place[u] = now[place[u]];
    return kept;
}

static int32_t largest_pin(const struct topics_finding *finding)
{
    int32_t most = -1;
    for (size_t u = 0; u < finding->unit_count; u++)
        if (finding->units[u].pinned > most) most = finding->units[u].pinned;
    return most;
}

/* ---- the verb ---- */

/* Runs cost little where texts are few, and agree with each other where texts are many. */
static size_t run_count(const struct topics_options *options, size_t units)
{
    if (options->runs) return (size_t)options->runs;
    if (units < TOPICS_FEW) return RUNS_FEW_TEXTS;
    return units < VERY_MANY_TEXTS ? RUNS_MANY_TEXTS : RUNS_VERY_MANY;
}

cv_rc topics_find(struct topics_result *out, const struct topics_corpus *corpus,
                  const struct topics_options *options, struct cv_problems *problems,
                  struct cv_arena *mem)
{
    cv_rc rc = topics_check_options(problems, corpus, options);
    if (rc != CV_OK) return rc;
    struct topics_finding finding = topics_finding_begin(corpus, options, NULL, mem);
    if (finding.unit_count == 0) {
        topics_empty_result(out, &finding);
        return CV_OK;
    }
    struct topics_result result = {.temperature = TOPICS_TEMPERATURE};
    struct topics_runs *runs = CV_NEW(mem, struct topics_runs);
    runs->finding = &finding;
    runs->unit_count = finding.unit_count;
    runs->count = run_count(options, finding.unit_count);
    int32_t pins = largest_pin(&finding) + 1, count = options->topic_count;
    finding.watch.steps_expected = (double)runs->count * 30;
    if (count == 0) count = choose_count(&result, &finding, pins);
    if ((size_t)count > finding.unit_count) count = (int32_t)finding.unit_count;
    if (count < pins) count = pins;
    for (size_t r = 0; r < runs->count; r++) {
        runs->topic_count[r] = count;
        runs->stream[r] = r;
    }
    if (!finding.watch.stopped) topics_runs_go(runs, count);
    if (finding.watch.stopped) return CV_CANCELLED;
    double of_run[TOPICS_RUNS_MAX];
    double *table = CV_NEW_ARRAY(mem, double, (size_t)(count + 1) * (size_t)(count + 1));
    result.agreement = topics_agreement(of_run, runs, 0, runs->count, table);
    size_t kept = 0;
    for (size_t r = 1; r < runs->count; r++)
        if (of_run[r] > of_run[kept] + 1e-12) kept = r;
    int32_t *place = CV_NEW_ARRAY(mem, int32_t, finding.unit_count);
    float *agreed = topics_vote(place, runs, kept, mem);
    struct topics_mixture *mix = runs->mixtures[0];
    result.sweeps = runs->sweeps[kept] + topics_mixture_settle(mix, place, count, NULL, 0);
    if (runs->count > 1)
        result.temperature =
            topics_fit_temperature(mix, place, agreed, finding.unit_count, count, mem);
    count = renumber(&finding, place, count);
    topics_finish(&result, &finding, mix, place, count);
    *out = result;
    return CV_OK;
}
