/* themes_documents: what the board and the page of a theme know, as documents; the terminal shows
 * the same. golden/ holds one of each kind. Not here: lists, the Move menu and the wall
 * (themes_lists.c), requests (themes_web.c), the page of a re-run (themes_propose.c). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes_documents_internal.h"

enum { FACES = 12, PEOPLE_SHOWN = 6, WHOLE_ROWS = 100000 };

/* --- words
 * ---------------------------------------------------------------------------------------- */

const char *themes_by(struct cv_arena *mem, const char *role, const char *place, const char *author)
{
    bool has_role = role && *role;
    bool has_place = place && *place;
    if (has_role && has_place) return cv_sprintf(mem, "%s, %s", role, place);
    if (has_role || has_place) return has_role ? role : place;
    return author && *author ? author : "Somebody";
}

const char *themes_doc_text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

int64_t themes_doc_int(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

const char *themes_doc_by(struct cv_arena *mem, const json_t *row)
{
    return themes_by(mem, themes_doc_text(row, "role"), themes_doc_text(row, "place"),
                     themes_doc_text(row, "author"));
}

const char *themes_doc_count(struct cv_arena *mem, int64_t count)
{
    return cv_count_text(mem, count, "statement", "statements");
}

/* "district" where every place that people wrote from is one, else "place". */
static cv_rc place_word(const char **out_one, const char **out_many, struct store_db *db,
                        struct cv_arena *mem)
{
    struct place_list places = {0};
    struct cv_map districts = cv_map_new(mem);
    json_t *named = NULL;
    cv_rc rc = network_place_list(&places, db, mem);
    if (rc == CV_OK) rc = statement_places(&named, db);
    for (size_t i = 0; i < places.count; i++)
        if (strcmp(places.items[i].kind, "district") == 0)
            (void)cv_map_at(&districts, cv_text_fold(mem, places.items[i].name), 1);
    bool is_district = districts.count > 0;
    for (size_t i = 0; i < json_array_size(named); i++) {
        const char *name = themes_doc_text(json_array_get(named, i), "place");
        is_district = is_district && cv_map_find(&districts, cv_text_fold(mem, name));
    }
    json_decref(named);
    *out_one = is_district ? "district" : "place";
    *out_many = is_district ? "districts" : "places";
    return rc;
}

cv_rc themes_wording_new(struct wording *out, struct store_db *db, struct cv_arena *mem)
{
    *out = (struct wording){.mem = mem};
    return place_word(&out->place_one, &out->place_many, db, mem);
}

const char *themes_doc_people(const struct wording *w, const struct theme *theme)
{
    const char *people = cv_count_text(w->mem, theme->people_count, "person", "people");
    if (theme->place_count == 0) return people;
    return cv_sprintf(w->mem, "%s from %s", people,
                      cv_count_text(w->mem, theme->place_count, w->place_one, w->place_many));
}

static json_t *words_in(const json_t *words, const char *lang)
{
    json_t *list = json_object_get(words, lang);
    return list ? json_incref(list) : json_array();
}

json_t *themes_doc_parsed(const char *text)
{
    json_t *document = text ? json_loads(text, 0, NULL) : NULL;
    return document ? document : json_object();
}

/* Says aloud what a person should know before trusting a theme; null where all is well. */
static json_t *clarity_of(const struct theme *theme)
{
    if (theme->statement_count > 0 && theme->unsure_count * 2 > theme->statement_count)
        return json_pack("{s:s, s:s}", "tone", "quince", "word", "Not clear yet");
    if (theme->statement_count > 0 && theme->statement_count < 3)
        return json_pack("{s:s, s:s}", "tone", "dusk", "word", "Small");
    return json_null();
}

static json_t *band_of(const json_t *row)
{
    bool is_pinned = json_is_true(json_object_get(row, "is_pinned"));
    json_t *band = json_object_get(row, "band");
    if (!band || is_pinned || json_integer_value(band) != 0 || !json_object_get(row, "theme_id"))
        return json_null();
    return json_pack("{s:s, s:s}", "word", "Unsure", "tone", "quince");
}

json_t *themes_doc_statement(const json_t *row, struct cv_arena *mem, bool can_edit)
{
    int64_t id = themes_doc_int(row, "id");
    json_t *document = json_pack("{s:I, s:O, s:O, s:s, s:b}", "id", (json_int_t)id, "text",
                                 json_object_get(row, "text"), "lang", json_object_get(row, "lang"),
                                 "by", themes_doc_by(mem, row), "is_pinned",
                                 json_is_true(json_object_get(row, "is_pinned")));
    json_object_set_new(
        document, "move_url",
        can_edit ? json_string(cv_sprintf(mem, "/themes/statements/%" PRId64 "/move", id))
                 : json_null());
    json_object_set_new(document, "band", band_of(row));
    return document;
}

/* --- themes
 * --------------------------------------------------------------------------------------- */

static json_t *merge_targets(const struct theme_list *themes, int64_t besides_id)
{
    json_t *targets = json_array();
    for (size_t i = 0; i < themes->count; i++)
        if (themes->items[i].id != besides_id)
            json_array_append_new(targets,
                                  json_pack("{s:I, s:s}", "id", (json_int_t)themes->items[i].id,
                                            "name", themes->items[i].name));
    return targets;
}

json_t *themes_doc_theme(const struct theme *theme, const struct theme_list *themes,
                         const struct wording *w, json_t *statements, bool can_edit)
{
    json_t *words = themes_doc_parsed(theme->words);
    json_t *spanish = words_in(words, "es");
    int64_t shown = (int64_t)json_array_size(statements);
    json_t *document = json_pack(
        "{s:I, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:b, s:o, s:b, s:o, s:b, s:o, s:b}", "id",
        (json_int_t)theme->id, "url", cv_sprintf(w->mem, "/themes/%" PRId64, theme->id), "name",
        theme->name, "people_text", themes_doc_people(w, theme), "statement_count",
        (json_int_t)theme->statement_count, "more_count",
        (json_int_t)(theme->statement_count > shown ? theme->statement_count - shown : 0),
        "words_en", words_in(words, "en"), "words_es", spanish, "has_words_es",
        json_array_size(spanish) > 0, "statements", statements, "is_confirmed",
        strcmp(theme->state, "proposed") != 0, "clarity", clarity_of(theme), "can_split",
        theme->statement_count > 1, "merge_targets", merge_targets(themes, theme->id), "can_edit",
        can_edit);
    json_object_set_new(document, "name_es",
                        theme->name_es ? json_string(theme->name_es) : json_null());
    json_object_set_new(document, "state", json_string(theme->state));
    json_object_set_new(document, "statement_text",
                        json_string(themes_doc_count(w->mem, theme->statement_count)));
    json_decref(words);
    return document;
}

static json_t *lane_of(const json_t *rows, int64_t theme_id, struct cv_arena *mem, bool can_edit)
{
    json_t *lane = json_array();
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)rows, i, row)
    {
        if (themes_doc_int(row, "theme_id") != theme_id) continue;
        json_array_append_new(lane, themes_doc_statement(row, mem, can_edit));
    }
    return lane;
}

