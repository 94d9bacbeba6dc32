/* collectives_form: the job that proposes groups: takes what may be formed anew out of the board,
 * lets engine/grouping search, and stores the outcome in one transaction with its before-image.
 * What stays as it is: locked collectives, those already inviting or further, and everybody in
 * them; with a theme given, every other theme too. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "features/collectives/collectives_internal.h"

const char collectives_form_job[] = "collectives_form";

/* A part of the board: which people and which groups the search may touch. */
struct part {
    const struct board *board;
    int32_t *person_at; /* board index per searched person */
    int32_t *new_index; /* searched index per board person, GROUPING_NONE */
    size_t people_count;
    bool *replaces; /* per board group: this proposal takes its place */
    struct grouping_problem problem;
};

static bool is_replaced(const struct board *board, size_t group, int32_t theme)
{
    const struct collective *c = &board->groups.items[group];
    return strcmp(c->state, "proposed") == 0 && !c->is_locked &&
           (theme == GROUPING_NONE || board->theme_of[group] == theme);
}

/* Free are those who sit in a group that is replaced, or nowhere; with a theme, only who cares
 * about it. */
static bool is_free(const struct part *part, size_t person, int32_t theme)
{
    const struct board *board = part->board;
    int32_t group = board->group_of[person];
    if (group != GROUPING_NONE) return part->replaces[group];
    return theme == GROUPING_NONE ||
           board->problem.affinity[person * board->theme_count + (size_t)theme] >= 0;
}

static void part_people(struct part *part, int32_t theme, struct cv_arena *mem)
{
    const struct board *board = part->board;
    size_t themes = board->theme_count;
    part->person_at = CV_NEW_ARRAY(mem, int32_t, board->people_count + 1);
    part->new_index = CV_NEW_ARRAY(mem, int32_t, board->people_count + 1);
    struct grouping_person *people =
        CV_NEW_ARRAY(mem, struct grouping_person, board->people_count + 1);
    double *affinity = CV_NEW_ARRAY(mem, double, board->people_count *themes + 1);
    for (size_t i = 0; i < board->people_count; i++) {
        part->new_index[i] = GROUPING_NONE;
        if (!is_free(part, i, theme)) continue;
        size_t at = part->people_count++;
        part->new_index[i] = (int32_t)at;
        part->person_at[at] = (int32_t)i;
        people[at] = board->problem.people[i];
        for (size_t t = 0; t < themes; t++) {
            double value = board->problem.affinity[i * themes + t];
            affinity[at * themes + t] = theme == GROUPING_NONE || theme == (int32_t)t ? value : -1;
        }
    }
    part->problem.people = people;
    part->problem.people_count = (int32_t)part->people_count;
    part->problem.affinity = affinity;
}

static size_t part_pairs(const struct grouping_pair **out, const struct part *part,
                         const struct grouping_pair *pairs, size_t count, struct cv_arena *mem)
{
    struct grouping_pair *kept = CV_NEW_ARRAY(mem, struct grouping_pair, count + 1);
    size_t kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct grouping_pair pair = {part->new_index[pairs[i].a], part->new_index[pairs[i].b]};
        if (pair.a >= 0 && pair.b >= 0) kept[kept_count++] = pair;
    }
    *out = kept;
    return kept_count;
}

static void part_rules(struct part *part, struct cv_arena *mem)
{
    const struct grouping_problem *all = &part->board->problem;
    struct grouping_tie *ties = CV_NEW_ARRAY(mem, struct grouping_tie, all->tie_count + 1);
    size_t tie_count = 0;
    for (size_t i = 0; i < all->tie_count; i++) {
        struct grouping_tie tie = {part->new_index[all->ties[i].a], part->new_index[all->ties[i].b],
                                   all->ties[i].strength};
        if (tie.a >= 0 && tie.b >= 0) ties[tie_count++] = tie;
    }
    part->problem.ties = ties;
    part->problem.tie_count = tie_count;
    part->problem.together_count =
        part_pairs(&part->problem.together, part, all->together, all->together_count, mem);
    part->problem.apart_count =
        part_pairs(&part->problem.apart, part, all->apart, all->apart_count, mem);
}

