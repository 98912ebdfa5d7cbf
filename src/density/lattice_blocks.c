#include "density/lattice_blocks.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(int32_t x, int32_t y) {
    uint64_t key = ((uint64_t)(uint32_t)x << 32) | (uint32_t)y;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(key >> 32);
}

static bool grow(lattice_blocks *blocks) {
    uint32_t capacity = blocks->capacity ? 2 * blocks->capacity : 64;
    int32_t *x = realloc(blocks->x, capacity * sizeof *x);
    if (x) blocks->x = x;
    int32_t *y = realloc(blocks->y, capacity * sizeof *y);
    if (y) blocks->y = y;
    int32_t *nodes = realloc(blocks->nodes, (size_t)capacity * HS_LATTICE_BLOCK_NODES * sizeof *nodes);
    if (nodes) blocks->nodes = nodes;
    uint32_t *slot = calloc((size_t)4 * capacity, sizeof *slot);
    if (!x || !y || !nodes || !slot) {
        free(slot);
        return false;
    }
    free(blocks->slot);
    blocks->slot = slot;
    blocks->slots = 4 * capacity;
    blocks->capacity = capacity;
    for (uint32_t b = 0; b < blocks->count; b++) {
        uint32_t at = hash_of(blocks->x[b], blocks->y[b]) & (blocks->slots - 1);
        while (blocks->slot[at])
            at = (at + 1) & (blocks->slots - 1);
        blocks->slot[at] = b + 1;
    }
    return true;
}

static int32_t *nodes_of(const lattice_blocks *blocks, uint32_t b) {
    return blocks->nodes + (size_t)b * HS_LATTICE_BLOCK_NODES;
}

int32_t *hs_lattice_block_at(lattice_blocks *blocks, int32_t x, int32_t y) {
    if (blocks->count > 0 && blocks->x[blocks->last] == x && blocks->y[blocks->last] == y)
        return nodes_of(blocks, blocks->last);
    if (blocks->count == blocks->capacity && !grow(blocks)) return NULL;
    uint32_t at = hash_of(x, y) & (blocks->slots - 1);
    for (; blocks->slot[at]; at = (at + 1) & (blocks->slots - 1)) {
        uint32_t b = blocks->slot[at] - 1;
        if (blocks->x[b] == x && blocks->y[b] == y) return nodes_of(blocks, blocks->last = b);
    }
    blocks->slot[at] = blocks->count + 1;
    blocks->x[blocks->count] = x;
    blocks->y[blocks->count] = y;
    blocks->last = blocks->count++;
    int32_t *nodes = nodes_of(blocks, blocks->last);
    memset(nodes, 0, HS_LATTICE_BLOCK_NODES * sizeof *nodes);
    return nodes;
}

bool hs_lattice_node_add(lattice_blocks *blocks, int64_t around, int64_t column, int64_t row,
                         int32_t amount) {
    if (column < 0)
        column += around;
    else if (column >= around)
        column -= around;
    int32_t *nodes = hs_lattice_block_at(blocks, (int32_t)(column >> 5), (int32_t)(row >> 5));
    if (!nodes) return false;
    nodes[(row & 31) * HS_LATTICE_BLOCK + (column & 31)] += amount;
    return true;
}

void hs_lattice_blocks_done(lattice_blocks *blocks) {
    free(blocks->x);
    free(blocks->y);
    free(blocks->nodes);
    free(blocks->slot);
}
