#include "check.h"

#include "base/random.h"
#include "geo/polygon_index.h"
#include <stdlib.h>

#define SIDE 12

/* SIDE x SIDE quadrilaterals over jittered shared corners; one ring of five positions each. */
typedef struct tessellation {
    hs_position corner[SIDE + 1][SIDE + 1];
    hs_position ring[SIDE * SIDE][5];
    hs_geometry geometry[SIDE * SIDE];
} tessellation;

static const uint32_t one_ring[2] = {0, 5}, one_part[2] = {0, 1};

static void make_tessellation(tessellation *t, hs_random *random, int32_t step, hs_position origin) {
    for (int row = 0; row <= SIDE; row++)
        for (int column = 0; column <= SIDE; column++) {
            int32_t jitter = step / 3;
            int32_t dx = jitter ? (int32_t)hs_random_below(random, (uint32_t)jitter) : 0;
            int32_t dy = jitter ? (int32_t)hs_random_below(random, (uint32_t)jitter) : 0;
            t->corner[row][column] =
                (hs_position){origin.lon_e7 + column * step + dx, origin.lat_e7 + row * step + dy};
        }
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            int n = row * SIDE + column;
            hs_position *ring = t->ring[n];
            ring[0] = ring[4] = t->corner[row][column];
            ring[1] = t->corner[row][column + 1];
            ring[2] = t->corner[row + 1][column + 1];
            ring[3] = t->corner[row + 1][column];
            if (n % 2) { /* either direction */
                hs_position swapped = ring[1];
                ring[1] = ring[3];
                ring[3] = swapped;
            }
            t->geometry[n] = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, one_part, one_ring, ring};
        }
}

/* Where the point lies by winding numbers in 128 bits: 1 inside, 0 outside, -1 on the boundary. */
static int by_winding(const hs_position *ring, uint32_t count, hs_position p) {
    int winding = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        __int128 ax = ring[i].lon_e7, ay = ring[i].lat_e7, bx = ring[i + 1].lon_e7, by = ring[i + 1].lat_e7;
        __int128 side = (bx - ax) * (p.lat_e7 - ay) - (by - ay) * (p.lon_e7 - ax);
        __int128 dot = (p.lon_e7 - ax) * (p.lon_e7 - bx) + (p.lat_e7 - ay) * (p.lat_e7 - by);
        if (side == 0 && dot <= 0) return -1;
        if (ay <= p.lat_e7 && by > p.lat_e7 && side > 0) winding++;
        if (ay > p.lat_e7 && by <= p.lat_e7 && side < 0) winding--;
    }
    return winding != 0;
}

static hs_polygon_index *index_of(const hs_geometry *geometries, uint32_t count) {
    hs_polygon_index *index = NULL;
    hs_error error;
    check_ok(hs_polygon_index_new(geometries, count, &error, &index), &error);
    return index;
}

/* In the middle of the tessellation every point, wherever it lies, is in exactly one polygon. */
static void check_exactly_one(const tessellation *t, const hs_polygon_index *index, hs_position p) {
    uint32_t all[4], inside = 0, first = HS_NONE;
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        bool contains = hs_polygon_index_contains(index, i, p);
        int truth = by_winding(t->ring[i], 5, p);
        if (truth >= 0) assert_int_equal(contains, truth);
        if (contains && inside++ == 0) first = i;
    }
    assert_int_equal(inside, 1);
    assert_int_equal(hs_polygon_index_find(index, p), first);
    assert_int_equal(hs_polygon_index_find_all(index, p, all, 4), 1);
    assert_int_equal(all[0], first);
}

static void test_tessellation(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 7);
    /* Steps of few units put many points exactly on edges; the largest spans the world. */
    const int32_t steps[] = {1, 3, 7, 40, 1000, 2000000, 150000000};
    static tessellation t;
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        int32_t step = steps[s];
        hs_position origin = {-6 * step + 17, -6 * step - 5};
        make_tessellation(&t, &random, step, origin);
        hs_polygon_index *index = index_of(t.geometry, SIDE * SIDE);
        for (int row = 1; row < SIDE; row++)
            for (int column = 1; column < SIDE; column++) {
                hs_position a = t.corner[row][column], b = t.corner[row + 1][column];
                check_exactly_one(&t, index, a);
                /* A middle that rounds exactly lies on the edge. */
                if (row + 1 < SIDE)
                    check_exactly_one(&t, index,
                                      (hs_position){a.lon_e7 + (b.lon_e7 - a.lon_e7) / 2,
                                                    a.lat_e7 + (b.lat_e7 - a.lat_e7) / 2});
            }
        for (int i = 0; i < 3000; i++)
            check_exactly_one(
                &t, index,
                (hs_position){
                    origin.lon_e7 + 2 * step + (int32_t)hs_random_below(&random, 8U * (uint32_t)step),
                    origin.lat_e7 + 2 * step + (int32_t)hs_random_below(&random, 8U * (uint32_t)step)});
        hs_polygon_index_free(index);
    }
}

