/* Every SQL statement of themes about what people wrote. Themes and placements: themes_store.c. */
#include <assert.h>

#include "base/text.h"
#include "features/themes/themes_internal.h"

STORE_SQL(sql_insert, "INSERT INTO statement (person_id, author, text, text_folded, lang, source, "
                      "role, place, created_at_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                      "RETURNING id");
cv_rc themes_statement_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                              const struct statement *row)
{
    int64_t id = 0;
    cv_rc rc = store_number(
        &id, db, &sql_insert, STORE_INT_OR_NULL(row->person_id), STORE_TEXT(row->author),
        STORE_TEXT(row->text), STORE_TEXT(cv_text_fold(mem, row->text)),
        STORE_TEXT(row->lang ? row->lang : ""), STORE_TEXT(row->source ? row->source : "form"),
        STORE_TEXT(row->role), STORE_TEXT(row->place), STORE_INT(row->created_at_s));
    if (rc == CV_OK && out_id) *out_id = id;
    return rc;
}

/* --- lists for people ---------------------------------------------------------------------------
 */

#define ROW_COLUMNS                                                                                \
    "s.id AS id, s.text AS text, s.lang AS lang, s.person_id AS person_id, s.author AS author, "   \
    "s.role AS role, s.place AS place, a.theme_id AS theme_id, t.name AS theme, a.fate AS fate, "  \
    "coalesce(a.is_pinned, 0) AS is_pinned, a.band AS band, a.second_id AS second_id, "            \
    "t2.name AS second, t.words AS words, t2.words AS second_words"
#define ROW_TABLES                                                                                 \
    " FROM statement s LEFT JOIN theme_assignment a ON a.statement_id = s.id "                     \
    "LEFT JOIN theme t ON t.id = a.theme_id LEFT JOIN theme t2 ON t2.id = a.second_id "            \
    "WHERE s.state = 'submitted' "
#define WORDS " AND ($1 = '' OR s.text_folded LIKE $1 ESCAPE '\\') "

STORE_SQL(sql_all, "SELECT " ROW_COLUMNS ROW_TABLES WORDS "ORDER BY s.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_unsure, "SELECT " ROW_COLUMNS ROW_TABLES
                      "AND a.fate = 'theme' AND a.band = 0 AND a.is_pinned = 0" WORDS
                      "ORDER BY a.margin, s.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_none, "SELECT " ROW_COLUMNS ROW_TABLES "AND a.fate = 'none'" WORDS
                    "ORDER BY a.placed_at_s DESC, s.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_aside, "SELECT " ROW_COLUMNS ROW_TABLES "AND a.fate = 'aside'" WORDS
                     "ORDER BY s.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_waiting, "SELECT " ROW_COLUMNS ROW_TABLES "AND a.fate IS NULL" WORDS
                       "ORDER BY s.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_theme, "SELECT " ROW_COLUMNS ROW_TABLES "AND a.theme_id = $4" WORDS
                     "ORDER BY a.nearness, a.confidence DESC, s.id LIMIT $2 OFFSET $3");

/* Folded, to be found anywhere in the text; "" for no words. */
static const char *pattern_of(struct cv_arena *mem, const char *words)
{
    if (!words || !*words) return "";
    return feature_like_text(mem, cv_text_fold(mem, words));
}

cv_rc statement_rows(json_t **out, struct store_db *db, struct cv_arena *mem,
                     const struct statement_query *query)
{
    static const struct store_sql *const by_filter[] = {
        [STATEMENTS_ALL] = &sql_all,         [STATEMENTS_UNSURE] = &sql_unsure,
        [STATEMENTS_NONE] = &sql_none,       [STATEMENTS_ASIDE] = &sql_aside,
        [STATEMENTS_WAITING] = &sql_waiting,
    };
    struct store_value words = STORE_TEXT(pattern_of(mem, query->words));
    if (query->filter == STATEMENTS_THEME)
        return store_json(out, db, &sql_theme, words, STORE_INT(query->limit),
                          STORE_INT(query->offset), STORE_INT(query->theme_id));
    return store_json(out, db, by_filter[query->filter], words, STORE_INT(query->limit),
                      STORE_INT(query->offset));
}

#define COUNT_TABLES                                                                               \
    "SELECT count(*) FROM statement s LEFT JOIN theme_assignment a ON a.statement_id = s.id "      \
    "WHERE s.state = 'submitted' "
STORE_SQL(sql_count_all, COUNT_TABLES WORDS);
STORE_SQL(sql_count_unsure,
          COUNT_TABLES "AND a.fate = 'theme' AND a.band = 0 AND a.is_pinned = 0" WORDS);
STORE_SQL(sql_count_none, COUNT_TABLES "AND a.fate = 'none'" WORDS);
STORE_SQL(sql_count_aside, COUNT_TABLES "AND a.fate = 'aside'" WORDS);
STORE_SQL(sql_count_waiting, COUNT_TABLES "AND a.fate IS NULL" WORDS);
STORE_SQL(sql_count_theme, COUNT_TABLES "AND a.theme_id = $2" WORDS);

