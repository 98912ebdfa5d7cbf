#include "check.h"

#include "base/text.h"
#include "ingest/ingest.h"
#include <stdlib.h>
#include <unistd.h>

/* What came out of a run. */
typedef struct result {
    uint64_t rows, put, positioned, rejects;
    hs_status status;
    hs_error error;
    char first[8][512]; /* the first records in words */
    char reject[8][300];
    char warnings[600];
    char mapping[4000];
    double lon_deg, lat_deg;
    bool has_sample;
    uint64_t with_closed;
} result;

static void note(result *out, const char *words) {
    if (out->put < 8) snprintf(out->first[out->put], sizeof out->first[0], "%s", words);
    out->put++;
}

#define TEXT(str) (int)(str).size, (str).data ? (str).data : ""

static hs_status put_incident(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    result *out = context;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%lld|%.*s|%d,%d", TEXT(record->external_id),
             TEXT(record->category), (long long)record->reported_s, TEXT(record->address),
             record->has_position ? record->position.lon_e7 : 0,
             record->has_position ? record->position.lat_e7 : 0);
    out->positioned += record->has_position;
    out->with_closed += record->closed_s != HS_NO_TIME;
    note(out, words);
    return HS_OK;
}

static hs_status put_unit(void *context, const hs_unit_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%d|%.*s|%u|%.*s", TEXT(record->code), TEXT(record->name),
             (int)record->level, TEXT(record->parent), (unsigned)record->geometry.part_count,
             TEXT(record->attributes));
    note(context, words);
    return HS_OK;
}

static hs_status put_street(void *context, const hs_street_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%d-%d %d-%d|%d", TEXT(record->name), TEXT(record->road_class),
             record->left_from, record->left_to, record->right_from, record->right_to, record->layer);
    note(context, words);
    return HS_OK;
}

static hs_status put_address(void *context, const hs_address_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%.*s", TEXT(record->street), TEXT(record->number),
             TEXT(record->text));
    note(context, words);
    return HS_OK;
}

static hs_status put_place(void *context, const hs_place_record *record, hs_error *error) {
    if (hs_str_equal(record->name, HS_STR("Marché")))
        return hs_error_set(error, HS_E_INPUT, "the sink does not want it");
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%d", TEXT(record->name), TEXT(record->place_class),
             (int)record->geometry.type);
    note(context, words);
    return HS_OK;
}

static hs_status put_target(void *context, const hs_target_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%.*s|%.*s|%g", TEXT(record->unit), TEXT(record->category),
             TEXT(record->from), TEXT(record->to), record->target);
    note(context, words);
    return HS_OK;
}

static hs_status put_population(void *context, const hs_population_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%g|%d", TEXT(record->unit), record->population,
             (int)record->geometry.type);
    note(context, words);
    return HS_OK;
}

static hs_status put_category(void *context, const hs_category_record *record, hs_error *error) {
    (void)error;
    char words[512];
    snprintf(words, sizeof words, "%.*s|%.*s|%.*s", TEXT(record->code), TEXT(record->parent),
             TEXT(record->name));
    note(context, words);
    return HS_OK;
}

static void reject(void *context, const hs_ingest_reject *why) {
    result *out = context;
    if (out->rejects < 8)
        snprintf(out->reject[out->rejects], sizeof out->reject[0], "%llu %s [%s] %s",
                 (unsigned long long)why->row, why->field, why->value, why->reason);
    out->rejects++;
}

static void warn(void *context, const char *message) {
    result *out = context;
    size_t used = strlen(out->warnings);
    snprintf(out->warnings + used, sizeof out->warnings - used, "%s\n", message);
}

