/* Incidents of weight 1 onto a lattice. Neighbours in the incidents' order are near each other, so those of
 * one square of 8 x 8 nodes are summed in 16 vectors that hold the square and what hangs over it: each
 * incident's rows are whole vectors at the same places, and memory is met once a square. */
#include "density/kernel.h"
#include "density/lattice_spread.h"

#include <math.h>
#include <string.h>

#define BATCH  256
#define SQUARE 8
#define LANES  16

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

typedef int32_t lanes __attribute__((vector_size(4 * LANES), may_alias));
typedef uint32_t words __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t eight __attribute__((vector_size(32), may_alias));
typedef int32_t eight_anywhere __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t quad __attribute__((vector_size(16), may_alias));
typedef int32_t half_lanes __attribute__((vector_size(4 * SQUARE), may_alias));
typedef int32_t half_anywhere __attribute__((vector_size(4 * SQUARE), aligned(4), may_alias));
typedef int32_t lanes_anywhere __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* x and y of incidents that follow one another, and where those lie: the square, and the first node in it
 * times 2^16 with the place between nodes in 1024ths. */
typedef struct batch {
    _Alignas(64) uint32_t at[2 * BATCH];
    _Alignas(64) int32_t square[2 * BATCH];
    _Alignas(64) int32_t node[2 * BATCH];
    uint32_t count;
} batch;

typedef struct square {
    lanes row[LANES];
    int32_t x, y;
    unsigned used; /* quarters: bit 0 north-west, 1 north-east, 2 south-west, 3 south-east */
} square;

/* A lattice in whole numbers: there are m 2^-bits nodes a unit. Positions are reckoned from an incident's
 * square, modulo 2^32, up to `most` units from it. */
typedef struct whole_lattice {
    uint32_t m, bits, most, before;
    int64_t phase;          /* in 2^-bits nodes */
    words from, span, zero; /* positions are `from` to `from` + `span` */
    lanes square;           /* that positions are reckoned from */
    const hs_lattice_weights *weights;
} whole_lattice;

#define BITS_LEAST 10 /* places are 1024ths */
#define BITS_MOST  26

bool hs_lattice_spreads_ones(const hs_lattice *l) {
    double m = ldexp(l->nodes_per_unit, BITS_MOST);
    return l->taps > 1 && l->nodes_per_unit <= 1.0 && m == floor(m);
}

/* Reckons from the square of an incident. */
static void set_origin(whole_lattice *w, const uint32_t at[2]) {
    for (unsigned k = 0; k < LANES; k++) {
        int64_t nodes = (((int64_t)at[k % 2] * w->m - w->phase) >> w->bits) - w->before;
        int64_t in_squares = nodes >> 3;
        uint32_t x = at[k % 2];
        w->from[k] = x > w->most ? x - w->most : 0;
        w->span[k] = (x < UINT32_MAX - w->most ? x + w->most : UINT32_MAX) - w->from[k];
        w->square[k] = (int32_t)in_squares;
        w->zero[k] = (uint32_t)((in_squares * SQUARE + w->before) * (INT64_C(1) << w->bits) + w->phase);
    }
}

static void set_lattice(whole_lattice *w, const hs_lattice *l, const hs_lattice_weights *weights) {
    *w = (whole_lattice){.bits = BITS_LEAST, .before = l->taps / 2 - 1, .weights = weights};
    while (w->bits < BITS_MOST &&
           ldexp(l->nodes_per_unit, (int)w->bits) != floor(ldexp(l->nodes_per_unit, (int)w->bits)))
        w->bits++;
    w->m = (uint32_t)ldexp(l->nodes_per_unit, (int)w->bits);
    w->phase = (int64_t)ldexp(l->phase, (int)w->bits);
    w->most = (uint32_t)((INT32_MAX - (INT64_C(2) * SQUARE << w->bits)) / w->m);
    set_origin(w, (const uint32_t[2]){0, 0});
}

