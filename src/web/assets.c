/* assets: see assets.h. */
#include "web/assets.h"

#include <string.h>

/* The ETag is quoted; the address carries what stands between the quotes. */
static size_t version_of(const char **out, const struct cv_embedded *file)
{
    size_t size = strlen(file->etag);
    *out = file->etag + 1;
    return size > 2 ? size - 2 : 0;
}

const char *web_asset_address(struct cv_arena *mem, const char *name)
{
    const struct cv_embedded *file = cv_embedded_find(cv_sprintf(mem, "assets/%s", name));
    if (!file) return NULL;
    const char *version;
    size_t size = version_of(&version, file);
    return cv_sprintf(mem, "/assets/%s?v=%.*s", name, (int)size, version);
}

const struct cv_embedded *web_asset_find(const char *path)
{
    if (strncmp(path, "/assets/", 8) != 0) return NULL;
    return cv_embedded_find(path + 1);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t size = strlen(name);
    size_t tail = strlen(ending);
    return size >= tail && strcmp(name + size - tail, ending) == 0;
}

bool web_asset_is_current(const struct cv_embedded *file, const char *version)
{
    if (ends_in(file->name, ".woff2")) return true;
    if (!version) return false;
    const char *ours;
    size_t size = version_of(&ours, file);
    return strlen(version) == size && memcmp(version, ours, size) == 0;
}

const char *web_asset_type(const char *name)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".woff2", "font/woff2"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".html", "text/html; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ends_in(name, types[i][0])) return types[i][1];
    return "application/octet-stream";
}
