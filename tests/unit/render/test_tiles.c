#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "decode_mvt.h"
#include "render/geojson.h"
#include "render/tiles.h"

#define INCIDENTS 30000

/* A small town about (100.45, 38.92): a district of two communities that share an edge. */
#define WEST  1004300000
#define EAST  1004700000
#define SOUTH 389000000
#define NORTH 389400000

static hs_snapshot *town;
static hs_base_index *town_index;

static void add_unit(hs_geography_builder *builder, int64_t id, hs_level level, hs_str code, hs_str parent,
                     int32_t west, int32_t east, bool clockwise) {
    hs_position corners[] = {{west, SOUTH}, {east, SOUTH}, {east, NORTH}, {west, NORTH}, {west, SOUTH}};
    if (clockwise) {
        hs_position swap = corners[1];
        corners[1] = corners[3];
        corners[3] = swap;
    }
    uint32_t rings[] = {0, 5};
    uint32_t parts[] = {0, 1};
    hs_unit_record record = {.id = id,
                             .code = code,
                             .name = HS_STR("单元"),
                             .level = level,
                             .parent = parent,
                             .attributes =
                                 HS_STR("{\"population\":12,\"NAME\":\"x\",\"share\":0.5,\"note\":null}"),
                             .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, corners}};
    hs_error error = {0};
    check_ok(hs_geography_add_unit(builder, &record, &error), &error);
}

static void add_street(hs_geography_builder *builder, int64_t id, hs_str road_class, int32_t lat_e7) {
    hs_position line[] = {{WEST, lat_e7}, {WEST + 200000, lat_e7 + 20}, {EAST, lat_e7}};
    uint32_t starts[] = {0, 3};
    hs_street_record record = {
        .id = id,
        .name = HS_STR("南大街"),
        .road_class = road_class,
        .left_from = 1,
        .left_to = 99,
        .right_from = HS_NO_NUMBER,
        .right_to = HS_NO_NUMBER,
        .geometry = {.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = starts, .positions = line}};
    hs_error error = {0};
    check_ok(hs_geography_add_street(builder, &record, &error), &error);
}

static hs_geography *make_geography(void) {
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_geography *geography = NULL;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    int32_t middle = (WEST + EAST) / 2;
    add_unit(builder, 1, HS_LEVEL_DISTRICT, HS_STR("620702"), HS_STR(""), WEST, EAST, false);
    add_unit(builder, 2, HS_LEVEL_COMMUNITY, HS_STR("620702001001"), HS_STR("620702"), WEST, middle, true);
    add_unit(builder, 3, HS_LEVEL_COMMUNITY, HS_STR("620702001002"), HS_STR("620702"), middle, EAST, false);
    add_street(builder, 11, HS_STR("primary"), SOUTH + 100000);
    add_street(builder, 12, HS_STR("lane"), SOUTH + 200000);
    hs_place_record place = {.id = 21,
                             .name = HS_STR("夜市"),
                             .place_class = HS_STR("market"),
                             .position = {middle, SOUTH + 150000}};
    place.geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &place.position};
    check_ok(hs_geography_add_place(builder, &place, &error), &error);
    check_ok(hs_geography_finish(builder, 1, &error, &geography), &error);
    return geography;
}

