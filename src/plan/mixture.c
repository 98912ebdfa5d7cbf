#include "plan/mixture.h"

#include <string.h>

#define MOST_MEMBERS 64

static void add_period(const hs_mixture_data *d, uint32_t p, const double *weight, double *spare,
                       double *sum) {
    uint32_t n = d->count[p];
    memset(spare, 0, n * sizeof *spare);
    for (uint32_t k = 0; k < d->members; k++)
        for (uint32_t i = 0; i < n; i++)
            spare[i] += weight[k] * (double)d->chance[p][(size_t)k * n + i];
    for (uint32_t i = 0; i < n; i++)
        spare[i] = spare[i] > 0 ? 1 / spare[i] : 0;
    for (uint32_t k = 0; k < d->members; k++) {
        double own = 0;
        for (uint32_t i = 0; i < n; i++)
            own += (double)d->chance[p][(size_t)k * n + i] * spare[i];
        sum[k] += own * weight[k];
    }
}

void hs_mixture_fit(const hs_mixture_data *d, const double *prior, uint32_t steps, double *spare,
                    double *weight) {
    double all = 0;
    for (uint32_t k = 0; k < d->members; k++)
        all += prior[k];
    for (uint32_t k = 0; k < d->members; k++)
        weight[k] = prior[k] / all;
    for (uint32_t step = 0; step < steps; step++) {
        double sum[MOST_MEMBERS], total = 0;
        for (uint32_t k = 0; k < d->members; k++)
            sum[k] = prior[k];
        for (uint32_t p = 0; p < d->periods; p++)
            add_period(d, p, weight, spare, sum);
        for (uint32_t k = 0; k < d->members; k++)
            total += sum[k];
        for (uint32_t k = 0; k < d->members; k++)
            weight[k] = sum[k] / total;
    }
}
