/* template: pages as Mustache text, compiled once to a flat row of steps and rendered over a
 * document. Values are escaped by default, so a page cannot be broken by what people write.
 * Not here: which pages there are (pages.h), where they are served (router).
 *
 * The language is Mustache with inheritance, after its public specification:
 *     {{name}}  {{a.b}}  {{.}}      a value, escaped for text and for quoted attributes
 *     {{{name}}}  {{&name}}         a value as it is: refused by web_template_check
 *     {{#x}}…{{/x}}  {{^x}}…{{/x}}  once for a value, once a row for a list; when there is none
 *     {{> _part}}                   another template; alone on a line it takes the line's
 * indentation
 *     {{<_frame}}{{$main}}…{{/main}}{{/_frame}}   another template with some of its blocks replaced
 *     {{$main}}…{{/main}}           a block and what stands there when nobody replaces it
 *     {{! … }}  {{=<% %>=}}         a comment; other delimiters
 * and one tag of our own, {{@convene.css}}: the address of an embedded asset with its version.
 * Nothing counts as: absent, null, false, an empty list, an empty text, 0. */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/problems.h"

struct web_template;

/* Where templates come from. `from` is the name of the template that asks, NULL for the first one;
 * so a part may be looked up beside its page. *out_name (the full name, for problems and for
 * keeping) and the text must live as long as the set. NULL when there is none. */
typedef const char *(*web_template_source)(void *context, size_t *out_size, const char **out_name,
                                           const char *name, const char *from);
/* The address of an asset, NULL when there is none; must live as long as the set. */
typedef const char *(*web_template_asset)(void *context, const char *name);

/* A set of compiled templates that share their parts. Not for several threads while templates are
 * added; afterwards any number of threads may render. */
struct web_templates {
    struct cv_arena *mem;
    web_template_source source;
    web_template_asset asset; /* NULL: assets are a problem */
    void *context;            /* handed to both */
    struct web_template **items;
    size_t count;
    size_t capacity;
};

struct web_templates web_templates_new(struct cv_arena *mem, web_template_source source,
                                       web_template_asset asset, void *context);
/* Compiles `name` and everything it includes, once. NULL, with every mistake by name, line and
 * column in problems, when something is wrong. A set that had problems is only good for saying so.
 */
const struct web_template *web_templates_get(struct web_templates *set, const char *name,
                                             struct cv_problems *problems);
/* Puts the page into out. CV_TOO_LARGE when out overflowed, when contexts or parts nest deeper than
 * CV_LIMIT_TEMPLATE_DEPTH or when it takes more than CV_LIMIT_TEMPLATE_STEPS steps. */
CV_MUST_USE cv_rc web_template_render(struct cv_buf *out, const struct web_template *page,
                                      const json_t *document);
/* What the language allows but our pages do not: unescaped values; values inside a script, a style,
 * an on… attribute, a style attribute, a tag's name, an attribute without quotes or a comment; an
 * address (href, src, action, formaction) that begins with a value whose name does not end in
 * "url". Works on one source text; included parts are checked on their own. */
void web_template_check(struct cv_problems *problems, const char *name, const char *text,
                        size_t size);

#endif
