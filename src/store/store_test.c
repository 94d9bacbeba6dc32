/* Tests of store: each claim on SQLite, and on PostgreSQL where CONVENE_TEST_POSTGRES says so.
 * Backups, places that are wrong and lost servers: store_place_test.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "store/store_testing.h"

static const struct store_migration migrations[] = {
    {.feature = "zoo",
     .name = "0001_start",
     .sql = "CREATE TABLE keeper (id IDENTITY, name TEXT NOT NULL UNIQUE);\n"
            "CREATE TABLE animal (\n"
            "    id IDENTITY,\n"
            "    keeper_id BIGINT REFERENCES keeper (id),\n"
            "    name TEXT NOT NULL CHECK (name <> 'IDENTITY (TEXT)'), -- TEXT in a comment\n"
            "    weight_kg REAL CHECK (weight_kg > 0),\n"
            "    is_shy BIGINT NOT NULL DEFAULT 0 CHECK (is_shy IN (0, 1)),\n"
            "    picture BLOB\n"
            ");\n"
            "CREATE INDEX animal_keeper ON animal (keeper_id);\n"}};

STORE_SQL(sql_insert_keeper, "INSERT INTO keeper (name) VALUES ($1) RETURNING id");
STORE_SQL(sql_insert_animal, "INSERT INTO animal (name, keeper_id, weight_kg, is_shy, picture) "
                             "VALUES ($2, $1, $3, $4, $5) RETURNING id, weight_kg");
STORE_SQL(sql_list_keepers, "SELECT id, name FROM keeper ORDER BY id");
STORE_SQL(sql_list_animals, "SELECT a.id, a.name, k.name AS keeper, a.weight_kg, a.is_shy, "
                            "a.picture FROM animal a LEFT JOIN keeper k ON k.id = a.keeper_id "
                            "ORDER BY a.name, a.id");
STORE_SQL(sql_count_animals, "SELECT count(*) FROM animal");
STORE_SQL(sql_count_keepers, "SELECT count(*) FROM keeper");
STORE_SQL(sql_find_keeper, "SELECT id FROM keeper WHERE name = $1");
STORE_SQL(sql_delete_keeper, "DELETE FROM keeper WHERE id = $1");
STORE_SQL(sql_rename_keepers, "UPDATE keeper SET name = name || $1");
STORE_SQL(sql_find_weight, "SELECT weight_kg, picture FROM animal WHERE id = $1");
STORE_SQL(sql_search, "SELECT count(*) FROM keeper WHERE name LIKE $1 ESCAPE '\\'");

static int set_up(void **state)
{
    store_testing_open(state);
    store_testing_migrate(*state, migrations, 1);
    return 0;
}

static int64_t keeper(struct store_db *db, const char *name)
{
    int64_t id = 0;
    assert_int_equal(store_number(&id, db, &sql_insert_keeper, STORE_TEXT(name)), CV_OK);
    return id;
}

static cv_rc insert_animal(struct store_db *db, int64_t keeper_id, const char *name,
                           double weight_kg, bool is_shy)
{
    int64_t id = 0;
    return store_number(&id, db, &sql_insert_animal, STORE_INT_OR_NULL(keeper_id), STORE_TEXT(name),
                        STORE_REAL(weight_kg), STORE_BOOL(is_shy), STORE_NULL);
}

static int64_t count_of(struct store_db *db, const struct store_sql *sql)
{
    int64_t count = -1;
    assert_int_equal(store_number(&count, db, sql), CV_OK);
    return count;
}

static void test_store_json__same_document_on_both(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t id = keeper(t->db, "Núria");
    assert_int_equal(insert_animal(t->db, id, "heron", 2.0, true), CV_OK);
    assert_int_equal(insert_animal(t->db, 0, "Zebra", 301.25, false), CV_OK);
    json_t *rows = NULL;
    assert_int_equal(store_json(&rows, t->db, &sql_list_animals), CV_OK);
    char *text = json_dumps(rows, JSON_COMPACT | JSON_PRESERVE_ORDER);
    /* Sorted by bytes on both; 2.0 stays a real number; is_ gives true and false; NULL is left out.
     */
    assert_string_equal(text,
                        "[{\"id\":2,\"name\":\"Zebra\",\"weight_kg\":301.25,\"is_shy\":false},"
                        "{\"id\":1,\"name\":\"heron\",\"keeper\":\"Núria\",\"weight_kg\":2.0,"
                        "\"is_shy\":true}]");
    free(text);
    json_decref(rows);
}

