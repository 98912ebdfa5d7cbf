#include "city/collection.h"

#include "base/text.h"
#include "city/filter.h"
#include "city/geography_private.h"
#include "geo/box.h"

static const hs_field unit_fields[] = {
    {"id", HS_FIELD_INTEGER},        {"code", HS_FIELD_TEXT},     {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},      {"level", HS_FIELD_TEXT},    {"parent", HS_FIELD_TEXT},
    {"parent_id", HS_FIELD_INTEGER}, {"area_km2", HS_FIELD_REAL}, {NULL, HS_FIELD_TEXT}};
static const hs_field street_fields[] = {{"id", HS_FIELD_INTEGER},         {"name", HS_FIELD_TEXT},
                                         {"name_en", HS_FIELD_TEXT},       {"class", HS_FIELD_TEXT},
                                         {"left_from", HS_FIELD_INTEGER},  {"left_to", HS_FIELD_INTEGER},
                                         {"right_from", HS_FIELD_INTEGER}, {"right_to", HS_FIELD_INTEGER},
                                         {"layer", HS_FIELD_INTEGER},      {NULL, HS_FIELD_TEXT}};
static const hs_field segment_fields[] = {
    {"id", HS_FIELD_INTEGER},      {"street", HS_FIELD_TEXT},   {"street_id", HS_FIELD_INTEGER},
    {"name_en", HS_FIELD_TEXT},    {"class", HS_FIELD_TEXT},    {"from_node", HS_FIELD_INTEGER},
    {"to_node", HS_FIELD_INTEGER}, {"length_m", HS_FIELD_REAL}, {"start_m", HS_FIELD_REAL},
    {"end_m", HS_FIELD_REAL},      {NULL, HS_FIELD_TEXT}};
static const hs_field address_fields[] = {{"id", HS_FIELD_INTEGER},   {"street", HS_FIELD_TEXT},
                                          {"number", HS_FIELD_TEXT},  {"unit", HS_FIELD_TEXT},
                                          {"address", HS_FIELD_TEXT}, {NULL, HS_FIELD_TEXT}};
static const hs_field place_fields[] = {{"id", HS_FIELD_INTEGER},   {"name", HS_FIELD_TEXT},
                                        {"name_en", HS_FIELD_TEXT}, {"class", HS_FIELD_TEXT},
                                        {"address", HS_FIELD_TEXT}, {NULL, HS_FIELD_TEXT}};
static const hs_field zone_fields[] = {
    {"id", HS_FIELD_INTEGER},    {"name", HS_FIELD_TEXT}, {"kind", HS_FIELD_TEXT}, {"hours", HS_FIELD_TEXT},
    {"weekdays", HS_FIELD_TEXT}, {"from", HS_FIELD_TIME}, {"to", HS_FIELD_TIME},   {NULL, HS_FIELD_TEXT}};
static const hs_field population_fields[] = {{"id", HS_FIELD_INTEGER},
                                             {"unit", HS_FIELD_TEXT},
                                             {"population", HS_FIELD_REAL},
                                             {"area_km2", HS_FIELD_REAL},
                                             {NULL, HS_FIELD_TEXT}};
static const hs_field target_fields[] = {
    {"id", HS_FIELD_INTEGER},       {"unit", HS_FIELD_TEXT},        {"category", HS_FIELD_TEXT},
    {"category_zh", HS_FIELD_TEXT}, {"category_en", HS_FIELD_TEXT}, {"from", HS_FIELD_TEXT},
    {"to", HS_FIELD_TEXT},          {"target", HS_FIELD_REAL},      {NULL, HS_FIELD_TEXT}};
static const hs_field class_fields[] = {{"code", HS_FIELD_TEXT},        {"parent", HS_FIELD_TEXT},
                                        {"name", HS_FIELD_TEXT},        {"name_en", HS_FIELD_TEXT},
                                        {"department", HS_FIELD_TEXT},  {"colour", HS_FIELD_TEXT},
                                        {"members", HS_FIELD_TEXT},     {"aliases", HS_FIELD_TEXT},
                                        {"duplicate_m", HS_FIELD_REAL}, {"duplicate_hours", HS_FIELD_REAL},
                                        {NULL, HS_FIELD_TEXT}};
