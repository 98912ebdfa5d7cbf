#include "city/geography_private.h"

#include <stdlib.h>
#include <string.h>

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's geography");
}

hs_status hs_geography_builder_new(hs_error *error, hs_geography_builder **builder) {
    hs_geography_builder *made = calloc(1, sizeof *made);
    if (!made) return out_of_memory(error);
    made->arena = hs_arena_new(SIZE_MAX);
    if (!made->arena) {
        free(made);
        return out_of_memory(error);
    }
    *builder = made;
    return HS_OK;
}

void hs_geography_builder_free(hs_geography_builder *builder) {
    if (!builder) return;
    hs_arena_free(builder->arena);
    free(builder->units.records);
    free(builder->streets.records);
    free(builder->addresses.records);
    free(builder->places.records);
    free(builder->zones.records);
    free(builder->population.records);
    free(builder);
}

void hs_geography_set_center(hs_geography_builder *builder, double lon_deg, double lat_deg) {
    builder->has_center = true;
    builder->center_lon_deg = lon_deg;
    builder->center_lat_deg = lat_deg;
}

/* Room for one more record behind `count`; the array itself, moved when it had to grow, or NULL. */
static void *grow(void *records, uint32_t count, uint32_t *capacity, size_t size) {
    if (count < *capacity) return records;
    if (*capacity > UINT32_MAX / 4) return NULL;
    uint32_t wanted = *capacity ? 2 * *capacity : 64;
    void *grown = realloc(records, wanted * size);
    if (grown) *capacity = wanted;
    return grown;
}

static bool copy_text(hs_arena *arena, hs_str *text) {
    *text = hs_arena_str(arena, *text);
    return text->data != NULL;
}

/* Starts rebased to zero, so that slices of larger arrays can be handed in. */
static const uint32_t *copy_starts(hs_arena *arena, const uint32_t *start, uint32_t count) {
    uint32_t *copy = hs_arena_array(arena, (size_t)count + 1, sizeof *copy);
    for (uint32_t i = 0; copy && i <= count; i++)
        copy[i] = start[i] - start[0];
    return copy;
}

static bool copy_positions(hs_arena *arena, hs_geometry *geometry, uint32_t first, uint32_t count) {
    hs_position *positions = hs_arena_array(arena, count, sizeof *positions);
    if (!positions) return false;
    memcpy(positions, geometry->positions + first, count * sizeof *positions);
    geometry->positions = positions;
    return true;
}

bool hs_geometry_copy(hs_arena *arena, hs_geometry *geometry) {
    hs_geometry source = *geometry;
    if (source.type == HS_GEOMETRY_NONE) {
        *geometry = (hs_geometry){0};
        return true;
    }
    if (source.type == HS_GEOMETRY_POINT) {
        *geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = source.positions};
        return copy_positions(arena, geometry, 0, 1);
    }
    bool polygons = source.type == HS_GEOMETRY_POLYGONS;
    uint32_t first_ring = polygons ? source.part_start[0] : 0;
    uint32_t ring_count = polygons ? source.part_start[source.part_count] - first_ring : source.ring_count;
    const uint32_t *ring_start = source.ring_start + first_ring;
    *geometry = (hs_geometry){.type = source.type,
                              .part_count = polygons ? source.part_count : 0,
                              .ring_count = ring_count,
                              .positions = source.positions};
    if (polygons) {
        geometry->part_start = copy_starts(arena, source.part_start, source.part_count);
        if (!geometry->part_start) return false;
    }
    geometry->ring_start = copy_starts(arena, ring_start, ring_count);
    return geometry->ring_start &&
           copy_positions(arena, geometry, ring_start[0], ring_start[ring_count] - ring_start[0]);
}

static bool is_polygons(const hs_geometry *geometry) {
    return geometry->type == HS_GEOMETRY_POLYGONS && geometry->part_count > 0;
}

#define ROOM(list)                                                                                           \
    void *room = grow((list)->records, (list)->count, &(list)->capacity, sizeof *(list)->records);           \
    if (!room) return out_of_memory(error);                                                                  \
    (list)->records = room

