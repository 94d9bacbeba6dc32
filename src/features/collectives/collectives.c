/* collectives: the rules: who may sit where, what each step records, what the gate to begin asks.
 * No SQL, no markup, no request. */
#include "features/collectives/collectives.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/collectives/collectives_internal.h"

/* --- rules of forming ----------------------------------------------------------------------------
 */

static const struct collectives_rules first_rules = {
    .size_min = 4,
    .size_max = CV_LIMIT_GROUP_PEOPLE,
    .roles = 3,
    .districts = 3,
    .facilitators = 1,
    .theme_weight = 1,
    .mix_weight = 1,
    .tie_weight = 1,
    .slot_weight = 1,
    .skills = "",
};

static int64_t int_of(const json_t *document, const char *key, int64_t absent)
{
    const json_t *value = json_object_get(document, key);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

static double real_of(const json_t *document, const char *key, double absent)
{
    const json_t *value = json_object_get(document, key);
    return json_is_number(value) ? json_number_value(value) : absent;
}

cv_rc collectives_rules_find(struct collectives_rules *out, struct store_db *db,
                             struct cv_arena *mem)
{
    const char *text = NULL;
    *out = first_rules;
    cv_rc rc = forming_rule_find(&text, db, mem);
    if (rc == CV_NOT_FOUND) return CV_OK;
    if (rc != CV_OK) return rc;
    json_t *document = json_loads(text, 0, NULL);
    const char *skills = json_string_value(json_object_get(document, "skills"));
    *out = (struct collectives_rules){
        .size_min = int_of(document, "size_min", first_rules.size_min),
        .size_max = int_of(document, "size_max", first_rules.size_max),
        .roles = int_of(document, "roles", first_rules.roles),
        .districts = int_of(document, "districts", first_rules.districts),
        .facilitators = int_of(document, "facilitators", first_rules.facilitators),
        .theme_weight = real_of(document, "theme_weight", 1),
        .mix_weight = real_of(document, "mix_weight", 1),
        .tie_weight = real_of(document, "tie_weight", 1),
        .slot_weight = real_of(document, "slot_weight", 1),
        .skills = skills ? cv_strdup(mem, skills) : "",
    };
    json_decref(document);
    return CV_OK;
}

static void check_rules(const struct collectives_rules *rules, struct cv_problems *problems)
{
    if (rules->size_min < 2 || rules->size_min > rules->size_max)
        cv_problem(problems, 0, "size_min", "choose a number from 2 up to the largest size",
                   "the smallest size cannot be %" PRId64, rules->size_min);
    if (rules->size_max > CV_LIMIT_GROUP_PEOPLE)
        cv_problem(problems, 0, "size_max",
                   "choose 10 or fewer; one collective can go above it with a written reason",
                   "a collective has at most %d people", CV_LIMIT_GROUP_PEOPLE);
    if (rules->roles < 0 || rules->roles > 10)
        cv_problem(problems, 0, "roles", "choose a number from 0 to 10",
                   "that many roles cannot be wished");
    if (rules->districts < 0 || rules->districts > 10)
        cv_problem(problems, 0, "districts", "choose a number from 0 to 10",
                   "that many districts cannot be wished");
    if (rules->facilitators < 0 || rules->facilitators > 3)
        cv_problem(problems, 0, "facilitators", "choose a number from 0 to 3",
                   "that many facilitators cannot be wished");
    const double weights[] = {rules->theme_weight, rules->mix_weight, rules->tie_weight,
                              rules->slot_weight};
    for (int i = 0; i < 4; i++)
        if (!(weights[i] >= 0 && weights[i] <= 3))
            cv_problem(problems, 0, "weight", "choose a number from 0 (not at all) to 3 (most)",
                       "a weight is out of its range");
}

cv_rc collectives_rules_save(struct store_db *db, struct cv_arena *mem,
                             const struct collectives_rules *rules, int64_t person_id,
                             int64_t now_s, struct cv_problems *problems)
{
    check_rules(rules, problems);
    if (problems->total_count > 0) return CV_INVALID;
    const char *before = "";
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = forming_rule_find(&before, db, mem);
    if (rc == CV_NOT_FOUND) rc = CV_OK;
    json_t *after =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:s}", "size_min",
                  (json_int_t)rules->size_min, "size_max", (json_int_t)rules->size_max, "roles",
                  (json_int_t)rules->roles, "districts", (json_int_t)rules->districts,
                  "facilitators", (json_int_t)rules->facilitators, "theme_weight",
                  rules->theme_weight, "mix_weight", rules->mix_weight, "tie_weight",
                  rules->tie_weight, "slot_weight", rules->slot_weight, "skills", rules->skills);
    json_t *undo = json_pack("{s:s}", "rules", before);
    if (rc == CV_OK) rc = forming_rule_put(db, feature_json_text(mem, after), now_s);
    if (rc == CV_OK)
        rc = history_record(NULL, db, "collectives", "collectives", "rules",
                            "Changed the rules for forming collectives", undo, person_id, now_s);
    json_decref(after);
    json_decref(undo);
    return store_end(db, rc);
}

