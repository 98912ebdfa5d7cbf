/* Published sets in the shared reference data: Getis and Ord's 16 x 16 cells, Anselin's Columbus, North
 * Carolina's counties; and PySAL's six points. Tests of a set skip where it is absent. */
#include "check.h"

#include <gdal.h>
#include <hotspot/rates.h>
#include <hotspot/spatial_statistics.h>
#include <ogr_api.h>
#include <stdlib.h>

enum { MOST = 300 };

static FILE *open_reference(const char *name) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/reference/%s", SHARED_DATA, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return file;
}

typedef struct columns {
    double of[5][MOST];
    hs_local_columns local;
} columns;

static hs_local_columns *bind(columns *c) {
    c->local = (hs_local_columns){c->of[0], c->of[1], c->of[2], c->of[3], c->of[4]};
    return &c->local;
}

/* spdep's z at three distances, binary weights. */
static void test_getis_ord(void **state) {
    (void)state;
    static double x[MOST], y[MOST], value[MOST], wanted[6][MOST];
    static columns g;
    char line[512];
    uint32_t n = 0;
    hs_error error = {0};
    FILE *file = open_reference("getis_ord_1996_localG_spdep_expected.csv");
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); n++)
        assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &x[n], &y[n], &value[n],
                                &wanted[0][n], &wanted[1][n], &wanted[2][n], &wanted[3][n], &wanted[4][n],
                                &wanted[5][n]),
                         9);
    (void)fclose(file);
    assert_int_equal(n, 256);
    for (int d = 0; d < 3; d++) {
        hs_weights *weights;
        check_ok(hs_weights_band(x, y, n, 30 * (d + 1), HS_WEIGHTS_BINARY, &error, &weights), &error);
        for (int star = 0; star < 2; star++) {
            check_ok(hs_local_g(weights, value, star, &error, bind(&g)), &error);
            for (uint32_t i = 0; i < n; i++)
                check_near(g.local.z[i], wanted[2 * d + star][i], 1e-10);
        }
        hs_weights_free(weights);
    }
}

static hs_weights *read_columbus(void) {
    static uint32_t first[MOST], to[MOST];
    char line[512];
    unsigned n = 0;
    uint32_t k = 0;
    hs_error error = {0};
    hs_weights *weights;
    FILE *file = open_reference("columbus.gal");
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(sscanf(line, "%u", &n), 1);
    for (unsigned i = 0; i < n; i++) {
        unsigned id;
        unsigned count;
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%u %u", &id, &count), 2);
        assert_int_equal(id, i + 1);
        assert_non_null(fgets(line, sizeof line, file));
        char *at = line;
        first[i] = k;
        for (unsigned c = 0; c < count; c++)
            to[k++] = (uint32_t)strtoul(at, &at, 10) - 1;
    }
    first[n] = k;
    (void)fclose(file);
    check_ok(hs_weights_new(n, first, to, NULL, 1, HS_WEIGHTS_STANDARDISED, &error, &weights), &error);
    return weights;
}

static void test_columbus(void **state) {
    (void)state;
    static double crime[MOST], wanted[6][MOST];
    static columns moran;
    char line[512];
    unsigned id;
    uint32_t n = 0;
    hs_error error = {0};
    hs_weights *weights = read_columbus();
    FILE *file = open_reference("columbus_spdep_expected.csv");
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); n++)
        assert_int_equal(sscanf(line, "%u,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &id, &crime[n], &wanted[0][n],
                                &wanted[1][n], &wanted[2][n], &wanted[3][n], &wanted[4][n], &wanted[5][n]),
                         8);
    (void)fclose(file);
    assert_int_equal(n, weights->count);
    check_ok(hs_local_moran(weights, crime, &error, bind(&moran), NULL), &error);
    for (uint32_t i = 0; i < n; i++)
        for (int c = 0; c < 5; c++)
            check_near(moran.of[c][i], wanted[c][i], 1e-10);
    check_ok(hs_local_g(weights, crime, true, &error, bind(&moran)), &error);
    for (uint32_t i = 0; i < n; i++)
        check_near(moran.local.z[i], wanted[5][i], 1e-10);
    hs_global_result r;
    check_ok(hs_global_association(weights, crime, HS_GLOBAL_MORAN, 0, 1, NULL, &error, &r), &error);
    check_near(r.statistic, 0.4857709, 5e-8);
    check_near(r.expected, -0.02083333, 5e-9);
    check_near(r.variance, 0.008991121, 5e-10);
    check_near(r.z, 5.342714, 5e-7);
    hs_weights_free(weights);
}

/* Polygons and two columns of a layer; coordinates taken as degrees. */
typedef struct layer {
    uint32_t count;
    hs_geometry polygons[MOST];
    uint32_t part[MOST][64], ring[MOST][64];
    double a[MOST], b[MOST];
} layer;

static layer shapes;

static void add_ring(OGRGeometryH ring, hs_geometry *g, uint32_t *ring_start, hs_position **positions) {
    int points = OGR_G_GetPointCount(ring);
    uint32_t at = ring_start[g->ring_count];
    *positions = realloc(*positions, (at + (size_t)points) * sizeof **positions);
    assert_non_null(*positions);
    for (int p = 0; p < points; p++)
        (*positions)[at + p] = (hs_position){(int32_t)lround(1e7 * OGR_G_GetX(ring, p)),
                                             (int32_t)lround(1e7 * OGR_G_GetY(ring, p))};
    g->ring_count++;
    assert_true(g->ring_count < 64);
    ring_start[g->ring_count] = at + (uint32_t)points;
}

