/* SQLite behind store.h: one file, write-ahead log, one writer at a time, readers beside it.
 * Not here: what is wrong with a file that cannot be opened, in words (sqlite_place.c). */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store_internal.h"

static cv_rc rc_of(int code)
{
    switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return CV_OK;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return CV_CONFLICT;
    default: break;
    }
    switch (code & 255) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return CV_BUSY;
    case SQLITE_NOTADB: /* the wrong file was named */
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return CV_INVALID;
    case SQLITE_TOOBIG: return CV_TOO_LARGE;
    case SQLITE_INTERRUPT: return CV_CANCELLED;
    default: return CV_UNAVAILABLE;
    }
}

static cv_rc fail(struct store_db *db, int code)
{
    return store_fail(db, rc_of(code), db->lite ? sqlite3_errmsg(db->lite) : sqlite3_errstr(code));
}

static cv_rc lite_script(struct store_db *db, const char *sql)
{
    int code = sqlite3_exec(db->lite, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CV_OK : fail(db, code);
}

/* synchronous=FULL: what was confirmed to a person survives a power cut, not only a crash of ours.
 * case_sensitive_like: as in PostgreSQL; searched columns are folded anyway. */
static const char set_up[] = "PRAGMA busy_timeout=5000;"
                             "PRAGMA foreign_keys=ON;"
                             "PRAGMA synchronous=FULL;"
                             "PRAGMA trusted_schema=OFF;"
                             "PRAGMA cell_size_check=ON;"
                             "PRAGMA case_sensitive_like=ON;"
                             "PRAGMA temp_store=MEMORY;";

/* A database of another program is left as it is. One of ours has an application id from its first
 * table on: both are of one transaction. */
static cv_rc one_number(int *out, struct store_db *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db->lite, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    *out = code == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
    int finalize_code = sqlite3_finalize(stmt);
    return finalize_code == SQLITE_OK ? CV_OK : fail(db, finalize_code);
}

static cv_rc check_owner(struct store_db *db)
{
    int id = 0;
    int table_count = 0;
    cv_rc rc = one_number(&id, db, "PRAGMA application_id");
    if (rc == CV_OK) rc = one_number(&table_count, db, "SELECT count(*) FROM sqlite_schema");
    if (rc != CV_OK || id == STORE_APPLICATION_ID) return rc;
    return id == 0 && table_count == 0 ? CV_OK : store_fail(db, CV_INVALID, STORE_OTHER_PROGRAM);
}

/* Nobody asks SQLite how much memory it has; counting takes one lock for all threads with every
 * piece. Too late when a test began SQLite before us: then it counts. */
static void count_no_memory(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static cv_rc lite_connect(struct store_db *db)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, count_no_memory);
    static const int modes[] = {
        [STORE_OPEN_EXISTING] = SQLITE_OPEN_READWRITE,
        [STORE_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [STORE_READ_ONLY] = SQLITE_OPEN_READONLY,
    };
    enum store_mode mode = db->store->mode;
    int code = sqlite3_open_v2(db->store->url, &db->lite, modes[mode] | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return fail(db, code);
    sqlite3_extended_result_codes(db->lite, 1);
    sqlite3_db_config(db->lite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->lite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->lite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    cv_rc rc = lite_script(db, set_up);
    /* The first read tells a file of something else; the empty write, a place without rights. */
    if (rc == CV_OK) rc = check_owner(db);
    if (rc == CV_OK && mode != STORE_READ_ONLY) rc = lite_script(db, "PRAGMA journal_mode=WAL");
    if (rc == CV_OK && mode != STORE_READ_ONLY) rc = store_writer_enter(db);
    if (rc == CV_OK && mode != STORE_READ_ONLY) rc = lite_script(db, "BEGIN IMMEDIATE; ROLLBACK");
    store_writer_leave(db);
    return rc;
}

static void lite_disconnect(struct store_db *db)
{
    if (db->lite) sqlite3_close_v2(db->lite);
    db->lite = NULL;
    if (db->marks_fd > 0) (void)close(db->marks_fd);
    db->marks_fd = 0;
}

static void lite_forget(struct store_statement *statement);

static void end_spare(struct store_db *db, struct store_statement *statement)
{
    struct store_statement **at = &db->spares;
    while (*at != statement) at = &(*at)->next_spare;
    *at = statement->next_spare;
    lite_forget(statement);
    free(statement);
}

static void lite_end_cursors(struct store_db *db)
{
    while (db->spares) end_spare(db, db->spares);
    for (size_t i = 0; i < db->cache_size; i++) {
        struct store_statement *statement = db->cache[i];
        if (!statement || !statement->is_busy) continue;
        (void)sqlite3_reset(statement->lite);
        (void)sqlite3_clear_bindings(statement->lite);
        statement->is_busy = false;
    }
}

static bool lite_is_alive(struct store_db *db)
{
    return db->lite != NULL;
}

static cv_rc lite_prepare(struct store_statement *statement, struct store_db *db)
{
    const char *tail = NULL;
    int code = sqlite3_prepare_v3(db->lite, statement->sql->text, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement->lite, &tail);
    if (code != SQLITE_OK) return fail(db, code);
    assert(statement->lite && (!tail || !*tail)); /* one statement a literal */
    statement->value_count = sqlite3_bind_parameter_count(statement->lite);
    assert(statement->value_count <= STORE_MAX_VALUES);
    for (int i = 0; i < statement->value_count; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "$%d", i + 1);
        statement->places[i] = sqlite3_bind_parameter_index(statement->lite, name);
        assert(statement->places[i] > 0); /* $1 to $n, none left out */
    }
    return CV_OK;
}

static void lite_forget(struct store_statement *statement)
{
    sqlite3_finalize(statement->lite);
    statement->lite = NULL;
}

static int bind(sqlite3_stmt *stmt, int at, const struct store_value *value)
{
    switch (value->kind) {
    case STORE_KIND_INT: return sqlite3_bind_int64(stmt, at, value->integer);
    case STORE_KIND_REAL: return sqlite3_bind_double(stmt, at, value->real);
    case STORE_KIND_TEXT:
        return sqlite3_bind_text64(stmt, at, value->bytes, value->size, SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    case STORE_KIND_BLOB:
        return sqlite3_bind_blob64(stmt, at, value->size ? value->bytes : "", value->size,
                                   SQLITE_TRANSIENT);
    default: return sqlite3_bind_null(stmt, at);
    }
}

static cv_rc lite_finish(struct store_rows *rows)
{
    struct store_statement *statement = rows->cursor;
    struct store_db *db = rows->db;
    int code = sqlite3_reset(statement->lite);
    cv_rc rc = code == SQLITE_OK ? CV_OK : fail(db, code);
    sqlite3_clear_bindings(statement->lite);
    if (db->depth == 0) store_writer_leave(db);
    statement->is_busy = false;
    if (statement->is_spare) end_spare(db, statement);
    rows->cursor = NULL;
    return rc;
}

static cv_rc lite_run(struct store_rows *rows, struct store_statement *statement,
                      const struct store_value *values, int value_count, int64_t *changed)
{
    struct store_db *db = rows->db;
    sqlite3_stmt *stmt = statement->lite;
    rows->cursor = statement;
    rows->column_count = sqlite3_column_count(stmt);
    statement->is_busy = true;
    assert(statement->value_count == value_count);
    int code = SQLITE_OK;
    for (int i = 0; i < value_count && code == SQLITE_OK; i++)
        code = bind(stmt, statement->places[i], &values[i]);
    cv_rc rc = code == SQLITE_OK ? CV_OK : fail(db, code);
    if (rc == CV_OK && db->depth == 0 && !sqlite3_stmt_readonly(stmt)) rc = store_writer_enter(db);
    if (rc == CV_OK && changed) {
        while ((code = sqlite3_step(stmt)) == SQLITE_ROW) continue;
        rc = code == SQLITE_DONE ? CV_OK : fail(db, code);
        *changed = sqlite3_changes64(db->lite);
    }
    if (rc != CV_OK) {
        cv_rc finish_rc = lite_finish(rows);
        (void)finish_rc; /* reset repeats what step said */
    }
    return rc;
}

static bool lite_next(struct store_rows *rows)
{
    struct store_statement *statement = rows->cursor;
    int code = sqlite3_step(statement->lite);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) rows->rc = fail(rows->db, code);
    /* A finished cursor must not start again when asked once more. */
    cv_rc rc = lite_finish(rows);
    if (rows->rc == CV_OK) rows->rc = rc;
    return false;
}

static sqlite3_stmt *stmt_of(const struct store_rows *rows)
{
    return ((struct store_statement *)rows->cursor)->lite;
}

static enum store_kind lite_kind(const struct store_rows *rows, int column)
{
    sqlite3_stmt *stmt = stmt_of(rows);
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL: return STORE_KIND_NULL;
    case SQLITE_FLOAT: return STORE_KIND_REAL;
    case SQLITE_TEXT: return STORE_KIND_TEXT;
    case SQLITE_BLOB: return STORE_KIND_BLOB;
    default: break;
    }
    /* RETURNING gives a whole number of a REAL column as an integer. */
    const char *declared = sqlite3_column_decltype(stmt, column);
    return declared && strcmp(declared, "REAL") == 0 ? STORE_KIND_REAL : STORE_KIND_INT;
}

static int64_t lite_integer(const struct store_rows *rows, int column)
{
    return sqlite3_column_int64(stmt_of(rows), column);
}

static double lite_real(const struct store_rows *rows, int column)
{
    return sqlite3_column_double(stmt_of(rows), column);
}

static const void *lite_bytes(size_t *size, const struct store_rows *rows, int column)
{
    sqlite3_stmt *stmt = stmt_of(rows);
    bool is_blob = sqlite3_column_type(stmt, column) == SQLITE_BLOB;
    const void *bytes =
        is_blob ? sqlite3_column_blob(stmt, column) : sqlite3_column_text(stmt, column);
    *size = (size_t)sqlite3_column_bytes(stmt, column);
    return bytes ? bytes : "";
}

static const char *lite_column_name(const struct store_rows *rows, int column)
{
    return sqlite3_column_name(stmt_of(rows), column);
}

static cv_rc lite_begin(struct store_db *db)
{
    return lite_script(db, "BEGIN IMMEDIATE");
}

/* A mark is a locked byte of an empty file beside the database; the lock belongs to the open file
 * and ends with it. Never on the database itself: closing a second handle of it would drop SQLite's
 * own locks. */
static int open_marks(struct store_db *db)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s-marks", db->store->url);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

static cv_rc lite_mark(struct store_db *db, int64_t mark)
{
    if (db->marks_fd <= 0) db->marks_fd = open_marks(db);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = mark, .l_len = 1};
    if (db->marks_fd > 0 && fcntl(db->marks_fd, F_OFD_SETLK, &lock) == 0) return CV_OK;
    return store_fail(db, CV_UNAVAILABLE, strerror(errno));
}

