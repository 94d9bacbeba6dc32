/* themes_lists: the documents of the lists to work through, of the Move menu and of the wall to
 * print. Not here: the board and the page of a theme (themes_documents.c). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/themes/themes_documents_internal.h"

enum { WALL_VOICES = 3 };

/* --- lists to work through
 * ------------------------------------------------------------------------- */

struct list_words {
    const char *path;
    const char *title_some; /* after the count */
    const char *lede_some;
    const char *title_none;
    const char *lede_none;
    const char *empty;
};
static const struct list_words list_words[] = {
    [STATEMENTS_ALL] = {"/themes/statements", "", "Everything people wrote.", "No statement",
                        "Nobody has written these words.", "Nothing found"},
    [STATEMENTS_UNSURE] = {"/themes/unsure", "unsure",
                           "Convene placed each of these, but a second theme was nearly as near. "
                           "One click settles one; what you choose stays.",
                           "Nothing is unsure",
                           "Every statement stands clearly in its theme or was placed by hand.",
                           "All looked through"},
    [STATEMENTS_NONE] = {"/themes/none", "in no theme",
                         "Somebody said that no theme fits. They stay out of the themes when "
                         "Convene looks again.",
                         "Every statement fits a theme", "Nobody has said that none fits.",
                         "Nothing here"},
    [STATEMENTS_ASIDE] =
        {"/themes/aside", "set aside",
         "These say too little to be placed: empty, or “none”. Move one to a theme "
         "if it says more to you.",
         "Nothing is set aside", "Every statement says something.", "Nothing here"},
    [STATEMENTS_WAITING] =
        {"/themes/waiting", "waiting",
         "They came in after themes were found. Find themes again, or place them "
         "by hand.",
         "Nothing waits", "Every statement was read.", "Nothing here"},
};

/* The first key word of a theme that stands in the text. */
static const char *word_met(const char *folded, const char *words_json, struct cv_arena *mem)
{
    json_t *words = themes_doc_parsed(words_json);
    const char *met = NULL;
    static const char *const langs[] = {"en", "es"};
    for (size_t l = 0; l < 2; l++) {
        const json_t *list = json_object_get(words, langs[l]);
        for (size_t i = 0; i < json_array_size(list) && !met; i++) {
            const char *word = json_string_value(json_array_get(list, i));
            const char *needle = cv_text_fold(mem, word);
            if (*needle && strstr(folded, needle)) met = cv_strdup(mem, word);
        }
    }
    json_decref(words);
    return met;
}

static const char *why_unsure(const json_t *row, struct cv_arena *mem)
{
    const char *theme = themes_doc_text(row, "theme");
    const char *second = themes_doc_text(row, "second");
    const char *folded = cv_text_fold(mem, themes_doc_text(row, "text"));
    const char *here = word_met(folded, themes_doc_text(row, "words"), mem);
    const char *there = second ? word_met(folded, themes_doc_text(row, "second_words"), mem) : NULL;
    if (here && there && strcmp(here, there) != 0)
        return cv_sprintf(mem, "“%s” points to %s, “%s” to %s.", here, theme, there, second);
    if (here && there) return cv_sprintf(mem, "“%s” is a word of both.", here);
    if (there) return cv_sprintf(mem, "“%s” points to %s.", there, second);
    if (here) return cv_sprintf(mem, "Only “%s” points to %s.", here, theme);
    return "It has few words in common with any theme.";
}

static json_t *choice(int64_t id, const char *name, int64_t statement_id, const char *back,
                      bool is_now)
{
    return json_pack("{s:I, s:s, s:I, s:s, s:b}", "id", (json_int_t)id, "name", name,
                     "statement_id", (json_int_t)statement_id, "back", back, "is_now", is_now);
}

static json_t *list_row(const json_t *row, enum statement_filter filter, const char *back,
                        struct cv_arena *mem, bool can_edit)
{
    json_t *document = themes_doc_statement(row, mem, can_edit);
    json_t *choices = json_array();
    int64_t id = themes_doc_int(row, "id");
    bool is_unsure = filter == STATEMENTS_UNSURE;
    if (is_unsure && can_edit) {
        json_array_append_new(choices, choice(themes_doc_int(row, "theme_id"),
                                              themes_doc_text(row, "theme"), id, back, true));
        if (json_object_get(row, "second_id"))
            json_array_append_new(choices, choice(themes_doc_int(row, "second_id"),
                                                  themes_doc_text(row, "second"), id, back, false));
    }
    json_object_set_new(document, "has_choices", json_boolean(json_array_size(choices) > 0));
    json_object_set_new(document, "choices", choices);
    const char *theme = themes_doc_text(row, "theme");
    json_object_set_new(document, "why",
                        is_unsure ? json_string(why_unsure(row, mem))
                        : filter == STATEMENTS_ALL && theme
                            ? json_string(cv_sprintf(mem, "In %s", theme))
                            : json_null());
    return document;
}

/* A path with "from=…" to come: "?" or "&" at its end. */
static const char *list_path(const struct list_words *words, const char *search,
                             struct cv_arena *mem)
{
    if (!search || !*search) return cv_sprintf(mem, "%s?", words->path);
    return cv_sprintf(mem, "%s?q=%s&", words->path, feature_url_text(mem, search));
}

