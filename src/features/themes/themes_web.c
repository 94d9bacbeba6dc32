/* themes_web: the pages of themes: the board, one theme, the lists to work through, the Move menu
 * (drag posts to the same route), what a re-run would change, the wall to print. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "features/themes/themes_internal.h"

static bool can_edit(const struct web_request *req)
{
    return req->session.role >= ROLE_FACILITATOR;
}

static struct themes_step step_of(struct web_request *req, struct cv_problems *problems)
{
    *problems = cv_problems_new(req->mem);
    return (struct themes_step){.db = req->db,
                                .mem = req->mem,
                                .by_id = req->session.person_id,
                                .now_s = req->now_s,
                                .problems = problems};
}

/* Where a form wants to go afterwards: only a page of themes. */
static const char *back_of(const struct web_request *req, const char *absent)
{
    const char *back = web_text(req, "back");
    bool is_ours = strcmp(back, "/themes") == 0 || strncmp(back, "/themes/", 8) == 0 ||
                   strncmp(back, "/themes?", 8) == 0;
    return is_ours ? back : absent;
}

/* The end of every verb: a sentence with Undo, and the page where it was asked. */
static cv_rc finish(struct web_request *req, struct themes_step *step, cv_rc rc, const char *path,
                    const char *sentence)
{
    if (rc != CV_OK && rc != CV_NOT_FOUND && step->problems->total_count > 0)
        return web_refuse(req, step->problems, NULL);
    if (rc != CV_OK) return web_answer(req, rc);
    if (step->edit_id > 0)
        web_flash(req, history_undo_path(req->mem, step->edit_id), "%s", sentence);
    return web_redirect(req, "%s", path);
}

/* --- looking
 * ---------------------------------------------------------------------------------------- */

static cv_rc answer(struct web_request *req, cv_rc rc, json_t *document)
{
    if (rc == CV_OK) return web_page(req, document);
    json_decref(document);
    return web_answer(req, rc);
}

static cv_rc get_board(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_board_document(&document, req->db, req->mem, can_edit(req));
    return answer(req, rc, document);
}

static int64_t offset_of(const struct web_request *req)
{
    int64_t offset = web_int(req, "from", 0);
    return offset < 0 ? 0 : offset;
}

static cv_rc get_show(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_show_document(&document, req->db, req->mem, web_path_id(req, "id"),
                                    offset_of(req), can_edit(req), false);
    return answer(req, rc, document);
}

static cv_rc get_list(struct web_request *req, enum statement_filter filter)
{
    json_t *document = NULL;
    const char *words = filter == STATEMENTS_ALL ? web_text(req, "q") : "";
    cv_rc rc = themes_list_document(&document, req->db, req->mem, filter, words, offset_of(req),
                                    can_edit(req));
    return answer(req, rc, document);
}

static cv_rc get_statements(struct web_request *req)
{
    return get_list(req, STATEMENTS_ALL);
}

static cv_rc get_unsure(struct web_request *req)
{
    return get_list(req, STATEMENTS_UNSURE);
}

static cv_rc get_none(struct web_request *req)
{
    return get_list(req, STATEMENTS_NONE);
}

static cv_rc get_aside(struct web_request *req)
{
    return get_list(req, STATEMENTS_ASIDE);
}

static cv_rc get_waiting(struct web_request *req)
{
    return get_list(req, STATEMENTS_WAITING);
}

static cv_rc get_print(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_print_document(&document, req->db, req->mem);
    return answer(req, rc, document);
}

static cv_rc get_move(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_move_document(&document, req->db, req->mem, web_path_id(req, "id"),
                                    back_of(req, "/themes"));
    return answer(req, rc, document);
}

/* --- finding
 * ---------------------------------------------------------------------------------------- */

static cv_rc post_find(struct web_request *req)
{
    struct cv_problems problems = cv_problems_new(req->mem);
    const char *number = web_text(req, "number"); /* a number beside the choice wins */
    json_t *args = themes_find_args(*number ? number : web_text(req, "count"),
                                    web_int(req, "seed", 0), req->session.person_id, &problems);
    if (!args) return web_refuse(req, &problems, NULL);
    return feature_start_job(req, "themes_find", args);
}

