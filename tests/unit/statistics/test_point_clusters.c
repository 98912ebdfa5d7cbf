/* Clusters of points against R's dbscan, scikit-learn's OPTICS and HDBSCAN by its definition
 * (tests/data/points), and against searches over all pairs. */
#include "points_data.h"

#include "base/random.h"
#include <hotspot/point_clusters.h>

static double p[MOST_COLUMNS][MOST_ROWS], w[MOST_COLUMNS][MOST_ROWS];
static uint32_t cluster[MOST_ROWS], other[MOST_ROWS], order[MOST_ROWS];
static bool core[MOST_ROWS], other_core[MOST_ROWS];
static double reach[MOST_ROWS], core_m[MOST_ROWS], probability[MOST_ROWS], outlier[MOST_ROWS],
    stability[MOST_ROWS];

static void test_dbscan(void **state) {
    (void)state;
    hs_error error = {0};
    uint32_t found = 0, again = 0, n = read_columns("points.csv", p);
    check_ok(hs_dbscan(p[0], p[1], n, 60, 8, &error, cluster, core, &found), &error);
    hs_point_links *links;
    check_ok(hs_point_links_planar(p[0], p[1], n, 200, &error, &links), &error);
    check_ok(hs_dbscan_links(links, 60, 8, &error, other, other_core, &again), &error);
    hs_point_links_free(links);
    assert_int_equal(found, again);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t wanted = p[2][i] > 0 ? (uint32_t)p[2][i] - 1 : HS_NONE;
        assert_int_equal(cluster[i], wanted);
        assert_int_equal(other[i], wanted);
        assert_int_equal(core[i], p[3][i] > 0);
        assert_int_equal(other_core[i], core[i]);
    }
}

static void test_optics(void **state) {
    (void)state;
    hs_error error = {0};
    hs_point_links *links;
    uint32_t found, n = read_columns("points.csv", p);
    assert_int_equal(read_columns("optics.csv", w), n);
    check_ok(hs_point_links_planar(p[0], p[1], n, 200, &error, &links), &error);
    check_ok(hs_optics(links, 8, &error, order, reach, core_m), &error);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(order[i], (uint32_t)w[0][i]);
        assert_int_equal(isinf(reach[i]), isinf(w[1][i]));
        if (!isinf(reach[i])) check_near(reach[i], w[1][i], 1e-10);
        assert_int_equal(isinf(core_m[i]), isinf(w[2][i]));
        if (!isinf(core_m[i])) check_near(core_m[i], w[2][i], 1e-10);
    }
    check_ok(hs_optics_xi(order, reach, n, 0.05, 8, &error, cluster, &found), &error);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(cluster[i], w[3][i] < 0 ? HS_NONE : (uint32_t)w[3][i]);
    /* A cut gives DBSCAN's cores the same clusters. */
    uint32_t clusters;
    check_ok(hs_optics_cut(order, reach, core_m, n, 60, &error, cluster, &found), &error);
    check_ok(hs_dbscan(p[0], p[1], n, 60, 8, &error, other, core, &clusters), &error);
    assert_int_equal(found, clusters);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (core[i] && core[j]) assert_int_equal(cluster[i] == cluster[j], other[i] == other[j]);
    hs_point_links_free(links);
}

static void test_hdbscan(void **state) {
    (void)state;
    hs_error error = {0};
    uint32_t found, n = read_columns("points.csv", p);
    const hs_hdbscan_request request = {8, 0};
    hs_hdbscan_columns columns = {cluster, core_m, probability, outlier};
    assert_int_equal(read_columns("hdbscan.csv", w), n);
    check_ok(hs_hdbscan(p[0], p[1], n, &request, &error, &columns, MOST_ROWS, stability, &found), &error);
    uint32_t as_r = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(cluster[i], w[0][i] < 0 ? HS_NONE : (uint32_t)w[0][i]);
        check_near(core_m[i], p[4][i], 1e-10);
        check_near(probability[i], w[2][i], 1e-10);
        check_near(outlier[i], w[3][i], 1e-10);
        if (cluster[i] != HS_NONE) check_near(stability[cluster[i]], w[1][i], 1e-10);
        /* R keeps points in a cluster's small branches for as long as they are not alone. */
        as_r += (cluster[i] == HS_NONE) == (p[5][i] == 0);
    }
    assert_true(as_r > 0.97 * n);
    /* The same by links that reach everywhere. */
    hs_point_links *links;
    check_ok(hs_point_links_planar(p[0], p[1], n, 4000, &error, &links), &error);
    columns.cluster = other;
    check_ok(hs_hdbscan_links(links, &request, &error, &columns, 0, NULL, &found), &error);
    hs_point_links_free(links);
    assert_memory_equal(cluster, other, n * sizeof *other);
}

