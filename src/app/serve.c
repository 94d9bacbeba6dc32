/* serve: the web server over one store, its jobs and its health, until it is asked to stop. */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/house.h"
#include "features/accounts/accounts.h"
#include "features/network/network.h"

/* --- health ----------------------------------------------------------------------------------- */

static cv_rc get_healthz(struct web_request *req)
{
    return web_page(req, json_pack("{s:s, s:s}", "status", "pass", "version", CONVENE_VERSION));
}

STORE_SQL(sql_ready, "SELECT 1");

static cv_rc get_readyz(struct web_request *req)
{
    const struct house *house = req->house;
    int64_t one = 0;
    struct store_db *db = NULL;
    cv_rc rc = store_acquire(&db, house->store);
    /* A transaction that is begun and never kept shows that the database would take a write. */
    if (rc == CV_OK) rc = store_begin(db);
    if (rc == CV_OK) rc = store_number(&one, db, &sql_ready);
    store_release(db);
    return web_page_status(req, rc == CV_OK ? 200 : 503,
                           json_pack("{s:s, s:s}", "status", rc == CV_OK ? "pass" : "fail",
                                     "database", store_kind_name(house->store)));
}

const struct web_route app_routes[] = {
    {WEB_GET, "/healthz", ROLE_ANYONE, get_healthz, NULL, WEB_NO_DB},
    {WEB_GET, "/readyz", ROLE_ANYONE, get_readyz, NULL, WEB_NO_DB | WEB_WAITS},
    {0},
};

/* --- the house behind the server -----------------------------------------------------------------
 */

static cv_rc house_acquire(void *house, struct store_db **out)
{
    return store_acquire(out, ((struct house *)house)->store);
}

static void house_release(void *house, struct store_db *db)
{
    (void)house;
    store_release(db);
}

static void house_session(void *house, struct web_request *req)
{
    (void)house;
    accounts_session(req);
}

static void house_frame(void *house, struct web_request *req, json_t *document)
{
    (void)house;
    if (req->session.role == ROLE_ANYONE || !req->db) return;
    struct network network;
    if (network_find(&network, req->db, req->mem) == CV_OK)
        json_object_set_new(document, "network", json_string(network.name));
}

static void house_wake(void *context, int64_t job_id)
{
    struct house *house = context;
    char topic[40];
    (void)snprintf(topic, sizeof topic, "job:%" PRId64, job_id);
    if (house->server) web_wake(house->server, topic);
}

static void serve_told(struct cli_request *req, const struct house *house, const char *owner_link)
{
    const char *address = web_address(house->server);
    if (req->json) {
        json_t *document = json_pack("{s:s}", "address", address);
        if (owner_link) json_object_set_new(document, "owner_link", json_string(owner_link));
        (void)json_dumpf(document, stdout, JSON_COMPACT);
        cli_say("\n");
        json_decref(document);
    } else {
        cli_say("Convene is at %s\n", address);
        if (owner_link) cli_say("Your one-time owner link: %s\n", owner_link);
        cli_say("Stop with Ctrl-C.\n");
    }
    (void)fflush(stdout);
}

/* Signals are blocked in all threads and taken here, so that stopping is ordinary code. */
static void wait_for_stop(const sigset_t *signals)
{
    int signal_number = 0;
    while (sigwait(signals, &signal_number) != 0) continue;
}

static cv_rc serve_start(struct house *house, struct cli_request *req, const struct config *config)
{
    const struct job_kind *const *kinds = NULL;
    size_t kind_count = house_jobs(&kinds, req->mem);
    jobs_close(house->jobs);
    house->jobs = NULL;
    cv_rc rc = jobs_open(&house->jobs, house->store, kinds, kind_count, (int)config->workers,
                         house->log, house_wake, house);
    if (rc != CV_OK) return rc;
    const struct web_house web_house = {
        .house = house,
        .acquire = house_acquire,
        .release = house_release,
        .session = house_session,
        .frame = house_frame,
        .sign_in_path = "/sign-in",
        .reads_block = strcmp(store_kind_name(house->store), "postgres") == 0,
    };
    const struct web_options options = {
        .listen = config->listen,
        .tls_cert = config->tls_cert,
        .tls_key = config->tls_key,
        .behind_tls = strcmp(config->behind_tls, "yes") == 0,
        .threads = (int)config->threads,
        .no_rate_limits = strcmp(config->rate_limits, "no") == 0,
        .log = house->log,
    };
    const struct web_route *const *routes = NULL;
    size_t route_count = house_routes(&routes, req->mem);
    return web_start(&house->server, &options, &web_house, routes, route_count, &req->problems);
}

/* An owner link is offered while nobody has ever signed in. */
static cv_rc owner_link_if_new(const char **out, struct house *house, struct cli_request *req)
{
    struct store_db *db = NULL;
    cv_rc rc = store_acquire(&db, house->store);
    bool has_owner = true;
    if (rc == CV_OK) rc = accounts_has_owner(&has_owner, db);
    const char *path = NULL;
    if (rc == CV_OK && !has_owner) rc = accounts_owner_link_new(&path, db, req->mem, req->now_s);
    if (rc == CV_OK && path) *out = cv_sprintf(req->mem, "%s%s", web_address(house->server), path);
    store_release(db);
    return rc;
}

int app_serve(struct cli_request *req)
{
    struct app *app = req->house;
    struct house *house = &app->house;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    cv_rc rc = house_open(house, &app->config, STORE_CREATE, req->mem, req->now_s, &req->problems);
    if (rc == CV_OK) rc = serve_start(house, req, &app->config);
    const char *owner_link = NULL;
    if (rc == CV_OK) rc = owner_link_if_new(&owner_link, house, req);
    if (rc == CV_OK) {
        serve_told(req, house, owner_link);
        wait_for_stop(&signals);
    }
    int code = rc == CV_OK ? 0 : cli_fail(req, rc);
    /* Workers first, since they wake the server; the queue last, since requests still use it. */
    if (house->jobs) jobs_stop(house->jobs);
    if (house->server) web_stop(house->server);
    house->server = NULL;
    house_close(house);
    return code;
}

static const struct cli_option serve_options[] = {
    {"--listen", "ADDR", "127.0.0.1:8080, [::1]:8080, :8080 (every interface) or unix:PATH"},
    {0},
};

const struct cli_command app_serve_commands[] = {
    {.words = "serve",
     .arguments = "",
     .summary = "Serve the pages. Prints the address, and a one-time owner link while nobody has "
                "signed in.",
     .options = serve_options,
     .run = app_serve,
     .flags = CLI_OWN_STORE},
    {0},
};
