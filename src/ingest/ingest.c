#include "ingest/ingest.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "ingest/archive.h"
#include "ingest/record.h"
#include "ingest/sample.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_CEILING        ((size_t)512 << 20)
#define ATTRIBUTES_CEILING ((size_t)64 << 20)
#define PROGRESS_ROWS      2048
#define LONGEST_VALUE      200

static bool keeps_attributes(hs_kind kind) {
    return kind == HS_KIND_UNITS || kind == HS_KIND_STREETS;
}

static bool has_places(hs_kind kind) {
    return kind != HS_KIND_TAXONOMY && kind != HS_KIND_TARGETS;
}

static bool is_mapped(const hs_mapping *mapping, size_t column) {
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (mapping->column[field] == column) return true;
    return false;
}

/* Coordinate columns that the locator has no use for are left to the attributes. */
static void drop_unused_coordinates(hs_ingest *ingest) {
    size_t *column = ingest->mapping.column;
    if (!ingest->locator.use_xy) column[HS_FIELD_X] = column[HS_FIELD_Y] = HS_NO_COLUMN;
    if (!ingest->locator.use_degrees) column[HS_FIELD_LON] = column[HS_FIELD_LAT] = HS_NO_COLUMN;
}

/* Which columns are read at all, and which go along as attributes: what no field takes, and all numbers. */
static hs_status choose_columns(hs_ingest *ingest, hs_error *error) {
    const hs_source *source = ingest->source;
    drop_unused_coordinates(ingest);
    ingest->want = calloc(source->column_count + 1, sizeof *ingest->want);
    ingest->is_attribute = calloc(source->column_count + 1, sizeof *ingest->is_attribute);
    if (!ingest->want || !ingest->is_attribute) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    ingest->other_tags = HS_NO_COLUMN;
    for (size_t i = 0; i < source->column_count; i++) {
        OGRFieldType type = source->columns[i].type;
        bool tags = source->is_osm && hs_str_equal(source->columns[i].name, HS_STR("other_tags"));
        if (tags) ingest->other_tags = i;
        /* Columns of bridges and tunnels only stand in for a layer: they go along too. */
        bool mapped = is_mapped(&ingest->mapping, i) && i != ingest->mapping.column[HS_FIELD_BRIDGE] &&
                      i != ingest->mapping.column[HS_FIELD_TUNNEL];
        bool number = type == OFTInteger || type == OFTInteger64 || type == OFTReal;
        ingest->is_attribute[i] =
            keeps_attributes(ingest->kind) && !tags && type != OFTBinary && (!mapped || number);
        ingest->want[i] = is_mapped(&ingest->mapping, i) || ingest->is_attribute[i] || source->is_osm;
    }
    if (ingest->kind == HS_KIND_INCIDENTS) ingest->absent = hs_incident_absent(ingest);
    return HS_OK;
}

/* Units need a level: from a column, the option or the layer's name. */
static hs_status settle_level(hs_ingest *ingest, const hs_ingest_options *options, hs_error *error) {
    ingest->level = options->level;
    if (ingest->kind != HS_KIND_UNITS || ingest->source->is_osm || options->level < HS_LEVEL_COUNT)
        return HS_OK;
    if (ingest->mapping.column[HS_FIELD_LEVEL] != HS_NO_COLUMN) return HS_OK;
    ingest->level = hs_level_parse(hs_str_of(ingest->source->layer_name));
    if (ingest->level < HS_LEVEL_COUNT) return HS_OK;
    return hs_error_set(
        error, HS_E_ARGUMENT,
        "%s does not say of what level its units are; give --level city, district, subdistrict, "
        "community or cell, or --map level=COLUMN",
        ingest->source->path);
}

/* Rows of which nothing is understood are no incidents, however many there are. */
static hs_status check_known(const hs_ingest *ingest, hs_error *error) {
    const hs_source *source = ingest->source;
    if (ingest->kind != HS_KIND_INCIDENTS || source->has_geometry) return HS_OK;
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (ingest->mapping.column[field] != HS_NO_COLUMN) return HS_OK;
    char list[HS_COLUMN_LIST_SIZE];
    hs_source_list_columns(source, list);
    return hs_error_set(
        error, HS_E_INPUT,
        "none of the columns of %s is known; name them with --map FIELD=COLUMN, such as --map "
        "lon=... --map category=...; its columns are: %s",
        source->path, list);
}

