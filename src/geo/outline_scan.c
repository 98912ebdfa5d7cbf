/* Where rows of centres lie outside of an outline. */
#include "geo/outline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An edge crosses a row before the centre of `column`: what is added to how often the border goes round. */
typedef struct crossing {
    uint32_t column;
    int32_t turn;
} crossing;

typedef struct rows {
    const hs_scan_grid *grid;
    int32_t *west;       /* [rows] turns before the first column */
    uint64_t *start;     /* [rows + 1] into crossings; counts while these are counted */
    crossing *crossings; /* NULL while counting */
    uint64_t *at;
} rows;

static void add_crossing(rows *r, uint32_t row, double x, int32_t turn) {
    const hs_scan_grid *g = r->grid;
    double column = ceil((x - g->x) / g->dx);
    if (column > (double)(g->columns - 1)) return;
    if (!r->crossings) {
        if (column <= 0)
            r->west[row] += turn;
        else
            r->start[row + 1]++;
    } else if (column > 0) {
        r->crossings[r->at[row]++] = (crossing){(uint32_t)column, turn};
    }
}

static void add_edge(rows *r, const hs_directed_edge *e) {
    const hs_scan_grid *g = r->grid;
    double a = (e->y0 - g->y) / g->dy;
    double b = (e->y1 - g->y) / g->dy;
    double from = fmax(floor(fmin(a, b)) - 1.0, 0.0);
    double to = fmin(ceil(fmax(a, b)) + 1.0, (double)(g->rows - 1));
    if (from > to) return;
    for (uint32_t row = (uint32_t)from; row <= (uint32_t)to; row++) {
        double y = g->y + row * g->dy;
        int32_t turn = (int32_t)(e->y0 <= y) - (int32_t)(e->y1 <= y);
        if (turn == 0) continue;
        add_crossing(r, row, e->x0 + (y - e->y0) / (e->y1 - e->y0) * (e->x1 - e->x0), turn);
    }
}

static int compare_columns(const void *a, const void *b) {
    const crossing *x = a;
    const crossing *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

static void visit_row(const rows *r, uint32_t row,
                      void (*visit)(void *context, uint32_t row, uint32_t begin, uint32_t end),
                      void *context) {
    crossing *c = r->crossings + r->start[row];
    uint64_t count = r->start[row + 1] - r->start[row];
    if (count > 1) qsort(c, count, sizeof *c, compare_columns);
    int32_t turns = r->west[row];
    uint32_t begin = 0; /* of the stretch, where outside */
    for (uint64_t i = 0; i < count; i++) {
        int32_t next = turns + c[i].turn;
        if (turns == 0 && c[i].column > begin) visit(context, row, begin, c[i].column);
        if (turns == 0 || next == 0) begin = c[i].column;
        turns = next;
    }
    if (turns == 0 && begin < r->grid->columns) visit(context, row, begin, r->grid->columns);
}

static bool make_room(rows *r) {
    for (uint32_t row = 0; row < r->grid->rows; row++)
        r->start[row + 1] += r->start[row];
    r->crossings = malloc((r->start[r->grid->rows] + 1) * sizeof *r->crossings);
    if (r->crossings) memcpy(r->at, r->start, r->grid->rows * sizeof *r->at);
    return r->crossings != NULL;
}

hs_status hs_scan_outside(const hs_directed_edge *edges, size_t count, const hs_scan_grid *grid,
                          void (*visit)(void *context, uint32_t row, uint32_t begin, uint32_t end),
                          void *context, hs_error *error) {
    if (grid->columns == 0 || grid->rows == 0) return HS_OK;
    rows r = {.grid = grid};
    r.west = calloc(grid->rows, sizeof *r.west);
    r.start = calloc((size_t)grid->rows + 1, sizeof *r.start);
    r.at = calloc(grid->rows, sizeof *r.at);
    bool made = r.west && r.start && r.at;
    for (size_t i = 0; made && i < count; i++)
        add_edge(&r, &edges[i]);
    made = made && make_room(&r);
    for (size_t i = 0; made && i < count; i++)
        add_edge(&r, &edges[i]);
    for (uint32_t row = 0; made && row < grid->rows; row++)
        visit_row(&r, row, visit, context);
    free(r.west);
    free(r.start);
    free(r.at);
    free(r.crossings);
    return made ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for the city's edge");
}
