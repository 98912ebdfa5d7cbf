/* From floating-point shapes to rounded, clean geometries. */
#include "geo/wkb.h"

#include <hotspot/coordinates.h>
#include <string.h>

typedef struct cleaner {
    const hs_shape *shape;
    hs_position *positions;
    uint32_t *ring_start, *part_start;
    uint32_t point_count, ring_count, part_count;
} cleaner;

static bool same(hs_position a, hs_position b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

/* Exact: the differences have at most 33 bits, of which the latitude's use 32, so the products fit. */
static bool all_on_one_line(const hs_position *positions, uint32_t count) {
    int64_t x = 0, y = 0;
    for (uint32_t i = 1; i < count; i++) {
        int64_t dx = (int64_t)positions[i].lon_e7 - positions[0].lon_e7;
        int64_t dy = (int64_t)positions[i].lat_e7 - positions[0].lat_e7;
        if (x == 0 && y == 0) {
            x = dx;
            y = dy;
        } else if (x * dy != y * dx) {
            return false;
        }
    }
    return true;
}

/* Appends the ring's positions without repetitions; false for a coordinate off the Earth. */
static bool add_positions(cleaner *to, uint32_t ring) {
    const hs_shape *shape = to->shape;
    uint32_t first = to->point_count;
    for (uint32_t i = shape->ring_start[ring]; i < shape->ring_start[ring + 1]; i++) {
        hs_position position;
        if (!hs_position_from_degrees(shape->x[i], shape->y[i], &position)) return false;
        if (to->point_count == first || !same(to->positions[to->point_count - 1], position))
            to->positions[to->point_count++] = position;
    }
    return true;
}

static void add_line(cleaner *to, uint32_t first) {
    if (to->point_count - first < 2)
        to->point_count = first;
    else
        to->ring_start[++to->ring_count] = to->point_count;
}

static bool add_ring(cleaner *to, uint32_t first) {
    if (to->point_count > first && !same(to->positions[first], to->positions[to->point_count - 1]))
        to->positions[to->point_count++] = to->positions[first];
    uint32_t count = to->point_count - first;
    if (count < 4 || all_on_one_line(to->positions + first, count)) {
        to->point_count = first;
        return false;
    }
    to->ring_start[++to->ring_count] = to->point_count;
    return true;
}

static bool clean_lines(cleaner *to) {
    for (uint32_t ring = 0; ring < to->shape->ring_count; ring++) {
        uint32_t first = to->point_count;
        if (!add_positions(to, ring)) return false;
        add_line(to, first);
    }
    return true;
}

static bool clean_polygons(cleaner *to) {
    const hs_shape *shape = to->shape;
    for (uint32_t part = 0; part < shape->part_count; part++) {
        bool kept = true;
        for (uint32_t ring = shape->part_start[part]; ring < shape->part_start[part + 1] && kept; ring++) {
            uint32_t first = to->point_count;
            if (!add_positions(to, ring)) return false;
            bool outer = ring == shape->part_start[part];
            if (!add_ring(to, first) && outer) kept = false;
        }
        if (kept) to->part_start[++to->part_count] = to->ring_count;
    }
    return true;
}

static hs_status off_earth(hs_error *error) {
    return hs_error_set(
        error, HS_E_INPUT,
        "a coordinate is no longitude and latitude on Earth; give the file's reference system "
        "with --crs");
}

hs_status hs_geometry_from_shape(const hs_shape *shape, hs_arena *arena, hs_error *error,
                                 hs_geometry *geometry) {
    if (shape->type == HS_GEOMETRY_NONE) {
        *geometry = (hs_geometry){.type = HS_GEOMETRY_NONE};
        return HS_OK;
    }
    /* Closing may add one position a ring. */
    cleaner to = {.shape = shape,
                  .positions = hs_arena_array(arena, (size_t)shape->point_count + shape->ring_count + 1,
                                              sizeof(hs_position)),
                  .ring_start = hs_arena_array(arena, (size_t)shape->ring_count + 1, sizeof(uint32_t)),
                  .part_start = hs_arena_array(arena, (size_t)shape->part_count + 1, sizeof(uint32_t))};
    if (!to.positions || !to.ring_start || !to.part_start)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a geometry of %u points",
                            (unsigned)shape->point_count);
    bool kept;
    switch (shape->type) {
    case HS_GEOMETRY_POINT:
        if (!hs_position_from_degrees(shape->x[0], shape->y[0], to.positions)) return off_earth(error);
        *geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = to.positions};
        return HS_OK;
    case HS_GEOMETRY_LINES:
        if (!clean_lines(&to)) return off_earth(error);
        kept = to.ring_count > 0;
        break;
    default:
        if (!clean_polygons(&to)) return off_earth(error);
        kept = to.part_count > 0;
        break;
    }
    *geometry = (hs_geometry){.type = kept ? shape->type : HS_GEOMETRY_NONE,
                              .part_count = to.part_count,
                              .ring_count = to.ring_count,
                              .part_start = to.part_start,
                              .ring_start = to.ring_start,
                              .positions = to.positions};
    return HS_OK;
}
