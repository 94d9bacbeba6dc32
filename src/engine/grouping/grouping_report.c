/* grouping_report: tells an assignment: each group's goals, each person's part in it, the points
 * and the bound. Serves formed and hand-made assignments alike. Not here: whether an unmet goal
 * could have been met (grouping_proof.c). */
#include <assert.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

struct teller {
    struct grouping_result *out;
    const struct gr_model *m;
    struct gr_counts counts;
    double *tie_with;   /* person: strength with the person looked at; zero between */
    int64_t *tie_first; /* rows of people */
    int32_t *tie_person;
    double *tie_strength;
    int32_t *who; /* scratch, people_count */
};

/* Ties by person, with strengths as given (the model's rows are units and weighted). */
static void person_ties(struct teller *t, struct cv_arena *mem)
{
    const struct grouping_problem *p = t->m->problem;
    t->tie_first = CV_NEW_ARRAY(mem, int64_t, p->people_count + 2);
    t->tie_person = CV_NEW_ARRAY(mem, int32_t, 2 * p->tie_count);
    t->tie_strength = CV_NEW_ARRAY(mem, double, 2 * p->tie_count);
    for (size_t k = 0; k < p->tie_count; k++) {
        t->tie_first[p->ties[k].a + 2]++;
        t->tie_first[p->ties[k].b + 2]++;
    }
    for (int32_t i = 0; i < p->people_count; i++) t->tie_first[i + 2] += t->tie_first[i + 1];
    for (size_t k = 0; k < 2 * p->tie_count; k++) {
        const struct grouping_tie *tie = &p->ties[k / 2];
        int64_t at = t->tie_first[(k % 2 ? tie->b : tie->a) + 1]++;
        t->tie_person[at] = k % 2 ? tie->a : tie->b;
        t->tie_strength[at] = tie->strength;
    }
}

static double affinity_of(const struct gr_model *m, int32_t person, int32_t theme)
{
    const struct grouping_problem *p = m->problem;
    if (p->theme_count == 0) return 0;
    double a = p->affinity[(int64_t)person * p->theme_count + theme];
    return a > 0 ? a : 0;
}

static int32_t choice_of(const struct gr_model *m, int32_t person, int32_t theme)
{
    const struct grouping_problem *p = m->problem;
    if (p->theme_count == 0) return 0;
    const double *row = p->affinity + (int64_t)person * p->theme_count;
    int32_t rank = 1;
    for (int32_t t = 0; t < p->theme_count; t++) rank += row[t] > row[theme];
    return rank;
}

/* What a person has with the others of a group. */
static void ties_inside(struct teller *t, int32_t person)
{
    struct grouping_person_report *r = &t->out->people[person];
    for (int64_t k = t->tie_first[person]; k < t->tie_first[person + 1]; k++) {
        int32_t other = t->tie_person[k];
        if (other == person || t->out->people[other].group != r->group) continue;
        if (!(t->tie_strength[k] > 0)) continue;
        r->knows_count += t->tie_with[other] <= 0;
        r->knows_strength += t->tie_strength[k];
        t->tie_with[other] += t->tie_strength[k];
    }
    for (int64_t k = t->tie_first[person]; k < t->tie_first[person + 1]; k++)
        t->tie_with[t->tie_person[k]] = 0;
}

static void goal(struct grouping_goal_report *out, int32_t have, int32_t need)
{
    out->have = have;
    out->need = need;
    out->missing = need > have ? need - have : 0;
    out->state = need <= 0 ? GROUPING_NOT_ASKED : out->missing ? GROUPING_GAVE_WAY : GROUPING_MET;
}

