/* collectives_words: the engine's numbers in words: what holds in a group and what gave way, why
 * somebody sits where they sit, how good the whole is. Every sentence of the collectives pages
 * comes from here. Who knows whom is never told of single people, and never as a number of a small
 * group. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* --- checks of a group
 * ------------------------------------------------------------------------------ */

enum mark { MARK_OK, MARK_PART, MARK_NO };

static void add_check(json_t *checks, enum mark mark, const char *text)
{
    json_t *row = json_pack("{s:s}", "text", text);
    if (mark == MARK_PART) json_object_set_new(row, "is_part", json_true());
    if (mark == MARK_NO) json_object_set_new(row, "is_no", json_true());
    json_array_append_new(checks, row);
}

static enum mark mark_of(const struct grouping_goal_report *goal)
{
    if (goal->state == GROUPING_GAVE_WAY) return MARK_PART;
    return goal->state == GROUPING_UNMEETABLE ? MARK_NO : MARK_OK;
}

/* What is said after a goal that is not met: whether it could be. */
static const char *why_not(const struct grouping_goal_report *goal)
{
    if (goal->state == GROUPING_UNMEETABLE) return "; the people of this theme cannot give more";
    return goal->state == GROUPING_GAVE_WAY ? "; this wish gave way to others" : "";
}

static const char *small_number(struct cv_arena *mem, int64_t n)
{
    static const char *const words[] = {"no",  "one",   "two",   "three", "four", "five",
                                        "six", "seven", "eight", "nine",  "ten"};
    return n >= 0 && n <= 10 ? words[n] : cv_sprintf(mem, "%" PRId64, n);
}

static const char *capital(struct cv_arena *mem, const char *text)
{
    char *copy = cv_strdup(mem, text);
    if (copy[0] >= 'a' && copy[0] <= 'z') copy[0] = (char)(copy[0] - 'a' + 'A');
    return copy;
}

static void check_size(json_t *checks, const struct board *board,
                       const struct grouping_group_report *g, struct cv_arena *mem)
{
    const struct grouping_goal_report *d = &g->goals[GROUPING_GOAL_DISTRICTS];
    const char *text = cv_sprintf(mem, "%s %s from %s %s", capital(mem, small_number(mem, g->size)),
                                  g->size == 1 ? "person" : "people", small_number(mem, d->have),
                                  d->have == 1 ? "place" : "places");
    if (g->broken & GROUPING_BROKEN_TOO_FEW)
        add_check(checks, MARK_NO,
                  cv_sprintf(mem, "%s; a collective needs at least %s", text,
                             small_number(mem, board->problem.size_min)));
    else
        add_check(checks, mark_of(d), cv_sprintf(mem, "%s%s", text, why_not(d)));
}

static void check_roles(json_t *checks, const struct grouping_group_report *g, struct cv_arena *mem)
{
    const struct grouping_goal_report *r = &g->goals[GROUPING_GOAL_ROLES];
    if (g->size == 0) return;
    add_check(checks, mark_of(r),
              cv_sprintf(mem, "%s different %s%s", capital(mem, small_number(mem, r->have)),
                         r->have == 1 ? "role" : "roles", why_not(r)));
}

static void check_facilitator(json_t *checks, const struct board *board,
                              const struct grouping_group_report *g, int32_t group,
                              struct cv_arena *mem)
{
    const struct grouping_goal_report *f = &g->goals[GROUPING_GOAL_FACILITATORS];
    const char *name = NULL;
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        if (m->collective_id != board->groups.items[group].id ||
            strcmp(m->capacity, "facilitator") != 0)
            continue;
        int32_t person = board_person(board, m->person_id);
        if (person >= 0 && board->group_of[person] == group) name = board->people[person].name;
    }
    if (name)
        add_check(checks, MARK_OK, cv_sprintf(mem, "%s facilitates", name));
    else if (f->have > 0)
        add_check(checks, MARK_PART, "Somebody here can facilitate; choose who");
    else if (g->size > 0)
        add_check(checks, MARK_NO, cv_sprintf(mem, "Nobody here can facilitate yet%s", why_not(f)));
}

