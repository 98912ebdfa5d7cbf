#include "base/random.h"
#include "base/text.h"
#include "decode_mvt.h"
#include "render/mvt_private.h"

static const hs_tile tile = {14, 12764, 6277};

/* The position at tile units (x, y). */
static hs_position at(double x, double y) {
    uint64_t x0;
    uint64_t y0;
    uint64_t side;
    hs_tile_square(tile, &x0, &y0, &side);
    hs_mercator m = {(uint32_t)((double)x0 + x * (double)side / 4096),
                     (uint32_t)((double)y0 + y * (double)side / 4096)};
    return hs_mercator_to_position(m);
}

/* The shape of a geometry, as an index has it; done by hs_tile_shapes_done. */
static hs_tile_shapes shapes_of(const hs_geometry *geometry) {
    hs_tile_shapes_builder *builder = hs_tile_shapes_builder_new(geometry->type);
    hs_tile_shapes shapes;
    hs_error error = {0};
    assert_non_null(builder);
    assert_true(hs_tile_shapes_add(builder, 0, 0, 0, geometry));
    check_ok(hs_tile_shapes_finish(builder, &error, &shapes), &error);
    return shapes;
}

static bool put_geometry(hs_mvt *mvt, const hs_geometry *geometry, uint32_t detail_zoom) {
    hs_tile_shapes shapes = shapes_of(geometry);
    bool any = false;
    if (shapes.count == 1) {
        hs_tile_shape shape = hs_tile_shapes_at(&shapes, 0);
        any = (shape.type == HS_GEOMETRY_LINES ? hs_mvt_lines : hs_mvt_polygons)(mvt, 1, &shape, detail_zoom);
    }
    hs_tile_shapes_done(&shapes);
    return any;
}

typedef struct written {
    hs_arena *arena;
    hs_mvt *mvt;
    Vt__Tile *tile;
} written;

static written begin(void) {
    written w = {.arena = hs_arena_new(64u << 20)};
    w.mvt = hs_mvt_new(tile, w.arena);
    assert_non_null(w.mvt);
    hs_mvt_layer_begin(w.mvt, "layer");
    return w;
}

static const Vt__Layer *end(written *w) {
    hs_buffer out;
    hs_buffer_init(&out, 1 << 22);
    hs_error error = {0};
    hs_mvt_layer_end(w->mvt);
    check_ok(hs_mvt_finish(w->mvt, &error, &out), &error);
    w->tile = decode_mvt(out.data, out.size);
    hs_buffer_done(&out);
    return mvt_layer(w->tile, "layer");
}

static void done(written *w) {
    vt__tile__free_unpacked(w->tile, NULL);
    hs_arena_free(w->arena);
}

static void test_points_are_in_one_tile(void **state) {
    (void)state;
    uint64_t x0;
    uint64_t y0;
    uint64_t side;
    hs_tile_square(tile, &x0, &y0, &side);
    written w = begin();
    assert_true(hs_mvt_point(w.mvt, 7, (hs_mercator){(uint32_t)x0, (uint32_t)y0}));
    hs_mvt_feature_end(w.mvt);
    assert_true(hs_mvt_point(w.mvt, 8, (hs_mercator){(uint32_t)(x0 + side - 1), (uint32_t)(y0 + side - 1)}));
    hs_mvt_feature_end(w.mvt);
    assert_false(hs_mvt_point(w.mvt, 9, (hs_mercator){(uint32_t)(x0 + side), (uint32_t)y0}));
    assert_false(hs_mvt_point(w.mvt, 9, (hs_mercator){(uint32_t)(x0 - 1), (uint32_t)y0}));
    const Vt__Layer *layer = end(&w);
    assert_int_equal(layer->n_features, 2);
    assert_int_equal(layer->features[0]->id, 7);
    assert_int_equal(layer->features[1]->geometry[1], 2 * 4095);
    done(&w);
}

