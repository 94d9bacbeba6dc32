/* http: the callbacks of libmicrohttpd (http.c), and what it asks about a request's head (head.c).
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "web/inside.h"

void *web_http_begin(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result web_http_handle(void *context, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **request_context);
void web_http_completed(void *context, struct MHD_Connection *connection, void **request_context,
                        enum MHD_RequestTerminationCode end);
void web_http_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                         enum MHD_ConnectionNotificationCode code);

/* Finds the route and checks what can be checked before the body: method, rate, length, kind of
 * body. Answers when the request goes no further. */
void web_head_check(struct web_request_inside *inside);
void web_head_too_large(struct web_request_inside *inside);

#endif
