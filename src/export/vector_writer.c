#include "export/vector_writer.h"

#include "base/clock.h"
#include "base/text.h"
#include "export/ogr_geometry.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

/* SQLite takes 2,000 columns, its key and geometry among them. */
#define MAX_FIELDS 1990

struct hs_vector_writer {
    char *path, *shown;
    GDALDriverH driver;
    GDALDatasetH dataset;
    OGRSpatialReferenceH wgs84;
    OGRLayerH layer;
    OGRFeatureH feature;
    bool in_transaction, multi;
    hs_vector_options options;
    uint32_t field_count;
    hs_field_type *field_type;
    int first_field; /* drivers may have fields of their own before ours */
    char said[384];  /* GDAL's last words */
    hs_str scratch;  /* texts ended by NUL for OGR */
    size_t scratch_capacity;
};

static void CPL_STDCALL listen(CPLErr level, CPLErrorNum number, const char *message) {
    (void)number;
    hs_vector_writer *writer = CPLGetErrorHandlerUserData();
    if (level < CE_Failure || !message) return;
    strncpy(writer->said, message, sizeof writer->said - 1);
    writer->said[sizeof writer->said - 1] = 0;
}

static hs_status fail(const hs_vector_writer *writer, hs_error *error, const char *what) {
    return hs_error_set(error, HS_E_IO, "%s: cannot %s%s%s", writer->shown, what, writer->said[0] ? ": " : "",
                        writer->said);
}

/* The driver that creates vector files with this extension. */
static GDALDriverH find_driver(const char *extension) {
    for (int d = 0; d < GDALGetDriverCount(); d++) {
        GDALDriverH driver = GDALGetDriver(d);
        if (!GDALGetMetadataItem(driver, GDAL_DCAP_VECTOR, NULL) ||
            !GDALGetMetadataItem(driver, GDAL_DCAP_CREATE, NULL))
            continue;
        const char *known = GDALGetMetadataItem(driver, GDAL_DMD_EXTENSIONS, NULL);
        char **list = CSLTokenizeString2(known ? known : "", " ", 0);
        bool found = CSLFindString(list, extension) >= 0;
        CSLDestroy(list);
        if (found) return driver;
    }
    return NULL;
}

static hs_status create(hs_vector_writer *writer, hs_error *error) {
    GDALAllRegister();
    const char *extension = CPLGetExtension(writer->path);
    writer->driver =
        writer->options.driver ? GDALGetDriverByName(writer->options.driver) : find_driver(extension);
    if (!writer->driver)
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "%s: no vector format is known by the extension \"%s\"; use gpkg, geojson, fgb, shp, csv, "
            "kml or gml",
            writer->shown, extension);
    VSIStatBufL there;
    if (VSIStatL(writer->path, &there) == 0) {
        GDALDeleteDataset(writer->driver, writer->path);
        if (VSIStatL(writer->path, &there) == 0 && VSIUnlink(writer->path) != 0)
            return fail(writer, error, "replace the file");
        writer->said[0] = 0;
    }
    writer->dataset = GDALCreate(writer->driver, writer->path, 0, 0, 0, GDT_Unknown,
                                 (char **)writer->options.dataset_options);
    if (!writer->dataset) return fail(writer, error, "create the file");
    writer->in_transaction = GDALDatasetTestCapability(writer->dataset, ODsCTransactions) &&
                             GDALDatasetStartTransaction(writer->dataset, FALSE) == OGRERR_NONE;
    writer->wgs84 = OSRNewSpatialReference(NULL);
    if (!writer->wgs84 || OSRImportFromEPSG(writer->wgs84, 4326) != OGRERR_NONE)
        return fail(writer, error, "look up WGS 84 (is proj-data installed?)");
    OSRSetAxisMappingStrategy(writer->wgs84, OAMS_TRADITIONAL_GIS_ORDER);
    return HS_OK;
}

hs_status hs_vector_writer_new(const char *path, hs_error *error, hs_vector_writer **writer) {
    const hs_vector_options none = {0};
    return hs_vector_writer_new_with(path, &none, error, writer);
}

