/* fields: what a handler reads of its request: path parts, fields, files, cookies. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "web/inside.h"

const char *web_path_text(const struct web_request *req, const char *name)
{
    const char *value = web_match_value(&web_inside(req)->match, req->route, name);
    return value ? value : "";
}

static bool read_int(int64_t *out, const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0) return false;
    *out = value;
    return true;
}

int64_t web_path_id(const struct web_request *req, const char *name)
{
    const char *text = web_path_text(req, name);
    int64_t id = 0;
    /* Digits only: one thing has one address. */
    if (text[0] < '1' || text[0] > '9' || !read_int(&id, text)) return 0;
    return id;
}

/* A form's own fields come before the query's. */
static const struct web_field *find(const struct web_request *req, const char *name, size_t index)
{
    const struct web_request_inside *in = web_inside(req);
    const struct web_form *form = web_form_find(&in->form, name, 0) ? &in->form : &in->query_form;
    return web_form_find(form, name, index);
}

const char *web_text(const struct web_request *req, const char *name)
{
    const struct web_field *field = find(req, name, 0);
    return field ? field->value : "";
}

int64_t web_int(const struct web_request *req, const char *name, int64_t absent)
{
    int64_t value;
    const struct web_field *field = find(req, name, 0);
    return field && read_int(&value, field->value) ? value : absent;
}

bool web_has(const struct web_request *req, const char *name)
{
    return find(req, name, 0) != NULL;
}

const char *web_text_at(const struct web_request *req, const char *name, size_t index)
{
    const struct web_field *field = find(req, name, index);
    return field ? field->value : NULL;
}

bool web_field_at(const struct web_request *req, const char *prefix, size_t index,
                  const char **name, const char **value)
{
    const struct web_request_inside *in = web_inside(req);
    size_t size = strlen(prefix);
    const struct web_form *forms[] = {&in->form, &in->query_form};
    for (size_t f = 0; f < 2; f++) {
        for (size_t i = 0; i < forms[f]->count; i++) {
            const struct web_field *field = &forms[f]->fields[i];
            if (field->file_name || strncmp(field->name, prefix, size) != 0) continue;
            if (index-- > 0) continue;
            *name = field->name + size;
            *value = field->value;
            return true;
        }
    }
    return false;
}

bool web_upload(struct web_upload *out, const struct web_request *req, const char *name)
{
    const struct web_field *field = web_form_file(&web_inside(req)->form, name);
    if (!field) return false;
    *out = (struct web_upload){
        .file_name = field->file_name, .bytes = field->value, .size = field->size};
    return true;
}
