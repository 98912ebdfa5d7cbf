/* Densities of streets, one line a lixel: as GeoJSON, and in files of any vector format. */
#include "service/density.h"
#include "service/export_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct lixel {
    uint32_t segment, number, count; /* the how-manieth of how many of its segment */
    uint32_t id;
    float value;
} lixel;

static hs_position place_of(double x, double y) {
    hs_mercator m = {(uint32_t)fmax(0, fmin(x + 0.5, 4294967295.0)),
                     (uint32_t)fmax(0, fmin(y + 0.5, 4294967295.0))};
    return hs_mercator_to_position(m);
}

/* Calls `put` with each position of a lixel's line. */
typedef void (*put_position)(void *context, hs_position position);

static void trace(const hs_street_lines *lines, const lixel *l, put_position put, void *context) {
    double x;
    double y;
    double end_x;
    double end_y;
    uint32_t i = hs_street_lines_at(lines, l->segment, (double)l->number / l->count, &x, &y);
    uint32_t last = hs_street_lines_at(lines, l->segment, (double)(l->number + 1) / l->count, &end_x, &end_y);
    put(context, place_of(x, y));
    for (i++; i <= last; i++)
        if (lines->vertex[i].x != (uint32_t)end_x || lines->vertex[i].y != (uint32_t)end_y)
            put(context, place_of((double)lines->vertex[i].x, (double)lines->vertex[i].y));
    put(context, place_of(end_x, end_y));
}

static void write_position(void *json, hs_position position) {
    hs_json_position(json, position);
}

static void write_line(const hs_street_lines *lines, const lixel *l, hs_json *json) {
    hs_json_key(json, "geometry");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "LineString");
    hs_json_key(json, "coordinates");
    hs_json_array(json);
    trace(lines, l, write_position, json);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_fixed(hs_json *json, const char *key, double metres) {
    hs_json_key(json, key);
    hs_json_fixed(json, (int64_t)llround(metres * 100.0), 2);
}

static const char *colour_of(const hs_ramp_classes *classes, float value, char *text) {
    uint32_t c = 0;
    while (c < classes->break_count && (double)value >= classes->breaks[c])
        c++;
    hs_rgba colour = classes->colour[c];
    (void)snprintf(text, 8, "#%02x%02x%02x", colour.r, colour.g, colour.b);
    return colour.a > 0 ? text : NULL;
}

