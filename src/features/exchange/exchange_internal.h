/* What the files of the exchange feature share. */
#ifndef FEATURES_EXCHANGE_INTERNAL_H
#define FEATURES_EXCHANGE_INTERNAL_H

#include "features/exchange/exchange.h"

/* --- statements (exchange_store.c) ---------------------------------------------------------------
 */

struct import_batch {
    int64_t id;
    const char *kind;
    const char *file_name;
    const char *state; /* kept, stored, undone */
    const char *bytes; /* NULL once stored or dropped */
    size_t size;
    const char *choices; /* JSON: {on_match, sheet, map: {"3": "email"}, merge: [12], merge_all} */
    const char *preview; /* JSON: the document of the preview; NULL while it is being made */
    const char *outcome; /* JSON: what storing or undoing came to */
    int64_t job_id;      /* 0: none */
    int64_t edit_id;
    int64_t person_id;
    int64_t created_at_s;
    int64_t stored_at_s;
    int64_t undone_at_s;
};
/* with_bytes: also the file itself. */
CV_MUST_USE cv_rc exchange_batch_find(struct import_batch *out, struct store_db *db,
                                      struct cv_arena *mem, int64_t id, bool with_bytes);
CV_MUST_USE cv_rc exchange_batch_insert(int64_t *out_id, struct store_db *db,
                                        const struct import_batch *batch);
CV_MUST_USE cv_rc exchange_batch_preview(struct store_db *db, int64_t id, const char *choices,
                                         const char *preview, int64_t job_id);
/* Only from the state `from`; CV_CONFLICT otherwise: of two who confirm at once one is second. The
 * bytes go. */
CV_MUST_USE cv_rc exchange_batch_stored(struct store_db *db, int64_t id, const char *outcome,
                                        int64_t edit_id, int64_t now_s);
CV_MUST_USE cv_rc exchange_batch_undone(struct store_db *db, int64_t id, const char *outcome,
                                        int64_t now_s);
CV_MUST_USE cv_rc exchange_batch_drop(struct store_db *db, int64_t id);
/* Takes away what was kept and not confirmed before this time. */
CV_MUST_USE cv_rc exchange_batch_clean(struct store_db *db, int64_t before_s);
CV_MUST_USE cv_rc exchange_batch_list(json_t **out, struct store_db *db, int64_t limit);

struct import_row {
    int64_t number;
    int64_t row_id;
    const char *before; /* JSON; NULL: the row was new */
};
/* The last first. */
CV_MUST_USE cv_rc exchange_rows_list(struct import_row **out, size_t *out_count,
                                     struct store_db *db, struct cv_arena *mem, int64_t batch_id);
CV_MUST_USE cv_rc exchange_rows_clear(struct store_db *db, int64_t batch_id);

#endif
