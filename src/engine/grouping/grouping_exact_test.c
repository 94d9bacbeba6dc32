/* Tests of grouping against the exact best: tiny networks whose assignments are all tried. The
 * points are counted here a second time, plainly, so that the engine's counting is checked too. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "engine/grouping/grouping.h"

enum { PEOPLE = 8, THEMES = 3, GROUPS = 6, SKILLS = 3, CLAIMS = GROUPING_GOAL_COUNT + SKILLS };

/* ---- a tiny problem ---------------------------------------------------------------------------
 */

struct tiny {
    struct grouping_problem p;
    struct grouping_person people[PEOPLE];
    double affinity[PEOPLE * THEMES];
    uint64_t theme_skills[THEMES];
    struct grouping_tie ties[PEOPLE];
    struct grouping_pair together[2], apart[3], boss[1];
    struct grouping_group groups[GROUPS];
};

static bool chance(struct cv_rng *rng, uint32_t one_in)
{
    return cv_rng_below(rng, one_in) == 0;
}

static struct grouping_pair random_pair(struct cv_rng *rng, int32_t n)
{
    int32_t a = (int32_t)cv_rng_below(rng, (uint32_t)n);
    int32_t b = (int32_t)cv_rng_below(rng, (uint32_t)n - 1);
    return (struct grouping_pair){a, b + (b >= a)};
}

static void random_people(struct tiny *t, struct cv_rng *rng, int32_t n, int32_t themes)
{
    for (int32_t i = 0; i < n; i++) {
        t->people[i] = (struct grouping_person){
            .role = (int32_t)cv_rng_below(rng, 4) - 1,
            .district = (int32_t)cv_rng_below(rng, 3),
            .employer = (int32_t)cv_rng_below(rng, 5) - 1,
            .facilitator = chance(rng, 4),
            .skills = cv_rng_next(rng) & cv_rng_next(rng) & 7,
            .languages = chance(rng, 6) ? 0 : 1 + cv_rng_below(rng, 3),
            .slots = cv_rng_next(rng) & cv_rng_next(rng) & 15,
            .locked_group = GROUPING_NONE,
            .previous_group = GROUPING_NONE,
        };
        for (int32_t k = 0; k < themes; k++)
            t->affinity[i * themes + k] = chance(rng, 3) ? -1 : cv_rng_unit(rng);
    }
}

static void random_rules(struct tiny *t, struct cv_rng *rng, int32_t n)
{
    t->p.ties = t->ties;
    t->p.together = t->together;
    t->p.apart = t->apart;
    t->p.boss = t->boss;
    for (t->p.tie_count = 0; t->p.tie_count < (size_t)n; t->p.tie_count++) {
        struct grouping_pair pair = random_pair(rng, n);
        t->ties[t->p.tie_count] =
            (struct grouping_tie){pair.a, pair.b, 0.2 + 0.3 * cv_rng_unit(rng)};
    }
    for (t->p.together_count = 0; t->p.together_count < 2 && chance(rng, 3);)
        t->together[t->p.together_count++] = random_pair(rng, n);
    for (t->p.apart_count = 0; t->p.apart_count < 3 && chance(rng, 2);)
        t->apart[t->p.apart_count++] = random_pair(rng, n);
    if (chance(rng, 3)) t->boss[t->p.boss_count++] = random_pair(rng, n);
}

