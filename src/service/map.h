/* Rendered maps of a snapshot: the base map by a style, a density between its layers where one is asked for.
 */
#ifndef SERVICE_MAP_H
#define SERVICE_MAP_H

#include "render/map_draw.h"
#include "render/map_image.h"
#include "service/density.h"

#define HS_MAP_MOST_PX     4096u /* a side */
#define HS_MAP_MOST_PIXELS (16u * 1024 * 1024)
#define HS_MAP_MOST_RATIO  8.0

typedef struct hs_map_request {
    const hs_map_style *style;
    hs_map_view view;
    bool english;
    bool transparent;                  /* ground and what nothing covers; PNG only */
    bool base;                         /* the base map is drawn */
    const hs_density_request *density; /* NULL: none */
    const hs_ramp_classes *classes;    /* of the density */
    bool whole_names;                  /* those that the edge would cut are left out: for single pictures */
    double heat_detail;                /* the density's pixels for each of the view's along a side; 0: one */
    bool density_first;                /* below the whole map instead of between its layers */
    hs_rgba ground;                    /* below everything; a 0: none */
    hs_map_overlay overlay;            /* NULL: none */
    const void *overlay_context;
    hs_progress progress;
} hs_map_request;

/* The picture as a file into `out`. Thread-safe but for the view's transformation. Errors as hs_map_draw and
 * hs_service_density_tile; HS_E_ARGUMENT for a density of streets, HS_E_LIMIT for a picture larger than
 * HS_MAP_MOST_PX or HS_MAP_MOST_PIXELS. */
hs_status hs_service_map_image(hs_service *service, const hs_snapshot *snapshot,
                               const hs_map_request *request, hs_image_format format, hs_arena *arena,
                               hs_error *error, hs_buffer *out);
/* The same drawn onto `pen`, whose unit is the view's pixel. */
hs_status hs_service_map_draw(hs_service *service, const hs_snapshot *snapshot, const hs_map_request *request,
                              cairo_t *pen, hs_arena *arena, hs_error *error);

/* The view of Web Mercator that shows a box of degrees, or a centre at a zoom of MapLibre. The box is shown
 * whole, in the middle. */
hs_map_view hs_map_view_of_box(hs_box box, uint32_t width, uint32_t height, double ratio);
/* Sets the zoom of a view by its plane: at the city's middle, so that all maps of a system and scale agree.
 */
void hs_map_set_zoom(hs_map_view *view, const hs_geography *geography);
hs_map_view hs_map_view_at(double lon_deg, double lat_deg, double zoom, uint32_t width, uint32_t height,
                           double ratio);

#endif
