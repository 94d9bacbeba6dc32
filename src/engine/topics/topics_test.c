/* Tests of engine/topics. How two sets of topics are matched: topics_match_test.c. */
#include <math.h>
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

static void make_texts(struct made *m, size_t count, uint64_t seed)
{
    cv_arena_init(&m->mem, (size_t)1 << 30);
    m->problems = cv_problems_new(&m->mem);
    m->count = count;
    m->texts = CV_NEW_ARRAY(&m->mem, struct topics_text, count);
    m->gold = CV_NEW_ARRAY(&m->mem, int32_t, count);
    struct cv_rng rng = cv_rng_new(seed, 0);
    for (size_t i = 0; i < count; i++) {
        uint32_t topic = cv_rng_below(&rng, 4);
        const char *w[5];
        for (int j = 0; j < 5; j++)
            w[j] = made_words[cv_rng_below(&rng, 8) ? topic : cv_rng_below(&rng, 4)]
                             [cv_rng_below(&rng, 12)];
        m->texts[i] = (struct topics_text){
            cv_sprintf(&m->mem, "The %s and %s with %s, our %s %s", w[0], w[1], w[2], w[3], w[4]),
            "en", seed * 1000003U + i};
        m->gold[i] = (int32_t)topic;
    }
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
    struct made m;
    make_texts(&m, 400, 1);
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
    struct made m;
    make_texts(&m, 300, 2);
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

/* ---- order, hands, warm starts ---- */

static void test_topics_find__order_of_the_file_changes_nothing(void **state)
{
    struct made m;
    make_texts(&m, 200, 3);
    struct topics_text *turned = CV_NEW_ARRAY(&m.mem, struct topics_text, m.count);
    for (size_t i = 0; i < m.count; i++) turned[i] = m.texts[m.count - 1 - i];
    struct topics_options options = {.topic_count = 4, .seed = 1};
    struct topics_result a = found(&m, topics_prepare(m.texts, m.count, NULL, &m.mem), options);
    struct topics_result b = found(&m, topics_prepare(turned, m.count, NULL, &m.mem), options);
    for (size_t i = 0; i < m.count; i++)
        assert_int_equal(a.places[i].topic, b.places[m.count - 1 - i].topic);
    cv_arena_free(&m.mem);
}

static void test_topics_find__pins_hold(void **state)
{
    struct made m;
    make_texts(&m, 120, 4);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    int32_t *pins = CV_NEW_ARRAY(&m.mem, int32_t, m.count);
    for (size_t i = 0; i < m.count; i++) pins[i] = TOPICS_FREE;
    for (size_t i = 0; i < 30; i++) pins[i] = (int32_t)(i % 5); /* against all sense */
    pins[40] = TOPICS_NONE;
    for (int automatic = 0; automatic < 2; automatic++) {
        struct topics_result r = found(
            &m, corpus,
            (struct topics_options){.topic_count = automatic ? 0 : 6, .seed = 5, .pinned = pins});
        assert_true(r.topic_count >= 5);
        for (size_t i = 0; i < 30; i++) {
            assert_int_equal(r.places[i].topic, pins[i]);
            assert_true(r.places[i].pinned && r.places[i].band == TOPICS_SURE);
        }
        assert_int_equal(r.places[40].topic, TOPICS_ASIDE);
        assert_int_equal(r.places[40].aside, TOPICS_BY_HAND);
    }
    cv_arena_free(&m.mem);
}

static void test_topics_update__98_of_100_stay_when_a_tenth_is_new(void **state)
{
    struct made m;
    make_texts(&m, 1000, 6);
    size_t old = 900;
    struct topics_options options = {.topic_count = 4, .seed = 1};
    struct topics_result first = found(&m, topics_prepare(m.texts, old, NULL, &m.mem), options);
    int32_t *before = CV_NEW_ARRAY(&m.mem, int32_t, m.count);
    for (size_t i = 0; i < m.count; i++) before[i] = i < old ? first.places[i].topic : TOPICS_FREE;
    struct topics_corpus *all = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_result warm;
    assert_int_equal(
        topics_update(&warm, all, before, first.temperature, &options, &m.problems, &m.mem), CV_OK);
    size_t stay = 0, right = 0;
    int32_t *after_of = topics_match(before, m.gold, m.count, &m.mem).after_of;
    for (size_t i = 0; i < m.count; i++) {
        stay += i < old && warm.places[i].topic == before[i];
        right += i >= old && after_of[warm.places[i].topic] == m.gold[i];
    }
    assert_true(stay * 100 >= old * 98);
    assert_true(right >= 90);
    cv_arena_free(&m.mem);
}

static void test_topics_update__a_merge_holds_and_an_empty_topic_stays(void **state)
{
    struct made m;
    make_texts(&m, 300, 7);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_options options = {.topic_count = 4, .seed = 1};
    int32_t *merged = CV_NEW_ARRAY(&m.mem, int32_t, m.count);
    for (size_t i = 0; i < m.count; i++) merged[i] = m.gold[i] == 3 ? 2 : m.gold[i];
    struct topics_result r;
    assert_int_equal(topics_update(&r, corpus, merged, 0, &options, &m.problems, &m.mem), CV_OK);
    size_t together = 0;
    for (size_t i = 0; i < m.count; i++) together += r.places[i].topic == merged[i];
    assert_true(together * 100 >= m.count * 95);
    assert_int_equal(r.topic_count, 4);
    cv_arena_free(&m.mem);
}

static void test_topics_split__parts_one_and_leaves_the_rest(void **state)
{
    struct made m;
    make_texts(&m, 300, 8);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    int32_t *before = CV_NEW_ARRAY(&m.mem, int32_t, m.count);
    for (size_t i = 0; i < m.count; i++) before[i] = m.gold[i] / 2; /* 0+1 and 2+3 together */
    struct topics_result r;
    assert_int_equal(topics_split(&r, corpus, before, 0, 0,
                                  &(struct topics_options){.topic_count = 2, .seed = 1},
                                  &m.problems, &m.mem),
                     CV_OK);
    assert_int_equal(r.topic_count, 3);
    size_t right = 0, parted = 0;
    for (size_t i = 0; i < m.count; i++) {
        if (before[i] == 1) assert_int_equal(r.places[i].topic, 1);
        if (before[i] != 0) continue;
        assert_true(r.places[i].topic == 0 || r.places[i].topic == 2);
        parted++;
        right += (r.places[i].topic == 0) == (m.gold[i] == 0);
    }
    right = right * 2 < parted ? parted - right : right;
    assert_true(right * 100 >= parted * 90);
    int32_t *alone = CV_NEW_ARRAY(&m.mem, int32_t, m.count);
    alone[0] = 1;
    assert_int_equal(topics_split(&r, corpus, alone, 1, 0,
                                  &(struct topics_options){.topic_count = 2}, &m.problems, &m.mem),
                     CV_INVALID);
    cv_arena_free(&m.mem);
}

static void test_topics_fit__a_new_text_finds_its_topic(void **state)
{
    struct made m;
    make_texts(&m, 300, 9);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_fit fit[3];
    struct topics_text garden = {"They cook soup with bread for lunch", "en", 77};
    size_t count = topics_fit(fit, 3, corpus, m.gold, 4, 0, &garden, &m.mem);
    assert_int_equal(count, 3);
    assert_int_equal(fit[0].topic, 2);
    assert_true(fit[0].share > fit[1].share && fit[1].share >= fit[2].share);
    struct topics_text nothing = {"n/a", "en", 78}, unknown = {"zyx wvu", "en", 79};
    assert_int_equal(topics_fit(fit, 3, corpus, m.gold, 4, 0, &nothing, &m.mem), 0);
    assert_int_equal(topics_fit(fit, 3, corpus, m.gold, 4, 0, &unknown, &m.mem), 0);
    cv_arena_free(&m.mem);
}

/* ---- texts that are no texts ---- */

static void test_topics_find__no_texts_no_topics(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    struct topics_result r =
        found(&m, topics_prepare(m.texts, 0, NULL, &m.mem), (struct topics_options){0});
    assert_int_equal(r.topic_count, 0);
    struct topics_text empty[3] = {{"", "en", 1}, {"   ...!", "es", 2}, {NULL, NULL, 3}};
    r = found(&m, topics_prepare(empty, 3, NULL, &m.mem),
              (struct topics_options){.topic_count = 2});
    assert_int_equal(r.topic_count, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r.places[i].topic, TOPICS_ASIDE);
        assert_int_equal(r.places[i].aside, TOPICS_EMPTY);
    }
    cv_arena_free(&m.mem);
}

