/* files: answers for /assets/…: embedded, already packed, kept by browsers. */
#include <string.h>

#include "web/assets.h"
#include "web/inside.h"

/* If-None-Match: "a", W/"b" or *. */
static bool has_etag(const char *list, const char *etag)
{
    if (!list) return false;
    return strcmp(list, "*") == 0 || strstr(list, etag) != NULL;
}

/* The query's v, without reading it as a form: it is hex or not ours. */
static const char *version_asked(struct web_request_inside *in)
{
    if (strncmp(in->query, "v=", 2) != 0) return NULL;
    return cv_strndup(&in->mem, in->query + 2, strcspn(in->query + 2, "&"));
}

bool web_asset_answer(struct web_request_inside *in, const char *path)
{
    const struct cv_embedded *file = web_asset_find(path);
    if (!file || in->req.method != WEB_GET) return false;
    struct web_answer *answer = &in->answer;
    answer->may_keep = true;
    bool is_current = web_asset_is_current(file, version_asked(in));
    web_answer_header(in, "Cache-Control",
                      is_current ? "public, max-age=31536000, immutable" : "no-cache");
    web_answer_header(in, "ETag", file->etag);
    web_answer_header(in, "Vary", "Accept-Encoding");
    if (has_etag(in->head.if_none_match, file->etag)) {
        web_answer_bytes(in, 304, NULL, "", 0);
        return true;
    }
    bool is_packed = file->gzip && web_pack_is_accepted(in->head.accept_encoding);
    answer->is_packed = is_packed;
    web_answer_bytes(in, 200, web_asset_type(file->name), is_packed ? file->gzip : file->bytes,
                     is_packed ? file->gzip_size : file->size);
    return true;
}
