/* Posted incidents: the fields of the contract, times in the city's zone, and refusals that name the field.
 */
#include "../check.h"

#include "base/text.h"
#include "ingest/incident_json.h"

static hs_status read_crs(const char *text, const char *crs, hs_arena *arena, hs_error *error,
                          hs_incident_record *record) {
    json_t *value = NULL;
    hs_timezone *zone = NULL;
    check_ok(hs_json_parse(hs_str_of(text), error, &value), error);
    check_ok(hs_timezone_new("Asia/Shanghai", error, &zone), error);
    hs_status status = hs_incident_from_json(value, zone, crs, arena, error, record);
    hs_timezone_unref(zone);
    json_decref(value); /* the record must not need it */
    return status;
}

static hs_incident_record read_good(const char *text, hs_arena *arena) {
    hs_error error = {0};
    hs_incident_record record;
    check_ok(read_crs(text, NULL, arena, &error, &record), &error);
    return record;
}

static void a_plain_object(void **state) {
    hs_arena *arena = *state;
    hs_incident_record r = read_good(
        "{\"id\": 4711, \"category\": \" 0510 \", \"reported\": \"2026-01-05 18:03\","
        " \"occurred\": \"2026-01-05T09:00:00Z\", \"closed\": 1767657780, \"deadline\": \"2026-01-06\","
        " \"source\": \"app\", \"status\": \"NA\", \"address\": \"南大街23号\", \"department\": null,"
        " \"description\": \"a\\nb\", \"unit\": \"620702001\", \"weight\": 2.5, \"lon\": 100.4497,"
        " \"lat\": \"38.9259\"}",
        arena);
    check_str(r.external_id, "4711");
    check_str(r.category, "0510");
    check_str(r.source, "app");
    assert_int_equal(r.status.size, 0);
    assert_int_equal(r.department.size, 0);
    check_str(r.address, "南大街23号");
    check_str(r.description, "a\nb");
    check_str(r.unit, "620702001");
    assert_int_equal(r.reported_s, 1767607380); /* date -u -d '2026-01-05 10:03' +%s */
    assert_int_equal(r.occurred_s, 1767603600);
    assert_int_equal(r.closed_s, 1767657780);
    assert_int_equal(r.deadline_s, 1767628800);
    assert_true(r.weight == 2.5F && r.has_position && r.match_type == HS_MATCH_GIVEN);
    assert_int_equal(r.position.lon_e7, 1004497000);
    assert_int_equal(r.position.lat_e7, 389259000);
}

/* What an object does not name is absent; null, words for nothing and a geometry of null are there and empty.
 */
static void absent_parts(void **state) {
    hs_arena *arena = *state;
    const unsigned all = (1U << 13) - 1;
    hs_incident_record r = read_good("{\"id\": \"1\", \"status\": null, \"address\": \"NA\"}", arena);
    assert_int_equal(r.absent, all & ~(unsigned)(HS_INCIDENT_STATUS | HS_INCIDENT_ADDRESS));
    r = read_good("{\"type\": \"Feature\", \"id\": \"1\", \"properties\": {\"weight\": 2}}", arena);
    assert_int_equal(r.absent, all & ~(unsigned)HS_INCIDENT_WEIGHT);
    r = read_good("{\"type\": \"Feature\", \"geometry\": null, \"properties\": null}", arena);
    assert_int_equal(r.absent, all & ~(unsigned)HS_INCIDENT_POSITION);
    r = read_good("{\"street\": \"南大街\", \"number\": 23, \"lon\": 100.5, \"lat\": 38.9}", arena);
    assert_int_equal(r.absent, all & ~(unsigned)(HS_INCIDENT_POSITION | HS_INCIDENT_ADDRESS));
}

