/* collectives' own: what its files share. Nobody else includes it. */
#ifndef FEATURES_COLLECTIVES_COLLECTIVES_INTERNAL_H
#define FEATURES_COLLECTIVES_COLLECTIVES_INTERNAL_H

#include "engine/grouping/grouping.h"
#include "features/collectives/collectives.h"
#include "features/exchange/exchange.h"
#include "features/history/history.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"
#include "files/pdf.h"

/* --- the store's rows ----------------------------------------------------------------------------
 */

struct membership {
    int64_t collective_id;
    int64_t person_id;
    const char *capacity;  /* member, facilitator */
    const char *state;     /* suggested, invited, accepted, active, declined, waitlisted */
    const char *placed_by; /* program, person */
    const char *code;      /* NULL before inviting */
    int64_t joined_at_s;
};

struct membership_list {
    struct membership *items;
    size_t count;
};

struct forming {
    int64_t id;
    const char *options; /* JSON */
    double objective, bound, gap_pct;
    int64_t iterations;
    bool was_cut_short;
    int64_t made_at_s;
};

/* Of all collectives that are not dissolved, by collective and then facilitators first. */
CV_MUST_USE cv_rc membership_list(struct membership_list *out, struct store_db *db,
                                  struct cv_arena *mem);
CV_MUST_USE cv_rc membership_put(struct store_db *db, const struct membership *m);
CV_MUST_USE cv_rc membership_delete(struct store_db *db, int64_t collective_id, int64_t person_id);
/* Rows of one person {collective_id, name, capacity, state} in collectives that have not ended. New
 * reference. */
CV_MUST_USE cv_rc membership_rows_of_person(json_t **out, struct store_db *db, int64_t person_id);
CV_MUST_USE cv_rc membership_set_states(struct store_db *db, int64_t collective_id,
                                        const char *from, const char *to);
CV_MUST_USE cv_rc collective_insert(int64_t *out_id, struct store_db *db, int64_t theme_id,
                                    const char *name, int64_t now_s);
CV_MUST_USE cv_rc collective_delete(struct store_db *db, int64_t id);
CV_MUST_USE cv_rc collective_update(struct store_db *db, const struct collective *c,
                                    const char *gate_reason, int64_t now_s);
CV_MUST_USE cv_rc collective_count_code(int64_t *out, struct store_db *db, const char *code);
CV_MUST_USE cv_rc forming_insert(struct store_db *db, const struct forming *forming);
CV_MUST_USE cv_rc forming_last(struct forming *out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc forming_rule_find(const char **out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc forming_rule_put(struct store_db *db, const char *rules, int64_t now_s);

/* The rows of these collectives as they are, with their members: what Undo needs. created: ids that
 * the step will add, so that Undo takes them away; give 0 ids freely. New reference. */
CV_MUST_USE cv_rc collectives_snapshot(json_t **out, struct store_db *db, const int64_t *ids,
                                       size_t count);
CV_MUST_USE cv_rc collectives_put_back(struct store_db *db, const json_t *snapshot);

/* A code that nobody has yet (collectives_states.c). */
CV_MUST_USE cv_rc collectives_new_code(const char **out, struct store_db *db, struct cv_arena *mem);

/* Two people are one (collectives_merge_store.c): a place of the one who goes becomes the other's,
 * unless they have one already. */
CV_MUST_USE cv_rc collectives_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem,
                                           int64_t from, int64_t to);
CV_MUST_USE cv_rc collectives_unmerge_person(const json_t *moved, struct store_db *db,
                                             struct cv_arena *mem, int64_t from, int64_t to);

/* --- the board: everybody and everything that forming looks at
 * ------------------------------------- */

struct board_theme {
    int64_t id;
    const char *name;
};

struct board {
    struct collectives_rules rules;
    /* Candidates: who cares about an open theme or sits somewhere, and has not left; by id. */
    struct person *people;
    size_t people_count;
    struct board_theme *themes; /* open ones and those that collectives stand on */
    size_t theme_count;
    struct collective_list groups;
    struct membership_list members;
    struct grouping_problem problem; /* all people, all groups, as they stand */
    int32_t *group_of;               /* per person: index in groups, or GROUPING_NONE */
    int32_t *theme_of;               /* per group */
    const char **languages;          /* codes of the bits */
    size_t language_count;
    const char **skills; /* needed ones, as the rules name them */
    size_t skill_count;
    struct grouping_result score;
};

/* Reads everything and scores it as it stands. */
CV_MUST_USE cv_rc board_load(struct board *out, struct store_db *db, struct cv_arena *mem,
                             int64_t now_s);
/* Groups and seats are still those that the board was loaded with. */
CV_MUST_USE cv_rc board_is_current(bool *out, const struct board *board, struct store_db *db,
                                   struct cv_arena *mem);
/* Index of a person, theme, group by id; -1 when not there. */
int32_t board_person(const struct board *board, int64_t person_id);
int32_t board_theme_index(const struct board *board, int64_t theme_id);
int32_t board_group(const struct board *board, int64_t collective_id);

/* --- documents (collectives_words.c)
 * ---------------------------------------------------------------- */

/* The page of all collectives, of one, and the rows for the terminal. New references. */
json_t *collectives_document(const struct board *board, struct cv_arena *mem);
json_t *collectives_group_document(const struct board *board, int32_t group, bool with_why,
                                   struct cv_arena *mem);

/* What struct feature asks for (collectives_person.c). */
CV_MUST_USE cv_rc collectives_add_to_person(json_t *person, struct web_request *req,
                                            int64_t person_id);

extern const struct store_migration collectives_migrations[];
extern const struct web_route collectives_routes[];
extern const struct cli_command collectives_commands[];
extern const struct exchange_export collectives_exports[];

/* A collective as a sheet in PDF; with codes, the invitations to cut follow. */
CV_MUST_USE cv_rc collectives_write_pdf(struct files_bytes *out, const struct board *board,
                                        int32_t group, const json_t *voices, struct cv_arena *mem,
                                        int64_t now_s);

/* The job kind (collectives_form.c). */
extern const char collectives_form_job[];
cv_rc collectives_run_form(struct job *job);

#endif
