/* rng: repeatable random numbers (xoshiro256**, Blackman & Vigna 2018, seeded by splitmix64).
 * For engines, demo data and samples. Not for secrets: those come from libsodium. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct cv_rng {
    uint64_t state[4];
};

/* Any seed is fine, 0 too. `stream` separates generators that share a seed (one a thread, one a
 * replicate). */
struct cv_rng cv_rng_new(uint64_t seed, uint64_t stream);
uint64_t cv_rng_next(struct cv_rng *rng);
/* Uniform in [0, bound); bound > 0. Without bias (Lemire 2019). */
uint32_t cv_rng_below(struct cv_rng *rng, uint32_t bound);
/* Uniform in [0, 1) with 53 bits. */
double cv_rng_unit(struct cv_rng *rng);
/* Mixes 64 bits (the splitmix64 finaliser): for hashing ids into an order. */
uint64_t cv_mix64(uint64_t x);

#endif
