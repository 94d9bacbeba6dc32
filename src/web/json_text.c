/* json_text: see json_text.h. */
#include "web/json_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs of plain bytes are put in one go; UTF-8 stays as it is. */
static void put_text(struct cv_buf *buf, const char *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    cv_buf_putc(buf, '"');
    size_t from = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= ' ' && c != '"' && c != '\\') continue;
        cv_buf_put(buf, text + from, i - from);
        from = i + 1;
        char escape[7] = {'\\', 0, '0', '0', 0, 0, 0};
        size_t escape_size = 2;
        switch (c) {
        case '\n': escape[1] = 'n'; break;
        case '\t': escape[1] = 't'; break;
        case '\r': escape[1] = 'r'; break;
        case '"':
        case '\\': escape[1] = (char)c; break;
        default:
            escape[1] = 'u';
            escape[4] = hex[c >> 4];
            escape[5] = hex[c & 15];
            escape_size = 6;
        }
        cv_buf_put(buf, escape, escape_size);
    }
    cv_buf_put(buf, text + from, size - from);
    cv_buf_putc(buf, '"');
}

static void put_integer(struct cv_buf *buf, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0) *--at = '-';
    cv_buf_put(buf, at, (size_t)(digits + sizeof digits - at));
}

/* The shortest of 15 and 17 digits that reads back as the same number. */
static void put_real(struct cv_buf *buf, double value)
{
    char digits[40];
    int size = snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) != value) size = snprintf(digits, sizeof digits, "%.17g", value);
    cv_buf_put(buf, digits, (size_t)size);
    /* A real number stays one when it is read back. */
    if (!strpbrk(digits, ".e")) cv_buf_put(buf, ".0", 2);
}

static void put_array(struct cv_buf *buf, const json_t *array)
{
    cv_buf_putc(buf, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i) cv_buf_putc(buf, ',');
        web_json_put(buf, json_array_get(array, i));
    }
    cv_buf_putc(buf, ']');
}

static void put_object(struct cv_buf *buf, const json_t *object)
{
    /* Reading does not change the object; jansson's iterators only lack the const. */
    json_t *same = (json_t *)(uintptr_t)object;
    bool is_first = true;
    cv_buf_putc(buf, '{');
    for (void *at = json_object_iter(same); at; at = json_object_iter_next(same, at)) {
        if (!is_first) cv_buf_putc(buf, ',');
        is_first = false;
        put_text(buf, json_object_iter_key(at), json_object_iter_key_len(at));
        cv_buf_putc(buf, ':');
        web_json_put(buf, json_object_iter_value(at));
    }
    cv_buf_putc(buf, '}');
}

void web_json_put(struct cv_buf *buf, const json_t *value)
{
    if (!value) {
        cv_buf_put(buf, "null", 4);
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT: put_object(buf, value); break;
    case JSON_ARRAY: put_array(buf, value); break;
    case JSON_STRING: put_text(buf, json_string_value(value), json_string_length(value)); break;
    case JSON_INTEGER: put_integer(buf, (int64_t)json_integer_value(value)); break;
    case JSON_REAL: put_real(buf, json_real_value(value)); break;
    case JSON_TRUE: cv_buf_put(buf, "true", 4); break;
    case JSON_FALSE: cv_buf_put(buf, "false", 5); break;
    case JSON_NULL: cv_buf_put(buf, "null", 4); break;
    }
}
