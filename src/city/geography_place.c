#include "city/geography_private.h"

#include "base/text.h"

void hs_geography_place(const hs_geography *geography, hs_position position, hs_placement *placement) {
    const struct hs_placer *placer = geography->placer;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t found =
            placer->level[level] ? hs_polygon_index_find(placer->level[level], position) : HS_NONE;
        placement->unit[level] = found == HS_NONE ? HS_NONE : geography->units.level_start[level] + found;
    }
    hs_segment_hit hit;
    placement->segment = HS_NONE;
    placement->segment_distance_m = 0;
    if (placer->segments && hs_segment_index_nearest(placer->segments, position, HS_SEGMENT_LIMIT_M, &hit)) {
        placement->segment = hit.line;
        placement->segment_distance_m = (float)hit.distance_m;
    }
}

bool hs_geography_nearest_segment(const hs_geography *geography, hs_position position, double max_m,
                                  hs_segment_point *nearest) {
    hs_segment_hit hit;
    if (!geography->placer->segments ||
        !hs_segment_index_nearest(geography->placer->segments, position, max_m, &hit))
        return false;
    const hs_geometry *lines = &geography->segments.lines;
    const hs_position *piece = lines->positions + lines->ring_start[hit.line];
    double before_m = hs_ground_length_m(piece, hit.piece + 1);
    *nearest = (hs_segment_point){.segment = hit.line,
                                  .distance_m = hit.distance_m,
                                  .along_m = before_m + hit.along * hs_ground_length_m(piece + hit.piece, 2),
                                  .side = hit.side,
                                  .position = hit.nearest};
    return true;
}

uint32_t hs_geography_find_unit(const hs_geography *geography, hs_str code_or_id) {
    const hs_units *units = &geography->units;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t row = hs_units_find_code(units, level, code_or_id);
        if (row != HS_NONE) return row;
    }
    int64_t id;
    if (!hs_str_to_int(code_or_id, &id)) return HS_NONE;
    for (uint32_t row = 0; row < units->count; row++)
        if (units->id[row] == id) return row;
    return HS_NONE;
}
