/* grouping_internal: what the files of this engine share. Nobody else includes it.
 *
 *   model   the problem made ready: people as units (a together-set is one unit), ties and
 *           apart-pairs between units as rows, dense theme numbers. Read only while searching.
 *   shape   what matters of one group's members, counted in one pass.
 *   state   one search's assignment: units in groups, the last "group" being the waiting list. */
#ifndef ENGINE_GROUPING_INTERNAL_H
#define ENGINE_GROUPING_INTERNAL_H

#include "base/rng.h"
#include "engine/grouping/grouping.h"

enum { SLOT_PLANES = 7, GROUP_ROOM_MAX = GROUPING_SIZE_OVERRIDE };

/* One waiting person weighs more than everything else in any group. So does one who sits in a group
 * below the minimum, which only locks can bring about. */
#define WAITING_COST 1e5

struct gr_person {
    int32_t role, district, employer, facilitates;
    uint64_t skills, languages, slots;
    int32_t unit, previous;
};

struct gr_model {
    const struct grouping_problem *problem;
    int32_t people_count, unit_count, theme_count; /* at least one theme inside */
    struct gr_person *people;
    int32_t *unit_people, *unit_first; /* people of unit u: unit_people[unit_first[u] ..[u+1]) */
    int32_t *unit_lock;                /* group, or GROUPING_NONE */
    double *unit_affinity;             /* unit x theme: weighted sum, or below 0: not eligible */
    int64_t *tie_first;                /* rows of units: other unit, weighted strength */
    int32_t *tie_unit;
    double *tie_cost;
    int64_t *apart_first; /* rows of units */
    int32_t *apart_unit;
    double tie_cost_forced;              /* inside together-sets: no search can avoid it */
    int32_t roles, districts, employers; /* numbers run below these */
    int32_t size_min, size_max, room;    /* room: people a group's row holds */
    double size_preferred;
    double ideal[2 * GROUP_ROOM_MAX + 1]; /* size: no shape of that size is worth more */
    bool has_employer, has_slots, has_languages, has_skills, has_stay, has_aparts, has_ties;
};

/* Counters that gr_shape uses; all zero between calls. One a thread. */
struct gr_counts {
    uint8_t *role, *district, *employer;
};

struct gr_shape {
    int32_t size;
    int32_t role_pairs, district_pairs, employer_pairs; /* pairs alike */
    int32_t roles, districts, facilitators;             /* different ones; those who count */
    uint64_t skills_missing;
    int32_t slot, slot_can, slot_said;
    int32_t islands; /* of languages; 1 when linked, 0 when nobody said */
};

struct gr_state {
    const struct gr_model *model;
    struct cv_rng rng;
    struct gr_counts counts;
    int32_t group_count, group_capacity; /* groups with room; the waiting list is unit_group -1 */
    int32_t *theme, *max, *size, *units; /* a group: theme, maximum, people, units */
    int32_t *who, *unit_in;              /* rows of `room`: its people, its units */
    uint64_t *need;                      /* skills needed */
    double *value;                       /* gr_value of its shape */
    bool *opened;                        /* may be closed again */
    int32_t *unit_group, *unit_at; /* of a unit: group or -1; place in unit_in or in waiting */
    int32_t *waiting, waiting_units, waiting_people;
    int64_t iterations;
};

/* ---- grouping_model.c */
void gr_model_init(struct gr_model *out, const struct grouping_problem *problem,
                   struct cv_arena *mem);
struct gr_counts gr_counts_new(const struct gr_model *m, struct cv_arena *mem);
int32_t gr_unit_size(const struct gr_model *m, int32_t unit);
int32_t gr_group_max(const struct gr_model *m, int32_t group);
uint64_t gr_group_need(const struct gr_model *m, int32_t group, int32_t theme);
/* As many groups as could ever be open. */
int32_t gr_groups_most(const struct gr_model *m);

/* ---- grouping_value.c */
void gr_shape_of(struct gr_shape *out, const struct gr_model *m, const struct gr_counts *counts,
                 const int32_t *who, int32_t size, uint64_t need);
/* Points of the shape: everything but affinity, stay and ties, which add up unit by unit. */
double gr_shape_value(const struct gr_model *m, const struct gr_shape *s);
void gr_shape_parts(double *parts, const struct gr_model *m, const struct gr_shape *s);
int32_t gr_slot_need(const struct gr_model *m, int32_t said);

