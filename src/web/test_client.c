/* test_client: see test_client.h. */
#include "web/test_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

struct web_server *test_server;
int test_port;
atomic_int test_handled_count;
atomic_int test_news;

/* --- the house ----------------------------------------------------------------------------------
 */

static atomic_int connection_count;

static cv_rc house_acquire(void *house, struct store_db **out)
{
    (void)house;
    atomic_fetch_add(&connection_count, 1);
    *out = (struct store_db *)&connection_count;
    return CV_OK;
}

static void house_release(void *house, struct store_db *db)
{
    (void)house;
    (void)db;
    atomic_fetch_sub(&connection_count, 1);
}

static void house_session(void *house, struct web_request *req)
{
    (void)house;
    const char *cookie = web_cookie(req, "session");
    if (strcmp(cookie, "steward") == 0)
        req->session = (struct web_session){7, ROLE_STEWARD, "Ana", TEST_CSRF};
    if (strcmp(cookie, "member") == 0)
        req->session = (struct web_session){8, ROLE_MEMBER, "Ben", TEST_CSRF};
}

static void house_frame(void *house, struct web_request *req, json_t *document)
{
    (void)house;
    (void)req;
    json_object_set_new(document, "network", json_string("Tres Ríos"));
}

static cv_rc get_home(struct web_request *req)
{
    atomic_fetch_add(&test_handled_count, 1);
    return web_page(req, json_pack("{s:{s:s}, s:s}", "page", "title", "Home & more", "sentence",
                                   "Here is <everything>."));
}

static cv_rc get_thing(struct web_request *req)
{
    int64_t id = web_path_id(req, "id");
    if (id == 0) return web_answer(req, CV_NOT_FOUND);
    return web_page(req, json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "part",
                                   web_path_text(req, "part"), "q", web_text(req, "q")));
}

static cv_rc get_long(struct web_request *req)
{
    json_t *rows = json_array();
    for (int i = 0; i < 500; i++) json_array_append_new(rows, json_string("the same words again"));
    return web_page(req, json_pack("{s:o}", "rows", rows));
}

static cv_rc get_steward(struct web_request *req)
{
    return web_page(req, json_pack("{s:s}", "name", req->session.name));
}

static cv_rc get_greedy(struct web_request *req)
{
    for (int i = 0; i < 100000; i++) (void)cv_alloc(req->mem, 1 << 20);
    return CV_OK;
}

static cv_rc post_form(struct web_request *req)
{
    atomic_fetch_add(&test_handled_count, 1);
    if (web_has(req, "wrong")) {
        struct cv_problems problems = cv_problems_new(req->mem);
        cv_problem(&problems, 3, "email", "Write it like ana@example.org.", "\"%s\" has no @.",
                   web_text(req, "wrong"));
        return web_refuse(req, &problems, NULL);
    }
    json_t *document = json_object();
    json_t *colours = json_array();
    const char *value;
    const char *name;
    for (size_t i = 0; (value = web_text_at(req, "colour", i)); i++)
        json_array_append_new(colours, json_string(value));
    json_object_set_new(document, "text", json_string(web_text(req, "text")));
    json_object_set_new(document, "count", json_integer(web_int(req, "count", -1)));
    json_object_set_new(document, "colours", colours);
    for (size_t i = 0; web_field_at(req, "map[", i, &name, &value); i++)
        json_object_set_new(document, name, json_string(value));
    struct web_upload upload;
    if (web_upload(&upload, req, "file")) {
        json_object_set_new(document, "file_name", json_string(upload.file_name));
        json_object_set_new(document, "file_size", json_integer((int64_t)upload.size));
        json_object_set_new(document, "first", json_stringn(upload.bytes, upload.size ? 1 : 0));
    }
    return web_page(req, document);
}

static cv_rc post_move(struct web_request *req)
{
    web_flash(req, "/history/17/undo", "Moved %s; all is well", "Zoë");
    return web_redirect(req, "/things/%d", 5);
}

static cv_rc get_file(struct web_request *req)
{
    return web_file(req, "Tres Ríos.csv", "text/csv; charset=utf-8", "a,b\n", 4);
}

