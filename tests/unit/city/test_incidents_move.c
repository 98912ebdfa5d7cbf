/* Rows that are placed anew: the set is as one that was built of the rows as they are now. */
#include "made_city.h"

#include <stdlib.h>

enum { ROWS = 70000 };

/* Whether a row moves, and how its record is then. */
static bool moves(int64_t id, hs_incident_record *record) {
    if (id % 97 != 0) return false;
    record->reviewed = true;
    record->accuracy_m = 12.4F;
    record->match_type = id % 2 ? HS_MATCH_GIVEN : HS_MATCH_PLACE;
    record->has_position = id % 3 != 0;
    record->position.lon_e7 += (int32_t)(id % 2000) * 1000 - 900000;
    if (!record->has_position) record->match_type = HS_MATCH_NONE;
    return true;
}

static hs_incidents *build(const hs_geography *geography, bool moved) {
    hs_error error = {0};
    hs_incidents_builder *builder;
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    for (int64_t id = 1; id <= ROWS; id++) {
        hs_incident_record record;
        made_incident(id, &record);
        if (moved) (void)moves(id, &record);
        check_ok(hs_incidents_add(builder, &record, &error), &error);
    }
    hs_incidents *incidents;
    check_ok(hs_incidents_finish(&builder, 1, geography, 9, NULL, &error, &incidents), &error);
    return incidents;
}

static size_t list_moves(const hs_incidents *base, hs_moved_row *moved) {
    size_t count = 0;
    for (uint32_t c = 0; c < base->chunk_count; c++)
        for (uint32_t i = 0; i < base->chunk[c]->count; i++) {
            hs_incident_record record;
            made_incident(hs_incident_row(base->chunk[c], i), &record);
            if (!moves(hs_incident_row(base->chunk[c], i), &record)) continue;
            moved[count++] = (hs_moved_row){.chunk = c,
                                            .row = i,
                                            .has_position = record.has_position,
                                            .reviewed = record.reviewed,
                                            .position = record.position,
                                            .match_type = record.match_type,
                                            .accuracy_m = record.accuracy_m};
        }
    return count;
}

static void check_alike(const hs_incidents *a, const hs_incident_chunk *chunk, uint32_t i,
                        const hs_incidents *b) {
    uint32_t j;
    const hs_incident_chunk *other = hs_incidents_find(b, hs_incident_row(chunk, i), &j);
    assert_non_null(other);
    assert_int_equal(chunk->positioned, other->positioned);
    for (int field = 0; field < HS_TIME_FIELDS; field++)
        assert_int_equal(hs_incident_time(chunk, i, (hs_time_field)field),
                         hs_incident_time(other, j, (hs_time_field)field));
    const hs_incident_attributes *one = hs_incident_attributes_of(chunk, i),
                                 *two = hs_incident_attributes_of(other, j);
    assert_int_equal(one->match_type, two->match_type);
    assert_int_equal(one->accuracy_m, two->accuracy_m);
    assert_int_equal(one->reviewed, two->reviewed);
    assert_int_equal(one->batch, two->batch);
    assert_true(hs_str_equal(a->source[one->source], b->source[two->source]));
    assert_true(hs_str_equal(a->category_code[hs_incident_category(chunk, i)],
                             b->category_code[hs_incident_category(other, j)]));
    hs_incident_texts here, there;
    hs_incident_texts_get(chunk, i, &here);
    hs_incident_texts_get(other, j, &there);
    assert_true(hs_str_equal(here.address, there.address) &&
                hs_str_equal(here.external_id, there.external_id));
    if (!chunk->positioned) return;
    hs_position p = hs_incident_position(chunk, i), q = hs_incident_position(other, j);
    assert_true(p.lon_e7 == q.lon_e7 && p.lat_e7 == q.lat_e7);
    assert_int_equal(hs_incident_segment(chunk, i), hs_incident_segment(other, j));
    assert_memory_equal(&a->path[hs_incident_path(chunk, i)], &b->path[hs_incident_path(other, j)],
                        sizeof(hs_unit_path));
}

