#include "check.h"

#include "geo/transform_line.h"
#include <math.h>

enum { COUNT = 2048 };

static double x[COUNT], y[COUNT], exact_x[COUNT], exact_y[COUNT];

/* A line against each of its positions transformed alone: within a thousandth of a step, and the same ones
 * are no places. */
static void check_line(const char *crs, double from_x, double from_y, double step_x, double step_y,
                       size_t count) {
    hs_error error = {0};
    hs_transform *transform;
    check_ok(hs_transform_new(crs, &error, &transform), &error);
    for (size_t i = 0; i < count; i++) {
        x[i] = exact_x[i] = from_x + (double)i * step_x;
        y[i] = exact_y[i] = from_y + (double)i * step_y;
    }
    hs_transform_line(transform, x, y, count);
    (void)hs_transform_forward(transform, exact_x, exact_y, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(isfinite(x[i]), isfinite(exact_x[i]));
        if (!isfinite(x[i])) continue;
        size_t next = i + 1 < count ? i + 1 : i - 1;
        double step = hypot(exact_x[next] - exact_x[i], exact_y[next] - exact_y[i]);
        assert_true(hypot(x[i] - exact_x[i], y[i] - exact_y[i]) <= 1.1e-3 * step);
    }
    hs_transform_free(transform);
}

static void cities(void **state) {
    (void)state;
    check_line("EPSG:32648", 290000, 4354000, 5, 0, COUNT);
    check_line("EPSG:32648", 290000, 4354000, 0, 5, COUNT);
    check_line("EPSG:4545", 500000, 4354000, 0.5, 0, COUNT);
    check_line("EPSG:2154", 650000, 6860000, 10, -3, COUNT - 5);
}

/* Where lines bend, cross the antimeridian, pass the pole or leave the Earth. */
static void bent(void **state) {
    (void)state;
    check_line("EPSG:32648", -4000000, 4354000, 5000, 0, COUNT);
    check_line("EPSG:3995", -9000000, 1000, 9000, 0, COUNT);
    check_line("EPSG:3995", -1000, 3000000, 1, 0, COUNT);
    check_line("EPSG:3832", 3000000, 0, 100, 0, COUNT);
    check_line("ESRI:54030", -18000000, 5000000, 18000, 0, COUNT);
}

static void short_ones(void **state) {
    (void)state;
    for (size_t count = 2; count < 40; count++)
        check_line("EPSG:32648", 290000, 4354000, 5, 0, count);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cities), cmocka_unit_test(bent),
                                       cmocka_unit_test(short_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