/* --- steps by hand
 * -------------------------------------------------------------------------------- */

/* One step: what was before, what it is called in the trace. Begin, change rows, end. */
struct step {
    struct store_db *db;
    struct cv_arena *mem;
    json_t *before;
    int64_t by_id;
    int64_t now_s;
};

static cv_rc step_begin(struct step *step, const int64_t *ids, size_t count)
{
    cv_rc rc = store_begin(step->db);
    if (rc != CV_OK) return rc;
    rc = collectives_snapshot(&step->before, step->db, ids, count);
    if (rc != CV_OK) {
        json_decref(step->before);
        step->before = NULL;
        store_rollback(step->db);
    }
    return rc;
}

static cv_rc step_end(int64_t *out_edit_id, struct step *step, cv_rc rc, const char *sentence)
{
    if (rc == CV_OK)
        rc = history_record(out_edit_id, step->db, "collectives", "collectives", "put_back",
                            sentence, step->before, step->by_id, step->now_s);
    json_decref(step->before);
    step->before = NULL;
    return store_end(step->db, rc);
}

/* Where a person stands now: the row that holds a seat, and the one that waits. */
struct standing {
    const struct membership *seat;
    const struct membership *waiting;
};

static struct standing standing_of(const struct membership_list *all, int64_t person_id)
{
    struct standing standing = {0};
    for (size_t i = 0; i < all->count; i++) {
        const struct membership *m = &all->items[i];
        if (m->person_id != person_id || strcmp(m->state, "declined") == 0) continue;
        if (strcmp(m->state, "waitlisted") == 0)
            standing.waiting = m;
        else
            standing.seat = m;
    }
    return standing;
}

static void problem_full(struct cv_problems *problems, const struct collective *c)
{
    cv_problem(
        problems, 0, "to",
        "open a second collective for the theme, put the person on the waiting list, or write why "
        "this one should be larger",
        "%s is full: it has %" PRId64 " of %" PRId64 " people", c->name, c->people_count,
        c->max_people);
}

/* Room for one more? An override above ten asks for a written reason and is recorded on the
 * collective. */
static cv_rc make_room(struct collective *c, const char *reason, struct cv_problems *problems)
{
    if (c->people_count < CV_LIMIT_GROUP_PEOPLE) {
        /* An earlier reason ends when there is room again: the next eleventh person needs one of
         * their own. */
        c->max_people = CV_LIMIT_GROUP_PEOPLE;
        c->max_reason = NULL;
        return CV_OK;
    }
    if (!reason || !reason[0] || c->people_count >= CV_LIMIT_GROUP_PEOPLE_OVERRIDE) {
        problem_full(problems, c);
        return CV_INVALID;
    }
    c->max_people = c->people_count + 1;
    c->max_reason = reason;
    return CV_OK;
}

