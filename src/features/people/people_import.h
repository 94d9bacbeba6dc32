/* What the files of the import of people share (people_files.c, people_check.c, people_near.c). */
#ifndef FEATURES_PEOPLE_IMPORT_H
#define FEATURES_PEOPLE_IMPORT_H

#include "features/network/network.h"
#include "features/people/people_internal.h"

/* In the order of people_fields. */
enum people_field {
    FIELD_NAME,
    FIELD_FIRST,
    FIELD_LAST,
    FIELD_EMAIL,
    FIELD_ROLE,
    FIELD_PLACE,
    FIELD_ORGANISATION,
    FIELD_LANGUAGES,
    FIELD_STATE,
    FIELD_YEARS,
    FIELD_FACILITATES,
    FIELD_SLOTS,
    FIELD_OFFERS,
    FIELD_WANTS,
    FIELD_TOGETHER,
    FIELD_APART,
    FIELD_PHONE,
    FIELD_COUNT
};
extern const struct exchange_field people_fields[];

/* Whom a wish of the file means: somebody who is there, or another row of the file. */
struct people_wish_ref {
    bool is_apart;
    int64_t other_id; /* 0: a row */
    size_t row;
};

/* One row of the file, from check to store. */
struct people_row {
    struct person person; /* what the file says; then what will be stored */
    const char *name_folded;
    const char *email_folded; /* NULL without one */
    const char *role_text;    /* NULL when the file says nothing, as those below */
    const char *place_folded;
    const char *new_place;  /* the name of a place that is not there yet */
    bool says[FIELD_COUNT]; /* the cell holds something */
    struct gift *gifts;     /* by skill, offers first */
    size_t gift_count;
    struct people_wish_ref *wishes;
    size_t wish_count;
    const struct person *old; /* whom it matches; NULL */
    int64_t stored_id;
};

/* Everything that was loaded once for all rows. */
struct people_check {
    struct exchange_row *rows;
    size_t count;
    struct store_db *db;
    struct cv_arena *mem;
    struct cv_problems *problems;
    struct people_index index;
    struct network_places places;
    struct cv_map by_email;    /* folded e-mail -> index of an existing person */
    struct cv_map by_name;     /* "folded name\nfolded place" -> first index; more by next */
    int64_t *next;             /* per existing person: the next of the same name and place; -1 */
    bool *is_taken;            /* per existing person: a row of the file is that person */
    const char **names_folded; /* per existing person */
    const char **emails_folded;
    const char **places_folded;
    struct gift_list gifts;
    struct wish_list wishes;
};

/* Finds rows that are like somebody (near_id) or like an earlier row (near_line). Sorted
 * neighbourhood (Hernandez & Stolfo 1995): two orders of all names, eight neighbours each way, so
 * that 100,000 rows take as many comparisons as rows, times 32. */
void people_near(struct people_check *check);

/* Finds whom the wishes of all rows mean; refuses rows whose wishes mean nobody, or two, or both
 * together and apart. */
void people_check_wishes(struct people_check *check);
/* The wishes of somebody who is there, and those of a row, as texts to compare. */
const char *people_old_wishes_text(struct people_check *check, int64_t id, bool is_apart);
const char *people_new_wishes_text(struct people_check *check, const struct people_row *own,
                                   bool is_apart);

static inline struct people_row *people_row_of(const struct exchange_row *row)
{
    return row->own;
}

CV_MUST_USE cv_rc people_check_rows(struct exchange_row *rows, size_t count,
                                    enum exchange_on_match on_match, struct store_db *db,
                                    struct cv_arena *mem, struct cv_problems *problems);

/* One person from a form, by the same rules as a row; id 0: somebody new. CV_INVALID: see problems.
 */
CV_MUST_USE cv_rc people_check_form(struct people_row **out, const char *const *values, int64_t id,
                                    struct store_db *db, struct cv_arena *mem,
                                    struct cv_problems *problems);

#endif
