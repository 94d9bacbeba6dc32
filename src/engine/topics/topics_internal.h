/* What the files of engine/topics share with each other, and with their bench: strings, words,
 * the corpus, the mixture. Not for anybody else: the door is topics.h. */
#ifndef ENGINE_TOPICS_INTERNAL_H
#define ENGINE_TOPICS_INTERNAL_H

#include "base/rng.h"
#include "engine/topics/topics.h"

#define TOPICS_NO_ID UINT32_MAX

/* ---- table.c: texts to small numbers ---- */

struct topics_table {
    struct cv_arena *mem;
    const char **text; /* by number */
    uint32_t *size;    /* bytes, by number */
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* number + 1; 0 = free */
    uint32_t slot_count;
};
struct topics_table topics_table_new(struct cv_arena *mem);
/* The number of these bytes, made when they are new. */
uint32_t topics_table_put(struct topics_table *table, const char *bytes, size_t size);
/* TOPICS_NO_ID when they are not there. */
uint32_t topics_table_find(const struct topics_table *table, const char *bytes, size_t size);

/* ---- words.c: one text to words ---- */

enum topics_lang { TOPICS_EN = 0, TOPICS_ES, TOPICS_OTHER, TOPICS_LANGS };
enum { TOPICS_WORD_BYTES = 64, TOPICS_PHRASE_WORDS = 6 };

struct topics_word {
    uint32_t surface; /* number of the folded word in reader->surfaces, language included */
    uint32_t stem;    /* number in reader->stems */
    bool stop;        /* says nothing by itself */
};
struct topics_reader {
    struct cv_arena *mem;
    struct topics_table surfaces; /* language letter, then the folded word */
    struct topics_table stems;
    uint32_t *stem_of; /* by surface */
    uint8_t *stop_of;  /* by surface */
    uint32_t known_capacity;
    void *breaks; /* ICU word iterator, NULL until a text needs it */
    void *folder; /* ICU normaliser */
    struct {      /* Snowball stemmers, opened when first met */
        char code[4];
        void *stemmer;
    } stemmers[8];
    size_t stemmer_count;
    struct topics_word *words; /* of the text read last */
    size_t word_count;
    size_t word_capacity;
    struct topics_span { /* its folded words, before they have numbers */
        const char *at;
        size_t size;
    } * spans;
    size_t span_count;
    size_t span_capacity;
    void *scratch[3]; /* folded bytes, wide text, folded wide text: used again for each text */
    size_t scratch_bytes[3];
};
void topics_reader_init(struct topics_reader *reader, struct cv_arena *mem);
void topics_reader_free(struct topics_reader *reader); /* what ICU and Snowball hold */
/* Reads one text into reader->words. `lang` is a two-letter code, "" to guess. Returns the language
 * code the words were read as; it lives as long as the reader. */
const char *topics_read(struct topics_reader *reader, const char *text, const char *lang);
/* The folded word, without the language. */
const char *topics_surface_text(const struct topics_reader *reader, uint32_t surface);
/* True for "none", "n/a", "no sé" and their like. */
bool topics_says_nothing(const struct topics_reader *reader);

/* ---- stopwords.c ---- */
bool topics_is_stop_word(const char *code, const char *word);

/* ---- glossary.c: words to concepts, concepts to fields ---- */

enum { TOPICS_CONCEPT_FIELDS = 3, TOPICS_CONCEPT_LANGS = 4 };
struct topics_concept {
    const char *name;
    uint32_t fields[TOPICS_CONCEPT_FIELDS]; /* numbers in glossary->fields */
    uint32_t field_count;
    const char *word[TOPICS_CONCEPT_LANGS]; /* what it is called: its first word in a language */
    char word_lang[TOPICS_CONCEPT_LANGS][4];
};
struct topics_glossary {
    struct topics_table keys; /* language code, then stems each after a blank; also beginnings */
    uint32_t *concept_of;     /* by key; TOPICS_NO_ID for a mere beginning */
    uint32_t key_capacity;
    struct topics_table names; /* of concepts */
    struct topics_concept *concepts;
    uint32_t concept_capacity;
    struct topics_table fields;
};
/* The longest phrase of the glossary that begins at word `at` of what the reader read last: its
 * concept, or TOPICS_NO_ID; *out_words says how many words it covers. */
