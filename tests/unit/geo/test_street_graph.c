#include "check.h"

#include "base/random.h"
#include "geo/plane.h"
#include "geo/street_graph.h"
#include <stdlib.h>

/* About 1.11 cm a unit at the equator, where these cases lie. */
#define METRE 90

typedef struct street {
    hs_position position[8];
    uint32_t start[2];
} street;

/* Builds a graph from lines given as lists of x, y in metres; `count` lines of `points` positions. */
static hs_street_graph *graph_of(const hs_geometry *lines, const int32_t *layer, uint32_t count) {
    hs_street_graph *graph = NULL;
    hs_error error;
    check_ok(hs_street_graph_new(lines, layer, count, &error, &graph), &error);
    return graph;
}

static hs_geometry line_of(street *s, uint32_t points, const double *xy_m) {
    for (uint32_t i = 0; i < points; i++)
        s->position[i] =
            (hs_position){(int32_t)lround(xy_m[2 * i] * METRE), (int32_t)lround(xy_m[2 * i + 1] * METRE)};
    s->start[0] = 0;
    s->start[1] = points;
    return (hs_geometry){
        .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = s->start, .positions = s->position};
}

static int side(hs_position a, hs_position b, hs_position p) {
    __int128 cross = (__int128)((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)p.lat_e7 - a.lat_e7) -
                     (__int128)((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)p.lon_e7 - a.lon_e7);
    return (cross > 0) - (cross < 0);
}

