#include "made_city.h"

#include "city/filter.h"
#include "geo/box.h"

enum { ROWS = 5000 };

static hs_snapshot *snapshot;
static hs_arena *arena;

/* The snapshot of the records 1 to `count`; `zone` of the hours' column, NULL for none. */
static hs_snapshot *make_snapshot(int64_t count, const hs_timezone *zone,
                                  void (*change)(hs_incident_record *)) {
    hs_error error = {0};
    hs_geography *geography = made_geography();
    hs_incidents_builder *builder;
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    hs_incidents_builder_set_zone(builder, zone);
    for (int64_t id = 1; id <= count; id++) {
        hs_incident_record record;
        made_incident(id, &record);
        if (change) change(&record);
        check_ok(hs_incidents_add(builder, &record, &error), &error);
    }
    hs_incidents *incidents;
    hs_taxonomy *taxonomy;
    hs_snapshot *made;
    check_ok(hs_incidents_finish(&builder, 1, geography, 2, NULL, &error, &incidents), &error);
    check_ok(hs_taxonomy_builtin(&error, &taxonomy), &error);
    hs_city_info info = {.name = "c", .name_en = "c", .timezone = "Europe/Berlin", .lang = "en"};
    check_ok(hs_snapshot_new(5, 0, &info, geography, incidents, taxonomy, &error, &made), &error);
    return made;
}

static int make_city(void **state) {
    (void)state;
    hs_error error = {0};
    hs_timezone *zone;
    check_ok(hs_timezone_new("Europe/Berlin", &error, &zone), &error);
    snapshot = make_snapshot(ROWS, zone, NULL);
    hs_timezone_unref(zone);
    arena = hs_arena_new(1 << 20);
    return 0;
}

static int free_city(void **state) {
    (void)state;
    hs_snapshot_unref(snapshot);
    hs_arena_free(arena);
    return 0;
}

static hs_status parse(const char *name, const char *value, hs_filter *filter) {
    hs_error error = {0};
    hs_str names[1] = {hs_str_of(name)}, values[1] = {hs_str_of(value)};
    hs_status status = hs_filter_parse(snapshot, names, values, 1, -1, arena, &error, filter);
    if (status != HS_OK) assert_true(strstr(error.message, name) != NULL);
    return status;
}

/* How many made records satisfy a condition that is written down here once more, on the records. */
typedef bool (*condition)(const hs_incident_record *record);
static uint32_t expected(condition holds) {
    uint32_t count = 0;
    for (int64_t id = 1; id <= ROWS; id++) {
        hs_incident_record record;
        made_incident(id, &record);
        count += holds(&record);
    }
    return count;
}

/* The same bits by stretches of rows, and words around them as they were. */
static void check_stretches(const hs_filter *filter, const hs_incident_chunk *chunk, const uint64_t *bits) {
    static uint64_t part[HS_CHUNK_ROWS / 64];
    static const uint32_t lengths[] = {64, 256, 1024, 192};
    uint32_t words = (chunk->count + 63) / 64;
    memset(part, 0xa5, sizeof part);
    for (uint32_t first = 64, n = 0; first < chunk->count; n++) {
        uint32_t end = first + lengths[n % 4], passed = 0;
        if (end > chunk->count) end = chunk->count;
        for (uint32_t i = first; i < end; i++)
            passed += bits[i / 64] >> (i % 64) & 1;
        assert_int_equal(hs_filter_rows(filter, snapshot, chunk, first, end, part), passed);
        first = end;
    }
    assert_true(part[0] == UINT64_C(0xa5a5a5a5a5a5a5a5));
    if (words > 1) assert_memory_equal(part + 1, bits + 1, (words - 1) * sizeof *bits);
}

