/* Tests of themes: searching again, and the door for other features; on both databases. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/themes/themes_testing.h"

/* --- re-runs
 * -------------------------------------------------------------------------------------- */

static void add_new_ones(struct test *test)
{
    testing_insert(test, "Absences after the holidays: attendance calls on the first day.", "en",
                   0);
    testing_insert(test, "Calificaciones sin ceros y con otra oportunidad.", "es", 0);
    testing_insert(test, "Mentoring for new teachers so that fewer teachers leave.", "en", 0);
}

/* Edits of every kind; gives the ids that must survive. */
struct edits {
    int64_t named;
    int64_t merged;
    int64_t pinned_to;
};
static struct edits edit_all(struct test *test)
{
    struct themes_step step = testing_step_of(test);
    struct edits edits = {.named = testing_place_of(test, 1).theme_id,
                          .merged = testing_place_of(test, 13).theme_id,
                          .pinned_to = testing_place_of(test, 7).theme_id};
    int64_t to = edits.pinned_to;
    assert_int_equal(themes_rename(&step, edits.named, "Being there", NULL), CV_OK);
    assert_int_equal(themes_move(&step, 2, THEMES_TO_THEME, &to), CV_OK); /* against its words */
    assert_int_equal(themes_move(&step, 9, THEMES_TO_NONE, &to), CV_OK);
    assert_int_equal(themes_merge(&step, edits.merged, edits.pinned_to), CV_OK);
    return edits;
}

static void check_edits(struct test *test, const struct edits *edits)
{
    struct theme theme;
    assert_int_equal(themes_find(&theme, test->t->db, &test->t->mem, edits->named), CV_OK);
    assert_string_equal(theme.name, "Being there");
    assert_true(theme.statement_count > 0);
    assert_int_equal(themes_find(&theme, test->t->db, &test->t->mem, edits->merged), CV_NOT_FOUND);
    assert_int_equal(testing_place_of(test, 2).theme_id, edits->pinned_to);
    assert_true(testing_place_of(test, 2).is_pinned);
    assert_int_equal(testing_place_of(test, 9).fate, FATE_NONE);
}

static void test_themes_rerun__changes_nothing_before_it_is_taken_over(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct edits edits = edit_all(&test);
    add_new_ones(&test);
    const char *before = testing_board(&test);
    json_t *result = NULL;
    assert_int_equal(testing_find(&test, json_object(), &result), CV_OK);
    assert_true(json_is_true(json_object_get(result, "is_proposal")));
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    assert_string_equal(before, testing_board(&test));
    json_t *difference = NULL;
    assert_int_equal(themes_difference_document(&difference, test.t->db, &test.t->mem, run_id),
                     CV_OK);
    json_t *counts = json_object_get(difference, "counts");
    assert_int_equal(json_integer_value(json_object_get(counts, "fresh")), 3);
    assert_int_equal(json_integer_value(json_object_get(counts, "kept")), 2);
    json_decref(difference);
    struct themes_step step = testing_step_of(&test);
    assert_int_equal(themes_accept(&step, run_id), CV_OK);
    check_edits(&test, &edits);
    assert_int_equal(testing_counts_of(&test).waiting, 0);
    assert_int_equal(testing_place_of(&test, SAID + 1).theme_id, edits.named);
    assert_int_equal(testing_place_of(&test, SAID + 2).theme_id, edits.pinned_to);
    testing_undo(&test, step.edit_id);
    assert_string_equal(before, testing_board(&test));
    assert_int_equal(themes_accept(&step, run_id), CV_NOT_FOUND); /* answered already */
    jobs_close(test.jobs);
}

static void test_themes_rerun__dropped_is_gone(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    add_new_ones(&test);
    const char *before = testing_board(&test);
    json_t *result = NULL;
    assert_int_equal(testing_find(&test, json_object(), &result), CV_OK);
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    struct themes_step step = testing_step_of(&test);
    int64_t open = 0;
    assert_int_equal(themes_drop(&step, run_id), CV_OK);
    assert_int_equal(themes_drop(&step, run_id), CV_NOT_FOUND);
    assert_int_equal(theme_run_open(&open, test.t->db), CV_NOT_FOUND);
    assert_string_equal(before, testing_board(&test));
    jobs_close(test.jobs);
}

