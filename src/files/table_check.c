/* table_check: finds the row that holds the column names, and checks the rows below against it: too
 * many cells, too few, names missing or given twice. Not here: what the columns mean. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "files/files_internal.h"

enum { LOOKED_AT_ROWS = 200, TITLE_ROWS = 30 };

static size_t filled_cells(const struct files_grid *grid, size_t row)
{
    size_t filled = 0;
    size_t size = grid_row_size(grid, row);
    for (size_t i = 0; i < size; i++) filled += grid_cell(grid, row, i)[0] != '\0';
    return filled;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The first row that is about as full as rows usually are here. What stands above (a title, the
 * date of the export, a logo's empty rows) is left out. */
static size_t find_header(const struct files_grid *grid)
{
    size_t looked_at = grid->row_count < LOOKED_AT_ROWS ? grid->row_count : LOOKED_AT_ROWS;
    if (looked_at == 0) return 0;
    size_t sorted[LOOKED_AT_ROWS] = {0};
    for (size_t i = 0; i < looked_at; i++) sorted[i] = filled_cells(grid, i);
    qsort(sorted, looked_at, sizeof *sorted, compare_sizes);
    size_t usual = sorted[looked_at / 2];
    for (size_t i = 0; i < looked_at && i < TITLE_ROWS; i++) {
        size_t filled = filled_cells(grid, i);
        bool is_title =
            filled == 1 && usual > 1 && (grid_row_at(grid, i)->marks & GRID_BLANK_AFTER);
        if (filled * 2 >= usual && !is_title) return i;
    }
    return 0;
}

static void note_titles(struct files_reading *reading, size_t header)
{
    if (header == 0) return;
    int64_t from = grid_row_at(reading->grid, 0)->line;
    int64_t to = grid_row_at(reading->grid, header - 1)->line;
    const char *word = reading->out->format == FILES_FORMAT_XLSX ? "Row" : "Line";
    if (from == to)
        files_note(reading, from, "%s %lld was left out: the column names stand below, in %lld.",
                   word, (long long)from, (long long)reading->out->header_line);
    else
        files_note(reading, from,
                   "%ss %lld to %lld were left out: the column names stand below, in %lld.", word,
                   (long long)from, (long long)to, (long long)reading->out->header_line);
}

static const char *column_letters(struct files_reading *reading, size_t column)
{
    return cv_cell_name(reading->mem, 0, (int64_t)column + 1);
}

static void read_names(struct files_reading *reading, size_t header)
{
    struct files_table *out = reading->out;
    out->columns = CV_NEW_ARRAY(reading->mem, const char *, out->column_count);
    for (size_t i = 0; i < out->column_count; i++)
        out->columns[i] = cv_text_tidy(reading->mem, grid_cell(reading->grid, header, i));
}

static void check_names(struct files_reading *reading)
{
    struct files_table *out = reading->out;
    char **folded = CV_NEW_ARRAY(reading->mem, char *, out->column_count);
    for (size_t i = 0; i < out->column_count; i++) {
        folded[i] = cv_text_fold(reading->mem, out->columns[i]);
        if (strchr(out->columns[i], '@'))
            files_problem(reading, out->header_line, (int64_t)i + 1,
                          "Put a row with the names of the columns above the first person.",
                          "\"%s\" stands where the name of a column is expected.", out->columns[i]);
        for (size_t j = 0; j < i && folded[i][0]; j++) {
            if (strcmp(folded[i], folded[j]) != 0) continue;
            files_problem(reading, out->header_line, (int64_t)i + 1,
                          "Give each column its own name, or take one of them out.",
                          "The columns %s and %s are both called \"%s\".",
                          column_letters(reading, j), column_letters(reading, i), out->columns[i]);
            break;
        }
    }
}

struct row_census {
    size_t used_columns; /* the furthest filled cell of rows within the named columns, plus one */
    size_t over_count;   /* rows with filled cells past the named columns */
    int64_t over_line;
    size_t over_columns;
    size_t few_count; /* rows that end before the used columns */
    int64_t few_line;
};

static struct row_census count_rows(const struct files_reading *reading)
{
    const struct files_grid *grid = reading->grid;
    size_t named = reading->out->column_count;
    struct row_census census = {0};
    for (size_t i = reading->out->first_row; i < grid->row_count; i++) {
        size_t size = grid_row_size(grid, i);
        const struct grid_row *row = grid_row_at(grid, i);
        if (size <= named) {
            if (size > census.used_columns) census.used_columns = size;
            continue;
        }
        if (row->marks & GRID_REFUSED) continue;
        if (census.over_count++ == 0) census.over_line = row->line;
        if (size > census.over_columns) census.over_columns = size;
    }
    if (census.over_count) census.used_columns = named;
    for (size_t i = reading->out->first_row; i < grid->row_count; i++) {
        const struct grid_row *row = grid_row_at(grid, i);
        if (row->file_count >= census.used_columns || (row->marks & GRID_REFUSED)) continue;
        if (census.few_count++ == 0) census.few_line = row->line;
    }
    return census;
}

