/* DBSCAN on a plane. Points of one cell of side eps / sqrt 2 are all within eps of one another, so a full
 * cell is core as a whole and clusters are made of cells. */
#include "statistics/point_cells.h"
#include "statistics/union_find.h"

#include <hotspot/point_clusters.h>
#include <math.h>
#include <stdlib.h>

/* A little less than sqrt 1/2: rounding must not bring points of one cell more than eps apart. */
#define SIDE (0.70710678118654752440 * (1 - 1e-6))
enum { REACH = 2 };

typedef struct scan {
    hs_point_cells cells;
    double eps2;
    uint32_t min_points;
    uint32_t *cores; /* [cells] the core points of a cell come first */
    uint32_t *set;   /* [cells] */
} scan;

static bool is_near(const scan *s, uint32_t a, uint32_t b) {
    double dx = s->cells.x[a] - s->cells.x[b];
    double dy = s->cells.y[a] - s->cells.y[b];
    return dx * dx + dy * dy <= s->eps2;
}

/* Whether a point of a cell has enough neighbours; those of its own cell are `near`. */
static bool is_core_point(const scan *s, const hs_cell_window *window, uint32_t cell, uint32_t at,
                          uint32_t near) {
    const uint32_t *first = s->cells.first;
    for (uint32_t k = 0; k <= 2 * REACH; k++) {
        uint32_t begin = first[window->begin[k]], end = first[window->end[k]];
        for (uint32_t j = begin; j < end; j++) {
            if (j == first[cell]) j = first[cell + 1];
            if (j >= end) break;
            near += is_near(s, at, j);
            if (near >= s->min_points) return true;
        }
    }
    return false;
}

static void swap_points(hs_point_cells *cells, uint32_t a, uint32_t b) {
    double x = cells->x[a], y = cells->y[a];
    uint32_t point = cells->point[a];
    cells->x[a] = cells->x[b];
    cells->y[a] = cells->y[b];
    cells->point[a] = cells->point[b];
    cells->x[b] = x;
    cells->y[b] = y;
    cells->point[b] = point;
}

static void find_cores(scan *s) {
    hs_cell_window window;
    hs_cell_window_start(&window, &s->cells, REACH);
    for (uint32_t c = 0; c < s->cells.cell_count; c++) {
        uint32_t begin = s->cells.first[c], end = s->cells.first[c + 1];
        hs_cell_window_move(&window, c);
        uint32_t around = 0;
        for (uint32_t k = 0; k <= 2 * REACH; k++)
            around += s->cells.first[window.end[k]] - s->cells.first[window.begin[k]];
        s->cores[c] = end - begin >= s->min_points ? end - begin : 0;
        if (s->cores[c] > 0 || around < s->min_points) continue;
        for (uint32_t i = begin; i < end; i++)
            if (is_core_point(s, &window, c, i, end - begin))
                swap_points(&s->cells, i, begin + s->cores[c]++);
    }
}

typedef struct box {
    double west, south, east, north;
} box;

static box box_of_cores(const scan *s, uint32_t cell) {
    box b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    uint32_t begin = s->cells.first[cell];
    for (uint32_t i = begin; i < begin + s->cores[cell]; i++) {
        b.west = fmin(b.west, s->cells.x[i]);
        b.south = fmin(b.south, s->cells.y[i]);
        b.east = fmax(b.east, s->cells.x[i]);
        b.north = fmax(b.north, s->cells.y[i]);
    }
    return b;
}

static bool is_near_box(const scan *s, uint32_t at, const box *b) {
    double x = s->cells.x[at], y = s->cells.y[at];
    double dx = fmax(fmax(b->west - x, x - b->east), 0);
    double dy = fmax(fmax(b->south - y, y - b->north), 0);
    return dx * dx + dy * dy <= s->eps2;
}

static bool cells_touch(const scan *s, uint32_t a, const box *box_a, uint32_t b) {
    uint32_t first_a = s->cells.first[a], first_b = s->cells.first[b];
    /* Boxes are looked at only where that is less work than all pairs. */
    bool few = (uint64_t)s->cores[a] * s->cores[b] <= 64;
    box box_b = few ? *box_a : box_of_cores(s, b);
    for (uint32_t i = first_a; i < first_a + s->cores[a]; i++) {
        if (!few && !is_near_box(s, i, &box_b)) continue;
        for (uint32_t j = first_b; j < first_b + s->cores[b]; j++)
            if (is_near(s, i, j)) return true;
    }
    return false;
}

