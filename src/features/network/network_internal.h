/* What the files of the network feature share. */
#ifndef FEATURES_NETWORK_INTERNAL_H
#define FEATURES_NETWORK_INTERNAL_H

#include "features/exchange/exchange.h"
#include "features/network/network.h"

/* Places of one page, in the order of their names. *out: [{id, name, kind, parent, zone, locale,
 * students, schools, people_count}]. search: folded, "" for all. */
CV_MUST_USE cv_rc network_places_page(json_t **out, int64_t *out_total, struct store_db *db,
                                      struct cv_arena *mem, const char *search, int64_t offset,
                                      int64_t limit);

/* A place as a document that network_place_of_json reads back: for undo. */
json_t *network_place_json(const struct place *place);
struct place network_place_of_json(struct cv_arena *mem, const json_t *document);

extern const struct exchange_import network_imports[];
extern const struct exchange_export network_exports[];
extern const struct web_route network_routes[];
cv_rc network_undo(struct store_db *db, struct cv_arena *mem, const char *kind,
                   const json_t *before, int64_t now_s);

#endif
