/* people_edit: changing, adding and merging people by hand, with a trace of each step and its undo.
 * The rules for what a field may hold are those of the import (people_check.c). */
#include <inttypes.h>
#include <string.h>

#include "features/history/history.h"
#include "features/people/people_import.h"

/* The fields of the form: those of the import but the two halves of a name. */
static const enum people_field form[] = {
    FIELD_NAME,         FIELD_EMAIL,     FIELD_PHONE, FIELD_ROLE,     FIELD_PLACE,
    FIELD_ORGANISATION, FIELD_LANGUAGES, FIELD_STATE, FIELD_YEARS,    FIELD_FACILITATES,
    FIELD_SLOTS,        FIELD_OFFERS,    FIELD_WANTS, FIELD_TOGETHER, FIELD_APART,
};
enum { FORM_COUNT = sizeof form / sizeof form[0] };

size_t people_form_count(void)
{
    return FORM_COUNT;
}

const char *people_form_name(size_t index)
{
    return people_fields[form[index]].name;
}

const char *people_form_label(size_t index)
{
    return people_fields[form[index]].label;
}

static const char *subject_of(struct cv_arena *mem, int64_t id)
{
    return cv_sprintf(mem, "person:%" PRId64, id);
}

static cv_rc put_new_place(struct people_row *own, struct store_db *db, struct cv_arena *mem,
                           int64_t now_s)
{
    if (!own->new_place) return CV_OK;
    struct place place = network_place_new(own->new_place);
    return network_place_insert(&own->person.place_id, db, mem, &place, now_s);
}

static cv_rc put_rows(const struct people_row *own, int64_t id, struct store_db *db,
                      struct cv_arena *mem)
{
    cv_rc rc = CV_OK;
    for (int i = 0; rc == CV_OK && i < 2; i++) rc = people_gifts_clear(db, id, i == 1);
    for (int i = 0; rc == CV_OK && i < 2; i++) rc = people_wishes_clear(db, id, i == 1);
    for (size_t i = 0; rc == CV_OK && i < own->gift_count; i++) {
        own->gifts[i].person_id = id;
        rc = people_gift_insert(db, mem, &own->gifts[i]);
    }
    for (size_t i = 0; rc == CV_OK && i < own->wish_count; i++) {
        struct wish wish = {.person_id = id,
                            .other_id = own->wishes[i].other_id,
                            .is_apart = own->wishes[i].is_apart};
        if (wish.other_id && wish.other_id != id) rc = people_wish_insert(db, &wish);
    }
    return rc;
}

/* Fields without a default of their own keep what was there when the form left them out. */
static void keep_defaults(struct people_row *own)
{
    own->person.id = own->old->id;
    if (!own->says[FIELD_STATE]) own->person.state = own->old->state;
    if (own->role_text && strcmp(own->role_text, people_role_text(own->old)) == 0) {
        own->person.title = own->old->title;
        own->person.role_key = own->old->role_key;
    }
}

/* True when the two snapshots differ in more than version and date. */
static bool has_changed(const json_t *before, const json_t *after)
{
    json_t *a = json_deep_copy(before);
    json_t *b = json_deep_copy(after);
    json_object_del(json_object_get(a, "person"), "version");
    json_object_del(json_object_get(b, "person"), "version");
    json_object_del(json_object_get(a, "person"), "updated_at_s");
    json_object_del(json_object_get(b, "person"), "updated_at_s");
    bool changed = !json_equal(a, b);
    json_decref(a);
    json_decref(b);
    return changed;
}

