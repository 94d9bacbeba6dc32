/* answer: what a handler answers with: a page or its document, a redirect, a file, a failure. Kept
 * in the request until http.c sends it. */
#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "web/csrf.h"
#include "web/inside.h"
#include "web/json_text.h"

enum { PACK_FROM_BYTES = 1024 };
static const char html_type[] = "text/html; charset=utf-8";
static const char json_media[] = "application/json; charset=utf-8";
static const char text_type[] = "text/plain; charset=utf-8";

void web_answer_header(struct web_request_inside *in, const char *name, const char *value)
{
    struct web_answer *answer = &in->answer;
    assert(answer->header_count < WEB_ANSWER_HEADERS);
    answer->headers[answer->header_count].name = name;
    answer->headers[answer->header_count].value = value;
    answer->header_count++;
}

void web_answer_bytes(struct web_request_inside *in, int status, const char *type,
                      const char *bytes, size_t size)
{
    in->answer.status = status;
    in->answer.type = type;
    in->answer.bytes = bytes;
    in->answer.size = size;
}

void web_answer_plain(struct web_request_inside *in, int status, const char *sentence)
{
    in->answer.is_packed = false;
    web_answer_bytes(in, status, text_type, sentence, strlen(sentence));
}

/* A made text, packed when that is worth it. */
static void answer_text(struct web_request_inside *in, int status, const char *type,
                        const char *text, size_t size)
{
    size_t packed_size = 0;
    const char *packed = NULL;
    if (size > PACK_FROM_BYTES && web_pack_is_accepted(in->head.accept_encoding))
        packed = web_pack_gzip(&packed_size, in->server->pack, &in->mem, text, size);
    in->answer.is_packed = packed != NULL;
    web_answer_bytes(in, status, type, packed ? packed : text, packed ? packed_size : size);
}

/* --- pages -------------------------------------------------------------------------------------
 */

static json_t *frame_document(struct web_request_inside *in)
{
    struct web_request *req = &in->req;
    const struct web_session *session = &req->session;
    json_t *frame = json_object();
    json_object_set_new(frame, "request_id", json_string(in->id));
    json_object_set_new(frame, "path", json_string(req->path));
    json_object_set_new(frame, "is_signed_in", json_boolean(session->csrf != NULL));
    json_object_set_new(frame, "is_steward", json_boolean(session->role >= ROLE_STEWARD));
    json_object_set_new(frame, "is_facilitator", json_boolean(session->role >= ROLE_FACILITATOR));
    json_object_set_new(frame, "version", json_string(CONVENE_VERSION));
    const char *save_data = in->head.save_data;
    json_object_set_new(frame, "saves_data",
                        json_boolean(save_data && strcasecmp(save_data, "on") == 0));
    if (session->name) {
        json_object_set_new(frame, "name", json_string(session->name));
        json_object_set_new(frame, "initials",
                            json_string(cv_text_initials(req->mem, session->name)));
    }
    if (session->csrf)
        json_object_set_new(frame, "csrf", json_string(web_csrf_mask(req->mem, session->csrf)));
    json_t *flash = web_flash_read(req);
    if (flash) json_object_set_new(frame, "flash", flash);
    return frame;
}

static void answer_html(struct web_request_inside *in, int status, const char *page)
{
    struct web_request *req = &in->req;
    struct web_server *server = in->server;
    json_t *frame = frame_document(in);
    json_object_set_new(in->document, "frame", frame);
    if (server->house.frame) server->house.frame(server->house.house, req, frame);
    struct cv_buf buf = cv_buf_new(&in->mem, CV_LIMIT_PAGE_BYTES);
    cv_rc rc = web_pages_render(&buf, server->pages, page, in->document);
    if (rc == CV_OK) {
        answer_text(in, status, html_type, cv_buf_text(&buf), buf.size);
        return;
    }
    if (server->options.log)
        cv_log(server->options.log, CV_LOG_ERROR, "page_failed", cv_rc_name(rc), "id=%s page=%s",
               in->id, page);
    web_answer_plain(in, 500, "This page could not be drawn.\n");
}

