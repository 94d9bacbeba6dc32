/* themes_files: what people wrote, from and to spreadsheets. One row is one statement; the author
 * is a person of the network, or free text, or nobody. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "features/people/people.h"
#include "features/themes/themes_internal.h"

enum statement_field {
    FIELD_TEXT,
    FIELD_AUTHOR,
    FIELD_LANG,
    FIELD_ROLE,
    FIELD_PLACE,
    FIELD_SOURCE,
    FIELD_COUNT
};

static const struct exchange_field fields[] = {
    [FIELD_TEXT] = {"text", "What they wrote",
                    "text|statement|statements|focus|focus statement|answer|response|comment|wish|"
                    "texto|enunciado|respuesta|comentario|enfoque|que le importa|deseo",
                    .is_required = true, .is_key = true},
    [FIELD_AUTHOR] = {"author", "Who wrote it (e-mail or name)",
                      "author|person|name|email|e-mail|mail|who|from|autor|autora|persona|nombre|"
                      "correo|correo electronico|quien|de",
                      .is_key = true},
    [FIELD_LANG] = {"lang", "Language", "lang|language|lengua|idioma"},
    [FIELD_ROLE] = {"role", "Role", "role|title|position|cargo|puesto|rol|funcion"},
    [FIELD_PLACE] = {"place", "Place",
                     "place|district|school|site|organisation|organization|lugar|distrito|escuela|"
                     "centro"},
    [FIELD_SOURCE] = {"source", "Where it comes from", "source|origin|fuente|origen"},
    [FIELD_COUNT] = {NULL, NULL, NULL},
};

struct statement_row {
    struct statement statement;
    const struct statement_facts *old;
};

struct checking {
    struct cv_arena *mem;
    struct cv_problems *problems;
    struct people_index people;
};

static void read_author(struct checking *check, struct exchange_row *row,
                        struct statement *statement)
{
    const char *text = row->values[FIELD_AUTHOR];
    bool is_ambiguous = false;
    if (!text) return;
    const struct person *person = people_index_find(&is_ambiguous, &check->people, text);
    if (is_ambiguous) {
        exchange_refuse(row, check->problems, "author",
                        "Write the e-mail, or the place behind the name: \"Ana Ruiz (Riverbend)\".",
                        "More than one person is called \"%s\".", text);
        return;
    }
    if (!person) { /* kept as it is written */
        statement->author = text;
        return;
    }
    statement->person_id = person->id;
    const char *role = people_role_text(person);
    if (!statement->role && *role) statement->role = role;
    if (!statement->place) statement->place = person->place;
}

static void read_source(struct checking *check, struct exchange_row *row,
                        struct statement *statement)
{
    static const char *const words[][2] = {
        {"form", "form"},           {"formulario", "form"},       {"import", "import"},
        {"plan", "plan"},           {"improvement plan", "plan"}, {"convening", "convening"},
        {"encuentro", "convening"}, {"wall", "convening"},
    };
    const char *text = row->values[FIELD_SOURCE];
    statement->source = "import";
    if (!text) return;
    const char *folded = cv_text_fold(check->mem, text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(folded, words[i][0]) == 0) {
            statement->source = words[i][1];
            return;
        }
    exchange_refuse(row, check->problems, "source", "Write form, import, plan or convening.",
                    "\"%s\" is no source that is known here.", text);
}

static const char *language_code(struct checking *check, struct exchange_row *row)
{
    const char *text = row->values[FIELD_LANG];
    if (!text) return "";
    const char *codes = people_languages_read(check->mem, text);
    size_t size = strcspn(codes, " ");
    if (size >= 2 && size <= 3) return cv_strndup(check->mem, codes, size);
    exchange_refuse(row, check->problems, "lang",
                    "Write English, Spanish or a code such as en, es, so; or leave it empty.",
                    "\"%s\" is no language that is known here.", text);
    return "";
}

static void read_row(struct checking *check, struct exchange_row *row)
{
    struct statement_row *own = CV_NEW(check->mem, struct statement_row);
    struct statement *statement = &own->statement;
    const char *text = row->values[FIELD_TEXT];
    row->own = own;
    if (row->fate != EXCHANGE_REFUSED) row->fate = EXCHANGE_NEW;
    *statement = (struct statement){
        .text = text, .role = row->values[FIELD_ROLE], .place = row->values[FIELD_PLACE]};
    if (!text)
        exchange_refuse(row, check->problems, "text", "Write what they said, or take the row out.",
                        "This row has no text.");
    else if (strlen(text) > CV_LIMIT_STATEMENT_BYTES)
        exchange_refuse(row, check->problems, "text", "Shorten it, or make two rows of it.",
                        "This text is longer than %d letters.", CV_LIMIT_STATEMENT_BYTES);
    statement->lang = language_code(check, row);
    read_author(check, row, statement);
    read_source(check, row, statement);
}

