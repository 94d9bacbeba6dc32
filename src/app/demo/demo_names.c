/* demo_names: invented names, titles and addresses. Names are drawn from lists of first and family
 * names as they are found in the region; which list says nothing about a person and is not kept. */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "app/demo/demo_internal.h"
#include "base/text.h"

enum { NAMES_MAX = 512, TITLES_MAX = 64 };

struct name {
    const char *list; /* "latino" */
    const char *part; /* "f", "m", "family" */
    const char *name;
    double weight;
    double used; /* times it was drawn: rarer each time */
};

struct composed {
    const char *given;
    const char *family; /* the first of two */
    const char *second; /* " Soto", "-Soto"; "" */
    const char *middle; /* "K. "; "" */
};

struct namer {
    struct demo_maker *maker;
    struct cv_rng rng;
    struct demo_table titles;
    struct name names[NAMES_MAX];
    int32_t name_count;
    const char *folded[DEMO_PEOPLE];
    struct composed parts[DEMO_PEOPLE];
    const char *local[DEMO_PEOPLE]; /* the part of an address before the @ */
};

static void read_names(struct namer *n)
{
    struct demo_table table = demo_table_read(n->maker->mem, "app/demo/names.csv");
    assert(table.row_count <= NAMES_MAX);
    for (size_t row = 0; row < table.row_count; row++) {
        n->names[n->name_count++] = (struct name){
            .list = demo_cell(&table, row, "names"),
            .part = demo_cell(&table, row, "part"),
            .name = demo_cell(&table, row, "name"),
            .weight = demo_number(&table, row, "weight"),
        };
    }
}

static const char *draw_name(struct namer *n, const char *list, const char *part)
{
    double weights[NAMES_MAX] = {0};
    for (int32_t i = 0; i < n->name_count; i++) {
        const struct name *name = &n->names[i];
        if (strcmp(name->list, list) == 0 && strcmp(name->part, part) == 0)
            weights[i] = name->weight / (1 + 0.5 * name->used);
    }
    int32_t chosen = demo_pick(&n->rng, weights, n->name_count);
    assert(chosen != DEMO_NONE);
    n->names[chosen].used++;
    return n->names[chosen].name;
}

static const char *pick_list(struct namer *n, int32_t person)
{
    const struct demo_person *who = &n->maker->net->people[person];
    const char *hint = demo_voice(n->maker, person, "names");
    double at = cv_rng_unit(&n->rng);
    if (hint[0] != '\0') return hint;
    if (n->maker->spanish_at_home[person]) return at < 0.97 ? "latino" : "anglo";
    bool near_reservation = n->maker->net->places[who->district].hispanic_pct < 30;
    if (at < (near_reservation ? 0.14 : 0.06)) return "indigenous";
    if (at < 0.20) return "asian";
    return at < 0.31 ? "latino" : "anglo";
}

/* First and family name, with the unevenness of a real roster: two family names, a hyphen, a middle
 * initial, a married name from another list. */
static struct composed compose(struct namer *n, const char *list, const char *given)
{
    struct cv_arena *mem = n->maker->mem;
    struct composed name = {given, draw_name(n, list, "family"), "", ""};
    double at = cv_rng_unit(&n->rng);
    if (strcmp(list, "latino") == 0) {
        if (at < 0.27)
            name.second =
                cv_sprintf(mem, "%c%s", at < 0.22 ? ' ' : '-', draw_name(n, list, "family"));
        else if (at < 0.30)
            name.family = draw_name(n, "anglo", "family");
    } else if (strcmp(list, "anglo") == 0) {
        if (at < 0.08)
            name.middle = cv_sprintf(mem, "%c. ", "ABCDEGHJKLMPRSTW"[cv_rng_below(&n->rng, 16)]);
        else if (at < 0.12)
            name.second = cv_sprintf(mem, "-%s", draw_name(n, list, "family"));
        else if (at < 0.18)
            name.family = draw_name(n, "latino", "family");
    }
    return name;
}

static bool is_taken(const char *const *folded, int32_t count, const char *value)
{
    for (int32_t i = 0; i < count; i++) {
        if (strcmp(folded[i], value) == 0) return true;
    }
    return false;
}

