/* people_store: the statements that read and write people, roles, gifts and wishes. Those for pages
 * are in people_pages_store.c. */
#include <string.h>

#include "base/text.h"
#include "features/people/people_internal.h"

#define PERSON_COLUMNS                                                                             \
    "p.id, p.name, p.email, p.phone, p.languages, p.state, p.years_in_place, p.facilitates, "      \
    "p.slots, r.role_key, r.title, r.place_id, o.name, r.organisation, p.version "                 \
    "FROM person p JOIN role_holding r ON r.person_id = p.id AND r.number = 1 "                    \
    "LEFT JOIN place o ON o.id = r.place_id "
STORE_SQL(sql_find, "SELECT " PERSON_COLUMNS "WHERE p.id = $1");
STORE_SQL(sql_list, "SELECT " PERSON_COLUMNS "ORDER BY p.id");
STORE_SQL(sql_count, "SELECT count(*) FROM person");
STORE_SQL(sql_insert,
          "INSERT INTO person (name, name_folded, email, email_folded, phone, languages, state, "
          "years_in_place, facilitates, slots, search_folded, version, created_at_s, updated_at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $12) RETURNING id");
STORE_SQL(sql_update,
          "UPDATE person SET name = $2, name_folded = $3, email = $4, email_folded = $5, "
          "phone = $6, languages = $7, state = $8, years_in_place = $9, facilitates = $10, "
          "slots = $11, search_folded = $12, version = $13, updated_at_s = $14 WHERE id = $1");
STORE_SQL(sql_insert_role,
          "INSERT INTO role_holding (person_id, number, role_key, title, place_id, organisation, "
          "from_s, until_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
STORE_SQL(sql_keep_former_role,
          "INSERT INTO role_holding (person_id, number, role_key, title, place_id, organisation, "
          "from_s, until_s) SELECT person_id, (SELECT max(number) + 1 FROM role_holding WHERE "
          "person_id = $1), role_key, title, place_id, organisation, from_s, $2 "
          "FROM role_holding WHERE person_id = $1 AND number = 1");
STORE_SQL(sql_update_role,
          "UPDATE role_holding SET role_key = $2, title = $3, place_id = $4, organisation = $5, "
          "from_s = $6 WHERE person_id = $1 AND number = 1");
STORE_SQL(sql_insert_gift,
          "INSERT INTO gift (person_id, kind, skill_folded, skill, level) "
          "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id, kind, skill_folded) "
          "DO UPDATE SET skill = excluded.skill, level = excluded.level");
STORE_SQL(sql_insert_wish, "INSERT INTO wish (person_id, other_id, kind) VALUES ($1, $2, $3) "
                           "ON CONFLICT (person_id, other_id) DO UPDATE SET kind = excluded.kind");
STORE_SQL(sql_clear_gifts, "DELETE FROM gift WHERE person_id = $1 AND kind = $2");
STORE_SQL(sql_clear_wishes, "DELETE FROM wish WHERE person_id = $1 AND kind = $2");
STORE_SQL(sql_list_gifts, "SELECT person_id, kind, skill, skill_folded, level FROM gift "
                          "ORDER BY person_id, kind, skill_folded");
STORE_SQL(sql_list_gifts_of, "SELECT person_id, kind, skill, skill_folded, level FROM gift "
                             "WHERE person_id = $1 ORDER BY kind, skill_folded");
STORE_SQL(sql_count_gifts, "SELECT count(*) FROM gift");
STORE_SQL(sql_list_wishes,
          "SELECT person_id, other_id, kind FROM wish ORDER BY person_id, other_id");
STORE_SQL(sql_list_wishes_of,
          "SELECT person_id, other_id, kind FROM wish WHERE person_id = $1 ORDER BY other_id");
STORE_SQL(sql_count_wishes, "SELECT count(*) FROM wish");
STORE_SQL(sql_delete, "DELETE FROM person WHERE id = $1 AND version = $2");
STORE_SQL(sql_version, "SELECT version FROM person WHERE id = $1");
STORE_SQL(sql_name, "SELECT name FROM person WHERE id = $1");
STORE_SQL(sql_move_wishes,
          "INSERT INTO wish (person_id, other_id, kind) SELECT person_id, CAST($2 AS BIGINT), kind "
          "FROM wish WHERE other_id = $1 AND person_id <> $2 "
          "ON CONFLICT (person_id, other_id) DO NOTHING");
STORE_SQL(sql_move_own_wishes,
          "INSERT INTO wish (person_id, other_id, kind) SELECT CAST($2 AS BIGINT), other_id, kind "
          "FROM wish WHERE person_id = $1 AND other_id <> $2 "
          "ON CONFLICT (person_id, other_id) DO NOTHING");
STORE_SQL(
    sql_move_gifts,
    "INSERT INTO gift (person_id, kind, skill_folded, skill, level) SELECT CAST($2 AS BIGINT), "
    "kind, skill_folded, skill, level FROM gift WHERE person_id = $1 "
    "ON CONFLICT (person_id, kind, skill_folded) DO NOTHING");

static struct person person_of_row(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct person){
        .id = store_int(rows, 0),
        .name = store_text(rows, 1, mem),
        .email = store_text(rows, 2, mem),
        .phone = store_text(rows, 3, mem),
        .languages = store_text(rows, 4, mem),
        .state = store_text(rows, 5, mem),
        .years_in_place = store_is_null(rows, 6) ? -1 : store_int(rows, 6),
        .facilitates = store_int(rows, 7),
        .slots = store_int(rows, 8),
        .role_key = store_text(rows, 9, mem),
        .title = store_text(rows, 10, mem),
        .place_id = store_int(rows, 11),
        .place = store_text(rows, 12, mem),
        .organisation = store_text(rows, 13, mem),
        .version = store_int(rows, 14),
    };
}

