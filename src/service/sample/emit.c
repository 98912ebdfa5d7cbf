/* The generated geography as records of the library. */
#include "service/sample/city.h"

#include "base/text.h"

#include <string.h>

typedef struct emission {
    hs_sample_city *city;
    const hs_sample_sink *sink;
    hs_error *error;
    hs_sample_tracer *tracer;
    hs_arena *arena;
    uint32_t *label;
    uint32_t *persons; /* a cell of the plan */
    int64_t id;
} emission;

/* Persons behind the addresses of each cell of the plan. */
static void count_persons(emission *e) {
    const hs_sample_city *city = e->city;
    const hs_sample_lattice *lattice = &city->lattice;
    for (uint32_t a = 0; a < city->address_count; a++) {
        const hs_sample_address *address = &city->address[a];
        const hs_sample_street *street = &city->street[address->street];
        uint32_t at = street->first + (address->edge - street->first_edge);
        uint32_t column = street->vertical ? street->line - (address->side == 1) : at;
        uint32_t row = street->vertical ? at : street->line - (address->side == 0);
        uint32_t cell = lattice->plan_row[row] * city->definition.columns + lattice->plan_column[column];
        uint32_t community = city->edge[address->edge].community[address->side];
        e->persons[cell] += (uint32_t)hs_sample_type_of(city, community)->persons;
    }
}

/* What a cell of the plan belongs to at a level: the number of its unit there. */
static uint32_t unit_at(const emission *e, hs_level level, uint32_t row, uint32_t column) {
    uint32_t community = hs_sample_plan_community(e->city, row, column);
    if (community == HS_NONE) return HS_NONE;
    switch (level) {
    case HS_LEVEL_CELL:
        return row * e->city->definition.columns + column;
    case HS_LEVEL_COMMUNITY:
        return community;
    case HS_LEVEL_SUBDISTRICT:
        return e->city->definition.community[community].subdistrict;
    default:
        return 0;
    }
}

static uint32_t label_faces(emission *e, hs_level level, uint32_t wanted) {
    const hs_sample_city *city = e->city;
    const hs_sample_lattice *lattice = &city->lattice;
    uint32_t persons = 0;
    for (uint32_t j = 0; j < lattice->rows; j++)
        for (uint32_t i = 0; i < lattice->columns; i++)
            e->label[j * lattice->columns + i] =
                unit_at(e, level, lattice->plan_row[j], lattice->plan_column[i]);
    for (uint32_t r = 0; r < city->definition.rows; r++)
        for (uint32_t c = 0; c < city->definition.columns; c++)
            if (unit_at(e, level, r, c) == wanted) persons += e->persons[r * city->definition.columns + c];
    return persons;
}

static hs_status emit_unit(emission *e, hs_level level, uint32_t wanted, uint32_t persons, const char *code,
                           const char *parent, hs_sample_name name) {
    hs_unit_record record = {.id = ++e->id,
                             .code = hs_str_of(code),
                             .name = name.zh,
                             .name_en = name.en,
                             .level = level,
                             .parent = hs_str_of(parent)};
    record.attributes = hs_str_of(hs_arena_printf(e->arena, "{\"population\":%u}", persons));
    if (!code || !record.attributes.size) return hs_error_set(e->error, HS_E_MEMORY, "no memory for units");
    hs_status status = hs_sample_trace(e->tracer, e->label, wanted, e->error, &record.geometry);
    return status == HS_OK ? e->sink->unit(e->sink->context, &record, e->error) : status;
}

static hs_status emit_cells(emission *e, uint32_t community, const char *parent, hs_sample_name stem) {
    const hs_sample_definition *definition = &e->city->definition;
    uint32_t number = 0;
    label_faces(e, HS_LEVEL_CELL, 0);
    for (uint32_t r = 0; r < definition->rows; r++)
        for (uint32_t c = 0; c < definition->columns; c++) {
            if (hs_sample_plan_community(e->city, r, c) != community) continue;
            number++;
            hs_sample_name name = {
                hs_str_of(hs_arena_printf(e->arena, "%s第%u网格", stem.zh.data, number)),
                hs_str_of(hs_arena_printf(e->arena, "%s Grid %u", stem.en.data, number)),
            };
            uint32_t cell = r * definition->columns + c;
            hs_status status = emit_unit(e, HS_LEVEL_CELL, cell, e->persons[cell],
                                         hs_arena_printf(e->arena, "%s%03u", parent, number), parent, name);
            if (status != HS_OK) return status;
        }
    return HS_OK;
}

static hs_sample_name community_name(emission *e, uint32_t community) {
    hs_sample_name stem = e->city->definition.community[community].stem;
    bool village = hs_str_equal(hs_sample_type_of(e->city, community)->key, HS_STR("village"));
    return (hs_sample_name){
        hs_str_of(hs_arena_printf(e->arena, "%s%s", stem.zh.data, village ? "村" : "社区")),
        hs_str_of(hs_arena_printf(e->arena, "%s %s", stem.en.data, village ? "Village" : "Community")),
    };
}

