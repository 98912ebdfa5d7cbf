#include "base/random.h"
#include "check.h"
#include "geo/mercator.h"
#include <hotspot/coordinates.h>
#include <hotspot/density.h>
#include <stdlib.h>

#define POINTS 1200

static hs_mercator cloud[POINTS];

/* A town of three heaps about (lon, lat). */
static hs_point_columns make_cloud(double lon_deg, double lat_deg, double spread_deg, uint32_t count) {
    hs_random random;
    hs_random_seed(&random, 7);
    for (uint32_t i = 0; i < count; i++) {
        double heap = (double)(i % 3) * spread_deg;
        cloud[i] = hs_mercator_from_degrees(lon_deg + heap + spread_deg * hs_random_normal(&random),
                                            lat_deg + heap / 2 + spread_deg * hs_random_normal(&random));
    }
    return (hs_point_columns){.mercator = cloud, .count = count};
}

static hs_density_view view_at(uint32_t z, uint32_t size, double lon_deg, double lat_deg) {
    hs_mercator m = hs_mercator_from_degrees(lon_deg, lat_deg);
    return (hs_density_view){z, z ? m.x >> (32 - z) : 0, z ? m.y >> (32 - z) : 0, size};
}

static uint64_t *sums_with(hs_kernel kernel, const hs_point_columns *points, double bandwidth_m,
                           hs_density_view view) {
    hs_error error = {0};
    uint64_t *sums = calloc((size_t)view.size * view.size, sizeof *sums);
    assert_non_null(sums);
    check_ok(hs_density_add(points, kernel, bandwidth_m, &view, &error, sums), &error);
    return sums;
}

static uint64_t *sums_of(const hs_point_columns *points, double bandwidth_m, hs_density_view view) {
    return sums_with(HS_KERNEL_QUARTIC, points, bandwidth_m, view);
}

/* The kernels as textbooks write them. */
static long double formula(hs_kernel kernel, long double r2) {
    if (kernel == HS_KERNEL_GAUSSIAN) return r2 < 5.5L * 5.5L ? expl(-r2 / 2) : 0;
    if (r2 >= 1) return 0;
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return (1 - r2) * (1 - r2);
    case HS_KERNEL_EPANECHNIKOV:
        return 1 - r2;
    case HS_KERNEL_TRIWEIGHT:
        return (1 - r2) * (1 - r2) * (1 - r2);
    case HS_KERNEL_TRIANGULAR:
        return 1 - sqrtl(r2);
    default:
        return 1;
    }
}

/* The kernel sum at a place in pixels of the view, in long doubles and by division, as the definition has it;
 * with the row's scale that of pixel row `row`. */
static double brute_at(hs_kernel kernel, const hs_point_columns *points, double bandwidth_m,
                       hs_density_view view, long double column, long double row, uint32_t scale_row) {
    long double pixel = 4294967296.0L / ldexpl(1.0L, (int)view.z) / view.size;
    long double x = ((long double)view.x * view.size + column) * pixel;
    long double y = ((long double)view.y * view.size + row) * pixel;
    double mx;
    double my;
    hs_mercator_ground_m((double)(((long double)view.y * view.size + scale_row + 0.5L) * pixel), &mx, &my);
    long double sum = 0;
    for (uint32_t i = 0; i < points->count; i++) {
        long double dx = (x - points->mercator[i].x) * mx / bandwidth_m;
        long double dy = (y - points->mercator[i].y) * my / bandwidth_m;
        sum += formula(kernel, dx * dx + dy * dy);
    }
    return (double)sum;
}

static double brute(hs_kernel kernel, const hs_point_columns *points, double bandwidth_m,
                    hs_density_view view, uint32_t column, uint32_t row) {
    return brute_at(kernel, points, bandwidth_m, view, column + 0.5L, row + 0.5L, row);
}

