#include "render/geojson.h"
#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>

/* What a geometry begins with, up to its positions. */
#define SHAPE_KEY(type) HS_STR("\"type\":\"" type "\",\"coordinates\":")

static void write_line(hs_json *json, const hs_position *positions, uint32_t count) {
    hs_json_array(json);
    for (uint32_t i = 0; i < count; i++)
        hs_json_position(json, positions[i]);
    hs_json_array_end(json);
}

/* Twice the signed area about the first corner: positive for counterclockwise. */
static double ring_area(const hs_position *positions, uint32_t count) {
    double area = 0.0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double ax = (double)positions[i].lon_e7 - (double)positions[0].lon_e7;
        double ay = (double)positions[i].lat_e7 - (double)positions[0].lat_e7;
        double bx = (double)positions[i + 1].lon_e7 - (double)positions[0].lon_e7;
        double by = (double)positions[i + 1].lat_e7 - (double)positions[0].lat_e7;
        area += ax * by - bx * ay;
    }
    return area;
}

static void write_ring(hs_json *json, const hs_position *positions, uint32_t count, bool outer) {
    if ((ring_area(positions, count) >= 0.0) == outer) {
        write_line(json, positions, count);
        return;
    }
    hs_json_array(json);
    for (uint32_t i = count; i > 0; i--)
        hs_json_position(json, positions[i - 1]);
    hs_json_array_end(json);
}

static void write_polygon(hs_json *json, const hs_geometry *geometry, uint32_t part) {
    hs_json_array(json);
    for (uint32_t r = geometry->part_start[part]; r < geometry->part_start[part + 1]; r++)
        write_ring(json, geometry->positions + geometry->ring_start[r],
                   geometry->ring_start[r + 1] - geometry->ring_start[r], r == geometry->part_start[part]);
    hs_json_array_end(json);
}

static void write_polygons(hs_json *json, const hs_geometry *geometry) {
    hs_json_key_raw(json, geometry->part_count == 1 ? SHAPE_KEY("Polygon") : SHAPE_KEY("MultiPolygon"));
    if (geometry->part_count == 1) {
        write_polygon(json, geometry, 0);
        return;
    }
    hs_json_array(json);
    for (uint32_t p = 0; p < geometry->part_count; p++)
        write_polygon(json, geometry, p);
    hs_json_array_end(json);
}

static void write_lines(hs_json *json, const hs_geometry *geometry, uint32_t first, uint32_t count) {
    hs_json_key_raw(json, count == 1 ? SHAPE_KEY("LineString") : SHAPE_KEY("MultiLineString"));
    if (count != 1) hs_json_array(json);
    for (uint32_t r = first; r < first + count; r++)
        write_line(json, geometry->positions + geometry->ring_start[r],
                   geometry->ring_start[r + 1] - geometry->ring_start[r]);
    if (count != 1) hs_json_array_end(json);
}

static void write_point(hs_json *json, hs_position position) {
    hs_json_object(json);
    hs_json_key_raw(json, SHAPE_KEY("Point"));
    hs_json_position(json, position);
    hs_json_object_end(json);
}

void hs_geojson_geometry(hs_json *json, const hs_geometry *geometry) {
    if (geometry->type == HS_GEOMETRY_NONE) {
        hs_json_null(json);
        return;
    }
    if (geometry->type == HS_GEOMETRY_POINT) {
        write_point(json, geometry->positions[0]);
        return;
    }
    hs_json_object(json);
    if (geometry->type == HS_GEOMETRY_LINES)
        write_lines(json, geometry, 0, geometry->ring_count);
    else
        write_polygons(json, geometry);
    hs_json_object_end(json);
}

static void feature_begin(hs_json *json, int64_t id) {
    hs_json_object(json);
    hs_json_key_raw(json, HS_STR("\"type\":\"Feature\",\"id\":"));
    hs_json_int(json, id);
    hs_json_key_literal(json, "geometry");
}

static void properties_begin(hs_json *json) {
    hs_json_key_literal(json, "properties");
    hs_json_object(json);
}

static void feature_end(hs_json *json) {
    hs_json_object_end(json);
    hs_json_object_end(json);
}

