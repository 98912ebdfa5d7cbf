#include "made_city.h"

static void levels_and_parents(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    assert_int_equal(g->units.count, 7);
    assert_int_equal(g->units.level_start[HS_LEVEL_DISTRICT], 0);
    assert_int_equal(g->units.level_start[HS_LEVEL_SUBDISTRICT], 1);
    assert_int_equal(g->units.level_start[HS_LEVEL_COMMUNITY], 3);
    check_str(g->units.code[1], "EAST");
    check_str(g->units.code[3], "R1");
    assert_int_equal(g->units.parent[0], HS_NONE);
    assert_int_equal(g->units.parent[1], 0); /* by code */
    uint32_t r1 = hs_geography_find_unit(g, HS_STR("R1"));
    assert_int_equal(g->units.level[g->units.parent[r1]], HS_LEVEL_SUBDISTRICT); /* by containment */
    assert_true(hs_units_within(&g->units, r1, 0));
    assert_false(hs_units_within(&g->units, 0, r1));
    assert_int_equal(hs_geography_find_unit(g, HS_STR("1320")), r1 + 2); /* its id */
    assert_int_equal(hs_geography_find_unit(g, HS_STR("nowhere")), HS_NONE);
    assert_int_equal(hs_geography_find_unit(g, HS_STR("")), HS_NONE);
    hs_geography_unref(g);
}

/* Areas of latitude-longitude rectangles on the WGS 84 ellipsoid by the closed integral of the zone's area:
 * b^2/2 * dlon * [sin/(1 - e^2 sin^2) + atanh(e sin)/e]. */
static double rectangle_km2(double dlon_deg, double south_deg, double north_deg) {
    const double e2 = 0.0066943799901413165, e = sqrt(e2), b_km = 6356.752314245179, rad = M_PI / 180;
    double s1 = sin(south_deg * rad), s2 = sin(north_deg * rad);
    double q1 = s1 / (1 - e2 * s1 * s1) + atanh(e * s1) / e, q2 = s2 / (1 - e2 * s2 * s2) + atanh(e * s2) / e;
    return b_km * b_km / 2 * dlon_deg * rad * (q2 - q1);
}

static void areas(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    check_near(g->units.area_km2[0], rectangle_km2(0.04, 50, 50.04), 2e-4 * g->units.area_km2[0]);
    double sum = 0;
    for (uint32_t i = 3; i < 7; i++)
        sum += g->units.area_km2[i];
    check_near(sum, g->units.area_km2[0], 2e-4 * sum);
    check_near(g->center_lon_deg, 10.02, 1e-9);
    check_near(g->center_lat_deg, 50.02, 1e-9);
    hs_geography_unref(g);
}

static void labels_inside(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    for (uint32_t i = 0; i < g->units.count; i++) {
        hs_placement placement;
        hs_geography_place(g, g->units.label[i], &placement);
        assert_int_equal(placement.unit[g->units.level[i]], i);
    }
    /* The pole of a square is its centre. */
    check_near(g->units.label[0].lon_e7, WEST_E7 + 2 * SIDE_E7, SIDE_E7 / 20.0);
    check_near(g->units.label[0].lat_e7, SOUTH_E7 + 2 * SIDE_E7, SIDE_E7 / 2.0);
    hs_geography_unref(g);
}

static void label_avoids_hole(void **state) {
    (void)state;
    hs_position corners[10];
    square outer, inner;
    square_make(&outer, 0, 0, 1000000, 1000000);
    square_make(&inner, 100000, 100000, 900000, 800000);
    memcpy(corners, outer.corners, sizeof outer.corners);
    memcpy(corners + 5, inner.corners, sizeof inner.corners);
    uint32_t ring_start[] = {0, 5, 10}, part_start[] = {0, 2};
    hs_unit_record record = {.code = HS_STR("u"),
                             .geometry = {.type = HS_GEOMETRY_POLYGONS,
                                          .part_count = 1,
                                          .ring_count = 2,
                                          .part_start = part_start,
                                          .ring_start = ring_start,
                                          .positions = corners}};
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_geography *g;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    check_ok(hs_geography_add_unit(builder, &record, &error), &error);
    check_ok(hs_geography_finish(builder, 1, &error, &g), &error);
    /* The widest room is the strip of 0.02 degree in the north. */
    assert_true(g->units.label[0].lat_e7 > 850000 && g->units.label[0].lat_e7 < 950000);
    hs_placement placement;
    hs_geography_place(g, (hs_position){500000, 500000}, &placement);
    assert_int_equal(placement.unit[HS_LEVEL_CITY], HS_NONE);
    hs_geography_unref(g);
}

