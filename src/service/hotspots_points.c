/* Incidents as points. */
#include "service/hotspots_points.h"

#include "base/text.h"
#include "city/street_lines.h"
#include "service/density.h"
#include <math.h>
#include <stdlib.h>

hs_status hs_points_request_parse(const hs_hotspot_words *words, hs_points_request *request) {
    hs_points_request r = {.seed = 1};
    int64_t seed = 1;
    hs_status status = hs_hotspot_filters(words, HS_DEFAULT_ACCURACY_M, &r.filter, &r.every_accuracy);
    if (status == HS_OK) status = hs_hotspot_switch(words, "streets", false, &r.streets);
    if (status == HS_OK) status = hs_hotspot_integer(words, "seed", 0, INT64_MAX, 1, &seed);
    if (status == HS_OK) status = hs_hotspot_number(words, "alpha", 1e-6, 0.5, 0.05, &r.alpha);
    if (status != HS_OK) return status;
    r.seed = (uint64_t)seed;
    if (r.streets && words->snapshot->geography->segments.count == 0)
        return hs_error_set(words->error, HS_E_ARGUMENT, "streets: the city has no streets; import them");
    *request = r;
    return HS_OK;
}

typedef struct row {
    int64_t id, time_s;
    double x_m, y_m, along_m;
    uint32_t segment;
} row;

typedef struct gathering {
    const hs_hotspot_work *work;
    const hs_points_request *request;
    bool timed, has_units;
    hs_street_lines *lines;
    row *rows;
    hs_points *points;
} gathering;

static bool lies_in_city(const gathering *g, const hs_incident_chunk *chunk, uint32_t i) {
    if (!g->has_units) return true;
    const uint32_t *unit = g->work->snapshot->incidents->path[hs_incident_path(chunk, i)].unit;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (unit[level] != HS_NONE) return true;
    return false;
}

static void take_row(gathering *g, const hs_incident_chunk *chunk, uint32_t i) {
    const hs_snapshot *snapshot = g->work->snapshot;
    hs_points *p = g->points;
    row r = {.id = hs_incident_row(chunk, i), .segment = HS_NONE};
    r.time_s = hs_incident_time(chunk, i, g->request->filter.time);
    if (!lies_in_city(g, chunk, i)) {
        p->tally.outside++;
        return;
    }
    if (g->timed && r.time_s == HS_NO_TIME) {
        p->timeless++;
        return;
    }
    hs_position position = hs_incident_position(chunk, i);
    if (g->lines) {
        r.segment = hs_incident_segment(chunk, i);
        if (r.segment == HS_NONE) {
            p->off_streets++;
            return;
        }
        double distance_m;
        double share =
            hs_street_lines_nearest(g->lines, r.segment, hs_mercator_from_position(position), &distance_m);
        r.along_m = fmin(share, 1) * (double)snapshot->geography->segments.length_m[r.segment];
    }
    hs_plane_forward(&snapshot->plane, position, &r.x_m, &r.y_m);
    g->rows[p->count++] = r;
}

static int by_row(const void *left, const void *right) {
    const row *a = left;
    const row *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static hs_status lay_out(gathering *g, hs_arena *arena) {
    hs_points *p = g->points;
    size_t n = (size_t)p->count + 1;
    qsort(g->rows, p->count, sizeof *g->rows, by_row);
    p->x_m = hs_arena_array(arena, n, sizeof *p->x_m);
    p->y_m = hs_arena_array(arena, n, sizeof *p->y_m);
    p->time_s = hs_arena_array(arena, n, sizeof *p->time_s);
    p->segment = hs_arena_array(arena, n, sizeof *p->segment);
    p->along_m = hs_arena_array(arena, n, sizeof *p->along_m);
    if (!p->x_m || !p->y_m || !p->time_s || !p->segment || !p->along_m)
        return hs_error_memory(g->work->error, "incidents");
    for (uint32_t i = 0; i < p->count; i++) {
        p->x_m[i] = g->rows[i].x_m;
        p->y_m[i] = g->rows[i].y_m;
        p->time_s[i] = g->rows[i].time_s;
        p->segment[i] = g->rows[i].segment;
        p->along_m[i] = g->rows[i].along_m;
    }
    p->tally.counted = p->count;
    p->tally.weight = p->count;
    return HS_OK;
}

static hs_status describe_streets(gathering *g, hs_arena *arena) {
    const hs_segments *s = &g->work->snapshot->geography->segments;
    double *length_m = hs_arena_array(arena, (size_t)s->count + 1, sizeof *length_m);
    if (!length_m) return hs_error_memory(g->work->error, "streets");
    for (uint32_t i = 0; i < s->count; i++)
        length_m[i] = (double)s->length_m[i];
    g->points->length_m = length_m;
    g->points->net = (hs_street_net){s->node_count, s->count, s->from_node, s->to_node, length_m};
    return hs_street_lines_new(s, g->work->error, &g->lines);
}

hs_status hs_points_keep_streets(const hs_snapshot *snapshot, const hs_filter *filter, hs_arena *arena,
                                 hs_error *error, hs_points *points) {
    const hs_segments *s = &snapshot->geography->segments;
    const hs_areas_request looked_at = {.filter = *filter};
    if (filter->unit == HS_NONE && !filter->has_box) return HS_OK;
    uint32_t *from = hs_arena_array(arena, (size_t)s->count + 1, sizeof *from);
    uint32_t *to = hs_arena_array(arena, (size_t)s->count + 1, sizeof *to);
    uint32_t *number = hs_arena_array(arena, (size_t)s->count + 1, sizeof *number);
    double *length_m = hs_arena_array(arena, (size_t)s->count + 1, sizeof *length_m);
    if (!from || !to || !number || !length_m) return hs_error_memory(error, "streets");
    uint32_t kept = 0, counted = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        number[i] = HS_NONE;
        if (!hs_hotspot_looks_at(snapshot, &looked_at, hs_segment_middle(s, i))) continue;
        from[kept] = s->from_node[i];
        to[kept] = s->to_node[i];
        length_m[kept] = points->length_m[i];
        number[i] = kept++;
    }
    for (uint32_t i = 0; i < points->count; i++) {
        if (number[points->segment[i]] == HS_NONE) continue;
        points->segment[counted] = number[points->segment[i]];
        points->along_m[counted++] = points->along_m[i];
    }
    points->tally.outside += points->count - counted;
    points->tally.counted = points->count = counted;
    points->length_m = length_m;
    points->net = (hs_street_net){s->node_count, kept, from, to, length_m};
    return HS_OK;
}