static void name_person(struct namer *n, int32_t person)
{
    struct demo_person *who = &n->maker->net->people[person];
    const char *list = pick_list(n, person);
    const char *given = demo_voice(n->maker, person, "given");
    bool is_woman = demo_chance(&n->rng, who->role == DEMO_SUPERINTENDENT ? 0.4 : 0.66);
    if (strcmp(given, "f") == 0) is_woman = true;
    bool is_drawn = strlen(given) < 2;
    if (strcmp(given, "Padre") == 0)
        given = cv_sprintf(n->maker->mem, "Padre %s", draw_name(n, list, "m"));
    for (int tries = 0;; tries++) {
        assert(tries < 100);
        if (is_drawn) given = draw_name(n, list, is_woman ? "f" : "m");
        struct composed parts = compose(n, list, given);
        const char *name = cv_sprintf(n->maker->mem, "%s %s%s%s", parts.given, parts.middle,
                                      parts.family, parts.second);
        const char *folded = cv_text_fold(n->maker->mem, name);
        if (is_taken(n->folded, person, folded)) continue;
        who->name = name;
        n->folded[person] = folded;
        n->parts[person] = parts;
        return;
    }
}

static void give_title(struct namer *n, int32_t person)
{
    struct demo_person *who = &n->maker->net->people[person];
    const char *said = demo_voice(n->maker, person, "title");
    if (said[0] != '\0') {
        who->title = said;
        return;
    }
    if (who->role == DEMO_LEADER && !n->maker->is_principal[person]) {
        who->title = "Assistant principal";
        return;
    }
    double weights[TITLES_MAX] = {0};
    assert(n->titles.row_count <= TITLES_MAX);
    for (size_t i = 0; i < n->titles.row_count; i++) {
        const char *level = demo_cell(&n->titles, i, "level");
        const char *own = n->maker->school_level[person];
        if (strcmp(demo_cell(&n->titles, i, "role"), demo_role_key(who->role)) != 0) continue;
        weights[i] = level[0] == '\0' || (own != NULL && strcmp(level, own) == 0);
    }
    int32_t row = demo_pick(&n->rng, weights, (int32_t)n->titles.row_count);
    who->title = demo_cell(&n->titles, (size_t)row, "title");
}

/* Small letters and digits of a name, in ASCII. */
static char *letters_of(struct cv_arena *mem, const char *text)
{
    char *out = cv_text_fold(mem, text);
    char *to = out;
    for (const char *at = out; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at)) *to++ = *at;
    }
    *to = '\0';
    return out;
}

/* As each district's office once decided: ana.ruiz@, aruiz@ or ruiza@. */
static char *local_part(struct cv_arena *mem, const struct composed *name, int32_t house)
{
    const char *first = letters_of(mem, name->given);
    const char *last = letters_of(mem, name->family);
    switch (house % 3) {
    case 0: return cv_sprintf(mem, "%s.%s", first, last);
    case 1: return cv_sprintf(mem, "%c%s", first[0], last);
    default: return cv_sprintf(mem, "%s%c", last, first[0]);
    }
}

static void give_email(struct namer *n, int32_t person)
{
    struct demo_network *net = n->maker->net;
    struct demo_person *who = &net->people[person];
    struct cv_arena *mem = n->maker->mem;
    bool has_none = demo_chance(&n->rng, 0.3);
    bool is_apart = who->role == DEMO_STUDENT || (who->languages & DEMO_EN) == 0;
    const char *domain = letters_of(mem, net->places[who->district].name);
    if (who->organisation != DEMO_NONE) domain = net->organisations[who->organisation].domain;
    if (who->role == DEMO_STUDENT) domain = cv_sprintf(mem, "students.%s", domain);
    int32_t house = who->organisation != DEMO_NONE ? 0 : who->district;
    char *local = local_part(mem, &n->parts[person], house);
    const char *address = cv_sprintf(mem, "%s@%s.example.org", local, domain);
    for (int number = 2; is_taken(n->local, person, address); number++)
        address = cv_sprintf(mem, "%s%d@%s.example.org", local, number, domain);
    n->local[person] = address;
    who->email = is_apart && has_none ? NULL : address;
}

void demo_make_names(struct demo_maker *maker)
{
    struct namer *n = CV_NEW(maker->mem, struct namer);
    n->maker = maker;
    n->rng = demo_rng(maker, DEMO_STREAM_NAMES);
    read_names(n);
    n->titles = demo_table_read(maker->mem, "app/demo/titles.csv");
    for (int32_t i = 0; i < maker->net->person_count; i++) {
        name_person(n, i);
        give_title(n, i);
        give_email(n, i);
    }
}
