#include "export/feature_file.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "export/shapefile.h"
#include "export/text_writer.h"
#include "export/vector_writer.h"
#include "export/xlsx_writer.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define LAYOUT_MOST     ((size_t)32 << 20)
#define SHAPEFILE_MOST  ((uint64_t)INT32_MAX)
#define SHAPEFILE_POINT 28                  /* bytes of a point in the .shp */
#define XLSX_MOST_ROWS  ((uint64_t)1048575) /* beside the row of names */

/* A file being written: how its rows differ from the table's. */
typedef struct writing {
    const hs_feature_file *file;
    const char *path; /* of the vector file: not that of an archive */
    hs_feature_table *table;
    hs_arena *arena;
    const hs_field *fields; /* of the table */
    uint32_t count;
    hs_field *written;                /* as the file has them */
    char (*names)[HS_DBF_NAME_SIZE];  /* of a Shapefile */
    uint32_t *widths;                 /* of its texts */
    hs_value *values;                 /* of a row as the file has it */
    char (*times)[HS_TIME_TEXT_SIZE]; /* texts of a row's times */
    unsigned types;                   /* of geometries, bit by bit */
    hs_geometry_type layer;
    uint64_t cut, left_out, rows;
} writing;

static bool has(const writing *w, unsigned trait) {
    return w->file->format->traits & trait;
}

static bool has_type(const writing *w, hs_geometry_type type) {
    return w->types >> type & 1;
}

static const char *name_of(const hs_feature_file *file) {
    return file->source ? file->source->name : file->collection->id;
}

static uint64_t count_of(const hs_feature_file *file) {
    return file->source ? file->source->count : file->rows.count;
}

static hs_status read_feature(const writing *w, uint64_t i, hs_error *error, hs_feature *feature) {
    const hs_feature_file *file = w->file;
    return file->source ? file->source->read(file->source->context, i, error, feature)
                        : hs_feature_table_read(w->table, file->rows.row[i], error, feature);
}

static void warn(const writing *w, const char *format, ...) HS_PRINTF(2, 3);
static void warn(const writing *w, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (w->file->warn) w->file->warn(w->file->context, text);
}

/* The type of a collection's geometries, of places that of the rows. */
static hs_geometry_type layer_type(const writing *w) {
    if (w->file->source) return w->file->source->type;
    switch (w->file->collection->kind) {
    case HS_COLLECT_UNITS:
    case HS_COLLECT_ZONES:
        return HS_GEOMETRY_POLYGONS;
    case HS_COLLECT_STREETS:
    case HS_COLLECT_SEGMENTS:
        return HS_GEOMETRY_LINES;
    case HS_COLLECT_TARGETS:
    case HS_COLLECT_CLASSES: /* tables, which a GeoPackage holds as such */
        return w->file->format->driver && strcmp(w->file->format->driver, "GPKG") == 0 ? HS_GEOMETRY_NONE
                                                                                       : HS_GEOMETRY_POINT;
    case HS_COLLECT_HOTSPOTS:
        if (has_type(w, HS_GEOMETRY_POLYGONS)) return HS_GEOMETRY_POLYGONS;
        return has_type(w, HS_GEOMETRY_LINES) ? HS_GEOMETRY_LINES : HS_GEOMETRY_POINT;
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
    case HS_COLLECT_POPULATION:
        return has_type(w, HS_GEOMETRY_POLYGONS) ? HS_GEOMETRY_POLYGONS : HS_GEOMETRY_POINT;
    default:
        return HS_GEOMETRY_POINT;
    }
}

static bool is_mixed(const writing *w) {
    return has_type(w, HS_GEOMETRY_POINT) + has_type(w, HS_GEOMETRY_LINES) +
               has_type(w, HS_GEOMETRY_POLYGONS) >
           1;
}

static hs_status refuse_types(const writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    if (has(w, HS_FORMAT_NO_POLYGONS) && w->layer == HS_GEOMETRY_POLYGONS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%s holds points and lines only, and %s have areas: use kml, geojson or gpkg",
                            file->format->name, name_of(file));
    if (has(w, HS_FORMAT_ONE_TYPE) && is_mixed(w))
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "%s holds geometries of one type, and these %s are of several: use gpkg, geojson or fgb",
            file->format->name, name_of(file));
    return HS_OK;
}

