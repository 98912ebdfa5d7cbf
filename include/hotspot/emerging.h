/* Emerging hot spots: Gi* of every unit in every step of time, and what its history is called.
 *
 * A space-time cube is units x steps: values[step * units + unit]. A bin's neighbours are the unit's
 * neighbours and the unit itself, in its own step and in the `lag` steps before it. */
#ifndef HOTSPOT_EMERGING_H
#define HOTSPOT_EMERGING_H

#include <hotspot/labelling.h>
#include <hotspot/spatial_weights.h>
#include <hotspot/trend.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

typedef struct hs_cube {
    const hs_weights *weights; /* between units */
    const double *values;      /* [steps * units] */
    uint32_t steps, lag;       /* lag below steps */
} hs_cube;

#define HS_CUBE_MOST_BINS UINT64_C(50000000)

/* z of Gi* of every bin (Getis and Ord 1992; Ord and Getis 1995) with moments under random labelling of all
 * bins, into z[steps * units]; NAN where values do not vary or a bin's neighbours are all there is. Equal to
 * hs_local_g with `star` over the cube's explicit weights, to rounding; the style does not matter.
 * HS_E_ARGUMENT where values are not finite or lag is not below steps, HS_E_LIMIT beyond HS_CUBE_MOST_BINS.
 * `pool` may be NULL; the same bits on any number of threads. O(links x steps). */
HS_API hs_status hs_cube_local_g(const hs_cube *cube, struct hs_pool *pool, hs_error *error, double *z);

/* Most bins that a bin's sum is of: what hs_labelling_new is asked for. */
HS_API uint32_t hs_cube_most_draws(const hs_cube *cube);
/* Whether all weights, the unit's own too, are equal, so that a bin's sum is one of draws. */
HS_API bool hs_cube_is_uniform(const hs_cube *cube);
/* Exact two-sided p-values of every bin under random labelling, for whole values and uniform weights;
 * `labelling` is of the cube's values and hs_cube_most_draws. NAN where z is. O(links x steps). */
HS_API void hs_cube_exact_p(const hs_cube *cube, const hs_labelling *labelling, const double *z,
                            struct hs_pool *pool, double *p);
/* The cube's explicit weights, bin step * units + unit, for what takes weights. HS_E_LIMIT beyond 2^26
 * links. */
HS_API hs_status hs_cube_weights(const hs_cube *cube, hs_error *error, hs_weights **weights);

/* What a unit's history is called. Each but none is of hot or of cold spots. Defined over the steps in which
 * the unit was significantly hot (cold), as this field does:
 *   new          significant in the last step, and never before
 *   consecutive  in one unbroken run of two steps or more up to the last, never before it, in less than 90 %
 *   intensifying in at least 90 % of the steps and in the last, z rising (of cold spots: falling)
 * significantly persistent   the same without a significant trend diminishing  the same, z falling (of cold
 * spots: rising) significantly sporadic     in the last step, on and off before, in less than 90 %, never the
 * opposite oscillating  in the last step, in less than 90 %, and the opposite before historical   not in the
 * last step, but in at least 90 % They are asked in this order, where more than one would hold. */
typedef enum hs_emerging_pattern {
    HS_EMERGING_NONE = 0,
    HS_EMERGING_NEW,
    HS_EMERGING_CONSECUTIVE,
    HS_EMERGING_INTENSIFYING,
    HS_EMERGING_PERSISTENT,
    HS_EMERGING_DIMINISHING,
    HS_EMERGING_SPORADIC,
    HS_EMERGING_OSCILLATING,
    HS_EMERGING_HISTORICAL,
    HS_EMERGING_PATTERNS
} hs_emerging_pattern;

typedef struct hs_emerging {
    hs_emerging_pattern pattern;
    bool cold; /* where there is a pattern */
    uint32_t hot_steps, cold_steps;
    uint32_t run; /* steps up to the last, without a break, in the state of the last; 0 where that is none */
} hs_emerging;

/* From states[steps], 1 hot, -1 cold, 0 neither, and whether z has a significant trend: 1 rising, -1 falling,
 * 0 none. Pure; O(steps). */
HS_API hs_emerging hs_emerging_classify(const signed char *states, uint32_t steps, int trend);
/* `new`, `consecutive` and so on; `none`. */
HS_API const char *hs_emerging_pattern_name(hs_emerging_pattern pattern);

#ifdef __cplusplus
}
#endif
#endif
