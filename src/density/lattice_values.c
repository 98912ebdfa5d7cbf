/* From deposits to pixels: the nodes in reach of a view as rows of numbers, then the kernel's sum at each
 * output, then pixels between outputs. Single precision, in an order that depends on the output alone. */
#include "density/lattice_values.h"

#include <stdlib.h>

#define SHARED_TABLES (sizeof((convolution *)0)->shared / sizeof(shared_table))

typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* Outputs in columns of one group: all lie alike between nodes. */
static void place_groups(convolution *c, const hs_lattice *l) {
    c->group_count = l->period;
    for (uint32_t g = 0; g < l->period; g++) {
        /* Node coordinates of the group's first output: half a pixel and g pixels from the view's west. */
        double u = c->first_u + (double)g * c->output_step;
        double whole = floor(u);
        c->group[g].node = (int64_t)whole;
        c->group[g].half = u - whole > 0.25;
    }
}

/* A view's outputs: nodes where pixels are interpolated, else its pixels. */
static void outputs_of(convolution *c, const hs_lattice *l, const hs_density_view *view) {
    double x0 = (double)view->x * view->size;
    double y0 = (double)view->y * view->size;
    double rate = l->pixel * l->nodes_per_unit;
    c->rate = rate;
    c->pixel_u = (x0 + 0.5) * rate - l->phase;
    c->pixel_v = (y0 + 0.5) * rate - l->phase;
    if (l->prolongs) {
        c->first_u = floor(c->pixel_u) - 1.0;
        c->first_v = floor(c->pixel_v) - 1.0;
        double last = (double)view->size - 1.0;
        c->columns = (uint32_t)(floor(c->pixel_u + last * rate) + 3.0 - c->first_u);
        c->rows = (uint32_t)(floor(c->pixel_v + last * rate) + 3.0 - c->first_v);
        c->output_step = 1.0;
    } else {
        c->first_u = c->pixel_u;
        c->first_v = c->pixel_v;
        c->columns = c->rows = view->size;
        c->output_step = rate;
    }
    place_groups(c, l);
}

/* The window of nodes that the outputs read. The scale of rows grows away from the equator, so the widest
 * reach is at the first or the last one that has a table. */
static void window_of(convolution *c, const hs_lattice *l) {
    row_scale first;
    row_scale last;
    double last_v = c->first_v + (double)(c->rows - 1) * c->output_step;
    hs_lattice_share_tables(c, l);
    hs_lattice_row_scale(l, hs_lattice_shared_row(c, 0), &first);
    hs_lattice_row_scale(l, hs_lattice_shared_row(c, c->rows - 1) + c->between * c->output_step, &last);
    double x = first.reach_x > last.reach_x ? first.reach_x : last.reach_x;
    double y = first.reach_y > last.reach_y ? first.reach_y : last.reach_y;
    c->taps_x = (uint32_t)x + 2;
    c->taps_y = (uint32_t)y + 2;
    node_window *w = &c->window;
    w->stride = l->stride;
    w->column0 = c->group[0].node - c->taps_x;
    w->row0 = (int64_t)floor(c->first_v) - c->taps_y;
    double last_u = c->first_u + (double)(c->columns - 1) * c->output_step;
    w->columns = (uint32_t)((int64_t)floor(last_u) - w->column0 + c->taps_x + 2);
    w->rows = (uint32_t)((int64_t)floor(last_v) - w->row0 + c->taps_y + 2);
    w->plane = (w->columns + l->stride - 1) / l->stride + 4 * LANES;
    w->pitch = (size_t)w->plane * l->stride;
}

VECTORS static void fold_rows(const float *restrict north, const float *restrict south, size_t count,
                              float *restrict out) {
    for (size_t i = 0; i < count; i += LANES)
        *(lanes *)(out + i) = *(const lanes *)(north + i) + *(const lanes *)(south + i);
}

