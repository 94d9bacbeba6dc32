/* assets: style, scripts, icons and fonts as pages address them: /assets/convene.css?v=3f2a….
 * An address with the current version may be kept for ever; one without is asked for again.
 * Not here: sending them (http). */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "base/arena.h"
#include "base/embedded.h"

/* "/assets/convene.css?v=3f2a91c0d4e5b6a7"; NULL when nothing of that name is embedded. */
const char *web_asset_address(struct cv_arena *mem, const char *name);
/* The file behind "/assets/NAME" (path without its query), NULL when there is none. */
const struct cv_embedded *web_asset_find(const char *path);
/* True when `version` (the query's v, may be NULL) is this file's: send it with
 * "Cache-Control: public, max-age=31536000, immutable". Font files carry no version in their
 * address because the style sheet names them; their names never change content. */
bool web_asset_is_current(const struct cv_embedded *file, const char *version);
/* The Content-Type by the name's ending, "application/octet-stream" otherwise. */
const char *web_asset_type(const char *name);

#endif
