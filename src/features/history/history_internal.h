/* What the files of the history feature share. */
#ifndef FEATURES_HISTORY_INTERNAL_H
#define FEATURES_HISTORY_INTERNAL_H

#include "features/history/history.h"

struct edit {
    const char *feature;
    const char *subject;
    const char *kind;
    const char *sentence;
    const char *before; /* JSON */
    bool is_undone;
};
CV_MUST_USE cv_rc history_find(struct edit *out, struct store_db *db, struct cv_arena *mem,
                               int64_t id);
/* CV_CONFLICT when a later step of the subject stands. */
CV_MUST_USE cv_rc history_check_last(struct store_db *db, int64_t id, const char *subject);
/* CV_NOT_FOUND when it is undone already. */
CV_MUST_USE cv_rc history_mark_undone(struct store_db *db, int64_t id, int64_t person_id,
                                      int64_t now_s);

/* The steps before this one, the newest first. */
CV_MUST_USE cv_rc history_list_before(json_t **out, struct store_db *db, struct cv_arena *mem,
                                      const char *subject, int64_t before_id, int64_t limit);
CV_MUST_USE cv_rc history_count(int64_t *out, struct store_db *db);

#endif
