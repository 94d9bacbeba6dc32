/* The tables and their columns as each database tells them, as the same document on both. See
 * store.h. The statements here are one for each database, so they stay out of the list that is
 * prepared on both. */
#include "store/store_internal.h"

static const struct store_sql sql_lite_tables = {
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
    "'\\' "
    "AND name NOT IN ('store_migration', 'store_backup') ORDER BY name",
    __FILE__, __LINE__, NULL};
static const struct store_sql sql_pg_tables = {
    "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema() "
    "AND tablename NOT IN ('store_migration', 'store_backup') "
    "ORDER BY CAST(tablename AS text) COLLATE \"C\"",
    __FILE__, __LINE__, NULL};
static const struct store_sql sql_lite_columns = {
    "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk, coalesce(f.\"table\" || '.' || "
    "coalesce(f.\"to\", 'id'), '') FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
    "LEFT JOIN pragma_foreign_key_list(t.name) f ON f.\"from\" = c.name "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "AND t.name NOT IN ('store_migration', 'store_backup') ORDER BY t.name, c.cid",
    __FILE__, __LINE__, NULL};
static const struct store_sql sql_pg_columns = {
    "SELECT CAST(t.relname AS text), CAST(a.attname AS text), format_type(a.atttypid, NULL), "
    "CASE WHEN a.attnotnull THEN 1 ELSE 0 END, "
    "CASE WHEN k.conkey IS NOT NULL THEN 1 ELSE 0 END, "
    "coalesce(CAST(r.relname AS text) || '.' || CAST(ra.attname AS text), '') "
    "FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 "
    "AND NOT a.attisdropped "
    "LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p' "
    "AND a.attnum = ANY (k.conkey) "
    "LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' "
    "AND a.attnum = ANY (f.conkey) "
    "LEFT JOIN pg_class r ON r.oid = f.confrelid "
    "LEFT JOIN pg_attribute ra ON ra.attrelid = f.confrelid "
    "AND ra.attnum = f.confkey[array_position(f.conkey, a.attnum)] "
    "WHERE t.relkind = 'r' AND t.relnamespace = (SELECT oid FROM pg_namespace "
    "WHERE nspname = current_schema()) AND t.relname NOT IN ('store_migration', 'store_backup') "
    "ORDER BY CAST(t.relname AS text) COLLATE \"C\", a.attnum",
    __FILE__, __LINE__, NULL};

cv_rc store_table_names(const char *const **out, size_t *out_count, struct store_db *db,
                        struct cv_arena *mem)
{
    enum { MAX_TABLES = 1000 };
    const char **names = CV_NEW_ARRAY(mem, const char *, MAX_TABLES);
    size_t count = 0;
    struct store_rows rows;
    bool is_postgres = db->driver == &store_postgres;
    cv_rc rc = store_select(&rows, db, is_postgres ? &sql_pg_tables : &sql_lite_tables);
    while (rc == CV_OK && count < MAX_TABLES && store_next(&rows))
        names[count++] = store_text(&rows, 0, mem);
    *out = names;
    *out_count = count;
    return store_done(&rows, rc);
}

static const char *type_word(const char *type)
{
    static const char *const words[][2] = {
        {"INTEGER", "integer"}, {"bigint", "integer"},
        {"REAL", "real"},       {"double precision", "real"},
        {"TEXT", "text"},       {"text", "text"},
        {"BLOB", "blob"},       {"bytea", "blob"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], type) == 0) return words[i][1];
    return type;
}

static json_t *column_document(const struct store_rows *rows, struct cv_arena *mem)
{
    bool is_key = store_int(rows, 4) != 0;
    const char *references = store_text(rows, 5, mem);
    json_t *column = json_object();
    json_object_set_new(column, "name", json_string(store_text(rows, 1, mem)));
    json_object_set_new(column, "type", json_string(type_word(store_text(rows, 2, mem))));
    /* SQLite does not note that a key may not be empty; it may not. */
    json_object_set_new(column, "is_required", json_boolean(is_key || store_int(rows, 3) != 0));
    json_object_set_new(column, "is_key", json_boolean(is_key));
    if (*references) json_object_set_new(column, "references", json_string(references));
    return column;
}

cv_rc store_schema(json_t **out, struct store_db *db)
{
    struct cv_arena mem;
    cv_arena_init(&mem, 16 << 20);
    json_t *tables = json_array();
    json_t *columns = NULL;
    const char *last = "";
    struct store_rows rows;
    bool is_postgres = db->driver == &store_postgres;
    cv_rc rc = store_select(&rows, db, is_postgres ? &sql_pg_columns : &sql_lite_columns);
    while (rc == CV_OK && store_next(&rows)) {
        const char *name = store_text(&rows, 0, &mem);
        if (strcmp(name, last) != 0) {
            columns = json_array();
            json_array_append_new(tables,
                                  json_pack("{s:s, s:o}", "table", name, "columns", columns));
            last = name;
        }
        json_array_append_new(columns, column_document(&rows, &mem));
    }
    rc = store_done(&rows, rc);
    cv_arena_free(&mem);
    if (rc != CV_OK) {
        json_decref(tables);
        tables = NULL;
    }
    *out = tables;
    return rc;
}
