/* store: what both databases share: statements, rows, documents, transactions. See store.h.
 * Not here: opening and the pool (store_pool.c), what differs (sqlite.c, postgres.c). */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store_internal.h"

cv_rc store_fail(struct store_db *db, cv_rc rc, const char *words)
{
    size_t size = words ? strlen(words) : 0;
    /* cppcheck-suppress arrayIndexOutOfBoundsCond; it takes size for sizeof db->error */
    while (size > 0 && (words[size - 1] == '\n' || words[size - 1] == ' ')) size--;
    if (size >= sizeof db->error) size = sizeof db->error - 1;
    if (size > 0) memcpy(db->error, words, size);
    db->error[size] = '\0';
    return rc;
}

const char *store_error(const struct store_db *db)
{
    return db->error;
}

/* --- statements, cached by the address of their declaration ----------------------------------- */

static size_t cache_place(const struct store_db *db, const struct store_sql *sql)
{
    uint64_t x = (uint64_t)(uintptr_t)sql;
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
    size_t at = (size_t)(x ^ (x >> 29)) & (db->cache_size - 1);
    while (db->cache[at] && db->cache[at]->sql != sql) at = (at + 1) & (db->cache_size - 1);
    return at;
}

static bool cache_grow(struct store_db *db)
{
    struct store_statement **old = db->cache;
    size_t old_size = db->cache_size;
    size_t size = old_size ? old_size * 2 : 128;
    struct store_statement **grown = calloc(size, sizeof(struct store_statement *));
    if (!grown) return false;
    db->cache = grown;
    db->cache_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i]) db->cache[cache_place(db, old[i]->sql)] = old[i];
    free(old);
    return true;
}

static cv_rc make_statement(struct store_statement **out, struct store_db *db,
                            const struct store_sql *sql)
{
    struct store_statement *made = calloc(1, sizeof *made);
    if (!made) return store_fail(db, CV_UNAVAILABLE, "out of memory");
    made->sql = sql;
    cv_rc rc = db->driver->prepare(made, db);
    if (rc != CV_OK) {
        free(made);
        return rc;
    }
    *out = made;
    return CV_OK;
}

static cv_rc find_statement(struct store_statement **out, struct store_db *db,
                            const struct store_sql *sql)
{
    if (db->cache_count * 2 >= db->cache_size && !cache_grow(db))
        return store_fail(db, CV_UNAVAILABLE, "out of memory");
    size_t at = cache_place(db, sql);
    if (db->cache[at] && !db->cache[at]->is_busy) {
        *out = db->cache[at];
        return CV_OK;
    }
    cv_rc rc = make_statement(out, db, sql);
    if (rc != CV_OK) return rc;
    if (db->cache[at]) {
        (*out)->is_spare = true;
        (*out)->next_spare = db->spares;
        db->spares = *out;
    } else {
        db->cache[at] = *out;
        db->cache_count++;
    }
    return CV_OK;
}

cv_rc store_prepare(struct store_db *db, const struct store_sql *sql)
{
    struct store_statement *statement = NULL;
    return find_statement(&statement, db, sql);
}

/* A failure inside a transaction poisons it up to the enclosing savepoint, as PostgreSQL does. */
static cv_rc remember_failure(struct store_db *db, cv_rc rc)
{
    if (rc != CV_OK && db->depth > 0 && db->failed_depth == 0) {
        db->failed_depth = db->depth;
        db->failed_rc = rc;
    }
    return rc;
}

static cv_rc start_array(struct store_rows *rows, struct store_db *db, const struct store_sql *sql,
                         int64_t *changed, const struct store_value *values, int count)
{
    *rows = (struct store_rows){.db = db, .row = -1};
    if (db->failed_depth > 0) return rows->rc = db->failed_rc;
    struct store_statement *statement = NULL;
    cv_rc rc = find_statement(&statement, db, sql);
    if (rc == CV_OK) rc = db->driver->run(rows, statement, values, count, changed);
    return rows->rc = remember_failure(db, rc);
}

static cv_rc start(struct store_rows *rows, struct store_db *db, const struct store_sql *sql,
                   int64_t *changed, va_list args)
{
    struct store_value values[STORE_MAX_VALUES];
    int count = 0;
    for (;;) {
        struct store_value value = va_arg(args, struct store_value);
        if (value.kind == STORE_KIND_END) break;
        assert(count < STORE_MAX_VALUES);
        values[count++] = value;
    }
    return start_array(rows, db, sql, changed, values, count);
}

