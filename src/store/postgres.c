/* PostgreSQL behind store.h, through libpq. Values travel as text; a statement's rows are fetched
 * whole. Not here: rows in bulk (store_copy.c). */
#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store_internal.h"

/* Numbers of the types we meet (pg_type.dat). */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23 };
enum { OID_OID = 26, OID_FLOAT4 = 700, OID_FLOAT8 = 701, OID_NUMERIC = 1700 };

/* Rows of one statement. A bytea is unpacked once and kept until the next one is asked for. */
struct store_pg_cursor {
    struct store_pg_cursor *next;
    struct store_pg_cursor **link;
    PGresult *result;
    int row_count;
    unsigned char *blob;
};

static cv_rc rc_of_state(const char *state, bool is_lost)
{
    if (is_lost) return CV_UNAVAILABLE;
    if (!state) return CV_UNAVAILABLE;
    if (strcmp(state, "23505") == 0 || strcmp(state, "23503") == 0 || strcmp(state, "23P01") == 0)
        return CV_CONFLICT;
    if (strncmp(state, "23", 2) == 0 || strncmp(state, "22", 2) == 0) return CV_INVALID;
    if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0)
        return CV_BUSY;
    if (strcmp(state, "53300") == 0) return CV_BUSY; /* too many connections */
    if (strcmp(state, "57014") == 0) return CV_CANCELLED;
    if (strncmp(state, "54", 2) == 0) return CV_TOO_LARGE;
    return CV_UNAVAILABLE;
}

/* Takes the result over. */
static cv_rc check(struct store_db *db, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    cv_rc rc = CV_OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        bool is_lost = PQstatus(db->pg) == CONNECTION_BAD;
        rc = rc_of_state(PQresultErrorField(result, PG_DIAG_SQLSTATE), is_lost);
        store_fail(db, rc, result ? PQresultErrorMessage(result) : PQerrorMessage(db->pg));
    }
    PQclear(result);
    return rc;
}

static cv_rc pg_script(struct store_db *db, const char *sql)
{
    return check(db, PQexec(db->pg, sql));
}

static cv_rc pg_connect(struct store_db *db)
{
    /* What comes before dbname are defaults that the url may change. */
    static const char *const names[] = {"connect_timeout", "tcp_user_timeout", "application_name",
                                        "dbname",          "client_encoding",  NULL};
    const char *values[] = {"5", "15000", "convene", db->store->url, "UTF8", NULL};
    db->pg = PQconnectdbParams(names, values, 1);
    if (!db->pg) return store_fail(db, CV_UNAVAILABLE, "out of memory");
    if (PQstatus(db->pg) != CONNECTION_OK)
        return store_fail(db, CV_UNAVAILABLE, PQerrorMessage(db->pg));
    if (PQserverVersion(db->pg) < 150000)
        return store_fail(db, CV_UNAVAILABLE, "server older than PostgreSQL 15");
    return pg_script(db, "SET client_min_messages = warning; SET TIME ZONE 'UTC';"
                         "SET bytea_output = 'hex'; SET extra_float_digits = 1;"
                         "SET standard_conforming_strings = on;"
                         "SET idle_in_transaction_session_timeout = '10min'");
}

static void pg_disconnect(struct store_db *db)
{
    PQfinish(db->pg);
    db->pg = NULL;
}

/* The next number that came on the connection; -1: none. */
static int64_t take_news(struct store_db *db)
{
    PGnotify *news = PQnotifies(db->pg);
    if (!news) return -1;
    int64_t number = strtoll(news->extra, NULL, 10);
    PQfreemem(news);
    return number;
}

/* A server that ended our connection said so on the socket: look without waiting. */
static bool pg_is_alive(struct store_db *db)
{
    for (int i = 0; i < 4; i++) {
        if (PQstatus(db->pg) != CONNECTION_OK) return false;
        struct pollfd poll_fd = {.fd = PQsocket(db->pg), .events = POLLIN};
        if (poll(&poll_fd, 1, 0) <= 0) break;
        if (!PQconsumeInput(db->pg)) return false;
        while (take_news(db) >= 0) continue;
    }
    return PQstatus(db->pg) == CONNECTION_OK && PQtransactionStatus(db->pg) == PQTRANS_IDLE;
}

static cv_rc pg_prepare(struct store_statement *statement, struct store_db *db)
{
    (void)snprintf(statement->name, sizeof statement->name, "q%d", db->prepared_count++);
    /* A failed PREPARE would spoil an open transaction; SQLite's would not. remember_failure in
     * store.c makes them alike. */
    const struct store_sql *sql = statement->sql;
    const char *text = sql->postgres ? sql->postgres : sql->text;
    return check(db, PQprepare(db->pg, statement->name, text, 0, NULL));
}

