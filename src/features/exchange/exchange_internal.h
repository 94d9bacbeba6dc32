/* What the files of the exchange feature share. */
#ifndef FEATURES_EXCHANGE_INTERNAL_H
#define FEATURES_EXCHANGE_INTERNAL_H

#include "features/exchange/exchange.h"
#include "files/table.h"

/* --- statements (exchange_store.c) ------------------------------------------------------------ */

struct import_batch {
    int64_t id;
    const char *kind;
    const char *file_name;
    const char *state; /* kept, stored, undone */
    const char *bytes; /* NULL once stored or dropped */
    size_t size;
    const char *choices; /* JSON: {on_match, sheet, map: {"3": "email"}, merge: [12], merge_all} */
    const char *preview; /* JSON: the document of the preview; NULL while it is being made */
    const char *outcome; /* JSON: what storing or undoing came to */
    int64_t job_id;      /* 0: none */
    int64_t edit_id;
    int64_t person_id;
    int64_t created_at_s;
    int64_t stored_at_s;
    int64_t undone_at_s;
};
/* with_bytes: also the file itself. */
CV_MUST_USE cv_rc exchange_batch_find(struct import_batch *out, struct store_db *db,
                                      struct cv_arena *mem, int64_t id, bool with_bytes);
/* The newest file that waits to be confirmed; only its id and name are filled. */
CV_MUST_USE cv_rc exchange_batch_newest_kept(struct import_batch *out, struct store_db *db,
                                             struct cv_arena *mem);
CV_MUST_USE cv_rc exchange_batch_insert(int64_t *out_id, struct store_db *db,
                                        const struct import_batch *batch);
CV_MUST_USE cv_rc exchange_batch_preview(struct store_db *db, int64_t id, const char *choices,
                                         const char *preview, int64_t job_id);
/* Only from the state `from`; CV_CONFLICT otherwise: of two who confirm at once one is second. The
 * bytes go. */
CV_MUST_USE cv_rc exchange_batch_stored(struct store_db *db, int64_t id, const char *outcome,
                                        int64_t edit_id, int64_t now_s);
CV_MUST_USE cv_rc exchange_batch_undone(struct store_db *db, int64_t id, const char *outcome,
                                        int64_t now_s);
CV_MUST_USE cv_rc exchange_batch_drop(struct store_db *db, int64_t id);
/* Takes away what was kept and not confirmed before this time. */
CV_MUST_USE cv_rc exchange_batch_clean(struct store_db *db, int64_t before_s);
CV_MUST_USE cv_rc exchange_batch_list(json_t **out, struct store_db *db, int64_t limit);

/* The newest as rows for people (exchange_list.c): pages/imports.html. */
CV_MUST_USE cv_rc exchange_batch_documents(json_t **out, struct store_db *db, struct cv_arena *mem,
                                           int64_t limit);

struct import_row {
    int64_t number;
    int64_t row_id;
    const char *before; /* JSON; NULL: the row was new */
};
/* The last first. */
CV_MUST_USE cv_rc exchange_rows_list(struct import_row **out, size_t *out_count,
                                     struct store_db *db, struct cv_arena *mem, int64_t batch_id);
CV_MUST_USE cv_rc exchange_rows_clear(struct store_db *db, int64_t batch_id);

/* --- the file as a table (exchange_table.c) --------------------------------------------------- */

/* A spreadsheet, or our own JSON export (an array of objects). */
struct exchange_table {
    struct files_table file; /* not of JSON */
    bool is_json;
    const char *file_name;
    const char *const *columns;
    size_t column_count;
    size_t row_count;
    const char **cells; /* of JSON: row_count * column_count */
};
CV_MUST_USE cv_rc exchange_table_read(struct exchange_table *out, const char *bytes, size_t size,
                                      const char *file_name, const char *sheet,
                                      struct cv_arena *mem, struct cv_problems *problems);
/* Trimmed; NULL when there is nothing in it. */
const char *exchange_table_cell(const struct exchange_table *table, struct cv_arena *mem,
                                size_t row, size_t column);
int64_t exchange_table_line(const struct exchange_table *table, size_t row);
bool exchange_table_is_broken(const struct exchange_table *table, size_t row);