cv_rc store_exec_array(struct store_db *db, const struct store_sql *sql,
                       const struct store_value *values, int count)
{
    struct store_rows rows;
    int64_t changed = 0;
    cv_rc rc = start_array(&rows, db, sql, &changed, values, count);
    return store_done(&rows, rc);
}

cv_rc store_exec_values(int64_t *changed, struct store_db *db, const struct store_sql *sql, ...)
{
    va_list args;
    va_start(args, sql);
    struct store_rows rows;
    int64_t count = 0;
    cv_rc rc = start(&rows, db, sql, &count, args);
    va_end(args);
    rc = store_done(&rows, rc);
    if (changed) *changed = rc == CV_OK ? count : 0;
    return rc;
}

cv_rc store_select_values(struct store_rows *rows, struct store_db *db, const struct store_sql *sql,
                          ...)
{
    va_list args;
    va_start(args, sql);
    cv_rc rc = start(rows, db, sql, NULL, args);
    va_end(args);
    return rc;
}

/* --- rows ------------------------------------------------------------------------------------ */

bool store_next(struct store_rows *rows)
{
    if (rows->rc != CV_OK || !rows->cursor) return false;
    if (!rows->db->driver->next(rows)) {
        remember_failure(rows->db, rows->rc);
        return false;
    }
    rows->row++;
    return true;
}

int64_t store_int(const struct store_rows *rows, int column)
{
    assert(column >= 0 && column < rows->column_count);
    return rows->db->driver->integer(rows, column);
}

double store_real(const struct store_rows *rows, int column)
{
    assert(column >= 0 && column < rows->column_count);
    return rows->db->driver->real(rows, column);
}

bool store_is_null(const struct store_rows *rows, int column)
{
    assert(column >= 0 && column < rows->column_count);
    return rows->db->driver->kind(rows, column) == STORE_KIND_NULL;
}

const char *store_text(const struct store_rows *rows, int column, struct cv_arena *mem)
{
    size_t size = 0;
    const void *bytes = store_bytes(&size, rows, column);
    return bytes ? cv_strndup(mem, bytes, size) : NULL;
}

const void *store_bytes(size_t *size, const struct store_rows *rows, int column)
{
    assert(column >= 0 && column < rows->column_count);
    *size = 0;
    if (rows->db->driver->kind(rows, column) == STORE_KIND_NULL) return NULL;
    return rows->db->driver->bytes(size, rows, column);
}

cv_rc store_done(struct store_rows *rows, cv_rc rc)
{
    if (rc == CV_OK) rc = rows->rc;
    if (!rows->cursor) return rc;
    cv_rc finish_rc = rows->db->driver->finish(rows);
    rows->cursor = NULL;
    return rc == CV_OK ? remember_failure(rows->db, finish_rc) : rc;
}

cv_rc store_number_values(int64_t *out, struct store_db *db, const struct store_sql *sql, ...)
{
    va_list args;
    va_start(args, sql);
    struct store_rows rows;
    cv_rc rc = start(&rows, db, sql, NULL, args);
    va_end(args);
    bool is_found = false;
    int64_t number = 0;
    while (rc == CV_OK && store_next(&rows)) {
        if (!is_found) number = store_int(&rows, 0);
        is_found = true;
    }
    rc = store_done(&rows, rc);
    if (rc == CV_OK && !is_found) return CV_NOT_FOUND;
    if (rc == CV_OK) *out = number;
    return rc;
}

/* --- documents ------------------------------------------------------------------------------- */

static bool is_yes_no(const char *name)
{
    return strncmp(name, "is_", 3) == 0 || strncmp(name, "has_", 4) == 0 ||
           strncmp(name, "can_", 4) == 0;
}

static json_t *column_document(const struct store_rows *rows, int column, const char *name)
{
    const struct store_driver *driver = rows->db->driver;
    size_t size = 0;
    switch (driver->kind(rows, column)) {
    case STORE_KIND_INT:
        if (is_yes_no(name)) return json_boolean(driver->integer(rows, column) != 0);
        return json_integer(driver->integer(rows, column));
    case STORE_KIND_REAL: return json_real(driver->real(rows, column));
    case STORE_KIND_TEXT: {
        const void *bytes = driver->bytes(&size, rows, column);
        return json_stringn_nocheck(bytes, size);
    }
    default: return NULL;
    }
}

