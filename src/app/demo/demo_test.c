/* Tests of the demo network: its proportions, what is planted in it, and that a seed repeats it.
 * CONVENE_TEST_ACCEPT=1 writes the files of tests/data anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/demo/demo.h"
#include "app/demo/demo_export.h"
#include "base/text.h"

enum { MEMORY = 64 << 20 };
static const uint64_t seeds[] = {DEMO_SEED, 0, 1, 2, 3, 42, 2026, UINT64_MAX};
#define FOR_EACH_SEED(i) for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)

struct house {
    struct cv_arena mem;
    struct demo_network net;
};

static void house_make(struct house *house, uint64_t seed)
{
    cv_arena_init(&house->mem, MEMORY);
    demo_make(&house->net, &house->mem, seed);
}

static int32_t count_role(const struct demo_network *net, enum demo_role role)
{
    int32_t count = 0;
    for (int32_t i = 0; i < net->person_count; i++) count += net->people[i].role == role;
    return count;
}

static int32_t count_state(const struct demo_network *net, enum demo_state state)
{
    int32_t count = 0;
    for (int32_t i = 0; i < net->person_count; i++) count += net->people[i].state == state;
    return count;
}

static int32_t degree(const struct demo_network *net, int32_t person)
{
    bool tied[DEMO_PEOPLE] = {false};
    int32_t count = 0;
    for (int32_t i = 0; i < net->tie_count; i++) {
        if (net->ties[i].from == person) tied[net->ties[i].to] = true;
        if (net->ties[i].to == person) tied[net->ties[i].from] = true;
    }
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) count += tied[i];
    return count;
}

static int32_t zone_of(const struct demo_network *net, int32_t person)
{
    return net->places[net->people[person].district].zone;
}

static void test_demo_places__are_those_of_the_region(void **state)
{
    struct house h;
    house_make(&h, DEMO_SEED);
    int32_t districts = 0, zones = 0, students = 0, schools = 0;
    for (int32_t i = 0; i < h.net.place_count; i++) {
        const struct demo_place *place = &h.net.places[i];
        if (place->kind == DEMO_ZONE) {
            zones++;
            continue;
        }
        districts++;
        students += place->students;
        schools += place->schools;
        assert_int_equal(h.net.places[place->zone].kind, DEMO_ZONE);
    }
    assert_int_equal(districts, DEMO_DISTRICTS);
    assert_int_equal(zones, 3);
    assert_int_equal(students, 62060);
    assert_int_equal(schools, 134);
    assert_int_equal(h.net.places[0].students + h.net.places[1].students + h.net.places[2].students,
                     students);
    cv_arena_free(&h.mem);
}

static void test_demo_people__come_in_the_nine_roles_and_four_states(void **state)
{
    static const int32_t expected[DEMO_ROLE_COUNT] = {62, 28, 46, 16, 22, 14, 18, 20, 14};
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        assert_int_equal(h.net.person_count, DEMO_PEOPLE);
        for (enum demo_role role = 0; role < DEMO_ROLE_COUNT; role++)
            assert_int_equal(count_role(&h.net, role), expected[role]);
        assert_int_equal(count_state(&h.net, DEMO_ACTIVE), 148);
        assert_int_equal(count_state(&h.net, DEMO_QUIET), 61);
        assert_int_equal(count_state(&h.net, DEMO_INVITED), 24);
        assert_int_equal(count_state(&h.net, DEMO_ALUM), 7);
        cv_arena_free(&h.mem);
    }
}

static void
test_demo_people__every_district_has_a_school_leader_and_one_superintendent_at_most(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t leaders[64] = {0}, superintendents[64] = {0};
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            const struct demo_person *who = &h.net.people[p];
            leaders[who->district] += who->role == DEMO_LEADER;
            superintendents[who->district] += who->role == DEMO_SUPERINTENDENT;
        }
        for (int32_t d = 0; d < h.net.place_count; d++) {
            if (h.net.places[d].kind != DEMO_DISTRICT) continue;
            assert_true(leaders[d] >= 1);
            assert_true(superintendents[d] <= 1);
        }
        cv_arena_free(&h.mem);
    }
}

static void test_demo_people__no_two_names_or_addresses_alike(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t without = 0;
        const char *folded[DEMO_PEOPLE];
        for (int32_t a = 0; a < DEMO_PEOPLE; a++) {
            const struct demo_person *one = &h.net.people[a];
            folded[a] = cv_text_fold(&h.mem, one->name);
            without += one->email == NULL;
            if (one->email != NULL) {
                assert_non_null(strstr(one->email, ".example.org"));
                assert_string_equal(one->email, cv_text_fold(&h.mem, one->email));
            }
            for (int32_t b = 0; b < a; b++) {
                const char *other_email = h.net.people[b].email;
                assert_string_not_equal(folded[a], folded[b]);
                if (one->email != NULL && other_email != NULL)
                    assert_string_not_equal(one->email, other_email);
            }
        }
        assert_true(without >= 1 && without <= 20);
        cv_arena_free(&h.mem);
    }
}

static int32_t median_years(const struct demo_network *net)
{
    int32_t below = 0, median = -1;
    while (below <= (DEMO_PEOPLE - 1) / 2) {
        median++;
        below = 0;
        for (int32_t i = 0; i < DEMO_PEOPLE; i++) below += net->people[i].years_in_place <= median;
    }
    return median;
}

static void test_demo_people__languages_and_years_are_those_of_the_region(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t bilingual_liaisons = 0, interpretation = 0, indigenous = 0;
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            const struct demo_person *who = &h.net.people[p];
            uint32_t both = DEMO_EN | DEMO_ES;
            assert_true((who->languages & both) != 0);
            bilingual_liaisons += who->role == DEMO_LIAISON && (who->languages & both) == both;
            interpretation += who->uses_interpretation;
            indigenous += (who->languages & (DEMO_MIX | DEMO_TRQ)) != 0;
            assert_true(who->years_in_place >= 1);
        }
        assert_int_equal(h.net.planted.spanish_at_home, 91); /* 38 % */
        assert_int_equal(bilingual_liaisons, 14);
        assert_int_equal(indigenous, 3);
        assert_int_equal(interpretation, 14); /* 6 % */
        assert_int_equal(median_years(&h.net), 11);
        cv_arena_free(&h.mem);
    }
}

