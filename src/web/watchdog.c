/* watchdog: libmicrohttpd's own timeout counts silence only, so a client that sends one byte now
 * and then could hold a connection for ever. Here every connection has a deadline for its next
 * completed request; past it the socket is shut down, which makes the library close it. Deadlines
 * are moved by http.c: further for slow but steady transfers, away while a worker or a stream has
 * the request. */
#include <sys/socket.h>

#include "web/inside.h"

void web_watch_add(struct web_watch *watch, struct web_connection *connection)
{
    (void)pthread_mutex_lock(&watch->lock);
    connection->next = watch->first;
    connection->link = &watch->first;
    if (watch->first) watch->first->link = &connection->next;
    watch->first = connection;
    (void)pthread_mutex_unlock(&watch->lock);
}

/* Called before the library closes the socket, so that its number cannot belong to another one. */
void web_watch_remove(struct web_watch *watch, struct web_connection *connection)
{
    (void)pthread_mutex_lock(&watch->lock);
    *connection->link = connection->next;
    if (connection->next) connection->next->link = connection->link;
    (void)pthread_mutex_unlock(&watch->lock);
}

void web_watch_tick(struct web_watch *watch, int64_t now_ms, bool only_busy_stay)
{
    (void)pthread_mutex_lock(&watch->lock);
    for (struct web_connection *c = watch->first; c; c = c->next) {
        bool is_late = atomic_load(&c->deadline_ms) <= now_ms;
        bool is_unwanted = only_busy_stay && atomic_load(&c->is_idle);
        if (is_late || is_unwanted) (void)shutdown(c->fd, SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&watch->lock);
}