/* Rows of these kinds are nothing without their number. */
static hs_status check_number(const hs_ingest *ingest, hs_error *error) {
    hs_field field = ingest->kind == HS_KIND_TARGETS ? HS_FIELD_TARGET : HS_FIELD_POPULATION;
    if (ingest->kind != HS_KIND_TARGETS && ingest->kind != HS_KIND_POPULATION) return HS_OK;
    if (ingest->mapping.column[field] != HS_NO_COLUMN) return HS_OK;
    char list[HS_COLUMN_LIST_SIZE];
    hs_source_list_columns(ingest->source, list);
    return hs_error_set(error, HS_E_INPUT,
                        "no column of %s is known as %s; name it with --map %s=COLUMN; its columns are: %s",
                        ingest->source->path, hs_field_name(field), hs_field_name(field), list);
}

/* A file of the right kind has its geometry or the columns for one. */
static hs_status check_shape(const hs_ingest *ingest, hs_error *error) {
    const hs_source *source = ingest->source;
    const hs_mapping *mapping = &ingest->mapping;
    bool by_columns =
        mapping->column[HS_FIELD_LON] != HS_NO_COLUMN || mapping->column[HS_FIELD_X] != HS_NO_COLUMN;
    bool needs_shapes =
        ingest->kind == HS_KIND_UNITS || ingest->kind == HS_KIND_STREETS || ingest->kind == HS_KIND_ZONES;
    bool needs_unit = ingest->kind == HS_KIND_POPULATION && !source->has_geometry && !by_columns;
    bool needs_points = ingest->kind == HS_KIND_ADDRESSES || ingest->kind == HS_KIND_PLACES;
    if (needs_shapes && !source->has_geometry)
        return hs_error_set(error, HS_E_INPUT, "layer %s of %s has no geometry, which %s need",
                            source->layer_name, source->path, hs_source_kind_word(ingest->kind));
    if (needs_points && !source->has_geometry && !by_columns)
        return hs_error_set(
            error, HS_E_INPUT,
            "%s has neither geometry nor columns of coordinates that are known; name them with --map "
            "lon=COLUMN --map lat=COLUMN",
            source->path);
    if (needs_unit && mapping->column[HS_FIELD_UNIT] == HS_NO_COLUMN)
        return hs_error_set(error, HS_E_INPUT,
                            "%s does not say where its people live: give their units' codes with --map "
                            "unit=COLUMN, or areas or points",
                            source->path);
    return check_number(ingest, error);
}

const char *hs_ingest_source_name(const char *path, hs_arena *arena) {
    if (hs_location_is_database(path)) return hs_location_name(path, arena);
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return hs_arena_strndup(arena, name, strlen(name));
}

hs_status hs_ingest_open(const char *path, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                         hs_ingest **ingest) {
    static const hs_ingest_options defaults = {.level = HS_LEVEL_COUNT};
    if (!options) options = &defaults;
    if (!hs_kind_is_imported(kind)) return hs_error_set(error, HS_E_ARGUMENT, "no such kind of rows");
    if (options->date_format && !strchr(options->date_format, '%'))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--date-format %.60s: names no part of a date; write it like %%d/%%m/%%Y %%H:%%M",
                            options->date_format);
    hs_ingest *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    made->kind = kind;
    made->chinese = options->chinese;
    made->timezone = options->timezone;
    made->arena = hs_arena_new(ROW_CEILING);
    hs_buffer_init(&made->attributes, ATTRIBUTES_CEILING);
    hs_status status = made->arena ? hs_source_open(path, kind, options, error, &made->source)
                                   : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK && options->date_format)
        made->date_format =
            hs_arena_strndup(made->source->arena, options->date_format, strlen(options->date_format));
    if (status == HS_OK) status = hs_mapping_sample(made->source, options, error, &made->mapping);
    if (status == HS_OK) status = hs_mapping_guess(made->source, kind, options, error, &made->mapping);
    if (status == HS_OK) status = settle_level(made, options, error);
    if (status == HS_OK) status = check_known(made, error);
    if (status == HS_OK) status = check_shape(made, error);
    if (status == HS_OK) status = hs_mapping_settle_dates(made->source, options, error, &made->mapping);
    if (status == HS_OK && has_places(kind))
        status = hs_locator_open(made->source, &made->mapping, options, error, &made->locator);
    if (status == HS_OK) status = choose_columns(made, error);
    if (status != HS_OK) {
        hs_ingest_close(made);
        return status;
    }
    *ingest = made;
    return HS_OK;
}

