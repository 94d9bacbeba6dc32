/* collectives_cli: form, list, show, move and the states, on the terminal. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* --- list and show
 * -------------------------------------------------------------------------------------- */

/* Rows for the table: what a weaver wants to see at once. */
static json_t *table_rows(const json_t *groups)
{
    json_t *rows = json_array();
    size_t i = 0;
    json_t *g = NULL;
    json_array_foreach((json_t *)groups, i, g)
    {
        json_t *unmet = json_array();
        size_t k = 0;
        json_t *check = NULL;
        json_array_foreach(json_object_get(g, "checks"), k, check)
        {
            if (json_object_get(check, "is_no") || json_object_get(check, "is_part"))
                json_array_append(unmet, json_object_get(check, "text"));
        }
        json_t *row =
            json_pack("{s:O, s:O, s:O, s:O, s:O, s:O}", "id", json_object_get(g, "id"), "name",
                      json_object_get(g, "name"), "people", json_object_get(g, "people_count"),
                      "fit", json_object_get(json_object_get(g, "fit"), "score"), "state",
                      json_object_get(g, "state_word"), "first",
                      json_object_get(json_array_get(json_object_get(g, "checks"), 0), "text"));
        json_object_set_new(row, "unmet", unmet);
        json_array_append_new(rows, row);
    }
    return rows;
}

static void join_unmet(json_t *rows, struct cv_arena *mem)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(rows, i, row)
    {
        const json_t *list = json_object_get(row, "unmet");
        const char *text = "";
        for (size_t k = 0; k < json_array_size(list); k++)
            text = cv_sprintf(mem, "%s%s%s", text, k > 0 ? ". " : "",
                              json_string_value(json_array_get(list, k)));
        json_object_set_new(row, "unmet", json_string(text[0] ? text : "–"));
    }
}

static void list_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"No=id",   "Collective=name", "People=people",
                                          "Fit=fit", "State=state",     "What did not hold=unmet"};
    json_t *rows = table_rows(json_object_get(document, "collectives"));
    join_unmet(rows, req->mem);
    if (json_array_size(rows) > 0) cli_table(req, rows, columns, 6);
    json_decref(rows);
    const json_t *gap = json_object_get(document, "gap");
    cli_say("\n%s\n",
            json_string_value(json_object_get(json_object_get(document, "page"), "lede")));
    if (gap)
        cli_say("%s %s\n", json_string_value(json_object_get(gap, "sentence")),
                json_string_value(json_object_get(gap, "note")));
}

static int answer_list(struct cli_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req, collectives_document(&board, req->mem), list_text);
}

/* A collective by its number or its whole name. */
static cv_rc find_named(int32_t *out, const struct board *board, struct cli_request *req,
                        const char *word)
{
    *out = GROUPING_NONE;
    if (word) {
        char *end = NULL;
        int64_t id = strtoll(word, &end, 10);
        if (end != word && *end == '\0') *out = board_group(board, id);
        const char *folded = cv_text_fold(req->mem, word);
        for (size_t g = 0; g < board->groups.count && *out < 0; g++)
            if (strcmp(cv_text_fold(req->mem, board->groups.items[g].name), folded) == 0)
                *out = (int32_t)g;
    }
    if (*out >= 0) return CV_OK;
    cv_problem(&req->problems, 0, NULL, "`convene collectives list` shows their numbers and names",
               "there is no collective \"%s\"", word ? word : "");
    return CV_INVALID;
}

static void show_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"No=id", "Name=name", "Role=role", "Place=place",
                                          "Why=why"};
    cli_say(
        "%s (%s, fit %lld of 100)\n\n", json_string_value(json_object_get(document, "name")),
        json_string_value(json_object_get(document, "state_word")),
        (long long)json_integer_value(json_object_get(json_object_get(document, "fit"), "score")));
    size_t i = 0;
    json_t *check = NULL;
    json_array_foreach(json_object_get(document, "checks"), i, check)
    {
        const char *mark = json_object_get(check, "is_no")     ? "-"
                           : json_object_get(check, "is_part") ? "~"
                                                               : "+";
        cli_say("  %s %s\n", mark, json_string_value(json_object_get(check, "text")));
    }
    cli_say("\n");
    cli_table(req, json_object_get(document, "people"), columns, 5);
}

static int run_show(struct cli_request *req)
{
    struct board board;
    int32_t group = GROUPING_NONE;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc == CV_OK) rc = find_named(&group, &board, req, cli_argument(req, 0));
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req, collectives_group_document(&board, group, true, req->mem), show_text);
}

/* --- form
 * -----------------------------------------------------------------------------------------------
 */

static int run_form(struct cli_request *req)
{
    json_t *args = json_object();
    const char *theme = cli_option(req, "--theme");
    int64_t theme_id = 0;
    cv_rc rc = theme ? themes_named(&theme_id, req->db, req->mem, theme, &req->problems) : CV_OK;
    int64_t min = cli_int(req, "--min", 0, 2, 10);
    int64_t max = cli_int(req, "--max", 0, 2, 10);
    int64_t seed = cli_int(req, "--seed", 1, 0, INT64_MAX);
    int64_t seconds = cli_int(req, "--seconds", 0, 1, 3600);
    if (theme_id > 0) json_object_set_new(args, "theme_id", json_integer(theme_id));
    if (min > 0) json_object_set_new(args, "min", json_integer(min));
    if (max > 0) json_object_set_new(args, "max", json_integer(max));
    if (seconds > 0) json_object_set_new(args, "seconds", json_integer(seconds));
    json_object_set_new(args, "seed", json_integer(seed));
    if (rc != CV_OK || req->problems.total_count > 0) {
        json_decref(args);
        return cli_fail(req, CV_INVALID);
    }
    int code = 0;
    json_t *result = feature_run_job(&code, req, collectives_form_job, args);
    if (!result) return code;
    json_decref(result);
    return answer_list(req);
}

