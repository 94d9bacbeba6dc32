/* themes_testing: see themes_testing.h. */
#include "features/themes/themes_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/network/network.h"
#include "features/people/people.h"

extern const struct store_migration themes_migrations[];
extern const struct store_migration history_migrations[];
extern const struct store_migration exchange_migrations[];

const struct feature *const house_features[] = {&exchange_feature, &themes_feature};
const size_t house_feature_count = 2;

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
_Static_assert(sizeof said / sizeof said[0] == SAID, "SAID counts them");

static const struct job_kind *const kind_tables[] = {themes_jobs};

int testing_set_up(void **state)
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

struct test testing_test_of(void **state)
{
    struct test test = {.t = store_testing_of(state)};
    assert_int_equal(jobs_open(&test.jobs, test.t->store, kind_tables, 1, 0, NULL, NULL, NULL),
                     CV_OK);
    test.house = (struct house){.store = test.t->store,
                                .jobs = test.jobs,
                                .features = house_features,
                                .feature_count = house_feature_count};
    return test;
}

int64_t testing_insert(struct test *test, const char *text, const char *lang, int64_t person_id)
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

void testing_insert_said(struct test *test)
{
    int64_t people[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) {
        struct person person = people_new(cv_sprintf(&test->t->mem, "Person %d", i + 1));
        assert_int_equal(people_insert(&people[i], test->t->db, &test->t->mem, &person, 1000),
                         CV_OK);
    }
    for (int i = 0; i < SAID; i++)
        testing_insert(test, said[i].text, said[i].lang, people[i % PEOPLE]);
}

cv_rc testing_find(struct test *test, json_t *args, json_t **out)
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

struct themes_step testing_step_of(struct test *test)
{
    return (struct themes_step){
        .db = test->t->db, .mem = &test->t->mem, .now_s = 3000, .problems = &test->t->problems};
}

STORE_SQL(sql_all_themes, "SELECT * FROM theme ORDER BY id");
STORE_SQL(sql_all_places, "SELECT * FROM theme_assignment ORDER BY statement_id");

/* Everything a person can see of the board, as text. */
const char *testing_board(struct test *test)
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

struct theme_list testing_themes_of(struct test *test)
{
    struct theme_list list;
    assert_int_equal(themes_list(&list, test->t->db, &test->t->mem), CV_OK);
    return list;
}

struct themes_counts testing_counts_of(struct test *test)
{
    struct themes_counts counts;
    assert_int_equal(themes_counts(&counts, test->t->db), CV_OK);
    return counts;
}

struct placement testing_place_of(struct test *test, int64_t statement_id)
{
    struct placement place;
    assert_int_equal(placement_find(&place, test->t->db, statement_id), CV_OK);
    return place;
}

void testing_found_three(struct test *test)
{
    testing_insert_said(test);
    assert_int_equal(testing_find(test, json_pack("{s:i}", "count", 3), NULL), CV_OK);
}

void testing_undo(struct test *test, int64_t edit_id)
{
    assert_true(edit_id > 0);
    assert_int_equal(history_undo(test->t->db, &test->t->mem, &test->house, edit_id, 0, 4000),
                     CV_OK);
}

int64_t testing_newest_edit(struct test *test)
{
    json_t *list = NULL;
    assert_int_equal(history_list(&list, test->t->db, &test->t->mem, THEMES_SUBJECT, 1), CV_OK);
    int64_t id = json_integer_value(json_object_get(json_array_get(list, 0), "id"));
    json_decref(list);
    return id;
}

void testing_refuse_find(struct test *test, json_t *args, const char *words)
{
    size_t told = test->t->problems.count;
    const char *before = testing_board(test);
    assert_int_equal(testing_find(test, args, NULL), CV_INVALID);
    assert_int_equal(test->t->problems.count, told + 1);
    if (!strstr(test->t->problems.items[told].sentence, words))
        fail_msg("%s", test->t->problems.items[told].sentence);
    assert_non_null(test->t->problems.items[told].remedy);
    assert_string_equal(before, testing_board(test));
}
