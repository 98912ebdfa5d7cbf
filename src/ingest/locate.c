#include "ingest/locate.h"

#include "base/text.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <proj.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_ROWS   500
#define REASON_SIZE 160

static bool fits_degrees(double x, double y) {
    return fabs(x) <= 180 && fabs(y) <= 90;
}

static bool is_chinese(const char *crs) {
    hs_str name = hs_str_of(crs);
    return hs_str_equal_nocase(name, HS_STR("GCJ-02")) || hs_str_equal_nocase(name, HS_STR("GCJ02")) ||
           hs_str_equal_nocase(name, HS_STR("BD-09")) || hs_str_equal_nocase(name, HS_STR("BD09"));
}

/* A whole name, such as "CGCS2000 / 3-degree Gauss-Kruger CM 114E". */
static bool is_whole_name(const char *crs, bool *in_metres) {
    static const PJ_TYPE types[] = {PJ_TYPE_GEOGRAPHIC_2D_CRS, PJ_TYPE_PROJECTED_CRS};
    PJ_CONTEXT *context = proj_context_create();
    if (!context) return false;
    proj_log_level(context, PJ_LOG_NONE);
    PJ_OBJ_LIST *found = proj_create_from_name(context, NULL, crs, types, 2, false, 1, NULL);
    PJ *first = found && proj_list_get_count(found) > 0 ? proj_list_get(context, found, 0) : NULL;
    bool whole = first != NULL;
    *in_metres = whole && proj_get_type(first) == PJ_TYPE_PROJECTED_CRS;
    proj_destroy(first);
    proj_list_destroy(found);
    proj_context_destroy(context);
    return whole;
}

/* What a name given by hand means. PROJ alone would take any word that some system's name contains. */
static hs_status understand_crs(const char *crs, hs_error *error, bool *in_metres) {
    *in_metres = false;
    if (is_chinese(crs)) return HS_OK;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    /* GDAL would open addresses and files. */
    bool elsewhere = strstr(crs, "://") || access(crs, F_OK) == 0;
    bool known = !elsewhere && OSRSetFromUserInput(reference, crs) == OGRERR_NONE;
    *in_metres = known && OSRIsProjected(reference);
    OSRDestroySpatialReference(reference);
    hs_gdal_unlisten();
    if (known || is_whole_name(crs, in_metres)) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT,
                        "--crs %.200s: no such reference system is known; write it like EPSG:4547, "
                        "ESRI:102696, GCJ-02, BD-09, a PROJ string or WKT",
                        crs);
}

static bool is_wgs84(OGRSpatialReferenceH reference) {
    static const char *const options[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", "CRITERION=EQUIVALENT",
                                          NULL};
    OGRSpatialReferenceH wgs84 = OSRNewSpatialReference(NULL);
    bool same =
        OSRSetWellKnownGeogCS(wgs84, "WGS84") == OGRERR_NONE && OSRIsSameEx(reference, wgs84, options);
    OSRDestroySpatialReference(wgs84);
    return same;
}

static hs_status bare_coordinates(const hs_locator *locator, const char *what, hs_error *error) {
    return hs_error_set(
        error, HS_E_INPUT,
        "%s does not say its reference system and its %s are not longitude and latitude; give it "
        "with --crs (such as --crs EPSG:4547)",
        locator->source->path, what);
}

/* Whether the first geometries of a file without reference system can be degrees. */
static hs_status look_at_geometries(hs_locator *locator, hs_error *error) {
    bool *none = calloc(locator->source->column_count + 1, sizeof *none);
    if (!none) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_rows *rows = NULL;
    hs_status status = hs_rows_open(locator->source, none, error, &rows);
    free(none);
    int seen = 0, fitting = 0;
    for (int i = 0; i < LOOK_ROWS && status == HS_OK; i++) {
        const hs_row *row = NULL;
        if (hs_rows_next(rows, NULL, &row) != HS_OK || !row) break;
        if (!row->wkb || hs_wkb_read(row->wkb, row->wkb_size, NULL, &locator->shape) != HS_OK) continue;
        if (locator->shape.point_count == 0) continue;
        seen++;
        if (fits_degrees(locator->shape.x[0], locator->shape.y[0])) fitting++;
    }
    hs_rows_close(rows);
    if (status == HS_OK && fitting * 2 < seen) return bare_coordinates(locator, "coordinates", error);
    return status;
}

