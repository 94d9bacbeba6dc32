/* Tests of themes: each verb and its undo, re-runs, refusals, documents; on both databases. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/features_testing.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes_internal.h"

extern const struct store_migration themes_migrations[];
extern const struct store_migration history_migrations[];
extern const struct store_migration exchange_migrations[];

const struct feature *const house_features[] = {&themes_feature};
const size_t house_feature_count = 1;

/* Three subjects, in two languages, told apart by their words. */
static const struct {
    const char *text;
    const char *lang;
} said[] = {
    {"Too many absences in ninth grade; attendance falls every Monday.", "en"},
    {"Attendance of our kindergarten children is low and absences pile up in winter.", "en"},
    {"The bus comes late and absences follow; attendance is a transport question.", "en"},
    {"Chronic absence: students who miss days never catch up, attendance plans help.", "en"},
    {"Las faltas de asistencia suben los lunes, quiero visitar a las familias.", "es"},
    {"Mejorar la asistencia: muchas faltas por el transporte escolar.", "es"},
    {"Grades should say what is known; zeros and late penalties spoil grading.", "en"},
    {"Grading by standards instead of averaging points and zeros into grades.", "en"},
    {"Two grading scales next door: the same grades mean different things.", "en"},
    {"Reassessment after every test so that grades and grading show learning.", "en"},
    {"Las calificaciones con ceros no muestran nada; calificar por estándares.", "es"},
    {"Calificar por estándares y dejar los ceros en las calificaciones.", "es"},
    {"New teachers leave after one spring; a mentor keeps teachers.", "en"},
    {"Staff retention: teachers leave because no mentor stands by them.", "en"},
    {"Planning time and a mentor make teachers stay instead of leave.", "en"},
    {"Hiring and retention: teachers leave in the middle of everything.", "en"},
    {"Los maestros nuevos se van; un mentor para retener a los maestros.", "es"},
    {"Retener a los maestros con un mentor y horas para planear.", "es"},
};
enum { SAID = sizeof said / sizeof said[0], PEOPLE = 9 };

struct test {
    struct store_testing *t;
    struct jobs *jobs;
    struct house house;
};

static const struct job_kind *const kind_tables[] = {themes_jobs};

static int set_up(void **state)
{
    store_testing_open(state);
    struct store_testing *t = *state;
    if (!t) return 0;
    store_testing_migrate(t, jobs_migrations, jobs_migration_count);
    features_testing_migrate(t, history_migrations);
    features_testing_migrate(t, exchange_migrations);
    features_testing_migrate(t, network_migrations);
    features_testing_migrate(t, people_migrations);
    features_testing_migrate(t, themes_migrations);
    return 0;
}

static struct test test_of(void **state)
{
    struct test test = {.t = store_testing_of(state)};
    assert_int_equal(jobs_open(&test.jobs, test.t->store, kind_tables, 1, 0, NULL, NULL, NULL),
                     CV_OK);
    test.house = (struct house){
        .store = test.t->store, .jobs = test.jobs, .features = house_features, .feature_count = 1};
    return test;
}

static int64_t insert(struct test *test, const char *text, const char *lang, int64_t person_id)
{
    int64_t id = 0;
    struct statement row = {.person_id = person_id,
                            .author = person_id ? NULL : "a parent",
                            .text = text,
                            .lang = lang,
                            .role = "Teacher leader",
                            .place = "Riverbend",
                            .created_at_s = 1000};
    assert_int_equal(themes_statement_insert(&id, test->t->db, &test->t->mem, &row), CV_OK);
    return id;
}

static void insert_said(struct test *test)
{
    int64_t people[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) {
        struct person person = people_new(cv_sprintf(&test->t->mem, "Person %d", i + 1));
        assert_int_equal(people_insert(&people[i], test->t->db, &test->t->mem, &person, 1000),
                         CV_OK);
    }
    for (int i = 0; i < SAID; i++) insert(test, said[i].text, said[i].lang, people[i % PEOPLE]);
}

static cv_rc find(struct test *test, json_t *args, json_t **out)
{
    json_t *result = NULL;
    cv_rc rc = jobs_run_here(&result, test->jobs, test->t->db, &test->t->mem, "themes_find", args,
                             2000, &test->t->problems, NULL, NULL);
    json_decref(args);
    if (out)
        *out = result;
    else
        json_decref(result);
    return rc;
}

static struct themes_step step_of(struct test *test)
{
    return (struct themes_step){
        .db = test->t->db, .mem = &test->t->mem, .now_s = 3000, .problems = &test->t->problems};
}