static void test_topics_find__one_text_is_one_topic(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    struct topics_corpus *corpus = topics_prepare(m.texts, 1, NULL, &m.mem);
    for (int32_t k = 0; k < 2; k++) {
        struct topics_result r = found(&m, corpus, (struct topics_options){.topic_count = k});
        assert_int_equal(r.topic_count, 1);
        assert_int_equal(r.places[0].topic, 0);
        assert_int_equal(r.topics[0].nearest_count, 1);
    }
    cv_arena_free(&m.mem);
}

static void test_topics_find__wrong_counts_are_refused_with_a_sentence(void **state)
{
    struct made m;
    make_texts(&m, 5, 1);
    struct topics_corpus *corpus = topics_prepare(m.texts, 5, NULL, &m.mem);
    struct topics_result r;
    const int32_t wrong[] = {-1, 6, 401};
    for (int i = 0; i < 3; i++) {
        struct cv_problems problems = cv_problems_new(&m.mem);
        assert_int_equal(topics_find(&r, corpus, &(struct topics_options){.topic_count = wrong[i]},
                                     &problems, &m.mem),
                         CV_INVALID);
        assert_int_equal(problems.count, 1);
        assert_non_null(problems.items[0].remedy);
    }
    int32_t pins[5] = {0, 3, -2, -1, -5};
    struct cv_problems problems = cv_problems_new(&m.mem);
    struct topics_options options = {.topic_count = 2, .pinned = pins};
    assert_int_equal(topics_find(&r, corpus, &options, &problems, &m.mem), CV_INVALID);
    assert_int_equal(problems.count, 2);
    cv_arena_free(&m.mem);
}

