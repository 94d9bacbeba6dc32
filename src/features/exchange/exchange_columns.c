/* exchange_columns: what the columns of a file mean: by their headings in English and Spanish, by
 * what a person chose, and never what is nobody's business. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "features/exchange/exchange_internal.h"

size_t exchange_field_count(const struct exchange_import *import)
{
    size_t count = 0;
    while (import->fields[count].name) count++;
    return count;
}

/* Folded, signs as blanks, without what stands in parentheses: "E-Mail_Address (work)*:" is "e mail
 * address". */
static const char *plain(struct cv_arena *mem, const char *heading)
{
    char *text = cv_text_fold(mem, heading);
    char *open = strchr(text, '(');
    if (open && open > text) *open = '\0';
    for (char *at = text; *at; at++)
        if (strchr("_-./*:?#\"'", *at)) *at = ' ';
    return cv_text_tidy(mem, text);
}

/* Calls for each piece between bars; stops and gives true when `wanted` does. */
static bool any_piece(struct cv_arena *mem, const char *pieces, const char *heading,
                      bool (*wanted)(const char *heading, const char *piece))
{
    for (const char *at = pieces; *at;) {
        size_t size = strcspn(at, "|");
        if (wanted(heading, plain(mem, cv_strndup(mem, at, size)))) return true;
        at += size + (at[size] == '|');
    }
    return false;
}

static bool is_same(const char *heading, const char *piece)
{
    return strcmp(heading, piece) == 0;
}

/* Whole words: "age" is in "age group", not in "language". */
static bool holds_words(const char *heading, const char *piece)
{
    size_t size = strlen(piece);
    for (const char *at = strstr(heading, piece); at && size; at = strstr(at + 1, piece)) {
        bool starts = at == heading || at[-1] == ' ';
        bool ends = at[size] == '\0' || at[size] == ' ';
        if (starts && ends) return true;
    }
    return false;
}

static bool holds_long_words(const char *heading, const char *piece)
{
    return strlen(piece) >= 4 && holds_words(heading, piece);
}

static bool is_near(const char *heading, const char *piece)
{
    return strlen(piece) >= 5 && cv_text_likeness(heading, piece) >= 0.93;
}

struct guess {
    const struct exchange_table *table;
    const struct exchange_import *import;
    struct cv_arena *mem;
    struct exchange_column *columns;
    const char **plain;
    bool *field_taken;
};

static void take(struct guess *guess, size_t column, int field)
{
    guess->columns[column].field = field;
    guess->columns[column].is_guess = true;
    guess->field_taken[field] = true;
}

/* One piece after the other, so that "district" wins over "school" for the place. */
static void guess_exact(struct guess *guess, int field, const char *pieces)
{
    for (const char *at = pieces; *at && !guess->field_taken[field];) {
        size_t size = strcspn(at, "|");
        const char *piece = plain(guess->mem, cv_strndup(guess->mem, at, size));
        for (size_t c = 0; c < guess->table->column_count; c++) {
            const struct exchange_column *column = &guess->columns[c];
            if (column->field >= 0 || column->is_sensitive || column->is_guess) continue;
            if (!is_same(guess->plain[c], piece)) continue;
            take(guess, c, field);
            break;
        }
        at += size + (at[size] == '|');
    }
}

static void guess_loose(struct guess *guess, bool (*wanted)(const char *, const char *))
{
    for (size_t c = 0; c < guess->table->column_count; c++) {
        const struct exchange_column *column = &guess->columns[c];
        if (column->field >= 0 || column->is_sensitive || column->is_guess) continue;
        if (!*guess->plain[c]) continue;
        for (int f = 0; guess->import->fields[f].name; f++) {
            const struct exchange_field *field = &guess->import->fields[f];
            if (guess->field_taken[f]) continue;
            if (!any_piece(guess->mem, field->guesses, guess->plain[c], wanted)) continue;
            take(guess, c, f);
            break;
        }
    }
}

