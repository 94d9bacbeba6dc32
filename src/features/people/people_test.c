/* Tests of people, places and ties in the store, and of the words that rosters use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "features/features_testing.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people_internal.h"

const struct feature *const house_features[] = {NULL};
const size_t house_feature_count = 0;

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    struct store_testing *t = *state;
    if (rc || !t) return rc;
    features_testing_migrate(t, network_migrations);
    features_testing_migrate(t, people_migrations);
    return 0;
}

static void assert_ok(cv_rc rc)
{
    assert_string_equal(cv_rc_name(rc), "ok");
}

static void test_people_insert__comes_back_as_it_was(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct place place = network_place_new("Riverbend");
    int64_t place_id = 0;
    assert_ok(network_place_insert(&place_id, t->db, &t->mem, &place, 1000));
    struct person ana = people_new("Ana Ruiz");
    ana.email = "Ana@x.org";
    ana.title = "Directora";
    ana.role_key = people_role_key(&t->mem, "Directora");
    ana.place_id = place_id;
    ana.slots = 5;
    ana.years_in_place = 0;
    int64_t id = 0;
    assert_ok(people_insert(&id, t->db, &t->mem, &ana, 1000));
    struct person found;
    assert_ok(people_find(&found, t->db, &t->mem, id));
    assert_string_equal(found.name, "Ana Ruiz");
    assert_string_equal(found.email, "Ana@x.org");
    assert_string_equal(found.role_key, "school_leader");
    assert_string_equal(people_role_text(&found), "Directora");
    assert_string_equal(found.place, "Riverbend");
    assert_int_equal(found.slots, 5);
    assert_int_equal(found.years_in_place, 0);
    assert_null(found.phone);
}

static void test_people_insert__same_email_conflicts(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct person ana = people_new("Ana Ruiz");
    ana.email = "ana@x.org";
    assert_ok(people_insert(NULL, t->db, &t->mem, &ana, 1000));
    ana.email = "ANA@X.org";
    assert_int_equal(people_insert(NULL, t->db, &t->mem, &ana, 1000), CV_CONFLICT);
}

static void test_people_update__keeps_the_former_role(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct person ana = people_new("Ana Ruiz");
    ana.title = "Coach";
    ana.role_key = "coach";
    assert_ok(people_insert(&ana.id, t->db, &t->mem, &ana, 1000));
    json_t *before = NULL;
    assert_ok(people_snapshot(&before, t->db, &t->mem, ana.id));
    ana.title = "Principal";
    ana.role_key = "school_leader";
    assert_ok(people_update(t->db, &t->mem, &ana, 2, 2000));
    json_t *after = NULL;
    assert_ok(people_snapshot(&after, t->db, &t->mem, ana.id));
    assert_int_equal(json_array_size(json_object_get(after, "roles")), 2);
    assert_ok(people_restore(t->db, &t->mem, before));
    json_t *again = NULL;
    assert_ok(people_snapshot(&again, t->db, &t->mem, ana.id));
    assert_true(json_equal(before, again));
    json_decref(before);
    json_decref(after);
    json_decref(again);
}

static void test_people_index_find__says_when_two_are_meant(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct place place = network_place_new("Kestrel");
    struct person ana = people_new("Ana Ruiz");
    assert_ok(network_place_insert(&ana.place_id, t->db, &t->mem, &place, 1000));
    assert_ok(people_insert(NULL, t->db, &t->mem, &ana, 1000));
    ana.place_id = 0;
    assert_ok(people_insert(NULL, t->db, &t->mem, &ana, 1000));
    struct people_index index;
    bool is_ambiguous = false;
    assert_ok(people_index_load(&index, t->db, &t->mem));
    assert_null(people_index_find(&is_ambiguous, &index, "ana ruíz"));
    assert_true(is_ambiguous);
    assert_non_null(people_index_find(&is_ambiguous, &index, "Ana Ruiz (Kestrel)"));
    assert_null(people_index_find(&is_ambiguous, &index, "Luis"));
    assert_false(is_ambiguous);
}

struct slots_case {
    const char *text;
    const char *read; /* NULL: not understood */
};