static const char *separator_word(char separator)
{
    return separator == ',' ? "comma" : separator == ';' ? "semicolon" : "tab";
}

/* In CSV a cell too many means that all cells of the row may stand in the wrong column. */
static void refuse_long_rows(struct files_reading *reading, const struct row_census *census)
{
    struct files_table *out = reading->out;
    const struct files_grid *grid = reading->grid;
    bool most = census->over_count > 2 && census->over_count * 2 > out->row_count;
    if (most)
        files_problem(
            reading, out->header_line, (int64_t)out->column_count + 1,
            "Give every column a name; put quotation marks around text that holds the "
            "separator.",
            "%zu rows have more cells than there are column names (%zu); the first stands "
            "in line %lld.",
            census->over_count, out->column_count, (long long)census->over_line);
    const char *remedy =
        out->separator ? cv_sprintf(reading->mem,
                                    "Put quotation marks around text that holds a %s, or give the "
                                    "extra column a name.",
                                    separator_word(out->separator))
                       : "Give the extra column a name.";
    for (size_t i = out->first_row; i < grid->row_count; i++) {
        struct grid_row *row = grid_row_at(grid, i);
        size_t size = grid_row_size(grid, i);
        if (size <= out->column_count || (row->marks & GRID_REFUSED)) continue;
        row->marks |= (uint8_t)GRID_REFUSED;
        if (most) continue;
        if (size > CV_LIMIT_TABLE_COLUMNS) size = row->file_count;
        files_problem(reading, row->line, (int64_t)out->column_count + 1, remedy,
                      "This row has %zu cells, but there are %zu columns.", size,
                      out->column_count);
    }
}

static size_t count_filled(const struct files_reading *reading, size_t column)
{
    size_t filled = 0;
    for (size_t i = reading->out->first_row; i < reading->grid->row_count; i++)
        filled += grid_cell(reading->grid, i, column)[0] != '\0';
    return filled;
}

static void note_nameless(struct files_reading *reading, size_t columns)
{
    struct files_table *out = reading->out;
    for (size_t i = 0; i < columns; i++) {
        if (i < out->column_count && out->columns[i][0]) continue;
        size_t filled = count_filled(reading, i);
        if (filled == 0) continue;
        files_note(reading, out->header_line,
                   "Column %s has no name and is left out, though %s something in it.",
                   column_letters(reading, i),
                   cv_count_text(reading->mem, (long long)filled, "row has", "rows have"));
    }
}

static void check_rows(struct files_reading *reading)
{
    struct files_table *out = reading->out;
    struct row_census census = count_rows(reading);
    if (out->format == FILES_FORMAT_XLSX) {
        note_nameless(reading, census.over_columns > out->column_count ? census.over_columns
                                                                       : out->column_count);
        return;
    }
    if (census.over_count) refuse_long_rows(reading, &census);
    note_nameless(reading, out->column_count);
    if (census.few_count)
        files_note(reading, census.few_line,
                   "%s fewer cells than there are columns (the first stands in line %lld); what is "
                   "missing was read as empty.",
                   cv_count_text(reading->mem, (long long)census.few_count, "row has", "rows have"),
                   (long long)census.few_line);
}

cv_rc files_check_table(struct files_reading *reading)
{
    struct files_table *out = reading->out;
    struct files_grid *grid = reading->grid;
    if (grid->row_count == 0) {
        files_problem(reading, 0, 0, "Choose the file again; perhaps it was not saved yet.",
                      "%s holds no text at all.",
                      out->sheet ? cv_sprintf(reading->mem, "The sheet \"%s\"", out->sheet)
                                 : "The file");
        return CV_INVALID;
    }
    size_t header = find_header(grid);
    out->header_line = grid_row_at(grid, header)->line;
    out->column_count = grid_row_size(grid, header);
    if (out->column_count > CV_LIMIT_TABLE_COLUMNS) {
        files_problem(reading, out->header_line, CV_LIMIT_TABLE_COLUMNS + 1,
                      "Take out the columns that are not needed.",
                      "The table has more than %d columns.", CV_LIMIT_TABLE_COLUMNS);
        out->column_count = 0;
        return CV_TOO_LARGE;
    }
    out->first_row = header + 1;
    out->row_count = grid->row_count - out->first_row;
    note_titles(reading, header);
    read_names(reading, header);
    check_names(reading);
    if (grid_row_at(grid, header)->marks & GRID_REFUSED) {
        out->row_count = 0; /* its problem is already told */
        return CV_INVALID;
    }
    if (out->row_count == 0) {
        files_problem(reading, out->header_line, 0,
                      "Write one row for each entry below the column names.",
                      "There are column names, but no rows below them.");
        return CV_INVALID;
    }
    check_rows(reading);
    return CV_OK;
}
