/* topics_eval: how well and how fast engine/topics finds known labels. Reads "label TAB text" lines
 * or a CSV with columns lang, text, gold_primary, gold_secondary; prints NMI, ARI, accuracy and
 * seconds for several seeds. A bench, not part of the program. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/topics/topics_internal.h"

struct row {
    const char *text, *lang;
    int32_t gold, second;
};
struct rows {
    struct row *items;
    size_t count;
    struct topics_table labels;
};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
static double wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *slurp(struct cv_arena *mem, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = cv_alloc(mem, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) exit(1);
    fclose(file);
    return text;
}

static int32_t label_of(struct rows *rows, const char *name)
{
    return name && *name ? (int32_t)topics_table_put(&rows->labels, name, strlen(name)) : -1;
}

/* One cell of a CSV line, unquoted in place; *at moves past it. */
static char *csv_cell(char **at, bool *last)
{
    char *start = *at, *out = start;
    bool quoted = *start == '"';
    char *c = quoted ? start + 1 : start;
    for (; *c; c++) {
        if (quoted && *c == '"') {
            if (c[1] != '"') {
                quoted = false;
                continue;
            }
            c++;
        } else if (!quoted && (*c == ',' || *c == '\n')) {
            break;
        }
        *out++ = *c;
    }
    *last = *c != ',';
    *at = *c ? c + 1 : c;
    if (out > start && out[-1] == '\r') out--;
    *out = 0;
    return start;
}

static void read_csv(struct rows *rows, char *text)
{
    int lang = -1, body = -1, gold = -1, second = -1, column = 0;
    bool last = false;
    for (; !last; column++) {
        char *name = csv_cell(&text, &last);
        if (!strcmp(name, "lang")) lang = column;
        if (!strcmp(name, "text")) body = column;
        if (!strcmp(name, "gold_primary")) gold = column;
        if (!strcmp(name, "gold_secondary")) second = column;
    }
    while (*text) {
        struct row row = {.gold = -1, .second = -1, .lang = ""};
        last = false;
        for (column = 0; !last; column++) {
            char *cell = csv_cell(&text, &last);
            if (column == lang) row.lang = cell;
            if (column == body) row.text = cell;
            if (column == gold) row.gold = label_of(rows, cell);
            if (column == second) row.second = label_of(rows, cell);
        }
        if (row.text) rows->items[rows->count++] = row;
    }
}

static void read_tsv(struct rows *rows, char *text)
{
    while (*text) {
        char *end = strchr(text, '\n');
        if (end) *end = 0;
        char *tab = strchr(text, '\t');
        if (tab) {
            *tab = 0;
            char *more = strchr(tab + 1, '\t');
            if (more) *more = 0;
            rows->items[rows->count++] = (struct row){
                .text = tab + 1, .lang = "en", .gold = label_of(rows, text), .second = -1};
        }
        text = end ? end + 1 : text + strlen(text);
    }
}

static double entropy(const double *counts, size_t count, double total)
{
    double h = 0;
    for (size_t i = 0; i < count; i++)
        if (counts[i] > 0) h -= counts[i] / total * log(counts[i] / total);
    return h;
}

struct score {
    double nmi, ari, acc;
};

/* Texts aside count as one more topic. */
static struct score rate(const struct rows *rows, const struct topics_result *r, int32_t *map,
                         struct cv_arena *mem)
{
    size_t gold = rows->labels.count, found = (size_t)r->topic_count + 1;
    size_t square = gold > found ? gold : found;
    double *table = CV_NEW_ARRAY(mem, double, square *square);
    double *a = CV_NEW_ARRAY(mem, double, square), *b = CV_NEW_ARRAY(mem, double, square);
    double *cost = CV_NEW_ARRAY(mem, double, square *square);
    double n = (double)rows->count;
    int32_t *at = CV_NEW_ARRAY(mem, int32_t, rows->count);
    int32_t *want = CV_NEW_ARRAY(mem, int32_t, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        at[i] = r->places[i].topic < 0 ? r->topic_count : r->places[i].topic;
        want[i] = rows->items[i].gold;
        table[(size_t)at[i] * square + (size_t)want[i]]++;
        a[at[i]]++;
        b[want[i]]++;
        cost[(size_t)at[i] * square + (size_t)want[i]]--;
        if (rows->items[i].second >= 0)
            cost[(size_t)at[i] * square + (size_t)rows->items[i].second] -= 0.5;
    }
    double hab = entropy(table, square * square, n), ha = entropy(a, square, n),
           hb = entropy(b, square, n);
    struct score score = {.nmi = ha + hb > 0 ? 2 * (ha + hb - hab) / (ha + hb) : 0};
    double *room = CV_NEW_ARRAY(mem, double, (found + 1) * (gold + 1));
    score.ari = topics_rand_index(at, (int32_t)found, want, (int32_t)gold, NULL, rows->count, room);
    topics_assign(map, cost, square, square, mem);
    for (size_t i = 0; i < rows->count; i++) {
        bool right = map[at[i]] == rows->items[i].gold || map[at[i]] == rows->items[i].second;
        score.acc += right / n;
    }
    return score;
}

