#include "base/random.h"
#include "check.h"
#include "geo/mercator.h"
#include <hotspot/density.h>
#include <stdlib.h>

#define POINTS 600

static hs_mercator cloud[POINTS];

static hs_point_columns make_cloud(double lon_deg, double lat_deg, double spread_deg) {
    hs_random random;
    hs_random_seed(&random, 11);
    for (uint32_t i = 0; i < POINTS; i++)
        cloud[i] = hs_mercator_from_degrees(lon_deg + spread_deg * hs_random_normal(&random),
                                            lat_deg + spread_deg * hs_random_normal(&random));
    return (hs_point_columns){.mercator = cloud, .count = POINTS};
}

static hs_density_view view_at(uint32_t z, uint32_t size, double lon_deg, double lat_deg) {
    hs_mercator m = hs_mercator_from_degrees(lon_deg, lat_deg);
    return (hs_density_view){z, m.x >> (32 - z), m.y >> (32 - z), size};
}

static uint64_t *zeros(size_t count) {
    uint64_t *array = calloc(count, sizeof *array);
    assert_non_null(array);
    return array;
}

static uint64_t *interpolated(const hs_point_columns *points, double bandwidth_m, hs_density_view view) {
    hs_error error = {0};
    uint64_t *nodes = zeros(hs_density_node_count(&view, bandwidth_m));
    uint64_t *sums = zeros((size_t)view.size * view.size);
    check_ok(hs_density_add_nodes(points, HS_KERNEL_QUARTIC, bandwidth_m, &view, &error, nodes), &error);
    hs_density_interpolate(&view, bandwidth_m, nodes, sums);
    free(nodes);
    return sums;
}

/* The bound that density.h states, against sums at every pixel. */
static void test_error_bound(void **state) {
    (void)state;
    static const struct {
        uint32_t z, size;
        double lat_deg, bandwidth_m;
        unsigned coarse;
    } cases[] = {{14, 256, 38.6, 1700, 0},  {14, 256, 38.6, 2000, 1},  {13, 256, 1.0, 20000, 3},
                 {13, 512, -33.9, 3000, 1}, {16, 256, 60.0, 20000, 6}, {18, 256, 39.34, 100000, 6},
                 {11, 256, 70.0, 100000, 3}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        hs_density_view view = view_at(cases[c].z, cases[c].size, 102.6, cases[c].lat_deg);
        double spread_deg = cases[c].bandwidth_m / 111000.0;
        hs_point_columns points = make_cloud(102.6 + spread_deg / 2, cases[c].lat_deg, spread_deg);
        assert_int_equal(hs_density_coarseness(&view, cases[c].bandwidth_m), cases[c].coarse);
        hs_error error = {0};
        uint64_t *exact = zeros((size_t)view.size * view.size);
        check_ok(hs_density_add(&points, HS_KERNEL_QUARTIC, cases[c].bandwidth_m, &view, &error, exact),
                 &error);
        uint64_t *sums = interpolated(&points, cases[c].bandwidth_m, view);
        double most = 0, sum = 0;
        for (size_t i = 0; i < (size_t)view.size * view.size; i++) {
            most = fmax(most, fabs((double)sums[i] - (double)exact[i]) / (double)HS_KERNEL_ONE);
            sum += (double)exact[i] / (double)HS_KERNEL_ONE;
        }
        assert_true(sum > 0);
        if (cases[c].coarse == 0) assert_true(most == 0);
        if (!(most <= POINTS / (96.0 * 96.0))) fail_msg("case %zu: off by %g peaks", c, most);
        free(exact);
        free(sums);
    }
}

/* A 512 pixel view and the four 256 pixel views below it share pixels: the same bits. */
static void test_no_seams(void **state) {
    (void)state;
    const double bandwidth_m = 9000;
    hs_point_columns points = make_cloud(102.6, 39.3, 0.05);
    hs_density_view parent = view_at(13, 512, 102.6, 39.3);
    uint64_t *whole = interpolated(&points, bandwidth_m, parent);
    for (uint32_t child = 0; child < 4; child++) {
        uint32_t east = child & 1, south = child >> 1;
        hs_density_view view = {14, parent.x * 2 + east, parent.y * 2 + south, 256};
        assert_true(hs_density_coarseness(&view, bandwidth_m) > 0);
        uint64_t *part = interpolated(&points, bandwidth_m, view);
        for (uint32_t row = 0; row < 256; row++)
            assert_memory_equal(part + (size_t)row * 256,
                                whole + ((size_t)row + south * 256) * 512 + east * 256, 256 * sizeof *part);
        free(part);
    }
    free(whole);
}

/* Added in two parts and in reverse, nodes are the same bits. */
static void test_order_and_parts(void **state) {
    (void)state;
    const double bandwidth_m = 9000;
    hs_error error = {0};
    hs_point_columns points = make_cloud(102.6, 39.3, 0.05);
    hs_density_view view = view_at(14, 256, 102.6, 39.3);
    size_t count = hs_density_node_count(&view, bandwidth_m);
    uint64_t *once = zeros(count), *parts = zeros(count);
    check_ok(hs_density_add_nodes(&points, HS_KERNEL_QUARTIC, bandwidth_m, &view, &error, once), &error);
    static hs_mercator reversed[POINTS];
    for (uint32_t i = 0; i < POINTS; i++)
        reversed[i] = cloud[POINTS - 1 - i];
    for (uint32_t part = 0; part < 2; part++) {
        hs_point_columns half = {.mercator = reversed + (size_t)part * POINTS / 2, .count = POINTS / 2};
        check_ok(hs_density_add_nodes(&half, HS_KERNEL_QUARTIC, bandwidth_m, &view, &error, parts), &error);
    }
    assert_memory_equal(once, parts, count * sizeof *once);
    free(once);
    free(parts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_bound),
        cmocka_unit_test(test_no_seams),
        cmocka_unit_test(test_order_and_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