static void check_slot(json_t *checks, const struct grouping_group_report *g, struct cv_arena *mem)
{
    const struct grouping_goal_report *s = &g->goals[GROUPING_GOAL_SLOT];
    if (g->slot == GROUPING_NONE) {
        if (g->size > 0) add_check(checks, MARK_PART, "Nobody has said yet when they can meet");
        return;
    }
    const char *slot = people_slots_text(mem, (int64_t)1 << g->slot);
    const char *who = g->slot_can == g->slot_said && g->slot_said == g->size ? "all"
                      : g->slot_can == g->slot_said
                          ? cv_sprintf(mem, "all %d who said when", g->slot_said)
                          : cv_sprintf(mem, "%d of %d", g->slot_can, g->slot_said);
    add_check(checks, mark_of(s), cv_sprintf(mem, "%s works for %s%s", slot, who, why_not(s)));
}

static void check_language(json_t *checks, const struct board *board,
                           const struct grouping_group_report *g, struct cv_arena *mem)
{
    const struct grouping_goal_report *b = &g->goals[GROUPING_GOAL_BRIDGE];
    if (b->state == GROUPING_GAVE_WAY || b->state == GROUPING_UNMEETABLE)
        add_check(checks, mark_of(b),
                  cv_sprintf(mem, "Nobody here links all its languages; plan interpretation%s",
                             why_not(b)));
    else if (g->bridge_person != GROUPING_NONE)
        add_check(checks, MARK_OK,
                  cv_sprintf(mem, "%s links the languages spoken here",
                             board->people[g->bridge_person].name));
}

static void check_skills(json_t *checks, const struct board *board,
                         const struct grouping_group_report *g, struct cv_arena *mem)
{
    const struct grouping_goal_report *s = &g->goals[GROUPING_GOAL_SKILLS];
    if (s->state == GROUPING_NOT_ASKED || g->size == 0) return;
    if (s->state == GROUPING_MET) {
        add_check(checks, MARK_OK, "Every gift that was asked for is here");
        return;
    }
    const char *missing[64];
    size_t count = 0;
    for (size_t i = 0; i < board->skill_count; i++)
        if (g->skills_missing & (uint64_t)1 << i) missing[count++] = board->skills[i];
    add_check(
        checks, mark_of(s),
        cv_sprintf(mem, "Still to find: %s%s", cv_list_text(mem, missing, count), why_not(s)));
}

/* Of fewer than four people the share would tell who knows whom. */
enum { TIES_TOLD_FROM = 4 };

static void check_ties(json_t *checks, const struct grouping_group_report *g)
{
    if (g->size < TIES_TOLD_FROM) return;
    double pairs = g->size * (g->size - 1) / 2.0;
    double share = g->tie_pairs / pairs;
    if (share < 0.1)
        add_check(checks, MARK_OK, "People who are new to each other");
    else if (share < 0.34)
        add_check(checks, MARK_OK, "Mostly new to each other");
    else
        add_check(checks, MARK_PART, "Many here know each other already");
}

static void check_broken(json_t *checks, const struct board *board,
                         const struct grouping_group_report *g, int32_t group, struct cv_arena *mem)
{
    const struct collective *c = &board->groups.items[group];
    if (g->size > CV_LIMIT_GROUP_PEOPLE)
        add_check(checks, MARK_PART,
                  cv_sprintf(mem, "Larger than ten by a written reason: %s",
                             c->max_reason ? c->max_reason : ""));
    if (g->broken & GROUPING_BROKEN_TOO_MANY)
        add_check(checks, MARK_NO, "More people than this collective may have");
    if (g->broken & GROUPING_BROKEN_APART)
        add_check(checks, MARK_NO, "Two people who asked to be apart sit here");
    if (g->broken & GROUPING_BROKEN_BOSS)
        add_check(checks, MARK_NO, "Somebody sits here with their own superior");
    if (g->broken & GROUPING_BROKEN_TOGETHER)
        add_check(checks, MARK_NO, "Somebody who asked to be together with another sits elsewhere");
    if (g->broken & GROUPING_BROKEN_NOT_INTERESTED)
        add_check(checks, MARK_PART, "Somebody here has not written about this theme");
}

