/* themes_undo: what every step keeps so that it can be taken back exactly: the themes and
 * placements it touches, as they were. One way for all steps: undo writes them back and removes the
 * themes the step made. The order of undoing (the last step first) is history's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "features/themes/themes_internal.h"

enum { UNDO_WORDS_BYTES = 1 << 16 };

/* --- placements as text ------------------------------------------------------------------------
 */

void placement_write(struct cv_buf *buf, const struct placement *p)
{
    cv_buf_printf(buf,
                  "%" PRId64 " %" PRId64 " %d %d %d %.17g %.17g %" PRId64 " %" PRId64 " %" PRId64
                  " %" PRId64 "\n",
                  p->statement_id, p->theme_id, (int)p->fate, p->is_by_person, p->is_pinned,
                  p->confidence, p->margin, p->band, p->second_id, p->nearness, p->placed_at_s);
}

bool placement_read(struct placement *out, const char **at)
{
    char *end = (char *)*at;
    if (!*end) return false;
    *out = (struct placement){.statement_id = strtoll(end, &end, 10)};
    out->theme_id = strtoll(end, &end, 10);
    out->fate = (enum theme_fate)strtol(end, &end, 10);
    out->is_by_person = strtol(end, &end, 10) != 0;
    out->is_pinned = strtol(end, &end, 10) != 0;
    out->confidence = strtod(end, &end);
    out->margin = strtod(end, &end);
    out->band = strtoll(end, &end, 10);
    out->second_id = strtoll(end, &end, 10);
    out->nearness = strtoll(end, &end, 10);
    out->placed_at_s = strtoll(end, &end, 10);
    bool is_whole = *end == '\n' && out->fate <= FATE_ASIDE;
    *at = is_whole ? end + 1 : end + strlen(end);
    return is_whole;
}

/* --- keeping -------------------------------------------------------------------------------------
 */

struct themes_before themes_before_new(struct store_db *db, struct cv_arena *mem)
{
    struct themes_before before = {.db = db, .mem = mem, .document = json_object()};
    before.places = cv_buf_new(mem, THEMES_PLACES_BYTES);
    json_object_set_new(before.document, "themes", json_array());
    json_object_set_new(before.document, "new_themes", json_array());
    return before;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text) json_object_set_new(object, key, json_string(text));
}

static json_t *theme_document(const struct theme_row *row)
{
    json_t *document = json_object();
    json_object_set_new(document, "id", json_integer(row->id));
    set_text(document, "name", row->name);
    set_text(document, "name_es", row->name_es);
    json_object_set_new(document, "is_named", json_boolean(row->is_named));
    set_text(document, "state", row->state);
    set_text(document, "origin", row->origin);
    set_text(document, "words", row->words);
    json_object_set_new(document, "cohesion", json_real(row->cohesion));
    json_object_set_new(document, "merged_into", json_integer(row->merged_into));
    json_object_set_new(document, "created_at_s", json_integer(row->created_at_s));
    return document;
}

void themes_before_theme(struct themes_before *before, int64_t theme_id)
{
    json_t *themes = json_object_get(before->document, "themes");
    size_t i;
    json_t *kept;
    json_array_foreach(themes, i, kept)
    {
        if (json_integer_value(json_object_get(kept, "id")) == theme_id) return;
    }
    struct theme_row row;
    if (before->rc == CV_OK) before->rc = theme_find(&row, before->db, before->mem, theme_id);
    if (before->rc == CV_OK) json_array_append_new(themes, theme_document(&row));
}

void themes_before_new_theme(struct themes_before *before, int64_t theme_id)
{
    json_array_append_new(json_object_get(before->document, "new_themes"), json_integer(theme_id));
}

void themes_before_place(struct themes_before *before, const struct placement *place)
{
    placement_write(&before->places, place);
}

void themes_before_places_of(struct themes_before *before, int64_t theme_id)
{
    struct placement_list list = {0};
    if (before->rc == CV_OK)
        before->rc = placement_list_of(&list, before->db, before->mem, theme_id);
    for (size_t i = 0; i < list.count && before->rc == CV_OK; i++)
        placement_write(&before->places, &list.items[i]);
}

void themes_before_empty_board(struct themes_before *before)
{
    json_object_set_new(before->document, "was_empty", json_true());
}

cv_rc themes_before_record(int64_t *out_edit_id, struct themes_before *before, cv_rc rc,
                           const char *sentence, int64_t by_id, int64_t now_s)
{
    if (rc == CV_OK) rc = before->rc;
    if (rc == CV_OK && before->places.overflowed) rc = CV_TOO_LARGE;
    if (rc == CV_OK) {
        json_object_set_new(before->document, "places", json_string(cv_buf_text(&before->places)));
        rc = history_record(out_edit_id, before->db, "themes", THEMES_SUBJECT, "rows", sentence,
                            before->document, by_id, now_s);
    }
    json_decref(before->document);
    before->document = NULL;
    return rc;
}

/* --- taking back ---------------------------------------------------------------------------------
 */

static cv_rc restore_theme(struct store_db *db, struct cv_arena *mem, const json_t *kept)
{
    struct theme_row row = {
        .id = json_integer_value(json_object_get(kept, "id")),
        .name = json_string_value(json_object_get(kept, "name")),
        .name_es = json_string_value(json_object_get(kept, "name_es")),
        .is_named = json_is_true(json_object_get(kept, "is_named")),
        .state = json_string_value(json_object_get(kept, "state")),
        .origin = json_string_value(json_object_get(kept, "origin")),
        .words = json_string_value(json_object_get(kept, "words")),
        .cohesion = json_real_value(json_object_get(kept, "cohesion")),
        .merged_into = json_integer_value(json_object_get(kept, "merged_into")),
        .created_at_s = json_integer_value(json_object_get(kept, "created_at_s")),
    };
    return theme_update(db, mem, &row);
}

/* A statement that has gone since (its import was undone) is passed over. */
static cv_rc restore_places(struct store_db *db, const char *places)
{
    struct placement place;
    cv_rc rc = CV_OK;
    for (const char *at = places; rc == CV_OK && placement_read(&place, &at);) {
        struct placement now;
        rc = placement_find(&now, db, place.statement_id);
        if (rc == CV_OK) rc = placement_put(db, &place);
        if (rc == CV_NOT_FOUND) rc = CV_OK;
    }
    return rc;
}

cv_rc themes_undo(struct store_db *db, struct cv_arena *mem, const char *kind, const json_t *before,
                  int64_t now_s)
{
    (void)now_s;
    const char *places = json_string_value(json_object_get(before, "places"));
    if (strcmp(kind, "rows") != 0 || !places) return CV_NOT_FOUND;
    cv_rc rc = CV_OK;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(before, "themes"), i, item)
    {
        if (rc == CV_OK) rc = restore_theme(db, mem, item);
    }
    if (rc == CV_OK && json_is_true(json_object_get(before, "was_empty")))
        rc = placement_delete_all(db);
    if (rc == CV_OK) rc = restore_places(db, places);
    json_array_foreach(json_object_get(before, "new_themes"), i, item)
    {
        int64_t id = json_integer_value(item);
        if (rc == CV_OK) rc = placement_forget_second(db, id);
        if (rc == CV_OK) rc = theme_delete(db, id);
    }
    return rc;
}
