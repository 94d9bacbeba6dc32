/* http_head_fuzz: a request's head as bytes: guard, router, and what is read out of single fields.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/csrf.h"
#include "web/guard.h"
#include "web/rate.h"
#include "web/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static cv_rc handle(struct web_request *req)
{
    (void)req;
    return CV_OK;
}

static const struct web_route routes[] = {
    {WEB_GET, "/", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/things/new", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/things/:id", ROLE_ANYONE, handle, NULL, 0},
    {WEB_POST, "/things/:id/parts/:part", ROLE_ANYONE, handle, NULL, 0},
    {WEB_GET, "/things/new/parts/:part/:more", ROLE_ANYONE, handle, NULL, 0},
    {0},
};

static void match_path(struct cv_arena *mem, const char *path, size_t size)
{
    const struct web_route *tables[] = {routes};
    struct web_router *router = web_router_compile(mem, tables, 1);
    struct web_match match;
    if (!web_router_match(&match, router, mem, path, size)) return;
    assert(match.by_method[WEB_GET] || match.by_method[WEB_POST]);
    for (size_t i = 0; i < match.value_count; i++) {
        assert(match.values[i]);
        assert(cv_utf8_valid(match.values[i], strlen(match.values[i])));
    }
}

/* One line of the head; gives where the next one begins. */
static const char *read_header(struct web_guard *guard, const char *line, const char *end)
{
    const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
    const char *next = stop ? stop + 2 : end;
    if (!stop) stop = end;
    const char *colon = memchr(line, ':', (size_t)(stop - line));
    if (!colon) colon = stop;
    const char *value = colon < stop ? colon + 1 : stop;
    while (value < stop && *value == ' ') value++;
    web_guard_header(guard, line, (size_t)(colon - line), value, (size_t)(stop - value));
    return next;
}

static void check_fields(struct cv_arena *mem, const char *text)
{
    struct web_rate_key key;
    (void)web_rate_key_read(&key, text);
    (void)web_csrf_same_site(text, text, text);
    (void)web_csrf_matches("0f1e2d3c4b5a69788796a5b4c3d2e1f0", text);
    const char *masked = web_csrf_mask(mem, "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    assert(web_csrf_matches("0f1e2d3c4b5a69788796a5b4c3d2e1f0", masked));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 16 << 20);
    char *text = malloc(size + 1);
    assert(text);
    if (size) memcpy(text, data, size);
    text[size] = '\0';
    const char *end = text + size;
    const char *first_end = memmem(text, size, "\r\n", 2);
    if (!first_end) first_end = end;
    char *first = cv_strndup(&mem, text, (size_t)(first_end - text));
    char *target = strchr(first, ' ');
    char *version = target ? strrchr(target + 1, ' ') : NULL;
    if (version) {
        *target++ = '\0';
        *version++ = '\0';
        struct web_guard guard = web_guard_new();
        const char *line = first_end < end ? first_end + 2 : end;
        while (line < end) line = read_header(&guard, line, end);
        if (web_guard_passes(&guard, version, first, target)) {
            assert(guard.host_count == 1 && guard.length_count + guard.encoding_count <= 1);
            assert(guard.declared_bytes >= -1);
            match_path(&mem, target, strcspn(target, "?"));
        }
    }
    match_path(&mem, text, strlen(text));
    check_fields(&mem, text);
    free(text);
    cv_arena_free(&mem);
    return 0;
}
