/* limits: every maximum of the program, in one table. A limit is raised here, with its reason, or
 * not at all. Rows are X(name, value, what it bounds). `convene limits` prints the table. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define CV_LIMITS(X)                                                                               \
    X(PROBLEMS, 1000, "problems shown of one input; the rest are counted")                         \
    X(REQUEST_MEMORY, 64 << 20, "bytes one request may use")                                       \
    X(JOB_MEMORY, 2147483647, "bytes one job or command may use")                                  \
    X(BODY_BYTES, 64 << 10, "bytes of an ordinary form")                                           \
    X(UPLOAD_BYTES, 48 << 20, "bytes of an uploaded spreadsheet")                                  \
    X(UNPACKED_BYTES, 400 << 20, "bytes an XLSX may unpack to")                                    \
    X(UNPACKED_RATIO, 250,                                                                         \
      "bytes one packed byte of an XLSX may become; sheets as programs write them stay below 20")  \
    X(ZIP_PARTS, 10000, "parts inside an XLSX")                                                    \
    X(SHEETS, 1000, "sheets of a spreadsheet")                                                     \
    X(TABLE_ROWS, 1500000, "rows of an imported table; 10 MB of short lines are 1.3 million")      \
    X(TABLE_COLUMNS, 200, "columns of an imported table")                                          \
    X(CELL_BYTES, 32767, "bytes of one cell of a spreadsheet, as in Excel")                        \
    X(EXPORT_BYTES, 512 << 20, "bytes of an exported file")                                        \
    X(PDF_PAGES, 2000, "pages of a printed document")                                              \
    X(FORM_FIELDS, 1000, "fields of a form")                                                       \
    X(NAME_BYTES, 200, "bytes of a name")                                                          \
    X(STATEMENT_BYTES, 4000, "bytes of one statement")                                             \
    X(TEMPLATE_DEPTH, 32, "sections, parts and contexts of a page inside one another")             \
    X(TEMPLATE_STEPS, 5000000, "steps one page may take to render")                                \
    X(TEMPLATES, 2000, "templates and indented copies of parts kept compiled")                     \
    X(PAGE_BYTES, 8 << 20, "bytes of one page")                                                    \
    X(HEAD_BYTES, 32 << 10, "bytes of a request's head")                                           \
    X(CONNECTIONS, 4000, "connections open at once")                                               \
    X(EVENT_STREAMS, 3000, "pages that listen for news at once")                                   \
    X(REQUEST_QUEUE, 1000, "requests that wait for a worker")                                      \
    X(UPLOADS_IN_FLIGHT, 256 << 20, "bytes of all bodies that are being received")                 \
    X(DRAIN_BYTES, 2147483647, "bytes of a refused upload read away so that the answer arrives")   \
    X(CLIENT_SILENCE_S, 20, "seconds a connection may stay without completing a request")          \
    X(CLIENT_BYTES_PER_S, 8 << 10, "bytes a second that earn a slow transfer more time")           \
    X(STOP_S, 10, "seconds requests may finish in when the server stops")                          \
    X(HEARTBEAT_S, 20, "seconds between signs of life on an event stream")                         \
    X(RATE_READS, 1000, "pages one address may ask for at once; refilled in 10 s")                 \
    X(RATE_WRITES, 120, "forms one address may send at once; refilled in 60 s")                    \
    X(RATE_SLOW, 10, "tries to sign in one address has; refilled in 120 s")                        \
    X(COOKIE_BYTES, 3000, "bytes of one cookie that we set")                                       \
    X(LINK_HOURS, 24, "hours a sign-in link works")                                                \
    X(SESSION_DAYS, 30, "days a browser stays signed in")                                          \
    X(GROUP_PEOPLE, 10, "people in a collective without a written reason")                         \
    X(GROUP_PEOPLE_OVERRIDE, 15, "people in a collective with a written reason")

enum {
#define X(name, value, what) CV_LIMIT_##name = (value),
    CV_LIMITS(X)
#undef X
};

/* The same table as data; ends with a NULL name. */
struct cv_limit {
    const char *name;
    long long value;
    const char *what;
};
extern const struct cv_limit cv_limits[];

#endif
