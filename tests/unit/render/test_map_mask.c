/* Masks: exact areas, pictures that agree wherever they are cut, polygons that share an edge, strokes,
 * colours. */
#include "base/random.h"
#include "check.h"
#include "render/map_stroke.h"
#include <math.h>

enum { SIDE = 64, UNIT = HS_MAP_MASK_PIXEL };

static void triangle(hs_map_mask *mask, const int32_t corner[6], int32_t dx, int32_t dy) {
    for (int i = 0; i < 3; i++) {
        int k = (i + 1) % 3;
        hs_map_mask_edge(mask, corner[2 * i] - dx, corner[2 * i + 1] - dy, corner[2 * k] - dx,
                         corner[2 * k + 1] - dy);
    }
}

static void take_all(hs_map_mask *mask, uint8_t *cover) {
    memset(cover, 0, (size_t)mask->width * mask->height);
    for (uint32_t y = 0; y < mask->height; y++) {
        uint32_t from;
        uint32_t to;
        hs_map_mask_take(mask, y, &from, &to);
        memcpy(cover + (size_t)y * mask->width + from, mask->cover + from, to - from);
    }
}

static void areas_are_exact(void **state) {
    (void)state;
    hs_map_mask mask = {0};
    uint8_t cover[SIDE * SIDE];
    assert_true(hs_map_mask_resize(&mask, SIDE, SIDE));
    hs_random random;
    hs_random_seed(&random, 11);
    for (int round = 0; round < 500; round++) {
        int32_t corner[6];
        for (int i = 0; i < 6; i++)
            corner[i] = (int32_t)(hs_random_uniform(&random) * SIDE * UNIT);
        triangle(&mask, corner, 0, 0);
        take_all(&mask, cover);
        double sum = 0;
        for (int i = 0; i < SIDE * SIDE; i++)
            sum += cover[i] / 255.0;
        double area = fabs(((double)corner[2] - corner[0]) * ((double)corner[5] - corner[1]) -
                           ((double)corner[4] - corner[0]) * ((double)corner[3] - corner[1])) /
                      (2.0 * UNIT * UNIT);
        assert_true(fabs(sum - area) < 0.75);
    }
    hs_map_mask_done(&mask);
}

/* A window of the same shapes, reaching far beyond it on all sides, has the same covers. */
static void windows_agree(void **state) {
    (void)state;
    enum { LEFT = 17, TOP = 23, WIDE = 29, TALL = 20 };
    hs_map_mask whole = {0};
    hs_map_mask window = {0};
    uint8_t cover[SIDE * SIDE];
    uint8_t part[WIDE * TALL];
    assert_true(hs_map_mask_resize(&whole, SIDE, SIDE) && hs_map_mask_resize(&window, WIDE, TALL));
    hs_random random;
    hs_random_seed(&random, 12);
    for (int round = 0; round < 2000; round++) {
        int32_t corner[6];
        for (int i = 0; i < 6; i++)
            corner[i] = (int32_t)((hs_random_uniform(&random) * 5 - 2) * SIDE * UNIT);
        triangle(&whole, corner, 0, 0);
        triangle(&window, corner, LEFT * UNIT, TOP * UNIT);
        take_all(&whole, cover);
        take_all(&window, part);
        for (int y = 0; y < TALL; y++)
            assert_memory_equal(part + y * WIDE, cover + (y + TOP) * SIDE + LEFT, WIDE);
    }
    hs_map_mask_done(&whole);
    hs_map_mask_done(&window);
}

static void neighbours_leave_nothing(void **state) {
    (void)state;
    hs_map_mask mask = {0};
    uint8_t cover[SIDE * SIDE];
    assert_true(hs_map_mask_resize(&mask, SIDE, SIDE));
    int32_t far = 10 * SIDE * UNIT;
    triangle(&mask, (int32_t[]){-far, -far + 777, far, -far, far, far + 999}, 0, 0);
    triangle(&mask, (int32_t[]){-far, -far + 777, far, far + 999, -far, far}, 0, 0);
    take_all(&mask, cover);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_int_equal(cover[i], 255);
    hs_map_mask_done(&mask);
}

static double stroked(hs_map_stroker *stroker, const double *x, const double *y, uint32_t count,
                      bool closed) {
    uint8_t cover[SIDE * SIDE];
    double sum = 0;
    hs_map_stroke(stroker, x, y, count, closed);
    take_all(stroker->mask, cover);
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += cover[i] / 255.0;
    return sum;
}

static void strokes_have_their_area(void **state) {
    (void)state;
    hs_map_mask mask = {0};
    assert_true(hs_map_mask_resize(&mask, SIDE, SIDE));
    hs_map_stroker s = {.mask = &mask, .width = 4, .miter_limit = 4};
    double x[] = {10, 40, 40, 10};
    double y[] = {12, 12, 42, 42};
    assert_float_equal(stroked(&s, x, y, 2, false), 30 * 4, 0.1);
    s.cap = HS_MAP_CAP_SQUARE;
    assert_float_equal(stroked(&s, x, y, 2, false), 34 * 4, 0.1);
    s.cap = HS_MAP_CAP_ROUND;
    assert_float_equal(stroked(&s, x, y, 2, false), 30 * 4 + 3.14159 * 4, 1);
    s.join = HS_MAP_JOIN_MITER;
    assert_float_equal(stroked(&s, x, y, 4, true), 34 * 34 - 26 * 26, 1);
    s.join = HS_MAP_JOIN_ROUND;
    assert_float_equal(stroked(&s, x, y, 4, true), 34 * 34 - 26 * 26 - (4 - 3.14159) * 4, 1);
    s.join = HS_MAP_JOIN_BEVEL;
    assert_float_equal(stroked(&s, x, y, 4, true), 34 * 34 - 26 * 26 - 8, 1);
    hs_map_stroker_done(&s);
    hs_map_mask_done(&mask);
}

static void colours_are_laid(void **state) {
    (void)state;
    uint32_t pixels[37];
    uint8_t cover[37];
    hs_map_wash half = hs_map_wash_of((hs_map_colour){1, 0, 0, 0.5});
    for (int i = 0; i < 37; i++) {
        pixels[i] = 0xFFFFFFFF;
        cover[i] = (uint8_t)(i < 18 ? 0 : 255);
    }
    hs_map_lay(pixels, cover, 37, &half);
    for (int i = 0; i < 37; i++)
        assert_int_equal(pixels[i], i < 18 ? 0xFFFFFFFF : 0xFFFF7F7F);
    hs_map_wash full = hs_map_wash_of((hs_map_colour){0, 0, 1, 1});
    hs_map_lay(pixels, cover, 37, &full);
    assert_int_equal(pixels[17], 0xFFFFFFFF);
    assert_int_equal(pixels[18], 0xFF0000FF);
    assert_int_equal(pixels[36], 0xFF0000FF);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_are_exact),          cmocka_unit_test(windows_agree),
        cmocka_unit_test(neighbours_leave_nothing), cmocka_unit_test(strokes_have_their_area),
        cmocka_unit_test(colours_are_laid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