/* A third of the incidents stand in one tile of zoom 14. */
static hs_incidents *make_incidents(const hs_geography *geography) {
    hs_error error = {0};
    hs_incidents_builder *builder;
    hs_incidents *incidents = NULL;
    hs_random random;
    hs_random_seed(&random, 42);
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    for (int i = 0; i < INCIDENTS; i++) {
        char id[32];
        snprintf(id, sizeof id, "case \"%d\"", i);
        uint32_t reach = i % 3 ? 400000 : 60000;
        hs_incident_record record = {.id = i + 1,
                                     .external_id = hs_str_of(id),
                                     .category = HS_STR("0501"),
                                     .reported_s = 1700000000 + i,
                                     .occurred_s = HS_NO_TIME,
                                     .closed_s = HS_NO_TIME,
                                     .deadline_s = HS_NO_TIME,
                                     .source = HS_STR("patrol"),
                                     .status = HS_STR("open"),
                                     .has_position = i % 100 != 0,
                                     .match_type = i % 100 ? HS_MATCH_GIVEN : HS_MATCH_NONE,
                                     .weight = 1,
                                     .batch = 1};
        record.position.lon_e7 = WEST + (int32_t)hs_random_below(&random, reach);
        record.position.lat_e7 = SOUTH + (int32_t)hs_random_below(&random, reach);
        check_ok(hs_incidents_add(builder, &record, &error), &error);
    }
    check_ok(hs_incidents_finish(&builder, 1, geography, 1, NULL, &error, &incidents), &error);
    return incidents;
}

static int make_town(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography *geography = make_geography();
    hs_incidents *incidents = make_incidents(geography);
    hs_taxonomy *taxonomy = NULL;
    hs_category_record vendor = {.id = 1,
                                 .code = HS_STR("0501"),
                                 .name = HS_STR("无照经营游商"),
                                 .name_en = HS_STR("Unlicensed vendor")};
    check_ok(hs_taxonomy_new(&vendor, 1, &error, &taxonomy), &error);
    hs_city_info info = {.name = "", .name_en = "", .timezone = "Asia/Shanghai", .lang = "zh"};
    check_ok(hs_snapshot_new(1, 1, &info, geography, incidents, taxonomy, &error, &town), &error);
    check_ok(hs_base_index_new(town->geography, &error, &town_index), &error);
    return 0;
}

static int end_town(void **state) {
    (void)state;
    hs_base_index_free(town_index);
    hs_snapshot_unref(town);
    return 0;
}

typedef hs_status (*render_function)(hs_tile tile, hs_arena *arena, hs_error *error, hs_buffer *out);

static hs_selection everything(void) {
    static const uint64_t *none[64];
    assert_true(town->incidents->chunk_count <= 64);
    return (hs_selection){town, town->incidents->chunk_count, none, town->incidents->positioned};
}

static hs_status render_incidents(hs_tile tile, hs_arena *arena, hs_error *error, hs_buffer *out) {
    hs_selection selection = everything();
    return hs_render_incident_tile(&selection, tile, arena, error, out);
}

static hs_status render_base(hs_tile tile, hs_arena *arena, hs_error *error, hs_buffer *out) {
    return hs_render_base_tile(town_index, tile, arena, error, out);
}

/* Calls visit for every tile of a zoom about the town. */
static void each_tile(uint32_t z, render_function render,
                      void (*visit)(void *context, hs_tile tile, const Vt__Tile *decoded, size_t size),
                      void *context) {
    hs_mercator low = hs_mercator_from_position((hs_position){WEST, NORTH});
    hs_mercator high = hs_mercator_from_position((hs_position){EAST, SOUTH});
    hs_arena *arena = hs_arena_new(256u << 20);
    for (uint32_t y = low.y >> (32 - z); y <= high.y >> (32 - z); y++)
        for (uint32_t x = low.x >> (32 - z); x <= high.x >> (32 - z); x++) {
            hs_buffer out;
            hs_error error = {0};
            hs_tile tile = {z, x, y};
            hs_buffer_init(&out, 4 << 20);
            check_ok(render(tile, arena, &error, &out), &error);
            Vt__Tile *decoded = decode_mvt(out.data, out.size);
            visit(context, tile, decoded, out.size);
            vt__tile__free_unpacked(decoded, NULL);
            hs_buffer_done(&out);
            hs_arena_reset(arena);
        }
    hs_arena_free(arena);
}

typedef struct incident_counts {
    uint64_t total, singles, clusters;
} incident_counts;

