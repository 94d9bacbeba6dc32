/* network: the network itself (its name, what it is for, its languages) and its places: districts,
 * schools and the regions around them. Owns tables network, place. Not here: who is where (people);
 * what may be known about the people of a place beyond published shares. */
#ifndef FEATURES_NETWORK_NETWORK_H
#define FEATURES_NETWORK_NETWORK_H

#include "base/map.h"
#include "features/feature.h"

struct network {
    const char *name;
    const char *purpose;
    const char *languages; /* codes, one blank between: "en es" */
};

/* The one network of this database; called again it changes name, purpose and languages. */
CV_MUST_USE cv_rc network_create(struct store_db *db, const struct network *network, int64_t now_s);
/* CV_NOT_FOUND while there is none. Texts live in mem. */
CV_MUST_USE cv_rc network_find(struct network *out, struct store_db *db, struct cv_arena *mem);

struct place {
    int64_t id;
    const char *name;
    const char *kind; /* one of network_place_kinds */
    int64_t parent_id;
    const char *parent; /* its name; NULL without one. Not read by insert. */
    const char *zone;   /* NULL when not said, as the texts below */
    const char *locale; /* "urban", "suburb", "town", "rural" or as written */
    const char *code;   /* its number in the state's lists */
    int64_t students;   /* -1: not known */
    int64_t schools;    /* -1: not known */
    double latitude;    /* NAN: not known */
    double longitude;
    const char *shares; /* JSON object of percentages; NULL is {} */
    int64_t version;
};
struct place_list {
    struct place *items; /* by id */
    size_t count;
};

extern const char *const network_place_kinds[]; /* "district", "school", …; ends with NULL */
/* The kind that a word in English or Spanish means ("escuela"); NULL when none. */
const char *network_place_kind_of(struct cv_arena *mem, const char *word);

/* A place with nothing known but its name; the fields that say "not known" are set. */
struct place network_place_new(const char *name);
CV_MUST_USE cv_rc network_place_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                                       const struct place *place, int64_t now_s);
CV_MUST_USE cv_rc network_place_update(struct store_db *db, struct cv_arena *mem,
                                       const struct place *place, int64_t version);
/* CV_CONFLICT when people or places hang on it, or when it has changed since `version`. */
CV_MUST_USE cv_rc network_place_delete(struct store_db *db, int64_t id, int64_t version);
CV_MUST_USE cv_rc network_place_find(struct place *out, struct store_db *db, struct cv_arena *mem,
                                     int64_t id);
CV_MUST_USE cv_rc network_place_list(struct place_list *out, struct store_db *db,
                                     struct cv_arena *mem);

/* All places by their names, for imports: one query, then no more. */
struct network_places {
    struct place_list list;
    struct cv_map by_name; /* folded name, and "name (parent)" folded: index in the list; -1 when
                              two places are called so */
};
CV_MUST_USE cv_rc network_places_load(struct network_places *out, struct store_db *db,
                                      struct cv_arena *mem);
/* NULL when none is called so; *is_ambiguous when two are. */
const struct place *network_places_named(bool *is_ambiguous, const struct network_places *places,
                                         const char *name);

extern const struct feature network_feature;
extern const struct store_migration network_migrations[];

#endif
