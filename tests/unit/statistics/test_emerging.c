/* Emerging hot spots: Gi* of cubes against the same statistic over explicit weights, exact p-values against
 * every subset and the hypergeometric distribution, and the names of histories. */
#include "check.h"

#include "base/pool.h"
#include "base/random.h"
#include "statistics/hypergeometric.h"
#include <hotspot/emerging.h>
#include <hotspot/spatial_statistics.h>
#include <stdlib.h>

enum { SIDE = 7, UNITS = SIDE * SIDE, STEPS = 12 };

/* Rook neighbours on a square; the last unit is an island; weights 1, or by place where `varied`. */
static hs_weights *square_weights(hs_weights_style style, bool varied) {
    uint32_t first[UNITS + 1], neighbour[4 * UNITS], links = 0;
    double weight[4 * UNITS];
    for (int i = 0; i < UNITS; i++) {
        first[i] = links;
        const int steps[4] = {-SIDE, -1, 1, SIDE};
        for (int s = 0; s < 4 && i < UNITS - 1; s++) {
            int j = i + steps[s];
            if (j < 0 || j >= UNITS - 1 || ((s == 1 || s == 2) && j / SIDE != i / SIDE)) continue;
            weight[links] = varied ? 0.5 + 0.1 * (double)((i + j) % 7) : 1;
            neighbour[links++] = (uint32_t)j;
        }
    }
    first[UNITS] = links;
    hs_error error = {0};
    hs_weights *weights;
    check_ok(hs_weights_new(UNITS, first, neighbour, weight, 1, style, &error, &weights), &error);
    return weights;
}

static void fill(double *values, size_t count, uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    for (size_t i = 0; i < count; i++)
        values[i] = hs_random_poisson(&random, 1.5);
}

static void like_explicit_weights(void **state) {
    (void)state;
    double values[UNITS * STEPS], z[UNITS * STEPS], again[UNITS * STEPS];
    static double statistic[UNITS * STEPS], expected[UNITS * STEPS], variance[UNITS * STEPS],
        explicit_z[UNITS * STEPS], p[UNITS * STEPS];
    hs_error error = {0};
    hs_pool *pool;
    fill(values, UNITS * STEPS, 3);
    check_ok(hs_pool_new(3, &error, &pool), &error);
    for (int varied = 0; varied < 2; varied++)
        for (int style = 0; style < 2; style++)
            for (uint32_t lag = 0; lag < 3; lag++) {
                hs_weights *space = square_weights((hs_weights_style)style, varied), *cube_weights;
                const hs_cube cube = {space, values, STEPS, lag};
                check_ok(hs_cube_local_g(&cube, NULL, &error, z), &error);
                check_ok(hs_cube_local_g(&cube, pool, &error, again), &error);
                assert_memory_equal(z, again, sizeof z);
                check_ok(hs_cube_weights(&cube, &error, &cube_weights), &error);
                hs_local_columns columns = {statistic, expected, variance, explicit_z, p};
                check_ok(hs_local_g(cube_weights, values, true, &error, &columns), &error);
                for (size_t i = 0; i < UNITS * STEPS; i++)
                    check_near(z[i], explicit_z[i], 1e-10);
                assert_int_equal(hs_cube_is_uniform(&cube), !varied);
                assert_int_equal(hs_cube_most_draws(&cube), 5 * (lag + 1));
                hs_weights_free(cube_weights);
                hs_weights_free(space);
            }
    hs_pool_free(pool);
}

/* Every subset of `draws` of 9 values. */
static void by_subsets(const double *values, uint32_t draws, double sum, double *at_least, double *at_most) {
    int least = 0, most = 0, all = 0;
    for (unsigned set = 0; set < 512; set++) {
        if (__builtin_popcount(set) != (int)draws) continue;
        double total = 0;
        for (int i = 0; i < 9; i++)
            total += set >> i & 1 ? values[i] : 0;
        all++;
        least += total >= sum;
        most += total <= sum;
    }
    *at_least = (double)least / all;
    *at_most = (double)most / all;
}

static void all_subsets(void **state) {
    (void)state;
    const double values[9] = {0, 3, 0, 1, 1, 7, 0, 2, 3};
    hs_error error = {0};
    hs_labelling *l;
    check_ok(hs_labelling_new(values, 9, 9, &error, &l), &error);
    for (uint32_t draws = 1; draws <= 9; draws++)
        for (double sum = 0; sum <= 17; sum++) {
            double at_least, at_most;
            by_subsets(values, draws, sum, &at_least, &at_most);
            check_near(hs_labelling_p(l, draws, sum), fmin(1, 2 * fmin(at_least, at_most)), 1e-13);
        }
    assert_true(isnan(hs_labelling_p(l, 0, 1)) && isnan(hs_labelling_p(l, 10, 1)));
    assert_true(hs_labelling_p(l, 2, 18) == 0);
    hs_labelling_free(l);
    hs_labelling_free(NULL);
}

