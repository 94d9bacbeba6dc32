/* collectives_web: the pages of collectives: the board, the Move menu (drag posts to the same
 * route), one collective, print. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* What the members of a group wrote within its theme, the most telling first. New reference. */
static cv_rc voices_of(json_t **out, const struct board *board, int32_t group,
                       struct web_request *req)
{
    const struct grouping_group_report *g = &board->score.groups[group];
    int64_t *ids = CV_NEW_ARRAY(req->mem, int64_t, g->size + 1);
    for (int32_t i = 0; i < g->size; i++) ids[i] = board->people[g->people[i]].id;
    return themes_voices(out, req->db, req->mem, board->groups.items[group].theme_id, ids,
                         (size_t)g->size);
}

static cv_rc get_board(struct web_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *document = collectives_document(&board, req->mem);
    json_t *groups = json_object_get(document, "collectives");
    for (size_t g = 0; rc == CV_OK && g < json_array_size(groups); g++) {
        json_t *voices = NULL;
        rc = voices_of(&voices, &board, (int32_t)g, req);
        /* Null where there is none: a missing key would be looked for in the page. */
        json_t *first = json_array_get(voices, 0);
        json_object_set(json_array_get(groups, g), "voice", first ? first : json_null());
        json_decref(voices);
    }
    if (rc == CV_OK) return web_page(req, document);
    json_decref(document);
    return web_answer(req, rc);
}

/* --- proposing
 * ---------------------------------------------------------------------------------------- */

static cv_rc post_form(struct web_request *req)
{
    json_t *args = json_pack("{s:I}", "by_id", (json_int_t)req->session.person_id);
    static const char *const fields[] = {"min", "max", "theme_id", "seed", "seconds"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        int64_t value = web_int(req, fields[i], 0);
        if (value != 0) json_object_set_new(args, fields[i], json_integer(value));
    }
    /* Another try of the same rules must be able to differ: without a wish the clock gives the
     * seed, and the trace keeps it. */
    if (!json_object_get(args, "seed")) json_object_set_new(args, "seed", json_integer(req->now_s));
    return feature_start_job(req, collectives_form_job, args);
}

/* --- moving
 * ------------------------------------------------------------------------------------------- */

/* "17", "none", "new:17", "wait:17": what a lane or a menu entry stands for. */
static struct collectives_move move_of(const struct web_request *req)
{
    const char *to = web_text(req, "to");
    struct collectives_move move = {.person_id = web_int(req, "item", 0),
                                    .reason = web_text(req, "reason")};
    const char *number = to;
    if (strcmp(to, "none") == 0) {
        move.to = COLLECTIVES_TO_NOBODY;
    } else if (strncmp(to, "new:", 4) == 0) {
        move.to = COLLECTIVES_TO_NEW_GROUP;
        number = to + 4;
    } else if (strncmp(to, "wait:", 5) == 0) {
        move.to = COLLECTIVES_TO_WAITING;
        number = to + 5;
    }
    move.collective_id = strtoll(number, NULL, 10);
    return move;
}

/* What the person would bring to this group: the change of its fit if they sat there. */
static void add_target_fit(json_t *row, const struct board *board, int32_t person, int32_t group,
                           struct cv_arena *mem)
{
    int32_t *group_of = CV_NEW_ARRAY(mem, int32_t, board->people_count + 1);
    memcpy(group_of, board->group_of, board->people_count * sizeof *group_of);
    group_of[person] = group;
    struct grouping_result trial;
    if (grouping_score(&trial, &board->problem, group_of, board->theme_of,
                       (int32_t)board->groups.count, mem) != CV_OK)
        return;
    double change = trial.objective - board->score.objective;
    const char *word = change > 0.05    ? "better than now"
                       : change < -0.05 ? "not as good as now"
                                        : "about the same";
    const char *tone = change > 0.05 ? "leaf" : change < -0.05 ? "rose" : "";
    json_object_set_new(row, "fit", json_pack("{s:s, s:s}", "tone", tone, "change", word));
}

