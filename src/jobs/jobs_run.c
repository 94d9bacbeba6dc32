/* Running jobs: the pool of workers, the listener, one job from claim to kept result, and what a
 * dead process left behind. See jobs.h. */
#include "jobs/jobs_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

/* --- one job --------------------------------------------------------------------------------- */

static struct jobs_run *take_place(struct jobs *jobs, int64_t id)
{
    struct jobs_run *run = NULL;
    pthread_mutex_lock(&jobs->mutex);
    for (size_t i = 0; i < JOBS_RUNNING_MAX && !run; i++)
        if (jobs->runs[i].id == 0) run = &jobs->runs[i];
    if (run) {
        run->id = id;
        run->done = run->total = 0;
        run->what[0] = '\0';
        atomic_store(&run->is_cancelled, jobs->is_stopping);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return run;
}

static void leave_place(struct jobs *jobs, struct jobs_run *run)
{
    pthread_mutex_lock(&jobs->mutex);
    run->id = 0;
    pthread_mutex_unlock(&jobs->mutex);
}

/* What the person reads when no problem of theirs says it already. */
static void explain(struct cv_problems *problems, cv_rc rc, bool is_stopping)
{
    if (rc == CV_OK || problems->total_count > 0) return;
    switch (rc) {
    case CV_CANCELLED:
        if (is_stopping)
            cv_problem(problems, 0, NULL, "Start it again.",
                       "The program was stopped before this was done. Nothing was half stored.");
        break;
    case CV_TOO_LARGE:
        cv_problem(problems, 0, NULL, "Give it less at once.",
                   "This needs more memory than one job may use. Nothing was half stored.");
        break;
    case CV_BUSY:
        cv_problem(problems, 0, NULL, "Try again in a moment.",
                   "The database was busy with something else for too long.");
        break;
    case CV_UNAVAILABLE:
        cv_problem(problems, 0, NULL, "Look at the disk and the database server, then try again.",
                   "The database did not do what was asked of it. Nothing was half stored.");
        break;
    case CV_CONFLICT:
        cv_problem(problems, 0, NULL, "Look at it again, then start anew.",
                   "Somebody else changed the same thing at the same time.");
        break;
    default:
        cv_problem(problems, 0, NULL, "Look at it again, then start anew.",
                   "This could not be done (%s).", cv_rc_name(rc));
    }
}

static json_t *problems_document(const struct cv_problems *problems)
{
    json_t *list = json_array();
    for (size_t i = 0; i < problems->count; i++) {
        const struct cv_problem *p = &problems->items[i];
        json_t *row = json_object();
        if (p->sheet) json_object_set_new(row, "sheet", json_string(p->sheet));
        if (p->line) json_object_set_new(row, "line", json_integer(p->line));
        if (p->column) json_object_set_new(row, "column", json_integer(p->column));
        if (p->field) json_object_set_new(row, "field", json_string(p->field));
        json_object_set_new(row, "sentence", json_string(p->sentence));
        if (p->remedy) json_object_set_new(row, "remedy", json_string(p->remedy));
        json_array_append_new(list, row);
    }
    return list;
}

static cv_rc call(struct job *job, const struct job_kind *kind)
{
    /* The command line's own guard of this arena comes back afterwards. */
    struct cv_arena *mem = job->mem;
    volatile bool was_guarded = mem->guarded;
    jmp_buf guard;
    memcpy(&guard, &mem->guard, sizeof guard);
    volatile cv_rc rc = CV_TOO_LARGE;
    if (!cv_arena_guard(mem)) rc = kind->run(job);
    mem->guarded = was_guarded;
    memcpy(&mem->guard, &guard, sizeof guard);
    return rc;
}

/* The end is written even after the connection was lost: a few tries, each on a fresh one. */
static cv_rc keep_end(struct jobs *jobs, const struct job *job, const char *state,
                      const char *result, const char *problems)
{
    cv_rc rc = CV_OK;
    for (int attempt = 0; attempt < 5; attempt++) {
        struct store_db *db = NULL;
        rc = store_acquire(&db, jobs->store);
        if (rc == CV_OK)
            rc = jobs_store_end(db, job->id, jobs->mark, state, result, problems, cv_now_s());
        if (rc == CV_OK) jobs_tell(jobs, db, job->id);
        store_release(db);
        if (rc == CV_OK) break;
        const struct timespec pause = {.tv_nsec = 300 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    return rc;
}

/* Runs a job whose row says "running" by our mark, and keeps its end. */
static cv_rc run_job(struct jobs *jobs, struct job *job, const struct job_kind *kind,
                     struct job_runner *runner)
{
    int64_t began_ms = cv_monotonic_ms();
    runner->jobs = jobs;
    runner->run = take_place(jobs, job->id);
    job->runner = runner;
    job->seed = (uint64_t)json_integer_value(json_object_get(job->args, "seed"));
    if (job->seed == 0) job->seed = 1;
    cv_rc rc = runner->run ? call(job, kind) : CV_BUSY;
    while (store_in_transaction(job->db)) store_rollback(job->db);
    const char *state = rc == CV_OK ? "done" : rc == CV_CANCELLED ? "cancelled" : "failed";
    pthread_mutex_lock(&jobs->mutex);
    bool is_stopping = jobs->is_stopping;
    pthread_mutex_unlock(&jobs->mutex);
    explain(job->problems, rc, is_stopping);
    json_t *list = problems_document(job->problems);
    char *result = json_dumps(job->result, JSON_COMPACT);
    char *problems = json_dumps(list, JSON_COMPACT);
    /* Before its end is told: who reads the end and then cancels hears that it is over. */
    if (runner->run) leave_place(jobs, runner->run);
    cv_rc end_rc = keep_end(jobs, job, state, result ? result : "{}", problems);
    if (jobs->log)
        cv_log(jobs->log,
               rc == CV_OK || rc == CV_CANCELLED || rc == CV_INVALID ? CV_LOG_INFO : CV_LOG_WARN,
               "job", end_rc == CV_OK ? NULL : "its end could not be stored",
               "id=%" PRId64 " kind=%s state=%s rc=%s ms=%" PRId64, job->id, kind->name, state,
               cv_rc_name(rc), cv_monotonic_ms() - began_ms);
    json_decref(list);
    free(result);
    free(problems);
    return rc == CV_OK ? end_rc : rc;
}

/* --- workers --------------------------------------------------------------------------------- */

static void run_claimed(struct jobs *jobs, struct store_db *db, const struct jobs_claim *claim)
{
    struct cv_arena mem;
    struct cv_arena words; /* problems must outlive an arena that ran full */
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    cv_arena_init(&words, JOBS_MEMORY_DOCS);
    struct cv_problems problems = cv_problems_new(&words);
    json_t *args = json_loads(claim->args, 0, NULL);
    struct job job = {.id = claim->id,
                      .db = db,
                      .mem = &mem,
                      .args = args,
                      .result = json_object(),
                      .problems = &problems,
                      .now_s = claim->started_at_s};
    struct job_runner runner = {0};
    const struct job_kind *kind = jobs_kind(jobs, claim->kind);
    jobs_tell(jobs, db, claim->id);
    if (kind && args) {
        cv_rc rc = run_job(jobs, &job, kind, &runner);
        (void)rc; /* kept with the job */
    } else {
        cv_rc rc = keep_end(jobs, &job, "failed", "{}",
                            "[{\"sentence\":\"This program does not know this kind of work.\","
                            "\"remedy\":\"Use the version that started it.\"}]");
        (void)rc;
    }
    json_decref(job.result);
    json_decref(args);
    cv_arena_free(&words);
    cv_arena_free(&mem);
}

/* True when a job was run. */
static bool run_next(struct jobs *jobs)
{
    struct store_db *db = NULL;
    struct jobs_claim claim = {0};
    struct cv_arena mem;
    cv_arena_init(&mem, JOBS_MEMORY_DOCS);
    cv_rc rc = store_acquire(&db, jobs->store);
    if (rc == CV_OK) rc = jobs_store_claim(&claim, db, &mem, jobs->mark, cv_now_s());
    if (rc == CV_OK && claim.id > 0) run_claimed(jobs, db, &claim);
    store_release(db);
    cv_arena_free(&mem);
    return claim.id > 0;
}

static void *work(void *argument)
{
    struct jobs *jobs = argument;
    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->is_stopping) {
        unsigned seen = jobs->news;
        pthread_mutex_unlock(&jobs->mutex);
        bool was_busy = run_next(jobs);
        pthread_mutex_lock(&jobs->mutex);
        if (was_busy || jobs->is_stopping || jobs->news != seen) continue;
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += JOBS_LOOK_MS / 1000;
        pthread_cond_timedwait(&jobs->changed, &jobs->mutex, &until);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return NULL;
}

/* --- the listener: news of other processes, and those that died ----------------------------------
 */

static void hear(struct jobs *jobs, int64_t id)
{
    pthread_mutex_lock(&jobs->mutex);
    jobs->news++;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->mutex);
    if (id > 0 && jobs->wake) jobs->wake(jobs->wake_context, id);
}

/* After a lost server our mark is gone with the connection: take both anew. */
static void take_mark_again(struct jobs *jobs)
{
    store_release(jobs->marked);
    jobs->marked = NULL;
    cv_rc rc = store_acquire(&jobs->marked, jobs->store);
    if (rc == CV_OK) rc = store_mark(jobs->marked, jobs->mark);
    if (rc != CV_OK) {
        store_release(jobs->marked);
        jobs->marked = NULL;
    }
}

static void look_after_the_dead(struct jobs *jobs)
{
    struct store_db *db = NULL;
    int64_t count = 0;
    if (store_acquire(&db, jobs->store) != CV_OK) return;
    cv_rc rc = jobs_store_recover(&count, db, jobs->mark, cv_now_s());
    store_release(db);
    if (rc == CV_OK && count > 0 && jobs->log)
        cv_log(jobs->log, CV_LOG_WARN, "jobs_left", NULL, "count=%" PRId64, count);
}

static bool is_stopping(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    bool stops = jobs->is_stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return stops;
}

static void *listen_to_others(void *argument)
{
    struct jobs *jobs = argument;
    int64_t looked_ms = cv_monotonic_ms();
    while (!is_stopping(jobs)) {
        int64_t id = -1;
        if (!jobs->marked) take_mark_again(jobs);
        cv_rc rc = jobs->marked ? store_wait_notify(&id, jobs->marked, JOBS_CHANNEL,
                                                    jobs->wake_fds[0], JOBS_LOOK_MS)
                                : CV_UNAVAILABLE;
        if (rc == CV_OK && id >= 0) hear(jobs, id);
        if (rc != CV_OK) {
            take_mark_again(jobs);
            const struct timespec pause = {.tv_nsec = 500 * 1000 * 1000};
            nanosleep(&pause, NULL);
        }
        if (cv_monotonic_ms() - looked_ms >= JOBS_LOOK_MS) {
            looked_ms = cv_monotonic_ms();
            look_after_the_dead(jobs);
        }
    }
    return NULL;
}

/* --- opening and closing ---------------------------------------------------------------------- */

static cv_rc take_mark(struct jobs *jobs)
{
    if (jobs->marked) return CV_OK;
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) return CV_UNAVAILABLE;
    int64_t mark = (int64_t)(number >> 2) + 1;
    cv_rc rc = store_acquire(&jobs->marked, jobs->store);
    if (rc == CV_OK) rc = store_mark(jobs->marked, mark);
    if (rc != CV_OK) {
        store_release(jobs->marked);
        jobs->marked = NULL;
        return rc;
    }
    jobs->mark = mark;
    return CV_OK;
}

static cv_rc start_threads(struct jobs *jobs, int workers)
{
    jobs->workers = calloc((size_t)workers, sizeof *jobs->workers);
    if (!jobs->workers || pipe(jobs->wake_fds) != 0) return CV_UNAVAILABLE;
    if (pthread_create(&jobs->listener, NULL, listen_to_others, jobs) != 0) return CV_UNAVAILABLE;
    jobs->has_listener = true;
    for (int i = 0; i < workers; i++) {
        if (pthread_create(&jobs->workers[i], NULL, work, jobs) != 0) return CV_UNAVAILABLE;
        jobs->worker_count++;
    }
    return CV_OK;
}

cv_rc jobs_open(struct jobs **out, struct store *store, const struct job_kind *const *kinds,
                size_t kind_count, int workers, const struct cv_log *log,
                void (*wake)(void *context, int64_t job_id), void *wake_context)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs) return CV_UNAVAILABLE;
    jobs->store = store;
    jobs->kinds = kinds;
    jobs->kind_count = kind_count;
    jobs->log = log;
    jobs->wake = wake;
    jobs->wake_context = wake_context;
    jobs->wake_fds[0] = jobs->wake_fds[1] = -1;
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->changed, &attr);
    pthread_condattr_destroy(&attr);
    cv_rc rc = CV_OK;
    if (workers > 0) {
        look_after_the_dead(jobs);
        rc = take_mark(jobs);
        if (rc == CV_OK) rc = start_threads(jobs, workers);
    }
    if (rc != CV_OK) {
        jobs_close(jobs);
        return rc;
    }
    *out = jobs;
    return CV_OK;
}

