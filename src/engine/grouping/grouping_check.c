/* grouping_check: what cannot work, found before any search: contradictions between rules, and
 * counts that leave somebody over. Numbers only; sentences are grouping_say.c's. */
#include <string.h>

#include "engine/grouping/grouping_internal.h"

enum { CONFLICTS_MAX = 10000, CLIQUE_SEEDS = 300 };

struct finder {
    const struct grouping_problem *p;
    struct gr_model m;
    struct grouping_conflicts *out;
    int32_t capacity;
    struct cv_arena *mem;
};

static void found(struct finder *f, struct grouping_conflict c)
{
    struct grouping_conflicts *out = f->out;
    if (out->count == CONFLICTS_MAX) {
        out->contradiction_count += c.contradiction;
        return;
    }
    if (out->count == f->capacity) {
        int32_t capacity = f->capacity ? f->capacity * 2 : 8;
        struct grouping_conflict *items = CV_NEW_ARRAY(f->mem, struct grouping_conflict, capacity);
        if (out->count) memcpy(items, out->items, (size_t)out->count * sizeof *items);
        out->items = items;
        f->capacity = capacity;
    }
    out->items[out->count++] = c;
    out->contradiction_count += c.contradiction;
}

static struct grouping_conflict conflict(enum grouping_conflict_kind kind, const int32_t *people,
                                         int32_t count)
{
    return (struct grouping_conflict){.kind = kind,
                                      .contradiction = kind <= GROUPING_CONFLICT_LOCKED_TOO_MANY,
                                      .people = people,
                                      .people_count = count,
                                      .group = GROUPING_NONE,
                                      .theme = GROUPING_NONE};
}

static const int32_t *set_of(const struct finder *f, int32_t unit, int32_t *count)
{
    *count = gr_unit_size(&f->m, unit);
    return f->m.unit_people + f->m.unit_first[unit];
}

/* The pair to keep apart first, then the rest of their set. */
static void pairs_in_one_set(struct finder *f, const struct grouping_pair *pairs, size_t count,
                             enum grouping_conflict_kind kind)
{
    for (size_t k = 0; k < count; k++) {
        int32_t unit = f->m.people[pairs[k].a].unit;
        if (unit != f->m.people[pairs[k].b].unit) continue;
        int32_t size = 0, at = 2;
        const int32_t *set = set_of(f, unit, &size);
        int32_t *people = CV_NEW_ARRAY(f->mem, int32_t, size + 2);
        people[0] = pairs[k].a;
        people[1] = pairs[k].b;
        for (int32_t i = 0; i < size; i++)
            if (set[i] != pairs[k].a && set[i] != pairs[k].b) people[at++] = set[i];
        found(f, conflict(kind, people, at));
    }
}

static void pairs_locked_together(struct finder *f, const struct grouping_pair *pairs, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        int32_t a = f->m.people[pairs[k].a].unit, b = f->m.people[pairs[k].b].unit;
        if (a == b || f->m.unit_lock[a] < 0 || f->m.unit_lock[a] != f->m.unit_lock[b]) continue;
        int32_t *people = CV_NEW_ARRAY(f->mem, int32_t, 2);
        people[0] = pairs[k].a;
        people[1] = pairs[k].b;
        struct grouping_conflict c = conflict(GROUPING_CONFLICT_LOCKED_APART, people, 2);
        c.group = f->m.unit_lock[a];
        found(f, c);
    }
}

static void sets_and_locks(struct finder *f)
{
    const struct grouping_problem *p = f->p;
    int32_t largest = p->may_open ? p->size_max : 0;
    int32_t *locked = CV_NEW_ARRAY(f->mem, int32_t, p->group_count);
    for (int32_t g = 0; g < p->group_count; g++)
        if (gr_group_max(&f->m, g) > largest) largest = gr_group_max(&f->m, g);
    for (int32_t u = 0; u < f->m.unit_count; u++) {
        int32_t size = 0;
        const int32_t *set = set_of(f, u, &size);
        if (f->m.unit_lock[u] >= 0) locked[f->m.unit_lock[u]] += size;
        if (size == 1) continue;
        for (int32_t i = 0; i < size; i++) {
            int32_t lock = p->people[set[i]].locked_group;
            if (lock < 0 || lock == f->m.unit_lock[u]) continue;
            found(f, conflict(GROUPING_CONFLICT_TOGETHER_LOCKS, set, size));
            break;
        }
        if (size <= largest || largest == 0) continue;
        struct grouping_conflict c = conflict(GROUPING_CONFLICT_TOGETHER_TOO_LARGE, set, size);
        c.need = size;
        c.have = largest;
        found(f, c);
    }
    for (int32_t g = 0; g < p->group_count; g++) {
        if (locked[g] <= gr_group_max(&f->m, g)) continue;
        struct grouping_conflict c = conflict(GROUPING_CONFLICT_LOCKED_TOO_MANY, NULL, 0);
        c.group = g;
        c.need = locked[g];
        c.have = gr_group_max(&f->m, g);
        found(f, c);
    }
}

static void count_of(struct finder *f, enum grouping_conflict_kind kind, int32_t need, int32_t have)
{
    struct grouping_conflict c = conflict(kind, NULL, 0);
    c.need = need;
    c.have = have;
    found(f, c);
}

/* People left over by the best number of groups, when groups are opened as needed. */
static int32_t left_over(int32_t people, int32_t min, int32_t max)
{
    int32_t groups = people / min;
    int64_t seats = (int64_t)groups * max;
    return seats >= people ? 0 : people - (int32_t)seats;
}

