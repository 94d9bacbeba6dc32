/* demo_fill: stores the demo network. What a network would not have told this program in a roster
 * (bosses, who follows through an interpreter) is left out, since no feature keeps it. */
#include "app/demo/demo_fill.h"

#include <assert.h>
#include <string.h>

#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"

enum { YEAR_S = 31556952, DAY_S = 86400, HOUR_S = 3600 };

struct filler {
    struct store_db *db;
    struct cv_arena *mem;
    const struct demo_network *net;
    int64_t now_s;
    int64_t *place_ids;
    int64_t *person_ids;
};

static cv_rc fill_network(const struct filler *f)
{
    struct network network = {
        .name = f->net->name,
        .purpose =
            "Children and young people of three rivers learn in schools where they are known, "
            "taught well and expected back tomorrow, and the grown-ups around them lead that "
            "together, across districts, roles and languages.",
        .languages = "en es",
    };
    return network_create(f->db, &network, f->now_s);
}

static cv_rc fill_places(struct filler *f)
{
    cv_rc rc = CV_OK;
    for (int32_t i = 0; rc == CV_OK && i < f->net->place_count; i++) {
        const struct demo_place *place = &f->net->places[i];
        bool is_zone = place->kind == DEMO_ZONE;
        struct place row = network_place_new(place->name);
        row.kind = is_zone ? "zone" : "district";
        row.students = place->students;
        row.schools = place->schools;
        if (!is_zone) {
            row.parent_id = f->place_ids[place->zone];
            row.zone = f->net->places[place->zone].name;
            row.locale = place->locale;
            /* As the import of places writes them, so that the same file changes nothing. */
            row.shares = cv_sprintf(f->mem,
                                    "{\"chronic_absence\":%d.0,\"hispanic\":%d.0,"
                                    "\"low_income\":%d.0,\"multilingual\":%d.0}",
                                    place->chronic_absence_pct, place->hispanic_pct,
                                    place->low_income_pct, place->multilingual_pct);
        }
        rc = network_place_insert(&f->place_ids[i], f->db, f->mem, &row, f->now_s);
    }
    return rc;
}

static const char *role_key(enum demo_role role)
{
    static const char *const keys[DEMO_ROLE_COUNT] = {
        [DEMO_TEACHER] = "teacher_leader", [DEMO_COACH] = "coach",
        [DEMO_LEADER] = "school_leader",   [DEMO_PSYCHOLOGIST] = "counsellor",
        [DEMO_CENTRAL] = "central_office", [DEMO_SUPERINTENDENT] = "superintendent",
        [DEMO_LIAISON] = "family_liaison", [DEMO_COMMUNITY] = "community_leader",
        [DEMO_STUDENT] = "youth_leader",
    };
    assert(role < DEMO_ROLE_COUNT && people_role_find(keys[role]) != NULL);
    return keys[role];
}

static const char *languages_text(struct cv_arena *mem, uint32_t languages)
{
    return cv_sprintf(mem, "%s%s%s%s", (languages & DEMO_EN) != 0 ? "en " : "",
                      (languages & DEMO_ES) != 0 ? "es " : "",
                      (languages & DEMO_MIX) != 0 ? "mix " : "",
                      (languages & DEMO_TRQ) != 0 ? "trq " : "");
}

static const char *organisation_of(const struct filler *f, const struct demo_person *who)
{
    if (who->organisation != DEMO_NONE) return f->net->organisations[who->organisation].name;
    if (who->school != NULL) return who->school;
    return cv_sprintf(f->mem, "%s district office", f->net->places[who->district].name);
}

static cv_rc fill_gifts(const struct filler *f, int32_t person, bool is_want)
{
    const struct demo_person *who = &f->net->people[person];
    const struct demo_holding *holdings = is_want ? who->wants : who->offers;
    int32_t count = is_want ? who->want_count : who->offer_count;
    cv_rc rc = CV_OK;
    for (int32_t i = 0; rc == CV_OK && i < count; i++) {
        struct gift gift = {.person_id = f->person_ids[person],
                            .is_want = is_want,
                            .skill = f->net->skills[holdings[i].skill].en,
                            .level = holdings[i].level};
        rc = people_gift_insert(f->db, f->mem, &gift);
    }
    return rc;
}

