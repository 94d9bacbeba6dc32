/* collectives_board: reads people, themes, ties, wishes and groups into the arrays that
 * engine/grouping looks at, and scores them as they stand. Not here: the search for something
 * better (collectives_form.c), words (collectives_words.c). */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "features/collectives/collectives_internal.h"

enum { MASK_BITS = 64 };

/* Index of an id among ids that stand `step` bytes apart, ascending; -1 when it is not there. */
static int32_t find_id(const void *items, size_t count, size_t step, int64_t id)
{
    size_t from = 0;
    size_t to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int64_t at = 0;
        memcpy(&at, (const char *)items + middle * step, sizeof at);
        if (at == id) return (int32_t)middle;
        if (id < at)
            to = middle;
        else
            from = middle + 1;
    }
    return GROUPING_NONE;
}

_Static_assert(offsetof(struct person, id) == 0, "find_id reads the id first");
_Static_assert(offsetof(struct board_theme, id) == 0, "find_id reads the id first");

int32_t board_person(const struct board *board, int64_t person_id)
{
    return find_id(board->people, board->people_count, sizeof *board->people, person_id);
}

int32_t board_theme_index(const struct board *board, int64_t theme_id)
{
    return find_id(board->themes, board->theme_count, sizeof *board->themes, theme_id);
}

int32_t board_group(const struct board *board, int64_t collective_id)
{
    for (size_t g = 0; g < board->groups.count; g++)
        if (board->groups.items[g].id == collective_id) return (int32_t)g;
    return GROUPING_NONE;
}

/* --- who and what
 * ---------------------------------------------------------------------------------- */

static bool has_left(const struct person *person)
{
    return strcmp(person->state, "left") == 0 || strcmp(person->state, "alum") == 0;
}

static cv_rc load_people(struct board *board, const struct themes_caring_list *caring,
                         struct store_db *db, struct cv_arena *mem)
{
    struct people_list all;
    cv_rc rc = people_list(&all, db, mem);
    if (rc != CV_OK) return rc;
    bool *wanted = CV_NEW_ARRAY(mem, bool, all.count + 1);
    for (size_t i = 0; i < caring->count; i++) {
        int32_t at = find_id(all.items, all.count, sizeof *all.items, caring->items[i].person_id);
        if (at >= 0 && !has_left(&all.items[at])) wanted[at] = true;
    }
    for (size_t i = 0; i < board->members.count; i++) {
        int32_t at =
            find_id(all.items, all.count, sizeof *all.items, board->members.items[i].person_id);
        if (at >= 0) wanted[at] = true;
    }
    board->people = CV_NEW_ARRAY(mem, struct person, all.count + 1);
    for (size_t i = 0; i < all.count; i++)
        if (wanted[i]) board->people[board->people_count++] = all.items[i];
    return CV_OK;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const struct board_theme *)a)->id;
    int64_t y = ((const struct board_theme *)b)->id;
    return (x > y) - (x < y);
}

static bool has_theme(const struct board *board, int64_t id)
{
    for (size_t i = 0; i < board->theme_count; i++)
        if (board->themes[i].id == id) return true;
    return false;
}

/* Themes are merged and closed after groups have formed around them: a group then stands on the
 * theme that took its own in, or keeps a closed one that nobody new can care about. */
static cv_rc load_themes(struct board *board, struct store_db *db, struct cv_arena *mem)
{
    struct theme_list all;
    cv_rc rc = themes_list(&all, db, mem);
    if (rc != CV_OK) return rc;
    board->themes = CV_NEW_ARRAY(mem, struct board_theme, all.count + board->groups.count + 1);
    for (size_t i = 0; i < all.count; i++)
        board->themes[board->theme_count++] =
            (struct board_theme){all.items[i].id, all.items[i].name};
    for (size_t g = 0; rc == CV_OK && g < board->groups.count; g++) {
        struct board_theme standing = {0};
        if (has_theme(board, board->groups.items[g].theme_id)) continue;
        rc =
            themes_standing(&standing.id, &standing.name, db, mem, board->groups.items[g].theme_id);
        board->groups.items[g].theme_id = standing.id;
        if (rc == CV_OK && !has_theme(board, standing.id))
            board->themes[board->theme_count++] = standing;
    }
    qsort(board->themes, board->theme_count, sizeof *board->themes, by_id);
    return rc;
}

