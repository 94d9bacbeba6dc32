/* people_text: what rosters say about one person in one cell: gifts with their level, state,
 * facilitation, years, e-mail. Roles and languages are in people_words.c, times in people_slots.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "features/people/people_internal.h"

static const struct {
    const char *word; /* folded */
    int64_t level;
} level_words[] = {
    {"none", 0}, {"0", 0},         {"learning", 1}, {"aprendiendo", 1},
    {"1", 1},    {"can do", 2},    {"sabe", 2},     {"puede", 2},
    {"2", 2},    {"can teach", 3}, {"ensena", 3},   {"puede ensenar", 3},
    {"3", 3},
};
static const char *const level_names[] = {"none", "learning", "can do", "can teach"};

/* Takes "(can teach)" or ":3" off the end of a skill; -1 when there is none. */
static int64_t take_level(struct cv_arena *mem, char *skill)
{
    size_t size = strlen(skill);
    char *start = NULL;
    char *end = skill + size;
    if (size > 2 && skill[size - 1] == ')') {
        start = strrchr(skill, '(');
        end--;
    } else if (size > 2 && skill[size - 2] == ':') {
        start = &skill[size - 2];
    }
    if (!start) return -1;
    const char *word = cv_text_fold(mem, cv_strndup(mem, start + 1, (size_t)(end - start - 1)));
    for (size_t i = 0; i < sizeof level_words / sizeof level_words[0]; i++) {
        if (strcmp(word, level_words[i].word) != 0) continue;
        while (start > skill && start[-1] == ' ') start--;
        *start = '\0';
        return level_words[i].level;
    }
    return -1;
}

static int by_skill(const void *left, const void *right)
{
    const struct gift *a = left;
    const struct gift *b = right;
    return strcmp(a->skill_folded, b->skill_folded);
}

size_t people_gifts_read(struct gift **out, struct cv_arena *mem, const char *text, bool is_want)
{
    size_t room = 1;
    /* A comma parts skills only where there is no semicolon: "data, tables and charts; music". */
    const char *cuts = strpbrk(text, ";|\n") ? ";|\n" : ",";
    for (const char *at = text; *at; at++) room += strchr(cuts, *at) != NULL;
    struct gift *gifts = CV_NEW_ARRAY(mem, struct gift, room);
    size_t count = 0;
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, cuts);
        char *skill = cv_text_tidy(mem, cv_strndup(mem, at, size));
        at += size + (at[size] != '\0');
        int64_t level = take_level(mem, skill);
        if (!*skill) continue;
        gifts[count++] = (struct gift){.is_want = is_want,
                                       .skill = skill,
                                       .skill_folded = cv_text_fold(mem, skill),
                                       .level = level};
    }
    qsort(gifts, count, sizeof *gifts, by_skill);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(gifts[kept - 1].skill_folded, gifts[i].skill_folded) != 0)
            gifts[kept++] = gifts[i];
    *out = gifts;
    return kept;
}

const char *people_gifts_text(struct cv_arena *mem, const struct gift *gifts, size_t count,
                              bool is_want)
{
    struct cv_buf buf = cv_buf_new(mem, 1 << 16);
    size_t written = 0;
    for (size_t i = 0; i < count; i++) {
        if (gifts[i].is_want != is_want) continue;
        if (written++) cv_buf_puts(&buf, "; ");
        cv_buf_puts(&buf, gifts[i].skill);
        if (gifts[i].level >= 0) cv_buf_printf(&buf, " (%s)", level_names[gifts[i].level]);
    }
    /* One skill with a comma in its name must come back as one. */
    if (written == 1 && strchr(cv_buf_text(&buf), ',')) cv_buf_putc(&buf, ';');
    return cv_buf_text(&buf);
}

static const struct {
    const char *word; /* folded */
    const char *state;
} state_words[] = {
    {"invited", "invited"},   {"invitado", "invited"}, {"invitada", "invited"},
    {"joined", "joined"},     {"member", "joined"},    {"miembro", "joined"},
    {"unido", "joined"},      {"unida", "joined"},     {"active", "active"},
    {"activo", "active"},     {"activa", "active"},    {"quiet", "quiet"},
    {"inactive", "quiet"},    {"inactivo", "quiet"},   {"inactiva", "quiet"},
    {"en silencio", "quiet"}, {"alum", "alum"},        {"alumni", "alum"},
    {"alumna", "alum"},       {"alumno", "alum"},      {"former member", "alum"},
    {"left", "left"},         {"se fue", "left"},      {"salio", "left"},
};

const char *people_state_read(struct cv_arena *mem, const char *text)
{
    const char *folded = cv_text_fold(mem, text);
    for (size_t i = 0; i < sizeof state_words / sizeof state_words[0]; i++)
        if (strcmp(state_words[i].word, folded) == 0) return state_words[i].state;
    return NULL;
}

static const struct {
    const char *word; /* folded; the first of each level is what exports write */
    int64_t level;
} facilitates_words[] = {
    {"no", 0},
    {"none", 0},
    {"0", 0},
    {"false", 0},
    {"nunca", 0},
    {"has watched", 1},
    {"shadow", 1},
    {"shadowing", 1},
    {"1", 1},
    {"observa", 1},
    {"with somebody", 2},
    {"co", 2},
    {"co-", 2},
    {"co-facilitator", 2},
    {"cofacilitator", 2},
    {"cofacilitadora", 2},
    {"cofacilitador", 2},
    {"2", 2},
    {"leads", 3},
    {"lead", 3},
    {"yes", 3},
    {"si", 3},
    {"y", 3},
    {"x", 3},
    {"true", 3},
    {"3", 3},
    {"facilitator", 3},
    {"facilitador", 3},
    {"facilitadora", 3},
    {"facilita", 3},
    {"trains others", 4},
    {"trainer", 4},
    {"4", 4},
    {"formador", 4},
    {"formadora", 4},
};

int64_t people_facilitates_read(struct cv_arena *mem, const char *text)
{
    const char *folded = cv_text_fold(mem, text);
    for (size_t i = 0; i < sizeof facilitates_words / sizeof facilitates_words[0]; i++)
        if (strcmp(facilitates_words[i].word, folded) == 0) return facilitates_words[i].level;
    return -1;
}

const char *people_facilitates_text(int64_t facilitates)
{
    for (size_t i = 0; i < sizeof facilitates_words / sizeof facilitates_words[0]; i++)
        if (facilitates_words[i].level == facilitates) return facilitates_words[i].word;
    return "";
}

int64_t people_years_read(const char *text)
{
    char *end = NULL;
    text += *text == '<' || *text == '~';
    long years = strtol(text, &end, 10);
    if (end == text || years < 0 || years > 120) return -1;
    if (*end == '.' || *end == ',') end += 1 + strspn(end + 1, "0123456789");
    if (*end == '+') end++;
    while (*end == ' ') end++;
    /* "11 years", "11 años", "11 yrs": a word may follow, another number may not. */
    return strpbrk(end, "0123456789/-") ? -1 : years;
}

bool people_is_email(const char *text)
{
    const char *at = strchr(text, '@');
    if (!at || at == text || strchr(at + 1, '@') || strpbrk(text, " \t\n,;<>()\"")) return false;
    const char *dot = strrchr(at, '.');
    return dot && dot > at + 1 && dot[1] != '\0';
}
