/* Which labels of a cell are placed. */
#include "render/map_labels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is taken lies in bins over the cell and half a cell round it. */
enum { BIN_PX = 32, BINS = 32, MOST_ALONG = 1 << 18 }; /* BINS * BIN_PX: two cells */

typedef struct taken {
    hs_map_label_box box;
    int32_t next; /* in its bin */
} taken;

typedef struct candidate {
    uint32_t feature, chain; /* chain: HS_NONE at points */
    double x, y, along, sort_key;
    uint32_t order;
} candidate;

typedef struct placing {
    const hs_map_labelling *l;
    hs_map_cell *cell;
    const hs_map_cell *const *around;
    uint32_t around_count;
    double left, top; /* of the cell */
    hs_mercator_box box;
    uint32_t data_zoom;
    int32_t bin[BINS * BINS];
    taken *taken;
    uint32_t taken_count, taken_room;
    candidate *candidate;
    uint32_t count, room;
    uint32_t layer;
    uint32_t *found; /* features in the cell's box */
    double *x, *y;   /* of one chain */
    uint32_t chain_room;
    hs_map_draft *draft;
    hs_status status;
} placing;

static void out_of_memory(placing *p) {
    if (p->status == HS_OK) p->status = hs_error_memory(p->l->error, "the map's labels");
}

/* Room for one more of an array; false when memory is out. */
static bool room_for(placing *p, void **array, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) return true;
    uint32_t more = *room ? 2 * *room : 64;
    void *larger = realloc(*array, more * size);
    if (!larger) {
        out_of_memory(p);
        return false;
    }
    *array = larger;
    *room = more;
    return true;
}

typedef struct bin_range {
    int x0, y0, x1, y1;
} bin_range;

static int bin_of(double offset) {
    double at = floor((offset + HS_MAP_CELL_PX / 2) / BIN_PX);
    return at < 0 ? 0 : at >= BINS ? BINS - 1 : (int)at;
}

static bin_range bins_of(const placing *p, const hs_map_label_box *box) {
    return (bin_range){bin_of(box->left - p->left), bin_of(box->top - p->top), bin_of(box->right - p->left),
                       bin_of(box->bottom - p->top)};
}

static void take(placing *p, const hs_map_label_box *box) {
    bin_range r = bins_of(p, box);
    for (int y = r.y0; y <= r.y1; y++)
        for (int x = r.x0; x <= r.x1; x++) {
            if (!room_for(p, (void **)&p->taken, p->taken_count, &p->taken_room, sizeof *p->taken)) return;
            p->taken[p->taken_count] = (taken){*box, p->bin[y * BINS + x]};
            p->bin[y * BINS + x] = (int32_t)p->taken_count++;
        }
}

static bool is_free(const placing *p, const hs_map_label_box *box) {
    bin_range r = bins_of(p, box);
    for (int y = r.y0; y <= r.y1; y++)
        for (int x = r.x0; x <= r.x1; x++)
            for (int32_t i = p->bin[y * BINS + x]; i >= 0; i = p->taken[i].next) {
                const hs_map_label_box *other = &p->taken[i].box;
                if (box->left < other->right && box->right > other->left && box->top < other->bottom &&
                    box->bottom > other->top)
                    return false;
            }
    return true;
}

static bool draft_is_free(const placing *p) {
    for (uint32_t i = 0; i < p->draft->box_count; i++)
        if (!is_free(p, &p->draft->box[i])) return false;
    return true;
}

/* Whether the same words of the same layer stand nearer than `distance`. */
static bool repeats_in(const hs_map_cell *cell, const placing *p, const hs_map_label *label,
                       double distance) {
    for (uint32_t i = 0; i < cell->label_count; i++) {
        const hs_map_label *other = &cell->label[i];
        if (other->layer == p->layer && other->text == label->text &&
            hypot(other->x - label->x, other->y - label->y) < distance)
            return true;
    }
    return false;
}

static bool repeats(const placing *p, double distance) {
    if (repeats_in(p->cell, p, &p->draft->label, distance)) return true;
    for (uint32_t i = 0; i < p->around_count; i++)
        if (repeats_in(p->around[i], p, &p->draft->label, distance)) return true;
    return false;
}