static void check_brute(hs_kernel kernel, uint32_t z, uint32_t size, double bandwidth_m, double lat_deg) {
    hs_point_columns points = make_cloud(100.45, lat_deg, z >= 20 ? 1e-4 : 0.01, 500);
    hs_density_view view = view_at(z, size, 100.45, lat_deg);
    assert_int_equal(hs_density_sampling_of(&view, kernel, bandwidth_m), HS_DENSITY_CENTRE);
    uint64_t *sums = sums_with(kernel, &points, bandwidth_m, view);
    double most = 0;
    for (size_t i = 0; i < (size_t)view.size * view.size; i++)
        if ((double)sums[i] > most) most = (double)sums[i];
    assert_true(most > (double)HS_KERNEL_ONE / 2);
    for (uint32_t row = 3; row < view.size; row += 17)
        for (uint32_t column = 1; column < view.size; column += 13) {
            double expected = brute(kernel, &points, bandwidth_m, view, column, row) * (double)HS_KERNEL_ONE;
            check_near((double)sums[row * view.size + column], expected, 500.0); /* 1 a point */
        }
    free(sums);
}

static void test_against_brute_force(void **state) {
    (void)state;
    static const struct {
        uint32_t z, size;
        double bandwidth_m, lat_deg;
    } cases[] = {{12, 256, 300, 38.9}, {14, 256, 300, 38.9}, {16, 512, 123.4, 38.9}, {11, 512, 700, -33.9},
                 {12, 256, 300, 69.6}, {24, 256, 40, 38.9},  {24, 512, 55, 1.3},     {10, 256, 5000, 84.9}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        check_brute(HS_KERNEL_QUARTIC, cases[c].z, cases[c].size, cases[c].bandwidth_m, cases[c].lat_deg);
}

static void test_all_kernels(void **state) {
    (void)state;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        check_brute((hs_kernel)k, 13, 256, 300, 38.9);
        check_brute((hs_kernel)k, 16, 512, 130.7, -33.9);
    }
}

/* Means: the average of the centres of 4 x 4 sub-pixels where the bandwidth spans 2 pixels, 8 x 8 where 1. */
static void test_means(void **state) {
    (void)state;
    static const unsigned sides[] = {4, 8};
    for (int k = 0; k < HS_KERNEL_COUNT; k++)
        for (int c = 0; c < 2; c++) {
            hs_kernel kernel = (hs_kernel)k;
            hs_point_columns points = make_cloud(100.45, 38.92, 0.01, 60);
            hs_density_view view = view_at(12, 256, 100.45, 38.92);
            double pixel_m = 0x1p12 * 0.009330691929342804;
            double bandwidth_m = (c == 0 ? 2.5 : 1.3) * pixel_m * sqrt(0.125) / hs_kernel_deviation(kernel);
            assert_int_equal(hs_density_sampling_of(&view, kernel, bandwidth_m), HS_DENSITY_MEAN);
            uint64_t *sums = sums_with(kernel, &points, bandwidth_m, view);
            double total = 0;
            unsigned side = sides[c];
            for (uint32_t row = 0; row < 256; row += 5)
                for (uint32_t column = 0; column < 256; column += 3) {
                    double expected = 0;
                    for (unsigned s = 0; s < side * side; s++)
                        expected +=
                            brute_at(kernel, &points, bandwidth_m, view, column + (s % side + 0.5L) / side,
                                     row + (s / side + 0.5L) / side, row);
                    expected *= (double)HS_KERNEL_ONE / (side * side);
                    total += expected;
                    check_near((double)sums[row * 256 + column], expected, 60.0 * side * side);
                }
            assert_true(total > (double)HS_KERNEL_ONE);
            free(sums);
        }
}

