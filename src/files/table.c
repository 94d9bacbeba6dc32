/* table: the door to the readers: tells CSV from XLSX and from everything else, and puts the
 * problems in the order of their places. The header and the checks below it: table_check.c. */
#include "files/table.h"

#include <assert.h>
#include <stdarg.h>

#include "base/limits.h"
#include "files/files_internal.h"

void files_note(struct files_reading *reading, int64_t line, const char *sentence, ...)
{
    struct files_table *out = reading->out;
    if (out->note_count == reading->note_capacity) {
        size_t capacity = reading->note_capacity ? reading->note_capacity * 2 : 8;
        struct files_note *notes = CV_NEW_ARRAY(reading->mem, struct files_note, capacity);
        if (out->note_count) memcpy(notes, out->notes, out->note_count * sizeof *notes);
        out->notes = notes;
        reading->note_capacity = capacity;
    }
    va_list args;
    va_start(args, sentence);
    out->notes[out->note_count++] =
        (struct files_note){.line = line, .sentence = cv_vsprintf(reading->mem, sentence, args)};
    va_end(args);
}

void files_problem(struct files_reading *reading, int64_t line, int64_t column, const char *remedy,
                   const char *sentence, ...)
{
    struct cv_problems *problems = reading->problems;
    if (problems->count == CV_LIMIT_PROBLEMS) { /* a million sentences nobody will see */
        problems->total_count++;
        return;
    }
    va_list args;
    va_start(args, sentence);
    const char *text = cv_vsprintf(reading->mem, sentence, args);
    va_end(args);
    cv_problem_add(problems, (struct cv_problem){.sheet = reading->sheet,
                                                 .line = line,
                                                 .column = column,
                                                 .sentence = text,
                                                 .remedy = remedy});
}

static bool comes_after(const struct cv_problem *a, const struct cv_problem *b)
{
    return a->line != b->line ? a->line > b->line : a->column > b->column;
}

/* Insertion sort: at most CV_LIMIT_PROBLEMS, and nearly in order as they come. */
static void sort_problems(struct cv_problem *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct cv_problem moved = items[i];
        size_t at = i;
        for (; at > 0 && comes_after(&items[at - 1], &moved); at--) items[at] = items[at - 1];
        items[at] = moved;
    }
}

static cv_rc read_by_kind(struct files_reading *reading, const uint8_t *bytes, size_t size,
                          const char *wanted_sheet)
{
    if (size > CV_LIMIT_UPLOAD_BYTES) {
        files_problem(reading, 0, 0, "Split it into smaller files.",
                      "The file holds %.1f MB; the most is %d MB.", (double)size / (1 << 20) + 0.05,
                      CV_LIMIT_UPLOAD_BYTES >> 20);
        return CV_TOO_LARGE;
    }
    if (size == 0) {
        files_problem(reading, 0, 0, "Choose the file again; perhaps it was not saved yet.",
                      "The file is empty.");
        return CV_INVALID;
    }
    if (files_kind_is_zip(bytes, size)) {
        reading->out->format = FILES_FORMAT_XLSX;
        return files_read_xlsx(reading, bytes, size, wanted_sheet);
    }
    if (files_kind_refused(reading, bytes, size)) return CV_INVALID;
    return files_read_csv(reading, bytes, size);
}

cv_rc files_read_table(struct files_table *out, const void *bytes, size_t size,
                       const char *file_name, const struct files_read_options *options,
                       struct cv_arena *mem, struct cv_problems *problems)
{
    memset(out, 0, sizeof *out);
    out->file_name = file_name ? cv_strdup(mem, file_name) : "";
    out->grid = grid_new(mem);
    struct files_reading reading = {
        .out = out, .grid = out->grid, .mem = mem, .problems = problems, .sheet = file_name};
    size_t before = problems->count;
    cv_rc rc = read_by_kind(&reading, bytes, size, options ? options->sheet : NULL);
    if (rc == CV_OK) rc = files_check_table(&reading);
    if (problems->count > before) sort_problems(problems->items + before, problems->count - before);
    return rc;
}

const char *files_cell(const struct files_table *table, size_t row, size_t column)
{
    assert(row < table->row_count && column < table->column_count);
    return grid_cell(table->grid, table->first_row + row, column);
}

int64_t files_line(const struct files_table *table, size_t row)
{
    assert(row < table->row_count);
    return grid_row_at(table->grid, table->first_row + row)->line;
}

bool files_row_refused(const struct files_table *table, size_t row)
{
    assert(row < table->row_count);
    return (grid_row_at(table->grid, table->first_row + row)->marks & GRID_REFUSED) != 0;
}

const char *files_place(struct cv_arena *mem, const struct files_table *table, size_t row,
                        size_t column)
{
    int64_t line = files_line(table, row);
    if (table->format == FILES_FORMAT_XLSX) return cv_cell_name(mem, line, (int64_t)column + 1);
    return cv_sprintf(mem, "line %lld, column %zu", (long long)line, column + 1);
}