static void keep(placing *p, bool ignored) {
    hs_map_cell *cell = p->cell;
    hs_map_draft *draft = p->draft;
    draft->label.layer = p->layer;
    draft->label.first_glyph = cell->glyph_count;
    if (!room_for(p, (void **)&cell->label, cell->label_count, &cell->label_room, sizeof *cell->label))
        return;
    for (uint32_t i = 0; i < draft->label.glyph_count; i++) {
        if (!room_for(p, (void **)&cell->glyph, cell->glyph_count, &cell->glyph_room, sizeof *cell->glyph))
            return;
        cell->glyph[cell->glyph_count++] = draft->glyph[i];
    }
    for (uint32_t i = 0; i < draft->box_count && !ignored; i++) {
        if (!room_for(p, (void **)&cell->box, cell->box_count, &cell->box_room, sizeof *cell->box)) return;
        cell->box[cell->box_count++] = draft->box[i];
        take(p, &draft->box[i]);
    }
    cell->label[cell->label_count++] = draft->label;
}

static bool in_cell(const placing *p, double x, double y) {
    return x >= p->left && x < p->left + HS_MAP_CELL_PX && y >= p->top && y < p->top + HS_MAP_CELL_PX;
}

static void add_candidate(placing *p, candidate c) {
    if (!room_for(p, (void **)&p->candidate, p->count, &p->room, sizeof *p->candidate)) return;
    c.order = p->count;
    p->candidate[p->count++] = c;
}

/* Which kinds of features the layer takes; its filter is asked feature by feature where it looks at more. */
typedef struct kind_filter {
    const bool *passes; /* NULL: each is asked */
} kind_filter;

static bool passes(const placing *p, uint32_t feature) {
    const hs_map_labelling *l = p->l;
    const hs_map_layer *layer = &l->style->layers[p->layer];
    hs_map_property properties[HS_MAP_MOST_PROPERTIES];
    hs_map_scope scope = {.zoom = floor(l->zoom),
                          .shape = (hs_map_shape)l->features->set[layer->source].shape[feature],
                          .properties = properties,
                          .count = hs_map_feature_properties(l->features, layer->source, feature, properties),
                          .arena = l->arena};
    return hs_map_layer_takes(layer, &scope);
}

static kind_filter filter_of(placing *p) {
    const hs_map_labelling *l = p->l;
    const hs_map_layer *layer = &l->style->layers[p->layer];
    const hs_map_set *set = &l->features->set[layer->source];
    if (layer->filter && hs_map_reads_feature(layer->filter)) return (kind_filter){NULL};
    bool *table = hs_arena_array(l->arena, (size_t)set->kind_count + 1, sizeof *table);
    if (!table) out_of_memory(p);
    for (uint32_t k = 0; table && k < set->kind_count; k++)
        table[k] = passes(p, set->kind_feature[k]);
    return (kind_filter){table};
}

static bool filter_takes(const placing *p, const kind_filter *filter, uint32_t feature) {
    const hs_map_set *set = &p->l->features->set[p->l->style->layers[p->layer].source];
    return filter->passes ? filter->passes[set->kind[feature]] : passes(p, feature);
}

static void gather_points(placing *p) {
    const hs_map_labelling *l = p->l;
    const hs_map_layer *layer = &l->style->layers[p->layer];
    const hs_map_set *set = &l->features->set[layer->source];
    kind_filter filter = filter_of(p);
    uint32_t found = hs_map_features_in(set, &p->box, p->data_zoom, p->found);
    for (uint32_t i = 0; i < found && p->status == HS_OK; i++) {
        uint32_t feature = p->found[i];
        double x;
        double y;
        if (set->shape[feature] == HS_MAP_LINE || !filter_takes(p, &filter, feature)) continue;
        hs_map_project(&l->plane, &set->anchor[feature], 1, &x, &y);
        if (!in_cell(p, x, y)) continue;
        candidate c = {.feature = feature, .chain = HS_NONE, .x = x, .y = y};
        if (layer->property[HS_MAP_SORT_KEY]) {
            hs_map_label_look look;
            p->status = hs_map_label_look_of(l, p->layer, feature, &look);
            c.sort_key = look.sort_key;
        }
        add_candidate(p, c);
    }
}

/* Projects a chain into x and y. */
static uint32_t place_chain(placing *p, uint32_t chain) {
    const hs_map_chains *chains = &p->l->features->chains;
    uint32_t count = chains->start[chain + 1] - chains->start[chain];
    if (count > p->chain_room) {
        double *x = realloc(p->x, count * sizeof *x);
        if (x) p->x = x;
        double *y = realloc(p->y, count * sizeof *y);
        if (y) p->y = y;
        if (!x || !y) {
            out_of_memory(p);
            return 0;
        }
        p->chain_room = count;
    }
    hs_map_project(&p->l->plane, chains->vertex + chains->start[chain], count, p->x, p->y);
    for (uint32_t i = 0; i < count; i++)
        if (isinf(p->x[i]) || isinf(p->y[i])) return 0;
    return count;
}

