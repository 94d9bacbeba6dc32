/* Tests of files: what is read, what is refused with which words, and that what we write comes
 * back. golden/refused_*.csv are handed in by strangers (some come from the fuzzers); the report
 * that each gets stands beside it as .txt. `script/test --accept` writes the reports anew. */
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
#include "base/rng.h"
#include "base/text.h"
#include "files/csv.h"
#include "files/files_internal.h"
#include "files/files_test.h"
#include "files/xlsx.h"

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
    const char *accept = getenv("CONVENE_TEST_ACCEPT");
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

/* ---- CSV as it comes ---------------------------------------------------------------------------
 */

static void check_report(const char *bytes, size_t size, const char *expected)
{
    struct house house;
    house_read(&house, bytes, size, "t.csv");
    assert_string_equal(house_report(&house), expected);
    cv_arena_free(&house.mem);
}
#define CHECK_REPORT(bytes, expected) check_report(bytes, sizeof(bytes) - 1, expected)

static const char plain_report[] = "ok\nheader 1: [name] [place]\nrow 2: [José] [Málaga]\n";

static void test_read_csv__every_encoding_gives_the_same_table(void **state)
{
    CHECK_REPORT("name,place\nJosé,Málaga\n", plain_report);
    CHECK_REPORT("\xef\xbb\xbfname,place\r\nJosé,Málaga\r\n", plain_report);
    CHECK_REPORT("name;place\rJosé;Málaga", plain_report);
    CHECK_REPORT("name\tplace\nJosé\tMálaga\t\t\n", plain_report);
    CHECK_REPORT(
        "\xff\xfen\0a\0m\0e\0\t\0p\0l\0a\0c\0e\0\r\0\n\0J\0o\0s\0\xe9\0\t\0M\0\xe1\0l\0a\0g\0"
        "a\0",
        plain_report);
    CHECK_REPORT(
        "\xfe\xff\0n\0a\0m\0e\0;\0p\0l\0a\0c\0e\0\n\0J\0o\0s\0\xe9\0;\0M\0\xe1\0l\0a\0g\0a",
        plain_report);
    CHECK_REPORT("n\0a\0m\0e\0,\0p\0l\0a\0c\0e\0\n\0J\0o\0s\0\xe9\0,\0M\0\xe1\0l\0a\0g\0a\0",
                 plain_report);
    CHECK_REPORT("\0n\0a\0m\0e\0,\0p\0l\0a\0c\0e\0\n\0J\0o\0s\0\xe9\0,\0M\0\xe1\0l\0a\0g\0a",
                 plain_report);
    CHECK_REPORT(
        "name,place\nJos\xe9,M\xe1laga\n",
        "ok\nnote 0 The letters were read as Windows-1252, as older versions of Excel write "
        "them. If accents look wrong, save the file as CSV UTF-8.\nheader 1: [name] "
        "[place]\nrow 2: [José] [Málaga]\n");
}

static void test_read_csv__windows_letters_beyond_latin_1_are_kept(void **state)
{
    struct house house;
    HOUSE_READ(&house, "a,b\n\x93so\x94 \x96 5 \x80,\x8a\n");
    assert_string_equal(files_cell(&house.table, 0, 0), "“so” – 5 €");
    assert_string_equal(files_cell(&house.table, 0, 1), "Š");
    cv_arena_free(&house.mem);
}

static void test_read_csv__separator_is_told_by_the_shape(void **state)
{
    static const struct {
        const char *text;
        char separator;
    } cases[] = {
        {"name;score\nAna;1,5\nBen;2,5\n", ';'},
        {"name,notes\nAna,likes x; y\nBen,a; b\n", ','},
        {"\"a;b\",\"c\"\n\"1;2\",\"3\"\n", ','},
        {"name;\"city, state\";age\nAna;Austin, TX;5\n", ';'},
        {"statement\nI worry about trust, and time, and money\nWe need rest\nAsk, then listen\n",
         0},
        {"statement\nWe need time, money\n", 0},
        {"What matters\n\"Time, and\nmoney; both\"\n", 0},
        {"name\temail\nAna, B;\ta@x.org\n", '\t'},
        {"Roster, autumn 2026\nname;email;role\nAna;a@x.org;t\nBen;b@x.org;p\nCy;c@x.org;p\n", ';'},
        {"Roster\n\nname,email\nAna,a@x.org\nBen,b@x.org\n", ','},
        {"name, email\nAna, a@x.org\n", ','},
        {"sep=;\nname;email, work\nAna;b\n", ';'},
        {"a,b,c\n1,2\n1,2,3,4\n", ','},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct house house;
        house_read(&house, cases[i].text, strlen(cases[i].text), NULL);
        if (house.table.separator != cases[i].separator) print_message("%s", cases[i].text);
        assert_int_equal(house.table.separator, cases[i].separator);
        cv_arena_free(&house.mem);
    }
}

