/* buf: text that grows inside an arena, up to a maximum given at birth.
 * Past the maximum it keeps what fits and remembers that it overflowed. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct cv_buf {
    struct cv_arena *mem;
    char *text;  /* always ends with NUL once something was put; NULL before */
    size_t size; /* bytes without the NUL */
    size_t capacity;
    size_t max_bytes;
    bool overflowed;
};

struct cv_buf cv_buf_new(struct cv_arena *mem, size_t max_bytes);
void cv_buf_put(struct cv_buf *buf, const char *bytes, size_t size);
void cv_buf_puts(struct cv_buf *buf, const char *text);
void cv_buf_putc(struct cv_buf *buf, char c);
void cv_buf_printf(struct cv_buf *buf, const char *format, ...) CV_PRINTF(2, 3);
/* The text, "" when nothing was put. Lives in the arena. */
const char *cv_buf_text(const struct cv_buf *buf);

#endif
