/* grouping: people -> small groups under limits, with a stated distance to the best possible.
 *
 * Pure: numbers in, numbers out. No clock, no globals, no output. The same problem, options and
 * seed give the same bytes on 1, 2 or 4 threads, unless the watcher ended the run (then the result
 * says so in `stopped`).
 * Not here: names, sentences of the page, what was stored (features/collectives); who sits at which
 * table (engine/rounds).
 *
 * Model and sources: docs/engines/grouping.md. In short: every person placed brings points (theme
 * affinity, other roles and districts around them, ...), every unit that a goal misses costs
 * points; hard rules (size, together, apart, interest, locks) are never broken. Search: simulated
 * annealing (Kirkpatrick, Gelatt & Vecchi 1983) over swaps and inserts, then descent.
 *
 * Shapes: people, groups, themes, skills, languages and slots are numbers from 0; -1 means "none"
 * or "not known". A mask holds one bit for each of at most 64 skills, languages or slots.
 *
 *     struct grouping_problem p = grouping_problem_new();
 *     p.people_count = n; p.people = people; ...
 *     struct grouping_options o = {.seed = 7};
 *     struct grouping_result r;
 *     cv_rc rc = grouping_form(&r, &p, &o, mem);
 */
#ifndef ENGINE_GROUPING_GROUPING_H
#define ENGINE_GROUPING_GROUPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/problems.h"
#include "base/rc.h"

enum {
    GROUPING_NONE = -1,
    GROUPING_SIZE_MIN = 4,         /* unless the caller says otherwise */
    GROUPING_SIZE_MAX = 10,        /* hard, unless one group carries its own max_override */
    GROUPING_SIZE_OVERRIDE = 64,   /* largest max_override */
    GROUPING_PEOPLE_MAX = 1000000, /* of one problem */
    GROUPING_THEMES_MAX = 1000,
    GROUPING_TOP_COUNT = 4, /* reasons kept of one person */
};

/* ---- what goes in ---------------------------------------------------------------------------- */

struct grouping_person {
    int32_t role;           /* GROUPING_NONE: never counts as the same, nor as a role of its own */
    int32_t district;       /* the same; a department or a place will do */
    int32_t employer;       /* line of one employer: same number = same line; GROUPING_NONE: none */
    int32_t facilitator;    /* level; counts for the goal from goals.facilitator_level */
    uint64_t skills;        /* mask */
    uint64_t languages;     /* mask; 0: not said, never stands in the way */
    uint64_t slots;         /* mask of meeting times; 0: not said, never stands in the way */
    int32_t locked_group;   /* stays in this group whatever happens; GROUPING_NONE: free */
    int32_t previous_group; /* earns weights.stay when it is the same again; GROUPING_NONE: none */
};

struct grouping_tie {
    int32_t a, b;
    double strength; /* in [0,1], already decayed by the caller; several of one pair add up to 1 */
};

struct grouping_pair {
    int32_t a, b;
};

/* A group that is there before the search: of an earlier run, or wanted by number or theme. */
struct grouping_group {
    int32_t theme;        /* GROUPING_NONE: the search chooses (and there is none without themes) */
    int32_t max_override; /* 0: the problem's max; else this group's own, recorded by the caller */
    uint64_t skills;      /* needed by this group besides goals.skills and its theme's */
};

/* Points. Those of the first block are for one person, at most 1 * weight each. */
struct grouping_weights {
    double affinity; /* times the person's affinity to the group's theme */
    double role;     /* times the share of the others in the group who have another role */
    double district; /* times the share of the others from another district */
    double employer; /* times the share of the others from another employer's line */
    double slot;     /* times the share of the group that can meet at its best slot */
    double stay;     /* for a person who stays in previous_group */
    double tie;      /* costs this times the strength of each tie inside the group */
    double size;     /* costs this times (size - preferred)^2 for a group */
    /* Goals: what one missing unit costs the group (a role, a district, a facilitator, a skill, a
     * person who cannot come at the best slot, a language island without a bridge). */
    double goal_roles, goal_districts, goal_facilitators, goal_skills, goal_slot, goal_bridge;
};

