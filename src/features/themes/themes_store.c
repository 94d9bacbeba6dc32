/* Every SQL statement of themes about themes, placements and runs. Statements people wrote:
 * themes_statement_store.c. */
#include "base/text.h"
#include "features/themes/themes_internal.h"

/* --- themes ----------------------------------------------------------------------------------- */

STORE_SQL(sql_theme_insert,
          "INSERT INTO theme (name, name_folded, name_es, is_named, state, origin, "
          "words, cohesion, merged_into, created_at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id");
cv_rc theme_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                   const struct theme_row *row)
{
    return store_number(out_id, db, &sql_theme_insert, STORE_TEXT(row->name),
                        STORE_TEXT(cv_text_fold(mem, row->name)), STORE_TEXT(row->name_es),
                        STORE_BOOL(row->is_named), STORE_TEXT(row->state), STORE_TEXT(row->origin),
                        STORE_TEXT(row->words), STORE_REAL(row->cohesion),
                        STORE_INT_OR_NULL(row->merged_into), STORE_INT(row->created_at_s));
}

STORE_SQL(sql_theme_update, "UPDATE theme SET name = $2, name_folded = $3, name_es = $4, "
                            "is_named = $5, state = $6, origin = $7, words = $8, cohesion = $9, "
                            "merged_into = $10, created_at_s = $11 WHERE id = $1");
cv_rc theme_update(struct store_db *db, struct cv_arena *mem, const struct theme_row *row)
{
    int64_t changed = 0;
    cv_rc rc =
        store_exec(&changed, db, &sql_theme_update, STORE_INT(row->id), STORE_TEXT(row->name),
                   STORE_TEXT(cv_text_fold(mem, row->name)), STORE_TEXT(row->name_es),
                   STORE_BOOL(row->is_named), STORE_TEXT(row->state), STORE_TEXT(row->origin),
                   STORE_TEXT(row->words), STORE_REAL(row->cohesion),
                   STORE_INT_OR_NULL(row->merged_into), STORE_INT(row->created_at_s));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_theme_delete, "DELETE FROM theme WHERE id = $1");
cv_rc theme_delete(struct store_db *db, int64_t id)
{
    return store_exec(NULL, db, &sql_theme_delete, STORE_INT(id));
}

#define THEME_COLUMNS                                                                              \
    "id, name, name_es, is_named, state, origin, words, cohesion, merged_into, created_at_s"

static struct theme_row read_theme(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct theme_row){.id = store_int(rows, 0),
                              .name = store_text(rows, 1, mem),
                              .name_es = store_text(rows, 2, mem),
                              .is_named = store_int(rows, 3) != 0,
                              .state = store_text(rows, 4, mem),
                              .origin = store_text(rows, 5, mem),
                              .words = store_text(rows, 6, mem),
                              .cohesion = store_real(rows, 7),
                              .merged_into = store_int(rows, 8),
                              .created_at_s = store_int(rows, 9)};
}

STORE_SQL(sql_theme_find, "SELECT " THEME_COLUMNS " FROM theme WHERE id = $1");
cv_rc theme_find(struct theme_row *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_theme_find, STORE_INT(id));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found) *out = read_theme(&rows, mem);
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_theme_count,
          "SELECT count(*) FROM theme WHERE state IN ('proposed', 'confirmed', 'open')");
STORE_SQL(sql_theme_rows, "SELECT " THEME_COLUMNS " FROM theme "
                          "WHERE state IN ('proposed', 'confirmed', 'open') ORDER BY id");
cv_rc theme_rows(struct theme_row_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_theme_count);
    if (rc != CV_OK) return rc;
    *out = (struct theme_row_list){.items = CV_NEW_ARRAY(mem, struct theme_row, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_theme_rows);
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows))
        out->items[out->count++] = read_theme(&rows, mem);
    return store_done(&rows, rc);
}

