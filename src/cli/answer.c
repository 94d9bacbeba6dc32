/* answer: one document to the terminal, as text or as JSON; failures as sentences with a remedy. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_inside.h"

void cli_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
}

static int flushed(int code)
{
    /* A full disk or a closed pipe behind standard output is the world failing. */
    return fflush(stdout) == 0 && !ferror(stdout) ? code : 1;
}

static void put_json(FILE *to, const json_t *document)
{
    (void)json_dumpf(document, to, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    (void)fputc('\n', to);
}

int cli_answer(struct cli_request *req, json_t *document,
               void (*text)(struct cli_request *req, const json_t *document))
{
    if (req->json || !text)
        put_json(stdout, document);
    else
        text(req, document);
    json_decref(document);
    return flushed(0);
}

static const char *rc_sentence(cv_rc rc)
{
    switch (rc) {
    case CV_OK: return "done";
    case CV_NOT_FOUND:
        return "there is no such thing; the list verb of the same name shows what there is";
    case CV_CONFLICT:
        return "something else stands in the way: it was changed or taken meanwhile; look again "
               "and repeat";
    case CV_INVALID: return "the input was wrong";
    case CV_DENIED: return "this is not allowed here";
    case CV_TOO_LARGE:
        return "it is larger than this program takes; \"convene limits\" lists the numbers";
    case CV_BUSY: return "the database is busy; try again in a moment";
    case CV_CANCELLED: return "stopped; nothing was half stored";
    case CV_UNAVAILABLE: return "the database or the disk failed; nothing was half stored";
    }
    return "failed";
}

static void put_problem(const struct cv_problem *p, struct cv_arena *mem)
{
    const char *place = "";
    if (p->line > 0 && p->column > 0)
        place = cv_sprintf(mem, "%s%scell %s: ", p->sheet ? p->sheet : "", p->sheet ? ", " : "",
                           cv_cell_name(mem, p->line, p->column));
    else if (p->line > 0)
        place = cv_sprintf(mem, "%s%sline %" PRId64 ": ", p->sheet ? p->sheet : "",
                           p->sheet ? ", " : "", p->line);
    /* Problems of pages are whole sentences, those of options are not. */
    size_t size = strlen(p->sentence);
    bool is_whole = size > 0 && strchr(".?!", p->sentence[size - 1]);
    (void)fprintf(stderr, "convene: %s%s%s%s\n", place, p->sentence,
                  !p->remedy ? ""
                  : is_whole ? " "
                             : "; ",
                  p->remedy ? p->remedy : "");
}

static json_t *problem_document(const struct cv_problem *p)
{
    json_t *row = json_pack("{s:s}", "sentence", p->sentence);
    if (p->remedy) json_object_set_new(row, "remedy", json_string(p->remedy));
    if (p->field) json_object_set_new(row, "field", json_string(p->field));
    if (p->sheet) json_object_set_new(row, "sheet", json_string(p->sheet));
    if (p->line > 0) json_object_set_new(row, "line", json_integer(p->line));
    if (p->column > 0) json_object_set_new(row, "column", json_integer(p->column));
    return row;
}

int cli_fail(struct cli_request *req, cv_rc rc)
{
    const struct cv_problems *problems = &req->problems;
    bool input_is_wrong = rc == CV_INVALID || rc == CV_NOT_FOUND || rc == CV_TOO_LARGE ||
                          rc == CV_DENIED || rc == CV_CONFLICT;
    (void)fflush(stdout);
    if (req->json) {
        json_t *rows = json_array();
        for (size_t i = 0; i < problems->count; i++)
            json_array_append_new(rows, problem_document(&problems->items[i]));
        if (problems->count == 0)
            json_array_append_new(rows, json_pack("{s:s}", "sentence", rc_sentence(rc)));
        json_t *document = json_pack("{s:s, s:o}", "error", cv_rc_name(rc), "problems", rows);
        put_json(stdout, document);
        json_decref(document);
        return flushed(input_is_wrong ? 2 : 1);
    }
    for (size_t i = 0; i < problems->count; i++) put_problem(&problems->items[i], req->mem);
    if (problems->total_count > problems->count)
        (void)fprintf(stderr, "convene: and %zu more\n", problems->total_count - problems->count);
    if (problems->count == 0) (void)fprintf(stderr, "convene: %s\n", rc_sentence(rc));
    return input_is_wrong ? 2 : 1;
}

void cli_bar(void *context, int64_t done, int64_t total, const char *what)
{
    enum { CELLS = 24 };
    if (!isatty(STDERR_FILENO)) return;
    if (total <= 0 || done >= total) {
        (void)fputs("\r\033[K", stderr);
        return;
    }
    int filled = (int)(done * CELLS / total);
    (void)fprintf(stderr, "\r\033[K[%.*s%.*s] %3d%%  %.60s", filled, "########################",
                  CELLS - filled, "........................", (int)(done * 100 / total), what);
    (void)fflush(stderr);
}
