/* log: one line an event, text or JSON, to stderr. Holds a request id and counts, never what people
 * wrote, nor names, addresses or codes. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/rc.h"

enum cv_log_level { CV_LOG_ERROR, CV_LOG_WARN, CV_LOG_INFO, CV_LOG_DEBUG };

struct cv_log {
    enum cv_log_level level;
    bool json;
};

/* `event` is a fixed word ("request", "job_failed"). The rest is a printf format of key=value pairs
 * separated by blanks, values without blanks or quotes ("id=%s ms=%lld"); `detail` (may be NULL) is
 * free text of the machine's, quoted. */
void cv_log(const struct cv_log *log, enum cv_log_level level, const char *event,
            const char *detail, const char *pairs, ...) CV_PRINTF(5, 6);

#endif
