/* Tests of today: what the first page says, and the way of an owner through a real server: signing
 * in, the first page, long work with its progress, stopping it, signing out. On both databases. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "features/accounts/accounts.h"
#include "features/collectives/collectives.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"
#include "features/today/today_internal.h"
#include "store/store_testing.h"
#include "web/test_client.h"

enum { NOW_S = 1800000000 };
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static struct cv_arena mem;

/* --- long work of the test's own
 * ------------------------------------------------------------------ */

static atomic_int toy_step;

/* Goes on by one step whenever the test lets it. */
static cv_rc toy_run(struct job *job)
{
    for (int i = 1; i <= 4; i++) {
        while (atomic_load(&toy_step) < i) {
            struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
            (void)nanosleep(&pause, NULL);
            cv_rc rc = job_progress(job, i - 1, 4, "Waiting for the test");
            if (rc != CV_OK) return rc;
        }
        cv_rc rc = job_progress(job, i, 4, "Counting");
        if (rc != CV_OK) return rc;
    }
    json_object_set_new(job->result, "url", json_string("/themes"));
    json_object_set_new(job->result, "sentence", json_string("Counted to four."));
    return CV_OK;
}

static cv_rc post_toy(struct web_request *req)
{
    return feature_start_job(req, "toy_count", json_object());
}

static size_t toy_waiting(struct feature_waiting *out, size_t max, struct store_db *db,
                          struct cv_arena *of, int64_t person_id)
{
    (void)db;
    (void)of;
    (void)person_id;
    if (max < 2) return 0;
    out[0] = (struct feature_waiting){"A later thing", "Because.", "/later", "Do it", 3, 50};
    out[1] = (struct feature_waiting){"A pressing thing", "Because.", "/now", "Do it", 4, 5};
    return 2;
}

static const struct web_route toy_routes[] = {
    {WEB_POST, "/toy", ROLE_STEWARD, post_toy, NULL, 0},
    {0},
};
static const struct job_kind toy_jobs[] = {{"toy_count", "Counting to four", toy_run}, {0}};
static const struct feature toy_feature = {
    .name = "toy", .routes = toy_routes, .jobs = toy_jobs, .waiting_for = toy_waiting};

const struct feature *const house_features[] = {
    &history_feature, &network_feature,     &people_feature, &accounts_feature, &ties_feature,
    &themes_feature,  &collectives_feature, &today_feature,  &toy_feature};
const size_t house_feature_count = sizeof house_features / sizeof *house_features;

static int set_up(void **state)
{
    int rc = store_testing_open(state);
    cv_arena_init(&mem, 64 << 20);
    if (!*state) return rc;
    store_testing_migrate(*state, jobs_migrations, jobs_migration_count);
    for (size_t i = 0; i < house_feature_count; i++) {
        const struct store_migration *all = house_features[i]->migrations;
        size_t count = 0;
        while (all && all[count].name) count++;
        if (count) store_testing_migrate(*state, all, count);
    }
    return rc;
}

static int tear_down(void **state)
{
    cv_arena_free(&mem);
    return store_testing_close(state);
}

static void assert_ok(cv_rc rc)
{
    if (rc != CV_OK) fail_msg("%s", cv_rc_name(rc));
}

/* --- the document
 * --------------------------------------------------------------------------------- */

static const char *text_at(const json_t *document, const char *a, const char *b)
{
    const json_t *inner = json_object_get(document, a);
    const char *text = json_string_value(b ? json_object_get(inner, b) : inner);
    return text ? text : "";
}

static json_t *document_of(struct today_facts facts, size_t waiting_count)
{
    static const struct today_waiting waiting[] = {
        {{"12 statements are unsure", "Look.", "/themes/unsure", "Look", 4, 1}, "themes"},
        {{"6 groups are proposed", "Look.", "/collectives", "Look", 1, 2}, "circle"},
    };
    return today_document(&mem, &facts, waiting, waiting_count, NULL, NOW_S);
}

static void assert_lede(struct today_facts facts, size_t waiting_count, const char *lede,
                        const char *next)
{
    json_t *document = document_of(facts, waiting_count);
    assert_string_equal(text_at(document, "page", "lede"), lede);
    assert_string_equal(text_at(document, "next", "title"), next);
    json_decref(document);
}

