/* Maps of a small made-up town: labels that keep clear of each other, tiles that agree where they meet, equal
 * pictures whatever was drawn before, areas without hairlines. */
#include "base/random.h"
#include "base/text.h"
#include "check.h"
#include "render/map_draw.h"
#include "render/map_image.h"
#include <stdlib.h>

#define WEST  1214000000
#define SOUTH 311000000
#define SIDE  150000 /* of a unit, 1e-7 degree */
enum { UNITS = 4, STREETS = 24, PLACES = 300, ZOOM = 15 };

static hs_geography *town;
static hs_map_styles *styles;

static void add_units(hs_geography_builder *builder) {
    hs_error error = {0};
    for (int i = 0; i < UNITS * UNITS; i++) {
        int32_t x = WEST + i % UNITS * SIDE;
        int32_t y = SOUTH + i / UNITS * SIDE;
        /* Slanted, so that no edge runs along the pixels. */
        int32_t lean = 7919;
        hs_position corners[] = {{x + i / UNITS * lean, y},
                                 {x + SIDE + i / UNITS * lean, y},
                                 {x + SIDE + (i / UNITS + 1) * lean, y + SIDE},
                                 {x + (i / UNITS + 1) * lean, y + SIDE},
                                 {x + i / UNITS * lean, y}};
        char name[32];
        snprintf(name, sizeof name, "第%d社区", i + 1);
        char code[16];
        snprintf(code, sizeof code, "c%d", i);
        uint32_t rings[] = {0, 5};
        uint32_t parts[] = {0, 1};
        hs_unit_record record = {.id = i + 1,
                                 .code = hs_str_of(code),
                                 .name = hs_str_of(name),
                                 .name_en = HS_STR("Community of the North"),
                                 .level = HS_LEVEL_COMMUNITY,
                                 .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, corners}};
        check_ok(hs_geography_add_unit(builder, &record, &error), &error);
    }
}

/* Bent streets in pieces whose ends meet; some run backwards. */
static void add_streets(hs_geography_builder *builder) {
    hs_error error = {0};
    int64_t id = 1;
    for (int i = 0; i < STREETS; i++) {
        char name[32];
        snprintf(name, sizeof name, "梅花%d路", i);
        for (int piece = 0; piece < 4; piece++) {
            hs_position line[5];
            for (int k = 0; k < 5; k++) {
                int32_t along = (piece * 4 + k) * UNITS * SIDE / 16;
                int32_t across =
                    (i / 2 + 1) * UNITS * SIDE / (STREETS / 2 + 1) + (int32_t)(6000 * sin(along / 40000.0));
                line[i % 3 ? k : 4 - k] = i % 2 ? (hs_position){WEST + along, SOUTH + across}
                                                : (hs_position){WEST + across, SOUTH + along};
            }
            uint32_t starts[] = {0, 5};
            hs_street_record record = {
                .id = id++,
                .name = hs_str_of(name),
                .name_en = HS_STR("Plum Blossom Road"),
                .road_class = i % 4 ? HS_STR("secondary") : HS_STR("primary"),
                .left_from = HS_NO_NUMBER,
                .left_to = HS_NO_NUMBER,
                .right_from = HS_NO_NUMBER,
                .right_to = HS_NO_NUMBER,
                .geometry = {
                    .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = starts, .positions = line}};
            check_ok(hs_geography_add_street(builder, &record, &error), &error);
        }
    }
}

static int start(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_random random;
    hs_random_seed(&random, 7);
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    add_units(builder);
    add_streets(builder);
    for (int i = 0; i < PLACES; i++) {
        hs_place_record place = {.id = i + 1, .name = HS_STR("花鸟市场"), .place_class = HS_STR("market")};
        place.position = (hs_position){WEST + (int32_t)(hs_random_uniform(&random) * UNITS * SIDE),
                                       SOUTH + (int32_t)(hs_random_uniform(&random) * UNITS * SIDE)};
        place.geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &place.position};
        check_ok(hs_geography_add_place(builder, &place, &error), &error);
    }
    check_ok(hs_geography_finish(builder, 1, &error, &town), &error);
    check_ok(hs_map_styles_new(&error, &styles), &error);
    return 0;
}

static int stop(void **state) {
    (void)state;
    hs_map_styles_free(styles);
    hs_geography_unref(town);
    return 0;
}

static hs_map_world *new_world(void) {
    hs_error error = {0};
    hs_map_world *world = NULL;
    check_ok(hs_map_world_new(town, &error, &world), &error);
    return world;
}