static void test_themes_rerun__afresh_keeps_what_people_did(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct edits edits = edit_all(&test);
    add_new_ones(&test);
    assert_int_equal(
        testing_find(&test, json_pack("{s:i, s:b}", "count", 4, "takes_over", 1), NULL), CV_OK);
    check_edits(&test, &edits);
    assert_int_equal(testing_themes_of(&test).count, 4);
    assert_int_equal(testing_counts_of(&test).waiting, 0);
    /* Two themes are held by hand: one cannot keep them. */
    testing_refuse_find(&test, json_pack("{s:i}", "count", 1), "too few");
    jobs_close(test.jobs);
}

static void test_themes_rerun__what_people_do_meanwhile_wins(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    add_new_ones(&test);
    json_t *result = NULL;
    assert_int_equal(testing_find(&test, json_object(), &result), CV_OK);
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    struct themes_step step = testing_step_of(&test);
    int64_t to = testing_place_of(&test, 7).theme_id;
    assert_int_equal(themes_move(&step, SAID + 1, THEMES_TO_THEME, &to), CV_OK);
    int64_t late = testing_insert(&test, "A statement that came in afterwards.", "en", 0);
    assert_int_equal(themes_accept(&step, run_id), CV_OK);
    assert_int_equal(testing_place_of(&test, SAID + 1).theme_id, to);
    assert_true(testing_place_of(&test, SAID + 1).is_pinned);
    assert_int_equal(testing_place_of(&test, late).fate, FATE_WAITING);
    assert_int_not_equal(testing_place_of(&test, SAID + 2).fate, FATE_WAITING);
    /* A theme that was merged away meanwhile cannot be filled any more. */
    assert_int_equal(testing_find(&test, json_object(), &result), CV_OK);
    run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    assert_int_equal(themes_merge(&step, testing_place_of(&test, 1).theme_id, to), CV_OK);
    const char *before = testing_board(&test);
    assert_int_equal(themes_accept(&step, run_id), CV_CONFLICT);
    assert_string_equal(before, testing_board(&test));
    jobs_close(test.jobs);
}

static void test_themes_rerun__without_change_says_so(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct themes_step step = testing_step_of(&test);
    for (int64_t i = 1; i <= SAID; i++) assert_int_equal(themes_pin(&step, i, true), CV_OK);
    json_t *result = NULL;
    assert_int_equal(testing_find(&test, json_object(), &result), CV_OK);
    assert_true(json_is_true(json_object_get(result, "is_same")));
    json_decref(result);
    jobs_close(test.jobs);
}

/* --- the public door
 * -------------------------------------------------------------------------------- */

static void test_themes_named__number_name_beginning(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct themes_step step = testing_step_of(&test);
    struct theme_list list = testing_themes_of(&test);
    int64_t id = 0;
    assert_int_equal(themes_rename(&step, list.items[0].id, "Niñez y juego", "Juego"), CV_OK);
    assert_int_equal(themes_rename(&step, list.items[1].id, "Ninth grade", NULL), CV_OK);
    static const char *const good[] = {"ninez Y juego", "juego", "NINE"};
    struct cv_problems *problems = &test.t->problems;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(themes_named(&id, test.t->db, &test.t->mem, good[i], problems), CV_OK);
        assert_int_equal(id, list.items[0].id);
    }
    assert_int_equal(themes_named(&id, test.t->db, &test.t->mem,
                                  cv_sprintf(&test.t->mem, "%" PRId64, list.items[1].id), problems),
                     CV_OK);
    assert_int_equal(id, list.items[1].id);
    static const char *const wrong[] = {"nin", "999", "", "Ninth grad e"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(themes_named(&id, test.t->db, &test.t->mem, wrong[i], problems),
                         CV_INVALID);
    assert_non_null(strstr(problems->items[0].sentence, "More than one"));
    assert_non_null(strstr(problems->items[3].sentence, "Did you mean"));
    jobs_close(test.jobs);
}

