/* history: taking steps back, the last one first. */
#include "features/history/history.h"

#include <inttypes.h>
#include <string.h>

#include "features/history/history_internal.h"

static const struct feature *feature_named(const struct house *house, const char *name)
{
    for (size_t i = 0; i < house->feature_count; i++)
        if (strcmp(house->features[i]->name, name) == 0) return house->features[i];
    return NULL;
}

static cv_rc undo_inside(struct store_db *db, struct cv_arena *mem, const struct house *house,
                         int64_t edit_id, int64_t person_id, int64_t now_s)
{
    struct edit edit;
    cv_rc rc = history_find(&edit, db, mem, edit_id);
    /* Marked first: of two people who undo at once, the second finds it done. */
    if (rc == CV_OK) rc = history_mark_undone(db, edit_id, person_id, now_s);
    if (rc == CV_OK) rc = history_check_last(db, edit_id, edit.subject);
    if (rc != CV_OK) return rc;
    const struct feature *feature = feature_named(house, edit.feature);
    if (!feature || !feature->undo) return CV_NOT_FOUND;
    json_t *before = json_loads(edit.before, JSON_DECODE_ANY, NULL);
    if (!before) return CV_INVALID;
    rc = feature->undo(db, mem, edit.kind, before, now_s);
    json_decref(before);
    return rc;
}

cv_rc history_undo(struct store_db *db, struct cv_arena *mem, const struct house *house,
                   int64_t edit_id, int64_t person_id, int64_t now_s)
{
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    return store_end(db, undo_inside(db, mem, house, edit_id, person_id, now_s));
}

const char *history_undo_path(struct cv_arena *mem, int64_t edit_id)
{
    return cv_sprintf(mem, "/history/%" PRId64 "/undo", edit_id);
}
