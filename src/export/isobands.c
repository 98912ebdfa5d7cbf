#include "export/isobands.h"

#include "export/plane_system.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <geos_c.h>
#include <math.h>
#include <ogr_api.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One band's polygon on the plane and what was found of it. */
typedef struct band {
    OGRGeometryH geometry;
    double area_m2;
    uint64_t count;
} band;

static void CPL_STDCALL listen(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    char *said = CPLGetErrorHandlerUserData();
    if (level >= CE_Failure && message) (void)snprintf(said, 256, "%s", message);
}

static GDALDatasetH raster_of(const hs_isobands *b) {
    GDALDriverH driver = GDALGetDriverByName("MEM");
    const hs_raster_grid *g = &b->grid;
    if (!driver) return NULL;
    GDALDatasetH dataset = GDALCreate(driver, "", (int)g->columns, (int)g->rows, 1, GDT_Float32, NULL);
    if (!dataset) return NULL;
    double transform[6] = {g->west_m, g->cell_m, 0, g->north_m, 0, -g->cell_m};
    GDALRasterBandH to = GDALGetRasterBand(dataset, 1);
    bool done = GDALSetGeoTransform(dataset, transform) == CE_None &&
                GDALSetRasterNoDataValue(to, (double)NAN) == CE_None &&
                GDALRasterIO(to, GF_Write, 0, 0, (int)g->columns, (int)g->rows, (void *)b->values,
                             (int)g->columns, (int)g->rows, GDT_Float32, 0, 0) == CE_None;
    if (done) return dataset;
    GDALClose(dataset);
    return NULL;
}

/* GDAL's polygons between levels, as features with `from`. */
static OGRLayerH contours_of(const hs_isobands *b, GDALDatasetH raster, GDALDatasetH features) {
    OGRLayerH layer = GDALDatasetCreateLayer(features, "bands", NULL, wkbMultiPolygon, NULL);
    if (!layer) return NULL;
    OGRFieldDefnH from = OGR_Fld_Create("from", OFTReal);
    OGRFieldDefnH to = OGR_Fld_Create("to", OFTReal);
    bool made = OGR_L_CreateField(layer, from, TRUE) == OGRERR_NONE &&
                OGR_L_CreateField(layer, to, TRUE) == OGRERR_NONE;
    OGR_Fld_Destroy(from);
    OGR_Fld_Destroy(to);
    char levels[1024] = "FIXED_LEVELS=";
    size_t used = strlen(levels);
    for (uint32_t i = 0; i < b->break_count; i++)
        used += (size_t)snprintf(levels + used, sizeof levels - used, "%s%.17g", i ? "," : "", b->breaks[i]);
    char **options = NULL;
    options = CSLAddString(options, levels);
    options = CSLAddString(options, "POLYGONIZE=YES");
    options = CSLAddString(options, "NODATA=nan");
    options = CSLAddString(options, "ELEV_FIELD_MIN=0");
    options = CSLAddString(options, "ELEV_FIELD_MAX=1");
    made = made && GDALContourGenerateEx(GDALGetRasterBand(raster, 1), layer, options, NULL, NULL) == CE_None;
    CSLDestroy(options);
    return made ? layer : NULL;
}

/* Which band a feature is of: GDAL writes levels as it was given them. */
static int band_of(const hs_isobands *b, double from) {
    for (uint32_t i = 0; i < b->break_count; i++)
        if (fabs(from - b->breaks[i]) <= 1e-9 * fabs(b->breaks[i])) return (int)i;
    return -1;
}

static OGRGeometryH polygons_of(OGRGeometryH geometry) {
    OGRGeometryH valid = OGR_G_MakeValid(geometry);
    if (!valid) return NULL;
    return OGR_G_ForceToMultiPolygon(valid);
}

