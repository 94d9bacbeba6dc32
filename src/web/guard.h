/* guard: refuses requests whose head two programs could read differently (request smuggling): the
 * length given twice or in two ways, two hosts, odd characters. Pure: sees names and values, no
 * connection. libmicrohttpd lets these pass, so every request goes through here first.
 * Not here: slow clients (watchdog), who may (router). */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web_guard {
    unsigned length_count;   /* Content-Length */
    unsigned encoding_count; /* Transfer-Encoding */
    unsigned host_count;
    bool is_bad; /* a name or value that no honest client sends */
    bool expects_continue;
    int64_t declared_bytes; /* Content-Length; -1 without */
};

struct web_guard web_guard_new(void);
/* One header field as it was received. value may hold anything, NUL too. */
void web_guard_header(struct web_guard *guard, const char *name, size_t name_size,
                      const char *value, size_t value_size);
/* After all fields. version: "HTTP/1.1"; target: the request target as it stood in the first line.
 * False: answer 400 and close. */
bool web_guard_passes(const struct web_guard *guard, const char *version, const char *method,
                      const char *target);
/* True when a body follows the head. */
bool web_guard_has_body(const struct web_guard *guard);

#endif
