#include "export/feature_table.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "export/attribute_columns.h"
#include "export/format.h"
#include <math.h>
#include <stdlib.h>

#define NAMES_MOST ((size_t)64 << 20)

struct hs_feature_table {
    const hs_snapshot *snapshot;
    const hs_collection *collection;
    hs_arena *arena;
    hs_attribute_columns *attributes;
    hs_field *fields;
    uint32_t field_count, own_count;
    bool has_label, has_columns;
    hs_value *values;
    const hs_category_record **category; /* by number of the incidents' code; NULL where unknown */
    hs_position position;                /* of an incident */
};

static void take_text(hs_value *value, hs_str text) {
    *value = (hs_value){.text = {text.size > 0 ? text.data : NULL, text.size}};
}

static void take_integer(hs_value *value, int64_t integer) {
    *value = (hs_value){.integer = integer};
}

static void take_number(hs_value *value, int32_t number) {
    *value = (hs_value){.absent = number == HS_NO_NUMBER, .integer = number};
}

/* Metres to the centimetre, as pages have them. */
static void take_metres(hs_value *value, double metres) {
    *value = (hs_value){.real = round(metres * 100) / 100};
}

static void read_unit(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_units *units = &snapshot->geography->units;
    uint32_t parent = units->parent[row];
    take_integer(&v[0], units->id[row]);
    take_text(&v[1], units->code[row]);
    take_text(&v[2], units->name[row]);
    take_text(&v[3], units->name_en[row]);
    take_text(&v[4], hs_str_of(hs_level_name((hs_level)units->level[row])));
    take_text(&v[5], parent != HS_NONE ? units->code[parent] : (hs_str){0});
    v[6] = (hs_value){.absent = parent == HS_NONE, .integer = parent != HS_NONE ? units->id[parent] : 0};
    v[7] = (hs_value){.real = units->area_km2[row]};
}

static void read_street(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_streets *streets = &snapshot->geography->streets;
    take_integer(&v[0], streets->id[row]);
    take_text(&v[1], streets->name[row]);
    take_text(&v[2], streets->name_en[row]);
    take_text(&v[3], streets->road_class[row]);
    take_number(&v[4], streets->left_from[row]);
    take_number(&v[5], streets->left_to[row]);
    take_number(&v[6], streets->right_from[row]);
    take_number(&v[7], streets->right_to[row]);
    take_integer(&v[8], streets->layer[row]);
}

static void read_segment(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_segments *segments = &snapshot->geography->segments;
    const hs_streets *streets = &snapshot->geography->streets;
    uint32_t street = segments->street[row];
    take_integer(&v[0], (int64_t)row + 1);
    take_text(&v[1], streets->name[street]);
    take_integer(&v[2], streets->id[street]);
    take_text(&v[3], streets->name_en[street]);
    take_text(&v[4], streets->road_class[street]);
    take_integer(&v[5], (int64_t)segments->from_node[row] + 1);
    take_integer(&v[6], (int64_t)segments->to_node[row] + 1);
    take_metres(&v[7], (double)segments->length_m[row]);
    take_metres(&v[8], segments->start_m[row]);
    take_metres(&v[9], segments->end_m[row]);
}

static void read_address(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_addresses *addresses = &snapshot->geography->addresses;
    take_integer(&v[0], addresses->id[row]);
    take_text(&v[1], addresses->street[row]);
    take_text(&v[2], addresses->number[row]);
    take_text(&v[3], addresses->unit[row]);
    take_text(&v[4], addresses->text[row]);
}

static void read_public_place(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_places *places = &snapshot->geography->places;
    take_integer(&v[0], places->id[row]);
    take_text(&v[1], places->name[row]);
    take_text(&v[2], places->name_en[row]);
    take_text(&v[3], places->place_class[row]);
}

static void read_place(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    read_public_place(snapshot, row, v);
    take_text(&v[4], snapshot->geography->places.address[row]);
}

static void read_zone(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_zones *zones = &snapshot->geography->zones;
    take_integer(&v[0], zones->id[row]);
    take_text(&v[1], zones->name[row]);
    take_text(&v[2], zones->kind[row]);
    take_text(&v[3], zones->hours[row]);
    take_text(&v[4], zones->weekdays[row]);
    take_integer(&v[5], zones->from_s[row]);
    take_integer(&v[6], zones->to_s[row]);
}

static void read_people(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_residents *residents = &snapshot->geography->residents;
    take_integer(&v[0], residents->id[row]);
    take_text(&v[1], residents->unit[row]);
    v[2] = (hs_value){.real = residents->population[row]};
    v[3] = (hs_value){.absent = residents->geometry[row].type != HS_GEOMETRY_POLYGONS,
                      .real = residents->geometry[row].type == HS_GEOMETRY_POLYGONS ? residents->area_km2[row]
                                                                                    : NAN};
}

