/* Tests of the parts that need no connection: router, JSON text, rates, CSRF, what a browser
 * accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "web/csrf.h"
#include "web/inside.h"
#include "web/json_text.h"

static struct cv_arena mem;

/* --- router -------------------------------------------------------------------------------------
 */

static cv_rc handle(struct web_request *req)
{
    (void)req;
    return CV_OK;
}

static const struct web_route routes[] = {
    {WEB_GET, "/", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/themes/new", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/themes/:id", ROLE_ANYONE, handle, NULL, 0},
    {WEB_POST, "/themes/:id", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/themes/:id/move", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/themes/:theme/statements/:statement", ROLE_ANYONE, handle, NULL, 0},
    {0},
};

static const char *matched(struct web_match *match, const char *path)
{
    const struct web_route *tables[] = {routes};
    struct web_router *router = web_router_compile(&mem, tables, 1);
    if (!web_router_match(match, router, &mem, path, strlen(path))) return "none";
    const struct web_route *route = match->by_method[WEB_GET];
    return route ? route->path : "POST only";
}

static void test_router__finds_parts_as_written_before_names(void **state)
{
    (void)state;
    struct web_match m;
    assert_string_equal(matched(&m, "/"), "/");
    assert_string_equal(matched(&m, "/themes/new"), "/themes/new");
    assert_null(m.by_method[WEB_POST]);
    assert_string_equal(matched(&m, "/themes/7"), "/themes/:id");
    assert_non_null(m.by_method[WEB_POST]);
    /* "new" leads nowhere here, so it is taken for a name after all. */
    assert_string_equal(matched(&m, "/themes/new/move"), "/themes/:id/move");
    assert_string_equal(web_match_value(&m, m.by_method[WEB_GET], "id"), "new");
    assert_string_equal(matched(&m, "/themes/3/statements/caf%C3%A9"),
                        "/themes/:theme/statements/:statement");
    assert_string_equal(web_match_value(&m, m.by_method[WEB_GET], "theme"), "3");
    assert_string_equal(web_match_value(&m, m.by_method[WEB_GET], "statement"), "café");
    assert_null(web_match_value(&m, m.by_method[WEB_GET], "state"));
    static const char *const none[] = {"",
                                       "themes",
                                       "/themes",
                                       "//",
                                       "/themes/",
                                       "/themes//",
                                       "/themes/%0a",
                                       "/themes/%c3",
                                       "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_string_equal(matched(&m, none[i]), "none");
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void test_json__is_what_the_library_would_write(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"a\":null,\"b\":true,\"c\":false,\"d\":[1,-2,0],\"e\":{\"f\":\"g\"}}",
        "[\"\",\"\\\"\\\\/\",\"\\n\\t\\r\\u0001\\u001f\",\"Ríos – \\ud83d\\ude00\"]",
        "[9223372036854775807,-9223372036854775808]",
        "[0.5,-1.25,1e+300,0.1]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *value = json_loads(texts[i], 0, NULL);
        assert_non_null(value);
        struct cv_buf buf = cv_buf_new(&mem, 1 << 16);
        web_json_put(&buf, value);
        json_t *again = json_loads(cv_buf_text(&buf), 0, NULL);
        assert_true(json_equal(value, again));
        json_decref(again);
        json_decref(value);
    }
    json_t *value = json_pack("[f, f, s]", 2.0, 0.1, "\x01\n\"");
    struct cv_buf buf = cv_buf_new(&mem, 1 << 16);
    web_json_put(&buf, value);
    assert_string_equal(cv_buf_text(&buf), "[2.0,0.1,\"\\u0001\\n\\\"\"]");
    json_decref(value);
}

/* --- rates --------------------------------------------------------------------------------------
 */

static void test_rate__runs_out_and_refills(void **state)
{
    (void)state;
    struct web_rate *rate = web_rate_new(&mem);
    struct web_rate_key a;
    struct web_rate_key b;
    int wait_s = 0;
    assert_true(web_rate_key_read(&a, "2001:db8::1"));
    assert_true(web_rate_key_read(&b, "2001:db8::2"));
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(web_rate_key_read(&b, "192.0.2.7"));
    assert_false(web_rate_key_read(&b, "192.0.2.7:80"));
    assert_true(web_rate_key_read(&b, "::ffff:192.0.2.7"));
    for (int i = 0; i < CV_LIMIT_RATE_SLOW; i++)
        assert_true(web_rate_take(&wait_s, rate, &a, WEB_RATE_SLOW, 1000));
    assert_false(web_rate_take(&wait_s, rate, &a, WEB_RATE_SLOW, 1000));
    assert_int_equal(wait_s, 13);
    assert_true(web_rate_take(&wait_s, rate, &b, WEB_RATE_SLOW, 1000));
    assert_true(web_rate_take(&wait_s, rate, &a, WEB_RATE_READ, 1000));
    assert_false(web_rate_take(&wait_s, rate, &a, WEB_RATE_SLOW, 1000 + 11000));
    assert_true(web_rate_take(&wait_s, rate, &a, WEB_RATE_SLOW, 1000 + 13000));
    assert_false(web_rate_take(&wait_s, rate, &a, WEB_RATE_SLOW, 1000 + 13000));
    web_rate_free(rate);
}

/* A flood of other addresses does not give somebody new tries while they keep trying. */
static void test_rate__flood_does_not_forget_who_is_busy(void **state)
{
    (void)state;
    struct web_rate *rate = web_rate_new(&mem);
    struct web_rate_key busy = {.bytes = {1}};
    int wait_s = 0;
    int64_t now_ms = 1000;
    int got = 0;
    for (int i = 0; i < 20000; i++, now_ms++) {
        struct web_rate_key other = {.bytes = {2, (unsigned char)i, (unsigned char)(i >> 8)}};
        (void)web_rate_take(&wait_s, rate, &other, WEB_RATE_SLOW, now_ms);
        got += web_rate_take(&wait_s, rate, &busy, WEB_RATE_SLOW, now_ms);
    }
    /* Ten at once and one every 12 s. */
    assert_int_equal(got, CV_LIMIT_RATE_SLOW + 20000 / 12000);
    web_rate_free(rate);
}

/* --- CSRF and encodings -------------------------------------------------------------------------
 */

static void test_csrf__mask_changes_and_matches(void **state)
{
    (void)state;
    const char *token = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    const char *a = web_csrf_mask(&mem, token);
    const char *b = web_csrf_mask(&mem, token);
    assert_string_not_equal(a, b);
    assert_true(web_csrf_matches(token, a) && web_csrf_matches(token, b));
    assert_true(web_csrf_matches(token, token));
    char *wrong = cv_strdup(&mem, a);
    wrong[100] = wrong[100] == '0' ? '1' : '0';
    assert_false(web_csrf_matches(token, wrong));
    assert_false(web_csrf_matches(token, ""));
    assert_false(web_csrf_matches(token, "zz"));
    assert_false(web_csrf_matches(token, cv_sprintf(&mem, "%s00", a)));
    assert_true(web_csrf_same_site(NULL, NULL, "x"));
    assert_true(web_csrf_same_site("same-origin", "https://x:8", "x:8"));
    assert_true(web_csrf_same_site("none", NULL, "x"));
    assert_false(web_csrf_same_site("cross-site", NULL, "x"));
    assert_false(web_csrf_same_site(NULL, "https://x.evil", "x"));
    assert_false(web_csrf_same_site(NULL, "x", "x"));
}

static void test_pack__reads_what_is_accepted(void **state)
{
    (void)state;
    assert_true(web_pack_is_accepted("gzip"));
    assert_true(web_pack_is_accepted("deflate, GZIP;q=0.5"));
    assert_false(web_pack_is_accepted("gzip;q=0"));
    assert_false(web_pack_is_accepted("gzip; q=0.000, br"));
    assert_false(web_pack_is_accepted("xgzip, gzipx"));
    assert_false(web_pack_is_accepted(NULL));
    assert_false(web_pack_is_accepted(""));
}

/* --- speed, printed beside the library -----------------------------------------------------------
 */

static void test_json__speed_is_printed(void **state)
{
    (void)state;
    json_t *rows = json_array();
    for (int i = 0; i < 300; i++)
        json_array_append_new(rows, json_pack("{s:i, s:s, s:s, s:b, s:f}", "id", i, "name",
                                              "Rosario Quintero", "place", "Orchard City",
                                              "is_waiting", i % 2, "fit", i / 7.0));
    double from_s = cv_monotonic_s();
    size_t size = 0;
    for (int i = 0; i < 50; i++) {
        struct cv_arena own;
        cv_arena_init(&own, 1 << 24);
        struct cv_buf buf = cv_buf_new(&own, 1 << 22);
        web_json_put(&buf, rows);
        size = buf.size;
        cv_arena_free(&own);
    }
    double ours_s = cv_monotonic_s() - from_s;
    from_s = cv_monotonic_s();
    for (int i = 0; i < 50; i++) free(json_dumps(rows, JSON_COMPACT));
    double theirs_s = cv_monotonic_s() - from_s;
    print_message("%zu bytes of JSON: ours %.0f us, json_dumps %.0f us\n", size, ours_s * 2e4,
                  theirs_s * 2e4);
    json_decref(rows);
}

static int set_up(void **state)
{
    (void)state;
    cv_arena_init(&mem, 256 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cv_arena_free(&mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router__finds_parts_as_written_before_names),
        cmocka_unit_test(test_json__is_what_the_library_would_write),
        cmocka_unit_test(test_rate__runs_out_and_refills),
        cmocka_unit_test(test_rate__flood_does_not_forget_who_is_busy),
        cmocka_unit_test(test_csrf__mask_changes_and_matches),
        cmocka_unit_test(test_pack__reads_what_is_accepted),
        cmocka_unit_test(test_json__speed_is_printed),
    };
    return cmocka_run_group_tests_name("wire", tests, set_up, tear_down);
}
