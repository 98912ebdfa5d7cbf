/* How long the first computation of an answer took. An answer that carries its run time is made anew when the
 * cache has forgotten it: it must be the same bytes then, as its strong ETag says. */
#ifndef API_RUN_TIMES_H
#define API_RUN_TIMES_H

#include <hotspot/error.h>

typedef struct hs_run_times hs_run_times;

hs_run_times *hs_run_times_new(void);
void hs_run_times_free(hs_run_times *times);
/* A number that is a part of the ETags of answers with a run time: of this process, and another one after so
 * many answers that the oldest run times are forgotten. Thread-safe. */
uint64_t hs_run_times_epoch(hs_run_times *times);
/* The run time that is remembered for the answer; `ms`, which is remembered from now on, where none is.
 * Thread-safe; O(1). */
double hs_run_times_settle(hs_run_times *times, uint64_t answer, double ms);

#endif
