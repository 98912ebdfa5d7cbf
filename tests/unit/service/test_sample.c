/* The sample city's geography: exact tiling, connected streets, addresses inside their ranges. */
#include "sample_city.h"

#include "base/hash.h"
#include "geo/polygon_index.h"

#include <geos_c.h>
#include <stdlib.h>

/* Copies of the units' outlines, level by level. */
typedef struct unit_list {
    uint32_t count[HS_LEVEL_COUNT];
    hs_geometry geometry[HS_LEVEL_COUNT][512];
    char code[HS_LEVEL_COUNT][512][20], parent[HS_LEVEL_COUNT][512][20];
} unit_list;

static hs_geometry copy_geometry(const hs_geometry *from) {
    uint32_t positions = from->ring_start[from->ring_count];
    hs_position *position = malloc(positions * sizeof *position);
    uint32_t *ring_start = malloc((from->ring_count + 1) * sizeof *ring_start);
    uint32_t *part_start = malloc((from->part_count + 1) * sizeof *part_start);
    memcpy(position, from->positions, positions * sizeof *position);
    memcpy(ring_start, from->ring_start, (from->ring_count + 1) * sizeof *ring_start);
    memcpy(part_start, from->part_start, (from->part_count + 1) * sizeof *part_start);
    return (hs_geometry){from->type, from->part_count, from->ring_count, part_start, ring_start, position};
}

static hs_status keep_unit(void *context, const hs_unit_record *record, hs_error *error) {
    (void)error;
    unit_list *list = context;
    uint32_t n = list->count[record->level]++;
    list->geometry[record->level][n] = copy_geometry(&record->geometry);
    snprintf(list->code[record->level][n], 20, "%.*s", (int)record->code.size, record->code.data);
    snprintf(list->parent[record->level][n], 20, "%.*s", (int)record->parent.size,
             record->parent.data ? record->parent.data : "");
    return HS_OK;
}

static unit_list *list_units(hs_sample_city *city) {
    unit_list *list = calloc(1, sizeof *list);
    hs_sample_sink sink = {.context = list, .unit = keep_unit};
    hs_error error = {0};
    check_ok(hs_sample_emit_units(city, &sink, &error), &error);
    return list;
}

static void free_units(unit_list *list) {
    for (int l = 0; l < HS_LEVEL_COUNT; l++)
        for (uint32_t n = 0; n < list->count[l]; n++) {
            free((void *)list->geometry[l][n].positions);
            free((void *)list->geometry[l][n].ring_start);
            free((void *)list->geometry[l][n].part_start);
        }
    free(list);
}

/* Twice the area in square 1e-7 degrees, holes subtracted by their orientation: exact. */
static int64_t area2(const hs_geometry *geometry) {
    int64_t sum = 0;
    hs_position origin = geometry->positions[0];
    for (uint32_t r = 0; r < geometry->ring_count; r++)
        for (uint32_t k = geometry->ring_start[r]; k + 1 < geometry->ring_start[r + 1]; k++) {
            hs_position a = geometry->positions[k];
            hs_position b = geometry->positions[k + 1];
            sum += (int64_t)(a.lon_e7 - origin.lon_e7) * (b.lat_e7 - origin.lat_e7) -
                   (int64_t)(b.lon_e7 - origin.lon_e7) * (a.lat_e7 - origin.lat_e7);
        }
    return sum;
}

static void test_counts(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        hs_sample_city *city = make_city(seed);
        unit_list *units = list_units(city);
        assert_int_equal(units->count[HS_LEVEL_CITY], 1);
        assert_int_equal(units->count[HS_LEVEL_DISTRICT], 1);
        assert_int_equal(units->count[HS_LEVEL_SUBDISTRICT], 5);
        assert_in_range(units->count[HS_LEVEL_COMMUNITY], 31, 35);
        assert_in_range(units->count[HS_LEVEL_CELL], 280, 320);
        assert_int_equal(city->address_count, 20000);
        assert_int_equal(city->place_count, 150);
        assert_in_range(city->street_count, 540, 660);
        free_units(units);
        hs_sample_city_free(city);
    }
}