static cv_rc check_open(const struct collective *c, struct cv_problems *problems)
{
    if (strcmp(c->state, "dissolved") == 0)
        cv_problem(problems, 0, "to", "choose another one", "%s has ended", c->name);
    else if (c->is_locked)
        cv_problem(problems, 0, "to", "unlock it first", "%s is locked, so its people stay",
                   c->name);
    return problems->total_count > 0 ? CV_INVALID : CV_OK;
}

static const char *member_state(const struct collective *c)
{
    if (strcmp(c->state, "proposed") == 0) return "suggested";
    return strcmp(c->state, "active") == 0 ? "active" : "invited";
}

static cv_rc seat_person(struct step *step, const struct collective *c, int64_t person_id,
                         const char *state)
{
    struct membership member = {
        .collective_id = c->id,
        .person_id = person_id,
        .capacity = "member",
        .state = state,
        .placed_by = "person",
        .joined_at_s = step->now_s,
    };
    cv_rc rc = CV_OK;
    if (strcmp(state, "invited") == 0) rc = collectives_new_code(&member.code, step->db, step->mem);
    return rc == CV_OK ? membership_put(step->db, &member) : rc;
}

/* The target of a move, with the row of a new group made when that is what was asked for. */
static cv_rc move_target(struct collective *c, struct step *step,
                         const struct collectives_move *move)
{
    if (move->to != COLLECTIVES_TO_NEW_GROUP) return CV_OK;
    const char *name = cv_sprintf(step->mem, "%s, another circle", c->name);
    int64_t id = 0;
    cv_rc rc = collective_insert(&id, step->db, c->theme_id, name, step->now_s);
    json_array_append_new(json_object_get(step->before, "created"), json_integer(id));
    *c = (struct collective){.id = id,
                             .theme_id = c->theme_id,
                             .name = name,
                             .state = "proposed",
                             .max_people = CV_LIMIT_GROUP_PEOPLE};
    return rc;
}

static cv_rc move_rows(struct step *step, struct collective *c, const struct collectives_move *move,
                       struct standing standing)
{
    cv_rc rc = CV_OK;
    bool keeps_seat = move->to == COLLECTIVES_TO_WAITING;
    if (standing.seat && !keeps_seat)
        rc = membership_delete(step->db, standing.seat->collective_id, move->person_id);
    if (rc == CV_OK && standing.waiting)
        rc = membership_delete(step->db, standing.waiting->collective_id, move->person_id);
    if (rc == CV_OK && move->to != COLLECTIVES_TO_NOBODY) rc = move_target(c, step, move);
    if (rc == CV_OK && move->to == COLLECTIVES_TO_GROUP)
        rc = collective_update(step->db, c, NULL, step->now_s);
    if (rc != CV_OK || move->to == COLLECTIVES_TO_NOBODY) return rc;
    return seat_person(step, c, move->person_id, keeps_seat ? "waitlisted" : member_state(c));
}

static const char *move_sentence(struct cv_arena *mem, const struct collectives_move *move,
                                 const char *person, const struct collective *c, const char *from)
{
    const char *left = from ? cv_sprintf(mem, " out of %s", from) : "";
    switch (move->to) {
    case COLLECTIVES_TO_NOBODY:
        return cv_sprintf(mem, "Took %s%s; not placed for now", person, left);
    case COLLECTIVES_TO_WAITING:
        return cv_sprintf(mem, "Put %s on the waiting list of %s", person, c->name);
    case COLLECTIVES_TO_NEW_GROUP:
        return cv_sprintf(mem, "Moved %s%s into a new collective", person, left);
    case COLLECTIVES_TO_GROUP: break;
    }
    return cv_sprintf(mem, "Moved %s%s into %s", person, left, c->name);
}