struct grouping_goals {
    int32_t roles;             /* at least so many different roles in a group; 0: no goal */
    int32_t districts;         /* at least so many different districts */
    int32_t facilitators;      /* at least so many facilitators */
    int32_t facilitator_level; /* a person counts from this level */
    uint64_t skills;           /* each group needs each of these from somebody */
    double slot_share;         /* share (0..1) of those who said when, who can meet; 0: no goal */
    bool bridge;               /* members linked through shared languages */
};

struct grouping_problem {
    int32_t people_count;
    const struct grouping_person *people;
    int32_t theme_count;          /* 0: groups without a theme */
    const double *affinity;       /* people_count x theme_count; 0..1, below 0: not interested */
    const uint64_t *theme_skills; /* theme_count masks, or NULL */
    size_t tie_count;
    const struct grouping_tie *ties;
    size_t together_count; /* pairs that stay in one group; chains make sets */
    const struct grouping_pair *together;
    size_t apart_count; /* pairs never in one group */
    const struct grouping_pair *apart;
    size_t boss_count; /* boss and subordinate: apart too, but told as such; leave out who agreed */
    const struct grouping_pair *boss;
    int32_t group_count; /* groups that are there; locked_group and previous_group point here */
    const struct grouping_group *groups;
    bool may_open; /* the search opens as many more groups as it needs; else group_count it is */
    int32_t size_min, size_max; /* size_max at most GROUPING_SIZE_MAX */
    int32_t size_preferred;     /* decides how many groups are opened; 0: min + 2/3 of the room */
    struct grouping_weights weights;
    struct grouping_goals goals;
};

/* No people; the weights and goals of the collectives: 4 to 10 people, 3 roles, 3 districts, one
 * facilitator, 4 of 5 can meet, languages bridged; groups opened as needed. */
struct grouping_problem grouping_problem_new(void);

enum grouping_signal { GROUPING_GO_ON = 0, GROUPING_OUT_OF_TIME, GROUPING_CANCEL };
/* Asked every few milliseconds, by one thread at a time, with the share done in [0,1]. */
typedef enum grouping_signal (*grouping_watch)(void *context, double done_share);

struct grouping_options {
    uint64_t seed;
    int32_t threads; /* 0: as many as OpenMP gives; never changes the result */
    int32_t starts;  /* independent searches, the best is kept; 0: by the size of the problem */
    double effort;   /* multiplies the iterations that the size gives; 0: 1 */
    grouping_watch watch; /* NULL: runs to its end */
    void *watch_context;
};

/* ---- what comes out -------------------------------------------------------------------------- */

enum grouping_goal {
    GROUPING_GOAL_ROLES,
    GROUPING_GOAL_DISTRICTS,
    GROUPING_GOAL_FACILITATORS,
    GROUPING_GOAL_SKILLS,
    GROUPING_GOAL_SLOT,
    GROUPING_GOAL_BRIDGE,
    GROUPING_GOAL_COUNT
};

enum grouping_goal_state {
    GROUPING_NOT_ASKED,
    GROUPING_MET,
    GROUPING_GAVE_WAY,  /* not met, and not proven impossible: other wishes weighed more */
    GROUPING_UNMEETABLE /* proven: whoever could sit here, this group could not meet it; or as much
                         * of it is met, over the theme's groups or over all, as ever could be */
};

struct grouping_goal_report {
    enum grouping_goal_state state;
    int32_t have, need; /* roles, districts, facilitators, skills, people at the best slot; bridge:
                         * have = language islands, need = 1 */
    int32_t missing;    /* units short; 0 when met */
};

/* The parts of the objective, in points (weights applied; costs below 0). */
enum grouping_part {
    GROUPING_PART_AFFINITY,
    GROUPING_PART_ROLE,
    GROUPING_PART_DISTRICT,
    GROUPING_PART_EMPLOYER,
    GROUPING_PART_SLOT,
    GROUPING_PART_STAY,
    GROUPING_PART_TIE,
    GROUPING_PART_SIZE,
    GROUPING_PART_GOAL_ROLES,
    GROUPING_PART_GOAL_DISTRICTS,
    GROUPING_PART_GOAL_FACILITATORS,
    GROUPING_PART_GOAL_SKILLS,
    GROUPING_PART_GOAL_SLOT,
    GROUPING_PART_GOAL_BRIDGE,
    GROUPING_PART_COUNT
};

