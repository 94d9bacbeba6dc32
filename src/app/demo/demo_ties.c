/* demo_ties: who says they know, learn from, work with, trust or ask whom. A block model: the
 * chance of a tie between two people depends on district, role and zone; all chances are scaled by
 * one number so that the reports come to about 1,050. Planted in it: two hubs, nine people without
 * a tie, a zone that hangs on one person, a district that keeps to itself (struct demo_planted).
 * Not here: what ties mean for the network (engine/graph). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo/demo_internal.h"

enum {
    PAIRS_MAX = DEMO_PEOPLE * (DEMO_PEOPLE - 1) / 2,
    REPORTS = 1050, /* wanted; ± REPORTS_SPREAD by the seed */
    REPORTS_SPREAD = 15,
    REPORTS_MAX = 1100,
};

struct pair {
    int32_t a, b;
    double at; /* the tie is there when the scale reaches this */
};

struct weaver {
    struct demo_maker *maker;
    struct cv_rng rng;
    bool is_isolate[DEMO_PEOPLE];
    bool is_hub[DEMO_PEOPLE];
    bool is_tied[DEMO_PEOPLE][DEMO_PEOPLE]; /* either way */
    int32_t degree[DEMO_PEOPLE];
};

/* --- who stands where ------------------------------------------------------------------------- */

static bool is_upper(const struct demo_network *net, int32_t person)
{
    return net->places[net->people[person].district].zone == net->planted.upper_zone;
}

static bool is_in_silo(const struct demo_network *net, int32_t person)
{
    return net->people[person].district == net->planted.silo;
}

void demo_make_planted(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct demo_planted *planted = &net->planted;
    struct cv_rng rng = demo_rng(maker, DEMO_STREAM_PLANTED);
    planted->upper_zone = demo_find_place(net, "Cumbre");
    planted->silo = demo_find_place(net, "La Paloma");
    planted->lopsided = "retention";
    planted->bridge = DEMO_NONE;
    int32_t hubs = 0, isolates = 0;
    for (int32_t s = 0; s < net->statement_count; s++) {
        int32_t person = net->statements[s].person;
        const char *part = demo_voice(maker, person, "part");
        if (strcmp(part, "hub") == 0) planted->hubs[hubs++] = person;
        if (strcmp(part, "isolate") == 0) planted->isolates[isolates++] = person;
        if (strcmp(part, "bridge") == 0) planted->bridge = person;
    }
    planted->isolates_with_statement = isolates;
    assert(hubs == DEMO_HUBS && planted->bridge != DEMO_NONE);
    double weights[DEMO_PEOPLE];
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        enum demo_role role = net->people[i].role;
        bool is_seen = role == DEMO_SUPERINTENDENT || role == DEMO_CENTRAL || role == DEMO_LEADER;
        weights[i] = net->people[i].state == DEMO_QUIET && !is_in_silo(net, i) && !is_seen;
    }
    while (isolates < DEMO_ISOLATES) {
        int32_t chosen = demo_pick(&rng, weights, DEMO_PEOPLE);
        weights[chosen] = 0;
        planted->isolates[isolates++] = chosen;
    }
}

/* --- the block model -------------------------------------------------------------------------- */

/* How present people are in the network; those invited have not reported anything themselves. */
static const double presence[DEMO_STATE_COUNT] = {
    [DEMO_ACTIVE] = 1.15, [DEMO_QUIET] = 0.9, [DEMO_INVITED] = 0.6, [DEMO_ALUM] = 0.5};

/* May these two be tied at all, whatever the lots say? */
static bool may_tie(const struct weaver *w, int32_t a, int32_t b)
{
    const struct demo_network *net = w->maker->net;
    if (a == b || w->is_tied[a][b] || w->is_isolate[a] || w->is_isolate[b]) return false;
    if (is_in_silo(net, a) != is_in_silo(net, b)) return false;
    if (is_upper(net, a) != is_upper(net, b) && a != net->planted.bridge &&
        b != net->planted.bridge)
        return false;
    return net->people[a].state != DEMO_INVITED || net->people[b].state != DEMO_INVITED;
}

static double chance_of_tie(const struct weaver *w, int32_t a, int32_t b)
{
    const struct demo_network *net = w->maker->net;
    const struct demo_person *one = &net->people[a], *other = &net->people[b];
    double both = presence[one->state] * presence[other->state];
    bool is_bridging = is_upper(net, a) != is_upper(net, b);
    if (is_bridging) return 0.045 * both; /* one of them is the bridge */
    if (one->district == other->district) return 0.22 * both;
    if (one->role == other->role) return 0.035 * both;
    bool same_zone = net->places[one->district].zone == net->places[other->district].zone;
    return (same_zone ? 0.02 : 0.004) * both;
}

static int by_at(const void *a, const void *b)
{
    const struct pair *one = a, *other = b;
    if (one->at != other->at) return one->at < other->at ? -1 : 1;
    return one->a != other->a ? one->a - other->a : one->b - other->b;
}

