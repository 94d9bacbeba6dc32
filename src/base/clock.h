/* clock: the only place that asks what time it is. Everything else is handed the time as an
 * argument. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/arena.h"

/* Seconds since 1970-01-01 UTC. */
int64_t cv_now_s(void);
/* Milliseconds and seconds that only ever grow; for durations. */
int64_t cv_monotonic_ms(void);
double cv_monotonic_s(void);
/* "2026-11-21" and "2026-11-21 20:42" in UTC. */
const char *cv_date_text(struct cv_arena *mem, int64_t at_s);
const char *cv_time_text(struct cv_arena *mem, int64_t at_s);

#endif
