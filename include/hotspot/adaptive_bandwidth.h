/* Adaptive bandwidths after Abramson (1982): wide where incidents are few, narrow where they are many.
 *
 * The bandwidth of incident i is h0 (g / f_i)^(1/2), f_i a pilot density at its place and g the geometric
 * mean of the pilots, at most HS_ADAPTIVE_TRIM times h0 (as trimmed by Davies and Hazelton 2010) and at least
 * a twelfth of an octave above an eighth of it. For sums that many pixels share, bandwidths stand on a ladder
 * of 24 steps an octave: an incident between two steps is shared between them so that its mass and its
 * variance stay. Its kernel is then off by at most HS_ADAPTIVE_ERROR of its peak for kernels whose slope has
 * no jump (quartic, triweight, Gaussian); for others no ladder bounds the error. Density tiles lower the
 * quartic of a step by half of that at its centre, so that together with the lattice's own error they stay
 * within 1e-3. Pure; the same bits on every machine. */
#ifndef HOTSPOT_ADAPTIVE_BANDWIDTH_H
#define HOTSPOT_ADAPTIVE_BANDWIDTH_H

#include <hotspot/raster_density.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HS_ADAPTIVE_TRIM  5.0
#define HS_ADAPTIVE_STEPS 24 /* an octave */
/* Steps of the ladder: step HS_ADAPTIVE_MIDDLE is h0. */
#define HS_ADAPTIVE_RUNGS  129
#define HS_ADAPTIVE_MIDDLE 72
/* Of the incident's own peak, found by going through all places between two steps
 * (tests/unit/density/test_adaptive.c does it again). */
#define HS_ADAPTIVE_ERROR 8.4e-4
/* Of a sum of squared kernels, of the incident's own squared peak. */
#define HS_ADAPTIVE_SQUARED_ERROR 2.6e-3

/* log2 of a pilot density in 1/65536, rounded: whole numbers, so that their mean does not depend on an order.
 * `density` above 0 and finite, of any unit. */
HS_API int64_t hs_adaptive_log2(double density);
/* The place on the ladder, in 1/65536 of a step from its foot, of a pilot where `mean_log2` is the mean of
 * hs_adaptive_log2 over all incidents. */
HS_API uint32_t hs_adaptive_place(int64_t mean_log2, int64_t log2);
/* Bandwidth of a place relative to h0. hs_adaptive_ratio(s << 16) is that of step s. */
HS_API double hs_adaptive_ratio(uint32_t place);
/* The share, in [0, 1), that goes to the step above (place >> 16); the rest stays. */
HS_API double hs_adaptive_share(uint32_t place);

/* Pilot densities: at each point the fixed density of all points (itself too), quartic, in incidents per
 * km^2, into density[count]. Exact where few points are near; elsewhere interpolated from an exact raster of
 * cells of a sixteenth of the bandwidth, within 4e-4 of one incident's peak and 2e-3 of the value. Weights
 * count. Points at one place get one value; order does not matter. HS_E_ARGUMENT as hs_raster_density;
 * HS_E_MEMORY. O(n log n + points x rows of their block). Thread-safe. */
HS_API hs_status hs_pilot_density(const hs_plane_points *points, double bandwidth_m, hs_error *error,
                                  double *density);

#ifdef __cplusplus
}
#endif
#endif
