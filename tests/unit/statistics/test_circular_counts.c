/* Times counted in parts of the circle: against R's circular (tests/data/statistics/circular.R), against the
 * test of single times, and what the permutations draw. */
#include "check.h"

#include "base/pool.h"
#include "base/random.h"
#include "statistics/f_distribution.h"
#include <hotspot/circular_statistics.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES 1440

/* Minutes of the day parted by blanks, up to a comma. */
static char *read_minutes(char *at, uint32_t *counts, double *turns, size_t *n) {
    *n = 0;
    memset(counts, 0, MINUTES * sizeof *counts);
    while (*at != ',') {
        long minute = strtol(at, &at, 10);
        counts[minute]++;
        turns[(*n)++] = (double)minute / MINUTES;
        while (*at == ' ')
            at++;
    }
    return at + 1;
}

static void check_close(double value, double expected) {
    check_near(value, expected, 1e-10 * fmax(1, fabs(expected)));
}

static void references(void **state) {
    (void)state;
    static char line[65536];
    static uint32_t first[MINUTES], second[MINUTES];
    static double a[8192], b[8192];
    char path[512];
    hs_error error = {0};
    (void)snprintf(path, sizeof path, "%s/statistics/circular.csv", TEST_DATA);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    int rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        size_t m, n;
        double expected[8];
        char *at = read_minutes(read_minutes(line, first, a, &m), second, b, &n);
        for (int i = 0; i < 8; i++, at++)
            expected[i] = strtod(at, &at);
        hs_circular c = hs_circular_of_counts(first, MINUTES), single = hs_circular_of(a, NULL, m);
        check_close(c.mean, expected[0]);
        check_close(c.resultant, expected[1]);
        check_close(c.deviation, expected[2]);
        check_close(c.rayleigh_z, expected[3]);
        check_close(single.mean, c.mean);
        check_close(single.rayleigh_p, c.rayleigh_p);
        hs_circular_samples samples = {first, second, MINUTES, 0, 1, {NULL, NULL}};
        hs_circular_difference d, of_single;
        check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
        check_close(d.f, expected[4]);
        check_close(d.f_p, expected[5]);
        check_near(d.f / expected[6], 1, 0.06);
        assert_true(isnan(d.permuted_p));
        double both =
            (c.resultant * (double)m + hs_circular_of_counts(second, MINUTES).resultant * (double)n) /
            (double)(m + n);
        if (both > 0.7) check_close(d.equal_concentration_p, expected[7]);
        assert_int_equal(d.f_holds, both >= 0.7 && d.equal_concentration_p >= 0.05);
        /* Both ways of permuting draw from one distribution. */
        samples.permutations = 999;
        check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
        check_ok(hs_circular_compare(a, m, b, n, 999, 2, NULL, &error, &of_single), &error);
        double p = (d.permuted_p + of_single.permuted_p) / 2;
        check_near(d.permuted_p, of_single.permuted_p, 5 * sqrt(2 * p * (1 - p) / 999) + 0.001);
    }
    (void)fclose(file);
    assert_int_equal(rows, 6);
}

/* Two exact p-values: all ways of parting few times; and of large parts by the normal distribution. */
static void exact(void **state) {
    (void)state;
    hs_error error = {0};
    hs_circular_difference d;
    /* Four times at 0 and 0.1 turns: {0, 0} against {0.1, 0.1} is the farthest, as is its mirror: 2 of 6. */
    uint32_t first[20] = {2}, second[20] = {0, 0, 2};
    hs_circular_samples samples = {first, second, 20, 99999, 7, {NULL, NULL}};
    check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
    check_near(d.permuted_p, 1.0 / 3, 0.01);
    /* Parts of hundreds: the first sample's share of a part has the hypergeometric deviation, so moving it by
     * z deviations is found with the two-sided normal p-value. */
    uint32_t many[20] = {540, 0, 460}, other[20] = {1460, 0, 1540};
    samples = (hs_circular_samples){many, other, 20, 19999, 7, {NULL, NULL}};
    double deviation = sqrt(1000 * 0.5 * 0.5 * 3000 / 3999.0), z = (40 - 0.5) / deviation;
    check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
    check_near(d.permuted_p, erfc(z / sqrt(2)), 0.003);
}

