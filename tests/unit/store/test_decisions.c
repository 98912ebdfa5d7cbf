/* Decisions about addresses through the store, and incidents whose place was decided by hand. */
#include "store_makers.h"

static hs_decision_record decision(const char *key, hs_decision_action action) {
    return (hs_decision_record){.key = hs_str_of(key),
                                .address = HS_STR("Under the old tree"),
                                .action = action,
                                .match_type = HS_MATCH_NONE,
                                .note = HS_STR("note"),
                                .user = HS_STR("ed"),
                                .decided_s = 1000,
                                .last_incident = 7};
}

static hs_put put_decision(hs_store *store, hs_decision_record record, hs_error *error) {
    hs_put put = HS_PUT_ADDED;
    check_ok(hs_store_put_decision(store, &record, error, &put), error);
    return put;
}

typedef struct seen {
    int rows;
    hs_decision_action action;
    hs_position position;
    bool has_position, remembered;
    int64_t last_incident, decided_s;
    char texts[256];
} seen;

static hs_status see(void *context, const hs_decision_record *record, hs_error *error) {
    (void)error;
    seen *all = context;
    all->rows++;
    all->action = record->action;
    all->position = record->position;
    all->has_position = record->has_position;
    all->remembered = record->remembered;
    all->last_incident = record->last_incident;
    all->decided_s = record->decided_s;
    (void)snprintf(all->texts, sizeof all->texts, "%.*s|%.*s|%.*s|%.*s|%.*s|%s|%g", (int)record->key.size,
                   record->key.data, (int)record->address.size, record->address.data, (int)record->label.size,
                   record->label.data, (int)record->note.size, record->note.data, (int)record->user.size,
                   record->user.data, hs_match_type_name(record->match_type), (double)record->accuracy_m);
    return HS_OK;
}

static seen look(hs_store *store, hs_error *error) {
    seen all = {0};
    check_ok(hs_store_scan_decisions(store, see, &all, error), error);
    return all;
}

/* Known by the key: who and when are no content, all else is. */
static void one_a_text(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    begin(store, HS_KIND_DECISIONS, error);
    hs_decision_record record = decision("tree", HS_DECISION_ACCEPT);
    record.has_position = true;
    record.position = (hs_position){1004450000, 389255000};
    record.match_type = HS_MATCH_PLACE;
    record.accuracy_m = 12.5F;
    record.label = HS_STR("Old tree");
    record.remembered = true;
    assert_int_equal(put_decision(store, record, error), HS_PUT_ADDED);
    int64_t first = commit(store, error).id;
    begin(store, HS_KIND_DECISIONS, error);
    record.user = HS_STR("other");
    record.decided_s = 2000;
    assert_int_equal(put_decision(store, record, error), HS_PUT_UNCHANGED);
    assert_int_equal(commit(store, error).id, 0);
    seen found = look(store, error);
    assert_int_equal(found.rows, 1);
    assert_string_equal(found.texts, "tree|Under the old tree|Old tree|note|ed|place|12.5");
    assert_true(found.has_position && found.remembered && found.decided_s == 1000 &&
                found.last_incident == 7);
    assert_int_equal(found.position.lon_e7, 1004450000);
    begin(store, HS_KIND_DECISIONS, error);
    assert_int_equal(put_decision(store, decision("tree", HS_DECISION_SKIP), error), HS_PUT_UPDATED);
    int64_t second = commit(store, error).id;
    assert_int_equal(look(store, error).action, HS_DECISION_SKIP);
    uint64_t removed, restored;
    begin(store, HS_KIND_DECISIONS, error);
    assert_int_equal(hs_store_undo(store, first, error, &removed, &restored), HS_E_CONFLICT);
    check_ok(hs_store_undo(store, second, error, &removed, &restored), error);
    (void)commit(store, error);
    assert_int_equal(restored, 1);
    assert_int_equal(look(store, error).action, HS_DECISION_ACCEPT);
    hs_put put;
    begin(store, HS_KIND_DECISIONS, error);
    record = decision("", HS_DECISION_SKIP);
    assert_int_equal(hs_store_put_decision(store, &record, error, &put), HS_E_INPUT);
    record = decision("x", HS_DECISION_COUNT);
    assert_int_equal(hs_store_put_decision(store, &record, error, &put), HS_E_INPUT);
    hs_store_rollback(store);
    hs_store_close(store);
}

static hs_status see_incident(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    *(hs_incident_record *)context = *record;
    return HS_OK;
}

static hs_incident_record only(hs_store *store, hs_error *error) {
    hs_incident_record found = {0};
    check_ok(hs_store_scan_incidents(store, INT64_MIN, INT64_MAX, see_incident, &found, error), error);
    return found;
}

/* A place picked by hand is `given` and still derived: the same file read again changes nothing. */
static void placed_by_hand(void **state) {
    store_place *place = *state;
    hs_error *error = &place->error;
    hs_store *store = open_as(place, HS_STORE_CREATE);
    hs_incident_record record = incident("1", "0510", 0);
    record.has_position = false;
    record.match_type = HS_MATCH_NONE;
    begin(store, HS_KIND_INCIDENTS, error);
    assert_int_equal(put_incident(store, record, error), HS_PUT_ADDED);
    (void)commit(store, error);
    hs_store_versions before, after;
    check_ok(hs_store_get_versions(store, error, &before), error);
    begin(store, HS_KIND_DECISIONS, error);
    (void)put_decision(store, decision("tree", HS_DECISION_PLACE), error);
    hs_incident_record moved = {.has_position = true,
                                .position = {1004450000, 389255000},
                                .match_type = HS_MATCH_GIVEN,
                                .reviewed = true};
    int64_t id = only(store, error).id;
    check_ok(hs_store_replace_position(store, id, &moved, error), error);
    moved.reviewed = false;
    assert_int_equal(hs_store_replace_position(store, id, &moved, error), HS_E_ARGUMENT);
    (void)commit(store, error);
    check_ok(hs_store_get_versions(store, error, &after), error);
    assert_true(after.plans > before.plans && after.incidents_rewritten > before.incidents_rewritten);
    assert_true(after.geography == before.geography);
    hs_incident_record found = only(store, error);
    assert_true(found.reviewed && found.has_position && found.match_type == HS_MATCH_GIVEN);
    begin(store, HS_KIND_INCIDENTS, error);
    record.has_position = record.reviewed = true;
    record.position = moved.position;
    record.match_type = HS_MATCH_GIVEN;
    assert_int_equal(put_incident(store, record, error), HS_PUT_UNCHANGED);
    hs_store_rollback(store);
    hs_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_a_text), cmocka_unit_test(placed_by_hand)};
    return run_over_makers(tests, sizeof tests / sizeof *tests);
}
