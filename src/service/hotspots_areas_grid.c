/* Grids on the city's plane: squares with edges on multiples of their side, hexagons with a flat side to the
 * east and west. Cells whose middle lies in the city, and those with an incident that lies in it. */
#include "service/hotspots_areas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PLACES (UINT32_C(1) << 24)

/* A cell's column and row; of hexagons, axial. */
typedef struct cell {
    int32_t column, row;
} cell;

/* The lattice of places that cells may have. */
typedef struct hs_grid {
    const hs_snapshot *snapshot;
    const hs_areas_request *request;
    bool hex;
    double size_m, radius_m; /* a hexagon's radius to its corners */
    int32_t west, south;     /* of the lattice, in columns (hexagons: offset ones) and rows */
    uint32_t columns, rows;
    unsigned char *kept;
} grid;

static cell cell_at(const grid *g, double x, double y) {
    if (!g->hex) return (cell){(int32_t)floor(x / g->size_m), (int32_t)floor(y / g->size_m)};
    double r = 2.0 / 3.0 * y / g->radius_m, q = x / g->size_m - r / 2, s = -q - r;
    double rq = round(q), rr = round(r), rs = round(s);
    double dq = fabs(rq - q), dr = fabs(rr - r), ds = fabs(rs - s);
    if (dq > dr && dq > ds)
        rq = -rr - rs;
    else if (dr > ds)
        rr = -rq - rs;
    return (cell){(int32_t)rq, (int32_t)rr};
}

static int32_t floor_half(int32_t a) {
    return a >= 0 ? a / 2 : -((1 - a) / 2);
}

/* A cell's place in the lattice; false beyond it. */
static bool place_of(const grid *g, cell c, size_t *place) {
    int64_t column = (int64_t)c.column + (g->hex ? floor_half(c.row) : 0) - g->west;
    int64_t row = (int64_t)c.row - g->south;
    if (column < 0 || row < 0 || column >= g->columns || row >= g->rows) return false;
    *place = (size_t)row * g->columns + (size_t)column;
    return true;
}

static cell cell_of_place(const grid *g, size_t place) {
    int32_t row = g->south + (int32_t)(place / g->columns), column = g->west + (int32_t)(place % g->columns);
    return (cell){column - (g->hex ? floor_half(row) : 0), row};
}

static void middle_of(const grid *g, cell c, double *x, double *y) {
    if (g->hex) {
        *x = g->size_m * ((double)c.column + 0.5 * c.row);
        *y = g->radius_m * 1.5 * c.row;
    } else {
        *x = g->size_m * (c.column + 0.5);
        *y = g->size_m * (c.row + 0.5);
    }
}

uint32_t hs_grid_place(const grid *g, hs_position position) {
    double x;
    double y;
    size_t place;
    hs_plane_forward(&g->snapshot->plane, position, &x, &y);
    return place_of(g, cell_at(g, x, y), &place) ? (uint32_t)place : HS_NONE;
}

static hs_position position_at(const grid *g, double x, double y) {
    double lon;
    double lat;
    hs_plane_inverse(&g->snapshot->plane, x, y, &lon, &lat);
    return (hs_position){(int32_t)lround(lon * 1e7), (int32_t)lround(lat * 1e7)};
}

/* Corners counterclockwise; a corner that cells share has the same numbers in all of them, or nearly. */
static uint32_t write_corners(const grid *g, cell c, hs_position *corner) {
    double x;
    double y;
    middle_of(g, c, &x, &y);
    double half = g->size_m / 2, r = g->radius_m;
    const double hexagon[6][2] = {{half, -r / 2}, {half, r / 2},   {0, r},
                                  {-half, r / 2}, {-half, -r / 2}, {0, -r}};
    const double square[4][2] = {{-half, -half}, {half, -half}, {half, half}, {-half, half}};
    uint32_t corners = g->hex ? 6 : 4;
    for (uint32_t i = 0; i < corners; i++) {
        const double *at = g->hex ? hexagon[i] : square[i];
        corner[i] = position_at(g, x + at[0], y + at[1]);
    }
    corner[corners] = corner[0];
    return corners + 1;
}