static const hs_field hotspot_fields[] = {
    {"id", HS_FIELD_INTEGER},   {"run", HS_FIELD_INTEGER},    {"title", HS_FIELD_TEXT},
    {"created", HS_FIELD_TIME}, {"method", HS_FIELD_TEXT},    {"feature", HS_FIELD_INTEGER},
    {"value", HS_FIELD_REAL},   {"statistic", HS_FIELD_REAL}, {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL}, {"n", HS_FIELD_REAL},         {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER}, {"label_zh", HS_FIELD_TEXT},  {"label_en", HS_FIELD_TEXT},
    {NULL, HS_FIELD_TEXT}};
static const hs_field incident_fields[] = {{"id", HS_FIELD_TEXT},
                                           {"category", HS_FIELD_TEXT},
                                           {"category_zh", HS_FIELD_TEXT},
                                           {"category_en", HS_FIELD_TEXT},
                                           {"reported", HS_FIELD_TIME},
                                           {"occurred", HS_FIELD_TIME},
                                           {"closed", HS_FIELD_TIME},
                                           {"deadline", HS_FIELD_TIME},
                                           {"source", HS_FIELD_TEXT},
                                           {"status", HS_FIELD_TEXT},
                                           {"address", HS_FIELD_TEXT},
                                           {"department", HS_FIELD_TEXT},
                                           {"description", HS_FIELD_TEXT},
                                           {"match_type", HS_FIELD_TEXT},
                                           {"accuracy_m", HS_FIELD_INTEGER},
                                           {"unit", HS_FIELD_TEXT},
                                           {"city", HS_FIELD_TEXT},
                                           {"district", HS_FIELD_TEXT},
                                           {"subdistrict", HS_FIELD_TEXT},
                                           {"community", HS_FIELD_TEXT},
                                           {"cell", HS_FIELD_TEXT},
                                           {"street", HS_FIELD_TEXT},
                                           {"street_id", HS_FIELD_INTEGER},
                                           {"segment", HS_FIELD_INTEGER},
                                           {"weight", HS_FIELD_REAL},
                                           {"batch", HS_FIELD_INTEGER},
                                           {"category_text", HS_FIELD_TEXT},
                                           {"reviewed", HS_FIELD_INTEGER},
                                           {NULL, HS_FIELD_TEXT}};

const hs_collection hs_collections[] = {
    {"cities", HS_COLLECT_UNITS, HS_LEVEL_CITY, "Cities", "市", "Units of the level city.", unit_fields},
    {"districts", HS_COLLECT_UNITS, HS_LEVEL_DISTRICT, "Districts", "区", "Units of the level district.",
     unit_fields},
    {"subdistricts", HS_COLLECT_UNITS, HS_LEVEL_SUBDISTRICT, "Subdistricts", "街道/镇",
     "Units of the level subdistrict.", unit_fields},
    {"communities", HS_COLLECT_UNITS, HS_LEVEL_COMMUNITY, "Communities", "社区",
     "Units of the level community.", unit_fields},
    {"cells", HS_COLLECT_UNITS, HS_LEVEL_CELL, "Cells", "单元网格", "Units of the level cell.", unit_fields},
    {"units", HS_COLLECT_UNITS, -1, "Units", "单元", "Units of all levels.", unit_fields},
    {"streets", HS_COLLECT_STREETS, 0, "Streets", "街道线", "Streets as imported.", street_fields},
    {"segments", HS_COLLECT_SEGMENTS, 0, "Street segments", "路段", "Streets split at their junctions.",
     segment_fields},
    {"addresses", HS_COLLECT_ADDRESSES, 0, "Addresses", "地址", "Address points.", address_fields},
    {"places", HS_COLLECT_PLACES, 0, "Places", "场所", "Named places.", place_fields},
    {"zones", HS_COLLECT_ZONES, 0, "Zones", "区域", "Areas with a meaning and hours.", zone_fields},
    {"incidents", HS_COLLECT_INCIDENTS, 0, "Incidents", "事件",
     "Incidents, those without a position included.", incident_fields},
    {"population", HS_COLLECT_POPULATION, 0, "Population", "人口",
     "People as imported: of units, or at areas and points of their own.", population_fields},
    {"targets", HS_COLLECT_TARGETS, 0, "Targets", "目标", "What was promised for units and categories.",
     target_fields},
    {"taxonomy", HS_COLLECT_CLASSES, 0, "Problem classes", "问题类别",
     "Problem classes and groups of them, with the names that other sources have for them.", class_fields},
    {"hotspots", HS_COLLECT_HOTSPOTS, 0, "Saved hotspots", "已存热点",
     "Features of the saved runs of hotspots; `run` names the run, of which /hotspots tells more.",
     hotspot_fields},
    {0},
};

