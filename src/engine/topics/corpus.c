/* corpus: all texts read once: terms that at least two texts share, bags of texts that are alike,
 * the order of reading. Not here: what is made of them (mixture.c, find.c). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

const struct topics_tuning topics_tuning_default = {
    .weight = {1.0F, 1.0F, 2.0F},
    .lsa_weight = {1.0F, 1.0F, 3.0F},
    .glossary_home = 0.25F,
    .dims = 100,
    .alpha = 1.0F,
    .beta = 0.3F,
    .kappa = 15.0F,
    .kappa_few = 25.0F,
    .crowd = 1.0F,
    .stay = 2.0F,
    .over = 2.0F,
    .over_sweeps = 10,
    .gibbs_sweeps = 10,
    .settle_sweeps = 60,
};

const char topics_kind_mark[] = " #@";

/* ---- terms of one text ---- */

void topics_each_term(const struct topics_reader *reader, const struct topics_glossary *glossary,
                      const char *code, topics_put_term *put, void *who,
                      void (*met)(void *who, uint32_t concept_id, size_t at, size_t words))
{
    size_t covered = 0; /* words before this one belong to a phrase already */
    for (size_t i = 0; i < reader->word_count; i++) {
        const struct topics_word *word = &reader->words[i];
        const struct topics_table *stems = &reader->stems;
        if (!word->stop) put(who, TOPICS_STEM, stems->text[word->stem], stems->size[word->stem]);
        if (!glossary || i < covered) continue;
        size_t words = 0;
        uint32_t id = topics_glossary_match(&words, glossary, reader, code, i);
        if (id == TOPICS_NO_ID) continue;
        covered = i + words;
        const struct topics_concept *found = &glossary->concepts[id];
        put(who, TOPICS_CONCEPT, found->name, strlen(found->name));
        for (uint32_t f = 0; f < found->field_count; f++)
            put(who, TOPICS_FIELD, glossary->fields.text[found->fields[f]],
                glossary->fields.size[found->fields[f]]);
        if (met) met(who, id, i, words);
    }
}

/* ---- reading ---- */

struct growing {
    uint32_t *items;
    size_t count, capacity;
};
static void growing_put(struct growing *list, uint32_t item, struct cv_arena *mem)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 4096;
        uint32_t *more = CV_NEW_ARRAY(mem, uint32_t, capacity);
        if (list->count) memcpy(more, list->items, list->count * sizeof *more);
        list->items = more;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

struct reading { /* what reading passes from text to text */
    struct topics_corpus *corpus;
    struct cv_arena *mem;
    struct growing raw;       /* terms of all texts, before rare ones are dropped */
    struct growing words;     /* surfaces of all texts */
    struct growing text_freq; /* by term */
    struct growing last_text; /* by term */
    struct growing kinds;     /* by term */
    struct growing phrases;   /* by phrase: how often */
    uint32_t text;
    size_t meaning_words;  /* of all texts */
    size_t glossary_words; /* those among them in a phrase whose concept has a field */
};

static void reading_put(void *who, enum topics_kind kind, const char *name, size_t size)
{
    struct reading *reading = who;
    char key[256];
    if (size > sizeof key - 1) size = sizeof key - 1;
    key[0] = topics_kind_mark[kind];
    memcpy(key + 1, name, size);
    uint32_t before = reading->corpus->terms.count;
    uint32_t term = topics_table_put(&reading->corpus->terms, key, size + 1);
    if (term == before) {
        growing_put(&reading->text_freq, 0, reading->mem);
        growing_put(&reading->last_text, TOPICS_NO_ID, reading->mem);
        growing_put(&reading->kinds, kind, reading->mem);
    }
    if (reading->last_text.items[term] != reading->text) reading->text_freq.items[term]++;
    reading->last_text.items[term] = reading->text;
    growing_put(&reading->raw, term, reading->mem);
}

