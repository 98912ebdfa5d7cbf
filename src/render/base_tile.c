#include "base/text.h"
#include "render/tiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_TEXT_LIMIT 256u
#define TAG_BYTES_MOST   1400u /* of one feature: five texts, and small things */
#define NOTICE_BYTES     2000u /* what the layer that tells of it takes at most */

/* One tile on its way. A reduced one has room for what counts most in each layer only. */
typedef struct drawing {
    const hs_base_index *index;
    const hs_geography *geography;
    hs_tile tile;
    hs_mercator_box box; /* with its buffer */
    float least_span;
    hs_mvt *mvt;
    bool reduced, overflown;
    size_t most; /* bytes up to the present layer's end */
} drawing;

/* What a layer may show of one tile, by place in the index; in a reduced tile what counts most comes first.
 * The half of rank that is compared first stands first. */
typedef struct candidate {
    uint32_t at;
    float rank[2];
} candidate;

typedef struct layer {
    const char *name;
    size_t share; /* per mille of the limit that is used up when this layer is done, at most */
    size_t (*count)(const drawing *d);
    bool (*candidate)(const drawing *d, uint32_t at, candidate *c);
    const hs_mercator_box *(*blocks)(const drawing *d);
    /* Begins the feature and tags it, if there is room; false when nothing is in the tile. */
    bool (*draw)(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits);
} layer;

static bool boxes_meet(const hs_mercator_box *a, const hs_mercator_box *b) {
    return a->min_x <= b->max_x && a->max_x >= b->min_x && a->min_y <= b->max_y && a->max_y >= b->min_y;
}

static hs_mercator_box tile_box(hs_tile tile) {
    uint64_t x0, y0, side;
    hs_tile_square(tile, &x0, &y0, &side);
    uint64_t margin = side * HS_MVT_BUFFER / HS_MVT_EXTENT + 1;
    uint64_t east = x0 + side + margin;
    uint64_t south = y0 + side + margin;
    return (hs_mercator_box){
        x0 > margin ? (uint32_t)(x0 - margin) : 0, y0 > margin ? (uint32_t)(y0 - margin) : 0,
        east > UINT32_MAX ? UINT32_MAX : (uint32_t)east, south > UINT32_MAX ? UINT32_MAX : (uint32_t)south};
}

static void tag_text(hs_mvt *mvt, const char *key, hs_str text) {
    text.size = text.size > LABEL_TEXT_LIMIT ? hs_utf8_cut(text, LABEL_TEXT_LIMIT) : text.size;
    hs_mvt_tag_str(mvt, key, text);
}

static bool has_room(const drawing *d, bool *fits) {
    *fits = hs_mvt_fits(d->mvt, TAG_BYTES_MOST, d->most);
    return *fits;
}

/* A shape drawn from its zoom on, those of level 0 of the rank first, then the larger ones. */
static bool shape_candidate(const drawing *d, const hs_tile_shapes *shapes, uint32_t at, float least_span,
                            candidate *c) {
    if (shapes->zoom[at] > d->tile.z || shapes->span[at] < least_span ||
        !boxes_meet(&shapes->box[at], &d->box))
        return false;
    *c = (candidate){at, {shapes->zoom[at], -shapes->span[at]}};
    return true;
}

/* Every second, fourth, ... point along the curve first, so that what is left is spread evenly. */
static float spread_rank(uint32_t at) {
    return at == 0 ? -32.0F : -(float)__builtin_ctz(at);
}

static bool point_candidate(const drawing *d, const hs_index_points *points, uint32_t at, candidate *c) {
    hs_mercator p = points->at[at];
    if (points->zoom[at] > d->tile.z || p.x < d->box.min_x || p.x > d->box.max_x || p.y < d->box.min_y ||
        p.y > d->box.max_y)
        return false;
    *c = (candidate){at, {points->zoom[at], spread_rank(at)}};
    return true;
}

/* Units and the points of their labels. */

static void tag_unit(hs_mvt *mvt, const hs_units *units, uint32_t row) {
    hs_mvt_tag_int(mvt, "id", units->id[row]);
    tag_text(mvt, "code", units->code[row]);
    tag_text(mvt, "name", units->name[row]);
    tag_text(mvt, "name_en", units->name_en[row]);
    hs_mvt_tag_str(mvt, "level", hs_str_of(hs_level_name((hs_level)units->level[row])));
    if (units->parent[row] != HS_NONE) tag_text(mvt, "parent", units->code[units->parent[row]]);
}

static size_t count_units(const drawing *d) {
    return d->index->units.count;
}

