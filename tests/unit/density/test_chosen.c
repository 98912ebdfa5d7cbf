/* Exact sums at chosen pixels against those of the whole view: the same bits. */
#include "base/random.h"
#include "check.h"
#include "density/chosen.h"
#include "geo/mercator.h"
#include <stdlib.h>

#define SIDE   256u
#define PIXELS ((size_t)SIDE * SIDE)
#define POINTS 3000u

static hs_mercator place[POINTS];
static float weight[POINTS];
static uint32_t factor[POINTS];

static void make_points(double lon_deg, double lat_deg, uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    for (uint32_t i = 0; i < POINTS; i++) {
        double spread = i % 4 ? 0.006 : 0.05;
        place[i] = hs_mercator_from_degrees(lon_deg + spread * hs_random_normal(&random),
                                            lat_deg + spread * hs_random_normal(&random));
        if (i % 7 == 6) place[i] = place[i - 1];
        weight[i] = (float)(5.0 * hs_random_uniform(&random));
        factor[i] = (uint32_t)(65536.0 * hs_random_uniform(&random));
    }
}

static hs_density_view view_at(uint32_t z, hs_mercator m) {
    return (hs_density_view){z, (uint32_t)(((uint64_t)m.x << z) >> 32),
                             (uint32_t)(((uint64_t)m.y << z) >> 32), SIDE};
}

/* Scattered ones, a whole row, corners. */
static void choose(uint8_t *flags, hs_random *random) {
    for (size_t i = 0; i < PIXELS; i++)
        flags[i] = hs_random_uniform(random) < 0.05;
    memset(flags + (size_t)100 * SIDE, 1, SIDE);
    memset(flags + (size_t)101 * SIDE, 0, SIDE);
    flags[0] = flags[SIDE - 1] = flags[PIXELS - SIDE] = flags[PIXELS - 1] = 1;
}

static void compare(hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                    const hs_point_columns *points, const uint8_t *flags) {
    hs_error error = {0};
    hs_chosen_pixels *chosen;
    uint64_t *whole = calloc(2 * PIXELS, sizeof *whole);
    check_ok(hs_chosen_pixels_new(flags, SIDE, &error, &chosen), &error);
    uint64_t *sums = calloc(2 * (size_t)chosen->count + 1, sizeof *sums);
    check_ok(hs_density_add(points, kernel, bandwidth_m, view, &error, whole), &error);
    check_ok(hs_density_add_squared(points, kernel, bandwidth_m, view, &error, whole + PIXELS), &error);
    check_ok(hs_chosen_pixels_add(chosen, points, kernel, bandwidth_m, view, false, &error, sums), &error);
    check_ok(
        hs_chosen_pixels_add(chosen, points, kernel, bandwidth_m, view, true, &error, sums + chosen->count),
        &error);
    uint32_t at = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        if (!flags[i]) continue;
        assert_true(whole[i] == sums[at]);
        double squared = (double)sums[chosen->count + at++];
        check_near(squared, (double)whole[PIXELS + i], (double)points->count);
    }
    assert_int_equal(at, chosen->count);
    free(sums);
    free(whole);
    free(chosen);
}

static void test_same_bits(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 3);
    uint8_t *flags = malloc(PIXELS);
    make_points(121.4, 31.2, 11);
    for (int kernel = 0; kernel < HS_KERNEL_COUNT; kernel++)
        for (uint32_t z = 8; z <= 14; z += 2) {
            hs_density_view view = view_at(z, place[0]);
            hs_point_columns points = {.mercator = place, .count = POINTS};
            choose(flags, &random);
            compare((hs_kernel)kernel, 250, &view, &points, flags);
            points.weight = weight;
            points.factor = factor;
            compare((hs_kernel)kernel, 250, &view, &points, flags);
        }
    free(flags);
}

static void test_antimeridian(void **state) {
    (void)state;
    uint8_t *flags = malloc(PIXELS);
    memset(flags, 1, PIXELS);
    make_points(179.999, -17.0, 12);
    hs_point_columns points = {.mercator = place, .count = POINTS};
    hs_density_view east = view_at(12, hs_mercator_from_degrees(179.999, -17.0));
    hs_density_view west = view_at(12, hs_mercator_from_degrees(-179.999, -17.0));
    compare(HS_KERNEL_QUARTIC, 900, &east, &points, flags);
    compare(HS_KERNEL_QUARTIC, 900, &west, &points, flags);
    memset(flags, 0, PIXELS);
    compare(HS_KERNEL_QUARTIC, 900, &west, &points, flags);
    free(flags);
}

static void test_refusals(void **state) {
    (void)state;
    hs_error error = {0};
    hs_chosen_pixels *chosen;
    uint64_t sum = 0;
    uint8_t *flags = calloc(PIXELS, 1);
    make_points(121.4, 31.2, 11);
    hs_point_columns points = {.mercator = place, .count = POINTS};
    hs_density_view view = view_at(12, place[0]);
    check_ok(hs_chosen_pixels_new(flags, SIDE, &error, &chosen), &error);
    assert_int_equal(hs_chosen_pixels_add(chosen, &points, HS_KERNEL_QUARTIC, 0, &view, false, &error, &sum),
                     HS_E_ARGUMENT);
    view.size = 512;
    assert_int_equal(
        hs_chosen_pixels_add(chosen, &points, HS_KERNEL_QUARTIC, 300, &view, false, &error, &sum),
        HS_E_ARGUMENT);
    free(chosen);
    free(flags);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bits), cmocka_unit_test(test_antimeridian),
                                       cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
