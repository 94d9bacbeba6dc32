/* exchange_web: the pages of imports: choose a file, look, confirm, undo. Exports are in
 * exchange_web_export.c. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"
#include "features/history/history.h"

enum {
    SHOWN_IMPORTS = 50,
    LARGE_BYTES = 200 << 10, /* about 2,000 people: read and stored by a job */
    KEPT_FOR_S = 86400
};

/* --- the list, and choosing a file ------------------------------------------------------------ */

static json_t *kinds_document(const struct house *house, const char *chosen)
{
    json_t *list = json_array();
    for (size_t i = 0; i < house->feature_count; i++)
        for (const struct exchange_import *import = house->features[i]->imports;
             import && import->name; import++)
            json_array_append_new(list,
                                  json_pack("{s:s,s:s,s:s,s:b}", "name", import->name, "title",
                                            import->title, "explain", import->explain, "is_chosen",
                                            strcmp(import->name, chosen) == 0));
    return list;
}

static cv_rc get_imports(struct web_request *req)
{
    json_t *imports = NULL;
    cv_rc rc = exchange_batch_documents(&imports, req->db, req->mem, SHOWN_IMPORTS);
    if (rc != CV_OK) return web_answer(req, rc);
    size_t count = json_array_size(imports);
    const char *lede =
        count ? cv_sprintf(req->mem, "%s came in; each can be looked at and undone as a whole.",
                           cv_count_text(req->mem, (long long)count, "file", "files"))
              : "Nothing has come in yet.";
    json_t *document = json_object();
    json_object_set_new(document, "page", json_pack("{s:s,s:s}", "title", "Imports", "lede", lede));
    json_object_set_new(document, "can_import", json_true());
    json_object_set_new(document, "has_imports", json_boolean(count > 0));
    json_object_set_new(document, "imports", imports);
    json_object_set_new(document, "kinds", kinds_document(req->house, ""));
    json_object_set_new(document, "pager", json_null());
    json_object_set_new(document, "problem_count", json_integer(0));
    return web_page(req, document);
}

static json_t *new_document(struct web_request *req, const char *kind, const char *pasted)
{
    json_t *document = json_object();
    json_object_set_new(document, "page",
                        json_pack("{s:s,s:s}", "title", "Import", "lede",
                                  "Convene guesses the columns, shows what would happen, and asks "
                                  "before it stores anything."));
    json_object_set_new(document, "kinds", kinds_document(req->house, kind));
    json_object_set_new(document, "pasted", json_string(pasted));
    json_object_set_new(document, "limit",
                        json_string(cv_sprintf(req->mem, "%d MB", CV_LIMIT_UPLOAD_BYTES >> 20)));
    return document;
}

static cv_rc get_new(struct web_request *req)
{
    const char *kind = web_text(req, "kind");
    json_t *document = new_document(req, *kind ? kind : "people", "");
    json_object_set_new(document, "problem_count", json_integer(0));
    return web_page(req, document);
}

/* --- looking ---------------------------------------------------------------------------------- */

/* A preview needs everybody who is there in memory: more than one request may use. */
static cv_rc preview_now(struct web_request *req, int64_t id, const json_t *choices)
{
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return CV_TOO_LARGE;
    }
    cv_rc rc = exchange_preview(req->db, &mem, id, choices, 0);
    cv_arena_free(&mem);
    return rc;
}

/* Small files are looked at in the request, large ones by a job that the page shows. */
static cv_rc start_preview(struct web_request *req, int64_t id, size_t size, json_t *choices)
{
    const struct house *house = req->house;
    int64_t job_id = 0;
    cv_rc rc = CV_OK;
    if (size <= LARGE_BYTES) {
        rc = preview_now(req, id, choices);
        json_decref(choices);
        return rc == CV_OK ? web_redirect(req, "/imports/%" PRId64, id) : web_answer(req, rc);
    }
    json_t *args = json_pack("{s:I,s:o}", "import", (json_int_t)id, "choices", choices);
    rc = jobs_start(&job_id, house->jobs, req->db, "exchange_preview", args, req->session.person_id,
                    req->now_s);
    json_decref(args);
    return rc == CV_OK ? web_redirect(req, "/jobs/%" PRId64, job_id) : web_answer(req, rc);
}

