#include "check.h"
#include "render/legend.h"
#include <png.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct picture {
    uint32_t width, height;
    uint8_t *rgb;
} picture;

static hs_ramps *ramps;

static int load(void **state) {
    (void)state;
    hs_error error = {0};
    return hs_ramps_new(&error, &ramps) == HS_OK ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    hs_ramps_free(ramps);
    return 0;
}

static hs_legend made(hs_ramp_scale scale, bool dark, bool chinese) {
    return (hs_legend){.title = chinese ? "占道经营" : "Road occupation",
                       .unit = chinese ? "件/平方公里·月" : "incidents per km² per month",
                       .notes = {chinese ? "12,345 件" : "12,345 incidents", NULL},
                       .scale = scale,
                       .paper = hs_ramps_paper(ramps, dark),
                       .chinese = chinese,
                       .device_scale = 1};
}

static hs_ramp_classes classes_of(hs_ramp_scale scale, bool dark) {
    hs_error error = {0};
    hs_ramp_classes c;
    check_ok(hs_ramps_classes(ramps, dark ? HS_STR("dark") : HS_STR("light"), (hs_str){0}, scale, (hs_str){0},
                              &error, &c),
             &error);
    return c;
}

static picture drawn(const hs_legend *legend, const hs_ramp_classes *classes) {
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 22);
    check_ok(hs_render_legend(legend, classes, &error, &out), &error);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, out.data, out.size));
    image.format = PNG_FORMAT_RGB;
    picture p = {image.width, image.height, malloc(PNG_IMAGE_SIZE(image))};
    assert_non_null(p.rgb);
    assert_true(png_image_finish_read(&image, NULL, p.rgb, 0, NULL));
    hs_buffer_done(&out);
    return p;
}

static const uint8_t *pixel(const picture *p, uint32_t x, uint32_t y) {
    return p->rgb + 3 * ((size_t)y * p->width + x);
}

static bool is(const uint8_t *rgb, const double wanted[3]) {
    for (int c = 0; c < 3; c++)
        if (fabs(rgb[c] - wanted[c]) > 1.5) return false;
    return true;
}

/* A colour with opacity over the paper. */
static void over(hs_rgba colour, hs_rgba paper, double out[3]) {
    double share = colour.a / 255.0;
    out[0] = share * colour.r + (1 - share) * paper.r;
    out[1] = share * colour.g + (1 - share) * paper.g;
    out[2] = share * colour.b + (1 - share) * paper.b;
}

/* Down a line through the swatches: every drawn class in its blended colour, high first, equally high, with
 * paper between; nothing else but the outline of what is left out. */
static void check_swatches(hs_ramp_scale scale, bool dark, double device_scale) {
    hs_legend legend = made(scale, dark, true);
    legend.device_scale = device_scale;
    hs_ramp_classes classes = classes_of(scale, dark);
    picture p = drawn(&legend, &classes);
    double paper[3];
    over(legend.paper.paper, legend.paper.paper, paper);
    assert_true(is(pixel(&p, 0, 0), paper) && is(pixel(&p, p.width - 1, p.height - 1), paper));
    uint32_t x = (uint32_t)(30 * device_scale);
    uint32_t y = (uint32_t)(p.height - 1);
    uint32_t first_run = 0;
    for (uint32_t i = 0; i <= classes.break_count; i++) {
        double wanted[3];
        uint32_t run = 0;
        if (classes.colour[i].a == 0) continue;
        over(classes.colour[i], legend.paper.paper, wanted);
        while (y > 0 && !is(pixel(&p, x, y), wanted))
            y--;
        for (; y > 0 && is(pixel(&p, x, y), wanted); y--)
            run++;
        if (first_run == 0) first_run = run;
        assert_true(run >= 10 * device_scale);
        assert_int_equal(run, first_run);
        assert_true(is(pixel(&p, x, y), paper) || classes.colour[i + 1].a == 0 || i == classes.break_count);
    }
    assert_true(y > 20 * device_scale); /* title and unit stand above */
    free(p.rgb);
}

/* Of a dark map on light paper: swatches as they are on the map. */
static void test_ground(void **state) {
    (void)state;
    hs_legend legend = made(HS_RAMP_PER_KM2, false, true);
    hs_ramp_classes classes = classes_of(HS_RAMP_PER_KM2, true);
    legend.ground = hs_ramps_paper(ramps, true).paper;
    picture p = drawn(&legend, &classes);
    uint32_t y = p.height - 1;
    for (uint32_t i = 0; i <= classes.break_count; i++) {
        double wanted[3];
        if (classes.colour[i].a == 0) continue;
        over(classes.colour[i], legend.ground, wanted);
        while (y > 0 && !is(pixel(&p, 30, y), wanted))
            y--;
    }
    assert_true(y > 20);
    free(p.rgb);
}

