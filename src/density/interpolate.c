/* A kernel that is wide in pixels is smooth over them: its sums are taken at the nodes of a coarser lattice,
 * the centres of squares of 2^k pixels a side, and interpolated linearly both ways. The lattice is global (k
 * depends on the pixel's width and the bandwidth), so tiles have no seams; sums at nodes are whole numbers
 * like those at pixels, and interpolation comes once, after all points, so their order does not matter. */
#include "density/kernel.h"

size_t hs_density_node_count(const hs_density_view *view, double bandwidth_m) {
    unsigned coarse = hs_density_coarseness(view, bandwidth_m);
    size_t side = coarse > 0 ? hs_density_node_side(view, coarse) : view->size;
    return side * side;
}

/* Between two nodes `step` pixels apart, at an odd number of half pixels from the first: exact in 128 bits.
 */
__extension__ typedef unsigned __int128 wide;

static uint64_t between(const uint64_t *north, const uint64_t *south, uint64_t right, uint64_t down,
                        unsigned shift) {
    uint64_t whole = UINT64_C(1) << shift;
    wide top = (wide)north[0] * (whole - right) + (wide)north[1] * right;
    wide bottom = (wide)south[0] * (whole - right) + (wide)south[1] * right;
    wide sum = top * (whole - down) + bottom * down;
    return (uint64_t)((sum + ((wide)1 << (2 * shift - 1))) >> (2 * shift));
}

void hs_density_interpolate(const hs_density_view *view, double bandwidth_m, const uint64_t *nodes,
                            uint64_t *sums) {
    unsigned coarse = hs_density_coarseness(view, bandwidth_m);
    size_t pixels = (size_t)view->size * view->size;
    if (coarse == 0) {
        for (size_t i = 0; i < pixels; i++)
            sums[i] += nodes[i];
        return;
    }
    uint32_t side = hs_density_node_side(view, coarse);
    /* In half pixels: a pixel's centre is odd, a node's is even; 2^(coarse + 1) half pixels from node to
     * node. */
    unsigned shift = coarse + 1;
    uint64_t first = ((uint64_t)HS_NODE_MARGIN << shift) - (UINT64_C(1) << coarse) + 1;
    for (uint32_t row = 0; row < view->size; row++) {
        uint64_t y = first + 2 * (uint64_t)row;
        const uint64_t *north = nodes + (y >> shift) * side;
        for (uint32_t column = 0; column < view->size; column++) {
            uint64_t x = first + 2 * (uint64_t)column;
            uint64_t left = x >> shift;
            uint64_t mask = (UINT64_C(1) << shift) - 1;
            sums[(size_t)row * view->size + column] +=
                between(north + left, north + side + left, x & mask, y & mask, shift);
        }
    }
}
