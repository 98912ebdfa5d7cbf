/* Exact rasters against sums over all points, cell by cell. */
#include "base/random.h"
#include "check.h"

#include <hotspot/raster_density.h>
#include <stdlib.h>

#define PI     3.14159265358979323846
#define POINTS 4000

static double x_m[POINTS], y_m[POINTS], weight[POINTS];

static hs_plane_points make_points(double east_m, double north_m, bool weights) {
    hs_random random;
    hs_random_seed(&random, 99);
    for (int i = 0; i < POINTS; i++) {
        double heap = 300.0 * (i % 4);
        x_m[i] = east_m + heap + 150 * hs_random_normal(&random);
        y_m[i] = north_m + 0.5 * heap + 150 * hs_random_normal(&random);
        if (i % 50 == 0) { /* on a centre's circle: a centre at exactly the bandwidth is outside */
            x_m[i] = east_m + 5;
            y_m[i] = north_m + 5;
        }
        weight[i] = i % 9 * 0.25;
    }
    return (hs_plane_points){x_m, y_m, weights ? weight : NULL, POINTS};
}

static double formula(hs_kernel kernel, double dx, double dy, double h) {
    double r2 = (dx * dx + dy * dy) / (h * h);
    double km2 = h * h / 1e6;
    if (kernel == HS_KERNEL_GAUSSIAN) return r2 < 5.5 * 5.5 ? exp(-r2 / 2) / (2 * PI * km2) : 0;
    if (r2 >= 1) return 0;
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return 3 * (1 - r2) * (1 - r2) / (PI * km2);
    case HS_KERNEL_EPANECHNIKOV:
        return 2 * (1 - r2) / (PI * km2);
    case HS_KERNEL_TRIWEIGHT:
        return 4 * (1 - r2) * (1 - r2) * (1 - r2) / (PI * km2);
    case HS_KERNEL_TRIANGULAR:
        return 3 * (1 - sqrt(r2)) / (PI * km2);
    default:
        return 1 / (PI * km2);
    }
}

static double brute(hs_kernel kernel, const hs_plane_points *p, double h, const hs_raster_grid *g,
                    uint32_t row, uint32_t column) {
    double x = g->west_m + (column + 0.5) * g->cell_m;
    double y = g->north_m - (row + 0.5) * g->cell_m;
    double sum = 0;
    for (size_t i = 0; i < p->count; i++)
        sum += (p->weight ? p->weight[i] : 1) * formula(kernel, p->x_m[i] - x, p->y_m[i] - y, h);
    return sum;
}

static double *raster_of(hs_kernel kernel, const hs_plane_points *p, double h, const hs_raster_grid *g) {
    hs_error error = {0};
    double *values = malloc((size_t)g->rows * g->columns * sizeof *values);
    assert_non_null(values);
    check_ok(hs_raster_density(p, kernel, h, g, 0, g->rows, &error, values), &error);
    return values;
}

static void against_brute_force(void **state) {
    (void)state;
    static const struct {
        double east_m, north_m, h, cell_m;
        bool weights;
    } cases[] = {{0, 0, 100, 10, false},         {500000, 4000000, 250, 10, true},
                 {-70000, 12345, 37, 10, false}, {500000, 4000000, 8, 10, true},
                 {0, 0, 700, 10, false},         {0, 0, 60, 7.3, true}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int k = 0; k < HS_KERNEL_COUNT; k++) {
            hs_kernel kernel = (hs_kernel)k;
            hs_plane_points p = make_points(cases[c].east_m, cases[c].north_m, cases[c].weights);
            double h = k == HS_KERNEL_GAUSSIAN ? cases[c].h / 3 : cases[c].h;
            hs_raster_grid g = {cases[c].east_m - 200, cases[c].north_m + 900, cases[c].cell_m, 150, 120};
            double *values = raster_of(kernel, &p, h, &g);
            double most = 0;
            for (uint32_t i = 0; i < g.rows * g.columns; i++)
                most = values[i] > most ? values[i] : most;
            assert_true(most > 0);
            for (uint32_t row = 0; row < g.rows; row += 7)
                for (uint32_t column = 0; column < g.columns; column += 11) {
                    double expected = brute(kernel, &p, h, &g, row, column);
                    check_near(values[(size_t)row * g.columns + column], expected, 1e-8 * most);
                }
            free(values);
        }
}