STORE_SQL(sql_theme_count_named, "SELECT count(*) FROM theme WHERE name_folded = $1 AND id <> $2 "
                                 "AND state IN ('proposed', 'confirmed', 'open')");
cv_rc theme_count_named(int64_t *out, struct store_db *db, struct cv_arena *mem, const char *name,
                        int64_t besides_id)
{
    return store_number(out, db, &sql_theme_count_named, STORE_TEXT(cv_text_fold(mem, name)),
                        STORE_INT(besides_id));
}

STORE_SQL(sql_theme_confirm_all, "UPDATE theme SET state = 'confirmed' WHERE state = 'proposed'");
cv_rc theme_confirm_all(int64_t *out_changed, struct store_db *db)
{
    return store_exec(out_changed, db, &sql_theme_confirm_all);
}

/* A person who wrote twice counts once; a statement of nobody known counts for itself. */
#define AUTHOR "coalesce('p' || s.person_id, 'a' || s.author, 's' || s.id)"

STORE_SQL(sql_theme_list,
          "SELECT t.id, t.name, t.name_es, t.state, t.is_named, t.origin, count(s.id), "
          "count(DISTINCT CASE WHEN s.id IS NOT NULL THEN " AUTHOR " END), "
          "count(DISTINCT s.place), CAST(coalesce(sum(CASE WHEN s.id IS NOT NULL AND a.band = 0 "
          "AND a.is_pinned = 0 THEN 1 ELSE 0 END), 0) AS BIGINT), t.cohesion, t.words "
          "FROM theme t "
          "LEFT JOIN theme_assignment a ON a.theme_id = t.id "
          "LEFT JOIN statement s ON s.id = a.statement_id AND s.state = 'submitted' "
          "WHERE t.state IN ('proposed', 'confirmed', 'open') "
          "AND ($1 = CAST(0 AS BIGINT) OR t.id = $1) "
          "GROUP BY t.id, t.name, t.name_es, t.state, t.is_named, t.origin, t.cohesion, "
          "t.words ORDER BY count(s.id) DESC, t.id");

static cv_rc list_themes(struct theme_list *out, struct store_db *db, struct cv_arena *mem,
                         int64_t id)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_theme_count);
    if (rc != CV_OK) return rc;
    *out = (struct theme_list){.items = CV_NEW_ARRAY(mem, struct theme, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_theme_list, STORE_INT(id));
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows))
        out->items[out->count++] = (struct theme){.id = store_int(&rows, 0),
                                                  .name = store_text(&rows, 1, mem),
                                                  .name_es = store_text(&rows, 2, mem),
                                                  .state = store_text(&rows, 3, mem),
                                                  .is_named = store_int(&rows, 4) != 0,
                                                  .origin = store_text(&rows, 5, mem),
                                                  .statement_count = store_int(&rows, 6),
                                                  .people_count = store_int(&rows, 7),
                                                  .place_count = store_int(&rows, 8),
                                                  .unsure_count = store_int(&rows, 9),
                                                  .cohesion = store_real(&rows, 10),
                                                  .words = store_text(&rows, 11, mem)};
    return store_done(&rows, rc);
}

cv_rc themes_list(struct theme_list *out, struct store_db *db, struct cv_arena *mem)
{
    return list_themes(out, db, mem, 0);
}

cv_rc themes_find(struct theme *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct theme_list list;
    if (id <= 0) return CV_NOT_FOUND;
    cv_rc rc = list_themes(&list, db, mem, id);
    if (rc == CV_OK && list.count == 0) return CV_NOT_FOUND;
    if (rc == CV_OK) *out = list.items[0];
    return rc;
}

/* --- placements ---------------------------------------------------------------------------------
 */

static const char *const fate_words[] = {"", "theme", "none", "aside"};

