/* mixture: each text belongs to one topic; a topic is a distribution of words (Dirichlet
 * multinomial mixture; Yin & Wang, KDD 2014) and a direction in the space of lsa.c.
 *
 *     s_k = log(m_k + a) + sum_i w_i (log(n_k(t_i) + b) - log(n_k + V b + (L-1)/2)) + e . mu_k
 *
 * m_k texts and n_k words of topic k without the text itself, n_k(t) of term t, L words of the
 * text, w_i their weights, e its vector, mu_k kappa times the mean direction of k, refreshed each
 * sweep. (The published sum of log(n_k + V b + i) over i < L is within 1e-3 of L times its middle.)
 * A table of log(n + b) per term and topic keeps the inner loop to additions.
 * O(words * K + units * K * dims) a sweep; 8 V K bytes. */
#include <math.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

enum { LANES = 8, LOGS = 1 << 14, OVER_FROM = 120, OVER_MAX = 2 * TOPICS_MAX };

/* The same code twice, for machines with and without AVX2; lanes never mix and nothing is fused, so
 * both give the same bits. Sanitizers cannot see through the choosing. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define VECTOR_CLONES
#endif

struct topics_mixture {
    const struct topics_corpus *corpus;
    const struct topics_unit *units;
    size_t unit_count;
    size_t width;     /* topics, rounded up to whole lanes; of the present run */
    int32_t topics;   /* of the present run */
    int32_t *term_in; /* terms x width: n_k(t) */
    float *log_in;    /* terms x width: log(n_k(t) + b) */
    float *texts_in;  /* m_k */
    float *words_in;  /* n_k */
    float *centres;   /* dims x width: mu_k, topics side by side */
    float *sums;      /* width x dims: for the next centres */
    float *scores;    /* width */
    int32_t *at;      /* per unit, as counted */
    float *logs;      /* log(i + b) */
    float kappa;
    float stay;        /* what a unit's earlier place is worth when settling an earlier placement */
    float *weight;     /* per term */
    float *merge_rows; /* topics x terms, while merging */
    double *merge_loss; /* topics x topics */
};

/* log and exp to about 1e-7 and 2e-7 relative, by polynomials, so that loops over topics become
 * vector code and every machine gives the same bits. */
static inline float fast_log(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t e = (int32_t)(bits - 0x3f3504f3U) >> 23; /* mantissa in [sqrt(1/2), sqrt(2)) */
    bits -= (uint32_t)e << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    float f = m - 1.0F;
    float s = f / (2.0F + f);
    float z = s * s;
    float r = z * (0.66666667F + z * (0.4F + z * (0.28571429F + z * 0.22222222F)));
    return (float)e * 0.69314718F + s * (2.0F + r);
}

