/* Tests of jobs: each claim on SQLite, and on PostgreSQL where CONVENE_TEST_POSTGRES says so. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "jobs/jobs.h"
#include "store/store_testing.h"

static const struct store_migration tally[] = {
    {.feature = "tally",
     .name = "0001_start",
     .sql = "CREATE TABLE tally (id IDENTITY, job_id BIGINT NOT NULL);"}};
STORE_SQL(sql_insert_tally, "INSERT INTO tally (job_id) VALUES ($1)");
STORE_SQL(sql_count_tally, "SELECT count(*) FROM tally");
STORE_SQL(sql_count_distinct, "SELECT count(DISTINCT job_id) FROM tally");

static cv_rc run_count(struct job *job)
{
    int64_t n = json_integer_value(json_object_get(job->args, "n"));
    for (int64_t i = 0; i < n; i++) {
        cv_rc rc = job_progress(job, i, n, "Counting");
        if (rc != CV_OK) return rc;
        rc = store_begin(job->db);
        if (rc == CV_OK) rc = store_exec(NULL, job->db, &sql_insert_tally, STORE_INT(job->id));
        if (rc == CV_OK) rc = job_progress(job, i, n, "Counting inside");
        if (rc == CV_OK) rc = store_end(job->db, rc);
        if (rc != CV_OK) return rc;
    }
    json_object_set_new(job->result, "counted", json_integer(n));
    json_object_set_new(job->result, "seed", json_integer((json_int_t)job->seed));
    return CV_OK;
}

static cv_rc run_endless(struct job *job)
{
    for (int64_t i = 0;; i++) {
        cv_rc rc = job_progress(job, i % 100, 100, "Waiting for a word");
        if (rc != CV_OK) return rc;
        (void)usleep(1000);
    }
}

static cv_rc run_wrong(struct job *job)
{
    cv_problem(job->problems, 4, "email", "Leave it empty if there is none.", "\"x\" has no @.");
    return CV_INVALID;
}

static cv_rc run_greedy(struct job *job)
{
    cv_alloc(job->mem, CV_LIMIT_JOB_MEMORY);
    return CV_OK;
}

/* Leaves a transaction open and says that all is well. */
static cv_rc run_sloppy(struct job *job)
{
    cv_rc rc = store_begin(job->db);
    if (rc == CV_OK) rc = store_exec(NULL, job->db, &sql_insert_tally, STORE_INT(job->id));
    return rc;
}

static const struct job_kind kinds[] = {{"count", "Counting", run_count},
                                        {"endless", "Waiting", run_endless},
                                        {"wrong", "Going wrong", run_wrong},
                                        {"greedy", "Eating memory", run_greedy},
                                        {"sloppy", "Leaving things open", run_sloppy},
                                        {NULL, NULL, NULL}};
static const struct job_kind *const kind_tables[] = {kinds};

static int set_up(void **state)
{
    store_testing_open(state);
    store_testing_migrate(*state, jobs_migrations, jobs_migration_count);
    store_testing_migrate(*state, tally, 1);
    return 0;
}

static struct jobs *open_jobs(struct store_testing *t, int workers)
{
    struct jobs *jobs = NULL;
    assert_int_equal(jobs_open(&jobs, t->store, kind_tables, 1, workers, NULL, NULL, NULL), CV_OK);
    return jobs;
}

static int64_t start(struct store_testing *t, struct jobs *jobs, const char *kind, json_t *args)
{
    int64_t id = 0;
    assert_int_equal(jobs_start(&id, jobs, t->db, kind, args, 3, 1000), CV_OK);
    json_decref(args);
    return id;
}

/* Waits until the job's document has this member; new reference. */
static json_t *wait_for(struct store_testing *t, struct jobs *jobs, int64_t id, const char *member)
{
    for (int64_t began_ms = cv_monotonic_ms(); cv_monotonic_ms() - began_ms < 20000;) {
        json_t *job = NULL;
        assert_int_equal(jobs_find(&job, jobs, t->db, id), CV_OK);
        if (json_is_true(json_object_get(job, member))) return job;
        json_decref(job);
        (void)usleep(5000);
    }
    fail_msg("job %d never was %s", (int)id, member);
    return NULL;
}

static const char *first_sentence(const json_t *job)
{
    json_t *problem = json_array_get(json_object_get(job, "problems"), 0);
    return json_string_value(json_object_get(problem, "sentence"));
}

static int64_t number_of(struct store_db *db, const struct store_sql *sql)
{
    int64_t number = -1;
    assert_int_equal(store_number(&number, db, sql), CV_OK);
    return number;
}