STORE_SQL(sql_placement_put,
          "INSERT INTO theme_assignment (statement_id, theme_id, fate, placed_by, is_pinned, "
          "confidence, margin, band, second_id, nearness, placed_at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
          "ON CONFLICT (statement_id) DO UPDATE SET theme_id = excluded.theme_id, "
          "fate = excluded.fate, placed_by = excluded.placed_by, is_pinned = excluded.is_pinned, "
          "confidence = excluded.confidence, margin = excluded.margin, band = excluded.band, "
          "second_id = excluded.second_id, nearness = excluded.nearness, "
          "placed_at_s = excluded.placed_at_s");
cv_rc placement_put(struct store_db *db, const struct placement *p)
{
    if (p->fate == FATE_WAITING) return placement_delete(db, p->statement_id);
    return store_exec(NULL, db, &sql_placement_put, STORE_INT(p->statement_id),
                      STORE_INT_OR_NULL(p->theme_id), STORE_TEXT(fate_words[p->fate]),
                      STORE_TEXT(p->is_by_person ? "person" : "program"), STORE_BOOL(p->is_pinned),
                      STORE_REAL(p->confidence), STORE_REAL(p->margin), STORE_INT(p->band),
                      STORE_INT_OR_NULL(p->second_id), STORE_INT(p->nearness),
                      STORE_INT(p->placed_at_s));
}

STORE_SQL(sql_placement_delete, "DELETE FROM theme_assignment WHERE statement_id = $1");
cv_rc placement_delete(struct store_db *db, int64_t statement_id)
{
    return store_exec(NULL, db, &sql_placement_delete, STORE_INT(statement_id));
}

STORE_SQL(sql_placement_delete_all, "DELETE FROM theme_assignment");
cv_rc placement_delete_all(struct store_db *db)
{
    return store_exec(NULL, db, &sql_placement_delete_all);
}

/* coalesce(NULL, '') is FATE_WAITING. */
#define PLACEMENT_COLUMNS                                                                          \
    "s.id, a.theme_id, coalesce(a.fate, ''), coalesce(a.placed_by, ''), a.is_pinned, "             \
    "a.confidence, a.margin, a.band, a.second_id, a.nearness, a.placed_at_s"

static struct placement read_placement(const struct store_rows *rows)
{
    struct placement p = {.statement_id = store_int(rows, 0),
                          .theme_id = store_int(rows, 1),
                          .is_pinned = store_int(rows, 4) != 0,
                          .confidence = store_real(rows, 5),
                          .margin = store_real(rows, 6),
                          .band = store_int(rows, 7),
                          .second_id = store_int(rows, 8),
                          .nearness = store_int(rows, 9),
                          .placed_at_s = store_int(rows, 10)};
    size_t size = 0;
    const char *fate = store_bytes(&size, rows, 2);
    for (int f = FATE_THEME; f <= FATE_ASIDE; f++)
        if (strlen(fate_words[f]) == size && memcmp(fate_words[f], fate, size) == 0)
            p.fate = (enum theme_fate)f;
    const char *by = store_bytes(&size, rows, 3);
    p.is_by_person = size == 6 && memcmp(by, "person", 6) == 0;
    return p;
}

STORE_SQL(sql_placement_find, "SELECT " PLACEMENT_COLUMNS " FROM statement s "
                              "LEFT JOIN theme_assignment a ON a.statement_id = s.id "
                              "WHERE s.id = $1 AND s.state = 'submitted'");
cv_rc placement_find(struct placement *out, struct store_db *db, int64_t statement_id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_placement_find, STORE_INT(statement_id));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found) *out = read_placement(&rows);
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_placement_count_of,
          "SELECT count(*) FROM theme_assignment WHERE theme_id = $1 OR second_id = $1");
STORE_SQL(sql_placement_list_of, "SELECT " PLACEMENT_COLUMNS " FROM statement s "
                                 "JOIN theme_assignment a ON a.statement_id = s.id "
                                 "WHERE a.theme_id = $1 OR a.second_id = $1 ORDER BY s.id");
