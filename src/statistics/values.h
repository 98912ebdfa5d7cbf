/* Values about their mean: what every statistic of association works on. Private to src/statistics. */
#ifndef STATISTICS_VALUES_H
#define STATISTICS_VALUES_H

#include <hotspot/error.h>

typedef struct hs_centred {
    uint32_t count;
    double *z; /* [count] value less mean */
    double mean;
    double sum2, sum4; /* of squares and fourth powers; 0 where values do not vary */
} hs_centred;

hs_status hs_centre_values(const double *values, uint32_t count, hs_error *error, hs_centred *centred);
void hs_centred_done(hs_centred *centred);

#endif
