/* verbs: the house printed from its own code (routes, schema, explain, limits), its pages without a
 * server (render), and how a network begins (init). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/house.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "base/text.h"
#include "features/network/network.h"
#include "features/people/people.h"

/* --- init ------------------------------------------------------------------------------------- */

static const struct cli_option init_options[] = {
    {"--name", "TEXT", "what the network is called"},
    {"--lang", "LIST", "languages it works in, like en,es"},
    {0},
};

static void init_text(struct cli_request *req, const json_t *document)
{
    cli_say("%s is ready in %s.\n\nNext:\n"
            "  convene import people roster.xlsx   who is in it (or `convene demo` to look around "
            "first)\n"
            "  convene serve                       the pages, with a one-time link for you\n",
            json_string_value(json_object_get(document, "name")),
            json_string_value(json_object_get(document, "data")));
}

static int run_init(struct cli_request *req)
{
    const struct app *app = req->house;
    const char *name = cli_option(req, "--name");
    const char *languages = cli_option(req, "--lang");
    struct network network = {.name = "Our network", .purpose = "", .languages = "en"};
    cv_rc rc = network_find(&network, req->db, req->mem);
    if (rc != CV_OK && rc != CV_NOT_FOUND) return cli_fail(req, rc);
    if (name) network.name = cv_text_tidy(req->mem, name);
    if (languages) network.languages = people_languages_read(req->mem, languages);
    if (!network.name[0] || strlen(network.name) > CV_LIMIT_NAME_BYTES) {
        cv_problem(&req->problems, 0, "--name",
                   "write what people call it, like --name \"Tres Ríos\"",
                   "a network needs a name of at most %d letters", CV_LIMIT_NAME_BYTES);
        return cli_fail(req, CV_INVALID);
    }
    rc = network_create(req->db, &network, req->now_s);
    if (rc != CV_OK) return cli_fail(req, rc);
    return cli_answer(req,
                      json_pack("{s:s, s:s, s:s}", "name", network.name, "languages",
                                network.languages, "data",
                                config_masked(req->mem, app->config.data)),
                      init_text);
}

/* --- routes, schema, explain, limits ------------------------------------------------------------
 */

static const char *role_name(enum web_role role)
{
    static const char *const names[] = {"anyone", "guest", "member", "facilitator", "steward"};
    return names[role];
}

static json_t *route_document(const char *feature, const struct web_route *route)
{
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s}", "method", route->method == WEB_GET ? "GET" : "POST",
                  "path", route->path, "role", role_name(route->role), "feature", feature);
    json_object_set_new(row, "page", json_string(route->page ? route->page : ""));
    char limits[64];
    (void)snprintf(limits, sizeof limits, "%s%s%s", route->flags & WEB_UPLOAD ? "upload " : "",
                   route->flags & WEB_SLOW_RATE ? "slow-rate " : "",
                   route->flags & WEB_EVENTS ? "events " : "");
    json_object_set_new(row, "limits", json_string(limits));
    return row;
}

static json_t *routes_document(void)
{
    json_t *rows = json_array();
    for (const struct web_route *r = app_routes; r->path; r++)
        json_array_append_new(rows, route_document("app", r));
    for (size_t i = 0; i < house_feature_count; i++)
        for (const struct web_route *r = house_features[i]->routes; r && r->path; r++)
            json_array_append_new(rows, route_document(house_features[i]->name, r));
    return rows;
}

static void routes_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"Method=method", "Path=path", "Role=role",
                                          "Limits=limits", "Page=page"};
    cli_table(req, document, columns, 5);
}

static int run_routes(struct cli_request *req)
{
    return cli_answer(req, routes_document(), routes_text);
}

static void schema_text(struct cli_request *req, const json_t *document)
{
    size_t t = 0;
    json_t *table = NULL;
    json_array_foreach((json_t *)document, t, table)
    {
        cli_say("%s\n", json_string_value(json_object_get(table, "table")));
        size_t i = 0;
        json_t *column = NULL;
        json_array_foreach(json_object_get(table, "columns"), i, column)
        {
            const char *references = json_string_value(json_object_get(column, "references"));
            cli_say("    %-24s %s%s%s%s\n", json_string_value(json_object_get(column, "name")),
                    json_string_value(json_object_get(column, "type")),
                    json_is_true(json_object_get(column, "is_key")) ? ", key" : "",
                    references ? " -> " : "", references ? references : "");
        }
    }
}

static int run_schema(struct cli_request *req)
{
    json_t *document = NULL;
    cv_rc rc = store_schema(&document, req->db);
    return rc == CV_OK ? cli_answer(req, document, schema_text) : cli_fail(req, rc);
}

/* True when the pattern "/collectives/:id" fits the path. */
static bool route_fits(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        if (*pattern == ':') {
            pattern += strcspn(pattern, "/");
            path += strcspn(path, "/?");
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == '\0' && (*path == '\0' || *path == '?');
}

static void explain_text(struct cli_request *req, const json_t *document)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach((json_t *)document, i, row)
    {
        cli_say("%s %s\n", json_string_value(json_object_get(row, "method")),
                json_string_value(json_object_get(row, "path")));
        cli_say("  who may      %s and above\n", json_string_value(json_object_get(row, "role")));
        cli_say("  code         src/features/%s/\n",
                json_string_value(json_object_get(row, "feature")));
        const char *page = json_string_value(json_object_get(row, "page"));
        if (page[0]) cli_say("  page         src/%s\n", page);
        cli_say("  body, rate   %s\n", json_string_value(json_object_get(row, "limits")));
    }
}