static const char *languages_text(const json_t *languages, struct cv_arena *mem)
{
    const char *names[4];
    size_t count = 0;
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)languages, i, row)
    {
        const char *lang = themes_doc_text(row, "lang");
        if (!*lang || count == 4) continue;
        names[count++] = people_languages_text(mem, lang);
    }
    return count > 1 ? cv_sprintf(mem, ", in %s,", cv_list_text(mem, names, count)) : "";
}

static const char *board_lede(const struct themes_counts *counts, const struct theme_list *themes,
                              const json_t *languages, struct cv_arena *mem)
{
    if (counts->statements == 0)
        return "What people care about, side by side. There is nothing to show yet.";
    if (counts->themes == 0)
        return cv_sprintf(mem, "%s wait. Convene has not read them yet.",
                          themes_doc_count(mem, counts->statements));
    const char *text = cv_sprintf(
        mem, "%s%s come together in %s.", themes_doc_count(mem, counts->placed),
        languages_text(languages, mem), cv_count_text(mem, counts->themes, "theme", "themes"));
    if (themes->count > 1 && themes->items[0].statement_count > themes->items[1].statement_count)
        text = cv_sprintf(mem, "%s “%s” is named most widely.", text, themes->items[0].name);
    if (counts->unsure > 0)
        text = cv_sprintf(mem, "%s %s unsure and wait%s for a person to look.", text,
                          cv_count_text(mem, counts->unsure, "statement is", "statements are"),
                          counts->unsure == 1 ? "s" : "");
    if (counts->waiting > 0)
        text = cv_sprintf(
            mem, "%s %s no theme yet.", text,
            cv_count_text(mem, counts->waiting, "new statement has", "new statements have"));
    return text;
}

static json_t *counts_document(const struct themes_counts *c, struct cv_arena *mem)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "themes", (json_int_t)c->themes,
                     "placed", (json_int_t)c->placed, "unsure", (json_int_t)c->unsure, "none_fits",
                     (json_int_t)c->none_fits, "set_aside", (json_int_t)c->set_aside, "waiting",
                     (json_int_t)c->waiting, "statements_text",
                     themes_doc_count(mem, c->statements));
}