static void count_incidents(void *context, hs_tile tile, const Vt__Tile *decoded, size_t size) {
    incident_counts *counts = context;
    (void)tile;
    assert_true(size <= 500000);
    const Vt__Layer *layer = mvt_layer(decoded, "incidents");
    for (size_t f = 0; layer && f < layer->n_features; f++) {
        const Vt__Value *count = mvt_value(layer, layer->features[f], "point_count");
        if (count) {
            assert_true(count->uint_value > 1);
            assert_true(mvt_value(layer, layer->features[f], "clustered")->bool_value);
            assert_true(layer->features[f]->id >= UINT64_C(1) << 52);
            counts->total += count->uint_value;
            counts->clusters++;
        } else {
            assert_string_equal(mvt_value(layer, layer->features[f], "category_zh")->string_value,
                                "无照经营游商");
            assert_string_equal(mvt_value(layer, layer->features[f], "status")->string_value, "open");
            counts->total++;
            counts->singles++;
        }
    }
}

/* No incident is lost and none stands twice, at any zoom. */
static void test_incident_counts(void **state) {
    (void)state;
    for (uint32_t z = 9; z <= 17; z++) {
        incident_counts counts = {0};
        each_tile(z, render_incidents, count_incidents, &counts);
        assert_int_equal(counts.total, INCIDENTS - INCIDENTS / 100);
        if (z <= 12) assert_true(counts.clusters > counts.singles);
        if (z == 17) assert_int_equal(counts.clusters, 0);
    }
}

typedef struct base_counts {
    unsigned labels[4], streets, lanes, places, units;
} base_counts;

static void count_base(void *context, hs_tile tile, const Vt__Tile *decoded, size_t size) {
    base_counts *counts = context;
    (void)tile;
    (void)size;
    const Vt__Layer *labels = mvt_layer(decoded, "unit_labels");
    for (size_t f = 0; labels && f < labels->n_features; f++)
        counts->labels[labels->features[f]->id]++;
    const Vt__Layer *units = mvt_layer(decoded, "units");
    for (size_t f = 0; units && f < units->n_features; f++) {
        assert_string_equal(mvt_value(units, units->features[f], "name")->string_value, "单元");
        counts->units++;
    }
    const Vt__Layer *streets = mvt_layer(decoded, "streets");
    for (size_t f = 0; streets && f < streets->n_features; f++) {
        counts->streets++;
        if (strcmp(mvt_value(streets, streets->features[f], "class")->string_value, "lane") == 0)
            counts->lanes++;
    }
    const Vt__Layer *places = mvt_layer(decoded, "places");
    if (places) counts->places += (unsigned)places->n_features;
}

static void test_base_layers(void **state) {
    (void)state;
    for (uint32_t z = 8; z <= 16; z++) {
        base_counts counts = {0};
        each_tile(z, render_base, count_base, &counts);
        assert_int_equal(counts.labels[1], 1);
        assert_int_equal(counts.labels[2], z >= 11);
        assert_int_equal(counts.labels[3], z >= 11);
        assert_true(counts.units > 0 && counts.streets > 0);
        assert_int_equal(counts.lanes > 0, z >= 14);
        assert_int_equal(counts.places, z >= 12);
    }
}

/* Pieces of one name become one line whichever way they run; a fork and another name end it. */
static void test_streets_are_joined(void **state) {
    (void)state;
    enum { STREETS = 6 };
    hs_position ends[STREETS][2] = {{{0, 0}, {1000, 0}},    {{2000, 0}, {1000, 0}},
                                    {{2000, 0}, {3000, 0}}, {{9000, 0}, {9000, 1000}},
                                    {{9000, 0}, {8000, 0}}, {{9000, 0}, {9900, 0}}};
    hs_str name[STREETS] = {HS_STR("甲"), HS_STR("甲"), HS_STR("乙"),
                            HS_STR("丙"), HS_STR("丙"), HS_STR("丙")};
    hs_str none[STREETS] = {{0}};
    int32_t layer[STREETS] = {0};
    uint32_t starts[] = {0, 2};
    hs_geometry geometry[STREETS];
    for (int i = 0; i < STREETS; i++)
        geometry[i] = (hs_geometry){
            .type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = starts, .positions = ends[i]};
    hs_streets streets = {.count = STREETS,
                          .name = name,
                          .name_en = none,
                          .road_class = none,
                          .layer = layer,
                          .geometry = geometry};
    hs_tile_shapes_builder *builder = hs_tile_shapes_builder_new(HS_GEOMETRY_LINES);
    hs_tile_shapes shapes;
    hs_error error = {0};
    assert_true(hs_join_streets(&streets, builder));
    check_ok(hs_tile_shapes_finish(builder, &error, &shapes), &error);
    unsigned corners[STREETS] = {0};
    for (uint32_t i = 0; i < shapes.count; i++)
        corners[shapes.row[i]] =
            shapes.ring_start[shapes.shape_ring[i + 1]] - shapes.ring_start[shapes.shape_ring[i]];
    assert_int_equal(shapes.count, 5);
    assert_int_equal(corners[0], 3);
    for (int i = 2; i < STREETS; i++)
        assert_int_equal(corners[i], 2);
    hs_tile_shapes_done(&shapes);
}

