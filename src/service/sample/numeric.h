/* Elementary functions from + - * / alone: the C library's may differ in the last bit between machines, and
 * the sample city must be the same everywhere. Accurate to about 1e-12 in the ranges used here. */
#ifndef SERVICE_SAMPLE_NUMERIC_H
#define SERVICE_SAMPLE_NUMERIC_H

#include "base/random.h"

#define HS_SAMPLE_PI 3.14159265358979323846

double hs_sample_sin(double radians);
double hs_sample_cos(double radians);
double hs_sample_exp(double exponent); /* |exponent| <= 40 */

/* Nearly normal (mean 0, deviation 1): the sum of twelve uniform numbers, so within [-6, 6]. */
double hs_sample_gauss(hs_random *random);

/* The first row of cumulative[count] that exceeds `target`; the last row when none does. */
uint32_t hs_sample_pick(const double *cumulative, uint32_t count, double target);

#endif
