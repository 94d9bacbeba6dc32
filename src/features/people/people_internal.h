/* What the files of the people feature share. */
#ifndef FEATURES_PEOPLE_INTERNAL_H
#define FEATURES_PEOPLE_INTERNAL_H

#include "features/exchange/exchange.h"
#include "features/people/people.h"

/* --- statements (people_store.c, people_pages_store.c) ---------------------------------------- */

CV_MUST_USE cv_rc people_gifts_of(struct gift_list *out, struct store_db *db, struct cv_arena *mem,
                                  int64_t person_id);
CV_MUST_USE cv_rc people_wishes_of(struct wish_list *out, struct store_db *db, struct cv_arena *mem,
                                   int64_t person_id);
CV_MUST_USE cv_rc people_gifts_clear(struct store_db *db, int64_t person_id, bool is_want);
CV_MUST_USE cv_rc people_wishes_clear(struct store_db *db, int64_t person_id, bool is_apart);
/* CV_CONFLICT when ties, statements or groups hang on the person, or it has changed since. */
CV_MUST_USE cv_rc people_delete(struct store_db *db, int64_t id, int64_t version);
CV_MUST_USE cv_rc people_version(int64_t *out, struct store_db *db, int64_t id);

/* The whole person as a document, and back: for undo. people_restore writes it over what is there,
 * or puts it back where it was deleted. */
CV_MUST_USE cv_rc people_snapshot(json_t **out, struct store_db *db, struct cv_arena *mem,
                                  int64_t id);
CV_MUST_USE cv_rc people_restore(struct store_db *db, struct cv_arena *mem, const json_t *snapshot);

struct people_filter {
    const char *search; /* folded; "" for all */
    const char *role_key;
    const char *state;
    int64_t place_id;
    int64_t offset;
    int64_t limit;
};
struct people_page_row {
    int64_t id;
    const char *name;
    const char *state;
    int64_t facilitates;
    const char *role_key;
    const char *title; /* NULL: the role's own name */
    int64_t place_id;  /* 0: none */
    const char *place;
};
struct people_page {
    struct people_page_row *items; /* by name */
    size_t count;
    int64_t total; /* how many there are on all pages */
};
CV_MUST_USE cv_rc people_page(struct people_page *out, struct store_db *db, struct cv_arena *mem,
                              const struct people_filter *filter);
/* What the list can be narrowed to: places (with id) by name, roles by how many have them, states.
 */
struct people_choice {
    const char *kind; /* place, role, state */
    int64_t id;
    const char *name;
    int64_t count; /* of people; not counted for places */
};
enum { PEOPLE_CHOICES_MAX = 600 }; /* a select of more is no help */
struct people_choices {
    struct people_choice *items;
    size_t count;
    int64_t everybody;
};
CV_MUST_USE cv_rc people_choices(struct people_choices *out, struct store_db *db,
                                 struct cv_arena *mem);
/* [{kind, id, name}]: with whom the person would like to be, or not. */
CV_MUST_USE cv_rc people_wished(json_t **out, struct store_db *db, int64_t person_id);
CV_MUST_USE cv_rc people_former_roles(json_t **out, struct store_db *db, int64_t person_id);
/* Moves wishes about `from` to `to`, and gives `to` the gifts it lacks. */
CV_MUST_USE cv_rc people_move_rows(struct store_db *db, int64_t from, int64_t to);

/* --- words (people_text.c) -------------------------------------------------------------------- */

/* "data (can teach); facilitation" to gifts; the level's word may be English or Spanish. */
size_t people_gifts_read(struct gift **out, struct cv_arena *mem, const char *text, bool is_want);
/* The same text again, in the order of the folded skills. */
const char *people_gifts_text(struct cv_arena *mem, const struct gift *gifts, size_t count,
                              bool is_want);
/* NULL when the word means none of them. */
const char *people_state_read(struct cv_arena *mem, const char *text);
/* -1 when the word means none of them. */
int64_t people_facilitates_read(struct cv_arena *mem, const char *text);
const char *people_facilitates_text(int64_t facilitates);
/* "11", "11 years", "11,5 años"; -1 when it is no number of years. */
int64_t people_years_read(const char *text);
/* True when it could be an e-mail address: one @, something on both sides, a dot behind, no blanks.
 */
bool people_is_email(const char *text);

extern const struct exchange_import people_imports[];
extern const struct exchange_export people_exports[];
cv_rc people_undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s);

/* --- changing by hand (people_edit.c) --------------------------------------------------------- */

/* What a form says of one person, by the names of the import's fields; a NULL or empty value
 * clears. id 0: somebody new. Records the step. *out_id: who it is; *out_edit: the step (0 when
 * nothing changed). CV_INVALID: problems say what is wrong. */
CV_MUST_USE cv_rc people_save(int64_t *out_id, int64_t *out_edit, struct store_db *db,
                              struct cv_arena *mem, int64_t id, const char *const *values,
                              int64_t by_id, int64_t now_s, struct cv_problems *problems);
/* The names of the values, in their order; ends with NULL. */
size_t people_form_count(void);
const char *people_form_name(size_t index);
const char *people_form_label(size_t index);
/* `gone` becomes a part of `stays`: gaps are filled, gifts and wishes join, ties and what else
 * hangs on the row move over. CV_CONFLICT: something that cannot move hangs on it. */
CV_MUST_USE cv_rc people_merge(int64_t *out_edit, struct store_db *db, struct cv_arena *mem,
                               int64_t stays, int64_t gone, int64_t by_id, int64_t now_s);

#endif
