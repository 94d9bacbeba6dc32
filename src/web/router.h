/* router: from a path to the route's row. The tables of all features are compiled once into a tree
 * of path parts; a part as written wins over a :name. Pure: no connection, no session.
 * Not here: who may (http checks the row), assets. */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/web.h"

enum { WEB_PATH_PARTS = 16 };

struct web_router;

struct web_match {
    const struct web_route *by_method[2]; /* WEB_GET, WEB_POST; NULL: not this method */
    const char *values[WEB_PATH_PARTS];   /* of the :names, in order; decoded, in the arena */
    size_t value_count;
};

/* Asserts on a path that is not "/part/:name…", and on two rows for one method and path. */
struct web_router *web_router_compile(struct cv_arena *mem, const struct web_route *const *tables,
                                      size_t table_count);
/* path as received, without the query, not decoded. False when no route has it, or when it does not
 * decode to UTF-8 without NUL and control characters. */
bool web_router_match(struct web_match *out, const struct web_router *router, struct cv_arena *mem,
                      const char *path, size_t size);
/* The value of :name in this match; NULL when the route has none of this name. */
const char *web_match_value(const struct web_match *match, const struct web_route *route,
                            const char *name);

#endif
