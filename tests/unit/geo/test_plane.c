#include "check.h"

#include "geo/plane.h"

static hs_position at(double lon_deg, double lat_deg) {
    return (hs_position){(int32_t)lround(lon_deg * 1e7), (int32_t)lround(lat_deg * 1e7)};
}

static void test_distance(void **state) {
    (void)state;
    /* A degree along the equator is a * pi / 180; the quarter meridian of WGS 84 is 10,001,965.729 m. */
    check_near(hs_ground_distance_m(at(10, 0), at(11, 0)), 6378137 * acos(-1) / 180, 1e-6);
    check_near(hs_ground_distance_m(at(0, 0), at(0, 90)), 10001965.729, 0.001);
    check_near(hs_ground_distance_m(at(5, 50), at(5, 50)), 0, 0);
}

static void test_plane_keeps_distance_and_direction(void **state) {
    (void)state;
    hs_plane plane = {100.45, 38.93};
    hs_position center = at(100.45, 38.93);
    const double azimuths[] = {0, 45, 90, 135, 180, 225, 270, 315};
    for (size_t i = 0; i < sizeof azimuths / sizeof *azimuths; i++) {
        hs_position p = hs_ground_move(center, azimuths[i], 12345);
        double x, y;
        hs_plane_forward(&plane, p, &x, &y);
        check_near(hypot(x, y), 12345, 0.01);
        check_near(x, 12345 * sin(azimuths[i] * acos(-1) / 180), 0.02);
        check_near(y, 12345 * cos(azimuths[i] * acos(-1) / 180), 0.02);
        double lon_deg, lat_deg;
        hs_plane_inverse(&plane, x, y, &lon_deg, &lat_deg);
        check_near(lon_deg, p.lon_e7 / 1e7, 1e-9);
        check_near(lat_deg, p.lat_e7 / 1e7, 1e-9);
    }
    double x, y;
    hs_plane_forward(&plane, center, &x, &y);
    check_near(x, 0, 1e-6);
    check_near(y, 0, 1e-6);
}

static void test_local_scale(void **state) {
    (void)state;
    for (double lat = -80; lat <= 80; lat += 10) {
        hs_position here = at(20, lat), east = at(20.001, lat), north = at(20, lat + 0.001);
        double kx, ky;
        hs_ground_scale_m((int32_t)lround((lat + 0.0005) * 1e7), &kx, &ky);
        check_near(ky * 10000, hs_ground_distance_m(here, north), 1e-5);
        hs_ground_scale_m(here.lat_e7, &kx, &ky);
        check_near(kx * 10000, hs_ground_distance_m(here, east), 1e-4);
    }
}

static void test_length(void **state) {
    (void)state;
    const hs_position line[] = {at(100.4, 38.9), at(100.45, 38.93), at(100.5, 38.93), at(110, 50)};
    double sum_m = 0;
    for (int i = 0; i < 3; i++)
        sum_m += hs_ground_distance_m(line[i], line[i + 1]);
    check_near(hs_ground_length_m(line, 4), sum_m, 1e-6 * sum_m);
    check_near(hs_ground_length_m(line, 3),
               hs_ground_distance_m(line[0], line[1]) + hs_ground_distance_m(line[1], line[2]), 0.002);
    check_near(hs_ground_length_m(line, 1), 0, 0);
}

static void test_middle_across_the_antimeridian(void **state) {
    (void)state;
    static const struct {
        hs_position a, b, middle;
    } cases[] = {{{100, 40}, {300, 80}, {200, 60}},
                 {{1799950000, -170000000}, {-1799930000, -170000000}, {-1799990000, -170000000}},
                 {{-1799930000, 0}, {1799950000, 0}, {-1799990000, 0}},
                 {{1799930000, 0}, {-1799950000, 0}, {1799990000, 0}},
                 {{-900000000, 0}, {900000000, 0}, {0, 0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hs_position middle = hs_ground_middle(cases[i].a, cases[i].b);
        assert_int_equal(middle.lon_e7, cases[i].middle.lon_e7);
        assert_int_equal(middle.lat_e7, cases[i].middle.lat_e7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_middle_across_the_antimeridian),
                                       cmocka_unit_test(test_distance), cmocka_unit_test(test_local_scale),
                                       cmocka_unit_test(test_length),
                                       cmocka_unit_test(test_plane_keeps_distance_and_direction)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
