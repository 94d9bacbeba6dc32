/* exchange: the rules of imports: look, confirm in one transaction, undo what nobody touched since.
 */
#include "features/exchange/exchange.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "features/exchange/exchange_internal.h"
#include "features/history/history.h"

static const struct exchange_import *import_in(const struct feature *const *features, size_t count,
                                               const char *name)
{
    for (size_t i = 0; i < count; i++)
        for (const struct exchange_import *import = features[i]->imports; import && import->name;
             import++)
            if (strcmp(import->name, name) == 0) return import;
    return NULL;
}

const struct exchange_import *exchange_import_find(const struct house *house, const char *name)
{
    return import_in(house->features, house->feature_count, name);
}

const struct exchange_export *exchange_export_find(const struct house *house, const char *name)
{
    for (size_t i = 0; i < house->feature_count; i++)
        for (const struct exchange_export *what = house->features[i]->exports; what && what->name;
             what++)
            if (strcmp(what->name, name) == 0) return what;
    return NULL;
}

/* --- choices ---------------------------------------------------------------------------------- */

const char *exchange_on_match_name(enum exchange_on_match on_match)
{
    switch (on_match) {
    case EXCHANGE_SKIP: return "skip";
    case EXCHANGE_UPDATE: return "update";
    case EXCHANGE_KEEP_BOTH: return "keep";
    }
    return "update";
}

cv_rc exchange_on_match_read(enum exchange_on_match *out, const char *text)
{
    for (int i = EXCHANGE_SKIP; i <= EXCHANGE_KEEP_BOTH; i++) {
        if (strcmp(text, exchange_on_match_name((enum exchange_on_match)i)) != 0) continue;
        *out = (enum exchange_on_match)i;
        return CV_OK;
    }
    return CV_INVALID;
}

struct exchange_options exchange_options_read(struct cv_arena *mem, const json_t *choices)
{
    struct exchange_options options = {.on_match = EXCHANGE_UPDATE};
    const char *on_match = json_string_value(json_object_get(choices, "on_match"));
    if (on_match && exchange_on_match_read(&options.on_match, on_match) != CV_OK)
        options.on_match = EXCHANGE_UPDATE;
    options.sheet = cv_strdup(mem, json_string_value(json_object_get(choices, "sheet")));
    options.merge_all_near = json_is_true(json_object_get(choices, "merge_all"));
    const json_t *map = json_object_get(choices, "map");
    const json_t *merge = json_object_get(choices, "merge");
    const char **pairs = CV_NEW_ARRAY(mem, const char *, json_array_size(map) + 1);
    int64_t *lines = CV_NEW_ARRAY(mem, int64_t, json_array_size(merge) + 1);
    for (size_t i = 0; i < json_array_size(map); i++)
        pairs[i] = cv_strdup(mem, json_string_value(json_array_get(map, i)));
    for (size_t i = 0; i < json_array_size(merge); i++)
        lines[i] = json_integer_value(json_array_get(merge, i));
    options.map = pairs;
    options.merge_lines = lines;
    return options;
}

/* --- storing ---------------------------------------------------------------------------------- */

static const char *stored_sentence(const struct exchange_look *look, struct cv_arena *mem)
{
    int64_t count = look->counts.new_count + look->counts.changed;
    return cv_sprintf(mem, "Stored %" PRId64 " %s from %s", count,
                      exchange_noun(look->import, count), look->table.file_name);
}

cv_rc exchange_store_look(const struct exchange_look *look, struct store_db *db,
                          struct cv_arena *mem, int64_t batch_id, int64_t person_id, int64_t now_s)
{
    cv_rc rc =
        look->import->store(look->rows, look->row_count, look->on_match, db, mem, batch_id, now_s);
    if (rc != CV_OK) return rc;
    int64_t edit_id = 0;
    json_t *before = json_pack("{s:I}", "import", (json_int_t)batch_id);
    rc = history_record(&edit_id, db, "exchange", cv_sprintf(mem, "import:%" PRId64, batch_id),
                        "import", stored_sentence(look, mem), before, person_id, now_s);
    json_decref(before);
    if (rc != CV_OK) return rc;
    json_t *outcome = json_pack("{s:o}", "counts", exchange_counts_json(&look->counts));
    if (look->counts.refused > 0)
        json_object_set_new(outcome, "refused", exchange_refused_rows(look, mem));
    const char *text = feature_json_text(mem, outcome);
    json_decref(outcome);
    return exchange_batch_stored(db, batch_id, text, edit_id, now_s);
}

