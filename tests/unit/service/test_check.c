/* Overlaps, gaps and the rest on a small plan, whose areas are worked out from the ground scale alone. */
#include "check.h"

#include "base/text.h"
#include "geo/plane.h"
#include "service/check/check.h"
#include "service/service_private.h"
#include <stdlib.h>
#include <unistd.h>

enum { LAT_E7 = 390000000, LON_E7 = 1000000000 };

typedef struct fixture {
    char folder[64], path[96];
    hs_service *service;
    double square_m2; /* of one unit by one unit of 1e-7 degree */
} fixture;

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    hs_error error = {0};
    double kx, ky;
    strcpy(f->folder, "/tmp/hotspot-check-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%s/city.gpkg", f->folder);
    hs_service_options options = {.threads = 2};
    check_ok(hs_service_open(f->path, HS_STORE_CREATE, &options, &error, &f->service), &error);
    hs_store *store = hs_service_store(f->service);
    check_ok(hs_store_set_setting(store, "center_lon", HS_STR("100"), &error), &error);
    check_ok(hs_store_set_setting(store, "center_lat", HS_STR("39"), &error), &error);
    hs_ground_scale_m(LAT_E7, &kx, &ky);
    f->square_m2 = kx * ky;
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs_service_close(f->service);
    (void)unlink(f->path);
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

/* A rectangle in units of 1e-7 degree from the middle of the plan; `hole` may be NULL. */
static void put_unit(hs_store *store, hs_level level, const char *code, const int32_t outer[4],
                     const int32_t hole[4]) {
    hs_position corners[10];
    const int32_t *boxes[2] = {outer, hole};
    uint32_t parts[2] = {0, hole ? 2 : 1}, rings[3] = {0, 5, 10};
    for (uint32_t r = 0; r < parts[1]; r++) {
        const int32_t *b = boxes[r];
        const hs_position ring[5] = {{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}, {b[0], b[1]}};
        for (uint32_t i = 0; i < 5; i++)
            corners[5 * r + i] = (hs_position){LON_E7 + ring[i].lon_e7, LAT_E7 + ring[i].lat_e7};
    }
    hs_unit_record record = {.code = hs_str_of(code),
                             .level = level,
                             .geometry = {HS_GEOMETRY_POLYGONS, 1, parts[1], parts, rings, corners}};
    hs_error error = {0};
    hs_put put;
    check_ok(hs_store_put_unit(store, &record, &error, &put), &error);
}

static void begin(fixture *f) {
    hs_error error = {0};
    int64_t batch;
    check_ok(hs_store_begin(hs_service_store(f->service), HS_KIND_UNITS, HS_STR("test"), &error, &batch),
             &error);
}

static void commit(fixture *f) {
    hs_error error = {0};
    hs_batch_info info = {0};
    check_ok(hs_store_commit(hs_service_store(f->service), &info, &error), &error);
}

static hs_check_report check_city(fixture *f) {
    hs_error error = {0};
    hs_check_report report;
    hs_check_options options = HS_CHECK_DEFAULTS;
    check_ok(hs_service_check(f->service, &options, &error, &report), &error);
    return report;
}

static const hs_check_flaw *find(const hs_check_report *report, hs_check_kind kind) {
    for (uint32_t i = 0; i < report->flaw_count; i++)
        if (report->flaws[i].kind == kind) return &report->flaws[i];
    return NULL;
}