static cv_rc check_move(struct collective *target, struct collective *source, struct store_db *db,
                        struct cv_arena *mem, const struct collectives_move *move,
                        struct standing standing, struct cv_problems *problems)
{
    cv_rc rc = CV_OK;
    if (move->to != COLLECTIVES_TO_NOBODY)
        rc = collectives_find(target, db, mem, move->collective_id);
    if (rc == CV_OK && standing.seat)
        rc = collectives_find(source, db, mem, standing.seat->collective_id);
    if (rc != CV_OK) return rc;
    if (standing.seat && move->to == COLLECTIVES_TO_WAITING && source->id == target->id) {
        cv_problem(problems, 0, "to", "take them out of it first, or leave them where they are",
                   "they have a place at %s already", target->name);
        return CV_INVALID;
    }
    if (standing.seat && move->to != COLLECTIVES_TO_WAITING) rc = check_open(source, problems);
    if (rc == CV_OK && move->to == COLLECTIVES_TO_GROUP) rc = check_open(target, problems);
    if (rc == CV_OK && move->to == COLLECTIVES_TO_GROUP && source->id != target->id)
        rc = make_room(target, move->reason, problems);
    return rc;
}

cv_rc collectives_move(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                       const struct collectives_move *move, int64_t by_id, int64_t now_s,
                       struct cv_problems *problems)
{
    struct membership_list all;
    struct collective target = {0};
    struct collective source = {0};
    const char *person = people_name(db, mem, move->person_id);
    if (!person) return CV_NOT_FOUND;
    struct step step = {.db = db, .mem = mem, .by_id = by_id, .now_s = now_s};
    /* Everything is read inside the transaction: two people may move at once. */
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    rc = membership_list(&all, db, mem);
    struct standing standing =
        rc == CV_OK ? standing_of(&all, move->person_id) : (struct standing){0};
    if (rc == CV_OK) rc = check_move(&target, &source, db, mem, move, standing, problems);
    if (rc == CV_OK && standing.seat && move->to == COLLECTIVES_TO_GROUP &&
        source.id == target.id) {
        *out_edit_id = 0; /* dropped where it was: nothing to do and nothing to undo */
        return store_end(db, CV_OK);
    }
    const int64_t ids[] = {target.id, source.id,
                           standing.waiting ? standing.waiting->collective_id : 0};
    if (rc == CV_OK) rc = step_begin(&step, ids, 3);
    if (rc == CV_OK) {
        rc = move_rows(&step, &target, move, standing);
        rc =
            step_end(out_edit_id, &step, rc,
                     move_sentence(mem, move, person, &target, standing.seat ? source.name : NULL));
    }
    return store_end(db, rc);
}

/* A step that changes the row of one collective. The row was read inside the caller's transaction:
 * all of it is written, and what another changed in between must not be undone by that. */
static cv_rc change_one(int64_t *out_edit_id, struct step *step, const struct collective *changed,
                        const char *gate_reason, const char *sentence)
{
    cv_rc rc = step_begin(step, &changed->id, 1);
    if (rc != CV_OK) return rc;
    rc = collective_update(step->db, changed, gate_reason, step->now_s);
    return step_end(out_edit_id, step, rc, sentence);
}

static cv_rc set_locked(int64_t *out_edit_id, struct step *step, int64_t id, bool is_locked)
{
    struct collective c;
    cv_rc rc = collectives_find(&c, step->db, step->mem, id);
    if (rc != CV_OK) return rc;
    c.is_locked = is_locked;
    return change_one(out_edit_id, step, &c, NULL,
                      cv_sprintf(step->mem, is_locked ? "Locked %s" : "Unlocked %s", c.name));
}

cv_rc collectives_set_locked(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                             int64_t id, bool is_locked, int64_t by_id, int64_t now_s)
{
    struct step step = {.db = db, .mem = mem, .by_id = by_id, .now_s = now_s};
    cv_rc rc = store_begin(db);
    return rc == CV_OK ? store_end(db, set_locked(out_edit_id, &step, id, is_locked)) : rc;
}

static cv_rc rename_to(int64_t *out_edit_id, struct step *step, int64_t id, const char *name,
                       struct cv_problems *problems)
{
    struct collective c;
    cv_rc rc = collectives_find(&c, step->db, step->mem, id);
    if (rc != CV_OK) return rc;
    const char *tidy = cv_text_tidy(step->mem, name);
    if (!tidy[0] || strlen(tidy) > CV_LIMIT_NAME_BYTES) {
        cv_problem(problems, 0, "name", "write a short name",
                   "a collective needs a name of at most %d letters", CV_LIMIT_NAME_BYTES);
        return CV_INVALID;
    }
    const char *sentence = cv_sprintf(step->mem, "Renamed %s to %s", c.name, tidy);
    c.name = tidy;
    return change_one(out_edit_id, step, &c, NULL, sentence);
}

