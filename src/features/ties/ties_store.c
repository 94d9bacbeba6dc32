/* ties_store: every statement of ties. */
#include "features/ties/ties_internal.h"

#define TIE_COLUMNS "id, from_id, to_id, kind, strength, is_mutual, first_at_s, last_at_s, version "
STORE_SQL(sql_insert,
          "INSERT INTO tie (from_id, to_id, kind, strength, is_mutual, first_at_s, "
          "last_at_s, version, created_at_s) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) "
          "RETURNING id");
STORE_SQL(sql_update, "UPDATE tie SET strength = $2, is_mutual = $3, first_at_s = $4, "
                      "last_at_s = $5, version = $6 WHERE id = $1");
STORE_SQL(sql_delete, "DELETE FROM tie WHERE id = $1 AND version = $2");
STORE_SQL(sql_find, "SELECT " TIE_COLUMNS "FROM tie WHERE id = $1");
STORE_SQL(sql_list, "SELECT " TIE_COLUMNS "FROM tie ORDER BY id");
STORE_SQL(sql_count, "SELECT count(*) FROM tie");
STORE_SQL(sql_kinds, "SELECT kind, count(*) AS count FROM tie GROUP BY kind "
                     "ORDER BY count(*) DESC, kind");
STORE_SQL(sql_people, "SELECT count(*) FROM (SELECT from_id AS id FROM tie UNION "
                      "SELECT to_id FROM tie) AS ends");

cv_rc ties_insert(int64_t *out_id, struct store_db *db, const struct tie *tie, int64_t now_s)
{
    if (tie->from_id == tie->to_id) return CV_CONFLICT;
    int64_t id = 0;
    cv_rc rc = store_number(&id, db, &sql_insert, STORE_INT(tie->from_id), STORE_INT(tie->to_id),
                            STORE_TEXT(tie->kind), STORE_INT(tie->strength),
                            STORE_BOOL(tie->is_mutual), STORE_INT_OR_NULL(tie->first_at_s),
                            STORE_INT_OR_NULL(tie->last_at_s), STORE_INT(now_s));
    if (rc == CV_OK && out_id) *out_id = id;
    return rc;
}

cv_rc ties_update(struct store_db *db, const struct tie *tie, int64_t version)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_update, STORE_INT(tie->id), STORE_INT(tie->strength),
                          STORE_BOOL(tie->is_mutual), STORE_INT_OR_NULL(tie->first_at_s),
                          STORE_INT_OR_NULL(tie->last_at_s), STORE_INT(version));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

cv_rc ties_delete(struct store_db *db, int64_t id, int64_t version)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_delete, STORE_INT(id), STORE_INT(version));
    return rc == CV_OK && changed == 0 ? CV_CONFLICT : rc;
}

static struct tie tie_of_row(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct tie){.id = store_int(rows, 0),
                        .from_id = store_int(rows, 1),
                        .to_id = store_int(rows, 2),
                        .kind = store_text(rows, 3, mem),
                        .strength = store_int(rows, 4),
                        .is_mutual = store_int(rows, 5) != 0,
                        .first_at_s = store_int(rows, 6),
                        .last_at_s = store_int(rows, 7),
                        .version = store_int(rows, 8)};
}

cv_rc ties_find(struct tie *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) {
        *out = tie_of_row(&rows, mem);
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc ties_count(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_count);
}

cv_rc ties_list(struct tie_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t room = 0;
    cv_rc rc = ties_count(&room, db);
    if (rc != CV_OK) return rc;
    struct tie_list list = {.items = CV_NEW_ARRAY(mem, struct tie, room)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list);
    while (rc == CV_OK && (int64_t)list.count < room && store_next(&rows))
        list.items[list.count++] = tie_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

cv_rc ties_kind_counts(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_kinds);
}

cv_rc ties_people_with_ties(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_people);
}
