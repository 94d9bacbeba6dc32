/* Tests of what strangers can do to the server: requests that two programs could read differently,
 * clients that never finish, too many tries, wrong addresses to listen on. Raw sockets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "web/test_client.h"

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static const struct cv_log quiet_log = {.level = CV_LOG_ERROR};

/* The head of a POST to /form, with more header lines. */
#define POST(more) "POST /form HTTP/1.1\r\nHost: x\r\n" FORM more

/* Refused with 400 (or without a word) and closed; nothing behind it was read as a second request:
 * no handler ran. */
static void assert_refused(const char *what, const char *request, size_t size)
{
    int handled = atomic_load(&test_handled_count);
    int fd = test_connect();
    test_send(fd, request, size);
    char bytes[2048] = "";
    size_t got = 0;
    for (ssize_t n; got + 1 < sizeof bytes; got += (size_t)n) {
        n = recv(fd, bytes + got, sizeof bytes - 1 - got, 0);
        /* With bytes of ours left unread, closing is a reset. */
        if (n == 0 || (n < 0 && errno == ECONNRESET)) break;
        if (n < 0) fail_msg("%s: not closed; said \"%.40s\"", what, bytes);
        if (n < 0) break;
    }
    (void)close(fd);
    if (got > 0 && strncmp(bytes, "HTTP/1.1 4", 10) != 0 && strncmp(bytes, "HTTP/1.1 505", 12) != 0)
        fail_msg("%s: \"%.300s\"", what, bytes);
    if (strstr(bytes + (got ? 1 : 0), "HTTP/1.1 2")) fail_msg("%s: answered twice", what);
    if (atomic_load(&test_handled_count) != handled) fail_msg("%s: a handler ran", what);
}