cv_rc placement_list_of(struct placement_list *out, struct store_db *db, struct cv_arena *mem,
                        int64_t theme_id)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_placement_count_of, STORE_INT(theme_id));
    if (rc != CV_OK) return rc;
    *out = (struct placement_list){.items = CV_NEW_ARRAY(mem, struct placement, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_placement_list_of, STORE_INT(theme_id));
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows))
        out->items[out->count++] = read_placement(&rows);
    return store_done(&rows, rc);
}

STORE_SQL(sql_placement_move_second,
          "UPDATE theme_assignment SET second_id = CASE WHEN theme_id = $2 THEN NULL ELSE $2 END "
          "WHERE second_id = $1");
STORE_SQL(sql_placement_move_all,
          "UPDATE theme_assignment SET theme_id = $2, nearness = 9, "
          "second_id = CASE WHEN second_id = $2 THEN NULL ELSE second_id END WHERE theme_id = $1");
cv_rc placement_move_all(struct store_db *db, int64_t from_id, int64_t to_id)
{
    cv_rc rc =
        store_exec(NULL, db, &sql_placement_move_second, STORE_INT(from_id), STORE_INT(to_id));
    if (rc != CV_OK) return rc;
    return store_exec(NULL, db, &sql_placement_move_all, STORE_INT(from_id), STORE_INT(to_id));
}

STORE_SQL(sql_placement_forget_second,
          "UPDATE theme_assignment SET second_id = NULL WHERE second_id = $1");
cv_rc placement_forget_second(struct store_db *db, int64_t theme_id)
{
    return store_exec(NULL, db, &sql_placement_forget_second, STORE_INT(theme_id));
}

STORE_SQL(sql_placement_count, "SELECT count(*) FROM theme_assignment");
cv_rc placement_count(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_placement_count);
}

STORE_SQL(sql_texts_count, "SELECT count(*) FROM statement WHERE state = 'submitted'");
STORE_SQL(sql_placement_all, "SELECT " PLACEMENT_COLUMNS " FROM statement s "
                             "LEFT JOIN theme_assignment a ON a.statement_id = s.id "
                             "WHERE s.state = 'submitted' ORDER BY s.id");
cv_rc placement_all(struct placement_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_texts_count);
    if (rc != CV_OK) return rc;
    *out = (struct placement_list){.items = CV_NEW_ARRAY(mem, struct placement, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_placement_all);
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows))
        out->items[out->count++] = read_placement(&rows);
    return store_done(&rows, rc);
}

STORE_SQL(sql_texts, "SELECT " PLACEMENT_COLUMNS ", s.text, s.lang FROM statement s "
                     "LEFT JOIN theme_assignment a ON a.statement_id = s.id "
                     "WHERE s.state = 'submitted' ORDER BY s.id");
cv_rc theme_texts(struct theme_text_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_texts_count);
    if (rc != CV_OK) return rc;
    *out = (struct theme_text_list){.items = CV_NEW_ARRAY(mem, struct theme_text, count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_texts);
    while (rc == CV_OK && out->count < (size_t)count && store_next(&rows)) {
        struct theme_text *text = &out->items[out->count++];
        text->place = read_placement(&rows);
        text->text = store_text(&rows, 11, mem);
        text->lang = store_text(&rows, 12, mem);
    }
    return store_done(&rows, rc);
}

/* --- runs ---------------------------------------------------------------------------------------
 */

STORE_SQL(sql_run_insert,
          "INSERT INTO theme_run (state, options, statement_count, theme_count, agreement, "
          "temperature, proposal, places, created_at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id");