static void answer_json(struct web_request_inside *in, int status)
{
    struct cv_buf buf = cv_buf_new(&in->mem, CV_LIMIT_PAGE_BYTES);
    if (in->req.session.csrf)
        web_answer_header(in, "X-CSRF-Token", web_csrf_mask(&in->mem, in->req.session.csrf));
    web_json_put(&buf, in->document);
    cv_buf_putc(&buf, '\n');
    if (buf.overflowed)
        web_answer_plain(in, 413, "This document is too large to be shown at once.\n");
    else
        answer_text(in, status, json_media, cv_buf_text(&buf), buf.size);
}

static void answer_document(struct web_request_inside *in, int status, const char *page,
                            json_t *document)
{
    assert(json_is_object(document));
    if (in->document) json_decref(in->document);
    in->document = document;
    if (in->req.wants_json || !page)
        answer_json(in, status);
    else
        answer_html(in, status, page);
}

cv_rc web_page_status(struct web_request *req, int status, json_t *document)
{
    answer_document(web_inside(req), status, req->route->page, document);
    return CV_OK;
}

cv_rc web_page(struct web_request *req, json_t *document)
{
    return web_page_status(req, 200, document);
}

/* --- failures ----------------------------------------------------------------------------------
 */

void web_answer_error(struct web_request_inside *in, int status, const char *sentence,
                      const char *remedy)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "That could not be read"},
        {401, "Please sign in"},
        {403, "Not for you to do"},
        {404, "Nothing here"},
        {405, "Not that way"},
        {409, "Somebody was first"},
        {413, "Too much at once"},
        {415, "Not that kind"},
        {422, "Please look again"},
        {429, "A little slower, please"},
        {503, "Not available right now"},
    };
    const char *title = "Something went wrong";
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status) title = titles[i].title;
    json_t *document =
        json_pack("{s:{s:s}, s:i, s:s, s:s*, s:s}", "page", "title", title, "status", status,
                  "sentence", sentence, "remedy", remedy, "request_id", in->id);
    answer_document(in, status, "web/pages/error.html", document);
}

cv_rc web_answer(struct web_request *req, cv_rc rc)
{
    static const struct {
        int status;
        const char *sentence;
        const char *remedy;
    } rows[] = {
        [CV_OK] = {200, "Done.", NULL},
        [CV_NOT_FOUND] = {404, "There is nothing at this address.",
                          "It may have been removed or renamed. Look for it from the home page."},
        [CV_CONFLICT] = {409, "Somebody changed this in the meantime.",
                         "Load the page again and look at it as it is now."},
        [CV_INVALID] = {422, "Something in this form is not as it should be.",
                        "Go back, check what you filled in and send it again."},
        [CV_DENIED] = {403, "This is for others in your network.", "Ask a steward of the network."},
        [CV_TOO_LARGE] = {413, "That is more than Convene takes at once.",
                          "Do it in smaller parts."},
        [CV_BUSY] = {503, "Convene is busy right now.", "Try again in a moment."},
        [CV_CANCELLED] = {409, "This was stopped.", "Start it again when you like."},
        [CV_UNAVAILABLE] = {503, "Convene cannot reach its data right now.",
                            "Try again in a minute. If it stays like this, tell the person who "
                            "runs the server, with the number below."},
    };
    struct web_request_inside *in = web_inside(req);
    if (rows[rc].status == 503) web_answer_header(in, "Retry-After", "5");
    web_answer_error(in, rows[rc].status, rows[rc].sentence, rows[rc].remedy);
    return CV_OK;
}

static const char *problem_place(struct cv_arena *mem, const struct cv_problem *problem)
{
    const char *cell = NULL;
    if (problem->line > 0)
        cell = problem->column > 0 ? cv_cell_name(mem, problem->line, problem->column)
                                   : cv_sprintf(mem, "row %lld", (long long)problem->line);
    const char *parts[] = {problem->sheet, cell, problem->field};
    struct cv_buf buf = cv_buf_new(mem, 1000);
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i] || !parts[i][0]) continue;
        if (buf.size) cv_buf_puts(&buf, ", ");
        cv_buf_puts(&buf, parts[i]);
    }
    return buf.size ? cv_buf_text(&buf) : NULL;
}

