/* Planar kernel density in units: incidents per square kilometre of ground.
 *
 * Weights are integers and are added as integers, so the sum over any split of the points, in any order and
 * on any number of threads, gives the same bits, and removing every point leaves exactly zero. */
#ifndef HOTSPOT_DENSITY_H
#define HOTSPOT_DENSITY_H

#include <hotspot/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One incident at its kernel's peak weighs this much. */
#define HS_KERNEL_ONE (UINT64_C(1) << 32)

/* Points as parallel columns on the 32-bit Web Mercator square. */
typedef struct hs_point_columns {
    const struct hs_mercator *mercator; /* [count] */
    const uint64_t *selected;           /* bit i: point i counts; NULL: all */
    const float *weight;    /* NULL: all 1. Rounded to 1/65536; below 0 and not a number count as 0 */
    const uint32_t *factor; /* in 1/65536, multiplies the weight (a kernel in time, an edge); NULL: all 1.
                               A weight times its factor is rounded to 1/65536 and at most 32767 */
    uint32_t count;
    const struct hs_mercator_box *block_box; /* a box a block of `block_rows` points, or NULL */
    uint32_t block_rows;
} hs_point_columns;

/* The lattice that sums are asked at: pixel centres of `size` x `size` pixels over a Web Mercator tile. */
typedef struct hs_density_view {
    uint32_t z, x, y;
    uint32_t size; /* 256 or 512 */
} hs_density_view;

/* Bandwidths that are accepted, metres. */
#define HS_DENSITY_MIN_BANDWIDTH_M 1.0
#define HS_DENSITY_MAX_BANDWIDTH_M 100000.0

/* What the value of a pixel is. A centre value of a kernel that is not much wider than a pixel says little:
 * an incident between four centres would vanish. So pixels that are large for the bandwidth carry the mean
 * density over their area, which keeps every incident and the unit at all zooms. Which of them holds depends
 * on zoom, size, kernel and bandwidth only (the pixel's width at the equator), never on the tile or the
 * points. The bandwidth is compared as that of the quartic with the same standard deviation. */
typedef enum hs_density_sampling {
    HS_DENSITY_CENTRE = 0, /* density at the centre: the bandwidth spans 4 pixels or more */
    HS_DENSITY_MEAN = 1,   /* mean over the pixel, of the centres of sub-pixels that it spans 8 of or more */
    HS_DENSITY_BINNED = 2, /* mean over the pixel of what its own incidents weigh: it spans less than one */
} hs_density_sampling;
HS_API hs_density_sampling hs_density_sampling_of(const hs_density_view *view, hs_kernel kernel,
                                                  double bandwidth_m);
/* A mean is taken over 2^this sub-pixels a side; 0 for other samplings. */
HS_API unsigned hs_density_subdivision(const hs_density_view *view, hs_kernel kernel, double bandwidth_m);

/* Adds the kernel sums of the points to sums[size * size], row by row from the north. `sums` is not cleared,
 * so several columns can be added into one. bandwidth_m is in ground metres at each pixel's latitude on the
 * WGS 84 ellipsoid. Each weight is exact to 2^-32 of the peak, and depends on the pixel's place on the global
 * lattice and on the incident, never on the view: views that share pixels agree bit for bit. Weights are
 * computed with + - * / and sqrt of IEEE doubles, unfused, then rounded to integers. The antimeridian is no
 * edge. HS_E_ARGUMENT for another kernel, bandwidth, size or tile than those above; then nothing was added.
 * O(points in reach x pixels in their reach). Allocates nothing. Thread-safe. */
HS_API hs_status hs_density_add(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                const hs_density_view *view, hs_error *error, uint64_t *sums);
/* Adds the sums of squared kernels, each times the point's weight, to sums[size * size], in 2^-32 of the
 * squared peak: the variance of a density, when the weights handed in are the squares of the incidents'.
 * Where pixels carry means over sub-pixels it is the mean of the squares, that is the variance at a typical
 * place of the pixel, not that of the mean. Else as hs_density_add. */
HS_API hs_status hs_density_add_squared(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                        const hs_density_view *view, hs_error *error, uint64_t *sums);
/* Density in incidents per km^2 of a sum; divide by months for a rate. And the largest sum whose density is
 * below `density_per_km2`, for classing by integers. */
HS_API double hs_density_from_sum(uint64_t sum, hs_kernel kernel, double bandwidth_m);
HS_API uint64_t hs_density_to_sum(double density_per_km2, hs_kernel kernel, double bandwidth_m);
/* The kernel sum at one position of the Web Mercator square: at a pixel's centre the same bits as the pixel,
 * where pixels carry centre values. 0 for a kernel or bandwidth that is not accepted. */
HS_API uint64_t hs_density_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                              double mercator_x, double mercator_y);

/* What lies under the kernel at one position: added to, so that several columns can follow one another. */
typedef struct hs_density_moments {
    uint64_t sum;         /* of weights, as hs_density_at */
    uint64_t sum_squared; /* of squared weights, each rounded to 2^-32 of the squared peak */
    uint64_t count;       /* incidents in reach, whatever they weigh */
    uint64_t largest;     /* the largest weight times factor, as if at the peak */
} hs_density_moments;
HS_API void hs_density_moments_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                  double mercator_x, double mercator_y, hs_density_moments *moments);
/* The weights above 0 under the kernel, for a bootstrap: the first `capacity` of them into weights[] (as
 * hs_density_at adds them) and rows[] (which point); returns how many there are. */
HS_API uint32_t hs_density_weights_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                      double mercator_x, double mercator_y, uint32_t capacity,
                                      uint64_t *weights, uint32_t *rows);

#ifdef __cplusplus
}
#endif
#endif