static void test_far_tile_is_empty(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_buffer out;
    hs_error error = {0};
    hs_buffer_init(&out, 1 << 20);
    check_ok(render_base((hs_tile){14, 1, 1}, arena, &error, &out), &error);
    check_ok(render_incidents((hs_tile){14, 1, 1}, arena, &error, &out), &error);
    assert_int_equal(out.size, 0);
    assert_int_equal(render_base((hs_tile){3, 8, 0}, arena, &error, &out), HS_E_ARGUMENT);
    assert_int_equal(render_incidents((hs_tile){25, 0, 0}, arena, &error, &out), HS_E_ARGUMENT);
    hs_buffer_done(&out);
    hs_arena_free(arena);
}

/* Classes as the legend has them: a value at a break belongs above it; NAN is transparent. */
static void test_density_pictures(void **state) {
    (void)state;
    hs_error error = {0};
    hs_ramps *ramps = NULL;
    hs_ramp_classes classes;
    check_ok(hs_ramps_new(&error, &ramps), &error);
    check_ok(hs_ramps_classes(ramps, (hs_str){0}, HS_STR("1,10,100"), HS_RAMP_PER_KM2, (hs_str){0}, &error,
                              &classes),
             &error);
    static float values[256 * 256];
    static uint8_t expected[256 * 256];
    static const float some[] = {0, 0.5F, 1, 9.99F, 10, 100, 1e9F, NAN};
    static const uint8_t class_of[] = {0, 0, 1, 1, 2, 3, 3, 4};
    for (uint32_t i = 0; i < 256 * 256; i++) {
        values[i] = some[i * 7 % 8];
        expected[i] = class_of[i * 7 % 8];
    }
    hs_rgba palette[5];
    memcpy(palette, classes.colour, sizeof classes.colour[0] * 4);
    palette[4] = (hs_rgba){0, 0, 0, 0};
    hs_buffer drawn;
    hs_buffer wanted;
    hs_buffer_init(&drawn, 4 << 20);
    hs_buffer_init(&wanted, 4 << 20);
    check_ok(hs_render_density_picture(values, 256, 256, &classes, &error, &drawn), &error);
    check_ok(hs_png_write(expected, 256, 256, palette, 5, &error, &wanted), &error);
    assert_int_equal(drawn.size, wanted.size);
    assert_memory_equal(drawn.data, wanted.data, drawn.size);
    assert_int_equal(hs_render_density_picture(values, 0, 7, &classes, &error, &drawn), HS_E_ARGUMENT);
    hs_buffer_done(&drawn);
    hs_buffer_done(&wanted);
    hs_ramps_free(ramps);
}

static json_t *parsed(hs_buffer *out) {
    hs_error error = {0};
    json_t *value = NULL;
    assert_int_equal(out->status, HS_OK);
    check_ok(hs_json_parse((hs_str){out->data, out->size}, &error, &value), &error);
    hs_buffer_done(out);
    return value;
}