/* Every position of the district is in exactly one subdistrict and one community, edges and corners too. */
static void tessellation(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    for (int col = 0; col <= 16; col++) {
        for (int row = 0; row <= 16; row++) {
            hs_position p = {WEST_E7 + col * SIDE_E7 / 4, SOUTH_E7 + row * SIDE_E7 / 4};
            hs_placement placement;
            hs_geography_place(g, p, &placement);
            bool inside = placement.unit[HS_LEVEL_DISTRICT] != HS_NONE;
            assert_int_equal(placement.unit[HS_LEVEL_SUBDISTRICT] != HS_NONE, inside);
            assert_int_equal(placement.unit[HS_LEVEL_COMMUNITY] != HS_NONE, inside);
            if (col > 0 && col < 16 && row > 0 && row < 16) assert_true(inside);
            assert_int_equal(placement.unit[HS_LEVEL_CELL], HS_NONE);
        }
    }
    hs_geography_unref(g);
}

static void nearest_segment(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    assert_int_equal(g->segments.count, 1);
    hs_placement placement;
    int32_t middle = SOUTH_E7 + 2 * SIDE_E7 + SIDE_E7 / 2;
    /* One e7 degree of latitude is 1.112e-2 m near 50 N: 5,000 of them are 55.6 m. */
    hs_geography_place(g, (hs_position){WEST_E7 + SIDE_E7, middle + 5000}, &placement);
    assert_int_equal(placement.segment, 0);
    check_near(placement.segment_distance_m, 55.6, 0.2);
    hs_geography_place(g, (hs_position){WEST_E7 + SIDE_E7, middle + 10000}, &placement);
    assert_int_equal(placement.segment, HS_NONE); /* 111 m */
    hs_geography_unref(g);
}

static void empty_and_wrong(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_geography *g;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    hs_unit_record wrong = {.code = HS_STR("u"), .level = HS_LEVEL_CITY};
    assert_int_equal(hs_geography_add_unit(builder, &wrong, &error), HS_E_ARGUMENT);
    check_ok(hs_geography_finish(builder, 1, &error, &g), &error);
    hs_placement placement;
    hs_geography_place(g, (hs_position){0, 0}, &placement);
    assert_int_equal(placement.segment, HS_NONE);
    assert_true(g->box.min_lon_e7 > g->box.max_lon_e7);
    assert_int_equal(hs_geography_find_unit(g, HS_STR("1")), HS_NONE);
    assert_ptr_equal(hs_geography_ref(g), g);
    hs_geography_unref(g);
    hs_geography_unref(g);
    hs_geography_unref(NULL);
}

static void add_people(hs_geography_builder *builder, int64_t id, const char *unit, double people,
                       const hs_geometry *geometry) {
    hs_error error = {0};
    hs_population_record record = {.id = id, .unit = hs_str_of(unit), .population = people};
    if (geometry) record.geometry = *geometry;
    check_ok(hs_geography_add_population(builder, &record, &error), &error);
}

static double people_of(const hs_geography *g, const char *unit) {
    return g->units.population[hs_units_find(&g->units, hs_str_of(unit))];
}

/* Two by two communities in one district. What was imported for a unit goes before its own column, and that
 * before its part of areas. */
static hs_geography *with_people(bool areas) {
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_geography *g;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    add_unit(builder, HS_LEVEL_DISTRICT, "D", "", 0, 0, 2, 2);
    add_unit(builder, HS_LEVEL_COMMUNITY, "sw", "D", 0, 0, 1, 1);
    add_unit(builder, HS_LEVEL_COMMUNITY, "se", "D", 1, 0, 1, 1);
    add_unit(builder, HS_LEVEL_COMMUNITY, "nw", "D", 0, 1, 1, 1);
    square s;
    square_make(&s, WEST_E7 + SIDE_E7, SOUTH_E7 + SIDE_E7, WEST_E7 + 2 * SIDE_E7, SOUTH_E7 + 2 * SIDE_E7);
    hs_unit_record own = {.id = 9,
                          .code = HS_STR("ne"),
                          .name = HS_STR("东北"),
                          .level = HS_LEVEL_COMMUNITY,
                          .attributes = HS_STR("{\"pop\":40.5,\"note\":\"x\"}"),
                          .geometry = s.geometry};
    check_ok(hs_geography_add_unit(builder, &own, &error), &error);
    add_people(builder, 1, "sw", 100, NULL);
    add_people(builder, 2, "sw", 110, NULL); /* the newer one counts */
    add_people(builder, 3, "nowhere", 5, NULL);
    if (areas) {
        /* 1,000 people on a square that lies with a quarter in each community; 60 at a point in the
         * north-west; an area's code names no unit. */
        square_make(&s, WEST_E7 + SIDE_E7 / 2, SOUTH_E7 + SIDE_E7 / 2, WEST_E7 + SIDE_E7 * 3 / 2,
                    SOUTH_E7 + SIDE_E7 * 3 / 2);
        add_people(builder, 4, "se", 1000, &s.geometry);
        hs_position at = {WEST_E7 + SIDE_E7 / 10, SOUTH_E7 + SIDE_E7 * 19 / 10};
        hs_geometry point = {.type = HS_GEOMETRY_POINT, .positions = &at};
        add_people(builder, 5, "", 60, &point);
    }
    check_ok(hs_geography_finish(builder, 1, &error, &g), &error);
    return g;
}