static void reading_met(void *who, uint32_t concept_id, size_t at, size_t words)
{
    struct reading *reading = who;
    const struct topics_corpus *corpus = reading->corpus;
    const struct topics_reader *reader = &corpus->reader;
    for (size_t i = at; i < at + words && corpus->glossary->concepts[concept_id].field_count; i++)
        reading->glossary_words += !reader->words[i].stop;
    char key[(TOPICS_WORD_BYTES + 6) * TOPICS_PHRASE_WORDS + 256];
    const struct topics_table *names = &corpus->glossary->names;
    size_t used = names->size[concept_id];
    if (used > 200) return;
    memcpy(key, names->text[concept_id], used);
    for (size_t i = at; i < at + words; i++) {
        const char *word = topics_surface_text(reader, reader->words[i].surface);
        size_t size = strlen(word);
        key[used++] = i == at ? '\t' : ' ';
        memcpy(key + used, word, size);
        used += size;
    }
    uint32_t before = reading->corpus->phrases.count;
    uint32_t phrase = topics_table_put(&reading->corpus->phrases, key, used);
    if (phrase == before) growing_put(&reading->phrases, 0, reading->mem);
    reading->phrases.items[phrase]++;
}

static uint8_t corpus_lang(struct topics_corpus *corpus, const char *code)
{
    size_t most = sizeof corpus->langs / sizeof *corpus->langs;
    for (size_t i = 0; i < corpus->lang_count; i++)
        if (strcmp(corpus->langs[i], code) == 0) return (uint8_t)i;
    if (corpus->lang_count == most) return (uint8_t)(most - 1);
    corpus->langs[corpus->lang_count] = cv_strdup(corpus->reader.mem, code);
    return (uint8_t)corpus->lang_count++;
}

/* Surfaces of the text in order, for labels of one and two words. */
static void keep_words(struct reading *reading)
{
    const struct topics_reader *reader = &reading->corpus->reader;
    for (size_t i = 0; i < reader->word_count; i++)
        growing_put(&reading->words,
                    reader->words[i].stop ? TOPICS_NO_ID : reader->words[i].surface, reading->mem);
}

static void read_text(struct reading *reading, const struct topics_text *text, uint32_t index)
{
    struct topics_corpus *corpus = reading->corpus;
    reading->text = index;
    const char *code = topics_read(&corpus->reader, text->text, text->lang);
    corpus->lang[index] = corpus_lang(corpus, code);
    bool meaning = false;
    for (size_t i = 0; i < corpus->reader.word_count; i++)
        meaning = meaning || !corpus->reader.words[i].stop;
    if (topics_says_nothing(&corpus->reader)) {
        corpus->aside[index] = TOPICS_SAYS_NOTHING;
    } else if (!meaning) {
        corpus->aside[index] = TOPICS_EMPTY;
    } else {
        keep_words(reading);
        for (size_t i = 0; i < corpus->reader.word_count; i++)
            reading->meaning_words += !corpus->reader.words[i].stop;
        topics_each_term(&corpus->reader, corpus->glossary, code, reading_put, reading,
                         reading_met);
    }
}

/* ---- dropping rare terms, joining equal bags ---- */

static int order_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* True when one text in fifty or more is in another language than most. */
static bool languages_mix(const struct topics_corpus *corpus)
{
    size_t texts[sizeof corpus->langs / sizeof *corpus->langs] = {0}, most = 0, all = 0;
    for (size_t i = 0; i < corpus->text_count; i++)
        if (!corpus->aside[i]) {
            all++;
            if (++texts[corpus->lang[i]] > most) most = texts[corpus->lang[i]];
        }
    return (all - most) * 50 >= all;
}

/* Where the glossary speaks of other things than the texts, its fields would drag them together by
 * chance words, and its concepts are kept only to join two languages. */
static bool keeps_kind(const struct topics_corpus *corpus, enum topics_kind kind)
{
    if (kind == TOPICS_STEM || corpus->glossary_share >= corpus->tuning->glossary_home) return true;
    return kind == TOPICS_CONCEPT && corpus->languages_mix;
}

