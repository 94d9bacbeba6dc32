/* grouping_proof: which goals that are not met no assignment could meet, by counting, given the
 * groups that there are and who may sit where. Sound, not complete: a goal left as GAVE_WAY may
 * still be impossible for a reason that counting misses.
 *
 * A "kind" is a role, a district, one skill or "facilitator"; a group takes each kind once (need
 * times for facilitators). For one group, for the groups of one theme, and for all groups, the
 * kinds that could be there are counted; where as many are there as could be, what is still missing
 * is unmeetable. Over themes the count is a maximum flow from people to themes. */
#include <string.h>

#include "engine/grouping/grouping_internal.h"

struct prover {
    struct grouping_result *r;
    const struct gr_model *m;
    struct cv_arena *mem;
    int32_t *groups_in;    /* theme: groups in use */
    int32_t *forced_group; /* unit: where it must sit (lock, or its theme's only group), or -1 */
    /* For the kind looked at: */
    int32_t *holders, holder_count; /* units, each once per person of the kind */
    int32_t *room;                  /* theme: how many its groups can still take */
    int32_t *seat;                  /* holder: theme given */
    int32_t *came_from, *queue;     /* theme: how the flow reached it */
    bool *dead;                     /* theme: no more room can be made */
};

static bool eligible(const struct prover *x, int32_t unit, int32_t theme)
{
    return x->m->unit_affinity[(int64_t)unit * x->m->theme_count + theme] >= 0;
}

static int32_t theme_of(const struct prover *x, int32_t group)
{
    int32_t theme = x->r->groups[group].theme;
    return theme < 0 ? 0 : theme;
}

/* Moves holders along the path that ends in `theme`, and seats `holder` at its beginning. */
static void shift(struct prover *x, int32_t holder, int32_t theme)
{
    x->room[theme]--;
    while (x->came_from[theme] >= 0) {
        int32_t moved = x->came_from[theme], before = x->seat[moved];
        x->seat[moved] = theme;
        theme = before;
    }
    x->seat[holder] = theme;
}

/* One more holder seated, if need be by moving others: breadth first over themes. */
static bool seat_holder(struct prover *x, int32_t holder)
{
    int32_t themes = x->m->theme_count, head = 0, tail = 0;
    for (int32_t t = 0; t < themes; t++) {
        x->came_from[t] = -2;
        if (x->dead[t] || !eligible(x, x->holders[holder], t)) continue;
        x->came_from[t] = -1;
        x->queue[tail++] = t;
    }
    while (head < tail) {
        int32_t at = x->queue[head++];
        if (x->room[at] > 0) {
            shift(x, holder, at);
            return true;
        }
        for (int32_t h = 0; h < holder; h++) {
            if (x->seat[h] != at) continue;
            for (int32_t t = 0; t < themes; t++) {
                if (x->came_from[t] != -2 || x->dead[t] || !eligible(x, x->holders[h], t)) continue;
                x->came_from[t] = h;
                x->queue[tail++] = t;
            }
        }
    }
    for (int32_t k = 0; k < tail; k++) x->dead[x->queue[k]] = true;
    return false;
}

static int32_t most_seated(struct prover *x)
{
    int32_t seated = 0;
    memset(x->dead, 0, (size_t)x->m->theme_count * sizeof *x->dead);
    for (int32_t h = 0; h < x->holder_count; h++) {
        x->seat[h] = GROUPING_NONE;
        seated += seat_holder(x, h);
    }
    return seated;
}

/* ---- kinds ----------------------------------------------------------------------------------- */

enum kind_class { KIND_ROLE, KIND_DISTRICT, KIND_FACILITATOR, KIND_SKILL };

/* Which kind a person is of in this class; -1: none. Skills are looked at one at a time. */
static int32_t kind_of(const struct prover *x, enum kind_class class, int32_t skill, int32_t person)
{
    const struct gr_person *p = &x->m->people[person];
    switch (class) {
    case KIND_ROLE: return p->role;
    case KIND_DISTRICT: return p->district;
    case KIND_FACILITATOR: return p->facilitates ? 0 : GROUPING_NONE;
    default: return (p->skills >> skill & 1) ? 0 : GROUPING_NONE;
    }
}

