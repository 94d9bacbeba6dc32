/* grouping_value: what one group is worth. One pass over its members, no memory taken. */
#include <math.h>

#include "engine/grouping/grouping_internal.h"

/* The slot that most can make, by bit-sliced counters: plane k holds bit k of 64 counts at once. */
static void best_slot(struct gr_shape *out, const struct gr_model *m, const int32_t *who,
                      int32_t size)
{
    uint64_t plane[SLOT_PLANES] = {0};
    int32_t said = 0;
    for (int32_t k = 0; k < size; k++) {
        uint64_t carry = m->people[who[k]].slots;
        said += carry != 0;
        for (int b = 0; carry; b++) {
            uint64_t both = plane[b] & carry;
            plane[b] ^= carry;
            carry = both;
        }
    }
    uint64_t best = ~UINT64_C(0);
    int32_t can = 0;
    for (int b = SLOT_PLANES - 1; b >= 0; b--) {
        if (!(plane[b] & best)) continue;
        best &= plane[b];
        can |= 1 << b;
    }
    out->slot_said = said;
    out->slot_can = can;
    out->slot = can > 0 ? __builtin_ctzll(best) : GROUPING_NONE;
}

/* Parts of the group between which nobody speaks two sides' languages. */
static int32_t language_islands(const struct gr_model *m, const int32_t *who, int32_t size)
{
    uint64_t shared = ~UINT64_C(0);
    int32_t said = 0;
    for (int32_t k = 0; k < size; k++) {
        uint64_t mask = m->people[who[k]].languages;
        if (!mask) continue;
        shared &= mask;
        said++;
    }
    if (said == 0) return 0;
    if (shared) return 1;
    uint64_t island[64]; /* disjoint masks, so never more than 64 */
    int32_t count = 0;
    for (int32_t k = 0; k < size; k++) {
        uint64_t mask = m->people[who[k]].languages;
        if (!mask) continue;
        int32_t kept = 0;
        for (int32_t i = 0; i < count; i++) {
            if (island[i] & mask)
                mask |= island[i];
            else
                island[kept++] = island[i];
        }
        island[kept++] = mask;
        count = kept;
    }
    return count;
}

void gr_shape_of(struct gr_shape *out, const struct gr_model *m, const struct gr_counts *counts,
                 const int32_t *who, int32_t size, uint64_t need)
{
    *out = (struct gr_shape){.size = size, .slot = GROUPING_NONE};
    uint64_t skills = 0;
    for (int32_t k = 0; k < size; k++) {
        const struct gr_person *p = &m->people[who[k]];
        if (p->role >= 0) {
            int32_t same = counts->role[p->role]++;
            out->role_pairs += same;
            out->roles += same == 0;
        }
        if (p->district >= 0) {
            int32_t same = counts->district[p->district]++;
            out->district_pairs += same;
            out->districts += same == 0;
        }
        if (m->has_employer && p->employer >= 0)
            out->employer_pairs += counts->employer[p->employer]++;
        out->facilitators += p->facilitates;
        skills |= p->skills;
    }
    for (int32_t k = 0; k < size; k++) {
        const struct gr_person *p = &m->people[who[k]];
        if (p->role >= 0) counts->role[p->role] = 0;
        if (p->district >= 0) counts->district[p->district] = 0;
        if (m->has_employer && p->employer >= 0) counts->employer[p->employer] = 0;
    }
    out->skills_missing = need & ~skills;
    if (m->has_slots) best_slot(out, m, who, size);
    if (m->has_languages) out->islands = language_islands(m, who, size);
}

int32_t gr_slot_need(const struct gr_model *m, int32_t said)
{
    return (int32_t)ceil(m->problem->goals.slot_share * said - 1e-9);
}

static int32_t short_of(int32_t need, int32_t have)
{
    return need > have ? need - have : 0;
}

void gr_shape_parts(double *parts, const struct gr_model *m, const struct gr_shape *s)
{
    const struct grouping_weights *w = &m->problem->weights;
    const struct grouping_goals *goals = &m->problem->goals;
    if (s->size == 0) return;
    double others = s->size > 1 ? s->size - 1 : 1;
    double apart = s->size - m->size_preferred;
    parts[GROUPING_PART_ROLE] = w->role * (s->size - 2.0 * s->role_pairs / others);
    parts[GROUPING_PART_DISTRICT] = w->district * (s->size - 2.0 * s->district_pairs / others);
    if (m->has_employer)
        parts[GROUPING_PART_EMPLOYER] = w->employer * (s->size - 2.0 * s->employer_pairs / others);
    parts[GROUPING_PART_SIZE] = -w->size * apart * apart;
    parts[GROUPING_PART_GOAL_ROLES] = -w->goal_roles * short_of(goals->roles, s->roles);
    parts[GROUPING_PART_GOAL_DISTRICTS] =
        -w->goal_districts * short_of(goals->districts, s->districts);
    parts[GROUPING_PART_GOAL_FACILITATORS] =
        -w->goal_facilitators * short_of(goals->facilitators, s->facilitators);
    parts[GROUPING_PART_GOAL_SKILLS] = -w->goal_skills * __builtin_popcountll(s->skills_missing);
    if (m->has_slots) {
        double share = s->slot_said > 0 ? (double)s->slot_can / s->slot_said : 1;
        parts[GROUPING_PART_SLOT] = w->slot * s->size * share;
        parts[GROUPING_PART_GOAL_SLOT] =
            -w->goal_slot * short_of(gr_slot_need(m, s->slot_said), s->slot_can);
    }
    if (s->islands > 1) parts[GROUPING_PART_GOAL_BRIDGE] = -w->goal_bridge * (s->islands - 1);
}

/* With what the search alone counts: people in a group below the minimum are as good as waiting. */
double gr_shape_value(const struct gr_model *m, const struct gr_shape *s)
{
    double parts[GROUPING_PART_COUNT] = {0};
    gr_shape_parts(parts, m, s);
    double sum = 0;
    for (int k = 0; k < GROUPING_PART_COUNT; k++) sum += parts[k];
    if (s->size < m->size_min) sum -= WAITING_COST * s->size;
    return sum;
}