static hs_status measure(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    for (uint64_t i = 0; i < count_of(file); i++) {
        hs_feature feature;
        hs_status status = read_feature(w, i, error, &feature);
        if (status != HS_OK) return status;
        for (uint32_t f = 0; f < w->count; f++) {
            if (w->fields[f].type != HS_FIELD_TEXT) continue;
            size_t size = feature.values[f].text.size;
            if (size > HS_DBF_TEXT_MOST) size = HS_DBF_TEXT_MOST;
            if (size > w->widths[f]) w->widths[f] = (uint32_t)size;
        }
    }
    return HS_OK;
}

static void tell_names(const writing *w) {
    hs_buffer text;
    hs_buffer_init(&text, 4000);
    for (uint32_t f = 0; f < w->count; f++)
        if (strcmp(w->names[f], w->fields[f].name) != 0)
            hs_buffer_printf(&text, "%s%s = %s", text.size ? ", " : "", w->names[f], w->fields[f].name);
    if (text.size > 0)
        warn(w, "names of a Shapefile's columns have at most 10 bytes: %.*s%s", (int)text.size, text.data,
             text.status == HS_OK ? "" : " ...");
    hs_buffer_done(&text);
}

/* Names, widths and size of a Shapefile. */
static hs_status fit_shapefile(writing *w, hs_error *error) {
    if (w->count > HS_DBF_FIELDS_MOST)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "a Shapefile holds %d columns, and %s have %u: use gpkg or csv",
                            HS_DBF_FIELDS_MOST, name_of(w->file), (unsigned)w->count);
    w->names = hs_arena_array(w->arena, w->count + 1, sizeof *w->names);
    w->widths = hs_arena_array(w->arena, w->count + 1, sizeof *w->widths);
    if (!w->names || !w->widths) return hs_error_memory(error, "the columns");
    hs_short_names(w->fields, w->count, w->names);
    hs_status status = measure(w, error);
    if (status != HS_OK) return status;
    uint64_t size = 1;
    for (uint32_t f = 0; f < w->count; f++) {
        w->written[f].name = w->names[f];
        if (w->fields[f].type == HS_FIELD_TIME) w->widths[f] = HS_TIME_TEXT_SIZE - 1;
        if (w->written[f].type == HS_FIELD_TEXT && w->widths[f] == 0) w->widths[f] = 1;
        size += w->written[f].type == HS_FIELD_TEXT ? w->widths[f] : HS_DBF_NUMBER_WIDTH;
    }
    if (size < SHAPEFILE_POINT) size = SHAPEFILE_POINT;
    if (count_of(w->file) > SHAPEFILE_MOST / size)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%llu rows of %llu bytes are more than the 2 GB that a Shapefile holds: use gpkg "
                            "or fgb, or ask for less",
                            (unsigned long long)count_of(w->file), (unsigned long long)size);
    tell_names(w);
    return HS_OK;
}

static hs_status lay_out(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    w->types = file->source ? 1U << file->source->type
                            : hs_feature_types(file->snapshot, file->collection, &file->rows);
    w->layer = layer_type(w);
    hs_status status = refuse_types(w, error);
    if (status == HS_OK && !file->source)
        status = hs_feature_table_new(file->snapshot, file->collection, &file->rows, file->format->traits,
                                      error, &w->table);
    if (status != HS_OK) return status;
    if (file->source) {
        w->fields = file->source->fields;
        w->count = file->source->field_count;
    } else {
        w->fields = hs_feature_table_fields(w->table, &w->count);
    }
    w->written = hs_arena_array(w->arena, w->count + 1, sizeof *w->written);
    w->values = hs_arena_array(w->arena, w->count + 1, sizeof *w->values);
    w->times = hs_arena_array(w->arena, w->count + 1, sizeof *w->times);
    if (!w->written || !w->values || !w->times) return hs_error_memory(error, "the columns");
    for (uint32_t f = 0; f < w->count; f++) {
        w->written[f] = w->fields[f];
        if (has(w, HS_FORMAT_TEXT_TIMES) && w->fields[f].type == HS_FIELD_TIME)
            w->written[f].type = HS_FIELD_TEXT;
    }
    return has(w, HS_FORMAT_SHORT_NAMES) ? fit_shapefile(w, error) : HS_OK;
}

static void fit_text(writing *w, hs_value *value) {
    if (!has(w, HS_FORMAT_SHORT_NAMES) || value->text.size <= HS_DBF_TEXT_MOST) return;
    value->text.size = hs_utf8_cut(value->text, HS_DBF_TEXT_MOST);
    w->cut++;
}