/* Whether all lie near enough to be reckoned from the same square; else what is found means nothing. */
VECTORS static bool find_places(const whole_lattice *restrict w, batch *restrict b) {
    const words *at = (const words *)b->at;
    lanes *in = (lanes *)b->square;
    lanes *node = (lanes *)b->node;
    const uint32_t half = 1U << w->bits >> (BITS_LEAST + 1);
    words far = {0};
    for (uint32_t i = 0; i * LANES < 2 * b->count; i++) {
        lanes nodes = (lanes)(at[i] * w->m - w->zero);
        words rest = (words)nodes & ((1U << w->bits) - 1);
        nodes >>= w->bits;
        in[i] = w->square + (nodes >> 3);
        node[i] = ((nodes & (SQUARE - 1)) << 16) | (lanes)((rest + half) >> (w->bits - BITS_LEAST));
        far |= (words)(at[i] - w->from > w->span);
    }
    uint32_t any = 0;
    for (unsigned k = 0; k < LANES; k++)
        any |= far[k];
    return any == 0;
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
    const int32_t *in = b->square;
    const int32_t *node = b->node;
    for (; i < b->count && in[2 * i] == s->x && in[2 * i + 1] == s->y; i++) {
        const int32_t place_x = node[2 * i] & 0xffff;
        const int32_t place_y = node[2 * i + 1] & 0xffff;
        const int32_t inner_x = node[2 * i] >> 16;
        const int32_t inner_y = node[2 * i + 1] >> 16;
        const int32_t *wy = hs_lattice_weights_at(weights, (uint32_t)place_y);
        lanes x = *(const lanes_anywhere *)(hs_lattice_weights_at(weights, (uint32_t)place_x) - inner_x);
        lanes *row = s->row + inner_y;
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
        int32_t middle = inner_x + half - (place_x < HS_LATTICE_PLACES / 2);
        row[half - (place_y < HS_LATTICE_PLACES / 2)] += (lane_number == middle) & left;
        bool east = inner_x > SQUARE - 2 * half;
        bool south = inner_y > SQUARE - 2 * half;
        s->used |= (1U + 2U * east) * (1U + 4U * south);
    }
    return i;
}

/* What incidents between the same nodes add, in registers until the last of them: rows of nodes, and by where
 * the middle node is, how many they are and what all nodes got. */
typedef struct same_nodes {
    eight row[HS_LATTICE_MOST_TAPS];
    eight given[4];
    int32_t count[4];
} same_nodes;

static inline __attribute__((always_inline)) void add_same(same_nodes *same, uint32_t taps,
                                                           const hs_lattice_weights *weights,
                                                           const int32_t *node, uint32_t count) {
    eight row[HS_LATTICE_MOST_TAPS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t place_x = (uint32_t)node[2 * i] & 0xffff;
        const uint32_t place_y = (uint32_t)node[2 * i + 1] & 0xffff;
        const int32_t *wy = hs_lattice_weights_at(weights, place_y);
        const eight x = *(const eight_anywhere *)hs_lattice_weights_at(weights, place_x);
        eight given = {0};
#pragma GCC unroll 6
        for (uint32_t j = 0; j < taps; j++) {
            eight share = (x * wy[j] + (1 << 15)) >> 16;
            row[j] += share;
            given += share;
        }
        uint32_t middle = (place_x < HS_LATTICE_PLACES / 2) + 2 * (place_y < HS_LATTICE_PLACES / 2);
        same->given[middle] += given;
        same->count[middle]++;
    }
    for (uint32_t j = 0; j < taps; j++)
        same->row[j] = row[j];
}

/* Adds those [i, end), which lie between the same nodes of the square: what add_run adds. */
VECTORS static void add_between(square *s, const hs_lattice_weights *weights, const batch *b, uint32_t i,
                                uint32_t end) {
    const int32_t taps = (int32_t)weights->taps;
    const int32_t inner_x = b->node[2 * i] >> 16;
    const int32_t inner_y = b->node[2 * i + 1] >> 16;
    same_nodes same = {0};
    if (taps == 4)
        add_same(&same, 4, weights, b->node + 2 * i, end - i);
    else
        add_same(&same, 6, weights, b->node + 2 * i, end - i);
    for (int32_t j = 0; j < taps; j++)
        *(eight_anywhere *)((int32_t *)&s->row[inner_y + j] + inner_x) += same.row[j];
    for (int32_t k = 0; k < 4; k++) {
        int32_t left = same.count[k] << HS_LATTICE_UNIT_BITS;
        for (uint32_t l = 0; l < 8; l++)
            left -= same.given[k][l];
        ((int32_t *)&s->row[inner_y + taps / 2 - k / 2])[inner_x + taps / 2 - k % 2] += left;
    }
    bool east = inner_x > SQUARE - taps;
    bool south = inner_y > SQUARE - taps;
    s->used |= (1U + 2U * east) * (1U + 4U * south);
}