/* Hard rules that an assignment made by hand breaks; a formed one never does. */
enum grouping_broken {
    GROUPING_BROKEN_TOO_FEW = 1,         /* below size_min */
    GROUPING_BROKEN_TOO_MANY = 2,        /* above the maximum */
    GROUPING_BROKEN_APART = 4,           /* a pair that must be apart */
    GROUPING_BROKEN_BOSS = 8,            /* boss and subordinate */
    GROUPING_BROKEN_TOGETHER = 16,       /* a together-set with members elsewhere */
    GROUPING_BROKEN_NOT_INTERESTED = 32, /* somebody whose affinity is below 0 */
    GROUPING_BROKEN_LOCK = 64,           /* somebody locked elsewhere */
};

struct grouping_group_report {
    int32_t theme;         /* GROUPING_NONE without themes */
    const int32_t *people; /* size of them, ascending */
    int32_t size;
    bool opened; /* by the search: not among problem.groups */
    struct grouping_goal_report goals[GROUPING_GOAL_COUNT];
    uint64_t skills_missing; /* mask */
    int32_t tie_pairs;       /* pairs inside with a tie */
    double tie_strength;     /* their sum */
    int32_t slot;            /* the best one, GROUPING_NONE when nobody said */
    int32_t slot_can, slot_said;
    int32_t bridge_person; /* shares a language with everybody who said; GROUPING_NONE: nobody does
                            * or none is needed (one language that all share) */
    uint32_t broken;       /* grouping_broken bits */
    double points;         /* sum of parts */
    double parts[GROUPING_PART_COUNT];
};

enum grouping_reason {
    GROUPING_PLACED,
    GROUPING_TOO_FEW_PEOPLE,  /* fewer people than one group needs */
    GROUPING_NO_THEME,        /* not interested in any theme (or the together-set shares none) */
    GROUPING_THEME_TOO_SMALL, /* the themes they care about have too few people for a group */
    GROUPING_NO_ROOM,         /* every group they could join is full */
    GROUPING_KEPT_APART,      /* where there is room sits somebody they must be apart from */
};

struct grouping_factor {
    enum grouping_part part;
    double points; /* what the group's points lose in this part without the person */
};

struct grouping_person_report {
    int32_t group; /* GROUPING_NONE: waiting */
    enum grouping_reason reason;
    double affinity;  /* to the group's theme */
    int32_t choice;   /* 1: the theme they care about most, 2: the second ...; 0: no themes */
    bool brings_role; /* nobody else in the group has it */
    bool brings_district;
    bool facilitates; /* counts as a facilitator */
    bool only_facilitator;
    bool bridges; /* without them the languages of the group fall apart */
    bool can_best_slot;
    bool stayed;            /* in previous_group */
    uint64_t brings_skills; /* needed skills that nobody else in the group has */
    int32_t knows_count;    /* others in the group with a tie to them */
    double knows_strength;
    double points; /* what the group's points lose without the person: all parts together */
    int32_t top_count;
    struct grouping_factor top[GROUPING_TOP_COUNT]; /* largest gain first; gains only */
};

enum grouping_stop { GROUPING_FINISHED, GROUPING_STOPPED_BY_TIME };

struct grouping_result {
    int32_t people_count;
    struct grouping_person_report *people;
    int32_t
        group_count; /* problem.groups first (in their order, perhaps empty), then opened ones */
    struct grouping_group_report *groups;
    int32_t waiting_count;
    int32_t unmet_count; /* goals not met, over all groups */
    double objective;    /* points of everybody placed */
    double bound;        /* no assignment that keeps the hard rules and leaves nobody more waiting
                          * has more points: see docs/engines/grouping.md */
    double gap_pct;      /* 100 * (bound - objective) / bound; 0 when bound <= 0 */
    double parts[GROUPING_PART_COUNT];
    int64_t iterations; /* moves looked at, all starts */
    enum grouping_stop stopped;
};