struct setting {
    const char *name;
    float *real;
    int32_t *whole;
};

static void set_tuning(struct topics_tuning *t, const char *pair)
{
    struct setting all[] = {
        {"ws", &t->weight[0], NULL},        {"wc", &t->weight[1], NULL},
        {"wf", &t->weight[2], NULL},        {"ls", &t->lsa_weight[0], NULL},
        {"lc", &t->lsa_weight[1], NULL},    {"lf", &t->lsa_weight[2], NULL},
        {"alpha", &t->alpha, NULL},         {"beta", &t->beta, NULL},
        {"kappa", &t->kappa, NULL},         {"kfew", &t->kappa_few, NULL},
        {"crowd", &t->crowd, NULL},         {"over", &t->over, NULL},
        {"home", &t->glossary_home, NULL},  {"stay", &t->stay, NULL},
        {"osweeps", NULL, &t->over_sweeps}, {"dims", NULL, &t->dims},
        {"gibbs", NULL, &t->gibbs_sweeps},  {"settle", NULL, &t->settle_sweeps},
    };
    const char *value = strchr(pair, '=');
    for (size_t i = 0; value && i < sizeof all / sizeof *all; i++) {
        if (strncmp(all[i].name, pair, (size_t)(value - pair)) != 0) continue;
        if (all[i].name[value - pair]) continue;
        if (all[i].real) *all[i].real = strtof(value + 1, NULL);
        if (all[i].whole) *all[i].whole = atoi(value + 1);
        return;
    }
    fprintf(stderr, "unknown setting %s\n", pair);
    exit(2);
}

static void print_topics(const struct rows *rows, const struct topics_result *r, bool texts)
{
    for (int32_t k = 0; k < r->topic_count; k++) {
        const struct topics_topic *t = &r->topics[k];
        printf("-- %d: %zu texts, cohesion %.2f\n", k, t->size, t->cohesion);
        for (size_t l = 0; l < t->label_count; l++) {
            printf("   %s %zu:", t->labels[l].lang, t->labels[l].text_count);
            for (size_t w = 0; w < t->labels[l].word_count; w++)
                printf(" %s;", t->labels[l].words[w]);
            printf("\n");
        }
        printf("   concepts:");
        for (size_t c = 0; c < t->concept_count; c++) printf(" %s", t->concepts[c]);
        printf("\n");
        for (size_t i = 0; texts && i < t->nearest_count; i++)
            printf("     [%s] %.150s\n", rows->labels.text[rows->items[t->nearest[i]].gold],
                   rows->items[t->nearest[i]].text);
    }
}

/* Ten moves: the most unsure wrongly placed texts are pinned where their writer meant them. */
static double after_moves(const struct rows *rows, const struct topics_corpus *corpus,
                          const struct topics_result *r, const int32_t *map, int moves,
                          struct topics_options options, struct cv_arena *mem)
{
    struct cv_problems problems = cv_problems_new(mem);
    int32_t *pins = CV_NEW_ARRAY(mem, int32_t, rows->count);
    int32_t *before = CV_NEW_ARRAY(mem, int32_t, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        pins[i] = TOPICS_FREE;
        before[i] = r->places[i].topic;
    }
    for (int m = 0; m < moves; m++) {
        int64_t worst = -1;
        for (size_t i = 0; i < rows->count; i++) {
            int32_t at = before[i];
            if (pins[i] >= 0) continue;
            if (at >= 0 && (map[at] == rows->items[i].gold || map[at] == rows->items[i].second))
                continue;
            if (worst < 0 || r->places[i].margin < r->places[worst].margin) worst = (int64_t)i;
        }
        if (worst < 0) break;
        for (int32_t k = 0; k < r->topic_count; k++)
            if (map[k] == rows->items[worst].gold) before[worst] = pins[worst] = k;
        if (pins[worst] < 0) pins[worst] = before[worst] < 0 ? 0 : before[worst];
    }
    options.pinned = pins;
    options.topic_count = r->topic_count;
    struct topics_result warm;
    if (topics_update(&warm, corpus, before, r->temperature, &options, &problems, mem) != CV_OK)
        return -1;
    double right = 0;
    for (size_t i = 0; i < rows->count; i++) {
        int32_t at = warm.places[i].topic;
        right += at >= 0 && (map[at] == rows->items[i].gold || map[at] == rows->items[i].second);
    }
    return right / (double)rows->count;
}