static void random_tiny(struct tiny *t, uint64_t seed)
{
    struct cv_rng rng = cv_rng_new(seed, 1);
    memset(t, 0, sizeof *t);
    int32_t n = 3 + (int32_t)cv_rng_below(&rng, PEOPLE - 2);
    int32_t themes = (int32_t)cv_rng_below(&rng, THEMES);
    t->p = grouping_problem_new();
    t->p.people_count = n;
    t->p.people = t->people;
    t->p.theme_count = themes;
    t->p.affinity = t->affinity;
    t->p.size_min = 2 + (int32_t)cv_rng_below(&rng, 2);
    t->p.size_max = t->p.size_min + (int32_t)cv_rng_below(&rng, 3);
    t->p.goals.roles = t->p.goals.districts = 2 + (int32_t)cv_rng_below(&rng, 2);
    t->p.goals.skills = cv_rng_next(&rng) & 3;
    random_people(t, &rng, n, themes);
    random_rules(t, &rng, n);
    if (themes > 0 && chance(&rng, 2)) {
        t->theme_skills[0] = 4;
        t->p.theme_skills = t->theme_skills;
    }
    t->p.groups = t->groups;
    if (chance(&rng, 3)) return;
    t->p.group_count = 1 + (int32_t)cv_rng_below(&rng, 2);
    t->p.may_open = chance(&rng, 2);
    for (int32_t g = 0; g < t->p.group_count; g++)
        t->groups[g] = (struct grouping_group){
            .theme = themes > 0 ? (int32_t)cv_rng_below(&rng, (uint32_t)themes) : GROUPING_NONE,
            .skills = chance(&rng, 3) ? 4 : 0};
    if (chance(&rng, 2)) t->people[0].locked_group = 0;
    for (int32_t i = 0; i < n; i++)
        if (chance(&rng, 2)) t->people[i].previous_group = 0;
}

/* ---- points, counted plainly ------------------------------------------------------------------
 */

struct plain_group {
    int32_t who[PEOPLE], size, theme;
    int32_t missing[CLAIMS]; /* by goal, then by skill */
    double points;
};

static int32_t popcount(uint64_t x)
{
    return __builtin_popcountll(x);
}

static int32_t short_of(int32_t need, int32_t have)
{
    return need > have ? need - have : 0;
}

static int32_t islands_of(const struct tiny *t, const struct plain_group *g)
{
    int32_t label[PEOPLE], count = 0;
    for (int32_t k = 0; k < g->size; k++) label[k] = k;
    for (int32_t round = 0; round < g->size; round++)
        for (int32_t a = 0; a < g->size; a++)
            for (int32_t b = 0; b < g->size; b++)
                if ((t->people[g->who[a]].languages & t->people[g->who[b]].languages) &&
                    label[b] < label[a])
                    label[a] = label[b];
    for (int32_t k = 0; k < g->size; k++) count += label[k] == k && t->people[g->who[k]].languages;
    return count;
}

static bool anybody_said(const struct tiny *t, bool slots)
{
    for (int32_t i = 0; i < t->p.people_count; i++)
        if (slots ? t->people[i].slots : t->people[i].languages) return true;
    return false;
}

static void count_goals(const struct tiny *t, struct plain_group *g, int32_t number,
                        double *slot_share)
{
    uint64_t roles = 0, districts = 0, skills = 0;
    int32_t facilitators = 0, said = 0, best = 0;
    for (int32_t k = 0; k < g->size; k++) {
        const struct grouping_person *p = &t->people[g->who[k]];
        if (p->role >= 0) roles |= UINT64_C(1) << p->role;
        if (p->district >= 0) districts |= UINT64_C(1) << p->district;
        skills |= p->skills;
        facilitators += p->facilitator >= t->p.goals.facilitator_level;
        said += p->slots != 0;
    }
    for (int slot = 0; slot < 64; slot++) {
        int32_t can = 0;
        for (int32_t k = 0; k < g->size; k++)
            can += (int32_t)(t->people[g->who[k]].slots >> slot & 1);
        if (can > best) best = can;
    }
    uint64_t need = t->p.goals.skills;
    if (number < t->p.group_count) need |= t->groups[number].skills;
    if (t->p.theme_skills && t->p.theme_count > 0) need |= t->p.theme_skills[g->theme];
    int32_t islands = islands_of(t, g);
    g->missing[GROUPING_GOAL_ROLES] = short_of(t->p.goals.roles, popcount(roles));
    g->missing[GROUPING_GOAL_DISTRICTS] = short_of(t->p.goals.districts, popcount(districts));
    g->missing[GROUPING_GOAL_FACILITATORS] = short_of(t->p.goals.facilitators, facilitators);
    g->missing[GROUPING_GOAL_SKILLS] = popcount(need & ~skills);
    for (int k = 0; k < SKILLS; k++)
        g->missing[GROUPING_GOAL_COUNT + k] = (need & ~skills) >> k & 1;
    g->missing[GROUPING_GOAL_SLOT] =
        short_of((int32_t)ceil(t->p.goals.slot_share * said - 1e-9), best);
    g->missing[GROUPING_GOAL_BRIDGE] = islands > 1 ? islands - 1 : 0;
    *slot_share = !anybody_said(t, true) ? 0 : said > 0 ? (double)best / said : 1;
}

