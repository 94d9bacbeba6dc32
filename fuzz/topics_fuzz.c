/* Any bytes as texts, languages and glossary rows: prepared, grouped, labelled, fitted. */
#include <stdint.h>
#include <string.h>

#include "engine/topics/topics.h"

enum { TEXTS = 40 };

static const char *const langs[] = {"en", "es", "", "fr", "ja", "xx", "en-US", "zzz"};

static void explore(const uint8_t *data, size_t size, struct cv_arena *mem)
{
    struct cv_problems problems = cv_problems_new(mem);
    char *text = cv_strndup(mem, (const char *)data + 2, size - 2);
    char *rows = strchr(text, '\f'); /* what follows a form feed are glossary rows */
    if (rows) *rows++ = 0;
    struct topics_glossary *glossary = NULL;
    if (topics_glossary_new(&glossary, rows, (data[0] & 64) != 0, &problems, mem) != CV_OK &&
        problems.count == 0)
        __builtin_trap();
    struct topics_text texts[TEXTS];
    size_t count = 0;
    while (text && count < TEXTS) {
        char *end = strchr(text, '\n');
        if (end) *end = 0;
        texts[count] = (struct topics_text){text, langs[(data[0] + count) % 8], count * data[1]};
        count++;
        text = end ? end + 1 : NULL;
    }
    struct topics_corpus *corpus = topics_prepare(texts, count, glossary, mem);
    struct topics_options options = {.topic_count = data[0] % 6, .runs = 2, .seed = data[1]};
    struct topics_result r;
    if (topics_find(&r, corpus, &options, &problems, mem) != CV_OK) return;
    int32_t places[TEXTS];
    for (size_t i = 0; i < count; i++) {
        places[i] = r.places[i].topic;
        if (places[i] >= r.topic_count) __builtin_trap();
    }
    struct topics_fit fit[3];
    (void)topics_fit(fit, 3, corpus, places, r.topic_count, 0, &texts[0], mem);
    options.topic_count = r.topic_count;
    if (r.topic_count > 0) (void)topics_split(&r, corpus, places, 0, 0, &options, &problems, mem);
    size_t joined = 0;
    (void)topics_joined_words(&joined, corpus, mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    struct cv_arena mem;
    cv_arena_init(&mem, (size_t)256 << 20);
    if (!cv_arena_guard(&mem)) explore(data, size, &mem);
    cv_arena_free(&mem);
    return 0;
}
