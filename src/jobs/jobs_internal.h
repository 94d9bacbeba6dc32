/* What the files of jobs share. Nobody else includes this. */
#ifndef JOBS_JOBS_INTERNAL_H
#define JOBS_JOBS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "jobs/jobs.h"

enum {
    JOBS_PROGRESS_MS = 200,    /* at most so often a step is shown and written */
    JOBS_LOOK_MS = 5000,       /* how often to look for jobs that nobody told us of */
    JOBS_WHAT_BYTES = 200,     /* of the sentence beside the bar */
    JOBS_RUNNING_MAX = 64,     /* jobs at work in one process */
    JOBS_MEMORY_DOCS = 8 << 20 /* for reading a job's documents */
};
#define JOBS_CHANNEL "convene_jobs"

/* One job at work in this process. */
struct jobs_run {
    int64_t id; /* 0: the place is free */
    int64_t done;
    int64_t total;
    char what[JOBS_WHAT_BYTES];
    atomic_bool is_cancelled;
};

struct jobs {
    struct store *store;
    const struct job_kind *const *kinds;
    size_t kind_count;
    const struct cv_log *log;
    void (*wake)(void *context, int64_t job_id);
    void *wake_context;
    pthread_mutex_t mutex; /* guards runs (but is_cancelled), is_stopping, news */
    pthread_cond_t changed;
    struct jobs_run runs[JOBS_RUNNING_MAX];
    bool is_stopping;
    unsigned news;           /* grows with every job that was queued: workers look again */
    int64_t mark;            /* of this process in the store; 0: it runs nothing */
    struct store_db *marked; /* holds the mark, and listens */
    int wake_fds[2];         /* ends the listener */
    pthread_t *workers;
    int worker_count;
    pthread_t listener;
    bool has_listener;
};

/* job->runner */
struct job_runner {
    struct jobs *jobs;
    struct jobs_run *run;
    int64_t shown_at_ms;
    void (*show)(void *context, int64_t done, int64_t total, const char *what);
    void *show_context;
    cv_rc failure; /* of a step that could not be written */
};

/* Somebody should look at this job again: event streams of this process and of the others. db may
 * be NULL (then only this process is told). */
void jobs_tell(struct jobs *jobs, struct store_db *db, int64_t id);
const struct job_kind *jobs_kind(const struct jobs *jobs, const char *name);

/* --- jobs_store.c ----------------------------------------------------------------------------- */

struct jobs_claim {
    int64_t id; /* 0: nothing to do */
    const char *kind;
    const char *args;
    int64_t started_at_s;
};
cv_rc jobs_store_insert(int64_t *out_id, struct store_db *db, const char *kind, const char *args,
                        int64_t person_id, int64_t now_s);
/* Takes the oldest waiting job for this process. */
cv_rc jobs_store_claim(struct jobs_claim *out, struct store_db *db, struct cv_arena *mem,
                       int64_t mark, int64_t now_s);
/* This very job, before any worker takes it. */
cv_rc jobs_store_insert_running(int64_t *out_id, struct store_db *db, const char *kind,
                                const char *args, int64_t mark, int64_t now_s);
/* *is_cancelled: somebody asked to stop it, in whatever process. */
cv_rc jobs_store_progress(bool *is_cancelled, struct store_db *db, int64_t id, int64_t done,
                          int64_t total, const char *what);
cv_rc jobs_store_end(struct store_db *db, int64_t id, int64_t mark, const char *state,
                     const char *result, const char *problems, int64_t now_s);
/* CV_NOT_FOUND: no such job that is not over. *was_queued: it never began. */
cv_rc jobs_store_cancel(bool *was_queued, struct store_db *db, int64_t id, int64_t now_s);
/* Marks as failed what a dead process left running. */
cv_rc jobs_store_recover(int64_t *out_count, struct store_db *db, int64_t own_mark, int64_t now_s);
/* Rows as the store has them: {id, kind, state, done, total, what, …}; texts of documents still
 * texts. */
cv_rc jobs_store_find(json_t **out, struct store_db *db, int64_t id);
cv_rc jobs_store_list(json_t **out, struct store_db *db, int64_t limit);

#endif