static void count_points(const struct tiny *t, struct plain_group *g, int32_t number)
{
    const struct grouping_weights *w = &t->p.weights;
    double slot_share = 0, points = 0, others = g->size > 1 ? g->size - 1 : 1;
    double preferred = t->p.size_preferred > 0 ? t->p.size_preferred
                                               : t->p.size_min + (t->p.size_max - t->p.size_min) *
                                                                     2 / 3; /* whole people */
    bool employers = false;
    for (int32_t i = 0; i < t->p.people_count; i++) employers |= t->people[i].employer >= 0;
    g->points = 0;
    memset(g->missing, 0, sizeof g->missing);
    if (g->size == 0) return;
    count_goals(t, g, number, &slot_share);
    for (int32_t a = 0; a < g->size; a++) {
        const struct grouping_person *p = &t->people[g->who[a]];
        int32_t role = 0, district = 0, employer = 0;
        for (int32_t b = 0; b < g->size; b++) {
            const struct grouping_person *q = &t->people[g->who[b]];
            if (a == b) continue;
            role += p->role >= 0 && p->role == q->role;
            district += p->district >= 0 && p->district == q->district;
            employer += p->employer >= 0 && p->employer == q->employer;
        }
        points += w->role * (1 - role / others) + w->district * (1 - district / others);
        if (employers) points += w->employer * (1 - employer / others);
        points += w->slot * slot_share;
        if (p->previous_group == number) points += w->stay;
        double affinity =
            t->p.theme_count > 0 ? t->affinity[g->who[a] * t->p.theme_count + g->theme] : 0;
        if (affinity > 0) points += w->affinity * affinity;
        for (size_t k = 0; k < t->p.tie_count; k++)
            for (int32_t b = 0; b < g->size; b++)
                if (t->ties[k].a == g->who[a] && t->ties[k].b == g->who[b])
                    points -= w->tie * t->ties[k].strength;
    }
    points -= w->size * (g->size - preferred) * (g->size - preferred);
    points -= w->goal_roles * g->missing[GROUPING_GOAL_ROLES] +
              w->goal_districts * g->missing[GROUPING_GOAL_DISTRICTS] +
              w->goal_facilitators * g->missing[GROUPING_GOAL_FACILITATORS] +
              w->goal_skills * g->missing[GROUPING_GOAL_SKILLS] +
              w->goal_slot * g->missing[GROUPING_GOAL_SLOT] +
              w->goal_bridge * g->missing[GROUPING_GOAL_BRIDGE];
    g->points = points;
}

static bool pair_broken(const struct tiny *t, const struct plain_group *g, int32_t a, int32_t b)
{
    bool has_a = false, has_b = false;
    for (int32_t k = 0; k < g->size; k++) {
        has_a |= g->who[k] == a;
        has_b |= g->who[k] == b;
    }
    return has_a && has_b;
}

/* ---- every assignment -------------------------------------------------------------------------
 */

struct all {
    const struct tiny *t;
    int32_t group_of[PEOPLE], theme_of[GROUPS + 1], groups;
    bool fixed;             /* the groups are given: none is opened, none stays empty */
    int32_t waiting_wanted; /* fixed: only assignments that leave so many waiting */
    /* the best found: fewest waiting, then most points */
    int32_t waiting;
    double points;
    /* fixed: least missing by group, by theme and in all */
    int32_t least[GROUPS][CLAIMS], least_theme[THEMES][CLAIMS], least_all[CLAIMS];
};