/* All ways of evaluating, which must agree row by row. */
static uint32_t passing(const hs_filter *filter) {
    static uint64_t bits[HS_CHUNK_ROWS / 64];
    uint32_t total = 0;
    for (uint32_t c = 0; c < snapshot->incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
        uint32_t count = hs_filter_chunk(filter, snapshot, chunk, bits), rows = 0;
        for (uint32_t i = 0; i < chunk->count; i++) {
            bool passes = hs_filter_row(filter, snapshot, chunk, i);
            assert_int_equal(passes, bits[i / 64] >> (i % 64) & 1);
            rows += passes;
        }
        assert_int_equal(count, rows);
        check_stretches(filter, chunk, bits);
        total += count;
    }
    return total;
}

static void check_filter(const char *name, const char *value, condition holds) {
    hs_filter filter;
    assert_int_equal(parse(name, value, &filter), HS_OK);
    uint32_t count = expected(holds);
    assert_int_equal(passing(&filter), count);
    assert_true(count > 0 && count < ROWS);
}

static bool is(hs_str text, const char *word) {
    return hs_str_equal(text, hs_str_of(word));
}
static bool appearance(const hs_incident_record *r) {
    return is(r->category, "0101") || is(r->category, "0102");
}
static bool burglary_or_barbecue(const hs_incident_record *r) {
    return is(r->category, "residential burglary") || is(r->category, "0510");
}
static bool dumping(const hs_incident_record *r) {
    return is(r->category, "0102");
}
static bool from_patrol(const hs_incident_record *r) {
    return is(r->source, "patrol");
}
static bool from_residents(const hs_incident_record *r) {
    return is(r->source, "hotline") || is(r->source, "app");
}
static bool batches(const hs_incident_record *r) {
    return r->batch == 1 || r->batch == 3;
}
static bool accurate(const hs_incident_record *r) {
    return !r->has_position || r->accuracy_m <= 50;
}
static bool in_box(const hs_incident_record *r) {
    return r->has_position && r->position.lon_e7 >= 100100000 && r->position.lon_e7 <= 100250000 &&
           r->position.lat_e7 >= 500050000 && r->position.lat_e7 <= 500300000;
}
static bool in_west(const hs_incident_record *r) {
    hs_placement placement;
    if (!r->has_position) return false;
    hs_geography_place(snapshot->geography, r->position, &placement);
    uint32_t row = placement.unit[HS_LEVEL_SUBDISTRICT];
    return row != HS_NONE && is(snapshot->geography->units.code[row], "WEST");
}
static int64_t time_of(const hs_incident_record *r) {
    return r->occurred_s != HS_NO_TIME ? r->occurred_s : r->reported_s;
}
/* Berlin: UTC+1, from 2024-03-31T01:00Z to 2024-10-27T01:00Z UTC+2. */
static int64_t berlin(int64_t t) {
    return t + (t >= 1711846800 && t < 1729990800 ? 7200 : 3600);
}
static bool first_half(const hs_incident_record *r) {
    int64_t t = time_of(r);
    return t != HS_NO_TIME && t >= 1704067200 - 3600 && t < 1719792000 - 7200;
}
static bool at_night(const hs_incident_record *r) {
    int64_t t = time_of(r);
    if (t == HS_NO_TIME) return false;
    int64_t hour = berlin(t) / 3600 % 24;
    return hour >= 22 || hour <= 2;
}
static bool on_weekend(const hs_incident_record *r) {
    int64_t t = time_of(r);
    if (t == HS_NO_TIME) return false;
    int64_t day = (berlin(t) / 86400 + 3) % 7;
    return day >= 5;
}

static void each_word(void **state) {
    (void)state;
    check_filter("category", "01", appearance);
    check_filter("category", "appearance", appearance);
    check_filter("category", "Residential Burglary, 0510", burglary_or_barbecue);
    check_filter("category", "乱倒垃圾", dumping);
    check_filter("source", "PATROL", from_patrol);
    check_filter("reports", "patrol", from_patrol);
    check_filter("reports", "residents", from_residents);
    check_filter("batch", "3,1,3", batches);
    check_filter("max-accuracy", "50", accurate);
    check_filter("bbox", "10.01,50.005,10.025,50.03", in_box);
    check_filter("bbox", "10.01,50.005,-3,10.025,50.03,800", in_box);
    check_filter("unit", "WEST", in_west);
    check_filter("datetime", "2024-01-01/2024-06-30", first_half);
    check_filter("hours", "22-2", at_night);
    check_filter("weekdays", "6-7", on_weekend);
}