/* Moments, weights and factors at a place against the formulas. */
static void test_moments(void **state) {
    (void)state;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_point_columns points = make_cloud(100.45, 38.92, 0.002, 100);
        float weight[100];
        uint32_t factor[100];
        for (uint32_t i = 0; i < 100; i++) {
            weight[i] = (float)(i % 5) * 0.75f;
            factor[i] = 32768 + 1000 * i;
        }
        points.weight = weight;
        points.factor = factor;
        hs_mercator at = hs_mercator_from_degrees(100.452, 38.921);
        double mx;
        double my;
        hs_mercator_ground_m(at.y, &mx, &my);
        long double sum = 0;
        long double squared = 0;
        uint64_t count = 0;
        uint32_t above = 0;
        double largest = 0;
        for (uint32_t i = 0; i < 100; i++) {
            double dx = ((double)at.x - cloud[i].x) * mx / 250;
            double dy = ((double)at.y - cloud[i].y) * my / 250;
            double r2 = dx * dx + dy * dy;
            long double w = formula((hs_kernel)k, r2) * weight[i] * factor[i] / 65536;
            sum += w;
            squared += w * w;
            above += w > 1e-8;
            double reach = hs_kernel_reach((hs_kernel)k);
            if (r2 >= reach * reach) continue;
            count++;
            if (weight[i] * factor[i] / 65536 > largest) largest = weight[i] * factor[i] / 65536;
        }
        hs_density_moments moments = {0};
        hs_density_moments_at(&points, (hs_kernel)k, 250, at.x, at.y, &moments);
        assert_true(sum > 1);
        check_near((double)moments.sum * 0x1p-32, (double)sum, 1e-3);
        check_near((double)moments.sum_squared * 0x1p-32, (double)squared, 3e-3);
        assert_int_equal(moments.count, count);
        check_near((double)moments.largest * 0x1p-32, largest, 1e-4);
        uint64_t weights[100];
        uint32_t rows[100];
        assert_int_equal(hs_density_weights_at(&points, (hs_kernel)k, 250, at.x, at.y, 100, weights, rows),
                         above);
        uint64_t total = 0;
        for (uint32_t i = 0; i < above; i++)
            total += weights[i];
        assert_true(total == moments.sum);
        assert_int_equal(hs_density_weights_at(&points, (hs_kernel)k, 250, at.x, at.y, 2, weights, rows),
                         above);
    }
}

/* A block of 3 x 3 tiles of 256 pixels is the same as tiles of 512 pixels one zoom lower. */
static void test_no_seams(void **state) {
    (void)state;
    static const struct {
        uint32_t z;
        double bandwidth_m;
    } cases[] = {{13, 300}, {15, 300}, {10, 300}, {8, 300}, {5, 300}, {3, 2000}};
    hs_point_columns points = make_cloud(100.45, 38.92, 0.03, POINTS);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        hs_density_view centre = view_at(cases[c].z, 256, 100.45, 38.92);
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                hs_density_view tile = centre;
                tile.x += (uint32_t)dx;
                tile.y += (uint32_t)dy;
                hs_density_view big = {tile.z - 1, tile.x / 2, tile.y / 2, 512};
                uint64_t *small_sums = sums_of(&points, cases[c].bandwidth_m, tile);
                uint64_t *big_sums = sums_of(&points, cases[c].bandwidth_m, big);
                for (uint32_t row = 0; row < 256; row++)
                    assert_memory_equal(small_sums + row * 256,
                                        big_sums + (row + tile.y % 2 * 256) * 512 + tile.x % 2 * 256,
                                        256 * sizeof *small_sums);
                free(small_sums);
                free(big_sums);
            }
    }
}

static void test_pixels_are_positions(void **state) {
    (void)state;
    hs_point_columns points = make_cloud(100.45, 38.92, 0.01, POINTS);
    hs_density_view view = view_at(14, 256, 100.45, 38.92);
    uint64_t *sums = sums_of(&points, 300, view);
    double pixel = 0x1p32 / 0x1p14 / 256;
    for (uint32_t row = 0; row < 256; row += 15)
        for (uint32_t column = 0; column < 256; column += 15) {
            double x = (view.x * 256.0 + column + 0.5) * pixel;
            double y = (view.y * 256.0 + row + 0.5) * pixel;
            uint64_t at = hs_density_at(&points, HS_KERNEL_QUARTIC, 300, x, y);
            assert_true(at == sums[row * 256 + column]);
        }
    free(sums);
}