static const hs_mercator_box *unit_blocks(const drawing *d) {
    return d->index->units.block_box;
}

static bool unit_candidate(const drawing *d, uint32_t at, candidate *c) {
    return shape_candidate(d, &d->index->units, at, 0, c);
}

static bool draw_unit(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    const hs_units *units = &d->geography->units;
    uint32_t row = d->index->units.row[at];
    hs_tile_shape shape = hs_tile_shapes_at(&d->index->units, at);
    if (!hs_mvt_polygons(d->mvt, (uint64_t)units->id[row], &shape, detail_zoom)) return false;
    if (has_room(d, fits)) tag_unit(d->mvt, units, row);
    return true;
}

static size_t count_labels(const drawing *d) {
    return d->index->labels.count;
}

static const hs_mercator_box *label_blocks(const drawing *d) {
    return d->index->labels.block_box;
}

static bool label_candidate(const drawing *d, uint32_t at, candidate *c) {
    return point_candidate(d, &d->index->labels, at, c);
}

static bool draw_label(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    const hs_units *units = &d->geography->units;
    uint32_t row = d->index->labels.row[at];
    (void)detail_zoom;
    if (!hs_mvt_point(d->mvt, (uint64_t)units->id[row], d->index->labels.at[at])) return false;
    if (has_room(d, fits)) tag_unit(d->mvt, units, row);
    return true;
}

/* Zones. */

static size_t count_zones(const drawing *d) {
    return d->index->zones.count;
}

static const hs_mercator_box *zone_blocks(const drawing *d) {
    return d->index->zones.block_box;
}

static bool zone_candidate(const drawing *d, uint32_t at, candidate *c) {
    return shape_candidate(d, &d->index->zones, at, 0, c);
}

static bool draw_zone(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    const hs_zones *zones = &d->geography->zones;
    uint32_t row = d->index->zones.row[at];
    hs_tile_shape shape = hs_tile_shapes_at(&d->index->zones, at);
    if (!hs_mvt_polygons(d->mvt, (uint64_t)zones->id[row], &shape, detail_zoom)) return false;
    if (!has_room(d, fits)) return true;
    hs_mvt_tag_int(d->mvt, "id", zones->id[row]);
    tag_text(d->mvt, "name", zones->name[row]);
    tag_text(d->mvt, "kind", zones->kind[row]);
    tag_text(d->mvt, "hours", zones->hours[row]);
    tag_text(d->mvt, "weekdays", zones->weekdays[row]);
    return true;
}

/* Streets: joined ones below full detail. */

static const hs_tile_shapes *street_shapes(const drawing *d) {
    return d->tile.z < HS_BASE_FULL_DETAIL_ZOOM ? &d->index->joined : &d->index->streets;
}

static size_t count_streets(const drawing *d) {
    return street_shapes(d)->count;
}

static const hs_mercator_box *street_blocks(const drawing *d) {
    return street_shapes(d)->block_box;
}

static bool street_candidate(const drawing *d, uint32_t at, candidate *c) {
    return shape_candidate(d, street_shapes(d), at, d->least_span, c);
}

/* The number of a text of the index in the layer. Texts of other numbers are other texts. */
static uint32_t value_of(drawing *d, uint32_t text_number) {
    uint32_t value;
    if (hs_mvt_value_known(d->mvt, text_number, &value)) return value;
    hs_str text = hs_dictionary_text(d->index->texts, text_number);
    if (text.size > LABEL_TEXT_LIMIT) text.size = hs_utf8_cut(text, LABEL_TEXT_LIMIT);
    return hs_mvt_value_keep(d->mvt, text_number, hs_mvt_value_own_str(d->mvt, text));
}

static void tag_street(drawing *d, const hs_street_tags *tags, uint32_t at) {
    hs_mvt_tag(d->mvt, hs_mvt_key(d->mvt, "id"), hs_mvt_value_own_int(d->mvt, tags->id[at]));
    if (tags->name[at] != HS_NONE)
        hs_mvt_tag(d->mvt, hs_mvt_key(d->mvt, "name"), value_of(d, tags->name[at]));
    if (tags->name_en[at] != HS_NONE)
        hs_mvt_tag(d->mvt, hs_mvt_key(d->mvt, "name_en"), value_of(d, tags->name_en[at]));
    if (tags->road_class[at] != HS_NONE)
        hs_mvt_tag(d->mvt, hs_mvt_key(d->mvt, "class"), value_of(d, tags->road_class[at]));
    if (tags->layer[at] != 0) hs_mvt_tag_int(d->mvt, "layer", tags->layer[at]);
}