static void test_demo_statements__one_for_each_active_person_in_their_language(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        assert_int_equal(h.net.statement_count, 148);
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            const struct demo_person *who = &h.net.people[p];
            assert_int_equal(who->statement != DEMO_NONE, who->state == DEMO_ACTIVE);
            if (who->statement == DEMO_NONE) continue;
            const struct demo_statement *statement = &h.net.statements[who->statement];
            assert_int_equal(statement->person, p);
            bool spanish = strcmp(statement->lang, "es") == 0;
            assert_true((who->languages & (spanish ? DEMO_ES : DEMO_EN)) != 0);
        }
        for (int32_t a = 0; a < h.net.statement_count; a++)
            for (int32_t b = 0; b < a; b++)
                assert_string_not_equal(h.net.statements[a].text, h.net.statements[b].text);
        cv_arena_free(&h.mem);
    }
}

static void test_demo_people__bosses_sit_in_the_same_house_or_above_it(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t bossed = 0;
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            const struct demo_person *who = &h.net.people[p];
            if (who->role == DEMO_STUDENT) assert_int_equal(who->line, DEMO_NONE);
            if (who->boss == DEMO_NONE) continue;
            const struct demo_person *boss = &h.net.people[who->boss];
            bossed++;
            assert_true(who->boss != p && boss->boss != p);
            assert_int_equal(boss->district, who->district);
            assert_true(boss->role == DEMO_SUPERINTENDENT ||
                        (boss->role == DEMO_LEADER && boss->line == who->line));
        }
        assert_true(bossed >= 30);
        cv_arena_free(&h.mem);
    }
}

static void test_demo_people__gifts_wants_and_slots_hold_together(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t facilitators = 0, silent = 0;
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            const struct demo_person *who = &h.net.people[p];
            facilitators += who->practice != DEMO_PRACTICE_NONE;
            silent += who->state == DEMO_ACTIVE && who->slots == 0;
            if (who->state == DEMO_ACTIVE) assert_true(who->offer_count >= 1);
            for (int32_t o = 0; o < who->offer_count; o++) {
                assert_in_range(who->offers[o].level, 2, 3);
                for (int32_t w = 0; w < who->want_count; w++)
                    assert_int_not_equal(who->offers[o].skill, who->wants[w].skill);
            }
        }
        assert_int_equal(facilitators, 29); /* 12 % */
        assert_in_range(silent, 1, 20);
        cv_arena_free(&h.mem);
    }
}

static void test_demo_ties__come_to_about_1050_and_the_chances_hold(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        assert_in_range(h.net.tie_count, 1000, 1100);
        assert_true(h.net.tie_scale > 0.85 && h.net.tie_scale < 1.3);
        for (int32_t t = 0; t < h.net.tie_count; t++) {
            const struct demo_tie *tie = &h.net.ties[t];
            const struct demo_person *from = &h.net.people[tie->from];
            assert_int_not_equal(tie->from, tie->to);
            assert_int_not_equal(from->state, DEMO_INVITED);
            assert_in_range(tie->strength, 1, 4);
            assert_true(tie->first_year <= tie->last_year && tie->last_year <= DEMO_YEAR);
            assert_true(DEMO_YEAR - tie->first_year <= from->years_in_place);
            if (t == 0) continue;
            const struct demo_tie *before = &h.net.ties[t - 1];
            assert_true(before->from < tie->from ||
                        (before->from == tie->from && before->to < tie->to));
        }
        cv_arena_free(&h.mem);
    }
}

