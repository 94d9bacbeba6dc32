/* Tests of themes: documents against golden/, and the pages made of them. The themes here are made
 * by hand, so that the goldens do not change with the engine. CONVENE_TEST_ACCEPT rewrites
 * the ones with "hand" in their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/themes/themes_testing.h"

#define GOLDEN SOURCE_ROOT "/src/features/themes/golden/"

/* Three themes by hand: two filled, one empty; one statement that fits none, some that wait. */
static void made_by_hand(struct test *test)
{
    struct themes_step step = testing_step_of(test);
    int64_t absence = 0;
    int64_t grading = 0;
    int64_t empty = 0;
    int64_t none = 0;
    testing_insert_said(test);
    assert_int_equal(themes_create(&step, "Being there", "Estar presentes", &absence), CV_OK);
    assert_int_equal(themes_create(&step, "Grades that say something", NULL, &grading), CV_OK);
    assert_int_equal(themes_create(&step, "An empty one", NULL, &empty), CV_OK);
    for (int64_t id = 1; id <= 6; id++)
        assert_int_equal(themes_move(&step, id, THEMES_TO_THEME, &absence), CV_OK);
    for (int64_t id = 7; id <= 9; id++)
        assert_int_equal(themes_move(&step, id, THEMES_TO_THEME, &grading), CV_OK);
    assert_int_equal(themes_move(&step, 10, THEMES_TO_NONE, &none), CV_OK);
    assert_int_equal(themes_confirm(&step, absence, true), CV_OK);
    /* As a search would have left it: one that stands between two themes. */
    struct placement unsure = testing_place_of(test, 9);
    unsure.is_pinned = unsure.is_by_person = false;
    unsure.band = 0;
    unsure.confidence = 0.4;
    unsure.margin = 0.1;
    unsure.second_id = absence;
    assert_int_equal(placement_put(test->t->db, &unsure), CV_OK);
}

/* --- exactly
 * ---------------------------------------------------------------------------------------- */

static json_t *read_golden(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, GOLDEN "%s.json", name);
    json_error_t error;
    json_t *golden = json_load_file(path, 0, &error);
    if (!golden) fail_msg("%s: %s", path, error.text);
    return golden;
}

static void check_golden(const char *name, const json_t *document)
{
    char path[1024];
    (void)snprintf(path, sizeof path, GOLDEN "%s.json", name);
    if (getenv("CONVENE_TEST_ACCEPT"))
        assert_int_equal(json_dump_file(document, path, JSON_INDENT(1)), 0);
    json_t *golden = read_golden(name);
    if (!json_equal(golden, document)) {
        char *text = json_dumps(document, JSON_INDENT(1));
        print_message("%s\n", text);
        free(text);
        fail_msg("%s is not what the feature makes", path);
    }
    json_decref(golden);
}

/* The page of a document, which must hold these words. */
static void check_page(struct test *test, const char *page, const json_t *document,
                       const char *words)
{
    const char *html = NULL;
    size_t size = 0;
    const char *path = cv_sprintf(&test->t->mem, "features/themes/pages/%s.html", page);
    cv_rc rc = web_render(&html, &size, &test->t->mem, path, document, &test->t->problems);
    if (rc != CV_OK) fail_msg("%s: %s", page, cv_rc_name(rc));
    if (!strstr(html, words)) fail_msg("%s does not say \"%s\":\n%s", page, words, html);
}

static void test_themes_board__document_is_golden(void **state)
{
    struct test test = testing_test_of(state);
    made_by_hand(&test);
    json_t *document = NULL;
    assert_int_equal(themes_board_document(&document, test.t->db, &test.t->mem, true), CV_OK);
    check_golden("board_hand", document);
    check_page(&test, "board", document, "Being there");
    json_decref(document);
    jobs_close(test.jobs);
}

static void test_themes_show__document_is_golden(void **state)
{
    struct test test = testing_test_of(state);
    made_by_hand(&test);
    json_t *document = NULL;
    struct store_db *db = test.t->db;
    assert_int_equal(themes_show_document(&document, db, &test.t->mem, 1, 0, true, false), CV_OK);
    check_golden("show_hand", document);
    check_page(&test, "show", document, "Person 1");
    json_decref(document);
    assert_int_equal(themes_show_document(&document, db, &test.t->mem, 99, 0, true, false),
                     CV_NOT_FOUND);
    jobs_close(test.jobs);
}

static void test_themes_list__documents_are_golden(void **state)
{
    struct test test = testing_test_of(state);
    made_by_hand(&test);
    static const struct {
        const char *name;
        enum statement_filter filter;
        const char *words;
    } lists[] = {{"list_hand_unsure", STATEMENTS_UNSURE, ""},
                 {"list_hand_none", STATEMENTS_NONE, ""},
                 {"list_hand_search", STATEMENTS_ALL, "ESTÁNDARES"},
                 {"list_hand_nothing", STATEMENTS_ALL, "100%_\\"}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        json_t *document = NULL;
        assert_int_equal(themes_list_document(&document, test.t->db, &test.t->mem, lists[i].filter,
                                              lists[i].words, 0, true),
                         CV_OK);
        check_golden(lists[i].name, document);
        check_page(&test, "list", document, "<h1>");
        json_decref(document);
    }
    jobs_close(test.jobs);
}