cv_rc people_find(struct person *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) {
        *out = person_of_row(&rows, mem);
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc people_count(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_count);
}

cv_rc people_list(struct people_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t room = 0;
    cv_rc rc = people_count(&room, db);
    if (rc != CV_OK) return rc;
    struct people_list list = {.items = CV_NEW_ARRAY(mem, struct person, room)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list);
    while (rc == CV_OK && (int64_t)list.count < room && store_next(&rows))
        list.items[list.count++] = person_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

/* What the search box looks through, the place excepted: that is a row of its own. */
static const char *search_text(struct cv_arena *mem, const struct person *person)
{
    const struct people_role *role = people_role_find(person->role_key);
    return cv_text_fold(mem, cv_sprintf(mem, "%s %s %s %s %s %s", person->name,
                                        person->title ? person->title : "",
                                        role ? role->english : "", role ? role->spanish : "",
                                        person->organisation ? person->organisation : "",
                                        person->email ? person->email : ""));
}

static struct store_value known(int64_t number, int64_t unknown)
{
    return number == unknown ? STORE_NULL : STORE_INT(number);
}

cv_rc people_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                    const struct person *person, int64_t now_s)
{
    int64_t id = 0;
    cv_rc rc = store_number(&id, db, &sql_insert, STORE_TEXT(person->name),
                            STORE_TEXT(cv_text_fold(mem, person->name)), STORE_TEXT(person->email),
                            STORE_TEXT(person->email ? cv_text_fold(mem, person->email) : NULL),
                            STORE_TEXT(person->phone), STORE_TEXT(person->languages),
                            STORE_TEXT(person->state), known(person->years_in_place, -1),
                            STORE_INT(person->facilitates), known(person->slots, 0),
                            STORE_TEXT(search_text(mem, person)), STORE_INT(now_s));
    if (rc != CV_OK) return rc;
    if (out_id) *out_id = id;
    return store_exec(NULL, db, &sql_insert_role, STORE_INT(id), STORE_INT(1),
                      STORE_TEXT(person->role_key), STORE_TEXT(person->title),
                      STORE_INT_OR_NULL(person->place_id), STORE_TEXT(person->organisation),
                      STORE_NULL, STORE_NULL);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool has_role(const struct person *person)
{
    return person->role_key[0] || person->place_id || person->organisation;
}

cv_rc people_update(struct store_db *db, struct cv_arena *mem, const struct person *person,
                    int64_t version, int64_t now_s)
{
    struct person old;
    cv_rc rc = people_find(&old, db, mem, person->id);
    if (rc == CV_OK)
        rc = store_exec(NULL, db, &sql_update, STORE_INT(person->id), STORE_TEXT(person->name),
                        STORE_TEXT(cv_text_fold(mem, person->name)), STORE_TEXT(person->email),
                        STORE_TEXT(person->email ? cv_text_fold(mem, person->email) : NULL),
                        STORE_TEXT(person->phone), STORE_TEXT(person->languages),
                        STORE_TEXT(person->state), known(person->years_in_place, -1),
                        STORE_INT(person->facilitates), known(person->slots, 0),
                        STORE_TEXT(search_text(mem, person)), STORE_INT(version), STORE_INT(now_s));
    if (rc != CV_OK ||
        (same_text(old.role_key, person->role_key) && same_text(old.title, person->title) &&
         old.place_id == person->place_id && same_text(old.organisation, person->organisation)))
        return rc;
    bool was_filled_in = has_role(&old);
    if (was_filled_in)
        rc = store_exec(NULL, db, &sql_keep_former_role, STORE_INT(person->id), STORE_INT(now_s));
    if (rc != CV_OK) return rc;
    return store_exec(NULL, db, &sql_update_role, STORE_INT(person->id),
                      STORE_TEXT(person->role_key), STORE_TEXT(person->title),
                      STORE_INT_OR_NULL(person->place_id), STORE_TEXT(person->organisation),
                      was_filled_in ? STORE_INT(now_s) : STORE_NULL);
}

cv_rc people_gift_insert(struct store_db *db, struct cv_arena *mem, const struct gift *gift)
{
    const char *folded = gift->skill_folded ? gift->skill_folded : cv_text_fold(mem, gift->skill);
    return store_exec(NULL, db, &sql_insert_gift, STORE_INT(gift->person_id),
                      STORE_TEXT(gift->is_want ? "want" : "offer"), STORE_TEXT(folded),
                      STORE_TEXT(gift->skill), known(gift->level, -1));
}

cv_rc people_wish_insert(struct store_db *db, const struct wish *wish)
{
    return store_exec(NULL, db, &sql_insert_wish, STORE_INT(wish->person_id),
                      STORE_INT(wish->other_id), STORE_TEXT(wish->is_apart ? "apart" : "together"));
}

cv_rc people_gifts_clear(struct store_db *db, int64_t person_id, bool is_want)
{
    return store_exec(NULL, db, &sql_clear_gifts, STORE_INT(person_id),
                      STORE_TEXT(is_want ? "want" : "offer"));
}

cv_rc people_wishes_clear(struct store_db *db, int64_t person_id, bool is_apart)
{
    return store_exec(NULL, db, &sql_clear_wishes, STORE_INT(person_id),
                      STORE_TEXT(is_apart ? "apart" : "together"));
}

static struct gift gift_of_row(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct gift){.person_id = store_int(rows, 0),
                         .is_want = strcmp(store_text(rows, 1, mem), "want") == 0,
                         .skill = store_text(rows, 2, mem),
                         .skill_folded = store_text(rows, 3, mem),
                         .level = store_is_null(rows, 4) ? -1 : store_int(rows, 4)};
}