void hs_ingest_close(hs_ingest *ingest) {
    if (!ingest) return;
    hs_locator_done(&ingest->locator);
    if (ingest->source) hs_mapping_done(&ingest->mapping, ingest->source->column_count);
    hs_source_close(ingest->source);
    hs_buffer_done(&ingest->attributes);
    hs_arena_free(ingest->arena);
    free(ingest->want);
    free(ingest->is_attribute);
    free(ingest);
}

/* The middle of positions in the first rows, by the median, so that strays do not matter. */
static int compare_positions(const void *a, const void *b) {
    const hs_position *one = a, *two = b;
    return (one->lon_e7 > two->lon_e7) - (one->lon_e7 < two->lon_e7);
}

bool hs_ingest_sample_position(hs_ingest *ingest, double *lon_deg, double *lat_deg) {
    enum { WANTED = 200, AT_MOST = 2000 };
    if (!has_places(ingest->kind)) return false;
    hs_position positions[WANTED];
    size_t count = 0;
    hs_rows *rows = NULL;
    if (hs_rows_open(ingest->source, ingest->want, NULL, &rows) != HS_OK) return false;
    hs_locator *locator = &ingest->locator;
    hs_locator before = *locator;
    for (int i = 0; i < AT_MOST && count < WANTED; i++) {
        const hs_row *row = NULL;
        hs_field bad;
        if (hs_rows_next(rows, NULL, &row) != HS_OK || !row) break;
        if (hs_locator_position(locator, row, &bad, &positions[count]) == HS_FOUND) count++;
    }
    hs_rows_close(rows);
    locator->rows = before.rows;
    locator->missing = before.missing;
    locator->null_island = before.null_island;
    locator->off_earth = before.off_earth;
    locator->swapped = before.swapped;
    if (count == 0) return false;
    qsort(positions, count, sizeof *positions, compare_positions);
    size_t middle = count / 2;
    *lon_deg = positions[middle].lon_e7 / 1e7;
    *lat_deg = positions[middle].lat_e7 / 1e7;
    return true;
}

const char *hs_ingest_name(const hs_ingest *ingest) {
    return ingest->source->path;
}

const char *hs_ingest_crs(const hs_ingest *ingest) {
    return ingest->locator.crs;
}

void hs_ingest_describe(hs_ingest *ingest, hs_buffer *json) {
    const hs_source *source = ingest->source;
    hs_json writer;
    hs_json_init(&writer, json);
    hs_json_object(&writer);
    hs_json_pair_text(&writer, "layer", source->layer_name);
    hs_json_pair_text(&writer, "encoding", source->encoding);
    hs_json_pair_text(&writer, "crs", ingest->locator.crs);
    hs_json_pair_text(&writer, "driver", source->driver);
    hs_json_key(&writer, "fields");
    hs_json_object(&writer);
    for (int field = 0; field < HS_FIELD_COUNT; field++) {
        size_t column = ingest->mapping.column[field];
        if (column != HS_NO_COLUMN)
            hs_json_pair_str(&writer, hs_field_name((hs_field)field), source->columns[column].name);
    }
    hs_json_object_end(&writer);
    hs_json_key(&writer, "unused");
    hs_json_array(&writer);
    for (size_t i = 0; i < source->column_count; i++)
        if (!is_mapped(&ingest->mapping, i)) hs_json_str(&writer, source->columns[i].name);
    hs_json_array_end(&writer);
    hs_json_object_end(&writer);
}

