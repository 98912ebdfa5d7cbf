/* The Knox test against R's surveillance (tests/data/points) and against all permutations of a few times;
 * hours on their circle. */
#include "points_data.h"

#include "base/pool.h"
#include <hotspot/circular_statistics.h>
#include <hotspot/near_repeat.h>

static double p[MOST_COLUMNS][MOST_ROWS], w[MOST_COLUMNS][MOST_ROWS];
static const int64_t day_s = 86400;

static void test_table(void **state) {
    (void)state;
    hs_error error = {0};
    hs_point_links *links;
    hs_pool *pool;
    int64_t time_s[MOST_ROWS];
    uint32_t n = read_columns("repeats.csv", p);
    for (uint32_t i = 0; i < n; i++)
        time_s[i] = (int64_t)p[2][i];
    check_ok(hs_pool_new(3, &error, &pool), &error);
    check_ok(hs_point_links_planar(p[0], p[1], n, 400, &error, &links), &error);
    const double distances[] = {100, 200, 400};
    const int64_t intervals[] = {7 * day_s, 14 * day_s, 28 * day_s};
    const hs_knox_request request = {true, distances, 3, intervals, 3, 199, 3, {NULL, NULL}};
    hs_knox_cell cells[20], again[20];
    assert_int_equal(hs_knox_rows(&request), 5);
    assert_int_equal(hs_knox_columns(&request), 4);
    check_ok(hs_knox(links, time_s, &request, NULL, &error, cells), &error);
    check_ok(hs_knox(links, time_s, &request, pool, &error, again), &error);
    assert_memory_equal(cells, again, sizeof cells);
    assert_int_equal(read_columns("knox_table.csv", w), 20);
    for (int c = 0; c < 20; c++) {
        assert_int_equal(cells[c].observed, (uint64_t)w[0][c]);
        check_near(cells[c].simulated_mean, cells[c].expected, 6 * sqrt(cells[c].variance / 199) + 1e-9);
    }
    /* Without a row for one place, R's test of the first cell. */
    const hs_knox_request plain = {false, distances, 1, intervals, 1, 0, 0, {NULL, NULL}};
    assert_int_equal(read_columns("knox.csv", w), 1);
    check_ok(hs_knox(links, time_s, &plain, NULL, &error, cells), &error);
    check_near((double)cells[0].observed, w[0][0], 0);
    check_near(cells[0].expected, w[1][0], 1e-10);
    check_near(cells[0].poisson_p / w[2][0], 1, 1e-10);
    hs_point_links_free(links);
    hs_pool_free(pool);
}

/* The margins of invasive meningococcal disease in R's surveillance, 7 days and 50 km (imdepi.R): its mean
 * and p. The bench has the events. */
static void test_poisson(void **state) {
    (void)state;
    assert_int_equal(read_columns("imdepi_knox.csv", w), 1);
    double mean = w[1][0] * w[2][0] / w[0][0];
    check_near(mean, w[4][0], 1e-12);
    check_near(hs_poisson_upper((uint64_t)w[3][0], mean) / w[5][0], 1, 1e-10);
    check_near(hs_poisson_upper(0, 3), 1 - exp(-3), 1e-15);
    check_near(hs_poisson_upper(10, 0.5) * 1e12, 7.9e0, 0.3);
}

enum { FEW = 7 };

typedef struct all_orders {
    const hs_point_links *links;
    const hs_knox_request *request;
    int64_t time_s[FEW];
    double count, sum[16], squares[16];
} all_orders;

static void visit_orders(all_orders *a, int from) {
    if (from < FEW) {
        for (int i = from; i < FEW; i++) {
            int64_t other = a->time_s[from];
            a->time_s[from] = a->time_s[i];
            a->time_s[i] = other;
            visit_orders(a, from + 1);
            a->time_s[i] = a->time_s[from];
            a->time_s[from] = other;
        }
        return;
    }
    hs_error error = {0};
    hs_knox_cell cells[16];
    check_ok(hs_knox(a->links, a->time_s, a->request, NULL, &error, cells), &error);
    a->count++;
    for (int c = 0; c < 9; c++) {
        a->sum[c] += (double)cells[c].observed;
        a->squares[c] += (double)(cells[c].observed * cells[c].observed);
    }
}