const hs_collection *hs_collection_find(hs_str id) {
    for (const hs_collection *c = hs_collections; c->id; c++)
        if (hs_str_equal(id, hs_str_of(c->id))) return c;
    return NULL;
}

static const hs_field public_place_fields[] = {{"id", HS_FIELD_INTEGER},
                                               {"name", HS_FIELD_TEXT},
                                               {"name_en", HS_FIELD_TEXT},
                                               {"class", HS_FIELD_TEXT},
                                               {NULL, HS_FIELD_TEXT}};

static const hs_collection public_places = {"places",        HS_COLLECT_PUBLIC_PLACES, 0, "Places", "场所",
                                            "Named places.", public_place_fields};

const hs_collection *hs_collection_public(const hs_collection *collection) {
    return collection->kind == HS_COLLECT_PLACES ? &public_places : collection;
}

bool hs_collection_is_geography(const hs_collection *collection) {
    return collection->kind != HS_COLLECT_INCIDENTS && collection->kind != HS_COLLECT_TARGETS &&
           collection->kind != HS_COLLECT_CLASSES && collection->kind != HS_COLLECT_HOTSPOTS;
}

void hs_collection_rows(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t *first,
                        uint32_t *end) {
    const hs_geography *geography = snapshot->geography;
    *first = 0;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        *first = collection->level < 0 ? 0 : geography->units.level_start[collection->level];
        *end = collection->level < 0 ? geography->units.count
                                     : geography->units.level_start[collection->level + 1];
        break;
    case HS_COLLECT_STREETS:
        *end = geography->streets.count;
        break;
    case HS_COLLECT_SEGMENTS:
        *end = geography->segments.count;
        break;
    case HS_COLLECT_ADDRESSES:
        *end = geography->addresses.count;
        break;
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
        *end = geography->places.count;
        break;
    case HS_COLLECT_ZONES:
        *end = geography->zones.count;
        break;
    case HS_COLLECT_POPULATION:
        *end = geography->residents.count;
        break;
    case HS_COLLECT_TARGETS:
        *end = snapshot->targets->count;
        break;
    case HS_COLLECT_CLASSES:
        *end = snapshot->taxonomy->count;
        break;
    case HS_COLLECT_HOTSPOTS:
        *end = snapshot->hotspots->feature_count;
        break;
    default:
        *end = 0;
    }
}

int64_t hs_collection_row_id(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row) {
    const hs_geography *geography = snapshot->geography;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        return geography->units.id[row];
    case HS_COLLECT_STREETS:
        return geography->streets.id[row];
    case HS_COLLECT_ADDRESSES:
        return geography->addresses.id[row];
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
        return geography->places.id[row];
    case HS_COLLECT_ZONES:
        return geography->zones.id[row];
    case HS_COLLECT_POPULATION:
        return geography->residents.id[row];
    case HS_COLLECT_TARGETS:
        return snapshot->targets->target[row].id;
    case HS_COLLECT_HOTSPOTS:
        return snapshot->hotspots->feature[row].id;
    default:
        return (int64_t)row + 1;
    }
}

static bool whole_meets(const hs_geometry *geometry, const hs_box *own, const hs_box *box) {
    return hs_boxes_meet(own, box) && hs_geometry_meets_box(geometry, 0, geometry->ring_count, box);
}

static bool people_in(const hs_residents *residents, uint32_t row, const hs_box *box) {
    const hs_geometry *geometry = &residents->geometry[row];
    if (geometry->type == HS_GEOMETRY_POINT) return hs_box_contains(box, residents->label[row]);
    return geometry->type == HS_GEOMETRY_POLYGONS &&
           hs_geometry_meets_box(geometry, 0, geometry->ring_count, box);
}

static bool feature_in(const hs_geometry *geometry, const hs_box *box) {
    if (geometry->type == HS_GEOMETRY_POINT) return hs_box_contains(box, geometry->positions[0]);
    return geometry->type != HS_GEOMETRY_NONE &&
           hs_geometry_meets_box(geometry, 0, geometry->ring_count, box);
}

