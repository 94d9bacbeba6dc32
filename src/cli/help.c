/* help: the same rows that parse a command line explain it, on the terminal and as a man page. */
#include <stdio.h>
#include <string.h>

#include "cli/cli_inside.h"

static void put_wrapped(const char *text, int indent, int width)
{
    int at = indent;
    while (*text) {
        int size = (int)strcspn(text, " ");
        if (at > indent && at + 1 + size > width) {
            cli_say("\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            cli_say(" ");
            at++;
        }
        cli_say("%.*s", size, text);
        at += size;
        text += size;
        text += strspn(text, " ");
    }
    cli_say("\n");
}

static const char *spaced(const struct cli_command *command)
{
    return command->arguments && command->arguments[0] ? " " : "";
}

static bool begins_with(const char *words, const char *first)
{
    size_t size = first ? strlen(first) : 0;
    return size == 0 || (strncmp(words, first, size) == 0 && (!words[size] || words[size] == ' '));
}

bool cli_help_some(const struct cli_command *const *tables, size_t table_count, const char *first)
{
    size_t shown = 0;
    for (size_t t = 0; t < table_count; t++) {
        for (const struct cli_command *c = tables[t]; c && c->words; c++) {
            if (!begins_with(c->words, first)) continue;
            if (shown++ == 0 && first)
                cli_say("usage: convene %s … [arguments] [options]\n\n", first);
            cli_say("  %-20s ", c->words);
            put_wrapped(c->summary, 23, 96);
        }
    }
    if (shown > 0 && first) cli_say("\n\"convene VERB --help\" tells more.\n");
    return shown > 0;
}

void cli_help_all(const struct cli_command *const *tables, size_t table_count)
{
    cli_say(
        "convene: growing collective leadership. From a roster and what people wrote to themes\n"
        "and small mixed collectives, on the terminal and in the browser.\n\n"
        "usage: convene VERB [arguments] [options]\n\n");
    (void)cli_help_some(tables, table_count, NULL);
    cli_say("\n\"convene VERB --help\" tells more. \"convene help\" shows this page, "
            "\"convene man\" the manual.\n"
            "Exit codes: 0 done, 1 the world failed, 2 the input was wrong.\n");
}

static void help_options(const struct cli_option *options)
{
    for (; options && options->name; options++) {
        char left[64];
        (void)snprintf(left, sizeof left, "%s%s%s", options->name, options->value ? " " : "",
                       options->value ? options->value : "");
        cli_say("  %-24s ", left);
        put_wrapped(options->help, 27, 96);
    }
}

void cli_help(const struct cli_command *command, const struct cli_option *common)
{
    cli_say("usage: convene %s%s%s [options]\n\n", command->words, spaced(command),
            command->arguments ? command->arguments : "");
    put_wrapped(command->summary, 0, 96);
    if (command->details) {
        cli_say("\n");
        put_wrapped(command->details, 0, 96);
    }
    if (command->options) {
        cli_say("\noptions:\n");
        help_options(command->options);
    }
    cli_say("\nfor every verb:\n");
    help_options(common);
}

/* Escapes what troff would take for a command: backslashes, and dots and quotes at the start of a
 * line. */
static void man_text(const char *text)
{
    if (*text == '.' || *text == '\'') cli_say("\\&");
    for (; *text; text++) {
        if (*text == '\\')
            cli_say("\\e");
        else if (*text == '-')
            cli_say("\\-");
        else
            cli_say("%c", *text);
    }
}

static void man_options(const struct cli_option *options)
{
    for (; options && options->name; options++) {
        cli_say(".TP\n.B ");
        man_text(options->name);
        if (options->value) cli_say(" \\fI%s\\fR", options->value);
        cli_say("\n");
        man_text(options->help);
        cli_say("\n");
    }
}

void cli_man_page(const struct cli_command *const *tables, size_t table_count,
                  const struct cli_option *common)
{
    cli_say(".TH CONVENE 1 \"\" \"convene %s\" \"User Commands\"\n", CONVENE_VERSION);
    cli_say(".SH NAME\nconvene \\- software for growing collective leadership\n");
    cli_say(".SH SYNOPSIS\n.B convene\n.I VERB\n[arguments] [options]\n.SH VERBS\n");
    for (size_t t = 0; t < table_count; t++) {
        for (const struct cli_command *c = tables[t]; c && c->words; c++) {
            cli_say(".SS convene ");
            man_text(c->words);
            cli_say("%s", spaced(c));
            man_text(c->arguments ? c->arguments : "");
            cli_say("\n");
            man_text(c->summary);
            cli_say("\n");
            if (c->details) {
                cli_say(".PP\n");
                man_text(c->details);
                cli_say("\n");
            }
            man_options(c->options);
        }
    }
    cli_say(".SH OPTIONS OF EVERY VERB\n");
    man_options(common);
    cli_say(".SH EXIT STATUS\n0 done, 1 the world failed (disk, database, network), 2 the input "
            "was wrong.\n");
}