static hs_status emit_subdistrict(emission *e, uint32_t s) {
    const hs_sample_definition *definition = &e->city->definition;
    const char *code = hs_arena_printf(e->arena, "%s%03u", definition->district_code.data, s + 1);
    uint32_t persons = label_faces(e, HS_LEVEL_SUBDISTRICT, s);
    hs_status status = emit_unit(e, HS_LEVEL_SUBDISTRICT, s, persons, code, definition->district_code.data,
                                 definition->subdistrict[s].name);
    for (uint32_t k = 0; status == HS_OK && k < definition->subdistrict[s].community_count; k++) {
        uint32_t community = definition->subdistrict[s].first_community + k;
        const char *inner = hs_arena_printf(e->arena, "%s%03u", code, k + 1);
        persons = label_faces(e, HS_LEVEL_COMMUNITY, community);
        status =
            emit_unit(e, HS_LEVEL_COMMUNITY, community, persons, inner, code, community_name(e, community));
        if (status == HS_OK) status = emit_cells(e, community, inner, definition->community[community].stem);
    }
    return status;
}

hs_status hs_sample_emit_units(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error) {
    const hs_sample_definition *definition = &city->definition;
    emission e = {.city = city, .sink = sink, .error = error, .arena = city->arena};
    e.label =
        hs_arena_array(city->arena, (size_t)city->lattice.columns * city->lattice.rows, sizeof *e.label);
    e.persons =
        hs_arena_array(city->arena, (size_t)definition->rows * definition->columns, sizeof *e.persons);
    if (!e.label || !e.persons) return hs_error_set(error, HS_E_MEMORY, "no memory for units");
    hs_status status = hs_sample_tracer_new(city, error, &e.tracer);
    if (status != HS_OK) return status;
    count_persons(&e);
    uint32_t persons = label_faces(&e, HS_LEVEL_CITY, 0);
    status = emit_unit(&e, HS_LEVEL_CITY, 0, persons, definition->city_code.data, "", definition->city);
    if (status == HS_OK)
        status = emit_unit(&e, HS_LEVEL_DISTRICT, 0, persons, definition->district_code.data,
                           definition->city_code.data, definition->district);
    for (uint32_t s = 0; status == HS_OK && s < definition->subdistrict_count; s++)
        status = emit_subdistrict(&e, s);
    hs_sample_tracer_free(e.tracer);
    return status;
}

hs_status hs_sample_emit_streets(const hs_sample_city *city, const hs_sample_sink *sink, hs_error *error) {
    hs_position line[HS_SAMPLE_MAX_LINES * HS_SAMPLE_MAX_PARTS + 1];
    for (uint32_t s = 0; s < city->street_count; s++) {
        const hs_sample_street *street = &city->street[s];
        uint32_t ring_start[2] = {0, street->last - street->first + 1};
        for (uint32_t k = 0; k < ring_start[1]; k++)
            line[k] = city->lattice.node[hs_sample_street_node(city, street, k)];
        hs_street_record record = {
            .id = (int64_t)s + 1,
            .name = street->name.zh,
            .name_en = street->name.en,
            .road_class = hs_str_of(hs_sample_class_name[street->road_class]),
            .left_from = street->from[0],
            .left_to = street->to[0],
            .right_from = street->from[1],
            .right_to = street->to[1],
            .geometry = {.type = HS_GEOMETRY_LINES,
                         .ring_count = 1,
                         .ring_start = ring_start,
                         .positions = line},
        };
        hs_status status = sink->street(sink->context, &record, error);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

/* The address as one text: district, street, number. */
static char *address_text(const hs_sample_city *city, hs_arena *arena, uint32_t a) {
    const hs_sample_address *address = &city->address[a];
    return hs_arena_printf(arena, "%s%s%d号", city->definition.district.zh.data,
                           city->street[address->street].name.zh.data, address->number);
}

hs_status hs_sample_emit_addresses(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error) {
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "no memory for addresses");
    hs_status status = HS_OK;
    for (uint32_t a = 0; status == HS_OK && a < city->address_count; a++) {
        hs_arena_reset(arena);
        hs_address_record record = {
            .id = (int64_t)a + 1,
            .street = city->street[city->address[a].street].name.zh,
            .number = hs_str_of(hs_arena_printf(arena, "%d", city->address[a].number)),
            .text = hs_str_of(address_text(city, arena, a)),
            .position = city->address[a].position,
        };
        status = sink->address(sink->context, &record, error);
    }
    hs_arena_free(arena);
    return status;
}

static hs_status emit_place(hs_sample_city *city, hs_sample_tracer *tracer, hs_arena *arena, uint32_t p,
                            const hs_sample_sink *sink, hs_error *error) {
    const hs_sample_place *place = &city->place[p];
    const uint32_t one[2] = {0, 1};
    hs_place_record record = {
        .id = (int64_t)p + 1,
        .name = place->name.zh,
        .name_en = place->name.en,
        .place_class = place->place_class,
        .position = place->position,
        .geometry = {.type = HS_GEOMETRY_POINT,
                     .ring_count = 1,
                     .ring_start = one,
                     .positions = &place->position},
    };
    if (place->address != HS_NONE) record.address = hs_str_of(address_text(city, arena, place->address));
    if (place->face_label != HS_NONE) {
        hs_status status =
            hs_sample_trace(tracer, city->place_label, place->face_label, error, &record.geometry);
        if (status != HS_OK) return status;
    }
    return sink->place(sink->context, &record, error);
}

hs_status hs_sample_emit_places(hs_sample_city *city, const hs_sample_sink *sink, hs_error *error) {
    hs_sample_tracer *tracer = NULL;
    hs_status status = hs_sample_tracer_new(city, error, &tracer);
    for (uint32_t p = 0; status == HS_OK && p < city->place_count; p++)
        status = emit_place(city, tracer, city->arena, p, sink, error);
    hs_sample_tracer_free(tracer);
    return status;
}