static json_t *checks_of(const struct board *board, int32_t group, struct cv_arena *mem)
{
    const struct grouping_group_report *g = &board->score.groups[group];
    json_t *checks = json_array();
    check_size(checks, board, g, mem);
    check_roles(checks, g, mem);
    check_facilitator(checks, board, g, group, mem);
    check_slot(checks, g, mem);
    check_language(checks, board, g, mem);
    check_skills(checks, board, g, mem);
    check_ties(checks, g);
    check_broken(checks, board, g, group, mem);
    return checks;
}

/* --- why somebody sits here
 * ------------------------------------------------------------------------- */

static void add_reason(const char **reasons, size_t *count, const char *text)
{
    if (*count < 4) reasons[(*count)++] = text;
}

static const char *place_of(const struct person *person)
{
    return person->place ? person->place : person->organisation;
}

/* Why this person sits in this group, in one sentence. Nothing about whom they know. */
static const char *why_text(const struct board *board, int32_t person, struct cv_arena *mem)
{
    const struct grouping_person_report *r = &board->score.people[person];
    const struct person *p = &board->people[person];
    const char *reasons[4];
    size_t count = 0;
    if (r->choice == 1)
        add_reason(reasons, &count, "cares about this theme most");
    else if (r->choice == 2)
        add_reason(reasons, &count, "cares about this theme second most");
    else if (r->affinity > 0)
        add_reason(reasons, &count, "wrote something near this theme");
    if (r->only_facilitator)
        add_reason(reasons, &count, "is the one here who can facilitate");
    else if (r->facilitates)
        add_reason(reasons, &count, "can facilitate");
    if (r->bridges) add_reason(reasons, &count, "links the languages here");
    for (size_t s = 0; s < board->skill_count; s++)
        if (r->brings_skills & (uint64_t)1 << s)
            add_reason(reasons, &count,
                       cv_sprintf(mem, "brings what was asked for: %s", board->skills[s]));
    if (r->brings_role && people_role_text(p)[0])
        add_reason(reasons, &count, cv_sprintf(mem, "is the only %s here", people_role_text(p)));
    if (r->brings_district && place_of(p))
        add_reason(reasons, &count, cv_sprintf(mem, "is the only one from %s", place_of(p)));
    if (count == 0) add_reason(reasons, &count, "was placed here by hand");
    return cv_sprintf(mem, "%s.", capital(mem, cv_list_text(mem, reasons, count)));
}

/* Why somebody waits, in one sentence. */
static const char *waiting_text(const struct board *board, int32_t person)
{
    switch (board->score.people[person].reason) {
    case GROUPING_NO_THEME: return "What they wrote has no theme yet.";
    case GROUPING_TOO_FEW_PEOPLE: return "There are too few people for one collective.";
    case GROUPING_THEME_TOO_SMALL: return "Too few people care about their theme so far.";
    case GROUPING_NO_ROOM: return "Every collective of their themes is full.";
    case GROUPING_KEPT_APART:
        return "Where there is room sits somebody they asked to be apart from.";
    case GROUPING_PLACED: break;
    }
    return "Not placed yet.";
}

/* --- a person, a group
 * ------------------------------------------------------------------------------- */

enum { FACE_COUNT = 12 };

