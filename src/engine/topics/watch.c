/* watch: several runs on several threads, with progress and stop. Results never depend on which
 * thread took which run. */
#include <pthread.h>

#include "engine/topics/topics_internal.h"

enum { THREADS_MAX = 64 };

bool topics_step(struct topics_watch *watch, int worker)
{
    if (!watch) return true;
    int64_t done = ++watch->steps_done;
    if (worker == 0 && watch->progress && !watch->stopped) {
        double share = (double)done / watch->steps_expected;
        if (!watch->progress(watch->who, share < 1 ? share : 1)) watch->stopped = true;
    }
    return !watch->stopped;
}

struct crew {
    size_t count;
    _Atomic size_t next;
    void (*job)(void *who, size_t index, int worker);
    void *who;
};
struct hand {
    struct crew *crew;
    int worker;
};

static void *hand_work(void *self)
{
    struct hand *hand = self;
    struct crew *crew = hand->crew;
    for (size_t i = crew->next++; i < crew->count; i = crew->next++)
        crew->job(crew->who, i, hand->worker);
    return NULL;
}

void topics_parallel(size_t count, int threads, void (*job)(void *who, size_t index, int worker),
                     void *who)
{
    struct crew crew = {.count = count, .job = job, .who = who};
    struct hand hands[THREADS_MAX];
    pthread_t ids[THREADS_MAX] = {0};
    int started = 1;
    hands[0] = (struct hand){&crew, 0};
    while (started < threads && started < THREADS_MAX && (size_t)started < count) {
        hands[started] = (struct hand){&crew, started};
        /* Fewer hands than asked for is no failure: the work is done by those there are. */
        if (pthread_create(&ids[started], NULL, hand_work, &hands[started]) != 0) break;
        started++;
    }
    (void)hand_work(&hands[0]);
    for (int i = 1; i < started; i++) pthread_join(ids[i], NULL);
}
