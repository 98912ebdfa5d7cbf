/* Reference systems of OGC API Features, part 2: those that are declared, read from parameters and written
 * into answers. */
#ifndef API_CRS_H
#define API_CRS_H

#include "api/endpoint.h"
#include <hotspot/coordinates.h>

#define HS_CRS84 "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

typedef struct hs_ogc_crs {
    char uri[64];
    char proj[24];       /* what PROJ takes; empty: WGS 84 degrees as they are */
    bool northing_first; /* the system's own order of axes, in which its coordinates are written and read */
    int decimals;        /* of coordinates: millimetres, or 1e-7 degree */
} hs_ogc_crs;

/* The declared systems in order, the city's own zones last; false where there are no more. */
bool hs_ogc_crs_at(const hs_snapshot *snapshot, unsigned index, hs_ogc_crs *crs);
/* The declared system of a URI; false where it is none. */
bool hs_ogc_crs_find(const hs_snapshot *snapshot, hs_str uri, hs_ogc_crs *crs);
/* The system that a parameter names, CRS84 where it is absent; HS_E_ARGUMENT for one that is not declared. */
hs_status hs_call_crs(hs_call *call, const char *parameter, hs_ogc_crs *crs);
static inline bool hs_ogc_crs_is_default(const hs_ogc_crs *crs) {
    return !crs->proj[0] && !crs->northing_first;
}
/* A transformation of a system's x and y (east first) from and to degrees; NULL for degrees. */
hs_status hs_ogc_crs_open(const hs_ogc_crs *crs, hs_error *error, hs_transform **transform);

/* Puts the request's bbox into CRS84, where `bbox-crs` says that it is in another system. */
hs_status hs_call_bbox_in_degrees(hs_call *call);
/* The header Content-Crs, before the answer is begun: it goes with answers that are kept too. */
void hs_call_tell_crs(hs_call *call, const hs_ogc_crs *crs);
/* Writes the coordinates of the answer's GeoJSON anew in a system. */
hs_status hs_call_project_body(hs_call *call, const hs_ogc_crs *crs);

#endif