static void counts(struct finder *f)
{
    const struct grouping_problem *p = f->p;
    int32_t n = p->people_count;
    if (n == 0) return;
    if (n < p->size_min) {
        count_of(f, GROUPING_CONFLICT_TOO_FEW_PEOPLE, p->size_min, n);
        return;
    }
    int64_t seats = 0;
    for (int32_t g = 0; g < p->group_count; g++) seats += gr_group_max(&f->m, g);
    if (!p->may_open) {
        if (seats < n) count_of(f, GROUPING_CONFLICT_TOO_MANY_PEOPLE, n, (int32_t)seats);
        int64_t least = (int64_t)p->group_count * p->size_min;
        if (least > n && least <= INT32_MAX)
            count_of(f, GROUPING_CONFLICT_TOO_MANY_GROUPS, (int32_t)least, n);
    } else if (p->group_count == 0) {
        int32_t over = left_over(n, p->size_min, p->size_max);
        if (over > 0) count_of(f, GROUPING_CONFLICT_SIZES_LEAVE_SOME, over, n);
    }
}

static void themes(struct finder *f)
{
    const struct grouping_problem *p = f->p;
    if (p->theme_count == 0) return;
    int32_t *interested = CV_NEW_ARRAY(f->mem, int32_t, p->theme_count);
    for (int32_t u = 0; u < f->m.unit_count; u++) {
        const double *row = f->m.unit_affinity + (int64_t)u * p->theme_count;
        int32_t size = 0;
        bool any = f->m.unit_lock[u] >= 0;
        const int32_t *set = set_of(f, u, &size);
        for (int32_t t = 0; t < p->theme_count; t++) {
            bool would = row[t] >= 0;
            if (f->m.unit_lock[u] >= 0) would = p->groups[f->m.unit_lock[u]].theme == t;
            if (would) interested[t] += size;
            any |= row[t] >= 0;
        }
        if (!any) found(f, conflict(GROUPING_CONFLICT_NO_THEME, set, size));
    }
    for (int32_t t = 0; t < p->theme_count; t++) {
        if (interested[t] == 0 || interested[t] >= p->size_min) continue;
        struct grouping_conflict c = conflict(GROUPING_CONFLICT_THEME_TOO_SMALL, NULL, 0);
        c.theme = t;
        c.need = p->size_min;
        c.have = interested[t];
        found(f, c);
    }
}

static bool are_apart(const struct gr_model *m, int32_t a, int32_t b)
{
    for (int64_t k = m->apart_first[a]; k < m->apart_first[a + 1]; k++)
        if (m->apart_unit[k] == b) return true;
    return false;
}

/* Grows a set of units, all apart from each other, from one seed; its size. */
static int32_t clique_from(const struct gr_model *m, int32_t seed, int32_t *clique)
{
    int32_t size = 0;
    clique[size++] = seed;
    for (int64_t k = m->apart_first[seed]; k < m->apart_first[seed + 1]; k++) {
        int32_t unit = m->apart_unit[k];
        bool all = unit != seed;
        for (int32_t i = 0; i < size && all; i++)
            all = clique[i] != unit && are_apart(m, clique[i], unit);
        if (all) clique[size++] = unit;
    }
    return size;
}

static void apart_clique(struct finder *f)
{
    const struct grouping_problem *p = f->p;
    const struct gr_model *m = &f->m;
    int32_t groups = p->group_count + (p->may_open ? p->people_count / p->size_min : 0);
    int64_t most = 0;
    for (int32_t u = 0; u < m->unit_count; u++)
        if (m->apart_first[u + 1] - m->apart_first[u] > most)
            most = m->apart_first[u + 1] - m->apart_first[u];
    if (most < groups || groups == 0) return;
    int32_t *clique = CV_NEW_ARRAY(f->mem, int32_t, most + 1);
    for (int32_t u = 0, seeds = 0; u < m->unit_count && seeds < CLIQUE_SEEDS; u++) {
        if (m->apart_first[u + 1] - m->apart_first[u] < groups) continue;
        seeds++;
        int32_t size = clique_from(m, u, clique);
        if (size <= groups) continue;
        int32_t *people = CV_NEW_ARRAY(f->mem, int32_t, size);
        for (int32_t k = 0; k < size; k++) people[k] = m->unit_people[m->unit_first[clique[k]]];
        struct grouping_conflict c = conflict(GROUPING_CONFLICT_APART_CLIQUE, people, size);
        c.need = size;
        c.have = groups;
        found(f, c);
        return; /* one is enough to explain; the others overlap it */
    }
}

cv_rc grouping_check(struct grouping_conflicts *out, const struct grouping_problem *problem,
                     struct cv_arena *mem)
{
    *out = (struct grouping_conflicts){0};
    struct finder f = {.p = problem, .out = out, .mem = mem};
    gr_model_init(&f.m, problem, mem);
    pairs_in_one_set(&f, problem->apart, problem->apart_count, GROUPING_CONFLICT_TOGETHER_APART);
    pairs_in_one_set(&f, problem->boss, problem->boss_count, GROUPING_CONFLICT_TOGETHER_BOSS);
    sets_and_locks(&f);
    pairs_locked_together(&f, problem->apart, problem->apart_count);
    pairs_locked_together(&f, problem->boss, problem->boss_count);
    counts(&f);
    themes(&f);
    apart_clique(&f);
    return out->contradiction_count > 0 ? CV_INVALID : CV_OK;
}
