/* How far values from a lattice may be off, pixel by pixel: never farther than said, and said to be little
 * where little lies near. */
#include "base/random.h"
#include "check.h"
#include "density/lattice_near.h"
#include "geo/mercator.h"
#include "lattice_deposited.h"
#include <hotspot/adaptive_bandwidth.h>
#include <stdlib.h>

#define SIDE   256u
#define PIXELS ((size_t)SIDE * SIDE)
#define TOWN   1200u

static const hs_kernel kernels[] = {HS_KERNEL_QUARTIC, HS_KERNEL_TRIWEIGHT, HS_KERNEL_GAUSSIAN};
static hs_mercator town[TOWN];

typedef struct tile {
    hs_lattice lattice;
    float values[PIXELS], squared[PIXELS], off[PIXELS], squared_off[PIXELS];
    uint64_t sums[PIXELS], squares[PIXELS];
} tile;

static double scale_at(double lat_deg) {
    double mx;
    double my;
    hs_mercator_ground_m(hs_mercator_from_degrees(0, lat_deg).y, &mx, &my);
    return mx > my ? mx : my;
}

static hs_density_view view_at(uint32_t z, hs_mercator m) {
    return (hs_density_view){z, (uint32_t)(((uint64_t)m.x << z) >> 32),
                             (uint32_t)(((uint64_t)m.y << z) >> 32), SIDE};
}

/* `step`: as of a step of a ladder, whose squares are not lowered. */
static void fill(tile *t, hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                 const hs_point_columns *points, double scale, bool step) {
    hs_error error = {0};
    hs_lattice cells;
    assert_true(step ? hs_lattice_step_of(view, kernel, bandwidth_m, bandwidth_m, scale, &t->lattice)
                     : hs_lattice_of(view, kernel, bandwidth_m, scale, &t->lattice));
    hs_lattice_cells_of(&t->lattice, scale, &cells);
    hs_lattice_deposit *nodes = deposited(&t->lattice, points);
    hs_lattice_deposit *counted = deposited(&cells, points);
    const hs_lattice_deposit *one[] = {nodes};
    const hs_lattice_deposit *other[] = {counted};
    check_ok(hs_lattice_values(&t->lattice, view, one, 1, &error, t->values, t->squared), &error);
    hs_lattice_bounds bounds = {.values = t->values,
                                .squared = t->squared,
                                .more = step ? HS_ADAPTIVE_ERROR / 2 : 0.0,
                                .off = t->off,
                                .squared_off = t->squared_off};
    check_ok(hs_lattice_off(&t->lattice, &cells, view, other, 1, &error, &bounds), &error);
    hs_lattice_deposit_free(nodes);
    hs_lattice_deposit_free(counted);
    memset(t->sums, 0, sizeof t->sums);
    memset(t->squares, 0, sizeof t->squares);
    check_ok(hs_density_add(points, kernel, bandwidth_m, view, &error, t->sums), &error);
    check_ok(hs_density_add_squared(points, kernel, bandwidth_m, view, &error, t->squares), &error);
}

/* Both sums lie within what is said; the exact ones are rounded by 2^-33 a point. */
static void check_bounds(const tile *t, uint32_t points, const char *what, double bandwidth_m, uint32_t z) {
    double rounding = points * 0x1p-33 + 1e-12;
    for (size_t i = 0; i < PIXELS; i++) {
        double apart = fabs((double)t->values[i] - (double)t->sums[i] * 0x1p-32);
        double squared = fabs((double)t->squared[i] - (double)t->squares[i] * 0x1p-32);
        bool held = apart <= (double)t->off[i] + rounding && squared <= (double)t->squared_off[i] + rounding;
        if (!held)
            print_error("%s %g m z%u pixel %zu: %g within %g, squared %g within %g\n", what, bandwidth_m,
                        (unsigned)z, i, apart, (double)t->off[i], squared, (double)t->squared_off[i]);
        assert_true(held);
    }
}

static void test_one(void **state) {
    (void)state;
    tile *t = malloc(sizeof *t);
    hs_random random;
    hs_random_seed(&random, 77);
    hs_mercator middle = hs_mercator_from_degrees(121.4, 31.2);
    for (size_t k = 0; k < 3; k++)
        for (uint32_t z = 8; z <= 16; z++) {
            hs_density_view view = view_at(z, middle);
            double pixel = 0x1p32 / (double)(UINT64_C(1) << z) / SIDE;
            for (int repeat = 0; repeat < 2; repeat++) {
                hs_mercator at = {
                    (uint32_t)((view.x * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel),
                    (uint32_t)((view.y * 256.0 + 30 + 196 * hs_random_uniform(&random)) * pixel)};
                hs_point_columns one = {.mercator = &at, .count = 1};
                for (int step = 0; step < 2; step++) {
                    fill(t, kernels[k], 300, &view, &one, scale_at(31), step);
                    check_bounds(t, 1, hs_kernel_name(kernels[k]), 300, z);
                }
            }
        }
    free(t);
}

static hs_point_columns make_town(void) {
    hs_random random;
    hs_random_seed(&random, 5);
    for (uint32_t i = 0; i < TOWN; i++) {
        double along = hs_random_uniform(&random) * 0.2 - 0.1;
        double lon = i % 3 == 0 ? along : 0.01 * hs_random_normal(&random) + (double)(i % 7) * 0.01;
        double lat = i % 3 == 0 ? 0.3 * along : 0.008 * hs_random_normal(&random);
        town[i] = hs_mercator_from_degrees(100.45 + lon, 38.92 + lat);
        if (i % 10 == 9) town[i] = town[i - 9];
    }
    return (hs_point_columns){.mercator = town, .count = TOWN};
}

static void test_town(void **state) {
    (void)state;
    tile *t = malloc(sizeof *t);
    hs_point_columns points = make_town();
    for (size_t k = 0; k < 3; k++)
        for (uint32_t z = 9; z <= 13; z += 2) {
            hs_density_view view = view_at(z, hs_mercator_from_degrees(100.45, 38.92));
            fill(t, kernels[k], 400, &view, &points, scale_at(38), z == 11);
            check_bounds(t, TOWN, hs_kernel_name(kernels[k]), 400, z);
        }
    free(t);
}

/* Far from everything nothing is off; beside one incident no more than one may be. */
static void test_sharp(void **state) {
    (void)state;
    tile *t = malloc(sizeof *t);
    hs_mercator at = hs_mercator_from_degrees(100.45, 38.92);
    hs_point_columns one = {.mercator = &at, .count = 1};
    hs_density_view view = view_at(13, at);
    fill(t, HS_KERNEL_QUARTIC, 300, &view, &one, scale_at(38), false);
    size_t none = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        none += t->off[i] == 0.0F;
        assert_true(t->off[i] <= 1.1e-3F);
        if (t->off[i] == 0.0F) assert_true(t->values[i] == 0.0F && t->sums[i] == 0);
    }
    assert_true(none > PIXELS / 2);
    free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one), cmocka_unit_test(test_town),
                                       cmocka_unit_test(test_sharp)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
