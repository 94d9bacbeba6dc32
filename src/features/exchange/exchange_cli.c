/* exchange_cli: import and export in the terminal: the same look, confirm and undo as the pages. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"

/* --- files ------------------------------------------------------------------------------------ */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static cv_rc cannot_read(struct cli_request *req, const char *path, const char *why,
                         const char *remedy)
{
    cv_problem(&req->problems, 0, NULL, remedy, "%s cannot be read: %s.", path, why);
    return CV_INVALID;
}

static cv_rc read_file(const char **out, size_t *out_size, struct cli_request *req,
                       const char *path)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cannot_read(req, path, strerror(errno), "Look at the name and at who may read it.");
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        (void)close(fd);
        return cannot_read(req, path, "it is no file", "Give the path of a CSV or XLSX file.");
    }
    if (facts.st_size > CV_LIMIT_UPLOAD_BYTES) {
        (void)close(fd);
        cv_problem(&req->problems, 0, NULL,
                   "Split it, or take out sheets and columns that are not needed.",
                   "%s has %lld MB; at most %d MB are read.", path,
                   (long long)(facts.st_size >> 20), CV_LIMIT_UPLOAD_BYTES >> 20);
        return CV_TOO_LARGE;
    }
    char *bytes = cv_alloc(req->mem, (size_t)facts.st_size + 1);
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < (size_t)facts.st_size) {
        got = read(fd, bytes + size, (size_t)facts.st_size - size);
        if (got > 0) size += (size_t)got;
    }
    (void)close(fd);
    if (got < 0) return cannot_read(req, path, strerror(errno), "Try it with a copy of the file.");
    *out = bytes;
    *out_size = size;
    return CV_OK;
}

/* --- import ----------------------------------------------------------------------------------- */

static const struct cli_option import_options[] = {
    {"--dry-run", NULL, "look only: store nothing"},
    {"--map", "COLUMN=FIELD", "say what a column is (its heading or its letter); may be repeated"},
    {"--on-match", "WHAT", "when a row is here already: skip, update (the usual) or keep both"},
    {"--sheet", "NAME", "the sheet of an XLSX file; the first with rows otherwise"},
    {"--merge-near", NULL, "take rows that look like somebody for that person"},
    {NULL, NULL, NULL},
};

static int64_t number_at(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(document, name));
}

static const char *text_at(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text ? text : "";
}

static void say_columns(struct cli_request *req, const json_t *document)
{
    size_t i = 0;
    json_t *column = NULL;
    cli_say("Columns:\n");
    json_array_foreach(json_object_get(document, "columns"), i, column)
    {
        if (json_is_true(json_object_get(column, "is_sensitive"))) continue;
        const char *label = json_string_value(json_object_get(column, "label"));
        cli_say("  %s  %s %s%s\n", text_at(column, "letter"), text_at(column, "heading"),
                label ? "is " : "is left out", label ? label : "");
    }
    const json_t *sensitive = json_object_get(document, "sensitive");
    if (json_is_object(sensitive))
        cli_say("\nLeft out on purpose: %s %s\n%s\n", text_at(sensitive, "columns_text"),
                text_at(sensitive, "sentence"), text_at(sensitive, "remedy"));
}

