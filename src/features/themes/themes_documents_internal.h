/* What themes_documents.c and themes_lists.c share: the parts that pages have in common. */
#ifndef FEATURES_THEMES_THEMES_DOCUMENTS_INTERNAL_H
#define FEATURES_THEMES_THEMES_DOCUMENTS_INTERNAL_H

#include "features/themes/themes_internal.h"

struct wording {
    struct cv_arena *mem;
    const char *place_one;
    const char *place_many;
};
cv_rc themes_wording_new(struct wording *out, struct store_db *db, struct cv_arena *mem);

const char *themes_doc_text(const json_t *row, const char *key);
int64_t themes_doc_int(const json_t *row, const char *key);
void themes_doc_set_url(json_t *document, const char *key, const char *url, bool is_there);
/* The JSON of a column; {} when it is empty. New reference. */
json_t *themes_doc_parsed(const char *text);
/* "3 statements" */
const char *themes_doc_count(struct cv_arena *mem, int64_t count);
/* "35 people from 18 districts" */
const char *themes_doc_people(const struct wording *w, const struct theme *theme);
/* Who wrote a row of statement_rows, without their name. */
const char *themes_doc_by(struct cv_arena *mem, const json_t *row);
/* {id, text, lang, by, is_pinned, move_url, band} of a row of statement_rows. */
json_t *themes_doc_statement(const json_t *row, struct cv_arena *mem, bool can_edit);
/* Takes statements over. */
json_t *themes_doc_theme(const struct theme *theme, const struct theme_list *themes,
                         const struct wording *w, json_t *statements, bool can_edit);
cv_rc themes_doc_statements(json_t **out, struct store_db *db, struct cv_arena *mem,
                            int64_t theme_id, int64_t offset, int64_t limit, bool can_edit);
/* "1 to 30 of 40", and the pages before and after; null when one page is enough. path ends with "?"
 * or "&". */
json_t *themes_doc_pager(const char *path, int64_t offset, int64_t shown, int64_t total,
                         struct cv_arena *mem);

#endif
