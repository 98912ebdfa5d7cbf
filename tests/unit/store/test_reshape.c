/* Another geometry for a row that stays what it is, and what the store finds of itself. */
#include "store_makers.h"

typedef struct box_unit {
    hs_position corners[5];
    uint32_t rings[2], parts[2];
    hs_unit_record record;
} box_unit;

static void make_box(box_unit *unit, const char *code, int32_t west, int32_t east) {
    *unit = (box_unit){.corners = {{west, 0}, {east, 0}, {east, 1000}, {west, 1000}, {west, 0}},
                       .rings = {0, 5},
                       .parts = {0, 1}};
    unit->record =
        (hs_unit_record){.code = hs_str_of(code),
                         .level = HS_LEVEL_CELL,
                         .geometry = {HS_GEOMETRY_POLYGONS, 1, 1, unit->parts, unit->rings, unit->corners}};
}

static int64_t begin_batch(hs_store *store, hs_kind kind) {
    hs_error error = {0};
    int64_t batch = 0;
    check_ok(hs_store_begin(store, kind, HS_STR("test"), &error, &batch), &error);
    return batch;
}

static hs_batch_info commit_batch(hs_store *store) {
    hs_error error = {0};
    hs_batch_info info = {0};
    check_ok(hs_store_commit(store, &info, &error), &error);
    return info;
}

static hs_put put(hs_store *store, const box_unit *unit) {
    hs_error error = {0};
    hs_put done = HS_PUT_UPDATED;
    check_ok(hs_store_put_unit(store, &unit->record, &error, &done), &error);
    return done;
}

typedef struct seen {
    uint32_t count;
    int32_t east[4];
} seen;

static hs_status see(void *context, const hs_unit_record *record, hs_error *error) {
    (void)error;
    seen *s = context;
    if (s->count < 4) s->east[s->count] = record->geometry.positions[1].lon_e7;
    s->count++;
    return HS_OK;
}

static seen look(hs_store *store) {
    hs_error error = {0};
    seen s = {0};
    check_ok(hs_store_scan_units(store, see, &s, &error), &error);
    return s;
}

/* Rows with a code and without: the file read again changes nothing, and the batch can be undone. */
static void reshaping(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    box_unit coded, bare, other;
    make_box(&coded, "7", 0, 100);
    make_box(&bare, "", 200, 300);
    make_box(&other, "", 0, 5000);
    int64_t first = begin_batch(store, HS_KIND_UNITS);
    assert_int_equal(put(store, &coded), HS_PUT_ADDED);
    assert_int_equal(put(store, &bare), HS_PUT_ADDED);
    (void)commit_batch(store);
    int64_t second = begin_batch(store, HS_KIND_UNITS);
    check_ok(hs_store_replace_geometry(store, 1, &other.record.geometry, &error), &error);
    check_ok(hs_store_replace_geometry(store, 2, &other.record.geometry, &error), &error);
    assert_int_equal(hs_store_replace_geometry(store, 3, &other.record.geometry, &error), HS_E_NOT_FOUND);
    const hs_geometry none = {.type = HS_GEOMETRY_NONE};
    assert_int_equal(hs_store_replace_geometry(store, 1, &none, &error), HS_E_ARGUMENT);
    hs_batch_info info = commit_batch(store);
    assert_int_equal(info.id, second);
    assert_int_equal(info.rows_updated, 2);
    seen s = look(store);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.east[0], 5000);
    assert_int_equal(s.east[1], 5000);
    (void)begin_batch(store, HS_KIND_UNITS);
    assert_int_equal(put(store, &coded), HS_PUT_UNCHANGED);
    assert_int_equal(put(store, &bare), HS_PUT_UNCHANGED);
    assert_int_equal(commit_batch(store).id, 0);
    (void)begin_batch(store, HS_KIND_UNITS);
    uint64_t removed, restored;
    assert_int_equal(hs_store_undo(store, first, &error, &removed, &restored), HS_E_CONFLICT);
    hs_store_rollback(store);
    (void)begin_batch(store, HS_KIND_UNITS);
    check_ok(hs_store_undo(store, second, &error, &removed, &restored), &error);
    assert_int_equal(restored, 2);
    (void)commit_batch(store);
    s = look(store);
    assert_int_equal(s.east[0], 100);
    assert_int_equal(s.east[1], 300);
    assert_int_equal(hs_store_replace_geometry(store, 1, &other.record.geometry, &error), HS_E_CONFLICT);
    hs_store_close(store);
}

