/* history_web: the page of all steps, and Undo. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "features/history/history_internal.h"

enum { STEPS_SHOWN = 50 };

/* "Thursday 12 March 2026". */
static const char *day_text(struct cv_arena *mem, int64_t at_s)
{
    static const char *const days[] = {"Thursday", "Friday",  "Saturday", "Sunday",
                                       "Monday",   "Tuesday", "Wednesday"};
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    const char *date = cv_date_text(mem, at_s); /* 2026-03-12 */
    int month = (date[5] - '0') * 10 + date[6] - '0';
    int day = (date[8] - '0') * 10 + date[9] - '0';
    return cv_sprintf(mem, "%s %d %s %.4s", days[at_s / 86400 % 7], day, months[month - 1], date);
}

static json_t *step_document(struct cv_arena *mem, const json_t *row)
{
    int64_t id = json_integer_value(json_object_get(row, "id"));
    const char *at = json_string_value(json_object_get(row, "at"));
    bool can_undo = json_is_true(json_object_get(row, "can_undo"));
    json_t *step = json_object();
    json_object_set_new(step, "id", json_integer(id));
    json_object_set(step, "sentence", json_object_get(row, "sentence"));
    json_object_set_new(step, "at", json_string(strlen(at) > 11 ? at + 11 : at));
    json_object_set(step, "person", json_object_get(row, "person"));
    json_object_set(step, "is_undone", json_object_get(row, "is_undone"));
    json_object_set_new(step, "undo_url",
                        can_undo ? json_string(history_undo_path(mem, id)) : json_null());
    return step;
}

/* Steps of one day stand together. */
static json_t *days_document(struct cv_arena *mem, const json_t *steps)
{
    json_t *days = json_array();
    json_t *day = NULL;
    size_t i = 0;
    json_t *row = NULL;
    const char *last = "";
    json_array_foreach(steps, i, row)
    {
        int64_t at_s = json_integer_value(json_object_get(row, "at_s"));
        const char *date = cv_date_text(mem, at_s);
        if (strcmp(date, last) != 0) {
            day = json_pack("{s:s,s:s,s:[]}", "id", date, "day", day_text(mem, at_s), "steps");
            json_array_append_new(days, day);
            last = date;
        }
        json_array_append_new(json_object_get(day, "steps"), step_document(mem, row));
    }
    return days;
}

static cv_rc get_history(struct web_request *req)
{
    json_t *steps = NULL;
    int64_t total = 0;
    int64_t before = web_int(req, "before", INT64_MAX);
    cv_rc rc = history_count(&total, req->db);
    if (rc == CV_OK) rc = history_list_before(&steps, req->db, req->mem, NULL, before, STEPS_SHOWN);
    if (rc != CV_OK) return web_answer(req, rc);
    size_t count = json_array_size(steps);
    json_t *document = json_object();
    json_object_set_new(
        document, "page",
        json_pack("{s:s,s:s}", "title", "History", "lede",
                  total
                      ? "Every step that a person took, newest first. The last step of each thing "
                        "can be undone."
                      : "Nobody has changed anything yet."));
    json_object_set_new(document, "has_steps", json_boolean(count > 0));
    json_object_set_new(document, "days", days_document(req->mem, steps));
    json_object_set_new(document, "pager", json_null());
    if (total > (int64_t)count) {
        const json_t *last = json_array_get(steps, count - 1);
        const char *next = NULL;
        if (count == STEPS_SHOWN)
            next = cv_sprintf(req->mem, "/history?before=%" PRId64,
                              (int64_t)json_integer_value(json_object_get(last, "id")));
        json_object_set_new(
            document, "pager",
            json_pack("{s:s,s:s?,s:s?}", "text",
                      cv_sprintf(req->mem, "%zu of %" PRId64 " steps", count, total),
                      "previous_url", before < INT64_MAX ? "/history" : NULL, "next_url", next));
    }
    json_object_set_new(document, "problem_count", json_integer(0));
    json_decref(steps);
    return web_page(req, document);
}

static cv_rc post_undo(struct web_request *req)
{
    struct edit edit;
    int64_t id = web_path_id(req, "id");
    const char *back = web_text(req, "back");
    cv_rc rc = history_find(&edit, req->db, req->mem, id);
    if (rc == CV_OK)
        rc = history_undo(req->db, req->mem, req->house, id, req->session.person_id, req->now_s);
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, NULL, "Undone: %s", edit.sentence);
    bool is_ours = back[0] == '/' && back[1] != '/' && back[1] != '\\';
    return is_ours ? web_redirect(req, "%s", back) : web_redirect(req, "/history");
}

static const struct web_route routes[] = {
    {WEB_GET, "/history", ROLE_STEWARD, get_history, "features/history/pages/history.html", 0},
    {WEB_POST, "/history/:id/undo", ROLE_STEWARD, post_undo, NULL, 0},
    {0, NULL, 0, NULL, NULL, 0},
};

extern const struct store_migration history_migrations[];
const struct feature history_feature = {
    .name = "history",
    .migrations = history_migrations,
    .routes = routes,
};
