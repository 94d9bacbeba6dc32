/* inside: what web's own files share: the server, a connection, a request on its way. For the files
 * of this folder only; features see web.h.
 *
 * A request's way:
 *
 *     http.c     begin ─ head (guard, route, rate) ─ body ─┬─ run on the event thread ──┬─ send
 *                                                          └─ suspend ─ worker ─ resume ┘
 *     request.c  run: connection, session, role, form, CSRF, handler
 *     answer.c   what the handler answers, kept in `answer` until http.c sends it
 */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "web/forms.h"
#include "web/guard.h"
#include "web/layout.h"
#include "web/listen.h"
#include "web/pages.h"
#include "web/rate.h"
#include "web/router.h"
#include "web/web.h"

/* --- workers.c: threads that run what may block ------------------------------------------------
 */

struct web_work {
    struct web_work *next;
    void (*run)(struct web_work *work);
};
struct web_workers {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct web_work *first;
    struct web_work **last;
    size_t waiting_count;
    bool is_stopping;
    pthread_t *threads;
    size_t thread_count;
};
CV_MUST_USE cv_rc web_workers_start(struct web_workers *workers, struct cv_arena *mem,
                                    size_t thread_count);
void web_workers_init(struct web_workers *workers);
void web_workers_free(struct web_workers *workers);
/* False when CV_LIMIT_REQUEST_QUEUE are waiting already (must_run: never) and after the stop. */
bool web_workers_add(struct web_workers *workers, struct web_work *work, bool must_run);
/* Runs what is waiting, then ends the threads. */
void web_workers_stop(struct web_workers *workers);

/* --- watchdog.c: closes connections that complete nothing --------------------------------------
 */

struct web_connection {
    struct web_connection *next;
    struct web_connection **link;
    int fd;
    atomic_llong deadline_ms; /* INT64_MAX: none while a worker or a stream has it */
    atomic_bool is_idle;      /* between requests */
    struct web_rate_key key;  /* who asks; zeros for a local socket */
    bool has_address;
};
struct web_watch {
    pthread_mutex_t lock;
    struct web_connection *first;
};
void web_watch_add(struct web_watch *watch, struct web_connection *connection);
void web_watch_remove(struct web_watch *watch, struct web_connection *connection);
/* Shuts what is past its deadline; also all that is idle when only_busy_stay. */
void web_watch_tick(struct web_watch *watch, int64_t now_ms, bool only_busy_stay);

/* --- events.c: streams of server-sent events ---------------------------------------------------
 */

struct web_stream;
struct web_topic;
enum { WEB_TOPIC_BUCKETS = 256 };
struct web_hub {
    pthread_mutex_t lock;
    struct web_topic *buckets[WEB_TOPIC_BUCKETS];
    struct web_server *server;
    size_t stream_count;
    bool is_closing;
};
void web_hub_tick(struct web_hub *hub, int64_t now_ms);
/* Ends all streams and takes no new one. */
void web_hub_close(struct web_hub *hub);
/* The response that plays the stream; NULL when there is no room. Owns the stream afterwards. */
struct MHD_Response *web_stream_response(struct web_stream *stream,
                                         struct MHD_Connection *connection);
/* For a stream that was never played. */
void web_stream_drop(struct web_stream *stream);

/* --- the server --------------------------------------------------------------------------------
 */

/* What tests make short; web_start uses the limits. */
struct web_timing {
    int64_t silence_ms;
    int64_t heartbeat_ms;
    int64_t stop_ms;
    int64_t tick_ms;
};
CV_MUST_USE cv_rc web_start_timed(struct web_server **out, const struct web_options *options,
                                  const struct web_house *house,
                                  const struct web_route *const *routes, size_t route_table_count,
                                  struct cv_problems *problems, const struct web_timing *timing);