/* --- one report ------------------------------------------------------------------------------- */

static enum demo_tie_kind pick_kind(struct weaver *w, int32_t from, int32_t to)
{
    static const double colleagues[DEMO_TIE_KIND_COUNT] = {
        [DEMO_KNOW] = 3, [DEMO_LEARN] = 2, [DEMO_WORK] = 8, [DEMO_TRUST] = 3, [DEMO_HELP] = 3};
    static const double peers[DEMO_TIE_KIND_COUNT] = {
        [DEMO_KNOW] = 5, [DEMO_LEARN] = 6, [DEMO_WORK] = 1.5, [DEMO_TRUST] = 1.5, [DEMO_HELP] = 3};
    static const double others[DEMO_TIE_KIND_COUNT] = {
        [DEMO_KNOW] = 8, [DEMO_LEARN] = 3, [DEMO_WORK] = 2, [DEMO_TRUST] = 0.7, [DEMO_HELP] = 1.5};
    const struct demo_person *one = &w->maker->net->people[from];
    const struct demo_person *other = &w->maker->net->people[to];
    const double *weights = one->district == other->district ? colleagues
                            : one->role == other->role       ? peers
                                                             : others;
    return (enum demo_tie_kind)demo_pick(&w->rng, weights, DEMO_TIE_KIND_COUNT);
}

static void add_report(struct weaver *w, int32_t from, int32_t to)
{
    static const double strengths[DEMO_TIE_KIND_COUNT][4] = {
        [DEMO_KNOW] = {8, 5, 1, 0},  [DEMO_LEARN] = {2, 6, 5, 1}, [DEMO_WORK] = {1, 5, 6, 3},
        [DEMO_TRUST] = {0, 2, 6, 5}, [DEMO_HELP] = {2, 5, 4, 2},
    };
    struct demo_network *net = w->maker->net;
    const struct demo_person *one = &net->people[from], *other = &net->people[to];
    assert(net->tie_count < REPORTS_MAX && one->state != DEMO_INVITED);
    struct demo_tie *tie = &net->ties[net->tie_count++];
    tie->from = from;
    tie->to = to;
    tie->kind = pick_kind(w, from, to);
    tie->strength = 1 + demo_pick(&w->rng, strengths[tie->kind], 4);
    int32_t years =
        one->years_in_place < other->years_in_place ? one->years_in_place : other->years_in_place;
    int32_t known = years > 14 ? 14 : years;
    tie->first_year = DEMO_YEAR - (int32_t)cv_rng_below(&w->rng, (uint32_t)known + 1);
    bool has_gone = one->state == DEMO_ALUM || other->state == DEMO_ALUM;
    double faded = has_gone ? 0.8 : one->state == DEMO_QUIET ? 0.22 : 0.07;
    int32_t ago = demo_chance(&w->rng, faded) ? 2 + (int32_t)cv_rng_below(&w->rng, 4)
                                              : (int32_t)cv_rng_below(&w->rng, 2);
    tie->last_year = DEMO_YEAR - ago < tie->first_year ? tie->first_year : DEMO_YEAR - ago;
    w->is_tied[from][to] = w->is_tied[to][from] = true;
}

/* Says the tie of a pair: one of them, or each of the other. Gives the reports made. */
static void add_pair(struct weaver *w, int32_t a, int32_t b)
{
    const struct demo_person *people = w->maker->net->people;
    bool flip = demo_chance(&w->rng, 0.5), both = demo_chance(&w->rng, 0.4);
    if (people[a].state == DEMO_INVITED || (flip && people[b].state != DEMO_INVITED)) {
        int32_t swap = a;
        a = b;
        b = swap;
    }
    w->degree[a]++;
    w->degree[b]++;
    add_report(w, a, b);
    if (both && people[b].state != DEMO_INVITED && w->maker->net->tie_count < REPORTS_MAX)
        add_report(w, b, a);
}

/* --- the stages ------------------------------------------------------------------------------- */

/* The two hubs know each other and 37 more people each. Their ties count as one report each. */
static void tie_hubs(struct weaver *w)
{
    struct demo_network *net = w->maker->net;
    for (int h = 0; h < DEMO_HUBS; h++) {
        int32_t hub = net->planted.hubs[h];
        double weights[DEMO_PEOPLE] = {0};
        for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
            if (!may_tie(w, hub, i) || w->is_hub[i]) continue;
            weights[i] = i == net->planted.bridge ? 1000 : presence[net->people[i].state];
            if (net->people[i].state == DEMO_ACTIVE) weights[i] *= 2;
        }
        if (h == 0) {
            weights[net->planted.hubs[1]] = 1e6;
        }
        while (w->degree[hub] < DEMO_HUB_TIES) {
            int32_t other = demo_pick(&w->rng, weights, DEMO_PEOPLE);
            assert(other != DEMO_NONE);
            weights[other] = 0;
            bool from_hub = demo_chance(&w->rng, 0.4) || net->people[other].state == DEMO_INVITED;
            add_report(w, from_hub ? hub : other, from_hub ? other : hub);
            w->degree[hub]++;
            w->degree[other]++;
        }
    }
}