static cairo_surface_t *drawn_by(hs_map_world *world, const hs_map_style *style, const hs_map_view *view,
                                 bool english) {
    hs_error error = {0};
    hs_arena *arena = hs_arena_new(1 << 28);
    hs_map_picture picture = {.style = style, .english = english};
    cairo_surface_t *surface = hs_image_surface(view->width, view->height, true);
    cairo_t *pen = cairo_create(surface);
    check_ok(hs_map_draw(world, view, &picture, pen, arena, &error), &error);
    cairo_destroy(pen);
    cairo_surface_flush(surface);
    hs_arena_free(arena);
    return surface;
}

static cairo_surface_t *drawn(hs_map_world *world, const char *style, const hs_map_view *view) {
    return drawn_by(world, hs_map_styles_find(styles, hs_str_of(style)), view, false);
}

static hs_tile middle_tile(uint32_t z) {
    hs_mercator at =
        hs_mercator_from_position((hs_position){WEST + UNITS * SIDE / 2, SOUTH + UNITS * SIDE / 2});
    return (hs_tile){z, at.x >> (32 - z), at.y >> (32 - z)};
}

static uint32_t pixel(cairo_surface_t *surface, uint32_t x, uint32_t y) {
    const uint8_t *data = cairo_image_surface_get_data(surface);
    uint32_t value;
    memcpy(&value, data + y * (size_t)cairo_image_surface_get_stride(surface) + 4 * (size_t)x, sizeof value);
    return value & 0xFFFFFF;
}

static int apart(uint32_t a, uint32_t b) {
    int most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int d = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        most = d > most ? d : most;
    }
    return most;
}

/* Coverage of a row of pixels is counted exactly or by fifteenths, by what else lies in the row. */
enum { ROUNDING = 24 };

static void tiles_meet(void **state) {
    (void)state;
    for (unsigned ratio = 1; ratio <= 2; ratio++) {
        hs_map_world *world = new_world();
        uint32_t px = 256 * ratio;
        hs_tile first = middle_tile(ZOOM + 1);
        hs_map_view whole = hs_map_tile_view(first, px, ratio);
        whole.width *= 2;
        whole.height *= 2;
        cairo_surface_t *both = drawn(world, "light", &whole);
        unsigned colours = 0;
        for (unsigned part = 0; part < 4; part++) {
            hs_tile tile = {first.z, first.x + part % 2, first.y + part / 2};
            hs_map_view view = hs_map_tile_view(tile, px, ratio);
            cairo_surface_t *one = drawn(world, "light", &view);
            for (uint32_t y = 0; y < px; y++)
                for (uint32_t x = 0; x < px; x++) {
                    assert_true(apart(pixel(one, x, y), pixel(both, part % 2 * px + x, part / 2 * px + y)) <=
                                ROUNDING);
                    colours += pixel(one, x, y) != pixel(one, 0, 0);
                }
            cairo_surface_destroy(one);
        }
        assert_true(colours > 10000);
        cairo_surface_destroy(both);
        hs_map_world_free(world);
    }
}

static void equal_whatever_came_before(void **state) {
    (void)state;
    hs_map_world *one = new_world();
    hs_map_world *other = new_world();
    hs_tile tile = middle_tile(ZOOM);
    hs_map_view view = hs_map_tile_view(tile, 256, 1);
    for (int i = -1; i <= 1; i++) {
        hs_map_view beside = hs_map_tile_view((hs_tile){tile.z, tile.x + (uint32_t)i, tile.y - 1}, 256, 1);
        cairo_surface_destroy(drawn(other, "light", &beside));
    }
    cairo_surface_t *a = drawn(one, "light", &view);
    cairo_surface_t *b = drawn(other, "light", &view);
    size_t bytes = (size_t)cairo_image_surface_get_stride(a) * 256;
    assert_memory_equal(cairo_image_surface_get_data(a), cairo_image_surface_get_data(b), bytes);
    hs_error error = {0};
    hs_buffer files[2];
    for (int i = 0; i < 2; i++) {
        hs_buffer_init(&files[i], 1 << 24);
        check_ok(hs_image_write(i ? b : a, HS_IMAGE_PNG, true, &error, &files[i]), &error);
    }
    assert_int_equal(files[0].size, files[1].size);
    assert_memory_equal(files[0].data, files[1].data, files[0].size);
    hs_buffer_done(&files[0]);
    hs_buffer_done(&files[1]);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    hs_map_world_free(one);
    hs_map_world_free(other);
}

typedef struct labels {
    hs_map_features *features;
    hs_map_texts *texts;
    hs_map_cells *cells;
    hs_arena *arena;
    hs_map_labelling l;
    hs_map_held held;
    hs_error error;
} labels;

