/* xlsx_write: see xlsx.h. Built on libxlsxwriter, row by row, so that memory does not grow with the
 * sheet; the file itself is made in memory (memfd), not on disk. */
#include "files/xlsx.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unicode/utf8.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/limits.h"
#include "files/files_internal.h"

enum { WIDTH_SAMPLE_ROWS = 200, WIDEST = 60, NARROWEST = 8, SHEET_NAME_LETTERS = 31 };

struct xlsx_writing {
    struct cv_arena *mem;
    int fd;
    lxw_workbook *workbook;
    cv_rc rc;
};

static cv_rc rc_of(lxw_error error)
{
    switch (error) {
    case LXW_NO_ERROR: return CV_OK;
    case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
    case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
    case LXW_ERROR_ZIP_FILE_ADD: return CV_TOO_LARGE;
    default: return CV_UNAVAILABLE;
    }
}

/* What libxlsxwriter does not escape itself: a text that holds "_x0041_" as it stands. */
static const char *escaped(struct xlsx_writing *writing, const char *text)
{
    const char *found = strstr(text, "_x");
    if (!found) return text;
    char *out = cv_alloc(writing->mem, strlen(text) * 2 + 8); /* 7 bytes more for 7 bytes */
    char *to = out;
    for (const char *at = text; *at; at++) {
        bool code = at[0] == '_' && at[1] == 'x';
        for (int i = 2; i < 6 && code; i++) code = isxdigit((unsigned char)at[i]) != 0;
        if (code && at[6] == '_') {
            memcpy(to, "_x005F", 6);
            to += 6;
        }
        *to++ = *at;
    }
    *to = '\0';
    return out;
}

static const char *sheet_name(struct xlsx_writing *writing, const char *name, size_t index)
{
    char *out = cv_strdup(writing->mem, name && name[0] ? name : "Sheet");
    size_t size = strlen(out);
    size_t at = 0;
    for (int letters = 0; at < size && letters < SHEET_NAME_LETTERS - 3; letters++) {
        if (strchr("[]:*?/\\'", out[at])) out[at] = ' ';
        U8_FWD_1((const uint8_t *)out, at, size);
    }
    out[at] = '\0';
    if (workbook_validate_sheet_name(writing->workbook, out) != LXW_NO_ERROR)
        return cv_sprintf(writing->mem, "%s %zu", out, index + 1);
    return out;
}

static size_t letters_of(const char *text)
{
    size_t letters = 0;
    for (; *text && *text != '\n'; text++) letters += ((unsigned char)*text & 0xC0) != 0x80;
    return letters;
}

/* As wide as what stands in the first rows, within reason. */
static double column_width(const struct files_sheet *sheet, size_t column)
{
    size_t widest = letters_of(sheet->columns[column]);
    for (size_t row = 0; row < sheet->row_count && row < WIDTH_SAMPLE_ROWS; row++) {
        const struct files_value *value = &sheet->values[row * sheet->column_count + column];
        size_t letters = value->text ? letters_of(value->text) : 0;
        if (letters > widest) widest = letters;
    }
    if (widest < NARROWEST) widest = NARROWEST;
    return (double)(widest < WIDEST ? widest : WIDEST) + 2;
}

static lxw_error write_value(struct xlsx_writing *writing, lxw_worksheet *worksheet, lxw_row_t row,
                             lxw_col_t column, const struct files_value *value)
{
    if (value->text && value->text[0])
        return worksheet_write_string(worksheet, row, column, escaped(writing, value->text), NULL);
    if (!value->text && isfinite(value->number))
        return worksheet_write_number(worksheet, row, column, value->number, NULL);
    return LXW_NO_ERROR;
}

