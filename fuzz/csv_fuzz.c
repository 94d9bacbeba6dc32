/* csv_fuzz: any bytes through the door of the spreadsheet reader; what comes out of a CSV goes back
 * through the writer and must be read as the same again. The first byte chooses how much memory. */
#include <assert.h>
#include <string.h>

#include "files/csv.h"
#include "files/table.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static struct files_sheet sheet_of(const struct files_table *table, struct cv_arena *mem)
{
    struct files_sheet sheet = {.columns = table->columns,
                                .column_count = table->column_count,
                                .row_count = table->row_count};
    struct files_value *values =
        CV_NEW_ARRAY(mem, struct files_value, table->column_count * table->row_count);
    sheet.values = values;
    for (size_t row = 0; row < table->row_count; row++)
        for (size_t i = 0; i < table->column_count; i++)
            *values++ = files_text(files_cell(table, row, i));
    return sheet;
}

/* What a text never holds may make a file look like no text. */
static bool has_controls(struct files_bytes file)
{
    for (size_t i = 0; i < file.size; i++)
        if ((unsigned char)file.bytes[i] < 32 && !strchr("\t\r\n", file.bytes[i])) return true;
    return false;
}

/* Only what has names and no problem is ever exported. */
static void check_round_trip(const struct files_table *table, struct cv_arena *mem)
{
    struct files_bytes file;
    struct files_table again;
    struct cv_problems problems = cv_problems_new(mem);
    for (size_t i = 0; i < table->column_count; i++)
        if (!table->columns[i][0]) return;
    struct files_sheet sheet = sheet_of(table, mem);
    cv_rc rc = files_write_csv(&file, &sheet, FILES_CSV_PLAIN, mem);
    assert(rc == CV_OK);
    if (has_controls(file)) return;
    rc = files_read_table(&again, file.bytes, file.size, NULL, NULL, mem, &problems);
    assert(rc == CV_OK && problems.total_count == 0);
    assert(again.row_count == table->row_count && again.column_count == table->column_count);
    for (size_t row = 0; row < table->row_count; row++)
        for (size_t i = 0; i < table->column_count; i++)
            assert(strcmp(files_cell(table, row, i), files_cell(&again, row, i)) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct cv_arena mem;
    if (size < 1) return 0;
    size_t kilobytes = bytes[0] < 8 ? 300 + 100 * (size_t)bytes[0] : 64 << 10;
    cv_arena_init(&mem, kilobytes << 10);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return 0;
    }
    struct files_table table;
    struct cv_problems problems = cv_problems_new(&mem);
    cv_rc rc = files_read_table(&table, bytes + 1, size - 1, "fuzz.csv", NULL, &mem, &problems);
    assert(rc == CV_OK ? table.row_count > 0 : problems.total_count > 0);
    if (rc == CV_OK && problems.total_count == 0) check_round_trip(&table, &mem);
    cv_arena_free(&mem);
    return 0;
}
