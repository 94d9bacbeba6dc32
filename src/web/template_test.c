/* Tests of the template language: each shows the text beside what it becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "web/template.h"

struct shelf {
    const char *const *parts; /* name, text, name, text, …, NULL */
    const char *page;
};

static const char *shelf_source(void *context, size_t *out_size, const char **out_name,
                                const char *name, const char *from)
{
    const struct shelf *shelf = context;
    const char *text = NULL;
    if (!from) text = shelf->page;
    for (const char *const *p = shelf->parts; from && p && *p; p += 2)
        if (strcmp(p[0], name) == 0) *out_name = p[0], text = p[1];
    if (text) *out_size = strlen(text);
    return text;
}

static const char *shelf_asset(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "a.css") == 0 ? "/assets/a.css?v=1" : NULL;
}

static struct cv_arena mem;

static int set_up(void **state)
{
    (void)state;
    cv_arena_init(&mem, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cv_arena_free(&mem);
    return 0;
}

static const char *render_parts(const char *page, const char *const *parts, const char *document)
{
    struct shelf shelf = {parts, page};
    struct web_templates set = web_templates_new(&mem, shelf_source, shelf_asset, &shelf);
    struct cv_problems problems = cv_problems_new(&mem);
    const struct web_template *t = web_templates_get(&set, "page", &problems);
    if (!t) return cv_sprintf(&mem, "problem: %s", problems.items[0].sentence);
    json_t *data = json_loads(document, JSON_DECODE_ANY, NULL);
    assert_non_null(data);
    struct cv_buf out = cv_buf_new(&mem, 1 << 20);
    cv_rc rc = web_template_render(&out, t, data);
    json_decref(data);
    return rc == CV_OK ? cv_buf_text(&out) : cv_rc_name(rc);
}

static void assert_renders(const char *page, const char *document, const char *expected)
{
    assert_string_equal(render_parts(page, NULL, document), expected);
}

static void test_template_value__is_escaped_for_text_and_quotes(void **state)
{
    (void)state;
    const char *nasty = "{\"x\":\"<b onclick='a' title=\\\"q\\\"> & co\"}";
    assert_renders("<p title=\"{{x}}\">{{x}}</p>", nasty,
                   "<p title=\"&lt;b onclick=&#39;a&#39; title=&quot;q&quot;&gt; &amp; co\">"
                   "&lt;b onclick=&#39;a&#39; title=&quot;q&quot;&gt; &amp; co</p>");
    assert_renders("{{{x}}}|{{&x}}", "{\"x\":\"<i>\"}", "<i>|<i>");
    assert_renders("{{x}}", "{\"x\":\"Peñón 学校\"}", "Peñón 学校");
}

static void test_template_value__every_json_kind(void **state)
{
    (void)state;
    assert_renders("{{a}} {{b}} {{c}} {{d}} {{e}}|{{f}}",
                   "{\"a\":12,\"b\":-3.25,\"c\":true,\"d\":false,\"e\":null}", "12 -3.25 true  |");
    assert_renders("{{ a . }}", "{\"a\":1}", "problem: A name in a tag is one word.");
    assert_renders("[{{a}}]", "{\"a\":[1,2]}", "[]");
    assert_renders("[{{ a.b.c }}]", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "[deep]");
    assert_renders("[{{a.x.c}}]", "{\"a\":{\"b\":1},\"x\":{\"c\":2}}", "[]");
}

static void test_template_section__rows_and_what_counts_as_nothing(void **state)
{
    (void)state;
    const char *page = "{{#x}}+{{/x}}{{^x}}-{{/x}}";
    static const char *const nothing[] = {"{}",         "{\"x\":null}", "{\"x\":false}",
                                          "{\"x\":[]}", "{\"x\":\"\"}", "{\"x\":0}",
                                          "{\"x\":0.0}"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_renders(page, nothing[i], "-");
    assert_renders(page, "{\"x\":[0,0,0]}", "+++");
    assert_renders(page, "{\"x\":\"0\"}", "+");
    assert_renders(page, "{\"x\":{}}", "+");
    assert_renders("{{#people}}{{name}} of {{town}};{{/people}}",
                   "{\"town\":\"Riverbend\",\"people\":[{\"name\":\"Ana\"},{\"name\":\"Luz\","
                   "\"town\":\"Harlan\"}]}",
                   "Ana of Riverbend;Luz of Harlan;");
    assert_renders("{{#x}}{{#.}}{{.}},{{/.}};{{/x}}", "{\"x\":[[1,2],[3]]}", "1,2,;3,;");
    assert_renders("{{#lede}}<p>{{lede}}</p>{{/lede}}", "{\"lede\":\"So\"}", "<p>So</p>");
}

static void test_template_lines__a_tag_alone_takes_its_line(void **state)
{
    (void)state;
    assert_renders("a\n  {{#x}}  \n  b\n{{/x}}\nc\n", "{\"x\":true}", "a\n  b\nc\n");
    assert_renders("a\r\n{{! note }}\r\nb", "{}", "a\r\nb");
    assert_renders("a {{! note }}\nb", "{}", "a \nb");
    assert_renders("  {{^x}}\nin\n  {{/x}}", "{}", "in\n");
    assert_renders(" {{x}} \n", "{\"x\":1}", " 1 \n");
}

static void test_template_delimiters__change_until_the_end_of_the_text(void **state)
{
    (void)state;
    static const char *const parts[] = {"p", "{{x}}", NULL};
    const char *page = "{{=<% %>=}}{{x}} <%x%> <%={{ }}=%>{{x}}";
    assert_string_equal(render_parts(page, NULL, "{\"x\":7}"), "{{x}} 7 7");
    assert_string_equal(render_parts("{{=| |=}}|>p||x|", parts, "{\"x\":7}"), "77");
    assert_renders("{{=<%=}}", "{}", "problem: These are not two delimiters.");
    assert_renders("{{=123456789 }=}}", "{}", "problem: These are not two delimiters.");
}

static void test_template_part__takes_the_indentation_and_may_repeat_itself(void **state)
{
    (void)state;
    static const char *const parts[] = {"li", "<li>\n{{n}}</li>\n", "tree",
                                        "({{n}}{{#kids}}{{>tree}}{{/kids}})", NULL};
    assert_string_equal(render_parts("<ul>\n  {{> li }}\n</ul>", parts, "{\"n\":1}"),
                        "<ul>\n  <li>\n  1</li>\n</ul>");
    assert_string_equal(render_parts("a {{>li}} b", parts, "{\"n\":1}"), "a <li>\n1</li>\n b");
    const char *tree = "{\"n\":1,\"kids\":[{\"n\":2,\"kids\":[]},{\"n\":3,\"kids\":[{\"n\":4,"
                       "\"kids\":0}]}]}";
    assert_string_equal(render_parts("{{>tree}}", parts, tree), "(1(2)(3(4)))");
    assert_renders("{{>gone}}", "{}", "problem: There is no part called \"gone\".");
}

static void test_template_parent__blocks_are_replaced_outermost_first(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "frame", "<{{$title}}none{{/title}}|{{$main}}empty{{/main}}>", "wide",
        "{{<frame}}{{$title}}wide{{/title}}{{$main}}[{{$inner}}?{{/inner}}]{{/main}}{{/frame}}",
        NULL};
    assert_string_equal(render_parts("{{<frame}}{{/frame}}", parts, "{}"), "<none|empty>");
    assert_string_equal(
        render_parts("{{<frame}} left out {{$main}}{{x}}{{/main}}{{/frame}}", parts, "{\"x\":5}"),
        "<none|5>");
    assert_string_equal(
        render_parts("{{<wide}}{{$inner}}in{{/inner}}{{$title}}mine{{/title}}{{/wide}}", parts,
                     "{}"),
        "<mine|[in]>");
    assert_string_equal(render_parts("{{<frame}}{{$main}}1{{/main}}{{/frame}}"
                                     "{{<frame}}{{$title}}2{{/title}}{{/frame}}",
                                     parts, "{}"),
                        "<none|1><2|empty>");
}

static void test_template_asset__becomes_its_address(void **state)
{
    (void)state;
    assert_renders("<link href=\"{{@a.css}}\">", "{}", "<link href=\"/assets/a.css?v=1\">");
    assert_renders("{{@b.css}}", "{}", "problem: There is no asset called \"b.css\".");
}

static void assert_mistake(const char *page, int64_t line, int64_t column, const char *sentence)
{
    struct shelf shelf = {NULL, page};
    struct web_templates set = web_templates_new(&mem, shelf_source, NULL, &shelf);
    struct cv_problems problems = cv_problems_new(&mem);
    assert_null(web_templates_get(&set, "page", &problems));
    assert_true(problems.count > 0);
    assert_string_equal(problems.items[0].sentence, sentence);
    assert_string_equal(problems.items[0].sheet, "page");
    assert_int_equal(problems.items[0].line, line);
    assert_int_equal(problems.items[0].column, column);
    assert_non_null(problems.items[0].remedy);
}

static void test_template_mistakes__are_told_with_their_place(void **state)
{
    (void)state;
    assert_mistake("ab\n {{name", 2, 2, "This tag is not closed.");
    assert_mistake("{{{name}}", 1, 1, "This tag is not closed.");
    assert_mistake("x\ny {{#a}}", 2, 3, "\"a\" is opened here and never closed.");
    assert_mistake("{{/a}}", 1, 1, "\"a\" is closed here but not open.");
    assert_mistake("{{#a}}\n{{/b}}", 2, 1,
                   "\"b\" is closed here but \"a\" is the one that is open.");
    assert_mistake("{{}}", 1, 1, "This tag has no name.");
    assert_mistake("{{a b}}", 1, 1, "A name in a tag is one word.");
    assert_mistake("{{a..b}}", 1, 1, "This name has a dot at its edge or two in a row.");
    assert_mistake("{{.a}}", 1, 1, "This name has a dot at its edge or two in a row.");
}

static void test_template_mistakes__all_at_once(void **state)
{
    (void)state;
    struct shelf shelf = {NULL, "{{a b}}{{/x}}{{>gone}}{{#y}}"};
    struct web_templates set = web_templates_new(&mem, shelf_source, NULL, &shelf);
    struct cv_problems problems = cv_problems_new(&mem);
    assert_null(web_templates_get(&set, "page", &problems));
    assert_int_equal(problems.total_count, 4);
}

static char *repeated(const char *text, int times)
{
    struct cv_buf out = cv_buf_new(&mem, 1 << 20);
    for (int i = 0; i < times; i++) cv_buf_puts(&out, text);
    return cv_strdup(&mem, cv_buf_text(&out));
}

static void test_template_bombs__end_with_a_problem_or_too_large(void **state)
{
    (void)state;
    char *deep = cv_sprintf(&mem, "%sx%s", repeated("{{#a}}", 40), repeated("{{/a}}", 40));
    assert_renders(deep, "{\"a\":true}", "problem: Sections are nested too deep here.");
    static const char *const endless[] = {"p",     "{{>p}}",
                                          "q",     "\n  {{>q}}\n",
                                          "twice", "{{#a}}{{>twice}}{{>twice}}{{/a}}",
                                          "b",     "{{<b}}{{$x}}{{/x}}{{/b}}",
                                          NULL};
    assert_string_equal(render_parts("{{>p}}", endless, "{}"), "too_large");
    assert_string_equal(render_parts("{{>q}}", endless, "{}"),
                        "problem: Parts are nested too deep here.");
    assert_string_equal(render_parts("{{>twice}}", endless, "{\"a\":true}"), "too_large");
    assert_string_equal(render_parts("{{>b}}", endless, "{}"), "too_large");
    assert_renders("{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}"
                   "{{/a}}",
                   "{\"a\":[1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10]}", "too_large");
    const char *page = cv_sprintf(&mem, "{{#a}}%s{{/a}}", repeated("long text ", 50));
    char *rows = repeated("1,", 4000);
    assert_renders(page, cv_sprintf(&mem, "{\"a\":[%s1]}", rows), "too_large");
}

static size_t check_count(const char *page, const char **out_sentence)
{
    struct cv_problems problems = cv_problems_new(&mem);
    web_template_check(&problems, "page", page, strlen(page));
    *out_sentence = problems.count ? problems.items[0].sentence : "";
    return problems.total_count;
}

static void test_template_check__refuses_values_in_unsafe_places(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "<p>{{{x}}}</p>",
        "<p>{{&x}}</p>",
        "<p class={{x}}>",
        "<p {{x}}>",
        "<p class=a{{x}}>",
        "<{{x}}>",
        "<a onclick=\"go('{{x}}')\">",
        "<p style=\"width:{{x}}%\">",
        "<script>var a = \"{{x}}\"</script>",
        "<script src=\"a.js\"> {{x}}",
        "<style>{{x}}</style>",
        "<!-- {{x}} -->",
        "<a href=\"{{x}}\">",
        "<a href='{{person.site}}'>",
        "<form ACTION=\"{{curl}}\">",
        "{{=<% %>=}}",
    };
    const char *sentence;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (check_count(refused[i], &sentence) == 0) fail_msg("not refused: %s", refused[i]);
}

