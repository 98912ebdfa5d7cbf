#include "check.h"

#include "base/random.h"
#include "geo/plane.h"
#include "geo/segment_index.h"
#include <stdlib.h>

enum { LINES = 600, PER_LINE = 9 };

typedef struct network {
    uint32_t start[LINES + 1];
    hs_position position[LINES * PER_LINE];
    hs_geometry geometry;
} network;

static void make_network(network *n, hs_random *random, int32_t origin_lat) {
    for (uint32_t line = 0; line < LINES; line++) {
        n->start[line] = line * PER_LINE;
        hs_position p = {(int32_t)hs_random_below(random, 2000000),
                         origin_lat + (int32_t)hs_random_below(random, 2000000)};
        for (int i = 0; i < PER_LINE; i++) {
            n->position[line * PER_LINE + (uint32_t)i] = p;
            p.lon_e7 += (int32_t)hs_random_below(random, 20001) - 10000;
            p.lat_e7 += (int32_t)hs_random_below(random, 20001) - 10000;
        }
    }
    n->start[LINES] = LINES * PER_LINE;
    n->geometry = (hs_geometry){
        .type = HS_GEOMETRY_LINES, .ring_count = LINES, .ring_start = n->start, .positions = n->position};
}

/* Distance by sampling the derivative's zero in long double, written apart from the index. */
static double distance_to_piece(hs_position p, hs_position a, hs_position b, double kx, double ky) {
    long double ux = ((long double)b.lon_e7 - a.lon_e7) * kx, uy = ((long double)b.lat_e7 - a.lat_e7) * ky;
    long double vx = ((long double)p.lon_e7 - a.lon_e7) * kx, vy = ((long double)p.lat_e7 - a.lat_e7) * ky;
    long double u2 = ux * ux + uy * uy, t = u2 > 0 ? (ux * vx + uy * vy) / u2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (double)hypotl(vx - t * ux, vy - t * uy);
}

static void test_nearest_by_brute_force(void **state) {
    (void)state;
    static network n;
    hs_random random;
    hs_random_seed(&random, 9);
    const int32_t latitudes[] = {0, 389000000, -700000000};
    for (size_t l = 0; l < 3; l++) {
        make_network(&n, &random, latitudes[l]);
        hs_segment_index *index = NULL;
        hs_error error;
        check_ok(hs_segment_index_new(&n.geometry, &error, &index), &error);
        for (int q = 0; q < 400; q++) {
            hs_position p = {(int32_t)hs_random_below(&random, 2400000) - 200000,
                             latitudes[l] + (int32_t)hs_random_below(&random, 2400000) - 200000};
            /* Every fourth query stands on a vertex, where pieces tie. */
            if (q % 4 == 0) p = n.position[hs_random_below(&random, LINES * PER_LINE)];
            double kx, ky, best = INFINITY;
            hs_ground_scale_m(p.lat_e7, &kx, &ky);
            for (uint32_t line = 0; line < LINES; line++)
                for (uint32_t i = 0; i + 1 < PER_LINE; i++)
                    best = fmin(best, distance_to_piece(p, n.position[line * PER_LINE + i],
                                                        n.position[line * PER_LINE + i + 1], kx, ky));
            hs_segment_hit hit;
            assert_true(hs_segment_index_nearest(index, p, INFINITY, &hit));
            check_near(hit.distance_m, best, 1e-6 * (1 + best));
            const hs_position *a = &n.position[hit.line * PER_LINE + hit.piece];
            check_near(distance_to_piece(p, a[0], a[1], kx, ky), best, 1e-6 * (1 + best));
            check_near(hs_ground_distance_m(p, hit.nearest), best, 0.02 + 1e-3 * best);
            assert_true(hit.along >= 0 && hit.along <= 1);
            assert_int_equal(hs_segment_index_nearest(index, p, best * 0.999 - 1e-6, &hit), false);
            assert_int_equal(hs_segment_index_nearest(index, p, best * 1.001 + 1e-6, &hit), true);
        }
        hs_segment_index_free(index);
    }
}

