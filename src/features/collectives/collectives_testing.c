/* A small network for the tests of collectives: people who wrote something, themes they stand in,
 * and a house that forms collectives of them. */
#include "features/collectives/collectives_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "features/features_testing.h"
#include "features/network/network.h"

STORE_SQL(sql_theme, "INSERT INTO theme (name, name_folded, state, origin, created_at_s)"
                     " VALUES ($1, $1, 'confirmed', 'person', 1) RETURNING id");
STORE_SQL(sql_place, "INSERT INTO theme_assignment (statement_id, theme_id, fate, placed_by, "
                     "confidence, margin, band, placed_at_s)"
                     " VALUES ($1, $2, 'theme', 'person', 1, 1, 2, 1)");

const struct feature *const house_features[] = {&people_feature, &themes_feature,
                                                &collectives_feature};
const size_t house_feature_count = 3;
static const struct job_kind kinds[] = {{collectives_form_job, "Proposing", collectives_run_form},
                                        {0}};
const struct job_kind *const scene_kinds[] = {kinds};

int collectives_testing_set_up(void **state)
{
    if (store_testing_open(state) != 0 || !*state) return 0;
    struct store_testing *t = *state;
    store_testing_migrate(t, jobs_migrations, jobs_migration_count);
    features_testing_migrate(t, history_feature.migrations);
    features_testing_migrate(t, exchange_feature.migrations);
    features_testing_migrate(t, network_feature.migrations);
    features_testing_migrate(t, people_feature.migrations);
    features_testing_migrate(t, ties_feature.migrations);
    features_testing_migrate(t, themes_feature.migrations);
    features_testing_migrate(t, collectives_feature.migrations);
    return 0;
}

static struct store_db *told_by; /* whose words explain a failure */

void assert_ok(cv_rc rc)
{
    if (rc != CV_OK && told_by) print_error("%s\n", store_error(told_by));
    assert_string_equal(cv_rc_name(rc), "ok");
}

void scene_open(struct scene *s, void **state)
{
    static const struct cv_log log = {.level = CV_LOG_ERROR};
    *s = (struct scene){.t = store_testing_of(state)};
    told_by = s->t->db;
    s->house = (struct house){
        .store = s->t->store, .features = house_features, .feature_count = 3, .log = &log};
    assert_ok(jobs_open(&s->house.jobs, s->t->store, scene_kinds, 1, 0, &log, NULL, NULL));
    static const char *const names[] = {"Absence", "Belonging", "Grading", "Families"};
    for (int i = 0; i < 4; i++)
        assert_ok(store_number(&s->themes[i], s->t->db, &sql_theme, STORE_TEXT(names[i])));
}

void scene_close(struct scene *s)
{
    jobs_close(s->house.jobs);
}

/* One person who wrote one statement about the theme. */
int64_t scene_add_person(struct scene *s, int theme, const char *role, const char *place,
                         int64_t facilitates)
{
    struct store_testing *t = s->t;
    struct person p = people_new(cv_sprintf(&t->mem, "Person %d", s->count));
    p.role_key = people_role_key(&t->mem, role);
    p.title = role;
    p.organisation = place;
    p.facilitates = facilitates;
    p.languages = "en";
    p.slots = 7;
    int64_t id = 0;
    assert_ok(people_insert(&id, t->db, &t->mem, &p, 1));
    int64_t statement_id = 0;
    const struct statement statement = {.person_id = id, .text = p.name, .created_at_s = 1};
    assert_ok(themes_statement_insert(&statement_id, t->db, &t->mem, &statement));
    assert_ok(
        store_exec(NULL, t->db, &sql_place, STORE_INT(statement_id), STORE_INT(s->themes[theme])));
    s->people[s->count++] = id;
    return id;
}

void scene_add_people(struct scene *s, int count)
{
    static const char *const roles[] = {"Teacher leader", "Principal", "Instructional coach",
                                        "Family liaison"};
    static const char *const places[] = {"Riverbend", "Kestrel", "Mariposa", "Dry Fork",
                                         "Larkspur"};
    for (int i = 0; i < count; i++)
        scene_add_person(s, i % 4, roles[i % 3], places[i % 5], i % 7 == 0 ? 3 : 0);
}

cv_rc scene_form(json_t **out, struct scene *s, json_t *args)
{
    cv_rc rc = jobs_run_here(out, s->house.jobs, s->t->db, &s->t->mem, collectives_form_job, args,
                             1000, &s->t->problems, NULL, NULL);
    json_decref(args);
    return rc;
}

void scene_form_ok(struct scene *s, int64_t seed)
{
    json_t *result = NULL;
    cv_rc rc = scene_form(&result, s, json_pack("{s:I}", "seed", (json_int_t)seed));
    for (size_t i = 0; rc != CV_OK && i < s->t->problems.count; i++)
        print_error("%s\n", s->t->problems.items[i].sentence);
    assert_ok(rc);
    json_decref(result);
}

json_t *scene_everything(struct scene *s)
{
    struct collective_list all;
    assert_ok(collectives_list(&all, s->t->db, &s->t->mem));
    int64_t *ids = CV_NEW_ARRAY(&s->t->mem, int64_t, all.count + 1);
    for (size_t i = 0; i < all.count; i++) ids[i] = all.items[i].id;
    json_t *snapshot = NULL;
    assert_ok(collectives_snapshot(&snapshot, s->t->db, ids, all.count));
    return snapshot;
}

void scene_undo_last(struct scene *s)
{
    json_t *list = NULL;
    assert_ok(history_list(&list, s->t->db, &s->t->mem, "collectives", 10));
    int64_t id = 0;
    for (size_t i = 0; id == 0 && i < json_array_size(list); i++)
        if (json_is_true(json_object_get(json_array_get(list, i), "can_undo")))
            id = json_integer_value(json_object_get(json_array_get(list, i), "id"));
    json_decref(list);
    assert_ok(history_undo(s->t->db, &s->t->mem, &s->house, id, 0, 2000));
}

struct board scene_load(struct scene *s)
{
    struct board board;
    assert_ok(board_load(&board, s->t->db, &s->t->mem, 1000));
    return board;
}