static void place_labels(labels *made, double zoom, bool english) {
    *made = (labels){
        .texts = hs_map_texts_new(), .cells = hs_map_cells_new(1 << 26), .arena = hs_arena_new(1 << 28)};
    check_ok(hs_map_features_new(town, &made->error, &made->features), &made->error);
    double world = 512 * exp2(zoom);
    made->l = (hs_map_labelling){.features = made->features,
                                 .texts = made->texts,
                                 .style = hs_map_styles_find(styles, HS_STR("light")),
                                 .english = english,
                                 .plane = {.system = HS_MAP_MERCATOR, .x_px = world, .y_px = world},
                                 .zoom = zoom,
                                 .arena = made->arena,
                                 .error = &made->error};
    check_ok(hs_map_labelling_ready(&made->l), &made->error);
    double x;
    double y;
    hs_mercator corner = hs_mercator_from_position((hs_position){WEST, SOUTH + UNITS * SIDE});
    hs_map_project(&made->l.plane, &corner, 1, &x, &y);
    check_ok(hs_map_cells_hold(made->cells, &made->l, x, y, x + 1200, y + 1200, &made->held), &made->error);
}

static void labels_done(labels *made) {
    hs_map_cells_release(made->cells, &made->held);
    hs_map_cells_free(made->cells);
    hs_map_texts_free(made->texts);
    hs_map_features_free(made->features);
    hs_arena_free(made->arena);
}

static bool meet(const hs_map_label_box *a, const hs_map_label_box *b) {
    return a->left < b->right && a->right > b->left && a->top < b->bottom && a->bottom > b->top;
}

/* Boxes of one label lie one after the other in its cell, and only theirs may meet. */
static void check_apart(const labels *made) {
    for (uint32_t i = 0; i < made->held.count; i++)
        for (uint32_t k = i + 1; k < made->held.count; k++) {
            const hs_map_cell *a = hs_map_held_cell(&made->held, i);
            const hs_map_cell *b = hs_map_held_cell(&made->held, k);
            for (uint32_t m = 0; m < a->box_count; m++)
                for (uint32_t n = 0; n < b->box_count; n++)
                    assert_false(meet(&a->box[m], &b->box[n]));
        }
}

static void labels_keep_clear(void **state) {
    (void)state;
    static const double zooms[] = {12.4, 13, 14, 15, 15.7, 17};
    uint32_t most = 0;
    for (size_t z = 0; z < sizeof zooms / sizeof *zooms; z++)
        for (int english = 0; english < 2; english++) {
            labels made;
            uint32_t count = 0;
            place_labels(&made, zooms[z], english);
            check_apart(&made);
            for (uint32_t i = 0; i < made.held.count; i++) {
                const hs_map_cell *cell = hs_map_held_cell(&made.held, i);
                count += cell->label_count;
                for (uint32_t k = 0; k < cell->label_count; k++) {
                    const hs_map_label *label = &cell->label[k];
                    const hs_map_label_glyph *glyph = &cell->glyph[label->first_glyph];
                    assert_true(label->glyph_count > 0);
                    assert_true(label->left >= -HS_MAP_REACH_PX && label->right <= HS_MAP_REACH_PX);
                    /* Read from left to right. */
                    if (glyph[0].cosine != 1) assert_true(glyph[label->glyph_count - 1].x >= glyph[0].x - 1);
                }
            }
            most = count > most ? count : most;
            labels_done(&made);
        }
    assert_true(most > 30);
}

/* Names stand along whole streets, not along the pieces that they came in. */
static void streets_are_joined(void **state) {
    (void)state;
    hs_error error = {0};
    hs_map_features *features = NULL;
    check_ok(hs_map_features_new(town, &error, &features), &error);
    assert_int_equal(features->chains.count, STREETS);
    for (uint32_t i = 0; i < STREETS; i++)
        assert_int_equal(features->chains.start[i + 1] - features->chains.start[i], 17);
    hs_map_features_free(features);
}

