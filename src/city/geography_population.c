/* Who lives where: population as imported, for units and for areas of its own. */
#include "city/geography_private.h"

#include "base/text.h"
#include "city/attributes.h"
#include "geo/overlap.h"
#include <math.h>
#include <stdlib.h>

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's population");
}

/* Where rows lie, and their areas. */
static hs_status derive_places(hs_residents *residents, const hs_plane *plane, hs_arena *arena,
                               hs_error *error) {
    hs_position *label = hs_arena_array(arena, (size_t)residents->count + 1, sizeof *label);
    double *area_km2 = hs_arena_array(arena, (size_t)residents->count + 1, sizeof *area_km2);
    if (!label || !area_km2) return out_of_memory(error);
    for (uint32_t row = 0; row < residents->count; row++) {
        const hs_geometry *geometry = &residents->geometry[row];
        residents->area_count += geometry->type != HS_GEOMETRY_NONE;
        if (geometry->type == HS_GEOMETRY_POINT) label[row] = geometry->positions[0];
        if (geometry->type != HS_GEOMETRY_POLYGONS) continue;
        label[row] = hs_geometry_label(geometry);
        area_km2[row] = hs_geometry_area_km2(plane, geometry);
    }
    residents->label = label;
    residents->area_km2 = area_km2;
    return HS_OK;
}

static double own_column(hs_str attributes) {
    static const char *const usual[] = {"population", "pop", "人口", "常住人口"};
    double number = NAN;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (hs_attribute_number(attributes, hs_str_of(usual[i]), &number)) return number >= 0 ? number : NAN;
    return NAN;
}

/* The edges of a unit or an area, made for the time of one comparison with all others. */
typedef struct edges {
    hs_signed_edge *edge;
    uint32_t count;
} edges;

static bool make_edges(const hs_plane *plane, const hs_geometry *geometry, edges *made) {
    uint32_t positions = geometry->ring_count > 0 ? geometry->ring_start[geometry->ring_count] : 0;
    made->edge = malloc(((size_t)positions + 1) * sizeof *made->edge);
    made->count = made->edge ? hs_signed_edges(plane, geometry, made->edge) : 0;
    return made->edge != NULL;
}

/* Areas dealt out to units by the share of their ground that lies in each. */
typedef struct dealing {
    const hs_units *units;
    const hs_residents *residents;
    const struct hs_placer *placer;
    hs_plane plane;
    edges *of_unit; /* made when first needed */
    double *sum;    /* [units], NAN where no area reaches */
} dealing;

static void give(dealing *d, uint32_t unit, double people) {
    d->sum[unit] = isnan(d->sum[unit]) ? people : d->sum[unit] + people;
}

static void deal_point(dealing *d, uint32_t row) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        if (!d->placer->level[level]) continue;
        uint32_t found = hs_polygon_index_find(d->placer->level[level], d->residents->label[row]);
        if (found != HS_NONE) give(d, d->units->level_start[level] + found, d->residents->population[row]);
    }
}

static bool deal_to_unit(dealing *d, uint32_t row, const edges *area, uint32_t unit) {
    edges *own = &d->of_unit[unit];
    if (!own->edge && !make_edges(&d->plane, &d->units->geometry[unit], own)) return false;
    hs_signed_edge *scratch = malloc(((size_t)area->count + own->count + 1) * sizeof *scratch);
    if (!scratch) return false;
    double shared_m2 = hs_overlap_m2(area->edge, area->count, own->edge, own->count, scratch);
    free(scratch);
    double share = shared_m2 / 1e6 / d->residents->area_km2[row];
    /* Units that only touch share nothing but the rounding of coordinates. */
    if (share > 1e-9) give(d, unit, d->residents->population[row] * fmin(share, 1));
    return true;
}

static bool deal_area(dealing *d, uint32_t row) {
    edges area;
    hs_box box = hs_geometry_box(&d->residents->geometry[row]);
    if (!(d->residents->area_km2[row] > 0)) {
        deal_point(d, row);
        return true;
    }
    bool good = make_edges(&d->plane, &d->residents->geometry[row], &area);
    for (uint32_t unit = 0; good && unit < d->units->count; unit++)
        if (hs_boxes_meet(&box, &d->units->box[unit])) good = deal_to_unit(d, row, &area, unit);
    free(area.edge);
    return good;
}

