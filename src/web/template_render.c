/* template_render: walks the steps of a compiled template over a document. See template.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "web/template_internal.h"

/* A {{<parent}} being rendered: the steps between it and its end hold the blocks it replaces. */
struct override {
    const struct web_template *by;
    uint32_t from;
    uint32_t to;
};

struct renderer {
    struct cv_buf *out;
    const json_t *contexts[CV_LIMIT_TEMPLATE_DEPTH]; /* innermost last */
    size_t context_count;
    struct override overrides[CV_LIMIT_TEMPLATE_DEPTH]; /* outermost first: it wins */
    size_t override_count;
    size_t nesting;
    size_t steps_left;
    bool failed;
};

static void run(struct renderer *r, const struct web_template *t, uint32_t from, uint32_t to);

static void put_escaped(struct cv_buf *out, const char *text, size_t size)
{
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    size_t from = 0;
    for (size_t i = 0; i < size; i++) {
        const char *entity = entities[(unsigned char)text[i]];
        if (!entity) continue;
        cv_buf_put(out, text + from, i - from);
        cv_buf_puts(out, entity);
        from = i + 1;
    }
    cv_buf_put(out, text + from, size - from);
}

static const json_t *look_up(const struct renderer *r, const struct step *step)
{
    if (step->path_count == 0) return r->contexts[r->context_count - 1];
    const json_t *value = NULL;
    for (size_t i = r->context_count; i-- > 0 && !value;)
        value = json_object_getn(r->contexts[i], step->path[0].at, step->path[0].size);
    for (uint32_t i = 1; i < step->path_count && value; i++)
        value = json_object_getn(value, step->path[i].at, step->path[i].size);
    return value;
}

static void put_value(struct cv_buf *out, const json_t *value, bool escaped)
{
    char number[40];
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        if (escaped)
            put_escaped(out, json_string_value(value), json_string_length(value));
        else
            cv_buf_put(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        cv_buf_puts(out, number);
        break;
    case JSON_REAL:
        snprintf(number, sizeof number, "%.15g", json_real_value(value));
        cv_buf_puts(out, number);
        break;
    case JSON_TRUE: cv_buf_puts(out, "true"); break;
    default: break;
    }
}

static bool is_something(const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_ARRAY: return json_array_size(value) > 0;
    case JSON_STRING: return json_string_length(value) > 0;
    case JSON_INTEGER: return json_integer_value(value) != 0;
    case JSON_REAL: return json_real_value(value) < 0 || json_real_value(value) > 0;
    case JSON_FALSE:
    case JSON_NULL: return false;
    default: return true;
    }
}

static void run_with(struct renderer *r, const struct web_template *t, uint32_t at,
                     const json_t *context)
{
    if (r->context_count == CV_LIMIT_TEMPLATE_DEPTH) {
        r->failed = true;
        return;
    }
    r->contexts[r->context_count++] = context;
    run(r, t, at + 1, t->steps[at].end);
    r->context_count--;
}

static void run_section(struct renderer *r, const struct web_template *t, uint32_t at)
{
    const json_t *value = look_up(r, &t->steps[at]);
    if (!is_something(value)) return;
    if (!json_is_array(value)) {
        run_with(r, t, at, value);
        return;
    }
    size_t count = json_array_size(value);
    for (size_t i = 0; i < count && !r->failed; i++) run_with(r, t, at, json_array_get(value, i));
}

/* The outermost template that replaces this block wins; its own text stands when nobody does. */
static void run_block(struct renderer *r, const struct web_template *t, uint32_t at)
{
    struct span name = t->steps[at].text;
    for (size_t k = 0; k < r->override_count; k++) {
        const struct override *o = &r->overrides[k];
        for (uint32_t i = o->from; i < o->to; i++) {
            const struct step *step = &o->by->steps[i];
            if (step->kind == STEP_BLOCK && step->text.size == name.size &&
                memcmp(step->text.at, name.at, name.size) == 0) {
                run(r, o->by, i + 1, step->end);
                return;
            }
            if (step->end) i = step->end;
        }
    }
    run(r, t, at + 1, t->steps[at].end);
}

static void run_parent(struct renderer *r, const struct web_template *t, uint32_t at)
{
    const struct step *step = &t->steps[at];
    if (r->override_count == CV_LIMIT_TEMPLATE_DEPTH) {
        r->failed = true;
        return;
    }
    r->overrides[r->override_count++] = (struct override){t, at + 1, step->end};
    if (step->part) run(r, step->part, 0, step->part->count);
    r->override_count--;
}

static void run(struct renderer *r, const struct web_template *t, uint32_t from, uint32_t to)
{
    if (r->nesting == CV_LIMIT_TEMPLATE_DEPTH * 2) r->failed = true;
    r->nesting++;
    for (uint32_t i = from; i < to && !r->failed; i++) {
        const struct step *step = &t->steps[i];
        if (r->steps_left-- == 0 || r->out->overflowed) {
            r->failed = true;
            break;
        }
        switch (step->kind) {
        case STEP_TEXT: cv_buf_put(r->out, step->text.at, step->text.size); break;
        case STEP_VALUE: put_value(r->out, look_up(r, step), true); break;
        case STEP_RAW: put_value(r->out, look_up(r, step), false); break;
        case STEP_PART: run(r, step->part, 0, step->part->count); break;
        case STEP_SECTION: run_section(r, t, i); break;
        case STEP_INVERTED:
            if (!is_something(look_up(r, step))) run(r, t, i + 1, step->end);
            break;
        case STEP_PARENT: run_parent(r, t, i); break;
        case STEP_BLOCK: run_block(r, t, i); break;
        case STEP_END: break;
        }
        if (step->end) i = step->end;
    }
    r->nesting--;
}

cv_rc web_template_render(struct cv_buf *out, const struct web_template *page,
                          const json_t *document)
{
    assert(out && page);
    struct renderer r = {.out = out, .steps_left = CV_LIMIT_TEMPLATE_STEPS};
    r.contexts[r.context_count++] = document;
    run(&r, page, 0, page->count);
    return r.failed || out->overflowed ? CV_TOO_LARGE : CV_OK;
}
