/* Squared kernels: on rasters against sums over all points, on tiles against the moments at each pixel's
 * centre, which test_density compares with long doubles. */
#include "base/random.h"
#include "check.h"
#include "geo/mercator.h"

#include <hotspot/density.h>
#include <hotspot/raster_density.h>
#include <stdlib.h>

#define POINTS 700

static double x_m[POINTS], y_m[POINTS], weight[POINTS];

static void against_brute_force(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 12);
    for (int i = 0; i < POINTS; i++) {
        x_m[i] = 5000 + 400 * hs_random_normal(&random);
        y_m[i] = -900 + 300 * hs_random_normal(&random);
        weight[i] = i % 5 * 0.75;
    }
    hs_raster_grid g = {4000, 100, 13, 150, 140};
    double *values = malloc((size_t)g.rows * g.columns * sizeof *values);
    double *apart = malloc((size_t)g.rows * g.columns * sizeof *apart);
    assert_true(values && apart);
    hs_error error = {0};
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_kernel kernel = (hs_kernel)k;
        double h = kernel == HS_KERNEL_GAUSSIAN ? 60 : 210;
        double unit = hs_kernel_peak(kernel) / (h * h / 1e6);
        for (int weights = 0; weights < 2; weights++) {
            hs_plane_points p = {x_m, y_m, weights ? weight : NULL, POINTS};
            check_ok(hs_raster_density_squared(&p, kernel, h, &g, 0, g.rows, &error, values), &error);
            check_ok(hs_raster_density_squared(&p, kernel, h, &g, 0, 51, &error, apart), &error);
            check_ok(hs_raster_density_squared(&p, kernel, h, &g, 51, g.rows, &error, apart), &error);
            assert_memory_equal(values, apart, (size_t)g.rows * g.columns * sizeof *values);
            double most = 0;
            for (uint32_t i = 0; i < g.rows * g.columns; i += 37) {
                double x = g.west_m + (i % g.columns + 0.5) * g.cell_m;
                double y = g.north_m - (i / g.columns + 0.5) * g.cell_m;
                double sum = 0;
                for (int n = 0; n < POINTS; n++) {
                    double r2 = ((x_m[n] - x) * (x_m[n] - x) + (y_m[n] - y) * (y_m[n] - y)) / (h * h);
                    double share = hs_kernel_profile(kernel, r2) * unit;
                    sum += (weights ? weight[n] : 1) * share * share;
                }
                check_near(values[i], sum, 1e-9 * unit * unit);
                most = sum > most ? sum : most;
            }
            assert_true(most > 3 * unit * unit);
        }
    }
    free(values);
    free(apart);
}

static hs_mercator cloud[POINTS];
static float cloud_weight[POINTS], cloud_squared[POINTS];

static hs_point_columns make_cloud(bool weights) {
    hs_random random;
    hs_random_seed(&random, 31);
    for (int i = 0; i < POINTS; i++) {
        cloud[i] = hs_mercator_from_degrees(100.45 + 0.004 * hs_random_normal(&random),
                                            38.93 + 0.004 * hs_random_normal(&random));
        cloud_weight[i] = (float)(i % 4) * 0.5F;
        cloud_squared[i] = cloud_weight[i] * cloud_weight[i];
    }
    return (hs_point_columns){.mercator = cloud, .weight = weights ? cloud_weight : NULL, .count = POINTS};
}

static hs_density_view view_at(uint32_t z) {
    hs_mercator at = hs_mercator_from_degrees(100.45, 38.93);
    return (hs_density_view){z, (uint32_t)((uint64_t)at.x >> (32 - z)),
                             (uint32_t)((uint64_t)at.y >> (32 - z)), 256};
}

static uint64_t *squares_of(const hs_point_columns *points, hs_kernel kernel, double h,
                            hs_density_view view) {
    hs_error error = {0};
    uint64_t *sums = calloc((size_t)256 * 256, sizeof *sums);
    assert_non_null(sums);
    check_ok(hs_density_add_squared(points, kernel, h, &view, &error, sums), &error);
    return sums;
}

/* The mean of the moments at the centres of side x side parts of a pixel, scaled by the latitude of its
 * middle as the pixel is. */
