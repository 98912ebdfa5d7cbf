/* Hotspots as GeoJSON and as files. */
#include "service/export_private.h"
#include "service/hotspots_private.h"

#include "base/text.h"
#include "export/text_writer.h"
#include "export/vector_writer.h"
#include "export/xlsx_writer.h"
#include "render/geojson.h"
#include <errno.h>
#include <math.h>
#include <string.h>

enum { MOST_ISLANDS = 100 };

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},     {"code", HS_FIELD_TEXT},     {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},   {"method", HS_FIELD_TEXT},   {"value", HS_FIELD_REAL},
    {"statistic", HS_FIELD_REAL}, {"p_value", HS_FIELD_REAL},  {"q_value", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},      {"expected", HS_FIELD_REAL}, {"rank", HS_FIELD_INTEGER},
    {"z", HS_FIELD_REAL},         {"class", HS_FIELD_TEXT},    {"label_zh", HS_FIELD_TEXT},
    {"label_en", HS_FIELD_TEXT},  {"lon", HS_FIELD_REAL},      {"lat", HS_FIELD_REAL},
};
#define FIELDS (sizeof fields / sizeof *fields)

static hs_value text_value(const char *text) {
    return (hs_value){.text = hs_str_of(text), .absent = *text == 0};
}

static hs_value real_value(double real) {
    return (hs_value){.real = real, .absent = isnan(real)};
}

/* One row as values of the fields. */
static void read_row(const hs_hotspot_request *request, const hs_hotspots *h, uint32_t i, hs_value *v) {
    const hs_hotspot_rows *r = &h->rows;
    bool moran = request->method == HS_HOTSPOTS_LOCAL_MORAN;
    *v++ = (hs_value){.integer = r->id[i]};
    *v++ = (hs_value){.text = r->code[i], .absent = r->code[i].size == 0};
    *v++ = (hs_value){.text = r->name[i], .absent = r->name[i].size == 0};
    *v++ = (hs_value){.text = r->name_en[i], .absent = r->name_en[i].size == 0};
    *v++ = text_value(hs_hotspot_method_name(request->method));
    *v++ = real_value(r->value[i]);
    *v++ = real_value(r->statistic[i]);
    *v++ = real_value(r->p[i]);
    *v++ = real_value(r->q[i]);
    *v++ = (hs_value){.integer = r->n ? r->n[i] : 0, .absent = !r->n};
    *v++ = real_value(r->expected_n[i]);
    *v++ = (hs_value){.integer = r->rank[i], .absent = r->rank[i] == 0};
    *v++ = real_value(r->z[i]);
    *v++ = text_value(moran ? hs_moran_class_name(r->moran_class[i]) : "");
    *v++ = text_value(hs_hotspot_label(request, h, i, true));
    *v++ = text_value(hs_hotspot_label(request, h, i, false));
    *v++ = real_value(r->label[i].lon_e7 * 1e-7);
    *v = real_value(r->label[i].lat_e7 * 1e-7);
}

/* One global statistic as values of the same fields. */
static void read_global(const hs_hotspot_request *request, const hs_hotspots *h, int which, hs_value *v) {
    const hs_global_result *g = &h->global[which];
    int rank = 1;
    for (int other = 0; other < HS_GLOBAL_STATISTICS; other++)
        rank += fabs(h->global[other].z) > fabs(g->z);
    *v++ = (hs_value){.integer = which + 1};
    *v++ = text_value(hs_global_statistic_name((hs_global_statistic)which));
    *v++ = (hs_value){.absent = true};
    *v++ = (hs_value){.absent = true};
    *v++ = text_value(hs_hotspot_method_name(request->method));
    *v++ = real_value(g->statistic);
    *v++ = real_value(g->statistic);
    *v++ = real_value(h->permutations > 0 ? g->permuted_p : g->p);
    *v++ = real_value(h->global_q[which]);
    *v++ = (hs_value){.integer = g->n};
    *v++ = real_value(g->expected);
    *v++ = (hs_value){.integer = rank, .absent = isnan(g->z)};
    *v++ = real_value(g->z);
    *v++ = (hs_value){.absent = true};
    *v++ = text_value(hs_hotspot_global_label(request, h, which, true));
    *v++ = text_value(hs_hotspot_global_label(request, h, which, false));
    *v++ = real_value(NAN);
    *v = real_value(NAN);
}

static uint32_t row_count(const hs_hotspot_request *request, const hs_hotspots *h) {
    if (!h->enough) return 0;
    return request->method == HS_HOTSPOTS_GLOBAL ? HS_GLOBAL_STATISTICS : h->rows.count;
}

static void read_any(const hs_hotspot_request *request, const hs_hotspots *h, uint32_t i, hs_value *values) {
    if (request->method == HS_HOTSPOTS_GLOBAL)
        read_global(request, h, (int)i, values);
    else
        read_row(request, h, i, values);
}

static void write_value(hs_json *json, const hs_field *field, const hs_value *value) {
    hs_json_key(json, field->name);
    if (value->absent)
        hs_json_null(json);
    else if (field->type == HS_FIELD_TEXT)
        hs_json_str(json, value->text);
    else if (field->type == HS_FIELD_INTEGER)
        hs_json_int(json, value->integer);
    else
        hs_json_double(json, value->real);
}

