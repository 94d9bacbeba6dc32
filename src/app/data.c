/* data: a network's data as a whole: back up, verify, restore. */
#include <inttypes.h>
#include <string.h>

#include "app/house.h"

static const char *file_argument(struct cli_request *req, const char *example)
{
    const char *path = cli_argument(req, 0);
    if (!path)
        cv_problem(&req->problems, 0, NULL, cv_sprintf(req->mem, "write it like \"%s\"", example),
                   "which file is meant?");
    return path;
}

static void verify_text(struct cli_request *req, const json_t *document)
{
    const json_t *tables = json_object_get(document, "tables");
    int64_t rows = 0;
    for (size_t i = 0; i < json_array_size(tables); i++)
        rows += json_integer_value(json_object_get(json_array_get(tables, i), "rows"));
    cli_say("The backup %s is whole: %" PRId64 " rows in %zu tables.\n",
            json_string_value(json_object_get(document, "file")), rows, json_array_size(tables));
}

static int answer_verified(struct cli_request *req, const char *path)
{
    json_t *facts = NULL;
    cv_rc rc = store_backup_verify(path, req->mem, &facts, &req->problems);
    if (rc != CV_OK) return cli_fail(req, rc);
    json_object_set_new(facts, "file", json_string(path));
    return cli_answer(req, facts, verify_text);
}

static int run_backup(struct cli_request *req)
{
    const char *path = file_argument(req, "convene backup monday.cvn");
    if (!path) return cli_fail(req, CV_INVALID);
    cv_rc rc = store_backup(req->store, path, req->now_s, &req->problems);
    /* A backup that was never read back is a hope, so each is verified at once. */
    return rc == CV_OK ? answer_verified(req, path) : cli_fail(req, rc);
}

static int run_verify(struct cli_request *req)
{
    const char *path = file_argument(req, "convene backup verify monday.cvn");
    return path ? answer_verified(req, path) : cli_fail(req, CV_INVALID);
}

static void restore_text(struct cli_request *req, const json_t *document)
{
    cli_say("Restored %s into %s.\n", json_string_value(json_object_get(document, "file")),
            json_string_value(json_object_get(document, "data")));
}

static int run_restore(struct cli_request *req)
{
    const struct app *app = req->house;
    const char *path = file_argument(req, "convene restore monday.cvn --data new.db");
    if (!path) return cli_fail(req, CV_INVALID);
    const struct store_migration *migrations = NULL;
    size_t count = house_migrations(&migrations, req->mem);
    cv_rc rc = store_restore(path, app->config.data, migrations, count, req->now_s, &req->problems);
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(
        req,
        json_pack("{s:s, s:s}", "file", path, "data", config_masked(req->mem, app->config.data)),
        restore_text);
}

const struct cli_command app_data_commands[] = {
    {.words = "backup",
     .arguments = "FILE",
     .summary = "Copy the whole network into one file while others work, and verify it.",
     .run = run_backup},
    {.words = "backup verify",
     .arguments = "FILE",
     .summary = "Read a backup to its last page and tell whether it is whole.",
     .run = run_verify,
     .flags = CLI_NO_STORE},
    {.words = "restore",
     .arguments = "FILE",
     .summary = "Put a backup into an empty place named by --data.",
     .details = "A place that already holds a network is never overwritten. A backup of a file "
                "restores into "
                "PostgreSQL and the other way round.",
     .run = run_restore,
     .flags = CLI_OWN_STORE},
    {0},
};