static hs_status open_file_crs(hs_locator *locator, hs_error *error) {
    OGRSpatialReferenceH reference = OGR_L_GetSpatialRef(locator->source->layer);
    hs_gdal_words words;
    hs_gdal_listen(&words);
    bool none = !reference || OSRIsLocal(reference);
    bool wgs84 = !none && is_wgs84(reference);
    char *wkt = NULL;
    if (!none && !wgs84) {
        static const char *const options[] = {"FORMAT=WKT2_2019", NULL};
        OSRExportToWktEx(reference, &wkt, options);
        const char *authority = OSRGetAuthorityName(reference, NULL),
                   *code = OSRGetAuthorityCode(reference, NULL);
        const char *name = OSRGetName(reference);
        locator->crs = authority && code ? hs_arena_printf(locator->source->arena, "%s:%s", authority, code)
                       : name            ? hs_arena_strndup(locator->source->arena, name, strlen(name))
                                         : NULL;
    }
    hs_gdal_unlisten();
    hs_status status = HS_OK;
    if (none)
        status = look_at_geometries(locator, error);
    else if (!wgs84)
        status = hs_transform_new(wkt ? wkt : "", error, &locator->of_geometry);
    CPLFree(wkt);
    if (status == HS_E_ARGUMENT)
        return hs_error_prefix(error, status,
                               "%s has a reference system that cannot be used (give one with --crs)",
                               locator->source->path);
    return status;
}

static bool has(const hs_mapping *mapping, hs_field field) {
    return mapping->column[field] != HS_NO_COLUMN;
}

/* Whether most values of a pair of columns, zeros aside, can be degrees. */
static bool columns_fit(const hs_mapping *mapping, hs_field x, hs_field y) {
    const hs_column_facts *east = &mapping->facts[mapping->column[x]],
                          *north = &mapping->facts[mapping->column[y]];
    uint32_t east_all = east->numbers - east->zeros, east_fit = east->in_degrees[0] - east->zeros;
    uint32_t north_all = north->numbers - north->zeros, north_fit = north->in_degrees[1] - north->zeros;
    uint32_t north_wide = north->in_degrees[0] - north->zeros;
    /* Swapped columns fit the wide range; they are warned of, not refused. */
    return east_fit * 2 >= east_all && (north_fit * 2 >= north_all || north_wide * 2 >= north_all);
}

static hs_status open_columns(hs_locator *locator, const char *crs, hs_error *error) {
    const hs_mapping *mapping = locator->mapping;
    locator->use_degrees = has(mapping, HS_FIELD_LON) && has(mapping, HS_FIELD_LAT);
    locator->use_xy = has(mapping, HS_FIELD_X) && has(mapping, HS_FIELD_Y);
    if (crs) {
        bool metres;
        hs_status status = understand_crs(crs, error, &metres);
        if (status == HS_OK && locator->use_xy) status = hs_transform_new(crs, error, &locator->of_geometry);
        /* A projected system is meant for x and y where there are such columns. */
        if (status == HS_OK && locator->use_degrees && !(metres && locator->use_xy))
            status = hs_transform_new(crs, error, &locator->of_degrees);
        return status;
    }
    if (locator->use_degrees && !columns_fit(mapping, HS_FIELD_LON, HS_FIELD_LAT))
        return bare_coordinates(locator, "columns of longitude and latitude", error);
    if (locator->use_xy && locator->use_degrees)
        locator->use_xy = false;
    else if (locator->use_xy && !columns_fit(mapping, HS_FIELD_X, HS_FIELD_Y))
        return bare_coordinates(locator, "x and y", error);
    return HS_OK;
}