static void test_themes_caring__hand_counts_whole_and_doubt_less(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct themes_caring_list caring;
    assert_int_equal(themes_caring(&caring, test.t->db, &test.t->mem), CV_OK);
    assert_true(caring.count >= PEOPLE);
    for (size_t i = 0; i < caring.count; i++) {
        assert_true(caring.items[i].affinity > 0 && caring.items[i].affinity <= 1);
        if (i == 0) continue;
        assert_true(caring.items[i].person_id > caring.items[i - 1].person_id ||
                    (caring.items[i].person_id == caring.items[i - 1].person_id &&
                     caring.items[i].theme_id > caring.items[i - 1].theme_id));
    }
    struct themes_step step = testing_step_of(&test);
    int64_t to = testing_place_of(&test, 7).theme_id;
    assert_int_equal(themes_move(&step, 1, THEMES_TO_THEME, &to), CV_OK);
    assert_int_equal(themes_caring(&caring, test.t->db, &test.t->mem), CV_OK);
    bool is_found = false;
    for (size_t i = 0; i < caring.count; i++)
        if (caring.items[i].person_id == 1 && caring.items[i].theme_id == to) {
            assert_true(caring.items[i].affinity == 1.0);
            is_found = true;
        }
    assert_true(is_found);
    json_t *voices = NULL;
    const int64_t people[] = {1};
    assert_int_equal(themes_voices(&voices, test.t->db, &test.t->mem, to, people, 1), CV_OK);
    assert_true(json_array_size(voices) >= 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(voices, 0), "by")),
                        "Teacher leader, Riverbend");
    json_decref(voices);
    jobs_close(test.jobs);
}

static void test_themes_waiting__names_what_a_person_can_do(void **state)
{
    struct test test = testing_test_of(state);
    struct feature_waiting waiting[5];
    struct store_db *db = test.t->db;
    assert_int_equal(themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0), 0);
    testing_insert_said(&test);
    assert_int_equal(themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0), 1);
    assert_string_equal(waiting[0].what, "18 statements have no theme yet");
    assert_int_equal(testing_find(&test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
    size_t count = themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0);
    assert_true(count >= 1);
    assert_string_equal(waiting[count - 1].what, "3 themes wait to be confirmed");
    jobs_close(test.jobs);
}

static void test_themes_statements__every_one_prepares(void **state)
{
    struct test test = testing_test_of(state);
    cv_rc rc = store_prepare_all(test.t->db, &test.t->problems);
    for (size_t i = 0; i < test.t->problems.count; i++)
        print_message("%s\n  %s\n", test.t->problems.items[i].field,
                      test.t->problems.items[i].sentence);
    assert_int_equal(rc, CV_OK);
    jobs_close(test.jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_themes_rerun__changes_nothing_before_it_is_taken_over,
                           testing_set_up),
        STORE_TESTING_BOTH(test_themes_rerun__dropped_is_gone, testing_set_up),
        STORE_TESTING_BOTH(test_themes_rerun__afresh_keeps_what_people_did, testing_set_up),
        STORE_TESTING_BOTH(test_themes_rerun__what_people_do_meanwhile_wins, testing_set_up),
        STORE_TESTING_BOTH(test_themes_rerun__without_change_says_so, testing_set_up),
        STORE_TESTING_BOTH(test_themes_named__number_name_beginning, testing_set_up),
        STORE_TESTING_BOTH(test_themes_caring__hand_counts_whole_and_doubt_less, testing_set_up),
        STORE_TESTING_BOTH(test_themes_waiting__names_what_a_person_can_do, testing_set_up),
        STORE_TESTING_BOTH(test_themes_statements__every_one_prepares, testing_set_up),
    };
    return cmocka_run_group_tests_name("themes again", tests, NULL, NULL);
}
