/* Tests of store: backups, places that are wrong, full disks and lost servers. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store_internal.h"
#include "store/store_testing.h"

static const struct store_migration migrations[] = {
    {.feature = "zoo",
     .name = "0001_start",
     .sql = "CREATE TABLE keeper (id IDENTITY, name TEXT NOT NULL, "
            "boss_id BIGINT REFERENCES keeper (id));\n"
            "CREATE TABLE animal (id IDENTITY, keeper_id BIGINT NOT NULL REFERENCES keeper (id), "
            "name TEXT, weight_kg REAL, picture BLOB);\n"},
    {.feature = "zoo", .name = "0002_empty", .sql = "CREATE TABLE cage (id IDENTITY, n BIGINT);"}};
enum { MIGRATION_COUNT = 2 };

STORE_SQL(sql_insert_keeper, "INSERT INTO keeper (name, boss_id) VALUES ($1, $2) RETURNING id");
STORE_SQL(sql_insert_animal, "INSERT INTO animal (keeper_id, name, weight_kg, picture) "
                             "VALUES ($1, $2, $3, $4)");
STORE_SQL(sql_promote, "UPDATE keeper SET boss_id = $2 WHERE id = $1");
STORE_SQL(sql_delete_keeper, "DELETE FROM keeper WHERE id = $1");
STORE_SQL(sql_list, "SELECT id, keeper_id, name, weight_kg FROM animal ORDER BY id");
STORE_SQL(sql_list_keepers, "SELECT id, name, boss_id FROM keeper ORDER BY id");
STORE_SQL(sql_count, "SELECT count(*) FROM animal");
STORE_SQL(sql_pictures, "SELECT picture FROM animal ORDER BY id");

static int set_up(void **state)
{
    store_testing_open(state);
    store_testing_migrate(*state, migrations, MIGRATION_COUNT);
    return 0;
}

static const char *path_in(struct store_testing *t, const char *name)
{
    return cv_sprintf(&t->mem, "%s/%s", t->folder, name);
}

static int64_t keeper(struct store_db *db, const char *name)
{
    int64_t id = 0;
    assert_int_equal(store_number(&id, db, &sql_insert_keeper, STORE_TEXT(name), STORE_NULL),
                     CV_OK);
    return id;
}

/* Awkward on purpose: a circle of references, texts with everything COPY treats as special, no
 * text, bytes, numbers that lose digits easily, a number handed out and taken back. */
static void fill(struct store_testing *t)
{
    int64_t first = keeper(t->db, "Ana\tde la\\N \"Peña\"\r\n\\.");
    int64_t second = keeper(t->db, "");
    assert_int_equal(store_exec(NULL, t->db, &sql_promote, STORE_INT(first), STORE_INT(second)),
                     CV_OK);
    int64_t third = keeper(t->db, "gone");
    assert_int_equal(store_exec(NULL, t->db, &sql_delete_keeper, STORE_INT(third)), CV_OK);
    static const unsigned char bytes[] = {0, 1, 9, 10, 92, 255};
    const double weights[] = {0.1 + 0.2, 1e300, -2.0, 1.0 / 3.0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_exec(NULL, t->db, &sql_insert_animal, STORE_INT(first),
                                    i % 2 ? STORE_TEXT("龍 🐉") : STORE_NULL, STORE_REAL(weights[i]),
                                    i == 2 ? STORE_BLOB(bytes, sizeof bytes) : STORE_NULL),
                         CV_OK);
}

static char *contents(struct store_db *db)
{
    json_t *animals = NULL;
    json_t *keepers = NULL;
    assert_int_equal(store_json(&animals, db, &sql_list), CV_OK);
    assert_int_equal(store_json(&keepers, db, &sql_list_keepers), CV_OK);
    json_t *both = json_pack("[o,o]", animals, keepers);
    char *text = json_dumps(both, JSON_COMPACT);
    json_decref(both);
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_pictures);
    size_t total = 0;
    while (rc == CV_OK && store_next(&rows)) {
        size_t size = 0;
        const unsigned char *bytes = store_bytes(&size, &rows, 0);
        for (size_t i = 0; i < size; i++) total = total * 31 + bytes[i] + 1;
    }
    assert_int_equal(store_done(&rows, rc), CV_OK);
    char *with_bytes = NULL;
    assert_true(asprintf(&with_bytes, "%s %zu", text, total) > 0);
    free(text);
    return with_bytes;
}

