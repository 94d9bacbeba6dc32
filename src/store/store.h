/* store: one SQL text on SQLite and PostgreSQL. Knows no table; features own their statements and
 * migrations.
 *
 * A `struct store` is the opened database, shared by all threads; a `struct store_db` is one
 * connection, used by one thread at a time. Statements are literals in the code, declared once and
 * cached by the address of their declaration:
 *
 *     STORE_SQL(sql_find, "SELECT name FROM person WHERE id = $1");
 *
 *     struct store_rows rows;
 *     cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
 *     while (rc == CV_OK && store_next(&rows)) name = store_text(&rows, 0, mem);
 *     rc = store_done(&rows, rc);
 *
 * SQL that is valid on both: $1 placeholders, RETURNING, ON CONFLICT, CTEs, window functions, row
 * values. Booleans are integers 0/1 with a CHECK, in columns named is_/has_/can_ (store_json makes
 * true/false of them); times integers in seconds UTC; searched text a folded column (cv_text_fold).
 * Where the databases would part, write: CAST(sum(n) AS BIGINT), CAST($1 AS BIGINT) where nothing
 * else tells the type ("$1 = 0" makes it 32 bits on PostgreSQL), LIKE … ESCAPE '\', NULLS FIRST or
 * LAST.
 *
 * Types of columns in migrations are these words, translated for each database:
 *     IDENTITY  the table's own number, handed out upwards and never twice: id IDENTITY
 *     BIGINT (or INTEGER)   64-bit integer       REAL   double precision
 *     TEXT   sorted by bytes on both             BLOB   bytes
 * SQLite tables are made STRICT, so that a text never lands in a number's column on either.
 *
 * A unique or foreign-key violation is CV_CONFLICT on both; a broken CHECK, NOT NULL or type
 * CV_INVALID; a locked database CV_BUSY; a lost one, a full disk or wrong SQL CV_UNAVAILABLE.
 * Inside a transaction a failed statement ends the transaction's usefulness on both: what follows
 * gives the same failure until the rollback. Use ON CONFLICT, or a nested transaction (a
 * savepoint).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/problems.h"

struct store;
struct store_db;

/* --- statements ------------------------------------------------------------------------------ */

struct store_sql {
    const char *text;
    const char *file;
    int line;
    const char *postgres; /* NULL: the same text */
};
/* The section lets the tests prepare every statement of the program on both databases. */
#define STORE_SQL(name, sql_text)                                                                  \
    static const struct store_sql name = {sql_text, __FILE__, __LINE__, NULL};                     \
    static const struct store_sql *const name##_row __attribute__((section("store_sql"), used)) =  \
        &name
/* Only where the databases cannot share one text (FOR UPDATE SKIP LOCKED). */
#define STORE_SQL_EACH(name, sqlite_text, postgres_text)                                           \
    static const struct store_sql name = {sqlite_text, __FILE__, __LINE__, postgres_text};         \
    static const struct store_sql *const name##_row __attribute__((section("store_sql"), used)) =  \
        &name

enum store_kind {
    STORE_KIND_END,
    STORE_KIND_NULL,
    STORE_KIND_INT,
    STORE_KIND_REAL,
    STORE_KIND_TEXT,
    STORE_KIND_BLOB
};
struct store_value {
    enum store_kind kind;
    int64_t integer;
    double real;
    const void *bytes; /* must live until the call returns */
    size_t size;
};
#define STORE_INT(x)     ((struct store_value){.kind = STORE_KIND_INT, .integer = (x)})
#define STORE_BOOL(x)    STORE_INT((x) ? 1 : 0)
#define STORE_REAL(x)    ((struct store_value){.kind = STORE_KIND_REAL, .real = (x)})
#define STORE_NULL       ((struct store_value){.kind = STORE_KIND_NULL})
#define STORE_BLOB(p, n) ((struct store_value){.kind = STORE_KIND_BLOB, .bytes = (p), .size = (n)})
#define STORE_END        ((struct store_value){.kind = STORE_KIND_END})
/* NULL is SQL NULL. */
static inline struct store_value STORE_TEXT(const char *text) {
    if (!text) return STORE_NULL;
    return (struct store_value){.kind = STORE_KIND_TEXT, .bytes = text, .size = strlen(text)};
}
/* 0 is SQL NULL: for optional references. */
static inline struct store_value
STORE_INT_OR_NULL(int64_t id) {
    return id ? STORE_INT(id) : STORE_NULL;
}

