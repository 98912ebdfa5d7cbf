/* The scan statistic on the shared reference data (ANCHORS.md): R's SpatialEpi on New York's leukaemia and
 * Pennsylvania's lung cancer, and New Mexico's lung cancer in space and time. Skipped where the data is
 * absent.
 *
 * SpatialEpi measures distances on its own grid (longitudes shrunk by the sine of 51.5 degrees whatever the
 * latitude) between the middles of each area's largest ring. In the likelihood outside a zone it takes the
 * total number of cases for a whole number: of New York's 591.999789 it takes 591, which the expected numbers
 * do not know of. With what hs_scan finds its printed ratios follow to the last digit. */
#include "check.h"

#include <gdal.h>
#include <hotspot/scan_statistic.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST = 300, STRATA = 36, YEARS = 19, MOST_CLUSTERS = 8 };

typedef struct table {
    uint32_t count;
    char name[MOST][40];
    double x[MOST], y[MOST], cases[MOST * YEARS], people[MOST * YEARS];
    double stratum_people[MOST * YEARS * STRATA], stratum_cases[STRATA];
    uint32_t cluster_of[MOST];
} table;

static table rows;
static hs_scan_cluster clusters[MOST_CLUSTERS];
static hs_scan_summary summary;

static uint32_t row_of(const char *name) {
    uint32_t i = 0;
    while (i < rows.count && strcmp(rows.name[i], name) != 0)
        i++;
    if (i < rows.count) return i;
    assert_true(rows.count < MOST);
    (void)snprintf(rows.name[i], sizeof rows.name[i], "%s", name);
    return rows.count++;
}

/* The middle of the largest ring, as sp's coordinates() has it. */
static void set_middle(OGRGeometryH shape, uint32_t i) {
    double largest = 0;
    bool many = wkbFlatten(OGR_G_GetGeometryType(shape)) == wkbMultiPolygon;
    for (int k = 0; k < (many ? OGR_G_GetGeometryCount(shape) : 1); k++) {
        OGRGeometryH part = many ? OGR_G_GetGeometryRef(shape, k) : shape;
        OGRGeometryH alone = OGR_G_CreateGeometry(wkbPolygon), middle = OGR_G_CreateGeometry(wkbPoint);
        assert_int_equal(OGR_G_AddGeometry(alone, OGR_G_GetGeometryRef(part, 0)), OGRERR_NONE);
        if (OGR_G_Area(alone) > largest) {
            largest = OGR_G_Area(alone);
            assert_int_equal(OGR_G_Centroid(alone, middle), OGRERR_NONE);
            double radian_km = 0.5 * (6378.2 + 6356.7) * 3.141592653589793 / 180;
            rows.x[i] = OGR_G_GetX(middle, 0) * radian_km * sin(51.5 * 3.141592653589793 / 180);
            rows.y[i] = OGR_G_GetY(middle, 0) * radian_km;
        }
        OGR_G_DestroyGeometry(alone);
        OGR_G_DestroyGeometry(middle);
    }
}

static const char *path_of(const char *file) {
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/reference/%s", SHARED_DATA, file);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    return path;
}

static double number(OGRFeatureH feature, const char *field) {
    return OGR_F_GetFieldAsDouble(feature, OGR_F_GetFieldIndex(feature, field));
}

static const char *text(OGRFeatureH feature, const char *field) {
    return OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, field));
}

/* Rows of one name are added up; strata in the order in which they come. */
static void read_polygons(const char *file, const char *name, uint32_t strata) {
    const char *path = path_of(file);
    memset(&rows, 0, sizeof rows);
    GDALAllRegister();
    GDALDatasetH source = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(source);
    OGRLayerH layer = GDALDatasetGetLayer(source, 0);
    uint32_t before = HS_NONE;
    uint32_t stratum = 0;
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)); OGR_F_Destroy(feature)) {
        uint32_t i = row_of(text(feature, name));
        stratum = i == before ? stratum + 1 : 0;
        before = i;
        if (stratum == 0) set_middle(OGR_F_GetGeometryRef(feature), i);
        double cases = number(feature, "cases"), people = number(feature, "population");
        rows.cases[i] += cases;
        rows.people[i] += people;
        if (strata == 0) continue;
        assert_true(stratum < strata);
        rows.stratum_people[i * strata + stratum] += people;
        rows.stratum_cases[stratum] += cases;
    }
    GDALClose(source);
}