/* One backup into an empty place of the other (or the same) kind: same rows, same next number. */
static void check_way(const char *from_kind, const char *to_kind)
{
    struct store_testing *from = store_testing_new(from_kind);
    struct store_testing *to = store_testing_new(to_kind);
    store_testing_migrate(from, migrations, MIGRATION_COUNT);
    fill(from);
    const char *path = path_in(from, "copy.backup");
    assert_int_equal(store_backup(from->store, path, 1000, &from->problems), CV_OK);
    assert_int_equal(store_backup(from->store, path, 1000, &from->problems), CV_INVALID);
    json_t *facts = NULL;
    assert_int_equal(store_backup_verify(path, &from->mem, &facts, &from->problems), CV_OK);
    assert_string_equal(json_string_value(json_object_get(facts, "from")), from_kind);
    assert_int_equal(json_integer_value(json_object_get(facts, "made_at_s")), 1000);
    assert_int_equal(json_array_size(json_object_get(facts, "tables")), 3);
    json_decref(facts);
    const char *url = strcmp(to_kind, "sqlite") == 0 ? path_in(to, "new.db") : to->url;
    cv_rc rc = store_restore(path, url, migrations, MIGRATION_COUNT, 2000, &to->problems);
    if (rc != CV_OK) fail_msg("%s", to->problems.items[0].sentence);
    struct store *restored = NULL;
    struct store_db *db = NULL;
    assert_int_equal(store_open(&restored, url, STORE_OPEN_EXISTING, &to->problems), CV_OK);
    int64_t missing = -1;
    assert_int_equal(
        store_migrations_missing(&missing, restored, migrations, MIGRATION_COUNT, &to->problems),
        CV_OK);
    assert_int_equal(missing, 0);
    assert_int_equal(store_acquire(&db, restored), CV_OK);
    char *before = contents(from->db);
    char *after = contents(db);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(keeper(db, "next"), 4); /* 3 was handed out and taken back */
    assert_int_equal(store_exec(NULL, db, &sql_delete_keeper, STORE_INT(2)), CV_CONFLICT);
    store_release(db);
    store_close(restored);
    size_t told = to->problems.count;
    assert_int_equal(store_restore(path, url, migrations, MIGRATION_COUNT, 2000, &to->problems),
                     CV_INVALID);
    assert_true(to->problems.count > told);
    store_testing_free(to);
    store_testing_free(from);
}

static void test_store_restore__sqlite_to_sqlite(void **state)
{
    check_way("sqlite", "sqlite");
}

static void test_store_restore__sqlite_to_postgres(void **state)
{
    if (!store_testing_has_postgres()) skip();
    check_way("sqlite", "postgres");
}

static void test_store_restore__postgres_to_sqlite(void **state)
{
    if (!store_testing_has_postgres()) skip();
    check_way("postgres", "sqlite");
}

static void test_store_restore__postgres_to_postgres(void **state)
{
    if (!store_testing_has_postgres()) skip();
    check_way("postgres", "postgres");
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    return bytes;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    (void)fclose(file);
}

static void test_store_verify__any_flipped_byte_is_found(void **state)
{
    struct store_testing *t = store_testing_of(state);
    fill(t);
    const char *path = path_in(t, "copy.backup");
    assert_int_equal(store_backup(t->store, path, 1000, &t->problems), CV_OK);
    size_t size = 0;
    char *bytes = read_file(path, &size);
    for (size_t at = 0; at < size; at += at < 100 || at > size - 100 ? 1 : 499) {
        bytes[at] = (char)(bytes[at] ^ 4);
        write_file(path, bytes, size);
        if (store_backup_verify(path, &t->mem, NULL, &t->problems) == CV_OK)
            fail_msg("byte %zu of %zu", at, size);
        bytes[at] = (char)(bytes[at] ^ 4);
    }
    write_file(path, bytes, size - 1);
    assert_int_equal(store_backup_verify(path, &t->mem, NULL, &t->problems), CV_INVALID);
    write_file(path, bytes, size);
    assert_int_equal(store_backup_verify(path, &t->mem, NULL, &t->problems), CV_OK);
    free(bytes);
}