static void write_lixel(const hs_snapshot *snapshot, const hs_ramp_classes *classes,
                        const hs_density_streets *streets, const lixel *l, hs_json *json) {
    const hs_geography *g = snapshot->geography;
    uint32_t street = g->segments.street[l->segment];
    double length_m = hs_network_lixel_m(streets->network, l->segment);
    char text[8];
    const char *colour = colour_of(classes, l->value, text);
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", (int64_t)l->id + 1);
    write_line(streets->lines, l, json);
    hs_json_key(json, "properties");
    hs_json_object(json);
    hs_json_pair_double(json, "value", (double)l->value);
    hs_json_pair_int(json, "segment", (int64_t)l->segment + 1);
    hs_json_pair_int(json, "street", g->streets.id[street]);
    hs_json_pair_str(json, "name", g->streets.name[street]);
    hs_json_pair_str(json, "name_en", g->streets.name_en[street]);
    write_fixed(json, "from_m", length_m * l->number);
    write_fixed(json, "to_m", length_m * (l->number + 1));
    hs_json_key(json, "colour");
    if (colour)
        hs_json_text(json, colour);
    else
        hs_json_null(json);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static bool is_near(const hs_street_lines *lines, uint32_t segment, const hs_box *box) {
    if (!box) return true;
    hs_mercator north_west = hs_mercator_from_position((hs_position){box->min_lon_e7, box->max_lat_e7});
    hs_mercator south_east = hs_mercator_from_position((hs_position){box->max_lon_e7, box->min_lat_e7});
    const hs_mercator_box *b = &lines->box[segment];
    return b->max_x >= north_west.x && b->min_x <= south_east.x && b->max_y >= north_west.y &&
           b->min_y <= south_east.y;
}

static void write_snapping(hs_json *json, const char *key, const hs_snapping *snapping, double limit_m) {
    hs_json_key(json, key);
    hs_json_object(json);
    hs_json_pair_double(json, "limit_m", limit_m);
    hs_json_pair_int(json, "snapped", (int64_t)snapping->snapped);
    hs_json_pair_int(json, "left_out", (int64_t)snapping->left_out);
    write_fixed(json, "mean_m", snapping->mean_m);
    write_fixed(json, "largest_m", snapping->largest_m);
    hs_json_object_end(json);
}

void hs_density_write_snapping(hs_json *json, const hs_density_request *request,
                               const hs_density_streets *streets) {
    hs_json_pair_text(json, "network_kernel", hs_network_method_name(request->network_method));
    hs_json_pair_double(json, "lixel_m", hs_density_lixel_m(request));
    write_snapping(json, "snapping", &streets->snapping, request->snap_m);
    if (request->measure != HS_MEASURE_DENSITY)
        write_snapping(json, "other_snapping", &streets->other_snapping, request->snap_m);
}

/* The next lixel in a box whose value is neither 0 nor undefined; `at` begins with zeros. */
static bool next_lixel(const hs_density_streets *streets, const hs_box *box, lixel *at) {
    const uint32_t *first = hs_network_lixel_first(streets->network);
    uint32_t segments = streets->lines->segment_count;
    if (at->count > 0) at->id++;
    for (; at->segment < segments; at->segment++) {
        uint32_t end = first[at->segment + 1];
        if (!is_near(streets->lines, at->segment, box)) at->id = end;
        for (; at->id < end; at->id++) {
            float value = streets->values[at->id];
            if (value == 0.0F || value != value) continue;
            at->number = at->id - first[at->segment];
            at->count = end - first[at->segment];
            at->value = value;
            return true;
        }
    }
    return false;
}

void hs_density_lixels(const hs_snapshot *snapshot, const hs_density_request *request,
                       const hs_ramp_classes *classes, const hs_density_streets *streets, const hs_box *box,
                       hs_json *json) {
    static const char *const measures[] = {"density", "difference", "relative-risk"};
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_pair_text(json, "measure", measures[request->measure]);
    hs_json_pair_text(json, "unit", hs_density_unit_en(request));
    hs_json_pair_text(json, "unit_zh", hs_density_unit_zh(request));
    hs_json_pair_text(json, "kernel", hs_kernel_name(request->kernel));
    hs_density_write_bandwidth(json, request);
    hs_json_pair_bool(json, "adaptive", request->adaptive);
    hs_density_write_snapping(json, request, streets);
    hs_json_pair_int(json, "version", (int64_t)snapshot->version);
    hs_json_key(json, "features");
    hs_json_array(json);
    for (lixel at = {0}; next_lixel(streets, box, &at);)
        write_lixel(snapshot, classes, streets, &at, json);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static const hs_field lixel_fields[] = {{"id", HS_FIELD_INTEGER},     {"value", HS_FIELD_REAL},
                                        {"unit", HS_FIELD_TEXT},      {"segment", HS_FIELD_INTEGER},
                                        {"street", HS_FIELD_INTEGER}, {"name", HS_FIELD_TEXT},
                                        {"name_en", HS_FIELD_TEXT},   {"from_m", HS_FIELD_REAL},
                                        {"to_m", HS_FIELD_REAL},      {"colour", HS_FIELD_TEXT}};
enum { LIXEL_FIELDS = sizeof lixel_fields / sizeof *lixel_fields };

/* Lixels as rows of a table. */
typedef struct lixel_rows {
    const hs_snapshot *snapshot;
    const hs_density_request *request;
    const hs_ramp_classes *classes;
    const hs_density_streets *streets;
    lixel *row;
    uint64_t count;
    hs_position *position; /* [room] of the row that is read */
    uint32_t ring[2], room;
    hs_value value[LIXEL_FIELDS];
    char colour[8];
} lixel_rows;

static void put_vertex(void *context, hs_position position) {
    lixel_rows *rows = context;
    if (rows->ring[1] < rows->room) rows->position[rows->ring[1]++] = position;
}

static double centimetres(double metres) {
    return (double)llround(metres * 100.0) / 100.0;
}

static hs_status read_lixel(void *context, uint64_t index, hs_error *error, hs_feature *feature) {
    (void)error;
    lixel_rows *rows = context;
    const hs_geography *g = rows->snapshot->geography;
    const lixel *l = &rows->row[index];
    uint32_t street = g->segments.street[l->segment];
    double length_m = hs_network_lixel_m(rows->streets->network, l->segment);
    const char *colour = colour_of(rows->classes, l->value, rows->colour);
    rows->ring[1] = 0;
    trace(rows->streets->lines, l, put_vertex, rows);
    hs_value *v = rows->value;
    v[0] = (hs_value){.integer = (int64_t)l->id + 1};
    v[1] = (hs_value){.real = (double)l->value};
    v[2] = (hs_value){.text = hs_str_of(hs_density_unit_en(rows->request))};
    v[3] = (hs_value){.integer = (int64_t)l->segment + 1};
    v[4] = (hs_value){.integer = g->streets.id[street]};
    v[5] = (hs_value){.text = g->streets.name[street]};
    v[6] = (hs_value){.text = g->streets.name_en[street]};
    v[7] = (hs_value){.real = centimetres(length_m * l->number)};
    v[8] = (hs_value){.real = centimetres(length_m * (l->number + 1))};
    v[9] = (hs_value){.text = colour ? hs_str_of(colour) : (hs_str){0}};
    *feature = (hs_feature){
        {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = rows->ring, .positions = rows->position},
        rows->value};
    return HS_OK;
}

/* A lixel has no more vertices than its segment, and its two ends. */
static uint32_t most_vertices(const hs_street_lines *lines) {
    uint32_t most = 0;
    for (uint32_t s = 0; s < lines->segment_count; s++)
        if (lines->first[s + 1] - lines->first[s] > most) most = lines->first[s + 1] - lines->first[s];
    return most + 2;
}

static hs_status list_lixels(const hs_box *box, hs_error *error, lixel_rows *rows) {
    uint64_t count = 0;
    for (lixel at = {0}; next_lixel(rows->streets, box, &at);)
        count++;
    rows->room = most_vertices(rows->streets->lines);
    rows->row = malloc((count + 1) * sizeof *rows->row);
    rows->position = malloc(((size_t)rows->room + 1) * sizeof *rows->position);
    if (!rows->row || !rows->position) return hs_error_memory(error, "lixels");
    for (lixel at = {0}; next_lixel(rows->streets, box, &at);)
        rows->row[rows->count++] = at;
    return HS_OK;
}

/* A feature a line, as text sequences of GeoJSON have it. */
static hs_status write_sequence(const lixel_rows *rows, const hs_export_format *format, const char *path,
                                hs_error *error) {
    FILE *file = fopen(path, "wbe");
    if (!file) return hs_error_set(error, HS_E_IO, "%s cannot be written", path);
    bool done = true;
    for (uint64_t i = 0; i < rows->count && done; i++) {
        hs_buffer line;
        hs_json json;
        hs_buffer_init(&line, (size_t)64 << 20);
        if (format->is_marked) hs_buffer_byte(&line, 0x1E);
        hs_json_init(&json, &line);
        write_lixel(rows->snapshot, rows->classes, rows->streets, &rows->row[i], &json);
        hs_buffer_byte(&line, '\n');
        done = line.status == HS_OK && fwrite(line.data, 1, line.size, file) == line.size;
        hs_buffer_done(&line);
    }
    if (fclose(file) != 0) done = false;
    return done ? HS_OK : hs_error_set(error, HS_E_IO, "%s cannot be written", path);
}

static hs_status write_rows(lixel_rows *rows, const hs_export_format *format, const hs_output *output,
                            const hs_density_warning *warning, hs_error *error) {
    if (format->is_sequence) return write_sequence(rows, format, output->file, error);
    hs_feature_source source = {.name = "lixels",
                                .fields = lixel_fields,
                                .field_count = LIXEL_FIELDS,
                                .type = HS_GEOMETRY_LINES,
                                .count = rows->count,
                                .context = rows,
                                .read = read_lixel};
    hs_feature_file file = {.source = &source,
                            .format = format,
                            .path = output->file,
                            .shown = output->shown,
                            .context = warning->context,
                            .warn = warning->warn};
    uint64_t written = 0;
    return hs_feature_file_write(&file, error, &written);
}

hs_status hs_density_lixels_file(hs_service *service, const hs_snapshot *snapshot,
                                 const hs_density_request *request, const hs_ramp_classes *classes,
                                 const hs_density_streets *streets, const hs_box *box,
                                 const hs_export_format *format, const char *path,
                                 const hs_density_warning *warning, hs_error *error) {
    lixel_rows rows = {.snapshot = snapshot, .request = request, .classes = classes, .streets = streets};
    hs_output output = {0};
    char name[64];
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s is the store itself", path);
    (void)snprintf(name, sizeof name, "lixels.%s", format->extension);
    hs_status status = hs_output_begin(path, name, error, &output);
    if (status != HS_OK) return status;
    status = list_lixels(box, error, &rows);
    if (status == HS_OK) status = write_rows(&rows, format, &output, warning, error);
    if (status == HS_OK) status = hs_output_keep(&output, error);
    hs_output_end(&output);
    free(rows.row);
    free(rows.position);
    return status;
}