static void test_areas_sum_up_and_codes_nest(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    unit_list *units = list_units(city);
    const size_t code_size[HS_LEVEL_COUNT] = {6, 6, 9, 12, 15};
    for (int level = HS_LEVEL_DISTRICT; level < HS_LEVEL_COUNT; level++) {
        int64_t parts[512] = {0};
        for (uint32_t n = 0; n < units->count[level]; n++) {
            int64_t area = area2(&units->geometry[level][n]);
            assert_true(area > 0);
            assert_int_equal(strlen(units->code[level][n]), code_size[level]);
            uint32_t parent = HS_NONE;
            for (uint32_t p = 0; p < units->count[level - 1]; p++)
                if (!strcmp(units->code[level - 1][p], units->parent[level][n])) parent = p;
            assert_int_not_equal(parent, HS_NONE);
            parts[parent] += area;
            if (level > HS_LEVEL_DISTRICT)
                assert_memory_equal(units->code[level][n], units->parent[level][n], code_size[level - 1]);
        }
        for (uint32_t p = 0; p < units->count[level - 1]; p++)
            assert_true(parts[p] == area2(&units->geometry[level - 1][p]));
    }
    free_units(units);
    hs_sample_city_free(city);
}

static void test_points_lie_in_one_unit(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    unit_list *units = list_units(city);
    hs_error error = {0};
    hs_polygon_index *index[HS_LEVEL_COUNT] = {0};
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        check_ok(hs_polygon_index_new(units->geometry[level], units->count[level], &error, &index[level]),
                 &error);
    hs_random random;
    hs_random_seed(&random, 42);
    uint32_t inside = 0;
    for (int n = 0; n < 100000; n++) {
        /* Random points, and every lattice node, where up to four units meet. */
        uint32_t nodes = (city->lattice.columns + 1) * (city->lattice.rows + 1);
        hs_position point =
            hs_sample_position(city, (hs_sample_point){hs_random_uniform(&random) * 5600 - 2800,
                                                       hs_random_uniform(&random) * 5200 - 2600});
        if ((uint32_t)n < nodes) point = city->lattice.node[n];
        uint32_t found[8];
        uint32_t in_city = hs_polygon_index_find_all(index[0], point, found, 8);
        inside += in_city;
        for (int level = 1; level < HS_LEVEL_COUNT; level++)
            assert_int_equal(hs_polygon_index_find_all(index[level], point, found, 8), in_city);
    }
    assert_in_range(inside, 40000, 80000);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        hs_polygon_index_free(index[level]);
    free_units(units);
    hs_sample_city_free(city);
}

/* GEOS's own judgement, for several seeds. */
static void test_outlines_are_valid(void **state) {
    (void)state;
    GEOSContextHandle_t geos = GEOS_init_r();
    for (uint64_t seed = 1; seed <= 6; seed++) {
        hs_sample_city *city = make_city(seed);
        unit_list *units = list_units(city);
        for (int level = 0; level < HS_LEVEL_COUNT; level++)
            for (uint32_t n = 0; n < units->count[level]; n++) {
                const hs_geometry *g = &units->geometry[level][n];
                assert_int_equal(g->ring_count, 1);
                GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, g->ring_start[1], 2);
                for (uint32_t k = 0; k < g->ring_start[1]; k++)
                    GEOSCoordSeq_setXY_r(geos, sequence, k, g->positions[k].lon_e7, g->positions[k].lat_e7);
                GEOSGeometry *polygon =
                    GEOSGeom_createPolygon_r(geos, GEOSGeom_createLinearRing_r(geos, sequence), NULL, 0);
                assert_int_equal(GEOSisValid_r(geos, polygon), 1);
                GEOSGeom_destroy_r(geos, polygon);
            }
        free_units(units);
        hs_sample_city_free(city);
    }
    GEOS_finish_r(geos);
}

static void test_streets_connect(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        hs_sample_city *city = make_city(seed);
        uint32_t nodes = (city->lattice.columns + 1) * (city->lattice.rows + 1);
        bool *reached = calloc(nodes, sizeof *reached);
        reached[city->edge[0].node[0]] = true;
        for (bool grown = true; grown;) {
            grown = false;
            for (uint32_t e = 0; e < city->edge_count; e++) {
                const uint32_t *node = city->edge[e].node;
                if (reached[node[0]] == reached[node[1]]) continue;
                reached[node[0]] = reached[node[1]] = grown = true;
            }
        }
        for (uint32_t e = 0; e < city->edge_count; e++)
            assert_true(reached[city->edge[e].node[0]]);
        free(reached);
        hs_sample_city_free(city);
    }
}

static void test_street_names_are_unique(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    hs_dictionary *zh = hs_dictionary_new();
    hs_dictionary *en = hs_dictionary_new();
    hs_dictionary *places = hs_dictionary_new();
    for (uint32_t s = 0; s < city->street_count; s++) {
        assert_int_equal(hs_dictionary_put(zh, city->street[s].name.zh), s);
        assert_int_equal(hs_dictionary_put(en, city->street[s].name.en), s);
    }
    for (uint32_t p = 0; p < city->place_count; p++)
        assert_int_equal(hs_dictionary_put(places, city->place[p].name.zh), p);
    hs_dictionary_free(zh);
    hs_dictionary_free(en);
    hs_dictionary_free(places);
    hs_sample_city_free(city);
}

