/* Steps of a ladder on their lattices: an incident shared between two of them against its own bandwidth,
 * wherever it lies between steps, nodes and pixels. */
#include "base/random.h"
#include "check.h"
#include "density/adaptive_sums.h"
#include "density/kernel.h"
#include "density/lattice.h"
#include "geo/mercator.h"
#include "lattice_deposited.h"
#include <stdlib.h>

#define SIDE   256u
#define PIXELS ((size_t)SIDE * SIDE)
#define LON    121.4

static const hs_kernel kernels[] = {HS_KERNEL_QUARTIC, HS_KERNEL_TRIWEIGHT, HS_KERNEL_GAUSSIAN};

/* One incident on a tile. */
typedef struct trial {
    hs_kernel kernel;
    double h0_m, scale;
    uint32_t place;
    hs_mercator at;
    hs_density_view view;
    float values[PIXELS];
    double mixed[PIXELS];
    hs_wide_sum exact[PIXELS];
} trial;

static double scale_at(double lat_deg) {
    double mx;
    double my;
    hs_mercator_ground_m(hs_mercator_from_degrees(0, lat_deg).y, &mx, &my);
    return mx > my ? mx : my;
}

/* Somewhere in a tile that holds all of the kernel, where one does. */
static void choose_place(trial *t, hs_random *random, double lat_deg, uint32_t z) {
    hs_mercator m = hs_mercator_from_degrees(LON, lat_deg);
    t->view = (hs_density_view){z, (uint32_t)(((uint64_t)m.x << z) >> 32),
                                (uint32_t)(((uint64_t)m.y << z) >> 32), SIDE};
    double pixel = 0x1p32 / (double)(UINT64_C(1) << z) / SIDE;
    t->at.x = (uint32_t)((t->view.x * 256.0 + 30 + 196 * hs_random_uniform(random)) * pixel);
    t->at.y = (uint32_t)((t->view.y * 256.0 + 30 + 196 * hs_random_uniform(random)) * pixel);
    double south_deg;
    double lon;
    hs_mercator_to_degrees((double)t->at.x, (t->view.y + 1) * 256.0 * pixel, &lon, &south_deg);
    t->scale = scale_at(floor(south_deg));
}

static double step_m(const trial *t, uint32_t rung) {
    return t->h0_m * hs_adaptive_ratio(rung << 16);
}

static hs_lattice lattice_of_step(const trial *t, uint32_t rung) {
    hs_lattice lattice;
    assert_true(hs_lattice_step_of(&t->view, t->kernel, step_m(t, rung), step_m(t, t->place >> 16), t->scale,
                                   &lattice));
    return lattice;
}

static void add_step(trial *t, uint32_t rung, double share) {
    hs_error error = {0};
    hs_lattice lattice = lattice_of_step(t, rung);
    hs_point_columns one = {.mercator = &t->at, .count = 1};
    hs_lattice_deposit *deposit = deposited(&lattice, &one);
    const hs_lattice_deposit *deposits[] = {deposit};
    check_ok(hs_lattice_values(&lattice, &t->view, deposits, 1, &error, t->values, NULL), &error);
    hs_lattice_deposit_free(deposit);
    double ratio = hs_adaptive_ratio(rung << 16);
    for (size_t i = 0; i < PIXELS; i++)
        t->mixed[i] += share / (ratio * ratio) * (double)t->values[i];
}

/* The largest error, of the incident's own peak. */
static double worst_of(trial *t) {
    hs_error error = {0};
    static uint8_t flags[PIXELS];
    const double amount = 1;
    memset(flags, 1, sizeof flags);
    memset(t->exact, 0, sizeof t->exact);
    memset(t->mixed, 0, sizeof t->mixed);
    hs_chosen_pixels *all;
    check_ok(hs_chosen_pixels_new(flags, SIDE, &error, &all), &error);
    hs_adaptive_points one = {&t->at, &amount, &t->place, 1};
    check_ok(hs_adaptive_sums_add(all, &one, t->kernel, t->h0_m, &t->view, false, &error, t->exact), &error);
    free(all);
    double share = hs_adaptive_share(t->place);
    add_step(t, t->place >> 16, 1 - share);
    if (share > 0) add_step(t, (t->place >> 16) + 1, share);
    double own = hs_adaptive_ratio(t->place);
    double worst = 0;
    for (size_t i = 0; i < PIXELS; i++)
        worst = fmax(worst, own * own * fabs(t->mixed[i] - (double)t->exact[i] * 0x1p-32));
    return worst;
}

