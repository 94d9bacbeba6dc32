/* collectives_files: collectives as tables for spreadsheets, as sheets to print, and as PDF. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* --- exports
 * ------------------------------------------------------------------------------------------ */

static const char *const collective_columns[] = {
    "collective", "theme", "state", "name", "email", "role", "place", "facilitates", "why", NULL};

static cv_rc collectives_rows(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct board board;
    cv_rc rc = board_load(&board, db, mem, 0);
    if (rc != CV_OK) return rc;
    *out = json_array();
    for (size_t g = 0; g < board.groups.count; g++) {
        json_t *group = collectives_group_document(&board, (int32_t)g, true, mem);
        size_t i = 0;
        json_t *p = NULL;
        json_array_foreach(json_object_get(group, "people"), i, p)
        {
            int32_t at = board_person(&board, json_integer_value(json_object_get(p, "id")));
            const char *email = at >= 0 ? board.people[at].email : NULL;
            json_t *row = json_pack(
                "{s:s, s:s, s:O, s:O, s:O, s:O}", "collective", board.groups.items[g].name, "state",
                board.groups.items[g].state, "name", json_object_get(p, "name"), "role",
                json_object_get(p, "role"), "why", json_object_get(p, "why"), "theme",
                json_object_get(json_object_get(group, "theme"), "name"));
            json_object_set_new(row, "email", json_string(email ? email : ""));
            if (json_object_get(p, "place"))
                json_object_set(row, "place", json_object_get(p, "place"));
            json_object_set_new(row, "facilitates",
                                json_string(json_object_get(p, "is_facilitator") ? "yes" : ""));
            json_array_append_new(*out, row);
        }
        json_decref(group);
    }
    return CV_OK;
}

const struct exchange_export collectives_exports[] = {
    {.name = "collectives",
     .title = "Collectives and their people",
     .columns = collective_columns,
     .rows = collectives_rows},
    {0},
};
