/* Exact adaptive sums against plain ones in double precision, incident by incident. */
#include "base/random.h"
#include "check.h"
#include "density/adaptive_sums.h"
#include "geo/mercator.h"
#include <stdlib.h>

#define SIDE   256u
#define PIXELS ((size_t)SIDE * SIDE)
#define POINTS 400u
#define H0_M   300.0

static hs_mercator at[POINTS];
static double amount[POINTS];
static uint32_t rung_place[POINTS];

static hs_adaptive_points make_points(double lon_deg, double lat_deg) {
    hs_random random;
    hs_random_seed(&random, 99);
    for (uint32_t i = 0; i < POINTS; i++) {
        at[i] = hs_mercator_from_degrees(lon_deg + 0.01 * hs_random_normal(&random),
                                         lat_deg + 0.01 * hs_random_normal(&random));
        amount[i] = i % 9 == 0 ? 0.0 : 3.0 * hs_random_uniform(&random);
        rung_place[i] = (uint32_t)(hs_random_uniform(&random) * (HS_ADAPTIVE_RUNGS << 16));
    }
    return (hs_adaptive_points){at, amount, rung_place, POINTS};
}

static double profile(hs_kernel kernel, double r2) {
    if (kernel == HS_KERNEL_GAUSSIAN)
        return r2 < HS_KERNEL_GAUSSIAN_REACH * HS_KERNEL_GAUSSIAN_REACH ? exp(-0.5 * r2) : 0.0;
    if (r2 >= 1.0) return 0.0;
    double left = 1.0 - r2;
    return kernel == HS_KERNEL_QUARTIC ? left * left : left * left * left;
}

/* What incident i adds at a point of the Mercator square, at the ground scale of the row. */
static double one(hs_kernel kernel, uint32_t i, double x, double y, double row_y, bool squared) {
    double mx;
    double my;
    hs_mercator_ground_m(row_y, &mx, &my);
    double ratio = hs_adaptive_ratio(rung_place[i]);
    double dx = (x - (double)at[i].x) * mx / (H0_M * ratio);
    double dy = (y - (double)at[i].y) * my / (H0_M * ratio);
    double share = profile(kernel, dx * dx + dy * dy) / (ratio * ratio);
    return amount[i] * (squared ? share * share : share);
}

/* Of a bandwidth that is narrow for the pixel: its incident over the pixel's ground. */
static double binned(hs_kernel kernel, uint32_t i, double x0, double y0, double pixel, bool squared) {
    double mx;
    double my;
    bool inside = (double)at[i].x >= x0 && (double)at[i].x < x0 + pixel && (double)at[i].y >= y0 &&
                  (double)at[i].y < y0 + pixel;
    if (!inside) return 0.0;
    hs_mercator_ground_m(y0 + 0.5 * pixel, &mx, &my);
    double share = H0_M * H0_M / (hs_kernel_peak(kernel) * pixel * mx * pixel * my);
    return amount[i] * (squared ? share * share : share);
}

/* The mean over the sub-pixels that pixels have for the step below an incident's bandwidth. */
static double pixel_sum(hs_kernel kernel, const hs_density_view *view, uint32_t column, uint32_t row,
                        bool squared) {
    double pixel = 0x1p32 / (double)(UINT64_C(1) << view->z) / SIDE;
    double x0 = ((double)view->x * SIDE + column) * pixel;
    double y0 = ((double)view->y * SIDE + row) * pixel;
    double sum = 0;
    for (uint32_t i = 0; i < POINTS; i++) {
        double step_m = H0_M * hs_adaptive_ratio(rung_place[i] & ~UINT32_C(0xffff));
        if (hs_density_sampling_of(view, kernel, step_m) == HS_DENSITY_BINNED) {
            sum += binned(kernel, i, x0, y0, pixel, squared);
            continue;
        }
        uint32_t each = UINT32_C(1) << hs_density_subdivision(view, kernel, step_m);
        double part = 0;
        for (uint32_t a = 0; a < each; a++)
            for (uint32_t b = 0; b < each; b++)
                part += one(kernel, i, x0 + (a + 0.5) / each * pixel, y0 + (b + 0.5) / each * pixel,
                            y0 + 0.5 * pixel, squared);
        sum += part / ((double)each * each);
    }
    return sum;
}

