/* Smoothing over cells: what a Gaussian of some bandwidth makes of weights that lie in cells. On squares the
 * kernel is evaluated on parts of cells where it is narrow, on segments along the streets. */
#ifndef PLAN_SPACE_H
#define PLAN_SPACE_H

#include <hotspot/forecast.h>

/* Units of weights that are summed as whole numbers. */
#define HS_SPACE_UNIT 1048576.0

typedef struct hs_space {
    const hs_forecast_cells *cells;
    bool squares;
    uint32_t parts; /* places weights may lie in: parts of the lattice's squares, or segments */
    double all_measure;
} hs_space;

void hs_space_init(hs_space *space, const hs_forecast_cells *cells);
/* Where an incident lies among the parts. */
uint32_t hs_space_part(const hs_space *space, const hs_forecast_incident *incident);

/* Room for one thread's smoothing. */
typedef struct hs_smoother {
    int64_t *weight;             /* [parts]: the caller fills it, units of HS_SPACE_UNIT */
    float *fine, *rough, *spare; /* weights as numbers: by part, by square of the lattice */
    float *kernel;
    float *reach; /* segments: what each spreads its weight over */
} hs_smoother;

hs_status hs_smoother_init(hs_smoother *smoother, const hs_space *space, hs_error *error);
void hs_smoother_done(hs_smoother *smoother);
void hs_smoother_clear(hs_smoother *smoother, const hs_space *space);
/* Takes the weights over from `weight`. */
void hs_smoother_take(hs_smoother *smoother, const hs_space *space);
/* Mass in each cell after smoothing by a Gaussian, of other widths east and north where they are given apart;
 * 0: the weights themselves. Sums to what lies in cells. */
void hs_smoother_spread(hs_smoother *smoother, const hs_space *space, double east_m, double north_m,
                        float *mass);
/* Divides by the sum; even by measure where there is none. */
void hs_space_normalise(const hs_space *space, float *mass);

#endif
