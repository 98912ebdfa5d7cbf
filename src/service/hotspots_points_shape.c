/* Shapes of points: the city as one window, hulls and ellipses. GEOS stays in this file. */
#include "service/hotspots_points.h"

#include "geo/box.h"

#include <geos_c.h>
#include <math.h>
#include <stdlib.h>

typedef struct overlay {
    GEOSContextHandle_t geos;
    char message[256];
} overlay;

static void hear(const char *message, void *context) {
    overlay *o = context;
    (void)snprintf(o->message, sizeof o->message, "%s", message);
}

static bool begin(overlay *o) {
    *o = (overlay){.geos = GEOS_init_r()};
    if (o->geos) (void)GEOSContext_setErrorMessageHandler_r(o->geos, hear, o);
    return o->geos != NULL;
}

static hs_status failed(const overlay *o, hs_error *error, const char *what) {
    return hs_error_set(error, HS_E_INTERNAL, "%s: %s", what,
                        *o->message ? o->message : "GEOS gave no shape");
}

/* One ring of a unit on the plane; NULL for none. */
static GEOSGeometry *ring_of(const overlay *o, const hs_plane *plane, const hs_geometry *g, uint32_t ring) {
    uint32_t first = g->ring_start[ring], count = g->ring_start[ring + 1] - first;
    GEOSCoordSequence *line = count >= 4 ? GEOSCoordSeq_create_r(o->geos, count, 2) : NULL;
    for (uint32_t i = 0; line && i < count; i++) {
        double x, y;
        hs_plane_forward(plane, g->positions[first + i], &x, &y);
        (void)GEOSCoordSeq_setXY_r(o->geos, line, i, x, y);
    }
    return line ? GEOSGeom_createLinearRing_r(o->geos, line) : NULL;
}

static GEOSGeometry *part_of(const overlay *o, const hs_plane *plane, const hs_geometry *g, uint32_t part) {
    uint32_t first = g->part_start[part], count = g->part_start[part + 1] - first;
    GEOSGeometry *outer = ring_of(o, plane, g, first);
    GEOSGeometry **holes = malloc(((size_t)count + 1) * sizeof(GEOSGeometry *));
    unsigned kept = 0;
    for (uint32_t k = 1; outer && holes && k < count; k++) {
        holes[kept] = ring_of(o, plane, g, first + k);
        kept += holes[kept] != NULL;
    }
    GEOSGeometry *polygon = outer && holes ? GEOSGeom_createPolygon_r(o->geos, outer, holes, kept) : NULL;
    GEOSGeometry *valid = polygon ? GEOSMakeValid_r(o->geos, polygon) : NULL;
    if (polygon) GEOSGeom_destroy_r(o->geos, polygon);
    free(holes);
    return valid;
}

/* Of the topmost level that there is, or of the one unit asked for. */
static GEOSGeometry *union_of_units(const overlay *o, const hs_snapshot *snapshot, uint32_t unit) {
    const hs_units *units = &snapshot->geography->units;
    int level = 0;
    while (level < HS_LEVEL_COUNT - 1 && units->level_start[level + 1] == units->level_start[level])
        level++;
    uint32_t first = unit == HS_NONE ? units->level_start[level] : unit;
    uint32_t end = unit == HS_NONE ? units->level_start[level + 1] : unit + 1;
    size_t most = 0;
    for (uint32_t i = first; i < end; i++)
        most += units->geometry[i].part_count;
    GEOSGeometry **parts = malloc((most + 1) * sizeof(GEOSGeometry *));
    unsigned count = 0;
    for (uint32_t i = first; parts && i < end; i++) {
        for (uint32_t p = 0; p < units->geometry[i].part_count; p++) {
            parts[count] = part_of(o, &snapshot->plane, &units->geometry[i], p);
            count += parts[count] != NULL;
        }
    }
    GEOSGeometry *all =
        parts ? GEOSGeom_createCollection_r(o->geos, GEOS_GEOMETRYCOLLECTION, parts, count) : NULL;
    free(parts);
    GEOSGeometry *whole = all ? GEOSUnaryUnion_r(o->geos, all) : NULL;
    if (all) GEOSGeom_destroy_r(o->geos, all);
    return whole;
}

