/* Bootstrap, intervals of differences and tests of relative risk against R (tests/data/density/uncertainty),
 * and how often intervals cover the truth. */
#include "base/random.h"
#include "check.h"

#include <hotspot/density_interval.h>
#include <hotspot/relative_risk.h>
#include <stdlib.h>

enum { LINE = 8192, MOST = 8192, REPLICATIONS = 10000 };

static FILE *open_data(const char *name) {
    char path[512];
    char line[LINE];
    snprintf(path, sizeof path, "%s/density/uncertainty/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the header */
    return file;
}

static double field(char **rest) {
    char *text = strsep(rest, ",");
    assert_non_null(text);
    return strtod(text, NULL);
}

static double weight_sum(const uint64_t *w, uint32_t n, int power) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += pow((double)w[i] * 0x1p-32, power);
    return sum;
}

/* Quantiles of many replications lie between exact ones a little further in and out. */
static void bootstrap_quantiles(void **state) {
    (void)state;
    FILE *file = open_data("bootstrap.csv");
    char line[LINE];
    static uint64_t w[MOST];
    static double sums[REPLICATIONS];
    hs_error error = {0};
    int cases = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line;
        (void)strsep(&rest, ",");
        char *weights = strsep(&rest, ",");
        uint32_t n = 0;
        for (char *one; (one = strsep(&weights, " "));)
            w[n++] = (uint64_t)strtoull(one, NULL, 10) << 26; /* 1/64 of a peak */
        double q[6];
        for (int i = 0; i < 6; i++)
            q[i] = field(&rest) / 64;
        memset(sums, 0, sizeof sums);
        check_ok(hs_density_bootstrap(w, n, 7, (uint64_t)cases, REPLICATIONS, &error, sums), &error);
        double mean = 0;
        for (int i = 0; i < REPLICATIONS; i++)
            mean += sums[i] / REPLICATIONS;
        double error_of_mean = sqrt(weight_sum(w, n, 2) / REPLICATIONS);
        check_near(mean, weight_sum(w, n, 1), 4 * error_of_mean);
        double lower;
        double upper;
        /* 2.5 % of 10,000 replications have a standard error of 0.16 %: 0.5 % and 5 % are far off. */
        hs_percentile_interval(sums, REPLICATIONS, 0.95, &lower, &upper);
        assert_true(q[0] <= lower && lower <= q[2] && q[3] <= upper && upper <= q[5]);
        double deviation = sqrt(weight_sum(w, n, 2));
        check_near(lower, q[1], 0.1 * deviation + 1e-9);
        check_near(upper, q[4], 0.1 * deviation + 1e-9);
        cases++;
    }
    fclose(file);
    assert_int_equal(cases, 4);
}

static void bootstrap_is_repeatable(void **state) {
    (void)state;
    static uint64_t w[MOST], shuffled[MOST];
    static double a[200], b[200], c[200];
    hs_error error = {0};
    for (uint32_t i = 0; i < MOST; i++)
        w[i] = (uint64_t)(i + 1) * (i % 7 + 1) << 16;
    for (uint32_t i = 0; i < MOST; i++)
        shuffled[i] = w[i * 3001 % MOST];
    for (uint32_t n = 1000; n <= MOST; n = 8 * n - n / 10) {
        memset(a, 0, sizeof a);
        memset(b, 0, sizeof b);
        memset(c, 0, sizeof c);
        check_ok(hs_density_bootstrap(w, n, 5, 1, 200, &error, a), &error);
        if (n < MOST) check_ok(hs_density_bootstrap(w, n, 5, 1, 200, &error, b), &error);
        check_ok(hs_density_bootstrap(w, n, 5, 2, 200, &error, c), &error);
        assert_true(memcmp(a, c, sizeof a) != 0);
        if (n < MOST) assert_memory_equal(a, b, sizeof a);
    }
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    check_ok(hs_density_bootstrap(w, MOST, 5, 1, 200, &error, a), &error);
    check_ok(hs_density_bootstrap(shuffled, MOST, 5, 1, 200, &error, b), &error);
    assert_memory_equal(a, b, sizeof a);
    double mean = 0;
    double squared = 0;
    for (int i = 0; i < 200; i++)
        mean += a[i] / 200;
    for (int i = 0; i < 200; i++)
        squared += (a[i] - mean) * (a[i] - mean) / 199;
    double variance = weight_sum(w, MOST, 2);
    check_near(mean, weight_sum(w, MOST, 1), 4 * sqrt(variance / 200));
    check_near(squared / variance, 1, 0.4); /* 4 standard errors */
    /* Adds to what is there; no incidents add nothing. */
    check_ok(hs_density_bootstrap(w, 0, 5, 1, 200, &error, a), &error);
    assert_memory_equal(a, b, sizeof a);
}

