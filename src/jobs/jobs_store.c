/* Every SQL statement of jobs. See jobs.h. */
#include "jobs/jobs_internal.h"

const struct store_migration jobs_migrations[] = {
    {.feature = "jobs",
     .name = "0001_start",
     .sql = "CREATE TABLE job (\n"
            "    id IDENTITY,\n"
            "    kind TEXT NOT NULL,\n"
            "    args TEXT NOT NULL,\n"
            "    state TEXT NOT NULL DEFAULT 'queued'\n"
            "        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),\n"
            "    person_id BIGINT, -- who asked; no reference: the trace outlives the person\n"
            "    runner_mark BIGINT, -- of the process at work (store_mark)\n"
            "    is_cancel_asked BIGINT NOT NULL DEFAULT 0 CHECK (is_cancel_asked IN (0, 1)),\n"
            "    done BIGINT NOT NULL DEFAULT 0,\n"
            "    total BIGINT NOT NULL DEFAULT 0,\n"
            "    what TEXT NOT NULL DEFAULT '',\n"
            "    result TEXT, -- JSON\n"
            "    problems TEXT, -- JSON\n"
            "    queued_at_s BIGINT NOT NULL,\n"
            "    started_at_s BIGINT,\n"
            "    ended_at_s BIGINT\n"
            ");\n"
            "CREATE INDEX job_state ON job (state, id);\n"}};
const size_t jobs_migration_count = sizeof jobs_migrations / sizeof jobs_migrations[0];

STORE_SQL(sql_insert, "INSERT INTO job (kind, args, person_id, queued_at_s) "
                      "VALUES ($1, $2, $3, $4) RETURNING id");
STORE_SQL(sql_insert_running,
          "INSERT INTO job (kind, args, state, runner_mark, queued_at_s, started_at_s) "
          "VALUES ($1, $2, 'running', $3, $4, $4) RETURNING id");
/* SQLite has one writer at a time and needs no SKIP LOCKED. */
STORE_SQL_EACH(sql_claim,
               "UPDATE job SET state = 'running', runner_mark = $1, started_at_s = $2 WHERE id = "
               "(SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1) "
               "RETURNING id, kind, args, started_at_s",
               "UPDATE job SET state = 'running', runner_mark = $1, started_at_s = $2 WHERE id = "
               "(SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1 "
               "FOR UPDATE SKIP LOCKED) RETURNING id, kind, args, started_at_s");
STORE_SQL(sql_update_progress, "UPDATE job SET done = $2, total = $3, what = $4 "
                               "WHERE id = $1 AND state = 'running' RETURNING is_cancel_asked");
STORE_SQL(sql_end, "UPDATE job SET state = $3, result = $4, problems = $5, ended_at_s = $6 "
                   "WHERE id = $1 AND runner_mark = $2 AND state = 'running'");
STORE_SQL(sql_cancel_queued, "UPDATE job SET state = 'cancelled', ended_at_s = $2 "
                             "WHERE id = $1 AND state = 'queued'");
STORE_SQL(sql_ask_to_stop,
          "UPDATE job SET is_cancel_asked = 1 WHERE id = $1 AND state = 'running'");
STORE_SQL(sql_list_running,
          "SELECT DISTINCT runner_mark FROM job WHERE state = 'running' AND runner_mark <> $1");
STORE_SQL(sql_fail_running, "UPDATE job SET state = 'failed', problems = $2, ended_at_s = $3 "
                            "WHERE state = 'running' AND runner_mark = $1");
STORE_SQL(sql_find, "SELECT id, kind, state, person_id, done, total, what, args, result, problems, "
                    "is_cancel_asked, queued_at_s, started_at_s, ended_at_s "
                    "FROM job WHERE id = $1");
STORE_SQL(sql_list, "SELECT id, kind, state, person_id, done, total, what, args, result, problems, "
                    "is_cancel_asked, queued_at_s, started_at_s, ended_at_s "
                    "FROM job ORDER BY id DESC LIMIT $1");
STORE_SQL(sql_forget_person, "UPDATE job SET person_id = NULL WHERE person_id = $1");