static const char *room_note(const struct collective *c, struct cv_arena *mem)
{
    int64_t room = c->max_people - c->people_count;
    if (c->is_locked) return "locked";
    return room > 0 ? cv_sprintf(mem, "%" PRId64 " of %" PRId64 " places taken", c->people_count,
                                 c->max_people)
                    : "full";
}

static json_t *move_targets(const struct board *board, int32_t person, const char *chosen,
                            struct cv_arena *mem)
{
    json_t *targets = json_array();
    int32_t from = board->group_of[person];
    for (size_t g = 0; g < board->groups.count; g++) {
        const struct collective *c = &board->groups.items[g];
        if ((int32_t)g == from || c->is_locked) continue;
        const char *id = cv_sprintf(mem, "%" PRId64, c->id);
        json_t *row =
            json_pack("{s:s, s:s, s:s}", "id", id, "name", c->name, "note", room_note(c, mem));
        if (strcmp(chosen, id) == 0) json_object_set_new(row, "is_chosen", json_true());
        add_target_fit(row, board, person, (int32_t)g, mem);
        json_array_append_new(targets, row);
        if (c->people_count < c->max_people) continue;
        json_array_append_new(
            targets, json_pack("{s:s, s:s, s:s}", "id", cv_sprintf(mem, "new:%" PRId64, c->id),
                               "name", cv_sprintf(mem, "A second collective beside %s", c->name),
                               "note", "opens a new table for the same theme"));
        json_array_append_new(targets, json_pack("{s:s, s:s, s:s}", "id",
                                                 cv_sprintf(mem, "wait:%" PRId64, c->id), "name",
                                                 cv_sprintf(mem, "The waiting list of %s", c->name),
                                                 "note", "keeps the place they have now"));
    }
    if (from != GROUPING_NONE)
        json_array_append_new(targets,
                              json_pack("{s:s, s:s, s:s}", "id", "none", "name", "Not placed yet",
                                        "note", "no place at a table for now"));
    return targets;
}

static json_t *move_document(const struct board *board, int32_t person, const char *chosen,
                             const char *reason, bool asks_reason, struct cv_arena *mem)
{
    const struct person *p = &board->people[person];
    json_t *who = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)p->id, "name", p->name, "role",
                            people_role_text(p));
    if (p->place) json_object_set_new(who, "place", json_string(p->place));
    json_t *document =
        json_pack("{s:{s:s}, s:o, s:o}", "page", "title", cv_sprintf(mem, "Move %s", p->name),
                  "person", who, "targets", move_targets(board, person, chosen, mem));
    if (board->group_of[person] != GROUPING_NONE)
        json_object_set_new(
            document, "from",
            json_pack("{s:s}", "name", board->groups.items[board->group_of[person]].name));
    if (asks_reason) json_object_set_new(document, "asks_reason", json_true());
    json_object_set_new(document, "reason", json_string(reason));
    return document;
}

static cv_rc get_move(struct web_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    int32_t person = rc == CV_OK ? board_person(&board, web_int(req, "item", 0)) : GROUPING_NONE;
    if (rc == CV_OK && person < 0) rc = CV_NOT_FOUND;
    if (rc != CV_OK) return web_answer(req, rc);
    return web_page(req, move_document(&board, person, "", "", false, req->mem));
}

static cv_rc post_move(struct web_request *req)
{
    struct collectives_move move = move_of(req);
    struct cv_problems problems = cv_problems_new(req->mem);
    int64_t edit_id = 0;
    cv_rc rc = collectives_move(&edit_id, req->db, req->mem, &move, req->session.person_id,
                                req->now_s, &problems);
    if (rc == CV_INVALID) {
        struct board board;
        cv_rc loaded = board_load(&board, req->db, req->mem, req->now_s);
        int32_t person = loaded == CV_OK ? board_person(&board, move.person_id) : GROUPING_NONE;
        if (person >= 0)
            return web_refuse(
                req, &problems,
                move_document(&board, person, web_text(req, "to"), move.reason, true, req->mem));
    }
    if (rc != CV_OK) return web_answer(req, rc);
    if (edit_id > 0)
        web_flash(req, history_undo_path(req->mem, edit_id), "%s has a new place.",
                  people_name(req->db, req->mem, move.person_id));
    return web_redirect(req, "/collectives");
}