static void test_demo_ties__nine_have_none_and_two_have_38(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        int32_t isolates = 0, most_of_others = 0;
        for (int32_t p = 0; p < DEMO_PEOPLE; p++) {
            int32_t ties = degree(&h.net, p);
            isolates += ties == 0;
            bool is_hub = p == h.net.planted.hubs[0] || p == h.net.planted.hubs[1];
            if (is_hub)
                assert_int_equal(ties, DEMO_HUB_TIES);
            else if (ties > most_of_others)
                most_of_others = ties;
        }
        assert_int_equal(isolates, DEMO_ISOLATES);
        assert_true(most_of_others < DEMO_HUB_TIES);
        for (int k = 0; k < DEMO_ISOLATES; k++) {
            assert_int_equal(degree(&h.net, h.net.planted.isolates[k]), 0);
            if (k < h.net.planted.isolates_with_statement)
                assert_int_not_equal(h.net.people[h.net.planted.isolates[k]].statement, DEMO_NONE);
        }
        assert_true(h.net.planted.isolates_with_statement >= 1);
        cv_arena_free(&h.mem);
    }
}

static void
test_demo_ties__upper_zone_hangs_on_one_person_and_the_silo_on_one_thin_tie(void **state)
{
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        const struct demo_planted *planted = &h.net.planted;
        int32_t across = 0, out_of_silo = 0, in_silo = 0;
        for (int32_t t = 0; t < h.net.tie_count; t++) {
            const struct demo_tie *tie = &h.net.ties[t];
            bool from_upper = zone_of(&h.net, tie->from) == planted->upper_zone;
            bool to_upper = zone_of(&h.net, tie->to) == planted->upper_zone;
            if (from_upper != to_upper) {
                assert_true(tie->from == planted->bridge || tie->to == planted->bridge);
                across++;
            }
            bool from_silo = h.net.people[tie->from].district == planted->silo;
            bool to_silo = h.net.people[tie->to].district == planted->silo;
            in_silo += from_silo && to_silo;
            out_of_silo += from_silo != to_silo;
            if (from_silo != to_silo) assert_int_equal(tie->strength, 1);
        }
        assert_true(across >= 3);
        assert_int_equal(out_of_silo, 1);
        assert_true(in_silo >= 5);
        cv_arena_free(&h.mem);
    }
}

/* People of a theme: all, those of its largest district, those who lead or train, those who can
 * come at its best slot, those who said when they can. */
struct theme_facts {
    int32_t people, of_one_district, facilitators, at_best_slot, said;
};

static struct theme_facts theme_facts(const struct demo_network *net, const char *theme)
{
    struct theme_facts facts = {0};
    int32_t districts[64] = {0}, slots[32] = {0};
    for (int32_t s = 0; s < net->statement_count; s++) {
        if (strcmp(net->statements[s].gold_primary, theme) != 0) continue;
        const struct demo_person *who = &net->people[net->statements[s].person];
        facts.people++;
        facts.facilitators += who->practice != DEMO_PRACTICE_NONE;
        facts.said += who->slots != 0;
        if (++districts[who->district] > facts.of_one_district)
            facts.of_one_district = districts[who->district];
        for (int slot = 0; slot < DEMO_DAYS * DEMO_PARTS; slot++) {
            slots[slot] += (who->slots >> slot & 1) != 0;
            if (slots[slot] > facts.at_best_slot) facts.at_best_slot = slots[slot];
        }
    }
    return facts;
}

static void test_demo_planted__not_everything_is_well(void **state)
{
    static const char *const themes[] = {"belonging",    "tier1",     "absence", "grading",
                                         "multilingual", "wellbeing", "family",  "retention"};
    FOR_EACH_SEED(i)
    {
        struct house h;
        house_make(&h, seeds[i]);
        struct theme_facts lopsided = theme_facts(&h.net, h.net.planted.lopsided);
        assert_true(lopsided.of_one_district * 10 >= lopsided.people * 6);
        struct theme_facts alone = theme_facts(&h.net, h.net.planted.short_of_facilitators);
        assert_int_equal(alone.facilitators, 1);
        assert_true(alone.people > 10); /* two collectives */
        int32_t without_common_slot = 0;
        for (size_t t = 0; t < sizeof themes / sizeof *themes; t++) {
            struct theme_facts facts = theme_facts(&h.net, themes[t]);
            assert_in_range(facts.people, 15, 23);
            without_common_slot += facts.at_best_slot * 5 < facts.said * 4;
        }
        assert_true(without_common_slot >= 4);
        cv_arena_free(&h.mem);
    }
}

