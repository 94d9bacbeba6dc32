/* label: what a topic is shown by: words and pairs of words as people write them, per language;
 * glossary concepts; its most central texts.
 * Words by class-based TF-IDF (Grootendorst 2022) with the saturation of BM25 (Robertson & Zaragoza
 * 2009), chosen one after the other so that no two say the same (maximal marginal relevance;
 * Carbonell & Goldstein 1998). O(words log words). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

enum { CANDIDATES = 16 };
/* A word in a tenth of a topic's texts counts half of one that stands in all of them. */
#define SATURATION 0.1

/* One occurrence of a stem or of two stems side by side. */
struct mention {
    uint32_t first, second; /* stems; second TOPICS_NO_ID for one word alone */
    uint32_t topic;
};

struct candidate {
    uint32_t first, second;
    uint32_t count; /* in the topic */
    double score;
    const char *surface;
    uint32_t surface_count;
};

struct labelling { /* one language */
    const struct topics_corpus *corpus;
    const struct topics_place *places;
    const struct topics_topic *topics;
    size_t topic_count;
    uint8_t lang;
    struct mention *mentions;
    size_t mention_count;
    size_t *texts;               /* per topic, of this language */
    size_t *words;               /* per topic: single words */
    struct candidate *best;      /* topics x CANDIDATES, best first */
    const uint32_t *concepts_in; /* topics x terms: texts that have a concept */
    uint32_t *concept_of;        /* per stem: term of the concept it stands for in this language */
    struct cv_arena *mem;
};

static bool has_lang(const struct labelling *l, size_t text)
{
    return l->corpus->lang[text] == l->lang && l->places[text].topic >= 0;
}

/* Calls back for each word and each pair of neighbours of a text. */
static void each_mention(const struct labelling *l, size_t text, void *who,
                         void (*found)(void *who, uint32_t first, uint32_t second))
{
    const struct topics_corpus *corpus = l->corpus;
    for (size_t i = corpus->word_at[2 * text]; i < corpus->word_at[2 * text + 1]; i++) {
        if (corpus->words[i] == TOPICS_NO_ID) continue;
        found(who, corpus->words[i], TOPICS_NO_ID);
        bool pair = i + 1 < corpus->word_at[2 * text + 1] && corpus->words[i + 1] != TOPICS_NO_ID;
        if (pair) found(who, corpus->words[i], corpus->words[i + 1]);
    }
}

struct collecting {
    struct labelling *l;
    uint32_t topic;
    bool store;
};
static void collect(void *who, uint32_t first, uint32_t second)
{
    struct collecting *c = who;
    struct labelling *l = c->l;
    if (c->store) {
        const uint32_t *stem_of = l->corpus->reader.stem_of;
        l->mentions[l->mention_count] = (struct mention){
            stem_of[first], second == TOPICS_NO_ID ? TOPICS_NO_ID : stem_of[second], c->topic};
    }
    l->mention_count++;
    if (second == TOPICS_NO_ID && c->store) l->words[c->topic]++;
}

static int order_mentions(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return (x->topic > y->topic) - (x->topic < y->topic);
}

static void collect_mentions(struct labelling *l)
{
    for (int pass = 0; pass < 2; pass++) {
        if (pass) l->mentions = CV_NEW_ARRAY(l->mem, struct mention, l->mention_count);
        l->mention_count = 0;
        for (size_t i = 0; i < l->corpus->text_count; i++) {
            if (!has_lang(l, i)) continue;
            struct collecting c = {l, (uint32_t)l->places[i].topic, pass == 1};
            each_mention(l, i, &c, collect);
            if (pass) l->texts[l->places[i].topic]++;
        }
    }
    qsort(l->mentions, l->mention_count, sizeof *l->mentions, order_mentions);
}

/* Which concept each stem stands for in the language of the labels. */
static void find_stem_concepts(struct labelling *l)
{
    const struct topics_corpus *corpus = l->corpus;
    const struct topics_table *stems = &corpus->reader.stems;
    l->concept_of = CV_NEW_ARRAY(l->mem, uint32_t, stems->count);
    for (uint32_t s = 0; s < stems->count; s++) {
        l->concept_of[s] = TOPICS_NO_ID;
        if (!corpus->glossary) continue;
        char key[TOPICS_WORD_BYTES + 16];
        int size = snprintf(key, sizeof key, "%s %s", corpus->langs[l->lang], stems->text[s]);
        uint32_t found = topics_table_find(&corpus->glossary->keys, key, (size_t)size);
        uint32_t id = found == TOPICS_NO_ID ? found : corpus->glossary->concept_of[found];
        if (id == TOPICS_NO_ID) continue;
        const char *name = corpus->glossary->concepts[id].name;
        char term[256];
        size = snprintf(term, sizeof term, "%c%s", topics_kind_mark[TOPICS_CONCEPT], name);
        if ((size_t)size < sizeof term)
            l->concept_of[s] = topics_table_find(&corpus->terms, term, (size_t)size);
    }
}

