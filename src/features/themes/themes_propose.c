/* themes_propose: a search's outcome before it is taken over: kept as text, shown as a difference,
 * applied as one step. What people did since they saw it stays. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/themes/themes_internal.h"

enum { MOVES_SHOWN = 20, OTHERS_NAMED = 2 };

/* --- keeping -------------------------------------------------------------------------------------
 */

static json_t *themes_text(const struct themes_proposal *proposal)
{
    json_t *themes = json_array();
    for (size_t t = 0; t < proposal->theme_count; t++) {
        const struct themes_proposed *theme = &proposal->themes[t];
        json_t *row = json_pack("{s:I, s:s, s:s, s:f}", "id", (json_int_t)theme->id, "name",
                                theme->words.name, "words", theme->words.words, "cohesion",
                                theme->words.cohesion);
        if (theme->words.name_es)
            json_object_set_new(row, "name_es", json_string(theme->words.name_es));
        json_array_append_new(themes, row);
    }
    json_t *gone = json_array();
    for (size_t i = 0; i < proposal->gone_count; i++)
        json_array_append_new(gone, json_integer(proposal->gone[i]));
    return json_pack("{s:o, s:o}", "themes", themes, "gone", gone);
}

cv_rc themes_proposal_store(int64_t *out_id, struct store_db *db, struct cv_arena *mem,
                            const struct themes_proposal *proposal, const struct theme_run *run)
{
    struct cv_buf places = cv_buf_new(mem, THEMES_PLACES_BYTES);
    for (size_t i = 0; i < proposal->place_count; i++)
        placement_write(&places, &proposal->places[i]);
    if (places.overflowed) return CV_TOO_LARGE;
    json_t *themes = themes_text(proposal);
    struct theme_run row = *run;
    row.proposal = feature_json_text(mem, themes);
    row.places = cv_buf_text(&places);
    json_decref(themes);
    return theme_run_insert(out_id, db, &row);
}

static const char *text_of(struct cv_arena *mem, const json_t *row, const char *key)
{
    return cv_strdup(mem, json_string_value(json_object_get(row, key)));
}

cv_rc themes_proposal_find(struct themes_proposal *out, struct theme_run *run, struct store_db *db,
                           struct cv_arena *mem, int64_t id)
{
    *out = (struct themes_proposal){0};
    cv_rc rc = theme_run_find(run, db, mem, id);
    if (rc != CV_OK) return rc;
    json_t *document = json_loads(run->proposal ? run->proposal : "{}", 0, NULL);
    json_t *themes = json_object_get(document, "themes");
    json_t *gone = json_object_get(document, "gone");
    out->theme_count = json_array_size(themes);
    out->themes = CV_NEW_ARRAY(mem, struct themes_proposed, out->theme_count + 1);
    for (size_t t = 0; t < out->theme_count; t++) {
        const json_t *row = json_array_get(themes, t);
        out->themes[t] = (struct themes_proposed){
            .id = json_integer_value(json_object_get(row, "id")),
            .words = {.name = text_of(mem, row, "name"),
                      .name_es = text_of(mem, row, "name_es"),
                      .words = text_of(mem, row, "words"),
                      .cohesion = json_real_value(json_object_get(row, "cohesion"))}};
    }
    out->gone_count = json_array_size(gone);
    int64_t *ids = CV_NEW_ARRAY(mem, int64_t, out->gone_count + 1);
    for (size_t i = 0; i < out->gone_count; i++)
        ids[i] = json_integer_value(json_array_get(gone, i));
    out->gone = ids;
    json_decref(document);
    out->places = CV_NEW_ARRAY(mem, struct placement, run->statement_count + 1);
    const char *at = run->places ? run->places : "";
    while (out->place_count < (size_t)run->statement_count &&
           placement_read(&out->places[out->place_count], &at))
        out->place_count++;
    return CV_OK;
}

/* --- applying
 * ------------------------------------------------------------------------------------- */

static cv_rc changed_since(struct themes_step *step)
{
    cv_problem(step->problems, 0, NULL, "Find themes once more.",
               "Somebody merged or closed a theme since this was proposed.");
    return CV_CONFLICT;
}

