/* The city's plane as a coordinate reference system of GDAL's. */
#ifndef EXPORT_PLANE_SYSTEM_H
#define EXPORT_PLANE_SYSTEM_H

#include "geo/plane.h"
#include <ogr_srs_api.h>

/* The caller's to destroy; x east, y north; NULL when GDAL cannot. */
OGRSpatialReferenceH hs_plane_system(const hs_plane *plane);

#endif
