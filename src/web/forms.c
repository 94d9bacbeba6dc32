/* forms: urlencoded and JSON; the rest of forms.h is in multipart.c. */
#include "web/forms.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

struct web_form web_form_new(struct cv_arena *mem)
{
    return (struct web_form){.mem = mem};
}

static struct web_field *form_grow(struct web_form *form)
{
    if (form->count == CV_LIMIT_FORM_FIELDS) return NULL;
    if (form->count == form->capacity) {
        size_t capacity = form->capacity ? form->capacity * 2 : 16;
        struct web_field *fields = CV_NEW_ARRAY(form->mem, struct web_field, capacity);
        if (form->count) memcpy(fields, form->fields, form->count * sizeof *fields);
        form->fields = fields;
        form->capacity = capacity;
    }
    return &form->fields[form->count++];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Browsers send "\r\n" for a line break in a text area, scripts "\n". */
static size_t unify_lines(char *text, size_t size)
{
    size_t to = 0;
    for (size_t from = 0; from < size; from++) {
        if (text[from] == '\r') {
            if (from + 1 < size && text[from + 1] == '\n') continue;
            text[to++] = '\n';
        } else {
            text[to++] = text[from];
        }
    }
    return to;
}

cv_rc web_form_add(struct web_form *form, const char *name, char *value, size_t size)
{
    if (!cv_utf8_valid(name, strlen(name)) || !cv_utf8_valid(value, size)) return CV_INVALID;
    if (strlen(name) > CV_LIMIT_NAME_BYTES) return CV_INVALID;
    if (name[0] == '\0') return CV_OK;
    while (size > 0 && is_blank(value[size - 1])) size--;
    size_t start = 0;
    while (start < size && is_blank(value[start])) start++;
    value += start;
    size = unify_lines(value, size - start);
    value[size] = '\0';
    struct web_field *field = form_grow(form);
    if (!field) return CV_TOO_LARGE;
    *field = (struct web_field){.name = name, .value = value, .size = size};
    return CV_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t web_percent_decode(char *text, size_t size, bool plus_is_blank)
{
    size_t to = 0;
    for (size_t from = 0; from < size; from++) {
        char c = text[from];
        if (c == '+' && plus_is_blank) c = ' ';
        if (c == '%' && from + 2 < size) {
            int high = hex_digit(text[from + 1]);
            int low = hex_digit(text[from + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                from += 2;
            }
        }
        text[to++] = c;
    }
    text[to] = '\0';
    return to;
}

cv_rc web_form_urlencoded(struct web_form *form, const char *text, size_t size)
{
    cv_rc rc = CV_OK;
    for (size_t at = 0; at < size && rc == CV_OK;) {
        const char *amp = memchr(text + at, '&', size - at);
        size_t end = amp ? (size_t)(amp - text) : size;
        const char *equals = memchr(text + at, '=', end - at);
        size_t name_end = equals ? (size_t)(equals - text) : end;
        size_t value_start = equals ? name_end + 1 : end;
        char *name = cv_strndup(form->mem, text + at, name_end - at);
        char *value = cv_strndup(form->mem, text + value_start, end - value_start);
        size_t name_size = web_percent_decode(name, name_end - at, true);
        size_t value_size = web_percent_decode(value, end - value_start, true);
        if (!cv_utf8_valid(name, name_size)) return CV_INVALID;
        if (end > at) rc = web_form_add(form, name, value, value_size);
        at = end + 1;
    }
    return rc;
}

static cv_rc json_scalar(struct web_form *form, const char *name, const json_t *value)
{
    char *text = NULL;
    switch (json_typeof(value)) {
    case JSON_STRING:
        text = cv_strndup(form->mem, json_string_value(value), json_string_length(value));
        return web_form_add(form, name, text, json_string_length(value));
    case JSON_INTEGER:
        text = cv_sprintf(form->mem, "%" PRId64, (int64_t)json_integer_value(value));
        break;
    case JSON_REAL: text = cv_sprintf(form->mem, "%.15g", json_real_value(value)); break;
    case JSON_TRUE: text = cv_strdup(form->mem, "1"); break;
    case JSON_FALSE:
    case JSON_NULL: return CV_OK;
    default: return CV_INVALID;
    }
    return web_form_add(form, name, text, strlen(text));
}

static cv_rc json_field(struct web_form *form, const char *name, const json_t *value)
{
    if (!json_is_array(value)) return json_scalar(form, name, value);
    cv_rc rc = CV_OK;
    for (size_t i = 0; i < json_array_size(value) && rc == CV_OK; i++)
        rc = json_scalar(form, name, json_array_get(value, i));
    return rc;
}

static cv_rc json_fields(struct web_form *form, json_t *root)
{
    const char *name;
    json_t *value;
    cv_rc rc = CV_OK;
    json_object_foreach(root, name, value)
    {
        const char *kept = cv_strdup(form->mem, name);
        if (!json_is_object(value)) {
            rc = json_field(form, kept, value);
        } else {
            const char *inner;
            json_t *item;
            json_object_foreach(value, inner, item)
            {
                rc = json_field(form, cv_sprintf(form->mem, "%s[%s]", name, inner), item);
                if (rc != CV_OK) break;
            }
        }
        if (rc != CV_OK) break;
    }
    return rc;
}

cv_rc web_form_json(struct web_form *form, const char *text, size_t size)
{
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (!root) return CV_INVALID;
    /* The arena may jump away out of the middle; then `root` is lost to malloc. The body is at most
     * CV_LIMIT_BODY_BYTES, far below what fills a request's arena. */
    cv_rc rc = json_is_object(root) ? json_fields(form, root) : CV_INVALID;
    json_decref(root);
    return rc;
}

const struct web_field *web_form_find(const struct web_form *form, const char *name, size_t index)
{
    for (size_t i = 0; i < form->count; i++) {
        const struct web_field *field = &form->fields[i];
        if (!field->file_name && strcmp(field->name, name) == 0 && index-- == 0) return field;
    }
    return NULL;
}

const struct web_field *web_form_file(const struct web_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        const struct web_field *field = &form->fields[i];
        if (field->file_name && strcmp(field->name, name) == 0) return field;
    }
    return NULL;
}
