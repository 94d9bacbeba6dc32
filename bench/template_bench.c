/* template_bench: how long a page takes to render from its document, compiled already: median CPU
 * time of many renderings, and the bytes that come out.
 *     build/src/template_bench features/people/pages/list.html FRAME.json DOCUMENT.json */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "web/pages.h"

enum { ROUNDS = 2001 };

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double times[ROUNDS];
    if (argc < 3) return 2;
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
    struct cv_problems problems = cv_problems_new(&mem);
    double start = cpu_us();
    const struct web_pages *pages = web_pages_open(&mem, &problems);
    double opened_us = cpu_us() - start;
    if (!pages) return 1;
    json_t *document = json_object();
    for (int i = 2; i < argc; i++) {
        json_t *part = json_load_file(argv[i], 0, NULL);
        if (!part) return 2;
        json_object_update(document, part);
        json_decref(part);
    }
    size_t size = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct cv_arena page;
        cv_arena_init(&page, CV_LIMIT_REQUEST_MEMORY);
        struct cv_buf out = cv_buf_new(&page, CV_LIMIT_PAGE_BYTES);
        start = cpu_us();
        cv_rc rc = web_pages_render(&out, pages, argv[1], document);
        times[i] = cpu_us() - start;
        size = out.size;
        cv_arena_free(&page);
        if (rc != CV_OK) return 1;
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    printf("%s: %.1f us median, %.1f us nine in ten, %zu bytes; all pages compiled in %.0f us\n",
           argv[1], times[ROUNDS / 2], times[ROUNDS * 9 / 10], size, opened_us);
    json_decref(document);
    cv_arena_free(&mem);
    return 0;
}
