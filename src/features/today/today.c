/* today: what the first page says. An empty network is led through its first steps; a running one
 * hears what waits and what moved. */
#include "features/today/today.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "features/collectives/collectives.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"
#include "features/today/today_internal.h"

/* --- where things stand --------------------------------------------------------------------------
 */

static cv_rc collective_facts(struct today_facts *out, struct store_db *db, struct cv_arena *mem)
{
    struct collective_list list;
    cv_rc rc = collectives_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    out->collectives = (int64_t)list.count;
    for (size_t i = 0; i < list.count; i++) {
        out->people_seated += list.items[i].people_count;
        out->collectives_proposed += strcmp(list.items[i].state, "proposed") == 0;
    }
    return CV_OK;
}

cv_rc today_facts(struct today_facts *out, struct store_db *db, struct cv_arena *mem)
{
    struct network network;
    struct themes_counts themes = {.statements = 0};
    *out = (struct today_facts){.network = NULL};
    cv_rc rc = network_find(&network, db, mem);
    if (rc == CV_OK) out->network = network.name;
    if (rc == CV_NOT_FOUND) rc = CV_OK;
    if (rc == CV_OK) rc = people_count(&out->people, db);
    if (rc == CV_OK) rc = themes_counts(&themes, db);
    if (rc == CV_OK) rc = ties_count(&out->ties, db);
    if (rc == CV_OK) rc = collective_facts(out, db, mem);
    out->statements = themes.statements;
    out->themes = themes.themes;
    out->themes_unconfirmed = themes.unconfirmed;
    out->statements_unsure = themes.unsure;
    return rc;
}

/* --- the first steps -----------------------------------------------------------------------------
 */

struct step {
    const char *title;
    const char *sentence;
    const char *url;
    const char *button;
    bool is_done;
};
enum { STEPS = 5 };

static void first_steps(struct step steps[STEPS], const struct today_facts *facts)
{
    const struct step all[STEPS] = {
        {"Import people", "A spreadsheet with one row for each person. A name is enough.",
         "/imports/new?kind=people", "Import people", facts->people > 0},
        {"Import what they wrote", "One row for each statement, in any language.",
         "/imports/new?kind=statements", "Import statements", facts->statements > 0},
        {"Find themes", "Convene lays what belongs together side by side; you correct it.",
         "/themes", "Find themes", facts->themes > 0},
        {"Propose collectives", "Small mixed groups, with a reason for each person.",
         "/collectives", "Propose groups", facts->collectives > 0},
        {"Invite people", "Print each group's sheet with its codes, and hand them out.",
         "/collectives", "See the groups",
         facts->collectives > 0 && facts->collectives_proposed < facts->collectives},
    };
    memcpy(steps, all, sizeof all);
}

/* -1 when the first four are done: then the page is about the network, not about beginning. */
static int next_step(const struct step steps[STEPS])
{
    for (int i = 0; i < STEPS - 1; i++)
        if (!steps[i].is_done) return i;
    return -1;
}

static json_t *steps_json(const struct step steps[STEPS], int next)
{
    json_t *list = json_array();
    for (int i = 0; i < STEPS; i++)
        json_array_append_new(list,
                              json_pack("{s:i, s:s, s:s, s:s, s:s, s:b, s:b}", "number", i + 1,
                                        "title", steps[i].title, "sentence", steps[i].sentence,
                                        "url", steps[i].url, "button", steps[i].button, "is_done",
                                        steps[i].is_done, "is_next", i == next));
    return list;
}

/* --- what waits ----------------------------------------------------------------------------------
 */

static const char *icon_of(const char *feature)
{
    static const char *const icons[][2] = {
        {"themes", "themes"}, {"collectives", "circle"}, {"exchange", "import"},
        {"people", "person"}, {"ties", "map"},
    };
    for (size_t i = 0; i < sizeof icons / sizeof *icons; i++)
        if (strcmp(icons[i][0], feature) == 0) return icons[i][1];
    return "today";
}

static int by_order(const void *a, const void *b)
{
    const struct today_waiting *left = a;
    const struct today_waiting *right = b;
    return (left->row.order > right->row.order) - (left->row.order < right->row.order);
}

