/* The sample city's truth: expectations by segment against the process, the file read back. */
#include "sample_city.h"

#include <gdal.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <unistd.h>

#define FROM_DAY 20454 /* 2026-01-01 */

typedef struct made {
    hs_sample_city *city;
    hs_sample_process *process;
    hs_geography *geography;
} made;

static hs_status add_unit(void *context, const hs_unit_record *record, hs_error *error) {
    return hs_geography_add_unit(context, record, error);
}

static hs_status add_street(void *context, const hs_street_record *record, hs_error *error) {
    return hs_geography_add_street(context, record, error);
}

static hs_status add_address(void *context, const hs_address_record *record, hs_error *error) {
    return hs_geography_add_address(context, record, error);
}

static int make(void **state) {
    hs_error error = {0};
    made *m = calloc(1, sizeof *m);
    m->city = make_city(1);
    check_ok(hs_sample_process_new(m->city, 60000, &error, &m->process), &error);
    hs_geography_builder *builder = NULL;
    check_ok(hs_geography_builder_new(&error, &builder), &error);
    hs_sample_sink sink = {
        .context = builder, .unit = add_unit, .street = add_street, .address = add_address};
    check_ok(hs_sample_emit_units(m->city, &sink, &error), &error);
    check_ok(hs_sample_emit_streets(m->city, &sink, &error), &error);
    check_ok(hs_sample_emit_addresses(m->city, &sink, &error), &error);
    check_ok(hs_geography_finish(builder, 1, &error, &m->geography), &error);
    *state = m;
    return 0;
}

static int drop(void **state) {
    made *m = *state;
    hs_geography_unref(m->geography);
    hs_sample_city_free(m->city);
    free(m);
    return 0;
}

static double mean_of(const hs_sample_process *process, int64_t from_day, uint32_t days) {
    double mean = 0;
    for (uint32_t c = 0; c < process->component_count; c++)
        for (uint32_t d = 0; d < days; d++)
            mean += hs_sample_day_mean(process, c, from_day + d);
    return mean;
}

/* Every edge is part of exactly one segment of the same street, and the segments' lengths add up. */
static void test_edges_are_segments(void **state) {
    made *m = *state;
    hs_error error = {0};
    uint32_t *segment = malloc(m->city->edge_count * sizeof *segment);
    check_ok(hs_sample_match_edges(m->city, m->geography, &error, segment), &error);
    double edges_m = 0;
    double segments_m = 0;
    for (uint32_t e = 0; e < m->city->edge_count; e++) {
        assert_int_not_equal(segment[e], HS_NONE);
        assert_int_equal(m->geography->segments.street[segment[e]], m->city->edge[e].street);
        edges_m += m->city->edge[e].length_m;
    }
    for (uint32_t s = 0; s < m->geography->segments.count; s++)
        segments_m += (double)m->geography->segments.length_m[s];
    check_near(segments_m / edges_m, 1, 0.002);
    free(segment);
}

static void test_noded_graph_is_connected(void **state) {
    made *m = *state;
    const hs_segments *segments = &m->geography->segments;
    uint32_t *reached = calloc(segments->node_count, sizeof *reached);
    uint32_t *queue = malloc(segments->node_count * sizeof *queue);
    uint32_t head = 0;
    uint32_t tail = 0;
    reached[0] = 1;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t node = queue[head++];
        for (uint32_t k = segments->node_first[node]; k < segments->node_first[node + 1]; k++) {
            uint32_t s = segments->node_segment[k];
            uint32_t other = segments->from_node[s] == node ? segments->to_node[s] : segments->from_node[s];
            if (!reached[other]) queue[tail++] = other;
            reached[other] = 1;
        }
    }
    assert_int_equal(tail, segments->node_count);
    free(reached);
    free(queue);
}

/* A house stands in the community beside its street and nearer to its own street than to any other, but
 * where another one runs close by. */
static void test_addresses_lie_by_their_street(void **state) {
    made *m = *state;
    uint32_t elsewhere = 0;
    for (uint32_t a = 0; a < m->city->address_count; a++) {
        hs_placement placement;
        hs_geography_place(m->geography, m->city->address[a].position, &placement);
        for (int level = 0; level < HS_LEVEL_COUNT; level++)
            assert_int_not_equal(placement.unit[level], HS_NONE);
        assert_int_not_equal(placement.segment, HS_NONE);
        elsewhere += m->geography->segments.street[placement.segment] != m->city->address[a].street;
    }
    assert_true(elsewhere < m->city->address_count / 50);
}