static void test_addresses_follow_their_street(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    uint32_t seen = 0;
    for (uint32_t s = 0; s < city->street_count; s++)
        for (uint32_t side = 0; side < 2; side++) {
            const hs_sample_street *street = &city->street[s];
            double along_m = -1;
            int32_t number = -1;
            if (street->address_count[side] == 0) assert_true(street->from[side] == HS_NO_NUMBER);
            for (uint32_t k = 0; k < street->address_count[side]; k++, seen++) {
                const hs_sample_address *a = &city->address[street->first_address[side] + k];
                assert_int_equal(a->street, s);
                assert_int_equal(a->side, side);
                assert_int_equal(a->number % 2, side == 0 ? 1 : 0);
                assert_true(a->number > number && a->along_m > along_m);
                assert_true(a->number >= street->from[side] && a->number <= street->to[side]);
                assert_true(a->along_m < street->length_m);
                number = a->number;
                along_m = a->along_m;
            }
            if (number > 0) assert_int_equal(number, street->to[side]);
        }
    assert_int_equal(seen, city->address_count);
    hs_sample_city_free(city);
}

static hs_status accept_place(void *context, const hs_place_record *record, hs_error *error) {
    (void)error;
    uint32_t *polygons = context;
    assert_true(record->name.size > 0 && record->name_en.size > 0);
    polygons[record->geometry.type == HS_GEOMETRY_POLYGONS]++;
    return HS_OK;
}

static hs_status accept_zone(void *context, const hs_zone_record *record, hs_error *error) {
    (void)error;
    uint32_t *kinds = context;
    assert_true(area2(&record->geometry) != 0);
    kinds[record->kind.size == 3]++; /* key, permitted */
    return HS_OK;
}

static void test_places_and_zones(void **state) {
    (void)state;
    hs_sample_city *city = make_city(1);
    uint32_t places[2] = {0};
    uint32_t zones[2] = {0};
    hs_sample_sink sink = {.context = places, .place = accept_place, .zone = accept_zone};
    hs_error error = {0};
    check_ok(hs_sample_emit_places(city, &sink, &error), &error);
    assert_int_equal(places[0] + places[1], 150);
    assert_true(places[1] >= 4); /* parks and the river */
    sink.context = zones;
    check_ok(hs_sample_emit_zones(city, &sink, &error), &error);
    assert_int_equal(zones[0], 5);
    assert_true(zones[1] >= 20);
    hs_sample_city_free(city);
}

static void test_bad_definitions_are_refused(void **state) {
    (void)state;
    hs_str good;
    assert_true(hs_asset_find("geodata/sample-city.json", &good));
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"\"plan\": [\n    \"......QQQQGGJ", "\"plan\": [\n    \"Q.....QQQQGGJ", "corner"},
        {"\"season\": \"summer\"", "\"season\": \"monsoon\"", "monsoon"},
        {"\"type\": \"old_town\"", "\"type\": \"new_town\"", "new_town"},
        {"\"addresses\": 20000", "\"addresses\": \"many\"", "addresses"},
        {"\"road\": \"axis_south\", \"end\"", "\"road\": \"axis_down\", \"end\"", "entrances"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char *text = malloc(good.size + 64);
        const char *at = strstr(good.data, cases[c].from);
        assert_non_null(at);
        size_t before = (size_t)(at - good.data);
        size_t size = (size_t)snprintf(text, good.size + 64, "%.*s%s%s", (int)before, good.data, cases[c].to,
                                       at + strlen(cases[c].from));
        hs_error error = {0};
        hs_sample_city *city = NULL;
        hs_status status = hs_sample_city_new((hs_str){text, size}, 1, &error, &city);
        if (status == HS_OK) {
            unit_list *units = calloc(1, sizeof *units);
            hs_sample_sink sink = {.context = units, .unit = keep_unit};
            status = hs_sample_emit_units(city, &sink, &error);
            free_units(units);
            hs_sample_city_free(city);
        }
        assert_int_equal(status, HS_E_INPUT);
        assert_non_null(strstr(error.message, cases[c].says));
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_areas_sum_up_and_codes_nest),
        cmocka_unit_test(test_points_lie_in_one_unit),
        cmocka_unit_test(test_outlines_are_valid),
        cmocka_unit_test(test_streets_connect),
        cmocka_unit_test(test_street_names_are_unique),
        cmocka_unit_test(test_addresses_follow_their_street),
        cmocka_unit_test(test_places_and_zones),
        cmocka_unit_test(test_bad_definitions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
