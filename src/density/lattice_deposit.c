#include "density/kernel.h"
#include "density/lattice_near.h"
#include "density/lattice_spread.h"

#include <stdlib.h>
#include <string.h>

/* Lagrange's weights of 4 or 6 neighbours for a place t in [0, 1] between the middle two, in 2^-15, their sum
 * exact: what rounding leaves goes to the nearest. */
static void lagrange(double t, uint32_t taps, int32_t *out) {
    double w[HS_LATTICE_MOST_TAPS];
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

hs_status hs_lattice_weights_new(uint32_t taps, hs_error *error, hs_lattice_weights **weights) {
    hs_lattice_weights *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for a lattice's weights");
    made->taps = taps;
    for (uint32_t i = 0; taps > 1 && i <= HS_LATTICE_PLACES; i++)
        lagrange((double)i / HS_LATTICE_PLACES, taps,
                 made->rows + (hs_lattice_weights_at(made, i) - made->rows));
    *weights = made;
    return HS_OK;
}

void hs_lattice_weights_free(hs_lattice_weights *weights) {
    free(weights);
}

/* An incident's (or a place's, of several) share of each node. */
typedef struct stamp {
    int64_t column, row; /* of the first node */
    uint32_t taps;
    int32_t node[HS_LATTICE_MOST_TAPS * HS_LATTICE_MOST_TAPS];
} stamp;

/* round(product x amount / 2^shift), product in 2^-30 and amount in 2^-16 of an incident. */
static int32_t share_of(int64_t product, int64_t amount, unsigned shift) {
    __extension__ typedef __int128 wide;
    wide whole = (wide)product * amount + ((wide)1 << (shift - 1));
    return (int32_t)(whole >> shift);
}

/* The same, for amounts whose products fit 64 bits. */
static inline int32_t small_share_of(int64_t product, int64_t amount, unsigned shift) {
    return (int32_t)((product * amount + (INT64_C(1) << (shift - 1))) >> shift);
}

static int32_t products_scaled(const int32_t *wx, const int32_t *wy, uint32_t taps, int64_t amount,
                               unsigned shift, int32_t *node) {
    int32_t sum = 0;
    bool small = amount < INT64_C(1) << 31 && shift < 62; /* products are 2^30 at most */
    for (uint32_t j = 0; j < taps; j++) {
        for (uint32_t i = 0; i < taps; i++) {
            int64_t product = (int64_t)wy[j] * wx[i];
            int32_t share = small ? small_share_of(product, amount, shift) : share_of(product, amount, shift);
            node[j * taps + i] = share;
            sum += share;
        }
    }
    return sum;
}

typedef struct spreading {
    const hs_lattice *lattice;
    const hs_lattice_weights *weights;
    unsigned shift;
    int64_t allowance; /* in 2^-16 of an incident, on top of each */
} spreading;

#define ONE_SHIFT (30 + 16 - HS_LATTICE_UNIT_BITS)

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
    uint32_t place_x = (uint32_t)((u - (double)column) * HS_LATTICE_PLACES + 0.5);
    uint32_t place_y = (uint32_t)((v - (double)row) * HS_LATTICE_PLACES + 0.5);
    const int32_t *wx = hs_lattice_weights_at(how->weights, place_x);
    const int32_t *wy = hs_lattice_weights_at(how->weights, place_y);
    int32_t sum = products_scaled(wx, wy, l->taps, amount, how->shift, s->node);
    uint32_t middle_x = l->taps / 2 - (place_x < HS_LATTICE_PLACES / 2);
    uint32_t middle_y = l->taps / 2 - (place_y < HS_LATTICE_PLACES / 2);
    s->node[middle_y * l->taps + middle_x] += whole - sum;
}

/* Nodes that lie in several blocks, or over the edge of the world. */
static bool add_scattered(lattice_blocks *blocks, const hs_lattice *l, const stamp *s) {
    for (uint32_t j = 0; j < s->taps; j++)
        for (uint32_t i = 0; i < s->taps; i++)
            if (!hs_lattice_node_add(blocks, l->around, s->column + i, s->row + j, s->node[j * s->taps + i]))
                return false;
    return true;
}

static bool add_stamp(lattice_blocks *blocks, const hs_lattice *l, const stamp *s) {
    int64_t end = HS_LATTICE_BLOCK - s->taps;
    if ((s->column & 31) > end || (s->row & 31) > end || s->column < 0 || s->column + s->taps > l->around)
        return add_scattered(blocks, l, s);
    int32_t *node = hs_lattice_block_at(blocks, (int32_t)(s->column >> 5), (int32_t)(s->row >> 5));
    if (!node) return false;
    node += (s->row & 31) * HS_LATTICE_BLOCK + (s->column & 31);
    for (uint32_t j = 0; j < s->taps; j++)
        for (uint32_t i = 0; i < s->taps; i++)
            node[j * HS_LATTICE_BLOCK + i] += s->node[j * s->taps + i];
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

static bool deposit_all(lattice_blocks *blocks, const spreading *how, const hs_point_columns *points) {
    if (!points->weight && !points->factor && hs_lattice_spreads_ones(how->lattice))
        return hs_lattice_spread_ones(how->lattice, how->weights, points, blocks);
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
        if (!add_stamp(blocks, how->lattice, &s)) return false;
    }
    return true;
}

/* In one piece of its own: what grew is given back, so that heaps do not fill with holes. */
static hs_lattice_deposit *deposit_of(const lattice_blocks *blocks, double unit) {
    size_t count = blocks->count;
    size_t nodes_bytes = count * HS_LATTICE_BLOCK_NODES * sizeof(int32_t);
    size_t bytes = sizeof(hs_lattice_deposit) + nodes_bytes + 2 * count * sizeof(int32_t);
    hs_lattice_deposit *made = malloc(bytes);
    if (!made) return NULL;
    int32_t *nodes = (int32_t *)(made + 1);
    int32_t *x = nodes + count * HS_LATTICE_BLOCK_NODES;
    if (count > 0) {
        memcpy(nodes, blocks->nodes, nodes_bytes);
        memcpy(x, blocks->x, count * sizeof *x);
        memcpy(x + count, blocks->y, count * sizeof *x);
    }
    *made = (hs_lattice_deposit){
        .count = blocks->count, .x = x, .y = x + count, .nodes = nodes, .unit = unit, .bytes = bytes};
    return made;
}

hs_status hs_lattice_deposit_new(const hs_lattice *lattice, const hs_lattice_weights *weights,
                                 const hs_point_columns *points, hs_error *error,
                                 hs_lattice_deposit **deposit) {
    if (points->count > 65536)
        return hs_error_set(error, HS_E_ARGUMENT, "a deposit takes 65,536 points at most, not %u",
                            (unsigned)points->count);
    lattice_blocks blocks = {0};
    unsigned bits = widened_bits(points);
    bool allows = lattice->counts && (points->weight || points->factor);
    spreading how = {lattice, weights, ONE_SHIFT + bits, allows ? hs_lattice_allowance(lattice) << bits : 0};
    hs_lattice_deposit *made = NULL;
    if (deposit_all(&blocks, &how, points))
        made = deposit_of(&blocks, ldexp(1.0, (int)bits - HS_LATTICE_UNIT_BITS));
    hs_lattice_blocks_done(&blocks);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for a lattice of incidents");
    *deposit = made;
    return HS_OK;
}

void hs_lattice_deposit_free(hs_lattice_deposit *deposit) {
    free(deposit);
}