static json_t *chip(const struct board *board, int32_t person, struct cv_arena *mem)
{
    const struct person *p = &board->people[person];
    json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:I}", "id", (json_int_t)p->id, "name", p->name,
                            "initials", cv_text_initials(mem, p->name), "role", people_role_text(p),
                            "face", (json_int_t)(p->place_id % FACE_COUNT + 1));
    /* Rows carry all their keys, so that nothing is taken from the page around them. */
    json_object_set_new(row, "place", place_of(p) ? json_string(place_of(p)) : json_null());
    json_object_set_new(row, "is_facilitator", json_false());
    json_object_set_new(row, "is_fixed", json_false());
    json_object_set_new(row, "why", json_null());
    json_object_set_new(row, "move_url",
                        json_string(cv_sprintf(mem, "/collectives/move?item=%" PRId64, p->id)));
    return row;
}

static json_t *seats_of(const struct grouping_group_report *g, int64_t max_people,
                        struct cv_arena *mem)
{
    json_t *places = json_array();
    int64_t count = g->size > max_people ? g->size : max_people;
    for (int64_t i = 0; i < count; i++) {
        json_t *seat = json_object();
        if (i < g->size)
            json_object_set_new(seat, i < CV_LIMIT_GROUP_PEOPLE ? "is_taken" : "is_over",
                                json_true());
        json_array_append_new(places, seat);
    }
    const char *label = cv_sprintf(mem, "%d of %" PRId64 " places taken", g->size, max_people);
    return json_pack("{s:s, s:o}", "label", label, "places", places);
}

static const char *room_text(const struct grouping_group_report *g, int64_t max_people,
                             struct cv_arena *mem)
{
    int64_t room = max_people - g->size;
    if (room <= 0) return "Full";
    return cv_sprintf(mem, "Room for %s more", small_number(mem, room));
}

/* How much of what these people could give each other is there, in [0,100]. The best a group of
 * this size could have is every person's full points; misses of goals count against it. */
static int fit_score(const struct board *board, const struct grouping_group_report *g)
{
    const struct grouping_weights *w = &board->problem.weights;
    double best = g->size * (w->affinity + w->role + w->district + w->slot);
    if (g->size == 0 || best <= 0) return 0;
    double points = g->points - g->parts[GROUPING_PART_EMPLOYER] - g->parts[GROUPING_PART_STAY];
    return (int)lround(100 * fmin(1, fmax(0, points / best)));
}

static json_t *fit_of(const struct board *board, int32_t group)
{
    const struct grouping_group_report *g = &board->score.groups[group];
    int score = fit_score(board, g);
    bool needs = g->size < board->problem.size_min ||
                 (g->broken & ~(uint32_t)GROUPING_BROKEN_NOT_INTERESTED) != 0;
    const char *word = needs         ? "Needs a look"
                       : score >= 75 ? "Strong fit"
                       : score >= 55 ? "Good fit"
                                     : "Getting there";
    const char *tone = needs ? "rose" : score >= 55 ? "leaf" : "quince";
    if (g->size < board->problem.size_min) word = "Needs people";
    return json_pack("{s:i, s:s, s:s}", "score", score, "word", word, "tone", tone);
}

static const char *state_word(const char *state)
{
    if (strcmp(state, "proposed") == 0) return "Proposed";
    if (strcmp(state, "inviting") == 0) return "Inviting";
    if (strcmp(state, "forming") == 0) return "Forming";
    return strcmp(state, "active") == 0 ? "Active" : "Ended";
}

static bool is_facilitator(const struct board *board, int64_t collective_id, int64_t person_id)
{
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        if (m->collective_id == collective_id && m->person_id == person_id)
            return strcmp(m->capacity, "facilitator") == 0;
    }
    return false;
}

