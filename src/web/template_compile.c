/* template_compile: Mustache text to steps. See template.h for the language; the renderer is in
 * template_render.c. */
#include <assert.h>
#include <string.h>

#include "base/limits.h"
#include "web/template_internal.h"

enum { DELIMITER_MAX = 7 };

struct open_tag {
    uint32_t step;
    struct span name;
    const char *place;
};

struct compiler {
    struct web_templates *set;
    struct cv_problems *problems;
    struct web_template *out;
    const char *source; /* the whole text */
    const char *end;
    char open[DELIMITER_MAX + 1];
    char close[DELIMITER_MAX + 2];
    struct open_tag stack[CV_LIMIT_TEMPLATE_DEPTH];
    size_t depth;
    size_t nesting; /* how many templates are being compiled around this one */
};

/* One tag as it stands in the text. */
struct tag {
    char kind; /* one of #^/>!={&<$@ or 0 for a value */
    struct span name;
    const char *at;    /* where it begins */
    const char *after; /* behind it */
    struct span indent;
    bool alone; /* alone on its line: the line goes with it */
};

static struct web_template *compile_named(struct web_templates *set, const char *name,
                                          const char *from, struct span indent, size_t nesting,
                                          struct cv_problems *problems, bool *out_found);

static void compile_problem(struct compiler *c, const char *place, const char *sentence,
                            const char *remedy)
{
    int64_t line = 1;
    int64_t column = 1;
    for (const char *p = c->source; p < place; p++) {
        column++;
        if (*p == '\n') line++, column = 1;
    }
    struct cv_problem problem = {c->out->name, line, column, NULL, sentence, remedy};
    cv_problem_add(c->problems, problem);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(const char *from, const char *to)
{
    while (from < to && is_blank(*from)) from++;
    while (to > from && is_blank(to[-1])) to--;
    return (struct span){from, (size_t)(to - from)};
}

static bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static struct step *add_step(struct compiler *c, enum step_kind kind)
{
    struct web_template *t = c->out;
    if (t->count == t->capacity) {
        uint32_t capacity = t->capacity ? t->capacity * 2 : 16;
        struct step *steps = CV_NEW_ARRAY(c->set->mem, struct step, capacity);
        if (t->count) memcpy(steps, t->steps, t->count * sizeof *steps);
        t->steps = steps;
        t->capacity = capacity;
    }
    struct step *step = &t->steps[t->count++];
    *step = (struct step){.kind = kind};
    return step;
}

static void add_text(struct compiler *c, const char *from, const char *to)
{
    if (to <= from) return;
    add_step(c, STEP_TEXT)->text = (struct span){from, (size_t)(to - from)};
}

/* "a.b.c" becomes three spans, "." none. */
static void set_path(struct compiler *c, struct step *step, const struct tag *tag)
{
    struct span name = tag->name;
    if (name.size == 1 && name.at[0] == '.') return;
    uint32_t count = 1;
    for (size_t i = 0; i < name.size; i++) count += name.at[i] == '.';
    struct span *path = CV_NEW_ARRAY(c->set->mem, struct span, count);
    const char *end = name.at + name.size;
    uint32_t used = 0;
    for (const char *at = name.at; at <= end && used < count;) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        if (!dot) dot = end;
        path[used++] = (struct span){at, (size_t)(dot - at)};
        if (dot == at)
            compile_problem(c, tag->at, "This name has a dot at its edge or two in a row.",
                            "Write names as a.b, or a single dot for the value itself.");
        at = dot + 1;
    }
    step->path = path;
    step->path_count = used;
}

static void open_section(struct compiler *c, enum step_kind kind, const struct tag *tag)
{
    if (c->depth == CV_LIMIT_TEMPLATE_DEPTH) {
        compile_problem(c, tag->at, "Sections are nested too deep here.",
                        "Move the inner ones into a part of their own.");
        return;
    }
    c->stack[c->depth++] = (struct open_tag){c->out->count, tag->name, tag->at};
    struct step *step = add_step(c, kind);
    if (kind == STEP_SECTION || kind == STEP_INVERTED)
        set_path(c, step, tag);
    else
        step->text = tag->name;
}

static void close_section(struct compiler *c, const struct tag *tag)
{
    char *name = cv_strndup(c->set->mem, tag->name.at, tag->name.size);
    if (c->depth == 0) {
        compile_problem(c, tag->at,
                        cv_sprintf(c->set->mem, "\"%s\" is closed here but not open.", name),
                        "Take this tag away or open the section before it.");
        return;
    }
    struct open_tag *open = &c->stack[c->depth - 1];
    if (!span_equal(open->name, tag->name)) {
        const char *sentence =
            cv_sprintf(c->set->mem, "\"%s\" is closed here but \"%.*s\" is the one that is open.",
                       name, (int)open->name.size, open->name.at);
        compile_problem(c, tag->at, sentence, "Close sections in the reverse order of opening.");
    }
    c->depth--;
    c->out->steps[open->step].end = c->out->count;
    add_step(c, STEP_END);
}

