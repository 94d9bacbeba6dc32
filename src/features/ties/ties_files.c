/* ties_files: ties from and to spreadsheets. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "features/people/people.h"
#include "features/ties/ties_internal.h"

enum tie_field {
    FIELD_FROM,
    FIELD_TO,
    FIELD_KIND,
    FIELD_STRENGTH,
    FIELD_MUTUAL,
    FIELD_FIRST,
    FIELD_LAST,
    FIELD_COUNT
};

static const struct exchange_field fields[] = {
    [FIELD_FROM] = {"from", "From (e-mail or name)",
                    "from|source|person|ego|de|quien|persona|desde|origen|who", .is_required = true,
                    .is_key = true},
    [FIELD_TO] = {"to", "To (e-mail or name)",
                  "to|target|alter|other|whom|a|con|con quien|a quien|hacia|destino",
                  .is_required = true, .is_key = true},
    [FIELD_KIND] = {"kind", "Kind", "kind|type|relation|tie|tipo|clase|relacion|vinculo",
                    .is_key = true},
    [FIELD_STRENGTH] = {"strength", "Strength (1 to 4)",
                        "strength|weight|frequency|closeness|fuerza|intensidad|frecuencia|peso"},
    [FIELD_MUTUAL] = {"mutual", "Holds both ways",
                      "mutual|both ways|reciprocal|mutuo|reciproco|ambos"},
    [FIELD_FIRST] = {"first_at", "Since",
                     "first at|since|first|from date|start|desde cuando|inicio"},
    [FIELD_LAST] = {"last_at", "Last alive",
                    "last at|last|last contact|date|ultima vez|ultimo contacto|fecha"},
    [FIELD_COUNT] = {NULL, NULL, NULL},
};

struct tie_row {
    struct tie tie; /* what will be stored */
    const struct tie *old;
};

struct tie_check {
    struct cv_arena *mem;
    struct cv_problems *problems;
    struct people_index people;
};

static struct tie_row *own_of(const struct exchange_row *row)
{
    return row->own;
}

static int64_t read_person(struct tie_check *check, struct exchange_row *row, int field)
{
    const char *text = row->values[field];
    bool is_ambiguous = false;
    if (!text) {
        exchange_refuse(row, check->problems, fields[field].name,
                        "Write an e-mail or a name, or take the row out.",
                        "This tie has only one end.");
        return 0;
    }
    const struct person *person = people_index_find(&is_ambiguous, &check->people, text);
    if (is_ambiguous)
        exchange_refuse(row, check->problems, fields[field].name,
                        "Write the e-mail, or the place behind the name: \"Ana Ruiz (Riverbend)\".",
                        "More than one person is called \"%s\".", text);
    else if (!person)
        exchange_refuse(row, check->problems, fields[field].name,
                        "Look at the spelling, or bring the person in first (People).",
                        "Nobody in the network is called \"%s\".", text);
    return person ? person->id : 0;
}

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    /* Hinnant, "chrono-compatible low-level date algorithms". */
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* "2025-11-03", "2025-11", "2025", a time of day behind it is left out; 0 when there is none. */
static int64_t read_date(struct tie_check *check, struct exchange_row *row, int field)
{
    const char *text = row->values[field];
    if (!text) return 0;
    int64_t part[3] = {0, 1, 1};
    int count = 0;
    const char *at = text;
    for (; count < 3; count++) {
        size_t digits = strspn(at, "0123456789");
        if (digits != (count == 0 ? 4u : 2u)) break;
        part[count] = strtoll(at, NULL, 10);
        at += digits;
        if (*at != '-') {
            count++;
            break;
        }
        at++;
    }
    bool ends = *at == '\0' || *at == 'T' || *at == ' ';
    if (count == 0 || !ends || part[0] < 1900 || part[0] > 2200 || part[1] < 1 || part[1] > 12 ||
        part[2] < 1 || part[2] > days_in_month(part[0], part[1])) {
        exchange_refuse(row, check->problems, fields[field].name,
                        "Write the date as year-month-day: 2025-11-03.",
                        "\"%s\" is no date that is read here.", text);
        return 0;
    }
    int64_t at_s = days_from_civil(part[0], part[1], part[2]) * 86400;
    return at_s == 0 ? 1 : at_s;
}

static void read_strength(struct tie_check *check, struct exchange_row *row, struct tie *tie)
{
    const char *text = row->values[FIELD_STRENGTH];
    if (!text) return;
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end || !(number >= 1 && number <= 4) || number != (int)number)
        exchange_refuse(row, check->problems, "strength",
                        "Write 1 (we know each other), 2, 3 or 4 (very close).",
                        "A strength of \"%s\" is not on the scale from 1 to 4.", text);
    else
        tie->strength = (int64_t)number;
}

static bool is_among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0) return true;
    return false;
}