cv_rc statement_count(int64_t *out, struct store_db *db, struct cv_arena *mem,
                      const struct statement_query *query)
{
    static const struct store_sql *const by_filter[] = {
        [STATEMENTS_ALL] = &sql_count_all,         [STATEMENTS_UNSURE] = &sql_count_unsure,
        [STATEMENTS_NONE] = &sql_count_none,       [STATEMENTS_ASIDE] = &sql_count_aside,
        [STATEMENTS_WAITING] = &sql_count_waiting,
    };
    struct store_value words = STORE_TEXT(pattern_of(mem, query->words));
    if (query->filter == STATEMENTS_THEME)
        return store_number(out, db, &sql_count_theme, words, STORE_INT(query->theme_id));
    return store_number(out, db, by_filter[query->filter], words);
}

STORE_SQL(sql_row, "SELECT " ROW_COLUMNS ROW_TABLES "AND s.id = $1");
cv_rc statement_row(json_t **out, struct store_db *db, int64_t id)
{
    json_t *rows = NULL;
    *out = NULL;
    cv_rc rc = store_json(&rows, db, &sql_row, STORE_INT(id));
    if (rc != CV_OK) return rc;
    *out = json_incref(json_array_get(rows, 0));
    json_decref(rows);
    return *out ? CV_OK : CV_NOT_FOUND;
}

/* Beside the nearest ones those that people put there last: whoever drags a statement into a lane
 * finds it there. */
STORE_SQL(sql_lanes,
          "SELECT * FROM (SELECT " ROW_COLUMNS ", "
          "row_number() OVER (PARTITION BY a.theme_id ORDER BY a.nearness, a.confidence DESC, "
          "s.id) AS near_rank, "
          "row_number() OVER (PARTITION BY a.theme_id, a.is_pinned ORDER BY a.placed_at_s DESC, "
          "s.id) AS pin_rank" ROW_TABLES "AND a.fate = 'theme' "
          "AND (a.nearness < 9 OR a.is_pinned = 1)) AS lane "
          "WHERE near_rank <= $1 OR (is_pinned = 1 AND pin_rank <= $1) "
          "ORDER BY theme_id, near_rank");
cv_rc statement_lane_rows(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_lanes, STORE_INT(THEMES_LANE_ROWS));
}

STORE_SQL(sql_languages, "SELECT s.lang AS lang, count(*) AS count FROM statement s "
                         "LEFT JOIN theme_assignment a ON a.statement_id = s.id "
                         "WHERE s.state = 'submitted' AND (CAST($1 AS BIGINT) = 0 "
                         "OR a.theme_id = CAST($1 AS BIGINT)) "
                         "GROUP BY s.lang ORDER BY count(*) DESC, s.lang");
cv_rc statement_languages(json_t **out, struct store_db *db, int64_t theme_id)
{
    return store_json(out, db, &sql_languages, STORE_INT(theme_id));
}

STORE_SQL(sql_people, "SELECT s.person_id AS person_id, min(s.role) AS role, "
                      "min(s.place) AS place FROM statement s "
                      "JOIN theme_assignment a ON a.statement_id = s.id "
                      "WHERE s.state = 'submitted' AND a.theme_id = $1 "
                      "AND s.person_id IS NOT NULL GROUP BY s.person_id "
                      "ORDER BY min(a.nearness), max(a.confidence) DESC, s.person_id LIMIT $2");
cv_rc statement_people(json_t **out, struct store_db *db, int64_t theme_id, int64_t limit)
{
    return store_json(out, db, &sql_people, STORE_INT(theme_id), STORE_INT(limit));
}

/* Also those that are withdrawn: they stay the person's own. */
STORE_SQL(sql_of_person,
          "SELECT s.id AS id, s.text AS text, s.lang AS lang, s.source AS source, "
          "s.created_at_s AS created_at_s, a.theme_id AS theme_id, t.name AS theme "
          "FROM statement s LEFT JOIN theme_assignment a ON a.statement_id = s.id "
          "LEFT JOIN theme t ON t.id = a.theme_id WHERE s.person_id = $1 ORDER BY s.id");
cv_rc statement_rows_of_person(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_of_person, STORE_INT(person_id));
}

STORE_SQL(sql_move_person, "UPDATE statement SET person_id = $2 WHERE person_id = $1");
cv_rc statement_move_person(struct store_db *db, int64_t from, int64_t to)
{
    return store_exec(NULL, db, &sql_move_person, STORE_INT(from), STORE_INT(to));
}

STORE_SQL(sql_set_person, "UPDATE statement SET person_id = $2 WHERE id = $1");
cv_rc statement_set_person(struct store_db *db, int64_t id, int64_t person_id)
{
    return store_exec(NULL, db, &sql_set_person, STORE_INT(id), STORE_INT(person_id));
}

