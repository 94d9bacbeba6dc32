/* sheet: what goes out as a spreadsheet: a name, columns, rows of texts and numbers. Handed to
 * csv.h and xlsx.h. Not here: reading (table.h). */
#ifndef FILES_SHEET_H
#define FILES_SHEET_H

#include <stddef.h>

#include "base/arena.h"

struct files_value {
    const char *text; /* UTF-8 without NUL; NULL = the number counts */
    double number;    /* finite; NAN = an empty cell */
};

/* NULL gives an empty cell. */
static inline struct files_value files_text(const char *text)
{
    return (struct files_value){.text = text ? text : ""};
}

static inline struct files_value files_number(double number)
{
    return (struct files_value){.number = number};
}

struct files_sheet {
    const char *name; /* of the sheet in XLSX: shortened to 31 letters, []:*?/\ become blanks */
    const char *const *columns; /* column_count names */
    size_t column_count;
    const struct files_value *values; /* row_count * column_count, row by row */
    size_t row_count;
};

struct files_bytes {
    const char *bytes;
    size_t size;
};

#endif
