#include "made_city.h"

#include "geo/hilbert.h"
#include <math.h>
#include <stdlib.h>

enum { ROWS = 70000 };

/* Rows dealt out to builders by `deal`: the same rows must give the same columns. */
static hs_incidents *build(const hs_geography *geography, unsigned builders, unsigned threads,
                           bool backwards) {
    hs_error error = {0};
    hs_incidents_builder *list[8];
    hs_pool *pool = NULL;
    if (threads > 0) check_ok(hs_pool_new(threads, &error, &pool), &error);
    for (unsigned b = 0; b < builders; b++)
        check_ok(hs_incidents_builder_new(&error, &list[b]), &error);
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t id = backwards ? ROWS - i : i + 1;
        hs_incident_record record;
        made_incident(id, &record);
        check_ok(hs_incidents_add(list[id % builders], &record, &error), &error);
    }
    hs_incidents *incidents;
    check_ok(hs_incidents_finish(list, builders, geography, 9, pool, &error, &incidents), &error);
    hs_pool_free(pool);
    return incidents;
}

static void check_same_row(const hs_incident_chunk *a, const hs_incident_chunk *b, uint32_t i) {
    assert_int_equal(hs_incident_row(a, i), hs_incident_row(b, i));
    for (int field = 0; field < HS_TIME_FIELDS; field++)
        assert_int_equal(hs_incident_time(a, i, (hs_time_field)field),
                         hs_incident_time(b, i, (hs_time_field)field));
    assert_int_equal(hs_incident_category(a, i), hs_incident_category(b, i));
    assert_memory_equal(hs_incident_attributes_of(a, i), hs_incident_attributes_of(b, i),
                        sizeof(hs_incident_attributes));
    assert_true(hs_incident_weight(a, i) == hs_incident_weight(b, i));
    assert_int_equal(a->text[i], b->text[i]);
    if (!a->positioned) return;
    hs_position p = hs_incident_position(a, i), q = hs_incident_position(b, i);
    assert_int_equal(p.lon_e7, q.lon_e7);
    assert_int_equal(p.lat_e7, q.lat_e7);
    assert_memory_equal(&a->mercator[i], &b->mercator[i], sizeof(hs_mercator));
    assert_int_equal(hs_incident_path(a, i), hs_incident_path(b, i));
    assert_int_equal(hs_incident_segment(a, i), hs_incident_segment(b, i));
}

static void check_same_chunk(const hs_incident_chunk *a, const hs_incident_chunk *b) {
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->positioned, b->positioned);
    assert_int_equal(a->texts_size, b->texts_size);
    assert_memory_equal(a->texts, b->texts, a->texts_size);
    for (uint32_t i = 0; i < a->count; i++)
        check_same_row(a, b, i);
}

static void check_same(const hs_incidents *a, const hs_incidents *b) {
    assert_int_equal(a->chunk_count, b->chunk_count);
    assert_int_equal(a->path_count, b->path_count);
    assert_memory_equal(a->path, b->path, a->path_count * sizeof *a->path);
    assert_int_equal(a->category_count, b->category_count);
    for (uint32_t i = 0; i < a->category_count; i++)
        assert_true(hs_str_equal(a->category_code[i], b->category_code[i]));
    for (uint32_t i = 0; i < a->chunk_count; i++)
        check_same_chunk(a->chunk[i], b->chunk[i]);
}

static void deterministic(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *one = build(g, 1, 0, false);
    hs_incidents *many = build(g, 5, 3, true);
    check_same(one, many);
    hs_incidents_unref(many);
    hs_incidents_unref(one);
    hs_geography_unref(g);
}

static void check_by_row(const hs_incident_chunk *chunk) {
    const uint16_t *by_row = hs_incident_by_row(chunk);
    assert_true(by_row == hs_incident_by_row(chunk));
    assert_int_equal(by_row != NULL, chunk->row_offset != NULL);
    if (!by_row || chunk->count == 0) return;
    for (uint32_t k = 0; k < chunk->count; k++) {
        int64_t row = hs_incident_row(chunk, by_row[k]);
        if (k > 0) assert_true(row > hs_incident_row(chunk, by_row[k - 1]));
        if (k % 97 != 0) continue;
        assert_int_equal(hs_incident_first_behind(chunk, by_row, row - 1), k);
        assert_int_equal(hs_incident_first_behind(chunk, by_row, row), k + 1);
    }
    assert_int_equal(hs_incident_first_behind(chunk, by_row, INT64_MIN), 0);
    assert_int_equal(hs_incident_first_behind(chunk, by_row, INT64_MAX), chunk->count);
}

