/* demo_verb: `convene demo`: the main job on the demo network, from nothing to formed collectives
 * in the terminal, then the pages. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/demo/demo_fill.h"
#include "app/house.h"
#include "base/clock.h"
#include "features/collectives/collectives.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"

static const struct cli_option demo_options[] = {
    {"--once", NULL, "end after printing, without serving the pages"},
    {"--fresh", NULL, "forget what was changed in convene-demo.db and begin again"},
    {"--seed", "N", "another number, another network (7)"},
    {"--listen", "ADDR", "where the pages are served (127.0.0.1:8080)"},
    {0},
};

/* The demo keeps to a file of its own unless --data names another place. */
static const char demo_file[] = "convene-demo.db";

static cv_rc choose_place(struct cli_request *req, struct app *app)
{
    bool is_own_file = app->config.data_is_default;
    if (is_own_file) app->config.data = demo_file;
    if (!cli_switch(req, "--fresh")) return CV_OK;
    if (!is_own_file) {
        cv_problem(&req->problems, 0, "--fresh",
                   "leave --data out, or remove that database yourself",
                   "--fresh forgets only the demo's own file, %s", demo_file);
        return CV_INVALID;
    }
    static const char *const tails[] = {"", "-wal", "-shm", "-marks"};
    for (size_t i = 0; i < 4; i++) (void)unlink(cv_sprintf(req->mem, "%s%s", demo_file, tails[i]));
    return CV_OK;
}

/* An empty place is filled; the demo network of an earlier time stays as people left it; anything
 * else is not touched. */
static cv_rc fill_if_empty(struct cli_request *req, uint64_t seed)
{
    int64_t count = 0;
    cv_rc rc = people_count(&count, req->db);
    if (rc != CV_OK || count > 0) return rc;
    struct demo_network *net = CV_NEW(req->mem, struct demo_network);
    demo_make(net, req->mem, seed);
    return demo_fill(req->db, req->mem, net, req->now_s);
}

static cv_rc check_is_demo(struct cli_request *req)
{
    struct network network;
    cv_rc rc = network_find(&network, req->db, req->mem);
    if (rc == CV_NOT_FOUND) return CV_OK;
    if (rc != CV_OK || strncmp(network.name, "Tres Ríos", strlen("Tres Ríos")) == 0) return rc;
    cv_problem(&req->problems, 0, "--data", "leave --data out: the demo makes a file of its own",
               "there is another network here already, %s", network.name);
    return CV_INVALID;
}

/* Runs a job when `count` says that its outcome is not there yet. */
static bool run_once(int *code, struct cli_request *req, int64_t count, const char *kind,
                     json_t *args)
{
    if (count > 0) {
        json_decref(args);
        return true;
    }
    json_t *result = feature_run_job(code, req, kind, args);
    json_decref(result);
    return result != NULL;
}

static bool find_and_form(int *code, struct cli_request *req, int64_t seed)
{
    struct theme_list themes;
    struct collective_list groups;
    cv_rc rc = themes_list(&themes, req->db, req->mem);
    if (rc == CV_OK) rc = collectives_list(&groups, req->db, req->mem);
    if (rc != CV_OK) {
        *code = cli_fail(req, rc);
        return false;
    }
    return run_once(code, req, (int64_t)themes.count, "themes_find",
                    json_pack("{s:I}", "seed", (json_int_t)seed)) &&
           run_once(code, req, (int64_t)groups.count, "collectives_form",
                    json_pack("{s:I}", "seed", (json_int_t)seed));
}

/* Another verb's answer as part of this one. */
static int say_verb(struct cli_request *req, const char *words)
{
    char *line = cv_strdup(req->mem, words);
    char *argv[3] = {line, NULL, NULL};
    char *blank = strchr(line, ' ');
    *blank = '\0';
    argv[1] = blank + 1;
    const struct cli_command *const *tables = NULL;
    size_t count = house_commands(&tables, req->mem);
    struct cli_request other = *req;
    cv_rc rc = cli_parse(&other, 2, argv, tables, count, config_options);
    other.json = req->json;
    return rc == CV_OK ? other.command->run(&other) : cli_fail(&other, rc);
}

static int say_outcome(struct cli_request *req, double seconds)
{
    if (!req->json) cli_say("Themes in what people wrote\n\n");
    int code = say_verb(req, "themes list");
    if (!req->json) cli_say("\nCollectives around them\n\n");
    if (code == 0) code = say_verb(req, "collectives list");
    if (!req->json && code == 0)
        cli_say("\nFrom an empty place to these tables in %.1f s. `convene collectives show NAME` "
                "tells why each "
                "person sits where they sit.\n",
                seconds);
    return code;
}

static int run_in_store(struct cli_request *req, struct app *app)
{
    double started_s = cv_monotonic_s();
    int64_t seed = cli_int(req, "--seed", DEMO_SEED, 0, INT32_MAX);
    if (req->problems.total_count > 0) return cli_fail(req, CV_INVALID);
    cv_rc rc = check_is_demo(req);
    if (rc == CV_OK) rc = fill_if_empty(req, (uint64_t)seed);
    int code = 0;
    if (rc != CV_OK) return cli_fail(req, rc);
    if (!find_and_form(&code, req, seed)) return code;
    return say_outcome(req, cv_monotonic_s() - started_s);
}

static int run_demo(struct cli_request *req)
{
    struct app *app = req->house;
    cv_rc rc = choose_place(req, app);
    /* What happens before serving is told by its outcome, not line by line. */
    enum cv_log_level level = app->config.log.level;
    if (!cli_option(req, "--log-level")) app->config.log.level = CV_LOG_WARN;
    if (rc == CV_OK)
        rc = house_open(&app->house, &app->config, STORE_CREATE, req->mem, req->now_s,
                        &req->problems);
    if (rc == CV_OK) rc = store_acquire(&req->db, app->house.store);
    int code = rc == CV_OK ? run_in_store(req, app) : cli_fail(req, rc);
    store_release(req->db);
    req->db = NULL;
    house_close(&app->house);
    app->config.log.level = level;
    if (code != 0 || cli_switch(req, "--once")) return code;
    cli_say("\n");
    return app_serve(req);
}

const struct cli_command app_demo_commands[] = {
    {.words = "demo",
     .arguments = "",
     .summary = "Make the demo network Tres Ríos, find its themes, form collectives, print them, "
                "and serve the pages.",
     .details = "The demo keeps to the file convene-demo.db. What you change there stays; --fresh "
                "begins again.",
     .options = demo_options,
     .run = run_demo,
     .flags = CLI_OWN_STORE},
    {0},
};