static void no_shape_for_categories(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    box_unit unit;
    make_box(&unit, "7", 0, 100);
    (void)begin_batch(store, HS_KIND_TAXONOMY);
    assert_int_equal(hs_store_replace_geometry(store, 1, &unit.record.geometry, &error), HS_E_ARGUMENT);
    hs_store_rollback(store);
    hs_store_close(store);
}

typedef struct counted {
    uint64_t rows, shapes, tables;
} counted;

static hs_status count(void *context, const char *table, uint64_t rows, uint64_t shapes, hs_error *error) {
    (void)error;
    counted *c = context;
    c->tables++;
    if (strcmp(table, "units") != 0) return HS_OK;
    c->rows = rows;
    c->shapes = shapes;
    return HS_OK;
}

static hs_status any_flaw(void *context, const hs_store_flaw *flaw, hs_error *error) {
    (void)error;
    print_error("%s: kind %d\n", flaw->table, (int)flaw->kind);
    ++*(uint32_t *)context;
    return HS_OK;
}

static void a_sound_store(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    uint32_t flaws = 0;
    counted c = {0};
    check_ok(hs_store_scan_flaws(store, any_flaw, &flaws, &error), &error);
    box_unit unit;
    make_box(&unit, "7", 0, 100);
    (void)begin_batch(store, HS_KIND_UNITS);
    (void)put(store, &unit);
    (void)commit_batch(store);
    check_ok(hs_store_scan_flaws(store, any_flaw, &flaws, &error), &error);
    assert_int_equal(flaws, 0);
    check_ok(hs_store_count_rows(store, count, &c, &error), &error);
    assert_int_equal(c.rows, 1);
    assert_int_equal(c.shapes, 1);
    assert_int_equal(c.tables, 11);
    hs_store_close(store);
}

typedef struct refused {
    hs_store_flaw_kind kind;
    const char *table;
    uint64_t count;
    int64_t row;
} refused;

static hs_status take_last(void *context, const hs_store_flaw *flaw, hs_error *error) {
    (void)error;
    *(refused *)context = (refused){flaw->kind, flaw->table, flaw->count, flaw->row};
    return HS_OK;
}

static void a_dangling_reference(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_error error = {0};
    refused last = {0};
    const hs_incident_record record = {.category = HS_STR("0101"),
                                       .reported_s = 1700000000,
                                       .occurred_s = HS_NO_TIME,
                                       .closed_s = HS_NO_TIME,
                                       .deadline_s = HS_NO_TIME,
                                       .unit = HS_STR("nowhere"),
                                       .match_type = HS_MATCH_NONE,
                                       .weight = 1};
    hs_put done;
    (void)begin_batch(store, HS_KIND_INCIDENTS);
    check_ok(hs_store_put_incident(store, &record, &error, &done), &error);
    (void)commit_batch(store);
    check_ok(hs_store_scan_flaws(store, take_last, &last, &error), &error);
    assert_int_equal(last.kind, HS_STORE_DANGLING);
    assert_string_equal(last.table, "incidents");
    assert_int_equal(last.count, 1);
    assert_int_equal(last.row, 1);
    hs_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(reshaping), cmocka_unit_test(no_shape_for_categories),
                                       cmocka_unit_test(a_sound_store),
                                       cmocka_unit_test(a_dangling_reference)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
