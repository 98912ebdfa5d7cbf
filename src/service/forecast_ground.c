/* The squares of a forecast: cut from the city by a lattice whose turn and shift fit its incidents. */
#include "service/forecast.h"

#include "geo/coverage.h"
#include "geo/outline.h"
#include "geo/real.h"
#include <math.h>
#include <stdlib.h>

/* Less of a square in the city than this is not one. */
#define LEAST_COVERED 1e-5
#define PLANE_RADIANS (HS_PI / 180)

/* The topmost level that has units: together they are the city. */
static void city_rows(const hs_units *units, uint32_t *first, uint32_t *end) {
    int level = 0;
    while (level < HS_LEVEL_COUNT - 1 && units->level_start[level + 1] == units->level_start[level])
        level++;
    *first = units->level_start[level];
    *end = units->level_start[level + 1];
}

static hs_status outline_of_units(const hs_snapshot *snapshot, uint32_t unit, hs_arena *arena,
                                  hs_error *error, hs_forecast_outline *outline) {
    const hs_units *units = &snapshot->geography->units;
    uint32_t first = unit, end = unit + 1;
    hs_outline *made;
    if (unit == HS_NONE) city_rows(units, &first, &end);
    hs_status status = hs_outline_new(units->geometry + first, end - first, error, &made);
    if (status != HS_OK) return status;
    *outline = (hs_forecast_outline){made->count,
                                     hs_arena_array(arena, (size_t)made->count + 1, sizeof *outline->edge)};
    if (outline->edge)
        hs_outline_on_plane(made, &snapshot->plane, 0, made->count, outline->edge);
    else
        status = hs_error_memory(error, "the city's outline");
    hs_outline_free(made);
    return status;
}

static hs_status outline_of_points(const hs_forecast_request *request, const hs_forecast_points *points,
                                   hs_arena *arena, hs_error *error, hs_forecast_outline *outline) {
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        if (p->time_s >= request->origin_s || p->known_s >= request->origin_s) continue;
        west = fmin(west, p->x_m);
        east = fmax(east, p->x_m);
        south = fmin(south, p->y_m);
        north = fmax(north, p->y_m);
    }
    if (!(west <= east))
        return hs_error_set(error, HS_E_INPUT,
                            "the city has no units, and no incident with a position was known before the "
                            "origin: import units or choose a later origin");
    outline->edge = hs_arena_array(arena, 4, sizeof *outline->edge);
    if (!outline->edge) return hs_error_memory(error, "the city's outline");
    outline->count = 4;
    west -= 1;
    south -= 1;
    east += 1;
    north += 1;
    outline->edge[0] = (hs_directed_edge){west, south, east, south};
    outline->edge[1] = (hs_directed_edge){east, south, east, north};
    outline->edge[2] = (hs_directed_edge){east, north, west, north};
    outline->edge[3] = (hs_directed_edge){west, north, west, south};
    return HS_OK;
}

hs_status hs_forecast_outline_of(const hs_snapshot *snapshot, const hs_forecast_request *request,
                                 const hs_forecast_points *points, hs_arena *arena, hs_error *error,
                                 hs_forecast_outline *outline) {
    if (snapshot->geography->units.count > 0)
        return outline_of_units(snapshot, request->areas.filter.unit, arena, error, outline);
    return outline_of_points(request, points, arena, error, outline);
}

static void turn(const hs_lattice_ground *g, double x_m, double y_m, double *across, double *up) {
    *across = x_m * g->cosine + y_m * g->sine;
    *up = y_m * g->cosine - x_m * g->sine;
}

static void turn_back(const hs_lattice_ground *g, double across, double up, double *x_m, double *y_m) {
    *x_m = across * g->cosine - up * g->sine;
    *y_m = across * g->sine + up * g->cosine;
}

static hs_status lay(hs_lattice_ground *g, const hs_directed_edge *turned, uint32_t count, double east_m,
                     double north_m, hs_error *error) {
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY, size = g->size_m;
    for (uint32_t i = 0; i < count; i++) {
        west = fmin(west, turned[i].x0);
        east = fmax(east, turned[i].x0);
        south = fmin(south, turned[i].y0);
        north = fmax(north, turned[i].y0);
    }
    g->west_m = floor((west - east_m) / size) * size + east_m;
    g->south_m = floor((south - north_m) / size) * size + north_m;
    double columns = floor((east - g->west_m) / size) + 1, rows = floor((north - g->south_m) / size) + 1;
    if (!(columns * rows <= (double)HS_FORECAST_MOST_PLACES))
        return hs_error_set(error, HS_E_LIMIT,
                            "cell: %.0f x %.0f squares are too many; take larger ones than %g m", columns,
                            rows, size);
    g->cells.columns = (uint32_t)columns;
    g->cells.rows = (uint32_t)rows;
    return HS_OK;
}

static bool is_wanted(const hs_snapshot *snapshot, const hs_forecast_request *request,
                      const hs_lattice_ground *g, uint32_t place) {
    const hs_filter *filter = &request->areas.filter;
    if (!filter->has_box) return true;
    double x_m;
    double y_m;
    double lon;
    double lat;
    uint32_t column = place % g->cells.columns, row = place / g->cells.columns;
    turn_back(g, g->west_m + (column + 0.5) * g->size_m, g->south_m + (row + 0.5) * g->size_m, &x_m, &y_m);
    hs_plane_inverse(&snapshot->plane, x_m, y_m, &lon, &lat);
    int64_t lon_e7 = llround(lon * 1e7), lat_e7 = llround(lat * 1e7);
    return lon_e7 >= filter->box.min_lon_e7 && lon_e7 <= filter->box.max_lon_e7 &&
           lat_e7 >= filter->box.min_lat_e7 && lat_e7 <= filter->box.max_lat_e7;
}

