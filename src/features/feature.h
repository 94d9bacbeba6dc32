/* feature: the contract between a feature and the house. Each feature gives one `extern const
 * struct feature NAME_feature`; app lists them in the order of the data's way. A feature includes
 * only the ONE public header of features EARLIER in the order: history, exchange, network, people,
 * accounts, ties, themes, collectives, today. What must reach a later feature goes through this
 * manifest, called by app. */
#ifndef FEATURES_FEATURE_H
#define FEATURES_FEATURE_H

#include "cli/cli.h"
#include "jobs/jobs.h"
#include "store/store.h"
#include "web/web.h"

struct exchange_import; /* features/exchange/exchange.h */
struct exchange_export;

/* One thing that waits for a person, for the home page. */
struct feature_waiting {
    const char *what;   /* "12 statements are unsure" */
    const char *why;    /* "The program placed them, but a person should look." */
    const char *path;   /* "/themes?show=unsure" */
    const char *button; /* "Look through them" */
    int minutes;        /* about how long it takes */
    int order;          /* small comes first */
};

struct feature {
    const char *name;
    const struct store_migration
        *migrations;                       /* made from schema/ by the build; ends with NULL name */
    const struct web_route *routes;        /* ends with a NULL path; NULL: none */
    const struct cli_command *commands;    /* ends with NULL words; NULL: none */
    const struct job_kind *jobs;           /* ends with a NULL name; NULL: none */
    const struct exchange_import *imports; /* ends with a NULL name; NULL: none */
    const struct exchange_export *exports; /* ends with a NULL name; NULL: none */
    /* Undoes one step of this feature's history (features/history); CV_NOT_FOUND when it was undone
     * already. */
    cv_rc (*undo)(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s);
    /* Fills up to `max` rows; gives how many. */
    size_t (*waiting_for)(struct feature_waiting *out, size_t max, struct store_db *db,
                          struct cv_arena *mem, int64_t person_id);
    /* The name of a person, for traces; only the feature that owns people gives it. */
    const char *(*person_name)(struct store_db *db, struct cv_arena *mem, int64_t person_id);
    /* Adds what this feature knows of a person to the document of their page
     * (people/pages/show.html): statements, collectives. */
    cv_rc (*add_to_person)(json_t *person, struct web_request *req, int64_t person_id);
    /* Two rows of people turn out to be one person: moves what hangs on `from` to `to` and puts
     * what is needed to take it back into `moved` (an object under this feature's name). */
    cv_rc (*merge_person)(json_t *moved, struct store_db *db, struct cv_arena *mem, int64_t from,
                          int64_t to);
    cv_rc (*unmerge_person)(const json_t *moved, struct store_db *db, struct cv_arena *mem,
                            int64_t from, int64_t to);
};

/* The features of this program in their order, given by app (a test gives its own): for what must
 * reach another feature from a place that is handed no house, such as a job or an undo. */
extern const struct feature *const house_features[];
extern const size_t house_feature_count;

/* What app hands around as `house` in requests, commands and jobs. */
struct house {
    struct store *store;
    struct jobs *jobs;
    struct web_server *server; /* NULL outside `serve` */
    const struct feature *const *features;
    size_t feature_count;
    const struct cv_log *log;
};

/* The document as compact JSON text, in mem (feature_text.c). */
const char *feature_json_text(struct cv_arena *mem, const json_t *document);
/* For a query of an address: all but letters, digits and - _ . ~ as %XX. */
const char *feature_url_text(struct cv_arena *mem, const char *text);
/* For LIKE … ESCAPE '\': every text that holds this one; % _ \ stand for themselves. */
const char *feature_like_text(struct cv_arena *mem, const char *text);
/* Starts a job for the person who asks and sends them to its page. */
cv_rc feature_start_job(struct web_request *req, const char *kind, json_t *args);
/* Runs a job in the terminal with its bar and gives its result as a document; NULL after a failure
 * that was told (*exit_code). */
json_t *feature_run_job(int *exit_code, struct cli_request *req, const char *kind, json_t *args);

#endif
