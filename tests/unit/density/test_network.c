/* Network density against paths walked one by one in Python (tests/data/density/network). */
#include "base/random.h"
#include "check.h"

#include <hotspot/adaptive_bandwidth.h>
#include <hotspot/network_density.h>
#include <stdlib.h>

#define MOST  64
#define LIXEL 7.0

typedef struct net {
    char name[32];
    uint32_t nodes, segments;
    uint32_t from[MOST], to[MOST];
    float length_m[MOST];
    uint32_t event_segment[MOST];
    double along_m[MOST], weight[MOST], bandwidth_m[MOST];
    size_t events;
} net;

static net nets[16];
static size_t net_count;

static FILE *open_data(const char *name, char *line, int size) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/density/network/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, size, file));
    return file;
}

static net *net_of(const char *name) {
    for (size_t i = 0; i < net_count; i++)
        if (strcmp(nets[i].name, name) == 0) return &nets[i];
    (void)snprintf(nets[net_count].name, sizeof nets[0].name, "%s", name);
    return &nets[net_count++];
}

static int read_nets(void **state) {
    (void)state;
    char line[256];
    char name[32];
    unsigned a;
    unsigned b;
    double x;
    double w;
    double h;
    FILE *file = open_data("networks.csv", line, sizeof line);
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "%31[^,],%u,%u,%lf", name, &a, &b, &x), 4);
        net *n = net_of(name);
        n->from[n->segments] = a;
        n->to[n->segments] = b;
        n->length_m[n->segments++] = (float)x;
        if (a >= n->nodes) n->nodes = a + 1;
        if (b >= n->nodes) n->nodes = b + 1;
    }
    (void)fclose(file);
    file = open_data("events.csv", line, sizeof line);
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "%31[^,],%u,%lf,%lf,%lf", name, &a, &x, &w, &h), 5);
        net *n = net_of(name);
        n->event_segment[n->events] = a;
        n->along_m[n->events] = x;
        n->weight[n->events] = w;
        n->bandwidth_m[n->events++] = h;
    }
    (void)fclose(file);
    assert_true(net_count > 5);
    return 0;
}

static hs_network *network_of(const net *n, double lixel_m) {
    hs_error error = {0};
    hs_network *network = NULL;
    check_ok(hs_network_new(n->nodes, n->segments, n->from, n->to, n->length_m, lixel_m, &error, &network),
             &error);
    return network;
}

static hs_network_points points_of(const net *n) {
    return (hs_network_points){n->event_segment, n->along_m, n->weight, n->bandwidth_m, n->events};
}

static int64_t *sums_of(const hs_network *network, const hs_network_points *points, double bandwidth_m,
                        hs_network_method method, hs_kernel kernel) {
    hs_error error = {0};
    hs_network_events *events;
    int64_t *sums = calloc((size_t)hs_network_lixel_count(network) + 1, sizeof *sums);
    assert_non_null(sums);
    check_ok(hs_network_events_new(network, points, bandwidth_m, &error, &events), &error);
    check_ok(hs_network_density_add(network, events, method, kernel, 0,
                                    hs_network_source_count(network, method), 1, &error, sums),
             &error);
    hs_network_events_free(events);
    return sums;
}

typedef struct made {
    char key[96];
    hs_network *network;
    int64_t *sums;
} made;

static void make(const char *name, const char *method_name, const char *kernel_name, made *m) {
    char key[96];
    hs_error error = {0};
    (void)snprintf(key, sizeof key, "%s,%s,%s", name, method_name, kernel_name);
    if (strcmp(key, m->key) == 0) return;
    free(m->sums);
    hs_network_free(m->network);
    memcpy(m->key, key, sizeof key);
    hs_network_method method;
    hs_kernel kernel;
    check_ok(hs_network_method_from_name(method_name, strlen(method_name), &error, &method), &error);
    check_ok(hs_kernel_from_name(kernel_name, strlen(kernel_name), &error, &kernel), &error);
    const net *n = net_of(name);
    hs_network_points points = points_of(n);
    m->network = network_of(n, LIXEL);
    m->sums = sums_of(m->network, &points, 1, method, kernel);
}