/* Every point again and again: cores as a search over all pairs has them, clusters its components. */
static void test_against_all_pairs(void **state) {
    (void)state;
    hs_error error = {0};
    hs_random random;
    hs_random_seed(&random, 5);
    for (int round = 0; round < 40; round++) {
        uint32_t n = 1 + hs_random_below(&random, 300), found, least = 1 + hs_random_below(&random, 12);
        double eps = round % 3 == 0 ? 10 : 1 + hs_random_uniform(&random) * 30;
        for (uint32_t i = 0; i < n; i++) {
            /* A lattice: distances of exactly eps, and many points at one place. */
            p[0][i] = round % 3 == 0 ? 10.0 * hs_random_below(&random, 12) : hs_random_uniform(&random) * 300;
            p[1][i] = round % 3 == 0 ? 10.0 * hs_random_below(&random, 12) : hs_random_uniform(&random) * 300;
        }
        check_ok(hs_dbscan(p[0], p[1], n, eps, least, &error, cluster, core, &found), &error);
        uint32_t seen = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t inside = 0, first = HS_NONE;
            for (uint32_t j = 0; j < n; j++) {
                double dx = p[0][i] - p[0][j], dy = p[1][i] - p[1][j];
                if (dx * dx + dy * dy > eps * eps) continue;
                inside++;
                if (!core[j]) continue;
                if (cluster[j] < first) first = cluster[j];
                if (core[i]) assert_int_equal(cluster[i], cluster[j]);
            }
            assert_int_equal(core[i], inside >= least);
            if (!core[i]) assert_int_equal(cluster[i], first);
            if (core[i] && cluster[i] == seen) seen++;
            assert_true(cluster[i] == HS_NONE || cluster[i] < found);
        }
        assert_int_equal(seen, found); /* numbered by their first core point */
    }
}

static void test_one_place(void **state) {
    (void)state;
    hs_error error = {0};
    enum { MANY = 200000 };
    double *x = calloc(MANY, sizeof *x);
    uint32_t *in = malloc(MANY * sizeof *in), found;
    assert_true(x && in);
    check_ok(hs_dbscan(x, x, MANY, 50, 10, &error, in, NULL, &found), &error);
    assert_int_equal(found, 1);
    hs_point_links *links;
    check_ok(hs_point_links_planar(x, x, MANY, 50, &error, &links), &error);
    assert_int_equal(hs_point_links_places(links), 1);
    assert_int_equal(hs_point_links_count(links), 0);
    check_ok(hs_dbscan_links(links, 50, 10, &error, in, NULL, &found), &error);
    assert_int_equal(found, 1);
    hs_point_links_free(links);
    hs_hdbscan_columns columns = {.cluster = in};
    check_ok(hs_hdbscan(x, x, MANY, &(hs_hdbscan_request){10, 5}, &error, &columns, 0, NULL, &found), &error);
    assert_int_equal(found, 0); /* the whole is never a cluster */
    check_ok(hs_hdbscan(x, x, 0, &(hs_hdbscan_request){10, 5}, &error, &columns, 0, NULL, &found), &error);
    check_ok(hs_dbscan(x, x, 0, 50, 10, &error, in, NULL, &found), &error);
    assert_int_equal(found, 0);
    free(x);
    free(in);
}

static void test_neighbour_clusters(void **state) {
    (void)state;
    hs_error error = {0};
    /* A cross of five about (0, 0), a pair far off, and one alone. */
    const double x[] = {8, 0, 0, -8, 0, 100, 104, 300}, y[] = {0, 0, 8, 0, -8, 0, 0, 0};
    uint32_t in[8], found;
    check_ok(hs_nearest_neighbour_clusters(x, y, 8, 10, 2, &error, in, &found), &error);
    const uint32_t wanted[] = {0, 0, 0, 0, 0, 1, 1, HS_NONE};
    assert_int_equal(found, 2);
    assert_memory_equal(in, wanted, sizeof in);
    hs_deviation_ellipse e = hs_standard_ellipse(x, y, NULL, 5);
    check_near(e.x_m, 0, 1e-12);
    check_near(e.major_m, sqrt(128.0 / 5), 1e-12);
    check_near(e.minor_m, sqrt(128.0 / 5), 1e-12);
    const uint32_t pair[] = {5, 6};
    e = hs_standard_ellipse(x, y, pair, 2);
    check_near(e.major_m, 2, 1e-12);
    check_near(e.minor_m, 0, 1e-12);
    check_near(e.angle_deg, 0, 1e-12);
    check_near(hs_random_neighbour_m(10000, 25), 10, 1e-12);
}

static void test_refusals(void **state) {
    (void)state;
    hs_error error = {0};
    const double x[] = {0, NAN}, y[] = {0, 0};
    uint32_t found;
    hs_point_links *links;
    assert_int_equal(hs_dbscan(x, y, 2, 10, 2, &error, cluster, NULL, &found), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "point 1"));
    assert_int_equal(hs_dbscan(y, y, 2, 0, 2, &error, cluster, NULL, &found), HS_E_ARGUMENT);
    assert_int_equal(hs_point_links_planar(x, y, 2, 10, &error, &links), HS_E_ARGUMENT);
    const double far[] = {0, 1e12};
    assert_int_equal(hs_dbscan(far, far, 2, 1e-3, 2, &error, cluster, NULL, &found), HS_E_ARGUMENT);
    hs_hdbscan_columns columns = {.cluster = cluster};
    assert_int_equal(hs_hdbscan(y, y, 2, &(hs_hdbscan_request){1, 0}, &error, &columns, 0, NULL, &found),
                     HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dbscan),    cmocka_unit_test(test_optics),
        cmocka_unit_test(test_hdbscan),   cmocka_unit_test(test_against_all_pairs),
        cmocka_unit_test(test_one_place), cmocka_unit_test(test_neighbour_clusters),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
