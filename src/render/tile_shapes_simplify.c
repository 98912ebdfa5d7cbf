#include "render/tile_shapes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Square of the distance from p to the piece a-b. Built from differences only, so that it does not depend on
 * where a tile begins. */
static double piece_distance2(hs_mercator p, hs_mercator a, hs_mercator b) {
    double dx = (double)b.x - (double)a.x;
    double dy = (double)b.y - (double)a.y;
    double px = (double)p.x - (double)a.x;
    double py = (double)p.y - (double)a.y;
    double length2 = dx * dx + dy * dy;
    double along = length2 > 0.0 ? (px * dx + py * dy) / length2 : 0.0;
    if (along < 0.0) along = 0.0;
    if (along > 1.0) along = 1.0;
    px -= along * dx;
    py -= along * dy;
    return px * px + py * py;
}

/* The first zoom whose tolerance is below a distance, given as its square. */
static uint8_t zoom_of(double distance2) {
    unsigned z = 0;
    for (; z < HS_BASE_FULL_DETAIL_ZOOM; z++) {
        double tolerance = HS_SHAPE_TOLERANCE_UNITS * (double)(1u << (20 - z)); /* 2^32 / 4096 is 2^20 */
        if (distance2 > tolerance * tolerance) break;
    }
    return (uint8_t)z;
}

static uint32_t farthest(const hs_mercator *line, uint32_t first, uint32_t last, double *distance2) {
    uint32_t split = first + 1;
    double most = -1.0;
    for (uint32_t i = first + 1; i < last; i++) {
        double d = piece_distance2(line[i], line[first], line[last]);
        if (d > most) {
            most = d;
            split = i;
        }
    }
    *distance2 = most;
    return split;
}

/* A corner counts as much as it stands out of its piece, but never more than the corner that made the piece:
 * so what a tolerance keeps is what the recursion with that tolerance would. */
void hs_tile_shape_significance(const hs_mercator *line, uint32_t count, uint32_t *stack,
                                double *significance, uint8_t *zoom) {
    if (count == 0) return;
    zoom[0] = 0;
    zoom[count - 1] = 0;
    size_t depth = 0;
    if (count > 2) {
        stack[depth++] = 0;
        stack[depth++] = count - 1;
        stack[depth++] = 0; /* the corner that made the piece; 0: none */
    }
    while (depth > 0) {
        uint32_t maker = stack[--depth];
        uint32_t last = stack[--depth];
        uint32_t first = stack[--depth];
        double distance2;
        uint32_t split = farthest(line, first, last, &distance2);
        if (maker > 0 && distance2 > significance[maker]) distance2 = significance[maker];
        significance[split] = distance2;
        zoom[split] = zoom_of(distance2);
        uint32_t ends[2][2] = {{first, split}, {split, last}};
        for (int k = 0; k < 2; k++) {
            if (ends[k][1] - ends[k][0] < 2) continue;
            stack[depth++] = ends[k][0];
            stack[depth++] = ends[k][1];
            stack[depth++] = split;
        }
    }
}

/* Corners by place, with up to two others that lines go on to; a third makes it a node. */
typedef struct corner {
    uint64_t key, next[2];
    uint8_t next_count; /* 3: more than two */
    bool used;
} corner;

typedef struct corner_table {
    corner *corner;
    size_t mask;
} corner_table;

static uint64_t key_of(hs_mercator m) {
    return (uint64_t)m.x << 32 | m.y;
}

static corner *find_corner(const corner_table *table, uint64_t key) {
    size_t at = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & table->mask;
    while (table->corner[at].used && table->corner[at].key != key)
        at = (at + 1) & table->mask;
    return &table->corner[at];
}

static void link_corner(const corner_table *table, hs_mercator from, hs_mercator to) {
    corner *c = find_corner(table, key_of(from));
    uint64_t next = key_of(to);
    c->used = true;
    c->key = key_of(from);
    for (uint8_t i = 0; i < c->next_count && i < 2; i++)
        if (c->next[i] == next) return;
    if (c->next_count < 2) c->next[c->next_count] = next;
    if (c->next_count < 3) c->next_count++;
}

static bool make_table(corner_table *table, const hs_mercator *vertex, const uint32_t *ring_start,
                       uint32_t ring_count) {
    size_t slots = 16;
    while (slots < 2 * (size_t)ring_start[ring_count])
        slots *= 2;
    table->corner = calloc(slots, sizeof *table->corner);
    table->mask = slots - 1;
    if (!table->corner) return false;
    for (uint32_t r = 0; r < ring_count; r++) {
        uint32_t begin = ring_start[r];
        uint32_t count = ring_start[r + 1] - begin;
        for (uint32_t i = 0; i < count; i++) {
            hs_mercator a = vertex[begin + i];
            hs_mercator b = vertex[begin + (i + 1 < count ? i + 1 : 0)];
            link_corner(table, a, b);
            link_corner(table, b, a);
        }
    }
    return true;
}

