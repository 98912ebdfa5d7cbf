/* Contiguity of squares: corners, gaps, borders with other vertices. */
#include "check.h"

#include "geo/plane.h"
#include <hotspot/spatial_weights.h>
#include <stdlib.h>

enum { SIDE = 6, UNITS = SIDE * SIDE };

static hs_position corner[UNITS][6];
static hs_geometry square[UNITS];
static const uint32_t part_start[] = {0, 1}, ring_start[] = {0, 5}, six[] = {0, 6};

/* Squares of 100 m, each shrunk by `inset_m` on all sides. */
static void make_squares(double inset_m) {
    double kx;
    double ky;
    hs_ground_scale_m(389000000, &kx, &ky);
    for (int i = 0; i < UNITS; i++) {
        double west = 100.0 * (i % SIDE) + inset_m;
        double south = 100.0 * (i / SIDE) + inset_m; // NOLINT(bugprone-integer-division)
        double side = 100 - 2 * inset_m;
        const double at[5][2] = {{0, 0}, {side, 0}, {side, side}, {0, side}, {0, 0}};
        for (int c = 0; c < 5; c++)
            corner[i][c] = (hs_position){1004000000 + (int32_t)lround((west + at[c][0]) / kx),
                                         389000000 + (int32_t)lround((south + at[c][1]) / ky)};
        square[i] = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, part_start, ring_start, corner[i]};
    }
}

static uint32_t links_of(hs_contiguity contiguity, double gap_m) {
    hs_error error = {0};
    hs_weights *weights;
    check_ok(hs_weights_contiguity(square, UNITS, contiguity, gap_m, HS_WEIGHTS_BINARY, &error, &weights),
             &error);
    uint32_t links = hs_weights_links(weights);
    hs_weights_free(weights);
    return links;
}

enum { ROOK_LINKS = 4 * SIDE * (SIDE - 1), QUEEN_LINKS = ROOK_LINKS + 4 * (SIDE - 1) * (SIDE - 1) };

static void test_touching(void **state) {
    (void)state;
    make_squares(0);
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 0), ROOK_LINKS);
    assert_int_equal(links_of(HS_CONTIGUITY_QUEEN, 0), QUEEN_LINKS);
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 2), ROOK_LINKS);
    assert_int_equal(links_of(HS_CONTIGUITY_QUEEN, 2), QUEEN_LINKS);
}

static void test_gaps(void **state) {
    (void)state;
    make_squares(0.3); /* 0.6 m between them, 0.85 m from corner to corner */
    assert_int_equal(links_of(HS_CONTIGUITY_QUEEN, 0.5), 0);
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 1), ROOK_LINKS);
    assert_int_equal(links_of(HS_CONTIGUITY_QUEEN, 1), QUEEN_LINKS);
    make_squares(-0.3); /* overlapping */
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 1), ROOK_LINKS);
    assert_int_equal(links_of(HS_CONTIGUITY_QUEEN, 1), QUEEN_LINKS);
}

static void test_extra_vertex(void **state) {
    (void)state;
    make_squares(0);
    /* One more vertex on the first square's border, which its neighbour does not have. */
    corner[0][5] = corner[0][4];
    corner[0][4] = corner[0][3];
    corner[0][3] = corner[0][2];
    corner[0][2] = (hs_position){corner[0][1].lon_e7,
                                 (int32_t)(((int64_t)corner[0][1].lat_e7 + corner[0][3].lat_e7) / 2)};
    square[0].ring_start = six;
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 0), ROOK_LINKS);
    square[UNITS - 1].type = HS_GEOMETRY_NONE;
    assert_int_equal(links_of(HS_CONTIGUITY_ROOK, 0), ROOK_LINKS - 4);
}

static void test_bad_rows(void **state) {
    (void)state;
    hs_error error = {0};
    hs_weights *weights;
    const uint32_t first[] = {0, 1, 2};
    const uint32_t itself[] = {0, 0};
    const uint32_t beyond[] = {1, 2};
    const uint32_t good[] = {1, 0};
    const double zero[] = {1, 0};
    assert_int_equal(hs_weights_new(2, first, itself, NULL, 1, HS_WEIGHTS_BINARY, &error, &weights),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_weights_new(2, first, beyond, NULL, 1, HS_WEIGHTS_BINARY, &error, &weights),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_weights_new(2, first, good, zero, 1, HS_WEIGHTS_BINARY, &error, &weights),
                     HS_E_ARGUMENT);
    check_ok(hs_weights_new(2, first, good, NULL, 1, HS_WEIGHTS_BINARY, &error, &weights), &error);
    assert_int_equal(hs_weights_islands(weights, 0, NULL), 0);
    hs_weights_free(weights);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_touching), cmocka_unit_test(test_gaps),
                                       cmocka_unit_test(test_extra_vertex), cmocka_unit_test(test_bad_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
