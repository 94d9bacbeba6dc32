/* collectives_merge_store: two people turn out to be one: their places at tables and on waiting
 * lists become one person's, and apart again on undo. */
#include "features/collectives/collectives_internal.h"

STORE_SQL(sql_of_two,
          "SELECT collective_id, person_id, capacity, state, placed_by, code, joined_at_s "
          "FROM membership WHERE person_id = $1 OR person_id = $2 "
          "ORDER BY collective_id, person_id");
/* Nobody sits at two tables, nor twice at one: the place of the one who stays counts. */
STORE_SQL(sql_move_free,
          "UPDATE membership SET person_id = $2 WHERE person_id = $1 AND NOT EXISTS (SELECT 1 FROM "
          "membership o WHERE o.person_id = $2 AND (o.collective_id = membership.collective_id OR "
          "(o.state NOT IN ('waitlisted', 'declined') AND membership.state NOT IN ('waitlisted', "
          "'declined') AND EXISTS (SELECT 1 FROM collective c WHERE c.id = o.collective_id AND "
          "c.state <> 'dissolved'))))");
STORE_SQL(sql_delete_of, "DELETE FROM membership WHERE person_id = $1");

cv_rc collectives_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem,
                               int64_t from, int64_t to)
{
    json_t *before = NULL;
    json_t *after = NULL;
    cv_rc rc = store_json(&before, db, &sql_of_two, STORE_INT(from), STORE_INT(to));
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_move_free, STORE_INT(from), STORE_INT(to));
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_delete_of, STORE_INT(from));
    if (rc == CV_OK) rc = store_json(&after, db, &sql_of_two, STORE_INT(from), STORE_INT(to));
    if (rc == CV_OK)
        json_object_set_new(moved, "collectives",
                            json_pack("{s:O, s:O}", "before", before, "after", after));
    json_decref(before);
    json_decref(after);
    return rc;
}

static const char *text_at(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

static int64_t number_at(const json_t *row, const char *name)
{
    return json_integer_value(json_object_get(row, name));
}

cv_rc collectives_unmerge_person(const json_t *moved, struct store_db *db, struct cv_arena *mem,
                                 int64_t from, int64_t to)
{
    const json_t *kept = json_object_get(moved, "collectives");
    const json_t *rows = json_object_get(kept, "before");
    json_t *now = NULL;
    size_t i = 0;
    json_t *row = NULL;
    if (!kept) return CV_OK;
    cv_rc rc = store_json(&now, db, &sql_of_two, STORE_INT(from), STORE_INT(to));
    /* Where the person was moved to since must not be lost in silence. */
    if (rc == CV_OK && !json_equal(now, json_object_get(kept, "after"))) rc = CV_CONFLICT;
    json_decref(now);
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_delete_of, STORE_INT(to));
    json_array_foreach(rows, i, row)
    {
        const struct membership member = {.collective_id = number_at(row, "collective_id"),
                                          .person_id = number_at(row, "person_id"),
                                          .capacity = text_at(row, "capacity"),
                                          .state = text_at(row, "state"),
                                          .placed_by = text_at(row, "placed_by"),
                                          .code = text_at(row, "code"),
                                          .joined_at_s = number_at(row, "joined_at_s")};
        if (rc != CV_OK) break;
        rc = membership_put(db, &member);
    }
    return rc;
}
