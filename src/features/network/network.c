/* network: the words for places, finding them by name, and their shape as a document. */
#include "features/network/network.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "features/network/network_internal.h"

const char *const network_place_kinds[] = {
    "district", "school", "county", "zone", "region", "state", "neighbourhood", "community", NULL};

/* Folded words in English and Spanish. */
static const struct {
    const char *word;
    const char *kind;
} kind_words[] = {
    {"district", "district"},
    {"school district", "district"},
    {"distrito", "district"},
    {"distrito escolar", "district"},
    {"school", "school"},
    {"escuela", "school"},
    {"colegio", "school"},
    {"liceo", "school"},
    {"county", "county"},
    {"condado", "county"},
    {"municipio", "county"},
    {"zone", "zone"},
    {"zona", "zone"},
    {"region", "region"},
    {"service district", "region"},
    {"state", "state"},
    {"estado", "state"},
    {"neighbourhood", "neighbourhood"},
    {"neighborhood", "neighbourhood"},
    {"barrio", "neighbourhood"},
    {"colonia", "neighbourhood"},
    {"community", "community"},
    {"comunidad", "community"},
    {"town", "community"},
};

const char *network_place_kind_of(struct cv_arena *mem, const char *word)
{
    const char *folded = cv_text_fold(mem, word);
    for (size_t i = 0; i < sizeof kind_words / sizeof kind_words[0]; i++)
        if (strcmp(kind_words[i].word, folded) == 0) return kind_words[i].kind;
    return NULL;
}

struct place network_place_new(const char *name)
{
    return (struct place){.name = name,
                          .kind = "district",
                          .students = -1,
                          .schools = -1,
                          .latitude = NAN,
                          .longitude = NAN,
                          .version = 1};
}

cv_rc network_places_load(struct network_places *out, struct store_db *db, struct cv_arena *mem)
{
    struct network_places places = {.by_name = cv_map_new(mem)};
    cv_rc rc = network_place_list(&places.list, db, mem);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; i < places.list.count; i++) {
        const struct place *place = &places.list.items[i];
        int64_t *plain = cv_map_at(&places.by_name, cv_text_fold(mem, place->name), (int64_t)i);
        if (*plain != (int64_t)i) *plain = -1;
        if (!place->parent) continue;
        const char *with_parent = cv_sprintf(mem, "%s (%s)", place->name, place->parent);
        int64_t *full = cv_map_at(&places.by_name, cv_text_fold(mem, with_parent), (int64_t)i);
        if (*full != (int64_t)i) *full = -1;
    }
    *out = places;
    return CV_OK;
}

const struct place *network_places_named(bool *is_ambiguous, const struct network_places *places,
                                         const char *name)
{
    const int64_t *index = cv_map_find(&places->by_name, cv_text_fold(places->by_name.mem, name));
    *is_ambiguous = index && *index < 0;
    return index && *index >= 0 ? &places->list.items[*index] : NULL;
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *real_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

json_t *network_place_json(const struct place *place)
{
    json_t *document = json_object();
    json_object_set_new(document, "id", json_integer(place->id));
    json_object_set_new(document, "name", text_or_null(place->name));
    json_object_set_new(document, "kind", text_or_null(place->kind));
    json_object_set_new(document, "parent_id", json_integer(place->parent_id));
    json_object_set_new(document, "zone", text_or_null(place->zone));
    json_object_set_new(document, "locale", text_or_null(place->locale));
    json_object_set_new(document, "code", text_or_null(place->code));
    json_object_set_new(document, "students", json_integer(place->students));
    json_object_set_new(document, "schools", json_integer(place->schools));
    json_object_set_new(document, "latitude", real_or_null(place->latitude));
    json_object_set_new(document, "longitude", real_or_null(place->longitude));
    json_object_set_new(document, "shares", text_or_null(place->shares));
    json_object_set_new(document, "version", json_integer(place->version));
    return document;
}

static double real_at(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

struct place network_place_of_json(struct cv_arena *mem, const json_t *document)
{
#define TEXT(name)   cv_strdup(mem, json_string_value(json_object_get(document, name)))
#define NUMBER(name) json_integer_value(json_object_get(document, name))
    return (struct place){
        .id = NUMBER("id"),
        .name = TEXT("name"),
        .kind = TEXT("kind"),
        .parent_id = NUMBER("parent_id"),
        .zone = TEXT("zone"),
        .locale = TEXT("locale"),
        .code = TEXT("code"),
        .students = NUMBER("students"),
        .schools = NUMBER("schools"),
        .latitude = real_at(document, "latitude"),
        .longitude = real_at(document, "longitude"),
        .shares = TEXT("shares"),
        .version = NUMBER("version"),
    };
#undef TEXT
#undef NUMBER
}