static void same_on_threads(void **state) {
    (void)state;
    hs_error error = {0};
    hs_pool *pool;
    hs_circular_difference one, two;
    static uint32_t first[MINUTES], second[MINUTES];
    hs_random random;
    hs_random_seed(&random, 5);
    for (int i = 0; i < 20000; i++) {
        first[hs_random_below(&random, MINUTES)]++;
        second[hs_random_below(&random, MINUTES) / 2]++;
    }
    hs_circular_samples samples = {first, second, MINUTES, 199, 3, {NULL, NULL}};
    check_ok(hs_pool_new(3, &error, &pool), &error);
    check_ok(hs_circular_compare_counts(&samples, NULL, &error, &one), &error);
    check_ok(hs_circular_compare_counts(&samples, pool, &error, &two), &error);
    assert_memory_equal(&one.permuted_p, &two.permuted_p, sizeof one.permuted_p);
    hs_pool_free(pool);
    check_near(one.permuted_p, 1.0 / 200, 1e-15);
}

/* Equal samples are found different at the nominal rate. */
static void nominal(void **state) {
    (void)state;
    hs_error error = {0};
    int small = 0;
    for (uint64_t run = 0; run < 400; run++) {
        uint32_t first[24] = {0}, second[24] = {0};
        hs_random random;
        hs_random_seed_stream(&random, 9, run);
        for (int i = 0; i < 900; i++)
            (i < 300 ? first : second)[(hs_random_below(&random, 12) + hs_random_below(&random, 12)) % 24]++;
        hs_circular_samples samples = {first, second, 24, 199, run, {NULL, NULL}};
        hs_circular_difference d;
        check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
        small += d.permuted_p <= 0.05;
    }
    assert_in_range(small, 8, 34);
}

static bool at_once(const void *context, double share) {
    (void)context;
    return share < 0;
}

static void wrong(void **state) {
    (void)state;
    hs_error error = {0};
    hs_circular_difference d;
    uint32_t one[24] = {1}, two[24] = {1, 1};
    hs_circular_samples samples = {one, two, 24, 9, 1, {NULL, NULL}};
    assert_int_equal(hs_circular_compare_counts(&samples, NULL, &error, &d), HS_E_ARGUMENT);
    samples = (hs_circular_samples){two, two, 24, 100000, 1, {NULL, NULL}};
    assert_int_equal(hs_circular_compare_counts(&samples, NULL, &error, &d), HS_E_ARGUMENT);
    samples = (hs_circular_samples){two, two, 24, 99, 1, {at_once, NULL}};
    assert_int_equal(hs_circular_compare_counts(&samples, NULL, &error, &d), HS_E_CANCELLED);
    /* All at one time. */
    uint32_t same[24] = {0, 5};
    samples = (hs_circular_samples){same, same, 24, 99, 1, {NULL, NULL}};
    check_ok(hs_circular_compare_counts(&samples, NULL, &error, &d), &error);
    assert_true(d.permuted_p == 1 && d.hours_apart_turns == 0);
    assert_true(hs_circular_of_counts(same, 24).resultant == 1);
}

/* R's pf(f, m, n, lower.tail = FALSE). */
static void f_tails(void **state) {
    (void)state;
    static const double rows[][4] = {
        {1.5, 1, 8, 0.25550815043113223},
        {300, 1, 98, 1.3835653659287739e-31},
        {12, 1, 1000000, 0.0005320277716865298},
        {0.69999999999999996, 1, 300000, 0.4027843606746857},
        {1.2, 40, 60, 0.25749564155902621},
        {0.5, 40, 60, 0.9891442718937592},
        {1.01, 100000, 200000, 0.034510643092207208},
        {0.97999999999999998, 100000, 200000, 0.99988507029289342},
        {2, 3.5, 7, 0.20084557499837119},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_near(hs_f_above(rows[i][0], rows[i][1], rows[i][2]) / rows[i][3], 1, 1e-9);
    assert_true(hs_f_above(0, 1, 5) == 1 && hs_f_above(INFINITY, 1, 5) == 0 && isnan(hs_f_above(NAN, 1, 5)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references), cmocka_unit_test(exact), cmocka_unit_test(same_on_threads),
        cmocka_unit_test(nominal),    cmocka_unit_test(wrong), cmocka_unit_test(f_tails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
