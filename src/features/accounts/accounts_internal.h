/* accounts_internal: shared by the files of this feature only. */
#ifndef FEATURES_ACCOUNTS_ACCOUNTS_INTERNAL_H
#define FEATURES_ACCOUNTS_ACCOUNTS_INTERNAL_H

#include "features/accounts/accounts.h"

extern const struct store_migration accounts_migrations[];
extern const struct web_route accounts_routes[];
extern const struct cli_command accounts_commands[];

enum { ACCOUNTS_HASH_CHARS = 64 };

/* --- rules (accounts.c) ------------------------------------------------------------------------
 */

enum accounts_link_state { LINK_OPEN, LINK_UNKNOWN, LINK_USED, LINK_OLD };

CV_MUST_USE cv_rc accounts_link_state(enum accounts_link_state *out, struct store_db *db,
                                      struct cv_arena *mem, const char *token, int64_t now_s);
/* Uses the link up and begins a session; *out_token is what the cookie holds. old_token (may be "")
 * is the session the browser had before: it ends. CV_NOT_FOUND: the link is not open (any more);
 * of two who press the button at once one gets in. */
CV_MUST_USE cv_rc accounts_sign_in(const char **out_token, struct store_db *db,
                                   struct cv_arena *mem, const char *link_token,
                                   const char *old_token, int64_t now_s);
/* CV_OK too when there was no such session. */
CV_MUST_USE cv_rc accounts_sign_out(struct store_db *db, struct cv_arena *mem, const char *token);
/* is_noted: writes down, at most every five minutes, that it was seen. CV_NOT_FOUND: none, or it is
 * over. */
CV_MUST_USE cv_rc accounts_session_find(struct web_session *out, struct store_db *db,
                                        struct cv_arena *mem, const char *token, bool is_noted,
                                        int64_t now_s);

/* --- rows (accounts_store.c) -------------------------------------------------------------------
 */

struct link_row {
    int64_t expires_at_s;
    bool is_used;
};
struct session_row {
    int64_t id;
    const char *token_hash;
    const char *csrf;
    const char *role;
    int64_t person_id;
    int64_t last_seen_at_s;
    int64_t expires_at_s;
};
CV_MUST_USE cv_rc link_insert(struct store_db *db, const char *hash, int64_t now_s,
                              int64_t expires_at_s);
CV_MUST_USE cv_rc link_delete_unused(struct store_db *db);
CV_MUST_USE cv_rc link_find(struct link_row *out, struct store_db *db, const char *hash);
/* CV_NOT_FOUND when it is used, old or unknown. */
CV_MUST_USE cv_rc link_use(struct store_db *db, const char *hash, int64_t now_s);
CV_MUST_USE cv_rc link_count_used(int64_t *out, struct store_db *db);
CV_MUST_USE cv_rc session_insert(struct store_db *db, const struct session_row *row, int64_t now_s);
CV_MUST_USE cv_rc session_find(struct session_row *out, struct store_db *db, struct cv_arena *mem,
                               const char *hash);
CV_MUST_USE cv_rc session_seen(struct store_db *db, int64_t id, int64_t now_s);
CV_MUST_USE cv_rc session_delete(struct store_db *db, const char *hash);
CV_MUST_USE cv_rc session_delete_old(struct store_db *db, int64_t now_s);

#endif
