/* What every implementation of the store owes: identity, idempotence, versions, transactions. */
#include "store_makers.h"

static hs_status count_incident(void *context, const hs_incident_record *record, hs_error *error) {
    (void)record;
    (void)error;
    ++*(int *)context;
    return HS_OK;
}

static int count_incidents(hs_store *store, hs_error *error) {
    int count = 0;
    check_ok(hs_store_scan_incidents(store, INT64_MIN, INT64_MAX, count_incident, &count, error), error);
    return count;
}

static hs_store_versions versions_of(hs_store *store, hs_error *error) {
    hs_store_versions versions = {0};
    check_ok(hs_store_get_versions(store, error, &versions), error);
    return versions;
}

typedef struct keep {
    hs_arena *arena;
    hs_incident_record rows[16];
    int count;
} keep;

static hs_status keep_incident(void *context, const hs_incident_record *record, hs_error *error) {
    keep *kept = context;
    (void)error;
    assert_true(kept->count < 16);
    hs_incident_record *row = &kept->rows[kept->count++];
    *row = *record;
    hs_str *texts[] = {&row->external_id, &row->category,   &row->source,      &row->status,
                       &row->address,     &row->department, &row->description, &row->unit};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = hs_arena_str(kept->arena, *texts[i]);
    return HS_OK;
}

static void read_all(hs_store *store, keep *kept, hs_error *error) {
    kept->arena = hs_arena_new((size_t)1 << 24);
    kept->count = 0;
    check_ok(hs_store_scan_incidents(store, INT64_MIN, INT64_MAX, keep_incident, kept, error), error);
}

static void an_incident_comes_back_as_it_went(void **state) {
    store_place *place = *state;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_incident_record record = {
        .external_id = HS_STR("SR-1"),
        .category = HS_STR("0501"),
        .reported_s = -1,
        .occurred_s = 253402300799,
        .closed_s = 951782400,
        .deadline_s = -62167219200,
        .source = HS_STR("hotline"),
        .status = HS_STR("closed"),
        .address = HS_STR("人民东路 5号"),
        .department = HS_STR("城管局"),
        .description = {"a\0b\xff", 4},
        .unit = HS_STR("620702"),
        .has_position = true,
        .position = {-1800000000, 899999999},
        .match_type = HS_MATCH_SUB_NUMBER,
        .accuracy_m = 12.5F,
        .weight = 0.25F,
    };
    begin(store, HS_KIND_INCIDENTS, &place->error);
    assert_int_equal(put_incident(store, record, &place->error), HS_PUT_ADDED);
    hs_incident_record bare = {.reported_s = HS_NO_TIME,
                               .occurred_s = HS_NO_TIME,
                               .closed_s = HS_NO_TIME,
                               .deadline_s = HS_NO_TIME,
                               .weight = 1};
    assert_int_equal(put_incident(store, bare, &place->error), HS_PUT_ADDED);
    hs_batch_info info = commit(store, &place->error);
    hs_store_close(store);

    store = open_as(place, HS_STORE_READ);
    keep kept;
    read_all(store, &kept, &place->error);
    assert_int_equal(kept.count, 2);
    const hs_incident_record *row = &kept.rows[0];
    assert_int_equal(row->batch, info.id);
    check_str(row->external_id, "SR-1");
    check_str(row->address, "人民东路 5号");
    check_str(row->department, "城管局");
    check_str(row->unit, "620702");
    assert_int_equal(row->description.size, 4);
    assert_memory_equal(row->description.data, "a\0b\xff", 4);
    assert_true(row->reported_s == -1 && row->occurred_s == 253402300799 && row->closed_s == 951782400 &&
                row->deadline_s == -62167219200);
    assert_true(row->has_position && row->position.lon_e7 == -1800000000 &&
                row->position.lat_e7 == 899999999);
    assert_int_equal(row->match_type, HS_MATCH_SUB_NUMBER);
    assert_true(row->accuracy_m == 12.5F && row->weight == 0.25F);
    row = &kept.rows[1];
    assert_false(row->has_position);
    assert_int_equal(row->match_type, HS_MATCH_NONE);
    assert_true(row->reported_s == HS_NO_TIME && row->weight == 1 && row->category.size == 0);
    assert_true(row->id > kept.rows[0].id);
    hs_arena_free(kept.arena);
    hs_store_close(store);
}

