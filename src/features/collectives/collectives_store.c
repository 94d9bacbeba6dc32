/* collectives_store: every SQL statement of the feature, nothing else. */
#include <string.h>

#include "base/limits.h"
#include "features/collectives/collectives_internal.h"

/* Who takes a seat: everybody but those who wait or said no. */
STORE_SQL(sql_find,
          "SELECT c.id, c.theme_id, c.name, c.state, c.is_locked, c.max_people, c.max_reason,"
          " (SELECT count(*) FROM membership m WHERE m.collective_id = c.id"
          "  AND m.state NOT IN ('waitlisted', 'declined'))"
          " FROM collective c WHERE c.id = $1");
STORE_SQL(sql_list,
          "SELECT c.id, c.theme_id, c.name, c.state, c.is_locked, c.max_people, c.max_reason,"
          " (SELECT count(*) FROM membership m WHERE m.collective_id = c.id"
          "  AND m.state NOT IN ('waitlisted', 'declined'))"
          " FROM collective c WHERE c.state <> 'dissolved' ORDER BY c.theme_id, c.id");

static struct collective read_collective(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct collective){
        .id = store_int(rows, 0),
        .theme_id = store_int(rows, 1),
        .name = store_text(rows, 2, mem),
        .state = store_text(rows, 3, mem),
        .is_locked = store_int(rows, 4) == 1,
        .max_people = store_is_null(rows, 5) ? CV_LIMIT_GROUP_PEOPLE : store_int(rows, 5),
        .max_reason = store_text(rows, 6, mem),
        .people_count = store_int(rows, 7),
    };
}

cv_rc collectives_find(struct collective *out, struct store_db *db, struct cv_arena *mem,
                       int64_t id)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
    bool found = rc == CV_OK && store_next(&rows);
    if (found) *out = read_collective(&rows, mem);
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc collectives_list(struct collective_list *out, struct store_db *db, struct cv_arena *mem)
{
    size_t capacity = 64;
    *out = (struct collective_list){.items = CV_NEW_ARRAY(mem, struct collective, capacity)};
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_list);
    while (rc == CV_OK && store_next(&rows)) {
        if (out->count == capacity) {
            struct collective *more = CV_NEW_ARRAY(mem, struct collective, capacity * 2);
            memcpy(more, out->items, capacity * sizeof *more);
            out->items = more;
            capacity *= 2;
        }
        out->items[out->count++] = read_collective(&rows, mem);
    }
    return store_done(&rows, rc);
}

STORE_SQL(sql_insert,
          "INSERT INTO collective (theme_id, name, state, is_locked, created_at_s, changed_at_s)"
          " VALUES ($1, $2, 'proposed', 0, $3, $3) RETURNING id");
cv_rc collective_insert(int64_t *out_id, struct store_db *db, int64_t theme_id, const char *name,
                        int64_t now_s)
{
    return store_number(out_id, db, &sql_insert, STORE_INT(theme_id), STORE_TEXT(name),
                        STORE_INT(now_s));
}

STORE_SQL(sql_delete_members, "DELETE FROM membership WHERE collective_id = $1");
STORE_SQL(sql_delete, "DELETE FROM collective WHERE id = $1");
cv_rc collective_delete(struct store_db *db, int64_t id)
{
    cv_rc rc = store_exec(NULL, db, &sql_delete_members, STORE_INT(id));
    return rc == CV_OK ? store_exec(NULL, db, &sql_delete, STORE_INT(id)) : rc;
}

STORE_SQL(
    sql_update,
    "UPDATE collective SET name = $2, state = $3, is_locked = $4, max_people = $5,"
    " max_reason = $6, gate_reason = coalesce($7, gate_reason), changed_at_s = $8 WHERE id = $1");
cv_rc collective_update(struct store_db *db, const struct collective *c, const char *gate_reason,
                        int64_t now_s)
{
    int64_t changed = 0;
    struct store_value max =
        c->max_people > CV_LIMIT_GROUP_PEOPLE ? STORE_INT(c->max_people) : STORE_NULL;
    cv_rc rc = store_exec(&changed, db, &sql_update, STORE_INT(c->id), STORE_TEXT(c->name),
                          STORE_TEXT(c->state), STORE_BOOL(c->is_locked), max,
                          STORE_TEXT(c->max_reason), STORE_TEXT(gate_reason), STORE_INT(now_s));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

STORE_SQL(
    sql_members,
    "SELECT m.collective_id, m.person_id, m.capacity, m.state, m.placed_by, m.code, m.joined_at_s"
    " FROM membership m JOIN collective c ON c.id = m.collective_id WHERE c.state <> 'dissolved'"
    " ORDER BY m.collective_id, m.capacity, m.person_id");
cv_rc membership_list(struct membership_list *out, struct store_db *db, struct cv_arena *mem)
{
    size_t capacity = 256;
    *out = (struct membership_list){.items = CV_NEW_ARRAY(mem, struct membership, capacity)};
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_members);
    while (rc == CV_OK && store_next(&rows)) {
        if (out->count == capacity) {
            struct membership *more = CV_NEW_ARRAY(mem, struct membership, capacity * 2);
            memcpy(more, out->items, capacity * sizeof *more);
            out->items = more;
            capacity *= 2;
        }
        out->items[out->count++] = (struct membership){
            .collective_id = store_int(&rows, 0),
            .person_id = store_int(&rows, 1),
            .capacity = store_text(&rows, 2, mem),
            .state = store_text(&rows, 3, mem),
            .placed_by = store_text(&rows, 4, mem),
            .code = store_text(&rows, 5, mem),
            .joined_at_s = store_int(&rows, 6),
        };
    }
    return store_done(&rows, rc);
}

