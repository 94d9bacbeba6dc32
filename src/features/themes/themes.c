/* themes: the rules of naming, merging, parting, moving and confirming. See themes.h.
 * Every verb looks and changes rows in one transaction, so that nobody changes in between what it
 * looked at, and leaves one step in the history that can be taken back. Not here: SQL
 * (themes_store.c), pages (themes_web.c), the engine (themes_run.c). */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/themes/themes_internal.h"

/* --- looking ------------------------------------------------------------------------------------
 */

static bool is_live(const struct theme_row *row)
{
    return strcmp(row->state, "merged") != 0 && strcmp(row->state, "closed") != 0;
}

cv_rc themes_find_live(struct theme_row *out, struct themes_step *step, int64_t theme_id)
{
    cv_rc rc = theme_id > 0 ? theme_find(out, step->db, step->mem, theme_id) : CV_NOT_FOUND;
    if (rc == CV_OK && is_live(out)) return CV_OK;
    return rc == CV_OK ? CV_NOT_FOUND : rc;
}

cv_rc themes_unknown(struct themes_step *step, int64_t theme_id)
{
    cv_problem(step->problems, 0, "theme", "Look at the list of themes (convene themes list).",
               "There is no open theme %" PRId64 ".", theme_id);
    return CV_NOT_FOUND;
}

cv_rc themes_check_name(struct themes_step *step, const char *name, int64_t theme_id)
{
    if (!name || !*name) {
        cv_problem(step->problems, 0, "name", "Give it a few words.", "A theme needs a name.");
        return CV_INVALID;
    }
    if (strlen(name) > CV_LIMIT_NAME_BYTES) {
        cv_problem(step->problems, 0, "name", "Make it shorter.",
                   "This name is longer than %d letters.", CV_LIMIT_NAME_BYTES);
        return CV_INVALID;
    }
    int64_t count = 0;
    cv_rc rc = theme_count_named(&count, step->db, step->mem, name, theme_id);
    if (rc != CV_OK || count == 0) return rc;
    cv_problem(step->problems, 0, "name", "Give another name, or merge the two.",
               "There is a theme called \"%s\" already.", name);
    return CV_INVALID;
}

static bool is_number(const char *word)
{
    if (!*word) return false;
    for (const char *c = word; *c; c++)
        if (!isdigit((unsigned char)*c)) return false;
    return strlen(word) < 18;
}

static cv_rc tell_near_names(const struct theme_list *list, struct cv_arena *mem, const char *word,
                             size_t match_count, struct cv_problems *problems)
{
    const char **names = CV_NEW_ARRAY(mem, const char *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) names[i] = list->items[i].name;
    const char *near = cv_text_nearest(word, names);
    if (match_count > 1)
        cv_problem(problems, 0, "theme", "Use its number (convene themes list).",
                   "More than one theme begins with \"%s\".", word);
    else if (near)
        cv_problem(problems, 0, "theme", "Use its number or its whole name (convene themes list).",
                   "There is no theme \"%s\". Did you mean \"%s\"?", word, near);
    else
        cv_problem(problems, 0, "theme", "Use its number or its whole name (convene themes list).",
                   "There is no theme \"%s\".", word);
    return CV_INVALID;
}

cv_rc themes_named(int64_t *out_id, struct store_db *db, struct cv_arena *mem, const char *word,
                   struct cv_problems *problems)
{
    struct theme_list list;
    cv_rc rc = themes_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    const char *folded = cv_text_fold(mem, word ? word : "");
    int64_t number = is_number(folded) ? strtoll(folded, NULL, 10) : 0;
    int64_t beginning = 0;
    size_t match_count = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct theme *theme = &list.items[i];
        const char *name = cv_text_fold(mem, theme->name);
        const char *name_es = theme->name_es ? cv_text_fold(mem, theme->name_es) : "";
        if (theme->id == number || strcmp(name, folded) == 0 ||
            (*name_es && strcmp(name_es, folded) == 0)) {
            *out_id = theme->id;
            return CV_OK;
        }
        if (*folded && strncmp(name, folded, strlen(folded)) == 0) {
            beginning = theme->id;
            match_count++;
        }
    }
    if (match_count == 1) {
        *out_id = beginning;
        return CV_OK;
    }
    return tell_near_names(&list, mem, word ? word : "", match_count, problems);
}