static void external_ids_update(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    begin(store, HS_KIND_INCIDENTS, error);
    assert_int_equal(put_incident(store, incident("a", "1", 10), error), HS_PUT_ADDED);
    assert_int_equal(put_incident(store, incident("b", "1", 10), error), HS_PUT_ADDED);
    assert_int_equal(put_incident(store, incident("a", "2", 10), error), HS_PUT_UPDATED);
    hs_batch_info first = commit(store, error);
    assert_int_equal(first.rows_added, 2);
    assert_int_equal(first.rows_updated, 1);
    hs_store_versions before = versions_of(store, error);
    assert_int_equal(before.incidents_rewritten, 0); /* no row of an earlier batch was touched */

    begin(store, HS_KIND_INCIDENTS, error);
    assert_int_equal(put_incident(store, incident("b", "3", 10), error), HS_PUT_UPDATED);
    assert_int_equal(put_incident(store, incident("a", "2", 10), error), HS_PUT_UNCHANGED);
    hs_batch_info second = commit(store, error);
    assert_int_equal(second.rows_updated, 1);
    assert_int_equal(second.rows_unchanged, 1);
    hs_store_versions after = versions_of(store, error);
    assert_int_equal(after.sequence, before.sequence + 1);
    assert_int_equal(after.incidents_rewritten, after.sequence);
    keep kept;
    read_all(store, &kept, error);
    assert_int_equal(kept.count, 2);
    check_str(kept.rows[0].category, "2");
    assert_int_equal(kept.rows[0].batch, first.id);
    check_str(kept.rows[1].category, "3");
    assert_int_equal(kept.rows[1].batch, second.id);
    hs_arena_free(kept.arena);
    hs_store_close(store);
}

/* Twice the same file, with a repeated external id and identical rows without one. */
static hs_batch_info import_awkward_file(hs_store *store, hs_error *error) {
    begin(store, HS_KIND_INCIDENTS, error);
    for (int i = 0; i < 3; i++)
        (void)put_incident(store, incident("", "same", 5), error);
    (void)put_incident(store, incident("x", "1", 5), error);
    (void)put_incident(store, incident("x", "2", 6), error);
    (void)put_incident(store, incident("x", "3", 7), error);
    return commit(store, error);
}

static void the_same_file_again_changes_nothing(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_batch_info first = import_awkward_file(store, error);
    assert_true(first.id > 0);
    assert_int_equal(count_incidents(store, error), 4);
    hs_store_versions before = versions_of(store, error);
    hs_batch_info again = import_awkward_file(store, error);
    assert_int_equal(again.id, 0);
    assert_int_equal(again.rows_added + again.rows_updated, 0);
    assert_int_equal(again.rows_unchanged, 6);
    hs_store_versions after = versions_of(store, error);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(count_incidents(store, error), 4);

    /* With one new row, the repeated id goes back to what it was and stays with its batch. */
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("x", "1", 5), error);
    assert_int_equal(put_incident(store, incident("x", "3", 7), error), HS_PUT_UNCHANGED);
    (void)put_incident(store, incident("y", "1", 5), error);
    again = commit(store, error);
    assert_int_equal(again.rows_added, 1);
    assert_int_equal(again.rows_updated, 0);
    assert_int_equal(again.rows_unchanged, 2);
    assert_int_equal(versions_of(store, error).incidents_rewritten, 0);
    keep kept;
    read_all(store, &kept, error);
    check_str(kept.rows[3].category, "3");
    assert_int_equal(kept.rows[3].batch, first.id);
    hs_arena_free(kept.arena);
    hs_store_close(store);
}

