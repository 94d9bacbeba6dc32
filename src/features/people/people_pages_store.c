/* people_pages_store: the statements behind the pages of people. */
#include "features/people/people_internal.h"

#define FILTER                                                                                     \
    "FROM person p JOIN role_holding r ON r.person_id = p.id AND r.number = 1 "                    \
    "LEFT JOIN place o ON o.id = r.place_id WHERE (p.search_folded LIKE $1 ESCAPE '\\' "           \
    "OR o.name_folded LIKE $1 ESCAPE '\\') AND (CAST($2 AS TEXT) = '' OR r.role_key = $2) "        \
    "AND (CAST($3 AS TEXT) = '' OR p.state = $3) AND (CAST($4 AS BIGINT) = 0 OR r.place_id = $4) "
STORE_SQL(sql_page,
          "SELECT p.id, p.name, p.state, p.languages, p.facilitates, r.role_key, r.title, "
          "r.place_id, o.name AS place " FILTER "ORDER BY p.name_folded, p.id LIMIT $5 OFFSET $6");
STORE_SQL(sql_count, "SELECT count(*) " FILTER);
STORE_SQL(sql_roles,
          "SELECT role_key AS key, count(*) AS count FROM role_holding WHERE number = 1 "
          "AND role_key <> '' GROUP BY role_key ORDER BY count(*) DESC, role_key LIMIT 60");
STORE_SQL(sql_states, "SELECT state, count(*) AS count FROM person GROUP BY state ORDER BY state");
STORE_SQL(sql_places, "SELECT o.id, o.name, count(*) AS count FROM role_holding r JOIN place o ON "
                      "o.id = r.place_id WHERE r.number = 1 GROUP BY o.id, o.name, o.name_folded "
                      "ORDER BY o.name_folded, o.id LIMIT 500");
STORE_SQL(sql_former, "SELECT r.title, r.role_key, o.name AS place, r.organisation, r.from_s, "
                      "r.until_s FROM role_holding r LEFT JOIN place o ON o.id = r.place_id "
                      "WHERE r.person_id = $1 AND r.number > 1 ORDER BY r.number DESC");
STORE_SQL(sql_wished, "SELECT w.kind, p.id, p.name FROM wish w JOIN person p ON p.id = w.other_id "
                      "WHERE w.person_id = $1 ORDER BY p.name_folded, p.id");

cv_rc people_page(json_t **out, int64_t *out_total, struct store_db *db, struct cv_arena *mem,
                  const struct people_filter *filter)
{
    const char *pattern = feature_like_text(mem, filter->search);
    cv_rc rc =
        store_number(out_total, db, &sql_count, STORE_TEXT(pattern), STORE_TEXT(filter->role_key),
                     STORE_TEXT(filter->state), STORE_INT(filter->place_id));
    if (rc != CV_OK) return rc;
    return store_json(out, db, &sql_page, STORE_TEXT(pattern), STORE_TEXT(filter->role_key),
                      STORE_TEXT(filter->state), STORE_INT(filter->place_id),
                      STORE_INT(filter->limit), STORE_INT(filter->offset));
}

cv_rc people_role_counts(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_roles);
}

cv_rc people_state_counts(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_states);
}

cv_rc people_place_counts(json_t **out, struct store_db *db)
{
    return store_json(out, db, &sql_places);
}

cv_rc people_former_roles(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_former, STORE_INT(person_id));
}

cv_rc people_wished(json_t **out, struct store_db *db, int64_t person_id)
{
    return store_json(out, db, &sql_wished, STORE_INT(person_id));
}
