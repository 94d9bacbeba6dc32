/* files_internal: shared by the readers of spreadsheets only: the packed grid of cells, and the
 * context of one reading. Not for anybody outside files/. */
#ifndef FILES_INTERNAL_H
#define FILES_INTERNAL_H

#include <setjmp.h>
#include <string.h>

#include "files/table.h"

/* ---- the grid: rows of cells, packed --------------------------------------------------------
 *
 *   rows    [ first cell | line | cells in the file | marks ]   12 bytes a row
 *   cells   [ where its text begins ]                            4 bytes a cell
 *   text    cells one after the other, each ended by a NUL
 *
 * All three live in blocks of a fixed size, so growing never copies and never doubles. Trailing
 * empty cells are not kept, rows without a filled cell neither: a million phantom cells cost
 * nothing. Text position 0 is "". */
enum { GRID_ROWS = 1 << 12, GRID_CELLS = 1 << 14, GRID_TEXT_BITS = 18 };
#define GRID_TEXT ((size_t)1 << GRID_TEXT_BITS)

enum { GRID_REFUSED = 1, GRID_BLANK_AFTER = 2 };

struct grid_row {
    uint32_t first_cell;
    uint32_t line;
    uint16_t file_count; /* cells the file had, trailing empty ones too */
    uint8_t marks;
};

struct grid_blocks {
    void **at;
    size_t count;
    size_t capacity;
};

struct files_grid {
    struct cv_arena *mem;
    struct grid_blocks rows;
    struct grid_blocks cells;
    struct grid_blocks text;
    size_t row_count;
    size_t cell_count;
    size_t text_size; /* positions in use, over all blocks */
};

struct files_grid *grid_new(struct cv_arena *mem);
/* Takes over one buffer of text as the grid's only text; text[0] must be NUL. */
void grid_adopt_text(struct files_grid *grid, char *text, size_t size);
/* Keeps a copy of the text and returns its position. size < GRID_TEXT. */
uint32_t grid_put_text(struct files_grid *grid, const char *text, size_t size);
/* Adds a row from the positions of its cells; drops trailing empty ones, and the row when nothing
 * is left: then the row before gets the mark GRID_BLANK_AFTER and NULL is returned. */
struct grid_row *grid_add_row(struct files_grid *grid, int64_t line, const uint32_t *cells,
                              size_t count, uint8_t marks);

static inline struct grid_row *grid_row_at(const struct files_grid *grid, size_t row)
{
    return (struct grid_row *)grid->rows.at[row / GRID_ROWS] + row % GRID_ROWS;
}

static inline size_t grid_row_size(const struct files_grid *grid, size_t row)
{
    size_t next =
        row + 1 < grid->row_count ? grid_row_at(grid, row + 1)->first_cell : grid->cell_count;
    return next - grid_row_at(grid, row)->first_cell;
}

static inline char *grid_text_at(const struct files_grid *grid, uint32_t position)
{
    return (char *)grid->text.at[position >> GRID_TEXT_BITS] + (position & (GRID_TEXT - 1));
}

/* "" past the last filled cell. */
static inline const char *grid_cell(const struct files_grid *grid, size_t row, size_t column)
{
    if (column >= grid_row_size(grid, row)) return "";
    size_t cell = grid_row_at(grid, row)->first_cell + column;
    const uint32_t *block = grid->cells.at[cell / GRID_CELLS];
    return grid_text_at(grid, block[cell % GRID_CELLS]);
}

/* ---- one reading ---------------------------------------------------------------------------- */

struct files_reading {
    struct files_table *out;
    struct files_grid *grid;
    struct cv_arena *mem;
    struct cv_problems *problems;
    const char *sheet; /* what problems name as their sheet */
    size_t note_capacity;
};

void files_note(struct files_reading *reading, int64_t line, const char *sentence, ...)
    CV_PRINTF(3, 4);
/* line and column from 1; 0 when unknown. The remedy is plain text. */
void files_problem(struct files_reading *reading, int64_t line, int64_t column, const char *remedy,
                   const char *sentence, ...) CV_PRINTF(5, 6);

/* A sentence and a remedy for content that is no table we read (an old .xls, a PDF, a picture, …);
 * false when it may be CSV or XLSX. */
bool files_kind_refused(struct files_reading *reading, const uint8_t *bytes, size_t size);
bool files_kind_is_zip(const uint8_t *bytes, size_t size);

/* Both fill reading->grid with rows, and out's format, sheet, encoding, separator. */
cv_rc files_read_csv(struct files_reading *reading, const uint8_t *bytes, size_t size);
cv_rc files_read_xlsx(struct files_reading *reading, const uint8_t *bytes, size_t size,
                      const char *wanted_sheet);
/* Finds the header row among the rows read and checks the rows below against it. */
cv_rc files_check_table(struct files_reading *reading);

/* ---- CSV ------------------------------------------------------------------------------------ */

struct csv_text {
    char *text; /* text[0] is NUL; the content begins at 1 and ends with a NUL */
    size_t size;
    bool damaged; /* unreadable letters were replaced by U+FFFD */
    bool has_nul;
};

/* Decodes to UTF-8 and says in out->encoding what it was. */
cv_rc csv_decode(struct csv_text *out, struct files_reading *reading, const uint8_t *bytes,
                 size_t size);
/* ',' ';' '\t', or 0 when there is one column. Skips nothing: text is what follows a "sep=" line.
 */
char csv_find_separator(const char *text, size_t size);

/* True when the text is something a spreadsheet would take for a formula, or apostrophes followed
 * by such: what gets one apostrophe more in a CSV file. See csv.h. */
bool files_wants_guard(const char *text, size_t size);

/* ---- numbers -------------------------------------------------------------------------------- */

enum { FILES_NUMBER_SIZE = 40 };
/* As a person would see it: 12, 0.3, -4.25; at most eight places after the point and 15 digits.
 * Also for writing. */
void files_number_text(char out[FILES_NUMBER_SIZE], double number);

/* ---- arena jumps ----------------------------------------------------------------------------
 * Foreign libraries hold memory and files that an arena's jump would leak. Between these two, a
 * full arena comes back here first; the caller cleans up and passes it on.
 *
 *     struct files_catch catch;
 *     if (files_catch_begin(&catch, mem)) { …close…; files_catch_pass_on(&catch, mem); }
 *     …
 *     files_catch_end(&catch, mem);
 */
struct files_catch {
    jmp_buf guard;
    bool guarded;
};
#define files_catch_begin(catch, mem) (files_catch_save(catch, mem), cv_arena_guard(mem))
void files_catch_save(struct files_catch *catch, const struct cv_arena *mem);
void files_catch_end(const struct files_catch *catch, struct cv_arena *mem);
_Noreturn void files_catch_pass_on(const struct files_catch *catch, struct cv_arena *mem);

#endif
