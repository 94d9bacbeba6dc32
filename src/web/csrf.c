/* csrf: see csrf.h. */
#include "web/csrf.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_BYTES = 64 };

const char *web_csrf_mask(struct cv_arena *mem, const char *token)
{
    size_t size = strlen(token);
    assert(size > 0 && size <= TOKEN_BYTES);
    unsigned char bytes[TOKEN_BYTES * 2];
    randombytes_buf(bytes, size);
    for (size_t i = 0; i < size; i++)
        bytes[size + i] = (unsigned char)((unsigned char)token[i] ^ bytes[i]);
    char *text = cv_alloc(mem, size * 4 + 1);
    (void)sodium_bin2hex(text, size * 4 + 1, bytes, size * 2);
    return text;
}

bool web_csrf_matches(const char *token, const char *given)
{
    size_t size = strlen(token);
    assert(size > 0 && size <= TOKEN_BYTES);
    size_t given_size = strlen(given);
    if (given_size == size) return sodium_memcmp(token, given, size) == 0;
    unsigned char bytes[TOKEN_BYTES * 2];
    size_t got = 0;
    if (given_size != size * 4 ||
        sodium_hex2bin(bytes, sizeof bytes, given, given_size, NULL, &got, NULL) != 0 ||
        got != size * 2)
        return false;
    for (size_t i = 0; i < size; i++) bytes[i] ^= bytes[size + i];
    return sodium_memcmp(token, bytes, size) == 0;
}

bool web_csrf_same_site(const char *sec_fetch_site, const char *origin, const char *host)
{
    if (sec_fetch_site && strcasecmp(sec_fetch_site, "same-origin") != 0 &&
        strcasecmp(sec_fetch_site, "none") != 0)
        return false;
    if (!origin) return true;
    const char *authority = strstr(origin, "://");
    return authority && host && strcasecmp(authority + 3, host) == 0;
}
