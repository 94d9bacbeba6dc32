/* grouping_say: conflicts as sentences that name the rules in conflict, each with a remedy. */
#include "engine/grouping/grouping_internal.h"

struct speaker {
    struct cv_arena *mem;
    const struct grouping_names *names;
};

enum { NAMES_SHOWN = 6 };

static const char *person(const struct speaker *s, int32_t i)
{
    if (s->names && s->names->person) return s->names->person(s->names->context, i);
    return cv_sprintf(s->mem, "person %d", i + 1);
}

static const char *group(const struct speaker *s, int32_t g)
{
    if (s->names && s->names->group) return s->names->group(s->names->context, g);
    return cv_sprintf(s->mem, "group %d", g + 1);
}

static const char *theme(const struct speaker *s, int32_t t)
{
    if (s->names && s->names->theme) return s->names->theme(s->names->context, t);
    return cv_sprintf(s->mem, "theme %d", t + 1);
}

/* "Ana, Ben and Eva", or "Ana, Ben, ... and 9 others". */
static const char *people(const struct speaker *s, const struct grouping_conflict *c, int32_t from)
{
    const char *text = "";
    int32_t shown = c->people_count;
    if (shown - from > NAMES_SHOWN) shown = from + NAMES_SHOWN - 1;
    for (int32_t k = from; k < shown; k++) {
        const char *before = k == from ? "" : k == c->people_count - 1 ? " and " : ", ";
        text = cv_sprintf(s->mem, "%s%s%s", text, before, person(s, c->people[k]));
    }
    if (shown < c->people_count)
        text = cv_sprintf(s->mem, "%s and %d others", text, c->people_count - shown);
    return text;
}

static const char *by_others(const struct speaker *s, const struct grouping_conflict *c)
{
    if (c->people_count <= 2) return "";
    return cv_sprintf(s->mem, ", through %s,", people(s, c, 2));
}

static const char *contradiction(const struct speaker *s, const struct grouping_conflict *c,
                                 const char **remedy)
{
    const char *a = c->people_count > 0 ? person(s, c->people[0]) : "";
    const char *b = c->people_count > 1 ? person(s, c->people[1]) : "";
    switch (c->kind) {
    case GROUPING_CONFLICT_TOGETHER_APART:
        *remedy = "take one of the two rules away";
        return cv_sprintf(s->mem, "%s and %s must be together%s and must be apart", a, b,
                          by_others(s, c));
    case GROUPING_CONFLICT_TOGETHER_BOSS:
        *remedy = "take the rule \"together\" away, or record that both agree";
        return cv_sprintf(s->mem, "%s and %s must be together%s, but one is the other's superior",
                          a, b, by_others(s, c));
    case GROUPING_CONFLICT_TOGETHER_TOO_LARGE:
        *remedy = "take one of these \"together\" rules away";
        return cv_sprintf(s->mem, "%s must all be together: %d people, and a group holds %d",
                          people(s, c, 0), c->need, c->have);
    case GROUPING_CONFLICT_TOGETHER_LOCKS:
        *remedy = "unlock one of them, or take the rule \"together\" away";
        return cv_sprintf(s->mem, "%s must be together, but are locked into different groups",
                          people(s, c, 0));
    case GROUPING_CONFLICT_LOCKED_APART:
        *remedy = "unlock one of them, or take the rule \"apart\" away";
        return cv_sprintf(s->mem, "%s and %s must be apart, but both are locked into %s", a, b,
                          group(s, c->group));
    default:
        *remedy = "unlock somebody, or raise this group's maximum with a reason";
        return cv_sprintf(s->mem, "%d people are locked into %s, which holds %d", c->need,
                          group(s, c->group), c->have);
    }
}

static const char *shortage(const struct speaker *s, const struct grouping_conflict *c,
                            const char **remedy)
{
    switch (c->kind) {
    case GROUPING_CONFLICT_TOO_FEW_PEOPLE:
        *remedy = "invite more people, or lower the minimum";
        return cv_sprintf(s->mem, "there are %d people, and a group needs at least %d", c->have,
                          c->need);
    case GROUPING_CONFLICT_TOO_MANY_PEOPLE:
        *remedy = "allow more groups";
        return cv_sprintf(s->mem, "there are %d people and %d seats: %d will wait", c->need,
                          c->have, c->need - c->have);
    case GROUPING_CONFLICT_TOO_MANY_GROUPS:
        *remedy = "ask for fewer groups, or lower the minimum";
        return cv_sprintf(s->mem, "the groups need at least %d people together, and there are %d",
                          c->need, c->have);
    case GROUPING_CONFLICT_APART_CLIQUE:
        *remedy = "take one of these \"apart\" rules away, or allow more groups";
        return cv_sprintf(s->mem,
                          "%s must all be apart from each other: %d people, and at most "
                          "%d groups",
                          people(s, c, 0), c->need, c->have);
    case GROUPING_CONFLICT_SIZES_LEAVE_SOME:
        *remedy = "widen the range of sizes";
        return cv_sprintf(s->mem,
                          "no number of groups of these sizes holds all %d people: %d will "
                          "wait",
                          c->have, c->need);
    case GROUPING_CONFLICT_NO_THEME:
        *remedy = "ask them which theme they would join";
        if (c->people_count == 1)
            return cv_sprintf(s->mem, "%s is interested in none of the themes",
                              person(s, c->people[0]));
        return cv_sprintf(s->mem, "%s must be together, but share no theme", people(s, c, 0));
    default:
        *remedy = "join it with another theme, or invite more people to it";
        return cv_sprintf(s->mem, "%s has %d people interested, and a group needs %d",
                          theme(s, c->theme), c->have, c->need);
    }
}

void grouping_say(struct cv_problems *out, const struct grouping_conflicts *conflicts,
                  const struct grouping_names *names)
{
    struct speaker s = {.mem = out->mem, .names = names};
    for (int32_t k = 0; k < conflicts->count; k++) {
        const struct grouping_conflict *c = &conflicts->items[k];
        const char *remedy = NULL;
        const char *sentence =
            c->contradiction ? contradiction(&s, c, &remedy) : shortage(&s, c, &remedy);
        cv_problem_add(out, (struct cv_problem){.sentence = sentence, .remedy = remedy});
    }
}
