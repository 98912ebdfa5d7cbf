/* The lattice against the exact path: its stated bound, seams, splits, and what it must leave alone. */
#include "base/random.h"
#include "check.h"
#include "density/lattice.h"
#include "geo/mercator.h"
#include "lattice_deposited.h"
#include <stdlib.h>

#define PIXELS (512 * 512)

static const hs_kernel kernels[] = {HS_KERNEL_QUARTIC, HS_KERNEL_TRIWEIGHT, HS_KERNEL_GAUSSIAN};
static const double bandwidths_m[] = {60, 300, 1100};

static double scale_at(double lat_deg) {
    double mx;
    double my;
    hs_mercator_ground_m(hs_mercator_from_degrees(0, lat_deg).y, &mx, &my);
    return mx > my ? mx : my;
}

static hs_density_view view_at(uint32_t z, uint32_t size, hs_mercator m) {
    return (hs_density_view){z, (uint32_t)(((uint64_t)m.x << z) >> 32),
                             (uint32_t)(((uint64_t)m.y << z) >> 32), size};
}

static void values_of(const hs_lattice *lattice, const hs_density_view *view, const hs_point_columns *points,
                      float *values, float *squared) {
    hs_error error = {0};
    hs_lattice_deposit *deposit = deposited(lattice, points);
    const hs_lattice_deposit *deposits[] = {deposit};
    check_ok(hs_lattice_values(lattice, view, deposits, 1, &error, values, squared), &error);
    hs_lattice_deposit_free(deposit);
}

static double worst_error(hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                          const hs_lattice *lattice, const hs_point_columns *points, float *values,
                          uint64_t *sums) {
    hs_error error = {0};
    size_t pixels = (size_t)view->size * view->size;
    memset(sums, 0, pixels * sizeof *sums);
    check_ok(hs_density_add(points, kernel, bandwidth_m, view, &error, sums), &error);
    values_of(lattice, view, points, values, NULL);
    double worst = 0;
    double most = 0;
    for (size_t i = 0; i < pixels; i++) {
        double exact = (double)sums[i] / (double)HS_KERNEL_ONE;
        double apart = fabs((double)values[i] - exact);
        if (apart > worst) worst = apart;
        if (exact > most) most = exact;
        assert_true(values[i] >= 0);
    }
    return worst / (most > 1 ? most : 1);
}