/* A set that must be together is locked where one of it is. */
static int32_t lock_of(const struct tiny *t, int32_t person)
{
    int32_t lock = t->people[person].locked_group;
    for (size_t k = 0; k < t->p.together_count && lock < 0; k++) {
        int32_t a = t->together[k].a, b = t->together[k].b;
        if (a != person && b != person) continue;
        lock = t->people[a == person ? b : a].locked_group;
        for (size_t i = 0; i < t->p.together_count && lock < 0; i++) {
            int32_t other = a == person ? b : a;
            int32_t c = t->together[i].a, d = t->together[i].b;
            if (c == other || d == other) lock = t->people[c == other ? d : c].locked_group;
        }
    }
    return lock;
}

static bool hard_rules_hold(const struct all *x, const struct plain_group *groups)
{
    const struct grouping_problem *p = &x->t->p;
    for (int32_t g = 0; g < x->groups; g++) {
        int32_t own = g < p->group_count ? x->t->groups[g].max_override : 0;
        if (groups[g].size > (own > 0 ? own : p->size_max)) return false;
        bool locked = false;
        for (int32_t k = 0; k < groups[g].size; k++) locked |= lock_of(x->t, groups[g].who[k]) == g;
        if (groups[g].size > 0 && groups[g].size < p->size_min && !locked) return false;
        if (groups[g].size == 0 && (x->fixed || g >= p->group_count)) return false;
        for (size_t k = 0; k < p->apart_count; k++)
            if (pair_broken(x->t, &groups[g], p->apart[k].a, p->apart[k].b)) return false;
        for (size_t k = 0; k < p->boss_count; k++)
            if (pair_broken(x->t, &groups[g], p->boss[k].a, p->boss[k].b)) return false;
    }
    for (size_t k = 0; k < p->together_count; k++)
        if (x->group_of[p->together[k].a] != x->group_of[p->together[k].b]) return false;
    return true;
}

static void note_missing(struct all *x, const struct plain_group *groups)
{
    int32_t theme[THEMES][CLAIMS] = {0}, sum[CLAIMS] = {0};
    for (int32_t g = 0; g < x->groups; g++)
        for (int k = 0; k < CLAIMS; k++) {
            int32_t missing = groups[g].missing[k];
            if (missing < x->least[g][k]) x->least[g][k] = missing;
            theme[groups[g].theme][k] += missing;
            sum[k] += missing;
        }
    for (int k = 0; k < CLAIMS; k++) {
        if (sum[k] < x->least_all[k]) x->least_all[k] = sum[k];
        for (int32_t t = 0; t < THEMES; t++)
            if (theme[t][k] < x->least_theme[t][k]) x->least_theme[t][k] = theme[t][k];
    }
}

static void weigh_assignment(struct all *x)
{
    struct plain_group groups[GROUPS + 1] = {0};
    int32_t waiting = 0;
    for (int32_t i = 0; i < x->t->p.people_count; i++) {
        int32_t g = x->group_of[i];
        if (g < 0)
            waiting++;
        else
            groups[g].who[groups[g].size++] = i;
    }
    for (int32_t g = 0; g < x->groups; g++) {
        groups[g].theme = x->theme_of[g];
        if (groups[g].size < x->t->p.size_min) waiting += groups[g].size;
    }
    if (x->fixed ? waiting != x->waiting_wanted : waiting > x->waiting) return;
    if (!hard_rules_hold(x, groups)) return;
    double points = 0;
    for (int32_t g = 0; g < x->groups; g++) {
        count_points(x->t, &groups[g], g);
        points += groups[g].points;
    }
    if (x->fixed) note_missing(x, groups);
    if (waiting < x->waiting || points > x->points) x->points = points;
    x->waiting = waiting;
}

static bool interested(const struct tiny *t, int32_t person, int32_t theme)
{
    return t->p.theme_count == 0 || t->affinity[person * t->p.theme_count + theme] >= 0;
}

