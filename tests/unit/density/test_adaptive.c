/* Abramson's bandwidths against plain sums (tests/data/density/adaptive) and the ladder's stated error. */
#include "base/random.h"
#include "check.h"

#include <hotspot/adaptive_bandwidth.h>
#include <stdlib.h>

#define MOST 512
#define H0_M 300.0

typedef struct expected {
    size_t count;
    double x_m[MOST], y_m[MOST], a[MOST], b[MOST], c[MOST];
} expected;

static void read_expected(const char *name, int columns, expected *out) {
    char path[512];
    char line[512];
    (void)snprintf(path, sizeof path, "%s/density/adaptive/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    out->count = 0;
    while (fgets(line, sizeof line, file)) {
        size_t i = out->count++;
        assert_true(out->count <= MOST);
        assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf,%lf", &out->x_m[i], &out->y_m[i], &out->a[i],
                                &out->b[i], &out->c[i]),
                         columns);
    }
    (void)fclose(file);
    assert_true(out->count > 20);
}

static void places_of(const double *density, size_t count, uint32_t *place) {
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += hs_adaptive_log2(density[i]);
    int64_t mean = (int64_t)floor((double)sum / (double)count + 0.5);
    for (size_t i = 0; i < count; i++)
        place[i] = hs_adaptive_place(mean, hs_adaptive_log2(density[i]));
}

static void test_pilots_and_bandwidths(void **state) {
    (void)state;
    static expected e;
    static double density[MOST];
    static uint32_t place[MOST];
    hs_error error = {0};
    read_expected("bandwidths.csv", 4, &e);
    hs_plane_points points = {e.x_m, e.y_m, NULL, e.count};
    check_ok(hs_pilot_density(&points, H0_M, &error, density), &error);
    double peak = 3 / 3.14159265358979 / (0.3 * 0.3);
    for (size_t i = 0; i < e.count; i++)
        check_near(density[i], e.a[i], 4e-4 * peak + 2e-3 * e.a[i]);
    places_of(e.a, e.count, place);
    for (size_t i = 0; i < e.count; i++)
        check_near(H0_M * hs_adaptive_ratio(place[i]), e.b[i], 2e-5 * e.b[i]);
}

/* What tiles and rasters do: a fixed density of each step, of the incidents' shares. */
static double by_steps(const expected *e, const uint32_t *place, hs_kernel kernel, double x, double y) {
    double sum = 0;
    for (size_t i = 0; i < e->count; i++) {
        double share = hs_adaptive_share(place[i]);
        for (uint32_t above = 0; above < 2; above++) {
            double h = H0_M * hs_adaptive_ratio(((place[i] >> 16) + above) << 16);
            double squared =
                ((e->x_m[i] - x) * (e->x_m[i] - x) + (e->y_m[i] - y) * (e->y_m[i] - y)) / (h * h);
            sum += (above ? share : 1 - share) * hs_kernel_profile(kernel, squared) * hs_kernel_peak(kernel) /
                   (h * h / 1e6);
        }
    }
    return sum;
}

static double incidents_peak(const expected *e, hs_kernel kernel, double x, double y) {
    double most = 0;
    for (size_t i = 0; i < e->count; i++) {
        double r2 =
            ((e->x_m[i] - x) * (e->x_m[i] - x) + (e->y_m[i] - y) * (e->y_m[i] - y)) / (e->b[i] * e->b[i]);
        if (r2 < 36) most += hs_kernel_peak(kernel) / (e->b[i] * e->b[i] / 1e6);
    }
    return most;
}

static void test_densities(void **state) {
    (void)state;
    static expected e;
    static expected at;
    static uint32_t place[MOST];
    read_expected("bandwidths.csv", 4, &e);
    read_expected("places.csv", 5, &at);
    places_of(e.a, e.count, place);
    for (size_t i = 0; i < at.count; i++) {
        const double want[3] = {at.a[i], at.b[i], at.c[i]};
        const hs_kernel kernels[3] = {HS_KERNEL_QUARTIC, HS_KERNEL_TRIWEIGHT, HS_KERNEL_GAUSSIAN};
        for (int k = 0; k < 3; k++)
            check_near(by_steps(&e, place, kernels[k], at.x_m[i], at.y_m[i]), want[k],
                       HS_ADAPTIVE_ERROR * incidents_peak(&e, kernels[k], at.x_m[i], at.y_m[i]));
    }
}

