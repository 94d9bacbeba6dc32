/* people: who belongs to the network: name, role, place, languages, gifts, when they can meet, with
 * whom they would like to be. Owns tables person, role_holding, gift, wish. Not here: how people
 * describe themselves (ethnicity, generation …: never in a roster, and shown in sums only), who is
 * tied to whom (ties), who may sign in (accounts). */
#ifndef FEATURES_PEOPLE_PEOPLE_H
#define FEATURES_PEOPLE_PEOPLE_H

#include "base/map.h"
#include "features/feature.h"

/* --- words ------------------------------------------------------------------------------------ */

/* The nine roles of this field. What somebody writes beside them is kept as it is written; its key
 * is then its folded text. */
struct people_role {
    const char *key; /* "school_leader"; NULL ends the table */
    const char *english;
    const char *spanish;
    bool is_influential; /* a seat from which rules and money are decided */
};
extern const struct people_role people_roles[];
/* The key a title means in English or Spanish ("Directora" -> "school_leader"), else the title
 * folded; "" for NULL and "". Lives in mem or is static. */
const char *people_role_key(struct cv_arena *mem, const char *title);
/* NULL when the key is none of the nine. */
const struct people_role *people_role_find(const char *key);

/* When somebody can meet: 21 bits, bit 3 * weekday + part; Monday 0, morning 0, afternoon 1,
 * evening 2. 0: not said. */
enum { PEOPLE_SLOT_COUNT = 21 };
/* Reads "Tue 16-18", "martes tarde", "Tuesday evening; Thu pm", "weekday mornings". CV_INVALID with
 * the word it did not understand in *stray (in mem). "" is 0. */
CV_MUST_USE cv_rc people_slots_read(int64_t *out, const char **stray, struct cv_arena *mem,
                                    const char *text);
/* "Tue evening, Thu afternoon"; "" for 0. people_slots_read reads it back. */
const char *people_slots_text(struct cv_arena *mem, int64_t slots);

/* "English, inglés y español; Mixteco" -> "en es mix": codes where known, else the folded word. */
const char *people_languages_read(struct cv_arena *mem, const char *text);
/* "en es mix" -> "English, Spanish, Mixteco". */
const char *people_languages_text(struct cv_arena *mem, const char *codes);

/* --- people ----------------------------------------------------------------------------------- */

struct person {
    int64_t id;
    const char *name;
    const char *email;      /* NULL when not known, as the texts below */
    const char *phone;      /* private, as the e-mail */
    const char *languages;  /* "en es"; "" when not said */
    const char *state;      /* invited, joined, active, quiet, alum, left */
    int64_t years_in_place; /* -1: not said */
    int64_t facilitates;    /* 0 no, 1 has watched, 2 with somebody, 3 leads, 4 trains others */
    int64_t slots;
    const char *role_key; /* "" when not said */
    const char *title;    /* the role as it was written; NULL when not said */
    int64_t place_id;     /* 0: not said */
    const char *place;    /* its name; not read by insert */
    const char *organisation;
    int64_t version;
};
struct people_list {
    struct person *items; /* by id */
    size_t count;
};
struct gift {
    int64_t person_id;
    bool is_want; /* else an offer */
    const char *skill;
    const char *skill_folded;
    int64_t level; /* 0 none, 1 learning, 2 can do, 3 can teach; -1: not said */
};
struct gift_list {
    struct gift *items; /* by person */
    size_t count;
};
struct wish {
    int64_t person_id;
    int64_t other_id;
    bool is_apart; /* else together */
};
struct wish_list {
    struct wish *items; /* by person */
    size_t count;
};

/* The role as people read it: the title as written, else the English name of the key, else "". */
const char *people_role_text(const struct person *person);

/* A person of whom nothing is known but the name: state joined. */
struct person people_new(const char *name);
/* Inserts one person; call it in one transaction for many (statements are cached): 10,000 take
 * about 0.2 s on SQLite. CV_CONFLICT: the e-mail is taken. out_id may be NULL. */
CV_MUST_USE cv_rc people_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                                const struct person *person, int64_t now_s);
/* Writes all fields but the id; `version` is the new one. The role that was held before stays as a
 * former one when role, place or organisation change. */
CV_MUST_USE cv_rc people_update(struct store_db *db, struct cv_arena *mem,
                                const struct person *person, int64_t version, int64_t now_s);
CV_MUST_USE cv_rc people_gift_insert(struct store_db *db, struct cv_arena *mem,
                                     const struct gift *gift);
CV_MUST_USE cv_rc people_wish_insert(struct store_db *db, const struct wish *wish);

CV_MUST_USE cv_rc people_find(struct person *out, struct store_db *db, struct cv_arena *mem,
                              int64_t id);
/* Everybody, whatever their state. Look at `state`: those who are alum or left take no part in
 * forming. */
CV_MUST_USE cv_rc people_list(struct people_list *out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc people_gifts(struct gift_list *out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc people_wishes(struct wish_list *out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc people_count(int64_t *out, struct store_db *db);
/* The name of a person for a sentence; NULL when there is none. */
const char *people_name(struct store_db *db, struct cv_arena *mem, int64_t id);

/* Everybody by e-mail and name, for imports that speak of people: one query, then no more. */
struct people_index {
    struct people_list list;
    struct cv_map by_text; /* folded e-mail, name, "name (place)": index in the list; -1 when two
                              people are meant */
};
CV_MUST_USE cv_rc people_index_load(struct people_index *out, struct store_db *db,
                                    struct cv_arena *mem);
/* Who is meant by an e-mail, a name or "name (place)"; NULL when nobody is, *is_ambiguous when more
 * than one is. */
const struct person *people_index_find(bool *is_ambiguous, const struct people_index *index,
                                       const char *text);
/* The shortest text that people_index_find understands as this person: the e-mail, else the name,
 * else "name (place)". */
const char *people_index_text(const struct people_index *index, const struct person *person);
const struct person *people_index_at(const struct people_index *index, int64_t id);

extern const struct feature people_feature;
extern const struct store_migration people_migrations[];

#endif
