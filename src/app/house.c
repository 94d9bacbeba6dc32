/* house: the features in the order of the data's way, and opening the store. */
#include "app/house.h"

#include <string.h>

#include "features/accounts/accounts.h"
#include "features/collectives/collectives.h"
#include "features/exchange/exchange.h"
#include "features/history/history.h"
#include "features/network/network.h"
#include "features/people/people.h"
#include "features/themes/themes.h"
#include "features/ties/ties.h"
#include "features/today/today.h"

const struct feature *const house_features[] = {
    &history_feature, &exchange_feature, &network_feature,     &people_feature, &accounts_feature,
    &ties_feature,    &themes_feature,   &collectives_feature, &today_feature,
};
const size_t house_feature_count = sizeof house_features / sizeof *house_features;

size_t house_commands(const struct cli_command *const **out, struct cv_arena *mem)
{
    const struct cli_command **tables =
        CV_NEW_ARRAY(mem, const struct cli_command *, house_feature_count + 4);
    size_t count = 0;
    tables[count++] = app_commands;
    tables[count++] = app_serve_commands;
    tables[count++] = app_demo_commands;
    for (size_t i = 0; i < house_feature_count; i++)
        if (house_features[i]->commands) tables[count++] = house_features[i]->commands;
    tables[count++] = app_data_commands;
    *out = tables;
    return count;
}

size_t house_routes(const struct web_route *const **out, struct cv_arena *mem)
{
    const struct web_route **tables =
        CV_NEW_ARRAY(mem, const struct web_route *, house_feature_count + 1);
    size_t count = 0;
    tables[count++] = app_routes;
    for (size_t i = 0; i < house_feature_count; i++)
        if (house_features[i]->routes) tables[count++] = house_features[i]->routes;
    *out = tables;
    return count;
}

size_t house_jobs(const struct job_kind *const **out, struct cv_arena *mem)
{
    const struct job_kind **tables =
        CV_NEW_ARRAY(mem, const struct job_kind *, house_feature_count);
    size_t count = 0;
    for (size_t i = 0; i < house_feature_count; i++)
        if (house_features[i]->jobs) tables[count++] = house_features[i]->jobs;
    *out = tables;
    return count;
}

size_t house_migrations(const struct store_migration **out, struct cv_arena *mem)
{
    size_t total = jobs_migration_count;
    for (size_t i = 0; i < house_feature_count; i++)
        for (const struct store_migration *m = house_features[i]->migrations; m && m->name; m++)
            total++;
    struct store_migration *all = CV_NEW_ARRAY(mem, struct store_migration, total);
    size_t count = 0;
    for (size_t i = 0; i < jobs_migration_count; i++) all[count++] = jobs_migrations[i];
    for (size_t i = 0; i < house_feature_count; i++)
        for (const struct store_migration *m = house_features[i]->migrations; m && m->name; m++)
            all[count++] = *m;
    *out = all;
    return count;
}

cv_rc house_open(struct house *out, const struct config *config, enum store_mode mode,
                 struct cv_arena *mem, int64_t now_s, struct cv_problems *problems)
{
    *out = (struct house){
        .features = house_features, .feature_count = house_feature_count, .log = &config->log};
    cv_rc rc = store_open(&out->store, config->data, mode, problems);
    if (rc != CV_OK) return rc;
    const struct store_migration *migrations = NULL;
    size_t migration_count = house_migrations(&migrations, mem);
    rc = store_migrate(out->store, migrations, migration_count, now_s, problems);
    const struct job_kind *const *kinds = NULL;
    size_t kind_count = house_jobs(&kinds, mem);
    if (rc == CV_OK)
        rc = jobs_open(&out->jobs, out->store, kinds, kind_count, 0, out->log, NULL, NULL);
    if (rc != CV_OK) house_close(out);
    return rc;
}

void house_close(struct house *house)
{
    if (house->jobs) jobs_close(house->jobs);
    if (house->store) store_close(house->store);
    house->jobs = NULL;
    house->store = NULL;
}