static const struct web_template *included(struct compiler *c, const struct tag *tag,
                                           struct span indent)
{
    char *name = cv_strndup(c->set->mem, tag->name.at, tag->name.size);
    if (c->nesting + 1 >= CV_LIMIT_TEMPLATE_DEPTH || c->set->count >= CV_LIMIT_TEMPLATES) {
        compile_problem(c, tag->at, "Parts are nested too deep here.",
                        "A part that includes itself must not be indented.");
        return NULL;
    }
    bool found = true;
    const struct web_template *part =
        compile_named(c->set, name, c->out->name, indent, c->nesting + 1, c->problems, &found);
    if (!found)
        compile_problem(c, tag->at,
                        cv_sprintf(c->set->mem, "There is no part called \"%s\".", name),
                        "Parts stand beside the page or in web/pages, as NAME.html.");
    return part;
}

static void add_asset(struct compiler *c, const struct tag *tag)
{
    char *name = cv_strndup(c->set->mem, tag->name.at, tag->name.size);
    const char *address = c->set->asset ? c->set->asset(c->set->context, name) : NULL;
    if (!address) {
        compile_problem(c, tag->at,
                        cv_sprintf(c->set->mem, "There is no asset called \"%s\".", name),
                        "Add it to assets/meson.build or correct its name.");
        return;
    }
    add_text(c, address, address + strlen(address));
}

/* {{=<% %>=}} */
static void set_delimiters(struct compiler *c, const struct tag *tag)
{
    const char *from = tag->name.at;
    const char *to = from + tag->name.size;
    const char *gap = from;
    while (gap < to && !is_blank(*gap)) gap++;
    struct span open = {from, (size_t)(gap - from)};
    struct span close = trimmed(gap, to);
    bool fine = open.size && close.size && open.size <= DELIMITER_MAX &&
                close.size <= DELIMITER_MAX && !memchr(open.at, '=', open.size) &&
                !memchr(close.at, '=', close.size);
    for (size_t i = 0; fine && i < close.size; i++) fine = !is_blank(close.at[i]);
    if (!fine) {
        compile_problem(c, tag->at, "These are not two delimiters.",
                        "Write them as {{=<% %>=}}, without = and blanks inside.");
        return;
    }
    memcpy(c->open, open.at, open.size);
    c->open[open.size] = '\0';
    memcpy(c->close, close.at, close.size);
    c->close[close.size] = '\0';
}

/* A tag alone on its line takes the line with it. */
static void find_line(struct compiler *c, struct tag *tag)
{
    const char *start = tag->at;
    while (start > c->source && (start[-1] == ' ' || start[-1] == '\t')) start--;
    if (start > c->source && start[-1] != '\n') return;
    const char *stop = tag->after;
    while (stop < c->end && (*stop == ' ' || *stop == '\t')) stop++;
    if (stop + 1 < c->end && stop[0] == '\r' && stop[1] == '\n') stop++;
    if (stop < c->end && *stop != '\n') return;
    if (stop < c->end) stop++;
    tag->alone = true;
    tag->indent = (struct span){start, (size_t)(tag->at - start)};
    tag->after = stop;
}

/* Reads the tag that begins at `at`; false, with a problem, when it never ends. */
static bool read_tag(struct compiler *c, struct tag *tag, const char *at)
{
    const char *in = at + strlen(c->open);
    *tag = (struct tag){.at = at};
    if (in < c->end && strchr("#^/>!={&<$@", *in) && *in) tag->kind = *in++;
    char stop[DELIMITER_MAX + 3] = "";
    size_t stop_size = 0;
    if (tag->kind == '{') stop[stop_size++] = '}';
    if (tag->kind == '=') stop[stop_size++] = '=';
    size_t close_size = strlen(c->close);
    memcpy(stop + stop_size, c->close, close_size);
    stop_size += close_size;
    const char *found = memmem(in, (size_t)(c->end - in), stop, stop_size);
    if (!found) {
        compile_problem(c, at, "This tag is not closed.",
                        cv_sprintf(c->set->mem, "End it with %.*s.", (int)stop_size, stop));
        return false;
    }
    tag->name = trimmed(in, found);
    tag->after = found + stop_size;
    if (tag->kind && strchr("#^/>!=<$", tag->kind)) find_line(c, tag);
    return true;
}

static bool name_is_fine(struct compiler *c, const struct tag *tag)
{
    if (tag->kind == '!' || tag->kind == '=') return true;
    bool fine = tag->name.size > 0;
    for (size_t i = 0; i < tag->name.size; i++)
        if (is_blank(tag->name.at[i]) || tag->name.at[i] == '{') fine = false;
    if (!fine)
        compile_problem(c, tag->at,
                        tag->name.size ? "A name in a tag is one word." : "This tag has no name.",
                        "Write the key of the document between the delimiters.");
    return fine;
}