static const char *plain_file_name(struct cv_arena *mem, const char *name)
{
    const char *at = name;
    for (const char *p = name; *p; p++)
        if (*p == '/' || *p == '\\') at = p + 1;
    size_t size = strlen(at);
    return size > CV_LIMIT_NAME_BYTES ? "file" : size ? cv_strdup(mem, at) : "file";
}

static cv_rc post_imports(struct web_request *req)
{
    struct web_upload upload = {0};
    const char *kind = web_text(req, "kind");
    const char *pasted = web_text(req, "pasted");
    struct cv_problems problems = cv_problems_new(req->mem);
    bool has_file = web_upload(&upload, req, "file") && upload.size > 0;
    if (!exchange_import_find(req->house, kind))
        cv_problem(&problems, 0, "kind", "Choose one of them.", "What is in the file?");
    if (!has_file && !*pasted)
        cv_problem(&problems, 0, "file", "Choose a file, or paste rows below.",
                   upload.file_name ? "The file is empty." : "There is no file yet.");
    if (problems.total_count > 0)
        return web_refuse(req, &problems, new_document(req, kind, pasted));
    struct import_batch batch = {
        .kind = kind,
        .file_name = has_file ? plain_file_name(req->mem, upload.file_name) : "pasted rows",
        .bytes = has_file ? upload.bytes : pasted,
        .size = has_file ? upload.size : strlen(pasted),
        .choices = "{}",
        .person_id = req->session.person_id,
        .created_at_s = req->now_s,
    };
    int64_t id = 0;
    cv_rc rc = exchange_batch_clean(req->db, req->now_s - KEPT_FOR_S);
    if (rc == CV_OK) rc = exchange_batch_insert(&id, req->db, &batch);
    if (rc != CV_OK) return web_answer(req, rc);
    return start_preview(req, id, batch.size, json_pack("{s:s}", "on_match", "update"));
}

static cv_rc get_import(struct web_request *req)
{
    struct import_batch batch;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = exchange_batch_find(&batch, req->db, req->mem, id, false);
    if (rc != CV_OK) return web_answer(req, rc);
    if (strcmp(batch.state, "kept") != 0) return web_redirect(req, "/imports/%" PRId64 "/done", id);
    json_t *document = batch.preview ? json_loads(batch.preview, 0, NULL) : NULL;
    if (!document) return web_redirect(req, "/imports");
    json_object_set_new(
        document, "import",
        json_pack("{s:I,s:s,s:s,s:s,s:s}", "id", (json_int_t)id, "file", batch.file_name,
                  "discard_url", cv_sprintf(req->mem, "/imports/%" PRId64 "/discard", id),
                  "map_url", cv_sprintf(req->mem, "/imports/%" PRId64 "/map", id), "confirm_url",
                  cv_sprintf(req->mem, "/imports/%" PRId64 "/confirm", id)));
    return web_page(req, document);
}

static cv_rc post_map(struct web_request *req)
{
    struct import_batch batch;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = exchange_batch_find(&batch, req->db, req->mem, id, true);
    if (rc == CV_OK && (strcmp(batch.state, "kept") != 0 || !batch.bytes)) rc = CV_CONFLICT;
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *preview = batch.preview ? json_loads(batch.preview, 0, NULL) : NULL;
    const char *old_sheet =
        cv_strdup(req->mem, json_string_value(json_object_get(preview, "sheet")));
    json_decref(preview);
    const char *sheet = web_text(req, "sheet");
    json_t *choices = json_object();
    json_t *map = json_array();
    const char *column = NULL;
    const char *field = NULL;
    /* Another sheet has other columns: they are guessed anew. */
    bool same_sheet = !*sheet || (old_sheet && strcmp(sheet, old_sheet) == 0);
    for (size_t i = 0; same_sheet && web_field_at(req, "map[", i, &column, &field); i++) {
        size_t digits = strspn(column, "0123456789");
        json_array_append_new(
            map, json_string(cv_sprintf(req->mem, "#%.*s=%s", (int)digits, column, field)));
    }
    const char *on_match = web_text(req, "on_match");
    json_object_set_new(choices, "map", map);
    json_object_set_new(choices, "on_match", json_string(*on_match ? on_match : "update"));
    if (*sheet) json_object_set_new(choices, "sheet", json_string(sheet));
    return start_preview(req, id, batch.size, choices);
}