static void test_tags(void **state) {
    (void)state;
    written w = begin();
    for (int i = 0; i < 2000; i++) {
        char text[16];
        snprintf(text, sizeof text, "text %d", i / 2);
        assert_true(hs_mvt_point(w.mvt, (uint64_t)i, hs_mercator_from_position(at(5, 5))));
        hs_mvt_tag_str(w.mvt, "text", hs_str_of(text));
        hs_mvt_tag_str(w.mvt, "empty", HS_STR(""));
        hs_mvt_tag_int(w.mvt, "int", i % 2 ? -1 - i : i);
        hs_mvt_tag_double(w.mvt, "double", -0.125);
        hs_mvt_tag_bool(w.mvt, "bool", true);
        hs_mvt_feature_end(w.mvt);
    }
    const Vt__Layer *layer = end(&w);
    assert_int_equal(layer->n_keys, 4);
    assert_int_equal(layer->n_values, 1000 + 2000 + 1 + 1); /* equal values stand once */
    for (size_t f = 0; f < 2000; f++) {
        const Vt__Feature *feature = layer->features[f];
        char text[16];
        snprintf(text, sizeof text, "text %zu", f / 2);
        assert_string_equal(mvt_value(layer, feature, "text")->string_value, text);
        assert_null(mvt_value(layer, feature, "empty"));
        const Vt__Value *number = mvt_value(layer, feature, "int");
        if (f % 2)
            assert_int_equal(number->sint_value, -1 - (int64_t)f);
        else
            assert_int_equal(number->uint_value, f);
        check_near(mvt_value(layer, feature, "double")->double_value, -0.125, 0);
        assert_true(mvt_value(layer, feature, "bool")->bool_value);
    }
    done(&w);
}

static void count_path(void *context, const path *p) {
    (void)p;
    ++*(size_t *)context;
}

static void test_lines_are_clipped_into_runs(void **state) {
    (void)state;
    /* Out to the east and back in three times. */
    hs_position line[] = {at(100, 100),  at(5000, 100),  at(5000, 600),  at(100, 600),   at(100, 900),
                          at(5000, 900), at(5000, 1500), at(-900, 1500), at(-900, 2000), at(4100, 2000)};
    uint32_t starts[] = {0, 10};
    hs_geometry geometry = {
        .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = starts, .positions = line};
    written w = begin();
    assert_true(put_geometry(w.mvt, &geometry, 14));
    hs_mvt_feature_end(w.mvt);
    const Vt__Layer *layer = end(&w);
    size_t runs = 0;
    mvt_paths(layer->features[0], count_path, &runs);
    assert_int_equal(runs, 4);
    done(&w);
    hs_position away[] = {at(-500, -500), at(5000, -500)};
    starts[1] = 2;
    geometry.positions = away;
    w = begin();
    assert_false(put_geometry(w.mvt, &geometry, 14));
    assert_null(end(&w));
    done(&w);
}

static double turn_of(hs_cell a, hs_cell b, hs_cell c) {
    return ((double)b.x - a.x) * ((double)c.y - a.y) - ((double)b.y - a.y) * ((double)c.x - a.x);
}

static bool edges_cross(const hs_cell e[4]) {
    return turn_of(e[0], e[1], e[2]) * turn_of(e[0], e[1], e[3]) < 0 &&
           turn_of(e[2], e[3], e[0]) * turn_of(e[2], e[3], e[1]) < 0;
}

/* A whole feature: area of each ring. */
typedef struct areas {
    int64_t area2[64];
    size_t count;
} areas;

static void add_area(void *context, const path *p) {
    areas *a = context;
    for (size_t i = 0; i < p->count; i++) /* no two edges cross properly */
        for (size_t k = i + 2; k < p->count; k++) {
            hs_cell two[4] = {{p->x[i], p->y[i]},
                              {p->x[i + 1], p->y[i + 1]},
                              {p->x[k], p->y[k]},
                              {p->x[(k + 1) % p->count], p->y[(k + 1) % p->count]}};
            assert_false(edges_cross(two));
        }
    a->area2[a->count++] = path_area2(p);
}

static areas polygon_areas(const hs_geometry *geometry, uint32_t detail_zoom) {
    areas a = {0};
    written w = begin();
    if (put_geometry(w.mvt, geometry, detail_zoom)) {
        hs_mvt_feature_end(w.mvt);
        mvt_paths(end(&w)->features[0], add_area, &a);
    } else {
        assert_null(end(&w));
    }
    done(&w);
    return a;
}