static cv_rc get_preview(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = themes_difference_document(&document, req->db, req->mem, web_path_id(req, "id"));
    return answer(req, rc, document);
}

/* Many statements take longer than a person should wait for a page. */
static cv_rc is_long(bool *out, struct web_request *req)
{
    struct themes_counts counts;
    cv_rc rc = themes_counts(&counts, req->db);
    *out = rc == CV_OK && counts.statements > THEMES_AT_ONCE;
    return rc;
}

static cv_rc post_accept(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    int64_t run_id = web_path_id(req, "id");
    bool as_job = false;
    cv_rc rc = is_long(&as_job, req);
    if (rc == CV_OK && as_job)
        return feature_start_job(
            req, "themes_accept",
            json_pack("{s:I, s:I}", "run_id", (json_int_t)run_id, "by_id", (json_int_t)step.by_id));
    if (rc == CV_OK) rc = themes_accept(&step, run_id);
    return finish(req, &step, rc, "/themes", "Taken over.");
}

static cv_rc post_discard(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    cv_rc rc = themes_drop(&step, web_path_id(req, "id"));
    if (rc == CV_OK) web_flash(req, NULL, "Left as it is.");
    return finish(req, &step, rc, "/themes", "");
}

/* --- correcting
 * ------------------------------------------------------------------------------------- */

static cv_rc post_rename(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    const char *name_es = web_has(req, "name_es") ? web_text(req, "name_es") : NULL;
    cv_rc rc = themes_rename(&step, web_path_id(req, "id"), web_text(req, "name"), name_es);
    return finish(req, &step, rc, back_of(req, "/themes"),
                  cv_sprintf(req->mem, "The theme is called “%s” now.", web_text(req, "name")));
}

static cv_rc post_merge(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    cv_rc rc = themes_merge(&step, web_path_id(req, "id"), web_int(req, "into", 0));
    return finish(req, &step, rc, "/themes", "The two themes are one now.");
}

static cv_rc post_split(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    int64_t theme_id = web_path_id(req, "id");
    int64_t new_id = 0;
    bool as_job = false;
    cv_rc rc = is_long(&as_job, req);
    if (rc == CV_OK && as_job)
        return feature_start_job(req, "themes_split",
                                 json_pack("{s:I, s:I}", "theme_id", (json_int_t)theme_id, "by_id",
                                           (json_int_t)step.by_id));
    if (rc == CV_OK) rc = themes_split(&step, theme_id, &new_id);
    return finish(req, &step, rc, "/themes", "The theme is split in two. Give the new one a name.");
}

static cv_rc post_confirm(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    struct theme theme;
    int64_t theme_id = web_path_id(req, "id");
    cv_rc rc = themes_find(&theme, req->db, req->mem, theme_id);
    if (rc != CV_OK) return web_answer(req, rc);
    bool is_confirmed = strcmp(theme.state, "proposed") != 0; /* the button turns it round */
    rc = themes_confirm(&step, theme_id, !is_confirmed);
    return finish(req, &step, rc, back_of(req, "/themes"),
                  cv_sprintf(req->mem, is_confirmed ? "“%s” is open again." : "“%s” is confirmed.",
                             theme.name));
}

static cv_rc post_confirm_all(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    cv_rc rc = themes_confirm_all(&step);
    return finish(req, &step, rc, "/themes", "The themes are confirmed.");
}

static cv_rc post_close(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    cv_rc rc = themes_close(&step, web_path_id(req, "id"));
    return finish(req, &step, rc, "/themes", "The theme is closed.");
}

static cv_rc post_new(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    int64_t id = 0;
    cv_rc rc = themes_create(&step, web_text(req, "name"), web_text(req, "name_es"), &id);
    return finish(req, &step, rc, "/themes", "A new theme stands on the board.");
}

