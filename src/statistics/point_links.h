/* Links between places within reach of one another. Private to src/statistics. */
#ifndef STATISTICS_POINT_LINKS_H
#define STATISTICS_POINT_LINKS_H

#include <hotspot/point_clusters.h>

struct hs_point_links {
    double reach_m;
    uint32_t point_count, count; /* count: of places */
    uint32_t *place;             /* [point_count] */
    uint32_t *member_first;      /* [count + 1] */
    uint32_t *member;            /* [point_count] points of a place, ascending */
    size_t *first;               /* [count + 1] into neighbour */
    uint32_t *neighbour;
    double *distance_m;
};

static inline uint32_t hs_place_weight(const hs_point_links *links, uint32_t place) {
    return links->member_first[place + 1] - links->member_first[place];
}

/* Numbers places, of which class[i] is the same for points at one, by their first point, and lists their
 * members; class is overwritten. Links come after. */
hs_status hs_point_links_new(uint32_t *class, uint32_t point_count, double reach_m, hs_error *error,
                             hs_point_links **links);
/* Places of points on a plane, without links yet. HS_E_ARGUMENT for a position that is not finite. */
hs_status hs_point_places(const double *x_m, const double *y_m, uint32_t count, hs_error *error,
                          hs_point_links **links);
/* Room for `count` links after links->first is filled. */
hs_status hs_point_links_room(hs_point_links *links, size_t count, hs_error *error);
hs_status hs_point_links_full(hs_error *error);

/* The distance within which min_points points lie of each place, itself counted; INFINITY beyond reach. */
hs_status hs_core_distances(const hs_point_links *links, uint32_t min_points, hs_error *error,
                            double *core_m);

/* Clusters by place become clusters by point, numbered by their first point; returns how many. number[] has
 * room for every number that is in `of_place`. */
uint32_t hs_number_clusters(const uint32_t *place, uint32_t point_count, const uint32_t *of_place,
                            uint32_t *number, uint32_t *cluster);

#endif
