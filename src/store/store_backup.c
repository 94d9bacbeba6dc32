/* Backups: one SQLite file of either kind of database, with a table of facts and a checksum behind
 * the last page. See store.h. Not here: how rows travel (store_copy.c). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/store_internal.h"

/* "\nconvene-backup 1 sha256 <64 hex digits>\n": SQLite looks at whole pages only and leaves it
 * alone. */
#define TRAILER_HEAD "\nconvene-backup 1 sha256 "
enum { HEX_BYTES = crypto_hash_sha256_BYTES * 2, TRAILER_HEAD_BYTES = sizeof TRAILER_HEAD - 1 };
enum { TRAILER_BYTES = TRAILER_HEAD_BYTES + HEX_BYTES + 1, READ_BYTES = 1 << 16 };
enum { BACKUP_MEMORY = 512 << 20 };

static const struct store_migration facts_table = {
    .feature = "store",
    .name = "backup",
    .sql = "CREATE TABLE store_backup (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);"};
static const struct store_sql sql_insert_fact = {
    "INSERT INTO store_backup (name, value) VALUES ($1, $2)", __FILE__, __LINE__, NULL};
static const struct store_sql sql_list_facts = {
    "SELECT name, value FROM store_backup ORDER BY name", __FILE__, __LINE__, NULL};

/* --- checksum -------------------------------------------------------------------------------- */

/* SHA-256 of the first `size` bytes, as hex digits. */
static bool hash_file(char hex[HEX_BYTES + 1], int fd, int64_t size)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    unsigned char bytes[READ_BYTES];
    for (int64_t at = 0; at < size;) {
        size_t want = size - at < READ_BYTES ? (size_t)(size - at) : READ_BYTES;
        ssize_t got = pread(fd, bytes, want, at);
        if (got <= 0) return false;
        crypto_hash_sha256_update(&state, bytes, (unsigned long long)got);
        at += got;
    }
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, HEX_BYTES + 1, hash, sizeof hash);
    return true;
}

static bool append_checksum(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat facts;
    char hex[HEX_BYTES + 1];
    char trailer[TRAILER_BYTES + 1];
    bool is_ok = fstat(fd, &facts) == 0 && hash_file(hex, fd, facts.st_size);
    if (is_ok) {
        (void)snprintf(trailer, sizeof trailer, TRAILER_HEAD "%s\n", hex);
        is_ok = pwrite(fd, trailer, TRAILER_BYTES, facts.st_size) == TRAILER_BYTES;
    }
    is_ok = is_ok && fsync(fd) == 0;
    int saved = errno;
    is_ok = close(fd) == 0 && is_ok;
    if (saved) errno = saved;
    return is_ok;
}

/* --- making a backup -------------------------------------------------------------------------- */

/* Puts the finished file in its place; refuses when something stands there. */
static cv_rc put_in_place(const char *part, const char *path, struct cv_problems *problems)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
        bool is_unsupported = errno == EINVAL || errno == ENOSYS;
        if (is_unsupported && access(path, F_OK) != 0 && rename(part, path) == 0) return CV_OK;
        if (is_unsupported || errno == EEXIST)
            cv_problem(problems, 0, NULL, "Give another name; nothing is overwritten.",
                       "There is a file %s already.", path);
        else
            cv_problem(problems, 0, NULL, "Check the disk and the rights on the folder.",
                       "The file %s cannot be made: %s.", path, strerror(errno));
        return CV_INVALID;
    }
    return CV_OK;
}

/* A store and one connection outside the pool, for made-up statements. */
struct place {
    struct store *store;
    struct store_db *db;
};

static void close_place(struct place *place)
{
    store_disconnect(place->db);
    store_close(place->store);
    *place = (struct place){0};
}

