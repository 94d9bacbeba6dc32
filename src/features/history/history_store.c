/* history_store: every statement of the trace. */
#include "base/clock.h"
#include "base/limits.h"
#include "features/history/history_internal.h"

STORE_SQL(sql_insert,
          "INSERT INTO edit (feature, subject, kind, sentence, before, person_id, at_s) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id");
STORE_SQL(sql_find,
          "SELECT feature, subject, kind, sentence, before, undone_at_s FROM edit WHERE id = $1");
STORE_SQL(sql_count_later,
          "SELECT count(*) FROM edit WHERE subject = $2 AND id > $1 AND undone_at_s IS NULL");
STORE_SQL(sql_mark_undone, "UPDATE edit SET undone_at_s = $2, undone_by_id = $3 "
                           "WHERE id = $1 AND undone_at_s IS NULL");
/* A step can be undone when it stands and nothing of its subject came after it. */
#define LIST_COLUMNS                                                                               \
    "e.id, e.sentence, e.feature, e.subject, e.at_s, e.person_id, e.undone_at_s, e.undone_by_id, " \
    "CASE WHEN e.undone_at_s IS NULL THEN 0 ELSE 1 END AS is_undone, "                             \
    "CASE WHEN e.undone_at_s IS NULL AND NOT EXISTS (SELECT 1 FROM edit l WHERE "                  \
    "l.subject = e.subject AND l.id > e.id AND l.undone_at_s IS NULL) THEN 1 ELSE 0 END "          \
    "AS can_undo FROM edit e "
STORE_SQL(sql_list, "SELECT " LIST_COLUMNS "WHERE e.id < $2 ORDER BY e.id DESC LIMIT $1");
STORE_SQL(sql_list_by_subject,
          "SELECT " LIST_COLUMNS "WHERE e.id < $2 AND e.subject = $3 ORDER BY e.id DESC LIMIT $1");
STORE_SQL(sql_count, "SELECT count(*) FROM edit");

cv_rc history_record(int64_t *out_id, struct store_db *db, const char *feature, const char *subject,
                     const char *kind, const char *sentence, const json_t *before,
                     int64_t person_id, int64_t now_s)
{
    struct cv_arena mem;
    cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
    if (cv_arena_guard(&mem)) {
        cv_arena_free(&mem);
        return CV_TOO_LARGE;
    }
    const char *text = feature_json_text(&mem, before);
    int64_t id = 0;
    cv_rc rc = store_number(&id, db, &sql_insert, STORE_TEXT(feature), STORE_TEXT(subject),
                            STORE_TEXT(kind), STORE_TEXT(sentence), STORE_TEXT(text),
                            STORE_INT(person_id), STORE_INT(now_s));
    cv_arena_free(&mem);
    if (rc == CV_OK && out_id) *out_id = id;
    return rc;
}

cv_rc history_find(struct edit *out, struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct store_rows rows;
    bool found = false;
    cv_rc rc = store_select(&rows, db, &sql_find, STORE_INT(id));
    while (rc == CV_OK && store_next(&rows)) {
        *out = (struct edit){.feature = store_text(&rows, 0, mem),
                             .subject = store_text(&rows, 1, mem),
                             .kind = store_text(&rows, 2, mem),
                             .sentence = store_text(&rows, 3, mem),
                             .before = store_text(&rows, 4, mem),
                             .is_undone = !store_is_null(&rows, 5)};
        found = true;
    }
    rc = store_done(&rows, rc);
    return rc == CV_OK && !found ? CV_NOT_FOUND : rc;
}

cv_rc history_check_last(struct store_db *db, int64_t id, const char *subject)
{
    int64_t later = 0;
    cv_rc rc = store_number(&later, db, &sql_count_later, STORE_INT(id), STORE_TEXT(subject));
    return rc == CV_OK && later > 0 ? CV_CONFLICT : rc;
}

cv_rc history_mark_undone(struct store_db *db, int64_t id, int64_t person_id, int64_t now_s)
{
    int64_t changed = 0;
    cv_rc rc = store_exec(&changed, db, &sql_mark_undone, STORE_INT(id), STORE_INT(now_s),
                          STORE_INT(person_id));
    return rc == CV_OK && changed == 0 ? CV_NOT_FOUND : rc;
}

static const char *person_name(struct store_db *db, struct cv_arena *mem, int64_t person_id)
{
    if (person_id == 0) return "the owner";
    for (size_t i = 0; i < house_feature_count; i++) {
        if (!house_features[i]->person_name) continue;
        const char *name = house_features[i]->person_name(db, mem, person_id);
        if (name) return name;
    }
    return "somebody who has left";
}

cv_rc history_count(int64_t *out, struct store_db *db)
{
    return store_number(out, db, &sql_count);
}

cv_rc history_list(json_t **out, struct store_db *db, struct cv_arena *mem, const char *subject,
                   int64_t limit)
{
    return history_list_before(out, db, mem, subject, INT64_MAX, limit);
}

cv_rc history_list_before(json_t **out, struct store_db *db, struct cv_arena *mem,
                          const char *subject, int64_t before_id, int64_t limit)
{
    json_t *list = NULL;
    cv_rc rc = subject ? store_json(&list, db, &sql_list_by_subject, STORE_INT(limit),
                                    STORE_INT(before_id), STORE_TEXT(subject))
                       : store_json(&list, db, &sql_list, STORE_INT(limit), STORE_INT(before_id));
    if (rc != CV_OK) return rc;
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(list, i, row)
    {
        int64_t at_s = json_integer_value(json_object_get(row, "at_s"));
        int64_t who = json_integer_value(json_object_get(row, "person_id"));
        json_object_set_new(row, "at", json_string(cv_time_text(mem, at_s)));
        json_object_set_new(row, "person", json_string(person_name(db, mem, who)));
        int64_t id = json_integer_value(json_object_get(row, "id"));
        bool can_undo = json_is_true(json_object_get(row, "can_undo"));
        json_object_set_new(row, "undo_url",
                            can_undo ? json_string(history_undo_path(mem, id)) : json_null());
        const json_t *undone_at = json_object_get(row, "undone_at_s");
        if (!undone_at) continue;
        int64_t undone_by = json_integer_value(json_object_get(row, "undone_by_id"));
        json_object_set_new(row, "undone_at",
                            json_string(cv_time_text(mem, json_integer_value(undone_at))));
        json_object_set_new(row, "undone_by", json_string(person_name(db, mem, undone_by)));
    }
    *out = list;
    return CV_OK;
}
