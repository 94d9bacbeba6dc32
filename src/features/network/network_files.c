/* network_files: places from and to spreadsheets. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/network/network_internal.h"

enum place_field {
    FIELD_NAME,
    FIELD_KIND,
    FIELD_PARENT,
    FIELD_ZONE,
    FIELD_LOCALE,
    FIELD_CODE,
    FIELD_STUDENTS,
    FIELD_SCHOOLS,
    FIELD_LATITUDE,
    FIELD_LONGITUDE,
    FIELD_SHARE_FIRST,
    FIELD_SHARE_LAST = FIELD_SHARE_FIRST + 5,
    FIELD_COUNT
};

static const struct exchange_field fields[] = {
    [FIELD_NAME] = {"name", "Name",
                    "name|place|district|school district|school|school name|nombre|lugar|distrito|"
                    "distrito escolar|escuela|department|departamento",
                    .is_required = true, .is_key = true},
    [FIELD_KIND] = {"kind", "Kind", "kind|type|tipo|clase"},
    [FIELD_PARENT] = {"parent", "Part of",
                      "part of|parent|belongs to|parte de|pertenece a|district|distrito",
                      .is_key = true},
    [FIELD_ZONE] = {"zone", "Zone", "zone|zona|county|condado|region|area"},
    [FIELD_LOCALE] = {"locale", "Locale", "locale|setting|urbanicity|entorno|ambito"},
    [FIELD_CODE] = {"code", "Number in official lists",
                    "code|lea code|leaid|nces id|state code|school code|district code|codigo|clave",
                    .is_key = true},
    [FIELD_STUDENTS] = {"students", "Students",
                        "students|enrollment|enrolment|estudiantes|alumnos|matricula"},
    [FIELD_SCHOOLS] = {"schools", "Schools", "schools|number of schools|escuelas"},
    [FIELD_LATITUDE] = {"latitude", "Latitude", "latitude|lat|latitud"},
    [FIELD_LONGITUDE] = {"longitude", "Longitude", "longitude|lon|lng|long|longitud"},
    [FIELD_SHARE_FIRST] = {"pct_hispanic", "Hispanic students, %",
                           "pct hispanic|percent hispanic|hispanic|% hispanic|% hispanos"},
    {"pct_multilingual", "Multilingual learners, %",
     "pct multilingual|pct ell|pct el|multilingual|ell|% multilingual|% multilingues"},
    {"pct_low_income", "Low income, %",
     "pct low income|pct frl|low income|% low income|% bajos ingresos"},
    {"pct_chronic_absence", "Chronic absence, %",
     "pct chronic absence|chronic absence|chronic absence rate|% chronic absence|"
     "% ausentismo cronico"},
    {"pct_special_education", "Special education, %",
     "pct special education|pct sped|special education|% special education|% educacion especial"},
    {"pct_native", "Native students, %", "pct native|percent native|% native|% indigenas"},
    [FIELD_COUNT] = {NULL, NULL, NULL},
};

/* One row of the file, from check to store. */
struct place_row {
    struct place place; /* what will be stored */
    const struct place *old;
    size_t parent_row; /* the row that is its parent, 1 + index; 0: none */
    int64_t stored_id;
    double shares[FIELD_SHARE_LAST - FIELD_SHARE_FIRST + 1]; /* NAN: not said */
};

struct place_check {
    struct exchange_row *rows;
    size_t count;
    struct cv_arena *mem;
    struct cv_problems *problems;
    struct network_places places;
    struct cv_map row_by_name; /* folded name -> row */
};

static struct place_row *own_of(const struct exchange_row *row)
{
    return row->own;
}

/* "1,234" and "1 234" are one thousand two hundred and thirty-four. */
static int64_t read_count(struct place_check *check, struct exchange_row *row, int field)
{
    const char *text = row->values[field];
    if (!text) return -1;
    int64_t count = 0;
    size_t digits = 0;
    for (const char *at = text; *at; at++) {
        bool thousand = (*at == ',' || *at == ' ' || *at == '.') && digits > 0 && strlen(at) >= 4;
        if (*at >= '0' && *at <= '9' && digits < 12) {
            count = count * 10 + (*at - '0');
            digits++;
        } else if (!thousand) {
            digits = 0;
            break;
        }
    }
    if (digits == 0) {
        exchange_refuse(row, check->problems, fields[field].name,
                        "Write a whole number, or leave the cell empty.",
                        "\"%s\" is no whole number.", text);
        return -1;
    }
    return count;
}

