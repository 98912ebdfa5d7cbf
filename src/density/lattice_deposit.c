#include "density/kernel.h"
#include "density/lattice_near.h"

#include <stdlib.h>

#define BLOCK       HS_LATTICE_BLOCK
#define BLOCK_NODES (BLOCK * BLOCK)
#define UNIT_BITS   14
#define MOST_TAPS   6
#define PITCH       8 /* of tables of weights, those beyond the taps 0 */
#define BATCH       64

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

/* Blocks found by place, growing. */
typedef struct growing {
    uint32_t count, capacity, slots; /* slots: a power of two above 2 capacity */
    int32_t *x, *y, *nodes;
    uint32_t *slot; /* block + 1, 0: free */
    uint32_t last;
} growing;

static uint32_t hash_of(int32_t x, int32_t y) {
    uint64_t key = ((uint64_t)(uint32_t)x << 32) | (uint32_t)y;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(key >> 32);
}

static bool grow(growing *g) {
    uint32_t capacity = g->capacity ? 2 * g->capacity : 64;
    int32_t *x = realloc(g->x, capacity * sizeof *x);
    if (x) g->x = x;
    int32_t *y = realloc(g->y, capacity * sizeof *y);
    if (y) g->y = y;
    int32_t *nodes = realloc(g->nodes, ((size_t)capacity * BLOCK_NODES + PITCH) * sizeof *nodes);
    if (nodes) g->nodes = nodes;
    uint32_t *slot = calloc((size_t)4 * capacity, sizeof *slot);
    if (!x || !y || !nodes || !slot) {
        free(slot);
        return false;
    }
    free(g->slot);
    g->slot = slot;
    g->slots = 4 * capacity;
    g->capacity = capacity;
    for (uint32_t b = 0; b < g->count; b++) {
        uint32_t at = hash_of(g->x[b], g->y[b]) & (g->slots - 1);
        while (g->slot[at])
            at = (at + 1) & (g->slots - 1);
        g->slot[at] = b + 1;
    }
    return true;
}

/* The number of a block; UINT32_MAX when memory is out. */
static uint32_t block_at(growing *g, int32_t x, int32_t y) {
    if (g->count > 0 && g->x[g->last] == x && g->y[g->last] == y) return g->last;
    if (g->count == g->capacity && !grow(g)) return UINT32_MAX;
    uint32_t at = hash_of(x, y) & (g->slots - 1);
    for (; g->slot[at]; at = (at + 1) & (g->slots - 1)) {
        uint32_t b = g->slot[at] - 1;
        if (g->x[b] == x && g->y[b] == y) return g->last = b;
    }
    g->slot[at] = g->count + 1;
    g->x[g->count] = x;
    g->y[g->count] = y;
    memset(g->nodes + (size_t)g->count * BLOCK_NODES, 0, BLOCK_NODES * sizeof *g->nodes);
    return g->last = g->count++;
}

/* Places between two nodes are told apart in 1024ths: at most 1/2048 of a step off, which is below 5e-5 of
 * the peak at the narrowest span. */
#define PLACES 1024

/* Lagrange's weights of 4 or 6 neighbours for a place t in [0, 1] between the middle two, in 2^-15, their sum
 * exact: what rounding leaves goes to the nearest. */
static void lagrange(double t, uint32_t taps, int32_t *out) {
    double w[MOST_TAPS];
    double a = t + 1.0;
    double b = t - 1.0;
    double c = t - 2.0;
    if (taps == 4) {
        w[0] = -t * b * c * (1.0 / 6.0);
        w[1] = a * b * c * 0.5;
        w[2] = -a * t * c * 0.5;
        w[3] = a * t * b * (1.0 / 6.0);
    } else {
        double d = t + 2.0;
        double e = t - 3.0;
        w[0] = -(a * t) * (b * c) * e * (1.0 / 120.0);
        w[1] = (d * t) * (b * c) * e * (1.0 / 24.0);
        w[2] = -(d * a) * (b * c) * e * (1.0 / 12.0);
        w[3] = (d * a) * (t * c) * e * (1.0 / 12.0);
        w[4] = -(d * a) * (t * b) * e * (1.0 / 24.0);
        w[5] = (d * a) * (t * b) * c * (1.0 / 120.0);
    }
    int32_t left = 32768;
    for (uint32_t i = 0; i < taps; i++) {
        out[i] = (int32_t)floor(w[i] * 32768.0 + 0.5);
        left -= out[i];
    }
    out[taps / 2 - (t < 0.5)] += left;
}

/* The weights of all places: [PLACES + 1][PITCH]. */
static void fill_weights(uint32_t taps, int32_t *weights) {
    for (uint32_t i = 0; taps > 1 && i <= PLACES; i++)
        lagrange((double)i / PLACES, taps, weights + (size_t)i * PITCH);
}