static void test_jobs_start__result_is_kept(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 2);
    int64_t id = start(t, jobs, "count", json_pack("{s:i}", "n", 3));
    json_t *job = wait_for(t, jobs, id, "is_over");
    assert_true(json_is_true(json_object_get(job, "is_done")));
    assert_string_equal(json_string_value(json_object_get(job, "title")), "Counting");
    assert_int_equal(json_integer_value(json_object_get(job, "percent")), 100);
    assert_int_equal(json_integer_value(json_object_get(job, "person_id")), 3);
    json_t *result = json_object_get(job, "result");
    assert_int_equal(json_integer_value(json_object_get(result, "counted")), 3);
    assert_int_equal(json_integer_value(json_object_get(result, "seed")), 1);
    assert_int_equal(json_array_size(json_object_get(job, "problems")), 0);
    json_decref(job);
    int64_t none = 0;
    assert_int_equal(jobs_start(&none, jobs, t->db, "no such kind", NULL, 0, 1), CV_NOT_FOUND);
    assert_int_equal(jobs_find(&job, jobs, t->db, 999), CV_NOT_FOUND);
    jobs_close(jobs);
}

static void test_jobs_workers__each_job_runs_once(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *here = open_jobs(t, 3);
    struct jobs *there = open_jobs(t, 3); /* as another process would */
    enum { JOBS = 40 };
    int64_t ids[JOBS];
    for (int i = 0; i < JOBS; i++)
        ids[i] = start(t, i % 2 ? here : there, "count", json_pack("{s:i}", "n", 1));
    for (int i = 0; i < JOBS; i++) {
        json_t *job = wait_for(t, here, ids[i], "is_over");
        assert_true(json_is_true(json_object_get(job, "is_done")));
        json_decref(job);
    }
    assert_int_equal(number_of(t->db, &sql_count_tally), JOBS);
    assert_int_equal(number_of(t->db, &sql_count_distinct), JOBS);
    jobs_close(there);
    jobs_close(here);
}

static void test_jobs_cancel__running_and_queued(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 1);
    int64_t first = start(t, jobs, "endless", NULL);
    int64_t second = start(t, jobs, "endless", NULL);
    json_decref(wait_for(t, jobs, first, "is_running"));
    assert_int_equal(jobs_cancel(jobs, t->db, second, 1001), CV_OK);
    json_decref(wait_for(t, jobs, second, "is_cancelled"));
    assert_int_equal(jobs_cancel(jobs, t->db, first, 1001), CV_OK);
    json_t *job = wait_for(t, jobs, first, "is_cancelled");
    assert_int_equal(json_array_size(json_object_get(job, "problems")), 0);
    json_decref(job);
    assert_int_equal(jobs_cancel(jobs, t->db, first, 1001), CV_NOT_FOUND);
    jobs_close(jobs);
}

static void test_jobs_cancel__from_another_process(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *here = open_jobs(t, 1);
    struct jobs *there = open_jobs(t, 0);
    int64_t id = start(t, here, "endless", NULL);
    json_decref(wait_for(t, here, id, "is_running"));
    assert_int_equal(jobs_cancel(there, t->db, id, 1001), CV_OK);
    json_decref(wait_for(t, there, id, "is_cancelled"));
    jobs_close(there);
    jobs_close(here);
}

static void test_jobs_progress__is_seen_while_it_runs(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 1);
    int64_t id = start(t, jobs, "endless", NULL);
    for (int i = 0;; i++) {
        json_t *job = wait_for(t, jobs, id, "is_running");
        int64_t total = json_integer_value(json_object_get(job, "total"));
        if (total == 100)
            assert_string_equal(json_string_value(json_object_get(job, "what")),
                                "Waiting for a word");
        json_decref(job);
        if (total == 100) break;
        assert_true(i < 1000);
        (void)usleep(5000);
    }
    jobs_close(jobs); /* stops it */
    jobs = open_jobs(t, 0);
    json_t *job = wait_for(t, jobs, id, "is_over");
    assert_non_null(strstr(first_sentence(job), "program was stopped"));
    json_decref(job);
    jobs_close(jobs);
}

static void test_jobs_stop__later_ones_wait_for_the_next_program(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 1);
    jobs_stop(jobs);
    int64_t id = start(t, jobs, "count", json_pack("{s:i}", "n", 1));
    json_decref(wait_for(t, jobs, id, "is_queued"));
    jobs_close(jobs);
    jobs = open_jobs(t, 1);
    json_decref(wait_for(t, jobs, id, "is_done"));
    jobs_close(jobs);
}

static void test_jobs_failures__are_told(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 2);
    static const struct {
        const char *kind;
        const char *words;
    } cases[] = {{"wrong", "\"x\" has no @."}, {"greedy", "more memory"}};
    for (size_t i = 0; i < 2; i++) {
        int64_t id = start(t, jobs, cases[i].kind, NULL);
        json_t *job = wait_for(t, jobs, id, "is_over");
        assert_true(json_is_true(json_object_get(job, "is_failed")));
        assert_non_null(strstr(first_sentence(job), cases[i].words));
        json_decref(job);
    }
    int64_t id = start(t, jobs, "sloppy", NULL);
    json_decref(wait_for(t, jobs, id, "is_over"));
    assert_int_equal(number_of(t->db, &sql_count_tally), 0);
    jobs_close(jobs);
}