/* Problems quote what strangers sent; what is no text there must not lose the whole sentence. */
static void set_text(json_t *object, const char *key, struct cv_arena *mem, const char *text)
{
    if (!text) return;
    if (!cv_utf8_valid(text, strlen(text))) {
        char *copy = cv_strdup(mem, text);
        for (char *at = copy; *at; at++)
            if ((unsigned char)*at >= 128) *at = '?';
        text = copy;
    }
    json_object_set_new(object, key, json_string(text));
}

json_t *web_problems_json(const struct cv_problems *problems)
{
    json_t *list = json_array();
    for (size_t i = 0; i < problems->count; i++) {
        const struct cv_problem *p = &problems->items[i];
        json_t *row = json_object();
        set_text(row, "place", problems->mem, problem_place(problems->mem, p));
        set_text(row, "sheet", problems->mem, p->sheet);
        set_text(row, "field", problems->mem, p->field);
        set_text(row, "sentence", problems->mem, p->sentence);
        set_text(row, "remedy", problems->mem, p->remedy);
        if (p->line > 0) json_object_set_new(row, "line", json_integer(p->line));
        if (p->column > 0) json_object_set_new(row, "column", json_integer(p->column));
        json_array_append_new(list, row);
    }
    return list;
}

cv_rc web_refuse(struct web_request *req, const struct cv_problems *problems, json_t *document)
{
    struct web_request_inside *in = web_inside(req);
    bool is_own_page = document != NULL;
    if (!document)
        document = json_pack("{s:{s:s}, s:i, s:s, s:s}", "page", "title", "Please look again",
                             "status", 422, "sentence",
                             problems->total_count == 1 ? "One thing is not as it should be."
                                                        : "Some things are not as they should be.",
                             "request_id", in->id);
    json_object_set_new(document, "problems", web_problems_json(problems));
    json_object_set_new(document, "problem_count", json_integer((int64_t)problems->total_count));
    size_t more_count = problems->total_count - problems->count;
    if (more_count) json_object_set_new(document, "more_count", json_integer((int64_t)more_count));
    answer_document(in, 422, is_own_page ? req->route->page : "web/pages/error.html", document);
    return CV_OK;
}

/* --- redirects and files -----------------------------------------------------------------------
 */

/* Bytes that may not stand in an address or a header are percent-encoded. */
static const char *encode_path(struct cv_arena *mem, const char *path)
{
    struct cv_buf buf = cv_buf_new(mem, 8192);
    for (const char *at = path; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c <= ' ' || c >= 127 || strchr("\"<>\\^`{|}", c))
            cv_buf_printf(&buf, "%%%02X", c);
        else
            cv_buf_putc(&buf, (char)c);
    }
    return cv_buf_text(&buf);
}

cv_rc web_redirect(struct web_request *req, const char *path_format, ...)
{
    struct web_request_inside *in = web_inside(req);
    va_list args;
    va_start(args, path_format);
    const char *path = encode_path(req->mem, cv_vsprintf(req->mem, path_format, args));
    va_end(args);
    /* "//host" would lead elsewhere. */
    assert(path[0] == '/' && path[1] != '/');
    web_answer_header(in, "Location", path);
    if (req->wants_json) {
        const char *body = cv_sprintf(req->mem, "{\"url\":\"%s\"}\n", path);
        web_answer_bytes(in, 303, json_media, body, strlen(body));
    } else {
        web_answer_bytes(in, 303, text_type, "", 0);
    }
    return CV_OK;
}

cv_rc web_file(struct web_request *req, const char *file_name, const char *content_type,
               const void *bytes, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    struct web_request_inside *in = web_inside(req);
    struct cv_buf plain = cv_buf_new(req->mem, 300);
    struct cv_buf encoded = cv_buf_new(req->mem, 900);
    for (const char *at = file_name; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool is_simple =
            (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr(".-_", c);
        cv_buf_putc(&plain, is_simple ? (char)c : '_');
        if (is_simple) {
            cv_buf_putc(&encoded, (char)c);
        } else {
            const char escape[] = {'%', hex[c >> 4], hex[c & 15]};
            cv_buf_put(&encoded, escape, 3);
        }
    }
    web_answer_header(in, "Content-Disposition",
                      cv_sprintf(req->mem, "attachment; filename=\"%s\"; filename*=UTF-8''%s",
                                 cv_buf_text(&plain), cv_buf_text(&encoded)));
    web_answer_bytes(in, 200, content_type, bytes, size);
    return CV_OK;
}
