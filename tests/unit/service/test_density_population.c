/* Residents on a lattice: nobody is lost, everybody stays in his unit, the same on any number of threads. */
#include "check.h"

#include "base/text.h"
#include "service/density_private.h"
#include <stdlib.h>
#include <unistd.h>

enum { SIDE = 4, UNITS = SIDE * SIDE };

/* A lattice of 16 cells 0.003 x 0.002 degrees wide, the first one of them split off almost to nothing. */
static const int64_t people[UNITS] = {17, 20011, 0,     3,   409, 31337, 77,  5003,
                                      1,  2,     65537, 999, 12,  7001,  101, 8};

static void corner(int i, int32_t *lon, int32_t *lat) {
    *lon = 1004000000 + i % SIDE * 30000;
    *lat = 389000000 + i / SIDE * 20000;
}

static void put_unit(hs_store *store, int i, const char *attributes) {
    hs_error error = {0};
    int32_t lon;
    int32_t lat;
    corner(i, &lon, &lat);
    int32_t width = i == 0 ? 40 : 30000;
    hs_position ring[5] = {
        {lon, lat}, {lon + width, lat}, {lon + width, lat + 20000}, {lon, lat + 20000}, {lon, lat}};
    uint32_t parts[2] = {0, 1};
    uint32_t rings[2] = {0, 5};
    char code[8];
    snprintf(code, sizeof code, "%03d", i);
    hs_unit_record unit = {.code = hs_str_of(code),
                           .name = HS_STR("网格"),
                           .level = HS_LEVEL_CELL,
                           .attributes = hs_str_of(attributes),
                           .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
    hs_put put;
    check_ok(hs_store_put_unit(store, &unit, &error, &put), &error);
}

typedef struct fixture {
    char folder[64];
    hs_service *service;
} fixture;

static void open_city(fixture *f, unsigned threads) {
    hs_error error = {0};
    char path[96];
    strcpy(f->folder, "/tmp/hotspot-people-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(path, sizeof path, "%s/city.gpkg", f->folder);
    hs_service_options options = {.threads = threads};
    check_ok(hs_service_open(path, HS_STORE_CREATE, &options, &error, &f->service), &error);
    hs_store *store = hs_service_store(f->service);
    check_ok(hs_store_set_setting(store, "timezone", HS_STR("Asia/Shanghai"), &error), &error);
    int64_t batch;
    check_ok(hs_store_begin(store, HS_KIND_UNITS, HS_STR("test"), &error, &batch), &error);
    for (int i = 0; i < UNITS; i++) {
        char attributes[96];
        snprintf(attributes, sizeof attributes, "{\"人口\":%lld,\"lost\":%d,\"name\":\"population\"%s}",
                 (long long)people[i], i == 7 ? -4 : 1, i == 5 ? ",\"few\":3.5" : "");
        put_unit(store, i, attributes);
    }
    hs_batch_info info = {.id = batch, .rows_read = UNITS};
    check_ok(hs_store_commit(store, &info, &error), &error);
    check_ok(hs_service_load(f->service, &error, NULL), &error);
}

static void close_city(fixture *f) {
    hs_service_close(f->service);
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
}

static hs_status ask(const hs_snapshot *city, hs_arena *arena, const char *attribute, const char *bandwidth,
                     hs_error *error, hs_density_request *request) {
    hs_str names[] = {HS_STR("over"), HS_STR("bandwidth"), HS_STR("population")};
    hs_str values[] = {HS_STR("population"), hs_str_of(bandwidth), hs_str_of(attribute)};
    return hs_density_request_parse(city, names, values, 3, arena, error, request);
}

static uint32_t unit_at(hs_position at) {
    for (int i = 0; i < UNITS; i++) {
        int32_t lon;
        int32_t lat;
        corner(i, &lon, &lat);
        if (at.lon_e7 >= lon && at.lon_e7 < lon + (i == 0 ? 40 : 30000) && at.lat_e7 >= lat &&
            at.lat_e7 < lat + 20000)
            return (uint32_t)i;
    }
    return UNITS;
}

/* Whole quanta, exact as floats; sums of units within half a quantum. */
static void nobody_is_lost(void **state) {
    (void)state;
    fixture f;
    open_city(&f, 2);
    hs_error error = {0};
    hs_snapshot *city = hs_service_snapshot(f.service);
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    static const char *const bandwidths[] = {"60", "300", "5000"};
    for (int b = 0; b < 3; b++) {
        hs_density_request request;
        check_ok(ask(city, arena, "", bandwidths[b], &error, &request), &error);
        check_str(request.population, "人口");
        assert_int_equal(request.level, HS_LEVEL_CELL);
        hs_shared_entry *entry;
        check_ok(hs_density_population_of(f.service, city, &request, &error, &entry), &error);
        const density_population *p = hs_shared_value(entry);
        double total = 0;
        double counted[UNITS] = {0};
        const hs_incidents *places = p->snapshot->incidents;
        for (uint32_t c = 0; c < places->chunk_count; c++)
            for (uint32_t i = 0; i < places->chunk[c]->count; i++) {
                double weight = (double)hs_incident_weight(places->chunk[c], i);
                assert_true(weight >= 0 && weight <= 4096 && weight * 4096 == floor(weight * 4096));
                uint32_t unit = unit_at(hs_incident_position(places->chunk[c], i));
                assert_true(unit < UNITS);
                counted[unit] += weight * p->per_weight;
            }
        for (int i = 0; i < UNITS; i++) {
            check_near(counted[i], (double)people[i], 0.51 * p->per_weight / 4096);
            total += (double)people[i];
        }
        check_near(p->info.residents, total, 0);
        assert_int_equal(p->info.units, UNITS);
        assert_int_equal(p->info.without, 0);
        check_near(p->info.step_m, strtod(bandwidths[b], NULL) / 6, 1e-9);
        density_sides sides;
        density_total sum;
        check_ok(hs_density_sides_of(f.service, city, &request, &error, &sides), &error);
        assert_true(sides.population == entry); /* made once */
        check_ok(hs_density_total_of(&sides.b, &error, &sum), &error);
        check_near(sum.sum, total, UNITS * p->per_weight / 4096);
        hs_density_sides_done(&sides);
        hs_shared_unref(entry);
    }
    hs_snapshot_unref(city);
    hs_arena_free(arena);
    close_city(&f);
}

/* Imported areas and points go before units, whole and in their places; what was imported for units goes
 * before their other numbers, at its own level. */
static void imported_people(void **state) {
    (void)state;
    fixture f;
    open_city(&f, 2);
    hs_error error = {0};
    hs_store *store = hs_service_store(f.service);
    int64_t batch;
    hs_put put;
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    for (int pass = 0; pass < 2; pass++) {
        check_ok(hs_store_begin(store, HS_KIND_POPULATION, HS_STR("people"), &error, &batch), &error);
        hs_population_record of_unit = {.unit = HS_STR("002"), .population = 500};
        hs_position ring[5] = {{1004010000, 389010000},
                               {1004020000, 389010000},
                               {1004020000, 389020000},
                               {1004010000, 389020000},
                               {1004010000, 389010000}};
        uint32_t parts[2] = {0, 1};
        uint32_t rings[2] = {0, 5};
        hs_population_record of_area = {.population = 321,
                                        .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, parts, rings, ring}};
        hs_position at = {1004100000, 389050000};
        hs_population_record of_point = {.population = 44,
                                         .geometry = {.type = HS_GEOMETRY_POINT, .positions = &at}};
        if (pass == 0) check_ok(hs_store_put_population(store, &of_unit, &error, &put), &error);
        if (pass == 1) check_ok(hs_store_put_population(store, &of_area, &error, &put), &error);
        if (pass == 1) check_ok(hs_store_put_population(store, &of_point, &error, &put), &error);
        hs_batch_info info = {.id = batch, .rows_read = 2};
        check_ok(hs_store_commit(store, &info, &error), &error);
        check_ok(hs_service_load(f.service, &error, NULL), &error);
        hs_snapshot *city = hs_service_snapshot(f.service);
        hs_density_request request;
        hs_population_info info_of;
        check_ok(ask(city, arena, "", "90", &error, &request), &error);
        check_ok(hs_service_population(f.service, city, &request, &error, &info_of), &error);
        if (pass == 0) {
            check_str(request.population, "population");
            assert_int_equal(request.level, HS_LEVEL_CELL);
            check_near(info_of.residents, 500, 0);
            assert_int_equal(info_of.without, UNITS - 1);
        } else {
            assert_int_equal(request.level, HS_LEVEL_COUNT);
            check_near(info_of.residents, 365, 0);
            assert_int_equal(info_of.units, 2);
            hs_shared_entry *entry;
            check_ok(hs_density_population_of(f.service, city, &request, &error, &entry), &error);
            const density_population *p = hs_shared_value(entry);
            double in_area = 0;
            double at_point = 0;
            const hs_incidents *places = p->snapshot->incidents;
            for (uint32_t c = 0; c < places->chunk_count; c++)
                for (uint32_t i = 0; i < places->chunk[c]->count; i++) {
                    hs_position where = hs_incident_position(places->chunk[c], i);
                    double weight = (double)hs_incident_weight(places->chunk[c], i) * p->per_weight;
                    bool inside = where.lon_e7 >= ring[0].lon_e7 && where.lon_e7 < ring[2].lon_e7 &&
                                  where.lat_e7 >= ring[0].lat_e7 && where.lat_e7 < ring[2].lat_e7;
                    if (inside) in_area += weight;
                    if (where.lon_e7 == at.lon_e7 && where.lat_e7 == at.lat_e7) at_point += weight;
                }
            check_near(in_area, 321, 0.51 * p->per_weight / 4096);
            check_near(at_point, 44, 0.51 * p->per_weight / 4096);
            hs_shared_unref(entry);
            /* A unit's attribute that is named is taken as before. */
            check_ok(ask(city, arena, "attribute:人口", "90", &error, &request), &error);
            assert_int_equal(request.level, HS_LEVEL_CELL);
        }
        hs_snapshot_unref(city);
    }
    hs_arena_free(arena);
    close_city(&f);
}

static uint64_t columns_hash(const hs_incidents *places) {
    uint64_t hash = 0;
    for (uint32_t c = 0; c < places->chunk_count; c++)
        for (uint32_t i = 0; i < places->chunk[c]->count; i++) {
            hs_mercator m = places->chunk[c]->mercator[i];
            double weight = (double)hs_incident_weight(places->chunk[c], i);
            hash = hash * UINT64_C(0x9e3779b97f4a7c15) + m.x;
            hash = hash * UINT64_C(0x9e3779b97f4a7c15) + m.y;
            hash = hash * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)(weight * 4096);
        }
    return hash;
}

