/* Tests of themes: finding, each verb and its undo, refusals; on both databases. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/themes/themes_testing.h"

/* --- finding -------------------------------------------------------------------------------------
 */

static void test_themes_find__places_all_and_both_languages_together(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct theme_list list = testing_themes_of(&test);
    assert_int_equal(list.count, 3);
    struct themes_counts counts = testing_counts_of(&test);
    assert_int_equal(counts.statements, SAID);
    assert_int_equal(counts.placed, SAID);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.unconfirmed, 3);
    for (int subject = 0; subject < 3; subject++) {
        int64_t theme = testing_place_of(&test, subject * 6 + 1).theme_id;
        int together = 0;
        for (int i = 0; i < 6; i++)
            together += testing_place_of(&test, subject * 6 + 1 + i).theme_id == theme;
        assert_true(together >= 5);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(strlen(list.items[i].name) > 0);
        assert_non_null(list.items[i].name_es);
        assert_string_equal(list.items[i].state, "proposed");
        assert_int_equal(list.items[i].place_count, 1);
    }
    jobs_close(test.jobs);
}

static void test_themes_find__same_seed_gives_same_bytes(void **state)
{
    struct test test = testing_test_of(state);
    testing_insert_said(&test);
    assert_int_equal(testing_find(&test, json_pack("{s:i, s:i}", "count", 3, "seed", 7), NULL),
                     CV_OK);
    struct theme_list list = testing_themes_of(&test);
    const char *names[3] = {list.items[0].name, list.items[1].name, list.items[2].name};
    testing_undo(&test, testing_newest_edit(&test));
    assert_int_equal(testing_find(&test, json_pack("{s:i, s:i}", "count", 3, "seed", 7), NULL),
                     CV_OK);
    list = testing_themes_of(&test);
    for (size_t i = 0; i < 3; i++) assert_string_equal(names[i], list.items[i].name);
    jobs_close(test.jobs);
}

static void test_themes_find__refuses_what_cannot_be(void **state)
{
    struct test test = testing_test_of(state);
    testing_refuse_find(&test, json_object(), "no statements");
    testing_insert(&test, "n/a", "en", 0);
    testing_refuse_find(&test, json_object(), "says enough");
    testing_insert(&test, "More time to read with children.", "en", 0);
    testing_refuse_find(&test, json_pack("{s:i}", "count", 3),
                        "3 themes cannot be found in 2 statements");
    static const char *const wrong[] = {"0", "-1", "401", "many", "3x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t told = test.t->problems.count;
        assert_null(themes_find_args(wrong[i], 1, 0, &test.t->problems));
        assert_int_equal(test.t->problems.count, told + 1);
        assert_string_equal(test.t->problems.items[told].field, "count");
    }
    jobs_close(test.jobs);
}

static void test_themes_find__one_statement_is_one_theme(void **state)
{
    struct test test = testing_test_of(state);
    testing_insert(&test, "More time to read with children.", "en", 0);
    assert_int_equal(testing_find(&test, json_object(), NULL), CV_OK);
    assert_int_equal(testing_themes_of(&test).count, 1);
    jobs_close(test.jobs);
}

static void test_themes_find__a_thousand_identical_are_one_theme(void **state)
{
    struct test test = testing_test_of(state);
    assert_int_equal(store_begin(test.t->db), CV_OK);
    for (int i = 0; i < 1000; i++)
        testing_insert(&test, "More time to read with children.", "en", 0);
    assert_int_equal(store_commit(test.t->db), CV_OK);
    assert_int_equal(testing_find(&test, json_object(), NULL), CV_OK);
    assert_int_equal(testing_themes_of(&test).count, 1);
    assert_int_equal(testing_counts_of(&test).placed, 1000);
    jobs_close(test.jobs);
}

/* --- verbs and undo
 * ------------------------------------------------------------------------------- */

static cv_rc do_rename(struct themes_step *step, int64_t first, int64_t second)
{
    (void)second;
    return themes_rename(step, first, "  Being   there ", "Estar presentes");
}

static cv_rc do_merge(struct themes_step *step, int64_t first, int64_t second)
{
    return themes_merge(step, first, second);
}

static cv_rc do_split(struct themes_step *step, int64_t first, int64_t second)
{
    (void)second;
    int64_t new_id = 0;
    return themes_split(step, first, &new_id);
}

static cv_rc do_move(struct themes_step *step, int64_t first, int64_t second)
{
    struct placement place;
    cv_rc rc = placement_find(&place, step->db, 1);
    int64_t to = place.theme_id == first ? second : first;
    return rc == CV_OK ? themes_move(step, 1, THEMES_TO_THEME, &to) : rc;
}