/* One group of one output row: out[k] = sum over b, a of table[b][a] (left[k] + right[k]). */
typedef struct group_row {
    const float *folded; /* [rows][pitch] */
    const float *table;
    const uint32_t *row, *end; /* folded rows that are not empty: their b, and the table's ends */
    const uint32_t *left, *right;
    uint32_t rows, taps_x;
    size_t pitch;
} group_row;

VECTORS static void convolve(const group_row *g, uint32_t count, float *out) {
    for (uint32_t k = 0; k < count; k += 4 * LANES) {
        lanes sum0 = {0};
        lanes sum1 = {0};
        lanes sum2 = {0};
        lanes sum3 = {0};
        for (uint32_t i = 0; i < g->rows; i++) {
            const float *row = g->folded + i * g->pitch + k;
            const float *weights = g->table + (size_t)g->row[i] * g->taps_x;
            uint32_t end = g->end[g->row[i]];
            for (uint32_t a = 0; a < end; a++) {
                const lanes *left = (const lanes *)(row + g->left[a]);
                const lanes *right = (const lanes *)(row + g->right[a]);
                float w = weights[a];
                sum0 += w * (left[0] + right[0]);
                sum1 += w * (left[1] + right[1]);
                sum2 += w * (left[2] + right[2]);
                sum3 += w * (left[3] + right[3]);
            }
        }
        lanes *to = (lanes *)(out + k);
        to[0] = sum0;
        to[1] = sum1;
        to[2] = sum2;
        to[3] = sum3;
    }
}

/* Folds the pairs of rows about v into c->folded, leaving out those that hold nothing. */
static uint32_t fold_about(convolution *c, double v, bool *half) {
    int64_t middle = (int64_t)floor(v);
    *half = v - floor(v) > 0.25;
    uint32_t kept = 0;
    for (uint32_t b = 0; b < c->taps_y; b++) {
        int64_t north = middle - b - c->window.row0;
        int64_t south = middle + b + (*half ? 1 : 0) - c->window.row0;
        if (!c->window.used[north] && !c->window.used[south]) continue;
        fold_rows(c->window.nodes + (size_t)north * c->window.pitch,
                  c->window.nodes + (size_t)south * c->window.pitch, c->window.pitch,
                  c->folded + kept * c->window.pitch);
        c->kept[kept++] = b;
    }
    return kept;
}

/* Where the nodes a to the left and right of a group's outputs stand in a row of the window. */
static void offsets_of(const convolution *c, const column_group *g, uint32_t *left, uint32_t *right) {
    const node_window *w = &c->window;
    for (uint32_t a = 0; a < c->taps_x; a++) {
        uint32_t at = (uint32_t)(g->node - a - w->column0);
        left[a] = (at % w->stride) * w->plane + at / w->stride;
        at = (uint32_t)(g->node + a + (g->half ? 1 : 0) - w->column0);
        right[a] = (at % w->stride) * w->plane + at / w->stride;
    }
}

static void convolve_row(convolution *c, const hs_lattice *l, uint32_t r, bool squared, uint32_t kept,
                         bool half_y, float *out) {
    for (uint32_t g = 0; g < c->group_count; g++) {
        hs_lattice_table(c, l, r, half_y, c->group[g].half, squared);
        offsets_of(c, &c->group[g], c->left, c->right);
        group_row row = {.folded = c->folded,
                         .table = c->table,
                         .row = c->kept,
                         .end = c->ends,
                         .left = c->left,
                         .right = c->right,
                         .rows = kept,
                         .taps_x = c->taps_x,
                         .pitch = c->window.pitch};
        uint32_t count = (c->columns - g + c->group_count - 1) / c->group_count;
        convolve(&row, count, c->row);
        for (uint32_t k = 0; k < count; k++)
            out[g + k * c->group_count] = c->row[k];
    }
}

