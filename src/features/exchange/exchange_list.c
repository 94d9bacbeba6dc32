/* exchange_list: what came in, as rows for the list of imports on the page and in the terminal. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "features/exchange/exchange_internal.h"

static const struct exchange_import *import_named(const char *name)
{
    for (size_t i = 0; i < house_feature_count; i++)
        for (const struct exchange_import *import = house_features[i]->imports;
             import && import->name; import++)
            if (strcmp(import->name, name) == 0) return import;
    return NULL;
}

static int64_t number_at(const json_t *document, const char *name)
{
    return json_integer_value(json_object_get(document, name));
}

cv_rc exchange_batch_documents(json_t **out, struct store_db *db, struct cv_arena *mem,
                               int64_t limit)
{
    json_t *list = NULL;
    cv_rc rc = exchange_batch_list(&list, db, limit);
    if (rc != CV_OK) return rc;
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(list, i, row)
    {
        const char *kind = json_string_value(json_object_get(row, "kind"));
        const char *state = json_string_value(json_object_get(row, "state"));
        const struct exchange_import *import = import_named(kind);
        const char *outcome_text = json_string_value(json_object_get(row, "outcome"));
        json_t *outcome = outcome_text ? json_loads(outcome_text, 0, NULL) : NULL;
        const json_t *counts = json_object_get(outcome, "counts");
        int64_t id = number_at(row, "id");
        bool is_stored = strcmp(state, "stored") == 0;
        bool is_undone = strcmp(state, "undone") == 0;
        const char *rows_text = "";
        if (counts)
            rows_text = cv_sprintf(mem, "%" PRId64 " of %" PRId64,
                                   number_at(counts, "new") + number_at(counts, "changed"),
                                   number_at(counts, "rows"));
        json_object_set_new(row, "url", json_string(cv_sprintf(mem, "/imports/%" PRId64, id)));
        json_object_set(row, "file", json_object_get(row, "file_name"));
        json_object_set_new(row, "title", json_string(import ? import->title : kind));
        json_object_set_new(row, "at",
                            json_string(cv_time_text(mem, number_at(row, "created_at_s"))));
        json_object_set_new(row, "rows", json_string(rows_text));
        json_object_set_new(row, "rows_text", json_string(rows_text));
        json_object_set_new(row, "state",
                            json_string(is_stored   ? "Stored"
                                        : is_undone ? "Undone"
                                                    : "Not confirmed"));
        json_object_set_new(row, "tone",
                            json_string(is_stored   ? "leaf"
                                        : is_undone ? ""
                                                    : "quince"));
        json_object_set_new(row, "undo_url",
                            is_stored
                                ? json_string(cv_sprintf(mem, "/imports/%" PRId64 "/undo", id))
                                : json_null());
        json_object_set(row, "sentence", json_object_get(row, "file_name"));
        json_object_del(row, "outcome");
        json_decref(outcome);
    }
    *out = list;
    return CV_OK;
}
