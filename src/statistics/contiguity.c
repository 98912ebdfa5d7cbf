/* Contiguity: pairs of polygons whose boxes come near each other, then pairs of edges near both. */
#include "geo/box.h"
#include "geo/plane.h"
#include "statistics/weights_builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct edge_list {
    hs_directed_edge *edges;
    size_t count, capacity;
} edge_list;

typedef struct borders {
    const hs_geometry *polygons;
    const hs_box *box;
    hs_contiguity contiguity;
    double gap_m;
    edge_list a, b; /* edges of the pair at hand, metres about a corner of the pair's common box */
} borders;

static double clamped(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double point_edge2(double x, double y, const hs_directed_edge *e) {
    double dx = e->x1 - e->x0, dy = e->y1 - e->y0, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? clamped(((x - e->x0) * dx + (y - e->y0) * dy) / length2) : 0;
    double ex = e->x0 + t * dx - x, ey = e->y0 + t * dy - y;
    return ex * ex + ey * ey;
}

static double side_of(const hs_directed_edge *e, double x, double y) {
    return (e->x1 - e->x0) * (y - e->y0) - (e->y1 - e->y0) * (x - e->x0);
}

static bool edges_cross(const hs_directed_edge *a, const hs_directed_edge *b) {
    return side_of(a, b->x0, b->y0) * side_of(a, b->x1, b->y1) < 0 &&
           side_of(b, a->x0, a->y0) * side_of(b, a->x1, a->y1) < 0;
}

static bool edges_meet(const hs_directed_edge *a, const hs_directed_edge *b, double gap2) {
    return point_edge2(a->x0, a->y0, b) <= gap2 || point_edge2(a->x1, a->y1, b) <= gap2 ||
           point_edge2(b->x0, b->y0, a) <= gap2 || point_edge2(b->x1, b->y1, a) <= gap2 || edges_cross(a, b);
}

/* Cuts [*low, *high] of t to where low_value <= at + t * slope <= high_value. */
static bool cut(double at, double slope, double low_value, double high_value, double *low, double *high) {
    if (slope == 0) return at >= low_value && at <= high_value;
    double t0 = (low_value - at) / slope, t1 = (high_value - at) / slope;
    *low = fmax(*low, fmin(t0, t1));
    *high = fmin(*high, fmax(t0, t1));
    return *low < *high;
}

/* Metres of edge a that lie beside edge b: before its ends and at most gap from its line; none where they run
 * at more than 45 degrees to each other. */
static double length_beside(const hs_directed_edge *a, const hs_directed_edge *b, double gap) {
    double bx = b->x1 - b->x0, by = b->y1 - b->y0, b_length = sqrt(bx * bx + by * by);
    double ax = a->x1 - a->x0, ay = a->y1 - a->y0, a_length = sqrt(ax * ax + ay * ay);
    if (!(b_length > 0) || !(a_length > 0)) return 0;
    if (fabs(ax * by - ay * bx) > fabs(ax * bx + ay * by)) return 0;
    double ux = bx / b_length, uy = by / b_length, low = 0, high = 1;
    double along = (a->x0 - b->x0) * ux + (a->y0 - b->y0) * uy,
           off = (a->y0 - b->y0) * ux - (a->x0 - b->x0) * uy;
    if (!cut(along, ax * ux + ay * uy, 0, b_length, &low, &high)) return 0;
    if (!cut(off, ay * ux - ax * uy, -gap, gap, &low, &high)) return 0;
    return (high - low) * a_length;
}

static bool add_edge(edge_list *list, hs_directed_edge edge) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 256;
        hs_directed_edge *edges = realloc(list->edges, capacity * sizeof *edges);
        if (!edges) return false;
        list->edges = edges;
        list->capacity = capacity;
    }
    list->edges[list->count++] = edge;
    return true;
}

/* The edges of a polygon whose boxes meet `near`, in metres about its corner. */
static bool collect(const hs_geometry *polygon, const hs_box *near, double kx, double ky, edge_list *list) {
    list->count = 0;
    for (uint32_t ring = 0; ring < polygon->ring_count; ring++)
        for (uint32_t i = polygon->ring_start[ring]; i + 1 < polygon->ring_start[ring + 1]; i++) {
            const hs_position *p = polygon->positions + i;
            hs_box box = hs_positions_box(p, 2);
            if (!hs_boxes_meet(&box, near)) continue;
            hs_directed_edge edge = {
                ((double)p[0].lon_e7 - near->min_lon_e7) * kx, ((double)p[0].lat_e7 - near->min_lat_e7) * ky,
                ((double)p[1].lon_e7 - near->min_lon_e7) * kx, ((double)p[1].lat_e7 - near->min_lat_e7) * ky};
            if (!add_edge(list, edge)) return false;
        }
    return true;
}

static bool edges_are_near(const hs_directed_edge *a, const hs_directed_edge *b, double gap) {
    return fmin(a->x0, a->x1) <= fmax(b->x0, b->x1) + gap && fmin(b->x0, b->x1) <= fmax(a->x0, a->x1) + gap &&
           fmin(a->y0, a->y1) <= fmax(b->y0, b->y1) + gap && fmin(b->y0, b->y1) <= fmax(a->y0, a->y1) + gap;
}

static int32_t widened(int64_t at, double by) {
    double moved = (double)at + by;
    return moved < INT32_MIN ? INT32_MIN : moved > INT32_MAX ? INT32_MAX : (int32_t)moved;
}

