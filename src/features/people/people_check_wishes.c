/* people_check_wishes: with whom people would like to be, or not: who is meant, in the network or
 * in the same file, and what changes. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "features/people/people_import.h"

struct names_of_file {
    struct cv_map by_text; /* row, -1 when two are called so */
};

static void name_row(struct names_of_file *names, const char *text, size_t row)
{
    int64_t *at = cv_map_at(&names->by_text, text, (int64_t)row);
    if (*at != (int64_t)row) *at = -1;
}

static bool find_wished(struct people_check *check, const struct names_of_file *names,
                        struct exchange_row *row, const char *field, const char *text,
                        struct people_wish_ref *ref)
{
    bool is_ambiguous = false;
    const struct person *person = people_index_find(&is_ambiguous, &check->index, text);
    const int64_t *at = cv_map_find(&names->by_text, cv_text_fold(check->mem, text));
    if (person) {
        ref->other_id = person->id;
    } else if (is_ambiguous || (at && *at < 0)) {
        exchange_refuse(row, check->problems, field,
                        "Write the e-mail, or the place behind the name: \"Ana Ruiz (Riverbend)\".",
                        "More than one person is called \"%s\".", text);
        return false;
    } else if (at) {
        ref->row = (size_t)*at;
    } else {
        exchange_refuse(row, check->problems, field,
                        "Look at the spelling, or add the person to the list.",
                        "Nobody is called \"%s\", neither in the network nor in this file.", text);
        return false;
    }
    return true;
}

static void read_wishes(struct people_check *check, const struct names_of_file *names, size_t at,
                        enum people_field field)
{
    struct exchange_row *row = &check->rows[at];
    struct people_row *own = people_row_of(row);
    const char *text = row->values[field];
    if (!text) return;
    const char *cuts = strpbrk(text, ";|\n") ? ";|\n" : ",";
    size_t room = own->wish_count + 1;
    for (const char *p = text; *p; p++) room += strchr(cuts, *p) != NULL;
    struct people_wish_ref *wishes = CV_NEW_ARRAY(check->mem, struct people_wish_ref, room);
    if (own->wish_count) memcpy(wishes, own->wishes, own->wish_count * sizeof *wishes);
    own->wishes = wishes;
    for (const char *p = text; *p;) {
        size_t size = strcspn(p, cuts);
        const char *name = cv_text_tidy(check->mem, cv_strndup(check->mem, p, size));
        p += size + (p[size] != '\0');
        struct people_wish_ref ref = {.is_apart = field == FIELD_APART};
        if (!*name || !find_wished(check, names, row, people_fields[field].name, name, &ref))
            continue;
        bool is_self = ref.other_id ? row->match_id == ref.other_id : ref.row == at;
        if (is_self) {
            exchange_refuse(row, check->problems, people_fields[field].name,
                            "Name somebody else, or leave the cell empty.",
                            "\"%s\" is the person of this row.", name);
            continue;
        }
        for (size_t i = 0; i < own->wish_count; i++) {
            const struct people_wish_ref *other = &own->wishes[i];
            if (other->other_id != ref.other_id || other->row != ref.row) continue;
            if (other->is_apart != ref.is_apart)
                exchange_refuse(row, check->problems, people_fields[field].name,
                                "Keep one of the two.", "\"%s\" is wished both together and apart.",
                                name);
            goto next;
        }
        own->wishes[own->wish_count++] = ref;
    next:;
    }
}

void people_check_wishes(struct people_check *check)
{
    struct names_of_file names = {.by_text = cv_map_new(check->mem)};
    for (size_t i = 0; i < check->count; i++) {
        struct people_row *own = people_row_of(&check->rows[i]);
        if (check->rows[i].fate == EXCHANGE_REFUSED || !*own->name_folded) continue;
        name_row(&names, own->name_folded, i);
        if (own->email_folded) name_row(&names, own->email_folded, i);
        if (own->place_folded)
            name_row(&names, cv_sprintf(check->mem, "%s (%s)", own->name_folded, own->place_folded),
                     i);
    }
    for (size_t i = 0; i < check->count; i++) {
        read_wishes(check, &names, i, FIELD_TOGETHER);
        read_wishes(check, &names, i, FIELD_APART);
    }
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *joined(struct cv_arena *mem, const char **names, size_t count)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 16);
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i) cv_buf_puts(&buf, "; ");
        cv_buf_puts(&buf, names[i]);
    }
    return cv_buf_text(&buf);
}

const char *people_old_wishes_text(struct people_check *check, int64_t id, bool is_apart)
{
    size_t low = 0;
    size_t high = check->wishes.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (check->wishes.items[middle].person_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < check->wishes.count && check->wishes.items[end].person_id == id) end++;
    const char **names = CV_NEW_ARRAY(check->mem, const char *, end - low);
    size_t count = 0;
    for (size_t i = low; i < end; i++) {
        const struct person *other =
            people_index_at(&check->index, check->wishes.items[i].other_id);
        if (check->wishes.items[i].is_apart == is_apart && other)
            names[count++] = people_index_text(&check->index, other);
    }
    return joined(check->mem, names, count);
}

const char *people_new_wishes_text(struct people_check *check, const struct people_row *own,
                                   bool is_apart)
{
    const char **names = CV_NEW_ARRAY(check->mem, const char *, own->wish_count);
    size_t count = 0;
    for (size_t i = 0; i < own->wish_count; i++) {
        const struct people_wish_ref *ref = &own->wishes[i];
        if (ref->is_apart != is_apart) continue;
        if (!ref->other_id) {
            const struct person *match = people_row_of(&check->rows[ref->row])->old;
            const struct people_row *row = people_row_of(&check->rows[ref->row]);
            names[count++] = match ? people_index_text(&check->index, match) : row->person.name;
            continue;
        }
        const struct person *other = people_index_at(&check->index, ref->other_id);
        names[count++] = people_index_text(&check->index, other);
    }
    return joined(check->mem, names, count);
}