typedef struct total {
    double all, by_hour[24];
    uint32_t rows, last_segment;
} total;

static hs_status add_expected(void *context, const hs_sample_expected *row, hs_error *error) {
    (void)error;
    total *sum = context;
    assert_true(row->expected > 0 && row->hour < 24 && row->segment >= sum->last_segment);
    sum->last_segment = row->segment;
    sum->all += row->expected;
    sum->by_hour[row->hour] += row->expected;
    sum->rows++;
    return HS_OK;
}

static void test_expected_adds_up_to_the_mean(void **state) {
    made *m = *state;
    hs_error error = {0};
    total sum = {0};
    check_ok(hs_sample_expect(m->process, m->geography, FROM_DAY, 30, add_expected, &sum, &error), &error);
    check_near(sum.all, mean_of(m->process, FROM_DAY, 30), 1e-6);
    assert_true(sum.all > 300 && sum.all < 3000);
}

/* Events drawn for the same days fall on the hours as expected: chi-square over at most 24 hours. */
static void test_expected_agrees_with_draws(void **state) {
    made *m = *state;
    hs_error error = {0};
    total sum = {0};
    check_ok(hs_sample_expect(m->process, m->geography, FROM_DAY, 30, add_expected, &sum, &error), &error);
    const uint32_t count = 200000;
    hs_random random;
    hs_random_seed(&random, 11);
    hs_sample_event *events = NULL;
    check_ok(hs_sample_draw(m->process, FROM_DAY, FROM_DAY + 30, count, &random, &error, &events), &error);
    double counted[24] = {0};
    for (uint32_t e = 0; e < count; e++)
        counted[events[e].local_s / 3600 % 24]++;
    free(events);
    double chi2 = 0;
    for (uint32_t h = 0; h < 24; h++) {
        double expected = sum.by_hour[h] / sum.all * count;
        if (expected > 0) chi2 += (counted[h] - expected) * (counted[h] - expected) / expected;
        if (!(expected > 0)) assert_true(counted[h] == 0);
    }
    assert_true(chi2 < 60); /* 23 degrees of freedom exceed 60 less than once in 20,000 times */
}

static double query(GDALDatasetH dataset, const char *sql) {
    OGRLayerH result = GDALDatasetExecuteSQL(dataset, sql, NULL, NULL);
    assert_non_null(result);
    OGRFeatureH feature = OGR_L_GetNextFeature(result);
    double value = OGR_F_GetFieldAsDouble(feature, 0);
    OGR_F_Destroy(feature);
    GDALDatasetReleaseResultSet(dataset, result);
    return value;
}

static void test_file_round_trip(void **state) {
    made *m = *state;
    hs_error error = {0};
    char folder[] = "/tmp/hs-truth-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof path, "%s/city.truth.gpkg", folder);
    check_ok(hs_sample_write_truth(path, m->process, m->geography, FROM_DAY, &error), &error);
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    check_near(query(dataset, "SELECT sum(expected) FROM expected"), mean_of(m->process, FROM_DAY, 30), 1e-6);
    assert_true(query(dataset, "SELECT count(*) FROM segments") == m->geography->segments.count);
    assert_true(
        query(dataset, "SELECT count(*) FROM expected WHERE segment NOT IN (SELECT segment FROM segments)") ==
        0);
    assert_true(query(dataset, "SELECT count(DISTINCT category) FROM expected") ==
                m->city->definition.category_count);
    assert_true(query(dataset, "SELECT count(*) FROM planted") == m->city->definition.planted_count);
    assert_true(query(dataset,
                      "SELECT count(*) FROM planted WHERE segments = '' OR hours = '' OR weekdays = '' OR "
                      "\"from\" = '' OR strength <= 0 OR story = ''") == 0);
    GDALClose(dataset);
    unlink(path);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_are_segments),
        cmocka_unit_test(test_noded_graph_is_connected),
        cmocka_unit_test(test_addresses_lie_by_their_street),
        cmocka_unit_test(test_expected_adds_up_to_the_mean),
        cmocka_unit_test(test_expected_agrees_with_draws),
        cmocka_unit_test(test_file_round_trip),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