static void test_read_csv__quoted_line_breaks_keep_physical_lines(void **state)
{
    CHECK_REPORT(
        "id,note\n1,\"two\nlines\"\n\n2, \"blank before, and \"\"quotes\"\"\" \n3,5\" pipe\n",
        "ok\nheader 1: [id] [note]\nrow 2: [1] [two\nlines]\n"
        "row 5: [2] [blank before, and \"quotes\"]\nrow 6: [3] [5\" pipe]\n");
}

static void test_read_csv__titles_and_phantom_cells_are_left_out(void **state)
{
    CHECK_REPORT("Roster 2026;;;;;\n;;;;;\nname;email;role;;;\n\nAna;a@x.org;teacher;;;\n;;;;;\n",
                 "ok\nnote 1 Line 1 was left out: the column names stand below, in 3.\n"
                 "header 3: [name] [email] [role]\nrow 5: [Ana] [a@x.org] [teacher]\n");
    CHECK_REPORT("Roster, autumn 2026\nname;email;role;place\nAna;a@x.org;t;p\nBen;b@x.org;t;p\n",
                 "ok\nnote 1 Line 1 was left out: the column names stand below, in 2.\n"
                 "header 2: [name] [email] [role] [place]\nrow 3: [Ana] [a@x.org] [t] [p]\n"
                 "row 4: [Ben] [b@x.org] [t] [p]\n");
}

static void test_read_csv__a_guard_is_taken_off_and_nothing_else(void **state)
{
    CHECK_REPORT("a,b,c,d\n'=1+1,''=1,'tis,-12.5\n' =1,'＝1,'-1,'\n",
                 "ok\nheader 1: [a] [b] [c] [d]\nrow 2: [=1+1] ['=1] ['tis] [-12.5]\n"
                 "row 3: [ =1] [＝1] ['-1] [']\n");
}

static void test_read_csv__a_million_empty_cells_eat_no_memory(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    size_t size = 12 + 1000 * 1001 + 4;
    char *bytes = cv_alloc(&mem, size);
    memcpy(bytes, "name,email\r\n", 12);
    memset(bytes + 12, ',', size - 12);
    for (size_t i = 0; i < 1000; i++) bytes[12 + i * 1001 + 1000] = '\n';
    memcpy(bytes + size - 4, "A,b\n", 4);
    struct house house;
    house_read(&house, bytes, size, NULL);
    assert_int_equal(house.rc, CV_OK);
    assert_int_equal(house.problems.total_count, 0);
    assert_int_equal(house.table.row_count, 1);
    assert_true(house.mem.used_bytes < 12 << 20);
    cv_arena_free(&house.mem);
    cv_arena_free(&mem);
}

static void test_read_csv__ten_megabytes_of_short_lines_stay_within_64_mb(void **state)
{
    enum { ROWS = 1300000 };
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    struct cv_buf buf = cv_buf_new(&mem, 32 << 20);
    cv_buf_puts(&buf, "id,x\n");
    for (int i = 0; i < ROWS; i++) cv_buf_printf(&buf, "%05d,%c\n", i % 100000, 'a' + i % 26);
    struct house house;
    house_open(&house);
    cv_arena_free(&house.mem);
    cv_arena_init(&house.mem, 64 << 20);
    house.problems = cv_problems_new(&house.mem);
    house.rc =
        files_read_table(&house.table, buf.text, buf.size, NULL, NULL, &house.mem, &house.problems);
    assert_int_equal(house.rc, CV_OK);
    assert_int_equal(house.table.row_count, ROWS);
    assert_string_equal(files_cell(&house.table, ROWS - 1, 0), "99999");
    assert_int_equal(files_line(&house.table, ROWS - 1), ROWS + 1);
    cv_arena_free(&house.mem);
    cv_arena_free(&mem);
}

