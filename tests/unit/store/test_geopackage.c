/* What only the GeoPackage implementation can be asked: foreign and damaged files, migration, space, extents,
 * other programs' edits. */
#include "store/geopackage.h"
#include "store/geopackage_blob.h"
#include "store/geopackage_time.h"
#include "store_makers.h"

#include <fcntl.h>

static void run_sql(store_place *place, const char *sql) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(place->url, &db), SQLITE_OK);
    check_ok(hs_geopackage_register_functions(db, "test", &place->error), &place->error);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static double ask(store_place *place, const char *sql) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(place->url, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    double value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void check_sound(store_place *place) {
    assert_true(ask(place, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    assert_true(ask(place, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
}

static void refused(store_place *place, const char *path, hs_store_mode mode, const char *word) {
    hs_store *store = NULL;
    assert_int_equal(hs_store_open(path, mode, &place->error, &store), HS_E_STORE);
    if (!strstr(place->error.message, word)) fail_msg("'%s' does not say '%s'", place->error.message, word);
}

static void write_file(const char *path, const char *content, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(file >= 0);
    assert_int_equal(write(file, content, size), (ssize_t)size);
    (void)close(file);
}

static off_t file_size(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : -1;
}

static void what_is_no_store_is_refused_and_left_alone(void **state) {
    store_place *place = *state;
    hs_store *store = NULL;
    char path[128];
    refused(place, place->url, HS_STORE_READ, "no such store");
    refused(place, place->url, HS_STORE_WRITE, "no such store");
    refused(place, place->folder, HS_STORE_CREATE, "folder");
    (void)snprintf(path, sizeof path, "%s/none/city.gpkg", place->folder);
    refused(place, path, HS_STORE_CREATE, "folder");
    assert_int_equal(hs_store_open("", HS_STORE_CREATE, &place->error, &store), HS_E_ARGUMENT);

    write_file(place->url, "", 0);
    refused(place, place->url, HS_STORE_WRITE, "empty");
    assert_int_equal(file_size(place->url), 0);
    static const char garbage[] = "lon,lat\n100.1,38.9\n and some more bytes of a text";
    write_file(place->url, garbage, sizeof garbage);
    refused(place, place->url, HS_STORE_CREATE, "no GeoPackage");
    assert_int_equal(file_size(place->url), (off_t)sizeof garbage);
    write_file(place->url, "SQLite format 3\0 and then nothing that SQLite would know .................", 70);
    refused(place, place->url, HS_STORE_CREATE, "damaged");

    (void)unlink(place->url);
    run_sql(place, "CREATE TABLE t (a)");
    refused(place, place->url, HS_STORE_CREATE, "no GeoPackage");
    run_sql(place, "PRAGMA application_id = 1196444487; CREATE TABLE settings (unrelated)");
    refused(place, place->url, HS_STORE_CREATE, "no store of hotspotd");
    assert_true(ask(place, "SELECT count(*) FROM sqlite_master") == 2);
    (void)snprintf(path, sizeof path, "%s-wal", place->url);
    assert_int_equal(file_size(path), -1);
}

static void newer_and_older_schemas(void **state) {
    store_place *place = *state;
    hs_store_close(open_as(place, HS_STORE_CREATE));
    run_sql(place, "UPDATE settings SET value = '99' WHERE key = 'schema_version'");
    refused(place, place->url, HS_STORE_WRITE, "newer");
    refused(place, place->url, HS_STORE_READ, "newer");
    run_sql(
        place,
        "UPDATE settings SET value = '0' WHERE key = 'schema_version';"
        "ALTER TABLE streets DROP COLUMN layer; DROP TABLE users; DROP TABLE answers; DROP TABLE mappings;"
        "DROP TABLE units_history; DROP TABLE streets_history; DROP TABLE addresses_history;"
        "DROP TABLE places_history; DROP TABLE zones_history; DROP TABLE incidents_history;"
        "DROP TABLE categories_history; ALTER TABLE categories DROP COLUMN aliases;"
        "ALTER TABLE categories DROP COLUMN duplicate_m; ALTER TABLE categories DROP COLUMN duplicate_hours;"
        "DROP TABLE targets; DROP TABLE targets_history; DROP TABLE population; DROP TABLE "
        "population_history; DROP TABLE decisions; DROP TABLE decisions_history;"
        "DROP TABLE hotspots; DROP TABLE hotspots_history;"
        "ALTER TABLE incidents DROP COLUMN reviewed;"
        "DELETE FROM gpkg_geometry_columns WHERE table_name IN ('population', 'decisions', 'hotspots');"
        "DELETE FROM gpkg_contents WHERE table_name IN ('targets', 'population', 'decisions', 'hotspots')");
    refused(place, place->url, HS_STORE_READ, "older");
    refused(place, place->url, HS_STORE_WRITE, "no way");
    const hs_migration wrong[] = {{0, "ALTER TABLE streets ADD COLUMN layer INTEGER; SELECT * FROM nowhere"}};
    const hs_migration right[] = {{0, "ALTER TABLE streets ADD COLUMN layer INTEGER"}};
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(place->url, &db), SQLITE_OK);
    assert_int_equal(hs_geopackage_migrate(db, place->url, wrong, 1, 0, 1, &place->error), HS_E_STORE);
    assert_true(ask(place, "SELECT count(*) FROM pragma_table_info('streets') WHERE name = 'layer'") == 0);
    check_ok(hs_geopackage_migrate(db, place->url, right, 1, 0, 1, &place->error), &place->error);
    sqlite3_close(db);
    hs_store_close(open_as(place, HS_STORE_WRITE));
    hs_store_close(open_as(place, HS_STORE_READ));
    check_sound(place);
}

static void no_space_leaves_the_store_as_it_was(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    char sql[64], text[4000];
    memset(text, 'x', sizeof text);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("first", "1", 10), &place->error);
    (void)commit(store, &place->error);
    (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count = %.0f", ask(place, "PRAGMA page_count") + 20);
    assert_int_equal(sqlite3_exec(((hs_geopackage *)store)->db, sql, NULL, NULL, NULL), SQLITE_OK);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    hs_status status = HS_OK;
    for (int i = 0; i < 1000 && status == HS_OK; i++) {
        hs_incident_record record = incident("", "1", i);
        hs_put put = HS_PUT_ADDED;
        record.description = (hs_str){text, sizeof text};
        status = hs_store_put_incident(store, &record, &place->error, &put);
    }
    assert_int_equal(status, HS_E_STORE);
    assert_non_null(strstr(place->error.message, "no space"));
    hs_batch_info info = {0};
    assert_int_equal(hs_store_commit(store, &info, &place->error), HS_E_STORE);
    (void)sqlite3_exec(((hs_geopackage *)store)->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    assert_int_equal(put_incident(store, incident("first", "1", 10), &place->error), HS_PUT_UNCHANGED);
    assert_int_equal(put_incident(store, incident("second", "1", 10), &place->error), HS_PUT_ADDED);
    (void)commit(store, &place->error);
    hs_store_close(store);
    assert_true(ask(place, "SELECT count(*) FROM incidents") == 2);
    assert_true(ask(place, "SELECT count(*) FROM batches") == 2);
    check_sound(place);
}

static void extents_follow_the_rows(void **state) {
    store_place *place = *state;
    const char *const extent = "SELECT min_x FROM gpkg_contents WHERE table_name = 'incidents'";
    hs_store *store = open_as(place, HS_STORE_CREATE);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("a", "1", 1000000000), &place->error);
    (void)put_incident(store, incident("b", "1", 1100000000), &place->error);
    (void)commit(store, &place->error);
    check_near(ask(place, extent), 100, 0);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("a", "1", 1050000001), &place->error);
    (void)commit(store, &place->error);
    check_near(ask(place, extent), 105.0000001, 0);
    hs_store_close(store);
    check_sound(place);
}

/* A key that another row holds by chance must not make two incidents one. */
static void a_key_taken_by_another_is_stepped_over(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("a", "1", 1), &place->error);
    (void)put_incident(store, incident("b", "2", 2), &place->error);
    (void)commit(store, &place->error);
    hs_store_close(store);
    run_sql(place, "UPDATE incidents SET row_key = (SELECT row_key FROM incidents WHERE external_id = 'b')"
                   " WHERE external_id = 'a'; DELETE FROM incidents WHERE external_id = 'b'");
    for (int round = 0; round < 2; round++) {
        store = open_as(place, HS_STORE_WRITE);
        begin(store, HS_KIND_INCIDENTS, &place->error);
        hs_put put = put_incident(store, incident("b", "3", 2), &place->error);
        assert_int_equal(put, round == 0 ? HS_PUT_ADDED : HS_PUT_UNCHANGED);
        (void)commit(store, &place->error);
        hs_store_close(store);
    }
    assert_true(ask(place, "SELECT count(*) FROM incidents WHERE category = '1' AND external_id = 'a'") == 1);
    assert_true(ask(place, "SELECT id FROM incidents WHERE external_id = 'b'") ==
                3); /* 2 is not given again */
}

static hs_status expect_edited(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    assert_true(record->has_position);
    assert_int_equal(record->match_type, HS_MATCH_GIVEN);
    assert_true(record->position.lon_e7 == 15000000 && record->position.lat_e7 == 25000000);
    assert_true(record->reported_s == 1704477780 && record->weight == 1);
    ++*(int *)context;
    return HS_OK;
}

/* Rows as a GIS writes them: big-endian, with Z, a time with an offset, and none of our columns. */
static void rows_of_other_programs_are_read(void **state) {
    store_place *place = *state;
    int count = 0;
    hs_store_close(open_as(place, HS_STORE_CREATE));
    run_sql(place, "INSERT INTO incidents (geom, reported) VALUES"
                   " (x'47500000000010e6"
                   "00000003e93ff80000000000004004000000000000"
                   "4059000000000000', '2024-01-06T02:03:00+08:00')");
    hs_store *store = open_as(place, HS_STORE_WRITE);
    check_ok(hs_store_scan_incidents(store, 0, 99, expect_edited, &count, &place->error), &place->error);
    assert_int_equal(count, 1);
    hs_store_close(store);
    run_sql(place, "UPDATE incidents SET geom = x'4750'");
    store = open_as(place, HS_STORE_READ);
    assert_int_equal(hs_store_scan_incidents(store, 0, 99, expect_edited, &count, &place->error), HS_E_STORE);
    assert_non_null(strstr(place->error.message, "incidents, row 1"));
    hs_store_close(store);
}

/* The triggers of the R-tree extension call functions that a writing program has to bring. */
static void a_spatial_index_of_a_gis_is_kept_up(void **state) {
    store_place *place = *state;
    hs_store_close(open_as(place, HS_STORE_CREATE));
    run_sql(place, "CREATE VIRTUAL TABLE rtree_incidents_geom USING rtree(id, minx, maxx, miny, maxy);"
                   "CREATE TRIGGER rtree_incidents_geom_insert AFTER INSERT ON incidents"
                   " WHEN (new.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom)) BEGIN"
                   " INSERT OR REPLACE INTO rtree_incidents_geom VALUES (NEW.id, ST_MinX(NEW.geom),"
                   " ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END");
    hs_store *store = open_as(place, HS_STORE_WRITE);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("a", "1", 1000000000), &place->error);
    (void)commit(store, &place->error);
    hs_store_close(store);
    check_near(ask(place, "SELECT minx FROM rtree_incidents_geom"), 100, 1e-4);
}

static void closing_leaves_one_whole_file(void **state) {
    store_place *place = *state;
    char path[128];
    hs_store *store = open_as(place, HS_STORE_CREATE);
    begin(store, HS_KIND_INCIDENTS, &place->error);
    (void)put_incident(store, incident("a", "1", 10), &place->error);
    (void)commit(store, &place->error);
    hs_store_close(store);
    (void)snprintf(path, sizeof path, "%s-wal", place->url);
    assert_int_equal(file_size(path), -1);
    assert_true(ask(place, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'") == 1);
}

static void times_are_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t time_s;
    } cases[] = {
        {"2024-01-05T18:03:00.000Z", 1704477780},
        {"2024-01-05T18:03:00Z", 1704477780},
        {"2024-01-06 02:03:00.5+0800", 1704477780},
        {"2024-01-05T18:03", 1704477780},
        {"2000-02-29", 951782400},
        {"1969-12-31T23:59:59.999Z", -1},
    };
    int64_t time_s = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(hs_geopackage_time_parse(hs_str_of(cases[i].text), &time_s));
        assert_int_equal(time_s, cases[i].time_s);
    }
    static const char *const wrong[] = {"",
                                        "2023-02-29",
                                        "2024-1-05",
                                        "2024-01-05T",
                                        "2024-01-05T25:00",
                                        "2024-01-05T18:03:00.",
                                        "2024-01-05T18:03:00+08:99",
                                        "2024-01-05x",
                                        "yesterday"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(hs_geopackage_time_parse(hs_str_of(wrong[i]), &time_s));
    char text[HS_DATETIME_SIZE + 1] = {0};
    hs_geopackage_time_format(1704477780, text);
    assert_string_equal(text, "2024-01-05T18:03:00.000Z");
    hs_geopackage_time_format(HS_DATETIME_MAX_S, text);
    assert_string_equal(text, "9999-12-31T23:59:59.000Z");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_no_store_is_refused_and_left_alone, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(newer_and_older_schemas, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(no_space_leaves_the_store_as_it_was, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(extents_follow_the_rows, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(a_key_taken_by_another_is_stepped_over, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(rows_of_other_programs_are_read, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(a_spatial_index_of_a_gis_is_kept_up, place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(closing_leaves_one_whole_file, place_setup, place_teardown),
        cmocka_unit_test(times_are_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
