/* Rows of all tables from one database into another of the same schema, for backup and restore: the
 * way between SQLite and PostgreSQL. Not here: files and checksums (store_backup.c). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "store/store_internal.h"

enum { FETCH_ROWS = 2000, COPY_BYTES = 1 << 16, ROW_MAX_BYTES = 256 << 20 };

/* A statement made up here. Its address must stay its own as long as the connection lives. */
static const struct store_sql *made_up(struct cv_arena *mem, const char *text)
{
    struct store_sql *sql = CV_NEW(mem, struct store_sql);
    *sql = (struct store_sql){.text = text, .file = __FILE__};
    return sql;
}

static const struct store_sql sql_lite_column_names = {
    "SELECT name FROM pragma_table_info($1) ORDER BY cid", __FILE__, __LINE__, NULL};
static const struct store_sql sql_pg_column_names = {
    "SELECT CAST(column_name AS text) FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
    __FILE__, __LINE__, NULL};

struct table {
    const char *name;
    const char *columns; /* "\"id\", \"name\"" */
    int column_count;
    int64_t row_count;
};

static cv_rc describe_table(struct table *out, struct store_db *to, struct cv_arena *mem,
                            const char *name)
{
    *out = (struct table){.name = name};
    struct cv_buf list = cv_buf_new(mem, 1 << 16);
    struct store_rows rows;
    bool is_postgres = to->driver == &store_postgres;
    cv_rc rc = store_select(&rows, to, is_postgres ? &sql_pg_column_names : &sql_lite_column_names,
                            STORE_TEXT(name));
    while (rc == CV_OK && store_next(&rows)) {
        cv_buf_printf(&list, "%s\"%s\"", out->column_count ? ", " : "", store_text(&rows, 0, mem));
        out->column_count++;
    }
    out->columns = cv_buf_text(&list);
    return store_done(&rows, rc);
}

/* --- writing --------------------------------------------------------------------------------- */

struct writer {
    struct store_db *to;
    const struct store_sql *insert; /* SQLite */
    char *line;                     /* PostgreSQL: rows waiting to be sent */
    size_t size;
    size_t capacity;
};

static cv_rc writer_begin(struct writer *out, struct store_db *to, struct cv_arena *mem,
                          const struct table *table)
{
    *out = (struct writer){.to = to};
    if (to->driver == &store_postgres)
        return store_postgres_copy_begin(
            to, cv_sprintf(mem, "COPY \"%s\" (%s) FROM STDIN", table->name, table->columns));
    struct cv_buf sql = cv_buf_new(mem, 1 << 16);
    cv_buf_printf(&sql, "INSERT INTO \"%s\" (%s) VALUES (", table->name, table->columns);
    for (int i = 0; i < table->column_count; i++)
        cv_buf_printf(&sql, "%s$%d", i ? ", " : "", i + 1);
    cv_buf_puts(&sql, ")");
    out->insert = made_up(mem, cv_buf_text(&sql));
    return CV_OK;
}

static bool line_put(struct writer *w, const char *bytes, size_t size)
{
    if (w->size + size > w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : COPY_BYTES * 2;
        while (capacity < w->size + size) capacity *= 2;
        char *grown = capacity > ROW_MAX_BYTES ? NULL : realloc(w->line, capacity);
        if (!grown) return false;
        w->line = grown;
        w->capacity = capacity;
    }
    memcpy(w->line + w->size, bytes, size);
    w->size += size;
    return true;
}

/* As COPY wants it (PostgreSQL manual, COPY, "Text Format"). */
static bool line_put_escaped(struct writer *w, const char *bytes, size_t size)
{
    bool is_ok = true;
    for (size_t i = 0; i < size && is_ok; i++) {
        switch (bytes[i]) {
        case '\\': is_ok = line_put(w, "\\\\", 2); break;
        case '\n': is_ok = line_put(w, "\\n", 2); break;
        case '\r': is_ok = line_put(w, "\\r", 2); break;
        case '\t': is_ok = line_put(w, "\\t", 2); break;
        default: is_ok = line_put(w, bytes + i, 1);
        }
    }
    return is_ok;
}

static bool line_put_value(struct writer *w, const struct store_value *value)
{
    char number[32];
    switch (value->kind) {
    case STORE_KIND_INT:
        return line_put(w, number,
                        (size_t)snprintf(number, sizeof number, "%" PRId64, value->integer));
    case STORE_KIND_REAL:
        return line_put(w, number, (size_t)snprintf(number, sizeof number, "%.17g", value->real));
    case STORE_KIND_TEXT: return line_put_escaped(w, value->bytes, value->size);
    case STORE_KIND_BLOB: {
        bool is_ok = line_put(w, "\\\\x", 3);
        for (size_t i = 0; i < value->size && is_ok; i++) {
            (void)snprintf(number, sizeof number, "%02x", ((const unsigned char *)value->bytes)[i]);
            is_ok = line_put(w, number, 2);
        }
        return is_ok;
    }
    default: return line_put(w, "\\N", 2);
    }
}

