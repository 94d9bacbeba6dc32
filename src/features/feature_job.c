/* feature_job: how features start long work, the same for a page and for the terminal. */
#include <inttypes.h>

#include "features/feature.h"

cv_rc feature_start_job(struct web_request *req, const char *kind, json_t *args)
{
    const struct house *house = req->house;
    int64_t id = 0;
    cv_rc rc =
        jobs_start(&id, house->jobs, req->db, kind, args, req->session.person_id, req->now_s);
    json_decref(args);
    return rc == CV_OK ? web_redirect(req, "/jobs/%" PRId64, id) : web_answer(req, rc);
}

json_t *feature_run_job(int *exit_code, struct cli_request *req, const char *kind, json_t *args)
{
    const struct house *house = req->house;
    json_t *result = NULL;
    cv_rc rc = jobs_run_here(&result, house->jobs, req->db, req->mem, kind, args, req->now_s,
                             &req->problems, cli_bar, NULL);
    cli_bar(NULL, 1, 1, "");
    json_decref(args);
    if (rc == CV_OK) return result;
    json_decref(result);
    *exit_code = cli_fail(req, rc);
    return NULL;
}
