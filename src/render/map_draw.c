#include "render/map_draw.h"

#include "base/progress.h"
#include "render/map_ink.h"
#include "render/map_paint.h"
#include "render/map_path.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_BYTES ((size_t)64 << 20)
#define PI          3.14159265358979323846
#define FINE        2.0
#define NARROW      4.0
#define MITER_LIMIT 4.0

struct hs_map_world {
    hs_map_features *features;
    hs_map_texts *texts;
    hs_map_cells *cells;
};

hs_status hs_map_world_new(const hs_geography *geography, hs_error *error, hs_map_world **world) {
    hs_map_world *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "the map");
    made->texts = hs_map_texts_new();
    made->cells = hs_map_cells_new(CELLS_BYTES);
    hs_status status = made->texts && made->cells ? hs_map_features_new(geography, error, &made->features)
                                                  : hs_error_memory(error, "the map");
    if (status != HS_OK) {
        hs_map_world_free(made);
        return status;
    }
    *world = made;
    return HS_OK;
}

void hs_map_world_free(hs_map_world *world) {
    if (!world) return;
    hs_map_cells_free(world->cells);
    hs_map_texts_free(world->texts);
    hs_map_features_free(world->features);
    free(world);
}

typedef struct drawing {
    const hs_map_world *world;
    const hs_map_view *view;
    const hs_map_picture *picture;
    cairo_t *pen;
    hs_arena *arena;
    hs_error *error;
    hs_map_path path;
    bool raster; /* the pen draws on pixels and nothing else: they are written without it */
    hs_map_pixels pixels;
    hs_map_mask mask;
    hs_map_ink ink;
    hs_mercator_box near;            /* of what the layer's lines may reach into the picture from */
    uint32_t *found[HS_MAP_SOURCES]; /* features that may be seen */
    uint32_t count[HS_MAP_SOURCES];
    const hs_map_layer *layer;
    bool *passes;         /* by kind */
    hs_map_paint *paints; /* by kind */
    hs_map_held labels;
} drawing;

static void set_colour(cairo_t *pen, hs_map_colour c) {
    cairo_set_source_rgba(pen, c.r, c.g, c.b, c.a);
}

/* Asks filter and properties of one feature; filters see the whole zoom, as in tiles. */
static void ask(drawing *d, uint32_t feature, bool *passes, hs_map_paint *p) {
    const hs_map_set *set = &d->world->features->set[d->layer->source];
    hs_map_property properties[HS_MAP_MOST_PROPERTIES];
    hs_map_scope scope = {.zoom = floor(d->view->zoom),
                          .shape = (hs_map_shape)set->shape[feature],
                          .properties = properties,
                          .arena = d->arena};
    scope.count = hs_map_feature_properties(d->world->features, d->layer->source, feature, properties);
    *passes = hs_map_layer_takes(d->layer, &scope);
    scope.zoom = d->view->zoom;
    if (*passes) *p = hs_map_paint_of(d->layer, &scope, d->view->ratio);
}

static bool hangs_on_more_than_kind(const hs_map_layer *layer) {
    if (layer->filter && hs_map_reads_feature(layer->filter)) return true;
    for (int i = 0; i < HS_MAP_PROPERTIES; i++)
        if (layer->property[i] && hs_map_reads_feature(layer->property[i])) return true;
    return false;
}

static hs_status begin_layer(drawing *d, const hs_map_layer *layer) {
    const hs_map_set *set = &d->world->features->set[layer->source];
    d->layer = layer;
    d->passes = NULL;
    if (hangs_on_more_than_kind(layer)) return HS_OK;
    d->passes = hs_arena_array(d->arena, (size_t)set->kind_count + 1, sizeof *d->passes);
    d->paints = hs_arena_array(d->arena, (size_t)set->kind_count + 1, sizeof *d->paints);
    if (!d->passes || !d->paints) return hs_error_memory(d->error, "a map");
    for (uint32_t k = 0; k < set->kind_count; k++)
        ask(d, set->kind_feature[k], &d->passes[k], &d->paints[k]);
    return HS_OK;
}