static void test_demo_wishes__one_pair_contradicts_itself(void **state)
{
    struct house h;
    house_make(&h, DEMO_SEED);
    int32_t contradictions = 0;
    for (int32_t a = 0; a < h.net.wish_count; a++) {
        const struct demo_wish *one = &h.net.wishes[a];
        assert_string_equal(h.net.statements[h.net.people[one->from].statement].gold_primary,
                            h.net.statements[h.net.people[one->to].statement].gold_primary);
        for (int32_t b = 0; b < a; b++) {
            const struct demo_wish *other = &h.net.wishes[b];
            bool same = (one->from == other->to && one->to == other->from) ||
                        (one->from == other->from && one->to == other->to);
            contradictions += same && one->kind != other->kind;
        }
    }
    assert_int_equal(h.net.wish_count, 8);
    assert_int_equal(contradictions, 1);
    cv_arena_free(&h.mem);
}

static void test_demo_make__same_seed_same_bytes_other_seed_other_people(void **state)
{
    struct house one, again, other;
    house_make(&one, DEMO_SEED);
    house_make(&again, DEMO_SEED);
    house_make(&other, DEMO_SEED + 1);
    struct demo_file files[DEMO_FILES], same[DEMO_FILES], different[DEMO_FILES];
    demo_export(files, &one.net, &one.mem);
    demo_export(same, &again.net, &again.mem);
    demo_export(different, &other.net, &other.mem);
    for (int i = 0; i < DEMO_FILES; i++) {
        assert_int_equal(files[i].size, same[i].size);
        assert_memory_equal(files[i].bytes, same[i].bytes, files[i].size);
        if (strcmp(files[i].name, "places.csv") == 0) continue;
        assert_false(files[i].size == different[i].size &&
                     memcmp(files[i].bytes, different[i].bytes, files[i].size) == 0);
    }
    cv_arena_free(&one.mem);
    cv_arena_free(&again.mem);
    cv_arena_free(&other.mem);
}

static size_t slurp(char *out, size_t room, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    size_t size = fread(out, 1, room, file);
    (void)fclose(file);
    return size;
}

static void test_demo_export__is_what_stands_in_tests_data(void **state)
{
    const char *folder = getenv("DEMO_GOLDEN");
    assert_non_null(folder);
    struct house h;
    house_make(&h, DEMO_SEED);
    struct demo_file files[DEMO_FILES];
    demo_export(files, &h.net, &h.mem);
    for (int i = 0; i < DEMO_FILES; i++) {
        const char *path = cv_sprintf(&h.mem, "%s/%s", folder, files[i].name);
        char *golden = cv_alloc(&h.mem, 1 << 20);
        size_t size = slurp(golden, 1 << 20, path);
        bool is_same = size == files[i].size && memcmp(golden, files[i].bytes, size) == 0;
        if (!is_same && getenv("CONVENE_TEST_ACCEPT") != NULL) {
            FILE *file = fopen(path, "wb");
            assert_non_null(file);
            assert_int_equal(fwrite(files[i].bytes, 1, files[i].size, file), files[i].size);
            assert_int_equal(fclose(file), 0);
            print_message("written anew: %s\n", path);
            continue;
        }
        if (!is_same) print_message("%s is not what the generator makes\n", path);
        assert_true(is_same);
    }
    cv_arena_free(&h.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demo_places__are_those_of_the_region),
        cmocka_unit_test(test_demo_people__come_in_the_nine_roles_and_four_states),
        cmocka_unit_test(
            test_demo_people__every_district_has_a_school_leader_and_one_superintendent_at_most),
        cmocka_unit_test(test_demo_people__no_two_names_or_addresses_alike),
        cmocka_unit_test(test_demo_people__languages_and_years_are_those_of_the_region),
        cmocka_unit_test(test_demo_statements__one_for_each_active_person_in_their_language),
        cmocka_unit_test(test_demo_people__bosses_sit_in_the_same_house_or_above_it),
        cmocka_unit_test(test_demo_people__gifts_wants_and_slots_hold_together),
        cmocka_unit_test(test_demo_ties__come_to_about_1050_and_the_chances_hold),
        cmocka_unit_test(test_demo_ties__nine_have_none_and_two_have_38),
        cmocka_unit_test(
            test_demo_ties__upper_zone_hangs_on_one_person_and_the_silo_on_one_thin_tie),
        cmocka_unit_test(test_demo_planted__not_everything_is_well),
        cmocka_unit_test(test_demo_wishes__one_pair_contradicts_itself),
        cmocka_unit_test(test_demo_make__same_seed_same_bytes_other_seed_other_people),
        cmocka_unit_test(test_demo_export__is_what_stands_in_tests_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
