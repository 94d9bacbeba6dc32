/* demo_table: reads the CSV files of this folder, which travel inside the program.
 * Not here: spreadsheets of strangers (files/table.h); these are ours, so a fault is asserted. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "base/embedded.h"

/* One cell; *at moves behind it and its comma or line end. */
static char *read_cell(const char **at, bool *is_last, struct cv_arena *mem)
{
    enum { CELL_MAX = 1024 };
    char cell[CELL_MAX];
    const char *from = *at;
    size_t size = 0;
    bool quoted = *from == '"';
    if (quoted) from++;
    while (*from != '\0') {
        if (quoted && *from == '"' && from[1] == '"') {
            from++;
        } else if (quoted && *from == '"') {
            from++;
            break;
        } else if (!quoted && (*from == ',' || *from == '\n')) {
            break;
        }
        assert(size < CELL_MAX);
        cell[size++] = *from++;
    }
    assert(*from == ',' || *from == '\n');
    *is_last = *from == '\n';
    *at = from + 1;
    return cv_strndup(mem, cell, size);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++) lines += *text == '\n';
    return lines;
}

struct demo_table demo_table_read(struct cv_arena *mem, const char *name)
{
    const struct cv_embedded *file = cv_embedded_find(name);
    assert(file != NULL && file->size > 0 && file->bytes[file->size - 1] == '\n');
    struct demo_table table = {0};
    enum { COLUMNS_MAX = 16 };
    table.columns = CV_NEW_ARRAY(mem, const char *, COLUMNS_MAX);
    const char *at = file->bytes;
    bool is_last = false;
    while (!is_last) {
        assert(table.column_count < COLUMNS_MAX);
        table.columns[table.column_count++] = read_cell(&at, &is_last, mem);
    }
    table.cells = CV_NEW_ARRAY(mem, const char *, count_lines(at) * table.column_count + 1);
    for (; *at != '\0'; table.row_count++) {
        for (size_t c = 0; c < table.column_count; c++) {
            table.cells[table.row_count * table.column_count + c] = read_cell(&at, &is_last, mem);
            assert(is_last == (c + 1 == table.column_count));
        }
    }
    return table;
}

const char *demo_cell(const struct demo_table *table, size_t row, const char *column)
{
    assert(row < table->row_count);
    for (size_t c = 0; c < table->column_count; c++) {
        if (strcmp(table->columns[c], column) == 0)
            return table->cells[row * table->column_count + c];
    }
    assert(!"no such column");
    return "";
}

int32_t demo_number(const struct demo_table *table, size_t row, const char *column)
{
    return (int32_t)strtol(demo_cell(table, row, column), NULL, 10);
}
