/* xlsx_read: which sheet of an XLSX file is read: the one that was asked for, else the first
 * visible one that holds rows. Hidden sheets are left out, and that is said. */
#include "base/text.h"
#include "files/xlsx_internal.h"

static const char *quoted_list(struct xlsx_book *book, bool hidden)
{
    struct cv_arena *mem = book->reading->mem;
    const struct xlsx_sheet *sheets = book->sheets.items;
    const char **names = CV_NEW_ARRAY(mem, const char *, book->sheets.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < book->sheets.count; i++)
        if (sheets[i].hidden == hidden && sheets[i].is_table && count < 50)
            names[count++] = cv_sprintf(mem, "\"%s\"", sheets[i].name);
    return count ? cv_list_text(mem, names, count) : NULL;
}

static void list_sheets(struct xlsx_book *book)
{
    struct files_table *out = book->reading->out;
    const struct xlsx_sheet *sheets = book->sheets.items;
    out->sheets = CV_NEW_ARRAY(book->reading->mem, const char *, book->sheets.count + 1);
    for (size_t i = 0; i < book->sheets.count; i++)
        if (!sheets[i].hidden && sheets[i].is_table)
            out->sheets[out->sheet_count++] = sheets[i].name;
    const char *hidden = quoted_list(book, true);
    if (hidden) files_note(book->reading, 0, "Hidden sheets were left out: %s.", hidden);
}

static cv_rc read_wanted(struct xlsx_book *book, const char *wanted)
{
    struct cv_arena *mem = book->reading->mem;
    const struct xlsx_sheet *sheets = book->sheets.items;
    const char *folded = cv_text_fold(mem, wanted);
    for (size_t i = 0; i < book->sheets.count; i++)
        if (!sheets[i].hidden && sheets[i].is_table &&
            strcmp(cv_text_fold(mem, sheets[i].name), folded) == 0)
            return xlsx_read_sheet(book, &sheets[i]);
    const char *names = quoted_list(book, false);
    files_problem(book->reading, 0, 0,
                  names ? cv_sprintf(mem, "Choose one of %s.", names)
                        : "Show the sheet in Excel or LibreOffice and save the file again.",
                  "The file has no visible sheet called \"%s\".", wanted);
    return CV_NOT_FOUND;
}

static cv_rc read_first(struct xlsx_book *book)
{
    struct files_table *out = book->reading->out;
    const struct xlsx_sheet *sheets = book->sheets.items;
    if (out->sheet_count == 0) {
        files_problem(book->reading, 0, 0,
                      "Show the sheet in Excel or LibreOffice (right click on the sheets, Unhide) "
                      "and save the file again.",
                      "The file has no visible sheet.");
        return CV_INVALID;
    }
    for (size_t i = 0; i < book->sheets.count; i++) {
        if (sheets[i].hidden || !sheets[i].is_table) continue;
        cv_rc rc = xlsx_read_sheet(book, &sheets[i]);
        if (rc != CV_OK) return rc;
        if (book->reading->grid->row_count == 0) continue;
        if (out->sheet_count > 1)
            files_note(book->reading, 0, "The sheet \"%s\" was read, of %s.", sheets[i].name,
                       quoted_list(book, false));
        return CV_OK;
    }
    if (out->sheet_count > 1) {
        out->sheet = NULL;
        book->reading->sheet = NULL;
    }
    return CV_OK;
}

cv_rc files_read_xlsx(struct files_reading *reading, const uint8_t *bytes, size_t size,
                      const char *wanted_sheet)
{
    struct xlsx_book *book = CV_NEW(reading->mem, struct xlsx_book);
    struct files_catch catch;
    book->reading = reading;
    if (files_catch_begin(&catch, reading->mem)) {
        xlsx_close(book);
        files_catch_pass_on(&catch, reading->mem);
    }
    cv_rc rc = xlsx_open(book, bytes, size);
    if (rc == CV_OK) rc = xlsx_read_book(book);
    if (rc == CV_OK) {
        list_sheets(book);
        rc = wanted_sheet ? read_wanted(book, wanted_sheet) : read_first(book);
    }
    xlsx_close(book);
    files_catch_end(&catch, reading->mem);
    return rc;
}