static void test_swatches(void **state) {
    (void)state;
    for (int scale = 0; scale < HS_RAMP_SCALES; scale++)
        for (int dark = 0; dark < 2; dark++)
            for (int device_scale = 1; device_scale <= 2; device_scale++)
                check_swatches((hs_ramp_scale)scale, dark, device_scale);
}

static void test_size(void **state) {
    (void)state;
    hs_legend legend = made(HS_RAMP_PER_KM2_MONTH, false, false);
    hs_ramp_classes classes = classes_of(HS_RAMP_PER_KM2_MONTH, false);
    picture once = drawn(&legend, &classes);
    legend.device_scale = 2;
    picture twice = drawn(&legend, &classes);
    assert_int_equal(twice.width, 2 * once.width);
    assert_int_equal(twice.height, 2 * once.height);
    free(once.rgb);
    free(twice.rgb);
    /* A long title wraps: the picture grows down and not on to the right. */
    legend.device_scale = 1;
    legend.title =
        "占道经营、露天烧烤、乱倒垃圾、私搭乱建、市容环境卫生、共享单车乱停放、非法小广告、道路不洁";
    picture longer = drawn(&legend, &classes);
    assert_true(longer.height > once.height && longer.width <= 330);
    free(longer.rgb);
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    static const double wrong[] = {0, -1, 5, NAN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        legend.device_scale = wrong[i];
        assert_int_equal(hs_render_legend(&legend, &classes, &error, &out), HS_E_ARGUMENT);
    }
    hs_buffer_done(&out);
    hs_buffer_init(&out, 100);
    legend.device_scale = 1;
    assert_int_equal(hs_render_legend(&legend, &classes, &error, &out), HS_E_LIMIT);
    hs_buffer_done(&out);
}

/* Chinese has its glyphs; a character that no font has is an error that names it, not a box. */
static void test_glyphs(void **state) {
    (void)state;
    hs_legend legend = made(HS_RAMP_PER_KM2, false, true);
    hs_ramp_classes classes = classes_of(HS_RAMP_PER_KM2, false);
    hs_error error = {0};
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    legend.title = "占道经营 露天烧烤 乱倒垃圾 私搭乱建 餐厨垃圾遗撒 ≥ − ± ² ·";
    check_ok(hs_render_legend(&legend, &classes, &error, &out), &error);
    legend.title = "占 \U0010FFFF";
    size_t before = out.size;
    assert_int_equal(hs_render_legend(&legend, &classes, &error, &out), HS_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "占 \U0010FFFF"));
    assert_int_equal(out.size, before);
    legend.title = "\xff\xfe";
    assert_int_equal(hs_render_legend(&legend, &classes, &error, &out), HS_E_ARGUMENT);
    hs_buffer_done(&out);
}

enum { THREADS = 4 };
typedef struct job {
    hs_status status;
    hs_buffer out;
} job;

static void *draw_one(void *argument) {
    job *j = argument;
    hs_error error = {0};
    hs_legend legend = made(HS_RAMP_CHANGE, true, true);
    hs_ramp_classes classes = classes_of(HS_RAMP_CHANGE, true);
    hs_buffer_init(&j->out, 1 << 20);
    j->status = hs_render_legend(&legend, &classes, &error, &j->out);
    return NULL;
}

/* Equal requests give equal bytes, on many threads at once too. */
static void test_equal_bytes(void **state) {
    (void)state;
    job jobs[THREADS + 1];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, draw_one, &jobs[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    draw_one(&jobs[THREADS]);
    for (int i = 0; i <= THREADS; i++) {
        assert_int_equal(jobs[i].status, HS_OK);
        assert_int_equal(jobs[i].out.size, jobs[0].out.size);
        assert_memory_equal(jobs[i].out.data, jobs[0].out.data, jobs[0].out.size);
    }
    for (int i = 0; i <= THREADS; i++)
        hs_buffer_done(&jobs[i].out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_swatches), cmocka_unit_test(test_ground),
                                       cmocka_unit_test(test_size), cmocka_unit_test(test_glyphs),
                                       cmocka_unit_test(test_equal_bytes)};
    return cmocka_run_group_tests(tests, load, unload);
}
