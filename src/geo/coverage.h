/* How much of each square of a lattice polygons cover, exactly but for rounding, in one pass over their
 * edges: each edge says how far the polygon's inside reaches from it, and sums along rows add that up. */
#ifndef GEO_COVERAGE_H
#define GEO_COVERAGE_H

#include <hotspot/geometry.h>

/* Edges have the area on their left and are in units of the lattice: the square at column c and row r is
 * [c, c + 1) x [r, r + 1), all edges lie in [0, columns] x [0, rows]. covered[row * columns + column] gets
 * the share of each square, clamped to [0, 1]; sums run in the order that the edges are given. Pure;
 * O(squares crossed + squares). */
void hs_coverage(const hs_directed_edge *edges, size_t count, uint32_t columns, uint32_t rows,
                 double *covered);

#endif
