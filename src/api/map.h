/* Rendered maps: what tiles, pictures and the OGC's services share. */
#ifndef API_MAP_H
#define API_MAP_H

#include "api/density.h"
#include "service/map.h"

/* z, x and y of a tile's path (tiles.c). */
hs_status hs_call_tile(hs_call *call, hs_tile *tile);
/* `lang`, the city's own language where it is not given (density_legend.c). */
hs_status hs_call_words_language(hs_call *call, bool *chinese);
/* A map by the style of this name, empty: light; no view yet. HS_E_ARGUMENT names those that there are. */
hs_status hs_call_map_style(hs_call *call, const char *parameter, hs_str name, hs_map_request *request);
/* The legend of a map style into the response's body, which it begins; with lang and scale as parameters. */
hs_status hs_call_map_legend(hs_call *call, const hs_map_style *style, bool english);
/* The picture into the response's body. */
hs_status hs_call_map_write(hs_call *call, const hs_map_request *request, hs_image_format format);

/* What is shown: a box, or a centre at a zoom. */
typedef struct hs_map_shown {
    bool whole_city, centred;
    hs_box box;
    double lon_deg, lat_deg, zoom;
} hs_map_shown;
/* center=LON,LAT with zoom, or bbox, or the city with a margin (map_shown.c). */
hs_status hs_call_map_shown(hs_call *call, const hs_box *box, bool has_box, hs_map_shown *what);
/* true or false. */
hs_status hs_call_flag(hs_call *call, const char *name, bool fallback, bool *flag);
/* A printed page as a picture (map_page.c). */
hs_status hs_call_map_page(hs_call *call, hs_image_format format);

#endif
