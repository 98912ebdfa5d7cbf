#include "city/geography_private.h"

#include <stdlib.h>

static void owner_free(hs_geography_owner *owner) {
    if (!owner) return;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        hs_polygon_index_free(owner->placer.level[level]);
    hs_segment_index_free(owner->placer.segments);
    hs_street_graph_free(owner->graph);
    hs_arena_free(owner->arena);
    free(owner);
}

hs_geography *hs_geography_ref(const hs_geography *geography) {
    hs_geography_owner *owner = (hs_geography_owner *)geography;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->geography;
}

void hs_geography_unref(hs_geography *geography) {
    hs_geography_owner *owner = (hs_geography_owner *)geography;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1) owner_free(owner);
}

uint32_t hs_geography_references(const hs_geography *geography) {
    const hs_geography_owner *owner = (const hs_geography_owner *)geography;
    /* Acquire: what the last other holder did comes before what follows from its being gone. */
    return atomic_load_explicit(&owner->refs, memory_order_acquire);
}

static hs_status build_columns(hs_geography_builder *builder, hs_geography_owner *owner, hs_error *error) {
    hs_geography *g = &owner->geography;
    hs_arena *arena = owner->arena;
    hs_status status = hs_geography_unit_columns(&builder->units, arena, error, &g->units);
    if (status == HS_OK) status = hs_geography_street_columns(&builder->streets, arena, error, &g->streets);
    if (status == HS_OK)
        status = hs_geography_address_columns(&builder->addresses, arena, error, &g->addresses);
    if (status == HS_OK) status = hs_geography_place_columns(&builder->places, arena, error, &g->places);
    if (status == HS_OK) status = hs_geography_zone_columns(&builder->zones, arena, error, &g->zones);
    if (status == HS_OK)
        status = hs_geography_resident_columns(&builder->population, arena, error, &g->residents);
    return status;
}

static void set_box_and_center(const hs_geography_builder *builder, hs_geography *g) {
    g->box = HS_BOX_EMPTY;
    for (uint32_t i = 0; i < g->units.count; i++)
        hs_box_union(&g->box, g->units.box[i]);
    if (g->units.count == 0) {
        for (uint32_t i = 0; i < g->streets.count; i++)
            hs_box_union(&g->box, g->streets.box[i]);
        for (uint32_t i = 0; i < g->addresses.count; i++)
            hs_box_add(&g->box, g->addresses.position[i]);
        for (uint32_t i = 0; i < g->places.count; i++)
            hs_box_add(&g->box, g->places.position[i]);
    }
    if (builder->has_center) {
        g->center_lon_deg = builder->center_lon_deg;
        g->center_lat_deg = builder->center_lat_deg;
    } else if (g->box.min_lon_e7 <= g->box.max_lon_e7) {
        g->center_lon_deg = ((double)g->box.min_lon_e7 + g->box.max_lon_e7) / 2e7;
        g->center_lat_deg = ((double)g->box.min_lat_e7 + g->box.max_lat_e7) / 2e7;
    }
}

static hs_status build_graph(hs_geography_owner *owner, hs_error *error) {
    static const uint32_t no_start[1] = {0};
    hs_geography *g = &owner->geography;
    g->segments =
        (hs_segments){.lines = {.type = HS_GEOMETRY_LINES, .ring_start = no_start}, .node_first = no_start};
    if (g->streets.count == 0) return HS_OK;
    hs_status status =
        hs_street_graph_new(g->streets.geometry, g->streets.layer, g->streets.count, error, &owner->graph);
    if (status != HS_OK) return hs_error_prefix(error, status, "street graph");
    const hs_street_graph *graph = owner->graph;
    g->segments = (hs_segments){.count = graph->segment_count,
                                .street = graph->segment_street,
                                .from_node = graph->segment_from,
                                .to_node = graph->segment_to,
                                .length_m = graph->segment_length_m,
                                .start_m = graph->segment_start_m,
                                .end_m = graph->segment_end_m,
                                .lines = graph->lines,
                                .node_count = graph->node_count,
                                .node = graph->node,
                                .node_first = graph->node_first,
                                .node_segment = graph->node_segment};
    if (g->segments.count == 0) return HS_OK;
    return hs_segment_index_new(&g->segments.lines, error, &owner->placer.segments);
}

static hs_status build_levels(hs_geography_owner *owner, hs_error *error) {
    const hs_units *units = &owner->geography.units;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t first = units->level_start[level], count = units->level_start[level + 1] - first;
        if (count == 0) continue;
        hs_status status =
            hs_polygon_index_new(units->geometry + first, count, error, &owner->placer.level[level]);
        if (status != HS_OK)
            return hs_error_prefix(error, status, "index of level %s", hs_level_name((hs_level)level));
    }
    return HS_OK;
}

hs_status hs_geography_finish(hs_geography_builder *builder, uint64_t version, hs_error *error,
                              hs_geography **geography) {
    hs_geography_owner *owner = calloc(1, sizeof *owner);
    if (!owner) {
        hs_geography_builder_free(builder);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's geography");
    }
    atomic_init(&owner->refs, 1);
    owner->arena = builder->arena;
    builder->arena = NULL;
    owner->geography.version = version;
    owner->geography.placer = &owner->placer;
    hs_status status = build_columns(builder, owner, error);
    if (status == HS_OK) {
        set_box_and_center(builder, &owner->geography);
        status = build_graph(owner, error);
    }
    hs_geography_builder_free(builder);
    if (status == HS_OK) status = build_levels(owner, error);
    if (status == HS_OK)
        status = hs_geography_derive_units(&owner->geography, &owner->placer, owner->arena, error);
    if (status == HS_OK)
        status = hs_geography_derive_population(&owner->geography, &owner->placer, owner->arena, error);
    if (status != HS_OK) {
        owner_free(owner);
        return status;
    }
    *geography = &owner->geography;
    return HS_OK;
}