static double read_real(struct place_check *check, struct exchange_row *row, int field, double low,
                        double high)
{
    const char *text = row->values[field];
    if (!text) return NAN;
    char *copy = cv_strdup(check->mem, text);
    size_t size = strlen(copy);
    if (size && copy[size - 1] == '%') copy[--size] = '\0';
    for (char *at = copy; *at; at++)
        if (*at == ',') *at = '.';
    char *end = NULL;
    double number = strtod(copy, &end);
    while (*end == ' ') end++;
    if (end == copy || *end || !(number >= low && number <= high)) {
        exchange_refuse(row, check->problems, fields[field].name,
                        "Write a number within these bounds, or leave the cell empty.",
                        "\"%s\" is no number from %g to %g.", text, low, high);
        return NAN;
    }
    return number;
}

static void read_row(struct place_check *check, struct exchange_row *row)
{
    struct place_row *own = CV_NEW(check->mem, struct place_row);
    const char *name = row->values[FIELD_NAME];
    row->own = own;
    if (row->fate != EXCHANGE_REFUSED) row->fate = EXCHANGE_NEW;
    own->place = network_place_new(name ? cv_text_tidy(check->mem, name) : "");
    if (!name)
        exchange_refuse(row, check->problems, "name", "Write the name, or take the row out.",
                        "This row has no name.");
    else if (strlen(name) > CV_LIMIT_NAME_BYTES)
        exchange_refuse(row, check->problems, "name", "Look whether two columns have run together.",
                        "A name of %zu letters is too long.", strlen(name));
    const char *kind = row->values[FIELD_KIND];
    if (kind) {
        own->place.kind = network_place_kind_of(check->mem, kind);
        if (!own->place.kind) {
            exchange_refuse(row, check->problems, "kind",
                            "Write district, school, county, zone, region, state, neighbourhood or "
                            "community.",
                            "\"%s\" is no kind of place that is known here.", kind);
            own->place.kind = "district";
        }
    } else if (row->values[FIELD_PARENT]) {
        own->place.kind = "school";
    }
    own->place.zone = row->values[FIELD_ZONE];
    own->place.locale = row->values[FIELD_LOCALE];
    own->place.code = row->values[FIELD_CODE];
    own->place.students = read_count(check, row, FIELD_STUDENTS);
    own->place.schools = read_count(check, row, FIELD_SCHOOLS);
    own->place.latitude = read_real(check, row, FIELD_LATITUDE, -90, 90);
    own->place.longitude = read_real(check, row, FIELD_LONGITUDE, -180, 180);
    for (int i = 0; i <= FIELD_SHARE_LAST - FIELD_SHARE_FIRST; i++)
        own->shares[i] = read_real(check, row, FIELD_SHARE_FIRST + i, 0, 100);
}

static const char *share_key(int index)
{
    return fields[FIELD_SHARE_FIRST + index].name + 4; /* without "pct_" */
}

