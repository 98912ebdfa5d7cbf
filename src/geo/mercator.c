#include "geo/mercator.h"

#include "geo/real.h"
#include <math.h>

#define SIDE            4294967296.0 /* units of the square's side */
#define LON_E7_SPAN     UINT64_C(3600000000)
#define FLATTENING      (1 / 298.257223563) /* WGS 84 */
#define ECCENTRICITY_2  (FLATTENING * (2 - FLATTENING))
#define RADIANS_PER_DEG (HS_PI / 180)
#define RADIANS_PER_E7  (HS_PI / 1800000000)
#define BAND_ROWS       (UINT32_C(1) << 22)
#define UNSURE          1e-4

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

/* Of the centre of the cell, (2x + 1) / 2^33 of the span, rounded; the product stays below 2^64. */
static int32_t lon_e7_of(uint32_t x) {
    uint64_t lon = ((2 * (uint64_t)x + 1) * (LON_E7_SPAN / 2) + (UINT64_C(1) << 31)) >> 32;
    return (int32_t)((int64_t)lon - 1800000000);
}

hs_position hs_mercator_to_position(hs_mercator m) {
    double lat = latitude_of_row((double)m.y + 0.5) / RADIANS_PER_E7;
    return (hs_position){.lon_e7 = lon_e7_of(m.x), .lat_e7 = (int32_t)floor(lat + 0.5)};
}

/* Taylor's polynomial about the band's middle row, of the Gudermannian: its derivative is the cosine of the
 * latitude, and that of the cosine minus sine times cosine. */
static void find_band(uint32_t number, struct hs_mercator_band *band) {
    const double step = -2 * HS_PI / SIDE, middle = BAND_ROWS * ((double)number + 0.5);
    double e = hs_real_exp(HS_PI + step * middle);
    double sine = (e * e - 1) / (e * e + 1), cosine = 2 * e / (e * e + 1);
    double slope = -sine * cosine;
    band->number = number + 1;
    band->lat_e7[0] = latitude_of_row(middle) / RADIANS_PER_E7;
    band->lat_e7[1] = cosine * step / RADIANS_PER_E7;
    band->lat_e7[2] = slope * step * step / 2 / RADIANS_PER_E7;
    band->lat_e7[3] = cosine * (1 - 2 * cosine * cosine) * step * step * step / 6 / RADIANS_PER_E7;
    band->lat_e7[4] = slope * (1 - 6 * cosine * cosine) * step * step * step * step / 24 / RADIANS_PER_E7;
}

/* The polynomial is off by less than 1e-5: the few that lie nearer to where the rounding turns are asked for
 * in full. */
hs_position hs_mercator_to_position_near(hs_mercator m, hs_mercator_bands *bands) {
    uint32_t number = m.y / BAND_ROWS;
    struct hs_mercator_band *band = &bands->band[number % (sizeof bands->band / sizeof *bands->band)];
    if (band->number != number + 1) find_band(number, band);
    double t = (double)m.y + 0.5 - BAND_ROWS * ((double)number + 0.5);
    const double *c = band->lat_e7;
    double lat = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * c[4]))) + 0.5, whole = floor(lat);
    if (lat - whole < UNSURE || lat - whole > 1 - UNSURE) return hs_mercator_to_position(m);
    return (hs_position){.lon_e7 = lon_e7_of(m.x), .lat_e7 = (int32_t)whole};
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