/* One row to the sink. `error` carries the sink's words. */
static hs_status put_row(hs_ingest *ingest, const hs_row *row, const hs_ingest_sink *sink,
                         hs_refusal *refusal, hs_error *error, hs_made *made) {
    union {
        hs_unit_record unit;
        hs_street_record street;
        hs_address_record address;
        hs_place_record place;
        hs_zone_record zone;
        hs_category_record category;
        hs_incident_record incident;
        hs_target_record target;
        hs_population_record population;
    } record;
    void *context = sink->context;
    switch (ingest->kind) {
    case HS_KIND_UNITS:
        *made = hs_make_unit(ingest, row, refusal, &record.unit);
        return *made == HS_MADE ? sink->put.unit(context, &record.unit, error) : HS_OK;
    case HS_KIND_STREETS:
        *made = hs_make_street(ingest, row, refusal, &record.street);
        return *made == HS_MADE ? sink->put.street(context, &record.street, error) : HS_OK;
    case HS_KIND_ADDRESSES:
        *made = hs_make_address(ingest, row, refusal, &record.address);
        return *made == HS_MADE ? sink->put.address(context, &record.address, error) : HS_OK;
    case HS_KIND_PLACES:
        *made = hs_make_place(ingest, row, refusal, &record.place);
        return *made == HS_MADE ? sink->put.place(context, &record.place, error) : HS_OK;
    case HS_KIND_ZONES:
        *made = hs_make_zone(ingest, row, refusal, &record.zone);
        return *made == HS_MADE ? sink->put.zone(context, &record.zone, error) : HS_OK;
    case HS_KIND_TAXONOMY:
        *made = hs_make_category(ingest, row, refusal, &record.category);
        return *made == HS_MADE ? sink->put.category(context, &record.category, error) : HS_OK;
    case HS_KIND_INCIDENTS:
        *made = hs_make_incident(ingest, row, refusal, &record.incident);
        return *made == HS_MADE ? sink->put.incident(context, &record.incident, error) : HS_OK;
    case HS_KIND_TARGETS:
        *made = hs_make_target(ingest, row, refusal, &record.target);
        return *made == HS_MADE ? sink->put.target(context, &record.target, error) : HS_OK;
    case HS_KIND_POPULATION:
        *made = hs_make_population(ingest, row, refusal, &record.population);
        return *made == HS_MADE ? sink->put.population(context, &record.population, error) : HS_OK;
    default:
        return hs_error_set(error, HS_E_INTERNAL, "no records of kind %d", (int)ingest->kind);
    }
}

static void report_reject(const hs_ingest_sink *sink, uint64_t row, const hs_refusal *refusal) {
    if (!sink->reject) return;
    char value[LONGEST_VALUE + 1];
    size_t size = hs_utf8_cut(refusal->value, LONGEST_VALUE);
    if (size > 0) memcpy(value, refusal->value.data, size);
    value[size] = '\0';
    hs_ingest_reject reject = {
        .row = row, .field = refusal->field, .value = value, .reason = refusal->reason};
    sink->reject(sink->context, &reject);
}

static void warn(const hs_ingest_sink *sink, const char *message) {
    if (sink->warn) sink->warn(sink->context, message);
}

/* Shapes of which nothing is known. */
static bool is_nameless(const hs_ingest *ingest) {
    if (ingest->source->is_osm) return false;
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (ingest->mapping.column[field] != HS_NO_COLUMN) return false;
    return true;
}

static void warn_of_coordinates(const hs_ingest *ingest, const hs_ingest_sink *sink) {
    const hs_locator *at = &ingest->locator;
    const char *path = ingest->source->path;
    bool zh = ingest->chinese;
    char text[800];
    if (at->swapped > 0) {
        snprintf(text, sizeof text,
                 hs_in_language(zh,
                                "%s: the coordinates of %llu rows are off the Earth but would be on it with "
                                "longitude and latitude swapped; check the order (--map lon=COLUMN --map "
                                "lat=COLUMN)",
                                "%s：%llu 行的坐标不在地球上，经纬度对调后才在；请检查先后顺序（--map lon=列 "
                                "--map lat=列）"),
                 path, (unsigned long long)at->swapped);
        warn(sink, text);
    }
    if (at->off_earth > at->swapped) {
        const char *advice =
            at->of_geometry || at->of_degrees
                ? hs_in_language(zh,
                                 "check the reference system, its zone, and the order of the columns, as "
                                 "surveyors in China call the northing X (--map x=COLUMN --map y=COLUMN)",
                                 "请检查坐标系、分带与列的顺序，国内测量习惯以 X 为北坐标（--map x=列 --map "
                                 "y=列）")
                : hs_in_language(zh, "if they are metres, give their reference system with --crs",
                                 "若单位为米，请用 --crs 指定坐标系");
        snprintf(text, sizeof text,
                 hs_in_language(
                     zh, "%s: the coordinates of %llu rows are no place on Earth when read as %.60s; %s",
                     "%s：%llu 行的坐标按 %.60s 读取时不在地球上；%s"),
                 path, (unsigned long long)(at->off_earth - at->swapped), at->crs, advice);
        warn(sink, text);
    }
    if (at->null_island > 0) {
        snprintf(text, sizeof text,
                 hs_in_language(zh,
                                "%s: %llu rows lie at 0, 0 (null island) and are taken as without position",
                                "%s：%llu 行的坐标为 0, 0，按无坐标处理"),
                 path, (unsigned long long)at->null_island);
        warn(sink, text);
    }
    if (at->rows >= 20 && at->missing * 2 > at->rows &&
        (at->use_degrees || at->use_xy || ingest->source->has_geometry)) {
        snprintf(text, sizeof text,
                 hs_in_language(zh, "%s: %llu of %llu rows have no coordinates",
                                "%s：%llu 行（共 %llu 行）没有坐标"),
                 path, (unsigned long long)at->missing, (unsigned long long)at->rows);
        warn(sink, text);
    }
}