static uint64_t positioned_in(const hs_selection *selection) {
    uint64_t count = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++)
            count += hs_selected(selection, c, i);
    }
    return count;
}

hs_status hs_points_gather(const hs_hotspot_work *work, const hs_points_request *request, bool timed,
                           uint32_t most, hs_arena *arena, hs_points *points) {
    const hs_selection *selection;
    hs_areas_request filters = {.filter = request->filter, .every_accuracy = request->every_accuracy};
    *points = (hs_points){0};
    hs_status status = hs_areas_select(work, &filters, &points->tally, &selection);
    if (status != HS_OK) return status;
    gathering g = {.work = work, .request = request, .timed = timed, .points = points};
    g.has_units = work->snapshot->geography->units.count > 0;
    uint64_t all = positioned_in(selection);
    if (all > most)
        status =
            hs_error_set(work->error, HS_E_LIMIT,
                         "%llu incidents pass the filters, at most %u are taken: take a shorter datetime, "
                         "a category or a unit",
                         (unsigned long long)all, (unsigned)most);
    if (status == HS_OK && request->streets) status = describe_streets(&g, arena);
    if (status == HS_OK) {
        g.rows = malloc(((size_t)all + 1) * sizeof *g.rows);
        if (!g.rows) status = hs_error_memory(work->error, "incidents");
    }
    for (uint32_t c = 0; c < selection->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++)
            if (hs_selected(selection, c, i)) take_row(&g, chunk, i);
    }
    if (status == HS_OK) status = lay_out(&g, arena);
    free(g.rows);
    hs_street_lines_free(g.lines);
    hs_service_selection_unref(selection);
    return status;
}

void hs_points_explain(const hs_points_request *request, const hs_points *points, bool chinese,
                       hs_buffer *out) {
    const hs_areas_tally *t = &points->tally;
    hs_buffer_printf(out,
                     hs_in_language(chinese,
                                    " Incidents: %llu counted; %llu outside the units, %llu without a "
                                    "position, %llu left out for a position worse than max-accuracy.",
                                    "案件：计入 %llu 件；单元以外 %llu 件，无位置 %llu 件，位置误差超过 "
                                    "max-accuracy 而未计入 %llu 件。"),
                     (unsigned long long)t->counted, (unsigned long long)t->outside,
                     (unsigned long long)t->unpositioned, (unsigned long long)t->inaccurate);
    if (request->streets)
        hs_buffer_printf(
            out,
            hs_in_language(chinese,
                           " Distances run along the streets; %llu lie on no street and are left out.",
                           "距离沿街道计算；%llu 件不在街道附近，未计入。"),
            (unsigned long long)points->off_streets);
    if (points->timeless > 0)
        hs_buffer_printf(out, hs_in_language(chinese, " %llu have no time.", "%llu 件没有时间。"),
                         (unsigned long long)points->timeless);
}

void hs_points_members(const hs_points *points, hs_json *json) {
    hs_json_key(json, "incidents");
    hs_json_object(json);
    hs_json_pair_int(json, "counted", (int64_t)points->tally.counted);
    hs_json_pair_int(json, "outside", (int64_t)points->tally.outside);
    hs_json_pair_int(json, "inaccurate", (int64_t)points->tally.inaccurate);
    hs_json_pair_int(json, "unpositioned", (int64_t)points->tally.unpositioned);
    hs_json_pair_int(json, "off_streets", (int64_t)points->off_streets);
    hs_json_pair_int(json, "without_time", (int64_t)points->timeless);
    hs_json_object_end(json);
}

void hs_points_parameter_members(const hs_points_request *request, hs_json *json) {
    double worst_m = request->filter.max_accuracy_m;
    hs_json_pair_bool(json, "streets", request->streets);
    hs_json_pair_double(json, "alpha", request->alpha);
    hs_json_key(json, "max_accuracy_m");
    hs_json_double(json, worst_m < 0 ? (double)NAN : worst_m);
}

hs_position hs_points_position(const hs_snapshot *snapshot, double x_m, double y_m) {
    double lon, lat;
    hs_plane_inverse(&snapshot->plane, x_m, y_m, &lon, &lat);
    return (hs_position){(int32_t)lround(lon * 1e7), (int32_t)lround(lat * 1e7)};
}

void hs_points_run_members(const hs_hotspot_run *run, uint64_t seed, hs_json *json) {
    const hs_hotspot_head *head = run->result;
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_key(json, "seed");
    hs_json_uint(json, seed);
    hs_json_pair_int(json, "significant", head->significant);
}
