/* Tests of collectives: proposals keep their promises, steps by hand are refused or undone, words
 * tell the truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "features/collectives/collectives_testing.h"

/* --- proposals
 * ------------------------------------------------------------------------------------------ */

static void test_collectives_form__sizes_hold_and_a_seed_repeats(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 90);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    assert_true(board.groups.count >= 9);
    for (size_t g = 0; g < board.groups.count; g++)
        assert_in_range(board.groups.items[g].people_count, 4, 10);
    for (size_t i = 0; i < board.people_count; i++) {
        assert_true(board.group_of[i] >= 0);
        assert_int_equal(board.score.people[i].choice, 1);
    }
    json_t *first = collectives_document(&board, &s.t->mem);
    scene_form_ok(&s, 7);
    board = scene_load(&s);
    json_t *second = collectives_document(&board, &s.t->mem);
    json_t *a = json_object_get(first, "collectives");
    json_t *b = json_object_get(second, "collectives");
    assert_int_equal(json_array_size(a), json_array_size(b));
    for (size_t g = 0; g < json_array_size(a); g++)
        assert_true(json_equal(json_object_get(json_array_get(a, g), "people"),
                               json_object_get(json_array_get(b, g), "people")));
    json_decref(first);
    json_decref(second);
    scene_close(&s);
}

static void test_collectives_form__locked_groups_stay(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 60);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[2].id;
    int64_t edit_id = 0;
    assert_ok(collectives_set_locked(&edit_id, s.t->db, &s.t->mem, id, true, 0, 1001));
    json_t *before = NULL;
    assert_ok(collectives_snapshot(&before, s.t->db, &id, 1));
    scene_form_ok(&s, 8);
    json_t *after = NULL;
    assert_ok(collectives_snapshot(&after, s.t->db, &id, 1));
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    scene_close(&s);
}

static void test_collectives_board__is_not_current_after_a_step_of_somebody(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 60);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    bool is_current = false;
    int64_t edit_id = 0;
    assert_ok(board_is_current(&is_current, &board, s.t->db, &s.t->mem));
    assert_true(is_current);
    const struct collectives_move move = {board.members.items[0].person_id, COLLECTIVES_TO_NOBODY,
                                          0, ""};
    assert_ok(collectives_move(&edit_id, s.t->db, &s.t->mem, &move, 0, 1500, &s.t->problems));
    assert_ok(board_is_current(&is_current, &board, s.t->db, &s.t->mem));
    assert_false(is_current);
    board = scene_load(&s);
    assert_ok(collectives_set_locked(&edit_id, s.t->db, &s.t->mem, board.groups.items[0].id, true,
                                     0, 1501));
    assert_ok(board_is_current(&is_current, &board, s.t->db, &s.t->mem));
    assert_false(is_current);
    scene_close(&s);
}

