/* http: libmicrohttpd's callbacks: a request begins, its head, its body, its answer, its end.
 * Nothing here knows what is on a page. The library calls the same function again and again for one
 * request; `state` says where it is. */
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/rng.h"
#include "web/http.h"

/* --- connections -------------------------------------------------------------------------------
 */

static void read_peer_address(struct web_connection *peer, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr) return;
    const struct sockaddr *address = info->client_addr;
    if (address->sa_family == AF_INET) {
        peer->key.bytes[10] = peer->key.bytes[11] = 0xff;
        memcpy(peer->key.bytes + 12, &((const struct sockaddr_in *)info->client_addr)->sin_addr, 4);
        peer->has_address = true;
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)info->client_addr)->sin6_addr;
        memcpy(peer->key.bytes, six, IN6_IS_ADDR_V4MAPPED(six) ? 16 : 8);
        peer->has_address = true;
    }
}

void web_http_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                         enum MHD_ConnectionNotificationCode code)
{
    struct web_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct web_connection *peer = *socket_context;
        if (!peer) return;
        web_watch_remove(&server->watch, peer);
        free(peer);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct web_connection *peer = info ? calloc(1, sizeof *peer) : NULL;
    *socket_context = peer;
    if (!peer) return;
    peer->fd = info->connect_fd;
    atomic_init(&peer->deadline_ms, cv_monotonic_ms() + server->timing.silence_ms);
    atomic_init(&peer->is_idle, true);
    read_peer_address(peer, connection);
    web_watch_add(&server->watch, peer);
}

static struct web_connection *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* Moves the deadline: silence_ms from `from_ms`, and more for bytes moved at a fair pace. */
static void set_deadline(struct web_request_inside *in, int64_t from_ms, int64_t bytes)
{
    int64_t extra_ms = bytes / (CV_LIMIT_CLIENT_BYTES_PER_S / 1000);
    atomic_store(&in->peer->deadline_ms, from_ms + in->server->timing.silence_ms + extra_ms);
}

static void no_deadline(struct web_request_inside *in)
{
    atomic_store(&in->peer->deadline_ms, INT64_MAX);
}

/* --- begin and end -----------------------------------------------------------------------------
 */

/* Called with the first line's target as it was received. */
void *web_http_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct web_server *server = context;
    struct web_connection *peer = peer_of(connection);
    struct web_request_inside *in = peer ? calloc(1, sizeof *in) : NULL;
    if (!in) return NULL;
    in->target = strdup(target);
    if (!in->target) {
        free(in);
        return NULL;
    }
    in->raw_target = target;
    in->server = server;
    in->connection = connection;
    in->peer = peer;
    in->started_ms = cv_monotonic_ms();
    in->query = "";
    in->guard = web_guard_new();
    cv_arena_init(&in->mem, CV_LIMIT_REQUEST_MEMORY);
    uint64_t number = server->id_start + atomic_fetch_add(&server->id_counter, 1);
    (void)snprintf(in->id, sizeof in->id, "%016llx", (unsigned long long)cv_mix64(number));
    in->req = (struct web_request){.method = WEB_GET,
                                   .path = "",
                                   .mem = &in->mem,
                                   .id = in->id,
                                   .house = server->house.house,
                                   .inside = in};
    atomic_fetch_add(&server->in_flight_count, 1);
    atomic_store(&peer->is_idle, false);
    set_deadline(in, in->started_ms, 0);
    return in;
}

static void log_request(const struct web_request_inside *in, enum MHD_RequestTerminationCode end)
{
    const struct cv_log *log = in->server->options.log;
    if (!log || in->answer.status == 0) return;
    const char *method = in->is_head ? "HEAD" : in->req.method == WEB_POST ? "POST" : "GET";
    bool is_asset = strncmp(in->req.path, "/assets/", 8) == 0;
    const char *route = is_asset ? "/assets/*" : "-";
    if (in->req.route) route = in->req.route->path;
    cv_log(log, CV_LOG_INFO, "request", NULL,
           "id=%s method=%s route=%s status=%d ms=%lld bytes=%zu end=%s", in->id, method, route,
           in->answer.status, (long long)(cv_monotonic_ms() - in->started_ms), in->answer.size,
           end == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "sent" : "lost");
}

static void free_body(struct web_request_inside *in)
{
    atomic_fetch_sub(&in->server->body_bytes_total, in->body_capacity);
    free(in->body);
    in->body = NULL;
    in->body_capacity = 0;
}

void web_http_completed(void *context, struct MHD_Connection *connection, void **request_context,
                        enum MHD_RequestTerminationCode end)
{
    struct web_server *server = context;
    struct web_request_inside *in = *request_context;
    (void)connection;
    if (!in) return;
    *request_context = NULL;
    log_request(in, end);
    int64_t now_ms = cv_monotonic_ms();
    atomic_store(&in->peer->deadline_ms, now_ms + server->timing.silence_ms);
    atomic_store(&in->peer->is_idle, true);
    if (in->answer.stream) web_stream_drop(in->answer.stream);
    if (in->document) json_decref(in->document);
    free_body(in);
    free(in->target);
    cv_arena_free(&in->mem);
    free(in);
    atomic_fetch_sub(&server->in_flight_count, 1);
}