static struct part part_of(const struct board *board, int32_t theme, struct cv_arena *mem)
{
    struct part part = {.board = board, .problem = board->problem};
    part.replaces = CV_NEW_ARRAY(mem, bool, board->groups.count + 1);
    for (size_t g = 0; g < board->groups.count; g++)
        part.replaces[g] = is_replaced(board, g, theme);
    part_people(&part, theme, mem);
    part_rules(&part, mem);
    part.problem.groups = NULL;
    part.problem.group_count = 0;
    part.problem.may_open = true;
    return part;
}

/* --- the search ---------------------------------------------------------------------------------
 */

struct watch {
    struct job *job;
    double until_s; /* 0: no limit */
    cv_rc rc;
};

static enum grouping_signal on_progress(void *context, double done_share)
{
    struct watch *watch = context;
    watch->rc =
        job_progress(watch->job, (int64_t)(done_share * 1000), 1000, "Trying who fits with whom");
    if (watch->rc != CV_OK) return GROUPING_CANCEL;
    bool late = watch->until_s > 0 && cv_monotonic_s() > watch->until_s;
    return late ? GROUPING_OUT_OF_TIME : GROUPING_GO_ON;
}

static const char *person_name(void *context, int32_t person)
{
    const struct part *part = context;
    return part->board->people[part->person_at[person]].name;
}

static const char *theme_name(void *context, int32_t theme)
{
    const struct part *part = context;
    return part->board->themes[theme].name;
}

/* Contradictory wishes are named, and left out, so that everybody else still gets a proposal. Gives
 * how many were found. */
static int32_t drop_contradictions(struct part *part, struct cv_problems *said,
                                   struct cv_arena *mem)
{
    struct grouping_conflicts conflicts;
    cv_rc rc = grouping_check(&conflicts, &part->problem, mem);
    struct grouping_names names = {.person = person_name, .theme = theme_name, .context = part};
    if (rc == CV_OK) return 0;
    conflicts.count = conflicts.contradiction_count;
    grouping_say(said, &conflicts, &names);
    bool *stuck = CV_NEW_ARRAY(mem, bool, part->people_count + 1);
    for (int32_t i = 0; i < conflicts.contradiction_count; i++)
        for (int32_t k = 0; k < conflicts.items[i].people_count; k++)
            stuck[conflicts.items[i].people[k]] = true;
    struct grouping_pair *kept =
        CV_NEW_ARRAY(mem, struct grouping_pair, part->problem.together_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < part->problem.together_count; i++) {
        struct grouping_pair pair = part->problem.together[i];
        if (!stuck[pair.a] && !stuck[pair.b]) kept[count++] = pair;
    }
    part->problem.together = kept;
    part->problem.together_count = count;
    return conflicts.contradiction_count;
}

/* --- storing ------------------------------------------------------------------------------------
 */

/* "Absence (2)" for the second group of a theme. */
static const char *group_name(const struct board *board, int32_t theme, int number,
                              struct cv_arena *mem)
{
    const char *name = theme == GROUPING_NONE ? "Collective" : board->themes[theme].name;
    return number > 1 ? cv_sprintf(mem, "%s (%d)", name, number) : name;
}

static int groups_kept(const struct part *part, int32_t theme)
{
    int count = 0;
    for (size_t g = 0; g < part->board->groups.count; g++)
        count += part->board->theme_of[g] == theme && !part->replaces[g];
    return count;
}

/* The one who leads most, else nobody: a person who cannot facilitate is not made to. */
static int32_t facilitator_of(const struct part *part, const struct grouping_group_report *group)
{
    int32_t best = GROUPING_NONE;
    for (int32_t i = 0; i < group->size; i++) {
        int32_t person = group->people[i];
        if (part->problem.people[person].facilitator < part->problem.goals.facilitator_level)
            continue;
        if (best == GROUPING_NONE ||
            part->problem.people[person].facilitator > part->problem.people[best].facilitator)
            best = person;
    }
    return best;
}

static cv_rc store_group(int64_t *out_id, struct job *job, const struct part *part,
                         const struct grouping_group_report *group, int number)
{
    const struct board *board = part->board;
    int64_t theme_id = board->themes[group->theme].id;
    cv_rc rc = collective_insert(out_id, job->db, theme_id,
                                 group_name(board, group->theme, number, job->mem), job->now_s);
    int32_t facilitator = facilitator_of(part, group);
    for (int32_t i = 0; rc == CV_OK && i < group->size; i++) {
        const struct membership member = {
            .collective_id = *out_id,
            .person_id = board->people[part->person_at[group->people[i]]].id,
            .capacity = group->people[i] == facilitator ? "facilitator" : "member",
            .state = "suggested",
            .placed_by = "program",
            .joined_at_s = job->now_s,
        };
        rc = membership_put(job->db, &member);
    }
    return rc;
}