static bool look_at(drawing *d, uint32_t feature, hs_map_paint *p) {
    const hs_map_set *set = &d->world->features->set[d->layer->source];
    bool passes = false;
    if (!d->passes) {
        ask(d, feature, &passes, p);
        return passes;
    }
    *p = d->paints[set->kind[feature]];
    return d->passes[set->kind[feature]];
}

/* Whether the layer's seen features are drawn in more than one way. */
static bool is_mixed(drawing *d) {
    const uint32_t *found = d->found[d->layer->source];
    hs_map_paint first = {.width = 0};
    bool any = false;
    for (uint32_t i = 0; i < d->count[d->layer->source]; i++) {
        hs_map_paint p;
        if (!look_at(d, found[i], &p)) continue;
        if (any && !hs_map_paints_equal(&first, &p)) return true;
        first = p;
        any = true;
    }
    return false;
}

static void lay_mask(drawing *d, hs_map_colour colour, bool sharp) {
    cairo_surface_t *surface = cairo_get_group_target(d->pen);
    cairo_surface_flush(surface);
    hs_map_mask_paint(&d->mask, &d->pixels, colour, sharp);
    cairo_surface_mark_dirty(surface);
}

static bool reaches_under_neighbours(const hs_map_paint *p, bool mixed) {
    return mixed && p->smooth && p->colour.a == 1 && p->second.a <= 0;
}

/* Only corners of mitres reach further than a line is wide. */
static void set_margin(drawing *d, const hs_map_paint *p) {
    const hs_map_view *v = d->view;
    bool lines = d->layer->type == HS_MAP_LINES;
    double times = lines && hs_map_word(d->layer, HS_MAP_LINE_JOIN) == HS_MAP_JOIN_MITER ? 8 : 1;
    double m = lines ? times * p->width + 4 : 8;
    d->path.margin = m;
    d->near = hs_map_box(&v->plane, v->left - m, v->top - m, v->left + v->width + m, v->top + v->height + m);
}

static bool is_near_picture(const drawing *d, uint32_t feature) {
    const hs_mercator_box *b = &d->world->features->set[d->layer->source].box[feature];
    return b->min_x <= d->near.max_x && b->max_x >= d->near.min_x && b->min_y <= d->near.max_y &&
           b->max_y >= d->near.min_y;
}

/* Chooses how shapes of a paint are drawn. In a mask thin lines end straight: their ends would add up where
 * streets meet. */
static void begin_paint(drawing *d, const hs_map_paint *p, bool mixed) {
    hs_map_stroker *s = &d->path.stroker;
    d->path.mask = NULL;
    set_margin(d, p);
    if (!d->raster) return;
    s->mask = &d->mask;
    if (d->layer->type == HS_MAP_FILL) {
        bool outlined = p->smooth && p->second.a > 0;
        if (!outlined && (p->smooth || !mixed)) d->path.mask = &d->mask;
        s->width = reaches_under_neighbours(p, mixed) ? d->view->ratio : 0;
        s->join = HS_MAP_JOIN_MITER;
        s->miter_limit = MITER_LIMIT;
        return;
    }
    hs_map_scope scope = {.zoom = d->view->zoom};
    d->path.mask = &d->mask;
    s->width = p->width;
    s->cap = (hs_map_cap)hs_map_word(d->layer, HS_MAP_LINE_CAP);
    s->join = (hs_map_join)hs_map_word(d->layer, HS_MAP_LINE_JOIN);
    s->miter_limit = hs_map_number(d->layer, HS_MAP_LINE_MITER_LIMIT, &scope);
    if (p->width >= FINE || s->join != HS_MAP_JOIN_ROUND) return;
    s->join = HS_MAP_JOIN_BEVEL;
    if (s->cap == HS_MAP_CAP_ROUND) s->cap = HS_MAP_CAP_BUTT;
}

