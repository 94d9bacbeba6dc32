/* test_client: a client for tests that says exactly the bytes it is told to, and a small house with
 * routes to talk to. Fails the running test when something does not arrive within 5 s. */
#ifndef WEB_TEST_CLIENT_H
#define WEB_TEST_CLIENT_H

#include "web/inside.h"

#define TEST_CSRF "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

/* The house: cookie session=steward or session=member; anything else is nobody. */
extern struct web_server *test_server;
extern int test_port;
void test_serve(const struct web_options *options, const struct web_timing *timing);
/* The same without expecting that it starts. */
cv_rc test_try(struct web_server **out, const struct web_options *options,
               const struct web_timing *timing, struct cv_problems *problems);
/* Serves a house of the test's own. */
void test_serve_house(const struct web_options *options, const struct web_timing *timing,
                      const struct web_house *house, const struct web_route *const *tables,
                      size_t table_count);
void test_stop(void);
/* How many handlers ran, and what the topic "news" tells. */
extern atomic_int test_handled_count;
extern atomic_int test_news;

struct test_answer {
    int status;
    char *head; /* with a NUL; the status line first */
    char *body;
    size_t body_size;
    bool closed; /* the server closed afterwards (only known when asked for) */
};

int test_connect(void);
void test_send(int fd, const char *bytes, size_t size);
void test_say(int fd, const char *text);
/* One answer of a connection that stays open. is_head: no body follows. */
struct test_answer test_read(int fd, bool is_head);
/* True when the server closes within wait_ms (what it says before is thrown away). */
bool test_is_closed(int fd, int wait_ms);
/* Connects, says, reads one answer, closes. Free the answer. */
struct test_answer test_ask(const char *request);
/* "GET path" or "POST path" with headers (each ending in CRLF) and a body. */
struct test_answer test_get(const char *path, const char *headers);
struct test_answer test_post(const char *path, const char *headers, const char *body);
void test_drop(struct test_answer *answer);
/* The value of a header, "" when absent; static memory, until the next call. */
const char *test_header(const struct test_answer *answer, const char *name);

#endif
