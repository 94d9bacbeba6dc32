/* request: runs one request: a connection to the database, who asks, whether they may, the form,
 * the handler. Every check comes from the route's row. */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/limits.h"
#include "web/csrf.h"
#include "web/inside.h"

static void forget_arena(struct web_request_inside *in)
{
    if (in->document) json_decref(in->document);
    in->document = NULL;
    if (in->answer.stream) web_stream_drop(in->answer.stream);
    cv_arena_free(&in->mem);
    cv_arena_init(&in->mem, CV_LIMIT_REQUEST_MEMORY);
    in->answer = (struct web_answer){.status = 0};
    in->match = (struct web_match){.value_count = 0};
    in->query_form = web_form_new(&in->mem);
    in->form = web_form_new(&in->mem);
    in->req.session = (struct web_session){.role = ROLE_ANYONE};
    in->req.path = "";
}

void web_request_guarded(struct web_request_inside *in, void (*step)(struct web_request_inside *in))
{
    if (cv_arena_guard(&in->mem)) {
        forget_arena(in);
        web_answer_plain(in, 413,
                         "This is more than Convene can do in one request. Do it in smaller "
                         "parts.\n");
    } else {
        step(in);
    }
    in->mem.guarded = false;
}

static bool starts_with(const char *text, const char *start)
{
    return text && strncasecmp(text, start, strlen(start)) == 0;
}

static cv_rc read_body(struct web_request_inside *in)
{
    const char *type = in->head.content_type;
    if (in->body_size == 0) return CV_OK;
    in->body[in->body_size] = '\0';
    if (starts_with(type, "multipart/form-data"))
        return web_form_multipart(&in->form, in->body, in->body_size, type);
    if (starts_with(type, "application/json"))
        return web_form_json(&in->form, in->body, in->body_size);
    return web_form_urlencoded(&in->form, in->body, in->body_size);
}

static bool read_fields(struct web_request_inside *in)
{
    in->query_form = web_form_new(&in->mem);
    in->form = web_form_new(&in->mem);
    cv_rc rc = web_form_urlencoded(&in->query_form, in->query, strlen(in->query));
    if (rc == CV_OK) rc = read_body(in);
    if (rc == CV_OK) return true;
    if (rc == CV_TOO_LARGE)
        web_answer_error(in, 413, "This form has too many fields.",
                         "Send it in several smaller parts.");
    else
        web_answer_error(in, 400, "This form could not be read.",
                         "Go back, load the page again and send it once more.");
    return false;
}

static bool check_role(struct web_request_inside *in)
{
    struct web_request *req = &in->req;
    if (req->session.role >= req->route->role) return true;
    if (req->session.csrf) {
        web_answer_error(
            in, 403, "This page is for others in your network.",
            "Ask a steward of the network to do it, or to give you the part you need.");
        return false;
    }
    const char *sign_in = in->server->house.sign_in_path;
    if (req->wants_json || !sign_in) {
        web_answer_error(in, 401, "Please sign in first.",
                         "Open your sign-in link. A new one: convene owner link");
        return false;
    }
    (void)web_redirect(req, "%s", sign_in);
    return false;
}

static bool check_origin(struct web_request_inside *in)
{
    struct web_request *req = &in->req;
    if (req->method != WEB_POST) return true;
    bool is_ours = web_csrf_same_site(in->head.sec_fetch_site, in->head.origin, in->head.host);
    if (is_ours && req->session.csrf) {
        const struct web_field *field = web_form_find(&in->form, "csrf", 0);
        const char *given = field ? field->value : in->head.csrf;
        is_ours = given && web_csrf_matches(req->session.csrf, given);
    }
    if (is_ours) return true;
    web_answer_error(in, 403, "This form did not come from one of our pages, or its page is old.",
                     "Go back, load the page again and send it once more.");
    return false;
}

static void handle(struct web_request_inside *in)
{
    struct web_request *req = &in->req;
    req->now_s = cv_now_s();
    if (!(req->route->flags & WEB_NO_DB)) in->server->house.session(in->server->house.house, req);
    if (in->answer.status != 0) return; /* who asks could not be found out */
    /* Who may not ask gets no work done: the form is read last. */
    if (!check_role(in) || !read_fields(in) || !check_origin(in)) return;
    if (in->is_head && req->route->flags & WEB_EVENTS) {
        web_answer_bytes(in, 200, "text/event-stream", "", 0);
        return;
    }
    cv_rc rc = req->route->handle(req);
    if (in->answer.status == 0 && rc != CV_OK) (void)web_answer(req, rc);
    assert(in->answer.status != 0 && "a handler must answer");
}

static void acquire(struct web_request_inside *in)
{
    struct web_server *server = in->server;
    if (in->req.route->flags & WEB_NO_DB) return;
    cv_rc rc = server->house.acquire(server->house.house, &in->req.db);
    if (rc == CV_OK) return;
    in->req.db = NULL;
    (void)web_answer(&in->req, rc);
}

void web_request_run(struct web_request_inside *in)
{
    struct web_server *server = in->server;
    web_request_guarded(in, acquire);
    if (in->answer.status == 0) web_request_guarded(in, handle);
    if (in->req.db) server->house.release(server->house.house, in->req.db);
    in->req.db = NULL;
    if (in->document) json_decref(in->document);
    in->document = NULL;
}
