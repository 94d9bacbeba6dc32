/* people_check: what a roster's rows would do: read every cell, find who is meant, compare. Decides
 * only; people_files.c stores. */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/people/people_import.h"

static const char *cell(const struct exchange_row *row, enum people_field field)
{
    return row->values[field];
}

/* --- reading one row -------------------------------------------------------------------------- */

static void read_name(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    const char *first = cell(row, FIELD_FIRST);
    const char *last = cell(row, FIELD_LAST);
    const char *name = cell(row, FIELD_NAME);
    if (!name && (first || last))
        name = cv_sprintf(check->mem, "%s%s%s", first ? first : "", first && last ? " " : "",
                          last ? last : "");
    if (!name) {
        exchange_refuse(row, check->problems, "name", "Write the name, or take the row out.",
                        "This row has no name.");
        name = "";
    } else if (strlen(name) > CV_LIMIT_NAME_BYTES) {
        exchange_refuse(row, check->problems, "name", "Look whether two columns have run together.",
                        "A name of %zu letters is too long.", strlen(name));
        name = "";
    }
    own->person.name = cv_text_tidy(check->mem, name);
    own->name_folded = cv_text_fold(check->mem, own->person.name);
}

static void read_email(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    const char *email = cell(row, FIELD_EMAIL);
    if (!email) return;
    if (!people_is_email(email)) {
        exchange_refuse(row, check->problems, "email",
                        "Write one address like ana@school.org, or leave the cell empty.",
                        "\"%s\" is not an e-mail address.", email);
        return;
    }
    own->person.email = email;
    own->email_folded = cv_text_fold(check->mem, email);
}

static void read_place(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    const char *name = cell(row, FIELD_PLACE);
    if (!name) return;
    bool is_ambiguous = false;
    const struct place *place = network_places_named(&is_ambiguous, &check->places, name);
    own->place_folded = cv_text_fold(check->mem, place ? place->name : name);
    if (is_ambiguous) {
        exchange_refuse(row, check->problems, "place",
                        "Write what it is part of behind it: \"Lincoln School (Riverbend)\".",
                        "Two places are called \"%s\".", name);
    } else if (place) {
        own->person.place_id = place->id;
        own->person.place = place->name;
    } else {
        own->new_place = cv_text_tidy(check->mem, name);
    }
}

/* Each place that will come to be is named once, with the known one it may be a slip for. */
static void note_new_places(struct people_check *check)
{
    struct cv_map seen = cv_map_new(check->mem);
    for (size_t r = 0; r < check->count; r++) {
        struct exchange_row *row = &check->rows[r];
        const struct people_row *own = people_row_of(row);
        if (!own->new_place || (row->fate != EXCHANGE_NEW && row->fate != EXCHANGE_CHANGED))
            continue;
        if (*cv_map_at(&seen, own->place_folded, (int64_t)r) != (int64_t)r) continue;
        const char *like = NULL;
        for (size_t i = 0; i < check->places.list.count && !like; i++) {
            const char *known = check->places.list.items[i].name;
            if (cv_text_likeness(cv_text_fold(check->mem, known), own->place_folded) >= 0.93)
                like = known;
        }
        row->note = cv_sprintf(check->mem, "%s%s\"%s\" will be a new place.%s%s%s",
                               row->note ? row->note : "", row->note ? " " : "", own->new_place,
                               like ? " Or is it " : "", like ? like : "", like ? "?" : "");
    }
}

static void read_slots(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    const char *text = cell(row, FIELD_SLOTS);
    const char *stray = NULL;
    if (text && people_slots_read(&own->person.slots, &stray, check->mem, text) != CV_OK)
        exchange_refuse(row, check->problems, "slots",
                        "Write days and parts of the day, like \"Tue 16-18\", \"martes tarde\" or "
                        "\"Tuesday evening; Thu pm\".",
                        "\"%s\" was not understood in \"%s\".", stray, text);
}

