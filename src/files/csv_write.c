/* csv_write: see csv.h. Cells are quoted when they hold anything that any reader could take for a
 * separator, so that our own guess of the separator cannot go wrong on them. */
#include "files/csv.h"

#include <math.h>

#include "base/buf.h"
#include "base/limits.h"
#include "files/files_internal.h"

static bool wants_quotes(const char *text, size_t size, bool is_first)
{
    if (size == 0) return false;
    if (strpbrk(text, ",;\t\"\r\n")) return true;
    if (text[0] == ' ' || text[size - 1] == ' ') return true;
    /* The first bytes of a file must not look like another format's: "{", "%PDF", "BEGIN:VCARD". */
    unsigned char first = (unsigned char)text[0];
    bool plain = (first | 32) >= 'a' && (first | 32) <= 'z';
    return is_first && (!plain || strchr(text, ':'));
}

static void put_text(struct cv_buf *buf, const char *text, bool is_first)
{
    size_t size = strlen(text);
    bool guarded = files_wants_guard(text, size);
    if (!guarded && !wants_quotes(text, size, is_first)) {
        cv_buf_put(buf, text, size);
        return;
    }
    bool quoted = !guarded || wants_quotes(text, size, is_first);
    if (quoted) cv_buf_putc(buf, '"');
    if (guarded) cv_buf_putc(buf, '\'');
    if (!quoted) {
        cv_buf_put(buf, text, size);
        return;
    }
    for (const char *at = text; *at;) {
        size_t run = strcspn(at, "\"");
        cv_buf_put(buf, at, run);
        at += run;
        if (*at) cv_buf_put(buf, "\"\"", 2);
        at += *at != '\0';
    }
    cv_buf_putc(buf, '"');
}

static void put_value(struct cv_buf *buf, const struct files_value *value)
{
    if (value->text) {
        put_text(buf, value->text, false);
    } else if (isfinite(value->number)) {
        char number[FILES_NUMBER_SIZE];
        files_number_text(number, value->number);
        cv_buf_puts(buf, number);
    }
}

cv_rc files_write_csv(struct files_bytes *out, const struct files_sheet *sheet,
                      enum files_csv_kind kind, struct cv_arena *mem)
{
    struct cv_buf buf = cv_buf_new(mem, CV_LIMIT_EXPORT_BYTES);
    if (kind == FILES_CSV_FOR_EXCEL) cv_buf_puts(&buf, "\xef\xbb\xbf");
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (i) cv_buf_putc(&buf, ',');
        put_text(&buf, sheet->columns[i], i == 0);
    }
    cv_buf_put(&buf, "\r\n", 2);
    for (size_t row = 0; row < sheet->row_count && !buf.overflowed; row++) {
        const struct files_value *values = sheet->values + row * sheet->column_count;
        for (size_t i = 0; i < sheet->column_count; i++) {
            if (i) cv_buf_putc(&buf, ',');
            put_value(&buf, &values[i]);
        }
        cv_buf_put(&buf, "\r\n", 2);
    }
    if (buf.overflowed) return CV_TOO_LARGE;
    *out = (struct files_bytes){.bytes = cv_buf_text(&buf), .size = buf.size};
    return CV_OK;
}
