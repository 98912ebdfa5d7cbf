/* What a window has in common with itself, shifted: against closed forms. */
#include "check.h"

#include "base/random.h"
#include "statistics/set_covariance.h"
#include <math.h>

static hs_pattern_window *window_of(const double (*corner)[2], uint32_t count) {
    hs_error error = {0};
    hs_directed_edge edges[16];
    for (uint32_t i = 0; i < count; i++) {
        const double *a = corner[i], *b = corner[(i + 1) % count];
        edges[i] = (hs_directed_edge){a[0], a[1], b[0], b[1]};
    }
    hs_pattern_window *window;
    check_ok(hs_pattern_window_new(edges, count, &error, &window), &error);
    return window;
}

static double square(double dx, double dy) {
    return fmax(0, 1000 - fabs(dx)) * fmax(0, 1000 - fabs(dy));
}

/* A right-angled triangle: the common part is one of the same form. */
static double triangle(double dx, double dy) {
    double left = 1000 + fmin(0, dx + dy) - fmax(0, dx) - fmax(0, dy);
    return left > 0 ? left * left / 2 : 0;
}

/* A square of 1 km without its north-eastern quarter: two rectangles, each with each. */
static double along(double a0, double a1, double b0, double b1) {
    return fmax(0, fmin(a1, b1) - fmax(a0, b0));
}

static double corner(double dx, double dy) {
    static const double r[2][4] = {{0, 1000, 0, 500}, {0, 500, 500, 1000}};
    double sum = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            sum += along(r[i][0], r[i][1], r[j][0] + dx, r[j][1] + dx) *
                   along(r[i][2], r[i][3], r[j][2] + dy, r[j][3] + dy);
    return sum;
}

static void check_shifts(hs_pattern_window *window, double reach, double (*wanted)(double dx, double dy)) {
    hs_error error = {0};
    hs_set_covariance c;
    hs_random random;
    double worst = 0, mean = 0;
    check_ok(hs_set_covariance_new(window, reach, &error, &c), &error);
    hs_random_seed(&random, 5);
    for (int k = 0; k < 20000; k++) {
        double far = reach * hs_random_uniform(&random), angle = 6.283185307 * hs_random_uniform(&random);
        double dx = far * cos(angle), dy = far * sin(angle);
        double off = fabs(hs_set_covariance_at(&c, dx, dy) - wanted(dx, dy)) / window->area_m2;
        worst = fmax(worst, off);
        mean += off / 20000;
    }
    assert_true(worst < 2e-4 && mean < 1e-5);
    check_near(hs_set_covariance_at(&c, 0, 0), window->area_m2, 1e-6 * window->area_m2);
    check_near(hs_set_covariance_at(&c, reach, 0), wanted(reach, 0), 2e-4 * window->area_m2);
    check_near(hs_set_covariance_at(&c, -reach, -0.0), wanted(-reach, 0), 2e-4 * window->area_m2);
    check_near(hs_set_covariance_at(&c, 0, -reach), wanted(0, -reach), 2e-4 * window->area_m2);
    hs_set_covariance_done(&c);
    hs_pattern_window_free(window);
}

static void test_closed_forms(void **state) {
    (void)state;
    static const double squares[][2] = {{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}},
                        triangles[][2] = {{0, 0}, {1000, 0}, {0, 1000}},
                        corners[][2] = {{0, 0}, {1000, 0}, {1000, 500}, {500, 500}, {500, 1000}, {0, 1000}};
    for (double reach = 3; reach < 1000; reach *= 7) {
        check_shifts(window_of(squares, 4), reach, square);
        check_shifts(window_of(triangles, 3), reach, triangle);
        check_shifts(window_of(corners, 6), reach, corner);
    }
}

static double strip(double dx, double dy) {
    return fmax(0, 1 - fabs(dx)) * fmax(0, 60000 - fabs(dy));
}

/* Rows are bounded, however long a window is beside its width. */
static void test_long_window(void **state) {
    (void)state;
    static const double strips[][2] = {{0, 0}, {1, 0}, {1, 60000}, {0, 60000}};
    for (double reach = 0.1; reach < 1; reach *= 3)
        check_shifts(window_of(strips, 4), reach, strip);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_closed_forms),
                                       cmocka_unit_test(test_long_window)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
