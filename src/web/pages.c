/* pages: see pages.h. The set is filled at the start and only read afterwards. */
#include "web/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "web/assets.h"
#include "web/web.h"

struct page {
    const char *name;
    const struct web_template *template;
};

struct web_pages {
    struct web_templates set;
    struct page *items; /* sorted by name, as the embedded files are */
    const char **names; /* the same, NULL at the end */
    size_t count;
    const char *only_name; /* one more template, from outside: web_pages_render_text */
    const char *only_text;
    size_t only_size;
};

enum { NAME_PAGE, NAME_PART, NAME_OTHER };

static int kind_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t size = strlen(name);
    if (!slash || size < 6 || strcmp(name + size - 5, ".html") != 0) return NAME_OTHER;
    if (slash - name < 6 || strncmp(slash - 6, "/pages", 6) != 0) return NAME_OTHER;
    return slash[1] == '_' ? NAME_PART : NAME_PAGE;
}

/* A page is asked for by its full name; a part by "_chip", beside the asking page or in web. */
static const char *pages_source(void *context, size_t *out_size, const char **out_name,
                                const char *name, const char *from)
{
    struct web_pages *pages = context;
    struct cv_arena *mem = pages->set.mem;
    if (!from && pages->only_name && strcmp(name, pages->only_name) == 0) {
        *out_name = pages->only_name;
        *out_size = pages->only_size;
        return pages->only_text;
    }
    const struct cv_embedded *file = NULL;
    if (!from) {
        file = cv_embedded_find(name);
    } else {
        const char *slash = strrchr(from, '/');
        int folder_size = slash ? (int)(slash - from) : 0;
        file = cv_embedded_find(cv_sprintf(mem, "%.*s/%s.html", folder_size, from, name));
        if (!file) file = cv_embedded_find(cv_sprintf(mem, "web/pages/%s.html", name));
    }
    if (!file) return NULL;
    *out_name = file->name;
    *out_size = file->size;
    return file->bytes;
}

static const char *pages_asset(void *context, const char *name)
{
    struct web_pages *pages = context;
    return web_asset_address(pages->set.mem, name);
}

static struct web_pages *pages_new(struct cv_arena *mem)
{
    struct web_pages *pages = CV_NEW(mem, struct web_pages);
    pages->set = web_templates_new(mem, pages_source, pages_asset, pages);
    return pages;
}

const struct web_pages *web_pages_open(struct cv_arena *mem, struct cv_problems *problems)
{
    struct web_pages *pages = pages_new(mem);
    pages->items = CV_NEW_ARRAY(mem, struct page, cv_embedded_count);
    size_t before = problems->total_count;
    for (size_t i = 0; i < cv_embedded_count; i++) {
        const struct cv_embedded *file = &cv_embedded_files[i];
        int kind = kind_of(file->name);
        if (kind == NAME_OTHER) continue;
        web_template_check(problems, file->name, file->bytes, file->size);
        if (kind == NAME_PART) continue;
        const struct web_template *t = web_templates_get(&pages->set, file->name, problems);
        if (t) pages->items[pages->count++] = (struct page){file->name, t};
    }
    if (problems->total_count != before) return NULL;
    pages->names = CV_NEW_ARRAY(mem, const char *, pages->count + 1);
    for (size_t i = 0; i < pages->count; i++) pages->names[i] = pages->items[i].name;
    return pages;
}

static int compare_pages(const void *a, const void *b)
{
    return strcmp(((const struct page *)a)->name, ((const struct page *)b)->name);
}

cv_rc web_pages_render(struct cv_buf *out, const struct web_pages *pages, const char *page,
                       const json_t *document)
{
    assert(out && pages && page);
    struct page key = {.name = page};
    const struct page *found =
        bsearch(&key, pages->items, pages->count, sizeof *pages->items, compare_pages);
    return found ? web_template_render(out, found->template, document) : CV_NOT_FOUND;
}

const char *const *web_pages_list(const struct web_pages *pages)
{
    return pages->names;
}

cv_rc web_pages_render_text(struct cv_buf *out, const char *name, const char *text, size_t size,
                            const json_t *document, struct cv_problems *problems)
{
    struct web_pages *pages = pages_new(out->mem);
    pages->only_name = name;
    pages->only_text = text;
    pages->only_size = size;
    const struct web_template *t = web_templates_get(&pages->set, name, problems);
    return t ? web_template_render(out, t, document) : CV_INVALID;
}

cv_rc web_render(const char **out, size_t *out_size, struct cv_arena *mem, const char *page,
                 const json_t *document, struct cv_problems *problems)
{
    struct web_pages *pages = pages_new(mem);
    if (!cv_embedded_find(page)) return CV_NOT_FOUND;
    const struct web_template *t = web_templates_get(&pages->set, page, problems);
    if (!t) return CV_INVALID;
    struct cv_buf buf = cv_buf_new(mem, CV_LIMIT_PAGE_BYTES);
    cv_rc rc = web_template_render(&buf, t, document);
    *out = cv_buf_text(&buf);
    *out_size = buf.size;
    return rc;
}