/* --- steps --------------------------------------------------------------------------------------
 */

static cv_rc begin(struct themes_step *step, struct themes_before *before)
{
    step->edit_id = 0;
    cv_rc rc = store_begin(step->db);
    if (rc == CV_OK) *before = themes_before_new(step->db, step->mem);
    return rc;
}

static cv_rc end(struct themes_step *step, struct themes_before *before, cv_rc rc,
                 const char *sentence)
{
    int64_t edit_id = 0;
    rc = themes_before_record(&edit_id, before, rc, sentence, step->by_id, step->now_s);
    rc = store_end(step->db, rc);
    if (rc == CV_OK) step->edit_id = edit_id;
    return rc;
}

static cv_rc rename_inside(struct themes_step *step, int64_t theme_id, const char *name,
                           const char *name_es)
{
    struct theme_row row;
    cv_rc rc = themes_find_live(&row, step, theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, theme_id);
    const char *tidy = cv_text_tidy(step->mem, name ? name : "");
    if (rc == CV_OK) rc = themes_check_name(step, tidy, theme_id);
    if (rc != CV_OK) return rc;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_theme(&before, theme_id);
    const char *old = row.name;
    row.name = tidy;
    if (name_es) row.name_es = *name_es ? cv_text_tidy(step->mem, name_es) : NULL;
    row.is_named = true;
    rc = theme_update(step->db, step->mem, &row);
    return end(step, &before, rc, cv_sprintf(step->mem, "Renamed “%s” to “%s”", old, tidy));
}

static cv_rc create_inside(struct themes_step *step, const char *name, const char *name_es,
                           int64_t *out_id)
{
    const char *tidy = cv_text_tidy(step->mem, name ? name : "");
    cv_rc rc = themes_check_name(step, tidy, 0);
    if (rc != CV_OK) return rc;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    struct theme_row row = {.name = tidy,
                            .name_es =
                                name_es && *name_es ? cv_text_tidy(step->mem, name_es) : NULL,
                            .is_named = true,
                            .state = "proposed",
                            .origin = "person",
                            .words = "{}",
                            .created_at_s = step->now_s};
    rc = theme_insert(out_id, step->db, step->mem, &row);
    themes_before_new_theme(&before, *out_id);
    return end(step, &before, rc, cv_sprintf(step->mem, "Made the theme “%s”", tidy));
}

static cv_rc merge_inside(struct themes_step *step, int64_t theme_id, int64_t into_id)
{
    struct theme_row from;
    struct theme_row into;
    if (theme_id == into_id && theme_id > 0) {
        cv_problem(step->problems, 0, "into", "Choose another theme.",
                   "A theme cannot be merged into itself.");
        return CV_INVALID;
    }
    cv_rc rc = themes_find_live(&from, step, theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, theme_id);
    if (rc == CV_OK) rc = themes_find_live(&into, step, into_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, into_id);
    if (rc != CV_OK) return rc;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_theme(&before, theme_id);
    themes_before_theme(&before, into_id);
    /* What stands in the target keeps its row, but its nearest statements may change. */
    themes_before_places_of(&before, into_id);
    themes_before_places_of(&before, theme_id);
    from.state = "merged";
    from.merged_into = into_id;
    rc = theme_update(step->db, step->mem, &from);
    if (rc == CV_OK) rc = placement_move_all(step->db, theme_id, into_id);
    if (rc == CV_OK) rc = themes_relabel(step, &before, &into_id, 1);
    return end(step, &before, rc,
               cv_sprintf(step->mem, "Merged “%s” into “%s”", from.name, into.name));
}

