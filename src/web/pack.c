/* pack: gzip of pages and documents made for one request. Setting up a compressor costs more than
 * using it on a small page, so they are kept and used again. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "web/inside.h"

/* 4 halves the time of 6 on our pages and packs nearly as well. */
enum { LEVEL = 4, KEPT = 16, GZIP_WINDOW = 15 + 16 };

struct web_pack {
    pthread_mutex_t lock;
    z_stream *free_streams[KEPT];
    size_t free_count;
};

struct web_pack *web_pack_new(struct cv_arena *mem)
{
    struct web_pack *pack = CV_NEW(mem, struct web_pack);
    (void)pthread_mutex_init(&pack->lock, NULL);
    return pack;
}

static void stream_free(z_stream *stream)
{
    (void)deflateEnd(stream);
    free(stream);
}

void web_pack_free(struct web_pack *pack)
{
    for (size_t i = 0; i < pack->free_count; i++) stream_free(pack->free_streams[i]);
    (void)pthread_mutex_destroy(&pack->lock);
}

static z_stream *stream_take(struct web_pack *pack)
{
    z_stream *stream = NULL;
    (void)pthread_mutex_lock(&pack->lock);
    if (pack->free_count) stream = pack->free_streams[--pack->free_count];
    (void)pthread_mutex_unlock(&pack->lock);
    if (stream) return stream;
    stream = calloc(1, sizeof *stream);
    if (stream &&
        deflateInit2(stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK)
        return stream;
    free(stream);
    return NULL;
}

static void stream_give(struct web_pack *pack, z_stream *stream)
{
    bool is_kept = deflateReset(stream) == Z_OK;
    (void)pthread_mutex_lock(&pack->lock);
    is_kept = is_kept && pack->free_count < KEPT;
    if (is_kept) pack->free_streams[pack->free_count++] = stream;
    (void)pthread_mutex_unlock(&pack->lock);
    if (!is_kept) stream_free(stream);
}

const char *web_pack_gzip(size_t *out_size, struct web_pack *pack, struct cv_arena *mem,
                          const char *bytes, size_t size)
{
    if (size > (1u << 30)) return NULL;
    unsigned char *packed = cv_alloc(mem, size);
    z_stream *stream = stream_take(pack);
    if (!stream) return NULL;
    /* zlib only reads the input. */
    stream->next_in = (unsigned char *)(uintptr_t)bytes;
    stream->avail_in = (unsigned)size;
    stream->next_out = packed;
    stream->avail_out = (unsigned)size;
    bool is_done = deflate(stream, Z_FINISH) == Z_STREAM_END;
    *out_size = size - stream->avail_out;
    stream_give(pack, stream);
    return is_done ? (const char *)packed : NULL;
}

/* "gzip" stands in the list and is not switched off with q=0. */
bool web_pack_is_accepted(const char *accept_encoding)
{
    for (const char *at = accept_encoding; at && *at;) {
        at += strspn(at, " \t,");
        size_t size = strcspn(at, ",");
        if (strncasecmp(at, "gzip", 4) == 0 && (size == 4 || strchr(" \t;", at[4]))) {
            const char *q = memmem(at, size, "q=", 2);
            return !q || strtod(q + 2, NULL) > 0;
        }
        at += size;
    }
    return false;
}
