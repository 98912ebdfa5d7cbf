/* Where places of the Web Mercator square stand in pictures: Web Mercator, degrees, or any system of PROJ, at
 * a scale. Pixels are counted from the system's own origin, so pictures of equal system and scale agree
 * wherever they are cut. */
#ifndef RENDER_MAP_PLANE_H
#define RENDER_MAP_PLANE_H

#include "geo/mercator.h"
#include <hotspot/coordinates.h>

typedef enum hs_map_system { HS_MAP_MERCATOR, HS_MAP_DEGREES, HS_MAP_PROJECTED } hs_map_system;

typedef struct hs_map_plane {
    hs_map_system system;
    double x_px, y_px; /* pixels per width of Web Mercator's world, per degree, per unit of the system */
    hs_transform *transform; /* of HS_MAP_PROJECTED; the caller's, for one thread */
    uint64_t transform_hash; /* what tells systems apart */
} hs_map_plane;

/* A picture: the plane's pixels from (left, top) on, y growing down. */
typedef struct hs_map_view {
    hs_map_plane plane;
    double left, top;
    uint32_t width, height;
    double ratio; /* pixels of the picture per pixel of the style */
    double zoom;  /* MapLibre's, by which the style is evaluated */
} hs_map_view;

/* The picture of a tile of `size_px` pixels whose style is drawn `ratio` times as large as on screens. */
hs_map_view hs_map_tile_view(hs_tile tile, uint32_t size_px, double ratio);
/* The zoom of a plane: that at which MapLibre's map has the plane's scale at a place (the mean of both axes),
 * with `ratio` pixels a style's pixel. */
double hs_map_plane_zoom(const hs_map_plane *plane, hs_mercator at, double ratio);
/* Pixels of the plane; HUGE_VAL where the system has no such place. */
void hs_map_project(const hs_map_plane *plane, const hs_mercator *places, uint32_t count, double *x,
                    double *y);
/* A box that holds what stands in a rectangle of pixels. */
hs_mercator_box hs_map_box(const hs_map_plane *plane, double left, double top, double right, double bottom);
/* The place at a pixel of the plane; false where there is none. */
bool hs_map_unproject(const hs_map_plane *plane, double x, double y, hs_mercator *place);
/* Equal for planes on which everything stands at equal pixels. */
uint64_t hs_map_plane_hash(const hs_map_plane *plane);

#endif
