/* layout: catches what libmicrohttpd 0.9 hides while it cuts a request's head into pieces. A folded
 * line is added to the NAME of the field before it ("Content-Length:" CRLF " 6" becomes a field
 * "Content-Length6" without a value), a value ends at its first NUL, and a line may end with LF
 * alone. The pieces lie where they were received, so every piece must begin exactly where the one
 * before it ended; else something stood between them that nobody saw.
 *
 *     GET /a HTTP/1.1␍␊Host: x␍␊X-A: b␍␊␍␊
 *     ^method ^target ^version ^name^value …  ^end
 */
#ifndef WEB_LAYOUT_H
#define WEB_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web_layout {
    uintptr_t next; /* where the next piece must begin */
    bool is_broken;
};

/* target_size: as received, before anything was decoded in place. */
struct web_layout web_layout_new(const char *method, const char *target, size_t target_size,
                                 const char *version);
void web_layout_header(struct web_layout *layout, const char *name, size_t name_size,
                       const char *value, size_t value_size);
/* head_size: bytes from the method to the end of the empty line. */
bool web_layout_passes(const struct web_layout *layout, const char *method, size_t head_size);
/* False for versions of the library that cut heads in another way (1.0 and later, which are strict
 * themselves). */
bool web_layout_is_known(const char *library_version);

#endif
