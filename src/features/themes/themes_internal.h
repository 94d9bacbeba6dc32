/* What the files of themes share. Nobody else includes this. */
#ifndef FEATURES_THEMES_THEMES_INTERNAL_H
#define FEATURES_THEMES_THEMES_INTERNAL_H

#include "base/buf.h"
#include "features/exchange/exchange.h"
#include "features/history/history.h"
#include "features/themes/themes.h"

enum {
    THEMES_PAGE_ROWS = 30, /* statements on one page */
    THEMES_LANE_ROWS = 3,  /* on the board, of each kind: nearest, and kept by hand */
    THEMES_AT_ONCE = 3000, /* up to so many statements a step is done while the person waits */
    THEMES_PLACES_BYTES = 1 << 30 /* of all placements as text */
};
#define THEMES_SUBJECT "themes" /* of all steps in the history */

/* --- rows ------------------------------------------------------------------------------------- */

enum theme_fate { FATE_WAITING, FATE_THEME, FATE_NONE, FATE_ASIDE };

/* Where one statement stands. FATE_WAITING: no row. */
struct placement {
    int64_t statement_id;
    int64_t theme_id; /* 0 unless FATE_THEME */
    enum theme_fate fate;
    bool is_by_person;
    bool is_pinned;
    double confidence;
    double margin;
    int64_t band;      /* 0 unsure, 1 likely, 2 sure */
    int64_t second_id; /* 0: none */
    int64_t nearness;  /* 0 to 4, else 9 */
    int64_t placed_at_s;
};

struct theme_row {
    int64_t id;
    const char *name;
    const char *name_es;
    bool is_named;
    const char *state;
    const char *origin;
    const char *words; /* JSON text */
    double cohesion;
    int64_t merged_into;
    int64_t created_at_s;
};
struct theme_row_list {
    struct theme_row *items;
    size_t count;
};

struct theme_run {
    int64_t id;
    const char *state;
    const char *options;
    int64_t statement_count;
    int64_t theme_count;
    double agreement;
    double temperature;
    const char *proposal;
    const char *places;
    int64_t created_at_s;
};

/* A statement with its place, for the engine. */
struct theme_text {
    const char *text;
    const char *lang;
    struct placement place;
};
struct theme_text_list {
    struct theme_text *items; /* by statement id */
    size_t count;
};

/* --- themes_store.c: themes, placements, runs
 * ----------------------------------------------------- */

cv_rc theme_insert(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                   const struct theme_row *row);
cv_rc theme_update(struct store_db *db, struct cv_arena *mem, const struct theme_row *row);
cv_rc theme_delete(struct store_db *db, int64_t id);
/* Whatever its state. */
cv_rc theme_find(struct theme_row *out, struct store_db *db, struct cv_arena *mem, int64_t id);
/* Those not merged and not closed, by id. */
cv_rc theme_rows(struct theme_row_list *out, struct store_db *db, struct cv_arena *mem);
/* Live themes of exactly this name, folded, besides one. */
cv_rc theme_count_named(int64_t *out, struct store_db *db, struct cv_arena *mem, const char *name,
                        int64_t besides_id);
cv_rc theme_confirm_all(int64_t *out_changed, struct store_db *db);

cv_rc placement_put(struct store_db *db, const struct placement *place);
cv_rc placement_delete(struct store_db *db, int64_t statement_id);
cv_rc placement_delete_all(struct store_db *db);
/* FATE_WAITING when the statement has no row; CV_NOT_FOUND when there is no such statement. */
cv_rc placement_find(struct placement *out, struct store_db *db, int64_t statement_id);
/* Those in the theme or with it as second choice. */
struct placement_list {
    struct placement *items;
    size_t count;
};
cv_rc placement_list_of(struct placement_list *out, struct store_db *db, struct cv_arena *mem,
                        int64_t theme_id);
/* Of every submitted statement, by statement id. */
cv_rc placement_all(struct placement_list *out, struct store_db *db, struct cv_arena *mem);
/* All in `from` go to `to`; second choices follow. */
cv_rc placement_move_all(struct store_db *db, int64_t from_id, int64_t to_id);
cv_rc placement_forget_second(struct store_db *db, int64_t theme_id);
cv_rc placement_count(int64_t *out, struct store_db *db);

cv_rc theme_run_insert(int64_t *out_id, struct store_db *db, const struct theme_run *run);
cv_rc theme_run_find(struct theme_run *out, struct store_db *db, struct cv_arena *mem, int64_t id);
/* The newest proposal nobody has answered; CV_NOT_FOUND. */
cv_rc theme_run_open(int64_t *out_id, struct store_db *db);
cv_rc theme_run_set_state(struct store_db *db, int64_t id, const char *state);
cv_rc theme_run_drop_open(struct store_db *db);
/* Of the newest run that was applied; 0 without one. */
cv_rc theme_run_temperature(double *out, struct store_db *db);

/* --- themes_statement_store.c ----------------------------------------------------------------- */

