/* cli: the terminal's face. A verb is a row with its options; it is handed its parsed options and
 * answers with ONE document: shown as text for people, or as it is with --json. Knows neither
 * store's tables nor web. Exit codes: 0 done, 1 the world failed, 2 the input was wrong. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>

#include "base/arena.h"
#include "base/problems.h"

struct store;
struct store_db;
struct cli_request;

struct cli_option {
    const char *name;  /* "--theme"; NULL ends the list */
    const char *value; /* "NAME" shown in help; NULL for a switch */
    const char *help;
};

enum cli_flags {
    CLI_NO_STORE = 1,  /* works on files only */
    CLI_CREATES = 2,   /* may create the database */
    CLI_OWN_STORE = 4, /* opens the database itself (serve, restore) */
};

struct cli_command {
    const char *words;     /* "themes find"; NULL ends the table */
    const char *arguments; /* "FILE [--dry-run]": positional part for the usage line; "" for none */
    const char *summary;   /* one sentence, for help and the man page */
    const char *details;   /* a paragraph or NULL */
    const struct cli_option
        *options; /* NULL: only the common ones (--data, --json, --help, --seed …) */
    int (*run)(struct cli_request *req);
    unsigned flags;
};

struct cli_request {
    const struct cli_command *command;
    struct cv_arena *mem;
    struct store *store; /* NULL with CLI_NO_STORE and CLI_OWN_STORE */
    struct store_db *db;
    void *house; /* as in web.h */
    int64_t now_s;
    bool json;
    struct cv_problems problems;
    struct cli_inside *inside;
};

const char *cli_option(const struct cli_request *req, const char *name); /* NULL when absent */
const char *cli_option_at(const struct cli_request *req, const char *name,
                          size_t index); /* repeated options */
bool cli_switch(const struct cli_request *req, const char *name);
/* absent when the option is absent; a value that is no number in [low, high] adds a problem and
 * gives absent. */
int64_t cli_int(struct cli_request *req, const char *name, int64_t absent, int64_t low,
                int64_t high);
const char *cli_argument(const struct cli_request *req, size_t index); /* NULL past the end */
size_t cli_argument_count(const struct cli_request *req);

/* Prints the document (taken over) as JSON with --json, else calls `text` to print it for people.
 * Gives the exit code 0. */
int cli_answer(struct cli_request *req, json_t *document,
               void (*text)(struct cli_request *req, const json_t *document));
/* Prints the problems (or the sentence of rc) to stderr, or as JSON with --json, and gives the exit
 * code 1 or 2. */
int cli_fail(struct cli_request *req, cv_rc rc);

/* Text for people: printf to standard output. */
void cli_say(const char *format, ...) CV_PRINTF(1, 2);
/* A table that fits the terminal (80 columns when it is none): headings and rows of an array of
 * objects. Columns: "Theme=name"; numbers are set right; the widest text column is wrapped. */
void cli_table(struct cli_request *req, const json_t *rows, const char *const *columns,
               size_t column_count);
/* A bar on stderr when it is a terminal, else nothing. For jobs_run_here. */
void cli_bar(void *context, int64_t done, int64_t total, const char *what);

/* --- for app ---------------------------------------------------------------------------------- */

/* Finds the verb among the tables (each ends with NULL words) and reads its options and arguments
 * into req; `common` are options that every verb takes. Fills req->problems and gives CV_INVALID
 * when something is wrong; req->command stays NULL when no verb was recognised. */
CV_MUST_USE cv_rc cli_parse(struct cli_request *req, int argc, char **argv,
                            const struct cli_command *const *tables, size_t table_count,
                            const struct cli_option *common);
/* Help for all verbs, for one verb (its words), and the man page in troff, made from the same rows.
 */
void cli_help_all(const struct cli_command *const *tables, size_t table_count);
/* The verbs that begin with the word `first` ("import"); false when there is none. */
bool cli_help_some(const struct cli_command *const *tables, size_t table_count, const char *first);
void cli_help(const struct cli_command *command, const struct cli_option *common);
void cli_man_page(const struct cli_command *const *tables, size_t table_count,
                  const struct cli_option *common);

#endif
