/* Tests of the XLSX reader and writer: files as libxlsxwriter makes them, and the odd ones, made by
 * hand through libzip: no addresses, other namespaces, damage, attacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "base/limits.h"
#include "files/files_internal.h"
#include "files/files_test.h"
#include "files/xlsx.h"

/* ---- files made by hand -----------------------------------------------------------------------
 */

struct part {
    const char *path;
    const char *text;
};

#define RELS(body)                                                                                 \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" body  \
    "</Relationships>"
#define REL(id, type, target)                                                                      \
    "<Relationship Id=\"" id "\" Type=\"http://x/relationships/" type "\" Target=\"" target "\"/>"
#define SHEET(rows) "<?xml version=\"1.0\"?><worksheet><sheetData>" rows "</sheetData></worksheet>"

static const char root_rels[] = RELS(REL("rId1", "officeDocument", "xl/workbook.xml"));
static const char one_sheet_rels[] = RELS(REL("rId1", "worksheet", "worksheets/sheet1.xml"));
static const char all_rels[] = RELS(REL("rId1", "worksheet", "worksheets/sheet1.xml") REL(
    "rId2", "sharedStrings", "/xl/sharedStrings.xml") REL("rId3", "styles", "styles.xml"));
static const char one_sheet_book[] =
    "<workbook xmlns:r=\"u\"><sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"
    "</workbook>";

static struct files_bytes make_zip(struct cv_arena *mem, const struct part *parts)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    assert_non_null(source);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (; parts->path; parts++) {
        size_t size = strlen(parts->text);
        zip_source_t *text = zip_source_buffer(zip, parts->text, size, 0);
        assert_true(zip_file_add(zip, parts->path, text, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_seek(source, 0, SEEK_END), 0);
    size_t size = (size_t)zip_source_tell(source);
    char *bytes = cv_alloc(mem, size);
    assert_int_equal(zip_source_seek(source, 0, SEEK_SET), 0);
    assert_int_equal(zip_source_read(source, bytes, size), size);
    (void)zip_source_close(source);
    zip_source_free(source);
    return (struct files_bytes){.bytes = bytes, .size = size};
}

static void check_parts(const struct part *parts, const char *expected)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    struct files_bytes file = make_zip(&mem, parts);
    struct house house;
    house_read(&house, file.bytes, file.size, "t.xlsx");
    assert_string_equal(house_report(&house), expected);
    cv_arena_free(&house.mem);
    cv_arena_free(&mem);
}

static void check_sheet(const char *sheet, const char *expected)
{
    check_parts((struct part[]){{"_rels/.rels", root_rels},
                                {"xl/workbook.xml", one_sheet_book},
                                {"xl/_rels/workbook.xml.rels", one_sheet_rels},
                                {"xl/worksheets/sheet1.xml", sheet},
                                {NULL, NULL}},
                expected);
}

#define TEXT(words) "<c t=\"inlineStr\"><is><t>" words "</t></is></c>"

static void test_read_xlsx__missing_addresses_follow_the_one_before(void **state)
{
    check_sheet(SHEET("<row>" TEXT("name") TEXT("a")
                          TEXT("b") "</row>"
                                    "<row><c><v>1</v></c><c r=\"C2\"><v>3</v></c></row>"
                                    "<row r=\"7\"><c><v>4</v></c><c/><c><v>6</v></c></row>"
                                    "<row><c r=\"B1\"><v>5</v></c></row>"),
                "ok\nheader 1: [name] [a] [b]\nrow 2: [1] [] [3]\nrow 7: [4] [] [6]\n"
                "row 8: [] [5] []\n");
}

