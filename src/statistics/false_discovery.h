/* Adjusted p-values, so that of many tests those that are called significant are mostly so. */
#ifndef STATISTICS_FALSE_DISCOVERY_H
#define STATISTICS_FALSE_DISCOVERY_H

#include <hotspot/error.h>

/* Benjamini and Hochberg (1995): calling those with q at most alpha significant keeps the expected share of
 * false ones among them at most alpha, for independent or positively dependent tests. q has `count` places.
 * O(n log n). HS_E_MEMORY. */
hs_status hs_benjamini_hochberg(const double *p, size_t count, hs_error *error, double *q);

#endif
