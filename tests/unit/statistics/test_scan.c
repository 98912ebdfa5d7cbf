/* The spatial scan statistic: Pennsylvania lung cancer in the shared reference data as R's SpatialEpi has it
 * (ANCHORS.md) and New York leukaemia about the tracts' points as a few lines of numpy have it, which try
 * every circle; both skip where the data is absent. And
 * properties on made data. */
#include "check.h"

#include "base/pool.h"
#include "base/random.h"
#include <gdal.h>
#include <hotspot/scan_statistic.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 300 };

typedef struct table {
    uint32_t count;
    char name[MOST][40];
    double x[MOST], y[MOST], cases[MOST], people[MOST];
} table;

static table rows;

typedef struct fields {
    const char *name, *cases, *people, *x, *y; /* name, x and y may be NULL */
} fields;

static double number(OGRFeatureH feature, const char *field) {
    return OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, field));
}

/* Rows of a layer, those of one name added up; middles from columns or of polygons, in metres by the latitude
 * of 41 degrees. */
static void read_rows(const char *file, fields f) {
    const char *name = f.name;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/reference/%s", SHARED_DATA, file);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    GDALAllRegister();
    GDALDatasetH source = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(source);
    OGRLayerH layer = GDALDatasetGetLayer(source, 0);
    rows.count = 0;
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)); OGR_F_Destroy(feature)) {
        const char *called = name ? OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, name)) : "";
        uint32_t i = 0;
        while (name && i < rows.count && strcmp(rows.name[i], called) != 0)
            i++;
        if (!name || i == rows.count) {
            i = rows.count++;
            assert_true(i < MOST);
            (void)snprintf(rows.name[i], sizeof rows.name[i], "%s", called);
            OGRGeometryH middle = OGR_G_CreateGeometry(wkbPoint);
            assert_int_equal(OGR_G_Centroid(OGR_F_GetGeometryRef(feature), middle), OGRERR_NONE);
            rows.x[i] = f.x ? number(feature, f.x) : OGR_G_GetX(middle, 0) * 84000;
            rows.y[i] = f.y ? number(feature, f.y) : OGR_G_GetY(middle, 0) * 111000;
            OGR_G_DestroyGeometry(middle);
            rows.cases[i] = rows.people[i] = 0;
        }
        rows.cases[i] += number(feature, f.cases);
        rows.people[i] += number(feature, f.people);
    }
    GDALClose(source);
}

static uint32_t scan(hs_scan_model model, uint32_t replications, hs_pool *pool, hs_scan_cluster *clusters,
                     uint32_t *cluster_of) {
    hs_error error = {0};
    uint32_t found = 0;
    const hs_scan_areas areas = {rows.count, rows.x, rows.y, rows.cases, rows.people};
    const hs_scan_request request = {model, 0.5, replications, 11};
    check_ok(hs_scan_circles(&areas, &request, pool, 8, &error, clusters, &found, cluster_of), &error);
    return found;
}

static void test_leukaemia(void **state) {
    (void)state;
    hs_scan_cluster clusters[8];
    uint32_t cluster_of[MOST];
    read_rows("ny8_leukemia_utm18.gpkg", (fields){NULL, "Cases", "POP8", "Xm", "Ym"});
    assert_int_equal(rows.count, 281);
    assert_true(scan(HS_SCAN_POISSON, 999, NULL, clusters, cluster_of) >= 2);
    check_near(clusters[0].log_likelihood_ratio, 13.058117383274592, 1e-8);
    check_near(clusters[0].cases, 95.331079, 1e-6);
    check_near(clusters[0].expected, 55.752500992945826, 1e-8);
    assert_int_equal(clusters[0].size, 24);
    assert_true(clusters[0].p <= 0.01);
}

static void test_lung_cancer(void **state) {
    (void)state;
    static const char *const inside[] = {"washington", "greene",       "allegheny", "beaver",
                                         "fayette",    "westmoreland", "butler"};
    hs_scan_cluster clusters[8];
    uint32_t cluster_of[MOST];
    read_rows("penn_lung_cancer.gpkg", (fields){"county", "cases", "population", NULL, NULL});
    assert_int_equal(rows.count, 67);
    assert_true(scan(HS_SCAN_BERNOULLI, 99, NULL, clusters, cluster_of) >= 1);
    check_near(clusters[0].log_likelihood_ratio, 36.57051061, 5e-8);
    check_near(clusters[0].cases, 2359, 0);
    check_near(clusters[0].expected, 2008.222860, 5e-6);
    check_near(clusters[0].p, 0.01, 1e-12);
    uint32_t members = 0;
    for (uint32_t i = 0; i < rows.count; i++) {
        if (cluster_of[i] != 0) continue;
        bool named = false;
        for (size_t k = 0; k < sizeof inside / sizeof *inside; k++)
            named = named || strcmp(rows.name[i], inside[k]) == 0;
        assert_true(named);
        members++;
    }
    assert_int_equal(members, 7);
}