static bool draw_street(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    bool joined = d->tile.z < HS_BASE_FULL_DETAIL_ZOOM;
    const hs_street_tags *tags = joined ? &d->index->joined_tags : &d->index->streets_tags;
    hs_tile_shape shape = hs_tile_shapes_at(street_shapes(d), at);
    if (!hs_mvt_lines(d->mvt, (uint64_t)tags->id[at], &shape, detail_zoom)) return false;
    if (has_room(d, fits)) tag_street(d, tags, at);
    return true;
}

/* Places: parks and waters with their area, and every place with its point. Areas are numbered first. */

static void tag_place(hs_mvt *mvt, const hs_places *places, uint32_t row) {
    hs_mvt_tag_int(mvt, "id", places->id[row]);
    tag_text(mvt, "name", places->name[row]);
    tag_text(mvt, "name_en", places->name_en[row]);
    tag_text(mvt, "class", places->place_class[row]);
}

static size_t count_areas(const drawing *d) {
    return d->index->areas.count;
}

static const hs_mercator_box *area_blocks(const drawing *d) {
    return d->index->areas.block_box;
}

static bool area_candidate(const drawing *d, uint32_t at, candidate *c) {
    return shape_candidate(d, &d->index->areas, at, d->least_span, c);
}

static bool draw_area(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    const hs_places *places = &d->geography->places;
    uint32_t row = d->index->areas.row[at];
    hs_tile_shape shape = hs_tile_shapes_at(&d->index->areas, at);
    if (!hs_mvt_polygons(d->mvt, (uint64_t)places->id[row], &shape, detail_zoom)) return false;
    if (has_room(d, fits)) tag_place(d->mvt, places, row);
    return true;
}

static size_t count_places(const drawing *d) {
    return d->index->places.count;
}

static const hs_mercator_box *place_blocks(const drawing *d) {
    return d->index->places.block_box;
}

static bool place_candidate(const drawing *d, uint32_t at, candidate *c) {
    return point_candidate(d, &d->index->places, at, c);
}

static bool draw_place(drawing *d, uint32_t at, uint32_t detail_zoom, bool *fits) {
    const hs_places *places = &d->geography->places;
    uint32_t row = d->index->places.row[at];
    (void)detail_zoom;
    if (!hs_mvt_point(d->mvt, (uint64_t)places->id[row], d->index->places.at[at])) return false;
    if (has_room(d, fits)) tag_place(d->mvt, places, row);
    return true;
}

/* Two of one name follow one another and make one layer. */
static const layer layers[] = {
    {"units", 400, count_units, unit_candidate, unit_blocks, draw_unit},
    {"unit_labels", 500, count_labels, label_candidate, label_blocks, draw_label},
    {"zones", 600, count_zones, zone_candidate, zone_blocks, draw_zone},
    {"streets", 850, count_streets, street_candidate, street_blocks, draw_street},
    {"places", 930, count_areas, area_candidate, area_blocks, draw_area},
    {"places", 1000, count_places, place_candidate, place_blocks, draw_place},
};
enum { LAYERS = sizeof layers / sizeof *layers };

static int compare_candidates(const void *a, const void *b) {
    const candidate *c = a;
    const candidate *d = b;
    for (int i = 0; i < 2; i++)
        if (c->rank[i] < d->rank[i] || c->rank[i] > d->rank[i]) return c->rank[i] < d->rank[i] ? -1 : 1;
    return c->at < d->at ? -1 : c->at > d->at;
}

/* What meets the tile; NULL when memory is out. */
static candidate *find_candidates(const drawing *d, const layer *l, hs_arena *arena, size_t *found) {
    size_t count = l->count(d);
    size_t capacity = 0;
    const hs_mercator_box *blocks = l->blocks(d);
    for (size_t begin = 0; begin < count; begin += HS_SHAPE_BLOCK)
        if (boxes_meet(&blocks[begin / HS_SHAPE_BLOCK], &d->box)) capacity += HS_SHAPE_BLOCK;
    candidate *list = hs_arena_alloc(arena, (capacity + 1) * sizeof *list);
    if (!list) return NULL;
    *found = 0;
    for (size_t begin = 0; begin < count; begin += HS_SHAPE_BLOCK) {
        if (!boxes_meet(&blocks[begin / HS_SHAPE_BLOCK], &d->box)) continue;
        for (size_t at = begin; at < count && at < begin + HS_SHAPE_BLOCK; at++)
            if (l->candidate(d, (uint32_t)at, &list[*found])) ++*found;
    }
    return list;
}

