/* Tests of event streams, of the stop with work on its way, and of many quiet streams at once. */
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "web/test_client.h"

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static const struct cv_log quiet_log = {.level = CV_LOG_ERROR};
static const struct web_timing brisk = {
    .silence_ms = 400, .heartbeat_ms = 150, .stop_ms = 2000, .tick_ms = 20};

static void serve(const char *listen_text)
{
    struct web_options options = {.listen = listen_text, .no_rate_limits = true, .log = &quiet_log};
    atomic_store(&test_news, 1);
    test_serve(&options, &brisk);
}

/* Everything that comes until `part` was seen; fails after wait_ms. */
static void wait_for(int fd, char *seen, size_t max_size, const char *part, int wait_ms)
{
    int64_t until_ms = cv_monotonic_ms() + wait_ms;
    size_t size = strlen(seen);
    while (!strstr(seen, part)) {
        int64_t left_ms = until_ms - cv_monotonic_ms();
        struct pollfd watch = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&watch, 1, (int)left_ms) <= 0)
            fail_msg("\"%s\" did not come; \"%s\" did", part, seen);
        ssize_t got = recv(fd, seen + size, max_size - 1 - size, 0);
        if (got <= 0) fail_msg("closed before \"%s\"; \"%s\" came", part, seen);
        size += (size_t)got;
        seen[size] = '\0';
    }
}

static int listen_to_news(char *seen, size_t max_size)
{
    int fd = test_connect();
    test_say(fd, "GET /news HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    seen[0] = '\0';
    wait_for(fd, seen, max_size, "data: {\"news\":1,\"topic\":\"news\",\"is_over\":false}\n\n",
             2000);
    return fd;
}

static size_t count_parts(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) count++;
    return count;
}

static void test_events__news_and_signs_of_life_arrive(void **state)
{
    (void)state;
    serve("127.0.0.1:0");
    char seen[20000];
    int fd = listen_to_news(seen, sizeof seen);
    assert_non_null(strstr(seen, "Content-Type: text/event-stream"));
    wait_for(fd, seen, sizeof seen, "\n:\n\n", 1000);
    atomic_store(&test_news, 2);
    web_wake(test_server, "other");
    web_wake(test_server, "news");
    wait_for(fd, seen, sizeof seen, "\"news\":2", 2000);
    /* Longer than a silent client may stay; and the same news is told once. */
    web_wake(test_server, "news");
    struct timespec pause = {.tv_nsec = 600 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    atomic_store(&test_news, 3);
    web_wake(test_server, "news");
    wait_for(fd, seen, sizeof seen, "\"news\":3", 2000);
    assert_int_equal(count_parts(seen, "\"news\":1"), 1);
    assert_int_equal(count_parts(seen, "\"news\":2"), 1);
    assert_true(count_parts(seen, "\n:\n\n") >= 3);
    (void)close(fd);
    test_stop();
}

static void test_events__last_news_end_the_stream_and_a_return_gets_204(void **state)
{
    (void)state;
    serve("127.0.0.1:0");
    char seen[20000];
    int fd = listen_to_news(seen, sizeof seen);
    atomic_store(&test_news, 1000);
    web_wake(test_server, "news");
    wait_for(fd, seen, sizeof seen, "\"is_over\":true}\n\n\r\n0\r\n\r\n", 2000);
    /* The connection itself goes on. */
    test_say(fd, "GET /news HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 7\r\n\r\n");
    struct test_answer a = test_read(fd, false);
    assert_int_equal(a.status, 204);
    test_drop(&a);
    (void)close(fd);
    fd = test_connect();
    test_say(fd, "GET /news HTTP/1.1\r\nHost: x\r\n\r\n");
    seen[0] = '\0';
    wait_for(fd, seen, sizeof seen, "\"is_over\":true}\n\n\r\n0\r\n\r\n", 2000);
    (void)close(fd);
    atomic_store(&test_news, 1);
    fd = listen_to_news(seen, sizeof seen);
    atomic_store(&test_news, -1);
    web_wake(test_server, "news");
    wait_for(fd, seen, sizeof seen, "\r\n0\r\n\r\n", 2000);
    (void)close(fd);
    test_stop();
}

static size_t open_streams(void)
{
    (void)pthread_mutex_lock(&test_server->hub.lock);
    size_t count = test_server->hub.stream_count;
    (void)pthread_mutex_unlock(&test_server->hub.lock);
    return count;
}

static void test_events__reader_who_left_is_noticed(void **state)
{
    (void)state;
    serve("127.0.0.1:0");
    char seen[20000];
    int fd = listen_to_news(seen, sizeof seen);
    assert_int_equal(open_streams(), 1);
    (void)close(fd);
    int64_t from_ms = cv_monotonic_ms();
    while (open_streams() > 0 && cv_monotonic_ms() - from_ms < 3000) {
        struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
    assert_int_equal(open_streams(), 0);
    test_stop();
}

static void *waker(void *context)
{
    (void)context;
    for (int i = 2; i <= 900; i++) {
        atomic_store(&test_news, i);
        web_wake(test_server, "news");
    }
    return NULL;
}

/* No wake-up is lost: whatever the timing, every reader gets the last news. */
static void test_events__last_of_many_wake_ups_reaches_everybody(void **state)
{
    (void)state;
    enum { READERS = 20 };
    serve("127.0.0.1:0");
    int fds[READERS];
    char *seen = calloc(READERS, 200000);
    for (size_t i = 0; i < READERS; i++) fds[i] = listen_to_news(seen + i * 200000, 200000);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, waker, NULL), 0);
    for (size_t i = 0; i < READERS; i++)
        wait_for(fds[i], seen + i * 200000, 200000, "\"news\":900,", 10000);
    (void)pthread_join(thread, NULL);
    for (size_t i = 0; i < READERS; i++) (void)close(fds[i]);
    free(seen);
    test_stop();
}

