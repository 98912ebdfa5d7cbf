#include "render/map_features.h"

#include "base/hash.h"
#include "base/text.h"
#include "city/geography_label.h"
#include "render/base_layers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = INT32_MAX };

/* What a set is filled from. */
typedef struct filler {
    hs_map_features *features;
    hs_map_set *set;
    hs_dictionary *kinds;
    uint32_t rings, vertices; /* filled so far, over all sets */
    bool failed;
} filler;

static void count_geometry(const hs_geometry *geometry, uint64_t *rings, uint64_t *vertices) {
    if (geometry->type != HS_GEOMETRY_LINES && geometry->type != HS_GEOMETRY_POLYGONS) return;
    *rings += geometry->ring_count;
    *vertices += geometry->ring_start[geometry->ring_count];
}

static hs_status allocate_set(hs_map_features *f, hs_map_source source, uint32_t count, hs_error *error) {
    hs_map_set *set = &f->set[source];
    set->row = hs_arena_array(f->arena, (size_t)count + 1, sizeof *set->row);
    set->shape = hs_arena_array(f->arena, (size_t)count + 1, 1);
    set->from_zoom = hs_arena_array(f->arena, (size_t)count + 1, 1);
    set->may_drop = hs_arena_array(f->arena, (size_t)count + 1, 1);
    set->kind = hs_arena_array(f->arena, (size_t)count + 1, sizeof *set->kind);
    set->box = hs_arena_array(f->arena, (size_t)count + 1, sizeof *set->box);
    set->anchor = hs_arena_array(f->arena, (size_t)count + 1, sizeof *set->anchor);
    set->ring = hs_arena_array(f->arena, (size_t)count + 2, sizeof *set->ring);
    bool all = set->row && set->shape && set->from_zoom && set->may_drop && set->kind && set->box &&
               set->anchor && set->ring;
    return all ? HS_OK : hs_error_memory(error, "the map's features");
}

static hs_status allocate(hs_map_features *f, hs_error *error) {
    const hs_geography *g = f->geography;
    uint64_t rings = 0;
    uint64_t vertices = 0;
    for (uint32_t i = 0; i < g->units.count; i++)
        count_geometry(&g->units.geometry[i], &rings, &vertices);
    for (uint32_t i = 0; i < g->streets.count; i++)
        count_geometry(&g->streets.geometry[i], &rings, &vertices);
    for (uint32_t i = 0; i < g->places.count; i++)
        count_geometry(&g->places.geometry[i], &rings, &vertices);
    for (uint32_t i = 0; i < g->zones.count; i++)
        count_geometry(&g->zones.geometry[i], &rings, &vertices);
    if (rings >= UINT32_MAX || vertices >= UINT32_MAX)
        return hs_error_set(error, HS_E_LIMIT, "the geography has too many corners to be drawn");
    f->ring_start = hs_arena_array(f->arena, rings + 2, sizeof *f->ring_start);
    f->vertex = hs_arena_array(f->arena, vertices + 1, sizeof *f->vertex);
    if (!f->ring_start || !f->vertex) return hs_error_memory(error, "the map's features");
    hs_status status = allocate_set(f, HS_MAP_UNITS, g->units.count, error);
    if (status == HS_OK) status = allocate_set(f, HS_MAP_UNIT_LABELS, g->units.count, error);
    if (status == HS_OK) status = allocate_set(f, HS_MAP_STREETS, g->streets.count, error);
    if (status == HS_OK) status = allocate_set(f, HS_MAP_PLACES, 2 * g->places.count, error);
    if (status == HS_OK) status = allocate_set(f, HS_MAP_ZONES, g->zones.count, error);
    return status;
}

static void grow(hs_mercator_box *box, hs_mercator m) {
    if (m.x < box->min_x) box->min_x = m.x;
    if (m.x > box->max_x) box->max_x = m.x;
    if (m.y < box->min_y) box->min_y = m.y;
    if (m.y > box->max_y) box->max_y = m.y;
}

