/* Poisson regression with a ridge, by Newton's steps. */
#ifndef PLAN_REGRESSION_H
#define PLAN_REGRESSION_H

#include <hotspot/error.h>

#define HS_REGRESSION_MOST 32u /* columns, with the constant */

/* Rows of a design: columns in single precision, counts, exposures (means are exposure x exp(...)), weights.
 */
typedef struct hs_design {
    uint32_t rows, columns;
    float *x; /* [rows][columns] */
    float *count, *exposure, *weight;
} hs_design;

typedef struct hs_regression {
    uint32_t columns;
    double mean[HS_REGRESSION_MOST], scale[HS_REGRESSION_MOST]; /* of the columns, which are standardised */
    double constant, slope[HS_REGRESSION_MOST];
} hs_regression;

/* Fits several designs with one set of columns; `ridge` is the penalty of a standardised slope squared,
 * twice. Sums run in the order of the rows. O(steps x rows x columns^2). */
void hs_regression_fit(const hs_design *const *designs, uint32_t count, double ridge,
                       hs_regression *regression);
/* The mean of an exposure of 1. */
double hs_regression_mean(const hs_regression *regression, const float *x);

#endif
