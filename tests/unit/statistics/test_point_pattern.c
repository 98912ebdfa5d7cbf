/* K, Clark and Evans, K on streets against R's spatstat (tests/data/points). */
#include "points_data.h"

#include "base/pool.h"
#include "base/random.h"
#include <hotspot/point_pattern.h>
#include <hotspot/street_points.h>

static double p[MOST_COLUMNS][MOST_ROWS], w[MOST_COLUMNS][MOST_ROWS];

static hs_pattern_window *polygon(void) {
    static const double x[] = {0, 2000, 2000, 1200, 1000, 400}, y[] = {0, 0, 1600, 2000, 1000, 2000};
    static const double hole_x[] = {600, 600, 800}, hole_y[] = {400, 600, 600};
    hs_directed_edge edges[9];
    for (int i = 0; i < 6; i++)
        edges[i] = (hs_directed_edge){x[i], y[i], x[(i + 1) % 6], y[(i + 1) % 6]};
    for (int i = 0; i < 3; i++)
        edges[6 + i] = (hs_directed_edge){hole_x[i], hole_y[i], hole_x[(i + 1) % 3], hole_y[(i + 1) % 3]};
    hs_error error = {0};
    hs_pattern_window *window;
    check_ok(hs_pattern_window_new(edges, 9, &error, &window), &error);
    return window;
}

static void check_k_about(const hs_pattern_window *window, uint32_t n, hs_pattern_edges edges,
                          const double *wanted, double off) {
    hs_error error = {0};
    const hs_pattern_steps steps = {5.0017, 61};
    double k[61];
    check_ok(hs_k_function(window, p[0], p[1], n, &steps, edges, &error, k), &error);
    for (int r = 0; r < 61; r++)
        check_near(k[r], wanted[r], off * fmax(1, wanted[r]));
}

static void check_k(const hs_pattern_window *window, uint32_t n, hs_pattern_edges edges,
                    const double *wanted) {
    check_k_about(window, n, edges, wanted, 1e-10);
}

static void test_k(void **state) {
    (void)state;
    hs_error error = {0};
    uint32_t n = read_columns("points.csv", p), inside = 0;
    hs_pattern_window *window;
    assert_int_equal(read_columns("k.csv", w), 61);
    check_ok(hs_pattern_window_of_box(0, 0, 2000, 2000, &error, &window), &error);
    check_k(window, n, HS_PATTERN_BORDER, w[1]);
    check_k(window, n, HS_PATTERN_ISOTROPIC, w[2]);
    check_k(window, n, HS_PATTERN_TRANSLATION, w[3]);
    check_k(window, n, HS_PATTERN_NONE, w[4]);
    hs_pattern_window_free(window);
    window = polygon();
    check_near(hs_pattern_window_area_m2(window), 3020000, 1e-6);
    for (uint32_t i = 0; i < n; i++) {
        if (!hs_pattern_window_holds(window, p[0][i], p[1][i])) continue;
        p[0][inside] = p[0][i];
        p[1][inside++] = p[1][i];
    }
    assert_true(inside < n);
    check_k(window, inside, HS_PATTERN_BORDER, w[5]);
    check_k(window, inside, HS_PATTERN_ISOTROPIC, w[6]);
    check_k_about(window, inside, HS_PATTERN_TRANSLATION, w[7], 1e-4);
    hs_pattern_window_free(window);
}

static void test_envelope(void **state) {
    (void)state;
    hs_error error = {0};
    enum { STEPS = 61 };
    const hs_pattern_steps steps = {5, STEPS};
    const hs_csr_request request = {99, 4, 0.05, {NULL, NULL}};
    hs_pattern_window *window;
    hs_pool *pool;
    double k[STEPS], low[2][STEPS], high[2][STEPS], mean[2][STEPS];
    uint32_t n = read_columns("points.csv", p);
    assert_int_equal(read_columns("clark_evans.csv", w), 1);
    check_ok(hs_pool_new(3, &error, &pool), &error);
    check_ok(hs_pattern_window_of_box(0, 0, 2000, 2000, &error, &window), &error);
    check_ok(hs_k_function(window, p[0], p[1], n, &steps, HS_PATTERN_BORDER, &error, k), &error);
    hs_envelope e[2];
    hs_clark_evans c;
    for (int threads = 0; threads < 2; threads++) {
        check_ok(hs_clark_evans_index(window, p[0], p[1], n, &error, &c), &error);
        e[threads] = (hs_envelope){.low = low[threads], .high = high[threads], .mean = mean[threads]};
        check_ok(hs_csr_envelope(window, n, &steps, HS_PATTERN_BORDER, k, &request, threads ? pool : NULL,
                                 &error, &e[threads], &c),
                 &error);
    }
    check_near(c.index, w[0][0], 1e-10);
    check_near(c.corrected_index, w[1][0], 1e-10);
    check_near(c.p, w[2][0], 1e-10);
    check_near(c.simulated_p, 0.02, 1e-12);
    assert_memory_equal(low[0], low[1], sizeof low[0]);
    assert_memory_equal(high[0], high[1], sizeof high[0]);
    check_near(e[0].global_m, e[1].global_m, 0);
    check_near(e[0].mad_p, 0.01, 1e-12); /* the points cluster */
    check_near(e[0].dclf_p, 0.01, 1e-12);
    for (int r = 1; r < STEPS; r++) {
        assert_true(low[0][r] <= mean[0][r] && mean[0][r] <= high[0][r]);
        check_near(mean[0][r], 5 * r, 6); /* without pattern L is the distance */
    }
    assert_true(hs_l_of_k(k[10]) > high[0][10] && hs_l_of_k(k[10]) > 50 + e[0].global_m);
    hs_pattern_window_free(window);
    hs_pool_free(pool);
}

