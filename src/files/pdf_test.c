/* Tests of printing: a whole document, page breaks, the file's own facts; and of QR codes, each
 * read back by the rules of the standard where that needs no camera. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include "base/buf.h"
#include "base/limits.h"
#include "files/pdf.h"
#include "files/qr.h"

static const struct files_item rules[] = {
    {FILES_MARK_MET, "Met: 7 people, from 4 to 10"},
    {FILES_MARK_PART, "In part: three districts, four were hoped for"},
    {FILES_MARK_UNMET, "Not met: nobody here speaks Spanish at home"},
    {FILES_MARK_DOT, "Meets on Tuesday evenings"},
};
static const struct files_person some_people[] = {
    {"María del Carmen Ruiz", NULL, "Principal, Alba district", "Wrote about mornings.", true},
    {"Ben Okafor", NULL, "Teacher, Bosque district", NULL, false},
    {"李小龙", "李", NULL, "Knows the bus routes; offers \"listening\".", false},
};
static const struct files_column some_columns[] = {
    {.title = "Name", .share = 2}, {.title = "Role"}, {.title = "Ties", .is_number = true}};
static const char *const some_cells[] = {"Ana", "teacher", "12", "Ben", NULL, "7"};
static const struct files_card some_cards[] = {
    {"María del Carmen Ruiz", "Mornings and attendance", "KX7P-20", "https://example.org/j/KX7P20"},
    {"Ben Okafor", NULL, "M3QA-71", "https://example.org/j/M3QA71"},
    {"No code", "only words", NULL, NULL},
};

static const struct files_block some_blocks[] = {
    {.kind = FILES_BLOCK_HEADING, .level = 1, .text = "Mornings and attendance"},
    {.kind = FILES_BLOCK_PARAGRAPH, .level = 1, .text = "Seven people from three districts."},
    {.kind = FILES_BLOCK_VOICE,
     .text = "Who is the first adult to say a child’s name each day?",
     .who = "Teresa, aide"},
    {.kind = FILES_BLOCK_HEADING, .level = 2, .text = "Who"},
    {.kind = FILES_BLOCK_PEOPLE, .people = some_people, .count = 3},
    {.kind = FILES_BLOCK_HEADING, .level = 2, .text = "Rules"},
    {.kind = FILES_BLOCK_LIST, .items = rules, .count = 4},
    {.kind = FILES_BLOCK_TABLE,
     .columns = some_columns,
     .column_count = 3,
     .cells = some_cells,
     .count = 2},
    {.kind = FILES_BLOCK_PARAGRAPH, .level = 2, .text = "Printed by Convene."},
    {.kind = FILES_BLOCK_PAGE_BREAK},
    {.kind = FILES_BLOCK_CARDS, .cards = some_cards, .count = 3},
};

static struct files_document whole_document(void)
{
    return (struct files_document){.title = "Mañanas (1)",
                                   .language = "es",
                                   .footer = "Tres Ríos",
                                   .created_at_s = 1770000000,
                                   .blocks = some_blocks,
                                   .block_count = sizeof some_blocks / sizeof *some_blocks};
}

static bool holds(struct files_bytes file, const char *word)
{
    return memmem(file.bytes, file.size, word, strlen(word)) != NULL;
}

/* What a reader selects on the pages, through pdftotext; NULL where that is not installed. */
static char *text_of_pdf(struct cv_arena *mem, struct files_bytes file)
{
    char path[64];
    char command[128];
    (void)snprintf(path, sizeof path, "/tmp/convene_pdf_test_%d.pdf", (int)getpid());
    (void)snprintf(command, sizeof command, "pdftotext -layout %s - 2>/dev/null", path);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(file.bytes, 1, file.size, out), file.size);
    (void)fclose(out);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    char *text = cv_alloc(mem, 1 << 20);
    size_t size = fread(text, 1, (1 << 20) - 1, in);
    int status = pclose(in);
    if (!getenv("FILES_KEEP_PDF")) (void)unlink(path);
    return status == 0 && size ? text : NULL;
}

