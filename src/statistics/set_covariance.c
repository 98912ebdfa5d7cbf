#include "statistics/set_covariance.h"

#include <math.h>
#include <stdlib.h>

/* Steps of the shorter side, steps to the longest shift, rows in a step, rows, and meetings of crossings that
 * are made at most; but so many rows always. */
enum { STEPS = 4096, NODES = 512, FINER = 4, MOST_ROWS = 1 << 17, LEAST_ROWS = 1024 };
#define MOST_MEETINGS 4e8

typedef struct crossing {
    double x;
    double enters; /* 1: the window begins here, -1: it ends */
} crossing;

/* Rows through their middles, each with its crossings; their order does not matter. */
typedef struct rows {
    double south, step_m;
    uint32_t count;
    uint32_t *first; /* [count + 1] */
    crossing *crossing;
} rows;

static void rows_done(rows *r) {
    free(r->first);
    free(r->crossing);
    *r = (rows){0};
}

/* Counts, then fills. */
static void cut(rows *r, const hs_pattern_window *window, bool fill) {
    for (uint32_t i = 0; i < window->count; i++) {
        const hs_directed_edge *e = &window->edge[i];
        double low = fmin(e->y0, e->y1), high = fmax(e->y0, e->y1);
        double begin = ceil((low - r->south) / r->step_m - 0.5),
               end = ceil((high - r->south) / r->step_m - 0.5);
        uint32_t last = (uint32_t)fmin(fmax(end, 0), r->count);
        for (uint32_t k = (uint32_t)fmax(begin, 0); k < last; k++) {
            double y = r->south + (k + 0.5) * r->step_m;
            double x = e->x0 + (y - e->y0) * (e->x1 - e->x0) / (e->y1 - e->y0);
            if (fill) /* the area is on the left of an edge */
                r->crossing[r->first[k]++] = (crossing){x, e->y1 < e->y0 ? 1 : -1};
            else
                r->first[k + 1]++;
        }
    }
}

static hs_status rows_new(const hs_pattern_window *window, double step_m, hs_error *error, rows *r) {
    *r = (rows){.south = window->south, .step_m = step_m};
    r->count = (uint32_t)ceil((window->north - window->south) / step_m);
    r->first = calloc((size_t)r->count + 2, sizeof *r->first);
    if (!r->first) return hs_error_memory(error, "edge correction");
    cut(r, window, false);
    for (uint32_t k = 0; k < r->count; k++)
        r->first[k + 1] += r->first[k];
    r->crossing = calloc((size_t)r->first[r->count] + 1, sizeof *r->crossing);
    if (!r->crossing) {
        rows_done(r);
        return hs_error_memory(error, "edge correction");
    }
    cut(r, window, true);
    for (uint32_t k = r->count; k > 0; k--)
        r->first[k] = r->first[k - 1];
    r->first[0] = 0;
    return HS_OK;
}

static double meetings(const rows *r, uint32_t nodes) {
    double squares = 0;
    for (uint32_t k = 0; k < r->count; k++)
        squares += pow(r->first[k + 1] - r->first[k], 2);
    return squares * nodes;
}

/* The length that two rows have in common is, as a function of the shift, bent by one wherever a crossing
 * meets another: bends go into the second differences, exactly at the nodes. */
static void add_rows(const rows *r, uint32_t lower, uint32_t upper, const hs_set_covariance *c,
                     double *bend) {
    double last = 2.0 * c->east_nodes;
    for (uint32_t i = r->first[lower]; i < r->first[lower + 1]; i++) {
        for (uint32_t j = r->first[upper]; j < r->first[upper + 1]; j++) {
            double at = (r->crossing[j].x - r->crossing[i].x) / c->east_m + c->east_nodes;
            double by = -r->crossing[i].enters * r->crossing[j].enters;
            if (at >= last) continue;
            if (at <= 0) {
                bend[0] -= at * by;
                bend[1] += (1 + at) * by;
                continue;
            }
            uint32_t node = (uint32_t)at;
            bend[node + 1] += (1 - (at - node)) * by;
            bend[node + 2] += (at - node) * by;
        }
    }
}

static void fill(const rows *r, hs_set_covariance *c, double *bend, double area_m2) {
    uint32_t columns = 2 * c->east_nodes + 1;
    for (uint32_t north = 0; north <= c->north_nodes; north++) {
        double *line = c->area_m2 + (size_t)north * columns, slope = 0, value = 0;
        for (uint32_t k = 0; k < columns + 2; k++)
            bend[k] = 0;
        for (uint32_t k = 0; k + FINER * north < r->count; k++)
            add_rows(r, k, k + FINER * north, c, bend);
        for (uint32_t k = 0; k < columns; k++) {
            slope += bend[k];
            value += slope;
            line[k] = fmax(value, 0);
        }
    }
    double scale = area_m2 / c->area_m2[c->east_nodes];
    for (size_t k = 0; k < (size_t)columns * (c->north_nodes + 1); k++)
        c->area_m2[k] *= scale;
}

hs_status hs_set_covariance_new(const hs_pattern_window *window, double reach_m, hs_error *error,
                                hs_set_covariance *covariance) {
    double height = window->north - window->south, side = fmin(window->east - window->west, height);
    hs_set_covariance c = {.east_m = fmax(side / STEPS, reach_m / NODES)};
    /* North of a long window the area goes down evenly: rows need not be as near as what lies across it. */
    c.north_m = fmax(c.east_m, height * FINER / MOST_ROWS);
    rows r = {0};
    hs_status status;
    while (true) {
        c.east_nodes = (uint32_t)(reach_m / c.east_m) + 2;
        c.north_nodes = (uint32_t)(reach_m / c.north_m) + 2;
        status = rows_new(window, c.north_m / FINER, error, &r);
        if (status != HS_OK || meetings(&r, c.north_nodes) <= MOST_MEETINGS || r.count < LEAST_ROWS) break;
        rows_done(&r);
        c.east_m *= 2;
        c.north_m *= 2;
    }
    size_t columns = 2 * (size_t)c.east_nodes + 1;
    c.area_m2 = status == HS_OK ? calloc(columns * (c.north_nodes + 1), sizeof *c.area_m2) : NULL;
    double *bend = c.area_m2 ? calloc(columns + 2, sizeof *bend) : NULL;
    if (status == HS_OK && !bend) status = hs_error_memory(error, "edge correction");
    if (status == HS_OK) fill(&r, &c, bend, window->area_m2);
    free(bend);
    rows_done(&r);
    if (status == HS_OK)
        *covariance = c;
    else
        free(c.area_m2);
    return status;
}

void hs_set_covariance_done(hs_set_covariance *covariance) {
    free(covariance->area_m2);
    *covariance = (hs_set_covariance){0};
}
