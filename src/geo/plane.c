#include "geo/plane.h"

#include "geo/mercator.h"
#include "geo/real.h"
#include <geodesic.h>
#include <math.h>

#define RADIANS_PER_DEG (HS_PI / 180)

static struct geod_geodesic ellipsoid(void) {
    struct geod_geodesic wgs84;
    geod_init(&wgs84, HS_EARTH_RADIUS_M, 1 / 298.257223563);
    return wgs84;
}

void hs_plane_forward_degrees(const hs_plane *plane, double lon_deg, double lat_deg, double *x_m,
                              double *y_m) {
    struct geod_geodesic wgs84 = ellipsoid();
    double distance_m, azimuth_deg, sine, cosine;
    geod_inverse(&wgs84, plane->center_lat_deg, plane->center_lon_deg, lat_deg, lon_deg, &distance_m,
                 &azimuth_deg, NULL);
    hs_real_sincos(azimuth_deg * RADIANS_PER_DEG, &sine, &cosine);
    *x_m = distance_m * sine;
    *y_m = distance_m * cosine;
}

void hs_plane_forward(const hs_plane *plane, hs_position position, double *x_m, double *y_m) {
    hs_plane_forward_degrees(plane, position.lon_e7 / 1e7, position.lat_e7 / 1e7, x_m, y_m);
}

void hs_plane_inverse(const hs_plane *plane, double x_m, double y_m, double *lon_deg, double *lat_deg) {
    struct geod_geodesic wgs84 = ellipsoid();
    double azimuth_deg = hs_real_atan2(x_m, y_m) / RADIANS_PER_DEG;
    geod_direct(&wgs84, plane->center_lat_deg, plane->center_lon_deg, azimuth_deg,
                sqrt(x_m * x_m + y_m * y_m), lat_deg, lon_deg, NULL);
}

double hs_ground_distance_m(hs_position a, hs_position b) {
    struct geod_geodesic wgs84 = ellipsoid();
    double distance_m;
    geod_inverse(&wgs84, a.lat_e7 / 1e7, a.lon_e7 / 1e7, b.lat_e7 / 1e7, b.lon_e7 / 1e7, &distance_m, NULL,
                 NULL);
    return distance_m;
}

hs_position hs_ground_move(hs_position from, double azimuth_deg, double distance_m) {
    struct geod_geodesic wgs84 = ellipsoid();
    double lon_deg, lat_deg;
    geod_direct(&wgs84, from.lat_e7 / 1e7, from.lon_e7 / 1e7, azimuth_deg, distance_m, &lat_deg, &lon_deg,
                NULL);
    return (hs_position){.lon_e7 = (int32_t)round(lon_deg * 1e7), .lat_e7 = (int32_t)round(lat_deg * 1e7)};
}

hs_position hs_ground_middle(hs_position a, hs_position b) {
    const int64_t half_turn = 1800000000;
    int64_t lon = b.lon_e7, lat = b.lat_e7;
    if (lon - a.lon_e7 > half_turn) lon -= 2 * half_turn;
    if (lon - a.lon_e7 < -half_turn) lon += 2 * half_turn;
    lon = (a.lon_e7 + lon) / 2;
    if (lon > half_turn) lon -= 2 * half_turn;
    if (lon < -half_turn) lon += 2 * half_turn;
    return (hs_position){.lon_e7 = (int32_t)lon, .lat_e7 = (int32_t)((a.lat_e7 + lat) / 2)};
}

void hs_ground_scale_m(int32_t lat_e7, double *metres_per_lon_e7, double *metres_per_lat_e7) {
    const double flattening = 1 / 298.257223563, eccentricity_2 = flattening * (2 - flattening);
    double sine, cosine;
    hs_real_sincos(lat_e7 * (HS_PI / 1800000000), &sine, &cosine);
    double w2 = 1 - eccentricity_2 * sine * sine;
    double normal_radius_m = HS_EARTH_RADIUS_M / sqrt(w2);
    *metres_per_lon_e7 = normal_radius_m * cosine * (HS_PI / 1800000000);
    *metres_per_lat_e7 = normal_radius_m * (1 - eccentricity_2) / w2 * (HS_PI / 1800000000);
}

double hs_ground_length_m(const hs_position *line, uint32_t count) {
    const double longest_m = 10000;
    double sum_m = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double kx, ky;
        hs_ground_scale_m((int32_t)(((int64_t)line[i].lat_e7 + line[i + 1].lat_e7) / 2), &kx, &ky);
        double dx = ((double)line[i + 1].lon_e7 - line[i].lon_e7) * kx;
        double dy = ((double)line[i + 1].lat_e7 - line[i].lat_e7) * ky;
        double length2 = dx * dx + dy * dy;
        sum_m +=
            length2 <= longest_m * longest_m ? sqrt(length2) : hs_ground_distance_m(line[i], line[i + 1]);
    }
    return sum_m;
}
