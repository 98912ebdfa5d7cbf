#include "base/random.h"
#include "check.h"
#include "render/png.h"
#include <png.h>
#include <stdlib.h>

/* Reads with libpng and compares every pixel's colour and alpha. */
static void round_trip(const uint8_t *pixels, uint32_t width, uint32_t height, const hs_rgba *palette,
                       uint32_t count) {
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 24);
    check_ok(hs_png_write(pixels, width, height, palette, count, &error, &out), &error);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, out.data, out.size));
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    assert_true(image.format & PNG_FORMAT_FLAG_COLORMAP);
    image.format = PNG_FORMAT_RGBA;
    hs_rgba *read = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(read);
    assert_true(png_image_finish_read(&image, NULL, read, 0, NULL));
    assert_int_equal(image.warning_or_error, 0);
    for (size_t i = 0; i < (size_t)width * height; i++)
        assert_memory_equal(&read[i], &palette[pixels[i]], sizeof *read);
    free(read);
    hs_buffer_done(&out);
}

/* A picture of cairo's pixels comes back in its colours, unpremultiplied. */
static void check_argb(const uint32_t *argb, uint32_t width, uint32_t height, bool opaque, bool indexed) {
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 24);
    check_ok(hs_png_write_argb((const uint8_t *)argb, width, height, 4 * (size_t)width, opaque, &error, &out),
             &error);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, out.data, out.size));
    assert_int_equal((image.format & PNG_FORMAT_FLAG_COLORMAP) != 0, indexed);
    if (!indexed) assert_int_equal((image.format & PNG_FORMAT_FLAG_ALPHA) != 0, !opaque);
    image.format = PNG_FORMAT_RGBA;
    hs_rgba *read = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(read);
    assert_true(png_image_finish_read(&image, NULL, read, 0, NULL));
    for (size_t i = 0; i < (size_t)width * height; i++) {
        uint32_t a = opaque ? 255 : argb[i] >> 24;
        assert_int_equal(read[i].a, a);
        for (int shift = 0; shift <= 16; shift += 8) {
            uint32_t part = shift == 16 ? read[i].r : shift == 8 ? read[i].g : read[i].b;
            assert_int_equal((part * a + 127) / 255, a == 0 ? 0 : argb[i] >> shift & 255);
        }
    }
    free(read);
    hs_buffer_done(&out);
}

static void test_full_colour(void **state) {
    (void)state;
    enum { WIDTH = 67, HEIGHT = 41 };
    static uint32_t argb[WIDTH * HEIGHT];
    hs_random random;
    hs_random_seed(&random, 5);
    for (int few = 0; few < 2; few++)
        for (int opaque = 0; opaque < 2; opaque++) {
            for (int i = 0; i < WIDTH * HEIGHT; i++) {
                uint32_t a =
                    opaque ? 255 : (uint32_t)(hs_random_uniform(&random) * 256) & (few ? 0xC0 : 0xFF);
                uint32_t value = a << 24;
                for (int shift = 0; shift <= 16; shift += 8) {
                    uint32_t whole = (uint32_t)(hs_random_uniform(&random) * 256) & (few ? 0x80 : 0xFF);
                    value |= (whole * a + 127) / 255 << shift;
                }
                argb[i] = value;
            }
            check_argb(argb, WIDTH, HEIGHT, opaque, few);
            check_argb(argb, 1, 1, opaque, true);
        }
}

static void test_round_trips(void **state) {
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {256, 256}, {512, 512}, {3, 700}, {701, 1}};
    static uint8_t pixels[512 * 512];
    hs_rgba palette[256];
    hs_random random;
    hs_random_seed(&random, 3);
    for (int i = 0; i < 256; i++)
        palette[i] =
            (hs_rgba){(uint8_t)i, (uint8_t)(255 - i), (uint8_t)(7 * i), (uint8_t)(i < 200 ? i : 255)};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (uint32_t count = 1; count <= 256; count += 51) {
            for (size_t i = 0; i < sizeof pixels; i++)
                pixels[i] = (uint8_t)hs_random_below(&random, count);
            round_trip(pixels, sizes[s][0], sizes[s][1], palette, count);
        }
    }
}

static void test_opaque_has_no_alpha(void **state) {
    (void)state;
    uint8_t pixels[4] = {0, 1, 1, 0};
    hs_rgba palette[2] = {{1, 2, 3, 255}, {4, 5, 6, 255}};
    round_trip(pixels, 2, 2, palette, 2);
    hs_buffer out;
    hs_buffer_init(&out, 1 << 16);
    hs_error error = {0};
    check_ok(hs_png_write(pixels, 2, 2, palette, 2, &error, &out), &error);
    assert_null(memmem(out.data, out.size, "tRNS", 4));
    hs_buffer_done(&out);
}

static void test_empty_tile_is_small(void **state) {
    (void)state;
    static uint8_t pixels[512 * 512];
    hs_rgba palette[2] = {{0, 0, 0, 0}, {200, 0, 0, 255}};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    hs_error error = {0};
    check_ok(hs_png_write(pixels, 512, 512, palette, 2, &error, &out), &error);
    assert_true(out.size < 2500);
    hs_buffer_done(&out);
}

static void test_arguments(void **state) {
    (void)state;
    uint8_t pixel = 0;
    hs_rgba colour = {0};
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    assert_int_equal(hs_png_write(&pixel, 0, 1, &colour, 1, &error, &out), HS_E_ARGUMENT);
    assert_int_equal(hs_png_write(&pixel, 1, 1, &colour, 0, &error, &out), HS_E_ARGUMENT);
    assert_int_equal(hs_png_write(&pixel, 1, 1, &colour, 257, &error, &out), HS_E_ARGUMENT);
    hs_buffer_done(&out);
    hs_buffer_init(&out, 16);
    assert_int_equal(hs_png_write(&pixel, 1, 1, &colour, 1, &error, &out), HS_E_LIMIT);
    hs_buffer_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trips), cmocka_unit_test(test_full_colour),
                                       cmocka_unit_test(test_opaque_has_no_alpha),
                                       cmocka_unit_test(test_empty_tile_is_small),
                                       cmocka_unit_test(test_arguments)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