/* null for an empty text: every feature of a collection has every property. */
static void pair_text(hs_json *json, hs_str key, hs_str text) {
    hs_json_key_raw(json, key);
    if (text.size > 0)
        hs_json_str(json, text);
    else
        hs_json_null(json);
}

static void pair_int(hs_json *json, hs_str key, int64_t number) {
    hs_json_key_raw(json, key);
    hs_json_int(json, number);
}

static void pair_time(hs_json *json, hs_str key, int64_t time_s) {
    hs_json_key_raw(json, key);
    hs_json_time(json, time_s);
}

static void pair_number(hs_json *json, hs_str key, int32_t number) {
    hs_json_key_raw(json, key);
    if (number != HS_NO_NUMBER)
        hs_json_int(json, number);
    else
        hs_json_null(json);
}

/* Metres with at most two decimals. */
static void pair_metres(hs_json *json, hs_str key, double metres) {
    hs_json_key_raw(json, key);
    hs_json_fixed(json, (int64_t)(metres * 100.0 + (metres < 0.0 ? -0.5 : 0.5)), 2);
}

static void write_value(hs_json *json, const json_t *value) {
    if (json_is_string(value)) {
        hs_json_str(json, (hs_str){json_string_value(value), json_string_length(value)});
    } else if (json_is_integer(value)) {
        hs_json_int(json, json_integer_value(value));
    } else if (json_is_real(value)) {
        hs_json_double(json, json_real_value(value));
    } else if (json_is_boolean(value)) {
        hs_json_bool(json, json_is_true(value));
    } else {
        char *text = json_is_null(value) ? NULL : json_dumps(value, JSON_COMPACT);
        if (text)
            hs_json_raw(json, hs_str_of(text));
        else
            hs_json_null(json);
        free(text);
    }
}

static bool is_own(const char *const *own, const char *key) {
    for (; *own; own++)
        if (hs_str_equal_nocase(hs_str_of(*own), hs_str_of(key))) return true;
    return false;
}

void hs_geojson_attributes(hs_json *json, hs_str attributes, const char *const *own) {
    json_t *object;
    if (attributes.size == 0 || hs_json_parse(attributes, NULL, &object) != HS_OK) return;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (is_own(own, key)) continue;
        hs_json_key(json, key);
        write_value(json, value);
    }
    json_decref(object);
}

void hs_geojson_unit(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    static const char *const own[] = {"id",     "code",      "name",     "name_en", "level",
                                      "parent", "parent_id", "area_km2", NULL};
    const hs_units *units = &snapshot->geography->units;
    uint32_t parent = units->parent[row];
    feature_begin(json, units->id[row]);
    hs_geojson_geometry(json, &units->geometry[row]);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), units->id[row]);
    pair_text(json, HS_JSON_KEY("code"), units->code[row]);
    pair_text(json, HS_JSON_KEY("name"), units->name[row]);
    pair_text(json, HS_JSON_KEY("name_en"), units->name_en[row]);
    pair_text(json, HS_JSON_KEY("level"), hs_str_of(hs_level_name((hs_level)units->level[row])));
    pair_text(json, HS_JSON_KEY("parent"), parent != HS_NONE ? units->code[parent] : (hs_str){0});
    hs_json_key_literal(json, "parent_id");
    if (parent != HS_NONE)
        hs_json_int(json, units->id[parent]);
    else
        hs_json_null(json);
    hs_json_key_literal(json, "area_km2");
    hs_json_double(json, units->area_km2[row]);
    hs_geojson_attributes(json, units->attributes[row], own);
    feature_end(json);
}

void hs_geojson_street(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    static const char *const own[] = {"id",      "name",       "name_en",  "class", "left_from",
                                      "left_to", "right_from", "right_to", "layer", NULL};
    const hs_streets *streets = &snapshot->geography->streets;
    feature_begin(json, streets->id[row]);
    hs_geojson_geometry(json, &streets->geometry[row]);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), streets->id[row]);
    pair_text(json, HS_JSON_KEY("name"), streets->name[row]);
    pair_text(json, HS_JSON_KEY("name_en"), streets->name_en[row]);
    pair_text(json, HS_JSON_KEY("class"), streets->road_class[row]);
    pair_number(json, HS_JSON_KEY("left_from"), streets->left_from[row]);
    pair_number(json, HS_JSON_KEY("left_to"), streets->left_to[row]);
    pair_number(json, HS_JSON_KEY("right_from"), streets->right_from[row]);
    pair_number(json, HS_JSON_KEY("right_to"), streets->right_to[row]);
    pair_int(json, HS_JSON_KEY("layer"), streets->layer[row]);
    hs_geojson_attributes(json, streets->attributes[row], own);
    feature_end(json);
}