static void test_read_table__over_the_limits_is_too_large(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 128 << 20);
    char *bytes = cv_alloc(&mem, CV_LIMIT_UPLOAD_BYTES + 1);
    memset(bytes, 'a', CV_LIMIT_UPLOAD_BYTES + 1);
    check_report(bytes, CV_LIMIT_UPLOAD_BYTES + 1,
                 "too_large\nproblem 0:0 The file holds 48.1 MB; the most is 48 MB. Split it into "
                 "smaller files.\n");
    for (size_t i = 1; i < 6000000; i += 2) bytes[i] = '\n';
    check_report(
        bytes, 6000000,
        "too_large\nproblem 1500002:0 The table has more than 1500000 rows. Split the file "
        "into smaller ones.\n");
    cv_arena_free(&mem);
}

/* Found by the fuzzer: a column called like the first letters of a packed file. */
static void test_read_csv__column_names_like_magic_are_names(void **state)
{
    static const char *const starts[] = {"BZh9", "GIF8", "PAR1", "PK", "MZ", "II", "Rar!"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct house house;
        char text[64];
        int size = snprintf(text, sizeof text, "%s2,c3\nAna,1\n", starts[i]);
        house_read(&house, text, (size_t)size, NULL);
        assert_int_equal(house.rc, CV_OK);
        assert_string_equal(files_cell(&house.table, 0, 0), "Ana");
        cv_arena_free(&house.mem);
    }
}

/* ---- what we write comes back
 * -------------------------------------------------------------------- */

static const char *random_text(struct cv_arena *mem, struct cv_rng *rng)
{
    static const char *const pieces[] = {
        "a",        "Ana",     "ñ",
        "教育",     "🙂",    " ",
        "  ",       "\t",      "\n",
        "\r\n",     "\r",      ",",
        ";",        "\"",      "'",
        "''",       "=",       "+",
        "-",        "@",       "＝",
        "＠",       "\u00a0",  "\u200b",
        "1",        "-12.5",   "_x",
        "_x0041_",  "_x005F_", "TRUE",
        "#N/A",     "sep=;",   "http://x.org",
        "<b>&amp;", "\\",      "|",
    };
    enum { PIECES = sizeof pieces / sizeof *pieces };
    struct cv_buf buf = cv_buf_new(mem, 4096);
    for (uint32_t left = cv_rng_below(rng, 7); left > 0; left--)
        cv_buf_puts(&buf, pieces[cv_rng_below(rng, PIECES)]);
    return cv_buf_text(&buf);
}

static struct files_sheet random_sheet(struct cv_arena *mem, struct cv_rng *rng)
{
    struct files_sheet sheet = {.name = "People: all"};
    sheet.column_count = 1 + cv_rng_below(rng, 6);
    sheet.row_count = 1 + cv_rng_below(rng, 12);
    const char **columns = CV_NEW_ARRAY(mem, const char *, sheet.column_count);
    for (size_t i = 0; i < sheet.column_count; i++) {
        const char *name = cv_text_tidy(mem, random_text(mem, rng));
        columns[i] = cv_sprintf(mem, "%s%zu", strchr(name, '@') ? "" : name, i);
    }
    sheet.columns = columns;
    size_t count = sheet.row_count * sheet.column_count;
    struct files_value *values = CV_NEW_ARRAY(mem, struct files_value, count);
    for (size_t i = 0; i < count; i++)
        values[i] = cv_rng_below(rng, 5) ? files_text(random_text(mem, rng))
                                         : files_number(((double)cv_rng_below(rng, 2000001) - 1e6) /
                                                        (cv_rng_below(rng, 2) ? 100 : 1));
    for (size_t row = 0; row < sheet.row_count; row++) { /* rows of nothing are not kept */
        struct files_value *last = &values[(row + 1) * sheet.column_count - 1];
        if (last->text) *last = files_text(cv_sprintf(mem, "%s.", last->text));
    }
    sheet.values = values;
    return sheet;
}

static void check_same(struct house *house, const struct files_sheet *sheet)
{
    const struct files_table *t = &house->table;
    if (house->rc != CV_OK || house->problems.total_count) print_message("%s", house_report(house));
    assert_int_equal(house->rc, CV_OK);
    assert_int_equal(house->problems.total_count, 0);
    assert_int_equal(t->column_count, sheet->column_count);
    assert_int_equal(t->row_count, sheet->row_count);
    for (size_t i = 0; i < sheet->column_count; i++)
        assert_string_equal(t->columns[i], sheet->columns[i]);
    for (size_t row = 0; row < sheet->row_count; row++) {
        assert_false(files_row_refused(t, row));
        for (size_t i = 0; i < sheet->column_count; i++) {
            const struct files_value *value = &sheet->values[row * sheet->column_count + i];
            char number[FILES_NUMBER_SIZE];
            files_number_text(number, value->number);
            assert_string_equal(files_cell(t, row, i), value->text ? value->text : number);
        }
    }
}