cv_rc theme_run_insert(int64_t *out_id, struct store_db *db, const struct theme_run *run)
{
    return store_number(out_id, db, &sql_run_insert, STORE_TEXT(run->state),
                        STORE_TEXT(run->options), STORE_INT(run->statement_count),
                        STORE_INT(run->theme_count), STORE_REAL(run->agreement),
                        STORE_REAL(run->temperature), STORE_TEXT(run->proposal),
                        STORE_TEXT(run->places), STORE_INT(run->created_at_s));
}

STORE_SQL(sql_run_find,
          "SELECT id, state, options, statement_count, theme_count, agreement, temperature, "
          "proposal, places, created_at_s FROM theme_run WHERE id = $1 AND state = 'proposed'");
cv_rc theme_run_find(struct theme_run *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_run_find, STORE_INT(id));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found)
        *out = (struct theme_run){.id = store_int(&rows, 0),
                                  .state = store_text(&rows, 1, mem),
                                  .options = store_text(&rows, 2, mem),
                                  .statement_count = store_int(&rows, 3),
                                  .theme_count = store_int(&rows, 4),
                                  .agreement = store_real(&rows, 5),
                                  .temperature = store_real(&rows, 6),
                                  .proposal = store_text(&rows, 7, mem),
                                  .places = store_text(&rows, 8, mem),
                                  .created_at_s = store_int(&rows, 9)};
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_run_open,
          "SELECT id FROM theme_run WHERE state = 'proposed' ORDER BY id DESC LIMIT 1");
cv_rc theme_run_open(int64_t *out_id, struct store_db *db)
{
    return store_number(out_id, db, &sql_run_open);
}

/* What was proposed is not kept: it is large, and its traces are in the history. */
STORE_SQL(sql_run_set_state, "UPDATE theme_run SET state = $2, proposal = NULL, places = NULL "
                             "WHERE id = $1 AND state = 'proposed'");
cv_rc theme_run_set_state(struct store_db *db, int64_t id, const char *state)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_run_set_state, STORE_INT(id), STORE_TEXT(state));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_run_drop_open, "UPDATE theme_run SET state = 'dropped', proposal = NULL, "
                             "places = NULL WHERE state = 'proposed'");
cv_rc theme_run_drop_open(struct store_db *db)
{
    return store_exec(NULL, db, &sql_run_drop_open);
}

STORE_SQL(sql_run_temperature, "SELECT temperature FROM theme_run WHERE state = 'applied' "
                               "ORDER BY id DESC LIMIT 1");
cv_rc theme_run_temperature(double *out, struct store_db *db)
{
    *out = 0;
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_run_temperature);
    if (rc == CV_OK && store_next(&rows)) *out = store_real(&rows, 0);
    return store_done(&rows, rc);
}

/* --- counts and who cares ----------------------------------------------------------------------
 */

STORE_SQL(sql_counts,
          "SELECT count(*), "
          "CAST(coalesce(sum(CASE WHEN a.fate = 'theme' THEN 1 ELSE 0 END), 0) AS BIGINT), "
          "CAST(coalesce(sum(CASE WHEN a.fate = 'theme' AND a.band = 0 AND a.is_pinned = 0 "
          "THEN 1 ELSE 0 END), 0) AS BIGINT), "
          "CAST(coalesce(sum(CASE WHEN a.fate = 'none' THEN 1 ELSE 0 END), 0) AS BIGINT), "
          "CAST(coalesce(sum(CASE WHEN a.fate = 'aside' THEN 1 ELSE 0 END), 0) AS BIGINT), "
          "CAST(coalesce(sum(CASE WHEN a.fate IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) "
          "FROM statement s LEFT JOIN theme_assignment a ON a.statement_id = s.id "
          "WHERE s.state = 'submitted'");
