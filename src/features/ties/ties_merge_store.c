/* ties_merge_store: two people turn out to be one: their ties move together, and apart again on
 * undo. */
#include <string.h>

#include "features/ties/ties_internal.h"

STORE_SQL(sql_of_person, "SELECT id, from_id, to_id, kind, strength, is_mutual, first_at_s, "
                         "last_at_s, version, created_at_s FROM tie WHERE from_id = $1 "
                         "OR to_id = $1 ORDER BY id");
STORE_SQL(sql_take_out, "DELETE FROM tie WHERE id = $1");
STORE_SQL(sql_put_back,
          "INSERT INTO tie (id, from_id, to_id, kind, strength, is_mutual, first_at_s, last_at_s, "
          "version, created_at_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
/* The other already has such a tie, or it would join the person with themselves: left out. */
STORE_SQL(sql_move,
          "UPDATE tie SET from_id = $2, to_id = $3 WHERE id = $1 AND CAST($2 AS BIGINT) <> "
          "CAST($3 AS BIGINT) AND NOT EXISTS (SELECT 1 FROM tie o WHERE o.from_id = $2 "
          "AND o.to_id = $3 AND o.kind = tie.kind)");

static struct store_value value_at(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    if (json_is_string(value)) return STORE_TEXT(json_string_value(value));
    if (json_is_boolean(value)) return STORE_INT(json_is_true(value));
    if (json_is_integer(value)) return STORE_INT(json_integer_value(value));
    return STORE_NULL;
}

static int64_t number_at(const json_t *row, const char *name)
{
    return json_integer_value(json_object_get(row, name));
}

cv_rc ties_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem, int64_t from,
                        int64_t to)
{
    json_t *rows = NULL;
    size_t i = 0;
    json_t *row = NULL;
    cv_rc rc = store_json(&rows, db, &sql_of_person, STORE_INT(from));
    json_array_foreach(rows, i, row)
    {
        int64_t a = number_at(row, "from_id");
        int64_t b = number_at(row, "to_id");
        int64_t changed = 0;
        if (rc != CV_OK) break;
        rc = store_exec(&changed, db, &sql_move, value_at(row, "id"), STORE_INT(a == from ? to : a),
                        STORE_INT(b == from ? to : b));
        if (rc == CV_OK && changed == 0)
            rc = store_exec(NULL, db, &sql_take_out, value_at(row, "id"));
    }
    if (rc == CV_OK) json_object_set(moved, "ties", rows);
    json_decref(rows);
    return rc;
}

cv_rc ties_unmerge_person(const json_t *moved, struct store_db *db, struct cv_arena *mem,
                          int64_t from, int64_t to)
{
    cv_rc rc = CV_OK;
    size_t i = 0;
    json_t *row = NULL;
    const json_t *rows = json_object_get(moved, "ties");
    json_array_foreach(rows, i, row)
    {
        if (rc != CV_OK) break;
        rc = store_exec(NULL, db, &sql_take_out, value_at(row, "id"));
        if (rc != CV_OK) break;
        rc = store_exec(NULL, db, &sql_put_back, value_at(row, "id"), value_at(row, "from_id"),
                        value_at(row, "to_id"), value_at(row, "kind"), value_at(row, "strength"),
                        value_at(row, "is_mutual"), value_at(row, "first_at_s"),
                        value_at(row, "last_at_s"), value_at(row, "version"),
                        value_at(row, "created_at_s"));
    }
    return rc;
}
