#include "geo/mercator.h"

#include "geo/real.h"
#include <math.h>

#define SIDE            4294967296.0 /* units of the square's side */
#define LON_E7_SPAN     UINT64_C(3600000000)
#define FLATTENING      (1 / 298.257223563) /* WGS 84 */
#define ECCENTRICITY_2  (FLATTENING * (2 - FLATTENING))
#define RADIANS_PER_DEG (HS_PI / 180)
#define RADIANS_PER_E7  (HS_PI / 1800000000)

/* A unit is a cell, floor to it and centre back: half a cell is 4.2e-8 degree, under half of 1e-7. */
static uint32_t cell(double units) {
    if (!(units > 0)) return 0;
    if (units >= SIDE - 1) return UINT32_MAX;
    return (uint32_t)units;
}

static double row_of_latitude(double lat_rad) {
    double sine = hs_real_sin(lat_rad);
    return 0.5 * SIDE - hs_real_log((1 + sine) / (1 - sine)) * (SIDE / (4 * HS_PI));
}

static double latitude_of_row(double y) {
    double e = hs_real_exp(HS_PI - y * (2 * HS_PI / SIDE));
    return hs_real_atan(0.5 * (e - 1 / e));
}

hs_mercator hs_mercator_from_position(hs_position position) {
    int64_t lon = (int64_t)position.lon_e7 + 1800000000;
    uint64_t x = lon <= 0 ? 0 : ((uint64_t)lon << 32) / LON_E7_SPAN;
    hs_mercator m = {.x = x > UINT32_MAX ? UINT32_MAX : (uint32_t)x};
    if (position.lat_e7 > 850511287)
        m.y = 0;
    else if (position.lat_e7 < -850511287)
        m.y = UINT32_MAX;
    else
        m.y = cell(row_of_latitude(position.lat_e7 * RADIANS_PER_E7));
    return m;
}

hs_position hs_mercator_to_position(hs_mercator m) {
    /* The centre of the cell, (2x + 1) / 2^33 of the span, rounded; the product stays below 2^64. */
    uint64_t lon = ((2 * (uint64_t)m.x + 1) * (LON_E7_SPAN / 2) + (UINT64_C(1) << 31)) >> 32;
    double lat = latitude_of_row((double)m.y + 0.5) / RADIANS_PER_E7;
    return (hs_position){.lon_e7 = (int32_t)((int64_t)lon - 1800000000), .lat_e7 = (int32_t)floor(lat + 0.5)};
}

hs_mercator hs_mercator_from_degrees(double lon_deg, double lat_deg) {
    hs_mercator m = {.x = cell((lon_deg + 180) * (SIDE / 360))};
    if (lat_deg >= HS_MERCATOR_MAX_LAT_DEG)
        m.y = 0;
    else if (lat_deg <= -HS_MERCATOR_MAX_LAT_DEG)
        m.y = UINT32_MAX;
    else
        m.y = cell(row_of_latitude(lat_deg * RADIANS_PER_DEG));
    return m;
}

void hs_mercator_to_degrees(double x, double y, double *lon_deg, double *lat_deg) {
    *lon_deg = x * (360 / SIDE) - 180;
    *lat_deg = latitude_of_row(y) / RADIANS_PER_DEG;
}

void hs_mercator_ground_m(double y, double *metres_per_unit_x, double *metres_per_unit_y) {
    double e = hs_real_exp(HS_PI - y * (2 * HS_PI / SIDE));
    double sine = (e * e - 1) / (e * e + 1);
    double cosine = 2 * e / (e * e + 1);
    double w2 = 1 - ECCENTRICITY_2 * sine * sine;
    double normal_radius = HS_EARTH_RADIUS_M / sqrt(w2);
    double meridian_radius = normal_radius * (1 - ECCENTRICITY_2) / w2;
    /* A unit is the same angle both ways on the sphere: dphi = cos phi dlambda. */
    double radians = cosine * (2 * HS_PI / SIDE);
    *metres_per_unit_x = normal_radius * radians;
    *metres_per_unit_y = meridian_radius * radians;
}

bool hs_tile_valid(hs_tile tile) {
    return tile.z <= 24 && tile.x >> tile.z == 0 && tile.y >> tile.z == 0;
}

void hs_tile_square(hs_tile tile, uint64_t *x0, uint64_t *y0, uint64_t *side) {
    unsigned shift = 32 - tile.z;
    *x0 = (uint64_t)tile.x << shift;
    *y0 = (uint64_t)tile.y << shift;
    *side = UINT64_C(1) << shift;
}

hs_box hs_tile_box(hs_tile tile) {
    uint64_t x0, y0, side;
    hs_tile_square(tile, &x0, &y0, &side);
    double west, north, east, south;
    hs_mercator_to_degrees((double)x0, (double)y0, &west, &north);
    hs_mercator_to_degrees((double)(x0 + side), (double)(y0 + side), &east, &south);
    return (hs_box){.min_lon_e7 = (int32_t)floor(west * 1e7),
                    .min_lat_e7 = (int32_t)floor(south * 1e7),
                    .max_lon_e7 = (int32_t)ceil(east * 1e7),
                    .max_lat_e7 = (int32_t)ceil(north * 1e7)};
}