static void a_feature(void **state) {
    hs_arena *arena = *state;
    hs_incident_record r =
        read_good("{\"type\": \"Feature\", \"id\": \"f\", \"bbox\": [1, 2, 1, 2], \"geometry\":"
                  " {\"type\": \"Point\", \"coordinates\": [100.5, 38.9, 1400]},"
                  " \"properties\": {\"category\": \"x\", \"lon\": 1, \"lat\": 2}}",
                  arena);
    check_str(r.external_id, "f");
    assert_int_equal(r.position.lon_e7, 1005000000);
    r = read_good(
        "{\"type\": \"Feature\", \"id\": \"f\", \"geometry\": null, \"properties\": {\"id\": \"own\"}}",
        arena);
    check_str(r.external_id, "own");
    assert_false(r.has_position);
    assert_int_equal(r.match_type, HS_MATCH_NONE);
    r = read_good("{\"type\": \"Feature\", \"properties\": null}", arena);
    assert_true(r.weight == 1 && r.reported_s == HS_NO_TIME);
}

/* The point of the domain's page on Chinese positions: WGS 84 (100.4497, 38.9259) is this in BD-09, to the
 * six decimals given there. */
static void offset_coordinates(void **state) {
    hs_arena *arena = *state;
    hs_error error = {0};
    hs_incident_record r;
    check_ok(read_crs("{\"lon\": 100.457818, \"lat\": 38.932792}", "BD-09", arena, &error, &r), &error);
    check_near(r.position.lon_e7 / 1e7, 100.4497, 1e-6);
    check_near(r.position.lat_e7 / 1e7, 38.9259, 1e-6);
    assert_int_equal(read_crs("{\"lon\": 1, \"lat\": 2}", "no system", arena, &error, &r), HS_E_ARGUMENT);
    /* Without a position no system is needed. */
    check_ok(read_crs("{\"id\": \"x\"}", "GCJ-02", arena, &error, &r), &error);
}

static void refusals(void **state) {
    hs_arena *arena = *state;
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"[]", "JSON object"},
        {"{\"lon\": 1}", "lat: longitude and latitude"},
        {"{\"lat\": 1}", "lon: longitude and latitude"},
        {"{\"lon\": \"x\", \"lat\": 1}", "lon"},
        {"{\"lon\": 0, \"lat\": 0}", "0, 0"},
        {"{\"lon\": 181, \"lat\": 1}", "Earth"},
        {"{\"lon\": 1e999, \"lat\": 1}", NULL},
        {"{\"reported\": \"05/06/2024\"}", "reported"},
        {"{\"reported\": \"yesterday\"}", "reported"},
        {"{\"weight\": -1}", "weight"},
        {"{\"weight\": true}", "weight: a text or a number"},
        {"{\"description\": {}}", "description: a text or a number"},
        {"{\"x\": 1, \"y\": 2}", "no such field"},
        {"{\"colour\": \"red\"}", "colour: an incident has no such field; there are id"},
        {"{\"type\": \"Feature\", \"properties\": []}", "properties"},
        {"{\"type\": \"Feature\", \"geometry\": {\"type\": \"LineString\", \"coordinates\": []}}", "Point"},
        {"{\"type\": \"Feature\", \"geometry\": {\"type\": \"Point\", \"coordinates\": [1]}}",
         "longitude, latitude"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hs_error error = {0};
        hs_incident_record r;
        json_t *value = NULL;
        if (!bad[i].words) { /* refused by the parser already */
            assert_int_equal(hs_json_parse(hs_str_of(bad[i].text), &error, &value), HS_E_INPUT);
            continue;
        }
        assert_int_equal(read_crs(bad[i].text, NULL, arena, &error, &r), HS_E_INPUT);
        if (!strstr(error.message, bad[i].words)) fail_msg("%s: %s", bad[i].text, error.message);
    }
}

static int setup(void **state) {
    *state = hs_arena_new(1 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state) {
    hs_arena_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plain_object, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_feature, setup, teardown),
        cmocka_unit_test_setup_teardown(offset_coordinates, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
