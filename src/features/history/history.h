/* history: the trace of every step a person takes, and its undo. Owns table edit.
 * A feature records a step with what is needed to take it back (a document of its own making,
 * usually the rows as they were); history shows the list, and on Undo calls that feature's `undo`
 * through the manifest, in one transaction. Undo is strict: only the newest step of a subject that
 * is not undone can be undone ("the last step first"). Not here: how a step is undone (each
 * feature), who may (route rows). */
#ifndef FEATURES_HISTORY_HISTORY_H
#define FEATURES_HISTORY_HISTORY_H

#include "features/feature.h"

/* Records inside the caller's transaction. subject: what steps are undone in order for ("themes",
 * "collectives", "import:17"). kind: the feature's own word for undo ("merge"). sentence: what
 * people read ("Merged Attendance into Absence"). before is kept as JSON (not taken over). *out_id
 * may be NULL. */
CV_MUST_USE cv_rc history_record(int64_t *out_id, struct store_db *db, const char *feature,
                                 const char *subject, const char *kind, const char *sentence,
                                 const json_t *before, int64_t person_id, int64_t now_s);
/* Takes one step back, in one transaction, through the owning feature's undo. CV_CONFLICT: a later
 * step of the subject stands. */
CV_MUST_USE cv_rc history_undo(struct store_db *db, struct cv_arena *mem, const struct house *house,
                               int64_t edit_id, int64_t person_id, int64_t now_s);
/* The path that undoes a step, for web_flash: "/history/17/undo". */
const char *history_undo_path(struct cv_arena *mem, int64_t edit_id);
/* The newest steps of a subject (NULL: all): [{id, sentence, at_s, at, person, is_undone,
 * can_undo, undo_url}], for pages; undo_url is null where the step cannot be undone. */
CV_MUST_USE cv_rc history_list(json_t **out, struct store_db *db, struct cv_arena *mem,
                               const char *subject, int64_t limit);

extern const struct feature history_feature;

#endif
