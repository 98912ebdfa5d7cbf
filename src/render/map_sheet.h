/* A printed page round a map: title, legends, facts, scale bar, north arrow, marks of longitude and latitude.
 * Lengths are points of 1/72 inch. */
#ifndef RENDER_MAP_SHEET_H
#define RENDER_MAP_SHEET_H

#include "render/map_plane.h"
#include "render/map_shapes.h"
#include "render/sheet_pen.h"

#define HS_SHEET_MOST_BLOCKS 6

/* A row of a legend: how a shape is drawn, and what that means. */
typedef struct hs_sheet_key {
    hs_map_ink_style style;
    bool line;   /* a stroke, else an area */
    bool number; /* a numbered badge */
    const char *text;
} hs_sheet_key;

typedef struct hs_sheet_fact {
    const char *name, *value;
} hs_sheet_fact;

/* Something beside the map: a legend or a list of facts. Texts are UTF-8; NULL or empty: none. */
typedef struct hs_sheet_block {
    const char *title, *note;
    const hs_sheet_key *keys;
    uint32_t key_count;
    const hs_sheet_fact *facts;
    uint32_t fact_count;
    hs_rgba ground; /* below areas, where the map is not as light as the page; a 0: none */
} hs_sheet_block;

typedef struct hs_map_sheet {
    double width, height;
    const char *title, *subtitle;
    const char *left, *right; /* at the foot */
    const char *scale;        /* beside the scale bar: the scale as a fraction, and the projection */
    const hs_sheet_block *blocks;
    uint32_t block_count; /* at most HS_SHEET_MOST_BLOCKS */
    bool chinese;
} hs_map_sheet;

/* Where things stand. Blocks lie beside the map on pages that are wider than high, else below it. */
typedef struct hs_sheet_layout {
    hs_sheet_box title, subtitle, map, strip, left, right, block[HS_SHEET_MOST_BLOCKS];
    hs_sheet_box ticks_left, ticks_below; /* for the words of longitudes and latitudes */
    double type;                          /* the size of the blocks' words as a share of the usual one */
    double title_size, subtitle_size, foot_size;
} hs_sheet_layout;

/* The map's box has whole points. HS_E_LIMIT: the blocks do not fit even in the smallest type, or there are
 * too many; HS_E_UNSUPPORTED and HS_E_ARGUMENT as of hs_sheet_text. */
hs_status hs_map_sheet_layout(const hs_map_sheet *sheet, hs_error *error, hs_sheet_layout *layout);

/* Goes first on a page: its words as text that readers of the PDF find and copy (where the machine has a
 * TrueType font with them all), then the white ground that covers them. */
hs_status hs_map_sheet_begin(const hs_map_sheet *sheet, const hs_sheet_layout *layout,
                             const hs_map_view *view, cairo_t *cairo, hs_error *error);
/* Everything round the map, which is drawn in between; `view` is the map's, whatever its resolution. */
hs_status hs_map_sheet_draw(const hs_map_sheet *sheet, const hs_sheet_layout *layout, const hs_map_view *view,
                            cairo_t *cairo, hs_error *error);

/* The length of a scale bar, 1, 2 or 5 times a power of ten, of at most `most` metres; pure. */
double hs_map_scale_length(double most_m);
/* Metres on the ground for a pixel of a view of Web Mercator, in its middle. */
double hs_map_view_metres(const hs_map_view *view);

/* A block's height on this width; drawn at (x, y) unless the pen measures (sheet_block.c). */
double hs_sheet_block_walk(hs_sheet_pen *pen, const hs_sheet_block *block, double type, double x, double y,
                           double width);
/* The scale bar, north arrow and scale's words in the strip, marks along the map's frame (sheet_marks.c). */
void hs_sheet_strip(hs_sheet_pen *pen, const hs_map_sheet *sheet, const hs_sheet_layout *layout,
                    const hs_map_view *view);
void hs_sheet_ticks(hs_sheet_pen *pen, const hs_sheet_layout *layout, const hs_map_view *view);

#endif