static void test_write_pdf__text_title_and_language_are_in_the_file(void **state)
{
    struct cv_arena mem;
    struct files_bytes file;
    cv_arena_init(&mem, 32 << 20);
    struct files_document document = whole_document();
    assert_int_equal(files_write_pdf(&file, &document, &mem), CV_OK);
    assert_memory_equal(file.bytes, "%PDF-1.", 7);
    assert_memory_equal(file.bytes + file.size - 6, "%%EOF\n", 6);
    assert_true(holds(file, "/Lang (es)"));
    assert_true(holds(file, "/DisplayDocTitle true"));
    assert_true(holds(file, "/Marked true"));
    assert_true(holds(file, "20260202000000Z"));
    char *text = text_of_pdf(&mem, file);
    if (!text) print_message("pdftotext is not installed: the text was not looked at\n");
    static const char *const words[] = {"Mornings and attendance",
                                        "María del Carmen Ruiz",
                                        "child’s name",
                                        "Teresa, aide",
                                        "Not met: nobody here",
                                        "KX7P-20",
                                        "Tres Ríos",
                                        "1/2",
                                        "2/2",
                                        "only words"};
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++)
        if (!strstr(text, words[i])) fail_msg("\"%s\" is not in: %s", words[i], text);
    cv_arena_free(&mem);
}

static void test_write_pdf__same_document_gives_the_same_bytes(void **state)
{
    struct cv_arena mem;
    struct files_bytes a;
    struct files_bytes b;
    cv_arena_init(&mem, 32 << 20);
    struct files_document document = whole_document();
    document.paper = FILES_PAPER_LETTER;
    assert_int_equal(files_write_pdf(&a, &document, &mem), CV_OK);
    assert_int_equal(files_write_pdf(&b, &document, &mem), CV_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.bytes, b.bytes, a.size);
    assert_true(holds(a, "612 792"));
    cv_arena_free(&mem);
}

static void test_write_pdf__long_things_go_on_over_pages(void **state)
{
    struct cv_arena mem;
    struct files_bytes file;
    cv_arena_init(&mem, 64 << 20);
    struct cv_buf words = cv_buf_new(&mem, 1 << 20);
    for (int i = 0; i < 4000; i++) cv_buf_printf(&words, "word%d ", i);
    const char **cells = CV_NEW_ARRAY(&mem, const char *, 3 * 200);
    for (int i = 0; i < 600; i++) cells[i] = cv_sprintf(&mem, "cell%d", i);
    struct files_card *cards = CV_NEW_ARRAY(&mem, struct files_card, 25);
    for (int i = 0; i < 25; i++)
        cards[i] = (struct files_card){.title = cv_sprintf(&mem, "card%d", i), .qr = "x"};
    struct files_block blocks[] = {
        {.kind = FILES_BLOCK_VOICE, .text = cv_buf_text(&words)},
        {.kind = FILES_BLOCK_TABLE,
         .columns = some_columns,
         .column_count = 3,
         .cells = cells,
         .count = 200},
        {.kind = FILES_BLOCK_CARDS, .cards = cards, .count = 25},
    };
    struct files_document document = {.title = "t", .blocks = blocks, .block_count = 3};
    assert_int_equal(files_write_pdf(&file, &document, &mem), CV_OK);
    char *text = text_of_pdf(&mem, file);
    static const char *const last[] = {"word0",   "word2000", "word3999", "cell0",
                                       "cell599", "card0",    "card24"};
    for (size_t i = 0; text && i < sizeof last / sizeof *last; i++)
        if (!strstr(text, last[i])) fail_msg("\"%s\" is missing", last[i]);
    cv_arena_free(&mem);
}

static void test_write_pdf__nothing_at_all_is_one_empty_page(void **state)
{
    struct cv_arena mem;
    struct files_bytes file;
    cv_arena_init(&mem, 8 << 20);
    struct files_document document = {.title = NULL};
    assert_int_equal(files_write_pdf(&file, &document, &mem), CV_OK);
    assert_true(holds(file, "/Count 1"));
    struct files_card no_text = {.title = "x", .qr = ""};
    struct files_block block = {.kind = FILES_BLOCK_CARDS, .cards = &no_text, .count = 1};
    document = (struct files_document){.blocks = &block, .block_count = 1};
    assert_int_equal(files_write_pdf(&file, &document, &mem), CV_INVALID);
    cv_arena_free(&mem);
}

