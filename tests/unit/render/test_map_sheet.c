#include "base/text.h"
#include "check.h"
#include "render/map_sheet.h"

#define LONG_ZH                                                                                                                                                 \
    "擅自占用城市道路及其他公共场所摆摊设点、堆放物料、露天烧烤及非法小广告等多项问题的专项整治行动第三阶段" \
    "巩固期"
#define LONG_EN                                                                                              \
    "Unauthorised occupation of the carriageway and of other public places by stalls, materials, barbecues " \
    "and advertisements, third phase of the campaign"

enum { KEYS = 13, FACTS = 12, BLOCKS = 3 };

typedef struct example {
    hs_sheet_key keys[KEYS];
    hs_sheet_fact facts[FACTS];
    hs_sheet_block blocks[BLOCKS];
    hs_map_sheet sheet;
} example;

static void fill(example *e, double width, double height, bool chinese, uint32_t keys) {
    *e = (example){.sheet = {.width = width, .height = height, .chinese = chinese, .block_count = BLOCKS}};
    for (uint32_t i = 0; i < keys; i++)
        e->keys[i] = (hs_sheet_key){.style = {.fill = {200, 100, 50, 255}},
                                    .text = chinese ? "1,000 – 3,000" : "10,000 – 30,000 not drawn"};
    for (uint32_t i = 0; i < FACTS; i++)
        e->facts[i] = (hs_sheet_fact){chinese ? "已定位" : "Positioned",
                                      i == 0 ? chinese ? LONG_ZH : LONG_EN : "2025-01-01"};
    e->blocks[0] = (hs_sheet_block){.title = chinese ? LONG_ZH : LONG_EN,
                                    .note = chinese ? "件/平方公里·月" : "incidents per km² per month",
                                    .keys = e->keys,
                                    .key_count = keys};
    e->blocks[1] = (hs_sheet_block){.title = "Gi*", .note = "q", .keys = e->keys, .key_count = 4};
    e->blocks[2] = (hs_sheet_block){.title = "About", .facts = e->facts, .fact_count = FACTS};
    e->sheet.blocks = e->blocks;
    e->sheet.title = chinese ? LONG_ZH : LONG_EN;
    e->sheet.subtitle = LONG_EN;
    e->sheet.left = LONG_ZH LONG_EN;
    e->sheet.right = "hotspotd";
    e->sheet.scale = "1:29,000\nWeb Mercator";
}

/* All boxes of a page; returns how many. */
static size_t boxes_of(const hs_map_sheet *sheet, const hs_sheet_layout *l, hs_sheet_box *out) {
    size_t count = 0;
    out[count++] = l->title;
    out[count++] = l->subtitle;
    out[count++] = l->map;
    out[count++] = l->strip;
    out[count++] = l->ticks_left;
    out[count++] = l->ticks_below;
    out[count++] = l->left;
    out[count++] = l->right;
    for (uint32_t i = 0; i < sheet->block_count; i++)
        out[count++] = l->block[i];
    return count;
}

static void check_boxes(const hs_map_sheet *sheet, const hs_sheet_layout *l) {
    hs_sheet_box box[16];
    size_t count = boxes_of(sheet, l, box);
    double margin = 0.04 * (sheet->width < sheet->height ? sheet->width : sheet->height);
    for (size_t i = 0; i < count; i++) {
        assert_true(box[i].width > 0 && box[i].height > 0);
        assert_true(box[i].x >= margin && box[i].y >= margin);
        assert_true(box[i].x + box[i].width <= sheet->width - margin);
        assert_true(box[i].y + box[i].height <= sheet->height - margin);
        for (size_t j = 0; j < i; j++) {
            bool apart =
                box[i].x + box[i].width <= box[j].x + 1e-6 || box[j].x + box[j].width <= box[i].x + 1e-6 ||
                box[i].y + box[i].height <= box[j].y + 1e-6 || box[j].y + box[j].height <= box[i].y + 1e-6;
            if (!apart) fail_msg("boxes %zu and %zu lie over each other", i, j);
        }
    }
    assert_true(l->map.x == floor(l->map.x) && l->map.width == floor(l->map.width));
    assert_true(l->map.width * l->map.height > 0.25 * sheet->width * sheet->height);
}