STORE_SQL(sql_count_proposed, "SELECT count(*) FROM theme WHERE state = 'proposed'");
cv_rc themes_counts(struct themes_counts *out, struct store_db *db)
{
    *out = (struct themes_counts){0};
    cv_rc rc = store_number(&out->themes, db, &sql_theme_count);
    if (rc == CV_OK) rc = store_number(&out->unconfirmed, db, &sql_count_proposed);
    if (rc != CV_OK) return rc;
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_counts);
    if (rc == CV_OK && store_next(&rows)) {
        out->statements = store_int(&rows, 0);
        out->placed = store_int(&rows, 1);
        out->unsure = store_int(&rows, 2);
        out->none_fits = store_int(&rows, 3);
        out->set_aside = store_int(&rows, 4);
        out->waiting = store_int(&rows, 5);
    }
    return store_done(&rows, rc);
}

STORE_SQL(sql_caring_count, "SELECT count(*) FROM statement s "
                            "JOIN theme_assignment a ON a.statement_id = s.id "
                            "WHERE s.person_id IS NOT NULL AND a.fate = 'theme'");
/* Two rows a statement: its theme, and its second choice. */
STORE_SQL(sql_caring,
          "SELECT s.person_id, a.theme_id, "
          "max(CASE WHEN a.is_pinned = 1 THEN 1.0 ELSE a.confidence END), 1 FROM statement s "
          "JOIN theme_assignment a ON a.statement_id = s.id WHERE s.person_id IS NOT NULL "
          "AND s.state = 'submitted' AND a.fate = 'theme' GROUP BY s.person_id, a.theme_id "
          "UNION ALL "
          "SELECT s.person_id, a.second_id, max(a.confidence - a.margin), 0 FROM statement s "
          "JOIN theme_assignment a ON a.statement_id = s.id WHERE s.person_id IS NOT NULL "
          "AND s.state = 'submitted' AND a.fate = 'theme' AND a.second_id IS NOT NULL "
          "AND a.is_pinned = 0 GROUP BY s.person_id, a.second_id ORDER BY 1, 2, 3 DESC");
cv_rc themes_caring(struct themes_caring_list *out, struct store_db *db, struct cv_arena *mem)
{
    enum { LEAST_PCT = 5 }; /* even a doubtful place says more than none */
    int64_t count = 0;
    cv_rc rc = store_number(&count, db, &sql_caring_count);
    if (rc != CV_OK) return rc;
    *out = (struct themes_caring_list){.items =
                                           CV_NEW_ARRAY(mem, struct themes_caring, 2 * count + 1)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_caring);
    while (rc == CV_OK && out->count < 2 * (size_t)count && store_next(&rows)) {
        struct themes_caring caring = {store_int(&rows, 0), store_int(&rows, 1),
                                       store_real(&rows, 2)};
        bool is_first_choice = store_int(&rows, 3) != 0;
        if (caring.affinity < LEAST_PCT / 100.0 && !is_first_choice) continue;
        if (caring.affinity < LEAST_PCT / 100.0) caring.affinity = LEAST_PCT / 100.0;
        if (caring.affinity > 1) caring.affinity = 1;
        const struct themes_caring *last = out->count ? &out->items[out->count - 1] : NULL;
        if (last && last->person_id == caring.person_id && last->theme_id == caring.theme_id)
            continue; /* the larger one came first */
        out->items[out->count++] = caring;
    }
    return store_done(&rows, rc);
}

/* UNION, not UNION ALL: a circle of merges, which no verb makes, would end the walk too. */
STORE_SQL(
    sql_standing,
    "WITH RECURSIVE way (id, name, merged_into) AS ("
    " SELECT id, name, merged_into FROM theme WHERE id = $1"
    " UNION SELECT t.id, t.name, t.merged_into FROM theme t JOIN way w ON t.id = w.merged_into)"
    " SELECT id, name FROM way WHERE merged_into IS NULL");

cv_rc themes_standing(int64_t *out_id, const char **out_name, struct store_db *db,
                      struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_standing, STORE_INT(id));
    bool found = rc == CV_OK && store_next(&rows);
    if (found) {
        *out_id = store_int(&rows, 0);
        *out_name = store_text(&rows, 1, mem);
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}
