/* What incidents count for in units of analysis: each goes to the one that it lies in. */
#include "service/hotspots_areas.h"

#include "city/attributes.h"
#include "geo/box.h"
#include "service/density.h"
#include <math.h>
#include <string.h>

static uint32_t find(const hs_areas *areas, size_t place) {
    return place < areas->area_of_count ? areas->area_of[place] : HS_NONE;
}

static bool has_unit(const uint32_t *unit) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (unit[level] != HS_NONE) return true;
    return false;
}

static uint32_t area_in_grid(const hs_snapshot *snapshot, const hs_areas *areas, const uint32_t *unit,
                             hs_position position) {
    if (!areas->grid || (snapshot->geography->units.count > 0 && !has_unit(unit))) return HS_NONE;
    return find(areas, hs_grid_place(areas->grid, position));
}

uint32_t hs_area_of_incident(const hs_snapshot *snapshot, const hs_areas_request *request,
                             const hs_areas *areas, const hs_incident_chunk *chunk, uint32_t i) {
    if (request->units == HS_UNITS_STREETS) {
        uint32_t segment = hs_incident_segment(chunk, i);
        return segment == HS_NONE ? HS_NONE : find(areas, segment);
    }
    const uint32_t *unit = snapshot->incidents->path[hs_incident_path(chunk, i)].unit;
    if (request->units != HS_UNITS_LEVEL)
        return area_in_grid(snapshot, areas, unit, hs_incident_position(chunk, i));
    uint32_t row = unit[request->level];
    return row == HS_NONE ? HS_NONE : find(areas, row - areas->first);
}

uint32_t hs_area_at(const hs_snapshot *snapshot, const hs_areas_request *request, const hs_areas *areas,
                    hs_position position) {
    hs_placement placement;
    hs_geography_place(snapshot->geography, position, &placement);
    if (request->units == HS_UNITS_STREETS)
        return placement.segment == HS_NONE ? HS_NONE : find(areas, placement.segment);
    if (request->units != HS_UNITS_LEVEL) return area_in_grid(snapshot, areas, placement.unit, position);
    uint32_t row = placement.unit[request->level];
    return row == HS_NONE ? HS_NONE : find(areas, row - areas->first);
}

hs_status hs_areas_build(const hs_snapshot *snapshot, const hs_areas_request *request,
                         const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas) {
    if (request->units == HS_UNITS_LEVEL) return hs_areas_of_level(snapshot, request, arena, error, areas);
    if (request->units == HS_UNITS_STREETS)
        return hs_areas_of_streets(snapshot, request, arena, error, areas);
    return hs_areas_of_grid(snapshot, request, selection, arena, error, areas);
}

hs_status hs_areas_count(const hs_snapshot *snapshot, const hs_areas_request *request,
                         const hs_selection *selection, hs_arena *arena, hs_error *error, hs_areas *areas,
                         hs_areas_tally *tally) {
    int64_t *weight = hs_arena_array(arena, (size_t)areas->count + 1, sizeof *weight);
    if (!weight) return hs_error_memory(error, "counts");
    if (request->count_attribute.size > 0) return HS_OK;
    int64_t all = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++) {
            if (!hs_selected(selection, c, i)) continue;
            uint32_t area = hs_area_of_incident(snapshot, request, areas, chunk, i);
            if (area == HS_NONE) {
                tally->outside++;
                continue;
            }
            int64_t own = llround(hs_incident_weight(chunk, i) * HS_AREAS_WEIGHT_UNIT);
            areas->n[area]++;
            weight[area] += own;
            all += own;
            tally->counted++;
        }
    }
    for (uint32_t i = 0; i < areas->count; i++)
        areas->events[i] = (double)weight[i] / HS_AREAS_WEIGHT_UNIT;
    tally->weight += (double)all / HS_AREAS_WEIGHT_UNIT;
    return HS_OK;
}

static uint64_t count_passing(const hs_selection *selection, bool positioned) {
    uint64_t count = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
        if (chunk->positioned != positioned) continue;
        for (uint32_t i = 0; i < chunk->count; i++)
            count += hs_selected(selection, c, i);
    }
    return count;
}

hs_status hs_areas_select(const hs_hotspot_work *work, const hs_areas_request *request, hs_areas_tally *tally,
                          const hs_selection **selection) {
    const hs_selection *all;
    hs_status status =
        hs_service_select(work->service, work->snapshot, &request->every_accuracy, work->error, &all);
    if (status != HS_OK) return status;
    uint64_t positioned = count_passing(all, true);
    tally->unpositioned += count_passing(all, false);
    hs_service_selection_unref(all);
    status = hs_service_select(work->service, work->snapshot, &request->filter, work->error, selection);
    if (status == HS_OK) tally->inaccurate += positioned - count_passing(*selection, true);
    return status;
}

void hs_areas_mind_box(const hs_snapshot *snapshot, const hs_areas_request *request, hs_hotspot_head *head) {
    const hs_filter *filter = &request->filter;
    const hs_box *city = &snapshot->geography->box;
    if (!filter->has_box || request->count_attribute.size > 0) return;
    if (hs_bbox_contains(&filter->box, (hs_position){city->min_lon_e7, city->min_lat_e7}) &&
        hs_bbox_contains(&filter->box, (hs_position){city->max_lon_e7, city->max_lat_e7}))
        return;
    hs_hotspot_caution(
        head,
        "The bbox cuts units: those on its edge count only what lies in it, and seem colder than "
        "they are. Take a unit, or a wider bbox.",
        "bbox 切断了部分单元：边缘单元只计框内案件，数值偏低；请改用 unit 或放大 bbox。");
}

double hs_areas_typical_m(const hs_snapshot *snapshot, const hs_areas_request *request) {
    const hs_geography *g = snapshot->geography;
    double sum = 0;
    if (request->units == HS_UNITS_STREETS) {
        for (uint32_t s = 0; s < g->segments.count; s++)
            sum += (double)g->segments.length_m[s];
        return g->segments.count > 0 ? sum / g->segments.count : HS_DEFAULT_ACCURACY_M;
    }
    if (request->units != HS_UNITS_LEVEL) return request->size_m;
    uint32_t first = g->units.level_start[request->level], end = g->units.level_start[request->level + 1];
    for (uint32_t i = first; i < end; i++)
        sum += g->units.area_km2[i];
    return end > first ? 1000 * sqrt(sum / (end - first)) : HS_DEFAULT_ACCURACY_M;
}