static void same_on_any_number_of_threads(void **state) {
    (void)state;
    uint64_t hash[2];
    for (int i = 0; i < 2; i++) {
        fixture f;
        open_city(&f, i == 0 ? 1 : 5);
        hs_error error = {0};
        hs_snapshot *city = hs_service_snapshot(f.service);
        hs_arena *arena = hs_arena_new((size_t)1 << 20);
        hs_density_request request;
        hs_shared_entry *entry;
        check_ok(ask(city, arena, "attribute:人口", "90", &error, &request), &error);
        check_ok(hs_density_population_of(f.service, city, &request, &error, &entry), &error);
        hash[i] = columns_hash(((const density_population *)hs_shared_value(entry))->snapshot->incidents);
        hs_shared_unref(entry);
        hs_snapshot_unref(city);
        hs_arena_free(arena);
        close_city(&f);
    }
    assert_true(hash[0] == hash[1] && hash[0] != 0);
}

static void refusals(void **state) {
    (void)state;
    fixture f;
    open_city(&f, 2);
    hs_error error = {0};
    hs_snapshot *city = hs_service_snapshot(f.service);
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    hs_density_request request;
    hs_population_info info;
    /* `name` is a text, whatever it says. */
    assert_int_equal(ask(city, arena, "attribute:name", "300", &error, &request), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "人口"));
    assert_non_null(strstr(error.message, "lost"));
    assert_non_null(strstr(error.message, "few"));
    assert_int_equal(hs_population_level(city->geography, HS_STR("population")), HS_LEVEL_COUNT);
    check_ok(ask(city, arena, "attribute:lost", "300", &error, &request), &error);
    assert_int_equal(hs_service_population(f.service, city, &request, &error, &info), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "007"));
    check_ok(ask(city, arena, "attribute:few", "300", &error, &request), &error);
    check_ok(hs_service_population(f.service, city, &request, &error, &info), &error);
    assert_int_equal(info.without, UNITS - 1);
    check_near(info.residents, 3.5, 0);
    request.population = (hs_str){0};
    assert_int_equal(hs_service_population(f.service, city, &request, &error, &info), HS_E_ARGUMENT);
    hs_snapshot_unref(city);
    hs_arena_free(arena);
    close_city(&f);
}

