#include "geo/polygon_stripes.h"

#include "geo/box.h"
#include <stdlib.h>
#include <string.h>

/* Stripes are halved in number until edges stand in at most this many each, on average. */
#define MAX_COPIES 4

static uint64_t units_between(int32_t low, int32_t high) {
    return (uint64_t)((int64_t)high - low);
}

/* Calls visit(context, edge) for each edge that is not level. */
static void each_edge(const hs_geometry *geometry, void (*visit)(void *context, hs_polygon_edge edge),
                      void *context) {
    for (uint32_t ring = 0; ring < geometry->ring_count; ring++) {
        for (uint32_t i = geometry->ring_start[ring]; i + 1 < geometry->ring_start[ring + 1]; i++) {
            hs_position a = geometry->positions[i], b = geometry->positions[i + 1];
            if (a.lat_e7 == b.lat_e7) continue;
            if (a.lat_e7 < b.lat_e7)
                visit(context, (hs_polygon_edge){a.lon_e7, a.lat_e7, b.lon_e7, b.lat_e7});
            else
                visit(context, (hs_polygon_edge){b.lon_e7, b.lat_e7, a.lon_e7, a.lat_e7});
        }
    }
}

typedef struct edge_tally {
    const hs_polygon_bands *bands;
    uint64_t edges, copies;
} edge_tally;

static uint64_t stripe_of(const hs_polygon_bands *bands, int32_t y) {
    return units_between(bands->box.min_lat_e7, y) >> bands->shift;
}

/* The row y1 itself is no part of the edge. */
static void tally_edge(void *context, hs_polygon_edge edge) {
    edge_tally *tally = context;
    tally->edges++;
    tally->copies += stripe_of(tally->bands, edge.y1 - 1) - stripe_of(tally->bands, edge.y0) + 1;
}

/* Chooses the stripe height; returns how many edges its stripes hold. */
static uint64_t choose_stripes(const hs_geometry *geometry, hs_polygon_bands *bands) {
    bands->box = hs_geometry_box(geometry);
    bands->shift = 31;
    edge_tally tally = {.bands = bands};
    each_edge(geometry, tally_edge, &tally);
    uint64_t edges = tally.edges, height = units_between(bands->box.min_lat_e7, bands->box.max_lat_e7);
    if (edges == 0) return 0;
    bands->shift = 0;
    while (height >> bands->shift >= edges / 2 + 1)
        bands->shift++;
    do {
        tally = (edge_tally){.bands = bands};
        each_edge(geometry, tally_edge, &tally);
    } while (tally.copies > MAX_COPIES * edges && bands->shift++ < 31);
    bands->count = (uint32_t)((height >> bands->shift) + 1);
    return tally.copies;
}

typedef struct edge_filler {
    hs_polygon_stripes *stripes;
    const hs_polygon_bands *bands;
    bool counting;
} edge_filler;

/* First counts into the element behind each stripe, then fills, moving the starts. */
static void fill_edge(void *context, hs_polygon_edge edge) {
    edge_filler *filler = context;
    uint64_t *start = filler->stripes->stripe_start + filler->bands->first;
    uint64_t last = stripe_of(filler->bands, edge.y1 - 1);
    for (uint64_t s = stripe_of(filler->bands, edge.y0); s <= last; s++) {
        if (filler->counting)
            start[s + 1]++;
        else
            filler->stripes->edge[start[s]++] = edge;
    }
}

static void fill(hs_polygon_stripes *stripes, const hs_geometry *geometries) {
    edge_filler filler = {.stripes = stripes};
    for (int pass = 0; pass < 2; pass++) {
        filler.counting = pass == 0;
        for (uint32_t i = 0; i < stripes->count; i++) {
            filler.bands = &stripes->polygon[i];
            if (filler.bands->count) each_edge(&geometries[i], fill_edge, &filler);
        }
        if (filler.counting)
            for (uint64_t s = 0; s < stripes->stripe_count; s++)
                stripes->stripe_start[s + 1] += stripes->stripe_start[s];
    }
    /* Filling has moved each start to its end: the start of the next. */
    memmove(stripes->stripe_start + 1, stripes->stripe_start, stripes->stripe_count * sizeof(uint64_t));
    stripes->stripe_start[0] = 0;
}

hs_status hs_polygon_stripes_build(const hs_geometry *geometries, uint32_t count, hs_error *error,
                                   hs_polygon_stripes *stripes) {
    hs_polygon_stripes made = {.count = count, .polygon = calloc((size_t)count + 1, sizeof *made.polygon)};
    if (!made.polygon) return hs_error_set(error, HS_E_MEMORY, "out of memory for a polygon index");
    for (uint32_t i = 0; i < count; i++) {
        if (geometries[i].type != HS_GEOMETRY_POLYGONS) {
            if (geometries[i].type == HS_GEOMETRY_NONE) continue;
            hs_polygon_stripes_done(&made);
            return hs_error_set(error, HS_E_ARGUMENT, "geometry %u of a polygon index is no polygon",
                                (unsigned)i);
        }
        made.polygon[i].first = (uint32_t)made.stripe_count;
        made.edge_count += choose_stripes(&geometries[i], &made.polygon[i]);
        made.stripe_count += made.polygon[i].count;
    }
    if (made.stripe_count >= UINT32_MAX) {
        hs_polygon_stripes_done(&made);
        return hs_error_set(error, HS_E_LIMIT, "too many edges for one polygon index");
    }
    made.stripe_start = calloc(made.stripe_count + 1, sizeof(uint64_t));
    made.edge = calloc(made.edge_count + 1, sizeof *made.edge);
    if (!made.stripe_start || !made.edge) {
        hs_polygon_stripes_done(&made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a polygon index");
    }
    fill(&made, geometries);
    *stripes = made;
    return HS_OK;
}

void hs_polygon_stripes_done(hs_polygon_stripes *stripes) {
    free(stripes->polygon);
    free(stripes->stripe_start);
    free(stripes->edge);
    *stripes = (hs_polygon_stripes){0};
}

bool hs_polygon_stripes_contain(const hs_polygon_stripes *stripes, uint32_t number, hs_position position) {
    const hs_polygon_bands *bands = &stripes->polygon[number];
    int32_t x = position.lon_e7, y = position.lat_e7;
    if (bands->count == 0 || x < bands->box.min_lon_e7 || x > bands->box.max_lon_e7 ||
        y < bands->box.min_lat_e7 || y > bands->box.max_lat_e7)
        return false;
    const uint64_t *start = stripes->stripe_start + bands->first + stripe_of(bands, y);
    unsigned odd = 0;
    for (const hs_polygon_edge *e = stripes->edge + start[0], *end = stripes->edge + start[1]; e < end; e++) {
        /* Longitudes differ by at most 3.6e9 and latitudes by 1.8e9: the products are below 2^63. */
        int64_t edge_side = ((int64_t)e->x1 - e->x0) * ((int64_t)y - e->y0);
        int64_t point_side = ((int64_t)x - e->x0) * ((int64_t)e->y1 - e->y0);
        odd ^= (unsigned)(y >= e->y0) & (unsigned)(y < e->y1) & (unsigned)(point_side < edge_side);
    }
    return odd;
}
