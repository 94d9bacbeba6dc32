/* people_files: the roster from and to spreadsheets. What rows mean is decided in people_check.c;
 * here they are stored, taken back, and written out again. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "features/people/people_import.h"

/* In the order of enum people_field. A school goes to the place when no column names the district,
 * else to the organisation. */
const struct exchange_field people_fields[] = {
    [FIELD_NAME] = {"name", "Name",
                    "name|full name|person|participant|nombre|nombre completo|nombre y apellido|"
                    "nombre y apellidos|persona|participante|display name|label",
                    .is_required = true, .is_key = true, .unless = "first_name"},
    [FIELD_FIRST] = {"first_name", "First name",
                     "first name|given name|firstname|first|nombres|nombre de pila|primer nombre"},
    [FIELD_LAST] = {"last_name", "Last name",
                    "last name|family name|surname|lastname|last|apellido|apellidos"},
    [FIELD_EMAIL] = {"email", "E-mail",
                     "email|e-mail|mail|email address|e-mail address|correo|correo electronico|"
                     "direccion de correo|correo-e",
                     .is_key = true},
    [FIELD_ROLE] = {"role", "Role",
                    "role|job title|title|position|job|rol|cargo|puesto|funcion|ocupacion"},
    [FIELD_PLACE] = {"place", "Place (district or school)",
                     "place|district|school district|distrito|distrito escolar|department|"
                     "departamento|location|lugar|comunidad|community|school|escuela|school name|"
                     "site|campus",
                     .is_key = true},
    [FIELD_ORGANISATION] = {"organisation", "Organisation",
                            "organisation|organization|employer|organizacion|institucion|entidad|"
                            "empleador|agency|school|escuela|school name|site|campus"},
    [FIELD_LANGUAGES] = {"languages", "Languages for meetings",
                         "languages|language|idiomas|idioma|lenguas|meeting languages|"
                         "preferred language|idioma preferido"},
    [FIELD_STATE] = {"state", "State", "state|status|estado|membership status"},
    [FIELD_YEARS] = {"years_in_place", "Years in this place",
                     "years in place|years|years here|years in community|anos|anos aqui|"
                     "anos en el lugar|antiguedad"},
    [FIELD_FACILITATES] = {"facilitates", "Facilitates",
                           "facilitates|facilitator|can facilitate|facilita|facilitador|"
                           "facilitadora|facilitation|puede facilitar"},
    [FIELD_SLOTS] = {"slots", "Can meet",
                     "can meet|slots|availability|available|meeting times|when|disponibilidad|"
                     "horario|horarios|puede reunirse|cuando"},
    [FIELD_OFFERS] = {"offers", "Gifts to offer",
                      "offers|gifts|skills|can offer|strengths|ofrece|dones|habilidades|fortalezas|"
                      "aporta|gifts to offer"},
    [FIELD_WANTS] = {"wants", "Wants to learn",
                     "wants|wants to learn|would like to learn|asks|needs|quiere aprender|busca|"
                     "desea aprender|pide"},
    [FIELD_TOGETHER] = {"together", "Together with",
                        "together with|together|with|junto con|juntos|con quien|con"},
    [FIELD_APART] = {"apart", "Apart from", "apart from|apart|not with|separado de|sin|aparte de"},
    [FIELD_PHONE] = {"phone", "Phone",
                     "phone|telephone|mobile|cell|cell phone|phone number|telefono|celular|movil"},
    [FIELD_COUNT] = {NULL, NULL, NULL},
};

/* Words that a heading of such a column holds, folded. */
static const char sensitive[] =
    "ethnicity|ethnicities|etnicidad|etnicidades|grupo etnico|ethnic|ethnic "
    "group|race|racial|etnia|etnico|raza|origen etnico|tribe|tribu|"
    "gender|sex|male|female|hombre|mujer|sexualidad|sexuality|genero|sexo|gender "
    "identity|identidad de genero|sexual orientation|"
    "orientacion sexual|lgbt|lgbtq|language at home|home language|language spoken at home|"
    "first language|mother tongue|native language|idioma en casa|idioma del hogar|lengua materna|"
    "lengua del hogar|primera lengua|disability|disabilities|disabled|discapacidad|discapacidades|"
    "iep|504|special education|educacion "
    "especial|discapacitado|discapacitada|religion|faith|religious|religiosa|creencia|"
    "immigration|immigration status|immigrant|migratorio|estatus migratorio|situacion migratoria|"
    "citizenship|citizen|ciudadania|nationality|nacionalidad|visa|income|salary|ingreso|ingresos|"
    "sueldo|salario|low income|free lunch|frl|frpl|free or reduced|date of birth|dob|birth date|"
    "birthdate|birthday|birth|fecha de nacimiento|nacimiento|cumpleanos|age|edad|generation|"
    "generacion|health|diagnosis|salud|diagnostico|medical|medico|ssn|social security|"
    "seguro social|political|party|partido|union membership|criminal|marital|estado civil|"
    "pregnant|embarazo|veteran";

/* --- storing ---------------------------------------------------------------------------------- */

