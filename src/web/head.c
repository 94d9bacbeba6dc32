/* head: what a request's head decides: asset or route, method, rate, length and kind of the body.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "web/assets.h"
#include "web/http.h"

static cv_rc answer_missing(struct web_request *req)
{
    return web_answer(req, CV_NOT_FOUND);
}

/* Runs like a page, so that someone who is signed in keeps the frame around it. */
static const struct web_route missing_route = {WEB_GET, "-", ROLE_ANYONE, answer_missing, NULL, 0};

void web_head_too_large(struct web_request_inside *in)
{
    const char *remedy = "Send less at once.";
    if (in->req.route->flags & WEB_UPLOAD)
        remedy = cv_sprintf(&in->mem,
                            "Files up to %d MB are taken. Split it, or leave out sheets "
                            "that are not needed.",
                            CV_LIMIT_UPLOAD_BYTES >> 20);
    web_answer_error(in, 413, "That is more than Convene takes at once.", remedy);
}

static bool starts_with(const char *text, const char *start)
{
    return text && strncasecmp(text, start, strlen(start)) == 0;
}

/* A media type stands in the Accept list. */
static bool names_type(const char *accept, const char *type)
{
    const char *at = accept ? strcasestr(accept, type) : NULL;
    if (!at) return false;
    const char *q = strstr(at, ";q=0");
    return !q || memchr(at, ',', (size_t)(q - at)) || (q[4] == '.' && strpbrk(q + 5, "123456789"));
}

/* Where the path begins and how long it is; sets the query. */
static const char *split_target(size_t *out_size, struct web_request_inside *in)
{
    const char *path = in->target;
    if (path[0] != '/') {
        /* The form for proxies: http://host/path. */
        path = strstr(path, "://") + 3;
        path += strcspn(path, "/?");
    }
    *out_size = strcspn(path, "?");
    in->query = path[*out_size] == '?' ? path + *out_size + 1 : "";
    return path;
}

/* The last address is the one that our proxy saw; the ones before it anybody can write. */
static bool read_forwarded(struct web_rate_key *out, const char *forwarded)
{
    if (!forwarded) return false;
    const char *comma = strrchr(forwarded, ',');
    const char *at = comma ? comma + 1 : forwarded;
    at += strspn(at, " \t");
    char address[64];
    size_t size = strcspn(at, " \t");
    if (size >= sizeof address) return false;
    memcpy(address, at, size);
    address[size] = '\0';
    return web_rate_key_read(out, address);
}

static bool check_rate(struct web_request_inside *in)
{
    struct web_server *server = in->server;
    unsigned flags = in->req.route->flags;
    /* What needs neither the database nor a wait costs less than counting it. */
    bool is_cheap = flags & WEB_NO_DB && !(flags & WEB_WAITS);
    if (server->options.no_rate_limits || is_cheap) return true;
    struct web_rate_key key = in->peer->key;
    bool is_proxied = server->options.behind_tls || server->listener.unix_path;
    bool is_known =
        (is_proxied && read_forwarded(&key, in->head.forwarded_for)) || in->peer->has_address;
    enum web_rate_kind kind = in->req.method == WEB_POST ? WEB_RATE_WRITE : WEB_RATE_READ;
    if (flags & WEB_SLOW_RATE && in->req.method == WEB_POST) kind = WEB_RATE_SLOW;
    /* Through a local socket without an address everybody would share one bucket. */
    if (!is_known && kind != WEB_RATE_SLOW) return true;
    int retry_s = 1;
    if (web_rate_take(&retry_s, server->rate, &key, kind, cv_monotonic_ms())) return true;
    web_answer_header(in, "Retry-After", cv_sprintf(&in->mem, "%d", retry_s));
    web_answer_error(in, 429, "Too many requests came from your address.",
                     cv_sprintf(&in->mem, "Wait %s, then try again.",
                                cv_count_text(&in->mem, retry_s, "second", "seconds")));
    return false;
}

static void check_body(struct web_request_inside *in)
{
    const char *type = in->head.content_type;
    /* A file comes as a part of a form; a JSON object of that size would take a hundred times the
     * memory to read. */
    bool is_upload = in->req.route->flags & WEB_UPLOAD && !starts_with(type, "application/json");
    in->body_limit = is_upload ? CV_LIMIT_UPLOAD_BYTES : CV_LIMIT_BODY_BYTES;
    if (in->guard.declared_bytes > (int64_t)in->body_limit) {
        web_head_too_large(in);
        return;
    }
    if (!web_guard_has_body(&in->guard) || starts_with(type, "application/x-www-form-urlencoded") ||
        starts_with(type, "multipart/form-data") || starts_with(type, "application/json"))
        return;
    web_answer_error(in, 415, "Convene cannot read this kind of form.",
                     "Send a form (urlencoded or multipart) or a JSON object.");
}

static bool redirect_without_slash(struct web_request_inside *in, const char *path, size_t size)
{
    struct web_match match;
    if (size < 2 || path[size - 1] != '/' || path[1] == '/') return false;
    if (!web_router_match(&match, in->server->router, &in->mem, path, size - 1)) return false;
    web_answer_header(in, "Location",
                      cv_sprintf(&in->mem, "%.*s%s%s", (int)(size - 1), path,
                                 in->query[0] ? "?" : "", in->query));
    web_answer_bytes(in, 308, "text/plain; charset=utf-8", "", 0);
    return true;
}

void web_head_check(struct web_request_inside *in)
{
    struct web_request *req = &in->req;
    size_t size;
    const char *path = split_target(&size, in);
    req->path = size ? cv_strndup(&in->mem, path, size) : "/";
    req->wants_json =
        (names_type(in->head.accept, "application/json") &&
         !names_type(in->head.accept, "text/html")) ||
        (req->method == WEB_POST && starts_with(in->head.content_type, "application/json"));
    if (web_asset_answer(in, req->path)) return;
    bool is_found =
        web_router_match(&in->match, in->server->router, &in->mem, req->path, strlen(req->path));
    if (!is_found && redirect_without_slash(in, req->path, strlen(req->path))) return;
    req->route = is_found ? in->match.by_method[req->method] : &missing_route;
    if (is_found && !req->route) {
        bool is_get = in->match.by_method[WEB_GET];
        web_answer_header(in, "Allow", is_get ? "GET, HEAD" : "POST");
        web_answer_error(in, 405, "This address does not take that kind of request.",
                         "Go back and use the buttons of the page.");
        return;
    }
    if (!check_rate(in)) return;
    if (req->method == WEB_POST) check_body(in);
    if (req->method == WEB_POST && !is_found && in->answer.status == 0)
        (void)web_answer(req, CV_NOT_FOUND);
}
