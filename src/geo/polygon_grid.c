#include "geo/polygon_grid.h"

#include "geo/box.h"
#include <stdlib.h>
#include <string.h>

#define CELLS_PER_POLYGON 64
#define MAX_CELLS         (UINT64_C(1) << 20)
/* Polygons that overlap a lot get a coarser grid, so that its lists stay short of this. */
#define ENTRIES_PER_CELL    8
#define ENTRIES_PER_POLYGON 64

/* A polygon's rectangle of cells. */
typedef struct window {
    uint32_t column, row, columns, rows;
} window;

typedef struct grid_builder {
    hs_polygon_grid *grid;
    const hs_polygon_stripes *stripes;
    uint8_t *crossed;  /* cells of the present window that an edge meets */
    uint32_t *cell_of; /* by found entry */
    uint32_t *value;
    uint64_t found;
} grid_builder;

static uint32_t column_of(const hs_polygon_grid *grid, int64_t x) {
    return (uint32_t)((x - grid->box.min_lon_e7) >> grid->shift_x);
}

static uint32_t row_of(const hs_polygon_grid *grid, int64_t y) {
    return (uint32_t)((y - grid->box.min_lat_e7) >> grid->shift_y);
}

static window window_of(const hs_polygon_grid *grid, const hs_box *box) {
    window w = {.column = column_of(grid, box->min_lon_e7), .row = row_of(grid, box->min_lat_e7)};
    w.columns = column_of(grid, box->max_lon_e7) - w.column + 1;
    w.rows = row_of(grid, box->max_lat_e7) - w.row + 1;
    return w;
}

static hs_box whole_box(const hs_polygon_stripes *stripes) {
    hs_box whole = HS_BOX_EMPTY;
    for (uint32_t i = 0; i < stripes->count; i++)
        if (stripes->polygon[i].count > 0) hs_box_union(&whole, stripes->polygon[i].box);
    return whole;
}

static uint64_t entries_at_most(const hs_polygon_grid *grid, const hs_polygon_stripes *stripes) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < stripes->count; i++) {
        if (stripes->polygon[i].count == 0) continue;
        window w = window_of(grid, &stripes->polygon[i].box);
        sum += (uint64_t)w.columns * w.rows;
    }
    return sum;
}

/* Chooses the cell size; returns a bound of the entries. */
static uint64_t choose_cells(hs_polygon_grid *grid, const hs_polygon_stripes *stripes) {
    uint64_t width = (uint64_t)((int64_t)grid->box.max_lon_e7 - grid->box.min_lon_e7);
    uint64_t height = (uint64_t)((int64_t)grid->box.max_lat_e7 - grid->box.min_lat_e7);
    uint64_t wanted = CELLS_PER_POLYGON * ((uint64_t)stripes->count + 4);
    if (wanted > MAX_CELLS) wanted = MAX_CELLS;
    for (;;) {
        uint64_t columns = (width >> grid->shift_x) + 1, rows = (height >> grid->shift_y) + 1;
        grid->columns = (uint32_t)columns;
        grid->rows = (uint32_t)rows;
        if (columns <= wanted && rows <= wanted && columns * rows <= wanted) {
            uint64_t entries = entries_at_most(grid, stripes);
            if (entries <= ENTRIES_PER_CELL * wanted + ENTRIES_PER_POLYGON * (uint64_t)stripes->count)
                return entries;
        }
        if (columns >= rows)
            grid->shift_x++;
        else
            grid->shift_y++;
    }
}

