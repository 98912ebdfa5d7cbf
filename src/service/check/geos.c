/* Between stored positions and GEOS. */
#include "service/check/check_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void hear(const char *message, void *context) {
    hs_check_geos *geos = context;
    (void)snprintf(geos->said, sizeof geos->said, "%s", message);
}

static void overhear(const char *message, void *context) {
    (void)message;
    (void)context;
}

hs_status hs_check_geos_open(hs_check_geos *geos, hs_error *error) {
    *geos = (hs_check_geos){.handle = GEOS_init_r()};
    if (!geos->handle) return hs_error_memory(error, "geometry");
    (void)GEOSContext_setErrorMessageHandler_r(geos->handle, hear, geos);
    (void)GEOSContext_setNoticeMessageHandler_r(geos->handle, overhear, geos);
    return HS_OK;
}

void hs_check_geos_close(hs_check_geos *geos) {
    if (geos->handle) GEOS_finish_r(geos->handle);
    geos->handle = NULL;
}

hs_status hs_check_geos_fail(const hs_check_geos *geos, const char *doing, hs_error *error) {
    return hs_error_set(error, HS_E_INTERNAL, "%s failed: %s", doing,
                        geos->said[0] ? geos->said : "GEOS gives no reason");
}

static GEOSGeometry *ring_of(hs_check_geos *geos, const hs_geometry *geometry, uint32_t ring) {
    uint32_t first = geometry->ring_start[ring];
    uint32_t count = geometry->ring_start[ring + 1] - first;
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos->handle, count, 2);
    if (!sequence) return NULL;
    for (uint32_t i = 0; i < count; i++)
        (void)GEOSCoordSeq_setXY_r(geos->handle, sequence, i, geometry->positions[first + i].lon_e7,
                                   geometry->positions[first + i].lat_e7);
    return GEOSGeom_createLinearRing_r(geos->handle, sequence);
}

static void destroy_all(hs_check_geos *geos, GEOSGeometry **made, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        GEOSGeom_destroy_r(geos->handle, made[i]);
}

static GEOSGeometry *part_of(hs_check_geos *geos, const hs_geometry *geometry, uint32_t part) {
    uint32_t first = geometry->part_start[part];
    uint32_t count = geometry->part_start[part + 1] - first;
    GEOSGeometry **rings = calloc(count + 1, sizeof(GEOSGeometry *));
    uint32_t made = 0;
    while (rings && made < count && (rings[made] = ring_of(geos, geometry, first + made)))
        made++;
    GEOSGeometry *polygon = NULL;
    if (rings && made == count)
        polygon = GEOSGeom_createPolygon_r(geos->handle, rings[0], rings + 1, count - 1);
    else if (rings)
        destroy_all(geos, rings, made);
    free(rings);
    return polygon;
}

hs_status hs_check_to_geos(hs_check_geos *geos, const hs_geometry *geometry, hs_error *error,
                           GEOSGeometry **made) {
    GEOSGeometry **parts = calloc(geometry->part_count + 1, sizeof(GEOSGeometry *));
    uint32_t count = 0;
    while (parts && count < geometry->part_count && (parts[count] = part_of(geos, geometry, count)))
        count++;
    GEOSGeometry *whole = NULL;
    if (parts && count == geometry->part_count)
        whole = GEOSGeom_createCollection_r(geos->handle, GEOS_MULTIPOLYGON, parts, count);
    else if (parts)
        destroy_all(geos, parts, count);
    free(parts);
    if (!whole) return hs_check_geos_fail(geos, "reading a polygon", error);
    *made = whole;
    return HS_OK;
}

hs_status hs_check_each_polygon(hs_check_geos *geos, const GEOSGeometry *geometry,
                                hs_status (*visit)(void *context, const GEOSGeometry *polygon,
                                                   hs_error *error),
                                void *context, hs_error *error) {
    int type = GEOSGeomTypeId_r(geos->handle, geometry);
    if (type == GEOS_POLYGON)
        return GEOSisEmpty_r(geos->handle, geometry) == 0 ? visit(context, geometry, error) : HS_OK;
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION) return HS_OK;
    hs_status status = HS_OK;
    int count = GEOSGetNumGeometries_r(geos->handle, geometry);
    for (int i = 0; status == HS_OK && i < count; i++)
        status =
            hs_check_each_polygon(geos, GEOSGetGeometryN_r(geos->handle, geometry, i), visit, context, error);
    return status;
}

/* Polygons as floating-point shapes, which hs_geometry_from_shape rounds and cleans. */
typedef struct shaping {
    hs_check_geos *geos;
    hs_shape shape;
} shaping;

static bool room(void **array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity) return true;
    size_t wanted = needed > 2 * *capacity ? needed : 2 * *capacity;
    void *grown = realloc(*array, wanted * size);
    if (!grown) return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

static bool shape_room(hs_shape *shape, size_t points) {
    size_t x_capacity = shape->point_capacity;
    if (!room((void **)&shape->x, &x_capacity, shape->point_count + points, sizeof *shape->x) ||
        !room((void **)&shape->y, &shape->point_capacity, shape->point_count + points, sizeof *shape->y))
        return false;
    return room((void **)&shape->ring_start, &shape->ring_capacity, shape->ring_count + 2,
                sizeof *shape->ring_start) &&
           room((void **)&shape->part_start, &shape->part_capacity, shape->part_count + 2,
                sizeof *shape->part_start);
}