static void write_features(const hs_hotspot_request *request, const hs_hotspots *h, hs_json *json) {
    hs_json_key(json, "features");
    hs_json_array(json);
    for (uint32_t i = 0; i < row_count(request, h); i++) {
        hs_value values[FIELDS];
        read_any(request, h, i, values);
        hs_json_object(json);
        hs_json_pair_text(json, "type", "Feature");
        hs_json_pair_int(json, "id", values[0].integer);
        hs_json_key(json, "geometry");
        if (request->method == HS_HOTSPOTS_GLOBAL)
            hs_json_null(json);
        else
            hs_geojson_geometry(json, &h->rows.geometry[i]);
        hs_json_key(json, "properties");
        hs_json_object(json);
        for (size_t f = 0; f < FIELDS - 2; f++)
            write_value(json, &fields[f], &values[f]);
        hs_json_object_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_parameters(const hs_hotspot_request *request, const hs_hotspots *h, hs_json *json) {
    char text[64];
    hs_json_key(json, "parameters");
    hs_json_object(json);
    if (request->units == HS_UNITS_LEVEL) hs_json_pair_text(json, "level", hs_level_name(request->level));
    hs_hotspot_units_words(request, text, sizeof text);
    hs_json_pair_text(json, "units", text);
    hs_hotspot_weights_words(request, text, sizeof text);
    hs_json_pair_text(json, "weights", text);
    hs_json_pair_text(json, "style", request->style == HS_WEIGHTS_BINARY ? "B" : "W");
    if (request->neighbours <= HS_NEIGHBOURS_ROOK && request->units == HS_UNITS_LEVEL)
        hs_json_pair_double(json, "gap_m", HS_HOTSPOT_GAP_M);
    hs_json_pair_text(json, "value", hs_hotspot_value_name(request->value));
    if (request->count_attribute.size > 0)
        hs_json_pair_str(json, "count_attribute", request->count_attribute);
    if (request->population_attribute.size > 0)
        hs_json_pair_str(json, "population_attribute", request->population_attribute);
    hs_json_pair_int(json, "permutations", h->permutations);
    hs_json_pair_double(json, "alpha", request->alpha);
    hs_json_pair_text(json, "correction", hs_correction_name(request->correction));
    hs_json_pair_text(json, "sided", "two");
    hs_json_key(json, "max_accuracy_m");
    hs_json_double(json, request->filter.max_accuracy_m < 0 ? (double)NAN : request->filter.max_accuracy_m);
    hs_json_object_end(json);
}

static void write_islands(const hs_hotspots *h, hs_json *json) {
    hs_json_key(json, "islands");
    hs_json_object(json);
    hs_json_pair_int(json, "count", h->island_count);
    hs_json_key(json, "ids");
    hs_json_array(json);
    for (uint32_t k = 0; k < h->island_count && k < MOST_ISLANDS; k++)
        hs_json_int(json, h->rows.id[h->islands[k]]);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_words(const hs_hotspot_request *request, const hs_hotspots *h, hs_json *json) {
    for (int chinese = 1; chinese >= 0; chinese--) {
        hs_buffer words;
        hs_buffer_init(&words, 65536);
        hs_hotspots_explain(request, h, chinese, &words);
        hs_json_pair_str(json, chinese ? "how_zh" : "how_en", (hs_str){words.data, words.size});
        hs_buffer_done(&words);
    }
    if (!h->enough) {
        hs_json_pair_text(json, "reason_zh", h->reason_zh);
        hs_json_pair_text(json, "reason_en", h->reason_en);
    }
    if (h->caution_en) {
        hs_json_pair_text(json, "caution_zh", h->caution_zh);
        hs_json_pair_text(json, "caution_en", h->caution_en);
    }
}

void hs_hotspots_geojson(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                         const hs_hotspots *hotspots, hs_json *json) {
    const hs_hotspots *h = hotspots;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_pair_text(json, "method", hs_hotspot_method_name(request->method));
    hs_json_pair_bool(json, "enough", h->enough);
    write_words(request, h, json);
    write_parameters(request, h, json);
    hs_json_pair_int(json, "version", (int64_t)snapshot->version);
    hs_json_key(json, "seed");
    hs_json_uint(json, request->seed);
    hs_json_pair_double(json, "run_time_ms", h->run_ms);
    hs_json_key(json, "smallest_p_value");
    hs_json_double(json, h->permutations > 0 ? h->smallest_p : (double)NAN);
    hs_json_pair_int(json, "units", h->rows.count);
    hs_json_pair_int(json, "units_left_out", h->unmeasured);
    hs_json_pair_int(json, "links", h->links);
    write_islands(h, json);
    hs_json_pair_int(json, "significant", h->significant);
    hs_json_key(json, "incidents");
    hs_json_object(json);
    hs_json_pair_int(json, "counted", (int64_t)h->counted);
    hs_json_pair_int(json, "outside", (int64_t)h->outside);
    hs_json_pair_int(json, "inaccurate", (int64_t)h->inaccurate);
    hs_json_pair_int(json, "unpositioned", (int64_t)h->unpositioned);
    hs_json_object_end(json);
    write_features(request, h, json);
    hs_json_object_end(json);
}

static hs_status write_geojson(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                               const hs_hotspots *h, const char *path, const char *shown, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, (size_t)2 << 30);
    hs_json_init(&json, &out);
    hs_hotspots_geojson(snapshot, request, h, &json);
    hs_status status = out.status == HS_OK ? HS_OK : hs_error_set(error, out.status, "%s: too large", shown);
    FILE *file = status == HS_OK ? fopen(path, "wb") : NULL;
    bool done = file && fwrite(out.data, 1, out.size, file) == out.size;
    if (file && fclose(file) != 0) done = false;
    if (status == HS_OK && !done) status = hs_error_set(error, HS_E_IO, "%s: %s", shown, strerror(errno));
    hs_buffer_done(&out);
    return status;
}

static hs_status write_xlsx(const hs_hotspot_request *request, const hs_hotspots *h, const char *path,
                            const char *shown, hs_error *error) {
    hs_xlsx_writer *writer;
    hs_value values[FIELDS];
    hs_status status = hs_xlsx_writer_new(path, shown, "hotspots", fields, FIELDS, error, &writer);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < row_count(request, h) && status == HS_OK; i++) {
        read_any(request, h, i, values);
        status = hs_xlsx_writer_row(writer, values, error);
    }
    if (status == HS_OK) return hs_xlsx_writer_finish(writer, error);
    hs_xlsx_writer_discard(writer);
    return status;
}

static hs_status write_text(const hs_hotspot_request *request, const hs_hotspots *h,
                            const hs_export_format *format, const char *path, const char *shown,
                            hs_error *error) {
    const hs_text_layout layout = {"hotspots", fields, FIELDS, false};
    static const hs_geometry nowhere = {0};
    hs_text_writer *writer;
    hs_value values[FIELDS];
    hs_status status = hs_text_writer_new(path, shown, format->text, &layout, error, &writer);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < row_count(request, h) && status == HS_OK; i++) {
        read_any(request, h, i, values);
        bool global = request->method == HS_HOTSPOTS_GLOBAL;
        status = hs_text_writer_feature(writer, global ? &nowhere : &h->rows.geometry[i], values, error);
    }
    if (status == HS_OK) return hs_text_writer_finish(writer, error);
    hs_text_writer_discard(writer);
    return status;
}

