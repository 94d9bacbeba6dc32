/* today_web: the first page and the routes of long work. */
#include "features/history/history.h"
#include "features/today/today_internal.h"

static cv_rc get_today(struct web_request *req)
{
    struct today_facts facts;
    struct today_waiting waiting[TODAY_WAITING];
    json_t *moved = NULL;
    cv_rc rc = today_facts(&facts, req->db, req->mem);
    if (rc == CV_OK) rc = history_list(&moved, req->db, req->mem, NULL, TODAY_MOVED);
    if (rc != CV_OK) return web_answer(req, rc);
    size_t count = today_waiting(waiting, req->house, req->db, req->mem, req->session.person_id);
    json_t *document = today_document(req->mem, &facts, waiting, count, moved, req->now_s);
    json_decref(moved);
    return web_page(req, document);
}

const struct web_route today_routes[] = {
    {WEB_GET, "/", ROLE_MEMBER, get_today, "features/today/pages/today.html", 0},
    {WEB_GET, "/jobs", ROLE_MEMBER, today_get_jobs, "web/pages/jobs.html", 0},
    {WEB_GET, "/jobs/:id", ROLE_MEMBER, today_get_job, "web/pages/job.html", 0},
    {WEB_GET, "/jobs/:id/events", ROLE_MEMBER, today_get_job_events, NULL, WEB_EVENTS},
    {WEB_POST, "/jobs/:id/cancel", ROLE_FACILITATOR, today_post_job_cancel, NULL, 0},
    {0},
};