static double length_of(const placing *p, uint32_t count) {
    double length = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        length += hypot(p->x[i + 1] - p->x[i], p->y[i + 1] - p->y[i]);
    return length;
}

static void point_along(const placing *p, uint32_t count, double along, double *x, double *y) {
    uint32_t i = 0;
    double length = hypot(p->x[1] - p->x[0], p->y[1] - p->y[0]);
    while (i + 2 < count && along > length) {
        along -= length;
        i++;
        length = hypot(p->x[i + 1] - p->x[i], p->y[i + 1] - p->y[i]);
    }
    double t = length > 0 ? along / length : 0;
    *x = p->x[i] + t * (p->x[i + 1] - p->x[i]);
    *y = p->y[i] + t * (p->y[i + 1] - p->y[i]);
}

/* As many as there is room for at the layer's spacing, alike from both ends. */
static void gather_along(placing *p, uint32_t chain, const hs_map_label_look *look) {
    double width = hs_map_label_width(look);
    uint32_t count = place_chain(p, chain);
    double length = count >= 2 ? length_of(p, count) : 0;
    if (length < width || width <= 0) return;
    double spacing = fmax(look->distance, width + look->distance / 4);
    double room = (length - width) / spacing;
    if (!(room < MOST_ALONG)) return;
    uint32_t labels = (uint32_t)room + 1;
    for (uint32_t n = 0; n < labels && p->status == HS_OK; n++) {
        candidate c = {
            .feature = p->l->features->chains.feature[chain], .chain = chain, .sort_key = look->sort_key};
        c.along = length / 2 + (n - (labels - 1) / 2.0) * spacing;
        point_along(p, count, c.along, &c.x, &c.y);
        if (in_cell(p, c.x, c.y)) add_candidate(p, c);
    }
}

static bool boxes_meet(const hs_mercator_box *a, const hs_mercator_box *b) {
    return (a->min_x <= b->max_x) & (a->max_x >= b->min_x) & (a->min_y <= b->max_y) & (a->max_y >= b->min_y);
}

static void gather_lines(placing *p) {
    const hs_map_labelling *l = p->l;
    const hs_map_layer *layer = &l->style->layers[p->layer];
    const hs_map_set *set = &l->features->set[layer->source];
    const hs_map_chains *chains = &l->features->chains;
    kind_filter filter = filter_of(p);
    for (uint32_t i = 0; i < chains->count && p->status == HS_OK; i++) {
        if (!boxes_meet(&chains->box[i], &p->box)) continue;
        uint32_t feature = chains->feature[i];
        hs_map_label_look look;
        if (set->from_zoom[feature] > p->data_zoom || !filter_takes(p, &filter, feature)) continue;
        p->status = hs_map_label_look_of(l, p->layer, feature, &look);
        if (p->status == HS_OK && look.run) gather_along(p, i, &look);
    }
}

static int compare_candidates(const void *left, const void *right) {
    const candidate *a = left;
    const candidate *b = right;
    if (a->sort_key != b->sort_key) return a->sort_key < b->sort_key ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Along a line a label may move by a quarter of its spacing to where there is room. */
static bool draft_along(placing *p, const candidate *c, const hs_map_label_look *look) {
    static const double moves[] = {0, 0.125, -0.125, 0.25, -0.25};
    uint32_t count = place_chain(p, c->chain);
    if (count < 2) return false;
    double width = hs_map_label_width(look);
    double length = length_of(p, count);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        double along = c->along + moves[i] * look->distance;
        if (along - width / 2 < 0 || along + width / 2 > length) continue;
        if (hs_map_draft_line(look, p->x, p->y, count, along, c->x, c->y, p->draft) &&
            (look->overlaps || draft_is_free(p)))
            return true;
    }
    return false;
}

static void place_one(placing *p, const candidate *c) {
    hs_map_label_look look;
    p->status = hs_map_label_look_of(p->l, p->layer, c->feature, &look);
    if (p->status != HS_OK || !look.run) return;
    if (c->chain != HS_NONE) {
        if (draft_along(p, c, &look) && !repeats(p, look.distance / 2)) keep(p, look.ignored);
        return;
    }
    if (hs_map_draft_point(&look, c->x, c->y, p->draft) && (look.overlaps || draft_is_free(p)))
        keep(p, look.ignored);
}

static void place_layer(placing *p, uint32_t layer) {
    p->layer = layer;
    p->count = 0;
    if (hs_map_word(&p->l->style->layers[layer], HS_MAP_PLACEMENT) == HS_MAP_ALONG_LINE)
        gather_lines(p);
    else
        gather_points(p);
    if (p->count > 1) qsort(p->candidate, p->count, sizeof *p->candidate, compare_candidates);
    for (uint32_t i = 0; i < p->count && p->status == HS_OK; i++)
        place_one(p, &p->candidate[i]);
}