uint32_t topics_glossary_match(size_t *out_words, const struct topics_glossary *glossary,
                               const struct topics_reader *reader, const char *code, size_t at);
extern const char topics_builtin_glossary[]; /* glossary.tsv, made into C by the build */

/* ---- corpus.c: all texts, prepared ---- */

enum { TOPICS_FEW = 1000 };
enum topics_kind { TOPICS_STEM = 0, TOPICS_CONCEPT, TOPICS_FIELD, TOPICS_KINDS };
/* First letter of a term: a stem, a concept and a field of one name are three terms. */
extern const char topics_kind_mark[];

struct topics_tuning { /* numbers that were chosen by measuring; docs/engines/topics.md has the
                          table */
    float weight[TOPICS_KINDS]; /* of one token in the mixture */
    float lsa_weight[TOPICS_KINDS];
    float glossary_home; /* share of words from which on the glossary is believed */
    int32_t dims;        /* of the vectors, at most */
    float alpha, beta, crowd;
    float kappa,
        kappa_few;       /* pull of the directions; the second below TOPICS_FEW different texts */
    float stay;          /* what an earlier place is worth, in log-likelihood */
    float over;          /* topics of the first sweeps, as a multiple of those asked for */
    int32_t over_sweeps; /* sweeps before they are merged */
    int32_t gibbs_sweeps;
    int32_t settle_sweeps;
};
extern const struct topics_tuning topics_tuning_default;

struct topics_bag {        /* the terms of texts that are alike to the model */
    const uint32_t *terms; /* sorted; a term that stands twice is there twice */
    uint32_t size;
    uint32_t copies; /* texts */
    uint32_t text;   /* the first of them, in hash order */
};
struct topics_corpus {
    const struct topics_tuning *tuning;
    size_t text_count;
    uint8_t *aside;   /* per text: enum topics_aside */
    uint8_t *lang;    /* per text: number in langs */
    uint32_t *bag_of; /* per text: number in bags; TOPICS_NO_ID when aside */
    const char *langs[16];
    size_t lang_count;
    size_t *word_at; /* per text: where its words begin in `words`; one more at the end */
    uint32_t *words; /* surfaces in order; TOPICS_NO_ID where a stop word or a break stood */
    struct topics_reader reader;
    struct topics_table terms;
    uint8_t *kind;           /* per term: enum topics_kind */
    uint32_t *text_freq;     /* per term: texts that have it */
    struct topics_bag *bags; /* in hash order */
    size_t bag_count;
    size_t bag_words; /* terms of all bags together */
    int32_t dims;
    float *vectors; /* bag_count rows of dims, each of length 1 or 0 */
    float *basis;   /* terms.count rows of dims: turns weighted terms into such a row */
    float *idf;     /* per term */
    const struct topics_glossary *glossary;
    double glossary_share; /* of meaning words that stand in a concept with a field */
    bool languages_mix;
    struct topics_table phrases; /* "concept TAB words" that the glossary met */
    uint32_t *phrase_count;
    uint32_t phrase_capacity;
};
/* topics_prepare with other numbers; for the bench. */
struct topics_corpus *topics_prepare_tuned(const struct topics_text *texts, size_t count,
                                           const struct topics_glossary *glossary,
                                           const struct topics_tuning *tuning,
                                           struct cv_arena *mem);
