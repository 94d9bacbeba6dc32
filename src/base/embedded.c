/* embedded: finds a file in the built-in table. */
#include "base/embedded.h"

#include <string.h>

const struct cv_embedded *cv_embedded_find(const char *name)
{
    size_t from = 0;
    size_t to = cv_embedded_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(name, cv_embedded_files[middle].name);
        if (order == 0) return &cv_embedded_files[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}