static void in_the_order_of_rows(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *set = build(g, 3, 2, true);
    for (uint32_t c = 0; c < set->chunk_count; c++)
        check_by_row(set->chunk[c]);
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

static void check_placed(const hs_geography *g, const hs_incidents *set, const hs_incident_chunk *chunk,
                         uint32_t i, hs_position position) {
    hs_placement placement;
    hs_geography_place(g, position, &placement);
    assert_memory_equal(set->path[hs_incident_path(chunk, i)].unit, placement.unit, sizeof placement.unit);
    assert_int_equal(hs_incident_segment(chunk, i), placement.segment);
    hs_position here = hs_incident_position(chunk, i);
    assert_int_equal(here.lon_e7, position.lon_e7);
    assert_int_equal(here.lat_e7, position.lat_e7);
    const hs_mercator_box *box = &chunk->block_box[i / HS_BLOCK_ROWS];
    hs_mercator m = chunk->mercator[i], expected = hs_mercator_from_position(position);
    assert_memory_equal(&m, &expected, sizeof m);
    assert_true(m.x >= box->min_x && m.x <= box->max_x && m.y >= box->min_y && m.y <= box->max_y);
}

/* A row has what its record had. */
static void check_record(const hs_geography *g, const hs_incidents *set, const hs_incident_chunk *chunk,
                         uint32_t i, const hs_incident_record *record) {
    assert_int_equal(hs_incident_row(chunk, i), record->id);
    assert_int_equal(record->has_position, chunk->positioned);
    const hs_incident_attributes *attributes = hs_incident_attributes_of(chunk, i);
    assert_true(hs_str_equal(set->category_code[hs_incident_category(chunk, i)], record->category));
    assert_true(hs_str_equal(set->source[attributes->source], record->source));
    assert_true(hs_str_equal(set->status[attributes->status], record->status));
    assert_int_equal(attributes->batch, record->batch);
    assert_int_equal(attributes->match_type, record->match_type);
    assert_int_equal(attributes->accuracy_m, (int)ceilf(record->accuracy_m));
    assert_int_equal(hs_incident_time(chunk, i, HS_TIME_OCCURRED), record->occurred_s);
    assert_int_equal(hs_incident_time(chunk, i, HS_TIME_REPORTED), record->reported_s);
    assert_int_equal(hs_incident_time(chunk, i, HS_TIME_CLOSED), record->closed_s);
    assert_int_equal(hs_incident_time(chunk, i, HS_TIME_DEADLINE), record->deadline_s);
    assert_int_equal(hs_incident_time(chunk, i, HS_TIME_DEFAULT),
                     record->occurred_s != HS_NO_TIME ? record->occurred_s : record->reported_s);
    check_near(hs_incident_weight(chunk, i), record->weight, 0);
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    check_str(texts.external_id, "x");
    assert_true(hs_str_equal(texts.address, record->address));
    assert_int_equal(texts.unit.size, 0);
    if (chunk->positioned) check_placed(g, set, chunk, i, record->position);
}

static void check_row(const hs_geography *g, const hs_incidents *set, const hs_incident_chunk *chunk,
                      uint32_t i) {
    hs_incident_record record;
    made_incident(hs_incident_row(chunk, i), &record);
    check_record(g, set, chunk, i, &record);
}

static void every_row_as_it_came(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *set = build(g, 3, 2, false);
    static bool seen[ROWS + 1];
    uint64_t count = 0, positioned = 0, before = 0;
    for (uint32_t c = 0; c < set->chunk_count; c++) {
        const hs_incident_chunk *chunk = set->chunk[c];
        assert_null(chunk->weight);
        assert_null(chunk->wide_row);
        assert_null(chunk->wide_position);
        assert_null(chunk->time[HS_TIME_DEADLINE].offset_s);
        assert_false(chunk->late);
        assert_int_equal(chunk->version, 9);
        assert_int_equal(chunk->ordered, chunk->positioned);
        for (uint32_t i = 0; i < chunk->count; i++) {
            assert_false(seen[hs_incident_row(chunk, i)]);
            seen[hs_incident_row(chunk, i)] = true;
            check_row(g, set, chunk, i);
            if (!chunk->positioned) continue;
            uint64_t key = hs_hilbert(chunk->mercator[i].x, chunk->mercator[i].y);
            assert_true(key >= before);
            if (key == before && i > 0)
                assert_true(hs_incident_row(chunk, i) > hs_incident_row(chunk, i - 1));
            before = key;
        }
        count += chunk->count;
        positioned += chunk->positioned ? chunk->count : 0;
    }
    assert_int_equal(count, ROWS);
    assert_int_equal(set->count, ROWS);
    assert_int_equal(set->positioned, positioned);
    size_t columns, texts;
    hs_incidents_bytes(set, &columns, &texts);
    /* Without deadlines, weights and hours a row has 35 bytes; the tables of 70,000 rows are small. */
    assert_true(columns > ROWS * 32 && columns < ROWS * 40 && texts > ROWS * 6);
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

static hs_incidents *append(const hs_incidents *base, const hs_geography *g,
                            const hs_incident_record *records, size_t count, uint64_t version) {
    hs_incidents_builder *builder;
    hs_incidents *more;
    hs_error error = {0};
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    for (size_t i = 0; i < count; i++)
        check_ok(hs_incidents_add(builder, &records[i], &error), &error);
    check_ok(hs_incidents_append(base, builder, g, version, &error, &more), &error);
    return more;
}

static void appending_shares(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *base = build(g, 1, 0, false);
    hs_incident_record record;
    made_incident(ROWS + 1, &record);
    record.has_position = true;
    record.category = HS_STR("new kind");
    record.weight = 2.5F;
    record.accuracy_m = 3.2F;
    hs_incidents *more = append(base, g, &record, 1, 10);
    assert_int_equal(more->count, ROWS + 1);
    assert_int_equal(more->late_count, 1);
    assert_int_equal(more->built_version, 9);
    assert_int_equal(more->chunk_count, base->chunk_count + 1);
    assert_int_equal(more->category_count, base->category_count + 1);
    assert_ptr_equal(more->chunk[0], base->chunk[0]);
    assert_ptr_not_equal(more->category_code, base->category_code);
    hs_incidents_unref(base);
    const hs_incident_chunk *fresh = NULL;
    for (uint32_t i = 0; i < more->chunk_count; i++) {
        if (i > 0) assert_true(more->chunk[i - 1]->positioned || !more->chunk[i]->positioned);
        if (more->chunk[i]->count == 1) fresh = more->chunk[i];
    }
    assert_non_null(fresh);
    assert_false(fresh->ordered);
    assert_true(fresh->late);
    assert_int_equal(fresh->version, 10);
    check_record(g, more, fresh, 0, &record);
    /* The next one joins it; nothing is new, so the tables are the same. */
    record.id = ROWS + 2;
    record.weight = 1;
    hs_incidents *next = append(more, g, &record, 1, 11);
    assert_int_equal(next->chunk_count, more->chunk_count);
    assert_ptr_equal(next->category_code, more->category_code);
    assert_ptr_equal(next->path, more->path);
    uint32_t differing = 0;
    for (uint32_t i = 0; i < next->chunk_count; i++) {
        if (next->chunk[i] == more->chunk[i]) continue;
        differing++;
        assert_int_equal(next->chunk[i]->count, 2);
        assert_int_equal(next->chunk[i]->version, 11);
        assert_int_equal(hs_incident_row(next->chunk[i], 0), ROWS + 1);
        check_near(hs_incident_weight(next->chunk[i], 0), 2.5, 0);
        check_record(g, next, next->chunk[i], 1, &record);
    }
    assert_int_equal(differing, 1);
    hs_incidents_unref(next);
    hs_incidents_unref(more);
    hs_geography_unref(g);
}

/* Every row of 1 to `count` stands in the set once, as it came; chunks that are ordered are so. */
static void check_all(const hs_geography *g, const hs_incidents *set, uint32_t count) {
    bool *seen = calloc(count + 1, sizeof *seen);
    uint64_t rows = 0, late = 0;
    for (uint32_t c = 0; c < set->chunk_count; c++) {
        const hs_incident_chunk *chunk = set->chunk[c];
        if (c > 0) assert_true(set->chunk[c - 1]->positioned || !chunk->positioned);
        uint64_t before = 0;
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t id = hs_incident_row(chunk, i);
            assert_true(id >= 1 && id <= count && !seen[id]);
            seen[id] = true;
            check_row(g, set, chunk, i);
            if (!chunk->ordered) continue;
            uint64_t key = hs_hilbert(chunk->mercator[i].x, chunk->mercator[i].y);
            assert_true(key >= before);
            before = key;
        }
        rows += chunk->count;
        late += chunk->late ? chunk->count : 0;
    }
    free(seen);
    assert_int_equal(rows, count);
    assert_int_equal(set->count, count);
    assert_int_equal(set->late_count, late);
}

/* Rows come in small and large groups; chunks stay few, and those that are not merged stay the same. */
static void live_rows_are_merged(void **state) {
    (void)state;
    enum { LIVE = 90000, MOST = 6000 };
    hs_geography *g = made_geography();
    hs_error error = {0};
    hs_incidents_builder *builder;
    hs_incidents *set;
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    check_ok(hs_incidents_finish(&builder, 1, g, 1, NULL, &error, &set), &error);
    hs_incident_record *records = calloc(MOST, sizeof *records);
    static const uint32_t groups[] = {1, 1, 7, 200, 100, 30, 255, 256, 257, 2, MOST, 3};
    unsigned merges = 0;
    for (uint32_t count = 0, step = 0; count < LIVE; step++) {
        uint32_t group = groups[step % (sizeof groups / sizeof *groups)];
        if (count + group > LIVE) group = LIVE - count;
        for (uint32_t i = 0; i < group; i++)
            made_incident(count + i + 1, &records[i]);
        hs_incidents *more = append(set, g, records, group, step + 2);
        hs_incidents_unref(set);
        set = more;
        count += group;
        assert_int_equal(set->version, step + 2);
        while (hs_incidents_merge_due(set)) {
            check_ok(hs_incidents_merge(set, NULL, &error, &more), &error);
            assert_int_equal(more->count, set->count);
            assert_int_equal(more->version, set->version);
            hs_incidents_unref(set);
            set = more;
            merges++;
        }
        assert_true(set->chunk_count <= 2 * (16 + 16));
    }
    assert_true(merges > 10);
    uint32_t most = 0;
    for (uint32_t i = 0; i < set->chunk_count; i++)
        if (set->chunk[i]->ordered && set->chunk[i]->count > most) most = set->chunk[i]->count;
    assert_int_equal(most, HS_CHUNK_ROWS);
    assert_int_equal(set->built_version, 1);
    assert_int_equal(set->late_count, LIVE);
    check_all(g, set, LIVE);
    free(records);
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

/* Entity tags: only the boxes that a live incident lies in change, and merging changes none. */
static void state_of_boxes(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *set = build(g, 1, 0, false);
    hs_error error = {0};
    const hs_mercator_box world = {0, 0, UINT32_MAX, UINT32_MAX};
    for (uint32_t step = 0; step < 40; step++) {
        hs_incident_record records[300];
        uint32_t count = step % 10 == 9 ? 300 : 1;
        for (uint32_t i = 0; i < count; i++) {
            made_incident(ROWS + 1 + step * 300 + i, &records[i]);
            records[i].has_position = true;
        }
        hs_mercator m = hs_mercator_from_position(records[0].position);
        const hs_mercator_box here = {m.x, m.y, m.x, m.y}, beside = {m.x + 1, 0, m.x - 1, UINT32_MAX},
                              above = {0, 0, UINT32_MAX, m.y - 1}, round = {m.x, 0, m.x - 1, UINT32_MAX};
        hs_incidents *more = append(set, g, records, count, 10 + step), *merged = NULL;
        assert_true(hs_incidents_state(set, &world) != hs_incidents_state(more, &world));
        assert_true(hs_incidents_state(set, &here) != hs_incidents_state(more, &here));
        assert_true(hs_incidents_state(set, &round) != hs_incidents_state(more, &round));
        if (count == 1) {
            assert_true(hs_incidents_state(set, &beside) == hs_incidents_state(more, &beside));
            assert_true(hs_incidents_state(set, &above) == hs_incidents_state(more, &above));
        }
        if (hs_incidents_merge_due(more)) {
            check_ok(hs_incidents_merge(more, NULL, &error, &merged), &error);
            assert_true(hs_incidents_state(more, &world) == hs_incidents_state(merged, &world));
            assert_true(hs_incidents_state(more, &here) == hs_incidents_state(merged, &here));
            assert_true(hs_incidents_state(more, &beside) == hs_incidents_state(merged, &beside));
            assert_true(hs_incidents_state(more, &above) == hs_incidents_state(merged, &above));
            hs_incidents_unref(more);
            more = merged;
        }
        hs_incidents_unref(set);
        set = more;
    }
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

/* What narrow columns cannot hold: ids and times far apart, positions beyond the square. */
static void wide_values(void **state) {
    (void)state;
    static const int64_t ids[] = {INT64_MIN + 1, -1, 5, UINT32_MAX, INT64_MAX};
    static const int64_t times[] = {-62135596800, 0, 253402300799, HS_NO_TIME, 1704067200};
    static const hs_position positions[] = {{-1800000000, -900000000},
                                            {1800000000, 900000000},
                                            {1799999999, 850511290},
                                            {0, -850511287},
                                            {17, 850511281}};
    enum { COUNT = 5 };
    hs_geography *g = made_geography();
    hs_error error = {0};
    hs_incidents_builder *builder;
    hs_incident_record records[COUNT];
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    for (size_t i = 0; i < COUNT; i++) {
        made_incident((int64_t)i + 1, &records[i]);
        records[i].id = ids[i];
        records[i].has_position = true;
        records[i].position = positions[i];
        records[i].reported_s = times[i];
        records[i].occurred_s = HS_NO_TIME;
        records[i].deadline_s = times[COUNT - 1 - i];
        records[i].weight = (float)i;
        check_ok(hs_incidents_add(builder, &records[i], &error), &error);
    }
    hs_incidents *set;
    check_ok(hs_incidents_finish(&builder, 1, g, 1, NULL, &error, &set), &error);
    assert_int_equal(set->chunk_count, 1);
    const hs_incident_chunk *chunk = set->chunk[0];
    assert_non_null(chunk->wide_row);
    assert_non_null(chunk->wide_position);
    assert_non_null(chunk->time[HS_TIME_REPORTED].wide_s);
    assert_null(chunk->time[HS_TIME_OCCURRED].wide_s);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t which = 0;
        while (ids[which] != hs_incident_row(chunk, i))
            which++;
        check_record(g, set, chunk, i, &records[which]);
    }
    assert_int_equal(set->min_time_s, times[0]);
    assert_int_equal(set->max_time_s, times[2]);
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

/* Chunks keep no positions but those of the square: there and back is exact up to where that is used. */
static void positions_survive(void **state) {
    (void)state;
    enum { EDGE = 850511280, COUNT = 300000 };
    static const int32_t lons[] = {-1800000000, -1799999999, -1, 0, 1, 1799999999, 1800000000};
    hs_random random;
    hs_random_seed(&random, 3);
    for (int32_t i = 0; i < COUNT; i++) {
        hs_position p = {(int32_t)((int64_t)hs_random_below(&random, 3600000001U) - 1800000000),
                         (int32_t)((int64_t)hs_random_below(&random, 2U * EDGE + 1) - EDGE)};
        if (i % 3 == 0) p.lon_e7 = lons[i / 3 % 7];
        if (i % 3 == 1) p.lat_e7 = i % 2 ? EDGE - i / 6 : i / 6 - EDGE;
        hs_position back = hs_mercator_to_position(hs_mercator_from_position(p));
        assert_int_equal(back.lon_e7, p.lon_e7);
        assert_int_equal(back.lat_e7, p.lat_e7);
    }
}

static void none_and_limits(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_error error = {0};
    hs_incidents_builder *builder;
    hs_incidents *set;
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    hs_incident_record record;
    made_incident(1, &record);
    record.batch = INT64_MAX;
    assert_int_equal(hs_incidents_add(builder, &record, &error), HS_E_LIMIT);
    check_ok(hs_incidents_finish(&builder, 1, g, 1, NULL, &error, &set), &error);
    assert_int_equal(set->count, 0);
    assert_int_equal(set->chunk_count, 0);
    assert_int_equal(set->min_time_s, HS_NO_TIME);
    hs_incidents_unref(set);
    hs_incidents_unref(NULL);
    hs_geography_unref(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_order_of_rows), cmocka_unit_test(deterministic),
        cmocka_unit_test(every_row_as_it_came), cmocka_unit_test(appending_shares),
        cmocka_unit_test(live_rows_are_merged), cmocka_unit_test(state_of_boxes),
        cmocka_unit_test(wide_values),          cmocka_unit_test(positions_survive),
        cmocka_unit_test(none_and_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