static void goals_of(struct grouping_group_report *g, const struct gr_model *m,
                     const struct gr_shape *shape, uint64_t need)
{
    const struct grouping_goals *goals = &m->problem->goals;
    if (shape->size == 0) return;
    goal(&g->goals[GROUPING_GOAL_ROLES], shape->roles, goals->roles);
    goal(&g->goals[GROUPING_GOAL_DISTRICTS], shape->districts, goals->districts);
    goal(&g->goals[GROUPING_GOAL_FACILITATORS], shape->facilitators, goals->facilitators);
    int32_t skills = __builtin_popcountll(need);
    goal(&g->goals[GROUPING_GOAL_SKILLS], skills - __builtin_popcountll(shape->skills_missing),
         skills);
    goal(&g->goals[GROUPING_GOAL_SLOT], shape->slot_can, gr_slot_need(m, shape->slot_said));
    if (shape->islands > 0) {
        struct grouping_goal_report *bridge = &g->goals[GROUPING_GOAL_BRIDGE];
        *bridge = (struct grouping_goal_report){.state = shape->islands > 1 ? GROUPING_GAVE_WAY
                                                                            : GROUPING_MET,
                                                .have = shape->islands,
                                                .need = 1,
                                                .missing = shape->islands - 1};
    }
    g->skills_missing = shape->skills_missing;
    g->slot = shape->slot;
    g->slot_can = shape->slot_can;
    g->slot_said = shape->slot_said;
}

static int32_t bridge_person(const struct gr_model *m, const int32_t *people, int32_t size)
{
    uint64_t shared = ~UINT64_C(0);
    for (int32_t k = 0; k < size; k++)
        if (m->people[people[k]].languages) shared &= m->people[people[k]].languages;
    if (shared) return GROUPING_NONE;
    for (int32_t k = 0; k < size; k++) {
        uint64_t mine = m->people[people[k]].languages;
        bool all = mine != 0;
        for (int32_t i = 0; i < size && all; i++) {
            uint64_t theirs = m->people[people[i]].languages;
            all = !theirs || (theirs & mine);
        }
        if (all) return people[k];
    }
    return GROUPING_NONE;
}

static uint32_t broken_by(const struct teller *t, int32_t group)
{
    const struct gr_model *m = t->m;
    const struct grouping_group_report *g = &t->out->groups[group];
    uint32_t broken = 0;
    if (g->size > 0 && g->size < m->size_min) broken |= GROUPING_BROKEN_TOO_FEW;
    if (g->size > gr_group_max(m, group)) broken |= GROUPING_BROKEN_TOO_MANY;
    for (int32_t k = 0; k < g->size; k++) {
        int32_t i = g->people[k], unit = m->people[i].unit, lock = m->unit_lock[unit];
        if (lock >= 0 && lock != group) broken |= GROUPING_BROKEN_LOCK;
        if (m->problem->theme_count > 0 && lock != group &&
            m->problem->affinity[(int64_t)i * m->theme_count + g->theme] < 0)
            broken |= GROUPING_BROKEN_NOT_INTERESTED;
        for (int32_t o = m->unit_first[unit]; o < m->unit_first[unit + 1]; o++)
            if (t->out->people[m->unit_people[o]].group != group)
                broken |= GROUPING_BROKEN_TOGETHER;
    }
    return broken;
}

static void pairs_broken(struct grouping_result *out, const struct grouping_pair *pairs,
                         size_t count, uint32_t bit)
{
    for (size_t k = 0; k < count; k++) {
        int32_t g = out->people[pairs[k].a].group;
        if (g >= 0 && g == out->people[pairs[k].b].group) out->groups[g].broken |= bit;
    }
}

/* The parts that add up person by person: affinity, stay, ties. */
static void personal_parts(double *parts, const struct teller *t, int32_t person)
{
    const struct grouping_person_report *r = &t->out->people[person];
    const struct grouping_weights *w = &t->m->problem->weights;
    parts[GROUPING_PART_AFFINITY] = w->affinity * r->affinity;
    parts[GROUPING_PART_STAY] = r->stayed ? w->stay : 0;
    parts[GROUPING_PART_TIE] = -w->tie * r->knows_strength;
}