/* --- what the columns mean (exchange_columns.c) ----------------------------------------------- */

struct exchange_column {
    const char *heading;
    const char *letter;
    const char *sample; /* the first cell that holds something; "" */
    int field;          /* index in the fields of the import; -1: left out */
    bool is_guess;
    bool is_sensitive;
};
/* map: "Correo=email" or "B=email", "Correo=" to leave a column out; ends with NULL. A wrong one is
 * a problem that names the nearest. Sensitive columns stay out whatever the map says. */
CV_MUST_USE cv_rc exchange_columns_find(struct exchange_column **out,
                                        const struct exchange_table *table,
                                        const struct exchange_import *import,
                                        const char *const *map, struct cv_arena *mem,
                                        struct cv_problems *problems);
size_t exchange_field_count(const struct exchange_import *import);

/* --- looking at a file (exchange_look.c) ------------------------------------------------------ */

struct exchange_counts {
    int64_t rows, new_count, changed, same, refused, skipped;
};
struct exchange_look {
    const struct exchange_import *import;
    struct exchange_table table;
    struct exchange_column *columns; /* NULL when the file could not be read */
    struct exchange_row *rows;       /* those that could be read */
    size_t row_count;
    struct exchange_counts counts;
    struct cv_problems problems;
    enum exchange_on_match on_match;
    bool can_store; /* something is new or changed */
};
/* CV_OK also when the file is all wrong: look->problems says so. */
CV_MUST_USE cv_rc exchange_look_at(struct exchange_look *out, const struct exchange_import *import,
                                   struct store_db *db, struct cv_arena *mem, const char *file_name,
                                   const char *bytes, size_t size,
                                   const struct exchange_options *options);
/* "people", "person", by their count. */
const char *exchange_noun(const struct exchange_import *import, int64_t count);

/* --- documents (exchange_document.c) ---------------------------------------------------------- */

json_t *exchange_look_document(const struct exchange_look *look, struct cv_arena *mem);
/* The refused rows with what is wrong with them: {columns: […], rows: [[…]]}; without the columns
 * that were left out. */
json_t *exchange_refused_rows(const struct exchange_look *look, struct cv_arena *mem);
json_t *exchange_counts_json(const struct exchange_counts *counts);

/* --- rules (exchange.c) ----------------------------------------------------------------------- */

/* Stores what was looked at and notes it in the batch; inside the caller's transaction. */
CV_MUST_USE cv_rc exchange_store_look(const struct exchange_look *look, struct store_db *db,
                                      struct cv_arena *mem, int64_t batch_id, int64_t person_id,
                                      int64_t now_s);
/* Choices of a kept file, and back. */
struct exchange_options exchange_options_read(struct cv_arena *mem, const json_t *choices);
const char *exchange_on_match_name(enum exchange_on_match on_match);
CV_MUST_USE cv_rc exchange_on_match_read(enum exchange_on_match *out, const char *text);
/* Looks at a kept file again with these choices and keeps the preview. */
CV_MUST_USE cv_rc exchange_preview(struct store_db *db, struct cv_arena *mem, int64_t batch_id,
                                   const json_t *choices, int64_t job_id);
/* Confirms a kept file. *out (new reference): the outcome. CV_CONFLICT: somebody did already. */
CV_MUST_USE cv_rc exchange_confirm(json_t **out, struct store_db *db, struct cv_arena *mem,
                                   int64_t batch_id, int64_t person_id, int64_t now_s);

/* --- going out (exchange_export.c) ------------------------------------------------------------ */

enum exchange_format { EXCHANGE_CSV, EXCHANGE_EXCEL_CSV, EXCHANGE_XLSX, EXCHANGE_JSON };
CV_MUST_USE cv_rc exchange_export_bytes(const char **out, size_t *out_size, size_t *out_rows,
                                        const struct exchange_export *what,
                                        enum exchange_format format, struct store_db *db,
                                        struct cv_arena *mem, int64_t now_s);

cv_rc exchange_get_exports(struct web_request *req);
cv_rc exchange_get_export(struct web_request *req);
cv_rc exchange_get_refused(struct web_request *req);

extern const struct cli_command exchange_commands[];
extern const struct web_route exchange_routes[];
extern const struct job_kind exchange_jobs[];

#endif
