/* topics: short texts to themes, in several languages at once.
 * Not here: who wrote a text, what a theme is called by people, what is stored (features/themes).
 *
 * Method: a Dirichlet multinomial mixture (GSDMM; Yin & Wang, KDD 2014) with a cosine term on
 * vectors of latent semantic analysis (Deerwester et al. 1990), sampled by Gibbs sweeps and then
 * settled; words of different languages meet through a glossary of concepts. docs/engines/topics.md
 * tells the whole method, its figures and its price.
 *
 * Two steps: topics_prepare reads the texts once; the other verbs work on what it returns, so that
 * a merge or a split does not read a hundred thousand texts again.
 *
 *     const struct topics_corpus *corpus = topics_prepare(texts, count, glossary, mem);
 *     struct topics_result result;
 *     rc = topics_find(&result, corpus, &(struct topics_options){.seed = 7}, &problems, mem);
 *
 * Nothing here reads a clock, a file or a global. Same texts, options and seed give the same bytes
 * for any number of threads. Everything returned lives in the arena `mem`; nothing is freed singly.
 * Every verb may run at the same time as any other, on its own arena: a corpus is not changed once
 * it is made. */
#ifndef ENGINE_TOPICS_TOPICS_H
#define ENGINE_TOPICS_TOPICS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/problems.h"

enum {
    TOPICS_FREE = -1,  /* a text that no hand has placed; a text that is new to a warm run */
    TOPICS_ASIDE = -1, /* in a result: the text is in no topic */
    TOPICS_NONE = -2,  /* placed by hand: fits no topic, keep it out */
    TOPICS_MAX = 400,  /* most topics of one run */
    TOPICS_LABEL_WORDS = 6,
    TOPICS_NEAREST = 5,
};

/* ---- what goes in ---- */

struct topics_text {
    const char *text; /* UTF-8; broken bytes are read as U+FFFD */
    const char *lang; /* "en", "es", "es-MX", …; NULL or "": guessed between English and Spanish */
    uint64_t id; /* stable and different for each text: its hash decides the order of reading */
};

/* Words that mean the same thing, joined across languages. */
struct topics_glossary;
/* The education glossary that travels with the engine (English and Spanish, several hundred
 * concepts of schools and their leadership) together with the rows of `extra`: the network's own
 * words. `extra` may be NULL. A row is
 *     concept TAB field TAB en TAB es
 * where concept is a name, field is a wider subject that concepts share (may be empty), and the
 * two last are words or phrases divided by ";" (either may be empty; further columns are further
 * languages, named by a first row "concept field en es so …"). "#" begins a remark. A row with a
 * known concept adds to it. What cannot be read is named in `problems` (line, remedy) and skipped:
 * CV_INVALID, *out is filled all the same. with_builtin false leaves the education glossary out. */
CV_MUST_USE cv_rc topics_glossary_new(struct topics_glossary **out, const char *extra,
                                      bool with_builtin, struct cv_problems *problems,
                                      struct cv_arena *mem);

/* What a concept is called in a language ("en", "es"): the first word of its row there; NULL when
 * it has none. *is_general: it belongs to no field ("student", "time") and says little about a
 * topic. Lives as long as the glossary. */
const char *topics_concept_word(bool *is_general, const struct topics_glossary *glossary,
                                const char *concept_name, const char *lang);

/* ---- what is prepared once ---- */

struct topics_corpus;
/* Folds (NFKC, case), finds words (ICU, languages without spaces too), drops stop words, stems
 * (Snowball), maps words to concepts, and computes the vectors of latent semantic analysis. The
 * texts are not needed afterwards. glossary may be NULL. O(bytes + words * d), d <= 100; about
 * 100 bytes a word and 4 * d bytes a distinct text. */
struct topics_corpus *topics_prepare(const struct topics_text *texts, size_t count,
                                     const struct topics_glossary *glossary, struct cv_arena *mem);