/* All places between two steps, all distances. */
static void test_stated_error(void **state) {
    (void)state;
    const hs_kernel kernels[] = {HS_KERNEL_QUARTIC, HS_KERNEL_TRIWEIGHT, HS_KERNEL_GAUSSIAN};
    for (int k = 0; k < 3; k++) {
        double worst = 0;
        for (uint32_t part = 0; part < 65536; part += 1024) {
            uint32_t place = (HS_ADAPTIVE_MIDDLE << 16) + part;
            double h = hs_adaptive_ratio(place);
            double low = hs_adaptive_ratio(HS_ADAPTIVE_MIDDLE << 16);
            double high = hs_adaptive_ratio((HS_ADAPTIVE_MIDDLE + 1) << 16);
            double share = hs_adaptive_share(place);
            check_near((1 - share) * low * low + share * high * high, h * h, 1e-12);
            for (double r = 0; r < 6; r += 0.001) {
                double exact = hs_kernel_profile(kernels[k], r * r / (h * h)) / (h * h);
                double mixed =
                    (1 - share) * hs_kernel_profile(kernels[k], r * r / (low * low)) / (low * low) +
                    share * hs_kernel_profile(kernels[k], r * r / (high * high)) / (high * high);
                worst = fmax(worst, fabs(mixed - exact) * h * h);
            }
        }
        assert_true(worst <= HS_ADAPTIVE_ERROR);
        assert_true(worst > HS_ADAPTIVE_ERROR / 2); /* no idle bound */
    }
}

/* Order and far neighbours do not matter; both ways of a block agree. */
static void test_order_and_blocks(void **state) {
    (void)state;
    enum { N = 4000 };
    static double x[N], y[N], weight[N], density[N], reversed[N], back[N];
    hs_random random;
    hs_error error = {0};
    hs_random_seed(&random, 5);
    for (size_t i = 0; i < N; i++) { /* heaps of 100 to 1500 in blocks of 1,200 m */
        double heap = (double)(i % 7) * 1700.0;
        x[i] = 5e5 + heap + 200 * hs_random_normal(&random);
        y[i] = -3e6 + 0.3 * heap + (i % 7 < 3 ? 60 : 700) * hs_random_normal(&random);
        weight[i] = 1 + (double)(i % 3);
    }
    hs_plane_points points = {x, y, weight, N};
    check_ok(hs_pilot_density(&points, H0_M, &error, density), &error);
    for (size_t i = 0; i < N; i += 37) {
        double sum = 0;
        for (size_t j = 0; j < N; j++)
            sum += weight[j] * hs_kernel_profile(HS_KERNEL_QUARTIC, ((x[i] - x[j]) * (x[i] - x[j]) +
                                                                     (y[i] - y[j]) * (y[i] - y[j])) /
                                                                        (H0_M * H0_M));
        double peak = hs_kernel_peak(HS_KERNEL_QUARTIC) / (H0_M * H0_M / 1e6);
        check_near(density[i], sum * peak, (3 * 4e-4 + 2e-3 * sum) * peak);
    }
    for (size_t i = 0; i < N / 2; i++) {
        double swap = x[i];
        x[i] = x[N - 1 - i];
        x[N - 1 - i] = swap;
        swap = y[i];
        y[i] = y[N - 1 - i];
        y[N - 1 - i] = swap;
        swap = weight[i];
        weight[i] = weight[N - 1 - i];
        weight[N - 1 - i] = swap;
    }
    check_ok(hs_pilot_density(&points, H0_M, &error, reversed), &error);
    for (size_t i = 0; i < N; i++)
        back[i] = reversed[N - 1 - i];
    assert_memory_equal(back, density, sizeof back);
}

static void test_ends_of_the_ladder(void **state) {
    (void)state;
    check_near(hs_adaptive_ratio(HS_ADAPTIVE_MIDDLE << 16), 1.0, 1e-15);
    /* A thousand times denser and rarer than the mean: an eighth, nearly, and the trim. */
    check_near(hs_adaptive_ratio(hs_adaptive_place(0, hs_adaptive_log2(1000))), 0.125 * exp2(2.0 / 24), 1e-9);
    check_near(hs_adaptive_ratio(hs_adaptive_place(0, hs_adaptive_log2(1e-6))), HS_ADAPTIVE_TRIM, 1e-4);
    assert_int_equal(hs_adaptive_log2(8.0), 3 * 65536);
    hs_error error = {0};
    double x = NAN;
    double y = 0;
    double density;
    assert_int_equal(hs_pilot_density(&(hs_plane_points){&x, &y, NULL, 1}, 300, &error, &density),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_pilot_density(&(hs_plane_points){&y, &y, NULL, 1}, 0, &error, &density),
                     HS_E_ARGUMENT);
    check_ok(hs_pilot_density(&(hs_plane_points){NULL, NULL, NULL, 0}, 300, &error, &density), &error);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pilots_and_bandwidths), cmocka_unit_test(test_densities),
        cmocka_unit_test(test_stated_error),          cmocka_unit_test(test_order_and_blocks),
        cmocka_unit_test(test_ends_of_the_ladder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