/* [0,1]: how much of the concept behind a stem is in this topic, all languages together. */
static double concept_share(const struct labelling *l, uint32_t stem, size_t topic)
{
    uint32_t term = stem == TOPICS_NO_ID ? TOPICS_NO_ID : l->concept_of[stem];
    if (term == TOPICS_NO_ID) return 0;
    double here = l->concepts_in[topic * l->corpus->terms.count + term];
    return here < 2 ? 0 : here / l->corpus->text_freq[term];
}

static void offer(struct candidate *best, struct candidate one)
{
    if (best[CANDIDATES - 1].score >= one.score) return;
    int at = CANDIDATES - 1;
    while (at > 0 && best[at - 1].score < one.score) {
        best[at] = best[at - 1];
        at--;
    }
    best[at] = one;
}

/* Scores of every word and pair in every topic it stands in. */
static void rate(struct labelling *l)
{
    double all_words = 0, topics_with_words = 0;
    for (size_t k = 0; k < l->topic_count; k++) {
        all_words += (double)l->words[k];
        topics_with_words += l->words[k] > 0;
    }
    double mean = all_words / fmax(1, topics_with_words);
    for (size_t i = 0, end = 0; i < l->mention_count; i = end) {
        const struct mention *m = &l->mentions[i];
        for (end = i; end < l->mention_count && l->mentions[end].first == m->first &&
                      l->mentions[end].second == m->second;)
            end++;
        double everywhere = (double)(end - i);
        for (size_t j = i, next = i; j < end; j = next) {
            uint32_t topic = l->mentions[j].topic;
            while (next < end && l->mentions[next].topic == topic) next++;
            double here = (double)(next - j);
            bool pair = m->second != TOPICS_NO_ID;
            double joined =
                fmax(concept_share(l, m->first, topic), concept_share(l, m->second, topic));
            /* Said once: a label only where few speak, and if the concept is at home here. */
            bool few = l->texts[topic] <= 4 && (joined >= 0.3 || l->topics[topic].size <= 4);
            if (here < 2 && (pair || !few)) continue;
            double share = here / (double)l->texts[topic];
            double often = share / (share + SATURATION);
            double rare = log(1 + mean / everywhere);
            double own = here / everywhere; /* a label word should belong to the topic */
            double score = often * rare * sqrt(own) * (pair ? 1.15 : 1) * (0.6 + joined);
            offer(l->best + topic * CANDIDATES,
                  (struct candidate){m->first, m->second, (uint32_t)here, score, NULL, 0});
        }
    }
}

/* ---- surface forms ---- */

struct naming {
    struct labelling *l;
    uint32_t topic;
    struct topics_table forms; /* candidate number, then the surface text */
    uint32_t *counts;
    uint32_t capacity;
};

static void name_mention(void *who, uint32_t first, uint32_t second)
{
    struct naming *n = who;
    const struct topics_corpus *corpus = n->l->corpus;
    const uint32_t *stem_of = corpus->reader.stem_of;
    uint32_t stem = stem_of[first];
    uint32_t other = second == TOPICS_NO_ID ? TOPICS_NO_ID : stem_of[second];
    struct candidate *best = n->l->best + n->topic * CANDIDATES;
    for (int c = 0; c < CANDIDATES && best[c].score > 0; c++) {
        if (best[c].first != stem || best[c].second != other) continue;
        char form[2 * TOPICS_WORD_BYTES + 16];
        const char *a = topics_surface_text(&corpus->reader, first);
        const char *b = other == TOPICS_NO_ID ? "" : topics_surface_text(&corpus->reader, second);
        size_t a_size = strlen(a), b_size = strlen(b), used = sizeof(uint32_t);
        uint32_t number = n->topic * CANDIDATES + (uint32_t)c;
        memcpy(form, &number, sizeof number);
        memcpy(form + used, a, a_size);
        used += a_size;
        if (b_size) form[used++] = ' ';
        memcpy(form + used, b, b_size);
        used += b_size;
        uint32_t id = topics_table_put(&n->forms, form, used);
        if (id >= n->capacity) {
            uint32_t *more = CV_NEW_ARRAY(n->l->mem, uint32_t, 2 * n->capacity);
            memcpy(more, n->counts, n->capacity * sizeof *more);
            n->counts = more;
            n->capacity *= 2;
        }
        uint32_t count = ++n->counts[id];
        if (count > best[c].surface_count) {
            best[c].surface_count = count;
            best[c].surface = n->forms.text[id] + sizeof(uint32_t);
        }
        return;
    }
}

