/* Tests of grouping: groups keep the hard rules, are near the best, and say what gave way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "engine/grouping/grouping.h"

struct house {
    struct cv_arena mem;
    struct grouping_problem p;
    struct grouping_person *people;
    double *affinity;
};

static void house_init(struct house *h, int32_t n, int32_t themes, uint64_t seed)
{
    struct cv_rng rng = cv_rng_new(seed, 0);
    cv_arena_init(&h->mem, (size_t)1 << 30);
    h->p = grouping_problem_new();
    h->people = CV_NEW_ARRAY(&h->mem, struct grouping_person, n);
    h->affinity = CV_NEW_ARRAY(&h->mem, double, (int64_t)n *themes);
    for (int32_t i = 0; i < n; i++) {
        h->people[i] = (struct grouping_person){
            .role = (int32_t)cv_rng_below(&rng, 9),
            .district = (int32_t)cv_rng_below(&rng, 24),
            .employer = GROUPING_NONE,
            .facilitator = cv_rng_below(&rng, 5) == 0,
            .languages = cv_rng_below(&rng, 3)   ? 1
                         : cv_rng_below(&rng, 2) ? 2
                                                 : 3,
            .slots = cv_rng_next(&rng) & cv_rng_next(&rng) & 0xfff,
            .locked_group = GROUPING_NONE,
            .previous_group = GROUPING_NONE,
        };
        int32_t first = themes ? (int32_t)cv_rng_below(&rng, (uint32_t)themes) : 0;
        for (int32_t t = 0; t < themes; t++)
            h->affinity[i * themes + t] = t == first ? 1 : cv_rng_unit(&rng) * 0.4;
    }
    h->p.people_count = n;
    h->p.people = h->people;
    h->p.theme_count = themes;
    h->p.affinity = h->affinity;
}

static void test_grouping_form__sizes_within_limits(void **state)
{
    struct house h;
    house_init(&h, 240, 8, 1);
    struct grouping_options o = {.seed = 7};
    struct grouping_result r;
    assert_int_equal(grouping_form(&r, &h.p, &o, &h.mem), CV_OK);
    assert_int_equal(r.waiting_count, 0);
    for (int32_t g = 0; g < r.group_count; g++) assert_in_range(r.groups[g].size, 4, 10);
    cv_arena_free(&h.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grouping_form__sizes_within_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
