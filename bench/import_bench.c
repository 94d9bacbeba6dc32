/* import_bench: how long a roster takes to be looked at, stored, looked at again and taken back.
 * usage: import_bench DATABASE ROWS   DATABASE: a new file, or postgres://… of an empty database */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/rng.h"
#include "features/exchange/exchange.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/ties/ties.h"

const struct feature *const house_features[] = {&history_feature, &exchange_feature,
                                                &network_feature, &people_feature, &ties_feature};
const size_t house_feature_count = 5;
static const struct house house = {.features = house_features, .feature_count = 5};

static char *roster(struct cv_arena *mem, size_t count)
{
    static const char *const first[] = {"Ana",  "Luis",  "María", "José", "Eva",    "Wren",
                                        "Hank", "Grace", "Rosa",  "Del",  "Odalys", "June"};
    static const char *const last[] = {"Ruiz",   "Vega",     "Núñez",  "Kim",
                                       "Campos", "Tallbear", "Yazzie", "Salcedo"};
    static const char *const roles[] = {"Coach", "Principal", "Docente líder", "Superintendent"};
    struct cv_rng rng = cv_rng_new(7, 0);
    size_t room = 128 + count * 200;
    char *text = cv_alloc(mem, room);
    size_t used = (size_t)snprintf(text, room, "name,email,role,district,slots,offers,languages\n");
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, room - used,
                                 "%s %s %s,p%zu@x.org,%s,District %u,Tue evening; Wed am,"
                                 "data; runs meetings,\"English, Spanish\"\n",
                                 first[cv_rng_below(&rng, 12)], last[cv_rng_below(&rng, 8)],
                                 last[cv_rng_below(&rng, 8)], i, roles[cv_rng_below(&rng, 4)],
                                 cv_rng_below(&rng, 240));
    return text;
}

static int fail(const char *what, cv_rc rc)
{
    (void)fprintf(stderr, "import_bench: %s: %s\n", what, cv_rc_name(rc));
    return 1;
}

static cv_rc timed(int64_t *out_id, const char *what, struct store_db *db, const char *text,
                   bool dry_run)
{
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    struct cv_problems problems = cv_problems_new(&mem);
    struct exchange_options options = {.on_match = EXCHANGE_UPDATE, .dry_run = dry_run};
    json_t *document = NULL;
    double start = cv_monotonic_s();
    cv_rc rc = exchange_import_file(&document, db, &mem, &house, "people", "roster.csv", text,
                                    strlen(text), &options, 0, 1000, &problems);
    double took = cv_monotonic_s() - start;
    const json_t *counts = json_object_get(document, "counts");
    (void)printf("%-22s %6.2f s   new %lld, same %lld, refused %lld, %zu MB of memory\n", what,
                 took, (long long)json_integer_value(json_object_get(counts, "new")),
                 (long long)json_integer_value(json_object_get(counts, "same")),
                 (long long)json_integer_value(json_object_get(counts, "refused")),
                 mem.used_bytes >> 20);
    *out_id = json_integer_value(json_object_get(document, "import_id"));
    json_decref(document);
    cv_arena_free(&mem);
    return rc;
}

static int run(const char *url, size_t rows, struct cv_arena *mem)
{
    struct store *store = NULL;
    struct store_db *db = NULL;
    struct cv_problems problems = cv_problems_new(mem);
    struct store_migration all[64];
    size_t count = 0;
    for (size_t i = 0; i < house_feature_count; i++)
        for (const struct store_migration *m = house_features[i]->migrations; m && m->name; m++)
            all[count++] = *m;
    cv_rc rc = store_open(&store, url, STORE_CREATE, &problems);
    if (rc == CV_OK) rc = store_migrate(store, all, count, 1000, &problems);
    if (rc == CV_OK) rc = store_acquire(&db, store);
    if (rc != CV_OK) return fail("open", rc);
    const char *text = roster(mem, rows);
    int64_t id = 0;
    int64_t none = 0;
    rc = timed(&none, "look at an empty one", db, text, true);
    if (rc == CV_OK) rc = timed(&id, "look and store", db, text, false);
    if (rc == CV_OK) rc = timed(&none, "look at it again", db, text, true);
    if (rc != CV_OK) return fail(store_error(db), rc);
    double start = cv_monotonic_s();
    json_t *outcome = NULL;
    rc = exchange_import_undo(&outcome, db, mem, &house, id, 0, 2000);
    (void)printf("%-22s %6.2f s\n", "take it back", cv_monotonic_s() - start);
    json_decref(outcome);
    store_release(db);
    store_close(store);
    return rc == CV_OK ? 0 : fail("undo", rc);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: import_bench DATABASE ROWS\n");
        return 2;
    }
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    int code = run(argv[1], (size_t)strtoull(argv[2], NULL, 10), &mem);
    cv_arena_free(&mem);
    return code;
}
