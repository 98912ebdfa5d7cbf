/* Labels of maps and where they stand. Places are decided in cells of a grid over the whole plane, each by a
 * rule that looks at no picture, so labels agree wherever pictures are cut, and are never cut themselves:
 *
 *   - names of units go first, layer by layer, the later one of the style first; then all other layers
 * together, in each cell the later one first;
 *   - cells have one of four colours, neighbours different ones; what stands in a cell of a lower colour
 * stays, and a label is placed where it meets nothing of its own cell and of neighbours of lower colours;
 *   - a label belongs to the cell of its anchor and reaches at most half a cell from there.
 *
 * Lengths are pixels of the style. */
#ifndef RENDER_MAP_LABELS_H
#define RENDER_MAP_LABELS_H

#include "render/map_features.h"
#include "render/map_plane.h"
#include "render/map_text.h"

#define HS_MAP_CELL_PX  512.0
#define HS_MAP_REACH_PX 250.0 /* farthest from its anchor that a label reaches */

typedef struct hs_map_label_glyph {
    const hs_map_outline *outline;
    float x, y, cosine, sine; /* from the anchor */
} hs_map_label_glyph;

typedef struct hs_map_label {
    uint32_t layer;
    uint64_t text; /* tells texts apart */
    double x, y;   /* the anchor, from the plane's origin */
    float size, halo_width;
    uint32_t first_glyph, glyph_count;
    float left, top, right, bottom; /* of what is drawn, from the anchor */
    hs_map_colour colour, halo;
} hs_map_label;

typedef struct hs_map_label_box {
    double left, top, right, bottom;
} hs_map_label_box;

/* The labels of a cell, in the order in which they were placed. */
typedef struct hs_map_cell {
    hs_map_label *label;
    hs_map_label_glyph *glyph;
    hs_map_label_box *box; /* that nothing else may meet */
    uint32_t label_count, glyph_count, box_count, label_room, glyph_room, box_room;
} hs_map_cell;

/* What labels hang on. */
typedef struct hs_map_labelling {
    const hs_map_features *features;
    hs_map_texts *texts;
    const hs_map_style *style;
    bool english;
    hs_map_plane plane; /* scaled: its pixels are the style's */
    double zoom;
    hs_arena *arena;            /* for the time of a call */
    struct hs_map_draft *draft; /* room that cells use one after the other; hs_map_labelling_ready makes it */
    uint32_t *found;
    hs_error *error;
} hs_map_labelling;

/* A label as it would stand, before it is known whether it may (map_label_shape.c). */
typedef struct hs_map_draft {
    hs_map_label label;
    hs_map_label_glyph glyph[256];
    hs_map_label_box box[256];
    uint32_t box_count;
} hs_map_draft;

/* A layer's settings for a feature. */
typedef struct hs_map_label_look {
    const hs_map_run *run;
    double size, spacing_em, padding, max_angle, distance;
    bool overlaps, ignored;
    double sort_key;
    hs_map_colour colour, halo;
    double halo_width;
    double max_width, line_height, offset[2];
    unsigned anchor, justify;
} hs_map_label_look;

/* Reads a feature's label by the layer of this number; *look->run is NULL where it has no text
 * (map_label_shape.c). */
hs_status hs_map_label_look_of(const hs_map_labelling *l, uint32_t number, uint32_t feature,
                               hs_map_label_look *look);
double hs_map_label_width(const hs_map_label_look *look);
/* Lays a label out at a point, or along a line with its middle at `along` of its length; false where it
 * reaches too far, or the line ends or bends too much. */
bool hs_map_draft_point(const hs_map_label_look *look, double x, double y, hs_map_draft *draft);
bool hs_map_draft_line(const hs_map_label_look *look, const double *x, const double *y, uint32_t count,
                       double along, double anchor_x, double anchor_y, hs_map_draft *draft);

enum { HS_MAP_MOST_TIERS = 8 };
/* Makes room; before any cell is filled. */
hs_status hs_map_labelling_ready(hs_map_labelling *l);
/* Layers are placed in tiers, one after the other over the whole map: how many of them a style has. */
unsigned hs_map_tiers(const hs_map_style *style);
/* Whether anything may stand in a cell, whatever is round it (map_label_place.c). */
hs_status hs_map_cell_wanted(const hs_map_labelling *l, unsigned tier, int64_t column, int64_t row,
                             bool *wanted);
/* Fills a cell; `around` are the cells that stand already. */
hs_status hs_map_cell_fill(const hs_map_labelling *l, unsigned tier, int64_t column, int64_t row,
                           const hs_map_cell *const *around, uint32_t around_count, hs_map_cell *cell);
void hs_map_cell_done(hs_map_cell *cell);

/* Cells that were filled, kept within a budget. Thread-safe (map_label_cells.c). */
typedef struct hs_map_cells hs_map_cells;
hs_map_cells *hs_map_cells_new(size_t budget_bytes);
void hs_map_cells_free(hs_map_cells *cells);
/* The labels that may meet a rectangle, as cells of all tiers, each held until hs_map_cells_release. */
typedef struct hs_map_held {
    struct hs_map_kept_cell **cell;
    uint32_t count;
} hs_map_held;
hs_status hs_map_cells_hold(hs_map_cells *cells, const hs_map_labelling *l, double left, double top,
                            double right, double bottom, hs_map_held *held);
const hs_map_cell *hs_map_held_cell(const hs_map_held *held, uint32_t i);
void hs_map_cells_release(hs_map_cells *cells, hs_map_held *held);

#endif
