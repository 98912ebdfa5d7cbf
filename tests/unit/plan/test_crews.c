#include "check.h"
#include "plan/crews.h"

#include <stdlib.h>

enum { PLACES = 300 };

static double x[PLACES], y[PLACES], cost[PLACES];

/* Of a fixed linear congruence. */
static double next(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / 16777216.0;
}

static void scatter(uint32_t seed) {
    for (int i = 0; i < PLACES; i++) {
        x[i] = 5000 * next(&seed);
        y[i] = 3000 * next(&seed);
        cost[i] = 0.05 + next(&seed);
    }
}

static void check_balance(uint32_t count, uint32_t crews) {
    hs_error error = {0};
    uint32_t crew[PLACES], again[PLACES];
    double load[64] = {0}, total = 0;
    check_ok(hs_crews_divide(x, y, cost, count, crews, &error, crew), &error);
    check_ok(hs_crews_divide(x, y, cost, count, crews, &error, again), &error);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(crew[i] >= 1 && crew[i] <= crews && crew[i] == again[i]);
        load[crew[i] - 1] += cost[i];
        total += cost[i];
    }
    for (uint32_t c = 0; c < crews; c++) {
        assert_true(load[c] > 0);
        /* Each cut is off by at most half of the largest cost, shared by those on its side. */
        assert_true(fabs(load[c] - total / crews) <= 1.05);
    }
}

static void test_balance(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        scatter(seed);
        for (uint32_t crews = 1; crews <= 12; crews++)
            check_balance(PLACES, crews);
        check_balance(12, 2);
    }
}

/* Three clusters far apart and of equal cost are three crews, whatever the order of the places. */
static void test_clusters(void **state) {
    (void)state;
    hs_error error = {0};
    uint32_t crew[PLACES], seed = 7;
    for (int i = 0; i < 90; i++) {
        x[i] = 10000 * (i % 3) + 300 * next(&seed);
        y[i] = 2000 * (i % 3) + 300 * next(&seed);
        cost[i] = 1;
    }
    check_ok(hs_crews_divide(x, y, cost, 90, 3, &error, crew), &error);
    for (int i = 0; i < 90; i++)
        assert_int_equal(crew[i], i % 3 + 1);
}

static void test_few_places(void **state) {
    (void)state;
    hs_error error = {0};
    uint32_t crew[PLACES];
    scatter(3);
    cost[0] = 1000;
    check_ok(hs_crews_divide(x, y, cost, 5, 5, &error, crew), &error);
    uint32_t seen = 0;
    for (int i = 0; i < 5; i++)
        seen |= 1u << crew[i];
    assert_int_equal(seen, 62);
    check_ok(hs_crews_divide(x, y, cost, 2, 5, &error, crew), &error);
    check_ok(hs_crews_divide(x, y, cost, 0, 5, &error, crew), &error);
    assert_int_equal(hs_crews_divide(x, y, cost, 2, 0, &error, crew), HS_E_ARGUMENT);
    assert_int_equal(hs_crews_divide(x, y, cost, 2, HS_CREWS_MOST + 1, &error, crew), HS_E_ARGUMENT);
    for (int i = 0; i < 9; i++)
        x[i] = y[i] = 5;
    check_ok(hs_crews_divide(x, y, cost, 9, 3, &error, crew), &error);
}

static double length_of(const uint32_t *order, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 1; i < count; i++)
        sum += hypot(x[order[i]] - x[order[i - 1]], y[order[i]] - y[order[i - 1]]);
    return sum;
}

/* The shortest of all orders that begin at the westernmost place. */
static double shortest(uint32_t *order, uint32_t from, uint32_t count) {
    if (from == count) return length_of(order, count);
    double best = HUGE_VAL;
    for (uint32_t i = from; i < count; i++) {
        uint32_t kept = order[from];
        order[from] = order[i];
        order[i] = kept;
        best = fmin(best, shortest(order, from + 1, count));
        order[i] = order[from];
        order[from] = kept;
    }
    return best;
}

static void test_tour(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        uint32_t order[PLACES], all[8];
        scatter(seed);
        hs_crews_tour(x, y, 8, order);
        uint32_t seen = 0;
        for (int i = 0; i < 8; i++)
            seen |= 1u << (all[i] = order[i]);
        assert_int_equal(seen, 255);
        for (int i = 1; i < 8; i++)
            assert_true(x[order[0]] <= x[order[i]]);
        assert_true(length_of(order, 8) <= 1.15 * shortest(all, 1, 8));
        hs_crews_tour(x, y, PLACES, order);
        assert_true(length_of(order, PLACES) < 0.93 * sqrt(PLACES * 15e6));
    }
    uint32_t order[1];
    hs_crews_tour(x, y, 0, order);
    hs_crews_tour(x, y, 1, order);
    assert_int_equal(order[0], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balance),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_few_places),
        cmocka_unit_test(test_tour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