static cv_rc store_new_batch(int64_t *out_id, const struct exchange_look *look, struct store_db *db,
                             struct cv_arena *mem, int64_t person_id, int64_t now_s)
{
    struct import_batch batch = {.kind = look->import->name,
                                 .file_name = look->table.file_name,
                                 .choices = "{}",
                                 .person_id = person_id,
                                 .created_at_s = now_s};
    cv_rc rc = exchange_batch_insert(out_id, db, &batch);
    return rc == CV_OK ? exchange_store_look(look, db, mem, *out_id, person_id, now_s) : rc;
}

static void take_over(struct cv_problems *problems, const struct exchange_look *look)
{
    for (size_t i = 0; i < look->problems.count; i++)
        cv_problem_add(problems, look->problems.items[i]);
    problems->total_count += look->problems.total_count - look->problems.count;
}

cv_rc exchange_import_file(json_t **out, struct store_db *db, struct cv_arena *mem,
                           const struct house *house, const char *kind, const char *file_name,
                           const char *bytes, size_t size, const struct exchange_options *options,
                           int64_t person_id, int64_t now_s, struct cv_problems *problems)
{
    const struct exchange_import *import = exchange_import_find(house, kind);
    if (!import) return CV_NOT_FOUND;
    int64_t batch_id = 0;
    struct exchange_look look;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = exchange_look_at(&look, import, db, mem, file_name, bytes, size, options);
    if (rc == CV_OK && !options->dry_run && look.can_store)
        rc = store_new_batch(&batch_id, &look, db, mem, person_id, now_s);
    rc = store_end(db, rc);
    if (rc != CV_OK) return rc;
    take_over(problems, &look);
    *out = exchange_look_document(&look, mem);
    json_object_set_new(*out, "import_id", json_integer(batch_id));
    json_object_set_new(*out, "is_dry_run", json_boolean(options->dry_run));
    bool nothing_fits = !look.can_store && look.counts.same == 0 && look.counts.skipped == 0;
    return nothing_fits && look.problems.total_count > 0 ? CV_INVALID : CV_OK;
}

cv_rc exchange_preview(struct store_db *db, struct cv_arena *mem, int64_t batch_id,
                       const json_t *choices, int64_t job_id)
{
    struct import_batch batch;
    struct exchange_look look;
    cv_rc rc = exchange_batch_find(&batch, db, mem, batch_id, true);
    if (rc != CV_OK) return rc;
    const struct exchange_import *import =
        import_in(house_features, house_feature_count, batch.kind);
    if (!import || !batch.bytes) return CV_NOT_FOUND;
    struct exchange_options options = exchange_options_read(mem, choices);
    rc = exchange_look_at(&look, import, db, mem, batch.file_name, batch.bytes, batch.size,
                          &options);
    if (rc != CV_OK) return rc;
    json_t *document = exchange_look_document(&look, mem);
    const char *preview = feature_json_text(mem, document);
    json_decref(document);
    return exchange_batch_preview(db, batch_id, feature_json_text(mem, choices), preview, job_id);
}

static cv_rc confirm_inside(struct store_db *db, struct cv_arena *mem, int64_t batch_id,
                            int64_t person_id, int64_t now_s)
{
    struct import_batch batch;
    struct exchange_look look;
    cv_rc rc = exchange_batch_find(&batch, db, mem, batch_id, true);
    if (rc != CV_OK) return rc;
    const struct exchange_import *import =
        import_in(house_features, house_feature_count, batch.kind);
    if (strcmp(batch.state, "kept") != 0 || !batch.bytes || !import) return CV_CONFLICT;
    json_t *choices = json_loads(batch.choices, 0, NULL);
    struct exchange_options options = exchange_options_read(mem, choices);
    json_decref(choices);
    rc = exchange_look_at(&look, import, db, mem, batch.file_name, batch.bytes, batch.size,
                          &options);
    if (rc != CV_OK) return rc;
    if (!look.can_store) return CV_INVALID;
    return exchange_store_look(&look, db, mem, batch_id, person_id, now_s);
}

cv_rc exchange_confirm(json_t **out, struct store_db *db, struct cv_arena *mem, int64_t batch_id,
                       int64_t person_id, int64_t now_s)
{
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = store_end(db, confirm_inside(db, mem, batch_id, person_id, now_s));
    if (rc != CV_OK) return rc;
    struct import_batch batch;
    rc = exchange_batch_find(&batch, db, mem, batch_id, false);
    if (rc == CV_OK) *out = json_loads(batch.outcome, 0, NULL);
    return rc;
}

/* --- taking back ------------------------------------------------------------------------------ */

enum { KEPT_NAMES = 100 };

