/* files_test: what the tests of files/ share: one reading with its memory, and everything a person
 * would see of it as text. For tests only. */
#ifndef FILES_FILES_TEST_H
#define FILES_FILES_TEST_H

#include <string.h>

#include "base/buf.h"
#include "files/table.h"

struct house {
    struct cv_arena mem;
    struct cv_problems problems;
    struct files_table table;
    cv_rc rc;
};

static inline void house_open(struct house *house)
{
    memset(house, 0, sizeof *house);
    cv_arena_init(&house->mem, (size_t)512 << 20);
    house->problems = cv_problems_new(&house->mem);
}

static inline void house_read(struct house *house, const char *bytes, size_t size, const char *name)
{
    house_open(house);
    house->rc =
        files_read_table(&house->table, bytes, size, name, NULL, &house->mem, &house->problems);
}

#define HOUSE_READ(house, literal) house_read(house, literal, sizeof(literal) - 1, "t.csv")

/* Everything a person would see of a reading, as text. */
static inline const char *house_report(struct house *house)
{
    struct cv_buf buf = cv_buf_new(&house->mem, 1 << 20);
    const struct files_table *t = &house->table;
    cv_buf_printf(&buf, "%s\n", cv_rc_name(house->rc));
    for (size_t i = 0; i < house->problems.count; i++) {
        const struct cv_problem *p = &house->problems.items[i];
        cv_buf_printf(&buf, "problem %lld:%lld %s %s\n", (long long)p->line, (long long)p->column,
                      p->sentence, p->remedy);
    }
    if (house->problems.total_count > house->problems.count)
        cv_buf_printf(&buf, "and %zu more\n", house->problems.total_count - house->problems.count);
    for (size_t i = 0; i < t->note_count; i++)
        cv_buf_printf(&buf, "note %lld %s\n", (long long)t->notes[i].line, t->notes[i].sentence);
    if (t->column_count) cv_buf_printf(&buf, "header %lld:", (long long)t->header_line);
    for (size_t i = 0; i < t->column_count; i++) cv_buf_printf(&buf, " [%s]", t->columns[i]);
    if (t->column_count) cv_buf_putc(&buf, '\n');
    for (size_t r = 0; r < t->row_count && r < 20 && t->column_count; r++) {
        cv_buf_printf(&buf, "row %lld%s:", (long long)files_line(t, r),
                      files_row_refused(t, r) ? " refused" : "");
        for (size_t c = 0; c < t->column_count; c++)
            cv_buf_printf(&buf, " [%.60s]", files_cell(t, r, c));
        cv_buf_putc(&buf, '\n');
    }
    if (t->row_count > 20) cv_buf_printf(&buf, "%zu rows\n", t->row_count);
    return cv_buf_text(&buf);
}

#endif