static result run_at(const char *path, hs_kind kind, const hs_ingest_options *options) {
    result out = {0};
    hs_ingest *ingest = NULL;
    out.status = hs_ingest_open(path, kind, options, &out.error, &ingest);
    if (out.status != HS_OK) return out;
    hs_buffer mapping;
    hs_buffer_init(&mapping, 1 << 20);
    hs_ingest_describe(ingest, &mapping);
    snprintf(out.mapping, sizeof out.mapping, "%.*s", (int)mapping.size, mapping.data);
    hs_buffer_done(&mapping);
    out.has_sample = hs_ingest_sample_position(ingest, &out.lon_deg, &out.lat_deg);
    hs_ingest_sink sink = {.context = &out, .reject = reject, .warn = warn};
    switch (kind) {
    case HS_KIND_INCIDENTS:
        sink.put.incident = put_incident;
        break;
    case HS_KIND_UNITS:
        sink.put.unit = put_unit;
        break;
    case HS_KIND_STREETS:
        sink.put.street = put_street;
        break;
    case HS_KIND_ADDRESSES:
        sink.put.address = put_address;
        break;
    case HS_KIND_TAXONOMY:
        sink.put.category = put_category;
        break;
    case HS_KIND_TARGETS:
        sink.put.target = put_target;
        break;
    case HS_KIND_POPULATION:
        sink.put.population = put_population;
        break;
    default:
        sink.put.place = put_place;
        break;
    }
    out.status = hs_ingest_run(ingest, &sink, &out.error, &out.rows);
    hs_ingest_close(ingest);
    return out;
}

static result run(const char *name, hs_kind kind, const hs_ingest_options *options) {
    char path[600];
    snprintf(path, sizeof path, "%s/ingest/%s", TEST_DATA, name);
    return run_at(path, kind, options);
}

static const hs_ingest_options plain = {.level = HS_LEVEL_COUNT};

static void english(void **state) {
    (void)state;
    result out = run("incidents_en.csv", HS_KIND_INCIDENTS, &plain);
    check_ok(out.status, &out.error);
    assert_int_equal(out.rows, 5);
    assert_int_equal(out.put, 3);
    /* 25 in the column of closing tells that the month comes first, in all columns. Seconds: coreutils' date.
     */
    assert_string_equal(out.first[0], "0012|noise|1704477780|12 High St|-902500000,385000000");
    assert_string_equal(out.first[1], "0013|litter|1707177600||0,0");
    assert_string_equal(out.first[2], "0015||1707264000||0,0");
    assert_int_equal(out.rejects, 2);
    assert_non_null(strstr(out.reject[0], "3 reported [not a date]"));
    assert_non_null(strstr(out.reject[1], "5 lat [north] is no number"));
    assert_non_null(strstr(out.warnings, "null island"));
}

static void encodings(void **state) {
    (void)state;
    const char *const names[][2] = {{"incidents_utf8.csv", "\"encoding\":\"UTF-8\""},
                                    {"incidents_gb18030.csv", "\"encoding\":\"GB18030\""},
                                    {"incidents_utf16.csv", "\"encoding\":\"UTF-16LE\""}};
    for (size_t i = 0; i < 3; i++) {
        result out = run(names[i][0], HS_KIND_INCIDENTS, &plain);
        check_ok(out.status, &out.error);
        assert_non_null(strstr(out.mapping, names[i][1]));
        assert_int_equal(out.put, 2);
        assert_string_equal(out.first[0], "A001|占道经营|1704477780|甘州区南大街12号|1004497000,389259000");
        assert_string_equal(out.first[1], "A002|露天烧烤|1704585600|甘州区东大街|1004612000,389301000");
    }
    result out = run("incidents_big5.csv", HS_KIND_INCIDENTS, &plain);
    assert_non_null(strstr(out.mapping, "\"encoding\":\"Big5\""));
    assert_string_equal(out.first[1], "B002|亂丟垃圾|1704526200|花蓮市中正路|1216101000,239772000");
    out = run("places_1252.csv", HS_KIND_PLACES, &plain);
    assert_non_null(strstr(out.mapping, "\"encoding\":\"WINDOWS-1252\""));
    assert_string_equal(out.first[0], "Café Peña|cafe|1");
    /* The sink's refusal is the row's. */
    assert_string_equal(out.reject[0], "2 row [] the sink does not want it");
    out = run("streets_gbk.shp", HS_KIND_STREETS, &plain);
    assert_string_equal(out.first[0], "南大街的道路名称||1-99 2-98|0");
}