/* --- one collective
 * ------------------------------------------------------------------------------------ */

static void add_steps(json_t *row, const struct collective *c, struct cv_arena *mem)
{
    static const char *const steps[][3] = {
        {"proposed", "inviting", "Invite this group"},
        {"inviting", "forming", "They have answered: it is forming"},
        {"forming", "active", "They have met: it begins"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(c->state, steps[i][0]) == 0)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:b}", "state", steps[i][1], "button",
                                            steps[i][2], "url",
                                            cv_sprintf(mem, "/collectives/%" PRId64 "/state?to=%s",
                                                       c->id, steps[i][1]),
                                            "takes_reason", strcmp(steps[i][1], "active") == 0));
    json_array_append_new(
        list,
        json_pack("{s:s, s:s, s:s, s:b}", "state", "dissolved", "button", "End this collective",
                  "url", cv_sprintf(mem, "/collectives/%" PRId64 "/state?to=dissolved", c->id),
                  "takes_reason", 0));
    json_object_set_new(row, "steps", list);
}

static cv_rc add_voices(json_t *row, const struct board *board, int32_t group,
                        struct web_request *req)
{
    json_t *voices = NULL;
    cv_rc rc = voices_of(&voices, board, group, req);
    if (rc != CV_OK) return rc;
    if (json_array_size(voices) > 0) {
        json_object_set_new(row, "has_voices", json_true());
        json_object_set(row, "voice", json_array_get(voices, 0));
    }
    json_object_set_new(row, "voices", voices);
    return CV_OK;
}

/* "Seven people from seven places. Strong fit: every wish holds." */
static const char *group_lede(const json_t *row, struct cv_arena *mem)
{
    const json_t *checks = json_object_get(row, "checks");
    size_t unmet = 0;
    for (size_t i = 0; i < json_array_size(checks); i++)
        unmet += json_object_get(json_array_get(checks, i), "is_no") != NULL ||
                 json_object_get(json_array_get(checks, i), "is_part") != NULL;
    const char *wishes = unmet == 0 ? "every wish holds"
                                    : cv_count_text(mem, (long long)unmet, "wish does not hold",
                                                    "wishes do not hold");
    return cv_sprintf(
        mem, "%s. %s: %s.", json_string_value(json_object_get(json_array_get(checks, 0), "text")),
        json_string_value(json_object_get(json_object_get(row, "fit"), "word")), wishes);
}

/* The document of one collective with everything its pages show; NULL with *rc set when there is
 * none. */
static json_t *group_page(cv_rc *rc, struct web_request *req)
{
    struct board board;
    *rc = board_load(&board, req->db, req->mem, req->now_s);
    int32_t group = *rc == CV_OK ? board_group(&board, web_path_id(req, "id")) : GROUPING_NONE;
    if (*rc == CV_OK && group < 0) *rc = CV_NOT_FOUND;
    if (*rc != CV_OK) return NULL;
    const struct collective *c = &board.groups.items[group];
    json_t *row = collectives_group_document(&board, group, true, req->mem);
    add_steps(row, c, req->mem);
    *rc = add_voices(row, &board, group, req);
    json_t *history = NULL;
    if (*rc == CV_OK) *rc = history_list(&history, req->db, req->mem, "collectives", 5);
    if (history) {
        json_object_set_new(row, "has_history", json_boolean(json_array_size(history) > 0));
        json_object_set_new(row, "history", history);
    }
    const char *lede = group_lede(row, req->mem);
    return json_pack("{s:{s:s, s:s}, s:o}", "page", "title", c->name, "lede", lede, "collective",
                     row);
}