STORE_SQL(sql_all_themes, "SELECT * FROM theme ORDER BY id");
STORE_SQL(sql_all_places, "SELECT * FROM theme_assignment ORDER BY statement_id");

/* Everything a person can see of the board, as text. */
static const char *board(struct test *test)
{
    json_t *themes = NULL;
    json_t *places = NULL;
    assert_int_equal(store_json(&themes, test->t->db, &sql_all_themes), CV_OK);
    assert_int_equal(store_json(&places, test->t->db, &sql_all_places), CV_OK);
    const char *text = cv_sprintf(&test->t->mem, "%s\n%s", feature_json_text(&test->t->mem, themes),
                                  feature_json_text(&test->t->mem, places));
    json_decref(themes);
    json_decref(places);
    return text;
}

static struct theme_list themes_of(struct test *test)
{
    struct theme_list list;
    assert_int_equal(themes_list(&list, test->t->db, &test->t->mem), CV_OK);
    return list;
}

static struct themes_counts counts_of(struct test *test)
{
    struct themes_counts counts;
    assert_int_equal(themes_counts(&counts, test->t->db), CV_OK);
    return counts;
}

static struct placement place_of(struct test *test, int64_t statement_id)
{
    struct placement place;
    assert_int_equal(placement_find(&place, test->t->db, statement_id), CV_OK);
    return place;
}

