/* themes_run: the search for themes, as a job: first, again with the themes that are there, or
 * afresh around what people hold. Not here: words and places (themes_engine.c), showing and taking
 * over a re-run (themes_propose.c). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/themes/themes_reading_internal.h"

enum {
    ANCHORS = 3, /* nearest statements that hold a theme people have named or confirmed */
    PROGRESS_WHOLE = 1000
};

/* --- the search
 * ----------------------------------------------------------------------------------- */

enum find_mode { FIND_KEEP, FIND_AFRESH };

struct finding {
    struct job *job;
    struct reading reading;
    enum find_mode mode;
    struct topics_options options;
    struct topics_result result;
    int64_t *topic_theme; /* per topic: theme id, 0: a new one */
    bool *is_gone;        /* per theme */
    const char *what;
};

static bool watch(void *who, double share)
{
    struct finding *finding = who;
    int64_t done = PROGRESS_WHOLE / 10 + (int64_t)(share * PROGRESS_WHOLE * 8 / 10);
    return job_progress(finding->job, done, PROGRESS_WHOLE, finding->what) == CV_OK;
}

json_t *themes_find_args(const char *count, int64_t seed, int64_t by_id,
                         struct cv_problems *problems)
{
    json_t *args = json_pack("{s:I}", "by_id", (json_int_t)by_id);
    if (seed) json_object_set_new(args, "seed", json_integer(seed));
    if (!count || !*count) return args;
    char *end = NULL;
    int64_t number = strtoll(count, &end, 10);
    static const char *const words[] = {"auto", "keep", "fewer", "more"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(count, words[i]) != 0) continue;
        json_object_set_new(args, "mode", json_string(count));
        return args;
    }
    if (*end == '\0' && number >= 1 && number <= TOPICS_MAX) {
        json_object_set_new(args, "count", json_integer(number));
        return args;
    }
    cv_problem(problems, 0, "count", "Give a number from 1 to 400, or auto, keep, fewer or more.",
               "\"%s\" themes cannot be found.", count);
    json_decref(args);
    return NULL;
}

static void read_args(struct finding *finding)
{
    const json_t *args = finding->job->args;
    const char *mode = json_string_value(json_object_get(args, "mode"));
    int64_t count = json_integer_value(json_object_get(args, "count"));
    finding->options = (struct topics_options){
        .topic_count = (int32_t)count,
        .lean = mode && strcmp(mode, "fewer") == 0  ? -1
                : mode && strcmp(mode, "more") == 0 ? 1
                                                    : 0,
        .seed = finding->job->seed,
        .threads = reading_threads(),
        .progress = watch,
        .who = finding,
    };
    bool has_themes = finding->reading.themes.count > 0;
    bool keeps = count == 0 && (!mode || strcmp(mode, "keep") == 0);
    finding->mode = has_themes && keeps ? FIND_KEEP : FIND_AFRESH;
}

static cv_rc find_keeping(struct finding *finding, const int32_t *before)
{
    struct reading *reading = &finding->reading;
    struct cv_arena *mem = finding->job->mem;
    finding->options.pinned = reading_pins(reading, mem);
    finding->options.topic_count = (int32_t)reading->themes.count;
    cv_rc rc = topics_update(&finding->result, reading->corpus, before, reading->temperature,
                             &finding->options, finding->job->problems, mem);
    finding->topic_theme = CV_NEW_ARRAY(mem, int64_t, reading->themes.count + 1);
    for (size_t i = 0; i < reading->themes.count; i++)
        finding->topic_theme[i] = reading->themes.items[i].id;
    return rc;
}

/* Themes that people have named, confirmed or filled by hand keep their place in a search afresh:
 * their pinned statements, or else their nearest ones, hold them. slot_of: per theme the number the
 * engine knows it by, -1: free. Gives how many. */