static cv_rc get_show(struct web_request *req)
{
    cv_rc rc = CV_OK;
    json_t *document = group_page(&rc, req);
    return document ? web_page(req, document) : web_answer(req, rc);
}

/* A step on one collective is over: back to the page it came from, with Undo. */
static cv_rc after_step(struct web_request *req, cv_rc rc, const struct cv_problems *problems,
                        int64_t edit_id, const char *sentence)
{
    if (rc == CV_INVALID) {
        cv_rc shown = CV_OK;
        return web_refuse(req, problems, group_page(&shown, req));
    }
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, history_undo_path(req->mem, edit_id), "%s", sentence);
    if (strcmp(web_text(req, "back"), "one") == 0)
        return web_redirect(req, "/collectives/%" PRId64, web_path_id(req, "id"));
    return web_redirect(req, "/collectives");
}

static cv_rc set_locked(struct web_request *req, bool is_locked)
{
    int64_t edit_id = 0;
    cv_rc rc = collectives_set_locked(&edit_id, req->db, req->mem, web_path_id(req, "id"),
                                      is_locked, req->session.person_id, req->now_s);
    return after_step(req, rc, NULL, edit_id,
                      is_locked ? "Locked: it stays as it is." : "Unlocked.");
}

static cv_rc post_lock(struct web_request *req)
{
    return set_locked(req, true);
}

static cv_rc post_unlock(struct web_request *req)
{
    return set_locked(req, false);
}

static cv_rc post_rename(struct web_request *req)
{
    struct cv_problems problems = cv_problems_new(req->mem);
    int64_t edit_id = 0;
    cv_rc rc =
        collectives_rename(&edit_id, req->db, req->mem, web_path_id(req, "id"),
                           web_text(req, "name"), req->session.person_id, req->now_s, &problems);
    return after_step(req, rc, &problems, edit_id, "Renamed.");
}

static cv_rc post_facilitator(struct web_request *req)
{
    struct cv_problems problems = cv_problems_new(req->mem);
    int64_t edit_id = 0;
    cv_rc rc = collectives_set_facilitator(&edit_id, req->db, req->mem, web_path_id(req, "id"),
                                           web_int(req, "person", 0), req->session.person_id,
                                           req->now_s, &problems);
    return after_step(req, rc, &problems, edit_id, "The facilitator is set.");
}

static cv_rc change_state(struct web_request *req, const char *state)
{
    struct cv_problems problems = cv_problems_new(req->mem);
    int64_t edit_id = 0;
    cv_rc rc = collectives_set_state(&edit_id, req->db, req->mem, web_path_id(req, "id"), state,
                                     web_text(req, "reason"), req->session.person_id, req->now_s,
                                     &problems);
    return after_step(req, rc, &problems, edit_id, "Done.");
}

static cv_rc post_state(struct web_request *req)
{
    return change_state(req, web_text(req, "to"));
}

static cv_rc post_invite_one(struct web_request *req)
{
    return change_state(req, "inviting");
}

/* All proposed ones at once: one transaction, one step each in the trace. */
static cv_rc post_invite_all(struct web_request *req)
{
    struct collective_list all;
    struct cv_problems problems = cv_problems_new(req->mem);
    cv_rc rc = store_begin(req->db);
    if (rc != CV_OK) return web_answer(req, rc);
    rc = collectives_list(&all, req->db, req->mem);
    int64_t invited = 0;
    for (size_t i = 0; rc == CV_OK && i < all.count; i++) {
        int64_t edit_id = 0;
        if (strcmp(all.items[i].state, "proposed") != 0) continue;
        rc = collectives_set_state(&edit_id, req->db, req->mem, all.items[i].id, "inviting", NULL,
                                   req->session.person_id, req->now_s, &problems);
        invited += rc == CV_OK;
    }
    rc = store_end(req->db, rc);
    if (rc == CV_INVALID) return web_refuse(req, &problems, NULL);
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, NULL, "%s to print: each person has a code of their own.",
              cv_count_text(req->mem, invited, "invitation sheet is ready",
                            "invitation sheets are ready"));
    return web_redirect(req, "/collectives");
}