static void test_against_paths(void **state) {
    (void)state;
    char line[256];
    char name[32];
    char method[40];
    char kernel[32];
    unsigned segment;
    unsigned lixel;
    double mass;
    made m = {0};
    size_t rows = 0;
    FILE *file = open_data("expected.csv", line, sizeof line);
    for (; fgets(line, sizeof line, file); rows++) {
        assert_int_equal(
            sscanf(line, "%31[^,],%39[^,],%31[^,],%u,%u,%lf", name, method, kernel, &segment, &lixel, &mass),
            6);
        make(name, method, kernel, &m);
        int64_t sum = m.sums[hs_network_lixel_first(m.network)[segment] + lixel];
        if (fabs((double)sum / (double)HS_NETWORK_ONE - mass) > 1e-9) print_message("%s", line);
        check_near((double)sum / (double)HS_NETWORK_ONE, mass, 1e-9);
        check_near(hs_network_per_km(m.network, segment, sum),
                   mass / (hs_network_lixel_m(m.network, segment) / 1000), 1e-6);
    }
    (void)fclose(file);
    assert_true(rows > 2000);
    free(m.sums);
    hs_network_free(m.network);
}

/* A town of crossing streets with some diagonals, dead ends and loops. */
enum { SIDE = 9, TOWN_SEGMENTS = 2 * SIDE * (SIDE - 1) + 8 };

typedef struct town {
    uint32_t from[TOWN_SEGMENTS], to[TOWN_SEGMENTS], count;
    float length_m[TOWN_SEGMENTS];
    uint32_t segment[2000];
    double along_m[2000], weight[2000];
} town;

static hs_network *make_town(town *t, double lixel_m) {
    hs_random random;
    hs_error error = {0};
    hs_network *network;
    hs_random_seed(&random, 11);
    memset(t, 0, sizeof *t);
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++)
            for (uint32_t d = 0; d < 2; d++) {
                if ((d ? y : x) + 1 == SIDE) continue;
                t->from[t->count] = y * SIDE + x;
                t->to[t->count] = (y + d) * SIDE + x + 1 - d;
                t->length_m[t->count++] = (float)(60 + 50 * hs_random_uniform(&random));
            }
    for (uint32_t i = 0; i < 8; i++) { /* loops, parallel streets and short stubs */
        t->from[t->count] = 7 * i;
        t->to[t->count] = i < 3 ? 7 * i : i < 6 ? 7 * i + 1 : SIDE * SIDE + i - 6;
        t->length_m[t->count++] = i < 6 ? 120.0F : 4.5F;
    }
    for (uint32_t i = 0; i < 2000; i++) {
        t->segment[i] = hs_random_below(&random, t->count);
        t->along_m[i] = hs_random_uniform(&random) * (double)t->length_m[t->segment[i]];
        t->weight[i] = 1 + i % 3;
    }
    check_ok(
        hs_network_new(SIDE * SIDE + 2, t->count, t->from, t->to, t->length_m, lixel_m, &error, &network),
        &error);
    return network;
}

static double mass_of(const hs_network *network, const int64_t *sums) {
    double mass = 0;
    for (uint32_t l = 0; l < hs_network_lixel_count(network); l++)
        mass += (double)sums[l] / (double)HS_NETWORK_ONE;
    return mass;
}

static void test_continuous_kernel_keeps_mass(void **state) {
    (void)state;
    static town t;
    hs_network *network = make_town(&t, 10);
    hs_network_points points = {t.segment, t.along_m, NULL, NULL, 2000};
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        if (k == HS_KERNEL_GAUSSIAN) continue;
        int64_t *sums = sums_of(network, &points, 300, HS_NETWORK_CONTINUOUS, (hs_kernel)k);
        check_near(mass_of(network, sums) / 2000, 1.0, 1e-9);
        free(sums);
    }
    /* The others do not: dead ends swallow, junctions double. */
    int64_t *sums = sums_of(network, &points, 300, HS_NETWORK_SIMPLE, HS_KERNEL_QUARTIC);
    assert_true(mass_of(network, sums) > 2100);
    free(sums);
    sums = sums_of(network, &points, 300, HS_NETWORK_DISCONTINUOUS, HS_KERNEL_QUARTIC);
    assert_true(mass_of(network, sums) < 1999.9 && mass_of(network, sums) > 1900);
    free(sums);
    hs_network_free(network);
}

