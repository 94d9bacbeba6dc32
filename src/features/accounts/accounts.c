/* accounts: rules: links are used once and grow old, sessions end, tokens are random and only their
 * hashes are kept. */
#include "features/accounts/accounts.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "features/accounts/accounts_internal.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43, CSRF_BYTES = 16, HASH_BYTES = 32, SEEN_EVERY_S = 300 };

/* 256 random bits as 43 characters that need no escaping in an address or a cookie. */
static const char *new_token(struct cv_arena *mem)
{
    unsigned char bytes[TOKEN_BYTES];
    size_t size = sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = cv_alloc(mem, size);
    assert(sodium_init() >= 0);
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2base64(text, size, bytes, sizeof bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return text;
}

/* NULL when the text cannot be a token of ours: nothing need be looked up then. */
static const char *token_hash(struct cv_arena *mem, const char *token)
{
    unsigned char hash[HASH_BYTES];
    size_t size = strlen(token);
    if (size != TOKEN_CHARS) return NULL;
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)token, size, NULL, 0);
    char *text = cv_alloc(mem, ACCOUNTS_HASH_CHARS + 1);
    return sodium_bin2hex(text, ACCOUNTS_HASH_CHARS + 1, hash, sizeof hash);
}

static const char *new_csrf(struct cv_arena *mem)
{
    unsigned char bytes[CSRF_BYTES];
    char *text = cv_alloc(mem, CSRF_BYTES * 2 + 1);
    randombytes_buf(bytes, sizeof bytes);
    return sodium_bin2hex(text, CSRF_BYTES * 2 + 1, bytes, sizeof bytes);
}

cv_rc accounts_owner_link_new(const char **out_path, struct store_db *db, struct cv_arena *mem,
                              int64_t now_s)
{
    const char *token = new_token(mem);
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = link_delete_unused(db);
    if (rc == CV_OK)
        rc = link_insert(db, token_hash(mem, token), now_s, now_s + CV_LIMIT_LINK_HOURS * 3600);
    rc = store_end(db, rc);
    if (rc == CV_OK) *out_path = cv_sprintf(mem, "/owner/%s", token);
    return rc;
}

cv_rc accounts_has_owner(bool *out, struct store_db *db)
{
    int64_t count = 0;
    cv_rc rc = link_count_used(&count, db);
    if (rc == CV_OK) *out = count > 0;
    return rc;
}

cv_rc accounts_link_state(enum accounts_link_state *out, struct store_db *db, struct cv_arena *mem,
                          const char *token, int64_t now_s)
{
    struct link_row row;
    const char *hash = token_hash(mem, token);
    cv_rc rc = hash ? link_find(&row, db, hash) : CV_NOT_FOUND;
    if (rc == CV_NOT_FOUND) {
        *out = LINK_UNKNOWN;
        return CV_OK;
    }
    if (rc == CV_OK)
        *out = row.is_used ? LINK_USED : row.expires_at_s <= now_s ? LINK_OLD : LINK_OPEN;
    return rc;
}

static cv_rc begin_session(struct store_db *db, struct cv_arena *mem, const char *token,
                           int64_t now_s)
{
    const struct session_row row = {.token_hash = token_hash(mem, token),
                                    .csrf = new_csrf(mem),
                                    .role = "steward",
                                    .expires_at_s = now_s + CV_LIMIT_SESSION_DAYS * 86400};
    return session_insert(db, &row, now_s);
}

cv_rc accounts_sign_in(const char **out_token, struct store_db *db, struct cv_arena *mem,
                       const char *link_token, const char *old_token, int64_t now_s)
{
    const char *hash = token_hash(mem, link_token);
    const char *old_hash = token_hash(mem, old_token);
    const char *token = new_token(mem);
    if (!hash) return CV_NOT_FOUND;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = link_use(db, hash, now_s);
    if (rc == CV_OK && old_hash) rc = session_delete(db, old_hash);
    if (rc == CV_OK) rc = session_delete_old(db, now_s);
    if (rc == CV_OK) rc = begin_session(db, mem, token, now_s);
    rc = store_end(db, rc);
    if (rc == CV_OK) *out_token = token;
    return rc;
}

cv_rc accounts_sign_out(struct store_db *db, struct cv_arena *mem, const char *token)
{
    const char *hash = token_hash(mem, token);
    return hash ? session_delete(db, hash) : CV_OK;
}

static enum web_role role_of(const char *word)
{
    static const struct {
        const char *word;
        enum web_role role;
    } roles[] = {{"guest", ROLE_GUEST},
                 {"member", ROLE_MEMBER},
                 {"facilitator", ROLE_FACILITATOR},
                 {"steward", ROLE_STEWARD}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].word, word) == 0) return roles[i].role;
    return ROLE_ANYONE;
}

cv_rc accounts_session_find(struct web_session *out, struct store_db *db, struct cv_arena *mem,
                            const char *token, bool is_noted, int64_t now_s)
{
    struct session_row row;
    const char *hash = token_hash(mem, token);
    cv_rc rc = hash ? session_find(&row, db, mem, hash) : CV_NOT_FOUND;
    if (rc != CV_OK) return rc;
    /* The look-up already compared; this comparison takes the same time wherever they differ. */
    bool is_same = strlen(row.token_hash) == ACCOUNTS_HASH_CHARS &&
                   sodium_memcmp(row.token_hash, hash, ACCOUNTS_HASH_CHARS) == 0;
    if (!is_same || row.expires_at_s <= now_s) return CV_NOT_FOUND;
    *out = (struct web_session){.person_id = row.person_id,
                                .role = role_of(row.role),
                                .name = row.person_id ? NULL : "Owner",
                                .csrf = row.csrf};
    /* A note only: whoever comes in stays in when the disk is full or another writes. */
    if (is_noted && now_s - row.last_seen_at_s >= SEEN_EVERY_S) {
        cv_rc noted = session_seen(db, row.id, now_s);
        (void)noted;
    }
    return CV_OK;
}

const struct feature accounts_feature = {
    .name = "accounts",
    .migrations = accounts_migrations,
    .routes = accounts_routes,
    .commands = accounts_commands,
};