/* --- the engine's arrays -------------------------------------------------------------------------
 */

/* The bit of a word in a growing list of at most 64; 0 when the list is full: a 65th language
 * stands in nobody's way. */
static uint64_t bit_of(const char **words, size_t *count, const char *word)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(words[i], word) == 0) return (uint64_t)1 << i;
    if (*count == MASK_BITS) return 0;
    words[*count] = word;
    return (uint64_t)1 << (*count)++;
}

static uint64_t language_mask(struct board *board, const char *codes, struct cv_arena *mem)
{
    uint64_t mask = 0;
    for (const char *at = codes; *at;) {
        size_t size = strcspn(at, " ");
        if (size > 0)
            mask |= bit_of(board->languages, &board->language_count, cv_strndup(mem, at, size));
        at += size + (at[size] == ' ');
    }
    return mask;
}

/* Numbers for texts: the same text, the same number; "" is GROUPING_NONE. */
static int32_t number_of(struct cv_map *map, const char *text)
{
    if (!text || !text[0]) return GROUPING_NONE;
    int64_t *number = cv_map_at(map, text, -1);
    if (*number < 0) *number = (int64_t)map->count - 1;
    return (int32_t)*number;
}

static void fill_people(struct board *board, struct cv_arena *mem)
{
    struct cv_map roles = cv_map_new(mem);
    struct cv_map places = cv_map_new(mem);
    struct grouping_person *out =
        CV_NEW_ARRAY(mem, struct grouping_person, board->people_count + 1);
    board->languages = CV_NEW_ARRAY(mem, const char *, MASK_BITS);
    for (size_t i = 0; i < board->people_count; i++) {
        const struct person *p = &board->people[i];
        const char *place =
            p->place_id > 0 ? cv_sprintf(mem, "%lld", (long long)p->place_id) : p->organisation;
        out[i] = (struct grouping_person){
            .role = number_of(&roles, p->role_key),
            .district = number_of(&places, place),
            /* An employer's line is not in a roster; a place stands for it in `district`. */
            .employer = GROUPING_NONE,
            .facilitator = (int32_t)p->facilitates,
            .languages = language_mask(board, p->languages, mem),
            .slots = (uint64_t)p->slots,
            .locked_group = GROUPING_NONE,
            .previous_group = GROUPING_NONE,
        };
    }
    board->problem.people = out;
    board->problem.people_count = (int32_t)board->people_count;
}

static struct grouping_person *problem_people(struct board *board)
{
    return (struct grouping_person *)board->problem.people; /* made in fill_people */
}

static cv_rc fill_skills(struct board *board, struct store_db *db, struct cv_arena *mem)
{
    board->skills = CV_NEW_ARRAY(mem, const char *, MASK_BITS);
    const char **folded = CV_NEW_ARRAY(mem, const char *, MASK_BITS);
    for (const char *at = board->rules.skills; *at && board->skill_count < MASK_BITS;) {
        size_t size = strcspn(at, ";");
        char *skill = cv_text_tidy(mem, cv_strndup(mem, at, size));
        if (skill[0]) {
            folded[board->skill_count] = cv_text_fold(mem, skill);
            board->skills[board->skill_count++] = skill;
        }
        at += size + (at[size] == ';');
    }
    if (board->skill_count == 0) return CV_OK;
    struct gift_list gifts;
    cv_rc rc = people_gifts(&gifts, db, mem);
    for (size_t i = 0; rc == CV_OK && i < gifts.count; i++) {
        int32_t person = board_person(board, gifts.items[i].person_id);
        if (person < 0 || gifts.items[i].is_want) continue;
        for (size_t s = 0; s < board->skill_count; s++)
            if (strcmp(folded[s], gifts.items[i].skill_folded) == 0)
                problem_people(board)[person].skills |= (uint64_t)1 << s;
    }
    board->problem.goals.skills =
        board->skill_count == MASK_BITS ? UINT64_MAX : ((uint64_t)1 << board->skill_count) - 1;
    return rc;
}