static void ambiguous_dates(void **state) {
    (void)state;
    result out = run("incidents_ambiguous.csv", HS_KIND_INCIDENTS, &plain);
    assert_int_equal(out.status, HS_E_INPUT);
    assert_non_null(strstr(out.error.message, "--date-format '%d/%m/%Y %H:%M'"));
    hs_ingest_options options = {.level = HS_LEVEL_COUNT, .date_format = "%d/%m/%Y"};
    out = run("incidents_ambiguous.csv", HS_KIND_INCIDENTS, &options);
    check_ok(out.status, &out.error);
    assert_string_equal(out.first[0], "1|noise|1714586580||0,0"); /* 1 May 2024 18:03 */
}

static void reference_systems(void **state) {
    (void)state;
    result out = run("incidents_clock.csv", HS_KIND_INCIDENTS, &plain);
    assert_int_equal(out.status, HS_E_INPUT);
    assert_non_null(strstr(out.error.message, "--crs"));
    hs_ingest_options options = {.level = HS_LEVEL_COUNT, .crs = "EPSG:4547"};
    out = run("incidents_clock.csv", HS_KIND_INCIDENTS, &options);
    check_ok(out.status, &out.error);
    /* On the central meridian, 114 E; 4000000 m of meridian arc on CGCS2000, integrated numerically, end at
     * 36.1302929 N. Date and time of two columns. */
    assert_string_equal(out.first[0], "1|noise|1609437780||1140000000,361302929");
    out = run("swapped.csv", HS_KIND_PLACES, &plain);
    assert_int_equal(out.rejects, 5);
    assert_non_null(strstr(out.warnings, "swapped"));
}

static void units(void **state) {
    (void)state;
    result out = run("units.geojson", HS_KIND_UNITS, &plain);
    assert_int_equal(out.status, HS_E_ARGUMENT);
    assert_non_null(strstr(out.error.message, "--level"));
    hs_ingest_options options = {.level = HS_LEVEL_COMMUNITY};
    out = run("units.geojson", HS_KIND_UNITS, &options);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 2);
    assert_string_equal(out.first[0], "01|North|3|0|1|{\"people\":120}");
    assert_string_equal(out.first[1], "02|Bow tie|3|0|1|{\"people\":80,\"note\":\"crossed\"}");
    assert_int_equal(out.rejects, 2);
    assert_non_null(strstr(out.warnings, "1 rows are not valid"));
    assert_non_null(strstr(out.warnings, "Self-intersection"));
    assert_non_null(strstr(out.warnings, "--repair"));
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Chinese names of columns; days are the city's own, whatever zone a time was written in. */
static void targets(void **state) {
    (void)state;
    char path[] = "/tmp/hotspot-targets-XXXXXX.csv";
    assert_true(mkstemps(path, 4) >= 0);
    write_text(path, "街道,问题类别,开始日期,截止日期,目标值\n"
                     "620702001,占道经营,2025-01-01,2025年6月30日,120\n"
                     "南街,0510,2025-01-01T20:00:00Z,,7.5\n"
                     "620702001,0101,2025-07-01,2025-06-30,3\n"
                     "620702001,0101,someday,,3\n"
                     "620702001,0101,,,-1\n"
                     "620702001,0101,,,\n"
                     "620702001,0101,,,下降10%\n"
                     ",,,,0\n");
    hs_timezone *zone = NULL;
    hs_error error = {0};
    check_ok(hs_timezone_new("Asia/Shanghai", &error, &zone), &error);
    hs_ingest_options options = {.level = HS_LEVEL_COUNT, .timezone = zone};
    result out = run_at(path, HS_KIND_TARGETS, &options);
    check_ok(out.status, &out.error);
    assert_int_equal(out.rows, 8);
    assert_int_equal(out.put, 3);
    assert_string_equal(out.first[0], "620702001|占道经营|2025-01-01|2025-06-30|120");
    assert_string_equal(out.first[1], "南街|0510|2025-01-02||7.5"); /* 04:00 of the next day in Shanghai */
    assert_string_equal(out.first[2], "||||0");
    assert_int_equal(out.rejects, 5);
    assert_non_null(strstr(out.reject[0], "3 to [2025-06-30] lies before from (2025-07-01)"));
    assert_non_null(strstr(out.reject[1], "4 from [someday]"));
    assert_non_null(strstr(out.reject[2], "5 target [-1] is no number from 0"));
    assert_non_null(strstr(out.reject[3], "6 target [] is missing"));
    assert_non_null(strstr(out.reject[4], "7 target [下降10%]"));
    write_text(path, "unit,category\n1,0510\n");
    out = run_at(path, HS_KIND_TARGETS, &options);
    assert_int_equal(out.status, HS_E_INPUT);
    assert_non_null(strstr(out.error.message, "--map target=COLUMN"));
    hs_timezone_unref(zone);
    unlink(path);
}