/* --- opening --------------------------------------------------------------------------------- */

struct store_migration {
    const char *feature; /* "people" */
    const char *name;    /* "0001_start": order within the feature */
    const char *sql;     /* for both; NULL when the two below are used */
    const char *sqlite;
    const char *postgres;
};

enum store_mode { STORE_OPEN_EXISTING, STORE_CREATE, STORE_READ_ONLY };

/* url: a path (or sqlite:PATH) or postgres://… . STORE_CREATE makes what is missing and opens what
 * is there. Says in `problems` what is wrong and what to do: a missing file, a file of something
 * else, a disk without space or rights, a server that does not answer. */
CV_MUST_USE cv_rc store_open(struct store **out, const char *url, enum store_mode mode,
                             struct cv_problems *problems);
void store_close(struct store *store);
/* Brings the schema up to date in one transaction; a database newer than the program is refused
 * with a sentence. Migrations run in the order given and must live as long as the store. A copy of
 * a SQLite file is kept beside it before an upgrade (not on creation): PATH.before-upgrade-TIME. */
CV_MUST_USE cv_rc store_migrate(struct store *store, const struct store_migration *migrations,
                                size_t count, int64_t now_s, struct cv_problems *problems);
/* How many of these migrations the database lacks: 0 when it is up to date. Changes nothing. */
CV_MUST_USE cv_rc store_migrations_missing(int64_t *out, struct store *store,
                                           const struct store_migration *migrations, size_t count,
                                           struct cv_problems *problems);
/* "sqlite" or "postgres", for words on pages and in logs. */
const char *store_kind_name(const struct store *store);

/* A connection of the pool for this thread; give it back. Opens a new one when all are out, and in
 * place of one whose server went away. CV_UNAVAILABLE when the database does not answer. */
CV_MUST_USE cv_rc store_acquire(struct store_db **out, struct store *store);
/* Rolls back what was left open. NULL is fine. */
void store_release(struct store_db *db);
/* The database's own words about the last failure on this connection, for the log. Never for a
 * page. */
const char *store_error(const struct store_db *db);

/* --- statements at work ----------------------------------------------------------------------- */

/* changed: rows changed, may be NULL. */
#define store_exec(changed, db, ...) store_exec_values(changed, db, __VA_ARGS__, STORE_END)
CV_MUST_USE cv_rc store_exec_values(int64_t *changed, struct store_db *db,
                                    const struct store_sql *sql,
                                    ... /* struct store_value…, STORE_END */);

struct store_rows {
    struct store_db *db;
    void *cursor;
    int row;
    int column_count;
    cv_rc rc;
};
#define store_select(rows, db, ...) store_select_values(rows, db, __VA_ARGS__, STORE_END)
CV_MUST_USE cv_rc store_select_values(struct store_rows *rows, struct store_db *db,
                                      const struct store_sql *sql, ...);
/* False at the end or on failure; store_done tells which. */
bool store_next(struct store_rows *rows);
int64_t store_int(const struct store_rows *rows, int column); /* NULL is 0 */
double store_real(const struct store_rows *rows, int column); /* NULL is 0 */
bool store_is_null(const struct store_rows *rows, int column);
/* Copied into mem; NULL stays NULL. */
const char *store_text(const struct store_rows *rows, int column, struct cv_arena *mem);
/* Bytes that live until the next store_next or store_done. */
const void *store_bytes(size_t *size, const struct store_rows *rows, int column);
/* Always call it, with the rc of store_select. Gives the first failure. */
CV_MUST_USE cv_rc store_done(struct store_rows *rows, cv_rc rc);

/* For one row of one number: the number, or CV_NOT_FOUND. */
#define store_number(out, db, ...) store_number_values(out, db, __VA_ARGS__, STORE_END)
CV_MUST_USE cv_rc store_number_values(int64_t *out, struct store_db *db,
                                      const struct store_sql *sql, ...);
/* Rows as documents: an array of objects by column name; NULL columns are left out, so that
 * templates see nothing; blobs too. *out is a new reference, and NULL after a failure. */
