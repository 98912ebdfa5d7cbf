#include "statistics/csr_envelope.h"

#include "base/pool.h"
#include "base/progress.h"
#include "statistics/kd_tree.h"
#include <stdatomic.h>
#include <stdlib.h>

typedef struct simulating {
    const hs_csr_work *work;
    double *curves, *nearest_m; /* [simulations][steps], [simulations] */
    hs_error *errors;           /* [simulations] */
    hs_progress_steps steps;
    atomic_uint failed; /* the first simulation that did, and 1 */
} simulating;

static void simulate(void *context, size_t begin, size_t end) {
    simulating *s = context;
    for (size_t k = begin; k < end; k++) {
        hs_random random;
        const hs_csr_request *request = s->work->request;
        if (!hs_progress_step(&s->steps, 1)) return;
        hs_random_seed_stream(&random, request->seed, k);
        hs_status status = s->work->simulate(s->work->context, &random, &s->errors[k],
                                             s->curves + k * s->work->steps->count, &s->nearest_m[k]);
        if (status != HS_OK) atomic_store(&s->failed, (unsigned)k + 1);
    }
}

typedef struct deviation {
    double largest, squared;
} deviation;

static deviation deviation_of(const hs_csr_work *work, const double *curve) {
    deviation d = {0, 0};
    for (uint32_t k = 0; k < work->steps->count; k++) {
        double off = curve[k] - k * work->steps->step_m;
        if (isnan(off) || isnan(work->observed[k])) continue;
        d.largest = fmax(d.largest, fabs(off));
        d.squared += off * off * work->steps->step_m;
    }
    return d;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void write_bands(const simulating *s, hs_envelope *envelope) {
    uint32_t count = s->work->steps->count, simulations = s->work->request->simulations;
    for (uint32_t k = 0; k < count; k++) {
        double low = INFINITY, high = -INFINITY, sum = 0;
        uint32_t known = 0;
        for (uint32_t i = 0; i < simulations; i++) {
            double value = s->curves[(size_t)i * count + k];
            if (isnan(value)) continue;
            low = fmin(low, value);
            high = fmax(high, value);
            sum += value;
            known++;
        }
        envelope->low[k] = known > 0 ? low : (double)NAN;
        envelope->high[k] = known > 0 ? high : (double)NAN;
        envelope->mean[k] = known > 0 ? sum / known : (double)NAN;
    }
}

static void test(const simulating *s, double *largest, hs_envelope *envelope) {
    const hs_csr_work *work = s->work;
    uint32_t simulations = work->request->simulations;
    deviation observed = deviation_of(work, work->observed);
    uint32_t as_large = 1, as_squared = 1;
    for (uint32_t i = 0; i < simulations; i++) {
        deviation one = deviation_of(work, s->curves + (size_t)i * work->steps->count);
        largest[i] = one.largest;
        as_large += one.largest >= observed.largest;
        as_squared += one.squared >= observed.squared;
    }
    qsort(largest, simulations, sizeof *largest, ascending);
    double rank = floor(work->request->alpha * (simulations + 1.0));
    uint32_t from_top = rank < 1 ? 1 : (uint32_t)rank;
    envelope->global_m = largest[simulations - from_top];
    envelope->mad_m = observed.largest;
    envelope->mad_p = as_large / (simulations + 1.0);
    envelope->dclf = observed.squared;
    envelope->dclf_p = as_squared / (simulations + 1.0);
}

/* Two-sided: twice the smaller tail. */
static double nearest_p_of(const simulating *s) {
    uint32_t below = 1, above = 1, simulations = s->work->request->simulations;
    for (uint32_t i = 0; i < simulations; i++) {
        below += s->nearest_m[i] <= s->work->nearest_m;
        above += s->nearest_m[i] >= s->work->nearest_m;
    }
    return fmin(1, 2 * fmin(below, above) / (simulations + 1.0));
}

hs_status hs_csr_simulate(const hs_csr_work *work, struct hs_pool *pool, hs_error *error,
                          hs_envelope *envelope, double *nearest_p) {
    uint32_t simulations = work->request->simulations;
    if (simulations < 19 || simulations > HS_PATTERN_MOST_SIMULATIONS ||
        !(work->request->alpha > 0 && work->request->alpha < 1))
        return hs_error_set(error, HS_E_ARGUMENT, "simulations: 19 to %u, alpha between 0 and 1",
                            HS_PATTERN_MOST_SIMULATIONS);
    simulating s = {.work = work};
    s.curves = malloc((size_t)simulations * work->steps->count * sizeof *s.curves);
    s.nearest_m = malloc((size_t)simulations * sizeof *s.nearest_m);
    s.errors = calloc(simulations, sizeof *s.errors);
    hs_status status = s.curves && s.nearest_m && s.errors ? HS_OK : hs_error_memory(error, "simulations");
    if (status == HS_OK) {
        hs_progress_steps_init(&s.steps, &work->request->progress, simulations);
        hs_pool_for(pool, simulations, 1, simulate, &s);
        unsigned failed = atomic_load(&s.failed);
        if (hs_progress_ended(&s.steps))
            status = hs_error_set(error, HS_E_CANCELLED, "simulations were stopped");
        if (status == HS_OK && failed > 0)
            status = hs_error_set(error, s.errors[failed - 1].status, "%s", s.errors[failed - 1].message);
    }
    if (status == HS_OK) {
        write_bands(&s, envelope);
        if (nearest_p) *nearest_p = isnan(work->nearest_m) ? (double)NAN : nearest_p_of(&s);
        test(&s, s.nearest_m, envelope);
    }
    free(s.curves);
    free(s.nearest_m);
    free(s.errors);
    return status;
}