static void keep_cells(const hs_snapshot *snapshot, const hs_forecast_request *request,
                       hs_lattice_ground *g) {
    uint32_t places = g->cells.columns * g->cells.rows, count = 0;
    for (uint32_t p = 0; p < places; p++) {
        g->cell_at[p] = HS_NONE;
        if (g->covered[p] < LEAST_COVERED || !is_wanted(snapshot, request, g, p)) continue;
        g->cell_at[p] = count;
        g->place[count] = p;
        g->measure[count++] = g->covered[p] * g->size_m * g->size_m * 1e-6;
    }
    g->cells.count = count;
    g->cells.size_m = g->size_m;
    g->cells.measure = g->measure;
    g->cells.place = g->place;
}

/* The outline in units of the lattice. */
static void scale(const hs_lattice_ground *g, hs_directed_edge *edges, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        hs_directed_edge *e = &edges[i];
        e->x0 = (e->x0 - g->west_m) / g->size_m;
        e->x1 = (e->x1 - g->west_m) / g->size_m;
        e->y0 = (e->y0 - g->south_m) / g->size_m;
        e->y1 = (e->y1 - g->south_m) / g->size_m;
    }
}

hs_status hs_lattice_ground_make(const hs_snapshot *snapshot, const hs_forecast_request *request,
                                 const hs_forecast_outline *outline, double size_m, double angle_deg,
                                 double east_m, double north_m, hs_error *error, hs_lattice_ground *ground) {
    hs_lattice_ground g = {.size_m = size_m, .angle_deg = angle_deg};
    hs_real_sincos(angle_deg * PLANE_RADIANS, &g.sine, &g.cosine);
    hs_directed_edge *edges = malloc(((size_t)outline->count + 1) * sizeof *edges);
    if (!edges) return hs_error_memory(error, "a lattice");
    for (uint32_t i = 0; i < outline->count; i++) {
        turn(&g, outline->edge[i].x0, outline->edge[i].y0, &edges[i].x0, &edges[i].y0);
        turn(&g, outline->edge[i].x1, outline->edge[i].y1, &edges[i].x1, &edges[i].y1);
    }
    hs_status status = lay(&g, edges, outline->count, east_m, north_m, error);
    size_t places = (size_t)g.cells.columns * g.cells.rows + 1;
    if (status == HS_OK) {
        g.covered = malloc(places * sizeof *g.covered);
        g.cell_at = malloc(places * sizeof *g.cell_at);
        g.place = malloc(places * sizeof *g.place);
        g.measure = malloc(places * sizeof *g.measure);
        if (!g.covered || !g.cell_at || !g.place || !g.measure) status = hs_error_memory(error, "a lattice");
    }
    if (status == HS_OK) {
        scale(&g, edges, outline->count);
        hs_coverage(edges, outline->count, g.cells.columns, g.cells.rows, g.covered);
        keep_cells(snapshot, request, &g);
        if (g.cells.count == 0)
            status = hs_error_set(error, HS_E_INPUT, "no cell lies in the city, unit and bbox asked for");
    }
    free(edges);
    if (status == HS_OK)
        *ground = g;
    else
        hs_lattice_ground_done(&g);
    return status;
}

void hs_lattice_ground_done(hs_lattice_ground *g) {
    free(g->covered);
    free(g->cell_at);
    free(g->place);
    free(g->measure);
    *g = (hs_lattice_ground){0};
}

void hs_lattice_ground_corners(const hs_lattice_ground *g, uint32_t cell, double x_m[4], double y_m[4]) {
    static const int right[] = {0, 1, 1, 0}, above[] = {0, 0, 1, 1};
    uint32_t column = g->place[cell] % g->cells.columns, row = g->place[cell] / g->cells.columns;
    for (int k = 0; k < 4; k++)
        turn_back(g, g->west_m + (column + right[k]) * g->size_m, g->south_m + (row + above[k]) * g->size_m,
                  &x_m[k], &y_m[k]);
}

static hs_forecast_incident place_one(const hs_lattice_ground *g, const hs_forecast_point *p) {
    double across;
    double up;
    turn(g, p->x_m, p->y_m, &across, &up);
    hs_forecast_incident v = {p->time_s, p->known_s, HS_NONE, 0, (float)across, (float)up};
    double column = (across - g->west_m) / g->size_m, row = (up - g->south_m) / g->size_m;
    if (!(column >= 0 && row >= 0 && column < g->cells.columns && row < g->cells.rows)) return v;
    v.cell = g->cell_at[(size_t)row * g->cells.columns + (size_t)column];
    uint32_t right = (uint32_t)((column - floor(column)) * HS_FORECAST_PARTS);
    uint32_t above = (uint32_t)((row - floor(row)) * HS_FORECAST_PARTS);
    v.part = (above < HS_FORECAST_PARTS ? above : HS_FORECAST_PARTS - 1) * HS_FORECAST_PARTS +
             (right < HS_FORECAST_PARTS ? right : HS_FORECAST_PARTS - 1);
    return v;
}

hs_forecast_incident *hs_lattice_ground_place(const hs_lattice_ground *g, const hs_forecast_points *points) {
    hs_forecast_incident *incidents = malloc(((size_t)points->count + 1) * sizeof *incidents);
    for (uint32_t i = 0; incidents && i < points->count; i++)
        incidents[i] = place_one(g, &points->point[i]);
    return incidents;
}