static hs_status write_vector(const hs_hotspot_request *request, const hs_hotspots *h,
                              const hs_export_format *format, const char *path, const char *shown,
                              hs_error *error) {
    hs_vector_writer *writer;
    hs_value values[FIELDS];
    bool global = request->method == HS_HOTSPOTS_GLOBAL;
    hs_geometry_type type = global                               ? HS_GEOMETRY_NONE
                            : request->units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES
                                                                 : HS_GEOMETRY_POLYGONS;
    const hs_vector_options options = {.shown = shown, .driver = format->driver};
    hs_status status = hs_vector_writer_new_with(path, &options, error, &writer);
    if (status != HS_OK) return status;
    status = hs_vector_writer_layer(writer, "hotspots", type, true, fields, FIELDS, error);
    for (uint32_t i = 0; i < row_count(request, h) && status == HS_OK; i++) {
        read_any(request, h, i, values);
        status = hs_vector_writer_row(writer, global ? NULL : &h->rows.geometry[i], values, error);
    }
    if (status == HS_OK) return hs_vector_writer_finish(writer, error);
    hs_vector_writer_discard(writer);
    return status;
}

static hs_status write_file(const hs_snapshot *snapshot, const hs_hotspot_request *request,
                            const hs_hotspots *h, const hs_export_format *format, const char *path,
                            const char *shown, hs_error *error) {
    switch (format->maker) {
    case HS_MAKE_GEOJSON:
        return write_geojson(snapshot, request, h, path, shown, error);
    case HS_MAKE_XLSX:
        return write_xlsx(request, h, path, shown, error);
    case HS_MAKE_TEXT:
        return write_text(request, h, format, path, shown, error);
    default:
        return write_vector(request, h, format, path, shown, error);
    }
}

hs_status hs_hotspots_file(const hs_service *service, const hs_snapshot *snapshot,
                           const hs_hotspot_request *request, const hs_hotspots *hotspots, const char *path,
                           hs_error *error) {
    const hs_export_format *format = hs_export_format_of_path(path);
    if (!format || format->is_zip || format->is_sequence || (format->traits & HS_FORMAT_NO_POLYGONS))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%s: hotspots are written to .geojson .gpkg .fgb .csv .xlsx .kml or .shp", path);
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s is the store itself", path);
    char name[64];
    (void)snprintf(name, sizeof name, "hotspots.%s", format->extension);
    hs_output output;
    hs_status status = hs_output_begin(path, name, error, &output);
    if (status != HS_OK) return status;
    status = write_file(snapshot, request, hotspots, format, output.file, output.shown, error);
    if (status == HS_OK) status = hs_output_keep(&output, error);
    hs_output_end(&output);
    return status;
}
