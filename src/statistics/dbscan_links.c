/* DBSCAN by links between places. */
#include "statistics/point_links.h"
#include "statistics/union_find.h"

#include <stdlib.h>

static bool is_core_place(const hs_point_links *l, uint32_t place, double eps_m, uint32_t min_points) {
    uint64_t inside = hs_place_weight(l, place);
    for (size_t k = l->first[place]; k < l->first[place + 1] && inside < min_points; k++)
        if (l->distance_m[k] <= eps_m) inside += hs_place_weight(l, l->neighbour[k]);
    return inside >= min_points;
}

/* Sets are joined to their first place, and places are numbered by their first point: the least set is the
 * first cluster. */
static void join_places(const hs_point_links *l, double eps_m, const bool *core, uint32_t *set) {
    for (uint32_t p = 0; p < l->count; p++) {
        if (!core[p]) continue;
        for (size_t k = l->first[p]; k < l->first[p + 1]; k++)
            if (l->distance_m[k] <= eps_m && core[l->neighbour[k]])
                (void)hs_set_join(set, p, l->neighbour[k]);
    }
}

static uint32_t set_at(const hs_point_links *l, uint32_t place, double eps_m, const bool *core,
                       uint32_t *set) {
    if (core[place]) return hs_set_of(set, place);
    uint32_t best = HS_NONE;
    for (size_t k = l->first[place]; k < l->first[place + 1]; k++) {
        if (l->distance_m[k] > eps_m || !core[l->neighbour[k]]) continue;
        uint32_t one = hs_set_of(set, l->neighbour[k]);
        if (one < best) best = one;
    }
    return best;
}

hs_status hs_dbscan_links(const hs_point_links *links, double eps_m, uint32_t min_points, hs_error *error,
                          uint32_t *cluster, bool *is_core, uint32_t *found) {
    if (!(eps_m > 0 && eps_m <= links->reach_m) || min_points < 1)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "dbscan: eps is above 0 and at most %g m, min-points 1 or more", links->reach_m);
    size_t n = (size_t)links->count + 1;
    bool *core = malloc(n * sizeof *core);
    uint32_t *set = malloc(n * sizeof *set);
    uint32_t *number = malloc(n * sizeof *number);
    hs_status status = core && set && number ? HS_OK : hs_error_memory(error, "dbscan");
    if (status == HS_OK) {
        for (uint32_t p = 0; p < links->count; p++) {
            set[p] = p;
            core[p] = is_core_place(links, p, eps_m, min_points);
            number[p] = HS_NONE;
        }
        join_places(links, eps_m, core, set);
        uint32_t clusters = 0;
        for (uint32_t p = 0; p < links->count; p++)
            if (core[p] && hs_set_of(set, p) == p) number[p] = clusters++;
        /* The first core place of a cluster is its set's least. */
        for (uint32_t p = 0; p < links->count; p++) {
            uint32_t one = set_at(links, p, eps_m, core, set);
            for (uint32_t k = links->member_first[p]; k < links->member_first[p + 1]; k++) {
                cluster[links->member[k]] = one == HS_NONE ? HS_NONE : number[one];
                if (is_core) is_core[links->member[k]] = core[p];
            }
        }
        *found = clusters;
    }
    free(core);
    free(set);
    free(number);
    return status;
}