static inline float fast_exp(float x)
{
    x = x < -87.0F ? -87.0F : x;
    float k = (float)(int32_t)(x * 1.44269504F - 0.5F);
    float r = x - k * 0.693359375F + k * 2.12194440e-4F;
    float p =
        1.0F +
        r * (1.0F + r * (0.5F + r * (0.16666667F + r * (0.041666667F +
                                                        r * (0.0083333333F + r * 0.0013888889F)))));
    uint32_t bits = (uint32_t)((int32_t)k + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

struct topics_mixture *topics_mixture_new(const struct topics_corpus *corpus,
                                          const struct topics_unit *units, size_t unit_count,
                                          int32_t most_topics, struct cv_arena *mem)
{
    struct topics_mixture *mix = CV_NEW(mem, struct topics_mixture);
    size_t over = (size_t)((float)most_topics * corpus->tuning->over) + 1;
    size_t width = (over + LANES - 1) / LANES * LANES;
    size_t terms = corpus->terms.count;
    size_t dims = (size_t)corpus->dims;
    mix->corpus = corpus;
    mix->stay = corpus->tuning->stay;
    mix->kappa = corpus->bag_count < TOPICS_FEW ? corpus->tuning->kappa_few : corpus->tuning->kappa;
    mix->units = units;
    mix->unit_count = unit_count;
    mix->term_in = CV_NEW_ARRAY(mem, int32_t, terms * width);
    mix->log_in = CV_NEW_ARRAY(mem, float, terms *width);
    mix->texts_in = CV_NEW_ARRAY(mem, float, width);
    mix->words_in = CV_NEW_ARRAY(mem, float, width);
    mix->centres = CV_NEW_ARRAY(mem, float, dims *width);
    mix->sums = CV_NEW_ARRAY(mem, float, dims *width);
    mix->scores = CV_NEW_ARRAY(mem, float, width);
    mix->at = CV_NEW_ARRAY(mem, int32_t, unit_count);
    mix->merge_rows = CV_NEW_ARRAY(mem, float, over *terms);
    mix->merge_loss = CV_NEW_ARRAY(mem, double, over *over);
    mix->logs = CV_NEW_ARRAY(mem, float, LOGS);
    mix->weight = CV_NEW_ARRAY(mem, float, terms);
    for (int i = 0; i < LOGS; i++) mix->logs[i] = fast_log((float)i + corpus->tuning->beta);
    for (size_t t = 0; t < terms; t++) mix->weight[t] = corpus->tuning->weight[corpus->kind[t]];
    return mix;
}

static inline float log_count(const struct topics_mixture *mix, int32_t count)
{
    return count < LOGS ? mix->logs[count] : fast_log((float)count + mix->corpus->tuning->beta);
}

/* Adds (sign 1) or takes out (sign -1) a unit's counts. */
static void count_unit(struct topics_mixture *mix, size_t unit, int32_t topic, int32_t sign)
{
    const struct topics_bag *bag = &mix->corpus->bags[mix->units[unit].bag];
    int32_t copies = (int32_t)mix->units[unit].copies * sign;
    mix->texts_in[topic] += (float)copies;
    mix->words_in[topic] += (float)copies * (float)bag->size;
    for (uint32_t i = 0; i < bag->size; i++) {
        size_t cell = bag->terms[i] * mix->width + (size_t)topic;
        mix->term_in[cell] += copies;
        mix->log_in[cell] = log_count(mix, mix->term_in[cell]);
    }
}

/* Directions of the topics from where their units stand. */
static void aim(struct topics_mixture *mix)
{
    size_t dims = (size_t)mix->corpus->dims;
    memset(mix->sums, 0, mix->width * dims * sizeof *mix->sums);
    for (size_t u = 0; u < mix->unit_count; u++) {
        if (mix->at[u] < 0) continue;
        const float *e = mix->corpus->vectors + mix->units[u].bag * dims;
        float *sum = mix->sums + (size_t)mix->at[u] * dims;
        float copies = (float)mix->units[u].copies;
        for (size_t j = 0; j < dims; j++) sum[j] += copies * e[j];
    }
    for (size_t k = 0; k < mix->width; k++) {
        double square = 0;
        const float *sum = mix->sums + k * dims;
        for (size_t j = 0; j < dims; j++) square += (double)sum[j] * sum[j];
        float scale = square > 0 ? mix->kappa / (float)sqrt(square) : 0;
        for (size_t j = 0; j < dims; j++) mix->centres[j * mix->width + k] = sum[j] * scale;
    }
}

/* The kernel: s_k for all topics at once. Twenty values per topic stay in registers or the first
 * cache; lanes never mix, so vector width does not change a bit of the result. */
VECTOR_CLONES static void score(float *restrict out, const struct topics_mixture *mix,
                                const uint32_t *terms, uint32_t size, const float *vector)
{
    const struct topics_tuning *tuning = mix->corpus->tuning;
    size_t width = mix->width;
    float weight_sum = 0;
    for (size_t k = 0; k < width; k++) out[k] = 0;
    for (uint32_t i = 0; i < size; i++) {
        const float *row = mix->log_in + terms[i] * width;
        float weight = mix->weight[terms[i]];
        weight_sum += weight;
        for (size_t k = 0; k < width; k++) out[k] += weight * row[k];
    }
    float base =
        (float)mix->corpus->terms.count * tuning->beta + (size ? (float)(size - 1) * 0.5F : 0);
    for (size_t k = 0; k < width; k++)
        out[k] += tuning->crowd * fast_log(mix->texts_in[k] + tuning->alpha) -
                  weight_sum * fast_log(mix->words_in[k] + base + 1e-9F);
    if (!vector) return;
    size_t dims = (size_t)mix->corpus->dims;
    for (size_t j = 0; j < dims; j++) {
        const float *row = mix->centres + j * width;
        float e = vector[j];
        for (size_t k = 0; k < width; k++) out[k] += e * row[k];
    }
}

static void score_unit(struct topics_mixture *mix, size_t unit, float *out)
{
    const struct topics_bag *bag = &mix->corpus->bags[mix->units[unit].bag];
    const float *e = mix->corpus->vectors + mix->units[unit].bag * (size_t)mix->corpus->dims;
    score(out, mix, bag->terms, bag->size, e);
}

static int32_t best_of(const float *scores, int32_t count)
{
    int32_t best = 0;
    for (int32_t k = 1; k < count; k++)
        if (scores[k] > scores[best]) best = k;
    return best;
}

/* A topic drawn by the chances that the scores stand for; scores become those chances. */
VECTOR_CLONES static int32_t draw(float *scores, int32_t count, struct cv_rng *rng)
{
    float most = scores[best_of(scores, count)];
    for (int32_t k = 0; k < count; k++) scores[k] = fast_exp(scores[k] - most);
    float sum = 0;
    for (int32_t k = 0; k < count; k++) sum += scores[k];
    float left = (float)cv_rng_unit(rng) * sum;
    int32_t k = 0;
    for (; k < count - 1; k++) {
        left -= scores[k];
        if (left <= 0) break;
    }
    return k;
}

static void begin(struct topics_mixture *mix, int32_t topic_count)
{
    mix->topics = topic_count;
    mix->width = ((size_t)topic_count + LANES - 1) / LANES * LANES;
    size_t cells = mix->corpus->terms.count * mix->width;
    memset(mix->term_in, 0, cells * sizeof *mix->term_in);
    for (size_t i = 0; i < cells; i++) mix->log_in[i] = mix->logs[0];
    memset(mix->texts_in, 0, mix->width * sizeof *mix->texts_in);
    memset(mix->words_in, 0, mix->width * sizeof *mix->words_in);
}

void topics_mixture_load(struct topics_mixture *mix, const int32_t *place, int32_t topic_count)
{
    begin(mix, topic_count);
    for (size_t u = 0; u < mix->unit_count; u++) {
        mix->at[u] = place[u];
        if (place[u] >= 0) count_unit(mix, u, place[u], 1);
    }
    aim(mix);
}

/* One pass over all units; rng NULL: each goes to its best topic. Returns how many moved. */
static size_t sweep(struct topics_mixture *mix, struct cv_rng *rng)
{
    size_t moved = 0;
    for (size_t u = 0; u < mix->unit_count; u++) {
        if (mix->units[u].pinned >= 0) continue;
        int32_t from = mix->at[u];
        if (from >= 0) count_unit(mix, u, from, -1);
        score_unit(mix, u, mix->scores);
        if (!rng && mix->stay > 0 && mix->units[u].before >= 0)
            mix->scores[mix->units[u].before] += mix->stay;
        int32_t to = rng ? draw(mix->scores, mix->topics, rng) : best_of(mix->scores, mix->topics);
        count_unit(mix, u, to, 1);
        mix->at[u] = to;
        moved += to != from;
    }
    return moved;
}

static int32_t settle(struct topics_mixture *mix, struct topics_watch *watch, int worker)
{
    int32_t sweeps = 0;
    while (sweeps < mix->corpus->tuning->settle_sweeps) {
        aim(mix);
        sweeps++;
        size_t moved = sweep(mix, NULL);
        if (!topics_step(watch, worker) || moved == 0) break;
    }
    return sweeps;
}

/* ---- more topics first, then the nearest ones merged ---- */

static double x_log_x(double x, double base)
{
    return x * log(x + base);
}

/* What the model loses when topics a and b become one: log-likelihood of their words (plug-in) and
 * kappa times the length that their summed directions lose. */
VECTOR_CLONES static double merge_loss(const struct topics_mixture *mix, size_t a, size_t b)
{
    float beta = mix->corpus->tuning->beta;
    size_t terms = mix->corpus->terms.count, dims = (size_t)mix->corpus->dims;
    const float *restrict words_a = mix->merge_rows + a * terms;
    const float *restrict words_b = mix->merge_rows + b * terms;
    double loss = 0;
    for (size_t t = 0; t < terms; t += LANES) {
        float lane[LANES] = {0};
        size_t end = terms - t < LANES ? terms - t : LANES;
        for (size_t i = 0; i < end; i++) {
            float x = words_a[t + i], y = words_b[t + i];
            lane[i] =
                x * fast_log(x + beta) + y * fast_log(y + beta) - (x + y) * fast_log(x + y + beta);
        }
        for (size_t i = 0; i < LANES; i++) loss += (double)lane[i];
    }
    double base = (double)terms * (double)beta + 1e-9;
    double na = (double)mix->words_in[a], nb = (double)mix->words_in[b];
    loss -= x_log_x(na, base) + x_log_x(nb, base) - x_log_x(na + nb, base);
    const float *sum_a = mix->sums + a * dims, *sum_b = mix->sums + b * dims;
    double aa = 0, bb = 0, both = 0;
    for (size_t j = 0; j < dims; j++) {
        double x = (double)sum_a[j], y = (double)sum_b[j];
        aa += x * x;
        bb += y * y;
        both += (x + y) * (x + y);
    }
    return loss + (double)mix->kappa * (sqrt(aa) + sqrt(bb) - sqrt(both));
}

/* Topic b's words and direction go to topic a. */
static void merge_into(struct topics_mixture *mix, size_t a, size_t b)
{
    size_t terms = mix->corpus->terms.count, dims = (size_t)mix->corpus->dims;
    for (size_t t = 0; t < terms; t++)
        mix->merge_rows[a * terms + t] += mix->merge_rows[b * terms + t];
    for (size_t j = 0; j < dims; j++) mix->sums[a * dims + j] += mix->sums[b * dims + j];
    mix->words_in[a] += mix->words_in[b];
}

/* Merges the pair that loses least until topic_count are left; place gets the new numbers. */
static void merge_down(struct topics_mixture *mix, int32_t *place, int32_t topic_count)
{
    size_t count = (size_t)mix->topics, terms = mix->corpus->terms.count;
    int32_t now[OVER_MAX], number[OVER_MAX], next = 0;
    bool gone[OVER_MAX] = {false};
    memcpy(place, mix->at, mix->unit_count * sizeof *place);
    aim(mix);
    for (size_t k = 0; k < count; k++) {
        now[k] = (int32_t)k;
        for (size_t t = 0; t < terms; t++)
            mix->merge_rows[k * terms + t] = (float)mix->term_in[t * mix->width + k];
    }
    double *loss = mix->merge_loss;
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++) loss[a * count + b] = merge_loss(mix, a, b);
    for (size_t left = count; left > (size_t)topic_count; left--) {
        size_t best_a = 0, best_b = 0;
        double least = INFINITY;
        for (size_t a = 0; a < count; a++)
            for (size_t b = a + 1; b < count && !gone[a]; b++)
                if (!gone[b] && loss[a * count + b] < least) {
                    least = loss[a * count + b];
                    best_a = a;
                    best_b = b;
                }
        gone[best_b] = true;
        for (size_t k = 0; k < count; k++)
            if (now[k] == (int32_t)best_b) now[k] = (int32_t)best_a;
        merge_into(mix, best_a, best_b);
        for (size_t k = 0; k < count; k++) {
            size_t low = k < best_a ? k : best_a, high = k < best_a ? best_a : k;
            if (!gone[k] && k != best_a) loss[low * count + high] = merge_loss(mix, low, high);
        }
    }
    for (size_t k = 0; k < count; k++) number[k] = gone[k] ? TOPICS_ASIDE : next++;
    /* cppcheck-suppress uninitvar; a place is one of the count */
    for (size_t u = 0; u < mix->unit_count; u++) place[u] = number[now[place[u]]];
}

static int32_t wander(struct topics_mixture *mix, int32_t sweeps, struct cv_rng *rng,
                      struct topics_watch *watch, int worker)
{
    int32_t done = 0;
    while (done < sweeps) {
        if (done) aim(mix);
        (void)sweep(mix, rng);
        done++;
        if (!topics_step(watch, worker)) break;
    }
    return done;
}

int32_t topics_mixture_run(struct topics_mixture *mix, int32_t *place, int32_t topic_count,
                           uint64_t seed, uint64_t stream, struct topics_watch *watch, int worker)
{
    const struct topics_tuning *tuning = mix->corpus->tuning;
    struct cv_rng rng = cv_rng_new(seed, stream);
    bool pins = false;
    for (size_t u = 0; u < mix->unit_count; u++) pins = pins || mix->units[u].pinned >= 0;
    int32_t over = (int32_t)((float)topic_count * tuning->over);
    /* Hands have named the topics: then there is nothing to merge. */
    bool merging = over > topic_count && topic_count > 1 && topic_count <= OVER_FROM && !pins;
    int32_t first = merging ? over : topic_count;
    for (size_t u = 0; u < mix->unit_count; u++) {
        int32_t start = (int32_t)cv_rng_below(&rng, (uint32_t)first);
        place[u] = mix->units[u].pinned >= 0 ? mix->units[u].pinned : start;
    }
    topics_mixture_load(mix, place, first);
    int32_t sweeps = 0;
    if (merging) {
        sweeps += wander(mix, tuning->over_sweeps, &rng, watch, worker);
        merge_down(mix, place, topic_count);
        topics_mixture_load(mix, place, topic_count);
    }
    sweeps += wander(mix, tuning->gibbs_sweeps, &rng, watch, worker);
    sweeps += settle(mix, watch, worker);
    memcpy(place, mix->at, mix->unit_count * sizeof *place);
    return sweeps;
}

int32_t topics_mixture_settle(struct topics_mixture *mix, int32_t *place, int32_t topic_count,
                              struct topics_watch *watch, int worker)
{
    for (size_t u = 0; u < mix->unit_count; u++)
        if (mix->units[u].pinned >= 0) place[u] = mix->units[u].pinned;
    topics_mixture_load(mix, place, topic_count);
    int32_t sweeps = settle(mix, watch, worker);
    memcpy(place, mix->at, mix->unit_count * sizeof *place);
    return sweeps;
}

void topics_mixture_scores(float *out, struct topics_mixture *mix, size_t unit)
{
    int32_t at = mix->at[unit];
    if (at >= 0) count_unit(mix, unit, at, -1);
    score_unit(mix, unit, mix->scores);
    if (at >= 0) count_unit(mix, unit, at, 1);
    memcpy(out, mix->scores, (size_t)mix->topics * sizeof *out);
}

void topics_mixture_scores_of(float *out, struct topics_mixture *mix, const uint32_t *terms,
                              uint32_t term_count, const float *vector)
{
    score(mix->scores, mix, terms, term_count, vector);
    memcpy(out, mix->scores, (size_t)mix->topics * sizeof *out);
}
