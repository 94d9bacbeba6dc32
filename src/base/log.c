/* log: see log.h. A line is written with one call, so that threads do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_BYTES = 2048 };

struct line {
    char text[LINE_MAX_BYTES];
    size_t size;
};

static void line_put(struct line *line, const char *text, size_t size)
{
    size_t left = LINE_MAX_BYTES - 2 - line->size;
    if (size > left) size = left;
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

static void line_puts(struct line *line, const char *text)
{
    line_put(line, text, strlen(text));
}

static void line_quoted(struct line *line, const char *text, size_t size)
{
    line_puts(line, "\"");
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') line_puts(line, "\\");
        if (c < ' ')
            line_puts(line, " ");
        else
            line_put(line, text + i, 1);
    }
    line_puts(line, "\"");
}

static void line_pairs_json(struct line *line, const char *pairs)
{
    for (const char *at = pairs; *at;) {
        size_t size = strcspn(at, " ");
        const char *equals = memchr(at, '=', size);
        if (equals) {
            line_puts(line, ",");
            line_quoted(line, at, (size_t)(equals - at));
            line_puts(line, ":");
            line_quoted(line, equals + 1, size - (size_t)(equals + 1 - at));
        }
        at += size + (at[size] == ' ');
    }
}

void cv_log(const struct cv_log *log, enum cv_log_level level, const char *event,
            const char *detail, const char *pairs, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    if (level > log->level) return;
    char values[1024];
    va_list args;
    va_start(args, pairs);
    (void)vsnprintf(values, sizeof values, pairs, args);
    va_end(args);
    char when[32];
    time_t now = time(NULL);
    struct tm parts;
    (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    struct line line = {.size = 0};
    line_puts(&line, log->json ? "{\"at\":" : "");
    if (log->json) {
        line_quoted(&line, when, strlen(when));
        line_puts(&line, ",\"level\":");
        line_quoted(&line, names[level], strlen(names[level]));
        line_puts(&line, ",\"event\":");
        line_quoted(&line, event, strlen(event));
        line_pairs_json(&line, values);
    } else {
        line_puts(&line, when);
        line_puts(&line, " ");
        line_puts(&line, names[level]);
        line_puts(&line, " ");
        line_puts(&line, event);
        line_puts(&line, values[0] ? " " : "");
        line_puts(&line, values);
    }
    if (detail) {
        line_puts(&line, log->json ? ",\"detail\":" : " ");
        line_quoted(&line, detail, strlen(detail));
    }
    line_puts(&line, log->json ? "}" : "");
    line.text[line.size++] = '\n';
    (void)fwrite(line.text, 1, line.size, stderr);
}