static int64_t floor_divide(int64_t a, int64_t b) {
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

/* Marks the cells that the edge from `a` up to `b` meets, with a margin of one unit. */
static void mark_edge(grid_builder *builder, window w, hs_position a, hs_position b) {
    const hs_polygon_grid *grid = builder->grid;
    int64_t rise = (int64_t)b.lat_e7 - a.lat_e7, run = (int64_t)b.lon_e7 - a.lon_e7;
    uint32_t last_row = row_of(grid, b.lat_e7);
    for (uint32_t row = row_of(grid, a.lat_e7); row <= last_row; row++) {
        int64_t bottom = grid->box.min_lat_e7 + ((int64_t)row << grid->shift_y);
        int64_t top = bottom + (INT64_C(1) << grid->shift_y) - 1;
        if (bottom < a.lat_e7) bottom = a.lat_e7;
        if (top > b.lat_e7) top = b.lat_e7;
        int64_t x0 = a.lon_e7, x1 = b.lon_e7;
        if (rise > 0) {
            x0 = a.lon_e7 + floor_divide(run * (bottom - a.lat_e7), rise);
            x1 = a.lon_e7 + floor_divide(run * (top - a.lat_e7), rise);
        }
        int64_t west = x0 < x1 ? x0 : x1, east = (x0 < x1 ? x1 : x0) + 1;
        uint32_t first = column_of(grid, west), last = column_of(grid, east);
        if (last > w.column + w.columns - 1) last = w.column + w.columns - 1;
        for (uint32_t column = first; column <= last; column++)
            builder->crossed[(size_t)(row - w.row) * w.columns + (column - w.column)] = 1;
    }
}

static void mark_edges(grid_builder *builder, window w, const hs_geometry *geometry) {
    for (uint32_t ring = 0; ring < geometry->ring_count; ring++) {
        for (uint32_t i = geometry->ring_start[ring]; i + 1 < geometry->ring_start[ring + 1]; i++) {
            hs_position a = geometry->positions[i], b = geometry->positions[i + 1];
            if (a.lat_e7 <= b.lat_e7)
                mark_edge(builder, w, a, b);
            else
                mark_edge(builder, w, b, a);
        }
    }
}

/* A cell that no edge meets is all inside or all outside: its first position tells. */
static void collect_entries(grid_builder *builder, window w, uint32_t number) {
    const hs_polygon_grid *grid = builder->grid;
    for (uint32_t row = 0; row < w.rows; row++) {
        for (uint32_t column = 0; column < w.columns; column++) {
            bool crossed = builder->crossed[(size_t)row * w.columns + column];
            if (!crossed) {
                int64_t x = grid->box.min_lon_e7 + ((int64_t)(w.column + column) << grid->shift_x);
                int64_t y = grid->box.min_lat_e7 + ((int64_t)(w.row + row) << grid->shift_y);
                hs_position corner = {(int32_t)x, (int32_t)y};
                if (!hs_polygon_stripes_contain(builder->stripes, number, corner)) continue;
            }
            builder->cell_of[builder->found] = (w.row + row) * grid->columns + w.column + column;
            builder->value[builder->found++] = 2 * number + !crossed;
        }
    }
}

static void collect(grid_builder *builder, const hs_geometry *geometries) {
    for (uint32_t i = 0; i < builder->stripes->count; i++) {
        if (builder->stripes->polygon[i].count == 0) continue;
        window w = window_of(builder->grid, &builder->stripes->polygon[i].box);
        memset(builder->crossed, 0, (size_t)w.columns * w.rows);
        mark_edges(builder, w, &geometries[i]);
        collect_entries(builder, w, i);
    }
}

/* Counting sort by cell; stable, so numbers ascend within a cell. */
static void sort_by_cell(grid_builder *builder) {
    hs_polygon_grid *grid = builder->grid;
    size_t cells = (size_t)grid->columns * grid->rows;
    for (uint64_t i = 0; i < builder->found; i++)
        grid->cell_start[builder->cell_of[i] + 1]++;
    for (size_t cell = 0; cell < cells; cell++)
        grid->cell_start[cell + 1] += grid->cell_start[cell];
    for (uint64_t i = 0; i < builder->found; i++)
        grid->entry[grid->cell_start[builder->cell_of[i]]++] = builder->value[i];
    memmove(grid->cell_start + 1, grid->cell_start, cells * sizeof *grid->cell_start);
    grid->cell_start[0] = 0;
}

hs_status hs_polygon_grid_build(const hs_geometry *geometries, const hs_polygon_stripes *stripes,
                                hs_error *error, hs_polygon_grid *grid) {
    hs_polygon_grid made = {.box = whole_box(stripes)};
    if (made.box.min_lon_e7 > made.box.max_lon_e7) {
        *grid = made;
        return HS_OK;
    }
    if (stripes->count > UINT32_MAX / 2)
        return hs_error_set(error, HS_E_LIMIT, "too many polygons for one index");
    uint64_t most = choose_cells(&made, stripes);
    size_t cells = (size_t)made.columns * made.rows;
    grid_builder builder = {.grid = &made,
                            .stripes = stripes,
                            .crossed = malloc(cells),
                            .cell_of = malloc((most + 1) * sizeof(uint32_t)),
                            .value = malloc((most + 1) * sizeof(uint32_t))};
    made.cell_start = calloc(cells + 1, sizeof(uint32_t));
    bool ready = builder.crossed && builder.cell_of && builder.value && made.cell_start;
    if (ready) {
        collect(&builder, geometries);
        made.entry = malloc((builder.found + 1) * sizeof(uint32_t));
        ready = made.entry;
    }
    if (ready) sort_by_cell(&builder);
    free(builder.crossed);
    free(builder.cell_of);
    free(builder.value);
    if (!ready) {
        hs_polygon_grid_done(&made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a polygon index");
    }
    *grid = made;
    return HS_OK;
}

void hs_polygon_grid_done(hs_polygon_grid *grid) {
    free(grid->cell_start);
    free(grid->entry);
    *grid = (hs_polygon_grid){.box = HS_BOX_EMPTY};
}

uint32_t hs_polygon_grid_at(const hs_polygon_grid *grid, hs_position position, const uint32_t **entries) {
    if (position.lon_e7 < grid->box.min_lon_e7 || position.lon_e7 > grid->box.max_lon_e7 ||
        position.lat_e7 < grid->box.min_lat_e7 || position.lat_e7 > grid->box.max_lat_e7)
        return 0;
    size_t cell = (size_t)row_of(grid, position.lat_e7) * grid->columns + column_of(grid, position.lon_e7);
    *entries = grid->entry + grid->cell_start[cell];
    return grid->cell_start[cell + 1] - grid->cell_start[cell];
}
