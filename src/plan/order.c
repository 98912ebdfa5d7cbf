#include "plan/order.h"

#include <stdlib.h>

typedef struct keyed {
    double rate;
    uint32_t index;
} keyed;

static int higher_first(const void *a, const void *b) {
    const keyed *p = a;
    const keyed *q = b;
    if (p->rate != q->rate) return p->rate > q->rate ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

uint32_t *hs_order_by_rate(const double *value, const double *measure, uint32_t count) {
    keyed *keys = malloc(((size_t)count + 1) * sizeof *keys);
    uint32_t *order = malloc(((size_t)count + 1) * sizeof *order);
    for (uint32_t i = 0; keys && order && i < count; i++)
        keys[i] = (keyed){value[i] / measure[i], i};
    if (keys && order) {
        qsort(keys, count, sizeof *keys, higher_first);
        for (uint32_t i = 0; i < count; i++)
            order[i] = keys[i].index;
    } else {
        free(order);
        order = NULL;
    }
    free(keys);
    return order;
}