static cv_rc open_place(struct place *out, const char *url, enum store_mode mode,
                        struct cv_problems *problems)
{
    *out = (struct place){.store = store_new(url, mode)};
    if (!out->store) return CV_UNAVAILABLE;
    cv_rc rc = store_connect(&out->db, out->store);
    if (rc == CV_OK) return rc;
    if (out->db && out->db->driver == &store_sqlite)
        store_sqlite_explain(problems, out->db, out->store->url);
    else if (out->db)
        store_postgres_explain(problems, out->db, out->store->url);
    close_place(out);
    return rc;
}

static cv_rc insert_fact(struct store_db *db, const char *name, const char *value)
{
    return store_exec(NULL, db, &sql_insert_fact, STORE_TEXT(name), STORE_TEXT(value));
}

static cv_rc count_rows(json_t *counts, struct store_db *db, struct cv_arena *mem)
{
    const char *const *names = NULL;
    size_t count = 0;
    cv_rc rc = store_table_names(&names, &count, db, mem);
    for (size_t i = 0; i < count && rc == CV_OK; i++) {
        struct store_sql *sql = CV_NEW(mem, struct store_sql);
        *sql = (struct store_sql){cv_sprintf(mem, "SELECT count(*) FROM \"%s\"", names[i]),
                                  __FILE__, __LINE__, NULL};
        int64_t rows = 0;
        rc = store_number(&rows, db, sql);
        json_object_set_new(counts, names[i], json_integer(rows));
    }
    return rc;
}

static cv_rc write_facts(struct store_db *db, struct cv_arena *mem, const json_t *counts,
                         const char *from, int64_t now_s)
{
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    char *sql = store_migration_sql(&facts_table, false);
    rc = sql ? db->driver->script(db, sql) : CV_UNAVAILABLE;
    free(sql);
    if (rc == CV_OK) rc = insert_fact(db, "made_at_s", cv_sprintf(mem, "%" PRId64, now_s));
    if (rc == CV_OK) rc = insert_fact(db, "version", CONVENE_VERSION);
    if (rc == CV_OK) rc = insert_fact(db, "from", from);
    const char *table;
    json_t *rows;
    json_object_foreach((json_t *)counts, table, rows)
    {
        if (rc == CV_OK)
            rc = insert_fact(db, cv_sprintf(mem, "rows.%s", table),
                             cv_sprintf(mem, "%" JSON_INTEGER_FORMAT, json_integer_value(rows)));
    }
    return store_end(db, rc);
}

/* The file with the program's own schema (the steps that `from` had), filled with rows. */
static cv_rc fill(struct place *to, struct store_db *from, const struct store *known,
                  struct cv_arena *mem, int64_t now_s, struct cv_problems *problems, json_t *counts)
{
    bool *wanted = CV_NEW_ARRAY(mem, bool, known->migration_count + 1);
    int64_t applied_count = 0;
    cv_rc rc = store_compare(wanted, &applied_count, from, known->migrations,
                             known->migration_count, problems);
    for (size_t i = 0; i < known->migration_count; i++) wanted[i] = !wanted[i];
    bool is_sqlite = to->db->driver == &store_sqlite;
    if (rc == CV_OK && is_sqlite) rc = to->db->driver->script(to->db, "PRAGMA foreign_keys=OFF");
    if (rc == CV_OK) rc = store_begin(to->db);
    if (rc != CV_OK) return rc;
    rc = store_apply(to->db, known->migrations, known->migration_count, wanted, now_s, problems);
    if (rc == CV_OK && is_sqlite) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d", STORE_APPLICATION_ID);
        rc = to->db->driver->script(to->db, sql);
    }
    if (rc == CV_OK) {
        rc = store_copy_rows(to->db, from, mem, counts);
        if (rc != CV_OK) {
            const char *words = *to->db->error ? to->db->error : from->error;
            cv_problem(problems, 0, NULL, "Check the disk and the server, then try again.",
                       "The rows could not be copied: %s.", words);
        }
    }
    return store_end(to->db, rc);
}

