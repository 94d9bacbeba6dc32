/* Opening a store, its pool of connections, and the queue of writers. See store.h. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "store/store_internal.h"

static bool is_postgres_url(const char *url)
{
    return strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
}

struct store *store_new(const char *url, enum store_mode mode)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) return NULL;
    bool is_postgres = is_postgres_url(url);
    store->driver = is_postgres ? &store_postgres : &store_sqlite;
    store->mode = mode;
    store->url = strdup(!is_postgres && strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url);
    pthread_mutex_init(&store->mutex, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&store->writer_left, &attr);
    pthread_condattr_destroy(&attr);
    if (!store->url) {
        store_close(store);
        return NULL;
    }
    return store;
}

cv_rc store_open(struct store **out, const char *url, enum store_mode mode,
                 struct cv_problems *problems)
{
    struct store *store = store_new(url, mode);
    if (!store) return CV_UNAVAILABLE;
    cv_rc rc = CV_OK;
    if (store->driver == &store_sqlite) rc = store_sqlite_check_place(store->url, mode, problems);
    if (rc == CV_OK) {
        struct store_db *db = NULL;
        rc = store_connect(&db, store);
        if (rc != CV_OK && db && store->driver == &store_sqlite)
            store_sqlite_explain(problems, db, store->url);
        if (rc != CV_OK && db && store->driver == &store_postgres)
            store_postgres_explain(problems, db, store->url);
        if (rc == CV_OK)
            store_release(db);
        else
            store_disconnect(db);
    }
    if (rc != CV_OK) {
        store_close(store);
        return rc;
    }
    *out = store;
    return CV_OK;
}

void store_close(struct store *store)
{
    if (!store) return;
    while (store->idle) {
        struct store_db *db = store->idle;
        store->idle = db->next;
        store_disconnect(db);
    }
    pthread_cond_destroy(&store->writer_left);
    pthread_mutex_destroy(&store->mutex);
    free(store->url);
    free(store);
}

const char *store_kind_name(const struct store *store)
{
    return store->driver->name;
}

/* --- connections ----------------------------------------------------------------------------- */

/* On failure *out may hold the connection that failed, for its words. */
cv_rc store_connect(struct store_db **out, struct store *store)
{
    *out = NULL;
    struct store_db *db = calloc(1, sizeof *db);
    if (!db) return CV_UNAVAILABLE;
    db->store = store;
    db->driver = store->driver;
    *out = db;
    return db->driver->connect(db);
}

void store_disconnect(struct store_db *db)
{
    if (!db) return;
    db->driver->end_cursors(db);
    for (size_t i = 0; i < db->cache_size; i++) {
        if (!db->cache[i]) continue;
        db->driver->forget(db->cache[i]);
        free(db->cache[i]);
    }
    free(db->cache);
    db->driver->disconnect(db);
    free(db);
}

static struct store_db *take_idle(struct store *store)
{
    pthread_mutex_lock(&store->mutex);
    struct store_db *db = store->idle;
    if (db) {
        store->idle = db->next;
        store->idle_count--;
    }
    pthread_mutex_unlock(&store->mutex);
    return db;
}

cv_rc store_acquire(struct store_db **out, struct store *store)
{
    for (struct store_db *db = take_idle(store); db; db = take_idle(store)) {
        if (db->driver->is_alive(db)) {
            db->next = NULL;
            *out = db;
            return CV_OK;
        }
        store_disconnect(db);
    }
    struct store_db *db = NULL;
    cv_rc rc = store_connect(&db, store);
    if (rc != CV_OK) {
        store_disconnect(db);
        return rc;
    }
    *out = db;
    return CV_OK;
}

void store_release(struct store_db *db)
{
    if (!db) return;
    db->driver->end_cursors(db);
    while (db->depth > 0) store_rollback(db);
    store_writer_leave(db);
    db->error[0] = '\0';
    struct store *store = db->store;
    bool is_kept = db->driver->is_alive(db);
    pthread_mutex_lock(&store->mutex);
    is_kept = is_kept && store->idle_count < STORE_IDLE_MAX;
    if (is_kept) {
        db->next = store->idle;
        store->idle = db;
        store->idle_count++;
    }
    pthread_mutex_unlock(&store->mutex);
    if (!is_kept) store_disconnect(db);
}

/* --- the queue of writers -------------------------------------------------------------------- */

cv_rc store_writer_enter(struct store_db *db)
{
    struct store *store = db->store;
    if (store->driver != &store_sqlite || db->is_writer) return CV_OK;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += STORE_WRITER_WAIT_MS / 1000;
    pthread_mutex_lock(&store->mutex);
    int waited = 0;
    while (store->has_writer && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&store->writer_left, &store->mutex, &until);
    bool is_mine = !store->has_writer;
    if (is_mine) store->has_writer = true;
    pthread_mutex_unlock(&store->mutex);
    db->is_writer = is_mine;
    return is_mine ? CV_OK : store_fail(db, CV_BUSY, "another writer of this program did not end");
}

void store_writer_leave(struct store_db *db)
{
    if (!db->is_writer) return;
    struct store *store = db->store;
    db->is_writer = false;
    pthread_mutex_lock(&store->mutex);
    store->has_writer = false;
    pthread_cond_signal(&store->writer_left);
    pthread_mutex_unlock(&store->mutex);
}
