#include "service/map_hotspots.h"

#include "base/text.h"
#include <math.h>

/* In the order in which they are drawn. */
enum { NOT_SIGNIFICANT, NOT_TESTED, COLD, HOT, LOW_HIGH, HIGH_LOW, LOW_LOW, HIGH_HIGH };

#define RED                                                                                                  \
    { 0xB2, 0x18, 0x2B, 255 }
#define BLUE                                                                                                 \
    { 0x21, 0x66, 0xAC, 255 }
#define LIGHT_RED                                                                                            \
    { 0xF4, 0xA5, 0x82, 255 }
#define LIGHT_BLUE                                                                                           \
    { 0x92, 0xC5, 0xDE, 255 }
#define CASING                                                                                               \
    { 255, 255, 255, 230 }
#define HATCH                                                                                                \
    { 0x70, 0x70, 0x70, 190 }

/* Areas on the plain map, as outlines over a density, and streets. Red and blue of RdBu (ColorBrewer): told
 * apart by all; cold is dashed too. */
static const hs_map_ink_style filled[HS_MAP_MOST_CLASSES] = {
    [NOT_SIGNIFICANT] = {.hatch = HATCH, .hatch_gap = 6, .hatch_width = 0.6},
    [NOT_TESTED] = {.fill = {0xC8, 0xC8, 0xC8, 150}, .hatch = HATCH, .hatch_gap = 3, .hatch_width = 0.6},
    [COLD] = {.fill = {0x43, 0x93, 0xC3, 190}, .line = BLUE, .line_width = 1.4, .dash = 5},
    [HOT] = {.fill = {0xD6, 0x60, 0x4D, 200}, .line = RED, .line_width = 1.4},
    [LOW_HIGH] = {.fill = LIGHT_BLUE, .line = BLUE, .line_width = 1.2, .dash = 2},
    [HIGH_LOW] = {.fill = LIGHT_RED, .line = RED, .line_width = 1.2, .dash = 2},
    [LOW_LOW] = {.fill = {0x43, 0x93, 0xC3, 190}, .line = BLUE, .line_width = 1.4, .dash = 5},
    [HIGH_HIGH] = {.fill = {0xD6, 0x60, 0x4D, 200}, .line = RED, .line_width = 1.4},
};
static const hs_map_ink_style outlined[HS_MAP_MOST_CLASSES] = {
    [NOT_SIGNIFICANT] = {.hatch = HATCH, .hatch_gap = 7, .hatch_width = 0.6},
    [NOT_TESTED] = {.hatch = HATCH, .hatch_gap = 3, .hatch_width = 0.6},
    [COLD] = {.casing = CASING, .casing_width = 4.6, .line = BLUE, .line_width = 2.6, .dash = 7},
    [HOT] = {.casing = CASING, .casing_width = 4.6, .line = RED, .line_width = 2.6},
    [LOW_HIGH] = {.casing = CASING, .casing_width = 4, .line = BLUE, .line_width = 2, .dash = 3},
    [HIGH_LOW] = {.casing = CASING, .casing_width = 4, .line = RED, .line_width = 2, .dash = 3},
    [LOW_LOW] = {.casing = CASING, .casing_width = 4.6, .line = BLUE, .line_width = 2.6, .dash = 7},
    [HIGH_HIGH] = {.casing = CASING, .casing_width = 4.6, .line = RED, .line_width = 2.6},
};
static const hs_map_ink_style lines[HS_MAP_MOST_CLASSES] = {
    [NOT_SIGNIFICANT] = {.line = HATCH, .line_width = 1, .dash = 2.5},
    [NOT_TESTED] = {.line = HATCH, .line_width = 1, .dash = 1},
    [COLD] = {.casing = CASING, .casing_width = 5, .line = BLUE, .line_width = 3, .dash = 7},
    [HOT] = {.casing = CASING, .casing_width = 5, .line = RED, .line_width = 3.4},
    [LOW_HIGH] = {.casing = CASING, .casing_width = 4, .line = BLUE, .line_width = 2.2, .dash = 3},
    [HIGH_LOW] = {.casing = CASING, .casing_width = 4, .line = RED, .line_width = 2.2, .dash = 3},
    [LOW_LOW] = {.casing = CASING, .casing_width = 5, .line = BLUE, .line_width = 3, .dash = 7},
    [HIGH_HIGH] = {.casing = CASING, .casing_width = 5, .line = RED, .line_width = 3.4},
};

static const hs_areas_request *request_of(const hs_map_hotspots *h) {
    return h->run->request;
}

static const hs_areas_result *result_of(const hs_map_hotspots *h) {
    return h->run->result;
}

static int class_of(const hs_map_hotspots *h, uint32_t row) {
    const hs_hotspot_rows *rows = &result_of(h)->rows;
    if (isnan(rows->q[row])) return NOT_TESTED;
    if (!(rows->q[row] <= request_of(h)->alpha)) return NOT_SIGNIFICANT;
    if (request_of(h)->method == HS_AREAS_GI_STAR) return rows->z[row] > 0 ? HOT : COLD;
    switch (rows->moran_class[row]) {
    case HS_MORAN_HIGH_HIGH:
        return HIGH_HIGH;
    case HS_MORAN_LOW_LOW:
        return LOW_LOW;
    case HS_MORAN_HIGH_LOW:
        return HIGH_LOW;
    case HS_MORAN_LOW_HIGH:
        return LOW_HIGH;
    default:
        return NOT_SIGNIFICANT;
    }
}