static void test_no_order_shows(void **state) {
    (void)state;
    static town t;
    hs_network *network = make_town(&t, 10);
    size_t bytes = hs_network_lixel_count(network) * sizeof(int64_t);
    hs_network_points points = {t.segment, t.along_m, t.weight, NULL, 2000};
    for (int m = 0; m < HS_NETWORK_METHODS; m++) {
        int64_t *sums = sums_of(network, &points, 250, (hs_network_method)m, HS_KERNEL_QUARTIC);
        static uint32_t segment[2000];
        static double along_m[2000];
        static double weight[2000];
        for (uint32_t i = 0; i < 2000; i++) {
            uint32_t j = i * 7 % 2000;
            j = (j + 3) % 2000;
            segment[i] = t.segment[j];
            along_m[i] = t.along_m[j];
            weight[i] = t.weight[j];
        }
        /* 7 and 2000 share no factor: a permutation. */
        hs_network_points other = {segment, along_m, weight, NULL, 2000};
        int64_t *again = sums_of(network, &other, 250, (hs_network_method)m, HS_KERNEL_QUARTIC);
        assert_memory_equal(sums, again, bytes);
        free(again);
        static double bandwidth_m[2000];
        for (uint32_t i = 0; i < 2000; i++)
            bandwidth_m[i] = 250;
        other.bandwidth_m = bandwidth_m;
        again = sums_of(network, &other, 1, (hs_network_method)m, HS_KERNEL_QUARTIC);
        assert_memory_equal(sums, again, bytes);
        free(again);
        free(sums);
    }
    hs_network_free(network);
}

/* One more event: its street and its two nodes anew, the rest as it was. */
static void test_a_live_event(void **state) {
    (void)state;
    static town t;
    hs_error error = {0};
    hs_network *network = make_town(&t, 10);
    size_t bytes = hs_network_lixel_count(network) * sizeof(int64_t);
    hs_network_points before = {t.segment, t.along_m, t.weight, NULL, 1999};
    hs_network_points after = {t.segment, t.along_m, t.weight, NULL, 2000};
    for (int m = 0; m < HS_NETWORK_METHODS; m++) {
        hs_network_method method = (hs_network_method)m;
        int64_t *sums = sums_of(network, &before, 250, method, HS_KERNEL_TRIWEIGHT);
        int64_t *want = sums_of(network, &after, 250, method, HS_KERNEL_TRIWEIGHT);
        hs_network_events *old;
        hs_network_events *new;
        check_ok(hs_network_events_new(network, &before, 250, &error, &old), &error);
        check_ok(hs_network_events_new(network, &after, 250, &error, &new), &error);
        uint32_t s = t.segment[1999];
        const uint32_t sources[3] = {s, t.count + t.from[s], t.count + t.to[s]};
        for (int i = 0; i < (method == HS_NETWORK_SIMPLE ? 1 : 3); i++) {
            if (i == 2 && sources[1] == sources[2]) break;
            check_ok(hs_network_density_add(network, old, method, HS_KERNEL_TRIWEIGHT, sources[i],
                                            sources[i] + 1, -1, &error, sums),
                     &error);
            check_ok(hs_network_density_add(network, new, method, HS_KERNEL_TRIWEIGHT, sources[i],
                                            sources[i] + 1, 1, &error, sums),
                     &error);
        }
        assert_memory_equal(sums, want, bytes);
        hs_network_events_free(old);
        hs_network_events_free(new);
        free(sums);
        free(want);
    }
    hs_network_free(network);
}