static struct wish wish_of_row(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct wish){.person_id = store_int(rows, 0),
                         .other_id = store_int(rows, 1),
                         .is_apart = strcmp(store_text(rows, 2, mem), "apart") == 0};
}

cv_rc people_gifts(struct gift_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t room = 0;
    cv_rc rc = store_number(&room, db, &sql_count_gifts);
    if (rc != CV_OK) return rc;
    struct gift_list list = {.items = CV_NEW_ARRAY(mem, struct gift, room)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list_gifts);
    while (rc == CV_OK && (int64_t)list.count < room && store_next(&rows))
        list.items[list.count++] = gift_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

enum { GIFTS_OF_ONE = 500, WISHES_OF_ONE = 500 }; /* more are not read */

cv_rc people_gifts_of(struct gift_list *out, struct store_db *db, struct cv_arena *mem,
                      int64_t person_id)
{
    struct gift_list list = {.items = CV_NEW_ARRAY(mem, struct gift, GIFTS_OF_ONE)};
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_list_gifts_of, STORE_INT(person_id));
    while (rc == CV_OK && list.count < GIFTS_OF_ONE && store_next(&rows))
        list.items[list.count++] = gift_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

cv_rc people_wishes(struct wish_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t room = 0;
    cv_rc rc = store_number(&room, db, &sql_count_wishes);
    if (rc != CV_OK) return rc;
    struct wish_list list = {.items = CV_NEW_ARRAY(mem, struct wish, room)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list_wishes);
    while (rc == CV_OK && (int64_t)list.count < room && store_next(&rows))
        list.items[list.count++] = wish_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

cv_rc people_wishes_of(struct wish_list *out, struct store_db *db, struct cv_arena *mem,
                       int64_t person_id)
{
    struct wish_list list = {.items = CV_NEW_ARRAY(mem, struct wish, WISHES_OF_ONE)};
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_list_wishes_of, STORE_INT(person_id));
    while (rc == CV_OK && list.count < WISHES_OF_ONE && store_next(&rows))
        list.items[list.count++] = wish_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

cv_rc people_delete(struct store_db *db, int64_t id, int64_t version)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_delete, STORE_INT(id), STORE_INT(version));
    return rc == CV_OK && changed == 0 ? CV_CONFLICT : rc;
}

cv_rc people_version(int64_t *out, struct store_db *db, int64_t id)
{
    return store_number(out, db, &sql_version, STORE_INT(id));
}

const char *people_name(struct store_db *db, struct cv_arena *mem, int64_t id)
{
    const char *name = NULL;
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_name, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) name = store_text(&rows, 0, mem);
    rc = store_done(&rows, rc);
    return rc == CV_OK ? name : NULL;
}

cv_rc people_move_rows(struct store_db *db, int64_t from, int64_t to)
{
    cv_rc rc = store_exec(NULL, db, &sql_move_wishes, STORE_INT(from), STORE_INT(to));
    if (rc == CV_OK)
        rc = store_exec(NULL, db, &sql_move_own_wishes, STORE_INT(from), STORE_INT(to));
    if (rc == CV_OK) rc = store_exec(NULL, db, &sql_move_gifts, STORE_INT(from), STORE_INT(to));
    return rc;
}
