/* serve: starts the server and stops it. Threads: the library's event threads (epoll), request
 * workers, and one ticker for what happens by the clock. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "web/http.h"

enum { SERVER_MEMORY = 256 << 20, KEY_FILE_BYTES = 1 << 20, WORKERS_LEAST = 4 };

/* --- the ticker ---------------------------------------------------------------------------------
 */

static void *ticker_main(void *context)
{
    struct web_server *server = context;
    (void)pthread_mutex_lock(&server->ticker_lock);
    while (!server->ticker_stops) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t at_ns = until.tv_nsec + server->timing.tick_ms % 1000 * 1000000;
        until.tv_sec += server->timing.tick_ms / 1000 + at_ns / 1000000000;
        until.tv_nsec = at_ns % 1000000000;
        (void)pthread_cond_timedwait(&server->ticker_wake, &server->ticker_lock, &until);
        (void)pthread_mutex_unlock(&server->ticker_lock);
        int64_t now_ms = cv_monotonic_ms();
        web_watch_tick(&server->watch, now_ms, atomic_load(&server->is_stopping));
        web_hub_tick(&server->hub, now_ms);
        (void)pthread_mutex_lock(&server->ticker_lock);
    }
    (void)pthread_mutex_unlock(&server->ticker_lock);
    return NULL;
}

static bool ticker_start(struct web_server *server)
{
    pthread_condattr_t clock;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&server->ticker_lock, NULL);
    (void)pthread_cond_init(&server->ticker_wake, &clock);
    (void)pthread_condattr_destroy(&clock);
    return pthread_create(&server->ticker, NULL, ticker_main, server) == 0;
}

static void ticker_stop(struct web_server *server)
{
    (void)pthread_mutex_lock(&server->ticker_lock);
    server->ticker_stops = true;
    (void)pthread_cond_signal(&server->ticker_wake);
    (void)pthread_mutex_unlock(&server->ticker_lock);
    (void)pthread_join(server->ticker, NULL);
    (void)pthread_mutex_destroy(&server->ticker_lock);
    (void)pthread_cond_destroy(&server->ticker_wake);
}

/* --- TLS ----------------------------------------------------------------------------------------
 */

static const char *read_key_file(struct cv_arena *mem, const char *path, const char *field,
                                 struct cv_problems *problems)
{
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    if (fd >= 0 && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
        facts.st_size <= KEY_FILE_BYTES) {
        text = cv_alloc(mem, (size_t)facts.st_size + 1);
        if (read(fd, text, (size_t)facts.st_size) != facts.st_size) text = NULL;
    }
    const char *why = fd < 0 ? strerror(errno) : "it is no file of PEM text";
    if (fd >= 0) (void)close(fd);
    if (!text || !strstr(text, "-----BEGIN ")) {
        cv_problem(problems, 0, field, "Name a PEM file that this account may read.",
                   "Cannot read %s: %s.", path, why);
        return NULL;
    }
    return text;
}

static bool read_tls(struct web_server *server, struct cv_problems *problems)
{
    const struct web_options *options = &server->options;
    if (!options->tls_cert && !options->tls_key) return true;
    if (!options->tls_cert || !options->tls_key) {
        cv_problem(problems, 0, "tls", "Give both, or neither and let a proxy speak TLS.",
                   "A certificate and its key belong together; only one was given.");
        return false;
    }
    server->tls_cert_text = read_key_file(&server->mem, options->tls_cert, "tls_cert", problems);
    server->tls_key_text = read_key_file(&server->mem, options->tls_key, "tls_key", problems);
    return server->tls_cert_text && server->tls_key_text;
}

/* --- start --------------------------------------------------------------------------------------
 */

static void library_log(void *context, const char *format, va_list args)
{
    const struct web_server *server = context;
    char text[300];
    if (!server->options.log || server->options.log->level < CV_LOG_DEBUG) return;
    (void)vsnprintf(text, sizeof text, format, args);
    cv_log(server->options.log, CV_LOG_DEBUG, "http_library", text, "%s", "");
}

