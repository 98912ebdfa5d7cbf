#include <hotspot/rates.h>

#include "statistics/weights_builder.h"
#include <math.h>
#include <stdlib.h>

static hs_status check(const double *events, const double *population, uint32_t count, hs_error *error) {
    for (uint32_t i = 0; i < count; i++)
        if (!(events[i] >= 0) || isinf(events[i]) || isinf(population[i]) || population[i] < 0)
            return hs_error_set(error, HS_E_ARGUMENT, "rates: unit %u has counts below 0 or not finite",
                                (unsigned)i);
    return HS_OK;
}

static double shrunk(double rate, double population, double mean, double variance) {
    double weight = variance > 0 ? variance / (variance + mean / population) : 0;
    return mean + weight * (rate - mean);
}

hs_status hs_empirical_bayes_global(const double *events, const double *population, uint32_t count,
                                    hs_error *error, double *rates, hs_rate_prior *prior) {
    hs_status status = check(events, population, count, error);
    if (status != HS_OK) return status;
    double all_events = 0;
    double all_people = 0;
    double spread = 0;
    double units = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!(population[i] > 0)) continue;
        all_events += events[i];
        all_people += population[i];
        units++;
    }
    double mean = all_events / all_people;
    for (uint32_t i = 0; i < count; i++) {
        if (!(population[i] > 0)) continue;
        double off = events[i] / population[i] - mean;
        spread += population[i] * off * off;
    }
    double variance = fmax(0, spread / all_people - mean / (all_people / units));
    for (uint32_t i = 0; i < count; i++)
        rates[i] = population[i] > 0 ? shrunk(events[i] / population[i], population[i], mean, variance) : NAN;
    if (prior) *prior = (hs_rate_prior){units > 0 ? mean : NAN, units > 0 ? variance : NAN};
    return HS_OK;
}

typedef struct neighbourhood {
    double events, people, units;
} neighbourhood;

static neighbourhood gather(const double *events, const double *population, const hs_weights *weights,
                            uint32_t i) {
    neighbourhood sum = {events[i], population[i], 1};
    for (uint32_t k = weights->first[i]; k < weights->first[i + 1]; k++) {
        uint32_t j = weights->neighbour[k];
        if (!(population[j] > 0)) continue;
        sum.events += events[j];
        sum.people += population[j];
        sum.units++;
    }
    return sum;
}

hs_status hs_empirical_bayes_local(const double *events, const double *population, const hs_weights *weights,
                                   hs_error *error, double *rates) {
    uint32_t count = weights->count;
    hs_status status = check(events, population, count, error);
    if (status != HS_OK) return status;
    double *spread = calloc((size_t)count + 1, sizeof *spread);
    if (!spread) return hs_error_memory(error, "rates");
    for (uint32_t i = 0; i < count; i++) {
        if (!(population[i] > 0)) continue;
        neighbourhood near = gather(events, population, weights, i);
        double off = events[i] / population[i] - near.events / near.people;
        spread[i] = population[i] * off * off;
    }
    for (uint32_t i = 0; i < count; i++) {
        rates[i] = NAN;
        if (!(population[i] > 0)) continue;
        neighbourhood near = gather(events, population, weights, i);
        double sum = spread[i];
        for (uint32_t k = weights->first[i]; k < weights->first[i + 1]; k++)
            sum += spread[weights->neighbour[k]];
        double mean = near.events / near.people;
        double variance = fmax(0, sum / near.people - mean / (near.people / near.units));
        rates[i] = shrunk(events[i] / population[i], population[i], mean, variance);
    }
    free(spread);
    return HS_OK;
}