static bool is_stored(const struct exchange_row *row)
{
    return row->fate == EXCHANGE_NEW || row->fate == EXCHANGE_CHANGED;
}

static cv_rc store_places(struct exchange_row *rows, size_t count, struct store_db *db,
                          struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    struct cv_map ids = cv_map_new(mem);
    json_t *mark = json_pack("{s:b}", "place", 1);
    cv_rc rc = CV_OK;
    for (size_t i = 0; rc == CV_OK && i < count; i++) {
        struct people_row *own = people_row_of(&rows[i]);
        if (!is_stored(&rows[i]) || !own->new_place) continue;
        int64_t *id = cv_map_at(&ids, own->place_folded, 0);
        if (*id == 0) {
            struct place place = network_place_new(own->new_place);
            rc = network_place_insert(id, db, mem, &place, now_s);
            if (rc == CV_OK) rc = exchange_stored(db, batch_id, *id, mark);
        }
        own->person.place_id = *id;
    }
    json_decref(mark);
    return rc;
}

static cv_rc store_one(struct exchange_row *row, struct store_db *db, struct cv_arena *mem,
                       int64_t batch_id, int64_t now_s)
{
    struct people_row *own = people_row_of(row);
    if (row->fate == EXCHANGE_NEW) {
        cv_rc rc = people_insert(&own->stored_id, db, mem, &own->person, now_s);
        return rc == CV_OK ? exchange_stored(db, batch_id, own->stored_id, NULL) : rc;
    }
    json_t *before = NULL;
    own->stored_id = own->old->id;
    cv_rc rc = people_snapshot(&before, db, mem, own->old->id);
    if (rc == CV_OK) rc = people_update(db, mem, &own->person, own->old->version + 1, now_s);
    if (rc == CV_OK) rc = exchange_stored(db, batch_id, own->stored_id, before);
    json_decref(before);
    return rc;
}

static cv_rc store_gifts(const struct exchange_row *row, struct store_db *db, struct cv_arena *mem)
{
    struct people_row *own = people_row_of(row);
    cv_rc rc = CV_OK;
    if (row->fate == EXCHANGE_CHANGED && own->says[FIELD_OFFERS])
        rc = people_gifts_clear(db, own->stored_id, false);
    if (rc == CV_OK && row->fate == EXCHANGE_CHANGED && own->says[FIELD_WANTS])
        rc = people_gifts_clear(db, own->stored_id, true);
    for (size_t i = 0; rc == CV_OK && i < own->gift_count; i++) {
        own->gifts[i].person_id = own->stored_id;
        rc = people_gift_insert(db, mem, &own->gifts[i]);
    }
    return rc;
}

static cv_rc store_wishes(const struct exchange_row *rows, const struct exchange_row *row,
                          struct store_db *db)
{
    struct people_row *own = people_row_of(row);
    cv_rc rc = CV_OK;
    if (row->fate == EXCHANGE_CHANGED && own->says[FIELD_TOGETHER])
        rc = people_wishes_clear(db, own->stored_id, false);
    if (rc == CV_OK && row->fate == EXCHANGE_CHANGED && own->says[FIELD_APART])
        rc = people_wishes_clear(db, own->stored_id, true);
    for (size_t i = 0; rc == CV_OK && i < own->wish_count; i++) {
        const struct people_wish_ref *ref = &own->wishes[i];
        int64_t other = ref->other_id;
        if (!other) {
            const struct people_row *target = people_row_of(&rows[ref->row]);
            other = target->stored_id ? target->stored_id : target->old ? target->old->id : 0;
        }
        if (!other || other == own->stored_id) continue; /* that row was left out */
        struct wish wish = {
            .person_id = own->stored_id, .other_id = other, .is_apart = ref->is_apart};
        rc = people_wish_insert(db, &wish);
    }
    return rc;
}

static cv_rc store_rows(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                        struct store_db *db, struct cv_arena *mem, int64_t batch_id, int64_t now_s)
{
    cv_rc rc = store_places(rows, count, db, mem, batch_id, now_s);
    for (size_t i = 0; rc == CV_OK && i < count; i++)
        if (is_stored(&rows[i])) rc = store_one(&rows[i], db, mem, batch_id, now_s);
    for (size_t i = 0; rc == CV_OK && i < count; i++)
        if (is_stored(&rows[i])) rc = store_gifts(&rows[i], db, mem);
    for (size_t i = 0; rc == CV_OK && i < count; i++)
        if (is_stored(&rows[i])) rc = store_wishes(rows, &rows[i], db);
    return rc;
}

/* --- taking back ------------------------------------------------------------------------------ */

static cv_rc unstore_row(struct store_db *db, struct cv_arena *mem, int64_t row_id,
                         const json_t *before, int64_t now_s)
{
    if (before && json_object_get(before, "place")) return network_place_delete(db, row_id, 1);
    int64_t version = 0;
    cv_rc rc = people_version(&version, db, row_id);
    if (rc == CV_NOT_FOUND && !before) return CV_OK; /* merged away since: nothing to take back */
    if (rc != CV_OK) return rc == CV_NOT_FOUND ? CV_CONFLICT : rc;
    if (!before) return people_delete(db, row_id, 1);
    const json_t *person = json_object_get(before, "person");
    if (version != json_integer_value(json_object_get(person, "version")) + 1) return CV_CONFLICT;
    return people_restore(db, mem, before);
}