hs_status hs_vector_writer_new_with(const char *path, const hs_vector_options *options, hs_error *error,
                                    hs_vector_writer **writer) {
    hs_vector_writer *made = calloc(1, sizeof *made);
    if (made) made->options = *options;
    if (made) made->path = strdup(path);
    if (made) made->shown = strdup(options->shown ? options->shown : path);
    if (!made || !made->path || !made->shown) {
        if (made) free(made->path);
        if (made) free(made->shown);
        free(made);
        return hs_error_set(error, HS_E_MEMORY, "no memory to write %s", path);
    }
    CPLPushErrorHandlerEx(listen, made);
    hs_status status = create(made, error);
    CPLPopErrorHandler();
    if (status != HS_OK) {
        hs_vector_writer_discard(made);
        return status;
    }
    *writer = made;
    return HS_OK;
}

static hs_status add_fields(hs_vector_writer *writer, const hs_field *fields, uint32_t field_count,
                            hs_error *error) {
    static const OGRFieldType ogr_type[] = {OFTString, OFTInteger64, OFTReal, OFTDateTime};
    writer->first_field = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(writer->layer));
    for (uint32_t f = 0; f < field_count; f++) {
        OGRFieldDefnH definition = OGR_Fld_Create(fields[f].name, ogr_type[fields[f].type]);
        if (fields[f].type == HS_FIELD_TEXT && writer->options.widths)
            OGR_Fld_SetWidth(definition, (int)writer->options.widths[f]);
        OGRErr failed = OGR_L_CreateField(writer->layer, definition, TRUE);
        OGR_Fld_Destroy(definition);
        if (failed != OGRERR_NONE) return fail(writer, error, "add a field");
        writer->field_type[f] = fields[f].type;
    }
    writer->field_count = field_count;
    return HS_OK;
}

static hs_status begin_layer(hs_vector_writer *writer, const char *name, hs_geometry_type geometry,
                             const hs_field *fields, uint32_t field_count, hs_error *error) {
    if (field_count > MAX_FIELDS)
        return hs_error_set(error, HS_E_LIMIT, "%s: a layer has at most %d fields", writer->shown,
                            MAX_FIELDS);
    if (writer->layer && !GDALDatasetTestCapability(writer->dataset, ODsCCreateLayer))
        return hs_error_set(error, HS_E_UNSUPPORTED,
                            "%s: this format holds a single layer; use gpkg for several", writer->shown);
    hs_field_type *types = realloc(writer->field_type, (field_count + 1) * sizeof *types);
    if (!types) return hs_error_set(error, HS_E_MEMORY, "no memory to write %s", writer->shown);
    writer->field_type = types;
    if (writer->feature) OGR_F_Destroy(writer->feature);
    writer->feature = NULL;
    writer->layer =
        GDALDatasetCreateLayer(writer->dataset, name, geometry == HS_GEOMETRY_NONE ? NULL : writer->wgs84,
                               writer->options.mixed ? wkbUnknown : hs_ogr_type(geometry, writer->multi),
                               (char **)writer->options.layer_options);
    if (!writer->layer) return fail(writer, error, "begin a layer");
    hs_status status = add_fields(writer, fields, field_count, error);
    if (status != HS_OK) return status;
    writer->feature = OGR_F_Create(OGR_L_GetLayerDefn(writer->layer));
    return writer->feature ? HS_OK : hs_error_set(error, HS_E_MEMORY, "no memory to write %s", writer->shown);
}

hs_status hs_vector_writer_layer(hs_vector_writer *writer, const char *name, hs_geometry_type geometry,
                                 bool multi, const hs_field *fields, uint32_t field_count, hs_error *error) {
    writer->said[0] = 0;
    writer->multi = multi;
    CPLPushErrorHandlerEx(listen, writer);
    hs_status status = begin_layer(writer, name, geometry, fields, field_count, error);
    CPLPopErrorHandler();
    return status;
}

/* A copy of the text that ends with NUL, as OGR wants it; NULL when memory is out. */
static const char *ended(hs_vector_writer *writer, hs_str text) {
    if (text.size + 1 > writer->scratch_capacity) {
        size_t capacity = (text.size + 1) * 2;
        char *grown = realloc((void *)writer->scratch.data, capacity);
        if (!grown) return NULL;
        writer->scratch.data = grown;
        writer->scratch_capacity = capacity;
    }
    char *out = (char *)writer->scratch.data;
    if (text.size) memcpy(out, text.data, text.size);
    out[text.size] = 0;
    return out;
}