static cv_rc flush_lines(struct writer *w)
{
    cv_rc rc = w->size > 0 ? store_postgres_copy_put(w->to, w->line, w->size) : CV_OK;
    w->size = 0;
    return rc;
}

static cv_rc writer_put(struct writer *w, const struct store_value *values, int count)
{
    if (w->insert) return store_exec_array(w->to, w->insert, values, count);
    bool is_ok = true;
    for (int i = 0; i < count && is_ok; i++) {
        if (i > 0) is_ok = line_put(w, "\t", 1);
        is_ok = is_ok && line_put_value(w, &values[i]);
    }
    is_ok = is_ok && line_put(w, "\n", 1);
    if (!is_ok) return store_fail(w->to, CV_TOO_LARGE, "a row is too large");
    return w->size >= COPY_BYTES ? flush_lines(w) : CV_OK;
}

static cv_rc writer_end(struct writer *w, cv_rc rc)
{
    if (w->to->driver == &store_postgres) {
        if (rc == CV_OK) rc = flush_lines(w);
        cv_rc end_rc = store_postgres_copy_end(w->to);
        if (rc == CV_OK) rc = end_rc;
    }
    free(w->line);
    return rc;
}

/* --- reading --------------------------------------------------------------------------------- */

static void take_values(struct store_value *values, const struct store_rows *rows,
                        struct cv_arena *row_mem)
{
    const struct store_driver *driver = rows->db->driver;
    for (int i = 0; i < rows->column_count; i++) {
        values[i] = (struct store_value){.kind = driver->kind(rows, i)};
        size_t size = 0;
        switch (values[i].kind) {
        case STORE_KIND_INT: values[i].integer = driver->integer(rows, i); break;
        case STORE_KIND_REAL: values[i].real = driver->real(rows, i); break;
        case STORE_KIND_TEXT:
        case STORE_KIND_BLOB: {
            const void *bytes = driver->bytes(&size, rows, i);
            values[i].bytes = cv_strndup(row_mem, bytes, size);
            values[i].size = size;
            break;
        }
        default: break;
        }
    }
}