/* Draws one candidate; in a reduced tile with fewer corners if that makes it fit. True when it is left out.
 */
static bool draw_candidate(drawing *d, const layer *l, uint32_t at) {
    uint32_t detail_zoom = d->tile.z;
    for (;;) {
        bool fits = true;
        if (!l->draw(d, at, detail_zoom, &fits)) return false;
        if (fits) {
            hs_mvt_feature_end(d->mvt);
            return false;
        }
        if (!d->reduced || detail_zoom < 10) return true;
        detail_zoom = (detail_zoom > HS_BASE_FULL_DETAIL_ZOOM ? HS_BASE_FULL_DETAIL_ZOOM : detail_zoom) - 2;
    }
}

/* How many features were left out. */
static hs_status draw_layer(drawing *d, const layer *l, hs_arena *arena, size_t *left_out) {
    size_t count = 0;
    candidate *list = find_candidates(d, l, arena, &count);
    if (!list) return HS_E_MEMORY;
    if (d->reduced && count > 1) qsort(list, count, sizeof *list, compare_candidates);
    for (size_t i = 0; i < count && !d->overflown; i++) {
        bool out = draw_candidate(d, l, list[i].at);
        *left_out += out;
        d->overflown = out && !d->reduced;
    }
    return HS_OK;
}

static void tell_left_out(drawing *d, const size_t left_out[LAYERS]) {
    uint64_t x0, y0, side;
    uint64_t id = 0;
    hs_tile_square(d->tile, &x0, &y0, &side);
    hs_mvt_layer_begin(d->mvt, HS_REDUCED_LAYER);
    for (size_t i = 0; i < LAYERS; i++) {
        bool second = i > 0 && strcmp(layers[i].name, layers[i - 1].name) == 0;
        bool first = i + 1 < LAYERS && strcmp(layers[i].name, layers[i + 1].name) == 0;
        size_t count = left_out[i] + (second ? left_out[i - 1] : 0);
        if (first || count == 0) continue;
        hs_mvt_point(d->mvt, ++id, (hs_mercator){(uint32_t)(x0 + side / 2), (uint32_t)(y0 + side / 2)});
        hs_mvt_tag_str(d->mvt, "layer", hs_str_of(layers[i].name));
        hs_mvt_tag_int(d->mvt, "left_out", (int64_t)count);
        hs_mvt_feature_end(d->mvt);
    }
    hs_mvt_layer_end(d->mvt);
}

static hs_status draw_layers(drawing *d, hs_arena *arena) {
    size_t left_out[LAYERS] = {0};
    hs_status status = HS_OK;
    for (size_t i = 0; i < LAYERS && status == HS_OK && !d->overflown; i++) {
        const layer *l = &layers[i];
        size_t most = HS_TILE_BYTES_MOST - NOTICE_BYTES;
        d->most = d->reduced ? most / 1000 * l->share : most;
        if (i == 0 || strcmp(l->name, layers[i - 1].name) != 0) hs_mvt_layer_begin(d->mvt, l->name);
        status = draw_layer(d, l, arena, &left_out[i]);
        if (i + 1 == LAYERS || strcmp(l->name, layers[i + 1].name) != 0) hs_mvt_layer_end(d->mvt);
    }
    if (status == HS_OK && d->reduced) tell_left_out(d, left_out);
    return status;
}

hs_status hs_render_base_tile(const hs_base_index *index, hs_tile tile, hs_arena *arena, hs_error *error,
                              hs_buffer *out) {
    if (!hs_tile_valid(tile))
        return hs_error_set(error, HS_E_ARGUMENT, "there is no tile %u/%u/%u", (unsigned)tile.z,
                            (unsigned)tile.x, (unsigned)tile.y);
    drawing d = {.index = index, .geography = index->geography, .tile = tile, .box = tile_box(tile)};
    if (tile.z < HS_BASE_FULL_DETAIL_ZOOM)
        d.least_span = (float)(HS_BASE_LEAST_SPAN * ldexp(1.0, 32 - (int)tile.z) / HS_MVT_EXTENT);
    hs_status status = HS_OK;
    for (int pass = 0; pass < 2 && status == HS_OK && (pass == 0 || d.overflown); pass++) {
        d.reduced = pass > 0;
        d.overflown = false;
        d.mvt = hs_mvt_new(tile, arena);
        status = d.mvt ? draw_layers(&d, arena) : HS_E_MEMORY;
        if (d.reduced) break;
    }
    if (status != HS_OK) return hs_error_memory(error, "a vector tile");
    return hs_mvt_finish(d.mvt, error, out);
}