static json_t *group_people(const struct board *board, int32_t group, bool with_why,
                            struct cv_arena *mem)
{
    const struct collective *c = &board->groups.items[group];
    const struct grouping_group_report *g = &board->score.groups[group];
    json_t *people = json_array();
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < g->size; i++) {
            bool facilitates = is_facilitator(board, c->id, board->people[g->people[i]].id);
            if (facilitates != (pass == 0)) continue;
            json_t *row = chip(board, g->people[i], mem);
            if (facilitates) json_object_set_new(row, "is_facilitator", json_true());
            if (with_why)
                json_object_set_new(row, "why", json_string(why_text(board, g->people[i], mem)));
            if (c->is_locked) {
                json_object_set_new(row, "is_fixed", json_true());
                json_object_set_new(row, "move_url", json_null());
            }
            json_array_append_new(people, row);
        }
    }
    return people;
}

static json_t *waiting_people(const struct board *board, int64_t collective_id,
                              struct cv_arena *mem)
{
    json_t *people = json_array();
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        if (m->collective_id != collective_id || strcmp(m->state, "waitlisted") != 0) continue;
        int32_t person = board_person(board, m->person_id);
        if (person >= 0) json_array_append_new(people, chip(board, person, mem));
    }
    return people;
}

static void set_url(json_t *row, const char *key, struct cv_arena *mem, int64_t id,
                    const char *tail)
{
    json_object_set_new(row, key,
                        json_string(cv_sprintf(mem, "/collectives/%" PRId64 "%s", id, tail)));
}

json_t *collectives_group_document(const struct board *board, int32_t group, bool with_why,
                                   struct cv_arena *mem)
{
    const struct collective *c = &board->groups.items[group];
    const struct grouping_group_report *g = &board->score.groups[group];
    int32_t theme = board->theme_of[group];
    json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:b, s:I}", "id", (json_int_t)c->id, "name",
                            c->name, "state", c->state, "state_word", state_word(c->state),
                            "is_locked", c->is_locked, "people_count", (json_int_t)g->size);
    json_object_set_new(row, "state_tone",
                        json_string(strcmp(c->state, "active") == 0 ? "leaf" : "dusk"));
    set_url(row, "url", mem, c->id, "");
    set_url(row, "lock_url", mem, c->id, c->is_locked ? "/unlock" : "/lock");
    set_url(row, "rename_url", mem, c->id, "/rename");
    set_url(row, "facilitator_url", mem, c->id, "/facilitator");
    set_url(row, "print_url", mem, c->id, "/print");
    set_url(row, "pdf_url", mem, c->id, "/pdf");
    json_object_set_new(row, "invite_url", json_null());
    if (strcmp(c->state, "proposed") == 0) set_url(row, "invite_url", mem, c->id, "/invite");
    if (theme >= 0)
        json_object_set_new(
            row, "theme",
            json_pack("{s:s, s:s}", "name", board->themes[theme].name, "url",
                      cv_sprintf(mem, "/themes/%" PRId64, board->themes[theme].id)));
    json_object_set_new(row, "fit", fit_of(board, group));
    json_object_set_new(row, "checks", checks_of(board, group, mem));
    json_object_set_new(row, "people", group_people(board, group, with_why, mem));
    json_object_set_new(row, "waiting", waiting_people(board, c->id, mem));
    json_object_set_new(row, "seats", seats_of(g, c->max_people, mem));
    json_object_set_new(row, "room", json_string(room_text(g, c->max_people, mem)));
    json_object_set_new(row, "over_reason",
                        c->max_reason ? json_string(c->max_reason) : json_null());
    json_object_set_new(row, "can_edit", json_true());
    return row;
}

/* --- the whole
 * ---------------------------------------------------------------------------------------- */

static json_t *unplaced_of(const struct board *board, struct cv_arena *mem)
{
    json_t *people = json_array();
    for (size_t i = 0; i < board->people_count; i++) {
        if (board->group_of[i] != GROUPING_NONE) continue;
        json_t *row = chip(board, (int32_t)i, mem);
        json_object_set_new(row, "why", json_string(waiting_text(board, (int32_t)i)));
        json_array_append_new(people, row);
    }
    if (json_array_size(people) == 0) {
        json_decref(people);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "id", "none", "title", "Not placed yet", "note",
                     "These people care about something here and have no place at a table. Move "
                     "them by hand, or "
                     "propose again.",
                     "people", people);
}

