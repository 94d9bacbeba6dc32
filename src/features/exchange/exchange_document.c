/* exchange_document: what a look at a file came to, as the document of the preview page and of
 * --json. Its shape: pages/preview.html and golden/preview_*.json. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"
#include "features/exchange/exchange_internal.h"

enum { SHOWN_ROWS = 50, SHOWN_NEAR = 200, SHOWN_PROBLEMS = 200, SHOWN_COLUMNS = 8 };

static json_t *text(const char *value)
{
    return json_string(value ? value : "");
}

static json_t *text_or_null(const char *value)
{
    return value ? json_string(value) : json_null();
}

json_t *exchange_counts_json(const struct exchange_counts *counts)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "rows", (json_int_t)counts->rows, "new",
                     (json_int_t)counts->new_count, "changed", (json_int_t)counts->changed, "same",
                     (json_int_t)counts->same, "refused", (json_int_t)counts->refused, "skipped",
                     (json_int_t)counts->skipped);
}

/* --- problems --------------------------------------------------------------------------------- */

static const char *problem_place(const struct exchange_look *look, struct cv_arena *mem,
                                 const struct cv_problem *problem)
{
    const struct exchange_table *table = &look->table;
    const char *cell =
        problem->column > 0 ? cv_cell_name(mem, problem->line, problem->column) : NULL;
    if (table->file.sheet) {
        if (cell) return cv_sprintf(mem, "%s, %s", table->file.sheet, cell);
        return problem->line ? cv_sprintf(mem, "%s, row %" PRId64, table->file.sheet, problem->line)
                             : table->file.sheet;
    }
    const char *what = table->is_json ? "entry" : "line";
    if (problem->line == 0) return table->file_name;
    bool named = problem->column > 0 && (size_t)problem->column <= table->column_count &&
                 *table->columns[problem->column - 1];
    if (named)
        return cv_sprintf(mem, "%s %" PRId64 ", %s", what, problem->line,
                          table->columns[problem->column - 1]);
    return cv_sprintf(mem, "%s %" PRId64, what, problem->line);
}

static void set_problems(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *list = json_array();
    size_t count = look->problems.count < SHOWN_PROBLEMS ? look->problems.count : SHOWN_PROBLEMS;
    for (size_t i = 0; i < count; i++) {
        const struct cv_problem *problem = &look->problems.items[i];
        json_t *row = json_object();
        json_object_set_new(row, "place", text(problem_place(look, mem, problem)));
        json_object_set_new(row, "line", json_integer(problem->line));
        json_object_set_new(row, "cell",
                            problem->line && problem->column
                                ? text(cv_cell_name(mem, problem->line, problem->column))
                                : json_null());
        json_object_set_new(row, "field", text_or_null(problem->field));
        json_object_set_new(row, "sentence", text(problem->sentence));
        json_object_set_new(row, "remedy", text_or_null(problem->remedy));
        json_array_append_new(list, row);
    }
    json_object_set_new(document, "problems", list);
    json_object_set_new(document, "problem_count",
                        json_integer((json_int_t)look->problems.total_count));
    json_object_set_new(document, "more_count",
                        json_integer((json_int_t)(look->problems.total_count - count)));
}

/* --- columns ---------------------------------------------------------------------------------- */

static json_t *column_options(const struct exchange_look *look,
                              const struct exchange_column *column)
{
    json_t *list = json_array();
    for (int f = 0; look->import->fields[f].name; f++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "name", look->import->fields[f].name,
                                              "label", look->import->fields[f].label, "is_chosen",
                                              column->field == f));
    return list;
}

static void set_columns(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *list = json_array();
    const char **sensitive = CV_NEW_ARRAY(mem, const char *, look->table.column_count);
    size_t sensitive_count = 0;
    for (size_t c = 0; look->columns && c < look->table.column_count; c++) {
        const struct exchange_column *column = &look->columns[c];
        const struct exchange_field *field =
            column->field >= 0 ? &look->import->fields[column->field] : NULL;
        if (column->is_sensitive) sensitive[sensitive_count++] = column->heading;
        json_t *row = json_object();
        json_object_set_new(row, "index", json_integer((json_int_t)c));
        json_object_set_new(row, "heading",
                            text(*column->heading ? column->heading
                                                  : cv_sprintf(mem, "Column %s", column->letter)));
        json_object_set_new(row, "letter", text(column->letter));
        json_object_set_new(row, "example", text(column->sample));
        json_object_set_new(row, "field", text_or_null(field ? field->name : NULL));
        json_object_set_new(row, "label", text_or_null(field ? field->label : NULL));
        json_object_set_new(row, "is_guess", json_boolean(column->is_guess));
        json_object_set_new(row, "is_sensitive", json_boolean(column->is_sensitive));
        json_object_set_new(row, "options", column_options(look, column));
        json_array_append_new(list, row);
    }
    json_object_set_new(document, "columns", list);
    if (sensitive_count == 0) {
        json_object_set_new(document, "sensitive", json_null());
        return;
    }
    json_object_set_new(
        document, "sensitive",
        json_pack(
            "{s:s,s:s,s:s}", "columns_text", cv_list_text(mem, sensitive, sensitive_count),
            "sentence",
            sensitive_count == 1
                ? "is not taken from spreadsheets. Such things are for people to say of "
                  "themselves, "
                  "if they wish, and are shown only as counts of five or more."
                : "are not taken from spreadsheets. Such things are for people to say of "
                  "themselves, if they wish, and are shown only as counts of five or more.",
            "remedy",
            "What stands there is not stored. The file itself waits here until you confirm it "
            "or put it away; take the column out before you pass it on."));
}