static void fit_row(writing *w, const hs_value *values) {
    for (uint32_t f = 0; f < w->count; f++) {
        w->values[f] = values[f];
        if (w->fields[f].type == HS_FIELD_TIME && w->written[f].type == HS_FIELD_TEXT) {
            w->values[f].text = (hs_str){0};
            if (values[f].integer != HS_NO_TIME)
                w->values[f].text = (hs_str){w->times[f], hs_time_format(values[f].integer, w->times[f])};
        } else if (w->fields[f].type == HS_FIELD_TEXT) {
            fit_text(w, &w->values[f]);
        }
    }
}

/* A name that no field has, for columns of the format's own. */
static const char *free_name(const writing *w, const char *option, const char *wanted) {
    const char *name = wanted;
    for (int k = 2; name; k++) {
        bool taken = false;
        for (uint32_t f = 0; f < w->count; f++)
            taken = taken || hs_str_equal_nocase(hs_str_of(w->written[f].name), hs_str_of(name));
        if (!taken) break;
        name = hs_arena_printf(w->arena, "%s_%d", wanted, k);
    }
    return name ? hs_arena_printf(w->arena, "%s=%s", option, name) : NULL;
}

static hs_status open_layer(writing *w, hs_error *error, hs_vector_writer **writer) {
    const hs_feature_file *file = w->file;
    const char *layer[] = {NULL, NULL, NULL};
    const hs_vector_options options = {.shown = file->shown,
                                       .driver = file->format->driver,
                                       .layer_options = layer,
                                       .widths = w->widths,
                                       .mixed = is_mixed(w)};
    if (w->names) {
        layer[0] = "ENCODING=UTF-8";
        layer[1] = "2GB_LIMIT=YES";
    } else if (strcmp(file->format->driver, "GPKG") == 0) {
        layer[0] = free_name(w, "FID", "fid");
        layer[1] = free_name(w, "GEOMETRY_NAME", "geom");
    }
    hs_status status = hs_vector_writer_new_with(w->path, &options, error, writer);
    if (status != HS_OK) return status;
    bool multi =
        !file->source && w->layer > HS_GEOMETRY_POINT && file->collection->kind != HS_COLLECT_SEGMENTS;
    status = hs_vector_writer_layer(*writer, name_of(file), w->layer, multi, w->written, w->count, error);
    if (status != HS_OK) hs_vector_writer_discard(*writer);
    return status;
}

/* Calls `put` with each row as the file has it. */
typedef hs_status (*put_row)(writing *w, void *writer, const hs_geometry *geometry, hs_error *error);

static hs_status put_rows(writing *w, put_row put, void *writer, hs_error *error) {
    const hs_feature_file *file = w->file;
    for (uint64_t i = 0; i < count_of(file); i++) {
        hs_feature feature;
        hs_status status = read_feature(w, i, error, &feature);
        if (status == HS_OK && i % HS_EXPORT_STEP_ROWS == 0 && file->step)
            status = file->step(file->context, i, error);
        if (status != HS_OK) return status;
        if (has(w, HS_FORMAT_NEEDS_PLACE) && feature.geometry.type == HS_GEOMETRY_NONE) {
            w->left_out++;
            continue;
        }
        fit_row(w, feature.values);
        status = put(w, writer, &feature.geometry, error);
        if (status != HS_OK) return status;
        w->rows++;
    }
    return HS_OK;
}

static hs_status put_vector(writing *w, void *writer, const hs_geometry *geometry, hs_error *error) {
    return hs_vector_writer_row(writer, geometry, w->values, error);
}

static hs_status write_vector(writing *w, hs_error *error) {
    hs_vector_writer *writer = NULL;
    hs_status status = open_layer(w, error, &writer);
    if (status != HS_OK) return status;
    status = put_rows(w, put_vector, writer, error);
    if (status == HS_OK) return hs_vector_writer_finish(writer, error);
    hs_vector_writer_discard(writer);
    return status;
}

static hs_status put_cells(writing *w, void *writer, const hs_geometry *geometry, hs_error *error) {
    (void)geometry;
    return hs_xlsx_writer_row(writer, w->values, error);
}

static hs_status write_xlsx(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    if (count_of(file) > XLSX_MOST_ROWS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%llu rows are more than the 1,048,576 that a sheet of xlsx holds: use csv or "
                            "gpkg, or ask for less",
                            (unsigned long long)count_of(file));
    hs_xlsx_writer *writer = NULL;
    hs_status status =
        hs_xlsx_writer_new(file->path, file->shown, name_of(file), w->written, w->count, error, &writer);
    if (status != HS_OK) return status;
    status = put_rows(w, put_cells, writer, error);
    if (status != HS_OK) {
        hs_xlsx_writer_discard(writer);
        return status;
    }
    return hs_xlsx_writer_finish(writer, error);
}

