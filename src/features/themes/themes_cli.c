/* themes_cli: finding, looking and correcting, on the terminal. Themes go by number or name. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/themes/themes_internal.h"

static const char *text_in(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static long long int_in(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

static struct themes_step step_of(struct cli_request *req)
{
    return (struct themes_step){
        .db = req->db, .mem = req->mem, .now_s = req->now_s, .problems = &req->problems};
}

static cv_rc theme_argument(int64_t *out, struct cli_request *req, size_t at)
{
    const char *word = cli_argument(req, at);
    if (word) return themes_named(out, req->db, req->mem, word, &req->problems);
    cv_problem(&req->problems, 0, NULL, "Add its number or its name.", "No theme was named.");
    return CV_INVALID;
}

static cv_rc statement_argument(int64_t *out, struct cli_request *req, size_t at)
{
    const char *word = cli_argument(req, at);
    char *end = NULL;
    *out = word ? strtoll(word, &end, 10) : 0;
    if (word && *word && *end == '\0' && *out > 0) return CV_OK;
    cv_problem(&req->problems, 0, NULL, "Statements go by number (convene themes unsure, show).",
               "\"%s\" is no number of a statement.", word ? word : "");
    return CV_INVALID;
}

/* --- looking -------------------------------------------------------------------------------------
 */

static const char *joined(const json_t *words, struct cv_arena *mem)
{
    const char *text = "";
    for (size_t i = 0; i < json_array_size(words); i++)
        text = cv_sprintf(mem, "%s%s%s", text, i ? ", " : "",
                          json_string_value(json_array_get(words, i)));
    return text;
}

static void list_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {
        "No=id",         "Theme=name",      "Statements=statements",
        "Voices=people", "Key words=words", "State=state"};
    json_t *rows = json_array();
    size_t i;
    json_t *theme;
    json_array_foreach(json_object_get(document, "themes"), i, theme)
    {
        const char *english = joined(json_object_get(theme, "words_en"), req->mem);
        const char *spanish = joined(json_object_get(theme, "words_es"), req->mem);
        const char *words = *english && *spanish ? cv_sprintf(req->mem, "%s · %s", english, spanish)
                                                 : (*english ? english : spanish);
        json_array_append_new(rows, json_pack("{s:O, s:O, s:O, s:O, s:s, s:O}", "id",
                                              json_object_get(theme, "id"), "name",
                                              json_object_get(theme, "name"), "statements",
                                              json_object_get(theme, "statement_count"), "people",
                                              json_object_get(theme, "people_text"), "words", words,
                                              "state", json_object_get(theme, "state")));
    }
    if (json_array_size(rows) > 0) cli_table(req, rows, columns, 6);
    json_decref(rows);
    cli_say("\n%s\n", text_in(json_object_get(document, "page"), "lede"));
}

static int answer_board(struct cli_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_board_document(&document, req->db, req->mem, true);
    return rc == CV_OK ? cli_answer(req, document, list_text) : cli_fail(req, rc);
}

static void say_statements(const json_t *statements)
{
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)statements, i, row)
    {
        const char *kept = json_is_true(json_object_get(row, "is_pinned")) ? ", kept by hand" : "";
        const char *unsure = json_is_object(json_object_get(row, "band")) ? ", unsure" : "";
        cli_say("%6lld  %s\n        %s%s%s\n", int_in(row, "id"), text_in(row, "text"),
                text_in(row, "by"), kept, unsure);
    }
}

static void show_text(struct cli_request *req, const json_t *document)
{
    const json_t *theme = json_object_get(document, "theme");
    const char *spanish = joined(json_object_get(theme, "words_es"), req->mem);
    cli_say("%s\n%s\n\n", text_in(theme, "name"),
            text_in(json_object_get(document, "page"), "lede"));
    cli_say("Key words: %s%s%s\n", joined(json_object_get(theme, "words_en"), req->mem),
            *spanish ? " · " : "", spanish);
    if (*text_in(theme, "joined"))
        cli_say("Read as one across languages: %s\n", text_in(theme, "joined"));
    cli_say("\n");
    say_statements(json_object_get(theme, "statements"));
}

