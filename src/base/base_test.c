/* Tests of base: memory, text, problems, random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/problems.h"
#include "base/rng.h"
#include "base/text.h"

static void test_arena__full_comes_back_to_its_guard(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 16);
    volatile int reached = 0;
    if (cv_arena_guard(&mem)) {
        reached = 1;
    } else {
        for (int i = 0; i < 100; i++) (void)cv_alloc(&mem, 4096);
    }
    assert_int_equal(reached, 1);
    assert_true(mem.used_bytes <= mem.max_bytes);
    cv_arena_free(&mem);
}

static void test_arena__large_blocks_sit_on_a_cache_line(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    for (size_t size = 1; size < 5000; size += 97) {
        unsigned char *at = cv_alloc(&mem, size);
        assert_int_equal((uintptr_t)at % (size >= 1024 ? 64 : 16), 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(at[i], 0);
        memset(at, 0xff, size);
    }
    cv_arena_free(&mem);
}

static void test_buf__keeps_what_fits_and_says_so(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cv_buf buf = cv_buf_new(&mem, 10);
    cv_buf_puts(&buf, "12345678");
    assert_false(buf.overflowed);
    cv_buf_puts(&buf, "abcdef");
    assert_true(buf.overflowed);
    assert_string_equal(cv_buf_text(&buf), "12345678ab");
    cv_arena_free(&mem);
}

static void test_map__finds_every_text_it_was_given(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 24);
    struct cv_map map = cv_map_new(&mem);
    assert_null(cv_map_find(&map, "nobody"));
    for (int64_t i = 0; i < 10000; i++) {
        const char *text = cv_sprintf(&mem, "person%lld", (long long)i);
        *cv_map_at(&map, text, -1) = i;
    }
    assert_int_equal(map.count, 10000);
    for (int64_t i = 0; i < 10000; i++) {
        const char *text = cv_sprintf(&mem, "person%lld", (long long)i);
        assert_non_null(cv_map_find(&map, text));
        assert_int_equal(*cv_map_find(&map, text), i);
    }
    assert_null(cv_map_find(&map, "person10000"));
    assert_int_equal(*cv_map_at(&map, "person7", -1), 7);
    cv_arena_free(&mem);
}

static void test_text_fold__joins_cases_accents_and_spaces(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    assert_string_equal(cv_text_fold(&mem, "  JOSÉ\t Núñez\n"), "jose nunez");
    assert_string_equal(cv_text_fold(&mem, "ﬁn Straße"), "fin strasse");
    assert_string_equal(cv_text_fold(&mem, ""), "");
    assert_string_equal(cv_text_fold(&mem, "Jose\xcc\x81"), "jose");
    cv_arena_free(&mem);
}

static void test_text_initials__leave_particles_out(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    assert_string_equal(cv_text_initials(&mem, "María del Carmen Ruiz"), "MR");
    assert_string_equal(cv_text_initials(&mem, "Ángel"), "Á");
    assert_string_equal(cv_text_initials(&mem, "Siobhan O'Neill"), "SO");
    assert_string_equal(cv_text_initials(&mem, ""), "");
    cv_arena_free(&mem);
}

static void test_text_likeness__ranks_typos_above_other_names(void **state)
{
    assert_true(cv_text_likeness("martha", "marhta") > 0.96);
    assert_true(cv_text_likeness("martha", "marhta") < 0.97);
    assert_true(cv_text_likeness("dwayne", "duane") > 0.83);
    assert_true(cv_text_likeness("ana", "zoltan") < 0.7);
    assert_true(cv_text_likeness("", "") == 1);
}

static void test_problems__past_the_limit_are_counted(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 16 << 20);
    struct cv_problems problems = cv_problems_new(&mem);
    for (int i = 1; i <= CV_LIMIT_PROBLEMS + 5; i++)
        cv_problem(&problems, i, "email", "write it", "line %d", i);
    assert_int_equal(problems.count, CV_LIMIT_PROBLEMS);
    assert_int_equal(problems.total_count, CV_LIMIT_PROBLEMS + 5);
    assert_string_equal(problems.items[2].sentence, "line 3");
    assert_string_equal(cv_cell_name(&mem, 7, 28), "AB7");
    cv_arena_free(&mem);
}

static void test_rng__below_is_even_and_repeats(void **state)
{
    struct cv_rng a = cv_rng_new(7, 0);
    struct cv_rng b = cv_rng_new(7, 0);
    struct cv_rng other = cv_rng_new(7, 1);
    int counts[6] = {0};
    int same = 0;
    for (int i = 0; i < 60000; i++) {
        uint32_t x = cv_rng_below(&a, 6);
        assert_int_equal(x, cv_rng_below(&b, 6));
        same += x == cv_rng_below(&other, 6);
        counts[x]++;
    }
    for (int i = 0; i < 6; i++) assert_in_range(counts[i], 9600, 10400);
    assert_in_range(same, 9600, 10400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__full_comes_back_to_its_guard),
        cmocka_unit_test(test_arena__large_blocks_sit_on_a_cache_line),
        cmocka_unit_test(test_buf__keeps_what_fits_and_says_so),
        cmocka_unit_test(test_map__finds_every_text_it_was_given),
        cmocka_unit_test(test_text_fold__joins_cases_accents_and_spaces),
        cmocka_unit_test(test_text_initials__leave_particles_out),
        cmocka_unit_test(test_text_likeness__ranks_typos_above_other_names),
        cmocka_unit_test(test_problems__past_the_limit_are_counted),
        cmocka_unit_test(test_rng__below_is_even_and_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