/* The shares of `old` (JSON, NULL: none) with those that the row says laid over them. */
static const char *merged_shares(struct cv_arena *mem, const char *old, const double *shares)
{
    json_t *document = old ? json_loads(old, 0, NULL) : NULL;
    if (!document) document = json_object();
    for (int i = 0; i <= FIELD_SHARE_LAST - FIELD_SHARE_FIRST; i++)
        if (!isnan(shares[i])) json_object_set_new(document, share_key(i), json_real(shares[i]));
    size_t size = json_dumpb(document, NULL, 0, JSON_COMPACT | JSON_SORT_KEYS);
    char *text = cv_alloc(mem, size + 1);
    (void)json_dumpb(document, text, size, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(document);
    return text;
}

static void find_parent(struct place_check *check, struct exchange_row *row)
{
    const char *parent = row->values[FIELD_PARENT];
    if (!parent) return;
    bool is_ambiguous = false;
    const struct place *place = network_places_named(&is_ambiguous, &check->places, parent);
    const int64_t *at = cv_map_find(&check->row_by_name, cv_text_fold(check->mem, parent));
    if (place) {
        own_of(row)->place.parent_id = place->id;
        own_of(row)->place.parent = place->name;
    } else if (at && &check->rows[*at] != row) {
        own_of(row)->parent_row = (size_t)*at + 1;
        own_of(row)->place.parent = own_of(&check->rows[*at])->place.name;
    } else {
        exchange_refuse(row, check->problems, "parent",
                        "Add a row for it to the file, or look at the spelling.",
                        is_ambiguous ? "Two places are called \"%s\"."
                                     : "There is no place called \"%s\".",
                        parent);
    }
}

static void find_match(struct place_check *check, struct cv_map *by_code, struct exchange_row *row)
{
    struct place_row *own = own_of(row);
    const int64_t *at = own->place.code ? cv_map_find(by_code, own->place.code) : NULL;
    if (at) {
        own->old = &check->places.list.items[*at];
    } else {
        bool is_ambiguous = false;
        const char *name = own->place.name;
        const struct place *found = NULL;
        if (own->place.parent)
            found =
                network_places_named(&is_ambiguous, &check->places,
                                     cv_sprintf(check->mem, "%s (%s)", name, own->place.parent));
        if (!found) found = network_places_named(&is_ambiguous, &check->places, name);
        bool other_parent =
            found && found->parent && own->place.parent && found->parent_id != own->place.parent_id;
        if (found && !other_parent) own->old = found;
    }
    if (!own->old) return;
    row->match_id = own->old->id;
    row->match_note = own->old->parent
                          ? cv_sprintf(check->mem, "%s, %s", own->old->name, own->old->parent)
                          : own->old->name;
}

static const char *count_text(struct cv_arena *mem, int64_t count)
{
    return count < 0 ? NULL : cv_sprintf(mem, "%" PRId64, count);
}

static const char *real_text(struct cv_arena *mem, double number)
{
    return isnan(number) ? NULL : cv_sprintf(mem, "%.10g", number);
}

static void compare(struct place_check *check, struct exchange_row *row)
{
    struct place_row *own = own_of(row);
    struct cv_arena *mem = check->mem;
    const struct place *old = own->old;
    struct place file = own->place;
    struct place made = *old;
    if (exchange_compare(row, mem, "name", old->name, file.name)) made.name = file.name;
    if (row->values[FIELD_KIND] && exchange_compare(row, mem, "kind", old->kind, file.kind))
        made.kind = file.kind;
    if (row->values[FIELD_PARENT] && (own->parent_row || file.parent_id != old->parent_id)) {
        (void)exchange_compare(row, mem, "part of", old->parent, file.parent);
        made.parent_id = file.parent_id;
    } else {
        own->parent_row = 0;
    }
    if (exchange_compare(row, mem, "zone", old->zone, file.zone)) made.zone = file.zone;
    if (exchange_compare(row, mem, "locale", old->locale, file.locale)) made.locale = file.locale;
    if (exchange_compare(row, mem, "number", old->code, file.code)) made.code = file.code;
    if (exchange_compare(row, mem, "students", count_text(mem, old->students),
                         count_text(mem, file.students)))
        made.students = file.students;
    if (exchange_compare(row, mem, "schools", count_text(mem, old->schools),
                         count_text(mem, file.schools)))
        made.schools = file.schools;
    if (exchange_compare(row, mem, "latitude", real_text(mem, old->latitude),
                         real_text(mem, file.latitude)))
        made.latitude = file.latitude;
    if (exchange_compare(row, mem, "longitude", real_text(mem, old->longitude),
                         real_text(mem, file.longitude)))
        made.longitude = file.longitude;
    made.shares = merged_shares(mem, old->shares, own->shares);
    const double nothing[FIELD_SHARE_LAST - FIELD_SHARE_FIRST + 1] = {NAN, NAN, NAN, NAN, NAN, NAN};
    if (strcmp(made.shares, merged_shares(mem, old->shares, nothing)) != 0)
        (void)exchange_compare(row, mem, "shares", old->shares, made.shares);
    own->place = made;
}

static void decide(struct place_check *check, struct exchange_row *row,
                   enum exchange_on_match on_match)
{
    struct place_row *own = own_of(row);
    if (row->fate != EXCHANGE_NEW) return;
    if (!own->old) {
        own->place.shares = merged_shares(check->mem, NULL, own->shares);
        return;
    }
    struct place file = own->place;
    size_t parent_row = own->parent_row;
    compare(check, row);
    if (!row->changes) {
        row->fate = EXCHANGE_SAME;
    } else if (on_match == EXCHANGE_UPDATE) {
        row->fate = EXCHANGE_CHANGED;
    } else if (on_match == EXCHANGE_SKIP) {
        row->fate = EXCHANGE_SKIPPED;
    } else {
        own->place = file;
        own->parent_row = parent_row;
        own->place.shares = merged_shares(check->mem, NULL, own->shares);
        row->note = cv_sprintf(check->mem, "Kept beside %s.", row->match_note);
        row->changes = NULL;
        row->match_id = 0;
        own->old = NULL;
    }
}

static cv_rc check_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, struct cv_problems *problems)
{
    struct place_check check = {.rows = rows,
                                .count = count,
                                .mem = mem,
                                .problems = problems,
                                .row_by_name = cv_map_new(mem)};
    struct cv_map by_code = cv_map_new(mem);
    struct cv_map taken = cv_map_new(mem);
    cv_rc rc = network_places_load(&check.places, db, mem);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < check.places.list.count; i++)
        if (check.places.list.items[i].code)
            *cv_map_at(&by_code, check.places.list.items[i].code, (int64_t)i) = (int64_t)i;
    for (size_t i = 0; i < count; i++) {
        read_row(&check, &rows[i]);
        (void)cv_map_at(&check.row_by_name, cv_text_fold(mem, own_of(&rows[i])->place.name),
                        (int64_t)i);
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].fate == EXCHANGE_REFUSED) continue;
        find_parent(&check, &rows[i]);
        if (rows[i].fate == EXCHANGE_REFUSED) continue;
        const struct place *place = &own_of(&rows[i])->place;
        const char *key =
            cv_sprintf(mem, "%s\n%s\n%s", cv_text_fold(mem, place->name),
                       place->parent ? place->parent : "", place->code ? place->code : "");
        int64_t first = *cv_map_at(&taken, key, (int64_t)i);
        if (first != (int64_t)i) {
            exchange_refuse(&rows[i], problems, "name",
                            "Take one of them out, or say in another column what they are part of.",
                            "Lines %" PRId64 " and %" PRId64 " are both called \"%s\".",
                            rows[first].line, rows[i].line, place->name);
            continue;
        }
        find_match(&check, &by_code, &rows[i]);
    }
    for (size_t i = 0; i < count; i++) decide(&check, &rows[i], on_match);
    return CV_OK;
}