static int run_show(struct cli_request *req)
{
    int64_t id = 0;
    json_t *document = NULL;
    cv_rc rc = theme_argument(&id, req, 0);
    if (rc == CV_OK) rc = themes_show_document(&document, req->db, req->mem, id, 0, true, true);
    return rc == CV_OK ? cli_answer(req, document, show_text) : cli_fail(req, rc);
}

static void unsure_text(struct cli_request *req, const json_t *document)
{
    cli_say("%s\n%s\n\n", text_in(json_object_get(document, "page"), "title"),
            text_in(json_object_get(document, "page"), "lede"));
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(document, "statements"), i, row)
    {
        cli_say("%6lld  %s\n        ", int_in(row, "id"), text_in(row, "text"));
        size_t k;
        json_t *choice;
        json_array_foreach(json_object_get(row, "choices"), k, choice)
            cli_say("%s%lld %s", k ? " or " : "", int_in(choice, "id"), text_in(choice, "name"));
        cli_say("\n        %s\n", text_in(row, "why"));
    }
    if (json_is_object(json_object_get(document, "pager")))
        cli_say("\n%s\n", text_in(json_object_get(document, "pager"), "text"));
    (void)req;
}

static int run_unsure(struct cli_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_list_document(&document, req->db, req->mem, STATEMENTS_UNSURE, "", 0, true);
    return rc == CV_OK ? cli_answer(req, document, unsure_text) : cli_fail(req, rc);
}

/* --- finding -------------------------------------------------------------------------------------
 */

static void difference_text(struct cli_request *req, const json_t *document)
{
    cli_say("%s\n\n", text_in(json_object_get(document, "page"), "lede"));
    size_t i;
    json_t *change;
    json_array_foreach(json_object_get(document, "changes"), i, change)
        cli_say("  %s%s%s: %s\n", text_in(change, "name"),
                json_is_true(json_object_get(change, "is_new")) ? " (new)" : "",
                json_is_true(json_object_get(change, "is_gone")) ? " (would go)" : "",
                text_in(change, "sentence"));
    cli_say("\nNothing has changed yet. Take it over with \"convene themes accept\", leave it with "
            "\"convene themes drop\".\n");
    (void)req;
}

static int answer_difference(struct cli_request *req, int64_t run_id)
{
    json_t *document = NULL;
    cv_rc rc = themes_difference_document(&document, req->db, req->mem, run_id);
    if (rc == CV_OK) json_object_set_new(document, "run_id", json_integer(run_id));
    return rc == CV_OK ? cli_answer(req, document, difference_text) : cli_fail(req, rc);
}

static int run_find(struct cli_request *req)
{
    int64_t seed = cli_int(req, "--seed", 1, 0, INT64_MAX);
    json_t *args = themes_find_args(cli_option(req, "--count"), seed, 0, &req->problems);
    if (!args || req->problems.total_count > 0) {
        json_decref(args);
        return cli_fail(req, CV_INVALID);
    }
    if (cli_switch(req, "--take-over")) json_object_set_new(args, "takes_over", json_true());
    int code = 0;
    json_t *result = feature_run_job(&code, req, "themes_find", args);
    if (!result) return code;
    int64_t run_id = json_integer_value(json_object_get(result, "run_id"));
    bool is_open = run_id > 0 && !json_is_true(json_object_get(result, "was_taken_over"));
    json_decref(result);
    return is_open ? answer_difference(req, run_id) : answer_board(req);
}

static cv_rc open_run(int64_t *out, struct cli_request *req)
{
    cv_rc rc = theme_run_open(out, req->db);
    if (rc != CV_NOT_FOUND) return rc;
    cv_problem(&req->problems, 0, NULL, "Find themes first (convene themes find).",
               "Nothing is proposed.");
    return CV_INVALID;
}

/* --- correcting ----------------------------------------------------------------------------------
 */