size_t today_waiting(struct today_waiting *out, const struct house *house, struct store_db *db,
                     struct cv_arena *mem, int64_t person_id)
{
    enum { MOST_OF_ONE = 8 };
    size_t most = house->feature_count * MOST_OF_ONE;
    struct today_waiting *all = CV_NEW_ARRAY(mem, struct today_waiting, most);
    size_t count = 0;
    for (size_t i = 0; i < house->feature_count; i++) {
        const struct feature *feature = house->features[i];
        struct feature_waiting rows[MOST_OF_ONE] = {{.what = NULL}};
        if (!feature->waiting_for) continue;
        size_t found = feature->waiting_for(rows, MOST_OF_ONE, db, mem, person_id);
        for (size_t j = 0; j < found; j++)
            all[count++] = (struct today_waiting){rows[j], icon_of(feature->name)};
    }
    /* Few rows; equal ones keep the features' order because it is part of what they say. */
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && by_order(&all[j - 1], &all[j]) > 0; j--) {
            struct today_waiting other = all[j];
            all[j] = all[j - 1];
            all[j - 1] = other;
        }
    if (count > TODAY_WAITING) count = TODAY_WAITING;
    memcpy(out, all, count * sizeof *all);
    return count;
}

static json_t *waiting_json(const struct today_waiting *waiting, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "icon", waiting[i].icon,
                                              "what", waiting[i].row.what, "why",
                                              waiting[i].row.why, "url", waiting[i].row.path,
                                              "button", waiting[i].row.button));
    return list;
}

static const char *minutes_text(struct cv_arena *mem, const struct today_waiting *waiting,
                                size_t count)
{
    int64_t minutes = 0;
    for (size_t i = 0; i < count; i++) minutes += waiting[i].row.minutes;
    return minutes ? cv_sprintf(mem, "about %s", cv_count_text(mem, minutes, "minute", "minutes"))
                   : NULL;
}

/* --- what moved ----------------------------------------------------------------------------------
 */

static json_t *moved_json(struct cv_arena *mem, const json_t *moved, int64_t now_s)
{
    json_t *list = json_array();
    const char *today = cv_date_text(mem, now_s);
    for (size_t i = 0; i < json_array_size(moved); i++) {
        const json_t *row = json_array_get(moved, i);
        const char *at = json_string_value(json_object_get(row, "at"));
        const char *sentence = json_string_value(json_object_get(row, "sentence"));
        if (!sentence || !at || json_is_true(json_object_get(row, "is_undone"))) continue;
        if (json_integer_value(json_object_get(row, "is_undone")) != 0) continue;
        const char *feature = json_string_value(json_object_get(row, "feature"));
        bool is_today = strncmp(at, today, strlen(today)) == 0 && strlen(at) > 11;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "icon",
                                              feature ? icon_of(feature) : "history", "sentence",
                                              sentence, "at", is_today ? at + 11 : at));
    }
    return list;
}

/* --- the page ------------------------------------------------------------------------------------
 */

static void add_number(json_t *list, struct cv_arena *mem, const char *name, int64_t value,
                       const char *note)
{
    if (value == 0) return;
    json_array_append_new(list, json_pack("{s:s, s:s, s:s?}", "name", name, "value",
                                          cv_sprintf(mem, "%lld", (long long)value), "note", note));
}

static json_t *numbers_json(struct cv_arena *mem, const struct today_facts *facts)
{
    json_t *list = json_array();
    int64_t unconfirmed = facts->themes_unconfirmed;
    int64_t unsure = facts->statements_unsure;
    int64_t seated = facts->people_seated;
    add_number(list, mem, "People", facts->people, NULL);
    add_number(list, mem, "Statements", facts->statements,
               unsure ? cv_count_text(mem, unsure, "unsure", "unsure") : NULL);
    add_number(list, mem, "Themes", facts->themes,
               unconfirmed ? cv_sprintf(mem, "%lld not confirmed yet", (long long)unconfirmed)
                           : "all confirmed");
    add_number(list, mem, "Collectives", facts->collectives,
               cv_sprintf(mem, "%s in them", cv_count_text(mem, seated, "person", "people")));
    add_number(list, mem, "Ties", facts->ties, NULL);
    return list;
}