static size_t scan(uint32_t steps, const double *population, hs_scan_request request, uint32_t least) {
    hs_error error = {0};
    hs_scan_zones *zones;
    static double size[MOST];
    uint32_t found = 0;
    const hs_scan_extent extent = {.max_share = 0.5};
    for (uint32_t i = 0; i < rows.count; i++) {
        size[i] = 0;
        for (uint32_t t = 0; t < steps; t++)
            size[i] += rows.people[i * steps + t];
    }
    check_ok(hs_scan_zones_new(rows.count, rows.x, rows.y, size, &extent, &error, &zones), &error);
    const hs_scan_data data = {rows.count, steps, rows.cases, population};
    check_ok(hs_scan(&data, zones, &request, NULL, MOST_CLUSTERS, &error, clusters, &found, rows.cluster_of,
                     &summary),
             &error);
    assert_true(found >= least);
    size_t count = hs_scan_zones_count(zones);
    hs_scan_zones_free(zones);
    return count;
}

/* SpatialEpi's ratio, whose total outside is cut to a whole number. */
static double with_total(const hs_scan_cluster *c, double total) {
    return c->cases * log(c->cases / c->expected) +
           (total - c->cases) * log((total - c->cases) / (total - c->expected));
}

static void test_leukaemia(void **state) {
    (void)state;
    read_polygons("nyleukemia_sf.gpkg", "censustract.FIPS", 0);
    assert_int_equal(rows.count, 281);
    assert_int_equal(
        scan(1, rows.people, (hs_scan_request){.model = HS_SCAN_POISSON, .replications = 999, .seed = 1}, 2),
        41452);
    check_near(clusters[0].cases, 108.763859, 1e-9);
    check_near(clusters[0].expected, 66.103946, 5e-7);
    assert_int_equal(clusters[0].size, 30);
    check_near(with_total(&clusters[0], 591), 13.28164361, 5e-9);
    check_near(with_total(&clusters[1], 591), 8.500193, 5e-7);
    check_near(clusters[0].log_likelihood_ratio, 13.278157908959315, 1e-9);
    check_near(clusters[1].log_likelihood_ratio, 8.499444171166715, 1e-9);
    check_near(clusters[0].p, 0.002, 0.003);
    check_near(clusters[1].p, 0.035, 0.02);
    scan(1, rows.people, (hs_scan_request){.model = HS_SCAN_BERNOULLI}, 1);
    assert_int_equal(clusters[0].size, 30);
    check_near(clusters[0].log_likelihood_ratio, 13.286836786195636, 1e-8);
    /* 13.37165284 is SpatialEpi's with 591 throughout. */
    double c = clusters[0].cases, n = clusters[0].population, all = 591, people = 1057673;
    double ratio = c * log(c / n) + (n - c) * log((n - c) / n) + (all - c) * log((all - c) / (people - n)) +
                   (people - n - all + c) * log((people - n - all + c) / (people - n)) -
                   all * log(all / people) - (people - all) * log((people - all) / people);
    check_near(ratio, 13.37165284, 5e-9);
}

static void check_inside(const char *const *inside, uint32_t count) {
    assert_int_equal(clusters[0].size, count);
    for (uint32_t k = 0; k < count; k++)
        assert_int_equal(rows.cluster_of[row_of(inside[k])], 0);
}

static void test_lung_cancer(void **state) {
    (void)state;
    static const char *const west[] = {"washington", "greene",       "allegheny", "beaver",
                                       "fayette",    "westmoreland", "butler"};
    static const char *const east[] = {"delaware", "philadelphia"};
    static double expected[MOST];
    hs_error error = {0};
    read_polygons("penn_lung_cancer.gpkg", "county", 16);
    assert_int_equal(rows.count, 67);
    assert_int_equal(
        scan(1, rows.people, (hs_scan_request){.model = HS_SCAN_BERNOULLI, .replications = 99, .seed = 1}, 1),
        2585);
    /* SpatialEpi prints 36.57051061, where logarithms of millions have cancelled; in fifty digits it is this.
     */
    check_near(clusters[0].log_likelihood_ratio, 36.57051062639595885, 1e-11);
    check_near(clusters[0].cases, 2359, 0);
    check_near(clusters[0].expected, 2008.222860, 5e-7);
    check_near(clusters[0].p, 0.01, 1e-12);
    check_inside(west, 7);
    check_ok(hs_scan_standardise(rows.count, 16, rows.stratum_people, rows.stratum_cases, &error, expected),
             &error);
    scan(1, expected, (hs_scan_request){.model = HS_SCAN_POISSON, .replications = 99, .seed = 1}, 1);
    check_near(clusters[0].log_likelihood_ratio, 17.66288313, 6e-9);
    check_near(clusters[0].cases, 1900, 0);
    check_near(clusters[0].expected, 1673.648667, 5e-7);
    check_inside(east, 2);
}