static void test_store_restore__damaged_backup_leaves_nothing(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *path = path_in(t, "wrong.backup");
    write_file(path, "name,email\nAna,a@x\n", 19);
    const char *url = path_in(t, "new.db");
    assert_int_equal(store_restore(path, url, migrations, MIGRATION_COUNT, 1, &t->problems),
                     CV_INVALID);
    assert_int_equal(access(url, F_OK), -1);
    assert_non_null(strstr(t->problems.items[0].sentence, "convene backup"));
}

static void test_store_restore__newer_backup_is_refused(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *path = path_in(t, "copy.backup");
    assert_int_equal(store_backup(t->store, path, 1000, &t->problems), CV_OK);
    const char *url = path_in(t, "new.db");
    assert_int_equal(store_restore(path, url, migrations, 1, 1, &t->problems), CV_INVALID);
    assert_non_null(strstr(t->problems.items[0].sentence, "newer Convene"));
    assert_int_equal(access(url, F_OK), -1);
}

struct busy {
    struct store *store;
    atomic_bool is_over;
    int64_t keeper_id;
};

/* Animals come in pairs inside one transaction: a consistent copy never has an odd number. */
static void *add_pairs(void *argument)
{
    struct busy *busy = argument;
    while (!atomic_load(&busy->is_over)) {
        struct store_db *db = NULL;
        cv_rc rc = store_acquire(&db, busy->store);
        if (rc == CV_OK) rc = store_begin(db);
        for (int i = 0; i < 2 && rc == CV_OK; i++)
            rc = store_exec(NULL, db, &sql_insert_animal, STORE_INT(busy->keeper_id),
                            STORE_TEXT("one of two"), STORE_REAL(1), STORE_NULL);
        if (db && store_in_transaction(db)) rc = store_end(db, rc);
        store_release(db);
        if (rc != CV_OK) return "write";
    }
    return NULL;
}

static void test_store_backup__consistent_while_others_write(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct busy busy = {.store = t->store, .keeper_id = keeper(t->db, "Ana")};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, add_pairs, &busy);
    int64_t last = -1;
    for (int round = 0; round < 5; round++) {
        const char *path = path_in(t, cv_sprintf(&t->mem, "%d.backup", round));
        assert_int_equal(store_backup(t->store, path, 1000, &t->problems), CV_OK);
        json_t *facts = NULL;
        assert_int_equal(store_backup_verify(path, &t->mem, &facts, &t->problems), CV_OK);
        json_t *table = json_array_get(json_object_get(facts, "tables"), 0);
        int64_t rows = json_integer_value(json_object_get(table, "rows"));
        assert_string_equal(json_string_value(json_object_get(table, "name")), "animal");
        assert_int_equal(rows % 2, 0);
        assert_true(rows >= last);
        last = rows;
        json_decref(facts);
    }
    atomic_store(&busy.is_over, true);
    for (int i = 0; i < 2; i++) {
        void *failure = NULL;
        pthread_join(threads[i], &failure);
        assert_null(failure);
    }
    assert_true(last > 0);
}

/* --- places that are wrong -------------------------------------------------------------------- */

static void refuse(struct store_testing *t, const char *url, enum store_mode mode,
                   const char *words)
{
    struct store *store = NULL;
    size_t told = t->problems.count;
    assert_int_not_equal(store_open(&store, url, mode, &t->problems), CV_OK);
    assert_null(store);
    assert_int_equal(t->problems.count, told + 1);
    const struct cv_problem *problem = &t->problems.items[told];
    if (!strstr(problem->sentence, words)) fail_msg("%s", problem->sentence);
    assert_non_null(problem->remedy);
}