static void pg_forget(struct store_statement *statement)
{
    (void)statement; /* ends with the connection */
}

struct parameters {
    const char *values[STORE_MAX_VALUES];
    int sizes[STORE_MAX_VALUES];
    int formats[STORE_MAX_VALUES];
    char numbers[STORE_MAX_VALUES][32];
};

static void set_parameter(struct parameters *out, int i, const struct store_value *value)
{
    switch (value->kind) {
    case STORE_KIND_INT:
        (void)snprintf(out->numbers[i], sizeof out->numbers[i], "%" PRId64, value->integer);
        out->values[i] = out->numbers[i];
        break;
    case STORE_KIND_REAL:
        (void)snprintf(out->numbers[i], sizeof out->numbers[i], "%.17g", value->real);
        out->values[i] = out->numbers[i];
        break;
    case STORE_KIND_TEXT: out->values[i] = value->bytes; break; /* STORE_TEXT ends with NUL */
    case STORE_KIND_BLOB:
        out->values[i] = value->size ? value->bytes : "";
        out->sizes[i] = (int)value->size;
        out->formats[i] = 1;
        break;
    default: out->values[i] = NULL;
    }
}

static cv_rc pg_run(struct store_rows *rows, struct store_statement *statement,
                    const struct store_value *values, int value_count, int64_t *changed)
{
    struct store_db *db = rows->db;
    struct parameters parameters = {0};
    for (int i = 0; i < value_count; i++) set_parameter(&parameters, i, &values[i]);
    PGresult *result = PQexecPrepared(db->pg, statement->name, value_count, parameters.values,
                                      parameters.sizes, parameters.formats, 0);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return check(db, result);
    if (changed) {
        *changed = strtoll(PQcmdTuples(result), NULL, 10);
        PQclear(result);
        return CV_OK;
    }
    struct store_pg_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor) {
        PQclear(result);
        return store_fail(db, CV_UNAVAILABLE, "out of memory");
    }
    cursor->result = result;
    cursor->row_count = PQntuples(result);
    cursor->next = db->pg_cursors;
    cursor->link = &db->pg_cursors;
    if (cursor->next) cursor->next->link = &cursor->next;
    db->pg_cursors = cursor;
    rows->cursor = cursor;
    rows->column_count = PQnfields(result);
    return CV_OK;
}

static bool pg_next(struct store_rows *rows)
{
    struct store_pg_cursor *cursor = rows->cursor;
    if (rows->row + 1 < cursor->row_count) return true;
    rows->row = cursor->row_count - 1;
    return false;
}

static void cursor_end(struct store_pg_cursor *cursor)
{
    *cursor->link = cursor->next;
    if (cursor->next) cursor->next->link = cursor->link;
    PQclear(cursor->result);
    PQfreemem(cursor->blob);
    free(cursor);
}

static cv_rc pg_finish(struct store_rows *rows)
{
    cursor_end(rows->cursor);
    rows->cursor = NULL;
    return CV_OK;
}

static void pg_end_cursors(struct store_db *db)
{
    while (db->pg_cursors) cursor_end(db->pg_cursors);
}

static const char *cell(const struct store_rows *rows, int column)
{
    const struct store_pg_cursor *cursor = rows->cursor;
    return PQgetvalue(cursor->result, rows->row, column);
}

static enum store_kind pg_kind(const struct store_rows *rows, int column)
{
    const struct store_pg_cursor *cursor = rows->cursor;
    if (PQgetisnull(cursor->result, rows->row, column)) return STORE_KIND_NULL;
    switch (PQftype(cursor->result, column)) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_OID:
    case OID_INT8: return STORE_KIND_INT;
    case OID_FLOAT4:
    case OID_FLOAT8:
    case OID_NUMERIC: return STORE_KIND_REAL;
    case OID_BYTEA: return STORE_KIND_BLOB;
    default: return STORE_KIND_TEXT;
    }
}

static int64_t pg_integer(const struct store_rows *rows, int column)
{
    const struct store_pg_cursor *cursor = rows->cursor;
    const char *text = cell(rows, column);
    switch (PQftype(cursor->result, column)) {
    case OID_BOOL: return *text == 't';
    case OID_FLOAT4:
    case OID_FLOAT8:
    case OID_NUMERIC: return (int64_t)strtod(text, NULL);
    default: return strtoll(text, NULL, 10);
    }
}