/* Two neighbours of one edge: nothing to say. */
static void nothing(void **state) {
    fixture *f = *state;
    begin(f);
    put_unit(hs_service_store(f->service), HS_LEVEL_CELL, "a", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(hs_service_store(f->service), HS_LEVEL_CELL, "b", (int32_t[]){10000, 0, 20000, 10000}, NULL);
    commit(f);
    hs_check_report report = check_city(f);
    assert_int_equal(report.flaw_count, 0);
    assert_int_equal(report.within_tolerance, 0);
    assert_int_equal(report.levels[HS_LEVEL_CELL].units, 2);
    hs_check_report_done(&report);
}

/* An overlap of 1,000 x 10,000 units, a sliver of 100 x 10,000 (0.9 m wide), and 5 units (4 cm) that are
 * rounding. */
static void overlaps(void **state) {
    fixture *f = *state;
    hs_store *store = hs_service_store(f->service);
    begin(f);
    put_unit(store, HS_LEVEL_CELL, "a", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(store, HS_LEVEL_CELL, "b", (int32_t[]){9000, 0, 20000, 10000}, NULL);
    put_unit(store, HS_LEVEL_CELL, "c", (int32_t[]){19900, 0, 30000, 10000}, NULL);
    put_unit(store, HS_LEVEL_CELL, "d", (int32_t[]){29995, 0, 40000, 10000}, NULL);
    commit(f);
    hs_check_report report = check_city(f);
    assert_int_equal(report.flaw_count, 2);
    assert_int_equal(report.problem_count, 2);
    const hs_check_flaw *overlap = find(&report, HS_CHECK_OVERLAP), *sliver = find(&report, HS_CHECK_SLIVER);
    check_near(overlap->area_m2, 1e7 * f->square_m2, 1e-4 * overlap->area_m2);
    check_near(overlap->share, 0.1, 1e-4);
    check_str(overlap->code, "a"); /* the smaller one */
    check_str(overlap->other_code, "b");
    check_near(overlap->place.lon_e7, LON_E7 + 9500, 500);
    check_near(sliver->area_m2, 1e6 * f->square_m2, 1e-4 * sliver->area_m2);
    assert_int_equal(report.within_tolerance, 1);
    check_near(report.within_tolerance_m2, 5e4 * f->square_m2, 1e-2 * report.within_tolerance_m2);
    hs_check_report_done(&report);
}

/* A hole between units of the top level; one that the parents leave out too is none of the children's. */
static void gaps(void **state) {
    fixture *f = *state;
    hs_store *store = hs_service_store(f->service);
    begin(f);
    put_unit(store, HS_LEVEL_DISTRICT, "1", (int32_t[]){0, 0, 30000, 30000},
             (int32_t[]){10000, 10000, 20000, 20000});
    put_unit(store, HS_LEVEL_COMMUNITY, "11", (int32_t[]){0, 0, 30000, 30000},
             (int32_t[]){10000, 10000, 20000, 22000});
    commit(f);
    hs_check_report report = check_city(f);
    assert_int_equal(report.by_kind[HS_CHECK_GAP], 2);
    assert_int_equal(report.by_kind[HS_CHECK_EMPTY_LEVEL], 1);
    assert_int_equal(report.flaw_count, 3);
    const hs_check_flaw *first = find(&report, HS_CHECK_GAP); /* the larger one: the district's hole */
    assert_int_equal(first->level, HS_LEVEL_DISTRICT);
    assert_int_equal(first->id, 0);
    check_near(first->area_m2, 1e8 * f->square_m2, 1e-4 * first->area_m2);
    assert_int_equal(first[1].level, HS_LEVEL_COMMUNITY);
    check_str(first[1].code, "1");
    check_near(first[1].area_m2, 2e7 * f->square_m2, 1e-4 * first[1].area_m2);
    check_near(first[1].share, 2.0 / 80, 1e-4);
    hs_check_report_done(&report);
}

/* Codes filled up with zeros nest; where hardly any begin with the parent's nothing is asked of them. */
static void codes(void **state) {
    fixture *f = *state;
    hs_store *store = hs_service_store(f->service);
    begin(f);
    put_unit(store, HS_LEVEL_DISTRICT, "620702000000", (int32_t[]){0, 0, 30000, 10000}, NULL);
    put_unit(store, HS_LEVEL_SUBDISTRICT, "620702001000", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(store, HS_LEVEL_SUBDISTRICT, "620702010000", (int32_t[]){10000, 0, 20000, 10000}, NULL);
    put_unit(store, HS_LEVEL_SUBDISTRICT, "620703001000", (int32_t[]){20000, 0, 30000, 10000}, NULL);
    put_unit(store, HS_LEVEL_COMMUNITY, "620702001001", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(store, HS_LEVEL_COMMUNITY, "620702011001", (int32_t[]){10000, 0, 20000, 10000}, NULL);
    put_unit(store, HS_LEVEL_CELL, "x", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(store, HS_LEVEL_CELL, "y", (int32_t[]){10000, 0, 20000, 10000}, NULL);
    commit(f);
    hs_check_report report = check_city(f);
    assert_int_equal(report.by_kind[HS_CHECK_CODE_NESTING], 2);
    const hs_check_flaw *flaw = find(&report, HS_CHECK_CODE_NESTING);
    check_str(flaw[0].code, "620703001000");
    check_str(flaw[0].other_code, "620702000000");
    check_str(flaw[1].code, "620702011001");
    check_str(flaw[1].other_code, "620702010000");
    hs_check_report_done(&report);
}

static void options_without_sense(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    hs_check_report report;
    hs_check_options options = HS_CHECK_DEFAULTS;
    options.tolerance_m = NAN;
    assert_int_equal(hs_service_check(f->service, &options, &error, &report), HS_E_ARGUMENT);
    options = HS_CHECK_DEFAULTS;
    options.near_m = -1;
    assert_int_equal(hs_service_check(f->service, &options, &error, &report), HS_E_ARGUMENT);
}

static bool stop(void *context, const char *phase, double share) {
    (void)share;
    return strcmp(phase, context) != 0;
}

/* Stopped in the midst of it nothing is left behind. */
static void stopping(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    hs_check_report report;
    hs_check_options options = HS_CHECK_DEFAULTS;
    static const char *const phases[] = {"store", "rings", "overlaps", "gaps", "hierarchy", "streets"};
    begin(f);
    put_unit(hs_service_store(f->service), HS_LEVEL_CELL, "a", (int32_t[]){0, 0, 10000, 10000}, NULL);
    put_unit(hs_service_store(f->service), HS_LEVEL_CELL, "b", (int32_t[]){9000, 0, 20000, 10000}, NULL);
    commit(f);
    options.progress = stop;
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        options.context = (void *)phases[i];
        assert_int_equal(hs_service_check(f->service, &options, &error, &report), HS_E_CANCELLED);
        assert_null(report.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(overlaps, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(codes, setup, teardown),
        cmocka_unit_test_setup_teardown(options_without_sense, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