/* Terms that at least two texts share get new numbers in order of arrival; returns the mapping. */
static uint32_t *keep_shared_terms(struct reading *reading)
{
    struct topics_corpus *corpus = reading->corpus;
    struct topics_table all = corpus->terms;
    uint32_t *kept = CV_NEW_ARRAY(reading->mem, uint32_t, all.count);
    corpus->terms = topics_table_new(reading->mem);
    corpus->kind = CV_NEW_ARRAY(reading->mem, uint8_t, all.count);
    corpus->text_freq = CV_NEW_ARRAY(reading->mem, uint32_t, all.count);
    for (uint32_t term = 0; term < all.count; term++) {
        kept[term] = TOPICS_NO_ID;
        if (reading->text_freq.items[term] < 2) continue;
        if (!keeps_kind(corpus, (enum topics_kind)reading->kinds.items[term])) continue;
        kept[term] = topics_table_put(&corpus->terms, all.text[term], all.size[term]);
        corpus->kind[kept[term]] = (uint8_t)reading->kinds.items[term];
        corpus->text_freq[kept[term]] = reading->text_freq.items[term];
    }
    return kept;
}

static void make_bags(struct reading *reading, const uint32_t *order, const size_t *raw_at)
{
    struct topics_corpus *corpus = reading->corpus;
    uint32_t *kept = keep_shared_terms(reading);
    struct topics_table table = topics_table_new(reading->mem);
    struct growing copies = {0}, first = {0};
    for (size_t o = 0; o < corpus->text_count; o++) {
        uint32_t text = order[o];
        corpus->bag_of[text] = TOPICS_NO_ID;
        if (corpus->aside[text]) continue;
        uint32_t *raw = reading->raw.items + raw_at[o];
        size_t size = 0;
        for (size_t i = 0; i < raw_at[o + 1] - raw_at[o]; i++)
            if (kept[raw[i]] != TOPICS_NO_ID) raw[size++] = kept[raw[i]];
        qsort(raw, size, sizeof *raw, order_ids);
        uint32_t before = table.count;
        uint32_t bag = topics_table_put(&table, (const char *)raw, size * sizeof *raw);
        if (bag == before) {
            growing_put(&copies, 0, reading->mem);
            growing_put(&first, text, reading->mem);
        }
        copies.items[bag]++;
        corpus->bag_of[text] = bag;
    }
    corpus->bag_count = table.count;
    corpus->bags = CV_NEW_ARRAY(reading->mem, struct topics_bag, table.count);
    for (uint32_t bag = 0; bag < table.count; bag++) {
        uint32_t size = table.size[bag] / (uint32_t)sizeof(uint32_t);
        corpus->bags[bag] = (struct topics_bag){.terms = (const void *)table.text[bag],
                                                .size = size,
                                                .copies = copies.items[bag],
                                                .text = first.items[bag]};
        corpus->bag_words += size;
    }
}

struct hashed {
    uint64_t hash;
    uint32_t text;
};
static int order_hashed(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->text > y->text) - (x->text < y->text);
}