STORE_SQL(
    sql_put_member,
    "INSERT INTO membership (collective_id, person_id, capacity, state, placed_by, code, "
    "joined_at_s)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (collective_id, person_id) DO UPDATE SET"
    " capacity = excluded.capacity, state = excluded.state, placed_by = excluded.placed_by,"
    " code = excluded.code");
cv_rc membership_put(struct store_db *db, const struct membership *m)
{
    return store_exec(NULL, db, &sql_put_member, STORE_INT(m->collective_id),
                      STORE_INT(m->person_id), STORE_TEXT(m->capacity), STORE_TEXT(m->state),
                      STORE_TEXT(m->placed_by), STORE_TEXT(m->code), STORE_INT(m->joined_at_s));
}

STORE_SQL(sql_delete_member, "DELETE FROM membership WHERE collective_id = $1 AND person_id = $2");
cv_rc membership_delete(struct store_db *db, int64_t collective_id, int64_t person_id)
{
    return store_exec(NULL, db, &sql_delete_member, STORE_INT(collective_id), STORE_INT(person_id));
}

STORE_SQL(sql_of_person,
          "SELECT m.collective_id, c.name, m.capacity, m.state FROM membership m"
          " JOIN collective c ON c.id = m.collective_id"
          " WHERE m.person_id = $1 AND c.state <> 'dissolved' ORDER BY m.collective_id");
cv_rc membership_rows_of_person(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_of_person, STORE_INT(person_id));
}

STORE_SQL(sql_set_states,
          "UPDATE membership SET state = $3 WHERE collective_id = $1 AND state = $2");
cv_rc membership_set_states(struct store_db *db, int64_t collective_id, const char *from,
                            const char *to)
{
    return store_exec(NULL, db, &sql_set_states, STORE_INT(collective_id), STORE_TEXT(from),
                      STORE_TEXT(to));
}

STORE_SQL(sql_count_code, "SELECT count(*) FROM membership WHERE code = $1");
cv_rc collective_count_code(int64_t *out, struct store_db *db, const char *code)
{
    return store_number(out, db, &sql_count_code, STORE_TEXT(code));
}

STORE_SQL(
    sql_forming_insert,
    "INSERT INTO forming (options, objective, bound, gap_pct, iterations, was_cut_short, made_at_s)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)");
cv_rc forming_insert(struct store_db *db, const struct forming *f)
{
    return store_exec(NULL, db, &sql_forming_insert, STORE_TEXT(f->options),
                      STORE_REAL(f->objective), STORE_REAL(f->bound), STORE_REAL(f->gap_pct),
                      STORE_INT(f->iterations), STORE_BOOL(f->was_cut_short),
                      STORE_INT(f->made_at_s));
}

STORE_SQL(sql_forming_last,
          "SELECT id, options, objective, bound, gap_pct, iterations, was_cut_short, made_at_s"
          " FROM forming ORDER BY id DESC LIMIT 1");
cv_rc forming_last(struct forming *out, struct store_db *db, struct cv_arena *mem)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_forming_last);
    bool found = rc == CV_OK && store_next(&rows);
    if (found)
        *out = (struct forming){
            .id = store_int(&rows, 0),
            .options = store_text(&rows, 1, mem),
            .objective = store_real(&rows, 2),
            .bound = store_real(&rows, 3),
            .gap_pct = store_real(&rows, 4),
            .iterations = store_int(&rows, 5),
            .was_cut_short = store_int(&rows, 6) == 1,
            .made_at_s = store_int(&rows, 7),
        };
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

STORE_SQL(sql_rule, "SELECT rules FROM forming_rule WHERE id = 1");
cv_rc forming_rule_find(const char **out, struct store_db *db, struct cv_arena *mem)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_rule);
    bool found = rc == CV_OK && store_next(&rows);
    if (found) *out = store_text(&rows, 0, mem);
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

