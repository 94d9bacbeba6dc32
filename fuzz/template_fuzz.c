/* template_fuzz: any text as a page and any text as its part, through the compiler, the check of
 * safe places and the renderer. Bytes up to the first NUL are the page, the rest the part. What a
 * person wrote must never become markup: a value full of markup gives as many "<" as a plain one.
 */
#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "web/template.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

struct texts {
    const char *page;
    size_t page_size;
    const char *part;
    size_t part_size;
};

static const char *source(void *context, size_t *out_size, const char **out_name, const char *name,
                          const char *from)
{
    const struct texts *texts = context;
    *out_name = from ? "part" : "page";
    if (from && strcmp(name, "p") != 0) return NULL;
    *out_size = from ? texts->part_size : texts->page_size;
    return from ? texts->part : texts->page;
}

static const char *asset(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "a") == 0 ? "/assets/a?v=1" : NULL;
}

static json_t *document(const char *value)
{
    return json_pack("{s:s, s:i, s:b, s:[{s:s}, {s:s}, s], s:{s:s, s:n}}", "x", value, "n", 3, "t",
                     1, "l", "x", value, "y", value, value, "o", "x", value, "z");
}

/* How many "<" came out; -1 when it was too large. */
static long angles(struct cv_arena *mem, const struct web_template *page, const char *value)
{
    json_t *data = document(value);
    struct cv_buf out = cv_buf_new(mem, 1 << 20);
    cv_rc rc = web_template_render(&out, page, data);
    json_decref(data);
    assert(rc == CV_OK || rc == CV_TOO_LARGE);
    if (rc != CV_OK) return -1;
    long count = 0;
    for (size_t i = 0; i < out.size; i++) count += out.text[i] == '<';
    return count;
}

/* Unescaped values and other delimiters are told apart by bytes: rather too many than too few. */
static bool has_raw(const unsigned char *bytes, size_t size)
{
    return memchr(bytes, '&', size) || memchr(bytes, '=', size) || memmem(bytes, size, "{{{", 3);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 64 << 20);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return 0;
    }
    const unsigned char *nul = memchr(bytes, 0, size);
    size_t page_size = nul ? (size_t)(nul - bytes) : size;
    size_t part_size = nul ? size - page_size - 1 : 0;
    struct texts texts = {(const char *)bytes, page_size, nul ? (const char *)nul + 1 : "",
                          part_size};
    struct cv_problems problems = cv_problems_new(&mem);
    web_template_check(&problems, "page", texts.page, texts.page_size);
    problems = cv_problems_new(&mem);
    struct web_templates set = web_templates_new(&mem, source, asset, &texts);
    const struct web_template *page = web_templates_get(&set, "page", &problems);
    assert(page ? problems.total_count == 0 : problems.total_count > 0);
    for (size_t i = 0; i < problems.count; i++) assert(problems.items[i].line > 0);
    if (page) {
        long plain = angles(&mem, page, "abc");
        long nasty = angles(&mem, page, "<b>\"'&");
        if (plain >= 0 && nasty >= 0 && !has_raw(bytes, size)) assert(plain == nasty);
    }
    cv_arena_free(&mem);
    return 0;
}
