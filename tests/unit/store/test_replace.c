/* Single rows replaced and removed by their id, with an external id and without one, and undone. */
#include "store_makers.h"

enum { MOST = 8 };

typedef struct seen {
    uint32_t count;
    int64_t id[MOST];
    char category[MOST][16];
} seen;

static hs_status see(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    seen *s = context;
    if (s->count < MOST) {
        s->id[s->count] = record->id;
        (void)snprintf(s->category[s->count], sizeof s->category[0], "%.*s", (int)record->category.size,
                       record->category.data);
    }
    s->count++;
    return HS_OK;
}

static seen look(hs_store *store) {
    hs_error error = {0};
    seen s = {0};
    check_ok(hs_store_scan_incidents(store, 0, INT64_MAX, see, &s, &error), &error);
    return s;
}

static hs_put replace(hs_store *store, int64_t id, const char *external_id, const char *category) {
    hs_error error = {0};
    hs_put put = HS_PUT_ADDED;
    hs_incident_record record = incident(external_id, category, 100);
    check_ok(hs_store_replace_incident(store, id, &record, &error, &put), &error);
    return put;
}

static hs_store *open_with_rows(store_place *place) {
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    begin(store, HS_KIND_INCIDENTS, &error);
    put_incident(store, incident("a", "1", 100), &error); /* row 1 */
    put_incident(store, incident("b", "2", 100), &error);
    put_incident(store, incident("", "3", 100), &error);
    put_incident(store, incident("", "4", 100), &error);
    (void)commit(store, &error);
    return store;
}

static void undo(hs_store *store, int64_t batch, hs_status wanted) {
    hs_error error = {0};
    uint64_t removed, restored;
    begin(store, HS_KIND_INCIDENTS, &error);
    assert_int_equal(hs_store_undo(store, batch, &error, &removed, &restored), wanted);
    if (wanted == HS_OK)
        (void)commit(store, &error);
    else
        hs_store_rollback(store);
}

static void replacing(void **state) {
    store_place *place = *state;
    hs_store *store = open_with_rows(place);
    hs_error error = {0};
    hs_put put;
    begin(store, HS_KIND_INCIDENTS, &error);
    assert_int_equal(replace(store, 1, "a", "1"), HS_PUT_UNCHANGED);
    assert_int_equal(commit(store, &error).id, 0);
    begin(store, HS_KIND_INCIDENTS, &error);
    assert_int_equal(replace(store, 1, "a", "x"), HS_PUT_UPDATED);
    assert_int_equal(hs_store_last_id(store), 1);
    assert_int_equal(replace(store, 3, "", "4"), HS_PUT_UPDATED); /* as row 4 is */
    hs_incident_record taken = incident("b", "9", 100);
    assert_int_equal(hs_store_replace_incident(store, 1, &taken, &error, &put), HS_E_CONFLICT);
    assert_int_equal(hs_store_replace_incident(store, 99, &taken, &error, &put), HS_E_NOT_FOUND);
    hs_batch_info info = commit(store, &error);
    assert_int_equal(info.rows_updated, 2);
    seen s = look(store);
    assert_int_equal(s.count, 4);
    assert_string_equal(s.category[0], "x");
    assert_string_equal(s.category[2], "4");
    /* The rows are known by what they are now: put again they change nothing. */
    begin(store, HS_KIND_INCIDENTS, &error);
    assert_int_equal(put_incident(store, incident("a", "x", 100), &error), HS_PUT_UNCHANGED);
    assert_int_equal(put_incident(store, incident("", "4", 100), &error), HS_PUT_UNCHANGED);
    assert_int_equal(put_incident(store, incident("", "4", 100), &error), HS_PUT_UNCHANGED);
    assert_int_equal(put_incident(store, incident("", "3", 100), &error), HS_PUT_ADDED);
    hs_store_rollback(store);
    undo(store, info.id, HS_OK);
    s = look(store);
    assert_string_equal(s.category[0], "1");
    assert_string_equal(s.category[2], "3");
    hs_store_close(store);
}

static int64_t remove_row(hs_store *store, int64_t id) {
    hs_error error = {0};
    begin(store, HS_KIND_INCIDENTS, &error);
    check_ok(hs_store_remove(store, id, &error), &error);
    assert_int_equal(hs_store_remove(store, id, &error), HS_E_NOT_FOUND);
    return commit(store, &error).id;
}

static void removing(void **state) {
    store_place *place = *state;
    hs_store *store = open_with_rows(place);
    hs_error error = {0};
    hs_store_versions before, after;
    check_ok(hs_store_get_versions(store, &error, &before), &error);
    int64_t last = remove_row(store, 4);
    check_ok(hs_store_get_versions(store, &error, &after), &error);
    assert_int_equal(after.incidents_rewritten, after.sequence);
    assert_true(after.sequence > before.sequence);
    assert_int_equal(look(store).count, 3);
    undo(store, last, HS_OK);
    seen s = look(store);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.id[3], 4);
    /* The id of a row that went is not given again; what came again stands in the way of undoing. */
    int64_t first = remove_row(store, 1);
    begin(store, HS_KIND_INCIDENTS, &error);
    assert_int_equal(put_incident(store, incident("a", "again", 100), &error), HS_PUT_ADDED);
    assert_int_equal(hs_store_last_id(store), 5);
    (void)commit(store, &error);
    undo(store, first, HS_E_CONFLICT);
    (void)remove_row(store, 5);
    undo(store, first, HS_OK);
    assert_int_equal(look(store).count, 4);
    hs_store_close(store);
}

typedef struct square_zone {
    hs_position corners[5];
    uint32_t rings[2], parts[2];
    hs_zone_record record;
} square_zone;

static void make_square(square_zone *zone, const char *name, int32_t east) {
    *zone = (square_zone){
        .corners = {{0, 0}, {east, 0}, {east, 1000}, {0, 1000}, {0, 0}}, .rings = {0, 5}, .parts = {0, 1}};
    zone->record =
        (hs_zone_record){.name = hs_str_of(name),
                         .kind = HS_STR("key"),
                         .from_s = HS_NO_TIME,
                         .to_s = HS_NO_TIME,
                         .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, zone->parts, zone->rings, zone->corners}};
}

static void zones(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    hs_put put;
    square_zone one, two;
    make_square(&one, "one", 1000);
    make_square(&two, "two", 2000);
    begin(store, HS_KIND_ZONES, &error);
    check_ok(hs_store_put_zone(store, &one.record, &error, &put), &error);
    (void)commit(store, &error);
    begin(store, HS_KIND_ZONES, &error);
    hs_incident_record other = incident("a", "1", 100);
    assert_int_equal(hs_store_replace_incident(store, 1, &other, &error, &put), HS_E_ARGUMENT);
    check_ok(hs_store_replace_zone(store, 1, &two.record, &error, &put), &error);
    assert_int_equal(put, HS_PUT_UPDATED);
    check_ok(hs_store_put_zone(store, &one.record, &error, &put), &error);
    assert_int_equal(put, HS_PUT_ADDED);
    (void)commit(store, &error);
    begin(store, HS_KIND_ZONES, &error);
    check_ok(hs_store_put_zone(store, &two.record, &error, &put), &error);
    assert_int_equal(put, HS_PUT_UNCHANGED);
    assert_int_equal(hs_store_last_id(store), 1);
    hs_store_rollback(store);
    assert_int_equal(hs_store_remove(store, 1, &error), HS_E_CONFLICT); /* no batch is open */
    hs_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(replacing), cmocka_unit_test(removing),
                                       cmocka_unit_test(zones)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