struct kind_goal {
    enum kind_class class;
    int32_t skill;
    int32_t kinds; /* numbers run below this */
    int32_t times; /* a group takes each kind so often */
    enum grouping_goal goal;
    const int32_t *need; /* group: kinds wanted; 0: not asked */
    const int32_t *have; /* group: kinds there, at most need */
    int32_t *cap;        /* group: no assignment gives it more */
    bool *proven;        /* group: what is missing is unmeetable */
    /* People sorted by kind: */
    int32_t *by_kind, *kind_first;
};

static void sort_by_kind(struct prover *x, struct kind_goal *k)
{
    int32_t n = x->m->people_count;
    k->by_kind = CV_NEW_ARRAY(x->mem, int32_t, n);
    k->kind_first = CV_NEW_ARRAY(x->mem, int32_t, k->kinds + 2);
    for (int32_t i = 0; i < n; i++) {
        int32_t kind = kind_of(x, k->class, k->skill, i);
        if (kind >= 0) k->kind_first[kind + 2]++;
    }
    for (int32_t c = 0; c < k->kinds; c++) k->kind_first[c + 2] += k->kind_first[c + 1];
    for (int32_t i = 0; i < n; i++) {
        int32_t kind = kind_of(x, k->class, k->skill, i);
        if (kind >= 0) k->by_kind[k->kind_first[kind + 1]++] = i;
    }
}

/* Adds, to every group's cap, what one kind could bring it; taken[] counts forced ones. */
static void add_to_caps(struct prover *x, struct kind_goal *k, int32_t kind, int32_t *taken,
                        int32_t *free_in_theme)
{
    memset(free_in_theme, 0, (size_t)x->m->theme_count * sizeof *free_in_theme);
    memset(taken, 0, (size_t)x->r->group_count * sizeof *taken);
    for (int32_t i = k->kind_first[kind]; i < k->kind_first[kind + 1]; i++) {
        int32_t unit = x->m->people[k->by_kind[i]].unit;
        if (x->forced_group[unit] >= 0) {
            taken[x->forced_group[unit]]++;
            continue;
        }
        for (int32_t t = 0; t < x->m->theme_count; t++) free_in_theme[t] += eligible(x, unit, t);
    }
    for (int32_t g = 0; g < x->r->group_count; g++) {
        int32_t most = taken[g] + free_in_theme[theme_of(x, g)];
        k->cap[g] += most < k->times ? most : k->times;
    }
}

/* No group gets more kinds than its forced members bring and its other seats hold. */
static void cut_caps_by_seats(struct prover *x, struct kind_goal *k, const int32_t *forced_kinds,
                              const int32_t *forced_people)
{
    for (int32_t g = 0; g < x->r->group_count; g++) {
        int32_t seats = gr_group_max(x->m, g) - forced_people[g];
        int32_t most = forced_kinds[g] + (seats > 0 ? seats : 0);
        if (k->cap[g] > most) k->cap[g] = most;
        if (k->cap[g] > k->need[g]) k->cap[g] = k->need[g];
    }
}

/* How many (group, kind) places of one kind can be filled over all themes; by theme in theme_most.
 */
static int32_t places_of_kind(struct prover *x, struct kind_goal *k, int32_t kind, int32_t *taken,
                              int64_t *theme_most)
{
    int32_t sure = 0;
    x->holder_count = 0;
    memset(taken, 0, (size_t)x->r->group_count * sizeof *taken);
    memset(x->room, 0, (size_t)x->m->theme_count * sizeof *x->room);
    for (int32_t i = k->kind_first[kind]; i < k->kind_first[kind + 1]; i++) {
        int32_t unit = x->m->people[k->by_kind[i]].unit;
        if (x->forced_group[unit] >= 0)
            taken[x->forced_group[unit]]++;
        else
            x->holders[x->holder_count++] = unit;
    }
    for (int32_t g = 0; g < x->r->group_count; g++) {
        if (x->r->groups[g].size == 0 || k->need[g] == 0) continue;
        int32_t there = taken[g] < k->times ? taken[g] : k->times;
        sure += there;
        theme_most[theme_of(x, g)] += there;
        x->room[theme_of(x, g)] += k->times - there;
    }
    for (int32_t t = 0; t < x->m->theme_count; t++) {
        int32_t free = 0;
        for (int32_t h = 0; h < x->holder_count && free < x->room[t]; h++)
            free += eligible(x, x->holders[h], t);
        theme_most[t] += free;
    }
    return sure + most_seated(x);
}

