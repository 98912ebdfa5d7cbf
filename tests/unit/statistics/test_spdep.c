/* Statistics against R's spdep on made-up units (tests/data/statistics/spdep.R). Values agree to 1e-10 of
 * their size. */
#include "check.h"

#include <hotspot/multiple_testing.h>
#include <hotspot/rates.h>
#include <hotspot/spatial_statistics.h>
#include <stdlib.h>

enum { UNITS = 60, MOST_LINKS = 1000 };
static const char *const sets[] = {"near", "band", "decay"};

static double place_x[UNITS], place_y[UNITS], value[UNITS], events[UNITS], people[UNITS];
static uint32_t link_first[3][UNITS + 1], link_to[3][MOST_LINKS];
static double link_weight[3][MOST_LINKS];

static FILE *open_data(const char *name) {
    char path[512];
    char line[512];
    (void)snprintf(path, sizeof path, "%s/statistics/spdep_%s.csv", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    return file;
}

static int set_of(const char *name) {
    for (int i = 0; i < 3; i++)
        if (strcmp(sets[i], name) == 0) return i;
    fail();
    return 0;
}

static int read_units(void **state) {
    (void)state;
    char line[512];
    char name[16];
    unsigned from;
    unsigned to;
    double weight;
    FILE *file = open_data("units");
    for (int i = 0; i < UNITS; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(
            sscanf(line, "%lf,%lf,%lf,%lf,%lf", &place_x[i], &place_y[i], &value[i], &events[i], &people[i]),
            5);
    }
    (void)fclose(file);
    file = open_data("links");
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "%15[^,],%u,%u,%lf", name, &from, &to, &weight), 4);
        int s = set_of(name);
        uint32_t k = link_first[s][UNITS]++;
        assert_true(k < MOST_LINKS);
        link_to[s][k] = to;
        link_weight[s][k] = weight;
        for (unsigned i = from + 1; i < UNITS; i++)
            link_first[s][i] = k + 1;
    }
    (void)fclose(file);
    return 0;
}

static hs_weights *weights_of(int set, char style) {
    hs_error error = {0};
    hs_weights *weights;
    check_ok(hs_weights_new(UNITS, link_first[set], link_to[set], link_weight[set], 1,
                            style == 'W' ? HS_WEIGHTS_STANDARDISED : HS_WEIGHTS_BINARY, &error, &weights),
             &error);
    return weights;
}

static void check_close(double is, const char *text) {
    if (strncmp(text, "NaN", 3) == 0 || strncmp(text, "NA", 2) == 0) {
        assert_true(isnan(is));
        return;
    }
    double wanted = strtod(text, NULL);
    check_near(is, wanted, 1e-10 * fmax(1, fabs(wanted)));
}

typedef struct columns {
    double of[5][UNITS];
    hs_local_columns local;
} columns;

static hs_local_columns *bind(columns *c) {
    c->local = (hs_local_columns){c->of[0], c->of[1], c->of[2], c->of[3], c->of[4]};
    return &c->local;
}

static void test_local(void **state) {
    (void)state;
    static columns g;
    static columns star;
    static columns moran;
    char line[512];
    char name[16];
    char style;
    char text[7][40];
    unsigned unit;
    hs_error error = {0};
    FILE *file = open_data("local");
    int rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        assert_int_equal(sscanf(line, "%15[^,],%c,%u,%39[^,],%39[^,],%39[^,],%39[^,],%39[^,],%39[^,],%39s",
                                name, &style, &unit, text[0], text[1], text[2], text[3], text[4], text[5],
                                text[6]),
                         10);
        if (unit == 0) {
            hs_weights *weights = weights_of(set_of(name), style);
            check_ok(hs_local_g(weights, value, false, &error, bind(&g)), &error);
            check_ok(hs_local_g(weights, value, true, &error, bind(&star)), &error);
            check_ok(hs_local_moran(weights, value, &error, bind(&moran), NULL), &error);
            hs_weights_free(weights);
        }
        check_close(g.local.z[unit], text[0]);
        check_close(star.local.z[unit], text[1]);
        check_close(moran.local.z[unit], text[5]);
        check_close(moran.local.p[unit], text[6]);
        if (isnan(moran.local.z[unit])) continue; /* spdep gives an island an I of 0 */
        for (int c = 0; c < 3; c++)
            check_close(moran.of[c][unit], text[2 + c]);
    }
    (void)fclose(file);
    assert_int_equal(rows, 6 * UNITS);
}

