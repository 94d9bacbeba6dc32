/* exchange_look: from the bytes of a file to what storing it would do. Reads the store only. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "features/exchange/exchange_internal.h"

const char *exchange_noun(const struct exchange_import *import, int64_t count)
{
    return count == 1 ? import->one : import->many;
}

static void make_rows(struct exchange_look *look, struct cv_arena *mem,
                      const struct exchange_options *options)
{
    size_t field_count = exchange_field_count(look->import);
    const struct exchange_table *table = &look->table;
    look->rows = CV_NEW_ARRAY(mem, struct exchange_row, table->row_count);
    const char **values = CV_NEW_ARRAY(mem, const char *, table->row_count *field_count);
    for (size_t r = 0; r < table->row_count; r++) {
        if (exchange_table_is_broken(table, r)) {
            look->counts.refused++;
            continue;
        }
        bool is_empty = true;
        for (size_t c = 0; c < table->column_count; c++) {
            int field = look->columns[c].field;
            if (field < 0) continue;
            values[field] = exchange_table_cell(table, mem, r, c);
            if (values[field]) is_empty = false;
        }
        if (is_empty) continue;
        struct exchange_row *row = &look->rows[look->row_count++];
        *row = (struct exchange_row){.line = exchange_table_line(table, r), .values = values};
        row->merge_near = options->merge_all_near;
        for (size_t m = 0; options->merge_lines && options->merge_lines[m]; m++)
            if (options->merge_lines[m] == row->line) row->merge_near = true;
        values += field_count;
    }
    look->counts.rows = (int64_t)look->row_count + look->counts.refused;
}

static void count_rows(struct exchange_look *look)
{
    struct exchange_counts *counts = &look->counts;
    for (size_t r = 0; r < look->row_count; r++) {
        switch (look->rows[r].fate) {
        case EXCHANGE_NEW: counts->new_count++; break;
        case EXCHANGE_CHANGED: counts->changed++; break;
        case EXCHANGE_SAME: counts->same++; break;
        case EXCHANGE_REFUSED: counts->refused++; break;
        case EXCHANGE_SKIPPED: counts->skipped++; break;
        }
    }
    look->can_store = counts->new_count + counts->changed > 0;
}

/* The features name fields; people look for cells. */
static void place_problems(struct exchange_look *look)
{
    for (size_t i = 0; i < look->problems.count; i++) {
        struct cv_problem *problem = &look->problems.items[i];
        if (!problem->sheet) problem->sheet = look->table.file.sheet;
        for (size_t c = 0; problem->field && problem->column == 0 && c < look->table.column_count;
             c++) {
            int field = look->columns[c].field;
            if (field >= 0 && strcmp(look->import->fields[field].name, problem->field) == 0)
                problem->column = (int64_t)c + 1;
        }
    }
}

/* By line, so that a file can be put right from top to bottom. Stable: insertion into place. */
static void sort_problems(struct cv_problems *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        struct cv_problem item = problems->items[i];
        size_t at = i;
        for (; at > 0 && problems->items[at - 1].line > item.line; at--)
            problems->items[at] = problems->items[at - 1];
        problems->items[at] = item;
    }
}

cv_rc exchange_look_at(struct exchange_look *out, const struct exchange_import *import,
                       struct store_db *db, struct cv_arena *mem, const char *file_name,
                       const char *bytes, size_t size, const struct exchange_options *options)
{
    *out = (struct exchange_look){
        .import = import, .problems = cv_problems_new(mem), .on_match = options->on_match};
    cv_rc rc = exchange_table_read(&out->table, bytes, size, file_name, options->sheet, mem,
                                   &out->problems);
    if (rc == CV_INVALID || rc == CV_NOT_FOUND || rc == CV_TOO_LARGE) return CV_OK;
    if (rc != CV_OK) return rc;
    rc = exchange_columns_find(&out->columns, &out->table, import, options->map, mem,
                               &out->problems);
    if (rc == CV_INVALID) return CV_OK;
    if (rc != CV_OK) return rc;
    make_rows(out, mem, options);
    rc = import->check(out->rows, out->row_count, options->on_match, db, mem, &out->problems);
    if (rc != CV_OK) return rc;
    count_rows(out);
    place_problems(out);
    sort_problems(&out->problems);
    return CV_OK;
}