static cv_rc lite_is_marked(bool *out, struct store_db *db, int64_t mark)
{
    int fd = open_marks(db);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = mark, .l_len = 1};
    bool is_ok = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0;
    *out = is_ok && lock.l_type != F_UNLCK;
    if (fd >= 0) (void)close(fd);
    return is_ok ? CV_OK : store_fail(db, CV_UNAVAILABLE, strerror(errno));
}

static cv_rc lite_end(struct store_db *db, bool is_kept)
{
    /* A full disk may have rolled back already. */
    if (sqlite3_get_autocommit(db->lite))
        return is_kept ? store_fail(db, CV_UNAVAILABLE, "rolled back by the database") : CV_OK;
    cv_rc rc = lite_script(db, is_kept ? "COMMIT" : "ROLLBACK");
    if (rc != CV_OK && !sqlite3_get_autocommit(db->lite))
        (void)sqlite3_exec(db->lite, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

const struct store_driver store_sqlite = {
    .name = "sqlite",
    .connect = lite_connect,
    .disconnect = lite_disconnect,
    .end_cursors = lite_end_cursors,
    .is_alive = lite_is_alive,
    .prepare = lite_prepare,
    .forget = lite_forget,
    .run = lite_run,
    .next = lite_next,
    .finish = lite_finish,
    .kind = lite_kind,
    .integer = lite_integer,
    .real = lite_real,
    .bytes = lite_bytes,
    .column_name = lite_column_name,
    .script = lite_script,
    .begin = lite_begin,
    .mark = lite_mark,
    .is_marked = lite_is_marked,
    .end = lite_end,
};
