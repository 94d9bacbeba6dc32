/* exchange_rows: what the features' `check` says about one row: refused, or what would change. */
#include "base/buf.h"
#include "features/exchange/exchange.h"

#include <string.h>

void exchange_refuse(struct exchange_row *row, struct cv_problems *problems, const char *field,
                     const char *remedy, const char *sentence, ...)
{
    va_list args;
    va_start(args, sentence);
    const char *text = cv_vsprintf(problems->mem, sentence, args);
    va_end(args);
    row->fate = EXCHANGE_REFUSED;
    cv_problem_add(
        problems,
        (struct cv_problem){.line = row->line, .field = field, .sentence = text, .remedy = remedy});
}

bool exchange_compare(struct exchange_row *row, struct cv_arena *mem, const char *label,
                      const char *before, const char *after)
{
    if (!after || strcmp(before ? before : "", after) == 0) return false;
    row->changes = cv_sprintf(mem, "%s%s%s: %s → %s", row->changes ? row->changes : "",
                              row->changes ? "; " : "", label,
                              before && *before ? before : "nothing", *after ? after : "nothing");
    return true;
}