/* Outputs row by row into values (and squares), [rows * columns]. */
static void convolve_all(convolution *c, const hs_lattice *l, float *values, float *squared) {
    for (uint32_t r = 0; r < c->rows; r++) {
        double v = c->first_v + (double)r * c->output_step;
        float *out = values + (size_t)r * c->columns;
        bool half_y;
        uint32_t kept = fold_about(c, v, &half_y);
        if (kept == 0) {
            memset(out, 0, c->columns * sizeof *out);
            if (squared) memset(squared + (size_t)r * c->columns, 0, c->columns * sizeof *squared);
            continue;
        }
        convolve_row(c, l, r, false, kept, half_y, out);
        if (squared) convolve_row(c, l, r, true, kept, half_y, squared + (size_t)r * c->columns);
    }
}

/* Binned: a pixel's own incidents over its ground. */
static void binned_rows(const convolution *c, const hs_lattice *l, float *values, float *squared) {
    size_t first_row = (size_t)((int64_t)c->first_v - c->window.row0);
    size_t first_column = (size_t)(c->group[0].node - c->window.column0);
    for (uint32_t r = 0; r < c->rows; r++) {
        row_scale s;
        hs_lattice_row_scale(l, c->first_v + (double)r, &s);
        float share = (float)(1.0 / (hs_kernel_peak(l->kernel) * sqrt(s.kx * s.ky)));
        const float *row = c->window.nodes + (first_row + r) * c->window.pitch + first_column;
        size_t at = (size_t)r * c->columns;
        for (uint32_t i = 0; i < c->columns; i++) {
            values[at + i] = row[i] * share;
            if (squared) squared[at + i] = row[i] * share * share;
        }
    }
}

/* Cubic interpolation between outputs that are nodes: the four about a pixel's centre and their weights. */
typedef struct between {
    uint32_t first;
    float weight[4];
} between;

static between between_of(double at) {
    double whole = floor(at);
    double t = at - whole;
    double a = t + 1.0;
    double b = t - 1.0;
    double c = t - 2.0;
    return (between){(uint32_t)whole - 1,
                     {(float)(-t * b * c * (1.0 / 6.0)), (float)(a * b * c * 0.5), (float)(-a * t * c * 0.5),
                      (float)(a * t * b * (1.0 / 6.0))}};
}

VECTORS static void blend_rows(const float *restrict in, size_t pitch, const between *at, uint32_t count,
                               float *restrict out) {
    const float *r0 = in + at->first * pitch;
    const float *r1 = r0 + pitch;
    const float *r2 = r1 + pitch;
    const float *r3 = r2 + pitch;
    for (uint32_t i = 0; i < count; i++) {
        float sum =
            at->weight[0] * r0[i] + at->weight[1] * r1[i] + at->weight[2] * r2[i] + at->weight[3] * r3[i];
        out[i] = sum > 0.0f ? sum : 0.0f;
    }
}

/* Nodes [rows * columns] to pixels; `wide` holds rows * size. */
static void prolong(const convolution *c, uint32_t size, const between *columns, const float *nodes,
                    float *wide, float *values) {
    for (uint32_t r = 0; r < c->rows; r++) {
        const float *row = nodes + (size_t)r * c->columns;
        float *out = wide + (size_t)r * size;
        for (uint32_t i = 0; i < size; i++) {
            const float *n = row + columns[i].first;
            const float *w = columns[i].weight;
            out[i] = w[0] * n[0] + w[1] * n[1] + w[2] * n[2] + w[3] * n[3];
        }
    }
    for (uint32_t r = 0; r < size; r++) {
        between at = between_of(c->pixel_v + (double)r * c->rate - c->first_v);
        blend_rows(wide, size, &at, size, values + (size_t)r * size);
    }
}

static void clamp(float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] > 0.0f ? values[i] : 0.0f;
}

/* All room of a convolution in one piece. */
typedef struct room {
    uint8_t *memory;
    size_t size;
} room;

static size_t take(size_t *size, size_t bytes) {
    size_t at = *size;
    *size = at + ((bytes + 63) & ~(size_t)63);
    return at;
}

