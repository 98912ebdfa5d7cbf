#include "export/raster_writer.h"

#include "export/plane_system.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

OGRSpatialReferenceH hs_plane_system(const hs_plane *plane) {
    char definition[320];
    (void)snprintf(definition, sizeof definition,
                   "+proj=aeqd +lat_0=%.10g +lon_0=%.10g +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs",
                   plane->center_lat_deg, plane->center_lon_deg);
    OGRSpatialReferenceH system = OSRNewSpatialReference(NULL);
    if (system && OSRImportFromProj4(system, definition) == OGRERR_NONE) {
        (void)OSRSetProjCS(system, "WGS 84 / azimuthal equidistant about the city's centre");
        OSRSetAxisMappingStrategy(system, OAMS_TRADITIONAL_GIS_ORDER);
        return system;
    }
    OSRDestroySpatialReference(system);
    return NULL;
}

static void CPL_STDCALL listen(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    char *said = CPLGetErrorHandlerUserData();
    if (level >= CE_Failure && message) (void)snprintf(said, 256, "%s", message);
}

static bool fill_band(GDALDatasetH dataset, int number, const hs_raster_grid *g, const float *values,
                      const char *unit, const char *description) {
    GDALRasterBandH to = GDALGetRasterBand(dataset, number);
    GDALSetDescription(to, description);
    return GDALSetRasterUnitType(to, unit) == CE_None &&
           GDALSetRasterNoDataValue(to, (double)NAN) == CE_None &&
           GDALRasterIO(to, GF_Write, 0, 0, (int)g->columns, (int)g->rows, (void *)values, (int)g->columns,
                        (int)g->rows, GDT_Float32, 0, 0) == CE_None;
}

static bool fill(GDALDatasetH dataset, const hs_raster_band *band, OGRSpatialReferenceH system) {
    const hs_raster_grid *g = &band->grid;
    double transform[6] = {g->west_m, g->cell_m, 0, g->north_m, 0, -g->cell_m};
    if (GDALSetGeoTransform(dataset, transform) != CE_None || GDALSetSpatialRef(dataset, system) != CE_None)
        return false;
    GDALSetMetadataItem(dataset, GDALMD_AREA_OR_POINT, GDALMD_AOP_AREA, NULL);
    for (const hs_raster_text *t = band->texts; t && t->key; t++)
        GDALSetMetadataItem(dataset, t->key, t->value, NULL);
    return fill_band(dataset, 1, g, band->values, band->unit, band->description) &&
           (!band->second ||
            fill_band(dataset, 2, g, band->second, band->second_unit, band->second_description));
}

static bool create(const hs_raster_band *band, const hs_plane *plane, const char *path) {
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    if (!driver) return false;
    char **options = NULL;
    options = CSLSetNameValue(options, "TILED", "YES");
    options = CSLSetNameValue(options, "COMPRESS", "DEFLATE");
    options = CSLSetNameValue(options, "PREDICTOR", "3");
    options = CSLSetNameValue(options, "BIGTIFF", "IF_SAFER");
    options = CSLSetNameValue(options, "INTERLEAVE", "BAND");
    GDALDatasetH dataset = GDALCreate(driver, path, (int)band->grid.columns, (int)band->grid.rows,
                                      band->second ? 2 : 1, GDT_Float32, options);
    CSLDestroy(options);
    if (!dataset) return false;
    OGRSpatialReferenceH system = hs_plane_system(plane);
    bool done = system && fill(dataset, band, system);
    CPLErrorReset();
    GDALClose(dataset); /* what is cached is written here, and errors come up */
    if (CPLGetLastErrorType() >= CE_Failure) done = false;
    OSRDestroySpatialReference(system);
    return done;
}

hs_status hs_raster_write(const hs_raster_band *band, const hs_plane *plane, const char *path,
                          hs_error *error) {
    char said[256] = "";
    GDALAllRegister();
    CPLPushErrorHandlerEx(listen, said);
    bool done = create(band, plane, path);
    CPLPopErrorHandler();
    return done ? HS_OK
                : hs_error_set(error, HS_E_IO, "%s: cannot write the raster%s%s", path, said[0] ? ": " : "",
                               said);
}

hs_status hs_raster_write_buffer(const hs_raster_band *band, const hs_plane *plane, hs_error *error,
                                 hs_buffer *out) {
    static atomic_uint serial;
    char path[64];
    (void)snprintf(path, sizeof path, "/vsimem/hotspot-%u.tif", atomic_fetch_add(&serial, 1));
    hs_status status = hs_raster_write(band, plane, path, error);
    vsi_l_offset size = 0;
    GByte *bytes = VSIGetMemFileBuffer(path, &size, FALSE);
    if (status == HS_OK && bytes) hs_buffer_append(out, bytes, (size_t)size);
    VSIUnlink(path);
    if (status == HS_OK && out->status != HS_OK)
        return hs_error_set(error, HS_E_LIMIT,
                            "the raster is larger than an answer may be: take larger cells");
    return status;
}
