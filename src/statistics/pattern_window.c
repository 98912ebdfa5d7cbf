#include "statistics/pattern_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 512 };

static uint32_t cell_at(double value, double low, double side, uint32_t count) {
    double at = floor((value - low) / side);
    return at < 0 ? 0 : at >= count ? count - 1 : (uint32_t)at;
}

typedef struct cell_range {
    uint32_t left, right, bottom, top;
} cell_range;

static cell_range cells_of(const hs_pattern_window *w, double west, double south, double east, double north) {
    return (cell_range){
        cell_at(west, w->west, w->side, w->columns), cell_at(east, w->west, w->side, w->columns),
        cell_at(south, w->south, w->side, w->rows), cell_at(north, w->south, w->side, w->rows)};
}

static cell_range cells_of_edge(const hs_pattern_window *w, const hs_directed_edge *e) {
    return cells_of(w, fmin(e->x0, e->x1), fmin(e->y0, e->y1), fmax(e->x0, e->x1), fmax(e->y0, e->y1));
}

/* Counts, then fills. */
static void list_edges(hs_pattern_window *w, bool fill) {
    for (uint32_t i = 0; i < w->count; i++) {
        cell_range r = cells_of_edge(w, &w->edge[i]);
        for (uint32_t row = r.bottom; row <= r.top; row++) {
            if (fill)
                w->in_row[w->row_first[row]++] = i;
            else
                w->row_first[row]++;
            for (uint32_t column = r.left; column <= r.right; column++) {
                size_t cell = (size_t)row * w->columns + column;
                if (fill)
                    w->listed[w->first[cell]++] = i;
                else
                    w->first[cell]++;
            }
        }
    }
}

static uint32_t to_starts(uint32_t *first, size_t count) {
    uint32_t sum = 0;
    for (size_t c = 0; c <= count; c++) {
        uint32_t size = first[c];
        first[c] = sum;
        sum += size;
    }
    return sum;
}

static void back_to_starts(uint32_t *first, size_t count) {
    memmove(first + 1, first, count * sizeof *first);
    first[0] = 0;
}

static hs_status index_edges(hs_pattern_window *w, hs_error *error) {
    double width = w->east - w->west, height = w->north - w->south;
    double across = fmin(fmax(sqrt((double)w->count), 4), MOST_SIDE);
    w->side = fmax(width, height) / across * (1 + 1e-9);
    w->columns = (uint32_t)(width / w->side) + 1;
    w->rows = (uint32_t)(height / w->side) + 1;
    size_t cells = (size_t)w->columns * w->rows;
    w->first = calloc(cells + 1, sizeof *w->first);
    w->row_first = calloc((size_t)w->rows + 1, sizeof *w->row_first);
    if (!w->first || !w->row_first) return hs_error_memory(error, "a window");
    list_edges(w, false);
    w->listed = malloc(((size_t)to_starts(w->first, cells) + 1) * sizeof *w->listed);
    w->in_row = malloc(((size_t)to_starts(w->row_first, w->rows) + 1) * sizeof *w->in_row);
    if (!w->listed || !w->in_row) return hs_error_memory(error, "a window");
    list_edges(w, true);
    back_to_starts(w->first, cells);
    back_to_starts(w->row_first, w->rows);
    return HS_OK;
}

static hs_status measure(hs_pattern_window *w, hs_error *error) {
    w->west = w->south = INFINITY;
    w->east = w->north = -INFINITY;
    for (uint32_t i = 0; i < w->count; i++) {
        const hs_directed_edge *e = &w->edge[i];
        if (!isfinite(e->x0) || !isfinite(e->y0) || !isfinite(e->x1) || !isfinite(e->y1))
            return hs_error_set(error, HS_E_ARGUMENT, "window: edge %u is not finite", (unsigned)i);
        w->west = fmin(w->west, fmin(e->x0, e->x1));
        w->south = fmin(w->south, fmin(e->y0, e->y1));
        w->east = fmax(w->east, fmax(e->x0, e->x1));
        w->north = fmax(w->north, fmax(e->y0, e->y1));
    }
    for (uint32_t i = 0; i < w->count; i++) {
        const hs_directed_edge *e = &w->edge[i];
        w->area_m2 += 0.5 * ((e->x0 - w->west) * (e->y1 - w->south) - (e->x1 - w->west) * (e->y0 - w->south));
        w->perimeter_m += hypot(e->x1 - e->x0, e->y1 - e->y0);
    }
    if (!(w->area_m2 > 0))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "window: the edges enclose no area; outer rings run anticlockwise");
    return HS_OK;
}

static hs_status make_window(const hs_directed_edge *edges, uint32_t count, bool rectangle, hs_error *error,
                             hs_pattern_window **window) {
    hs_pattern_window *w = calloc(1, sizeof *w);
    if (!w) return hs_error_memory(error, "a window");
    w->edge = malloc(((size_t)count + 1) * sizeof *w->edge);
    hs_status status = w->edge ? HS_OK : hs_error_memory(error, "a window");
    if (status == HS_OK) {
        memcpy(w->edge, edges, count * sizeof *edges);
        w->count = count;
        w->rectangle = rectangle;
        status = measure(w, error);
    }
    if (status == HS_OK) status = index_edges(w, error);
    if (status == HS_OK)
        *window = w;
    else
        hs_pattern_window_free(w);
    return status;
}

