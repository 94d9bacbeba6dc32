/* people: rules of the roster: who is meant by a name, and what a new person is like. */
#include "features/people/people.h"

#include <string.h>

#include "base/text.h"
#include "features/people/people_internal.h"

struct person people_new(const char *name)
{
    return (struct person){.name = name,
                           .languages = "",
                           .state = "joined",
                           .years_in_place = -1,
                           .role_key = "",
                           .version = 1};
}

static void index_text(struct people_index *index, const char *folded, int64_t at)
{
    int64_t *where = cv_map_at(&index->by_text, folded, at);
    if (*where != at) *where = -1;
}

cv_rc people_index_load(struct people_index *out, struct store_db *db, struct cv_arena *mem)
{
    struct people_index index = {.by_text = cv_map_new(mem)};
    cv_rc rc = people_list(&index.list, db, mem);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < index.list.count; i++) {
        const struct person *person = &index.list.items[i];
        const char *name = cv_text_fold(mem, person->name);
        index_text(&index, name, (int64_t)i);
        if (person->email) index_text(&index, cv_text_fold(mem, person->email), (int64_t)i);
        if (person->place) {
            const char *full = cv_sprintf(mem, "%s (%s)", name, cv_text_fold(mem, person->place));
            index_text(&index, full, (int64_t)i);
        }
    }
    *out = index;
    return CV_OK;
}

const struct person *people_index_find(bool *is_ambiguous, const struct people_index *index,
                                       const char *text)
{
    const int64_t *at = cv_map_find(&index->by_text, cv_text_fold(index->by_text.mem, text));
    *is_ambiguous = at && *at < 0;
    return at && *at >= 0 ? &index->list.items[*at] : NULL;
}

const char *people_index_text(const struct people_index *index, const struct person *person)
{
    bool is_ambiguous = false;
    if (person->email) return person->email;
    if (people_index_find(&is_ambiguous, index, person->name) || !person->place)
        return person->name;
    return cv_sprintf(index->by_text.mem, "%s (%s)", person->name, person->place);
}

/* The list is by id. */
const struct person *people_index_at(const struct people_index *index, int64_t id)
{
    size_t low = 0;
    size_t high = index->list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->list.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->list.count && index->list.items[low].id == id ? &index->list.items[low]
                                                                      : NULL;
}