struct web_pack;
struct web_server {
    struct cv_arena mem;
    struct web_options options;
    struct web_house house;
    struct web_timing timing;
    struct web_listener listener;
    struct web_router *router;
    const struct web_pages *pages;
    struct web_rate *rate;
    struct web_pack *pack;
    struct web_workers workers;
    struct web_watch watch;
    struct web_hub hub;
    struct MHD_Daemon *daemon;
    const char *address; /* for people */
    bool is_secure;      /* people come over TLS */
    const char *tls_cert_text;
    const char *tls_key_text;
    pthread_t ticker;
    pthread_mutex_t ticker_lock;
    pthread_cond_t ticker_wake;
    bool ticker_stops;
    atomic_bool is_stopping;
    atomic_ullong id_counter;
    uint64_t id_start;
    atomic_size_t in_flight_count;  /* requests begun and not completed */
    atomic_size_t body_bytes_total; /* held for bodies, all requests */
};

/* --- a request on its way ----------------------------------------------------------------------
 */

enum web_state {
    WEB_STATE_BEGUN,    /* the first line is known */
    WEB_STATE_BODY,     /* the body comes in */
    WEB_STATE_DRAIN,    /* refused; the body is read away, then the answer goes out */
    WEB_STATE_WORKER,   /* suspended */
    WEB_STATE_ANSWERED, /* the answer is queued */
};

enum { WEB_ANSWER_HEADERS = 16 };
struct web_answer {
    int status; /* 0: not answered yet */
    const char *type;
    const char *bytes;
    size_t size;
    bool is_packed;
    bool must_close;
    bool may_keep; /* the answer sets its own Cache-Control */
    struct web_stream *stream;
    struct {
        const char *name;
        const char *value;
    } headers[WEB_ANSWER_HEADERS];
    size_t header_count;
};

/* Header fields that somebody reads, as received; NULL when absent. */
struct web_head {
    const char *host;
    const char *accept;
    const char *save_data;
    const char *accept_encoding;
    const char *cookie;
    const char *content_type;
    const char *csrf;
    const char *origin;
    const char *sec_fetch_site;
    const char *if_none_match;
    const char *last_event_id;
    const char *forwarded_for;
};

struct web_request_inside {
    struct web_work work;
    struct web_request req;
    struct web_server *server;
    struct MHD_Connection *connection;
    struct web_connection *peer;
    struct cv_arena mem;
    enum web_state state;
    bool is_head;
    char id[20];
    int64_t started_ms;
    char *target;           /* as received; malloc */
    const char *query;      /* behind the "?"; "" */
    const char *raw_target; /* where it lies; only for the layout of the head */
    struct web_guard guard;
    struct web_layout layout;
    struct web_head head;
    struct web_match match;
    char *body; /* malloc; one byte more than capacity for a NUL */
    size_t body_size;
    size_t body_capacity;
    size_t body_limit;
    int64_t received_bytes;
    struct web_form query_form;
    struct web_form form;
    json_t *document; /* the page being made, so that it is freed whatever happens */
    struct web_answer answer;
    size_t sent_bytes; /* for the log */
};

static inline struct web_request_inside *web_inside(const struct web_request *req)
{
    return req->inside;
}

/* request.c. Runs the handler with everything around it; the answer stands in inside->answer
 * afterwards. Any thread. */
void web_request_run(struct web_request_inside *inside);
/* Runs `step` with the arena guarded; when it is full, answers 413. */
void web_request_guarded(struct web_request_inside *inside,
                         void (*step)(struct web_request_inside *inside));

/* answer.c */
void web_answer_header(struct web_request_inside *inside, const char *name, const char *value);
void web_answer_bytes(struct web_request_inside *inside, int status, const char *type,
                      const char *bytes, size_t size);
/* An error page in words. remedy may be NULL. */
void web_answer_error(struct web_request_inside *inside, int status, const char *sentence,
                      const char *remedy);
/* For when nothing else is left: static text, no page, no memory. */
void web_answer_plain(struct web_request_inside *inside, int status, const char *sentence);

/* cookies.c */
json_t *web_flash_read(struct web_request *req); /* NULL: none; deletes the cookie */

/* pack.c: gzip of dynamic pages. NULL when it did not become smaller. */
struct web_pack *web_pack_new(struct cv_arena *mem);
void web_pack_free(struct web_pack *pack);
const char *web_pack_gzip(size_t *out_size, struct web_pack *pack, struct cv_arena *mem,
                          const char *bytes, size_t size);
bool web_pack_is_accepted(const char *accept_encoding);

/* files.c: answers for /assets/…; false when the path is no asset. */
bool web_asset_answer(struct web_request_inside *inside, const char *path);

#endif
