/* Straight pieces between two positions. Pure, thread-safe. */
#ifndef GEO_PIECE_H
#define GEO_PIECE_H

#include <hotspot/types.h>
#include <math.h>

/* The sign of (b - a) x (p - a): 1 where p lies left of the way from a to b, 0 on its line. Exact, for the
 * products stay below 2^63. */
static inline int hs_piece_turn(hs_position a, hs_position b, hs_position p) {
    int64_t left = ((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)p.lat_e7 - a.lat_e7);
    int64_t right = ((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)p.lon_e7 - a.lon_e7);
    return (left > right) - (left < right);
}

/* Whether a b and c d cross inside both. Exact. */
static inline bool hs_pieces_cross(hs_position a, hs_position b, hs_position c, hs_position d) {
    return hs_piece_turn(a, b, c) * hs_piece_turn(a, b, d) < 0 &&
           hs_piece_turn(c, d, a) * hs_piece_turn(c, d, b) < 0;
}

/* Distance in metres from p to the piece a b, and its nearest place; kx and ky are metres a unit of longitude
 * and latitude (hs_ground_scale_m). */
static inline double hs_piece_distance_m(hs_position p, hs_position a, hs_position b, double kx, double ky,
                                         hs_position *nearest) {
    double ux = ((double)b.lon_e7 - a.lon_e7) * kx, uy = ((double)b.lat_e7 - a.lat_e7) * ky;
    double vx = ((double)p.lon_e7 - a.lon_e7) * kx, vy = ((double)p.lat_e7 - a.lat_e7) * ky;
    double length2 = ux * ux + uy * uy;
    double t = length2 > 0 ? (ux * vx + uy * vy) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    *nearest = (hs_position){(int32_t)(a.lon_e7 + (int64_t)round(t * ((double)b.lon_e7 - a.lon_e7))),
                             (int32_t)(a.lat_e7 + (int64_t)round(t * ((double)b.lat_e7 - a.lat_e7)))};
    return hypot(vx - t * ux, vy - t * uy);
}

#endif
