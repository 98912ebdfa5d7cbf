/* Draws the base map of a city by a style. */
#ifndef RENDER_MAP_DRAW_H
#define RENDER_MAP_DRAW_H

#include "render/map_labels.h"
#include <hotspot/progress.h>

/* What pictures of one geography share: features, shaped names, placed labels. Thread-safe. */
typedef struct hs_map_world hs_map_world;
hs_status hs_map_world_new(const hs_geography *geography, hs_error *error, hs_map_world **world);
void hs_map_world_free(hs_map_world *world);

/* Draws onto a picture of a view: `above` the boundaries and streets, or below them. */
typedef void (*hs_map_overlay)(const void *context, const hs_map_view *view, bool above, cairo_t *pen);

/* What is laid between the style's layers at its heat_below: pixels of the view, premultiplied ARGB of cairo,
 * or NULL. */
typedef struct hs_map_picture {
    const hs_map_style *style;
    bool english;     /* labels that follow the reader's language */
    bool transparent; /* the background is left out */
    cairo_surface_t *heat;
    double heat_opacity;
    /* Drawn above the heat, and once more above all but the names; NULL: nothing. */
    hs_map_overlay overlay;
    const void *overlay_context;
    bool whole_labels;    /* names that the picture's edge would cut are left out */
    bool heat_first;      /* the caller has drawn it below everything */
    hs_progress progress; /* asked between layers */
} hs_map_picture;

/* Draws onto `pen`, whose unit is the view's pixel. Equal input gives equal pictures on a machine (its fonts
 * decide the words' shape), whatever was drawn before; pictures of one plane, ratio and zoom agree where they
 * meet. HS_E_UNSUPPORTED where no font has Chinese characters, HS_E_CANCELLED when it is stopped,
 * HS_E_ARGUMENT beyond zoom 26. */
hs_status hs_map_draw(hs_map_world *world, const hs_map_view *view, const hs_map_picture *picture,
                      cairo_t *pen, hs_arena *arena, hs_error *error);
/* The heat alone. */
void hs_map_draw_heat(const hs_map_view *view, const hs_map_picture *picture, cairo_t *pen);

#endif