static cv_rc copy_selected(int64_t *copied, struct writer *writer, struct store_db *from,
                           const struct store_sql *select)
{
    struct store_rows rows;
    struct store_value values[STORE_MAX_VALUES];
    struct cv_arena row_mem;
    cv_arena_init(&row_mem, ROW_MAX_BYTES);
    cv_rc rc = store_select(&rows, from, select);
    cv_rc write_rc = CV_OK;
    if (rc == CV_OK && rows.column_count > STORE_MAX_VALUES)
        write_rc = store_fail(writer->to, CV_TOO_LARGE, "a table has too many columns");
    while (rc == CV_OK && write_rc == CV_OK && store_next(&rows)) {
        take_values(values, &rows, &row_mem);
        write_rc = writer_put(writer, values, rows.column_count);
        ++*copied;
        cv_arena_free(&row_mem);
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK ? write_rc : rc;
}

static cv_rc copy_table(struct table *table, struct store_db *to, struct store_db *from,
                        struct cv_arena *mem)
{
    struct writer writer;
    cv_rc rc = writer_begin(&writer, to, mem, table);
    if (rc != CV_OK) return rc;
    const char *select = cv_sprintf(mem, "SELECT %s FROM \"%s\"", table->columns, table->name);
    if (from->driver == &store_sqlite) {
        rc = copy_selected(&table->row_count, &writer, from, made_up(mem, select));
    } else {
        /* A cursor, so that a large table does not have to fit into memory. */
        rc = from->driver->script(from, cv_sprintf(mem, "DECLARE rows CURSOR FOR %s", select));
        const struct store_sql *fetch =
            made_up(mem, cv_sprintf(mem, "FETCH %d FROM rows", FETCH_ROWS));
        for (int64_t got = FETCH_ROWS; rc == CV_OK && got == FETCH_ROWS;) {
            got = 0;
            rc = copy_selected(&got, &writer, from, fetch);
            table->row_count += got;
        }
        if (rc == CV_OK) rc = from->driver->script(from, "CLOSE rows");
    }
    return writer_end(&writer, rc);
}

/* --- numbers handed out ---------------------------------------------------------------------- */

static const struct store_sql sql_lite_has_sequences = {
    "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'", __FILE__, __LINE__, NULL};
static const struct store_sql sql_lite_sequences = {"SELECT name, seq FROM sqlite_sequence",
                                                    __FILE__, __LINE__, NULL};
static const struct store_sql sql_pg_sequences = {
    "SELECT CAST(c.table_name AS text), s.last_value FROM information_schema.columns c "
    "JOIN pg_sequences s ON quote_ident(s.schemaname) || '.' || quote_ident(s.sequencename) = "
    "pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) "
    "WHERE c.table_schema = current_schema() AND c.is_identity = 'YES' "
    "AND s.last_value IS NOT NULL",
    __FILE__, __LINE__, NULL};
static const struct store_sql sql_lite_forget_sequence = {
    "DELETE FROM sqlite_sequence WHERE name = $1", __FILE__, __LINE__, NULL};
static const struct store_sql sql_lite_set_sequence = {
    "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", __FILE__, __LINE__, NULL};
static const struct store_sql sql_pg_set_sequence = {
    "SELECT setval(pg_get_serial_sequence(quote_ident(table_name), column_name), "
    "CAST($2 AS bigint)) FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'",
    __FILE__, __LINE__, NULL};

static cv_rc set_sequence(struct store_db *to, const char *table, int64_t last)
{
    int64_t number = 0;
    if (to->driver == &store_postgres) {
        cv_rc rc =
            store_number(&number, to, &sql_pg_set_sequence, STORE_TEXT(table), STORE_INT(last));
        return rc == CV_NOT_FOUND ? CV_OK : rc;
    }
    cv_rc rc = store_exec(NULL, to, &sql_lite_forget_sequence, STORE_TEXT(table));
    if (rc != CV_OK) return rc;
    return store_exec(NULL, to, &sql_lite_set_sequence, STORE_TEXT(table), STORE_INT(last));
}

static cv_rc copy_sequences(struct store_db *to, struct store_db *from, struct cv_arena *mem)
{
    struct store_rows rows;
    bool is_postgres = from->driver == &store_postgres;
    cv_rc rc = CV_OK;
    if (!is_postgres) {
        int64_t has_any = 0;
        rc = store_number(&has_any, from, &sql_lite_has_sequences);
        if (rc != CV_OK || !has_any) return rc;
    }
    rc = store_select(&rows, from, is_postgres ? &sql_pg_sequences : &sql_lite_sequences);
    cv_rc set_rc = CV_OK;
    while (rc == CV_OK && set_rc == CV_OK && store_next(&rows)) {
        const char *table = store_text(&rows, 0, mem);
        if (store_int(&rows, 1) > 0) set_rc = set_sequence(to, table, store_int(&rows, 1));
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK ? set_rc : rc;
}

/* --- references ------------------------------------------------------------------------------ */

static const struct store_sql sql_pg_references = {
    "SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I ', CAST(conrelid AS regclass), conname) "
    "FROM pg_constraint WHERE contype = 'f' AND NOT condeferrable "
    "AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
    __FILE__, __LINE__, NULL};
static const struct store_sql sql_lite_broken_references = {
    "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check", __FILE__, __LINE__, NULL};

/* PostgreSQL: references are looked at when all rows are in. *out: how to set them back. */
static cv_rc defer_references(const char **out, struct store_db *to, struct cv_arena *mem)
{
    struct cv_buf defer = cv_buf_new(mem, 1 << 20);
    struct cv_buf restore = cv_buf_new(mem, 1 << 20);
    struct store_rows rows;
    cv_rc rc = store_select(&rows, to, &sql_pg_references);
    while (rc == CV_OK && store_next(&rows)) {
        const char *start = store_text(&rows, 0, mem);
        cv_buf_printf(&defer, "%s DEFERRABLE INITIALLY DEFERRED;", start);
        cv_buf_printf(&restore, "%s NOT DEFERRABLE;", start);
    }
    rc = store_done(&rows, rc);
    *out = cv_sprintf(mem, "SET CONSTRAINTS ALL IMMEDIATE;%s", cv_buf_text(&restore));
    if (rc != CV_OK) return rc;
    return to->driver->script(
        to, cv_sprintf(mem, "%s;SET CONSTRAINTS ALL DEFERRED", cv_buf_text(&defer)));
}

static cv_rc check_references(struct store_db *to)
{
    struct store_rows rows;
    cv_rc rc = store_select(&rows, to, &sql_lite_broken_references);
    bool is_broken = rc == CV_OK && store_next(&rows);
    rc = store_done(&rows, rc);
    if (rc == CV_OK && is_broken)
        return store_fail(to, CV_CONFLICT, "a row refers to one that is not there");
    return rc;
}

cv_rc store_copy_rows(struct store_db *to, struct store_db *from, struct cv_arena *mem,
                      json_t *counts)
{
    const char *const *names = NULL;
    size_t count = 0;
    const char *restore_references = NULL;
    cv_rc rc = store_table_names(&names, &count, to, mem);
    if (rc == CV_OK && to->driver == &store_postgres)
        rc = defer_references(&restore_references, to, mem);
    for (size_t i = 0; i < count && rc == CV_OK; i++) {
        struct table table;
        rc = describe_table(&table, to, mem, names[i]);
        if (rc == CV_OK) rc = copy_table(&table, to, from, mem);
        if (rc == CV_OK && counts)
            json_object_set_new(counts, names[i], json_integer(table.row_count));
    }
    if (rc == CV_OK) rc = copy_sequences(to, from, mem);
    if (rc != CV_OK) return rc;
    return restore_references ? to->driver->script(to, restore_references) : check_references(to);
}