void hs_geojson_segment(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_segments *segments = &snapshot->geography->segments;
    const hs_streets *streets = &snapshot->geography->streets;
    uint32_t street = segments->street[row];
    feature_begin(json, (int64_t)row + 1);
    hs_json_object(json);
    write_lines(json, &segments->lines, row, 1);
    hs_json_object_end(json);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), (int64_t)row + 1);
    pair_text(json, HS_JSON_KEY("street"), streets->name[street]);
    pair_int(json, HS_JSON_KEY("street_id"), streets->id[street]);
    pair_text(json, HS_JSON_KEY("name_en"), streets->name_en[street]);
    pair_text(json, HS_JSON_KEY("class"), streets->road_class[street]);
    pair_int(json, HS_JSON_KEY("from_node"), (int64_t)segments->from_node[row] + 1);
    pair_int(json, HS_JSON_KEY("to_node"), (int64_t)segments->to_node[row] + 1);
    pair_metres(json, HS_JSON_KEY("length_m"), (double)segments->length_m[row]);
    pair_metres(json, HS_JSON_KEY("start_m"), segments->start_m[row]);
    pair_metres(json, HS_JSON_KEY("end_m"), segments->end_m[row]);
    feature_end(json);
}

void hs_geojson_address(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_addresses *addresses = &snapshot->geography->addresses;
    feature_begin(json, addresses->id[row]);
    write_point(json, addresses->position[row]);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), addresses->id[row]);
    pair_text(json, HS_JSON_KEY("street"), addresses->street[row]);
    pair_text(json, HS_JSON_KEY("number"), addresses->number[row]);
    pair_text(json, HS_JSON_KEY("unit"), addresses->unit[row]);
    pair_text(json, HS_JSON_KEY("address"), addresses->text[row]);
    feature_end(json);
}

static void write_place(hs_json *json, const hs_snapshot *snapshot, uint32_t row, bool addressed) {
    const hs_places *places = &snapshot->geography->places;
    feature_begin(json, places->id[row]);
    if (places->geometry[row].type == HS_GEOMETRY_NONE)
        write_point(json, places->position[row]);
    else
        hs_geojson_geometry(json, &places->geometry[row]);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), places->id[row]);
    pair_text(json, HS_JSON_KEY("name"), places->name[row]);
    pair_text(json, HS_JSON_KEY("name_en"), places->name_en[row]);
    pair_text(json, HS_JSON_KEY("class"), places->place_class[row]);
    if (addressed) pair_text(json, HS_JSON_KEY("address"), places->address[row]);
    feature_end(json);
}

void hs_geojson_place(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    write_place(json, snapshot, row, true);
}

static void write_public_place(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    write_place(json, snapshot, row, false);
}

void hs_geojson_zone(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_zones *zones = &snapshot->geography->zones;
    feature_begin(json, zones->id[row]);
    hs_geojson_geometry(json, &zones->geometry[row]);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), zones->id[row]);
    pair_text(json, HS_JSON_KEY("name"), zones->name[row]);
    pair_text(json, HS_JSON_KEY("kind"), zones->kind[row]);
    pair_text(json, HS_JSON_KEY("hours"), zones->hours[row]);
    pair_text(json, HS_JSON_KEY("weekdays"), zones->weekdays[row]);
    pair_time(json, HS_JSON_KEY("from"), zones->from_s[row]);
    pair_time(json, HS_JSON_KEY("to"), zones->to_s[row]);
    feature_end(json);
}