/* How two filters lie to each other. */
static void overlaps(void **state) {
    (void)state;
    static const uint64_t first[] = {3};
    static const uint64_t second[] = {12};
    static const uint64_t both[] = {7};
    hs_incidents incidents = {.category_count = 4};
    hs_density_request r = {.measure = HS_MEASURE_RELATIVE_RISK};
    struct {
        const uint64_t *a, *b;
        hs_risk_sides sides;
    } categories[] = {{first, second, HS_SIDES_APART}, {first, NULL, HS_SIDES_A_IN_B},
                      {first, both, HS_SIDES_A_IN_B},  {both, first, HS_SIDES_B_IN_A},
                      {both, second, HS_SIDES_MIXED},  {NULL, NULL, HS_SIDES_SAME}};
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
        r.filter.category = categories[i].a;
        r.other.category = categories[i].b;
        assert_int_equal(hs_density_overlap(&r, &incidents), categories[i].sides);
    }
    r.measure = HS_MEASURE_DIFFERENCE;
    struct {
        int64_t from_a, to_a, from_b, to_b;
        hs_risk_sides sides;
    } periods[] = {{10, 20, 20, 30, HS_SIDES_APART},
                   {10, 20, HS_NO_TIME, 10, HS_SIDES_APART},
                   {20, HS_NO_TIME, HS_NO_TIME, 20, HS_SIDES_APART},
                   {10, 20, 5, HS_NO_TIME, HS_SIDES_A_IN_B},
                   {HS_NO_TIME, HS_NO_TIME, 5, 9, HS_SIDES_B_IN_A},
                   {HS_NO_TIME, 9, 5, HS_NO_TIME, HS_SIDES_MIXED},
                   {3, 9, 3, 9, HS_SIDES_SAME}};
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        r.filter.from_s = periods[i].from_a;
        r.filter.to_s = periods[i].to_a;
        r.other.from_s = periods[i].from_b;
        r.other.to_s = periods[i].to_b;
        assert_int_equal(hs_density_overlap(&r, &incidents), periods[i].sides);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_is_lost), cmocka_unit_test(imported_people),
                                       cmocka_unit_test(same_on_any_number_of_threads),
                                       cmocka_unit_test(refusals), cmocka_unit_test(overlaps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