static cv_rc post_discard(struct web_request *req)
{
    cv_rc rc = exchange_batch_drop(req->db, web_path_id(req, "id"));
    if (rc == CV_OK) rc = exchange_batch_clean(req->db, req->now_s - KEPT_FOR_S);
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, NULL, "The file was put away. Nothing of it was stored.");
    return web_redirect(req, "/imports");
}

/* --- confirming ------------------------------------------------------------------------------- */

/* The look-alikes that were ticked join the choices of the kept file. */
static cv_rc keep_merges(struct web_request *req, const struct import_batch *batch)
{
    json_t *choices = json_loads(batch->choices, 0, NULL);
    json_t *merge = json_array();
    for (size_t i = 0; web_text_at(req, "merge", i); i++) {
        int64_t line = 0;
        for (const char *at = web_text_at(req, "merge", i); *at >= '0' && *at <= '9'; at++)
            if (line < INT64_C(1) << 40) line = line * 10 + (*at - '0');
        if (line > 0) json_array_append_new(merge, json_integer(line));
    }
    json_object_set_new(choices, "merge", merge);
    const char *text = feature_json_text(req->mem, choices);
    json_decref(choices);
    return exchange_batch_preview(req->db, batch->id, text, batch->preview, batch->job_id);
}

static cv_rc confirm_now(struct web_request *req, int64_t id)
{
    struct cv_arena mem;
    json_t *outcome = NULL;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return CV_TOO_LARGE;
    }
    cv_rc rc = exchange_confirm(&outcome, req->db, &mem, id, req->session.person_id, req->now_s);
    cv_arena_free(&mem);
    json_decref(outcome);
    return rc;
}

static cv_rc post_confirm(struct web_request *req)
{
    struct import_batch batch;
    const struct house *house = req->house;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = exchange_batch_find(&batch, req->db, req->mem, id, true);
    if (rc == CV_OK && strcmp(batch.state, "stored") == 0)
        return web_redirect(req, "/imports/%" PRId64 "/done", id); /* a double click */
    if (rc == CV_OK && (strcmp(batch.state, "kept") != 0 || !batch.preview)) rc = CV_CONFLICT;
    if (rc == CV_OK) rc = keep_merges(req, &batch);
    if (rc != CV_OK) return web_answer(req, rc);
    if (batch.size <= LARGE_BYTES) {
        rc = confirm_now(req, id);
        return rc == CV_OK ? web_redirect(req, "/imports/%" PRId64 "/done", id)
                           : web_answer(req, rc);
    }
    int64_t job_id = 0;
    json_t *args = json_pack("{s:I,s:I}", "import", (json_int_t)id, "person",
                             (json_int_t)req->session.person_id);
    rc = jobs_start(&job_id, house->jobs, req->db, "exchange_confirm", args, req->session.person_id,
                    req->now_s);
    json_decref(args);
    return rc == CV_OK ? web_redirect(req, "/jobs/%" PRId64, job_id) : web_answer(req, rc);
}

/* --- afterwards ------------------------------------------------------------------------------- */

static int64_t number_at(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(document, name));
}

static const char *done_lede(struct web_request *req, const json_t *counts)
{
    const char *refused = "";
    if (number_at(counts, "refused"))
        refused = cv_sprintf(req->mem, " %" PRId64 " were refused and are not stored.",
                             number_at(counts, "refused"));
    return cv_sprintf(req->mem,
                      "%" PRId64 " are new and %" PRId64
                      " were updated.%s Everything can still be undone together.",
                      number_at(counts, "new"), number_at(counts, "changed"), refused);
}

