/* ties_inside: forms groups of at most ten people of mixed departments out of a network of ties,
 * and counts the ties that end up inside groups beside those of a random split. Reads nodes.csv
 * (id,group) and edges.csv (from,to). A bench, not part of the program; says "skipped" when the
 * files are not there.
 *
 * usage: ties_inside FOLDER [SEED] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "engine/grouping/grouping.h"

enum { PEOPLE_MAX = 20000, TIES_MAX = 1000000 };

static double seconds_now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* Pairs of integers of a file with one heading line; gives how many, -1 without the file. */
static int32_t read_pairs(int32_t (*out)[2], int32_t most, const char *folder, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    char line[256];
    int32_t count = 0;
    if (!fgets(line, sizeof line, file)) line[0] = '\0';
    while (count < most && fgets(line, sizeof line, file)) {
        char *end = NULL;
        long a = strtol(line, &end, 10);
        if (*end != ',') continue;
        out[count][0] = (int32_t)a;
        out[count][1] = (int32_t)strtol(end + 1, NULL, 10);
        count++;
    }
    (void)fclose(file);
    return count;
}

static int32_t inside(const struct grouping_tie *ties, size_t count, const int32_t *group_of)
{
    int32_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += group_of[ties[i].a] == group_of[ties[i].b] && group_of[ties[i].a] >= 0;
    return n;
}

/* The same sizes, people dealt out at random. */
static void random_split(int32_t *group_of, const struct grouping_result *result, uint64_t seed)
{
    struct cv_rng rng = cv_rng_new(seed, 99);
    int32_t n = result->people_count;
    for (int32_t i = 0; i < n; i++) group_of[i] = result->people[i].group;
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t j = (int32_t)cv_rng_below(&rng, (uint32_t)i + 1);
        int32_t t = group_of[i];
        group_of[i] = group_of[j];
        group_of[j] = t;
    }
}

static void say(const struct grouping_result *r, const struct grouping_problem *p, double seconds,
                uint64_t seed, struct cv_arena *mem)
{
    int32_t *group_of = CV_NEW_ARRAY(mem, int32_t, r->people_count + 1);
    for (int32_t i = 0; i < r->people_count; i++) group_of[i] = r->people[i].group;
    int32_t ours = inside(p->ties, p->tie_count, group_of);
    int32_t largest = 0;
    int32_t fewest = 1000;
    for (int32_t g = 0; g < r->group_count; g++) {
        if (r->groups[g].size == 0) continue;
        if (r->groups[g].size > largest) largest = r->groups[g].size;
        if (r->groups[g].goals[GROUPING_GOAL_DISTRICTS].have < fewest)
            fewest = r->groups[g].goals[GROUPING_GOAL_DISTRICTS].have;
    }
    double random = 0;
    for (uint64_t k = 0; k < 20; k++) {
        random_split(group_of, r, seed + k);
        random += inside(p->ties, p->tie_count, group_of) / 20.0;
    }
    printf("%d people, %zu ties: %d groups of at most %d, at least %d departments in each, %d "
           "waiting\n",
           r->people_count, p->tie_count, r->group_count, largest, fewest, r->waiting_count);
    printf("ties inside groups: %d; a random split of the same sizes (mean of 20): %.1f\n", ours,
           random);
    printf("%.2f s, within %.2f %% of the bound\n", seconds, r->gap_pct);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: ties_inside FOLDER [SEED]\n");
        return 2;
    }
    struct cv_arena mem;
    cv_arena_init(&mem, (size_t)2 << 30);
    int32_t(*nodes)[2] = cv_alloc_array(&mem, PEOPLE_MAX, sizeof *nodes);
    int32_t(*edges)[2] = cv_alloc_array(&mem, TIES_MAX, sizeof *edges);
    int32_t n = read_pairs(nodes, PEOPLE_MAX, argv[1], "nodes.csv");
    int32_t m = read_pairs(edges, TIES_MAX, argv[1], "edges.csv");
    if (n < 0 || m < 0) {
        printf("skipped: no nodes.csv and edges.csv in %s\n", argv[1]);
        return 0;
    }
    struct grouping_person *people = CV_NEW_ARRAY(&mem, struct grouping_person, n);
    for (int32_t i = 0; i < n; i++)
        people[i] = (struct grouping_person){.role = GROUPING_NONE,
                                             .district = nodes[i][1],
                                             .employer = GROUPING_NONE,
                                             .locked_group = GROUPING_NONE,
                                             .previous_group = GROUPING_NONE};
    bool *seen = cv_alloc(&mem, (size_t)n * (size_t)n);
    struct grouping_tie *ties = CV_NEW_ARRAY(&mem, struct grouping_tie, m);
    size_t tie_count = 0;
    for (int32_t i = 0; i < m; i++) {
        int32_t a = edges[i][0] < edges[i][1] ? edges[i][0] : edges[i][1];
        int32_t b = edges[i][0] < edges[i][1] ? edges[i][1] : edges[i][0];
        if (a < 0 || a == b || b >= n || seen[(size_t)a * (size_t)n + (size_t)b]) continue;
        seen[(size_t)a * (size_t)n + (size_t)b] = true;
        ties[tie_count++] = (struct grouping_tie){a, b, 1};
    }
    struct grouping_problem problem = grouping_problem_new();
    problem.people_count = n;
    problem.people = people;
    problem.ties = ties;
    problem.tie_count = tie_count;
    problem.goals.roles = 0;
    problem.goals.facilitators = 0;
    problem.size_preferred = 10;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct grouping_options options = {.seed = seed};
    struct grouping_result result;
    double start = seconds_now();
    cv_rc rc = grouping_form(&result, &problem, &options, &mem);
    if (rc != CV_OK) {
        (void)fprintf(stderr, "ties_inside: %s\n", cv_rc_name(rc));
        return 1;
    }
    say(&result, &problem, seconds_now() - start, seed, &mem);
    cv_arena_free(&mem);
    return 0;
}