/* Ranges of sources add up, and taking all away leaves nothing. */
static void test_ranges(void **state) {
    (void)state;
    static town t;
    hs_error error = {0};
    hs_network *network = make_town(&t, 10);
    size_t bytes = hs_network_lixel_count(network) * sizeof(int64_t);
    hs_network_points points = {t.segment, t.along_m, NULL, NULL, 2000};
    int64_t *want = sums_of(network, &points, 250, HS_NETWORK_CONTINUOUS, HS_KERNEL_QUARTIC);
    int64_t *sums = calloc(1, bytes);
    int64_t *none = calloc(1, bytes);
    hs_network_events *events;
    check_ok(hs_network_events_new(network, &points, 250, &error, &events), &error);
    uint32_t count = hs_network_source_count(network, HS_NETWORK_CONTINUOUS);
    for (uint32_t begin = count; begin > 0;) {
        uint32_t end = begin;
        begin = begin > 50 ? begin - 50 : 0;
        check_ok(hs_network_density_add(network, events, HS_NETWORK_CONTINUOUS, HS_KERNEL_QUARTIC, begin, end,
                                        1, &error, sums),
                 &error);
    }
    assert_memory_equal(sums, want, bytes);
    check_ok(hs_network_density_add(network, events, HS_NETWORK_CONTINUOUS, HS_KERNEL_QUARTIC, 0, count, -1,
                                    &error, sums),
             &error);
    assert_memory_equal(sums, none, bytes);
    hs_network_events_free(events);
    free(sums);
    free(none);
    free(want);
    hs_network_free(network);
}

/* Halving every street at its middle by a node of degree 2 changes nothing: it passes all on. */
static void test_nodes_of_degree_two(void **state) {
    (void)state;
    static town t;
    static uint32_t from[2 * TOWN_SEGMENTS];
    static uint32_t to[2 * TOWN_SEGMENTS];
    static float length_m[2 * TOWN_SEGMENTS];
    static uint32_t segment[2000];
    static double along_m[2000];
    hs_error error = {0};
    hs_network *network = make_town(&t, 1e6); /* one lixel a street */
    for (uint32_t s = 0; s < t.count; s++) {
        uint32_t middle = SIDE * SIDE + 2 + s;
        from[2 * s] = t.from[s];
        to[2 * s] = from[2 * s + 1] = middle;
        to[2 * s + 1] = t.to[s];
        length_m[2 * s] = length_m[2 * s + 1] = t.length_m[s] / 2;
    }
    for (int i = 0; i < 2000; i++) {
        double half = (double)t.length_m[t.segment[i]] / 2;
        bool second = t.along_m[i] > half;
        segment[i] = 2 * t.segment[i] + second;
        along_m[i] = second ? t.along_m[i] - half : t.along_m[i];
    }
    hs_network *halved;
    check_ok(hs_network_new(SIDE * SIDE + 2 + t.count, 2 * t.count, from, to, length_m, 1e6, &error, &halved),
             &error);
    hs_network_points whole = {t.segment, t.along_m, NULL, NULL, 2000};
    hs_network_points halves = {segment, along_m, NULL, NULL, 2000};
    for (int m = 0; m < HS_NETWORK_METHODS; m++) {
        int64_t *a = sums_of(network, &whole, 250, (hs_network_method)m, HS_KERNEL_QUARTIC);
        int64_t *b = sums_of(halved, &halves, 250, (hs_network_method)m, HS_KERNEL_QUARTIC);
        for (uint32_t s = 0; s < t.count; s++) /* lengths and places are rounded to 2^-16 m */
            check_near((double)a[s] / (double)HS_NETWORK_ONE,
                       ((double)b[2 * s] + (double)b[2 * s + 1]) / (double)HS_NETWORK_ONE, 2e-4);
        free(a);
        free(b);
    }
    hs_network_free(network);
    hs_network_free(halved);
}

