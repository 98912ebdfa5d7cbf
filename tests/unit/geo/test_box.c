#include "check.h"

#include "base/random.h"
#include "geo/box.h"

enum { SIDE = 12, CASES = 20000 };

static void test_boxes_grow(void **state) {
    (void)state;
    hs_box box = HS_BOX_EMPTY;
    hs_box_union(&box, HS_BOX_EMPTY);
    assert_true(box.min_lon_e7 > box.max_lon_e7);
    const hs_position corners[3] = {{5, -7}, {-3, 2}, {1, 1}};
    box = hs_positions_box(corners, 3);
    assert_int_equal(box.min_lon_e7, -3);
    assert_int_equal(box.min_lat_e7, -7);
    assert_int_equal(box.max_lon_e7, 5);
    assert_int_equal(box.max_lat_e7, 2);
    assert_true(hs_box_contains(&box, corners[0]));
    assert_false(hs_box_contains(&box, (hs_position){6, 0}));
    hs_box touching = {5, 2, 9, 9}, apart = {6, 2, 9, 9};
    assert_true(hs_boxes_meet(&box, &touching));
    assert_false(hs_boxes_meet(&box, &apart));
}

/* Whether min <= a + t (b - a) <= max narrows [from, to] to something; fractions with one denominator each,
 * compared by multiplying out. */
typedef struct share {
    int64_t over, under; /* under > 0 */
} share;

static bool less(share a, share b) {
    return a.over * b.under < b.over * a.under;
}

static bool narrow(int64_t a, int64_t b, int64_t min, int64_t max, share *from, share *to) {
    int64_t step = b - a;
    if (step == 0) return a >= min && a <= max;
    share enter = {step > 0 ? min - a : a - max, step > 0 ? step : -step};
    share leave = {step > 0 ? max - a : a - min, step > 0 ? step : -step};
    if (less(*from, enter)) *from = enter;
    if (less(leave, *to)) *to = leave;
    return !less(*to, *from);
}

static bool segment_meets(hs_position a, hs_position b, const hs_box *box) {
    share from = {0, 1}, to = {1, 1};
    return narrow(a.lon_e7, b.lon_e7, box->min_lon_e7, box->max_lon_e7, &from, &to) &&
           narrow(a.lat_e7, b.lat_e7, box->min_lat_e7, box->max_lat_e7, &from, &to);
}

static int64_t turn(hs_position a, hs_position b, hs_position p) {
    return ((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)p.lat_e7 - a.lat_e7) -
           ((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)p.lon_e7 - a.lon_e7);
}

static bool in_triangle(const hs_position corner[3], hs_position p) {
    int64_t a = turn(corner[0], corner[1], p), b = turn(corner[1], corner[2], p),
            c = turn(corner[2], corner[0], p);
    return (a > 0 && b > 0 && c > 0) || (a < 0 && b < 0 && c < 0);
}

static hs_position any_position(hs_random *random) {
    return (hs_position){(int32_t)hs_random_below(random, SIDE), (int32_t)hs_random_below(random, SIDE)};
}

/* On a coarse grid touches at corners and along edges are frequent. */
static void test_triangles_and_boxes(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 11);
    int met = 0;
    for (int i = 0; i < CASES; i++) {
        hs_position ring[4] = {any_position(&random), any_position(&random), any_position(&random)};
        ring[3] = ring[0];
        const hs_position corners[2] = {any_position(&random), any_position(&random)};
        hs_box box = hs_positions_box(corners, 2);
        const uint32_t parts[2] = {0, 1}, rings[2] = {0, 4};
        hs_geometry lines = {
            .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = rings, .positions = ring};
        hs_geometry polygon = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring};
        bool edges = segment_meets(ring[0], ring[1], &box) || segment_meets(ring[1], ring[2], &box) ||
                     segment_meets(ring[2], ring[0], &box);
        bool inside = in_triangle(ring, (hs_position){box.min_lon_e7, box.min_lat_e7});
        assert_int_equal(hs_geometry_meets_box(&lines, 0, 1, &box), edges);
        assert_int_equal(hs_geometry_meets_box(&polygon, 0, 1, &box), edges || inside);
        met += edges;
    }
    assert_in_range(met, CASES / 4, CASES * 3 / 4);
}

/* At the ends of what positions hold nothing overflows. */
static void test_the_whole_world(void **state) {
    (void)state;
    const hs_position line[2] = {{-1800000000, -900000000}, {1800000000, 900000000}};
    const uint32_t rings[2] = {0, 2};
    hs_geometry diagonal = {
        .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = rings, .positions = line};
    hs_box on = {0, 0, 1, 1}, off = {1000000000, -900000000, 1800000000, 0};
    assert_true(hs_geometry_meets_box(&diagonal, 0, 1, &on));
    assert_false(hs_geometry_meets_box(&diagonal, 0, 1, &off));
    hs_geometry point = {.type = HS_GEOMETRY_POINT, .positions = line};
    assert_false(hs_geometry_meets_box(&point, 0, 0, &on));
    assert_true(hs_geometry_meets_box(&point, 0, 0, &(hs_box){-1800000000, -900000000, 0, 0}));
    assert_false(hs_geometry_meets_box(&(hs_geometry){0}, 0, 0, &on));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes_grow),
        cmocka_unit_test(test_triangles_and_boxes),
        cmocka_unit_test(test_the_whole_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
