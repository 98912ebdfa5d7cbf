/* Answers of any method of hotspots as GeoJSON and as files. */
#include "export/text_writer.h"
#include "export/vector_writer.h"
#include "export/xlsx_writer.h"
#include "render/geojson.h"
#include "service/export_private.h"
#include "service/hotspots_method.h"

#include <errno.h>

/* Texts of a row. */
#define ROW_MOST ((size_t)16 << 20)

static const hs_geometry nowhere = {0};

/* The arena of the rows' texts. */
static hs_status open_table(const hs_hotspot_run *run, hs_error *error, hs_hotspot_table *table,
                            hs_arena **arena) {
    *table = (hs_hotspot_table){0};
    run->method->table(run, table);
    *arena = hs_arena_new(ROW_MOST);
    return *arena ? HS_OK : hs_error_memory(error, "hotspots");
}

static void write_words(const hs_hotspot_run *run, hs_json *json) {
    static const char *const how[] = {"how_en", "how_zh"}, *const reason[] = {"reason_en", "reason_zh"},
                             *const caution[] = {"caution_en", "caution_zh"};
    hs_json_pair_bool(json, "enough", !hs_hotspot_reason(run, false));
    for (int chinese = 1; chinese >= 0; chinese--) {
        hs_buffer words;
        hs_buffer_init(&words, 65536);
        hs_hotspot_how(run, chinese, &words);
        hs_json_pair_str(json, how[chinese], (hs_str){words.data, words.size});
        hs_buffer_done(&words);
    }
    for (int chinese = 1; chinese >= 0; chinese--) {
        const char *why = hs_hotspot_reason(run, chinese);
        const char *mind = hs_hotspot_mind(run, chinese);
        if (why) hs_json_pair_text(json, reason[chinese], why);
        if (mind) hs_json_pair_text(json, caution[chinese], mind);
    }
}

