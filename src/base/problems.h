/* problems: what is wrong with something a person gave us: every mistake at once, each with its
 * place, a sentence and a remedy. Not for failures of the machine (rc.h) and not for a programmer's
 * mistakes (assert). */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include <stdint.h>

#include "base/arena.h"

struct cv_problem {
    const char *sheet;    /* name of the sheet or file; NULL where there is one only */
    int64_t line;         /* from 1; 0 when the whole input is meant */
    int64_t column;       /* from 1; 0 when unknown */
    const char *field;    /* what the person calls it: "email"; NULL when none */
    const char *sentence; /* what is wrong */
    const char *remedy;   /* what to do about it; NULL only where nothing can be done */
};

struct cv_problems {
    struct cv_arena *mem;
    struct cv_problem *items;
    size_t count; /* kept, at most CV_LIMIT_PROBLEMS */
    size_t capacity;
    size_t total_count; /* found, kept or not */
};

struct cv_problems cv_problems_new(struct cv_arena *mem);
/* Copies everything it is given. Past CV_LIMIT_PROBLEMS it only counts. */
void cv_problem_add(struct cv_problems *problems, struct cv_problem problem);
/* The common case. The sentence is a printf format; the remedy is plain text. */
void cv_problem(struct cv_problems *problems, int64_t line, const char *field, const char *remedy,
                const char *sentence, ...) CV_PRINTF(5, 6);
/* "A1", "AB12": the way spreadsheets name a cell; line and column from 1. */
const char *cv_cell_name(struct cv_arena *mem, int64_t line, int64_t column);

#endif