static void read_words(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    const char *state = cell(row, FIELD_STATE);
    if (state) {
        const char *known = people_state_read(check->mem, state);
        if (known)
            own->person.state = known;
        else
            exchange_refuse(row, check->problems, "state",
                            "Write invited, joined, active, quiet, alum or left.",
                            "\"%s\" is no state a person can be in.", state);
    }
    const char *years = cell(row, FIELD_YEARS);
    if (years) {
        own->person.years_in_place = people_years_read(years);
        if (own->person.years_in_place < 0)
            exchange_refuse(row, check->problems, "years_in_place",
                            "Write a number from 0 to 120, or leave the cell empty.",
                            "\"%s\" is no number of years.", years);
    }
    const char *facilitates = cell(row, FIELD_FACILITATES);
    if (facilitates) {
        own->person.facilitates = people_facilitates_read(check->mem, facilitates);
        if (own->person.facilitates < 0) {
            exchange_refuse(row, check->problems, "facilitates",
                            "Write no, has watched, with somebody, leads or trains others.",
                            "\"%s\" does not say whether the person facilitates.", facilitates);
            own->person.facilitates = 0;
        }
    }
}

static void read_gifts(struct people_check *check, struct exchange_row *row, struct people_row *own)
{
    struct gift *offers = NULL;
    struct gift *wants = NULL;
    const char *offers_text = cell(row, FIELD_OFFERS);
    const char *wants_text = cell(row, FIELD_WANTS);
    size_t offer_count =
        offers_text ? people_gifts_read(&offers, check->mem, offers_text, false) : 0;
    size_t want_count = wants_text ? people_gifts_read(&wants, check->mem, wants_text, true) : 0;
    own->gift_count = offer_count + want_count;
    if (own->gift_count == 0) return;
    own->gifts = CV_NEW_ARRAY(check->mem, struct gift, own->gift_count);
    if (offer_count) memcpy(own->gifts, offers, offer_count * sizeof *offers);
    if (want_count) memcpy(own->gifts + offer_count, wants, want_count * sizeof *wants);
    for (size_t i = 0; i < own->gift_count; i++)
        if (strlen(own->gifts[i].skill) > CV_LIMIT_NAME_BYTES)
            exchange_refuse(row, check->problems, i < offer_count ? "offers" : "wants",
                            "Write skills in a few words each, with ; between.",
                            "A skill of %zu letters is too long.", strlen(own->gifts[i].skill));
}

static void read_row(struct people_check *check, struct exchange_row *row)
{
    struct people_row *own = CV_NEW(check->mem, struct people_row);
    row->own = own;
    row->fate = EXCHANGE_NEW;
    own->person = people_new("");
    for (int field = 0; field < FIELD_COUNT; field++) own->says[field] = row->values[field];
    read_name(check, row, own);
    read_email(check, row, own);
    read_place(check, row, own);
    read_slots(check, row, own);
    read_words(check, row, own);
    read_gifts(check, row, own);
    own->role_text = cell(row, FIELD_ROLE);
    own->person.title = own->role_text;
    own->person.role_key = people_role_key(check->mem, own->role_text);
    own->person.organisation = cell(row, FIELD_ORGANISATION);
    own->person.phone = cell(row, FIELD_PHONE);
    if (cell(row, FIELD_LANGUAGES))
        own->person.languages = people_languages_read(check->mem, cell(row, FIELD_LANGUAGES));
}

/* --- rows against each other and against who is there ----------------------------------------- */

static const char *name_key(struct cv_arena *mem, const char *name_folded, const char *place_folded)
{
    return cv_sprintf(mem, "%s\n%s", name_folded, place_folded ? place_folded : "");
}

static cv_rc load(struct people_check *check)
{
    struct cv_arena *mem = check->mem;
    cv_rc rc = people_index_load(&check->index, check->db, mem);
    if (rc == CV_OK) rc = network_places_load(&check->places, check->db, mem);
    if (rc == CV_OK) rc = people_gifts(&check->gifts, check->db, mem);
    if (rc == CV_OK) rc = people_wishes(&check->wishes, check->db, mem);
    if (rc != CV_OK) return rc;
    size_t count = check->index.list.count;
    check->by_email = cv_map_new(mem);
    check->by_name = cv_map_new(mem);
    check->next = CV_NEW_ARRAY(mem, int64_t, count);
    check->is_taken = CV_NEW_ARRAY(mem, bool, count);
    check->names_folded = CV_NEW_ARRAY(mem, const char *, count);
    check->emails_folded = CV_NEW_ARRAY(mem, const char *, count);
    check->places_folded = CV_NEW_ARRAY(mem, const char *, count);
    /* From the end, so that the chain of one name begins with the oldest. */
    for (size_t i = count; i-- > 0;) {
        const struct person *person = &check->index.list.items[i];
        check->names_folded[i] = cv_text_fold(mem, person->name);
        check->places_folded[i] = person->place ? cv_text_fold(mem, person->place) : NULL;
        int64_t *head = cv_map_at(
            &check->by_name, name_key(mem, check->names_folded[i], check->places_folded[i]), -1);
        check->next[i] = *head;
        *head = (int64_t)i;
        if (!person->email) continue;
        check->emails_folded[i] = cv_text_fold(mem, person->email);
        *cv_map_at(&check->by_email, check->emails_folded[i], (int64_t)i) = (int64_t)i;
    }
    return CV_OK;
}