static int32_t anchor(int32_t *pinned, int32_t *slot_of, const struct reading *reading)
{
    int32_t slots = 0;
    for (size_t t = 0; t < reading->themes.count; t++) {
        const struct theme_row *theme = &reading->themes.items[t];
        bool is_held = theme->is_named || strcmp(theme->state, "proposed") != 0;
        for (size_t i = 0; i < reading->texts.count && !is_held; i++)
            is_held = reading->texts.items[i].place.is_pinned &&
                      reading->texts.items[i].place.theme_id == theme->id;
        slot_of[t] = is_held ? slots++ : -1;
    }
    for (size_t i = 0; i < reading->texts.count; i++) {
        const struct placement *place = &reading->texts.items[i].place;
        pinned[i] = place->is_pinned && place->fate == FATE_NONE ? TOPICS_NONE : TOPICS_FREE;
        int64_t t =
            place->fate == FATE_THEME ? reading_theme(&reading->themes, place->theme_id) : -1;
        if (t >= 0 && slot_of[t] >= 0 && (place->is_pinned || place->nearness < ANCHORS))
            pinned[i] = slot_of[t];
    }
    return slots;
}

static void match_themes(struct finding *finding, const int32_t *before, const int32_t *slot_of,
                         int32_t slots)
{
    struct reading *reading = &finding->reading;
    struct cv_arena *mem = finding->job->mem;
    int32_t *after = CV_NEW_ARRAY(mem, int32_t, reading->texts.count + 1);
    for (size_t i = 0; i < reading->texts.count; i++) after[i] = finding->result.places[i].topic;
    struct topics_match match = topics_match(before, after, reading->texts.count, mem);
    for (size_t t = 0; t < reading->themes.count; t++) {
        int32_t topic = slot_of[t];
        if (topic < 0) {
            topic = match.after_of[t];
            /* A topic that a held theme has is not free, whatever the overlap. */
            if (topic >= 0 && (topic < slots || finding->topic_theme[topic] != 0)) topic = -1;
        }
        if (topic >= 0 && topic < finding->result.topic_count)
            finding->topic_theme[topic] = reading->themes.items[t].id;
        else
            finding->is_gone[t] = true;
    }
}

static cv_rc find_afresh(struct finding *finding, const int32_t *before)
{
    struct reading *reading = &finding->reading;
    struct cv_arena *mem = finding->job->mem;
    int32_t *pinned = CV_NEW_ARRAY(mem, int32_t, reading->texts.count + 1);
    int32_t *slot_of = CV_NEW_ARRAY(mem, int32_t, reading->themes.count + 1);
    int32_t slots = anchor(pinned, slot_of, reading);
    int32_t wanted = finding->options.topic_count;
    if (wanted > 0 && wanted < slots) {
        cv_problem(
            finding->job->problems, 0, "count",
            cv_sprintf(mem, "Ask for at least %d, or merge some of them first.", slots),
            "%d themes were named, confirmed or filled by hand; %d are too few to keep them.",
            slots, wanted);
        return CV_INVALID;
    }
    finding->options.pinned = pinned;
    cv_rc rc = topics_find(&finding->result, reading->corpus, &finding->options,
                           finding->job->problems, mem);
    if (rc != CV_OK) return rc;
    size_t topics = (size_t)finding->result.topic_count;
    finding->topic_theme = CV_NEW_ARRAY(mem, int64_t, topics + 1);
    if (reading->themes.count > 0) match_themes(finding, before, slot_of, slots);
    return CV_OK;
}

/* Places are the old ones where nothing changed for a person: by hand stays by hand. */
static struct placement settled(const struct placement *fresh, const struct placement *old,
                                const int64_t *theme_of_index)
{
    struct placement place = *fresh;
    if (old->is_pinned) {
        int64_t nearness = place.nearness;
        place = *old;
        place.nearness = nearness;
        place.theme_id = fresh->theme_id;
        if (old->fate == FATE_THEME && place.theme_id == 0) place.theme_id = -old->theme_id;
    } else if (old->fate == FATE_THEME && fresh->theme_id > 0 &&
               theme_of_index[fresh->theme_id - 1] == old->theme_id) {
        place.placed_at_s = old->placed_at_s;
    }
    return place;
}

