/* people_web: the list of people, one person's page, changing by hand, merging. E-mail and phone
 * are shown to the steward only. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "features/history/history.h"
#include "features/people/people_internal.h"

enum { PEOPLE_SHOWN = 30, FACES = 12 };

static bool is_steward(const struct web_request *req)
{
    return req->session.role >= ROLE_STEWARD;
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

/* The place's colour and ring; people without a place share the first. */
static int64_t face_of(int64_t place_id)
{
    return place_id > 0 ? (place_id - 1) % FACES + 1 : 1;
}

static const char *state_note(const char *state)
{
    static const struct {
        const char *state;
        const char *note;
    } notes[] = {{"invited", "Invited, has not answered yet"},
                 {"quiet", "Quiet for a while"},
                 {"alum", "Took part earlier"},
                 {"left", "Has left the network"}};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (strcmp(notes[i].state, state) == 0) return notes[i].note;
    return NULL;
}

/* --- the list --------------------------------------------------------------------------------- */

static const char *role_name(const char *key)
{
    const struct people_role *role = people_role_find(key);
    return role ? role->english : key;
}

static json_t *choice_document(const struct people_choice *choice,
                               const struct people_filter *filter)
{
    bool is_place = choice->kind[0] == 'p';
    bool is_role = choice->kind[0] == 'r';
    const char *chosen = is_role ? filter->role_key : filter->state;
    const char *name = is_role ? role_name(choice->name) : choice->name;
    json_t *item = json_object();
    json_object_set_new(item, "name", json_string(name));
    if (is_place)
        json_object_set_new(item, "id", json_integer(choice->id));
    else
        json_object_set_new(item, "count", json_integer(choice->count));
    if (is_role) json_object_set_new(item, "key", json_string(choice->name));
    bool is_chosen = is_place ? choice->id == filter->place_id : strcmp(choice->name, chosen) == 0;
    json_object_set_new(item, "is_chosen", json_boolean(is_chosen));
    return item;
}

static json_t *choices_of(const struct people_choices *choices, const char *kind,
                          const struct people_filter *filter)
{
    json_t *list = json_array();
    for (size_t i = 0; i < choices->count; i++)
        if (strcmp(choices->items[i].kind, kind) == 0)
            json_array_append_new(list, choice_document(&choices->items[i], filter));
    return list;
}

static json_t *people_documents(struct web_request *req, const struct people_page *page,
                                int64_t besides_id)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->count; i++) {
        const struct people_page_row *row = &page->items[i];
        if (row->id == besides_id) continue;
        const char *role = row->title ? row->title : role_name(row->role_key);
        const char *url = cv_sprintf(req->mem, "/people/%" PRId64, row->id);
        json_t *item = json_object();
        json_object_set_new(item, "id", json_integer(row->id));
        json_object_set_new(item, "name", json_string(row->name));
        json_object_set_new(item, "initials", json_string(cv_text_initials(req->mem, row->name)));
        json_object_set_new(item, "face", json_integer(face_of(row->place_id)));
        json_object_set_new(item, "role", json_string(role));
        json_object_set_new(item, "place", text_or_null(row->place));
        json_object_set_new(item, "is_facilitator", json_boolean(row->facilitates >= 2));
        json_object_set_new(item, "note", text_or_null(state_note(row->state)));
        json_object_set_new(item, "url", json_string(url));
        json_array_append_new(list, item);
    }
    return list;
}

static const char *list_url(struct web_request *req, const struct people_filter *filter,
                            int64_t from)
{
    return cv_sprintf(req->mem, "/people?q=%s&role=%s&state=%s&place=%" PRId64 "&from=%" PRId64,
                      feature_url_text(req->mem, web_text(req, "q")),
                      feature_url_text(req->mem, filter->role_key),
                      feature_url_text(req->mem, filter->state), filter->place_id, from);
}

static json_t *pager_of(struct web_request *req, const struct people_filter *filter, int64_t count,
                        int64_t total)
{
    int64_t from = filter->offset;
    if (from == 0 && count >= total) return json_null();
    const char *previous = NULL;
    const char *next = NULL;
    if (from > 0) previous = list_url(req, filter, from > PEOPLE_SHOWN ? from - PEOPLE_SHOWN : 0);
    if (from + count < total) next = list_url(req, filter, from + count);
    return json_pack("{s:s,s:s?,s:s?}", "text",
                     cv_sprintf(req->mem, "%" PRId64 " to %" PRId64 " of %" PRId64,
                                count ? from + 1 : 0, from + count, total),
                     "previous_url", previous, "next_url", next);
}