static bool add_ring(hs_check_geos *geos, const GEOSGeometry *ring, hs_shape *shape) {
    unsigned count = 0;
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
    if (!sequence || !GEOSCoordSeq_getSize_r(geos->handle, sequence, &count) || !shape_room(shape, count))
        return false;
    for (unsigned i = 0; i < count; i++) {
        double x = 0, y = 0;
        (void)GEOSCoordSeq_getXY_r(geos->handle, sequence, i, &x, &y);
        shape->x[shape->point_count] = x / 1e7;
        shape->y[shape->point_count++] = y / 1e7;
    }
    shape->ring_start[0] = 0;
    shape->ring_start[++shape->ring_count] = shape->point_count;
    return true;
}

bool hs_check_append(hs_check_geos *geos, const GEOSGeometry *polygon, hs_shape *shape) {
    int holes = GEOSGetNumInteriorRings_r(geos->handle, polygon);
    bool done = add_ring(geos, GEOSGetExteriorRing_r(geos->handle, polygon), shape);
    for (int i = 0; done && i < holes; i++)
        done = add_ring(geos, GEOSGetInteriorRingN_r(geos->handle, polygon, i), shape);
    if (!done) return false;
    shape->type = HS_GEOMETRY_POLYGONS;
    shape->part_start[0] = 0;
    shape->part_start[++shape->part_count] = shape->ring_count;
    return true;
}

static hs_status add_polygon(void *context, const GEOSGeometry *polygon, hs_error *error) {
    shaping *to = context;
    return hs_check_append(to->geos, polygon, &to->shape) ? HS_OK : hs_error_memory(error, "a polygon");
}

hs_status hs_check_from_geos(hs_check_geos *geos, const GEOSGeometry *geometry, hs_arena *arena,
                             hs_error *error, hs_geometry *made) {
    shaping to = {.geos = geos};
    hs_status status = hs_check_each_polygon(geos, geometry, add_polygon, &to, error);
    if (status == HS_OK) status = hs_geometry_from_shape(&to.shape, arena, error, made);
    hs_shape_done(&to.shape);
    return status;
}

/* Area relative to the first corner, so that large coordinates do not eat the digits. */
static void measure_ring(hs_check_geos *geos, const hs_plane *plane, const GEOSGeometry *ring,
                         double *area2_m2, double *length_m) {
    unsigned count = 0;
    double x = 0, y = 0, x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
    *area2_m2 = *length_m = 0;
    if (!sequence || !GEOSCoordSeq_getSize_r(geos->handle, sequence, &count)) return;
    for (unsigned i = 0; i < count; i++) {
        double x2 = 0, y2 = 0;
        (void)GEOSCoordSeq_getXY_r(geos->handle, sequence, i, &x, &y);
        hs_plane_forward_degrees(plane, x / 1e7, y / 1e7, &x2, &y2);
        if (i == 0) {
            x0 = x2;
            y0 = y2;
        } else {
            *area2_m2 += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
            *length_m += hypot(x2 - x1, y2 - y1);
        }
        x1 = x2;
        y1 = y2;
    }
}

void hs_check_measure(hs_check_geos *geos, const hs_plane *plane, const GEOSGeometry *polygon,
                      double *area_m2, double *perimeter_m) {
    double area2_m2, length_m;
    measure_ring(geos, plane, GEOSGetExteriorRing_r(geos->handle, polygon), &area2_m2, &length_m);
    *area_m2 = fabs(area2_m2) / 2;
    *perimeter_m = length_m;
    int holes = GEOSGetNumInteriorRings_r(geos->handle, polygon);
    for (int i = 0; i < holes; i++) {
        measure_ring(geos, plane, GEOSGetInteriorRingN_r(geos->handle, polygon, i), &area2_m2, &length_m);
        *area_m2 -= fabs(area2_m2) / 2;
        *perimeter_m += length_m;
    }
}

bool hs_check_invalid(hs_check_geos *geos, const GEOSGeometry *geometry, char reason[80], bool *has_place,
                      hs_position *place) {
    char *said = NULL;
    GEOSGeometry *where = NULL;
    char valid = GEOSisValidDetail_r(geos->handle, geometry, 0, &said, &where);
    *has_place = false;
    if (valid == 1) return false;
    (void)snprintf(reason, 80, "%s", said ? said : "not valid");
    double x = 0, y = 0;
    if (where && GEOSGeomGetX_r(geos->handle, where, &x) == 1 &&
        GEOSGeomGetY_r(geos->handle, where, &y) == 1) {
        *has_place = true;
        *place = (hs_position){(int32_t)lround(x), (int32_t)lround(y)};
    }
    GEOSFree_r(geos->handle, said);
    GEOSGeom_destroy_r(geos->handle, where);
    return true;
}

const char *hs_check_reason_zh(const char *reason) {
    static const char *const known[][2] = {
        {"Self-intersection", "自相交"},
        {"Ring Self-intersection", "环与自身相接"},
        {"Hole lies outside shell", "洞在外环之外"},
        {"Holes are nested", "洞套洞"},
        {"Interior is disconnected", "内部不连通"},
        {"Nested shells", "外环互套"},
        {"Duplicate Rings", "环重复"},
        {"Too few points in geometry component", "环的点太少"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i][0], reason) == 0) return known[i][1];
    return reason;
}