static void fill_affinity(struct board *board, const struct themes_caring_list *caring,
                          struct cv_arena *mem)
{
    size_t cells = board->people_count * board->theme_count;
    double *affinity = CV_NEW_ARRAY(mem, double, cells + 1);
    for (size_t i = 0; i < cells; i++) affinity[i] = -1;
    for (size_t i = 0; i < caring->count; i++) {
        int32_t person = board_person(board, caring->items[i].person_id);
        int32_t theme = board_theme_index(board, caring->items[i].theme_id);
        if (person >= 0 && theme >= 0)
            affinity[(size_t)person * board->theme_count + (size_t)theme] =
                caring->items[i].affinity;
    }
    board->problem.affinity = affinity;
    board->problem.theme_count = (int32_t)board->theme_count;
}

static cv_rc fill_ties(struct board *board, struct store_db *db, struct cv_arena *mem,
                       int64_t now_s)
{
    int64_t *ids = CV_NEW_ARRAY(mem, int64_t, board->people_count + 1);
    for (size_t i = 0; i < board->people_count; i++) ids[i] = board->people[i].id;
    struct ties_pairs ties;
    cv_rc rc = ties_pairs(&ties, db, mem, ids, board->people_count, now_s);
    if (rc != CV_OK) return rc;
    struct grouping_tie *out = CV_NEW_ARRAY(mem, struct grouping_tie, ties.count + 1);
    for (size_t i = 0; i < ties.count; i++)
        out[i] = (struct grouping_tie){ties.from[i], ties.to[i], ties.weight[i]};
    board->problem.ties = out;
    board->problem.tie_count = ties.count;
    return CV_OK;
}

static cv_rc fill_wishes(struct board *board, struct store_db *db, struct cv_arena *mem)
{
    struct wish_list wishes;
    cv_rc rc = people_wishes(&wishes, db, mem);
    if (rc != CV_OK) return rc;
    struct grouping_pair *together = CV_NEW_ARRAY(mem, struct grouping_pair, wishes.count + 1);
    struct grouping_pair *apart = CV_NEW_ARRAY(mem, struct grouping_pair, wishes.count + 1);
    for (size_t i = 0; i < wishes.count; i++) {
        const struct wish *w = &wishes.items[i];
        struct grouping_pair pair = {board_person(board, w->person_id),
                                     board_person(board, w->other_id)};
        if (pair.a < 0 || pair.b < 0 || pair.a == pair.b) continue;
        if (w->is_apart)
            apart[board->problem.apart_count++] = pair;
        else
            together[board->problem.together_count++] = pair;
    }
    board->problem.together = together;
    board->problem.apart = apart;
    return CV_OK;
}

static void fill_groups(struct board *board, struct cv_arena *mem)
{
    struct grouping_group *groups =
        CV_NEW_ARRAY(mem, struct grouping_group, board->groups.count + 1);
    board->theme_of = CV_NEW_ARRAY(mem, int32_t, board->groups.count + 1);
    board->group_of = CV_NEW_ARRAY(mem, int32_t, board->people_count + 1);
    for (size_t g = 0; g < board->groups.count; g++) {
        const struct collective *c = &board->groups.items[g];
        board->theme_of[g] = board_theme_index(board, c->theme_id);
        groups[g].theme = board->theme_of[g];
        groups[g].max_override = c->max_people > CV_LIMIT_GROUP_PEOPLE ? (int32_t)c->max_people : 0;
    }
    for (size_t i = 0; i < board->people_count; i++) board->group_of[i] = GROUPING_NONE;
    for (size_t i = 0; i < board->members.count; i++) {
        const struct membership *m = &board->members.items[i];
        if (strcmp(m->state, "waitlisted") == 0 || strcmp(m->state, "declined") == 0) continue;
        int32_t person = board_person(board, m->person_id);
        if (person >= 0) board->group_of[person] = board_group(board, m->collective_id);
    }
    board->problem.groups = groups;
    board->problem.group_count = (int32_t)board->groups.count;
}

