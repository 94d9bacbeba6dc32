/* render_tool: prints the page that a template makes of documents, for looking at pages before
 * their feature stands. Several documents are laid over one another (the frame's keys first).
 * Not part of the program: there it is `convene render`. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "web/pages.h"
#include "web/web.h"

static void print_problems(const struct cv_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct cv_problem *p = &problems->items[i];
        fprintf(stderr, "%s:%lld:%lld: %s %s\n", p->sheet ? p->sheet : "", (long long)p->line,
                (long long)p->column, p->sentence, p->remedy ? p->remedy : "");
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s PAGE [DATA.json]...\n", argv[0]);
        return 2;
    }
    json_t *document = json_object();
    for (int i = 2; i < argc; i++) {
        json_error_t error;
        json_t *part = json_load_file(argv[i], JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(part)) {
            fprintf(stderr, "%s:%d:%d: %s\n", argv[i], error.line, error.column, error.text);
            return 2;
        }
        json_object_update(document, part);
        json_decref(part);
    }
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
    struct cv_problems problems = cv_problems_new(&mem);
    const char *text = "";
    size_t size = 0;
    cv_rc rc = web_render(&text, &size, &mem, argv[1], document, &problems);
    print_problems(&problems);
    if (rc == CV_OK)
        fwrite(text, 1, size, stdout);
    else
        fprintf(stderr, "%s: %s\n", argv[1], cv_rc_name(rc));
    cv_arena_free(&mem);
    json_decref(document);
    return rc == CV_OK ? 0 : 2;
}
