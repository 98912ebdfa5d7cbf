#include "geo/hilbert.h"

/* Walks the levels from the largest quadrant down; `x` and `y` are turned so that each quadrant looks like
 * the first. Within the mask of the lower bits a flip is a complement. */
uint64_t hs_hilbert(uint32_t x, uint32_t y) {
    uint64_t d = 0;
    for (int level = 31; level >= 0; level--) {
        uint32_t right = (x >> level) & 1, up = (y >> level) & 1;
        d = d << 2 | ((3 * right) ^ up);
        /* Lower quadrants swap x and y, the right one complements both; masks, for no branch of it can be
         * foreseen. */
        uint32_t lower = up - 1U;
        uint32_t change = ((x ^ y) & lower) ^ ((0U - right) & lower);
        x ^= change;
        y ^= change;
    }
    return d;
}

void hs_hilbert_inverse(uint64_t d, uint32_t *x, uint32_t *y) {
    uint32_t px = 0, py = 0;
    for (int level = 0; level < 32; level++) {
        uint32_t digit = (uint32_t)(d >> (2 * level)) & 3;
        uint32_t right = digit >> 1, up = (digit ^ right) & 1;
        uint32_t mask = level == 0 ? 0 : UINT32_MAX >> (32 - level);
        if (!up) {
            uint32_t flip = (0U - right) & mask;
            uint32_t turned = px ^ flip;
            px = py ^ flip;
            py = turned;
        }
        px |= right << level;
        py |= up << level;
    }
    *x = px;
    *y = py;
}