static void test_store_returning__real_stays_real(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct store_rows rows;
    cv_rc rc = store_select(&rows, t->db, &sql_insert_animal, STORE_NULL, STORE_TEXT("owl"),
                            STORE_REAL(2.0), STORE_BOOL(false), STORE_NULL);
    assert_true(store_next(&rows));
    assert_true(store_real(&rows, 1) == 2.0);
    assert_false(store_next(&rows));
    assert_false(store_next(&rows));
    assert_int_equal(store_done(&rows, rc), CV_OK);
}

static void test_store_values__survive_the_way(void **state)
{
    struct store_testing *t = store_testing_of(state);
    unsigned char picture[512];
    for (size_t i = 0; i < sizeof picture; i++) picture[i] = (unsigned char)i;
    const double weight = 0.1 + 0.2;
    int64_t id = 0;
    assert_int_equal(store_number(&id, t->db, &sql_insert_animal, STORE_NULL, STORE_TEXT("a"),
                                  STORE_REAL(weight), STORE_BOOL(true),
                                  STORE_BLOB(picture, sizeof picture)),
                     CV_OK);
    struct store_rows rows;
    cv_rc rc = store_select(&rows, t->db, &sql_find_weight, STORE_INT(id));
    assert_true(store_next(&rows));
    assert_true(store_real(&rows, 0) == weight);
    size_t size = 0;
    const void *bytes = store_bytes(&size, &rows, 1);
    assert_int_equal(size, sizeof picture);
    assert_memory_equal(bytes, picture, size);
    assert_int_equal(store_done(&rows, rc), CV_OK);
    assert_int_equal(store_number(&id, t->db, &sql_find_weight, STORE_INT(999)), CV_NOT_FOUND);
}

static void test_store_rc__conflict_and_invalid_alike(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t id = keeper(t->db, "Ana");
    int64_t again = 0;
    assert_int_equal(store_number(&again, t->db, &sql_insert_keeper, STORE_TEXT("Ana")),
                     CV_CONFLICT);
    assert_true(strlen(store_error(t->db)) > 0);
    assert_int_equal(insert_animal(t->db, 4711, "x", 1, false), CV_CONFLICT); /* no such keeper */
    assert_int_equal(insert_animal(t->db, id, NULL, 1, false), CV_INVALID);   /* NOT NULL */
    assert_int_equal(insert_animal(t->db, id, "x", -1, false), CV_INVALID);   /* CHECK */
    assert_int_equal(insert_animal(t->db, id, "x", 1, false), CV_OK);
    assert_int_equal(store_exec(NULL, t->db, &sql_delete_keeper, STORE_INT(id)), CV_CONFLICT);
    /* A text for a number's column. */
    assert_int_equal(store_number(&again, t->db, &sql_insert_animal, STORE_TEXT("nobody"),
                                  STORE_TEXT("x"), STORE_REAL(1), STORE_BOOL(0), STORE_NULL),
                     CV_INVALID);
}

static void test_store_exec__tells_how_many(void **state)
{
    struct store_testing *t = store_testing_of(state);
    keeper(t->db, "Ana");
    keeper(t->db, "Eva");
    int64_t changed = 0;
    assert_int_equal(store_exec(&changed, t->db, &sql_rename_keepers, STORE_TEXT("!")), CV_OK);
    assert_int_equal(changed, 2);
    assert_int_equal(store_exec(&changed, t->db, &sql_delete_keeper, STORE_INT(99)), CV_OK);
    assert_int_equal(changed, 0);
}

static void test_store_like__tells_case_apart(void **state)
{
    struct store_testing *t = store_testing_of(state);
    keeper(t->db, "Ana_");
    int64_t count = 0;
    assert_int_equal(store_number(&count, t->db, &sql_search, STORE_TEXT("a%")), CV_OK);
    assert_int_equal(count, 0);
    assert_int_equal(store_number(&count, t->db, &sql_search, STORE_TEXT("%a\\_")), CV_OK);
    assert_int_equal(count, 1);
}

