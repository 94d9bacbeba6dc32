/* embedded: files of the source tree that travel inside the program: migrations, templates, style,
 * scripts, fonts. The table is made at build time by script/embed.py. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct cv_embedded {
    const char
        *name; /* path in the tree: "features/themes/pages/board.html", "assets/convene.css" */
    const char *bytes; /* followed by a NUL that size does not count */
    size_t size;
    const char *gzip; /* NULL where packing does not help (fonts, pictures) */
    size_t gzip_size;
    const char *etag; /* quoted, from the content's hash */
};

extern const struct cv_embedded cv_embedded_files[]; /* sorted by name */
extern const size_t cv_embedded_count;

/* NULL when there is none. */
const struct cv_embedded *cv_embedded_find(const char *name);

#endif