/* Shared tables, one after another; those that a view does not need are never touched. */
static void place_shared(convolution *c, uint8_t *memory, size_t bytes) {
    shared_table *t = &c->shared[0][0][0][0];
    for (size_t i = 0; i < SHARED_TABLES; i++) {
        t[i].table = (float *)(memory + i * bytes);
        t[i].ends = (uint32_t *)(t[i].table + (size_t)c->taps_x * c->taps_y);
    }
}

static uint8_t *make_room(convolution *c, const hs_lattice *l) {
    node_window *w = &c->window;
    size_t size = 0;
    size_t padded = c->columns + 8 * LANES;
    size_t nodes = take(&size, (w->rows * w->pitch + 8 * LANES) * sizeof(float));
    size_t used = take(&size, w->rows);
    size_t fine = take(&size, hs_lattice_table_room(c, l) * sizeof(double));
    size_t table = take(&size, (size_t)c->taps_x * c->taps_y * sizeof(float));
    size_t shared_bytes = ((size_t)c->taps_x * c->taps_y + c->taps_y) * sizeof(float);
    size_t shared = take(&size, SHARED_TABLES * shared_bytes);
    size_t folded = take(&size, (c->taps_y * w->pitch + 8 * LANES) * sizeof(float));
    size_t row = take(&size, padded * sizeof(float));
    size_t words = take(&size, ((size_t)2 * c->taps_x + (size_t)2 * c->taps_y) * sizeof(uint32_t));
    uint8_t *memory = aligned_alloc(64, size);
    if (!memory) return NULL;
    w->nodes = (float *)(memory + nodes);
    w->used = memory + used;
    place_shared(c, memory + shared, shared_bytes);
    c->fine = (double *)(memory + fine);
    c->table = (float *)(memory + table);
    c->folded = (float *)(memory + folded);
    c->row = (float *)(memory + row);
    c->ends = (uint32_t *)(memory + words);
    c->kept = c->ends + c->taps_y;
    c->left = c->kept + c->taps_y;
    c->right = c->left + c->taps_x;
    memset(c->folded, 0, (c->taps_y * w->pitch + 8 * LANES) * sizeof(float));
    return memory;
}

/* Outputs at nodes, then pixels from them. */
static hs_status prolonged(convolution *c, const hs_lattice *l, uint32_t size, hs_error *error, float *values,
                           float *squared) {
    size_t nodes = (size_t)c->rows * c->columns;
    between *columns = calloc(size, sizeof *columns);
    float *outputs = malloc((2 * nodes + (size_t)c->rows * size) * sizeof *outputs);
    if (!columns || !outputs) {
        free(columns);
        free(outputs);
        return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    }
    float *wide = outputs + 2 * nodes;
    convolve_all(c, l, outputs, squared ? outputs + nodes : NULL);
    for (uint32_t i = 0; i < size; i++)
        columns[i] = between_of(c->pixel_u + (double)i * c->rate - c->first_u);
    prolong(c, size, columns, outputs, wide, values);
    if (squared) prolong(c, size, columns, outputs + nodes, wide, squared);
    free(columns);
    free(outputs);
    return HS_OK;
}

hs_status hs_lattice_values(const hs_lattice *lattice, const hs_density_view *view,
                            const hs_lattice_deposit *const *deposits, uint32_t count, hs_error *error,
                            float *values, float *squared) {
    convolution c = {0};
    outputs_of(&c, lattice, view);
    window_of(&c, lattice);
    uint8_t *memory = make_room(&c, lattice);
    if (!memory || !hs_lattice_window(lattice, deposits, count, &c.window)) {
        free(memory);
        return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile");
    }
    hs_status status = HS_OK;
    size_t pixels = (size_t)view->size * view->size;
    if (lattice->sampling == HS_DENSITY_BINNED)
        binned_rows(&c, lattice, values, squared);
    else if (lattice->prolongs)
        status = prolonged(&c, lattice, view->size, error, values, squared);
    else
        convolve_all(&c, lattice, values, squared);
    if (status == HS_OK && !lattice->prolongs) {
        clamp(values, pixels);
        if (squared) clamp(squared, pixels);
    }
    free(memory);
    return status;
}
