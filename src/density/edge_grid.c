/* The index of a study area's border. */
#include "density/edge_correction.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define MOST_CELLS   0x1p18
#define MOST_STRIPES 4096.0
/* Cells take in edges a little beyond reach, for rounding. */
#define SLACK 1e-6

typedef struct bounds {
    double west, south, east, north;
} bounds;

static bounds bounds_of(const hs_study_area *area) {
    bounds b = {DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX};
    for (uint32_t i = 0; i < area->count; i++) {
        const hs_directed_edge *e = &area->edge[i];
        b.west = fmin(b.west, fmin(e->x0, e->x1));
        b.east = fmax(b.east, fmax(e->x0, e->x1));
        b.south = fmin(b.south, fmin(e->y0, e->y1));
        b.north = fmax(b.north, fmax(e->y0, e->y1));
    }
    return area->count > 0 ? b : (bounds){0, 0, 0, 0};
}

static double reach_m(const hs_study_area *area) {
    return area->reach * area->bandwidth_m * (1.0 + SLACK);
}

static void lay_out(hs_study_area *area) {
    bounds b = bounds_of(area);
    double reach = reach_m(area);
    double width = b.east - b.west + 2.0 * reach;
    double height = b.north - b.south + 2.0 * reach;
    double cell = fmax(reach, fmax(sqrt(width * height / MOST_CELLS), fmax(width, height) / MOST_CELLS));
    area->west_m = b.west - reach;
    area->south_m = b.south - reach;
    area->per_cell = 1.0 / cell;
    area->columns = (uint32_t)(width / cell) + 1;
    area->rows = (uint32_t)(height / cell) + 1;
    double stripes = fmin(fmax(1.0, (double)area->count / 4.0), MOST_STRIPES);
    area->stripes = (uint32_t)stripes;
    area->stripe_south_m = b.south;
    area->per_stripe = b.north > b.south ? (double)area->stripes / (b.north - b.south) : 1.0;
}

/* Fills `lists` by two passes over what visit(context, lists, number) puts into them. */
typedef struct filling {
    edge_lists *lists;
    uint64_t *at; /* NULL while counting */
} filling;

static void put(filling *f, uint64_t list, uint32_t number) {
    if (f->at)
        f->lists->number[f->at[list]++] = number;
    else
        f->lists->start[list + 1]++;
}

static void put_in_stripes(const hs_study_area *area, filling *f) {
    for (uint32_t i = 0; i < area->count; i++) {
        const hs_directed_edge *e = &area->edge[i];
        if (e->y0 == e->y1) continue; /* crosses no ray */
        uint32_t last = hs_stripe_of(area, fmax(e->y0, e->y1));
        for (uint32_t s = hs_stripe_of(area, fmin(e->y0, e->y1)); s <= last; s++)
            put(f, s, i);
    }
}

static uint32_t clamped(double at, uint32_t count) {
    if (!(at > 0.0)) return 0;
    return at < (double)count ? (uint32_t)at : count - 1;
}

/* Where an edge lies between two rows of the plane, from west to east; it does reach in there. */
static void stretch(const hs_directed_edge *e, double south, double north, double *west, double *east) {
    double from = 0.0;
    double to = 1.0;
    double dy = e->y1 - e->y0;
    if (dy != 0.0) {
        double a = (south - e->y0) / dy;
        double b = (north - e->y0) / dy;
        from = fmin(fmax(fmin(a, b), 0.0), 1.0);
        to = fmax(fmin(fmax(a, b), 1.0), from);
    }
    double x0 = e->x0 + from * (e->x1 - e->x0);
    double x1 = e->x0 + to * (e->x1 - e->x0);
    *west = fmin(x0, x1);
    *east = fmax(x0, x1);
}

static void put_in_cells(const hs_study_area *area, filling *f) {
    double reach = reach_m(area);
    double cell = 1.0 / area->per_cell;
    double slack = SLACK * cell;
    for (uint32_t i = 0; i < area->count; i++) {
        const hs_directed_edge *e = &area->edge[i];
        double south = fmin(e->y0, e->y1) - reach - slack;
        double north = fmax(e->y0, e->y1) + reach + slack;
        uint32_t last = clamped((north - area->south_m) * area->per_cell, area->rows);
        for (uint32_t row = clamped((south - area->south_m) * area->per_cell, area->rows); row <= last;
             row++) {
            double from = area->south_m + row * cell - reach - slack;
            double west;
            double east;
            stretch(e, from, from + cell + 2.0 * (reach + slack), &west, &east);
            uint32_t column = clamped((west - reach - slack - area->west_m) * area->per_cell, area->columns);
            uint32_t end = clamped((east + reach + slack - area->west_m) * area->per_cell, area->columns);
            for (; column <= end; column++)
                put(f, (uint64_t)row * area->columns + column, i);
        }
    }
}

static bool fill(const hs_study_area *area, uint64_t count,
                 void (*fill_all)(const hs_study_area *, filling *), edge_lists *lists) {
    lists->start = calloc(count + 2, sizeof *lists->start);
    if (!lists->start) return false;
    filling f = {lists, NULL};
    fill_all(area, &f);
    for (uint64_t i = 0; i < count; i++)
        lists->start[i + 1] += lists->start[i];
    lists->number = malloc((lists->start[count] + 1) * sizeof *lists->number);
    f.at = calloc(count + 1, sizeof *f.at);
    if (lists->number && f.at) {
        for (uint64_t i = 0; i < count; i++)
            f.at[i] = lists->start[i];
        fill_all(area, &f);
    }
    bool made = lists->number && f.at;
    free(f.at);
    return made;
}

/* No border comes between two neighbours that are out of reach of it, so they lie alike. */
static void wind_cells(hs_study_area *area) {
    double cell = 1.0 / area->per_cell;
    for (uint32_t row = 0; row < area->rows; row++) {
        uint64_t at = (uint64_t)row * area->columns;
        bool known = false;
        for (uint32_t column = 0; column < area->columns; column++, at++) {
            bool far = area->near.start[at] == area->near.start[at + 1];
            if (far && known) {
                area->winding[at] = area->winding[at - 1];
            } else if (far) {
                windings w = hs_study_area_windings(area, area->west_m + (column + 0.5) * cell,
                                                    area->south_m + (row + 0.5) * cell);
                area->winding[at] = w.place;
            }
            known = far;
        }
    }
}

hs_status hs_study_area_index(hs_study_area *area, hs_error *error) {
    lay_out(area);
    uint64_t cells = (uint64_t)area->columns * area->rows;
    area->winding = calloc(cells + 1, sizeof *area->winding);
    if (!area->winding || !fill(area, area->stripes, put_in_stripes, &area->beside) ||
        !fill(area, cells, put_in_cells, &area->near))
        return hs_error_set(error, HS_E_MEMORY, "no memory for the border of a study area");
    wind_cells(area);
    return HS_OK;
}
