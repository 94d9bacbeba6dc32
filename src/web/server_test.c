/* Tests of the whole server over raw sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "web/test_client.h"

#define FORM   "Content-Type: application/x-www-form-urlencoded\r\n"
#define JSON   "Content-Type: application/json\r\n"
#define ACCEPT "Accept: application/json\r\n"

static void assert_body(const struct test_answer *answer, const char *part)
{
    if (!strstr(answer->body, part)) fail_msg("\"%s\" is not in \"%s\"", part, answer->body);
}

static void assert_status(struct test_answer answer, int status)
{
    if (answer.status != status) print_error("%s%s\n", answer.head, answer.body);
    assert_int_equal(answer.status, status);
    test_drop(&answer);
}

/* --- pages and documents ------------------------------------------------------------------------
 */

static void test_page__is_html_with_the_frame(void **state)
{
    (void)state;
    struct test_answer a = test_get("/", "");
    assert_int_equal(a.status, 200);
    assert_string_equal(test_header(&a, "Content-Type"), "text/html; charset=utf-8");
    assert_body(&a, "Home &amp; more");
    assert_body(&a, "Here is &lt;everything&gt;.");
    assert_string_equal(test_header(&a, "Cache-Control"), "no-store");
    assert_int_equal(strlen(test_header(&a, "X-Request-Id")), 16);
    assert_non_null(strstr(test_header(&a, "Content-Security-Policy"), "script-src 'self';"));
    assert_null(strstr(test_header(&a, "Content-Security-Policy"), "unsafe"));
    assert_string_equal(test_header(&a, "X-Content-Type-Options"), "nosniff");
    test_drop(&a);
}

static void test_page__is_json_when_asked(void **state)
{
    (void)state;
    struct test_answer a = test_get("/", ACCEPT);
    assert_string_equal(test_header(&a, "Content-Type"), "application/json; charset=utf-8");
    assert_string_equal(a.body, "{\"page\":{\"title\":\"Home & more\"},"
                                "\"sentence\":\"Here is <everything>.\"}\n");
    test_drop(&a);
    a = test_get("/", "Accept: text/html,application/xhtml+xml,application/json;q=0.9\r\n");
    assert_string_equal(test_header(&a, "Content-Type"), "text/html; charset=utf-8");
    test_drop(&a);
}

static void test_path__parts_and_query_are_read(void **state)
{
    (void)state;
    struct test_answer a = test_get("/things/12/parts/a%2Fb%20c?q=+x%C3%A9+y&z", ACCEPT);
    assert_string_equal(a.body, "{\"id\":12,\"part\":\"a/b c\",\"q\":\"xé y\"}\n");
    test_drop(&a);
    a = test_get("http://x/things/3?q=1", ACCEPT);
    assert_string_equal(a.body, "{\"id\":3,\"part\":\"\",\"q\":\"1\"}\n");
    test_drop(&a);
}

static void test_missing__is_404_with_a_remedy(void **state)
{
    (void)state;
    struct test_answer a = test_get("/nowhere", "");
    assert_int_equal(a.status, 404);
    assert_body(&a, "There is nothing at this address.");
    test_drop(&a);
    assert_status(test_get("/things/0", ""), 404);
    assert_status(test_get("/things/x", ""), 404);
    assert_status(test_get("/things/%00", ""), 404);
    assert_status(test_get("/things/%ff", ""), 404);
    assert_status(test_get("/things//3", ""), 404);
    assert_status(test_get("/../etc/passwd", ""), 404);
    assert_status(test_get("/assets/../base/arena.c", ""), 404);
    assert_status(test_post("/nowhere", FORM, "a=1"), 404);
    a = test_get("/things/3/?q=2", "");
    assert_int_equal(a.status, 308);
    assert_string_equal(test_header(&a, "Location"), "/things/3?q=2");
    test_drop(&a);
}