static cv_rc do_move_new(struct themes_step *step, int64_t first, int64_t second)
{
    (void)first;
    (void)second;
    int64_t to = 0;
    return themes_move(step, 2, THEMES_TO_NEW, &to);
}

static cv_rc do_none(struct themes_step *step, int64_t first, int64_t second)
{
    (void)first;
    (void)second;
    int64_t to = 0;
    return themes_move(step, 3, THEMES_TO_NONE, &to);
}

static cv_rc do_pin(struct themes_step *step, int64_t first, int64_t second)
{
    (void)first;
    (void)second;
    return themes_pin(step, 4, true);
}

static cv_rc do_confirm(struct themes_step *step, int64_t first, int64_t second)
{
    (void)second;
    return themes_confirm(step, first, true);
}

static cv_rc do_confirm_all(struct themes_step *step, int64_t first, int64_t second)
{
    (void)first;
    (void)second;
    return themes_confirm_all(step);
}

static cv_rc do_create(struct themes_step *step, int64_t first, int64_t second)
{
    (void)first;
    (void)second;
    int64_t id = 0;
    return themes_create(step, "By hand", NULL, &id);
}

static const struct {
    const char *name;
    cv_rc (*run)(struct themes_step *step, int64_t first, int64_t second);
} verbs[] = {
    {"rename", do_rename}, {"merge", do_merge},          {"split", do_split},
    {"move", do_move},     {"move to new", do_move_new}, {"none", do_none},
    {"pin", do_pin},       {"confirm", do_confirm},      {"confirm all", do_confirm_all},
    {"create", do_create},
};

static void test_themes_undo__restores_exactly_after_each_verb(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct theme_list list = testing_themes_of(&test);
        struct themes_step step = testing_step_of(&test);
        const char *before = testing_board(&test);
        cv_rc rc = verbs[i].run(&step, list.items[0].id, list.items[1].id);
        if (rc != CV_OK)
            fail_msg("%s: %s %s", verbs[i].name, cv_rc_name(rc), store_error(test.t->db));
        if (strcmp(before, testing_board(&test)) == 0)
            fail_msg("%s changed nothing", verbs[i].name);
        testing_undo(&test, step.edit_id);
        if (strcmp(before, testing_board(&test)) != 0) fail_msg("%s is not undone", verbs[i].name);
    }
    jobs_close(test.jobs);
}

