/* exchange_export: rows of the features as files that others can read and that come back in. */
#include <math.h>
#include <string.h>

#include "features/exchange/exchange_internal.h"
#include "files/csv.h"
#include "files/xlsx.h"

static struct files_value value_of(struct cv_arena *mem, const json_t *value)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        return *text ? files_text(cv_strdup(mem, text)) : files_number(NAN);
    }
    if (json_is_number(value)) return files_number(json_number_value(value));
    return files_number(NAN);
}

static struct files_sheet sheet_of(const struct exchange_export *what, const json_t *rows,
                                   struct cv_arena *mem)
{
    struct files_sheet sheet = {
        .name = what->title, .columns = what->columns, .row_count = json_array_size(rows)};
    while (what->columns[sheet.column_count]) sheet.column_count++;
    struct files_value *values =
        CV_NEW_ARRAY(mem, struct files_value, sheet.row_count * sheet.column_count);
    size_t r = 0;
    json_t *row = NULL;
    json_array_foreach(rows, r, row)
    {
        for (size_t c = 0; c < sheet.column_count; c++)
            values[r * sheet.column_count + c] =
                value_of(mem, json_object_get(row, sheet.columns[c]));
    }
    sheet.values = values;
    return sheet;
}

cv_rc exchange_export_bytes(const char **out, size_t *out_size, size_t *out_rows,
                            const struct exchange_export *what, enum exchange_format format,
                            struct store_db *db, struct cv_arena *mem, int64_t now_s)
{
    json_t *rows = NULL;
    struct files_bytes made = {0};
    cv_rc rc = what->rows(&rows, db, mem);
    if (rc != CV_OK) return rc;
    *out_rows = json_array_size(rows);
    if (format == EXCHANGE_JSON) {
        size_t size = json_dumpb(rows, NULL, 0, JSON_INDENT(1));
        char *text = cv_alloc(mem, size + 2);
        (void)json_dumpb(rows, text, size, JSON_INDENT(1));
        text[size] = '\n';
        made = (struct files_bytes){.bytes = text, .size = size + 1};
    } else {
        struct files_sheet sheet = sheet_of(what, rows, mem);
        if (format == EXCHANGE_XLSX)
            rc = files_write_xlsx(&made, &sheet, 1, now_s, mem);
        else
            rc = files_write_csv(
                &made, &sheet, format == EXCHANGE_EXCEL_CSV ? FILES_CSV_FOR_EXCEL : FILES_CSV_PLAIN,
                mem);
    }
    json_decref(rows);
    *out = made.bytes;
    *out_size = made.size;
    return rc;
}
