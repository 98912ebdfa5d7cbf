#include <hotspot/multiple_testing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[HS_CORRECTIONS] = {"bh", "by", "bonferroni", "none"};

const char *hs_correction_name(hs_correction correction) {
    return (unsigned)correction < HS_CORRECTIONS ? names[correction] : NULL;
}

hs_status hs_correction_from_name(const char *name, size_t size, hs_error *error, hs_correction *correction) {
    for (int i = 0; i < HS_CORRECTIONS; i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0) {
            *correction = (hs_correction)i;
            return HS_OK;
        }
    return hs_error_set(error, HS_E_ARGUMENT, "correction: takes bh, by, bonferroni or none");
}

typedef struct ranked {
    double p;
    size_t row;
} ranked;

static int by_p(const void *left, const void *right) {
    const ranked *a = left;
    const ranked *b = right;
    if (a->p != b->p) return a->p < b->p ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Step-up: from the largest on, each at most the one after it. */
static void step_up(ranked *order, size_t tests, double factor, double *q) {
    if (tests > 0) qsort(order, tests, sizeof *order, by_p);
    double least = 1;
    for (size_t i = tests; i > 0; i--) {
        least = fmin(least, factor * (double)tests / (double)i * order[i - 1].p);
        q[order[i - 1].row] = least;
    }
}

hs_status hs_adjust_p_values(const double *p, size_t count, hs_correction correction, hs_error *error,
                             double *q) {
    ranked *order = malloc((count + 1) * sizeof *order);
    if (!order) return hs_error_memory(error, "p-values");
    size_t tests = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(p[i])) order[tests++] = (ranked){p[i], i};
    for (size_t i = 0; i < count; i++)
        q[i] = correction == HS_CORRECTION_BONFERRONI ? fmin(1, p[i] * (double)tests) : p[i];
    for (size_t i = 0; i < count && tests < count; i++)
        if (isnan(p[i])) q[i] = NAN; /* fmin would have taken the 1 */
    double harmonic = 0;
    for (size_t i = tests; i > 0; i--)
        harmonic += 1.0 / (double)i;
    if (correction == HS_CORRECTION_BH) step_up(order, tests, 1, q);
    if (correction == HS_CORRECTION_BY) step_up(order, tests, harmonic, q);
    free(order);
    return HS_OK;
}

double hs_two_sided_p(double z) {
    return isnan(z) ? NAN : erfc(fabs(z) * 0.70710678118654752440);
}