STORE_SQL(sql_count_open_jobs, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')");
STORE_SQL(sql_count_done_jobs, "SELECT count(*) FROM job WHERE state = 'done'");

/* A double click on "Propose collectives". */
static void test_collectives_form__twice_at_once_seats_nobody_twice(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 120);
    jobs_close(s.house.jobs);
    assert_ok(jobs_open(&s.house.jobs, s.t->store, scene_kinds, 1, 2, NULL, NULL, NULL));
    int64_t id = 0, left = 1, done = 0;
    for (int i = 0; i < 2; i++)
        assert_ok(jobs_start(&id, s.house.jobs, s.t->db, collectives_form_job, NULL, 0, 1000));
    for (int i = 0; left > 0 && i < 6000; i++) {
        assert_ok(store_number(&left, s.t->db, &sql_count_open_jobs));
        (void)usleep(5000);
    }
    assert_int_equal(left, 0);
    assert_ok(store_number(&done, s.t->db, &sql_count_done_jobs));
    assert_true(done >= 1);
    struct board board = scene_load(&s);
    for (size_t i = 0; i < board.members.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(board.members.items[i].person_id,
                                 board.members.items[k].person_id);
    scene_close(&s);
}

static void test_collectives_form__too_few_get_a_sentence(void **state)
{
    struct scene s;
    scene_open(&s, state);
    json_t *result = NULL;
    assert_int_equal(scene_form(&result, &s, json_object()), CV_INVALID);
    assert_non_null(strstr(s.t->problems.items[0].sentence, "nobody to place"));
    json_decref(result);
    result = NULL;
    for (int i = 0; i < 3; i++) scene_add_person(&s, 0, "Principal", "Kestrel", 0);
    assert_int_equal(scene_form(&result, &s, json_object()), CV_INVALID);
    assert_non_null(strstr(s.t->problems.items[1].sentence, "too few"));
    json_decref(result);
    result = NULL;
    assert_int_equal(scene_form(&result, &s, json_pack("{s:i, s:i}", "min", 4, "max", 11)),
                     CV_INVALID);
    json_decref(result);
    scene_close(&s);
}

static void test_collectives_form__all_from_one_place_names_the_rule(void **state)
{
    struct scene s;
    scene_open(&s, state);
    for (int i = 0; i < 8; i++) scene_add_person(&s, 0, "Principal", "Kestrel", 0);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    assert_int_equal(board.groups.count, 1);
    const struct grouping_group_report *g = &board.score.groups[0];
    assert_int_equal(g->goals[GROUPING_GOAL_DISTRICTS].state, GROUPING_UNMEETABLE);
    assert_int_equal(g->goals[GROUPING_GOAL_ROLES].state, GROUPING_UNMEETABLE);
    json_t *document = collectives_group_document(&board, 0, true, &s.t->mem);
    char *text = json_dumps(document, 0);
    assert_non_null(
        strstr(text, "Eight people from one place; the people of this theme cannot give more"));
    assert_non_null(strstr(text, "Nobody here can facilitate yet"));
    free(text);
    json_decref(document);
    scene_close(&s);
}

static void test_collectives_form__contradictory_wishes_are_named_and_others_served(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 40);
    const struct wish wishes[] = {
        {.person_id = s.people[0], .other_id = s.people[4]},
        {.person_id = s.people[4], .other_id = s.people[0], .is_apart = true}};
    assert_ok(people_wish_insert(s.t->db, &wishes[0]));
    assert_ok(people_wish_insert(s.t->db, &wishes[1]));
    scene_form_ok(&s, 7);
    assert_int_equal(s.t->problems.count, 1);
    assert_non_null(strstr(s.t->problems.items[0].sentence, "Person 0"));
    struct board board = scene_load(&s);
    assert_true(board.groups.count >= 4);
    int32_t a = board_person(&board, s.people[0]);
    int32_t b = board_person(&board, s.people[4]);
    assert_true(board.group_of[a] != board.group_of[b] || board.group_of[a] < 0);
    scene_close(&s);
}

static void test_collectives_form__undo_puts_everything_back(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 50);
    scene_form_ok(&s, 7);
    json_t *before = scene_everything(&s);
    scene_form_ok(&s, 9);
    scene_undo_last(&s);
    json_t *after = scene_everything(&s);
    assert_true(json_equal(before, after));
    scene_undo_last(&s);
    json_decref(after);
    after = scene_everything(&s);
    assert_int_equal(json_array_size(json_object_get(after, "collectives")), 0);
    json_decref(before);
    json_decref(after);
    scene_close(&s);
}

STORE_SQL(sql_merge, "UPDATE theme SET state = 'merged', merged_into = $2 WHERE id = $1");
STORE_SQL(sql_close, "UPDATE theme SET state = 'closed' WHERE id = $1");