static cv_rc write_parting(struct themes_step *step, struct themes_before *before,
                           const struct theme_row *row, const struct themes_parting *parting,
                           int64_t *out_new_id)
{
    struct theme_row stays = *row;
    stays.words = parting->stays.words;
    stays.cohesion = parting->stays.cohesion;
    struct theme_row made = {.name = parting->leaves.name,
                             .name_es = parting->leaves.name_es,
                             .state = "proposed",
                             .origin = "split",
                             .words = parting->leaves.words,
                             .cohesion = parting->leaves.cohesion,
                             .created_at_s = step->now_s};
    cv_rc rc = theme_update(step->db, step->mem, &stays);
    if (rc == CV_OK) rc = theme_insert(out_new_id, step->db, step->mem, &made);
    themes_before_new_theme(before, *out_new_id);
    for (size_t i = 0; i < parting->place_count && rc == CV_OK; i++) {
        struct placement place = parting->places[i];
        if (place.fate == FATE_THEME && place.theme_id == 0) place.theme_id = *out_new_id;
        if (place.second_id < 0) place.second_id = *out_new_id;
        rc = placement_put(step->db, &place);
    }
    return rc;
}

static cv_rc split_inside(struct themes_step *step, int64_t theme_id, int64_t *out_new_id)
{
    struct theme_row row;
    struct themes_parting parting;
    cv_rc rc = themes_find_live(&row, step, theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, theme_id);
    if (rc == CV_OK) rc = themes_part(&parting, step, theme_id);
    if (rc != CV_OK) return rc;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_theme(&before, theme_id);
    themes_before_places_of(&before, theme_id);
    rc = write_parting(step, &before, &row, &parting, out_new_id);
    return end(step, &before, rc,
               cv_sprintf(step->mem, "Split “%s”; %s went to “%s”", row.name,
                          cv_count_text(step->mem, (long long)parting.leaving_count, "statement",
                                        "statements"),
                          parting.leaves.name));
}

/* --- statements ---------------------------------------------------------------------------------
 */

static cv_rc unknown_statement(struct themes_step *step, int64_t statement_id)
{
    cv_problem(step->problems, 0, "statement", "Look at the list of statements.",
               "There is no statement %" PRId64 ".", statement_id);
    return CV_NOT_FOUND;
}

/* "A new theme", "A new theme 2", …: a name to be changed at once, never twice the same. */
static cv_rc free_name(const char **out, struct themes_step *step)
{
    for (int n = 1; n < 1000; n++) {
        const char *name = n == 1 ? "A new theme" : cv_sprintf(step->mem, "A new theme %d", n);
        int64_t count = 0;
        cv_rc rc = theme_count_named(&count, step->db, step->mem, name, 0);
        if (rc != CV_OK) return rc;
        *out = name;
        if (count == 0) break;
    }
    return CV_OK;
}

static cv_rc create_for_move(struct themes_step *step, struct themes_before *before,
                             struct theme_row *out)
{
    *out = (struct theme_row){
        .state = "proposed", .origin = "person", .words = "{}", .created_at_s = step->now_s};
    cv_rc rc = free_name(&out->name, step);
    if (rc == CV_OK) rc = theme_insert(&out->id, step->db, step->mem, out);
    if (rc == CV_OK) themes_before_new_theme(before, out->id);
    return rc;
}

static struct placement placed_by_hand(const struct placement *old, enum theme_fate fate,
                                       int64_t theme_id, int64_t now_s)
{
    bool stays_near = fate == FATE_THEME && old->theme_id == theme_id;
    return (struct placement){.statement_id = old->statement_id,
                              .theme_id = fate == FATE_THEME ? theme_id : 0,
                              .fate = fate,
                              .is_by_person = true,
                              .is_pinned = true,
                              .confidence = 1,
                              .margin = 1,
                              .band = 2,
                              .nearness = stays_near ? old->nearness : 9,
                              .placed_at_s = now_s};
}

static cv_rc move_inside(struct themes_step *step, int64_t statement_id, enum themes_to to,
                         int64_t *io_theme_id)
{
    struct placement old;
    struct theme_row target = {0};
    cv_rc rc = placement_find(&old, step->db, statement_id);
    if (rc == CV_NOT_FOUND) return unknown_statement(step, statement_id);
    if (rc == CV_OK && to == THEMES_TO_THEME) rc = themes_find_live(&target, step, *io_theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, *io_theme_id);
    if (rc != CV_OK) return rc;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_place(&before, &old);
    if (to == THEMES_TO_NEW) rc = create_for_move(step, &before, &target);
    enum theme_fate fate = to == THEMES_TO_NONE ? FATE_NONE : FATE_THEME;
    struct placement place = placed_by_hand(&old, fate, target.id, step->now_s);
    if (rc == CV_OK) rc = placement_put(step->db, &place);
    *io_theme_id = target.id;
    const char *sentence = to == THEMES_TO_NONE
                               ? "Said of a statement that no theme fits"
                               : cv_sprintf(step->mem,
                                            old.theme_id == target.id ? "Kept a statement in “%s”"
                                                                      : "Moved a statement to “%s”",
                                            target.name ? target.name : "");
    return end(step, &before, rc, sentence);
}

