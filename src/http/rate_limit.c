/* A token bucket each, in a table of fixed size: sets of a few, of which the one idle longest makes room. */
#include "http/http.h"

#include "base/hash.h"
#include "base/secret.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 4 };

#define HOUR_MS 3600000.0

typedef struct bucket {
    uint64_t who; /* 0: free */
    double left, since_ms;
} bucket;

struct hs_rate_limit {
    pthread_mutex_t lock;
    double most;
    uint64_t seed; /* unknown outside, so that nobody can choose who shares a set */
    bucket buckets[SETS][WAYS];
};

hs_status hs_rate_limit_new(unsigned most, hs_error *error, hs_rate_limit **limit) {
    uint64_t seed;
    hs_status status = hs_secret_bytes(&seed, sizeof seed, error);
    if (status != HS_OK) return status;
    hs_rate_limit *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "a rate limit");
    pthread_mutex_init(&made->lock, NULL);
    made->most = most;
    made->seed = seed;
    *limit = made;
    return HS_OK;
}

void hs_rate_limit_free(hs_rate_limit *limit) {
    if (!limit) return;
    pthread_mutex_destroy(&limit->lock);
    free(limit);
}

/* The bucket of `who`, full where it is new. */
static bucket *find_bucket(hs_rate_limit *limit, uint64_t who, double now_ms) {
    bucket *set = limit->buckets[who / 2 % SETS];
    bucket *oldest = set;
    for (unsigned way = 0; way < WAYS; way++) {
        if (set[way].who == who) return &set[way];
        if (set[way].who == 0 || (oldest->who != 0 && set[way].since_ms < oldest->since_ms))
            oldest = &set[way];
    }
    *oldest = (bucket){who, limit->most, now_ms};
    return oldest;
}

bool hs_rate_limit_take(hs_rate_limit *limit, hs_str who, double now_ms, unsigned *wait_s) {
    uint64_t hash = hs_hash_str(who, limit->seed) | 1;
    pthread_mutex_lock(&limit->lock);
    bucket *b = find_bucket(limit, hash, now_ms);
    double gained = limit->most * fmax(0.0, now_ms - b->since_ms) / HOUR_MS;
    b->left = fmin(limit->most, b->left + gained);
    b->since_ms = now_ms;
    double left = b->left;
    bool may = left >= 1.0;
    if (may) b->left -= 1.0;
    pthread_mutex_unlock(&limit->lock);
    if (!may && wait_s)
        *wait_s = limit->most > 0.0 ? (unsigned)ceil((1.0 - left) * HOUR_MS / limit->most / 1000.0) : 3600;
    return may;
}