static void propose(struct themes_proposal *out, struct finding *finding)
{
    struct reading *reading = &finding->reading;
    struct cv_arena *mem = finding->job->mem;
    const struct topics_result *result = &finding->result;
    size_t topics = (size_t)result->topic_count;
    *out = (struct themes_proposal){.themes = CV_NEW_ARRAY(mem, struct themes_proposed, topics + 1),
                                    .theme_count = topics};
    int64_t *index_of = CV_NEW_ARRAY(mem, int64_t, topics + 1); /* 1 + index */
    for (size_t t = 0; t < topics; t++) {
        index_of[t] = (int64_t)t + 1;
        out->themes[t].id = finding->topic_theme[t];
        if (out->themes[t].id == 0)
            reading_name(out, t, &result->topics[t], reading, mem);
        else
            out->themes[t].words = reading_words(&result->topics[t], reading, 0, mem);
    }
    int64_t *gone = CV_NEW_ARRAY(mem, int64_t, reading->themes.count + 1);
    for (size_t t = 0; t < reading->themes.count; t++)
        if (finding->is_gone[t]) gone[out->gone_count++] = reading->themes.items[t].id;
    out->gone = gone;
    out->place_count = reading->texts.count;
    out->places = CV_NEW_ARRAY(mem, struct placement, out->place_count + 1);
    for (size_t i = 0; i < out->place_count; i++) {
        const struct placement *old = &reading->texts.items[i].place;
        struct placement fresh = reading_place(result, i, old, index_of, finding->job->now_s);
        out->places[i] = settled(&fresh, old, finding->topic_theme);
        /* What is kept by hand is kept in its own theme, also where the engine saw no words. */
        if (out->places[i].theme_id < 0) {
            int64_t own = -out->places[i].theme_id;
            out->places[i].theme_id = 0;
            for (size_t t = 0; t < topics; t++)
                if (out->themes[t].id == own) out->places[i].theme_id = (int64_t)t + 1;
        }
        if (old->is_pinned) out->places[i].second_id = 0;
    }
}

static bool is_changed(const struct themes_proposal *proposal, const struct reading *reading)
{
    if (proposal->gone_count > 0) return true;
    for (size_t t = 0; t < proposal->theme_count; t++)
        if (proposal->themes[t].id == 0) return true;
    for (size_t i = 0; i < proposal->place_count; i++) {
        const struct placement *old = &reading->texts.items[i].place;
        const struct placement *fresh = &proposal->places[i];
        int64_t theme_id = fresh->theme_id > 0 ? proposal->themes[fresh->theme_id - 1].id : 0;
        if (fresh->fate != old->fate || theme_id != old->theme_id) return true;
    }
    return false;
}

/* The search takes a while: somebody may have found or made themes in the meantime. */
static cv_rc still_empty(struct job *job)
{
    struct theme_row_list now;
    cv_rc rc = theme_rows(&now, job->db, job->mem);
    if (rc != CV_OK || now.count == 0) return rc;
    cv_problem(job->problems, 0, "themes", "Look at them; finding again shows what would change.",
               "There are themes now: somebody else found or made them in the meantime.");
    return CV_CONFLICT;
}

