/* rate: how often one address may ask. A token bucket per address and kind of request, in a table
 * of fixed size: a flood of addresses pushes out the longest quiet ones, never grows. Threads share
 * it.
 */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum web_rate_kind { WEB_RATE_READ, WEB_RATE_WRITE, WEB_RATE_SLOW, WEB_RATE_KINDS };

struct web_rate;
struct web_rate *web_rate_new(struct cv_arena *mem);
void web_rate_free(struct web_rate *rate);
/* Who asks, as 16 bytes: an IPv4 address, the /64 of an IPv6 address, or zeros for a local socket.
 */
struct web_rate_key {
    unsigned char bytes[16];
};
/* Reads an address as text ("192.0.2.7", "2001:db8::1"); false when it is none. */
bool web_rate_key_read(struct web_rate_key *out, const char *address);
/* True and one token less, or false and *retry_after_s (at least 1) until there is one again. */
bool web_rate_take(int *retry_after_s, struct web_rate *rate, const struct web_rate_key *key,
                   enum web_rate_kind kind, int64_t now_ms);

#endif
