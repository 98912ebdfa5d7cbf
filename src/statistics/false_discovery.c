#include "statistics/false_discovery.h"

#include <stdlib.h>

typedef struct ranked {
    double p;
    size_t at;
} ranked;

static int by_p(const void *left, const void *right) {
    const ranked *a = left, *b = right;
    if (a->p != b->p) return a->p < b->p ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

hs_status hs_benjamini_hochberg(const double *p, size_t count, hs_error *error, double *q) {
    ranked *order = malloc((count + 1) * sizeof *order);
    if (!order) return hs_error_memory(error, "adjusted p-values");
    for (size_t i = 0; i < count; i++)
        order[i] = (ranked){p[i], i};
    qsort(order, count, sizeof *order, by_p);
    double least = 1;
    for (size_t rank = count; rank > 0; rank--) {
        double adjusted = order[rank - 1].p * (double)count / (double)rank;
        if (adjusted < least) least = adjusted;
        q[order[rank - 1].at] = least;
    }
    free(order);
    return HS_OK;
}
