#include "render/snap_round_private.h"

#include <stdlib.h>
#include <string.h>

#define MOST_CROSSINGS_PER_EDGE 4u

/* An edge of the rings as they come; `next` is the edge that follows in its ring. */
typedef struct edge {
    hs_cell a, b;
    int32_t min_x, max_x, min_y, max_y;
    uint32_t number, next;
} edge;

int64_t hs_ring_area2(const hs_cell *cells, uint32_t count) {
    int64_t area2 = 0;
    for (uint32_t i = 0; i < count; i++) {
        hs_cell a = cells[i];
        hs_cell b = cells[i + 1 < count ? i + 1 : 0];
        area2 += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    return area2;
}

static int compare_edges(const void *a, const void *b) {
    const edge *e = a;
    const edge *f = b;
    if (e->min_x != f->min_x) return e->min_x < f->min_x ? -1 : 1;
    return e->number < f->number ? -1 : e->number > f->number;
}

/* The edges by their western end; NULL when memory is out. */
static edge *sorted_edges(const hs_rings *rings, hs_arena *arena) {
    uint32_t total = rings->start[rings->count];
    edge *edges = hs_arena_alloc(arena, (size_t)total * sizeof *edges + 1);
    if (!edges) return NULL;
    for (uint32_t r = 0; r < rings->count; r++) {
        uint32_t begin = rings->start[r];
        uint32_t end = rings->start[r + 1];
        for (uint32_t i = begin; i < end; i++) {
            uint32_t next = i + 1 < end ? i + 1 : begin;
            hs_cell a = rings->cell[i];
            hs_cell b = rings->cell[next];
            edges[i] = (edge){.a = a,
                              .b = b,
                              .min_x = a.x < b.x ? a.x : b.x,
                              .max_x = a.x < b.x ? b.x : a.x,
                              .min_y = a.y < b.y ? a.y : b.y,
                              .max_y = a.y < b.y ? b.y : a.y,
                              .number = i,
                              .next = next};
        }
    }
    qsort(edges, total, sizeof *edges, compare_edges);
    return edges;
}

static int sign(int64_t value) {
    return (value > 0) - (value < 0);
}

/* Of edges whose boxes meet: whether they share a point. */
static bool touch(const edge *e, const edge *f) {
    return sign(hs_cell_turn(e->a, e->b, f->a)) * sign(hs_cell_turn(e->a, e->b, f->b)) <= 0 &&
           sign(hs_cell_turn(f->a, f->b, e->a)) * sign(hs_cell_turn(f->a, f->b, e->b)) <= 0;
}

/* Whether the second of two edges in a row goes back along the first. */
static bool folds_back(const edge *e, const edge *next) {
    if (hs_cell_turn(e->a, e->b, next->b) != 0) return false;
    int64_t ahead = ((int64_t)e->b.x - e->a.x) * ((int64_t)next->b.x - next->a.x) +
                    ((int64_t)e->b.y - e->a.y) * ((int64_t)next->b.y - next->a.y);
    return ahead < 0;
}

static bool is_fault(const edge *e, const edge *f) {
    bool before = e->next == f->number;
    bool after = f->next == e->number;
    if (!before && !after) return touch(e, f);
    return (before && folds_back(e, f)) || (after && folds_back(f, e));
}

hs_status hs_rings_check(const hs_rings *rings, hs_arena *arena, bool *valid) {
    uint32_t total = rings->start[rings->count];
    const edge *edges = sorted_edges(rings, arena);
    if (!edges) return HS_E_MEMORY;
    *valid = true;
    for (uint32_t i = 0; i < total; i++)
        for (uint32_t k = i + 1; k < total && edges[k].min_x <= edges[i].max_x; k++) {
            if (edges[k].max_y < edges[i].min_y || edges[k].min_y > edges[i].max_y) continue;
            if (is_fault(&edges[i], &edges[k])) {
                *valid = false;
                return HS_OK;
            }
        }
    return HS_OK;
}

/* A growing list of cells in an arena. */
typedef struct cell_list {
    hs_arena *arena;
    hs_cell *cell;
    size_t count, capacity;
} cell_list;

static bool list_add(cell_list *list, hs_cell cell) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        hs_cell *grown = hs_arena_alloc(list->arena, capacity * sizeof *grown);
        if (!grown) return false;
        if (list->count > 0) memcpy(grown, list->cell, list->count * sizeof *grown);
        list->cell = grown;
        list->capacity = capacity;
    }
    list->cell[list->count++] = cell;
    return true;
}