/* The same words of the same author are the same statement. */
static const char *key_of(struct cv_arena *mem, int64_t person_id, const char *author,
                          const char *text_folded)
{
    return cv_sprintf(mem, "%" PRIx64 "|%s|%s", (uint64_t)person_id,
                      person_id || !author ? "" : cv_text_fold(mem, author), text_folded);
}

static void compare(struct checking *check, struct exchange_row *row)
{
    struct statement_row *own = row->own;
    struct statement *file = &own->statement;
    const struct statement_facts *old = own->old;
    const char *lang = *file->lang ? file->lang : NULL;
    bool has_source = row->values[FIELD_SOURCE] != NULL;
    exchange_compare(row, check->mem, "language", old->lang, lang);
    exchange_compare(row, check->mem, "role", old->role, row->values[FIELD_ROLE]);
    exchange_compare(row, check->mem, "place", old->place, row->values[FIELD_PLACE]);
    exchange_compare(row, check->mem, "source", old->source, has_source ? file->source : NULL);
}

static cv_rc check_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, struct cv_problems *problems)
{
    struct checking check = {.mem = mem, .problems = problems};
    struct statement_facts_list facts;
    struct cv_map there = cv_map_new(mem);
    struct cv_map seen = cv_map_new(mem);
    cv_rc rc = people_index_load(&check.people, db, mem);
    if (rc == CV_OK) rc = statement_facts(&facts, db, mem);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < facts.count; i++)
        (void)cv_map_at(&there,
                        key_of(mem, facts.items[i].person_id, facts.items[i].author,
                               facts.items[i].text_folded),
                        (int64_t)i);
    for (size_t i = 0; i < count; i++) {
        struct exchange_row *row = &rows[i];
        read_row(&check, row);
        if (row->fate == EXCHANGE_REFUSED) continue;
        struct statement_row *own = row->own;
        const struct statement *s = &own->statement;
        const char *key = key_of(mem, s->person_id, s->author, cv_text_fold(mem, s->text));
        int64_t first = *cv_map_at(&seen, key, (int64_t)i);
        bool is_anonymous = !s->person_id && !s->author;
        /* Two strangers may well write the same words. */
        if (first != (int64_t)i && !is_anonymous) {
            row->fate = EXCHANGE_SKIPPED;
            row->match_note = cv_sprintf(mem, "the same as on line %" PRId64, rows[first].line);
            continue;
        }
        const int64_t *at = cv_map_find(&there, key);
        if (!at || on_match == EXCHANGE_KEEP_BOTH || is_anonymous) continue;
        own->old = &facts.items[*at];
        row->match_id = own->old->id;
        row->match_note = "these words are there already";
        compare(&check, row);
        row->fate = !row->changes                 ? EXCHANGE_SAME
                    : on_match == EXCHANGE_UPDATE ? EXCHANGE_CHANGED
                                                  : EXCHANGE_SKIPPED;
    }
    return CV_OK;
}

static json_t *statement_document(const struct statement *s)
{
    json_t *document = json_pack("{s:I, s:s, s:s, s:s, s:I}", "person_id", (json_int_t)s->person_id,
                                 "text", s->text, "lang", s->lang, "source", s->source,
                                 "created_at_s", (json_int_t)s->created_at_s);
    if (s->author) json_object_set_new(document, "author", json_string(s->author));
    if (s->role) json_object_set_new(document, "role", json_string(s->role));
    if (s->place) json_object_set_new(document, "place", json_string(s->place));
    return document;
}

static cv_rc update_row(const struct statement_row *own, const struct exchange_row *row,
                        struct store_db *db, struct cv_arena *mem, int64_t batch_id)
{
    struct statement now;
    cv_rc rc = statement_find(&now, db, mem, row->match_id);
    if (rc != CV_OK) return rc;
    json_t *before = statement_document(&now);
    if (*own->statement.lang) now.lang = own->statement.lang;
    if (row->values[FIELD_ROLE]) now.role = row->values[FIELD_ROLE];
    if (row->values[FIELD_PLACE]) now.place = row->values[FIELD_PLACE];
    if (row->values[FIELD_SOURCE]) now.source = own->statement.source;
    rc = statement_update(db, mem, &now);
    if (rc == CV_OK) rc = exchange_stored(db, batch_id, row->match_id, before);
    json_decref(before);
    return rc;
}