static cv_rc pin_inside(struct themes_step *step, int64_t statement_id, bool is_pinned)
{
    struct placement place;
    cv_rc rc = placement_find(&place, step->db, statement_id);
    if (rc == CV_NOT_FOUND) return unknown_statement(step, statement_id);
    if (rc != CV_OK) return rc;
    if (place.fate == FATE_WAITING || place.fate == FATE_ASIDE) {
        cv_problem(step->problems, 0, "statement", "Move it to a theme first.",
                   "This statement stands in no theme.");
        return CV_INVALID;
    }
    step->edit_id = 0;
    if (place.is_pinned == is_pinned) return CV_OK;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_place(&before, &place);
    place.is_pinned = is_pinned;
    if (is_pinned) place.is_by_person = true;
    rc = placement_put(step->db, &place);
    return end(step, &before, rc,
               is_pinned ? "Kept a statement where it is"
                         : "Let a statement move again when themes are found");
}

/* --- confirming and closing ----------------------------------------------------------------------
 */

static cv_rc confirm_inside(struct themes_step *step, int64_t theme_id, bool is_confirmed)
{
    struct theme_row row;
    cv_rc rc = themes_find_live(&row, step, theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, theme_id);
    if (rc != CV_OK) return rc;
    step->edit_id = 0;
    bool was_confirmed = strcmp(row.state, "proposed") != 0;
    if (was_confirmed == is_confirmed) return CV_OK;
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_theme(&before, theme_id);
    row.state = is_confirmed ? "confirmed" : "proposed";
    rc = theme_update(step->db, step->mem, &row);
    return end(
        step, &before, rc,
        cv_sprintf(step->mem, is_confirmed ? "Confirmed “%s”" : "Opened “%s” again", row.name));
}

static cv_rc confirm_all_inside(struct themes_step *step)
{
    struct theme_row_list list;
    cv_rc rc = theme_rows(&list, step->db, step->mem);
    if (rc != CV_OK) return rc;
    if (list.count == 0) {
        cv_problem(step->problems, 0, NULL, "Find themes first (convene themes find).",
                   "There are no themes to confirm.");
        return CV_INVALID;
    }
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    int64_t changed = 0;
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.items[i].state, "proposed") == 0)
            themes_before_theme(&before, list.items[i].id);
    rc = theme_confirm_all(&changed, step->db);
    if (rc == CV_OK && changed == 0) {
        json_decref(before.document);
        store_rollback(step->db);
        return CV_OK;
    }
    return end(step, &before, rc,
               cv_sprintf(step->mem, "Confirmed %s",
                          cv_count_text(step->mem, changed, "theme", "themes")));
}

static cv_rc close_inside(struct themes_step *step, int64_t theme_id)
{
    struct theme_row row;
    struct theme facts;
    cv_rc rc = themes_find_live(&row, step, theme_id);
    if (rc == CV_OK) rc = themes_find(&facts, step->db, step->mem, theme_id);
    if (rc == CV_NOT_FOUND) return themes_unknown(step, theme_id);
    if (rc != CV_OK) return rc;
    if (facts.statement_count > 0) {
        cv_problem(step->problems, 0, "theme", "Merge it into another theme, or move them first.",
                   "“%s” still holds %s.", row.name,
                   cv_count_text(step->mem, facts.statement_count, "statement", "statements"));
        return CV_INVALID;
    }
    struct themes_before before;
    rc = begin(step, &before);
    if (rc != CV_OK) return rc;
    themes_before_theme(&before, theme_id);
    themes_before_places_of(&before, theme_id);
    row.state = "closed";
    rc = placement_forget_second(step->db, theme_id);
    if (rc == CV_OK) rc = theme_update(step->db, step->mem, &row);
    return end(step, &before, rc, cv_sprintf(step->mem, "Closed “%s”", row.name));
}