static const char *text_of(const json_t *feature, const char *key) {
    return json_string_value(json_object_get(json_object_get(feature, "properties"), key));
}

static void test_unit_feature(void **state) {
    (void)state;
    for (uint32_t row = 0; row < 3; row++) {
        hs_buffer out;
        hs_json json;
        hs_buffer_init(&out, 1 << 20);
        hs_json_init(&json, &out);
        hs_geojson_unit(&json, town, row);
        json_t *feature = parsed(&out);
        json_t *properties = json_object_get(feature, "properties");
        assert_string_equal(text_of(feature, "level"), row == 0 ? "district" : "community");
        assert_string_equal(text_of(feature, "name"), "单元"); /* not the source's NAME */
        assert_null(json_object_get(properties, "NAME"));
        assert_int_equal(json_integer_value(json_object_get(properties, "population")), 12);
        assert_true(json_is_null(json_object_get(properties, "note")));
        if (row > 0) {
            assert_string_equal(text_of(feature, "parent"), "620702");
            assert_int_equal(json_integer_value(json_object_get(properties, "parent_id")), 1);
        }
        /* RFC 7946: outer rings run counterclockwise, whatever came in. */
        json_t *ring =
            json_array_get(json_object_get(json_object_get(feature, "geometry"), "coordinates"), 0);
        double area = 0;
        for (size_t i = 0; i + 1 < json_array_size(ring); i++) {
            json_t *a = json_array_get(ring, i);
            json_t *b = json_array_get(ring, i + 1);
            area += json_number_value(json_array_get(a, 0)) * json_number_value(json_array_get(b, 1)) -
                    json_number_value(json_array_get(b, 0)) * json_number_value(json_array_get(a, 1));
        }
        assert_true(area > 0);
        json_decref(feature);
    }
}

static void test_incident_feature(void **state) {
    (void)state;
    unsigned unpositioned = 0;
    const hs_incidents *incidents = town->incidents;
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_geojson_context context;
    hs_geojson_context_init(&context, town, arena);
    for (uint32_t c = 0; c < incidents->chunk_count; c++)
        for (uint32_t i = 0; i < incidents->chunk[c]->count; i += 97) {
            hs_buffer out;
            hs_json json;
            hs_buffer_init(&out, 1 << 20);
            hs_json_init(&json, &out);
            hs_geojson_incident(&json, &context, incidents->chunk[c], i);
            json_t *feature = parsed(&out);
            char id[32];
            snprintf(id, sizeof id, "case \"%d\"", (int)hs_incident_row(incidents->chunk[c], i) - 1);
            assert_string_equal(text_of(feature, "id"), id);
            assert_string_equal(text_of(feature, "category_en"), "Unlicensed vendor");
            assert_int_equal(json_integer_value(json_object_get(feature, "id")),
                             hs_incident_row(incidents->chunk[c], i));
            json_t *geometry = json_object_get(feature, "geometry");
            if (json_is_null(geometry)) {
                unpositioned++;
                assert_null(text_of(feature, "unit"));
            } else {
                double lon = json_number_value(json_array_get(json_object_get(geometry, "coordinates"), 0));
                assert_string_equal(text_of(feature, "district"), "620702");
                assert_string_equal(text_of(feature, "unit"), lon < 100.45 ? "620702001001" : "620702001002");
            }
            json_decref(feature);
        }
    assert_true(unpositioned > 0);
    hs_arena_free(arena);
}

static void write_every_incident(hs_buffer *out, hs_arena *arena) {
    hs_json json;
    hs_geojson_context context;
    hs_buffer_init(out, 64 << 20);
    hs_json_init(&json, out);
    hs_geojson_context_init(&context, town, arena);
    hs_json_array(&json);
    for (uint32_t c = 0; c < town->incidents->chunk_count; c++)
        for (uint32_t i = 0; i < town->incidents->chunk[c]->count; i++)
            hs_geojson_incident(&json, &context, town->incidents->chunk[c], i);
    hs_json_array_end(&json);
    assert_int_equal(out->status, HS_OK);
}

