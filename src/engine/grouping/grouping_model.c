/* grouping_model: the problem made ready for the search. Contracts together-sets to units, turns
 * ties and apart-pairs into rows of units. Not here: any judgement whether the input can work
 * (grouping_check.c). */
#include <assert.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

struct grouping_problem grouping_problem_new(void)
{
    return (struct grouping_problem){
        .may_open = true,
        .size_min = GROUPING_SIZE_MIN,
        .size_max = GROUPING_SIZE_MAX,
        .weights = {.affinity = 3,
                    .role = 1,
                    .district = 1,
                    .employer = 0.5,
                    .slot = 0.5,
                    .stay = 1,
                    .tie = 1,
                    .size = 0.05,
                    .goal_roles = 6,
                    .goal_districts = 6,
                    .goal_facilitators = 6,
                    .goal_skills = 3,
                    .goal_slot = 2,
                    .goal_bridge = 6},
        .goals = {.roles = 3,
                  .districts = 3,
                  .facilitators = 1,
                  .facilitator_level = 1,
                  .slot_share = 0.8,
                  .bridge = true},
    };
}

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* Units are numbered by their first person, people inside a unit stay in order. */
static void contract(struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    int32_t n = p->people_count;
    int32_t *parent = CV_NEW_ARRAY(mem, int32_t, n);
    for (int32_t i = 0; i < n; i++) parent[i] = i;
    for (size_t k = 0; k < p->together_count; k++) {
        int32_t a = root_of(parent, p->together[k].a), b = root_of(parent, p->together[k].b);
        parent[a > b ? a : b] = a > b ? b : a;
    }
    m->unit_first = CV_NEW_ARRAY(mem, int32_t, n + 2);
    m->unit_people = CV_NEW_ARRAY(mem, int32_t, n);
    for (int32_t i = 0; i < n; i++) {
        int32_t root = root_of(parent, i);
        m->people[i].unit = root == i ? m->unit_count++ : m->people[root].unit;
        m->unit_first[m->people[i].unit + 2]++;
    }
    for (int32_t u = 0; u < m->unit_count; u++) m->unit_first[u + 2] += m->unit_first[u + 1];
    for (int32_t i = 0; i < n; i++) m->unit_people[m->unit_first[m->people[i].unit + 1]++] = i;
}

static void copy_people(struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    m->people = CV_NEW_ARRAY(mem, struct gr_person, p->people_count);
    for (int32_t i = 0; i < p->people_count; i++) {
        const struct grouping_person *from = &p->people[i];
        m->people[i] = (struct gr_person){
            .role = from->role,
            .district = from->district,
            .employer = from->employer,
            .facilitates = from->facilitator >= p->goals.facilitator_level,
            .skills = from->skills,
            .languages = from->languages,
            .slots = from->slots,
            .previous = from->previous_group,
        };
        if (from->role >= m->roles) m->roles = from->role + 1;
        if (from->district >= m->districts) m->districts = from->district + 1;
        if (from->employer >= m->employers) m->employers = from->employer + 1;
        m->has_employer |= from->employer >= 0 && p->weights.employer > 0;
        m->has_slots |= from->slots != 0;
        m->has_languages |= from->languages != 0 && p->goals.bridge;
        m->has_stay |= from->previous_group >= 0 && p->weights.stay > 0;
    }
    m->has_skills = p->goals.skills != 0 || p->theme_skills != NULL;
    for (int32_t g = 0; g < p->group_count; g++) m->has_skills |= p->groups[g].skills != 0;
}

static void unit_rows(struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    int32_t themes = m->theme_count;
    m->unit_lock = CV_NEW_ARRAY(mem, int32_t, m->unit_count);
    m->unit_affinity = CV_NEW_ARRAY(mem, double, (int64_t)m->unit_count *themes);
    for (int32_t u = 0; u < m->unit_count; u++) {
        m->unit_lock[u] = GROUPING_NONE;
        for (int32_t k = m->unit_first[u]; k < m->unit_first[u + 1]; k++) {
            int32_t i = m->unit_people[k];
            if (p->people[i].locked_group >= 0) m->unit_lock[u] = p->people[i].locked_group;
            if (p->theme_count == 0) continue;
            for (int32_t t = 0; t < themes; t++) {
                double a = p->affinity[(int64_t)i * themes + t];
                double *sum = &m->unit_affinity[(int64_t)u * themes + t];
                *sum = a < 0 || *sum < 0 ? -1 : *sum + a * p->weights.affinity;
            }
        }
    }
}

static void ideal_values(struct gr_model *m)
{
    const struct grouping_weights *w = &m->problem->weights;
    double each = w->role + w->district;
    if (m->has_employer) each += w->employer;
    if (m->has_slots) each += w->slot;
    for (int32_t s = 1; s <= 2 * GROUP_ROOM_MAX; s++) {
        double apart = s - m->size_preferred;
        m->ideal[s] = each * s - w->size * apart * apart;
    }
}

struct row_entry {
    int32_t from, to;
    double cost;
};