static void found_three(struct test *test)
{
    insert_said(test);
    assert_int_equal(find(test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
}

static void undo(struct test *test, int64_t edit_id)
{
    assert_true(edit_id > 0);
    assert_int_equal(history_undo(test->t->db, &test->t->mem, &test->house, edit_id, 0, 4000),
                     CV_OK);
}

static int64_t newest_edit(struct test *test)
{
    json_t *list = NULL;
    assert_int_equal(history_list(&list, test->t->db, &test->t->mem, THEMES_SUBJECT, 1), CV_OK);
    int64_t id = json_integer_value(json_object_get(json_array_get(list, 0), "id"));
    json_decref(list);
    return id;
}

/* --- finding -------------------------------------------------------------------------------------
 */

static void test_themes_find__places_all_and_both_languages_together(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct theme_list list = themes_of(&test);
    assert_int_equal(list.count, 3);
    struct themes_counts counts = counts_of(&test);
    assert_int_equal(counts.statements, SAID);
    assert_int_equal(counts.placed, SAID);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.unconfirmed, 3);
    for (int subject = 0; subject < 3; subject++) {
        int64_t theme = place_of(&test, subject * 6 + 1).theme_id;
        int together = 0;
        for (int i = 0; i < 6; i++)
            together += place_of(&test, subject * 6 + 1 + i).theme_id == theme;
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
    struct test test = test_of(state);
    insert_said(&test);
    assert_int_equal(find(&test, json_pack("{s:i, s:i}", "count", 3, "seed", 7), NULL), CV_OK);
    struct theme_list list = themes_of(&test);
    const char *names[3] = {list.items[0].name, list.items[1].name, list.items[2].name};
    undo(&test, newest_edit(&test));
    assert_int_equal(find(&test, json_pack("{s:i, s:i}", "count", 3, "seed", 7), NULL), CV_OK);
    list = themes_of(&test);
    for (size_t i = 0; i < 3; i++) assert_string_equal(names[i], list.items[i].name);
    jobs_close(test.jobs);
}

static void refuse_find(struct test *test, json_t *args, const char *words)
{
    size_t told = test->t->problems.count;
    const char *before = board(test);
    assert_int_equal(find(test, args, NULL), CV_INVALID);
    assert_int_equal(test->t->problems.count, told + 1);
    if (!strstr(test->t->problems.items[told].sentence, words))
        fail_msg("%s", test->t->problems.items[told].sentence);
    assert_non_null(test->t->problems.items[told].remedy);
    assert_string_equal(before, board(test));
}

static void test_themes_find__refuses_what_cannot_be(void **state)
{
    struct test test = test_of(state);
    refuse_find(&test, json_object(), "no statements");
    insert(&test, "n/a", "en", 0);
    refuse_find(&test, json_object(), "says enough");
    insert(&test, "More time to read with children.", "en", 0);
    refuse_find(&test, json_pack("{s:i}", "count", 3), "3 themes cannot be found in 2 statements");
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
    struct test test = test_of(state);
    insert(&test, "More time to read with children.", "en", 0);
    assert_int_equal(find(&test, json_object(), NULL), CV_OK);
    assert_int_equal(themes_of(&test).count, 1);
    jobs_close(test.jobs);
}

static void test_themes_find__a_thousand_identical_are_one_theme(void **state)
{
    struct test test = test_of(state);
    assert_int_equal(store_begin(test.t->db), CV_OK);
    for (int i = 0; i < 1000; i++) insert(&test, "More time to read with children.", "en", 0);
    assert_int_equal(store_commit(test.t->db), CV_OK);
    assert_int_equal(find(&test, json_object(), NULL), CV_OK);
    assert_int_equal(themes_of(&test).count, 1);
    assert_int_equal(counts_of(&test).placed, 1000);
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
    struct test test = test_of(state);
    found_three(&test);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct theme_list list = themes_of(&test);
        struct themes_step step = step_of(&test);
        const char *before = board(&test);
        cv_rc rc = verbs[i].run(&step, list.items[0].id, list.items[1].id);
        if (rc != CV_OK)
            fail_msg("%s: %s %s", verbs[i].name, cv_rc_name(rc), store_error(test.t->db));
        if (strcmp(before, board(&test)) == 0) fail_msg("%s changed nothing", verbs[i].name);
        undo(&test, step.edit_id);
        if (strcmp(before, board(&test)) != 0) fail_msg("%s is not undone", verbs[i].name);
    }
    jobs_close(test.jobs);
}

static void test_themes_undo__whole_path_back_to_the_empty_board(void **state)
{
    struct test test = test_of(state);
    const char *boards[20];
    int64_t edits[20];
    size_t count = 0;
    insert_said(&test);
    const char *empty = board(&test);
    assert_int_equal(find(&test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
    int64_t first_edit = newest_edit(&test);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct theme_list list = themes_of(&test);
        struct themes_step step = step_of(&test);
        boards[count] = board(&test);
        assert_int_equal(verbs[i].run(&step, list.items[0].id, list.items[1].id), CV_OK);
        if (step.edit_id) edits[count++] = step.edit_id;
    }
    assert_int_equal(history_undo(test.t->db, &test.t->mem, &test.house, first_edit, 0, 4000),
                     CV_CONFLICT);
    while (count-- > 0) {
        undo(&test, edits[count]);
        assert_string_equal(boards[count], board(&test));
    }
    undo(&test, first_edit);
    assert_string_equal(empty, board(&test));
    jobs_close(test.jobs);
}

static void test_themes_merge__statements_and_second_choices_follow(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct theme_list list = themes_of(&test);
    struct themes_step step = step_of(&test);
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
    struct test test = test_of(state);
    found_three(&test);
    struct themes_step step = step_of(&test);
    int64_t absence = place_of(&test, 1).theme_id;
    int64_t grading = place_of(&test, 7).theme_id;
    int64_t made = 0;
    assert_int_equal(themes_merge(&step, grading, absence), CV_OK);
    assert_int_equal(themes_pin(&step, 3, true), CV_OK);
    struct placement before[SAID + 1];
    int merged = 0;
    for (int i = 1; i <= SAID; i++) {
        before[i] = place_of(&test, i);
        merged += before[i].theme_id == absence;
    }
    assert_int_equal(themes_split(&step, absence, &made), CV_OK);
    int stayed = 0;
    int left = 0;
    for (int i = 1; i <= SAID; i++) {
        struct placement after = place_of(&test, i);
        if (before[i].theme_id != absence) assert_int_equal(after.theme_id, before[i].theme_id);
        stayed += after.theme_id == absence;
        left += after.theme_id == made;
    }
    assert_true(stayed > 0 && left > 0);
    assert_int_equal(stayed + left, merged);
    assert_int_equal(place_of(&test, 3).theme_id, absence);
    struct theme theme;
    assert_int_equal(themes_find(&theme, test.t->db, &test.t->mem, made), CV_OK);
    assert_string_equal(theme.origin, "split");
    assert_int_equal(theme.statement_count, left);
    jobs_close(test.jobs);
}

static void test_themes_verbs__refuse_with_a_remedy(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct theme_list list = themes_of(&test);
    struct themes_step step = step_of(&test);
    int64_t id = list.items[0].id;
    int64_t other = 999;
    int64_t made = 0;
    const char *before = board(&test);
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
    assert_string_equal(before, board(&test));
    assert_false(store_in_transaction(test.t->db));
    /* A theme of one statement cannot be split. */
    assert_int_equal(themes_move(&step, 1, THEMES_TO_NEW, &made), CV_OK);
    assert_int_equal(themes_split(&step, made, &other), CV_INVALID);
    assert_int_equal(problems->count, 12);
    jobs_close(test.jobs);
}

/* --- re-runs
 * -------------------------------------------------------------------------------------- */

static void add_new_ones(struct test *test)
{
    insert(test, "Absences after the holidays: attendance calls on the first day.", "en", 0);
    insert(test, "Calificaciones sin ceros y con otra oportunidad.", "es", 0);
    insert(test, "Mentoring for new teachers so that fewer teachers leave.", "en", 0);
}

/* Edits of every kind; gives the ids that must survive. */
struct edits {
    int64_t named;
    int64_t merged;
    int64_t pinned_to;
};
static struct edits edit_all(struct test *test)
{
    struct themes_step step = step_of(test);
    struct edits edits = {.named = place_of(test, 1).theme_id,
                          .merged = place_of(test, 13).theme_id,
                          .pinned_to = place_of(test, 7).theme_id};
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
    assert_int_equal(place_of(test, 2).theme_id, edits->pinned_to);
    assert_true(place_of(test, 2).is_pinned);
    assert_int_equal(place_of(test, 9).fate, FATE_NONE);
}

static void test_themes_rerun__changes_nothing_before_it_is_taken_over(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct edits edits = edit_all(&test);
    add_new_ones(&test);
    const char *before = board(&test);
    json_t *result = NULL;
    assert_int_equal(find(&test, json_object(), &result), CV_OK);
    assert_true(json_is_true(json_object_get(result, "is_proposal")));
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    assert_string_equal(before, board(&test));
    json_t *difference = NULL;
    assert_int_equal(themes_difference_document(&difference, test.t->db, &test.t->mem, run_id),
                     CV_OK);
    json_t *counts = json_object_get(difference, "counts");
    assert_int_equal(json_integer_value(json_object_get(counts, "fresh")), 3);
    assert_int_equal(json_integer_value(json_object_get(counts, "kept")), 2);
    json_decref(difference);
    struct themes_step step = step_of(&test);
    assert_int_equal(themes_accept(&step, run_id), CV_OK);
    check_edits(&test, &edits);
    assert_int_equal(counts_of(&test).waiting, 0);
    assert_int_equal(place_of(&test, SAID + 1).theme_id, edits.named);
    assert_int_equal(place_of(&test, SAID + 2).theme_id, edits.pinned_to);
    undo(&test, step.edit_id);
    assert_string_equal(before, board(&test));
    assert_int_equal(themes_accept(&step, run_id), CV_NOT_FOUND); /* answered already */
    jobs_close(test.jobs);
}

static void test_themes_rerun__dropped_is_gone(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    add_new_ones(&test);
    const char *before = board(&test);
    json_t *result = NULL;
    assert_int_equal(find(&test, json_object(), &result), CV_OK);
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    struct themes_step step = step_of(&test);
    int64_t open = 0;
    assert_int_equal(themes_drop(&step, run_id), CV_OK);
    assert_int_equal(themes_drop(&step, run_id), CV_NOT_FOUND);
    assert_int_equal(theme_run_open(&open, test.t->db), CV_NOT_FOUND);
    assert_string_equal(before, board(&test));
    jobs_close(test.jobs);
}

static void test_themes_rerun__afresh_keeps_what_people_did(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct edits edits = edit_all(&test);
    add_new_ones(&test);
    assert_int_equal(find(&test, json_pack("{s:i, s:b}", "count", 4, "takes_over", 1), NULL),
                     CV_OK);
    check_edits(&test, &edits);
    assert_int_equal(themes_of(&test).count, 4);
    assert_int_equal(counts_of(&test).waiting, 0);
    /* Two themes are held by hand: one cannot keep them. */
    refuse_find(&test, json_pack("{s:i}", "count", 1), "too few");
    jobs_close(test.jobs);
}

static void test_themes_rerun__what_people_do_meanwhile_wins(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    add_new_ones(&test);
    json_t *result = NULL;
    assert_int_equal(find(&test, json_object(), &result), CV_OK);
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    struct themes_step step = step_of(&test);
    int64_t to = place_of(&test, 7).theme_id;
    assert_int_equal(themes_move(&step, SAID + 1, THEMES_TO_THEME, &to), CV_OK);
    int64_t late = insert(&test, "A statement that came in afterwards.", "en", 0);
    assert_int_equal(themes_accept(&step, run_id), CV_OK);
    assert_int_equal(place_of(&test, SAID + 1).theme_id, to);
    assert_true(place_of(&test, SAID + 1).is_pinned);
    assert_int_equal(place_of(&test, late).fate, FATE_WAITING);
    assert_int_not_equal(place_of(&test, SAID + 2).fate, FATE_WAITING);
    /* A theme that was merged away meanwhile cannot be filled any more. */
    assert_int_equal(find(&test, json_object(), &result), CV_OK);
    run_id = json_integer_value(json_object_get(result, "run_id"));
    json_decref(result);
    assert_int_equal(themes_merge(&step, place_of(&test, 1).theme_id, to), CV_OK);
    const char *before = board(&test);
    assert_int_equal(themes_accept(&step, run_id), CV_CONFLICT);
    assert_string_equal(before, board(&test));
    jobs_close(test.jobs);
}

static void test_themes_rerun__without_change_says_so(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct themes_step step = step_of(&test);
    for (int64_t i = 1; i <= SAID; i++) assert_int_equal(themes_pin(&step, i, true), CV_OK);
    json_t *result = NULL;
    assert_int_equal(find(&test, json_object(), &result), CV_OK);
    assert_true(json_is_true(json_object_get(result, "is_same")));
    json_decref(result);
    jobs_close(test.jobs);
}

/* --- the public door
 * -------------------------------------------------------------------------------- */

static void test_themes_named__number_name_beginning(void **state)
{
    struct test test = test_of(state);
    found_three(&test);
    struct themes_step step = step_of(&test);
    struct theme_list list = themes_of(&test);
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
    struct test test = test_of(state);
    found_three(&test);
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
    struct themes_step step = step_of(&test);
    int64_t to = place_of(&test, 7).theme_id;
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
    struct test test = test_of(state);
    struct feature_waiting waiting[5];
    struct store_db *db = test.t->db;
    assert_int_equal(themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0), 0);
    insert_said(&test);
    assert_int_equal(themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0), 1);
    assert_string_equal(waiting[0].what, "18 statements have no theme yet");
    assert_int_equal(find(&test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
    size_t count = themes_feature.waiting_for(waiting, 5, db, &test.t->mem, 0);
    assert_true(count >= 1);
    assert_string_equal(waiting[count - 1].what, "3 themes wait to be confirmed");
    jobs_close(test.jobs);
}

static void test_themes_statements__every_one_prepares(void **state)
{
    struct test test = test_of(state);
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
        STORE_TESTING_BOTH(test_themes_find__places_all_and_both_languages_together, set_up),
        STORE_TESTING_BOTH(test_themes_find__same_seed_gives_same_bytes, set_up),
        STORE_TESTING_BOTH(test_themes_find__refuses_what_cannot_be, set_up),
        STORE_TESTING_BOTH(test_themes_find__one_statement_is_one_theme, set_up),
        STORE_TESTING_BOTH(test_themes_find__a_thousand_identical_are_one_theme, set_up),
        STORE_TESTING_BOTH(test_themes_undo__restores_exactly_after_each_verb, set_up),
        STORE_TESTING_BOTH(test_themes_undo__whole_path_back_to_the_empty_board, set_up),
        STORE_TESTING_BOTH(test_themes_merge__statements_and_second_choices_follow, set_up),
        STORE_TESTING_BOTH(test_themes_split__parts_one_and_leaves_the_others, set_up),
        STORE_TESTING_BOTH(test_themes_verbs__refuse_with_a_remedy, set_up),
        STORE_TESTING_BOTH(test_themes_rerun__changes_nothing_before_it_is_taken_over, set_up),
        STORE_TESTING_BOTH(test_themes_rerun__dropped_is_gone, set_up),
        STORE_TESTING_BOTH(test_themes_rerun__afresh_keeps_what_people_did, set_up),
        STORE_TESTING_BOTH(test_themes_rerun__what_people_do_meanwhile_wins, set_up),
        STORE_TESTING_BOTH(test_themes_rerun__without_change_says_so, set_up),
        STORE_TESTING_BOTH(test_themes_named__number_name_beginning, set_up),
        STORE_TESTING_BOTH(test_themes_caring__hand_counts_whole_and_doubt_less, set_up),
        STORE_TESTING_BOTH(test_themes_waiting__names_what_a_person_can_do, set_up),
        STORE_TESTING_BOTH(test_themes_statements__every_one_prepares, set_up),
    };
    return cmocka_run_group_tests_name("themes", tests, NULL, NULL);
}