/* Zeros and ones: the hypergeometric distribution, deep into its tail. */
static void hypergeometric_tail(void **state) {
    (void)state;
    enum { ALL = 5000, ONES = 300, DRAWS = 40 };
    double *values = calloc(ALL, sizeof *values);
    for (int i = 0; i < ONES; i++)
        values[i * 16] = 1;
    hs_error error = {0};
    hs_labelling *l;
    check_ok(hs_labelling_new(values, ALL, DRAWS, &error, &l), &error);
    for (uint32_t draws = 4; draws <= DRAWS; draws += 12)
        for (uint32_t hits = draws / 8 + 2; hits <= draws; hits++) {
            double exact = 2 * hs_hypergeometric_tail(hits, draws, ONES, ALL);
            if (exact < 0.5) check_near(hs_labelling_p(l, draws, hits) / exact, 1, 1e-9);
        }
    hs_labelling_free(l);
    free(values);
}

static void what_is_refused(void **state) {
    (void)state;
    const double half[] = {0, 0.5, 1}, good[] = {0, 1, 2};
    double large[64];
    hs_error error = {0};
    hs_labelling *l;
    assert_int_equal(hs_labelling_new(half, 3, 1, &error, &l), HS_E_ARGUMENT);
    assert_int_equal(hs_labelling_new(good, 3, 4, &error, &l), HS_E_ARGUMENT);
    assert_int_equal(hs_labelling_new(good, 3, 0, &error, &l), HS_E_ARGUMENT);
    for (int i = 0; i < 64; i++)
        large[i] = 1e6 + i;
    assert_int_equal(hs_labelling_new(large, 64, 8, &error, &l), HS_E_LIMIT);
    assert_false(hs_labelling_is_feasible(large, 64, 8));
    assert_true(hs_labelling_is_feasible(good, 3, 2));
}

/* Exact p-values of a cube are what permutations estimate. */
static void like_permutations(void **state) {
    (void)state;
    enum { PERMUTATIONS = 20000 };
    double values[UNITS * STEPS], z[UNITS * STEPS], p[UNITS * STEPS], estimate[UNITS * STEPS];
    hs_error error = {0};
    fill(values, UNITS * STEPS, 8);
    values[20] += 6;
    hs_weights *space = square_weights(HS_WEIGHTS_BINARY, false), *explicit;
    const hs_cube cube = {space, values, STEPS, 1};
    hs_labelling *l;
    check_ok(hs_labelling_new(values, UNITS * STEPS, hs_cube_most_draws(&cube), &error, &l), &error);
    check_ok(hs_cube_local_g(&cube, NULL, &error, z), &error);
    hs_cube_exact_p(&cube, l, z, NULL, p);
    check_ok(hs_cube_weights(&cube, &error, &explicit), &error);
    check_ok(hs_local_permutation(explicit, values, true, PERMUTATIONS, 1, NULL, NULL, &error, estimate),
             &error);
    for (size_t i = 0; i < UNITS * STEPS; i++) {
        if (explicit->first[i] == explicit->first[i + 1]) continue;
        double half = fmin(1, p[i]) / 2;
        check_near(estimate[i] / 2, half, 6 * sqrt(half * (1 - half) / PERMUTATIONS) + 2.0 / PERMUTATIONS);
    }
    hs_labelling_free(l);
    hs_weights_free(explicit);
    hs_weights_free(space);
}

typedef struct history {
    const char *states; /* + hot, - cold, . neither */
    int trend;
    const char *pattern;
    bool cold;
} history;

static void names_of_histories(void **state) {
    (void)state;
    static const history histories[] = {
        {"..........", 0, "none", false},         {".........+", 0, "new", false},
        {"-........+", 0, "new", false},          {".......+++", 1, "consecutive", false},
        {"+......+++", 0, "sporadic", false},     {"-.+...++.+", 0, "oscillating", false},
        {"+++++++++.", 0, "historical", false},   {"++++++++..", 0, "none", false},
        {"+++++++++-", 0, "historical", false},   {".+++++++++", 0, "persistent", false},
        {"++++.+++++", 1, "intensifying", false}, {"++++++++++", -1, "diminishing", false},
        {".........-", 0, "new", true},           {"-------+--", -1, "intensifying", true},
        {"----------", -1, "intensifying", true}, {"----------", 1, "diminishing", true},
        {"--------.-", 0, "persistent", true},    {".....-----", 0, "consecutive", true},
        {"-....-----", 0, "sporadic", true},      {"+.-..-----", 0, "oscillating", true},
        {"---------.", 0, "historical", true},    {"++........", 1, "none", false}};
    for (size_t h = 0; h < sizeof histories / sizeof *histories; h++) {
        signed char states[16];
        uint32_t steps = (uint32_t)strlen(histories[h].states);
        for (uint32_t t = 0; t < steps; t++)
            states[t] = (signed char)(histories[h].states[t] == '+'   ? 1
                                      : histories[h].states[t] == '-' ? -1
                                                                      : 0);
        hs_emerging e = hs_emerging_classify(states, steps, histories[h].trend);
        assert_string_equal(hs_emerging_pattern_name(e.pattern), histories[h].pattern);
        assert_int_equal(e.cold, histories[h].cold);
    }
    const signed char mixed[] = {-1, -1, -1, -1, -1, -1, -1, 1, -1, -1};
    hs_emerging e = hs_emerging_classify(mixed, 10, -1);
    assert_true(e.pattern == HS_EMERGING_INTENSIFYING && e.cold && e.hot_steps == 1 && e.cold_steps == 9);
    assert_int_equal(e.run, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_explicit_weights), cmocka_unit_test(all_subsets),
        cmocka_unit_test(hypergeometric_tail),   cmocka_unit_test(what_is_refused),
        cmocka_unit_test(like_permutations),     cmocka_unit_test(names_of_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
