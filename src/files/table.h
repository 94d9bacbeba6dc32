/* table: one shape for every spreadsheet that a person hands us, CSV or XLSX. What the file is gets
 * recognised by its content, never by its name. Cells are text in UTF-8, as they stand in the file
 * (use cv_text_tidy where stray blanks must go).
 * Not here: what the columns mean (features/people/import), writing (csv.h, xlsx.h). */
#ifndef FILES_TABLE_H
#define FILES_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/problems.h"
#include "base/rc.h"

enum files_format { FILES_FORMAT_CSV = 0, FILES_FORMAT_XLSX };

/* Something that was decided on the person's behalf and that they may want to see: the encoding,
 * the sheet, title lines left out, cells read as empty. Not a problem. */
struct files_note {
    int64_t line; /* from 1; 0 when the whole file is meant */
    const char *sentence;
};

struct files_grid; /* rows of cells, packed; see files_internal.h */

struct files_table {
    enum files_format format;
    const char *file_name; /* as handed in; "" when there was none */
    const char *sheet;     /* the sheet that was read; NULL for CSV */
    const char *encoding;  /* "UTF-8", "UTF-16" or "Windows-1252"; NULL for XLSX */
    char separator;        /* ',' ';' or '\t'; 0 when there is one column, and for XLSX */

    const char **sheets; /* names of the visible sheets, in their order; none for CSV */
    size_t sheet_count;

    int64_t header_line;  /* the line or row that holds the column names */
    const char **columns; /* their names, tidy; "" for a column without a name */
    size_t column_count;
    size_t row_count; /* rows below the header that hold something; empty ones are left out */

    struct files_note *notes;
    size_t note_count;

    struct files_grid *grid;
    size_t first_row; /* of the grid, below the header */
};

struct files_read_options {
    const char *sheet; /* name of the sheet wanted; NULL = the first visible one that holds rows */
};

/* Reads `size` bytes of CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab; quoted line
 * breaks) or XLSX. `bytes` is not kept. options and file_name may be NULL. Everything in *out
 * lives in mem. Every problem goes to `problems` with sheet (CSV: file name), line and column.
 *   CV_OK         there are rows. Rows with a problem are marked: files_row_refused.
 *   CV_INVALID    no rows can be had; problems says why. out->columns and out->sheets hold what
 *                 was found until then.
 *   CV_NOT_FOUND  no visible sheet is called options->sheet; problems names those there are.
 *   CV_TOO_LARGE  over a limit of base/limits.h; problems says which.
 * The apostrophe that our CSV export puts before a formula is taken off again (csv.h).
 * Takes about 20 bytes a row and 4 a cell beside the text itself. */
CV_MUST_USE cv_rc files_read_table(struct files_table *out, const void *bytes, size_t size,
                                   const char *file_name, const struct files_read_options *options,
                                   struct cv_arena *mem, struct cv_problems *problems);

/* The text of a cell; "" when it is empty or missing. row < row_count; column < column_count. */
const char *files_cell(const struct files_table *table, size_t row, size_t column);
/* Where the row stands: the row of the sheet, or the physical line on which the record begins
 * (quoted cells may hold line breaks). From 1. */
int64_t files_line(const struct files_table *table, size_t row);
/* True when the row had a problem of its own (too many cells, broken quotes, …) and should not be
 * stored. */
bool files_row_refused(const struct files_table *table, size_t row);
/* "B7" for XLSX, "line 7, column 2" for CSV. */
const char *files_place(struct cv_arena *mem, const struct files_table *table, size_t row,
                        size_t column);

#endif