/* A column without a telling heading that holds mostly e-mail addresses is the e-mail. */
static void guess_emails(struct guess *guess)
{
    enum { ROWS_LOOKED_AT = 50 };
    int field = -1;
    for (int f = 0; guess->import->fields[f].name; f++)
        if (strcmp(guess->import->fields[f].name, "email") == 0) field = f;
    if (field < 0 || guess->field_taken[field]) return;
    for (size_t c = 0; c < guess->table->column_count; c++) {
        const struct exchange_column *column = &guess->columns[c];
        if (column->field >= 0 || column->is_sensitive || column->is_guess) continue;
        size_t filled = 0;
        size_t emails = 0;
        for (size_t r = 0; r < guess->table->row_count && r < ROWS_LOOKED_AT; r++) {
            const char *cell = exchange_table_cell(guess->table, guess->mem, r, c);
            filled += cell != NULL;
            const char *at = cell ? strchr(cell, '@') : NULL;
            emails += at && at > cell && strchr(at, '.') && !strchr(cell, ' ');
        }
        if (emails == 0 || emails * 10 < filled * 7) continue;
        take(guess, c, field);
        return;
    }
}

/* --- what a person chose ---------------------------------------------------------------------- */

static int column_of(struct cv_arena *mem, const struct exchange_table *table, const char *name)
{
    if (name[0] == '#') { /* the page's way: "#0" is the first */
        size_t index = (size_t)strtoul(name + 1, NULL, 10);
        return index < table->column_count ? (int)index : -1;
    }
    const char *wanted = cv_text_fold(mem, name);
    for (size_t c = 0; c < table->column_count; c++)
        if (strcmp(cv_text_fold(mem, table->columns[c]), wanted) == 0) return (int)c;
    for (size_t c = 0; c < table->column_count; c++)
        if (strcasecmp(cv_cell_name(mem, 0, (int64_t)c + 1), name) == 0) return (int)c;
    return -1;
}

static int field_of(struct cv_arena *mem, const struct exchange_import *import, const char *name)
{
    const char *wanted = plain(mem, name);
    for (int f = 0; import->fields[f].name; f++)
        if (strcmp(plain(mem, import->fields[f].name), wanted) == 0 ||
            strcmp(plain(mem, import->fields[f].label), wanted) == 0)
            return f;
    return -1;
}

static void unknown_column(const struct exchange_table *table, struct cv_arena *mem,
                           const char *name, struct cv_problems *problems)
{
    const char **names = CV_NEW_ARRAY(mem, const char *, table->column_count + 1);
    for (size_t c = 0; c < table->column_count; c++) names[c] = table->columns[c];
    const char *nearest = cv_text_nearest(name, names);
    const char *list = cv_list_text(mem, names, table->column_count);
    cv_problem(problems, 0, NULL,
               nearest ? cv_sprintf(mem, "Did you mean \"%s\"?", nearest)
                       : cv_sprintf(mem, "The columns are %s.", list),
               "The file has no column called \"%s\".", name);
}

static void unknown_field(const struct exchange_import *import, struct cv_arena *mem,
                          const char *name, struct cv_problems *problems)
{
    const char **names = CV_NEW_ARRAY(mem, const char *, exchange_field_count(import) + 1);
    size_t count = 0;
    for (; import->fields[count].name; count++) names[count] = import->fields[count].name;
    cv_problem(problems, 0, NULL, cv_sprintf(mem, "It can be %s.", cv_list_text(mem, names, count)),
               "\"%s\" is nothing that is known of a %s.", name, import->one);
}

