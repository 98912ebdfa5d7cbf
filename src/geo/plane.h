/* The city's plane: WGS 84 azimuthal equidistant about the city's centre, on the ellipsoid (geodesics by
 * PROJ's geodesic routines, C. F. F. Karney 2013). Planar distance, area and cell sizes mean this plane. */
#ifndef GEO_PLANE_H
#define GEO_PLANE_H

#include <hotspot/types.h>

typedef struct hs_plane {
    double center_lon_deg, center_lat_deg;
} hs_plane;

/* Metres east and north of the centre. Thread-safe. */
void hs_plane_forward(const hs_plane *plane, hs_position position, double *x_m, double *y_m);
void hs_plane_forward_degrees(const hs_plane *plane, double lon_deg, double lat_deg, double *x_m,
                              double *y_m);
void hs_plane_inverse(const hs_plane *plane, double x_m, double y_m, double *lon_deg, double *lat_deg);
/* Geodesic distance between two positions in metres. */
double hs_ground_distance_m(hs_position a, hs_position b);
/* The position `distance_m` from `from` on an azimuth (degrees clockwise from north). */
hs_position hs_ground_move(hs_position from, double azimuth_deg, double distance_m);

/* Half way between two positions that are near each other, also across the antimeridian. */
hs_position hs_ground_middle(hs_position a, hs_position b);

/* Metres on the ground per 1e-7 degree of longitude and of latitude at a latitude: the local scale, for
 * distances of a few kilometres. No library functions, so the same on every machine. */
void hs_ground_scale_m(int32_t lat_e7, double *metres_per_lon_e7, double *metres_per_lat_e7);
/* Length of a line in metres, piece by piece: by the local scale, by geodesics where a piece is longer than
 * about 10 km. */
double hs_ground_length_m(const hs_position *line, uint32_t count);

#endif