static void test_moments(void **state) {
    (void)state;
    hs_error error = {0};
    const double x[FEW] = {0, 0, 30, 60, 200, 230, 500}, y[FEW] = {0};
    const double distances[] = {50, 100};
    const int64_t intervals[] = {2, 9};
    const hs_knox_request request = {false, distances, 2, intervals, 2, 0, 0, {NULL, NULL}};
    hs_point_links *links;
    check_ok(hs_point_links_planar(x, y, FEW, 100, &error, &links), &error);
    all_orders a = {links, &request, {1, 2, 4, 8, 9, 15, 15}, 0, {0}, {0}};
    hs_knox_cell cells[16];
    check_ok(hs_knox(links, a.time_s, &request, NULL, &error, cells), &error);
    visit_orders(&a, 0);
    for (int c = 0; c < 9; c++) {
        double mean = a.sum[c] / a.count;
        check_near(cells[c].expected, mean, 1e-10);
        check_near(cells[c].variance, a.squares[c] / a.count - mean * mean, 1e-10);
    }
    hs_point_links_free(links);
}

static void test_refusals(void **state) {
    (void)state;
    hs_error error = {0};
    const double x[] = {0, 1, 2}, y[] = {0, 0, 0}, distances[] = {10, 5};
    const int64_t times[] = {0, 1, 2}, intervals[] = {5};
    hs_point_links *links;
    hs_knox_cell cells[16];
    check_ok(hs_point_links_planar(x, y, 3, 10, &error, &links), &error);
    hs_knox_request request = {false, distances, 2, intervals, 1, 0, 0, {NULL, NULL}};
    assert_int_equal(hs_knox(links, times, &request, NULL, &error, cells), HS_E_ARGUMENT);
    const double far[] = {20};
    request = (hs_knox_request){false, far, 1, intervals, 1, 0, 0, {NULL, NULL}};
    assert_int_equal(hs_knox(links, times, &request, NULL, &error, cells), HS_E_ARGUMENT);
    hs_point_links_free(links);
}

static void test_hours(void **state) {
    (void)state;
    const double late[] = {23 / 24.0, 1 / 24.0};
    hs_circular c = hs_circular_of(late, NULL, 2);
    check_near(fmin(c.mean, 1 - c.mean), 0, 1e-12);
    check_near(c.resultant, cos(2 * 3.14159265358979323846 / 24), 1e-12);
    /* Opposite hours have no mean; all hours alike no preference. */
    const double opposite[] = {0.25, 0.75};
    assert_true(isnan(hs_circular_of(opposite, NULL, 2).mean));
    /* Zar's (1999) example 27.1: eight times with r = 0.82522, z = 5.448, 0.001 < p < 0.002. */
    const double deg[] = {45, 55, 81, 96, 110, 117, 132, 154};
    double turn[8];
    for (int i = 0; i < 8; i++)
        turn[i] = deg[i] / 360;
    c = hs_circular_of(turn, NULL, 8);
    check_near(c.resultant, 0.82522, 5e-6);
    check_near(c.mean * 360, 98.98, 0.06);
    check_near(c.rayleigh_z, 5.448, 5e-4);
    assert_true(c.rayleigh_p > 0.001 && c.rayleigh_p < 0.002);
    assert_int_equal(hs_circular_of(NULL, NULL, 0).n, 0);
}

static void test_difference(void **state) {
    (void)state;
    hs_error error = {0};
    hs_circular_difference d;
    /* Zar's example 27.7 of Watson and Williams: F = 1.61 of 5 and 6 directions. */
    const double one[] = {94, 65, 45, 52, 38, 47, 73, 82, 90, 40, 87},
                 two[] = {77, 70, 61, 45, 50, 35, 48, 65, 36};
    double a[11], b[9];
    for (int i = 0; i < 11; i++)
        a[i] = one[i] / 360;
    for (int i = 0; i < 9; i++)
        b[i] = two[i] / 360;
    check_ok(hs_circular_compare(a, 11, b, 9, 999, 1, NULL, &error, &d), &error);
    check_near(d.f, 1.61, 0.03);
    assert_true(d.permuted_p > 0.15 && d.permuted_p < 0.3);
    for (int i = 0; i < 9; i++)
        b[i] += 0.4;
    check_ok(hs_circular_compare(a, 11, b, 9, 999, 1, NULL, &error, &d), &error);
    check_near(d.permuted_p, 0.001, 1e-12);
    check_near(d.hours_apart_turns, 0.4 - 9.0 / 360, 0.02);
    assert_int_equal(hs_circular_compare(a, 1, b, 9, 99, 1, NULL, &error, &d), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),    cmocka_unit_test(test_poisson), cmocka_unit_test(test_moments),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_hours),   cmocka_unit_test(test_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
