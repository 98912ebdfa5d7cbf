#include "check.h"

#include "geo/wkb.h"
#include <stdlib.h>

/* Bytes as PostGIS's ST_AsBinary / ST_AsEWKB document them: see the OGC 06-103r4 grammar. */
static size_t from_hex(const char *hex, unsigned char *out) {
    size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    return size;
}

static void points(void **state) {
    (void)state;
    unsigned char bytes[64];
    double x = 0, y = 0;
    /* POINT(2 4), big and little endian: the example of Wikipedia's article on WKB. */
    size_t size = from_hex("000000000140000000000000004010000000000000", bytes);
    assert_true(hs_wkb_read_point(bytes, size, &x, &y));
    check_near(x, 2, 0);
    check_near(y, 4, 0);
    size = from_hex("010100000000000000000000400000000000001040", bytes);
    assert_true(hs_wkb_read_point(bytes, size, &x, &y));
    check_near(y, 4, 0);
    for (size_t cut = 0; cut < size; cut++)
        assert_false(hs_wkb_read_point(bytes, cut, &x, &y));
    /* SRID=4326;POINT(-44.3 60.1): PostGIS manual, ST_AsEWKB. */
    size = from_hex("0101000020E610000066666666662646C0CDCCCCCCCC0C4E40", bytes);
    assert_true(hs_wkb_read_point(bytes, size, &x, &y));
    check_near(x, -44.3, 1e-12);
    check_near(y, 60.1, 1e-12);
    /* POINT EMPTY: both coordinates NaN. */
    size = from_hex("0101000000000000000000F87F000000000000F87F", bytes);
    assert_false(hs_wkb_read_point(bytes, size, &x, &y));
    hs_shape shape = {0};
    assert_int_equal(hs_wkb_read(bytes, size, NULL, &shape), HS_OK);
    assert_int_equal(shape.type, HS_GEOMETRY_NONE);
    hs_shape_done(&shape);
}

static hs_geometry square(hs_position *positions, uint32_t *rings, uint32_t *parts) {
    const hs_position corners[5] = {{0, 0}, {10000000, 0}, {10000000, 10000000}, {0, 10000000}, {0, 0}};
    memcpy(positions, corners, sizeof corners);
    rings[0] = 0;
    rings[1] = 5;
    parts[0] = 0;
    parts[1] = 1;
    return (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, positions};
}

static void round_trip(void **state) {
    (void)state;
    hs_position positions[5];
    uint32_t rings[2], parts[2];
    hs_geometry geometry = square(positions, rings, parts);
    hs_buffer bytes;
    hs_buffer_init(&bytes, 1 << 16);
    hs_wkb_write(&geometry, &bytes);
    assert_int_equal(bytes.size, 9 + 9 + 4 + 5 * 16);
    hs_shape shape = {0};
    hs_error error;
    check_ok(hs_wkb_read(bytes.data, bytes.size, &error, &shape), &error);
    hs_arena *arena = hs_arena_new(1 << 16);
    hs_geometry back;
    check_ok(hs_geometry_from_shape(&shape, arena, &error, &back), &error);
    assert_int_equal(back.type, HS_GEOMETRY_POLYGONS);
    assert_int_equal(back.ring_count, 1);
    assert_int_equal(back.ring_start[1], 5);
    assert_memory_equal(back.positions, positions, sizeof positions);
    /* Every cut is noticed. */
    for (size_t cut = 0; cut < bytes.size; cut++)
        assert_int_equal(hs_wkb_read(bytes.data, cut, &error, &shape), HS_E_INPUT);
    hs_arena_free(arena);
    hs_shape_done(&shape);
    hs_buffer_done(&bytes);
}

static void cleaning(void **state) {
    (void)state;
    /* An unclosed square with a repeated corner, a hole of two points, and a second part on one line. */
    double x[] = {0, 1, 1, 1, 0, .2, .3, 5, 6, 7};
    double y[] = {0, 0, 0, 1, 1, .2, .3, 5, 6, 7};
    uint32_t rings[] = {0, 5, 7, 10}, parts[] = {0, 2, 3};
    hs_shape shape = {.type = HS_GEOMETRY_POLYGONS,
                      .part_count = 2,
                      .ring_count = 3,
                      .point_count = 10,
                      .part_start = parts,
                      .ring_start = rings,
                      .x = x,
                      .y = y};
    hs_arena *arena = hs_arena_new(1 << 16);
    hs_geometry clean;
    hs_error error;
    check_ok(hs_geometry_from_shape(&shape, arena, &error, &clean), &error);
    assert_int_equal(clean.part_count, 1);
    assert_int_equal(clean.ring_count, 1);
    assert_int_equal(clean.ring_start[1], 5);
    assert_int_equal(clean.positions[4].lon_e7, 0);
    x[1] = 200;
    assert_int_equal(hs_geometry_from_shape(&shape, arena, &error, &clean), HS_E_INPUT);
    hs_arena_free(arena);
}

static void collections(void **state) {
    (void)state;
    unsigned char bytes[256];
    /* GEOMETRYCOLLECTION(POINT(2 4), LINESTRING(0 0, 2 4)): the line wins. */
    size_t size = from_hex("010700000002000000"
                           "010100000000000000000000400000000000001040"
                           "010200000002000000000000000000000000000000000000000000000000000040"
                           "0000000000001040",
                           bytes);
    hs_shape shape = {0};
    hs_error error;
    check_ok(hs_wkb_read(bytes, size, &error, &shape), &error);
    assert_int_equal(shape.type, HS_GEOMETRY_LINES);
    assert_int_equal(shape.point_count, 2);
    check_near(shape.y[1], 4, 0);
    /* A count that promises more than there is. */
    size = from_hex("0102000000FFFFFFFF", bytes);
    assert_int_equal(hs_wkb_read(bytes, size, &error, &shape), HS_E_INPUT);
    /* CIRCULARSTRING. */
    size = from_hex("010800000000000000", bytes);
    assert_int_equal(hs_wkb_read(bytes, size, &error, &shape), HS_E_UNSUPPORTED);
    hs_shape_done(&shape);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(points), cmocka_unit_test(round_trip),
                                       cmocka_unit_test(cleaning), cmocka_unit_test(collections)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