static cv_rc backup_postgres(struct store *store, const char *part, struct cv_arena *mem,
                             int64_t now_s, struct cv_problems *problems)
{
    struct place from = {.store = NULL};
    struct place to = {.store = NULL};
    json_t *counts = json_object();
    cv_rc rc = open_place(&from, store->url, STORE_READ_ONLY, problems);
    if (rc == CV_OK) rc = open_place(&to, part, STORE_CREATE, problems);
    if (rc == CV_OK)
        rc = from.db->driver->script(from.db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (rc == CV_OK) rc = fill(&to, from.db, store, mem, now_s, problems, counts);
    if (rc == CV_OK) rc = write_facts(to.db, mem, counts, "postgres", now_s);
    if (rc == CV_OK) rc = to.db->driver->script(to.db, "PRAGMA journal_mode=DELETE");
    json_decref(counts);
    close_place(&to);
    close_place(&from);
    return rc;
}

static cv_rc backup_sqlite(struct store *store, const char *part, struct cv_arena *mem,
                           int64_t now_s, struct cv_problems *problems)
{
    struct place from = {.store = NULL};
    struct place to = {.store = NULL};
    json_t *counts = json_object();
    cv_rc rc = open_place(&from, store->url, STORE_READ_ONLY, problems);
    if (rc == CV_OK) rc = store_sqlite_copy(from.db, part, problems);
    if (rc == CV_OK) rc = open_place(&to, part, STORE_OPEN_EXISTING, problems);
    if (rc == CV_OK) rc = count_rows(counts, to.db, mem);
    if (rc == CV_OK) rc = write_facts(to.db, mem, counts, "sqlite", now_s);
    if (rc == CV_OK) rc = to.db->driver->script(to.db, "PRAGMA journal_mode=DELETE");
    json_decref(counts);
    close_place(&to);
    close_place(&from);
    return rc;
}

static void remove_part(const char *part)
{
    char name[4096];
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", part, tails[i]);
        (void)unlink(name);
    }
}

cv_rc store_backup(struct store *store, const char *path, int64_t now_s,
                   struct cv_problems *problems)
{
    if (access(path, F_OK) == 0) {
        cv_problem(problems, 0, NULL, "Give another name; nothing is overwritten.",
                   "There is a file %s already.", path);
        return CV_INVALID;
    }
    struct cv_arena mem;
    cv_arena_init(&mem, BACKUP_MEMORY);
    const char *part = cv_sprintf(&mem, "%s.part-%d", path, (int)getpid());
    cv_rc rc = store->driver == &store_sqlite
                   ? store_sqlite_check_place(part, STORE_CREATE, problems)
                   : CV_OK;
    if (rc == CV_OK)
        rc = store->driver == &store_postgres ? backup_postgres(store, part, &mem, now_s, problems)
                                              : backup_sqlite(store, part, &mem, now_s, problems);
    if (rc == CV_OK && !append_checksum(part)) {
        cv_problem(problems, 0, NULL, "Make room on the disk, then try again.",
                   "The backup %s could not be finished: %s.", path, strerror(errno));
        rc = CV_UNAVAILABLE;
    }
    if (rc == CV_OK) rc = put_in_place(part, path, problems);
    if (rc != CV_OK) remove_part(part);
    if (rc != CV_OK && problems->total_count == 0)
        cv_problem(problems, 0, NULL, "Check the disk and the database, then try again.",
                   "The backup could not be made.");
    cv_arena_free(&mem);
    return rc;
}

/* --- looking at one -------------------------------------------------------------------------- */

static cv_rc refuse_file(struct cv_problems *problems, const char *path, const char *what)
{
    cv_problem(problems, 0, NULL, "Use another backup.", "The backup %s %s.", path, what);
    return CV_INVALID;
}