hs_status hs_geography_add_unit(hs_geography_builder *builder, const hs_unit_record *record,
                                hs_error *error) {
    if ((unsigned)record->level >= HS_LEVEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "unit '%.*s' has no valid level", (int)record->code.size,
                            record->code.data);
    if (!is_polygons(&record->geometry))
        return hs_error_set(error, HS_E_ARGUMENT, "unit '%.*s' has no polygon", (int)record->code.size,
                            record->code.data);
    ROOM(&builder->units);
    hs_unit_record copy = *record;
    hs_arena *arena = builder->arena;
    if (!copy_text(arena, &copy.code) || !copy_text(arena, &copy.name) || !copy_text(arena, &copy.name_en) ||
        !copy_text(arena, &copy.parent) || !copy_text(arena, &copy.attributes) ||
        !hs_geometry_copy(arena, &copy.geometry))
        return out_of_memory(error);
    builder->units.records[builder->units.count++] = copy;
    return HS_OK;
}

hs_status hs_geography_add_street(hs_geography_builder *builder, const hs_street_record *record,
                                  hs_error *error) {
    if (record->geometry.type != HS_GEOMETRY_LINES || record->geometry.ring_count == 0)
        return hs_error_set(error, HS_E_ARGUMENT, "street '%.*s' has no line", (int)record->name.size,
                            record->name.data);
    ROOM(&builder->streets);
    hs_street_record copy = *record;
    hs_arena *arena = builder->arena;
    if (!copy_text(arena, &copy.name) || !copy_text(arena, &copy.name_en) ||
        !copy_text(arena, &copy.road_class) || !copy_text(arena, &copy.attributes) ||
        !hs_geometry_copy(arena, &copy.geometry))
        return out_of_memory(error);
    builder->streets.records[builder->streets.count++] = copy;
    return HS_OK;
}

hs_status hs_geography_add_address(hs_geography_builder *builder, const hs_address_record *record,
                                   hs_error *error) {
    ROOM(&builder->addresses);
    hs_address_record copy = *record;
    hs_arena *arena = builder->arena;
    if (!copy_text(arena, &copy.street) || !copy_text(arena, &copy.number) || !copy_text(arena, &copy.unit) ||
        !copy_text(arena, &copy.text))
        return out_of_memory(error);
    builder->addresses.records[builder->addresses.count++] = copy;
    return HS_OK;
}

hs_status hs_geography_add_place(hs_geography_builder *builder, const hs_place_record *record,
                                 hs_error *error) {
    ROOM(&builder->places);
    hs_place_record copy = *record;
    hs_arena *arena = builder->arena;
    if (!copy_text(arena, &copy.name) || !copy_text(arena, &copy.name_en) ||
        !copy_text(arena, &copy.place_class) || !copy_text(arena, &copy.address) ||
        !hs_geometry_copy(arena, &copy.geometry))
        return out_of_memory(error);
    builder->places.records[builder->places.count++] = copy;
    return HS_OK;
}

hs_status hs_geography_add_zone(hs_geography_builder *builder, const hs_zone_record *record,
                                hs_error *error) {
    if (!is_polygons(&record->geometry))
        return hs_error_set(error, HS_E_ARGUMENT, "zone '%.*s' has no polygon", (int)record->name.size,
                            record->name.data);
    ROOM(&builder->zones);
    hs_zone_record copy = *record;
    hs_arena *arena = builder->arena;
    if (!copy_text(arena, &copy.name) || !copy_text(arena, &copy.kind) || !copy_text(arena, &copy.hours) ||
        !copy_text(arena, &copy.weekdays) || !hs_geometry_copy(arena, &copy.geometry))
        return out_of_memory(error);
    builder->zones.records[builder->zones.count++] = copy;
    return HS_OK;
}

hs_status hs_geography_add_population(hs_geography_builder *builder, const hs_population_record *record,
                                      hs_error *error) {
    if (!(record->population >= 0.0 && record->population <= HS_MOST_POPULATION) ||
        record->geometry.type == HS_GEOMETRY_LINES)
        return hs_error_set(error, HS_E_ARGUMENT, "population '%.*s' is no number of people at a place",
                            (int)record->unit.size, record->unit.data);
    ROOM(&builder->population);
    hs_population_record copy = *record;
    if (!copy_text(builder->arena, &copy.unit) || !hs_geometry_copy(builder->arena, &copy.geometry))
        return out_of_memory(error);
    builder->population.records[builder->population.count++] = copy;
    return HS_OK;
}
