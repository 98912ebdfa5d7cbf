#include "base/text.h"
#include "geo/box.h"
#include "render/base_layers.h"
#include "render/tiles.h"

/* Douglas-Peucker tolerance in tile units; a unit is 1/8 pixel of a tile shown at 512 pixels. */
#define TOLERANCE        4.0
#define LABEL_TEXT_LIMIT 256u

/* The tile's box with its buffer, in degrees e7, and how much is too small to draw. */
typedef struct frame {
    hs_tile tile;
    hs_box box;
    double tolerance;
    int64_t least_lon_e7, least_lat_e7;
} frame;

static int32_t clamp_e7(int64_t value, int32_t limit) {
    return value > limit ? limit : value < -(int64_t)limit ? -limit : (int32_t)value;
}

static frame frame_of(hs_tile tile) {
    frame f = {.tile = tile, .box = hs_tile_box(tile)};
    int64_t width = (int64_t)f.box.max_lon_e7 - f.box.min_lon_e7;
    int64_t height = (int64_t)f.box.max_lat_e7 - f.box.min_lat_e7;
    /* Latitudes are not linear over a tile: twice the buffer is always enough. */
    int64_t margin_lon = width * 2 * HS_MVT_BUFFER / HS_MVT_EXTENT + 1;
    int64_t margin_lat = height * 2 * HS_MVT_BUFFER / HS_MVT_EXTENT + 1;
    f.box.min_lon_e7 = clamp_e7(f.box.min_lon_e7 - margin_lon, 1800000000);
    f.box.max_lon_e7 = clamp_e7(f.box.max_lon_e7 + margin_lon, 1800000000);
    f.box.min_lat_e7 = clamp_e7(f.box.min_lat_e7 - margin_lat, 900000000);
    f.box.max_lat_e7 = clamp_e7(f.box.max_lat_e7 + margin_lat, 900000000);
    if (tile.z < HS_BASE_FULL_DETAIL_ZOOM) {
        f.tolerance = TOLERANCE;
        f.least_lon_e7 = (int64_t)((double)width * HS_BASE_LEAST_SPAN / HS_MVT_EXTENT);
        f.least_lat_e7 = (int64_t)((double)height * HS_BASE_LEAST_SPAN / HS_MVT_EXTENT);
    }
    return f;
}

static bool too_small(const frame *f, hs_box box) {
    return (int64_t)box.max_lon_e7 - box.min_lon_e7 < f->least_lon_e7 &&
           (int64_t)box.max_lat_e7 - box.min_lat_e7 < f->least_lat_e7;
}

static void tag_text(hs_mvt *mvt, const char *key, hs_str text) {
    text.size = text.size > LABEL_TEXT_LIMIT ? hs_utf8_cut(text, LABEL_TEXT_LIMIT) : text.size;
    hs_mvt_tag_str(mvt, key, text);
}

static void tag_unit(hs_mvt *mvt, const hs_units *units, uint32_t row) {
    hs_mvt_tag_int(mvt, "id", units->id[row]);
    tag_text(mvt, "code", units->code[row]);
    tag_text(mvt, "name", units->name[row]);
    tag_text(mvt, "name_en", units->name_en[row]);
    hs_mvt_tag_str(mvt, "level", hs_str_of(hs_level_name((hs_level)units->level[row])));
    if (units->parent[row] != HS_NONE) tag_text(mvt, "parent", units->code[units->parent[row]]);
}

/* The topmost level that the city has is drawn at every zoom, whatever it is. */
static bool unit_drawn(const frame *f, const hs_units *units, uint32_t row) {
    uint8_t level = units->level[row];
    if (f->tile.z < hs_base_unit_zoom((hs_level)level) && level != units->level[0]) return false;
    return hs_boxes_meet(&units->box[row], &f->box);
}

static void add_units(hs_mvt *mvt, const frame *f, const hs_units *units) {
    hs_mvt_layer_begin(mvt, "units");
    for (uint32_t row = 0; row < units->count; row++) {
        if (!unit_drawn(f, units, row)) continue;
        if (!hs_mvt_polygons(mvt, (uint64_t)units->id[row], &units->geometry[row], f->tolerance)) continue;
        tag_unit(mvt, units, row);
        hs_mvt_feature_end(mvt);
    }
    hs_mvt_layer_end(mvt);
}

static void add_unit_labels(hs_mvt *mvt, const frame *f, const hs_units *units) {
    hs_mvt_layer_begin(mvt, "unit_labels");
    for (uint32_t row = 0; row < units->count; row++) {
        if (!unit_drawn(f, units, row)) continue;
        hs_mercator at = hs_mercator_from_position(units->label[row]);
        if (!hs_mvt_point(mvt, (uint64_t)units->id[row], at)) continue;
        tag_unit(mvt, units, row);
        hs_mvt_feature_end(mvt);
    }
    hs_mvt_layer_end(mvt);
}

