/* themes_engine: statements as the engine reads them, and its answers as names, key words and
 * places; parting one theme, and key words anew. Not here: the methods (engine/topics), the search
 * (themes_run.c). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/themes/themes_reading_internal.h"

enum {
    NAME_CONCEPTS = 2, /* of the glossary, that make a name */
    NAME_WORDS = 3,    /* key words that make one where there are none */
    NAME_LETTERS = 60, /* and how long it may get */
    NAME_ROOT = 5,     /* letters by which two words are taken for one */
    SHOWN_WORDS = 5,   /* key words kept per language */
    JOINED_SHOWN = 3   /* pairs like "absence / faltas" */
};

/* --- statements for the engine ------------------------------------------------------------------
 */

int64_t reading_theme(const struct theme_row_list *themes, int64_t id)
{
    size_t low = 0;
    size_t high = themes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (themes->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < themes->count && themes->items[low].id == id ? (int64_t)low : -1;
}

cv_rc reading_load(struct reading *out, struct store_db *db, struct cv_arena *mem)
{
    *out = (struct reading){.temperature = 0};
    cv_rc rc = theme_texts(&out->texts, db, mem);
    if (rc == CV_OK) rc = theme_rows(&out->themes, db, mem);
    if (rc == CV_OK) rc = theme_run_temperature(&out->temperature, db);
    return rc;
}

cv_rc reading_prepare(struct reading *reading, struct cv_arena *mem, struct cv_problems *problems)
{
    size_t count = reading->texts.count;
    struct topics_text *texts = CV_NEW_ARRAY(mem, struct topics_text, count + 1);
    for (size_t i = 0; i < count; i++)
        texts[i] = (struct topics_text){.text = reading->texts.items[i].text,
                                        .lang = reading->texts.items[i].lang,
                                        .id = (uint64_t)reading->texts.items[i].place.statement_id};
    struct topics_glossary *glossary = NULL;
    cv_rc rc = topics_glossary_new(&glossary, NULL, true, problems, mem);
    if (rc != CV_OK) return rc;
    reading->glossary = glossary;
    reading->corpus = topics_prepare(texts, count, glossary, mem);
    reading->joined = topics_joined_words(&reading->joined_count, reading->corpus, mem);
    return CV_OK;
}

int32_t reading_threads(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 8 ? 8 : cores > 0 ? (int32_t)cores : 1;
}

/* Where each statement stands, as indices into the themes. */
int32_t *reading_standing(const struct reading *reading, struct cv_arena *mem)
{
    int32_t *before = CV_NEW_ARRAY(mem, int32_t, reading->texts.count + 1);
    for (size_t i = 0; i < reading->texts.count; i++) {
        const struct placement *place = &reading->texts.items[i].place;
        before[i] = place->fate == FATE_THEME
                        ? (int32_t)reading_theme(&reading->themes, place->theme_id)
                        : TOPICS_FREE;
    }
    return before;
}

int32_t *reading_pins(const struct reading *reading, struct cv_arena *mem)
{
    int32_t *pinned = CV_NEW_ARRAY(mem, int32_t, reading->texts.count + 1);
    for (size_t i = 0; i < reading->texts.count; i++) {
        const struct placement *place = &reading->texts.items[i].place;
        pinned[i] = TOPICS_FREE;
        if (place->is_pinned && place->fate == FATE_NONE) pinned[i] = TOPICS_NONE;
        if (place->is_pinned && place->fate == FATE_THEME)
            pinned[i] = (int32_t)reading_theme(&reading->themes, place->theme_id);
    }
    return pinned;
}

/* --- words ---------------------------------------------------------------------------------------
 */

static const struct topics_label *label_of(const struct topics_topic *topic, const char *lang)
{
    for (size_t i = 0; i < topic->label_count; i++)
        if (strcmp(topic->labels[i].lang, lang) == 0 && topic->labels[i].word_count > 0)
            return &topic->labels[i];
    return NULL;
}

struct naming {
    struct cv_buf text;
    const char *root; /* of its first word, folded */
    size_t used;
    size_t wanted;
};

/* A word that is part of one before it, or holds one, says nothing new. */
static void name_add(struct naming *naming, const char *word, struct cv_arena *mem)
{
    const char *so_far = cv_text_fold(mem, cv_buf_text(&naming->text));
    const char *folded = cv_text_fold(mem, word);
    size_t root = strlen(folded) < NAME_ROOT ? strlen(folded) : NAME_ROOT;
    if (naming->used == naming->wanted || !*folded) return;
    if (naming->used > 0 && strstr(so_far, cv_strndup(mem, folded, root))) return;
    if (naming->used > 0 && strstr(folded, naming->root)) return;
    if (naming->used > 0 && naming->text.size + strlen(word) > NAME_LETTERS) return;
    cv_buf_printf(&naming->text, "%s%s", naming->used ? ", " : "", word);
    if (naming->used++ == 0) naming->root = cv_strndup(mem, folded, root);
}

/* "Discipline, mental health": the glossary's concepts that mark the topic, those that say little
 * on their own last; "" when it marks none that this language has a word for. */
static const char *name_of(const struct topics_topic *topic, const struct reading *reading,
                           const char *lang, size_t more, struct cv_arena *mem)
{
    struct naming naming = {.text = cv_buf_new(mem, CV_LIMIT_NAME_BYTES),
                            .wanted = NAME_CONCEPTS + more};
    for (size_t i = 0; i < topic->concept_count; i++) {
        bool is_general = false;
        const char *word =
            topics_concept_word(&is_general, reading->glossary, topic->concepts[i], lang);
        if (word && !is_general) name_add(&naming, word, mem);
    }
    const struct topics_label *label = label_of(topic, lang);
    bool needs_words = naming.used == 0 || more > 0;
    if (naming.used == 0) naming.wanted = NAME_WORDS + more;
    for (size_t i = 0; needs_words && label && i < label->word_count; i++)
        name_add(&naming, label->words[i], mem);
    char *text = cv_strdup(mem, cv_buf_text(&naming.text));
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = (char)(text[0] - 'a' + 'A');
    return text;
}

static json_t *words_document(const struct topics_topic *topic, const struct reading *reading,
                              struct cv_arena *mem)
{
    json_t *document = json_object();
    for (size_t l = 0; l < topic->label_count; l++) {
        const struct topics_label *label = &topic->labels[l];
        json_t *words = json_array();
        for (size_t w = 0; w < label->word_count && w < SHOWN_WORDS; w++)
            json_array_append_new(words, json_string(label->words[w]));
        json_object_set_new(document, *label->lang ? label->lang : "en", words);
    }
    json_t *joined = json_array();
    for (size_t c = 0; c < topic->concept_count; c++)
        for (size_t j = 0; j < reading->joined_count; j++) {
            const struct topics_joined *pair = &reading->joined[j];
            if (strcmp(pair->concept_name, topic->concepts[c]) != 0 || pair->word_count < 2)
                continue;
            if (json_array_size(joined) == JOINED_SHOWN) continue;
            json_array_append_new(
                joined, json_string(cv_sprintf(mem, "%s / %s", pair->words[0], pair->words[1])));
        }
    json_object_set_new(document, "joined", joined);
    return document;
}

struct theme_words reading_words(const struct topics_topic *topic, const struct reading *reading,
                                 size_t more, struct cv_arena *mem)
{
    json_t *document = words_document(topic, reading, mem);
    struct theme_words words = {.cohesion = topic->cohesion,
                                .words = feature_json_text(mem, document),
                                .name = name_of(topic, reading, "en", more, mem),
                                .name_es = name_of(topic, reading, "es", more, mem)};
    json_decref(document);
    if (!*words.name_es) words.name_es = NULL;
    if (!*words.name && words.name_es) words.name = words.name_es;
    if (!*words.name && topic->label_count && topic->labels[0].word_count)
        words.name = cv_strdup(mem, topic->labels[0].words[0]);
    if (!*words.name) words.name = "Short answers";
    return words;
}

static bool is_taken(const char *name, const struct themes_proposal *proposal, size_t own,
                     const struct theme_row_list *themes, struct cv_arena *mem)
{
    const char *folded = cv_text_fold(mem, name);
    for (size_t i = 0; i < themes->count; i++)
        if (strcmp(cv_text_fold(mem, themes->items[i].name), folded) == 0) return true;
    for (size_t i = 0; i < own; i++)
        if (strcmp(cv_text_fold(mem, proposal->themes[i].words.name), folded) == 0) return true;
    return false;
}

/* Two themes never bear one name: more words, then a number. */
void reading_name(struct themes_proposal *proposal, size_t own, const struct topics_topic *topic,
                  const struct reading *reading, struct cv_arena *mem)
{
    struct theme_words *words = &proposal->themes[own].words;
    *words = reading_words(topic, reading, 0, mem);
    const char *plain = words->name;
    for (size_t more = 1; is_taken(words->name, proposal, own, &reading->themes, mem); more++)
        words->name = more < NAME_WORDS ? reading_words(topic, reading, more, mem).name
                                        : cv_sprintf(mem, "%s %zu", plain, more - 1);
}

/* --- from the engine's answer to rows ------------------------------------------------------------
 */

int64_t reading_nearness(const struct topics_result *result, size_t text)
{
    int32_t topic = result->places[text].topic;
    const struct topics_topic *t = topic >= 0 ? &result->topics[topic] : NULL;
    for (size_t i = 0; t && i < t->nearest_count; i++)
        if (t->nearest[i] == text) return (int64_t)i;
    return 9;
}

/* topic_theme: the theme number each topic stands for (in whatever counting the caller uses). */
struct placement reading_place(const struct topics_result *result, size_t text,
                               const struct placement *old, const int64_t *topic_theme,
                               int64_t now_s)
{
    const struct topics_place *p = &result->places[text];
    struct placement place = {.statement_id = old->statement_id,
                              .theme_id = p->topic >= 0 ? topic_theme[p->topic] : 0,
                              .fate = p->topic >= 0                ? FATE_THEME
                                      : p->aside == TOPICS_BY_HAND ? FATE_NONE
                                                                   : FATE_ASIDE,
                              .confidence = (double)p->confidence,
                              .margin = (double)p->margin,
                              .band = p->band,
                              .second_id =
                                  p->topic >= 0 && p->second >= 0 ? topic_theme[p->second] : 0,
                              .nearness = reading_nearness(result, text),
                              .placed_at_s = now_s};
    return place;
}

/* --- one theme
 * ------------------------------------------------------------------------------------ */

cv_rc themes_part(struct themes_parting *out, struct themes_step *step, int64_t theme_id)
{
    struct reading reading;
    struct topics_result result;
    struct cv_arena *mem = step->mem;
    size_t told = step->problems->total_count;
    cv_rc rc = reading_load(&reading, step->db, mem);
    if (rc == CV_OK) rc = reading_prepare(&reading, mem, step->problems);
    if (rc != CV_OK) return rc;
    int32_t index = (int32_t)reading_theme(&reading.themes, theme_id);
    int32_t fresh = (int32_t)reading.themes.count;
    struct topics_options options = {.topic_count = fresh,
                                     .seed = 1,
                                     .threads = reading_threads(),
                                     .pinned = reading_pins(&reading, mem)};
    rc = topics_split(&result, reading.corpus, reading_standing(&reading, mem), index,
                      reading.temperature, &options, step->problems, mem);
    if (rc == CV_INVALID) {
        step->problems->count = step->problems->total_count = told; /* said by name instead */
        cv_problem(step->problems, 0, "theme", "Move statements by hand instead.",
                   "This theme cannot be split: it holds fewer than two different statements that "
                   "may move.");
    }
    if (rc != CV_OK) return rc;
    struct themes_proposal names = {.themes = CV_NEW(mem, struct themes_proposed)};
    reading_name(&names, 0, &result.topics[fresh], &reading, mem);
    *out = (struct themes_parting){.places =
                                       CV_NEW_ARRAY(mem, struct placement, reading.texts.count + 1),
                                   .leaves = names.themes[0].words,
                                   .stays = reading_words(&result.topics[index], &reading, 0, mem)};
    for (size_t i = 0; i < reading.texts.count; i++) {
        struct placement place = reading.texts.items[i].place;
        if (place.theme_id != theme_id) continue;
        place.nearness = reading_nearness(&result, i);
        if (result.places[i].topic == fresh && !place.is_pinned) {
            place.theme_id = 0;
            place.second_id = theme_id;
            place.confidence = (double)result.places[i].confidence;
            place.margin = (double)result.places[i].margin;
            place.band = result.places[i].band;
            place.placed_at_s = step->now_s;
            out->leaving_count++;
        }
        out->places[out->place_count++] = place;
    }
    return CV_OK;
}

static cv_rc write_words(struct themes_step *step, struct themes_before *before, int64_t theme_id,
                         const struct theme_words *words)
{
    struct theme_row row;
    cv_rc rc = theme_find(&row, step->db, step->mem, theme_id);
    if (rc != CV_OK) return rc;
    themes_before_theme(before, theme_id);
    row.words = words->words;
    row.cohesion = words->cohesion;
    return theme_update(step->db, step->mem, &row);
}

cv_rc themes_relabel(struct themes_step *step, struct themes_before *before,
                     const int64_t *theme_ids, size_t count)
{
    struct reading reading;
    struct topics_result result;
    struct themes_counts counts;
    cv_rc rc = themes_counts(&counts, step->db);
    /* Beyond that the words wait for the next search. */
    if (rc != CV_OK || counts.statements > THEMES_AT_ONCE) return rc;
    rc = reading_load(&reading, step->db, step->mem);
    if (rc == CV_OK && reading.themes.count == 0) return CV_OK;
    if (rc == CV_OK) rc = reading_prepare(&reading, step->mem, step->problems);
    if (rc != CV_OK) return rc;
    int32_t *before_of = reading_standing(&reading, step->mem);
    int32_t *held = CV_NEW_ARRAY(step->mem, int32_t, reading.texts.count + 1);
    for (size_t i = 0; i < reading.texts.count; i++)
        held[i] = before_of[i] >= 0 ? before_of[i] : TOPICS_NONE;
    struct topics_options options = {
        .topic_count = (int32_t)reading.themes.count, .seed = 1, .threads = 1, .pinned = held};
    rc = topics_update(&result, reading.corpus, before_of, reading.temperature, &options,
                       step->problems, step->mem);
    for (size_t t = 0; t < count && rc == CV_OK; t++) {
        int64_t index = reading_theme(&reading.themes, theme_ids[t]);
        if (index < 0) continue;
        struct theme_words words = reading_words(&result.topics[index], &reading, 0, step->mem);
        rc = write_words(step, before, theme_ids[t], &words);
        for (size_t i = 0; i < reading.texts.count && rc == CV_OK; i++) {
            struct placement place = reading.texts.items[i].place;
            int64_t nearness = reading_nearness(&result, i);
            if (place.theme_id != theme_ids[t] || place.nearness == nearness) continue;
            place.nearness = nearness;
            rc = placement_put(step->db, &place);
        }
    }
    return rc;
}
