/* collectives: small groups of people who take up one theme together: proposed by the program,
 * corrected by hand, invited, begun. Owns tables collective, membership, forming, forming_rule. Not
 * here: who fits with whom (engine/grouping); what a collective then inquires into (inquiry); when
 * it meets (convenings). */
#ifndef FEATURES_COLLECTIVES_COLLECTIVES_H
#define FEATURES_COLLECTIVES_COLLECTIVES_H

#include "features/feature.h"

struct collective {
    int64_t id;
    int64_t theme_id;
    const char *name;  /* texts live in the arena of the call that filled this */
    const char *state; /* proposed, inviting, forming, active, dissolved */
    bool is_locked;
    int64_t max_people;     /* CV_LIMIT_GROUP_PEOPLE unless somebody wrote a reason */
    const char *max_reason; /* NULL without one */
    int64_t people_count;   /* seated: without those who wait or declined */
};

struct collective_list {
    struct collective *items;
    size_t count;
};

/* CV_NOT_FOUND leaves *out untouched. */
CV_MUST_USE cv_rc collectives_find(struct collective *out, struct store_db *db,
                                   struct cv_arena *mem, int64_t id);
/* All that are not dissolved, by theme and age. */
CV_MUST_USE cv_rc collectives_list(struct collective_list *out, struct store_db *db,
                                   struct cv_arena *mem);

/* Rules that every proposal keeps; the network's own, or those every network begins with. */
struct collectives_rules {
    int64_t size_min, size_max; /* 4 and 10 */
    int64_t roles, districts;   /* different ones wished in each group; 0: no wish */
    int64_t facilitators;       /* wished in each group */
    double theme_weight, mix_weight, tie_weight, slot_weight; /* 0 … 3: how much each counts */
    const char *skills; /* gifts that each group needs, ';' between; "" for none */
};
CV_MUST_USE cv_rc collectives_rules_find(struct collectives_rules *out, struct store_db *db,
                                         struct cv_arena *mem);
CV_MUST_USE cv_rc collectives_rules_save(struct store_db *db, struct cv_arena *mem,
                                         const struct collectives_rules *rules, int64_t person_id,
                                         int64_t now_s, struct cv_problems *problems);

/* Where a person goes by hand. */
enum collectives_to {
    COLLECTIVES_TO_GROUP,
    COLLECTIVES_TO_WAITING,
    COLLECTIVES_TO_NEW_GROUP,
    COLLECTIVES_TO_NOBODY
};

struct collectives_move {
    int64_t person_id;
    enum collectives_to to;
    int64_t collective_id; /* for all but COLLECTIVES_TO_NOBODY; a new group takes its theme */
    const char *reason;    /* written reason to go above ten; "" otherwise */
};
/* Moves one person; *out_edit_id is the step for Undo. A full collective is CV_INVALID with a
 * problem that names the three ways on: a second group, the waiting list, a written reason. A
 * locked collective is CV_INVALID too. */
CV_MUST_USE cv_rc collectives_move(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                                   const struct collectives_move *move, int64_t by_id,
                                   int64_t now_s, struct cv_problems *problems);
CV_MUST_USE cv_rc collectives_set_locked(int64_t *out_edit_id, struct store_db *db,
                                         struct cv_arena *mem, int64_t id, bool is_locked,
                                         int64_t by_id, int64_t now_s);
CV_MUST_USE cv_rc collectives_rename(int64_t *out_edit_id, struct store_db *db,
                                     struct cv_arena *mem, int64_t id, const char *name,
                                     int64_t by_id, int64_t now_s, struct cv_problems *problems);
CV_MUST_USE cv_rc collectives_set_facilitator(int64_t *out_edit_id, struct store_db *db,
                                              struct cv_arena *mem, int64_t id, int64_t person_id,
                                              int64_t by_id, int64_t now_s,
                                              struct cv_problems *problems);
/* proposed → inviting → forming → active, or dissolved from any. The gate to active advises: what
 * is missing is a problem unless a reason is written, which is kept. Skipping a state is refused.
 * Inviting gives each person a code. */
CV_MUST_USE cv_rc collectives_set_state(int64_t *out_edit_id, struct store_db *db,
                                        struct cv_arena *mem, int64_t id, const char *state,
                                        const char *reason, int64_t by_id, int64_t now_s,
                                        struct cv_problems *problems);

extern const struct feature collectives_feature;

#endif
