/* today_jobs: pages of long work: the list, one job with its progress as it goes, stopping it. What
 * a job is and does: jobs; what came of it: the feature that started it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "features/people/people.h"
#include "features/today/today_internal.h"

enum { JOBS_SHOWN = 50 };

static void set_time(json_t *job, struct cv_arena *mem, const char *from, const char *to)
{
    int64_t at_s = json_integer_value(json_object_get(job, from));
    json_object_set_new(job, to,
                        at_s ? json_string(cv_sprintf(mem, "%s UTC", cv_time_text(mem, at_s)))
                             : json_null());
}

/* What the pages show beside what jobs says. Every key is set, so that none is looked for around
 * the row. */
static void finish_job(json_t *job, struct store_db *db, struct cv_arena *mem)
{
    static const char *const states[] = {"is_queued", "is_running", "is_done", "is_failed",
                                         "is_cancelled"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!json_object_get(job, states[i])) json_object_set_new(job, states[i], json_false());
    set_time(job, mem, "started_at_s", "started_at");
    set_time(job, mem, "ended_at_s", "ended_at");
    int64_t person_id = json_integer_value(json_object_get(job, "person_id"));
    const char *person = person_id ? people_name(db, mem, person_id) : NULL;
    json_object_set_new(job, "person", person ? json_string(person) : json_null());
    const json_t *sentence = json_object_get(json_object_get(job, "result"), "sentence");
    json_object_set_new(job, "sentence",
                        json_is_string(sentence) ? json_deep_copy(sentence) : json_null());
    size_t problem_count = json_array_size(json_object_get(job, "problems"));
    json_object_set_new(job, "problem_count", json_integer((json_int_t)problem_count));
    json_object_set_new(job, "more_count", json_integer(0));
}

cv_rc today_get_jobs(struct web_request *req)
{
    const struct house *house = req->house;
    json_t *jobs = NULL;
    cv_rc rc = jobs_list(&jobs, house->jobs, req->db, JOBS_SHOWN);
    if (rc != CV_OK) return web_answer(req, rc);
    int64_t open_count = 0;
    for (size_t i = 0; i < json_array_size(jobs); i++) {
        json_t *job = json_array_get(jobs, i);
        finish_job(job, req->db, req->mem);
        open_count += !json_is_true(json_object_get(job, "is_over"));
    }
    const char *lede = "Nothing is running.";
    if (open_count > 0)
        lede = cv_sprintf(req->mem, "%s at work or waiting for its turn.",
                          cv_count_text(req->mem, open_count, "job is", "jobs are"));
    bool has_jobs = json_array_size(jobs) > 0;
    return web_page(req,
                    json_pack("{s:{s:s, s:s}, s:b, s:o, s:n}", "page", "title", "Work in progress",
                              "lede", lede, "has_jobs", has_jobs, "jobs", jobs, "pager"));
}

cv_rc today_get_job(struct web_request *req)
{
    const struct house *house = req->house;
    json_t *job = NULL;
    cv_rc rc = jobs_find(&job, house->jobs, req->db, web_path_id(req, "id"));
    if (rc != CV_OK) return web_answer(req, rc);
    finish_job(job, req->db, req->mem);
    const char *title = json_string_value(json_object_get(job, "title"));
    return web_page(
        req, json_pack("{s:{s:s}, s:o}", "page", "title", title ? title : "Work", "job", job));
}

/* What a listening page needs; its problems and texts come with the page itself. */
static json_t *progress(json_t *job)
{
    static const char *const keys[] = {"id",    "title", "state",   "is_over", "done",
                                       "total", "what",  "percent", "result"};
    json_t *slim = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(job, keys[i]);
        if (value) json_object_set(slim, keys[i], value);
    }
    json_decref(job);
    return slim;
}

static json_t *next_progress(void *house, struct store_db *db, const char *topic)
{
    const struct house *of = house;
    json_t *job = NULL;
    cv_rc rc = jobs_find(&job, of->jobs, db, strtoll(topic + strlen("job:"), NULL, 10));
    return rc == CV_OK ? progress(job) : NULL;
}

cv_rc today_get_job_events(struct web_request *req)
{
    const struct house *house = req->house;
    int64_t id = web_path_id(req, "id");
    json_t *job = NULL;
    cv_rc rc = jobs_find(&job, house->jobs, req->db, id);
    if (rc != CV_OK) return web_answer(req, rc);
    return web_events(req, cv_sprintf(req->mem, "job:%" PRId64, id), progress(job), next_progress);
}

cv_rc today_post_job_cancel(struct web_request *req)
{
    const struct house *house = req->house;
    int64_t id = web_path_id(req, "id");
    json_t *job = NULL;
    cv_rc rc = jobs_find(&job, house->jobs, req->db, id);
    if (rc != CV_OK) return web_answer(req, rc);
    bool is_over = json_is_true(json_object_get(job, "is_over"));
    json_decref(job);
    /* Who presses the button a moment too late is told what came of it, not scolded. */
    if (!is_over) rc = jobs_cancel(house->jobs, req->db, id, req->now_s);
    if (rc != CV_OK && rc != CV_CONFLICT && rc != CV_NOT_FOUND) return web_answer(req, rc);
    return web_redirect(req, "/jobs/%" PRId64, id);
}
