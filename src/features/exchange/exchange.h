/* exchange: what comes in from spreadsheets and goes out to them: the one way for people, places,
 * statements, ties and whatever later features bring. Owns tables import_batch, import_row. A
 * feature gives rows of struct exchange_import / exchange_export in its manifest; exchange reads
 * the file (files/), guesses the columns, previews (new, changed, same, refused; every problem at
 * once), stores nothing until confirmed, confirms in one transaction, undoes a whole import, and
 * writes exports. Web and command line share all of it. Not here: what a row means (each feature's
 * *_files.c); formats of files (files/). */
#ifndef FEATURES_EXCHANGE_EXCHANGE_H
#define FEATURES_EXCHANGE_EXCHANGE_H

#include "features/feature.h"

struct exchange_field {
    const char *name;    /* "email"; NULL ends the list */
    const char *label;   /* "E-mail" */
    const char *guesses; /* folded headings in English and Spanish, '|' between:
                            "email|e-mail|mail|correo|correo electronico" */
    bool is_required;
    bool is_key;        /* part of what makes two rows the same thing */
    const char *unless; /* not required when this field has a column ("first_name"); NULL */
};

enum exchange_fate {
    EXCHANGE_NEW,
    EXCHANGE_CHANGED,
    EXCHANGE_SAME,
    EXCHANGE_REFUSED,
    EXCHANGE_SKIPPED
};
enum exchange_on_match { EXCHANGE_SKIP, EXCHANGE_UPDATE, EXCHANGE_KEEP_BOTH };

/* One row of the file after mapping: values[i] belongs to fields[i]; NULL where the file has no
 * such column or an empty cell. */
struct exchange_row {
    int64_t line; /* for problems: line of the file */
    const char *const *values;
    /* Filled by `check`: */
    enum exchange_fate fate;
    int64_t match_id;       /* the row it matches, 0 when new */
    const char *match_note; /* "Ana Ruiz, teacher leader, Riverbend": who it matches; NULL */
    int64_t near_id;        /* a near-duplicate that a person should look at, 0 when none */
    int64_t near_line;      /* the same, when it is another line of the file; 0 when none */
    const char *near_note;  /* who it is like, in words */
    const char *changes;    /* "role: coach → school leader; …" when EXCHANGE_CHANGED */
    const char *note;       /* "Riverbend is a new place": good to know, no problem; NULL */
    bool merge_near; /* set by exchange before `check`: the person chose to merge with near_id (then
                        treat it as a match) or near_line (then fill its gaps and skip this row) */
    void *own;       /* the feature's own, from check to store */
};

/* For `check`: refuses the row, with a problem at its line and field. The sentence is a printf
 * format. */
void exchange_refuse(struct exchange_row *row, struct cv_problems *problems, const char *field,
                     const char *remedy, const char *sentence, ...) CV_PRINTF(5, 6);
/* For `check`: adds "label: before → after" to row->changes when the texts differ (NULL is "");
 * gives whether they did. A NULL `after` says nothing, so that empty cells change nothing. */
bool exchange_compare(struct exchange_row *row, struct cv_arena *mem, const char *label,
                      const char *before, const char *after);

struct exchange_import {
    const char *name;    /* "people"; NULL ends the table */
    const char *title;   /* "People" */
    const char *one;     /* "person" */
    const char *many;    /* "people" */
    const char *explain; /* what a row is, for the page */
    const struct exchange_field *fields;
    /* Folded heading words of columns that are refused with an explanation of where such things
     * belong ('|' between); NULL: none */
    const char *sensitive;
    /* Looks at all rows at once (also against each other): fills fate, match, near, changes; adds
     * problems with line and field. Reads the store only. Bulk: one query for all existing rows,
     * not one a row. */
    cv_rc (*check)(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                   struct store_db *db, struct cv_arena *mem, struct cv_problems *problems);
    /* Stores the rows whose fate is NEW or CHANGED, inside exchange's transaction. For each stored
     * row calls exchange_stored so that the import can be undone. */
    cv_rc (*store)(struct exchange_row *rows, size_t count, enum exchange_on_match on_match,
                   struct store_db *db, struct cv_arena *mem, int64_t batch_id, int64_t now_s);
    /* Takes one stored row back: before is NULL for a row that was new (delete it), else what
     * exchange_stored was given. CV_CONFLICT when something else hangs on it now (it then stays,
     * and the page says so). */
    cv_rc (*unstore)(struct store_db *db, struct cv_arena *mem, int64_t row_id,
                     const json_t *before, int64_t now_s);
    /* The row's name for a sentence ("Ana Ruiz"); may be NULL. */
    const char *(*name_of)(struct store_db *db, struct cv_arena *mem, int64_t row_id);
};

/* Called by `store`: row_id was inserted (before NULL) or changed (before = as it was; not taken
 * over). */
CV_MUST_USE cv_rc exchange_stored(struct store_db *db, int64_t batch_id, int64_t row_id,
                                  const json_t *before);

struct exchange_export {
    const char *name; /* "people"; NULL ends the table */
    const char *title;
    /* Column names in the order of the file; the same that the import of this name understands. */
    const char *const *columns; /* ends with NULL */
    /* An array of objects by column name; texts, numbers. New reference. */
    cv_rc (*rows)(json_t **out, struct store_db *db, struct cv_arena *mem);
};

/* The row of this name in the manifests of all features; NULL when there is none. */
const struct exchange_import *exchange_import_find(const struct house *house, const char *name);
const struct exchange_export *exchange_export_find(const struct house *house, const char *name);

/* One import from bytes to stored, as the command line and the tests use it; the web goes in two
 * steps over a kept file. */
struct exchange_options {
    const char *sheet;      /* NULL: the first that is not empty */
    const char *const *map; /* "Correo=email" pairs, ends with NULL; NULL: guess */
    enum exchange_on_match on_match;
    bool dry_run;
    const int64_t
        *merge_lines;    /* lines whose near-duplicate is to be merged; ends with 0; NULL: none */
    bool merge_all_near; /* all of them */
};
/* Document: {kind, title, file, sheet, columns: [{heading, letter, field, label, sample, is_guess,
 * is_sensitive, fields: [{name, label, is_chosen}]}], counts: {rows, new, changed, same, refused,
 * skipped}, rows: [first 50: {line, fate, is_<fate>, name, match, changes, note}], near: [{line,
 * name, near, is_merged}], problems: [{line, cell, field, sentence, remedy}], notes: [{line,
 * sentence}], import_id (0 when dry)}. *out is a new reference, also with CV_INVALID (then nothing
 * was stored: not one row could be taken); rows with problems are left out of what is stored. */
CV_MUST_USE cv_rc exchange_import_file(json_t **out, struct store_db *db, struct cv_arena *mem,
                                       const struct house *house, const char *kind,
                                       const char *file_name, const char *bytes, size_t size,
                                       const struct exchange_options *options, int64_t person_id,
                                       int64_t now_s, struct cv_problems *problems);
CV_MUST_USE cv_rc exchange_import_undo(json_t **out, struct store_db *db, struct cv_arena *mem,
                                       const struct house *house, int64_t import_id,
                                       int64_t person_id, int64_t now_s);

extern const struct feature exchange_feature;

#endif