/* numpy.quantile(x, (0.1, 0.9), method="weibull"). */
static void percentiles(void **state) {
    (void)state;
    double x[] = {5, 1, 4, 2, 9, 3, 7, 8, 6, 20, 11};
    double lower;
    double upper;
    hs_percentile_interval(x, 11, 0.8, &lower, &upper);
    check_near(lower, 1.2, 1e-12);
    check_near(upper, 18.2, 1e-12);
    hs_percentile_interval(x, 11, 0.999, &lower, &upper);
    assert_true(lower == 1 && upper == 20);
    double y[] = {-INFINITY, -INFINITY, 2, 3};
    hs_percentile_interval(y, 4, 0.6, &lower, &upper);
    assert_true(lower == -INFINITY && upper == 3);
    hs_percentile_interval(x, 0, 0.9, &lower, &upper);
    assert_true(isnan(lower) && isnan(upper));
}

static void differences(void **state) {
    (void)state;
    FILE *file = open_data("difference.csv");
    char line[LINE];
    int cases = 0;
    for (; fgets(line, sizeof line, file); cases++) {
        char *rest = line;
        double x = field(&rest);
        double tx = field(&rest);
        double y = field(&rest);
        double ty = field(&rest);
        hs_estimate a = {.value = x / tx};
        hs_estimate b = {.value = y / ty};
        hs_density_interval(x, x, 1, 0.95, &a.lower, &a.upper);
        hs_density_interval(y, y, 1, 0.95, &b.lower, &b.upper);
        a.lower /= tx;
        a.upper /= tx;
        b.lower /= ty;
        b.upper /= ty;
        double lower;
        double upper;
        hs_difference_interval(&a, &b, 0, &lower, &upper);
        check_near(lower, field(&rest), 1e-7);
        check_near(upper, field(&rest), 1e-7);
        hs_difference_interval(&b, &a, 0, &b.lower, &b.upper);
        check_near(b.lower, -upper, 1e-12);
        check_near(b.upper, -lower, 1e-12);
    }
    fclose(file);
    assert_int_equal(cases, 9);
    /* What both sides share does not count: a part of itself differs from it by nothing. */
    hs_estimate same = {3, 1, 6};
    double lower;
    double upper;
    hs_difference_interval(&same, &same, 0, &lower, &upper);
    check_near(upper, sqrt(13), 1e-12);
    hs_estimate even = {3, 1, 5};
    hs_difference_interval(&even, &even, 1, &lower, &upper);
    check_near(lower, 0, 1e-12);
    check_near(upper, 0, 1e-12);
}

static hs_risk_sides sides_of(const char *name) {
    if (strcmp(name, "apart") == 0) return HS_SIDES_APART;
    if (strcmp(name, "a-in-b") == 0) return HS_SIDES_A_IN_B;
    return strcmp(name, "b-in-a") == 0 ? HS_SIDES_B_IN_A : HS_SIDES_B_KNOWN;
}

static void tests_of_risk(void **state) {
    (void)state;
    FILE *file = open_data("risk.csv");
    char line[LINE];
    int cases = 0;
    for (; fgets(line, sizeof line, file); cases++) {
        char *rest = line;
        hs_risk_side a = {.sum = field(&rest)};
        a.sum_squared = field(&rest);
        hs_risk_side b = {.sum = field(&rest)};
        b.sum_squared = field(&rest);
        a.exposure = field(&rest);
        b.exposure = field(&rest);
        hs_risk_sides sides = sides_of(strsep(&rest, ","));
        double z = hs_risk_z(&a, &b, sides, 1);
        check_near(z, field(&rest), 1e-10);
        double p = field(&rest);
        check_near(hs_risk_p_value(z), p, 1e-9 * p);
        if (p > 1e-10) check_near(hs_risk_z_of(p), fabs(z), 1e-8);
        if (sides == HS_SIDES_APART) check_near(hs_risk_z(&b, &a, sides, 1), -z, 1e-10);
        /* Twice the incidents everywhere: the root of 2 surer. */
        hs_risk_side a2 = {2 * a.sum, 2 * a.sum_squared, a.exposure};
        hs_risk_side b2 = {2 * b.sum, 2 * b.sum_squared, b.exposure};
        if (sides != HS_SIDES_B_KNOWN) check_near(hs_risk_z(&a2, &b2, sides, 1), z * sqrt(2), 1e-9 * fabs(z));
    }
    fclose(file);
    assert_int_equal(cases, 13);
    hs_risk_side none = {0, 0, 5};
    hs_risk_side some = {3, 2, 5};
    assert_true(isnan(hs_risk_z(&none, &none, HS_SIDES_APART, 1)));
    assert_true(isnan(hs_risk_z(&some, &some, HS_SIDES_SAME, 1)));
    assert_true(isnan(hs_risk_z(&some, &some, HS_SIDES_MIXED, 1)));
    assert_true(isnan(hs_risk_z(&some, &some, HS_SIDES_A_IN_B, 1)));
    check_near(hs_risk_z_of(0.05), 1.95996398454005, 1e-12);
    check_near(hs_risk_effective_n(&some, &none, HS_SIDES_APART), 4.5, 1e-12);
}