static void test_store_transaction__failure_poisons_until_rollback(void **state)
{
    struct store_testing *t = store_testing_of(state);
    keeper(t->db, "Ana");
    assert_int_equal(store_begin(t->db), CV_OK);
    keeper(t->db, "Eva");
    int64_t id = 0;
    assert_int_equal(store_number(&id, t->db, &sql_insert_keeper, STORE_TEXT("Ana")), CV_CONFLICT);
    assert_int_equal(store_number(&id, t->db, &sql_find_keeper, STORE_TEXT("Eva")), CV_CONFLICT);
    assert_int_equal(store_begin(t->db), CV_CONFLICT);
    assert_int_equal(store_commit(t->db), CV_CONFLICT);
    assert_false(store_in_transaction(t->db));
    assert_int_equal(count_of(t->db, &sql_count_keepers), 1);
}

static void test_store_savepoint__failure_inside_spares_what_is_around(void **state)
{
    struct store_testing *t = store_testing_of(state);
    assert_int_equal(store_begin(t->db), CV_OK);
    keeper(t->db, "Ana");
    assert_int_equal(store_begin(t->db), CV_OK);
    keeper(t->db, "Eva");
    int64_t id = 0;
    assert_int_equal(store_number(&id, t->db, &sql_insert_keeper, STORE_TEXT("Ana")), CV_CONFLICT);
    store_rollback(t->db);
    assert_int_equal(store_begin(t->db), CV_OK);
    keeper(t->db, "Ida");
    assert_int_equal(store_end(t->db, CV_OK), CV_OK);
    assert_int_equal(store_end(t->db, CV_OK), CV_OK);
    assert_int_equal(count_of(t->db, &sql_count_keepers), 2);
    assert_int_equal(store_number(&id, t->db, &sql_find_keeper, STORE_TEXT("Eva")), CV_NOT_FOUND);
}

static void test_store_release__rolls_back_what_was_left_open(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct store_db *other = NULL;
    assert_int_equal(store_acquire(&other, t->store), CV_OK);
    assert_int_equal(store_begin(other), CV_OK);
    assert_int_equal(store_begin(other), CV_OK);
    keeper(other, "Ana");
    store_release(other);
    assert_int_equal(count_of(t->db, &sql_count_keepers), 0);
}

/* Who is over its memory jumps away without store_done (longjmp). */
static void test_store_release__ends_a_select_that_was_left_standing(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct store_db *left = NULL;
    struct store_rows outer;
    struct store_rows inner;
    keeper(t->db, "Ana");
    keeper(t->db, "Eva");
    assert_int_equal(store_acquire(&left, t->store), CV_OK);
    assert_int_equal(store_select(&outer, left, &sql_list_keepers), CV_OK);
    assert_true(store_next(&outer));
    assert_int_equal(store_select(&inner, left, &sql_list_keepers), CV_OK);
    assert_true(store_next(&inner));
    store_release(left);
    keeper(t->db, "Ida");
    assert_int_equal(store_acquire(&left, t->store), CV_OK);
    assert_int_equal(count_of(left, &sql_count_keepers), 3);
    assert_int_equal(store_begin(left), CV_OK);
    keeper(left, "Uma");
    assert_int_equal(store_commit(left), CV_OK);
    store_release(left);
    assert_int_equal(count_of(t->db, &sql_count_keepers), 4);
}

/* Puts a keeper in when there is none yet. */
static void *be_the_first(void *argument)
{
    struct store_db *db = NULL;
    int64_t count = 0;
    if (store_acquire(&db, argument) != CV_OK) return "acquire";
    cv_rc rc = store_begin(db);
    if (rc == CV_OK) rc = store_number(&count, db, &sql_count_keepers);
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    if (rc == CV_OK && count == 0) keeper(db, "the first");
    if (rc == CV_OK) rc = store_end(db, rc);
    store_release(db);
    return rc == CV_OK ? NULL : "write";
}

static void test_store_begin__what_was_read_still_holds_at_the_write(void **state)
{
    struct store_testing *t = store_testing_of(state);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, be_the_first, t->store), 0);
    for (int i = 0; i < 4; i++) {
        void *failure = NULL;
        pthread_join(threads[i], &failure);
        assert_null(failure);
    }
    assert_int_equal(count_of(t->db, &sql_count_keepers), 1);
}