/* Null, or where to look at what a search proposes. */
static cv_rc difference_note(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    int64_t run_id = 0;
    *out = json_null();
    cv_rc rc = theme_run_open(&run_id, db);
    if (rc == CV_NOT_FOUND) return CV_OK;
    if (rc == CV_OK)
        *out = json_pack("{s:s, s:s}", "sentence",
                         "Convene has looked again and would change "
                         "something",
                         "url", cv_sprintf(mem, "/themes/previews/%" PRId64, run_id));
    return rc;
}

void themes_doc_set_url(json_t *document, const char *key, const char *url, bool is_there)
{
    json_object_set_new(document, key, is_there ? json_string(url) : json_null());
}

cv_rc themes_board_document(json_t **out, struct store_db *db, struct cv_arena *mem, bool can_edit)
{
    struct themes_counts counts;
    struct theme_list themes;
    struct wording w;
    json_t *rows = NULL;
    json_t *languages = NULL;
    json_t *difference = NULL;
    *out = NULL;
    cv_rc rc = themes_counts(&counts, db);
    if (rc == CV_OK) rc = themes_list(&themes, db, mem);
    if (rc == CV_OK) rc = themes_wording_new(&w, db, mem);
    if (rc == CV_OK) rc = statement_lane_rows(&rows, db);
    if (rc == CV_OK) rc = statement_languages(&languages, db, 0);
    if (rc == CV_OK) rc = difference_note(&difference, db, mem);
    if (rc == CV_OK) {
        json_t *list = json_array();
        for (size_t i = 0; i < themes.count; i++)
            json_array_append_new(
                list, themes_doc_theme(&themes.items[i], &themes, &w,
                                       lane_of(rows, themes.items[i].id, mem, can_edit), can_edit));
        bool has_any = themes.count > 0;
        *out =
            json_pack("{s:{s:s, s:s}, s:b, s:b, s:b, s:o, s:o, s:i}", "page", "title",
                      has_any ? "What people care about" : "Themes", "lede",
                      board_lede(&counts, &themes, languages, mem), "has_any", has_any, "can_edit",
                      can_edit, "can_find", can_edit && counts.statements > 0, "counts",
                      counts_document(&counts, mem), "themes", list, "problem_count", 0);
        themes_doc_set_url(*out, "find_url", "/themes/find", can_edit && counts.statements > 0);
        themes_doc_set_url(*out, "confirm_url", "/themes/confirm",
                           can_edit && counts.unconfirmed > 0);
        json_object_set(*out, "difference", difference);
    }
    json_decref(rows);
    json_decref(languages);
    json_decref(difference);
    return rc;
}

/* --- pages of statements
 * -------------------------------------------------------------------------- */

/* "1 to 30 of 40", and the pages before and after. path ends with "?" or "&". */
json_t *themes_doc_pager(const char *path, int64_t offset, int64_t shown, int64_t total,
                         struct cv_arena *mem)
{
    if (total <= THEMES_PAGE_ROWS && offset == 0) return json_null();
    json_t *document = json_pack("{s:s}", "text",
                                 cv_sprintf(mem, "%" PRId64 " to %" PRId64 " of %" PRId64,
                                            shown ? offset + 1 : offset, offset + shown, total));
    int64_t previous = offset > THEMES_PAGE_ROWS ? offset - THEMES_PAGE_ROWS : 0;
    themes_doc_set_url(document, "previous_url", cv_sprintf(mem, "%sfrom=%" PRId64, path, previous),
                       offset > 0);
    themes_doc_set_url(document, "next_url",
                       cv_sprintf(mem, "%sfrom=%" PRId64, path, offset + shown),
                       offset + shown < total);
    return document;
}

static cv_rc add_people(json_t *document, const struct theme *theme, struct store_db *db,
                        struct cv_arena *mem)
{
    json_t *rows = NULL;
    json_t *people = json_array();
    cv_rc rc = statement_people(&rows, db, theme->id, PEOPLE_SHOWN);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        struct person person;
        if (rc == CV_OK) rc = people_find(&person, db, mem, themes_doc_int(row, "person_id"));
        if (rc != CV_OK) break;
        const char *role = people_role_text(&person);
        json_array_append_new(
            people,
            json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:s, s:b}", "id", (json_int_t)person.id,
                      "name", person.name, "initials", cv_text_initials(mem, person.name), "face",
                      (json_int_t)(person.place_id % FACES + 1), "role", role, "place",
                      person.place ? person.place : "", "url",
                      cv_sprintf(mem, "/people/%" PRId64, person.id), "is_facilitator", 0));
    }
    int64_t shown = (int64_t)json_array_size(people);
    json_object_set_new(
        document, "people_more",
        json_integer(theme->people_count > shown ? theme->people_count - shown : 0));
    json_object_set_new(document, "people", people);
    json_decref(rows);
    return rc;
}

