#include "render/base_index.h"

#include "geo/hilbert.h"
#include "render/base_layers.h"

#include <stdlib.h>

/* The topmost level that the city has is drawn from the first zoom. */
static uint8_t zoom_of_unit(const hs_units *units, uint32_t row) {
    return units->level[row] == units->level[0] ? 0 : (uint8_t)hs_base_unit_zoom((hs_level)units->level[row]);
}

static bool add_units(const hs_geography *g, hs_tile_shapes_builder *builder) {
    bool ok = true;
    for (uint32_t row = 0; ok && row < g->units.count; row++)
        ok = hs_tile_shapes_add(builder, row, g->units.level[row], zoom_of_unit(&g->units, row),
                                &g->units.geometry[row]);
    return ok;
}

static bool add_streets(const hs_geography *g, hs_tile_shapes_builder *builder) {
    bool ok = true;
    for (uint32_t row = 0; ok && row < g->streets.count; row++) {
        uint32_t rank = hs_base_street_zoom(g->streets.road_class[row]);
        ok = hs_tile_shapes_add(builder, row, 0, (uint8_t)rank, &g->streets.geometry[row]);
    }
    return ok;
}

static bool add_joined(const hs_geography *g, hs_tile_shapes_builder *builder) {
    return hs_join_streets(&g->streets, builder);
}

static bool add_areas(const hs_geography *g, hs_tile_shapes_builder *builder) {
    bool ok = true;
    for (uint32_t row = 0; ok && row < g->places.count; row++)
        ok = hs_tile_shapes_add(builder, row, 0, HS_BASE_AREA_ZOOM, &g->places.geometry[row]);
    return ok;
}

static bool add_zones(const hs_geography *g, hs_tile_shapes_builder *builder) {
    bool ok = true;
    for (uint32_t row = 0; ok && row < g->zones.count; row++)
        ok = hs_tile_shapes_add(builder, row, 0, HS_BASE_ZONE_ZOOM, &g->zones.geometry[row]);
    return ok;
}

typedef bool (*adder)(const hs_geography *g, hs_tile_shapes_builder *builder);

static hs_status make_shapes(const hs_geography *g, hs_geometry_type type, adder add, hs_error *error,
                             hs_tile_shapes *shapes) {
    hs_tile_shapes_builder *builder = hs_tile_shapes_builder_new(type);
    if (!builder || !add(g, builder)) {
        hs_tile_shapes_builder_free(builder);
        return hs_error_memory(error, "the shapes of tiles");
    }
    return hs_tile_shapes_finish(builder, error, shapes);
}

static bool number_of(hs_dictionary *texts, hs_str text, uint32_t *number) {
    *number = text.size > 0 ? hs_dictionary_put(texts, text) : HS_NONE;
    return text.size == 0 || *number != HS_NONE;
}

static hs_status make_tags(const hs_streets *streets, const hs_tile_shapes *shapes, hs_dictionary *texts,
                           hs_error *error, hs_street_tags *tags) {
    size_t room = (size_t)shapes->count + 1;
    tags->id = malloc(room * sizeof *tags->id);
    tags->name = malloc(room * sizeof *tags->name);
    tags->name_en = malloc(room * sizeof *tags->name_en);
    tags->road_class = malloc(room * sizeof *tags->road_class);
    tags->layer = malloc(room * sizeof *tags->layer);
    bool ok = texts && tags->id && tags->name && tags->name_en && tags->road_class && tags->layer;
    for (uint32_t i = 0; ok && i < shapes->count; i++) {
        uint32_t row = shapes->row[i];
        tags->id[i] = streets->id[row];
        tags->layer[i] = streets->layer[row];
        ok = number_of(texts, streets->name[row], &tags->name[i]) &&
             number_of(texts, streets->name_en[row], &tags->name_en[i]) &&
             number_of(texts, streets->road_class[row], &tags->road_class[i]);
    }
    return ok ? HS_OK : hs_error_memory(error, "the names of tiles");
}

static void free_tags(hs_street_tags *tags) {
    free(tags->id);
    free(tags->name);
    free(tags->name_en);
    free(tags->road_class);
    free(tags->layer);
}

typedef struct placed_point {
    uint64_t place;
    uint32_t row;
} placed_point;

