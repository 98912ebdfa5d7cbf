/* A study area inside the room: a grid for what is in reach, stripes for what lies west. */
#ifndef DENSITY_EDGE_CORRECTION_H
#define DENSITY_EDGE_CORRECTION_H

#include <hotspot/edge_correction.h>

/* Edges by where they lie: those of list i are number[start[i] .. start[i + 1]). */
typedef struct edge_lists {
    uint64_t *start;
    uint32_t *number;
} edge_lists;

struct hs_study_area {
    hs_kernel kernel;
    double bandwidth_m, per_bandwidth;
    double reach; /* bandwidths */
    uint32_t count;
    hs_directed_edge *edge; /* [count], metres */
    /* Cells about as wide as the reach, over all places that the kernel reaches an edge from. */
    double west_m, south_m, per_cell;
    uint32_t columns, rows;
    edge_lists near;  /* of a cell: all edges in reach of any place in it */
    int32_t *winding; /* of a cell without such edges: how many polygons it lies in */
    double stripe_south_m, per_stripe;
    uint32_t stripes;
    edge_lists beside; /* of a stripe: all edges that reach into it */
};

/* Fills grid and stripes (edge_grid.c); what was made is given back with the area. */
hs_status hs_study_area_index(hs_study_area *area, hs_error *error);

/* How often the border goes round a place, anticlockwise; and round the rim's westernmost point. */
typedef struct windings {
    int32_t place, rim;
} windings;
windings hs_study_area_windings(const hs_study_area *area, double x_m, double y_m);

/* The stripe of a row; stripes - 1 at most. */
static inline uint32_t hs_stripe_of(const hs_study_area *area, double y_m) {
    double at = (y_m - area->stripe_south_m) * area->per_stripe;
    if (!(at > 0.0)) return 0;
    return at < (double)area->stripes ? (uint32_t)at : area->stripes - 1;
}

#endif