static void derived_positions_are_no_content(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_incident_record record = incident("a", "1", 10);
    record.match_type = HS_MATCH_INTERPOLATED;
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, record, error);
    (void)commit(store, error);
    begin(store, HS_KIND_INCIDENTS, error);
    record.position.lon_e7 = 77;
    record.match_type = HS_MATCH_ADDRESS;
    assert_int_equal(put_incident(store, record, error), HS_PUT_UNCHANGED);
    keep kept;
    read_all(store, &kept, error);
    int64_t id = kept.rows[0].id;
    assert_int_equal(kept.rows[0].position.lon_e7, 10);
    hs_arena_free(kept.arena);
    check_ok(hs_store_replace_position(store, id, &record, error), error);
    assert_int_equal(hs_store_replace_position(store, id + 1, &record, error), HS_E_NOT_FOUND);
    record.match_type = HS_MATCH_GIVEN;
    assert_int_equal(hs_store_replace_position(store, id, &record, error), HS_E_ARGUMENT);
    hs_batch_info info = commit(store, error);
    assert_int_equal(info.rows_updated, 1);
    read_all(store, &kept, error);
    assert_int_equal(kept.rows[0].position.lon_e7, 77);
    assert_int_equal(kept.rows[0].match_type, HS_MATCH_ADDRESS);
    hs_arena_free(kept.arena);
    assert_int_equal(versions_of(store, error).incidents_rewritten, 2);
    /* The same position again is no change. */
    begin(store, HS_KIND_INCIDENTS, error);
    record.match_type = HS_MATCH_ADDRESS;
    check_ok(hs_store_replace_position(store, id, &record, error), error);
    assert_int_equal(commit(store, error).id, 0);
    /* Geography that arrives moves incidents: both parts are new then. */
    hs_store_versions before = versions_of(store, error);
    begin(store, HS_KIND_STREETS, error);
    record.position.lon_e7 = 78;
    check_ok(hs_store_replace_position(store, id, &record, error), error);
    assert_int_not_equal(commit(store, error).id, 0);
    hs_store_versions after = versions_of(store, error);
    assert_true(after.geography > before.sequence && after.incidents > before.sequence);
    assert_int_equal(after.incidents_rewritten, after.incidents);
    read_all(store, &kept, error);
    assert_int_equal(kept.rows[0].position.lon_e7, 78);
    hs_arena_free(kept.arena);
    hs_store_close(store);
}

static void many_rows_keep_their_identity(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    enum { ROWS = 5000 };
    hs_store *store = open_as(place, HS_STORE_CREATE);
    for (int round = 0; round < 3; round++) {
        begin(store, HS_KIND_INCIDENTS, error);
        for (int i = 0; i < ROWS; i++) {
            char id[16];
            (void)snprintf(id, sizeof id, "%d", i);
            /* Round 1 repeats round 0; round 2 changes every hundredth row and adds as many. */
            bool changes = round == 2 && i % 100 == 0;
            (void)put_incident(store, incident(i % 2 ? id : "", id, i + (changes ? 1 << 20 : 0)), error);
        }
        hs_batch_info info = commit(store, error);
        assert_int_equal(info.rows_added, round == 0 ? ROWS : round == 1 ? 0 : ROWS / 100);
        assert_int_equal(info.rows_unchanged, round == 0 ? 0 : round == 1 ? ROWS : ROWS - ROWS / 100);
    }
    int64_t low = 0, high = 0;
    uint64_t count = 0;
    check_ok(hs_store_incident_range(store, error, &low, &high, &count), error);
    assert_int_equal(count, ROWS + ROWS / 100);
    int first = 0, second = 0;
    int64_t middle = low + (high - low) / 2;
    check_ok(hs_store_scan_incidents(store, low, middle, count_incident, &first, error), error);
    check_ok(hs_store_scan_incidents(store, middle, high + 1, count_incident, &second, error), error);
    assert_int_equal((uint64_t)first + (uint64_t)second, count);
    hs_store_close(store);
}

static void rollback_leaves_nothing(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_store_versions before = versions_of(store, error);
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("a", "1", 10), error);
    hs_store_rollback(store);
    hs_store_versions after = versions_of(store, error);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(count_incidents(store, error), 0);
    begin(store, HS_KIND_INCIDENTS, error);
    assert_int_equal(put_incident(store, incident("a", "1", 10), error), HS_PUT_ADDED);
    (void)commit(store, error);
    hs_store_close(store);
}