static cv_rc write_sheet(struct xlsx_writing *writing, const struct files_sheet *sheet,
                         size_t index, lxw_format *bold)
{
    if (sheet->row_count >= LXW_ROW_MAX || sheet->column_count > LXW_COL_MAX) return CV_TOO_LARGE;
    lxw_worksheet *worksheet =
        workbook_add_worksheet(writing->workbook, sheet_name(writing, sheet->name, index));
    if (!worksheet) return CV_UNAVAILABLE;
    worksheet_freeze_panes(worksheet, 1, 0);
    for (size_t i = 0; i < sheet->column_count; i++)
        (void)worksheet_set_column(worksheet, (lxw_col_t)i, (lxw_col_t)i, column_width(sheet, i),
                                   NULL);
    lxw_error error = LXW_NO_ERROR;
    for (size_t i = 0; i < sheet->column_count && error == LXW_NO_ERROR; i++)
        error = worksheet_write_string(worksheet, 0, (lxw_col_t)i,
                                       escaped(writing, sheet->columns[i]), bold);
    const struct files_value *value = sheet->values;
    for (size_t row = 0; row < sheet->row_count && error == LXW_NO_ERROR; row++)
        for (size_t i = 0; i < sheet->column_count && error == LXW_NO_ERROR; i++, value++)
            error = write_value(writing, worksheet, (lxw_row_t)row + 1, (lxw_col_t)i, value);
    return rc_of(error);
}

static cv_rc write_book(struct xlsx_writing *writing, const struct files_sheet *sheets,
                        size_t sheet_count, int64_t created_at_s)
{
    char path[64];
    writing->fd = memfd_create("sheet.xlsx", MFD_CLOEXEC);
    if (writing->fd < 0) return CV_UNAVAILABLE;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", writing->fd);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    writing->workbook = workbook_new_opt(path, &options);
    if (!writing->workbook) return CV_UNAVAILABLE;
    lxw_doc_properties properties = {.created = (time_t)created_at_s};
    lxw_error error = workbook_set_properties(writing->workbook, &properties);
    if (error != LXW_NO_ERROR) return rc_of(error);
    lxw_format *bold = workbook_add_format(writing->workbook);
    if (!bold) return CV_UNAVAILABLE;
    format_set_bold(bold);
    for (size_t i = 0; i < sheet_count; i++) {
        cv_rc rc = write_sheet(writing, &sheets[i], i, bold);
        if (rc != CV_OK) return rc;
    }
    error = workbook_close(writing->workbook); /* frees it, also when it fails */
    writing->workbook = NULL;
    return rc_of(error);
}

static cv_rc read_back(struct files_bytes *out, struct xlsx_writing *writing)
{
    struct stat stat;
    if (fstat(writing->fd, &stat) != 0) return CV_UNAVAILABLE;
    size_t size = (size_t)stat.st_size;
    if (size > CV_LIMIT_EXPORT_BYTES) return CV_TOO_LARGE;
    char *bytes = cv_alloc(writing->mem, size);
    for (size_t got = 0; got < size;) {
        ssize_t n = pread(writing->fd, bytes + got, size - got, (off_t)got);
        if (n <= 0) return CV_UNAVAILABLE;
        got += (size_t)n;
    }
    *out = (struct files_bytes){.bytes = bytes, .size = size};
    return CV_OK;
}

static void close_writing(struct xlsx_writing *writing)
{
    if (writing->workbook) lxw_workbook_free(writing->workbook);
    if (writing->fd >= 0) (void)close(writing->fd);
}

cv_rc files_write_xlsx(struct files_bytes *out, const struct files_sheet *sheets,
                       size_t sheet_count, int64_t created_at_s, struct cv_arena *mem)
{
    struct xlsx_writing *writing = CV_NEW(mem, struct xlsx_writing);
    struct files_catch catch;
    writing->mem = mem;
    writing->fd = -1;
    if (files_catch_begin(&catch, mem)) {
        close_writing(writing);
        files_catch_pass_on(&catch, mem);
    }
    cv_rc rc = write_book(writing, sheets, sheet_count, created_at_s);
    if (rc == CV_OK) rc = read_back(out, writing);
    close_writing(writing);
    files_catch_end(&catch, mem);
    return rc;
}