static void read_target(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_target_record *target = &snapshot->targets->target[row];
    uint32_t class = hs_taxonomy_find(snapshot->taxonomy, target->category);
    const hs_category_record *known = class != HS_NONE ? &snapshot->taxonomy->category[class] : NULL;
    take_integer(&v[0], target->id);
    take_text(&v[1], target->unit);
    take_text(&v[2], known ? known->code : target->category);
    take_text(&v[3], known ? known->name : target->category);
    take_text(&v[4], known ? known->name_en : target->category);
    take_text(&v[5], target->from);
    take_text(&v[6], target->to);
    v[7] = (hs_value){.real = target->target};
}

static void read_class(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_category_record *class = &snapshot->taxonomy->category[row];
    take_text(&v[0], class->code);
    take_text(&v[1], class->parent);
    take_text(&v[2], class->name);
    take_text(&v[3], class->name_en);
    take_text(&v[4], class->department);
    take_text(&v[5], class->colour);
    take_text(&v[6], class->members);
    take_text(&v[7], class->aliases);
    v[8] = (hs_value){.absent = class->duplicate_m < 0, .real = class->duplicate_m};
    v[9] = (hs_value){.absent = class->duplicate_hours < 0, .real = class->duplicate_hours};
}

static void read_hotspot(const hs_snapshot *snapshot, uint32_t row, hs_value *v) {
    const hs_saved_hotspot_record *feature = &snapshot->hotspots->feature[row];
    const hs_saved_hotspot_record *run = hs_saved_run_of(snapshot->hotspots, row);
    const double numbers[] = {feature->value,   feature->statistic, feature->p_value,
                              feature->q_value, feature->n,         feature->expected};
    enum { NUMBERS = sizeof numbers / sizeof *numbers, FIRST = 6 };
    take_integer(&v[0], feature->id);
    take_integer(&v[1], run->id);
    take_text(&v[2], run->title);
    take_integer(&v[3], run->created_s);
    take_text(&v[4], feature->method);
    take_integer(&v[5], feature->feature);
    for (size_t i = 0; i < NUMBERS; i++)
        v[FIRST + i] = (hs_value){.absent = isnan(numbers[i]), .real = numbers[i]};
    v[FIRST + NUMBERS] = (hs_value){.absent = feature->rank == 0, .integer = feature->rank};
    take_text(&v[FIRST + NUMBERS + 1], feature->label_zh);
    take_text(&v[FIRST + NUMBERS + 2], feature->label_en);
}

/* Code of the deepest unit, then of each level. */
static void read_path(const hs_snapshot *snapshot, uint32_t path, hs_value *v) {
    take_text(&v[0], (hs_str){0});
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = path != HS_NONE ? snapshot->incidents->path[path].unit[level] : HS_NONE;
        take_text(&v[1 + level], unit != HS_NONE ? snapshot->geography->units.code[unit] : (hs_str){0});
        if (unit != HS_NONE) v[0] = v[1 + level];
    }
}

static void read_street_of(const hs_snapshot *snapshot, uint32_t segment, hs_value *v) {
    for (int i = 0; i < 3; i++)
        v[i] = (hs_value){.absent = true};
    if (segment == HS_NONE) return;
    uint32_t street = snapshot->geography->segments.street[segment];
    take_text(&v[0], snapshot->geography->streets.name[street]);
    take_integer(&v[1], snapshot->geography->streets.id[street]);
    take_integer(&v[2], (int64_t)segment + 1);
}