static const char *list_lede(struct web_request *req, int64_t everybody, size_t places,
                             size_t roles)
{
    if (everybody == 0) return "Nobody is here yet.";
    return cv_sprintf(req->mem, "%s from %s, in %s.",
                      cv_count_text(req->mem, everybody, "person", "people"),
                      cv_count_text(req->mem, (long long)places, "place", "places"),
                      cv_count_text(req->mem, (long long)roles, "role", "roles"));
}

static json_t *list_document(struct web_request *req, const struct people_filter *filter,
                             const struct people_page *page, const struct people_choices *choices)
{
    json_t *document = json_object();
    json_t *places = choices_of(choices, "place", filter);
    json_t *roles = choices_of(choices, "role", filter);
    const char *lede =
        list_lede(req, choices->everybody, json_array_size(places), json_array_size(roles));
    json_object_set_new(document, "page", json_pack("{s:s,s:s}", "title", "People", "lede", lede));
    json_object_set_new(document, "has_any", json_boolean(choices->everybody > 0));
    json_object_set_new(document, "can_edit", json_boolean(is_steward(req)));
    json_object_set_new(document, "q", json_string(web_text(req, "q")));
    json_object_set_new(document, "places", places);
    json_object_set_new(document, "roles", roles);
    json_object_set_new(document, "states", choices_of(choices, "state", filter));
    json_object_set_new(document, "found_text",
                        json_string(cv_count_text(req->mem, page->total, "person", "people")));
    json_object_set_new(document, "has_people", json_boolean(page->count > 0));
    json_object_set_new(document, "people", people_documents(req, page, 0));
    json_object_set_new(document, "pager",
                        pager_of(req, filter, (int64_t)page->count, page->total));
    json_object_set_new(document, "problem_count", json_integer(0));
    return document;
}

static cv_rc get_list(struct web_request *req)
{
    struct people_page page;
    struct people_choices choices;
    int64_t from = web_int(req, "from", 0);
    struct people_filter filter = {
        .search = cv_text_fold(req->mem, web_text(req, "q")),
        .role_key = web_text(req, "role"),
        .state = web_text(req, "state"),
        .place_id = web_int(req, "place", 0),
        .offset = from > 0 ? from : 0,
        .limit = PEOPLE_SHOWN,
    };
    cv_rc rc = people_page(&page, req->db, req->mem, &filter);
    if (rc == CV_OK) rc = people_choices(&choices, req->db, req->mem);
    if (rc != CV_OK) return web_answer(req, rc);
    return web_page(req, list_document(req, &filter, &page, &choices));
}

/* --- one person ------------------------------------------------------------------------------- */

/* The form's values as the store has them; in the order of people_form_name. */
static cv_rc form_values(const char **values, struct web_request *req, const struct person *person)
{
    struct gift_list gifts = {0};
    json_t *wished = NULL;
    struct cv_arena *mem = req->mem;
    cv_rc rc = people_gifts_of(&gifts, req->db, mem, person->id);
    if (rc == CV_OK) rc = people_wished(&wished, req->db, person->id);
    if (rc != CV_OK) return rc;
    const char *together = "";
    const char *apart = "";
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(wished, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        bool is_apart = strcmp(json_string_value(json_object_get(row, "kind")), "apart") == 0;
        const char **list = is_apart ? &apart : &together;
        *list = cv_sprintf(mem, "%s%s%s", *list, **list ? "; " : "", name);
    }
    json_decref(wished);
    const char *years =
        person->years_in_place < 0 ? "" : cv_sprintf(mem, "%" PRId64, person->years_in_place);
    const struct {
        const char *name;
        const char *value;
    } known[] = {
        {"name", person->name},
        {"email", person->email},
        {"phone", person->phone},
        {"role", people_role_text(person)},
        {"place", person->place},
        {"organisation", person->organisation},
        {"languages", people_languages_text(mem, person->languages)},
        {"state", person->state},
        {"years_in_place", years},
        {"facilitates", people_facilitates_text(person->facilitates)},
        {"slots", people_slots_text(mem, person->slots)},
        {"offers", people_gifts_text(mem, gifts.items, gifts.count, false)},
        {"wants", people_gifts_text(mem, gifts.items, gifts.count, true)},
        {"together", together},
        {"apart", apart},
    };
    for (size_t f = 0; f < people_form_count(); f++)
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (strcmp(known[k].name, people_form_name(f)) == 0)
                values[f] = known[k].value ? known[k].value : "";
    return CV_OK;
}

