/* Density for pictures in time that depends on pixels, not on incidents: a bounded-error path beside the
 * exact one of hotspot/density.h, for kernels whose slope has no jump (quartic, triweight, Gaussian).
 *
 * 1. Deposit: each incident is spread onto 4 x 4 (or 6 x 6) nodes of a global lattice whose step is a
 * fraction of the bandwidth, with Lagrange's interpolation weights, as integers. Deposits of chunks add up
 * exactly.
 * 2. Convolution: at each output the kernel of its own latitude is summed over the nodes in reach.
 * 3. Prolongation: where the step is wider than a pixel, outputs are nodes and pixels are interpolated.
 *
 * The lattice depends on the pixel's width, the kernel, the bandwidth and the city's scale only, and every
 * output is summed in an order of its own, so tiles have no seams and any split of the incidents gives the
 * same bits. */
#ifndef DENSITY_LATTICE_H
#define DENSITY_LATTICE_H

#include <hotspot/density.h>

typedef struct hs_lattice {
    hs_kernel kernel;
    double bandwidth_m;
    hs_density_sampling sampling;
    double pixel;          /* Mercator units */
    double nodes_per_unit; /* a small whole number times a power of two: products with positions are exact */
    double phase;          /* node i lies at (i + phase) / nodes_per_unit */
    int64_t around;        /* nodes around the world: a multiple of 8 */
    uint32_t taps;         /* nodes a side that an incident is spread onto: 6, 4, or 1 where binned */
    bool prolongs;         /* outputs are nodes, pixels lie between them; else outputs are pixel centres: */
    uint32_t period;       /* every `period` pixels outputs lie alike between nodes, `stride` nodes further */
    uint32_t stride;
    unsigned subdivision; /* 2^subdivision sub-pixels a side that a mean is taken over */
    double error_bound;   /* of one incident's peak */
    double lowered; /* what a step's kernel is lowered by at its centre (density/lattice_table.c), or 0 */
    bool counts;    /* cells that count what lies near, never too low (density/lattice_near.h) */
} hs_lattice;

/* The lattice of a view's pixels. `metres_per_unit` is the largest scale among the incidents (that of the
 * latitude nearest to the equator). False for kernels with edges, which no lattice bounds, and arguments that
 * hs_density_add refuses. Pure. */
bool hs_lattice_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m, double metres_per_unit,
                   hs_lattice *lattice);
/* The same for a step of a ladder (hotspot/adaptive_bandwidth.h), with pixels sampled as for `sampled_m`, at
 * most the bandwidth: what bandwidths beside each other share. Its bound is that of an incident shared
 * between two steps, against its own bandwidth: both errors together, which is less than their sum. */
bool hs_lattice_step_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m, double sampled_m,
                        double metres_per_unit, hs_lattice *lattice);
/* Found by going through all places of an incident between nodes, steps and outputs
 * (tests/unit/density/test_lattice_step.c does it again). */
#define HS_LATTICE_LADDER_ERROR 9.3e-4
/* Whether deposits on one serve the other. */
bool hs_lattice_same_nodes(const hs_lattice *a, const hs_lattice *b);

#define HS_LATTICE_BLOCK 32

/* What some incidents deposit: blocks of 32 x 32 nodes, those not named hold nothing. Immutable. */
typedef struct hs_lattice_deposit {
    uint32_t count;
    const int32_t *x, *y; /* [count] columns and rows of blocks */
    const int32_t *nodes; /* [count][32 * 32], in `unit` */
    double unit;          /* incidents: a power of two */
    size_t bytes;
} hs_lattice_deposit;

/* What the places between nodes weigh, for lattices of as many taps. Immutable. */
typedef struct hs_lattice_weights hs_lattice_weights;
hs_status hs_lattice_weights_new(uint32_t taps, hs_error *error, hs_lattice_weights **weights);
void hs_lattice_weights_free(hs_lattice_weights *weights);

/* Deposits the selected points; `weights` are those of the lattice's taps, free() gives it back. O(points).
 * Points of weight 1 are rounded to 2^-14 of an incident a node, with the sum over nodes exact. At most
 * 65,536 points. Thread-safe. */
hs_status hs_lattice_deposit_new(const hs_lattice *lattice, const hs_lattice_weights *weights,
                                 const hs_point_columns *points, hs_error *error,
                                 hs_lattice_deposit **deposit);
void hs_lattice_deposit_free(hs_lattice_deposit *deposit);

/* Kernel sums in peaks at the pixels of a view, values[size * size]; of the squared kernel when `squared` is
 * not NULL too (for weights of 1). Never negative. O(pixels x nodes under the kernel), whatever the deposits
 * hold. Thread-safe. */
hs_status hs_lattice_values(const hs_lattice *lattice, const hs_density_view *view,
                            const hs_lattice_deposit *const *deposits, uint32_t count, hs_error *error,
                            float *values, float *squared);

#endif