static void test_collectives_board__follows_merged_and_closed_themes(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 40);
    scene_form_ok(&s, 7);
    assert_ok(
        store_exec(NULL, s.t->db, &sql_merge, STORE_INT(s.themes[0]), STORE_INT(s.themes[1])));
    assert_ok(
        store_exec(NULL, s.t->db, &sql_merge, STORE_INT(s.themes[1]), STORE_INT(s.themes[2])));
    assert_ok(store_exec(NULL, s.t->db, &sql_close, STORE_INT(s.themes[3])));
    struct board board = scene_load(&s);
    assert_int_equal(board.theme_count, 2);
    for (size_t g = 0; g < board.groups.count; g++) {
        int64_t theme_id = board.groups.items[g].theme_id;
        assert_true(theme_id == s.themes[2] || theme_id == s.themes[3]);
        assert_true(board.theme_of[g] >= 0);
    }
    scene_close(&s);
}

/* --- steps by hand
 * ---------------------------------------------------------------------------------------- */

/* A full group of ten, a small one, and one more person. */
static void full_scene(struct scene *s, void **state)
{
    scene_open(s, state);
    for (int i = 0; i < 10; i++)
        scene_add_person(s, 0, i % 2 ? "Principal" : "Teacher leader",
                         i % 3 ? "Kestrel" : "Mariposa", 3);
    scene_form_ok(s, 7);
    scene_add_person(s, 0, "Superintendent", "Larkspur", 0);
    struct board board = scene_load(s);
    assert_int_equal(board.groups.count, 1);
    assert_int_equal(board.groups.items[0].people_count, 10);
}

static cv_rc move(struct scene *s, struct collectives_move m)
{
    int64_t edit_id = 0;
    s->t->problems = cv_problems_new(&s->t->mem);
    return collectives_move(&edit_id, s->t->db, &s->t->mem, &m, 0, 1500, &s->t->problems);
}

static void test_collectives_move__eleventh_needs_a_second_group_a_list_or_a_reason(void **state)
{
    struct scene s;
    full_scene(&s, state);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[0].id;
    int64_t eleventh = s.people[10];
    json_t *before = scene_everything(&s);
    assert_int_equal(move(&s, (struct collectives_move){eleventh, COLLECTIVES_TO_GROUP, id, ""}),
                     CV_INVALID);
    assert_int_equal(s.t->problems.count, 1);
    json_t *after = scene_everything(&s);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);

    assert_ok(move(&s, (struct collectives_move){eleventh, COLLECTIVES_TO_WAITING, id, ""}));
    board = scene_load(&s);
    assert_int_equal(board.groups.items[0].people_count, 10);
    assert_int_equal(board.group_of[board_person(&board, eleventh)], GROUPING_NONE);

    assert_ok(move(&s, (struct collectives_move){eleventh, COLLECTIVES_TO_NEW_GROUP, id, ""}));
    board = scene_load(&s);
    assert_int_equal(board.groups.count, 2);
    assert_int_equal(board.groups.items[1].people_count, 1);

    assert_ok(move(
        &s, (struct collectives_move){eleventh, COLLECTIVES_TO_GROUP, id, "She speaks Triqui."}));
    board = scene_load(&s);
    assert_int_equal(board.groups.items[0].people_count, 11);
    assert_string_equal(board.groups.items[0].max_reason, "She speaks Triqui.");

    /* A reason is for one person: the next eleventh needs another, and a seat is not swapped for
     * its own waiting list. */
    struct collectives_move again = {eleventh, COLLECTIVES_TO_WAITING, id, ""};
    assert_int_equal(move(&s, again), CV_INVALID);
    assert_ok(move(&s, (struct collectives_move){eleventh, COLLECTIVES_TO_NOBODY, 0, ""}));
    again.to = COLLECTIVES_TO_GROUP;
    assert_int_equal(move(&s, again), CV_INVALID);
    scene_close(&s);
}

static void test_collectives_move__each_step_is_undone_exactly(void **state)
{
    struct scene s;
    full_scene(&s, state);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[0].id;
    static const enum collectives_to ways[] = {COLLECTIVES_TO_WAITING, COLLECTIVES_TO_NEW_GROUP,
                                               COLLECTIVES_TO_GROUP};
    for (size_t i = 0; i < 3; i++) {
        json_t *before = scene_everything(&s);
        assert_ok(move(&s, (struct collectives_move){s.people[10], ways[i], id, "A reason."}));
        json_t *between = scene_everything(&s);
        assert_false(json_equal(before, between));
        scene_undo_last(&s);
        json_t *after = scene_everything(&s);
        assert_true(json_equal(before, after));
        json_decref(before);
        json_decref(between);
        json_decref(after);
    }
    scene_close(&s);
}