static void say_import(struct cli_request *req, const json_t *document)
{
    enum { SHOWN = 20 };
    const json_t *counts = json_object_get(document, "counts");
    cli_say("%s: %" PRId64 " row%s. New %" PRId64 ", changed %" PRId64 ", the same %" PRId64
            ", passed over %" PRId64 ", refused %" PRId64 ".\n\n",
            text_at(document, "file"), number_at(counts, "rows"),
            number_at(counts, "rows") == 1 ? "" : "s", number_at(counts, "new"),
            number_at(counts, "changed"), number_at(counts, "same"), number_at(counts, "skipped"),
            number_at(counts, "refused"));
    say_columns(req, document);
    size_t i = 0;
    json_t *row = NULL;
    const json_t *near = json_object_get(document, "near");
    if (json_array_size(near) > 0)
        cli_say("\n%s (--merge-near takes them for the same):\n", text_at(document, "near_title"));
    json_array_foreach(near, i, row)
    {
        if (i == SHOWN) break;
        cli_say("  line %" PRId64 ": %s looks like %s\n", number_at(row, "line"),
                text_at(row, "name"), text_at(row, "near_name"));
    }
    const json_t *notes = json_object_get(document, "notes");
    if (json_array_size(notes) > 0) cli_say("\n");
    json_array_foreach(notes, i, row)
    {
        if (i == SHOWN) break;
        cli_say("  %s\n", text_at(row, "sentence"));
    }
    int64_t id = number_at(document, "import_id");
    if (id)
        cli_say("\nStored as import %" PRId64 ". To take it back: convene import undo %" PRId64
                "\n",
                id, id);
    else if (json_is_true(json_object_get(document, "is_dry_run")))
        cli_say("\nNothing was stored: this was a look only (--dry-run).\n");
    else
        cli_say("\nNothing was stored: there is nothing new in it.\n");
}

/* What is wrong, to standard error: the rest was stored, so that this is no failure. */
static void tell_problems(const json_t *document)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(document, "problems"), i, row)
    {
        const char *remedy = text_at(row, "remedy");
        (void)fprintf(stderr, "convene: %s: %s %s\n", text_at(row, "place"),
                      text_at(row, "sentence"), remedy);
    }
    int64_t more = number_at(document, "more_count");
    if (more) (void)fprintf(stderr, "convene: and %" PRId64 " more like these\n", more);
}

static cv_rc read_options(struct exchange_options *out, struct cli_request *req)
{
    enum { MOST_MAPS = 200 };
    *out = (struct exchange_options){.on_match = EXCHANGE_UPDATE,
                                     .sheet = cli_option(req, "--sheet"),
                                     .dry_run = cli_switch(req, "--dry-run"),
                                     .merge_all_near = cli_switch(req, "--merge-near")};
    const char **map = CV_NEW_ARRAY(req->mem, const char *, MOST_MAPS + 1);
    for (size_t i = 0; i < MOST_MAPS && cli_option_at(req, "--map", i); i++)
        map[i] = cli_option_at(req, "--map", i);
    out->map = map;
    const char *on_match = cli_option(req, "--on-match");
    if (on_match && exchange_on_match_read(&out->on_match, on_match) != CV_OK) {
        cv_problem(&req->problems, 0, "--on-match", "Write skip, update or keep.",
                   "\"%s\" is no answer to what happens when a row is here already.", on_match);
        return CV_INVALID;
    }
    return CV_OK;
}

/* Says where each problem is, in the words of the document; the plain list knows fields only. */
static int refuse(struct cli_request *req, json_t *document)
{
    if (req->json) {
        (void)cli_answer(req, document, say_import);
        return 2;
    }
    tell_problems(document);
    json_decref(document);
    (void)fprintf(stderr, "convene: nothing was stored\n");
    return 2;
}

static const struct exchange_import *choose_import(struct cli_request *req, const char *name)
{
    const struct exchange_import *import = name ? exchange_import_find(req->house, name) : NULL;
    if (import) return import;
    const struct house *house = req->house;
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < house->feature_count; i++)
        for (const struct exchange_import *row = house->features[i]->imports;
             row && row->name && count < 64; row++)
            names[count++] = row->name;
    cv_problem(&req->problems, 0, "WHAT",
               cv_sprintf(req->mem, "It can be %s: convene import people roster.csv",
                          cv_list_text(req->mem, names, count)),
               name ? "\"%s\" is nothing that comes in from a spreadsheet."
                    : "What is to come in?%s",
               name ? name : "");
    return NULL;
}