cv_rc collectives_rename(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                         int64_t id, const char *name, int64_t by_id, int64_t now_s,
                         struct cv_problems *problems)
{
    struct step step = {.db = db, .mem = mem, .by_id = by_id, .now_s = now_s};
    cv_rc rc = store_begin(db);
    return rc == CV_OK ? store_end(db, rename_to(out_edit_id, &step, id, name, problems)) : rc;
}

static cv_rc set_facilitator(int64_t *out_edit_id, struct step *step, int64_t id, int64_t person_id,
                             struct cv_problems *problems)
{
    struct collective c;
    struct membership_list all;
    cv_rc rc = collectives_find(&c, step->db, step->mem, id);
    if (rc == CV_OK) rc = membership_list(&all, step->db, step->mem);
    if (rc != CV_OK) return rc;
    const char *person = people_name(step->db, step->mem, person_id);
    struct standing standing = standing_of(&all, person_id);
    if (!person || !standing.seat || standing.seat->collective_id != id) {
        cv_problem(problems, 0, "person", "move the person into it first",
                   "this person does not sit in %s", c.name);
        return CV_INVALID;
    }
    rc = step_begin(step, &id, 1);
    if (rc != CV_OK) return rc;
    for (size_t i = 0; rc == CV_OK && i < all.count; i++) {
        struct membership m = all.items[i];
        if (m.collective_id != id || strcmp(m.state, "waitlisted") == 0) continue;
        m.capacity = m.person_id == person_id ? "facilitator" : "member";
        rc = membership_put(step->db, &m);
    }
    return step_end(out_edit_id, step, rc,
                    cv_sprintf(step->mem, "%s facilitates %s", person, c.name));
}

cv_rc collectives_set_facilitator(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                                  int64_t id, int64_t person_id, int64_t by_id, int64_t now_s,
                                  struct cv_problems *problems)
{
    struct step step = {.db = db, .mem = mem, .by_id = by_id, .now_s = now_s};
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    return store_end(db, set_facilitator(out_edit_id, &step, id, person_id, problems));
}

/* --- the manifest
 * --------------------------------------------------------------------------------- */

static cv_rc undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s)
{
    if (strcmp(kind, "rules") == 0)
        return forming_rule_put(db, json_string_value(json_object_get(before, "rules")), now_s);
    return collectives_put_back(db, before);
}

static size_t waiting_for(struct feature_waiting *out, size_t max, struct store_db *db,
                          struct cv_arena *mem, int64_t person_id)
{
    struct collective_list all;
    if (max == 0 || collectives_list(&all, db, mem) != CV_OK) return 0;
    int64_t proposed = 0;
    for (size_t i = 0; i < all.count; i++) proposed += strcmp(all.items[i].state, "proposed") == 0;
    if (proposed == 0) return 0;
    out[0] = (struct feature_waiting){
        .what =
            cv_sprintf(mem, "%s for your eyes",
                       cv_count_text(mem, proposed, "proposed collective", "proposed collectives")),
        .why = "The program proposed them. Move whoever should sit elsewhere, then invite.",
        .path = "/collectives",
        .button = "Look at the tables",
        .minutes = 10,
        .order = 40,
    };
    return 1;
}

static const struct job_kind job_kinds[] = {
    {collectives_form_job, "Proposing collectives", collectives_run_form},
    {0},
};

const struct feature collectives_feature = {
    .name = "collectives",
    .migrations = collectives_migrations,
    .routes = collectives_routes,
    .commands = collectives_commands,
    .jobs = job_kinds,
    .exports = collectives_exports,
    .undo = undo,
    .waiting_for = waiting_for,
    .add_to_person = collectives_add_to_person,
    .merge_person = collectives_merge_person,
    .unmerge_person = collectives_unmerge_person,
};
