#include "geo/outline.h"

#include "geo/mercator.h"
#include <stdlib.h>

#define LONGEST_E7  20000
#define MOST_PIECES 4096

/* An edge with its ends in order, to find the one that runs back along it. */
typedef struct found_edge {
    hs_position low, high;
    uint32_t number;
    bool back; /* from high to low */
    bool cancelled;
} found_edge;

static int64_t compare_positions(hs_position a, hs_position b) {
    return a.lon_e7 != b.lon_e7 ? (int64_t)a.lon_e7 - b.lon_e7 : (int64_t)a.lat_e7 - b.lat_e7;
}

static int compare_places(const void *a, const void *b) {
    const found_edge *x = a;
    const found_edge *y = b;
    int64_t order = compare_positions(x->low, y->low);
    if (order == 0) order = compare_positions(x->high, y->high);
    if (order == 0) order = (int64_t)x->number - y->number;
    return (order > 0) - (order < 0);
}

static int compare_numbers(const void *a, const void *b) {
    const found_edge *x = a;
    const found_edge *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static bool anticlockwise(const hs_position *ring, uint32_t count) {
    double twice_area = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double x0 = (double)((int64_t)ring[i].lon_e7 - ring[0].lon_e7);
        double y0 = (double)((int64_t)ring[i].lat_e7 - ring[0].lat_e7);
        double x1 = (double)((int64_t)ring[i + 1].lon_e7 - ring[0].lon_e7);
        double y1 = (double)((int64_t)ring[i + 1].lat_e7 - ring[0].lat_e7);
        twice_area += x0 * y1 - x1 * y0;
    }
    return twice_area > 0;
}

static uint32_t add_ring(const hs_position *ring, uint32_t count, bool hole, found_edge *edges,
                         uint32_t number) {
    bool turned = anticlockwise(ring, count) == hole;
    for (uint32_t i = 0; i + 1 < count; i++) {
        hs_position from = ring[turned ? i + 1 : i];
        hs_position to = ring[turned ? i : i + 1];
        int64_t order = compare_positions(from, to);
        if (order == 0) continue;
        edges[number] = (found_edge){order < 0 ? from : to, order < 0 ? to : from, number, order > 0, false};
        number++;
    }
    return number;
}

static uint32_t add_geometry(const hs_geometry *geometry, found_edge *edges, uint32_t number) {
    for (uint32_t part = 0; part < geometry->part_count; part++) {
        uint32_t first = geometry->part_start[part];
        for (uint32_t ring = first; ring < geometry->part_start[part + 1]; ring++) {
            uint32_t start = geometry->ring_start[ring];
            number = add_ring(geometry->positions + start, geometry->ring_start[ring + 1] - start,
                              ring > first, edges, number);
        }
    }
    return number;
}

/* Of the edges between the same two vertices, as many go as run one way and back. */
static void cancel(found_edge *edges, uint32_t count) {
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        uint32_t back = 0;
        for (end = begin; end < count && compare_positions(edges[end].low, edges[begin].low) == 0 &&
                          compare_positions(edges[end].high, edges[begin].high) == 0;
             end++)
            back += edges[end].back;
        uint32_t pairs = back < end - begin - back ? back : end - begin - back;
        uint32_t gone[2] = {0, 0};
        for (uint32_t i = begin; i < end; i++)
            edges[i].cancelled = gone[edges[i].back]++ < pairs;
    }
}

static uint32_t pieces_of(const found_edge *e) {
    int64_t lon = (int64_t)e->high.lon_e7 - e->low.lon_e7;
    int64_t lat = llabs((int64_t)e->high.lat_e7 - e->low.lat_e7);
    int64_t pieces = ((lon > lat ? lon : lat) + LONGEST_E7 - 1) / LONGEST_E7;
    return pieces < MOST_PIECES ? (uint32_t)pieces : MOST_PIECES;
}