static int64_t floor_divide(int64_t value, int64_t by) {
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

/* The cell of start + step x share, share = num / den, den > 0; halves go up. */
static int32_t rounded(int32_t start, int64_t step, int64_t num, int64_t den) {
    return (int32_t)(start + floor_divide(2 * step * num + den, 2 * den));
}

/* Where two edges cross properly, rounded. */
static bool crossing(const edge *e, const edge *f, hs_cell *at) {
    if (sign(hs_cell_turn(e->a, e->b, f->a)) * sign(hs_cell_turn(e->a, e->b, f->b)) >= 0 ||
        sign(hs_cell_turn(f->a, f->b, e->a)) * sign(hs_cell_turn(f->a, f->b, e->b)) >= 0)
        return false;
    int64_t ex = (int64_t)e->b.x - e->a.x;
    int64_t ey = (int64_t)e->b.y - e->a.y;
    int64_t fx = (int64_t)f->b.x - f->a.x;
    int64_t fy = (int64_t)f->b.y - f->a.y;
    int64_t den = ex * fy - ey * fx;
    int64_t num = ((int64_t)f->a.x - e->a.x) * fy - ((int64_t)f->a.y - e->a.y) * fx;
    if (den < 0) {
        den = -den;
        num = -num;
    }
    *at = (hs_cell){rounded(e->a.x, ex, num, den), rounded(e->a.y, ey, num, den)};
    return true;
}

static int compare_cells(const void *a, const void *b) {
    return hs_cells_compare(*(const hs_cell *)a, *(const hs_cell *)b);
}

/* Corners and rounded crossings, sorted, each once. */
static hs_status find_pixels(const hs_rings *rings, const edge *edges, cell_list *pixels) {
    uint32_t total = rings->start[rings->count];
    for (uint32_t i = 0; i < total; i++)
        if (!list_add(pixels, rings->cell[i])) return HS_E_MEMORY;
    for (uint32_t i = 0; i < total; i++)
        for (uint32_t k = i + 1; k < total && edges[k].min_x <= edges[i].max_x; k++) {
            hs_cell at;
            if (edges[k].max_y < edges[i].min_y || edges[k].min_y > edges[i].max_y) continue;
            if (!crossing(&edges[i], &edges[k], &at)) continue;
            if (pixels->count > (1 + (size_t)MOST_CROSSINGS_PER_EDGE) * total) return HS_E_LIMIT;
            if (!list_add(pixels, at)) return HS_E_MEMORY;
        }
    if (pixels->count > 1) qsort(pixels->cell, pixels->count, sizeof *pixels->cell, compare_cells);
    size_t kept = 0;
    for (size_t i = 0; i < pixels->count; i++)
        if (kept == 0 || !hs_cells_equal(pixels->cell[kept - 1], pixels->cell[i]))
            pixels->cell[kept++] = pixels->cell[i];
    pixels->count = kept;
    return HS_OK;
}

/* The shares of an edge within a pixel, from `low` to `high` as fractions; an end may be left out. */
typedef struct span {
    int64_t low, low_den, high, high_den;
    bool low_open, high_open;
} span;

static void raise_low(span *s, int64_t num, int64_t den, bool open) {
    int64_t order = num * s->low_den - s->low * den;
    if (order < 0) return;
    if (order == 0) {
        s->low_open |= open;
        return;
    }
    s->low = num;
    s->low_den = den;
    s->low_open = open;
}

static void lower_high(span *s, int64_t num, int64_t den, bool open) {
    int64_t order = num * s->high_den - s->high * den;
    if (order > 0) return;
    if (order == 0) {
        s->high_open |= open;
        return;
    }
    s->high = num;
    s->high_den = den;
    s->high_open = open;
}

/* Keeps of the span where start + share x step lies in [low, low + 2), all in half cells. */
static bool keep_axis(span *s, int64_t start, int64_t step, int64_t low) {
    int64_t high = low + 2;
    if (step == 0) return start >= low && start < high;
    if (step > 0) {
        raise_low(s, low - start, step, false);
        lower_high(s, high - start, step, true);
    } else {
        raise_low(s, start - high, -step, true);
        lower_high(s, start - low, -step, false);
    }
    return true;
}

/* Whether an edge passes through the pixel about a cell: half open, as rounding is. */
static bool passes(const edge *e, hs_cell pixel) {
    span s = {0, 1, 1, 1, false, false};
    if (!keep_axis(&s, 2 * (int64_t)e->a.x, 2 * ((int64_t)e->b.x - e->a.x), 2 * (int64_t)pixel.x - 1) ||
        !keep_axis(&s, 2 * (int64_t)e->a.y, 2 * ((int64_t)e->b.y - e->a.y), 2 * (int64_t)pixel.y - 1))
        return false;
    int64_t order = s.low * s.high_den - s.high * s.low_den;
    return order < 0 || (order == 0 && !s.low_open && !s.high_open);
}

/* The first pixel that is not west of x. */
static size_t first_pixel(const cell_list *pixels, int32_t x) {
    size_t low = 0;
    size_t high = pixels->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pixels->cell[middle].x < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Insertion by the place along an edge: mostly two or three, and nearly in order. */
static void sort_along(const edge *e, hs_cell *cell, size_t count) {
    int64_t dx = (int64_t)e->b.x - e->a.x;
    int64_t dy = (int64_t)e->b.y - e->a.y;
    bool backward = dx < 0;
    if (backward) { /* pixels come from west to east */
        for (size_t i = 0; i < count / 2; i++) {
            hs_cell swap = cell[i];
            cell[i] = cell[count - 1 - i];
            cell[count - 1 - i] = swap;
        }
    }
    for (size_t i = 1; i < count; i++) {
        hs_cell c = cell[i];
        int64_t along = dx * c.x + dy * c.y;
        size_t k = i;
        for (; k > 0 && dx * cell[k - 1].x + dy * cell[k - 1].y > along; k--)
            cell[k] = cell[k - 1];
        cell[k] = c;
    }
}

/* What the edge becomes when it is bent to the pixels that it passes through. */
static bool bend(const edge *e, const cell_list *pixels, cell_list *path) {
    path->count = 0;
    for (size_t p = first_pixel(pixels, e->min_x); p < pixels->count && pixels->cell[p].x <= e->max_x; p++) {
        hs_cell pixel = pixels->cell[p];
        if (pixel.y < e->min_y || pixel.y > e->max_y || !passes(e, pixel)) continue;
        if (!list_add(path, pixel)) return false;
    }
    sort_along(e, path->cell, path->count);
    return true;
}

typedef struct edge_list {
    hs_noded_edge *edge;
    size_t count, capacity;
} edge_list;

static bool edges_add(edge_list *list, hs_arena *arena, hs_cell a, hs_cell b) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        hs_noded_edge *grown = hs_arena_alloc(arena, capacity * sizeof *grown);
        if (!grown) return false;
        if (list->count > 0) memcpy(grown, list->edge, list->count * sizeof *grown);
        list->edge = grown;
        list->capacity = capacity;
    }
    bool forward = hs_cells_compare(a, b) < 0;
    list->edge[list->count++] = forward ? (hs_noded_edge){a, b, 1} : (hs_noded_edge){b, a, -1};
    return true;
}

