/* Network density against R's spatstat (tests/data/density/network/spatstat.R), which sums kernels along
 * paths at points. Lixels of 2 cm are means: between their middles a straight line gives the density at the
 * point. What is left: where a kernel's slope changes within a lixel, at most a quarter of a lixel times that
 * change (2e-5 per kilometre for the triangular, were a point there, none is), lengths kept as floats and as
 * multiples of 2^-16 m (3e-5 m, 1e-6 per kilometre), and tails below 1e-13 of an event, which spatstat cuts
 * off. Values are up to 6 per kilometre. */
#include "check.h"

#include <hotspot/network_density.h>
#include <stdlib.h>

#define MOST      16
#define LIXEL_M   0.02
#define TOLERANCE 2e-6 /* per kilometre */

typedef struct net {
    uint32_t from[MOST], to[MOST], segments, nodes;
    float length_m[MOST];
    uint32_t event_segment[MOST];
    double along_m[MOST];
    size_t events;
    hs_network *network;
} net;

static net simple;

static FILE *open_data(const char *name) {
    char path[512];
    char line[256];
    (void)snprintf(path, sizeof path, "%s/density/network/spatstat_%s.csv", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    return file;
}

static int read_net(void **state) {
    (void)state;
    char line[256];
    double x;
    hs_error error = {0};
    net *n = &simple;
    FILE *file = open_data("streets");
    while (fgets(line, sizeof line, file)) {
        assert_true(n->segments < MOST);
        uint32_t s = n->segments++;
        assert_int_equal(sscanf(line, "%u,%u,%lf", &n->from[s], &n->to[s], &x), 3);
        n->length_m[s] = (float)x;
        if (n->from[s] >= n->nodes) n->nodes = n->from[s] + 1;
        if (n->to[s] >= n->nodes) n->nodes = n->to[s] + 1;
    }
    (void)fclose(file);
    file = open_data("events");
    while (fgets(line, sizeof line, file)) {
        assert_true(n->events < MOST);
        size_t i = n->events++;
        assert_int_equal(sscanf(line, "%u,%lf", &n->event_segment[i], &x), 2);
        n->along_m[i] = x * (double)n->length_m[n->event_segment[i]];
    }
    (void)fclose(file);
    assert_int_equal(n->segments, 10);
    assert_int_equal(n->events, 9);
    check_ok(hs_network_new(n->nodes, n->segments, n->from, n->to, n->length_m, LIXEL_M, &error, &n->network),
             &error);
    return 0;
}

static int free_net(void **state) {
    (void)state;
    hs_network_free(simple.network);
    return 0;
}

static void make_sums(hs_network_method method, hs_kernel kernel, double bandwidth_m, int64_t *sums) {
    hs_error error = {0};
    hs_network_events *events;
    hs_network_points points = {
        .segment = simple.event_segment, .along_m = simple.along_m, .count = simple.events};
    memset(sums, 0, hs_network_lixel_count(simple.network) * sizeof *sums);
    check_ok(hs_network_events_new(simple.network, &points, bandwidth_m, &error, &events), &error);
    check_ok(hs_network_density_add(simple.network, events, method, kernel, 0,
                                    hs_network_source_count(simple.network, method), 1, &error, sums),
             &error);
    hs_network_events_free(events);
}

/* The density at a part of a segment, on the line through the middles of the two lixels about it. */
static double density_at(uint32_t segment, double part, const int64_t *sums) {
    const uint32_t *first = hs_network_lixel_first(simple.network);
    uint32_t lixels = first[segment + 1] - first[segment];
    double at = part * lixels - 0.5;
    uint32_t left = at < 0 ? 0 : at > lixels - 2 ? lixels - 2 : (uint32_t)at;
    double a = hs_network_per_km(simple.network, segment, sums[first[segment] + left]);
    double b = hs_network_per_km(simple.network, segment, sums[first[segment] + left + 1]);
    return a + (at - left) * (b - a);
}

static void test_against_spatstat(void **state) {
    (void)state;
    char line[256];
    char method_name[40];
    char kernel_name[32];
    char last[96] = "";
    double bandwidth_m;
    unsigned segment;
    double part;
    double per_km;
    hs_error error = {0};
    hs_network_method method;
    hs_kernel kernel;
    size_t rows = 0;
    size_t made = 0;
    int64_t *sums = calloc(hs_network_lixel_count(simple.network), sizeof *sums);
    assert_non_null(sums);
    FILE *file = open_data("expected");
    for (; fgets(line, sizeof line, file); rows++) {
        char key[96];
        assert_int_equal(sscanf(line, "%39[^,],%31[^,],%lf,%u,%lf,%lf", method_name, kernel_name,
                                &bandwidth_m, &segment, &part, &per_km),
                         6);
        (void)snprintf(key, sizeof key, "%s,%s", method_name, kernel_name);
        if (strcmp(key, last) != 0) {
            check_ok(hs_network_method_from_name(method_name, strlen(method_name), &error, &method), &error);
            check_ok(hs_kernel_from_name(kernel_name, strlen(kernel_name), &error, &kernel), &error);
            make_sums(method, kernel, bandwidth_m, sums);
            memcpy(last, key, sizeof last);
            made++;
        }
        double density = density_at(segment, part, sums);
        if (fabs(density - per_km) > TOLERANCE) print_message("%.9f for %s", density, line);
        check_near(density, per_km, TOLERANCE);
    }
    (void)fclose(file);
    free(sums);
    assert_int_equal(made, 6);
    assert_true(rows > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_spatstat)};
    return cmocka_run_group_tests(tests, read_net, free_net);
}
