/* Units of analysis that the city has: units of a level and street segments, with what is counted in them. */
#include "service/hotspots_areas.h"

#include "city/attributes.h"
#include "geo/box.h"
#include <math.h>
#include <string.h>

bool hs_areas_init(hs_areas *areas, uint32_t count, hs_arena *arena) {
    size_t n = (size_t)count + 1;
    *areas = (hs_areas){.id = hs_arena_array(arena, n, sizeof *areas->id),
                        .code = hs_arena_array(arena, n, sizeof *areas->code),
                        .name = hs_arena_array(arena, n, sizeof *areas->name),
                        .name_en = hs_arena_array(arena, n, sizeof *areas->name_en),
                        .geometry = hs_arena_array(arena, n, sizeof *areas->geometry),
                        .label = hs_arena_array(arena, n, sizeof *areas->label),
                        .x_m = hs_arena_array(arena, n, sizeof *areas->x_m),
                        .y_m = hs_arena_array(arena, n, sizeof *areas->y_m),
                        .measure = hs_arena_array(arena, n, sizeof *areas->measure),
                        .population = hs_arena_array(arena, n, sizeof *areas->population),
                        .renumbered = hs_arena_array(arena, n, sizeof *areas->renumbered),
                        .n = hs_arena_array(arena, n, sizeof *areas->n),
                        .events = hs_arena_array(arena, n, sizeof *areas->events)};
    return areas->id && areas->code && areas->name && areas->name_en && areas->geometry && areas->label &&
           areas->x_m && areas->y_m && areas->measure && areas->population && areas->n && areas->renumbered &&
           areas->events;
}

static void move_row(hs_areas *areas, uint32_t to, uint32_t from) {
    areas->id[to] = areas->id[from];
    areas->code[to] = areas->code[from];
    areas->name[to] = areas->name[from];
    areas->name_en[to] = areas->name_en[from];
    areas->geometry[to] = areas->geometry[from];
    areas->label[to] = areas->label[from];
    areas->x_m[to] = areas->x_m[from];
    areas->y_m[to] = areas->y_m[from];
    areas->measure[to] = areas->measure[from];
    areas->population[to] = areas->population[from];
    areas->n[to] = areas->n[from];
    areas->events[to] = areas->events[from];
    if (areas->column) areas->column[to] = areas->column[from];
    if (areas->row) areas->row[to] = areas->row[from];
    if (areas->segment) areas->segment[to] = areas->segment[from];
}

bool hs_areas_table_init(hs_areas *areas, size_t count, hs_arena *arena) {
    areas->area_of = hs_arena_array(arena, count + 1, sizeof *areas->area_of);
    areas->area_of_count = count;
    for (size_t i = 0; areas->area_of && i < count; i++)
        areas->area_of[i] = HS_NONE;
    return areas->area_of != NULL;
}

/* The table's rows become what they are among those that are kept: in order, so that counting them tells. */
static void renumber(hs_areas *areas, const bool *keep) {
    uint32_t *kept = areas->renumbered;
    for (uint32_t i = 0, k = 0; i < areas->count; i++)
        kept[i] = keep[i] ? k++ : HS_NONE;
    for (size_t t = 0; t < areas->area_of_count; t++)
        if (areas->area_of[t] != HS_NONE) areas->area_of[t] = kept[areas->area_of[t]];
}

void hs_areas_keep(hs_areas *areas, const bool *keep) {
    uint32_t kept = 0;
    renumber(areas, keep);
    for (uint32_t i = 0; i < areas->count; i++)
        if (keep[i]) move_row(areas, kept++, i);
    areas->count = kept;
}

bool hs_hotspot_looks_at(const hs_snapshot *snapshot, const hs_areas_request *request, hs_position place) {
    const hs_filter *filter = &request->filter;
    if (filter->has_box && !hs_bbox_contains(&filter->box, place)) return false;
    if (filter->unit == HS_NONE) return true;
    hs_placement placement;
    hs_geography_place(snapshot->geography, place, &placement);
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--)
        if (placement.unit[level] != HS_NONE)
            return hs_units_within(&snapshot->geography->units, placement.unit[level], filter->unit);
    return false;
}

static double attribute_of(const hs_units *units, uint32_t row, hs_str name) {
    double number;
    return hs_attribute_number(units->attributes[row], name, &number) && isfinite(number) ? number : NAN;
}

