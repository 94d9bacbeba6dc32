/* json_text: a document as JSON text, in one line, keys in the order they were set. Own writer
 * because json_dumps takes 2 to 2.7 times as long. */
#ifndef WEB_JSON_TEXT_H
#define WEB_JSON_TEXT_H

#include <jansson.h>

#include "base/buf.h"

void web_json_put(struct cv_buf *buf, const json_t *value);

#endif