static void read_mutual(struct tie_check *check, struct exchange_row *row, struct tie *tie)
{
    static const char *const yes[] = {"yes", "si", "y", "x", "1", "true", NULL};
    static const char *const no[] = {"no", "n", "0", "false", NULL};
    const char *text = row->values[FIELD_MUTUAL];
    if (!text) return;
    const char *word = cv_text_fold(check->mem, text);
    tie->is_mutual = is_among(word, yes);
    if (!tie->is_mutual && !is_among(word, no))
        exchange_refuse(row, check->problems, "mutual", "Write yes or no.",
                        "\"%s\" is neither yes nor no.", text);
}

static void read_row(struct tie_check *check, struct exchange_row *row)
{
    struct tie_row *own = CV_NEW(check->mem, struct tie_row);
    struct tie *tie = &own->tie;
    row->own = own;
    if (row->fate != EXCHANGE_REFUSED) row->fate = EXCHANGE_NEW;
    *tie = (struct tie){.kind = "know", .strength = 2};
    tie->from_id = read_person(check, row, FIELD_FROM);
    tie->to_id = read_person(check, row, FIELD_TO);
    if (tie->from_id && tie->from_id == tie->to_id)
        exchange_refuse(row, check->problems, "to", "Name somebody else, or take the row out.",
                        "Both ends of this tie are the same person.");
    if (row->values[FIELD_KIND]) {
        tie->kind = ties_kind_read(check->mem, row->values[FIELD_KIND]);
        if (!tie->kind) {
            exchange_refuse(row, check->problems, "kind",
                            "Write know, learn from, work with, trust, ask for help, fund or "
                            "introduced.",
                            "\"%s\" is no kind of tie that is known here.",
                            row->values[FIELD_KIND]);
            tie->kind = "know";
        }
    }
    read_strength(check, row, tie);
    read_mutual(check, row, tie);
    tie->first_at_s = read_date(check, row, FIELD_FIRST);
    tie->last_at_s = read_date(check, row, FIELD_LAST);
    if (tie->first_at_s && tie->last_at_s && tie->first_at_s > tie->last_at_s)
        exchange_refuse(row, check->problems, "last_at", "Look whether the two are swapped.",
                        "This tie was last alive before it began.");
}

static const char *tie_key(struct cv_arena *mem, const struct tie *tie)
{
    return cv_sprintf(mem, "%" PRIx64 ":%" PRIx64 ":%s", (uint64_t)tie->from_id,
                      (uint64_t)tie->to_id, tie->kind);
}

static const char *date_text(struct cv_arena *mem, int64_t at_s)
{
    return at_s ? cv_date_text(mem, at_s) : NULL;
}

static void compare(struct tie_check *check, struct exchange_row *row)
{
    struct tie_row *own = own_of(row);
    struct cv_arena *mem = check->mem;
    struct tie file = own->tie;
    struct tie made = *own->old;
    if (row->values[FIELD_STRENGTH] &&
        exchange_compare(row, mem, "strength", cv_sprintf(mem, "%" PRId64, made.strength),
                         cv_sprintf(mem, "%" PRId64, file.strength)))
        made.strength = file.strength;
    if (row->values[FIELD_MUTUAL] &&
        exchange_compare(row, mem, "both ways", made.is_mutual ? "yes" : "no",
                         file.is_mutual ? "yes" : "no"))
        made.is_mutual = file.is_mutual;
    if (exchange_compare(row, mem, "since", date_text(mem, made.first_at_s),
                         date_text(mem, file.first_at_s)))
        made.first_at_s = file.first_at_s;
    if (exchange_compare(row, mem, "last alive", date_text(mem, made.last_at_s),
                         date_text(mem, file.last_at_s)))
        made.last_at_s = file.last_at_s;
    own->tie = made;
}

static const char *person_text(const struct tie_check *check, int64_t id)
{
    const struct person *person = people_index_at(&check->people, id);
    return person ? person->name : "somebody";
}

static cv_rc check_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, struct cv_problems *problems)
{
    struct tie_check check = {.mem = mem, .problems = problems};
    struct tie_list list;
    struct cv_map there = cv_map_new(mem);
    struct cv_map seen = cv_map_new(mem);
    cv_rc rc = people_index_load(&check.people, db, mem);
    if (rc == CV_OK) rc = ties_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < list.count; i++)
        (void)cv_map_at(&there, tie_key(mem, &list.items[i]), (int64_t)i);
    for (size_t i = 0; i < count; i++) {
        struct exchange_row *row = &rows[i];
        read_row(&check, row);
        if (row->fate == EXCHANGE_REFUSED) continue;
        struct tie_row *own = own_of(row);
        const char *key = tie_key(mem, &own->tie);
        int64_t first = *cv_map_at(&seen, key, (int64_t)i);
        if (first != (int64_t)i) {
            row->fate = EXCHANGE_SKIPPED;
            row->match_note = cv_sprintf(mem, "the same tie as on line %" PRId64, rows[first].line);
            continue;
        }
        const int64_t *at = cv_map_find(&there, key);
        if (!at) continue;
        own->old = &list.items[*at];
        row->match_id = own->old->id;
        row->match_note = cv_sprintf(mem, "%s to %s", person_text(&check, own->tie.from_id),
                                     person_text(&check, own->tie.to_id));
        compare(&check, row);
        row->fate = !row->changes                 ? EXCHANGE_SAME
                    : on_match == EXCHANGE_UPDATE ? EXCHANGE_CHANGED
                                                  : EXCHANGE_SKIPPED;
    }
    return CV_OK;
}