static void population(void **state) {
    (void)state;
    char path[] = "/tmp/hotspot-people-XXXXXX.csv";
    assert_true(mkstemps(path, 4) >= 0);
    write_text(path, "社区编码,常住人口\n620702001001,5321\n620702001002,0\n,7\n620702001003,-2\n"
                     "620702001004,NA\n620702001005,many\n620702001006,1e13\n");
    result out = run_at(path, HS_KIND_POPULATION, &plain);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 2);
    assert_string_equal(out.first[0], "620702001001|5321|0");
    assert_string_equal(out.first[1], "620702001002|0|0");
    assert_int_equal(out.rejects, 5);
    assert_non_null(strstr(out.reject[0], "3 unit [] the row has neither a unit's code nor an area"));
    assert_non_null(strstr(out.reject[1], "4 population [-2] is no number from 0"));
    assert_non_null(strstr(out.reject[2], "5 population [] is missing"));
    assert_non_null(strstr(out.reject[3], "6 population [many]"));
    assert_non_null(strstr(out.reject[4], "7 population [1e13]"));
    write_text(path, "name,pop,lon,lat\na,12,100.5,38.9\nb,3,0,0\nc,4,,\n");
    out = run_at(path, HS_KIND_POPULATION, &plain);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 1);
    assert_string_equal(out.first[0], "|12|1");
    assert_int_equal(out.rejects, 2);
    write_text(path, "name,pop\na,12\n");
    out = run_at(path, HS_KIND_POPULATION, &plain);
    assert_int_equal(out.status, HS_E_INPUT);
    assert_non_null(strstr(out.error.message, "--map unit=COLUMN"));
    unlink(path);
    out = run("units.geojson", HS_KIND_POPULATION, &plain);
    check_ok(out.status, &out.error);
    assert_string_equal(out.first[0], "01|120|3");
}

static void taxonomy(void **state) {
    (void)state;
    result out = run("taxonomy.csv", HS_KIND_TAXONOMY, &plain);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 1);
    assert_string_equal(out.first[0], "01||市容环境");
    assert_non_null(strstr(out.reject[0], "2 colour [red]"));
    assert_non_null(strstr(out.reject[1], "3 code []"));
}

