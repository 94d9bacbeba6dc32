/* xlsx_sheet: the rows of one sheet of an XLSX file, streamed: a row is kept only when it holds
 * something, so a million cells with a colour and no content cost nothing. Rows and cells whose
 * address is missing follow the one before. */
#include <ctype.h>
#include <stdlib.h>

#include "base/text.h"
#include "files/xlsx_internal.h"

enum { MAX_CELLS = CV_LIMIT_TABLE_COLUMNS + 1, LAST_ROW = 1 << 20, LAST_COLUMN = 1 << 14 };

struct xlsx_row_state {
    uint32_t cells[MAX_CELLS];
    size_t count;
    int64_t line;
    int64_t column; /* of the cell being read, from 1 */
    char type;      /* first letter(s) of the cell's t: see cell_type */
    unsigned style;
    bool has_formula;
    bool has_value;
    bool refused;

    size_t error_count; /* cells that hold #N/A and the like */
    int64_t error_line, error_column;
    size_t formula_count; /* formulas saved without their result */
    int64_t formula_line, formula_column;
    size_t hidden_count; /* rows */
};

/* n number, s shared, i inline, f formula's text, b yes or no, e error, d date as text */
static char cell_type(const char *t)
{
    if (!t || !t[0]) return 'n';
    if (strcmp(t, "str") == 0) return 'f';
    return t[0];
}

/* "AB12" to 28; 0 when there is no letter. */
static int64_t column_of(const char *address)
{
    int64_t column = 0;
    for (; isalpha((unsigned char)*address) && column <= LAST_COLUMN; address++)
        column = column * 26 + (toupper((unsigned char)*address) - 'A' + 1);
    return column;
}

static void start_row(struct xlsx_book *book, const char **attributes)
{
    struct xlsx_row_state *row = book->row_state;
    const char *address = xlsx_attribute(attributes, "r");
    const char *hidden = xlsx_attribute(attributes, "hidden");
    long long line = address ? strtoll(address, NULL, 10) : 0;
    row->line = line > 0 && line <= LAST_ROW ? line : row->line + 1;
    row->column = 0;
    row->count = 0;
    row->refused = false;
    row->hidden_count += hidden && (hidden[0] == '1' || hidden[0] == 't');
}

static void start_cell(struct xlsx_book *book, const char **attributes)
{
    struct xlsx_row_state *row = book->row_state;
    const char *address = NULL;
    const char *style = NULL;
    const char *type = NULL;
    for (; attributes[0]; attributes += 2) {
        if (strcmp(attributes[0], "r") == 0) address = attributes[1];
        if (strcmp(attributes[0], "s") == 0) style = attributes[1];
        if (strcmp(attributes[0], "t") == 0) type = attributes[1];
    }
    int64_t column = address ? column_of(address) : 0;
    row->column = column > 0 && column <= LAST_COLUMN ? column : row->column + 1;
    row->type = cell_type(type);
    row->style = style ? (unsigned)strtoul(style, NULL, 10) : 0;
    row->has_formula = false;
    row->has_value = false;
    book->in_phonetic = false;
    xlsx_collect(book);
    book->collecting = false;
}

static void on_start(struct xlsx_book *book, const char *name, const char **attributes)
{
    if (strcmp(name, "c") == 0) {
        start_cell(book, attributes);
    } else if (strcmp(name, "v") == 0) {
        xlsx_collect(book);
        book->row_state->has_value = true;
    } else if (strcmp(name, "t") == 0) {
        book->row_state->has_value = true;
        book->collecting = book->row_state->type == 'i' && !book->in_phonetic && !book->text_cut;
    } else if (strcmp(name, "row") == 0) {
        start_row(book, attributes);
    } else if (strcmp(name, "f") == 0) {
        book->row_state->has_formula = true;
    } else if (strcmp(name, "rPh") == 0) {
        book->in_phonetic = true;
    }
}

