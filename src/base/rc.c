/* rc: names of the result codes. */
#include "base/rc.h"

const char *cv_rc_name(cv_rc rc)
{
    switch (rc) {
    case CV_OK: return "ok";
    case CV_NOT_FOUND: return "not_found";
    case CV_CONFLICT: return "conflict";
    case CV_INVALID: return "invalid";
    case CV_DENIED: return "denied";
    case CV_TOO_LARGE: return "too_large";
    case CV_BUSY: return "busy";
    case CV_CANCELLED: return "cancelled";
    case CV_UNAVAILABLE: return "unavailable";
    }
    return "unknown";
}