static void tell_group(struct teller *t, int32_t group, int32_t theme)
{
    const struct gr_model *m = t->m;
    struct grouping_group_report *g = &t->out->groups[group];
    uint64_t need = gr_group_need(m, group, theme);
    struct gr_shape shape;
    gr_shape_of(&shape, m, &t->counts, g->people, g->size, need);
    gr_shape_parts(g->parts, m, &shape);
    g->slot = GROUPING_NONE;
    goals_of(g, m, &shape, need);
    g->bridge_person = m->has_languages ? bridge_person(m, g->people, g->size) : GROUPING_NONE;
    int32_t pair_ends = 0;
    for (int32_t k = 0; k < g->size; k++) {
        struct grouping_person_report *r = &t->out->people[g->people[k]];
        double parts[GROUPING_PART_COUNT] = {0};
        ties_inside(t, g->people[k]);
        personal_parts(parts, t, g->people[k]);
        g->parts[GROUPING_PART_AFFINITY] += parts[GROUPING_PART_AFFINITY];
        g->parts[GROUPING_PART_STAY] += parts[GROUPING_PART_STAY];
        g->parts[GROUPING_PART_TIE] += parts[GROUPING_PART_TIE] / 2;
        g->tie_strength += r->knows_strength / 2;
        pair_ends += r->knows_count;
    }
    g->tie_pairs = pair_ends / 2;
    for (int k = 0; k < GROUPING_PART_COUNT; k++) g->points += g->parts[k];
    g->broken = broken_by(t, group);
}

static void top_factors(struct grouping_person_report *r, const double *parts)
{
    bool used[GROUPING_PART_COUNT] = {false};
    for (r->top_count = 0; r->top_count < GROUPING_TOP_COUNT; r->top_count++) {
        int best = -1;
        for (int k = 0; k < GROUPING_PART_COUNT; k++)
            if (!used[k] && parts[k] > 1e-9 && (best < 0 || parts[k] > parts[best])) best = k;
        if (best < 0) return;
        used[best] = true;
        r->top[r->top_count] =
            (struct grouping_factor){.part = (enum grouping_part)best, .points = parts[best]};
    }
}

/* The group with the person less the group without: what they bring. */
static void tell_person(struct teller *t, int32_t person)
{
    const struct gr_model *m = t->m;
    struct grouping_person_report *r = &t->out->people[person];
    const struct grouping_group_report *g = &t->out->groups[r->group];
    const struct gr_person *me = &m->people[person];
    uint64_t need = gr_group_need(m, r->group, g->theme);
    int32_t count = 0;
    for (int32_t k = 0; k < g->size; k++)
        if (g->people[k] != person) t->who[count++] = g->people[k];
    struct gr_shape with, without;
    gr_shape_of(&with, m, &t->counts, g->people, g->size, need);
    gr_shape_of(&without, m, &t->counts, t->who, count, need);
    double parts[GROUPING_PART_COUNT] = {0}, before[GROUPING_PART_COUNT] = {0};
    gr_shape_parts(parts, m, &with);
    gr_shape_parts(before, m, &without);
    for (int k = 0; k < GROUPING_PART_COUNT; k++) parts[k] -= before[k];
    personal_parts(parts, t, person);
    for (int k = 0; k < GROUPING_PART_COUNT; k++) r->points += parts[k];
    r->brings_role = with.roles > without.roles;
    r->brings_district = with.districts > without.districts;
    r->facilitates = me->facilitates;
    r->only_facilitator = me->facilitates && with.facilitators == 1;
    r->bridges = without.islands > with.islands && with.islands > 0;
    r->can_best_slot = with.slot >= 0 && ((me->slots >> with.slot) & 1);
    r->brings_skills = without.skills_missing & ~with.skills_missing;
    top_factors(r, parts);
}

/* Why somebody waits: the first of these that is true. */
static enum grouping_reason why_waiting(const struct teller *t, int32_t person)
{
    const struct gr_model *m = t->m;
    const struct grouping_result *out = t->out;
    int32_t unit = m->people[person].unit, size = gr_unit_size(m, unit);
    const double *row = m->unit_affinity + (int64_t)unit * m->theme_count;
    if (m->people_count < m->size_min) return GROUPING_TOO_FEW_PEOPLE;
    bool interested = false, theme_there = false, room = false;
    for (int32_t k = 0; k < m->theme_count; k++) interested |= row[k] >= 0;
    if (!interested) return GROUPING_NO_THEME;
    for (int32_t g = 0; g < out->group_count; g++) {
        int32_t theme = out->groups[g].theme;
        if (out->groups[g].size == 0 || row[theme < 0 ? 0 : theme] < 0) continue;
        theme_there = true;
        room |= out->groups[g].size + size <= gr_group_max(m, g);
    }
    if (!theme_there) return GROUPING_THEME_TOO_SMALL;
    return room ? GROUPING_KEPT_APART : GROUPING_NO_ROOM;
}

