/* xlsx_zip: the ZIP around an XLSX file. Never more is unpacked than CV_LIMIT_UNPACKED_BYTES,
 * whatever the directory of the ZIP declares; XML with a document type (the door of "billion
 * laughs") is refused. Not here: what the parts mean. */
#include <stdlib.h>

#include "files/xlsx_internal.h"

#define SAVE_AGAIN "Open it in Excel or LibreOffice, save it again as .xlsx, and try that."

/* Small parts may pack as well as they like. */
enum { CHUNK = 1 << 16, SMALL_PART = 1 << 20, LONGEST_TOKEN = 1 << 20 };

void *xlsx_list_add(struct xlsx_book *book, struct xlsx_list *list, size_t item_size)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 32;
        void *items = cv_alloc_array(book->reading->mem, capacity, item_size);
        if (list->count) memcpy(items, list->items, list->count * item_size);
        list->items = items;
        list->capacity = capacity;
    }
    return (char *)list->items + item_size * list->count++;
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0) return attributes[1];
    return NULL;
}

void xlsx_stop(struct xlsx_book *book, cv_rc rc)
{
    book->rc = rc;
    book->collecting = false;
    (void)XML_StopParser(book->parser, XML_FALSE);
}

static cv_rc refuse_bomb(struct xlsx_book *book)
{
    files_problem(book->reading, 0, 0,
                  "Take out what is not needed, or save the sheet as CSV UTF-8.",
                  "The file would unpack to more than %d MB, or is packed suspiciously small.",
                  CV_LIMIT_UNPACKED_BYTES >> 20);
    return CV_TOO_LARGE;
}

static cv_rc refuse_damaged(struct xlsx_book *book, const char *path, const char *how)
{
    files_problem(book->reading, 0, 0, SAVE_AGAIN, "The file is damaged: its part %s %s.", path,
                  how);
    return CV_INVALID;
}

static bool is_bomb(uint64_t unpacked, uint64_t packed)
{
    return unpacked > SMALL_PART && unpacked / CV_LIMIT_UNPACKED_RATIO > packed;
}

/* What the directory declares; what really comes out is counted while reading. */
static cv_rc check_declared(struct xlsx_book *book)
{
    zip_int64_t count = zip_get_num_entries(book->zip, 0);
    uint64_t total = 0;
    if (count > CV_LIMIT_ZIP_PARTS) return refuse_bomb(book);
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t stat;
        if (zip_stat_index(book->zip, (zip_uint64_t)i, 0, &stat) != 0) continue;
        if (stat.valid & ZIP_STAT_SIZE) {
            if (stat.size > CV_LIMIT_UNPACKED_BYTES) return refuse_bomb(book);
            total += stat.size;
        }
        if ((stat.valid & ZIP_STAT_COMP_SIZE) && is_bomb(stat.size, stat.comp_size))
            return refuse_bomb(book);
    }
    return total > CV_LIMIT_UNPACKED_BYTES ? refuse_bomb(book) : CV_OK;
}

cv_rc xlsx_open(struct xlsx_book *book, const uint8_t *bytes, size_t size)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &error);
    if (source) book->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (source && !book->zip) zip_source_free(source);
    zip_error_fini(&error);
    if (!book->zip) {
        files_problem(book->reading, 0, 0,
                      "Choose or download it again; if that does not help, open it in Excel or "
                      "LibreOffice and save it again.",
                      "The file is damaged or incomplete: it begins like an .xlsx and ends too "
                      "early.");
        return CV_INVALID;
    }
    return check_declared(book);
}

static void close_part(struct xlsx_book *book)
{
    if (book->parser) XML_ParserFree(book->parser);
    if (book->file) (void)zip_fclose(book->file);
    book->parser = NULL;
    book->file = NULL;
}

void xlsx_close(struct xlsx_book *book)
{
    close_part(book);
    if (book->zip) zip_discard(book->zip);
    book->zip = NULL;
}

static zip_int64_t find_part(struct xlsx_book *book, const char *path)
{
    return zip_name_locate(book->zip, path, ZIP_FL_NOCASE);
}

bool xlsx_has_part(struct xlsx_book *book, const char *path)
{
    return find_part(book, path) >= 0;
}

/* ---- XML --------------------------------------------------------------------------------------
 */

/* An arena's jump must not cross the frames of expat, which would lose memory: it lands here, the
 * parser is stopped in its own way, and feed() passes the jump on. */
static void stop_full(struct xlsx_book *book)
{
    book->is_full = true;
    xlsx_stop(book, CV_TOO_LARGE);
}

static void on_start(void *user, const char *name, const char **attributes)
{
    struct xlsx_book *book = user;
    if (book->rc != CV_OK) return;
    if (cv_arena_guard(book->reading->mem))
        stop_full(book);
    else
        book->handlers->start(book, local_name(name), attributes);
}

static void on_end(void *user, const char *name)
{
    struct xlsx_book *book = user;
    if (book->rc != CV_OK || !book->handlers->end) return;
    if (cv_arena_guard(book->reading->mem))
        stop_full(book);
    else
        book->handlers->end(book, local_name(name));
}

static void on_text(void *user, const char *text, int size)
{
    struct xlsx_book *book = user;
    if (!book->collecting) return;
    size_t room = sizeof book->text - 1 - book->text_size;
    size_t wanted = (size_t)size;
    if (wanted > room) {
        wanted = room;
        while (wanted > 0 && ((unsigned char)text[wanted] & 0xC0) == 0x80) wanted--;
        book->text_cut = true;
        book->collecting = false;
    }
    memcpy(book->text + book->text_size, text, wanted);
    book->text_size += wanted;
}