/* An incident's (or a place's, of several) share of each node. */
typedef struct stamp {
    int64_t column, row; /* of the first node */
    uint32_t taps;
    int32_t node[MOST_TAPS * MOST_TAPS];
} stamp;

/* round(product x amount / 2^shift), product in 2^-30 and amount in 2^-16 of an incident. */
static int32_t share_of(int64_t product, int64_t amount, unsigned shift) {
    __extension__ typedef __int128 wide;
    wide whole = (wide)product * amount + ((wide)1 << (shift - 1));
    return (int32_t)(whole >> shift);
}

/* Products of 2^-15 and 2^-15 to 2^-14; their sum. */
static inline int32_t products(const int32_t *restrict wx, const int32_t *restrict wy, uint32_t taps,
                               int32_t *restrict node) {
    int32_t sum = 0;
    for (uint32_t j = 0; j < taps; j++) {
        for (uint32_t i = 0; i < taps; i++) {
            int32_t share = (wy[j] * wx[i] + (1 << 15)) >> 16;
            node[j * taps + i] = share;
            sum += share;
        }
    }
    return sum;
}

static int32_t products_scaled(const int32_t *wx, const int32_t *wy, uint32_t taps, int64_t amount,
                               unsigned shift, int32_t *node) {
    int32_t sum = 0;
    for (uint32_t j = 0; j < taps; j++) {
        for (uint32_t i = 0; i < taps; i++) {
            int32_t share = share_of((int64_t)wy[j] * wx[i], amount, shift);
            node[j * taps + i] = share;
            sum += share;
        }
    }
    return sum;
}

typedef struct spreading {
    const hs_lattice *lattice;
    const int32_t *weights;
    unsigned shift;
    int64_t allowance; /* in 2^-16 of an incident, on top of each */
} spreading;

#define ONE_SHIFT (30 + 16 - UNIT_BITS)

static void stamp_fill(stamp *s, const spreading *how, hs_mercator at, int64_t amount) {
    const hs_lattice *l = how->lattice;
    double u = (double)at.x * l->nodes_per_unit - l->phase;
    double v = (double)at.y * l->nodes_per_unit - l->phase;
    int64_t column = (int64_t)(u + 1.0) - 1; /* floor: u and v are above -1 */
    int64_t row = (int64_t)(v + 1.0) - 1;
    s->taps = l->taps;
    s->column = column - (int64_t)(l->taps > 1 ? l->taps / 2 - 1 : 0);
    s->row = row - (int64_t)(l->taps > 1 ? l->taps / 2 - 1 : 0);
    int32_t whole = share_of(INT64_C(1) << 30, amount, how->shift);
    if (l->taps == 1) {
        s->node[0] = whole;
        return;
    }
    uint32_t place_x = (uint32_t)((u - (double)column) * PLACES + 0.5);
    uint32_t place_y = (uint32_t)((v - (double)row) * PLACES + 0.5);
    const int32_t *wx = how->weights + (size_t)place_x * PITCH;
    const int32_t *wy = how->weights + (size_t)place_y * PITCH;
    int32_t sum;
    if (how->shift != ONE_SHIFT || amount != 65536)
        sum = products_scaled(wx, wy, l->taps, amount, how->shift, s->node);
    else if (l->taps == 4)
        sum = products(wx, wy, 4, s->node);
    else
        sum = products(wx, wy, 6, s->node);
    uint32_t middle_x = l->taps / 2 - (place_x < PLACES / 2);
    uint32_t middle_y = l->taps / 2 - (place_y < PLACES / 2);
    s->node[middle_y * l->taps + middle_x] += whole - sum;
}

static int64_t around_the_world(int64_t column, int64_t around) {
    if (column < 0) return column + around;
    return column >= around ? column - around : column;
}

/* Nodes that lie in several blocks, or over the edge of the world. */
static bool add_scattered(growing *g, const hs_lattice *l, const stamp *s) {
    for (uint32_t j = 0; j < s->taps; j++) {
        int64_t row = s->row + j;
        for (uint32_t i = 0; i < s->taps; i++) {
            int64_t column = around_the_world(s->column + i, l->around);
            uint32_t b = block_at(g, (int32_t)(column >> 5), (int32_t)(row >> 5));
            if (b == UINT32_MAX) return false;
            g->nodes[(size_t)b * BLOCK_NODES + (size_t)(row & 31) * BLOCK + (size_t)(column & 31)] +=
                s->node[j * s->taps + i];
        }
    }
    return true;
}

static inline void add_square(int32_t *restrict node, const int32_t *restrict share, uint32_t taps) {
    for (uint32_t j = 0; j < taps; j++)
        for (uint32_t i = 0; i < taps; i++)
            node[j * BLOCK + i] += share[j * taps + i];
}

