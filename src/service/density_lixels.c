/* Densities of streets as GeoJSON: one line a lixel. */
#include "service/density.h"

#include <math.h>
#include <stdio.h>

typedef struct lixel {
    uint32_t segment, number, count; /* the how-manieth of how many of its segment */
    float value;
} lixel;

static void write_place(hs_json *json, double x, double y) {
    hs_mercator m = {(uint32_t)fmax(0, fmin(x + 0.5, 4294967295.0)),
                     (uint32_t)fmax(0, fmin(y + 0.5, 4294967295.0))};
    hs_json_position(json, hs_mercator_to_position(m));
}

static void write_line(const hs_street_lines *lines, const lixel *l, hs_json *json) {
    double x;
    double y;
    double end_x;
    double end_y;
    uint32_t i = hs_street_lines_at(lines, l->segment, (double)l->number / l->count, &x, &y);
    uint32_t last = hs_street_lines_at(lines, l->segment, (double)(l->number + 1) / l->count, &end_x, &end_y);
    hs_json_key(json, "geometry");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "LineString");
    hs_json_key(json, "coordinates");
    hs_json_array(json);
    write_place(json, x, y);
    for (i++; i <= last; i++)
        if (lines->vertex[i].x != (uint32_t)end_x || lines->vertex[i].y != (uint32_t)end_y)
            write_place(json, (double)lines->vertex[i].x, (double)lines->vertex[i].y);
    write_place(json, end_x, end_y);
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
                        const hs_density_streets *streets, const lixel *l, uint32_t id, hs_json *json) {
    const hs_geography *g = snapshot->geography;
    uint32_t street = g->segments.street[l->segment];
    double length_m = hs_network_lixel_m(streets->network, l->segment);
    char text[8];
    const char *colour = colour_of(classes, l->value, text);
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", (int64_t)id + 1);
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

void hs_density_lixels(const hs_snapshot *snapshot, const hs_density_request *request,
                       const hs_ramp_classes *classes, const hs_density_streets *streets, const hs_box *box,
                       hs_json *json) {
    static const char *const measures[] = {"density", "difference", "relative-risk"};
    const uint32_t *first = hs_network_lixel_first(streets->network);
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
    for (uint32_t s = 0; s < streets->lines->segment_count; s++) {
        if (!is_near(streets->lines, s, box)) continue;
        for (uint32_t l = first[s]; l < first[s + 1]; l++) {
            lixel one = {s, l - first[s], first[s + 1] - first[s], streets->values[l]};
            if (one.value != 0.0F && one.value == one.value)
                write_lixel(snapshot, classes, streets, &one, l, json);
        }
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}