static void test_polygons(void **state) {
    (void)state;
    /* A square around the tile with a hole in it, both wound the wrong way, and one far away. */
    hs_position corners[] = {at(-9000, -9000), at(-9000, 9000), at(9000, 9000), at(9000, -9000),
                             at(-9000, -9000), at(100, 100),    at(300, 100),   at(300, 400),
                             at(100, 400),     at(100, 100),    at(6000, 6000), at(6100, 6000),
                             at(6100, 6100),   at(6000, 6000)};
    uint32_t rings[] = {0, 5, 10, 14};
    uint32_t parts[] = {0, 2, 3};
    hs_geometry geometry = {HS_GEOMETRY_POLYGONS, 2, 3, parts, rings, corners};
    areas a = polygon_areas(&geometry, 14);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.area2[0], 2 * 4224 * 4224);
    assert_int_equal(a.area2[1], -2 * 200 * 300);
    /* The other way round gives the same. */
    hs_position reversed[14];
    for (int i = 0; i < 5; i++) {
        reversed[i] = corners[4 - i];
        reversed[5 + i] = corners[9 - i];
    }
    for (int i = 10; i < 14; i++)
        reversed[i] = corners[i];
    geometry.positions = reversed;
    areas b = polygon_areas(&geometry, 14);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.area2[0], a.area2[0]);
    assert_int_equal(b.area2[1], a.area2[1]);
    /* A ring of no area is no polygon. */
    hs_position thin[] = {at(100, 100), at(900, 100.2), at(500, 100), at(100, 100)};
    uint32_t thin_rings[] = {0, 4};
    uint32_t thin_parts[] = {0, 1};
    hs_geometry none = {HS_GEOMETRY_POLYGONS, 1, 1, thin_parts, thin_rings, thin};
    assert_int_equal(polygon_areas(&none, 14).count, 0);
}

/* Random stars, simplified: rings that do not cross themselves, with nearly the area they had. */
static void test_simplified_rings_stay_simple(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 11);
    for (int round = 0; round < 60; round++) {
        enum { CORNERS = 240 };
        hs_position star[CORNERS + 1];
        double exact = 0;
        double xs[CORNERS];
        double ys[CORNERS];
        for (int i = 0; i < CORNERS; i++) {
            double radius = 60 + 900 * hs_random_uniform(&random);
            xs[i] = 2048 + radius * cos(2 * 3.14159265358979 * i / CORNERS);
            ys[i] = 2048 + radius * sin(2 * 3.14159265358979 * i / CORNERS);
            star[i] = at(xs[i], ys[i]);
        }
        star[CORNERS] = star[0];
        for (int i = 0; i < CORNERS; i++)
            exact += xs[i] * ys[(i + 1) % CORNERS] - xs[(i + 1) % CORNERS] * ys[i];
        uint32_t rings[] = {0, CORNERS + 1};
        uint32_t parts[] = {0, 1};
        hs_geometry geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, star};
        areas a = polygon_areas(&geometry, 13);
        assert_int_equal(a.count, 1);
        check_near((double)a.area2[0], exact, fabs(exact) * 0.05);
    }
}

/* At each zoom every corner left out lies within the tolerance of what is kept. */
static void test_significance(void **state) {
    (void)state;
    enum { COUNT = 500 };
    hs_mercator points[COUNT];
    uint32_t stack[3 * COUNT];
    double significance[COUNT];
    uint8_t zoom[COUNT];
    hs_random random;
    hs_random_seed(&random, 5);
    double x = 1e9;
    double y = 1e9;
    for (int i = 0; i < COUNT; i++) {
        x += 1000 * hs_random_normal(&random) + 600;
        y += 1000 * hs_random_normal(&random);
        points[i] = (hs_mercator){(uint32_t)x, (uint32_t)y};
    }
    hs_tile_shape_significance(points, COUNT, stack, significance, zoom);
    assert_true(zoom[0] == 0 && zoom[COUNT - 1] == 0);
    int left_before = 0;
    for (uint8_t z = 0; z <= HS_BASE_FULL_DETAIL_ZOOM; z++) {
        double tolerance = HS_SHAPE_TOLERANCE_UNITS * (1 << (20 - z));
        int left = 0;
        int before = 0;
        for (int i = 0; i < COUNT; i++) {
            if (zoom[i] > z) continue;
            left++;
            for (int k = before + 1; k < i; k++) {
                double ax = points[before].x;
                double ay = points[before].y;
                double dx = points[i].x - ax;
                double dy = points[i].y - ay;
                double along = ((points[k].x - ax) * dx + (points[k].y - ay) * dy) / (dx * dx + dy * dy);
                along = fmin(1, fmax(0, along));
                assert_true(hypot(points[k].x - ax - along * dx, points[k].y - ay - along * dy) <=
                            tolerance + 0.001);
            }
            before = i;
        }
        assert_true(left >= left_before);
        left_before = left;
    }
    assert_int_equal(left_before, COUNT);
}

/* Two neighbours, whose common border is read in opposite directions from different corners, keep the same of
 * it at every zoom. */