static hs_box grown(const hs_box *box, double dx, double dy) {
    return (hs_box){widened(box->min_lon_e7, -dx - 1), widened(box->min_lat_e7, -dy - 1),
                    widened(box->max_lon_e7, dx + 1), widened(box->max_lat_e7, dy + 1)};
}

static hs_box common(const hs_box *a, const hs_box *b) {
    return (hs_box){a->min_lon_e7 > b->min_lon_e7 ? a->min_lon_e7 : b->min_lon_e7,
                    a->min_lat_e7 > b->min_lat_e7 ? a->min_lat_e7 : b->min_lat_e7,
                    a->max_lon_e7 < b->max_lon_e7 ? a->max_lon_e7 : b->max_lon_e7,
                    a->max_lat_e7 < b->max_lat_e7 ? a->max_lat_e7 : b->max_lat_e7};
}

static bool are_contiguous(const borders *pair) {
    double gap = pair->gap_m, beside = 0;
    for (size_t i = 0; i < pair->a.count; i++)
        for (size_t j = 0; j < pair->b.count; j++) {
            const hs_directed_edge *a = pair->a.edges + i;
            const hs_directed_edge *b = pair->b.edges + j;
            if (!edges_are_near(a, b, gap)) continue;
            if (pair->contiguity == HS_CONTIGUITY_QUEEN) {
                if (edges_meet(a, b, gap * gap)) return true;
            } else {
                beside += length_beside(a, b, gap);
                if (beside > 4 * gap) return true;
            }
        }
    return false;
}

static hs_status link_pair(borders *pair, uint32_t a, uint32_t b, hs_error *error, hs_link_list *list) {
    double kx;
    double ky;
    hs_ground_scale_m((int32_t)(((int64_t)pair->box[a].min_lat_e7 + pair->box[a].max_lat_e7) / 2), &kx, &ky);
    double gap_x = pair->gap_m / fmax(kx, 1e-9), gap_y = pair->gap_m / ky;
    hs_box near_a = grown(&pair->box[a], gap_x, gap_y), near_b = grown(&pair->box[b], gap_x, gap_y);
    if (!hs_boxes_meet(&near_a, &pair->box[b])) return HS_OK;
    hs_box near = common(&near_a, &near_b);
    if (!collect(&pair->polygons[a], &near, kx, ky, &pair->a) ||
        !collect(&pair->polygons[b], &near, kx, ky, &pair->b))
        return hs_error_memory(error, "edges of polygons");
    if (!are_contiguous(pair)) return HS_OK;
    hs_status status = hs_link_add(list, a, b, 1.0, error);
    return status == HS_OK ? hs_link_add(list, b, a, 1.0, error) : status;
}

typedef struct west_edge {
    int32_t west;
    uint32_t unit;
} west_edge;

static int by_west(const void *left, const void *right) {
    const west_edge *a = left;
    const west_edge *b = right;
    if (a->west != b->west) return a->west < b->west ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

/* From west to east, every pair whose boxes overlap in longitude. */
static hs_status link_all(borders *pair, const west_edge *order, uint32_t count, hs_error *error,
                          hs_link_list *list) {
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = order[i].unit;
        double kx;
        double ky;
        hs_ground_scale_m(pair->box[a].max_lat_e7, &kx, &ky);
        double reach = (double)pair->box[a].max_lon_e7 + pair->gap_m / fmax(kx, 1e-9) + 2;
        int32_t south = widened(pair->box[a].min_lat_e7, -pair->gap_m / ky - 2);
        int32_t north = widened(pair->box[a].max_lat_e7, pair->gap_m / ky + 2);
        for (uint32_t j = i + 1; j < count && order[j].west <= reach; j++) {
            const hs_box *b = &pair->box[order[j].unit];
            if (b->min_lat_e7 > north || b->max_lat_e7 < south) continue;
            status = link_pair(pair, a, order[j].unit, error, list);
            if (status != HS_OK) return status;
        }
    }
    return status;
}

hs_status hs_weights_contiguity(const hs_geometry *polygons, uint32_t count, hs_contiguity contiguity,
                                double gap_m, hs_weights_style style, hs_error *error, hs_weights **weights) {
    if (!(gap_m >= 0 && gap_m <= 1000))
        return hs_error_set(error, HS_E_ARGUMENT, "weights: a gap is 0 to 1000 metres");
    hs_box *box = malloc(((size_t)count + 1) * sizeof *box);
    west_edge *order = malloc(((size_t)count + 1) * sizeof *order);
    borders pair = {.polygons = polygons, .box = box, .contiguity = contiguity};
    pair.gap_m = fmax(gap_m, HS_LEAST_GAP_M);
    hs_link_list list = {0};
    hs_status status = box && order ? HS_OK : hs_error_memory(error, "contiguity");
    uint32_t present = 0;
    for (uint32_t i = 0; i < count && status == HS_OK; i++) {
        box[i] = hs_geometry_box(&polygons[i]);
        if (polygons[i].type == HS_GEOMETRY_POLYGONS) order[present++] = (west_edge){box[i].min_lon_e7, i};
    }
    if (status == HS_OK && present > 0) qsort(order, present, sizeof *order, by_west);
    if (status == HS_OK) status = link_all(&pair, order, present, error, &list);
    if (status == HS_OK) status = hs_weights_from_links(&list, count, 1.0, style, error, weights);
    hs_link_list_done(&list);
    free(pair.a.edges);
    free(pair.b.edges);
    free(box);
    free(order);
    return status;
}
