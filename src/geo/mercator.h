/* Web Mercator (EPSG:3857) on the 32-bit square: x grows east from 180 W, y grows south from 85.0511 N, one
 * unit is the world's width / 2^32. Finer than 1e-7 degree everywhere, so a hs_position survives the way
 * there and back exactly. Only + - * / sqrt on IEEE doubles are used where results are stored or drawn: no
 * library exponential, so results do not depend on the machine. All functions pure and thread-safe. */
#ifndef GEO_MERCATOR_H
#define GEO_MERCATOR_H

#include <hotspot/types.h>

#define HS_MERCATOR_MAX_LAT_DEG 85.051128779806604
#define HS_EARTH_RADIUS_M       6378137.0

typedef struct hs_mercator {
    uint32_t x, y;
} hs_mercator;

typedef struct hs_mercator_box {
    uint32_t min_x, min_y, max_x, max_y; /* both ends included */
} hs_mercator_box;

/* Latitudes beyond the square are clamped to its edge. */
hs_mercator hs_mercator_from_position(hs_position position);
hs_position hs_mercator_to_position(hs_mercator m);
/* The same, bit for bit, about five times as fast where positions lie near one another, as a city's do: each
 * band of about 0.35 degree has its latitudes as a polynomial. Zeros to begin with; one thread at a time. */
typedef struct hs_mercator_bands {
    struct hs_mercator_band {
        uint32_t number; /* and 1; 0: none yet */
        double lat_e7[5];
    } band[4];
} hs_mercator_bands;
hs_position hs_mercator_to_position_near(hs_mercator m, hs_mercator_bands *bands);
hs_mercator hs_mercator_from_degrees(double lon_deg, double lat_deg);
void hs_mercator_to_degrees(double x, double y, double *lon_deg, double *lat_deg);
/* Metres on the ground (WGS 84 ellipsoid) per unit, east-west and north-south, at row y of the square. */
void hs_mercator_ground_m(double y, double *metres_per_unit_x, double *metres_per_unit_y);

typedef struct hs_tile {
    uint32_t z, x, y; /* z 0 to 24, y from the north */
} hs_tile;

bool hs_tile_valid(hs_tile tile);
/* The tile's square [x0, x0 + side) x [y0, y0 + side) on the 32-bit square. */
void hs_tile_square(hs_tile tile, uint64_t *x0, uint64_t *y0, uint64_t *side);
hs_box hs_tile_box(hs_tile tile);

#endif
