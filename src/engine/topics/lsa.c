/* lsa: vectors of the bags by latent semantic analysis: rows of a truncated singular value
 * decomposition of (1 + log tf) * idf, each made length 1 (Deerwester et al. 1990).
 * By block power iteration from a seeded start (Halko, Martinsson & Tropp 2011, algorithm 4.4 on
 * the smaller side), with our own kernels: ARPACK keeps its state in static variables and OpenBLAS
 * chooses its order of summing by the number of threads; neither suits an engine that must be
 * thread-safe and give the same bytes everywhere. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

enum { SPARE_DIMS = 10, POWER_STEPS = 5, GRAM_BLOCK = 64 };

/* The weighted bags as a sparse matrix: rows are bags, columns terms. */
struct sparse {
    size_t rows, columns;
    size_t *at; /* rows + 1 */
    uint32_t *column;
    float *value;
};

static struct sparse weigh(struct topics_corpus *corpus, struct cv_arena *mem)
{
    struct sparse a = {.rows = corpus->bag_count, .columns = corpus->terms.count};
    a.at = CV_NEW_ARRAY(mem, size_t, a.rows + 1);
    a.column = CV_NEW_ARRAY(mem, uint32_t, corpus->bag_words);
    a.value = CV_NEW_ARRAY(mem, float, corpus->bag_words);
    double texts = 0;
    for (size_t b = 0; b < a.rows; b++) texts += corpus->bags[b].copies;
    float *idf = CV_NEW_ARRAY(mem, float, a.columns);
    for (size_t t = 0; t < a.columns; t++)
        idf[t] = (float)(log((1 + texts) / (1 + corpus->text_freq[t])) + 1) *
                 corpus->tuning->lsa_weight[corpus->kind[t]];
    corpus->idf = idf;
    size_t used = 0;
    for (size_t b = 0; b < a.rows; b++) {
        const struct topics_bag *bag = &corpus->bags[b];
        size_t start = used;
        double square = 0;
        for (uint32_t i = 0; i < bag->size;) {
            uint32_t same = 0;
            uint32_t term = bag->terms[i];
            while (i < bag->size && bag->terms[i] == term) {
                same++;
                i++;
            }
            a.column[used] = term;
            a.value[used] = (1 + logf((float)same)) * idf[term];
            square += (double)a.value[used] * a.value[used];
            used++;
        }
        /* Rows of length 1 (times the root of their copies): a long text is not a loud one. */
        float scale = square > 0 ? (float)sqrt(bag->copies / square) : 0;
        for (size_t i = start; i < used; i++) a.value[i] *= scale;
        a.at[b + 1] = used;
    }
    return a;
}

static void add_scaled(float *restrict to, const float *restrict from, float by, size_t count)
{
    for (size_t i = 0; i < count; i++) to[i] += by * from[i];
}

/* y (rows x p) = a * q (columns x p) */
static void multiply(float *y, const struct sparse *a, const float *q, size_t p)
{
    memset(y, 0, a->rows * p * sizeof *y);
    for (size_t r = 0; r < a->rows; r++)
        for (size_t i = a->at[r]; i < a->at[r + 1]; i++)
            add_scaled(y + r * p, q + a->column[i] * p, a->value[i], p);
}

/* z (columns x p) = transposed a * y (rows x p) */
static void multiply_transposed(float *z, const struct sparse *a, const float *y, size_t p)
{
    memset(z, 0, a->columns * p * sizeof *z);
    for (size_t r = 0; r < a->rows; r++)
        for (size_t i = a->at[r]; i < a->at[r + 1]; i++)
            add_scaled(z + a->column[i] * p, y + r * p, a->value[i], p);
}

/* gram (p x p) = transposed z * z; sums in float over blocks of rows, in double over blocks */
static void gram_of(double *gram, float *block, const float *z, size_t rows, size_t p)
{
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t start = 0; start < rows; start += GRAM_BLOCK) {
        size_t end = start + GRAM_BLOCK < rows ? start + GRAM_BLOCK : rows;
        memset(block, 0, p * p * sizeof *block);
        for (size_t r = start; r < end; r++) {
            const float *row = z + r * p;
            for (size_t i = 0; i < p; i++)
                if (row[i] != 0) add_scaled(block + i * p, row, row[i], i + 1);
        }
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j <= i; j++) gram[i * p + j] += (double)block[i * p + j];
    }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < i; j++) gram[j * p + i] = gram[i * p + j];
}

/* Columns of z made orthonormal by Cholesky QR. Directions that the data do not have become 0. */
static void orthonormalise(float *z, size_t rows, size_t p, double *gram, float *block)
{
    gram_of(gram, block, z, rows, p);
    double largest = 0;
    for (size_t i = 0; i < p; i++) largest = fmax(largest, gram[i * p + i]);
    for (size_t i = 0; i < p; i++) { /* lower triangle in place; a pivot of 0 marks a lost column */
        for (size_t j = 0; j <= i; j++) {
            double sum = gram[i * p + j];
            for (size_t k = 0; k < j; k++) sum -= gram[i * p + k] * gram[j * p + k];
            if (i != j)
                gram[i * p + j] = gram[j * p + j] > 0 ? sum / gram[j * p + j] : 0;
            else
                gram[i * p + i] = sum > 1e-9 * largest ? sqrt(sum) : 0;
        }
    }
    for (size_t r = 0; r < rows; r++) {
        float *row = z + r * p;
        for (size_t i = 0; i < p; i++) {
            double sum = row[i];
            for (size_t k = 0; k < i; k++) sum -= gram[i * p + k] * (double)row[k];
            row[i] = gram[i * p + i] > 0 ? (float)(sum / gram[i * p + i]) : 0;
        }
    }
}

