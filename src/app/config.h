/* config: where the program's settings come from: flags, then CONVENE_* variables (secrets also as
 * CONVENE_*_FILE), then a file of `key = value` lines. An unknown key is an error that names the
 * nearest one. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/log.h"
#include "cli/cli.h"

struct config {
    const char *data;     /* path or postgres://… */
    bool data_is_default; /* nobody named it */
    const char *listen;
    const char *log_format; /* "text" or "json" */
    const char *log_level;
    const char *tls_cert;
    const char *tls_key;
    const char *behind_tls;  /* "yes" or "no" */
    const char *rate_limits; /* "yes" or "no" */
    int64_t threads;
    int64_t workers;
    struct cv_log log;
};

/* The options that every verb takes; they are the keys' flags. */
extern const struct cli_option config_options[];

/* Reads flags of req, environ and the file; every mistake goes to req->problems. Texts live in
 * req->mem. */
CV_MUST_USE cv_rc config_read(struct config *out, struct cli_request *req, char **environ_rows);
/* A place of data as people may see it: without a password. */
const char *config_masked(struct cv_arena *mem, const char *value);
/* [{key, value, origin}]: secrets are masked. New reference. */
json_t *config_document(struct cli_request *req, char **environ_rows);

#endif
