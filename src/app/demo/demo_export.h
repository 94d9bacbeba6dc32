/* demo_export: the demo network as people would have it in spreadsheets, before there was this
 * program. For the examples of the README and for tests of imports.
 * Not here: what the program itself exports (features/exchange). */
#ifndef APP_DEMO_DEMO_EXPORT_H
#define APP_DEMO_DEMO_EXPORT_H

#include "app/demo/demo.h"

struct demo_file {
    const char *name; /* "roster.csv" */
    const char *bytes;
    size_t size;
};

enum { DEMO_FILES = 5 };

/* roster.csv (name, email, role, district, languages, slots, gifts, facilitates), statements.csv,
 * ties.csv, places.csv in UTF-8 with commas, and roster_es.csv: the roster with Spanish headings
 * and words, semicolons, CRLF and Windows-1252, as Excel in Mexico writes it. In mem. */
void demo_export(struct demo_file out[DEMO_FILES], const struct demo_network *net,
                 struct cv_arena *mem);

#endif
