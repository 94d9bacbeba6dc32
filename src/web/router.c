/* router: see router.h. A tree with one node a path part:
 *
 *     ""── "themes" ──┬─ "new"            /themes/new
 *                     └─ :  ── "rename"   /themes/:id/rename
 */
#include "web/router.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "web/forms.h"

struct node {
    const char *part; /* NULL: a :name */
    size_t size;
    struct node *child;
    struct node *sibling; /* parts as written first, the :name last */
    const struct web_route *by_method[2];
};

struct web_router {
    struct node root;
};

struct part {
    const char *text;
    size_t size;
};

static struct node *node_child(struct cv_arena *mem, struct node *parent, const char *part,
                               size_t size)
{
    bool is_name = part[0] == ':';
    struct node **at = &parent->child;
    for (; *at; at = &(*at)->sibling) {
        if (is_name ? !(*at)->part
                    : (*at)->part && (*at)->size == size && memcmp((*at)->part, part, size) == 0)
            return *at;
        if (!is_name && !(*at)->part) break;
    }
    struct node *made = CV_NEW(mem, struct node);
    made->part = is_name ? NULL : part;
    made->size = size;
    made->sibling = *at;
    *at = made;
    return made;
}

static void router_add(struct cv_arena *mem, struct web_router *router,
                       const struct web_route *route)
{
    assert(route->path[0] == '/' && route->handle);
    struct node *node = &router->root;
    size_t depth = 0;
    for (const char *at = route->path + 1; *at;) {
        size_t size = strcspn(at, "/");
        assert(size > 0 && "a path part is empty");
        depth++;
        assert(depth <= WEB_PATH_PARTS);
        node = node_child(mem, node, at, size);
        at += size;
        if (*at == '/') at++;
    }
    assert(!node->by_method[route->method] && "two routes for one method and path");
    assert(!(route->flags & WEB_NO_DB) || route->role == ROLE_ANYONE);
    node->by_method[route->method] = route;
}

struct web_router *web_router_compile(struct cv_arena *mem, const struct web_route *const *tables,
                                      size_t table_count)
{
    struct web_router *router = CV_NEW(mem, struct web_router);
    for (size_t i = 0; i < table_count; i++)
        for (const struct web_route *route = tables[i]; route && route->path; route++)
            router_add(mem, router, route);
    return router;
}

static bool node_match(struct web_match *out, const struct node *node, const struct part *parts,
                       size_t count, size_t name_count)
{
    if (count == 0) {
        if (!node->by_method[WEB_GET] && !node->by_method[WEB_POST]) return false;
        out->by_method[WEB_GET] = node->by_method[WEB_GET];
        out->by_method[WEB_POST] = node->by_method[WEB_POST];
        out->value_count = name_count;
        return true;
    }
    for (const struct node *child = node->child; child; child = child->sibling) {
        if (child->part) {
            if (child->size != parts->size || memcmp(child->part, parts->text, parts->size) != 0)
                continue;
            if (node_match(out, child, parts + 1, count - 1, name_count)) return true;
        } else {
            out->values[name_count] = parts->text;
            if (node_match(out, child, parts + 1, count - 1, name_count + 1)) return true;
        }
    }
    return false;
}

/* Decodes a part; NULL when it is not plain text. A slash inside it stays part of it. */
static const char *part_decode(size_t *out_size, struct cv_arena *mem, const char *text,
                               size_t size)
{
    char *copy = cv_strndup(mem, text, size);
    *out_size = web_percent_decode(copy, size, false);
    for (size_t i = 0; i < *out_size; i++)
        if ((unsigned char)copy[i] < ' ' || copy[i] == 127) return NULL;
    return cv_utf8_valid(copy, *out_size) ? copy : NULL;
}

bool web_router_match(struct web_match *out, const struct web_router *router, struct cv_arena *mem,
                      const char *path, size_t size)
{
    struct part parts[WEB_PATH_PARTS];
    size_t count = 0;
    *out = (struct web_match){.value_count = 0};
    if (size == 0 || path[0] != '/') return false;
    const char *end = path + size;
    for (const char *at = path + 1; at < end;) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const char *stop = slash ? slash : end;
        if (count == WEB_PATH_PARTS || stop == at || (slash && slash + 1 == end)) return false;
        struct part *part = &parts[count++];
        part->text = part_decode(&part->size, mem, at, (size_t)(stop - at));
        if (!part->text) return false;
        at = slash ? slash + 1 : end;
    }
    return node_match(out, &router->root, parts, count, 0);
}

const char *web_match_value(const struct web_match *match, const struct web_route *route,
                            const char *name)
{
    size_t size = strlen(name);
    size_t index = 0;
    for (const char *at = strstr(route->path, "/:"); at; at = strstr(at + 2, "/:")) {
        if (strcspn(at + 2, "/") == size && memcmp(at + 2, name, size) == 0)
            return index < match->value_count ? match->values[index] : NULL;
        index++;
    }
    return NULL;
}
