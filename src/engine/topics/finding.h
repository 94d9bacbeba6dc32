/* What the verbs of topics.h share: the texts of one call, several runs, how sure a place is. */
#ifndef ENGINE_TOPICS_FINDING_H
#define ENGINE_TOPICS_FINDING_H

#include "engine/topics/topics_internal.h"

enum { TOPICS_RUNS_MAX = 50, TOPICS_RUNS_AT_ONCE = 96 };
#define TOPICS_TEMPERATURE 3.0 /* where nothing was learned about agreement */

struct topics_finding { /* one call of a verb */
    const struct topics_corpus *corpus;
    const struct topics_options *options;
    struct topics_watch watch;
    struct topics_unit *units;
    size_t unit_count;
    uint32_t *unit_of; /* per text; TOPICS_NO_ID when aside */
    struct cv_arena *mem;
};
/* before: per text a topic or TOPICS_FREE; NULL: no earlier placement. */
struct topics_finding topics_finding_begin(const struct topics_corpus *corpus,
                                           const struct topics_options *options,
                                           const int32_t *before, struct cv_arena *mem);
cv_rc topics_check_options(struct cv_problems *problems, const struct topics_corpus *corpus,
                           const struct topics_options *options);

struct topics_runs { /* filled by the caller down to `count`; the rest by topics_runs_go */
    struct topics_finding *finding;
    size_t unit_count; /* the first of the finding's units: all, or a sample */
    int32_t topic_count[TOPICS_RUNS_AT_ONCE]; /* per run */
    uint64_t stream[TOPICS_RUNS_AT_ONCE];
    size_t count;
    struct topics_mixture **mixtures; /* one a thread */
    int32_t *place[TOPICS_RUNS_AT_ONCE];
    int32_t sweeps[TOPICS_RUNS_AT_ONCE];
};
void topics_runs_go(struct topics_runs *runs, int32_t most_topics);
/* Mean adjusted Rand index of each run of the group with the others; the group's mean returned. */
double topics_agreement(double *of_run, const struct topics_runs *runs, size_t first, size_t count,
                        double *table);
/* Each unit goes where most runs put it, topics matched to those of the run `kept` by overlap; the
 * share of runs that agree is returned. */
float *topics_vote(int32_t *place, const struct topics_runs *runs, size_t kept,
                   struct cv_arena *mem);

/* ---- place.c ---- */
struct topics_surely { /* chances of one unit */
    int32_t second;
    float first_share, second_share;
};
struct topics_surely topics_shares(const float *scores, int32_t count, int32_t at,
                                   double temperature);
double topics_fit_temperature(struct topics_mixture *mix, const int32_t *place, const float *agreed,
                              size_t units, int32_t count, struct cv_arena *mem);
/* Places, labels, nearest texts of a placement of the units. result->temperature is set before. */
void topics_finish(struct topics_result *result, struct topics_finding *finding,
                   struct topics_mixture *mix, const int32_t *place, int32_t count);
/* Nothing to place: every text is aside. */
void topics_empty_result(struct topics_result *out, struct topics_finding *finding);

#endif