static hs_status put_text(writing *w, void *writer, const hs_geometry *geometry, hs_error *error) {
    return hs_text_writer_feature(writer, geometry, w->values, error);
}

static hs_status write_text(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    const hs_text_layout layout = {name_of(file), w->written, w->count,
                                   has(w, HS_FORMAT_OUTLINES) && w->layer != HS_GEOMETRY_POINT};
    hs_text_writer *writer = NULL;
    hs_status status =
        hs_text_writer_new(file->path, file->shown, file->format->text, &layout, error, &writer);
    if (status != HS_OK) return status;
    status = put_rows(w, put_text, writer, error);
    if (status == HS_OK) return hs_text_writer_finish(writer, error);
    hs_text_writer_discard(writer);
    return status;
}

static void tell_losses(const writing *w) {
    const char *collection = name_of(w->file);
    if (w->left_out > 0)
        warn(w, "%llu %s without a position were left out: %s holds places only",
             (unsigned long long)w->left_out, collection, w->file->format->name);
    if (w->cut > 0)
        warn(w, "%llu texts were cut: a Shapefile's have at most %d bytes", (unsigned long long)w->cut,
             HS_DBF_TEXT_MOST);
    if (w->file->format->maker == HS_MAKE_XLSX && w->layer != HS_GEOMETRY_POINT)
        warn(w, "xlsx holds no %s: %s; csv holds them as WKT, gpkg as geometries",
             w->layer == HS_GEOMETRY_LINES ? "lines" : "areas",
             w->layer == HS_GEOMETRY_LINES ? "they are left out" : "lon and lat are a point inside");
}

/* The files of the format in a folder of their own, then in the archive. */
static hs_status write_archive(writing *w, hs_error *error) {
    const hs_feature_file *file = w->file;
    char *folder = hs_arena_printf(w->arena, "%s.d", file->path);
    w->path = folder ? hs_arena_printf(w->arena, "%s/%s.shp", folder, name_of(file)) : NULL;
    if (!w->path) return hs_error_memory(error, "an archive");
    if (mkdir(folder, 0700) != 0) return hs_error_set(error, HS_E_IO, "%s: %s", file->shown, strerror(errno));
    hs_status status = write_vector(w, error);
    if (status == HS_OK) status = hs_shapefile_check(w->path, file->shown, w->rows, error);
    if (status == HS_OK) status = hs_shapefile_describe(w->path, w->fields, w->names, w->count, error);
    if (status == HS_OK) status = hs_zip_folder(folder, file->path, file->shown, error);
    (void)VSIRmdirRecursive(folder);
    return status;
}

static hs_status write_vectors(writing *w, hs_error *error) {
    /* The file is worth something only when it is whole and in its place: no need to sync before. */
    CPLSetThreadLocalConfigOption("OGR_SQLITE_SYNCHRONOUS", "OFF");
    hs_status status = w->file->format->is_zip ? write_archive(w, error) : write_vector(w, error);
    CPLSetThreadLocalConfigOption("OGR_SQLITE_SYNCHRONOUS", NULL);
    if (status == HS_OK && w->names && !w->file->format->is_zip) {
        status = hs_shapefile_check(w->path, w->file->shown, w->rows, error);
        if (status != HS_OK) return status;
        status = hs_shapefile_describe(w->path, w->fields, w->names, w->count, error);
    }
    return status;
}

static hs_status write_file(writing *w, hs_error *error) {
    switch (w->file->format->maker) {
    case HS_MAKE_XLSX:
        return write_xlsx(w, error);
    case HS_MAKE_TEXT:
        return write_text(w, error);
    default:
        return write_vectors(w, error);
    }
}

static void end(writing *w) {
    hs_feature_table_free(w->table);
    hs_arena_free(w->arena);
}

hs_status hs_feature_file_write(const hs_feature_file *file, hs_error *error, uint64_t *written) {
    writing w = {.file = file, .path = file->path, .arena = hs_arena_new(LAYOUT_MOST)};
    if (!w.arena) return hs_error_memory(error, "an export");
    hs_status status = lay_out(&w, error);
    if (status == HS_OK) status = write_file(&w, error);
    if (status == HS_OK) {
        tell_losses(&w);
        *written = w.rows;
    }
    end(&w);
    return status;
}