/* ---- grouping_state.c */
void gr_state_init(struct gr_state *out, const struct gr_model *m, uint64_t seed, uint64_t stream,
                   struct cv_arena *mem);
int32_t gr_state_open(struct gr_state *s, int32_t theme); /* a new empty group */
void gr_state_set_theme(struct gr_state *s, int32_t group, int32_t theme);
void gr_state_copy(struct gr_state *to, const struct gr_state *from); /* not its rng */
void gr_state_move(struct gr_state *s, int32_t unit, int32_t group);  /* -1: to the waiting list */
void gr_state_revalue(struct gr_state *s, int32_t group);
/* Interest and apart-pairs allow it, were `without` (a unit, or -1) not there. Not size. */
bool gr_may_sit(const struct gr_state *s, int32_t unit, int32_t group, int32_t without);
/* Affinity and stay of a unit in a group, without ties. Waiting: 0. */
double gr_pull(const struct gr_state *s, int32_t unit, int32_t group);
double gr_state_objective(const struct gr_state *s); /* less WAITING_COST for each who waits */

/* ---- grouping_start.c: a first assignment that keeps every hard rule. extra: theme -> groups to
 * open besides those that the number of people asks for. */
void gr_start(struct gr_state *s, const int32_t *extra, struct cv_arena *mem);
/* ---- grouping_themes.c: which themes get groups, how many, and who is meant for which */
struct gr_plan {
    int32_t *demand;   /* theme: people meant for it, or in it already */
    int32_t *groups;   /* theme: groups it has */
    int32_t *choice;   /* unit: theme, or -1 */
    bool *closed;      /* theme: cannot have a group */
    int32_t undecided; /* groups given without a theme */
};
void gr_plan_themes(struct gr_plan *out, struct gr_state *s, const int32_t *extra,
                    struct cv_arena *mem);

/* ---- grouping_search.c */
struct gr_clock { /* shared by all starts of a run */
    grouping_watch watch;
    void *context;
    int64_t done, total; /* iterations */
    int signal;
};
struct gr_search { /* work space of one search */
    struct gr_state *s;
    struct gr_state saved, best;     /* of the same model */
    int32_t *free_units, free_count; /* those that may move */
    int32_t *groups, *groups_first;  /* by theme, those in use */
    int32_t *themes;                 /* eligible ones of each unit, best liked first */
    int64_t *themes_first;
    int32_t *focus, focus_count; /* units that a change of groups touched, each once */
    bool *focused;
};
/* Two units change places, or unit `a` moves to group `to` (then b is -1). Groups may be -1. */
struct gr_step {
    int32_t a, b;
    int32_t from, to;
    double gain, value_from, value_to;
};
void gr_search_init(struct gr_search *out, struct gr_state *s, struct cv_arena *mem);
void gr_search_list_groups(struct gr_search *x); /* after groups came or went */
void gr_search_run(struct gr_search *x, int64_t looks, struct gr_clock *clock);
bool gr_weigh(struct gr_state *s, struct gr_step *step, double least);
void gr_take(struct gr_state *s, const struct gr_step *step);
bool gr_anneal(struct gr_search *x, int64_t looks, struct gr_clock *clock);
void gr_descend(struct gr_search *x, const int32_t *units, int32_t count, int64_t looks,
                struct gr_clock *clock);
bool gr_told_to_stop(struct gr_clock *clock, int64_t looks);
/* ---- grouping_reshape.c: groups opened, closed, split, merged, given another theme */
void gr_reshape(struct gr_search *x, int64_t looks, struct gr_clock *clock);

/* ---- grouping_bound.c */
double gr_bound(const struct gr_model *m, int32_t waiting_people, struct cv_arena *mem);

/* ---- grouping_report.c */
void gr_report(struct grouping_result *out, const struct gr_model *m, const int32_t *group_of,
               const int32_t *theme_of, int32_t group_count, struct cv_arena *mem);
/* ---- grouping_proof.c: which unmet goals no assignment could meet */
void gr_prove(struct grouping_result *r, const struct gr_model *m, struct cv_arena *mem);

#endif
