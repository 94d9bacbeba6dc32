/* network_web: the page of places, and the feature's manifest. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "features/network/network_internal.h"

enum { PLACES_SHOWN = 50 };

/* A place leads to its people. Rows carry all their keys, so that none is taken from around them.
 */
static void add_urls(json_t *places, struct cv_arena *mem)
{
    static const char *const keys[] = {"parent", "zone", "locale", "students", "schools"};
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(places, i, row)
    {
        int64_t id = json_integer_value(json_object_get(row, "id"));
        json_object_set_new(row, "url", json_string(cv_sprintf(mem, "/people?place=%" PRId64, id)));
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
            if (!json_object_get(row, keys[k])) json_object_set_new(row, keys[k], json_null());
    }
}

static cv_rc get_places(struct web_request *req)
{
    json_t *places = NULL;
    int64_t total = 0;
    const char *q = web_text(req, "q");
    int64_t from = web_int(req, "from", 0);
    if (from < 0) from = 0;
    cv_rc rc = network_places_page(&places, &total, req->db, req->mem, cv_text_fold(req->mem, q),
                                   from, PLACES_SHOWN);
    if (rc != CV_OK) return web_answer(req, rc);
    int64_t count = (int64_t)json_array_size(places);
    add_urls(places, req->mem);
    const char *found = cv_count_text(req->mem, total, "place", "places");
    json_t *document = json_object();
    json_object_set_new(
        document, "page",
        json_pack("{s:s,s:s}", "title", "Places", "lede",
                  total || *q ? "The districts and schools of this network."
                              : "No place is here yet: bring in a list of districts or schools."));
    json_object_set_new(document, "q", json_string(q));
    json_object_set_new(document, "found_text", json_string(found));
    json_object_set_new(document, "has_any", json_boolean(total > 0 || *q));
    json_object_set_new(document, "has_places", json_boolean(count > 0));
    json_object_set_new(document, "places", places);
    json_object_set_new(document, "pager", json_null());
    const char *previous = NULL;
    const char *next = NULL;
    if (from > 0)
        previous = cv_sprintf(req->mem, "/places?q=%s&from=%" PRId64, feature_url_text(req->mem, q),
                              from > PLACES_SHOWN ? from - PLACES_SHOWN : 0);
    if (from + count < total)
        next = cv_sprintf(req->mem, "/places?q=%s&from=%" PRId64, feature_url_text(req->mem, q),
                          from + count);
    if (previous || next)
        json_object_set_new(document, "pager",
                            json_pack("{s:s,s:s?,s:s?}", "text",
                                      cv_sprintf(req->mem, "%" PRId64 " to %" PRId64 " of %" PRId64,
                                                 from + 1, from + count, total),
                                      "previous_url", previous, "next_url", next));
    json_object_set_new(document, "problem_count", json_integer(0));
    return web_page(req, document);
}

static const struct web_route routes[] = {
    {WEB_GET, "/places", ROLE_MEMBER, get_places, "features/network/pages/places.html", 0},
    {0, NULL, 0, NULL, NULL, 0},
};

const struct feature network_feature = {
    .name = "network",
    .migrations = network_migrations,
    .routes = routes,
    .imports = network_imports,
    .exports = network_exports,
};