static void calls_out_of_order_are_refused(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    int64_t batch = 0;
    hs_put put = HS_PUT_ADDED;
    hs_incident_record record = incident("a", "1", 10);
    hs_batch_info info = {0};
    assert_int_equal(hs_store_put_incident(store, &record, error, &put), HS_E_CONFLICT);
    assert_int_equal(hs_store_commit(store, &info, error), HS_E_CONFLICT);
    begin(store, HS_KIND_STREETS, error);
    assert_int_equal(hs_store_begin(store, HS_KIND_UNITS, HS_STR("t"), error, &batch), HS_E_CONFLICT);
    assert_int_equal(hs_store_put_incident(store, &record, error, &put), HS_E_ARGUMENT);
    assert_int_equal(hs_store_clear_taxonomy(store, error), HS_E_ARGUMENT);
    assert_int_equal(hs_store_begin_read(store, error), HS_E_CONFLICT);
    hs_store_rollback(store);
    hs_store_rollback(store);
    check_ok(hs_store_begin_read(store, error), error);
    assert_int_equal(hs_store_begin(store, HS_KIND_UNITS, HS_STR("t"), error, &batch), HS_E_CONFLICT);
    hs_store_end_read(store);
    hs_store_close(store);
    store = open_as(place, HS_STORE_READ);
    assert_int_equal(hs_store_begin(store, HS_KIND_UNITS, HS_STR("t"), error, &batch), HS_E_STORE);
    hs_store_close(store);
    hs_store_close(NULL);
    assert_int_equal(hs_store_open("postgresql://host/city", HS_STORE_READ, error, &store), HS_E_UNSUPPORTED);
}

static void a_refused_record_leaves_the_batch_as_it_is(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_put put = HS_PUT_ADDED;
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("a", "1", 10), error);
    hs_incident_record wrong = incident("b", "1", 1800000001);
    assert_int_equal(hs_store_put_incident(store, &wrong, error, &put), HS_E_INPUT);
    wrong = incident("b", "1", 0);
    wrong.closed_s = 253402300800;
    assert_int_equal(hs_store_put_incident(store, &wrong, error, &put), HS_E_INPUT);
    assert_non_null(strstr(error->message, "closed"));
    assert_int_equal(commit(store, error).rows_added, 1);
    hs_store_close(store);
}

static void settings_are_kept(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    hs_str value = {0};
    check_ok(hs_store_get_setting(store, "name", arena, error, &value), error);
    assert_int_equal(value.size, 0);
    check_ok(hs_store_set_setting(store, "name", HS_STR("示范城区"), error), error);
    check_ok(hs_store_set_setting(store, "name", HS_STR("示范城区"), error), error);
    assert_int_equal(versions_of(store, error).sequence, 1);
    check_ok(hs_store_set_setting(store, "center_lon", HS_STR("100.45"), error), error);
    assert_int_equal(versions_of(store, error).geography, 2);
    assert_int_equal(hs_store_set_setting(store, "schema_version", HS_STR("9"), error), HS_E_ARGUMENT);
    hs_store_close(store);
    store = open_as(place, HS_STORE_READ);
    check_ok(hs_store_get_setting(store, "name", arena, error, &value), error);
    check_str(value, "示范城区");
    assert_int_equal(hs_store_set_setting(store, "name", HS_STR("x"), error), HS_E_STORE);
    hs_store_close(store);
    hs_arena_free(arena);
}

static void settings_of_a_batch_go_with_it(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_arena *arena = hs_arena_new((size_t)1 << 20);
    hs_str value = {0};
    for (int kept = 0; kept <= 1; kept++) {
        begin(store, HS_KIND_INCIDENTS, error);
        (void)put_incident(store, incident("a", "1", 10), error);
        check_ok(hs_store_set_setting(store, "lang", HS_STR("zh"), error), error);
        if (kept) (void)commit(store, error);
        hs_store_rollback(store);
        check_ok(hs_store_get_setting(store, "lang", arena, error, &value), error);
        check_str(value, kept ? "zh" : "");
    }
    hs_store_close(store);
    hs_arena_free(arena);
}

static hs_status count_category(void *context, const hs_category_record *record, hs_error *error) {
    (void)error;
    assert_true(record->id > 0);
    ++*(int *)context;
    return HS_OK;
}

static hs_batch_info put_taxonomy(hs_store *store, const char *const *codes, int count, hs_error *error) {
    hs_put put = HS_PUT_ADDED;
    begin(store, HS_KIND_TAXONOMY, error);
    check_ok(hs_store_clear_taxonomy(store, error), error);
    for (int i = 0; i < count; i++) {
        hs_category_record record = {.code = hs_str_of(codes[i]), .name = HS_STR("占道经营")};
        check_ok(hs_store_put_category(store, &record, error, &put), error);
    }
    return commit(store, error);
}