/* "38 people from 19 districts. They speak of absences, buses and Mondays; 9 of 40 write in
 * Spanish." */
static const char *show_lede(const struct theme *theme, const struct wording *w, json_t *words,
                             const json_t *languages)
{
    struct cv_arena *mem = w->mem;
    if (theme->statement_count == 0) return "No statement stands here yet.";
    const char *text = cv_sprintf(mem, "%s.", themes_doc_people(w, theme));
    json_t *list = json_object_get(words, "en");
    if (json_array_size(list) == 0) list = json_object_get(words, "es");
    const char *items[3];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < 3; i++)
        items[count++] = json_string_value(json_array_get(list, i));
    if (count > 0)
        text = cv_sprintf(mem, "%s They speak of %s.", text, cv_list_text(mem, items, count));
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)languages, i, row)
    {
        if (i == 0 || !*themes_doc_text(row, "lang")) continue;
        text = cv_sprintf(mem, "%s %" PRId64 " of %" PRId64 " write in %s.", text,
                          themes_doc_int(row, "count"), theme->statement_count,
                          people_languages_text(mem, themes_doc_text(row, "lang")));
    }
    return text;
}

static const char *joined_text(const json_t *words, struct cv_arena *mem)
{
    const json_t *joined = json_object_get(words, "joined");
    const char *text = "";
    for (size_t i = 0; i < json_array_size(joined); i++)
        text = cv_sprintf(mem, "%s%s%s", text, i ? ", " : "",
                          json_string_value(json_array_get(joined, i)));
    return text;
}

cv_rc themes_doc_statements(json_t **out, struct store_db *db, struct cv_arena *mem,
                            int64_t theme_id, int64_t offset, int64_t limit, bool can_edit)
{
    json_t *rows = NULL;
    const struct statement_query query = {
        .filter = STATEMENTS_THEME, .theme_id = theme_id, .offset = offset, .limit = limit};
    *out = json_array();
    cv_rc rc = statement_rows(&rows, db, mem, &query);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        json_t *statement = themes_doc_statement(row, mem, can_edit);
        themes_doc_set_url(
            statement, "pin_url",
            cv_sprintf(mem, "/themes/statements/%" PRId64 "/pin", themes_doc_int(row, "id")),
            can_edit);
        json_array_append_new(*out, statement);
    }
    json_decref(rows);
    return rc;
}

cv_rc themes_show_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           int64_t theme_id, int64_t offset, bool can_edit, bool is_whole)
{
    struct theme theme;
    struct theme_list themes;
    struct wording w;
    json_t *statements = NULL;
    json_t *languages = NULL;
    *out = NULL;
    cv_rc rc = themes_find(&theme, db, mem, theme_id);
    if (rc == CV_OK) rc = themes_list(&themes, db, mem);
    if (rc == CV_OK) rc = themes_wording_new(&w, db, mem);
    if (rc == CV_OK) rc = statement_languages(&languages, db, theme_id);
    if (rc == CV_OK)
        rc = themes_doc_statements(&statements, db, mem, theme_id, offset,
                                   is_whole ? WHOLE_ROWS : THEMES_PAGE_ROWS, can_edit);
    if (rc != CV_OK) {
        json_decref(languages);
        json_decref(statements);
        return rc;
    }
    int64_t shown = (int64_t)json_array_size(statements);
    json_t *words = themes_doc_parsed(theme.words);
    json_t *document = themes_doc_theme(&theme, &themes, &w, statements, can_edit);
    json_object_set_new(document, "statement_count_text",
                        json_string(cv_sprintf(mem, "%s, nearest first",
                                               themes_doc_count(mem, theme.statement_count))));
    json_object_set_new(document, "joined", json_string(joined_text(words, mem)));
    themes_doc_set_url(document, "collectives_url",
                       cv_sprintf(mem, "/collectives?theme=%" PRId64, theme_id), true);
    themes_doc_set_url(document, "close_url",
                       cv_sprintf(mem, "/themes/%" PRId64 "/close", theme_id),
                       can_edit && theme.statement_count == 0);
    rc = add_people(document, &theme, db, mem);
    *out = json_pack("{s:{s:s, s:s}, s:o, s:o, s:i}", "page", "title", theme.name, "lede",
                     show_lede(&theme, &w, words, languages), "theme", document, "pager",
                     themes_doc_pager(cv_sprintf(mem, "/themes/%" PRId64 "?", theme_id), offset,
                                      shown, theme.statement_count, mem),
                     "problem_count", 0);
    json_decref(words);
    json_decref(languages);
    return rc;
}