STORE_SQL(sql_places, "SELECT DISTINCT place AS place FROM statement "
                      "WHERE state = 'submitted' AND place IS NOT NULL ORDER BY place LIMIT 500");
cv_rc statement_places(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_places);
}

/* --- for imports and exports ---------------------------------------------------------------------
 */

STORE_SQL(sql_facts_count, "SELECT count(*) FROM statement");
STORE_SQL(sql_facts, "SELECT id, person_id, author, text_folded, source, lang, role, place "
                     "FROM statement ORDER BY id");
cv_rc statement_facts(struct statement_facts_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_facts_count);
    if (rc != CV_OK) return rc;
    *out = (struct statement_facts_list){.items =
                                             CV_NEW_ARRAY(mem, struct statement_facts, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_facts);
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows))
        out->items[out->count++] =
            (struct statement_facts){.id = store_int(&rows, 0),
                                     .person_id = store_int(&rows, 1),
                                     .author = store_text(&rows, 2, mem),
                                     .text_folded = store_text(&rows, 3, mem),
                                     .source = store_text(&rows, 4, mem),
                                     .lang = store_text(&rows, 5, mem),
                                     .role = store_text(&rows, 6, mem),
                                     .place = store_text(&rows, 7, mem)};
    return store_done(&rows, rc);
}

STORE_SQL(sql_find, "SELECT id, person_id, author, text, lang, source, role, place, created_at_s "
                    "FROM statement WHERE id = $1");
cv_rc statement_find(struct statement *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found)
        *out = (struct statement){.id = store_int(&rows, 0),
                                  .person_id = store_int(&rows, 1),
                                  .author = store_text(&rows, 2, mem),
                                  .text = store_text(&rows, 3, mem),
                                  .lang = store_text(&rows, 4, mem),
                                  .source = store_text(&rows, 5, mem),
                                  .role = store_text(&rows, 6, mem),
                                  .place = store_text(&rows, 7, mem),
                                  .created_at_s = store_int(&rows, 8)};
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_update, "UPDATE statement SET person_id = $2, author = $3, text = $4, "
                      "text_folded = $5, lang = $6, source = $7, role = $8, place = $9, "
                      "created_at_s = $10 WHERE id = $1");
cv_rc statement_update(struct store_db *db, struct cv_arena *mem, const struct statement *row)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_update, STORE_INT(row->id),
                          STORE_INT_OR_NULL(row->person_id), STORE_TEXT(row->author),
                          STORE_TEXT(row->text), STORE_TEXT(cv_text_fold(mem, row->text)),
                          STORE_TEXT(row->lang), STORE_TEXT(row->source), STORE_TEXT(row->role),
                          STORE_TEXT(row->place), STORE_INT(row->created_at_s));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_delete, "DELETE FROM statement WHERE id = $1");
cv_rc statement_delete(struct store_db *db, int64_t id)
{
    return store_exec(NULL, db, &sql_delete, STORE_INT(id));
}

STORE_SQL(sql_export, "SELECT s.person_id AS person_id, s.author AS author, s.text AS text, "
                      "s.lang AS lang, s.source AS source, s.role AS role, s.place AS place, "
                      "t.name AS theme FROM statement s "
                      "LEFT JOIN theme_assignment a ON a.statement_id = s.id "
                      "LEFT JOIN theme t ON t.id = a.theme_id "
                      "WHERE s.state = 'submitted' ORDER BY s.id");
cv_rc statement_export_rows(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_export);
}

/* --- for later features
 * --------------------------------------------------------------------------- */

STORE_SQL(sql_voices, "SELECT s.id AS id, s.text AS text, s.lang AS lang, s.role AS role, "
                      "s.place AS place, s.author AS author, s.person_id AS person_id "
                      "FROM statement s JOIN theme_assignment a ON a.statement_id = s.id "
                      "WHERE s.state = 'submitted' AND a.theme_id = $1 "
                      "AND s.person_id IS NOT NULL "
                      "ORDER BY a.nearness, a.confidence DESC, s.id");

static bool is_among(int64_t id, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

cv_rc themes_voices(json_t **out, struct store_db *db, struct cv_arena *mem, int64_t theme_id,
                    const int64_t *people_ids, size_t people_count)
{
    *out = NULL;
    json_t *voices = json_array();
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_voices, STORE_INT(theme_id));
    while (rc == CV_OK && store_next(&rows)) {
        if (!is_among(store_int(&rows, 6), people_ids, people_count)) continue;
        const char *by = themes_by(mem, store_text(&rows, 3, mem), store_text(&rows, 4, mem),
                                   store_text(&rows, 5, mem));
        json_array_append_new(voices, json_pack("{s:I, s:s, s:s, s:s}", "id",
                                                (json_int_t)store_int(&rows, 0), "text",
                                                store_text(&rows, 1, mem), "lang",
                                                store_text(&rows, 2, mem), "by", by));
    }
    rc = store_done(&rows, rc);
    if (rc == CV_OK)
        *out = voices;
    else
        json_decref(voices);
    return rc;
}