static void mapping_by_hand(void **state) {
    (void)state;
    const hs_str fields[] = {HS_STR("address"), HS_STR("category")};
    const hs_str columns[] = {HS_STR("complaint type"), HS_STR("")};
    hs_ingest_options options = {
        .level = HS_LEVEL_COUNT, .map_field = fields, .map_column = columns, .map_count = 2};
    result out = run("incidents_en.csv", HS_KIND_INCIDENTS, &options);
    check_ok(out.status, &out.error);
    assert_string_equal(out.first[0], "0012||1704477780|noise|-902500000,385000000");
    const hs_str unknown[] = {HS_STR("colour"), HS_STR("colour")};
    options.map_field = unknown;
    out = run("incidents_en.csv", HS_KIND_INCIDENTS, &options);
    assert_int_equal(out.status, HS_E_ARGUMENT);
    assert_non_null(strstr(out.error.message, "reported"));
    const hs_str missing[] = {HS_STR("Nowhere"), HS_STR("Nowhere")};
    options.map_field = fields;
    options.map_column = missing;
    out = run("incidents_en.csv", HS_KIND_INCIDENTS, &options);
    assert_int_equal(out.status, HS_E_ARGUMENT);
    assert_non_null(strstr(out.error.message, "Date Reported"));
    out = run("missing.csv", HS_KIND_INCIDENTS, &plain);
    assert_int_equal(out.status, HS_E_INPUT);
    assert_non_null(strstr(out.error.message, "does not exist"));
}

static result shared(const char *name, hs_kind kind, const hs_ingest_options *options) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", SHARED_DATA, name);
    if (access(path, R_OK) != 0) {
        print_message("%s is not here\n", path);
        skip();
    }
    return run_at(path, kind, options);
}

/* Counts of rows and of rows with numbers for coordinates: Python's csv module over the same files. */
static void real_incidents(void **state) {
    (void)state;
    result out = shared("stlouis/incidents_2008_2014.csv.gz", HS_KIND_INCIDENTS, &plain);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 397765);
    assert_int_equal(out.positioned, 390487);
    assert_int_equal(out.rejects, 0);
    assert_non_null(strstr(out.first[0], "|1400 MORRISON LN|-902056990,386168050"));
    out = shared("houston/incidents.csv.gz", HS_KIND_INCIDENTS, &plain);
    assert_int_equal(out.put, 86314);
    assert_int_equal(out.positioned, 86309);
    out = shared("dc/requests_2015.csv.gz", HS_KIND_INCIDENTS, &plain);
    assert_int_equal(out.put, 11473);
    assert_int_equal(out.with_closed, 11473);
}

static void real_ground(void **state) {
    (void)state;
    hs_ingest_options options = {.level = HS_LEVEL_COMMUNITY, .layer = "neighborhoods"};
    result out = shared("stlouis/stlouis.gpkg", HS_KIND_UNITS, &options);
    check_ok(out.status, &out.error);
    assert_int_equal(out.put, 88);
    assert_non_null(strstr(out.first[0], "51|Academy|3|"));
    out = shared("stlouis/stlouis.gpkg", HS_KIND_STREETS, &plain);
    assert_int_equal(out.put, 7306);
    options.layer = "smd";
    out = shared("dc/dc.gpkg", HS_KIND_UNITS, &options);
    assert_int_equal(out.put, 296);
    assert_non_null(strstr(out.first[0], "2B07|SMD 2B07|3|"));
    options.layer = "major_roads";
    out = shared("dc/dc.gpkg", HS_KIND_STREETS, &options);
    assert_int_equal(out.put, 1823);
    assert_string_equal(out.first[0], "CONNECTICUT AVE NW|Principal Arterial|1050-1050 1025-1025|0");
    out = shared("hualien/doorplates.csv.gz", HS_KIND_ADDRESSES, &plain);
    assert_int_equal(out.put, 98535);
    assert_string_equal(out.first[0], "大忠路|１９５號|花蓮縣鳳林鎮大忠路１９５號");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english),           cmocka_unit_test(encodings),  cmocka_unit_test(ambiguous_dates),
        cmocka_unit_test(reference_systems), cmocka_unit_test(units),      cmocka_unit_test(taxonomy),
        cmocka_unit_test(targets),           cmocka_unit_test(population), cmocka_unit_test(mapping_by_hand),
        cmocka_unit_test(real_incidents),    cmocka_unit_test(real_ground)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