/* Share of old texts that keep their topic when a tenth of the texts is new; seconds of the update.
 */
static double stay_share(double *out_seconds, const struct topics_text *in, size_t count,
                         const struct topics_glossary *words, struct topics_options options,
                         const struct topics_tuning *tuning, struct cv_arena *mem)
{
    struct cv_problems problems = cv_problems_new(mem);
    struct topics_result first, warm;
    size_t old = count - count / 10;
    struct topics_text *mixed = CV_NEW_ARRAY(mem, struct topics_text, count);
    for (size_t i = 0; i < count; i++) mixed[i] = in[i];
    for (size_t i = count; i-- > 1;) { /* by id, so that the new ones are of every kind */
        size_t j = cv_mix64(in[i].id) % (i + 1);
        struct topics_text swap = mixed[i];
        mixed[i] = mixed[j];
        mixed[j] = swap;
    }
    struct topics_corpus *part = topics_prepare_tuned(mixed, old, words, tuning, mem);
    if (topics_find(&first, part, &options, &problems, mem) != CV_OK) return -1;
    int32_t *before = CV_NEW_ARRAY(mem, int32_t, count);
    for (size_t i = 0; i < count; i++) before[i] = i < old ? first.places[i].topic : TOPICS_FREE;
    struct topics_corpus *all = topics_prepare_tuned(mixed, count, words, tuning, mem);
    options.topic_count = first.topic_count;
    double start = seconds_now();
    if (topics_update(&warm, all, before, first.temperature, &options, &problems, mem) != CV_OK)
        return -1;
    *out_seconds += seconds_now() - start;
    double stay = 0;
    for (size_t i = 0; i < old; i++) stay += warm.places[i].topic == before[i];
    return stay / (double)old;
}