/* Twice the area, positive for clockwise on screen. */
static double area2(const hs_mercator *ring, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double ax = (double)ring[i].x - ring[0].x;
        double ay = (double)ring[i].y - ring[0].y;
        double bx = (double)ring[i + 1].x - ring[0].x;
        double by = (double)ring[i + 1].y - ring[0].y;
        sum += ax * by - bx * ay;
    }
    return sum;
}

static void add_ring(filler *f, const hs_position *positions, uint32_t count, hs_mercator_box *box) {
    hs_mercator *to = f->features->vertex + f->vertices;
    f->features->ring_start[f->rings++] = f->vertices;
    for (uint32_t i = 0; i < count; i++) {
        to[i] = hs_mercator_from_position(positions[i]);
        grow(box, to[i]);
    }
    f->vertices += count;
}

static void turn_ring(filler *f, bool outer) {
    uint32_t first = f->features->ring_start[f->rings - 1];
    hs_mercator *ring = f->features->vertex + first;
    uint32_t count = f->vertices - first;
    if ((area2(ring, count) > 0) == outer) return;
    for (uint32_t i = 0; i < count / 2; i++) {
        hs_mercator m = ring[i];
        ring[i] = ring[count - 1 - i];
        ring[count - 1 - i] = m;
    }
}

static void add_geometry(filler *f, const hs_geometry *geometry, hs_mercator_box *box) {
    if (geometry->type == HS_GEOMETRY_LINES) {
        for (uint32_t r = 0; r < geometry->ring_count; r++)
            add_ring(f, geometry->positions + geometry->ring_start[r],
                     geometry->ring_start[r + 1] - geometry->ring_start[r], box);
        return;
    }
    for (uint32_t p = 0; p < geometry->part_count; p++)
        for (uint32_t r = geometry->part_start[p]; r < geometry->part_start[p + 1]; r++) {
            add_ring(f, geometry->positions + geometry->ring_start[r],
                     geometry->ring_start[r + 1] - geometry->ring_start[r], box);
            turn_ring(f, r == geometry->part_start[p]);
        }
}

/* Begins a feature; its kind is what `words` spell. */
static uint32_t begin(filler *f, uint32_t row, hs_map_shape shape, uint32_t from_zoom, const char *words) {
    hs_map_set *set = f->set;
    uint32_t i = set->count;
    set->row[i] = row;
    set->shape[i] = (uint8_t)shape;
    set->from_zoom[i] = (uint8_t)from_zoom;
    set->ring[i] = f->rings;
    set->box[i] = (hs_mercator_box){UINT32_MAX, UINT32_MAX, 0, 0};
    set->kind[i] = hs_dictionary_put(f->kinds, hs_str_of(words));
    if (set->kind[i] == HS_NONE) f->failed = true;
    return i;
}

static void end(filler *f, uint32_t i, hs_position label) {
    hs_map_set *set = f->set;
    set->anchor[i] = hs_mercator_from_position(label);
    if (set->shape[i] == HS_MAP_POINT) grow(&set->box[i], set->anchor[i]);
    set->ring[i + 1] = f->rings;
    set->count++;
}

static uint32_t unit_zoom(const hs_units *units, uint32_t row) {
    return units->level[row] == units->level[0] ? 0 : hs_base_unit_zoom((hs_level)units->level[row]);
}

static void fill_units(filler *f, bool labels) {
    const hs_units *units = &f->features->geography->units;
    for (uint32_t row = 0; row < units->count; row++) {
        uint32_t i = begin(f, row, labels ? HS_MAP_POINT : HS_MAP_POLYGON, unit_zoom(units, row),
                           hs_level_name((hs_level)units->level[row]));
        if (!labels) add_geometry(f, &units->geometry[row], &f->set->box[i]);
        end(f, i, units->label[row]);
    }
}

