/* When in the week incidents come, place by place: counts shrunk towards what is usual around. */
#include <hotspot/focus.h>

#include <math.h>
#include <stdlib.h>

/* Strengths of priors that are compared: doubled from the first. */
#define LEAST_STRENGTH 0.5
#define STRENGTHS      22

/* The log of the Dirichlet-multinomial likelihood, without what does not depend on the strength. */
static double likelihood(const double *count, const double *prior, double strength) {
    double sum = 0, all = 0;
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++) {
        int sign;
        if (!(count[h] > 0)) continue;
        double a = strength * prior[h];
        sum += lgamma_r(a + count[h], &sign) - lgamma_r(a, &sign);
        all += count[h];
    }
    if (all > 0) {
        int sign;
        sum += lgamma_r(strength, &sign) - lgamma_r(strength + all, &sign);
    }
    return sum;
}

static const double *prior_of(const double *prior, const uint32_t *of, uint32_t i, const double *otherwise) {
    return of && of[i] != HS_NONE ? prior + (size_t)of[i] * HS_FOCUS_HOURS : otherwise;
}

static double total_likelihood(const double *count, uint32_t rows, const double *prior, const uint32_t *of,
                               const double *city, double strength) {
    double sum = 0;
    for (uint32_t i = 0; i < rows; i++)
        sum += likelihood(count + (size_t)i * HS_FOCUS_HOURS, prior_of(prior, of, i, city), strength);
    return sum;
}

/* The likeliest strength: it has one peak in the strength's logarithm. */
static double find_strength(const double *count, uint32_t rows, const double *prior, const uint32_t *of,
                            const double *city) {
    double strength = LEAST_STRENGTH, best = total_likelihood(count, rows, prior, of, city, strength);
    for (int k = 1; k < STRENGTHS; k++) {
        double value = total_likelihood(count, rows, prior, of, city, 2 * strength);
        if (!(value > best)) break;
        best = value;
        strength *= 2;
    }
    return strength;
}

static void shrink(const double *count, const double *prior, double strength, double *share) {
    double all = strength;
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
        all += count[h];
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
        share[h] = (count[h] + strength * prior[h]) / all;
}

static hs_status check(const double *count, const uint32_t *district, uint32_t places,
                       uint32_t district_count, hs_error *error) {
    for (size_t k = 0; k < (size_t)places * HS_FOCUS_HOURS; k++)
        if (!(count[k] >= 0) || isinf(count[k]))
            return hs_error_set(error, HS_E_ARGUMENT, "a count of place %u is below 0 or not finite",
                                (unsigned)(k / HS_FOCUS_HOURS));
    for (uint32_t i = 0; district && i < places; i++)
        if (district[i] != HS_NONE && district[i] >= district_count)
            return hs_error_set(error, HS_E_ARGUMENT, "place %u: there is no district %u", (unsigned)i,
                                (unsigned)district[i]);
    return HS_OK;
}

/* What is known in all. */
static void of_city(const double *count, uint32_t places, double city[HS_FOCUS_HOURS]) {
    double all = 0;
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
        city[h] = 0;
    for (uint32_t i = 0; i < places; i++)
        for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
            city[h] += count[(size_t)i * HS_FOCUS_HOURS + h];
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
        all += city[h];
    for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
        city[h] = all > 0 ? city[h] / all : 1.0 / HS_FOCUS_HOURS;
}

hs_status hs_focus_hour_shares(const double *count, const uint32_t *district, uint32_t places,
                               uint32_t district_count, hs_error *error, double *share, double strength[2]) {
    hs_status status = check(count, district, places, district_count, error);
    if (status != HS_OK) return status;
    size_t size = (size_t)district_count * HS_FOCUS_HOURS + 1;
    double *known = calloc(size, sizeof *known), *usual = calloc(size, sizeof *usual);
    double city[HS_FOCUS_HOURS], found[2];
    if (!known || !usual) {
        free(known);
        free(usual);
        return hs_error_memory(error, "hours of places");
    }
    of_city(count, places, city);
    for (uint32_t i = 0; district && i < places; i++)
        for (uint32_t h = 0; h < HS_FOCUS_HOURS && district[i] != HS_NONE; h++)
            known[(size_t)district[i] * HS_FOCUS_HOURS + h] += count[(size_t)i * HS_FOCUS_HOURS + h];
    found[0] = find_strength(known, district_count, NULL, NULL, city);
    for (uint32_t d = 0; d < district_count; d++)
        shrink(known + (size_t)d * HS_FOCUS_HOURS, city, found[0], usual + (size_t)d * HS_FOCUS_HOURS);
    found[1] = find_strength(count, places, usual, district, city);
    for (uint32_t i = 0; i < places; i++)
        shrink(count + (size_t)i * HS_FOCUS_HOURS, prior_of(usual, district, i, city), found[1],
               share + (size_t)i * HS_FOCUS_HOURS);
    strength[0] = found[0];
    strength[1] = found[1];
    free(known);
    free(usual);
    return HS_OK;
}