static void read_incident(const hs_feature_table *table, const hs_incident_chunk *chunk, uint32_t i,
                          hs_value *v) {
    const hs_snapshot *snapshot = table->snapshot;
    const hs_incidents *incidents = snapshot->incidents;
    const hs_incident_attributes *attributes = hs_incident_attributes_of(chunk, i);
    uint16_t number = hs_incident_category(chunk, i);
    const hs_category_record *category = table->category[number];
    hs_str code = incidents->category_code[number];
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    take_text(&v[0], texts.external_id);
    take_text(&v[1], code);
    take_text(&v[2], category ? category->name : code);
    take_text(&v[3], category ? category->name_en : code);
    take_integer(&v[4], hs_incident_time(chunk, i, HS_TIME_REPORTED));
    take_integer(&v[5], hs_incident_time(chunk, i, HS_TIME_OCCURRED));
    take_integer(&v[6], hs_incident_time(chunk, i, HS_TIME_CLOSED));
    take_integer(&v[7], hs_incident_time(chunk, i, HS_TIME_DEADLINE));
    take_text(&v[8], incidents->source[attributes->source]);
    take_text(&v[9], incidents->status[attributes->status]);
    take_text(&v[10], texts.address);
    take_text(&v[11], texts.department);
    take_text(&v[12], texts.description);
    take_text(&v[13], hs_str_of(hs_match_type_name((hs_match_type)attributes->match_type)));
    v[14] = (hs_value){.absent = !chunk->positioned, .integer = attributes->accuracy_m};
    read_path(snapshot, chunk->positioned ? hs_incident_path(chunk, i) : HS_NONE, &v[15]);
    read_street_of(snapshot, chunk->positioned ? hs_incident_segment(chunk, i) : HS_NONE, &v[21]);
    v[24] = (hs_value){.real = round((double)hs_incident_weight(chunk, i) * 1e6) / 1e6};
    take_integer(&v[25], attributes->batch);
    take_text(&v[26], texts.category_text);
    v[27] = (hs_value){.absent = !attributes->reviewed, .integer = 1};
}

/* What a map shows beside a feature that has no name of its own. */
static hs_str label_of(const hs_feature_table *table, const hs_value *own) {
    bool english = hs_str_equal(hs_str_of(table->snapshot->info.lang), HS_STR("en"));
    switch (table->collection->kind) {
    case HS_COLLECT_INCIDENTS:
        return own[english ? 3 : 2].text;
    case HS_COLLECT_HOTSPOTS:
        return own[english ? 14 : 13].text;
    case HS_COLLECT_ADDRESSES:
        return own[4].text.size > 0 ? own[4].text : own[2].text;
    default:
        return own[1].text;
    }
}

static bool names_itself(const hs_collection *collection) {
    for (const hs_field *f = collection->fields; f->name; f++)
        if (hs_str_equal(hs_str_of(f->name), HS_STR("name"))) return true;
    return false;
}

static void read_columns(bool has_point, hs_position point, hs_value *v) {
    v[0] = v[1] = (hs_value){.real = NAN};
    if (!has_point) return;
    v[0].real = point.lon_e7 / 1e7;
    v[1].real = point.lat_e7 / 1e7;
}

static const hs_geometry one_point = {
    .type = HS_GEOMETRY_POINT, .ring_count = 1, .ring_start = (const uint32_t[]){0, 1}};

hs_status hs_feature_table_read(hs_feature_table *table, hs_feature_row row, hs_error *error,
                                hs_feature *feature) {
    static void (*const readers[])(const hs_snapshot *, uint32_t, hs_value *) = {
        [HS_COLLECT_UNITS] = read_unit,
        [HS_COLLECT_STREETS] = read_street,
        [HS_COLLECT_SEGMENTS] = read_segment,
        [HS_COLLECT_ADDRESSES] = read_address,
        [HS_COLLECT_PLACES] = read_place,
        [HS_COLLECT_ZONES] = read_zone,
        [HS_COLLECT_POPULATION] = read_people,
        [HS_COLLECT_TARGETS] = read_target,
        [HS_COLLECT_CLASSES] = read_class,
        [HS_COLLECT_HOTSPOTS] = read_hotspot,
        [HS_COLLECT_PUBLIC_PLACES] = read_public_place,
    };
    const hs_snapshot *snapshot = table->snapshot;
    const hs_collection *collection = table->collection;
    hs_value *v = table->values;
    hs_value *own = v + (table->has_label ? 1 : 0);
    hs_position point = {0};
    bool has_point;
    if (collection->kind == HS_COLLECT_INCIDENTS) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[row.chunk];
        read_incident(table, chunk, row.row, own);
        has_point = chunk->positioned;
        if (has_point) point = table->position = hs_incident_position(chunk, row.row);
        feature->geometry = has_point ? one_point : (hs_geometry){.type = HS_GEOMETRY_NONE};
        feature->geometry.positions = &table->position;
    } else {
        readers[collection->kind](snapshot, row.row, own);
        has_point = table->has_columns && hs_collection_row_point(collection, snapshot, row.row, &point);
        feature->geometry = hs_collection_row_geometry(collection, snapshot, row.row);
    }
    if (table->has_label) take_text(&v[0], label_of(table, own));
    hs_value *next = own + table->own_count;
    if (table->has_columns) {
        read_columns(has_point, point, next);
        next += 2;
    }
    feature->values = v;
    return hs_attribute_columns_read(
        table->attributes, hs_collection_row_attributes(collection, snapshot, row.row), error, next);
}

