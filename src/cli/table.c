/* table: rows of a document as a table that fits the terminal. Cells wrap at blanks; numbers are
 * set right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "cli/cli_inside.h"

enum { COLUMNS_MAX = 16, NARROWEST = 12 };

struct column {
    const char *heading;
    size_t heading_size;
    const char *key;
    bool is_number;
    int width;
};

static int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
    return 100;
}

/* Columns a terminal uses for one code point: none for marks, two for wide ones. */
static int point_width(UChar32 c)
{
    int8_t type = u_charType(c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
    int wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
}

static int text_width(const char *text, size_t size)
{
    int width = 0;
    for (size_t at = 0; at < size;) {
        UChar32 c = 0;
        U8_NEXT((const uint8_t *)text, at, size, c);
        width += c < 0 ? 1 : point_width(c);
    }
    return width;
}

static const char *cell_text(struct cv_arena *mem, const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    if (json_is_string(value)) return json_string_value(value);
    if (json_is_integer(value))
        return cv_sprintf(mem, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value)) return cv_sprintf(mem, "%.4g", json_real_value(value));
    if (json_is_true(value)) return "yes";
    return "";
}

/* Bytes of the text that fit the width, cut at a blank where there is one; at least one code point.
 */
static size_t fitting(const char *text, int width)
{
    size_t size = strlen(text);
    size_t at = 0;
    size_t blank = 0;
    int used = 0;
    while (at < size && text[at] != '\n') {
        size_t next = at;
        UChar32 c = 0;
        U8_NEXT((const uint8_t *)text, next, size, c);
        int more = c < 0 ? 1 : point_width(c);
        if (used + more > width) return blank > 0 ? blank : at > 0 ? at : next;
        if (text[at] == ' ') blank = at;
        used += more;
        at = next;
    }
    return at;
}

static void columns_measure(struct column *columns, size_t count, const json_t *rows,
                            struct cv_arena *mem)
{
    for (size_t c = 0; c < count; c++) {
        columns[c].width = text_width(columns[c].heading, columns[c].heading_size);
        columns[c].is_number = json_array_size(rows) > 0;
        for (size_t r = 0; r < json_array_size(rows); r++) {
            const json_t *row = json_array_get(rows, r);
            const char *text = cell_text(mem, row, columns[c].key);
            int width = text_width(text, strlen(text));
            if (width > columns[c].width) columns[c].width = width;
            const json_t *value = json_object_get(row, columns[c].key);
            if (value && !json_is_number(value)) columns[c].is_number = false;
        }
    }
    int total = 0;
    for (size_t c = 0; c < count; c++) total += columns[c].width + (c > 0 ? 2 : 0);
    int room = terminal_width();
    while (total > room) {
        size_t widest = 0;
        for (size_t c = 1; c < count; c++)
            if (columns[c].width > columns[widest].width) widest = c;
        if (columns[widest].width <= NARROWEST) break;
        columns[widest].width--;
        total--;
    }
}

static void put_line(const struct column *columns, size_t count, const char **cells)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t c = 0; c < count; c++) {
            size_t size = fitting(cells[c], columns[c].width);
            int pad = columns[c].width - text_width(cells[c], size);
            if (c > 0) cli_say("  ");
            if (columns[c].is_number) cli_say("%*s", pad, "");
            cli_say("%.*s", (int)size, cells[c]);
            if (!columns[c].is_number && c + 1 < count) cli_say("%*s", pad, "");
            cells[c] += size;
            cells[c] += strspn(cells[c], " \n");
            more = more || *cells[c];
        }
        cli_say("\n");
    }
}

void cli_table(struct cli_request *req, const json_t *rows, const char *const *columns,
               size_t column_count)
{
    struct column shown[COLUMNS_MAX] = {0};
    if (column_count > COLUMNS_MAX) column_count = COLUMNS_MAX;
    const char *cells[COLUMNS_MAX];
    for (size_t c = 0; c < column_count; c++) {
        size_t heading_size = strcspn(columns[c], "=");
        shown[c] = (struct column){.heading = columns[c],
                                   .heading_size = heading_size,
                                   .key = columns[c] + heading_size + 1};
        cells[c] = cv_strndup(req->mem, columns[c], heading_size);
    }
    columns_measure(shown, column_count, rows, req->mem);
    columns_measure(shown, column_count, rows, req->mem);
    put_line(shown, column_count, cells);
    for (size_t c = 0; c < column_count; c++) {
        if (c > 0) cli_say("  ");
        for (int i = 0; i < shown[c].width; i++) cli_say("-");
    }
    cli_say("\n");
    for (size_t r = 0; r < json_array_size(rows); r++) {
        for (size_t c = 0; c < column_count; c++)
            cells[c] = cell_text(req->mem, json_array_get(rows, r), shown[c].key);
        put_line(shown, column_count, cells);
    }
}
