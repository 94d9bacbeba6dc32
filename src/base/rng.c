/* rng: see rng.h. */
#include "base/rng.h"

#include <assert.h>

uint64_t cv_mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

struct cv_rng cv_rng_new(uint64_t seed, uint64_t stream)
{
    struct cv_rng rng;
    uint64_t x = seed ^ cv_mix64(stream + 0x9e3779b97f4a7c15U);
    for (int i = 0; i < 4; i++) {
        x += 0x9e3779b97f4a7c15U;
        rng.state[i] = cv_mix64(x);
    }
    return rng;
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t cv_rng_next(struct cv_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t cv_rng_below(struct cv_rng *rng, uint32_t bound)
{
    assert(bound > 0);
    uint64_t m = (cv_rng_next(rng) >> 32) * bound;
    uint32_t low = (uint32_t)m;
    if (low < bound) {
        uint32_t threshold = (uint32_t)(-bound) % bound;
        while (low < threshold) {
            m = (cv_rng_next(rng) >> 32) * bound;
            low = (uint32_t)m;
        }
    }
    return (uint32_t)(m >> 32);
}

double cv_rng_unit(struct cv_rng *rng)
{
    return (double)(cv_rng_next(rng) >> 11) * 0x1.0p-53;
}