/* Every submitted statement with its place. */
cv_rc theme_texts(struct theme_text_list *out, struct store_db *db, struct cv_arena *mem);

enum statement_filter {
    STATEMENTS_ALL,
    STATEMENTS_UNSURE,  /* placed by the program, band unsure, smallest margin first */
    STATEMENTS_NONE,    /* a person said that none fits */
    STATEMENTS_ASIDE,   /* says nothing */
    STATEMENTS_WAITING, /* not placed yet */
    STATEMENTS_THEME    /* of one theme, nearest first */
};
struct statement_query {
    enum statement_filter filter;
    int64_t theme_id;
    const char *words; /* "" or words to look for */
    int64_t offset;
    int64_t limit;
};
/* Rows: {id, text, lang, person_id, author, role, place, theme_id, theme, fate, is_pinned, band,
 * second_id, second}. */
cv_rc statement_rows(json_t **out, struct store_db *db, struct cv_arena *mem,
                     const struct statement_query *query);
cv_rc statement_count(int64_t *out, struct store_db *db, struct cv_arena *mem,
                      const struct statement_query *query);
/* One row of the same kind; CV_NOT_FOUND. */
cv_rc statement_row(json_t **out, struct store_db *db, int64_t id);
/* For the board: per theme the nearest THEMES_LANE_ROWS and as many kept by hand, the latest first.
 */
cv_rc statement_lane_rows(json_t **out, struct store_db *db);
/* {lang: count} of a theme, as rows {lang, count}; theme_id 0: of all. */
cv_rc statement_languages(json_t **out, struct store_db *db, int64_t theme_id);
/* People of a theme, as they wrote: rows {person_id, role, place}. */
cv_rc statement_people(json_t **out, struct store_db *db, int64_t theme_id, int64_t limit);

/* Rows {id, text, lang, source, created_at_s, theme_id, theme} of everything a person wrote. */
cv_rc statement_rows_of_person(json_t **out, struct store_db *db, int64_t person_id);
cv_rc statement_move_person(struct store_db *db, int64_t from, int64_t to);
cv_rc statement_set_person(struct store_db *db, int64_t id, int64_t person_id);
/* Where people wrote from: rows {place}, at most 500. */
cv_rc statement_places(json_t **out, struct store_db *db);

struct statement_facts { /* for imports */
    int64_t id;
    int64_t person_id;
    const char *author;
    const char *text_folded;
    const char *source;
    const char *lang;
    const char *role;
    const char *place;
};
struct statement_facts_list {
    struct statement_facts *items;
    size_t count;
};
cv_rc statement_facts(struct statement_facts_list *out, struct store_db *db, struct cv_arena *mem);
cv_rc statement_find(struct statement *out, struct store_db *db, struct cv_arena *mem, int64_t id);
cv_rc statement_update(struct store_db *db, struct cv_arena *mem, const struct statement *row);
cv_rc statement_delete(struct store_db *db, int64_t id);
cv_rc statement_export_rows(json_t **out, struct store_db *db);

/* --- themes_undo.c: what a step needs to be taken back -------------------------------------------
 */

/* Placements as text, one line each; numbers survive exactly. */
void placement_write(struct cv_buf *buf, const struct placement *place);
/* Reads the line at *at and moves *at behind it; false at the end. */
bool placement_read(struct placement *out, const char **at);

/* Collects rows as they are, before they change. */
struct themes_before {
    struct store_db *db;
    struct cv_arena *mem;
    json_t *document;
    struct cv_buf places;
    cv_rc rc; /* first failure; later calls do nothing */
};
struct themes_before themes_before_new(struct store_db *db, struct cv_arena *mem);
void themes_before_theme(struct themes_before *before, int64_t theme_id);
void themes_before_new_theme(struct themes_before *before, int64_t theme_id);
void themes_before_place(struct themes_before *before, const struct placement *place);
void themes_before_places_of(struct themes_before *before, int64_t theme_id);
/* Nothing was placed at all: undoing clears the board. */
void themes_before_empty_board(struct themes_before *before);
/* Records the step and frees the document. */
cv_rc themes_before_record(int64_t *out_edit_id, struct themes_before *before, cv_rc rc,
                           const char *sentence, int64_t by_id, int64_t now_s);
cv_rc themes_undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s);

/* --- themes.c: the verbs. Each is one transaction and one step of the history. -------------------
 */

struct themes_step { /* who does it, when, and where what is wrong is told */
    struct store_db *db;
    struct cv_arena *mem;
    int64_t by_id;
    int64_t now_s;
    struct cv_problems *problems;
    int64_t edit_id; /* filled: the step for Undo; 0 when nothing changed */
};
enum themes_to { THEMES_TO_THEME, THEMES_TO_NEW, THEMES_TO_NONE };
/* name_es: NULL leaves it, "" takes it away. */
cv_rc themes_rename(struct themes_step *step, int64_t theme_id, const char *name,
                    const char *name_es);