static bool collect(const hs_isobands *b, OGRLayerH layer, band *bands) {
    OGRFeatureH feature;
    OGR_L_ResetReading(layer);
    bool done = true;
    while (done && (feature = OGR_L_GetNextFeature(layer)) != NULL) {
        int i = band_of(b, OGR_F_GetFieldAsDouble(feature, 0));
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        if (i >= 0 && geometry && !OGR_G_IsEmpty(geometry)) {
            OGRGeometryH made = polygons_of(geometry);
            OGRGeometryH joined = made && bands[i].geometry ? OGR_G_Union(bands[i].geometry, made) : NULL;
            if (!made) {
                done = false;
            } else if (bands[i].geometry) {
                OGR_G_DestroyGeometry(bands[i].geometry);
                OGR_G_DestroyGeometry(made);
                bands[i].geometry = joined ? OGR_G_ForceToMultiPolygon(joined) : NULL;
                done = joined != NULL;
            } else {
                bands[i].geometry = made;
            }
        }
        OGR_F_Destroy(feature);
    }
    return done;
}

/* Counting by prepared geometries of GEOS: each point in the first band that covers it. */
static void ignore(const char *format, ...) {
    (void)format;
}

static GEOSGeometry *to_geos(GEOSContextHandle_t geos, OGRGeometryH geometry) {
    int size = OGR_G_WkbSize(geometry);
    unsigned char *wkb = malloc((size_t)size);
    if (!wkb || OGR_G_ExportToIsoWkb(geometry, wkbNDR, wkb) != OGRERR_NONE) {
        free(wkb);
        return NULL;
    }
    GEOSGeometry *made = GEOSGeomFromWKB_buf_r(geos, wkb, (size_t)size);
    free(wkb);
    return made;
}

static bool count_points(const hs_isobands *b, band *bands) {
    uint8_t *taken = calloc(b->points + 1, 1);
    GEOSContextHandle_t geos = GEOS_init_r();
    bool done = taken && geos;
    if (geos) GEOSContext_setNoticeHandler_r(geos, ignore);
    for (uint32_t i = 0; done && i < b->break_count; i++) {
        if (!bands[i].geometry) continue;
        GEOSGeometry *geometry = to_geos(geos, bands[i].geometry);
        const GEOSPreparedGeometry *prepared = geometry ? GEOSPrepare_r(geos, geometry) : NULL;
        done = prepared != NULL;
        OGREnvelope box;
        OGR_G_GetEnvelope(bands[i].geometry, &box);
        for (size_t p = 0; done && p < b->points; p++) {
            double x = b->x_m[p];
            double y = b->y_m[p];
            if (taken[p] || x < box.MinX || x > box.MaxX || y < box.MinY || y > box.MaxY) continue;
            GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, x, y);
            bool inside = point && GEOSPreparedIntersects_r(geos, prepared, point) == 1;
            GEOSGeom_destroy_r(geos, point);
            taken[p] = inside;
            bands[i].count += inside;
        }
        if (prepared) GEOSPreparedGeom_destroy_r(geos, prepared);
        if (geometry) GEOSGeom_destroy_r(geos, geometry);
    }
    if (geos) GEOS_finish_r(geos);
    free(taken);
    return done;
}

/* For GEOSGeom_transformXY: the plane's metres to degrees. */
static int to_degrees(double *x, double *y, void *plane) {
    double lon;
    double lat;
    hs_plane_inverse(plane, *x, *y, &lon, &lat);
    *x = lon;
    *y = lat;
    return 1;
}

/* In degrees, snapped to the seven decimals that are written, so that what is valid stays valid. */
static GEOSGeometry *written_form(GEOSContextHandle_t geos, const hs_plane *plane, OGRGeometryH polygons) {
    GEOSGeometry *planar = to_geos(geos, polygons);
    GEOSGeometry *degrees = planar ? GEOSGeom_transformXY_r(geos, planar, to_degrees, (void *)plane) : NULL;
    GEOSGeometry *snapped = degrees ? GEOSGeom_setPrecision_r(geos, degrees, 1e-7, 0) : NULL;
    if (planar) GEOSGeom_destroy_r(geos, planar);
    if (degrees) GEOSGeom_destroy_r(geos, degrees);
    return snapped;
}