static bool equal(hs_position a, hs_position b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

static bool in_box(hs_position a, hs_position b, hs_position p) {
    return p.lon_e7 >= (a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7) &&
           p.lon_e7 <= (a.lon_e7 > b.lon_e7 ? a.lon_e7 : b.lon_e7) &&
           p.lat_e7 >= (a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7) &&
           p.lat_e7 <= (a.lat_e7 > b.lat_e7 ? a.lat_e7 : b.lat_e7);
}

/* Whether two pieces meet anywhere but at positions that are ends of both. */
static bool meet_badly(hs_position a, hs_position b, hs_position c, hs_position d) {
    int s1 = side(a, b, c), s2 = side(a, b, d), s3 = side(c, d, a), s4 = side(c, d, b);
    if (s1 * s2 < 0 && s3 * s4 < 0) return true;
    if (s1 == 0 && in_box(a, b, c) && !equal(c, a) && !equal(c, b)) return true;
    if (s2 == 0 && in_box(a, b, d) && !equal(d, a) && !equal(d, b)) return true;
    if (s3 == 0 && in_box(c, d, a) && !equal(a, c) && !equal(a, d)) return true;
    return s4 == 0 && in_box(c, d, b) && !equal(b, c) && !equal(b, d);
}

/* What must hold of every graph. */
static void check_graph(const hs_street_graph *g, const int32_t *layer) {
    assert_int_equal(g->lines.ring_count, g->segment_count);
    assert_int_equal(g->node_first[g->node_count], 2 * g->segment_count);
    for (uint32_t s = 0; s < g->segment_count; s++) {
        const hs_position *line = g->lines.positions + g->lines.ring_start[s];
        uint32_t count = g->lines.ring_start[s + 1] - g->lines.ring_start[s];
        assert_true(count >= 2);
        assert_true(equal(line[0], g->node[g->segment_from[s]]));
        assert_true(equal(line[count - 1], g->node[g->segment_to[s]]));
        check_near(g->segment_length_m[s], hs_ground_length_m(line, count),
                   1e-3 + 1e-6 * g->segment_length_m[s]);
        check_near(g->segment_end_m[s] - g->segment_start_m[s], g->segment_length_m[s],
                   1e-3 + 1e-6 * g->segment_length_m[s]);
        if (s > 0) assert_true(g->segment_street[s] >= g->segment_street[s - 1]);
    }
    for (uint32_t n = 0; n < g->node_count; n++)
        for (uint32_t i = g->node_first[n]; i < g->node_first[n + 1]; i++) {
            uint32_t s = g->node_segment[i];
            assert_true(g->segment_from[s] == n || g->segment_to[s] == n);
        }
    for (uint32_t s = 0; s < g->segment_count; s++)
        for (uint32_t t = s; t < g->segment_count; t++) {
            if (layer && layer[g->segment_street[s]] != layer[g->segment_street[t]]) continue;
            for (uint32_t i = g->lines.ring_start[s]; i + 1 < g->lines.ring_start[s + 1]; i++)
                for (uint32_t j = g->lines.ring_start[t]; j + 1 < g->lines.ring_start[t + 1]; j++)
                    if (s != t || i != j)
                        assert_false(meet_badly(g->lines.positions[i], g->lines.positions[i + 1],
                                                g->lines.positions[j], g->lines.positions[j + 1]));
        }
}

static void test_crossing(void **state) {
    (void)state;
    street s[2];
    hs_geometry lines[] = {line_of(&s[0], 2, (double[]){0, 0, 100, 0}),
                           line_of(&s[1], 2, (double[]){30, -50, 30, 50})};
    hs_street_graph *g = graph_of(lines, NULL, 2);
    check_graph(g, NULL);
    assert_int_equal(g->segment_count, 4);
    assert_int_equal(g->node_count, 5);
    assert_true(equal(g->node[1], (hs_position){30 * METRE, 0}));
    assert_int_equal(g->node_first[2] - g->node_first[1], 4);
    check_near(g->segment_start_m[1], hs_ground_length_m((hs_position[]){{0, 0}, {30 * METRE, 0}}, 2), 1e-9);
    hs_street_graph_free(g);
    /* On two layers nothing meets. */
    const int32_t layer[] = {0, 1};
    g = graph_of(lines, layer, 2);
    check_graph(g, layer);
    assert_int_equal(g->segment_count, 2);
    assert_int_equal(g->node_count, 4);
    hs_street_graph_free(g);
}

static void test_touches_within_tolerance(void **state) {
    (void)state;
    const double gap_m[] = {-0.25, -0.01, 0, 0.01, 0.25};
    for (size_t i = 0; i < sizeof gap_m / sizeof *gap_m; i++) {
        street s[2];
        hs_geometry lines[] = {line_of(&s[0], 2, (double[]){0, 0, 100, 0}),
                               line_of(&s[1], 2, (double[]){30, 50, 30, gap_m[i]})};
        hs_street_graph *g = graph_of(lines, NULL, 2);
        check_graph(g, NULL);
        assert_int_equal(g->segment_count, 3);
        assert_int_equal(g->node_count, 4);
        hs_street_graph_free(g);
    }
    /* A gap of half a metre stays one. */
    street s[2];
    hs_geometry lines[] = {line_of(&s[0], 2, (double[]){0, 0, 100, 0}),
                           line_of(&s[1], 2, (double[]){30, 50, 30, 0.5})};
    hs_street_graph *g = graph_of(lines, NULL, 2);
    assert_int_equal(g->segment_count, 2);
    hs_street_graph_free(g);
}

static void test_shared_vertices_and_near_ends(void **state) {
    (void)state;
    street s[4];
    hs_geometry lines[] = {line_of(&s[0], 3, (double[]){0, 0, 50, 0, 100, 0}),
                           line_of(&s[1], 3, (double[]){50, -50, 50, 0, 60, 50}), /* shares an inner vertex */
                           line_of(&s[2], 2, (double[]){100.1, 0.1, 150, 0}),     /* ends near an end */
                           line_of(&s[3], 3, (double[]){0, 0, 0, 50, 0, 100})};   /* shares an end */
    hs_street_graph *g = graph_of(lines, NULL, 4);
    check_graph(g, NULL);
    assert_int_equal(g->segment_count, 6);
    assert_int_equal(g->node_count, 7);
    hs_street_graph_free(g);
}

static void test_duplicates_and_overlaps(void **state) {
    (void)state;
    street s[3];
    hs_geometry lines[] = {
        line_of(&s[0], 4, (double[]){0, 0, 50, 0, 70, 20, 100, 20}),
        line_of(&s[1], 4, (double[]){100, 20, 70, 20, 50, 0, 0, 0}), /* the same, backwards */
        line_of(&s[2], 3, (double[]){20, 0, 40, 0, 40, 60})};        /* shares a stretch */
    hs_street_graph *g = graph_of(lines, NULL, 3);
    check_graph(g, NULL);
    assert_int_equal(g->segment_count, 3); /* two of the first, cut where the third leaves it */
    assert_int_equal(g->segment_street[1], 0);
    assert_int_equal(g->segment_street[2], 2);
    check_near(g->segment_start_m[2], hs_ground_length_m((hs_position[]){{0, 0}, {20 * METRE, 0}}, 2), 1e-6);
    hs_street_graph_free(g);
}

static void test_loops_and_self_crossing(void **state) {
    (void)state;
    street s[2];
    hs_geometry lines[] = {line_of(&s[0], 4, (double[]){0, 0, 50, 0, 25, 40, 0, 0}),
                           line_of(&s[1], 4, (double[]){200, 0, 300, 0, 250, 50, 250, -50})};
    hs_street_graph *g = graph_of(lines, NULL, 2);
    check_graph(g, NULL);
    assert_int_equal(g->segment_count, 1 + 3);
    assert_true(g->segment_from[0] == g->segment_to[0]);
    assert_int_equal(g->node_first[1] - g->node_first[0], 2);
    hs_street_graph_free(g);
}

static void test_bridge_joins_the_ground_at_its_ends(void **state) {
    (void)state;
    street s[4];
    hs_geometry lines[] = {
        line_of(&s[0], 2, (double[]){0, 0, 100, 0}), line_of(&s[1], 2, (double[]){100, 0, 200, 0}),
        line_of(&s[2], 2, (double[]){200, 0, 300, 0}), line_of(&s[3], 2, (double[]){150, -80, 150, 80})};
    const int32_t layer[] = {0, 1, 0, 0};
    hs_street_graph *g = graph_of(lines, layer, 4);
    check_graph(g, layer);
    assert_int_equal(g->segment_count, 4);
    assert_int_equal(g->node_count, 6);
    assert_int_equal(g->segment_to[0], g->segment_from[1]);
    assert_int_equal(g->segment_to[1], g->segment_from[2]);
    hs_street_graph_free(g);
}

static void test_measure_runs_over_several_lines(void **state) {
    (void)state;
    const hs_position positions[] = {{0, 0}, {100 * METRE, 0}, {200 * METRE, 0}, {260 * METRE, 0}};
    const uint32_t start[] = {0, 2, 4};
    const hs_geometry two = {
        .type = HS_GEOMETRY_LINES, .ring_count = 2, .ring_start = start, .positions = positions};
    hs_street_graph *g = graph_of(&two, NULL, 1);
    assert_int_equal(g->segment_count, 2);
    check_near(g->segment_start_m[1], hs_ground_length_m(positions, 2), 1e-9);
    check_near(g->segment_end_m[1], hs_ground_length_m(positions, 2) + hs_ground_length_m(positions + 2, 2),
               1e-9);
    hs_street_graph_free(g);
}

/* Random tangles: short and long lines on small and large grids, so that touches, overlaps and crossings
 * near vertices abound. No two segments may meet away from their ends. */
static void test_random_tangles(void **state) {
    (void)state;
    enum { LINES = 60 };
    static street s[LINES];
    hs_geometry lines[LINES];
    int32_t layer[LINES];
    const uint32_t extent[] = {12, 60, 400, 5000, 200000, 30000000};
    for (uint64_t seed = 0; seed < 24; seed++) {
        hs_random random;
        hs_random_seed_stream(&random, 11, seed);
        uint32_t size = extent[seed % 6];
        for (uint32_t l = 0; l < LINES; l++) {
            uint32_t points = 2 + hs_random_below(&random, 4);
            for (uint32_t i = 0; i < points; i++)
                s[l].position[i] = (hs_position){1004500000 + (int32_t)hs_random_below(&random, size),
                                                 389300000 + (int32_t)hs_random_below(&random, size)};
            s[l].start[0] = 0;
            s[l].start[1] = points;
            lines[l] = (hs_geometry){.type = HS_GEOMETRY_LINES,
                                     .ring_count = 1,
                                     .ring_start = s[l].start,
                                     .positions = s[l].position};
            layer[l] = (int32_t)hs_random_below(&random, 2);
        }
        hs_street_graph *g = graph_of(lines, layer, LINES), *again = graph_of(lines, layer, LINES);
        check_graph(g, layer);
        assert_int_equal(g->segment_count, again->segment_count);
        assert_memory_equal(g->segment_from, again->segment_from, g->segment_count * sizeof *g->segment_from);
        assert_memory_equal(g->lines.positions, again->lines.positions,
                            g->lines.ring_start[g->segment_count] * sizeof(hs_position));
        hs_street_graph_free(again);
        hs_street_graph_free(g);
    }
}

static void test_nothing_and_wrong_kind(void **state) {
    (void)state;
    hs_street_graph *g = graph_of(NULL, NULL, 0);
    assert_int_equal(g->segment_count, 0);
    assert_int_equal(g->node_first[0], 0);
    hs_street_graph_free(g);
    hs_street_graph_free(NULL);
    const hs_position point = {0, 0};
    const hs_geometry wrong = {.type = HS_GEOMETRY_POINT, .positions = &point};
    hs_error error;
    assert_int_equal(hs_street_graph_new(&wrong, NULL, 1, &error, &g), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crossing),
                                       cmocka_unit_test(test_touches_within_tolerance),
                                       cmocka_unit_test(test_shared_vertices_and_near_ends),
                                       cmocka_unit_test(test_duplicates_and_overlaps),
                                       cmocka_unit_test(test_loops_and_self_crossing),
                                       cmocka_unit_test(test_bridge_joins_the_ground_at_its_ends),
                                       cmocka_unit_test(test_measure_runs_over_several_lines),
                                       cmocka_unit_test(test_random_tangles),
                                       cmocka_unit_test(test_nothing_and_wrong_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
