/* parse: a command line to a verb with its options. Every mistake at once, with the nearest word.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli_inside.h"

struct tables {
    const struct cli_command *const *rows;
    size_t count;
};

/* How many of the command's words the arguments begin with; 0 unless all of them. */
static size_t words_matched(const char *words, int argc, char **argv)
{
    size_t matched = 0;
    for (const char *at = words; *at;) {
        size_t size = strcspn(at, " ");
        if ((int)matched >= argc) return 0;
        if (strlen(argv[matched]) != size || strncmp(argv[matched], at, size) != 0) return 0;
        matched++;
        at += size + (at[size] == ' ');
    }
    return matched;
}

static const struct cli_command *command_find(size_t *out_words, struct tables tables, int argc,
                                              char **argv)
{
    const struct cli_command *best = NULL;
    *out_words = 0;
    for (size_t t = 0; t < tables.count; t++) {
        for (const struct cli_command *c = tables.rows[t]; c && c->words; c++) {
            size_t matched = words_matched(c->words, argc, argv);
            if (matched > *out_words) {
                *out_words = matched;
                best = c;
            }
        }
    }
    return best;
}

static void problem_no_command(struct cli_request *req, struct tables tables, int argc, char **argv)
{
    const char *names[512];
    size_t count = 0;
    if (argc == 0) return; /* `convene help` asks for no verb */
    for (size_t t = 0; t < tables.count; t++)
        for (const struct cli_command *c = tables.rows[t]; c && c->words && count < 510; c++)
            names[count++] = c->words;
    names[count] = NULL;
    char *typed = cv_strdup(req->mem, argv[0]);
    if (argc > 1 && argv[1][0] != '-') typed = cv_sprintf(req->mem, "%s %s", argv[0], argv[1]);
    const char *near = cv_text_nearest(typed, names);
    if (!near) near = cv_text_nearest(argv[0], names);
    const char *remedy = near ? cv_sprintf(req->mem,
                                           "did you mean \"convene %s\"? "
                                           "\"convene help\" lists the verbs",
                                           near)
                              : "\"convene help\" lists the verbs";
    cv_problem(&req->problems, 0, NULL, remedy, "\"%s\" is not a verb of convene", typed);
}

static const struct cli_option *option_find(const struct cli_option *options, const char *name,
                                            size_t size)
{
    for (; options && options->name; options++)
        if (strlen(options->name) == size && strncmp(options->name, name, size) == 0)
            return options;
    return NULL;
}

static void problem_unknown_option(struct cli_request *req, const struct cli_option *common,
                                   const char *name)
{
    const char *names[128];
    size_t count = 0;
    for (const struct cli_option *o = req->command->options; o && o->name && count < 120; o++)
        names[count++] = o->name;
    for (const struct cli_option *o = common; o && o->name && count < 126; o++)
        names[count++] = o->name;
    names[count] = NULL;
    const char *near = cv_text_nearest(name, names);
    const char *remedy = cv_sprintf(req->mem, "%s%s%s\"convene %s --help\" lists the options",
                                    near ? "did you mean " : "", near ? near : "", near ? "? " : "",
                                    req->command->words);
    cv_problem(&req->problems, 0, name, remedy, "\"convene %s\" has no option %s",
               req->command->words, name);
}

static void option_take(struct cli_request *req, const struct cli_option *common, int argc,
                        char **argv, int *at)
{
    const char *word = argv[*at];
    size_t name_size = strcspn(word, "=");
    const struct cli_option *option = option_find(req->command->options, word, name_size);
    if (!option) option = option_find(common, word, name_size);
    if (!option) {
        problem_unknown_option(req, common, cv_strndup(req->mem, word, name_size));
        return;
    }
    const char *value = word[name_size] == '=' ? word + name_size + 1 : NULL;
    if (!option->value && value) {
        cv_problem(&req->problems, 0, option->name, "leave the value out", "%s takes no value",
                   option->name);
        return;
    }
    if (option->value && !value) {
        if (*at + 1 >= argc) {
            cv_problem(&req->problems, 0, option->name,
                       cv_sprintf(req->mem, "write %s %s", option->name, option->value),
                       "%s needs a value", option->name);
            return;
        }
        value = argv[++*at];
    }
    req->inside->given[req->inside->given_count++] =
        (struct cli_given){.name = option->name, .value = value ? value : ""};
}

cv_rc cli_parse(struct cli_request *req, int argc, char **argv,
                const struct cli_command *const *tables, size_t table_count,
                const struct cli_option *common)
{
    req->inside = CV_NEW(req->mem, struct cli_inside);
    req->inside->given = CV_NEW_ARRAY(req->mem, struct cli_given, argc + 1);
    req->inside->arguments = CV_NEW_ARRAY(req->mem, const char *, argc + 1);
    req->problems = cv_problems_new(req->mem);
    struct tables all = {.rows = tables, .count = table_count};
    size_t words = 0;
    req->command = command_find(&words, all, argc, argv);
    for (int i = 0; i < argc; i++) req->json = req->json || strcmp(argv[i], "--json") == 0;
    if (!req->command) {
        problem_no_command(req, all, argc, argv);
        return CV_INVALID;
    }
    bool only_arguments = false;
    for (int at = (int)words; at < argc; at++) {
        if (!cv_utf8_valid(argv[at], strlen(argv[at])))
            cv_problem(&req->problems, 0, NULL, "set the terminal to UTF-8",
                       "argument %d is not valid UTF-8", at + 1);
        else if (!only_arguments && strcmp(argv[at], "--") == 0)
            only_arguments = true;
        else if (!only_arguments && argv[at][0] == '-' && argv[at][1] == '-')
            option_take(req, common, argc, argv, &at);
        else
            req->inside->arguments[req->inside->argument_count++] = argv[at];
    }
    return req->problems.total_count > 0 ? CV_INVALID : CV_OK;
}

const char *cli_option_at(const struct cli_request *req, const char *name, size_t index)
{
    for (size_t i = 0; i < req->inside->given_count; i++)
        if (strcmp(req->inside->given[i].name, name) == 0 && index-- == 0)
            return req->inside->given[i].value;
    return NULL;
}

const char *cli_option(const struct cli_request *req, const char *name)
{
    const char *last = NULL;
    const char *value = NULL;
    for (size_t i = 0; (value = cli_option_at(req, name, i)) != NULL; i++) last = value;
    return last;
}

bool cli_switch(const struct cli_request *req, const char *name)
{
    return cli_option_at(req, name, 0) != NULL;
}

int64_t cli_int(struct cli_request *req, const char *name, int64_t absent, int64_t low,
                int64_t high)
{
    const char *text = cli_option(req, name);
    if (!text) return absent;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= low && value <= high) return value;
    cv_problem(&req->problems, 0, name,
               cv_sprintf(req->mem, "write a whole number from %" PRId64 " to %" PRId64, low, high),
               "\"%s\" is not a number that %s can take", text, name);
    return absent;
}

const char *cli_argument(const struct cli_request *req, size_t index)
{
    return index < req->inside->argument_count ? req->inside->arguments[index] : NULL;
}

size_t cli_argument_count(const struct cli_request *req)
{
    return req->inside->argument_count;
}
