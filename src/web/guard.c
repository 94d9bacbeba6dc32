/* guard: see guard.h. Rules after RFC 9112 (sections 3.2, 5, 6.1, 6.3, 11.2), on the strict side.
 */
#include "web/guard.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { LENGTH_DIGITS = 15 };

struct web_guard web_guard_new(void)
{
    return (struct web_guard){.declared_bytes = -1};
}

static bool is_token_char(unsigned char c)
{
    if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')) return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

static bool is_name(const char *name, const char *wanted, size_t size)
{
    return strlen(wanted) == size && strncasecmp(name, wanted, size) == 0;
}

static bool is_token(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_token_char((unsigned char)text[i])) return false;
    return size > 0;
}

static void guard_length(struct web_guard *guard, const char *value, size_t size)
{
    int64_t bytes = 0;
    guard->length_count++;
    if (size == 0 || size > LENGTH_DIGITS) guard->is_bad = true;
    for (size_t i = 0; i < size && !guard->is_bad; i++) {
        if (value[i] < '0' || value[i] > '9')
            guard->is_bad = true;
        else
            bytes = bytes * 10 + (value[i] - '0');
    }
    guard->declared_bytes = bytes;
}

/* A host is written with few characters; anything else could lead a proxy elsewhere. */
static void guard_host(struct web_guard *guard, const char *value, size_t size)
{
    guard->host_count++;
    if (size == 0 || size > 255) guard->is_bad = true;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value[i];
        bool fine = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                    (c && strchr("-._~:[]%", c));
        if (!fine) guard->is_bad = true;
    }
}

void web_guard_header(struct web_guard *guard, const char *name, size_t name_size,
                      const char *value, size_t value_size)
{
    if (!value) value_size = 0;
    if (!is_token(name, name_size)) guard->is_bad = true;
    for (size_t i = 0; i < value_size; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < ' ' && c != '\t') || c == 127) guard->is_bad = true;
    }
    if (is_name(name, "Content-Length", name_size)) guard_length(guard, value, value_size);
    if (is_name(name, "Transfer-Encoding", name_size)) {
        guard->encoding_count++;
        if (!is_name(value ? value : "", "chunked", value_size)) guard->is_bad = true;
    }
    if (is_name(name, "Host", name_size)) guard_host(guard, value, value_size);
    if (is_name(name, "Expect", name_size)) {
        guard->expects_continue = true;
        if (!is_name(value ? value : "", "100-continue", value_size)) guard->is_bad = true;
    }
}

bool web_guard_has_body(const struct web_guard *guard)
{
    return guard->encoding_count > 0 || guard->declared_bytes > 0;
}

static bool is_target(const char *target)
{
    size_t size = strlen(target);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)target[i] <= ' ' || target[i] == 127 || target[i] == '#') return false;
    if (!cv_utf8_valid(target, size)) return false;
    return target[0] == '/' || strncasecmp(target, "http://", 7) == 0 ||
           strncasecmp(target, "https://", 8) == 0;
}

bool web_guard_passes(const struct web_guard *guard, const char *version, const char *method,
                      const char *target)
{
    bool is_old = strcmp(version, "HTTP/1.0") == 0;
    if (!is_old && strcmp(version, "HTTP/1.1") != 0) return false;
    if (guard->is_bad || guard->host_count != 1) return false;
    if (guard->length_count + guard->encoding_count > 1) return false;
    if (is_old && guard->encoding_count > 0) return false;
    /* Nothing of ours reads the body of a GET, and programs differ about it. */
    bool is_read = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    if (is_read && web_guard_has_body(guard)) return false;
    return is_token(method, strlen(method)) && is_target(target);
}