static bool street_drawn(const frame *f, const hs_streets *streets, uint32_t row) {
    if (!hs_boxes_meet(&streets->box[row], &f->box)) return false;
    if (f->tile.z >= HS_BASE_FULL_DETAIL_ZOOM) return true;
    return hs_base_street_zoom(streets->road_class[row]) <= f->tile.z && !too_small(f, streets->box[row]);
}

static void add_streets(hs_mvt *mvt, const frame *f, const hs_streets *streets) {
    hs_mvt_layer_begin(mvt, "streets");
    for (uint32_t row = 0; row < streets->count; row++) {
        if (!street_drawn(f, streets, row)) continue;
        if (!hs_mvt_lines(mvt, (uint64_t)streets->id[row], &streets->geometry[row], f->tolerance)) continue;
        hs_mvt_tag_int(mvt, "id", streets->id[row]);
        tag_text(mvt, "name", streets->name[row]);
        tag_text(mvt, "name_en", streets->name_en[row]);
        tag_text(mvt, "class", streets->road_class[row]);
        if (streets->layer[row] != 0) hs_mvt_tag_int(mvt, "layer", streets->layer[row]);
        hs_mvt_feature_end(mvt);
    }
    hs_mvt_layer_end(mvt);
}

static void tag_place(hs_mvt *mvt, const hs_places *places, uint32_t row) {
    hs_mvt_tag_int(mvt, "id", places->id[row]);
    tag_text(mvt, "name", places->name[row]);
    tag_text(mvt, "name_en", places->name_en[row]);
    tag_text(mvt, "class", places->place_class[row]);
    hs_mvt_feature_end(mvt);
}

/* Parks and waters have their area drawn, from HS_BASE_AREA_ZOOM; every place has its point, from
 * HS_BASE_PLACE_ZOOM. */
static void add_place_areas(hs_mvt *mvt, const frame *f, const hs_places *places) {
    for (uint32_t row = 0; row < places->count; row++) {
        const hs_geometry *geometry = &places->geometry[row];
        if (geometry->type != HS_GEOMETRY_POLYGONS) continue;
        hs_box box = hs_geometry_box(geometry);
        if (!hs_boxes_meet(&box, &f->box) || too_small(f, box)) continue;
        if (hs_mvt_polygons(mvt, (uint64_t)places->id[row], geometry, f->tolerance))
            tag_place(mvt, places, row);
    }
}

static void add_places(hs_mvt *mvt, const frame *f, const hs_places *places) {
    hs_mvt_layer_begin(mvt, "places");
    if (f->tile.z >= HS_BASE_AREA_ZOOM) add_place_areas(mvt, f, places);
    for (uint32_t row = 0; f->tile.z >= HS_BASE_PLACE_ZOOM && row < places->count; row++) {
        hs_position at = places->position[row];
        hs_box spot = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7};
        if (!hs_boxes_meet(&spot, &f->box)) continue;
        if (hs_mvt_point(mvt, (uint64_t)places->id[row], hs_mercator_from_position(at)))
            tag_place(mvt, places, row);
    }
    hs_mvt_layer_end(mvt);
}

static void add_zones(hs_mvt *mvt, const frame *f, const hs_zones *zones) {
    if (f->tile.z < HS_BASE_ZONE_ZOOM) return;
    hs_mvt_layer_begin(mvt, "zones");
    for (uint32_t row = 0; row < zones->count; row++) {
        if (!hs_boxes_meet(&zones->box[row], &f->box)) continue;
        if (!hs_mvt_polygons(mvt, (uint64_t)zones->id[row], &zones->geometry[row], f->tolerance)) continue;
        hs_mvt_tag_int(mvt, "id", zones->id[row]);
        tag_text(mvt, "name", zones->name[row]);
        tag_text(mvt, "kind", zones->kind[row]);
        tag_text(mvt, "hours", zones->hours[row]);
        tag_text(mvt, "weekdays", zones->weekdays[row]);
        hs_mvt_feature_end(mvt);
    }
    hs_mvt_layer_end(mvt);
}

hs_status hs_render_base_tile(const hs_snapshot *snapshot, hs_tile tile, hs_arena *arena, hs_error *error,
                              hs_buffer *out) {
    if (!hs_tile_valid(tile))
        return hs_error_set(error, HS_E_ARGUMENT, "there is no tile %u/%u/%u", (unsigned)tile.z,
                            (unsigned)tile.x, (unsigned)tile.y);
    hs_mvt *mvt = hs_mvt_new(tile, arena);
    if (!mvt) return hs_error_set(error, HS_E_MEMORY, "no memory for a vector tile");
    const hs_geography *geography = snapshot->geography;
    frame f = frame_of(tile);
    if (geography) {
        add_zones(mvt, &f, &geography->zones);
        add_units(mvt, &f, &geography->units);
        add_streets(mvt, &f, &geography->streets);
        add_places(mvt, &f, &geography->places);
        add_unit_labels(mvt, &f, &geography->units);
    }
    return hs_mvt_finish(mvt, error, out);
}