static cv_rc snapshot_replaced(json_t **out, struct job *job, const struct part *part)
{
    int64_t *ids = CV_NEW_ARRAY(job->mem, int64_t, part->board->groups.count + 1);
    size_t count = 0;
    for (size_t g = 0; g < part->board->groups.count; g++)
        if (part->replaces[g]) ids[count++] = part->board->groups.items[g].id;
    cv_rc rc = collectives_snapshot(out, job->db, ids, count);
    for (size_t i = 0; i < count && rc == CV_OK; i++) rc = collective_delete(job->db, ids[i]);
    return rc;
}

static cv_rc store_groups(json_t *before, struct job *job, const struct part *part,
                          const struct grouping_result *result)
{
    cv_rc rc = CV_OK;
    /* By theme, so that the tables of one theme stand side by side and are numbered in order. */
    for (int32_t theme = 0; theme < (int32_t)part->board->theme_count; theme++) {
        int number = groups_kept(part, theme);
        for (int32_t g = 0; g < result->group_count && rc == CV_OK; g++) {
            const struct grouping_group_report *group = &result->groups[g];
            if (group->size == 0 || group->theme != theme) continue;
            int64_t id = 0;
            rc = store_group(&id, job, part, group, ++number);
            json_array_append_new(json_object_get(before, "created"), json_integer(id));
        }
    }
    return rc;
}

static int64_t seated(const struct grouping_result *result)
{
    return result->people_count - result->waiting_count;
}

static int formed(const struct grouping_result *result)
{
    int count = 0;
    for (int32_t g = 0; g < result->group_count; g++) count += result->groups[g].size > 0;
    return count;
}

/* The search takes a while. What people moved, locked or invited meanwhile must neither be lost nor
 * give anybody a second seat. */
static cv_rc check_current(struct job *job, const struct board *board)
{
    bool is_current = false;
    cv_rc rc = board_is_current(&is_current, board, job->db, job->mem);
    if (rc != CV_OK || is_current) return rc;
    cv_problem(job->problems, 0, NULL, "look at the tables as they are now, then propose again",
               "somebody changed the collectives while this proposal was made; it was not stored");
    return CV_CONFLICT;
}

static cv_rc store_outcome(struct job *job, const struct part *part,
                           const struct grouping_result *result)
{
    cv_rc rc = store_begin(job->db);
    if (rc != CV_OK) return rc;
    json_t *before = NULL;
    rc = check_current(job, part->board);
    if (rc == CV_OK) rc = snapshot_replaced(&before, job, part);
    if (rc == CV_OK) rc = store_groups(before, job, part, result);
    const struct forming forming = {
        .options = feature_json_text(job->mem, job->args),
        .objective = result->objective,
        .bound = result->bound,
        .gap_pct = result->gap_pct,
        .iterations = result->iterations,
        .was_cut_short = result->stopped == GROUPING_STOPPED_BY_TIME,
        .made_at_s = job->now_s,
    };
    if (rc == CV_OK) rc = forming_insert(job->db, &forming);
    const char *sentence =
        cv_sprintf(job->mem, "Proposed %s for %s",
                   cv_count_text(job->mem, formed(result), "collective", "collectives"),
                   cv_count_text(job->mem, seated(result), "person", "people"));
    int64_t edit_id = 0;
    if (rc == CV_OK)
        rc = history_record(&edit_id, job->db, "collectives", "collectives", "put_back", sentence,
                            before, json_integer_value(json_object_get(job->args, "by_id")),
                            job->now_s);
    json_decref(before);
    json_object_set_new(job->result, "edit_id", json_integer(edit_id));
    json_object_set_new(job->result, "sentence", json_string(sentence));
    return store_end(job->db, rc);
}

/* --- the job
 * -------------------------------------------------------------------------------------- */