static void test_topics_find__a_million_identical_texts_are_one_topic(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, (size_t)3 << 30);
    struct cv_problems problems = cv_problems_new(&mem);
    size_t count = 1000000;
    struct topics_text *texts = CV_NEW_ARRAY(&mem, struct topics_text, count);
    for (size_t i = 0; i < count; i++)
        texts[i] = (struct topics_text){"The bus is late every winter", "en", i};
    struct topics_corpus *corpus = topics_prepare(texts, count, NULL, &mem);
    struct topics_result r;
    assert_int_equal(
        topics_find(&r, corpus, &(struct topics_options){.topic_count = 8}, &problems, &mem),
        CV_OK);
    assert_int_equal(r.topic_count, 1);
    assert_int_equal(r.topics[0].size, count);
    assert_int_equal(r.topics[0].nearest_count, 1);
    cv_arena_free(&mem);
}

static void test_topics_prepare__answers_that_are_none_stand_aside(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    const char *none[] = {
        "None",    "N/A", "n/a.",        "No sé", "NO SE", "I don\xe2\x80\x99t know",
        "Ninguno", "-",   "No comment!", "  "};
    struct topics_text texts[10];
    for (size_t i = 0; i < 10; i++) texts[i] = (struct topics_text){none[i], "", i};
    struct topics_corpus *corpus = topics_prepare(texts, 10, NULL, &m.mem);
    assert_int_equal(topics_corpus_facts(corpus).aside_count, 10);
    struct topics_text one = {"No buses", "en", 11};
    corpus = topics_prepare(&one, 1, NULL, &m.mem);
    assert_int_equal(topics_corpus_facts(corpus).aside_count, 0);
    cv_arena_free(&m.mem);
}

