/* From sparse blocks of several deposits to the rows of one window. */
#include "density/lattice_values.h"

#include <stdlib.h>

#define BLOCK       HS_LATTICE_BLOCK
#define BLOCK_NODES ((size_t)BLOCK * BLOCK)

/* A block over the window: where its north-west node stands in it, which may be outside. */
typedef struct piece {
    const int32_t *nodes;
    double unit;
    int64_t column, row;
    uint32_t next; /* of the same band + 1 */
} piece;

typedef struct assembly {
    node_window *window;
    piece *pieces;
    uint32_t count, capacity;
    uint32_t *band; /* first piece + 1 of each band of BLOCK rows */
    double *sums;   /* [2 BLOCK][columns]: a band and the rows that hang over into the next */
} assembly;

static bool add_piece(assembly *a, const hs_lattice_deposit *deposit, uint32_t b, int64_t column,
                      int64_t row) {
    if (a->count == a->capacity) {
        uint32_t capacity = a->capacity ? 2 * a->capacity : 256;
        piece *pieces = realloc(a->pieces, capacity * sizeof *pieces);
        if (!pieces) return false;
        a->pieces = pieces;
        a->capacity = capacity;
    }
    uint32_t *band = &a->band[(row + BLOCK) / BLOCK];
    a->pieces[a->count++] = (piece){deposit->nodes + b * BLOCK_NODES, deposit->unit, column, row, *band};
    *band = a->count;
    return true;
}

/* The window may reach over the world's edge, so a block may stand a world further. */
static bool collect(assembly *a, const hs_lattice *l, const hs_lattice_deposit *deposit) {
    const node_window *w = a->window;
    int64_t end = w->column0 + w->columns;
    int first = w->column0 < 0 ? -1 : 0;
    int last = end > l->around ? 1 : 0;
    for (uint32_t b = 0; b < deposit->count; b++) {
        int64_t row = (int64_t)deposit->y[b] * BLOCK - w->row0;
        if (row <= -BLOCK || row >= (int64_t)w->rows) continue;
        for (int world = first; world <= last; world++) {
            int64_t column = (int64_t)deposit->x[b] * BLOCK + world * l->around - w->column0;
            if (column <= -BLOCK || column >= (int64_t)w->columns) continue;
            if (!add_piece(a, deposit, b, column, row)) return false;
        }
    }
    return true;
}

VECTORS static void add_nodes(const int32_t *restrict nodes, double unit, uint32_t count,
                              double *restrict sums) {
    for (uint32_t i = 0; i < count; i++)
        sums[i] += (double)nodes[i] * unit;
}

/* Sums of dyadic numbers below 2^53 units are exact in doubles, in any order. */
static void add_to_band(const assembly *a, const piece *p) {
    const node_window *w = a->window;
    int64_t skip = p->column < 0 ? -p->column : 0;
    int64_t end = p->column + BLOCK > (int64_t)w->columns ? (int64_t)w->columns - p->column : BLOCK;
    int64_t top = (p->row + BLOCK) % BLOCK;
    for (int64_t j = 0; j < BLOCK; j++)
        add_nodes(p->nodes + j * BLOCK + skip, p->unit, (uint32_t)(end - skip),
                  a->sums + (top + j) * w->columns + p->column + skip);
}

/* A finished row into its planes: every `stride`-th of its numbers, in a loop of its own for each stride. */
#define SPLIT(name, stride)                                                                                  \
    VECTORS static void name(const double *restrict in, uint32_t count, uint32_t plane,                      \
                             float *restrict out) {                                                          \
        uint32_t whole = count / (stride);                                                                   \
        for (uint32_t k = 0; k < (stride); k++)                                                              \
            for (uint32_t i = 0; i < whole; i++)                                                             \
                out[k * plane + i] = (float)in[(size_t)i * (stride) + k];                                    \
        for (uint32_t k = 0; k < count % (stride); k++)                                                      \
            out[k * plane + whole] = (float)in[(size_t)whole * (stride) + k];                                \
    }
SPLIT(split_two, 2)
SPLIT(split_three, 3)
SPLIT(split_four, 4)

VECTORS static void copy_row(const double *restrict in, uint32_t count, float *restrict out) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = (float)in[i];
}

static void split_row(const node_window *w, const double *in, float *out) {
    if (w->stride == 1) {
        copy_row(in, w->columns, out);
    } else if (w->stride == 2) {
        split_two(in, w->columns, w->plane, out);
    } else if (w->stride == 3) {
        split_three(in, w->columns, w->plane, out);
    } else if (w->stride == 4) {
        split_four(in, w->columns, w->plane, out);
    } else {
        for (uint32_t k = 0; k < w->stride; k++)
            for (uint32_t i = k, at = k * w->plane; i < w->columns; i += w->stride, at++)
                out[at] = (float)in[i];
    }
}

/* Rows [BLOCK band - BLOCK, BLOCK band) of the window, then what hangs over moves up. */
static void finish_band(const assembly *a, uint32_t band, bool any) {
    node_window *w = a->window;
    size_t size = (size_t)BLOCK * w->columns;
    for (uint32_t j = 0; any && j < BLOCK; j++) {
        int64_t row = ((int64_t)band - 1) * BLOCK + j;
        if (row < 0 || row >= (int64_t)w->rows) continue;
        float *out = w->nodes + (size_t)row * w->pitch;
        memset(out, 0, w->pitch * sizeof *out);
        split_row(w, a->sums + (size_t)j * w->columns, out);
        w->used[row] = 1;
    }
    if (!any) return;
    memcpy(a->sums, a->sums + size, size * sizeof *a->sums);
    memset(a->sums + size, 0, size * sizeof *a->sums);
}

static void assemble(const assembly *a, uint32_t bands) {
    bool over = false; /* the band before left rows in this one */
    for (uint32_t band = 0; band < bands; band++) {
        bool any = a->band[band] != 0;
        for (uint32_t at = a->band[band]; at; at = a->pieces[at - 1].next)
            add_to_band(a, &a->pieces[at - 1]);
        finish_band(a, band, any || over);
        over = any;
    }
}

bool hs_lattice_window(const hs_lattice *lattice, const hs_lattice_deposit *const *deposits, uint32_t count,
                       node_window *window) {
    uint32_t bands = (window->rows + BLOCK - 1) / BLOCK + 1;
    assembly a = {.window = window};
    a.band = calloc(bands, sizeof *a.band);
    a.sums = calloc((size_t)2 * BLOCK * window->columns, sizeof *a.sums);
    bool done = a.band && a.sums;
    for (uint32_t d = 0; done && d < count; d++)
        done = collect(&a, lattice, deposits[d]);
    if (done) {
        memset(window->used, 0, window->rows);
        assemble(&a, bands);
        for (uint32_t r = 0; r < window->rows; r++)
            if (!window->used[r])
                memset(window->nodes + (size_t)r * window->pitch, 0, window->pitch * sizeof(float));
    }
    free(a.pieces);
    free(a.band);
    free(a.sums);
    return done;
}
