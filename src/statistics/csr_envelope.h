/* Envelopes and tests from simulated curves, whatever they are curves of. Private to src/statistics. */
#ifndef STATISTICS_CSR_ENVELOPE_H
#define STATISTICS_CSR_ENVELOPE_H

#include "base/random.h"

#include <hotspot/point_pattern.h>

struct hs_pool;

typedef struct hs_csr_work {
    /* One simulated curve[steps->count], that without pattern is the distance itself, and its mean distance
     * to the nearest neighbour. */
    hs_status (*simulate)(const void *context, hs_random *random, hs_error *error, double *curve,
                          double *nearest_m);
    const void *context;
    const hs_pattern_steps *steps;
    const double *observed; /* the curve of the data */
    const hs_csr_request *request;
    double nearest_m; /* of the data; NAN: not asked for */
} hs_csr_work;

hs_status hs_csr_simulate(const hs_csr_work *work, struct hs_pool *pool, hs_error *error,
                          hs_envelope *envelope, double *nearest_p);

#endif
