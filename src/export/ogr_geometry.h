/* Geometries of the library as OGR's. */
#ifndef EXPORT_OGR_GEOMETRY_H
#define EXPORT_OGR_GEOMETRY_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>
#include <ogr_api.h>

/* OGR's type for a layer. */
OGRwkbGeometryType hs_ogr_type(hs_geometry_type type, bool multi);
/* A new OGR geometry (the caller's). Without `multi`, HS_E_ARGUMENT for more than one part. */
hs_status hs_ogr_geometry(const hs_geometry *geometry, bool multi, hs_error *error, OGRGeometryH *out);

#endif