static void test_collectives_move__locked_and_unknown_are_refused(void **state)
{
    struct scene s;
    full_scene(&s, state);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[0].id;
    int64_t edit_id = 0;
    assert_ok(collectives_set_locked(&edit_id, s.t->db, &s.t->mem, id, true, 0, 1001));
    assert_int_equal(move(&s, (struct collectives_move){s.people[0], COLLECTIVES_TO_NOBODY, 0, ""}),
                     CV_INVALID);
    assert_int_equal(
        move(&s, (struct collectives_move){s.people[0], COLLECTIVES_TO_GROUP, 999, ""}),
        CV_NOT_FOUND);
    assert_int_equal(move(&s, (struct collectives_move){999, COLLECTIVES_TO_GROUP, id, ""}),
                     CV_NOT_FOUND);
    scene_close(&s);
}

static cv_rc set_state_to(struct scene *s, int64_t id, const char *to, const char *reason)
{
    int64_t edit_id = 0;
    s->t->problems = cv_problems_new(&s->t->mem);
    return collectives_set_state(&edit_id, s->t->db, &s->t->mem, id, to, reason, 0, 1600,
                                 &s->t->problems);
}

static void test_collectives_state__one_after_the_other_and_the_gate_advises(void **state)
{
    struct scene s;
    scene_open(&s, state);
    for (int i = 0; i < 6; i++) scene_add_person(&s, 0, "Principal", "Kestrel", 0);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[0].id;
    assert_int_equal(set_state_to(&s, id, "active", ""), CV_INVALID);
    assert_ok(set_state_to(&s, id, "inviting", ""));
    board = scene_load(&s);
    for (size_t i = 0; i < board.members.count; i++) {
        assert_string_equal(board.members.items[i].state, "invited");
        assert_int_equal(strlen(board.members.items[i].code), 9);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(board.members.items[i].code, board.members.items[k].code);
    }
    assert_ok(set_state_to(&s, id, "forming", ""));
    assert_int_equal(set_state_to(&s, id, "active", ""), CV_INVALID);
    assert_int_equal(s.t->problems.count, 3); /* one role, one place, nobody facilitates */
    assert_ok(set_state_to(&s, id, "active", "They have worked like this for years."));
    assert_int_equal(set_state_to(&s, id, "inviting", ""), CV_INVALID);
    scene_close(&s);
}

/* Who comes later to a table that is inviting needs a code like the others. */
static void test_collectives_move__into_an_inviting_group_gives_a_code(void **state)
{
    struct scene s;
    scene_open(&s, state);
    for (int i = 0; i < 6; i++) scene_add_person(&s, 0, "Principal", "Kestrel", 0);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    int64_t id = board.groups.items[0].id;
    assert_ok(set_state_to(&s, id, "inviting", ""));
    int64_t late = scene_add_person(&s, 0, "Coach", "Mariposa", 0);
    assert_ok(move(&s, (struct collectives_move){late, COLLECTIVES_TO_GROUP, id, ""}));
    board = scene_load(&s);
    const char *code = NULL;
    for (size_t i = 0; i < board.members.count; i++)
        if (board.members.items[i].person_id == late) code = board.members.items[i].code;
    assert_non_null(code);
    assert_int_equal(strlen(code), 9);
    scene_close(&s);
}

STORE_SQL(sql_count_of, "SELECT (SELECT count(*) FROM membership WHERE person_id = $1) + "
                        "(SELECT count(*) FROM statement WHERE person_id = $1)");

