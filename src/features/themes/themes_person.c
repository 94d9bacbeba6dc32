/* themes_person: what themes add to the page of a person, and their statements when two rows of
 * people turn out to be one person. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "features/themes/themes_internal.h"

static const char *source_words(const char *source)
{
    static const char *const words[][2] = {{"form", "In a form"},
                                           {"import", "In a spreadsheet"},
                                           {"plan", "In a plan"},
                                           {"convening", "At a convening"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], source) == 0) return words[i][1];
    return source;
}

static json_t *statement_of(const json_t *row, struct cv_arena *mem)
{
    const char *source = source_words(json_string_value(json_object_get(row, "source")));
    int64_t at_s = json_integer_value(json_object_get(row, "created_at_s"));
    int64_t theme_id = json_integer_value(json_object_get(row, "theme_id"));
    json_t *theme = json_null();
    if (theme_id > 0)
        theme = json_pack("{s:O, s:s}", "name", json_object_get(row, "theme"), "url",
                          cv_sprintf(mem, "/themes/%" PRId64, theme_id));
    return json_pack("{s:O, s:O, s:s, s:o}", "text", json_object_get(row, "text"), "lang",
                     json_object_get(row, "lang"), "by",
                     cv_sprintf(mem, "%s, %s", source, cv_date_text(mem, at_s)), "theme", theme);
}

cv_rc themes_add_to_person(json_t *person, struct web_request *req, int64_t person_id)
{
    json_t *rows = NULL;
    cv_rc rc = statement_rows_of_person(&rows, req->db, person_id);
    if (rc != CV_OK) return rc;
    json_t *statements = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append_new(statements, statement_of(json_array_get(rows, i), req->mem));
    json_object_set_new(person, "has_statements", json_boolean(json_array_size(statements) > 0));
    json_object_set_new(person, "statements", statements);
    json_decref(rows);
    return CV_OK;
}

cv_rc themes_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem, int64_t from,
                          int64_t to)
{
    json_t *rows = NULL;
    (void)mem;
    cv_rc rc = statement_rows_of_person(&rows, db, from);
    if (rc != CV_OK) return rc;
    json_t *ids = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append(ids, json_object_get(json_array_get(rows, i), "id"));
    json_object_set_new(moved, "themes", ids);
    json_decref(rows);
    return statement_move_person(db, from, to);
}

cv_rc themes_unmerge_person(const json_t *moved, struct store_db *db, struct cv_arena *mem,
                            int64_t from, int64_t to)
{
    const json_t *ids = json_object_get(moved, "themes");
    cv_rc rc = CV_OK;
    (void)mem;
    (void)to;
    for (size_t i = 0; i < json_array_size(ids) && rc == CV_OK; i++)
        rc = statement_set_person(db, json_integer_value(json_array_get(ids, i)), from);
    return rc;
}