static void step_text(struct cli_request *req, const json_t *document)
{
    (void)req;
    long long edit_id = int_in(document, "edit_id");
    cli_say("%s\n", text_in(document, "sentence"));
    if (edit_id > 0) cli_say("It can be undone on the page History, step %lld.\n", edit_id);
}

static int answer_step(struct cli_request *req, cv_rc rc, const struct themes_step *step,
                       int64_t theme_id, const char *sentence)
{
    if (rc != CV_OK)
        return cli_fail(req, req->problems.total_count > 0 && rc == CV_NOT_FOUND ? CV_INVALID : rc);
    json_t *document = json_pack("{s:I, s:s}", "edit_id", (json_int_t)step->edit_id, "sentence",
                                 step->edit_id > 0 ? sentence : "It is so already.");
    if (theme_id > 0) json_object_set_new(document, "theme_id", json_integer(theme_id));
    return cli_answer(req, document, step_text);
}

static int run_accept(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t run_id = 0;
    cv_rc rc = open_run(&run_id, req);
    if (rc == CV_OK) rc = themes_accept(&step, run_id);
    return answer_step(req, rc, &step, 0, "Taken over.");
}

static void drop_text(struct cli_request *req, const json_t *document)
{
    (void)req;
    (void)document;
    cli_say("Left as it is.\n");
}

static int run_drop(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t run_id = 0;
    cv_rc rc = open_run(&run_id, req);
    if (rc == CV_OK) rc = themes_drop(&step, run_id);
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req, json_pack("{s:I}", "dropped_run_id", (json_int_t)run_id), drop_text);
}

static int run_merge(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t from = 0;
    int64_t into = 0;
    cv_rc rc = theme_argument(&from, req, 0);
    if (rc == CV_OK) rc = theme_argument(&into, req, 1);
    if (rc == CV_OK) rc = themes_merge(&step, from, into);
    return answer_step(req, rc, &step, into, "The two themes are one now.");
}

static int run_split(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t id = 0;
    int64_t new_id = 0;
    cv_rc rc = theme_argument(&id, req, 0);
    if (rc == CV_OK) rc = themes_split(&step, id, &new_id);
    struct theme made = {.name = ""};
    if (rc == CV_OK) rc = themes_find(&made, req->db, req->mem, new_id);
    return answer_step(req, rc, &step, new_id,
                       cv_sprintf(req->mem, "Split in two. The new one is %" PRId64 ", \"%s\".",
                                  new_id, made.name));
}

static int run_rename(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t id = 0;
    cv_rc rc = theme_argument(&id, req, 0);
    const char *name = cli_argument(req, 1);
    if (rc == CV_OK) rc = themes_rename(&step, id, name, cli_option(req, "--es"));
    return answer_step(req, rc, &step, id,
                       cv_sprintf(req->mem, "It is called \"%s\" now.", name ? name : ""));
}

static int run_new(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t id = 0;
    cv_rc rc = themes_create(&step, cli_argument(req, 0), cli_option(req, "--es"), &id);
    return answer_step(req, rc, &step, id, cv_sprintf(req->mem, "Made theme %" PRId64 ".", id));
}

static int run_move(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t statement = 0;
    int64_t theme = 0;
    const char *to = cli_argument(req, 1);
    enum themes_to way = to && strcmp(to, "new") == 0    ? THEMES_TO_NEW
                         : to && strcmp(to, "none") == 0 ? THEMES_TO_NONE
                                                         : THEMES_TO_THEME;
    cv_rc rc = statement_argument(&statement, req, 0);
    if (rc == CV_OK && way == THEMES_TO_THEME) rc = theme_argument(&theme, req, 1);
    if (rc == CV_OK) rc = themes_move(&step, statement, way, &theme);
    return answer_step(req, rc, &step, theme,
                       way == THEMES_TO_NONE
                           ? "It stays out of the themes now."
                           : "Moved; it stays there when themes are found again.");
}

static int run_none(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t statement = 0;
    int64_t theme = 0;
    cv_rc rc = statement_argument(&statement, req, 0);
    if (rc == CV_OK) rc = themes_move(&step, statement, THEMES_TO_NONE, &theme);
    return answer_step(req, rc, &step, 0, "It stays out of the themes now.");
}