static void try_all(struct all *x, int32_t person)
{
    const struct grouping_problem *p = &x->t->p;
    if (person == p->people_count) {
        weigh_assignment(x);
        return;
    }
    int32_t lock = lock_of(x->t, person);
    for (int32_t g = -1; g < x->groups; g++) {
        if (lock >= 0 && g != lock) continue;
        if (g >= 0 && lock < 0 && !interested(x->t, person, x->theme_of[g])) continue;
        x->group_of[person] = g;
        try_all(x, person + 1);
    }
    if (x->fixed || lock >= 0 || !p->may_open || x->groups == GROUPS) return;
    for (int32_t theme = 0; theme < (p->theme_count > 0 ? p->theme_count : 1); theme++) {
        if (!interested(x->t, person, theme)) continue;
        x->theme_of[x->groups] = theme;
        x->group_of[person] = x->groups++;
        try_all(x, person + 1);
        x->groups--;
    }
}

static struct all best_of(const struct tiny *t)
{
    struct all x = {.t = t, .groups = t->p.group_count, .waiting = PEOPLE + 1, .points = -INFINITY};
    for (int32_t g = 0; g < t->p.group_count; g++)
        x.theme_of[g] = t->groups[g].theme < 0 ? 0 : t->groups[g].theme;
    try_all(&x, 0);
    return x;
}

/* People waiting, and those in a group that stayed below the minimum around somebody locked. */
static int32_t not_seated(const struct tiny *t, const struct grouping_result *r)
{
    int32_t count = r->waiting_count;
    for (int32_t g = 0; g < r->group_count; g++)
        if (r->groups[g].size < t->p.size_min) count += r->groups[g].size;
    return count;
}

static struct all least_missing(const struct tiny *t, const struct grouping_result *r)
{
    struct all x = {.t = t,
                    .groups = r->group_count,
                    .fixed = true,
                    .waiting_wanted = not_seated(t, r),
                    .points = -INFINITY};
    memset(x.least, 1, sizeof x.least);
    memset(x.least_theme, 1, sizeof x.least_theme);
    memset(x.least_all, 1, sizeof x.least_all);
    for (int32_t g = 0; g < r->group_count; g++)
        x.theme_of[g] = r->groups[g].theme < 0 ? 0 : r->groups[g].theme;
    try_all(&x, 0);
    return x;
}

/* ---- claims -----------------------------------------------------------------------------------
 */

static bool form(struct grouping_result *r, const struct tiny *t, struct cv_arena *mem)
{
    struct grouping_options o = {.seed = 11, .threads = 1};
    return grouping_form(r, &t->p, &o, mem) == CV_OK;
}

static void test_grouping_form__equals_the_exact_best(void **state)
{
    int32_t tried = 0, missed = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct tiny t;
        struct cv_arena mem;
        struct grouping_result r;
        cv_arena_init(&mem, (size_t)64 << 20);
        random_tiny(&t, seed);
        if (form(&r, &t, &mem)) {
            struct all best = best_of(&t);
            if (not_seated(&t, &r) != best.waiting || fabs(r.objective - best.points) > 1e-6)
                print_message("seed %d: n %d waiting %d against %d, points %f against %f\n",
                              (int)seed, t.p.people_count, not_seated(&t, &r), best.waiting,
                              r.objective, best.points);
            missed += not_seated(&t, &r) != best.waiting || fabs(r.objective - best.points) > 1e-6;
            assert_true(r.bound >= best.points - 1e-6);
            tried++;
        }
        cv_arena_free(&mem);
    }
    assert_true(tried > 200);
    assert_int_equal(missed, 0);
}

static void count_claims(int32_t *out, const struct grouping_group_report *g)
{
    for (int k = 0; k < GROUPING_GOAL_COUNT; k++) out[k] = g->goals[k].missing;
    for (int k = 0; k < SKILLS; k++)
        out[GROUPING_GOAL_COUNT + k] = (int32_t)(g->skills_missing >> k & 1);
}

struct claims {
    int32_t unmeetable, gave_way, overlooked;
};

/* This group could not meet claim k at all; or no less of it could be missing: here, in the groups
 * of its theme, or in all. */
