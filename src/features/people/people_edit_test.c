/* Tests of changing, adding and merging people by hand, and of taking such steps back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "features/features_testing.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people_internal.h"
#include "features/ties/ties.h"

const struct feature *const house_features[] = {&history_feature, &exchange_feature,
                                                &network_feature, &people_feature, &ties_feature};
const size_t house_feature_count = 5;
static const struct house house = {.features = house_features, .feature_count = 5};

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    struct store_testing *t = *state;
    if (rc || !t) return rc;
    for (size_t i = 0; i < house_feature_count; i++)
        features_testing_migrate(t, house_features[i]->migrations);
    return 0;
}

static void assert_ok(cv_rc rc)
{
    assert_string_equal(cv_rc_name(rc), "ok");
}

STORE_SQL(sql_all,
          "SELECT p.*, r.number, r.role_key, r.title, r.place_id, r.organisation, r.from_s, "
          "r.until_s FROM person p JOIN role_holding r ON r.person_id = p.id "
          "ORDER BY p.id, r.number");
STORE_SQL(sql_gifts, "SELECT * FROM gift ORDER BY person_id, kind, skill_folded");
STORE_SQL(sql_wishes, "SELECT * FROM wish ORDER BY person_id, other_id");
STORE_SQL(sql_ties, "SELECT * FROM tie ORDER BY id");

static const char *dump(struct store_testing *t)
{
    const struct store_sql *all[] = {&sql_all, &sql_gifts, &sql_wishes, &sql_ties};
    const char *text = "";
    for (size_t i = 0; i < 4; i++) {
        json_t *rows = NULL;
        assert_ok(store_json(&rows, t->db, all[i]));
        text = cv_sprintf(&t->mem, "%s\n%s", text, feature_json_text(&t->mem, rows));
        json_decref(rows);
    }
    return text;
}

/* Values of the form by name; everything else is left empty. */
static cv_rc save(int64_t *id, int64_t *edit, struct store_testing *t, int64_t who,
                  const char *const *pairs)
{
    const char *values[32] = {NULL};
    for (size_t f = 0; f < people_form_count(); f++)
        for (size_t p = 0; pairs[p]; p += 2)
            if (strcmp(people_form_name(f), pairs[p]) == 0) values[f] = pairs[p + 1];
    t->problems = cv_problems_new(&t->mem);
    return people_save(id, edit, t->db, &t->mem, who, values, 0, 1000, &t->problems);
}

static int64_t added(struct store_testing *t, const char *const *pairs)
{
    int64_t id = 0;
    int64_t edit = 0;
    assert_ok(save(&id, &edit, t, 0, pairs));
    assert_true(edit > 0);
    return id;
}

static const char *const ana[] = {"name",  "Ana Ruiz", "email",     "ana@x.org", "role",
                                  "Coach", "place",    "Riverbend", "offers",    "data (can teach)",
                                  NULL};
static const char *const luis[] = {"name",     "Luis Vega", "email", "luis@x.org",
                                   "together", "Ana Ruiz",  NULL};

static void test_people_save__can_be_undone_to_the_last_column(void **state)
{
    static const char *const changed[] = {
        "name",   "Ana Ruiz Soto", "role",        "Principal", "place",     "Kestrel", "wants",
        "grants", "slots",         "Tue evening", "apart",     "Luis Vega", NULL};
    struct store_testing *t = store_testing_of(state);
    int64_t id = added(t, ana);
    (void)added(t, luis);
    const char *before = dump(t);
    int64_t edit = 0;
    assert_ok(save(&id, &edit, t, id, changed));
    struct person person;
    assert_ok(people_find(&person, t->db, &t->mem, id));
    assert_string_equal(person.name, "Ana Ruiz Soto");
    assert_null(person.email); /* an emptied field is emptied */
    assert_string_equal(person.place, "Kestrel");
    assert_ok(history_undo(t->db, &t->mem, &house, edit, 0, 2000));
    assert_string_equal(dump(t), before);
    assert_int_equal(history_undo(t->db, &t->mem, &house, edit, 0, 2000), CV_NOT_FOUND);
}

static void test_people_save__the_same_again_leaves_no_trace(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t id = added(t, ana);
    const char *before = dump(t);
    int64_t edit = 0;
    assert_ok(save(&id, &edit, t, id, ana));
    assert_int_equal(edit, 0);
    assert_string_equal(dump(t), before);
}

static void test_people_save__taken_email_names_its_owner(void **state)
{
    static const char *const other[] = {"name", "Ana Two", "email", "ANA@X.org", NULL};
    struct store_testing *t = store_testing_of(state);
    (void)added(t, ana);
    int64_t id = 0;
    int64_t edit = 0;
    assert_int_equal(save(&id, &edit, t, 0, other), CV_INVALID);
    assert_int_equal(t->problems.total_count, 1);
    assert_string_equal(t->problems.items[0].sentence, "Ana Ruiz has this e-mail already.");
}