/* Two rows with one e-mail: nobody can say which is right, so both are named. */
static void check_same_emails(struct people_check *check)
{
    struct cv_map first = cv_map_new(check->mem);
    for (size_t i = 0; i < check->count; i++) {
        struct people_row *own = people_row_of(&check->rows[i]);
        if (!own->email_folded) continue;
        int64_t at = *cv_map_at(&first, own->email_folded, (int64_t)i);
        if (at == (int64_t)i) continue;
        struct exchange_row *other = &check->rows[at];
        const char *remedy = "Leave the address with the one it belongs to, or take one of the "
                             "rows out.";
        if (other->fate != EXCHANGE_REFUSED)
            exchange_refuse(other, check->problems, "email", remedy,
                            "Lines %" PRId64 " and %" PRId64 " have the same e-mail, %s.",
                            other->line, check->rows[i].line, own->person.email);
        exchange_refuse(&check->rows[i], check->problems, "email", remedy,
                        "Lines %" PRId64 " and %" PRId64 " have the same e-mail, %s.", other->line,
                        check->rows[i].line, own->person.email);
    }
}

static void take(struct people_check *check, struct exchange_row *row, size_t index)
{
    struct people_row *own = people_row_of(row);
    own->old = &check->index.list.items[index];
    check->is_taken[index] = true;
    row->match_id = own->old->id;
    const char *role = people_role_text(own->old);
    row->match_note =
        cv_sprintf(check->mem, "%s%s%s%s%s", own->old->name, *role ? ", " : "", role,
                   own->old->place ? ", " : "", own->old->place ? own->old->place : "");
}

/* By e-mail, else by name and place. Of several with one name and place the first that no other row
 * is: an export of twins comes back to both of them. */
static void match_rows(struct people_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        struct people_row *own = people_row_of(&check->rows[i]);
        if (check->rows[i].fate == EXCHANGE_REFUSED || !own->email_folded) continue;
        const int64_t *at = cv_map_find(&check->by_email, own->email_folded);
        if (at) take(check, &check->rows[i], (size_t)*at);
    }
    for (size_t i = 0; i < check->count; i++) {
        struct people_row *own = people_row_of(&check->rows[i]);
        if (check->rows[i].fate == EXCHANGE_REFUSED || own->old) continue;
        const int64_t *head =
            cv_map_find(&check->by_name, name_key(check->mem, own->name_folded, own->place_folded));
        for (int64_t at = head ? *head : -1; at >= 0; at = check->next[at]) {
            /* Another e-mail is another person, or one who has two: a person must look. */
            if (check->is_taken[at] || (own->email_folded && check->emails_folded[at])) continue;
            take(check, &check->rows[i], (size_t)at);
            break;
        }
    }
}

static int64_t index_of_id(const struct people_check *check, int64_t id)
{
    const struct person *person = people_index_at(&check->index, id);
    return person ? person - check->index.list.items : -1;
}

/* What the person who looked at the preview decided about look-alikes. */
static void merge_rows(struct people_check *check)
{
    struct cv_map row_by_line = cv_map_new(check->mem);
    for (size_t i = 0; i < check->count; i++) {
        const char *line = cv_sprintf(check->mem, "%" PRId64, check->rows[i].line);
        *cv_map_at(&row_by_line, line, (int64_t)i) = (int64_t)i;
        struct exchange_row *row = &check->rows[i];
        if (!row->merge_near || row->fate == EXCHANGE_REFUSED || row->match_id) continue;
        int64_t index = row->near_id ? index_of_id(check, row->near_id) : -1;
        if (index >= 0 && !check->is_taken[index]) take(check, row, (size_t)index);
        if (!row->near_line) continue;
        const int64_t *at =
            cv_map_find(&row_by_line, cv_sprintf(check->mem, "%" PRId64, row->near_line));
        if (!at) continue;
        struct exchange_row *first = &check->rows[*at];
        const char **values = CV_NEW_ARRAY(check->mem, const char *, FIELD_COUNT);
        for (int f = 0; f < FIELD_COUNT; f++)
            values[f] = first->values[f] ? first->values[f] : row->values[f];
        first->values = values;
        const struct person *old = people_row_of(first)->old;
        read_row(check, first);
        people_row_of(first)->old = old;
        row->fate = EXCHANGE_SKIPPED;
        row->match_note = cv_sprintf(check->mem, "joined with line %" PRId64, first->line);
    }
}