cv_rc store_json_values(json_t **out, struct store_db *db, const struct store_sql *sql, ...)
{
    va_list args;
    va_start(args, sql);
    struct store_rows rows;
    cv_rc rc = start(&rows, db, sql, NULL, args);
    va_end(args);
    json_t *list = json_array();
    while (rc == CV_OK && store_next(&rows)) {
        json_t *object = json_object();
        for (int column = 0; column < rows.column_count; column++) {
            const char *name = db->driver->column_name(&rows, column);
            json_t *value = column_document(&rows, column, name);
            if (value) json_object_set_new_nocheck(object, name, value);
        }
        json_array_append_new(list, object);
    }
    rc = store_done(&rows, rc);
    if (rc != CV_OK) {
        json_decref(list);
        list = NULL;
    }
    *out = list;
    return rc;
}

/* --- transactions ---------------------------------------------------------------------------- */

static cv_rc savepoint(struct store_db *db, const char *verb)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "%s s%d", verb, db->depth);
    return db->driver->script(db, sql);
}

bool store_in_transaction(const struct store_db *db)
{
    return db->depth > 0;
}

cv_rc store_begin(struct store_db *db)
{
    if (db->failed_depth > 0) return db->failed_rc;
    db->depth++;
    cv_rc rc = CV_OK;
    if (db->depth > 1) {
        rc = savepoint(db, "SAVEPOINT");
    } else {
        rc = store_writer_enter(db);
        if (rc == CV_OK) rc = db->driver->begin(db);
        if (rc != CV_OK) store_writer_leave(db);
    }
    if (rc != CV_OK) db->depth--;
    return rc == CV_OK ? rc : remember_failure(db, rc);
}

static cv_rc end_transaction(struct store_db *db, bool is_kept)
{
    assert(db->depth > 0);
    cv_rc failed_rc = db->failed_depth > 0 ? db->failed_rc : CV_OK;
    if (failed_rc != CV_OK) is_kept = false;
    cv_rc rc = CV_OK;
    if (db->depth > 1) {
        if (!is_kept) rc = savepoint(db, "ROLLBACK TO SAVEPOINT");
        if (rc == CV_OK) rc = savepoint(db, "RELEASE SAVEPOINT");
    } else {
        rc = db->driver->end(db, is_kept);
        store_writer_leave(db);
    }
    if (db->failed_depth >= db->depth || db->depth == 1) db->failed_depth = 0;
    db->depth--;
    remember_failure(db, rc); /* a savepoint that could not be closed ends the whole transaction */
    return failed_rc != CV_OK ? failed_rc : rc;
}

cv_rc store_commit(struct store_db *db)
{
    return end_transaction(db, true);
}

void store_rollback(struct store_db *db)
{
    cv_rc rc = end_transaction(db, false);
    (void)rc; /* what failed inside was told when it failed; a lost server rolls back by itself */
}

cv_rc store_end(struct store_db *db, cv_rc rc)
{
    if (rc == CV_OK) return store_commit(db);
    store_rollback(db);
    return rc;
}

/* --- between processes ----------------------------------------------------------------------- */

cv_rc store_mark(struct store_db *db, int64_t mark)
{
    assert(mark > 0);
    return db->driver->mark(db, mark);
}

cv_rc store_is_marked(bool *out, struct store_db *db, int64_t mark)
{
    *out = false;
    return mark > 0 ? db->driver->is_marked(out, db, mark) : CV_OK;
}

/* --- every statement of the program ---------------------------------------------------------- */

extern const struct store_sql *const __start_store_sql[] __attribute__((weak));
extern const struct store_sql *const __stop_store_sql[] __attribute__((weak));

size_t store_sql_count(void)
{
    /* cppcheck-suppress comparePointers; the linker sets both at the ends of one array */
    return (size_t)(__stop_store_sql - __start_store_sql);
}

const struct store_sql *store_sql_at(size_t index)
{
    assert(index < store_sql_count());
    return __start_store_sql[index];
}

cv_rc store_prepare_all(struct store_db *db, struct cv_problems *problems)
{
    size_t before = problems->total_count;
    for (size_t i = 0; i < store_sql_count(); i++) {
        const struct store_sql *sql = store_sql_at(i);
        if (store_prepare(db, sql) == CV_OK) continue;
        cv_problem_add(problems,
                       (struct cv_problem){.sheet = sql->file,
                                           .line = sql->line,
                                           .field = sql->postgres && db->driver == &store_postgres
                                                        ? sql->postgres
                                                        : sql->text,
                                           .sentence = store_error(db)});
    }
    return problems->total_count == before ? CV_OK : CV_INVALID;
}