static cv_rc fill_people(struct filler *f)
{
    cv_rc rc = CV_OK;
    for (int32_t i = 0; rc == CV_OK && i < f->net->person_count; i++) {
        const struct demo_person *who = &f->net->people[i];
        struct person row = people_new(who->name);
        row.email = who->email;
        row.languages = people_languages_read(f->mem, languages_text(f->mem, who->languages));
        row.state = demo_state_name(who->state);
        row.years_in_place = who->years_in_place;
        row.facilitates = (int64_t)who->practice;
        row.slots = (int64_t)who->slots;
        row.role_key = role_key(who->role);
        /* A title that would mean another role on its way out and in again is not worth its
         * colour. */
        if (strcmp(people_role_key(f->mem, who->title), row.role_key) == 0) row.title = who->title;
        row.place_id = f->place_ids[who->district];
        row.organisation = organisation_of(f, who);
        rc = people_insert(&f->person_ids[i], f->db, f->mem, &row, f->now_s);
        if (rc == CV_OK) rc = fill_gifts(f, i, false);
        if (rc == CV_OK) rc = fill_gifts(f, i, true);
    }
    for (int32_t i = 0; rc == CV_OK && i < f->net->wish_count; i++) {
        const struct demo_wish *wish = &f->net->wishes[i];
        struct wish row = {.person_id = f->person_ids[wish->from],
                           .other_id = f->person_ids[wish->to],
                           .is_apart = wish->kind == DEMO_APART};
        rc = people_wish_insert(f->db, &row);
    }
    return rc;
}

/* A day of that year, counted back from today: ties of this year are some weeks old. */
static int64_t year_to_s(const struct filler *f, int32_t year)
{
    return f->now_s - 40 * DAY_S - (int64_t)(DEMO_YEAR - year) * YEAR_S;
}

static bool is_reported(const struct demo_network *net, int32_t from, int32_t to,
                        enum demo_tie_kind kind)
{
    for (int32_t i = 0; i < net->tie_count; i++) {
        const struct demo_tie *tie = &net->ties[i];
        if (tie->from == from && tie->to == to && tie->kind == kind) return true;
    }
    return false;
}

static cv_rc fill_ties(struct filler *f)
{
    static const char *const kinds[DEMO_TIE_KIND_COUNT] = {
        [DEMO_KNOW] = "know",   [DEMO_LEARN] = "learn_from", [DEMO_WORK] = "work_with",
        [DEMO_TRUST] = "trust", [DEMO_HELP] = "ask_help",
    };
    cv_rc rc = CV_OK;
    for (int32_t i = 0; rc == CV_OK && i < f->net->tie_count; i++) {
        const struct demo_tie *tie = &f->net->ties[i];
        struct tie row = {.from_id = f->person_ids[tie->from],
                          .to_id = f->person_ids[tie->to],
                          .kind = kinds[tie->kind],
                          .strength = tie->strength,
                          .is_mutual = is_reported(f->net, tie->to, tie->from, tie->kind),
                          .first_at_s = year_to_s(f, tie->first_year),
                          .last_at_s = year_to_s(f, tie->last_year)};
        rc = ties_insert(NULL, f->db, &row, f->now_s);
    }
    return rc;
}

/* Written over the last month, one every five hours. */
static cv_rc fill_statements(const struct filler *f)
{
    cv_rc rc = CV_OK;
    for (int32_t i = 0; rc == CV_OK && i < f->net->statement_count; i++) {
        const struct demo_statement *statement = &f->net->statements[i];
        const struct demo_person *author = &f->net->people[statement->person];
        struct statement row = {.person_id = f->person_ids[statement->person],
                                .text = statement->text,
                                .lang = statement->lang,
                                .source = "form",
                                .role = demo_role_name(author->role),
                                .place = f->net->places[author->district].name};
        row.created_at_s = f->now_s - (f->net->statement_count - i) * (int64_t)(5 * HOUR_S);
        rc = themes_statement_insert(NULL, f->db, f->mem, &row);
    }
    return rc;
}

cv_rc demo_fill(struct store_db *db, struct cv_arena *mem, const struct demo_network *net,
                int64_t now_s)
{
    struct filler f = {.db = db, .mem = mem, .net = net, .now_s = now_s};
    f.place_ids = CV_NEW_ARRAY(mem, int64_t, net->place_count);
    f.person_ids = CV_NEW_ARRAY(mem, int64_t, net->person_count);
    int64_t people = 0;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = people_count(&people, db);
    if (rc == CV_OK && people > 0) rc = CV_CONFLICT;
    if (rc == CV_OK) rc = fill_network(&f);
    if (rc == CV_OK) rc = fill_places(&f);
    if (rc == CV_OK) rc = fill_people(&f);
    if (rc == CV_OK) rc = fill_ties(&f);
    if (rc == CV_OK) rc = fill_statements(&f);
    return store_end(db, rc);
}
