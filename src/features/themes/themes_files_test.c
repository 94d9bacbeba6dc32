/* Tests of themes: statements from spreadsheets and back, on both databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/exchange/exchange.h"
#include "features/people/people.h"
#include "features/themes/themes_testing.h"

static json_t *import(struct test *test, const char *text, enum exchange_on_match on_match)
{
    json_t *document = NULL;
    struct exchange_options options = {.on_match = on_match};
    test->t->problems = cv_problems_new(&test->t->mem);
    cv_rc rc = exchange_import_file(&document, test->t->db, &test->t->mem, &test->house,
                                    "statements", "wishes.csv", text, strlen(text), &options, 0,
                                    1000, &test->t->problems);
    assert_true(rc == CV_OK || rc == CV_INVALID);
    return document;
}

static int64_t count_in(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(document, "counts"), name));
}

static void add_people(struct test *test)
{
    static const char *const names[] = {"Ana Ruiz", "Ben Ortiz"};
    for (size_t i = 0; i < 2; i++) {
        struct person person = people_new(names[i]);
        person.title = "Teacher leader";
        person.role_key = people_role_key(&test->t->mem, person.title);
        person.email = i == 0 ? "ana@example.org" : NULL;
        assert_int_equal(people_insert(NULL, test->t->db, &test->t->mem, &person, 1), CV_OK);
    }
}

static json_t *statements_of(struct test *test)
{
    json_t *rows = NULL;
    const struct statement_query query = {.filter = STATEMENTS_ALL, .words = "", .limit = 100};
    assert_int_equal(statement_rows(&rows, test->t->db, &test->t->mem, &query), CV_OK);
    return rows;
}

static const char three[] = "Respuesta,Correo electrónico,Idioma\n"
                            "\"More time, together\",ana@example.org,English\n"
                            "Que las familias decidan con nosotros,Ben Ortiz,español\n"
                            "Buses that come,a parent at the fair,\n";

static void test_themes_import__authors_are_found_or_kept_as_written(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    json_t *document = import(&test, three, EXCHANGE_UPDATE);
    assert_int_equal(count_in(document, "new"), 3);
    json_decref(document);
    json_t *rows = statements_of(&test);
    json_t *first = json_array_get(rows, 0);
    json_t *third = json_array_get(rows, 2);
    assert_string_equal(json_string_value(json_object_get(first, "text")), "More time, together");
    assert_string_equal(json_string_value(json_object_get(first, "lang")), "en");
    assert_int_equal(json_integer_value(json_object_get(first, "person_id")), 1);
    assert_string_equal(json_string_value(json_object_get(first, "role")), "Teacher leader");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 1), "person_id")), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "lang")), "es");
    assert_null(json_object_get(third, "person_id"));
    assert_string_equal(json_string_value(json_object_get(third, "author")),
                        "a parent at the fair");
    json_decref(rows);
    jobs_close(test.jobs);
}

static void test_themes_import__again_is_the_same_and_changes_are_told(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    json_decref(import(&test, three, EXCHANGE_UPDATE));
    json_t *document = import(&test, three, EXCHANGE_UPDATE);
    assert_int_equal(count_in(document, "same"), 3);
    json_decref(document);
    document = import(&test,
                      "text,author,lang,role\n"
                      "MORE  time - no,ana@example.org,en,\n"
                      "\"More TIME,   together\",ana@example.org,es,Coach\n",
                      EXCHANGE_UPDATE);
    assert_int_equal(count_in(document, "new"), 1);
    assert_int_equal(count_in(document, "changed"), 1);
    int64_t import_id = json_integer_value(json_object_get(document, "import_id"));
    json_decref(document);
    struct statement s;
    assert_int_equal(statement_find(&s, test.t->db, &test.t->mem, 1), CV_OK);
    assert_string_equal(s.lang, "es");
    assert_string_equal(s.role, "Coach");
    assert_string_equal(s.text, "More time, together");
    json_t *undone = NULL;
    assert_int_equal(
        exchange_import_undo(&undone, test.t->db, &test.t->mem, &test.house, import_id, 0, 2000),
        CV_OK);
    json_decref(undone);
    assert_int_equal(statement_find(&s, test.t->db, &test.t->mem, 1), CV_OK);
    assert_string_equal(s.lang, "en");
    assert_string_equal(s.role, "Teacher leader");
    assert_int_equal(testing_counts_of(&test).statements, 3);
    jobs_close(test.jobs);
}

static void test_themes_import__refuses_rows_with_their_cells(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    char long_text[5000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *text = cv_sprintf(&test.t->mem,
                                  "text,author,lang,source\n"
                                  ",ana@example.org,en,form\n"
                                  "%s,Ben Ortiz,en,form\n"
                                  "Fine,Ben Ortiz,in the language of birds,form\n"
                                  "Fine too,Ben Ortiz,en,a dream\n",
                                  long_text);
    json_t *document = import(&test, text, EXCHANGE_UPDATE);
    assert_int_equal(count_in(document, "refused"), 4);
    assert_int_equal(count_in(document, "new"), 0);
    assert_int_equal(test.t->problems.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(test.t->problems.items[i].line, (int)i + 2);
        assert_non_null(test.t->problems.items[i].remedy);
    }
    json_decref(document);
    assert_int_equal(testing_counts_of(&test).statements, 0);
    jobs_close(test.jobs);
}

static void test_themes_import__undo_spares_what_a_hand_has_placed(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    json_t *document = import(&test, three, EXCHANGE_UPDATE);
    int64_t import_id = json_integer_value(json_object_get(document, "import_id"));
    json_decref(document);
    struct themes_step step = testing_step_of(&test);
    int64_t theme = 0;
    assert_int_equal(themes_move(&step, 2, THEMES_TO_NEW, &theme), CV_OK);
    json_t *undone = NULL;
    assert_int_equal(
        exchange_import_undo(&undone, test.t->db, &test.t->mem, &test.house, import_id, 0, 2000),
        CV_OK);
    json_decref(undone);
    json_t *rows = statements_of(&test);
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0), "id")), 2);
    json_decref(rows);
    jobs_close(test.jobs);
}

static void put_cell(struct cv_buf *csv, const char *text, char end)
{
    cv_buf_putc(csv, '"');
    for (const char *c = text ? text : ""; *c; c++) {
        if (*c == '"') cv_buf_putc(csv, '"');
        cv_buf_putc(csv, *c);
    }
    cv_buf_putc(csv, '"');
    cv_buf_putc(csv, end);
}

static void test_themes_export__comes_back_as_the_same(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    json_decref(import(&test, three, EXCHANGE_UPDATE));
    testing_insert(&test, "She said \"come\",\nand we came", "en", 2);
    const struct exchange_export *export = exchange_export_find(&test.house, "statements");
    json_t *rows = NULL;
    assert_int_equal(export->rows(&rows, test.t->db, &test.t->mem), CV_OK);
    assert_int_equal(json_array_size(rows), 4);
    struct cv_buf csv = cv_buf_new(&test.t->mem, 1 << 16);
    for (size_t c = 0; export->columns[c]; c++)
        put_cell(&csv, export->columns[c], export->columns[c + 1] ? ',' : '\n');
    for (size_t i = 0; i < json_array_size(rows); i++)
        for (size_t c = 0; export->columns[c]; c++)
            put_cell(
                &csv,
                json_string_value(json_object_get(json_array_get(rows, i), export->columns[c])),
                export->columns[c + 1] ? ',' : '\n');
    json_decref(rows);
    json_t *document = import(&test, cv_buf_text(&csv), EXCHANGE_UPDATE);
    assert_int_equal(count_in(document, "same"), 4);
    json_decref(document);
    jobs_close(test.jobs);
}

/* --- when two rows of people are one person
 * ------------------------------------------------------- */