static void test_today_lede__says_where_things_stand(void **state)
{
    (void)state;
    cv_arena_init(&mem, 1 << 20);
    assert_lede((struct today_facts){.people = 0}, 0,
                "Nothing is here yet. Two spreadsheets are enough to see your first collectives.",
                "Import people");
    assert_lede((struct today_facts){.people = 1}, 0,
                "1 person is here. Next comes what they wrote.", "Import what they wrote");
    assert_lede((struct today_facts){.people = 240, .statements = 226}, 1,
                "240 people are here, and 226 statements of what they wrote. Next, find the themes "
                "in it.",
                "Find themes");
    assert_lede((struct today_facts){.people = 240, .statements = 226, .themes = 8}, 1,
                "8 themes are found. Next, small groups around them.", "Propose collectives");
    struct today_facts all = {.people = 240,
                              .statements = 226,
                              .themes = 8,
                              .collectives = 6,
                              .collectives_proposed = 6,
                              .people_seated = 41};
    assert_lede(all, 0, "Nothing is waiting on you. 41 people have a place in 6 collectives.", "");
    assert_lede(all, 2,
                "2 things wait on you, about 5 minutes. 41 people have a place in 6 collectives.",
                "12 statements are unsure");
    cv_arena_free(&mem);
}

static void test_today_waiting__on_the_loud_card_is_not_said_twice(void **state)
{
    (void)state;
    cv_arena_init(&mem, 1 << 20);
    struct today_facts facts = {.people = 2, .statements = 2, .themes = 1, .collectives = 1};
    json_t *document = document_of(facts, 2);
    const json_t *waiting = json_object_get(document, "waiting");
    assert_int_equal(json_array_size(waiting), 1);
    assert_string_equal(text_at(json_array_get(waiting, 0), "what", NULL), "6 groups are proposed");
    assert_string_equal(text_at(document, "waiting_minutes", NULL), "about 1 minute");
    assert_true(json_is_false(json_object_get(document, "has_steps")));
    json_decref(document);
    cv_arena_free(&mem);
}

static void test_today_moved__shows_the_hour_today_and_the_day_before(void **state)
{
    (void)state;
    cv_arena_init(&mem, 1 << 20);
    json_t *moved = json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s, s:b}]", "sentence", "Merged.",
                              "at", cv_time_text(&mem, NOW_S), "sentence", "Moved.", "at",
                              cv_time_text(&mem, NOW_S - 86400), "sentence", "Undone.", "at",
                              cv_time_text(&mem, NOW_S), "is_undone", true);
    struct today_facts facts = {.people = 2};
    json_t *document = today_document(&mem, &facts, NULL, 0, moved, NOW_S);
    const json_t *rows = json_object_get(document, "moved");
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(text_at(json_array_get(rows, 0), "at", NULL), "08:00");
    assert_string_equal(text_at(json_array_get(rows, 1), "at", NULL), "2027-01-14 08:00");
    json_decref(document);
    json_decref(moved);
    cv_arena_free(&mem);
}

static void test_today_facts__count_what_the_features_have(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct today_facts facts;
    struct today_waiting waiting[TODAY_WAITING];
    const struct house house = {.features = house_features, .feature_count = house_feature_count};
    assert_ok(today_facts(&facts, t->db, &mem));
    assert_null(facts.network);
    assert_int_equal(facts.people + facts.statements + facts.themes + facts.collectives, 0);
    const struct network network = {"Tres Ríos", "", "en es"};
    const struct person ana = people_new("Ana Ruiz");
    int64_t id = 0;
    assert_ok(network_create(t->db, &network, NOW_S));
    assert_ok(people_insert(&id, t->db, &mem, &ana, NOW_S));
    const struct statement statement = {
        .person_id = id, .text = "Buses come late.", .lang = "en", .created_at_s = NOW_S};
    assert_ok(themes_statement_insert(NULL, t->db, &mem, &statement));
    assert_ok(today_facts(&facts, t->db, &mem));
    assert_string_equal(facts.network, "Tres Ríos");
    assert_int_equal(facts.people, 1);
    assert_int_equal(facts.statements, 1);
    size_t count = today_waiting(waiting, &house, t->db, &mem, 0);
    assert_true(count >= 2 && count <= TODAY_WAITING);
    assert_string_equal(waiting[0].row.what, "A pressing thing");
    for (size_t i = 1; i < count; i++)
        assert_true(waiting[i - 1].row.order <= waiting[i].row.order);
}

/* --- through the server
 * --------------------------------------------------------------------------- */

static struct house house;

static cv_rc house_acquire(void *of, struct store_db **out)
{
    return store_acquire(out, ((struct house *)of)->store);
}

static void house_release(void *of, struct store_db *db)
{
    (void)of;
    store_release(db);
}

static void house_session(void *of, struct web_request *req)
{
    (void)of;
    accounts_session(req);
}