static const hs_map_ink_style *style_of(const hs_map_hotspots *h, int class) {
    if (request_of(h)->units == HS_UNITS_STREETS) return &lines[class];
    return h->over_density ? &outlined[class] : &filled[class];
}

/* What is drawn of a style below streets and boundaries, and above them. */
static hs_map_ink_style part_of(const hs_map_ink_style *style, bool above, bool areas) {
    hs_map_ink_style part = *style;
    if (above && areas) part.fill.a = part.hatch.a = 0;
    if (!above) part.line.a = part.casing.a = 0;
    return part;
}

void hs_map_hotspots_draw(const void *hotspots, const hs_map_view *view, bool above, cairo_t *pen) {
    const hs_map_hotspots *h = hotspots;
    const hs_areas_result *result = result_of(h);
    bool areas = request_of(h)->units != HS_UNITS_STREETS;
    for (int class = 0; class < HS_MAP_MOST_CLASSES; class ++) {
        hs_map_ink_style part = part_of(style_of(h, class), above, areas);
        if (h->count[class] == 0 || (part.fill.a == 0 && part.hatch.a == 0 && part.line.a == 0)) continue;
        for (uint32_t i = 0; i < result->rows.count; i++)
            if (class_of(h, i) == class) hs_map_shape_path(pen, view, &result->rows.geometry[i]);
        hs_map_shape_ink(pen, &part, areas, view->ratio);
    }
}

static const char *units_words(const hs_areas_request *r, bool chinese, hs_arena *arena) {
    static const char *const en[HS_LEVEL_COUNT] = {"cities", "districts", "subdistricts", "communities",
                                                   "cells"};
    static const char *const zh[HS_LEVEL_COUNT] = {"市", "区", "街道（镇）", "社区", "单元网格"};
    switch (r->units) {
    case HS_UNITS_LEVEL:
        return chinese ? zh[r->level] : en[r->level];
    case HS_UNITS_STREETS:
        return hs_in_language(chinese, "street segments", "街道段");
    case HS_UNITS_SQUARE:
        return hs_arena_printf(arena, hs_in_language(chinese, "squares of %g m", "%g 米方格"), r->size_m);
    default:
        return hs_arena_printf(arena, hs_in_language(chinese, "hexagons of %g m", "%g 米六边形"), r->size_m);
    }
}

static const char *note_of(const hs_map_hotspots *h, bool chinese, hs_arena *arena) {
    const hs_areas_request *r = request_of(h);
    const hs_areas_result *result = result_of(h);
    if (!result->head.enough) return chinese ? result->head.reason_zh : result->head.reason_en;
    const char *units = units_words(r, chinese, arena);
    if (!units) return NULL;
    return hs_arena_printf(
        arena,
        hs_in_language(chinese, "%s, %u %s; significant: q \u2264 %g after correction (%s)",
                       "%s，%u 个%s；显著：校正后 q \u2264 %g（%s）"),
        r->method == HS_AREAS_GI_STAR ? "Getis-Ord Gi*"
                                      : hs_in_language(chinese, "Local Moran's I", "局部 Moran's I"),
        (unsigned)result->rows.count, units, r->alpha, hs_correction_name(r->correction));
}

static void count_classes(hs_map_hotspots *h, uint32_t *example) {
    const hs_areas_result *result = result_of(h);
    for (uint32_t i = 0; result->head.enough && i < result->rows.count; i++) {
        int class = class_of(h, i);
        if (h->count[class]++ == 0) example[class] = i;
    }
}

/* The strongest first; those that a method has are there even where nothing is of them. */
static hs_status add_keys(hs_map_hotspots *h, const uint32_t *example, bool chinese, hs_arena *arena) {
    bool streets = request_of(h)->units == HS_UNITS_STREETS;
    for (int class = HS_MAP_MOST_CLASSES - 1; class >= 0; class --) {
        if (h->count[class] == 0) continue;
        hs_sheet_key *key = &h->keys[h->legend.key_count++];
        const char *label = hs_hotspot_label(request_of(h), result_of(h), example[class], chinese);
        *key = (hs_sheet_key){.style = *style_of(h, class), .line = streets};
        key->text = hs_arena_printf(arena, hs_in_language(chinese, "%s (%u)", "%s（%u）"), label,
                                    (unsigned)h->count[class]);
        if (!key->text) return HS_E_MEMORY;
    }
    return HS_OK;
}

hs_status hs_map_hotspots_init(const hs_hotspot_run *run, bool over_density, bool chinese, hs_arena *arena,
                               hs_error *error, hs_map_hotspots *out) {
    uint32_t example[HS_MAP_MOST_CLASSES] = {0};
    if ((run->method != &hs_hotspot_gi_star && run->method != &hs_hotspot_local_moran) || !run->result)
        return hs_error_set(error, HS_E_ARGUMENT, "method: a map shows gi-star or local-moran");
    *out = (hs_map_hotspots){.run = run, .over_density = over_density};
    out->legend.title = hs_in_language(chinese, "Significant hotspots", "显著热点");
    out->legend.note = note_of(out, chinese, arena);
    out->legend.keys = out->keys;
    count_classes(out, example);
    hs_status status = out->legend.note ? add_keys(out, example, chinese, arena) : HS_E_MEMORY;
    return status == HS_OK ? HS_OK : hs_error_memory(error, "hotspots on a map");
}