static cv_rc store_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    (void)on_match;
    cv_rc rc = CV_OK;
    for (size_t i = 0; i < count && rc == CV_OK; i++) {
        struct statement_row *own = rows[i].own;
        int64_t id = 0;
        if (rows[i].fate == EXCHANGE_CHANGED) {
            rc = update_row(own, &rows[i], db, mem, batch_id);
        } else if (rows[i].fate == EXCHANGE_NEW) {
            own->statement.created_at_s = now_s;
            rc = themes_statement_insert(&id, db, mem, &own->statement);
            if (rc == CV_OK) rc = exchange_stored(db, batch_id, id, NULL);
        }
    }
    return rc;
}

/* A statement that a person has placed by hand stays: their work hangs on it. */
static cv_rc unstore_row(struct store_db *db, struct cv_arena *mem, int64_t row_id,
                         const json_t *before, int64_t now_s)
{
    (void)now_s;
    if (before) {
        struct statement s = {.id = row_id,
                              .person_id = json_integer_value(json_object_get(before, "person_id")),
                              .author = json_string_value(json_object_get(before, "author")),
                              .text = json_string_value(json_object_get(before, "text")),
                              .lang = json_string_value(json_object_get(before, "lang")),
                              .source = json_string_value(json_object_get(before, "source")),
                              .role = json_string_value(json_object_get(before, "role")),
                              .place = json_string_value(json_object_get(before, "place")),
                              .created_at_s =
                                  json_integer_value(json_object_get(before, "created_at_s"))};
        return statement_update(db, mem, &s);
    }
    struct placement place;
    cv_rc rc = placement_find(&place, db, row_id);
    if (rc != CV_OK) return rc == CV_NOT_FOUND ? CV_OK : rc;
    if (place.is_pinned) return CV_CONFLICT;
    rc = placement_delete(db, row_id);
    return rc == CV_OK ? statement_delete(db, row_id) : rc;
}

static const char *name_of(struct store_db *db, struct cv_arena *mem, int64_t row_id)
{
    enum { SHOWN = 60 };
    struct statement s;
    if (statement_find(&s, db, mem, row_id) != CV_OK) return NULL;
    size_t size = strlen(s.text);
    if (size <= SHOWN) return cv_sprintf(mem, "“%s”", s.text);
    size = SHOWN;
    while (size > 0 && ((unsigned char)s.text[size] & 0xC0) == 0x80) size--;
    return cv_sprintf(mem, "“%.*s…”", (int)size, s.text);
}

const struct exchange_import themes_imports[] = {
    {.name = "statements",
     .title = "What people care about",
     .one = "statement",
     .many = "statements",
     .explain = "One row for each thing somebody wrote, with its author if you know who it was.",
     .fields = fields,
     .sensitive = NULL,
     .check = check_rows,
     .store = store_rows,
     .unstore = unstore_row,
     .name_of = name_of},
    {0},
};

/* --- exports
 * ---------------------------------------------------------------------------------------- */

static cv_rc export_statements(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct people_index people;
    cv_rc rc = people_index_load(&people, db, mem);
    if (rc == CV_OK) rc = statement_export_rows(out, db);
    size_t i;
    json_t *row;
    json_array_foreach(rc == CV_OK ? *out : NULL, i, row)
    {
        const struct person *person =
            people_index_at(&people, json_integer_value(json_object_get(row, "person_id")));
        if (person)
            json_object_set_new(row, "author", json_string(people_index_text(&people, person)));
    }
    return rc;
}

static cv_rc export_themes(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct theme_list themes;
    cv_rc rc = themes_list(&themes, db, mem);
    if (rc != CV_OK) return rc;
    *out = json_array();
    for (size_t i = 0; i < themes.count; i++) {
        const struct theme *t = &themes.items[i];
        json_array_append_new(
            *out, json_pack("{s:s, s:s, s:s, s:I, s:I}", "theme", t->name, "theme_es",
                            t->name_es ? t->name_es : "", "state", t->state, "statements",
                            (json_int_t)t->statement_count, "people", (json_int_t)t->people_count));
    }
    return CV_OK;
}

static const char *const statement_columns[] = {"author", "text",   "lang",  "role",
                                                "place",  "source", "theme", NULL};
static const char *const theme_columns[] = {"theme",      "theme_es", "state",
                                            "statements", "people",   NULL};

const struct exchange_export themes_exports[] = {
    {.name = "statements",
     .title = "What people care about",
     .columns = statement_columns,
     .rows = export_statements},
    {.name = "themes", .title = "Themes", .columns = theme_columns, .rows = export_themes},
    {0},
};