static void test_store_select__same_statement_inside_itself(void **state)
{
    struct store_testing *t = store_testing_of(state);
    for (int i = 0; i < 3; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "k%d", i);
        assert_int_equal(insert_animal(t->db, keeper(t->db, name), name, 1, false), CV_OK);
    }
    int pairs = 0;
    struct store_rows outer;
    cv_rc rc = store_select(&outer, t->db, &sql_list_animals);
    while (rc == CV_OK && store_next(&outer)) {
        struct store_rows inner;
        cv_rc inner_rc = store_select(&inner, t->db, &sql_list_animals);
        while (inner_rc == CV_OK && store_next(&inner)) pairs++;
        assert_int_equal(store_done(&inner, inner_rc), CV_OK);
    }
    assert_int_equal(store_done(&outer, rc), CV_OK);
    assert_int_equal(pairs, 9);
}

enum { WRITERS = 4, WRITES = 50 };

static void *write_much(void *argument)
{
    struct store *store = argument;
    for (int i = 0; i < WRITES; i++) {
        struct store_db *db = NULL;
        if (store_acquire(&db, store) != CV_OK) return "acquire";
        cv_rc rc = store_begin(db);
        int64_t count = 0;
        if (rc == CV_OK) rc = store_number(&count, db, &sql_count_animals);
        if (rc == CV_OK) rc = insert_animal(db, 0, "fish", 1, false);
        if (rc == CV_OK) rc = store_end(db, rc);
        if (rc == CV_OK) rc = insert_animal(db, 0, "frog", 1, false);
        store_release(db);
        if (rc != CV_OK) return "write";
    }
    return NULL;
}

static void test_store_writers__all_get_their_turn(void **state)
{
    struct store_testing *t = store_testing_of(state);
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_much, t->store), 0);
    for (int i = 0; i < WRITERS; i++) {
        void *failure = NULL;
        pthread_join(threads[i], &failure);
        assert_null(failure);
    }
    assert_int_equal(count_of(t->db, &sql_count_animals), WRITERS * WRITES * 2);
}

static void test_store_statements__every_one_prepares(void **state)
{
    struct store_testing *t = store_testing_of(state);
    assert_true(store_sql_count() >= 12);
    cv_rc rc = store_prepare_all(t->db, &t->problems);
    for (size_t i = 0; i < t->problems.count; i++)
        print_message("%s: %s\n", t->problems.items[i].field, t->problems.items[i].sentence);
    assert_int_equal(rc, CV_OK);
}

static void test_store_schema__same_document_on_both(void **state)
{
    struct store_testing *t = store_testing_of(state);
    json_t *tables = NULL;
    assert_int_equal(store_schema(&tables, t->db), CV_OK);
    char *text = json_dumps(tables, JSON_COMPACT);
    assert_string_equal(
        text, "[{\"table\":\"animal\",\"columns\":["
              "{\"name\":\"id\",\"type\":\"integer\",\"is_required\":true,\"is_key\":true},"
              "{\"name\":\"keeper_id\",\"type\":\"integer\",\"is_required\":false,\"is_key\":false,"
              "\"references\":\"keeper.id\"},"
              "{\"name\":\"name\",\"type\":\"text\",\"is_required\":true,\"is_key\":false},"
              "{\"name\":\"weight_kg\",\"type\":\"real\",\"is_required\":false,\"is_key\":false},"
              "{\"name\":\"is_shy\",\"type\":\"integer\",\"is_required\":true,\"is_key\":false},"
              "{\"name\":\"picture\",\"type\":\"blob\",\"is_required\":false,\"is_key\":false}]},"
              "{\"table\":\"keeper\",\"columns\":["
              "{\"name\":\"id\",\"type\":\"integer\",\"is_required\":true,\"is_key\":true},"
              "{\"name\":\"name\",\"type\":\"text\",\"is_required\":true,\"is_key\":false}]}]");
    free(text);
    json_decref(tables);
}

