/* Labels of maps on pixels: filled outlines, and round them all that is within the halo's width of them. */
#ifndef RENDER_MAP_INK_H
#define RENDER_MAP_INK_H

#include "render/map_labels.h"
#include "render/map_mask.h"

typedef struct hs_map_ink {
    hs_map_mask mask;
    uint8_t *fill, *halo; /* the label's box, with room for the halo round it */
    size_t capacity;
    bool failed; /* memory is out */
} hs_map_ink;

void hs_map_ink_done(hs_map_ink *ink);
/* Draws a label whose anchor stands at (x, y), pixels of the picture, its lengths times `ratio`. */
void hs_map_ink_label(hs_map_ink *ink, const hs_map_pixels *pixels, const hs_map_cell *cell,
                      const hs_map_label *label, double x, double y, double ratio);

#endif