static int run_explain(struct cli_request *req)
{
    const char *path = cli_argument(req, 0);
    if (!path) {
        cv_problem(&req->problems, 0, NULL, "write it like \"convene explain /collectives/7\"",
                   "which page is meant?");
        return cli_fail(req, CV_INVALID);
    }
    json_t *all = routes_document();
    json_t *fitting = json_array();
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(all, i, row)
    {
        if (route_fits(json_string_value(json_object_get(row, "path")), path))
            json_array_append(fitting, row);
    }
    json_decref(all);
    if (json_array_size(fitting) > 0) return cli_answer(req, fitting, explain_text);
    json_decref(fitting);
    cv_problem(&req->problems, 0, NULL, "\"convene routes\" lists them all",
               "no page answers at %s", path);
    return cli_fail(req, CV_INVALID);
}

static void limits_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"Limit=name", "Value=value", "What it bounds=what"};
    cli_table(req, document, columns, 3);
}

static int run_limits(struct cli_request *req)
{
    json_t *rows = json_array();
    for (const struct cv_limit *l = cv_limits; l->name; l++)
        json_array_append_new(rows, json_pack("{s:s, s:I, s:s}", "name", l->name, "value",
                                              (json_int_t)l->value, "what", l->what));
    return cli_answer(req, rows, limits_text);
}

/* --- render, config, help, version ---------------------------------------------------------------
 */

static int run_render(struct cli_request *req)
{
    const char *page = cli_argument(req, 0);
    const char *data = cli_argument(req, 1);
    if (!page || !data) {
        cv_problem(&req->problems, 0, NULL,
                   "write it like \"convene render features/themes/pages/board.html board.json\"",
                   "render needs a template and a document");
        return cli_fail(req, CV_INVALID);
    }
    json_error_t error;
    json_t *document = json_load_file(data, 0, &error);
    if (!document) {
        cv_problem(&req->problems, error.line > 0 ? error.line : 0, NULL, "check the file",
                   "%s is not a document in JSON: %s", data, error.text);
        return cli_fail(req, CV_INVALID);
    }
    const char *text = NULL;
    size_t size = 0;
    cv_rc rc = web_render(&text, &size, req->mem, page, document, &req->problems);
    json_decref(document);
    if (rc != CV_OK) return cli_fail(req, rc);
    bool written = fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0;
    return written ? 0 : 1;
}

static void config_text(struct cli_request *req, const json_t *document)
{
    static const char *const columns[] = {"Key=key", "Value=value", "From=origin"};
    cli_table(req, document, columns, 3);
}

static int run_config_show(struct cli_request *req)
{
    const struct app *app = req->house;
    return cli_answer(req, config_document(req, app->environ_rows), config_text);
}

static int run_man(struct cli_request *req)
{
    const struct cli_command *const *tables = NULL;
    size_t count = house_commands(&tables, req->mem);
    cli_man_page(tables, count, config_options);
    return fflush(stdout) == 0 ? 0 : 1;
}

static void version_text(struct cli_request *req, const json_t *document)
{
    cli_say("convene %s\n", CONVENE_VERSION);
}

static int run_version(struct cli_request *req)
{
    return cli_answer(req, json_pack("{s:s}", "version", CONVENE_VERSION), version_text);
}

const struct cli_command app_commands[] = {
    {.words = "init",
     .arguments = "",
     .summary = "Make an empty network.",
     .details = "Creates the database named by --data when there is none. Running it again changes "
                "nothing but "
                "the name.",
     .options = init_options,
     .run = run_init,
     .flags = CLI_CREATES},
    {.words = "routes",
     .arguments = "",
     .summary = "List every page and form with the role that may use it.",
     .run = run_routes,
     .flags = CLI_NO_STORE},
    {.words = "schema",
     .arguments = "",
     .summary = "List the tables of the database.",
     .run = run_schema},
    {.words = "explain",
     .arguments = "PATH",
     .summary = "Tell which code, page and rights are behind an address.",
     .run = run_explain,
     .flags = CLI_NO_STORE},
    {.words = "limits",
     .arguments = "",
     .summary = "List every maximum of the program.",
     .run = run_limits,
     .flags = CLI_NO_STORE},
    {.words = "render",
     .arguments = "TEMPLATE DATA.json",
     .summary = "Print the page that a template makes of a document.",
     .run = run_render,
     .flags = CLI_NO_STORE},
    {.words = "config show",
     .arguments = "",
     .summary = "Show every setting and where it comes from.",
     .run = run_config_show,
     .flags = CLI_NO_STORE},
    {.words = "man",
     .arguments = "",
     .summary = "Print the manual page (convene man | man -l -).",
     .run = run_man,
     .flags = CLI_NO_STORE},
    {.words = "version",
     .arguments = "",
     .summary = "Print the version.",
     .run = run_version,
     .flags = CLI_NO_STORE},
    {0},
};
