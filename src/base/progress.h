/* Telling of progress (hotspot/progress.h): of work that is done in steps, and of work in parts. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <hotspot/progress.h>
#include <stdatomic.h>

/* True: the work goes on. `progress` may be NULL. */
static inline bool hs_progress_tell(const hs_progress *progress, double share) {
    return !progress || !progress->tell || progress->tell(progress->context, share);
}
static inline bool hs_progress_ask(const hs_progress *progress) {
    return hs_progress_tell(progress, -1);
}

/* A part of longer work, from one share of it to another. */
typedef struct hs_progress_part {
    const hs_progress *whole;
    double from, to;
} hs_progress_part;
/* The part's own progress, of which [0, 1] is told as [from, to]; `part` must outlive it. */
hs_progress hs_progress_of_part(const hs_progress_part *part);

/* Steps that threads do at once. */
typedef struct hs_progress_steps {
    const hs_progress *progress;
    double total;
    atomic_uint_fast64_t begun;
    atomic_bool ended;
    atomic_flag telling;
} hs_progress_steps;

void hs_progress_steps_init(hs_progress_steps *steps, const hs_progress *progress, double total);
/* Before a step of `size`: tells what lies before it, unless another thread is telling. False: the work is to
 * end, and every later call says so too. */
bool hs_progress_step(hs_progress_steps *steps, uint64_t size);
/* Whether the work is to end. */
static inline bool hs_progress_ended(const hs_progress_steps *steps) {
    return atomic_load_explicit(&steps->ended, memory_order_relaxed);
}

#endif