static void house_wake(void *of, int64_t job_id)
{
    char topic[40];
    (void)snprintf(topic, sizeof topic, "job:%" PRId64, job_id);
    (void)of;
    if (house.server) web_wake(house.server, topic);
}

static void open_house(struct store_testing *t)
{
    static const struct cv_log log = {.level = CV_LOG_ERROR};
    static const struct web_timing timing = {
        .silence_ms = 5000, .heartbeat_ms = 5000, .stop_ms = 2000, .tick_ms = 50};
    const struct web_options options = {
        .listen = "127.0.0.1:0", .no_rate_limits = true, .log = &log};
    const struct web_house web_house = {.house = &house,
                                        .acquire = house_acquire,
                                        .release = house_release,
                                        .session = house_session,
                                        .sign_in_path = "/sign-in",
                                        .reads_block = strcmp(t->kind, "postgres") == 0};
    const struct web_route *tables[3];
    size_t count = 0;
    house = (struct house){.store = t->store,
                           .features = house_features,
                           .feature_count = house_feature_count,
                           .log = &log};
    static const struct job_kind *const kinds[] = {toy_jobs};
    assert_ok(jobs_open(&house.jobs, t->store, kinds, 1, 1, &log, house_wake, NULL));
    tables[count++] = accounts_feature.routes;
    tables[count++] = today_feature.routes;
    tables[count++] = toy_feature.routes;
    test_serve_house(&options, &timing, &web_house, tables, count);
    house.server = test_server;
}

static void close_house(void)
{
    atomic_store(&toy_step, 99);
    jobs_close(house.jobs);
    web_stop(test_server);
    house.server = test_server = NULL;
}

static void assert_leads_to(struct test_answer answer, const char *path)
{
    if (answer.status != 303) print_error("%s%s\n", answer.head, answer.body);
    assert_int_equal(answer.status, 303);
    assert_string_equal(test_header(&answer, "Location"), path);
    test_drop(&answer);
}

static void assert_page(struct test_answer answer, const char *part)
{
    assert_int_equal(answer.status, 200);
    if (!strstr(answer.body, part)) fail_msg("no \"%s\" in %s", part, answer.body);
    test_drop(&answer);
}

/* Signs in with a fresh link; gives the Cookie line and the token for forms. */
static void sign_in(struct store_testing *t, char cookie[200], char csrf[200])
{
    const char *path = NULL;
    assert_ok(accounts_owner_link_new(&path, t->db, &mem, cv_now_s()));
    assert_page(test_get(path, ""), "Come in as the owner");
    assert_page(test_get(path, ""), "Come in as the owner");
    struct test_answer a = test_post(path, FORM "Origin: http://x\r\n", "");
    assert_int_equal(a.status, 303);
    const char *set = strstr(a.head, "Set-Cookie: session=");
    assert_non_null(set);
    (void)snprintf(cookie, 200, "Cookie: %.*s\r\n", (int)strcspn(set + 12, ";"), set + 12);
    test_drop(&a);
    assert_leads_to(test_get(path, ""), "/sign-in?why=used");
    assert_leads_to(test_post(path, FORM, ""), "/sign-in?why=used");
    char headers[400];
    (void)snprintf(headers, sizeof headers, "Accept: application/json\r\n%s", cookie);
    a = test_get("/", headers);
    assert_int_equal(a.status, 200);
    (void)snprintf(csrf, 200, "csrf=%s", test_header(&a, "X-CSRF-Token"));
    test_drop(&a);
}

static void test_owner__comes_in_by_the_button_and_goes_out(void **state)
{
    struct store_testing *t = store_testing_of(state);
    char cookie[200];
    char csrf[200];
    char headers[500];
    open_house(t);
    assert_leads_to(test_get("/", ""), "/sign-in");
    assert_page(test_get("/sign-in", ""), "convene owner link");
    assert_page(test_get("/sign-in?why=used", ""), "This link was used already");
    assert_leads_to(test_get("/owner/nonsense", ""), "/sign-in?why=unknown");
    assert_leads_to(test_post("/owner/nonsense", FORM, ""), "/sign-in?why=unknown");
    sign_in(t, cookie, csrf);
    assert_page(test_get("/", cookie), "Nothing is here yet.");
    assert_leads_to(test_get("/sign-in", cookie), "/");
    (void)snprintf(headers, sizeof headers, "%s%s", FORM, cookie);
    struct test_answer a = test_post("/sign-out", headers, "");
    assert_int_equal(a.status, 403);
    test_drop(&a);
    assert_leads_to(test_post("/sign-out", headers, csrf), "/sign-in?why=out");
    assert_leads_to(test_get("/", cookie), "/sign-in");
    close_house();
}

