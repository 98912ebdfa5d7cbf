/* Isobands of a raster: polygons between breaks, nested, valid, with their area and what lies in them. */
#ifndef EXPORT_ISOBANDS_H
#define EXPORT_ISOBANDS_H

#include "base/json_writer.h"
#include "geo/plane.h"
#include <hotspot/raster_density.h>

typedef struct hs_isobands {
    hs_raster_grid grid;
    const float *values; /* [rows * columns]; NAN is no data */
    const double *breaks;
    uint32_t break_count;    /* ascending; bands are [breaks[i], breaks[i + 1]), the last is open */
    const double *x_m, *y_m; /* [points] what is counted */
    size_t points;
    const char *const *colours; /* [break_count] #rrggbb */
    const char *unit_zh, *unit_en;
    bool adaptive;    /* said of each */
    double tolerance; /* above 0: the last band only, of a z turned so that `side` is up; else 0 */
    const char *side; /* `above` or `below` */
    int64_t first_id; /* of the lowest band; the next ones follow */
} hs_isobands;

/* How often the bands' outlines may cross the grid: drawing takes time that grows faster than that. */
#define HS_ISOBAND_CROSSINGS 400000

/* Writes the features of a GeoJSON FeatureCollection (RFC 7946: degrees, 7 decimals, outer rings
 * counterclockwise), lowest band first, into an array that is open; bands without area are left out. Each has
 * from, to (null for the last), colour, unit, adaptive, area_km2 and count of the band itself,
 * at_least_area_km2 and at_least_count of all from `from` on, label_zh and label_en. Polygons of two bands
 * share their border and nothing else; with a tolerance a feature has tolerance and side instead of from, to,
 * unit and colour; areas are those of the plane; a point counts in the band whose polygon holds it. Contours
 * run between cell centres (GDAL's), straight. Corners are snapped to the seven decimals so that polygons
 * stay valid there. HS_E_ARGUMENT above HS_ISOBAND_CROSSINGS; HS_E_IO with GDAL's words. */
hs_status hs_isobands_write(const hs_isobands *bands, const hs_plane *plane, hs_error *error, hs_json *json);

#endif
