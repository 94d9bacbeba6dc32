/* ties: who knows, learns from, works with, trusts or asks whom. Owns table tie. Single ties are
 * nobody's business but their own people's: pages show sums only, engines get arrays. Not here:
 * measures and layout (engine/graph). */
#ifndef FEATURES_TIES_TIES_H
#define FEATURES_TIES_TIES_H

#include "features/feature.h"

struct tie {
    int64_t id;
    int64_t from_id;
    int64_t to_id;
    const char *kind;   /* one of ties_kinds */
    int64_t strength;   /* 1 we know each other … 4 very close */
    bool is_mutual;     /* both have said so, or it holds both ways by its nature */
    int64_t first_at_s; /* 0: not known */
    int64_t last_at_s;  /* when it was last alive; 0: not known */
    int64_t version;
};
struct tie_list {
    struct tie *items; /* by id */
    size_t count;
};

/* know, learn_from, work_with, trust, ask_help, fund, introduced; ends with NULL. */
extern const char *const ties_kinds[];

/* Many in one transaction are fast. CV_CONFLICT: there is such a tie already, a person is not
 * there, or both ends are one person. out_id may be NULL. */
CV_MUST_USE cv_rc ties_insert(int64_t *out_id, struct store_db *db, const struct tie *tie,
                              int64_t now_s);
CV_MUST_USE cv_rc ties_update(struct store_db *db, const struct tie *tie, int64_t version);
/* CV_CONFLICT when it has changed since `version`. */
CV_MUST_USE cv_rc ties_delete(struct store_db *db, int64_t id, int64_t version);
CV_MUST_USE cv_rc ties_find(struct tie *out, struct store_db *db, struct cv_arena *mem, int64_t id);
CV_MUST_USE cv_rc ties_list(struct tie_list *out, struct store_db *db, struct cv_arena *mem);
CV_MUST_USE cv_rc ties_count(int64_t *out, struct store_db *db);

/* How alive a tie is at now_s, in [0,1]: strength / 4, falling in a straight line to half of it at
 * 18 months after it was last alive; 0 beyond (dormant). A tie without a date is taken as alive. */
double ties_weight(const struct tie *tie, int64_t now_s);

/* For engines: ties among `people_ids` (ascending), as indices into it. Each pair once, from < to;
 * the weight of a pair is that of its strongest living tie. Pairs that are dormant are left out. */
struct ties_pairs {
    int32_t *from;
    int32_t *to;
    double *weight;
    size_t count;
};
CV_MUST_USE cv_rc ties_pairs(struct ties_pairs *out, struct store_db *db, struct cv_arena *mem,
                             const int64_t *people_ids, size_t people_count, int64_t now_s);

extern const struct feature ties_feature;
extern const struct store_migration ties_migrations[];

#endif