STORE_SQL(
    sql_rule_put,
    "INSERT INTO forming_rule (id, rules, changed_at_s) VALUES (1, $1, $2)"
    " ON CONFLICT (id) DO UPDATE SET rules = excluded.rules, changed_at_s = excluded.changed_at_s");
cv_rc forming_rule_put(struct store_db *db, const char *rules, int64_t now_s)
{
    return store_exec(NULL, db, &sql_rule_put, STORE_TEXT(rules), STORE_INT(now_s));
}

/* --- before-images -------------------------------------------------------------------------------
 */

STORE_SQL(sql_snapshot,
          "SELECT id, theme_id, name, state, is_locked, max_people, max_reason, gate_reason,"
          " created_at_s, changed_at_s FROM collective WHERE id = $1");
STORE_SQL(sql_snapshot_members, "SELECT person_id, capacity, state, placed_by, code, joined_at_s "
                                "FROM membership WHERE collective_id = $1"
                                " ORDER BY person_id");

static cv_rc snapshot_one(json_t *into, struct store_db *db, int64_t id)
{
    json_t *rows = NULL;
    cv_rc rc = store_json(&rows, db, &sql_snapshot, STORE_INT(id));
    if (rc != CV_OK) return rc;
    json_t *row = json_array_get(rows, 0);
    json_t *members = NULL;
    if (row) rc = store_json(&members, db, &sql_snapshot_members, STORE_INT(id));
    if (rc == CV_OK && row) {
        json_object_set_new(row, "members", members);
        json_array_append(into, row);
    }
    json_decref(rows);
    return rc;
}

cv_rc collectives_snapshot(json_t **out, struct store_db *db, const int64_t *ids, size_t count)
{
    json_t *rows = json_array();
    cv_rc rc = CV_OK;
    for (size_t i = 0; i < count && rc == CV_OK; i++)
        if (ids[i] > 0) rc = snapshot_one(rows, db, ids[i]);
    *out = json_pack("{s:o, s:[]}", "collectives", rows, "created");
    return rc;
}

STORE_SQL(
    sql_put_back,
    "INSERT INTO collective (id, theme_id, name, state, is_locked, max_people, max_reason, "
    "gate_reason,"
    " created_at_s, changed_at_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (id) DO UPDATE SET theme_id = excluded.theme_id, name = excluded.name,"
    " state = excluded.state, is_locked = excluded.is_locked, max_people = excluded.max_people,"
    " max_reason = excluded.max_reason, gate_reason = excluded.gate_reason,"
    " created_at_s = excluded.created_at_s, changed_at_s = excluded.changed_at_s");

static int64_t int_of(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static cv_rc put_back_one(struct store_db *db, const json_t *row)
{
    int64_t id = int_of(row, "id");
    int64_t max_people = int_of(row, "max_people");
    cv_rc rc = store_exec(
        NULL, db, &sql_put_back, STORE_INT(id), STORE_INT(int_of(row, "theme_id")),
        STORE_TEXT(text_of(row, "name")), STORE_TEXT(text_of(row, "state")),
        STORE_BOOL(json_is_true(json_object_get(row, "is_locked"))), STORE_INT_OR_NULL(max_people),
        STORE_TEXT(text_of(row, "max_reason")), STORE_TEXT(text_of(row, "gate_reason")),
        STORE_INT(int_of(row, "created_at_s")), STORE_INT(int_of(row, "changed_at_s")));
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_delete_members, STORE_INT(id));
    size_t i = 0;
    json_t *m = NULL;
    json_array_foreach(json_object_get(row, "members"), i, m)
    {
        const struct membership member = {
            .collective_id = id,
            .person_id = int_of(m, "person_id"),
            .capacity = text_of(m, "capacity"),
            .state = text_of(m, "state"),
            .placed_by = text_of(m, "placed_by"),
            .code = text_of(m, "code"),
            .joined_at_s = int_of(m, "joined_at_s"),
        };
        if (rc == CV_OK) rc = membership_put(db, &member);
    }
    return rc;
}

cv_rc collectives_put_back(struct store_db *db, const json_t *snapshot)
{
    cv_rc rc = CV_OK;
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(snapshot, "created"), i, row)
    {
        if (rc == CV_OK) rc = collective_delete(db, json_integer_value(row));
    }
    /* Members leave every collective first, so that no code or seat is taken twice on the way. */
    json_array_foreach(json_object_get(snapshot, "collectives"), i, row)
    {
        if (rc == CV_OK)
            rc = store_exec(NULL, db, &sql_delete_members, STORE_INT(int_of(row, "id")));
    }
    json_array_foreach(json_object_get(snapshot, "collectives"), i, row)
    {
        if (rc == CV_OK) rc = put_back_one(db, row);
    }
    return rc;
}