static void join_cells(scan *s) {
    hs_cell_window window;
    hs_cell_window_start(&window, &s->cells, REACH);
    for (uint32_t c = 0; c < s->cells.cell_count; c++) {
        hs_cell_window_move(&window, c);
        if (s->cores[c] == 0) continue;
        box around = box_of_cores(s, c);
        for (uint32_t k = REACH; k <= 2 * REACH; k++) {
            for (uint32_t d = window.begin[k]; d < window.end[k]; d++) {
                if (d <= c || s->cores[d] == 0 || hs_set_of(s->set, c) == hs_set_of(s->set, d)) continue;
                if (cells_touch(s, c, &around, d)) (void)hs_set_join(s->set, c, d);
            }
        }
    }
}

/* Clusters by their first core point; number[cells] by set. */
static uint32_t number_clusters(scan *s, uint32_t *cluster, uint32_t *number) {
    uint32_t found = 0;
    for (uint32_t c = 0; c < s->cells.cell_count; c++) {
        uint32_t begin = s->cells.first[c];
        number[c] = HS_NONE;
        for (uint32_t i = begin; i < s->cells.first[c + 1]; i++)
            cluster[s->cells.point[i]] = i < begin + s->cores[c] ? hs_set_of(s->set, c) : HS_NONE;
    }
    for (uint32_t i = 0; i < s->cells.count; i++) {
        if (cluster[i] == HS_NONE) continue;
        if (number[cluster[i]] == HS_NONE) number[cluster[i]] = found++;
        cluster[i] = number[cluster[i]];
    }
    return found;
}

static uint32_t first_cluster_near(scan *s, const hs_cell_window *window, uint32_t at,
                                   const uint32_t *number) {
    uint32_t best = HS_NONE;
    for (uint32_t k = 0; k <= 2 * REACH; k++) {
        for (uint32_t d = window->begin[k]; d < window->end[k]; d++) {
            if (s->cores[d] == 0) continue;
            uint32_t one = number[hs_set_of(s->set, d)];
            uint32_t begin = s->cells.first[d];
            for (uint32_t j = begin; one < best && j < begin + s->cores[d]; j++)
                if (is_near(s, at, j)) best = one;
        }
    }
    return best;
}

static void add_borders(scan *s, const uint32_t *number, uint32_t *cluster) {
    hs_cell_window window;
    hs_cell_window_start(&window, &s->cells, REACH);
    for (uint32_t c = 0; c < s->cells.cell_count; c++) {
        hs_cell_window_move(&window, c);
        for (uint32_t i = s->cells.first[c] + s->cores[c]; i < s->cells.first[c + 1]; i++)
            cluster[s->cells.point[i]] = first_cluster_near(s, &window, i, number);
    }
}

hs_status hs_dbscan(const double *x_m, const double *y_m, uint32_t count, double eps_m, uint32_t min_points,
                    hs_error *error, uint32_t *cluster, bool *is_core, uint32_t *found) {
    if (!(eps_m > 0 && isfinite(eps_m)) || min_points < 1)
        return hs_error_set(error, HS_E_ARGUMENT, "dbscan: eps is above 0 m, min-points 1 or more");
    scan s = {.eps2 = eps_m * eps_m, .min_points = min_points};
    hs_status status = hs_point_cells_new(x_m, y_m, count, eps_m * SIDE, "dbscan", error, &s.cells);
    if (status != HS_OK) return status;
    size_t n = (size_t)s.cells.cell_count + 1;
    s.cores = calloc(n, sizeof *s.cores);
    s.set = malloc(n * sizeof *s.set);
    uint32_t *number = malloc(n * sizeof *number);
    if (s.cores && s.set && number) {
        for (uint32_t c = 0; c < s.cells.cell_count; c++)
            s.set[c] = c;
        find_cores(&s);
        join_cells(&s);
        *found = number_clusters(&s, cluster, number);
        for (uint32_t i = 0; is_core && i < count; i++)
            is_core[i] = cluster[i] != HS_NONE;
        add_borders(&s, number, cluster);
    } else {
        status = hs_error_memory(error, "dbscan");
    }
    free(s.cores);
    free(s.set);
    free(number);
    hs_point_cells_done(&s.cells);
    return status;
}
