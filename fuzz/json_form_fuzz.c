/* json_form_fuzz: a JSON body as a form, and our JSON writer: what it writes reads back as equal.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/forms.h"
#include "web/json_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_writer(struct cv_arena *mem, const char *text, size_t size)
{
    json_t *value = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value) return;
    struct cv_buf buf = cv_buf_new(mem, 8 << 20);
    web_json_put(&buf, value);
    assert(!buf.overflowed);
    json_t *again = json_loadb(buf.text, buf.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert(again && json_equal(value, again));
    json_decref(again);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    struct web_form form = web_form_new(&mem);
    const char *text = (const char *)data;
    if (web_form_json(&form, text, size) == CV_OK) {
        for (size_t i = 0; i < form.count; i++) {
            const struct web_field *field = &form.fields[i];
            assert(field->name[0] && !field->file_name);
            assert(strlen(field->value) == field->size);
            assert(cv_utf8_valid(field->value, field->size));
        }
    }
    check_writer(&mem, text, size);
    cv_arena_free(&mem);
    return 0;
}