/* Marks groups whose theme, or whose whole, has as many kinds as it could. */
static void judge(struct prover *x, struct kind_goal *k, int64_t all_most,
                  const int64_t *theme_most)
{
    int32_t themes = x->m->theme_count;
    int64_t *have = CV_NEW_ARRAY(x->mem, int64_t, themes);
    int64_t *cap = CV_NEW_ARRAY(x->mem, int64_t, themes);
    int64_t have_all = 0, cap_all = 0;
    for (int32_t g = 0; g < x->r->group_count; g++) {
        if (x->r->groups[g].size == 0) continue;
        have[theme_of(x, g)] += k->have[g];
        cap[theme_of(x, g)] += k->cap[g];
    }
    for (int32_t t = 0; t < themes; t++) {
        if (cap[t] > theme_most[t]) cap[t] = theme_most[t];
        have_all += have[t];
        cap_all += cap[t];
    }
    if (cap_all > all_most) cap_all = all_most;
    for (int32_t g = 0; g < x->r->group_count; g++) {
        int32_t t = theme_of(x, g);
        k->proven[g] = k->cap[g] < k->need[g] || have[t] >= cap[t] || have_all >= cap_all;
    }
}

static void prove_kinds(struct prover *x, struct kind_goal *k)
{
    int32_t groups = x->r->group_count;
    int32_t *taken = CV_NEW_ARRAY(x->mem, int32_t, groups);
    int32_t *forced_kinds = CV_NEW_ARRAY(x->mem, int32_t, groups);
    int32_t *forced_people = CV_NEW_ARRAY(x->mem, int32_t, groups);
    int32_t *free_in_theme = CV_NEW_ARRAY(x->mem, int32_t, x->m->theme_count);
    int64_t *theme_most = CV_NEW_ARRAY(x->mem, int64_t, x->m->theme_count);
    int64_t all_most = 0;
    k->cap = CV_NEW_ARRAY(x->mem, int32_t, groups);
    k->proven = CV_NEW_ARRAY(x->mem, bool, groups);
    sort_by_kind(x, k);
    for (int32_t u = 0; u < x->m->unit_count; u++)
        if (x->forced_group[u] >= 0) forced_people[x->forced_group[u]] += gr_unit_size(x->m, u);
    for (int32_t kind = 0; kind < k->kinds; kind++) {
        if (k->kind_first[kind] == k->kind_first[kind + 1]) continue;
        add_to_caps(x, k, kind, taken, free_in_theme);
        for (int32_t g = 0; g < groups; g++)
            forced_kinds[g] += taken[g] < k->times ? taken[g] : k->times;
        all_most += places_of_kind(x, k, kind, taken, theme_most);
    }
    cut_caps_by_seats(x, k, forced_kinds, forced_people);
    judge(x, k, all_most, theme_most);
}

static void prove_goal(struct prover *x, enum grouping_goal goal, enum kind_class class,
                       int32_t kinds, int32_t times)
{
    int32_t groups = x->r->group_count;
    int32_t *need = CV_NEW_ARRAY(x->mem, int32_t, groups);
    int32_t *have = CV_NEW_ARRAY(x->mem, int32_t, groups);
    bool any = false;
    for (int32_t g = 0; g < groups; g++) {
        const struct grouping_goal_report *report = &x->r->groups[g].goals[goal];
        if (report->state == GROUPING_NOT_ASKED) continue;
        need[g] = report->need;
        have[g] = report->need - report->missing;
        any |= report->missing > 0;
    }
    if (!any) return;
    struct kind_goal k = {
        .class = class, .kinds = kinds, .times = times, .goal = goal, .need = need, .have = have};
    prove_kinds(x, &k);
    for (int32_t g = 0; g < groups; g++)
        if (x->r->groups[g].goals[goal].missing > 0 && k.proven[g])
            x->r->groups[g].goals[goal].state = GROUPING_UNMEETABLE;
}

