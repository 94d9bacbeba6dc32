/* problems: see problems.h. */
#include "base/problems.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"

struct cv_problems cv_problems_new(struct cv_arena *mem)
{
    return (struct cv_problems){.mem = mem};
}

void cv_problem_add(struct cv_problems *problems, struct cv_problem problem)
{
    problems->total_count++;
    if (problems->count == CV_LIMIT_PROBLEMS) return;
    if (problems->count == problems->capacity) {
        size_t capacity = problems->capacity ? problems->capacity * 2 : 16;
        struct cv_problem *items = CV_NEW_ARRAY(problems->mem, struct cv_problem, capacity);
        if (problems->count) memcpy(items, problems->items, problems->count * sizeof *items);
        problems->items = items;
        problems->capacity = capacity;
    }
    problem.sheet = cv_strdup(problems->mem, problem.sheet);
    problem.field = cv_strdup(problems->mem, problem.field);
    problem.sentence = cv_strdup(problems->mem, problem.sentence);
    problem.remedy = cv_strdup(problems->mem, problem.remedy);
    problems->items[problems->count++] = problem;
}

void cv_problem(struct cv_problems *problems, int64_t line, const char *field, const char *remedy,
                const char *sentence, ...)
{
    va_list args;
    va_start(args, sentence);
    const char *text = cv_vsprintf(problems->mem, sentence, args);
    va_end(args);
    cv_problem_add(problems, (struct cv_problem){
                                 .line = line, .field = field, .sentence = text, .remedy = remedy});
}

const char *cv_cell_name(struct cv_arena *mem, int64_t line, int64_t column)
{
    char letters[16];
    size_t at = sizeof letters - 1;
    letters[at] = '\0';
    for (int64_t c = column; c > 0 && at > 0; c = (c - 1) / 26)
        letters[--at] = (char)('A' + (c - 1) % 26);
    return line > 0 ? cv_sprintf(mem, "%s%" PRId64, letters + at, line)
                    : cv_strdup(mem, letters + at);
}
