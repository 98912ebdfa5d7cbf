#include "made_city.h"

#include "geo/hilbert.h"

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

static void check_same_chunk(const hs_incident_chunk *a, const hs_incident_chunk *b) {
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->positioned, b->positioned);
    assert_int_equal(a->texts_size, b->texts_size);
    size_t n = a->count;
    assert_memory_equal(a->row, b->row, n * 8);
    assert_memory_equal(a->reported_s, b->reported_s, n * 8);
    assert_memory_equal(a->category, b->category, n * 2);
    assert_memory_equal(a->source, b->source, n * 2);
    assert_memory_equal(a->accuracy_m, b->accuracy_m, n * 2);
    assert_memory_equal(a->batch, b->batch, n * 4);
    assert_memory_equal(a->texts, b->texts, a->texts_size);
    if (!a->positioned) return;
    assert_memory_equal(a->position, b->position, n * 8);
    assert_memory_equal(a->path, b->path, n * 4);
    assert_memory_equal(a->segment, b->segment, n * 4);
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

static void check_row(const hs_geography *g, const hs_incidents *set, const hs_incident_chunk *chunk,
                      uint32_t i) {
    hs_incident_record record;
    made_incident(chunk->row[i], &record);
    assert_int_equal(record.has_position, chunk->positioned);
    assert_true(hs_str_equal(set->category_code[chunk->category[i]], record.category));
    assert_true(hs_str_equal(set->source[chunk->source[i]], record.source));
    assert_int_equal(chunk->occurred_s[i], record.occurred_s);
    assert_int_equal(chunk->batch[i], record.batch);
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    check_str(texts.external_id, "x");
    assert_true(hs_str_equal(texts.address, record.address));
    assert_int_equal(texts.unit.size, 0);
    if (!chunk->positioned) return;
    hs_placement placement;
    hs_geography_place(g, record.position, &placement);
    assert_memory_equal(set->path[chunk->path[i]].unit, placement.unit, sizeof placement.unit);
    assert_int_equal(chunk->segment[i], placement.segment);
    const hs_mercator_box *box = &chunk->block_box[i / HS_BLOCK_ROWS];
    hs_mercator m = chunk->mercator[i];
    assert_true(m.x >= box->min_x && m.x <= box->max_x && m.y >= box->min_y && m.y <= box->max_y);
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
        assert_int_equal(chunk->ordered, chunk->positioned);
        for (uint32_t i = 0; i < chunk->count; i++) {
            assert_false(seen[chunk->row[i]]);
            seen[chunk->row[i]] = true;
            check_row(g, set, chunk, i);
            if (!chunk->positioned) continue;
            uint64_t key = hs_hilbert(chunk->mercator[i].x, chunk->mercator[i].y);
            assert_true(key >= before);
            if (key == before && i > 0) assert_true(chunk->row[i] > chunk->row[i - 1]);
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
    assert_true(columns > ROWS * 60 && texts > ROWS * 6);
    hs_incidents_unref(set);
    hs_geography_unref(g);
}

static void appending_shares(void **state) {
    (void)state;
    hs_geography *g = made_geography();
    hs_incidents *base = build(g, 1, 0, false), *more;
    hs_incidents_builder *builder;
    hs_error error = {0};
    check_ok(hs_incidents_builder_new(&error, &builder), &error);
    hs_incident_record record;
    made_incident(ROWS + 1, &record);
    record.has_position = true;
    record.category = HS_STR("new kind");
    record.weight = 2.5F;
    record.accuracy_m = 3.2F;
    check_ok(hs_incidents_add(builder, &record, &error), &error);
    check_ok(hs_incidents_append(base, builder, g, 10, &error, &more), &error);
    assert_int_equal(more->count, ROWS + 1);
    assert_int_equal(more->chunk_count, base->chunk_count + 1);
    assert_int_equal(more->category_count, base->category_count + 1);
    assert_ptr_equal(more->chunk[0], base->chunk[0]);
    hs_incidents_unref(base);
    const hs_incident_chunk *fresh = NULL;
    for (uint32_t i = 0; i < more->chunk_count; i++) {
        if (i > 0) assert_true(more->chunk[i - 1]->positioned || !more->chunk[i]->positioned);
        if (more->chunk[i]->count == 1) fresh = more->chunk[i];
    }
    assert_non_null(fresh);
    assert_false(fresh->ordered);
    check_near(fresh->weight[0], 2.5, 0);
    assert_int_equal(fresh->accuracy_m[0], 4);
    check_str(more->category_code[fresh->category[0]], "new kind");
    hs_incidents_unref(more);
    hs_geography_unref(g);
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
        cmocka_unit_test(deterministic),
        cmocka_unit_test(every_row_as_it_came),
        cmocka_unit_test(appending_shares),
        cmocka_unit_test(none_and_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
