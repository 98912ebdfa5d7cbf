/* Spatial predicates by GEOS: literals are prepared once, a row's geometry is made when it is first asked
 * for.
 */
#include "export/feature_filter_private.h"

#include "base/text.h"
#include "export/ogr_geometry.h"
#include <hotspot/coordinates.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { POSITIONS_MOST = 100000 };

static void keep_message(const char *message, void *context) {
    hs_feature_filter *filter = context;
    (void)snprintf(filter->why, sizeof filter->why, "%s", message);
}

hs_status hs_filter_open_geos(hs_feature_filter *filter, hs_error *error) {
    if (filter->geos) return HS_OK;
    filter->geos = GEOS_init_r();
    if (!filter->geos) return hs_error_memory(error, "a filter");
    GEOSContext_setErrorMessageHandler_r(filter->geos, keep_message, filter);
    return HS_OK;
}

static GEOSGeometry *from_ogr(GEOSContextHandle_t geos, OGRGeometryH geometry) {
    size_t size = (size_t)OGR_G_WkbSize(geometry);
    unsigned char *wkb = malloc(size > 0 ? size : 1);
    GEOSGeometry *made = NULL;
    if (wkb && OGR_G_ExportToWkb(geometry, wkbNDR, wkb) == OGRERR_NONE)
        made = GEOSGeomFromWKB_buf_r(geos, wkb, size);
    free(wkb);
    return made;
}

/* NULL where it is none. */
static OGRGeometryH read_literal(const hs_cql2 *node) {
    OGRGeometryH made = NULL;
    char *copy = malloc(node->text.size + 1);
    if (!copy) return NULL;
    (void)snprintf(copy, node->text.size + 1, "%.*s", (int)node->text.size, node->text.data);
    if (node->kind == HS_CQL2_GEOJSON) {
        made = OGR_G_CreateGeometryFromJson(copy);
    } else {
        char *end = copy;
        if (OGR_G_CreateFromWkt(&end, NULL, &made) != OGRERR_NONE) made = NULL;
    }
    free(copy);
    if (made) OGR_G_FlattenTo2D(made);
    return made;
}

static GEOSGeometry *box_of(GEOSContextHandle_t geos, const double box[4]) {
    if (!(box[0] <= box[2]) || !(box[1] <= box[3])) return NULL;
    return GEOSGeom_createRectangle_r(geos, box[0], box[1], box[2], box[3]);
}

/* In the order of the reference system to longitude and latitude. */
static int to_degrees(double *x, double *y, void *context) {
    const hs_literal_crs *crs = context;
    if (crs->northing_first) {
        double swap = *x;
        *x = *y;
        *y = swap;
    }
    return !crs->transform || hs_transform_forward(crs->transform, x, y, 1) == 0;
}

static GEOSGeometry *in_degrees(hs_feature_filter *filter, GEOSGeometry *given) {
    if (!given || (!filter->crs.transform && !filter->crs.northing_first)) return given;
    GEOSGeometry *made = GEOSGeom_transformXY_r(filter->geos, given, to_degrees, &filter->crs);
    GEOSGeom_destroy_r(filter->geos, given);
    return made;
}

static hs_status refuse_geometry(const hs_feature_filter *filter, hs_error *error) {
    return hs_error_set(error, HS_E_ARGUMENT, "filter: a geometry cannot be read%s%.200s",
                        filter->why[0] ? ": " : "", filter->why);
}

static hs_status check_literal(hs_feature_filter *filter, const GEOSGeometry *geometry, hs_error *error) {
    if (GEOSGetNumCoordinates_r(filter->geos, geometry) > POSITIONS_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: a geometry of more than %d positions",
                            POSITIONS_MOST);
    if (GEOSisValid_r(filter->geos, geometry) == 1) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT, "filter: a geometry is not valid%s%.200s",
                        filter->why[0] ? ": " : "", filter->why);
}

hs_status hs_filter_bind_geometry(hs_feature_filter *filter, hs_cql2 *node, hs_error *error) {
    hs_status status = hs_filter_open_geos(filter, error);
    if (status != HS_OK) return status;
    filter_geometry *bound = calloc(1, sizeof *bound);
    if (!bound) return hs_error_memory(error, "a filter");
    bound->next = filter->geometries;
    filter->geometries = bound;
    if (node->kind == HS_CQL2_BOX) {
        bound->geometry = box_of(filter->geos, node->box);
    } else {
        OGRGeometryH literal = read_literal(node);
        bound->geometry = literal ? from_ogr(filter->geos, literal) : NULL;
        OGR_G_DestroyGeometry(literal);
    }
    bound->geometry = in_degrees(filter, bound->geometry);
    if (!bound->geometry) return refuse_geometry(filter, error);
    status = check_literal(filter, bound->geometry, error);
    if (status != HS_OK) return status;
    bound->prepared = GEOSPrepare_r(filter->geos, bound->geometry);
    if (!bound->prepared) return hs_error_memory(error, "a filter");
    node->bound = bound;
    return HS_OK;
}