enum topics_aside { /* why a text stands in no topic */
                    TOPICS_IN = 0,
                    TOPICS_EMPTY,        /* no word that carries meaning */
                    TOPICS_SAYS_NOTHING, /* "none", "n/a", "no sé": an answer that is none */
                    TOPICS_BY_HAND,      /* TOPICS_NONE was asked for */
};

struct topics_corpus_facts {
    size_t text_count;
    size_t aside_count;    /* empty and saying nothing */
    size_t distinct_count; /* different bags of words among the rest: no more topics than these */
    size_t term_count;     /* words and concepts that at least two texts share */
    size_t concept_count;  /* glossary concepts met */
    double glossary_share; /* of the words that mean something: in a glossary field */
    bool glossary_at_home; /* share >= 0.25. Below, the glossary does not guide the topics: its
                            * fields are left out, its concepts join languages only */
};
struct topics_corpus_facts topics_corpus_facts(const struct topics_corpus *corpus);

/* A glossary concept met in the texts, with the words it joined: told to people, so that they can
 * see why an English and a Spanish text stand together. */
struct topics_joined {
    const char *concept_name;
    const char *const *words; /* surface forms as they were written (folded), most frequent first */
    size_t word_count;
    size_t text_count;
};
/* Concepts that joined at least two different words, by text_count, falling. */
const struct topics_joined *
topics_joined_words(size_t *out_count, const struct topics_corpus *corpus, struct cv_arena *mem);

/* ---- finding topics ---- */

struct topics_options {
    int32_t topic_count; /* 1 … TOPICS_MAX; 0: as many as the texts support */
    int32_t lean;        /* when automatic: -1 fewer, 0, +1 more */
    uint64_t seed;
    int32_t runs;    /* independent runs that vote; 0: 25 below 1,000 texts, 5, or 3 above 50,000 */
    int32_t threads; /* 0 or 1: this thread only */
    const int32_t *pinned; /* per text: topic, TOPICS_FREE or TOPICS_NONE; NULL: all free */
    /* share in [0,1]; return false to stop (the verb then answers CV_CANCELLED). Called on the
     * calling thread only. NULL: never. */
    bool (*progress)(void *who, double share);
    void *who;
};

enum topics_band { TOPICS_UNSURE = 0, TOPICS_LIKELY, TOPICS_SURE };

struct topics_place { /* where one text stands */
    int32_t topic;    /* 0 … topic_count-1 or TOPICS_ASIDE */
    int32_t second;   /* next best topic, TOPICS_ASIDE when there is none */
    float confidence; /* [0,1]: chance that another run would put it here too */
    float margin;     /* confidence less that of `second`; the unsure list is sorted by it */
    uint8_t band;  /* enum topics_band: unsure below .45 or with a margin below .5; sure from .75 */
    uint8_t aside; /* enum topics_aside */
    bool pinned;
};

struct topics_label {
    const char *lang;  /* "en", "es"; "" where the texts' language is not known */
    size_t text_count; /* texts of that language in the topic */
    const char *words[TOPICS_LABEL_WORDS]; /* words or pairs of words as people write them */
    size_t word_count;
};

struct topics_topic {
    size_t size;                       /* texts, copies counted */
    const struct topics_label *labels; /* one per language present, most texts first */
    size_t label_count;
    const char *concepts[TOPICS_LABEL_WORDS]; /* names of glossary concepts that mark it */
    size_t concept_count;
    uint32_t nearest[TOPICS_NEAREST]; /* indices of its most central texts, no two alike */
    size_t nearest_count;
    double cohesion; /* mean cosine of its texts to its centre, [0,1] */
};

struct topics_trial { /* one number of topics that automatic choice has looked at */
    int32_t topic_count;
    double agreement; /* mean adjusted Rand index between runs */
};

