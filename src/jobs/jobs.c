/* jobs: the queue as others see it: start, cancel, find, list, progress. See jobs.h.
 * Not here: running them (jobs_run.c), statements (jobs_store.c). */
#include "jobs/jobs_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

const struct job_kind *jobs_kind(const struct jobs *jobs, const char *name)
{
    for (size_t i = 0; i < jobs->kind_count; i++)
        for (const struct job_kind *kind = jobs->kinds[i]; kind && kind->name; kind++)
            if (strcmp(kind->name, name) == 0) return kind;
    return NULL;
}

void jobs_tell(struct jobs *jobs, struct store_db *db, int64_t id)
{
    if (jobs->wake) jobs->wake(jobs->wake_context, id);
    /* Other processes look every JOBS_LOOK_MS anyway. */
    cv_rc rc = db ? store_notify(db, JOBS_CHANNEL, id) : CV_OK;
    (void)rc;
}

cv_rc jobs_start(int64_t *out_id, struct jobs *jobs, struct store_db *db, const char *kind,
                 const json_t *args, int64_t person_id, int64_t now_s)
{
    assert(!store_in_transaction(db));
    if (!jobs_kind(jobs, kind)) return CV_NOT_FOUND;
    char *text = args ? json_dumps(args, JSON_COMPACT) : strdup("{}");
    if (!text) return CV_INVALID;
    cv_rc rc = jobs_store_insert(out_id, db, kind, text, person_id, now_s);
    free(text);
    if (rc != CV_OK) return rc;
    pthread_mutex_lock(&jobs->mutex);
    jobs->news++;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->mutex);
    jobs_tell(jobs, db, *out_id);
    return CV_OK;
}

cv_rc jobs_cancel(struct jobs *jobs, struct store_db *db, int64_t id, int64_t now_s)
{
    bool is_here = false;
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < JOBS_RUNNING_MAX; i++) {
        if (jobs->runs[i].id != id) continue;
        is_here = true;
        atomic_store(&jobs->runs[i].is_cancelled, true);
    }
    pthread_mutex_unlock(&jobs->mutex);
    if (is_here) return CV_OK; /* it ends at its next step, and tells then */
    bool was_queued = false;
    cv_rc rc = jobs_store_cancel(&was_queued, db, id, now_s);
    if (rc == CV_OK) jobs_tell(jobs, db, id);
    return rc;
}

/* --- progress -------------------------------------------------------------------------------- */

/* A step is written beside the job's own work: on the job's connection where no transaction is
 * open, else on another one. On SQLite inside a transaction it is not written (there is one writer,
 * and that is the job): pages of this process read it from memory. */
static cv_rc write_step(struct job *job, int64_t done, int64_t total, const char *what)
{
    struct job_runner *runner = job->runner;
    struct store_db *db = job->db;
    struct store_db *other = NULL;
    bool is_cancelled = false;
    if (store_in_transaction(db)) {
        if (strcmp(store_kind_name(runner->jobs->store), "postgres") != 0) {
            jobs_tell(runner->jobs, NULL, job->id);
            return CV_OK;
        }
        cv_rc rc = store_acquire(&other, runner->jobs->store);
        if (rc != CV_OK) return CV_OK; /* the bar stands still; the work goes on */
        db = other;
    }
    cv_rc rc = jobs_store_progress(&is_cancelled, db, job->id, done, total, what);
    if (rc == CV_OK) jobs_tell(runner->jobs, db, job->id);
    store_release(other);
    if (rc == CV_BUSY) return CV_OK;
    return rc == CV_OK && is_cancelled ? CV_CANCELLED : rc;
}

cv_rc job_progress(struct job *job, int64_t done, int64_t total, const char *what)
{
    struct job_runner *runner = job->runner;
    if (atomic_load(&runner->run->is_cancelled)) return CV_CANCELLED;
    int64_t now_ms = cv_monotonic_ms();
    if (runner->shown_at_ms && now_ms - runner->shown_at_ms < JOBS_PROGRESS_MS) return CV_OK;
    runner->shown_at_ms = now_ms;
    pthread_mutex_lock(&runner->jobs->mutex);
    runner->run->done = done;
    runner->run->total = total;
    (void)snprintf(runner->run->what, sizeof runner->run->what, "%s", what ? what : "");
    pthread_mutex_unlock(&runner->jobs->mutex);
    if (runner->show) runner->show(runner->show_context, done, total, what ? what : "");
    cv_rc rc = write_step(job, done, total, what ? what : "");
    if (rc == CV_CANCELLED) atomic_store(&runner->run->is_cancelled, true);
    return rc;
}

/* --- documents ------------------------------------------------------------------------------- */

/* Replaces the text of a document by the document. */
static void unpack(json_t *row, const char *key, json_t *absent)
{
    const char *text = json_string_value(json_object_get(row, key));
    json_t *document = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    json_object_set_new(row, key, document ? document : json_incref(absent));
    json_decref(absent);
}

static void add_running(json_t *row, struct jobs *jobs, int64_t id)
{
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < JOBS_RUNNING_MAX; i++) {
        const struct jobs_run *run = &jobs->runs[i];
        if (run->id != id || run->total == 0) continue;
        json_object_set_new(row, "done", json_integer(run->done));
        json_object_set_new(row, "total", json_integer(run->total));
        json_object_set_new(row, "what", json_string(run->what));
    }
    pthread_mutex_unlock(&jobs->mutex);
}

static void finish_document(json_t *row, struct jobs *jobs)
{
    const char *state = json_string_value(json_object_get(row, "state"));
    const char *name = json_string_value(json_object_get(row, "kind"));
    const struct job_kind *kind = jobs_kind(jobs, name);
    char key[32];
    (void)snprintf(key, sizeof key, "is_%s", state);
    json_object_set_new(row, key, json_true());
    bool is_over = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
    json_object_set_new(row, "is_over", json_boolean(is_over));
    json_object_set_new(row, "title", json_string(kind ? kind->title : name));
    if (!is_over) add_running(row, jobs, json_integer_value(json_object_get(row, "id")));
    int64_t done = json_integer_value(json_object_get(row, "done"));
    int64_t total = json_integer_value(json_object_get(row, "total"));
    int64_t percent = total > 0 ? done * 100 / total : 0;
    if (strcmp(state, "done") == 0) percent = 100;
    json_object_set_new(row, "percent", json_integer(percent > 100 ? 100 : percent));
    unpack(row, "args", json_object());
    unpack(row, "result", json_object());
    unpack(row, "problems", json_array());
}

cv_rc jobs_find(json_t **out, struct jobs *jobs, struct store_db *db, int64_t id)
{
    json_t *rows = NULL;
    *out = NULL;
    cv_rc rc = jobs_store_find(&rows, db, id);
    if (rc != CV_OK) return rc;
    json_t *row = json_incref(json_array_get(rows, 0));
    json_decref(rows);
    if (!row) return CV_NOT_FOUND;
    finish_document(row, jobs);
    *out = row;
    return CV_OK;
}

cv_rc jobs_list(json_t **out, struct jobs *jobs, struct store_db *db, int64_t limit)
{
    cv_rc rc = jobs_store_list(out, db, limit);
    size_t i;
    json_t *row;
    json_array_foreach(rc == CV_OK ? *out : NULL, i, row) finish_document(row, jobs);
    return rc;
}
