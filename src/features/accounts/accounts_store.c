/* accounts_store: every SQL statement of this feature, nothing else. */
#include "features/accounts/accounts_internal.h"

STORE_SQL(sql_link_insert, "INSERT INTO owner_link (token_hash, created_at_s, expires_at_s) "
                           "VALUES ($1, $2, $3)");
STORE_SQL(sql_link_delete_unused, "DELETE FROM owner_link WHERE used_at_s IS NULL");
STORE_SQL(sql_link_find, "SELECT expires_at_s, used_at_s FROM owner_link WHERE token_hash = $1");
STORE_SQL(sql_link_use, "UPDATE owner_link SET used_at_s = $2 "
                        "WHERE token_hash = $1 AND used_at_s IS NULL AND expires_at_s > $2");
STORE_SQL(sql_link_count_used, "SELECT count(*) FROM owner_link WHERE used_at_s IS NOT NULL");
STORE_SQL(sql_session_insert,
          "INSERT INTO session (token_hash, csrf, role, person_id, created_at_s, last_seen_at_s, "
          "expires_at_s) VALUES ($1, $2, $3, $4, $5, $5, $6)");
STORE_SQL(sql_session_find, "SELECT id, token_hash, csrf, role, person_id, last_seen_at_s, "
                            "expires_at_s FROM session WHERE token_hash = $1");
STORE_SQL(sql_session_seen, "UPDATE session SET last_seen_at_s = $2 WHERE id = $1");
STORE_SQL(sql_session_delete, "DELETE FROM session WHERE token_hash = $1");
STORE_SQL(sql_session_delete_old, "DELETE FROM session WHERE expires_at_s <= $1");

cv_rc link_insert(struct store_db *db, const char *hash, int64_t now_s, int64_t expires_at_s)
{
    return store_exec(NULL, db, &sql_link_insert, STORE_TEXT(hash), STORE_INT(now_s),
                      STORE_INT(expires_at_s));
}

cv_rc link_delete_unused(struct store_db *db)
{
    return store_exec(NULL, db, &sql_link_delete_unused);
}

cv_rc link_find(struct link_row *out, struct store_db *db, const char *hash)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_link_find, STORE_TEXT(hash));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found) {
        out->expires_at_s = store_int(&rows, 0);
        out->is_used = !store_is_null(&rows, 1);
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

cv_rc link_use(struct store_db *db, const char *hash, int64_t now_s)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_link_use, STORE_TEXT(hash), STORE_INT(now_s));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

cv_rc link_count_used(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_link_count_used);
}

cv_rc session_insert(struct store_db *db, const struct session_row *row, int64_t now_s)
{
    return store_exec(NULL, db, &sql_session_insert, STORE_TEXT(row->token_hash),
                      STORE_TEXT(row->csrf), STORE_TEXT(row->role),
                      STORE_INT_OR_NULL(row->person_id), STORE_INT(now_s),
                      STORE_INT(row->expires_at_s));
}

cv_rc session_find(struct session_row *out, struct store_db *db, struct cv_arena *mem,
                   const char *hash)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_session_find, STORE_TEXT(hash));
    bool is_found = rc == CV_OK && store_next(&rows);
    if (is_found)
        *out = (struct session_row){.id = store_int(&rows, 0),
                                    .token_hash = store_text(&rows, 1, mem),
                                    .csrf = store_text(&rows, 2, mem),
                                    .role = store_text(&rows, 3, mem),
                                    .person_id = store_int(&rows, 4),
                                    .last_seen_at_s = store_int(&rows, 5),
                                    .expires_at_s = store_int(&rows, 6)};
    rc = store_done(&rows, rc);
    return rc == CV_OK && !is_found ? CV_NOT_FOUND : rc;
}

cv_rc session_seen(struct store_db *db, int64_t id, int64_t now_s)
{
    return store_exec(NULL, db, &sql_session_seen, STORE_INT(id), STORE_INT(now_s));
}

cv_rc session_delete(struct store_db *db, const char *hash)
{
    return store_exec(NULL, db, &sql_session_delete, STORE_TEXT(hash));
}

cv_rc session_delete_old(struct store_db *db, int64_t now_s)
{
    return store_exec(NULL, db, &sql_session_delete_old, STORE_INT(now_s));
}