static int compare_points(const void *a, const void *b) {
    const placed_point *p = a;
    const placed_point *q = b;
    if (p->place != q->place) return p->place < q->place ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static void fill_points(const hs_position *positions, const placed_point *order, hs_index_points *points) {
    for (uint32_t i = 0; i < points->count; i++) {
        hs_mercator at = hs_mercator_from_position(positions[order[i].row]);
        hs_mercator_box *block = &points->block_box[i / HS_SHAPE_BLOCK];
        if (i % HS_SHAPE_BLOCK == 0) *block = (hs_mercator_box){at.x, at.y, at.x, at.y};
        if (at.x < block->min_x) block->min_x = at.x;
        if (at.x > block->max_x) block->max_x = at.x;
        if (at.y < block->min_y) block->min_y = at.y;
        if (at.y > block->max_y) block->max_y = at.y;
        points->row[i] = order[i].row;
        points->at[i] = at;
    }
}

static hs_status make_points(const hs_position *positions, uint32_t count, hs_error *error,
                             hs_index_points *points) {
    placed_point *order = malloc(((size_t)count + 1) * sizeof *order);
    points->count = count;
    points->row = calloc((size_t)count + 1, sizeof *points->row);
    points->zoom = calloc((size_t)count + 1, sizeof *points->zoom);
    points->at = calloc((size_t)count + 1, sizeof *points->at);
    points->block_box = calloc(count / HS_SHAPE_BLOCK + 1, sizeof *points->block_box);
    bool ok = order && points->row && points->zoom && points->at && points->block_box;
    for (uint32_t i = 0; ok && i < count; i++) {
        hs_mercator at = hs_mercator_from_position(positions[i]);
        order[i] = (placed_point){hs_hilbert(at.x, at.y), i};
    }
    if (ok && count > 1) qsort(order, count, sizeof *order, compare_points);
    if (ok) fill_points(positions, order, points);
    free(order);
    return ok ? HS_OK : hs_error_memory(error, "the points of tiles");
}

static void free_points(hs_index_points *points) {
    free(points->row);
    free(points->zoom);
    free(points->at);
    free(points->block_box);
}

static hs_status fill(hs_base_index *index, hs_error *error) {
    const hs_geography *g = index->geography;
    hs_status status = make_shapes(g, HS_GEOMETRY_POLYGONS, add_units, error, &index->units);
    if (status == HS_OK) status = make_shapes(g, HS_GEOMETRY_LINES, add_streets, error, &index->streets);
    if (status == HS_OK) status = make_shapes(g, HS_GEOMETRY_LINES, add_joined, error, &index->joined);
    if (status == HS_OK) status = make_shapes(g, HS_GEOMETRY_POLYGONS, add_areas, error, &index->areas);
    if (status == HS_OK) status = make_shapes(g, HS_GEOMETRY_POLYGONS, add_zones, error, &index->zones);
    index->texts = hs_dictionary_new();
    if (status == HS_OK)
        status = make_tags(&g->streets, &index->streets, index->texts, error, &index->streets_tags);
    if (status == HS_OK)
        status = make_tags(&g->streets, &index->joined, index->texts, error, &index->joined_tags);
    if (status == HS_OK) status = make_points(g->units.label, g->units.count, error, &index->labels);
    if (status == HS_OK) status = make_points(g->places.position, g->places.count, error, &index->places);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < index->labels.count; i++)
        index->labels.zoom[i] = zoom_of_unit(&g->units, index->labels.row[i]);
    for (uint32_t i = 0; i < index->places.count; i++)
        index->places.zoom[i] = HS_BASE_PLACE_ZOOM;
    return HS_OK;
}

hs_status hs_base_index_new(const hs_geography *geography, hs_error *error, hs_base_index **index) {
    hs_base_index *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "the index of tiles");
    made->geography = hs_geography_ref((hs_geography *)geography);
    hs_status status = fill(made, error);
    if (status == HS_OK)
        *index = made;
    else
        hs_base_index_free(made);
    return status;
}

void hs_base_index_free(hs_base_index *index) {
    if (!index) return;
    hs_tile_shapes_done(&index->units);
    hs_tile_shapes_done(&index->streets);
    hs_tile_shapes_done(&index->joined);
    hs_tile_shapes_done(&index->areas);
    hs_tile_shapes_done(&index->zones);
    free_tags(&index->streets_tags);
    free_tags(&index->joined_tags);
    hs_dictionary_free(index->texts);
    free_points(&index->labels);
    free_points(&index->places);
    hs_geography_unref(index->geography);
    free(index);
}

size_t hs_base_index_bytes(const hs_base_index *index) {
    size_t points = (size_t)index->labels.count + index->places.count;
    size_t streets = (size_t)index->streets.count + index->joined.count;
    return sizeof *index + streets * (sizeof(int64_t) + 4 * sizeof(uint32_t)) +
           hs_tile_shapes_bytes(&index->units) + hs_tile_shapes_bytes(&index->streets) +
           hs_tile_shapes_bytes(&index->joined) + hs_tile_shapes_bytes(&index->areas) +
           hs_tile_shapes_bytes(&index->zones) +
           points * (sizeof(uint32_t) + sizeof(uint8_t) + sizeof(hs_mercator));
}