static cv_rc unstore_one(bool *is_kept, const struct exchange_import *import,
                         const struct import_row *row, struct store_db *db, struct cv_arena *mem,
                         int64_t now_s)
{
    json_t *before = row->before ? json_loads(row->before, 0, NULL) : NULL;
    /* A refused deletion must not spoil the rest: each row in a savepoint of its own. */
    cv_rc rc = store_begin(db);
    if (rc == CV_OK) rc = store_end(db, import->unstore(db, mem, row->row_id, before, now_s));
    *is_kept = rc == CV_CONFLICT;
    json_decref(before);
    return rc == CV_CONFLICT ? CV_OK : rc;
}

static cv_rc undo_rows(json_t *outcome, const struct import_batch *batch,
                       const struct exchange_import *import, struct store_db *db,
                       struct cv_arena *mem, int64_t now_s)
{
    struct import_row *rows = NULL;
    size_t count = 0;
    int64_t kept_count = 0;
    json_t *kept = json_array();
    cv_rc rc = exchange_rows_list(&rows, &count, db, mem, batch->id);
    for (size_t i = 0; rc == CV_OK && i < count; i++) {
        bool is_kept = false;
        rc = unstore_one(&is_kept, import, &rows[i], db, mem, now_s);
        if (!is_kept || kept_count++ >= KEPT_NAMES) continue;
        const char *name = import->name_of ? import->name_of(db, mem, rows[i].row_id) : NULL;
        json_array_append_new(
            kept,
            json_pack("{s:s,s:s}", "name",
                      name ? name : cv_sprintf(mem, "%s %" PRId64, import->one, rows[i].row_id),
                      "why",
                      rows[i].before ? "was changed again since"
                                     : "was changed since, or something else hangs on "
                                       "it"));
    }
    json_object_set_new(outcome, "taken_back", json_integer((json_int_t)count - kept_count));
    json_object_set_new(outcome, "kept_count", json_integer(kept_count));
    json_object_set_new(outcome, "kept", kept);
    return rc;
}

/* Called by history, inside its transaction. */
static cv_rc undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s)
{
    struct import_batch batch;
    int64_t id = json_integer_value(json_object_get(before, "import"));
    cv_rc rc = exchange_batch_find(&batch, db, mem, id, false);
    if (rc != CV_OK) return rc;
    const struct exchange_import *import =
        import_in(house_features, house_feature_count, batch.kind);
    if (!import || strcmp(batch.state, "stored") != 0) return CV_NOT_FOUND;
    json_t *outcome = json_loads(batch.outcome, 0, NULL);
    rc = undo_rows(outcome, &batch, import, db, mem, now_s);
    json_object_del(outcome, "refused");
    if (rc == CV_OK) rc = exchange_rows_clear(db, id);
    if (rc == CV_OK) rc = exchange_batch_undone(db, id, feature_json_text(mem, outcome), now_s);
    json_decref(outcome);
    return rc;
}

cv_rc exchange_import_undo(json_t **out, struct store_db *db, struct cv_arena *mem,
                           const struct house *house, int64_t import_id, int64_t person_id,
                           int64_t now_s)
{
    struct import_batch batch;
    cv_rc rc = exchange_batch_find(&batch, db, mem, import_id, false);
    if (rc == CV_OK && strcmp(batch.state, "stored") != 0) rc = CV_CONFLICT;
    if (rc == CV_OK) rc = history_undo(db, mem, house, batch.edit_id, person_id, now_s);
    if (rc == CV_OK) rc = exchange_batch_find(&batch, db, mem, import_id, false);
    if (rc != CV_OK) return rc;
    *out = json_loads(batch.outcome, 0, NULL);
    json_object_set_new(*out, "import_id", json_integer(import_id));
    json_object_set_new(*out, "kind", json_string(batch.kind));
    json_object_set_new(*out, "file", json_string(batch.file_name));
    return CV_OK;
}

static size_t waiting_for(struct feature_waiting *out, size_t max, struct store_db *db,
                          struct cv_arena *mem, int64_t person_id)
{
    struct import_batch batch;
    if (max == 0 || exchange_batch_newest_kept(&batch, db, mem) != CV_OK) return 0;
    out[0] = (struct feature_waiting){
        .what = cv_sprintf(mem, "%s waits to be confirmed", batch.file_name),
        .why = "It was looked at and nothing of it is stored yet. Store it, or put it away.",
        .path = cv_sprintf(mem, "/imports/%" PRId64, batch.id),
        .button = "Look at it",
        .minutes = 3,
        .order = 10};
    return 1;
}

extern const struct store_migration exchange_migrations[];
const struct feature exchange_feature = {
    .name = "exchange",
    .migrations = exchange_migrations,
    .commands = exchange_commands,
    .routes = exchange_routes,
    .jobs = exchange_jobs,
    .undo = undo,
    .waiting_for = waiting_for,
};
