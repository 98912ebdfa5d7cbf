/* Web Map Tile Service: what its requests and its description share. */
#ifndef API_WMTS_H
#define API_WMTS_H

#include "api/ows.h"

/* Tile matrix sets; matrix z has 2^z rows. */
typedef struct hs_wmts_set {
    const char *id;
    const char *crs, *corner; /* as the description writes them */
    const char *scales;       /* the well-known scale set, or NULL */
    double top_scale;         /* denominator of matrix 0, pixels of 0.28 mm */
    unsigned matrices;        /* 0 to matrices - 1 */
    unsigned across;          /* columns of matrix 0 */
    bool degrees;             /* of CRS84, else of Web Mercator */
} hs_wmts_set;

/* Ended by a NULL id. */
extern const hs_wmts_set hs_wmts_sets[];

/* The service metadata document (wmts_capabilities.c). */
hs_status hs_wmts_write_capabilities(hs_ows *ows);

#endif