static cv_rc check_enough(struct job *job, const struct board *board, const struct part *part)
{
    if (board->theme_count == 0) {
        cv_problem(job->problems, 0, NULL,
                   "find themes first: `convene themes find`, or the page Themes",
                   "there are no themes to form collectives around");
        return CV_INVALID;
    }
    if (part->people_count == 0) {
        cv_problem(job->problems, 0, NULL,
                   "import what people care about, or unlock a collective whose people may move",
                   "there is nobody to place: no free person cares about a theme");
        return CV_INVALID;
    }
    if ((int64_t)part->people_count < board->rules.size_min) {
        cv_problem(job->problems, 0, NULL,
                   "ask more people what they care about, or choose a smaller least size",
                   "%zu free people are too few for one collective of at least %" PRId64,
                   part->people_count, board->rules.size_min);
        return CV_INVALID;
    }
    return CV_OK;
}

static int64_t arg_int(const struct job *job, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(job->args, name);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

static cv_rc rules_of_args(struct board *board, struct job *job)
{
    board->problem.size_min = (int32_t)arg_int(job, "min", board->rules.size_min);
    board->problem.size_max = (int32_t)arg_int(job, "max", board->rules.size_max);
    board->rules.size_min = board->problem.size_min;
    board->rules.size_max = board->problem.size_max;
    if (board->problem.size_min >= 1 && board->problem.size_max <= GROUPING_SIZE_MAX &&
        board->problem.size_min <= board->problem.size_max)
        return CV_OK;
    cv_problem(job->problems, 0, "min", "choose sizes with 1 ≤ least ≤ most ≤ 10",
               "a collective of %" PRId64 " to %" PRId64 " people cannot be proposed",
               board->rules.size_min, board->rules.size_max);
    return CV_INVALID;
}

static cv_rc theme_of_args(int32_t *out, const struct board *board, struct job *job)
{
    int64_t theme_id = arg_int(job, "theme_id", 0);
    *out = theme_id > 0 ? board_theme_index(board, theme_id) : GROUPING_NONE;
    if (theme_id == 0 || *out >= 0) return CV_OK;
    cv_problem(job->problems, 0, "theme", "`convene themes list` shows the open themes",
               "there is no open theme %" PRId64, theme_id);
    return CV_INVALID;
}

static void fill_result(struct job *job, const struct grouping_result *result,
                        int32_t contradictions)
{
    json_t *r = job->result;
    json_object_set_new(r, "groups", json_integer(formed(result)));
    json_object_set_new(r, "placed", json_integer(seated(result)));
    json_object_set_new(r, "waiting", json_integer(result->waiting_count));
    json_object_set_new(r, "unmet", json_integer(result->unmet_count));
    json_object_set_new(r, "objective", json_real(result->objective));
    json_object_set_new(r, "bound", json_real(result->bound));
    json_object_set_new(r, "gap_pct", json_real(result->gap_pct));
    json_object_set_new(r, "iterations", json_integer(result->iterations));
    json_object_set_new(r, "contradictions", json_integer(contradictions));
    json_object_set_new(r, "was_cut_short",
                        json_boolean(result->stopped == GROUPING_STOPPED_BY_TIME));
    json_object_set_new(r, "url", json_string("/collectives"));
}

cv_rc collectives_run_form(struct job *job)
{
    struct board board;
    int32_t theme = GROUPING_NONE;
    cv_rc rc = job_progress(job, 0, 1000, "Reading people, themes and ties");
    if (rc == CV_OK) rc = board_load(&board, job->db, job->mem, job->now_s);
    if (rc == CV_OK) rc = rules_of_args(&board, job);
    if (rc == CV_OK) rc = theme_of_args(&theme, &board, job);
    if (rc != CV_OK) return rc;
    struct part part = part_of(&board, theme, job->mem);
    rc = check_enough(job, &board, &part);
    if (rc != CV_OK) return rc;
    int32_t contradictions = drop_contradictions(&part, job->problems, job->mem);
    int64_t seconds = arg_int(job, "seconds", 0);
    struct watch watch = {.job = job,
                          .until_s = seconds > 0 ? cv_monotonic_s() + (double)seconds : 0};
    const struct grouping_options options = {
        .seed = job->seed, .watch = on_progress, .watch_context = &watch};
    struct grouping_result result;
    rc = grouping_form(&result, &part.problem, &options, job->mem);
    if (rc == CV_CANCELLED && watch.rc != CV_OK) rc = watch.rc;
    if (rc == CV_OK) rc = store_outcome(job, &part, &result);
    if (rc == CV_OK) fill_result(job, &result, contradictions);
    return rc;
}
