/* themes_testing: what the tests of themes share: a fresh database with eighteen statements about
 * three subjects in two languages, and short words for what tests do. For tests only. */
#ifndef FEATURES_THEMES_THEMES_TESTING_H
#define FEATURES_THEMES_THEMES_TESTING_H

#include "features/features_testing.h"
#include "features/themes/themes_internal.h"

enum { SAID = 18, PEOPLE = 9 }; /* statements 1-6 absence, 7-12 grading, 13-18 retention */

struct test {
    struct store_testing *t;
    struct jobs *jobs;
    struct house house;
};

int testing_set_up(void **state);
/* Skips without PostgreSQL. End with jobs_close(test.jobs). */
struct test testing_test_of(void **state);
/* One statement of "Teacher leader, Riverbend". */
int64_t testing_insert(struct test *test, const char *text, const char *lang, int64_t person_id);
void testing_insert_said(struct test *test);
/* Runs a search; takes args over. out may be NULL. */
cv_rc testing_find(struct test *test, json_t *args, json_t **out);
/* The eighteen, in three themes. */
void testing_found_three(struct test *test);
/* A search that must be refused with one problem that says `words`, and change nothing. */
void testing_refuse_find(struct test *test, json_t *args, const char *words);
struct themes_step testing_step_of(struct test *test);
/* Everything a person can see of the board, as text. */
const char *testing_board(struct test *test);
struct theme_list testing_themes_of(struct test *test);
struct themes_counts testing_counts_of(struct test *test);
struct placement testing_place_of(struct test *test, int64_t statement_id);
void testing_undo(struct test *test, int64_t edit_id);
int64_t testing_newest_edit(struct test *test);

#endif
