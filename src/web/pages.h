/* pages: every page of the program, compiled when it starts. A page goes by its path in the tree:
 * "features/themes/pages/board.html", "web/pages/error.html". A part {{> _chip}} is _chip.html
 * beside the page that asks, else in web/pages.
 * Not here: the language (template.h), the documents (each feature), who may see what (router). */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/template.h"

struct web_pages;

/* Compiles and checks every embedded page. NULL, with every mistake in problems, when one is wrong:
 * the program must not start then. Lives in mem; any number of threads may render. */
const struct web_pages *web_pages_open(struct cv_arena *mem, struct cv_problems *problems);
/* CV_NOT_FOUND when there is no such page; CV_TOO_LARGE as web_template_render. */
CV_MUST_USE cv_rc web_pages_render(struct cv_buf *out, const struct web_pages *pages,
                                   const char *page, const json_t *document);
/* Names of all pages in order, without parts; ends with NULL. */
const char *const *web_pages_list(const struct web_pages *pages);
/* A template that is not embedded, from its text, with the embedded parts at hand: `convene render
 * FILE`. CV_INVALID with problems when it is wrong. */
CV_MUST_USE cv_rc web_pages_render_text(struct cv_buf *out, const char *name, const char *text,
                                        size_t size, const json_t *document,
                                        struct cv_problems *problems);
/* web_render of web.h, one page compiled and rendered at once, is here too. */

#endif