static int run_import(struct cli_request *req)
{
    const struct exchange_import *import = choose_import(req, cli_argument(req, 0));
    const char *path = cli_argument(req, 1);
    const char *bytes = NULL;
    size_t size = 0;
    struct exchange_options options;
    if (!path || cli_argument_count(req) > 2)
        cv_problem(&req->problems, 0, "FILE", "Give one CSV, XLSX or JSON file.",
                   path ? "Only one file comes in at a time." : "Which file?");
    if (req->problems.total_count > 0) return cli_fail(req, CV_INVALID);
    cv_rc rc = read_options(&options, req);
    if (rc == CV_OK) rc = read_file(&bytes, &size, req, path);
    if (rc != CV_OK) return cli_fail(req, rc);
    json_t *document = NULL;
    struct cv_problems found = cv_problems_new(req->mem);
    rc = exchange_import_file(&document, req->db, req->mem, req->house, import->name,
                              base_name(path), bytes, size, &options, 0, req->now_s, &found);
    if (document && rc == CV_INVALID) return refuse(req, document);
    if (rc != CV_OK) return cli_fail(req, rc);
    if (!req->json) tell_problems(document);
    return cli_answer(req, document, say_import);
}

/* --- undo and list ---------------------------------------------------------------------------- */

static void say_undo(struct cli_request *req, const json_t *document)
{
    size_t i = 0;
    json_t *row = NULL;
    int64_t taken_back = number_at(document, "taken_back");
    cli_say("Took back %" PRId64 " row%s of %s.\n", taken_back, taken_back == 1 ? "" : "s",
            text_at(document, "file"));
    int64_t kept = number_at(document, "kept_count");
    if (kept == 0) return;
    cli_say("%" PRId64 " stay:\n", kept);
    json_array_foreach(json_object_get(document, "kept"), i, row)
        cli_say("  %s: %s\n", text_at(row, "name"), text_at(row, "why"));
}

static int run_undo(struct cli_request *req)
{
    const char *text = cli_argument(req, 0);
    char *end = NULL;
    int64_t id = text ? strtoll(text, &end, 10) : 0;
    if (id <= 0 || *end) {
        cv_problem(&req->problems, 0, "N", "The numbers are in: convene import list",
                   "Which import? Give its number.");
        return cli_fail(req, CV_INVALID);
    }
    json_t *document = NULL;
    cv_rc rc = exchange_import_undo(&document, req->db, req->mem, req->house, id, 0, req->now_s);
    if (rc == CV_NOT_FOUND || rc == CV_CONFLICT) {
        cv_problem(&req->problems, 0, "N", "The numbers are in: convene import list",
                   rc == CV_CONFLICT ? "Import %" PRId64 " is undone already, or was never stored."
                                     : "There is no import %" PRId64 ".",
                   id);
        return cli_fail(req, CV_INVALID);
    }
    return rc == CV_OK ? cli_answer(req, document, say_undo) : cli_fail(req, rc);
}

static void say_list(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"Number=id",   "What=kind", "File=file",
                                          "State=state", "When=at",   "Rows=rows"};
    const json_t *imports = json_object_get(document, "imports");
    if (json_array_size(imports) == 0)
        cli_say("Nothing has come in yet.\n");
    else
        cli_table(req, imports, columns, sizeof columns / sizeof columns[0]);
}

static int run_list(struct cli_request *req)
{
    enum { SHOWN = 100 };
    json_t *list = NULL;
    cv_rc rc = exchange_batch_documents(&list, req->db, req->mem, SHOWN);
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req, json_pack("{s:o}", "imports", list), say_list);
}

/* --- export ----------------------------------------------------------------------------------- */

static const struct cli_option export_options[] = {
    {"--to", "FILE", "where to: FILE.csv, FILE.xlsx or FILE.json; - is standard output (CSV)"},
    {"--excel", NULL, "CSV that Excel opens with its accents right"},
    {NULL, NULL, NULL},
};

static bool ends_with(const char *text, const char *ending)
{
    size_t size = strlen(text);
    size_t ending_size = strlen(ending);
    return size > ending_size && strcasecmp(text + size - ending_size, ending) == 0;
}

static cv_rc write_file(struct cli_request *req, const char *path, const char *bytes, size_t size)
{
    int fd = strcmp(path, "-") == 0 ? STDOUT_FILENO
                                    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t done = 0;
    ssize_t put = fd < 0 ? -1 : 0;
    while (fd >= 0 && done < size) {
        put = write(fd, bytes + done, size - done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) break;
        done += (size_t)put;
    }
    int wrong = errno;
    if (fd > STDOUT_FILENO && close(fd) != 0 && done == size) {
        wrong = errno;
        done = 0;
        put = -1;
    }
    if (fd >= 0 && done == size) return CV_OK;
    cv_problem(&req->problems, 0, "--to", "Choose a place that you may write and that has room.",
               "%s cannot be written: %s.", path, strerror(wrong));
    return CV_UNAVAILABLE;
}