/* Term strings of the text the reader read last, through `put`; also used for one new text. */
typedef void topics_put_term(void *who, enum topics_kind kind, const char *name, size_t size);
void topics_each_term(const struct topics_reader *reader, const struct topics_glossary *glossary,
                      const char *code, topics_put_term *put, void *who,
                      void (*met)(void *who, uint32_t concept_id, size_t at, size_t words));

/* ---- lsa.c ---- */
/* Fills corpus->vectors: rows of the truncated singular value decomposition of the weighted bags.
 */
void topics_lsa(struct topics_corpus *corpus, struct cv_arena *mem);
/* The vector of a text that is not in the corpus; terms sorted; dims floats. */
void topics_lsa_fold(float *out, const struct topics_corpus *corpus, const uint32_t *terms,
                     uint32_t term_count);

/* ---- watch.c: several runs on several threads, progress and stop ---- */

struct topics_watch {
    bool (*progress)(void *who, double share);
    void *who;
    double steps_expected;
    _Atomic int64_t steps_done;
    _Atomic bool stopped;
};
/* One step done; asks the caller's progress when on the calling thread (worker 0). False: stop. */
bool topics_step(struct topics_watch *watch, int worker);
/* Calls job(who, index, worker) for each index below count, on up to `threads` threads, this one
 * among them. Jobs take indices in order. */
void topics_parallel(size_t count, int threads, void (*job)(void *who, size_t index, int worker),
                     void *who);

/* ---- mixture.c: the model ---- */

struct topics_unit { /* texts that move together: one bag, placed by one hand */
    uint32_t bag;
    uint32_t copies;
    int32_t pinned; /* topic or TOPICS_FREE */
    int32_t before; /* topic or TOPICS_FREE */
};
struct topics_mixture; /* counts of one run and its workspace */
struct topics_mixture *topics_mixture_new(const struct topics_corpus *corpus,
                                          const struct topics_unit *units, size_t unit_count,
                                          int32_t most_topics, struct cv_arena *mem);
/* Gibbs sweeps from a random start, then settling; `place` gets a topic per unit. Returns sweeps;
 * stops early, with what it has, when the watch says so. */
int32_t topics_mixture_run(struct topics_mixture *mixture, int32_t *place, int32_t topic_count,
                           uint64_t seed, uint64_t stream, struct topics_watch *watch, int worker);
/* Settling only: units with a topic in `place` start there, TOPICS_FREE ones are placed first. */
int32_t topics_mixture_settle(struct topics_mixture *mixture, int32_t *place, int32_t topic_count,
                              struct topics_watch *watch, int worker);
/* Counts from a placement, nothing moved; then scores can be asked. */
void topics_mixture_load(struct topics_mixture *mixture, const int32_t *place, int32_t topic_count);
/* s_k of a unit for every topic, its own counts taken out. Not thread-safe on one mixture. */
void topics_mixture_scores(float *out, struct topics_mixture *mixture, size_t unit);
/* s_k of a bag that is not in the corpus; vector may be NULL. */
void topics_mixture_scores_of(float *out, struct topics_mixture *mixture, const uint32_t *terms,
                              uint32_t term_count, const float *vector);

/* ---- label.c ---- */
/* Sizes, label words, concepts and nearest texts of each topic. */
void topics_describe(struct topics_topic *topics, int32_t topic_count,
                     const struct topics_corpus *corpus, const struct topics_place *places,
                     struct cv_arena *mem);

/* ---- match.c ---- */
/* The cheapest way to give each of `rows` a different one of `columns` >= rows (costs row by row).
 * out[row] = column. */
void topics_assign(int32_t *out, const double *cost, size_t rows, size_t columns,
                   struct cv_arena *mem);
/* Adjusted Rand index of two labellings of units with weights (NULL: 1); labels below 0 are left
 * out. `table` is room for (a_count + 1) * (b_count + 1) doubles. */
double topics_rand_index(const int32_t *a, int32_t a_count, const int32_t *b, int32_t b_count,
                         const struct topics_unit *units, size_t count, double *table);

#endif