static json_t *tie_json(const struct tie *tie)
{
    return json_pack("{s:I,s:I,s:I,s:b,s:I,s:I,s:I}", "id", (json_int_t)tie->id, "version",
                     (json_int_t)tie->version, "strength", (json_int_t)tie->strength, "is_mutual",
                     tie->is_mutual, "first_at_s", (json_int_t)tie->first_at_s, "last_at_s",
                     (json_int_t)tie->last_at_s, "from_id", (json_int_t)tie->from_id);
}

static cv_rc store_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    cv_rc rc = CV_OK;
    for (size_t i = 0; rc == CV_OK && i < count; i++) {
        struct tie_row *own = own_of(&rows[i]);
        int64_t id = 0;
        if (rows[i].fate == EXCHANGE_NEW) {
            rc = ties_insert(&id, db, &own->tie, now_s);
            if (rc == CV_OK) rc = exchange_stored(db, batch_id, id, NULL);
        } else if (rows[i].fate == EXCHANGE_CHANGED) {
            json_t *before = tie_json(own->old);
            rc = ties_update(db, &own->tie, own->old->version + 1);
            if (rc == CV_OK) rc = exchange_stored(db, batch_id, own->tie.id, before);
            json_decref(before);
        }
    }
    return rc;
}

static cv_rc unstore_row(struct store_db *db, struct cv_arena *mem, int64_t row_id,
                         const json_t *before, int64_t now_s)
{
    struct tie tie;
    cv_rc rc = ties_find(&tie, db, mem, row_id);
    if (rc != CV_OK) return rc == CV_NOT_FOUND ? (before ? CV_CONFLICT : CV_OK) : rc;
    if (!before) return ties_delete(db, row_id, 1);
    int64_t version = json_integer_value(json_object_get(before, "version"));
    if (tie.version != version + 1) return CV_CONFLICT;
    tie.strength = json_integer_value(json_object_get(before, "strength"));
    tie.is_mutual = json_is_true(json_object_get(before, "is_mutual"));
    tie.first_at_s = json_integer_value(json_object_get(before, "first_at_s"));
    tie.last_at_s = json_integer_value(json_object_get(before, "last_at_s"));
    return ties_update(db, &tie, version);
}

static const char *const columns[] = {"from",   "to",       "kind",    "strength",
                                      "mutual", "first_at", "last_at", NULL};

static cv_rc export_rows(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct people_index people;
    struct tie_list list;
    cv_rc rc = people_index_load(&people, db, mem);
    if (rc == CV_OK) rc = ties_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    *out = json_array();
    for (size_t i = 0; i < list.count; i++) {
        const struct tie *tie = &list.items[i];
        const struct person *from = people_index_at(&people, tie->from_id);
        const struct person *to = people_index_at(&people, tie->to_id);
        if (!from || !to) continue;
        char *kind = cv_strdup(mem, tie->kind);
        for (char *at = kind; *at; at++)
            if (*at == '_') *at = ' ';
        const char *first = date_text(mem, tie->first_at_s);
        const char *last = date_text(mem, tie->last_at_s);
        json_t *row =
            json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:s}", "from", people_index_text(&people, from),
                      "to", people_index_text(&people, to), "kind", kind, "strength",
                      (json_int_t)tie->strength, "mutual", tie->is_mutual ? "yes" : "no",
                      "first_at", first ? first : "", "last_at", last ? last : "");
        json_array_append_new(*out, row);
    }
    return CV_OK;
}

const struct exchange_import ties_imports[] = {
    {
        .name = "ties",
        .title = "Ties",
        .one = "tie",
        .many = "ties",
        .explain =
            "One row a tie: who, with whom (e-mail or name), what kind, how strong (1 to 4), "
            "since when, when it was last alive. Single ties are shown to nobody else.",
        .fields = fields,
        .check = check_rows,
        .store = store_rows,
        .unstore = unstore_row,
    },
    {.name = NULL},
};

const struct exchange_export ties_exports[] = {
    {.name = "ties", .title = "Ties", .columns = columns, .rows = export_rows},
    {.name = NULL},
};
