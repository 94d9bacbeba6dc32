/* demo_internal: what the files of the demo share: the tables written by hand, the stages in their
 * order, and drawing lots. */
#ifndef APP_DEMO_DEMO_INTERNAL_H
#define APP_DEMO_DEMO_INTERNAL_H

#include "app/demo/demo.h"
#include "base/rng.h"

/* A CSV of this folder. Its form is our own mistake when it is wrong, so it is asserted. */
struct demo_table {
    const char **cells; /* row_count * column_count; never NULL */
    const char **columns;
    size_t row_count, column_count;
};
struct demo_table demo_table_read(struct cv_arena *mem, const char *name);
/* "" when empty. */
const char *demo_cell(const struct demo_table *table, size_t row, const char *column);
/* 0 when empty. */
int32_t demo_number(const struct demo_table *table, size_t row, const char *column);

/* Each stage draws from its own stream, so that a change in one leaves the others as they were. */
enum demo_stream {
    DEMO_STREAM_ROSTER = 1,
    DEMO_STREAM_LANGUAGES,
    DEMO_STREAM_YEARS,
    DEMO_STREAM_SCHOOLS,
    DEMO_STREAM_NAMES,
    DEMO_STREAM_GIFTS,
    DEMO_STREAM_PRACTICE,
    DEMO_STREAM_SLOTS,
    DEMO_STREAM_TIES,
    DEMO_STREAM_PLANTED,
};

struct demo_maker {
    struct demo_network *net;
    struct cv_arena *mem;
    struct demo_table statements; /* row i is statement i */
    struct demo_table voices;     /* row i belongs to statement i */
    struct demo_table skills;     /* row i belongs to skill i */
    const char **school_level; /* a person's school: "elementary", "middle", "high", "all"; NULL */
    bool *spanish_at_home;
    bool *is_principal; /* a school leader who is the principal */
};

void demo_make_places(struct demo_maker *maker);
void demo_make_statements(struct demo_maker *maker);
void demo_make_roster(struct demo_maker *maker);    /* role, state, district, statement */
void demo_make_languages(struct demo_maker *maker); /* languages, interpretation */
void demo_make_years(struct demo_maker *maker);
void demo_make_schools(struct demo_maker *maker); /* school, line, boss */
void demo_make_names(struct demo_maker *maker);   /* name, title, email */
void demo_make_gifts(struct demo_maker *maker);   /* offers, wants */
void demo_make_practice(struct demo_maker *maker);
void demo_make_slots(struct demo_maker *maker);
void demo_make_planted(struct demo_maker *maker); /* who stands where, before ties */
void demo_make_ties(struct demo_maker *maker);
void demo_make_wishes(struct demo_maker *maker);

/* What voices.csv says of a person; "" where it says nothing or nothing was written. */
const char *demo_voice(const struct demo_maker *maker, int32_t person, const char *column);
const char *demo_theme_of(const struct demo_network *net, int32_t person); /* NULL: no statement */
int32_t demo_find_place(const struct demo_network *net, const char *name);
int32_t demo_find_organisation(const struct demo_network *net, const char *key);
int32_t demo_person_of_statement(const struct demo_network *net, int32_t statement_id);
/* Keys of roles as skills.csv and titles.csv have them: "teacher", "coach", … */
const char *demo_role_key(enum demo_role role);

struct cv_rng demo_rng(const struct demo_maker *maker, enum demo_stream stream);
/* True with this chance. */
bool demo_chance(struct cv_rng *rng, double chance);
/* An index by weight; DEMO_NONE when all weights are 0. */
int32_t demo_pick(struct cv_rng *rng, const double *weights, int32_t count);
void demo_shuffle(struct cv_rng *rng, int32_t *items, int32_t count);

#endif
