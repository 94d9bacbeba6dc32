/* collectives_states: from proposed to active, one state at a time, and the gate that advises
 * before people begin. domain.md 2.3 (phase 2) and 2.4 hold the rules. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "features/collectives/collectives_internal.h"

static const char *const states[] = {"proposed", "inviting", "forming", "active"};
enum { STATE_COUNT = sizeof states / sizeof *states };

static int state_number(const char *state)
{
    for (int i = 0; i < STATE_COUNT; i++)
        if (strcmp(states[i], state) == 0) return i;
    return -1;
}

/* Eight signs that are read aloud without mistakes (no 0 O 1 I L), from the machine's randomness: a
 * code is a key to a person's own page, so it must not be guessed. */
cv_rc collectives_new_code(const char **out, struct store_db *db, struct cv_arena *mem)
{
    static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    int64_t taken = 1;
    while (taken > 0) {
        char code[10] = {0};
        for (int i = 0; i < 9; i++)
            code[i] = i == 4 ? '-' : alphabet[randombytes_uniform(sizeof alphabet - 1)];
        cv_rc rc = collective_count_code(&taken, db, code);
        if (rc != CV_OK) return rc;
        *out = cv_strdup(mem, code);
    }
    return CV_OK;
}

static cv_rc invite_members(struct store_db *db, struct cv_arena *mem, int64_t id)
{
    struct membership_list all;
    cv_rc rc = membership_list(&all, db, mem);
    for (size_t i = 0; rc == CV_OK && i < all.count; i++) {
        struct membership m = all.items[i];
        if (m.collective_id != id || strcmp(m.state, "suggested") != 0) continue;
        m.state = "invited";
        if (!m.code) rc = collectives_new_code(&m.code, db, mem);
        if (rc == CV_OK) rc = membership_put(db, &m);
    }
    return rc;
}

/* What the gate to `active` asks. It advises: a written reason passes it. */
static cv_rc check_gate(struct store_db *db, struct cv_arena *mem, const struct collective *c,
                        int64_t now_s, struct cv_problems *problems)
{
    struct board board;
    cv_rc rc = board_load(&board, db, mem, now_s);
    int32_t at = rc == CV_OK ? board_group(&board, c->id) : GROUPING_NONE;
    if (at < 0) return rc;
    const struct grouping_group_report *g = &board.score.groups[at];
    if (g->size < board.rules.size_min)
        cv_problem(problems, 0, "state", "invite more people, or write why it begins so small",
                   "%s has %d people; a collective begins with at least %" PRId64, c->name, g->size,
                   board.rules.size_min);
    if (g->goals[GROUPING_GOAL_ROLES].have < 2)
        cv_problem(problems, 0, "state", "move somebody with another role in, or write why",
                   "everybody in %s has the same role", c->name);
    if (g->goals[GROUPING_GOAL_DISTRICTS].have < 2)
        cv_problem(problems, 0, "state", "move somebody from another place in, or write why",
                   "everybody in %s comes from one place", c->name);
    bool has_facilitator = false;
    for (size_t i = 0; i < board.members.count; i++)
        has_facilitator =
            has_facilitator || (board.members.items[i].collective_id == c->id &&
                                strcmp(board.members.items[i].capacity, "facilitator") == 0);
    if (!has_facilitator)
        cv_problem(problems, 0, "state", "choose who facilitates, or write why nobody does yet",
                   "%s has no facilitator", c->name);
    return CV_OK;
}

static cv_rc check_step(struct store_db *db, struct cv_arena *mem, const struct collective *c,
                        const char *state, const char *reason, int64_t now_s,
                        struct cv_problems *problems)
{
    if (strcmp(c->state, "dissolved") == 0) {
        cv_problem(problems, 0, "state", "propose a new one", "%s has ended", c->name);
        return CV_INVALID;
    }
    if (strcmp(state, "dissolved") == 0) return CV_OK;
    int from = state_number(c->state);
    int to = state_number(state);
    if (to != from + 1) {
        const char *next = from + 1 < STATE_COUNT ? states[from + 1] : "dissolved";
        cv_problem(problems, 0, "state", cv_sprintf(mem, "the next step is \"%s\"", next),
                   "%s is %s and cannot become \"%s\" now", c->name, c->state, state);
        return CV_INVALID;
    }
    if (strcmp(state, "active") != 0 || (reason && reason[0])) return CV_OK;
    cv_rc rc = check_gate(db, mem, c, now_s, problems);
    return rc == CV_OK && problems->total_count > 0 ? CV_INVALID : rc;
}

static cv_rc change_members(struct store_db *db, struct cv_arena *mem, const struct collective *c,
                            const char *state)
{
    if (strcmp(state, "inviting") == 0) return invite_members(db, mem, c->id);
    if (strcmp(state, "active") != 0) return CV_OK;
    /* Until people answer for themselves (accounts), the one who starts a collective says that they
     * did. */
    cv_rc rc = membership_set_states(db, c->id, "invited", "active");
    return rc == CV_OK ? membership_set_states(db, c->id, "accepted", "active") : rc;
}

static const char *state_sentence(struct cv_arena *mem, const struct collective *c,
                                  const char *state)
{
    if (strcmp(state, "inviting") == 0) return cv_sprintf(mem, "Invited the people of %s", c->name);
    if (strcmp(state, "forming") == 0) return cv_sprintf(mem, "%s is forming", c->name);
    if (strcmp(state, "active") == 0) return cv_sprintf(mem, "%s has begun", c->name);
    return cv_sprintf(mem, "Ended %s; its people are free again", c->name);
}

cv_rc collectives_set_state(int64_t *out_edit_id, struct store_db *db, struct cv_arena *mem,
                            int64_t id, const char *state, const char *reason, int64_t by_id,
                            int64_t now_s, struct cv_problems *problems)
{
    struct collective c;
    cv_rc rc = store_begin(db);
    if (rc != CV_OK) return rc;
    json_t *before = NULL;
    rc = collectives_find(&c, db, mem, id);
    if (rc == CV_OK) rc = check_step(db, mem, &c, state, reason, now_s, problems);
    if (rc == CV_OK) rc = collectives_snapshot(&before, db, &id, 1);
    if (rc == CV_OK) rc = change_members(db, mem, &c, state);
    if (rc == CV_OK) {
        struct collective changed = c;
        changed.state = state;
        rc = collective_update(db, &changed, reason && reason[0] ? reason : NULL, now_s);
    }
    if (rc == CV_OK)
        rc = history_record(out_edit_id, db, "collectives", "collectives", "put_back",
                            state_sentence(mem, &c, state), before, by_id, now_s);
    json_decref(before);
    return store_end(db, rc);
}