static const char *lede(struct cv_arena *mem, const struct today_facts *facts, int next,
                        const struct today_waiting *waiting, size_t waiting_count)
{
    if (facts->people == 0 && next == 0)
        return "Nothing is here yet. Two spreadsheets are enough to see your first collectives.";
    const char *people = cv_count_text(mem, facts->people, "person is", "people are");
    if (next == 1) return cv_sprintf(mem, "%s here. Next comes what they wrote.", people);
    if (next == 2)
        return cv_sprintf(mem, "%s here, and %s of what they wrote. Next, find the themes in it.",
                          people, cv_count_text(mem, facts->statements, "statement", "statements"));
    if (next == 3)
        return cv_sprintf(mem, "%s found. Next, small groups around them.",
                          cv_count_text(mem, facts->themes, "theme is", "themes are"));
    const char *seated =
        cv_sprintf(mem, "%s a place in %s",
                   cv_count_text(mem, facts->people_seated, "person has", "people have"),
                   cv_count_text(mem, facts->collectives, "collective", "collectives"));
    if (waiting_count == 0) return cv_sprintf(mem, "Nothing is waiting on you. %s.", seated);
    const char *minutes = minutes_text(mem, waiting, waiting_count);
    return cv_sprintf(mem, "%s on you%s%s. %s.",
                      cv_count_text(mem, (long long)waiting_count, "thing waits", "things wait"),
                      minutes ? ", " : "", minutes ? minutes : "", seated);
}

static json_t *next_json(const struct step steps[STEPS], int next,
                         const struct today_waiting *waiting, size_t waiting_count)
{
    if (next >= 0)
        return json_pack("{s:s, s:s, s:s, s:s, s:s, s:n}", "eyebrow",
                         next == 0 ? "First step" : "What comes next", "title", steps[next].title,
                         "sentence", steps[next].sentence, "url", steps[next].url, "button",
                         steps[next].button, "second");
    if (waiting_count == 0) return json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:n}", "eyebrow", "What comes next", "title",
                     waiting[0].row.what, "sentence", waiting[0].row.why, "url",
                     waiting[0].row.path, "button", waiting[0].row.button, "second");
}

json_t *today_document(struct cv_arena *mem, const struct today_facts *facts,
                       const struct today_waiting *waiting, size_t waiting_count,
                       const json_t *moved, int64_t now_s)
{
    struct step steps[STEPS];
    first_steps(steps, facts);
    int next = next_step(steps);
    json_t *document = json_object();
    json_object_set_new(
        document, "page",
        json_pack("{s:s, s:s}", "title",
                  facts->people == 0 && next == 0 ? "Welcome to Convene" : "Today in your network",
                  "lede", lede(mem, facts, next, waiting, waiting_count)));
    json_object_set_new(document, "eyebrow",
                        facts->network ? json_string(facts->network) : json_null());
    json_object_set_new(document, "next", next_json(steps, next, waiting, waiting_count));
    json_object_set_new(document, "has_steps", json_boolean(next >= 0));
    json_object_set_new(document, "steps", next >= 0 ? steps_json(steps, next) : json_array());
    /* What stands on the loud card already is not said twice. */
    size_t shown = next < 0 && waiting_count > 0 ? 1 : 0;
    const char *minutes = minutes_text(mem, waiting + shown, waiting_count - shown);
    json_object_set_new(document, "has_waiting", json_boolean(waiting_count > shown));
    json_object_set_new(document, "waiting_minutes", minutes ? json_string(minutes) : json_null());
    json_object_set_new(document, "waiting", waiting_json(waiting + shown, waiting_count - shown));
    json_t *rows = moved_json(mem, moved, now_s);
    json_object_set_new(document, "has_moved", json_boolean(json_array_size(rows) > 0));
    json_object_set_new(document, "moved", rows);
    json_t *numbers = numbers_json(mem, facts);
    json_object_set_new(document, "has_numbers", json_boolean(json_array_size(numbers) > 0));
    json_object_set_new(document, "numbers", numbers);
    json_object_set_new(document, "voice", json_null());
    json_object_set_new(document, "problem_count", json_integer(0));
    return document;
}

const struct feature today_feature = {.name = "today", .routes = today_routes};
