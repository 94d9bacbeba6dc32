/* clock: see clock.h. */
#include "base/clock.h"

#include <time.h>

int64_t cv_now_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_REALTIME, &at);
    return at.tv_sec;
}

int64_t cv_monotonic_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

double cv_monotonic_s(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

const char *cv_date_text(struct cv_arena *mem, int64_t at_s)
{
    return cv_strndup(mem, cv_time_text(mem, at_s), 10);
}

const char *cv_time_text(struct cv_arena *mem, int64_t at_s)
{
    struct tm parts;
    time_t at = (time_t)at_s;
    char text[64] = "";
    if (gmtime_r(&at, &parts)) (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return cv_strdup(mem, text);
}
