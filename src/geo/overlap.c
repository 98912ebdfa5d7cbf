#include "geo/overlap.h"

#include <math.h>

static void forward_ring(const hs_plane *plane, const hs_position *ring, uint32_t count, bool is_hole,
                         hs_signed_edge *edges, uint32_t *used) {
    double twice_m2 = 0;
    uint32_t first = *used;
    double x0;
    double y0;
    double first_x;
    double first_y;
    hs_plane_forward(plane, ring[0], &x0, &y0);
    first_x = x0;
    first_y = y0;
    for (uint32_t i = 1; i < count; i++) {
        double x1;
        double y1;
        hs_plane_forward(plane, ring[i], &x1, &y1);
        twice_m2 += (x0 - first_x) * (y1 - first_y) - (x1 - first_x) * (y0 - first_y);
        if (x1 > x0)
            edges[(*used)++] = (hs_signed_edge){x0, y0, x1, y1, -1};
        else if (x1 < x0)
            edges[(*used)++] = (hs_signed_edge){x1, y1, x0, y0, 1};
        x0 = x1;
        y0 = y1;
    }
    /* The signs are those of a ring that runs anticlockwise around its inside. */
    double turn = (twice_m2 < 0) == is_hole ? 1 : -1;
    for (uint32_t i = first; i < *used; i++)
        edges[i].sign *= turn;
}

uint32_t hs_signed_edges(const hs_plane *plane, const hs_geometry *polygons, hs_signed_edge *edges) {
    uint32_t used = 0;
    for (uint32_t part = 0; part < polygons->part_count; part++)
        for (uint32_t ring = polygons->part_start[part]; ring < polygons->part_start[part + 1]; ring++) {
            uint32_t first = polygons->ring_start[ring];
            uint32_t count = polygons->ring_start[ring + 1] - first;
            if (count >= 4)
                forward_ring(plane, polygons->positions + first, count, ring != polygons->part_start[part],
                             edges, &used);
        }
    return used;
}

typedef struct extent {
    double west, south, east, north;
} extent;

static extent extent_of(const hs_signed_edge *edges, uint32_t count) {
    extent e = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t i = 0; i < count; i++) {
        e.west = fmin(e.west, edges[i].x0);
        e.east = fmax(e.east, edges[i].x1);
        e.south = fmin(e.south, fmin(edges[i].y0, edges[i].y1));
        e.north = fmax(e.north, fmax(edges[i].y0, edges[i].y1));
    }
    return e;
}

/* What of the edges stands above `e` from west to east: those wholly below its south bear nothing there. */
static uint32_t choose(const hs_signed_edge *edges, uint32_t count, const extent *e, hs_signed_edge *chosen) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (edges[i].x1 > e->west && edges[i].x0 < e->east && fmax(edges[i].y0, edges[i].y1) > e->south)
            chosen[used++] = edges[i];
    return used;
}

static double height_at(const hs_signed_edge *edge, double x) {
    return edge->y0 + (edge->y1 - edge->y0) * ((x - edge->x0) / (edge->x1 - edge->x0));
}

/* The integral of max(0, height) over a stretch where it runs from `left` to `right`. */
static double above_zero(double left, double right, double width) {
    if (left <= 0 && right <= 0) return 0;
    if (left >= 0 && right >= 0) return (left + right) / 2 * width;
    double high = fmax(left, right);
    return high / 2 * width * (high / fabs(left - right));
}

/* The area above `south` that lies below both edges. */
static double below_both(const hs_signed_edge *a, const hs_signed_edge *b, double south) {
    double west = fmax(a->x0, b->x0);
    double east = fmin(a->x1, b->x1);
    if (!(west < east)) return 0;
    double a_left = height_at(a, west) - south;
    double a_right = height_at(a, east) - south;
    double b_left = height_at(b, west) - south;
    double b_right = height_at(b, east) - south;
    double width = east - west;
    if ((a_left <= b_left) == (a_right <= b_right))
        return a_left <= b_left && a_right <= b_right ? above_zero(a_left, a_right, width)
                                                      : above_zero(b_left, b_right, width);
    double gap_left = fabs(a_left - b_left);
    double cross = width * (gap_left / (gap_left + fabs(a_right - b_right)));
    double height = a_left + (a_right - a_left) * (cross / width);
    return above_zero(fmin(a_left, b_left), height, cross) +
           above_zero(height, fmin(a_right, b_right), width - cross);
}

double hs_overlap_m2(const hs_signed_edge *a, uint32_t a_count, const hs_signed_edge *b, uint32_t b_count,
                     hs_signed_edge *scratch) {
    extent one = extent_of(a, a_count);
    extent two = extent_of(b, b_count);
    extent both = {fmax(one.west, two.west), fmax(one.south, two.south), fmin(one.east, two.east),
                   fmin(one.north, two.north)};
    if (!(both.west < both.east && both.south < both.north)) return 0;
    uint32_t a_chosen = choose(a, a_count, &both, scratch);
    hs_signed_edge *rest = scratch + a_chosen;
    uint32_t b_chosen = choose(b, b_count, &both, rest);
    double sum_m2 = 0;
    for (uint32_t i = 0; i < a_chosen; i++)
        for (uint32_t j = 0; j < b_chosen; j++)
            sum_m2 += scratch[i].sign * rest[j].sign * below_both(&scratch[i], &rest[j], both.south);
    return fmax(sum_m2, 0);
}