static void test_history__only_the_last_step_of_a_person_can_be_undone(void **state)
{
    static const char *const one[] = {"name", "Ana One", NULL};
    static const char *const two[] = {"name", "Ana Two", NULL};
    struct store_testing *t = store_testing_of(state);
    int64_t id = added(t, ana);
    int64_t first = 0;
    int64_t second = 0;
    assert_ok(save(&id, &first, t, id, one));
    assert_ok(save(&id, &second, t, id, two));
    assert_int_equal(history_undo(t->db, &t->mem, &house, first, 0, 2000), CV_CONFLICT);
    assert_ok(history_undo(t->db, &t->mem, &house, second, 0, 2000));
    assert_ok(history_undo(t->db, &t->mem, &house, first, 0, 2000));
    json_t *list = NULL;
    assert_ok(history_list(&list, t->db, &t->mem, NULL, 10));
    assert_int_equal(json_array_size(list), 3);
    assert_true(json_is_true(json_object_get(json_array_get(list, 0), "is_undone")));
    assert_true(json_is_true(json_object_get(json_array_get(list, 2), "can_undo")));
    json_decref(list);
}

static void test_people_merge__moves_what_hangs_on_it_and_comes_apart_again(void **state)
{
    static const char *const twin[] = {"name",  "Anna Ruis", "phone",     "555", "offers",
                                       "music", "together",  "Luis Vega", NULL};
    struct store_testing *t = store_testing_of(state);
    int64_t ana_id = added(t, ana);
    int64_t luis_id = added(t, luis);
    int64_t twin_id = added(t, twin);
    struct tie ties[] = {
        {.from_id = twin_id, .to_id = luis_id, .kind = "trust", .strength = 3},
        {.from_id = luis_id, .to_id = twin_id, .kind = "know", .strength = 2},
        {.from_id = luis_id, .to_id = ana_id, .kind = "know", .strength = 1},
        {.from_id = ana_id, .to_id = twin_id, .kind = "know", .strength = 1},
    };
    for (size_t i = 0; i < 4; i++) assert_ok(ties_insert(NULL, t->db, &ties[i], 1000));
    const char *before = dump(t);
    int64_t edit = 0;
    assert_ok(people_merge(&edit, t->db, &t->mem, ana_id, twin_id, 0, 1500));
    struct person person;
    assert_int_equal(people_find(&person, t->db, &t->mem, twin_id), CV_NOT_FOUND);
    assert_ok(people_find(&person, t->db, &t->mem, ana_id));
    assert_string_equal(person.phone, "555");
    assert_string_equal(person.email, "ana@x.org");
    struct gift_list gifts;
    assert_ok(people_gifts_of(&gifts, t->db, &t->mem, ana_id));
    assert_int_equal(gifts.count, 2);
    struct tie_list list;
    assert_ok(ties_list(&list, t->db, &t->mem));
    assert_int_equal(list.count, 2); /* the double one and the one to herself are gone */
    assert_ok(history_undo(t->db, &t->mem, &house, edit, 0, 2000));
    assert_string_equal(dump(t), before);
}

static void test_ties_pairs__fade_and_take_the_strongest(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int64_t a = added(t, ana);
    int64_t b = added(t, luis);
    const int64_t now_s = INT64_C(1800000000);
    const int64_t day_s = 86400;
    struct tie ties[] = {
        {.from_id = a, .to_id = b, .kind = "know", .strength = 2},
        {.from_id = b, .to_id = a, .kind = "trust", .strength = 4, .last_at_s = now_s},
        {.from_id = a, .to_id = b, .kind = "fund", .strength = 4, .last_at_s = now_s - 600 * day_s},
    };
    assert_true(ties_weight(&ties[0], now_s) == 0.5);
    assert_true(ties_weight(&ties[1], now_s) == 1.0);
    assert_true(ties_weight(&ties[2], now_s) == 0.0);
    for (size_t i = 0; i < 3; i++) assert_ok(ties_insert(NULL, t->db, &ties[i], 1000));
    const int64_t people[] = {a, b};
    struct ties_pairs pairs;
    assert_ok(ties_pairs(&pairs, t->db, &t->mem, people, 2, now_s));
    assert_int_equal(pairs.count, 1);
    assert_int_equal(pairs.from[0], 0);
    assert_int_equal(pairs.to[0], 1);
    assert_true(pairs.weight[0] == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_people_save__can_be_undone_to_the_last_column, set_up),
        STORE_TESTING_BOTH(test_people_save__the_same_again_leaves_no_trace, set_up),
        STORE_TESTING_BOTH(test_people_save__taken_email_names_its_owner, set_up),
        STORE_TESTING_BOTH(test_history__only_the_last_step_of_a_person_can_be_undone, set_up),
        STORE_TESTING_BOTH(test_people_merge__moves_what_hangs_on_it_and_comes_apart_again, set_up),
        STORE_TESTING_BOTH(test_ties_pairs__fade_and_take_the_strongest, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
