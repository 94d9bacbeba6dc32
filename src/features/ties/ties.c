/* ties: the words for them, how they fade, and their shape for engines. */
#include "features/ties/ties.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "features/ties/ties_internal.h"

const char *const ties_kinds[] = {"know",     "learn_from", "work_with",  "trust",
                                  "ask_help", "fund",       "introduced", NULL};

/* Folded. */
static const struct {
    const char *word;
    const char *kind;
} kind_words[] = {
    {"know", "know"},
    {"knows", "know"},
    {"conoce", "know"},
    {"learn from", "learn_from"},
    {"learns from", "learn_from"},
    {"aprende de", "learn_from"},
    {"advice", "learn_from"},
    {"work with", "work_with"},
    {"works with", "work_with"},
    {"trabaja con", "work_with"},
    {"collaborates", "work_with"},
    {"trust", "trust"},
    {"trusts", "trust"},
    {"confia en", "trust"},
    {"ask for help", "ask_help"},
    {"ask help", "ask_help"},
    {"asks for help", "ask_help"},
    {"pide ayuda", "ask_help"},
    {"pide ayuda a", "ask_help"},
    {"fund", "fund"},
    {"funds", "fund"},
    {"financia", "fund"},
    {"introduced", "introduced"},
    {"presento", "introduced"},
};

const char *ties_kind_read(struct cv_arena *mem, const char *text)
{
    char *folded = cv_text_fold(mem, text);
    for (char *at = folded; *at; at++)
        if (*at == '_' || *at == '-') *at = ' ';
    for (size_t i = 0; i < sizeof kind_words / sizeof kind_words[0]; i++)
        if (strcmp(kind_words[i].word, folded) == 0) return kind_words[i].kind;
    return NULL;
}

double ties_weight(const struct tie *tie, int64_t now_s)
{
    const double dormant_after_s = 18 * 30.4375 * 86400;
    double weight = (double)tie->strength / 4;
    if (tie->last_at_s == 0) return weight;
    double age_s = (double)(now_s - tie->last_at_s);
    if (age_s > dormant_after_s) return 0;
    return age_s <= 0 ? weight : weight * (1 - 0.5 * age_s / dormant_after_s);
}

struct pair {
    int32_t from;
    int32_t to;
    double weight;
};

static int by_pair(const void *left, const void *right)
{
    const struct pair *a = left;
    const struct pair *b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    return a->weight > b->weight ? -1 : a->weight < b->weight;
}

static int32_t index_of(const int64_t *ids, size_t count, int64_t id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ids[low] == id ? (int32_t)low : -1;
}

cv_rc ties_pairs(struct ties_pairs *out, struct store_db *db, struct cv_arena *mem,
                 const int64_t *people_ids, size_t people_count, int64_t now_s)
{
    struct tie_list list;
    cv_rc rc = ties_list(&list, db, mem);
    if (rc != CV_OK) return rc;
    struct pair *pairs = CV_NEW_ARRAY(mem, struct pair, list.count);
    size_t count = 0;
    for (size_t i = 0; i < list.count; i++) {
        int32_t a = index_of(people_ids, people_count, list.items[i].from_id);
        int32_t b = index_of(people_ids, people_count, list.items[i].to_id);
        double weight = ties_weight(&list.items[i], now_s);
        if (a < 0 || b < 0 || weight <= 0) continue;
        pairs[count++] =
            (struct pair){.from = a < b ? a : b, .to = a < b ? b : a, .weight = weight};
    }
    qsort(pairs, count, sizeof *pairs, by_pair);
    struct ties_pairs made = {.from = CV_NEW_ARRAY(mem, int32_t, count),
                              .to = CV_NEW_ARRAY(mem, int32_t, count),
                              .weight = CV_NEW_ARRAY(mem, double, count)};
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && pairs[i].from == pairs[i - 1].from && pairs[i].to == pairs[i - 1].to) continue;
        made.from[made.count] = pairs[i].from;
        made.to[made.count] = pairs[i].to;
        made.weight[made.count++] = pairs[i].weight;
    }
    *out = made;
    return CV_OK;
}
