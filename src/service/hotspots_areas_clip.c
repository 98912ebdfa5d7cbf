/* The area of grid cells that lies in the city. The city's edges are cut at every half cell from west to
 * east, so that a cell meets only those above and below it. */
#include "service/hotspots_areas.h"

#include "geo/overlap.h"
#include <math.h>
#include <stdlib.h>

typedef struct strips {
    double half_m;
    int64_t west; /* the first strip */
    uint32_t count;
    uint32_t *first; /* [count + 1] */
    hs_signed_edge *edge;
    uint32_t edges, most; /* most in two strips */
} strips;

/* The topmost level that has units: together they are the city. */
static void city_rows(const hs_units *units, uint32_t *first, uint32_t *end) {
    int level = 0;
    while (level < HS_LEVEL_COUNT - 1 && units->level_start[level + 1] == units->level_start[level])
        level++;
    *first = units->level_start[level];
    *end = units->level_start[level + 1];
}

static int64_t strip_of(const strips *s, double x) {
    return (int64_t)floor(x / s->half_m) - s->west;
}

/* Gives an edge's pieces to their strips; with `edge` NULL it counts them only, into first[strip + 1]. */
static void cut_edge(strips *s, const hs_signed_edge *e, uint32_t *fill) {
    double slope = (e->y1 - e->y0) / (e->x1 - e->x0);
    int64_t begin = strip_of(s, e->x0), end = strip_of(s, e->x1);
    for (int64_t k = begin; k <= end; k++) {
        if (k < 0 || k >= s->count) continue;
        double west = fmax(e->x0, (double)(k + s->west) * s->half_m);
        double east = fmin(e->x1, (double)(k + s->west + 1) * s->half_m);
        if (!(west < east)) continue;
        if (!s->edge) {
            s->first[k + 1]++;
            continue;
        }
        s->edge[fill[k]++] = (hs_signed_edge){west, e->y0 + slope * (west - e->x0), east,
                                              e->y0 + slope * (east - e->x0), e->sign};
    }
}

static void cut_all(strips *s, const hs_signed_edge *edges, uint32_t count, uint32_t *fill) {
    for (uint32_t i = 0; i < count; i++)
        cut_edge(s, &edges[i], fill);
}

static uint32_t positions_of(const hs_geometry *g) {
    return g->ring_count > 0 ? g->ring_start[g->ring_count] : 0;
}

/* Edges of the whole city; NULL when memory is out. */
static hs_signed_edge *city_edges(const hs_snapshot *snapshot, uint32_t *count) {
    const hs_units *units = &snapshot->geography->units;
    uint32_t first, end;
    size_t most = 1;
    city_rows(units, &first, &end);
    for (uint32_t i = first; i < end; i++)
        most += positions_of(&units->geometry[i]);
    hs_signed_edge *edges = malloc(most * sizeof *edges);
    *count = 0;
    for (uint32_t i = first; edges && i < end; i++)
        *count += hs_signed_edges(&snapshot->plane, &units->geometry[i], edges + *count);
    return edges;
}

static bool make_strips(strips *s, const hs_signed_edge *edges, uint32_t count) {
    s->first = calloc((size_t)s->count + 1, sizeof *s->first);
    uint32_t *fill = malloc(((size_t)s->count + 1) * sizeof *fill);
    if (s->first && fill) {
        cut_all(s, edges, count, NULL);
        for (uint32_t k = 0; k < s->count; k++)
            s->first[k + 1] += s->first[k];
        for (uint32_t k = 0; k + 2 <= s->count; k++)
            if (s->first[k + 2] - s->first[k] > s->most) s->most = s->first[k + 2] - s->first[k];
        for (uint32_t k = 0; k < s->count; k++)
            fill[k] = s->first[k];
        s->edge = malloc(((size_t)s->first[s->count] + 1) * sizeof *s->edge);
        if (s->edge) cut_all(s, edges, count, fill);
    }
    free(fill);
    return s->edge != NULL;
}

hs_status hs_grid_clip(const hs_snapshot *snapshot, const hs_areas_request *request, hs_error *error,
                       hs_areas *areas) {
    uint32_t count;
    hs_signed_edge *edges = city_edges(snapshot, &count), *scratch = NULL;
    double west = INFINITY, east = -INFINITY;
    for (uint32_t i = 0; i < areas->count; i++) {
        west = fmin(west, areas->x_m[i]);
        east = fmax(east, areas->x_m[i]);
    }
    strips s = {.half_m = request->size_m / 2};
    if (areas->count > 0) {
        s.west = (int64_t)floor(west / s.half_m) - 3;
        s.count = (uint32_t)((east - west) / s.half_m) + 8;
    }
    bool good =
        edges && make_strips(&s, edges, count) && (scratch = malloc(((size_t)s.most + 16) * sizeof *scratch));
    for (uint32_t i = 0; good && i < areas->count; i++) {
        hs_signed_edge cell[8];
        uint32_t sides = hs_signed_edges(&snapshot->plane, &areas->geometry[i], cell);
        int64_t k = llround(areas->x_m[i] / s.half_m) - s.west - 1;
        uint32_t begin = s.first[k], end = s.first[k + 2];
        double inside = 1e-6 * hs_overlap_m2(cell, sides, s.edge + begin, end - begin, scratch);
        areas->measure[i] = fmin(areas->measure[i], fmax(inside, 0));
    }
    free(edges);
    free(scratch);
    free(s.first);
    free(s.edge);
    return good ? HS_OK : hs_error_memory(error, "a grid");
}
