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

hs_status hs_hotspot_stand(const double *p, uint32_t count, double alpha, hs_error *error,
                           hs_hotspot_stands *stands) {
    double *q = malloc(((size_t)count + 1) * sizeof *q);
    hs_status status = q ? HS_OK : hs_error_memory(error, "corrections");
    *stands = (hs_hotspot_stands){{0}};
    for (int c = 0; c < HS_CORRECTIONS && status == HS_OK; c++) {
        status = hs_adjust_p_values(p, count, (hs_correction)c, error, q);
        for (uint32_t i = 0; i < count && status == HS_OK; i++)
            stands->count[c] += q[i] <= alpha;
    }
    free(q);
    return status;
}

void hs_hotspot_stands_member(const hs_hotspot_stands *stands, hs_json *json) {
    hs_json_key(json, "significant_by_correction");
    hs_json_object(json);
    for (int c = 0; c < HS_CORRECTIONS; c++)
        hs_json_pair_int(json, hs_correction_name((hs_correction)c), stands->count[c]);
    hs_json_object_end(json);
}
