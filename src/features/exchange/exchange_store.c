/* exchange_store: every statement of imports. */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "features/exchange/exchange_internal.h"

STORE_SQL(sql_put_row,
          "INSERT INTO import_row (batch_id, number, row_id, before) VALUES ($1, (SELECT "
          "coalesce(max(number), 0) + 1 FROM import_row WHERE batch_id = $1), $2, $3)");
STORE_SQL(sql_count_rows, "SELECT count(*) FROM import_row WHERE batch_id = $1");
STORE_SQL(sql_list_rows, "SELECT number, row_id, before FROM import_row WHERE batch_id = $1 "
                         "ORDER BY number DESC");
STORE_SQL(sql_clear_rows, "DELETE FROM import_row WHERE batch_id = $1");
#define BATCH_COLUMNS                                                                              \
    "id, kind, file_name, state, choices, preview, outcome, job_id, edit_id, person_id, "          \
    "created_at_s, stored_at_s, undone_at_s"
STORE_SQL(sql_find, "SELECT " BATCH_COLUMNS " FROM import_batch WHERE id = $1");
STORE_SQL(sql_find_with_bytes, "SELECT " BATCH_COLUMNS ", bytes FROM import_batch WHERE id = $1");
STORE_SQL(sql_insert,
          "INSERT INTO import_batch (kind, file_name, state, bytes, choices, preview, person_id, "
          "created_at_s) VALUES ($1, $2, 'kept', $3, $4, $5, $6, $7) RETURNING id");
STORE_SQL(sql_set_preview, "UPDATE import_batch SET choices = $2, preview = $3, job_id = $4 "
                           "WHERE id = $1 AND state = 'kept'");
STORE_SQL(sql_set_stored,
          "UPDATE import_batch SET state = 'stored', bytes = NULL, preview = NULL, outcome = $2, "
          "edit_id = $3, stored_at_s = $4 WHERE id = $1 AND state = 'kept'");
STORE_SQL(sql_set_undone, "UPDATE import_batch SET state = 'undone', outcome = $2, "
                          "undone_at_s = $3 WHERE id = $1 AND state = 'stored'");
STORE_SQL(sql_drop, "DELETE FROM import_batch WHERE id = $1 AND state = 'kept'");
STORE_SQL(sql_clean, "DELETE FROM import_batch WHERE state = 'kept' AND created_at_s < $1");
STORE_SQL(sql_list,
          "SELECT id, kind, file_name, state, outcome, person_id, created_at_s, "
          "stored_at_s, undone_at_s, edit_id FROM import_batch ORDER BY id DESC LIMIT $1");

STORE_SQL(sql_newest_kept, "SELECT id, file_name FROM import_batch WHERE state = 'kept' "
                           "AND preview IS NOT NULL ORDER BY id DESC LIMIT 1");

cv_rc exchange_batch_newest_kept(struct import_batch *out, struct store_db *db,
                                 struct cv_arena *mem)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_newest_kept);
    while (rc == CV_OK && store_next(&rows)) {
        *out = (struct import_batch){.id = store_int(&rows, 0),
                                     .file_name = store_text(&rows, 1, mem)};
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc exchange_stored(struct store_db *db, int64_t batch_id, int64_t row_id, const json_t *before)
{
    if (!before)
        return store_exec(NULL, db, &sql_put_row, STORE_INT(batch_id), STORE_INT(row_id),
                          STORE_NULL);
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return CV_TOO_LARGE;
    }
    cv_rc rc = store_exec(NULL, db, &sql_put_row, STORE_INT(batch_id), STORE_INT(row_id),
                          STORE_TEXT(feature_json_text(&mem, before)));
    cv_arena_free(&mem);
    return rc;
}

