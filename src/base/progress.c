#include "base/progress.h"

static bool tell_part(const void *context, double share) {
    const hs_progress_part *part = context;
    return hs_progress_tell(part->whole, share < 0 ? share : part->from + share * (part->to - part->from));
}

hs_progress hs_progress_of_part(const hs_progress_part *part) {
    return (hs_progress){tell_part, part};
}

void hs_progress_steps_init(hs_progress_steps *steps, const hs_progress *progress, double total) {
    steps->progress = progress;
    steps->total = total;
    atomic_init(&steps->begun, 0);
    atomic_init(&steps->ended, false);
    atomic_flag_clear(&steps->telling);
}

/* What is read with the flag held only grows from one telling to the next. */
bool hs_progress_step(hs_progress_steps *steps, uint64_t size) {
    if (hs_progress_ended(steps)) return false;
    if (!atomic_flag_test_and_set_explicit(&steps->telling, memory_order_acquire)) {
        double share = (double)atomic_load(&steps->begun) / steps->total;
        if (!hs_progress_tell(steps->progress, share < 1 ? share : 1)) atomic_store(&steps->ended, true);
        atomic_flag_clear_explicit(&steps->telling, memory_order_release);
    }
    atomic_fetch_add(&steps->begun, size);
    return !hs_progress_ended(steps);
}