/* A west above the east: OGC API Features, requirement 23, and RFC 7946, 5.2. */
static void across_the_antimeridian(void **state) {
    (void)state;
    hs_filter filter;
    assert_int_equal(parse("bbox", "170,-10,-170,10", &filter), HS_OK);
    assert_true(hs_bbox_contains(&filter.box, (hs_position){1750000000, 0}));
    assert_true(hs_bbox_contains(&filter.box, (hs_position){-1750000000, 0}));
    assert_true(hs_bbox_contains(&filter.box, (hs_position){-1700000000, 100000000}));
    assert_false(hs_bbox_contains(&filter.box, (hs_position){0, 0}));
    assert_false(hs_bbox_contains(&filter.box, (hs_position){1690000000, 0}));
    assert_false(hs_bbox_contains(&filter.box, (hs_position){1750000000, 110000000}));
}

/* Times a whole life apart, so that columns are wide, and places beyond the square. */
static void far_apart(hs_incident_record *record) {
    if (record->id == 17) record->occurred_s = -2208988800; /* 1900 */
    if (record->id == 18) record->reported_s = 4102444800;  /* 2100 */
    if (record->id % 100 == 19) record->position = (hs_position){-1800000000, 890000000};
}

static void only_reported(hs_incident_record *record) {
    record->occurred_s = HS_NO_TIME;
}

static void always_occurred(hs_incident_record *record) {
    if (record->occurred_s == HS_NO_TIME) record->occurred_s = 1700000000 + record->id * 3600;
}

static void occurred_later(hs_incident_record *record) {
    if (record->occurred_s != HS_NO_TIME) record->occurred_s += 3 * 365 * 86400;
}

/* Periods that begin or end at an incident's time, of each field. */
static void check_ends_of_periods(void) {
    static const int ends[][2] = {{0, 1},      {0, 0},      {-1, 0},    {1, 2},
                                  {-86400, 1}, {-86400, 0}, {0, 86400}, {1, 86400}};
    for (size_t n = 0; n < 8 * HS_TIME_CLOSED; n++) {
        hs_filter filter;
        hs_filter_init(&filter);
        filter.time = (hs_time_field)(n / 8);
        int64_t t = hs_incident_time(snapshot->incidents->chunk[0], (uint32_t)n, filter.time);
        if (t == HS_NO_TIME) continue;
        filter.from_s = t + ends[n % 8][0];
        filter.to_s = t + ends[n % 8][1];
        passing(&filter);
    }
}