static void test_adaptive(void **state) {
    (void)state;
    static town t;
    static double bandwidth_m[2000];
    hs_error error = {0};
    hs_network *network = make_town(&t, 10);
    hs_network_points points = {t.segment, t.along_m, NULL, NULL, 2000};
    int64_t *pilot = sums_of(network, &points, 200, HS_NETWORK_CONTINUOUS, HS_KERNEL_QUARTIC);
    static uint32_t place[2000];
    check_ok(hs_network_adaptive(network, &points, pilot, &error, place), &error);
    for (int i = 0; i < 2000; i++)
        bandwidth_m[i] = 200 * hs_adaptive_ratio(place[i]);
    double log_sum = 0;
    static double density[2000];
    for (int i = 0; i < 2000; i++) {
        uint32_t s = t.segment[i];
        uint32_t first = hs_network_lixel_first(network)[s];
        uint32_t lixel = (uint32_t)(t.along_m[i] / hs_network_lixel_m(network, s));
        density[i] = hs_network_per_km(network, s, pilot[first + lixel]);
        log_sum += log(density[i]);
    }
    double g = exp(log_sum / 2000);
    for (int i = 0; i < 2000; i++)
        check_near(bandwidth_m[i], fmin(200 * sqrt(g / density[i]), 1000), 0.01);
    points.bandwidth_m = bandwidth_m;
    int64_t *sums = sums_of(network, &points, 1, HS_NETWORK_CONTINUOUS, HS_KERNEL_QUARTIC);
    check_near(mass_of(network, sums) / 2000, 1.0, 1e-9);
    free(pilot);
    free(sums);
    hs_network_free(network);
}

/* Steps against paths walked one by one: by the exact sums on a town, by Python's on small networks. */
static int64_t *steps_of(const hs_network *network, const hs_network_points *points, double bandwidth_m,
                         hs_network_method method, hs_kernel kernel, uint32_t steps) {
    hs_error error = {0};
    hs_network_events *events;
    int64_t *sums = calloc((size_t)hs_network_lixel_count(network) + 1, sizeof *sums);
    check_ok(hs_network_events_new(network, points, bandwidth_m, &error, &events), &error);
    check_ok(hs_network_density_steps(network, events, method, kernel, steps, &error, sums), &error);
    hs_network_events_free(events);
    return sums;
}

static void test_steps(void **state) {
    (void)state;
    static town t;
    hs_network *network = make_town(&t, 10);
    hs_network_points points = {t.segment, t.along_m, t.weight, NULL, 2000};
    double weight = 0;
    for (int i = 0; i < 2000; i++)
        weight += t.weight[i];
    static const double bound[HS_KERNEL_COUNT] = {[HS_KERNEL_QUARTIC] = 1e-5,
                                                  [HS_KERNEL_TRIWEIGHT] = 1e-5,
                                                  [HS_KERNEL_EPANECHNIKOV] = 1e-4,
                                                  [HS_KERNEL_TRIANGULAR] = 1e-3,
                                                  [HS_KERNEL_UNIFORM] = 2e-2};
    for (int m = HS_NETWORK_DISCONTINUOUS; m < HS_NETWORK_METHODS; m++)
        for (int k = 0; k < HS_KERNEL_COUNT; k++) {
            if (k == HS_KERNEL_GAUSSIAN) continue;
            int64_t *exact = sums_of(network, &points, 250, (hs_network_method)m, (hs_kernel)k);
            int64_t *sums = steps_of(network, &points, 250, (hs_network_method)m, (hs_kernel)k, 256);
            double most = 0;
            double worst = 0;
            for (uint32_t l = 0; l < hs_network_lixel_count(network); l++) {
                most = fmax(most, (double)exact[l]);
                worst = fmax(worst, fabs((double)(sums[l] - exact[l])));
            }
            if (worst / most > bound[k]) print_message("kernel %d: %g\n", k, worst / most);
            assert_true(worst / most <= bound[k]);
            if (m == HS_NETWORK_CONTINUOUS) check_near(mass_of(network, sums) / weight, 1.0, 1e-9);
            free(exact);
            free(sums);
        }
    hs_network_free(network);
}