static cv_rc change(int64_t *out_edit, struct people_row *own, struct store_db *db,
                    struct cv_arena *mem, int64_t by_id, int64_t now_s)
{
    json_t *before = NULL;
    json_t *after = NULL;
    int64_t id = own->old->id;
    keep_defaults(own);
    cv_rc rc = people_snapshot(&before, db, mem, id);
    if (rc == CV_OK) rc = people_update(db, mem, &own->person, own->old->version + 1, now_s);
    if (rc == CV_OK) rc = put_rows(own, id, db, mem);
    if (rc == CV_OK) rc = people_snapshot(&after, db, mem, id);
    if (rc == CV_OK && !has_changed(before, after))
        rc = people_restore(db, mem, before);
    else if (rc == CV_OK)
        rc = history_record(out_edit, db, "people", subject_of(mem, id), "change",
                            cv_sprintf(mem, "Changed what is known of %s", own->person.name),
                            before, by_id, now_s);
    json_decref(before);
    json_decref(after);
    return rc;
}

static cv_rc add(int64_t *out_id, int64_t *out_edit, struct people_row *own, struct store_db *db,
                 struct cv_arena *mem, int64_t by_id, int64_t now_s)
{
    cv_rc rc = people_insert(out_id, db, mem, &own->person, now_s);
    if (rc == CV_OK) rc = put_rows(own, *out_id, db, mem);
    if (rc != CV_OK) return rc;
    json_t *before = json_pack("{s:I}", "id", (json_int_t)*out_id);
    rc = history_record(out_edit, db, "people", subject_of(mem, *out_id), "add",
                        cv_sprintf(mem, "Added %s", own->person.name), before, by_id, now_s);
    json_decref(before);
    return rc;
}

static cv_rc save_inside(int64_t *out_id, int64_t *out_edit, struct store_db *db,
                         struct cv_arena *mem, int64_t id, const char *const *cells, int64_t by_id,
                         int64_t now_s, struct cv_problems *problems)
{
    struct people_row *own = NULL;
    cv_rc rc = people_check_form(&own, cells, id, db, mem, problems);
    if (rc == CV_OK) rc = put_new_place(own, db, mem, now_s);
    if (rc != CV_OK) return rc;
    *out_id = id;
    return own->old ? change(out_edit, own, db, mem, by_id, now_s)
                    : add(out_id, out_edit, own, db, mem, by_id, now_s);
}

cv_rc people_save(int64_t *out_id, int64_t *out_edit, struct store_db *db, struct cv_arena *mem,
                  int64_t id, const char *const *values, int64_t by_id, int64_t now_s,
                  struct cv_problems *problems)
{
    const char *cells[FIELD_COUNT] = {NULL};
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (values[i] && *values[i]) cells[form[i]] = values[i];
    *out_edit = 0;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    return store_end(db, save_inside(out_id, out_edit, db, mem, id, cells, by_id, now_s, problems));
}

/* --- merging ---------------------------------------------------------------------------------- */

/* What the one that stays does not say is taken from the other. */
static struct person joined(struct person stays, struct person gone)
{
    if (!stays.email) stays.email = gone.email;
    if (!stays.phone) stays.phone = gone.phone;
    if (!stays.languages[0]) stays.languages = gone.languages;
    if (stays.years_in_place < 0) stays.years_in_place = gone.years_in_place;
    if (!stays.slots) stays.slots = gone.slots;
    if (!stays.role_key[0]) {
        stays.role_key = gone.role_key;
        stays.title = gone.title;
    }
    if (!stays.place_id) stays.place_id = gone.place_id;
    if (!stays.organisation) stays.organisation = gone.organisation;
    if (stays.facilitates < gone.facilitates) stays.facilitates = gone.facilitates;
    return stays;
}

static cv_rc move_other_features(json_t *moved, struct store_db *db, struct cv_arena *mem,
                                 int64_t gone, int64_t stays)
{
    cv_rc rc = CV_OK;
    for (size_t i = 0; rc == CV_OK && i < house_feature_count; i++)
        if (house_features[i]->merge_person)
            rc = house_features[i]->merge_person(moved, db, mem, gone, stays);
    return rc;
}

