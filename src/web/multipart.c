/* multipart: multipart/form-data (RFC 7578) over the whole body, cut in place. A part is
 *
 *     --boundary CRLF headers CRLF CRLF bytes CRLF--boundary
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "web/forms.h"

enum { BOUNDARY_BYTES = 70, PART_HEAD_BYTES = 4096 };

struct span {
    char *at;
    size_t size;
};

/* The value of a parameter: boundary=x, name="a \"b\""; found in `text` after a ';'. */
static bool find_parameter(char *out, size_t out_size, const char *text, size_t size,
                           const char *name)
{
    size_t name_size = strlen(name);
    bool is_quoted = false;
    for (size_t i = 0; i + 1 < size; i++) {
        if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) is_quoted = !is_quoted;
        if (is_quoted || text[i] != ';') continue;
        size_t at = i + 1;
        while (at < size && (text[at] == ' ' || text[at] == '\t')) at++;
        if (at + name_size >= size || strncasecmp(text + at, name, name_size) != 0 ||
            text[at + name_size] != '=')
            continue;
        at += name_size + 1;
        bool quoted = at < size && text[at] == '"';
        size_t to = 0;
        for (at += quoted; at < size; at++) {
            char c = text[at];
            if (quoted ? c == '"' : c == ';' || c == ' ') break;
            /* Browsers write \" as %22 and leave a backslash alone: only \" is an escape. */
            if (quoted && c == '\\' && at + 1 < size && text[at + 1] == '"') c = text[++at];
            if (to + 1 >= out_size || c == '\0') return false;
            out[to++] = c;
        }
        out[to] = '\0';
        return !quoted || at < size;
    }
    return false;
}

/* The Content-Disposition line of a part's head. */
static struct span find_disposition(struct span head)
{
    static const char name[] = "content-disposition:";
    size_t name_size = sizeof name - 1;
    for (size_t at = 0; at + name_size <= head.size;) {
        char *end = memmem(head.at + at, head.size - at, "\r\n", 2);
        size_t line_end = end ? (size_t)(end - head.at) : head.size;
        if (line_end - at >= name_size && strncasecmp(head.at + at, name, name_size) == 0)
            return (struct span){head.at + at, line_end - at};
        at = line_end + 2;
    }
    return (struct span){NULL, 0};
}

/* What people chose may come as a path; only its last part is kept, for words. */
static const char *tidy_file_name(struct cv_arena *mem, char *name)
{
    for (char *at = name; *at; at++)
        if (*at == '/' || *at == '\\') name = at + 1;
    size_t size = web_percent_decode(name, strlen(name), false);
    if (size == 0 || !cv_utf8_valid(name, size)) return "file";
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] < ' ') name[i] = ' ';
    return cv_strdup(mem, name);
}

static cv_rc add_part(struct web_form *form, struct span head, struct span bytes)
{
    char name[CV_LIMIT_NAME_BYTES * 3 + 1];
    char file_name[1024];
    struct span line = find_disposition(head);
    if (!line.at || !find_parameter(name, sizeof name, line.at, line.size, "name"))
        return CV_INVALID;
    size_t name_size = web_percent_decode(name, strlen(name), false);
    if (!cv_utf8_valid(name, name_size)) return CV_INVALID;
    char *kept = cv_strndup(form->mem, name, name_size);
    bool is_file = find_parameter(file_name, sizeof file_name, line.at, line.size, "filename");
    if (!is_file && find_parameter(file_name, sizeof file_name, line.at, line.size, "filename*")) {
        is_file = true;
        (void)memcpy(file_name, "file", 5);
    }
    if (!is_file) return web_form_add(form, kept, bytes.at, bytes.size);
    /* No file chosen: browsers send an empty name and no bytes. */
    if (file_name[0] == '\0' && bytes.size == 0) return CV_OK;
    cv_rc rc = web_form_add(form, kept, cv_strdup(form->mem, ""), 0);
    if (rc != CV_OK || kept[0] == '\0') return rc;
    struct web_field *field = &form->fields[form->count - 1];
    field->value = bytes.at;
    field->size = bytes.size;
    field->file_name = tidy_file_name(form->mem, file_name);
    bytes.at[bytes.size] = '\0';
    return CV_OK;
}

/* Reads one part that starts at `at`; *next is behind its closing delimiter. */
static cv_rc read_part(struct web_form *form, struct span body, size_t at, const char *delimiter,
                       size_t delimiter_size, size_t *next)
{
    size_t left = body.size - at;
    size_t look = left < PART_HEAD_BYTES ? left : PART_HEAD_BYTES;
    char *head_end = memmem(body.at + at, look, "\r\n\r\n", 4);
    if (!head_end) return CV_INVALID;
    struct span head = {body.at + at, (size_t)(head_end - (body.at + at))};
    char *start = head_end + 4;
    /* An empty part: its closing delimiter begins with the head's own line break. */
    char *end = memmem(start, (size_t)(body.at + body.size - start), delimiter, delimiter_size);
    if (!end) return CV_INVALID;
    *next = (size_t)(end - body.at) + delimiter_size;
    return add_part(form, head, (struct span){start, (size_t)(end - start)});
}

cv_rc web_form_multipart(struct web_form *form, char *body, size_t size, const char *content_type)
{
    char delimiter[BOUNDARY_BYTES + 5] = "\r\n--";
    if (!find_parameter(delimiter + 4, BOUNDARY_BYTES + 1, content_type, strlen(content_type),
                        "boundary") ||
        delimiter[4] == '\0')
        return CV_INVALID;
    size_t delimiter_size = strlen(delimiter);
    struct span whole = {body, size};
    size_t at;
    if (size >= delimiter_size - 2 && memcmp(body, delimiter + 2, delimiter_size - 2) == 0) {
        at = delimiter_size - 2;
    } else {
        char *first = memmem(body, size, delimiter, delimiter_size);
        if (!first) return CV_INVALID;
        at = (size_t)(first - body) + delimiter_size;
    }
    for (;;) {
        if (size - at >= 2 && memcmp(body + at, "--", 2) == 0) return CV_OK;
        while (at < size && (body[at] == ' ' || body[at] == '\t')) at++;
        if (size - at < 2 || memcmp(body + at, "\r\n", 2) != 0) return CV_INVALID;
        cv_rc rc = read_part(form, whole, at + 2, delimiter, delimiter_size, &at);
        if (rc != CV_OK) return rc;
    }
}
