/* arena: blocks that grow by doubling up to the arena's maximum. */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 8 << 20, ALIGN = 64 };

struct cv_arena_block {
    struct cv_arena_block *next;
    size_t size;
    size_t used;
    _Alignas(16) unsigned char bytes[];
};

void cv_arena_init(struct cv_arena *mem, size_t max_bytes)
{
    assert(max_bytes > 0);
    memset(mem, 0, sizeof *mem);
    mem->max_bytes = max_bytes;
}

void cv_arena_free(struct cv_arena *mem)
{
    struct cv_arena_block *block = mem->blocks;
    while (block) {
        struct cv_arena_block *next = block->next;
        free(block);
        block = next;
    }
    mem->blocks = NULL;
    mem->used_bytes = 0;
}

static void arena_full(struct cv_arena *mem)
{
    if (mem->guarded) longjmp(mem->guard, 1);
    (void)fputs(
        "convene: not enough memory for this step; try it with a smaller file or fewer rows\n",
        stderr);
    exit(1);
}

static struct cv_arena_block *arena_grow(struct cv_arena *mem, size_t size)
{
    size_t wanted = mem->blocks ? mem->blocks->size * 2 : FIRST_BLOCK;
    if (wanted > LARGEST_BLOCK) wanted = LARGEST_BLOCK;
    if (wanted < size) wanted = size;
    size_t left = mem->max_bytes > mem->used_bytes ? mem->max_bytes - mem->used_bytes : 0;
    if (wanted > left) wanted = size;
    if (size > left) arena_full(mem);
    struct cv_arena_block *block = malloc(sizeof *block + wanted);
    if (!block) arena_full(mem);
    block->next = mem->blocks;
    block->size = wanted;
    block->used = 0;
    mem->blocks = block;
    mem->used_bytes += wanted;
    return block;
}

void *cv_alloc(struct cv_arena *mem, size_t size)
{
    /* Small things sit at 16 bytes; large ones (vectors for the engines) at a cache line. */
    size_t align = size >= 1024 ? ALIGN : 16;
    if (size > SIZE_MAX / 2) arena_full(mem);
    struct cv_arena_block *block = mem->blocks;
    size_t start = 0;
    if (block) {
        uintptr_t at = (uintptr_t)(block->bytes + block->used);
        start = block->used + (size_t)(-at & (align - 1));
    }
    if (!block || start + size > block->size) {
        block = arena_grow(mem, size + align);
        uintptr_t at = (uintptr_t)block->bytes;
        start = (size_t)(-at & (align - 1));
    }
    block->used = start + size;
    return memset(block->bytes + start, 0, size);
}

void *cv_alloc_array(struct cv_arena *mem, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) arena_full(mem);
    return cv_alloc(mem, bytes);
}

char *cv_strndup(struct cv_arena *mem, const char *text, size_t size)
{
    if (!text) return NULL;
    char *copy = cv_alloc(mem, size + 1);
    if (size) memcpy(copy, text, size);
    return copy;
}

char *cv_strdup(struct cv_arena *mem, const char *text)
{
    return text ? cv_strndup(mem, text, strlen(text)) : NULL;
}

char *cv_vsprintf(struct cv_arena *mem, const char *format, va_list args)
{
    assert(format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    assert(size >= 0);
    char *text = cv_alloc(mem, (size_t)size + 1);
    (void)vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

char *cv_sprintf(struct cv_arena *mem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = cv_vsprintf(mem, format, args);
    va_end(args);
    return text;
}
