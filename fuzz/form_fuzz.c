/* form_fuzz: urlencoded and multipart bodies. The first byte chooses; a multipart body's first line
 * is its Content-Type. Whatever comes in, a field is text without NUL and lies where it should. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "web/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(const struct web_form *form, const char *body, size_t size)
{
    assert(form->count <= CV_LIMIT_FORM_FIELDS);
    for (size_t i = 0; i < form->count; i++) {
        const struct web_field *field = &form->fields[i];
        assert(field->name[0] && cv_utf8_valid(field->name, strlen(field->name)));
        assert(field->value[field->size] == '\0');
        if (field->file_name) {
            assert(cv_utf8_valid(field->file_name, strlen(field->file_name)));
            assert(!strpbrk(field->file_name, "\n\r"));
            assert(field->value >= body && field->value + field->size <= body + size);
        } else {
            assert(strlen(field->value) == field->size);
            assert(cv_utf8_valid(field->value, field->size));
            assert(!strchr(field->value, '\r'));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    struct web_form form = web_form_new(&mem);
    const char *text = (const char *)data + 1;
    size--;
    if (data[0] & 1) {
        const char *line = size ? memchr(text, '\n', size) : NULL;
        size_t head = line ? (size_t)(line - text) : 0;
        size_t start = line ? head + 1 : 0;
        char *type = cv_strndup(&mem, text, head);
        /* Exactly as large as a body: one byte more is for the NUL. */
        char *body = malloc(size - start + 1);
        assert(body);
        if (size > start) memcpy(body, text + start, size - start);
        body[size - start] = '\0';
        if (web_form_multipart(&form, body, size - start, type) == CV_OK)
            check_form(&form, body, size - start);
        free(body);
    } else {
        char *copy = malloc(size ? size : 1);
        assert(copy);
        if (size) memcpy(copy, text, size);
        if (web_form_urlencoded(&form, copy, size) == CV_OK) check_form(&form, copy, size);
        free(copy);
    }
    cv_arena_free(&mem);
    return 0;
}
