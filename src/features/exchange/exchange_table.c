/* exchange_table: a spreadsheet or our own JSON export, as rows of cells. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"

static bool looks_like_json(const char *bytes, size_t size)
{
    size_t at = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < size && strchr(" \t\r\n", bytes[at])) at++;
    return at + 1 < size &&
           (bytes[at] == '[' || (bytes[at] == '{' && strchr(" \r\n\t\"}", bytes[at + 1])));
}

static const char *json_cell(struct cv_arena *mem, const json_t *value)
{
    if (json_is_string(value)) return cv_strdup(mem, json_string_value(value));
    if (json_is_integer(value))
        return cv_sprintf(mem, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value)) return cv_sprintf(mem, "%.15g", json_real_value(value));
    if (json_is_boolean(value)) return json_is_true(value) ? "yes" : "no";
    return "";
}

/* The rows: the array itself, or the first array that is a value of the object. */
static const json_t *find_rows(const json_t *document)
{
    if (json_is_array(document)) return document;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)document, key, value)
    {
        if (json_is_array(value)) return value;
    }
    return NULL;
}

static cv_rc read_rows(struct exchange_table *table, const json_t *rows, struct cv_arena *mem,
                       struct cv_problems *problems)
{
    struct cv_map columns = cv_map_new(mem);
    const char **names = CV_NEW_ARRAY(mem, const char *, CV_LIMIT_TABLE_COLUMNS);
    size_t i = 0;
    json_t *row = NULL;
    const char *key = NULL;
    json_t *value = NULL;
    json_array_foreach(rows, i, row)
    {
        json_object_foreach(row, key, value)
        {
            int64_t next = (int64_t)columns.count;
            if (next == CV_LIMIT_TABLE_COLUMNS && !cv_map_find(&columns, key)) {
                cv_problem(problems, 0, NULL, "Take out what is not needed.",
                           "There are more than %d names of columns.", CV_LIMIT_TABLE_COLUMNS);
                return CV_TOO_LARGE;
            }
            const char *name = cv_strdup(mem, key);
            if (*cv_map_at(&columns, name, next) == next) names[next] = name;
        }
    }
    table->columns = names;
    table->column_count = columns.count;
    table->row_count = json_array_size(rows);
    if (table->row_count == 0 || table->column_count == 0) {
        cv_problem(problems, 0, NULL, "Look whether it is the right file.",
                   "There is not one row in %s.", table->file_name);
        return CV_INVALID;
    }
    table->cells = CV_NEW_ARRAY(mem, const char *, table->row_count * table->column_count);
    json_array_foreach(rows, i, row)
    {
        json_object_foreach(row, key, value)
        {
            size_t column = (size_t)*cv_map_find(&columns, key);
            table->cells[i * table->column_count + column] = json_cell(mem, value);
        }
    }
    return CV_OK;
}

static cv_rc read_json(struct exchange_table *table, const char *bytes, size_t size,
                       struct cv_arena *mem, struct cv_problems *problems)
{
    json_error_t error;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    json_t *document = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (!document) {
        cv_problem(problems, error.line, NULL, "Export it again, or use CSV or XLSX.",
                   "%s is not whole JSON: %s.", table->file_name, error.text);
        return CV_INVALID;
    }
    const json_t *rows = find_rows(document);
    cv_rc rc = CV_INVALID;
    if (rows)
        rc = read_rows(table, rows, mem, problems);
    else
        cv_problem(problems, 0, NULL, "Give a list of objects, as an export of ours has it.",
                   "There is no list of rows in %s.", table->file_name);
    json_decref(document);
    return rc;
}

cv_rc exchange_table_read(struct exchange_table *out, const char *bytes, size_t size,
                          const char *file_name, const char *sheet, struct cv_arena *mem,
                          struct cv_problems *problems)
{
    *out = (struct exchange_table){.file_name = file_name};
    if (looks_like_json(bytes, size)) {
        out->is_json = true;
        return read_json(out, bytes, size, mem, problems);
    }
    struct files_read_options options = {.sheet = sheet};
    cv_rc rc = files_read_table(&out->file, bytes, size, file_name, &options, mem, problems);
    out->columns = out->file.columns;
    out->column_count = out->file.column_count;
    out->row_count = rc == CV_OK ? out->file.row_count : 0;
    return rc;
}

const char *exchange_table_cell(const struct exchange_table *table, struct cv_arena *mem,
                                size_t row, size_t column)
{
    const char *text = table->is_json ? table->cells[row * table->column_count + column]
                                      : files_cell(&table->file, row, column);
    if (!text) return NULL;
    static const char blanks[] = " \t\r\n\v\f";
    text += strspn(text, blanks);
    size_t size = strlen(text);
    if (size == 0) return NULL;
    /* A cell of no-break spaces and the like is empty too. */
    if ((unsigned char)text[0] >= 0x80 && !*cv_text_tidy(mem, text)) return NULL;
    if (!strchr(blanks, text[size - 1])) return text;
    while (strchr(blanks, text[size - 1])) size--;
    return cv_strndup(mem, text, size);
}

int64_t exchange_table_line(const struct exchange_table *table, size_t row)
{
    return table->is_json ? (int64_t)row + 1 : files_line(&table->file, row);
}

bool exchange_table_is_broken(const struct exchange_table *table, size_t row)
{
    return !table->is_json && files_row_refused(&table->file, row);
}