static double pg_real(const struct store_rows *rows, int column)
{
    return strtod(cell(rows, column), NULL);
}

static const void *pg_bytes(size_t *size, const struct store_rows *rows, int column)
{
    struct store_pg_cursor *cursor = rows->cursor;
    if (PQftype(cursor->result, column) == OID_BYTEA) {
        PQfreemem(cursor->blob);
        cursor->blob = PQunescapeBytea((const unsigned char *)cell(rows, column), size);
        return cursor->blob;
    }
    *size = (size_t)PQgetlength(cursor->result, rows->row, column);
    return cell(rows, column);
}

static const char *pg_column_name(const struct store_rows *rows, int column)
{
    const struct store_pg_cursor *cursor = rows->cursor;
    return PQfname(cursor->result, column);
}

/* One transaction at a time changes a network, as on SQLite: what a verb looked at (is there room,
 * is it the last step, is it here already) still holds when it writes. Reading asks for no lock. */
static cv_rc pg_begin(struct store_db *db)
{
    static const char sql[] =
        "BEGIN; SET LOCAL lock_timeout = " STORE_WRITER_WAIT_TEXT ";"
        "SELECT pg_advisory_xact_lock(" STORE_WRITER_LOCK ", hashtext(current_schema()))";
    cv_rc rc = pg_script(db, sql);
    if (rc != CV_OK && PQtransactionStatus(db->pg) != PQTRANS_IDLE)
        PQclear(PQexec(db->pg, "ROLLBACK"));
    return rc;
}

static cv_rc pg_mark(struct store_db *db, int64_t mark)
{
    char sql[80];
    (void)snprintf(sql, sizeof sql, "SELECT pg_advisory_lock(%" PRId64 ")", mark);
    return pg_script(db, sql);
}

/* A lock on a 64-bit number is shown in two halves (PostgreSQL manual, pg_locks). */
static cv_rc pg_is_marked(bool *out, struct store_db *db, int64_t mark)
{
    char sql[320];
    (void)snprintf(sql, sizeof sql,
                   "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
                   "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                   " AND classid = %" PRIu32 " AND objid = %" PRIu32 " AND granted",
                   (uint32_t)((uint64_t)mark >> 32), (uint32_t)mark);
    PGresult *result = PQexec(db->pg, sql);
    *out = PQntuples(result) > 0;
    return check(db, result);
}

static cv_rc pg_end(struct store_db *db, bool is_kept)
{
    cv_rc rc = pg_script(db, is_kept ? "COMMIT" : "ROLLBACK");
    return is_kept ? rc : CV_OK; /* a lost server rolls back by itself */
}

const struct store_driver store_postgres = {
    .name = "postgres",
    .connect = pg_connect,
    .disconnect = pg_disconnect,
    .end_cursors = pg_end_cursors,
    .is_alive = pg_is_alive,
    .prepare = pg_prepare,
    .forget = pg_forget,
    .run = pg_run,
    .next = pg_next,
    .finish = pg_finish,
    .kind = pg_kind,
    .integer = pg_integer,
    .real = pg_real,
    .bytes = pg_bytes,
    .column_name = pg_column_name,
    .script = pg_script,
    .begin = pg_begin,
    .mark = pg_mark,
    .is_marked = pg_is_marked,
    .end = pg_end,
};

/* --- rows in bulk ---------------------------------------------------------------------------- */

cv_rc store_postgres_copy_begin(struct store_db *db, const char *sql)
{
    PGresult *result = PQexec(db->pg, sql);
    if (PQresultStatus(result) != PGRES_COPY_IN) return check(db, result);
    PQclear(result);
    return CV_OK;
}

cv_rc store_postgres_copy_put(struct store_db *db, const char *line, size_t size)
{
    if (PQputCopyData(db->pg, line, (int)size) == 1) return CV_OK;
    return store_fail(db, CV_UNAVAILABLE, PQerrorMessage(db->pg));
}

cv_rc store_postgres_copy_end(struct store_db *db)
{
    if (PQputCopyEnd(db->pg, NULL) != 1)
        return store_fail(db, CV_UNAVAILABLE, PQerrorMessage(db->pg));
    cv_rc rc = CV_OK;
    for (PGresult *result = PQgetResult(db->pg); result; result = PQgetResult(db->pg)) {
        cv_rc result_rc = check(db, result);
        if (rc == CV_OK) rc = result_rc;
    }
    return rc;
}

/* --- what is wrong, in words ----------------------------------------------------------------- */

