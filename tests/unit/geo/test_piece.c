#include "check.h"

#include "geo/piece.h"

static void turns(void **state) {
    (void)state;
    const hs_position a = {0, 0}, b = {10, 0};
    assert_int_equal(hs_piece_turn(a, b, (hs_position){5, 1}), 1);
    assert_int_equal(hs_piece_turn(a, b, (hs_position){5, -1}), -1);
    assert_int_equal(hs_piece_turn(a, b, (hs_position){99, 0}), 0);
    /* Across the whole Earth, one unit beside the diagonal. */
    const hs_position west = {-1800000000, -900000000}, east = {1800000000, 900000000};
    assert_int_equal(hs_piece_turn(west, east, (hs_position){0, 1}), 1);
    assert_int_equal(hs_piece_turn(west, east, (hs_position){0, 0}), 0);
    assert_int_equal(hs_piece_turn(west, east, (hs_position){0, -1}), -1);
}

static void crossings(void **state) {
    (void)state;
    const hs_position a = {0, 0}, b = {10, 10};
    assert_true(hs_pieces_cross(a, b, (hs_position){0, 10}, (hs_position){10, 0}));
    assert_false(hs_pieces_cross(a, b, (hs_position){0, 10}, (hs_position){5, 5}));   /* ends on it */
    assert_false(hs_pieces_cross(a, b, (hs_position){0, 10}, (hs_position){4, 5}));   /* ends before it */
    assert_false(hs_pieces_cross(a, b, (hs_position){2, 2}, (hs_position){20, 20}));  /* runs along it */
    assert_false(hs_pieces_cross(a, b, (hs_position){11, 10}, (hs_position){12, 9})); /* lies behind it */
}

static void distances(void **state) {
    (void)state;
    /* A unit of longitude is 2 m and one of latitude 3 m: a piece of 20 m east. */
    const hs_position a = {0, 0}, b = {10, 0};
    hs_position nearest;
    check_near(hs_piece_distance_m((hs_position){4, 2}, a, b, 2, 3, &nearest), 6, 1e-12);
    assert_int_equal(nearest.lon_e7, 4);
    assert_int_equal(nearest.lat_e7, 0);
    check_near(hs_piece_distance_m((hs_position){-2, -1}, a, b, 2, 3, &nearest), 5, 1e-12);
    assert_int_equal(nearest.lon_e7, 0);
    check_near(hs_piece_distance_m((hs_position){13, 0}, a, b, 2, 3, &nearest), 6, 1e-12);
    assert_int_equal(nearest.lon_e7, 10);
    check_near(hs_piece_distance_m((hs_position){3, 4}, a, a, 2, 3, &nearest), sqrt(36 + 144), 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(turns), cmocka_unit_test(crossings),
                                       cmocka_unit_test(distances)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