/* --- what would change ------------------------------------------------------------------------ */

static const struct gift *gifts_at(size_t *count, const struct people_check *check, int64_t id)
{
    size_t low = 0;
    size_t high = check->gifts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (check->gifts.items[middle].person_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < check->gifts.count && check->gifts.items[end].person_id == id) end++;
    *count = end - low;
    return &check->gifts.items[low];
}

static bool differs(const char *a, const char *b)
{
    return a && (!b || strcmp(a, b) != 0);
}

/* Lays the row over the person it matches: cells that say something win, empty ones change nothing.
 * Afterwards own->person is what would be stored. */
static void compare(struct people_check *check, struct exchange_row *row)
{
    struct people_row *own = people_row_of(row);
    struct cv_arena *mem = check->mem;
    struct person file = own->person;
    struct person old = *own->old;
    struct person made = old;
    size_t old_count = 0;
    const struct gift *old_gifts = gifts_at(&old_count, check, old.id);

    if (exchange_compare(row, mem, "name", old.name, file.name)) made.name = file.name;
    if (exchange_compare(row, mem, "e-mail", old.email, file.email)) made.email = file.email;
    if (exchange_compare(row, mem, "phone", old.phone, file.phone)) made.phone = file.phone;
    if (exchange_compare(row, mem, "role", people_role_text(&old), own->role_text)) {
        made.title = own->role_text;
        made.role_key = file.role_key;
    }
    const char *place = own->new_place ? own->new_place : file.place;
    if (own->place_folded && (own->new_place || file.place_id != old.place_id)) {
        (void)exchange_compare(row, mem, "place", old.place, place);
        made.place_id = file.place_id;
        made.place = place;
    } else {
        own->new_place = NULL;
    }
    if (exchange_compare(row, mem, "organisation", old.organisation, file.organisation))
        made.organisation = file.organisation;
    if (own->says[FIELD_LANGUAGES] && differs(file.languages, old.languages)) {
        (void)exchange_compare(row, mem, "languages", people_languages_text(mem, old.languages),
                               people_languages_text(mem, file.languages));
        made.languages = file.languages;
    }
    if (own->says[FIELD_STATE] && exchange_compare(row, mem, "state", old.state, file.state))
        made.state = file.state;
    if (own->says[FIELD_YEARS] && old.years_in_place != file.years_in_place) {
        (void)exchange_compare(
            row, mem, "years",
            old.years_in_place < 0 ? NULL : cv_sprintf(mem, "%" PRId64, old.years_in_place),
            cv_sprintf(mem, "%" PRId64, file.years_in_place));
        made.years_in_place = file.years_in_place;
    }
    if (own->says[FIELD_FACILITATES] &&
        exchange_compare(row, mem, "facilitates", people_facilitates_text(old.facilitates),
                         people_facilitates_text(file.facilitates)))
        made.facilitates = file.facilitates;
    if (own->says[FIELD_SLOTS] && old.slots != file.slots) {
        (void)exchange_compare(row, mem, "can meet", people_slots_text(mem, old.slots),
                               people_slots_text(mem, file.slots));
        made.slots = file.slots;
    }
    for (int is_want = 0; is_want < 2; is_want++)
        if (own->says[is_want ? FIELD_WANTS : FIELD_OFFERS])
            (void)exchange_compare(row, mem, is_want ? "wants" : "offers",
                                   people_gifts_text(mem, old_gifts, old_count, is_want),
                                   people_gifts_text(mem, own->gifts, own->gift_count, is_want));
    for (int is_apart = 0; is_apart < 2; is_apart++)
        if (own->says[is_apart ? FIELD_APART : FIELD_TOGETHER])
            (void)exchange_compare(row, mem, is_apart ? "apart from" : "together with",
                                   people_old_wishes_text(check, old.id, is_apart),
                                   people_new_wishes_text(check, own, is_apart));
    own->person = made;
}