/* Any split into columns, order, selection by bits and block boxes gives the same bits. */
static void test_order_and_blocks(void **state) {
    (void)state;
    hs_point_columns points = make_cloud(100.45, 38.92, 0.05, POINTS);
    hs_density_view view = view_at(13, 256, 100.45, 38.92);
    uint64_t *whole = sums_of(&points, 300, view);
    static hs_mercator reversed[POINTS];
    for (uint32_t i = 0; i < POINTS; i++)
        reversed[i] = cloud[POINTS - 1 - i];
    enum { BLOCK = 100 };
    hs_mercator_box boxes[POINTS / BLOCK];
    for (uint32_t b = 0; b < POINTS / BLOCK; b++) {
        boxes[b] = (hs_mercator_box){UINT32_MAX, UINT32_MAX, 0, 0};
        for (uint32_t i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
            if (reversed[i].x < boxes[b].min_x) boxes[b].min_x = reversed[i].x;
            if (reversed[i].x > boxes[b].max_x) boxes[b].max_x = reversed[i].x;
            if (reversed[i].y < boxes[b].min_y) boxes[b].min_y = reversed[i].y;
            if (reversed[i].y > boxes[b].max_y) boxes[b].max_y = reversed[i].y;
        }
    }
    uint64_t even[POINTS / 64 + 1];
    uint64_t odd[POINTS / 64 + 1];
    memset(even, 0x55, sizeof even);
    memset(odd, 0xaa, sizeof odd);
    hs_point_columns blocks = {
        .mercator = reversed, .count = POINTS, .block_box = boxes, .block_rows = BLOCK};
    uint64_t *parts = calloc(256 * 256, sizeof *parts);
    hs_error error = {0};
    blocks.selected = even;
    check_ok(hs_density_add(&blocks, HS_KERNEL_QUARTIC, 300, &view, &error, parts), &error);
    blocks.selected = odd;
    check_ok(hs_density_add(&blocks, HS_KERNEL_QUARTIC, 300, &view, &error, parts), &error);
    assert_memory_equal(whole, parts, 256 * 256 * sizeof *parts);
    free(parts);
    free(whole);
}

static double ground_km2(hs_density_view view, uint32_t row) {
    double pixel = 0x1p32 / (double)(UINT64_C(1) << view.z) / view.size;
    double mx;
    double my;
    hs_mercator_ground_m((view.y * (double)view.size + row + 0.5) * pixel, &mx, &my);
    return mx * my * pixel * pixel / 1e6;
}

/* The picture holds as many incidents as there are, at every zoom. */
static void test_mass(void **state) {
    (void)state;
    hs_point_columns points = make_cloud(100.45, 38.92, 0.004, 200);
    for (uint32_t z = 0; z <= 14; z++) {
        hs_density_view centre = view_at(z, 512, 100.45, 38.92);
        double mass = 0;
        uint32_t tiles = z ? 1u << z : 1;
        for (uint32_t dy = 0; dy < 3; dy++)
            for (uint32_t dx = 0; dx < 3; dx++) {
                hs_density_view view = {z, centre.x + dx - 1, centre.y + dy - 1, 512};
                if (view.x >= tiles || view.y >= tiles) continue; /* 0 - 1 too */
                uint64_t *sums = sums_of(&points, 300, view);
                for (uint32_t i = 0; i < 512 * 512; i++)
                    mass += hs_density_from_sum(sums[i], HS_KERNEL_QUARTIC, 300) * ground_km2(view, i / 512);
                free(sums);
            }
        check_near(mass, 200.0, z == 0 ? 2.0 : 0.6);
    }
}

static void test_weights(void **state) {
    (void)state;
    hs_point_columns points = make_cloud(100.45, 38.92, 0.01, 3);
    float weights[3] = {2.5f, -1.0f, 0.0f};
    for (uint32_t z = 4; z <= 14; z += 5) {
        hs_density_view view = view_at(z, 256, 100.45, 38.92);
        points.count = 1;
        points.weight = NULL;
        uint64_t *one = sums_of(&points, 900, view);
        points.count = 3;
        points.weight = weights;
        uint64_t *weighted = sums_of(&points, 900, view);
        for (uint32_t i = 0; i < 256 * 256; i++)
            check_near((double)weighted[i], 2.5 * (double)one[i], 200.0);
        free(one);
        free(weighted);
    }
}

/* Either side of 180 degrees: the tile at the world's east edge feels what lies west of it, and the other
 * way. */
static void test_antimeridian(void **state) {
    (void)state;
    hs_mercator east = hs_mercator_from_degrees(179.9995, 66.0);
    hs_mercator west = {(uint32_t)(0 - east.x), east.y}; /* its mirror image */
    hs_point_columns from_east = {.mercator = &east, .count = 1};
    hs_point_columns from_west = {.mercator = &west, .count = 1};
    hs_density_view first = {14, 0, east.y >> 18, 256};
    hs_density_view last = {14, (1u << 14) - 1, east.y >> 18, 256};
    uint64_t *a = sums_of(&from_east, 500, first);
    uint64_t *b = sums_of(&from_west, 500, last);
    uint64_t total = 0;
    for (uint32_t row = 0; row < 256; row++)
        for (uint32_t column = 0; column < 256; column++) {
            assert_true(a[row * 256 + column] == b[row * 256 + 255 - column]);
            total += a[row * 256 + column];
        }
    assert_true(total > HS_KERNEL_ONE);
    assert_true(hs_density_at(&from_east, HS_KERNEL_QUARTIC, 500, 0.0, (double)east.y) > 0);
    free(a);
    free(b);
}

