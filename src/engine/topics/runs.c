/* runs: what a call is given, checked; the units that move together; several runs of the model and
 * how far they agree. Not here: the model (mixture.c), which run is kept (find.c). */
#include <stdlib.h>
#include <string.h>

#include "engine/topics/finding.h"

/* ---- checking ---- */

static size_t placeable(const struct topics_corpus *corpus)
{
    size_t count = 0;
    for (size_t i = 0; i < corpus->text_count; i++) count += corpus->aside[i] == 0;
    return count;
}

cv_rc topics_check_options(struct cv_problems *problems, const struct topics_corpus *corpus,
                           const struct topics_options *options)
{
    size_t before = problems->total_count;
    int32_t count = options->topic_count;
    size_t texts = placeable(corpus);
    if (count < 0 || count > TOPICS_MAX)
        cv_problem(problems, 0, "themes", "ask for 1 to 400 themes, or leave it to the program",
                   "%d themes cannot be made", count);
    else if ((size_t)count > texts && texts > 0)
        cv_problem(problems, 0, "themes", "ask for fewer themes, or leave it to the program",
                   "%d themes were asked for, but only %zu texts say something", count, texts);
    if (options->runs < 0 || options->runs > TOPICS_RUNS_MAX)
        cv_problem(problems, 0, "runs", "between 1 and 50", "%d runs cannot be made",
                   options->runs);
    int32_t most = count ? count : TOPICS_MAX;
    for (size_t i = 0; options->pinned && i < corpus->text_count; i++)
        if (options->pinned[i] < TOPICS_NONE || options->pinned[i] >= most)
            cv_problem(problems, (int64_t)i + 1, "theme", "place it in a theme that exists",
                       "the text is placed by hand in theme %d, which does not exist",
                       options->pinned[i] + 1);
    return problems->total_count == before ? CV_OK : CV_INVALID;
}

/* ---- units ---- */

struct hand_key { /* what makes texts move together */
    uint32_t bag;
    int32_t pinned, before;
};

static void make_units(struct topics_finding *finding, const int32_t *before)
{
    const struct topics_corpus *corpus = finding->corpus;
    const int32_t *pinned = finding->options->pinned;
    struct topics_table keys = topics_table_new(finding->mem);
    finding->unit_of = CV_NEW_ARRAY(finding->mem, uint32_t, corpus->text_count);
    size_t most = corpus->text_count;
    finding->units = CV_NEW_ARRAY(finding->mem, struct topics_unit, most);
    bool plain = !pinned && !before; /* every bag is a unit */
    for (size_t b = 0; plain && b < corpus->bag_count; b++)
        finding->units[b] = (struct topics_unit){(uint32_t)b, corpus->bags[b].copies, -1, -1};
    for (size_t i = 0; i < corpus->text_count; i++) {
        finding->unit_of[i] = corpus->bag_of[i];
        if (plain || corpus->bag_of[i] == TOPICS_NO_ID) continue;
        struct hand_key key = {corpus->bag_of[i], pinned ? pinned[i] : -1, before ? before[i] : -1};
        if (key.pinned == TOPICS_NONE) {
            finding->unit_of[i] = TOPICS_NO_ID;
            continue;
        }
        uint32_t unit = topics_table_put(&keys, (const char *)&key, sizeof key);
        if (unit == finding->unit_count)
            finding->units[finding->unit_count++] =
                (struct topics_unit){key.bag, 0, key.pinned, key.before};
        finding->units[unit].copies++;
        finding->unit_of[i] = unit;
    }
    if (plain) finding->unit_count = corpus->bag_count;
}

static int order_units(const void *a, const void *b)
{
    const struct topics_unit *x = a, *y = b;
    if (x->bag != y->bag) return x->bag < y->bag ? -1 : 1;
    if (x->pinned != y->pinned) return x->pinned < y->pinned ? -1 : 1;
    return (x->before > y->before) - (x->before < y->before);
}

/* Units in the order of their bags, which is the hash order of the texts. */
static void sort_units(struct topics_finding *finding)
{
    struct cv_arena *mem = finding->mem;
    if (finding->unit_count == 0) return;
    struct topics_unit *old = CV_NEW_ARRAY(mem, struct topics_unit, finding->unit_count);
    memcpy(old, finding->units, finding->unit_count * sizeof *old);
    qsort(finding->units, finding->unit_count, sizeof *finding->units, order_units);
    uint32_t *now = CV_NEW_ARRAY(mem, uint32_t, finding->unit_count);
    for (size_t u = 0; u < finding->unit_count; u++) {
        struct topics_unit *found =
            bsearch(&old[u], finding->units, finding->unit_count, sizeof *found, order_units);
        now[u] = (uint32_t)(found - finding->units);
    }
    for (size_t i = 0; i < finding->corpus->text_count; i++)
        if (finding->unit_of[i] != TOPICS_NO_ID) finding->unit_of[i] = now[finding->unit_of[i]];
}

