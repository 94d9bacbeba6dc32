/* jobs: long work. A row in the store, a pool of workers beside the web's threads, progress,
 * cancel, and the result kept, also of what failed: "did it run at all?" is asked more often than
 * "what came out?". Knows store, not web.
 *
 * A job kind is a row of a feature's manifest. The web starts a job and sends the person to
 * /jobs/:id; the command line runs the same kind in its own thread with a bar.
 */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include <jansson.h>

#include "base/log.h"
#include "store/store.h"

struct job {
    int64_t id;
    struct store_db *db; /* the job's own connection; no transaction is open */
    struct cv_arena *mem;
    const json_t *args; /* what it was started with */
    json_t *result; /* an object to fill: kept, shown by the page; {"url": "/themes"} says where to
                       go on */
    struct cv_problems
        *problems; /* a person's mistakes; any problem with CV_INVALID is shown with the job */
    uint64_t seed; /* "seed" of the args; 1 where there is none: the same again gives the same */
    int64_t now_s; /* when it was started */
    void *runner;  /* jobs' own */
};

struct job_kind {
    const char *name;  /* "themes_find" */
    const char *title; /* "Finding themes": what people see */
    cv_rc (*run)(struct job *job);
};

/* done in [0, total]; what: a short sentence ("Reading row 4,000 of 10,000"). Cheap: written at
 * most every 200 ms. CV_CANCELLED when somebody asked to stop: give it back at once, nothing half
 * stored. */
CV_MUST_USE cv_rc job_progress(struct job *job, int64_t done, int64_t total, const char *what);

struct jobs;
/* kinds ends with a NULL name. Starts `workers` threads (0: none, for the command line). Jobs that
 * were running when the process died are marked failed with a sentence. wake (may be NULL) is
 * called after each change of a job (from worker threads), for the web's event streams. */
CV_MUST_USE cv_rc jobs_open(struct jobs **out, struct store *store,
                            const struct job_kind *const *kinds, size_t kind_count, int workers,
                            const struct cv_log *log, void (*wake)(void *context, int64_t job_id),
                            void *wake_context);
/* Asks running jobs to stop, waits for them, ends the threads; wake is not called by them any more.
 * What is put into the queue afterwards waits for the next program. */
void jobs_stop(struct jobs *jobs);
/* Stops, and frees. */
void jobs_close(struct jobs *jobs);

/* Puts a job into the queue (committed at once: not inside a transaction) and wakes a worker.
 * person_id 0: the program itself. */
CV_MUST_USE cv_rc jobs_start(int64_t *out_id, struct jobs *jobs, struct store_db *db,
                             const char *kind, const json_t *args, int64_t person_id,
                             int64_t now_s);
/* Runs a job of this kind here and now, in this thread; progress goes to `show` as well (the
 * terminal's bar). The result is kept in the store too. *out_result is a new reference. */
CV_MUST_USE cv_rc jobs_run_here(
    json_t **out_result, struct jobs *jobs, struct store_db *db, struct cv_arena *mem,
    const char *kind, const json_t *args, int64_t now_s, struct cv_problems *problems,
    void (*show)(void *context, int64_t done, int64_t total, const char *what), void *show_context);
CV_MUST_USE cv_rc jobs_cancel(struct jobs *jobs, struct store_db *db, int64_t id, int64_t now_s);
/* {id, kind, title, state: queued|running|done|failed|cancelled, is_<state>: true, is_over, done,
 * total, percent, what, started_at_s, ended_at_s, person_id, result: {…}, problems: […]}. *out is a
 * new reference. */
CV_MUST_USE cv_rc jobs_find(json_t **out, struct jobs *jobs, struct store_db *db, int64_t id);
CV_MUST_USE cv_rc jobs_list(json_t **out, struct jobs *jobs, struct store_db *db, int64_t limit);

/* Takes a person's name off the jobs they started; the jobs stay. For people_erase. */
CV_MUST_USE cv_rc jobs_forget_person(struct store_db *db, int64_t person_id);

/* jobs' own tables; app puts it first among the migrations. */
extern const struct store_migration jobs_migrations[];
extern const size_t jobs_migration_count;

#endif