static void test_store_open__wrong_places_are_told(void **state)
{
    struct store_testing *t = store_testing_of(state);
    refuse(t, path_in(t, "missing.db"), STORE_OPEN_EXISTING, "There is no database");
    assert_int_equal(access(path_in(t, "missing.db"), F_OK), -1);
    refuse(t, path_in(t, "no/such/folder/x.db"), STORE_CREATE, "There is no folder");
    refuse(t, t->folder, STORE_CREATE, "is a folder");
    refuse(t, "/dev/null", STORE_CREATE, "no ordinary file");
    refuse(t, "", STORE_CREATE, "No database was named");
    write_file(path_in(t, "a.csv"), "name,email\nAna,a@x\n", 19);
    refuse(t, path_in(t, "a.csv"), STORE_OPEN_EXISTING, "is no database");
    write_file(path_in(t, "empty.db"), "", 0);
    refuse(t, path_in(t, "empty.db"), STORE_OPEN_EXISTING, "is empty");
    sqlite3 *other = NULL;
    sqlite3_open(path_in(t, "other.db"), &other);
    sqlite3_exec(other, "PRAGMA application_id=7; CREATE TABLE x (y)", NULL, NULL, NULL);
    sqlite3_close(other);
    refuse(t, path_in(t, "other.db"), STORE_OPEN_EXISTING, "of another program");
    size_t size = 0;
    store_release(t->db);
    t->db = NULL;
    store_close(t->store);
    char *bytes = read_file(t->url, &size);
    for (size_t i = 100; i < size; i++) bytes[i] = 'x';
    write_file(path_in(t, "damaged.db"), bytes, size);
    free(bytes);
    refuse(t, path_in(t, "damaged.db"), STORE_OPEN_EXISTING, "is damaged");
    assert_int_equal(store_open(&t->store, t->url, STORE_OPEN_EXISTING, &t->problems), CV_OK);
}

/* Rights do not bind root, so this one steps down for its length. */
static void test_store_open__place_without_rights_is_told(void **state)
{
    struct store_testing *t = store_testing_of(state);
    store_release(t->db);
    t->db = NULL;
    store_close(t->store);
    assert_int_equal(chmod(t->url, 0444), 0);
    assert_int_equal(chmod(t->folder, 0555), 0);
    bool was_root = geteuid() == 0;
    if (was_root) assert_int_equal(seteuid(65534), 0);
    refuse(t, t->url, STORE_OPEN_EXISTING, "cannot be written");
    refuse(t, path_in(t, "new.db"), STORE_CREATE, "cannot be written");
    if (was_root) assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(t->folder, 0755), 0);
    assert_int_equal(chmod(t->url, 0644), 0);
    assert_int_equal(store_open(&t->store, t->url, STORE_OPEN_EXISTING, &t->problems), CV_OK);
}

static void test_store_exec__full_disk_keeps_what_was_confirmed(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t id = keeper(t->db, "Ana");
    /* SQLite answers SQLITE_FULL here as it does on ENOSPC. */
    assert_int_equal(sqlite3_exec(t->db->lite, "PRAGMA max_page_count=12", NULL, NULL, NULL),
                     SQLITE_OK);
    char *much = cv_alloc(&t->mem, 3000);
    memset(much, 'x', 2999);
    cv_rc rc = CV_OK;
    int64_t confirmed = 0;
    for (int i = 0; i < 100 && rc == CV_OK; i++) {
        rc = store_exec(NULL, t->db, &sql_insert_animal, STORE_INT(id), STORE_TEXT(much),
                        STORE_REAL(1), STORE_NULL);
        confirmed += rc == CV_OK;
    }
    assert_int_equal(rc, CV_UNAVAILABLE);
    assert_true(confirmed > 0);
    assert_int_equal(store_begin(t->db), CV_OK);
    rc = store_exec(NULL, t->db, &sql_insert_animal, STORE_INT(id), STORE_TEXT(much), STORE_REAL(1),
                    STORE_NULL);
    assert_int_equal(store_end(t->db, rc), CV_UNAVAILABLE);
    int64_t count = 0;
    assert_int_equal(store_number(&count, t->db, &sql_count), CV_OK);
    assert_int_equal(count, confirmed);
    (void)sqlite3_exec(t->db->lite, "PRAGMA max_page_count=1000000", NULL, NULL, NULL);
}