static cv_rc merge_inside(int64_t *out_edit, struct store_db *db, struct cv_arena *mem,
                          int64_t stays_id, int64_t gone_id, int64_t by_id, int64_t now_s)
{
    struct person stays;
    struct person gone;
    json_t *stays_before = NULL;
    json_t *gone_before = NULL;
    json_t *moved = json_object();
    cv_rc rc = people_find(&stays, db, mem, stays_id);
    if (rc == CV_OK) rc = people_find(&gone, db, mem, gone_id);
    if (rc == CV_OK) rc = people_snapshot(&stays_before, db, mem, stays_id);
    if (rc == CV_OK) rc = people_snapshot(&gone_before, db, mem, gone_id);
    if (rc == CV_OK) rc = people_move_rows(db, gone_id, stays_id);
    if (rc == CV_OK) rc = move_other_features(moved, db, mem, gone_id, stays_id);
    if (rc == CV_OK) rc = people_delete(db, gone_id, gone.version);
    if (rc == CV_OK) {
        struct person made = joined(stays, gone);
        rc = people_update(db, mem, &made, stays.version + 1, now_s);
    }
    json_t *before = json_object();
    json_object_set_new(before, "stays", stays_before);
    json_object_set_new(before, "gone", gone_before);
    json_object_set_new(before, "moved", moved);
    if (rc == CV_OK)
        rc = history_record(out_edit, db, "people", subject_of(mem, stays_id), "merge",
                            cv_sprintf(mem, "Merged %s into %s", gone.name, stays.name), before,
                            by_id, now_s);
    json_decref(before);
    return rc;
}

cv_rc people_merge(int64_t *out_edit, struct store_db *db, struct cv_arena *mem, int64_t stays,
                   int64_t gone, int64_t by_id, int64_t now_s)
{
    if (stays == gone) return CV_INVALID;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    return store_end(db, merge_inside(out_edit, db, mem, stays, gone, by_id, now_s));
}

/* --- undo ------------------------------------------------------------------------------------- */

static int64_t id_of(const json_t *snapshot)
{
    return json_integer_value(json_object_get(json_object_get(snapshot, "person"), "id"));
}

static int64_t version_of(const json_t *snapshot)
{
    return json_integer_value(json_object_get(json_object_get(snapshot, "person"), "version"));
}

/* An import may have changed the person since; its change must not be lost in silence. */
static cv_rc restore_unchanged(struct store_db *db, struct cv_arena *mem, const json_t *snapshot)
{
    int64_t version = 0;
    cv_rc rc = people_version(&version, db, id_of(snapshot));
    if (rc == CV_OK && version != version_of(snapshot) + 1) rc = CV_CONFLICT;
    return rc == CV_OK ? people_restore(db, mem, snapshot) : rc;
}

static cv_rc unmerge(struct store_db *db, struct cv_arena *mem, const json_t *before)
{
    const json_t *stays = json_object_get(before, "stays");
    const json_t *gone = json_object_get(before, "gone");
    const json_t *moved = json_object_get(before, "moved");
    /* First the one that stays: it may hold the e-mail of the other. */
    cv_rc rc = restore_unchanged(db, mem, stays);
    if (rc == CV_OK) rc = people_restore(db, mem, gone);
    if (rc == CV_OK) rc = people_restore(db, mem, stays); /* wishes between the two */
    for (size_t i = house_feature_count; rc == CV_OK && i-- > 0;)
        if (house_features[i]->unmerge_person)
            rc = house_features[i]->unmerge_person(moved, db, mem, id_of(gone), id_of(stays));
    return rc;
}

cv_rc people_undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s)
{
    if (strcmp(kind, "change") == 0) return restore_unchanged(db, mem, before);
    if (strcmp(kind, "add") == 0)
        return people_delete(db, json_integer_value(json_object_get(before, "id")), 1);
    if (strcmp(kind, "merge") == 0) return unmerge(db, mem, before);
    return CV_NOT_FOUND;
}