cv_rc jobs_store_insert(int64_t *out_id, struct store_db *db, const char *kind, const char *args,
                        int64_t person_id, int64_t now_s)
{
    return store_number(out_id, db, &sql_insert, STORE_TEXT(kind), STORE_TEXT(args),
                        STORE_INT_OR_NULL(person_id), STORE_INT(now_s));
}

cv_rc jobs_store_insert_running(int64_t *out_id, struct store_db *db, const char *kind,
                                const char *args, int64_t mark, int64_t now_s)
{
    return store_number(out_id, db, &sql_insert_running, STORE_TEXT(kind), STORE_TEXT(args),
                        STORE_INT(mark), STORE_INT(now_s));
}

cv_rc jobs_store_claim(struct jobs_claim *out, struct store_db *db, struct cv_arena *mem,
                       int64_t mark, int64_t now_s)
{
    *out = (struct jobs_claim){0};
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_claim, STORE_INT(mark), STORE_INT(now_s));
    while (rc == CV_OK && store_next(&rows))
        *out = (struct jobs_claim){.id = store_int(&rows, 0),
                                   .kind = store_text(&rows, 1, mem),
                                   .args = store_text(&rows, 2, mem),
                                   .started_at_s = store_int(&rows, 3)};
    return store_done(&rows, rc);
}

cv_rc jobs_store_progress(bool *is_cancelled, struct store_db *db, int64_t id, int64_t done,
                          int64_t total, const char *what)
{
    int64_t asked = 0;
    cv_rc rc = store_number(&asked, db, &sql_update_progress, STORE_INT(id), STORE_INT(done),
                            STORE_INT(total), STORE_TEXT(what));
    *is_cancelled = asked != 0;
    return rc == CV_NOT_FOUND ? CV_CANCELLED : rc;
}

cv_rc jobs_store_end(struct store_db *db, int64_t id, int64_t mark, const char *state,
                     const char *result, const char *problems, int64_t now_s)
{
    return store_exec(NULL, db, &sql_end, STORE_INT(id), STORE_INT(mark), STORE_TEXT(state),
                      STORE_TEXT(result), STORE_TEXT(problems), STORE_INT(now_s));
}

cv_rc jobs_store_cancel(bool *was_queued, struct store_db *db, int64_t id, int64_t now_s)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_cancel_queued, STORE_INT(id), STORE_INT(now_s));
    *was_queued = changed > 0;
    if (rc != CV_OK || changed > 0) return rc;
    rc = store_exec(&changed, db, &sql_ask_to_stop, STORE_INT(id));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

cv_rc jobs_store_recover(int64_t *out_count, struct store_db *db, int64_t own_mark, int64_t now_s)
{
    enum { MARKS_MAX = 100 };
    static const char died[] =
        "[{\"sentence\":\"The program ended before this was done. Nothing was half stored.\","
        "\"remedy\":\"Start it again.\"}]";
    int64_t marks[MARKS_MAX];
    size_t count = 0;
    *out_count = 0;
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_list_running, STORE_INT(own_mark));
    while (rc == CV_OK && count < MARKS_MAX && store_next(&rows))
        marks[count++] = store_int(&rows, 0);
    rc = store_done(&rows, rc);
    for (size_t i = 0; i < count && rc == CV_OK; i++) {
        bool is_alive = false;
        int64_t changed = 0;
        rc = store_is_marked(&is_alive, db, marks[i]);
        if (rc == CV_OK && !is_alive)
            rc = store_exec(&changed, db, &sql_fail_running, STORE_INT(marks[i]), STORE_TEXT(died),
                            STORE_INT(now_s));
        *out_count += changed;
    }
    return rc;
}

cv_rc jobs_store_find(json_t **out, struct store_db *db, int64_t id)
{
    return store_json(out, db, &sql_find, STORE_INT(id));
}

cv_rc jobs_store_list(json_t **out, struct store_db *db, int64_t limit)
{
    return store_json(out, db, &sql_list, STORE_INT(limit));
}

cv_rc jobs_forget_person(struct store_db *db, int64_t person_id)
{
    return store_exec(NULL, db, &sql_forget_person, STORE_INT(person_id));
}