static int64_t placed_count(const struct board *board)
{
    int64_t count = 0;
    for (size_t i = 0; i < board->people_count; i++) count += board->group_of[i] != GROUPING_NONE;
    return count;
}

static const char *lede(const struct board *board, struct cv_arena *mem)
{
    if (board->groups.count == 0)
        return board->people_count == 0
                   ? "Nobody has said yet what they care about, so there is nothing to form."
                   : cv_sprintf(
                         mem, "%s have said what they care about; no collective is formed yet.",
                         cv_count_text(mem, (long long)board->people_count, "person", "people"));
    int64_t placed = placed_count(board);
    int64_t waiting = (int64_t)board->people_count - placed;
    const char *tail =
        waiting == 0
            ? "Everybody has a place."
            : cv_sprintf(mem, "%s not placed yet.",
                         waiting == 1 ? "One person is"
                                      : cv_sprintf(mem, "%" PRId64 " people are", waiting));
    return cv_sprintf(mem, "%s have a place at %s. %s Move anyone; the fit shows at once.",
                      capital(mem, cv_count_text(mem, placed, "person", "people")),
                      cv_count_text(mem, (long long)board->groups.count, "table", "tables"), tail);
}

static json_t *gap_of(const struct board *board, struct cv_arena *mem)
{
    if (board->groups.count == 0) return NULL;
    double gap = board->score.gap_pct;
    const char *sentence =
        gap < 0.05 ? "No arrangement could be better."
                   : cv_sprintf(mem, "Within %.1f %% of the best that could be possible.", gap);
    int32_t unmet = board->score.unmet_count;
    const char *wishes = unmet == 0 ? "Every wish is met."
                         : unmet == 1
                             ? "One wish is not met; it is named in its group."
                             : cv_sprintf(mem, "%s wishes are not met; each is named in its group.",
                                          capital(mem, small_number(mem, unmet)));
    const char *note =
        cv_sprintf(mem,
                   "%s The best is a computed upper limit: nobody can do better, and "
                   "perhaps nobody can reach it.",
                   wishes);
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:i}", "sentence", sentence, "note", note, "pct",
                     gap, "objective", round(board->score.objective), "bound",
                     ceil(board->score.bound), "unmet", board->score.unmet_count);
}

json_t *collectives_document(const struct board *board, struct cv_arena *mem)
{
    json_t *groups = json_array();
    bool any_proposed = false;
    for (size_t g = 0; g < board->groups.count; g++) {
        json_array_append_new(groups, collectives_group_document(board, (int32_t)g, false, mem));
        any_proposed = any_proposed || strcmp(board->groups.items[g].state, "proposed") == 0;
    }
    json_t *document = json_pack(
        "{s:{s:s, s:s}, s:b, s:b, s:b, s:o}", "page", "title", "Collectives taking shape", "lede",
        lede(board, mem), "can_edit", 1, "has_any", board->groups.count > 0, "can_form",
        board->theme_count > 0 && board->people_count > 0, "collectives", groups);
    json_object_set_new(document, "size",
                        json_pack("{s:I, s:I}", "min", (json_int_t)board->rules.size_min, "max",
                                  (json_int_t)board->rules.size_max));
    json_t *gap = gap_of(board, mem);
    if (gap) json_object_set_new(document, "gap", gap);
    json_t *unplaced = board->groups.count > 0 ? unplaced_of(board, mem) : NULL;
    if (unplaced) json_object_set_new(document, "unplaced", unplaced);
    json_object_set_new(document, "suggest_url", json_string("/collectives/form"));
    if (any_proposed)
        json_object_set_new(document, "invite_url", json_string("/collectives/invite"));
    return document;
}
