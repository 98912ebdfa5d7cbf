/* Patternless cities: corrected tests flag anything at most at the nominal rate, within binomial error. Seeds
 * are fixed; ./dev bench makes more cities, by more methods. */
#include "check.h"

#include "base/random.h"
#include <hotspot/emerging.h>
#include <hotspot/multiple_testing.h>
#include <hotspot/rate_ratio.h>
#include <hotspot/spatial_statistics.h>
#include <stdlib.h>

enum { SIDE = 12, CELLS = SIDE * SIDE, STEPS = 12, BINS = CELLS * STEPS };
#define ALPHA 0.05

static hs_weights *weights;
static double value[BINS], z[BINS], p[BINS], q[BINS];

static int make_weights(void **state) {
    (void)state;
    static uint32_t first[CELLS + 1], neighbour[8 * CELLS];
    uint32_t links = 0;
    for (int i = 0; i < CELLS; i++) {
        first[i] = links;
        for (int r = -1; r <= 1; r++)
            for (int c = -1; c <= 1; c++) {
                int row = i / SIDE + r, column = i % SIDE + c;
                if ((r == 0 && c == 0) || row < 0 || column < 0 || row >= SIDE || column >= SIDE) continue;
                neighbour[links++] = (uint32_t)(row * SIDE + column);
            }
    }
    first[CELLS] = links;
    hs_error error = {0};
    return hs_weights_new(CELLS, first, neighbour, NULL, 1, HS_WEIGHTS_BINARY, &error, &weights);
}

static int free_weights(void **state) {
    (void)state;
    hs_weights_free(weights);
    return 0;
}

static bool any(size_t count, hs_correction correction) {
    hs_error error = {0};
    check_ok(hs_adjust_p_values(p, count, correction, &error, q), &error);
    for (size_t i = 0; i < count; i++)
        if (q[i] <= ALPHA) return true;
    return false;
}

static double most(int cities) {
    return cities * ALPHA + 3 * sqrt(cities * ALPHA * (1 - ALPHA));
}

/* Gi* with exact p-values over a cube of `steps`; rare counts, so that tails are far from normal. */
static void cube_alarms(uint32_t steps, double mean, int cities) {
    static const hs_correction corrections[] = {HS_CORRECTION_BH, HS_CORRECTION_BY, HS_CORRECTION_BONFERRONI};
    int alarms[3] = {0};
    size_t bins = (size_t)CELLS * steps;
    for (int city = 0; city < cities; city++) {
        hs_random random;
        hs_error error = {0};
        hs_labelling *l;
        hs_random_seed_stream(&random, 17, (uint64_t)city);
        for (size_t b = 0; b < bins; b++)
            value[b] = hs_random_poisson(&random, mean);
        const hs_cube cube = {weights, value, steps, steps > 1};
        check_ok(hs_cube_local_g(&cube, NULL, &error, z), &error);
        check_ok(hs_labelling_new(value, bins, hs_cube_most_draws(&cube), &error, &l), &error);
        hs_cube_exact_p(&cube, l, z, NULL, p);
        hs_labelling_free(l);
        for (int c = 0; c < 3; c++)
            alarms[c] += any(bins, corrections[c]);
    }
    for (int c = 0; c < 3; c++)
        assert_true(alarms[c] <= most(cities));
}

static void gi_star(void **state) {
    (void)state;
    cube_alarms(1, 2, 400);
}

static void emerging(void **state) {
    (void)state;
    cube_alarms(STEPS, 0.3, 60);
}

/* Enough permutations for a lone cell: 2 x 144 / 0.05 and more. */
static void moran(void **state) {
    (void)state;
    enum { CITIES = 100, PERMUTATIONS = 9999 };
    int alarms = 0;
    for (int city = 0; city < CITIES; city++) {
        hs_random random;
        hs_error error = {0};
        hs_random_seed_stream(&random, 23, (uint64_t)city);
        for (int i = 0; i < CELLS; i++)
            value[i] = hs_random_poisson(&random, 2);
        check_ok(hs_local_permutation(weights, value, false, PERMUTATIONS, 1, NULL, NULL, &error, p), &error);
        alarms += any(CELLS, HS_CORRECTION_BH);
    }
    assert_true(alarms <= most(CITIES));
}

static void change(void **state) {
    (void)state;
    enum { CITIES = 200 };
    int alarms[2] = {0};
    for (int city = 0; city < CITIES; city++) {
        hs_random random;
        hs_error error = {0};
        hs_random_seed_stream(&random, 29, (uint64_t)city);
        for (int relative = 0; relative < 2; relative++) {
            uint64_t now[CELLS], before[CELLS], all_now = 0, all_before = 0;
            for (int i = 0; i < CELLS; i++) {
                all_now += now[i] = hs_random_poisson(&random, relative ? 12 : 6);
                all_before += before[i] = hs_random_poisson(&random, 9);
            }
            for (int i = 0; i < CELLS; i++) {
                const hs_two_counts unit = {now[i], before[i], 2, 3};
                const hs_two_counts rest = {all_now - now[i], all_before - before[i], 2, 3};
                hs_rate_ratio ratio;
                check_ok(relative ? hs_rate_ratio_relative(&unit, &rest, ALPHA, &error, &ratio)
                                  : hs_rate_ratio_exact(&unit, ALPHA, &error, &ratio),
                         &error);
                p[i] = ratio.p;
            }
            alarms[relative] += any(CELLS, HS_CORRECTION_BH);
        }
    }
    assert_true(alarms[0] <= most(CITIES) && alarms[1] <= most(CITIES));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gi_star),
        cmocka_unit_test(emerging),
        cmocka_unit_test(moran),
        cmocka_unit_test(change),
    };
    return cmocka_run_group_tests(tests, make_weights, free_weights);
}