static void test_themes_undo__whole_path_back_to_the_empty_board(void **state)
{
    struct test test = testing_test_of(state);
    const char *boards[20];
    int64_t edits[20];
    size_t count = 0;
    testing_insert_said(&test);
    const char *empty = testing_board(&test);
    assert_int_equal(testing_find(&test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
    int64_t first_edit = testing_newest_edit(&test);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct theme_list list = testing_themes_of(&test);
        struct themes_step step = testing_step_of(&test);
        boards[count] = testing_board(&test);
        assert_int_equal(verbs[i].run(&step, list.items[0].id, list.items[1].id), CV_OK);
        if (step.edit_id) edits[count++] = step.edit_id;
    }
    assert_int_equal(history_undo(test.t->db, &test.t->mem, &test.house, first_edit, 0, 4000),
                     CV_CONFLICT);
    while (count-- > 0) {
        testing_undo(&test, edits[count]);
        assert_string_equal(boards[count], testing_board(&test));
    }
    testing_undo(&test, first_edit);
    assert_string_equal(empty, testing_board(&test));
    jobs_close(test.jobs);
}

static void test_themes_merge__statements_and_second_choices_follow(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct theme_list list = testing_themes_of(&test);
    struct themes_step step = testing_step_of(&test);
    int64_t sum = list.items[0].statement_count + list.items[1].statement_count;
    assert_int_equal(themes_merge(&step, list.items[0].id, list.items[1].id), CV_OK);
    struct theme into;
    struct theme_row gone;
    assert_int_equal(themes_find(&into, test.t->db, &test.t->mem, list.items[1].id), CV_OK);
    assert_int_equal(into.statement_count, sum);
    assert_int_equal(themes_find(&into, test.t->db, &test.t->mem, list.items[0].id), CV_NOT_FOUND);
    assert_int_equal(theme_find(&gone, test.t->db, &test.t->mem, list.items[0].id), CV_OK);
    assert_string_equal(gone.state, "merged");
    assert_int_equal(gone.merged_into, list.items[1].id);
    struct placement_list places;
    assert_int_equal(placement_list_of(&places, test.t->db, &test.t->mem, list.items[0].id), CV_OK);
    assert_int_equal(places.count, 0);
    jobs_close(test.jobs);
}

static void test_themes_split__parts_one_and_leaves_the_others(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct themes_step step = testing_step_of(&test);
    int64_t absence = testing_place_of(&test, 1).theme_id;
    int64_t grading = testing_place_of(&test, 7).theme_id;
    int64_t made = 0;
    assert_int_equal(themes_merge(&step, grading, absence), CV_OK);
    assert_int_equal(themes_pin(&step, 3, true), CV_OK);
    struct placement before[SAID + 1];
    int merged = 0;
    for (int i = 1; i <= SAID; i++) {
        before[i] = testing_place_of(&test, i);
        merged += before[i].theme_id == absence;
    }
    assert_int_equal(themes_split(&step, absence, &made), CV_OK);
    int stayed = 0;
    int left = 0;
    for (int i = 1; i <= SAID; i++) {
        struct placement after = testing_place_of(&test, i);
        if (before[i].theme_id != absence) assert_int_equal(after.theme_id, before[i].theme_id);
        stayed += after.theme_id == absence;
        left += after.theme_id == made;
    }
    assert_true(stayed > 0 && left > 0);
    assert_int_equal(stayed + left, merged);
    assert_int_equal(testing_place_of(&test, 3).theme_id, absence);
    struct theme theme;
    assert_int_equal(themes_find(&theme, test.t->db, &test.t->mem, made), CV_OK);
    assert_string_equal(theme.origin, "split");
    assert_int_equal(theme.statement_count, left);
    jobs_close(test.jobs);
}

static void test_themes_verbs__refuse_with_a_remedy(void **state)
{
    struct test test = testing_test_of(state);
    testing_found_three(&test);
    struct theme_list list = testing_themes_of(&test);
    struct themes_step step = testing_step_of(&test);
    int64_t id = list.items[0].id;
    int64_t other = 999;
    int64_t made = 0;
    const char *before = testing_board(&test);
    char long_name[300];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    struct cv_problems *problems = &test.t->problems;
    assert_int_equal(themes_rename(&step, id, " ", NULL), CV_INVALID);
    assert_int_equal(themes_rename(&step, id, long_name, NULL), CV_INVALID);
    assert_int_equal(themes_rename(&step, id, list.items[1].name, NULL), CV_INVALID);
    assert_int_equal(themes_rename(&step, 999, "x", NULL), CV_NOT_FOUND);
    assert_int_equal(themes_merge(&step, id, id), CV_INVALID);
    assert_int_equal(themes_merge(&step, id, 999), CV_NOT_FOUND);
    assert_int_equal(themes_close(&step, id), CV_INVALID);
    assert_int_equal(themes_split(&step, 999, &made), CV_NOT_FOUND);
    assert_int_equal(themes_move(&step, 1, THEMES_TO_THEME, &other), CV_NOT_FOUND);
    assert_int_equal(themes_move(&step, 999, THEMES_TO_THEME, &id), CV_NOT_FOUND);
    assert_int_equal(themes_pin(&step, 999, true), CV_NOT_FOUND);
    assert_int_equal(themes_accept(&step, 999), CV_NOT_FOUND);
    assert_int_equal(problems->count, 11);
    for (size_t i = 0; i < problems->count; i++) assert_non_null(problems->items[i].remedy);
    assert_string_equal(before, testing_board(&test));
    assert_false(store_in_transaction(test.t->db));
    /* A theme of one statement cannot be split. */
    assert_int_equal(themes_move(&step, 1, THEMES_TO_NEW, &made), CV_OK);
    assert_int_equal(themes_split(&step, made, &other), CV_INVALID);
    assert_int_equal(problems->count, 12);
    jobs_close(test.jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_themes_find__places_all_and_both_languages_together,
                           testing_set_up),
        STORE_TESTING_BOTH(test_themes_find__same_seed_gives_same_bytes, testing_set_up),
        STORE_TESTING_BOTH(test_themes_find__refuses_what_cannot_be, testing_set_up),
        STORE_TESTING_BOTH(test_themes_find__one_statement_is_one_theme, testing_set_up),
        STORE_TESTING_BOTH(test_themes_find__a_thousand_identical_are_one_theme, testing_set_up),
        STORE_TESTING_BOTH(test_themes_undo__restores_exactly_after_each_verb, testing_set_up),
        STORE_TESTING_BOTH(test_themes_undo__whole_path_back_to_the_empty_board, testing_set_up),
        STORE_TESTING_BOTH(test_themes_merge__statements_and_second_choices_follow, testing_set_up),
        STORE_TESTING_BOTH(test_themes_split__parts_one_and_leaves_the_others, testing_set_up),
        STORE_TESTING_BOTH(test_themes_verbs__refuse_with_a_remedy, testing_set_up),
    };
    return cmocka_run_group_tests_name("themes", tests, NULL, NULL);
}