/* Eigenvectors of a symmetric matrix by Jacobi's rotations, into the columns of `vectors`. */
static void eigen(double *m, double *vectors, size_t p)
{
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) vectors[i * p + j] = i == j;
    for (int sweep = 0; sweep < 30; sweep++) {
        double off = 0, on = 0;
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j < p; j++) *(i == j ? &on : &off) += m[i * p + j] * m[i * p + j];
        if (off <= 1e-20 * on) return;
        for (size_t i = 0; i + 1 < p; i++)
            for (size_t j = i + 1; j < p; j++) {
                double x = m[i * p + j];
                if (fabs(x) < 1e-300) continue;
                double theta = (m[j * p + j] - m[i * p + i]) / (2 * x);
                double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
                double c = 1 / sqrt(t * t + 1), s = t * c;
                for (size_t k = 0; k < p; k++) {
                    double a = m[i * p + k], b = m[j * p + k];
                    m[i * p + k] = c * a - s * b;
                    m[j * p + k] = s * a + c * b;
                }
                for (size_t k = 0; k < p; k++) {
                    double a = m[k * p + i], b = m[k * p + j];
                    m[k * p + i] = c * a - s * b;
                    m[k * p + j] = s * a + c * b;
                    a = vectors[k * p + i], b = vectors[k * p + j];
                    vectors[k * p + i] = c * a - s * b;
                    vectors[k * p + j] = s * a + c * b;
                }
            }
    }
}

/* basis (columns x d) = q (columns x p) * the eigenvectors of the d largest eigenvalues */
static void turn(float *basis, const float *q, size_t columns, size_t p, size_t d, const double *m,
                 const double *vectors, struct cv_arena *mem)
{
    size_t *best = CV_NEW_ARRAY(mem, size_t, p);
    for (size_t i = 0; i < p; i++) best[i] = i;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i + 1; j < p; j++)
            if (m[best[j] * p + best[j]] > m[best[i] * p + best[i]]) {
                size_t swap = best[i];
                best[i] = best[j];
                best[j] = swap;
            }
    float *chosen = CV_NEW_ARRAY(mem, float, p *d);
    for (size_t k = 0; k < p; k++)
        for (size_t i = 0; i < d; i++) chosen[k * d + i] = (float)vectors[k * p + best[i]];
    for (size_t c = 0; c < columns; c++)
        for (size_t k = 0; k < p; k++) add_scaled(basis + c * d, chosen + k * d, q[c * p + k], d);
}

static void make_unit_length(float *row, size_t d)
{
    double square = 0;
    for (size_t i = 0; i < d; i++) square += (double)row[i] * row[i];
    float scale = square > 1e-20 ? (float)(1 / sqrt(square)) : 0;
    for (size_t i = 0; i < d; i++) row[i] *= scale;
}

void topics_lsa_fold(float *out, const struct topics_corpus *corpus, const uint32_t *terms,
                     uint32_t term_count)
{
    size_t d = (size_t)corpus->dims;
    memset(out, 0, d * sizeof *out);
    for (uint32_t i = 0; i < term_count;) {
        uint32_t same = 0, term = terms[i];
        while (i < term_count && terms[i] == term) {
            same++;
            i++;
        }
        add_scaled(out, corpus->basis + term * d, (1 + logf((float)same)) * corpus->idf[term], d);
    }
    make_unit_length(out, d);
}

void topics_lsa(struct topics_corpus *corpus, struct cv_arena *mem)
{
    struct sparse a = weigh(corpus, mem);
    size_t smaller = a.rows < a.columns ? a.rows : a.columns;
    /* Few texts carry few directions: more of them than the root of their number is noise. */
    size_t d = (size_t)sqrt((double)a.rows) + 1;
    if (d > (size_t)corpus->tuning->dims) d = (size_t)corpus->tuning->dims;
    if (d > smaller) d = smaller;
    size_t p = d + SPARE_DIMS < smaller ? d + SPARE_DIMS : smaller;
    corpus->dims = (int32_t)d;
    corpus->vectors = CV_NEW_ARRAY(mem, float, a.rows *d);
    if (d == 0) return;
    float *q = CV_NEW_ARRAY(mem, float, a.columns *p);
    float *y = CV_NEW_ARRAY(mem, float, a.rows *p);
    double *gram = CV_NEW_ARRAY(mem, double, p *p);
    double *vectors = CV_NEW_ARRAY(mem, double, p *p);
    float *block = CV_NEW_ARRAY(mem, float, p *p);
    struct cv_rng rng = cv_rng_new(0x15a, 0); /* any start leads to the same vectors */
    for (size_t i = 0; i < a.columns * p; i++) q[i] = (float)(cv_rng_unit(&rng) - 0.5);
    for (int step = 0; step < POWER_STEPS; step++) {
        multiply(y, &a, q, p);
        multiply_transposed(q, &a, y, p);
        orthonormalise(q, a.columns, p, gram, block);
    }
    multiply(y, &a, q, p);
    gram_of(gram, block, y, a.rows, p);
    eigen(gram, vectors, p);
    corpus->basis = CV_NEW_ARRAY(mem, float, a.columns *d);
    turn(corpus->basis, q, a.columns, p, d, gram, vectors, mem);
    multiply(corpus->vectors, &a, corpus->basis, d);
    for (size_t r = 0; r < a.rows; r++) make_unit_length(corpus->vectors + r * d, d);
}