static void test_read_xlsx__every_kind_of_cell_is_text(void **state)
{
    check_sheet(
        SHEET("<row>" TEXT("a") TEXT("b") TEXT("c") TEXT("d") TEXT("e") TEXT(
            "f") "</row>"
                 "<row><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"str\"><f>A1</f>"
                 "<v>x &amp; y</v></c><c t=\"e\"><v>#N/A</v></c><c><f>1+1</f></c>"
                 "<c t=\"d\"><v>2026-11-21T00:00:00</v></c></row>"
                 "<row hidden=\"1\"><c t=\"inlineStr\"><is><r><t>ri</t></r><r><t xml:space=\""
                 "preserve\">ch </t></r><rPh><t>RICH</t></rPh></is></c><c><v>1E3</v></c>"
                 "<c><v>0.30000000000000004</v></c><c><v>12.000000001</v></c><c><v>oops</v></c>"
                 "<c t=\"d\"><v>2026-11-21T20:42</v></c></row>"),
        "ok\n"
        "note 2 1 cell holds an error such as #N/A (the first is D2): read as empty.\n"
        "note 2 1 formula has no result stored (the first is E2): read as empty. Open the "
        "file in Excel or LibreOffice and save it to have them worked out.\n"
        "note 0 1 row is hidden in this sheet, perhaps by a filter; what is hidden was read "
        "too.\n"
        "header 1: [a] [b] [c] [d] [e] [f]\n"
        "row 2: [TRUE] [FALSE] [x & y] [] [] [2026-11-21]\n"
        "row 3: [rich ] [1000] [0.3] [12] [oops] [2026-11-21 20:42]\n");
}

static const char styles[] =
    "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"[$-409]h:mm\\ AM/PM;@\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"00000\"/>"
    "<numFmt numFmtId=\"167\" formatCode=\"#,##0.00\\ &quot;days&quot;\"/>"
    "<numFmt numFmtId=\"168\" formatCode=\"[Red]0.00\"/>"
    "<numFmt numFmtId=\"169\" formatCode=\"[h]:mm:ss\"/></numFmts>"
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"22\"/>"
    "<xf numFmtId=\"165\"/><xf numFmtId=\"9\"/><xf numFmtId=\"166\"/><xf numFmtId=\"167\"/>"
    "<xf numFmtId=\"168\"/><xf numFmtId=\"169\"/></cellXfs></styleSheet>";

static void check_dates(const char *book, const char *expected)
{
    check_parts(
        (struct part[]){
            {"_rels/.rels", root_rels},
            {"xl/workbook.xml", book},
            {"xl/_rels/workbook.xml.rels", all_rels},
            {"xl/sharedStrings.xml",
             "<x:sst xmlns:x=\"u\"><x:si><x:t>day</x:t></x:si><x:si><x:r><x:t>mo</x:t></x:r><x:r>"
             "<x:t>ment</x:t></x:r><x:rPh><x:t>X</x:t></x:rPh></x:si></x:sst>"},
            {"xl/styles.xml", styles},
            {"xl/worksheets/sheet1.xml",
             SHEET("<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c>" TEXT("c")
                       TEXT("d") "</row>"
                                 "<row><c s=\"1\"><v>46347</v></c><c s=\"3\"><v>46347.8625</v></c>"
                                 "<c s=\"4\"><v>0.8625</v></c><c s=\"5\"><v>0.125</v></c></row>"
                                 "<row><c s=\"2\"><v>59</v></c><c s=\"3\"><v>46347</v></c>"
                                 "<c s=\"6\"><v>1234</v></c><c s=\"7\"><v>46347</v></c></row>"
                                 "<row><c s=\"2\"><v>61</v></c><c s=\"1\"><v>-5</v></c>"
                                 "<c s=\"8\"><v>46347</v></c><c s=\"9\"><v>1.5</v></c></row>")},
            {NULL, NULL}},
        expected);
}

static void test_read_xlsx__dates_are_told_by_their_format(void **state)
{
    check_dates(one_sheet_book, "ok\nheader 1: [day] [moment] [c] [d]\n"
                                "row 2: [2026-11-21] [2026-11-21 20:42] [20:42] [12.5%]\n"
                                "row 3: [1900-02-28] [2026-11-21] [01234] [46347]\n"
                                "row 4: [1900-03-01] [-5] [46347] [36:00]\n");
}

