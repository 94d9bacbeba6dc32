/* web: the browser's face. One handler builds ONE document (json_t); the router shows it as HTML
 * through the route's page or returns it as JSON when the request asks for it (Accept:
 * application/json). Role, CSRF token, body limit and rate limit are checked by the router from the
 * route's row before the handler runs.
 *
 * Knows neither store nor features: a connection and the session come through the callbacks of
 * struct web_house. GETs on SQLite run on the event threads; POSTs, uploads and everything on
 * PostgreSQL on a pool of request workers, so that a writer waiting its turn never blocks the
 * others.
 *
 * A handler names its page in the document: "page": {"title": "…"}. Before the page is drawn as
 * HTML (never in JSON) web adds the object "frame", so that name is taken: frame.csrf value of the
 * hidden field "csrf" that every form that POSTs must carry frame.request_id    for the footer
 *     frame.path          "/themes/3"
 *     frame.is_signed_in, frame.is_steward, frame.is_facilitator, frame.name, frame.initials
 *     frame.version       of the program
 *     frame.saves_data    the browser asks to be sent little
 *     frame.flash         {sentence, undo_url}; absent when there is none
 * and whatever the house's `frame` adds there (navigation, network name). Pages of failures
 * (web/pages/error.html) get {page: {title}, status, sentence, remedy, problems, request_id}.
 * Problems, there and after web_refuse, are
 *     problems: [{place, sheet, line, column, field, sentence, remedy}], problem_count, more_count
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/problems.h"

struct store_db;

enum web_method { WEB_GET, WEB_POST };

/* Who may: the least that a session must be. Each role contains the ones before it, funder excepted
 * (a later issue). */
enum web_role { ROLE_ANYONE, ROLE_GUEST, ROLE_MEMBER, ROLE_FACILITATOR, ROLE_STEWARD };

enum web_flags {
    WEB_UPLOAD =
        1, /* the body may be a file: CV_LIMIT_UPLOAD_BYTES instead of CV_LIMIT_BODY_BYTES */
    WEB_SLOW_RATE = 2, /* few tries: sign-in and the like */
    WEB_NO_DB = 4,     /* the handler needs no connection (assets, /healthz) */
    WEB_EVENTS = 8,    /* answers with web_events */
    WEB_WAITS = 16,    /* the handler may wait for something outside: never on an event thread */
};

struct web_request;

struct web_route {
    enum web_method method;
    const char *path; /* "/collectives/:id/move"; NULL ends the table */
    enum web_role role;
    cv_rc (*handle)(struct web_request *req);
    const char *page; /* "features/collectives/pages/show.html" or NULL (redirects, files); of a
                         POST: the page of web_refuse and web_page */
    unsigned flags;
};

/* Who is asking; filled by the house from the session cookie. */
struct web_session {
    int64_t person_id; /* 0: an owner who is not (yet) a person of the network, or nobody */
    enum web_role role;
    const char *name;
    const char *csrf; /* NULL when there is no session */
};

struct web_upload {
    const char *file_name; /* as the browser said; for words only, never a path */
    const char *bytes;
    size_t size;
};

struct web_request {
    enum web_method method;
    const char *path;
    const struct web_route *route;
    struct cv_arena *mem; /* for everything this request makes */
    struct store_db *db;  /* NULL with WEB_NO_DB */
    struct web_session session;
    int64_t now_s;
    const char *id; /* request id, in the footer and the log */
    bool wants_json;
    void *house; /* struct house of app: jobs, store; features reach it by feature.h */
    struct web_request_inside *inside; /* web's own */
};

/* --- reading the request; texts live as long as the request -------------------------------------
 */
int64_t web_path_id(const struct web_request *req,
                    const char *name); /* 0 when it is no positive number */
const char *web_path_text(const struct web_request *req, const char *name); /* "" when absent */
/* Query or form field; forms come urlencoded, multipart or JSON (an object; arrays give several
 * values). Valid UTF-8 without NUL, trimmed. "" when absent. */
const char *web_text(const struct web_request *req, const char *name);
int64_t web_int(const struct web_request *req, const char *name, int64_t absent);
bool web_has(const struct web_request *req, const char *name);
/* Several fields of one name (check boxes): the index-th, NULL past the end. */
const char *web_text_at(const struct web_request *req, const char *name, size_t index);
/* The index-th field whose name begins with prefix: *name is what follows it. For map[3]=email:
 * prefix "map[". False past the end. */
bool web_field_at(const struct web_request *req, const char *prefix, size_t index,
                  const char **name, const char **value);
/* The uploaded file of a field; false when none was chosen. */
bool web_upload(struct web_upload *out, const struct web_request *req, const char *name);
const char *web_cookie(const struct web_request *req, const char *name); /* "" when absent */