/* One colleague once met somebody from outside. */
static void tie_silo(struct weaver *w)
{
    struct demo_network *net = w->maker->net;
    double inside[DEMO_PEOPLE] = {0}, outside[DEMO_PEOPLE] = {0};
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        if (net->people[i].state != DEMO_ACTIVE || w->is_isolate[i] || w->is_hub[i]) continue;
        inside[i] = is_in_silo(net, i);
        outside[i] = !is_in_silo(net, i) && !is_upper(net, i);
    }
    int32_t one = demo_pick(&w->rng, inside, DEMO_PEOPLE);
    int32_t other = demo_pick(&w->rng, outside, DEMO_PEOPLE);
    add_report(w, one, other);
    net->ties[net->tie_count - 1].kind = DEMO_KNOW;
    net->ties[net->tie_count - 1].strength = 1;
    w->degree[one]++;
    w->degree[other]++;
}

/* Everybody but the nine has somebody: the likeliest pair. */
static void tie_the_rest(struct weaver *w)
{
    struct demo_network *net = w->maker->net;
    for (int32_t i = 0; i < DEMO_PEOPLE; i++) {
        if (w->degree[i] > 0 || w->is_isolate[i]) continue;
        double weights[DEMO_PEOPLE] = {0};
        for (int32_t j = 0; j < DEMO_PEOPLE; j++) {
            bool may = may_tie(w, i, j) && !w->is_hub[j];
            weights[j] = may ? chance_of_tie(w, i, j) : 0;
        }
        int32_t other = demo_pick(&w->rng, weights, net->person_count);
        assert(other != DEMO_NONE);
        add_pair(w, i, other);
    }
}

static void tie_blocks(struct weaver *w)
{
    struct demo_network *net = w->maker->net;
    struct pair *pairs = CV_NEW_ARRAY(w->maker->mem, struct pair, PAIRS_MAX);
    size_t count = 0;
    for (int32_t a = 0; a < DEMO_PEOPLE; a++) {
        for (int32_t b = a + 1; b < DEMO_PEOPLE; b++) {
            double lot = cv_rng_unit(&w->rng);
            if (!may_tie(w, a, b) || w->is_hub[a] || w->is_hub[b]) continue;
            pairs[count++] = (struct pair){a, b, lot / chance_of_tie(w, a, b)};
        }
    }
    qsort(pairs, count, sizeof *pairs, by_at);
    int32_t wanted =
        REPORTS - REPORTS_SPREAD + (int32_t)cv_rng_below(&w->rng, 2 * REPORTS_SPREAD + 1);
    size_t taken = 0;
    while (net->tie_count < wanted) {
        assert(taken < count);
        add_pair(w, pairs[taken].a, pairs[taken].b);
        net->tie_scale = pairs[taken++].at;
    }
}

static int by_from(const void *a, const void *b)
{
    const struct demo_tie *one = a, *other = b;
    return one->from != other->from ? one->from - other->from : one->to - other->to;
}

void demo_make_ties(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct weaver *w = CV_NEW(maker->mem, struct weaver);
    w->maker = maker;
    w->rng = demo_rng(maker, DEMO_STREAM_TIES);
    for (int i = 0; i < DEMO_ISOLATES; i++) w->is_isolate[net->planted.isolates[i]] = true;
    for (int i = 0; i < DEMO_HUBS; i++) w->is_hub[net->planted.hubs[i]] = true;
    net->ties = CV_NEW_ARRAY(maker->mem, struct demo_tie, REPORTS_MAX);
    tie_hubs(w);
    tie_silo(w);
    tie_blocks(w);
    tie_the_rest(w);
    qsort(net->ties, (size_t)net->tie_count, sizeof *net->ties, by_from);
}

void demo_make_wishes(struct demo_maker *maker)
{
    struct demo_network *net = maker->net;
    struct demo_table table = demo_table_read(maker->mem, "app/demo/wishes.csv");
    net->wishes = CV_NEW_ARRAY(maker->mem, struct demo_wish, table.row_count);
    for (size_t row = 0; row < table.row_count; row++) {
        bool together = strcmp(demo_cell(&table, row, "kind"), "together") == 0;
        struct demo_wish wish = {
            .from = demo_person_of_statement(net, demo_number(&table, row, "from_statement")),
            .to = demo_person_of_statement(net, demo_number(&table, row, "to_statement")),
            .kind = together ? DEMO_TOGETHER : DEMO_APART,
            .reason = demo_cell(&table, row, "reason"),
        };
        assert(wish.from != DEMO_NONE && wish.to != DEMO_NONE);
        net->wishes[net->wish_count++] = wish;
    }
}