static void name_candidates(struct labelling *l)
{
    struct naming n = {.l = l, .forms = topics_table_new(l->mem), .capacity = 1024};
    n.counts = CV_NEW_ARRAY(l->mem, uint32_t, n.capacity);
    for (size_t i = 0; i < l->corpus->text_count; i++) {
        if (!has_lang(l, i)) continue;
        n.topic = (uint32_t)l->places[i].topic;
        each_mention(l, i, &n, name_mention);
    }
}

/* ---- choosing ---- */

/* 1 when one says all that the other says; half when they share a stem. */
static double alike(const struct candidate *a, const struct candidate *b)
{
    bool first = a->first == b->first || (b->second != TOPICS_NO_ID && a->first == b->second);
    bool second = a->second != TOPICS_NO_ID && (a->second == b->first || a->second == b->second);
    if (!first && !second) return 0;
    bool single = a->second == TOPICS_NO_ID || b->second == TOPICS_NO_ID;
    return single || (first && second) ? 1 : 0.5;
}

static void choose(struct topics_label *label, struct candidate *best)
{
    bool used[CANDIDATES] = {false};
    struct candidate *chosen[TOPICS_LABEL_WORDS];
    while (label->word_count < TOPICS_LABEL_WORDS) {
        int next = -1;
        double next_score = 0;
        for (int c = 0; c < CANDIDATES && best[c].score > 0; c++) {
            double most = 0;
            for (size_t i = 0; i < label->word_count; i++)
                most = fmax(most, alike(&best[c], chosen[i]));
            double score = best[c].score * (1 - most);
            if (!used[c] && best[c].surface && score > next_score) {
                next = c;
                next_score = score;
            }
        }
        if (next < 0) return;
        used[next] = true;
        chosen[label->word_count] = &best[next];
        label->words[label->word_count++] = best[next].surface;
    }
}

/* A pair that is nearly always said together stands for both its words. */
static void prefer_pairs(struct candidate *best)
{
    for (int c = 0; c < CANDIDATES && best[c].score > 0; c++) {
        if (best[c].second == TOPICS_NO_ID) continue;
        for (int s = 0; s < CANDIDATES && best[s].score > 0; s++) {
            bool part = best[s].second == TOPICS_NO_ID &&
                        (best[s].first == best[c].first || best[s].first == best[c].second);
            if (part && best[c].count * 10 >= best[s].count * 6 && best[s].score >= best[c].score)
                best[c].score = best[s].score * 1.01;
        }
    }
}

static int order_labels(const void *a, const void *b)
{
    const struct topics_label *x = a, *y = b;
    if (x->text_count != y->text_count) return x->text_count > y->text_count ? -1 : 1;
    return strcmp(x->lang, y->lang);
}

static void label_language(struct topics_topic *topics, struct topics_label **labels,
                           size_t topic_count, const struct topics_corpus *corpus,
                           const struct topics_place *places, const uint32_t *concepts_in,
                           uint8_t lang, struct cv_arena *mem)
{
    struct labelling l = {.topics = topics,
                          .corpus = corpus,
                          .places = places,
                          .topic_count = topic_count,
                          .lang = lang,
                          .mem = mem};
    l.texts = CV_NEW_ARRAY(mem, size_t, topic_count);
    l.words = CV_NEW_ARRAY(mem, size_t, topic_count);
    l.best = CV_NEW_ARRAY(mem, struct candidate, topic_count * CANDIDATES);
    l.concepts_in = concepts_in;
    find_stem_concepts(&l);
    collect_mentions(&l);
    rate(&l);
    name_candidates(&l);
    for (size_t k = 0; k < topic_count; k++) {
        if (l.texts[k] == 0) continue;
        struct topics_label *label = &labels[k][topics[k].label_count++];
        *label = (struct topics_label){.lang = corpus->langs[lang], .text_count = l.texts[k]};
        prefer_pairs(l.best + k * CANDIDATES);
        choose(label, l.best + k * CANDIDATES);
    }
}

/* ---- concepts ---- */

/* topics x terms: texts of the topic that have the concept. */
static const uint32_t *count_concepts(size_t topic_count, const struct topics_corpus *corpus,
                                      const struct topics_place *places, struct cv_arena *mem)
{
    size_t terms = corpus->terms.count;
    uint32_t *in = CV_NEW_ARRAY(mem, uint32_t, topic_count * terms);
    for (size_t i = 0; i < corpus->text_count; i++) {
        if (places[i].topic < 0) continue;
        const struct topics_bag *bag = &corpus->bags[corpus->bag_of[i]];
        for (uint32_t w = 0; w < bag->size; w++)
            if (corpus->kind[bag->terms[w]] == TOPICS_CONCEPT &&
                (w == 0 || bag->terms[w] != bag->terms[w - 1]))
                in[(size_t)places[i].topic * terms + bag->terms[w]]++;
    }
    return in;
}

