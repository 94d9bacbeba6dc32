/* Tests of the embedded pages as a whole: every one compiles, puts values only where escaping makes
 * them safe, and stands in the frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "web/assets.h"
#include "web/pages.h"
#include "web/web.h"

static struct cv_arena mem;

static void print_problems(const struct cv_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct cv_problem *p = &problems->items[i];
        print_error("%s:%lld:%lld: %s %s\n", p->sheet ? p->sheet : "", (long long)p->line,
                    (long long)p->column, p->sentence, p->remedy ? p->remedy : "");
    }
}

static const struct web_pages *open_pages(void)
{
    struct cv_problems problems = cv_problems_new(&mem);
    const struct web_pages *pages = web_pages_open(&mem, &problems);
    print_problems(&problems);
    assert_non_null(pages);
    return pages;
}

static void test_pages__all_compile_and_put_values_in_safe_places(void **state)
{
    (void)state;
    const char *const *names = web_pages_list(open_pages());
    assert_non_null(names[0]);
}

static void test_pages__all_render_without_a_document(void **state)
{
    (void)state;
    const struct web_pages *pages = open_pages();
    json_t *nothing = json_object();
    for (const char *const *name = web_pages_list(pages); *name; name++) {
        struct cv_buf out = cv_buf_new(&mem, CV_LIMIT_PAGE_BYTES);
        assert_int_equal(web_pages_render(&out, pages, *name, nothing), CV_OK);
        if (strncmp(cv_buf_text(&out), "<!doctype html>", 15) != 0)
            fail_msg("%s does not begin with <!doctype html>", *name);
    }
    json_decref(nothing);
}

static void test_pages_render__alone_and_from_the_set_are_the_same(void **state)
{
    (void)state;
    json_t *document = json_pack("{s:{s:s}, s:s}", "page", "title", "Nothing <here>", "sentence",
                                 "There is no such page.");
    struct cv_buf out = cv_buf_new(&mem, CV_LIMIT_PAGE_BYTES);
    assert_int_equal(web_pages_render(&out, open_pages(), "web/pages/error.html", document), CV_OK);
    struct cv_problems problems = cv_problems_new(&mem);
    const char *text = NULL;
    size_t size = 0;
    assert_int_equal(web_render(&text, &size, &mem, "web/pages/error.html", document, &problems),
                     CV_OK);
    assert_int_equal(size, out.size);
    assert_string_equal(text, cv_buf_text(&out));
    assert_non_null(strstr(text, "Nothing &lt;here&gt;"));
    assert_int_equal(web_render(&text, &size, &mem, "web/pages/gone.html", document, &problems),
                     CV_NOT_FOUND);
    json_decref(document);
}

static void test_pages_render_text__finds_the_frame_and_tells_mistakes(void **state)
{
    (void)state;
    json_t *document = json_object();
    struct cv_problems problems = cv_problems_new(&mem);
    struct cv_buf out = cv_buf_new(&mem, CV_LIMIT_PAGE_BYTES);
    const char *page = "{{<_frame}}{{$main}}here{{/main}}{{/_frame}}";
    assert_int_equal(
        web_pages_render_text(&out, "mine.html", page, strlen(page), document, &problems), CV_OK);
    assert_non_null(strstr(cv_buf_text(&out), "here"));
    assert_int_equal(web_pages_render_text(&out, "mine.html", "{{#a}}", 6, document, &problems),
                     CV_INVALID);
    assert_string_equal(problems.items[0].sheet, "mine.html");
    json_decref(document);
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
        cmocka_unit_test(test_pages__all_compile_and_put_values_in_safe_places),
        cmocka_unit_test(test_pages__all_render_without_a_document),
        cmocka_unit_test(test_pages_render__alone_and_from_the_set_are_the_same),
        cmocka_unit_test(test_pages_render_text__finds_the_frame_and_tells_mistakes),
    };
    return cmocka_run_group_tests_name("pages", tests, set_up, tear_down);
}
