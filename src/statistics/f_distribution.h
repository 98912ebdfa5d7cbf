/* Fisher and Snedecor's F distribution. Private to src/statistics. */
#ifndef STATISTICS_F_DISTRIBUTION_H
#define STATISTICS_F_DISTRIBUTION_H

/* The probability of more than f with so many degrees of freedom, above 0; 1 for f of 0 and below, NAN of
 * NAN. Small ones keep their digits: relatively exact to about 1e-12 times the degrees of freedom's
 * thousands. O(square root of the degrees of freedom). Pure. */
double hs_f_above(double f, double between, double within);

#endif
