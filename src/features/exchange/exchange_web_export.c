/* exchange_web_export: downloads: what the network holds, and the refused rows of an import. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"
#include "files/csv.h"

static const struct {
    const char *name;
    const char *ending;
    enum exchange_format format;
    const char *type;
} formats[] = {
    {"CSV", ".csv", EXCHANGE_CSV, "text/csv; charset=utf-8"},
    {"CSV for Excel", ".excel.csv", EXCHANGE_EXCEL_CSV, "text/csv; charset=utf-8"},
    {"XLSX", ".xlsx", EXCHANGE_XLSX,
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"JSON", ".json", EXCHANGE_JSON, "application/json"},
};
enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

cv_rc exchange_get_exports(struct web_request *req)
{
    const struct house *house = req->house;
    json_t *exports = json_array();
    for (size_t i = 0; i < house->feature_count; i++) {
        for (const struct exchange_export *what = house->features[i]->exports; what && what->name;
             what++) {
            json_t *links = json_array();
            for (size_t f = 0; f < FORMAT_COUNT; f++)
                json_array_append_new(
                    links,
                    json_pack(
                        "{s:s,s:s,s:s}", "name", formats[f].name, "label",
                        cv_sprintf(req->mem, "%s: %s", formats[f].name, what->title), "url",
                        cv_sprintf(req->mem, "/exports/%s%s", what->name, formats[f].ending)));
            size_t column_count = 0;
            while (what->columns[column_count]) column_count++;
            const char *columns_text = cv_list_text(req->mem, what->columns, column_count);
            json_array_append_new(exports, json_pack("{s:s,s:s,s:o}", "title", what->title,
                                                     "count_text", columns_text, "formats", links));
        }
    }
    return web_page(req, json_pack("{s:{s:s,s:s},s:o}", "page", "title", "Exports", "lede",
                                   "Everything in this network can leave it, in files that others "
                                   "can read.",
                                   "exports", exports));
}

cv_rc exchange_get_export(struct web_request *req)
{
    const char *file = web_path_text(req, "file");
    const char *dot = strchr(file, '.');
    if (!dot) return web_answer(req, CV_NOT_FOUND);
    const struct exchange_export *what =
        exchange_export_find(req->house, cv_strndup(req->mem, file, (size_t)(dot - file)));
    for (size_t f = 0; what && f < FORMAT_COUNT; f++) {
        if (strcmp(dot, formats[f].ending) != 0) continue;
        const char *bytes = NULL;
        size_t size = 0;
        size_t rows = 0;
        cv_rc rc = exchange_export_bytes(&bytes, &size, &rows, what, formats[f].format, req->db,
                                         req->mem, req->now_s);
        if (rc != CV_OK) return web_answer(req, rc);
        return web_file(req, cv_strdup(req->mem, file), formats[f].type, bytes, size);
    }
    return web_answer(req, CV_NOT_FOUND);
}

cv_rc exchange_get_refused(struct web_request *req)
{
    struct import_batch batch;
    int64_t id = web_path_id(req, "id");
    cv_rc rc = exchange_batch_find(&batch, req->db, req->mem, id, false);
    json_t *outcome = rc == CV_OK && batch.outcome ? json_loads(batch.outcome, 0, NULL) : NULL;
    const json_t *refused = json_object_get(outcome, "refused");
    if (rc == CV_OK && !refused) rc = CV_NOT_FOUND;
    if (rc != CV_OK) {
        json_decref(outcome);
        return web_answer(req, rc);
    }
    const json_t *columns = json_object_get(refused, "columns");
    const json_t *rows = json_object_get(refused, "rows");
    size_t column_count = json_array_size(columns);
    struct files_sheet sheet = {.name = "refused", .column_count = column_count};
    const char **names = CV_NEW_ARRAY(req->mem, const char *, column_count);
    for (size_t c = 0; c < column_count; c++)
        names[c] = cv_strdup(req->mem, json_string_value(json_array_get(columns, c)));
    sheet.columns = names;
    sheet.row_count = json_array_size(rows);
    struct files_value *values =
        CV_NEW_ARRAY(req->mem, struct files_value, sheet.row_count * column_count);
    for (size_t r = 0; r < sheet.row_count; r++)
        for (size_t c = 0; c < column_count; c++)
            values[r * column_count + c] = files_text(
                cv_strdup(req->mem, json_string_value(json_array_get(json_array_get(rows, r), c))));
    sheet.values = values;
    json_decref(outcome);
    struct files_bytes made = {0};
    rc = files_write_csv(&made, &sheet, FILES_CSV_FOR_EXCEL, req->mem);
    if (rc != CV_OK) return web_answer(req, rc);
    return web_file(req, cv_sprintf(req->mem, "refused-%" PRId64 ".csv", id),
                    "text/csv; charset=utf-8", made.bytes, made.size);
}