static void test_store_migrate__copy_is_kept_before_an_upgrade(void **state)
{
    struct store_testing *t = store_testing_of(state);
    keeper(t->db, "Ana");
    const char *copy = cv_sprintf(&t->mem, "%s.before-upgrade-1970-01-12-13.46", t->url);
    assert_int_equal(access(copy, F_OK), -1); /* making a database is no upgrade */
    static const struct store_migration later[] = {
        {.feature = "zoo", .name = "0003", .sql = "ALTER TABLE cage ADD COLUMN m BIGINT;"}};
    store_testing_migrate(t, later, 1);
    struct store *store = NULL;
    struct store_db *db = NULL;
    assert_int_equal(store_open(&store, copy, STORE_READ_ONLY, &t->problems), CV_OK);
    assert_int_equal(store_acquire(&db, store), CV_OK);
    int64_t id = 0;
    STORE_SQL(sql_find, "SELECT count(*) FROM keeper WHERE name = 'Ana'");
    assert_int_equal(store_number(&id, db, &sql_find), CV_OK);
    assert_int_equal(id, 1);
    assert_int_equal(store_exec(NULL, db, &sql_delete_keeper, STORE_INT(1)), CV_UNAVAILABLE);
    store_release(db);
    store_close(store);
}

static void test_store_postgres__wrong_addresses_are_told(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const char *url = getenv("CONVENE_TEST_POSTGRES");
    if (!strstr(url, "host=/")) skip(); /* a server of somebody else's */
    const char *host = strstr(url, "host=");
    refuse(t, cv_sprintf(&t->mem, "postgres://locked:secret1@/convene?%s", host),
           STORE_OPEN_EXISTING, "does not accept this password");
    assert_null(strstr(t->problems.items[0].sentence, "secret1"));
    refuse(t, cv_sprintf(&t->mem, "postgres://convene@/nowhere?%s", host), STORE_OPEN_EXISTING,
           "does not exist");
    refuse(t, cv_sprintf(&t->mem, "postgres://convene@/convene?host=%s", t->folder),
           STORE_OPEN_EXISTING, "does not answer");
    refuse(t, "postgres://convene@127.0.0.1:1/convene", STORE_OPEN_EXISTING, "does not answer");
}

STORE_SQL(sql_backend, "SELECT CAST($1 AS BIGINT)");