static void check_view(hs_kernel kernel, uint32_t z, const hs_adaptive_points *points) {
    hs_error error = {0};
    hs_mercator m = at[0];
    hs_density_view view = {z, (uint32_t)(((uint64_t)m.x << z) >> 32), (uint32_t)(((uint64_t)m.y << z) >> 32),
                            SIDE};
    uint8_t *flags = calloc(PIXELS, 1);
    for (size_t i = 0; i < PIXELS; i += 487)
        flags[i] = 1;
    for (uint32_t i = 0; i < 40; i++) { /* where incidents are */
        double pixel = 0x1p32 / (double)(UINT64_C(1) << z) / SIDE;
        double column = (double)at[i].x / pixel - (double)view.x * SIDE;
        double row = (double)at[i].y / pixel - (double)view.y * SIDE;
        if (column >= 0 && column < SIDE && row >= 0 && row < SIDE)
            flags[(size_t)row * SIDE + (size_t)column] = 1;
    }
    hs_chosen_pixels *chosen;
    check_ok(hs_chosen_pixels_new(flags, SIDE, &error, &chosen), &error);
    for (int squared = 0; squared < 2; squared++) {
        hs_wide_sum *sums = calloc((size_t)chosen->count + 1, sizeof *sums);
        check_ok(hs_adaptive_sums_add(chosen, points, kernel, H0_M, &view, squared, &error, sums), &error);
        for (uint32_t row = 0; row < SIDE; row++)
            for (uint32_t i = chosen->first[row]; i < chosen->first[row + 1]; i++) {
                double want = pixel_sum(kernel, &view, chosen->column[i], row, squared);
                check_near((double)sums[i] * 0x1p-32, want, 1e-6 + 1e-8 * want);
            }
        free(sums);
    }
    free(chosen);
    free(flags);
}

static void test_pixels(void **state) {
    (void)state;
    hs_adaptive_points points = make_points(113.3, 23.1);
    check_view(HS_KERNEL_QUARTIC, 15, &points);
    check_view(HS_KERNEL_QUARTIC, 12, &points);
    check_view(HS_KERNEL_TRIWEIGHT, 14, &points);
    check_view(HS_KERNEL_GAUSSIAN, 14, &points);
}

static void test_place(void **state) {
    (void)state;
    hs_adaptive_points points = make_points(113.3, 23.1);
    for (uint32_t p = 0; p < 60; p++) {
        double x = (double)at[p].x + 3000.0;
        double y = (double)at[p].y - 2000.0;
        for (int k = 0; k < 2; k++) {
            hs_kernel kernel = k ? HS_KERNEL_GAUSSIAN : HS_KERNEL_QUARTIC;
            hs_adaptive_moments m = {0};
            hs_adaptive_moments together = {0};
            hs_adaptive_sums_at(&points, kernel, H0_M, x, y, false, &m);
            hs_adaptive_sums_at(&points, kernel, H0_M, x, y, true, &together);
            double sum = 0;
            double squared = 0;
            double as_many = 0;
            uint64_t count = 0;
            for (uint32_t i = 0; i < POINTS; i++) {
                double term = one(kernel, i, x, y, y, false);
                sum += term;
                squared += term * term;
                as_many += amount[i] > 0 ? term * term / amount[i] : 0;
                count += term > 0;
            }
            check_near((double)m.sum * 0x1p-32, sum, 1e-6);
            check_near((double)m.sum_squared * 0x1p-32, squared, 1e-6);
            check_near((double)together.sum_squared * 0x1p-32, as_many, 1e-6);
            assert_true(m.count == count && together.count == count);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pixels), cmocka_unit_test(test_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
