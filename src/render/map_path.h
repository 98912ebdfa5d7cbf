/* Shapes of features as paths of cairo or in a mask: projected, put on a grid of an eighth of a pixel that
 * does not hang on where a picture is cut, shortened where nothing of them is seen. */
#ifndef RENDER_MAP_PATH_H
#define RENDER_MAP_PATH_H

#include "render/map_features.h"
#include "render/map_plane.h"
#include "render/map_stroke.h"
#include <cairo.h>

typedef struct hs_map_dashes {
    double length[16]; /* pixels of the picture; on and off by turns */
    size_t count;      /* 0: none */
} hs_map_dashes;

typedef struct hs_map_placed {
    uint32_t first, count;
} hs_map_placed;

typedef struct hs_map_path {
    cairo_t *pen;
    hs_map_mask *mask;      /* what is drawn goes here, or to the pen where it is NULL */
    hs_map_stroker stroker; /* of lines, and of areas where its width is not 0 */
    const hs_map_view *view;
    const hs_map_features *features;
    double margin; /* pixels round the picture within which everything is drawn */
    double *x, *y; /* the ring that is drawn; of the places below */
    double *place_x, *place_y;
    uint32_t used, capacity;
    hs_map_placed *placed; /* rings of streets: several layers draw them */
    uint32_t *place_of;    /* [rings of streets] number in `placed` + 1 */
    uint32_t placed_count, placed_capacity;
    double *line_x, *line_y; /* the line that is being drawn into the mask */
    uint32_t line_count, line_capacity;
    bool failed; /* memory is out */
} hs_map_path;

void hs_map_path_done(hs_map_path *path);
/* Adds a feature's rings as areas, or as lines. */
void hs_map_path_areas(hs_map_path *path, hs_map_source source, uint32_t feature);
void hs_map_path_lines(hs_map_path *path, hs_map_source source, uint32_t feature,
                       const hs_map_dashes *dashes);

#endif