static void decide(struct people_check *check, struct exchange_row *row,
                   enum exchange_on_match on_match)
{
    struct people_row *own = people_row_of(row);
    if (row->fate != EXCHANGE_NEW || !own->old) return;
    struct person file = own->person;
    const char *new_place = own->new_place;
    compare(check, row);
    if (!row->changes) {
        row->fate = EXCHANGE_SAME;
    } else if (row->merge_near || on_match == EXCHANGE_UPDATE) {
        row->fate = EXCHANGE_CHANGED;
    } else if (on_match == EXCHANGE_SKIP) {
        row->fate = EXCHANGE_SKIPPED;
    } else {
        own->person = file;
        own->new_place = new_place;
        row->changes = NULL;
        row->match_id = 0;
        row->note = cv_sprintf(check->mem, "Kept beside %s.", row->match_note);
        if (file.email && own->old->email &&
            !differs(own->email_folded, cv_text_fold(check->mem, own->old->email))) {
            own->person.email = NULL;
            row->note = cv_sprintf(check->mem, "Kept beside %s, with whom the e-mail stays.",
                                   row->match_note);
        }
        own->old = NULL;
    }
}

/* A row that says all the same as an earlier one is a slip of the spreadsheet, not a person. */
static void skip_repeats(struct people_check *check)
{
    struct cv_map seen = cv_map_new(check->mem);
    for (size_t i = 0; i < check->count; i++) {
        struct exchange_row *row = &check->rows[i];
        if (row->fate != EXCHANGE_NEW || people_row_of(row)->old) continue;
        size_t size = FIELD_COUNT + 1;
        for (int f = 0; f < FIELD_COUNT; f++) size += row->values[f] ? strlen(row->values[f]) : 0;
        char *all = cv_alloc(check->mem, size);
        char *end = all;
        for (int f = 0; f < FIELD_COUNT; f++) {
            if (row->values[f]) end = stpcpy(end, row->values[f]);
            *end++ = '\x1f';
        }
        int64_t first = *cv_map_at(&seen, all, (int64_t)i);
        if (first == (int64_t)i) continue;
        row->fate = EXCHANGE_SKIPPED;
        row->match_note =
            cv_sprintf(check->mem, "the same as line %" PRId64, check->rows[first].line);
    }
}

cv_rc people_check_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, struct cv_problems *problems)
{
    struct people_check check = {
        .rows = rows, .count = count, .db = db, .mem = mem, .problems = problems};
    cv_rc rc = load(&check);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < count; i++) {
        bool was_refused = rows[i].fate == EXCHANGE_REFUSED;
        read_row(&check, &rows[i]);
        if (was_refused) rows[i].fate = EXCHANGE_REFUSED;
    }
    check_same_emails(&check);
    match_rows(&check);
    skip_repeats(&check);
    people_near(&check);
    merge_rows(&check);
    people_check_wishes(&check);
    for (size_t i = 0; i < count; i++) decide(&check, &rows[i], on_match);
    note_new_places(&check);
    return CV_OK;
}

cv_rc people_check_form(struct people_row **out, const char *const *values, int64_t id,
                        struct store_db *db, struct cv_arena *mem, struct cv_problems *problems)
{
    struct exchange_row row = {.values = values, .match_id = id};
    struct people_check check = {
        .rows = &row, .count = 1, .db = db, .mem = mem, .problems = problems};
    cv_rc rc = load(&check);
    if (rc != CV_OK) return rc;
    read_row(&check, &row);
    struct people_row *own = people_row_of(&row);
    int64_t index = index_of_id(&check, id);
    if (id && index < 0) return CV_NOT_FOUND;
    if (id) own->old = &check.index.list.items[index];
    const int64_t *at = own->email_folded ? cv_map_find(&check.by_email, own->email_folded) : NULL;
    if (at && *at != index)
        exchange_refuse(&row, problems, "email", "Merge the two, or leave the address with one.",
                        "%s has this e-mail already.", check.index.list.items[*at].name);
    people_check_wishes(&check);
    *out = own;
    return row.fate == EXCHANGE_REFUSED ? CV_INVALID : CV_OK;
}
