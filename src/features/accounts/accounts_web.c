/* accounts_web: coming in and going out. Opening a link shows a page and uses nothing up (mail
 * scanners open links too); the button on it does. */
#include <string.h>

#include "base/limits.h"
#include "features/accounts/accounts_internal.h"

void accounts_session(struct web_request *req)
{
    const char *token = web_cookie(req, "session");
    if (token[0] == '\0' || !req->db) return;
    /* Only a POST is on a thread that may wait for its turn to write. When the database does not
     * answer, that is what the page says: nobody is let in, and nobody is sent to sign in again. */
    struct web_session session;
    cv_rc rc = accounts_session_find(&session, req->db, req->mem, token, req->method == WEB_POST,
                                     req->now_s);
    if (rc == CV_OK)
        req->session = session;
    else if (rc != CV_NOT_FOUND)
        (void)web_answer(req, rc);
}

static const struct {
    const char *why;
    const char *title;
    const char *lede;
} reasons[] = {
    {"used", "This link was used already", "Make a new one; it takes a moment."},
    {"old", "This link is too old", "Links work for a day. Make a new one; it takes a moment."},
    {"unknown", "This is no link of this Convene",
     "Perhaps a part of it was lost on the way. Copy the whole line, or make a new one."},
    {"out", "You are signed out", "To come back in, open a new sign-in link."},
    {"", "This page asks who you are", "Open your sign-in link to come in."},
};

static cv_rc get_sign_in(struct web_request *req)
{
    if (req->session.csrf) return web_redirect(req, "/");
    const char *why = web_text(req, "why");
    size_t i = 0;
    while (reasons[i].why[0] && strcmp(reasons[i].why, why) != 0) i++;
    return web_page(req, json_pack("{s:{s:s, s:s}, s:s, s:i}", "page", "title", reasons[i].title,
                                   "lede", reasons[i].lede, "command", "convene owner link",
                                   "problem_count", 0));
}

static cv_rc refuse_link(struct web_request *req, enum accounts_link_state state)
{
    const char *why = state == LINK_USED ? "used" : state == LINK_OLD ? "old" : "unknown";
    return web_redirect(req, "/sign-in?why=%s", why);
}

static cv_rc get_owner(struct web_request *req)
{
    enum accounts_link_state state;
    const char *token = web_path_text(req, "token");
    cv_rc rc = accounts_link_state(&state, req->db, req->mem, token, req->now_s);
    if (rc != CV_OK) return web_answer(req, rc);
    if (state != LINK_OPEN) return refuse_link(req, state);
    return web_page(
        req, json_pack("{s:{s:s, s:s}, s:{s:s}, s:i}", "page", "title", "Come in", "lede",
                       "This is the first door of your Convene. The link you opened belongs to its "
                       "owner.",
                       "owner", "url", req->path, "problem_count", 0));
}

static cv_rc post_owner(struct web_request *req)
{
    const char *link = web_path_text(req, "token");
    const char *token = NULL;
    cv_rc rc =
        accounts_sign_in(&token, req->db, req->mem, link, web_cookie(req, "session"), req->now_s);
    if (rc == CV_NOT_FOUND) {
        enum accounts_link_state state;
        rc = accounts_link_state(&state, req->db, req->mem, link, req->now_s);
        if (rc == CV_OK) return refuse_link(req, state);
    }
    if (rc != CV_OK) return web_answer(req, rc);
    web_set_cookie(req, "session", token, CV_LIMIT_SESSION_DAYS * 86400);
    web_flash(req, NULL, "Welcome. This browser stays signed in for %d days.",
              CV_LIMIT_SESSION_DAYS);
    return web_redirect(req, "/");
}

static cv_rc post_sign_out(struct web_request *req)
{
    cv_rc rc = accounts_sign_out(req->db, req->mem, web_cookie(req, "session"));
    if (rc != CV_OK) return web_answer(req, rc);
    web_set_cookie(req, "session", "", -1);
    return web_redirect(req, "/sign-in?why=out");
}

const struct web_route accounts_routes[] = {
    {WEB_GET, "/sign-in", ROLE_ANYONE, get_sign_in, "features/accounts/pages/sign_in.html", 0},
    {WEB_GET, "/owner/:token", ROLE_ANYONE, get_owner, "features/accounts/pages/owner.html", 0},
    {WEB_POST, "/owner/:token", ROLE_ANYONE, post_owner, NULL, WEB_SLOW_RATE},
    {WEB_POST, "/sign-out", ROLE_ANYONE, post_sign_out, NULL, 0},
    {0},
};
