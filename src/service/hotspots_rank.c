#include "service/hotspots_rank.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double key;
    uint32_t row;
} ranked;

static int strongest_first(const void *left, const void *right) {
    const ranked *a = left;
    const ranked *b = right;
    if (a->key != b->key) return a->key > b->key ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

hs_status hs_hotspot_rank(const double *key, uint32_t count, hs_error *error, uint32_t *rank) {
    ranked *order = calloc((size_t)count + 1, sizeof *order);
    if (!order) return hs_error_memory(error, "ranks");
    uint32_t ranks = 0;
    for (uint32_t i = 0; i < count; i++) {
        rank[i] = 0;
        if (!isnan(key[i])) order[ranks++] = (ranked){key[i], i};
    }
    qsort(order, ranks, sizeof *order, strongest_first);
    for (uint32_t k = 0; k < ranks; k++)
        rank[order[k].row] = k + 1;
    free(order);
    return HS_OK;
}
