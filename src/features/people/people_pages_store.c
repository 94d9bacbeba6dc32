/* people_pages_store: the statements behind the pages of people. */
#include <string.h>

#include "features/people/people_internal.h"

/* The order of the tables is given (CROSS JOIN on SQLite): along the index of names, so that a page
 * reads its own rows and no others. */
#define COLUMNS                                                                                    \
    "SELECT p.id, p.name, p.state, p.facilitates, r.role_key, r.title, r.place_id, o.name "        \
    "FROM person p CROSS JOIN role_holding r LEFT JOIN place o ON o.id = r.place_id "              \
    "WHERE r.person_id = p.id AND r.number = 1 "
/* The cast keeps SQLite from compiling the statement anew for each pattern. */
#define FILTER                                                                                     \
    "AND (p.search_folded LIKE CAST($1 AS TEXT) ESCAPE '\\' "                                      \
    "OR o.name_folded LIKE CAST($1 AS TEXT) ESCAPE '\\') "                                         \
    "AND (CAST($2 AS TEXT) = '' OR r.role_key = $2) "                                              \
    "AND (CAST($3 AS TEXT) = '' OR p.state = $3) AND (CAST($4 AS BIGINT) = 0 OR r.place_id = $4) "
#define ORDER "ORDER BY p.name_folded, p.id "
STORE_SQL(sql_page, COLUMNS ORDER "LIMIT $1 OFFSET $2");
STORE_SQL(sql_page_of, COLUMNS FILTER ORDER "LIMIT $5 OFFSET $6");
STORE_SQL(sql_count, "SELECT count(*) FROM person");
STORE_SQL(sql_count_of, "SELECT count(*) FROM person p JOIN role_holding r ON r.person_id = p.id "
                        "LEFT JOIN place o ON o.id = r.place_id WHERE r.number = 1 " FILTER);
/* All filters at once: one way to the database and back instead of three. Places come last: when
 * there are too many, it is they that are cut. */
STORE_SQL(sql_choices,
          "SELECT kind, id, name, count FROM ("
          "SELECT 'role' AS kind, 0 AS id, role_key AS name, count(*) AS count, "
          "-count(*) AS weight, role_key AS word FROM role_holding "
          "WHERE number = 1 AND role_key <> '' GROUP BY role_key UNION ALL "
          "SELECT 'state', 0, state, count(*), 0, state FROM person GROUP BY state UNION ALL "
          "SELECT 'place', o.id, o.name, 0, 0, o.name_folded FROM place o WHERE EXISTS (SELECT 1 "
          "FROM role_holding r WHERE r.number = 1 AND r.place_id = o.id)) AS choice "
          "ORDER BY kind DESC, weight, word, id LIMIT $1");
STORE_SQL(sql_former, "SELECT r.title, r.role_key, o.name AS place, r.organisation, r.from_s, "
                      "r.until_s FROM role_holding r LEFT JOIN place o ON o.id = r.place_id "
                      "WHERE r.person_id = $1 AND r.number > 1 ORDER BY r.number DESC");
STORE_SQL(sql_wished, "SELECT w.kind, p.id, p.name FROM wish w JOIN person p ON p.id = w.other_id "
                      "WHERE w.person_id = $1 ORDER BY p.name_folded, p.id");

static cv_rc read_page(struct people_page *out, struct store_rows *rows, cv_rc rc,
                       struct cv_arena *mem, int64_t limit)
{
    out->items = CV_NEW_ARRAY(mem, struct people_page_row, (size_t)limit + 1);
    while (rc == CV_OK && (int64_t)out->count < limit && store_next(rows))
        out->items[out->count++] = (struct people_page_row){.id = store_int(rows, 0),
                                                            .name = store_text(rows, 1, mem),
                                                            .state = store_text(rows, 2, mem),
                                                            .facilitates = store_int(rows, 3),
                                                            .role_key = store_text(rows, 4, mem),
                                                            .title = store_text(rows, 5, mem),
                                                            .place_id = store_int(rows, 6),
                                                            .place = store_text(rows, 7, mem)};
    return store_done(rows, rc);
}

cv_rc people_page(struct people_page *out, struct store_db *db, struct cv_arena *mem,
                  const struct people_filter *filter)
{
    struct store_rows rows;
    *out = (struct people_page){0};
    bool is_all =
        !filter->search[0] && !filter->role_key[0] && !filter->state[0] && filter->place_id == 0;
    if (is_all) {
        cv_rc rc = store_number(&out->total, db, &sql_count);
        if (rc != CV_OK) return rc;
        rc =
            store_select(&rows, db, &sql_page, STORE_INT(filter->limit), STORE_INT(filter->offset));
        return read_page(out, &rows, rc, mem, filter->limit);
    }
    const char *pattern = feature_like_text(mem, filter->search);
    cv_rc rc = store_number(&out->total, db, &sql_count_of, STORE_TEXT(pattern),
                            STORE_TEXT(filter->role_key), STORE_TEXT(filter->state),
                            STORE_INT(filter->place_id));
    if (rc != CV_OK) return rc;
    rc = store_select(&rows, db, &sql_page_of, STORE_TEXT(pattern), STORE_TEXT(filter->role_key),
                      STORE_TEXT(filter->state), STORE_INT(filter->place_id),
                      STORE_INT(filter->limit), STORE_INT(filter->offset));
    return read_page(out, &rows, rc, mem, filter->limit);
}

cv_rc people_choices(struct people_choices *out, struct store_db *db, struct cv_arena *mem)
{
    struct store_rows rows;
    *out = (struct people_choices){.items =
                                       CV_NEW_ARRAY(mem, struct people_choice, PEOPLE_CHOICES_MAX)};
    cv_rc rc = store_select(&rows, db, &sql_choices, STORE_INT(PEOPLE_CHOICES_MAX));
    while (rc == CV_OK && out->count < PEOPLE_CHOICES_MAX && store_next(&rows)) {
        struct people_choice *choice = &out->items[out->count++];
        choice->kind = store_text(&rows, 0, mem);
        choice->id = store_int(&rows, 1);
        choice->name = store_text(&rows, 2, mem);
        choice->count = store_int(&rows, 3);
        if (strcmp(choice->kind, "state") == 0) out->everybody += choice->count;
    }
    return store_done(&rows, rc);
}

cv_rc people_former_roles(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_former, STORE_INT(person_id));
}

cv_rc people_wished(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_wished, STORE_INT(person_id));
}