/* ids: per proposed theme its number, new ones made here. */
static cv_rc apply_themes(int64_t *ids, struct themes_step *step, struct themes_before *before,
                          const struct themes_proposal *proposal)
{
    cv_rc rc = CV_OK;
    for (size_t t = 0; t < proposal->theme_count && rc == CV_OK; t++) {
        const struct themes_proposed *theme = &proposal->themes[t];
        struct theme_row row = {.name = theme->words.name,
                                .name_es = theme->words.name_es,
                                .state = "proposed",
                                .origin = "program",
                                .created_at_s = step->now_s};
        if (theme->id > 0) {
            rc = themes_find_live(&row, step, theme->id);
            if (rc == CV_NOT_FOUND) return changed_since(step);
            if (rc == CV_OK) themes_before_theme(before, theme->id);
        }
        row.words = theme->words.words;
        row.cohesion = theme->words.cohesion;
        if (row.name_es == NULL) row.name_es = theme->words.name_es;
        if (rc == CV_OK)
            rc = theme->id > 0 ? theme_update(step->db, step->mem, &row)
                               : theme_insert(&row.id, step->db, step->mem, &row);
        if (rc == CV_OK && theme->id == 0) themes_before_new_theme(before, row.id);
        ids[t] = row.id;
    }
    return rc;
}

static bool is_same_place(const struct placement *a, const struct placement *b)
{
    return a->theme_id == b->theme_id && a->fate == b->fate && a->is_by_person == b->is_by_person &&
           a->is_pinned == b->is_pinned && a->band == b->band && a->second_id == b->second_id &&
           a->nearness == b->nearness && a->confidence == b->confidence && a->margin == b->margin;
}

static bool is_among(int64_t id, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id) return true;
    return false;
}

/* used[i]: somebody holds a statement in gone theme i by hand now. */
static cv_rc apply_places(bool *used, struct themes_step *step, struct themes_before *before,
                          const struct themes_proposal *proposal, const int64_t *ids)
{
    struct placement_list now;
    cv_rc rc = placement_all(&now, step->db, step->mem);
    size_t k = 0;
    for (size_t i = 0; rc == CV_OK && i < now.count; i++) {
        const struct placement *old = &now.items[i];
        while (k < proposal->place_count && proposal->places[k].statement_id < old->statement_id)
            k++;
        for (size_t g = 0; g < proposal->gone_count && old->is_pinned; g++)
            used[g] = used[g] || old->theme_id == proposal->gone[g];
        if (k == proposal->place_count || proposal->places[k].statement_id != old->statement_id)
            continue; /* came in since: waits for the next search */
        struct placement place = proposal->places[k];
        place.theme_id = place.theme_id > 0 ? ids[place.theme_id - 1] : 0;
        place.second_id = place.second_id > 0 ? ids[place.second_id - 1] : 0;
        if (old->is_pinned) { /* the hand's place wins, whenever it was set */
            int64_t nearness = place.theme_id == old->theme_id ? place.nearness : old->nearness;
            place = *old;
            place.nearness = nearness;
            if (is_among(place.second_id, proposal->gone, proposal->gone_count))
                place.second_id = 0;
        }
        if (is_same_place(&place, old)) continue;
        if (!json_is_true(json_object_get(before->document, "was_empty")))
            themes_before_place(before, old);
        rc = placement_put(step->db, &place);
    }
    return rc;
}

cv_rc themes_proposal_apply(struct themes_step *step, struct themes_before *before,
                            const struct themes_proposal *proposal)
{
    int64_t *ids = CV_NEW_ARRAY(step->mem, int64_t, proposal->theme_count + 1);
    bool *used = CV_NEW_ARRAY(step->mem, bool, proposal->gone_count + 1);
    cv_rc rc = apply_themes(ids, step, before, proposal);
    if (rc == CV_OK) rc = apply_places(used, step, before, proposal, ids);
    for (size_t g = 0; g < proposal->gone_count && rc == CV_OK; g++) {
        struct theme_row row;
        if (used[g]) continue;
        rc = themes_find_live(&row, step, proposal->gone[g]);
        if (rc == CV_NOT_FOUND) return changed_since(step);
        if (rc == CV_OK) themes_before_theme(before, row.id);
        row.state = "closed";
        if (rc == CV_OK) rc = theme_update(step->db, step->mem, &row);
        if (rc == CV_OK) rc = placement_forget_second(step->db, row.id);
    }
    return rc;
}