static cv_rc store_one(struct exchange_row *rows, struct exchange_row *row, struct store_db *db,
                       struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    struct place_row *own = own_of(row);
    if (own->parent_row) {
        const struct place_row *parent = own_of(&rows[own->parent_row - 1]);
        own->place.parent_id = parent->stored_id ? parent->stored_id
                               : parent->old     ? parent->old->id
                                                 : 0;
    }
    if (row->fate == EXCHANGE_NEW) {
        cv_rc rc = network_place_insert(&own->stored_id, db, mem, &own->place, now_s);
        return rc == CV_OK ? exchange_stored(db, batch_id, own->stored_id, NULL) : rc;
    }
    own->stored_id = own->old->id;
    json_t *before = network_place_json(own->old);
    cv_rc rc = network_place_update(db, mem, &own->place, own->old->version + 1);
    if (rc == CV_OK) rc = exchange_stored(db, batch_id, own->stored_id, before);
    json_decref(before);
    return rc;
}

/* Parents go in before what is part of them. */
static cv_rc store_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    cv_rc rc = CV_OK;
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        left += rows[i].fate == EXCHANGE_NEW || rows[i].fate == EXCHANGE_CHANGED;
    enum { LEVELS = 8 }; /* region > county > district > school and some to spare */
    for (int level = 0; level < LEVELS && left > 0; level++) {
        for (size_t i = 0; rc == CV_OK && i < count; i++) {
            struct place_row *own = own_of(&rows[i]);
            bool wanted = rows[i].fate == EXCHANGE_NEW || rows[i].fate == EXCHANGE_CHANGED;
            if (!wanted || own->stored_id) continue;
            const struct exchange_row *parent = own->parent_row ? &rows[own->parent_row - 1] : NULL;
            bool must_wait = parent && parent->fate == EXCHANGE_NEW && !own_of(parent)->stored_id;
            if (must_wait && level + 1 < LEVELS) continue;
            rc = store_one(rows, &rows[i], db, mem, batch_id, now_s);
            left--;
        }
    }
    return rc;
}