static bool is_impossible(const struct all *x, const struct grouping_result *r, int32_t group,
                          int k)
{
    int32_t mine = 0, theme = 0, sum = 0;
    for (int32_t g = 0; g < r->group_count; g++) {
        int32_t missing[CLAIMS];
        count_claims(missing, &r->groups[g]);
        if (g == group) mine = missing[k];
        if (x->theme_of[g] == x->theme_of[group]) theme += missing[k];
        sum += missing[k];
    }
    return x->least[group][k] > 0 || mine == 0 || theme <= x->least_theme[x->theme_of[group]][k] ||
           sum <= x->least_all[k];
}

static void check_claims(struct claims *c, const struct tiny *t, const struct grouping_result *r)
{
    struct all x = least_missing(t, r);
    for (int32_t g = 0; g < r->group_count; g++)
        for (int k = 0; k < GROUPING_GOAL_COUNT; k++) {
            const struct grouping_goal_report *goal = &r->groups[g].goals[k];
            bool impossible = k != GROUPING_GOAL_SKILLS && is_impossible(&x, r, g, k);
            if (k == GROUPING_GOAL_SKILLS) {
                impossible = true; /* when each skill that is missing is */
                for (int skill = 0; skill < SKILLS; skill++)
                    if (r->groups[g].skills_missing >> skill & 1)
                        impossible &= is_impossible(&x, r, g, GROUPING_GOAL_COUNT + skill);
            }
            if (goal->state == GROUPING_UNMEETABLE) assert_true(impossible);
            c->unmeetable += goal->state == GROUPING_UNMEETABLE;
            c->gave_way += goal->state == GROUPING_GAVE_WAY;
            c->overlooked += goal->state == GROUPING_GAVE_WAY && impossible;
        }
}

static void test_grouping_form__unmeetable_is_true_by_trying_all(void **state)
{
    struct claims c = {0};
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct tiny t;
        struct cv_arena mem;
        struct grouping_result r;
        cv_arena_init(&mem, (size_t)64 << 20);
        random_tiny(&t, seed);
        bool formed = form(&r, &t, &mem) && r.unmet_count > 0;
        for (int32_t g = 0; formed && g < r.group_count; g++) formed = r.groups[g].size > 0;
        if (formed) check_claims(&c, &t, &r);
        cv_arena_free(&mem);
    }
    print_message("unmeetable %d, gave way %d, of which impossible after all %d\n", c.unmeetable,
                  c.gave_way, c.overlooked);
    assert_true(c.unmeetable > 300);
}

static void test_grouping_score__counts_as_the_plain_way(void **state)
{
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct tiny t;
        struct cv_arena mem;
        struct grouping_result r;
        struct cv_rng rng = cv_rng_new(seed, 9);
        cv_arena_init(&mem, (size_t)64 << 20);
        random_tiny(&t, seed);
        struct plain_group groups[GROUPS] = {0};
        int32_t group_of[PEOPLE], theme_of[GROUPS];
        double points = 0;
        for (int32_t g = 0; g < GROUPS; g++)
            groups[g].theme = theme_of[g] =
                t.p.theme_count > 0 ? (int32_t)cv_rng_below(&rng, (uint32_t)t.p.theme_count) : 0;
        for (int32_t i = 0; i < t.p.people_count; i++) {
            group_of[i] = (int32_t)cv_rng_below(&rng, GROUPS + 1) - 1;
            if (group_of[i] < 0) continue;
            struct plain_group *g = &groups[group_of[i]];
            g->who[g->size++] = i;
        }
        assert_int_equal(grouping_score(&r, &t.p, group_of, theme_of, GROUPS, &mem), CV_OK);
        for (int32_t g = 0; g < GROUPS; g++) {
            count_points(&t, &groups[g], g);
            points += groups[g].points;
            for (int k = 0; k < GROUPING_GOAL_COUNT; k++)
                assert_int_equal(r.groups[g].goals[k].missing, groups[g].missing[k]);
        }
        assert_true(fabs(points - r.objective) < 1e-9);
        cv_arena_free(&mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grouping_score__counts_as_the_plain_way),
        cmocka_unit_test(test_grouping_form__equals_the_exact_best),
        cmocka_unit_test(test_grouping_form__unmeetable_is_true_by_trying_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