static void test_topics_prepare__broken_bytes_and_other_scripts_are_read(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    char *longest = cv_alloc(&m.mem, 200001);
    memset(longest, 'x', 200000);
    struct topics_text texts[] = {{"\xff\xfe broken \xc3", "en", 1},
                                  {"学校のバスが遅い", "ja", 2},
                                  {"学校の給食がおいしい", "ja", 3},
                                  {"школа и автобус", "ru", 4},
                                  {"автобусы школы", "ru", 5},
                                  {longest, "xx", 6},
                                  {"\xef\xb7\xba\xef\xb7\xba", "ar", 7},
                                  {"e\xcc\x81"
                                   "cole E\xcc\x81"
                                   "COLE",
                                   "fr", 8},
                                  {"' '' 's 's's a' 'b", "en", 9},
                                  {"bus's \xe2\x80\x99s", "english", 10}};
    struct topics_corpus *corpus = topics_prepare(texts, 10, NULL, &m.mem);
    struct topics_result r = found(&m, corpus, (struct topics_options){.topic_count = 2});
    assert_true(r.topic_count >= 1);
    assert_true(topics_table_find(&corpus->terms, " \xd1\x88\xd0\xba\xd0\xbe\xd0\xbb", 9) !=
                TOPICS_NO_ID);
    cv_arena_free(&m.mem);
}

static bool stop_at_once(void *who, double share)
{
    (void)share;
    ++*(int *)who;
    return false;
}

static void test_topics_find__stops_when_asked(void **state)
{
    struct made m;
    make_texts(&m, 300, 2);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    int asked = 0;
    struct topics_options options = {.progress = stop_at_once, .who = &asked, .threads = 2};
    struct topics_result r;
    assert_int_equal(topics_find(&r, corpus, &options, &m.problems, &m.mem), CV_CANCELLED);
    assert_int_equal(asked, 1);
    cv_arena_free(&m.mem);
}

/* ---- glossary ---- */

static void test_topics_glossary__the_built_in_one_reads_cleanly(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    struct topics_glossary *glossary;
    assert_int_equal(topics_glossary_new(&glossary, NULL, true, &m.problems, &m.mem), CV_OK);
    assert_int_equal(m.problems.total_count, 0);
    assert_true(glossary->names.count >= 250);
    for (uint32_t c = 0; c < glossary->names.count; c++)
        assert_true(glossary->concepts[c].field_count <= TOPICS_CONCEPT_FIELDS);
    cv_arena_free(&m.mem);
}

static void test_topics_glossary__joins_english_and_spanish(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    struct topics_glossary *glossary;
    assert_int_equal(topics_glossary_new(&glossary, "perch\tfishing\tperch; yellow perch\tperca\n",
                                         true, &m.problems, &m.mem),
                     CV_OK);
    struct topics_text texts[] = {{"Chronic absenteeism grows", "en", 1},
                                  {"El ausentismo cr\xc3\xb3nico crece", "es", 2},
                                  {"el AUSENTISMO cronico", "", 3},
                                  {"We fish for yellow perch", "en", 4},
                                  {"La perca del lago", "es", 5}};
    struct topics_corpus *corpus = topics_prepare(texts, 5, glossary, &m.mem);
    uint32_t absence = topics_table_find(&corpus->terms, "#absence", 8);
    uint32_t perch = topics_table_find(&corpus->terms, "#perch", 6);
    assert_true(absence != TOPICS_NO_ID && perch != TOPICS_NO_ID);
    assert_int_equal(corpus->text_freq[absence], 3);
    assert_int_equal(corpus->text_freq[perch], 2);
    size_t count = 0;
    const struct topics_joined *joined = topics_joined_words(&count, corpus, &m.mem);
    assert_int_equal(count, 2);
    assert_string_equal(joined[0].concept_name, "absence");
    assert_int_equal(joined[0].word_count, 3);
    assert_string_equal(joined[1].concept_name, "perch");
    cv_arena_free(&m.mem);
}