static const char *form_hint(const char *name)
{
    static const struct {
        const char *name;
        const char *hint;
    } hints[] = {
        {"email", "Only for sending them their link."},
        {"place", "A district or school; a new name makes a new place."},
        {"languages", "English, Spanish"},
        {"state", "invited, joined, active, quiet, alum or left"},
        {"facilitates", "no, has watched, with somebody, leads or trains others"},
        {"slots", "Tue 16-18; Thursday evening"},
        {"offers", "Parted by ; and with (can teach) where it fits"},
        {"together", "Names or e-mails, parted by ;"},
        {"apart", "Names or e-mails, parted by ;"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (strcmp(hints[i].name, name) == 0) return hints[i].hint;
    return NULL;
}

static json_t *form_fields(const char *const *values, const struct cv_problems *problems)
{
    json_t *list = json_array();
    for (size_t f = 0; f < people_form_count(); f++) {
        const char *name = people_form_name(f);
        const char *wrong = NULL;
        for (size_t i = 0; problems && i < problems->count; i++)
            if (problems->items[i].field && strcmp(problems->items[i].field, name) == 0)
                wrong = problems->items[i].sentence;
        json_t *field = json_object();
        json_object_set_new(field, "name", json_string(name));
        json_object_set_new(field, "label", json_string(people_form_label(f)));
        json_object_set_new(field, "value", json_string(values[f] ? values[f] : ""));
        json_object_set_new(field, "hint", text_or_null(form_hint(name)));
        json_object_set_new(field, "wrong", text_or_null(wrong));
        json_object_set_new(field, "type", json_null());
        json_object_set_new(field, "is_required", json_boolean(strcmp(name, "name") == 0));
        json_object_set_new(field, "autocomplete", json_string("off"));
        json_array_append_new(list, field);
    }
    return list;
}

static void add_fact(json_t *facts, const char *name, const char *value)
{
    if (value && *value)
        json_array_append_new(facts, json_pack("{s:s,s:s}", "name", name, "value", value));
}

static json_t *facts_of(struct web_request *req, const struct person *person,
                        const char *const *values)
{
    json_t *facts = json_array();
    for (size_t f = 0; f < people_form_count(); f++) {
        const char *name = people_form_name(f);
        bool is_private = strcmp(name, "email") == 0 || strcmp(name, "phone") == 0 ||
                          strcmp(name, "together") == 0 || strcmp(name, "apart") == 0;
        bool is_head =
            strcmp(name, "name") == 0 || strcmp(name, "role") == 0 || strcmp(name, "place") == 0;
        if (is_head || (is_private && !is_steward(req))) continue;
        if (strcmp(name, "facilitates") == 0 && person->facilitates == 0) continue;
        add_fact(facts, people_form_label(f), values[f]);
    }
    return facts;
}

static void add_former_roles(json_t *facts, struct web_request *req, const json_t *rows)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(rows, i, row)
    {
        const char *title = json_string_value(json_object_get(row, "title"));
        const char *key = json_string_value(json_object_get(row, "role_key"));
        const char *place = json_string_value(json_object_get(row, "place"));
        const char *role = title ? title : role_name(key ? key : "");
        add_fact(
            facts, "Before",
            cv_sprintf(req->mem, "%s%s%s", role, place && *role ? ", " : "", place ? place : ""));
    }
}

static const char *first_name(struct cv_arena *mem, const char *name)
{
    return cv_strndup(mem, name, strcspn(name, " "));
}

static cv_rc person_document(json_t **out, struct web_request *req, int64_t id,
                             const char *const *filled, const struct cv_problems *problems)
{
    struct person person;
    json_t *former = NULL;
    struct cv_arena *mem = req->mem;
    const char **values = CV_NEW_ARRAY(mem, const char *, people_form_count());
    cv_rc rc = people_find(&person, req->db, mem, id);
    if (rc == CV_OK) rc = form_values(values, req, &person);
    if (rc == CV_OK) rc = people_former_roles(&former, req->db, id);
    if (rc != CV_OK) return rc;
    json_t *facts = facts_of(req, &person, values);
    add_former_roles(facts, req, former);
    json_decref(former);
    const char *role = people_role_text(&person);
    const char *note = state_note(person.state);
    const char *lede =
        cv_sprintf(mem, "%s%s%s%s%s", role, *role && person.place ? ", " : "",
                   person.place ? person.place : "", note ? ". " : "", note ? note : "");
    json_t *document = json_object();
    json_t *item = json_object();
    json_object_set_new(item, "id", json_integer(id));
    json_object_set_new(item, "name", json_string(person.name));
    json_object_set_new(item, "first_name", json_string(first_name(mem, person.name)));
    json_object_set_new(item, "initials", json_string(cv_text_initials(mem, person.name)));
    json_object_set_new(item, "face", json_integer(face_of(person.place_id)));
    json_object_set_new(item, "facts", facts);
    json_object_set_new(item, "has_statements", json_false());
    json_object_set_new(item, "statements", json_array());
    json_object_set_new(item, "has_collectives", json_false());
    json_object_set_new(item, "collectives", json_array());
    json_object_set_new(item, "has_ties", json_false());
    json_object_set_new(item, "can_edit", json_boolean(is_steward(req)));
    json_object_set_new(item, "save_url", json_string(cv_sprintf(mem, "/people/%" PRId64, id)));
    json_object_set_new(item, "merge_url",
                        json_string(cv_sprintf(mem, "/people/%" PRId64 "/merge", id)));
    json_object_set_new(item, "fields",
                        is_steward(req) ? form_fields(filled ? filled : values, problems)
                                        : json_array());
    for (size_t i = 0; rc == CV_OK && i < house_feature_count; i++)
        if (house_features[i]->add_to_person) rc = house_features[i]->add_to_person(item, req, id);
    json_object_set_new(document, "page",
                        json_pack("{s:s,s:s}", "title", person.name, "lede", lede));
    json_object_set_new(document, "person", item);
    json_object_set_new(document, "problem_count", json_integer(0));
    *out = document;
    if (rc != CV_OK) json_decref(document);
    return rc;
}

static cv_rc get_show(struct web_request *req)
{
    json_t *document = NULL;
    cv_rc rc = person_document(&document, req, web_path_id(req, "id"), NULL, NULL);
    return rc == CV_OK ? web_page(req, document) : web_answer(req, rc);
}

static const char **posted_values(struct web_request *req)
{
    const char **values = CV_NEW_ARRAY(req->mem, const char *, people_form_count());
    for (size_t f = 0; f < people_form_count(); f++) values[f] = web_text(req, people_form_name(f));
    return values;
}

static json_t *new_document(const char *const *values, const struct cv_problems *problems)
{
    return json_pack("{s:{s:s,s:s},s:s,s:o}", "page", "title", "Add a person", "lede",
                     "A name is enough; role, place, languages and meeting times make better "
                     "groups.",
                     "save_url", "/people", "fields", form_fields(values, problems));
}

static cv_rc get_new(struct web_request *req)
{
    json_t *document = new_document(posted_values(req), NULL);
    json_object_set_new(document, "problem_count", json_integer(0));
    return web_page(req, document);
}

static cv_rc post_save(struct web_request *req)
{
    int64_t saved = 0;
    int64_t edit = 0;
    bool is_new = strcmp(req->route->path, "/people") == 0;
    int64_t id = is_new ? 0 : web_path_id(req, "id");
    const char **values = posted_values(req);
    struct cv_problems problems = cv_problems_new(req->mem);
    if (!is_new && id == 0) return web_answer(req, CV_NOT_FOUND);
    cv_rc rc = people_save(&saved, &edit, req->db, req->mem, id, values, req->session.person_id,
                           req->now_s, &problems);
    if (rc == CV_INVALID && problems.total_count > 0) {
        json_t *document = NULL;
        if (is_new) return web_refuse(req, &problems, new_document(values, &problems));
        rc = person_document(&document, req, id, values, &problems);
        if (rc == CV_OK) return web_refuse(req, &problems, document);
    }
    if (rc != CV_OK) return web_answer(req, rc);
    if (edit)
        web_flash(req, history_undo_path(req->mem, edit),
                  is_new ? "%s was added." : "%s was saved.", values[0]);
    return web_redirect(req, "/people/%" PRId64, saved);
}

/* --- merging ---------------------------------------------------------------------------------- */

static cv_rc get_merge(struct web_request *req)
{
    struct person person;
    struct people_page page;
    int64_t id = web_path_id(req, "id");
    const char *q = web_text(req, "q");
    cv_rc rc = people_find(&person, req->db, req->mem, id);
    if (rc != CV_OK) return web_answer(req, rc);
    /* Without a search those with the same last word in their name. */
    const char *last = strrchr(person.name, ' ');
    struct people_filter filter = {.search = cv_text_fold(req->mem, *q     ? q
                                                                    : last ? last + 1
                                                                           : person.name),
                                   .role_key = "",
                                   .state = "",
                                   .limit = PEOPLE_SHOWN};
    rc = people_page(&page, req->db, req->mem, &filter);
    if (rc != CV_OK) return web_answer(req, rc);
    json_t *people = people_documents(req, &page, id);
    json_t *document = json_object();
    json_object_set_new(
        document, "page",
        json_pack("{s:s,s:s}", "title",
                  cv_sprintf(req->mem, "Who is the same person as %s?", person.name), "lede",
                  "Everything that hangs on the other row moves here; gaps are filled, and what "
                  "stands here stays. The step can be undone."));
    json_object_set_new(document, "name", json_string(person.name));
    json_object_set_new(document, "q", json_string(q));
    json_object_set_new(document, "url", json_string(cv_sprintf(req->mem, "/people/%" PRId64, id)));
    json_object_set_new(document, "merge_url",
                        json_string(cv_sprintf(req->mem, "/people/%" PRId64 "/merge", id)));
    json_object_set_new(document, "has_people", json_boolean(json_array_size(people) > 0));
    json_object_set_new(document, "people", people);
    json_object_set_new(document, "problem_count", json_integer(0));
    return web_page(req, document);
}

static cv_rc post_merge(struct web_request *req)
{
    int64_t edit = 0;
    int64_t id = web_path_id(req, "id");
    int64_t gone = web_int(req, "gone", 0);
    struct cv_problems problems = cv_problems_new(req->mem);
    cv_rc rc = people_merge(&edit, req->db, req->mem, id, gone, req->session.person_id, req->now_s);
    if (rc == CV_CONFLICT) {
        cv_problem(
            &problems, 0, NULL,
            "Take the person out of their collectives first, or keep both and let one leave.",
            "Something hangs on the other row that cannot move.");
        return web_refuse(req, &problems, NULL);
    }
    if (rc != CV_OK) return web_answer(req, rc);
    web_flash(req, history_undo_path(req->mem, edit), "The two are one person now.");
    return web_redirect(req, "/people/%" PRId64, id);
}

#define PAGE(name) "features/people/pages/" name ".html"
static const struct web_route routes[] = {
    {WEB_GET, "/people", ROLE_MEMBER, get_list, PAGE("list"), 0},
    {WEB_GET, "/people/new", ROLE_STEWARD, get_new, PAGE("new"), 0},
    {WEB_POST, "/people", ROLE_STEWARD, post_save, PAGE("new"), 0},
    {WEB_GET, "/people/:id", ROLE_MEMBER, get_show, PAGE("show"), 0},
    {WEB_POST, "/people/:id", ROLE_STEWARD, post_save, PAGE("show"), 0},
    {WEB_GET, "/people/:id/merge", ROLE_STEWARD, get_merge, PAGE("merge"), 0},
    {WEB_POST, "/people/:id/merge", ROLE_STEWARD, post_merge, NULL, 0},
    {0, NULL, 0, NULL, NULL, 0},
};

const struct feature people_feature = {
    .name = "people",
    .migrations = people_migrations,
    .routes = routes,
    .imports = people_imports,
    .exports = people_exports,
    .undo = people_undo,
    .person_name = people_name,
};
