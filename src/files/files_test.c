/* Tests of files: what is read, what is refused with which words, and that what we write comes
 * back. golden/refused_*.csv are handed in by strangers (some come from the fuzzers); the report
 * that each gets stands beside it as .txt. CONVENE_ACCEPT=1 writes the reports anew. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "files/table.h"

struct house {
    struct cv_arena mem;
    struct cv_problems problems;
    struct files_table table;
    cv_rc rc;
};

static void house_open(struct house *house)
{
    memset(house, 0, sizeof *house);
    cv_arena_init(&house->mem, (size_t)512 << 20);
    house->problems = cv_problems_new(&house->mem);
}

static void house_read(struct house *house, const char *bytes, size_t size, const char *name)
{
    house_open(house);
    house->rc =
        files_read_table(&house->table, bytes, size, name, NULL, &house->mem, &house->problems);
}

#define HOUSE_READ(house, literal) house_read(house, literal, sizeof(literal) - 1, "t.csv")

/* Everything a person would see of a reading, as text. */
static const char *house_report(struct house *house)
{
    struct cv_buf buf = cv_buf_new(&house->mem, 1 << 20);
    const struct files_table *t = &house->table;
    cv_buf_printf(&buf, "%s\n", cv_rc_name(house->rc));
    for (size_t i = 0; i < house->problems.count; i++) {
        const struct cv_problem *p = &house->problems.items[i];
        cv_buf_printf(&buf, "problem %lld:%lld %s %s\n", (long long)p->line, (long long)p->column,
                      p->sentence, p->remedy);
    }
    if (house->problems.total_count > house->problems.count)
        cv_buf_printf(&buf, "and %zu more\n", house->problems.total_count - house->problems.count);
    for (size_t i = 0; i < t->note_count; i++)
        cv_buf_printf(&buf, "note %lld %s\n", (long long)t->notes[i].line, t->notes[i].sentence);
    if (t->column_count) cv_buf_printf(&buf, "header %lld:", (long long)t->header_line);
    for (size_t i = 0; i < t->column_count; i++) cv_buf_printf(&buf, " [%s]", t->columns[i]);
    if (t->column_count) cv_buf_putc(&buf, '\n');
    for (size_t r = 0; r < t->row_count && r < 20 && t->column_count; r++) {
        cv_buf_printf(&buf, "row %lld%s:", (long long)files_line(t, r),
                      files_row_refused(t, r) ? " refused" : "");
        for (size_t c = 0; c < t->column_count; c++)
            cv_buf_printf(&buf, " [%.60s]", files_cell(t, r, c));
        cv_buf_putc(&buf, '\n');
    }
    if (t->row_count > 20) cv_buf_printf(&buf, "%zu rows\n", t->row_count);
    return cv_buf_text(&buf);
}

static char *slurp(struct cv_arena *mem, const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    (void)fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = cv_alloc(mem, *size + 1);
    size_t got = fread(bytes, 1, *size, file);
    (void)fclose(file);
    assert_int_equal(got, *size);
    return bytes;
}

static void check_golden(const char *folder, const char *name)
{
    struct house house;
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    size_t size = 0;
    const char *bytes = slurp(&mem, cv_sprintf(&mem, "%s/%s", folder, name), &size);
    assert_non_null(bytes);
    house_read(&house, bytes, size, name);
    const char *report = house_report(&house);
    const char *stem = cv_strndup(&mem, name, strlen(name) - strlen(".csv"));
    const char *golden = cv_sprintf(&mem, "%s/%s.txt", folder, stem);
    const char *expected = slurp(&mem, golden, &size);
    const char *accept = getenv("CONVENE_ACCEPT");
    if (accept && (!expected || strcmp(expected, report) != 0)) {
        FILE *file = fopen(golden, "wb");
        assert_non_null(file);
        (void)fputs(report, file);
        (void)fclose(file);
        print_message("written anew: %s\n", golden);
    } else {
        if (!expected || strcmp(report, expected) != 0) print_message("in %s:\n", name);
        assert_string_equal(report, expected ? expected : "(no golden)");
    }
    cv_arena_free(&house.mem);
    cv_arena_free(&mem);
}

static void test_read_table__refused_files_get_their_reports(void **state)
{
    const char *folder = getenv("FILES_GOLDEN");
    assert_non_null(folder);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t size = strlen(entry->d_name);
        if (size < 5 || strcmp(entry->d_name + size - 4, ".csv") != 0) continue;
        check_golden(folder, entry->d_name);
        count++;
    }
    (void)closedir(dir);
    assert_true(count >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_table__refused_files_get_their_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