static void test_global(void **state) {
    (void)state;
    char line[512];
    char name[16];
    char style;
    char statistic[16];
    char text[5][40];
    hs_error error = {0};
    FILE *file = open_data("global");
    int rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        assert_int_equal(sscanf(line, "%15[^,],%c,%15[^,],%39[^,],%39[^,],%39[^,],%39[^,],%39s", name, &style,
                                statistic, text[0], text[1], text[2], text[3], text[4]),
                         8);
        hs_weights *weights = weights_of(set_of(name), style);
        hs_global_result r;
        int which = 0;
        while (strcmp(hs_global_statistic_name((hs_global_statistic)which), statistic) != 0)
            which++;
        check_ok(hs_global_association(weights, value, (hs_global_statistic)which, 0, 1, NULL, &error, &r),
                 &error);
        hs_weights_free(weights);
        check_close(r.statistic, text[0]);
        check_close(r.expected, text[1]);
        check_close(r.variance, text[2]);
        check_close(which == HS_GLOBAL_GEARY ? -r.z : r.z, text[3]); /* spdep turns Geary's sign */
        check_close(r.p, text[4]);
        assert_true(isnan(r.permuted_p));
    }
    (void)fclose(file);
    assert_int_equal(rows, 18);
}

static void test_rates(void **state) {
    (void)state;
    char line[512];
    char text[2][40];
    double global[UNITS];
    double local[UNITS];
    hs_error error = {0};
    hs_weights *band = weights_of(1, 'B');
    check_ok(hs_empirical_bayes_global(events, people, UNITS, &error, global, NULL), &error);
    check_ok(hs_empirical_bayes_local(events, people, band, &error, local), &error);
    hs_weights_free(band);
    FILE *file = open_data("rates");
    for (int i = 0; i < UNITS; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%39[^,],%39s", text[0], text[1]), 2);
        check_close(global[i], text[0]);
        check_close(local[i], text[1]);
    }
    (void)fclose(file);
}

static void test_adjusted(void **state) {
    (void)state;
    char line[512];
    double table[4][UNITS];
    double q[UNITS];
    hs_error error = {0};
    FILE *file = open_data("adjusted");
    for (int i = 0; i < UNITS; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(
            sscanf(line, "%lf,%lf,%lf,%lf", &table[0][i], &table[1][i], &table[2][i], &table[3][i]), 4);
    }
    (void)fclose(file);
    for (int c = HS_CORRECTION_BH; c <= HS_CORRECTION_BONFERRONI; c++) {
        check_ok(hs_adjust_p_values(table[0], UNITS, (hs_correction)c, &error, q), &error);
        for (int i = 0; i < UNITS; i++)
            check_near(q[i], table[1 + c][i], 1e-12);
    }
    table[0][3] = NAN; /* no test: the others are 59 */
    check_ok(hs_adjust_p_values(table[0], UNITS, HS_CORRECTION_BONFERRONI, &error, q), &error);
    assert_true(isnan(q[3]));
    check_near(q[1], fmin(1, 59 * table[0][1]), 1e-15);
}

/* The same neighbours as spdep's from the same places. */
static void check_links(const hs_weights *weights, int set) {
    assert_int_equal(hs_weights_links(weights), link_first[set][UNITS]);
    for (uint32_t i = 0; i <= UNITS; i++)
        assert_int_equal(weights->first[i], link_first[set][i]);
    for (uint32_t k = 0; k < link_first[set][UNITS]; k++) {
        assert_int_equal(weights->neighbour[k], link_to[set][k]);
        check_near(weights->weight[k], link_weight[set][k], 1e-12);
    }
}

static double linear(const void *context, double distance_m) {
    (void)context;
    return 1 - distance_m / 20;
}

static void test_distances(void **state) {
    (void)state;
    hs_error error = {0};
    hs_weights *weights;
    check_ok(hs_weights_nearest(place_x, place_y, UNITS, 4, HS_WEIGHTS_BINARY, &error, &weights), &error);
    check_links(weights, 0);
    hs_weights_free(weights);
    check_ok(hs_weights_band(place_x, place_y, UNITS, 14, HS_WEIGHTS_BINARY, &error, &weights), &error);
    check_links(weights, 1);
    uint32_t islands[UNITS];
    assert_int_equal(hs_weights_islands(weights, UNITS, islands), 4);
    assert_int_equal(islands[0], 14);
    assert_int_equal(islands[3], 56);
    hs_weights_free(weights);
    check_ok(hs_weights_decay(place_x, place_y, UNITS, 20, linear, NULL, HS_WEIGHTS_BINARY, &error, &weights),
             &error);
    check_links(weights, 2);
    assert_false(weights->uniform);
    hs_weights_free(weights);
    assert_int_equal(hs_weights_nearest(place_x, place_y, UNITS, UNITS, HS_WEIGHTS_BINARY, &error, &weights),
                     HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_local), cmocka_unit_test(test_global),
                                       cmocka_unit_test(test_rates), cmocka_unit_test(test_adjusted),
                                       cmocka_unit_test(test_distances)};
    return cmocka_run_group_tests(tests, read_units, NULL);
}
