/* people_snapshot_store: the whole person as a document (row, roles, gifts, wishes both ways) and
 * back, for undo: column by column, so that the store is afterwards as it was. */
#include <string.h>

#include "features/people/people_internal.h"

STORE_SQL(sql_person,
          "SELECT id, name, name_folded, email, email_folded, phone, languages, state, "
          "years_in_place, facilitates, slots, search_folded, version, created_at_s, updated_at_s "
          "FROM person WHERE id = $1");
STORE_SQL(sql_roles, "SELECT number, role_key, title, place_id, organisation, from_s, until_s "
                     "FROM role_holding WHERE person_id = $1 ORDER BY number");
STORE_SQL(sql_gifts, "SELECT kind, skill_folded, skill, level FROM gift WHERE person_id = $1 "
                     "ORDER BY kind, skill_folded");
STORE_SQL(sql_wishes, "SELECT person_id, other_id, kind FROM wish WHERE person_id = $1 "
                      "OR other_id = $1 ORDER BY person_id, other_id");
STORE_SQL(
    sql_put_person,
    "INSERT INTO person (id, name, name_folded, email, email_folded, phone, languages, state, "
    "years_in_place, facilitates, slots, search_folded, version, created_at_s, updated_at_s) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded, "
    "email = excluded.email, email_folded = excluded.email_folded, phone = excluded.phone, "
    "languages = excluded.languages, state = excluded.state, "
    "years_in_place = excluded.years_in_place, facilitates = excluded.facilitates, "
    "slots = excluded.slots, search_folded = excluded.search_folded, "
    "version = excluded.version, created_at_s = excluded.created_at_s, "
    "updated_at_s = excluded.updated_at_s");
STORE_SQL(sql_clear_roles, "DELETE FROM role_holding WHERE person_id = $1");
STORE_SQL(sql_put_role,
          "INSERT INTO role_holding (person_id, number, role_key, title, place_id, organisation, "
          "from_s, until_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
STORE_SQL(sql_clear_gifts, "DELETE FROM gift WHERE person_id = $1");
STORE_SQL(sql_put_gift, "INSERT INTO gift (person_id, kind, skill_folded, skill, level) "
                        "VALUES ($1, $2, $3, $4, $5)");
STORE_SQL(sql_clear_wishes, "DELETE FROM wish WHERE person_id = $1 OR other_id = $1");
/* The other may have gone since. */
STORE_SQL(sql_put_wish, "INSERT INTO wish (person_id, other_id, kind) SELECT CAST($1 AS BIGINT), "
                        "CAST($2 AS BIGINT), CAST($3 AS TEXT) WHERE EXISTS (SELECT 1 FROM person "
                        "WHERE id = $1) AND EXISTS (SELECT 1 FROM person WHERE id = $2)");

cv_rc people_snapshot(json_t **out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    json_t *person = NULL;
    json_t *roles = NULL;
    json_t *gifts = NULL;
    json_t *wishes = NULL;
    cv_rc rc = store_json(&person, db, &sql_person, STORE_INT(id));
    if (rc == CV_OK && json_array_size(person) == 0) rc = CV_NOT_FOUND;
    if (rc == CV_OK) rc = store_json(&roles, db, &sql_roles, STORE_INT(id));
    if (rc == CV_OK) rc = store_json(&gifts, db, &sql_gifts, STORE_INT(id));
    if (rc == CV_OK) rc = store_json(&wishes, db, &sql_wishes, STORE_INT(id));
    if (rc == CV_OK) {
        *out = json_object();
        json_object_set(*out, "person", json_array_get(person, 0));
        json_object_set(*out, "roles", roles);
        json_object_set(*out, "gifts", gifts);
        json_object_set(*out, "wishes", wishes);
    }
    json_decref(person);
    json_decref(roles);
    json_decref(gifts);
    json_decref(wishes);
    return rc;
}

static struct store_value value_at(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    if (json_is_string(value)) return STORE_TEXT(json_string_value(value));
    if (json_is_integer(value)) return STORE_INT(json_integer_value(value));
    return STORE_NULL;
}

static cv_rc put_person(struct store_db *db, const json_t *row)
{
    return store_exec(
        NULL, db, &sql_put_person, value_at(row, "id"), value_at(row, "name"),
        value_at(row, "name_folded"), value_at(row, "email"), value_at(row, "email_folded"),
        value_at(row, "phone"), value_at(row, "languages"), value_at(row, "state"),
        value_at(row, "years_in_place"), value_at(row, "facilitates"), value_at(row, "slots"),
        value_at(row, "search_folded"), value_at(row, "version"), value_at(row, "created_at_s"),
        value_at(row, "updated_at_s"));
}

cv_rc people_restore(struct store_db *db, struct cv_arena *mem, const json_t *snapshot)
{
    const json_t *person = json_object_get(snapshot, "person");
    struct store_value id = value_at(person, "id");
    size_t i = 0;
    json_t *row = NULL;
    cv_rc rc = put_person(db, person);
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_clear_roles, id);
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_clear_gifts, id);
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_clear_wishes, id);
    json_array_foreach(json_object_get(snapshot, "roles"), i, row)
    {
        if (rc != CV_OK) break;
        rc = store_exec(NULL, db, &sql_put_role, id, value_at(row, "number"),
                        value_at(row, "role_key"), value_at(row, "title"),
                        value_at(row, "place_id"), value_at(row, "organisation"),
                        value_at(row, "from_s"), value_at(row, "until_s"));
    }
    json_array_foreach(json_object_get(snapshot, "gifts"), i, row)
    {
        if (rc != CV_OK) break;
        rc = store_exec(NULL, db, &sql_put_gift, id, value_at(row, "kind"),
                        value_at(row, "skill_folded"), value_at(row, "skill"),
                        value_at(row, "level"));
    }
    json_array_foreach(json_object_get(snapshot, "wishes"), i, row)
    {
        if (rc != CV_OK) break;
        rc = store_exec(NULL, db, &sql_put_wish, value_at(row, "person_id"),
                        value_at(row, "other_id"), value_at(row, "kind"));
    }
    return rc;
}