/* Skill by skill; a group's goal is unmeetable when each skill it misses is. */
static void prove_skills(struct prover *x)
{
    int32_t groups = x->r->group_count;
    uint64_t missing = 0;
    uint64_t *impossible = CV_NEW_ARRAY(x->mem, uint64_t, groups);
    for (int32_t g = 0; g < groups; g++) missing |= x->r->groups[g].skills_missing;
    for (; missing; missing &= missing - 1) {
        int32_t skill = __builtin_ctzll(missing);
        int32_t *need = CV_NEW_ARRAY(x->mem, int32_t, groups);
        int32_t *have = CV_NEW_ARRAY(x->mem, int32_t, groups);
        for (int32_t g = 0; g < groups; g++) {
            if (x->r->groups[g].size == 0) continue;
            need[g] = gr_group_need(x->m, g, theme_of(x, g)) >> skill & 1;
            have[g] = need[g] && !(x->r->groups[g].skills_missing >> skill & 1);
        }
        struct kind_goal k = {.class = KIND_SKILL,
                              .skill = skill,
                              .kinds = 1,
                              .times = 1,
                              .goal = GROUPING_GOAL_SKILLS,
                              .need = need,
                              .have = have};
        prove_kinds(x, &k);
        for (int32_t g = 0; g < groups; g++)
            if (k.proven[g]) impossible[g] |= UINT64_C(1) << skill;
    }
    for (int32_t g = 0; g < groups; g++) {
        struct grouping_group_report *report = &x->r->groups[g];
        if (report->skills_missing && !(report->skills_missing & ~impossible[g]))
            report->goals[GROUPING_GOAL_SKILLS].state = GROUPING_UNMEETABLE;
    }
}

/* ---- meeting slots and languages: group by group ----------------------------------------------
 */

struct pool { /* of one group: who must, and who could besides, sit in it */
    int32_t forced, forced_said, free_silent;
    int32_t forced_can[64], free_can[64];
};

static bool slot_possible(const struct prover *x, const struct pool *p, int32_t group)
{
    int32_t min = x->m->size_min, seats = gr_group_max(x->m, group) - p->forced;
    if (p->forced_said == 0 && p->forced + p->free_silent >= min) return true;
    for (int slot = 0; slot < 64; slot++) {
        int32_t joins = p->free_can[slot] < seats ? p->free_can[slot] : seats;
        if (joins < 0) joins = 0;
        int32_t against = min - p->forced - joins - p->free_silent;
        if (against < 0) against = 0;
        int32_t can = p->forced_can[slot] + joins;
        if (can >= gr_slot_need(x->m, p->forced_said + joins + against)) return true;
    }
    return false;
}

static void add_to_pool(const struct prover *x, struct pool *p, int32_t unit, bool forced)
{
    for (int32_t k = x->m->unit_first[unit]; k < x->m->unit_first[unit + 1]; k++) {
        uint64_t slots = x->m->people[x->m->unit_people[k]].slots;
        if (forced) {
            p->forced++;
            p->forced_said += slots != 0;
        } else {
            p->free_silent += slots == 0;
        }
        for (; slots; slots &= slots - 1)
            (forced ? p->forced_can : p->free_can)[__builtin_ctzll(slots)]++;
    }
}

static void prove_slot(struct prover *x, int32_t group)
{
    struct pool p = {0};
    for (int32_t u = 0; u < x->m->unit_count; u++) {
        if (x->forced_group[u] == group)
            add_to_pool(x, &p, u, true);
        else if (x->forced_group[u] < 0 && eligible(x, u, theme_of(x, group)))
            add_to_pool(x, &p, u, false);
    }
    if (!slot_possible(x, &p, group))
        x->r->groups[group].goals[GROUPING_GOAL_SLOT].state = GROUPING_UNMEETABLE;
}

/* Languages linked through the people of a pool: disjoint masks. */
static int32_t link_languages(uint64_t *island, int32_t count, uint64_t mask)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < count; i++) {
        if (island[i] & mask)
            mask |= island[i];
        else
            island[kept++] = island[i];
    }
    island[kept++] = mask;
    return kept;
}

