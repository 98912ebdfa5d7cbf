/* GCJ-02 and BD-09: the published formulas, and their inverses by fixed-point iteration. */
#include "geo/real.h"
#include <hotspot/coordinates.h>
#include <math.h>

#define SEMI_MAJOR_M   6378245.0 /* Krasovsky 1940, as the formula has it */
#define ECCENTRICITY_2 0.00669342162296594323
#define RADIANS        (HS_PI / 180)
#define BD_WAVE        (3000 * HS_PI / 180)

/* Each step shortens the error at least a hundredfold. */
#define MAX_STEPS   30
#define SETTLED_DEG 1e-11

static bool inside_box(double lon_deg, double lat_deg) {
    return lon_deg >= HS_GCJ02_MIN_LON_DEG && lon_deg <= HS_GCJ02_MAX_LON_DEG &&
           lat_deg >= HS_GCJ02_MIN_LAT_DEG && lat_deg <= HS_GCJ02_MAX_LAT_DEG;
}

static double waves(double a, double first, double b, double second) {
    return (a * hs_real_sin(first * HS_PI) + b * hs_real_sin(second * HS_PI)) * 2 / 3;
}

void hs_gcj02_from_wgs84(double lon_deg, double lat_deg, double *gcj_lon_deg, double *gcj_lat_deg) {
    if (!inside_box(lon_deg, lat_deg)) {
        *gcj_lon_deg = lon_deg;
        *gcj_lat_deg = lat_deg;
        return;
    }
    double x = lon_deg - 105, y = lat_deg - 35, root = sqrt(fabs(x));
    double ripple = waves(20, 6 * x, 20, 2 * x);
    double north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple +
                   waves(20, y, 40, y / 3) + waves(160, y / 12, 320, y / 30);
    double east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple +
                  waves(20, x, 40, x / 3) + waves(150, x / 12, 300, x / 30);
    double sine, cosine;
    hs_real_sincos(lat_deg * RADIANS, &sine, &cosine);
    double m = 1 - ECCENTRICITY_2 * sine * sine;
    double root_m = sqrt(m);
    *gcj_lat_deg = lat_deg + north * 180 / (SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / (m * root_m) * HS_PI);
    *gcj_lon_deg = lon_deg + east * 180 / (SEMI_MAJOR_M / root_m * cosine * HS_PI);
}

/* Solves forward(x) = goal by x += goal - forward(x). */
static void invert(void (*forward)(double, double, double *, double *), double goal_lon, double goal_lat,
                   double *lon_deg, double *lat_deg) {
    double lon = goal_lon, lat = goal_lat;
    for (int step = 0; step < MAX_STEPS; step++) {
        double there_lon, there_lat;
        forward(lon, lat, &there_lon, &there_lat);
        double off_lon = goal_lon - there_lon, off_lat = goal_lat - there_lat;
        lon += off_lon;
        lat += off_lat;
        if (!(fabs(off_lon) > SETTLED_DEG || fabs(off_lat) > SETTLED_DEG)) break;
    }
    *lon_deg = lon;
    *lat_deg = lat;
}

void hs_wgs84_from_gcj02(double gcj_lon_deg, double gcj_lat_deg, double *lon_deg, double *lat_deg) {
    if (!inside_box(gcj_lon_deg, gcj_lat_deg)) {
        *lon_deg = gcj_lon_deg;
        *lat_deg = gcj_lat_deg;
        return;
    }
    invert(hs_gcj02_from_wgs84, gcj_lon_deg, gcj_lat_deg, lon_deg, lat_deg);
}

void hs_bd09_from_gcj02(double gcj_lon_deg, double gcj_lat_deg, double *bd_lon_deg, double *bd_lat_deg) {
    double reach = sqrt(gcj_lon_deg * gcj_lon_deg + gcj_lat_deg * gcj_lat_deg) +
                   0.00002 * hs_real_sin(gcj_lat_deg * BD_WAVE);
    double angle = hs_real_atan2(gcj_lat_deg, gcj_lon_deg) + 0.000003 * hs_real_cos(gcj_lon_deg * BD_WAVE);
    double sine, cosine;
    hs_real_sincos(angle, &sine, &cosine);
    *bd_lon_deg = reach * cosine + 0.0065;
    *bd_lat_deg = reach * sine + 0.006;
}

void hs_gcj02_from_bd09(double bd_lon_deg, double bd_lat_deg, double *gcj_lon_deg, double *gcj_lat_deg) {
    invert(hs_bd09_from_gcj02, bd_lon_deg, bd_lat_deg, gcj_lon_deg, gcj_lat_deg);
}
