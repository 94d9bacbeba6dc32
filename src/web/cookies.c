/* cookies: reading and setting them, and the sentence that is shown once after a step (flash),
 * which travels in one. Where people come over TLS a cookie's name begins with __Host-, so that no
 * neighbour under the same domain can set it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "web/inside.h"

enum { FLASH_BYTES = 800 };

static const char *full_name(const struct web_request *req, const char *name)
{
    bool is_secure = web_inside(req)->server->is_secure;
    return is_secure ? cv_sprintf(req->mem, "__Host-%s", name) : name;
}

const char *web_cookie(const struct web_request *req, const char *name)
{
    const char *wanted = full_name(req, name);
    size_t wanted_size = strlen(wanted);
    for (const char *at = web_inside(req)->head.cookie; at && *at;) {
        at += strspn(at, " ;");
        size_t size = strcspn(at, ";");
        const char *equals = memchr(at, '=', size);
        if (equals && (size_t)(equals - at) == wanted_size && memcmp(at, wanted, wanted_size) == 0)
            return cv_strndup(req->mem, equals + 1, size - wanted_size - 1);
        at += size;
    }
    return "";
}

static bool is_cookie_text(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 127 || strchr("\",;\\", *text)) return false;
    return true;
}

void web_set_cookie(struct web_request *req, const char *name, const char *value, int64_t max_age_s)
{
    assert(is_cookie_text(name) && is_cookie_text(value));
    assert(strlen(value) <= CV_LIMIT_COOKIE_BYTES);
    const char *age = max_age_s == 0 ? ""
                                     : cv_sprintf(req->mem, "; Max-Age=%lld",
                                                  max_age_s < 0 ? 0LL : (long long)max_age_s);
    const char *secure = web_inside(req)->server->is_secure ? "; Secure" : "";
    web_answer_header(web_inside(req), "Set-Cookie",
                      cv_sprintf(req->mem, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
                                 full_name(req, name), max_age_s < 0 ? "" : value, age, secure));
}

static const char *percent_encode(struct cv_arena *mem, const char *text, size_t max_bytes)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t size = strlen(text);
    if (size > max_bytes) {
        size = max_bytes;
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80) size--;
    }
    char *out = cv_alloc(mem, size * 3 + 1);
    char *to = out;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '/' ||
            c == '.') {
            *to++ = (char)c;
        } else {
            *to++ = '%';
            *to++ = hex[c >> 4];
            *to++ = hex[c & 15];
        }
    }
    return out;
}

void web_flash(struct web_request *req, const char *undo_path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sentence = cv_vsprintf(req->mem, format, args);
    va_end(args);
    const char *value =
        cv_sprintf(req->mem, "s=%s&u=%s", percent_encode(req->mem, sentence, FLASH_BYTES),
                   percent_encode(req->mem, undo_path ? undo_path : "", 200));
    web_set_cookie(req, "flash", value, 60);
}

json_t *web_flash_read(struct web_request *req)
{
    const char *value = web_cookie(req, "flash");
    if (value[0] == '\0' || strlen(value) > CV_LIMIT_COOKIE_BYTES) return NULL;
    struct web_form fields = web_form_new(req->mem);
    if (web_form_urlencoded(&fields, value, strlen(value)) != CV_OK) return NULL;
    const struct web_field *sentence = web_form_find(&fields, "s", 0);
    const struct web_field *undo = web_form_find(&fields, "u", 0);
    web_set_cookie(req, "flash", "", -1);
    if (!sentence || sentence->size == 0) return NULL;
    json_t *flash = json_pack("{s:s}", "sentence", sentence->value);
    /* Only a path of ours becomes a button. */
    if (undo && undo->value[0] == '/' && undo->value[1] != '/' && undo->value[1] != '\\')
        json_object_set_new(flash, "undo_url", json_string(undo->value));
    return flash;
}