/* --- the stop -----------------------------------------------------------------------------------
 */

static void test_stop__ends_streams_and_lets_requests_finish(void **state)
{
    (void)state;
    serve("127.0.0.1:0");
    char seen[20000];
    int stream = listen_to_news(seen, sizeof seen);
    int idle = test_connect();
    test_say(idle, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    struct test_answer a = test_read(idle, false);
    test_drop(&a);
    int slow = test_connect();
    test_say(slow, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    int64_t from_ms = cv_monotonic_ms();
    test_stop();
    assert_true(cv_monotonic_ms() - from_ms < 1500);
    a = test_read(slow, false);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"slow\":true"));
    assert_string_equal(test_header(&a, "Connection"), "close");
    test_drop(&a);
    wait_for(stream, seen, sizeof seen, "\r\n0\r\n\r\n", 1000);
    assert_true(test_is_closed(stream, 500));
    assert_true(test_is_closed(idle, 500));
    (void)close(stream);
    (void)close(idle);
    (void)close(slow);
}

static void test_stop__does_not_wait_for_half_a_request(void **state)
{
    (void)state;
    static const struct web_timing timing = {
        .silence_ms = 60000, .heartbeat_ms = 60000, .stop_ms = 300, .tick_ms = 20};
    struct web_options options = {
        .listen = "127.0.0.1:0", .no_rate_limits = true, .log = &quiet_log};
    test_serve(&options, &timing);
    int head = test_connect();
    test_say(head, "GET /things/1 HTT");
    int body = test_connect();
    test_say(body, "POST /form HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 10\r\n\r\ntext");
    struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    int64_t from_ms = cv_monotonic_ms();
    test_stop();
    assert_true(cv_monotonic_ms() - from_ms < 2000);
    (void)close(head);
    (void)close(body);
}

static void test_unix__socket_serves_and_goes_away(void **state)
{
    (void)state;
    char listen_text[120];
    (void)snprintf(listen_text, sizeof listen_text, "unix:/tmp/convene-stream-%d.sock",
                   (int)getpid());
    serve(listen_text);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, listen_text + 5, strlen(listen_text + 5) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    test_say(fd, "GET /things/9 HTTP/1.1\r\nHost: x\r\n\r\n");
    struct test_answer a = test_read(fd, false);
    assert_int_equal(a.status, 200);
    test_drop(&a);
    (void)close(fd);
    test_stop();
    assert_int_not_equal(access(address.sun_path, F_OK), 0);
}

/* --- many ---------------------------------------------------------------------------------------
 */

static long memory_kb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;
    long resident = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &pages, &resident), 2);
    (void)fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Prints what a thousand quiet streams cost; fails only when news do not reach them all. */
static void test_events__a_thousand_quiet_streams(void **state)
{
    (void)state;
    enum { STREAMS = 1000 };
    struct rlimit files = {.rlim_cur = 0};
    (void)getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < STREAMS * 2 + 100) skip();
    serve("127.0.0.1:0");
    static int fds[STREAMS];
    char seen[4000];
    long before_kb = memory_kb();
    for (size_t i = 0; i < STREAMS; i++) fds[i] = listen_to_news(seen, sizeof seen);
    print_message("%d quiet streams: %ld KB\n", (int)STREAMS, memory_kb() - before_kb);
    int64_t from_ms = cv_monotonic_ms();
    atomic_store(&test_news, 2);
    web_wake(test_server, "news");
    for (size_t i = 0; i < STREAMS; i++) {
        seen[0] = '\0';
        wait_for(fds[i], seen, sizeof seen, "\"news\":2", 10000);
    }
    print_message("news to all of them: %lld ms\n", (long long)(cv_monotonic_ms() - from_ms));
    for (size_t i = 0; i < STREAMS; i++) (void)close(fds[i]);
    test_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events__news_and_signs_of_life_arrive),
        cmocka_unit_test(test_events__last_news_end_the_stream_and_a_return_gets_204),
        cmocka_unit_test(test_events__reader_who_left_is_noticed),
        cmocka_unit_test(test_events__last_of_many_wake_ups_reaches_everybody),
        cmocka_unit_test(test_stop__ends_streams_and_lets_requests_finish),
        cmocka_unit_test(test_stop__does_not_wait_for_half_a_request),
        cmocka_unit_test(test_unix__socket_serves_and_goes_away),
        cmocka_unit_test(test_events__a_thousand_quiet_streams),
    };
    return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