/* The part of a box in the city, or of one of its halves where it goes across the antimeridian. Its sides
 * bend on the plane. NULL where the box does not meet the city. */
static GEOSGeometry *shape_of_box(const overlay *o, const hs_snapshot *snapshot, hs_box box) {
    enum { SIDE = 64 };
    const hs_box *city = &snapshot->geography->box;
    if (!hs_boxes_meet(&box, city)) return NULL;
    /* Beyond the city it does not matter where the sides lie. */
    const double beyond = 1e-3, degree = 1e-7;
    double west = fmax(box.min_lon_e7 * degree, city->min_lon_e7 * degree - beyond);
    double east = fmin(box.max_lon_e7 * degree, city->max_lon_e7 * degree + beyond);
    double south = fmax(box.min_lat_e7 * degree, city->min_lat_e7 * degree - beyond);
    double north = fmin(box.max_lat_e7 * degree, city->max_lat_e7 * degree + beyond);
    const double corner[5][2] = {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
    GEOSCoordSequence *line = GEOSCoordSeq_create_r(o->geos, 4 * SIDE + 1, 2);
    for (unsigned i = 0; line && i <= 4 * SIDE; i++) {
        const double *from = corner[i / SIDE], *to = corner[i / SIDE < 4 ? i / SIDE + 1 : 4];
        double share = i % SIDE / (double)SIDE, x, y;
        hs_plane_forward_degrees(&snapshot->plane, from[0] + share * (to[0] - from[0]),
                                 from[1] + share * (to[1] - from[1]), &x, &y);
        (void)GEOSCoordSeq_setXY_r(o->geos, line, i, x, y);
    }
    GEOSGeometry *ring = line ? GEOSGeom_createLinearRing_r(o->geos, line) : NULL;
    return ring ? GEOSGeom_createPolygon_r(o->geos, ring, NULL, 0) : NULL;
}

/* Gives the shape back; NULL where nothing is left. */
static GEOSGeometry *cut_to_box(const overlay *o, const hs_snapshot *snapshot, hs_box box,
                                GEOSGeometry *shape) {
    bool across = box.min_lon_e7 > box.max_lon_e7;
    hs_box halves[2] = {box, box};
    if (across) halves[0].max_lon_e7 = 1800000000;
    if (across) halves[1].min_lon_e7 = -1800000000;
    GEOSGeometry *all = NULL;
    for (int half = 0; half <= across; half++) {
        GEOSGeometry *side = shape_of_box(o, snapshot, halves[half]);
        GEOSGeometry *part = side ? GEOSIntersection_r(o->geos, shape, side) : NULL;
        GEOSGeometry *both = part && all ? GEOSUnion_r(o->geos, all, part) : NULL;
        if (side) GEOSGeom_destroy_r(o->geos, side);
        if (!all) {
            all = part;
            continue;
        }
        if (part) GEOSGeom_destroy_r(o->geos, part);
        if (!both) continue;
        GEOSGeom_destroy_r(o->geos, all);
        all = both;
    }
    GEOSGeom_destroy_r(o->geos, shape);
    return all;
}

/* Edges of polygons, the area on their left; counts only where `edges` is NULL. */
typedef struct edging {
    const overlay *o;
    hs_directed_edge *edges;
    uint32_t count;
} edging;

static void add_ring(edging *e, const GEOSGeometry *ring, bool hole) {
    const GEOSCoordSequence *line = GEOSGeom_getCoordSeq_r(e->o->geos, ring);
    unsigned size = 0;
    char counterclockwise = 1;
    (void)GEOSCoordSeq_getSize_r(e->o->geos, line, &size);
    if (size >= 4) (void)GEOSCoordSeq_isCCW_r(e->o->geos, line, &counterclockwise);
    for (unsigned i = 0; i + 1 < size; i++) {
        hs_directed_edge edge;
        (void)GEOSCoordSeq_getXY_r(e->o->geos, line, i, &edge.x0, &edge.y0);
        (void)GEOSCoordSeq_getXY_r(e->o->geos, line, i + 1, &edge.x1, &edge.y1);
        if ((counterclockwise == 1) == hole) edge = (hs_directed_edge){edge.x1, edge.y1, edge.x0, edge.y0};
        if (e->edges) e->edges[e->count] = edge;
        e->count++;
    }
}

static void add_polygons(edging *e, const GEOSGeometry *shape) {
    int parts = GEOSGetNumGeometries_r(e->o->geos, shape);
    for (int p = 0; p < parts; p++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(e->o->geos, shape, p);
        if (GEOSGeomTypeId_r(e->o->geos, part) != GEOS_POLYGON) continue;
        add_ring(e, GEOSGetExteriorRing_r(e->o->geos, part), false);
        int holes = GEOSGetNumInteriorRings_r(e->o->geos, part);
        for (int h = 0; h < holes; h++)
            add_ring(e, GEOSGetInteriorRingN_r(e->o->geos, part, h), true);
    }
}

static hs_status box_of_points(const hs_points *points, hs_error *error, hs_pattern_window **window) {
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    for (uint32_t i = 0; i < points->count; i++) {
        west = fmin(west, points->x_m[i]);
        east = fmax(east, points->x_m[i]);
        south = fmin(south, points->y_m[i]);
        north = fmax(north, points->y_m[i]);
    }
    double wider = 0.5 + 1e-3 * ((east - west) + (north - south));
    return hs_pattern_window_of_box(west - wider, south - wider, east + wider, north + wider, error, window);
}

hs_status hs_points_window(const hs_snapshot *snapshot, const hs_filter *filter, const hs_points *points,
                           hs_error *error, hs_pattern_window **window) {
    if (snapshot->geography->units.count == 0) return box_of_points(points, error, window);
    overlay o;
    if (!begin(&o)) return hs_error_memory(error, "the city's area");
    hs_status status = HS_OK;
    edging e = {.o = &o};
    GEOSGeometry *whole = union_of_units(&o, snapshot, filter->unit);
    if (whole && filter->has_box) whole = cut_to_box(&o, snapshot, filter->box, whole);
    if (!whole) status = failed(&o, error, "the city's area");
    if (status == HS_OK) {
        add_polygons(&e, whole);
        e.edges = malloc(((size_t)e.count + 1) * sizeof *e.edges);
        e.count = 0;
        if (e.edges)
            add_polygons(&e, whole);
        else
            status = hs_error_memory(error, "the city's area");
    }
    if (status == HS_OK) status = hs_pattern_window_new(e.edges, e.count, error, window);
    free(e.edges);
    if (whole) GEOSGeom_destroy_r(o.geos, whole);
    GEOS_finish_r(o.geos);
    return status;
}

static bool polygon_init(hs_arena *arena, uint32_t count, hs_geometry *geometry, hs_position **positions) {
    uint32_t *starts = hs_arena_array(arena, 4, sizeof *starts);
    *positions = hs_arena_array(arena, (size_t)count + 1, sizeof **positions);
    if (!starts || !*positions) return false;
    starts[1] = 1;
    starts[3] = count;
    *geometry = (hs_geometry){.type = HS_GEOMETRY_POLYGONS,
                              .part_count = 1,
                              .ring_count = 1,
                              .part_start = starts,
                              .ring_start = starts + 2,
                              .positions = *positions};
    return true;
}

/* The outer ring alone: a hull of widened points has no holes that matter. */
static hs_status take_ring(const overlay *o, const hs_snapshot *snapshot, const GEOSGeometry *shape,
                           hs_arena *arena, hs_error *error, hs_geometry *geometry) {
    if (GEOSGeomTypeId_r(o->geos, shape) != GEOS_POLYGON) return failed(o, error, "a cluster's hull");
    const GEOSCoordSequence *line = GEOSGeom_getCoordSeq_r(o->geos, GEOSGetExteriorRing_r(o->geos, shape));
    unsigned size = 0;
    char counterclockwise = 1;
    hs_position *positions;
    (void)GEOSCoordSeq_getSize_r(o->geos, line, &size);
    (void)GEOSCoordSeq_isCCW_r(o->geos, line, &counterclockwise);
    if (!polygon_init(arena, size, geometry, &positions)) return hs_error_memory(error, "a cluster's hull");
    for (unsigned i = 0; i < size; i++) {
        double x, y;
        (void)GEOSCoordSeq_getXY_r(o->geos, line, counterclockwise ? i : size - 1 - i, &x, &y);
        positions[i] = hs_points_position(snapshot, x, y);
    }
    positions[size - 1] = positions[0];
    return HS_OK;
}

static GEOSGeometry *points_of(const overlay *o, const double *x_m, const double *y_m, uint32_t count) {
    GEOSGeometry **each = malloc(((size_t)count + 1) * sizeof(GEOSGeometry *));
    unsigned made = 0;
    for (uint32_t i = 0; each && i < count; i++) {
        each[made] = GEOSGeom_createPointFromXY_r(o->geos, x_m[i], y_m[i]);
        made += each[made] != NULL;
    }
    GEOSGeometry *all = each ? GEOSGeom_createCollection_r(o->geos, GEOS_MULTIPOINT, each, made) : NULL;
    free(each);
    return all;
}

hs_status hs_points_hull(const hs_snapshot *snapshot, const double *x_m, const double *y_m, uint32_t count,
                         double ratio, double width_m, hs_arena *arena, hs_error *error,
                         hs_geometry *geometry, double *area_m2) {
    overlay o;
    if (!begin(&o)) return hs_error_memory(error, "a cluster's hull");
    GEOSGeometry *points = points_of(&o, x_m, y_m, count);
    GEOSGeometry *hull = points ? GEOSConcaveHull_r(o.geos, points, ratio, 0) : NULL;
    GEOSGeometry *wide = hull ? GEOSBuffer_r(o.geos, hull, width_m, 4) : NULL;
    hs_status status =
        wide ? take_ring(&o, snapshot, wide, arena, error, geometry) : failed(&o, error, "a cluster's hull");
    if (status == HS_OK) (void)GEOSArea_r(o.geos, wide, area_m2);
    if (points) GEOSGeom_destroy_r(o.geos, points);
    if (hull) GEOSGeom_destroy_r(o.geos, hull);
    if (wide) GEOSGeom_destroy_r(o.geos, wide);
    GEOS_finish_r(o.geos);
    return status;
}

hs_status hs_points_ellipse(const hs_snapshot *snapshot, const hs_deviation_ellipse *ellipse, hs_arena *arena,
                            hs_error *error, hs_geometry *geometry) {
    enum { SIDES = 64 };
    hs_position *positions;
    if (!polygon_init(arena, SIDES + 1, geometry, &positions)) return hs_error_memory(error, "an ellipse");
    double turn = ellipse->angle_deg * (3.14159265358979323846 / 180);
    double major = fmax(ellipse->major_m, 1), minor = fmax(ellipse->minor_m, 1);
    for (int i = 0; i < SIDES; i++) {
        double at = i * (2 * 3.14159265358979323846 / SIDES);
        double along = major * cos(at), across = minor * sin(at);
        positions[i] = hs_points_position(snapshot, ellipse->x_m + along * cos(turn) - across * sin(turn),
                                          ellipse->y_m + along * sin(turn) + across * cos(turn));
    }
    positions[SIDES] = positions[0];
    return HS_OK;
}