static void test_jobs_open__what_a_dead_process_left_is_marked(void **state)
{
    struct store_testing *t = store_testing_of(state);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct cv_problems problems = cv_problems_new(&t->mem);
        struct store *store = NULL;
        struct store_db *db = NULL;
        struct jobs *jobs = NULL;
        int64_t id = 0;
        cv_rc rc = store_open(&store, t->url, STORE_OPEN_EXISTING, &problems);
        if (rc == CV_OK) rc = jobs_open(&jobs, store, kind_tables, 1, 1, NULL, NULL, NULL);
        if (rc == CV_OK) rc = store_acquire(&db, store);
        if (rc == CV_OK) rc = jobs_start(&id, jobs, db, "endless", NULL, 0, 1000);
        if (rc != CV_OK) id = -1;
        ssize_t size = write(ends[1], &id, sizeof id);
        (void)size;
        for (;;) pause();
    }
    int64_t id = 0;
    assert_int_equal(read(ends[0], &id, sizeof id), sizeof id);
    assert_true(id > 0);
    struct jobs *jobs = open_jobs(t, 0);
    json_decref(wait_for(t, jobs, id, "is_running"));
    jobs_close(jobs);
    jobs = open_jobs(t, 1); /* a living one is left alone */
    json_decref(wait_for(t, jobs, id, "is_running"));
    jobs_close(jobs);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    jobs = open_jobs(t, 1);
    json_t *job = wait_for(t, jobs, id, "is_failed");
    assert_non_null(strstr(first_sentence(job), "program ended before"));
    json_decref(job);
    jobs_close(jobs);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void count_shown(void *context, int64_t done, int64_t total, const char *what)
{
    assert_true(done <= total && what);
    ++*(int *)context;
}

static void test_jobs_run_here__result_and_trace(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *jobs = open_jobs(t, 0);
    json_t *result = NULL;
    int shown = 0;
    json_t *args = json_pack("{s:i, s:i}", "n", 2, "seed", 7);
    assert_int_equal(jobs_run_here(&result, jobs, t->db, &t->mem, "count", args, 1000, &t->problems,
                                   count_shown, &shown),
                     CV_OK);
    assert_true(shown >= 1);
    assert_int_equal(json_integer_value(json_object_get(result, "seed")), 7);
    json_decref(result);
    json_decref(args);
    assert_int_equal(
        jobs_run_here(&result, jobs, t->db, &t->mem, "wrong", NULL, 1000, &t->problems, NULL, NULL),
        CV_INVALID);
    assert_null(result);
    assert_int_equal(t->problems.count, 1);
    json_t *list = NULL;
    assert_int_equal(jobs_list(&list, jobs, t->db, 10), CV_OK);
    assert_int_equal(json_array_size(list), 2);
    assert_true(json_is_true(json_object_get(json_array_get(list, 0), "is_failed")));
    assert_true(json_is_true(json_object_get(json_array_get(list, 1), "is_done")));
    json_decref(list);
    jobs_close(jobs);
}

static atomic_int woken;

static void note_wake(void *context, int64_t job_id)
{
    (void)context;
    (void)job_id;
    atomic_fetch_add(&woken, 1);
}

static void test_jobs_wake__tells_other_processes(void **state)
{
    struct store_testing *t = store_testing_of(state);
    struct jobs *listener = NULL;
    struct jobs *starter = open_jobs(t, 0);
    /* The queue is empty when its worker starts, so only news can wake it before JOBS_LOOK_MS. */
    assert_int_equal(jobs_open(&listener, t->store, kind_tables, 1, 1, NULL, note_wake, NULL),
                     CV_OK);
    (void)usleep(300000);
    atomic_store(&woken, 0);
    int64_t began_ms = cv_monotonic_ms();
    int64_t id = start(t, starter, "count", json_pack("{s:i}", "n", 1));
    json_decref(wait_for(t, starter, id, "is_over"));
    assert_true(cv_monotonic_ms() - began_ms < 2000);
    assert_true(atomic_load(&woken) >= 2);
    jobs_close(listener);
    jobs_close(starter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTING_BOTH(test_jobs_start__result_is_kept, set_up),
        STORE_TESTING_BOTH(test_jobs_workers__each_job_runs_once, set_up),
        STORE_TESTING_BOTH(test_jobs_cancel__running_and_queued, set_up),
        STORE_TESTING_BOTH(test_jobs_cancel__from_another_process, set_up),
        STORE_TESTING_BOTH(test_jobs_progress__is_seen_while_it_runs, set_up),
        STORE_TESTING_BOTH(test_jobs_stop__later_ones_wait_for_the_next_program, set_up),
        STORE_TESTING_BOTH(test_jobs_failures__are_told, set_up),
        STORE_TESTING_BOTH(test_jobs_open__what_a_dead_process_left_is_marked, set_up),
        STORE_TESTING_BOTH(test_jobs_run_here__result_and_trace, set_up),
        {"test_jobs_wake__tells_other_processes (postgres)", test_jobs_wake__tells_other_processes,
         set_up, store_testing_close, (void *)(uintptr_t) "postgres"},
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