/* to: a theme's number, "new" or "none". */
static cv_rc post_move(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    const char *to = web_text(req, "to");
    int64_t theme_id = web_int(req, "to", 0);
    struct theme theme;
    enum themes_to way = strcmp(to, "new") == 0    ? THEMES_TO_NEW
                         : strcmp(to, "none") == 0 ? THEMES_TO_NONE
                                                   : THEMES_TO_THEME;
    cv_rc rc = themes_move(&step, web_int(req, "item", 0), way, &theme_id);
    const char *sentence = "It stays out of the themes now.";
    if (rc == CV_OK && way != THEMES_TO_NONE) {
        rc = themes_find(&theme, req->db, req->mem, theme_id);
        if (rc == CV_OK)
            sentence = cv_sprintf(req->mem, "It stands in “%s” now, and stays there.", theme.name);
    }
    return finish(req, &step, rc, back_of(req, "/themes"), sentence);
}

static cv_rc post_pin(struct web_request *req)
{
    struct cv_problems problems;
    struct themes_step step = step_of(req, &problems);
    struct placement place;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = placement_find(&place, req->db, id);
    if (rc != CV_OK) return web_answer(req, rc);
    rc = themes_pin(&step, id, !place.is_pinned);
    const char *path =
        place.theme_id ? cv_sprintf(req->mem, "/themes/%" PRId64, place.theme_id) : "/themes";
    return finish(req, &step, rc, back_of(req, path),
                  place.is_pinned ? "It may move when themes are found again."
                                  : "It stays here when themes are found again.");
}

#define PAGE(name) "features/themes/pages/" name ".html"

const struct web_route themes_routes[] = {
    {WEB_GET, "/themes", ROLE_MEMBER, get_board, PAGE("board"), 0},
    {WEB_GET, "/themes/print", ROLE_MEMBER, get_print, PAGE("print"), 0},
    {WEB_GET, "/themes/statements", ROLE_MEMBER, get_statements, PAGE("list"), 0},
    {WEB_GET, "/themes/unsure", ROLE_MEMBER, get_unsure, PAGE("list"), 0},
    {WEB_GET, "/themes/none", ROLE_MEMBER, get_none, PAGE("list"), 0},
    {WEB_GET, "/themes/aside", ROLE_MEMBER, get_aside, PAGE("list"), 0},
    {WEB_GET, "/themes/waiting", ROLE_MEMBER, get_waiting, PAGE("list"), 0},
    {WEB_GET, "/themes/:id", ROLE_MEMBER, get_show, PAGE("show"), 0},
    {WEB_GET, "/themes/statements/:id/move", ROLE_FACILITATOR, get_move, PAGE("move"), 0},
    {WEB_GET, "/themes/previews/:id", ROLE_FACILITATOR, get_preview, PAGE("difference"), 0},
    {WEB_POST, "/themes/find", ROLE_FACILITATOR, post_find, NULL, 0},
    {WEB_POST, "/themes/previews/:id/accept", ROLE_FACILITATOR, post_accept, NULL, 0},
    {WEB_POST, "/themes/previews/:id/discard", ROLE_FACILITATOR, post_discard, NULL, 0},
    {WEB_POST, "/themes/new", ROLE_FACILITATOR, post_new, NULL, 0},
    {WEB_POST, "/themes/confirm", ROLE_FACILITATOR, post_confirm_all, NULL, 0},
    {WEB_POST, "/themes/move", ROLE_FACILITATOR, post_move, NULL, 0},
    {WEB_POST, "/themes/statements/:id/pin", ROLE_FACILITATOR, post_pin, NULL, 0},
    {WEB_POST, "/themes/:id/rename", ROLE_FACILITATOR, post_rename, NULL, 0},
    {WEB_POST, "/themes/:id/merge", ROLE_FACILITATOR, post_merge, NULL, 0},
    {WEB_POST, "/themes/:id/split", ROLE_FACILITATOR, post_split, NULL, 0},
    {WEB_POST, "/themes/:id/confirm", ROLE_FACILITATOR, post_confirm, NULL, 0},
    {WEB_POST, "/themes/:id/close", ROLE_FACILITATOR, post_close, NULL, 0},
    {0},
};