static cv_rc unstore_row(struct store_db *db, struct cv_arena *mem, int64_t row_id,
                         const json_t *before, int64_t now_s)
{
    struct place now;
    cv_rc rc = network_place_find(&now, db, mem, row_id);
    if (rc != CV_OK) return rc == CV_NOT_FOUND ? (before ? CV_CONFLICT : CV_OK) : rc;
    if (!before) return network_place_delete(db, row_id, 1);
    struct place was = network_place_of_json(mem, before);
    if (now.version != was.version + 1) return CV_CONFLICT;
    return network_place_update(db, mem, &was, was.version);
}

static const char *place_name(struct store_db *db, struct cv_arena *mem, int64_t row_id)
{
    struct place place;
    return network_place_find(&place, db, mem, row_id) == CV_OK ? place.name : NULL;
}

static const char *const columns[] = {"name",
                                      "kind",
                                      "parent",
                                      "zone",
                                      "locale",
                                      "code",
                                      "students",
                                      "schools",
                                      "latitude",
                                      "longitude",
                                      "pct_hispanic",
                                      "pct_multilingual",
                                      "pct_low_income",
                                      "pct_chronic_absence",
                                      "pct_special_education",
                                      "pct_native",
                                      NULL};

static void set_text(json_t *row, const char *name, const char *text)
{
    json_object_set_new(row, name, json_string(text ? text : ""));
}

static void set_count(json_t *row, const char *name, int64_t count)
{
    if (count < 0)
        set_text(row, name, NULL);
    else
        json_object_set_new(row, name, json_integer(count));
}

static void set_real(json_t *row, const char *name, double number)
{
    if (isnan(number))
        set_text(row, name, NULL);
    else
        json_object_set_new(row, name, json_real(number));
}

static cv_rc export_rows(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct place_list list;
    cv_rc rc = network_place_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    *out = json_array();
    for (size_t i = 0; i < list.count; i++) {
        const struct place *place = &list.items[i];
        json_t *row = json_object();
        set_text(row, "name", place->name);
        set_text(row, "kind", place->kind);
        set_text(row, "parent", place->parent);
        set_text(row, "zone", place->zone);
        set_text(row, "locale", place->locale);
        set_text(row, "code", place->code);
        set_count(row, "students", place->students);
        set_count(row, "schools", place->schools);
        set_real(row, "latitude", place->latitude);
        set_real(row, "longitude", place->longitude);
        json_t *shares = json_loads(place->shares, 0, NULL);
        for (int s = 0; s <= FIELD_SHARE_LAST - FIELD_SHARE_FIRST; s++) {
            const json_t *share = json_object_get(shares, share_key(s));
            set_real(row, fields[FIELD_SHARE_FIRST + s].name,
                     json_is_number(share) ? json_number_value(share) : NAN);
        }
        json_decref(shares);
        json_array_append_new(*out, row);
    }
    return CV_OK;
}

const struct exchange_import network_imports[] = {
    {
        .name = "places",
        .title = "Places",
        .one = "place",
        .many = "places",
        .explain = "One row a district or school: name, zone, locale, students, schools. Shares in "
                   "percent are published figures about the place, never about a person.",
        .fields = fields,
        .check = check_rows,
        .store = store_rows,
        .unstore = unstore_row,
        .name_of = place_name,
    },
    {.name = NULL},
};

const struct exchange_export network_exports[] = {
    {.name = "places", .title = "Places", .columns = columns, .rows = export_rows},
    {.name = NULL},
};