static void areas_have_no_hairlines(void **state) {
    (void)state;
    hs_error error = {0};
    hs_map_style *style = NULL;
    const char *text =
        "{\"version\": 8, \"sources\": {\"b\": {\"type\": \"vector\"}}, \"layers\": ["
        "{\"id\": \"ground\", \"type\": \"background\", \"paint\": {\"background-color\": \"#fff\"}},"
        "{\"id\": \"a\", \"type\": \"fill\", \"source\": \"b\", \"source-layer\": \"units\","
        "\"paint\": {\"fill-color\": \"#000\"}}]}";
    check_ok(hs_map_style_parse("x", "x.json", hs_str_of(text), &error, &style), &error);
    hs_map_world *world = new_world();
    hs_map_view view = hs_map_tile_view(middle_tile(ZOOM - 1), 256, 1);
    cairo_surface_t *surface = drawn_by(world, style, &view, false);
    /* The town's inside: the picture of the box of all units, a pixel from its edge. */
    hs_mercator corner[2] = {
        hs_mercator_from_position((hs_position){WEST + 40000, SOUTH + UNITS * SIDE - 3000}),
        hs_mercator_from_position((hs_position){WEST + UNITS * SIDE - 3000, SOUTH + 3000})};
    double x[2];
    double y[2];
    hs_map_project(&view.plane, corner, 2, x, y);
    unsigned inside = 0;
    for (uint32_t row = 0; row < 256; row++)
        for (uint32_t column = 0; column < 256; column++) {
            double at_x = view.left + column;
            double at_y = view.top + row;
            if (at_x < x[0] || at_x + 1 > x[1] || at_y < y[0] || at_y + 1 > y[1]) continue;
            assert_int_equal(pixel(surface, column, row), 0);
            inside++;
        }
    assert_true(inside > 5000);
    cairo_surface_destroy(surface);
    hs_map_world_free(world);
    hs_map_style_free(style);
}

/* The same ground in degrees and in Web Mercator, where both have the same scale: near the equator they would
 * be one; here the pictures have as much ink. */
static void other_systems_are_drawn(void **state) {
    (void)state;
    hs_map_world *world = new_world();
    double px = 256 * exp2(ZOOM) / 360;
    hs_map_view view = {
        .plane = {.system = HS_MAP_DEGREES, .x_px = px, .y_px = px}, .width = 256, .height = 256, .ratio = 1};
    view.left = WEST * 1e-7 * px;
    view.top = -(SOUTH + UNITS * SIDE) * 1e-7 * px;
    view.zoom = hs_map_plane_zoom(&view.plane, hs_mercator_from_position((hs_position){WEST, SOUTH}), 1);
    check_near(view.zoom, ZOOM - 1 + log2(cos(31.1 * 3.14159265358979 / 180)) / 2, 0.01);
    cairo_surface_t *surface = drawn(world, "print", &view);
    unsigned ink = 0;
    for (uint32_t i = 0; i < 256 * 256; i++)
        ink += pixel(surface, i % 256, i / 256) != 0xFFFFFF;
    assert_true(ink > 3000);
    cairo_surface_destroy(surface);
    hs_map_world_free(world);
}

static void empty_places_are_drawn(void **state) {
    (void)state;
    hs_map_world *world = new_world();
    for (uint32_t z = 0; z <= 22; z += 11) {
        hs_map_view view = hs_map_tile_view((hs_tile){z, 0, 0}, 256, 1);
        cairo_surface_t *surface = drawn(world, "dark", &view);
        if (z > 0) assert_int_equal(pixel(surface, 0, 0), pixel(surface, 255, 255));
        cairo_surface_destroy(surface);
    }
    hs_map_world_free(world);
}

/* Nearer than numbers of pixels reach it is refused; far from the Earth there is ground alone. */
static void ends_of_the_scale(void **state) {
    (void)state;
    hs_error error = {0};
    hs_map_world *world = new_world();
    hs_arena *arena = hs_arena_new(1 << 24);
    hs_map_picture picture = {.style = hs_map_styles_find(styles, HS_STR("light"))};
    hs_map_view view = hs_map_tile_view((hs_tile){10, 5, 5}, 16, 1);
    cairo_surface_t *surface = hs_image_surface(16, 16, true);
    cairo_t *pen = cairo_create(surface);
    view.zoom = 26.5;
    assert_int_equal(hs_map_draw(world, &view, &picture, pen, arena, &error), HS_E_ARGUMENT);
    view.zoom = (double)NAN;
    assert_int_equal(hs_map_draw(world, &view, &picture, pen, arena, &error), HS_E_ARGUMENT);
    view.zoom = 9;
    view.left = -1e300;
    check_ok(hs_map_draw(world, &view, &picture, pen, arena, &error), &error);
    cairo_destroy(pen);
    cairo_surface_flush(surface);
    assert_int_equal(pixel(surface, 0, 0), 0xECEAE6);
    cairo_surface_destroy(surface);
    hs_arena_free(arena);
    hs_map_world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_meet),
        cmocka_unit_test(equal_whatever_came_before),
        cmocka_unit_test(labels_keep_clear),
        cmocka_unit_test(streets_are_joined),
        cmocka_unit_test(areas_have_no_hairlines),
        cmocka_unit_test(other_systems_are_drawn),
        cmocka_unit_test(empty_places_are_drawn),
        cmocka_unit_test(ends_of_the_scale),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
