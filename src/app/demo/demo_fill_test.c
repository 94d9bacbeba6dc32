/* Tests of demo_fill: the demo network in a store of either kind, as the features tell it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/demo/demo_fill.h"
#include "base/clock.h"
#include "features/features_testing.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"

extern const struct store_migration themes_migrations[];

enum { NOW_S = 1773000000 };

const struct feature *const house_features[] = {NULL};
const size_t house_feature_count = 0;

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    struct store_testing *t = *state;
    if (rc || !t) return rc;
    features_testing_migrate(t, network_migrations);
    features_testing_migrate(t, people_migrations);
    features_testing_migrate(t, ties_migrations);
    features_testing_migrate(t, themes_migrations);
    return 0;
}

static void assert_ok(cv_rc rc)
{
    assert_string_equal(cv_rc_name(rc), "ok");
}

static void fill(struct demo_network *net, struct store_testing *t)
{
    demo_make(net, &t->mem, DEMO_SEED);
    assert_ok(demo_fill(t->db, &t->mem, net, NOW_S));
}

static void test_demo_fill__everybody_comes_back(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct demo_network net;
    fill(&net, t);
    struct people_list people;
    assert_ok(people_list(&people, t->db, &t->mem));
    assert_int_equal(people.count, DEMO_PEOPLE);
    for (size_t i = 0; i < people.count; i++) {
        const struct person *stored = &people.items[i];
        const struct demo_person *made = &net.people[i];
        assert_string_equal(stored->name, made->name);
        assert_string_equal(stored->state, demo_state_name(made->state));
        assert_string_equal(stored->place, net.places[made->district].name);
        assert_int_equal(stored->slots, made->slots);
        assert_int_equal(stored->facilitates, made->practice);
        assert_int_equal(stored->years_in_place, made->years_in_place);
        assert_non_null(people_role_find(stored->role_key));
        /* What goes out as the role comes in again as the same role. */
        assert_string_equal(people_role_key(&t->mem, people_role_text(stored)), stored->role_key);
        assert_int_equal(strstr(stored->languages, "es") != NULL, (made->languages & DEMO_ES) != 0);
    }
}

static void test_demo_fill__gifts_and_wishes_come_back(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct demo_network net;
    fill(&net, t);
    struct gift_list gifts;
    struct wish_list wishes;
    assert_ok(people_gifts(&gifts, t->db, &t->mem));
    assert_ok(people_wishes(&wishes, t->db, &t->mem));
    size_t made = 0;
    for (int32_t i = 0; i < net.person_count; i++)
        made += (size_t)(net.people[i].offer_count + net.people[i].want_count);
    assert_int_equal(gifts.count, made);
    assert_int_equal(wishes.count, net.wish_count);
}

static void test_demo_fill__ties_are_alive_unless_they_faded(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct demo_network net;
    fill(&net, t);
    struct tie_list ties;
    assert_ok(ties_list(&ties, t->db, &t->mem));
    assert_int_equal(ties.count, net.tie_count);
    for (size_t i = 0; i < ties.count; i++) {
        assert_int_equal(ties.items[i].strength, net.ties[i].strength);
        bool faded = net.ties[i].last_year < DEMO_YEAR - 1;
        assert_int_equal(ties_weight(&ties.items[i], NOW_S) == 0, faded);
        assert_true(ties.items[i].first_at_s <= ties.items[i].last_at_s);
        assert_true(ties.items[i].last_at_s < NOW_S);
    }
}

static void test_demo_fill__statements_and_places_come_back(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct demo_network net;
    fill(&net, t);
    struct themes_counts counts;
    assert_ok(themes_counts(&counts, t->db));
    assert_int_equal(counts.statements, 148);
    assert_int_equal(counts.waiting, 148);
    struct place_list places;
    assert_ok(network_place_list(&places, t->db, &t->mem));
    assert_int_equal(places.count, net.place_count);
    for (size_t i = 0; i < places.count; i++) {
        assert_string_equal(places.items[i].name, net.places[i].name);
        assert_int_equal(places.items[i].students, net.places[i].students);
    }
}

static void test_demo_fill__somebody_is_there_already_and_nothing_is_stored(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct person ana = people_new("Ana Ruiz");
    assert_ok(people_insert(NULL, t->db, &t->mem, &ana, NOW_S));
    struct demo_network net;
    demo_make(&net, &t->mem, DEMO_SEED);
    assert_int_equal(demo_fill(t->db, &t->mem, &net, NOW_S), CV_CONFLICT);
    int64_t count = 0;
    assert_ok(people_count(&count, t->db));
    assert_int_equal(count, 1);
    struct network network;
    assert_int_equal(network_find(&network, t->db, &t->mem), CV_NOT_FOUND);
}

/* The limit is generous for a busy machine; the figure itself is printed. */
static void test_demo_fill__takes_less_than_a_blink(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct demo_network net;
    demo_make(&net, &t->mem, DEMO_SEED);
    double from_s = cv_monotonic_s();
    assert_ok(demo_fill(t->db, &t->mem, &net, NOW_S));
    double took_s = cv_monotonic_s() - from_s;
    print_message("stored in %.0f ms (%s)\n", took_s * 1000, t->kind);
    assert_true(took_s < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_demo_fill__everybody_comes_back, set_up),
        STORE_TESTING_BOTH(test_demo_fill__gifts_and_wishes_come_back, set_up),
        STORE_TESTING_BOTH(test_demo_fill__ties_are_alive_unless_they_faded, set_up),
        STORE_TESTING_BOTH(test_demo_fill__statements_and_places_come_back, set_up),
        STORE_TESTING_BOTH(test_demo_fill__somebody_is_there_already_and_nothing_is_stored, set_up),
        STORE_TESTING_BOTH(test_demo_fill__takes_less_than_a_blink, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