static void write_ring(GEOSContextHandle_t geos, const GEOSGeometry *ring, bool outer, hs_json *json) {
    const GEOSCoordSequence *at = GEOSGeom_getCoordSeq_r(geos, ring);
    unsigned count = 0;
    char counter_clockwise = 0;
    (void)GEOSCoordSeq_getSize_r(geos, at, &count);
    (void)GEOSCoordSeq_isCCW_r(geos, at, &counter_clockwise);
    bool reverse = (counter_clockwise != 0) != outer;
    hs_json_array(json);
    for (unsigned i = 0; i < count; i++) {
        double lon = 0;
        double lat = 0;
        (void)GEOSCoordSeq_getXY_r(geos, at, reverse ? count - 1 - i : i, &lon, &lat);
        hs_json_array(json);
        hs_json_fixed(json, llround(lon * 1e7), 7);
        hs_json_fixed(json, llround(lat * 1e7), 7);
        hs_json_array_end(json);
    }
    hs_json_array_end(json);
}

static void write_polygon(GEOSContextHandle_t geos, const GEOSGeometry *polygon, hs_json *json) {
    if (GEOSGeomTypeId_r(geos, polygon) != GEOS_POLYGON || GEOSisEmpty_r(geos, polygon)) return;
    hs_json_array(json);
    write_ring(geos, GEOSGetExteriorRing_r(geos, polygon), true, json);
    for (int r = 0; r < GEOSGetNumInteriorRings_r(geos, polygon); r++)
        write_ring(geos, GEOSGetInteriorRingN_r(geos, polygon, r), false, json);
    hs_json_array_end(json);
}

static void write_geometry(GEOSContextHandle_t geos, const GEOSGeometry *polygons, hs_json *json) {
    hs_json_key(json, "geometry");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "MultiPolygon");
    hs_json_key(json, "coordinates");
    hs_json_array(json);
    for (int p = 0; p < GEOSGetNumGeometries_r(geos, polygons); p++)
        write_polygon(geos, GEOSGetGeometryN_r(geos, polygons, p), json);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_labels(const hs_isobands *b, uint32_t i, hs_json *json) {
    char text[160];
    double from = b->breaks[i];
    if (i + 1 < b->break_count) {
        (void)snprintf(text, sizeof text, "%g–%g %s", from, b->breaks[i + 1], b->unit_zh);
        hs_json_pair_text(json, "label_zh", text);
        (void)snprintf(text, sizeof text, "%g to %g %s", from, b->breaks[i + 1], b->unit_en);
        hs_json_pair_text(json, "label_en", text);
    } else {
        (void)snprintf(text, sizeof text, "≥ %g %s", from, b->unit_zh);
        hs_json_pair_text(json, "label_zh", text);
        (void)snprintf(text, sizeof text, "%g %s and more", from, b->unit_en);
        hs_json_pair_text(json, "label_en", text);
    }
}

static void write_side(const hs_isobands *b, hs_json *json) {
    char text[160];
    bool above = strcmp(b->side, "above") == 0;
    hs_json_pair_double(json, "tolerance", b->tolerance);
    hs_json_pair_text(json, "side", b->side);
    (void)snprintf(text, sizeof text, "p < %g，%s", b->tolerance, above ? "偏高" : "偏低");
    hs_json_pair_text(json, "label_zh", text);
    (void)snprintf(text, sizeof text, "p < %g, %s", b->tolerance, b->side);
    hs_json_pair_text(json, "label_en", text);
}

static void write_values(const hs_isobands *b, uint32_t i, hs_json *json) {
    hs_json_pair_double(json, "from", b->breaks[i]);
    hs_json_key(json, "to");
    if (i + 1 < b->break_count)
        hs_json_double(json, b->breaks[i + 1]);
    else
        hs_json_null(json);
    hs_json_pair_text(json, "unit", b->unit_en);
    hs_json_pair_text(json, "colour", b->colours[i]);
    write_labels(b, i, json);
}