cv_rc themes_merge(struct themes_step *step, int64_t theme_id, int64_t into_id);
cv_rc themes_split(struct themes_step *step, int64_t theme_id, int64_t *out_new_id);
/* *io_theme_id: where to (THEMES_TO_THEME), or the new theme's id afterwards. */
cv_rc themes_move(struct themes_step *step, int64_t statement_id, enum themes_to to,
                  int64_t *io_theme_id);
cv_rc themes_pin(struct themes_step *step, int64_t statement_id, bool is_pinned);
/* Confirmed becomes proposed again with is_confirmed false. */
cv_rc themes_confirm(struct themes_step *step, int64_t theme_id, bool is_confirmed);
cv_rc themes_confirm_all(struct themes_step *step);
/* Closing needs an empty theme. */
cv_rc themes_close(struct themes_step *step, int64_t theme_id);
/* An empty theme by hand. */
cv_rc themes_create(struct themes_step *step, const char *name, const char *name_es,
                    int64_t *out_id);
/* Refuses a name that is empty, too long or taken by another live theme. */
cv_rc themes_check_name(struct themes_step *step, const char *name, int64_t theme_id);
cv_rc themes_unknown(struct themes_step *step, int64_t theme_id);
cv_rc themes_find_live(struct theme_row *out, struct themes_step *step, int64_t theme_id);

/* --- themes_run.c: the engine --------------------------------------------------------------------
 */

/* What the engine says of one theme. */
struct theme_words {
    const char *name; /* made from its key words */
    const char *name_es;
    const char *words; /* JSON text */
    double cohesion;
};
extern const struct job_kind themes_jobs[];
/* How a search is asked for: "auto", "keep", "fewer", "more" or a number; NULL or "": keep the
 * themes where there are some. New reference for the job's args; NULL with a problem. */
json_t *themes_find_args(const char *count, int64_t seed, int64_t by_id,
                         struct cv_problems *problems);
/* Key words, nearest statements and clarity of these themes anew; nobody moves. */
cv_rc themes_relabel(struct themes_step *step, struct themes_before *before,
                     const int64_t *theme_ids, size_t count);
/* Parts the statements of a theme in two: both themes' words, and all its statements' places. */
struct themes_parting {
    struct placement *places; /* theme_id 0, second_id -1: the new theme */
    size_t place_count;
    size_t leaving_count;
    struct theme_words stays;
    struct theme_words leaves;
};
cv_rc themes_part(struct themes_parting *out, struct themes_step *step, int64_t theme_id);

/* --- themes_propose.c: a re-run, before it is taken over
 * ------------------------------------------ */

struct themes_proposed { /* one theme as it would be */
    int64_t id;          /* 0: a new one */
    struct theme_words words;
};
struct themes_proposal {
    struct themes_proposed *themes;
    size_t theme_count;
    const int64_t *gone; /* themes that would be closed */
    size_t gone_count;
    /* One a statement; theme_id and second_id are 1 + index into themes, 0 for none. */
    struct placement *places;
    size_t place_count;
};
cv_rc themes_proposal_store(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                            const struct themes_proposal *proposal, const struct theme_run *run);
/* CV_NOT_FOUND: there is none, or it was answered already. */
cv_rc themes_proposal_find(struct themes_proposal *out, struct theme_run *run, struct store_db *db,
                           struct cv_arena *mem, int64_t id);
/* Writes themes and places; a first run too. keeps what people did since. Inside a transaction. */
cv_rc themes_proposal_apply(struct themes_step *step, struct themes_before *before,
                            const struct themes_proposal *proposal);
/* Takes a proposal over, as one step. */
cv_rc themes_accept(struct themes_step *step, int64_t run_id);
cv_rc themes_drop(struct themes_step *step, int64_t run_id);
/* What would change: the document of the difference page. New reference. */
cv_rc themes_difference_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                                 int64_t run_id);

/* --- themes_documents.c: what pages and the terminal show ----------------------------------------
 */

cv_rc themes_board_document(json_t **out, struct store_db *db, struct cv_arena *mem, bool can_edit);
cv_rc themes_show_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           int64_t theme_id, int64_t offset, bool can_edit, bool is_whole);
cv_rc themes_list_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           enum statement_filter filter, const char *words, int64_t offset,
                           bool can_edit);
cv_rc themes_move_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                           int64_t statement_id, const char *back);
cv_rc themes_print_document(json_t **out, struct store_db *db, struct cv_arena *mem);
/* "School leader, Orchard City". */
const char *themes_by(struct cv_arena *mem, const char *role, const char *place,
                      const char *author);

/* --- themes_person.c: for the pages and verbs of people (feature.h)
 * ------------------------------- */

cv_rc themes_add_to_person(json_t *person, struct web_request *req, int64_t person_id);
cv_rc themes_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem, int64_t from,
                          int64_t to);
cv_rc themes_unmerge_person(const json_t *moved, struct store_db *db, struct cv_arena *mem,
                            int64_t from, int64_t to);

extern const struct web_route themes_routes[];
extern const struct cli_command themes_commands[];
extern const struct exchange_import themes_imports[];
extern const struct exchange_export themes_exports[];

#endif