static bool is_in_city(const hs_snapshot *snapshot, hs_position position) {
    hs_placement placement;
    hs_geography_place(snapshot->geography, position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (placement.unit[level] != HS_NONE) return true;
    return false;
}

static bool incident_is_in_city(const hs_incidents *incidents, const hs_incident_chunk *chunk, uint32_t i) {
    const uint32_t *unit = incidents->path[hs_incident_path(chunk, i)].unit;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (unit[level] != HS_NONE) return true;
    return false;
}

typedef struct extent {
    double west, south, east, north;
} extent;

static void stretch(extent *e, double x, double y) {
    e->west = fmin(e->west, x);
    e->east = fmax(e->east, x);
    e->south = fmin(e->south, y);
    e->north = fmax(e->north, y);
}

/* A box of degrees on the plane: its border and inside at 9 x 9 places. */
static extent extent_of_box(const hs_plane *plane, const hs_box *box) {
    extent e = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    double width = (double)box->max_lon_e7 - box->min_lon_e7,
           height = (double)box->max_lat_e7 - box->min_lat_e7;
    for (int i = 0; i <= 8; i++)
        for (int j = 0; j <= 8; j++) {
            double x;
            double y;
            hs_plane_forward_degrees(plane, (box->min_lon_e7 + width * i / 8) * 1e-7,
                                     (box->min_lat_e7 + height * j / 8) * 1e-7, &x, &y);
            stretch(&e, x, y);
        }
    return e;
}

static extent extent_of_incidents(const hs_snapshot *snapshot, const hs_selection *selection) {
    extent e = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++) {
            double x;
            double y;
            if (!hs_selected(selection, c, i)) continue;
            hs_plane_forward(&snapshot->plane, hs_incident_position(chunk, i), &x, &y);
            stretch(&e, x, y);
        }
    }
    return e;
}

static hs_status lay_lattice(grid *g, extent e, hs_arena *arena, hs_error *error) {
    double row_m = g->hex ? 1.5 * g->radius_m : g->size_m;
    double columns = (e.east - e.west) / g->size_m + 4, rows = (e.north - e.south) / row_m + 4;
    if (!(columns * rows <= MOST_PLACES))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "grid: %.0f x %.0f cells are too many; take larger ones than %g metres", columns,
                            rows, g->size_m);
    g->west = (int32_t)floor(e.west / g->size_m) - 1;
    g->south = (int32_t)floor(e.south / row_m) - 1;
    g->columns = (uint32_t)columns;
    g->rows = (uint32_t)rows;
    size_t places = (size_t)g->columns * g->rows;
    g->kept = hs_arena_array(arena, places, 1);
    return g->kept ? HS_OK : hs_error_memory(error, "a grid");
}

/* Keeps the cells with incidents that lie in the city. */
static void keep_cells_in_use(grid *g, const hs_selection *selection, bool has_units) {
    const hs_incidents *incidents = g->snapshot->incidents;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++) {
            if (!hs_selected(selection, c, i) || (has_units && !incident_is_in_city(incidents, chunk, i)))
                continue;
            uint32_t place = hs_grid_place(g, hs_incident_position(chunk, i));
            if (place != HS_NONE) g->kept[place] = 1;
        }
    }
}

static uint32_t choose_cells(grid *g, bool has_units) {
    uint32_t count = 0;
    for (size_t place = 0; place < (size_t)g->columns * g->rows; place++) {
        double x;
        double y;
        middle_of(g, cell_of_place(g, place), &x, &y);
        hs_position middle = position_at(g, x, y);
        bool inside = !has_units || is_in_city(g->snapshot, middle);
        g->kept[place] |= inside && hs_hotspot_looks_at(g->snapshot, g->request, middle);
        count += g->kept[place];
    }
    return count;
}

static hs_status write_cells(const grid *g, uint32_t count, hs_arena *arena, hs_error *error,
                             hs_areas *areas) {
    static const uint32_t part_start[] = {0, 1}, four[] = {0, 5}, six[] = {0, 7};
    hs_position *corners = hs_arena_array(arena, 7 * (size_t)count + 1, sizeof *corners);
    if (!corners || !hs_areas_init(areas, count, arena) ||
        !hs_areas_table_init(areas, (size_t)g->columns * g->rows, arena))
        return hs_error_memory(error, "a grid");
    areas->column = hs_arena_array(arena, (size_t)count + 1, sizeof *areas->column);
    areas->row = hs_arena_array(arena, (size_t)count + 1, sizeof *areas->row);
    if (!areas->column || !areas->row) return hs_error_memory(error, "a grid");
    double area = g->hex ? g->size_m * g->size_m * sqrt(3) / 2 : g->size_m * g->size_m;
    for (size_t place = 0; place < (size_t)g->columns * g->rows; place++) {
        if (!g->kept[place]) continue;
        uint32_t i = areas->count++;
        cell c = cell_of_place(g, place);
        hs_position *corner = corners + 7 * (size_t)i;
        (void)write_corners(g, c, corner);
        areas->id[i] = (int64_t)i + 1;
        char *code = hs_arena_printf(arena, "%d,%d", (int)c.column, (int)c.row);
        if (!code) return hs_error_memory(error, "a grid");
        areas->code[i] = (hs_str){code, strlen(code)};
        areas->geometry[i] =
            (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, part_start, g->hex ? six : four, corner};
        middle_of(g, c, &areas->x_m[i], &areas->y_m[i]);
        areas->label[i] = position_at(g, areas->x_m[i], areas->y_m[i]);
        areas->measure[i] = area * 1e-6;
        areas->population[i] = NAN;
        areas->area_of[place] = i;
        areas->column[i] = c.column;
        areas->row[i] = c.row;
    }
    return HS_OK;
}