static void test_topics_glossary__foreign_texts_are_left_to_themselves(void **state)
{
    struct made m;
    make_texts(&m, 400, 12);
    struct topics_glossary *glossary;
    const char *rows =
        "vehicle\tmachines\tdriver; road\tcamino\nart\tmachines\tdrum; stage\tetapa\n";
    assert_int_equal(topics_glossary_new(&glossary, rows, false, &m.problems, &m.mem), CV_OK);
    struct topics_corpus *with = topics_prepare(m.texts, m.count, glossary, &m.mem);
    struct topics_corpus *without = topics_prepare(m.texts, m.count, NULL, &m.mem);
    assert_false(topics_corpus_facts(with).glossary_at_home);
    struct topics_options options = {.topic_count = 4, .seed = 1};
    struct topics_result a = found(&m, with, options), b = found(&m, without, options);
    for (size_t i = 0; i < m.count; i++) assert_int_equal(a.places[i].topic, b.places[i].topic);
    cv_arena_free(&m.mem);
}

static void test_topics_glossary__names_each_row_it_cannot_read(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    struct topics_glossary *glossary;
    const char *rows = "concept\tfield\ten\tspanish\nalone\n\nempty\tx\t\t\ngood\tx\tword\t\n";
    assert_int_equal(topics_glossary_new(&glossary, rows, false, &m.problems, &m.mem), CV_INVALID);
    assert_int_equal(m.problems.count, 3);
    assert_int_equal(m.problems.items[0].line, 1);
    assert_int_equal(m.problems.items[1].line, 2);
    assert_int_equal(m.problems.items[2].line, 4);
    assert_int_equal(glossary->keys.count, 1);
    cv_arena_free(&m.mem);
}

static void test_topics_stop_words__are_found_at_both_ends_of_the_lists(void **state)
{
    const char *english[] = {"a", "about", "the", "yourselves", "don't", "cannot"};
    const char *spanish[] = {"a", "además", "el", "él", "qué", "yo", "también"};
    for (int i = 0; i < 6; i++) assert_true(topics_is_stop_word("en", english[i]));
    for (int i = 0; i < 7; i++) assert_true(topics_is_stop_word("es", spanish[i]));
    assert_false(topics_is_stop_word("en", "bus"));
    assert_false(topics_is_stop_word("fr", "a"));
}

/* ---- labels ---- */

static void test_topics_label__no_word_twice_and_every_nearest_text_differs(void **state)
{
    struct made m;
    make_texts(&m, 400, 11);
    struct topics_corpus *corpus = topics_prepare(m.texts, m.count, NULL, &m.mem);
    struct topics_result r =
        found(&m, corpus, (struct topics_options){.topic_count = 4, .seed = 2});
    for (int32_t k = 0; k < r.topic_count; k++) {
        const struct topics_label *label = &r.topics[k].labels[0];
        assert_true(label->word_count >= 3);
        for (size_t a = 0; a < label->word_count; a++)
            for (size_t b = 0; b < a; b++) {
                assert_string_not_equal(label->words[a], label->words[b]);
                if (!strchr(label->words[b], ' '))
                    assert_null(strstr(label->words[a], label->words[b]));
            }
        for (size_t a = 0; a < r.topics[k].nearest_count; a++)
            for (size_t b = 0; b < a; b++)
                assert_true(corpus->bag_of[r.topics[k].nearest[a]] !=
                            corpus->bag_of[r.topics[k].nearest[b]]);
    }
    cv_arena_free(&m.mem);
}

/* ---- directions ---- */

