#include "api/run_times.h"

#include "base/clock.h"
#include "base/hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { SLOTS = 1 << 17, MOST = SLOTS / 2 };

typedef struct slot {
    uint64_t answer; /* 0: free */
    double ms;
} slot;

struct hs_run_times {
    pthread_mutex_t lock;
    uint64_t epoch;
    uint32_t count;
    slot *slots;
};

static uint64_t epoch_of_process(void) {
    const double begin[2] = {hs_clock_monotonic_ms(), (double)hs_clock_now_s()};
    return hs_hash(begin, sizeof begin, (uint64_t)getpid());
}

hs_run_times *hs_run_times_new(void) {
    hs_run_times *times = calloc(1, sizeof *times);
    if (!times) return NULL;
    times->slots = calloc(SLOTS, sizeof *times->slots);
    times->epoch = epoch_of_process();
    if (!times->slots || pthread_mutex_init(&times->lock, NULL) != 0) {
        free(times->slots);
        free(times);
        return NULL;
    }
    return times;
}

void hs_run_times_free(hs_run_times *times) {
    if (!times) return;
    (void)pthread_mutex_destroy(&times->lock);
    free(times->slots);
    free(times);
}

uint64_t hs_run_times_epoch(hs_run_times *times) {
    (void)pthread_mutex_lock(&times->lock);
    uint64_t epoch = times->epoch;
    (void)pthread_mutex_unlock(&times->lock);
    return epoch;
}

static void forget_all(hs_run_times *times) {
    for (uint32_t i = 0; i < SLOTS; i++)
        times->slots[i].answer = 0;
    times->count = 0;
    times->epoch++;
}

double hs_run_times_settle(hs_run_times *times, uint64_t answer, double ms) {
    answer = answer ? answer : 1;
    (void)pthread_mutex_lock(&times->lock);
    if (times->count == MOST) forget_all(times);
    uint32_t at = (uint32_t)answer % SLOTS;
    while (times->slots[at].answer != 0 && times->slots[at].answer != answer)
        at = (at + 1) % SLOTS;
    if (times->slots[at].answer == 0) {
        times->slots[at] = (slot){answer, ms};
        times->count++;
    }
    double settled = times->slots[at].ms;
    (void)pthread_mutex_unlock(&times->lock);
    return settled;
}
