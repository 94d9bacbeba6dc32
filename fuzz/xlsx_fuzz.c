/* xlsx_fuzz: an XLSX file with any content. Bytes that begin with "PK" are handed in as they are
 * (damage to the ZIP itself); all others are packed into a proper ZIP first, so that the fuzzer's
 * changes reach the XML: parts are divided by the byte 0xFF, in the order of `paths`. */
#include <assert.h>
#include <string.h>
#include <zip.h>

#include "files/table.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static const char *const paths[] = {
    "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",     "xl/styles.xml",   "_rels/.rels"};
enum { PATHS = sizeof paths / sizeof *paths };

/* What stands in the parts the input does not give. */
static const char book_rels[] =
    "<R><Relationship Id=\"a\" Type=\"/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"b\" Type=\"/sharedStrings\" Target=\"sharedStrings.xml\"/>"
    "<Relationship Id=\"c\" Type=\"/styles\" Target=\"styles.xml\"/></R>";
static const char styles[] =
    "<s><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy hh:mm\"/></numFmts><cellXfs>"
    "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></s>";
static const char *const defaults[] = {
    "",
    "<workbook xmlns:r=\"u\"><sheets><sheet name=\"P\" r:id=\"a\"/></sheets></workbook>",
    book_rels,
    "<sst><si><t>name</t></si><si><t>note</t></si></sst>",
    styles,
    "<R><Relationship Id=\"a\" Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></R>",
};

static void read_once(const void *bytes, size_t size)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 256 << 20);
    if (!cv_arena_guard(&mem)) {
        struct files_table table;
        struct cv_problems problems = cv_problems_new(&mem);
        cv_rc rc = files_read_table(&table, bytes, size, "fuzz.xlsx", NULL, &mem, &problems);
        assert(rc == CV_OK ? table.row_count > 0 : problems.total_count > 0);
        for (size_t row = 0; rc == CV_OK && row < table.row_count; row++)
            for (size_t i = 0; i < table.column_count; i++)
                assert(strlen(files_cell(&table, row, i)) <= 32767);
    }
    cv_arena_free(&mem);
}

static void pack_and_read(const unsigned char *bytes, size_t size)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    assert(source);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    assert(zip);
    for (int i = 0; i < PATHS; i++) {
        const unsigned char *end = size ? memchr(bytes, 0xFF, size) : NULL;
        size_t part = end ? (size_t)(end - bytes) : size;
        const void *text = part ? (const void *)bytes : defaults[i];
        zip_source_t *content = zip_source_buffer(zip, text, part ? part : strlen(defaults[i]), 0);
        zip_int64_t index = zip_file_add(zip, paths[i], content, 0);
        assert(index >= 0);
        (void)zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
        bytes += end ? part + 1 : part;
        size -= end ? part + 1 : part;
    }
    int closed = zip_close(zip);
    assert(closed == 0);
    assert(zip_source_open(source) == 0 && zip_source_seek(source, 0, SEEK_END) == 0);
    static char packed[1 << 22];
    size_t packed_size = (size_t)zip_source_tell(source);
    if (packed_size <= sizeof packed && zip_source_seek(source, 0, SEEK_SET) == 0 &&
        zip_source_read(source, packed, packed_size) == (zip_int64_t)packed_size)
        read_once(packed, packed_size);
    (void)zip_source_close(source);
    zip_source_free(source);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    if (size >= 2 && memcmp(bytes, "PK", 2) == 0)
        read_once(bytes, size);
    else
        pack_and_read(bytes, size);
    return 0;
}
