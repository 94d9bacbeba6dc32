/* demo: the demo network "Tres Ríos / Three Rivers", made from a seed: places, organisations,
 * people, what they wrote, ties and wishes, as plain structs in an arena. The people are invented,
 * the proportions are those of a real region of south central Washington. Not everything is well
 * there, on purpose (struct demo_planted). What is written by hand stands in the *.csv beside this
 * file; the seed decides the rest.
 * Not here: storing it (demo_fill.h), sensitive descriptions of people (the demo has none). */
#ifndef APP_DEMO_DEMO_H
#define APP_DEMO_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
    DEMO_NONE = -1,
    DEMO_SEED = 7,
    DEMO_YEAR = 2026, /* "now" in the demo's ties */
    DEMO_PEOPLE = 240,
    DEMO_DISTRICTS = 24,
    DEMO_ISOLATES = 9,
    DEMO_HUBS = 2,
    DEMO_HUB_TIES = 38,
};

enum demo_place_kind { DEMO_ZONE, DEMO_DISTRICT };

struct demo_place {
    enum demo_place_kind kind;
    const char *name;
    int32_t zone;       /* index of the zone of a district; DEMO_NONE for a zone */
    const char *locale; /* "urban", "suburb", "town", "rural"; "" for a zone */
    int32_t students;   /* of a zone: the sum */
    int32_t schools;
    int32_t hispanic_pct, multilingual_pct, low_income_pct, chronic_absence_pct; /* districts */
};

struct demo_organisation {
    const char *key; /* "clinic" */
    const char *name;
    const char *sector;
    int32_t place;
    const char *domain; /* the part before .example.org */
};

enum demo_role {
    DEMO_TEACHER,
    DEMO_COACH,
    DEMO_LEADER, /* principals and assistant principals */
    DEMO_PSYCHOLOGIST,
    DEMO_CENTRAL,
    DEMO_SUPERINTENDENT,
    DEMO_LIAISON,
    DEMO_COMMUNITY,
    DEMO_STUDENT,
    DEMO_ROLE_COUNT
};

enum demo_state { DEMO_ACTIVE, DEMO_QUIET, DEMO_INVITED, DEMO_ALUM, DEMO_STATE_COUNT };

/* Practice in facilitating. */
enum demo_practice {
    DEMO_PRACTICE_NONE,
    DEMO_SHADOW,
    DEMO_CO,
    DEMO_LEAD,
    DEMO_TRAINER,
    DEMO_PRACTICE_COUNT
};

/* Bits of demo_person.languages. */
enum demo_language { DEMO_EN = 1, DEMO_ES = 2, DEMO_MIX = 4, DEMO_TRQ = 8 };

struct demo_skill {
    const char *key; /* "buses" */
    const char *en;  /* "knows the bus routes" */
    const char *es;
};

struct demo_holding {
    int32_t skill;
    int32_t level; /* 0 none, 1 learning, 2 can do, 3 can teach */
};

enum { DEMO_OFFERS_MAX = 4, DEMO_WANTS_MAX = 3, DEMO_DAYS = 7, DEMO_PARTS = 3 };

/* Meeting slots: bit day * DEMO_PARTS + part; day 0 is Monday; part 0 morning, 1 afternoon (for
 * teachers: after 15:30), 2 evening. */
#define DEMO_SLOT(day, part) (UINT32_C(1) << ((day)*DEMO_PARTS + (part)))

struct demo_person {
    const char *name;
    const char *email; /* NULL: has none */
    const char *title; /* "Assistant principal", "Chemistry teacher" */
    enum demo_role role;
    enum demo_state state;
    int32_t district;     /* index of places */
    int32_t organisation; /* index of organisations; DEMO_NONE: the district itself */
    const char *school;   /* NULL: not at one school */
    int32_t line;         /* same number: same employer's house (a school, an office, an
                             organisation); DEMO_NONE: employed by none (students) */
    int32_t boss;         /* index of people; DEMO_NONE: nobody in the network */
    uint32_t languages;   /* enum demo_language bits */
    bool uses_interpretation;
    int32_t years_in_place;
    struct demo_holding offers[DEMO_OFFERS_MAX], wants[DEMO_WANTS_MAX];
    int32_t offer_count, want_count;
    enum demo_practice practice;
    uint32_t slots;    /* 0: did not say */
    int32_t statement; /* index of statements; DEMO_NONE */
};

struct demo_statement {
    int32_t id; /* as in statements.csv, from 1 */
    int32_t person;
    const char *lang; /* "en", "es" */
    const char *text;
    /* What its writer meant. For tests and for what is planted; no engine reads it. */
    const char *gold_primary;
    const char *gold_secondary; /* "" */
};

enum demo_tie_kind { DEMO_KNOW, DEMO_LEARN, DEMO_WORK, DEMO_TRUST, DEMO_HELP, DEMO_TIE_KIND_COUNT };

/* One report: `from` says it. At most one for an ordered pair. */
struct demo_tie {
    int32_t from, to;
    enum demo_tie_kind kind; /* know, learn from, work with, trust, ask for help */
    int32_t strength;        /* 1..4 */
    int32_t first_year, last_year;
};

enum demo_wish_kind { DEMO_TOGETHER, DEMO_APART };

struct demo_wish {
    int32_t from, to;
    enum demo_wish_kind kind;
    const char *reason; /* in the person's words */
};

/* What is not well in this network, and who. Indices of people unless said. */
struct demo_planted {
    int32_t hubs[DEMO_HUBS];         /* many ties go through two people of the service district */
    int32_t isolates[DEMO_ISOLATES]; /* no tie at all; the first ones wrote a statement */
    int32_t isolates_with_statement;
    int32_t upper_zone;      /* place: tied to the other zones ... */
    int32_t bridge;          /* ... by this person alone */
    int32_t silo;            /* place: a district with one thin tie to the outside */
    int32_t spanish_at_home; /* people; who they are is not kept: the program asks nobody */
    const char *lopsided;    /* theme whose people are mostly of one district */
    const char *short_of_facilitators; /* theme with one facilitator for 18 people */
};

struct demo_network {
    const char *name; /* "Tres Ríos / Three Rivers" */
    uint64_t seed;
    struct demo_place *places; /* zones first */
    int32_t place_count;
    struct demo_organisation *organisations;
    int32_t organisation_count;
    struct demo_skill *skills;
    int32_t skill_count;
    struct demo_person *people;
    int32_t person_count;
    struct demo_statement *statements; /* in the order of their ids */
    int32_t statement_count;
    struct demo_tie *ties; /* by from, then to */
    int32_t tie_count;
    struct demo_wish *wishes;
    int32_t wish_count;
    double tie_scale; /* what the chances of the block model were multiplied with; near 1 */
    struct demo_planted planted;
};

/* Makes the network. Never fails: it reads only files that travel inside the program. The same seed
 * gives the same bytes. About 2 MB in mem and a few milliseconds. */
void demo_make(struct demo_network *out, struct cv_arena *mem, uint64_t seed);

/* Words for pages, files and tests: English, static. */
const char *demo_role_name(enum demo_role role);             /* "Teacher leader" */
const char *demo_state_name(enum demo_state state);          /* "active" */
const char *demo_practice_name(enum demo_practice practice); /* "", "shadow", "co", … */
const char *demo_tie_kind_name(enum demo_tie_kind kind);     /* "learn from" */

#endif