static void list_members(struct grouping_result *out, const int32_t *group_of, int32_t count,
                         struct cv_arena *mem)
{
    int32_t *first = CV_NEW_ARRAY(mem, int32_t, count + 2);
    int32_t *list = CV_NEW_ARRAY(mem, int32_t, out->people_count);
    for (int32_t i = 0; i < out->people_count; i++)
        if (group_of[i] >= 0) first[group_of[i] + 2]++;
    for (int32_t g = 0; g < count; g++) first[g + 2] += first[g + 1];
    for (int32_t i = 0; i < out->people_count; i++)
        if (group_of[i] >= 0) list[first[group_of[i] + 1]++] = i;
    for (int32_t g = 0; g < count; g++) {
        out->groups[g].people = list + first[g];
        out->groups[g].size = first[g + 1] - first[g];
    }
}

static void add_up(struct grouping_result *out, const struct gr_model *m, struct cv_arena *mem)
{
    for (int32_t g = 0; g < out->group_count; g++) {
        for (int k = 0; k < GROUPING_PART_COUNT; k++) out->parts[k] += out->groups[g].parts[k];
        for (int k = 0; k < GROUPING_GOAL_COUNT; k++)
            out->unmet_count += out->groups[g].goals[k].missing > 0;
    }
    for (int k = 0; k < GROUPING_PART_COUNT; k++) out->objective += out->parts[k];
    out->bound = gr_bound(m, out->waiting_count, mem);
    if (out->bound < out->objective)
        out->bound = out->objective; /* rounding; rules broken by hand */
    if (out->bound > 0) out->gap_pct = 100 * (out->bound - out->objective) / out->bound;
}

void gr_report(struct grouping_result *out, const struct gr_model *m, const int32_t *group_of,
               const int32_t *theme_of, int32_t group_count, struct cv_arena *mem)
{
    int32_t n = m->people_count;
    *out = (struct grouping_result){
        .people_count = n,
        .people = CV_NEW_ARRAY(mem, struct grouping_person_report, n),
        .group_count = group_count,
        .groups = CV_NEW_ARRAY(mem, struct grouping_group_report, group_count)};
    struct teller t = {.out = out,
                       .m = m,
                       .counts = gr_counts_new(m, mem),
                       .tie_with = CV_NEW_ARRAY(mem, double, n),
                       .who = CV_NEW_ARRAY(mem, int32_t, n)};
    person_ties(&t, mem);
    list_members(out, group_of, group_count, mem);
    for (int32_t i = 0; i < n; i++) {
        struct grouping_person_report *r = &out->people[i];
        r->group = group_of[i];
        if (r->group < 0) continue;
        int32_t theme = theme_of[r->group];
        r->affinity = affinity_of(m, i, theme);
        r->choice = choice_of(m, i, theme);
        r->stayed = m->people[i].previous >= 0 && m->people[i].previous == r->group;
    }
    for (int32_t g = 0; g < group_count; g++) {
        out->groups[g].theme = m->problem->theme_count > 0 ? theme_of[g] : GROUPING_NONE;
        out->groups[g].opened = g >= m->problem->group_count;
        tell_group(&t, g, theme_of[g]);
    }
    pairs_broken(out, m->problem->apart, m->problem->apart_count, GROUPING_BROKEN_APART);
    pairs_broken(out, m->problem->boss, m->problem->boss_count, GROUPING_BROKEN_BOSS);
    for (int32_t i = 0; i < n; i++) {
        struct grouping_person_report *r = &out->people[i];
        if (r->group >= 0) {
            tell_person(&t, i);
            continue;
        }
        out->waiting_count++;
        r->reason = why_waiting(&t, i);
    }
    gr_prove(out, m, mem);
    add_up(out, m, mem);
}