/* Stars of many edges, against winding numbers. */
static void test_stars(void **state) {
    (void)state;
    enum { STARS = 20, POINTS = 500 };
    hs_random random;
    hs_random_seed(&random, 8);
    hs_position *ring = calloc(STARS * (POINTS + 1), sizeof *ring);
    assert_non_null(ring);
    const uint32_t ring_start[2] = {0, POINTS + 1};
    hs_geometry geometry[STARS];
    for (int s = 0; s < STARS; s++) {
        hs_position *star = ring + s * (POINTS + 1);
        double cx = 1e6 * hs_random_uniform(&random), cy = 1e6 * hs_random_uniform(&random);
        for (int i = 0; i < POINTS; i++) {
            double radius = 2e5 * (0.3 + 0.7 * hs_random_uniform(&random)), angle = i * 2 * acos(-1) / POINTS;
            star[i] = (hs_position){(int32_t)(cx + radius * cos(angle)), (int32_t)(cy + radius * sin(angle))};
        }
        star[POINTS] = star[0];
        geometry[s] = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, one_part, ring_start, star};
    }
    hs_polygon_index *index = index_of(geometry, STARS);
    for (int i = 0; i < 5000; i++) {
        hs_position p = {(int32_t)(hs_random_uniform(&random) * 1.2e6) - 100000,
                         (int32_t)(hs_random_uniform(&random) * 1.2e6) - 100000};
        uint32_t expected = 0, all[STARS];
        bool boundary = false;
        uint32_t wanted[STARS];
        for (int s = 0; s < STARS; s++) {
            int truth = by_winding(ring + s * (POINTS + 1), POINTS + 1, p);
            boundary |= truth < 0;
            if (truth > 0) wanted[expected++] = (uint32_t)s;
        }
        if (boundary) continue;
        assert_int_equal(hs_polygon_index_find_all(index, p, all, STARS), expected);
        assert_memory_equal(all, wanted, expected * sizeof *all);
        assert_int_equal(hs_polygon_index_find(index, p), expected ? wanted[0] : HS_NONE);
    }
    assert_true(hs_polygon_index_bytes(index) > STARS * POINTS * 16);
    hs_polygon_index_free(index);
    free(ring);
}

/* A polygon with a hole, a second part, and one that fills the hole. */
static void test_holes_and_parts(void **state) {
    (void)state;
    const hs_position outer[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0},   {3, 3},   {7, 3}, {7, 7},
                                 {3, 7}, {3, 3},  {20, 0},  {30, 0}, {30, 10}, {20, 10}, {20, 0}};
    const uint32_t outer_rings[] = {0, 5, 10, 15}, outer_parts[] = {0, 2, 3};
    const hs_position inner[] = {{3, 3}, {3, 7}, {7, 7}, {7, 3}, {3, 3}};
    const hs_geometry geometry[] = {{HS_GEOMETRY_POLYGONS, 2, 3, outer_parts, outer_rings, outer},
                                    {.type = HS_GEOMETRY_NONE},
                                    {HS_GEOMETRY_POLYGONS, 1, 1, one_part, one_ring, inner}};
    hs_polygon_index *index = index_of(geometry, 3);
    for (int32_t x = -1; x <= 31; x++)
        for (int32_t y = -1; y <= 11; y++) {
            bool hole = x >= 3 && x < 7 && y >= 3 && y < 7;
            bool solid = y >= 0 && y < 10 && ((x >= 0 && x < 10) || (x >= 20 && x < 30));
            uint32_t expected = hole ? 2 : solid ? 0 : HS_NONE;
            assert_int_equal(hs_polygon_index_find(index, (hs_position){x, y}), expected);
        }
    assert_false(hs_polygon_index_contains(index, 1, (hs_position){5, 5}));
    assert_false(hs_polygon_index_contains(index, 9, (hs_position){5, 5}));
    hs_polygon_index_free(index);
}

static void test_nothing_and_wrong_kind(void **state) {
    (void)state;
    hs_polygon_index *index = index_of(NULL, 0);
    assert_int_equal(hs_polygon_index_find(index, (hs_position){0, 0}), HS_NONE);
    hs_polygon_index_free(index);
    const hs_position point = {0, 0};
    const hs_geometry geometry = {.type = HS_GEOMETRY_POINT, .positions = &point};
    hs_error error;
    assert_int_equal(hs_polygon_index_new(&geometry, 1, &error, &index), HS_E_ARGUMENT);
    hs_polygon_index_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tessellation), cmocka_unit_test(test_stars),
                                       cmocka_unit_test(test_holes_and_parts),
                                       cmocka_unit_test(test_nothing_and_wrong_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