static void write_band(const hs_isobands *b, GEOSContextHandle_t geos, const GEOSGeometry *polygons,
                       const band *bands, uint32_t i, hs_json *json) {
    double above_m2 = 0;
    uint64_t above = 0;
    for (uint32_t k = i; k < b->break_count; k++) {
        above_m2 += bands[k].area_m2;
        above += bands[k].count;
    }
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", b->first_id + (int64_t)i);
    hs_json_key(json, "properties");
    hs_json_object(json);
    if (b->tolerance > 0)
        write_side(b, json);
    else
        write_values(b, i, json);
    hs_json_pair_bool(json, "adaptive", b->adaptive);
    hs_json_pair_double(json, "area_km2", bands[i].area_m2 / 1e6);
    hs_json_pair_int(json, "count", (int64_t)bands[i].count);
    hs_json_pair_double(json, "at_least_area_km2", above_m2 / 1e6);
    hs_json_pair_int(json, "at_least_count", (int64_t)above);
    hs_json_object_end(json);
    write_geometry(geos, polygons, json);
    hs_json_object_end(json);
}

/* What vanishes at seven decimals is left out. */
static bool write_bands(const hs_isobands *b, const hs_plane *plane, const band *bands, hs_json *json) {
    GEOSContextHandle_t geos = GEOS_init_r();
    if (!geos) return false;
    GEOSContext_setNoticeHandler_r(geos, ignore);
    bool done = true;
    for (uint32_t i = 0; done && i < b->break_count; i++) {
        if (!bands[i].geometry || !(bands[i].area_m2 > 0)) continue;
        GEOSGeometry *polygons = written_form(geos, plane, bands[i].geometry);
        done = polygons != NULL;
        if (done && !GEOSisEmpty_r(geos, polygons)) write_band(b, geos, polygons, bands, i, json);
        if (polygons) GEOSGeom_destroy_r(geos, polygons);
    }
    GEOS_finish_r(geos);
    return done;
}

static bool compute(const hs_isobands *b, band *bands) {
    GDALDriverH memory = GDALGetDriverByName("Memory");
    GDALDatasetH raster = raster_of(b);
    GDALDatasetH features = memory ? GDALCreate(memory, "bands", 0, 0, 0, GDT_Unknown, NULL) : NULL;
    OGRLayerH layer = raster && features ? contours_of(b, raster, features) : NULL;
    bool done = layer && collect(b, layer, bands);
    for (uint32_t i = 0; done && i < b->break_count; i++)
        if (bands[i].geometry) bands[i].area_m2 = OGR_G_Area(bands[i].geometry);
    if (done) done = count_points(b, bands);
    if (features) GDALClose(features);
    if (raster) GDALClose(raster);
    return done;
}

/* Where neighbouring cells lie in different bands: lines there cross the grid. */
static uint64_t crossings(const hs_isobands *b) {
    const hs_raster_grid *g = &b->grid;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < b->break_count; i++) {
        float at = (float)b->breaks[i];
        for (uint32_t r = 0; r < g->rows; r++) {
            const float *row = b->values + (size_t)r * g->columns;
            const float *below = r + 1 < g->rows ? row + g->columns : row;
            for (uint32_t c = 0; c + 1 < g->columns; c++)
                sum += ((row[c] >= at) != (row[c + 1] >= at)) + ((row[c] >= at) != (below[c] >= at));
        }
    }
    return sum;
}

hs_status hs_isobands_write(const hs_isobands *b, const hs_plane *plane, hs_error *error, hs_json *json) {
    char said[256] = "";
    uint64_t count = crossings(b);
    if (count > HS_ISOBAND_CROSSINGS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "the bands' outlines would cross the grid %llu times, more than %d: take a wider "
                            "bandwidth, larger cells, fewer breaks, or a smaller bbox",
                            (unsigned long long)count, HS_ISOBAND_CROSSINGS);
    band *bands = calloc((size_t)b->break_count + 1, sizeof *bands);
    if (!bands) return hs_error_set(error, HS_E_MEMORY, "out of memory for isobands");
    GDALAllRegister();
    CPLPushErrorHandlerEx(listen, said);
    bool done = compute(b, bands) && write_bands(b, plane, bands, json);
    CPLPopErrorHandler();
    for (uint32_t i = 0; i < b->break_count; i++)
        OGR_G_DestroyGeometry(bands[i].geometry);
    free(bands);
    return done ? HS_OK
                : hs_error_set(error, HS_E_IO, "the isobands cannot be drawn%s%s", said[0] ? ": " : "", said);
}