/* Each entry is COLUMN=FIELD; nothing after the = leaves the column out. */
static void apply_map(struct guess *guess, const char *const *map, struct cv_problems *problems)
{
    for (size_t i = 0; map && map[i]; i++) {
        const char *equals = strrchr(map[i], '=');
        if (!equals) {
            cv_problem(problems, 0, NULL, "Write COLUMN=FIELD, such as \"Correo=email\".",
                       "\"%s\" does not say which column is what.", map[i]);
            continue;
        }
        const char *name = cv_strndup(guess->mem, map[i], (size_t)(equals - map[i]));
        int column = column_of(guess->mem, guess->table, name);
        int field = equals[1] ? field_of(guess->mem, guess->import, equals + 1) : -1;
        if (column < 0) unknown_column(guess->table, guess->mem, name, problems);
        if (equals[1] && field < 0) unknown_field(guess->import, guess->mem, equals + 1, problems);
        if (column < 0 || (equals[1] && field < 0) || guess->columns[column].is_sensitive) continue;
        if (field >= 0 && guess->field_taken[field]) {
            cv_problem(problems, 0, NULL, "Choose one of them.", "Two columns are to be \"%s\".",
                       guess->import->fields[field].label);
            continue;
        }
        guess->columns[column].field = field;
        guess->columns[column].is_guess = field < 0; /* chosen to be left out: not guessed again */
        if (field >= 0) guess->field_taken[field] = true;
    }
}

static bool check_required(const struct guess *guess, struct cv_problems *problems)
{
    bool all_there = true;
    for (int f = 0; guess->import->fields[f].name; f++) {
        const struct exchange_field *field = &guess->import->fields[f];
        int unless = field->unless ? field_of(guess->mem, guess->import, field->unless) : -1;
        if (!field->is_required || guess->field_taken[f]) continue;
        if (unless >= 0 && guess->field_taken[unless]) continue;
        all_there = false;
        const char *headings = cv_list_text(guess->mem, (const char *const *)guess->table->columns,
                                            guess->table->column_count);
        cv_problem_add(
            problems,
            (struct cv_problem){
                .line = guess->table->is_json ? 0 : guess->table->file.header_line,
                .sentence =
                    cv_sprintf(guess->mem, "No column could be read as \"%s\". The columns are %s.",
                               field->label, headings),
                .remedy = cv_sprintf(guess->mem,
                                     "Say which column it is, or call it \"%s\" in the file; the "
                                     "names of the columns must stand in the first row.",
                                     field->label)});
    }
    return all_there;
}

cv_rc exchange_columns_find(struct exchange_column **out, const struct exchange_table *table,
                            const struct exchange_import *import, const char *const *map,
                            struct cv_arena *mem, struct cv_problems *problems)
{
    struct guess guess = {
        .table = table,
        .import = import,
        .mem = mem,
        .columns = CV_NEW_ARRAY(mem, struct exchange_column, table->column_count),
        .plain = CV_NEW_ARRAY(mem, const char *, table->column_count),
        .field_taken = CV_NEW_ARRAY(mem, bool, exchange_field_count(import)),
    };
    size_t problem_count = problems->total_count;
    for (size_t c = 0; c < table->column_count; c++) {
        struct exchange_column *column = &guess.columns[c];
        guess.plain[c] = plain(mem, table->columns[c]);
        *column = (struct exchange_column){.heading = table->columns[c],
                                           .letter = cv_cell_name(mem, 0, (int64_t)c + 1),
                                           .sample = "",
                                           .field = -1};
        column->is_sensitive = import->sensitive && *guess.plain[c] &&
                               any_piece(mem, import->sensitive, guess.plain[c], holds_words);
        for (size_t r = 0; r < table->row_count && r < 20 && !column->is_sensitive; r++) {
            const char *cell = exchange_table_cell(table, mem, r, c);
            if (!cell) continue;
            column->sample = cell;
            break;
        }
    }
    apply_map(&guess, map, problems);
    for (int f = 0; import->fields[f].name; f++) {
        if (guess.field_taken[f]) continue;
        guess_exact(&guess, f, import->fields[f].name);
        if (!guess.field_taken[f]) guess_exact(&guess, f, import->fields[f].label);
        if (!guess.field_taken[f]) guess_exact(&guess, f, import->fields[f].guesses);
    }
    guess_loose(&guess, holds_long_words);
    guess_loose(&guess, is_near);
    guess_emails(&guess);
    for (size_t c = 0; c < table->column_count; c++)
        if (guess.columns[c].field < 0) guess.columns[c].is_guess = false;
    *out = guess.columns;
    bool all_there = check_required(&guess, problems);
    return all_there && problems->total_count == problem_count ? CV_OK : CV_INVALID;
}
