/* The area that polygons share. Squares 0.01 degree wide about (10, 50), whose shared parts are plain. */
#include "check.h"

#include "geo/overlap.h"
#include <stdlib.h>

static const hs_plane plane = {10.0, 50.0};

/* Metres of 1e-7 degree at (10, 50) on WGS 84: the radii of curvature there, times a microradian fraction. */
#define EAST_M  (4107864.0912 * M_PI / 180 * 1e-7)
#define NORTH_M (6372955.9257 * M_PI / 180 * 1e-7)

static double overlap(const hs_geometry *a, const hs_geometry *b) {
    hs_signed_edge one[64], two[64], scratch[128];
    uint32_t a_count = hs_signed_edges(&plane, a, one);
    uint32_t b_count = hs_signed_edges(&plane, b, two);
    double shared = hs_overlap_m2(one, a_count, two, b_count, scratch);
    check_near(hs_overlap_m2(two, b_count, one, a_count, scratch), shared, 1e-6 * (shared + 1));
    return shared;
}

static const uint32_t one_part[] = {0, 1}, ring_of_5[] = {0, 5}, ring_of_4[] = {0, 4};

/* A rectangle in units of 1e-7 degree from (10, 50). */
static void rectangle(hs_position ring[5], hs_geometry *made, int32_t west, int32_t south, int32_t east,
                      int32_t north, bool clockwise) {
    hs_position corners[4] = {{west, south}, {east, south}, {east, north}, {west, north}};
    for (int i = 0; i < 5; i++) {
        ring[i] = corners[clockwise ? (4 - i) % 4 : i % 4];
        ring[i].lon_e7 += 100000000;
        ring[i].lat_e7 += 500000000;
    }
    *made = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, one_part, ring_of_5, ring};
}

static void rectangles(void **state) {
    (void)state;
    hs_position a_ring[5], b_ring[5];
    hs_geometry a, b;
    double unit_m2 = EAST_M * NORTH_M;
    static const struct {
        int32_t box[4];
        double shared;                              /* in squares of 1e-7 degree */
    } cases[] = {{{-1000, -1000, 1000, 1000}, 4e6}, /* itself */
                 {{0, 0, 1000, 1000}, 1e6},         /* a corner of it */
                 {{-500, -2000, 500, 2000}, 2e6},   /* a stripe across */
                 {{-2000, -500, 2000, 500}, 2e6},   {{-3000, -3000, 3000, 3000}, 4e6}, /* around it */
                 {{1000, -1000, 3000, 1000}, 0}, /* beside, above, below it, apart */
                 {{-1000, 1000, 1000, 3000}, 0},    {{-1000, -3000, 1000, -1000}, 0},
                 {{5000, 5000, 6000, 6000}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int turn = 0; turn < 4; turn++) {
            const int32_t *box = cases[i].box;
            rectangle(a_ring, &a, -1000, -1000, 1000, 1000, turn & 1);
            rectangle(b_ring, &b, box[0], box[1], box[2], box[3], turn & 2);
            check_near(overlap(&a, &b), cases[i].shared * unit_m2, 1e-5 * (cases[i].shared + 1) * unit_m2);
        }
}

/* A right triangle over half of the square, and one whose long side crosses the square's edges. */
static void triangles(void **state) {
    (void)state;
    hs_position ring[5];
    hs_geometry square;
    rectangle(ring, &square, 0, 0, 2000, 2000, false);
    hs_position half[4] = {
        {100000000, 500000000}, {100002000, 500000000}, {100002000, 500002000}, {100000000, 500000000}};
    hs_position wide[4] = {
        {99999000, 500000000}, {100003000, 500000000}, {100001000, 500004000}, {99999000, 500000000}};
    hs_geometry triangle = {HS_GEOMETRY_POLYGONS, 1, 1, one_part, ring_of_4, half};
    check_near(overlap(&square, &triangle), 2e6 * EAST_M * NORTH_M, 1e-4 * 2e6 * EAST_M * NORTH_M);
    /* Its sides are y = 2 (x + 1000) and y = 2 (3000 - x): above 2000 from x = 0 to 2000, so all of it. */
    triangle.positions = wide;
    check_near(overlap(&square, &triangle), 4e6 * EAST_M * NORTH_M, 1e-4 * 4e6 * EAST_M * NORTH_M);
    /* Raised by 1000 the square's upper corners stand out by two triangles of 1/2 x 500 x 1000. */
    rectangle(ring, &square, 0, 1000, 2000, 3000, false);
    check_near(overlap(&square, &triangle), 3.5e6 * EAST_M * NORTH_M, 1e-4 * 3.5e6 * EAST_M * NORTH_M);
}

static void holes_and_parts(void **state) {
    (void)state;
    hs_position rings[15], ring[5];
    hs_geometry square, part;
    rectangle(rings, &part, 0, 0, 4000, 4000, false);
    rectangle(rings + 5, &part, 1000, 1000, 3000, 3000, false); /* a hole that runs the same way */
    rectangle(rings + 10, &part, 5000, 0, 6000, 1000, true);
    static const uint32_t starts[] = {0, 5, 10, 15}, parts[] = {0, 2, 3};
    hs_geometry with_hole = {HS_GEOMETRY_POLYGONS, 2, 3, parts, starts, rings};
    double unit_m2 = EAST_M * NORTH_M;
    rectangle(ring, &square, 0, 0, 2000, 2000, false);
    check_near(overlap(&square, &with_hole), 3e6 * unit_m2, 1e-4 * 3e6 * unit_m2);
    rectangle(ring, &square, 1200, 1200, 2800, 2800, false);
    check_near(overlap(&square, &with_hole), 0, 1);
    rectangle(ring, &square, 3500, 500, 5500, 1500, false);
    check_near(overlap(&square, &with_hole), 0.75e6 * unit_m2, 1e-4 * 1e6 * unit_m2);
    check_near(overlap(&with_hole, &with_hole), 13e6 * unit_m2, 1e-4 * 13e6 * unit_m2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rectangles), cmocka_unit_test(triangles),
                                       cmocka_unit_test(holes_and_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