static cv_rc check_checksum(char hex[HEX_BYTES + 1], int64_t *size, const char *path,
                            struct cv_problems *problems)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    if (fd < 0 || fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        cv_problem(problems, 0, NULL, "Give the name of a file that \"convene backup\" made.",
                   "The backup %s cannot be read: %s.", path,
                   fd < 0 ? strerror(errno) : "it is no file");
        if (fd >= 0) (void)close(fd);
        return CV_INVALID;
    }
    char trailer[TRAILER_BYTES + 1] = "";
    *size = facts.st_size;
    int64_t content = facts.st_size - TRAILER_BYTES;
    bool is_backup = content > 0 && pread(fd, trailer, TRAILER_BYTES, content) == TRAILER_BYTES &&
                     memcmp(trailer, TRAILER_HEAD, TRAILER_HEAD_BYTES) == 0 &&
                     trailer[TRAILER_BYTES - 1] == '\n';
    bool is_same = is_backup && hash_file(hex, fd, content) &&
                   memcmp(hex, trailer + TRAILER_HEAD_BYTES, HEX_BYTES) == 0;
    (void)close(fd);
    if (!is_backup)
        return refuse_file(problems, path, "is not a whole file that \"convene backup\" made");
    if (!is_same) return refuse_file(problems, path, "was changed after it was made (checksum)");
    return CV_OK;
}

static const struct store_sql sql_integrity = {"PRAGMA integrity_check(1)", __FILE__, __LINE__,
                                               NULL};
static const struct store_sql sql_references = {"PRAGMA foreign_key_check", __FILE__, __LINE__,
                                                NULL};

static cv_rc check_pages(struct store_db *db, struct cv_arena *mem, const char *path,
                         struct cv_problems *problems)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, db, &sql_integrity);
    bool is_ok = rc == CV_OK && store_next(&rows) && strcmp(store_text(&rows, 0, mem), "ok") == 0;
    rc = store_done(&rows, rc);
    if (rc != CV_OK || !is_ok) return refuse_file(problems, path, "is damaged");
    rc = store_select(&rows, db, &sql_references);
    is_ok = rc == CV_OK && !store_next(&rows);
    rc = store_done(&rows, rc);
    return rc == CV_OK && is_ok ? CV_OK
                                : refuse_file(problems, path, "has rows that refer to none");
}

static cv_rc read_facts(json_t *facts, struct store_db *db, struct cv_arena *mem, const char *path,
                        struct cv_problems *problems)
{
    json_t *counts = json_object();
    json_t *tables = json_array();
    cv_rc rc = count_rows(counts, db, mem);
    bool is_same = true;
    size_t table_count = 0;
    struct store_rows rows;
    if (rc == CV_OK) rc = store_select(&rows, db, &sql_list_facts);
    while (rc == CV_OK && store_next(&rows)) {
        const char *name = store_text(&rows, 0, mem);
        const char *value = store_text(&rows, 1, mem);
        if (strncmp(name, "rows.", 5) == 0) {
            int64_t count = strtoll(value, NULL, 10);
            json_t *actual = json_object_get(counts, name + 5);
            is_same = is_same && actual && json_integer_value(actual) == count;
            table_count++;
            json_array_append_new(
                tables, json_pack("{s:s, s:I}", "name", name + 5, "rows", (json_int_t)count));
        } else if (strcmp(name, "made_at_s") == 0) {
            json_object_set_new(facts, name, json_integer(strtoll(value, NULL, 10)));
        } else {
            json_object_set_new(facts, name, json_string(value));
        }
    }
    if (rc == CV_OK) rc = store_done(&rows, rc);
    is_same = is_same && table_count == json_object_size(counts);
    json_decref(counts);
    json_object_set_new(facts, "tables", tables);
    if (rc != CV_OK) return refuse_file(problems, path, "has no facts about itself");
    return is_same ? CV_OK
                   : refuse_file(problems, path, "holds other numbers of rows than it says");
}