/* Every filter on cities whose columns have other forms: by row and by column the same, whatever they are. */
static void other_columns(void **state) {
    (void)state;
    static const char *const filters[][2] = {{"category", "01"},
                                             {"category", "0101,residential burglary"},
                                             {"source", "patrol"},
                                             {"reports", "residents,other"},
                                             {"batch", "1,3"},
                                             {"max-accuracy", "50"},
                                             {"bbox", "10.01,50.005,10.025,50.03"},
                                             {"bbox", "-180,86,180,90"},
                                             {"bbox", "-180,-90,180,90"},
                                             {"bbox", "11,50,12,51"},
                                             {"bbox", "10.015,50.005,-10,50.03"},
                                             {"bbox", "170,-90,10.015,90"},
                                             {"unit", "WEST"},
                                             {"datetime", "2024-01-01/2024-06-30"},
                                             {"datetime", "../2024-06-30"},
                                             {"datetime", "2024-06-30/.."},
                                             {"datetime", "1800-01-01/2200-01-01"},
                                             {"datetime", "2050-01-01/.."},
                                             {"hours", "22-2"},
                                             {"hours", "0,3,7-9,23"},
                                             {"weekdays", "1,3,6-7"}};
    static const hs_time_field fields[] = {HS_TIME_DEFAULT, HS_TIME_OCCURRED, HS_TIME_REPORTED,
                                           HS_TIME_CLOSED};
    void (*const changes[])(hs_incident_record *) = {NULL, far_apart, only_reported, always_occurred,
                                                     occurred_later};
    static const char *const zones[] = {NULL, "Europe/Berlin", "Asia/Shanghai"};
    hs_snapshot *kept = snapshot;
    for (size_t c = 0; c < 15; c++) {
        hs_error error = {0};
        hs_timezone *zone = NULL;
        if (zones[c / 5]) check_ok(hs_timezone_new(zones[c / 5], &error, &zone), &error);
        snapshot = make_snapshot(700, zone, changes[c % 5]);
        for (size_t f = 0; f < sizeof filters / sizeof *filters; f++) {
            hs_filter filter;
            assert_int_equal(parse(filters[f][0], filters[f][1], &filter), HS_OK);
            for (size_t field = 0; field < 4; field++) {
                filter.time = fields[field];
                passing(&filter);
            }
        }
        check_ends_of_periods();
        hs_snapshot_unref(snapshot);
        hs_timezone_unref(zone);
    }
    snapshot = kept;
}

/* A box beyond the square holds what lies there, and nothing of the square's edge. */
static void beyond_the_square(void **state) {
    (void)state;
    hs_snapshot *kept = snapshot;
    hs_filter filter;
    snapshot = make_snapshot(700, NULL, far_apart);
    uint32_t there = 0;
    for (int64_t id = 1; id <= 700; id++) {
        hs_incident_record record;
        made_incident(id, &record);
        there += record.has_position && id % 100 == 19;
    }
    assert_int_equal(parse("bbox", "-180,86,180,90", &filter), HS_OK);
    assert_int_equal(passing(&filter), there);
    hs_snapshot_unref(snapshot);
    snapshot = kept;
    assert_int_equal(passing(&filter), 0);
}

static void together(void **state) {
    (void)state;
    hs_error error = {0};
    hs_str names[] = {HS_STR("hours"), HS_STR("bandwidth"), HS_STR("category"), HS_STR("unit")};
    hs_str values[] = {HS_STR("22-2"), HS_STR("300"), HS_STR("0101,0102"), HS_STR("WEST")};
    hs_filter filter, other;
    check_ok(hs_filter_parse(snapshot, names, values, 4, -1, arena, &error, &filter), &error);
    uint32_t count = 0;
    for (int64_t id = 1; id <= ROWS; id++) {
        hs_incident_record record;
        made_incident(id, &record);
        count += appearance(&record) && at_night(&record) && in_west(&record);
    }
    assert_int_equal(passing(&filter), count);
    /* The order of words and of values in lists does not matter. */
    hs_str names2[] = {HS_STR("unit"), HS_STR("category"), HS_STR("hours")};
    hs_str values2[] = {HS_STR("WEST"), HS_STR("0102, 0101,0101"), HS_STR("22,23,0-2")};
    check_ok(hs_filter_parse(snapshot, names2, values2, 3, -1, arena, &error, &other), &error);
    assert_true(filter.hash == other.hash);
    values2[0] = HS_STR("EAST");
    check_ok(hs_filter_parse(snapshot, names2, values2, 3, -1, arena, &error, &other), &error);
    assert_true(filter.hash != other.hash);
    /* Each unit, the first row too, is a filter of its own. */
    assert_int_equal(parse("category", " ", &filter), HS_OK);
    for (uint32_t unit = 0; unit < snapshot->geography->units.count; unit++) {
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)snapshot->geography->units.id[unit]);
        assert_int_equal(parse("unit", id, &other), HS_OK);
        assert_int_equal(other.unit, unit);
        assert_true(filter.hash != other.hash);
    }
}