static void set_sheets(json_t *document, const struct exchange_look *look)
{
    json_t *list = json_array();
    const struct files_table *file = &look->table.file;
    for (size_t i = 0; i < file->sheet_count; i++) {
        bool is_chosen = file->sheet && strcmp(file->sheet, file->sheets[i]) == 0;
        json_array_append_new(
            list, json_pack("{s:s,s:b}", "name", file->sheets[i], "is_chosen", is_chosen));
    }
    json_object_set_new(document, "has_sheets", json_boolean(file->sheet_count > 1));
    json_object_set_new(document, "sheets", list);
    json_object_set_new(document, "sheet", text_or_null(file->sheet));
}

static void set_on_match(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    static const struct {
        enum exchange_on_match value;
        const char *title;
        const char *explain;
    } choices[] = {
        {EXCHANGE_SKIP, "Leave them as they are", "Rows that match are passed over."},
        {EXCHANGE_UPDATE, "Update them",
         "What the file says replaces what is here; empty cells change nothing."},
        {EXCHANGE_KEEP_BOTH, "Keep both",
         "What is here stays, and rows that differ from it are stored beside it."},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b}", "value",
                                              exchange_on_match_name(choices[i].value), "title",
                                              choices[i].title, "explain", choices[i].explain,
                                              "is_chosen", look->on_match == choices[i].value));
    json_object_set_new(document, "on_match", list);
    json_object_set_new(document, "match_legend",
                        text(cv_sprintf(mem, "When a %s is here already", look->import->one)));
}

/* --- rows ------------------------------------------------------------------------------------- */

static const char *row_name(const struct exchange_look *look, const struct exchange_row *row)
{
    for (int f = 0; look->import->fields[f].name; f++)
        if (row->values[f]) return row->values[f];
    return "";
}

/* The other cells that say who it is: "School leader, Orchard City". */
static const char *row_detail(const struct exchange_look *look, struct cv_arena *mem,
                              const struct exchange_row *row)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 12);
    int shown = 0;
    bool is_first = true;
    for (int f = 0; look->import->fields[f].name && shown < 3; f++) {
        if (!row->values[f]) continue;
        if (!is_first) {
            if (buf.size) cv_buf_puts(&buf, ", ");
            cv_buf_puts(&buf, row->values[f]);
            shown++;
        }
        is_first = false;
    }
    return cv_buf_text(&buf);
}

struct fate_words {
    const char *name;
    const char *word;
    const char *tone;
};
static const struct fate_words fates[] = {
    [EXCHANGE_NEW] = {"new", "New", "leaf"},
    [EXCHANGE_CHANGED] = {"changed", "Changed", "quince"},
    [EXCHANGE_SAME] = {"same", "Same", ""},
    [EXCHANGE_REFUSED] = {"refused", "Refused", "rose"},
    [EXCHANGE_SKIPPED] = {"skipped", "Skipped", "dusk"},
};

static const char *row_note(struct cv_arena *mem, const struct exchange_row *row)
{
    const char *parts[4];
    size_t count = 0;
    if (row->changes) parts[count++] = row->changes;
    if (row->note) parts[count++] = row->note;
    if (row->fate == EXCHANGE_SKIPPED && row->match_note) parts[count++] = row->match_note;
    if (row->near_note && !row->match_id)
        parts[count++] = cv_sprintf(mem, "looks like %s", row->near_note);
    struct cv_buf buf = cv_buf_new(mem, 1 << 14);
    for (size_t i = 0; i < count; i++) {
        if (i) cv_buf_puts(&buf, "; ");
        cv_buf_puts(&buf, parts[i]);
    }
    return count ? cv_buf_text(&buf) : NULL;
}

