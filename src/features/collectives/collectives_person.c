/* collectives_person: what collectives add to the page of a person: where they sit or wait. Not
 * here: two rows of people that are one person (collectives_merge_store.c). */
#include <inttypes.h>
#include <string.h>

#include "features/collectives/collectives_internal.h"

static const char *text_at(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static json_t *row_of(const json_t *row, struct cv_arena *mem)
{
    static const struct {
        const char *state;
        const char *words;
        const char *tone;
    } words[] = {{"suggested", "Proposed", "dusk"},       {"invited", "Invited", "dusk"},
                 {"accepted", "Said yes", "leaf"},        {"active", "Takes part", "leaf"},
                 {"waitlisted", "Waits for a place", ""}, {"declined", "Said no", ""}};
    const char *state = text_at(row, "state");
    const char *word = state;
    const char *tone = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].state, state) != 0) continue;
        word = words[i].words;
        tone = words[i].tone;
    }
    const char *why = strcmp(text_at(row, "capacity"), "facilitator") == 0 ? "Facilitates" : NULL;
    int64_t id = json_integer_value(json_object_get(row, "collective_id"));
    return json_pack("{s:s, s:s, s:s?, s:s, s:s}", "url",
                     cv_sprintf(mem, "/collectives/%" PRId64, id), "name", text_at(row, "name"),
                     "why", why, "state_word", word, "state_tone", tone);
}

cv_rc collectives_add_to_person(json_t *person, struct web_request *req, int64_t person_id)
{
    json_t *rows = NULL;
    cv_rc rc = membership_rows_of_person(&rows, req->db, person_id);
    if (rc != CV_OK) return rc;
    json_t *list = json_array();
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(rows, i, row)
    {
        json_array_append_new(list, row_of(row, req->mem));
    }
    json_object_set_new(person, "has_collectives", json_boolean(json_array_size(list) > 0));
    json_object_set_new(person, "collectives", list);
    json_decref(rows);
    return CV_OK;
}