static bool add_stamp(growing *g, const hs_lattice *l, const stamp *s) {
    int64_t end = BLOCK - s->taps;
    if ((s->column & 31) > end || (s->row & 31) > end || s->column < 0 || s->column + s->taps > l->around)
        return add_scattered(g, l, s);
    uint32_t b = block_at(g, (int32_t)(s->column >> 5), (int32_t)(s->row >> 5));
    if (b == UINT32_MAX) return false;
    int32_t *node =
        g->nodes + (size_t)b * BLOCK_NODES + (size_t)(s->row & 31) * BLOCK + (size_t)(s->column & 31);
    if (s->taps == 4)
        add_square(node, s->node, 4);
    else
        add_square(node, s->node, s->taps);
    return true;
}

/* How far the unit must be widened so that no node overflows though all points fell on it. */
static unsigned widened_bits(const hs_point_columns *points) {
    if (!points->weight && !points->factor) return 0;
    double total = 0.0;
    for (uint32_t i = 0; i < points->count; i++) {
        if (hs_point_selected(points, i)) total += (double)hs_weight_fixed(points, i) * 0x1p-16;
    }
    unsigned bits = 0;
    while (ldexp(65536.0, (int)bits) < total)
        bits++;
    return bits;
}

/* Incidents of weight 1 that follow one another: the node north-west of each and its place beyond it. */
typedef struct batch {
    double x[BATCH], y[BATCH];              /* Mercator units, then whole nodes */
    int32_t place_x[BATCH], place_y[BATCH]; /* in 1024ths */
    uint32_t rows[BATCH];                   /* of the points */
    uint32_t count;
} batch;

VECTORS static void find_places(batch *restrict b, double nodes_per_unit, double phase) {
    for (uint32_t i = 0; i < BATCH; i++) {
        double u = b->x[i] * nodes_per_unit - phase;
        double v = b->y[i] * nodes_per_unit - phase;
        b->x[i] = floor(u);
        b->y[i] = floor(v);
        b->place_x[i] = (int32_t)((u - b->x[i]) * PLACES + 0.5);
        b->place_y[i] = (int32_t)((v - b->y[i]) * PLACES + 0.5);
    }
}

typedef int32_t row4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t row8 __attribute__((vector_size(32), aligned(4), may_alias));

/* As products and add_square, a row at a time; what rounding leaves goes to the middle. */
static inline void add_four(int32_t *node, const int32_t *wx, const int32_t *wy, uint32_t middle) {
    row4 x = *(const row4 *)wx;
    row4 sum = {0};
    for (uint32_t j = 0; j < 4; j++) {
        row4 share = (x * wy[j] + (1 << 15)) >> 16;
        row4 *row = (row4 *)(node + j * BLOCK);
        *row += share;
        sum += share;
    }
    node[middle] += (1 << UNIT_BITS) - (sum[0] + sum[1] + sum[2] + sum[3]);
}

/* Two numbers beyond the row's six are added 0. */
static inline void add_six(int32_t *node, const int32_t *wx, const int32_t *wy, uint32_t middle) {
    row8 x = *(const row8 *)wx;
    row8 sum = {0};
    for (uint32_t j = 0; j < 6; j++) {
        row8 share = (x * wy[j] + (1 << 15)) >> 16;
        row8 *row = (row8 *)(node + j * BLOCK);
        *row += share;
        sum += share;
    }
    node[middle] += (1 << UNIT_BITS) - (((sum[0] + sum[1]) + (sum[2] + sum[3])) + (sum[4] + sum[5]));
}

/* An incident whose nodes lie in one block. */
static inline bool add_within(growing *g, const spreading *how, int64_t column, int64_t row, uint32_t place_x,
                              uint32_t place_y) {
    uint32_t b = block_at(g, (int32_t)(column >> 5), (int32_t)(row >> 5));
    if (b == UINT32_MAX) return false;
    uint32_t taps = how->lattice->taps;
    int32_t *node = g->nodes + (size_t)b * BLOCK_NODES + (size_t)(row & 31) * BLOCK + (size_t)(column & 31);
    const int32_t *wx = how->weights + (size_t)place_x * PITCH;
    const int32_t *wy = how->weights + (size_t)place_y * PITCH;
    uint32_t middle_x = taps / 2 - (place_x < PLACES / 2);
    uint32_t middle_y = taps / 2 - (place_y < PLACES / 2);
    if (taps == 4)
        add_four(node, wx, wy, middle_y * BLOCK + middle_x);
    else
        add_six(node, wx, wy, middle_y * BLOCK + middle_x);
    return true;
}