/* The i-th of the places that cut an edge evenly, counted from its lower end whichever way it runs. */
static void place_on(const found_edge *e, uint32_t i, uint32_t pieces, double *lon_deg, double *lat_deg) {
    double low = (double)(pieces - i);
    double high = (double)i;
    *lon_deg = (e->low.lon_e7 * low + e->high.lon_e7 * high) / pieces / 1e7;
    *lat_deg = (e->low.lat_e7 * low + e->high.lat_e7 * high) / pieces / 1e7;
}

static void add_pieces(hs_outline *outline, const found_edge *e) {
    uint32_t pieces = pieces_of(e);
    for (uint32_t i = 0; i < pieces; i++) {
        uint32_t a = e->back ? pieces - i : i;
        uint32_t b = e->back ? pieces - i - 1 : i + 1;
        hs_directed_edge *piece = &outline->edge[outline->count++];
        place_on(e, a, pieces, &piece->x0, &piece->y0);
        place_on(e, b, pieces, &piece->x1, &piece->y1);
    }
}

static hs_status lay_out(const found_edge *edges, uint32_t count, hs_error *error, hs_outline **outline) {
    uint64_t pieces = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!edges[i].cancelled) pieces += pieces_of(&edges[i]);
    if (pieces > UINT64_C(1) << 28)
        return hs_error_set(error, HS_E_LIMIT, "an outline of over 2^28 edges is not taken");
    hs_outline *made = calloc(1, sizeof *made);
    if (made) made->edge = malloc((pieces + 1) * sizeof *made->edge);
    if (!made || !made->edge) {
        hs_outline_free(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for an outline");
    }
    for (uint32_t i = 0; i < count; i++)
        if (!edges[i].cancelled) add_pieces(made, &edges[i]);
    *outline = made;
    return HS_OK;
}

hs_status hs_outline_new(const hs_geometry *geometries, uint32_t count, hs_error *error,
                         hs_outline **outline) {
    uint64_t most = 0;
    for (uint32_t g = 0; g < count; g++)
        if (geometries[g].type == HS_GEOMETRY_POLYGONS)
            most += geometries[g].ring_start[geometries[g].ring_count];
    if (most > UINT64_C(1) << 28)
        return hs_error_set(error, HS_E_LIMIT, "an outline of over 2^28 edges is not taken");
    found_edge *edges = malloc((most + 1) * sizeof *edges);
    if (!edges) return hs_error_set(error, HS_E_MEMORY, "out of memory for an outline");
    uint32_t found = 0;
    for (uint32_t g = 0; g < count; g++)
        if (geometries[g].type == HS_GEOMETRY_POLYGONS) found = add_geometry(&geometries[g], edges, found);
    qsort(edges, found, sizeof *edges, compare_places);
    cancel(edges, found);
    qsort(edges, found, sizeof *edges, compare_numbers); /* neighbours along a ring stay together */
    hs_status status = lay_out(edges, found, error, outline);
    free(edges);
    return status;
}

void hs_outline_free(hs_outline *outline) {
    if (!outline) return;
    free(outline->edge);
    free(outline);
}

void hs_outline_on_plane(const hs_outline *outline, const hs_plane *plane, size_t begin, size_t end,
                         hs_directed_edge *edges) {
    for (size_t i = begin; i < end; i++) {
        const hs_directed_edge *e = &outline->edge[i];
        hs_plane_forward_degrees(plane, e->x0, e->y0, &edges[i].x0, &edges[i].y0);
        hs_plane_forward_degrees(plane, e->x1, e->y1, &edges[i].x1, &edges[i].y1);
    }
}

/* The centre of its unit, which is below a centimetre wide. */
static void on_mercator(double lon_deg, double lat_deg, double *x, double *y) {
    hs_mercator m = hs_mercator_from_degrees(lon_deg, lat_deg);
    *x = (double)m.x + 0.5;
    *y = (double)m.y + 0.5;
}

void hs_outline_on_mercator(const hs_outline *outline, size_t begin, size_t end, hs_directed_edge *edges) {
    for (size_t i = begin; i < end; i++) {
        const hs_directed_edge *e = &outline->edge[i];
        on_mercator(e->x0, e->y0, &edges[i].x0, &edges[i].y0);
        on_mercator(e->x1, e->y1, &edges[i].x1, &edges[i].y1);
    }
}