static void test_shared_borders(void **state) {
    (void)state;
    enum { BORDER = 200 };
    hs_random random;
    hs_random_seed(&random, 3);
    hs_position border[BORDER];
    for (int i = 0; i < BORDER; i++)
        border[i] = at(2000 + 60 * hs_random_normal(&random), 20.0 * i);
    hs_position west[BORDER + 3];
    hs_position east[BORDER + 3];
    for (int i = 0; i < BORDER; i++) {
        west[(i + 70) % (BORDER + 2)] = border[i];
        east[BORDER - i] = border[i];
    }
    west[(BORDER + 70) % (BORDER + 2)] = at(0, 20.0 * (BORDER - 1));
    west[(BORDER + 71) % (BORDER + 2)] = at(0, 0);
    west[BORDER + 2] = west[0];
    east[BORDER + 1] = at(4000, 0);
    east[0] = at(4000, 20.0 * (BORDER - 1));
    east[BORDER + 2] = east[0];
    uint32_t rings[] = {0, BORDER + 3};
    uint32_t parts[] = {0, 1};
    hs_geometry two[] = {{HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, west},
                         {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, east}};
    hs_tile_shapes_builder *builder = hs_tile_shapes_builder_new(HS_GEOMETRY_POLYGONS);
    hs_tile_shapes shapes;
    hs_error error = {0};
    for (uint32_t i = 0; i < 2; i++)
        assert_true(hs_tile_shapes_add(builder, i, i, 0, &two[i]));
    check_ok(hs_tile_shapes_finish(builder, &error, &shapes), &error);
    assert_int_equal(shapes.count, 2);
    uint32_t shared = 0;
    for (uint32_t i = shapes.ring_start[0]; i < shapes.ring_start[1]; i++)
        for (uint32_t k = shapes.ring_start[1]; k < shapes.ring_start[2]; k++) {
            if (shapes.vertex[i].x != shapes.vertex[k].x || shapes.vertex[i].y != shapes.vertex[k].y)
                continue;
            assert_int_equal(shapes.vertex_zoom[i], shapes.vertex_zoom[k]);
            shared++;
        }
    assert_int_equal(shared, BORDER);
    hs_tile_shapes_done(&shapes);
}

/* At the deepest zoom a city reaches far beyond what the grid's numbers hold near the tile. */
static void test_deep_zoom(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(16u << 20);
    hs_mercator m = hs_mercator_from_degrees(100.45, 38.92);
    hs_mvt *mvt = hs_mvt_new((hs_tile){24, m.x >> 8, m.y >> 8}, arena);
    hs_position corners[] = {{-1700000000, -800000000},
                             {1700000000, -800000000},
                             {1700000000, 800000000},
                             {-1700000000, 800000000},
                             {-1700000000, -800000000}};
    uint32_t rings[] = {0, 5};
    uint32_t parts[] = {0, 1};
    hs_geometry geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, corners};
    hs_mvt_layer_begin(mvt, "layer");
    assert_true(put_geometry(mvt, &geometry, 24));
    hs_mvt_feature_end(mvt);
    hs_mvt_layer_end(mvt);
    hs_buffer out;
    hs_buffer_init(&out, 1 << 16);
    hs_error error = {0};
    check_ok(hs_mvt_finish(mvt, &error, &out), &error);
    Vt__Tile *decoded = decode_mvt(out.data, out.size);
    areas a = {0};
    mvt_paths(decoded->layers[0]->features[0], add_area, &a);
    assert_int_equal(a.area2[0], 2 * 4224 * 4224);
    vt__tile__free_unpacked(decoded, NULL);
    hs_buffer_done(&out);
    hs_arena_free(arena);
}

static void test_arena_out(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(8192);
    hs_mvt *mvt = hs_mvt_new(tile, arena);
    assert_non_null(mvt);
    hs_mvt_layer_begin(mvt, "layer");
    for (int i = 0; i < 5000; i++) {
        if (!hs_mvt_point(mvt, 1, hs_mercator_from_position(at(5, 5)))) continue;
        hs_mvt_tag_int(mvt, "i", i);
        hs_mvt_feature_end(mvt);
    }
    hs_mvt_layer_end(mvt);
    hs_buffer out;
    hs_buffer_init(&out, 1 << 20);
    hs_error error = {0};
    assert_int_equal(hs_mvt_finish(mvt, &error, &out), HS_E_MEMORY);
    hs_buffer_done(&out);
    hs_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_points_are_in_one_tile),
                                       cmocka_unit_test(test_tags),
                                       cmocka_unit_test(test_lines_are_clipped_into_runs),
                                       cmocka_unit_test(test_polygons),
                                       cmocka_unit_test(test_simplified_rings_stay_simple),
                                       cmocka_unit_test(test_significance),
                                       cmocka_unit_test(test_shared_borders),
                                       cmocka_unit_test(test_deep_zoom),
                                       cmocka_unit_test(test_arena_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
