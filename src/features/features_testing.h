/* features_testing: what the tests of features share: tables of several features in one fresh
 * database. For tests only. */
#ifndef FEATURES_TESTING_H
#define FEATURES_TESTING_H

#include "features/feature.h"
#include "store/store_testing.h"

/* migrations ends with a NULL name. */
static inline void features_testing_migrate(struct store_testing *t,
                                            const struct store_migration *migrations)
{
    size_t count = 0;
    while (migrations[count].name) count++;
    store_testing_migrate(t, migrations, count);
}

#endif
