/* Sparse blocks of a lattice's nodes while they are filled. */
#ifndef DENSITY_LATTICE_BLOCKS_H
#define DENSITY_LATTICE_BLOCKS_H

#include "density/lattice.h"

#define HS_LATTICE_BLOCK_NODES (HS_LATTICE_BLOCK * HS_LATTICE_BLOCK)

/* Blocks found by place, growing. All 0 at first; hs_lattice_blocks_done gives it back. */
typedef struct lattice_blocks {
    uint32_t count, capacity, slots; /* slots: a power of two above 2 capacity */
    int32_t *x, *y, *nodes;
    uint32_t *slot; /* block + 1, 0: free */
    uint32_t last;
} lattice_blocks;

/* The nodes of a block, all 0 when it is new; valid until the next call. NULL when memory is out. */
int32_t *hs_lattice_block_at(lattice_blocks *blocks, int32_t x, int32_t y);
/* Adds to one node; the column may lie one world away. False when memory is out. */
bool hs_lattice_node_add(lattice_blocks *blocks, int64_t around, int64_t column, int64_t row, int32_t amount);
void hs_lattice_blocks_done(lattice_blocks *blocks);

#endif