/* People between the censuses of 1973, 1982 and 1991 lie on straight lines. */
static void read_new_mexico(void) {
    char line[256];
    char name[40];
    unsigned year, group, sex;
    double people;
    memset(&rows, 0, sizeof rows);
    FILE *file = fopen(path_of("satscan_NMgeo.csv"), "r");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        double x;
        double y;
        assert_int_equal(sscanf(line, "\"%39[^\"]\",%lf,%lf", name, &x, &y), 3);
        uint32_t i = row_of(name);
        rows.x[i] = x;
        rows.y[i] = y;
    }
    (void)fclose(file);
    file = fopen(path_of("satscan_NMcas.csv"), "r");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "\"%39[^\"]\",%lf,%u,%u,%u", name, &people, &year, &group, &sex), 5);
        rows.cases[row_of(name) * YEARS + year - 1973] += people;
        rows.stratum_cases[2 * (group - 1) + sex - 1] += people;
    }
    (void)fclose(file);
    file = fopen(path_of("satscan_NMpop.csv"), "r");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "\"%39[^\"]\",%u,%lf,%u,%u", name, &year, &people, &group, &sex), 5);
        for (int t = 0; t < YEARS; t++) {
            double share = fmax(0, 1 - abs(t - (int)(year - 73)) / 9.0);
            uint32_t row = row_of(name) * YEARS + (uint32_t)t;
            rows.stratum_people[row * STRATA + 2 * (group - 1) + sex - 1] += share * people;
            rows.people[row] += share * people;
        }
    }
    (void)fclose(file);
}

static void test_new_mexico(void **state) {
    (void)state;
    static const char *const inside[] = {"Bernalillo", "LosAlamos", "SanMiguel", "Sandoval",
                                         "SantaFe",    "Socorro",   "Torrance",  "Valencia"};
    static double expected[MOST * YEARS];
    hs_error error = {0};
    read_new_mexico();
    assert_int_equal(rows.count, 32);
    check_ok(hs_scan_standardise(rows.count * YEARS, STRATA, rows.stratum_people, rows.stratum_cases, &error,
                                 expected),
             &error);
    const hs_scan_request request = {
        .model = HS_SCAN_POISSON, .most_steps = 9, .replications = 99, .seed = 1};
    scan(YEARS, expected, request, 2);
    check_near(summary.cases, 1175, 0);
    check_near(clusters[0].log_likelihood_ratio, 10.0170, 5e-5);
    check_near(clusters[0].cases, 232, 0);
    check_near(clusters[0].expected, 175.14, 5e-3);
    assert_int_equal(clusters[0].first_step + 1973, 1985);
    assert_int_equal(clusters[0].end_step + 1973, 1990);
    check_inside(inside, 8);
    check_near(clusters[1].log_likelihood_ratio, 5.69, 5e-3);
    check_near(clusters[1].cases, 16, 0);
    check_near(clusters[1].expected, 6.03, 5e-3);
    assert_string_equal(rows.name[clusters[1].centre], "Chaves");
    assert_int_equal(clusters[1].first_step + 1973, 1988);
    assert_int_equal(clusters[1].end_step + 1973, 1990);
}

static void test_standardising(void **state) {
    (void)state;
    static const double population[] = {10, 0, 30, 40};
    static const double cases[] = {4, 8};
    static const double impossible[] = {4, 8, 1};
    static const double three[] = {1, 1, 0};
    double expected[2];
    hs_error error = {0};
    check_ok(hs_scan_standardise(2, 2, population, cases, &error, expected), &error);
    check_near(expected[0], 1, 1e-12);
    check_near(expected[1], 11, 1e-12);
    assert_int_equal(hs_scan_standardise(1, 3, three, impossible, &error, expected), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_leukaemia), cmocka_unit_test(test_lung_cancer),
                                       cmocka_unit_test(test_new_mexico),
                                       cmocka_unit_test(test_standardising)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