/* A grid wider than a strip has no seam in it. */
static void wide_grids(void **state) {
    (void)state;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_plane_points p = make_points(0, 0, false);
        hs_raster_grid g = {-700, 600, 1, 2600, 40};
        double h = k == HS_KERNEL_GAUSSIAN ? 12 : 33;
        double *values = raster_of((hs_kernel)k, &p, h, &g);
        for (uint32_t column = 0; column < g.columns; column += 13)
            check_near(values[20 * (size_t)g.columns + column], brute((hs_kernel)k, &p, h, &g, 20, column),
                       1e-3);
        free(values);
    }
}

/* Order, and computing rows apart, do not change a bit. */
static void same_bits(void **state) {
    (void)state;
    hs_error error = {0};
    static double rx[POINTS], ry[POINTS], rw[POINTS];
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_plane_points p = make_points(1000, 2000, true);
        for (int i = 0; i < POINTS; i++) {
            int from = (i * 1237 + 5) % POINTS;
            rx[i] = x_m[from];
            ry[i] = y_m[from];
            rw[i] = weight[from];
        }
        hs_plane_points shuffled = {rx, ry, rw, POINTS};
        hs_raster_grid g = {700, 3000, 9, 160, 130};
        double *a = raster_of((hs_kernel)k, &p, 90, &g);
        double *b = raster_of((hs_kernel)k, &shuffled, 90, &g);
        size_t size = (size_t)g.rows * g.columns * sizeof *a;
        assert_memory_equal(a, b, size);
        free(a);
        free(b);
    }
    (void)error;
}

/* Rows apart agree within rounding: what rounds is shared only between points that meet. */
static void ranges_of_rows(void **state) {
    (void)state;
    hs_error error = {0};
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_plane_points p = make_points(1000, 2000, true);
        hs_raster_grid g = {700, 3000, 9, 160, 130};
        double *a = raster_of((hs_kernel)k, &p, 90, &g);
        double *b = malloc((size_t)g.rows * g.columns * sizeof *b);
        static const uint32_t ends[] = {0, 31, 32, 99, 130};
        for (int r = 0; r < 4; r++)
            check_ok(hs_raster_density(&p, (hs_kernel)k, 90, &g, ends[r], ends[r + 1], &error, b), &error);
        for (uint32_t i = 0; i < g.rows * g.columns; i++)
            check_near(b[i], a[i], 1e-8 * 1e5);
        free(a);
        free(b);
    }
}

/* All that the points weigh, up to the sum over cells. */
static void mass(void **state) {
    (void)state;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_plane_points p = make_points(0, 0, true);
        hs_raster_grid g = {-2000, 2400, 5, 1000, 900};
        double *values = raster_of((hs_kernel)k, &p, k == HS_KERNEL_GAUSSIAN ? 60 : 150, &g);
        double sum = 0;
        double total = 0;
        for (uint32_t i = 0; i < g.rows * g.columns; i++)
            sum += values[i] * 25e-6;
        for (int i = 0; i < POINTS; i++)
            total += weight[i];
        check_near(sum, total, (k == HS_KERNEL_UNIFORM ? 1e-3 : 1e-5) * total);
        free(values);
    }
}

static void refusals(void **state) {
    (void)state;
    hs_error error = {0};
    double value = 7;
    hs_raster_grid g = {0, 0, 10, 1, 1};
    hs_plane_points none = {NULL, NULL, NULL, 0};
    check_ok(hs_raster_density(&none, HS_KERNEL_QUARTIC, 100, &g, 0, 1, &error, &value), &error);
    assert_true(value == 0);
    double nan = (double)NAN;
    double one = 1;
    double minus = -1;
    hs_plane_points bad = {&nan, &one, NULL, 1};
    assert_int_equal(hs_raster_density(&bad, HS_KERNEL_QUARTIC, 100, &g, 0, 1, &error, &value),
                     HS_E_ARGUMENT);
    bad = (hs_plane_points){&one, &one, &minus, 1};
    assert_int_equal(hs_raster_density(&bad, HS_KERNEL_QUARTIC, 100, &g, 0, 1, &error, &value),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_raster_density(&none, HS_KERNEL_QUARTIC, 0, &g, 0, 1, &error, &value), HS_E_ARGUMENT);
    assert_int_equal(hs_raster_density(&none, HS_KERNEL_COUNT, 9, &g, 0, 1, &error, &value), HS_E_ARGUMENT);
    assert_int_equal(hs_raster_density(&none, HS_KERNEL_QUARTIC, 9, &g, 1, 2, &error, &value), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_brute_force), cmocka_unit_test(wide_grids), cmocka_unit_test(same_bits),
        cmocka_unit_test(ranges_of_rows),      cmocka_unit_test(mass),       cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