hs_status hs_areas_of_level(const hs_snapshot *snapshot, const hs_areas_request *request, hs_arena *arena,
                            hs_error *error, hs_areas *areas) {
    const hs_units *units = &snapshot->geography->units;
    uint32_t first = units->level_start[request->level];
    uint32_t count = units->level_start[request->level + 1] - first;
    bool *keep = hs_arena_array(arena, (size_t)count + 1, sizeof *keep);
    if (!hs_areas_init(areas, count, arena) || !keep || !hs_areas_table_init(areas, count, arena))
        return hs_error_memory(error, "units of analysis");
    bool counting = request->count_attribute.size == 0;
    areas->first = first;
    areas->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = first + i;
        areas->area_of[i] = i;
        areas->id[i] = units->id[row];
        areas->code[i] = units->code[row];
        areas->name[i] = units->name[row];
        areas->name_en[i] = units->name_en[row];
        areas->geometry[i] = units->geometry[row];
        areas->label[i] = units->label[row];
        hs_plane_forward(&snapshot->plane, units->label[row], &areas->x_m[i], &areas->y_m[i]);
        areas->measure[i] = units->area_km2[row];
        areas->population[i] = request->population_attribute.size > 0
                                   ? attribute_of(units, row, request->population_attribute)
                                   : units->population[row];
        areas->events[i] = counting ? 0 : attribute_of(units, row, request->count_attribute);
        keep[i] = request->filter.unit == HS_NONE || hs_units_within(units, row, request->filter.unit);
        if (request->filter.has_box)
            keep[i] = keep[i] && hs_bbox_contains(&request->filter.box, units->label[row]);
    }
    hs_areas_keep(areas, keep);
    return HS_OK;
}

/* A segment as a line of its own. */
static void set_line(const hs_segments *segments, uint32_t s, uint32_t *ends, hs_geometry *line) {
    uint32_t begin = segments->lines.ring_start[s];
    ends[0] = 0;
    ends[1] = segments->lines.ring_start[s + 1] - begin;
    *line = (hs_geometry){.type = HS_GEOMETRY_LINES,
                          .ring_count = 1,
                          .ring_start = ends,
                          .positions = segments->lines.positions + begin};
}

hs_status hs_areas_of_streets(const hs_snapshot *snapshot, const hs_areas_request *request, hs_arena *arena,
                              hs_error *error, hs_areas *areas) {
    const hs_segments *segments = &snapshot->geography->segments;
    const hs_streets *streets = &snapshot->geography->streets;
    uint32_t count = segments->count;
    if (count > HS_HOTSPOT_MOST_UNITS)
        return hs_error_set(error, HS_E_ARGUMENT, "streets: %u segments are more than the %u that are taken",
                            (unsigned)count, HS_HOTSPOT_MOST_UNITS);
    uint32_t *ends = hs_arena_array(arena, 2 * (size_t)count + 1, sizeof *ends);
    bool *keep = hs_arena_array(arena, (size_t)count + 1, sizeof *keep);
    if (!hs_areas_init(areas, count, arena) || !ends || !keep || !hs_areas_table_init(areas, count, arena) ||
        !(areas->segment = hs_arena_array(arena, (size_t)count + 1, sizeof *areas->segment)))
        return hs_error_memory(error, "units of analysis");
    areas->count = count;
    for (uint32_t s = 0; s < count; s++) {
        uint32_t street = segments->street[s];
        areas->id[s] = (int64_t)s + 1;
        areas->segment[s] = s;
        areas->area_of[s] = s;
        areas->code[s] = (hs_str){"", 0};
        areas->name[s] = streets->name[street];
        areas->name_en[s] = streets->name_en[street];
        set_line(segments, s, ends + 2 * (size_t)s, &areas->geometry[s]);
        areas->label[s] = hs_segment_middle(segments, s);
        hs_plane_forward(&snapshot->plane, areas->label[s], &areas->x_m[s], &areas->y_m[s]);
        areas->measure[s] = (double)segments->length_m[s] / 1000;
        areas->population[s] = NAN;
        keep[s] = hs_hotspot_looks_at(snapshot, request, areas->label[s]);
    }
    hs_areas_keep(areas, keep);
    return HS_OK;
}