/* The one who goes wrote something and has a seat; the one who stays has a seat of their own. */
static void test_collectives_merge__one_seat_is_left_and_undo_parts_them_again(void **state)
{
    struct scene s;
    scene_open(&s, state);
    scene_add_people(&s, 60);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    int64_t stays = board.members.items[0].person_id;
    int64_t gone = board.members.items[board.members.count - 1].person_id;
    json_t *before = scene_everything(&s);
    json_t *moved = json_object();
    for (size_t i = 1; i < house_feature_count; i++)
        assert_ok(house_features[i]->merge_person(moved, s.t->db, &s.t->mem, gone, stays));
    int64_t left = -1;
    assert_ok(store_number(&left, s.t->db, &sql_count_of, STORE_INT(gone)));
    assert_int_equal(left, 0);
    assert_ok(store_number(&left, s.t->db, &sql_count_of, STORE_INT(stays)));
    assert_int_equal(left, 3); /* one seat, and what both wrote */
    for (size_t i = house_feature_count; i-- > 1;)
        assert_ok(house_features[i]->unmerge_person(moved, s.t->db, &s.t->mem, gone, stays));
    json_t *after = scene_everything(&s);
    assert_true(json_equal(before, after));
    assert_ok(store_number(&left, s.t->db, &sql_count_of, STORE_INT(gone)));
    assert_int_equal(left, 2);
    json_decref(moved);
    json_decref(before);
    json_decref(after);
    scene_close(&s);
}

static void test_collectives_rules__wrong_numbers_are_told_all_at_once(void **state)
{
    struct scene s;
    scene_open(&s, state);
    struct collectives_rules rules;
    assert_ok(collectives_rules_find(&rules, s.t->db, &s.t->mem));
    assert_int_equal(rules.size_max, 10);
    rules.size_max = 12;
    rules.roles = -1;
    rules.tie_weight = 9;
    assert_int_equal(collectives_rules_save(s.t->db, &s.t->mem, &rules, 0, 1, &s.t->problems),
                     CV_INVALID);
    assert_int_equal(s.t->problems.count, 3);
    rules = (struct collectives_rules){.size_min = 5,
                                       .size_max = 8,
                                       .roles = 2,
                                       .districts = 2,
                                       .theme_weight = 1.5,
                                       .mix_weight = 1,
                                       .tie_weight = 0,
                                       .slot_weight = 1,
                                       .skills = "writes grants"};
    s.t->problems = cv_problems_new(&s.t->mem);
    assert_ok(collectives_rules_save(s.t->db, &s.t->mem, &rules, 0, 1, &s.t->problems));
    struct collectives_rules kept;
    assert_ok(collectives_rules_find(&kept, s.t->db, &s.t->mem));
    assert_int_equal(kept.size_min, 5);
    assert_string_equal(kept.skills, "writes grants");
    scene_add_people(&s, 40);
    scene_form_ok(&s, 7);
    struct board board = scene_load(&s);
    for (size_t g = 0; g < board.groups.count; g++)
        assert_in_range(board.groups.items[g].people_count, 5, 8);
    scene_undo_last(&s);
    scene_undo_last(&s);
    assert_ok(collectives_rules_find(&kept, s.t->db, &s.t->mem));
    assert_int_equal(kept.size_min, 4);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_collectives_form__sizes_hold_and_a_seed_repeats,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__locked_groups_stay, collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_board__is_not_current_after_a_step_of_somebody,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__twice_at_once_seats_nobody_twice,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_move__into_an_inviting_group_gives_a_code,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_merge__one_seat_is_left_and_undo_parts_them_again,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__too_few_get_a_sentence,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__all_from_one_place_names_the_rule,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__contradictory_wishes_are_named_and_others_served,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_board__follows_merged_and_closed_themes,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_form__undo_puts_everything_back,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_move__eleventh_needs_a_second_group_a_list_or_a_reason,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_move__each_step_is_undone_exactly,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_move__locked_and_unknown_are_refused,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_state__one_after_the_other_and_the_gate_advises,
                           collectives_testing_set_up),
        STORE_TESTING_BOTH(test_collectives_rules__wrong_numbers_are_told_all_at_once,
                           collectives_testing_set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