static void test_themes_merge_person__statements_go_along_and_come_back(void **state)
{
    struct test test = testing_test_of(state);
    add_people(&test);
    json_decref(import(&test, three, EXCHANGE_UPDATE));
    json_t *moved = json_object();
    json_t *rows = NULL;
    struct store_db *db = test.t->db;
    assert_int_equal(themes_feature.merge_person(moved, db, &test.t->mem, 2, 1), CV_OK);
    assert_int_equal(statement_rows_of_person(&rows, db, 1), CV_OK);
    assert_int_equal(json_array_size(rows), 2);
    json_decref(rows);
    assert_int_equal(themes_feature.unmerge_person(moved, db, &test.t->mem, 2, 1), CV_OK);
    assert_int_equal(statement_rows_of_person(&rows, db, 1), CV_OK);
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
    struct web_request req = {.db = db, .mem = &test.t->mem};
    json_t *person = json_object();
    assert_int_equal(themes_feature.add_to_person(person, &req, 2), CV_OK);
    assert_true(json_is_true(json_object_get(person, "has_statements")));
    json_t *first = json_array_get(json_object_get(person, "statements"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "by")),
                        "In a spreadsheet, 1970-01-01");
    assert_true(json_is_null(json_object_get(first, "theme")));
    json_decref(person);
    json_decref(moved);
    jobs_close(test.jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_themes_import__authors_are_found_or_kept_as_written,
                           testing_set_up),
        STORE_TESTING_BOTH(test_themes_import__again_is_the_same_and_changes_are_told,
                           testing_set_up),
        STORE_TESTING_BOTH(test_themes_import__refuses_rows_with_their_cells, testing_set_up),
        STORE_TESTING_BOTH(test_themes_import__undo_spares_what_a_hand_has_placed, testing_set_up),
        STORE_TESTING_BOTH(test_themes_export__comes_back_as_the_same, testing_set_up),
        STORE_TESTING_BOTH(test_themes_merge_person__statements_go_along_and_come_back,
                           testing_set_up),
    };
    return cmocka_run_group_tests_name("themes files", tests, NULL, NULL);
}
