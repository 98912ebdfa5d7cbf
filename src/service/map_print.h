/* Maps on paper: PDF, and pictures in print's resolution. */
#ifndef SERVICE_MAP_PRINT_H
#define SERVICE_MAP_PRINT_H

#include "service/hotspots.h"
#include "service/map.h"

#define HS_PRINT_MOST_DPI  300.0
#define HS_PRINT_LEAST_DPI 48.0

typedef struct hs_map_print {
    double width_pt, height_pt; /* of the page: A4 or A3 */
    const char *paper;          /* its name, beside the scale */
    const char *title;          /* NULL: what is shown, and the city */
    const char *run;            /* what tells this map from any other one: the request and the data */
    bool chinese;
    int64_t date_s; /* that the page bears, a local day */
    bool has_box;   /* the box is shown, else the centre at the zoom */
    hs_box box;
    double lon_deg, lat_deg, zoom;
    hs_rgba
        ground; /* below the legend's swatches, where the map is not as light as the page; alpha 0: none */
    const hs_density_request *subject; /* what the facts tell of, drawn or not; NULL: the map alone */
    const hs_hotspot_run *hotspots;    /* computed, of gi-star or local-moran; NULL: none */
    const hs_hotspot_run *plan;        /* computed, of focus; NULL: none */
    bool shows_density;
} hs_map_print;

/* Appends a PDF of one page: the map by request's style with its density, hotspots and plan; beside it title,
 * legends, problem, period, count, share positioned, method, cut-off of the data, run and date; scale bar,
 * north arrow, longitudes and latitudes. The request's view is set here. Lines and names are vectors; the
 * words can be found and copied. Equal input gives equal bytes on a machine. Errors as hs_service_map_image
 * and hs_map_sheet_layout. */
hs_status hs_service_map_pdf(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                             const hs_map_print *print, hs_ramp_paper paper, hs_arena *arena, hs_error *error,
                             hs_buffer *out);
/* The same page as a picture of `dpi` pixels an inch, HS_PRINT_LEAST_DPI to HS_PRINT_MOST_DPI; PNG says so.
 */
hs_status hs_service_map_page(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                              const hs_map_print *print, hs_ramp_paper paper, double dpi,
                              hs_image_format format, hs_arena *arena, hs_error *error, hs_buffer *out);

/* Ends a PDF that was drawn with `pen`, and both; `status` is how the drawing went. */
hs_status hs_pdf_finish(cairo_t *pen, cairo_surface_t *surface, hs_status status, hs_error *error,
                        hs_buffer *out);
/* A PDF into `out` whose metadata bear a title and a day, so that equal pages are equal bytes. */
cairo_surface_t *hs_pdf_surface(double width_pt, double height_pt, const char *title, int64_t date_s,
                                hs_buffer *out);

#endif