static void say_export(struct cli_request *req, const json_t *document)
{
    cli_say("Wrote %" PRId64 " row%s to %s\n", number_at(document, "rows"),
            number_at(document, "rows") == 1 ? "" : "s", text_at(document, "file"));
}

static cv_rc choose_format(enum exchange_format *out, struct cli_request *req, const char *path)
{
    bool excel = cli_switch(req, "--excel");
    if (ends_with(path, ".json") && !excel)
        *out = EXCHANGE_JSON;
    else if (ends_with(path, ".xlsx") && !excel)
        *out = EXCHANGE_XLSX;
    else if (ends_with(path, ".csv") || strcmp(path, "-") == 0)
        *out = excel ? EXCHANGE_EXCEL_CSV : EXCHANGE_CSV;
    else {
        cv_problem(&req->problems, 0, "--to",
                   "Let the name end in .csv, .xlsx or .json (--excel goes with .csv).",
                   "It cannot be seen from \"%s\" what kind of file it is to be.", path);
        return CV_INVALID;
    }
    return CV_OK;
}

static const struct exchange_export *choose_export(struct cli_request *req, const char *name)
{
    const struct exchange_export *what = name ? exchange_export_find(req->house, name) : NULL;
    if (what) return what;
    const struct house *house = req->house;
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < house->feature_count; i++)
        for (const struct exchange_export *row = house->features[i]->exports;
             row && row->name && count < 64; row++)
            names[count++] = row->name;
    cv_problem(&req->problems, 0, "WHAT",
               cv_sprintf(req->mem, "It can be %s.", cv_list_text(req->mem, names, count)),
               name ? "There is no export called \"%s\"." : "What is to go out?%s",
               name ? name : "");
    return NULL;
}

static int run_export(struct cli_request *req)
{
    const char *path = cli_option(req, "--to");
    const struct exchange_export *what = choose_export(req, cli_argument(req, 0));
    enum exchange_format format = EXCHANGE_CSV;
    if (!path)
        cv_problem(&req->problems, 0, "--to", "Add --to people.csv (or .xlsx, .json).",
                   "Where is it to go?");
    if (!what || !path || choose_format(&format, req, path) != CV_OK)
        return cli_fail(req, CV_INVALID);
    const char *bytes = NULL;
    size_t size = 0;
    size_t rows = 0;
    cv_rc rc =
        exchange_export_bytes(&bytes, &size, &rows, what, format, req->db, req->mem, req->now_s);
    if (rc == CV_OK) rc = write_file(req, path, bytes, size);
    if (rc != CV_OK) return cli_fail(req, rc);
    if (strcmp(path, "-") == 0) return 0;
    return cli_answer(
        req, json_pack("{s:s,s:s,s:I}", "kind", what->name, "file", path, "rows", (json_int_t)rows),
        say_export);
}

const struct cli_command exchange_commands[] = {
    {"import", "people|places|statements|ties FILE",
     "Bring in people, places, statements or ties from a spreadsheet.",
     "Reads CSV, XLSX or JSON. Guesses the columns by their headings in English and Spanish, says "
     "what is new, changed, the same and refused, and stores all but the refused rows at once. The "
     "whole import can be taken back with import undo.",
     import_options, run_import, 0},
    {"import undo", "N", "Take a whole import back.",
     "Rows that were changed since, or on which something else hangs, stay and are named.", NULL,
     run_undo, 0},
    {"import list", "", "Show what came in.", NULL, NULL, run_list, 0},
    {"export", "WHAT --to FILE", "Write people, places, statements or ties to a file.",
     "WHAT is people, places, statements, ties or collectives. No cell holds a live formula, and "
     "the file comes back in unchanged.",
     export_options, run_export, 0},
    {NULL, NULL, NULL, NULL, NULL, NULL, 0},
};