static bool is_in(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                  const hs_box *box) {
    const hs_geography *geography = snapshot->geography;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        return whole_meets(&geography->units.geometry[row], &geography->units.box[row], box);
    case HS_COLLECT_STREETS:
        return whole_meets(&geography->streets.geometry[row], &geography->streets.box[row], box);
    case HS_COLLECT_SEGMENTS:
        return hs_geometry_meets_box(&geography->segments.lines, row, 1, box);
    case HS_COLLECT_ADDRESSES:
        return hs_box_contains(box, geography->addresses.position[row]);
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
        if (geography->places.geometry[row].type == HS_GEOMETRY_POLYGONS)
            return hs_geometry_meets_box(&geography->places.geometry[row], 0,
                                         geography->places.geometry[row].ring_count, box);
        return hs_box_contains(box, geography->places.position[row]);
    case HS_COLLECT_ZONES:
        return whole_meets(&geography->zones.geometry[row], &geography->zones.box[row], box);
    case HS_COLLECT_POPULATION:
        return people_in(&geography->residents, row, box);
    case HS_COLLECT_HOTSPOTS:
        return feature_in(&snapshot->hotspots->feature[row].geometry, box);
    default:
        return false;
    }
}

/* The local day of a time against a day as targets write it: below, at or above 0. */
static int compare_day(int64_t time_s, const hs_timezone *zone, hs_str day) {
    char text[HS_TIME_TEXT_SIZE];
    size_t size = hs_time_format(time_s + hs_timezone_offset(zone, time_s), text);
    return hs_str_compare((hs_str){text, size < day.size ? size : day.size}, day);
}

/* Both days of a target count whole. */
static bool target_holds(const hs_target_record *target, const hs_timezone *zone, int64_t from_s,
                         int64_t to_s) {
    bool ended = from_s != HS_NO_TIME && target->to.size > 0 && compare_day(from_s, zone, target->to) > 0;
    bool begun =
        to_s == HS_NO_TIME || target->from.size == 0 || compare_day(to_s - 1, zone, target->from) >= 0;
    return begun && !ended;
}

static bool holds_at(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                     int64_t from_s, int64_t to_s) {
    const hs_geography *geography = snapshot->geography;
    if (collection->kind == HS_COLLECT_TARGETS)
        return target_holds(&snapshot->targets->target[row], snapshot->timezone, from_s, to_s);
    if (collection->kind == HS_COLLECT_HOTSPOTS) {
        int64_t created_s = hs_saved_run_of(snapshot->hotspots, row)->created_s;
        return (to_s == HS_NO_TIME || created_s < to_s) && (from_s == HS_NO_TIME || created_s >= from_s);
    }
    if (collection->kind != HS_COLLECT_ZONES) return true; /* features without a time match any time */
    int64_t begin = geography->zones.from_s[row], end = geography->zones.to_s[row];
    return (to_s == HS_NO_TIME || begin == HS_NO_TIME || begin < to_s) &&
           (from_s == HS_NO_TIME || end == HS_NO_TIME || end >= from_s);
}

static hs_geometry point_geometry(const hs_position *position) {
    static const uint32_t ring_start[] = {0, 1};
    return (hs_geometry){
        .type = HS_GEOMETRY_POINT, .ring_count = 1, .ring_start = ring_start, .positions = position};
}

hs_geometry hs_collection_row_geometry(const hs_collection *collection, const hs_snapshot *snapshot,
                                       uint32_t row) {
    const hs_geography *geography = snapshot->geography;
    const hs_geometry *lines = &geography->segments.lines;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        return geography->units.geometry[row];
    case HS_COLLECT_STREETS:
        return geography->streets.geometry[row];
    case HS_COLLECT_SEGMENTS:
        return (hs_geometry){.type = HS_GEOMETRY_LINES,
                             .ring_count = 1,
                             .ring_start = lines->ring_start + row,
                             .positions = lines->positions};
    case HS_COLLECT_ADDRESSES:
        return point_geometry(&geography->addresses.position[row]);
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
        return geography->places.geometry[row].type == HS_GEOMETRY_POLYGONS
                   ? geography->places.geometry[row]
                   : point_geometry(&geography->places.position[row]);
    case HS_COLLECT_ZONES:
        return geography->zones.geometry[row];
    case HS_COLLECT_HOTSPOTS:
        return snapshot->hotspots->feature[row].geometry.type == HS_GEOMETRY_POINT
                   ? point_geometry(snapshot->hotspots->feature[row].geometry.positions)
                   : snapshot->hotspots->feature[row].geometry;
    case HS_COLLECT_POPULATION:
        return geography->residents.geometry[row].type == HS_GEOMETRY_POINT
                   ? point_geometry(&geography->residents.label[row])
                   : geography->residents.geometry[row];
    default:
        return (hs_geometry){.type = HS_GEOMETRY_NONE};
    }
}

