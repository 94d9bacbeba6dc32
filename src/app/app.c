/* app: one command line from its words to its exit code. */
#include "app/app.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/house.h"
#include "base/clock.h"
#include "base/limits.h"

static int run_with_store(struct cli_request *req, struct app *app)
{
    enum store_mode mode = req->command->flags & CLI_CREATES ? STORE_CREATE : STORE_OPEN_EXISTING;
    cv_rc rc = house_open(&app->house, &app->config, mode, req->mem, req->now_s, &req->problems);
    if (rc == CV_OK) {
        req->store = app->house.store;
        rc = store_acquire(&req->db, req->store);
    }
    int code = rc == CV_OK ? req->command->run(req) : cli_fail(req, rc);
    store_release(req->db);
    house_close(&app->house);
    return code;
}

static int run_help(struct cli_request *req, const struct cli_command *const *tables, size_t count,
                    const char *first)
{
    if (req->command)
        cli_help(req->command, config_options);
    else if (!first || first[0] == '-' || !cli_help_some(tables, count, first))
        cli_help_all(tables, count);
    return fflush(stdout) == 0 ? 0 : 1;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) return false;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    }
    return argc == 0 || strcmp(argv[0], "help") == 0;
}

static int run(struct cli_request *req, struct app *app, int argc, char **argv)
{
    const struct cli_command *const *tables = NULL;
    size_t table_count = house_commands(&tables, req->mem);
    if (wants_help(argc, argv)) {
        bool named = argc > 0 && strcmp(argv[0], "help") == 0;
        cv_rc ignored =
            cli_parse(req, argc - named, argv + named, tables, table_count, config_options);
        (void)ignored;
        return run_help(req, tables, table_count, argc > named ? argv[named] : NULL);
    }
    cv_rc rc = cli_parse(req, argc, argv, tables, table_count, config_options);
    if (rc == CV_OK) rc = config_read(&app->config, req, app->environ_rows);
    if (rc != CV_OK) return cli_fail(req, rc);
    req->house = &app->house;
    if (req->command->flags & (CLI_NO_STORE | CLI_OWN_STORE)) return req->command->run(req);
    return run_with_store(req, app);
}

int app_main(int argc, char **argv, char **environ_rows)
{
    (void)signal(SIGPIPE, SIG_IGN);
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_JOB_MEMORY);
    struct app app = {.environ_rows = environ_rows};
    struct cli_request req = {.mem = &mem, .now_s = cv_now_s()};
    int code = run(&req, &app, argc - 1, argv + 1);
    cv_arena_free(&mem);
    return code;
}