static void make_rows(uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    rows.count = 60;
    for (uint32_t i = 0; i < rows.count; i++) {
        rows.x[i] = 1000 * hs_random_uniform(&random);
        rows.y[i] = 1000 * hs_random_uniform(&random);
        rows.people[i] = 100 + hs_random_below(&random, 400);
        rows.cases[i] = hs_random_poisson(&random, rows.people[i] * 0.03);
    }
}

static void test_planted(void **state) {
    (void)state;
    hs_scan_cluster alone[8];
    hs_scan_cluster together[8];
    uint32_t cluster_of[MOST];
    hs_error error = {0};
    hs_pool *pool;
    make_rows(4);
    for (uint32_t i = 0; i < rows.count; i++)
        if (hypot(rows.x[i] - 300, rows.y[i] - 300) < 200) rows.cases[i] = ceil(rows.people[i] * 0.1);
    check_ok(hs_pool_new(3, &error, &pool), &error);
    uint32_t found = scan(HS_SCAN_POISSON, 199, NULL, alone, cluster_of);
    assert_int_equal(scan(HS_SCAN_POISSON, 199, pool, together, cluster_of), found);
    assert_memory_equal(alone, together, found * sizeof *alone);
    hs_pool_free(pool);
    check_near(alone[0].p, 1.0 / 200, 1e-12);
    uint32_t hit = 0;
    uint32_t planted = 0;
    uint32_t inside[8] = {0};
    for (uint32_t i = 0; i < rows.count; i++) {
        bool there = hypot(rows.x[i] - 300, rows.y[i] - 300) < 200;
        planted += there;
        hit += there && cluster_of[i] == 0;
        if (cluster_of[i] != HS_NONE) inside[cluster_of[i]]++;
    }
    assert_true(hit * 10 >= planted * 8);
    for (uint32_t k = 0; k < found; k++)
        assert_int_equal(inside[k], alone[k].size); /* no area in two */
}

/* Without pattern the likeliest cluster is called significant at 5 % in about 5 % of made cities. */
static void test_false_alarms(void **state) {
    (void)state;
    hs_scan_cluster clusters[8];
    uint32_t cluster_of[MOST];
    uint32_t alarms = 0;
    for (uint64_t city = 0; city < 100; city++) {
        make_rows(1000 + city);
        if (scan(HS_SCAN_POISSON, 99, NULL, clusters, cluster_of) > 0) alarms += clusters[0].p <= 0.05;
    }
    assert_true(alarms <= 5 + 3 * 3);
}

static void test_refusals(void **state) {
    (void)state;
    hs_scan_cluster clusters[8];
    uint32_t cluster_of[MOST];
    uint32_t found = 0;
    hs_error error = {0};
    make_rows(1);
    const hs_scan_areas areas = {rows.count, rows.x, rows.y, rows.cases, rows.people};
    hs_scan_request request = {HS_SCAN_POISSON, 0.6, 9, 1};
    assert_int_equal(hs_scan_circles(&areas, &request, NULL, 8, &error, clusters, &found, cluster_of),
                     HS_E_ARGUMENT);
    request = (hs_scan_request){HS_SCAN_BERNOULLI, 0.5, 9, 1};
    rows.cases[3] = rows.people[3] + 1;
    assert_int_equal(hs_scan_circles(&areas, &request, NULL, 8, &error, clusters, &found, cluster_of),
                     HS_E_ARGUMENT);
    memset(rows.cases, 0, sizeof rows.cases);
    assert_int_equal(hs_scan_circles(&areas, &request, NULL, 8, &error, clusters, &found, cluster_of),
                     HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_leukaemia), cmocka_unit_test(test_lung_cancer),
                                       cmocka_unit_test(test_planted), cmocka_unit_test(test_false_alarms),
                                       cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
