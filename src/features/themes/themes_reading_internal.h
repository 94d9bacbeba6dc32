/* What themes_engine.c and themes_run.c share: statements as the engine reads them. */
#ifndef FEATURES_THEMES_THEMES_READING_INTERNAL_H
#define FEATURES_THEMES_THEMES_READING_INTERNAL_H

#include "engine/topics/topics.h"
#include "features/themes/themes_internal.h"

struct reading {
    struct theme_text_list texts;
    struct theme_row_list themes;
    const struct topics_corpus *corpus;
    const struct topics_glossary *glossary;
    const struct topics_joined *joined;
    size_t joined_count;
    double temperature;
};
/* Statements, themes and the last run's temperature; the corpus comes with reading_prepare. */
cv_rc reading_load(struct reading *out, struct store_db *db, struct cv_arena *mem);
cv_rc reading_prepare(struct reading *reading, struct cv_arena *mem, struct cv_problems *problems);
/* Index of a theme by its id, -1 when it is not open. */
int64_t reading_theme(const struct theme_row_list *themes, int64_t id);
int32_t reading_threads(void);
/* Where each statement stands, as indices into the themes. */
int32_t *reading_standing(const struct reading *reading, struct cv_arena *mem);
/* Where people pinned them. */
int32_t *reading_pins(const struct reading *reading, struct cv_arena *mem);
/* more: how many words more than usual the name gets. */
struct theme_words reading_words(const struct topics_topic *topic, const struct reading *reading,
                                 size_t more, struct cv_arena *mem);
/* Words and a free name for the proposal's theme `own`. */
void reading_name(struct themes_proposal *proposal, size_t own, const struct topics_topic *topic,
                  const struct reading *reading, struct cv_arena *mem);
int64_t reading_nearness(const struct topics_result *result, size_t text);
/* topic_theme: the theme number each topic stands for (in whatever counting the caller uses). */
struct placement reading_place(const struct topics_result *result, size_t text,
                               const struct placement *old, const int64_t *topic_theme,
                               int64_t now_s);

#endif