cv_rc themes_accept(struct themes_step *step, int64_t run_id)
{
    struct themes_proposal proposal;
    struct theme_run run;
    step->edit_id = 0;
    cv_rc rc = themes_proposal_find(&proposal, &run, step->db, step->mem, run_id);
    if (rc == CV_OK) rc = store_begin(step->db);
    if (rc != CV_OK) return rc;
    struct themes_before before = themes_before_new(step->db, step->mem);
    rc = theme_run_set_state(step->db, run_id, "applied");
    if (rc == CV_OK) rc = themes_proposal_apply(step, &before, &proposal);
    const char *sentence = cv_sprintf(
        step->mem, "Found themes again: %s in %s",
        cv_count_text(step->mem, (long long)proposal.theme_count, "theme", "themes"),
        cv_count_text(step->mem, (long long)proposal.place_count, "statement", "statements"));
    int64_t edit_id = 0;
    rc = themes_before_record(&edit_id, &before, rc, sentence, step->by_id, step->now_s);
    rc = store_end(step->db, rc);
    if (rc == CV_OK) step->edit_id = edit_id;
    return rc;
}

cv_rc themes_drop(struct themes_step *step, int64_t run_id)
{
    return theme_run_set_state(step->db, run_id, "dropped");
}

/* --- the difference
 * -------------------------------------------------------------------------------- */

/* One theme now or then. Themes that are there come first, in their order; new ones after them. */
struct side {
    int64_t id; /* 0: new */
    const char *name;
    const char *words; /* JSON text; of a new one */
    bool is_gone;
    size_t size_before;
    size_t size_after;
    size_t fresh; /* new statements it gets */
    json_t *moves;
    size_t move_count;
};

struct difference {
    struct store_db *db;
    struct cv_arena *mem;
    struct themes_proposal proposal;
    struct side *sides;
    size_t count;
    size_t *flow; /* count x count: statements that go from one to the other */
    size_t stay, move, fresh, kept;
};

static size_t side_of(const struct difference *d, int64_t id)
{
    for (size_t i = 0; i < d->count; i++)
        if (id > 0 && d->sides[i].id == id) return i;
    return d->count;
}

static cv_rc add_sides(struct difference *d, size_t *side_of_proposed)
{
    struct theme_row_list themes;
    cv_rc rc = theme_rows(&themes, d->db, d->mem);
    if (rc != CV_OK) return rc;
    d->sides = CV_NEW_ARRAY(d->mem, struct side, themes.count + d->proposal.theme_count + 1);
    for (size_t i = 0; i < themes.count; i++)
        d->sides[d->count++] = (struct side){
            .id = themes.items[i].id,
            .name = themes.items[i].name,
            .words = themes.items[i].words,
            .is_gone = is_among(themes.items[i].id, d->proposal.gone, d->proposal.gone_count),
            .moves = json_array()};
    for (size_t t = 0; t < d->proposal.theme_count; t++) {
        size_t side = side_of(d, d->proposal.themes[t].id);
        if (side == d->count)
            d->sides[d->count++] = (struct side){.name = d->proposal.themes[t].words.name,
                                                 .words = d->proposal.themes[t].words.words,
                                                 .moves = json_array()};
        side_of_proposed[t] = side;
    }
    d->flow = CV_NEW_ARRAY(d->mem, size_t, d->count * d->count + 1);
    return CV_OK;
}

static cv_rc add_move(struct difference *d, int64_t statement_id, size_t from, size_t to)
{
    struct side *side = &d->sides[from];
    side->move_count++;
    d->flow[from * d->count + to]++;
    if (json_array_size(side->moves) == MOVES_SHOWN) return CV_OK;
    json_t *row = NULL;
    cv_rc rc = statement_row(&row, d->db, statement_id);
    if (rc != CV_OK) return rc;
    const char *by = themes_by(d->mem, json_string_value(json_object_get(row, "role")),
                               json_string_value(json_object_get(row, "place")),
                               json_string_value(json_object_get(row, "author")));
    json_array_append_new(
        side->moves, json_pack("{s:O, s:O, s:s, s:s}", "text", json_object_get(row, "text"), "lang",
                               json_object_get(row, "lang"), "by", by, "way",
                               cv_sprintf(d->mem, "from %s to %s", side->name, d->sides[to].name)));
    json_decref(row);
    return CV_OK;
}

