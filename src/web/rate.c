/* rate: see rate.h. Sets of a few places each, chosen by the key's hash; within a set the place
 * that was quiet longest is taken for a new key. */
#include "web/rate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#include "base/limits.h"
#include "base/rng.h"

enum { SETS = 1024, WAYS = 8, LOCKS = 16 };

struct bucket {
    struct web_rate_key key;
    enum web_rate_kind kind;
    bool is_used;
    double tokens;
    int64_t at_ms;
};

struct web_rate {
    pthread_mutex_t locks[LOCKS];
    struct bucket sets[SETS][WAYS];
};

static const struct {
    double most;
    double seconds; /* in which an empty bucket fills */
} kinds[WEB_RATE_KINDS] = {
    [WEB_RATE_READ] = {CV_LIMIT_RATE_READS, 10},
    [WEB_RATE_WRITE] = {CV_LIMIT_RATE_WRITES, 60},
    [WEB_RATE_SLOW] = {CV_LIMIT_RATE_SLOW, 120},
};

struct web_rate *web_rate_new(struct cv_arena *mem)
{
    struct web_rate *rate = CV_NEW(mem, struct web_rate);
    for (size_t i = 0; i < LOCKS; i++) (void)pthread_mutex_init(&rate->locks[i], NULL);
    return rate;
}

void web_rate_free(struct web_rate *rate)
{
    for (size_t i = 0; i < LOCKS; i++) (void)pthread_mutex_destroy(&rate->locks[i]);
}

bool web_rate_key_read(struct web_rate_key *out, const char *address)
{
    *out = (struct web_rate_key){.bytes = {0}};
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, address, &four) == 1) {
        out->bytes[10] = out->bytes[11] = 0xff;
        memcpy(out->bytes + 12, &four, 4);
        return true;
    }
    if (inet_pton(AF_INET6, address, &six) != 1) return false;
    /* One home usually holds a whole /64. */
    memcpy(out->bytes, &six, IN6_IS_ADDR_V4MAPPED(&six) ? 16 : 8);
    return true;
}

static struct bucket *find_bucket(struct bucket *set, const struct web_rate_key *key,
                                  enum web_rate_kind kind, int64_t now_ms)
{
    struct bucket *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        struct bucket *b = &set[i];
        if (b->is_used && b->kind == kind && memcmp(&b->key, key, sizeof *key) == 0) return b;
        if (oldest->is_used && (!b->is_used || b->at_ms < oldest->at_ms)) oldest = b;
    }
    *oldest = (struct bucket){
        .key = *key, .kind = kind, .is_used = true, .tokens = kinds[kind].most, .at_ms = now_ms};
    return oldest;
}

bool web_rate_take(int *retry_after_s, struct web_rate *rate, const struct web_rate_key *key,
                   enum web_rate_kind kind, int64_t now_ms)
{
    uint64_t half[2];
    memcpy(half, key->bytes, sizeof half);
    uint64_t hash = cv_mix64(half[0] ^ cv_mix64(half[1] + (uint64_t)kind));
    size_t set = (size_t)(hash % SETS);
    pthread_mutex_t *lock = &rate->locks[set % LOCKS];
    (void)pthread_mutex_lock(lock);
    struct bucket *b = find_bucket(rate->sets[set], key, kind, now_ms);
    double per_ms = kinds[kind].most / (kinds[kind].seconds * 1000);
    if (now_ms > b->at_ms) b->tokens += (double)(now_ms - b->at_ms) * per_ms;
    if (b->tokens > kinds[kind].most) b->tokens = kinds[kind].most;
    if (now_ms > b->at_ms) b->at_ms = now_ms;
    bool is_fine = b->tokens >= 1;
    if (is_fine)
        b->tokens -= 1;
    else
        *retry_after_s = (int)((1 - b->tokens) / per_ms / 1000) + 1;
    (void)pthread_mutex_unlock(lock);
    return is_fine;
}
