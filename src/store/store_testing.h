/* store_testing: a fresh, empty database of either kind for one test. For tests only; on PostgreSQL
 * it needs CONVENE_TEST_POSTGRES (script/postgres prints an address) and makes a schema of its own.
 *
 *     static void test_people_insert__same_email_conflicts(void **state)
 *     {
 *         struct store_testing *t = store_testing_of(state);
 *         … t->db, &t->mem …
 *     }
 *     const struct CMUnitTest tests[] = {STORE_TESTING_BOTH(test_people_insert__…, set_up)};
 *
 * where set_up calls store_testing_open(state) and store_testing_migrate for each feature. */
#ifndef STORE_STORE_TESTING_H
#define STORE_STORE_TESTING_H

#include "store/store.h"

enum { STORE_TESTING_MIGRATIONS = 200 };

struct store_testing {
    const char *kind; /* "sqlite" or "postgres" */
    char url[600];    /* opens this very database */
    char folder[200]; /* of its own, for files of the test; removed with what is in it */
    char schema[64];
    struct store *store;
    struct store_db *db;
    struct cv_arena mem;
    struct cv_problems problems;
    struct store_migration migrations[STORE_TESTING_MIGRATIONS];
    size_t migration_count;
};

bool store_testing_has_postgres(void);
/* A database without tables. *state: the kind's name before, a struct store_testing after (NULL
 * when there is no PostgreSQL). Gives 0, as cmocka's set-up functions do. */
int store_testing_open(void **state);
/* *state; skips the test when it is NULL. */
struct store_testing *store_testing_of(void **state);
/* The same by hand, for tests that need several. Free with store_testing_free. */
struct store_testing *store_testing_new(const char *kind);
void store_testing_free(struct store_testing *t);
/* Adds these to what the database has. */
void store_testing_migrate(struct store_testing *t, const struct store_migration *migrations,
                           size_t count);
/* Closes and removes everything. */
int store_testing_close(void **state);

/* One test on both databases; set_up ends with a struct store_testing in *state. */
#define STORE_TESTING_BOTH(test, set_up)                                                           \
    {#test " (sqlite)", test, set_up, store_testing_close, (void *)(uintptr_t) "sqlite"},          \
    {                                                                                              \
#test " (postgres)", test, set_up, store_testing_close, (void *)(uintptr_t) "postgres"     \
    }

#endif
