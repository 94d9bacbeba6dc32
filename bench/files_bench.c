/* files_bench: rows a second of reading and writing spreadsheets, and the memory it takes.
 * usage: files_bench [ROWS] */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rng.h"
#include "files/csv.h"
#include "files/table.h"
#include "files/xlsx.h"

enum { COLUMNS = 8, REPEATS = 5 };

static const char *const columns[COLUMNS] = {"name", "email", "role",  "district",
                                             "born", "score", "phone", "what matters"};

/* Like a roster: names, addresses, a date, a number and a sentence with a comma in every fourth. */
static struct files_sheet make_sheet(struct cv_arena *mem, size_t rows)
{
    static const char *const first[] = {"Ana", "José", "Mei", "Kwame", "Ines", "Tom"};
    static const char *const last[] = {"Ruiz", "O'Neill", "Nguyen", "de la Cruz", "Okafor"};
    static const char *const roles[] = {"teacher", "principal", "aide", "parent"};
    struct cv_rng rng = cv_rng_new(1, 0);
    struct files_value *values = CV_NEW_ARRAY(mem, struct files_value, rows * COLUMNS);
    struct files_value *at = values;
    for (size_t i = 0; i < rows; i++) {
        const char *given = first[cv_rng_below(&rng, 6)];
        const char *family = last[cv_rng_below(&rng, 5)];
        *at++ = files_text(cv_sprintf(mem, "%s %s", given, family));
        *at++ = files_text(cv_sprintf(mem, "p%zu@example.org", i));
        *at++ = files_text(roles[cv_rng_below(&rng, 4)]);
        *at++ = files_text(cv_sprintf(mem, "District %u", cv_rng_below(&rng, 24)));
        *at++ = files_text(cv_sprintf(mem, "19%02u-%02u-%02u", 50 + cv_rng_below(&rng, 50),
                                      1 + cv_rng_below(&rng, 12), 1 + cv_rng_below(&rng, 28)));
        *at++ = files_number(cv_rng_below(&rng, 1000) / 10.0);
        *at++ = files_text(cv_sprintf(mem, "555 01%02u", cv_rng_below(&rng, 100)));
        *at++ = files_text(i % 4 ? "Mornings are hard for families"
                                 : "Time to plan, and somebody \"to ask\"");
    }
    return (struct files_sheet){.name = "People",
                                .columns = columns,
                                .column_count = COLUMNS,
                                .values = values,
                                .row_count = rows};
}

static void print_line(const char *what, size_t rows, double best_s, size_t file_bytes,
                       size_t memory_bytes)
{
    (void)printf("%-10s %9zu rows  %7.1f ms  %10.0f rows/s  %6.1f MB file  %6.1f MB memory\n", what,
                 rows, best_s * 1e3, (double)rows / best_s, (double)file_bytes / (1 << 20),
                 (double)memory_bytes / (1 << 20));
}

static void bench_read(const char *what, struct files_bytes file, size_t rows)
{
    double best_s = 1e9;
    size_t used_bytes = 0;
    for (int i = 0; i < REPEATS; i++) {
        struct cv_arena mem;
        struct files_table table;
        cv_arena_init(&mem, (size_t)1 << 30);
        struct cv_problems problems = cv_problems_new(&mem);
        double start_s = cv_monotonic_s();
        cv_rc rc = files_read_table(&table, file.bytes, file.size, NULL, NULL, &mem, &problems);
        double took_s = cv_monotonic_s() - start_s;
        if (rc != CV_OK || table.row_count != rows || problems.total_count) {
            (void)fprintf(stderr, "%s: read %zu rows, %s\n", what, table.row_count, cv_rc_name(rc));
            exit(1);
        }
        if (took_s < best_s) best_s = took_s;
        used_bytes = mem.used_bytes;
        cv_arena_free(&mem);
    }
    print_line(what, rows, best_s, file.size, used_bytes);
}

static struct files_bytes bench_write(const char *what, const struct files_sheet *sheet,
                                      struct cv_arena *keep, bool is_xlsx)
{
    struct files_bytes file = {0};
    double best_s = 1e9;
    size_t used_bytes = 0;
    for (int i = 0; i < REPEATS; i++) {
        struct cv_arena mem;
        struct cv_arena *where = i + 1 == REPEATS ? keep : &mem;
        cv_arena_init(&mem, (size_t)1 << 30);
        size_t before = where->used_bytes;
        double start_s = cv_monotonic_s();
        cv_rc rc = is_xlsx ? files_write_xlsx(&file, sheet, 1, 0, where)
                           : files_write_csv(&file, sheet, FILES_CSV_PLAIN, where);
        double took_s = cv_monotonic_s() - start_s;
        if (rc != CV_OK) exit(1);
        if (took_s < best_s) best_s = took_s;
        used_bytes = where->used_bytes - before;
        cv_arena_free(&mem);
    }
    print_line(what, sheet->row_count, best_s, file.size, used_bytes);
    return file;
}

/* 10 MB of short lines: the memory that check 16 allows is 64 MB. */
static void bench_short_lines(struct cv_arena *mem)
{
    enum { ROWS = 1300000 };
    struct cv_buf buf = cv_buf_new(mem, 64 << 20);
    cv_buf_puts(&buf, "id,x\n");
    for (int i = 0; i < ROWS; i++) cv_buf_printf(&buf, "%05d,%c\n", i % 100000, 'a' + i % 26);
    bench_read("read short", (struct files_bytes){.bytes = buf.text, .size = buf.size}, ROWS);
}

int main(int argc, char **argv)
{
    size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
    struct cv_arena mem;
    cv_arena_init(&mem, (size_t)4 << 30);
    struct files_sheet sheet = make_sheet(&mem, rows);
    struct files_bytes csv = bench_write("write CSV", &sheet, &mem, false);
    struct files_bytes xlsx = bench_write("write XLSX", &sheet, &mem, true);
    bench_read("read CSV", csv, rows);
    bench_read("read XLSX", xlsx, rows);
    bench_short_lines(&mem);
    cv_arena_free(&mem);
    return 0;
}
