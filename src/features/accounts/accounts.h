/* accounts: who is signed in. The least that is honest until people have accounts of their own: the
 * owner makes a one-time link on the machine, opens it, presses a button, and has a session in a
 * cookie. Owns tables owner_link and session. Not here: what a role may do (the route rows), who a
 * person is (people). */
#ifndef FEATURES_ACCOUNTS_ACCOUNTS_H
#define FEATURES_ACCOUNTS_ACCOUNTS_H

#include "features/feature.h"

/* Makes a link and forgets the older ones that nobody used. *out_path: "/owner/k3…", to be put
 * behind the server's address; works once, for CV_LIMIT_LINK_HOURS. Only its hash is stored. */
CV_MUST_USE cv_rc accounts_owner_link_new(const char **out_path, struct store_db *db,
                                          struct cv_arena *mem, int64_t now_s);
/* True once a link was used. */
CV_MUST_USE cv_rc accounts_has_owner(bool *out, struct store_db *db);
/* Fills req->session from the cookie; leaves it alone when there is no session that lives. */
void accounts_session(struct web_request *req);

extern const struct feature accounts_feature;

#endif