/* Kinds have words of their own for each class and layer; longer classes than anybody has are cut. */
static void fill_streets(filler *f) {
    const hs_streets *streets = &f->features->geography->streets;
    char words[320];
    for (uint32_t row = 0; row < streets->count; row++) {
        hs_str road = streets->road_class[row];
        uint32_t zoom = hs_base_street_zoom(road);
        (void)snprintf(words, sizeof words, "%d %.*s", (int)streets->layer[row], (int)road.size, road.data);
        uint32_t i = begin(f, row, HS_MAP_LINE,
                           zoom < HS_BASE_FULL_DETAIL_ZOOM ? zoom : HS_BASE_FULL_DETAIL_ZOOM, words);
        f->set->may_drop[i] = 1;
        add_geometry(f, &streets->geometry[row], &f->set->box[i]);
        end(f, i, (hs_position){0, 0});
    }
}

static void fill_places(filler *f) {
    const hs_places *places = &f->features->geography->places;
    char words[320];
    for (int areas = 1; areas >= 0; areas--)
        for (uint32_t row = 0; row < places->count; row++) {
            hs_str kind = places->place_class[row];
            if (areas && places->geometry[row].type != HS_GEOMETRY_POLYGONS) continue;
            (void)snprintf(words, sizeof words, "%d %.*s", areas, (int)kind.size, kind.data);
            uint32_t i = begin(f, row, areas ? HS_MAP_POLYGON : HS_MAP_POINT,
                               areas ? HS_BASE_AREA_ZOOM : HS_BASE_PLACE_ZOOM, words);
            f->set->may_drop[i] = (uint8_t)areas;
            if (areas) add_geometry(f, &places->geometry[row], &f->set->box[i]);
            end(f, i, places->position[row]);
        }
}

static void fill_zones(filler *f) {
    const hs_zones *zones = &f->features->geography->zones;
    char words[320];
    for (uint32_t row = 0; row < zones->count; row++) {
        (void)snprintf(words, sizeof words, "%.*s", (int)zones->kind[row].size, zones->kind[row].data);
        uint32_t i = begin(f, row, HS_MAP_POLYGON, HS_BASE_ZONE_ZOOM, words);
        add_geometry(f, &zones->geometry[row], &f->set->box[i]);
        end(f, i, hs_geometry_label(&zones->geometry[row]));
    }
}

static hs_status name_kinds(filler *f, hs_error *error) {
    hs_map_set *set = f->set;
    set->kind_count = hs_dictionary_count(f->kinds);
    set->kind_feature =
        hs_arena_array(f->features->arena, (size_t)set->kind_count + 1, sizeof *set->kind_feature);
    if (!set->kind_feature || f->failed) return hs_error_memory(error, "the map's features");
    for (uint32_t i = set->count; i-- > 0;)
        set->kind_feature[set->kind[i]] = i;
    return HS_OK;
}

static hs_status fill(filler *f, hs_map_source source, hs_error *error) {
    f->set = &f->features->set[source];
    f->kinds = hs_dictionary_new();
    if (!f->kinds || !f->set->ring) return hs_error_memory(error, "the map's features");
    f->set->ring[0] = f->rings;
    if (source == HS_MAP_UNITS || source == HS_MAP_UNIT_LABELS) fill_units(f, source == HS_MAP_UNIT_LABELS);
    if (source == HS_MAP_STREETS) fill_streets(f);
    if (source == HS_MAP_PLACES) fill_places(f);
    if (source == HS_MAP_ZONES) fill_zones(f);
    hs_status status = name_kinds(f, error);
    hs_dictionary_free(f->kinds);
    return status;
}

hs_status hs_map_features_new(const hs_geography *geography, hs_error *error, hs_map_features **features) {
    hs_map_features *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "the map's features");
    made->geography = hs_geography_ref(geography);
    made->arena = hs_arena_new(ARENA_BYTES);
    hs_status status = made->arena ? allocate(made, error) : hs_error_memory(error, "the map's features");
    filler f = {.features = made};
    for (unsigned source = 0; source < HS_MAP_SOURCES && status == HS_OK; source++)
        status = fill(&f, (hs_map_source)source, error);
    if (status == HS_OK) {
        made->ring_count = f.rings;
        made->ring_start[f.rings] = f.vertices;
        status = hs_map_chains_build(made, error);
    }
    if (status != HS_OK) {
        hs_map_features_free(made);
        return status;
    }
    made->bytes = hs_arena_used(made->arena);
    *features = made;
    return HS_OK;
}

