/* forms: fields and files out of a query string or the body of a POST: urlencoded, multipart or a
 * JSON object. Own parsers over the whole body in memory: libmicrohttpd's deliver pieces and let
 * NUL through. Every text is valid UTF-8 without NUL, its ends trimmed, line breaks made "\n".
 * Pure: no connection. CV_INVALID: not of that format; CV_TOO_LARGE: more than
 * CV_LIMIT_FORM_FIELDS. */
#ifndef WEB_FORMS_H
#define WEB_FORMS_H

#include "base/arena.h"

struct web_field {
    const char *name;
    const char *value; /* of a file: its bytes, followed by a NUL */
    size_t size;
    const char *file_name; /* NULL: not a file */
};

struct web_form {
    struct cv_arena *mem;
    struct web_field *fields;
    size_t count;
    size_t capacity;
};

struct web_form web_form_new(struct cv_arena *mem);
CV_MUST_USE cv_rc web_form_urlencoded(struct web_form *form, const char *text, size_t size);
/* body is changed (cut into pieces) and must live as long as the form; body[size] must be
 * writable. content_type carries the boundary. */
CV_MUST_USE cv_rc web_form_multipart(struct web_form *form, char *body, size_t size,
                                     const char *content_type);
/* {"name": "x", "count": 3, "on": true, "tags": ["a","b"], "map": {"3": "email"}}: numbers become
 * text, true "1", false and null nothing, lists several fields, objects fields like map[3]. */
CV_MUST_USE cv_rc web_form_json(struct web_form *form, const char *text, size_t size);
/* The index-th field of this name that is not a file; NULL past the end. */
const struct web_field *web_form_find(const struct web_form *form, const char *name, size_t index);
const struct web_field *web_form_file(const struct web_form *form, const char *name);

/* Adds a field; for the parsers. value[size] must be writable and becomes NUL. Fields without a
 * name are left out. */
CV_MUST_USE cv_rc web_form_add(struct web_form *form, const char *name, char *value, size_t size);
/* In place; a % without two hex digits stays. Gives the new size and ends with NUL, so
 * text[size] must be writable. */
size_t web_percent_decode(char *text, size_t size, bool plus_is_blank);

#endif
