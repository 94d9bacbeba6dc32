/* accounts_cli: `convene owner link`: who may run this on the machine owns the data anyway. */
#include <string.h>

#include "base/limits.h"
#include "features/accounts/accounts_internal.h"

static void say_link(struct cli_request *req, const json_t *document)
{
    cli_say("%s\n", json_string_value(json_object_get(document, "link")));
    cli_say("It works once, within %d hours. Open it in the browser and press the button.\n",
            CV_LIMIT_LINK_HOURS);
    if (!cli_option(req, "--address"))
        cli_say("Is your Convene at another address? Put that in front, or say it with "
                "--address.\n");
}

static int run_owner_link(struct cli_request *req)
{
    const char *address = cli_option(req, "--address");
    if (!address) address = "http://127.0.0.1:8080";
    if (strncmp(address, "http://", 7) != 0 && strncmp(address, "https://", 8) != 0) {
        cv_problem(&req->problems, 0, "--address", "Write it like https://convene.example.org.",
                   "\"%s\" is no address of a page.", address);
        return cli_fail(req, CV_INVALID);
    }
    size_t size = strlen(address);
    while (size > 0 && address[size - 1] == '/') size--;
    const char *path = NULL;
    cv_rc rc = accounts_owner_link_new(&path, req->db, req->mem, req->now_s);
    if (rc != CV_OK) return cli_fail(req, rc);
    const char *link = cv_sprintf(req->mem, "%.*s%s", (int)size, address, path);
    int64_t expires_at_s = req->now_s + CV_LIMIT_LINK_HOURS * 3600;
    return cli_answer(req,
                      json_pack("{s:s, s:s, s:I}", "link", link, "path", path, "expires_at_s",
                                (json_int_t)expires_at_s),
                      say_link);
}

static const struct cli_option link_options[] = {
    {"--address", "URL", "where people reach this Convene (http://127.0.0.1:8080)"},
    {0},
};

const struct cli_command accounts_commands[] = {
    {.words = "owner link",
     .arguments = "",
     .summary = "Make a one-time link for the owner to sign in with.",
     .details = "Opening the link uses nothing up; the button on its page does. Links that were "
                "made before and not used stop working.",
     .options = link_options,
     .run = run_owner_link},
    {0},
};