cv_rc exchange_batch_find(struct import_batch *out, struct store_db *db, struct cv_arena *mem,
                          int64_t id, bool with_bytes)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc =
        store_select(&rows, db, with_bytes ? &sql_find_with_bytes : &sql_find, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) {
        *out = (struct import_batch){
            .id = store_int(&rows, 0),
            .kind = store_text(&rows, 1, mem),
            .file_name = store_text(&rows, 2, mem),
            .state = store_text(&rows, 3, mem),
            .choices = store_text(&rows, 4, mem),
            .preview = store_text(&rows, 5, mem),
            .outcome = store_text(&rows, 6, mem),
            .job_id = store_int(&rows, 7),
            .edit_id = store_int(&rows, 8),
            .person_id = store_int(&rows, 9),
            .created_at_s = store_int(&rows, 10),
            .stored_at_s = store_int(&rows, 11),
            .undone_at_s = store_int(&rows, 12),
        };
        found = true;
        if (!with_bytes || store_is_null(&rows, 13)) continue;
        const void *bytes = store_bytes(&out->size, &rows, 13);
        out->bytes = cv_strndup(mem, bytes, out->size);
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc exchange_batch_insert(int64_t *out_id, struct store_db *db, const struct import_batch *batch)
{
    return store_number(out_id, db, &sql_insert, STORE_TEXT(batch->kind),
                        STORE_TEXT(batch->file_name),
                        batch->bytes ? STORE_BLOB(batch->bytes, batch->size) : STORE_NULL,
                        STORE_TEXT(batch->choices), STORE_TEXT(batch->preview),
                        STORE_INT(batch->person_id), STORE_INT(batch->created_at_s));
}

static cv_rc one_row(cv_rc rc, int64_t changed)
{
    return rc == CV_OK && changed == 0 ? CV_CONFLICT : rc;
}

cv_rc exchange_batch_preview(struct store_db *db, int64_t id, const char *choices,
                             const char *preview, int64_t job_id)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_set_preview, STORE_INT(id), STORE_TEXT(choices),
                          STORE_TEXT(preview), STORE_INT_OR_NULL(job_id));
    return one_row(rc, changed);
}

cv_rc exchange_batch_stored(struct store_db *db, int64_t id, const char *outcome, int64_t edit_id,
                            int64_t now_s)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_set_stored, STORE_INT(id), STORE_TEXT(outcome),
                          STORE_INT(edit_id), STORE_INT(now_s));
    return one_row(rc, changed);
}

cv_rc exchange_batch_undone(struct store_db *db, int64_t id, const char *outcome, int64_t now_s)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_set_undone, STORE_INT(id), STORE_TEXT(outcome),
                          STORE_INT(now_s));
    return one_row(rc, changed);
}

cv_rc exchange_batch_drop(struct store_db *db, int64_t id)
{
    return store_exec(NULL, db, &sql_drop, STORE_INT(id));
}

cv_rc exchange_batch_clean(struct store_db *db, int64_t before_s)
{
    return store_exec(NULL, db, &sql_clean, STORE_INT(before_s));
}

cv_rc exchange_batch_list(json_t **out, struct store_db *db, int64_t limit)
{
    return store_json(out, db, &sql_list, STORE_INT(limit));
}

cv_rc exchange_rows_list(struct import_row **out, size_t *out_count, struct store_db *db,
                         struct cv_arena *mem, int64_t batch_id)
{
    int64_t room = 0;
    size_t count = 0;
    cv_rc rc = store_number(&room, db, &sql_count_rows, STORE_INT(batch_id));
    if (rc != CV_OK) return rc;
    struct import_row *list = CV_NEW_ARRAY(mem, struct import_row, room);
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list_rows, STORE_INT(batch_id));
    while (rc == CV_OK && (int64_t)count < room && store_next(&rows))
        list[count++] = (struct import_row){.number = store_int(&rows, 0),
                                            .row_id = store_int(&rows, 1),
                                            .before = store_text(&rows, 2, mem)};
    rc = store_done(&rows, rc);
    *out = list;
    *out_count = count;
    return rc;
}

cv_rc exchange_rows_clear(struct store_db *db, int64_t batch_id)
{
    return store_exec(NULL, db, &sql_clear_rows, STORE_INT(batch_id));
}
