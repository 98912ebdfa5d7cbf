/* Flaws as features in a file, to look at. */
#include "export/text_writer.h"
#include "export/vector_writer.h"
#include "export/xlsx_writer.h"
#include "render/geojson.h"
#include "service/check/check.h"
#include "service/export_private.h"
#include "service/service_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GEOJSON_MOST ((size_t)4 << 30)

static const hs_field fields[] = {
    {"kind", HS_FIELD_TEXT},       {"severity", HS_FIELD_TEXT},    {"collection", HS_FIELD_TEXT},
    {"level", HS_FIELD_TEXT},      {"id", HS_FIELD_INTEGER},       {"code", HS_FIELD_TEXT},
    {"name", HS_FIELD_TEXT},       {"other_id", HS_FIELD_INTEGER}, {"other_code", HS_FIELD_TEXT},
    {"other_name", HS_FIELD_TEXT}, {"area_m2", HS_FIELD_REAL},     {"width_m", HS_FIELD_REAL},
    {"length_m", HS_FIELD_REAL},   {"share", HS_FIELD_REAL},       {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},        {"message_zh", HS_FIELD_TEXT},  {"message_en", HS_FIELD_TEXT},
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static hs_value text_of(hs_str text) {
    return (hs_value){.text = text.size > 0 ? text : (hs_str){NULL, 0}};
}

static hs_value id_of(int64_t id) {
    return (hs_value){.integer = id, .absent = id == 0};
}

static hs_value real_of(double value) {
    return (hs_value){.real = value};
}

static void describe(const hs_check_flaw *flaw, hs_value v[FIELD_COUNT]) {
    const double none = __builtin_nan("");
    const char *level = flaw->level < HS_LEVEL_COUNT ? hs_level_name(flaw->level) : "";
    const hs_value values[FIELD_COUNT] = {
        text_of(hs_str_of(hs_check_kind_name(flaw->kind))),
        text_of(flaw->is_note ? HS_STR("note") : HS_STR("problem")),
        text_of(hs_str_of(flaw->collection)),
        text_of(hs_str_of(level)),
        id_of(flaw->id),
        text_of(flaw->code),
        text_of(flaw->name),
        id_of(flaw->other_id),
        text_of(flaw->other_code),
        text_of(flaw->other_name),
        real_of(flaw->area_m2),
        real_of(flaw->width_m),
        real_of(flaw->length_m),
        real_of(flaw->share),
        real_of(flaw->has_place ? flaw->place.lon_e7 / 1e7 : none),
        real_of(flaw->has_place ? flaw->place.lat_e7 / 1e7 : none),
        text_of(hs_str_of(flaw->words_zh)),
        text_of(hs_str_of(flaw->words_en)),
    };
    memcpy(v, values, sizeof values);
}

/* What is drawn: the shape, or the place where there is none. */
static hs_geometry shape_of(const hs_check_flaw *flaw) {
    if (flaw->geometry.type != HS_GEOMETRY_NONE || !flaw->has_place) return flaw->geometry;
    return (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &flaw->place};
}

static void write_value(hs_json *json, const hs_field *field, const hs_value *value) {
    hs_json_key(json, field->name);
    if (value->absent || (field->type == HS_FIELD_TEXT && !value->text.data))
        hs_json_null(json);
    else if (field->type == HS_FIELD_TEXT)
        hs_json_str(json, value->text);
    else if (field->type == HS_FIELD_INTEGER)
        hs_json_int(json, value->integer);
    else
        hs_json_double(json, value->real);
}

void hs_check_write_flaw(hs_json *json, const hs_check_flaw *flaw, uint32_t number) {
    hs_value values[FIELD_COUNT];
    hs_geometry geometry = shape_of(flaw);
    describe(flaw, values);
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", number);
    hs_json_key(json, "geometry");
    hs_geojson_geometry(json, &geometry);
    hs_json_key(json, "properties");
    hs_json_object(json);
    for (int f = 0; f < FIELD_COUNT; f++)
        write_value(json, &fields[f], &values[f]);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static void write_collection(hs_json *json, const hs_check_report *report) {
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_key(json, "features");
    hs_json_array(json);
    for (uint32_t i = 0; i < report->flaw_count; i++)
        hs_check_write_flaw(json, &report->flaws[i], i + 1);
    hs_json_array_end(json);
    hs_json_object_end(json);
    hs_buffer_byte(json->out, '\n');
}

static void write_lines(hs_buffer *out, const hs_check_report *report, const hs_export_format *format) {
    for (uint32_t i = 0; i < report->flaw_count; i++) {
        hs_json json;
        if (format->is_marked) hs_buffer_byte(out, '\x1e');
        hs_json_init(&json, out);
        hs_check_write_flaw(&json, &report->flaws[i], i + 1);
        hs_buffer_byte(out, '\n');
    }
}

static hs_status write_geojson(const hs_check_report *report, const hs_export_format *format,
                               const hs_output *output, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, GEOJSON_MOST);
    hs_json_init(&json, &out);
    if (format->is_sequence)
        write_lines(&out, report, format);
    else
        write_collection(&json, report);
    hs_status status = out.status;
    FILE *file = status == HS_OK ? fopen(output->file, "wb") : NULL;
    if (status != HS_OK) (void)hs_error_set(error, status, "%s: too large, or memory is out", output->shown);
    bool done = file && fwrite(out.data, 1, out.size, file) == out.size;
    if (file && fclose(file) != 0) done = false;
    if (status == HS_OK && !done)
        status = hs_error_set(error, HS_E_IO, "%s: %s", output->shown, strerror(errno));
    hs_buffer_done(&out);
    return status;
}

/* Calls put with each flaw that the format can take. */
typedef hs_status (*put_flaw)(void *writer, const hs_geometry *geometry, const hs_value *values,
                              hs_error *error);

static hs_status put_all(const hs_check_report *report, const hs_export_format *format, put_flaw put,
                         void *writer, hs_error *error, uint64_t *left_out) {
    hs_status status = HS_OK;
    for (uint32_t i = 0; status == HS_OK && i < report->flaw_count; i++) {
        hs_value values[FIELD_COUNT];
        hs_geometry geometry = shape_of(&report->flaws[i]);
        if (format->traits & HS_FORMAT_NEEDS_PLACE && geometry.type == HS_GEOMETRY_NONE) {
            ++*left_out;
            continue;
        }
        describe(&report->flaws[i], values);
        status = put(writer, &geometry, values, error);
    }
    return status;
}

static hs_status put_vector(void *writer, const hs_geometry *geometry, const hs_value *values,
                            hs_error *error) {
    return hs_vector_writer_row(writer, geometry, values, error);
}

static hs_status put_text(void *writer, const hs_geometry *geometry, const hs_value *values,
                          hs_error *error) {
    return hs_text_writer_feature(writer, geometry, values, error);
}

static hs_status put_cells(void *writer, const hs_geometry *geometry, const hs_value *values,
                           hs_error *error) {
    (void)geometry;
    return hs_xlsx_writer_row(writer, values, error);
}

static hs_status write_vector(const hs_check_report *report, const hs_export_format *format,
                              const hs_output *output, hs_error *error, uint64_t *left_out) {
    static const char *const keys[] = {"FID=fid", NULL}; /* of GeoPackage: `id` is the unit's */
    const hs_vector_options options = {.shown = output->shown,
                                       .driver = format->driver,
                                       .layer_options = strcmp(format->driver, "GPKG") == 0 ? keys : NULL,
                                       .mixed = true};
    hs_vector_writer *writer = NULL;
    hs_status status = hs_vector_writer_new_with(output->file, &options, error, &writer);
    if (status != HS_OK) return status;
    status = hs_vector_writer_layer(writer, "check", HS_GEOMETRY_POLYGONS, true, fields, FIELD_COUNT, error);
    if (status == HS_OK) status = put_all(report, format, put_vector, writer, error, left_out);
    if (status == HS_OK) return hs_vector_writer_finish(writer, error);
    hs_vector_writer_discard(writer);
    return status;
}

static hs_status write_text(const hs_check_report *report, const hs_export_format *format,
                            const hs_output *output, hs_error *error, uint64_t *left_out) {
    const hs_text_layout layout = {"check", fields, FIELD_COUNT, (format->traits & HS_FORMAT_OUTLINES) != 0};
    hs_text_writer *writer = NULL;
    hs_status status = hs_text_writer_new(output->file, output->shown, format->text, &layout, error, &writer);
    if (status != HS_OK) return status;
    status = put_all(report, format, put_text, writer, error, left_out);
    if (status == HS_OK) return hs_text_writer_finish(writer, error);
    hs_text_writer_discard(writer);
    return status;
}

static hs_status write_xlsx(const hs_check_report *report, const hs_export_format *format,
                            const hs_output *output, hs_error *error, uint64_t *left_out) {
    hs_xlsx_writer *writer = NULL;
    hs_status status =
        hs_xlsx_writer_new(output->file, output->shown, "check", fields, FIELD_COUNT, error, &writer);
    if (status != HS_OK) return status;
    status = put_all(report, format, put_cells, writer, error, left_out);
    if (status == HS_OK) return hs_xlsx_writer_finish(writer, error);
    hs_xlsx_writer_discard(writer);
    return status;
}

static hs_status write_file(const hs_check_report *report, const hs_export_format *format,
                            const hs_output *output, hs_error *error, uint64_t *left_out) {
    switch (format->maker) {
    case HS_MAKE_VECTOR:
        return write_vector(report, format, output, error, left_out);
    case HS_MAKE_TEXT:
        return write_text(report, format, output, error, left_out);
    case HS_MAKE_XLSX:
        return write_xlsx(report, format, output, error, left_out);
    default:
        return write_geojson(report, format, output, error);
    }
}

hs_status hs_check_write(hs_service *service, const hs_check_report *report, const hs_export_format *format,
                         const char *path, hs_error *error, uint64_t *left_out) {
    char name[64];
    hs_output output;
    *left_out = 0;
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s is the store itself", path);
    if (format->traits & HS_FORMAT_ONE_TYPE)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%s holds geometries of one type, and flaws are points, lines and areas: use "
                            "geojson, gpkg, fgb, kml, csv or xlsx",
                            format->name);
    (void)snprintf(name, sizeof name, "check.%s", format->extension);
    hs_status status = hs_output_begin(path, name, error, &output);
    if (status != HS_OK) return status;
    status = write_file(report, format, &output, error, left_out);
    if (status == HS_OK) status = hs_output_keep(&output, error);
    hs_output_end(&output);
    return status;
}
