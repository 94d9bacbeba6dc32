/* update: from an earlier placement: settle it again, part one topic in two, fit one new text. */
#include <stdlib.h>
#include <string.h>

#include "engine/topics/finding.h"

enum { SPLIT_RUNS = 3 };

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
    cv_rc rc = topics_check_options(problems, corpus, &copy);
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
    struct topics_finding finding = topics_finding_begin(corpus, options, before, mem);
    finding.watch.steps_expected = 6;
    int32_t count = options->topic_count;
    struct topics_result result = {.agreement = 1};
    result.temperature = temperature > 0 ? temperature : TOPICS_TEMPERATURE;
    int32_t *place = CV_NEW_ARRAY(mem, int32_t, finding.unit_count);
    for (size_t u = 0; u < finding.unit_count; u++)
        place[u] = finding.units[u].before >= 0 ? finding.units[u].before : TOPICS_FREE;
    struct topics_mixture *mix =
        topics_mixture_new(corpus, finding.units, finding.unit_count, count, mem);
    result.sweeps = topics_mixture_settle(mix, place, count, &finding.watch, 0);
    if (finding.watch.stopped) return CV_CANCELLED;
    topics_finish(&result, &finding, mix, place, count);
    *out = result;
    return CV_OK;
}

/* ---- one topic becomes two ---- */

/* The units of one topic, placed in two parts (0 and 1) by the most typical of three runs. */
static void part_in_two(struct topics_finding *finding, const uint32_t *members,
                        size_t member_count, int32_t topic, int32_t *part)
{
    struct topics_finding inner = *finding;
    inner.units = CV_NEW_ARRAY(finding->mem, struct topics_unit, member_count);
    inner.unit_count = member_count;
    for (size_t i = 0; i < member_count; i++) {
        inner.units[i] = finding->units[members[i]];
        inner.units[i].pinned = inner.units[i].pinned == topic ? 0 : TOPICS_FREE;
    }
    struct topics_runs *runs = CV_NEW(finding->mem, struct topics_runs);
    runs->finding = &inner;
    runs->unit_count = member_count;
    runs->count = SPLIT_RUNS;
    for (size_t r = 0; r < runs->count; r++) {
        runs->topic_count[r] = 2;
        runs->stream[r] = 2000 + r;
    }
    inner.watch.steps_expected = SPLIT_RUNS * 30;
    topics_runs_go(runs, 2);
    finding->watch.stopped = inner.watch.stopped;
    double table[9], of_run[SPLIT_RUNS];
    (void)topics_agreement(of_run, runs, 0, runs->count, table);
    size_t kept = 0;
    for (size_t r = 1; r < runs->count; r++)
        if (of_run[r] > of_run[kept] + 1e-12) kept = r;
    memcpy(part, runs->place[kept], member_count * sizeof *part);
}

/* The larger part, or the one that a hand holds, is part 0; neither part is empty. */
static void order_parts(const struct topics_finding *finding, const uint32_t *members, size_t count,
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
    struct topics_finding finding = topics_finding_begin(corpus, options, before, mem);
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
    result.temperature = temperature > 0 ? temperature : TOPICS_TEMPERATURE;
    struct topics_mixture *mix =
        topics_mixture_new(corpus, finding.units, finding.unit_count, count + 1, mem);
    topics_finish(&result, &finding, mix, place, count + 1);
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
    struct topics_finding finding = topics_finding_begin(corpus, &options, places, mem);
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
        double t = temperature > 0 ? temperature : TOPICS_TEMPERATURE;
        out[given] =
            (struct topics_fit){best, topics_shares(scores, topic_count, best, t).first_share};
    }
    return given;
}