/* Forms groups. CV_INVALID: rules contradict each other (grouping_check says which), *out is left
 * alone. CV_CANCELLED: the watcher said so. Everything in *out lives in mem.
 * Nobody there: no groups. Fewer people than size_min: all wait, with the reason.
 * Price: about 2,000 looks per person and start, 0.2 to 0.4 us each. */
CV_MUST_USE cv_rc grouping_form(struct grouping_result *out, const struct grouping_problem *problem,
                                const struct grouping_options *options, struct cv_arena *mem);

/* What an assignment by hand is worth, with the same report: group_of[person] is a group or
 * GROUPING_NONE; theme_of[group] for group_count groups (the first problem->group_count are the
 * problem's own); NULL without themes. Broken hard rules are in `broken`. CV_INVALID: a number out
 * of range; CV_TOO_LARGE: a group above GROUPING_SIZE_OVERRIDE. O(people + ties): 0.2 ms for 240.
 */
CV_MUST_USE cv_rc grouping_score(struct grouping_result *out,
                                 const struct grouping_problem *problem, const int32_t *group_of,
                                 const int32_t *theme_of, int32_t group_count,
                                 struct cv_arena *mem);

/* ---- before the search ----------------------------------------------------------------------- */

enum grouping_conflict_kind {
    /* contradictions: grouping_form answers CV_INVALID */
    GROUPING_CONFLICT_TOGETHER_APART,     /* people: the pair to keep apart; others: their set */
    GROUPING_CONFLICT_TOGETHER_BOSS,      /* the same with boss and subordinate */
    GROUPING_CONFLICT_TOGETHER_TOO_LARGE, /* people: the set; need = its size, have = max */
    GROUPING_CONFLICT_TOGETHER_LOCKS,     /* people: the set, locked into different groups */
    GROUPING_CONFLICT_LOCKED_APART,       /* people: the pair; both locked into `group` */
    GROUPING_CONFLICT_LOCKED_TOO_MANY,    /* `group`: need = locked there, have = its maximum */
    /* somebody will have to wait, or a group stays too small */
    GROUPING_CONFLICT_TOO_FEW_PEOPLE,   /* need = size_min, have = people */
    GROUPING_CONFLICT_TOO_MANY_PEOPLE,  /* need = people, have = seats in the groups given */
    GROUPING_CONFLICT_TOO_MANY_GROUPS,  /* need = group_count * size_min, have = people */
    GROUPING_CONFLICT_APART_CLIQUE,     /* people: all apart from each other; have = groups */
    GROUPING_CONFLICT_SIZES_LEAVE_SOME, /* no number of groups fits; need = how many must wait */
    GROUPING_CONFLICT_NO_THEME,         /* people: interested in no theme (one, or a set) */
    GROUPING_CONFLICT_THEME_TOO_SMALL,  /* `theme`: have = people interested, need = size_min */
};

struct grouping_conflict {
    enum grouping_conflict_kind kind;
    bool contradiction;
    const int32_t *people;
    int32_t people_count;
    int32_t group, theme; /* GROUPING_NONE where none is meant */
    int32_t need, have;
};

struct grouping_conflicts {
    struct grouping_conflict *items; /* contradictions first */
    int32_t count;
    int32_t contradiction_count;
};

/* Finds what cannot work before any search. CV_INVALID when there is a contradiction, else CV_OK;
 * *out is filled either way. Sound, not complete: what it names is impossible, but a clever knot of
 * apart-pairs may pass and show up as somebody waiting. */
CV_MUST_USE cv_rc grouping_check(struct grouping_conflicts *out,
                                 const struct grouping_problem *problem, struct cv_arena *mem);

/* Names for sentences; each callback may be NULL ("person 3", "group 2", "theme 1", from 1). */
struct grouping_names {
    const char *(*person)(void *context, int32_t person);
    const char *(*group)(void *context, int32_t group);
    const char *(*theme)(void *context, int32_t theme);
    void *context;
};
/* Each conflict as a sentence that names the rules in conflict, with a remedy. */
void grouping_say(struct cv_problems *out, const struct grouping_conflicts *conflicts,
                  const struct grouping_names *names);

#endif