static cv_rc compare(struct difference *d, const size_t *side_of_proposed)
{
    struct placement_list now;
    cv_rc rc = placement_all(&now, d->db, d->mem);
    size_t k = 0;
    for (size_t i = 0; rc == CV_OK && i < now.count; i++) {
        const struct placement *old = &now.items[i];
        while (k < d->proposal.place_count &&
               d->proposal.places[k].statement_id < old->statement_id)
            k++;
        size_t from = side_of(d, old->theme_id);
        size_t to = from;
        bool is_met =
            k < d->proposal.place_count && d->proposal.places[k].statement_id == old->statement_id;
        if (is_met && !old->is_pinned) {
            int64_t theme = d->proposal.places[k].theme_id;
            to = theme > 0 ? side_of_proposed[theme - 1] : d->count;
        }
        if (from < d->count) d->sides[from].size_before++;
        if (to < d->count) d->sides[to].size_after++;
        if (old->is_pinned) {
            d->kept++;
        } else if (old->fate == FATE_WAITING) {
            if (to < d->count) d->sides[to].fresh++;
            d->fresh += to < d->count;
        } else if (from == to) {
            d->stay += from < d->count;
        } else if (from < d->count && to < d->count) {
            d->move++;
            rc = add_move(d, old->statement_id, from, to);
        } else {
            d->move++;
        }
    }
    return rc;
}

/* "gives 2 to Getting to school and 1 to Belonging" */
static const char *gifts_text(const struct difference *d, size_t from, struct cv_arena *mem)
{
    const char *parts[OTHERS_NAMED + 1];
    size_t named = 0;
    size_t rest = d->sides[from].move_count;
    bool *done = CV_NEW_ARRAY(mem, bool, d->count + 1);
    while (named < OTHERS_NAMED) {
        size_t best = d->count;
        for (size_t to = 0; to < d->count; to++)
            if (!done[to] && d->flow[from * d->count + to] > 0 &&
                (best == d->count ||
                 d->flow[from * d->count + to] > d->flow[from * d->count + best]))
                best = to;
        if (best == d->count) break;
        done[best] = true;
        size_t count = d->flow[from * d->count + best];
        parts[named++] = cv_sprintf(mem, "%zu to %s", count, d->sides[best].name);
        rest -= count;
    }
    if (rest > 0) parts[named++] = cv_sprintf(mem, "%zu to others", rest);
    return cv_list_text(mem, parts, named);
}

static const char *words_text(const char *words_json, struct cv_arena *mem, json_t **out_words)
{
    json_t *document = json_loads(words_json ? words_json : "{}", 0, NULL);
    json_t *words = json_object_get(document, "en");
    if (json_array_size(words) == 0) words = json_object_get(document, "es");
    const char *items[3];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(words) && count < 3; i++)
        items[count++] = cv_strdup(mem, json_string_value(json_array_get(words, i)));
    *out_words = words ? json_deep_copy(words) : json_array();
    json_decref(document);
    return cv_list_text(mem, items, count);
}

static const char *statements_text(struct cv_arena *mem, size_t count)
{
    return cv_count_text(mem, (long long)count, "statement", "statements");
}

static const char *change_sentence(const struct difference *d, size_t at, const char *words,
                                   struct cv_arena *mem)
{
    const struct side *side = &d->sides[at];
    if (side->id == 0)
        return *words
                   ? cv_sprintf(mem, "%s about %s.", statements_text(mem, side->size_after), words)
                   : cv_sprintf(mem, "%s.", statements_text(mem, side->size_after));
    size_t from_others = 0;
    for (size_t from = 0; from < d->count; from++) from_others += d->flow[from * d->count + at];
    if (side->is_gone)
        return side->move_count
                   ? cv_sprintf(mem, "Its statements go on: %s.", gifts_text(d, at, mem))
                   : "Nothing stands in it.";
    if (side->fresh == 0 && from_others == 0 && side->move_count == 0)
        return cv_sprintf(mem, "%s, as before.", statements_text(mem, side->size_after));
    const char *parts[3];
    size_t count = 0;
    if (side->fresh)
        parts[count++] = cv_sprintf(mem, "gains %zu of the new statements", side->fresh);
    if (from_others) parts[count++] = cv_sprintf(mem, "gets %zu from other themes", from_others);
    if (side->move_count) parts[count++] = cv_sprintf(mem, "gives %s", gifts_text(d, at, mem));
    char *text = cv_strdup(mem, cv_list_text(mem, parts, count));
    text[0] = (char)(text[0] - 'a' + 'A');
    return cv_sprintf(mem, "%s.", text);
}

