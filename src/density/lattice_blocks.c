#include "density/lattice_blocks.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(int32_t x, int32_t y) {
    uint64_t key = ((uint64_t)(uint32_t)x << 32) | (uint32_t)y;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(key >> 32);
}

static bool grow(lattice_blocks *g) {
    uint32_t capacity = g->capacity ? 2 * g->capacity : 64;
    int32_t *x = realloc(g->x, capacity * sizeof *x);
    if (x) g->x = x;
    int32_t *y = realloc(g->y, capacity * sizeof *y);
    if (y) g->y = y;
    int32_t *nodes = realloc(g->nodes, (size_t)capacity * HS_LATTICE_BLOCK_NODES * sizeof *nodes);
    if (nodes) g->nodes = nodes;
    uint32_t *slot = calloc((size_t)4 * capacity, sizeof *slot);
    if (!x || !y || !nodes || !slot) {
        free(slot);
        return false;
    }
    free(g->slot);
    g->slot = slot;
    g->slots = 4 * capacity;
    g->capacity = capacity;
    for (uint32_t b = 0; b < g->count; b++) {
        uint32_t at = hash_of(g->x[b], g->y[b]) & (g->slots - 1);
        while (g->slot[at])
            at = (at + 1) & (g->slots - 1);
        g->slot[at] = b + 1;
    }
    return true;
}

static int32_t *nodes_of(const lattice_blocks *g, uint32_t b) {
    return g->nodes + (size_t)b * HS_LATTICE_BLOCK_NODES;
}

int32_t *hs_lattice_block_at(lattice_blocks *g, int32_t x, int32_t y) {
    if (g->count > 0 && g->x[g->last] == x && g->y[g->last] == y) return nodes_of(g, g->last);
    if (g->count == g->capacity && !grow(g)) return NULL;
    uint32_t at = hash_of(x, y) & (g->slots - 1);
    for (; g->slot[at]; at = (at + 1) & (g->slots - 1)) {
        uint32_t b = g->slot[at] - 1;
        if (g->x[b] == x && g->y[b] == y) return nodes_of(g, g->last = b);
    }
    g->slot[at] = g->count + 1;
    g->x[g->count] = x;
    g->y[g->count] = y;
    g->last = g->count++;
    int32_t *nodes = nodes_of(g, g->last);
    memset(nodes, 0, HS_LATTICE_BLOCK_NODES * sizeof *nodes);
    return nodes;
}

bool hs_lattice_node_add(lattice_blocks *g, int64_t around, int64_t column, int64_t row, int32_t amount) {
    if (column < 0)
        column += around;
    else if (column >= around)
        column -= around;
    int32_t *nodes = hs_lattice_block_at(g, (int32_t)(column >> 5), (int32_t)(row >> 5));
    if (!nodes) return false;
    nodes[(row & 31) * HS_LATTICE_BLOCK + (column & 31)] += amount;
    return true;
}

void hs_lattice_blocks_done(lattice_blocks *g) {
    free(g->x);
    free(g->y);
    free(g->nodes);
    free(g->slot);
}
