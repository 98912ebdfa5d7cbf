#include "city/geography_private.h"

#include "base/text.h"
#include <math.h>

/* Twice the signed area of a ring on the plane, square metres; relative to its first corner, so that large
 * coordinates do not eat the digits. */
static double ring_area2_m2(const hs_plane *plane, const hs_position *positions, uint32_t count) {
    if (count < 4) return 0;
    double x0, y0, x1, y1, sum = 0;
    hs_plane_forward(plane, positions[0], &x0, &y0);
    hs_plane_forward(plane, positions[1], &x1, &y1);
    for (uint32_t i = 2; i + 1 < count; i++) {
        double x2, y2;
        hs_plane_forward(plane, positions[i], &x2, &y2);
        sum += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
        x1 = x2;
        y1 = y2;
    }
    return sum;
}

double hs_geometry_area_km2(const hs_plane *plane, const hs_geometry *geometry) {
    double area_m2 = 0;
    for (uint32_t part = 0; part < geometry->part_count; part++) {
        for (uint32_t ring = geometry->part_start[part]; ring < geometry->part_start[part + 1]; ring++) {
            uint32_t first = geometry->ring_start[ring];
            double ring_m2 = fabs(ring_area2_m2(plane, geometry->positions + first,
                                                geometry->ring_start[ring + 1] - first)) /
                             2;
            area_m2 += ring == geometry->part_start[part] ? ring_m2 : -ring_m2;
        }
    }
    return area_m2 / 1e6;
}

uint32_t hs_units_find_code(const hs_units *units, int level, hs_str code) {
    if (code.size == 0) return HS_NONE;
    uint32_t low = units->level_start[level], end = units->level_start[level + 1], high = end;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hs_str_compare(units->code[middle], code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && hs_str_equal(units->code[low], code) ? low : HS_NONE;
}

uint32_t hs_units_find(const hs_units *units, hs_str code_or_name) {
    uint32_t found = HS_NONE;
    for (int level = 0; level < HS_LEVEL_COUNT && found == HS_NONE; level++)
        found = hs_units_find_code(units, level, code_or_name);
    if (found != HS_NONE || code_or_name.size == 0) return found;
    for (uint32_t row = 0; row < units->count; row++) {
        if (!hs_str_equal(units->name[row], code_or_name) &&
            !hs_str_equal_nocase(units->name_en[row], code_or_name))
            continue;
        if (found != HS_NONE) return HS_NONE;
        found = row;
    }
    return found;
}

/* By code in any level above, the nearest one first; else the unit around the label point in the nearest
 * level above that has units. */
static uint32_t parent_of(const hs_units *units, const struct hs_placer *placer, uint32_t row, hs_str code) {
    int own = units->level[row];
    for (int level = own - 1; level >= 0 && code.size > 0; level--) {
        uint32_t parent = hs_units_find_code(units, level, code);
        if (parent != HS_NONE) return parent;
    }
    for (int level = own - 1; level >= 0; level--) {
        if (!placer->level[level]) continue;
        uint32_t found = hs_polygon_index_find(placer->level[level], units->label[row]);
        return found == HS_NONE ? HS_NONE : units->level_start[level] + found;
    }
    return HS_NONE;
}

hs_status hs_geography_derive_units(hs_geography *geography, const struct hs_placer *placer, hs_arena *arena,
                                    hs_error *error) {
    hs_units *units = &geography->units;
    hs_position *label = hs_arena_array(arena, (size_t)units->count + 1, sizeof *label);
    double *area_km2 = hs_arena_array(arena, (size_t)units->count + 1, sizeof *area_km2);
    uint32_t *parent = hs_arena_array(arena, (size_t)units->count + 1, sizeof *parent);
    if (!label || !area_km2 || !parent)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's units");
    hs_plane plane = {geography->center_lon_deg, geography->center_lat_deg};
    for (uint32_t row = 0; row < units->count; row++) {
        label[row] = hs_geometry_label(&units->geometry[row]);
        area_km2[row] = hs_geometry_area_km2(&plane, &units->geometry[row]);
    }
    units->label = label;
    units->area_km2 = area_km2;
    for (uint32_t row = 0; row < units->count; row++)
        parent[row] = parent_of(units, placer, row, units->parent_code[row]);
    units->parent = parent;
    return HS_OK;
}

bool hs_units_within(const hs_units *units, uint32_t inner, uint32_t outer) {
    /* Parents stand on higher levels only, so the walk ends. */
    while (inner != outer && inner < units->count)
        inner = units->parent[inner];
    return inner == outer && inner < units->count;
}