/* Likely mistakes, counted on the way. */
static void report_warnings(const hs_ingest *ingest, const hs_ingest_sink *sink) {
    const hs_locator *at = &ingest->locator;
    const char *path = ingest->source->path;
    bool zh = ingest->chinese;
    char text[800];
    if (is_nameless(ingest)) {
        snprintf(text, sizeof text,
                 hs_in_language(zh,
                                "%s: no column is known, so that %s come without code and name; is the .dbf "
                                "of a Shapefile missing? --map FIELD=COLUMN names columns",
                                "%s：没有可识别的列，%s 将没有编码和名称；是否缺少 Shapefile 的 .dbf？可用 "
                                "--map 字段=列 指定"),
                 path, hs_source_kind_word(ingest->kind));
        warn(sink, text);
    }
    warn_of_coordinates(ingest, sink);
    if (at->invalid > 0) {
        snprintf(
            text, sizeof text,
            hs_in_language(zh,
                           "%s: the polygons of %llu rows are not valid (first: row %llu%s%s) and are "
                           "kept as they came, by the even-odd rule; hotspotd check STORE says where, "
                           "with --repair it mends them",
                           "%s：%llu 行的多边形无效（首个：第 %llu 行%s%s），按奇偶规则原样保留；hotspotd "
                           "check STORE 指出位置，加 --repair 可修复"),
            path, (unsigned long long)at->invalid, (unsigned long long)at->first_invalid,
            *at->flaw ? hs_in_language(zh, ", ", "，") : "", at->flaw);
        warn(sink, text);
    }
    if (ingest->source->odd_encoding) {
        snprintf(
            text, sizeof text,
            hs_in_language(zh,
                           "%s: some texts are not UTF-8 and were read as %s; give --encoding if that is "
                           "wrong",
                           "%s：部分文本不是 UTF-8，已按 %s 读取；若有误请用 --encoding 指定"),
            path, ingest->source->odd_encoding);
        warn(sink, text);
    }
}

/* Handles what became of one row; HS_OK to go on. */
static hs_status settle_row(const hs_ingest_sink *sink, uint64_t row, hs_status status, hs_made made,
                            hs_refusal *refusal, const hs_error *said) {
    if (status == HS_OK && made != HS_REFUSED) return HS_OK;
    if (status == HS_E_INPUT) {
        hs_refuse(refusal, "row", (hs_str){0}, "%s", said->message);
    } else if (status != HS_OK) {
        return status;
    }
    report_reject(sink, row, refusal);
    return HS_OK;
}

uint64_t hs_ingest_row(const hs_ingest *ingest) {
    return ingest->row;
}

hs_status hs_ingest_run(hs_ingest *ingest, const hs_ingest_sink *sink, hs_error *error, uint64_t *rows_read) {
    hs_rows *rows = NULL;
    hs_status status = hs_rows_open(ingest->source, ingest->want, error, &rows);
    if (status != HS_OK) return status;
    int64_t total = sink->progress ? hs_source_row_count(ingest->source) : -1;
    uint64_t count = 0;
    for (;;) {
        const hs_row *row = NULL;
        status = hs_rows_next(rows, error, &row);
        if (status != HS_OK || !row) break;
        count = ingest->row = row->number;
        hs_arena_reset(ingest->arena);
        hs_refusal refusal = {0};
        hs_error said = {0};
        hs_made made = HS_MADE;
        hs_status put = put_row(ingest, row, sink, &refusal, &said, &made);
        status = settle_row(sink, row->number, put, made, &refusal, &said);
        if (status != HS_OK) {
            if (error) *error = said;
            break;
        }
        if (count % PROGRESS_ROWS == 0 && sink->progress && !sink->progress(sink->context, count, total)) {
            status = hs_error_set(error, HS_E_CANCELLED, "reading %s was cancelled", ingest->source->path);
            break;
        }
    }
    hs_rows_close(rows);
    if (status != HS_OK) return status;
    report_warnings(ingest, sink);
    if (sink->progress) sink->progress(sink->context, count, total);
    *rows_read = count;
    return HS_OK;
}