/* --- going out -------------------------------------------------------------------------------- */

static const char *const columns[] = {"name",           "email",        "phone",     "role",
                                      "place",          "organisation", "languages", "state",
                                      "years_in_place", "facilitates",  "slots",     "offers",
                                      "wants",          "together",     "apart",     NULL};

static void set_text(json_t *row, const char *name, const char *text)
{
    json_object_set_new(row, name, json_string(text ? text : ""));
}

static const char *wishes_text(struct cv_arena *mem, const struct people_index *index,
                               const struct wish *wishes, size_t count, bool is_apart)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 16);
    for (size_t i = 0; i < count; i++) {
        const struct person *other = people_index_at(index, wishes[i].other_id);
        if (wishes[i].is_apart != is_apart || !other) continue;
        if (buf.size) cv_buf_puts(&buf, "; ");
        cv_buf_puts(&buf, people_index_text(index, other));
    }
    return cv_buf_text(&buf);
}

static cv_rc place_text(const char **out, const struct network_places *places, struct cv_arena *mem,
                        const struct person *person, struct store_db *db)
{
    bool is_ambiguous = false;
    *out = person->place;
    if (!person->place || network_places_named(&is_ambiguous, places, person->place)) return CV_OK;
    struct place place;
    cv_rc rc = network_place_find(&place, db, mem, person->place_id);
    if (rc == CV_OK && place.parent) *out = cv_sprintf(mem, "%s (%s)", place.name, place.parent);
    return rc;
}

static cv_rc export_rows(json_t **out, struct store_db *db, struct cv_arena *mem)
{
    struct people_index index;
    struct network_places places;
    struct gift_list gifts;
    struct wish_list wishes;
    cv_rc rc = people_index_load(&index, db, mem);
    if (rc == CV_OK) rc = network_places_load(&places, db, mem);
    if (rc == CV_OK) rc = people_gifts(&gifts, db, mem);
    if (rc == CV_OK) rc = people_wishes(&wishes, db, mem);
    if (rc != CV_OK) return rc;
    json_t *list = json_array();
    size_t gift_at = 0;
    size_t wish_at = 0;
    for (size_t i = 0; rc == CV_OK && i < index.list.count; i++) {
        const struct person *person = &index.list.items[i];
        size_t gift_end = gift_at;
        while (gift_end < gifts.count && gifts.items[gift_end].person_id == person->id) gift_end++;
        size_t wish_end = wish_at;
        while (wish_end < wishes.count && wishes.items[wish_end].person_id == person->id)
            wish_end++;
        const char *place = NULL;
        rc = place_text(&place, &places, mem, person, db);
        json_t *row = json_object();
        set_text(row, "name", person->name);
        set_text(row, "email", person->email);
        set_text(row, "phone", person->phone);
        set_text(row, "role", people_role_text(person));
        set_text(row, "place", place);
        set_text(row, "organisation", person->organisation);
        set_text(row, "languages", people_languages_text(mem, person->languages));
        set_text(row, "state", person->state);
        if (person->years_in_place >= 0)
            json_object_set_new(row, "years_in_place", json_integer(person->years_in_place));
        else
            set_text(row, "years_in_place", NULL);
        set_text(row, "facilitates", people_facilitates_text(person->facilitates));
        set_text(row, "slots", people_slots_text(mem, person->slots));
        const struct gift *own_gifts = gifts.items + gift_at;
        set_text(row, "offers", people_gifts_text(mem, own_gifts, gift_end - gift_at, false));
        set_text(row, "wants", people_gifts_text(mem, own_gifts, gift_end - gift_at, true));
        const struct wish *own_wishes = wishes.items + wish_at;
        set_text(row, "together", wishes_text(mem, &index, own_wishes, wish_end - wish_at, false));
        set_text(row, "apart", wishes_text(mem, &index, own_wishes, wish_end - wish_at, true));
        json_array_append_new(list, row);
        gift_at = gift_end;
        wish_at = wish_end;
    }
    if (rc != CV_OK) {
        json_decref(list);
        return rc;
    }
    *out = list;
    return CV_OK;
}

const struct exchange_import people_imports[] = {
    {
        .name = "people",
        .title = "People",
        .one = "person",
        .many = "people",
        .explain = "One row a person: name, e-mail, role, district or school, languages, when they "
                   "can meet, what they can offer and want to learn.",
        .fields = people_fields,
        .sensitive = sensitive,
        .check = people_check_rows,
        .store = store_rows,
        .unstore = unstore_row,
        .name_of = people_name,
    },
    {.name = NULL},
};

const struct exchange_export people_exports[] = {
    {.name = "people", .title = "People", .columns = columns, .rows = export_rows},
    {.name = NULL},
};