static cv_rc apply_first(struct finding *finding, const struct themes_proposal *proposal,
                         struct theme_run *run)
{
    struct job *job = finding->job;
    struct themes_step step = {.db = job->db,
                               .mem = job->mem,
                               .by_id = json_integer_value(json_object_get(job->args, "by_id")),
                               .now_s = job->now_s,
                               .problems = job->problems};
    int64_t run_id = 0;
    int64_t placed = 0;
    cv_rc rc = store_begin(job->db);
    if (rc != CV_OK) return rc;
    struct themes_before before = themes_before_new(job->db, job->mem);
    rc = placement_count(&placed, job->db);
    if (rc == CV_OK && placed == 0) themes_before_empty_board(&before);
    if (rc == CV_OK) rc = still_empty(job);
    if (rc == CV_OK) rc = themes_proposal_apply(&step, &before, proposal);
    run->state = "applied";
    if (rc == CV_OK) rc = theme_run_insert(&run_id, job->db, run);
    rc = themes_before_record(
        &step.edit_id, &before, rc,
        cv_sprintf(
            job->mem, "Found %s in %s",
            cv_count_text(job->mem, (long long)proposal->theme_count, "theme", "themes"),
            cv_count_text(job->mem, (long long)proposal->place_count, "statement", "statements")),
        step.by_id, step.now_s);
    rc = store_end(job->db, rc);
    if (rc == CV_OK) json_object_set_new(job->result, "url", json_string("/themes"));
    return rc;
}

static cv_rc keep_proposal(struct finding *finding, const struct themes_proposal *proposal,
                           struct theme_run *run)
{
    struct job *job = finding->job;
    int64_t run_id = 0;
    if (!is_changed(proposal, &finding->reading)) {
        run->state = "dropped";
        json_object_set_new(job->result, "is_same", json_true());
        json_object_set_new(job->result, "url", json_string("/themes"));
        return theme_run_insert(&run_id, job->db, run);
    }
    cv_rc rc = store_begin(job->db);
    if (rc != CV_OK) return rc;
    rc = theme_run_drop_open(job->db);
    run->state = "proposed";
    if (rc == CV_OK) rc = themes_proposal_store(&run_id, job->db, job->mem, proposal, run);
    rc = store_end(job->db, rc);
    if (rc != CV_OK) return rc;
    json_object_set_new(job->result, "is_proposal", json_true());
    json_object_set_new(job->result, "run_id", json_integer(run_id));
    json_object_set_new(job->result, "url",
                        json_string(cv_sprintf(job->mem, "/themes/previews/%" PRId64, run_id)));
    return CV_OK;
}

static cv_rc search(struct finding *finding)
{
    struct job *job = finding->job;
    struct reading *reading = &finding->reading;
    if (reading->texts.count == 0) {
        cv_problem(job->problems, 0, "statements",
                   "Import what people wrote first (convene import statements FILE).",
                   "There are no statements to find themes in.");
        return CV_INVALID;
    }
    int64_t wanted = json_integer_value(json_object_get(job->args, "count"));
    if (wanted > (int64_t)reading->texts.count) {
        cv_problem(
            job->problems, 0, "count", "Ask for fewer, or leave the number to Convene.",
            "%" PRId64 " themes cannot be found in %s.", wanted,
            cv_count_text(job->mem, (long long)reading->texts.count, "statement", "statements"));
        return CV_INVALID;
    }
    finding->what = cv_sprintf(
        job->mem, "Reading %s",
        cv_count_text(job->mem, (long long)reading->texts.count, "statement", "statements"));
    cv_rc rc = job_progress(job, 0, PROGRESS_WHOLE, finding->what);
    if (rc == CV_OK) rc = reading_prepare(reading, job->mem, job->problems);
    if (rc != CV_OK) return rc;
    read_args(finding);
    finding->is_gone = CV_NEW_ARRAY(job->mem, bool, reading->themes.count + 1);
    const int32_t *before = reading_standing(reading, job->mem);
    rc = finding->mode == FIND_KEEP ? find_keeping(finding, before) : find_afresh(finding, before);
    if (rc == CV_OK && finding->result.topic_count == 0 && reading->themes.count == 0) {
        cv_problem(job->problems, 0, "statements", "Import statements of more than a word or two.",
                   "None of the statements says enough to find a theme in.");
        return CV_INVALID;
    }
    return rc;
}

