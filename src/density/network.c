#include "density/network.h"

#include <math.h>

#define MOST_LIXELS (UINT64_C(1) << 28)

void hs_network_free(hs_network *network) {
    if (!network) return;
    free(network->from);
    free(network->to);
    free(network->length);
    free(network->lixel_first);
    free(network->dart_first);
    free(network->dart);
    free(network->slot);
    free(network);
}

size_t hs_network_bytes(const hs_network *n) {
    return sizeof *n + ((size_t)8 * n->segment_count + n->node_count + 2) * sizeof(uint32_t);
}

uint32_t hs_network_segment_count(const hs_network *network) {
    return network->segment_count;
}

uint32_t hs_network_lixel_count(const hs_network *network) {
    return network->lixel_count;
}

const uint32_t *hs_network_lixel_first(const hs_network *network) {
    return network->lixel_first;
}

double hs_network_lixel_m(const hs_network *n, uint32_t segment) {
    return (double)n->length[segment] * HS_NETWORK_UNIT_M /
           (double)(n->lixel_first[segment + 1] - n->lixel_first[segment]);
}

double hs_network_per_km(const hs_network *n, uint32_t segment, int64_t sum) {
    return (double)sum / (double)HS_NETWORK_ONE / (hs_network_lixel_m(n, segment) / 1000.0);
}

static hs_status check_segment(uint32_t s, uint32_t node_count, uint32_t from, uint32_t to, double length_m,
                               hs_error *error) {
    if (from >= node_count || to >= node_count)
        return hs_error_set(error, HS_E_ARGUMENT, "segment %u joins node %u that is not there", (unsigned)s,
                            (unsigned)(from >= node_count ? from : to));
    if (!(length_m > 0.0 && length_m <= HS_NETWORK_MAX_LENGTH_M))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "segment %u is %g m long: above 0 and at most %g m are taken", (unsigned)s,
                            length_m, HS_NETWORK_MAX_LENGTH_M);
    return HS_OK;
}

/* Darts by the node they leave, each node's ascending. */
static void sort_darts(hs_network *n) {
    for (uint32_t s = 0; s < n->segment_count; s++) {
        n->dart_first[n->from[s] + 1]++;
        n->dart_first[n->to[s] + 1]++;
    }
    for (uint32_t v = 0; v < n->node_count; v++)
        n->dart_first[v + 1] += n->dart_first[v];
    for (uint32_t s = n->segment_count; s-- > 0;) {
        n->dart[--n->dart_first[n->to[s] + 1]] = 2 * s + 1;
        n->dart[--n->dart_first[n->from[s] + 1]] = 2 * s;
    }
    /* Each start now stands one place too far. */
    memmove(n->dart_first, n->dart_first + 1, n->node_count * sizeof *n->dart_first);
    n->dart_first[n->node_count] = 2 * n->segment_count;
    for (uint32_t d = 0; d < 2 * n->segment_count; d++)
        n->slot[n->dart[d]] = d;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (hs_node_degree(n, v) > n->degree_most) n->degree_most = hs_node_degree(n, v);
}

static hs_status fill(hs_network *n, const uint32_t *from, const uint32_t *to, const float *length_m,
                      double lixel_m, hs_error *error) {
    uint64_t lixels = 0;
    for (uint32_t s = 0; s < n->segment_count; s++) {
        double metres = (double)length_m[s];
        hs_status status = check_segment(s, n->node_count, from[s], to[s], metres, error);
        if (status != HS_OK) return status;
        n->from[s] = from[s];
        n->to[s] = to[s];
        double units = floor(metres / HS_NETWORK_UNIT_M + 0.5);
        n->length[s] = units < 1.0 ? 1 : (uint32_t)units;
        n->lixel_first[s] = (uint32_t)lixels;
        /* A hair above a whole number is that number: floats are not metres. */
        lixels += (uint64_t)fmax(1.0, ceil(metres / lixel_m - 1e-6));
        if (lixels > MOST_LIXELS)
            return hs_error_set(error, HS_E_LIMIT, "lixels of %g m are too many: take longer ones", lixel_m);
    }
    n->lixel_first[n->segment_count] = n->lixel_count = (uint32_t)lixels;
    sort_darts(n);
    return HS_OK;
}

static bool reserve(hs_network *n) {
    size_t size = (size_t)n->segment_count + 2;
    n->from = malloc(size * sizeof *n->from);
    n->to = malloc(size * sizeof *n->to);
    n->length = malloc(size * sizeof *n->length);
    n->lixel_first = malloc(size * sizeof *n->lixel_first);
    n->dart_first = calloc((size_t)n->node_count + 2, sizeof *n->dart_first);
    n->dart = calloc(2 * size, sizeof *n->dart);
    n->slot = malloc(2 * size * sizeof *n->slot);
    return n->from && n->to && n->length && n->lixel_first && n->dart_first && n->dart && n->slot;
}

hs_status hs_network_new(uint32_t node_count, uint32_t segment_count, const uint32_t *from,
                         const uint32_t *to, const float *length_m, double lixel_m, hs_error *error,
                         hs_network **network) {
    if (!(lixel_m > 0.0) || !isfinite(lixel_m))
        return hs_error_set(error, HS_E_ARGUMENT, "lixels of %g m: a length above 0 is needed", lixel_m);
    if (segment_count > UINT32_MAX / 4 || node_count > UINT32_MAX / 4)
        return hs_error_set(error, HS_E_LIMIT, "a network has at most %u segments and nodes",
                            (unsigned)(UINT32_MAX / 4));
    hs_network *n = calloc(1, sizeof *n);
    if (!n) return hs_error_memory(error, "a network");
    *n = (hs_network){.node_count = node_count, .segment_count = segment_count};
    hs_status status =
        reserve(n) ? fill(n, from, to, length_m, lixel_m, error) : hs_error_memory(error, "a network");
    if (status == HS_OK)
        *network = n;
    else
        hs_network_free(n);
    return status;
}