static bool is_node(const corner_table *table, hs_mercator m) {
    return find_corner(table, key_of(m))->next_count != 2;
}

/* Room for one ring, twice over. */
typedef struct border_scratch {
    hs_mercator *line, *turned;
    uint8_t *zoom, *line_zoom;
    double *significance;
    uint32_t *stack;
} border_scratch;

/* One block of memory; NULL when there is none. */
static void *make_scratch(border_scratch *s, uint32_t longest) {
    size_t room = 2 * (size_t)longest + 4;
    size_t each = 2 * sizeof *s->line + sizeof *s->significance + 3 * sizeof *s->stack + 2;
    char *memory = malloc(room * each);
    if (!memory) return NULL;
    s->significance = (double *)(void *)memory;
    s->line = (hs_mercator *)(void *)(s->significance + room);
    s->turned = s->line + room;
    s->stack = (uint32_t *)(void *)(s->turned + room);
    s->zoom = (uint8_t *)(s->stack + 3 * room);
    s->line_zoom = s->zoom + room;
    return memory;
}

/* Whether a line read backwards comes before itself: the direction that all who share it choose. */
static bool runs_backward(const hs_mercator *line, uint32_t count) {
    for (uint32_t i = 0; i < count / 2; i++) {
        uint64_t a = key_of(line[i]);
        uint64_t b = key_of(line[count - 1 - i]);
        if (a != b) return b < a;
    }
    return false;
}

/* One piece of a ring between corners that stay, by its own ends alone. */
static void simplify_piece(border_scratch *s, const hs_mercator *piece, uint32_t count, uint8_t *zoom) {
    bool backward = runs_backward(piece, count);
    for (uint32_t i = 0; i < count; i++)
        s->line[i] = piece[backward ? count - 1 - i : i];
    hs_tile_shape_significance(s->line, count, s->stack, s->significance, s->line_zoom);
    for (uint32_t i = 0; i < count; i++)
        zoom[i] = s->line_zoom[backward ? count - 1 - i : i];
}

/* The corner farthest from the first; of several the one that comes first by place. */
static uint32_t opposite(const hs_mercator *ring, uint32_t count) {
    uint32_t best = 0;
    double most = -1.0;
    for (uint32_t i = 1; i < count; i++) {
        double dx = (double)ring[i].x - (double)ring[0].x;
        double dy = (double)ring[i].y - (double)ring[0].y;
        double d = dx * dx + dy * dy;
        if (d < most || (d == most && key_of(ring[i]) > key_of(ring[best]))) continue;
        most = d;
        best = i;
    }
    return best;
}

/* Where a ring is cut first: at a node, else at the corner that comes first by place. */
static uint32_t first_cut(const corner_table *table, const hs_mercator *ring, uint32_t count) {
    uint32_t least = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (is_node(table, ring[i])) return i;
        if (key_of(ring[i]) < key_of(ring[least])) least = i;
    }
    return least;
}

/* `ring` is closed by a copy of its first corner at [count]. */
static void simplify_ring(border_scratch *s, const corner_table *table, hs_mercator *ring, uint32_t count,
                          uint8_t *zoom) {
    uint32_t begin = first_cut(table, ring, count);
    for (uint32_t i = 0; i < count; i++)
        s->turned[i] = ring[(begin + i) % count];
    s->turned[count] = s->turned[0];
    uint32_t from = 0;
    uint32_t cuts = 0;
    for (uint32_t i = 1; i < count; i++) {
        if (!is_node(table, s->turned[i])) continue;
        simplify_piece(s, s->turned + from, i - from + 1, s->zoom + from);
        from = i;
        cuts++;
    }
    if (cuts == 0) { /* a ring by itself, or hanging on one corner */
        from = opposite(s->turned, count);
        simplify_piece(s, s->turned, from + 1, s->zoom);
    }
    simplify_piece(s, s->turned + from, count - from + 1, s->zoom + from);
    memcpy(ring, s->turned, count * sizeof *ring);
    memcpy(zoom, s->zoom, count);
}

hs_status hs_tile_shape_borders(hs_mercator *vertex, uint8_t *zoom, const uint32_t *ring_start,
                                uint32_t ring_count) {
    corner_table table = {0};
    border_scratch s = {0};
    uint32_t longest = 0;
    for (uint32_t r = 0; r < ring_count; r++)
        if (ring_start[r + 1] - ring_start[r] > longest) longest = ring_start[r + 1] - ring_start[r];
    void *memory = make_scratch(&s, longest);
    bool ok = memory && make_table(&table, vertex, ring_start, ring_count);
    for (uint32_t r = 0; ok && r < ring_count; r++)
        simplify_ring(&s, &table, vertex + ring_start[r], ring_start[r + 1] - ring_start[r],
                      zoom + ring_start[r]);
    free(table.corner);
    free(memory);
    return ok ? HS_OK : HS_E_MEMORY;
}
