/* Web Map Service: what its requests and its description share. */
#ifndef API_WMS_H
#define API_WMS_H

#include "api/map.h"
#include "api/ows.h"
#include <hotspot/coordinates.h>

/* The part of the Earth that a map shows. */
typedef struct hs_wms_view {
    char proj[32]; /* what PROJ takes; empty: degrees, or metres of Web Mercator */
    bool web_mercator;
    double west, south, east, north; /* in the system, east first */
    uint32_t width, height;
    hs_transform *transform; /* NULL for degrees and Web Mercator; hs_wms_view_done frees it */
} hs_wms_view;

/* LAYERS, CRS or SRS, BBOX, WIDTH and HEIGHT (wms_view.c). */
hs_status hs_wms_parse_view(hs_ows *ows, hs_wms_view *view);
void hs_wms_view_done(hs_wms_view *view);
/* Where the centres of a row's pixels lie on the Web Mercator square; an hs_picture_row of a view. */
hs_status hs_wms_view_row(void *context, uint32_t row, double *x, double *y, hs_error *error);
/* The position of a pixel's centre; false where it is none on Earth. */
bool hs_wms_view_position(hs_wms_view *view, uint32_t column, uint32_t row, hs_position *position);
/* What LAYERS and STYLES ask for (wms_layers.c). */
typedef struct hs_wms_layers {
    bool density, map;
    hs_map_request request; /* style and order; no view yet */
} hs_wms_layers;
hs_status hs_wms_parse_layers(hs_ows *ows, const char *layers_name, const char *styles_name,
                              hs_wms_layers *layers);
/* A parameter that names `density`: what can be asked about. */
hs_status hs_wms_check_density(hs_ows *ows, const char *parameter);
/* The view as the map renderer has it, at the client's resolution (DPI, MAP_RESOLUTION,
 * FORMAT_OPTIONS=dpi:N). */
hs_status hs_wms_map_view(hs_call *call, const hs_wms_view *view, hs_map_view *out);

/* RRGGBB in hexadecimal, after 0x, or where `loosely` also after # or nothing. */
bool hs_wms_parse_colour(hs_str text, bool loosely, hs_rgba *colour);
/* A map of a view as PNG into the answer's body, laid over an opaque ground; opacity 0: transparent. */
hs_status hs_wms_draw(hs_call *call, const hs_density_ask *ask, hs_wms_view *view, hs_rgba ground);

/* The description (wms_capabilities.c). */
hs_status hs_wms_write_capabilities(hs_ows *ows);

#endif
