/* arena: memory that lives exactly as long as one request, one job or one command.
 * Nothing is freed singly. Every arena is born with a maximum.
 *
 * An allocation never returns NULL. When the maximum is passed or the machine has no more, the
 * arena jumps to the place its owner set with cv_arena_guard; without one the program prints a
 * sentence and exits with 1. So code that allocates needs no error path of its own, and one greedy
 * request cannot take the server down.
 *
 *     struct cv_arena mem;
 *     cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
 *     if (cv_arena_guard(&mem)) { …answer "too large"… }
 *     …
 *     cv_arena_free(&mem);
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct cv_arena_block;
struct cv_arena {
    struct cv_arena_block *blocks; /* newest first */
    size_t used_bytes;             /* handed out and reserved, all blocks */
    size_t max_bytes;
    bool guarded;
    jmp_buf guard;
};

void cv_arena_init(struct cv_arena *mem, size_t max_bytes);
/* Gives all memory back; the arena may be used again afterwards. Safe to call twice. */
void cv_arena_free(struct cv_arena *mem);
/* True when control came back here because the arena was full. Use in an `if` of the function that
 * owns the arena. */
#define cv_arena_guard(mem) ((mem)->guarded = true, setjmp((mem)->guard) != 0)

/* Zeroed, aligned for any type. size 0 gives a valid pointer. */
void *cv_alloc(struct cv_arena *mem, size_t size);
/* count * size with the product checked. */
void *cv_alloc_array(struct cv_arena *mem, size_t count, size_t size);
#define CV_NEW(mem, type)              ((type *)cv_alloc(mem, sizeof(type)))
#define CV_NEW_ARRAY(mem, type, count) ((type *)cv_alloc_array(mem, (size_t)(count), sizeof(type)))
/* Copies; NULL stays NULL. The result always ends with NUL. */
char *cv_strdup(struct cv_arena *mem, const char *text);
char *cv_strndup(struct cv_arena *mem, const char *text, size_t size);
char *cv_sprintf(struct cv_arena *mem, const char *format, ...) CV_PRINTF(2, 3);
char *cv_vsprintf(struct cv_arena *mem, const char *format, va_list args) CV_PRINTF(2, 0);

#endif
