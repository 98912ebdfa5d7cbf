/* Coordinates: reference systems through PROJ, and the Chinese offsets GCJ-02 and BD-09. */
#ifndef HOTSPOT_COORDINATES_H
#define HOTSPOT_COORDINATES_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A way from one reference system to WGS 84 longitude and latitude. Holds PROJ objects, so one thread at a
 * time; make one per thread. */
typedef struct hs_transform hs_transform;

/* From `crs`: anything PROJ takes (`EPSG:4547`, WKT, PROJJSON), `GCJ-02` or `BD-09`. Axis order as GIS
 * files have it: x or longitude first, whatever the authority says. Free it with hs_transform_free.
 * HS_E_ARGUMENT with PROJ's words for an unknown system, HS_E_MEMORY. PROJ takes CGCS2000 and WGS 84 for the
 * same (accuracy unknown, under a metre). */
HS_API hs_status hs_transform_new(const char *crs, hs_error *error, hs_transform **transform);
HS_API void hs_transform_free(hs_transform *transform);
/* Transforms `count` coordinates in place to WGS 84 degrees (forward) or from them (inverse). Coordinates
 * that cannot be transformed become HUGE_VAL in both axes; returns how many did. O(count). */
HS_API size_t hs_transform_forward(hs_transform *transform, double *x, double *y, size_t count);
HS_API size_t hs_transform_inverse(hs_transform *transform, double *x, double *y, size_t count);

/* The rectangle in which the GCJ-02 offset applies; it is larger than China, and a user of data from a
 * neighbouring country there should say WGS 84. */
#define HS_GCJ02_MIN_LON_DEG 72.004
#define HS_GCJ02_MAX_LON_DEG 137.8347
#define HS_GCJ02_MIN_LAT_DEG 0.8293
#define HS_GCJ02_MAX_LAT_DEG 55.8271

/* WGS 84 to GCJ-02 (forward formula, outside the rectangle unchanged) and back by fixed-point iteration to
 * 1e-9 degree. Degrees. Pure. */
HS_API void hs_gcj02_from_wgs84(double lon_deg, double lat_deg, double *gcj_lon_deg, double *gcj_lat_deg);
HS_API void hs_wgs84_from_gcj02(double gcj_lon_deg, double gcj_lat_deg, double *lon_deg, double *lat_deg);
/* GCJ-02 to BD-09 and back (iterated). Degrees. Pure. */
HS_API void hs_bd09_from_gcj02(double gcj_lon_deg, double gcj_lat_deg, double *bd_lon_deg,
                               double *bd_lat_deg);
HS_API void hs_gcj02_from_bd09(double bd_lon_deg, double bd_lat_deg, double *gcj_lon_deg,
                               double *gcj_lat_deg);

/* Rounds degrees to a position. Pure; false when not finite or outside [-180, 180] x [-90, 90]. */
HS_API bool hs_position_from_degrees(double lon_deg, double lat_deg, hs_position *position);

#ifdef __cplusplus
}
#endif
#endif