/* The kernel's weights of a Poisson number of incidents that lie evenly under a quartic. */
static uint32_t draw(hs_random *random, double mean, uint64_t *w) {
    uint32_t n = hs_random_poisson(random, mean);
    for (uint32_t i = 0; i < n; i++) {
        double v = 1.0 - hs_random_uniform(random); /* r^2 is even */
        w[i] = (uint64_t)(v * v * 0x1p32);
    }
    return n;
}

typedef struct covered {
    int gamma, bootstrap, mover, mover_ratio, bootstrap_ratio, rejected, rejected_nested;
} covered;

static hs_estimate logarithms(hs_estimate e) {
    return (hs_estimate){log2(e.value), log2(e.lower), log2(e.upper)};
}

/* One city: a and b of the same intensity, a of `mean` incidents under the kernel and b of `times` that. */
static void simulate(hs_random *random, double mean, double times, covered *c) {
    static uint64_t wa[MOST], wb[MOST];
    static double sa[400], sb[400];
    hs_error error = {0};
    uint32_t na = draw(random, mean, wa);
    uint32_t nb = draw(random, mean * times, wb);
    double truth = mean / 3; /* the mean of v^2 */
    hs_estimate a = {.value = weight_sum(wa, na, 1)};
    hs_estimate b = {.value = weight_sum(wb, nb, 1)};
    double qa = weight_sum(wa, na, 2);
    double qb = weight_sum(wb, nb, 2);
    hs_density_interval(a.value, qa, 1, 0.95, &a.lower, &a.upper);
    hs_density_interval(b.value, qb, 1, 0.95, &b.lower, &b.upper);
    c->gamma += a.lower <= truth && truth <= a.upper;
    double lower;
    double upper;
    hs_estimate scaled = {b.value / times, b.lower / times, b.upper / times};
    hs_difference_interval(&a, &scaled, 0, &lower, &upper);
    c->mover += lower <= 0 && 0 <= upper;
    hs_estimate la = logarithms(a);
    hs_estimate lb = logarithms(scaled);
    hs_difference_interval(&la, &lb, 0, &lower, &upper);
    c->mover_ratio += lower <= 0 && 0 <= upper;
    memset(sa, 0, sizeof sa);
    memset(sb, 0, sizeof sb);
    check_ok(hs_density_bootstrap(wa, na, 3, 0, 400, &error, sa), &error);
    check_ok(hs_density_bootstrap(wb, nb, 3, 1, 400, &error, sb), &error);
    for (int i = 0; i < 400; i++)
        sb[i] = log2(sa[i] / (sb[i] / times));
    hs_percentile_interval(sa, 400, 0.95, &lower, &upper);
    c->bootstrap += lower <= truth && truth <= upper;
    hs_percentile_interval(sb, 400, 0.95, &lower, &upper);
    c->bootstrap_ratio += lower <= 0 && 0 <= upper;
    hs_risk_side ra = {a.value, qa, 100};
    hs_risk_side rb = {b.value, qb, 100 * times};
    c->rejected += hs_risk_p_value(hs_risk_z(&ra, &rb, HS_SIDES_APART, 1)) < 0.05;
    hs_risk_side all = {a.value + b.value, qa + qb, 100 * (1 + times)};
    c->rejected_nested += hs_risk_p_value(hs_risk_z(&ra, &all, HS_SIDES_A_IN_B, 1)) < 0.05;
}

/* 2,000 cities: a share of 95 % has a standard error of 0.5 %. The gamma interval is conservative by proof
 * for equal weights and by its authors' simulations for others; percentiles of a bootstrap fall a little
 * short with few incidents, as known. */
static void coverage(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 4);
    const int cities = 2000;
    covered c = {0};
    for (int i = 0; i < cities; i++)
        simulate(&random, 40, 4, &c);
    print_message("covered of 2000: gamma %d bootstrap %d difference %d ratio %d ratio by bootstrap %d; "
                  "rejected %d, nested %d\n",
                  c.gamma, c.bootstrap, c.mover, c.mover_ratio, c.bootstrap_ratio, c.rejected,
                  c.rejected_nested);
    assert_true(c.gamma >= 0.94 * cities && c.gamma <= 0.985 * cities);
    assert_true(c.mover >= 0.94 * cities && c.mover <= 0.985 * cities);
    assert_true(c.mover_ratio >= 0.94 * cities && c.mover_ratio <= 0.985 * cities);
    assert_true(c.bootstrap >= 0.91 * cities && c.bootstrap <= 0.97 * cities);
    assert_true(c.bootstrap_ratio >= 0.91 * cities && c.bootstrap_ratio <= 0.97 * cities);
    assert_true(c.rejected >= 0.03 * cities && c.rejected <= 0.07 * cities);
    assert_int_equal(c.rejected, c.rejected_nested); /* the same question */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bootstrap_quantiles), cmocka_unit_test(bootstrap_is_repeatable),
        cmocka_unit_test(percentiles),         cmocka_unit_test(differences),
        cmocka_unit_test(tests_of_risk),       cmocka_unit_test(coverage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
