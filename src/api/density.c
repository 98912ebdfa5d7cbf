#include "api/density.h"

#include "base/text.h"
#include <hotspot/coordinates.h>
#include <hotspot/density.h>
#include <math.h>

static hs_status check_kernel(hs_call *call) {
    hs_str kernel = hs_call_text(call, "kernel");
    if (kernel.size == 0 || hs_str_equal(kernel, HS_STR("quartic"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "kernel: %.*s is not offered; quartic is",
                        (int)hs_utf8_cut(kernel, 60), kernel.data);
}

hs_status hs_call_density_style(hs_call *call, const hs_filter *filter, hs_density_style *style) {
    hs_density_style made = {0};
    hs_status status = hs_call_number(call, "bandwidth", HS_MIN_BANDWIDTH_M, HS_MAX_BANDWIDTH_M,
                                      HS_DEFAULT_BANDWIDTH_M, &made.bandwidth_m);
    if (status == HS_OK) status = check_kernel(call);
    if (status != HS_OK) return status;
    bool per_month = hs_filter_months(filter, call->snapshot, &made.months);
    if (!per_month) made.months = 0;
    hs_str ramp = hs_call_text(call, "ramp");
    hs_str theme = hs_call_text(call, "theme");
    if (theme.size > 0 && !hs_str_equal(theme, HS_STR("light")) && !hs_str_equal(theme, HS_STR("dark")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "theme: %.*s is neither light nor dark",
                            (int)hs_utf8_cut(theme, 60), theme.data);
    if (ramp.size == 0) ramp = theme;
    status = hs_ramps_classes(call->api->ramps, ramp, hs_call_text(call, "breaks"), per_month, call->error,
                              &made.classes);
    if (status == HS_OK) *style = made;
    return status;
}

static void write_unit(hs_json *json, bool per_month) {
    hs_json_pair_text(json, "unit", per_month ? "incidents per km² per month" : "incidents per km²");
    hs_json_pair_text(json, "unit_zh", per_month ? "件/平方公里·月" : "件/平方公里");
    hs_json_pair_text(json, "unit_en", per_month ? "incidents per km² per month" : "incidents per km²");
}

static void write_colour(hs_json *json, hs_rgba colour) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t parts[3] = {colour.r, colour.g, colour.b};
    char text[7] = "#";
    for (int i = 0; i < 3; i++) {
        text[1 + 2 * i] = digits[parts[i] >> 4];
        text[2 + 2 * i] = digits[parts[i] & 15];
    }
    hs_json_key(json, "colour");
    hs_json_str(json, (hs_str){text, sizeof text});
    hs_json_key(json, "opacity");
    hs_json_fixed(json, (colour.a * 1000 + 127) / 255, 3);
}

static void write_edge(hs_json *json, const char *key, bool open, double value) {
    hs_json_key(json, key);
    if (open)
        hs_json_null(json);
    else
        hs_json_double(json, value);
}

static void write_classes(hs_json *json, const hs_ramp_classes *classes) {
    hs_json_pair_text(json, "ramp", classes->ramp);
    hs_json_key(json, "breaks");
    hs_json_array(json);
    for (uint32_t i = 0; i < classes->break_count; i++)
        hs_json_double(json, classes->breaks[i]);
    hs_json_array_end(json);
    hs_json_key(json, "classes");
    hs_json_array(json);
    for (uint32_t i = 0; i <= classes->break_count; i++) {
        hs_json_object(json);
        write_edge(json, "from", false, i == 0 ? 0 : classes->breaks[i - 1]);
        write_edge(json, "to", i == classes->break_count, i < classes->break_count ? classes->breaks[i] : 0);
        write_colour(json, classes->colour[i]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

/* What was counted, what was not and why. */
static void write_counted(hs_json *json, const hs_filter *filter, uint64_t counted, hs_counts all) {
    uint64_t total = all.positioned + all.unpositioned;
    hs_json_pair_int(json, "n", (int64_t)counted);
    hs_json_pair_int(json, "total", (int64_t)total);
    hs_json_pair_int(json, "unmatched", (int64_t)all.unpositioned);
    hs_json_pair_int(json, "left_out_by_accuracy", (int64_t)(all.positioned - counted));
    hs_json_key(json, "max_accuracy_m");
    if (filter->max_accuracy_m >= 0)
        hs_json_double(json, filter->max_accuracy_m);
    else
        hs_json_null(json);
    hs_json_key(json, "positioned_share");
    if (total > 0)
        hs_json_fixed(json, (int64_t)llround(1e4 * (double)all.positioned / (double)total), 4);
    else
        hs_json_null(json);
}

static void write_months(hs_json *json, double months) {
    hs_json_key(json, "months");
    if (months > 0)
        hs_json_double(json, months);
    else
        hs_json_null(json);
}

static void write_period(hs_json *json, const hs_filter *filter, double months) {
    hs_json_key(json, "period");
    if (months > 0) {
        hs_json_object(json);
        hs_json_key(json, "from");
        hs_json_time(json, filter->from_s);
        hs_json_key(json, "to");
        hs_json_time(json, filter->to_s);
        hs_json_object_end(json);
    } else {
        hs_json_null(json);
    }
    write_months(json, months);
}

/* The counts with and without the limit on accuracy. */
static hs_status count_all(hs_call *call, const hs_filter *filter, uint64_t *counted, hs_counts *all) {
    const hs_selection *selection;
    hs_filter wide;
    hs_status status = hs_service_select(call->api->service, call->snapshot, filter, call->error, &selection);
    if (status != HS_OK) return status;
    *counted = hs_selection_counts(selection).positioned;
    hs_service_selection_unref(selection);
    status = hs_call_filter(call, HS_ALL_ACCURACIES, "max-accuracy", &wide);
    if (status == HS_OK)
        status = hs_service_select(call->api->service, call->snapshot, &wide, call->error, &selection);
    if (status != HS_OK) return status;
    *all = hs_selection_counts(selection);
    hs_service_selection_unref(selection);
    return HS_OK;
}

hs_status hs_serve_density_legend(hs_call *call) {
    hs_filter filter;
    hs_density_style style = {0};
    uint64_t counted;
    hs_counts all;
    hs_status status = hs_call_filter(call, HS_DEFAULT_ACCURACY_M, NULL, &filter);
    if (status == HS_OK) status = hs_call_density_style(call, &filter, &style);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    status = count_all(call, &filter, &counted, &all);
    if (status != HS_OK) return status;
    hs_json *json = &call->json;
    hs_json_object(json);
    write_unit(json, style.months > 0);
    hs_json_pair_double(json, "bandwidth_m", style.bandwidth_m);
    hs_json_pair_text(json, "kernel", "quartic");
    write_period(json, &filter, style.months);
    write_counted(json, &filter, counted, all);
    write_classes(json, &style.classes);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
    return HS_OK;
}

/* The columns of one chunk, and the circle about a position on the square. */
typedef struct circle {
    double x, y, metres_x, metres_y, radius_m;
} circle;

static hs_point_columns columns_of(const hs_selection *selection, uint32_t c) {
    const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
    return (hs_point_columns){.mercator = chunk->mercator,
                              .selected = selection->bits[c],
                              .weight = chunk->weight,
                              .count = chunk->count,
                              .block_box = chunk->block_box,
                              .block_rows = HS_BLOCK_ROWS};
}

/* Eastwards from the circle's middle, the shorter way round the world. */
static double wrapped(double dx) {
    return dx > 0x1p31 ? dx - 0x1p32 : dx < -0x1p31 ? dx + 0x1p32 : dx;
}

static bool box_reached(const circle *c, const hs_mercator_box *box) {
    double reach_x = c->radius_m / c->metres_x + 1, reach_y = c->radius_m / c->metres_y + 1;
    if (box->min_y > c->y + reach_y || box->max_y < c->y - reach_y) return false;
    for (int world = -1; world <= 1; world++) {
        double x = c->x + world * 0x1p32;
        if (box->min_x <= x + reach_x && box->max_x >= x - reach_x) return true;
    }
    return false;
}

static uint64_t count_block(const hs_selection *selection, uint32_t chunk_index, uint32_t first,
                            const circle *c) {
    const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[chunk_index];
    uint32_t end = chunk->count - first < HS_BLOCK_ROWS ? chunk->count : first + HS_BLOCK_ROWS;
    uint64_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        if (!hs_selection_has(selection, chunk_index, i)) continue;
        double dx = wrapped((double)chunk->mercator[i].x - c->x) * c->metres_x;
        double dy = ((double)chunk->mercator[i].y - c->y) * c->metres_y;
        count += dx * dx + dy * dy < c->radius_m * c->radius_m;
    }
    return count;
}

static uint64_t count_near(const hs_selection *selection, const circle *c) {
    uint64_t count = 0;
    for (uint32_t k = 0; k < selection->chunk_count; k++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[k];
        if (!chunk->positioned || !box_reached(c, &chunk->box)) continue;
        for (uint32_t first = 0, block = 0; first < chunk->count; first += HS_BLOCK_ROWS, block++)
            if (box_reached(c, &chunk->block_box[block])) count += count_block(selection, k, first, c);
    }
    return count;
}

static void write_where(hs_call *call, hs_position position) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    hs_json_key(json, "units");
    hs_json_array(json);
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = placement.unit[level];
        if (unit == HS_NONE) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "level", hs_level_name((hs_level)level));
        hs_json_pair_str(json, "code", geography->units.code[unit]);
        hs_json_pair_str(json, "name", geography->units.name[unit]);
        hs_json_pair_str(json, "name_en", geography->units.name_en[unit]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    uint32_t street = placement.segment != HS_NONE ? geography->segments.street[placement.segment] : HS_NONE;
    hs_json_key(json, "street");
    if (street == HS_NONE) {
        hs_json_null(json);
        return;
    }
    hs_json_object(json);
    hs_json_pair_int(json, "id", geography->streets.id[street]);
    hs_json_pair_str(json, "name", geography->streets.name[street]);
    hs_json_pair_str(json, "name_en", geography->streets.name_en[street]);
    hs_json_pair_int(json, "segment", (int64_t)placement.segment + 1);
    hs_json_key(json, "distance_m");
    hs_json_fixed(json, (int64_t)lround(10.0 * (double)placement.segment_distance_m), 1);
    hs_json_object_end(json);
}

static void write_value(hs_call *call, const hs_selection *selection, const hs_density_style *style,
                        hs_position position) {
    hs_mercator at = hs_mercator_from_position(position);
    circle c = {.x = at.x, .y = at.y, .radius_m = style->bandwidth_m};
    hs_mercator_ground_m(c.y, &c.metres_x, &c.metres_y);
    uint64_t sum = 0;
    for (uint32_t k = 0; k < selection->chunk_count; k++) {
        if (!selection->snapshot->incidents->chunk[k]->positioned) continue;
        hs_point_columns columns = columns_of(selection, k);
        sum += hs_density_at(&columns, HS_KERNEL_QUARTIC, style->bandwidth_m, c.x, c.y);
    }
    double value = hs_density_from_sum(sum, HS_KERNEL_QUARTIC, style->bandwidth_m);
    if (style->months > 0) value /= style->months;
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_key(json, "position");
    hs_json_position(json, position);
    hs_json_pair_double(json, "value", value);
    write_unit(json, style->months > 0);
    hs_json_pair_text(json, "value_unit",
                      style->months > 0 ? "incidents per km² per month" : "incidents per km²");
    hs_json_pair_int(json, "n", (int64_t)count_near(selection, &c));
    hs_json_pair_double(json, "bandwidth_m", style->bandwidth_m);
    hs_json_pair_text(json, "kernel", "quartic");
    write_months(json, style->months);
    write_where(call, position);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
}

static hs_status parse_position(hs_call *call, hs_position *position) {
    double lon, lat;
    if (!hs_str_to_double(hs_call_text(call, "lon"), &lon) ||
        !hs_str_to_double(hs_call_text(call, "lat"), &lat) || !hs_position_from_degrees(lon, lat, position))
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "lon and lat are needed: longitude from -180 to 180 and latitude from -90 to 90");
    return HS_OK;
}

hs_status hs_serve_density_value(hs_call *call) {
    hs_position position = {0};
    hs_filter filter;
    hs_density_style style = {0};
    const hs_selection *selection;
    hs_status status = parse_position(call, &position);
    if (status == HS_OK) status = hs_call_filter(call, HS_DEFAULT_ACCURACY_M, NULL, &filter);
    if (status == HS_OK) status = hs_call_density_style(call, &filter, &style);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "application/json", HS_READS_ALL)) return HS_OK;
    status = hs_service_select(call->api->service, call->snapshot, &filter, call->error, &selection);
    if (status != HS_OK) return status;
    write_value(call, selection, &style, position);
    hs_service_selection_unref(selection);
    return HS_OK;
}