struct topics_result {
    int32_t topic_count;
    const struct topics_topic *topics; /* topic_count of them, largest first in a fresh run */
    const struct topics_place *places; /* one a text */
    size_t text_count;
    double temperature; /* of the softmax behind the confidences: hand it to the next warm run */
    double agreement;   /* mean adjusted Rand index between the runs; 1 for one run */
    const struct topics_trial *trials; /* what automatic choice saw; NULL when K was given */
    size_t trial_count;
    int32_t sweeps; /* of the run that was kept */
};

/* Finds topics afresh. Wrong options (a count below 0 or above the number of texts, a pin outside)
 * are sentences in `problems` and CV_INVALID, *out untouched. CV_CANCELLED when progress said so.
 * No texts, or none that says anything: CV_OK with topic_count 0. Fewer distinct texts than topics
 * asked for: as many topics as there are distinct texts. Pins hold; when the count is automatic it
 * is at least the largest pin + 1.
 * O(runs * sweeps * (words * K + distinct texts * K * d)), d <= 100. */
CV_MUST_USE cv_rc topics_find(struct topics_result *out, const struct topics_corpus *corpus,
                              const struct topics_options *options, struct cv_problems *problems,
                              struct cv_arena *mem);

/* Starts from an earlier placement: `before` per text is a topic, or TOPICS_FREE for a new text.
 * Topics keep their numbers (options->topic_count of them, required; an empty one may stay empty,
 * unless a pin fills it). Only settling sweeps: texts that stand well stay. A merge is the same
 * placement with one number replaced; words then count together at once. `temperature` is that of
 * the earlier result, 0 when unknown. */
CV_MUST_USE cv_rc topics_update(struct topics_result *out, const struct topics_corpus *corpus,
                                const int32_t *before, double temperature,
                                const struct topics_options *options, struct cv_problems *problems,
                                struct cv_arena *mem);

/* Parts one topic of `before` in two. The result covers all texts: one part keeps the number (the
 * larger, or the one with pinned texts), the other gets options->topic_count (which is the number
 * of topics before the split); nobody else moves. CV_INVALID when the topic has fewer than two
 * different texts. */
CV_MUST_USE cv_rc topics_split(struct topics_result *out, const struct topics_corpus *corpus,
                               const int32_t *before, int32_t topic, double temperature,
                               const struct topics_options *options, struct cv_problems *problems,
                               struct cv_arena *mem);

/* Which topics one new text fits, best first: at most `most` of them written to out, their number
 * returned; 0 when the text says nothing. `places` are those of an earlier result of the corpus
 * (topic numbers per text). O(words of the corpus) once; for many texts prepare them together. */
struct topics_fit {
    int32_t topic;
    float share; /* [0,1], of all topics together 1 */
};
size_t topics_fit(struct topics_fit *out, size_t most, const struct topics_corpus *corpus,
                  const int32_t *places, int32_t topic_count, double temperature,
                  const struct topics_text *text, struct cv_arena *mem);

/* ---- comparing two placements ---- */

struct topics_pair {
    int32_t before; /* topic of the first placement, TOPICS_ASIDE: `after` is new */
    int32_t after;  /* topic of the second, TOPICS_ASIDE: `before` has gone */
    size_t shared;  /* texts in both */
    size_t before_size, after_size;
};
struct topics_match {
    const struct topics_pair *pairs; /* matched ones by shared, falling; then gone; then new */
    size_t pair_count;
    int32_t *after_of;    /* per topic of the first placement: its match or TOPICS_ASIDE */
    size_t stayed, moved; /* texts in matched topics of both; in topics of both, not matched */
    size_t entered, left; /* aside before and placed now; placed before and aside now */
    double rand_index;    /* adjusted (Hubert & Arabie 1985) over texts placed in both */
};
/* Pairs the topics of two placements so that the most texts stay (Hungarian method, Kuhn 1955;
 * shortest augmenting paths of Jonker & Volgenant 1987). O(n + K^3). Numbers below 0 are aside. */
struct topics_match topics_match(const int32_t *before, const int32_t *after, size_t text_count,
                                 struct cv_arena *mem);

#endif