void hs_hotspot_write_value(hs_json *json, const hs_field *field, const hs_value *value) {
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

static void write_feature(const hs_hotspot_run *run, const hs_hotspot_table *table, uint32_t row,
                          hs_arena *arena, hs_json *json) {
    hs_value values[HS_HOTSPOT_MOST_FIELDS];
    const hs_geometry *geometry = NULL;
    table->read(run, row, arena, values, &geometry);
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", values[0].integer);
    hs_json_key(json, "geometry");
    if (geometry)
        hs_geojson_geometry(json, geometry);
    else
        hs_json_null(json);
    hs_json_key(json, "properties");
    hs_json_object(json);
    for (uint32_t f = 0; f < table->field_count - table->file_only; f++)
        hs_hotspot_write_value(json, &table->fields[f], &values[f]);
    if (table->properties) table->properties(run, row, json);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static void write_features(const hs_hotspot_run *run, hs_json *json) {
    hs_hotspot_table table;
    hs_arena *arena;
    hs_json_key(json, "features");
    hs_json_array(json);
    if (open_table(run, NULL, &table, &arena) == HS_OK) {
        for (uint32_t i = 0; i < table.rows; i++) {
            write_feature(run, &table, i, arena, json);
            hs_arena_reset(arena);
        }
        hs_arena_free(arena);
    } else {
        json->out->status = HS_E_MEMORY;
    }
    hs_json_array_end(json);
}

void hs_hotspots_about(const hs_hotspot_run *run, hs_json *json) {
    hs_json_pair_text(json, "method", run->method->name);
    write_words(run, json);
    hs_json_key(json, "filters");
    hs_json_object(json);
    for (size_t i = 0; i < run->count; i++) {
        if (!hs_hotspot_filter_given(run, i)) continue;
        hs_json_key_str(json, run->names[i]);
        hs_json_str(json, run->values[i]);
    }
    hs_json_object_end(json);
    run->method->head(run, json);
}

void hs_hotspots_geojson(const hs_hotspot_run *run, hs_json *json) {
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_hotspots_about(run, json);
    hs_json_pair_double(json, "run_time_ms", run->run_ms);
    write_features(run, json);
    hs_json_object_end(json);
}

static hs_status write_geojson(const hs_hotspot_run *run, const hs_output *output, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, (size_t)2 << 30);
    hs_json_init(&json, &out);
    hs_hotspots_geojson(run, &json);
    hs_status status =
        out.status == HS_OK ? HS_OK : hs_error_set(error, out.status, "%s: too large", output->shown);
    FILE *file = status == HS_OK ? fopen(output->file, "wb") : NULL;
    bool done = file && fwrite(out.data, 1, out.size, file) == out.size;
    if (file && fclose(file) != 0) done = false;
    if (status == HS_OK && !done)
        status = hs_error_set(error, HS_E_IO, "%s: %s", output->shown, strerror(errno));
    hs_buffer_done(&out);
    return status;
}

/* The writers of rows behind one face. */
typedef struct writing {
    const hs_hotspot_run *run;
    const hs_hotspot_table *table;
    const hs_export_format *format;
    hs_text_layout layout;
    hs_xlsx_writer *xlsx;
    hs_text_writer *text;
    hs_vector_writer *vector;
} writing;

static hs_status begin(writing *w, const hs_output *output, hs_error *error) {
    const hs_hotspot_table *t = w->table;
    if (w->format->maker == HS_MAKE_XLSX)
        return hs_xlsx_writer_new(output->file, output->shown, "hotspots", t->fields, t->field_count, error,
                                  &w->xlsx);
    if (w->format->maker == HS_MAKE_TEXT)
        return hs_text_writer_new(output->file, output->shown, w->format->text, &w->layout, error, &w->text);
    const hs_vector_options options = {.shown = output->shown, .driver = w->format->driver};
    hs_status status = hs_vector_writer_new_with(output->file, &options, error, &w->vector);
    if (status != HS_OK) return status;
    return hs_vector_writer_layer(w->vector, "hotspots", t->type, true, t->fields, t->field_count, error);
}

static hs_status write_row(writing *w, const hs_geometry *geometry, const hs_value *values, hs_error *error) {
    if (w->xlsx) return hs_xlsx_writer_row(w->xlsx, values, error);
    if (w->text) return hs_text_writer_feature(w->text, geometry ? geometry : &nowhere, values, error);
    return hs_vector_writer_row(w->vector, geometry, values, error);
}

static hs_status finish(writing *w, hs_error *error) {
    if (w->xlsx) return hs_xlsx_writer_finish(w->xlsx, error);
    if (w->text) return hs_text_writer_finish(w->text, error);
    return hs_vector_writer_finish(w->vector, error);
}

static hs_status write_rows(const hs_hotspot_run *run, const hs_export_format *format,
                            const hs_output *output, hs_error *error) {
    hs_hotspot_table table;
    hs_arena *arena;
    hs_status status = open_table(run, error, &table, &arena);
    if (status != HS_OK) return status;
    writing w = {run, &table, format, {"hotspots", table.fields, table.field_count, false}, 0, 0, 0};
    status = begin(&w, output, error);
    for (uint32_t i = 0; i < table.rows && status == HS_OK; i++) {
        hs_value values[HS_HOTSPOT_MOST_FIELDS];
        const hs_geometry *geometry = NULL;
        table.read(run, i, arena, values, &geometry);
        status = write_row(&w, geometry, values, error);
        hs_arena_reset(arena);
    }
    hs_arena_free(arena);
    if (status == HS_OK) return finish(&w, error);
    hs_xlsx_writer_discard(w.xlsx);
    hs_text_writer_discard(w.text);
    hs_vector_writer_discard(w.vector);
    return status;
}

hs_status hs_hotspots_file(const hs_service *service, const hs_hotspot_run *run, const char *path,
                           hs_error *error) {
    const hs_export_format *format = hs_export_format_of_path(path);
    hs_hotspot_table table = {0};
    run->method->table(run, &table);
    bool lines = table.type == HS_GEOMETRY_LINES;
    if (!format || format->is_zip || format->is_sequence ||
        (!lines && (format->traits & HS_FORMAT_NO_POLYGONS)))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%s: hotspots are written to .geojson .gpkg .fgb .csv .xlsx .kml or .shp%s", path,
                            lines ? ", lines to .gpx too" : "");
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s is the store itself", path);
    char name[64];
    (void)snprintf(name, sizeof name, "hotspots.%s", format->extension);
    hs_output output;
    hs_status status = hs_output_begin(path, name, error, &output);
    if (status != HS_OK) return status;
    status = format->maker == HS_MAKE_GEOJSON ? write_geojson(run, &output, error)
                                              : write_rows(run, format, &output, error);
    if (status == HS_OK) status = hs_output_keep(&output, error);
    hs_output_end(&output);
    return status;
}