static void test_thresholds(void **state) {
    (void)state;
    double peak = 3.0 / (3.14159265358979323846 * 0.3 * 0.3); /* one incident at 300 m */
    check_near(hs_density_from_sum(HS_KERNEL_ONE, HS_KERNEL_QUARTIC, 300), peak, 1e-12);
    static const double densities[] = {0.01, 1, 10.6, 200, 1e6};
    for (size_t i = 0; i < sizeof densities / sizeof *densities; i++) {
        uint64_t sum = hs_density_to_sum(densities[i], HS_KERNEL_QUARTIC, 300);
        assert_true(hs_density_from_sum(sum, HS_KERNEL_QUARTIC, 300) < densities[i]);
        assert_true(hs_density_from_sum(sum + 1, HS_KERNEL_QUARTIC, 300) >= densities[i]);
    }
    assert_true(hs_density_to_sum(0.0, HS_KERNEL_QUARTIC, 300) == 0);
    assert_true(hs_density_to_sum(1e30, HS_KERNEL_QUARTIC, 300) == UINT64_MAX);
}

static void test_arguments(void **state) {
    (void)state;
    hs_error error = {0};
    uint64_t sums[1] = {7};
    hs_point_columns points = {0};
    hs_density_view view = {12, 0, 0, 256};
    assert_int_equal(hs_density_add(&points, HS_KERNEL_QUARTIC, 0.0, &view, &error, sums), HS_E_ARGUMENT);
    assert_int_equal(hs_density_add(&points, HS_KERNEL_QUARTIC, (double)NAN, &view, &error, sums),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_density_add(&points, HS_KERNEL_COUNT, 300, &view, &error, sums), HS_E_ARGUMENT);
    view.size = 300;
    assert_int_equal(hs_density_add(&points, HS_KERNEL_QUARTIC, 300, &view, &error, sums), HS_E_ARGUMENT);
    view = (hs_density_view){3, 8, 0, 256};
    assert_int_equal(hs_density_add(&points, HS_KERNEL_QUARTIC, 300, &view, &error, sums), HS_E_ARGUMENT);
    assert_true(sums[0] == 7);
}

/* Values from scikit-learn: tests/data/density/README.md. */
static void test_independent_values(void **state) {
    (void)state;
    static hs_mercator mercator[1000];
    hs_point_columns points = {.mercator = mercator};
    char line[256];
    FILE *file = fopen(TEST_DATA "/density/points.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *rest;
        double lon = strtod(line, &rest);
        mercator[points.count++] = hs_mercator_from_degrees(lon, strtod(rest + 1, NULL));
    }
    fclose(file);
    assert_int_equal(points.count, 180);
    file = fopen(TEST_DATA "/density/expected.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    int rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        double field[5];
        char *rest = line;
        for (int i = 0; i < 5; i++)
            field[i] = strtod(rest, &rest), rest++;
        hs_mercator m = hs_mercator_from_degrees(field[0], field[1]);
        uint64_t sum = hs_density_at(&points, HS_KERNEL_QUARTIC, field[2], m.x, m.y);
        double peak = 3.0 / (3.14159265358979323846 * field[2] * field[2] / 1e6);
        /* A local plane and the Mercator square part by the change of scale over one bandwidth. */
        check_near(hs_density_from_sum(sum, HS_KERNEL_QUARTIC, field[2]), field[4],
                   peak * (1e-6 + field[3] * field[2] * 2.5e-7));
    }
    assert_int_equal(rows, 120);
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_brute_force),
                                       cmocka_unit_test(test_all_kernels),
                                       cmocka_unit_test(test_means),
                                       cmocka_unit_test(test_moments),
                                       cmocka_unit_test(test_no_seams),
                                       cmocka_unit_test(test_pixels_are_positions),
                                       cmocka_unit_test(test_order_and_blocks),
                                       cmocka_unit_test(test_mass),
                                       cmocka_unit_test(test_weights),
                                       cmocka_unit_test(test_antimeridian),
                                       cmocka_unit_test(test_thresholds),
                                       cmocka_unit_test(test_arguments),
                                       cmocka_unit_test(test_independent_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
