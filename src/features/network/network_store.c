/* network_store: every statement of the network and its places. Rules are in network.c. */
#include <math.h>

#include "base/text.h"
#include "features/network/network_internal.h"

STORE_SQL(
    sql_upsert_network,
    "INSERT INTO network (id, name, purpose, languages, created_at_s) VALUES (1, $1, $2, $3, $4) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, purpose = excluded.purpose, "
    "languages = excluded.languages");
STORE_SQL(sql_find_network, "SELECT name, purpose, languages FROM network");
STORE_SQL(sql_insert_place,
          "INSERT INTO place (name, name_folded, kind, parent_id, zone, locale, code, students, "
          "schools, latitude, longitude, shares, version, created_at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id");
STORE_SQL(sql_update_place,
          "UPDATE place SET name = $2, name_folded = $3, kind = $4, parent_id = $5, zone = $6, "
          "locale = $7, code = $8, students = $9, schools = $10, latitude = $11, longitude = $12, "
          "shares = $13, version = $14 WHERE id = $1");
STORE_SQL(sql_delete_place, "DELETE FROM place WHERE id = $1 AND version = $2");
#define PLACE_COLUMNS                                                                              \
    "p.id, p.name, p.kind, p.parent_id, o.name, p.zone, p.locale, p.code, p.students, p.schools, " \
    "p.latitude, p.longitude, p.shares, p.version "                                                \
    "FROM place p LEFT JOIN place o ON o.id = p.parent_id "
STORE_SQL(sql_list_places, "SELECT " PLACE_COLUMNS "ORDER BY p.id");
STORE_SQL(sql_find_place, "SELECT " PLACE_COLUMNS "WHERE p.id = $1");
STORE_SQL(sql_count_places, "SELECT count(*) FROM place");

cv_rc network_create(struct store_db *db, const struct network *network, int64_t now_s)
{
    return store_exec(NULL, db, &sql_upsert_network, STORE_TEXT(network->name),
                      STORE_TEXT(network->purpose ? network->purpose : ""),
                      STORE_TEXT(network->languages ? network->languages : "en"), STORE_INT(now_s));
}

cv_rc network_find(struct network *out, struct store_db *db, struct cv_arena *mem)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_find_network);
    while (rc == CV_OK && store_next(&rows)) {
        *out = (struct network){.name = store_text(&rows, 0, mem),
                                .purpose = store_text(&rows, 1, mem),
                                .languages = store_text(&rows, 2, mem)};
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

static struct store_value known_count(int64_t count)
{
    return count < 0 ? STORE_NULL : STORE_INT(count);
}

static struct store_value known_real(double number)
{
    return isnan(number) ? STORE_NULL : STORE_REAL(number);
}

cv_rc network_place_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                           const struct place *place, int64_t now_s)
{
    int64_t id = 0;
    cv_rc rc = store_number(
        &id, db, &sql_insert_place, STORE_TEXT(place->name),
        STORE_TEXT(cv_text_fold(mem, place->name)), STORE_TEXT(place->kind),
        STORE_INT_OR_NULL(place->parent_id), STORE_TEXT(place->zone), STORE_TEXT(place->locale),
        STORE_TEXT(place->code), known_count(place->students), known_count(place->schools),
        known_real(place->latitude), known_real(place->longitude),
        STORE_TEXT(place->shares ? place->shares : "{}"), STORE_INT(1), STORE_INT(now_s));
    if (rc == CV_OK && out_id) *out_id = id;
    return rc;
}

cv_rc network_place_update(struct store_db *db, struct cv_arena *mem, const struct place *place,
                           int64_t version)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(
        &changed, db, &sql_update_place, STORE_INT(place->id), STORE_TEXT(place->name),
        STORE_TEXT(cv_text_fold(mem, place->name)), STORE_TEXT(place->kind),
        STORE_INT_OR_NULL(place->parent_id), STORE_TEXT(place->zone), STORE_TEXT(place->locale),
        STORE_TEXT(place->code), known_count(place->students), known_count(place->schools),
        known_real(place->latitude), known_real(place->longitude),
        STORE_TEXT(place->shares ? place->shares : "{}"), STORE_INT(version));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

cv_rc network_place_delete(struct store_db *db, int64_t id, int64_t version)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_delete_place, STORE_INT(id), STORE_INT(version));
    return rc == CV_OK && changed == 0 ? CV_CONFLICT : rc;
}

static struct place place_of_row(const struct store_rows *rows, struct cv_arena *mem)
{
    return (struct place){
        .id = store_int(rows, 0),
        .name = store_text(rows, 1, mem),
        .kind = store_text(rows, 2, mem),
        .parent_id = store_int(rows, 3),
        .parent = store_text(rows, 4, mem),
        .zone = store_text(rows, 5, mem),
        .locale = store_text(rows, 6, mem),
        .code = store_text(rows, 7, mem),
        .students = store_is_null(rows, 8) ? -1 : store_int(rows, 8),
        .schools = store_is_null(rows, 9) ? -1 : store_int(rows, 9),
        .latitude = store_is_null(rows, 10) ? NAN : store_real(rows, 10),
        .longitude = store_is_null(rows, 11) ? NAN : store_real(rows, 11),
        .shares = store_text(rows, 12, mem),
        .version = store_int(rows, 13),
    };
}

cv_rc network_place_find(struct place *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_find_place, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) {
        *out = place_of_row(&rows, mem);
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc network_place_list(struct place_list *out, struct store_db *db, struct cv_arena *mem)
{
    int64_t room = 0;
    cv_rc rc = store_number(&room, db, &sql_count_places);
    if (rc != CV_OK) return rc;
    struct place_list list = {.items = CV_NEW_ARRAY(mem, struct place, room)};
    struct store_rows rows;
    rc = store_select(&rows, db, &sql_list_places);
    while (rc == CV_OK && (int64_t)list.count < room && store_next(&rows))
        list.items[list.count++] = place_of_row(&rows, mem);
    rc = store_done(&rows, rc);
    if (rc == CV_OK) *out = list;
    return rc;
}

STORE_SQL(sql_page_places,
          "SELECT p.id, p.name, p.kind, o.name AS parent, p.zone, p.locale, p.students, p.schools "
          "FROM place p LEFT JOIN place o ON o.id = p.parent_id WHERE p.name_folded LIKE $1 "
          "ESCAPE '\\' ORDER BY p.name_folded, p.id LIMIT $2 OFFSET $3");
STORE_SQL(sql_count_places_like,
          "SELECT count(*) FROM place WHERE name_folded LIKE $1 ESCAPE '\\'");

cv_rc network_places_page(json_t **out, int64_t *out_total, struct store_db *db,
                          struct cv_arena *mem, const char *search, int64_t offset, int64_t limit)
{
    const char *pattern = feature_like_text(mem, search);
    cv_rc rc = store_number(out_total, db, &sql_count_places_like, STORE_TEXT(pattern));
    if (rc != CV_OK) return rc;
    return store_json(out, db, &sql_page_places, STORE_TEXT(pattern), STORE_INT(limit),
                      STORE_INT(offset));
}