static json_t *change_document(struct difference *d, size_t at)
{
    struct side *side = &d->sides[at];
    json_t *words = NULL;
    const char *about = words_text(side->words, d->mem, &words);
    const char *sentence = change_sentence(d, at, about, d->mem);
    bool is_same = strstr(sentence, ", as before.") != NULL;
    bool has_moves = side->move_count > 0;
    json_t *change = json_pack(
        "{s:I, s:s, s:s, s:b, s:b, s:b, s:b, s:o, s:b}", "id",
        (json_int_t)(side->id ? side->id : -(int64_t)at), "name", side->name, "sentence", sentence,
        "is_new", side->id == 0, "is_gone", side->is_gone, "is_same", is_same, "has_words",
        side->id == 0 && json_array_size(words) > 0, "words", words, "has_moves", has_moves);
    json_object_set_new(change, "moves", side->moves);
    json_object_set_new(change, "moves_text", json_null());
    if (has_moves)
        json_object_set_new(
            change, "moves_text",
            json_string(
                side->move_count > MOVES_SHOWN
                    ? cv_sprintf(d->mem, "Show %d of the %zu that would move", MOVES_SHOWN,
                                 side->move_count)
                    : cv_sprintf(d->mem, "Show the %zu that would move", side->move_count)));
    return change;
}

static const char *difference_lede(const struct difference *d)
{
    struct cv_arena *mem = d->mem;
    size_t made = 0;
    size_t gone = 0;
    for (size_t i = 0; i < d->count; i++) {
        made += d->sides[i].id == 0;
        gone += d->sides[i].is_gone;
    }
    const char *parts[3];
    size_t count = 0;
    parts[count++] = cv_sprintf(mem, "move %zu of %zu", d->move, d->stay + d->move + d->kept);
    if (made)
        parts[count++] = cv_sprintf(mem, "make %s",
                                    cv_count_text(mem, (long long)made, "new theme", "new themes"));
    if (gone)
        parts[count++] =
            cv_sprintf(mem, "close %s", cv_count_text(mem, (long long)gone, "theme", "themes"));
    const char *start =
        d->fresh
            ? cv_sprintf(mem, "With %s, Convene would %s.",
                         cv_count_text(mem, (long long)d->fresh, "new statement", "new statements"),
                         cv_list_text(mem, parts, count))
            : cv_sprintf(mem, "Convene would %s.", cv_list_text(mem, parts, count));
    if (d->kept == 0) return start;
    return cv_sprintf(mem,
                      d->kept == 1 ? "%s The one you placed by hand stays."
                                   : "%s The %zu you placed by hand stay.",
                      start, d->kept);
}

cv_rc themes_difference_document(json_t **out, struct store_db *db, struct cv_arena *mem,
                                 int64_t run_id)
{
    struct difference d = {.db = db, .mem = mem};
    struct theme_run run;
    *out = NULL;
    cv_rc rc = themes_proposal_find(&d.proposal, &run, db, mem, run_id);
    if (rc != CV_OK) return rc;
    size_t *side_of_proposed = CV_NEW_ARRAY(mem, size_t, d.proposal.theme_count + 1);
    rc = add_sides(&d, side_of_proposed);
    if (rc == CV_OK) rc = compare(&d, side_of_proposed);
    if (rc != CV_OK) return rc;
    json_t *changes = json_array();
    for (int pass = 0; pass < 2; pass++) /* what changes first */
        for (size_t i = 0; i < d.count; i++) {
            const struct side *side = &d.sides[i];
            size_t from_others = 0;
            for (size_t from = 0; from < d.count; from++) from_others += d.flow[from * d.count + i];
            bool is_changed =
                side->id == 0 || side->is_gone || side->fresh || side->move_count || from_others;
            if (is_changed == (pass == 0)) json_array_append_new(changes, change_document(&d, i));
        }
    *out =
        json_pack("{s:{s:s, s:s}, s:s, s:s, s:{s:I, s:I, s:I, s:I}, s:o, s:i}", "page", "title",
                  "What would change", "lede", difference_lede(&d), "accept_url",
                  cv_sprintf(mem, "/themes/previews/%" PRId64 "/accept", run_id), "discard_url",
                  cv_sprintf(mem, "/themes/previews/%" PRId64 "/discard", run_id), "counts", "stay",
                  (json_int_t)d.stay, "move", (json_int_t)d.move, "fresh", (json_int_t)d.fresh,
                  "kept", (json_int_t)d.kept, "changes", changes, "problem_count", 0);
    return CV_OK;
}