static void test_method__that_the_path_does_not_take_is_405(void **state)
{
    (void)state;
    struct test_answer a = test_post("/things/3", FORM, "a=1");
    assert_int_equal(a.status, 405);
    assert_string_equal(test_header(&a, "Allow"), "GET, HEAD");
    test_drop(&a);
    a = test_get("/form", "");
    assert_int_equal(a.status, 405);
    assert_string_equal(test_header(&a, "Allow"), "POST");
    test_drop(&a);
    assert_status(test_ask("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    assert_status(test_ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
}

static void test_head__has_the_heads_of_get_and_no_body(void **state)
{
    (void)state;
    int fd = test_connect();
    test_say(fd, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    struct test_answer a = test_read(fd, true);
    assert_int_equal(a.status, 200);
    assert_true(atoi(test_header(&a, "Content-Length")) > 0);
    test_drop(&a);
    a = test_read(fd, false);
    assert_body(&a, "\"id\":1");
    test_drop(&a);
    (void)close(fd);
    assert_status(test_ask("HEAD /news HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
}

static void test_keep_alive__and_pipelining_answer_in_order(void **state)
{
    (void)state;
    int fd = test_connect();
    test_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n"
                 "POST /form HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: 6\r\n\r\ntext=b"
                 "GET /things/3 HTTP/1.1\r\nHost: x\r\n\r\n");
    static const char *const parts[] = {"\"id\":1", "\"text\":\"b\"", "\"id\":3"};
    for (size_t i = 0; i < 3; i++) {
        struct test_answer a = test_read(fd, false);
        assert_int_equal(a.status, 200);
        assert_body(&a, parts[i]);
        test_drop(&a);
    }
    (void)close(fd);
}

static void test_gzip__packs_what_is_long_when_accepted(void **state)
{
    (void)state;
    struct test_answer plain = test_get("/long", "");
    struct test_answer packed = test_get("/long", "Accept-Encoding: br, gzip\r\n");
    assert_string_equal(test_header(&packed, "Content-Encoding"), "gzip");
    assert_non_null(strstr(test_header(&packed, "Vary"), "Accept-Encoding"));
    assert_true(packed.body_size * 10 < plain.body_size);
    assert_memory_equal(packed.body, "\x1f\x8b", 2);
    test_drop(&packed);
    packed = test_get("/long", "Accept-Encoding: gzip;q=0, br\r\n");
    assert_int_equal(packed.body_size, plain.body_size);
    test_drop(&packed);
    test_drop(&plain);
}

static void test_asset__is_kept_and_asked_for_by_its_tag(void **state)
{
    (void)state;
    const struct cv_embedded *file = NULL;
    for (size_t i = 0; i < cv_embedded_count && !file; i++)
        if (strncmp(cv_embedded_files[i].name, "assets/", 7) == 0) file = &cv_embedded_files[i];
    assert_non_null(file);
    char path[300];
    char header[100];
    (void)snprintf(path, sizeof path, "/%s", file->name);
    struct test_answer a = test_get(path, "");
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body_size, file->size);
    assert_string_equal(test_header(&a, "ETag"), file->etag);
    test_drop(&a);
    (void)snprintf(header, sizeof header, "If-None-Match: %s\r\n", file->etag);
    assert_status(test_get(path, header), 304);
    (void)snprintf(path, sizeof path, "/%s?v=%.*s", file->name, (int)strlen(file->etag) - 2,
                   file->etag + 1);
    a = test_get(path, "");
    assert_non_null(strstr(test_header(&a, "Cache-Control"), "immutable"));
    test_drop(&a);
    (void)snprintf(path, sizeof path, "/%s", file->name);
    assert_status(test_post(path, FORM, "a=1"), 404);
}

static void test_file__is_a_download_with_its_name(void **state)
{
    (void)state;
    struct test_answer a = test_get("/file", "");
    assert_string_equal(test_header(&a, "Content-Disposition"),
                        "attachment; filename=\"Tres_R__os.csv\"; "
                        "filename*=UTF-8''Tres%20R%C3%ADos.csv");
    assert_string_equal(a.body, "a,b\n");
    test_drop(&a);
}

static void test_greedy__request_is_refused_and_the_server_lives(void **state)
{
    (void)state;
    assert_status(test_get("/greedy", ""), 413);
    assert_status(test_get("/", ""), 200);
}

/* --- who may ------------------------------------------------------------------------------------
 */

static void test_role__without_a_session_leads_to_signing_in(void **state)
{
    (void)state;
    struct test_answer a = test_get("/steward", "");
    assert_int_equal(a.status, 303);
    assert_string_equal(test_header(&a, "Location"), "/sign-in");
    test_drop(&a);
    assert_status(test_get("/steward", ACCEPT), 401);
    assert_status(test_get("/steward", "Cookie: session=member\r\n"), 403);
    assert_status(test_get("/steward", "Cookie: a=b; session=steward\r\n"), 200);
    assert_status(test_get("/steward", "Cookie: xsession=steward\r\n"), 303);
}

static void test_csrf__token_is_wanted_where_there_is_a_session(void **state)
{
    (void)state;
    const char *cookie = FORM "Cookie: session=steward\r\n";
    assert_status(test_post("/move", cookie, ""), 403);
    assert_status(test_post("/move", cookie, "csrf=0f1e2d3c4b5a69788796a5b4c3d2e1f1"), 403);
    assert_status(test_post("/move", cookie, "csrf="), 403);
    assert_status(test_post("/move?csrf=" TEST_CSRF, cookie, ""), 403);
    assert_status(test_post("/move", cookie, "csrf=" TEST_CSRF), 303);
    struct test_answer page = test_get("/", ACCEPT "Cookie: session=steward\r\n");
    char masked[300];
    (void)snprintf(masked, sizeof masked, "csrf=%s", test_header(&page, "X-CSRF-Token"));
    assert_int_equal(strlen(masked), 5 + 4 * strlen(TEST_CSRF));
    test_drop(&page);
    assert_status(test_post("/move", cookie, masked), 303);
    assert_status(
        test_post("/move", FORM "Cookie: session=steward\r\nX-CSRF-Token: " TEST_CSRF "\r\n", ""),
        303);
}

static void test_origin__of_another_site_is_refused(void **state)
{
    (void)state;
    assert_status(test_post("/form", FORM "Sec-Fetch-Site: cross-site\r\n", "text=a"), 403);
    assert_status(test_post("/form", FORM "Sec-Fetch-Site: same-site\r\n", "text=a"), 403);
    assert_status(test_post("/form", FORM "Origin: https://evil.example\r\n", "text=a"), 403);
    assert_status(test_post("/form", FORM "Origin: null\r\n", "text=a"), 403);
    assert_status(
        test_post("/form", FORM "Origin: http://x\r\nSec-Fetch-Site: same-origin\r\n", "text=a"),
        200);
}

static void test_flash__is_shown_once_with_its_undo(void **state)
{
    (void)state;
    struct test_answer a =
        test_post("/move", FORM "Cookie: session=steward\r\n", "csrf=" TEST_CSRF);
    assert_string_equal(test_header(&a, "Location"), "/things/5");
    char cookie[2000];
    const char *set = test_header(&a, "Set-Cookie");
    assert_non_null(strstr(set, "; HttpOnly; SameSite=Lax"));
    (void)snprintf(cookie, sizeof cookie, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
    test_drop(&a);
    a = test_get("/", cookie);
    assert_non_null(strstr(test_header(&a, "Set-Cookie"), "flash=; Path=/; HttpOnly"));
    assert_non_null(strstr(test_header(&a, "Set-Cookie"), "Max-Age=0"));
    test_drop(&a);
}

/* --- forms --------------------------------------------------------------------------------------
 */

static void test_form__three_ways_give_the_same(void **state)
{
    (void)state;
    static const char *const wanted =
        "{\"text\":\"a b\\nc\",\"count\":3,\"colours\":[\"red\",\"blue\"],\"3]\":\"email\"}\n";
    struct test_answer a =
        test_post("/form", FORM ACCEPT,
                  "text=+a+b%0D%0Ac&count=3&colour=red&colour=blue&map%5B3%5D=email&=v&empty");
    assert_string_equal(a.body, wanted);
    test_drop(&a);
    a = test_post("/form", JSON,
                  "{\"text\":\" a b\\r\\nc\",\"count\":3,\"colour\":[\"red\",\"blue\"],"
                  "\"map\":{\"3\":\"email\"},\"off\":false,\"none\":null}");
    assert_string_equal(a.body, wanted);
    test_drop(&a);
    a = test_post("/form", "Content-Type: multipart/form-data; boundary=\"b-1\"\r\n" ACCEPT,
                  "--b-1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n a b\r\nc\r\n"
                  "--b-1\r\nContent-Disposition: form-data; name=\"count\"\r\n\r\n3\r\n"
                  "--b-1\r\ncontent-disposition: form-data; name=colour\r\n\r\nred\r\n"
                  "--b-1\r\nContent-Disposition: form-data; name=\"colour\"\r\n\r\nblue\r\n"
                  "--b-1\r\nContent-Disposition: form-data; name=\"map[3]\"\r\n\r\nemail\r\n"
                  "--b-1--\r\n");
    assert_string_equal(a.body, wanted);
    test_drop(&a);
}

static void test_form__that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    assert_status(test_post("/form", FORM, "text=a%00b"), 400);
    assert_status(test_post("/form", FORM, "te%00xt=a"), 400);
    assert_status(test_post("/form", FORM, "text=%ff"), 400);
    assert_status(test_post("/form", JSON, "{\"text\":"), 400);
    assert_status(test_post("/form", JSON, "[1]"), 400);
    assert_status(test_post("/form", JSON, "{\"text\":\"a\\u0000b\"}"), 400);
    assert_status(test_post("/form", "Content-Type: multipart/form-data\r\n", "x"), 400);
    assert_status(test_post("/form", "Content-Type: text/xml\r\n", "<a/>"), 415);
    assert_status(test_post("/form", "", "text=a"), 415);
}

static void test_form__problems_come_back_as_422(void **state)
{
    (void)state;
    struct test_answer a = test_post("/form", FORM ACCEPT, "wrong=ana");
    assert_int_equal(a.status, 422);
    assert_body(&a, "\"problems\":[{\"place\":\"row 3, email\",\"field\":\"email\","
                    "\"sentence\":\"\\\"ana\\\" has no @.\","
                    "\"remedy\":\"Write it like ana@example.org.\",\"line\":3}]");
    test_drop(&a);
}

static void test_upload__arrives_whole(void **state)
{
    (void)state;
    size_t size = 3000000;
    char *body = malloc(size + 1000);
    int head = snprintf(body, 900,
                        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" TEST_CSRF
                        "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                        "filename=\"C:\\fakepath\\Rost\"\"er \\\"1\\\".xlsx\"\r\n"
                        "Content-Type: application/zip\r\n\r\n");
    memset(body + head, 0, size);
    body[head] = 'P';
    memcpy(body + head + size, "\r\n--b--\r\n", 9);
    char request[500];
    size_t total = (size_t)head + size + 9;
    int request_size = snprintf(request, sizeof request,
                                "POST /upload HTTP/1.1\r\nHost: x\r\nCookie: session=member\r\n"
                                "Content-Type: multipart/form-data; boundary=b\r\n" ACCEPT
                                "Content-Length: %zu\r\n\r\n",
                                total);
    int fd = test_connect();
    test_send(fd, request, (size_t)request_size);
    test_send(fd, body, total);
    struct test_answer a = test_read(fd, false);
    assert_int_equal(a.status, 200);
    assert_body(&a, "\"file_size\":3000000,\"first\":\"P\"");
    test_drop(&a);
    (void)close(fd);
    free(body);
}

static void test_too_large__is_told_after_the_body_was_read_away(void **state)
{
    (void)state;
    size_t size = 2000000;
    char *body = calloc(1, size);
    char request[300];
    int fd = test_connect();
    int request_size =
        snprintf(request, sizeof request,
                 "POST /form HTTP/1.1\r\nHost: x\r\n" FORM "Content-Length: %zu\r\n\r\n", size);
    test_send(fd, request, (size_t)request_size);
    test_send(fd, body, size);
    struct test_answer a = test_read(fd, false);
    assert_int_equal(a.status, 413);
    test_drop(&a);
    test_say(fd, "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_status(test_read(fd, false), 200);
    (void)close(fd);
    /* Who asks for leave first is told at once. */
    assert_status(test_ask("POST /form HTTP/1.1\r\nHost: x\r\n" FORM
                           "Expect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n"),
                  413);
    /* Without a length the limit counts what came. */
    fd = test_connect();
    test_say(fd, "POST /form HTTP/1.1\r\nHost: x\r\n" FORM "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; i++) {
        test_say(fd, "2000\r\n");
        test_send(fd, body, 0x2000);
        test_say(fd, "\r\n");
    }
    test_say(fd, "0\r\n\r\n");
    assert_status(test_read(fd, false), 413);
    (void)close(fd);
    free(body);
}

/* The work of reading a form is done for those who may send it, and JSON is no way for files. */
static void test_upload__strangers_and_long_json_are_refused_unread(void **state)
{
    (void)state;
    assert_status(test_post("/upload", ACCEPT "Content-Type: application/json\r\n", "{"), 401);
    assert_status(test_ask("POST /upload HTTP/1.1\r\nHost: x\r\nCookie: session=member\r\n"
                           "Content-Type: application/json\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1000000\r\n\r\n"),
                  413);
}

static int set_up(void **state)
{
    (void)state;
    static const struct cv_log log = {.level = CV_LOG_ERROR};
    static const struct web_timing timing = {
        .silence_ms = 5000, .heartbeat_ms = 5000, .stop_ms = 2000, .tick_ms = 50};
    struct web_options options = {.listen = "127.0.0.1:0", .no_rate_limits = true, .log = &log};
    test_serve(&options, &timing);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_stop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page__is_html_with_the_frame),
        cmocka_unit_test(test_page__is_json_when_asked),
        cmocka_unit_test(test_path__parts_and_query_are_read),
        cmocka_unit_test(test_missing__is_404_with_a_remedy),
        cmocka_unit_test(test_method__that_the_path_does_not_take_is_405),
        cmocka_unit_test(test_head__has_the_heads_of_get_and_no_body),
        cmocka_unit_test(test_keep_alive__and_pipelining_answer_in_order),
        cmocka_unit_test(test_gzip__packs_what_is_long_when_accepted),
        cmocka_unit_test(test_asset__is_kept_and_asked_for_by_its_tag),
        cmocka_unit_test(test_file__is_a_download_with_its_name),
        cmocka_unit_test(test_greedy__request_is_refused_and_the_server_lives),
        cmocka_unit_test(test_upload__strangers_and_long_json_are_refused_unread),
        cmocka_unit_test(test_role__without_a_session_leads_to_signing_in),
        cmocka_unit_test(test_csrf__token_is_wanted_where_there_is_a_session),
        cmocka_unit_test(test_origin__of_another_site_is_refused),
        cmocka_unit_test(test_flash__is_shown_once_with_its_undo),
        cmocka_unit_test(test_form__three_ways_give_the_same),
        cmocka_unit_test(test_form__that_cannot_be_read_is_refused),
        cmocka_unit_test(test_form__problems_come_back_as_422),
        cmocka_unit_test(test_upload__arrives_whole),
        cmocka_unit_test(test_too_large__is_told_after_the_body_was_read_away),
    };
    return cmocka_run_group_tests_name("server", tests, set_up, tear_down);
}