static void test_steps_on_small_networks(void **state) {
    (void)state;
    for (size_t i = 0; i < net_count; i++) {
        net n = nets[i];
        for (size_t e = 0; e < n.events; e++)
            n.bandwidth_m[e] = 64; /* with 128 steps of 0.5 m, as all lengths and places are */
        hs_network *network = network_of(&n, 0.5);
        hs_network_points points = {n.event_segment, n.along_m, n.weight, NULL, n.events};
        for (int m = HS_NETWORK_DISCONTINUOUS; m < HS_NETWORK_METHODS; m++) {
            int64_t *exact = sums_of(network, &points, 64, (hs_network_method)m, HS_KERNEL_QUARTIC);
            int64_t *sums = steps_of(network, &points, 64, (hs_network_method)m, HS_KERNEL_QUARTIC, 128);
            for (uint32_t l = 0; l < hs_network_lixel_count(network); l++)
                check_near((double)sums[l] / (double)HS_NETWORK_ONE,
                           (double)exact[l] / (double)HS_NETWORK_ONE, 1e-9);
            free(exact);
            free(sums);
        }
        hs_network_free(network);
    }
}

static void test_bad_input(void **state) {
    (void)state;
    hs_error error = {0};
    hs_network *network;
    const uint32_t from[1] = {0};
    const uint32_t to[1] = {1};
    const uint32_t beyond[1] = {2};
    const float good[1] = {10};
    const float bad[1] = {NAN};
    const float zero[1] = {0};
    assert_int_equal(hs_network_new(2, 1, from, beyond, good, 5, &error, &network), HS_E_ARGUMENT);
    assert_int_equal(hs_network_new(2, 1, from, to, bad, 5, &error, &network), HS_E_ARGUMENT);
    assert_int_equal(hs_network_new(2, 1, from, to, zero, 5, &error, &network), HS_E_ARGUMENT);
    assert_int_equal(hs_network_new(2, 1, from, to, good, 0, &error, &network), HS_E_ARGUMENT);
    check_ok(hs_network_new(2, 1, from, to, good, 5, &error, &network), &error);
    assert_int_equal(hs_network_lixel_count(network), 2);
    hs_network_events *events;
    const double middle[1] = {5};
    const double nowhere[1] = {NAN};
    const double minus[1] = {-1};
    hs_network_points p = {beyond, middle, NULL, NULL, 1};
    assert_int_equal(hs_network_events_new(network, &p, 10, &error, &events), HS_E_ARGUMENT);
    p = (hs_network_points){from, nowhere, NULL, NULL, 1};
    assert_int_equal(hs_network_events_new(network, &p, 10, &error, &events), HS_E_ARGUMENT);
    p = (hs_network_points){from, middle, minus, NULL, 1};
    assert_int_equal(hs_network_events_new(network, &p, 10, &error, &events), HS_E_ARGUMENT);
    p = (hs_network_points){from, middle, NULL, NULL, 1};
    assert_int_equal(hs_network_events_new(network, &p, 0, &error, &events), HS_E_ARGUMENT);
    check_ok(hs_network_events_new(network, &p, 10, &error, &events), &error);
    int64_t sums[2] = {0};
    assert_int_equal(
        hs_network_density_add(network, events, HS_NETWORK_SIMPLE, HS_KERNEL_GAUSSIAN, 0, 1, 1, &error, sums),
        HS_E_ARGUMENT);
    assert_int_equal(
        hs_network_density_add(network, events, HS_NETWORK_SIMPLE, HS_KERNEL_QUARTIC, 0, 2, 1, &error, sums),
        HS_E_ARGUMENT);
    hs_network_events_free(events);
    hs_network_free(network);
    hs_network_free(NULL);
    hs_network_events_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_paths),
        cmocka_unit_test(test_continuous_kernel_keeps_mass),
        cmocka_unit_test(test_no_order_shows),
        cmocka_unit_test(test_a_live_event),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_nodes_of_degree_two),
        cmocka_unit_test(test_adaptive),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_steps_on_small_networks),
        cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, read_nets, NULL);
}