static hs_status set_value(hs_vector_writer *writer, uint32_t field, const hs_value *value, hs_error *error) {
    OGRFeatureH feature = writer->feature;
    hs_field_type type = writer->field_type[field];
    int f = writer->first_field + (int)field;
    bool none = value->absent || (type == HS_FIELD_TEXT && !value->text.data) ||
                (type == HS_FIELD_REAL && isnan(value->real)) ||
                (type == HS_FIELD_TIME && value->integer == HS_NO_TIME);
    if (none) {
        OGR_F_SetFieldNull(feature, f);
    } else if (type == HS_FIELD_TEXT) {
        const char *text = ended(writer, value->text);
        if (!text) return hs_error_set(error, HS_E_MEMORY, "no memory to write %s", writer->shown);
        OGR_F_SetFieldString(feature, f, text);
    } else if (type == HS_FIELD_INTEGER) {
        OGR_F_SetFieldInteger64(feature, f, value->integer);
    } else if (type == HS_FIELD_REAL) {
        OGR_F_SetFieldDouble(feature, f, value->real);
    } else {
        hs_civil c = hs_civil_from_s(value->integer);
        OGR_F_SetFieldDateTime(feature, f, c.year, c.month, c.day, c.hour, c.minute, c.second,
                               100); /* 100: UTC */
    }
    return HS_OK;
}

static hs_status write_row(hs_vector_writer *writer, const hs_geometry *geometry, const hs_value *values,
                           hs_error *error) {
    if (!writer->feature)
        return hs_error_set(error, HS_E_INTERNAL, "%s: a row before any layer", writer->shown);
    OGR_F_SetFID(writer->feature, OGRNullFID);
    for (uint32_t f = 0; f < writer->field_count; f++) {
        hs_status status = set_value(writer, f, &values[f], error);
        if (status != HS_OK) return status;
    }
    OGRGeometryH made = NULL;
    bool keeps = OGR_FD_GetGeomFieldCount(OGR_L_GetLayerDefn(writer->layer)) > 0;
    if (keeps && geometry && geometry->type != HS_GEOMETRY_NONE) {
        hs_status status = hs_ogr_geometry(geometry, writer->multi, error, &made);
        if (status != HS_OK) return hs_error_prefix(error, status, "%s", writer->shown);
    }
    if (keeps && OGR_F_SetGeometryDirectly(writer->feature, made) != OGRERR_NONE)
        return fail(writer, error, "set a geometry");
    if (OGR_L_CreateFeature(writer->layer, writer->feature) != OGRERR_NONE)
        return fail(writer, error, "write a row");
    return HS_OK;
}

hs_status hs_vector_writer_row(hs_vector_writer *writer, const hs_geometry *geometry, const hs_value *values,
                               hs_error *error) {
    writer->said[0] = 0;
    CPLPushErrorHandlerEx(listen, writer);
    hs_status status = write_row(writer, geometry, values, error);
    CPLPopErrorHandler();
    return status;
}

static void release(hs_vector_writer *writer) {
    if (writer->feature) OGR_F_Destroy(writer->feature);
    if (writer->dataset) GDALClose(writer->dataset);
    if (writer->wgs84) OSRRelease(writer->wgs84);
    writer->feature = NULL;
    writer->dataset = NULL;
    writer->wgs84 = NULL;
}

static void end(hs_vector_writer *writer) {
    free((void *)writer->scratch.data);
    free(writer->field_type);
    free(writer->path);
    free(writer->shown);
    free(writer);
}

hs_status hs_vector_writer_finish(hs_vector_writer *writer, hs_error *error) {
    hs_status status = HS_OK;
    writer->said[0] = 0;
    CPLPushErrorHandlerEx(listen, writer);
    if (writer->in_transaction && GDALDatasetCommitTransaction(writer->dataset) != OGRERR_NONE)
        status = fail(writer, error, "commit");
    /* Some drivers write only when they close, and say what failed only then. */
    release(writer);
    if (status == HS_OK && writer->said[0]) status = fail(writer, error, "finish");
    CPLPopErrorHandler();
    end(writer);
    return status;
}

void hs_vector_writer_discard(hs_vector_writer *writer) {
    if (!writer) return;
    CPLPushErrorHandlerEx(listen, writer);
    bool made = writer->dataset != NULL;
    if (writer->in_transaction) GDALDatasetRollbackTransaction(writer->dataset);
    release(writer);
    if (made) GDALDeleteDataset(writer->driver, writer->path);
    CPLPopErrorHandler();
    end(writer);
}
