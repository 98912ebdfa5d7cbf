/* Edge correction: the mass of a kernel inside a study area.
 *
 * Near the border of the area a kernel spreads part of an incident over ground where nothing was observed,
 * and density there comes out too low. Dividing each incident's kernel by the mass that lies inside,
 * e(x) = integral over the area of k(u - x) du, makes the density integrate to the number of incidents in the
 * area: Diggle (1985), Applied Statistics 34; Jones (1993), Statistics and Computing 3; density.ppp(edge =
 * TRUE, diggle = TRUE) of spatstat.
 *
 * The integral is one along the border: an edge from a to b, seen from x, adds that of F(R) / R^2 times
 * (a - x) x (b - x), where F(R) = integral from 0 to R of k(r) r dr, and where the border lies out of reach
 * the arcs of the kernel's own rim take its place. F(R) / R^2 is a polynomial of R^2 for the quartic,
 * epanechnikov, triweight and uniform kernels, whose masses are exact but for rounding, as are those of the
 * triangular kernel; the Gaussian's come from Gauss-Legendre's rule, within 1e-12. */
#ifndef HOTSPOT_EDGE_CORRECTION_H
#define HOTSPOT_EDGE_CORRECTION_H

#include <hotspot/geometry.h>
#include <hotspot/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The edges of a study area's border that a kernel may reach from each place of a plane. Immutable. */
typedef struct hs_study_area hs_study_area;

/* Of the polygons whose edges these are, in metres of a plane (y up), in any order; each ring whole, outer
 * rings anticlockwise and holes clockwise, so that the area lies on the left of each edge. Polygons may
 * touch, at different vertices too; an edge that two run along in both directions may be left out. The edges
 * are copied. O(edges x cells of the kernel's reach that they come near). HS_E_ARGUMENT for a kernel that is
 * none, a bandwidth that is not above 0 m and coordinates that are not finite; HS_E_LIMIT for over 2^28
 * edges; HS_E_MEMORY. Given back by hs_study_area_free. */
HS_API hs_status hs_study_area_new(const hs_directed_edge *edges, size_t count, hs_kernel kernel,
                                   double bandwidth_m, hs_error *error, hs_study_area **area);
HS_API void hs_study_area_free(hs_study_area *area);
HS_API size_t hs_study_area_bytes(const hs_study_area *area);

/* The share of a kernel about (x_m, y_m) that lies in the area, in [0, 1]: 1 / 2 on a straight border. That
 * of several polygons is the sum of theirs, and 1 where they overlap so far that it would be more. The kernel
 * is taken as it is summed: the Gaussian as cut at HS_KERNEL_GAUSSIAN_REACH is a whole. Rounded to a multiple
 * of 2^-32; the same bits on every machine. `inside` says whether the place lies in the area: borders are
 * half open, so that a place on one between two polygons that touch lies in one of them. Allocates nothing;
 * O(1) where no border is in reach, else O(edges in reach + edges that lie beside the place, in a stripe).
 * Thread-safe. */
HS_API double hs_study_area_mass(const hs_study_area *area, double x_m, double y_m, bool *inside);
/* Whether all places of a rectangle lie in the area with no border in reach, so that their mass is 1; false
 * where that would take more than a few look-ups. Thread-safe. */
HS_API bool hs_study_area_holds(const hs_study_area *area, double west_m, double south_m, double east_m,
                                double north_m);

#ifdef __cplusplus
}
#endif
#endif
