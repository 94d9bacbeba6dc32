/* Tests of engine/topics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/topics/topics_internal.h"

/* ---- texts made from a seed: topics with words of their own and words they share ---- */

struct made {
    struct cv_arena mem;
    struct cv_problems problems;
    struct topics_text *texts;
    int32_t *gold;
    size_t count;
};

static const char *const made_words[4][12] = {
    {"bus", "route", "driver", "stop", "ride", "late", "winter", "road", "van", "seat", "pickup",
     "schedule"},
    {"grade", "rubric", "retake", "score", "homework", "zero", "average", "report", "mark",
     "credit", "exam", "quiz"},
    {"garden", "kitchen", "lunch", "apple", "salad", "farm", "meal", "soup", "bread", "tray",
     "snack", "milk"},
    {"guitar", "choir", "song", "band", "drum", "concert", "violin", "stage", "melody", "piano",
     "rhythm", "solo"}};

static struct made made_texts(size_t count, uint64_t seed)
{
    struct made m;
    cv_arena_init(&m.mem, (size_t)1 << 30);
    m.problems = cv_problems_new(&m.mem);
    m.count = count;
    m.texts = CV_NEW_ARRAY(&m.mem, struct topics_text, count);
    m.gold = CV_NEW_ARRAY(&m.mem, int32_t, count);
    struct cv_rng rng = cv_rng_new(seed, 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t topic = cv_rng_below(&rng, 4);
        const char *w[5];
        for (int j = 0; j < 5; j++)
            w[j] = made_words[cv_rng_below(&rng, 8) ? topic : cv_rng_below(&rng, 4)]
                             [cv_rng_below(&rng, 12)];
        m.texts[i] = (struct topics_text){
            cv_sprintf(&m.mem, "The %s and %s with %s, our %s %s", w[0], w[1], w[2], w[3], w[4]),
            "en", seed * 1000003U + i};
        m.gold[i] = (int32_t)topic;
    }
    return m;
}

static struct topics_result found(struct made *m, const struct topics_corpus *corpus,
                                  struct topics_options options)
{
    struct topics_result r;
    assert_int_equal(topics_find(&r, corpus, &options, &m->problems, &m->mem), CV_OK);
    return r;
}

static int32_t *places_of(struct made *m, const struct topics_result *r)
{
    int32_t *places = CV_NEW_ARRAY(&m->mem, int32_t, r->text_count);
    for (size_t i = 0; i < r->text_count; i++) places[i] = r->places[i].topic;
    return places;
}

static void test_topics_find__tells_four_subjects_apart(void **state)
{
    struct made m = made_texts(400, 1);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_result r =
        found(&m, corpus, (struct topics_options){.topic_count = 4, .seed = 3});
    struct topics_match match = topics_match(m.gold, places_of(&m, &r), m.count, &m.mem);
    assert_int_equal(r.topic_count, 4);
    assert_true(match.stayed >= m.count * 95 / 100);
    cv_arena_free(&m.mem);
}

static void test_topics_find__same_bytes_for_any_threads(void **state)
{
    struct made m = made_texts(300, 2);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_corpus *again = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_result one = found(&m, corpus, (struct topics_options){.seed = 9, .threads = 1});
    for (int threads = 1; threads <= 4; threads++) {
        struct topics_result r =
            found(&m, again, (struct topics_options){.seed = 9, .threads = threads});
        assert_int_equal(r.topic_count, one.topic_count);
        assert_memory_equal(r.places, one.places, m.count * sizeof *r.places);
        assert_true(r.temperature == one.temperature && r.agreement == one.agreement);
    }
    cv_arena_free(&m.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics_find__tells_four_subjects_apart),
        cmocka_unit_test(test_topics_find__same_bytes_for_any_threads),
    };
    return cmocka_run_group_tests_name("topics", tests, NULL, NULL);
}