unsigned hs_feature_types(const hs_snapshot *snapshot, const hs_collection *collection,
                          const hs_feature_rows *rows) {
    unsigned types = 0;
    for (uint64_t i = 0; i < rows->count; i++) {
        hs_feature_row row = rows->row[i];
        hs_geometry_type type =
            collection->kind == HS_COLLECT_INCIDENTS
                ? (snapshot->incidents->chunk[row.chunk]->positioned ? HS_GEOMETRY_POINT : HS_GEOMETRY_NONE)
                : hs_collection_row_geometry(collection, snapshot, row.row).type;
        types |= 1U << type;
    }
    return types;
}

/* The classes of the codes that incidents have, found once. */
static hs_status find_categories(hs_feature_table *table, hs_error *error) {
    const hs_incidents *incidents = table->snapshot->incidents;
    const hs_taxonomy *taxonomy = table->snapshot->taxonomy;
    table->category = hs_arena_array(table->arena, (size_t)incidents->category_count + 1,
                                     sizeof(const hs_category_record *));
    if (!table->category) return hs_error_memory(error, "the categories");
    for (uint32_t c = 0; c < incidents->category_count; c++) {
        uint32_t row = hs_taxonomy_find(taxonomy, incidents->category_code[c]);
        if (row != HS_NONE) table->category[c] = &taxonomy->category[row];
    }
    return HS_OK;
}

static hs_status lay_out(hs_feature_table *table, const hs_feature_rows *rows, unsigned traits,
                         hs_error *error) {
    const hs_collection *collection = table->collection;
    while (collection->fields[table->own_count].name)
        table->own_count++;
    bool no_point = collection->kind == HS_COLLECT_STREETS || collection->kind == HS_COLLECT_SEGMENTS ||
                    collection->kind == HS_COLLECT_TARGETS || collection->kind == HS_COLLECT_CLASSES;
    table->has_columns = (traits & HS_FORMAT_COLUMNS) && !no_point;
    table->has_label = (traits & HS_FORMAT_LABELS) && !names_itself(collection);
    uint32_t fixed = table->own_count + (table->has_label ? 1 : 0) + (table->has_columns ? 2 : 0);
    hs_field *first = hs_arena_array(table->arena, fixed + 1, sizeof *first);
    if (!first) return hs_error_memory(error, "the fields");
    uint32_t count = 0;
    if (table->has_label) first[count++] = (hs_field){"name", HS_FIELD_TEXT};
    for (uint32_t f = 0; f < table->own_count; f++)
        first[count++] = collection->fields[f];
    if (table->has_columns) {
        first[count++] = (hs_field){"lon", HS_FIELD_REAL};
        first[count++] = (hs_field){"lat", HS_FIELD_REAL};
    }
    hs_status status = hs_attribute_columns_new(first, fixed, error, &table->attributes);
    for (uint64_t i = 0; status == HS_OK && i < rows->count; i++)
        status = hs_attribute_columns_see(
            table->attributes, hs_collection_row_attributes(collection, table->snapshot, rows->row[i].row),
            error);
    if (status == HS_OK)
        status = hs_attribute_columns_fields(table->attributes, table->arena, error, &table->fields,
                                             &table->field_count);
    if (status != HS_OK) return status;
    table->values = hs_arena_array(table->arena, table->field_count + 1, sizeof *table->values);
    return table->values ? HS_OK : hs_error_memory(error, "a row");
}

hs_status hs_feature_table_new(const hs_snapshot *snapshot, const hs_collection *collection,
                               const hs_feature_rows *rows, unsigned traits, hs_error *error,
                               hs_feature_table **table) {
    hs_feature_table *made = calloc(1, sizeof *made);
    if (made) made->arena = hs_arena_new(NAMES_MOST);
    if (!made || !made->arena) {
        free(made);
        return hs_error_memory(error, "a table of features");
    }
    made->snapshot = snapshot;
    made->collection = collection;
    hs_status status = collection->kind == HS_COLLECT_INCIDENTS ? find_categories(made, error) : HS_OK;
    if (status == HS_OK) status = lay_out(made, rows, traits, error);
    if (status != HS_OK) {
        hs_feature_table_free(made);
        return status;
    }
    *table = made;
    return HS_OK;
}

void hs_feature_table_free(hs_feature_table *table) {
    if (!table) return;
    hs_attribute_columns_free(table->attributes);
    hs_arena_free(table->arena);
    free(table);
}

const hs_field *hs_feature_table_fields(const hs_feature_table *table, uint32_t *count) {
    *count = table->field_count;
    return table->fields;
}
