#include "export/ogr_geometry.h"

OGRwkbGeometryType hs_ogr_type(hs_geometry_type type, bool multi) {
    switch (type) {
    case HS_GEOMETRY_POINT:
        return wkbPoint;
    case HS_GEOMETRY_LINES:
        return multi ? wkbMultiLineString : wkbLineString;
    case HS_GEOMETRY_POLYGONS:
        return multi ? wkbMultiPolygon : wkbPolygon;
    default:
        return wkbNone;
    }
}

/* Ring or line `r`. */
static OGRGeometryH ring_of(const hs_geometry *geometry, uint32_t r, OGRwkbGeometryType type) {
    OGRGeometryH line = OGR_G_CreateGeometry(type);
    if (!line) return NULL;
    uint32_t first = geometry->ring_start[r];
    uint32_t count = geometry->ring_start[r + 1] - first;
    OGR_G_SetPointCount(line, (int)count);
    for (uint32_t k = 0; k < count; k++)
        OGR_G_SetPoint_2D(line, (int)k, geometry->positions[first + k].lon_e7 / 1e7,
                          geometry->positions[first + k].lat_e7 / 1e7);
    return line;
}

static OGRGeometryH polygon_of(const hs_geometry *geometry, uint32_t part) {
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    if (!polygon) return NULL;
    for (uint32_t r = geometry->part_start[part]; r < geometry->part_start[part + 1]; r++) {
        OGRGeometryH ring = ring_of(geometry, r, wkbLinearRing);
        if (!ring || OGR_G_AddGeometryDirectly(polygon, ring) != OGRERR_NONE) {
            OGR_G_DestroyGeometry(polygon);
            return NULL;
        }
    }
    return polygon;
}

static OGRGeometryH part_of(const hs_geometry *geometry, uint32_t part) {
    return geometry->type == HS_GEOMETRY_POLYGONS ? polygon_of(geometry, part)
                                                  : ring_of(geometry, part, wkbLineString);
}

hs_status hs_ogr_geometry(const hs_geometry *geometry, bool multi, hs_error *error, OGRGeometryH *out) {
    OGRGeometryH made = NULL;
    uint32_t parts = geometry->type == HS_GEOMETRY_POLYGONS ? geometry->part_count : geometry->ring_count;
    if (geometry->type == HS_GEOMETRY_POINT) {
        made = OGR_G_CreateGeometry(wkbPoint);
        if (made)
            OGR_G_SetPoint_2D(made, 0, geometry->positions[0].lon_e7 / 1e7,
                              geometry->positions[0].lat_e7 / 1e7);
    } else if (!multi) {
        if (parts != 1)
            return hs_error_set(error, HS_E_ARGUMENT, "a geometry has %u parts where one is due", parts);
        made = part_of(geometry, 0);
    } else {
        made = OGR_G_CreateGeometry(hs_ogr_type(geometry->type, true));
        for (uint32_t p = 0; made && p < parts; p++) {
            OGRGeometryH part = part_of(geometry, p);
            if (part && OGR_G_AddGeometryDirectly(made, part) == OGRERR_NONE) continue;
            OGR_G_DestroyGeometry(made);
            made = NULL;
        }
    }
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for a geometry");
    *out = made;
    return HS_OK;
}