struct topics_finding topics_finding_begin(const struct topics_corpus *corpus,
                                           const struct topics_options *options,
                                           const int32_t *before, struct cv_arena *mem)
{
    struct topics_finding finding = {.corpus = corpus, .options = options, .mem = mem};
    finding.watch.progress = options->progress;
    finding.watch.who = options->who;
    finding.watch.steps_expected = 1;
    make_units(&finding, before);
    sort_units(&finding);
    return finding;
}

/* ---- several runs ---- */

static void runs_job(void *who, size_t index, int worker)
{
    struct topics_runs *runs = who;
    if (runs->finding->watch.stopped) return;
    runs->sweeps[index] = topics_mixture_run(runs->mixtures[worker], runs->place[index],
                                             runs->topic_count[index], runs->finding->options->seed,
                                             runs->stream[index], &runs->finding->watch, worker);
}

static int threads_of(const struct topics_options *options, size_t jobs)
{
    int threads = options->threads < 1 ? 1 : options->threads > 64 ? 64 : options->threads;
    return (size_t)threads > jobs ? (int)jobs : threads;
}

void topics_runs_go(struct topics_runs *runs, int32_t most_topics)
{
    struct topics_finding *finding = runs->finding;
    int threads = threads_of(finding->options, runs->count);
    runs->mixtures = CV_NEW_ARRAY(finding->mem, struct topics_mixture *, threads);
    for (int t = 0; t < threads; t++)
        runs->mixtures[t] = topics_mixture_new(finding->corpus, finding->units, runs->unit_count,
                                               most_topics, finding->mem);
    for (size_t r = 0; r < runs->count; r++)
        runs->place[r] = CV_NEW_ARRAY(finding->mem, int32_t, runs->unit_count);
    topics_parallel(runs->count, threads, runs_job, runs);
}

double topics_agreement(double *of_run, const struct topics_runs *runs, size_t first, size_t count,
                        double *table)
{
    double all = 0;
    for (size_t i = 0; i < count; i++) of_run[i] = count > 1 ? 0 : 1;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            double index = topics_rand_index(runs->place[first + i], runs->topic_count[first + i],
                                             runs->place[first + j], runs->topic_count[first + j],
                                             runs->finding->units, runs->unit_count, table);
            of_run[i] += index / (double)(count - 1);
            of_run[j] += index / (double)(count - 1);
            all += index;
        }
    return count > 1 ? all / ((double)count * (double)(count - 1) / 2) : 1;
}

/* match[r * count + k]: the topic of run r that is topic k of the run `kept`. */
static int32_t *match_runs(const struct topics_runs *runs, size_t kept, struct cv_arena *mem)
{
    size_t count = (size_t)runs->topic_count[kept];
    int32_t *match = CV_NEW_ARRAY(mem, int32_t, runs->count * count);
    double *cost = CV_NEW_ARRAY(mem, double, count *count);
    for (size_t r = 0; r < runs->count; r++) {
        memset(cost, 0, count * count * sizeof *cost);
        for (size_t u = 0; u < runs->unit_count; u++)
            cost[(size_t)runs->place[kept][u] * count + (size_t)runs->place[r][u]] -=
                runs->finding->units[u].copies;
        topics_assign(match + r * count, cost, count, count, mem);
    }
    return match;
}

float *topics_vote(int32_t *place, const struct topics_runs *runs, size_t kept,
                   struct cv_arena *mem)
{
    size_t count = (size_t)runs->topic_count[kept];
    int32_t *match = match_runs(runs, kept, mem);
    int32_t *kept_topic = CV_NEW_ARRAY(mem, int32_t, runs->count * count);
    for (size_t r = 0; r < runs->count; r++)
        for (size_t k = 0; k < count; k++)
            kept_topic[r * count + (size_t)match[r * count + k]] = (int32_t)k;
    uint32_t *votes = CV_NEW_ARRAY(mem, uint32_t, count);
    float *agreed = CV_NEW_ARRAY(mem, float, runs->unit_count);
    for (size_t u = 0; u < runs->unit_count; u++) {
        memset(votes, 0, count * sizeof *votes);
        for (size_t r = 0; r < runs->count; r++)
            votes[kept_topic[r * count + (size_t)runs->place[r][u]]]++;
        int32_t best = runs->place[kept][u];
        for (size_t k = 0; k < count; k++)
            if (votes[k] > votes[best]) best = (int32_t)k;
        place[u] = best;
        agreed[u] = runs->count > 1 ? (float)(votes[best] - 1) / (float)(runs->count - 1) : 1;
    }
    return agreed;
}