void jobs_stop(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    jobs->is_stopping = true;
    for (size_t i = 0; i < JOBS_RUNNING_MAX; i++) atomic_store(&jobs->runs[i].is_cancelled, true);
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->mutex);
    if (jobs->wake_fds[1] >= 0) {
        ssize_t size = write(jobs->wake_fds[1], "x", 1);
        (void)size; /* a full pipe wakes the listener as well */
    }
    for (int i = 0; i < jobs->worker_count; i++) pthread_join(jobs->workers[i], NULL);
    if (jobs->has_listener) pthread_join(jobs->listener, NULL);
    jobs->worker_count = 0;
    jobs->has_listener = false;
}

void jobs_close(struct jobs *jobs)
{
    if (!jobs) return;
    jobs_stop(jobs);
    store_release(jobs->marked);
    for (int i = 0; i < 2; i++)
        if (jobs->wake_fds[i] >= 0) (void)close(jobs->wake_fds[i]);
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->mutex);
    free(jobs->workers);
    free(jobs);
}

/* --- in this thread --------------------------------------------------------------------------- */

cv_rc jobs_run_here(json_t **out_result, struct jobs *jobs, struct store_db *db,
                    struct cv_arena *mem, const char *kind, const json_t *args, int64_t now_s,
                    struct cv_problems *problems,
                    void (*show)(void *context, int64_t done, int64_t total, const char *what),
                    void *show_context)
{
    *out_result = NULL;
    const struct job_kind *found = jobs_kind(jobs, kind);
    if (!found) return CV_NOT_FOUND;
    if (!jobs->marked) look_after_the_dead(jobs);
    cv_rc rc = take_mark(jobs);
    if (rc != CV_OK) return rc;
    json_t *copy = args ? json_deep_copy(args) : json_object();
    char *text = json_dumps(copy, JSON_COMPACT);
    struct job_runner runner = {.show = show, .show_context = show_context};
    struct job job = {.db = db,
                      .mem = mem,
                      .args = copy,
                      .result = json_object(),
                      .problems = problems,
                      .now_s = now_s};
    rc = jobs_store_insert_running(&job.id, db, kind, text ? text : "{}", jobs->mark, now_s);
    free(text);
    if (rc == CV_OK) rc = run_job(jobs, &job, found, &runner);
    json_decref(copy);
    if (rc == CV_OK)
        *out_result = job.result;
    else
        json_decref(job.result);
    return rc;
}