static void refuse_doctype(struct xlsx_book *book)
{
    files_problem(book->reading, 0, 0, SAVE_AGAIN,
                  "The file holds a document type declaration, which no spreadsheet program writes "
                  "and which can be used to attack a reader.");
    xlsx_stop(book, CV_INVALID);
}

static void on_doctype(void *user, const char *name, const char *system_id, const char *public_id,
                       int has_internal_subset)
{
    struct xlsx_book *book = user;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    if (cv_arena_guard(book->reading->mem))
        stop_full(book);
    else
        refuse_doctype(book);
}

void xlsx_collect(struct xlsx_book *book)
{
    book->text_size = 0;
    book->text_cut = false;
    book->collecting = true;
}

static int hex_value(const char *digits)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Characters that XML cannot hold are written _xHHHH_; "_x005F_" is the underscore that keeps a
 * true "_x" apart. Only ASCII is unescaped: nothing else needs it. */
void xlsx_collected(struct xlsx_book *book)
{
    book->collecting = false;
    char *text = book->text;
    text[book->text_size] = '\0';
    char *at = memmem(text, book->text_size, "_x", 2);
    if (!at) return;
    char *to = at;
    char *end = text + book->text_size;
    while (at < end) {
        int c =
            at[0] == '_' && end - at >= 7 && at[1] == 'x' && at[6] == '_' ? hex_value(at + 2) : -1;
        if (c > 0 && c < 0x80) {
            *to++ = (char)c;
            at += 7;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    book->text_size = (size_t)(to - text);
}

static cv_rc feed(struct xlsx_book *book, const char *path, uint64_t packed)
{
    struct files_catch outer;
    uint64_t fed = 0;
    files_catch_save(&outer, book->reading->mem);
    for (;;) {
        void *chunk = XML_GetBuffer(book->parser, CHUNK);
        if (!chunk) return refuse_damaged(book, path, "is too complicated to read");
        zip_int64_t got = zip_fread(book->file, chunk, CHUNK);
        if (got < 0) return refuse_damaged(book, path, "cannot be unpacked");
        fed += (uint64_t)got;
        book->unpacked_bytes += (size_t)got;
        if (book->unpacked_bytes > CV_LIMIT_UNPACKED_BYTES || is_bomb(fed, packed))
            return refuse_bomb(book);
        enum XML_Status status = XML_ParseBuffer(book->parser, (int)got, got == 0);
        files_catch_end(&outer, book->reading->mem);
        if (book->is_full) files_catch_pass_on(&outer, book->reading->mem);
        if (book->rc != CV_OK) return book->rc;
        if (status != XML_STATUS_OK) return refuse_damaged(book, path, "is not proper XML");
        if (got == 0) return CV_OK;
        /* One endless tag would be scanned anew with each chunk. */
        XML_Index done = XML_GetCurrentByteIndex(book->parser);
        if (done >= 0 && fed - (uint64_t)done > LONGEST_TOKEN + CHUNK)
            return refuse_damaged(book, path, "holds a tag that does not end");
    }
}

cv_rc xlsx_parse(struct xlsx_book *book, const char *path, const struct xlsx_handlers *handlers)
{
    zip_int64_t index = find_part(book, path);
    zip_stat_t stat;
    if (index < 0) return refuse_damaged(book, path, "is missing");
    if (zip_stat_index(book->zip, (zip_uint64_t)index, 0, &stat) != 0 ||
        !(stat.valid & ZIP_STAT_COMP_SIZE))
        return refuse_damaged(book, path, "cannot be unpacked");
    book->file = zip_fopen_index(book->zip, (zip_uint64_t)index, 0);
    book->parser = XML_ParserCreate(NULL);
    if (!book->file || !book->parser) {
        close_part(book);
        return refuse_damaged(book, path, "cannot be unpacked");
    }
    book->handlers = handlers;
    book->rc = CV_OK;
    book->collecting = false;
    XML_SetUserData(book->parser, book);
    XML_SetElementHandler(book->parser, on_start, on_end);
    XML_SetCharacterDataHandler(book->parser, on_text);
    XML_SetStartDoctypeDeclHandler(book->parser, on_doctype);
    cv_rc rc = feed(book, path, stat.comp_size);
    close_part(book);
    return rc;
}

/* ---- other things that are ZIPs ------------------------------------------------------------- */

struct zip_kind {
    const char *path;
    const char *what;
    const char *remedy;
};

static const struct zip_kind zip_kinds[] = {
    {"xl/workbook.bin", "a binary Excel file (.xlsb)", "Open it in Excel and save it as .xlsx."},
    {"word/document.xml", "a Word document",
     "Copy the table into a spreadsheet and save that as .xlsx."},
    {"ppt/presentation.xml", "a PowerPoint presentation",
     "Copy the table into a spreadsheet and save that as .xlsx."},
    {"content.xml", "an OpenDocument file (.ods or .odt)",
     "Open it in LibreOffice and save it as Excel (.xlsx) or as CSV."},
    {"Index/Document.iwa", "an Apple Numbers file",
     "Open it in Numbers and export it as Excel (.xlsx) or as CSV."},
    {"META-INF/MANIFEST.MF", "a program (JAR)", "Choose the spreadsheet instead."},
};

void xlsx_explain_other(struct xlsx_book *book)
{
    for (size_t i = 0; i < sizeof zip_kinds / sizeof *zip_kinds; i++) {
        if (!xlsx_has_part(book, zip_kinds[i].path)) continue;
        files_problem(book->reading, 0, 0, zip_kinds[i].remedy, "The file is %s, not a table.",
                      zip_kinds[i].what);
        return;
    }
    files_problem(book->reading, 0, 0, "Unpack it and choose the spreadsheet that is in it.",
                  "The file is a packed folder (ZIP), not a table.");
}