static bool is_bad_cell(const struct exchange_look *look, int64_t line, size_t column)
{
    for (size_t i = 0; i < look->problems.count; i++)
        if (look->problems.items[i].line == line &&
            look->problems.items[i].column == (int64_t)column + 1)
            return true;
    return false;
}

static json_t *row_cells(const struct exchange_look *look, const struct exchange_row *row)
{
    json_t *cells = json_array();
    for (size_t c = 0; c < look->table.column_count; c++) {
        int field = look->columns[c].field;
        if (field < 0 || json_array_size(cells) == SHOWN_COLUMNS) continue;
        json_array_append_new(
            cells,
            json_pack("{s:s,s:b}", "text", row->values[field] ? row->values[field] : "", "is_bad",
                      row->fate == EXCHANGE_REFUSED && is_bad_cell(look, row->line, c)));
    }
    return cells;
}

static void set_rows(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *labels = json_array();
    for (size_t c = 0; look->columns && c < look->table.column_count; c++)
        if (look->columns[c].field >= 0 && json_array_size(labels) < SHOWN_COLUMNS)
            json_array_append_new(
                labels,
                json_pack("{s:s}", "label", look->import->fields[look->columns[c].field].label));
    json_t *rows = json_array();
    size_t shown = look->row_count < SHOWN_ROWS ? look->row_count : SHOWN_ROWS;
    for (size_t r = 0; r < shown; r++) {
        const struct exchange_row *row = &look->rows[r];
        const struct fate_words *fate = &fates[row->fate];
        json_t *item = json_object();
        json_object_set_new(item, "line", json_integer(row->line));
        json_object_set_new(item, "fate", text(fate->word));
        json_object_set_new(item, "fate_name", text(fate->name));
        json_object_set_new(item, "tone", text(fate->tone));
        json_object_set_new(item, "is_refused", json_boolean(row->fate == EXCHANGE_REFUSED));
        json_object_set_new(item, "note", text_or_null(row_note(mem, row)));
        json_object_set_new(item, "match", text_or_null(row->match_note));
        json_object_set_new(item, "cells", row_cells(look, row));
        json_array_append_new(rows, item);
    }
    const char *title = "No rows to show";
    if (shown > 0 && shown == look->row_count)
        title = shown == 1 ? "The one row" : cv_sprintf(mem, "All %zu rows", shown);
    else if (shown > 0)
        title = cv_sprintf(mem, "The first %zu of %zu rows", shown, look->row_count);
    json_object_set_new(document, "rows_title", text(title));
    json_object_set_new(document, "shown_columns", labels);
    json_object_set_new(document, "rows", rows);
    json_object_set_new(document, "pager", json_null());
}

static void set_near(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *list = json_array();
    size_t count = 0;
    for (size_t r = 0; r < look->row_count; r++) {
        const struct exchange_row *row = &look->rows[r];
        if (!row->near_note || row->fate == EXCHANGE_REFUSED) continue;
        if (count++ >= SHOWN_NEAR) continue;
        json_t *item = json_object();
        json_object_set_new(item, "line", json_integer(row->line));
        json_object_set_new(item, "name", text(row_name(look, row)));
        json_object_set_new(item, "detail", text(row_detail(look, mem, row)));
        json_object_set_new(item, "near_name", text(row->near_note));
        json_object_set_new(item, "near_detail", text(row->near_line ? "of this file" : ""));
        json_object_set_new(item, "is_chosen", json_boolean(row->merge_near));
        json_array_append_new(list, item);
    }
    json_object_set_new(document, "has_near", json_boolean(count > 0));
    json_object_set_new(document, "near_title",
                        text(count == 1 ? "One may be here already"
                                        : cv_sprintf(mem, "%zu may be here already", count)));
    json_object_set_new(document, "near_count", json_integer((json_int_t)count));
    json_object_set_new(document, "near", list);
}

/* What the program decided or will add besides: a sheet, an encoding, new places. */
static void set_notes(json_t *document, const struct exchange_look *look)
{
    json_t *list = json_array();
    const struct files_table *file = &look->table.file;
    for (size_t i = 0; i < file->note_count; i++)
        json_array_append_new(list, json_pack("{s:I,s:s}", "line", (json_int_t)file->notes[i].line,
                                              "sentence", file->notes[i].sentence));
    for (size_t r = 0; r < look->row_count && json_array_size(list) < SHOWN_NEAR; r++)
        if (look->rows[r].note)
            json_array_append_new(list,
                                  json_pack("{s:I,s:s}", "line", (json_int_t)look->rows[r].line,
                                            "sentence", look->rows[r].note));
    json_object_set_new(document, "has_notes", json_boolean(json_array_size(list) > 0));
    json_object_set_new(document, "notes", list);
}

