/* Zones: permitted stalls as ribbons along a stretch of street, key areas as communities or circles. */
#include "service/sample/city.h"

#include "base/text.h"

#include <string.h>

#define RIBBON_HALF_M 14.0
#define CIRCLE        24
#define RIBBON_MAX    (2 * (HS_SAMPLE_MAX_STRETCH + 1) + 1)

typedef struct zoning {
    hs_sample_city *city;
    const hs_sample_sink *sink;
    hs_error *error;
    hs_sample_reader reader;
    hs_random random;
    int64_t id;
} zoning;

static hs_status emit_zone(zoning *z, const json_t *rule, hs_str name, hs_geometry geometry) {
    hs_zone_record record = {
        .id = ++z->id,
        .name = name,
        .kind = hs_json_get_str(rule, "kind"),
        .hours = hs_json_get_str(rule, "hours"),
        .weekdays = hs_json_get_str(rule, "weekdays"),
        .from_s = HS_NO_TIME,
        .to_s = HS_NO_TIME,
        .geometry = geometry,
    };
    if (!name.size) return hs_error_set(z->error, HS_E_MEMORY, "no memory for zones");
    return z->sink->zone(z->sink->context, &record, z->error);
}

static hs_status emit_ring(zoning *z, const json_t *rule, hs_str name, const hs_position *ring,
                           uint32_t count) {
    const uint32_t ring_start[2] = {0, count};
    const uint32_t part_start[2] = {0, 1};
    return emit_zone(z, rule, name,
                     (hs_geometry){.type = HS_GEOMETRY_POLYGONS,
                                   .part_count = 1,
                                   .ring_count = 1,
                                   .part_start = part_start,
                                   .ring_start = ring_start,
                                   .positions = ring});
}

/* The stretch widened by RIBBON_HALF_M to both sides. */
static hs_status emit_ribbon(zoning *z, const json_t *rule) {
    const hs_sample_city *city = z->city;
    hs_sample_where where = hs_sample_read_where(&z->reader, json_object_get(rule, "where"));
    hs_str name = hs_sample_text(&z->reader, rule, "zh");
    if (z->reader.status != HS_OK) return z->reader.status;
    hs_sample_stretch stretch;
    hs_status status = hs_sample_resolve(city, &where, &z->random, z->error, &stretch);
    if (status != HS_OK) return status;
    hs_position ring[RIBBON_MAX];
    uint32_t stations = stretch.count + 1;
    for (uint32_t k = 0; k < stations; k++) {
        const hs_sample_edge *edge = &city->edge[stretch.edge[k < stretch.count ? k : k - 1]];
        double along_m = k < stretch.count ? edge->start_m : edge->start_m + edge->length_m;
        const hs_sample_street *street = &city->street[edge->street];
        ring[k] =
            hs_sample_position(city, hs_sample_street_point(city, street, along_m, RIBBON_HALF_M, NULL));
        ring[2 * stations - 1 - k] =
            hs_sample_position(city, hs_sample_street_point(city, street, along_m, -RIBBON_HALF_M, NULL));
    }
    ring[2 * stations] = ring[0];
    return emit_ring(z, rule, name, ring, 2 * stations + 1);
}

static hs_status emit_circles(zoning *z, const json_t *rule) {
    hs_sample_city *city = z->city;
    hs_str around = hs_json_get_str(rule, "around");
    double radius_m = hs_sample_number(&z->reader, rule, "radius_m");
    hs_str word = hs_sample_text(&z->reader, rule, "zh");
    if (z->reader.status != HS_OK) return z->reader.status;
    for (uint32_t nth = 1; hs_sample_find_place(city, around, nth) != HS_NONE; nth++) {
        const hs_sample_place *place = &city->place[hs_sample_find_place(city, around, nth)];
        hs_sample_point middle =
            hs_sample_street_point(city, &city->street[place->street], place->along_m, 0, NULL);
        hs_position ring[CIRCLE + 1];
        for (int k = 0; k < CIRCLE; k++) {
            double angle = 2.0 * HS_SAMPLE_PI * k / CIRCLE;
            ring[k] =
                hs_sample_position(city, (hs_sample_point){middle.x_m + radius_m * hs_sample_cos(angle),
                                                           middle.y_m + radius_m * hs_sample_sin(angle)});
        }
        ring[CIRCLE] = ring[0];
        char *name = hs_arena_printf(city->arena, "%s%s", place->name.zh.data, word.data);
        hs_status status = emit_ring(z, rule, hs_str_of(name), ring, CIRCLE + 1);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status emit_communities(zoning *z, const json_t *rule) {
    hs_sample_city *city = z->city;
    uint32_t type = hs_sample_find_type(&z->reader, &city->definition, hs_json_get_str(rule, "communities"));
    hs_str word = hs_sample_text(&z->reader, rule, "zh");
    if (z->reader.status != HS_OK) return z->reader.status;
    const hs_sample_lattice *lattice = &city->lattice;
    uint32_t *label = hs_arena_array(city->arena, (size_t)lattice->columns * lattice->rows, sizeof *label);
    if (!label) return hs_error_set(z->error, HS_E_MEMORY, "no memory for zones");
    for (uint32_t j = 0; j < lattice->rows; j++)
        for (uint32_t i = 0; i < lattice->columns; i++)
            label[j * lattice->columns + i] = hs_sample_face_community(city, i, j);
    hs_sample_tracer *tracer = NULL;
    hs_status status = hs_sample_tracer_new(city, z->error, &tracer);
    for (uint32_t c = 0; status == HS_OK && c < city->definition.community_count; c++) {
        if (city->definition.community[c].type != type) continue;
        hs_geometry geometry;
        status = hs_sample_trace(tracer, label, c, z->error, &geometry);
        char *name =
            hs_arena_printf(city->arena, "%s%s", city->definition.community[c].stem.zh.data, word.data);
        if (status == HS_OK) status = emit_zone(z, rule, hs_str_of(name), geometry);
    }
    hs_sample_tracer_free(tracer);
    return status;
}

hs_status hs_sample_emit_zones(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error) {
    zoning z = {.city = city, .sink = sink, .error = error, .reader = {.error = error}};
    hs_random_seed_stream(&z.random, city->seed, 100 + HS_SAMPLE_STREAM_PLACES);
    size_t index;
    json_t *rule;
    json_array_foreach(hs_sample_array(&z.reader, city->definition.root, "zones"), index, rule) {
        hs_status status = HS_OK;
        if (json_object_get(rule, "around"))
            status = emit_circles(&z, rule);
        else if (json_object_get(rule, "communities"))
            status = emit_communities(&z, rule);
        else
            status = emit_ribbon(&z, rule);
        if (status != HS_OK) return status;
    }
    return z.reader.status;
}
