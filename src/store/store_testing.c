/* store_testing: see store_testing.h. */
#include "store/store_testing.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct store_sql sql_any = {NULL, __FILE__, __LINE__, NULL};

static const char *postgres_url(void)
{
    const char *url = getenv("CONVENE_TEST_POSTGRES");
    return url && *url ? url : NULL;
}

bool store_testing_has_postgres(void)
{
    return postgres_url() != NULL;
}

/* A statement that is made up here, on a connection that is closed right after. */
static void run_on_server(const char *text)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cv_problems problems = cv_problems_new(&mem);
    struct store *store = NULL;
    struct store_db *db = NULL;
    cv_rc rc = store_open(&store, postgres_url(), STORE_OPEN_EXISTING, &problems);
    if (rc == CV_OK) rc = store_acquire(&db, store);
    struct store_sql sql = sql_any;
    sql.text = text;
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql);
    if (rc != CV_OK) fail_msg("%s: %s", text, db ? store_error(db) : problems.items[0].sentence);
    store_release(db);
    store_close(store);
    cv_arena_free(&mem);
}

static void make_place(struct store_testing *t)
{
    static int number;
    const char *temporary = getenv("TMPDIR");
    (void)snprintf(t->folder, sizeof t->folder, "%s/convene-test-XXXXXX",
                   temporary                       ? temporary
                   : access("/dev/shm", W_OK) == 0 ? "/dev/shm" /* a test need not wait for disks */
                                                   : "/tmp");
    if (!mkdtemp(t->folder)) fail_msg("no temporary folder %s", t->folder);
    if (strcmp(t->kind, "sqlite") == 0) {
        (void)snprintf(t->url, sizeof t->url, "%s/test.db", t->folder);
        return;
    }
    (void)snprintf(t->schema, sizeof t->schema, "test_%d_%d", (int)getpid(), ++number);
    char sql[128];
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", t->schema);
    run_on_server(sql);
    const char *url = postgres_url();
    (void)snprintf(t->url, sizeof t->url, "%s%coptions=-csearch_path%%3D%s", url,
                   strchr(url, '?') ? '&' : '?', t->schema);
}

struct store_testing *store_testing_new(const char *kind)
{
    struct store_testing *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->kind = kind;
    cv_arena_init(&t->mem, 256 << 20);
    t->problems = cv_problems_new(&t->mem);
    make_place(t);
    cv_rc rc = store_open(&t->store, t->url, STORE_CREATE, &t->problems);
    if (rc != CV_OK) fail_msg("%s: %s", t->url, t->problems.items[0].sentence);
    assert_int_equal(store_acquire(&t->db, t->store), CV_OK);
    return t;
}

int store_testing_open(void **state)
{
    const char *kind = *state;
    *state = NULL;
    if (strcmp(kind, "postgres") == 0 && !store_testing_has_postgres()) return 0;
    *state = store_testing_new(kind);
    return 0;
}

struct store_testing *store_testing_of(void **state)
{
    if (!*state) skip();
    return *state;
}

void store_testing_migrate(struct store_testing *t, const struct store_migration *migrations,
                           size_t count)
{
    if (!t) return;
    assert_true(t->migration_count + count <= STORE_TESTING_MIGRATIONS);
    for (size_t i = 0; i < count; i++) t->migrations[t->migration_count++] = migrations[i];
    /* Statements cached before the tables changed must go: a fresh connection. */
    store_release(t->db);
    t->db = NULL;
    cv_rc rc = store_migrate(t->store, t->migrations, t->migration_count, 1000000, &t->problems);
    if (rc != CV_OK)
        fail_msg("migrate: %s", t->problems.count ? t->problems.items[0].sentence : cv_rc_name(rc));
    assert_int_equal(store_acquire(&t->db, t->store), CV_OK);
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) return;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') (void)unlinkat(dirfd(folder), entry->d_name, 0);
    }
    (void)closedir(folder);
    (void)rmdir(path);
}

void store_testing_free(struct store_testing *t)
{
    if (!t) return;
    store_release(t->db);
    store_close(t->store);
    if (*t->schema) {
        char sql[128];
        (void)snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", t->schema);
        run_on_server(sql);
    }
    remove_folder(t->folder);
    cv_arena_free(&t->mem);
    free(t);
}

int store_testing_close(void **state)
{
    store_testing_free(*state);
    *state = NULL;
    return 0;
}