/* --- each verb in one transaction
 * ------------------------------------------------------------------
 */

cv_rc themes_rename(struct themes_step *step, int64_t theme_id, const char *name,
                    const char *name_es)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, rename_inside(step, theme_id, name, name_es)) : rc;
}

cv_rc themes_create(struct themes_step *step, const char *name, const char *name_es,
                    int64_t *out_id)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, create_inside(step, name, name_es, out_id)) : rc;
}

cv_rc themes_merge(struct themes_step *step, int64_t theme_id, int64_t into_id)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, merge_inside(step, theme_id, into_id)) : rc;
}

cv_rc themes_split(struct themes_step *step, int64_t theme_id, int64_t *out_new_id)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, split_inside(step, theme_id, out_new_id)) : rc;
}

cv_rc themes_move(struct themes_step *step, int64_t statement_id, enum themes_to to,
                  int64_t *io_theme_id)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, move_inside(step, statement_id, to, io_theme_id)) : rc;
}

cv_rc themes_pin(struct themes_step *step, int64_t statement_id, bool is_pinned)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, pin_inside(step, statement_id, is_pinned)) : rc;
}

cv_rc themes_confirm(struct themes_step *step, int64_t theme_id, bool is_confirmed)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, confirm_inside(step, theme_id, is_confirmed)) : rc;
}

cv_rc themes_confirm_all(struct themes_step *step)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, confirm_all_inside(step)) : rc;
}

cv_rc themes_close(struct themes_step *step, int64_t theme_id)
{
    cv_rc rc = store_begin(step->db);
    return rc == CV_OK ? store_end(step->db, close_inside(step, theme_id)) : rc;
}

/* --- what waits ----------------------------------------------------------------------------------
 */

static size_t waiting_for(struct feature_waiting *out, size_t max, struct store_db *db,
                          struct cv_arena *mem, int64_t person_id)
{
    (void)person_id;
    struct themes_counts counts;
    size_t count = 0;
    if (themes_counts(&counts, db) != CV_OK) return 0;
    if (counts.waiting > 0 && count < max)
        out[count++] = (struct feature_waiting){
            .what =
                cv_sprintf(mem, "%s no theme yet",
                           cv_count_text(mem, counts.waiting, "statement has", "statements have")),
            .why = counts.themes ? "They came in after themes were found."
                                 : "Nobody has looked for themes so far.",
            .path = "/themes",
            .button = counts.themes ? "Place them" : "Find themes",
            .minutes = 1,
            .order = 20};
    if (counts.unsure > 0 && count < max)
        out[count++] = (struct feature_waiting){
            .what = cv_sprintf(mem, "%s unsure",
                               cv_count_text(mem, counts.unsure, "statement is", "statements are")),
            .why = "The program placed them, but a second theme was nearly as near.",
            .path = "/themes/unsure",
            .button = "Look through them",
            .minutes = (int)(counts.unsure / 6 + 1),
            .order = 30};
    if (counts.unconfirmed > 0 && count < max)
        out[count++] = (struct feature_waiting){
            .what =
                cv_sprintf(mem, "%s to be confirmed",
                           cv_count_text(mem, counts.unconfirmed, "theme waits", "themes wait")),
            .why = "Themes are proposals until somebody who knows the people says yes.",
            .path = "/themes",
            .button = "Look at the themes",
            .minutes = (int)counts.unconfirmed,
            .order = 40};
    return count;
}

extern const struct store_migration themes_migrations[];

const struct feature themes_feature = {
    .name = "themes",
    .migrations = themes_migrations,
    .routes = themes_routes,
    .commands = themes_commands,
    .jobs = themes_jobs,
    .imports = themes_imports,
    .exports = themes_exports,
    .undo = themes_undo,
    .waiting_for = waiting_for,
    .add_to_person = themes_add_to_person,
    .merge_person = themes_merge_person,
    .unmerge_person = themes_unmerge_person,
};