/* What was named, each once: by code, name or id alike; and the one problem where it is one. */
static void problems(void **state) {
    (void)state;
    static const struct {
        const char *value, *only;
        uint32_t count;
    } cases[] = {{"0510", "0510", 1},
                 {"露天烧烤,0510", "0510", 1},
                 {"乱倒垃圾", "dumping", 1},
                 {"residential burglary", "residential burglary", 1},
                 {"residential burglary, Residential Burglary", "residential burglary", 1},
                 {"0101,0102", "", 2},
                 {" ", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hs_filter filter;
        assert_int_equal(parse("category", cases[i].value, &filter), HS_OK);
        assert_int_equal(filter.problem_count, cases[i].count);
        assert_true(hs_str_equal_nocase(hs_filter_problem(&filter), hs_str_of(cases[i].only)));
    }
}

static void no_condition(void **state) {
    (void)state;
    hs_filter filter, parsed;
    hs_filter_init(&filter);
    assert_int_equal(passing(&filter), ROWS);
    assert_int_equal(parse("category", " ", &parsed), HS_OK);
    assert_int_equal(passing(&parsed), ROWS);
    /* Known to the taxonomy, but no incident has it. */
    assert_int_equal(parse("category", "0404", &parsed), HS_OK);
    assert_int_equal(passing(&parsed), 0);
}

/* Both words must pass; narrowing is the same as the word. */
static void found_by(void **state) {
    (void)state;
    hs_error error = {0};
    hs_filter both, patrol, all, narrow;
    hs_str names[] = {HS_STR("reports"), HS_STR("source")},
           values[] = {HS_STR("residents"), HS_STR("patrol")};
    check_ok(hs_filter_parse(snapshot, names, values, 2, -1, arena, &error, &both), &error);
    assert_int_equal(passing(&both), 0);
    values[0] = HS_STR("patrol");
    check_ok(hs_filter_parse(snapshot, names, values, 2, -1, arena, &error, &both), &error);
    assert_int_equal(parse("source", "patrol", &patrol), HS_OK);
    assert_int_equal(passing(&both), passing(&patrol));
    assert_true(both.hash != patrol.hash);
    assert_int_equal(parse("source", "", &all), HS_OK);
    check_ok(hs_filter_narrow(&all, snapshot, HS_REPORTING_PATROL, arena, &error, &narrow), &error);
    assert_int_equal(passing(&narrow), passing(&patrol));
    assert_true(narrow.hash != all.hash);
    check_ok(hs_filter_narrow(&patrol, snapshot, HS_REPORTING_RESIDENTS, arena, &error, &narrow), &error);
    assert_int_equal(passing(&narrow), 0);
}

static void wrong_values(void **state) {
    (void)state;
    static const char *const wrong[][2] = {{"category", "no such thing"},
                                           {"datetime", "yesterday"},
                                           {"datetime", "2024-02-30"},
                                           {"datetime", "2024-02-02/2024-02-01"},
                                           {"time", "now"},
                                           {"reports", "everybody"},
                                           {"reports", "patrol,leaders"},
                                           {"hours", "18-24"},
                                           {"hours", "a"},
                                           {"weekdays", "0-3"},
                                           {"batch", "1,x"},
                                           {"unit", "nowhere"},
                                           {"bbox", "1,2,3"},
                                           {"bbox", "1,2,3,4,5"},
                                           {"bbox", "1,4,3,2"},
                                           {"max-accuracy", "-1"},
                                           {"max-accuracy", "nan"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        hs_filter filter;
        assert_int_equal(parse(wrong[i][0], wrong[i][1], &filter), HS_E_ARGUMENT);
    }
    hs_error error = {0};
    hs_filter filter;
    hs_str names[] = {HS_STR("hours"), HS_STR("hours")}, values[] = {HS_STR("1"), HS_STR("2")};
    assert_int_equal(hs_filter_parse(snapshot, names, values, 2, -1, arena, &error, &filter), HS_E_ARGUMENT);
    assert_true(hs_filter_is_word(HS_STR("max-accuracy")));
    assert_false(hs_filter_is_word(HS_STR("bandwidth")));
}

static void check_datetime(const char *text, int64_t from_s, int64_t to_s) {
    hs_error error = {0};
    int64_t from, to;
    check_ok(hs_datetime_parse(hs_str_of(text), snapshot->timezone, &error, &from, &to), &error);
    assert_int_equal(from, from_s);
    assert_int_equal(to, to_s);
}

/* Seconds from `date -u -d`; days on which clocks change are 23 and 25 hours long. */
static void datetimes(void **state) {
    (void)state;
    check_datetime("2024-01-05T18:03:00Z", 1704477780, 1704477781);
    check_datetime("2024-01-05T19:03:00.250+01:00", 1704477780, 1704477781);
    check_datetime("2024-01-05t19:03:00", 1704477780, 1704477781);
    check_datetime("2024-03-31", 1711839600, 1711839600 + 23 * 3600);
    check_datetime("2024-10-27", 1729980000, 1729980000 + 25 * 3600);
    check_datetime("../2024-03-31", HS_NO_TIME, 1711839600 + 23 * 3600);
    check_datetime("2024-03-31/", 1711839600, HS_NO_TIME);
    check_datetime("../..", HS_NO_TIME, HS_NO_TIME);
    check_datetime("2024-01-05T18:03:00Z/2024-01-05T18:03:00Z", 1704477780, 1704477781);
}

static void months(void **state) {
    (void)state;
    hs_filter filter;
    double length = -1;
    hs_filter_init(&filter);
    assert_false(hs_filter_months(&filter, snapshot, &length));
    assert_int_equal(parse("datetime", "2024-01-01T00:00:00Z/2024-01-31T10:29:59Z", &filter), HS_OK);
    assert_true(hs_filter_months(&filter, snapshot, &length));
    check_near(length, 1, 1e-12); /* 30 days and 10.5 hours are 365.25/12 days */
    assert_int_equal(parse("datetime", "2024-07-01/..", &filter), HS_OK);
    assert_true(hs_filter_months(&filter, snapshot, &length));
    check_near(length, (double)(snapshot->incidents->max_time_s + 1 - (1719792000 - 7200)) / 2629800, 1e-9);
    assert_int_equal(parse("datetime", "2090-07-01/..", &filter), HS_OK);
    assert_true(hs_filter_months(&filter, snapshot, &length) && length > 0);
}

static void test_coarse_boxes(void **state) {
    (void)state;
    hs_filter filter = {.has_box = true, .box = {1026000001, -393300001, 1026004999, -393250000}};
    hs_filter_coarsen(&filter);
    const hs_box wider = {1026000000, -393305000, 1026005000, -393250000};
    assert_memory_equal(&filter.box, &wider, sizeof wider);
    hs_filter_coarsen(&filter); /* stays as it is */
    assert_memory_equal(&filter.box, &wider, sizeof wider);
    filter.box = (hs_box){-1799999999, -899999999, 1799999999, 899999999};
    hs_filter_coarsen(&filter);
    const hs_box earth = {-1800000000, -900000000, 1800000000, 900000000};
    assert_memory_equal(&filter.box, &earth, sizeof earth);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coarse_boxes),
        cmocka_unit_test(each_word),
        cmocka_unit_test(across_the_antimeridian),
        cmocka_unit_test(other_columns),
        cmocka_unit_test(beyond_the_square),
        cmocka_unit_test(together),
        cmocka_unit_test(problems),
        cmocka_unit_test(no_condition),
        cmocka_unit_test(found_by),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(datetimes),
        cmocka_unit_test(months),
    };
    return cmocka_run_group_tests(tests, make_city, free_city);
}
