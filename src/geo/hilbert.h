/* Hilbert order of the 32-bit square. */
#ifndef GEO_HILBERT_H
#define GEO_HILBERT_H

#include "geo/mercator.h"

/* Distance along the Hilbert curve of order 32 that fills the square. O(32), pure. */
uint64_t hs_hilbert(uint32_t x, uint32_t y);
void hs_hilbert_inverse(uint64_t d, uint32_t *x, uint32_t *y);

#endif
