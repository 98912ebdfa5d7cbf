/* Maps on paper: PDF. */
#ifndef SERVICE_MAP_PRINT_H
#define SERVICE_MAP_PRINT_H

#include "service/map.h"

typedef struct hs_map_print {
    double width_pt, height_pt; /* of the page */
    const char *title;          /* NULL: what is shown, and the city */
    bool chinese;
    int64_t date_s; /* that the page bears, a local day */
    bool has_box;   /* the box is shown, else the centre at the zoom */
    hs_box box;
    double lon_deg, lat_deg, zoom;
    hs_rgba
        ground; /* below the legend's swatches, where the map is not as light as the page; alpha 0: none */
} hs_map_print;

/* Appends a PDF of one page: the map by request's style with its density, whose legend, period, count and
 * bandwidth stand beside it; title, scale bar, north arrow, date, version of the data. The request's view is
 * set here. Lines and names are vectors. Equal input gives equal bytes on a machine. Errors as
 * hs_service_map_image. */
hs_status hs_service_map_pdf(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                             const hs_map_print *print, hs_ramp_paper paper, hs_arena *arena, hs_error *error,
                             hs_buffer *out);

#endif