/* No pattern: tests reject as often as they say. */
static void test_level(void **state) {
    (void)state;
    hs_error error = {0};
    enum { STEPS = 21, RUNS = 200, N = 60 };
    hs_pattern_window *window = polygon();
    hs_random random;
    hs_random_seed(&random, 9);
    int mad = 0, dclf = 0, nearest = 0;
    for (uint32_t run = 0; run < RUNS; run++) {
        double k[STEPS], low[STEPS], high[STEPS], mean[STEPS];
        for (uint32_t i = 0; i < N;) {
            p[0][i] = hs_random_uniform(&random) * 2000;
            p[1][i] = hs_random_uniform(&random) * 2000;
            i += hs_pattern_window_holds(window, p[0][i], p[1][i]);
        }
        const hs_pattern_steps steps = {10, STEPS};
        const hs_csr_request request = {39, run, 0.05, {NULL, NULL}};
        hs_envelope e = {.low = low, .high = high, .mean = mean};
        hs_clark_evans c;
        check_ok(hs_k_function(window, p[0], p[1], N, &steps, HS_PATTERN_ISOTROPIC, &error, k), &error);
        check_ok(hs_clark_evans_index(window, p[0], p[1], N, &error, &c), &error);
        check_ok(hs_csr_envelope(window, N, &steps, HS_PATTERN_ISOTROPIC, k, &request, NULL, &error, &e, &c),
                 &error);
        mad += e.mad_p <= 0.05;
        dclf += e.dclf_p <= 0.05;
        nearest += c.simulated_p <= 0.05;
    }
    /* 10 are expected of 200; 22 or more come once in 5,000. */
    assert_in_range(mad, 1, 21);
    assert_in_range(dclf, 1, 21);
    assert_in_range(nearest, 1, 21);
    hs_pattern_window_free(window);
}

typedef struct streets {
    uint32_t from[MOST_ROWS], to[MOST_ROWS], segment[MOST_ROWS];
    double length[MOST_ROWS], along[MOST_ROWS];
    hs_street_net net;
    hs_street_places points;
} streets;

static void read_streets(streets *s) {
    uint32_t segments = read_columns("streets.csv", w), points = read_columns("street_points.csv", p),
             nodes = 0;
    for (uint32_t i = 0; i < segments; i++) {
        s->from[i] = (uint32_t)w[0][i];
        s->to[i] = (uint32_t)w[1][i];
        s->length[i] = w[2][i];
        nodes = s->from[i] > nodes ? s->from[i] : nodes;
        nodes = s->to[i] > nodes ? s->to[i] : nodes;
    }
    for (uint32_t i = 0; i < points; i++) {
        s->segment[i] = (uint32_t)p[0][i];
        s->along[i] = p[1][i] * s->length[s->segment[i]];
    }
    s->net = (hs_street_net){nodes + 1, segments, s->from, s->to, s->length};
    s->points = (hs_street_places){s->segment, s->along, points};
}

static void test_streets(void **state) {
    (void)state;
    static streets s;
    hs_error error = {0};
    double k[31];
    const hs_pattern_steps steps = {5, 31};
    read_streets(&s);
    assert_int_equal(read_columns("street_k.csv", w), 31);
    check_ok(hs_street_k_function(&s.net, &s.points, &steps, HS_STREET_K_OKABE_YAMADA, NULL, &error, k),
             &error);
    for (int r = 0; r < 31; r++)
        check_near(k[r], w[1][r], 1e-9 * fmax(1, w[1][r]));
    check_ok(hs_street_k_function(&s.net, &s.points, &steps, HS_STREET_K_CORRECTED, NULL, &error, k), &error);
    for (int r = 0; r < 31; r++)
        check_near(k[r], w[2][r], 1e-9 * fmax(1, w[2][r]));
    double low[31], high[31], mean[31];
    hs_envelope e = {.low = low, .high = high, .mean = mean};
    const hs_csr_request request = {199, 2, 0.05, {NULL, NULL}};
    check_ok(hs_street_envelope(&s.net, s.points.count, &steps, k, &request, NULL, &error, &e), &error);
    for (int r = 1; r < 31; r++)
        check_near(mean[r], 5 * r, 2 + 0.02 * 5 * r); /* r, whatever the streets */
    assert_true(e.mad_p > 0.01);
}

/* Distances along streets by DBSCAN with one neighbour: what is linked is what is near enough. */
static void test_street_links(void **state) {
    (void)state;
    static streets s;
    hs_error error = {0};
    hs_point_links *links;
    read_streets(&s);
    uint32_t rows = read_columns("street_distances.csv", w);
    uint32_t n = s.points.count;
    assert_int_equal(rows, 10 * n);
    for (double reach = 20; reach < 200; reach += 37) {
        size_t wanted = 0;
        check_ok(hs_point_links_streets(&s.net, &s.points, reach, &error, &links), &error);
        for (uint32_t i = 0; i < 10; i++)
            for (uint32_t j = 0; j < n; j++)
                wanted += j != i && w[0][j * 10 + i] <= reach;
        /* Of the first ten points: those within reach, counted by the core distance of so many. */
        uint32_t cluster[MOST_ROWS], found;
        bool core[MOST_ROWS];
        size_t counted = 0;
        for (uint32_t least = 2; least <= n; least++) {
            check_ok(hs_dbscan_links(links, reach, least, &error, cluster, core, &found), &error);
            for (uint32_t i = 0; i < 10; i++)
                counted += core[i];
        }
        assert_int_equal(counted, wanted);
        hs_point_links_free(links);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_k),       cmocka_unit_test(test_envelope),     cmocka_unit_test(test_level),
        cmocka_unit_test(test_streets), cmocka_unit_test(test_street_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