/* --- answering: exactly one of these, last; each returns CV_OK -----------------------------------
 */
/* Takes the document over. 200, or `status`. */
cv_rc web_page(struct web_request *req, json_t *document);
cv_rc web_page_status(struct web_request *req, int status, json_t *document);
/* 303 to a path of ours. */
cv_rc web_redirect(struct web_request *req, const char *path_format, ...) CV_PRINTF(2, 3);
/* The list of `problems` as pages get it (above). New reference. */
json_t *web_problems_json(const struct cv_problems *problems);
/* The page for a failure: 404, 403, 409, 413, 422, 503 …, with a sentence and a remedy; JSON when
 * asked for. */
cv_rc web_answer(struct web_request *req, cv_rc rc);
/* 422 with the problems; `document` (taken over, may be NULL: the general page) is the page with
 * the form as it was filled in; it is shown through the route's page. */
cv_rc web_refuse(struct web_request *req, const struct cv_problems *problems, json_t *document);
/* A download. bytes must live in req->mem or be static. */
cv_rc web_file(struct web_request *req, const char *file_name, const char *content_type,
               const void *bytes, size_t size);
/* A sentence shown once on the next page; undo_path (may be NULL) gets an Undo button that POSTs to
 * it. Set before web_redirect. */
void web_flash(struct web_request *req, const char *undo_path, const char *format, ...)
    CV_PRINTF(3, 4);
/* max_age_s 0 deletes it at the end of the browser session; negative deletes it now. HttpOnly,
 * SameSite=Lax, Path=/, and
 * __Host- with Secure where TLS is on. */
void web_set_cookie(struct web_request *req, const char *name, const char *value,
                    int64_t max_age_s);

/* A stream of server-sent events on `topic` ("job:17"): sends `first` (a document, taken over) at
 * once, then calls `next` whenever web_wake(topic) was called (and once soon after the start, so
 * that nothing is missed in between); next gives a new document (new reference), or NULL to end the
 * stream. A document with a true "is_over" is the last one: it is sent and the stream ends; a
 * browser that comes back after it gets 204 and stays away. One call of next serves all who listen
 * to the topic; a document that says the same as the one before is not sent again. A heartbeat goes
 * out every CV_LIMIT_HEARTBEAT_S. next runs on a request worker with its own connection. */
cv_rc web_events(struct web_request *req, const char *topic, json_t *first,
                 json_t *(*next)(void *house, struct store_db *db, const char *topic));

/* --- the server --------------------------------------------------------------------------------
 */
struct web_house {
    void *house;
    cv_rc (*acquire)(void *house, struct store_db **out);
    void (*release)(void *house, struct store_db *db);
    /* Fills req->session from cookies; leaves ROLE_ANYONE when there is none, and answers by itself
     * when that cannot be found out. */
    void (*session)(void *house, struct web_request *req);
    /* Adds what every page shows (navigation counts, network name) to the object "frame". */
    void (*frame)(void *house, struct web_request *req, json_t *document);
    /* Where people without a session are sent ("/sign-in"); NULL: a page with 401. */
    const char *sign_in_path;
    bool reads_block; /* PostgreSQL: run GETs on workers too */
};

struct web_options {
    const char *listen;   /* "127.0.0.1:8080", "[::1]:8080", ":8080", "unix:/run/convene.sock" */
    const char *tls_cert; /* PEM files; NULL: no TLS here (a proxy does it) */
    const char *tls_key;
    bool behind_tls;     /* a proxy speaks TLS for us: cookies are Secure and __Host-, and the last
                            address of X-Forwarded-For is who asks */
    int threads;         /* event threads; 0: cores */
    bool no_rate_limits; /* for measuring on this machine; never on a network */
    const struct cv_log *log;
};

struct web_server;
/* routes: tables of features, each ending with a NULL path. A port in use or a missing right is a
 * problem with a remedy. */
CV_MUST_USE cv_rc web_start(struct web_server **out, const struct web_options *options,
                            const struct web_house *house, const struct web_route *const *routes,
                            size_t route_table_count, struct cv_problems *problems);
/* Where it listens, for people: "http://127.0.0.1:8080". Lives as long as the server. */
const char *web_address(const struct web_server *server);
/* From any thread: something changed on this topic. */
void web_wake(struct web_server *server, const char *topic);
/* Takes no new connection, ends the event streams, lets requests finish (at most 10 s), stops. */
void web_stop(struct web_server *server);

/* Renders a page with its frame into mem, as the server would; for `convene render`, tests and
 * print. */
CV_MUST_USE cv_rc web_render(const char **out, size_t *out_size, struct cv_arena *mem,
                             const char *page, const json_t *document,
                             struct cv_problems *problems);

#endif
