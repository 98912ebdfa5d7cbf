#include "check.h"

#include "base/random.h"
#include "geo/mercator.h"
#include <hotspot/coordinates.h>

static void check_round_trip(int32_t lon_e7, int32_t lat_e7) {
    hs_position back = hs_mercator_to_position(hs_mercator_from_position((hs_position){lon_e7, lat_e7}));
    assert_int_equal(back.lon_e7, lon_e7);
    assert_int_equal(back.lat_e7, lat_e7);
}

static void test_positions_round_trip(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 5);
    for (int i = 0; i < 1000000; i++)
        check_round_trip((int32_t)((int64_t)hs_random_below(&random, 3600000001U) - 1800000000),
                         (int32_t)hs_random_below(&random, 1701022575U) - 850511287);
    /* Runs of neighbours at the edges, about zero and in a city. */
    for (int32_t i = 0; i < 50000; i++) {
        check_round_trip(-1800000000 + i, -850511287 + i);
        check_round_trip(1800000000 - i, 850511287 - i);
        check_round_trip(i - 25000, i - 25000);
        check_round_trip(1004497000 + i, 389259000 + i);
    }
}

static void check_near_position(hs_mercator m, hs_mercator_bands *bands) {
    hs_position position = hs_mercator_to_position(m), near = hs_mercator_to_position_near(m, bands);
    assert_int_equal(near.lon_e7, position.lon_e7);
    assert_int_equal(near.lat_e7, position.lat_e7);
}

static void test_positions_by_bands(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 6);
    hs_mercator_bands bands = {0};
    for (int i = 0; i < 1000000; i++)
        check_near_position(
            (hs_mercator){hs_random_below(&random, UINT32_MAX), hs_random_below(&random, UINT32_MAX)},
            &bands);
    for (uint32_t i = 0; i < 50000; i++) {
        check_near_position((hs_mercator){i, i}, &bands);
        check_near_position((hs_mercator){UINT32_MAX - i, UINT32_MAX - i}, &bands);
        check_near_position((hs_mercator){i, (UINT32_C(1) << 22) * 300 - 25000 + i}, &bands);
        check_near_position((hs_mercator){i, (UINT32_C(1) << 31) - 25000 + i}, &bands);
    }
}

static void test_known_values(void **state) {
    (void)state;
    hs_mercator m = hs_mercator_from_degrees(0, 0);
    assert_int_equal(m.x, UINT32_C(1) << 31);
    assert_int_equal(m.y, UINT32_C(1) << 31);
    /* EPSG guidance note 7-2, Popular Visualisation Pseudo Mercator: 24 22'54.433"N 100 20'00"W is
     * E -11169055.58, N 2800000.00. */
    double metres_per_unit = 2 * 3.14159265358979323846 * HS_EARTH_RADIUS_M / 4294967296.0;
    m = hs_mercator_from_degrees(-(100 + 20.0 / 60), 24 + 22.0 / 60 + 54.433 / 3600);
    check_near(((double)m.x + 0.5 - 2147483648.0) * metres_per_unit, -11169055.58, 0.02);
    check_near((2147483648.0 - (double)m.y - 0.5) * metres_per_unit, 2800000.00, 0.02);
    double lon_deg, lat_deg;
    hs_mercator_to_degrees(0, 0, &lon_deg, &lat_deg);
    check_near(lon_deg, -180, 0);
    check_near(lat_deg, HS_MERCATOR_MAX_LAT_DEG, 1e-12);
}

static void test_beyond_the_square(void **state) {
    (void)state;
    assert_int_equal(hs_mercator_from_degrees(0, 90).y, 0);
    assert_int_equal(hs_mercator_from_degrees(0, -90).y, UINT32_MAX);
    assert_int_equal(hs_mercator_from_degrees(-200, 0).x, 0);
    assert_int_equal(hs_mercator_from_degrees(200, 0).x, UINT32_MAX);
    assert_int_equal(hs_mercator_from_position((hs_position){0, 900000000}).y, 0);
    assert_int_equal(hs_mercator_from_position((hs_position){0, -900000000}).y, UINT32_MAX);
}

/* The radii of curvature by libm, in the textbook form. */
static void test_ground_metres(void **state) {
    (void)state;
    const double f = 1 / 298.257223563, e2 = f * (2 - f), radians = acos(-1) / 180;
    for (double lat = -85; lat <= 85; lat += 2.5) {
        hs_mercator m = hs_mercator_from_degrees(0, lat);
        double mx, my;
        hs_mercator_ground_m((double)m.y + 0.5, &mx, &my);
        double s = sin(lat * radians), w = sqrt(1 - e2 * s * s), c = cos(lat * radians);
        double unit = 360 / 4294967296.0 * radians;
        check_near(mx, 6378137 / w * c * unit, 1e-9 * mx);
        check_near(my, 6378137 * (1 - e2) / (w * w * w) * c * unit, 1e-9 * my);
    }
}

static void test_tiles(void **state) {
    (void)state;
    assert_true(hs_tile_valid((hs_tile){0, 0, 0}) && hs_tile_valid((hs_tile){24, (1 << 24) - 1, 0}));
    assert_false(hs_tile_valid((hs_tile){1, 2, 0}));
    assert_false(hs_tile_valid((hs_tile){25, 0, 0}));
    uint64_t x0, y0, side;
    hs_tile_square((hs_tile){0, 0, 0}, &x0, &y0, &side);
    assert_true(x0 == 0 && y0 == 0 && side == UINT64_C(1) << 32);
    hs_tile_square((hs_tile){2, 3, 1}, &x0, &y0, &side);
    assert_true(x0 == UINT64_C(3) << 30 && y0 == UINT64_C(1) << 30 && side == UINT64_C(1) << 30);
    hs_box box = hs_tile_box((hs_tile){1, 1, 0});
    assert_true(box.min_lon_e7 == 0 && box.max_lon_e7 == 1800000000);
    assert_true(box.min_lat_e7 >= -1 && box.min_lat_e7 <= 0 && box.max_lat_e7 == 850511288);
}

static void test_position_from_degrees(void **state) {
    (void)state;
    hs_position p;
    assert_true(hs_position_from_degrees(100.44970004, -38.92590006, &p));
    assert_int_equal(p.lon_e7, 1004497000);
    assert_int_equal(p.lat_e7, -389259001);
    assert_true(hs_position_from_degrees(-180, 90, &p));
    assert_int_equal(p.lon_e7, -1800000000);
    assert_false(hs_position_from_degrees(180.1, 0, &p));
    assert_false(hs_position_from_degrees(0, -90.1, &p));
    assert_false(hs_position_from_degrees(NAN, 0, &p));
    assert_false(hs_position_from_degrees(0, INFINITY, &p));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions_round_trip), cmocka_unit_test(test_positions_by_bands),
        cmocka_unit_test(test_known_values),         cmocka_unit_test(test_beyond_the_square),
        cmocka_unit_test(test_ground_metres),        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_position_from_degrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