static void set_line(drawing *d, const hs_map_layer *layer) {
    static const cairo_line_cap_t caps[] = {CAIRO_LINE_CAP_BUTT, CAIRO_LINE_CAP_ROUND, CAIRO_LINE_CAP_SQUARE};
    static const cairo_line_join_t joins[] = {CAIRO_LINE_JOIN_MITER, CAIRO_LINE_JOIN_BEVEL,
                                              CAIRO_LINE_JOIN_ROUND};
    hs_map_scope scope = {.zoom = d->view->zoom};
    cairo_set_line_cap(d->pen, caps[hs_map_word(layer, HS_MAP_LINE_CAP)]);
    cairo_set_line_join(d->pen, joins[hs_map_word(layer, HS_MAP_LINE_JOIN)]);
    cairo_set_miter_limit(d->pen, hs_map_number(layer, HS_MAP_LINE_MITER_LIMIT, &scope));
}

/* Round ends and corners of a line that is thinner than FINE pixels cannot be told from straight ones.
 * Streets are by far the most lines: while they are narrow sixteen samples a pixel do. */
static void stroke(drawing *d, double width) {
    bool fine = width < FINE && cairo_get_line_join(d->pen) == CAIRO_LINE_JOIN_ROUND;
    if (d->layer->source == HS_MAP_STREETS && width < NARROW)
        cairo_set_antialias(d->pen, CAIRO_ANTIALIAS_FAST);
    if (fine) cairo_set_line_join(d->pen, CAIRO_LINE_JOIN_BEVEL);
    if (fine && cairo_get_line_cap(d->pen) == CAIRO_LINE_CAP_ROUND)
        cairo_set_line_cap(d->pen, CAIRO_LINE_CAP_SQUARE);
    cairo_set_line_width(d->pen, width);
    cairo_stroke(d->pen);
    cairo_set_antialias(d->pen, CAIRO_ANTIALIAS_DEFAULT);
    if (fine) set_line(d, d->layer);
}

/* Ends what was begun for one paint. Areas of one paint are one shape, so that no ground shows between them;
 * where a layer has several, each reaches half a pixel under its neighbours, as MapLibre draws it. */
static void finish(drawing *d, const hs_map_paint *p, bool mixed) {
    if (d->path.mask) {
        lay_mask(d, p->colour, d->layer->type == HS_MAP_FILL && !p->smooth);
        return;
    }
    set_colour(d->pen, p->colour);
    if (d->layer->type == HS_MAP_LINES) {
        stroke(d, p->width);
        return;
    }
    cairo_set_antialias(d->pen, p->smooth ? CAIRO_ANTIALIAS_DEFAULT : CAIRO_ANTIALIAS_NONE);
    bool outlined = p->smooth && p->second.a > 0;
    if (reaches_under_neighbours(p, mixed)) {
        cairo_set_line_width(d->pen, d->view->ratio);
        cairo_stroke_preserve(d->pen);
    }
    if (outlined) {
        cairo_fill_preserve(d->pen);
        set_colour(d->pen, p->second);
        cairo_set_line_width(d->pen, d->view->ratio);
        cairo_stroke(d->pen);
    } else {
        cairo_fill(d->pen);
    }
    cairo_set_antialias(d->pen, CAIRO_ANTIALIAS_DEFAULT);
}

/* Dashes are given in widths of the line; those too fine to be seen are one line. */
static hs_map_dashes dashes_of(const hs_map_layer *layer, double width) {
    hs_map_dashes dashes;
    double period = 0;
    dashes.count = hs_map_numbers(layer, HS_MAP_LINE_DASHES, dashes.length, 16);
    for (size_t i = 0; i < dashes.count; i++) {
        dashes.length[i] *= width;
        period += dashes.length[i];
    }
    if (period < 0.25) dashes.count = 0;
    return dashes;
}

