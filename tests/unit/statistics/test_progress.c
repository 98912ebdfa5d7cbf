/* What long statistics tell of their progress, and that it ends them. */
#include "watched.h"

#include "base/pool.h"
#include "base/random.h"
#include <hotspot/circular_statistics.h>
#include <hotspot/near_repeat.h>
#include <hotspot/point_pattern.h>
#include <hotspot/scan_statistic.h>
#include <hotspot/spatial_statistics.h>
#include <string.h>

enum { POINTS = 300, AREAS = 60, HOURS = 24, SIDE = 20 };

/* On one thread and on four, then ended half way. */
typedef hs_status (*work)(hs_progress progress, hs_pool *pool, hs_error *error);

static void check_work(work run) {
    hs_error error = {0};
    hs_pool *pool;
    watched w;
    check_ok(hs_pool_new(4, &error, &pool), &error);
    check_ok(run(watch(&w, 2), NULL, &error), &error);
    assert_true(atomic_load(&w.between) >= 3);
    check_ok(run(watch(&w, 2), pool, &error), &error);
    assert_true(atomic_load(&w.between) >= 1);
    assert_int_equal(run(watch(&w, 0.5), NULL, &error), HS_E_CANCELLED);
    assert_true(w.last >= 0.5 && w.last < 1 && error.message[0]);
    assert_int_equal(run(watch(&w, 0), pool, &error), HS_E_CANCELLED);
    hs_pool_free(pool);
}

static void draw_places(double *x, double *y, uint32_t count) {
    hs_random random;
    hs_random_seed(&random, 3);
    for (uint32_t i = 0; i < count; i++) {
        x[i] = 1000 * hs_random_uniform(&random);
        y[i] = 1000 * hs_random_uniform(&random);
    }
}

static hs_status near_repeat(hs_progress progress, hs_pool *pool, hs_error *error) {
    double x[POINTS], y[POINTS];
    int64_t time_s[POINTS];
    const double distance_m[] = {50, 100};
    const int64_t interval_s[] = {100, 1000};
    hs_knox_cell cells[12];
    hs_point_links *links;
    draw_places(x, y, POINTS);
    for (int i = 0; i < POINTS; i++)
        time_s[i] = (int64_t)(x[(i * 7) % POINTS] * 10);
    check_ok(hs_point_links_planar(x, y, POINTS, 100, error, &links), error);
    const hs_knox_request request = {.distance_m = distance_m,
                                     .distance_count = 2,
                                     .interval_s = interval_s,
                                     .interval_count = 2,
                                     .permutations = 99,
                                     .progress = progress};
    hs_status status = hs_knox(links, time_s, &request, pool, error, cells);
    hs_point_links_free(links);
    return status;
}

static hs_status envelopes(hs_progress progress, hs_pool *pool, hs_error *error) {
    double x[POINTS], y[POINTS], k_m2[11], low[11], high[11], mean[11];
    const hs_pattern_steps steps = {10, 11};
    hs_envelope envelope = {.low = low, .high = high, .mean = mean};
    hs_pattern_window *window;
    draw_places(x, y, POINTS);
    check_ok(hs_pattern_window_of_box(0, 0, 1000, 1000, error, &window), error);
    check_ok(hs_k_function(window, x, y, POINTS, &steps, HS_PATTERN_ISOTROPIC, error, k_m2), error);
    const hs_csr_request request = {99, 1, 0.05, progress};
    hs_status status = hs_csr_envelope(window, POINTS, &steps, HS_PATTERN_ISOTROPIC, k_m2, &request, pool,
                                       error, &envelope, NULL);
    hs_pattern_window_free(window);
    return status;
}

static hs_status scan(hs_progress progress, hs_pool *pool, hs_error *error) {
    double x[AREAS], y[AREAS], people[AREAS], cases[AREAS];
    hs_scan_cluster cluster[5];
    uint32_t found, cluster_of[AREAS];
    hs_scan_summary summary;
    hs_scan_zones *zones;
    const hs_scan_extent extent = {.max_share = 0.5};
    draw_places(x, y, AREAS);
    for (int i = 0; i < AREAS; i++) {
        people[i] = 100;
        cases[i] = i % 7;
    }
    check_ok(hs_scan_zones_new(AREAS, x, y, people, &extent, error, &zones), error);
    const hs_scan_data data = {AREAS, 1, cases, people};
    const hs_scan_request request = {.replications = 999, .progress = progress};
    hs_status status = hs_scan(&data, zones, &request, pool, 5, error, cluster, &found, cluster_of, &summary);
    hs_scan_zones_free(zones);
    return status;
}

static hs_status permutation(hs_progress progress, hs_pool *pool, hs_error *error) {
    static uint32_t first[SIDE * SIDE + 1], neighbour[4 * SIDE * SIDE];
    static double weight[4 * SIDE * SIDE], value[SIDE * SIDE], p[SIDE * SIDE];
    uint32_t links = 0;
    hs_weights *weights;
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        const uint32_t row = i / SIDE, column = i % SIDE;
        first[i] = links;
        if (row > 0) neighbour[links++] = i - SIDE;
        if (column > 0) neighbour[links++] = i - 1;
        if (column + 1 < SIDE) neighbour[links++] = i + 1;
        if (row + 1 < SIDE) neighbour[links++] = i + SIDE;
        value[i] = (i * 17) % 23;
    }
    first[SIDE * SIDE] = links;
    for (uint32_t k = 0; k < links; k++)
        weight[k] = 1;
    check_ok(hs_weights_new(SIDE * SIDE, first, neighbour, weight, 1, HS_WEIGHTS_BINARY, error, &weights),
             error);
    hs_status status = hs_local_permutation(weights, value, true, 9999, 1, pool, &progress, error, p);
    hs_weights_free(weights);
    return status;
}

static hs_status hours(hs_progress progress, hs_pool *pool, hs_error *error) {
    uint32_t first[HOURS], second[HOURS];
    hs_circular_difference difference;
    for (uint32_t i = 0; i < HOURS; i++) {
        first[i] = i % 5 + 1;
        second[i] = i % 7 + 1;
    }
    const hs_circular_samples samples = {first, second, HOURS, 9999, 1, progress};
    return hs_circular_compare_counts(&samples, pool, error, &difference);
}

static void test_all(void **state) {
    (void)state;
    check_work(near_repeat);
    check_work(envelopes);
    check_work(scan);
    check_work(permutation);
    check_work(hours);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