/* Rows by counting, so the order is that of the input. */
static void rows_of(int64_t **first_out, int32_t **unit_out, double **cost_out,
                    const struct row_entry *entries, size_t count, int32_t units,
                    struct cv_arena *mem)
{
    int64_t *first = CV_NEW_ARRAY(mem, int64_t, units + 2);
    int32_t *unit = CV_NEW_ARRAY(mem, int32_t, 2 * count);
    double *cost = cost_out ? CV_NEW_ARRAY(mem, double, 2 * count) : NULL;
    for (size_t k = 0; k < count; k++) {
        first[entries[k].from + 2]++;
        first[entries[k].to + 2]++;
    }
    for (int32_t u = 0; u < units; u++) first[u + 2] += first[u + 1];
    for (size_t k = 0; k < 2 * count; k++) {
        const struct row_entry *e = &entries[k / 2];
        int64_t at = first[(k % 2 ? e->to : e->from) + 1]++;
        unit[at] = k % 2 ? e->from : e->to;
        if (cost) cost[at] = e->cost;
    }
    *first_out = first;
    *unit_out = unit;
    if (cost_out) *cost_out = cost;
}

static void tie_rows(struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    struct row_entry *entries = CV_NEW_ARRAY(mem, struct row_entry, p->tie_count);
    size_t count = 0;
    for (size_t k = 0; k < p->tie_count; k++) {
        int32_t a = m->people[p->ties[k].a].unit, b = m->people[p->ties[k].b].unit;
        double cost = p->ties[k].strength * p->weights.tie;
        if (p->ties[k].a == p->ties[k].b || !(cost > 0)) continue;
        if (a == b)
            m->tie_cost_forced += cost;
        else
            entries[count++] = (struct row_entry){a, b, cost};
    }
    m->has_ties = count > 0;
    rows_of(&m->tie_first, &m->tie_unit, &m->tie_cost, entries, count, m->unit_count, mem);
}

static void apart_rows(struct gr_model *m, struct cv_arena *mem)
{
    const struct grouping_problem *p = m->problem;
    size_t most = p->apart_count + p->boss_count;
    struct row_entry *entries = CV_NEW_ARRAY(mem, struct row_entry, most);
    size_t count = 0;
    for (size_t k = 0; k < most; k++) {
        const struct grouping_pair *pair =
            k < p->apart_count ? &p->apart[k] : &p->boss[k - p->apart_count];
        int32_t a = m->people[pair->a].unit, b = m->people[pair->b].unit;
        if (a != b) entries[count++] = (struct row_entry){.from = a, .to = b};
    }
    m->has_aparts = count > 0;
    rows_of(&m->apart_first, &m->apart_unit, NULL, entries, count, m->unit_count, mem);
}

void gr_model_init(struct gr_model *out, const struct grouping_problem *problem,
                   struct cv_arena *mem)
{
    assert(problem->people_count >= 0 && problem->people_count <= GROUPING_PEOPLE_MAX);
    assert(problem->theme_count >= 0 && problem->theme_count <= GROUPING_THEMES_MAX);
    assert(problem->size_min >= 1 && problem->size_max >= problem->size_min);
    assert(problem->size_max <= GROUPING_SIZE_MAX);
    memset(out, 0, sizeof *out);
    out->problem = problem;
    out->people_count = problem->people_count;
    out->theme_count = problem->theme_count > 0 ? problem->theme_count : 1;
    out->size_min = problem->size_min;
    out->size_max = problem->size_max;
    out->size_preferred = problem->size_preferred > 0
                              ? problem->size_preferred
                              : problem->size_min + (problem->size_max - problem->size_min) * 2 / 3;
    out->room = problem->size_max;
    for (int32_t g = 0; g < problem->group_count; g++) {
        assert(problem->groups[g].max_override <= GROUPING_SIZE_OVERRIDE);
        if (problem->groups[g].max_override > out->room)
            out->room = problem->groups[g].max_override;
    }
    copy_people(out, mem);
    contract(out, mem);
    ideal_values(out);
    unit_rows(out, mem);
    tie_rows(out, mem);
    apart_rows(out, mem);
}

struct gr_counts gr_counts_new(const struct gr_model *m, struct cv_arena *mem)
{
    return (struct gr_counts){.role = CV_NEW_ARRAY(mem, uint8_t, m->roles + 1),
                              .district = CV_NEW_ARRAY(mem, uint8_t, m->districts + 1),
                              .employer = CV_NEW_ARRAY(mem, uint8_t, m->employers + 1)};
}

int32_t gr_unit_size(const struct gr_model *m, int32_t unit)
{
    return m->unit_first[unit + 1] - m->unit_first[unit];
}

int32_t gr_group_max(const struct gr_model *m, int32_t group)
{
    const struct grouping_problem *p = m->problem;
    int32_t own = group < p->group_count ? p->groups[group].max_override : 0;
    return own > 0 ? own : m->size_max;
}

uint64_t gr_group_need(const struct gr_model *m, int32_t group, int32_t theme)
{
    const struct grouping_problem *p = m->problem;
    uint64_t need = p->goals.skills;
    if (p->theme_skills && theme >= 0 && theme < p->theme_count) need |= p->theme_skills[theme];
    if (group < p->group_count) need |= p->groups[group].skills;
    return need;
}

int32_t gr_groups_most(const struct gr_model *m)
{
    int32_t more = m->problem->may_open ? m->people_count / m->size_min + 1 : 0;
    return m->problem->group_count + more;
}