static struct MHD_Daemon *daemon_start(struct web_server *server)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = server->options.threads > 0 ? (unsigned)server->options.threads
                       : cores > 0                 ? (unsigned)cores
                                                   : 1;
    /* The pool splits the connections evenly over its threads. */
    unsigned connections = CV_LIMIT_CONNECTIONS > threads ? CV_LIMIT_CONNECTIONS : threads;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     MHD_USE_TURBO;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)server->tls_cert_text},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)server->tls_key_text},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };
    if (server->tls_cert_text)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    /* With one thread the library wants no pool; a pool of one is refused by it. */
    struct MHD_OptionItem pool[] = {
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        flags, 0, NULL, NULL, web_http_handle, server, MHD_OPTION_EXTERNAL_LOGGER, library_log,
        server, MHD_OPTION_LISTEN_SOCKET, server->listener.fd, MHD_OPTION_CONNECTION_LIMIT,
        connections, MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CV_LIMIT_HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        web_http_begin, server, MHD_OPTION_NOTIFY_COMPLETED, web_http_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, web_http_connection, server, MHD_OPTION_ARRAY, pool,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

static void close_listener(struct web_server *server)
{
    if (server->listener.fd >= 0) (void)close(server->listener.fd);
    server->listener.fd = -1;
    if (server->listener.unix_path) (void)unlink(server->listener.unix_path);
}

static void server_free(struct web_server *server)
{
    if (server->pack) web_pack_free(server->pack);
    if (server->rate) web_rate_free(server->rate);
    (void)pthread_mutex_destroy(&server->hub.lock);
    (void)pthread_mutex_destroy(&server->watch.lock);
    web_workers_free(&server->workers);
    cv_arena_free(&server->mem);
    free(server);
}

static struct web_server *server_new(const struct web_options *options,
                                     const struct web_house *house, const struct web_timing *timing)
{
    struct web_server *server = sodium_init() >= 0 ? calloc(1, sizeof *server) : NULL;
    if (!server) return NULL;
    cv_arena_init(&server->mem, SERVER_MEMORY);
    server->options = *options;
    server->house = *house;
    server->timing = *timing;
    server->listener.fd = -1;
    server->is_secure = options->tls_cert || options->behind_tls;
    server->hub.server = server;
    (void)pthread_mutex_init(&server->hub.lock, NULL);
    (void)pthread_mutex_init(&server->watch.lock, NULL);
    web_workers_init(&server->workers);
    randombytes_buf(&server->id_start, sizeof server->id_start);
    server->rate = web_rate_new(&server->mem);
    server->pack = web_pack_new(&server->mem);
    return server;
}

/* Every page that a route names must be there: found at the start, not by a visitor. */
static bool check_pages(struct web_server *server, const struct web_route *const *tables,
                        size_t count, struct cv_problems *problems)
{
    size_t before = problems->total_count;
    for (size_t i = 0; i < count; i++)
        for (const struct web_route *route = tables[i]; route && route->path; route++)
            if (route->page && !cv_embedded_find(route->page))
                cv_problem(problems, 0, route->path,
                           "This is a mistake in the program: name the page in its meson.build.",
                           "The page %s is not part of the program.", route->page);
    server->pages = web_pages_open(&server->mem, problems);
    return server->pages && problems->total_count == before;
}

/* Starts the threads; leaves none behind when it fails. */
static cv_rc start_threads(struct web_server *server, struct cv_problems *problems)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t worker_count = cores * 2 > WORKERS_LEAST ? (size_t)cores * 2 : WORKERS_LEAST;
    cv_rc rc = web_workers_start(&server->workers, &server->mem, worker_count);
    bool has_ticker = rc == CV_OK && ticker_start(server);
    if (has_ticker) server->daemon = daemon_start(server);
    if (server->daemon) return CV_OK;
    if (has_ticker) ticker_stop(server);
    if (rc == CV_OK) web_workers_stop(&server->workers);
    cv_problem(problems, 0, server->tls_cert_text ? "tls_cert" : "serve",
               server->tls_cert_text ? "Check that certificate and key are PEM and belong together."
                                     : "Look at the limits of this account (threads, open files).",
               "The server could not be started.");
    return CV_UNAVAILABLE;
}

cv_rc web_start_timed(struct web_server **out, const struct web_options *options,
                      const struct web_house *house, const struct web_route *const *routes,
                      size_t route_table_count, struct cv_problems *problems,
                      const struct web_timing *timing)
{
    assert(options->listen && house->acquire && house->release && house->session);
    struct web_server *server = server_new(options, house, timing);
    if (!server) return CV_UNAVAILABLE;
    /* Writing to a reader who left is no reason to end the program. */
    (void)signal(SIGPIPE, SIG_IGN);
    server->router = web_router_compile(&server->mem, routes, route_table_count);
    cv_rc rc = CV_INVALID;
    if (check_pages(server, routes, route_table_count, problems) && read_tls(server, problems))
        rc = web_listen(&server->listener, &server->mem, options->listen, problems);
    if (rc == CV_OK) rc = start_threads(server, problems);
    if (rc != CV_OK) {
        close_listener(server);
        server_free(server);
        return rc;
    }
    const char *scheme = server->listener.unix_path ? ""
                         : server->tls_cert_text    ? "https://"
                                                    : "http://";
    server->address = cv_sprintf(&server->mem, "%s%s", scheme, server->listener.address);
    *out = server;
    return CV_OK;
}

cv_rc web_start(struct web_server **out, const struct web_options *options,
                const struct web_house *house, const struct web_route *const *routes,
                size_t route_table_count, struct cv_problems *problems)
{
    static const struct web_timing timing = {.silence_ms = CV_LIMIT_CLIENT_SILENCE_S * 1000,
                                             .heartbeat_ms = CV_LIMIT_HEARTBEAT_S * 1000,
                                             .stop_ms = CV_LIMIT_STOP_S * 1000,
                                             .tick_ms = 500};
    return web_start_timed(out, options, house, routes, route_table_count, problems, &timing);
}

const char *web_address(const struct web_server *server)
{
    return server->address;
}

/* --- stop ---------------------------------------------------------------------------------------
 */

static void wait_for_requests(struct web_server *server, int64_t until_ms)
{
    while (atomic_load(&server->in_flight_count) > 0 && cv_monotonic_ms() < until_ms) {
        struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
}

void web_stop(struct web_server *server)
{
    atomic_store(&server->is_stopping, true);
    (void)MHD_quiesce_daemon(server->daemon);
    close_listener(server);
    web_hub_close(&server->hub);
    wait_for_requests(server, cv_monotonic_ms() + server->timing.stop_ms);
    /* Requests that a worker still has are finished: no connection may be suspended when the
     * library stops. */
    web_workers_stop(&server->workers);
    wait_for_requests(server, cv_monotonic_ms() + 200);
    MHD_stop_daemon(server->daemon);
    ticker_stop(server);
    server_free(server);
}
