/* Web Map Tile Service: what its requests and its description share. */
#ifndef API_WMTS_H
#define API_WMTS_H

#include "api/ows.h"

#define HS_WMTS_SET "WebMercatorQuad"
enum { HS_WMTS_MATRICES = 19 }; /* tile matrices 0 to 18, as GoogleMapsCompatible of the standard has them */

/* The service metadata document (wmts_capabilities.c). */
hs_status hs_wmts_write_capabilities(hs_ows *ows);

#endif
