/* layout: see layout.h. Places are compared as numbers: a piece that was copied elsewhere is not in
 * the same block of memory. */
#include "web/layout.h"

#include <string.h>

enum { LINE_END = 2 };

static uintptr_t place(const char *at)
{
    return (uintptr_t)at;
}

struct web_layout web_layout_new(const char *method, const char *target, size_t target_size,
                                 const char *version)
{
    struct web_layout layout = {.next = place(version) + strlen(version) + LINE_END};
    if (place(method) + strlen(method) + 1 != place(target)) layout.is_broken = true;
    if (place(target) + target_size + 1 != place(version)) layout.is_broken = true;
    return layout;
}

void web_layout_header(struct web_layout *layout, const char *name, size_t name_size,
                       const char *value, size_t value_size)
{
    uintptr_t colon = place(name) + name_size;
    if (layout->is_broken) return;
    if (place(name) != layout->next || !value || place(value) <= colon ||
        place(value) - colon > 1024) {
        layout->is_broken = true;
        return;
    }
    for (const char *at = name + name_size + 1; at < value; at++)
        if (*at != ' ' && *at != '\t') layout->is_broken = true;
    layout->next = place(value) + value_size + LINE_END;
}

bool web_layout_passes(const struct web_layout *layout, const char *method, size_t head_size)
{
    return !layout->is_broken && layout->next + LINE_END == place(method) + head_size;
}

bool web_layout_is_known(const char *library_version)
{
    return strncmp(library_version, "0.9.", 4) == 0;
}