static void add_shape(drawing *d, uint32_t feature, const hs_map_paint *p) {
    const hs_map_layer *layer = d->layer;
    bool area = d->world->features->set[layer->source].shape[feature] == HS_MAP_POLYGON;
    if (layer->type == HS_MAP_FILL) {
        if (area) hs_map_path_areas(&d->path, layer->source, feature);
        return;
    }
    hs_map_dashes dashes = dashes_of(layer, p->width);
    hs_map_path_lines(&d->path, layer->source, feature, &dashes);
    /* Boundaries are there twice, once for each neighbour: they are as wide as one. */
    if (d->path.mask && layer->source != HS_MAP_STREETS && !hs_map_mask_keep(&d->mask)) d->path.failed = true;
}

static void draw_shapes(drawing *d) {
    const uint32_t *found = d->found[d->layer->source];
    bool mixed = d->layer->type == HS_MAP_FILL && is_mixed(d);
    bool begun = false;
    hs_map_paint current = {.width = 0};
    if (d->layer->type == HS_MAP_LINES) set_line(d, d->layer);
    for (uint32_t i = 0; i < d->count[d->layer->source]; i++) {
        hs_map_paint p;
        if (!look_at(d, found[i], &p) || p.colour.a <= 0 || (d->layer->type == HS_MAP_LINES && p.width <= 0))
            continue;
        bool other = !begun || !hs_map_paints_equal(&current, &p);
        if (begun && other) finish(d, &current, mixed);
        if (other) begin_paint(d, &p, mixed);
        current = p;
        begun = true;
        if (!is_near_picture(d, found[i])) continue;
        add_shape(d, found[i], &p);
    }
    if (begun) finish(d, &current, mixed);
}

static void draw_circle(drawing *d, const hs_map_paint *p, double x, double y) {
    double outer = p->radius + p->width;
    if (x < -outer || y < -outer || x > d->view->width + outer || y > d->view->height + outer) return;
    cairo_new_path(d->pen);
    if (p->width > 0 && p->second.a > 0) {
        cairo_arc(d->pen, x, y, outer, 0, 2 * PI);
        cairo_new_sub_path(d->pen);
        /* Under an opaque dot the ring goes on, so that nothing shows between them. */
        if (p->colour.a < 1) cairo_arc_negative(d->pen, x, y, p->radius, 2 * PI, 0);
        set_colour(d->pen, p->second);
        cairo_fill(d->pen);
    }
    if (p->colour.a <= 0 || p->radius <= 0) return;
    cairo_arc(d->pen, x, y, p->radius, 0, 2 * PI);
    set_colour(d->pen, p->colour);
    cairo_fill(d->pen);
}

static void draw_circles(drawing *d) {
    const hs_map_set *set = &d->world->features->set[d->layer->source];
    const uint32_t *found = d->found[d->layer->source];
    for (uint32_t i = 0; i < d->count[d->layer->source]; i++) {
        hs_map_paint p;
        double x;
        double y;
        if (set->shape[found[i]] != HS_MAP_POINT || !look_at(d, found[i], &p)) continue;
        hs_map_project(&d->view->plane, &set->anchor[found[i]], 1, &x, &y);
        if (isinf(x) || isinf(y)) continue;
        draw_circle(d, &p, floor(x * 8 + 0.5) / 8 - d->view->left, floor(y * 8 + 0.5) / 8 - d->view->top);
    }
}

static void draw_label(drawing *d, const hs_map_cell *cell, const hs_map_label *label) {
    double r = d->view->ratio;
    /* On whole pixels, so that a name looks alike wherever it stands. */
    double x = floor(label->x * r + 0.5) - d->view->left;
    double y = floor(label->y * r + 0.5) - d->view->top;
    if (x + label->right * r < 0 || x + label->left * r > d->view->width || y + label->bottom * r < 0 ||
        y + label->top * r > d->view->height)
        return;
    if (d->picture->whole_labels && (x + label->left * r < 0 || x + label->right * r > d->view->width ||
                                     y + label->top * r < 0 || y + label->bottom * r > d->view->height))
        return;
    if (d->raster) {
        hs_map_ink_label(&d->ink, &d->pixels, cell, label, x, y, r);
        return;
    }
    cairo_new_path(d->pen);
    for (uint32_t i = 0; i < label->glyph_count; i++) {
        const hs_map_label_glyph *g = &cell->glyph[label->first_glyph + i];
        hs_map_outline_path(d->pen, g->outline, x + g->x * r, y + g->y * r, label->size * r, g->cosine,
                            g->sine);
    }
    if (label->halo_width > 0 && label->halo.a > 0) {
        set_colour(d->pen, label->halo);
        cairo_set_line_width(d->pen, 2 * label->halo_width * r);
        cairo_set_antialias(d->pen, CAIRO_ANTIALIAS_FAST);
        cairo_stroke_preserve(d->pen);
        cairo_set_antialias(d->pen, CAIRO_ANTIALIAS_DEFAULT);
    }
    set_colour(d->pen, label->colour);
    cairo_fill(d->pen);
}

