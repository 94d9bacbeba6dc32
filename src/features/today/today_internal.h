/* today_internal: shared by the files of this feature only. */
#ifndef FEATURES_TODAY_TODAY_INTERNAL_H
#define FEATURES_TODAY_TODAY_INTERNAL_H

#include "features/today/today.h"

extern const struct web_route today_routes[];

/* Counts that say where a network stands. */
struct today_facts {
    const char *network; /* its name; NULL while it has none */
    int64_t people;
    int64_t statements;
    int64_t themes;
    int64_t themes_unconfirmed;
    int64_t statements_unsure;
    int64_t collectives;
    int64_t collectives_proposed; /* of these, not yet invited */
    int64_t people_seated;
    int64_t ties;
};
CV_MUST_USE cv_rc today_facts(struct today_facts *out, struct store_db *db, struct cv_arena *mem);

enum { TODAY_WAITING = 12, TODAY_MOVED = 6 };

struct today_waiting {
    struct feature_waiting row;
    const char *icon;
};
/* What the features have waiting for this person, most pressing first; at most TODAY_WAITING. */
size_t today_waiting(struct today_waiting *out, const struct house *house, struct store_db *db,
                     struct cv_arena *mem, int64_t person_id);
/* The page's document (new reference). moved: rows of history_list, NULL for none. */
json_t *today_document(struct cv_arena *mem, const struct today_facts *facts,
                       const struct today_waiting *waiting, size_t waiting_count,
                       const json_t *moved, int64_t now_s);

/* today_jobs.c: pages of long work. */
cv_rc today_get_jobs(struct web_request *req);
cv_rc today_get_job(struct web_request *req);
cv_rc today_get_job_events(struct web_request *req);
cv_rc today_post_job_cancel(struct web_request *req);

#endif