static void test_side_and_ties(void **state) {
    (void)state;
    const hs_position positions[] = {{0, 0}, {0, 1000}, {0, 2000}, {0, 1000}, {1000, 1000}};
    const uint32_t start[] = {0, 3, 5};
    const hs_geometry lines = {
        .type = HS_GEOMETRY_LINES, .ring_count = 2, .ring_start = start, .positions = positions};
    hs_segment_index *index = NULL;
    hs_error error;
    check_ok(hs_segment_index_new(&lines, &error, &index), &error);
    hs_segment_hit hit;
    assert_true(hs_segment_index_nearest(index, (hs_position){-5, 500}, 100, &hit)); /* west of a way north */
    assert_int_equal(hit.side, -1);
    check_near(hit.along, 0.5, 1e-12);
    assert_true(hs_segment_index_nearest(index, (hs_position){5, 500}, 100, &hit));
    assert_int_equal(hit.side, 1);
    assert_true(hs_segment_index_nearest(index, (hs_position){0, 500}, 100, &hit));
    assert_int_equal(hit.side, 0);
    /* All three pieces end here: the first line's first piece wins. */
    assert_true(hs_segment_index_nearest(index, (hs_position){0, 1000}, 100, &hit));
    assert_true(hit.line == 0 && hit.piece == 0 && hit.along == 1 && hit.distance_m == 0);
    hs_segment_index_free(index);
}

typedef struct seen_lines {
    unsigned times[LINES];
    unsigned total;
} seen_lines;

static bool note_line(void *context, uint32_t line) {
    seen_lines *seen = context;
    seen->times[line]++;
    seen->total++;
    return true;
}

static bool stop_at_once(void *context, uint32_t line) {
    (void)line;
    ++*(int *)context;
    return false;
}

static void test_search(void **state) {
    (void)state;
    static network n;
    hs_random random;
    hs_random_seed(&random, 10);
    make_network(&n, &random, 0);
    hs_segment_index *index = NULL;
    hs_error error;
    check_ok(hs_segment_index_new(&n.geometry, &error, &index), &error);
    for (int q = 0; q < 200; q++) {
        hs_box box = {.min_lon_e7 = (int32_t)hs_random_below(&random, 2000000),
                      .min_lat_e7 = (int32_t)hs_random_below(&random, 2000000)};
        box.max_lon_e7 = box.min_lon_e7 + (int32_t)hs_random_below(&random, 300000);
        box.max_lat_e7 = box.min_lat_e7 + (int32_t)hs_random_below(&random, 300000);
        seen_lines seen = {0};
        hs_segment_index_search(index, box, note_line, &seen);
        for (uint32_t line = 0; line < LINES; line++) {
            bool meets = false;
            for (uint32_t i = line * PER_LINE; i + 1 < (line + 1) * PER_LINE; i++) {
                hs_position a = n.position[i], b = n.position[i + 1];
                meets |= !((a.lon_e7 < box.min_lon_e7 && b.lon_e7 < box.min_lon_e7) ||
                           (a.lon_e7 > box.max_lon_e7 && b.lon_e7 > box.max_lon_e7) ||
                           (a.lat_e7 < box.min_lat_e7 && b.lat_e7 < box.min_lat_e7) ||
                           (a.lat_e7 > box.max_lat_e7 && b.lat_e7 > box.max_lat_e7));
            }
            assert_int_equal(seen.times[line], meets);
        }
    }
    int calls = 0;
    hs_segment_index_search(index, (hs_box){INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}, stop_at_once,
                            &calls);
    assert_int_equal(calls, 1);
    assert_true(hs_segment_index_bytes(index) > LINES * PER_LINE * 16);
    hs_segment_index_free(index);
}

static void test_empty(void **state) {
    (void)state;
    const hs_geometry none = {.type = HS_GEOMETRY_LINES};
    hs_segment_index *index = NULL;
    hs_error error;
    hs_segment_hit hit;
    check_ok(hs_segment_index_new(&none, &error, &index), &error);
    assert_false(hs_segment_index_nearest(index, (hs_position){0, 0}, INFINITY, &hit));
    hs_segment_index_free(index);
    hs_segment_index_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest_by_brute_force),
                                       cmocka_unit_test(test_side_and_ties), cmocka_unit_test(test_search),
                                       cmocka_unit_test(test_empty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
