/* Zones of the scan: about the middles of units on the city's plane, or along the streets. */
#include "service/hotspots_scan.h"
#include "service/hotspots_walk.h"

#include "geo/overlap.h"
#include <math.h>
#include <stdlib.h>

/* The centroid of polygons on the plane, by what lies below their edges; false where they have no area. */
static bool centroid(const hs_plane *plane, const hs_geometry *g, hs_signed_edge *edges, double *x,
                     double *y) {
    uint32_t count = hs_signed_edges(plane, g, edges);
    double area = 0;
    double east = 0;
    double north = 0;
    for (uint32_t i = 0; i < count; i++) {
        const hs_signed_edge *e = &edges[i];
        double width = e->sign * (e->x1 - e->x0);
        area += width * (e->y0 + e->y1) / 2;
        east += width * (e->x0 * (2 * e->y0 + e->y1) + e->x1 * (e->y0 + 2 * e->y1)) / 6;
        north += width * (e->y0 * e->y0 + e->y0 * e->y1 + e->y1 * e->y1) / 6;
    }
    if (!(fabs(area) > 1e-3)) return false;
    *x = east / area;
    *y = north / area;
    return true;
}

/* Units of a level are where their centroid is, cells and segments where their own middle is. */
static hs_status find_middles(hs_scanning *s) {
    hs_scan_result *h = s->h;
    const hs_areas *areas = &h->areas;
    uint32_t most = 1;
    h->middle_x_m = hs_arena_array(h->head.arena, (size_t)areas->count + 1, sizeof *h->middle_x_m);
    h->middle_y_m = hs_arena_array(h->head.arena, (size_t)areas->count + 1, sizeof *h->middle_y_m);
    bool of_level = s->ask->areas.units == HS_UNITS_LEVEL;
    for (uint32_t i = 0; i < areas->count && of_level; i++) {
        const hs_geometry *g = &areas->geometry[i];
        if (g->ring_count > 0 && g->ring_start[g->ring_count] > most) most = g->ring_start[g->ring_count];
    }
    hs_signed_edge *edges = malloc(((size_t)most + 1) * sizeof *edges);
    bool good = h->middle_x_m && h->middle_y_m && edges;
    for (uint32_t i = 0; i < areas->count && good; i++) {
        h->middle_x_m[i] = areas->x_m[i];
        h->middle_y_m[i] = areas->y_m[i];
        if (of_level)
            (void)centroid(&s->work->snapshot->plane, &areas->geometry[i], edges, &h->middle_x_m[i],
                           &h->middle_y_m[i]);
    }
    free(edges);
    return good ? HS_OK : hs_error_memory(s->work->error, "middles of units");
}

typedef struct walking {
    const hs_areas *areas;
    hs_segment_walk walk;
    double reach_m;
    uint32_t *area_of; /* [segments] */
} walking;

static uint32_t reach(void *context, uint32_t centre, uint32_t *areas, double *distances_m) {
    walking *w = context;
    uint32_t count = 0;
    hs_segment_walk_from(&w->walk, w->areas->segment[centre], w->reach_m);
    for (uint32_t k = 0; k < w->walk.found_count; k++) {
        uint32_t segment = w->walk.found[k];
        if (w->area_of[segment] == HS_NONE) continue;
        areas[count] = w->area_of[segment];
        distances_m[count++] = w->walk.segment_m[segment];
    }
    hs_segment_walk_clear(&w->walk);
    return count;
}

static hs_status zones_along(hs_scanning *s, const double *size, hs_scan_zones **zones) {
    const hs_segments *segments = &s->work->snapshot->geography->segments;
    const hs_areas *areas = &s->h->areas;
    walking w = {.areas = areas, .walk = {.segments = segments}, .reach_m = s->ask->extent.max_radius_m};
    w.area_of = malloc(((size_t)segments->count + 1) * sizeof *w.area_of);
    bool good = hs_segment_walk_init(&w.walk) && w.area_of;
    for (uint32_t i = 0; good && i < segments->count; i++)
        w.area_of[i] = HS_NONE;
    for (uint32_t i = 0; good && i < areas->count; i++)
        w.area_of[areas->segment[i]] = i;
    hs_status status = good ? hs_scan_zones_new_reached(areas->count, size, &s->ask->extent, reach, &w,
                                                        s->work->error, zones)
                            : hs_error_memory(s->work->error, "zones");
    hs_segment_walk_done(&w.walk);
    free(w.area_of);
    return status;
}

hs_status hs_scan_make_zones(hs_scanning *s, hs_scan_zones **zones) {
    hs_scan_result *h = s->h;
    uint32_t steps = h->steps.count > 0 ? h->steps.count : 1;
    double *size = hs_arena_array(h->head.arena, (size_t)h->areas.count + 1, sizeof *size);
    if (!size) return hs_error_memory(s->work->error, "zones");
    const double *of = h->population ? h->population : h->cases;
    for (size_t i = 0; i < (size_t)h->areas.count * steps; i++)
        size[i / steps] += of[i];
    hs_status status = find_middles(s);
    if (status != HS_OK) return status;
    status = s->ask->areas.units == HS_UNITS_STREETS
                 ? zones_along(s, size, zones)
                 : hs_scan_zones_new(h->areas.count, h->middle_x_m, h->middle_y_m, size, &s->ask->extent,
                                     s->work->error, zones);
    if (status != HS_OK) return status;
    h->zones = hs_scan_zones_count(*zones);
    double lengths = s->ask->when == HS_SCAN_SPACE ? 1 : h->most_steps;
    double ends = s->ask->when == HS_SCAN_SPACE_TIME ? steps : 1;
    if ((double)h->zones * lengths * ends * s->ask->replications <= HS_SCAN_MOST_WORK) return HS_OK;
    hs_scan_zones_free(*zones);
    return hs_error_set(
        s->work->error, HS_E_ARGUMENT,
        "scan: %.3g windows times %u replications are more than the %g that are made; take larger "
        "units, longer steps, or a smaller max-share, max-radius, max-days or replications",
        (double)h->zones * lengths * ends, (unsigned)s->ask->replications, HS_SCAN_MOST_WORK);
}