static void as_built_anew(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography *g = made_geography();
    hs_incidents *base = build(g, false), *expected = build(g, true), *set;
    hs_moved_row *moved = calloc(ROWS, sizeof *moved);
    size_t count = list_moves(base, moved);
    assert_true(count > 700);
    check_ok(hs_incidents_move(base, moved, count, g, NULL, 12, &error, &set), &error);
    assert_true(set->count == ROWS && set->positioned == expected->positioned);
    assert_true(set->build != base->build && set->built_version == 12 && set->version == 12);
    assert_true(set->min_time_s == expected->min_time_s && set->max_time_s == expected->max_time_s);
    assert_true(set->late_count == count);
    uint64_t seen = 0;
    for (uint32_t c = 0; c < set->chunk_count; c++)
        for (uint32_t i = 0; i < set->chunk[c]->count; i++, seen++)
            if (seen % 7 == 0 || set->chunk[c]->late) check_alike(set, set->chunk[c], i, expected);
    assert_int_equal(seen, ROWS);
    hs_incidents_unref(base); /* nothing of the new set hangs on it */
    uint32_t i;
    assert_non_null(hs_incidents_find(set, 97, &i));
    hs_incidents_unref(set);
    hs_incidents_unref(expected);
    hs_geography_unref(g);
    free(moved);
}

static void others_are_shared(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography *g = made_geography();
    hs_incidents *base = build(g, false), *set;
    hs_moved_row moved = {
        .chunk = base->chunk_count - 1, .row = 0, .match_type = HS_MATCH_NONE, .reviewed = true};
    check_ok(hs_incidents_move(base, &moved, 1, g, NULL, 12, &error, &set), &error);
    for (uint32_t c = 0; c + 1 < base->chunk_count; c++)
        assert_ptr_equal(set->chunk[c], base->chunk[c]);
    assert_int_equal(set->chunk_count, base->chunk_count + 1);
    assert_int_equal(set->path_count, base->path_count);
    hs_incidents *same;
    check_ok(hs_incidents_move(set, NULL, 0, g, NULL, 13, &error, &same), &error);
    assert_int_equal(same->count, set->count);
    assert_ptr_equal(same->chunk[same->chunk_count - 1], set->chunk[set->chunk_count - 1]);
    hs_incidents_unref(same);
    hs_incidents_unref(set);
    hs_incidents_unref(base);
    hs_geography_unref(g);
}

static void removed(void **state) {
    (void)state;
    hs_error error = {0};
    hs_geography *g = made_geography();
    hs_incidents *base = build(g, false), *set;
    hs_moved_row *gone = calloc(ROWS, sizeof *gone);
    size_t count = 0;
    for (uint32_t c = 0; c < base->chunk_count; c++)
        for (uint32_t i = 0; i < base->chunk[c]->count; i++)
            if (hs_incident_row(base->chunk[c], i) % 89 == 0)
                gone[count++] = (hs_moved_row){.chunk = c, .row = i, .removed = true};
    check_ok(hs_incidents_move(base, gone, count, g, NULL, 12, &error, &set), &error);
    assert_int_equal(count, ROWS / 89);
    assert_int_equal(set->count, ROWS - count);
    assert_int_equal(set->late_count, 0);
    uint32_t i;
    assert_null(hs_incidents_find(set, 89, &i));
    for (uint32_t c = 0; c < set->chunk_count; c++)
        for (i = 0; i < set->chunk[c]->count; i++) {
            assert_true(hs_incident_row(set->chunk[c], i) % 89 != 0);
            if (i % 11 == 0) check_alike(set, set->chunk[c], i, base);
        }
    hs_incidents_unref(set);
    hs_incidents_unref(base);
    hs_geography_unref(g);
    free(gone);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_built_anew), cmocka_unit_test(others_are_shared),
                                       cmocka_unit_test(removed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