/* --- move and states
 * -------------------------------------------------------------------------------------- */

static void step_text(struct cli_request *req, const json_t *document)
{
    cli_say("Done. Undo it on the page History, step %lld.\n",
            (long long)json_integer_value(json_object_get(document, "edit_id")));
}

static int answer_step(struct cli_request *req, cv_rc rc, int64_t edit_id)
{
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req, json_pack("{s:I}", "edit_id", (json_int_t)edit_id), step_text);
}

static cv_rc person_named(int64_t *out, struct cli_request *req, const char *word)
{
    struct people_index index;
    cv_rc rc = people_index_load(&index, req->db, req->mem);
    if (rc != CV_OK) return rc;
    bool is_ambiguous = false;
    char *end = NULL;
    int64_t id = word ? strtoll(word, &end, 10) : 0;
    const struct person *person = NULL;
    if (word && end != word && *end == '\0') person = people_index_at(&index, id);
    if (word && !person) person = people_index_find(&is_ambiguous, &index, word);
    if (!person) {
        cv_problem(&req->problems, 0, NULL, "write the e-mail, the number, or \"Name (Place)\"",
                   is_ambiguous ? "more than one person is called \"%s\""
                                : "there is nobody called \"%s\"",
                   word ? word : "");
        return CV_INVALID;
    }
    *out = person->id;
    return CV_OK;
}

static int run_move(struct cli_request *req)
{
    struct board board;
    struct collectives_move move = {.to = COLLECTIVES_TO_GROUP,
                                    .reason = cli_option(req, "--reason")};
    const char *to = cli_argument(req, 1);
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc == CV_OK) rc = person_named(&move.person_id, req, cli_argument(req, 0));
    int32_t group = GROUPING_NONE;
    if (rc == CV_OK && to && strcmp(to, "nobody") == 0)
        move.to = COLLECTIVES_TO_NOBODY;
    else if (rc == CV_OK)
        rc = find_named(&group, &board, req, to);
    if (group >= 0) move.collective_id = board.groups.items[group].id;
    if (cli_switch(req, "--waiting")) move.to = COLLECTIVES_TO_WAITING;
    if (cli_switch(req, "--new")) move.to = COLLECTIVES_TO_NEW_GROUP;
    int64_t edit_id = 0;
    if (rc == CV_OK)
        rc = collectives_move(&edit_id, req->db, req->mem, &move, 0, req->now_s, &req->problems);
    return answer_step(req, rc, edit_id);
}

static int run_state(struct cli_request *req)
{
    struct board board;
    int32_t group = GROUPING_NONE;
    int64_t edit_id = 0;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc == CV_OK) rc = find_named(&group, &board, req, cli_argument(req, 0));
    if (rc == CV_OK)
        rc = collectives_set_state(&edit_id, req->db, req->mem, board.groups.items[group].id,
                                   cli_argument(req, 1) ? cli_argument(req, 1) : "",
                                   cli_option(req, "--reason"), 0, req->now_s, &req->problems);
    return answer_step(req, rc, edit_id);
}

static const struct cli_option form_options[] = {
    {"--theme", "T", "only for this theme (number or name)"},
    {"--min", "N", "fewest people in a collective (4)"},
    {"--max", "N", "most people, never above 10 (10)"},
    {"--seconds", "S",
     "stop after so long with the best found; without it the same seed gives the same groups"},
    {"--seed", "N", "a number that repeats a proposal (1)"},
    {0},
};
static const struct cli_option move_options[] = {
    {"--waiting", NULL, "put the person on the waiting list of that collective"},
    {"--new", NULL, "open another collective for the same theme with this person"},
    {"--reason", "TEXT", "why this collective may have more than ten people"},
    {0},
};
static const struct cli_option state_options[] = {
    {"--reason", "TEXT", "why it begins although the gate advises to wait"},
    {0},
};

const struct cli_command collectives_commands[] = {
    {.words = "collectives form",
     .arguments = "",
     .summary = "Propose small mixed groups around the themes.",
     .details = "Locked collectives and those that invite already stay as they are. The proposal "
                "can be undone.",
     .options = form_options,
     .run = run_form},
    {.words = "collectives list",
     .arguments = "",
     .summary = "List the collectives, with what did not hold and how far from the best possible.",
     .run = answer_list},
    {.words = "collectives show",
     .arguments = "COLLECTIVE",
     .summary = "Show one collective: its people and why each sits there.",
     .run = run_show},
    {.words = "collectives move",
     .arguments = "PERSON COLLECTIVE|nobody",
     .summary = "Move a person by hand.",
     .options = move_options,
     .run = run_move},
    {.words = "collectives state",
     .arguments = "COLLECTIVE inviting|forming|active|dissolved",
     .summary = "Take a collective to its next state.",
     .options = state_options,
     .run = run_state},
    {0},
};