static void fill_rules(struct board *board)
{
    const struct collectives_rules *rules = &board->rules;
    struct grouping_problem *p = &board->problem;
    *p = grouping_problem_new();
    p->size_min = (int32_t)rules->size_min;
    p->size_max = (int32_t)rules->size_max;
    p->goals.roles = (int32_t)rules->roles;
    p->goals.districts = (int32_t)rules->districts;
    p->goals.facilitators = (int32_t)rules->facilitators;
    /* Who has only watched one (level 1, people.h) is not asked to lead a group. */
    p->goals.facilitator_level = 2;
    p->weights.affinity *= rules->theme_weight;
    p->weights.role *= rules->mix_weight;
    p->weights.district *= rules->mix_weight;
    p->weights.tie *= rules->tie_weight;
    p->weights.slot *= rules->slot_weight;
    p->may_open = true;
}

cv_rc board_load(struct board *board, struct store_db *db, struct cv_arena *mem, int64_t now_s)
{
    *board = (struct board){0};
    struct themes_caring_list caring = {0};
    cv_rc rc = collectives_rules_find(&board->rules, db, mem);
    if (rc == CV_OK) rc = collectives_list(&board->groups, db, mem);
    if (rc == CV_OK) rc = membership_list(&board->members, db, mem);
    if (rc == CV_OK) rc = load_themes(board, db, mem);
    if (rc == CV_OK) rc = themes_caring(&caring, db, mem);
    if (rc == CV_OK) rc = load_people(board, &caring, db, mem);
    if (rc != CV_OK) return rc;
    fill_rules(board);
    fill_people(board, mem);
    fill_affinity(board, &caring, mem);
    fill_groups(board, mem);
    rc = fill_skills(board, db, mem);
    if (rc == CV_OK) rc = fill_ties(board, db, mem, now_s);
    if (rc == CV_OK) rc = fill_wishes(board, db, mem);
    if (rc == CV_OK)
        rc = grouping_score(&board->score, &board->problem, board->group_of, board->theme_of,
                            (int32_t)board->groups.count, mem);
    return rc;
}

/* --- later
 * ----------------------------------------------------------------------------------------- */

static bool same_groups(const struct collective_list *a, const struct collective_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const struct collective *x = &a->items[i];
        const struct collective *y = &b->items[i];
        same = x->id == y->id && x->is_locked == y->is_locked && strcmp(x->state, y->state) == 0 &&
               strcmp(x->name, y->name) == 0;
    }
    return same;
}

static bool same_members(const struct membership_list *a, const struct membership_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const struct membership *x = &a->items[i];
        const struct membership *y = &b->items[i];
        same = x->collective_id == y->collective_id && x->person_id == y->person_id &&
               strcmp(x->state, y->state) == 0 && strcmp(x->capacity, y->capacity) == 0;
    }
    return same;
}

cv_rc board_is_current(bool *out, const struct board *board, struct store_db *db,
                       struct cv_arena *mem)
{
    struct collective_list groups;
    struct membership_list members;
    cv_rc rc = collectives_list(&groups, db, mem);
    if (rc == CV_OK) rc = membership_list(&members, db, mem);
    if (rc == CV_OK)
        *out = same_groups(&board->groups, &groups) && same_members(&board->members, &members);
    return rc;
}