static void tiles(void **state) {
    (void)state;
    static const struct {
        uint32_t z;
        double h;
        hs_density_sampling sampling;
    } cases[] = {{15, 150, HS_DENSITY_CENTRE}, {12, 80, HS_DENSITY_MEAN}};
    for (int k = 0; k < HS_KERNEL_COUNT; k++)
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            hs_kernel kernel = (hs_kernel)k;
            double h = kernel == HS_KERNEL_GAUSSIAN ? cases[c].h / 2 : cases[c].h;
            hs_density_view view = view_at(cases[c].z);
            assert_int_equal(hs_density_sampling_of(&view, kernel, h), cases[c].sampling);
            hs_point_columns points = make_cloud(c == 0 && k % 2 == 0);
            hs_point_columns squared = points;
            if (points.weight) squared.weight = cloud_squared;
            uint64_t *sums = squares_of(&squared, kernel, h, view);
            uint32_t side = UINT32_C(1) << hs_density_subdivision(&view, kernel, h);
            double pixel = ldexp(0x1p32, -(int)view.z) / 256;
            double most = 0;
            for (uint32_t i = 0; i < 256 * 256; i += c == 0 ? 101 : 7) {
                double sum = 0;
                for (uint32_t part = 0; part < side * side; part++) {
                    hs_density_moments m = {0};
                    hs_density_moments_at(
                        &points, kernel, h, (view.x * 256.0 + i % 256 + (part % side + 0.5) / side) * pixel,
                        (view.y * 256.0 + i / 256 + (part / side + 0.5) / side) * pixel, &m);
                    sum += (double)m.sum_squared * 0x1p-32 / (side * side);
                }
                most = sum > most ? sum : most;
                /* A sub-row's own latitude scales a little differently; at a jump one incident may change
                 * sides. */
                double jump = kernel == HS_KERNEL_UNIFORM && side > 1 ? 1.01 / (side * side) : 0;
                check_near((double)sums[i] * 0x1p-32, sum, 1e-6 + (side > 1 ? 1e-4 : 0) * sum + jump);
            }
            assert_true(most > 2);
            free(sums);
        }
}

/* All incidents of a pixel alike: the square of one's share times their number. */
static void binned(void **state) {
    (void)state;
    hs_density_view view = view_at(7);
    hs_point_columns points = make_cloud(false);
    hs_error error = {0};
    uint64_t *sums = calloc((size_t)256 * 256, sizeof *sums);
    assert_non_null(sums);
    assert_int_equal(hs_density_sampling_of(&view, HS_KERNEL_QUARTIC, 900), HS_DENSITY_BINNED);
    check_ok(hs_density_add(&points, HS_KERNEL_QUARTIC, 900, &view, &error, sums), &error);
    uint64_t *squares = squares_of(&points, HS_KERNEL_QUARTIC, 900, view);
    double n = 0;
    for (uint32_t i = 0; i < 256 * 256; i++) {
        assert_int_equal(sums[i] == 0, squares[i] == 0);
        if (sums[i] > 0) n += (double)sums[i] * ((double)sums[i] / (double)squares[i]) * 0x1p-32;
    }
    check_near(n, POINTS, 1e-3 * POINTS);
    free(sums);
    free(squares);
}

static void refusals(void **state) {
    (void)state;
    hs_error error = {0};
    hs_point_columns none = {0};
    uint64_t sum = 0;
    hs_density_view view = view_at(12);
    view.size = 100;
    assert_int_equal(hs_density_add_squared(&none, HS_KERNEL_QUARTIC, 100, &view, &error, &sum),
                     HS_E_ARGUMENT);
    double value = 0;
    hs_raster_grid g = {0, 0, 10, 1, 1};
    hs_plane_points nothing = {NULL, NULL, NULL, 0};
    assert_int_equal(hs_raster_density_squared(&nothing, HS_KERNEL_COUNT, 9, &g, 0, 1, &error, &value),
                     HS_E_ARGUMENT);
    check_ok(hs_raster_density_squared(&nothing, HS_KERNEL_QUARTIC, 9, &g, 0, 1, &error, &value), &error);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_brute_force), cmocka_unit_test(tiles),
                                       cmocka_unit_test(binned), cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
