/* find: the verbs of topics.h: several runs, the most typical of them, how sure each place is, how
 * many topics. Not here: the model (mixture.c), the words of a topic (label.c). */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

enum {
    RUNS_FEW_TEXTS = 25,
    RUNS_MANY_TEXTS = 5,
    RUNS_MAX = 50,
    RUNS_AT_ONCE = 96,
    TRIAL_RUNS = 3,
    TRIAL_RUNS_FEW = 8,
    TRIAL_RUNS_MOST = 8,
    TRIAL_UNITS = 5000,
    FIT_UNITS = 2000
};
static const double temperature_default = 3.0;

struct finding { /* one call of a verb */
    const struct topics_corpus *corpus;
    const struct topics_options *options;
    struct topics_watch watch;
    struct topics_unit *units;
    size_t unit_count;
    uint32_t *unit_of; /* per text; TOPICS_NO_ID when aside */
    struct cv_arena *mem;
};

/* ---- checking ---- */

static size_t placeable(const struct topics_corpus *corpus)
{
    size_t count = 0;
    for (size_t i = 0; i < corpus->text_count; i++) count += corpus->aside[i] == 0;
    return count;
}

static cv_rc check_options(struct cv_problems *problems, const struct topics_corpus *corpus,
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
    if (options->runs < 0 || options->runs > RUNS_MAX)
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

static void make_units(struct finding *finding, const int32_t *before)
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
static void sort_units(struct finding *finding)
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

static struct finding finding_begin(const struct topics_corpus *corpus,
                                    const struct topics_options *options, const int32_t *before,
                                    struct cv_arena *mem)
{
    struct finding finding = {.corpus = corpus, .options = options, .mem = mem};
    finding.watch.progress = options->progress;
    finding.watch.who = options->who;
    finding.watch.steps_expected = 1;
    make_units(&finding, before);
    sort_units(&finding);
    return finding;
}

/* ---- several runs ---- */

struct runs {
    struct finding *finding;
    size_t unit_count;                 /* the first of the finding's units: all, or a sample */
    struct topics_mixture **mixtures;  /* one a thread */
    int32_t topic_count[RUNS_AT_ONCE]; /* per run */
    int32_t *place[RUNS_AT_ONCE];      /* per run */
    int32_t sweeps[RUNS_AT_ONCE];
    uint64_t stream[RUNS_AT_ONCE];
    size_t count;
};

static void runs_job(void *who, size_t index, int worker)
{
    struct runs *runs = who;
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

static void runs_go(struct runs *runs, int32_t most_topics)
{
    struct finding *finding = runs->finding;
    int threads = threads_of(finding->options, runs->count);
    runs->mixtures = CV_NEW_ARRAY(finding->mem, struct topics_mixture *, threads);
    for (int t = 0; t < threads; t++)
        runs->mixtures[t] = topics_mixture_new(finding->corpus, finding->units, runs->unit_count,
                                               most_topics, finding->mem);
    for (size_t r = 0; r < runs->count; r++)
        runs->place[r] = CV_NEW_ARRAY(finding->mem, int32_t, runs->unit_count);
    topics_parallel(runs->count, threads, runs_job, runs);
}

/* Mean adjusted Rand index of each run with the others of its group; the group's mean returned. */
static double agreement(double *of_run, const struct runs *runs, size_t first, size_t count,
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

/* ---- how many topics ---- */

static int32_t choose_count(struct topics_result *result, struct finding *finding, int32_t least)
{
    static const int32_t counts[] = {2, 3, 5, 8, 10, 12, 16, 20, 25, 30, 40};
    struct runs *runs = CV_NEW(finding->mem, struct runs);
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
    runs_go(runs, most);
    double *table = CV_NEW_ARRAY(finding->mem, double, (size_t)(most + 1) * (size_t)(most + 1));
    double best = -1, of_run[TRIAL_RUNS_MOST];
    for (size_t t = 0; t < result->trial_count; t++) {
        trials[t].agreement = agreement(of_run, runs, t * trial_runs, trial_runs, table);
        best = fmax(best, trials[t].agreement);
    }
    size_t chosen = 0;
    while (trials[chosen].agreement < best - 0.02) chosen++;
    if (finding->options->lean > 0 && chosen + 1 < result->trial_count) chosen++;
    if (finding->options->lean < 0 && chosen > 0) chosen--;
    return trials[chosen].topic_count;
}

/* ---- how sure ---- */

struct surely { /* chances of one unit */
    int32_t second;
    float first_share, second_share;
};

static struct surely shares(const float *scores, int32_t count, int32_t at, double temperature)
{
    struct surely surely = {.second = TOPICS_ASIDE};
    float most = scores[0];
    for (int32_t k = 1; k < count; k++) most = scores[k] > most ? scores[k] : most;
    double sum = 0;
    for (int32_t k = 0; k < count; k++) {
        sum += exp((scores[k] - most) / temperature);
        if (k != at && (surely.second < 0 || scores[k] > scores[surely.second])) surely.second = k;
    }
    surely.first_share = (float)(exp((scores[at] - most) / temperature) / sum);
    if (surely.second >= 0)
        surely.second_share = (float)(exp((scores[surely.second] - most) / temperature) / sum);
    return surely;
}

/* The temperature at which the chance of a place comes nearest (least squares) to the share of runs
 * that agree with it, on the first FIT_UNITS units. */
static double fit_temperature(struct topics_mixture *mix, const int32_t *place, const float *agreed,
                              size_t units, int32_t count, struct cv_arena *mem)
{
    size_t sample = units < FIT_UNITS ? units : FIT_UNITS;
    float *scores = CV_NEW_ARRAY(mem, float, sample *(size_t)count);
    for (size_t u = 0; u < sample; u++) topics_mixture_scores(scores + u * (size_t)count, mix, u);
    double best = temperature_default, least = INFINITY;
    for (double t = 0.5; t <= 40; t *= 1.15) {
        double error = 0;
        for (size_t u = 0; u < sample; u++) {
            double gap =
                (double)shares(scores + u * (size_t)count, count, place[u], t).first_share -
                (double)agreed[u];
            error += gap * gap;
        }
        if (error < least) {
            least = error;
            best = t;
        }
    }
    return best;
}

/* Per unit: share of the other runs that put it where `kept` does, topics matched by overlap. */
static float *agreed_share(const struct runs *runs, size_t kept, struct cv_arena *mem)
{
    size_t units = runs->unit_count, count = (size_t)runs->topic_count[kept];
    float *agreed = CV_NEW_ARRAY(mem, float, units);
    double *cost = CV_NEW_ARRAY(mem, double, count *count);
    int32_t *match = CV_NEW_ARRAY(mem, int32_t, count);
    for (size_t r = 0; r < runs->count; r++) {
        if (r == kept) continue;
        memset(cost, 0, count * count * sizeof *cost);
        for (size_t u = 0; u < units; u++)
            cost[(size_t)runs->place[kept][u] * count + (size_t)runs->place[r][u]] -=
                runs->finding->units[u].copies;
        topics_assign(match, cost, count, count, mem);
        for (size_t u = 0; u < units; u++)
            if (match[runs->place[kept][u]] == runs->place[r][u])
                agreed[u] += 1 / (float)(runs->count - 1);
    }
    return agreed;
}

/* ---- the result ---- */

static uint8_t band_of(float confidence)
{
    return confidence >= 0.75F ? TOPICS_SURE : confidence >= 0.45F ? TOPICS_LIKELY : TOPICS_UNSURE;
}

static void fill_places(struct topics_result *result, struct finding *finding,
                        struct topics_mixture *mix, const int32_t *place, int32_t count)
{
    const struct topics_corpus *corpus = finding->corpus;
    struct topics_place *of_unit =
        CV_NEW_ARRAY(finding->mem, struct topics_place, finding->unit_count);
    float *scores = CV_NEW_ARRAY(finding->mem, float, count);
    for (size_t u = 0; u < finding->unit_count; u++) {
        topics_mixture_scores(scores, mix, u);
        struct surely surely = shares(scores, count, place[u], result->temperature);
        bool pinned = finding->units[u].pinned >= 0;
        float confidence = pinned ? 1 : surely.first_share;
        of_unit[u] =
            (struct topics_place){.topic = place[u],
                                  .second = surely.second,
                                  .confidence = confidence,
                                  .margin = confidence - (pinned ? 0 : surely.second_share),
                                  .band = band_of(confidence),
                                  .pinned = pinned};
    }
    struct topics_place *places =
        CV_NEW_ARRAY(finding->mem, struct topics_place, corpus->text_count);
    for (size_t i = 0; i < corpus->text_count; i++) {
        if (finding->unit_of[i] != TOPICS_NO_ID) {
            places[i] = of_unit[finding->unit_of[i]];
            continue;
        }
        uint8_t aside = corpus->aside[i] ? corpus->aside[i] : TOPICS_BY_HAND;
        places[i] = (struct topics_place){.topic = TOPICS_ASIDE,
                                          .second = TOPICS_ASIDE,
                                          .aside = aside,
                                          .pinned = aside == TOPICS_BY_HAND};
    }
    result->places = places;
    result->text_count = corpus->text_count;
}

static void finish(struct topics_result *result, struct finding *finding,
                   struct topics_mixture *mix, int32_t *place, int32_t count)
{
    topics_mixture_load(mix, place, count);
    fill_places(result, finding, mix, place, count);
    result->topic_count = count;
    struct topics_topic *topics = CV_NEW_ARRAY(finding->mem, struct topics_topic, count);
    topics_describe(topics, count, finding->corpus, result->places, finding->mem);
    result->topics = topics;
}

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
static int32_t renumber(struct finding *finding, int32_t *place, int32_t count)
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

static int32_t largest_pin(const struct finding *finding)
{
    int32_t most = -1;
    for (size_t u = 0; u < finding->unit_count; u++)
        if (finding->units[u].pinned > most) most = finding->units[u].pinned;
    return most;
}

/* Nothing to place: every text is aside. */
static void empty_result(struct topics_result *out, struct finding *finding)
{
    *out = (struct topics_result){.temperature = temperature_default, .agreement = 1};
    fill_places(out, finding, NULL, NULL, 0);
    out->topics = CV_NEW_ARRAY(finding->mem, struct topics_topic, 0);
}

cv_rc topics_find(struct topics_result *out, const struct topics_corpus *corpus,
                  const struct topics_options *options, struct cv_problems *problems,
                  struct cv_arena *mem)
{
    cv_rc rc = check_options(problems, corpus, options);
    if (rc != CV_OK) return rc;
    struct finding finding = finding_begin(corpus, options, NULL, mem);
    if (finding.unit_count == 0) {
        empty_result(out, &finding);
        return CV_OK;
    }
    struct topics_result result = {.temperature = temperature_default};
    struct runs *runs = CV_NEW(mem, struct runs);
    runs->finding = &finding;
    runs->unit_count = finding.unit_count;
    runs->count = (size_t)(options->runs                     ? options->runs
                           : finding.unit_count < TOPICS_FEW ? RUNS_FEW_TEXTS
                                                             : RUNS_MANY_TEXTS);
    int32_t pins = largest_pin(&finding) + 1, count = options->topic_count;
    finding.watch.steps_expected = (double)runs->count * 30;
    if (count == 0) count = choose_count(&result, &finding, pins);
    if ((size_t)count > finding.unit_count) count = (int32_t)finding.unit_count;
    if (count < pins) count = pins;
    for (size_t r = 0; r < runs->count; r++) {
        runs->topic_count[r] = count;
        runs->stream[r] = r;
    }
    if (!finding.watch.stopped) runs_go(runs, count);
    if (finding.watch.stopped) return CV_CANCELLED;
    double of_run[RUNS_MAX];
    double *table = CV_NEW_ARRAY(mem, double, (size_t)(count + 1) * (size_t)(count + 1));
    result.agreement = agreement(of_run, runs, 0, runs->count, table);
    size_t kept = 0;
    for (size_t r = 1; r < runs->count; r++)
        if (of_run[r] > of_run[kept] + 1e-12) kept = r;
    float *agreed = agreed_share(runs, kept, mem);
    struct topics_mixture *mix = runs->mixtures[0];
    topics_mixture_load(mix, runs->place[kept], count);
    if (runs->count > 1)
        result.temperature =
            fit_temperature(mix, runs->place[kept], agreed, finding.unit_count, count, mem);
    result.sweeps = runs->sweeps[kept];
    count = renumber(&finding, runs->place[kept], count);
    finish(&result, &finding, mix, runs->place[kept], count);
    *out = result;
    return CV_OK;
}

/* ---- from an earlier placement ---- */

static cv_rc check_before(struct cv_problems *problems, const struct topics_corpus *corpus,
                          const int32_t *before, int32_t count)
{
    size_t found = problems->total_count;
    if (count < 1 || count > TOPICS_MAX)
        cv_problem(problems, 0, "themes", "say how many themes there are, 1 to 400",
                   "%d themes cannot be kept", count);
    for (size_t i = 0; i < corpus->text_count; i++)
        if (before[i] < TOPICS_NONE || before[i] >= count)
            cv_problem(problems, (int64_t)i + 1, "theme", "place it in a theme that exists",
                       "the text stood in theme %d, which does not exist", before[i] + 1);
    return problems->total_count == found ? CV_OK : CV_INVALID;
}

static cv_rc check_pins(struct cv_problems *problems, const struct topics_corpus *corpus,
                        const struct topics_options *options)
{
    struct topics_options copy = *options;
    copy.topic_count = 0; /* an empty topic may be kept: more topics than texts are no mistake */
    cv_rc rc = check_options(problems, corpus, &copy);
    for (size_t i = 0; rc == CV_OK && options->pinned && i < corpus->text_count; i++)
        if (options->pinned[i] >= options->topic_count) {
            cv_problem(problems, (int64_t)i + 1, "theme", "place it in a theme that exists",
                       "the text is placed by hand in theme %d, which does not exist",
                       options->pinned[i] + 1);
            rc = CV_INVALID;
        }
    return rc;
}

cv_rc topics_update(struct topics_result *out, const struct topics_corpus *corpus,
                    const int32_t *before, double temperature, const struct topics_options *options,
                    struct cv_problems *problems, struct cv_arena *mem)
{
    cv_rc rc = check_before(problems, corpus, before, options->topic_count);
    cv_rc pins = check_pins(problems, corpus, options);
    if (rc != CV_OK || pins != CV_OK) return CV_INVALID;
    struct finding finding = finding_begin(corpus, options, before, mem);
    finding.watch.steps_expected = 6;
    int32_t count = options->topic_count;
    struct topics_result result = {.agreement = 1};
    result.temperature = temperature > 0 ? temperature : temperature_default;
    int32_t *place = CV_NEW_ARRAY(mem, int32_t, finding.unit_count);
    for (size_t u = 0; u < finding.unit_count; u++)
        place[u] = finding.units[u].before >= 0 ? finding.units[u].before : TOPICS_FREE;
    struct topics_mixture *mix =
        topics_mixture_new(corpus, finding.units, finding.unit_count, count, mem);
    result.sweeps = topics_mixture_settle(mix, place, count, &finding.watch, 0);
    if (finding.watch.stopped) return CV_CANCELLED;
    finish(&result, &finding, mix, place, count);
    *out = result;
    return CV_OK;
}

/* ---- one topic becomes two ---- */

/* The units of one topic, placed in two parts (0 and 1) by the most typical of three runs. */
static void part_in_two(struct finding *finding, const uint32_t *members, size_t member_count,
                        int32_t topic, int32_t *part)
{
    struct finding inner = *finding;
    inner.units = CV_NEW_ARRAY(finding->mem, struct topics_unit, member_count);
    inner.unit_count = member_count;
    for (size_t i = 0; i < member_count; i++) {
        inner.units[i] = finding->units[members[i]];
        inner.units[i].pinned = inner.units[i].pinned == topic ? 0 : TOPICS_FREE;
    }
    struct runs *runs = CV_NEW(finding->mem, struct runs);
    runs->finding = &inner;
    runs->unit_count = member_count;
    runs->count = TRIAL_RUNS;
    for (size_t r = 0; r < runs->count; r++) {
        runs->topic_count[r] = 2;
        runs->stream[r] = 2000 + r;
    }
    inner.watch.steps_expected = TRIAL_RUNS * 30;
    runs_go(runs, 2);
    finding->watch.stopped = inner.watch.stopped;
    double table[9], of_run[TRIAL_RUNS];
    (void)agreement(of_run, runs, 0, runs->count, table);
    size_t kept = 0;
    for (size_t r = 1; r < runs->count; r++)
        if (of_run[r] > of_run[kept] + 1e-12) kept = r;
    memcpy(part, runs->place[kept], member_count * sizeof *part);
}

/* The larger part, or the one that a hand holds, is part 0; neither part is empty. */
static void order_parts(const struct finding *finding, const uint32_t *members, size_t count,
                        int32_t *part)
{
    size_t size[2] = {0, 0};
    bool held = false;
    for (size_t i = 0; i < count; i++) {
        size[part[i]] += finding->units[members[i]].copies;
        held = held || finding->units[members[i]].pinned >= 0;
    }
    for (size_t i = 0; i < count && !held && size[1] > size[0]; i++) part[i] = 1 - part[i];
    if (size[0] && size[1]) return;
    for (size_t i = count; i-- > 0;) /* alike to the model: the last free unit makes a part */
        if (finding->units[members[i]].pinned < 0) {
            part[i] = 1;
            return;
        }
}

cv_rc topics_split(struct topics_result *out, const struct topics_corpus *corpus,
                   const int32_t *before, int32_t topic, double temperature,
                   const struct topics_options *options, struct cv_problems *problems,
                   struct cv_arena *mem)
{
    int32_t count = options->topic_count;
    cv_rc rc = check_before(problems, corpus, before, count);
    cv_rc pins = check_pins(problems, corpus, options);
    if (rc != CV_OK || pins != CV_OK) return CV_INVALID;
    struct finding finding = finding_begin(corpus, options, before, mem);
    uint32_t *members = CV_NEW_ARRAY(mem, uint32_t, finding.unit_count);
    int32_t *place = CV_NEW_ARRAY(mem, int32_t, finding.unit_count);
    size_t member_count = 0, free_count = 0;
    for (size_t u = 0; u < finding.unit_count; u++) {
        const struct topics_unit *unit = &finding.units[u];
        place[u] = unit->pinned >= 0 ? unit->pinned : unit->before;
        if (place[u] != topic) continue;
        members[member_count++] = (uint32_t)u;
        free_count += unit->pinned < 0;
    }
    if (member_count < 2 || free_count == 0 || count >= TOPICS_MAX) {
        cv_problem(problems, 0, "themes", "choose a theme with two different texts that may move",
                   "theme %d cannot be split", topic + 1);
        return CV_INVALID;
    }
    int32_t *part = CV_NEW_ARRAY(mem, int32_t, member_count);
    part_in_two(&finding, members, member_count, topic, part);
    if (finding.watch.stopped) return CV_CANCELLED;
    order_parts(&finding, members, member_count, part);
    for (size_t i = 0; i < member_count; i++)
        if (part[i]) place[members[i]] = count;
    struct topics_result result = {.agreement = 1};
    result.temperature = temperature > 0 ? temperature : temperature_default;
    struct topics_mixture *mix =
        topics_mixture_new(corpus, finding.units, finding.unit_count, count + 1, mem);
    finish(&result, &finding, mix, place, count + 1);
    *out = result;
    return CV_OK;
}

/* ---- one new text ---- */

struct fitting {
    const struct topics_corpus *corpus;
    uint32_t terms[2048];
    uint32_t count;
};

static void fitting_put(void *who, enum topics_kind kind, const char *name, size_t size)
{
    struct fitting *fitting = who;
    char key[256];
    if (size > sizeof key - 1) size = sizeof key - 1;
    key[0] = topics_kind_mark[kind];
    memcpy(key + 1, name, size);
    uint32_t term = topics_table_find(&fitting->corpus->terms, key, size + 1);
    size_t most = sizeof fitting->terms / sizeof *fitting->terms;
    if (term != TOPICS_NO_ID && fitting->count < most) fitting->terms[fitting->count++] = term;
}

static int order_terms(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

size_t topics_fit(struct topics_fit *out, size_t most, const struct topics_corpus *corpus,
                  const int32_t *places, int32_t topic_count, double temperature,
                  const struct topics_text *text, struct cv_arena *mem)
{
    if (topic_count < 1) return 0;
    struct topics_reader reader;
    topics_reader_init(&reader, mem);
    const char *code = topics_read(&reader, text->text, text->lang);
    struct fitting *fitting = CV_NEW(mem, struct fitting);
    fitting->corpus = corpus;
    bool nothing = topics_says_nothing(&reader);
    if (!nothing) topics_each_term(&reader, corpus->glossary, code, fitting_put, fitting, NULL);
    topics_reader_free(&reader);
    if (nothing || fitting->count == 0) return 0;
    qsort(fitting->terms, fitting->count, sizeof *fitting->terms, order_terms);
    float *vector = CV_NEW_ARRAY(mem, float, corpus->dims);
    topics_lsa_fold(vector, corpus, fitting->terms, fitting->count);
    struct topics_options options = {.topic_count = topic_count};
    struct finding finding = finding_begin(corpus, &options, places, mem);
    int32_t *place = CV_NEW_ARRAY(mem, int32_t, finding.unit_count);
    for (size_t u = 0; u < finding.unit_count; u++) place[u] = finding.units[u].before;
    struct topics_mixture *mix =
        topics_mixture_new(corpus, finding.units, finding.unit_count, topic_count, mem);
    topics_mixture_load(mix, place, topic_count);
    float *scores = CV_NEW_ARRAY(mem, float, topic_count);
    topics_mixture_scores_of(scores, mix, fitting->terms, fitting->count, vector);
    size_t given = 0;
    for (; given < most && given < (size_t)topic_count; given++) {
        int32_t best = -1;
        for (int32_t k = 0; k < topic_count; k++) {
            bool taken = false;
            for (size_t g = 0; g < given; g++) taken = taken || out[g].topic == k;
            if (!taken && (best < 0 || scores[k] > scores[best])) best = k;
        }
        double t = temperature > 0 ? temperature : temperature_default;
        out[given] = (struct topics_fit){best, shares(scores, topic_count, best, t).first_share};
    }
    return given;
}