hs_status hs_pattern_window_new(const hs_directed_edge *edges, uint32_t count, hs_error *error,
                                hs_pattern_window **window) {
    return make_window(edges, count, false, error, window);
}

hs_status hs_pattern_window_of_box(double west_m, double south_m, double east_m, double north_m,
                                   hs_error *error, hs_pattern_window **window) {
    const hs_directed_edge edges[4] = {{west_m, south_m, east_m, south_m},
                                       {east_m, south_m, east_m, north_m},
                                       {east_m, north_m, west_m, north_m},
                                       {west_m, north_m, west_m, south_m}};
    return make_window(edges, 4, true, error, window);
}

void hs_pattern_window_free(hs_pattern_window *window) {
    if (!window) return;
    free(window->edge);
    free(window->first);
    free(window->listed);
    free(window->row_first);
    free(window->in_row);
    free(window);
}

double hs_pattern_window_area_m2(const hs_pattern_window *window) {
    return window->area_m2;
}

double hs_pattern_window_perimeter_m(const hs_pattern_window *window) {
    return window->perimeter_m;
}

void hs_pattern_window_box(const hs_pattern_window *window, double *west_m, double *south_m, double *east_m,
                           double *north_m) {
    *west_m = window->west;
    *south_m = window->south;
    *east_m = window->east;
    *north_m = window->north;
}

double hs_pattern_window_reach_m(const hs_pattern_window *window, uint32_t count) {
    double side = fmin(window->east - window->west, window->north - window->south);
    return fmin(side / 4, sqrt(1000 * window->area_m2 / (3.14159265358979323846 * fmax(count, 1))));
}

/* By crossings of the ray to the east; a border belongs to the area north and east of it. */
bool hs_pattern_window_holds(const hs_pattern_window *window, double x_m, double y_m) {
    const hs_pattern_window *w = window;
    if (!(x_m >= w->west && x_m <= w->east && y_m >= w->south && y_m <= w->north)) return false;
    if (w->rectangle) return true;
    uint32_t row = cell_at(y_m, w->south, w->side, w->rows);
    bool inside = false;
    for (uint32_t k = w->row_first[row]; k < w->row_first[row + 1]; k++) {
        const hs_directed_edge *e = &w->edge[w->in_row[k]];
        if ((e->y0 <= y_m) == (e->y1 <= y_m)) continue;
        double x = e->x0 + (y_m - e->y0) * (e->x1 - e->x0) / (e->y1 - e->y0);
        if (x_m < x) inside = !inside;
    }
    return inside;
}

static double distance2_to(const hs_directed_edge *e, double x, double y) {
    double dx = e->x1 - e->x0, dy = e->y1 - e->y0;
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((x - e->x0) * dx + (y - e->y0) * dy) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double px = e->x0 + t * dx - x, py = e->y0 + t * dy - y;
    return px * px + py * py;
}

static void nearest_in_cell(const hs_pattern_window *w, int64_t column, int64_t row, double x, double y,
                            double *best2) {
    if (column < 0 || row < 0 || column >= w->columns || row >= w->rows) return;
    size_t cell = (size_t)row * w->columns + (size_t)column;
    for (uint32_t k = w->first[cell]; k < w->first[cell + 1]; k++)
        *best2 = fmin(*best2, distance2_to(&w->edge[w->listed[k]], x, y));
}

/* Rings of cells outward until none can hold a nearer edge. */
double hs_pattern_window_border_m(const hs_pattern_window *window, double x_m, double y_m) {
    const hs_pattern_window *w = window;
    if (w->rectangle && hs_pattern_window_holds(w, x_m, y_m))
        return fmin(fmin(x_m - w->west, w->east - x_m), fmin(y_m - w->south, w->north - y_m));
    int64_t column = cell_at(x_m, w->west, w->side, w->columns);
    int64_t row = cell_at(y_m, w->south, w->side, w->rows);
    int64_t last = w->columns > w->rows ? w->columns : w->rows;
    double best2 = INFINITY;
    for (int64_t ring = 0; ring <= last; ring++) {
        double clear = (double)(ring - 1) * w->side;
        if (clear > 0 && best2 <= clear * clear) break;
        for (int64_t r = row - ring; r <= row + ring; r++) {
            int64_t step = r == row - ring || r == row + ring || ring == 0 ? 1 : 2 * ring;
            for (int64_t c = column - ring; c <= column + ring; c += step)
                nearest_in_cell(w, c, r, x_m, y_m, &best2);
        }
    }
    return sqrt(best2);
}

uint32_t hs_pattern_window_near(const hs_pattern_window *window, double x_m, double y_m, double reach_m,
                                uint8_t *mark, uint32_t *out) {
    const hs_pattern_window *w = window;
    cell_range r = cells_of(w, x_m - reach_m, y_m - reach_m, x_m + reach_m, y_m + reach_m);
    uint32_t count = 0;
    for (uint32_t row = r.bottom; row <= r.top; row++) {
        for (uint32_t column = r.left; column <= r.right; column++) {
            size_t cell = (size_t)row * w->columns + column;
            for (uint32_t k = w->first[cell]; k < w->first[cell + 1]; k++) {
                uint32_t edge = w->listed[k];
                if (mark[edge] || distance2_to(&w->edge[edge], x_m, y_m) > reach_m * reach_m) continue;
                mark[edge] = 1;
                out[count++] = edge;
            }
        }
    }
    for (uint32_t k = 0; k < count; k++)
        mark[out[k]] = 0;
    return count;
}