static void test_write_pdf__full_memory_leaks_nothing(void **state)
{
    volatile int full = 0;
    struct files_document document = whole_document();
    for (volatile size_t kilobytes = 4; kilobytes < 300; kilobytes += 8) {
        struct cv_arena mem;
        struct files_bytes file;
        cv_arena_init(&mem, kilobytes << 10);
        if (cv_arena_guard(&mem))
            full++;
        else
            assert_int_equal(files_write_pdf(&file, &document, &mem), CV_OK);
        cv_arena_free(&mem);
    }
    assert_in_range(full, 1, 36);
}

/* The three large corners and the dotted lines between them are the same in every code. */
static void test_qr__has_its_corners_and_timing_lines(void **state)
{
    struct cv_arena mem;
    struct files_qr qr;
    cv_arena_init(&mem, 1 << 20);
    assert_int_equal(files_qr_make(&qr, "https://example.org/j/KX7P20", &mem), CV_OK);
    assert_true(qr.width >= 21 && (qr.width - 17) % 4 == 0);
    for (int i = 0; i < 7; i++) {
        assert_true(files_qr_dark(&qr, i, 0) && files_qr_dark(&qr, 0, i));
        assert_true(files_qr_dark(&qr, qr.width - 1 - i, 0));
        assert_true(files_qr_dark(&qr, 0, qr.width - 1 - i));
        assert_false(files_qr_dark(&qr, 7, i));
    }
    for (int i = 8; i < qr.width - 8; i++) {
        assert_int_equal(files_qr_dark(&qr, i, 6), i % 2 == 0);
        assert_int_equal(files_qr_dark(&qr, 6, i), i % 2 == 0);
    }
    cv_arena_free(&mem);
}

/* The path, drawn again, gives the squares. */
static void test_qr_path__draws_every_square_once(void **state)
{
    struct cv_arena mem;
    struct files_qr qr;
    cv_arena_init(&mem, 1 << 20);
    assert_int_equal(files_qr_make(&qr, "Tres Ríos", &mem), CV_OK);
    int size = qr.width + 2 * FILES_QR_QUIET;
    uint8_t *drawn = cv_alloc(&mem, (size_t)size * (size_t)size);
    for (const char *at = files_qr_path(&qr, &mem); *at;) {
        int x = 0;
        int y = 0;
        int run = 0;
        int back = 0;
        int used = 0;
        assert_int_equal(sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &run, &back, &used), 4);
        assert_int_equal(run, back);
        for (int i = 0; i < run; i++) drawn[y * size + x + i]++;
        at += used;
    }
    for (int y = 0; y < qr.width; y++)
        for (int x = 0; x < qr.width; x++)
            assert_int_equal(drawn[(y + FILES_QR_QUIET) * size + x + FILES_QR_QUIET],
                             files_qr_dark(&qr, x, y));
    cv_arena_free(&mem);
}

static void test_qr__too_long_or_empty_is_refused(void **state)
{
    struct cv_arena mem;
    struct files_qr qr;
    cv_arena_init(&mem, 1 << 20);
    char *text = cv_alloc(&mem, 4000);
    memset(text, 'x', 3999);
    assert_int_equal(files_qr_make(&qr, text, &mem), CV_TOO_LARGE);
    text[2000] = '\0';
    assert_int_equal(files_qr_make(&qr, text, &mem), CV_OK);
    assert_int_equal(files_qr_make(&qr, "", &mem), CV_INVALID);
    cv_arena_free(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_pdf__text_title_and_language_are_in_the_file),
        cmocka_unit_test(test_write_pdf__same_document_gives_the_same_bytes),
        cmocka_unit_test(test_write_pdf__long_things_go_on_over_pages),
        cmocka_unit_test(test_write_pdf__nothing_at_all_is_one_empty_page),
        cmocka_unit_test(test_write_pdf__full_memory_leaks_nothing),
        cmocka_unit_test(test_qr__has_its_corners_and_timing_lines),
        cmocka_unit_test(test_qr_path__draws_every_square_once),
        cmocka_unit_test(test_qr__too_long_or_empty_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    /* What pango and fontconfig keep for the next document, given back for the leak check. */
    pango_cairo_font_map_set_default(NULL);
    cairo_debug_reset_static_data();
    FcFini();
    return failed;
}