cv_rc themes_list_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           enum statement_filter filter, const char *words, int64_t offset,
                           bool can_edit)
{
    const struct statement_query query = {
        .filter = filter, .words = words, .offset = offset, .limit = THEMES_PAGE_ROWS};
    const struct list_words *w = &list_words[filter];
    json_t *rows = NULL;
    int64_t total = 0;
    *out = NULL;
    cv_rc rc = statement_count(&total, db, mem, &query);
    if (rc == CV_OK) rc = statement_rows(&rows, db, mem, &query);
    if (rc != CV_OK) return rc;
    const char *path = list_path(w, words, mem);
    const char *back = cv_strndup(mem, path, strlen(path) - 1); /* the same list */
    json_t *list = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
        json_array_append_new(list, list_row(row, filter, back, mem, can_edit));
    json_decref(rows);
    const char *title = total == 0       ? w->title_none
                        : *w->title_some ? cv_sprintf(mem, "%s %s %s", themes_doc_count(mem, total),
                                                      total == 1 ? "is" : "are", w->title_some)
                                         : themes_doc_count(mem, total);
    int64_t shown = (int64_t)json_array_size(list);
    *out = json_pack("{s:{s:s, s:s}, s:b, s:s, s:o, s:o, s:i}", "page", "title", title, "lede",
                     total ? w->lede_some : w->lede_none, "has_statements", shown > 0,
                     "empty_heading", w->empty, "statements", list, "pager",
                     themes_doc_pager(path, offset, shown, total, mem), "problem_count", 0);
    json_object_set_new(*out, "search",
                        filter == STATEMENTS_ALL
                            ? json_pack("{s:s, s:s}", "url", w->path, "words", words ? words : "")
                            : json_null());
    return CV_OK;
}

/* --- where to
 * --------------------------------------------------------------------------------------- */

static json_t *target(json_t *id, const char *name, const char *note, bool is_chosen, bool is_near)
{
    return json_pack("{s:o, s:s, s:s, s:b, s:b}", "id", id, "name", name, "note", note, "is_chosen",
                     is_chosen, "is_near", is_near);
}

cv_rc themes_move_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           int64_t statement_id, const char *back)
{
    struct theme_list themes;
    struct wording w;
    json_t *row = NULL;
    *out = NULL;
    cv_rc rc = statement_row(&row, db, statement_id);
    if (rc == CV_OK) rc = themes_list(&themes, db, mem);
    if (rc == CV_OK) rc = themes_wording_new(&w, db, mem);
    if (rc != CV_OK) {
        json_decref(row);
        return rc;
    }
    int64_t now = themes_doc_int(row, "theme_id");
    int64_t second = themes_doc_int(row, "second_id");
    const char *fate = themes_doc_text(row, "fate");
    json_t *targets = json_array();
    for (size_t i = 0; i < themes.count; i++) {
        const struct theme *theme = &themes.items[i];
        bool is_now = theme->id == now;
        json_array_append_new(targets,
                              target(json_integer(theme->id), theme->name,
                                     is_now ? "where it is now" : themes_doc_people(&w, theme),
                                     is_now, is_now || theme->id == second));
    }
    json_array_append_new(
        targets, target(json_string("new"), "A new theme", "name it afterwards", false, false));
    json_array_append_new(targets, target(json_string("none"), "None fits",
                                          "it stays out of the themes when Convene looks again",
                                          fate && strcmp(fate, "none") == 0, false));
    json_t *statement = json_pack("{s:I, s:O, s:O, s:s}", "id", (json_int_t)statement_id, "text",
                                  json_object_get(row, "text"), "lang",
                                  json_object_get(row, "lang"), "by", themes_doc_by(mem, row));
    *out = json_pack("{s:{s:s}, s:o, s:s, s:o, s:i}", "page", "title", "Move a statement",
                     "statement", statement, "back", back, "targets", targets, "problem_count", 0);
    json_decref(row);
    return CV_OK;
}

/* --- the wall
 * --------------------------------------------------------------------------------------- */

cv_rc themes_print_document(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct theme_list themes;
    struct themes_counts counts;
    struct wording w;
    *out = NULL;
    cv_rc rc = themes_list(&themes, db, mem);
    if (rc == CV_OK) rc = themes_counts(&counts, db);
    if (rc == CV_OK) rc = themes_wording_new(&w, db, mem);
    json_t *list = json_array();
    for (size_t i = 0; rc == CV_OK && i < themes.count; i++) {
        json_t *voices = NULL;
        rc = themes_doc_statements(&voices, db, mem, themes.items[i].id, 0, WALL_VOICES, false);
        json_array_append_new(list, themes_doc_theme(&themes.items[i], &themes, &w, voices, false));
    }
    if (rc != CV_OK) {
        json_decref(list);
        return rc;
    }
    *out = json_pack("{s:{s:s, s:s}, s:b, s:o, s:i}", "page", "title", "Theme wall", "lede",
                     cv_sprintf(mem, "%s from %s.",
                                cv_count_text(mem, counts.themes, "theme", "themes"),
                                themes_doc_count(mem, counts.placed)),
                     "has_any", themes.count > 0, "themes", list, "problem_count", 0);
    return CV_OK;
}
