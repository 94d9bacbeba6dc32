/* rc: the answers a function of ours can give. For results that a caller must look at; a user's
 * mistakes travel in a problems list (problems.h), not here. */
#ifndef BASE_RC_H
#define BASE_RC_H

typedef enum cv_rc {
    CV_OK = 0,
    CV_NOT_FOUND,   /* no such row, file or route */
    CV_CONFLICT,    /* a unique or foreign key refused it: somebody else was first */
    CV_INVALID,     /* the input is wrong; a problems list says where and what to do */
    CV_DENIED,      /* this person may not */
    CV_TOO_LARGE,   /* over a number of limits.h */
    CV_BUSY,        /* locked or overloaded: try again */
    CV_CANCELLED,   /* somebody asked to stop */
    CV_UNAVAILABLE, /* the database, the disk or another outside thing failed */
} cv_rc;

#define CV_MUST_USE                    __attribute__((warn_unused_result))
#define CV_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* A word for logs and for --json ("ok", "not_found", …); never NULL, static. */
const char *cv_rc_name(cv_rc rc);

#endif
