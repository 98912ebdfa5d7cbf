/* How much of each pixel of a picture shapes cover: exact areas of polygons, added up and cut off at a whole
 * pixel, so shapes that share an edge leave nothing between them. Everything is counted in whole numbers, by
 * rules that look at an edge alone: pictures agree wherever they are cut. */
#ifndef RENDER_MAP_MASK_H
#define RENDER_MAP_MASK_H

#include "render/map_expression.h"

enum { HS_MAP_MASK_PIXEL = 256 }; /* units a side in which edges are given */

typedef struct hs_map_mask {
    uint32_t width, height;
    int32_t *sum;           /* [height][width + 2], all 0 between pictures */
    int32_t *first, *last;  /* [height] cells that were touched */
    int32_t top, bottom;    /* rows that were touched */
    size_t capacity;        /* of sum */
    uint32_t rows_capacity; /* of first and last */
    uint8_t *kept;          /* [height][width] the most that shapes put by cover; NULL: none was */
    int32_t kept_top, kept_bottom;
    uint8_t *cover; /* [width + 1] a row */
    uint32_t cover_capacity;
} hs_map_mask;

/* Pixels of cairo, premultiplied. */
typedef struct hs_map_pixels {
    uint8_t *data;
    size_t stride;
    uint32_t width, height;
} hs_map_pixels;

/* An empty mask of this size; false when memory is out. A mask of zeros may be resized again and again. */
bool hs_map_mask_resize(hs_map_mask *mask, uint32_t width, uint32_t height);
void hs_map_mask_done(hs_map_mask *mask);
/* An edge of a polygon; all polygons of a mask turn the same way round, their holes against it. Coordinates
 * lie within 2^30. */
void hs_map_mask_edge(hs_map_mask *mask, int32_t x0, int32_t y0, int32_t x1, int32_t y1);
/* Takes a row out of the mask: 0 to 255 in mask->cover from *from to before *to; what is beside is 0. */
void hs_map_mask_take(hs_map_mask *mask, uint32_t row, uint32_t *from, uint32_t *to);
/* Puts what the mask holds by, so that it does not add up with what comes: of pixels that both cover the
 * larger cover counts. False when memory is out. */
bool hs_map_mask_keep(hs_map_mask *mask);
/* Lays the colour on pixels of the mask's size and empties it. `sharp`: pixels covered by half are covered.
 */
void hs_map_mask_paint(hs_map_mask *mask, const hs_map_pixels *pixels, hs_map_colour colour, bool sharp);
/* What a colour lays on a pixel by its cover, premultiplied, and 255ths of what was there that stay, in each
 * byte. */
typedef struct hs_map_wash {
    uint32_t laid[256], rest[256];
} hs_map_wash;
hs_map_wash hs_map_wash_of(hs_map_colour colour);
/* Lays a colour on pixels of a row by their cover. */
void hs_map_lay(uint32_t *pixels, const uint8_t *cover, size_t count, const hs_map_wash *wash);

#endif