static void mark_concepts(struct topics_topic *topics, size_t topic_count,
                          const struct topics_corpus *corpus, const uint32_t *in)
{
    size_t terms = corpus->terms.count;
    for (size_t k = 0; k < topic_count; k++) {
        double best_score[TOPICS_LABEL_WORDS] = {0};
        for (size_t t = 0; t < terms; t++) {
            double here = in[k * terms + t];
            if (here < 2) continue;
            double score = here * here / corpus->text_freq[t];
            if (score <= 0.5 || score <= best_score[TOPICS_LABEL_WORDS - 1]) continue;
            size_t at = TOPICS_LABEL_WORDS - 1;
            for (; at > 0 && best_score[at - 1] < score; at--) {
                best_score[at] = best_score[at - 1];
                topics[k].concepts[at] = topics[k].concepts[at - 1];
            }
            best_score[at] = score;
            topics[k].concepts[at] = corpus->terms.text[t] + 1;
            if (topics[k].concept_count < TOPICS_LABEL_WORDS) topics[k].concept_count++;
        }
    }
}

/* ---- nearest texts ---- */

static void find_nearest(struct topics_topic *topics, size_t topic_count,
                         const struct topics_corpus *corpus, const struct topics_place *places,
                         struct cv_arena *mem)
{
    size_t dims = (size_t)corpus->dims;
    double *centre = CV_NEW_ARRAY(mem, double, topic_count *(dims + 1));
    float(*nearness)[TOPICS_NEAREST] = cv_alloc_array(mem, topic_count, sizeof *nearness);
    for (size_t i = 0; i < corpus->text_count; i++) {
        if (places[i].topic < 0) continue;
        const float *e = corpus->vectors + corpus->bag_of[i] * dims;
        double *c = centre + (size_t)places[i].topic * (dims + 1);
        for (size_t j = 0; j < dims; j++) c[j] += (double)e[j];
    }
    for (size_t k = 0; k < topic_count; k++) {
        double *c = centre + k * (dims + 1), square = 0;
        for (size_t j = 0; j < dims; j++) square += c[j] * c[j];
        for (size_t j = 0; j < dims; j++) c[j] = square > 0 ? c[j] / sqrt(square) : 0;
    }
    for (size_t i = 0; i < corpus->text_count; i++) {
        if (places[i].topic < 0) continue;
        size_t k = (size_t)places[i].topic;
        const float *e = corpus->vectors + corpus->bag_of[i] * dims;
        double cosine = 0;
        for (size_t j = 0; j < dims; j++) cosine += (double)e[j] * centre[k * (dims + 1) + j];
        topics[k].cohesion += cosine / (double)topics[k].size;
        if (corpus->bags[corpus->bag_of[i]].text != i && !places[i].pinned) continue; /* a copy */
        float near = (float)cosine * (0.5F + 0.5F * places[i].confidence) + 1;
        size_t at = topics[k].nearest_count;
        if (at == TOPICS_NEAREST && nearness[k][at - 1] >= near) continue;
        if (at < TOPICS_NEAREST)
            topics[k].nearest_count++;
        else
            at--;
        for (; at > 0 && nearness[k][at - 1] < near; at--) {
            nearness[k][at] = nearness[k][at - 1];
            topics[k].nearest[at] = topics[k].nearest[at - 1];
        }
        nearness[k][at] = near;
        topics[k].nearest[at] = (uint32_t)i;
    }
}

void topics_describe(struct topics_topic *topics, int32_t topic_count,
                     const struct topics_corpus *corpus, const struct topics_place *places,
                     struct cv_arena *mem)
{
    size_t count = (size_t)topic_count;
    struct topics_label **labels = CV_NEW_ARRAY(mem, struct topics_label *, count);
    for (size_t i = 0; i < corpus->text_count; i++)
        if (places[i].topic >= 0) topics[places[i].topic].size++;
    for (size_t k = 0; k < count; k++)
        labels[k] = CV_NEW_ARRAY(mem, struct topics_label, corpus->lang_count);
    const uint32_t *concepts_in = count_concepts(count, corpus, places, mem);
    for (size_t lang = 0; lang < corpus->lang_count; lang++)
        label_language(topics, labels, count, corpus, places, concepts_in, (uint8_t)lang, mem);
    for (size_t k = 0; k < count; k++) {
        qsort(labels[k], topics[k].label_count, sizeof *labels[k], order_labels);
        topics[k].labels = labels[k];
    }
    mark_concepts(topics, count, corpus, concepts_in);
    find_nearest(topics, count, corpus, places, mem);
}
