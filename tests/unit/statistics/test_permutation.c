/* Conditional and global permutation: against all arrangements where they can be counted, the same on any
 * number of threads, and the nominal rate of false alarms. */
#include "check.h"

#include "base/pool.h"
#include "base/random.h"
#include <hotspot/multiple_testing.h>
#include <hotspot/spatial_statistics.h>
#include <stdlib.h>

enum { ROW = 7 };

/* A line of units, each beside the next. */
static hs_weights *line_of(uint32_t count, bool weighted) {
    uint32_t first[64];
    uint32_t to[128];
    double weight[128];
    uint32_t k = 0;
    hs_error error = {0};
    hs_weights *weights;
    for (uint32_t i = 0; i < count; i++) {
        first[i] = k;
        if (i > 0) to[k] = i - 1, weight[k++] = weighted ? 2.5 : 1;
        if (i + 1 < count) to[k] = i + 1, weight[k++] = 1;
    }
    first[count] = k;
    check_ok(hs_weights_new(count, first, to, weight, 1, HS_WEIGHTS_STANDARDISED, &error, &weights), &error);
    return weights;
}

/* The share of all ways to give i's neighbours values of the others, with a sum at least (most) so large. */
static double exact_p(const hs_weights *w, const double *x, uint32_t i) {
    uint32_t first = w->first[i];
    uint32_t k = w->first[i + 1] - first;
    double seen = 0;
    double all = 0;
    double least = 0;
    double most = 0;
    for (uint32_t a = 0; a < k; a++)
        seen += w->weight[first + a] * x[w->neighbour[first + a]];
    for (uint32_t a = 0; a < w->count; a++)
        for (uint32_t b = 0; b < (k == 2 ? w->count : 1); b++) {
            if (a == i || (k == 2 && (b == i || a == b))) continue;
            double sum = w->weight[first] * x[a] + (k == 2 ? w->weight[first + 1] * x[b] : 0);
            all++;
            least += sum >= seen - 1e-9;
            most += sum <= seen + 1e-9;
        }
    return fmin(1, 2 * fmin(least, most) / all);
}

/* The same with the unit's own value among those that change places; its own weight is `self`. */
static double exact_star_p(const hs_weights *w, const double *x, uint32_t i) {
    uint32_t first = w->first[i];
    uint32_t k = w->first[i + 1] - first;
    double seen = w->self * x[i];
    double all = 0;
    double least = 0;
    double most = 0;
    for (uint32_t a = 0; a < k; a++)
        seen += w->weight[first + a] * x[w->neighbour[first + a]];
    for (uint32_t own = 0; own < w->count; own++)
        for (uint32_t a = 0; a < w->count; a++)
            for (uint32_t b = 0; b < (k == 2 ? w->count : 1); b++) {
                if (a == own || (k == 2 && (b == own || a == b))) continue;
                double sum =
                    w->self * x[own] + w->weight[first] * x[a] + (k == 2 ? w->weight[first + 1] * x[b] : 0);
                all++;
                least += sum >= seen - 1e-9;
                most += sum <= seen + 1e-9;
            }
    return fmin(1, 2 * fmin(least, most) / all);
}

static void test_all_arrangements(void **state) {
    (void)state;
    const double x[ROW] = {3, 1, 4, 1, 5, 9, 2};
    const uint32_t permutations = 200000;
    double p[ROW];
    hs_error error = {0};
    for (int weighted = 0; weighted < 2; weighted++) {
        hs_weights *w = line_of(ROW, weighted);
        assert_int_equal(w->uniform, !weighted);
        for (int star = 0; star < 2; star++) {
            check_ok(hs_local_permutation(w, x, star, permutations, 42, NULL, NULL, &error, p), &error);
            for (uint32_t i = 0; i < ROW; i++) /* five deviations of a share of 1/2, twice */
                check_near(p[i], star ? exact_star_p(w, x, i) : exact_p(w, x, i),
                           2 * 5 * 0.5 / sqrt(permutations));
        }
        hs_weights_free(w);
    }
}