static void test_boxes(void **state) {
    static const double sizes[][2] = {
        {841.89, 595.276}, {595.276, 841.89}, {1190.551, 841.89}, {841.89, 1190.551}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int chinese = 0; chinese < 2; chinese++)
            for (uint32_t keys = 1; keys <= KEYS; keys += 6)
                for (uint32_t blocks = 0; blocks <= BLOCKS; blocks++) {
                    example e;
                    hs_error error = {0};
                    hs_sheet_layout layout;
                    fill(&e, sizes[i][0], sizes[i][1], chinese, keys);
                    e.sheet.block_count = blocks;
                    check_ok(hs_map_sheet_layout(&e.sheet, &error, &layout), &error);
                    check_boxes(&e.sheet, &layout);
                }
}

/* Blocks are as high as what stands in them. */
static void test_block_height(void **state) {
    (void)state;
    example e;
    hs_error error = {0};
    hs_sheet_pen pen;
    fill(&e, 841.89, 595.276, true, 5);
    check_ok(hs_sheet_pen_init(&pen, NULL, HS_SHEET_MEASURE, &error), &error);
    double five = hs_sheet_block_walk(&pen, &e.blocks[0], 1, 0, 0, 200);
    e.blocks[0].key_count = 4;
    double four = hs_sheet_block_walk(&pen, &e.blocks[0], 1, 100, 50, 200);
    double narrow = hs_sheet_block_walk(&pen, &e.blocks[2], 1, 0, 0, 120);
    double wide = hs_sheet_block_walk(&pen, &e.blocks[2], 1, 0, 0, 300);
    assert_true(five > four + 8 && narrow > wide);
    hs_sheet_pen_done(&pen);
    assert_int_equal(pen.status, HS_OK);
}

static void test_refusals(void **state) {
    (void)state;
    example e;
    hs_error error = {0};
    hs_sheet_layout layout;
    fill(&e, 300, 200, false, KEYS);
    assert_int_equal(hs_map_sheet_layout(&e.sheet, &error, &layout), HS_E_LIMIT);
    assert_non_null(strstr(error.message, "paper=a3"));
    fill(&e, 841.89, 595.276, false, 3);
    e.sheet.title = "\xFF\xFE";
    assert_int_equal(hs_map_sheet_layout(&e.sheet, &error, &layout), HS_E_ARGUMENT);
    fill(&e, 841.89, 595.276, false, 3);
    e.sheet.block_count = HS_SHEET_MOST_BLOCKS + 1;
    assert_int_equal(hs_map_sheet_layout(&e.sheet, &error, &layout), HS_E_LIMIT);
}

static void test_scale(void **state) {
    (void)state;
    assert_true(hs_map_scale_length(999) == 500 && hs_map_scale_length(1000) == 1000);
    assert_true(hs_map_scale_length(4999) == 2000 && hs_map_scale_length(0.3) == 0.2);
    assert_true(hs_map_scale_length(0) == 0 && hs_map_scale_length(HUGE_VAL) == 0);
}

/* Hatching, outline and fill stay where their shape is. */
static void test_shapes(void **state) {
    (void)state;
    const hs_position ring[] = {{0, 0}, {100000000, 0}, {100000000, 100000000}, {0, 100000000}, {0, 0}};
    const uint32_t rings[] = {0, 5};
    const uint32_t parts[] = {0, 1};
    const hs_geometry square = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring};
    hs_map_view view = {.plane = {.system = HS_MAP_MERCATOR, .x_px = 3600, .y_px = 3600},
                        .left = 1800 - 20,
                        .top = 1800 - 120,
                        .width = 140,
                        .height = 140,
                        .ratio = 1};
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 140, 140);
    cairo_t *pen = cairo_create(surface);
    hs_map_shape_path(pen, &view, &square);
    hs_map_shape_ink(pen, &(hs_map_ink_style){.hatch = {0, 0, 0, 255}, .hatch_gap = 5, .hatch_width = 1},
                     true, 1);
    cairo_destroy(pen);
    cairo_surface_flush(surface);
    const uint8_t *at = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    double inside = 0;
    double outside = 0;
    for (int y = 0; y < 140; y++)
        for (int x = 0; x < 140; x++)
            *(x >= 19 && x <= 121 && y >= 18 && y <= 121 ? &inside : &outside) += at[y * stride + x] / 255.0;
    assert_true(outside == 0);
    /* A line of width 1 every 5 pixels across. */
    assert_true(fabs(inside / 1e4 - 0.2) < 0.02);
    cairo_surface_destroy(surface);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boxes), cmocka_unit_test(test_block_height), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_scale), cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
