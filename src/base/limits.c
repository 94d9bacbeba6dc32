/* limits: the table as data, for `convene limits`. */
#include "base/limits.h"

#include <stddef.h>

const struct cv_limit cv_limits[] = {
#define X(name, value, what) {#name, (value), what},
    CV_LIMITS(X)
#undef X
        {NULL, 0, NULL},
};
