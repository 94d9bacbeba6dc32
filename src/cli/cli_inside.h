/* cli's own: what parsing leaves behind, and the entry that app calls. */
#ifndef CLI_CLI_INSIDE_H
#define CLI_CLI_INSIDE_H

#include "cli/cli.h"

struct cli_given {
    const char *name;
    const char *value; /* "" for a switch */
};

struct cli_inside {
    struct cli_given *given;
    size_t given_count;
    const char **arguments;
    size_t argument_count;
};

#endif
