/* template_internal: what the compiler hands to the renderer. For template_*.c only. */
#ifndef WEB_TEMPLATE_INTERNAL_H
#define WEB_TEMPLATE_INTERNAL_H

#include "web/template.h"

enum step_kind {
    STEP_TEXT,
    STEP_VALUE,
    STEP_RAW,
    STEP_SECTION,
    STEP_INVERTED,
    STEP_PART,
    STEP_PARENT,
    STEP_BLOCK,
    STEP_END,
};

struct span {
    const char *at;
    size_t size;
};

struct step {
    enum step_kind kind;
    uint32_t end;            /* of a section, block or parent: index of its STEP_END */
    struct span text;        /* text to put; the name of a block */
    const struct span *path; /* of a value or section: "a.b" in two; none for "." */
    uint32_t path_count;
    const struct web_template *part; /* of a part or parent */
};

struct web_template {
    const char *name;
    const char *indent; /* put before every line; "" mostly */
    struct step *steps;
    uint32_t count;
    uint32_t capacity;
};

#endif
