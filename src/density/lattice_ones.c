/* Incidents of weight 1 onto a lattice. Neighbours in the incidents' order are near each other, so those of
 * one square of 8 x 8 nodes are summed in 16 vectors that hold the square and what hangs over it: each
 * incident's rows are whole vectors at the same places, and memory is met once a square. */
#include "density/kernel.h"
#include "density/lattice_spread.h"

#include <math.h>
#include <string.h>

#define BATCH  64
#define SQUARE 8
#define LANES  16

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

typedef int32_t lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t quad __attribute__((vector_size(16), may_alias));
typedef int32_t half_lanes __attribute__((vector_size(4 * SQUARE), may_alias));
typedef int32_t half_anywhere __attribute__((vector_size(4 * SQUARE), aligned(4), may_alias));
typedef int32_t lanes_anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* Incidents that follow one another. */
typedef struct batch {
    double x[BATCH], y[BATCH];              /* Mercator units, then squares */
    int32_t inner_x[BATCH], inner_y[BATCH]; /* of the first node in its square */
    int32_t place_x[BATCH], place_y[BATCH]; /* between nodes, in 1024ths */
    uint32_t count;
} batch;

typedef struct square {
    lanes row[LANES];
    double x, y;
    unsigned used; /* quarters: bit 0 north-west, 1 north-east, 2 south-west, 3 south-east */
} square;

VECTORS static void find_places(batch *restrict b, double nodes_per_unit, double phase, double before) {
    for (uint32_t i = 0; i < BATCH; i++) {
        double u = b->x[i] * nodes_per_unit - phase;
        double v = b->y[i] * nodes_per_unit - phase;
        double column = floor(u);
        double row = floor(v);
        b->place_x[i] = (int32_t)((u - column) * HS_LATTICE_PLACES + 0.5);
        b->place_y[i] = (int32_t)((v - row) * HS_LATTICE_PLACES + 0.5);
        b->x[i] = floor((column - before) * (1.0 / SQUARE));
        b->y[i] = floor((row - before) * (1.0 / SQUARE));
        b->inner_x[i] = (int32_t)(column - before - b->x[i] * SQUARE);
        b->inner_y[i] = (int32_t)(row - before - b->y[i] * SQUARE);
    }
}

static const lanes lane_number = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* A row of an incident: products of 2^-15 and 2^-15 are rounded to 2^-14. */
#define ADD_ROW(j)                                                                                           \
    do {                                                                                                     \
        lanes share = (x * wy[j] + (1 << 15)) >> 16;                                                         \
        row[j] += share;                                                                                     \
        sum += share;                                                                                        \
    } while (0)

/* Adds those from `i` that lie in the square; the first that does not. The middle node gets what rounding
 * leaves of an incident. One function, as vectors of one that it called would be those of any processor. */
VECTORS static uint32_t add_run(square *s, const hs_lattice_weights *weights, const batch *b, uint32_t i) {
    const int32_t half = (int32_t)weights->taps / 2;
    for (; i < b->count && b->x[i] == s->x && b->y[i] == s->y; i++) {
        const int32_t *wy = hs_lattice_weights_at(weights, (uint32_t)b->place_y[i]);
        lanes x = *(const lanes_anywhere *)(hs_lattice_weights_at(weights, (uint32_t)b->place_x[i]) -
                                            b->inner_x[i]);
        lanes *row = s->row + b->inner_y[i];
        lanes sum = {0};
        ADD_ROW(0);
        ADD_ROW(1);
        ADD_ROW(2);
        ADD_ROW(3);
        if (half == 3) {
            ADD_ROW(4);
            ADD_ROW(5);
        }
        const quad *q = (const quad *)&sum;
        quad of_four = (q[0] + q[1]) + (q[2] + q[3]);
        int32_t left = (1 << HS_LATTICE_UNIT_BITS) - ((of_four[0] + of_four[1]) + (of_four[2] + of_four[3]));
        int32_t middle = b->inner_x[i] + half - (b->place_x[i] < HS_LATTICE_PLACES / 2);
        row[half - (b->place_y[i] < HS_LATTICE_PLACES / 2)] += (lane_number == middle) & left;
        bool east = b->inner_x[i] > SQUARE - 2 * half;
        bool south = b->inner_y[i] > SQUARE - 2 * half;
        s->used |= (1U + 2U * east) * (1U + 4U * south);
    }
    return i;
}

/* Adds a quarter of what the square's vectors hold, 8 x 8 nodes, which lie in one block; leaves it empty. */
VECTORS static void move_quarter(half_lanes *from, int32_t *to) {
    for (uint32_t j = 0; j < SQUARE; j++) {
        *(half_anywhere *)(to + (size_t)j * HS_LATTICE_BLOCK) += from[2 * j];
        from[2 * j] = (half_lanes){0};
    }
}

static bool flush(lattice_blocks *blocks, int64_t around, square *s) {
    for (unsigned quarter = 0; quarter < 4; quarter++) {
        if (!(s->used >> quarter & 1)) continue;
        unsigned east = quarter & 1;
        unsigned south = quarter >> 1;
        int64_t column = ((int64_t)s->x + east) * SQUARE;
        int64_t row = ((int64_t)s->y + south) * SQUARE;
        if (column < 0) column += around;
        if (column >= around) column -= around;
        int32_t *nodes = hs_lattice_block_at(blocks, (int32_t)(column >> 5), (int32_t)(row >> 5));
        if (!nodes) return false;
        move_quarter((half_lanes *)&s->row[SQUARE * south] + east,
                     nodes + (row & (HS_LATTICE_BLOCK - 1)) * HS_LATTICE_BLOCK +
                         (column & (HS_LATTICE_BLOCK - 1)));
    }
    s->used = 0;
    return true;
}

bool hs_lattice_spread_ones(const hs_lattice *lattice, const hs_lattice_weights *weights,
                            const hs_point_columns *points, lattice_blocks *blocks) {
    batch b = {0}; /* also what find_places reads beyond the count */
    square s = {0};
    s.x = s.y = -4.0; /* none lies there */
    double before = weights->taps == 4 ? 1.0 : 2.0;
    for (uint32_t first = 0; first < points->count; first += BATCH) {
        uint32_t left = points->count - first;
        uint64_t bits = points->selected ? points->selected[first / BATCH] : UINT64_MAX;
        if (left < BATCH) bits &= (UINT64_C(1) << left) - 1;
        b.count = 0;
        for (; bits != 0; bits &= bits - 1) {
            hs_mercator at = points->mercator[first + (uint32_t)__builtin_ctzll(bits)];
            b.x[b.count] = (double)at.x;
            b.y[b.count++] = (double)at.y;
        }
        if (b.count == 0) continue;
        find_places(&b, lattice->nodes_per_unit, lattice->phase, before);
        for (uint32_t i = 0; i < b.count;) {
            if (b.x[i] != s.x || b.y[i] != s.y) {
                if (!flush(blocks, lattice->around, &s)) return false;
                s.x = b.x[i];
                s.y = b.y[i];
            }
            i = add_run(&s, weights, &b, i);
        }
    }
    return flush(blocks, lattice->around, &s);
}
