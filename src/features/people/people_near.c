/* people_near: rows that look like somebody who is there, or like an earlier row of the file. They
 * are shown to a person, who decides; nothing is merged here. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/people/people_import.h"

enum { NEIGHBOURS = 8 };
static const double name_likeness = 0.94;
static const double email_likeness = 0.9;

struct candidate {
    const char *key;    /* the words of the folded name, sorted: "Ruiz, Ana" is "ana ruiz" */
    const char *turned; /* the key from its end: finds a slip in the first letters */
    const char *place;
    const char *email;
    int64_t person; /* index of an existing person, -1 for a row */
    int64_t row;
    double best; /* likeness of the nearest so far */
};

static int by_word(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *sorted_words(struct cv_arena *mem, const char *folded)
{
    enum { MOST_WORDS = 12 };
    const char *words[MOST_WORDS] = {NULL};
    size_t count = 0;
    char *copy = cv_strdup(mem, folded);
    for (char *at = copy; *at && count < MOST_WORDS;) {
        at += strspn(at, " ,.-'");
        if (!*at) break;
        words[count++] = at;
        at += strcspn(at, " ,.-'");
        if (*at) *at++ = '\0';
    }
    qsort(words, count, sizeof *words, by_word);
    char *out = cv_alloc(mem, strlen(folded) + 2);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(words[i]);
        if (i) out[used++] = ' ';
        memcpy(out + used, words[i], size);
        used += size;
    }
    return out;
}

static const char *turned(struct cv_arena *mem, const char *text)
{
    size_t size = strlen(text);
    char *out = cv_alloc(mem, size + 1);
    for (size_t i = 0; i < size; i++) out[i] = text[size - 1 - i];
    return out;
}

static int by_key(const void *left, const void *right)
{
    const struct candidate *const *a = left;
    const struct candidate *const *b = right;
    int order = strcmp((*a)->key, (*b)->key);
    if (order == 0) order = (*a)->person < (*b)->person ? -1 : (*a)->person > (*b)->person;
    return order ? order : ((*a)->row < (*b)->row ? -1 : (*a)->row > (*b)->row);
}

static int by_turned(const void *left, const void *right)
{
    const struct candidate *const *a = left;
    const struct candidate *const *b = right;
    int order = strcmp((*a)->turned, (*b)->turned);
    return order ? order : by_key(left, right);
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* How much two are alike, 0 when they are surely two people. */
static double alike(const struct candidate *a, const struct candidate *b)
{
    bool both_emails = a->email && b->email;
    bool other_place = a->place && b->place && !same(a->place, b->place);
    if (strcmp(a->key, b->key) == 0) {
        /* The same name at two places with two e-mails: two people. */
        return other_place && both_emails ? 0 : 1;
    }
    if (other_place || !a->place || !b->place) return 0;
    double likeness = cv_text_likeness(a->key, b->key);
    if (likeness < name_likeness) return 0;
    if (both_emails && cv_text_likeness(a->email, b->email) < email_likeness) return 0;
    return likeness;
}

static void note(struct people_check *check, struct candidate *row, const struct candidate *other,
                 double likeness)
{
    if (likeness <= row->best) return;
    struct exchange_row *target = &check->rows[row->row];
    row->best = likeness;
    target->near_id = 0;
    target->near_line = 0;
    if (other->person >= 0) {
        const struct person *person = &check->index.list.items[other->person];
        const char *role = people_role_text(person);
        target->near_id = person->id;
        target->near_note =
            cv_sprintf(check->mem, "%s%s%s%s%s%s%s", person->name, *role ? ", " : "", role,
                       person->place ? ", " : "", person->place ? person->place : "",
                       person->email ? ", " : "", person->email ? person->email : "");
    } else {
        const struct exchange_row *earlier = &check->rows[other->row];
        target->near_line = earlier->line;
        target->near_note = cv_sprintf(check->mem, "line %" PRId64 ": %s", earlier->line,
                                       people_row_of(earlier)->person.name);
    }
}

static void look_at_neighbours(struct people_check *check, struct candidate **sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && j <= i + NEIGHBOURS; j++) {
            struct candidate *a = sorted[i];
            struct candidate *b = sorted[j];
            if (a->person >= 0 && b->person >= 0) continue;
            double likeness = alike(a, b);
            if (likeness == 0) continue;
            /* The row is noted; of two rows the later one. */
            bool note_b = a->person >= 0 || (b->person < 0 && b->row > a->row);
            note(check, note_b ? b : a, note_b ? a : b, likeness);
        }
    }
}

void people_near(struct people_check *check)
{
    size_t room = check->index.list.count + check->count;
    struct candidate *all = CV_NEW_ARRAY(check->mem, struct candidate, room);
    struct candidate **sorted = CV_NEW_ARRAY(check->mem, struct candidate *, room);
    size_t count = 0;
    size_t row_count = 0;
    for (size_t i = 0; i < check->count; i++) {
        const struct people_row *own = people_row_of(&check->rows[i]);
        if (check->rows[i].fate != EXCHANGE_NEW || own->old) continue;
        row_count++;
        all[count++] = (struct candidate){.key = sorted_words(check->mem, own->name_folded),
                                          .place = own->place_folded,
                                          .email = own->email_folded,
                                          .person = -1,
                                          .row = (int64_t)i};
    }
    if (row_count == 0) return;
    for (size_t i = 0; i < check->index.list.count; i++)
        all[count++] = (struct candidate){.key = sorted_words(check->mem, check->names_folded[i]),
                                          .place = check->places_folded[i],
                                          .email = check->emails_folded[i],
                                          .person = (int64_t)i};
    for (size_t i = 0; i < count; i++) {
        all[i].turned = turned(check->mem, all[i].key);
        sorted[i] = &all[i];
    }
    qsort(sorted, count, sizeof *sorted, by_key);
    look_at_neighbours(check, sorted, count);
    qsort(sorted, count, sizeof *sorted, by_turned);
    look_at_neighbours(check, sorted, count);
}