/* Whether incident k of a batch lies between the nodes of incident i. */
static bool between_same(const batch *b, uint32_t i, uint32_t k) {
    const int32_t *in = b->square;
    const int32_t *node = b->node;
    return in[2 * i] == in[2 * k] && in[2 * i + 1] == in[2 * k + 1] &&
           node[2 * i] >> 16 == node[2 * k] >> 16 && node[2 * i + 1] >> 16 == node[2 * k + 1] >> 16;
}

/* From so many neighbours between the same nodes on it pays to gather them first. */
#define DENSE 3

static bool is_dense(const batch *b) {
    uint32_t count = b->count < 64 ? b->count : 64; /* a sample */
    uint32_t runs = 1;
    for (uint32_t i = 1; i < count; i++)
        runs += !between_same(b, i - 1, i);
    return count >= DENSE * runs;
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

/* Incidents on their way to the nodes. */
typedef struct spread {
    whole_lattice lattice;
    int64_t around;
    lattice_blocks *blocks;
    batch batch;
    square square;
} spread;

static bool add_placed(spread *to) {
    const batch *b = &to->batch;
    square *s = &to->square;
    bool dense = is_dense(b);
    for (uint32_t i = 0; i < b->count;) {
        if (b->square[2 * i] != s->x || b->square[2 * i + 1] != s->y) {
            if (!flush(to->blocks, to->around, s)) return false;
            s->x = b->square[2 * i];
            s->y = b->square[2 * i + 1];
        }
        if (dense) {
            uint32_t end = i + 1;
            while (end < b->count && between_same(b, i, end))
                end++;
            add_between(s, to->lattice.weights, b, i, end);
            i = end;
        } else {
            i = add_run(s, to->lattice.weights, b, i);
        }
    }
    return true;
}

/* Fills up whole vectors with what lies as near as the others. */
static void pad(batch *b) {
    for (uint32_t k = 2 * b->count; k % LANES != 0; k++)
        b->at[k] = b->at[k % 2];
}

/* Adds what the batch holds; those far apart are reckoned one by one. */
static bool add_batch(spread *to) {
    batch *b = &to->batch;
    uint32_t count = b->count;
    if (count == 0) return true;
    pad(b);
    bool near = find_places(&to->lattice, b);
    if (!near) {
        set_origin(&to->lattice, b->at);
        near = find_places(&to->lattice, b);
    }
    bool done = !near || add_placed(to);
    for (uint32_t i = 0; done && !near && i < count; i++) {
        b->at[0] = b->at[2 * i];
        b->at[1] = b->at[2 * i + 1];
        b->count = 1;
        set_origin(&to->lattice, b->at);
        (void)find_places(&to->lattice, b);
        done = add_placed(to);
    }
    b->count = 0;
    return done;
}

static uint64_t word_of(const hs_point_columns *points, uint32_t first) {
    uint32_t left = points->count - first;
    uint64_t bits = points->selected ? points->selected[first / 64] : UINT64_MAX;
    return left < 64 ? bits & ((UINT64_C(1) << left) - 1) : bits;
}

/* Positions are read in leaps that processors do not foresee. */
static inline __attribute__((always_inline)) void prefetch_word(const hs_point_columns *points,
                                                                uint32_t first) {
    enum { LINE_ROWS = 64 / sizeof(hs_mercator) };
    if (first + 64 > points->count) return;
    uint64_t bits = points->selected ? points->selected[first / 64] : UINT64_MAX;
    for (uint32_t line = 0; line < 64 / LINE_ROWS; line++)
        if (bits >> (line * LINE_ROWS) & 0xff)
            __builtin_prefetch(&points->mercator[first + line * LINE_ROWS]);
}

bool hs_lattice_spread_ones(const hs_lattice *lattice, const hs_lattice_weights *weights,
                            const hs_point_columns *points, lattice_blocks *blocks) {
    enum { AHEAD = 8 * 64 };
    spread to = {.around = lattice->around, .blocks = blocks, .square.x = INT32_MIN};
    set_lattice(&to.lattice, lattice, weights);
    for (uint32_t first = 0; first < points->count; first += 64) {
        prefetch_word(points, first + AHEAD);
        uint64_t *at = (uint64_t *)to.batch.at + to.batch.count;
        for (uint64_t bits = word_of(points, first); bits != 0; bits &= bits - 1)
            memcpy(at++, &points->mercator[first + (uint32_t)__builtin_ctzll(bits)], sizeof *at);
        to.batch.count = (uint32_t)(at - (uint64_t *)to.batch.at);
        if (to.batch.count > BATCH - 64 && !add_batch(&to)) return false;
    }
    return add_batch(&to) && flush(blocks, lattice->around, &to.square);
}