static void prove_bridge(struct prover *x, int32_t group)
{
    const struct gr_model *m = x->m;
    uint64_t island[64], forced_languages = 0;
    int32_t count = 0, silent = 0, people[64] = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < m->people_count; i++) {
            int32_t unit = m->people[i].unit;
            bool forced = x->forced_group[unit] == group;
            if (!forced && (x->forced_group[unit] >= 0 || !eligible(x, unit, theme_of(x, group))))
                continue;
            uint64_t mask = m->people[i].languages;
            if (pass == 0) {
                if (mask) count = link_languages(island, count, mask);
                silent += mask == 0;
                if (forced) forced_languages |= mask;
                continue;
            }
            for (int32_t k = 0; k < count; k++) people[k] += (island[k] & mask) != 0;
        }
    }
    int32_t forced_islands = 0, largest = 0;
    for (int32_t k = 0; k < count; k++) {
        forced_islands += (island[k] & forced_languages) != 0;
        if (forced_languages && !(island[k] & forced_languages)) continue;
        if (people[k] > largest) largest = people[k];
    }
    if (forced_islands > 1 || largest + silent < m->size_min)
        x->r->groups[group].goals[GROUPING_GOAL_BRIDGE].state = GROUPING_UNMEETABLE;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* A unit must sit where it is locked; and, when nobody waits, in the only group of the only theme
 * that it could join. */
static void force(struct prover *x)
{
    const struct gr_model *m = x->m;
    int32_t *only = CV_NEW_ARRAY(x->mem, int32_t, m->theme_count);
    bool all_seated = x->r->waiting_count == 0;
    for (int32_t g = 0; g < x->r->group_count; g++) {
        if (x->r->groups[g].size == 0) continue;
        all_seated &= x->r->groups[g].size >= m->size_min;
        x->groups_in[theme_of(x, g)]++;
        only[theme_of(x, g)] = g;
    }
    for (int32_t u = 0; u < m->unit_count; u++) {
        x->forced_group[u] = m->unit_lock[u];
        if (m->unit_lock[u] >= 0 || !all_seated) continue;
        int32_t theme = GROUPING_NONE, could = 0;
        for (int32_t t = 0; t < m->theme_count; t++) {
            if (x->groups_in[t] == 0 || !eligible(x, u, t)) continue;
            could += x->groups_in[t];
            theme = t;
        }
        if (could == 1) x->forced_group[u] = only[theme];
    }
}

void gr_prove(struct grouping_result *r, const struct gr_model *m, struct cv_arena *mem)
{
    bool any = false;
    for (int32_t g = 0; g < r->group_count; g++)
        for (int k = 0; k < GROUPING_GOAL_COUNT; k++) any |= r->groups[g].goals[k].missing > 0;
    if (!any) return;
    struct prover x = {.r = r,
                       .m = m,
                       .mem = mem,
                       .groups_in = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                       .forced_group = CV_NEW_ARRAY(mem, int32_t, m->unit_count),
                       .holders = CV_NEW_ARRAY(mem, int32_t, m->people_count),
                       .room = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                       .seat = CV_NEW_ARRAY(mem, int32_t, m->people_count),
                       .came_from = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                       .queue = CV_NEW_ARRAY(mem, int32_t, m->theme_count),
                       .dead = CV_NEW_ARRAY(mem, bool, m->theme_count)};
    force(&x);
    prove_goal(&x, GROUPING_GOAL_ROLES, KIND_ROLE, m->roles, 1);
    prove_goal(&x, GROUPING_GOAL_DISTRICTS, KIND_DISTRICT, m->districts, 1);
    prove_goal(&x, GROUPING_GOAL_FACILITATORS, KIND_FACILITATOR, 1, m->problem->goals.facilitators);
    prove_skills(&x);
    for (int32_t g = 0; g < r->group_count; g++) {
        if (r->groups[g].size < m->size_min) continue; /* the two below argue from the minimum */
        if (r->groups[g].goals[GROUPING_GOAL_SLOT].missing > 0) prove_slot(&x, g);
        if (r->groups[g].goals[GROUPING_GOAL_BRIDGE].missing > 0) prove_bridge(&x, g);
    }
}