/* --- sentences -------------------------------------------------------------------------------- */

static const char *lede(const struct exchange_look *look, struct cv_arena *mem)
{
    const struct exchange_counts *counts = &look->counts;
    if (look->row_count == 0 && counts->refused == 0) return "Nothing could be read from it yet.";
    const struct {
        int64_t count;
        const char *what;
    } parts[] = {
        {counts->new_count, "would be new"},
        {counts->changed, "would be changed"},
        {counts->same, counts->same == 1 ? "stays as it is" : "stay as they are"},
        {counts->skipped, counts->skipped == 1 ? "is passed over" : "are passed over"},
        {counts->refused, "cannot be stored yet"},
    };
    const char *said[sizeof parts / sizeof parts[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].count)
            said[count++] = cv_sprintf(mem, "%" PRId64 " %s", parts[i].count, parts[i].what);
    const char *rest = counts->refused && look->can_store ? " The others can be stored now." : "";
    return cv_sprintf(mem, "%s.%s", cv_list_text(mem, said, count), rest);
}

static void set_sentences(json_t *document, const struct exchange_look *look, struct cv_arena *mem)
{
    const struct exchange_counts *counts = &look->counts;
    int64_t stored = counts->new_count + counts->changed;
    const char *file = look->table.file_name;
    const char *title = look->can_store || counts->rows > 0
                            ? cv_sprintf(mem, "%" PRId64 " %s from %s", counts->rows,
                                         exchange_noun(look->import, counts->rows), file)
                            : cv_sprintf(mem, "Nothing in %s can be stored yet", file);
    json_object_set_new(document, "page",
                        json_pack("{s:s,s:s}", "title", title, "lede", lede(look, mem)));
    json_object_set_new(document, "can_confirm", json_boolean(look->can_store));
    json_object_set_new(
        document, "confirm_button",
        text(cv_sprintf(mem, "Store %" PRId64 " %s", stored, exchange_noun(look->import, stored))));
    json_object_set_new(
        document, "confirm_sentence",
        text(counts->refused
                 ? "Refused rows stay out and can be downloaded. The whole import can be undone "
                   "afterwards."
                 : "The whole import can be undone afterwards."));
    json_object_set_new(
        document, "cannot_sentence",
        text(look->problems.total_count
                 ? "Put right what is named above, here or in the file, and look again."
                 : "All that the file says is here already."));
}

json_t *exchange_look_document(const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *document = json_object();
    json_object_set_new(document, "kind", text(look->import->name));
    json_object_set_new(document, "title", text(look->import->title));
    json_object_set_new(document, "file", text(look->table.file_name));
    json_object_set_new(document, "counts", exchange_counts_json(&look->counts));
    set_sentences(document, look, mem);
    set_problems(document, look, mem);
    set_columns(document, look, mem);
    set_sheets(document, look);
    set_on_match(document, look, mem);
    set_rows(document, look, mem);
    set_near(document, look, mem);
    set_notes(document, look);
    return document;
}

/* --- refused rows ----------------------------------------------------------------------------- */

json_t *exchange_refused_rows(const struct exchange_look *look, struct cv_arena *mem)
{
    json_t *columns = json_array();
    json_t *rows = json_array();
    json_array_append_new(columns, json_string("problem"));
    for (size_t c = 0; look->columns && c < look->table.column_count; c++)
        if (!look->columns[c].is_sensitive)
            json_array_append_new(columns, json_string(look->columns[c].heading));
    struct cv_map told = cv_map_new(mem); /* line -> what is wrong, the first that was said */
    for (size_t i = 0; i < look->problems.count; i++) {
        const struct cv_problem *problem = &look->problems.items[i];
        const char *line = cv_sprintf(mem, "%" PRId64, problem->line);
        (void)cv_map_at(&told, line, (int64_t)i);
    }
    for (size_t r = 0; look->columns && r < look->table.row_count; r++) {
        int64_t line = exchange_table_line(&look->table, r);
        const int64_t *at = cv_map_find(&told, cv_sprintf(mem, "%" PRId64, line));
        if (!at) continue;
        json_t *row = json_array();
        json_array_append_new(row, json_string(look->problems.items[*at].sentence));
        for (size_t c = 0; c < look->table.column_count; c++)
            if (!look->columns[c].is_sensitive)
                json_array_append_new(row, text(exchange_table_cell(&look->table, mem, r, c)));
        json_array_append_new(rows, row);
    }
    return json_pack("{s:o,s:o}", "columns", columns, "rows", rows);
}