/* The url without a password, for sentences. */
static const char *url_for_people(struct cv_arena *mem, const char *url)
{
    const char *start = strstr(url, "://") + 3;
    const char *at = strchr(start, '@');
    const char *colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;
    const char *question = strchr(url, '?'); /* parameters may hold a password too */
    int size = question ? (int)(question - url) : (int)strlen(url);
    if (!colon || colon - url >= size) return cv_sprintf(mem, "%.*s", size, url);
    return cv_sprintf(mem, "%.*s%.*s", (int)(colon - url), url, size - (int)(at - url), at);
}

void store_postgres_explain(struct cv_problems *problems, const struct store_db *db,
                            const char *url)
{
    struct {
        const char *words;
        const char *sentence;
        const char *remedy;
    } cases[] = {
        {"older than PostgreSQL 15", "The server at %s is older than PostgreSQL 15.",
         "Use a server of version 15 or newer."},
        {"password authentication failed", "PostgreSQL at %s does not accept this password.",
         "Check the name and the password in the address."},
        {"no password supplied", "PostgreSQL at %s wants a password.",
         "Give it in the address (postgres://NAME:PASSWORD@…), in PGPASSWORD or in ~/.pgpass."},
        {"Peer authentication failed", "PostgreSQL at %s does not know you under this name.",
         "Check the name in the address, or run as the person the database belongs to."},
        {"role \"", "PostgreSQL at %s does not know this name.",
         "Check the name in the address, or create it with createuser."},
        {"database \"", "PostgreSQL answers, but the database of %s does not exist.",
         "Check the last part of the address, or create it with createdb."},
        {"too many clients", "PostgreSQL at %s has no free connection.",
         "Wait a moment, or raise max_connections on the server."},
        {"lock timeout", "PostgreSQL at %s is busy: somebody else writes.",
         "Try again in a moment."},
        {"starting up", "PostgreSQL at %s is still starting.", "Try again in a few seconds."},
        {"could not translate host name", "There is no machine with the name in %s.",
         "Check the name of the server in the address."},
    };
    const char *shown = url_for_people(problems->mem, url);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!strstr(db->error, cases[i].words)) continue;
        const char *mark = strstr(cases[i].sentence, "%s");
        cv_problem(problems, 0, NULL, cases[i].remedy, "%.*s%s%s", (int)(mark - cases[i].sentence),
                   cases[i].sentence, shown, mark + 2);
        return;
    }
    cv_problem(problems, 0, NULL,
               "Check that the server runs and that the address and port are right.",
               "PostgreSQL at %s does not answer.", shown);
}

/* --- news between processes ------------------------------------------------------------------ */

static bool is_word(const char *channel)
{
    for (const char *c = channel; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || *c == '_')) return false;
    return *channel && strlen(channel) < 48;
}

cv_rc store_notify(struct store_db *db, const char *channel, int64_t number)
{
    assert(is_word(channel) && number >= 0);
    if (db->driver != &store_postgres) return CV_OK;
    char sql[96];
    (void)snprintf(sql, sizeof sql, "NOTIFY %s, '%" PRId64 "'", channel, number);
    return pg_script(db, sql);
}

static void drain(int fd)
{
    char bytes[64];
    ssize_t size = read(fd, bytes, sizeof bytes);
    (void)size; /* only wakes us */
}

cv_rc store_wait_notify(int64_t *out, struct store_db *db, const char *channel, int wake_fd,
                        int wait_ms)
{
    assert(is_word(channel));
    *out = -1;
    bool is_postgres = db->driver == &store_postgres;
    if (is_postgres && strcmp(db->listening, channel) != 0) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "LISTEN %s", channel);
        cv_rc rc = pg_script(db, sql);
        if (rc != CV_OK) return rc;
        (void)snprintf(db->listening, sizeof db->listening, "%s", channel);
        *out = 0;
        return CV_OK;
    }
    if (is_postgres && (*out = take_news(db)) >= 0) return CV_OK;
    struct pollfd fds[2] = {{.fd = wake_fd, .events = POLLIN},
                            {.fd = is_postgres ? PQsocket(db->pg) : -1, .events = POLLIN}};
    int ready = poll(fds, 2, wait_ms);
    if (ready > 0 && (fds[0].revents & POLLIN)) drain(wake_fd);
    if (ready > 0 && fds[1].revents) {
        if (!PQconsumeInput(db->pg) || PQstatus(db->pg) != CONNECTION_OK)
            return store_fail(db, CV_UNAVAILABLE, PQerrorMessage(db->pg));
        *out = take_news(db);
    }
    return CV_OK;
}
