/* feature_text: small texts that all features make: documents for columns of the store, pieces of
 * addresses, patterns to search by. Not for answers to browsers (web writes its own JSON). */
#include <string.h>

#include "features/feature.h"

const char *feature_json_text(struct cv_arena *mem, const json_t *document)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t size = json_dumpb(document, NULL, 0, flags);
    char *text = cv_alloc(mem, size + 1);
    (void)json_dumpb(document, text, size, flags);
    return text;
}

const char *feature_url_text(struct cv_arena *mem, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    char *out = cv_alloc(mem, strlen(text) * 3 + 1);
    size_t used = 0;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (strchr(plain, *text)) {
            out[used++] = *text;
        } else {
            out[used++] = '%';
            out[used++] = hex[c >> 4];
            out[used++] = hex[c & 15];
        }
    }
    return out;
}

const char *feature_like_text(struct cv_arena *mem, const char *text)
{
    char *out = cv_alloc(mem, strlen(text) * 2 + 3);
    size_t used = 0;
    out[used++] = '%';
    for (; *text; text++) {
        if (strchr("%_\\", *text)) out[used++] = '\\';
        out[used++] = *text;
    }
    out[used] = '%';
    return out;
}
