/* listen: see listen.h. */
#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

struct place {
    struct sockaddr_storage address;
    socklen_t size;
};

static cv_rc wrong_address(const char *listen_text, struct cv_problems *problems)
{
    cv_problem(problems, 0, "listen",
               "Write it like 127.0.0.1:8080, [::1]:8080 or unix:/run/convene.sock.",
               "\"%s\" is no address to listen on.", listen_text);
    return CV_INVALID;
}

static cv_rc cannot_listen(const char *listen_text, int error, struct cv_problems *problems)
{
    const char *remedy = "Choose another address with --listen.";
    const char *why = strerror(error);
    if (error == EADDRINUSE) {
        why = "another program listens there already";
        remedy =
            "Stop the other program, or choose another port, for example --listen 127.0.0.1:8081.";
    } else if (error == EACCES || error == EPERM) {
        why = "this account may not";
        remedy =
            "Ports below 1024 need a right of their own: choose one above, for example --listen "
            "127.0.0.1:8080, and let a proxy pass requests on.";
    } else if (error == EADDRNOTAVAIL) {
        why = "this machine has no such address";
    } else if (error == ENOENT) {
        why = "the folder does not exist";
        remedy = "Make the folder first, or choose another path.";
    }
    cv_problem(problems, 0, "listen", remedy, "Cannot listen on %s: %s.", listen_text, why);
    return CV_UNAVAILABLE;
}

/* Splits "host:port"; false when it is not that. The host may be "". */
static bool split(char **host, char **port, struct cv_arena *mem, const char *text)
{
    char *copy = cv_strdup(mem, text);
    char *colon = strrchr(copy, ':');
    if (!colon) return false;
    *colon = '\0';
    *port = colon + 1;
    *host = copy;
    size_t size = strlen(copy);
    if (size >= 2 && copy[0] == '[' && copy[size - 1] == ']') {
        copy[size - 1] = '\0';
        *host = copy + 1;
    } else if (strchr(copy, ':')) {
        return false;
    }
    char *end;
    errno = 0;
    long number = strtol(*port, &end, 10);
    return **port >= '0' && **port <= '9' && *end == '\0' && errno == 0 && number <= 65535;
}

static int open_place(const struct place *place)
{
    int yes = 1;
    int no = 0;
    int fd = socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (place->address.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(fd, (const struct sockaddr *)&place->address, place->size) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

static void describe(struct web_listener *out, struct cv_arena *mem)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char host[INET6_ADDRSTRLEN] = "";
    (void)memset(&at, 0, sizeof at);
    (void)getsockname(out->fd, (struct sockaddr *)&at, &size);
    if (at.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&at;
        (void)inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        out->is_local = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
        bool is_any = IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr);
        int port = ntohs(six->sin6_port);
        out->address =
            is_any ? cv_sprintf(mem, "localhost:%d", port) : cv_sprintf(mem, "[%s]:%d", host, port);
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&at;
        (void)inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        out->is_local = (ntohl(four->sin_addr.s_addr) >> 24) == 127;
        bool is_any = four->sin_addr.s_addr == htonl(INADDR_ANY);
        out->address = cv_sprintf(mem, "%s:%d", is_any ? "localhost" : host, ntohs(four->sin_port));
    }
}

static cv_rc listen_network(struct web_listener *out, struct cv_arena *mem, const char *text,
                            struct cv_problems *problems)
{
    char *host;
    char *port;
    if (!split(&host, &port, mem, text)) return wrong_address(text, problems);
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(*host ? host : "::", port, &wanted, &found) != 0)
        return wrong_address(text, problems);
    int error = EADDRNOTAVAIL;
    out->fd = -1;
    for (struct addrinfo *at = found; at && out->fd < 0; at = at->ai_next) {
        struct place place = {.size = at->ai_addrlen};
        memcpy(&place.address, at->ai_addr, at->ai_addrlen);
        out->fd = open_place(&place);
        if (out->fd < 0) error = errno;
    }
    freeaddrinfo(found);
    /* A machine without IPv6. */
    if (out->fd < 0 && !*host && error != EADDRINUSE)
        return listen_network(out, mem, cv_sprintf(mem, "0.0.0.0:%s", port), problems);
    if (out->fd < 0) return cannot_listen(text, error, problems);
    describe(out, mem);
    return CV_OK;
}

/* A socket file that nobody listens on any more is left from a crash. */
static bool is_left_over(const struct place *place)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    int result = connect(fd, (const struct sockaddr *)&place->address, place->size);
    int error = errno;
    (void)close(fd);
    return result != 0 && error == ECONNREFUSED;
}

static cv_rc listen_unix(struct web_listener *out, struct cv_arena *mem, const char *text,
                         struct cv_problems *problems)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = text + 5;
    size_t size = strlen(path);
    if (size == 0 || size >= sizeof address.sun_path) return wrong_address(text, problems);
    memcpy(address.sun_path, path, size + 1);
    struct place place = {.size = sizeof address};
    memcpy(&place.address, &address, sizeof address);
    struct stat facts;
    if (lstat(path, &facts) == 0) {
        if (!S_ISSOCK(facts.st_mode) || !is_left_over(&place))
            return cannot_listen(text, EADDRINUSE, problems);
        (void)unlink(path);
    }
    out->fd = open_place(&place);
    if (out->fd < 0) return cannot_listen(text, errno, problems);
    /* The proxy's account is usually another one of the same group. */
    (void)chmod(path, 0660);
    out->unix_path = cv_strdup(mem, path);
    out->address = cv_strdup(mem, text);
    out->is_local = true;
    return CV_OK;
}

cv_rc web_listen(struct web_listener *out, struct cv_arena *mem, const char *listen_text,
                 struct cv_problems *problems)
{
    *out = (struct web_listener){.fd = -1};
    if (strncmp(listen_text, "unix:", 5) == 0) return listen_unix(out, mem, listen_text, problems);
    return listen_network(out, mem, listen_text, problems);
}
