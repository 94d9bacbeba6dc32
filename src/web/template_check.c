/* template_check: where in a page a value stands. Escaping makes a value safe in text and in quoted
 * attributes; everywhere else it is refused here, before any page is served. Follows HTML's
 * tokenizer as far as our own pages use it; not a validator. */
#include <ctype.h>
#include <string.h>

#include "web/template.h"

enum place { IN_TEXT, IN_COMMENT, IN_TAG_NAME, IN_TAG, IN_ATTRIBUTE, IN_BARE, IN_QUOTES, IN_RAW };

struct reader {
    struct cv_problems *problems;
    const char *name;
    const char *text;
    size_t size;
    enum place place;
    char quote;
    char tag[16]; /* name of the tag being read */
    char attribute[32];
    bool value_begins; /* nothing of the quoted value was read yet */
};

static void check_problem(struct reader *r, size_t at, const char *sentence, const char *remedy)
{
    int64_t line = 1;
    int64_t column = 1;
    for (size_t i = 0; i < at; i++) {
        column++;
        if (r->text[i] == '\n') line++, column = 1;
    }
    struct cv_problem problem = {r->name, line, column, NULL, sentence, remedy};
    cv_problem_add(r->problems, problem);
}

static bool starts(const struct reader *r, size_t at, const char *what)
{
    size_t size = strlen(what);
    return size <= r->size - at && strncasecmp(r->text + at, what, size) == 0;
}

static void append(char *word, size_t capacity, char c)
{
    size_t size = strlen(word);
    if (size + 1 < capacity) word[size] = (char)tolower((unsigned char)c), word[size + 1] = '\0';
}

static bool is_any(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0) return true;
    return false;
}

static bool ends_in_url(const char *name, size_t size)
{
    if (size >= 3 && memcmp(name + size - 3, "url", 3) == 0)
        return size == 3 || name[size - 4] == '_' || name[size - 4] == '.';
    return false;
}

/* A tag that puts a value: {{x}}, {{{x}}} or {{&x}}. */
static void check_value(struct reader *r, size_t at, bool raw, const char *name, size_t size)
{
    static const char *const addresses[] = {"href", "src", "action", "formaction", "poster", NULL};
    if (raw) check_problem(r, at, "This value is not escaped.", "Write it with two braces.");
    switch (r->place) {
    case IN_TEXT: return;
    case IN_QUOTES:
        if (strncmp(r->attribute, "on", 2) == 0 || strcmp(r->attribute, "style") == 0)
            check_problem(r, at, "A value must not stand in an on… or style attribute.",
                          "Use a class or a data- attribute.");
        else if (r->value_begins && is_any(r->attribute, addresses) && !ends_in_url(name, size))
            check_problem(
                r, at, "An address begins with a value that is not called …url.",
                "Name it url when the program made it; otherwise check its scheme first.");
        return;
    case IN_BARE:
    case IN_ATTRIBUTE:
    case IN_TAG:
        check_problem(r, at, "A value stands in a tag outside quotes.",
                      "Put quotes around the attribute's value.");
        return;
    case IN_RAW:
        check_problem(r, at, "A value must not stand in a script or a style.",
                      "Use a data- attribute.");
        return;
    default:
        check_problem(r, at, "A value must not stand in a comment or in a tag's name.",
                      "Move it into text or a quoted attribute.");
    }
}

/* Reads one Mustache tag at `at`; returns the position behind it. */
static size_t read_mustache(struct reader *r, size_t at)
{
    size_t in = at + 2;
    char kind = in < r->size ? r->text[in] : '\0';
    bool raw = kind == '{' || kind == '&';
    const char *close = kind == '{' ? "}}}" : "}}";
    const char *end = memmem(r->text + in, r->size - in, close, strlen(close));
    if (!end) return r->size;
    if (raw || kind == '\0' || !strchr("#^/>!=<$@", kind)) {
        const char *name = r->text + in + (raw ? 1 : 0);
        while (name < end && *name == ' ') name++;
        const char *stop = end;
        while (stop > name && stop[-1] == ' ') stop--;
        check_value(r, at, raw, name, (size_t)(stop - name));
        r->value_begins = false;
    } else if (kind == '=') {
        check_problem(r, at, "Pages keep the usual delimiters.", "Take this tag away.");
    } else if (kind == '@') {
        r->value_begins = false;
    }
    return (size_t)(end - r->text) + strlen(close);
}

static void end_tag(struct reader *r)
{
    static const char *const raw[] = {"script", "style", NULL};
    r->place = is_any(r->tag, raw) ? IN_RAW : IN_TEXT;
}

static void read_char(struct reader *r, size_t at)
{
    char c = r->text[at];
    bool blank = isspace((unsigned char)c) != 0;
    switch (r->place) {
    case IN_TEXT:
        if (starts(r, at, "<!--")) {
            r->place = IN_COMMENT;
        } else if (c == '<' && at + 1 < r->size &&
                   (isalpha((unsigned char)r->text[at + 1]) || strchr("/{", r->text[at + 1]))) {
            r->place = IN_TAG_NAME;
            r->tag[0] = '\0';
        }
        break;
    case IN_COMMENT:
        if (at >= 2 && memcmp(r->text + at - 2, "-->", 3) == 0) r->place = IN_TEXT;
        break;
    case IN_RAW:
        if (starts(r, at, "</script") || starts(r, at, "</style")) {
            r->place = IN_TAG_NAME;
            r->tag[0] = '\0';
        }
        break;
    case IN_TAG_NAME:
        if (c == '>')
            end_tag(r);
        else if (blank)
            r->place = IN_TAG;
        else
            append(r->tag, sizeof r->tag, c);
        break;
    case IN_TAG:
        if (c == '>') {
            end_tag(r);
        } else if (!blank && c != '/') {
            r->place = IN_ATTRIBUTE;
            r->attribute[0] = '\0';
            append(r->attribute, sizeof r->attribute, c);
        }
        break;
    case IN_ATTRIBUTE:
        if (c == '>')
            end_tag(r);
        else if (blank)
            r->place = IN_TAG;
        else if (c == '=')
            r->place = IN_BARE, r->quote = '\0';
        else
            append(r->attribute, sizeof r->attribute, c);
        break;
    case IN_BARE:
        if (!r->quote && (c == '"' || c == '\''))
            r->place = IN_QUOTES, r->quote = c, r->value_begins = true;
        else if (c == '>')
            end_tag(r);
        else if (blank)
            r->place = IN_TAG;
        else
            r->quote = 'x'; /* an unquoted value has begun: a quote in it opens nothing */
        break;
    case IN_QUOTES:
        if (c == r->quote) r->place = IN_TAG;
        r->value_begins = false;
        break;
    }
}

void web_template_check(struct cv_problems *problems, const char *name, const char *text,
                        size_t size)
{
    struct reader r = {.problems = problems, .name = name, .text = text, .size = size};
    for (size_t at = 0; at < size;) {
        if (starts(&r, at, "{{")) {
            at = read_mustache(&r, at);
        } else {
            read_char(&r, at);
            at++;
        }
    }
}
