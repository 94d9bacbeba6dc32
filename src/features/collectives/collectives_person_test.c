/* Tests of what collectives add to the page of a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "features/collectives/collectives_internal.h"
#include "features/features_testing.h"
#include "features/network/network.h"

STORE_SQL(sql_theme, "INSERT INTO theme (name, name_folded, state, origin, created_at_s)"
                     " VALUES ('Absence', 'absence', 'confirmed', 'person', 1) RETURNING id");
STORE_SQL(sql_end, "UPDATE collective SET state = 'dissolved' WHERE id = $1");

const struct feature *const house_features[] = {&people_feature, &collectives_feature};
const size_t house_feature_count = 2;

static int set_up(void **state)
{
    if (store_testing_open(state) != 0 || !*state) return 0;
    struct store_testing *t = *state;
    const struct feature *const features[] = {
        &history_feature, &exchange_feature, &network_feature,    &people_feature,
        &ties_feature,    &themes_feature,   &collectives_feature};
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        features_testing_migrate(t, features[i]->migrations);
    return 0;
}

static void assert_ok(cv_rc rc)
{
    assert_string_equal(cv_rc_name(rc), "ok");
}

static json_t *page_of(struct store_testing *t, int64_t person_id)
{
    json_t *page = json_object();
    struct web_request req = {.db = t->db, .mem = &t->mem};
    assert_ok(collectives_feature.add_to_person(page, &req, person_id));
    return page;
}

static void assert_row(const json_t *page, size_t index, const char *name, const char *state_word)
{
    const json_t *row = json_array_get(json_object_get(page, "collectives"), index);
    assert_string_equal(json_string_value(json_object_get(row, "name")), name);
    assert_string_equal(json_string_value(json_object_get(row, "state_word")), state_word);
}

static void test_collectives_add_to_person__says_where_they_sit_and_wait(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t theme_id = 0;
    int64_t person_id = 0;
    int64_t first = 0;
    int64_t second = 0;
    struct person person = people_new("Ana");
    assert_ok(people_insert(&person_id, t->db, &t->mem, &person, 1));
    json_t *page = page_of(t, person_id);
    assert_true(json_is_false(json_object_get(page, "has_collectives")));
    assert_int_equal(json_array_size(json_object_get(page, "collectives")), 0);
    json_decref(page);

    assert_ok(store_number(&theme_id, t->db, &sql_theme));
    assert_ok(collective_insert(&first, t->db, theme_id, "Mornings", 1));
    assert_ok(collective_insert(&second, t->db, theme_id, "Evenings", 1));
    struct membership seat = {.collective_id = first,
                              .person_id = person_id,
                              .capacity = "facilitator",
                              .state = "invited",
                              .placed_by = "person",
                              .joined_at_s = 1};
    struct membership waits = seat;
    waits.collective_id = second;
    waits.capacity = "member";
    waits.state = "waitlisted";
    assert_ok(membership_put(t->db, &seat));
    assert_ok(membership_put(t->db, &waits));
    page = page_of(t, person_id);
    assert_true(json_is_true(json_object_get(page, "has_collectives")));
    assert_row(page, 0, "Mornings", "Invited");
    assert_row(page, 1, "Evenings", "Waits for a place");
    const json_t *row = json_array_get(json_object_get(page, "collectives"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "why")), "Facilitates");
    assert_string_equal(json_string_value(json_object_get(row, "url")),
                        cv_sprintf(&t->mem, "/collectives/%d", (int)first));
    json_decref(page);

    assert_ok(store_exec(NULL, t->db, &sql_end, STORE_INT(first)));
    page = page_of(t, person_id);
    assert_row(page, 0, "Evenings", "Waits for a place");
    assert_int_equal(json_array_size(json_object_get(page, "collectives")), 1);
    json_decref(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_collectives_add_to_person__says_where_they_sit_and_wait, set_up),
    };
    return cmocka_run_group_tests_name("collectives person", tests, NULL, NULL);
}