static void test_template_check__lets_safe_places_pass(void **state)
{
    (void)state;
    static const char *const fine[] = {
        "<p>{{x}} 1 < 2 {{y}}</p>",
        "<p class=\"a {{x}}\"{{#on}} hidden{{/on}} data-x='{{x}}'>{{x}}</p>",
        "<a href=\"{{url}}\"><a href=\"{{undo_url}}\"><a href=\"{{page.url}}\">",
        "<a href=\"/people/{{id}}\"><a href=\"{{@a.css}}#{{x}}\">",
        "<script src=\"{{@a.js}}\" defer></script><p>{{x}}</p>",
        "<!-- note --><p>{{x}}</p>{{! {{{raw}}",
        "<input value=\"{{x}}\" required>{{x}}<br/>{{x}}",
    };
    const char *sentence;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (check_count(fine[i], &sentence)) fail_msg("%s: %s", fine[i], sentence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_template_value__is_escaped_for_text_and_quotes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_template_value__every_json_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_section__rows_and_what_counts_as_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_lines__a_tag_alone_takes_its_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_template_delimiters__change_until_the_end_of_the_text,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_template_part__takes_the_indentation_and_may_repeat_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_parent__blocks_are_replaced_outermost_first,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_asset__becomes_its_address, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_template_mistakes__are_told_with_their_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_template_mistakes__all_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_bombs__end_with_a_problem_or_too_large,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_check__refuses_values_in_unsafe_places,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_template_check__lets_safe_places_pass, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
