/* workers: threads for what may block: writing, uploads, everything on PostgreSQL, and the news of
 * event streams. First come, first served. */
#include <assert.h>

#include "base/limits.h"
#include "web/inside.h"

static void *worker_main(void *context)
{
    struct web_workers *workers = context;
    (void)pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->first && !workers->is_stopping)
            (void)pthread_cond_wait(&workers->more, &workers->lock);
        struct web_work *work = workers->first;
        if (!work) break;
        workers->first = work->next;
        if (!workers->first) workers->last = &workers->first;
        workers->waiting_count--;
        (void)pthread_mutex_unlock(&workers->lock);
        work->run(work);
        (void)pthread_mutex_lock(&workers->lock);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return NULL;
}

void web_workers_init(struct web_workers *workers)
{
    (void)pthread_mutex_init(&workers->lock, NULL);
    (void)pthread_cond_init(&workers->more, NULL);
    workers->last = &workers->first;
}

void web_workers_free(struct web_workers *workers)
{
    (void)pthread_mutex_destroy(&workers->lock);
    (void)pthread_cond_destroy(&workers->more);
}

cv_rc web_workers_start(struct web_workers *workers, struct cv_arena *mem, size_t thread_count)
{
    workers->threads = CV_NEW_ARRAY(mem, pthread_t, thread_count);
    for (size_t i = 0; i < thread_count; i++) {
        if (pthread_create(&workers->threads[i], NULL, worker_main, workers) != 0) break;
        workers->thread_count++;
    }
    return workers->thread_count > 0 ? CV_OK : CV_UNAVAILABLE;
}

bool web_workers_add(struct web_workers *workers, struct web_work *work, bool must_run)
{
    (void)pthread_mutex_lock(&workers->lock);
    bool has_room = must_run || workers->waiting_count < CV_LIMIT_REQUEST_QUEUE;
    if (workers->is_stopping) has_room = false;
    if (has_room) {
        work->next = NULL;
        *workers->last = work;
        workers->last = &work->next;
        workers->waiting_count++;
        (void)pthread_cond_signal(&workers->more);
    }
    (void)pthread_mutex_unlock(&workers->lock);
    return has_room;
}

void web_workers_stop(struct web_workers *workers)
{
    (void)pthread_mutex_lock(&workers->lock);
    workers->is_stopping = true;
    (void)pthread_cond_broadcast(&workers->more);
    (void)pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->thread_count; i++)
        (void)pthread_join(workers->threads[i], NULL);
    assert(!workers->first);
}