static bool deal_all(dealing *d) {
    bool good = true;
    for (uint32_t row = 0; good && row < d->residents->count; row++) {
        hs_geometry_type type = d->residents->geometry[row].type;
        if (type == HS_GEOMETRY_POINT) deal_point(d, row);
        if (type == HS_GEOMETRY_POLYGONS) good = deal_area(d, row);
    }
    for (uint32_t unit = 0; unit < d->units->count; unit++)
        free(d->of_unit[unit].edge);
    return good;
}

/* What each unit has of the areas; NAN everywhere where there are none. */
static hs_status deal(const hs_geography *geography, const struct hs_placer *placer, const hs_plane *plane,
                      hs_error *error, double *sum) {
    dealing d = {&geography->units, &geography->residents, placer, *plane, NULL, sum};
    for (uint32_t unit = 0; unit < d.units->count; unit++)
        sum[unit] = NAN;
    if (d.residents->area_count == 0) return HS_OK;
    d.of_unit = calloc((size_t)d.units->count + 1, sizeof *d.of_unit);
    bool good = d.of_unit && deal_all(&d);
    free(d.of_unit);
    return good ? HS_OK : out_of_memory(error);
}

/* Imported for the unit itself, by the newest row where several name it. An area's own code names no unit. */
static void take_imported(const hs_geography *geography, double *population) {
    const hs_residents *residents = &geography->residents;
    for (uint32_t row = 0; row < residents->count; row++) {
        if (residents->geometry[row].type != HS_GEOMETRY_NONE) continue;
        uint32_t unit = hs_units_find(&geography->units, residents->unit[row]);
        if (unit != HS_NONE) population[unit] = residents->population[row];
    }
}

/* What was imported, or follows from areas, joins the columns that came along, where everything that counts
 * people looks for it. */
static hs_status settle_units(hs_units *units, const double *imported, const double *dealt, hs_arena *arena,
                              hs_error *error) {
    hs_str *attributes = hs_arena_array(arena, (size_t)units->count + 1, sizeof *attributes);
    double *population = hs_arena_array(arena, (size_t)units->count + 1, sizeof *population);
    if (!attributes || !population) return out_of_memory(error);
    for (uint32_t unit = 0; unit < units->count; unit++) {
        attributes[unit] = units->attributes[unit];
        bool given = !isnan(imported[unit]);
        population[unit] = given ? imported[unit] : own_column(attributes[unit]);
        bool follows = isnan(population[unit]) && !isnan(dealt[unit]);
        if (follows) population[unit] = round(dealt[unit] * 100) / 100;
        if (!given && !follows) continue;
        attributes[unit] = hs_attributes_with(attributes[unit], "population", population[unit], arena);
        if (!attributes[unit].data) return out_of_memory(error);
    }
    units->attributes = attributes;
    units->population = population;
    return HS_OK;
}

hs_status hs_geography_derive_population(hs_geography *geography, const struct hs_placer *placer,
                                         hs_arena *arena, hs_error *error) {
    hs_plane plane = {geography->center_lon_deg, geography->center_lat_deg};
    size_t count = geography->units.count;
    double *imported = malloc((count + 1) * sizeof *imported);
    double *dealt = malloc((count + 1) * sizeof *dealt);
    hs_status status = imported && dealt ? HS_OK : out_of_memory(error);
    if (status == HS_OK) status = derive_places(&geography->residents, &plane, arena, error);
    if (status == HS_OK) status = deal(geography, placer, &plane, error, dealt);
    for (size_t unit = 0; status == HS_OK && unit < count; unit++)
        imported[unit] = NAN;
    if (status == HS_OK) take_imported(geography, imported);
    if (status == HS_OK) status = settle_units(&geography->units, imported, dealt, arena, error);
    free(imported);
    free(dealt);
    return status;
}
