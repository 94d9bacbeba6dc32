/* house: what app's own files share: the features in their order, and opening the store for a verb.
 */
#ifndef APP_HOUSE_H
#define APP_HOUSE_H

#include "app/config.h"
#include "features/feature.h"

extern const struct feature *const house_features[];
extern const size_t house_feature_count;

/* app's own verbs, end with NULL words. */
extern const struct cli_command app_commands[];
extern const struct cli_command app_serve_commands[];
extern const struct cli_command app_data_commands[];
extern const struct cli_command app_demo_commands[];
extern const struct web_route app_routes[]; /* /healthz, /readyz */

/* All tables of verbs, of routes: for the parser, help, `convene routes`. In mem. */
size_t house_commands(const struct cli_command *const **out, struct cv_arena *mem);
size_t house_routes(const struct web_route *const **out, struct cv_arena *mem);
size_t house_jobs(const struct job_kind *const **out, struct cv_arena *mem);
size_t house_migrations(const struct store_migration **out, struct cv_arena *mem);

/* Opens and migrates. An existing database of an older schema is brought up to date. */
CV_MUST_USE cv_rc house_open(struct house *out, const struct config *config, enum store_mode mode,
                             struct cv_arena *mem, int64_t now_s, struct cv_problems *problems);
void house_close(struct house *house);
/* The verb `serve`; opens the store itself. */
int app_serve(struct cli_request *req);

/* What req->house points to for app's own verbs. */
struct app {
    struct house house; /* first: features see only this */
    struct config config;
    char **environ_rows;
};

#endif
