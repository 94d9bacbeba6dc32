/* match: two placements of the same texts, side by side: which topic became which, and how alike
 * the two are. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/topics/topics_internal.h"

/* Shortest augmenting paths with potentials (Kuhn 1955; Jonker & Volgenant 1987). O(rows^2 cols).
 */
void topics_assign(int32_t *out, const double *cost, size_t rows, size_t columns,
                   struct cv_arena *mem)
{
    assert(columns >= rows);
    double *row_price = CV_NEW_ARRAY(mem, double, rows + 1);
    double *column_price = CV_NEW_ARRAY(mem, double, columns + 1);
    double *slack = CV_NEW_ARRAY(mem, double, columns + 1);
    size_t *row_of = CV_NEW_ARRAY(mem, size_t, columns + 1); /* 0: free; rows count from 1 */
    size_t *came_from = CV_NEW_ARRAY(mem, size_t, columns + 1);
    bool *seen = CV_NEW_ARRAY(mem, bool, columns + 1);
    for (size_t row = 1; row <= rows; row++) {
        size_t column = 0;
        row_of[0] = row;
        for (size_t c = 0; c <= columns; c++) {
            slack[c] = INFINITY;
            seen[c] = false;
        }
        do {
            seen[column] = true;
            size_t r = row_of[column], next = 0;
            double step = INFINITY;
            for (size_t c = 1; c <= columns; c++) {
                if (seen[c]) continue;
                double left = cost[(r - 1) * columns + c - 1] - row_price[r] - column_price[c];
                if (left < slack[c]) {
                    slack[c] = left;
                    came_from[c] = column;
                }
                if (slack[c] < step) {
                    step = slack[c];
                    next = c;
                }
            }
            for (size_t c = 0; c <= columns; c++) {
                if (seen[c]) {
                    row_price[row_of[c]] += step;
                    column_price[c] -= step;
                } else {
                    slack[c] -= step;
                }
            }
            column = next;
        } while (row_of[column] != 0);
        for (; column; column = came_from[column]) row_of[column] = row_of[came_from[column]];
    }
    for (size_t c = 1; c <= columns; c++)
        if (row_of[c]) out[row_of[c] - 1] = (int32_t)(c - 1);
}

static double pairs_of(double n)
{
    return n * (n - 1) / 2;
}

double topics_rand_index(const int32_t *a, int32_t a_count, const int32_t *b, int32_t b_count,
                         const struct topics_unit *units, size_t count, double *table)
{
    size_t width = (size_t)b_count + 1;
    memset(table, 0, ((size_t)a_count + 1) * width * sizeof *table);
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        if (a[i] < 0 || b[i] < 0) continue;
        double n = units ? units[i].copies : 1;
        table[(size_t)a[i] * width + (size_t)b[i]] += n;
        table[(size_t)a[i] * width + (size_t)b_count] += n;
        table[(size_t)a_count * width + (size_t)b[i]] += n;
        total += n;
    }
    double both = 0, in_a = 0, in_b = 0;
    for (int32_t i = 0; i < a_count; i++) {
        for (int32_t j = 0; j < b_count; j++)
            both += pairs_of(table[(size_t)i * width + (size_t)j]);
        in_a += pairs_of(table[(size_t)i * width + (size_t)b_count]);
    }
    for (int32_t j = 0; j < b_count; j++)
        in_b += pairs_of(table[(size_t)a_count * width + (size_t)j]);
    double expected = total > 1 ? in_a * in_b / pairs_of(total) : 0;
    double most = (in_a + in_b) / 2;
    return most - expected > 1e-12 ? (both - expected) / (most - expected) : 1;
}

static int order_pairs(const void *a, const void *b)
{
    const struct topics_pair *x = a, *y = b;
    int x_kind = x->before < 0 ? 2 : x->after < 0 ? 1 : 0;
    int y_kind = y->before < 0 ? 2 : y->after < 0 ? 1 : 0;
    if (x_kind != y_kind) return x_kind - y_kind;
    if (x->shared != y->shared) return x->shared > y->shared ? -1 : 1;
    if (x->before != y->before) return x->before < y->before ? -1 : 1;
    return (x->after > y->after) - (x->after < y->after);
}

static int32_t topics_in(const int32_t *places, size_t count)
{
    int32_t most = 0;
    for (size_t i = 0; i < count; i++)
        if (places[i] >= most) most = places[i] + 1;
    return most;
}

static void count_moves(struct topics_match *match, const int32_t *before, const int32_t *after,
                        size_t text_count)
{
    for (size_t i = 0; i < text_count; i++) {
        if (before[i] >= 0 && after[i] >= 0) {
            if (match->after_of[before[i]] == after[i])
                match->stayed++;
            else
                match->moved++;
        } else if (after[i] >= 0) {
            match->entered++;
        } else if (before[i] >= 0) {
            match->left++;
        }
    }
}

struct topics_match topics_match(const int32_t *before, const int32_t *after, size_t text_count,
                                 struct cv_arena *mem)
{
    struct topics_match match = {0};
    size_t rows = (size_t)topics_in(before, text_count),
           cols = (size_t)topics_in(after, text_count);
    size_t square = rows > cols ? rows : cols;
    size_t *shared = CV_NEW_ARRAY(mem, size_t, square * square);
    size_t *row_size = CV_NEW_ARRAY(mem, size_t, square);
    size_t *column_size = CV_NEW_ARRAY(mem, size_t, square);
    double *cost = CV_NEW_ARRAY(mem, double, square *square);
    for (size_t i = 0; i < text_count; i++) {
        if (before[i] >= 0) row_size[before[i]]++;
        if (after[i] >= 0) column_size[after[i]]++;
        if (before[i] >= 0 && after[i] >= 0)
            shared[(size_t)before[i] * square + (size_t)after[i]]++;
    }
    for (size_t i = 0; i < square * square; i++) cost[i] = -(double)shared[i];
    int32_t *column_of = CV_NEW_ARRAY(mem, int32_t, square);
    topics_assign(column_of, cost, square, square, mem);
    struct topics_pair *pairs = CV_NEW_ARRAY(mem, struct topics_pair, 2 * square);
    match.after_of = CV_NEW_ARRAY(mem, int32_t, rows);
    for (size_t r = 0; r < square; r++) {
        size_t c = (size_t)column_of[r], common = shared[r * square + c];
        if (r < rows) match.after_of[r] = common ? (int32_t)c : TOPICS_ASIDE;
        if (common) {
            pairs[match.pair_count++] =
                (struct topics_pair){(int32_t)r, (int32_t)c, common, row_size[r], column_size[c]};
            continue;
        }
        if (row_size[r])
            pairs[match.pair_count++] =
                (struct topics_pair){(int32_t)r, TOPICS_ASIDE, 0, row_size[r], 0};
        if (column_size[c])
            pairs[match.pair_count++] =
                (struct topics_pair){TOPICS_ASIDE, (int32_t)c, 0, 0, column_size[c]};
    }
    qsort(pairs, match.pair_count, sizeof *pairs, order_pairs);
    match.pairs = pairs;
    count_moves(&match, before, after, text_count);
    double *table = CV_NEW_ARRAY(mem, double, (rows + 1) * (cols + 1));
    match.rand_index =
        topics_rand_index(before, (int32_t)rows, after, (int32_t)cols, NULL, text_count, table);
    return match;
}