static json_t *done_next(const char *kind)
{
    static const struct {
        const char *kind;
        const char *url;
        const char *button;
    } steps[] = {
        {"places", "/imports/new?kind=people", "Import people"},
        {"people", "/imports/new?kind=statements", "Import what they wrote"},
        {"ties", "/imports/new?kind=statements", "Import what people wrote"},
        {"statements", "/themes", "Find the themes"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (strcmp(steps[i].kind, kind) == 0)
            return json_pack("{s:s,s:s}", "url", steps[i].url, "button", steps[i].button);
    return json_null();
}

static json_t *done_kept(struct web_request *req, const json_t *outcome)
{
    int64_t count = number_at(outcome, "kept_count");
    if (count == 0) return json_null();
    return json_pack(
        "{s:s,s:O}", "title",
        cv_sprintf(req->mem, count == 1 ? "%" PRId64 " stays" : "%" PRId64 " stay", count), "rows",
        json_object_get(outcome, "kept"));
}

static json_t *done_import(struct web_request *req, const struct import_batch *batch,
                           const json_t *outcome)
{
    bool is_stored = strcmp(batch->state, "stored") == 0;
    const char *name = NULL;
    for (size_t i = 0; i < house_feature_count && batch->person_id; i++)
        if (house_features[i]->person_name)
            name = house_features[i]->person_name(req->db, req->mem, batch->person_id);
    json_t *import = json_object();
    json_object_set_new(import, "id", json_integer(batch->id));
    json_object_set_new(import, "file", json_string(batch->file_name));
    json_object_set_new(import, "at", json_string(cv_time_text(req->mem, batch->stored_at_s)));
    json_object_set_new(import, "person", name ? json_string(name) : json_null());
    json_object_set_new(
        import, "undo_url",
        is_stored ? json_string(cv_sprintf(req->mem, "/imports/%" PRId64 "/undo", batch->id))
                  : json_null());
    json_object_set_new(
        import, "refused_url",
        json_object_get(outcome, "refused")
            ? json_string(cv_sprintf(req->mem, "/imports/%" PRId64 "/refused.csv", batch->id))
            : json_null());
    json_object_set_new(import, "undone_at",
                        is_stored ? json_null()
                                  : json_string(cv_time_text(req->mem, batch->undone_at_s)));
    return import;
}

static cv_rc get_done(struct web_request *req)
{
    struct import_batch batch;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = exchange_batch_find(&batch, req->db, req->mem, id, false);
    if (rc != CV_OK) return web_answer(req, rc);
    if (strcmp(batch.state, "kept") == 0) return web_redirect(req, "/imports/%" PRId64, id);
    const struct exchange_import *import = exchange_import_find(req->house, batch.kind);
    json_t *outcome = json_loads(batch.outcome, 0, NULL);
    json_t *counts = json_object_get(outcome, "counts");
    int64_t stored = number_at(counts, "new") + number_at(counts, "changed");
    bool is_stored = strcmp(batch.state, "stored") == 0;
    const char *title = "The import was undone";
    if (is_stored && import)
        title = cv_sprintf(req->mem, "%" PRId64 " %s %s stored", stored,
                           exchange_noun(import, stored), stored == 1 ? "is" : "are");
    const char *lede = done_lede(req, counts);
    if (!is_stored)
        lede =
            cv_sprintf(req->mem, "%" PRId64 " %s taken back%s.", number_at(outcome, "taken_back"),
                       number_at(outcome, "taken_back") == 1 ? "row was" : "rows were",
                       number_at(outcome, "kept_count")
                           ? "; those below stay, since they were changed since or something "
                             "else hangs on them now"
                           : "");
    json_t *document = json_object();
    json_object_set_new(document, "page", json_pack("{s:s,s:s}", "title", title, "lede", lede));
    json_object_set_new(document, "import", done_import(req, &batch, outcome));
    json_object_set(document, "counts", counts);
    json_object_set_new(document, "kept", done_kept(req, outcome));
    json_object_set_new(document, "next", is_stored ? done_next(batch.kind) : json_null());
    json_object_set_new(document, "problem_count", json_integer(0));
    json_decref(outcome);
    return web_page(req, document);
}

static cv_rc undo_now(struct web_request *req, int64_t id)
{
    struct cv_arena mem;
    json_t *outcome = NULL;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return CV_TOO_LARGE;
    }
    cv_rc rc = exchange_import_undo(&outcome, req->db, &mem, req->house, id, req->session.person_id,
                                    req->now_s);
    cv_arena_free(&mem);
    json_decref(outcome);
    return rc;
}

static cv_rc post_undo(struct web_request *req)
{
    int64_t id = web_path_id(req, "id");
    cv_rc rc = undo_now(req, id);
    return rc == CV_OK ? web_redirect(req, "/imports/%" PRId64 "/done", id) : web_answer(req, rc);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static cv_rc run_preview(struct job *job)
{
    int64_t id = number_at(job->args, "import");
    cv_rc rc = job_progress(job, 0, 1, "Reading the file and looking who is here already");
    if (rc == CV_OK)
        rc = exchange_preview(job->db, job->mem, id, json_object_get(job->args, "choices"), 0);
    if (rc != CV_OK) return rc;
    json_object_set_new(job->result, "url",
                        json_string(cv_sprintf(job->mem, "/imports/%" PRId64, id)));
    return job_progress(job, 1, 1, "Ready to be looked at");
}

static cv_rc run_confirm(struct job *job)
{
    json_t *outcome = NULL;
    int64_t id = number_at(job->args, "import");
    cv_rc rc = job_progress(job, 0, 1, "Storing, all at once or not at all");
    if (rc == CV_OK)
        rc = exchange_confirm(&outcome, job->db, job->mem, id, number_at(job->args, "person"),
                              job->now_s);
    if (rc != CV_OK) return rc;
    json_object_set(job->result, "counts", json_object_get(outcome, "counts"));
    json_object_set_new(job->result, "url",
                        json_string(cv_sprintf(job->mem, "/imports/%" PRId64 "/done", id)));
    json_decref(outcome);
    return CV_OK; /* stored: no cancel may say otherwise now */
}

const struct job_kind exchange_jobs[] = {
    {"exchange_preview", "Looking at a file", run_preview},
    {"exchange_confirm", "Storing an import", run_confirm},
    {NULL, NULL, NULL},
};

#define PAGE(name) "features/exchange/pages/" name ".html"
const struct web_route exchange_routes[] = {
    {WEB_GET, "/imports", ROLE_STEWARD, get_imports, PAGE("imports"), 0},
    {WEB_GET, "/imports/new", ROLE_STEWARD, get_new, PAGE("new"), 0},
    {WEB_POST, "/imports", ROLE_STEWARD, post_imports, PAGE("new"), WEB_UPLOAD},
    {WEB_GET, "/imports/:id", ROLE_STEWARD, get_import, PAGE("preview"), 0},
    {WEB_POST, "/imports/:id/map", ROLE_STEWARD, post_map, NULL, 0},
    {WEB_POST, "/imports/:id/confirm", ROLE_STEWARD, post_confirm, NULL, 0},
    {WEB_POST, "/imports/:id/discard", ROLE_STEWARD, post_discard, NULL, 0},
    {WEB_GET, "/imports/:id/done", ROLE_STEWARD, get_done, PAGE("done"), 0},
    {WEB_POST, "/imports/:id/undo", ROLE_STEWARD, post_undo, NULL, 0},
    {WEB_GET, "/imports/:id/refused.csv", ROLE_STEWARD, exchange_get_refused, NULL, 0},
    {WEB_GET, "/exports", ROLE_STEWARD, exchange_get_exports, PAGE("exports"), 0},
    {WEB_GET, "/exports/:file", ROLE_STEWARD, exchange_get_export, NULL, WEB_WAITS},
    {0, NULL, 0, NULL, NULL, 0},
};