int main(int argc, char **argv)
{
    struct topics_tuning tuning = topics_tuning_default;
    struct topics_options options = {0};
    int seeds = 5, k = 0, texts = 0, show = 0, moves = 0, glossary = 1, dump = 0, joined = 0,
        warm = 0;
    bool automatic = false;
    struct cv_arena mem;
    cv_arena_init(&mem, (size_t)16 << 30);
    struct rows rows = {.labels = topics_table_new(&mem)};
    rows.items = CV_NEW_ARRAY(&mem, struct row, 2000000);
    char *end = argv[0];
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "k=", 2))
            k = atoi(argv[i] + 2), automatic = k == 0;
        else if (!strncmp(argv[i], "seeds=", 6))
            seeds = atoi(argv[i] + 6);
        else if (!strncmp(argv[i], "runs=", 5))
            options.runs = atoi(argv[i] + 5);
        else if (!strncmp(argv[i], "threads=", 8))
            options.threads = atoi(argv[i] + 8);
        else if (!strncmp(argv[i], "lean=", 5))
            options.lean = atoi(argv[i] + 5);
        else if (!strncmp(argv[i], "moves=", 6))
            moves = atoi(argv[i] + 6);
        else if (!strncmp(argv[i], "glossary=", 9))
            glossary = atoi(argv[i] + 9);
        else if (!strcmp(argv[i], "warm"))
            warm = 1;
        else if (!strcmp(argv[i], "show"))
            show = 1;
        else if (!strcmp(argv[i], "texts"))
            texts = 1;
        else if (!strcmp(argv[i], "dump"))
            dump = 1;
        else if (!strcmp(argv[i], "joined"))
            joined = 1;
        else if (strchr(argv[i], '='))
            set_tuning(&tuning, argv[i]);
        else {
            char *body = slurp(&mem, argv[i]);
            size_t size = strlen(argv[i]);
            if (!strcmp(argv[i] + size - 4, ".csv"))
                read_csv(&rows, body);
            else
                read_tsv(&rows, body);
            end = argv[i];
        }
    }
    const char *name = strrchr(end, '/') ? strrchr(end, '/') + 1 : end;
    struct cv_problems problems = cv_problems_new(&mem);
    struct topics_glossary *words = NULL;
    double t0 = seconds_now();
    if (glossary && topics_glossary_new(&words, NULL, true, &problems, &mem) != CV_OK) {
        for (size_t i = 0; i < problems.count; i++)
            printf("glossary line %lld: %s\n", (long long)problems.items[i].line,
                   problems.items[i].sentence);
    }
    double glossary_s = seconds_now() - t0;
    struct score sum = {0}, square = {0};
    double prepare_s = 0, find_s = 0, wall_s = 0, moved = 0, mean_k = 0, stayed = 0, update_s = 0;
    for (int seed = 0; seed < seeds; seed++) {
        struct cv_arena run;
        cv_arena_init(&run, (size_t)16 << 30);
        struct topics_text *in = CV_NEW_ARRAY(&run, struct topics_text, rows.count);
        for (size_t i = 0; i < rows.count; i++)
            in[i] = (struct topics_text){rows.items[i].text, rows.items[i].lang,
                                         cv_mix64(i * 1000003U + (uint64_t)seed)};
        double w0 = wall_now();
        t0 = seconds_now();
        struct topics_corpus *corpus = topics_prepare_tuned(in, rows.count, words, &tuning, &run);
        double t1 = seconds_now();
        options.seed = (uint64_t)seed + 1;
        options.topic_count = automatic ? 0 : k ? k : (int32_t)rows.labels.count;
        struct topics_result r = {0};
        if (topics_find(&r, corpus, &options, &problems, &run) != CV_OK) {
            for (size_t i = 0; i < problems.count; i++) printf("%s\n", problems.items[i].sentence);
            return 2;
        }
        prepare_s += t1 - t0;
        find_s += seconds_now() - t1;
        wall_s += wall_now() - w0;
        size_t most = rows.labels.count > (size_t)r.topic_count + 1 ? rows.labels.count
                                                                    : (size_t)r.topic_count + 1;
        int32_t *map = CV_NEW_ARRAY(&run, int32_t, most);
        struct score s = rate(&rows, &r, map, &run);
        sum.nmi += s.nmi, sum.ari += s.ari, sum.acc += s.acc;
        square.acc += s.acc * s.acc;
        mean_k += r.topic_count;
        if (moves) {
            double after = after_moves(&rows, corpus, &r, map, moves, options, &run);
            moved += after;
            printf("  seed %d acc %.1f after %d moves %.1f\n", seed, 100 * s.acc, moves,
                   100 * after);
        }
        if (warm) stayed += stay_share(&update_s, in, rows.count, words, options, &tuning, &run);
        if (seed == 0) {
            struct topics_corpus_facts f = topics_corpus_facts(corpus);
            printf(
                "%s: %zu texts, %zu aside, %zu distinct, %zu terms, %zu concepts, dims %d, T %.2f, "
                "sweeps %d, agreement %.2f, glossary %.2f\n",
                name, f.text_count, f.aside_count, f.distinct_count, f.term_count, f.concept_count,
                corpus->dims, r.temperature, r.sweeps, r.agreement, f.glossary_share);
            for (size_t i = 0; i < r.trial_count; i++)
                printf("  trial K=%d agreement %.3f\n", r.trials[i].topic_count,
                       r.trials[i].agreement);
            if (show) print_topics(&rows, &r, texts);
            for (size_t i = 0; dump && i < rows.count; i++) {
                int32_t at = r.places[i].topic;
                bool ok =
                    at >= 0 && (map[at] == rows.items[i].gold || map[at] == rows.items[i].second);
                /* fields of the text */
                uint32_t fields = 0;
                if (corpus->bag_of[i] != TOPICS_NO_ID)
                    for (uint32_t w = 0; w < corpus->bags[corpus->bag_of[i]].size; w++)
                        fields +=
                            corpus->kind[corpus->bags[corpus->bag_of[i]].terms[w]] == TOPICS_FIELD;
                printf("f%u ", fields);
                printf("%s %d %.2f %-12s <- %-12s %s\n", ok ? "  " : "XX", at,
                       (double)r.places[i].confidence,
                       at >= 0 && map[at] < (int32_t)rows.labels.count ? rows.labels.text[map[at]]
                                                                       : "-",
                       rows.labels.text[rows.items[i].gold], rows.items[i].text);
            }
            size_t joined_count = 0;
            const struct topics_joined *j = topics_joined_words(&joined_count, corpus, &run);
            for (size_t i = 0; joined && i < joined_count; i++) {
                printf("  %s (%zu):", j[i].concept_name, j[i].text_count);
                for (size_t w = 0; w < j[i].word_count; w++) printf(" %s;", j[i].words[w]);
                printf("\n");
            }
        }
        cv_arena_free(&run);
    }
    double mean = sum.acc / seeds;
    printf(
        "%-24s K %.1f NMI %.1f ARI %.1f ACC %.1f sd %.1f | prepare %.3f s find %.3f s wall %.3f s "
        "(glossary %.3f s)",
        name, mean_k / seeds, 100 * sum.nmi / seeds, 100 * sum.ari / seeds, 100 * mean,
        100 * sqrt(fmax(0, square.acc / seeds - mean * mean)), prepare_s / seeds, find_s / seeds,
        wall_s / seeds, glossary_s);
    if (warm)
        printf(" | with a tenth new %.2f %% stay, update %.3f s", 100 * stayed / seeds,
               update_s / seeds);
    if (moves) printf(" | after %d moves %.1f", moves, 100 * moved / seeds);
    printf("\n");
    cv_arena_free(&mem);
    return 0;
}
