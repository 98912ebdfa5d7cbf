/* Links between places along streets. */
#include "statistics/point_links.h"
#include "statistics/street_walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct linking {
    const hs_street_places *points;
    const hs_street_index *index;
    hs_point_links *links;
    size_t count, capacity;
} linking;

/* Points that follow one another at the same place of a segment are one. */
static void classify(const hs_street_index *index, uint32_t *class) {
    for (uint32_t s = 0; s < index->net->segment_count; s++) {
        for (uint32_t k = index->point_first[s]; k < index->point_first[s + 1]; k++) {
            bool same = k > index->point_first[s] && index->along_m[k] == index->along_m[k - 1];
            class[index->point[k]] = same ? class[index->point[k - 1]] : index->point[k];
        }
    }
}

static hs_status add(linking *l, uint32_t place, double distance_m, hs_error *error) {
    if (l->count == l->capacity) {
        size_t capacity = l->capacity > 0 ? 2 * l->capacity : 65536;
        if (l->count >= HS_MOST_POINT_LINKS) return hs_point_links_full(error);
        uint32_t *neighbour = realloc(l->links->neighbour, capacity * sizeof *neighbour);
        if (neighbour) l->links->neighbour = neighbour;
        double *distance = realloc(l->links->distance_m, capacity * sizeof *distance);
        if (distance) l->links->distance_m = distance;
        if (!neighbour || !distance) return hs_error_memory(error, "pairs of places");
        l->capacity = capacity;
    }
    l->links->neighbour[l->count] = place;
    l->links->distance_m[l->count++] = distance_m;
    return HS_OK;
}

static hs_status link_from(linking *l, hs_street_walk *walk, uint32_t place, hs_error *error) {
    const hs_street_index *index = l->index;
    hs_point_links *links = l->links;
    uint32_t self = links->member[links->member_first[place]];
    uint32_t start = l->points->segment[self];
    double start_m = l->points->along_m[self];
    hs_status status = HS_OK;
    if (!hs_street_walk_from(walk, start, start_m, links->reach_m))
        status = hs_error_memory(error, "pairs of places");
    for (uint32_t t = 0; t < walk->segment_count && status == HS_OK; t++) {
        uint32_t s = walk->segment[t];
        for (uint32_t k = index->point_first[s]; k < index->point_first[s + 1] && status == HS_OK; k++) {
            uint32_t other = links->place[index->point[k]];
            bool again = k > index->point_first[s] && links->place[index->point[k - 1]] == other;
            double distance = hs_street_walk_to(walk, start, start_m, s, index->along_m[k]);
            if (other != place && !again && distance <= links->reach_m)
                status = add(l, other, distance, error);
        }
    }
    hs_street_walk_clear(walk);
    return status;
}

hs_status hs_point_links_streets(const hs_street_net *net, const hs_street_places *points, double reach_m,
                                 hs_error *error, hs_point_links **links) {
    if (!(reach_m > 0 && isfinite(reach_m)))
        return hs_error_set(error, HS_E_ARGUMENT, "pairs of places: a distance is above 0 m");
    hs_street_index index;
    hs_status status = hs_street_index_new(net, points, error, &index);
    if (status != HS_OK) return status;
    hs_street_walk walk = {0};
    linking l = {.points = points, .index = &index};
    uint32_t *class = malloc(((size_t)points->count + 1) * sizeof *class);
    if (!class || !hs_street_walk_new(&index, &walk)) status = hs_error_memory(error, "pairs of places");
    if (status == HS_OK) {
        classify(&index, class);
        status = hs_point_links_new(class, points->count, reach_m, error, &l.links);
    }
    for (uint32_t p = 0; status == HS_OK && p < l.links->count; p++) {
        l.links->first[p] = l.count;
        status = link_from(&l, &walk, p, error);
        l.links->first[p + 1] = l.count;
    }
    free(class);
    hs_street_walk_done(&walk);
    hs_street_index_done(&index);
    if (status == HS_OK)
        *links = l.links;
    else
        hs_point_links_free(l.links);
    return status;
}