#define store_json(out, db, ...) store_json_values(out, db, __VA_ARGS__, STORE_END)
CV_MUST_USE cv_rc store_json_values(json_t **out, struct store_db *db, const struct store_sql *sql,
                                    ...);

/* --- transactions ---------------------------------------------------------------------------- */

/* Nested calls make savepoints. On SQLite one writer at a time in the process: begin waits its turn
 * (busy_timeout). */
CV_MUST_USE cv_rc store_begin(struct store_db *db);
CV_MUST_USE cv_rc store_commit(struct store_db *db);
void store_rollback(struct store_db *db);
bool store_in_transaction(const struct store_db *db);
/* `rc = store_end(db, rc)`: commits when rc is CV_OK, else rolls back; gives the outcome. */
CV_MUST_USE cv_rc store_end(struct store_db *db, cv_rc rc);

/* --- between processes ----------------------------------------------------------------------- */

/* Tells every process that waits on this channel a number (>= 0). PostgreSQL: LISTEN/NOTIFY, sent
 * with the commit. SQLite: does nothing; one process serves, and has its own means. channel: a word
 * of small letters and underscores. */
CV_MUST_USE cv_rc store_notify(struct store_db *db, const char *channel, int64_t number);
/* Waits up to wait_ms for the next number, or until wake_fd (-1: none) has bytes to read (they are
 * taken). *out: the number; -1 when none came. The first call on a connection begins to listen and
 * gives 0 at once, since something may have come before. On SQLite it waits for wake_fd only. */
CV_MUST_USE cv_rc store_wait_notify(int64_t *out, struct store_db *db, const char *channel,
                                    int wake_fd, int wait_ms);
/* A mark (> 0) that lives exactly as long as this connection and its process, so that others can
 * tell a living process from a dead one. PostgreSQL: an advisory lock; SQLite: a lock on the empty
 * file PATH-marks. */
CV_MUST_USE cv_rc store_mark(struct store_db *db, int64_t mark);
CV_MUST_USE cv_rc store_is_marked(bool *out, struct store_db *db, int64_t mark);

/* --- whole databases ------------------------------------------------------------------------- */

/* A consistent copy of all tables into one file, written while others work; refuses to overwrite.
 * For SQLite a database file, for PostgreSQL the same SQLite file filled from it, so that any
 * backup restores into either. Ends with a checksum (SHA-256) behind the last page. */
CV_MUST_USE cv_rc store_backup(struct store *store, const char *path, int64_t now_s,
                               struct cv_problems *problems);
/* Reads every page, the checksum, the references and the row counts. One flipped byte is found.
 * Facts: {made_at_s, version, from: "sqlite"|"postgres", bytes, sha256, tables: [{name, rows}]}.
 * out_facts may be NULL; a new reference. */
CV_MUST_USE cv_rc store_backup_verify(const char *path, struct cv_arena *mem, json_t **out_facts,
                                      struct cv_problems *problems);
/* Into an empty place only, after verifying. The schema is made from the program's own migrations
 * (those the backup had); only rows come from the file. A backup of a newer program is refused; one
 * of an older program is brought up to date by store_migrate afterwards. */
CV_MUST_USE cv_rc store_restore(const char *path, const char *url,
                                const struct store_migration *migrations, size_t count,
                                int64_t now_s, struct cv_problems *problems);
/* The tables and their columns as the database itself tells them, the same document on both, for
 * `convene schema` and tests: [{table, columns: [{name, type: integer|real|text|blob, is_required,
 * is_key, references: "person.id"}]}]. A new reference. */
CV_MUST_USE cv_rc store_schema(json_t **out, struct store_db *db);

/* Every statement of the program, for the tests. */
size_t store_sql_count(void);
const struct store_sql *store_sql_at(size_t index);
/* Prepares without running. */
CV_MUST_USE cv_rc store_prepare(struct store_db *db, const struct store_sql *sql);
/* Prepares every statement of the linked program on this connection; those that fail become
 * problems (file, line, the database's words). For the whole program's tests. */
CV_MUST_USE cv_rc store_prepare_all(struct store_db *db, struct cv_problems *problems);

#endif