/* A point, one inside areas; of lines none. */
static bool feature_point(const hs_geometry *geometry, hs_position *point) {
    if (geometry->type == HS_GEOMETRY_POINT)
        *point = geometry->positions[0];
    else if (geometry->type == HS_GEOMETRY_POLYGONS)
        *point = hs_geometry_label(geometry);
    return geometry->type == HS_GEOMETRY_POINT || geometry->type == HS_GEOMETRY_POLYGONS;
}

bool hs_collection_row_point(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                             hs_position *point) {
    const hs_geography *geography = snapshot->geography;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        *point = geography->units.label[row];
        return true;
    case HS_COLLECT_ADDRESSES:
        *point = geography->addresses.position[row];
        return true;
    case HS_COLLECT_PLACES:
    case HS_COLLECT_PUBLIC_PLACES:
        *point = geography->places.position[row];
        return true;
    case HS_COLLECT_ZONES:
        *point = hs_geometry_label(&geography->zones.geometry[row]);
        return true;
    case HS_COLLECT_POPULATION:
        *point = geography->residents.label[row];
        return geography->residents.geometry[row].type != HS_GEOMETRY_NONE;
    case HS_COLLECT_HOTSPOTS:
        return feature_point(&snapshot->hotspots->feature[row].geometry, point);
    default:
        return false;
    }
}

hs_str hs_collection_row_attributes(const hs_collection *collection, const hs_snapshot *snapshot,
                                    uint32_t row) {
    const hs_geography *geography = snapshot->geography;
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        return geography->units.attributes[row];
    case HS_COLLECT_STREETS:
        return geography->streets.attributes[row];
    case HS_COLLECT_HOTSPOTS:
        return snapshot->hotspots->feature[row].properties;
    default:
        return (hs_str){"", 0};
    }
}

static hs_status parse_run(const hs_collection *collection, hs_str text, hs_error *error, int64_t *run) {
    if (collection->kind != HS_COLLECT_HOTSPOTS) return hs_error_set(error, HS_E_ARGUMENT, HS_RUN_ELSEWHERE);
    if (hs_str_to_int(text, run) && *run > 0) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT, "run: the id of a saved run is expected; /hotspots lists them");
}

hs_status hs_row_filter_parse(const hs_collection *collection, const hs_snapshot *snapshot,
                              const hs_str *names, const hs_str *values, size_t count, hs_error *error,
                              hs_row_filter *filter) {
    hs_row_filter made = {.from_s = HS_NO_TIME, .to_s = HS_NO_TIME};
    hs_status status = HS_OK;
    for (size_t i = 0; i < count && status == HS_OK; i++) {
        if (hs_str_trim(values[i]).size == 0) continue;
        if (hs_str_equal(names[i], HS_STR("bbox"))) {
            status = hs_bbox_parse(values[i], error, &made.box);
            made.has_box = true;
        } else if (hs_str_equal(names[i], HS_STR("datetime"))) {
            status = hs_datetime_parse(values[i], snapshot->timezone, error, &made.from_s, &made.to_s);
        } else if (hs_str_equal(names[i], HS_STR("run"))) {
            status = parse_run(collection, values[i], error, &made.run);
        } else if (hs_filter_is_word(names[i])) {
            status = hs_error_set(
                error, HS_E_ARGUMENT,
                "%.*s filters incidents only; this collection can be narrowed by bbox and datetime",
                (int)names[i].size, names[i].data);
        }
    }
    if (status == HS_OK) *filter = made;
    return status;
}

enum { ANTIMERIDIAN_E7 = 1800000000 };

/* Across the antimeridian there are two boxes. */
static bool is_in_bbox(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                       const hs_box *box) {
    hs_box east = *box;
    hs_box west = *box;
    if (box->min_lon_e7 <= box->max_lon_e7) return is_in(collection, snapshot, row, box);
    east.max_lon_e7 = ANTIMERIDIAN_E7;
    west.min_lon_e7 = -ANTIMERIDIAN_E7;
    return is_in(collection, snapshot, row, &east) || is_in(collection, snapshot, row, &west);
}

bool hs_collection_row_passes(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                              const hs_row_filter *filter) {
    if (filter->run != 0 && snapshot->hotspots->feature[row].run != filter->run) return false;
    return (!filter->has_box || is_in_bbox(collection, snapshot, row, &filter->box)) &&
           holds_at(collection, snapshot, row, filter->from_s, filter->to_s);
}