static bool add_batch(growing *g, const spreading *how, const hs_point_columns *points, batch *b) {
    const hs_lattice *l = how->lattice;
    find_places(b, l->nodes_per_unit, l->phase);
    int64_t before = (int64_t)l->taps / 2 - 1;
    int64_t end = BLOCK - l->taps;
    for (uint32_t i = 0; i < b->count; i++) {
        int64_t column = (int64_t)b->x[i] - before;
        int64_t row = (int64_t)b->y[i] - before;
        bool good;
        if ((column & 31) <= end && (row & 31) <= end && column >= 0 && column + l->taps <= l->around) {
            good = add_within(g, how, column, row, (uint32_t)b->place_x[i], (uint32_t)b->place_y[i]);
        } else {
            stamp s;
            stamp_fill(&s, how, points->mercator[b->rows[i]], 65536);
            good = add_stamp(g, l, &s);
        }
        if (!good) return false;
    }
    return true;
}

/* Points that all weigh 1, 64 rows at a time. */
static bool deposit_plain(growing *g, const spreading *how, const hs_point_columns *points) {
    batch b = {0}; /* also what find_places reads beyond the count */
    for (uint32_t first = 0; first < points->count; first += 64) {
        uint32_t left = points->count - first;
        uint64_t bits = points->selected ? points->selected[first / 64] : UINT64_MAX;
        if (left < 64) bits &= (UINT64_C(1) << left) - 1;
        b.count = 0;
        for (; bits != 0; bits &= bits - 1) {
            uint32_t row = first + (uint32_t)__builtin_ctzll(bits);
            b.rows[b.count] = row;
            b.x[b.count] = (double)points->mercator[row].x;
            b.y[b.count++] = (double)points->mercator[row].y;
        }
        if (b.count > 0 && !add_batch(g, how, points, &b)) return false;
    }
    return true;
}

static bool deposit_all(growing *g, const spreading *how, const hs_point_columns *points) {
    if (!points->weight && !points->factor && how->lattice->taps > 1) return deposit_plain(g, how, points);
    stamp s = {0};
    hs_mercator last = {0, 0};
    int64_t last_amount = 0;
    for (uint32_t i = 0; i < points->count; i++) {
        if (!hs_point_selected(points, i)) continue;
        hs_mercator at = points->mercator[i];
        int64_t amount = (int64_t)hs_weight_fixed(points, i);
        if (amount == 0) continue;
        amount += how->allowance;
        if (amount != last_amount || at.x != last.x || at.y != last.y) {
            stamp_fill(&s, how, at, amount);
            last = at;
            last_amount = amount;
        }
        if (!add_stamp(g, how->lattice, &s)) return false;
    }
    return true;
}

hs_status hs_lattice_deposit_new(const hs_lattice *lattice, const hs_point_columns *points, hs_error *error,
                                 hs_lattice_deposit **deposit) {
    if (points->count > 65536)
        return hs_error_set(error, HS_E_ARGUMENT, "a deposit takes 65,536 points at most, not %u",
                            (unsigned)points->count);
    growing g = {0};
    unsigned bits = widened_bits(points);
    hs_lattice_deposit *made = NULL;
    int32_t *weights = calloc((size_t)(PLACES + 1) * PITCH, sizeof *weights);
    if (weights) fill_weights(lattice->taps, weights);
    bool allows = lattice->counts && (points->weight || points->factor);
    spreading how = {lattice, weights, ONE_SHIFT + bits, allows ? hs_lattice_allowance(lattice) << bits : 0};
    bool done = weights && deposit_all(&g, &how, points);
    free(weights);
    size_t nodes_size = (size_t)g.count * BLOCK_NODES * sizeof *g.nodes;
    size_t bytes = sizeof *made + nodes_size + (size_t)g.count * 2 * sizeof *g.x;
    if (done) made = malloc(bytes);
    if (made) {
        int32_t *nodes = (int32_t *)(made + 1);
        int32_t *x = nodes + (size_t)g.count * BLOCK_NODES;
        if (g.count > 0) {
            memcpy(nodes, g.nodes, nodes_size);
            memcpy(x, g.x, g.count * sizeof *x);
            memcpy(x + g.count, g.y, g.count * sizeof *x);
        }
        *made = (hs_lattice_deposit){.count = g.count,
                                     .x = x,
                                     .y = x + g.count,
                                     .nodes = nodes,
                                     .unit = ldexp(1.0, (int)bits - UNIT_BITS),
                                     .bytes = bytes};
    }
    free(g.x);
    free(g.y);
    free(g.nodes);
    free(g.slot);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for a lattice of incidents");
    *deposit = made;
    return HS_OK;
}

void hs_lattice_deposit_free(hs_lattice_deposit *deposit) {
    free(deposit);
}
