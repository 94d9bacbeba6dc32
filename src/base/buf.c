/* buf: see buf.h. Old copies stay in the arena; doubling keeps the waste under the final size. */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct cv_buf cv_buf_new(struct cv_arena *mem, size_t max_bytes)
{
    return (struct cv_buf){.mem = mem, .max_bytes = max_bytes};
}

static bool buf_reserve(struct cv_buf *buf, size_t more)
{
    if (more > buf->max_bytes - buf->size) {
        buf->overflowed = true;
        return false;
    }
    size_t needed = buf->size + more + 1;
    if (needed <= buf->capacity) return true;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 256;
    if (capacity < needed) capacity = needed;
    char *text = cv_alloc(buf->mem, capacity);
    if (buf->size) memcpy(text, buf->text, buf->size);
    buf->text = text;
    buf->capacity = capacity;
    return true;
}

void cv_buf_put(struct cv_buf *buf, const char *bytes, size_t size)
{
    if (!buf_reserve(buf, size)) {
        size = buf->max_bytes - buf->size;
        if (!buf_reserve(buf, size)) return;
    }
    if (size) memcpy(buf->text + buf->size, bytes, size);
    buf->size += size;
    buf->text[buf->size] = '\0';
}

void cv_buf_puts(struct cv_buf *buf, const char *text)
{
    cv_buf_put(buf, text, strlen(text));
}

void cv_buf_putc(struct cv_buf *buf, char c)
{
    cv_buf_put(buf, &c, 1);
}

void cv_buf_printf(struct cv_buf *buf, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(small, sizeof small, format, args);
    assert(size >= 0);
    if ((size_t)size < sizeof small)
        cv_buf_put(buf, small, (size_t)size);
    else
        cv_buf_puts(buf, cv_vsprintf(buf->mem, format, again));
    va_end(again);
    va_end(args);
}

const char *cv_buf_text(const struct cv_buf *buf)
{
    return buf->text ? buf->text : "";
}