/* Whether what incidents share is kept, cannot be kept, or only in part, changes no byte. */
static void test_shared_members(void **state) {
    (void)state;
    hs_buffer plain;
    write_every_incident(&plain, NULL);
    for (size_t ceiling = 1; ceiling <= 4096; ceiling *= 16) {
        hs_arena *arena = hs_arena_new(ceiling);
        hs_buffer kept;
        write_every_incident(&kept, arena);
        assert_int_equal(kept.size, plain.size);
        assert_memory_equal(kept.data, plain.data, plain.size);
        hs_buffer_done(&kept);
        hs_arena_free(arena);
    }
    hs_buffer_done(&plain);
}

/* Many at once, in any order, are what they are one by one. */
static void test_many_incidents(void **state) {
    (void)state;
    enum { MANY = 100 };
    hs_incident_ref refs[MANY];
    const hs_incidents *incidents = town->incidents;
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t c = i % incidents->chunk_count;
        refs[i] = (hs_incident_ref){c, i * 37 % incidents->chunk[c]->count};
    }
    for (size_t count = 0; count <= MANY; count = 3 * count + 1) {
        hs_buffer out[2];
        for (int at_once = 0; at_once < 2; at_once++) {
            hs_json json;
            hs_geojson_context context;
            hs_buffer_init(&out[at_once], 1 << 20);
            hs_json_init(&json, &out[at_once]);
            hs_geojson_context_init(&context, town, NULL);
            hs_json_array(&json);
            if (at_once) hs_geojson_incidents(&json, &context, refs, count);
            for (size_t i = 0; i < count && !at_once; i++)
                hs_geojson_incident(&json, &context, incidents->chunk[refs[i].chunk], refs[i].row);
            hs_json_array_end(&json);
        }
        assert_int_equal(out[0].size, out[1].size);
        assert_memory_equal(out[0].data, out[1].data, out[0].size);
        hs_buffer_done(&out[0]);
        hs_buffer_done(&out[1]);
    }
}

static void test_levels_have_their_names(void **state) {
    (void)state;
    hs_buffer out;
    hs_json json;
    hs_geojson_context context;
    hs_buffer_init(&out, 1 << 20);
    hs_json_init(&json, &out);
    hs_geojson_context_init(&context, town, NULL);
    hs_geojson_incident(&json, &context, town->incidents->chunk[0], 0);
    json_t *feature = parsed(&out);
    const json_t *properties = json_object_get(feature, "properties");
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        assert_non_null(json_object_get(properties, hs_level_name((hs_level)level)));
    json_decref(feature);
}

static void test_other_features(void **state) {
    (void)state;
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, 1 << 20);
    hs_json_init(&json, &out);
    hs_json_array(&json);
    hs_geojson_street(&json, town, 0);
    hs_geojson_segment(&json, town, 0);
    hs_geojson_place(&json, town, 0);
    hs_json_array_end(&json);
    json_t *features = parsed(&out);
    const json_t *street = json_array_get(features, 0);
    assert_string_equal(text_of(street, "class"), "primary");
    assert_true(json_is_null(json_object_get(json_object_get(street, "properties"), "right_from")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(street, "geometry"), "type")),
                        "LineString");
    assert_string_equal(text_of(json_array_get(features, 1), "street"), "南大街");
    assert_string_equal(text_of(json_array_get(features, 2), "class"), "market");
    json_decref(features);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incident_counts),    cmocka_unit_test(test_base_layers),
        cmocka_unit_test(test_streets_are_joined), cmocka_unit_test(test_far_tile_is_empty),
        cmocka_unit_test(test_density_pictures),   cmocka_unit_test(test_unit_feature),
        cmocka_unit_test(test_incident_feature),   cmocka_unit_test(test_shared_members),
        cmocka_unit_test(test_many_incidents),     cmocka_unit_test(test_levels_have_their_names),
        cmocka_unit_test(test_other_features)};
    return cmocka_run_group_tests(tests, make_town, end_town);
}
