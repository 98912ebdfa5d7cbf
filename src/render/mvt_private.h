/* The encoder's parts: growing arrays in an arena, the shape of one feature. */
#ifndef RENDER_MVT_PRIVATE_H
#define RENDER_MVT_PRIVATE_H

#include "render/mvt.h"

typedef struct hs_bytes {
    uint8_t *data;
    size_t size, capacity;
} hs_bytes;

typedef struct hs_words {
    uint32_t *data;
    size_t size, capacity;
} hs_words;

/* A corner in tile units before and after rounding to the tile's grid. */
typedef struct hs_corner {
    double x, y;
} hs_corner;

typedef struct hs_cell {
    int32_t x, y;
} hs_cell;

/* Room for one ring on its way through projection, simplification, clipping and rounding. */
typedef struct hs_mvt_scratch {
    hs_mercator *projected;
    uint8_t *kept;
    uint32_t *stack;
    hs_corner *corners[2];
    hs_cell *cells;
    uint32_t *order;
    size_t capacity;
} hs_mvt_scratch;

struct hs_mvt {
    hs_arena *arena;
    bool failed; /* the arena ran out */
    uint64_t x0, y0, side;
    hs_bytes tile, features, values, feature;
    hs_words geometry, tags;
    const char *layer;
    const char **keys;
    uint32_t key_count, key_capacity;
    uint32_t *value_slot; /* hash table of value number + 1 */
    size_t *value_start;  /* [value_count + 1] into values */
    uint32_t value_count, value_capacity, slot_count;
    uint32_t feature_count;
    int32_t cursor_x, cursor_y;
    hs_mvt_scratch scratch;
};

/* Appending that marks the tile as failed when the arena is out. */
uint8_t *hs_mvt_bytes_reserve(hs_mvt *mvt, hs_bytes *bytes, size_t size);
void hs_mvt_word(hs_mvt *mvt, hs_words *words, uint32_t word);
bool hs_mvt_scratch_reserve(hs_mvt *mvt, size_t count);

/* Fills mvt->geometry with commands; false when nothing of the shape is in the tile. */
bool hs_mvt_shape_lines(hs_mvt *mvt, const hs_geometry *lines, double tolerance);
bool hs_mvt_shape_polygons(hs_mvt *mvt, const hs_geometry *polygons, double tolerance);

/* Marks in kept[0 .. count) what Douglas and Peucker keep of a line; the ends always. `stack` holds 2 count.
 */
void hs_simplify(const hs_mercator *points, uint32_t count, double tolerance, uint32_t *stack, uint8_t *kept);
/* Whether two edges of a closed ring (first corner not repeated) cross properly. `order` holds count. */
bool hs_ring_crosses(const hs_cell *ring, uint32_t count, uint32_t *order);

#endif