static void write_people(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_residents *residents = &snapshot->geography->residents;
    hs_geometry_type type = residents->geometry[row].type;
    feature_begin(json, residents->id[row]);
    if (type == HS_GEOMETRY_POINT)
        write_point(json, residents->label[row]);
    else if (type == HS_GEOMETRY_POLYGONS)
        hs_geojson_geometry(json, &residents->geometry[row]);
    else
        hs_json_null(json);
    properties_begin(json);
    pair_int(json, HS_JSON_KEY("id"), residents->id[row]);
    pair_text(json, HS_JSON_KEY("unit"), residents->unit[row]);
    hs_json_key_literal(json, "population");
    hs_json_double(json, residents->population[row]);
    hs_json_key_literal(json, "area_km2");
    if (type == HS_GEOMETRY_POLYGONS)
        hs_json_double(json, residents->area_km2[row]);
    else
        hs_json_null(json);
    feature_end(json);
}

static void write_target(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    feature_begin(json, snapshot->targets->target[row].id);
    hs_json_null(json);
    properties_begin(json);
    hs_geojson_target_members(json, snapshot, row);
    feature_end(json);
}

void hs_geojson_target_members(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_target_record *target = &snapshot->targets->target[row];
    uint32_t class = hs_taxonomy_find(snapshot->taxonomy, target->category);
    const hs_category_record *known = class != HS_NONE ? &snapshot->taxonomy->category[class] : NULL;
    pair_int(json, HS_JSON_KEY("id"), target->id);
    pair_text(json, HS_JSON_KEY("unit"), target->unit);
    pair_text(json, HS_JSON_KEY("category"), known ? known->code : target->category);
    pair_text(json, HS_JSON_KEY("category_zh"), known ? known->name : target->category);
    pair_text(json, HS_JSON_KEY("category_en"), known ? known->name_en : target->category);
    pair_text(json, HS_JSON_KEY("from"), target->from);
    pair_text(json, HS_JSON_KEY("to"), target->to);
    hs_json_key_literal(json, "target");
    hs_json_double(json, target->target);
}

static void pair_rule(hs_json *json, hs_str key, double number) {
    hs_json_key_raw(json, key);
    if (number >= 0)
        hs_json_double(json, number);
    else
        hs_json_null(json);
}

static void write_class(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    const hs_category_record *class = &snapshot->taxonomy->category[row];
    feature_begin(json, (int64_t)row + 1);
    hs_json_null(json);
    properties_begin(json);
    pair_text(json, HS_JSON_KEY("code"), class->code);
    pair_text(json, HS_JSON_KEY("parent"), class->parent);
    pair_text(json, HS_JSON_KEY("name"), class->name);
    pair_text(json, HS_JSON_KEY("name_en"), class->name_en);
    pair_text(json, HS_JSON_KEY("department"), class->department);
    pair_text(json, HS_JSON_KEY("colour"), class->colour);
    pair_text(json, HS_JSON_KEY("members"), class->members);
    pair_text(json, HS_JSON_KEY("aliases"), class->aliases);
    pair_rule(json, HS_JSON_KEY("duplicate_m"), class->duplicate_m);
    pair_rule(json, HS_JSON_KEY("duplicate_hours"), class->duplicate_hours);
    feature_end(json);
}

void hs_geojson_row(hs_json *json, const hs_collection *collection, const hs_snapshot *snapshot,
                    uint32_t row) {
    static void (*const writers[])(hs_json *, const hs_snapshot *, uint32_t) = {
        [HS_COLLECT_UNITS] = hs_geojson_unit,
        [HS_COLLECT_STREETS] = hs_geojson_street,
        [HS_COLLECT_SEGMENTS] = hs_geojson_segment,
        [HS_COLLECT_ADDRESSES] = hs_geojson_address,
        [HS_COLLECT_PLACES] = hs_geojson_place,
        [HS_COLLECT_ZONES] = hs_geojson_zone,
        [HS_COLLECT_POPULATION] = write_people,
        [HS_COLLECT_TARGETS] = write_target,
        [HS_COLLECT_CLASSES] = write_class,
        [HS_COLLECT_HOTSPOTS] = hs_geojson_hotspot,
        [HS_COLLECT_PUBLIC_PLACES] = write_public_place,
    };
    writers[collection->kind](json, snapshot, row);
}