static double bag_cosine(const struct topics_corpus *corpus, size_t a, size_t b)
{
    const struct topics_bag *x = &corpus->bags[a], *y = &corpus->bags[b];
    double dot = 0, xx = 0, yy = 0;
    for (uint32_t i = 0; i < x->size; i++) {
        double w = (double)corpus->idf[x->terms[i]];
        xx += w * w;
        for (uint32_t j = 0; j < y->size; j++) dot += x->terms[i] == y->terms[j] ? w * w : 0;
    }
    for (uint32_t j = 0; j < y->size; j++)
        yy += (double)corpus->idf[y->terms[j]] * (double)corpus->idf[y->terms[j]];
    return dot / sqrt(xx * yy);
}

static void test_topics_lsa__all_directions_kept_give_the_cosines_of_the_words(void **state)
{
    struct made m;
    make_texts(&m, 1, 1);
    const char *words[] = {"bus ", "route ", "choir ", "song "};
    struct topics_text texts[15];
    for (uint32_t i = 0; i < 15; i++) {
        char text[64] = "";
        size_t used = 0;
        for (uint32_t w = 0; w < 4; w++)
            if ((i + 1) >> w & 1) {
                memcpy(text + used, words[w], strlen(words[w]));
                used += strlen(words[w]);
            }
        texts[i] = (struct topics_text){cv_strndup(&m.mem, text, used), "en", i};
    }
    struct topics_corpus *corpus = topics_prepare(texts, 15, NULL, &m.mem);
    assert_int_equal(corpus->dims, 4);
    for (size_t a = 0; a < 15; a++)
        for (size_t b = 0; b < 15; b++) {
            double dot = 0;
            for (size_t j = 0; j < 4; j++)
                dot += (double)corpus->vectors[a * 4 + j] * (double)corpus->vectors[b * 4 + j];
            assert_true(fabs(dot - bag_cosine(corpus, a, b)) < 1e-4);
        }
    cv_arena_free(&m.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topics_find__tells_four_subjects_apart),
        cmocka_unit_test(test_topics_find__same_bytes_for_any_threads),
        cmocka_unit_test(test_topics_find__order_of_the_file_changes_nothing),
        cmocka_unit_test(test_topics_find__pins_hold),
        cmocka_unit_test(test_topics_update__98_of_100_stay_when_a_tenth_is_new),
        cmocka_unit_test(test_topics_update__a_merge_holds_and_an_empty_topic_stays),
        cmocka_unit_test(test_topics_split__parts_one_and_leaves_the_rest),
        cmocka_unit_test(test_topics_fit__a_new_text_finds_its_topic),
        cmocka_unit_test(test_topics_find__no_texts_no_topics),
        cmocka_unit_test(test_topics_find__one_text_is_one_topic),
        cmocka_unit_test(test_topics_find__wrong_counts_are_refused_with_a_sentence),
        cmocka_unit_test(test_topics_find__a_million_identical_texts_are_one_topic),
        cmocka_unit_test(test_topics_prepare__answers_that_are_none_stand_aside),
        cmocka_unit_test(test_topics_prepare__broken_bytes_and_other_scripts_are_read),
        cmocka_unit_test(test_topics_find__stops_when_asked),
        cmocka_unit_test(test_topics_glossary__the_built_in_one_reads_cleanly),
        cmocka_unit_test(test_topics_glossary__joins_english_and_spanish),
        cmocka_unit_test(test_topics_glossary__foreign_texts_are_left_to_themselves),
        cmocka_unit_test(test_topics_glossary__names_each_row_it_cannot_read),
        cmocka_unit_test(test_topics_stop_words__are_found_at_both_ends_of_the_lists),
        cmocka_unit_test(test_topics_label__no_word_twice_and_every_nearest_text_differs),
        cmocka_unit_test(test_topics_lsa__all_directions_kept_give_the_cosines_of_the_words),
    };
    return cmocka_run_group_tests_name("topics", tests, NULL, NULL);
}