static hs_status open_given_crs(hs_locator *locator, const char *crs, hs_error *error) {
    bool metres;
    hs_status status = understand_crs(crs, error, &metres);
    return status == HS_OK ? hs_transform_new(crs, error, &locator->of_geometry) : status;
}

hs_status hs_locator_open(hs_source *source, const hs_mapping *mapping, const hs_ingest_options *options,
                          hs_error *error, hs_locator *locator) {
    *locator = (hs_locator){.source = source, .mapping = mapping, .crs = "WGS 84"};
    if (options->crs) locator->crs = hs_arena_strndup(source->arena, options->crs, strlen(options->crs));
    hs_status status = HS_OK;
    bool by_columns = has(mapping, HS_FIELD_LON) || has(mapping, HS_FIELD_X);
    if (source->has_geometry && !by_columns)
        status = options->crs ? open_given_crs(locator, options->crs, error) : open_file_crs(locator, error);
    else if (by_columns)
        status = open_columns(locator, options->crs, error);
    if (status == HS_OK && !locator->crs) locator->crs = "unnamed";
    if (status != HS_OK) hs_locator_done(locator);
    return status;
}

void hs_locator_done(hs_locator *locator) {
    hs_transform_free(locator->of_geometry);
    hs_transform_free(locator->of_degrees);
    locator->of_geometry = locator->of_degrees = NULL;
    hs_shape_done(&locator->shape);
}

static hs_found settle(hs_locator *locator, hs_transform *transform, double x, double y,
                       hs_position *position) {
    if (x == 0 && y == 0) {
        locator->null_island++;
        return HS_FOUND_NULL_ISLAND;
    }
    if (!transform && !fits_degrees(x, y) && fits_degrees(y, x)) locator->swapped++;
    if (transform) hs_transform_forward(transform, &x, &y, 1);
    if (hs_position_from_degrees(x, y, position)) return HS_FOUND;
    locator->off_earth++;
    return HS_FOUND_OFF_EARTH;
}

static hs_found from_columns(hs_locator *locator, const hs_row *row, hs_field x_field, hs_field y_field,
                             hs_transform *transform, hs_field *bad, hs_position *position) {
    const hs_cell *x_cell = &row->cells[locator->mapping->column[x_field]];
    const hs_cell *y_cell = &row->cells[locator->mapping->column[y_field]];
    if (x_cell->type == HS_CELL_NONE || y_cell->type == HS_CELL_NONE) return HS_FOUND_NOTHING;
    double x, y;
    if (!hs_cell_number(x_cell, &x)) {
        *bad = x_field;
        return HS_FOUND_NO_NUMBER;
    }
    if (!hs_cell_number(y_cell, &y)) {
        *bad = y_field;
        return HS_FOUND_NO_NUMBER;
    }
    return settle(locator, transform, x, y, position);
}

/* A point on the geometry that stands for it, in the file's own coordinates. */
static bool stand_in(hs_locator *locator, const hs_row *row, double *x, double *y) {
    hs_shape *shape = &locator->shape;
    if (shape->type == HS_GEOMETRY_POINT || shape->type == HS_GEOMETRY_LINES) {
        uint32_t at = shape->type == HS_GEOMETRY_LINES ? shape->point_count / 2 : 0;
        *x = shape->x[at];
        *y = shape->y[at];
        return true;
    }
    if (shape->type != HS_GEOMETRY_POLYGONS) return false;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    OGRGeometryH geometry = NULL, point = NULL;
    bool done = OGR_G_CreateFromWkb(row->wkb, NULL, &geometry, (int)row->wkb_size) == OGRERR_NONE &&
                (point = OGR_G_PointOnSurface(geometry)) != NULL;
    if (done) {
        *x = OGR_G_GetX(point, 0);
        *y = OGR_G_GetY(point, 0);
    }
    OGR_G_DestroyGeometry(point);
    OGR_G_DestroyGeometry(geometry);
    hs_gdal_unlisten();
    return done;
}

