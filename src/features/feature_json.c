/* feature_json: documents as text for columns of the store. Not for answers to browsers (web has
 * its own, faster writer). */
#include "features/feature.h"

const char *feature_json_text(struct cv_arena *mem, const json_t *document)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t size = json_dumpb(document, NULL, 0, flags);
    char *text = cv_alloc(mem, size + 1);
    (void)json_dumpb(document, text, size, flags);
    return text;
}
