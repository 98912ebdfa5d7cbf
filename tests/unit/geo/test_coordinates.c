#include "check.h"

#include "base/random.h"
#include "geo/plane.h"
#include <hotspot/coordinates.h>

/* Zhangye: published values of the offset and of BD-09. */
static void test_published_values(void **state) {
    (void)state;
    double lon, lat;
    hs_gcj02_from_wgs84(100.4497, 38.9259, &lon, &lat);
    hs_position wgs, gcj;
    assert_true(hs_position_from_degrees(100.4497, 38.9259, &wgs) &&
                hs_position_from_degrees(lon, lat, &gcj));
    /* The published length is by a sphere, 0.2 % shorter here. */
    check_near(hs_ground_distance_m(wgs, gcj), 163.5, 0.4);
    hs_bd09_from_gcj02(lon, lat, &lon, &lat);
    check_near(lon, 100.457818, 1e-6);
    check_near(lat, 38.932792, 1e-6);
}

static void test_offsets_invert(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 6);
    for (int i = 0; i < 20000; i++) {
        double lon = 73 + 62 * hs_random_uniform(&random), lat = 18 + 36 * hs_random_uniform(&random);
        double there_lon, there_lat, back_lon, back_lat;
        hs_gcj02_from_wgs84(lon, lat, &there_lon, &there_lat);
        hs_wgs84_from_gcj02(there_lon, there_lat, &back_lon, &back_lat);
        check_near(back_lon, lon, 1e-9);
        check_near(back_lat, lat, 1e-9);
        hs_bd09_from_gcj02(lon, lat, &there_lon, &there_lat);
        hs_gcj02_from_bd09(there_lon, there_lat, &back_lon, &back_lat);
        check_near(back_lon, lon, 1e-9);
        check_near(back_lat, lat, 1e-9);
    }
}

static void test_outside_china(void **state) {
    (void)state;
    double lon, lat;
    hs_gcj02_from_wgs84(-90.2, 38.6, &lon, &lat);
    assert_true(lon == -90.2 && lat == 38.6);
    hs_wgs84_from_gcj02(-90.2, 38.6, &lon, &lat);
    assert_true(lon == -90.2 && lat == 38.6);
}

static hs_transform *transform_of(const char *crs) {
    hs_transform *transform = NULL;
    hs_error error;
    check_ok(hs_transform_new(crs, &error, &transform), &error);
    return transform;
}

static void test_by_proj(void **state) {
    (void)state;
    /* EPSG guidance note 7-2 for EPSG:3857, and the central meridian of a 3-degree zone. */
    double x[2] = {-11169055.58, 0}, y[2] = {2800000.00, 0};
    hs_transform *transform = transform_of("EPSG:3857");
    assert_int_equal(hs_transform_forward(transform, x, y, 2), 0);
    check_near(x[0], -(100 + 20.0 / 60), 1e-7);
    check_near(y[0], 24 + 22.0 / 60 + 54.433 / 3600, 1e-7);
    assert_int_equal(hs_transform_inverse(transform, x, y, 2), 0);
    check_near(x[0], -11169055.58, 0.01);
    hs_transform_free(transform);

    transform = transform_of("EPSG:4547"); /* CGCS2000 3-degree, 114 E: northing first in the authority */
    double east = 500000, north = 0;
    assert_int_equal(hs_transform_forward(transform, &east, &north, 1), 0);
    check_near(east, 114, 1e-9);
    check_near(north, 0, 1e-9);
    hs_transform_free(transform);

    transform = transform_of("EPSG:4490"); /* latitude first in the authority */
    double lon = 100.45, lat = 38.93;
    assert_int_equal(hs_transform_forward(transform, &lon, &lat, 1), 0);
    check_near(lon, 100.45, 1e-9);
    check_near(lat, 38.93, 1e-9);
    hs_transform_free(transform);
}

static void test_offsets_by_name(void **state) {
    (void)state;
    double lon = 100.457818, lat = 38.932792;
    hs_transform *transform = transform_of("bd-09");
    assert_int_equal(hs_transform_forward(transform, &lon, &lat, 1), 0);
    check_near(lon, 100.4497, 1e-6);
    check_near(lat, 38.9259, 1e-6);
    assert_int_equal(hs_transform_inverse(transform, &lon, &lat, 1), 0);
    check_near(lon, 100.457818, 1e-9);
    hs_transform_free(transform);
    transform = transform_of("GCJ-02");
    double xs[3] = {HUGE_VAL, 100, NAN}, ys[3] = {3, 38, 4};
    assert_int_equal(hs_transform_forward(transform, xs, ys, 3), 2);
    assert_true(isinf(ys[0]) && isfinite(xs[1]) && isinf(xs[2]));
    hs_transform_free(transform);
}

static void test_unknown_systems(void **state) {
    (void)state;
    const char *wrong[] = {"EPSG:999999", "not a system", "", "  "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_transform *transform = NULL;
        hs_error error;
        assert_int_equal(hs_transform_new(wrong[i], &error, &transform), HS_E_ARGUMENT);
        assert_null(transform);
        assert_true(strlen(error.message) > 10);
    }
    hs_transform_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_values), cmocka_unit_test(test_offsets_invert),
        cmocka_unit_test(test_outside_china),    cmocka_unit_test(test_by_proj),
        cmocka_unit_test(test_offsets_by_name),  cmocka_unit_test(test_unknown_systems)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