void hs_map_features_free(hs_map_features *features) {
    if (!features) return;
    hs_arena_free(features->arena);
    hs_geography_unref(features->geography);
    free(features);
}

typedef struct lister {
    hs_map_property *out;
    uint32_t count;
} lister;

static void put_text(lister *l, hs_str key, hs_str text) {
    if (text.size == 0) return;
    l->out[l->count++] = (hs_map_property){key, {.type = HS_MAP_TEXT, .text = text}};
}

static void put_number(lister *l, hs_str key, double number) {
    l->out[l->count++] = (hs_map_property){key, {.type = HS_MAP_NUMBER, .number = number}};
}

static void put_unit(lister *l, const hs_units *units, uint32_t row) {
    put_number(l, HS_STR("id"), (double)units->id[row]);
    put_text(l, HS_STR("code"), units->code[row]);
    put_text(l, HS_STR("name"), units->name[row]);
    put_text(l, HS_STR("name_en"), units->name_en[row]);
    put_text(l, HS_STR("level"), hs_str_of(hs_level_name((hs_level)units->level[row])));
    if (units->parent[row] != HS_NONE) put_text(l, HS_STR("parent"), units->code[units->parent[row]]);
}

static void put_street(lister *l, const hs_streets *streets, uint32_t row) {
    put_number(l, HS_STR("id"), (double)streets->id[row]);
    put_text(l, HS_STR("name"), streets->name[row]);
    put_text(l, HS_STR("name_en"), streets->name_en[row]);
    put_text(l, HS_STR("class"), streets->road_class[row]);
    if (streets->layer[row] != 0) put_number(l, HS_STR("layer"), streets->layer[row]);
}

static void put_place(lister *l, const hs_places *places, uint32_t row) {
    put_number(l, HS_STR("id"), (double)places->id[row]);
    put_text(l, HS_STR("name"), places->name[row]);
    put_text(l, HS_STR("name_en"), places->name_en[row]);
    put_text(l, HS_STR("class"), places->place_class[row]);
}

static void put_zone(lister *l, const hs_zones *zones, uint32_t row) {
    put_number(l, HS_STR("id"), (double)zones->id[row]);
    put_text(l, HS_STR("name"), zones->name[row]);
    put_text(l, HS_STR("kind"), zones->kind[row]);
    put_text(l, HS_STR("hours"), zones->hours[row]);
    put_text(l, HS_STR("weekdays"), zones->weekdays[row]);
}

uint32_t hs_map_feature_properties(const hs_map_features *features, hs_map_source source, uint32_t feature,
                                   hs_map_property properties[HS_MAP_MOST_PROPERTIES]) {
    const hs_geography *g = features->geography;
    uint32_t row = features->set[source].row[feature];
    lister l = {properties, 0};
    if (source == HS_MAP_STREETS)
        put_street(&l, &g->streets, row);
    else if (source == HS_MAP_PLACES)
        put_place(&l, &g->places, row);
    else if (source == HS_MAP_ZONES)
        put_zone(&l, &g->zones, row);
    else
        put_unit(&l, &g->units, row);
    return l.count;
}

uint32_t hs_map_features_in(const hs_map_set *set, const hs_mercator_box *box, uint32_t zoom, uint32_t *out) {
    uint32_t found = 0;
    uint32_t least =
        zoom < HS_BASE_FULL_DETAIL_ZOOM ? (uint32_t)(HS_BASE_LEAST_SPAN / 4096 * 0x1p32) >> zoom : 0;
    for (uint32_t i = 0; i < set->count; i++) {
        const hs_mercator_box *b = &set->box[i];
        if (!((b->min_x <= box->max_x) & (b->max_x >= box->min_x) & (b->min_y <= box->max_y) &
              (b->max_y >= box->min_y)))
            continue;
        if (set->from_zoom[i] > zoom) continue;
        if (set->may_drop[i] && b->max_x - b->min_x < least && b->max_y - b->min_y < least) continue;
        out[found++] = i;
    }
    return found;
}