static void draw_labels(drawing *d, uint32_t layer) {
    cairo_surface_t *surface = cairo_get_group_target(d->pen);
    if (d->raster) cairo_surface_flush(surface);
    cairo_set_line_join(d->pen, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(d->pen, CAIRO_LINE_CAP_ROUND);
    for (uint32_t i = 0; i < d->labels.count; i++) {
        const hs_map_cell *cell = hs_map_held_cell(&d->labels, i);
        for (uint32_t k = 0; k < cell->label_count; k++)
            if (cell->label[k].layer == layer) draw_label(d, cell, &cell->label[k]);
    }
    if (d->raster) cairo_surface_mark_dirty(surface);
}

static void draw_background(drawing *d, const hs_map_layer *layer) {
    hs_map_scope scope = {.zoom = d->view->zoom, .arena = d->arena};
    if (d->picture->transparent) return;
    set_colour(d->pen, hs_map_faded(hs_map_colour_of(layer, HS_MAP_BACKGROUND_COLOUR, &scope),
                                    hs_map_number(layer, HS_MAP_BACKGROUND_OPACITY, &scope)));
    cairo_paint(d->pen);
}

void hs_map_draw_heat(const hs_map_view *view, const hs_map_picture *picture, cairo_t *pen) {
    if (!picture->heat) return;
    double across = (double)view->width / cairo_image_surface_get_width(picture->heat);
    double down = (double)view->height / cairo_image_surface_get_height(picture->heat);
    cairo_save(pen);
    cairo_scale(pen, across, down);
    cairo_set_source_surface(pen, picture->heat, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(pen), CAIRO_FILTER_NEAREST);
    cairo_paint_with_alpha(pen, picture->heat_opacity);
    cairo_restore(pen);
}

static void draw_overlay(const drawing *d, bool above) {
    if (!d->picture->overlay) return;
    cairo_save(d->pen);
    cairo_new_path(d->pen);
    d->picture->overlay(d->picture->overlay_context, d->view, above, d->pen);
    cairo_restore(d->pen);
}

static hs_status draw_layer(drawing *d, uint32_t number) {
    const hs_map_layer *layer = &d->picture->style->layers[number];
    if (!hs_map_layer_shows(layer, d->view->zoom)) return HS_OK;
    if (layer->type == HS_MAP_BACKGROUND) {
        draw_background(d, layer);
        return HS_OK;
    }
    if (layer->type == HS_MAP_SYMBOL) {
        draw_labels(d, number);
        return HS_OK;
    }
    hs_status status = begin_layer(d, layer);
    if (status != HS_OK) return status;
    if (layer->type == HS_MAP_CIRCLE)
        draw_circles(d);
    else
        draw_shapes(d);
    return d->path.failed || d->ink.failed ? hs_error_memory(d->error, "a map") : HS_OK;
}

/* Widest that a line reaches beyond its own middle, half as much again for joins. */
enum { SEEN_MARGIN_PX = 48, MOST_ZOOM = 26 };

static hs_status find_features(drawing *d) {
    const hs_map_view *v = d->view;
    double margin = SEEN_MARGIN_PX * v->ratio;
    hs_mercator_box box = hs_map_box(&v->plane, v->left - margin, v->top - margin,
                                     v->left + v->width + margin, v->top + v->height + margin);
    uint32_t zoom = v->zoom > 0 ? (uint32_t)floor(v->zoom) : 0;
    for (int source = 0; source < HS_MAP_SOURCES; source++) {
        const hs_map_set *set = &d->world->features->set[source];
        d->found[source] = hs_arena_alloc(d->arena, ((size_t)set->count + 1) * sizeof(uint32_t));
        if (!d->found[source]) return hs_error_memory(d->error, "a map");
        d->count[source] = hs_map_features_in(set, &box, zoom, d->found[source]);
    }
    return HS_OK;
}

static hs_status find_labels(drawing *d) {
    const hs_map_view *v = d->view;
    double r = v->ratio;
    hs_map_labelling l = {.features = d->world->features,
                          .texts = d->world->texts,
                          .style = d->picture->style,
                          .english = d->picture->english,
                          .plane = v->plane,
                          .zoom = v->zoom,
                          .arena = d->arena,
                          .error = d->error};
    l.plane.x_px /= r;
    l.plane.y_px /= r;
    hs_status status = hs_map_labelling_ready(&l);
    if (status != HS_OK) return status;
    return hs_map_cells_hold(d->world->cells, &l, v->left / r, v->top / r, (v->left + v->width) / r,
                             (v->top + v->height) / r, &d->labels);
}

/* Pixels are counted in whole numbers: so far from the plane's origin there is nothing of the Earth. */
static bool is_near(const hs_map_view *view) {
    return fabs(view->left) < 0x1p50 && fabs(view->top) < 0x1p50;
}

hs_status hs_map_draw(hs_map_world *world, const hs_map_view *view, const hs_map_picture *picture,
                      cairo_t *pen, hs_arena *arena, hs_error *error) {
    drawing d = {
        .world = world, .view = view, .picture = picture, .pen = pen, .arena = arena, .error = error};
    d.path = (hs_map_path){.pen = pen, .view = view, .features = world->features};
    cairo_set_tolerance(pen, 0.2);
    hs_status status = HS_OK;
    if (!(view->zoom <= MOST_ZOOM))
        status = hs_error_set(error, HS_E_ARGUMENT,
                              "the map is drawn to zoom %d of MapLibre: a larger area is needed", MOST_ZOOM);
    d.raster = hs_map_find_pixels(pen, view, &d.pixels);
    if (status == HS_OK && d.raster && !hs_map_mask_resize(&d.mask, view->width, view->height))
        status = hs_error_memory(error, "a map");
    if (status == HS_OK && is_near(view)) status = find_features(&d);
    if (status == HS_OK && is_near(view)) status = find_labels(&d);
    uint32_t layers = picture->style->layer_count;
    uint32_t names = layers;
    while (names > 0 && picture->style->layers[names - 1].type == HS_MAP_SYMBOL)
        names--;
    for (uint32_t i = 0; i <= layers && status == HS_OK; i++) {
        if (!hs_progress_ask(&picture->progress))
            status = hs_error_set(error, HS_E_CANCELLED, "nobody waits for the map any more");
        if (status == HS_OK && i == picture->style->heat_below && !picture->heat_first)
            hs_map_draw_heat(view, picture, pen);
        if (status == HS_OK && i == picture->style->heat_below) draw_overlay(&d, false);
        if (status == HS_OK && i == names) draw_overlay(&d, true);
        if (status == HS_OK && i < layers) status = draw_layer(&d, i);
    }
    hs_map_cells_release(world->cells, &d.labels);
    hs_map_path_done(&d.path);
    hs_map_mask_done(&d.mask);
    hs_map_ink_done(&d.ink);
    if (status == HS_OK && cairo_status(pen) != CAIRO_STATUS_SUCCESS)
        status =
            hs_error_set(error, cairo_status(pen) == CAIRO_STATUS_NO_MEMORY ? HS_E_MEMORY : HS_E_INTERNAL,
                         "map: %s", cairo_status_to_string(cairo_status(pen)));
    return status;
}