static void add_tag(struct compiler *c, const struct tag *tag)
{
    struct span none = {"", 0};
    switch (tag->kind) {
    case '#': open_section(c, STEP_SECTION, tag); break;
    case '^': open_section(c, STEP_INVERTED, tag); break;
    case '$': open_section(c, STEP_BLOCK, tag); break;
    case '/': close_section(c, tag); break;
    case '=': set_delimiters(c, tag); break;
    case '@': add_asset(c, tag); break;
    case '!': break;
    case '<': {
        const struct web_template *parent = included(c, tag, none);
        size_t depth = c->depth;
        open_section(c, STEP_PARENT, tag);
        if (c->depth > depth) c->out->steps[c->stack[depth].step].part = parent;
        break;
    }
    case '>': {
        const struct web_template *part = included(c, tag, tag->alone ? tag->indent : none);
        if (part) add_step(c, STEP_PART)->part = part;
        break;
    }
    default: {
        bool raw = tag->kind == '{' || tag->kind == '&';
        struct step *step = add_step(c, raw ? STEP_RAW : STEP_VALUE);
        set_path(c, step, tag);
    }
    }
}

static void compile_text(struct compiler *c)
{
    const char *at = c->source;
    while (at < c->end) {
        const char *found = memmem(at, (size_t)(c->end - at), c->open, strlen(c->open));
        struct tag tag;
        if (!found || !read_tag(c, &tag, found)) break;
        add_text(c, at, tag.alone ? tag.at - tag.indent.size : tag.at);
        if (name_is_fine(c, &tag)) add_tag(c, &tag);
        at = tag.after;
    }
    add_text(c, at, c->end);
    while (c->depth) {
        struct open_tag *open = &c->stack[--c->depth];
        compile_problem(c, open->place,
                        cv_sprintf(c->set->mem, "\"%.*s\" is opened here and never closed.",
                                   (int)open->name.size, open->name.at),
                        "Close it with a tag that begins with /.");
        c->out->steps[open->step].end = c->out->count;
        add_step(c, STEP_END);
    }
}

/* The text with `indent` before each of its lines. */
static struct span indented(struct cv_arena *mem, struct span text, struct span indent)
{
    if (indent.size == 0) return text;
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++) lines += text.at[i] == '\n';
    char *out = cv_alloc(mem, text.size + lines * indent.size + 1);
    size_t size = 0;
    bool fresh = true;
    for (size_t i = 0; i < text.size; i++) {
        if (fresh) {
            memcpy(out + size, indent.at, indent.size);
            size += indent.size;
        }
        out[size++] = text.at[i];
        fresh = text.at[i] == '\n';
    }
    return (struct span){out, size};
}

static void keep(struct web_templates *set, struct web_template *t)
{
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : 32;
        struct web_template **items = CV_NEW_ARRAY(set->mem, struct web_template *, set->capacity);
        if (set->count) memcpy(items, set->items, set->count * sizeof *items);
        set->items = items;
    }
    set->items[set->count++] = t;
}

static struct web_template *compile_named(struct web_templates *set, const char *name,
                                          const char *from, struct span indent, size_t nesting,
                                          struct cv_problems *problems, bool *out_found)
{
    struct span text = {0};
    const char *full = name;
    text.at = set->source(set->context, &text.size, &full, name, from);
    *out_found = text.at != NULL;
    if (!text.at) return NULL;
    for (size_t i = 0; i < set->count; i++) {
        struct web_template *have = set->items[i];
        if (strcmp(have->name, full) == 0 && strlen(have->indent) == indent.size &&
            memcmp(have->indent, indent.at, indent.size) == 0)
            return have;
    }
    struct web_template *t = CV_NEW(set->mem, struct web_template);
    t->name = full;
    t->indent = cv_strndup(set->mem, indent.at, indent.size);
    keep(set, t); /* before compiling: a part may include itself */
    text = indented(set->mem, text, indent);
    struct compiler *c = CV_NEW(set->mem, struct compiler);
    *c = (struct compiler){.set = set,
                           .problems = problems,
                           .out = t,
                           .source = text.at,
                           .end = text.at + text.size,
                           .open = "{{",
                           .close = "}}",
                           .nesting = nesting};
    compile_text(c);
    return t;
}

struct web_templates web_templates_new(struct cv_arena *mem, web_template_source source,
                                       web_template_asset asset, void *context)
{
    return (struct web_templates){.mem = mem, .source = source, .asset = asset, .context = context};
}

const struct web_template *web_templates_get(struct web_templates *set, const char *name,
                                             struct cv_problems *problems)
{
    assert(set && name && problems);
    size_t before = problems->total_count;
    bool found = true;
    struct span none = {"", 0};
    struct web_template *t = compile_named(set, name, NULL, none, 0, problems, &found);
    if (!found)
        cv_problem(problems, 0, NULL, "Correct its name.", "There is no template called \"%s\".",
                   name);
    return problems->total_count == before ? t : NULL;
}
