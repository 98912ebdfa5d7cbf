/* A geography made ready for base tiles: everything that a tile can show, projected, simplified and ordered
 * along the curve once, so that a request reads columns. Immutable; read by any thread. */
#ifndef RENDER_BASE_INDEX_H
#define RENDER_BASE_INDEX_H

#include "base/hash.h"
#include "render/tile_shapes.h"
#include <hotspot/geography.h>

/* Points along the curve, with the box of each HS_SHAPE_BLOCK of them. */
typedef struct hs_index_points {
    uint32_t count;
    uint32_t *row;
    uint8_t *zoom;
    hs_mercator *at;
    hs_mercator_box *block_box;
} hs_index_points;

/* What streets are tagged with, in the order of their shapes: texts by number, HS_NONE where empty. */
typedef struct hs_street_tags {
    int64_t *id;
    uint32_t *name, *name_en, *road_class;
    int32_t *layer;
} hs_street_tags;

typedef struct hs_base_index {
    hs_geography *geography;
    hs_tile_shapes units;   /* group: level */
    hs_tile_shapes streets; /* as imported: drawn from HS_BASE_FULL_DETAIL_ZOOM on */
    hs_tile_shapes joined;  /* streets of one name, class and layer joined where they meet: drawn before that;
                          row: the first of them */
    hs_street_tags streets_tags, joined_tags;
    hs_dictionary *texts; /* of streets */
    hs_tile_shapes areas; /* of places */
    hs_tile_shapes zones;
    hs_index_points labels; /* of units: one each */
    hs_index_points places;
} hs_base_index;

/* Holds the geography until it is freed. O(n log n) in corners. HS_E_MEMORY. */
hs_status hs_base_index_new(const hs_geography *geography, hs_error *error, hs_base_index **index);
void hs_base_index_free(hs_base_index *index);
size_t hs_base_index_bytes(const hs_base_index *index);

/* Adds to a builder of lines what streets are when those of one name in all languages, one class and one
 * layer are joined end to end wherever just two of them meet. The row is the first street's. */
bool hs_join_streets(const hs_streets *streets, hs_tile_shapes_builder *builder);

#endif