static void test_read_xlsx__files_of_old_macs_count_from_1904(void **state)
{
    check_dates("<workbook xmlns:r=\"u\"><workbookPr date1904=\"1\"/><sheets><sheet name=\"P\" "
                "r:id=\"rId1\"/></sheets></workbook>",
                "ok\nheader 1: [day] [moment] [c] [d]\n"
                "row 2: [2030-11-22] [2030-11-22 20:42] [20:42] [12.5%]\n"
                "row 3: [1904-02-29] [2030-11-22] [01234] [46347]\n"
                "row 4: [1904-03-02] [-5] [46347] [36:00]\n");
}

static void test_read_xlsx__damage_is_named(void **state)
{
    check_sheet(
        "<worksheet><sheetData><row>",
        "invalid\nproblem 0:0 The file is damaged: its part xl/worksheets/sheet1.xml is not "
        "proper XML. Open it in Excel or LibreOffice, save it again as .xlsx, and try "
        "that.\n");
    check_sheet(
        SHEET("<row>" TEXT("a") "</row><row><c t=\"s\"><v>7</v></c></row>"
                                "<row>" TEXT("b") "</row>"),
        "ok\nproblem 2:1 The cell refers to a text that is not in the file. Open the file in "
        "Excel or LibreOffice and save it again.\nheader 1: [a]\nrow 3: [b]\n");
    check_parts(
        (struct part[]){{"_rels/.rels", root_rels},
                        {"xl/workbook.xml", one_sheet_book},
                        {"xl/_rels/workbook.xml.rels", one_sheet_rels},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The file is damaged: its part xl/worksheets/sheet1.xml is "
        "missing. Open it in Excel or LibreOffice, save it again as .xlsx, and try that.\n");
    check_parts(
        (struct part[]){{"_rels/.rels", root_rels},
                        {"xl/workbook.xml", one_sheet_book},
                        {"xl/_rels/workbook.xml.rels", RELS("")},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The sheet \"People\" is named in the file, but its content is "
        "missing. Open the file in Excel or LibreOffice and save it again.\n");
    check_sheet(SHEET(""), "invalid\nproblem 0:0 The sheet \"People\" holds no text at all. Choose "
                           "the file again; perhaps it was not saved yet.\n");
}

static void test_read_xlsx__a_document_type_is_refused(void **state)
{
    check_sheet("<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>"
                "<worksheet><sheetData><row>" TEXT("&b;") "</row></sheetData></worksheet>",
                "invalid\nproblem 0:0 The file holds a document type declaration, which no "
                "spreadsheet program writes and which can be used to attack a reader. Open it in "
                "Excel or LibreOffice, save it again as .xlsx, and try that.\n");
}

static void test_read_xlsx__an_endless_tag_is_refused(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    uint32_t noise = 1;
    size_t size = 6 << 20;
    char *text = cv_alloc(&mem, size + 1);
    for (size_t i = 0; i < size; i++) { /* noise, so that it is no bomb */
        noise = noise * 1664525 + 1013904223;
        text[i] = (char)('a' + (noise >> 24) % 26);
    }
    memcpy(text, "<worksheet a=\"", 14);
    check_parts(
        (struct part[]){{"xl/workbook.xml", one_sheet_book},
                        {"xl/_rels/workbook.xml.rels", one_sheet_rels},
                        {"xl/worksheets/sheet1.xml", text},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The file is damaged: its part xl/worksheets/sheet1.xml holds a "
        "tag that does not end. Open it in Excel or LibreOffice, save it again as .xlsx, and "
        "try that.\n");
    cv_arena_free(&mem);
}

static const char bomb_report[] =
    "too_large\nproblem 0:0 The file would unpack to more than 400 MB, or is packed suspiciously "
    "small. Take out what is not needed, or save the sheet as CSV UTF-8.\n";

static void test_read_xlsx__zip_bombs_are_refused(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 128 << 20);
    size_t size = 32 << 20;
    char *text = cv_alloc(&mem, size + 1);
    memset(text, ' ', size);
    memcpy(text, "<worksheet>", 11);
    struct files_bytes file =
        make_zip(&mem, (struct part[]){{"xl/workbook.xml", one_sheet_book},
                                       {"xl/_rels/workbook.xml.rels", one_sheet_rels},
                                       {"xl/worksheets/sheet1.xml", text},
                                       {NULL, NULL}});
    struct house house;
    house_read(&house, file.bytes, file.size, NULL);
    assert_string_equal(house_report(&house), bomb_report);
    cv_arena_free(&house.mem);
    /* The same with a directory that lies: it declares a small size for the big part. */
    char *lie = cv_alloc(&mem, file.size);
    memcpy(lie, file.bytes, file.size);
    uint32_t real = (uint32_t)size;
    uint32_t declared = 1000;
    int changed = 0;
    for (size_t i = 0; i + 4 <= file.size; i++) {
        if (memcmp(lie + i, &real, 4) != 0) continue;
        memcpy(lie + i, &declared, 4);
        changed++;
    }
    assert_true(changed >= 1);
    house_read(&house, lie, file.size, NULL);
    assert_int_not_equal(house.rc, CV_OK);
    assert_int_equal(house.table.row_count, 0);
    assert_true(house.mem.used_bytes < 4 << 20);
    cv_arena_free(&house.mem);
    cv_arena_free(&mem);
}

static void test_read_xlsx__other_zips_are_named(void **state)
{
    check_parts(
        (struct part[]){{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
                        {"content.xml", "<x/>"},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The file is an OpenDocument file (.ods or .odt), not a table. "
        "Open it in LibreOffice and save it as Excel (.xlsx) or as CSV.\n");
    check_parts(
        (struct part[]){{"_rels/.rels", RELS(REL("a", "officeDocument", "word/document.xml"))},
                        {"word/document.xml", "<x/>"},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The file is a Word document, not a table. Copy the table into "
        "a spreadsheet and save that as .xlsx.\n");
    check_parts(
        (struct part[]){{"_rels/.rels", RELS(REL("a", "officeDocument", "xl/workbook.bin"))},
                        {"xl/workbook.bin", "x"},
                        {NULL, NULL}},
        "invalid\nproblem 0:0 The file is a binary Excel file (.xlsb), not a table. Open it "
        "in Excel and save it as .xlsx.\n");
    check_parts(
        (struct part[]){{"photo.jpg", "x"}, {NULL, NULL}},
        "invalid\nproblem 0:0 The file is a packed folder (ZIP), not a table. Unpack it and "
        "choose the spreadsheet that is in it.\n");
}

/* ---- files as libxlsxwriter makes them --------------------------------------------------------
 */

struct made_file {
    char path[64];
    lxw_workbook *workbook;
};

static void made_open(struct made_file *made)
{
    (void)snprintf(made->path, sizeof made->path, "/tmp/convene_xlsx_test_%d.xlsx", (int)getpid());
    made->workbook = workbook_new(made->path);
    assert_non_null(made->workbook);
}

static lxw_worksheet *made_sheet(struct made_file *made, const char *name, const char *cell)
{
    lxw_worksheet *sheet = workbook_add_worksheet(made->workbook, name);
    if (cell) {
        worksheet_write_string(sheet, 0, 0, "name", NULL);
        worksheet_write_string(sheet, 1, 0, cell, NULL);
    }
    return sheet;
}

static void made_read(struct house *house, struct made_file *made, const char *sheet)
{
    static char bytes[1 << 20];
    if (made->workbook) assert_int_equal(workbook_close(made->workbook), LXW_NO_ERROR);
    made->workbook = NULL;
    FILE *file = fopen(made->path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    house_open(house);
    struct files_read_options options = {.sheet = sheet};
    house->rc = files_read_table(&house->table, bytes, size, "made.xlsx", &options, &house->mem,
                                 &house->problems);
}

static void made_close(struct made_file *made)
{
    (void)unlink(made->path);
}

static void test_read_xlsx__first_visible_sheet_with_rows_is_read(void **state)
{
    struct made_file made;
    struct house house;
    made_open(&made);
    (void)made_sheet(&made, "Cover", NULL);
    worksheet_hide(made_sheet(&made, "Lists", "secret"));
    (void)made_sheet(&made, "People", "Ana");
    (void)made_sheet(&made, "Places", "Tres Ríos");
    made_read(&house, &made, NULL);
    assert_string_equal(house_report(&house),
                        "ok\nnote 0 Hidden sheets were left out: \"Lists\".\n"
                        "note 0 The sheet \"People\" was read, of \"Cover\", \"People\" and "
                        "\"Places\".\nheader 1: [name]\nrow 2: [Ana]\n");
    assert_int_equal(house.table.sheet_count, 3);
    assert_string_equal(house.table.sheets[2], "Places");
    assert_string_equal(files_place(&house.mem, &house.table, 0, 0), "A2");
    cv_arena_free(&house.mem);
    made_read(&house, &made, "places");
    assert_string_equal(house.table.sheet, "Places");
    assert_string_equal(files_cell(&house.table, 0, 0), "Tres Ríos");
    cv_arena_free(&house.mem);
    made_read(&house, &made, "Lists");
    assert_int_equal(house.rc, CV_NOT_FOUND);
    assert_string_equal(house.problems.items[0].remedy,
                        "Choose one of \"Cover\", \"People\" and \"Places\".");
    cv_arena_free(&house.mem);
    made_close(&made);
}

static void test_read_xlsx__real_dates_shared_strings_and_phantoms(void **state)
{
    struct made_file made;
    struct house house;
    made_open(&made);
    lxw_worksheet *sheet = made_sheet(&made, "P", "Ana");
    lxw_format *date = workbook_add_format(made.workbook);
    format_set_num_format(date, "d mmm yyyy");
    lxw_datetime day = {.year = 2026, .month = 2, .day = 28};
    worksheet_write_string(sheet, 0, 1, "born", NULL);
    worksheet_write_string(sheet, 0, 2, "note", NULL);
    worksheet_write_datetime(sheet, 1, 1, &day, date);
    worksheet_write_formula_num(sheet, 1, 2, "=1+1", NULL, 2);
    for (lxw_row_t row = 2; row < 20000; row++) worksheet_write_blank(sheet, row, 2, date);
    worksheet_write_string(sheet, 20000, 0, "=cmd|'/c calc'", NULL);
    worksheet_write_string(sheet, 20000, 7, "stray", NULL);
    made_read(&house, &made, NULL);
    assert_string_equal(
        house_report(&house),
        "ok\nnote 1 Column H has no name and is left out, though 1 row has something "
        "in it.\nheader 1: [name] [born] [note]\nrow 2: [Ana] [2026-02-28] [2]\n"
        "row 20001: [=cmd|'/c calc'] [] []\n");
    cv_arena_free(&house.mem);
    made_close(&made);
}

static void test_read_xlsx__cut_short_anywhere_is_a_sentence(void **state)
{
    struct made_file made;
    struct house house;
    made_open(&made);
    (void)made_sheet(&made, "P", "Ana");
    made_read(&house, &made, NULL);
    assert_int_equal(house.rc, CV_OK);
    cv_arena_free(&house.mem);
    char bytes[1 << 14];
    FILE *file = fopen(made.path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    for (size_t cut = 4; cut < size; cut += 7) {
        house_read(&house, bytes, cut, NULL);
        assert_int_equal(house.rc, CV_INVALID);
        assert_true(house.problems.count >= 1);
        cv_arena_free(&house.mem);
    }
    made_close(&made);
}

/* A full arena in the middle of a file must give back what the libraries hold (seen by ASan). */
static void test_read_xlsx__full_memory_leaks_nothing(void **state)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 16 << 20);
    static const char *const columns[] = {"name"};
    enum { ROWS = 5000 };
    struct files_value *values = CV_NEW_ARRAY(&mem, struct files_value, ROWS);
    for (int i = 0; i < ROWS; i++) values[i] = files_text(cv_sprintf(&mem, "Person number %d", i));
    struct files_sheet sheet = {
        .columns = columns, .column_count = 1, .values = values, .row_count = ROWS};
    struct files_bytes file;
    assert_int_equal(files_write_xlsx(&file, &sheet, 1, 0, &mem), CV_OK);
    int full = 0;
    for (size_t kilobytes = 200; kilobytes < 4000; kilobytes += 100) {
        struct cv_arena small;
        cv_arena_init(&small, kilobytes << 10);
        if (cv_arena_guard(&small)) {
            full++;
        } else {
            struct files_table table;
            struct cv_problems problems = cv_problems_new(&small);
            cv_rc rc =
                files_read_table(&table, file.bytes, file.size, NULL, NULL, &small, &problems);
            assert_int_equal(rc, CV_OK);
            struct files_bytes again;
            rc = files_write_xlsx(&again, &sheet, 1, 0, &small);
            assert_int_equal(rc, CV_OK);
        }
        cv_arena_free(&small);
    }
    assert_in_range(full, 2, 37);
    cv_arena_free(&mem);
}

static void test_write_xlsx__same_sheets_give_the_same_bytes(void **state)
{
    static const char *const columns[] = {"name", "score"};
    struct files_value values[] = {files_text("Ana"), files_number(1.5)};
    struct files_sheet sheets[] = {
        {.name = "A: b/c", .columns = columns, .column_count = 2, .values = values, .row_count = 1},
        {.name = "a: b/c", .columns = columns, .column_count = 2, .values = values, .row_count = 1},
        {.name = "A very long name of a sheet, longer than Excel takes",
         .columns = columns,
         .column_count = 2,
         .values = values,
         .row_count = 1}};
    struct house house;
    struct files_bytes a;
    struct files_bytes b;
    house_open(&house);
    assert_int_equal(files_write_xlsx(&a, sheets, 3, 1770000000, &house.mem), CV_OK);
    assert_int_equal(files_write_xlsx(&b, sheets, 3, 1770000000, &house.mem), CV_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.bytes, b.bytes, a.size);
    assert_int_equal(
        files_read_table(&house.table, a.bytes, a.size, NULL, NULL, &house.mem, &house.problems),
        CV_OK);
    assert_string_equal(house.table.sheets[0], "A  b c");
    assert_string_equal(house.table.sheets[1], "a  b c 2");
    assert_string_equal(house.table.sheets[2], "A very long name of a sheet,");
    cv_arena_free(&house.mem);
}

static void test_write_xlsx__too_long_a_text_is_too_large(void **state)
{
    struct house house;
    house_open(&house);
    static const char *const columns[] = {"a"};
    char *text = cv_alloc(&house.mem, 40000);
    memset(text, 'x', 39999);
    struct files_value value = files_text(text);
    struct files_sheet sheet = {
        .name = "s", .columns = columns, .column_count = 1, .values = &value, .row_count = 1};
    struct files_bytes file;
    assert_int_equal(files_write_xlsx(&file, &sheet, 1, 0, &house.mem), CV_TOO_LARGE);
    cv_arena_free(&house.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_xlsx__missing_addresses_follow_the_one_before),
        cmocka_unit_test(test_read_xlsx__every_kind_of_cell_is_text),
        cmocka_unit_test(test_read_xlsx__dates_are_told_by_their_format),
        cmocka_unit_test(test_read_xlsx__files_of_old_macs_count_from_1904),
        cmocka_unit_test(test_read_xlsx__damage_is_named),
        cmocka_unit_test(test_read_xlsx__a_document_type_is_refused),
        cmocka_unit_test(test_read_xlsx__an_endless_tag_is_refused),
        cmocka_unit_test(test_read_xlsx__zip_bombs_are_refused),
        cmocka_unit_test(test_read_xlsx__other_zips_are_named),
        cmocka_unit_test(test_read_xlsx__first_visible_sheet_with_rows_is_read),
        cmocka_unit_test(test_read_xlsx__real_dates_shared_strings_and_phantoms),
        cmocka_unit_test(test_read_xlsx__cut_short_anywhere_is_a_sentence),
        cmocka_unit_test(test_read_xlsx__full_memory_leaks_nothing),
        cmocka_unit_test(test_write_xlsx__same_sheets_give_the_same_bytes),
        cmocka_unit_test(test_write_xlsx__too_long_a_text_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
