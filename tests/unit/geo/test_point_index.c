#include "check.h"

#include "base/random.h"
#include "geo/plane.h"
#include "geo/point_index.h"

enum { POINTS = 3000 };

static void test_nearest_by_brute_force(void **state) {
    (void)state;
    static hs_position point[POINTS];
    hs_random random;
    hs_random_seed(&random, 4);
    for (uint32_t i = 0; i < POINTS; i++)
        point[i] = (hs_position){(int32_t)hs_random_below(&random, 2000000),
                                 389000000 + (int32_t)hs_random_below(&random, 2000000)};
    for (uint32_t i = 0; i < 100; i++) /* repeated points */
        point[POINTS - 1 - i] = point[i];
    hs_point_index *index = NULL;
    hs_error error;
    check_ok(hs_point_index_new(point, POINTS, &error, &index), &error);
    for (int q = 0; q < 2000; q++) {
        hs_position p = {(int32_t)hs_random_below(&random, 2400000) - 200000,
                         388800000 + (int32_t)hs_random_below(&random, 2400000)};
        if (q % 4 == 0) p = point[hs_random_below(&random, POINTS)];
        double kx, ky, best = INFINITY, max_m = q % 3 ? 1e6 : 200;
        uint32_t expected = HS_NONE;
        hs_ground_scale_m(p.lat_e7, &kx, &ky);
        for (uint32_t i = 0; i < POINTS; i++) {
            double x = ((double)point[i].lon_e7 - p.lon_e7) * kx,
                   y = ((double)point[i].lat_e7 - p.lat_e7) * ky;
            double distance_m = hypot(x, y);
            if (distance_m <= max_m && distance_m < best) {
                best = distance_m;
                expected = i;
            }
        }
        double distance_m = 0;
        assert_int_equal(hs_point_index_nearest(index, p, max_m, &distance_m), expected);
        if (expected != HS_NONE) check_near(distance_m, best, 1e-6);
    }
    hs_point_index_free(index);
}

static void test_few_points(void **state) {
    (void)state;
    hs_error error;
    hs_point_index *index = NULL;
    double distance_m = -1;
    check_ok(hs_point_index_new(NULL, 0, &error, &index), &error);
    assert_int_equal(hs_point_index_nearest(index, (hs_position){0, 0}, 1e9, &distance_m), HS_NONE);
    hs_point_index_free(index);
    const hs_position one = {1000, 0};
    check_ok(hs_point_index_new(&one, 1, &error, &index), &error);
    assert_int_equal(hs_point_index_nearest(index, (hs_position){0, 0}, 5, &distance_m), HS_NONE);
    assert_int_equal(hs_point_index_nearest(index, (hs_position){0, 0}, 12, &distance_m), 0);
    check_near(distance_m, 11.1319, 1e-3); /* 1e-4 degree of the equator */
    assert_int_equal(hs_point_index_nearest(index, one, 0, &distance_m), 0);
    assert_int_equal(hs_point_index_nearest(index, one, -1, &distance_m), HS_NONE);
    hs_point_index_free(index);
    hs_point_index_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest_by_brute_force),
                                       cmocka_unit_test(test_few_points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