static void test_write__what_is_written_comes_back_unchanged(void **state)
{
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct cv_arena mem;
        cv_arena_init(&mem, 64 << 20);
        struct cv_rng rng = cv_rng_new(seed, 0);
        struct files_sheet sheet = random_sheet(&mem, &rng);
        for (int kind = 0; kind < (seed % 10 ? 2 : 3); kind++) {
            struct files_bytes file;
            cv_rc rc = kind < 2 ? files_write_csv(&file, &sheet, (enum files_csv_kind)kind, &mem)
                                : files_write_xlsx(&file, &sheet, 1, 0, &mem);
            assert_int_equal(rc, CV_OK);
            struct house house;
            house_read(&house, file.bytes, file.size, NULL);
            check_same(&house, &sheet);
            cv_arena_free(&house.mem);
        }
        cv_arena_free(&mem);
    }
}

static void test_write_csv__no_cell_begins_like_a_formula(void **state)
{
    static const char *const columns[] = {"a"};
    static const struct {
        const char *text;
        const char *cell;
    } cases[] = {
        {"=1+1", "'=1+1"},
        {"+34 600", "'+34 600"},
        {"-", "'-"},
        {"-12.5", "-12.5"},
        {"-12,5", "\"-12,5\""},
        {"-1e5", "-1e5"},
        {"@SUM", "'@SUM"},
        {" =1", "\"' =1\""},
        {"\t=1", "\"'\t=1\""},
        {"\rx", "\"'\rx\""},
        {"＝1", "'＝1"},
        {"'=1", "''=1"},
        {"'tis", "'tis"},
        {"a=1", "a=1"},
        {"-1-1", "'-1-1"},
        {"－1", "'－1"},
        {"\u00a0=1", "'\u00a0=1"},
        {"\u200b=1", "'\u200b=1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cv_arena mem;
        cv_arena_init(&mem, 1 << 20);
        struct files_value value = files_text(cases[i].text);
        struct files_sheet sheet = {
            .columns = columns, .column_count = 1, .values = &value, .row_count = 1};
        struct files_bytes file;
        assert_int_equal(files_write_csv(&file, &sheet, FILES_CSV_PLAIN, &mem), CV_OK);
        assert_string_equal(file.bytes, cv_sprintf(&mem, "a\r\n%s\r\n", cases[i].cell));
        cv_arena_free(&mem);
    }
}

static void test_number_text__is_what_a_person_would_write(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {12, "12"},
        {12.000000001, "12"},
        {0.1 + 0.2, "0.3"},
        {-12.5, "-12.5"},
        {1e15, "1e+15"},
        {1234567890.12, "1234567890.12"},
        {0, "0"},
        {-0.0, "0"},
        {1.0 / 3, "0.333333333333"},
        {999999999999999, "999999999999999"},
        {34.60373412345, "34.60373412"},
        {0.00001234, "1.234e-05"},
        {100, "100"},
        {-1e-13, "-1e-13"},
        {0.05, "0.05"},
        {99.999999999, "100"},
        {8.95, "8.95"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[FILES_NUMBER_SIZE];
        files_number_text(text, cases[i].number);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_table__refused_files_get_their_reports),
        cmocka_unit_test(test_read_csv__every_encoding_gives_the_same_table),
        cmocka_unit_test(test_read_csv__windows_letters_beyond_latin_1_are_kept),
        cmocka_unit_test(test_read_csv__separator_is_told_by_the_shape),
        cmocka_unit_test(test_read_csv__quoted_line_breaks_keep_physical_lines),
        cmocka_unit_test(test_read_csv__titles_and_phantom_cells_are_left_out),
        cmocka_unit_test(test_read_csv__a_guard_is_taken_off_and_nothing_else),
        cmocka_unit_test(test_read_csv__a_million_empty_cells_eat_no_memory),
        cmocka_unit_test(test_read_csv__ten_megabytes_of_short_lines_stay_within_64_mb),
        cmocka_unit_test(test_read_table__over_the_limits_is_too_large),
        cmocka_unit_test(test_read_csv__column_names_like_magic_are_names),
        cmocka_unit_test(test_write__what_is_written_comes_back_unchanged),
        cmocka_unit_test(test_write_csv__no_cell_begins_like_a_formula),
        cmocka_unit_test(test_number_text__is_what_a_person_would_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