/* Bandwidths of `low_px` to `high_px` pixels, steps anywhere on the ladder. */
static double worst_between(trial *t, double low_px, double high_px, int trials, uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    double worst = 0;
    for (int i = 0; i < trials; i++) {
        uint32_t z = 8 + hs_random_below(&random, 6);
        double lat_deg = i % 5 == 0 ? 0.01 : 55 * hs_random_uniform(&random);
        choose_place(t, &random, lat_deg, z);
        t->place = (uint32_t)((2 + hs_random_uniform(&random) * (HS_ADAPTIVE_RUNGS - 4)) * 65536.0);
        if (i % 7 == 0) t->place &= ~UINT32_C(0xffff);
        double span_px = low_px * exp(hs_random_uniform(&random) * log(high_px / low_px));
        double pixel_m = 0x1p32 / (double)(UINT64_C(1) << z) / SIDE * t->scale;
        t->h0_m = span_px * pixel_m / hs_adaptive_ratio(t->place);
        if (t->h0_m < 2 || t->h0_m > 15000) continue;
        hs_lattice lattice = lattice_of_step(t, t->place >> 16);
        double error = worst_of(t);
        if (error > lattice.error_bound)
            print_error("%s: %g px, z%u, place %u: %g\n", hs_kernel_name(t->kernel), span_px, (unsigned)z,
                        (unsigned)t->place, error);
        assert_true(error <= lattice.error_bound);
        worst = fmax(worst, error);
    }
    return worst;
}

static void test_two_steps(void **state) {
    (void)state;
    trial *t = malloc(sizeof *t);
    for (size_t k = 0; k < 3; k++) {
        t->kernel = kernels[k];
        double worst = worst_between(t, 0.7, 70, 60, 20251 + k);
        assert_true(worst > HS_LATTICE_LADDER_ERROR / 2); /* no idle bound */
    }
    free(t);
}

/* Where the quartic's lattices are as wide as they may be. */
static void test_narrowest_spans(void **state) {
    (void)state;
    static const double spans_px[][2] = {{1.0, 1.2},   {1.25, 1.5},  {3.9, 4.3},
                                         {20.2, 20.5}, {23.6, 24.5}, {10.1, 10.3}};
    trial *t = malloc(sizeof *t);
    t->kernel = HS_KERNEL_QUARTIC;
    double worst = 0;
    for (size_t i = 0; i < sizeof spans_px / sizeof *spans_px; i++)
        worst = fmax(worst, worst_between(t, spans_px[i][0], spans_px[i][1], 12, 77 + i));
    assert_true(worst > 0.8 * HS_LATTICE_LADDER_ERROR);
    free(t);
}

/* The integral of a kernel that is lowered stays that of the kernel. */
static void test_mass(void **state) {
    (void)state;
    trial *t = malloc(sizeof *t);
    hs_random random;
    hs_random_seed(&random, 3);
    for (size_t k = 0; k < 3; k++) {
        t->kernel = kernels[k];
        for (uint32_t repeat = 0; repeat < 3; repeat++) {
            choose_place(t, &random, 1.0, 14);
            double pixel_m = 0x1p32 / (double)(UINT64_C(1) << 14) / SIDE * t->scale;
            t->h0_m = (k == 2 ? 4.0 : 12.0) * (1 + repeat) * pixel_m;
            t->place = HS_ADAPTIVE_MIDDLE << 16;
            t->at.x = (uint32_t)((t->view.x * 256.0 + 128.3) * (0x1p32 / (double)(UINT64_C(1) << 14) / SIDE));
            t->at.y = (uint32_t)((t->view.y * 256.0 + 127.9) * (0x1p32 / (double)(UINT64_C(1) << 14) / SIDE));
            memset(t->mixed, 0, sizeof t->mixed);
            add_step(t, HS_ADAPTIVE_MIDDLE, 1);
            double sum = 0;
            for (size_t i = 0; i < PIXELS; i++)
                sum += t->mixed[i];
            double mx;
            double my;
            hs_mercator_ground_m((double)t->at.y, &mx, &my);
            double pixel = 0x1p32 / (double)(UINT64_C(1) << 14) / SIDE;
            double whole = t->h0_m * t->h0_m / hs_kernel_peak(t->kernel);
            check_near(sum * pixel * pixel * mx * my / whole, 1, 1e-3);
        }
    }
    free(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_steps),
                                       cmocka_unit_test(test_narrowest_spans), cmocka_unit_test(test_mass)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
