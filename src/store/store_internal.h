/* What the files of store share: a connection, its cached statements, and the table of functions
 * each database brings. Nobody else includes this. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>

#include "store/store.h"

enum {
    STORE_MAX_VALUES = 32,       /* placeholders of one statement */
    STORE_WRITER_WAIT_MS = 5000, /* then CV_BUSY */
    STORE_IDLE_MAX = 32,         /* connections kept when nobody needs them */
    /* "Cnvn", in the head of our SQLite files: tells them from those of other programs. */
    STORE_APPLICATION_ID = 0x436e766e
};

#define STORE_WRITER_WAIT_TEXT "5000"       /* STORE_WRITER_WAIT_MS, for PostgreSQL */
#define STORE_WRITER_LOCK      "1131312751" /* the advisory lock of who writes into a schema */

#define STORE_OTHER_PROGRAM "a database of another program"

/* A statement prepared on one connection. */
struct store_statement {
    const struct store_sql *sql; /* its address is the key */
    sqlite3_stmt *lite;
    int places[STORE_MAX_VALUES]; /* SQLite numbers $1, $2, … by first appearance: where each went
                                   */
    int value_count;
    char name[16]; /* PostgreSQL */
    bool is_busy;  /* SQLite: a cursor stands on it */
    bool is_spare; /* SQLite: made because the cached one was busy; dies with its cursor */
    struct store_statement *next_spare; /* of the same connection */
};

struct store_driver {
    const char *name;
    cv_rc (*connect)(struct store_db *db);
    void (*disconnect)(struct store_db *db);
    /* Ends the cursors that somebody left standing: who is over its memory jumps away without
     * store_done, and a standing SELECT would show its old moment to all who come after. */
    void (*end_cursors)(struct store_db *db);
    /* False when the server went away while the connection was idle. */
    bool (*is_alive)(struct store_db *db);
    cv_rc (*prepare)(struct store_statement *statement, struct store_db *db);
    void (*forget)(struct store_statement *statement);
    /* Binds and starts. With changed != NULL no rows are wanted: runs to the end and counts. */
    cv_rc (*run)(struct store_rows *rows, struct store_statement *statement,
                 const struct store_value *values, int value_count, int64_t *changed);
    bool (*next)(struct store_rows *rows); /* sets rows->rc on failure */
    cv_rc (*finish)(struct store_rows *rows);
    enum store_kind (*kind)(const struct store_rows *rows, int column);
    int64_t (*integer)(const struct store_rows *rows, int column);
    double (*real)(const struct store_rows *rows, int column);
    const void *(*bytes)(size_t *size, const struct store_rows *rows, int column);
    const char *(*column_name)(const struct store_rows *rows, int column);
    cv_rc (*script)(struct store_db *db, const char *sql); /* several statements, no values */
    cv_rc (*begin)(struct store_db *db);
    cv_rc (*mark)(struct store_db *db, int64_t mark);
    cv_rc (*is_marked)(bool *out, struct store_db *db, int64_t mark);
    /* Commits (or rolls back); the transaction is over whatever comes back. */
    cv_rc (*end)(struct store_db *db, bool is_kept);
};
extern const struct store_driver store_sqlite;
extern const struct store_driver store_postgres;

struct store {
    const struct store_driver *driver;
    char *url; /* without "sqlite:" */
    enum store_mode mode;
    pthread_mutex_t mutex; /* guards idle and the writer's flag */
    struct store_db *idle;
    int idle_count;
    pthread_cond_t writer_left;
    bool has_writer; /* SQLite: one at a time, so that nobody finds the file locked by ourselves */
    const struct store_migration *migrations; /* as given to store_migrate; backup needs them */
    size_t migration_count;
};

struct store_db {
    struct store *store;
    const struct store_driver *driver;
    struct store_db *next; /* in the pool */
    sqlite3 *lite;
    PGconn *pg;
    struct store_pg_cursor *pg_cursors; /* the standing ones */
    struct store_statement **cache;     /* open addressing by address of the struct store_sql */
    size_t cache_size;                  /* a power of two */
    size_t cache_count;
    struct store_statement *spares;
    int prepared_count; /* PostgreSQL's names */
    int depth;          /* open transactions; 1 is the real one, the others savepoints */
    int failed_depth;   /* where a statement failed; 0: nowhere */
    cv_rc failed_rc;
    bool is_writer; /* holds the store's writer flag */
    char listening[64];
    int marks_fd; /* SQLite: 0 until a mark is held */
    char error[512];
};

/* Remembers the database's words; gives rc back. */
cv_rc store_fail(struct store_db *db, cv_rc rc, const char *words);
/* One connection outside the pool. */
cv_rc store_connect(struct store_db **out, struct store *store);
void store_disconnect(struct store_db *db);
/* Waits for the right to write (SQLite); CV_BUSY after STORE_WRITER_WAIT_MS. */
cv_rc store_writer_enter(struct store_db *db);
void store_writer_leave(struct store_db *db);

/* store_exec with the values in an array. */
cv_rc store_exec_array(struct store_db *db, const struct store_sql *sql,
                       const struct store_value *values, int count);
/* A store with nothing open yet, for this url. */
struct store *store_new(const char *url, enum store_mode mode);

/* Opening checks of each kind: fills problems, CV_INVALID or CV_UNAVAILABLE. */
cv_rc store_sqlite_check_place(const char *path, enum store_mode mode,
                               struct cv_problems *problems);
void store_sqlite_explain(struct cv_problems *problems, const struct store_db *db,
                          const char *path);
void store_postgres_explain(struct cv_problems *problems, const struct store_db *db,
                            const char *url);

/* The SQL of a migration for one kind of database, types translated. Free with free(). */
char *store_migration_sql(const struct store_migration *migration, bool is_postgres);
/* Applies the wanted ones of a list (NULL: all) and notes them, inside a transaction of its own. */
cv_rc store_apply(struct store_db *db, const struct store_migration *migrations, size_t count,
                  const bool *wanted, int64_t now_s, struct cv_problems *problems);
/* missing[i]: the database lacks migrations[i]. Refuses a database that has more than the program
 * knows, or other texts under the same names. */
cv_rc store_compare(bool *missing, int64_t *applied_count, struct store_db *db,
                    const struct store_migration *migrations, size_t count,
                    struct cv_problems *problems);
/* Copies a SQLite database page by page. */
cv_rc store_sqlite_copy(struct store_db *from, const char *to_path, struct cv_problems *problems);

/* Rows of all tables, and the numbers handed out so far, from one database into an empty one of the
 * same schema; checks references and counts at the end. `to` must be in a transaction, begun with
 * foreign keys off on SQLite; `from` must show one moment. Both must be connections outside the
 * pool: their statements are made up. counts (may be NULL) gets {table: rows}. */
cv_rc store_copy_rows(struct store_db *to, struct store_db *from, struct cv_arena *mem,
                      json_t *counts);
/* Names of the tables, our own bookkeeping left out, sorted. */
cv_rc store_table_names(const char *const **out, size_t *out_count, struct store_db *db,
                        struct cv_arena *mem);

/* PostgreSQL: rows in bulk. line: one row in the text format of COPY. */
cv_rc store_postgres_copy_begin(struct store_db *db, const char *sql);
cv_rc store_postgres_copy_put(struct store_db *db, const char *line, size_t size);
cv_rc store_postgres_copy_end(struct store_db *db);

#endif