static void test_smuggling__every_known_case_is_refused_and_closed(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *request;
    } rows[] = {
        {"length and chunked", POST("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    "0\r\n\r\nG")},
        {"chunked and length", POST("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
                                    "0\r\n\r\nG")},
        {"two lengths", POST("Content-Length: 6\r\nContent-Length: 6\r\n\r\ntext=a")},
        {"two lengths that differ", POST("Content-Length: 6\r\nContent-Length: 0\r\n\r\ntext=a")},
        {"length in a list", POST("Content-Length: 6, 6\r\n\r\ntext=a")},
        {"length with a sign", POST("Content-Length: +6\r\n\r\ntext=a")},
        {"negative length", POST("Content-Length: -6\r\n\r\ntext=a")},
        {"length in hex", POST("Content-Length: 0x6\r\n\r\ntext=a")},
        {"length of twenty digits", POST("Content-Length: 00000000000000000006\r\n\r\ntext=a")},
        {"length past 64 bits", POST("Content-Length: 18446744073709551622\r\n\r\ntext=a")},
        {"empty length", POST("Content-Length:\r\n\r\ntext=a")},
        {"length folded", POST("Content-Length:\r\n 6\r\n\r\ntext=aGET / HTTP/1.1\r\nHost: x\r\n"
                               "\r\n")},
        {"length folded with a tab", POST("Content-Length:\r\n\t6\r\n\r\ntext=a")},
        {"length behind a blank", POST("Content-Length : 6\r\n\r\ntext=a")},
        {"length before a tab", POST("Content-Length\t: 6\r\n\r\ntext=a")},
        {"name with a blank", POST("X Y: 1\r\nContent-Length: 6\r\n\r\ntext=a")},
        {"name in brackets", POST("Content(Length): 6\r\n\r\ntext=a")},
        {"encoding gzip, chunked", POST("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")},
        {"encoding chunked, chunked", POST("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")},
        {"encoding xchunked", POST("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")},
        {"encoding identity", POST("Transfer-Encoding: identity\r\n\r\ntext=a")},
        {"encoding twice", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "0\r\n\r\n")},
        {"encoding folded", POST("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")},
        {"encoding with a vertical tab", POST("Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n")},
        {"encoding empty", POST("Transfer-Encoding:\r\n\r\ntext=a")},
        {"encoding in HTTP/1.0",
         "POST /form HTTP/1.0\r\nHost: x\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"a folded value", "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n"},
        {"a folded length that names another", POST("X-A: b\r\n\tContent-Length: 0\r\n\r\n")},
        {"lines that end with LF", "GET / HTTP/1.1\nHost: x\n\n"},
        {"one line that ends with LF", "GET / HTTP/1.1\r\nX-A: b\nHost: x\r\n\r\n"},
        {"a CR inside a line", "GET / HTTP/1.1\r\nX-A: b\rc\r\nHost: x\r\n\r\n"},
        {"two blanks in the first line", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"a folded first line", "GET / HTTP/1.1\r\n X-A: b\r\nHost: x\r\n\r\n"},
        {"no host", "GET / HTTP/1.1\r\n\r\n"},
        {"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
        {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
        {"host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"},
        {"host with a name before", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n"},
        {"version 2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
        {"version 1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
        {"no version", "GET /\r\nHost: x\r\n\r\n"},
        {"GET with a body", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"},
        {"HEAD with chunks", "HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "0\r\n\r\n"},
        {"target without a slash", "GET form HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"target with a fragment", "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"target not UTF-8", "GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"method with a bracket", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"expects something else", POST("Expect: cake\r\nContent-Length: 6\r\n\r\ntext=a")},
        {"chunk size not hex", POST("Transfer-Encoding: chunked\r\n\r\nzz\r\ntext=a\r\n0\r\n\r\n")},
        {"a line without a colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(rows[i].what, rows[i].request, strlen(rows[i].request));
}

static void test_smuggling__nul_and_control_characters_are_refused(void **state)
{
    (void)state;
    static const char nul_value[] = "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n";
    static const char nuls[] = "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0\0\0\0\0\r\n\r\n";
    static const char nul_name[] = "GET / HTTP/1.1\r\nHost: x\r\nX\0A: a\r\n\r\n";
    static const char nul_target[] = "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char escape[] = "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\033[2J\r\n\r\n";
    assert_refused("NUL in a value", nul_value, sizeof nul_value - 1);
    assert_refused("NULs at the end of a value", nuls, sizeof nuls - 1);
    assert_refused("NUL in a name", nul_name, sizeof nul_name - 1);
    assert_refused("NUL in the target", nul_target, sizeof nul_target - 1);
    assert_refused("an escape in a value", escape, sizeof escape - 1);
}

static void test_head__that_is_too_long_is_refused(void **state)
{
    (void)state;
    size_t size = CV_LIMIT_HEAD_BYTES + 5000;
    char *request = malloc(size);
    int start = snprintf(request, size, "GET / HTTP/1.1\r\nHost: x\r\nX-A: ");
    memset(request + start, 'a', size - (size_t)start);
    memcpy(request + size - 4, "\r\n\r\n", 4);
    assert_refused("a long header", request, size);
    free(request);
}

static void test_head__with_odd_but_honest_blanks_passes(void **state)
{
    (void)state;
    struct test_answer a =
        test_ask("GET / HTTP/1.1\r\nHost:x\r\nX-A: \t b\r\nX-B:\r\nX-C: d  \r\n\r\n");
    assert_int_equal(a.status, 200);
    test_drop(&a);
    a = test_ask("GET / HTTP/1.0\r\nHost: x\r\n\r\n");
    assert_int_equal(a.status, 200);
    test_drop(&a);
    int fd = test_connect();
    const char *request = "GET / HTTP/1.1\r\nHost: x\r\nX-Long: aaaaaaaaaaaa\r\n\r\n";
    for (const char *at = request; *at; at++) test_send(fd, at, 1);
    a = test_read(fd, false);
    assert_int_equal(a.status, 200);
    test_drop(&a);
    (void)close(fd);
}

static void test_head__that_is_long_and_honest_passes(void **state)
{
    (void)state;
    char request[26000];
    int start = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: x\r\nX-A: ");
    memset(request + start, 'a', sizeof request - (size_t)start);
    memcpy(request + 12000, "\r\nX-B: ", 7);
    memcpy(request + sizeof request - 5, "\r\n\r\n", 5);
    int fd = test_connect();
    test_send(fd, request, 9000);
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    test_send(fd, request + 9000, sizeof request - 1 - 9000);
    struct test_answer a = test_read(fd, false);
    assert_int_equal(a.status, 200);
    test_drop(&a);
    (void)close(fd);
}

static void test_chunked__body_is_read_when_it_is_honest(void **state)
{
    (void)state;
    struct test_answer a = test_ask(POST("Transfer-Encoding: chunked\r\nAccept: application/json"
                                         "\r\n\r\n4;x=y\r\ntext\r\n3\r\n=ab\r\n0\r\n\r\n"));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"text\":\"ab\""));
    test_drop(&a);
}

/* --- slow clients -------------------------------------------------------------------------------
 */

static void drip(const char *what, const char *start, const char *piece)
{
    int fd = test_connect();
    int64_t from_ms = cv_monotonic_ms();
    test_say(fd, start);
    while (cv_monotonic_ms() - from_ms < 5000) {
        if (test_is_closed(fd, 50)) break;
        test_say(fd, piece);
    }
    int64_t took_ms = cv_monotonic_ms() - from_ms;
    (void)close(fd);
    if (took_ms >= 5000) fail_msg("%s: still open", what);
    if (took_ms < 250) fail_msg("%s: closed too early, after %lld ms", what, (long long)took_ms);
}

static void test_slow__clients_are_shut_out(void **state)
{
    (void)state;
    drip("a first line in drops", "G", "E");
    drip("headers in drops", "GET / HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n");
    drip("a body in drops", POST("Content-Length: 60000\r\n\r\n"), "a");
    drip("chunks in drops", POST("Transfer-Encoding: chunked\r\n\r\n"), "1\r\na\r\n");
    drip("a refused body in drops",
         "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", "a");
}

static void test_idle__connection_is_closed_but_not_before_its_time(void **state)
{
    (void)state;
    int fd = test_connect();
    test_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    struct test_answer a = test_read(fd, false);
    test_drop(&a);
    assert_false(test_is_closed(fd, 150));
    test_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    a = test_read(fd, false);
    test_drop(&a);
    assert_true(test_is_closed(fd, 1500));
    (void)close(fd);
}

/* A handler takes longer than the time a client may be silent: the client is not at fault. */
static void test_slow__handler_is_waited_for(void **state)
{
    (void)state;
    struct test_answer a = test_post("/slow", FORM, "");
    assert_int_equal(a.status, 200);
    test_drop(&a);
}

static int set_up(void **state)
{
    (void)state;
    static const struct web_timing timing = {
        .silence_ms = 280, .heartbeat_ms = 5000, .stop_ms = 2000, .tick_ms = 20};
    struct web_options options = {
        .listen = "127.0.0.1:0", .no_rate_limits = true, .log = &quiet_log};
    test_serve(&options, &timing);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_stop();
    return 0;
}

/* --- rates and addresses, each with a server of its own ------------------------------------------
 */

static const struct web_timing calm = {
    .silence_ms = 5000, .heartbeat_ms = 5000, .stop_ms = 2000, .tick_ms = 50};

static void test_rate__tries_to_sign_in_run_out(void **state)
{
    (void)state;
    struct web_options options = {.listen = "127.0.0.1:0", .behind_tls = true, .log = &quiet_log};
    test_serve(&options, &calm);
    const char *from_a = FORM "X-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n";
    const char *from_b = FORM "X-Forwarded-For: 198.51.100.1, 198.51.100.2\r\n";
    for (int i = 0; i < CV_LIMIT_RATE_SLOW; i++) {
        struct test_answer a = test_post("/sign-in", from_a, "text=a");
        assert_int_equal(a.status, 200);
        test_drop(&a);
    }
    struct test_answer a = test_post("/sign-in", from_a, "text=a");
    assert_int_equal(a.status, 429);
    assert_true(atoi(test_header(&a, "Retry-After")) > 0);
    test_drop(&a);
    a = test_post("/form", from_a, "text=a");
    assert_int_equal(a.status, 200);
    test_drop(&a);
    a = test_post("/sign-in", from_b, "text=a");
    assert_int_equal(a.status, 200);
    test_drop(&a);
    test_stop();
}

static void test_secure__cookies_carry_the_host_prefix(void **state)
{
    (void)state;
    struct web_options options = {
        .listen = "127.0.0.1:0", .behind_tls = true, .no_rate_limits = true, .log = &quiet_log};
    test_serve(&options, &calm);
    struct test_answer a =
        test_post("/move", FORM "Cookie: __Host-session=steward\r\n", "csrf=" TEST_CSRF);
    assert_int_equal(a.status, 303);
    assert_non_null(strstr(test_header(&a, "Set-Cookie"), "__Host-flash=s="));
    assert_non_null(strstr(test_header(&a, "Set-Cookie"), "; Path=/; HttpOnly; SameSite=Lax"));
    assert_non_null(strstr(test_header(&a, "Set-Cookie"), "; Secure"));
    assert_string_equal(test_header(&a, "Strict-Transport-Security"), "max-age=31536000");
    test_drop(&a);
    a = test_get("/steward", "Cookie: session=steward\r\n");
    assert_int_equal(a.status, 303);
    test_drop(&a);
    test_stop();
}

static void assert_listen(const char *text, cv_rc wanted, const char *part)
{
    struct cv_arena mem;
    struct web_listener listener;
    cv_arena_init(&mem, 1 << 20);
    struct cv_problems problems = cv_problems_new(&mem);
    cv_rc rc = web_listen(&listener, &mem, text, &problems);
    if (rc == CV_OK) (void)close(listener.fd);
    if (rc == CV_OK && listener.unix_path) (void)unlink(listener.unix_path);
    if (rc != wanted) fail_msg("%s gave %s", text, cv_rc_name(rc));
    if (wanted != CV_OK) {
        assert_int_equal(problems.count, 1);
        assert_non_null(problems.items[0].remedy);
        if (!strstr(problems.items[0].sentence, part))
            fail_msg("%s: \"%s\"", text, problems.items[0].sentence);
    }
    cv_arena_free(&mem);
}

static void test_listen__says_what_is_wrong(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",     "8080", "127.0.0.1", "127.0.0.1:x", "::1:8080", "127.0.0.1:70000", "127.0.0.1:-1",
        "unix:"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_listen(wrong[i], CV_INVALID, "no address to listen on");
    assert_listen("127.0.0.1:0", CV_OK, "");
    assert_listen("localhost:0", CV_OK, "");
    assert_listen(":0", CV_OK, "");
    assert_listen("192.0.2.1:0", CV_UNAVAILABLE, "this machine has no such address");
    assert_listen("unix:/no/such/folder/x.sock", CV_UNAVAILABLE, "the folder does not exist");
    struct web_options options = {.listen = "127.0.0.1:0", .log = &quiet_log};
    test_serve(&options, &calm);
    char taken[40];
    (void)snprintf(taken, sizeof taken, "127.0.0.1:%d", test_port);
    assert_listen(taken, CV_UNAVAILABLE, "another program listens there already");
    test_stop();
    assert_listen(taken, CV_OK, "");
}

static void test_listen__local_socket_of_a_crashed_program_is_taken_over(void **state)
{
    (void)state;
    char path[100];
    char text[120];
    (void)snprintf(path, sizeof path, "/tmp/convene-test-%d.sock", (int)getpid());
    (void)snprintf(text, sizeof text, "unix:%s", path);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_listen(text, CV_UNAVAILABLE, "another program listens there already");
    (void)close(fd);
    assert_listen(text, CV_OK, "");
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    assert_listen(text, CV_UNAVAILABLE, "another program");
    (void)unlink(path);
    cv_arena_free(&mem);
}

static void assert_no_start(struct web_options options, const char *part)
{
    struct web_server *server = NULL;
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cv_problems problems = cv_problems_new(&mem);
    options.listen = "127.0.0.1:0";
    options.log = &quiet_log;
    assert_int_equal(test_try(&server, &options, &calm, &problems), CV_INVALID);
    assert_null(server);
    assert_true(problems.count > 0);
    assert_non_null(problems.items[0].remedy);
    if (!strstr(problems.items[0].sentence, part)) fail_msg("%s", problems.items[0].sentence);
    cv_arena_free(&mem);
}

static void test_tls__says_what_is_wrong_with_the_files(void **state)
{
    (void)state;
    assert_no_start((struct web_options){.tls_cert = "/no/such.pem"}, "belong together");
    assert_no_start((struct web_options){.tls_cert = "/no/such.pem", .tls_key = "/no/such.pem"},
                    "Cannot read /no/such.pem");
    assert_no_start((struct web_options){.tls_cert = "/dev/null", .tls_key = "/dev/null"},
                    "no file of PEM text");
}

int main(void)
{
    const struct CMUnitTest strangers[] = {
        cmocka_unit_test(test_smuggling__every_known_case_is_refused_and_closed),
        cmocka_unit_test(test_smuggling__nul_and_control_characters_are_refused),
        cmocka_unit_test(test_head__that_is_too_long_is_refused),
        cmocka_unit_test(test_head__with_odd_but_honest_blanks_passes),
        cmocka_unit_test(test_head__that_is_long_and_honest_passes),
        cmocka_unit_test(test_chunked__body_is_read_when_it_is_honest),
        cmocka_unit_test(test_slow__clients_are_shut_out),
        cmocka_unit_test(test_idle__connection_is_closed_but_not_before_its_time),
        cmocka_unit_test(test_slow__handler_is_waited_for),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(test_rate__tries_to_sign_in_run_out),
        cmocka_unit_test(test_secure__cookies_carry_the_host_prefix),
        cmocka_unit_test(test_listen__says_what_is_wrong),
        cmocka_unit_test(test_tls__says_what_is_wrong_with_the_files),
        cmocka_unit_test(test_listen__local_socket_of_a_crashed_program_is_taken_over),
    };
    int failed = cmocka_run_group_tests_name("strangers", strangers, set_up, tear_down);
    return failed + cmocka_run_group_tests_name("alone", alone, NULL, NULL);
}