static GEOSGeometry *make_shape(hs_feature_filter *filter, hs_error *error) {
    const hs_geometry *geometry = &filter->feature.geometry;
    OGRGeometryH made = NULL;
    if (geometry->type == HS_GEOMETRY_POINT)
        return GEOSGeom_createPointFromXY_r(filter->geos, geometry->positions[0].lon_e7 / 1e7,
                                            geometry->positions[0].lat_e7 / 1e7);
    if (hs_ogr_geometry(geometry, true, error, &made) != HS_OK) return NULL;
    GEOSGeometry *shape = from_ogr(filter->geos, made);
    OGR_G_DestroyGeometry(made);
    return shape;
}

/* The row's geometry, or the literal; NULL where the row has none, or memory is out. */
static const GEOSGeometry *geometry_of(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                                       hs_status *status) {
    if (node->bound) return ((const filter_geometry *)node->bound)->geometry;
    if (filter->feature.geometry.type == HS_GEOMETRY_NONE) return NULL;
    if (!filter->shape) filter->shape = make_shape(filter, error);
    if (!filter->shape) *status = hs_error_memory(error, "a geometry");
    return filter->shape;
}

typedef char (*prepared_predicate)(GEOSContextHandle_t, const GEOSPreparedGeometry *, const GEOSGeometry *);
typedef char (*plain_predicate)(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);

static const prepared_predicate prepared_predicates[HS_CQL2_SPATIALS] = {
    [HS_CQL2_S_INTERSECTS] = GEOSPreparedIntersects_r, [HS_CQL2_S_DISJOINT] = GEOSPreparedDisjoint_r,
    [HS_CQL2_S_TOUCHES] = GEOSPreparedTouches_r,       [HS_CQL2_S_WITHIN] = GEOSPreparedWithin_r,
    [HS_CQL2_S_OVERLAPS] = GEOSPreparedOverlaps_r,     [HS_CQL2_S_CROSSES] = GEOSPreparedCrosses_r,
    [HS_CQL2_S_CONTAINS] = GEOSPreparedContains_r,
};
static const plain_predicate plain_predicates[HS_CQL2_SPATIALS] = {
    [HS_CQL2_S_INTERSECTS] = GEOSIntersects_r, [HS_CQL2_S_EQUALS] = GEOSEquals_r,
    [HS_CQL2_S_DISJOINT] = GEOSDisjoint_r,     [HS_CQL2_S_TOUCHES] = GEOSTouches_r,
    [HS_CQL2_S_WITHIN] = GEOSWithin_r,         [HS_CQL2_S_OVERLAPS] = GEOSOverlaps_r,
    [HS_CQL2_S_CROSSES] = GEOSCrosses_r,       [HS_CQL2_S_CONTAINS] = GEOSContains_r,
};

/* The relation with its sides exchanged. */
static int inverse(int op) {
    return op == HS_CQL2_S_WITHIN ? HS_CQL2_S_CONTAINS : op == HS_CQL2_S_CONTAINS ? HS_CQL2_S_WITHIN : op;
}

filter_truth hs_filter_spatial(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                               hs_status *status) {
    const hs_cql2 *left = node->operand[0];
    const hs_cql2 *right = node->operand[1];
    const GEOSGeometry *a = geometry_of(filter, left, error, status);
    const GEOSGeometry *b = a ? geometry_of(filter, right, error, status) : NULL;
    if (!a || !b) return FILTER_UNKNOWN;
    char answer;
    if (left->bound && prepared_predicates[node->op])
        answer =
            prepared_predicates[node->op](filter->geos, ((const filter_geometry *)left->bound)->prepared, b);
    else if (right->bound && prepared_predicates[inverse(node->op)])
        answer = prepared_predicates[inverse(node->op)](filter->geos,
                                                        ((const filter_geometry *)right->bound)->prepared, a);
    else
        answer = plain_predicates[node->op](filter->geos, a, b);
    /* GEOS has no answer for some invalid polygons. */
    return answer == 1 ? FILTER_TRUE : answer == 0 ? FILTER_FALSE : FILTER_UNKNOWN;
}

void hs_filter_drop_shape(hs_feature_filter *filter) {
    if (filter->shape) GEOSGeom_destroy_r(filter->geos, filter->shape);
    filter->shape = NULL;
}

void hs_filter_close_geos(hs_feature_filter *filter) {
    if (!filter->geos) return;
    hs_filter_drop_shape(filter);
    for (filter_geometry *next, *g = filter->geometries; g; g = next) {
        next = g->next;
        if (g->prepared) GEOSPreparedGeom_destroy_r(filter->geos, g->prepared);
        if (g->geometry) GEOSGeom_destroy_r(filter->geos, g->geometry);
        free(g);
    }
    GEOS_finish_r(filter->geos);
}