static void wait_for(int fd, char *seen, size_t max_size, const char *part)
{
    size_t size = strlen(seen);
    while (!strstr(seen, part)) {
        ssize_t got = recv(fd, seen + size, max_size - 1 - size, 0);
        if (got <= 0) fail_msg("\"%s\" did not come; \"%s\" did", part, seen);
        size += (size_t)got;
        seen[size] = '\0';
    }
}

static int listen_to_job(const char *job, const char *cookie, char *seen, size_t max_size)
{
    char request[600];
    int fd = test_connect();
    (void)snprintf(request, sizeof request, "GET %s/events HTTP/1.1\r\nHost: x\r\n%s\r\n", job,
                   cookie);
    test_say(fd, request);
    seen[0] = '\0';
    wait_for(fd, seen, max_size, "\"is_over\":false");
    return fd;
}

static void start_toy(const char *headers, const char *csrf, char job[100])
{
    atomic_store(&toy_step, 0);
    struct test_answer a = test_post("/toy", headers, csrf);
    assert_int_equal(a.status, 303);
    (void)snprintf(job, 100, "%s", test_header(&a, "Location"));
    assert_int_equal(strncmp(job, "/jobs/", 6), 0);
    test_drop(&a);
}

static void test_job__tells_how_far_it_is_and_what_came_of_it(void **state)
{
    struct store_testing *t = store_testing_of(state);
    char cookie[200];
    char csrf[200];
    char headers[500];
    char job[100];
    char seen[20000];
    open_house(t);
    sign_in(t, cookie, csrf);
    (void)snprintf(headers, sizeof headers, "%s%s", FORM, cookie);
    assert_page(test_get("/jobs", cookie), "Nothing is running");
    start_toy(headers, csrf, job);
    assert_page(test_get(job, cookie), "Counting to four");
    assert_page(test_get("/jobs", cookie), "1 job is at work");
    int fd = listen_to_job(job, cookie, seen, sizeof seen);
    atomic_store(&toy_step, 2);
    wait_for(fd, seen, sizeof seen, "\"percent\":50");
    atomic_store(&toy_step, 4);
    wait_for(fd, seen, sizeof seen, "\"is_over\":true");
    assert_non_null(strstr(seen, "\"url\":\"/themes\""));
    (void)close(fd);
    assert_page(test_get(job, cookie), "Counted to four.");
    struct test_answer a = test_get("/jobs/999", cookie);
    assert_int_equal(a.status, 404);
    test_drop(&a);
    assert_leads_to(test_get(job, ""), "/sign-in");
    close_house();
}

static void test_job__stops_when_asked_and_stopping_again_does_no_harm(void **state)
{
    struct store_testing *t = store_testing_of(state);
    char cookie[200];
    char csrf[200];
    char headers[500];
    char job[100];
    char cancel[120];
    char seen[20000];
    open_house(t);
    sign_in(t, cookie, csrf);
    (void)snprintf(headers, sizeof headers, "%s%s", FORM, cookie);
    start_toy(headers, csrf, job);
    int fd = listen_to_job(job, cookie, seen, sizeof seen);
    (void)snprintf(cancel, sizeof cancel, "%s/cancel", job);
    assert_leads_to(test_post(cancel, headers, csrf), job);
    wait_for(fd, seen, sizeof seen, "\"state\":\"cancelled\"");
    (void)close(fd);
    assert_leads_to(test_post(cancel, headers, csrf), job);
    assert_page(test_get(job, cookie), "It was stopped, and nothing was changed.");
    close_house();
}

#define BOTH(test)                                                                                 \
    {#test " (sqlite)", test, set_up, tear_down, (void *)(uintptr_t) "sqlite"},                    \
    {                                                                                              \
#test " (postgres)", test, set_up, tear_down, (void *)(uintptr_t) "postgres"               \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_today_lede__says_where_things_stand),
        cmocka_unit_test(test_today_waiting__on_the_loud_card_is_not_said_twice),
        cmocka_unit_test(test_today_moved__shows_the_hour_today_and_the_day_before),
        BOTH(test_today_facts__count_what_the_features_have),
        BOTH(test_owner__comes_in_by_the_button_and_goes_out),
        BOTH(test_job__tells_how_far_it_is_and_what_came_of_it),
        BOTH(test_job__stops_when_asked_and_stopping_again_does_no_harm),
    };
    return cmocka_run_group_tests_name("today", tests, NULL, NULL);
}
