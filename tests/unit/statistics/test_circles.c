/* Shares of circles inside a window: many at once against one by one, and by hand. */
#include "check.h"

#include "base/random.h"
#include "statistics/k_isotropic.h"
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { CORNERS = 120, CENTRES = 300, RADII = 400 };

static hs_pattern_window *star(uint64_t seed) {
    hs_random random;
    hs_error error = {0};
    hs_directed_edge edges[CORNERS + 4];
    double x[CORNERS], y[CORNERS];
    hs_random_seed(&random, seed);
    for (int i = 0; i < CORNERS; i++) {
        double far = 400 + 600 * hs_random_uniform(&random), angle = 2 * PI * i / CORNERS;
        x[i] = far * cos(angle);
        y[i] = far * sin(angle);
    }
    for (int i = 0; i < CORNERS; i++)
        edges[i] = (hs_directed_edge){x[i], y[i], x[(i + 1) % CORNERS], y[(i + 1) % CORNERS]};
    static const double hole_x[] = {-50, -50, 40, 40}, hole_y[] = {-30, 60, 60, -30};
    for (int i = 0; i < 4; i++)
        edges[CORNERS + i] =
            (hs_directed_edge){hole_x[i], hole_y[i], hole_x[(i + 1) % 4], hole_y[(i + 1) % 4]};
    hs_pattern_window *window;
    check_ok(hs_pattern_window_new(edges, CORNERS + 4, &error, &window), &error);
    return window;
}

static void shares(hs_circles *circles, double x, double y, double reach, const double *radius,
                   uint32_t count) {
    double border = hs_pattern_window_border_m(circles->window, x, y);
    assert_true(hs_circles_take(circles, count));
    memcpy(circles->radius, radius, count * sizeof *radius);
    hs_circles_move(circles, x, y, border, reach);
    hs_circles_shares(circles, border, reach, count);
}

static void test_together_and_alone(void **state) {
    (void)state;
    hs_error error = {0};
    hs_random random;
    double radius[RADII];
    for (uint64_t seed = 1; seed <= 3; seed++) {
        hs_pattern_window *window = star(seed);
        hs_circles circles;
        check_ok(hs_circles_new(window, &error, &circles), &error);
        hs_random_seed(&random, 7 * seed);
        for (int c = 0; c < CENTRES;) {
            double x = 2000 * hs_random_uniform(&random) - 1000, y = 2000 * hs_random_uniform(&random) - 1000;
            if (!hs_pattern_window_holds(window, x, y)) continue;
            double border = hs_pattern_window_border_m(window, x, y), reach = 30 + 7.0 * c;
            if (++c && border >= reach) continue;
            for (int k = 0; k < RADII; k++)
                radius[k] = border + (reach - border) * (1 - hs_random_uniform(&random));
            shares(&circles, x, y, reach, radius, RADII);
            for (int k = 0; k < RADII; k++)
                check_near(circles.angle[k], hs_circle_share(window, &circles.near, x, y, circles.radius[k]),
                           1e-11);
        }
        hs_circles_done(&circles);
        hs_pattern_window_free(window);
    }
}

/* In the middle of a square: nothing, half way and all of it, and just at the corners. */
static void test_square(void **state) {
    (void)state;
    hs_error error = {0};
    hs_pattern_window *window;
    hs_circles circles;
    check_ok(hs_pattern_window_of_box(-1, -1, 1, 1, &error, &window), &error);
    check_ok(hs_circles_new(window, &error, &circles), &error);
    const double radius[] = {1 + 1e-13, 1.2, sqrt(2) - 1e-9, sqrt(2), 1.5};
    shares(&circles, 0, 0, 2, radius, 5);
    check_near(circles.angle[0], 1, 1e-5);
    check_near(circles.angle[1], 1 - 4 * acos(1 / 1.2) / PI, 1e-14);
    check_near(circles.angle[2], 0, 1e-8);
    check_near(circles.angle[3], 0, 1e-7);
    check_near(circles.angle[4], 0, 0);
    /* From a corner and from a side. */
    const double two[] = {0.5, 1, 2, 2.5};
    shares(&circles, -1, -1, 3, two, 4);
    check_near(circles.angle[0], 0.25, 1e-14);
    check_near(circles.angle[3], 0.25 - acos(2 / 2.5) / PI, 1e-14);
    shares(&circles, 0, -1, 3, two, 2);
    check_near(circles.angle[0], 0.5, 1e-14);
    hs_circles_done(&circles);
    hs_pattern_window_free(window);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_together_and_alone),
                                       cmocka_unit_test(test_square)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