static const struct store_migration later[] = {
    {.feature = "zoo", .name = "0002_age", .sql = "ALTER TABLE animal ADD COLUMN age_y BIGINT;"},
    {.feature = "zoo",
     .name = "0003_kind",
     .sqlite = "CREATE TABLE kind (id IDENTITY, word TEXT COLLATE NOCASE);",
     .postgres = "CREATE TABLE kind (id IDENTITY, word text);"}};
static const struct store_migration broken[] = {
    {.feature = "zoo",
     .name = "0004_broken",
     .sql = "CREATE TABLE half (id IDENTITY); CREATE TABLE half (id IDENTITY);"}};

static void test_store_migrate__upgrade_is_whole_or_not_at_all(void **state)
{
    struct store_testing *t = store_testing_of(state);
    keeper(t->db, "Ana");
    store_testing_migrate(t, later, 2);
    int64_t missing = -1;
    assert_int_equal(store_migrations_missing(&missing, t->store, t->migrations, t->migration_count,
                                              &t->problems),
                     CV_OK);
    assert_int_equal(missing, 0);
    t->migrations[t->migration_count] = broken[0];
    assert_int_not_equal(
        store_migrate(t->store, t->migrations, t->migration_count + 1, 2000000, &t->problems),
        CV_OK);
    assert_true(t->problems.count > 0);
    json_t *tables = NULL;
    assert_int_equal(store_schema(&tables, t->db), CV_OK);
    assert_int_equal(json_array_size(tables), 3); /* animal, keeper, kind; no half */
    json_decref(tables);
    assert_int_equal(count_of(t->db, &sql_count_keepers), 1);
}

static void test_store_migrate__newer_or_edited_is_refused(void **state)
{
    struct store_testing *t = store_testing_of(state);
    store_testing_migrate(t, later, 2);
    assert_int_equal(store_migrate(t->store, migrations, 1, 2000000, &t->problems), CV_INVALID);
    assert_non_null(strstr(t->problems.items[0].sentence, "newer Convene"));
    struct store_migration edited[3] = {migrations[0], later[0], later[1]};
    edited[1].sql = "ALTER TABLE animal ADD COLUMN age_y BIGINT DEFAULT 1;";
    assert_int_equal(store_migrate(t->store, edited, 3, 2000000, &t->problems), CV_INVALID);
    assert_non_null(strstr(t->problems.items[1].sentence, "zoo/0002_age"));
}

static void test_store_identity__numbers_never_come_again(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t first = keeper(t->db, "Ana");
    assert_int_equal(store_exec(NULL, t->db, &sql_delete_keeper, STORE_INT(first)), CV_OK);
    assert_true(keeper(t->db, "Eva") > first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_store_json__same_document_on_both, set_up),
        STORE_TESTING_BOTH(test_store_returning__real_stays_real, set_up),
        STORE_TESTING_BOTH(test_store_values__survive_the_way, set_up),
        STORE_TESTING_BOTH(test_store_rc__conflict_and_invalid_alike, set_up),
        STORE_TESTING_BOTH(test_store_exec__tells_how_many, set_up),
        STORE_TESTING_BOTH(test_store_like__tells_case_apart, set_up),
        STORE_TESTING_BOTH(test_store_transaction__failure_poisons_until_rollback, set_up),
        STORE_TESTING_BOTH(test_store_savepoint__failure_inside_spares_what_is_around, set_up),
        STORE_TESTING_BOTH(test_store_release__rolls_back_what_was_left_open, set_up),
        STORE_TESTING_BOTH(test_store_release__ends_a_select_that_was_left_standing, set_up),
        STORE_TESTING_BOTH(test_store_begin__what_was_read_still_holds_at_the_write, set_up),
        STORE_TESTING_BOTH(test_store_select__same_statement_inside_itself, set_up),
        STORE_TESTING_BOTH(test_store_writers__all_get_their_turn, set_up),
        STORE_TESTING_BOTH(test_store_statements__every_one_prepares, set_up),
        STORE_TESTING_BOTH(test_store_schema__same_document_on_both, set_up),
        STORE_TESTING_BOTH(test_store_migrate__upgrade_is_whole_or_not_at_all, set_up),
        STORE_TESTING_BOTH(test_store_migrate__newer_or_edited_is_refused, set_up),
        STORE_TESTING_BOTH(test_store_identity__numbers_never_come_again, set_up),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