static hs_found from_geometry(hs_locator *locator, const hs_row *row, hs_position *position) {
    if (!row->wkb) return row->bad_geometry ? HS_FOUND_BROKEN : HS_FOUND_NOTHING;
    double x, y;
    if (!hs_wkb_read_point(row->wkb, row->wkb_size, &x, &y)) {
        if (hs_wkb_read(row->wkb, row->wkb_size, NULL, &locator->shape) != HS_OK) return HS_FOUND_BROKEN;
        if (!stand_in(locator, row, &x, &y)) return HS_FOUND_NOTHING;
    }
    return settle(locator, locator->of_geometry, x, y, position);
}

hs_found hs_locator_position(hs_locator *locator, const hs_row *row, hs_field *bad, hs_position *position) {
    locator->rows++;
    hs_found found = HS_FOUND_NOTHING;
    if (locator->use_degrees)
        found = from_columns(locator, row, HS_FIELD_LON, HS_FIELD_LAT, locator->of_degrees, bad, position);
    if (locator->use_xy && (found == HS_FOUND_NOTHING || found == HS_FOUND_NULL_ISLAND)) {
        if (found == HS_FOUND_NULL_ISLAND) locator->null_island--;
        found = from_columns(locator, row, HS_FIELD_X, HS_FIELD_Y, locator->of_geometry, bad, position);
    }
    if (!locator->use_degrees && !locator->use_xy) found = from_geometry(locator, row, position);
    if (found == HS_FOUND_NOTHING) locator->missing++;
    return found;
}

bool hs_locator_inside(hs_locator *locator, const hs_row *row, hs_position *position) {
    return from_geometry(locator, row, position) == HS_FOUND;
}

static void CPL_STDCALL keep_reason(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    char *reason = CPLGetErrorHandlerUserData();
    if (level >= CE_Warning && message && !*reason) (void)snprintf(reason, REASON_SIZE, "%s", message);
}

/* Counts polygons that are not valid, and keeps GEOS' reason for the first. */
static void judge(hs_locator *locator, const hs_row *row) {
    char reason[REASON_SIZE] = "";
    OGRGeometryH geometry = NULL;
    CPLPushErrorHandlerEx(keep_reason, reason);
    bool invalid = OGR_G_CreateFromWkb(row->wkb, NULL, &geometry, (int)row->wkb_size) == OGRERR_NONE &&
                   !OGR_G_IsValid(geometry);
    OGR_G_DestroyGeometry(geometry);
    CPLPopErrorHandler();
    if (!invalid || locator->invalid++ > 0) return;
    locator->first_invalid = row->number;
    (void)snprintf(locator->flaw, sizeof locator->flaw, "%s", reason);
}

hs_status hs_locator_geometry(hs_locator *locator, const hs_row *row, hs_arena *arena, hs_error *error,
                              hs_geometry *geometry) {
    if (row->bad_geometry) return hs_error_set(error, HS_E_INPUT, "%s", row->bad_geometry);
    if (!row->wkb) {
        *geometry = (hs_geometry){.type = HS_GEOMETRY_NONE};
        return HS_OK;
    }
    hs_shape *shape = &locator->shape;
    hs_status status = hs_wkb_read(row->wkb, row->wkb_size, error, shape);
    if (status == HS_E_UNSUPPORTED)
        return hs_error_set(error, HS_E_INPUT, "the geometry has curves; make them lines");
    if (status != HS_OK) return status;
    if (shape->type == HS_GEOMETRY_POLYGONS && row->wkb_size <= INT32_MAX) judge(locator, row);
    if (locator->of_geometry)
        hs_transform_forward(locator->of_geometry, shape->x, shape->y, shape->point_count);
    return hs_geometry_from_shape(shape, arena, error, geometry);
}