static int run_pin(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t statement = 0;
    bool is_off = cli_switch(req, "--off");
    cv_rc rc = statement_argument(&statement, req, 0);
    if (rc == CV_OK) rc = themes_pin(&step, statement, !is_off);
    return answer_step(req, rc, &step, 0,
                       is_off ? "It may move when themes are found again."
                              : "It stays where it is when themes are found again.");
}

static int run_confirm(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t id = 0;
    if (cli_argument_count(req) == 0)
        return answer_step(req, themes_confirm_all(&step), &step, 0, "The themes are confirmed.");
    cv_rc rc = theme_argument(&id, req, 0);
    if (rc == CV_OK) rc = themes_confirm(&step, id, !cli_switch(req, "--off"));
    return answer_step(req, rc, &step, id,
                       cli_switch(req, "--off") ? "It is open again." : "It is confirmed.");
}

static int run_close(struct cli_request *req)
{
    struct themes_step step = step_of(req);
    int64_t id = 0;
    cv_rc rc = theme_argument(&id, req, 0);
    if (rc == CV_OK) rc = themes_close(&step, id);
    return answer_step(req, rc, &step, id, "The theme is closed.");
}

static const struct cli_option find_options[] = {
    {"--count", "K",
     "how many themes: a number; auto, fewer or more as the statements support; keep the ones that "
     "are there (keep, when there are some)"},
    {"--seed", "N", "a number that repeats a search (1)"},
    {"--take-over", NULL, "take over what a search again would change, without asking"},
    {0},
};
static const struct cli_option name_options[] = {
    {"--es", "NAME", "its name in Spanish"},
    {0},
};
static const struct cli_option off_options[] = {
    {"--off", NULL, "the other way round"},
    {0},
};

const struct cli_command themes_commands[] = {
    {.words = "themes find",
     .arguments = "",
     .summary = "Find the themes in what people wrote.",
     .details =
         "What you named, merged, split, moved and confirmed stays. A search again tells what "
         "it would change before anything does.",
     .options = find_options,
     .run = run_find},
    {.words = "themes list",
     .arguments = "",
     .summary = "List the themes with their key words.",
     .run = answer_board},
    {.words = "themes show",
     .arguments = "THEME",
     .summary = "Show one theme and everything in it.",
     .run = run_show},
    {.words = "themes unsure",
     .arguments = "",
     .summary = "List the statements that stand between two themes.",
     .run = run_unsure},
    {.words = "themes accept",
     .arguments = "",
     .summary = "Take over what the last search would change.",
     .run = run_accept},
    {.words = "themes drop",
     .arguments = "",
     .summary = "Leave the themes as they are.",
     .run = run_drop},
    {.words = "themes merge",
     .arguments = "THEME INTO",
     .summary = "Put one theme into another.",
     .run = run_merge},
    {.words = "themes split",
     .arguments = "THEME",
     .summary = "Part a theme in two.",
     .run = run_split},
    {.words = "themes rename",
     .arguments = "THEME NAME",
     .summary = "Give a theme its name.",
     .options = name_options,
     .run = run_rename},
    {.words = "themes new",
     .arguments = "NAME",
     .summary = "Make an empty theme by hand.",
     .options = name_options,
     .run = run_new},
    {.words = "themes move",
     .arguments = "STATEMENT THEME|new|none",
     .summary = "Move a statement by hand; it stays there.",
     .run = run_move},
    {.words = "themes none",
     .arguments = "STATEMENT",
     .summary = "Say that no theme fits a statement.",
     .run = run_none},
    {.words = "themes pin",
     .arguments = "STATEMENT",
     .summary = "Keep a statement where it is.",
     .options = off_options,
     .run = run_pin},
    {.words = "themes confirm",
     .arguments = "[THEME]",
     .summary = "Confirm a theme, or all.",
     .options = off_options,
     .run = run_confirm},
    {.words = "themes close",
     .arguments = "THEME",
     .summary = "Close a theme that holds nothing.",
     .run = run_close},
    {0},
};