/* By a hash of the id: files sorted by what they are about must not leak it. */
static uint32_t *hash_order(const struct topics_text *texts, size_t count, struct cv_arena *mem)
{
    struct hashed *hashed = CV_NEW_ARRAY(mem, struct hashed, count);
    uint32_t *order = CV_NEW_ARRAY(mem, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        hashed[i] = (struct hashed){cv_mix64(texts[i].id + 0x9e3779b97f4a7c15U), (uint32_t)i};
    qsort(hashed, count, sizeof *hashed, order_hashed);
    for (size_t i = 0; i < count; i++) order[i] = hashed[i].text;
    return order;
}

struct topics_corpus *topics_prepare_tuned(const struct topics_text *texts, size_t count,
                                           const struct topics_glossary *glossary,
                                           const struct topics_tuning *tuning, struct cv_arena *mem)
{
    assert(count < UINT32_MAX);
    struct topics_corpus *corpus = CV_NEW(mem, struct topics_corpus);
    corpus->tuning = tuning;
    corpus->glossary = glossary;
    corpus->text_count = count;
    corpus->aside = CV_NEW_ARRAY(mem, uint8_t, count);
    corpus->lang = CV_NEW_ARRAY(mem, uint8_t, count);
    corpus->bag_of = CV_NEW_ARRAY(mem, uint32_t, count);
    corpus->word_at = CV_NEW_ARRAY(mem, size_t, 2 * count);
    corpus->terms = topics_table_new(mem);
    corpus->phrases = topics_table_new(mem);
    topics_reader_init(&corpus->reader, mem);
    struct reading reading = {.corpus = corpus, .mem = mem};
    uint32_t *order = hash_order(texts, count, mem);
    size_t *raw_at = CV_NEW_ARRAY(mem, size_t, count + 1);
    for (size_t o = 0; o < count; o++) {
        corpus->word_at[2 * order[o]] = reading.words.count;
        read_text(&reading, &texts[order[o]], order[o]);
        corpus->word_at[2 * order[o] + 1] = reading.words.count;
        raw_at[o + 1] = reading.raw.count;
    }
    topics_reader_free(&corpus->reader);
    corpus->words = reading.words.items;
    corpus->phrase_count = reading.phrases.items;
    if (reading.meaning_words)
        corpus->glossary_share = (double)reading.glossary_words / (double)reading.meaning_words;
    corpus->languages_mix = languages_mix(corpus);
    make_bags(&reading, order, raw_at);
    topics_lsa(corpus, mem);
    return corpus;
}

struct topics_corpus *topics_prepare(const struct topics_text *texts, size_t count,
                                     const struct topics_glossary *glossary, struct cv_arena *mem)
{
    return topics_prepare_tuned(texts, count, glossary, &topics_tuning_default, mem);
}

struct topics_corpus_facts topics_corpus_facts(const struct topics_corpus *corpus)
{
    struct topics_corpus_facts facts = {.text_count = corpus->text_count,
                                        .distinct_count = corpus->bag_count,
                                        .term_count = corpus->terms.count,
                                        .glossary_share = corpus->glossary_share};
    facts.glossary_at_home = corpus->glossary_share >= corpus->tuning->glossary_home;
    for (size_t i = 0; i < corpus->text_count; i++) facts.aside_count += corpus->aside[i] != 0;
    for (uint32_t t = 0; t < corpus->terms.count; t++)
        facts.concept_count += corpus->kind[t] == TOPICS_CONCEPT;
    return facts;
}

/* ---- what the glossary joined ---- */

struct joined_phrase {
    uint32_t concept_id;
    uint32_t count;
    const char *words;
};
static int order_joined_phrases(const void *a, const void *b)
{
    const struct joined_phrase *x = a, *y = b;
    if (x->concept_id != y->concept_id) return x->concept_id < y->concept_id ? -1 : 1;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return strcmp(x->words, y->words);
}
static int order_joined(const void *a, const void *b)
{
    const struct topics_joined *x = a, *y = b;
    if (x->text_count != y->text_count) return x->text_count > y->text_count ? -1 : 1;
    return strcmp(x->concept_name, y->concept_name);
}

/* Texts that have the concept, from the bags. */
static size_t concept_texts(const struct topics_corpus *corpus, const char *name,
                            struct cv_arena *mem)
{
    const char *key = cv_sprintf(mem, "#%s", name);
    uint32_t term = topics_table_find(&corpus->terms, key, strlen(key));
    return term == TOPICS_NO_ID ? 1 : corpus->text_freq[term];
}

const struct topics_joined *
topics_joined_words(size_t *out_count, const struct topics_corpus *corpus, struct cv_arena *mem)
{
    uint32_t count = corpus->phrases.count;
    struct joined_phrase *phrases = CV_NEW_ARRAY(mem, struct joined_phrase, count);
    struct topics_joined *joined = CV_NEW_ARRAY(mem, struct topics_joined, count);
    const char **words = CV_NEW_ARRAY(mem, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        const char *key = corpus->phrases.text[i];
        size_t name_size = strcspn(key, "\t");
        phrases[i] = (struct joined_phrase){
            .concept_id = topics_table_find(&corpus->glossary->names, key, name_size),
            .count = corpus->phrase_count[i],
            .words = key + name_size + 1};
    }
    qsort(phrases, count, sizeof *phrases, order_joined_phrases);
    *out_count = 0;
    for (uint32_t i = 0, end = 0; i < count; i = end) {
        for (end = i; end < count && phrases[end].concept_id == phrases[i].concept_id; end++)
            words[end] = phrases[end].words;
        if (end - i < 2) continue;
        const char *name = corpus->glossary->concepts[phrases[i].concept_id].name;
        joined[(*out_count)++] =
            (struct topics_joined){.concept_name = name,
                                   .words = words + i,
                                   .word_count = end - i,
                                   .text_count = concept_texts(corpus, name, mem)};
    }
    qsort(joined, *out_count, sizeof *joined, order_joined);
    return joined;
}