static cv_rc post_slow(struct web_request *req)
{
    struct timespec pause = {.tv_nsec = 300 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    return web_page(req, json_pack("{s:b}", "slow", true));
}

static json_t *make_news(void *house, struct store_db *db, const char *topic)
{
    (void)house;
    assert_non_null(db);
    int news = atomic_load(&test_news);
    if (news < 0) return NULL;
    return json_pack("{s:i, s:s, s:b}", "news", news, "topic", topic, "is_over", news >= 1000);
}

static cv_rc get_events(struct web_request *req)
{
    return web_events(req, "news", make_news(NULL, req->db, "news"), make_news);
}

static const struct web_route routes[] = {
    {WEB_GET, "/", ROLE_ANYONE, get_home, "web/pages/error.html", 0},
    {WEB_GET, "/things/:id", ROLE_ANYONE, get_thing, NULL, 0},
    {WEB_GET, "/things/:id/parts/:part", ROLE_ANYONE, get_thing, NULL, 0},
    {WEB_GET, "/long", ROLE_ANYONE, get_long, NULL, 0},
    {WEB_GET, "/steward", ROLE_STEWARD, get_steward, NULL, 0},
    {WEB_GET, "/greedy", ROLE_ANYONE, get_greedy, NULL, 0},
    {WEB_GET, "/file", ROLE_ANYONE, get_file, NULL, 0},
    {WEB_GET, "/news", ROLE_ANYONE, get_events, NULL, WEB_EVENTS},
    {WEB_POST, "/form", ROLE_ANYONE, post_form, NULL, 0},
    {WEB_POST, "/upload", ROLE_MEMBER, post_form, NULL, WEB_UPLOAD},
    {WEB_POST, "/sign-in", ROLE_ANYONE, post_form, NULL, WEB_SLOW_RATE},
    {WEB_POST, "/move", ROLE_STEWARD, post_move, NULL, 0},
    {WEB_POST, "/slow", ROLE_ANYONE, post_slow, NULL, 0},
    {WEB_GET, NULL, ROLE_ANYONE, NULL, NULL, 0},
};

static const struct web_house house = {.acquire = house_acquire,
                                       .release = house_release,
                                       .session = house_session,
                                       .frame = house_frame,
                                       .sign_in_path = "/sign-in"};

cv_rc test_try(struct web_server **out, const struct web_options *options,
               const struct web_timing *timing, struct cv_problems *problems)
{
    const struct web_route *tables[] = {routes};
    return web_start_timed(out, options, &house, tables, 1, problems, timing);
}

void test_serve_house(const struct web_options *options, const struct web_timing *timing,
                      const struct web_house *own, const struct web_route *const *tables,
                      size_t table_count)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cv_problems problems = cv_problems_new(&mem);
    cv_rc rc = web_start_timed(&test_server, options, own, tables, table_count, &problems, timing);
    for (size_t i = 0; i < problems.count; i++) print_error("%s\n", problems.items[i].sentence);
    cv_arena_free(&mem);
    assert_int_equal(rc, CV_OK);
    test_port = atoi(strrchr(web_address(test_server), ':') + 1);
}

void test_serve(const struct web_options *options, const struct web_timing *timing)
{
    const struct web_route *tables[] = {routes};
    test_serve_house(options, timing, &house, tables, 1);
}

void test_stop(void)
{
    web_stop(test_server);
    test_server = NULL;
    assert_int_equal(atomic_load(&connection_count), 0);
}

/* --- the client ---------------------------------------------------------------------------------
 */

int test_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)test_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct timeval wait = {.tv_sec = 5};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void test_send(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return; /* the server closed: what it said will tell */
        bytes += sent;
        size -= (size_t)sent;
    }
}

void test_say(int fd, const char *text)
{
    test_send(fd, text, strlen(text));
}

static bool read_byte(int fd, char *out)
{
    return recv(fd, out, 1, 0) == 1;
}

/* A line with its CRLF; "" when the server closed. */
static size_t read_line(int fd, char *out, size_t max_size)
{
    size_t size = 0;
    while (size + 1 < max_size && read_byte(fd, &out[size])) {
        if (out[size++] == '\n') break;
    }
    out[size] = '\0';
    return size;
}

static void read_bytes(int fd, char *out, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(fd, out, size, 0);
        if (got <= 0) fail_msg("the body ended early");
        out += got;
        size -= (size_t)got;
    }
}

struct test_answer test_read(int fd, bool is_head)
{
    struct test_answer answer = {.head = calloc(1, 16384), .body = calloc(1, 1)};
    size_t size = 0;
    for (;;) {
        size_t line = read_line(fd, answer.head + size, 16384 - size);
        if (line == 0) fail_msg("no answer came: \"%s\"", answer.head);
        size += line;
        if (line == 2) break;
    }
    answer.status = atoi(answer.head + 9);
    if (answer.status == 100) {
        test_drop(&answer);
        return test_read(fd, is_head);
    }
    if (is_head || answer.status == 304 || answer.status == 204) return answer;
    answer.body_size = (size_t)atoll(test_header(&answer, "Content-Length"));
    free(answer.body);
    answer.body = calloc(1, answer.body_size + 1);
    read_bytes(fd, answer.body, answer.body_size);
    return answer;
}

bool test_is_closed(int fd, int wait_ms)
{
    int64_t until_ms = cv_monotonic_ms() + wait_ms;
    char bytes[512];
    for (int64_t now_ms; (now_ms = cv_monotonic_ms()) < until_ms;) {
        struct pollfd watch = {.fd = fd, .events = POLLIN};
        if (poll(&watch, 1, (int)(until_ms - now_ms)) <= 0) continue;
        if (recv(fd, bytes, sizeof bytes, 0) <= 0) return true;
    }
    return false;
}

struct test_answer test_ask(const char *request)
{
    int fd = test_connect();
    test_say(fd, request);
    struct test_answer answer = test_read(fd, strncmp(request, "HEAD ", 5) == 0);
    (void)close(fd);
    return answer;
}

struct test_answer test_get(const char *path, const char *headers)
{
    char request[8192];
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);
    return test_ask(request);
}

struct test_answer test_post(const char *path, const char *headers, const char *body)
{
    char request[16384];
    (void)snprintf(request, sizeof request,
                   "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n%s\r\n%s", path,
                   strlen(body), headers, body);
    return test_ask(request);
}

void test_drop(struct test_answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct test_answer){.status = 0};
}

const char *test_header(const struct test_answer *answer, const char *name)
{
    static char value[4096];
    size_t size = strlen(name);
    value[0] = '\0';
    for (const char *at = strchr(answer->head, '\n'); at; at = strchr(at + 1, '\n')) {
        if (strncasecmp(at + 1, name, size) != 0 || at[1 + size] != ':') continue;
        at += size + 2;
        at += strspn(at, " ");
        (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
        break;
    }
    return value;
}