static void add_facts(struct finding *finding, const struct themes_proposal *proposal)
{
    json_t *out = finding->job->result;
    size_t unsure = 0;
    for (size_t i = 0; i < proposal->place_count; i++)
        unsure += proposal->places[i].fate == FATE_THEME && proposal->places[i].band == 0 &&
                  !proposal->places[i].is_pinned;
    json_object_set_new(out, "statements", json_integer((json_int_t)proposal->place_count));
    json_object_set_new(out, "themes", json_integer((json_int_t)proposal->theme_count));
    json_object_set_new(out, "unsure", json_integer((json_int_t)unsure));
    json_object_set_new(out, "agreement", json_real(finding->result.agreement));
}

static cv_rc run_find(struct job *job)
{
    struct finding finding = {.job = job};
    struct themes_proposal proposal;
    cv_rc rc = reading_load(&finding.reading, job->db, job->mem);
    if (rc == CV_OK) rc = search(&finding);
    if (rc != CV_OK) return rc;
    propose(&proposal, &finding);
    struct theme_run run = {.options = feature_json_text(job->mem, job->args),
                            .statement_count = (int64_t)proposal.place_count,
                            .theme_count = (int64_t)proposal.theme_count,
                            .agreement = finding.result.agreement,
                            .temperature = finding.result.temperature,
                            .created_at_s = job->now_s};
    rc = job_progress(job, PROGRESS_WHOLE * 9 / 10, PROGRESS_WHOLE, "Keeping what was found");
    if (rc != CV_OK) return rc;
    add_facts(&finding, &proposal);
    if (finding.reading.themes.count == 0) return apply_first(&finding, &proposal, &run);
    rc = keep_proposal(&finding, &proposal, &run);
    bool takes_over = json_is_true(json_object_get(job->args, "takes_over"));
    int64_t run_id = json_integer_value(json_object_get(job->result, "run_id"));
    if (rc != CV_OK || !takes_over || run_id == 0) return rc;
    struct themes_step step = {.db = job->db,
                               .mem = job->mem,
                               .by_id = json_integer_value(json_object_get(job->args, "by_id")),
                               .now_s = job->now_s,
                               .problems = job->problems};
    json_object_set_new(job->result, "was_taken_over", json_true());
    return themes_accept(&step, run_id);
}

/* --- the jobs
 * ------------------------------------------------------------------------------------- */

static cv_rc run_split(struct job *job)
{
    struct themes_step step = {.db = job->db,
                               .mem = job->mem,
                               .by_id = json_integer_value(json_object_get(job->args, "by_id")),
                               .now_s = job->now_s,
                               .problems = job->problems};
    int64_t new_id = 0;
    cv_rc rc = job_progress(job, 0, 2, "Reading the statements of the theme");
    if (rc == CV_OK)
        rc = themes_split(&step, json_integer_value(json_object_get(job->args, "theme_id")),
                          &new_id);
    if (rc == CV_OK) json_object_set_new(job->result, "url", json_string("/themes"));
    return rc;
}

static cv_rc run_accept(struct job *job)
{
    struct themes_step step = {.db = job->db,
                               .mem = job->mem,
                               .by_id = json_integer_value(json_object_get(job->args, "by_id")),
                               .now_s = job->now_s,
                               .problems = job->problems};
    cv_rc rc = job_progress(job, 0, 2, "Moving statements to their themes");
    if (rc == CV_OK)
        rc = themes_accept(&step, json_integer_value(json_object_get(job->args, "run_id")));
    if (rc == CV_OK) json_object_set_new(job->result, "url", json_string("/themes"));
    return rc;
}

const struct job_kind themes_jobs[] = {
    {"themes_find", "Finding themes", run_find},
    {"themes_split", "Splitting a theme", run_split},
    {"themes_accept", "Taking over what was found", run_accept},
    {NULL, NULL, NULL},
};