static int compare_noded(const void *a, const void *b) {
    const hs_noded_edge *e = a;
    const hs_noded_edge *f = b;
    int order = hs_cells_compare(e->a, f->a);
    return order ? order : hs_cells_compare(e->b, f->b);
}

/* Edges that lie on one another become one; those that cancel out, none. */
static void merge(edge_list *list) {
    size_t kept = 0;
    if (list->count > 1) qsort(list->edge, list->count, sizeof *list->edge, compare_noded);
    for (size_t i = 0; i < list->count;) {
        hs_noded_edge e = list->edge[i++];
        for (; i < list->count && compare_noded(&e, &list->edge[i]) == 0; i++)
            e.turns += list->edge[i].turns;
        if (e.turns != 0) list->edge[kept++] = e;
    }
    list->count = kept;
}

hs_status hs_rings_snap(const hs_rings *rings, hs_arena *arena, hs_rings *out) {
    uint32_t total = rings->start[rings->count];
    const edge *edges = sorted_edges(rings, arena);
    if (!edges) return HS_E_MEMORY;
    cell_list pixels = {.arena = arena};
    cell_list path = {.arena = arena};
    edge_list noded = {0};
    hs_status status = find_pixels(rings, edges, &pixels);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < total; i++) {
        if (!bend(&edges[i], &pixels, &path)) return HS_E_MEMORY;
        for (size_t k = 1; k < path.count; k++)
            if (!edges_add(&noded, arena, path.cell[k - 1], path.cell[k])) return HS_E_MEMORY;
    }
    merge(&noded);
    return hs_noded_polygons(noded.edge, (uint32_t)noded.count, arena, out);
}