/* --- sending -----------------------------------------------------------------------------------
 */

static const char content_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

static void add_headers(struct MHD_Response *response, const struct web_request_inside *in)
{
    static const char *const always[][2] = {
        {"Content-Security-Policy", content_policy},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    const struct web_answer *answer = &in->answer;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        (void)MHD_add_response_header(response, always[i][0], always[i][1]);
    (void)MHD_add_response_header(response, "X-Request-Id", in->id);
    if (in->server->is_secure)
        (void)MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (answer->type) (void)MHD_add_response_header(response, "Content-Type", answer->type);
    if (answer->is_packed) (void)MHD_add_response_header(response, "Content-Encoding", "gzip");
    if (!answer->may_keep) {
        (void)MHD_add_response_header(response, "Cache-Control", "no-store");
        (void)MHD_add_response_header(response, "Vary", "Accept, Accept-Encoding, Cookie");
    }
    for (size_t i = 0; i < answer->header_count; i++)
        (void)MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    if (answer->must_close || atomic_load(&in->server->is_stopping))
        (void)MHD_add_response_header(response, "Connection", "close");
}

/* A stream may stay for hours and needs nothing of its request any more. */
static void slim_down(struct web_request_inside *in)
{
    free_body(in);
    in->req.path = "";
    cv_arena_free(&in->mem);
}

static enum MHD_Result send_answer(struct web_request_inside *in)
{
    struct web_answer *answer = &in->answer;
    struct MHD_Response *response = NULL;
    bool is_stream = answer->stream != NULL;
    assert(answer->status != 0);
    if (answer->stream) {
        response = web_stream_response(answer->stream, in->connection);
        if (response) answer->stream = NULL;
        no_deadline(in);
        (void)MHD_set_connection_option(in->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    } else {
        /* The library only reads the bytes. */
        response = MHD_create_response_from_buffer(answer->size, (void *)(uintptr_t)answer->bytes,
                                                   MHD_RESPMEM_PERSISTENT);
        set_deadline(in, cv_monotonic_ms(), (int64_t)answer->size);
    }
    if (!response) return MHD_NO;
    add_headers(response, in);
    in->state = WEB_STATE_ANSWERED;
    enum MHD_Result result = MHD_queue_response(in->connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    if (is_stream) slim_down(in);
    return result;
}

/* --- the head ----------------------------------------------------------------------------------
 */

static enum MHD_Result collect_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    struct web_request_inside *in = context;
    struct web_head *head = &in->head;
    (void)kind;
    web_guard_header(&in->guard, name, name_size, value, value_size);
    web_layout_header(&in->layout, name, name_size, value, value_size);
    const struct {
        const char *name;
        const char **to;
    } wanted[] = {
        {"Host", &head->host},
        {"Accept", &head->accept},
        {"Save-Data", &head->save_data},
        {"Accept-Encoding", &head->accept_encoding},
        {"Cookie", &head->cookie},
        {"Content-Type", &head->content_type},
        {"X-CSRF-Token", &head->csrf},
        {"Origin", &head->origin},
        {"Sec-Fetch-Site", &head->sec_fetch_site},
        {"If-None-Match", &head->if_none_match},
        {"Last-Event-ID", &head->last_event_id},
        {"X-Forwarded-For", &head->forwarded_for},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!*wanted[i].to && strcasecmp(wanted[i].name, name) == 0)
            *wanted[i].to = value ? value : "";
    return MHD_YES;
}

/* Refused before its body was read: read the body away, so that the answer arrives instead of a
 * broken connection; when that would be too long, or the client waits for leave to send, answer at
 * once and close. */
static enum MHD_Result refuse_early(struct web_request_inside *in)
{
    if (!web_guard_has_body(&in->guard)) {
        in->state = WEB_STATE_DRAIN;
        return MHD_YES;
    }
    if (in->guard.expects_continue || in->guard.declared_bytes > CV_LIMIT_DRAIN_BYTES) {
        in->answer.must_close = true;
        return send_answer(in);
    }
    in->state = WEB_STATE_DRAIN;
    return MHD_YES;
}

static enum MHD_Result receive_head(struct web_request_inside *in, const char *method,
                                    const char *version)
{
    in->layout = web_layout_new(method, in->raw_target, strlen(in->target), version);
    (void)MHD_get_connection_values_n(in->connection, MHD_HEADER_KIND, collect_header, in);
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(in->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    bool is_whole = !web_layout_is_known(MHD_get_version()) ||
                    (size && web_layout_passes(&in->layout, method, size->header_size));
    if (!is_whole || !web_guard_passes(&in->guard, version, method, in->target)) {
        web_answer_plain(in, 400, "This request could not be read.\n");
        in->answer.must_close = true;
        return send_answer(in);
    }
    in->is_head = strcmp(method, "HEAD") == 0;
    if (strcmp(method, "POST") == 0) {
        in->req.method = WEB_POST;
    } else if (!in->is_head && strcmp(method, "GET") != 0) {
        web_answer_plain(in, 405, "This address only takes GET, HEAD and POST.\n");
        web_answer_header(in, "Allow", "GET, HEAD, POST");
        return refuse_early(in);
    }
    web_request_guarded(in, web_head_check);
    if (in->answer.status != 0) return refuse_early(in);
    in->state = WEB_STATE_BODY;
    return MHD_YES;
}

/* --- the body ----------------------------------------------------------------------------------
 */

static bool body_reserve(struct web_request_inside *in, size_t needed)
{
    if (needed <= in->body_capacity) return true;
    size_t capacity = in->body_capacity ? in->body_capacity * 2 : 4096;
    if (capacity < needed) capacity = needed;
    if (capacity > in->body_limit) capacity = in->body_limit;
    size_t more = capacity - in->body_capacity;
    if (atomic_fetch_add(&in->server->body_bytes_total, more) + more > CV_LIMIT_UPLOADS_IN_FLIGHT) {
        atomic_fetch_sub(&in->server->body_bytes_total, more);
        return false;
    }
    char *body = realloc(in->body, capacity + 1);
    if (!body) {
        atomic_fetch_sub(&in->server->body_bytes_total, more);
        return false;
    }
    in->body = body;
    in->body_capacity = capacity;
    return true;
}

static void answer_busy(struct web_request_inside *in)
{
    web_answer_header(in, "Retry-After", "5");
    web_answer_error(in, 503, "Convene is busy with other uploads.", "Try again in a moment.");
}

static enum MHD_Result receive_body(struct web_request_inside *in, const char *bytes, size_t size)
{
    in->received_bytes += (int64_t)size;
    set_deadline(in, in->started_ms, in->received_bytes);
    if (in->received_bytes > CV_LIMIT_DRAIN_BYTES) return MHD_NO;
    if (in->state == WEB_STATE_DRAIN) return MHD_YES;
    if ((size_t)in->received_bytes > in->body_limit) {
        web_request_guarded(in, web_head_too_large);
    } else if (!body_reserve(in, in->body_size + size)) {
        web_request_guarded(in, answer_busy);
    } else {
        memcpy(in->body + in->body_size, bytes, size);
        in->body_size += size;
        return MHD_YES;
    }
    in->state = WEB_STATE_DRAIN;
    return MHD_YES;
}

static void work_request(struct web_work *work)
{
    struct web_request_inside *in =
        (struct web_request_inside *)((char *)work - offsetof(struct web_request_inside, work));
    struct MHD_Connection *connection = in->connection;
    web_request_run(in);
    /* From here on the request may be gone any time. */
    MHD_resume_connection(connection);
}

/* The whole request is here. */
static enum MHD_Result receive_end(struct web_request_inside *in)
{
    /* A length written over two lines is read by the library as 0. */
    if (in->guard.declared_bytes >= 0 && in->guard.declared_bytes != in->received_bytes) {
        web_answer_plain(in, 400, "This request did not carry as much as it said.\n");
        in->answer.must_close = true;
    }
    if (in->answer.status != 0) return send_answer(in);
    unsigned flags = in->req.route->flags;
    bool may_block = in->req.method == WEB_POST || flags & WEB_WAITS ||
                     (in->server->house.reads_block && !(flags & WEB_NO_DB));
    no_deadline(in);
    if (!may_block) {
        web_request_run(in);
        return send_answer(in);
    }
    in->state = WEB_STATE_WORKER;
    in->work.run = work_request;
    MHD_suspend_connection(in->connection);
    if (!web_workers_add(&in->server->workers, &in->work, false)) {
        web_answer_plain(in, 503, "Too many people ask at once. Try again in a moment.\n");
        web_answer_header(in, "Retry-After", "2");
        MHD_resume_connection(in->connection);
    }
    return MHD_YES;
}

enum MHD_Result web_http_handle(void *context, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **request_context)
{
    struct web_request_inside *in = *request_context;
    (void)context;
    (void)connection;
    (void)url;
    if (!in) return MHD_NO;
    switch (in->state) {
    case WEB_STATE_BEGUN: return receive_head(in, method, version);
    case WEB_STATE_BODY:
    case WEB_STATE_DRAIN:
        if (*data_size == 0) return receive_end(in);
        size_t size = *data_size;
        *data_size = 0;
        return receive_body(in, data, size);
    case WEB_STATE_WORKER: return send_answer(in);
    case WEB_STATE_ANSWERED: return MHD_YES;
    }
    return MHD_NO;
}
