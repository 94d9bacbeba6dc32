/* ties_feature: the manifest. There is no page: single ties are shown to nobody; sums stand on the
 * pages of later features. */
#include "features/ties/ties_internal.h"

const struct feature ties_feature = {
    .name = "ties",
    .migrations = ties_migrations,
    .imports = ties_imports,
    .exports = ties_exports,
    .merge_person = ties_merge_person,
    .unmerge_person = ties_unmerge_person,
};