static void a_taxonomy_is_replaced_as_a_whole(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    const char *const first[] = {"05", "0501", "0504"}, *const second[] = {"05", "0510"};
    int count = 0;
    assert_int_equal(put_taxonomy(store, first, 3, error).rows_added, 3);
    hs_batch_info again = put_taxonomy(store, first, 3, error);
    assert_int_equal(again.id, 0);
    assert_int_equal(again.rows_unchanged, 3);
    assert_int_equal(versions_of(store, error).taxonomy, 1);
    assert_true(put_taxonomy(store, second, 2, error).id > 0);
    check_ok(hs_store_scan_categories(store, count_category, &count, error), error);
    assert_int_equal(count, 2);
    hs_store_versions versions = versions_of(store, error);
    assert_int_equal(versions.taxonomy, 2);
    assert_int_equal(versions.incidents + versions.geography + versions.plans, 0);
    hs_store_close(store);
}

static void readers_see_one_version(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *writer = open_as(place, HS_STORE_CREATE), *reader = open_as(place, HS_STORE_READ);
    assert_int_equal(versions_of(reader, error).sequence, 0);
    check_ok(hs_store_begin_read(reader, error), error);
    begin(writer, HS_KIND_INCIDENTS, error);
    (void)put_incident(writer, incident("a", "1", 10), error);
    assert_int_equal(count_incidents(reader, error), 0);
    (void)commit(writer, error);
    assert_int_equal(count_incidents(reader, error), 0);
    assert_int_equal(versions_of(reader, error).sequence, 0);
    hs_store_end_read(reader);
    assert_int_equal(versions_of(reader, error).sequence, 1);
    assert_int_equal(count_incidents(reader, error), 1);
    hs_store_close(writer);
    assert_int_equal(count_incidents(reader, error), 1);
    hs_store_close(reader);
}

static hs_status stop_at_once(void *context, const hs_incident_record *record, hs_error *error) {
    (void)record;
    ++*(int *)context;
    return hs_error_set(error, HS_E_CANCELLED, "enough");
}

static hs_status see_batch(void *context, const hs_batch_info *info, hs_error *error) {
    (void)error;
    assert_int_equal(info->kind, HS_KIND_INCIDENTS);
    check_str(info->source, "test.csv");
    assert_int_equal(info->rows_read, 7);
    assert_int_equal(info->rows_rejected, 1);
    assert_int_equal(info->rows_added, 2);
    assert_true(info->started_s > 1500000000 && !info->undone);
    ++*(int *)context;
    return HS_OK;
}

static void scans_stop_and_batches_are_listed(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    int count = 0;
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("a", "1", 10), error);
    (void)put_incident(store, incident("b", "1", 10), error);
    (void)commit(store, error);
    assert_int_equal(hs_store_scan_incidents(store, 0, 99, stop_at_once, &count, error), HS_E_CANCELLED);
    assert_string_equal(error->message, "enough");
    assert_int_equal(count, 1);
    count = 0;
    check_ok(hs_store_scan_batches(store, see_batch, &count, error), error);
    assert_int_equal(count, 1);
    hs_store_close(store);
}

static void a_backup_is_a_store(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s/copy.gpkg", place->folder);
    hs_store *store = open_as(place, HS_STORE_CREATE), *other = NULL;
    begin(store, HS_KIND_INCIDENTS, error);
    (void)put_incident(store, incident("a", "1", 10), error);
    (void)commit(store, error);
    check_ok(hs_store_backup(store, copy, error), error);
    hs_store_close(store);
    check_ok(hs_store_open(copy, HS_STORE_WRITE, error, &other), error);
    assert_int_equal(count_incidents(other, error), 1);
    assert_int_equal(hs_store_backup(other, "/nonexistent/folder/copy.gpkg", error), HS_E_IO);
    hs_store_close(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_incident_comes_back_as_it_went),
        cmocka_unit_test(external_ids_update),
        cmocka_unit_test(the_same_file_again_changes_nothing),
        cmocka_unit_test(derived_positions_are_no_content),
        cmocka_unit_test(many_rows_keep_their_identity),
        cmocka_unit_test(rollback_leaves_nothing),
        cmocka_unit_test(calls_out_of_order_are_refused),
        cmocka_unit_test(a_refused_record_leaves_the_batch_as_it_is),
        cmocka_unit_test(settings_are_kept),
        cmocka_unit_test(settings_of_a_batch_go_with_it),
        cmocka_unit_test(a_taxonomy_is_replaced_as_a_whole),
        cmocka_unit_test(readers_see_one_version),
        cmocka_unit_test(scans_stop_and_batches_are_listed),
        cmocka_unit_test(a_backup_is_a_store),
    };
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