/* The personal codes of a collective: who is invited, with what they need to answer. */
static void add_codes(json_t *codes, const struct board *board, int32_t group, struct cv_arena *mem)
{
    const struct collective *c = &board->groups.items[group];
    const struct grouping_group_report *g = &board->score.groups[group];
    const char *slot =
        g->slot == GROUPING_NONE ? NULL : people_slots_text(mem, (int64_t)1 << g->slot);
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        int32_t person = board_person(board, m->person_id);
        if (m->collective_id != c->id || !m->code || person < 0) continue;
        const struct person *p = &board->people[person];
        json_array_append_new(codes, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:{s:s}}", "name",
                                               p->name, "role", people_role_text(p), "code",
                                               m->code, "place", p->place, "best_time", slot,
                                               "collective", "name", c->name));
    }
}

/* Takes codes and collective over. collective: where the sheet leads back to. */
static cv_rc codes_page(struct web_request *req, json_t *codes, json_t *collective)
{
    size_t count = json_array_size(codes);
    const char *lede = count == 0 ? "There are no codes yet."
                                  : cv_sprintf(req->mem, "%s, to print, cut and hand over.",
                                               cv_count_text(req->mem, (long long)count,
                                                             "personal code", "personal codes"));
    return web_page(req, json_pack("{s:{s:s, s:s}, s:b, s:o, s:o}", "page", "title",
                                   "Invitations to cut", "lede", lede, "has_codes", count > 0,
                                   "codes", codes, "collective", collective));
}

static cv_rc get_codes(struct web_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    int32_t group = rc == CV_OK ? board_group(&board, web_path_id(req, "id")) : GROUPING_NONE;
    if (rc == CV_OK && group < 0) rc = CV_NOT_FOUND;
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *codes = json_array();
    add_codes(codes, &board, group, req->mem);
    return codes_page(req, codes, collectives_group_document(&board, group, false, req->mem));
}

/* Of everybody who is invited, collective by collective. */
static cv_rc get_all_codes(struct web_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *codes = json_array();
    for (size_t g = 0; g < board.groups.count; g++) add_codes(codes, &board, (int32_t)g, req->mem);
    return codes_page(req, codes,
                      json_pack("{s:s, s:s, s:n, s:b}", "name", "Collectives", "url",
                                "/collectives", "invite_url", "is_all", true));
}

static cv_rc get_pdf(struct web_request *req)
{
    struct board board;
    cv_rc rc = board_load(&board, req->db, req->mem, req->now_s);
    int32_t group = rc == CV_OK ? board_group(&board, web_path_id(req, "id")) : GROUPING_NONE;
    if (rc == CV_OK && group < 0) rc = CV_NOT_FOUND;
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *row = json_object();
    struct files_bytes pdf = {0};
    rc = add_voices(row, &board, group, req);
    if (rc == CV_OK)
        rc = collectives_write_pdf(&pdf, &board, group, json_object_get(row, "voices"), req->mem,
                                   req->now_s);
    json_decref(row);
    if (rc != CV_OK) return web_answer(req, rc);
    const char *name = cv_sprintf(req->mem, "%s.pdf", board.groups.items[group].name);
    return web_file(req, name, "application/pdf", pdf.bytes, pdf.size);
}

/* --- rules
 * -------------------------------------------------------------------------------------------- */

static json_t *rules_document(const struct collectives_rules *r)
{
    return json_pack("{s:{s:s, s:s}, s:{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:s}}", "page",
                     "title", "Rules for forming", "lede",
                     "These wishes weigh in every proposal. Sizes always hold; the others give way "
                     "to each other, and "
                     "each collective says which did.",
                     "rules", "size_min", (json_int_t)r->size_min, "size_max",
                     (json_int_t)r->size_max, "roles", (json_int_t)r->roles, "districts",
                     (json_int_t)r->districts, "facilitators", (json_int_t)r->facilitators,
                     "theme_weight", r->theme_weight, "mix_weight", r->mix_weight, "tie_weight",
                     r->tie_weight, "slot_weight", r->slot_weight, "skills", r->skills);
}