static void read_layer(const char *name, const char *a, const char *b) {
    char path[512];
    (void)fclose(open_reference(name));
    (void)snprintf(path, sizeof path, "%s/reference/%s", SHARED_DATA, name);
    GDALAllRegister();
    GDALDatasetH source = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(source);
    OGRLayerH rows = GDALDatasetGetLayer(source, 0);
    shapes.count = 0;
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(rows)); OGR_F_Destroy(feature)) {
        uint32_t i = shapes.count++;
        hs_position *positions = NULL;
        assert_true(i < MOST);
        OGRGeometryH whole = OGR_F_GetGeometryRef(feature);
        bool many = wkbFlatten(OGR_G_GetGeometryType(whole)) == wkbMultiPolygon;
        hs_geometry *g = &shapes.polygons[i];
        *g = (hs_geometry){
            .type = HS_GEOMETRY_POLYGONS, .part_start = shapes.part[i], .ring_start = shapes.ring[i]};
        shapes.part[i][0] = shapes.ring[i][0] = 0;
        for (int part = 0; part < (many ? OGR_G_GetGeometryCount(whole) : 1); part++) {
            OGRGeometryH polygon = many ? OGR_G_GetGeometryRef(whole, part) : whole;
            for (int ring = 0; ring < OGR_G_GetGeometryCount(polygon); ring++)
                add_ring(OGR_G_GetGeometryRef(polygon, ring), g, shapes.ring[i], &positions);
            shapes.part[i][++g->part_count] = g->ring_count;
        }
        g->positions = positions;
        shapes.a[i] = OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, a));
        shapes.b[i] = OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, b));
    }
    GDALClose(source);
}

static void free_layer(void) {
    for (uint32_t i = 0; i < shapes.count; i++)
        free((void *)shapes.polygons[i].positions);
}

static hs_weights *contiguous(hs_contiguity contiguity) {
    hs_error error = {0};
    hs_weights *weights;
    check_ok(hs_weights_contiguity(shapes.polygons, shapes.count, contiguity, 0, HS_WEIGHTS_STANDARDISED,
                                   &error, &weights),
             &error);
    return weights;
}

/* spdep's poly2nb: 490 and 462 links, 236 and 200. */
static void test_contiguity(void **state) {
    (void)state;
    hs_error error = {0};
    hs_global_result r;
    read_layer("columbus.gpkg", "CRIME", "INC");
    hs_weights *queen = contiguous(HS_CONTIGUITY_QUEEN);
    hs_weights *rook = contiguous(HS_CONTIGUITY_ROOK);
    assert_int_equal(hs_weights_links(queen), 236);
    assert_int_equal(hs_weights_links(rook), 200);
    check_ok(hs_global_association(queen, shapes.a, HS_GLOBAL_MORAN, 0, 1, NULL, &error, &r), &error);
    check_near(r.statistic, 0.5001886, 5e-8);
    hs_weights_free(queen);
    hs_weights_free(rook);
    free_layer();
}

/* spdep's EBest and EBlocal on SID74 and BIR74 (ANCHORS.md). */
static void test_north_carolina(void **state) {
    (void)state;
    double rates[MOST];
    hs_rate_prior prior;
    hs_error error = {0};
    read_layer("nc_sids.gpkg", "SID74", "BIR74");
    hs_weights *queen = contiguous(HS_CONTIGUITY_QUEEN);
    hs_weights *rook = contiguous(HS_CONTIGUITY_ROOK);
    assert_int_equal(hs_weights_links(queen), 490);
    assert_int_equal(hs_weights_links(rook), 462);
    check_ok(hs_empirical_bayes_global(shapes.a, shapes.b, shapes.count, &error, rates, &prior), &error);
    check_near(prior.variance, 7.692930647e-07, 5e-17);
    check_near(prior.mean, 0.002021444894, 5e-13);
    check_near(rates[0], 0.001697297331, 5e-13);
    check_near(rates[1], 0.001705377681, 5e-13);
    check_near(rates[2], 0.001773087022, 5e-13);
    check_ok(hs_empirical_bayes_local(shapes.a, shapes.b, queen, &error, rates), &error);
    check_near(rates[0], 0.0009922275509, 5e-13);
    check_near(rates[1], 0.001263902932, 5e-13);
    check_near(rates[2], 0.001085927674, 5e-13);
    hs_weights_free(queen);
    hs_weights_free(rook);
    free_layer();
}

/* PySAL's own tests of esda: six points, band 15. */
static void test_pysal(void **state) {
    (void)state;
    const double x[] = {10, 20, 40, 15, 30, 30};
    const double y[] = {10, 10, 10, 20, 20, 30};
    const double value[] = {2, 3, 3.2, 5, 8, 7};
    static columns g;
    hs_error error = {0};
    hs_weights *weights;
    hs_global_result r;
    check_ok(hs_weights_band(x, y, 6, 15, HS_WEIGHTS_BINARY, &error, &weights), &error);
    check_ok(hs_local_g(weights, value, false, &error, bind(&g)), &error);
    check_near(g.local.z[0], -1.0136729, 5e-8);
    check_ok(hs_local_g(weights, value, true, &error, bind(&g)), &error);
    check_near(g.local.z[0], -1.39727626, 5e-9);
    check_ok(hs_global_association(weights, value, HS_GLOBAL_G, 0, 1, NULL, &error, &r), &error);
    check_near(r.statistic, 0.55709779, 5e-9);
    check_near(r.p / 2, 0.172936, 5e-6); /* PySAL's is one-sided */
    hs_weights_free(weights);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_getis_ord), cmocka_unit_test(test_columbus),
                                       cmocka_unit_test(test_contiguity),
                                       cmocka_unit_test(test_north_carolina), cmocka_unit_test(test_pysal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