static void test_people_slots_read__understands_what_rosters_write(void **state)
{
    static const struct slots_case cases[] = {
        {"Tue 16-18", "Tue afternoon, Tue evening"},
        {"martes tarde", "Tue afternoon"},
        {"Tuesday evening; Thu pm", "Tue evening, Thu afternoon, Thu evening"},
        {"Tuesday evening and Thursday afternoon", "Tue evening, Thu afternoon"},
        {"Tue, Thu evenings", "Tue evening, Thu evening"},
        {"evenings: Tue, Thu", "Tue evening, Thu evening"},
        {"lunes a miércoles por la mañana", "Mon morning, Tue morning, Wed morning"},
        {"Mon-Wed am", "Mon morning, Tue morning, Wed morning"},
        {"jueves noche y sábado mañana", "Thu evening, Sat morning"},
        {"Fri 4-6pm", "Fri afternoon, Fri evening"},
        {"Fri 9:30 - 11:30", "Fri morning"},
        {"vie 17:30 a 19:00", "Fri evening"},
        {"Saturday", "Sat morning, Sat afternoon, Sat evening"},
        {"weekday mornings", "Mon morning, Tue morning, Wed morning, Thu morning, Fri morning"},
        {"", ""},
        {"whenever the moon is full", NULL},
        {"Tue 99-100", NULL},
    };
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t slots = 0;
        const char *stray = NULL;
        cv_rc rc = people_slots_read(&slots, &stray, &mem, cases[i].text);
        if (!cases[i].read) {
            assert_int_equal(rc, CV_INVALID);
            assert_non_null(stray);
            continue;
        }
        if (rc != CV_OK) fail_msg("\"%s\" stray \"%s\"", cases[i].text, stray);
        assert_string_equal(people_slots_text(&mem, slots), cases[i].read);
        int64_t again = 0;
        assert_ok(people_slots_read(&again, &stray, &mem, people_slots_text(&mem, slots)));
        assert_int_equal(again, slots);
    }
    cv_arena_free(&mem);
}

static void test_people_role_key__knows_english_and_spanish(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    assert_string_equal(people_role_key(&mem, "Teacher Leader"), "teacher_leader");
    assert_string_equal(people_role_key(&mem, "school_psychologist"), "counsellor");
    assert_string_equal(people_role_key(&mem, "Subdirectora"), "school_leader");
    assert_string_equal(people_role_key(&mem, "Promotora de salud"), "promotora de salud");
    assert_string_equal(people_role_key(&mem, NULL), "");
    for (const struct people_role *role = people_roles; role->key; role++) {
        assert_string_equal(people_role_key(&mem, role->english), role->key);
        assert_string_equal(people_role_key(&mem, role->spanish), role->key);
    }
    cv_arena_free(&mem);
}

static void test_people_languages_read__gives_codes(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    assert_string_equal(people_languages_read(&mem, "English, Spanish"), "en es");
    assert_string_equal(people_languages_read(&mem, "inglés y español"), "en es");
    assert_string_equal(people_languages_read(&mem, "es en es"), "es en");
    assert_string_equal(people_languages_read(&mem, "Español; mixteco bajo"), "es mixteco_bajo");
    assert_string_equal(people_languages_text(&mem, "es mixteco_bajo"), "Spanish, mixteco bajo");
    cv_arena_free(&mem);
}

static void test_people_gifts_read__levels_come_back(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct gift *gifts = NULL;
    size_t count =
        people_gifts_read(&gifts, &mem, "Music; data (can teach); Grants:2; data", false);
    assert_int_equal(count, 3);
    const char *text = people_gifts_text(&mem, gifts, count, false);
    assert_string_equal(text, "data (can teach); Grants (can do); Music");
    assert_int_equal(people_gifts_read(&gifts, &mem, text, false), 3);
    assert_string_equal(people_gifts_text(&mem, gifts, 3, false), text);
    cv_arena_free(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_people_insert__comes_back_as_it_was, set_up),
        STORE_TESTING_BOTH(test_people_insert__same_email_conflicts, set_up),
        STORE_TESTING_BOTH(test_people_update__keeps_the_former_role, set_up),
        STORE_TESTING_BOTH(test_people_index_find__says_when_two_are_meant, set_up),
        cmocka_unit_test(test_people_slots_read__understands_what_rosters_write),
        cmocka_unit_test(test_people_role_key__knows_english_and_spanish),
        cmocka_unit_test(test_people_languages_read__gives_codes),
        cmocka_unit_test(test_people_gifts_read__levels_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
