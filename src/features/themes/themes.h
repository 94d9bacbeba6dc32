/* themes: what people wrote, and what they care about in common: the program proposes themes, a
 * person names, merges, splits, moves and confirms. Owns tables statement, theme, theme_assignment,
 * theme_run. Not here: how texts become topics (engine/topics); who forms a group around a theme
 * (collectives). */
#ifndef FEATURES_THEMES_THEMES_H
#define FEATURES_THEMES_THEMES_H

#include "features/feature.h"

/* --- statements ------------------------------------------------------------------------------- */

struct statement {
    int64_t id;
    int64_t person_id;  /* 0: written by nobody we know; then see author */
    const char *author; /* free text, "a parent at the spring fair"; NULL */
    const char *text;
    const char *lang;   /* "en", "es", …; "" when not known: the engine guesses */
    const char *source; /* form, import, plan, convening; NULL is form */
    const char *role;   /* as it was when they wrote: "School leader"; NULL */
    const char *place;  /* as it was when they wrote: "Orchard City"; NULL */
    int64_t created_at_s;
};
/* Many in one transaction are fast. Text must not be empty. out_id may be NULL. CV_CONFLICT: no
 * such person. */
CV_MUST_USE cv_rc themes_statement_insert(int64_t *out_id, struct store_db *db,
                                          struct cv_arena *mem, const struct statement *statement);

struct themes_counts {
    int64_t statements;  /* submitted ones */
    int64_t themes;      /* open ones: proposed, confirmed, open */
    int64_t placed;      /* in a theme */
    int64_t unsure;      /* placed by the program and not sure */
    int64_t none_fits;   /* a person said so */
    int64_t set_aside;   /* says nothing ("n/a") */
    int64_t waiting;     /* no program and no person has placed it yet */
    int64_t unconfirmed; /* themes still proposed */
};
CV_MUST_USE cv_rc themes_counts(struct themes_counts *out, struct store_db *db);

/* --- themes ----------------------------------------------------------------------------------- */

struct theme {
    int64_t id;
    const char *name;    /* texts live in the arena of the call that filled this */
    const char *name_es; /* NULL when there is none */
    const char *state;   /* proposed, confirmed, open (merged and closed ones are not listed) */
    bool is_named;       /* a person gave the name: the program leaves it alone */
    const char *origin;  /* program, person, split */
    int64_t statement_count;
    int64_t people_count; /* different authors */
    int64_t place_count;
    int64_t unsure_count; /* placed by the program and not sure */
    double cohesion;      /* likeness of its statements to their centre, [0,1] */
    const char *words;    /* key words, JSON: {"en": [...], "es": [...], "joined": [...]} */
};
struct theme_list {
    struct theme *items; /* largest first */
    size_t count;
};
CV_MUST_USE cv_rc themes_list(struct theme_list *out, struct store_db *db, struct cv_arena *mem);
/* A theme that is not merged or closed; CV_NOT_FOUND leaves *out untouched. */
CV_MUST_USE cv_rc themes_find(struct theme *out, struct store_db *db, struct cv_arena *mem,
                              int64_t id);
/* What became of a theme: its number and name, or those of the theme it was merged into at last.
 * Also of closed ones, which themes_find does not give. */
CV_MUST_USE cv_rc themes_standing(int64_t *out_id, const char **out_name, struct store_db *db,
                                  struct cv_arena *mem, int64_t id);
/* By number, by name, or by the beginning of a name that only one theme has; accents and case do
 * not matter. CV_INVALID with a problem that names the near ones. */
CV_MUST_USE cv_rc themes_named(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                               const char *word, struct cv_problems *problems);

/* --- for later features ------------------------------------------------------------------------
 */

struct themes_caring {
    int64_t person_id;
    int64_t theme_id;
    double affinity; /* (0,1]: 1 placed by hand or surely; less where the program doubts */
};
struct themes_caring_list {
    struct themes_caring *items; /* by person, then theme */
    size_t count;
};
/* Who cares about which theme, from what they wrote: the best of their statements counts; a second
 * choice counts as much as the program believed in it. */
CV_MUST_USE cv_rc themes_caring(struct themes_caring_list *out, struct store_db *db,
                                struct cv_arena *mem);
/* What these people wrote within a theme, nearest to it first: [{id, text, lang, by}]. *out is a
 * new reference. */
CV_MUST_USE cv_rc themes_voices(json_t **out, struct store_db *db, struct cv_arena *mem,
                                int64_t theme_id, const int64_t *people_ids, size_t people_count);

extern const struct feature themes_feature;

#endif
