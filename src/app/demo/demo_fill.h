/* demo_fill: puts the demo network into an empty store, through the features' own verbs.
 * Not here: making it (demo.h); themes and collectives, which the program finds and forms. */
#ifndef APP_DEMO_DEMO_FILL_H
#define APP_DEMO_DEMO_FILL_H

#include "app/demo/demo.h"
#include "store/store.h"

/* All in one transaction. Years of ties are counted back from now_s. CV_CONFLICT when somebody is
 * in the network already: the demo never mixes with a real one. About 0.1 s on SQLite,
 * 0.7 s on PostgreSQL (some 3,000 statements go there one by one). */
CV_MUST_USE cv_rc demo_fill(struct store_db *db, struct cv_arena *mem,
                            const struct demo_network *net, int64_t now_s);

#endif