static void test_store_postgres__lost_server_comes_back(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct store_db *killer = NULL;
    assert_int_equal(store_acquire(&killer, t->store), CV_OK);
    char sql[80];
    (void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", PQbackendPID(t->db->pg));
    assert_int_equal(store_begin(t->db), CV_OK);
    keeper(t->db, "Ana");
    PQclear(PQexec(killer->pg, sql));
    int64_t number = 0;
    cv_rc rc = store_number(&number, t->db, &sql_backend, STORE_INT(7));
    assert_int_equal(rc, CV_UNAVAILABLE);
    assert_true(strlen(store_error(t->db)) > 0);
    assert_int_equal(store_end(t->db, rc), CV_UNAVAILABLE);
    /* An idle one in the pool is lost too. */
    (void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", PQbackendPID(killer->pg));
    store_release(killer);
    store_release(t->db);
    PGconn *server = PQconnectdb(getenv("CONVENE_TEST_POSTGRES"));
    PQclear(PQexec(server, sql));
    PQfinish(server);
    (void)usleep(100000);
    assert_int_equal(store_acquire(&t->db, t->store), CV_OK);
    assert_int_equal(store_number(&number, t->db, &sql_backend, STORE_INT(7)), CV_OK);
    assert_int_equal(number, 7);
    json_t *keepers = NULL;
    assert_int_equal(store_json(&keepers, t->db, &sql_list_keepers), CV_OK);
    assert_int_equal(json_array_size(keepers), 0);
    json_decref(keepers);
}

static void test_store_notify__wakes_across_connections(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct store_db *listener = NULL;
    int64_t number = -2;
    assert_int_equal(store_acquire(&listener, t->store), CV_OK);
    assert_int_equal(store_wait_notify(&number, listener, "zoo_news", -1, 0), CV_OK);
    assert_int_equal(number, 0);
    assert_int_equal(store_wait_notify(&number, listener, "zoo_news", -1, 10), CV_OK);
    assert_int_equal(number, -1);
    assert_int_equal(store_notify(t->db, "zoo_news", 7), CV_OK);
    assert_int_equal(store_notify(t->db, "zoo_news", 8), CV_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_wait_notify(&number, listener, "zoo_news", -1, 2000), CV_OK);
        assert_int_equal(number, 7 + i);
    }
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(store_wait_notify(&number, listener, "zoo_news", ends[0], 60000), CV_OK);
    assert_int_equal(number, -1);
    (void)close(ends[0]);
    (void)close(ends[1]);
    store_release(listener);
}

static void test_store_mark__lives_as_long_as_its_process(void **state)
{
    struct store_testing *t = store_testing_of(state);
    const int64_t mark = 0x123456789abcdef0;
    bool is_marked = true;
    assert_int_equal(store_is_marked(&is_marked, t->db, mark), CV_OK);
    assert_false(is_marked);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct cv_problems problems = cv_problems_new(&t->mem);
        struct store *store = NULL;
        struct store_db *db = NULL;
        cv_rc rc = store_open(&store, t->url, STORE_OPEN_EXISTING, &problems);
        if (rc == CV_OK) rc = store_acquire(&db, store);
        if (rc == CV_OK) rc = store_mark(db, mark);
        ssize_t size = write(ends[1], rc == CV_OK ? "y" : "n", 1);
        (void)size;
        pause();
        _exit(0);
    }
    char answer = 0;
    assert_int_equal(read(ends[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_int_equal(store_is_marked(&is_marked, t->db, mark), CV_OK);
    assert_true(is_marked);
    assert_int_equal(store_is_marked(&is_marked, t->db, mark + 1), CV_OK);
    assert_false(is_marked);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    for (int i = 0; i < 100 && is_marked; i++) {
        if (i > 0) (void)usleep(20000); /* PostgreSQL needs a moment to notice */
        assert_int_equal(store_is_marked(&is_marked, t->db, mark), CV_OK);
    }
    assert_false(is_marked);
    /* Held by ourselves counts as well. */
    assert_int_equal(store_mark(t->db, mark), CV_OK);
    assert_int_equal(store_is_marked(&is_marked, t->db, mark), CV_OK);
    assert_true(is_marked);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

#define ON(kind, test)                                                                             \
    {                                                                                              \
#test " (" kind ")", test, set_up, store_testing_close, (void *)(uintptr_t)kind            \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_restore__sqlite_to_sqlite),
        cmocka_unit_test(test_store_restore__sqlite_to_postgres),
        cmocka_unit_test(test_store_restore__postgres_to_sqlite),
        cmocka_unit_test(test_store_restore__postgres_to_postgres),
        STORE_TESTING_BOTH(test_store_verify__any_flipped_byte_is_found, set_up),
        ON("sqlite", test_store_restore__damaged_backup_leaves_nothing),
        STORE_TESTING_BOTH(test_store_restore__newer_backup_is_refused, set_up),
        STORE_TESTING_BOTH(test_store_backup__consistent_while_others_write, set_up),
        ON("sqlite", test_store_open__wrong_places_are_told),
        ON("sqlite", test_store_open__place_without_rights_is_told),
        ON("sqlite", test_store_exec__full_disk_keeps_what_was_confirmed),
        ON("sqlite", test_store_migrate__copy_is_kept_before_an_upgrade),
        ON("postgres", test_store_postgres__wrong_addresses_are_told),
        ON("postgres", test_store_postgres__lost_server_comes_back),
        STORE_TESTING_BOTH(test_store_mark__lives_as_long_as_its_process, set_up),
        ON("postgres", test_store_notify__wakes_across_connections),
    };
    return cmocka_run_group_tests_name("store places", tests, NULL, NULL);
}
