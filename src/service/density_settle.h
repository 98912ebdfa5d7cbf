/* Pixels that a lattice leaves undecided are made exact: whether a place is masked, whether a tolerance keeps
 * it, and ratios of sums that are small beside what lies near. */
#ifndef SERVICE_DENSITY_SETTLE_H
#define SERVICE_DENSITY_SETTLE_H

#include "service/density_private.h"

/* The largest error of each sum of a ratio, as a share of it: what is known less well is summed exactly.
 * HS_DENSITY_RATIO_ERROR is log2(1.01 / 0.99). */
#define HS_RATIO_SHARE 0.01

/* Flags of pixels, [size * size] each: whose sums are to be made exact. */
typedef struct density_undecided {
    uint8_t *a, *b; /* on the first side and on the second */
    size_t pixels;
} density_undecided;

/* Flags where the number of effective incidents may lie on either side of min_n. */
void hs_undecided_by_mask(const density_field *field, size_t pixels, double min_n, uint8_t *flags);
/* Flags where a sum may be off by more than its share, unless the other side is surely masked. */
void hs_undecided_by_ratio(const density_field *field, const density_field *masked_by, size_t pixels,
                           double min_n, uint8_t *flags);
/* Flags both sides where |z| may lie on either side of `least`. */
void hs_undecided_by_test(const density_field *a, const density_field *b, const density_exposures *exposures,
                          hs_risk_sides sides, double least, const density_undecided *undecided);
/* Exact sums and squares at the flagged pixels of a layer's field, their errors 0. */
hs_status hs_density_settle(const density_layer *layer, const hs_density_view *view, const uint8_t *flags,
                            hs_error *error, const density_field *field);

#endif