/* One incident at a time, wherever it lies between nodes and pixels: the stated bound of its peak. */
static void test_bound_of_one(void **state) {
    (void)state;
    float *values = malloc(PIXELS * sizeof *values);
    uint64_t *sums = malloc(PIXELS * sizeof *sums);
    hs_random random;
    hs_random_seed(&random, 20241124);
    hs_mercator town = hs_mercator_from_degrees(121.4, 31.2);
    for (size_t k = 0; k < 3; k++)
        for (size_t b = 0; b < 3; b++)
            for (uint32_t z = 6; z <= 18; z++) {
                hs_density_view view = view_at(z, 256, town);
                hs_lattice lattice;
                assert_true(hs_lattice_of(&view, kernels[k], bandwidths_m[b], scale_at(31), &lattice));
                double pixel = 0x1p32 / (double)(UINT64_C(1) << z) / 256;
                for (int repeat = 0; repeat < 4; repeat++) {
                    hs_mercator at = {
                        (uint32_t)((view.x * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel),
                        (uint32_t)((view.y * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel)};
                    hs_point_columns one = {.mercator = &at, .count = 1};
                    double worst =
                        worst_error(kernels[k], bandwidths_m[b], &view, &lattice, &one, values, sums);
                    if (worst > lattice.error_bound)
                        print_error("%s %g m z%u\n", hs_kernel_name(kernels[k]), bandwidths_m[b],
                                    (unsigned)z);
                    check_near(worst, 0, lattice.error_bound);
                }
            }
    free(values);
    free(sums);
}

/* At four nodes a pixel four taps keep the bound where the quartic spans enough of them. */
static void test_narrowest_of_four_taps(void **state) {
    (void)state;
    float *values = malloc(PIXELS * sizeof *values);
    uint64_t *sums = malloc(PIXELS * sizeof *sums);
    hs_random random;
    hs_random_seed(&random, 31);
    double worst = 0;
    for (int i = 0; i < 24; i++) {
        hs_density_view view = view_at(13, 256, hs_mercator_from_degrees(121.4, 0.5));
        double pixel = 0x1p32 / 8192.0 / 256;
        double bandwidth_m = (4.57 + 0.1 * hs_random_uniform(&random)) * pixel * scale_at(0.4);
        hs_lattice lattice;
        assert_true(hs_lattice_of(&view, HS_KERNEL_QUARTIC, bandwidth_m, scale_at(0.4), &lattice));
        assert_true(lattice.sampling == HS_DENSITY_CENTRE && lattice.stride == 4 && lattice.taps == 4);
        hs_mercator at = {(uint32_t)((view.x * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel),
                          (uint32_t)((view.y * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel)};
        hs_point_columns one = {.mercator = &at, .count = 1};
        worst = fmax(worst, worst_error(HS_KERNEL_QUARTIC, bandwidth_m, &view, &lattice, &one, values, sums));
    }
    assert_true(worst <= 1e-3 && worst > 6e-4);
    free(values);
    free(sums);
}

/* Means take 2 and 3 nodes a pixel from the spans on that keep the bound. */
static void test_narrowest_means(void **state) {
    (void)state;
    static const double narrowest[][3] = {{3.85, 2.4, 2.05}, {3.6, 2.3, 2.3}, {1.25, 0.74, 0.74}};
    float *values = malloc(PIXELS * sizeof *values);
    uint64_t *sums = malloc(PIXELS * sizeof *sums);
    hs_random random;
    hs_random_seed(&random, 32);
    double least = 1;
    for (size_t k = 0; k < 3; k++)
        for (uint32_t rule = 0; rule < 3; rule++) {
            uint32_t nodes = rule == 0 ? 2 : 3;
            double worst = 0;
            for (int i = 0; i < 24; i++) {
                double lat_deg = rule == 2 || (rule == 0 && i % 2) ? 40.5 : 0.5; /* 8 sub-pixels : 4 */
                hs_density_view view = view_at(11, 256, hs_mercator_from_degrees(121.4, lat_deg));
                double pixel = 0x1p32 / 2048.0 / 256;
                double scale = scale_at(floor(lat_deg));
                double span = narrowest[k][rule] * (1.001 + 0.1 * hs_random_uniform(&random));
                double bandwidth_m = span * pixel * scale;
                hs_lattice lattice;
                assert_true(hs_lattice_of(&view, kernels[k], bandwidth_m, scale, &lattice));
                if (lattice.sampling != HS_DENSITY_MEAN) continue;
                assert_true(lattice.stride == nodes && lattice.taps == 6);
                if (rule > 0) assert_int_equal(lattice.subdivision, rule + 1);
                hs_mercator at = {
                    (uint32_t)((view.x * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel),
                    (uint32_t)((view.y * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel)};
                hs_point_columns one = {.mercator = &at, .count = 1};
                worst =
                    fmax(worst, worst_error(kernels[k], bandwidth_m, &view, &lattice, &one, values, sums));
            }
            assert_true(worst > 0 && worst <= 1e-3);
            least = fmin(least, worst);
        }
    assert_true(least > 1e-5);
    free(values);
    free(sums);
}

#define TOWN 20000
static hs_mercator town[TOWN];

/* Heaps, streets and lone incidents, many of them at the same address. */
static hs_point_columns make_town(double lon_deg, double lat_deg) {
    hs_random random;
    hs_random_seed(&random, 5);
    for (uint32_t i = 0; i < TOWN; i++) {
        double along = hs_random_uniform(&random) * 0.2 - 0.1;
        double lon = i % 3 == 0 ? along : 0.01 * hs_random_normal(&random) + (double)(i % 7) * 0.01;
        double lat = i % 3 == 0 ? 0.3 * along : 0.008 * hs_random_normal(&random);
        town[i] = hs_mercator_from_degrees(lon_deg + lon, lat_deg + lat);
        if (i % 10 == 9) town[i] = town[i - 9];
    }
    return (hs_point_columns){.mercator = town, .count = TOWN};
}

static void test_bound_of_a_town(void **state) {
    (void)state;
    float *values = malloc(PIXELS * sizeof *values);
    uint64_t *sums = malloc(PIXELS * sizeof *sums);
    for (size_t k = 0; k < 3; k++)
        for (uint32_t z = 9; z <= 16; z += 1) {
            hs_point_columns points = make_town(100.45, 38.92);
            hs_density_view view = view_at(z, z == 13 ? 512 : 256, hs_mercator_from_degrees(100.46, 38.92));
            hs_lattice lattice;
            assert_true(hs_lattice_of(&view, kernels[k], 300, scale_at(38), &lattice));
            double worst = worst_error(kernels[k], 300, &view, &lattice, &points, values, sums);
            check_near(worst, 0, lattice.error_bound);
        }
    free(values);
    free(sums);
}

/* Tiles of 256 pixels are quarters of those of 512 one zoom lower, bit for bit. */
static void test_no_seams(void **state) {
    (void)state;
    hs_point_columns points = make_town(100.45, 38.92);
    float *small = malloc(PIXELS * sizeof *small);
    float *big = malloc(PIXELS * sizeof *big);
    for (size_t k = 0; k < 3; k++)
        for (uint32_t z = 7; z <= 17; z++) {
            hs_density_view tile = view_at(z, 256, hs_mercator_from_degrees(100.4501, 38.9202));
            hs_density_view whole = {z - 1, tile.x / 2, tile.y / 2, 512};
            hs_lattice lattice;
            assert_true(hs_lattice_of(&whole, kernels[k], 300, scale_at(38), &lattice));
            values_of(&lattice, &whole, &points, big, NULL);
            for (uint32_t q = 0; q < 4; q++) {
                hs_density_view part = {z, whole.x * 2 + q % 2, whole.y * 2 + q / 2, 256};
                values_of(&lattice, &part, &points, small, NULL);
                for (uint32_t row = 0; row < 256; row++)
                    assert_memory_equal(small + row * 256, big + (row + q / 2 * 256) * 512 + q % 2 * 256,
                                        256 * sizeof *small);
            }
        }
    free(small);
    free(big);
}

/* Any split into deposits and any order of points gives the same bits; removing all leaves zero. */
static void test_splits(void **state) {
    (void)state;
    hs_point_columns points = make_town(100.45, 38.92);
    float *whole = malloc(PIXELS * sizeof *whole);
    float *parts = malloc(PIXELS * sizeof *parts);
    static hs_mercator reversed[TOWN];
    for (uint32_t i = 0; i < TOWN; i++)
        reversed[i] = town[TOWN - 1 - i];
    hs_error error = {0};
    for (uint32_t z = 8; z <= 15; z++) {
        hs_density_view view = view_at(z, 256, hs_mercator_from_degrees(100.4501, 38.9202));
        hs_lattice lattice;
        assert_true(hs_lattice_of(&view, HS_KERNEL_QUARTIC, 300, scale_at(38), &lattice));
        values_of(&lattice, &view, &points, whole, NULL);
        hs_lattice_deposit *deposits[5];
        for (uint32_t p = 0; p < 5; p++) {
            hs_point_columns part = {.mercator = reversed + p * (TOWN / 5), .count = TOWN / 5};
            deposits[p] = deposited(&lattice, &part);
        }
        check_ok(hs_lattice_values(&lattice, &view, (const hs_lattice_deposit *const *)deposits, 5, &error,
                                   parts, NULL),
                 &error);
        assert_memory_equal(whole, parts, (size_t)256 * 256 * sizeof *whole);
        for (uint32_t p = 0; p < 5; p++)
            hs_lattice_deposit_free(deposits[p]);
        hs_point_columns none = {0};
        values_of(&lattice, &view, &none, parts, NULL);
        for (uint32_t i = 0; i < 256 * 256; i++)
            assert_true(parts[i] == 0.0f);
    }
    free(whole);
    free(parts);
}

/* Incidents of weight 1 take a way of their own, which leads to the same nodes: all over the world, at its
 * edges and one beside the other, whatever their number. */
static void check_ones(const hs_lattice *lattice, const hs_point_columns *points, const float *weight) {
    hs_point_columns weighted = *points;
    weighted.weight = weight;
    hs_lattice_deposit *ones = deposited(lattice, points);
    hs_lattice_deposit *others = deposited(lattice, &weighted);
    size_t block = (size_t)HS_LATTICE_BLOCK * HS_LATTICE_BLOCK;
    double sum = 0;
    for (uint32_t b = 0; b < ones->count; b++) {
        static const int32_t nothing[HS_LATTICE_BLOCK * HS_LATTICE_BLOCK];
        const int32_t *same = nothing;
        for (uint32_t o = 0; o < others->count; o++)
            if (others->x[o] == ones->x[b] && others->y[o] == ones->y[b]) same = others->nodes + o * block;
        assert_memory_equal(ones->nodes + b * block, same, block * sizeof *same);
        for (size_t i = 0; i < block; i++)
            sum += ones->nodes[b * block + i] * ones->unit;
    }
    assert_true(sum == points->count);
    hs_lattice_deposit_free(ones);
    hs_lattice_deposit_free(others);
}

static void test_ones(void **state) {
    (void)state;
    enum { MOST = 700 };
    static hs_mercator at[MOST];
    static float weight[MOST];
    hs_random random;
    hs_random_seed(&random, 12);
    for (uint32_t i = 0; i < MOST; i++)
        weight[i] = 1.0F;
    for (uint32_t z = 6; z <= 24; z++)
        for (int spread = 0; spread < 3; spread++) {
            double reach = spread == 0 ? 0x1p32 : spread == 1 ? 0x1p20 : 0x1p13;
            for (uint32_t i = 0; i < MOST; i++) {
                uint32_t x = (uint32_t)(reach * hs_random_uniform(&random));
                uint32_t y = (uint32_t)(reach * hs_random_uniform(&random));
                at[i] = (hs_mercator){x - (uint32_t)(reach / 2), y};
            }
            double bandwidth_m = z < 12 ? 3000 : 150 >> (z - 12) / 2;
            hs_density_view view = {z, 0, 0, z % 2 ? 256 : 512};
            hs_lattice lattice;
            assert_true(hs_lattice_of(&view, kernels[z % 3], bandwidth_m, scale_at(31), &lattice));
            hs_point_columns points = {.mercator = at, .count = spread == 0 ? 100 : MOST - z};
            if (lattice.taps > 1) check_ones(&lattice, &points, weight);
        }
}

/* Weights and factors scale what an incident of weight 1 gives; large ones do not overflow. */
static void test_weights(void **state) {
    (void)state;
    hs_mercator at[400];
    float weight[400];
    uint32_t factor[400];
    hs_mercator middle = hs_mercator_from_degrees(100.45, 38.92);
    for (uint32_t i = 0; i < 400; i++) {
        at[i] = middle;
        weight[i] = 30000;
        factor[i] = 32768;
    }
    float *one = malloc(PIXELS * sizeof *one);
    float *many = malloc(PIXELS * sizeof *many);
    for (uint32_t z = 8; z <= 14; z += 2) {
        hs_density_view view = view_at(z, 256, middle);
        hs_lattice lattice;
        assert_true(hs_lattice_of(&view, HS_KERNEL_QUARTIC, 300, scale_at(38), &lattice));
        hs_point_columns points = {.mercator = at, .count = 1};
        values_of(&lattice, &view, &points, one, NULL);
        points = (hs_point_columns){.mercator = at, .weight = weight, .factor = factor, .count = 400};
        values_of(&lattice, &view, &points, many, NULL);
        double most = 0;
        for (uint32_t i = 0; i < 256 * 256; i++)
            if (one[i] > most) most = one[i];
        for (uint32_t i = 0; i < 256 * 256; i++)
            check_near(many[i] / (400 * 15000.0), one[i], 1e-4 * most + 1e-4);
    }
    free(one);
    free(many);
}

/* Squares of the kernel, for the number of incidents that a value rests on. */
static void test_squares(void **state) {
    (void)state;
    hs_mercator middle = hs_mercator_from_degrees(100.45, 38.92);
    hs_mercator at[30];
    for (uint32_t i = 0; i < 30; i++)
        at[i] = middle;
    float *values = malloc(PIXELS * sizeof *values);
    float *squared = malloc(PIXELS * sizeof *squared);
    for (size_t k = 0; k < 3; k++)
        for (uint32_t z = 6; z <= 17; z++) {
            hs_density_view view = view_at(z, 256, middle);
            hs_lattice lattice;
            assert_true(hs_lattice_of(&view, kernels[k], 300, scale_at(38), &lattice));
            hs_point_columns points = {.mercator = at, .count = 30};
            values_of(&lattice, &view, &points, values, squared);
            for (uint32_t i = 0; i < 256 * 256; i++) {
                if (lattice.sampling == HS_DENSITY_MEAN)
                    continue; /* a mean of squares is no square of means */
                check_near(squared[i] / 30, values[i] / 30 * values[i] / 30, 4e-3 * (values[i] / 30 + 1));
            }
        }
    free(values);
    free(squared);
}

static void test_antimeridian(void **state) {
    (void)state;
    hs_mercator east = hs_mercator_from_degrees(179.9995, 66.0);
    hs_point_columns points = {.mercator = &east, .count = 1};
    float *values = malloc(PIXELS * sizeof *values);
    uint64_t *sums = malloc(PIXELS * sizeof *sums);
    for (uint32_t z = 8; z <= 16; z += 2) {
        hs_density_view first = {z, 0, east.y >> (32 - z), 256};
        hs_lattice lattice;
        assert_true(hs_lattice_of(&first, HS_KERNEL_QUARTIC, 500, scale_at(66), &lattice));
        check_near(worst_error(HS_KERNEL_QUARTIC, 500, &first, &lattice, &points, values, sums), 0, 1e-3);
        double total = 0;
        for (uint32_t i = 0; i < 256 * 256; i++)
            total += values[i];
        if (lattice.sampling == HS_DENSITY_CENTRE) assert_true(total > 1);
    }
    free(values);
    free(sums);
}

/* Kernels with edges, and what the exact path refuses. */
static void test_refused(void **state) {
    (void)state;
    hs_lattice lattice;
    hs_density_view view = {12, 0, 0, 256};
    assert_false(hs_lattice_of(&view, HS_KERNEL_UNIFORM, 300, 0.009, &lattice));
    assert_false(hs_lattice_of(&view, HS_KERNEL_EPANECHNIKOV, 300, 0.009, &lattice));
    assert_false(hs_lattice_of(&view, HS_KERNEL_TRIANGULAR, 300, 0.009, &lattice));
    assert_false(hs_lattice_of(&view, HS_KERNEL_QUARTIC, 0, 0.009, &lattice));
    view.size = 300;
    assert_false(hs_lattice_of(&view, HS_KERNEL_QUARTIC, 300, 0.009, &lattice));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bound_of_one),
                                       cmocka_unit_test(test_narrowest_of_four_taps),
                                       cmocka_unit_test(test_narrowest_means),
                                       cmocka_unit_test(test_bound_of_a_town),
                                       cmocka_unit_test(test_no_seams),
                                       cmocka_unit_test(test_splits),
                                       cmocka_unit_test(test_ones),
                                       cmocka_unit_test(test_weights),
                                       cmocka_unit_test(test_squares),
                                       cmocka_unit_test(test_antimeridian),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
