/* A progress for tests: it must be told of shares in [0, 1] that never fall, by one thread at a time. */
#ifndef TESTS_WATCHED_H
#define TESTS_WATCHED_H

#include "check.h"

#include <hotspot/progress.h>
#include <stdatomic.h>

typedef struct watched {
    atomic_uint told, between, telling;
    double last, end_at; /* end_at: the share from which on the work is ended */
} watched;

static inline bool watched_tell(const void *context, double share) {
    watched *w = (watched *)context;
    if (share < 0) return true;
    assert_int_equal(atomic_fetch_add(&w->telling, 1), 0);
    assert_true(share <= 1 && share >= w->last);
    w->last = share;
    atomic_fetch_add(&w->told, 1);
    atomic_fetch_add(&w->between, share > 0 && share < 1);
    atomic_fetch_sub(&w->telling, 1);
    return share < w->end_at;
}

static inline hs_progress watch(watched *w, double end_at) {
    *w = (watched){.end_at = end_at};
    return (hs_progress){watched_tell, w};
}

#endif
