/* The encoder's parts: growing arrays in an arena, the shape of one feature. */
#ifndef RENDER_MVT_PRIVATE_H
#define RENDER_MVT_PRIVATE_H

#include "render/mvt.h"
#include "render/snap_round.h"

typedef struct hs_bytes {
    uint8_t *data;
    size_t size, capacity;
} hs_bytes;

typedef struct hs_words {
    uint32_t *data;
    size_t size, capacity;
} hs_words;

/* A corner in tile units before rounding to the tile's grid. */
typedef struct hs_corner {
    double x, y;
} hs_corner;

/* Room for the corners of one ring on its way through clipping, and for a shape's rings on the grid. */
typedef struct hs_mvt_scratch {
    hs_corner *corners[2];
    size_t capacity;
    hs_cell *cells;
    size_t cell_capacity;
    uint32_t *ring_start;
    size_t ring_capacity;
} hs_mvt_scratch;

typedef struct hs_value_slot {
    uint64_t key;
    uint32_t number; /* of the value, + 1; 0: free */
} hs_value_slot;

/* Open addressing; half full at most. */
typedef struct hs_value_table {
    hs_value_slot *slot;
    uint32_t count, used;
} hs_value_table;

struct hs_mvt {
    hs_arena *arena;
    bool failed; /* the arena ran out */
    uint64_t x0, y0, side;
    uint32_t shift; /* 32 - zoom: the side is 2^shift */
    hs_bytes tile, features, values;
    uint64_t feature_id;
    unsigned feature_type;
    hs_bytes geometry; /* packed */
    hs_words tags;
    const char *layer;
    const char **keys;
    uint32_t key_count, key_capacity;
    size_t *value_start; /* [value_count + 1] into values */
    uint32_t value_count, value_capacity;
    hs_value_table distinct; /* values by their bytes */
    hs_value_table memo;     /* values by what callers know them by */
    uint32_t feature_count;
    int32_t cursor_x, cursor_y;
    hs_mvt_scratch scratch;
};

/* Appending that marks the tile as failed when the arena is out. */
uint8_t *hs_mvt_bytes_reserve(hs_mvt *mvt, hs_bytes *bytes, size_t size);
uint32_t *hs_mvt_words_reserve(hs_mvt *mvt, hs_words *words, size_t count);
void hs_mvt_word(hs_mvt *mvt, hs_words *words, uint32_t word);
/* Writes a number of at most 32 bits, which takes HS_MVT_WORD_MOST bytes at most; the end of it. A byte
 * behind may be written too. */
enum { HS_MVT_WORD_MOST = 5 };
static inline uint8_t *hs_mvt_put_word(uint8_t *at, uint32_t word) {
    while (word >= 1U << 14) {
        *at++ = (uint8_t)(word | 0x80);
        word >>= 7;
    }
    /* Whether one byte or two is hard to foretell. */
    unsigned two = word >= 1U << 7;
    at[0] = (uint8_t)(word | two << 7);
    at[1] = (uint8_t)(word >> 7);
    return at + 1 + two;
}
/* Fills mvt->geometry with commands; false when nothing of the shape is in the tile. */
bool hs_mvt_shape_lines(hs_mvt *mvt, const hs_tile_shape *lines, uint32_t detail_zoom);
bool hs_mvt_shape_polygons(hs_mvt *mvt, const hs_tile_shape *polygons, uint32_t detail_zoom);

#endif