hs_status hs_map_labelling_ready(hs_map_labelling *l) {
    uint32_t most = 0;
    for (int i = 0; i < HS_MAP_SOURCES; i++)
        if (l->features->set[i].count > most) most = l->features->set[i].count;
    l->found = hs_arena_alloc(l->arena, ((size_t)most + 1) * sizeof *l->found);
    l->draft = hs_arena_alloc(l->arena, sizeof *l->draft);
    return l->found && l->draft ? HS_OK : hs_error_memory(l->error, "the map's labels");
}

static bool names_units(const hs_map_layer *layer) {
    return layer->type == HS_MAP_SYMBOL && layer->source == HS_MAP_UNIT_LABELS;
}

/* Tiers of units' names; those beyond the most share one. */
static unsigned unit_tiers(const hs_map_style *style) {
    unsigned count = 0;
    for (uint32_t i = 0; i < style->layer_count; i++)
        count += names_units(&style->layers[i]);
    return count < HS_MAP_MOST_TIERS - 1 ? count : HS_MAP_MOST_TIERS - 1;
}

unsigned hs_map_tiers(const hs_map_style *style) {
    return unit_tiers(style) + 1;
}

static unsigned tier_of(const hs_map_style *style, uint32_t layer) {
    unsigned units = unit_tiers(style);
    if (!names_units(&style->layers[layer])) return units;
    unsigned above = 0;
    for (uint32_t i = layer + 1; i < style->layer_count; i++)
        above += names_units(&style->layers[i]);
    return above < units ? above : units - 1;
}

/* Whether a layer is placed in a tier at this zoom. */
static bool is_placed(const hs_map_labelling *l, uint32_t layer, unsigned tier) {
    const hs_map_layer *one = &l->style->layers[layer];
    return one->type == HS_MAP_SYMBOL && hs_map_layer_shows(one, l->zoom) && tier_of(l->style, layer) == tier;
}

static placing begin(const hs_map_labelling *l, int64_t column, int64_t row) {
    placing p = {.l = l, .found = l->found, .draft = l->draft};
    p.left = (double)column * HS_MAP_CELL_PX;
    p.top = (double)row * HS_MAP_CELL_PX;
    p.box = hs_map_box(&l->plane, p.left, p.top, p.left + HS_MAP_CELL_PX, p.top + HS_MAP_CELL_PX);
    p.data_zoom = l->zoom > 0 ? (uint32_t)floor(l->zoom) : 0;
    return p;
}

static void end(placing *p) {
    free(p->taken);
    free(p->candidate);
    free(p->x);
    free(p->y);
}

hs_status hs_map_cell_wanted(const hs_map_labelling *l, unsigned tier, int64_t column, int64_t row,
                             bool *wanted) {
    placing p = begin(l, column, row);
    *wanted = false;
    for (uint32_t i = 0; i < l->style->layer_count && !*wanted && p.status == HS_OK; i++) {
        if (!is_placed(l, i, tier)) continue;
        p.layer = i;
        if (hs_map_word(&l->style->layers[i], HS_MAP_PLACEMENT) == HS_MAP_ALONG_LINE) {
            for (uint32_t k = 0; k < l->features->chains.count && !*wanted; k++)
                *wanted = boxes_meet(&l->features->chains.box[k], &p.box);
        } else {
            gather_points(&p);
            *wanted = p.count > 0;
        }
    }
    end(&p);
    return p.status;
}

hs_status hs_map_cell_fill(const hs_map_labelling *l, unsigned tier, int64_t column, int64_t row,
                           const hs_map_cell *const *around, uint32_t around_count, hs_map_cell *cell) {
    placing p = begin(l, column, row);
    p.cell = cell;
    p.around = around;
    p.around_count = around_count;
    for (int i = 0; i < BINS * BINS; i++)
        p.bin[i] = -1;
    for (uint32_t i = 0; i < around_count; i++)
        for (uint32_t k = 0; k < around[i]->box_count; k++)
            take(&p, &around[i]->box[k]);
    for (uint32_t i = l->style->layer_count; i-- > 0 && p.status == HS_OK;)
        if (is_placed(l, i, tier)) place_layer(&p, i);
    end(&p);
    return p.status;
}

void hs_map_cell_done(hs_map_cell *cell) {
    free(cell->label);
    free(cell->glyph);
    free(cell->box);
}
