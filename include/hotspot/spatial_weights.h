/* Spatial weights: who is a neighbour of whom, and how much each counts. Rows in compressed form, immutable
 * once made, shared between threads.
 *
 * Weights are kept as made (1 for contiguity, nearest and distance bands; the kernel's value for kernels);
 * the style says how statistics use them: as they are, or so that each row sums to 1. A unit is never its own
 * neighbour here; statistics that count the unit itself (Gi*) take `self` as its weight, and standardise the
 * row with it. */
#ifndef HOTSPOT_SPATIAL_WEIGHTS_H
#define HOTSPOT_SPATIAL_WEIGHTS_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_weights_style {
    HS_WEIGHTS_BINARY = 0,   /* as made: the contract's B */
    HS_WEIGHTS_STANDARDISED, /* each row sums to 1: the contract's W */
} hs_weights_style;

typedef struct hs_weights {
    uint32_t count;
    hs_weights_style style;
    const uint32_t *first;     /* [count + 1]: the neighbours of i are neighbour[first[i] .. first[i + 1]) */
    const uint32_t *neighbour; /* ascending within a row */
    const double *weight;
    double self;  /* a unit's own weight, where it counts */
    bool uniform; /* all weights of a row are equal */
} hs_weights;

HS_API void hs_weights_free(hs_weights *weights);

/* From rows as above, which are copied; weight NULL: all 1. HS_E_ARGUMENT where a row names itself, a unit
 * that is none or one twice, is not ascending, or has a weight that is not above 0. O(links). */
HS_API hs_status hs_weights_new(uint32_t count, const uint32_t *first, const uint32_t *neighbour,
                                const double *weight, double self, hs_weights_style style, hs_error *error,
                                hs_weights **weights);

/* Contiguity of polygons. Queen: boundaries come within gap_m of each other anywhere; rook: they do so along
 * more than 4 gap_m. Small gaps and overlaps of hand-drawn boundaries, and borders whose two sides have
 * different vertices, do not hide a neighbour. Distances are ground metres. O(n sqrt n + edges near borders).
 * gap_m is 0 to 1000; below HS_LEAST_GAP_M, what positions are rounded by, it is raised to that. */
typedef enum hs_contiguity { HS_CONTIGUITY_QUEEN = 0, HS_CONTIGUITY_ROOK } hs_contiguity;
#define HS_LEAST_GAP_M 0.02
HS_API hs_status hs_weights_contiguity(const hs_geometry *polygons, uint32_t count, hs_contiguity contiguity,
                                       double gap_m, hs_weights_style style, hs_error *error,
                                       hs_weights **weights);

/* Of points on a plane, in metres. The k nearest others (ties to the lower number; not symmetric); those at
 * most band_m away; those at most reach_m away, weighted by a function of their distance, where that is above
 * 0 (a unit's own weight is that of distance 0). O(n + links) where points lie evenly. HS_E_LIMIT above 2^26
 * links. */
HS_API hs_status hs_weights_nearest(const double *x_m, const double *y_m, uint32_t count, uint32_t k,
                                    hs_weights_style style, hs_error *error, hs_weights **weights);
HS_API hs_status hs_weights_band(const double *x_m, const double *y_m, uint32_t count, double band_m,
                                 hs_weights_style style, hs_error *error, hs_weights **weights);
HS_API hs_status hs_weights_decay(const double *x_m, const double *y_m, uint32_t count, double reach_m,
                                  double (*decay)(const void *context, double distance_m),
                                  const void *context, hs_weights_style style, hs_error *error,
                                  hs_weights **weights);

/* Units without neighbours: how many, and which, ascending, into islands[] (at most `capacity`; may be NULL).
 */
HS_API uint32_t hs_weights_islands(const hs_weights *weights, uint32_t capacity, uint32_t *islands);
static inline uint32_t hs_weights_links(const hs_weights *weights) {
    return weights->first[weights->count];
}

#ifdef __cplusplus
}
#endif
#endif
