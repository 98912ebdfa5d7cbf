/* A printed page round a map: title, legend, scale bar, north arrow, what the map rests on. Lengths are
 * points of 1/72 inch. */
#ifndef RENDER_MAP_SHEET_H
#define RENDER_MAP_SHEET_H

#include "render/legend.h"

/* Texts are UTF-8; NULL or empty: none. */
typedef struct hs_map_sheet {
    double width, height;
    const char *title, *subtitle;
    const char *left, *right; /* at the foot */
    const hs_legend *legend;  /* NULL: none, and the map is as wide as the page */
    const hs_ramp_classes *classes;
    bool chinese;
    double metres_per_point; /* on the ground, in the map's middle */
} hs_map_sheet;

/* Where the map is. */
typedef struct hs_map_frame {
    double x, y;
    uint32_t width, height;
} hs_map_frame;
hs_map_frame hs_map_sheet_frame(const hs_map_sheet *sheet);

/* Everything but the map, which is drawn before: the scale bar lies on it. Words are outlines, alike on every
 * reader's machine (and cairo 1.16 loses memory with each CFF font that it puts into a PDF). HS_E_UNSUPPORTED
 * where no font has a character of the texts. */
hs_status hs_map_sheet_draw(const hs_map_sheet *sheet, cairo_t *pen, hs_error *error);

/* The length of a scale bar, 1, 2 or 5 times a power of ten, of at most `most` metres; pure. */
double hs_map_scale_length(double most_m);

#endif