static void refuse_long(struct xlsx_book *book)
{
    struct xlsx_row_state *row = book->row_state;
    row->refused = true;
    files_problem(book->reading, row->line, row->column, "Shorten it.",
                  "The cell holds more than %d bytes.", CV_LIMIT_CELL_BYTES);
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t shared_text(struct xlsx_book *book)
{
    char *end = NULL;
    unsigned long index = strtoul(book->text, &end, 10);
    if (end == book->text || index >= book->shared.count) {
        book->row_state->refused = true;
        files_problem(book->reading, book->row_state->line, book->row_state->column,
                      "Open the file in Excel or LibreOffice and save it again.",
                      "The cell refers to a text that is not in the file.");
        return 0;
    }
    uint32_t wanted = (uint32_t)index;
    if (book->cut.count &&
        bsearch(&wanted, book->cut.items, book->cut.count, sizeof wanted, compare_u32))
        refuse_long(book);
    return ((const uint32_t *)book->shared.items)[index];
}

static uint32_t put_text(struct xlsx_book *book, const char *text)
{
    return grid_put_text(book->reading->grid, text, strlen(text));
}

static uint32_t number_text(struct xlsx_book *book)
{
    char *end = NULL;
    double number = strtod(book->text, &end);
    while (isspace((unsigned char)*end)) end++;
    if (end == book->text || *end) return put_text(book, book->text);
    const uint16_t *styles = book->styles.items;
    unsigned style = book->row_state->style;
    enum xlsx_look look =
        style < book->styles.count ? (enum xlsx_look)book->looks[styles[style]] : XLSX_NUMBER;
    char shown[XLSX_VALUE_SIZE];
    xlsx_number_text(shown, number, look, book->is_1904);
    return put_text(book, shown);
}

/* ISO 8601 with a T, and often with a midnight that nobody typed. */
static uint32_t date_text(struct xlsx_book *book)
{
    char *t = strchr(book->text, 'T');
    if (t && strncmp(t, "T00:00:00", 9) == 0)
        *t = '\0';
    else if (t)
        *t = ' ';
    return put_text(book, book->text);
}

static uint32_t cell_text(struct xlsx_book *book)
{
    struct xlsx_row_state *row = book->row_state;
    if (!row->has_value || book->text_size == 0) {
        if (row->has_formula && row->type != 'f' && row->formula_count++ == 0) {
            row->formula_line = row->line;
            row->formula_column = row->column;
        }
        return 0;
    }
    if (book->text_cut) refuse_long(book);
    switch (row->type) {
    case 's': return shared_text(book);
    case 'n': return number_text(book);
    case 'b':
        return put_text(book, book->text[0] == '0' || book->text[0] == 'f' ? "FALSE" : "TRUE");
    case 'd': return date_text(book);
    case 'e':
        if (row->error_count++ == 0) {
            row->error_line = row->line;
            row->error_column = row->column;
        }
        return 0;
    default: return grid_put_text(book->reading->grid, book->text, book->text_size);
    }
}

static void end_cell(struct xlsx_book *book)
{
    struct xlsx_row_state *row = book->row_state;
    xlsx_collected(book);
    uint32_t position = cell_text(book);
    size_t index = (size_t)row->column - 1;
    if (row->column < 1 || position == 0) return;
    if (index >= MAX_CELLS) index = MAX_CELLS - 1; /* too many columns: told by table_check */
    while (row->count <= index) row->cells[row->count++] = 0;
    row->cells[index] = position;
}

static void end_row(struct xlsx_book *book)
{
    struct xlsx_row_state *row = book->row_state;
    struct files_grid *grid = book->reading->grid;
    if (grid->row_count > CV_LIMIT_TABLE_ROWS) {
        files_problem(book->reading, row->line, 0, "Split the sheet into smaller ones.",
                      "The table has more than %d rows.", CV_LIMIT_TABLE_ROWS);
        xlsx_stop(book, CV_TOO_LARGE);
        return;
    }
    struct grid_row *before = grid->row_count ? grid_row_at(grid, grid->row_count - 1) : NULL;
    int64_t line_before = before ? before->line : row->line;
    if (!grid_add_row(grid, row->line, row->cells, row->count, row->refused ? GRID_REFUSED : 0))
        return;
    if (before && row->line > line_before + 1) before->marks |= (uint8_t)GRID_BLANK_AFTER;
}

static void on_end(struct xlsx_book *book, const char *name)
{
    if (strcmp(name, "c") == 0)
        end_cell(book);
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        book->collecting = false;
    else if (strcmp(name, "row") == 0)
        end_row(book);
    else if (strcmp(name, "rPh") == 0)
        book->in_phonetic = false;
}

static void note_oddities(struct xlsx_book *book)
{
    const struct xlsx_row_state *row = book->row_state;
    struct cv_arena *mem = book->reading->mem;
    if (row->error_count)
        files_note(book->reading, row->error_line,
                   "%s an error such as #N/A (the first is %s): read as empty.",
                   cv_count_text(mem, (long long)row->error_count, "cell holds", "cells hold"),
                   cv_cell_name(mem, row->error_line, row->error_column));
    if (row->formula_count)
        files_note(
            book->reading, row->formula_line,
            "%s no result stored (the first is %s): read as empty. Open the file in Excel or "
            "LibreOffice and save it to have them worked out.",
            cv_count_text(mem, (long long)row->formula_count, "formula has", "formulas have"),
            cv_cell_name(mem, row->formula_line, row->formula_column));
    if (row->hidden_count)
        files_note(book->reading, 0,
                   "%s hidden in this sheet, perhaps by a filter; what is hidden was read too.",
                   cv_count_text(mem, (long long)row->hidden_count, "row is", "rows are"));
}

cv_rc xlsx_read_sheet(struct xlsx_book *book, const struct xlsx_sheet *sheet)
{
    static const struct xlsx_handlers handlers = {.start = on_start, .end = on_end};
    book->reading->sheet = sheet->name;
    book->reading->out->sheet = sheet->name;
    if (!sheet->path) {
        files_problem(
            book->reading, 0, 0, "Open the file in Excel or LibreOffice and save it again.",
            "The sheet \"%s\" is named in the file, but its content is missing.", sheet->name);
        return CV_INVALID;
    }
    book->row_state = CV_NEW(book->reading->mem, struct xlsx_row_state);
    cv_rc rc = xlsx_parse(book, sheet->path, &handlers);
    if (rc == CV_OK) note_oddities(book);
    return rc;
}
