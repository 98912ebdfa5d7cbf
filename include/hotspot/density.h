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
    const float
        *weight; /* NULL: all 1. Rounded to 1/65536; below 0 and not a number count as 0, at most 32767 */
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
 * on zoom, size and bandwidth only (the pixel's width at the equator), never on the tile or the points. */
typedef enum hs_density_sampling {
    HS_DENSITY_CENTRE = 0, /* density at the centre: the bandwidth spans 4 pixels or more */
    HS_DENSITY_MEAN = 1,   /* mean over the pixel, on sub-pixels that the bandwidth spans 4 of or more */
    HS_DENSITY_BINNED = 2, /* mean over the pixel of what its incidents weigh in all: below 1/8 pixel */
} hs_density_sampling;
HS_API hs_density_sampling hs_density_sampling_of(const hs_density_view *view, double bandwidth_m);

/* Adds the kernel sums of the points to sums[size * size], row by row from the north. `sums` is not cleared,
 * so several columns can be added into one. bandwidth_m is the kernel's radius in ground metres at each
 * pixel's latitude on the WGS 84 ellipsoid. Each weight is exact to 2^-32 of the peak, and depends on the
 * pixel's place on the global lattice and on the incident, never on the view: views that share pixels agree
 * bit for bit. Weights are computed with + - * / and sqrt of IEEE doubles, unfused, then rounded to integers.
 * The antimeridian is no edge. HS_E_ARGUMENT for another kernel, bandwidth, size or tile than those above;
 * then nothing was added. O(points in reach x pixels in their reach). Allocates nothing. Thread-safe. */
HS_API hs_status hs_density_add(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                const hs_density_view *view, hs_error *error, uint64_t *sums);
/* The same for pictures, where the bandwidth may be many pixels wide: sums at the nodes of a coarser lattice,
 * interpolated once after all points are added. Nodes are 2^k pixels apart, k as large as leaves the
 * bandwidth 96 of them or more (at most 6), so a pixel differs from hs_density_add by at most (1 / 96)^2
 * = 1.1e-4 of each incident's peak: linear interpolation errs by step^2 / 8 times the second derivatives,
 * which for the quartic add up to 8 / bandwidth^2 at most. k depends on the pixel's width and the bandwidth
 * only; 0 is no coarser lattice, and then the sums are those of hs_density_add. */
HS_API unsigned hs_density_coarseness(const hs_density_view *view, double bandwidth_m);
/* How many nodes a view has: the size of the array that hs_density_add_nodes adds into (not cleared). */
HS_API size_t hs_density_node_count(const hs_density_view *view, double bandwidth_m);
/* As hs_density_add, into nodes. */
HS_API hs_status hs_density_add_nodes(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                                      const hs_density_view *view, hs_error *error, uint64_t *nodes);
/* Adds to sums[size * size] what the nodes say. Pure. */
HS_API void hs_density_interpolate(const hs_density_view *view, double bandwidth_m, const uint64_t *nodes,
                                   uint64_t *sums);
/* Density in incidents per km^2 of a sum; divide by months for a rate. And the largest sum whose density is
 * below `density_per_km2`, for classing by integers. */
HS_API double hs_density_from_sum(uint64_t sum, hs_kernel kernel, double bandwidth_m);
HS_API uint64_t hs_density_to_sum(double density_per_km2, hs_kernel kernel, double bandwidth_m);
/* The kernel sum at one position of the Web Mercator square: at a pixel's centre the same bits as the pixel,
 * where pixels carry centre values. 0 for a bandwidth that is not accepted. */
HS_API uint64_t hs_density_at(const hs_point_columns *points, hs_kernel kernel, double bandwidth_m,
                              double mercator_x, double mercator_y);

#ifdef __cplusplus
}
#endif
#endif
