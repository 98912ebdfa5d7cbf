#include "api/collection.h"

#include "base/text.h"
#include "geo/box.h"
#include "render/geojson.h"

static const char *const unit_texts[] = {"code", "name", "name_en", "level", "parent", NULL};
static const char *const unit_numbers[] = {"id", "parent_id", "area_km2", NULL};
static const char *const street_texts[] = {"name", "name_en", "class", NULL};
static const char *const street_numbers[] = {"id",       "left_from", "left_to", "right_from",
                                             "right_to", "layer",     NULL};
static const char *const segment_texts[] = {"street", "name_en", "class", NULL};
static const char *const segment_numbers[] = {"id",       "street_id", "from_node", "to_node",
                                              "length_m", "start_m",   "end_m",     NULL};
static const char *const address_texts[] = {"street", "number", "unit", "address", NULL};
static const char *const id_numbers[] = {"id", NULL};
static const char *const place_texts[] = {"name", "name_en", "class", "address", NULL};
static const char *const zone_texts[] = {"name", "kind", "hours", "weekdays", "from", "to", NULL};
static const char *const incident_texts[] = {
    "id",          "category",   "category_zh", "category_en", "reported", "occurred",
    "closed",      "deadline",   "source",      "status",      "address",  "department",
    "description", "match_type", "unit",        "city",        "district", "subdistrict",
    "community",   "cell",       "street",      NULL};
static const char *const incident_numbers[] = {"accuracy_m", "street_id", "segment", "weight", "batch", NULL};

const hs_collection hs_collections[] = {
    {"cities", HS_COLLECT_UNITS, HS_LEVEL_CITY, "Cities", "市", "Units of the level city.", unit_texts,
     unit_numbers},
    {"districts", HS_COLLECT_UNITS, HS_LEVEL_DISTRICT, "Districts", "区", "Units of the level district.",
     unit_texts, unit_numbers},
    {"subdistricts", HS_COLLECT_UNITS, HS_LEVEL_SUBDISTRICT, "Subdistricts", "街道/镇",
     "Units of the level subdistrict.", unit_texts, unit_numbers},
    {"communities", HS_COLLECT_UNITS, HS_LEVEL_COMMUNITY, "Communities", "社区",
     "Units of the level community.", unit_texts, unit_numbers},
    {"cells", HS_COLLECT_UNITS, HS_LEVEL_CELL, "Cells", "单元网格", "Units of the level cell.", unit_texts,
     unit_numbers},
    {"units", HS_COLLECT_UNITS, -1, "Units", "单元", "Units of all levels.", unit_texts, unit_numbers},
    {"streets", HS_COLLECT_STREETS, 0, "Streets", "街道线", "Streets as imported.", street_texts,
     street_numbers},
    {"segments", HS_COLLECT_SEGMENTS, 0, "Street segments", "路段", "Streets split at their junctions.",
     segment_texts, segment_numbers},
    {"addresses", HS_COLLECT_ADDRESSES, 0, "Addresses", "地址", "Address points.", address_texts, id_numbers},
    {"places", HS_COLLECT_PLACES, 0, "Places", "场所", "Named places.", place_texts, id_numbers},
    {"zones", HS_COLLECT_ZONES, 0, "Zones", "区域", "Areas with a meaning and hours.", zone_texts,
     id_numbers},
    {"incidents", HS_COLLECT_INCIDENTS, 0, "Incidents", "事件",
     "Incidents, those without a position included.", incident_texts, incident_numbers},
    {0},
};

bool hs_collection_open(const hs_call *call, const hs_collection *collection) {
    return (collection->kind != HS_COLLECT_INCIDENTS && collection->kind != HS_COLLECT_ADDRESSES) ||
           hs_call_sees_incidents(call);
}

const hs_collection *hs_call_collection(hs_call *call) {
    hs_str id = hs_request_param(call->request, "collectionId");
    for (const hs_collection *c = hs_collections; c->id; c++)
        if (hs_str_equal(id, hs_str_of(c->id))) return c;
    hs_response_problem(call->response, 404, "No such collection",
                        "the collections are listed at /ogc/collections");
    return NULL;
}

void hs_collection_rows(const hs_collection *collection, const hs_geography *geography, uint32_t *first,
                        uint32_t *end) {
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
        *end = geography->places.count;
        break;
    case HS_COLLECT_ZONES:
        *end = geography->zones.count;
        break;
    default:
        *end = 0;
    }
}

int64_t hs_collection_row_id(const hs_collection *collection, const hs_geography *geography, uint32_t row) {
    switch (collection->kind) {
    case HS_COLLECT_UNITS:
        return geography->units.id[row];
    case HS_COLLECT_STREETS:
        return geography->streets.id[row];
    case HS_COLLECT_ADDRESSES:
        return geography->addresses.id[row];
    case HS_COLLECT_PLACES:
        return geography->places.id[row];
    case HS_COLLECT_ZONES:
        return geography->zones.id[row];
    default:
        return (int64_t)row + 1;
    }
}

static bool whole_meets(const hs_geometry *geometry, const hs_box *own, const hs_box *box) {
    return hs_boxes_meet(own, box) && hs_geometry_meets_box(geometry, 0, geometry->ring_count, box);
}

bool hs_collection_row_in(const hs_collection *collection, const hs_geography *geography, uint32_t row,
                          const hs_box *box) {
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
        if (geography->places.geometry[row].type == HS_GEOMETRY_POLYGONS)
            return hs_geometry_meets_box(&geography->places.geometry[row], 0,
                                         geography->places.geometry[row].ring_count, box);
        return hs_box_contains(box, geography->places.position[row]);
    case HS_COLLECT_ZONES:
        return whole_meets(&geography->zones.geometry[row], &geography->zones.box[row], box);
    default:
        return false;
    }
}

bool hs_collection_row_at(const hs_collection *collection, const hs_geography *geography, uint32_t row,
                          int64_t from_s, int64_t to_s) {
    if (collection->kind != HS_COLLECT_ZONES) return true; /* features without a time match any time */
    int64_t begin = geography->zones.from_s[row], end = geography->zones.to_s[row];
    return (to_s == HS_NO_TIME || begin == HS_NO_TIME || begin < to_s) &&
           (from_s == HS_NO_TIME || end == HS_NO_TIME || end >= from_s);
}

void hs_collection_write_row(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                             hs_json *json) {
    static void (*const writers[])(hs_json *, const hs_snapshot *, uint32_t) = {
        [HS_COLLECT_UNITS] = hs_geojson_unit,       [HS_COLLECT_STREETS] = hs_geojson_street,
        [HS_COLLECT_SEGMENTS] = hs_geojson_segment, [HS_COLLECT_ADDRESSES] = hs_geojson_address,
        [HS_COLLECT_PLACES] = hs_geojson_place,     [HS_COLLECT_ZONES] = hs_geojson_zone,
    };
    writers[collection->kind](json, snapshot, row);
}