static void population_of_units(void **state) {
    (void)state;
    hs_geography *g = with_people(false);
    assert_int_equal(g->residents.count, 3);
    assert_int_equal(g->residents.area_count, 0);
    check_near(people_of(g, "sw"), 110, 0);
    check_near(people_of(g, "东北"), 40.5, 0);
    assert_true(isnan(people_of(g, "se")) && isnan(people_of(g, "D")));
    check_str(g->units.attributes[hs_units_find(&g->units, HS_STR("sw"))], "{\"population\":110}");
    check_str(g->units.attributes[hs_units_find(&g->units, HS_STR("se"))], "");
    hs_geography_unref(g);
    g = with_people(true);
    assert_int_equal(g->residents.area_count, 2);
    check_near(people_of(g, "sw"), 110, 0);
    check_near(people_of(g, "东北"), 40.5, 0);
    /* Parallels are curves on the plane: a quarter but for some millionths, more in the south. */
    check_near(people_of(g, "se"), 250, 0.2);
    check_near(people_of(g, "nw"), 310, 0.2);
    check_near(people_of(g, "D"), 1060, 0.011);
    hs_geography_unref(g);
}

static void units_by_name(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography_builder *builder;
    hs_geography *g;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    const struct {
        const char *code, *name, *name_en;
    } units[] = {{"1", "东街", "East"}, {"2", "南街", "1"}, {"3", "南街", "South"}};
    for (int i = 0; i < 3; i++) {
        square s;
        square_make(&s, i * 1000, 0, i * 1000 + 1000, 1000);
        hs_unit_record unit = {.id = 70 + i,
                               .code = hs_str_of(units[i].code),
                               .name = hs_str_of(units[i].name),
                               .name_en = hs_str_of(units[i].name_en),
                               .level = HS_LEVEL_COMMUNITY,
                               .geometry = s.geometry};
        check_ok(hs_geography_add_unit(builder, &unit, &error), &error);
    }
    check_ok(hs_geography_finish(builder, 1, &error, &g), &error);
    check_str(g->units.code[hs_units_find(&g->units, HS_STR("1"))], "1"); /* codes before names */
    check_str(g->units.code[hs_units_find(&g->units, HS_STR("东街"))], "1");
    check_str(g->units.code[hs_units_find(&g->units, HS_STR("SOUTH"))], "3");
    assert_int_equal(hs_units_find(&g->units, HS_STR("南街")), HS_NONE); /* two have it */
    assert_int_equal(hs_units_find(&g->units, HS_STR("71")), HS_NONE);   /* an id is no code */
    assert_int_equal(hs_units_find(&g->units, HS_STR("")), HS_NONE);
    hs_geography_unref(g);
}

static void names(void **state) {
    (void)state;
    assert_int_equal(hs_level_parse(HS_STR("communities")), HS_LEVEL_COMMUNITY);
    assert_int_equal(hs_level_parse(HS_STR("District")), HS_LEVEL_DISTRICT);
    assert_int_equal(hs_level_parse(HS_STR("街道")), HS_LEVEL_SUBDISTRICT);
    assert_int_equal(hs_level_parse(HS_STR("镇")), HS_LEVEL_SUBDISTRICT);
    assert_int_equal(hs_level_parse(HS_STR("planet")), HS_LEVEL_COUNT);
    assert_null(hs_level_name(HS_LEVEL_COUNT));
    for (int i = 0; i < HS_LEVEL_COUNT; i++)
        assert_int_equal(hs_level_parse(hs_str_of(hs_level_name((hs_level)i))), i);
    for (int i = 0; i < HS_MATCH_COUNT; i++)
        assert_int_equal(hs_match_type_parse(hs_str_of(hs_match_type_name((hs_match_type)i))), i);
    assert_int_equal(hs_match_type_parse(HS_STR("guess")), HS_MATCH_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_parents),  cmocka_unit_test(areas),
        cmocka_unit_test(labels_inside),       cmocka_unit_test(label_avoids_hole),
        cmocka_unit_test(tessellation),        cmocka_unit_test(nearest_segment),
        cmocka_unit_test(empty_and_wrong),     cmocka_unit_test(names),
        cmocka_unit_test(population_of_units), cmocka_unit_test(units_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
