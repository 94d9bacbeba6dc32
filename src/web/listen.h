/* listen: opens the socket the server listens on: "127.0.0.1:8080", "[::1]:8080", ":8080" (every
 * address of the machine), "localhost:8080", "unix:/run/convene.sock". Port 0 takes a free one. */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include "base/problems.h"

struct web_listener {
    int fd;
    const char *unix_path; /* to be removed at the end; NULL: not a local socket */
    const char *address;   /* "127.0.0.1:8080": with the port it got */
    bool is_local;         /* only this machine reaches it */
};

/* A wrong address, a port in use, a missing right: CV_INVALID or CV_UNAVAILABLE with a problem. */
CV_MUST_USE cv_rc web_listen(struct web_listener *out, struct cv_arena *mem, const char *listen,
                             struct cv_problems *problems);

#endif