cv_rc store_backup_verify(const char *path, struct cv_arena *mem, json_t **out_facts,
                          struct cv_problems *problems)
{
    char hex[HEX_BYTES + 1] = "";
    int64_t size = 0;
    struct place place = {.store = NULL};
    json_t *facts = json_object();
    cv_rc rc = check_checksum(hex, &size, path, problems);
    if (rc == CV_OK) rc = store_sqlite_check_place(path, STORE_READ_ONLY, problems);
    if (rc == CV_OK) rc = open_place(&place, path, STORE_READ_ONLY, problems);
    if (rc == CV_OK) rc = check_pages(place.db, mem, path, problems);
    if (rc == CV_OK) rc = read_facts(facts, place.db, mem, path, problems);
    close_place(&place);
    json_object_set_new(facts, "bytes", json_integer(size));
    json_object_set_new(facts, "sha256", json_string(hex));
    if (rc != CV_OK || !out_facts) {
        json_decref(facts);
        facts = NULL;
    }
    if (out_facts) *out_facts = facts;
    return rc;
}

/* --- bringing one back ----------------------------------------------------------------------- */

static cv_rc check_empty(struct place *to, struct cv_arena *mem, const char *url,
                         struct cv_problems *problems)
{
    const char *const *names = NULL;
    size_t count = 0;
    cv_rc rc = store_table_names(&names, &count, to->db, mem);
    if (rc != CV_OK || count == 0) return rc;
    (void)url;
    cv_problem(problems, 0, NULL, "Restore into a new, empty database; then point --data at it.",
               "The database to restore into already holds %s.",
               cv_count_text(mem, (long long)count, "table", "tables"));
    return CV_INVALID;
}

static cv_rc restore_into(const char *path, const char *url, const struct store *known,
                          struct cv_arena *mem, int64_t now_s, struct cv_problems *problems)
{
    struct place from = {.store = NULL};
    struct place to = {.store = NULL};
    cv_rc rc = open_place(&from, path, STORE_READ_ONLY, problems);
    if (rc == CV_OK) rc = open_place(&to, url, STORE_CREATE, problems);
    if (rc == CV_OK) rc = check_empty(&to, mem, url, problems);
    if (rc == CV_OK) rc = fill(&to, from.db, known, mem, now_s, problems, NULL);
    if (rc == CV_OK && to.db->driver == &store_sqlite)
        rc = to.db->driver->script(to.db, "PRAGMA journal_mode=DELETE");
    close_place(&to);
    close_place(&from);
    return rc;
}

cv_rc store_restore(const char *path, const char *url, const struct store_migration *migrations,
                    size_t count, int64_t now_s, struct cv_problems *problems)
{
    struct store *probe = store_new(url, STORE_CREATE);
    if (!probe) return CV_UNAVAILABLE;
    struct store known = {.migrations = migrations, .migration_count = count};
    struct cv_arena mem;
    cv_arena_init(&mem, BACKUP_MEMORY);
    bool is_sqlite = probe->driver == &store_sqlite;
    const char *target = cv_strdup(&mem, probe->url);
    store_close(probe);
    cv_rc rc = store_backup_verify(path, &mem, NULL, problems);
    struct stat facts;
    if (rc == CV_OK && is_sqlite && stat(target, &facts) == 0) {
        cv_problem(problems, 0, NULL, "Restore into a new file; then point --data at it.",
                   "There is a file %s already; nothing is overwritten.", target);
        rc = CV_INVALID;
    }
    if (rc == CV_OK && is_sqlite) {
        /* Built beside its place, so that a restore that fails leaves nothing half done. */
        const char *part = cv_sprintf(&mem, "%s.part-%d", target, (int)getpid());
        rc = store_sqlite_check_place(part, STORE_CREATE, problems);
        if (rc == CV_OK) rc = restore_into(path, part, &known, &mem, now_s, problems);
        if (rc == CV_OK) rc = put_in_place(part, target, problems);
        if (rc != CV_OK) remove_part(part);
    } else if (rc == CV_OK) {
        rc = restore_into(path, target, &known, &mem, now_s, problems);
    }
    if (rc != CV_OK && problems->total_count == 0)
        cv_problem(problems, 0, NULL, "Check the disk and the database, then try again.",
                   "The backup could not be restored.");
    cv_arena_free(&mem);
    return rc;
}