static cv_rc get_rules(struct web_request *req)
{
    struct collectives_rules rules;
    cv_rc rc = collectives_rules_find(&rules, req->db, req->mem);
    return rc == CV_OK ? web_page(req, rules_document(&rules)) : web_answer(req, rc);
}

static double weight_of(const struct web_request *req, const char *name)
{
    char *end = NULL;
    const char *text = web_text(req, name);
    double value = strtod(text, &end);
    return end != text && *end == '\0' ? value : -1;
}

static cv_rc post_rules(struct web_request *req)
{
    const struct collectives_rules rules = {
        .size_min = web_int(req, "size_min", 0),
        .size_max = web_int(req, "size_max", 0),
        .roles = web_int(req, "roles", 0),
        .districts = web_int(req, "districts", 0),
        .facilitators = web_int(req, "facilitators", 0),
        .theme_weight = weight_of(req, "theme_weight"),
        .mix_weight = weight_of(req, "mix_weight"),
        .tie_weight = weight_of(req, "tie_weight"),
        .slot_weight = weight_of(req, "slot_weight"),
        .skills = web_text(req, "skills"),
    };
    struct cv_problems problems = cv_problems_new(req->mem);
    cv_rc rc = collectives_rules_save(req->db, req->mem, &rules, req->session.person_id, req->now_s,
                                      &problems);
    if (rc == CV_INVALID) return web_refuse(req, &problems, rules_document(&rules));
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, NULL, "The rules are kept. They hold from the next proposal on.");
    return web_redirect(req, "/collectives/rules");
}

#define PAGE(name) "features/collectives/pages/" name ".html"
const struct web_route collectives_routes[] = {
    {WEB_GET, "/collectives", ROLE_STEWARD, get_board, PAGE("board"), WEB_WAITS},
    {WEB_POST, "/collectives/form", ROLE_STEWARD, post_form, NULL, 0},
    {WEB_GET, "/collectives/move", ROLE_STEWARD, get_move, PAGE("move"), WEB_WAITS},
    {WEB_POST, "/collectives/move", ROLE_STEWARD, post_move, PAGE("move"), 0},
    {WEB_POST, "/collectives/invite", ROLE_STEWARD, post_invite_all, NULL, 0},
    {WEB_GET, "/collectives/codes", ROLE_STEWARD, get_all_codes, PAGE("codes"), 0},
    {WEB_GET, "/collectives/rules", ROLE_STEWARD, get_rules, PAGE("rules"), 0},
    {WEB_POST, "/collectives/rules", ROLE_STEWARD, post_rules, PAGE("rules"), 0},
    {WEB_GET, "/collectives/:id", ROLE_STEWARD, get_show, PAGE("show"), WEB_WAITS},
    {WEB_GET, "/collectives/:id/print", ROLE_STEWARD, get_show, PAGE("print"), WEB_WAITS},
    {WEB_GET, "/collectives/:id/codes", ROLE_STEWARD, get_codes, PAGE("codes"), WEB_WAITS},
    {WEB_GET, "/collectives/:id/pdf", ROLE_STEWARD, get_pdf, NULL, WEB_WAITS},
    {WEB_POST, "/collectives/:id/lock", ROLE_STEWARD, post_lock, PAGE("show"), 0},
    {WEB_POST, "/collectives/:id/unlock", ROLE_STEWARD, post_unlock, PAGE("show"), 0},
    {WEB_POST, "/collectives/:id/rename", ROLE_STEWARD, post_rename, PAGE("show"), 0},
    {WEB_POST, "/collectives/:id/facilitator", ROLE_STEWARD, post_facilitator, PAGE("show"), 0},
    {WEB_POST, "/collectives/:id/invite", ROLE_STEWARD, post_invite_one, PAGE("show"), 0},
    {WEB_POST, "/collectives/:id/state", ROLE_STEWARD, post_state, PAGE("show"), 0},
    {0},
};
