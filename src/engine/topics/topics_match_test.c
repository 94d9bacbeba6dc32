/* Tests of engine/topics: which topic of one run is which of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/topics/topics_internal.h"

static double cheapest(const double *cost, size_t n, size_t row, uint32_t used)
{
    double least = row == n ? 0 : 1e9;
    for (size_t c = 0; row < n && c < n; c++)
        if (!(used >> c & 1)) {
            double rest = cost[row * n + c] + cheapest(cost, n, row + 1, used | 1U << c);
            least = rest < least ? rest : least;
        }
    return least;
}

static void test_topics_assign__equals_the_best_of_all_orders(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 24);
    struct cv_rng rng = cv_rng_new(5, 0);
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + cv_rng_below(&rng, 6);
        double cost[36], sum = 0;
        int32_t column[6];
        for (size_t i = 0; i < n * n; i++) cost[i] = (double)cv_rng_below(&rng, 20) - 10;
        topics_assign(column, cost, n, n, &mem);
        uint32_t used = 0;
        for (size_t r = 0; r < n; r++) {
            sum += cost[r * n + (size_t)column[r]];
            used |= 1U << column[r];
        }
        assert_int_equal(used, (1U << n) - 1);
        assert_true(sum == cheapest(cost, n, 0, 0));
    }
    cv_arena_free(&mem);
}

static void test_topics_match__tells_what_stayed_went_and_came(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    const int32_t before[] = {0, 0, 0, 1, 1, 2, -1, 1};
    const int32_t after[] = {1, 1, 1, 0, 0, 0, 2, -1};
    struct topics_match match = topics_match(before, after, 8, &mem);
    assert_int_equal(match.after_of[0], 1);
    assert_int_equal(match.after_of[1], 0);
    assert_int_equal(match.after_of[2], TOPICS_ASIDE);
    assert_int_equal(match.stayed, 5);
    assert_int_equal(match.moved, 1);
    assert_int_equal(match.entered, 1);
    assert_int_equal(match.left, 1);
    assert_int_equal(match.pair_count, 4);
    /* Hubert & Arabie's index of {0,0,1,1} and {0,0,1,2}: 4/7. */
    const int32_t a[] = {0, 0, 1, 1}, b[] = {0, 0, 1, 2};
    double index = topics_match(a, b, 4, &mem).rand_index;
    assert_true(index > 0.5714285 && index < 0.5714286);
    cv_arena_free(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics_assign__equals_the_best_of_all_orders),
        cmocka_unit_test(test_topics_match__tells_what_stayed_went_and_came),
    };
    return cmocka_run_group_tests_name("topics matched", tests, NULL, NULL);
}