hs_status hs_areas_of_grid(const hs_snapshot *snapshot, const hs_areas_request *request,
                           const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas) {
    grid *g = hs_arena_array(arena, 1, sizeof *g);
    if (!g) return hs_error_memory(error, "a grid");
    *g = (grid){.snapshot = snapshot, .request = request, .hex = request->units == HS_UNITS_HEX};
    g->size_m = request->size_m;
    g->radius_m = request->size_m / sqrt(3);
    bool has_units = snapshot->geography->units.count > 0;
    *areas = (hs_areas){0};
    extent e = has_units ? extent_of_box(&snapshot->plane, &snapshot->geography->box)
                         : extent_of_incidents(snapshot, selection);
    if (!(e.west <= e.east))
        return hs_areas_init(areas, 0, arena) && hs_areas_table_init(areas, 0, arena)
                   ? HS_OK
                   : hs_error_memory(error, "a grid");
    hs_status status = lay_lattice(g, e, arena, error);
    if (status != HS_OK) return status;
    keep_cells_in_use(g, selection, has_units);
    uint32_t count = choose_cells(g, has_units);
    if (count > HS_HOTSPOT_MOST_UNITS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "grid: %u cells are more than the %u that are taken: larger ones",
                            (unsigned)count, HS_HOTSPOT_MOST_UNITS);
    status = write_cells(g, count, arena, error, areas);
    areas->grid = g;
    return status == HS_OK && has_units ? hs_grid_clip(snapshot, request, error, areas) : status;
}

static int compare_places(const hs_areas *areas, uint32_t i, int32_t column, int32_t row) {
    int32_t by_row = areas->row[i];
    if (by_row != row) return by_row < row ? -1 : 1;
    return (areas->column[i] > column) - (areas->column[i] < column);
}

/* Cells stand by row, then column. */
static uint32_t find_cell(const hs_areas *areas, int32_t column, int32_t row) {
    uint32_t low = 0;
    uint32_t high = areas->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_places(areas, middle, column, row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < areas->count && compare_places(areas, low, column, row) == 0 ? low : HS_NONE;
}

hs_status hs_grid_weights(const hs_areas_request *request, const hs_areas *areas, hs_error *error,
                          hs_weights **weights) {
    /* By row and column, so that neighbours are ascending. */
    static const int32_t hexagons[6][2] = {{0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}};
    static const int32_t rook[4][2] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}};
    static const int32_t queen[8][2] = {{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}};
    bool hex = request->units == HS_UNITS_HEX, corners = request->neighbours == HS_NEIGHBOURS_QUEEN;
    int most = hex ? 6 : corners ? 8 : 4;
    const int32_t(*steps)[2] = hex ? hexagons : corners ? queen : rook;
    uint32_t *first = calloc((size_t)areas->count + 1, sizeof *first);
    uint32_t *neighbour = calloc(8 * (size_t)areas->count + 1, sizeof *neighbour);
    uint32_t links = 0;
    for (uint32_t i = 0; first && neighbour && i < areas->count; i++) {
        first[i] = links;
        for (int s = 0; s < most; s++) {
            uint32_t j = find_cell(areas, areas->column[i] + steps[s][0], areas->row[i] + steps[s][1]);
            if (j != HS_NONE) neighbour[links++] = j;
        }
    }
    if (first) first[areas->count] = links;
    hs_status status = first && neighbour ? hs_weights_new(areas->count, first, neighbour, NULL, 1,
                                                           request->style, error, weights)
                                          : hs_error_memory(error, "spatial weights");
    free(first);
    free(neighbour);
    return status;
}