static void test_themes_move__document_is_golden(void **state)
{
    struct test test = testing_test_of(state);
    made_by_hand(&test);
    json_t *document = NULL;
    assert_int_equal(themes_move_document(&document, test.t->db, &test.t->mem, 9, "/themes/unsure"),
                     CV_OK);
    check_golden("move_hand", document);
    check_page(&test, "move", document, "where it is now");
    json_decref(document);
    jobs_close(test.jobs);
}

static void test_themes_print__document_is_golden(void **state)
{
    struct test test = testing_test_of(state);
    made_by_hand(&test);
    json_t *document = NULL;
    assert_int_equal(themes_print_document(&document, test.t->db, &test.t->mem), CV_OK);
    check_golden("print_hand", document);
    check_page(&test, "print", document, "Estar presentes");
    json_decref(document);
    jobs_close(test.jobs);
}

/* --- the same shape as the sample documents that the pages were drawn with
 * ---------------------------- */

static bool is_kind(const json_t *a, const json_t *b)
{
    if (json_is_null(a) || json_is_null(b)) return true;
    if (json_is_boolean(a) && json_is_boolean(b)) return true;
    return json_typeof(a) == json_typeof(b);
}

static void same_shape(const char *path, const json_t *sample, const json_t *made)
{
    char inner[400];
    const char *key;
    json_t *value;
    if (!is_kind(sample, made)) fail_msg("%s is of another kind", path);
    if (json_is_object(sample) && json_is_object(made)) {
        json_object_foreach((json_t *)sample, key, value)
        {
            const json_t *other = json_object_get(made, key);
            (void)snprintf(inner, sizeof inner, "%s.%s", path, key);
            if (!other) fail_msg("%s is not made", inner);
            if (strcmp(key, "id") != 0) same_shape(inner, value, other);
        }
        json_object_foreach((json_t *)made, key, value)
        {
            if (!json_object_get(sample, key)) fail_msg("%s.%s is not in the sample", path, key);
        }
    }
    if (!json_is_array(sample) || json_array_size(sample) == 0) return;
    for (size_t i = 0; i < json_array_size(made); i++)
        same_shape(path, json_array_get(sample, 0), json_array_get(made, i));
}

static void check_shape(const char *name, json_t *document)
{
    json_t *sample = read_golden(name);
    same_shape(name, sample, document);
    json_decref(sample);
    json_decref(document);
}

static void test_themes_documents__are_shaped_like_the_samples(void **state)
{
    struct test test = testing_test_of(state);
    struct store_db *db = test.t->db;
    struct cv_arena *mem = &test.t->mem;
    json_t *document = NULL;
    assert_int_equal(themes_board_document(&document, db, mem, true), CV_OK);
    check_shape("board_empty", document);
    testing_insert_said(&test);
    assert_int_equal(themes_board_document(&document, db, mem, true), CV_OK);
    check_shape("board_ready", document);
    assert_int_equal(testing_find(&test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
    assert_int_equal(themes_board_document(&document, db, mem, true), CV_OK);
    check_page(&test, "board", document, "Teacher leader, Riverbend");
    check_shape("board_full", document);
    assert_int_equal(themes_show_document(&document, db, mem, 1, 0, true, false), CV_OK);
    check_shape("show_absence", document);
    assert_int_equal(themes_move_document(&document, db, mem, 1, "/themes"), CV_OK);
    check_shape("move_one", document);
    jobs_close(test.jobs);
}

static void test_themes_documents__lists_and_difference_are_shaped_like_the_samples(void **state)
{
    struct test test = testing_test_of(state);
    struct store_db *db = test.t->db;
    struct cv_arena *mem = &test.t->mem;
    json_t *document = NULL;
    json_t *result = NULL;
    made_by_hand(&test);
    assert_int_equal(themes_list_document(&document, db, mem, STATEMENTS_UNSURE, "", 0, true),
                     CV_OK);
    check_shape("list_unsure", document);
    assert_int_equal(themes_list_document(&document, db, mem, STATEMENTS_ASIDE, "", 0, true),
                     CV_OK);
    check_shape("list_done", document);
    assert_int_equal(testing_find(&test, json_pack("{s:i}", "count", 4), &result), CV_OK);
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    assert_int_equal(themes_difference_document(&document, db, mem, run_id), CV_OK);
    check_page(&test, "difference", document, "Take this over");
    check_shape("difference_run2", document);
    jobs_close(test.jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_themes_board__document_is_golden, testing_set_up),
        STORE_TESTING_BOTH(test_themes_show__document_is_golden, testing_set_up),
        STORE_TESTING_BOTH(test_themes_list__documents_are_golden, testing_set_up),
        STORE_TESTING_BOTH(test_themes_move__document_is_golden, testing_set_up),
        STORE_TESTING_BOTH(test_themes_print__document_is_golden, testing_set_up),
        STORE_TESTING_BOTH(test_themes_documents__are_shaped_like_the_samples, testing_set_up),
        STORE_TESTING_BOTH(test_themes_documents__lists_and_difference_are_shaped_like_the_samples,
                           testing_set_up),
    };
    return cmocka_run_group_tests_name("themes pages", tests, NULL, NULL);
}
