/* csrf: a form is only taken from our own pages. Three checks: the session's cookie is SameSite=Lax
 * (answer.c), the browser's own words about where the form stood (Sec-Fetch-Site, Origin), and a
 * token that only our pages know. Pure but for the randomness of the mask.
 *
 * The token in a page is masked anew each time, so that the compressed size of pages tells nothing
 * about it (BREACH, Gluck, Harris & Prado 2013). */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include <stdbool.h>

#include "base/arena.h"

/* What stands in the page: hex of mask and of token XOR mask. `token` is any text of at most 64
 * bytes. */
const char *web_csrf_mask(struct cv_arena *mem, const char *token);
/* given: masked, or the token as it is (programs that read it from JSON). Compared in constant
 * time. */
bool web_csrf_matches(const char *token, const char *given);
/* False when the browser says that the form stood on another site. Arguments may be NULL (absent).
 * host: the Host header. */
bool web_csrf_same_site(const char *sec_fetch_site, const char *origin, const char *host);

#endif
