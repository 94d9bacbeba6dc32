/* Tests of cli: finding the verb, its options, and every mistake at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli_inside.h"

static const struct cli_option common[] = {
    {"--json", NULL, "as JSON"}, {"--data", "URL", "where"}, {0}};
static const struct cli_option find_options[] = {{"--count", "K", "how many"}, {0}};
static const struct cli_command commands[] = {
    {.words = "themes find", .options = find_options},
    {.words = "themes"},
    {.words = "import undo"},
    {.words = "import"},
    {0},
};
static const struct cli_command *const tables[] = {commands};

static cv_rc parse(struct cli_request *req, struct cv_arena *mem, int argc, char **argv)
{
    *req = (struct cli_request){.mem = mem};
    return cli_parse(req, argc, argv, tables, 1, common);
}
#define PARSE(...)                                                                                 \
    parse(&req, &mem, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),                     \
          (char *[]){__VA_ARGS__})

static void test_parse__longest_verb_wins(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cli_request req;
    assert_int_equal(PARSE("themes", "find", "--count", "8", "--json"), CV_OK);
    assert_string_equal(req.command->words, "themes find");
    assert_int_equal(cli_int(&req, "--count", 0, 1, 100), 8);
    assert_true(req.json);
    assert_int_equal(PARSE("import", "people", "--data=a.db", "--", "--odd.csv"), CV_OK);
    assert_string_equal(req.command->words, "import");
    assert_string_equal(cli_argument(&req, 1), "--odd.csv");
    assert_string_equal(cli_option(&req, "--data"), "a.db");
    assert_null(cli_argument(&req, 2));
    cv_arena_free(&mem);
}

static void test_parse__mistakes_name_the_nearest(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cli_request req;
    assert_int_equal(PARSE("themes", "find", "--cuont", "8", "--data"), CV_INVALID);
    assert_int_equal(req.problems.count, 2);
    assert_non_null(strstr(req.problems.items[0].remedy, "--count"));
    assert_string_equal(req.problems.items[1].sentence, "--data needs a value");
    assert_int_equal(PARSE("thmes", "find"), CV_INVALID);
    assert_null(req.command);
    assert_non_null(strstr(req.problems.items[0].remedy, "themes find"));
    cv_arena_free(&mem);
}

static void test_int__out_of_range_is_a_problem(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 1 << 20);
    struct cli_request req;
    const char *bad[] = {"0", "abc", "12x", "", "99999999999999999999", "101"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(PARSE("themes", "find", "--count", (char *)bad[i]), CV_OK);
        assert_int_equal(cli_int(&req, "--count", 5, 1, 100), 5);
        assert_int_equal(req.problems.count, 1);
        assert_int_equal(
            cli_fail(&(struct cli_request){.mem = &mem, .problems = cv_problems_new(&mem)},
                     CV_UNAVAILABLE),
            1);
    }
    cv_arena_free(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__longest_verb_wins),
        cmocka_unit_test(test_parse__mistakes_name_the_nearest),
        cmocka_unit_test(test_int__out_of_range_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
