/* Values as geohash.org gives them. */
#include "check.h"

#include "geo/geohash.h"

static void check_hash(double lon_deg, double lat_deg, const char *expected) {
    char text[HS_GEOHASH_MAX + 1];
    hs_position p = {(int32_t)lround(lon_deg * 1e7), (int32_t)lround(lat_deg * 1e7)};
    hs_geohash(p, (int)strlen(expected), text);
    assert_string_equal(text, expected);
}

static void test_known(void **state) {
    (void)state;
    check_hash(10.40744, 57.64911, "u4pruydqqvj");
    check_hash(-5.6, 42.6, "ezs42");
    check_hash(112.5584, 37.8324, "ww8p1r4t8");
    check_hash(-180, -90, "000000000000");
    check_hash(180, 90, "zzzzzzzzzzzz");
    check_hash(0, 0, "s00000000");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