static void test_threads_agree(void **state) {
    (void)state;
    enum { N = 2000, P = 2500 };
    static double x[N], y[N], value[N], alone[N], together[N];
    hs_random random;
    hs_error error = {0};
    hs_pool *pool;
    hs_weights *weights;
    hs_global_result one;
    hs_global_result many;
    hs_random_seed(&random, 9);
    for (int i = 0; i < N; i++) {
        x[i] = hs_random_uniform(&random);
        y[i] = hs_random_uniform(&random);
        value[i] = hs_random_normal(&random);
    }
    check_ok(hs_pool_new(4, &error, &pool), &error);
    check_ok(hs_weights_nearest(x, y, N, 6, HS_WEIGHTS_STANDARDISED, &error, &weights), &error);
    check_ok(hs_local_permutation(weights, value, false, P, 5, NULL, NULL, &error, alone), &error);
    check_ok(hs_local_permutation(weights, value, false, P, 5, pool, NULL, &error, together), &error);
    assert_memory_equal(alone, together, sizeof alone);
    check_ok(hs_global_association(weights, value, HS_GLOBAL_MORAN, 199, 5, NULL, &error, &one), &error);
    check_ok(hs_global_association(weights, value, HS_GLOBAL_MORAN, 199, 5, pool, &error, &many), &error);
    assert_memory_equal(&one, &many, sizeof one);
    check_near(one.permuted_p, one.p, 0.15); /* two ways to the same probability */
    hs_weights_free(weights);
    hs_pool_free(pool);
}

/* Without pattern, p-values are uniform: units of many made-up cities fall below 0.05 in about 5 %. */
static void test_false_alarms(void **state) {
    (void)state;
    enum { SIDE = 12, N = SIDE * SIDE, CITIES = 100 };
    static double x[N], y[N], value[N], p[N], q[N];
    hs_error error = {0};
    hs_weights *weights;
    uint32_t raw = 0;
    uint32_t flagged_cities = 0;
    for (int i = 0; i < N; i++) {
        x[i] = i % SIDE;
        y[i] = i / SIDE; // NOLINT(bugprone-integer-division)
    }
    check_ok(hs_weights_band(x, y, N, 1.5, HS_WEIGHTS_BINARY, &error, &weights), &error);
    for (uint64_t city = 0; city < CITIES; city++) {
        hs_random random;
        bool flagged = false;
        bool star = city % 2;
        hs_random_seed_stream(&random, 77, city);
        for (int i = 0; i < N; i++)
            value[i] = hs_random_normal(&random);
        check_ok(hs_local_permutation(weights, value, star, 9999, city, NULL, NULL, &error, p), &error);
        check_ok(hs_adjust_p_values(p, N, HS_CORRECTION_BH, &error, q), &error);
        for (int i = 0; i < N; i++) {
            raw += p[i] <= 0.05;
            flagged = flagged || q[i] <= 0.05;
        }
        flagged_cities += flagged;
    }
    hs_weights_free(weights);
    check_near((double)raw / (N * CITIES), 0.05, 0.01);
    assert_true(flagged_cities <= 5 + 3 * 3); /* 5 % of cities and three deviations */
}

static void test_refusals(void **state) {
    (void)state;
    double p[ROW];
    const double same[ROW] = {2, 2, 2, 2, 2, 2, 2};
    const double broken[ROW] = {1, 2, NAN, 4, 5, 6, 7};
    hs_error error = {0};
    hs_weights *w = line_of(ROW, false);
    check_ok(hs_local_permutation(w, same, false, 99, 1, NULL, NULL, &error, p), &error);
    for (int i = 0; i < ROW; i++)
        assert_true(isnan(p[i]));
    assert_int_equal(hs_local_permutation(w, broken, false, 99, 1, NULL, NULL, &error, p), HS_E_ARGUMENT);
    assert_int_equal(hs_local_permutation(w, same, false, 0, 1, NULL, NULL, &error, p), HS_E_ARGUMENT);
    hs_weights_free(w);
    w = line_of(3, false);
    assert_int_equal(hs_local_permutation(w, same, false, 99, 1, NULL, NULL, &error, p), HS_E_ARGUMENT);
    hs_weights_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_arrangements),
                                       cmocka_unit_test(test_threads_agree),
                                       cmocka_unit_test(test_false_alarms), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
