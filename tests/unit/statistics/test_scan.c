/* The scan statistic on made data: clusters as trying every window by the formulas has them (tests/data, made
 * by scan.py), replications as plain loops over the same draws have them, and properties. */
#include "check.h"

#include "base/pool.h"
#include "statistics/scan_private.h"
#include <stdlib.h>

enum { AREAS = 36, STEPS = 12, CELLS = AREAS * STEPS, MOST_CLUSTERS = 16 };

typedef struct made {
    uint32_t areas, steps;
    double x[400], y[400], people[CELLS + 400], cases[CELLS + 400], size[400];
} made;

static made town;

static void read_cells(bool together) {
    char line[256];
    FILE *file = fopen(TEST_DATA "/statistics/scan_cells.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    memset(&town, 0, sizeof town);
    town.areas = AREAS;
    town.steps = together ? 1 : STEPS;
    for (unsigned k = 0; k < CELLS; k++) {
        unsigned area;
        unsigned step;
        double x;
        double y;
        double people;
        double cases;
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%u,%lf,%lf,%u,%lf,%lf", &area, &x, &y, &step, &people, &cases), 6);
        town.x[area] = x;
        town.y[area] = y;
        town.people[together ? area : k] += people;
        town.cases[together ? area : k] += cases;
    }
    (void)fclose(file);
}

typedef struct answer {
    hs_scan_cluster cluster[MOST_CLUSTERS];
    uint32_t found, cluster_of[400];
    hs_scan_summary summary;
} answer;

static void scan(hs_scan_extent extent, hs_scan_request request, hs_pool *pool, answer *a) {
    hs_error error = {0};
    hs_scan_zones *zones;
    bool permuted = request.model == HS_SCAN_PERMUTATION;
    const double *of = permuted ? town.cases : town.people;
    for (uint32_t i = 0; i < town.areas; i++) {
        town.size[i] = 0;
        for (uint32_t t = 0; t < town.steps; t++)
            town.size[i] += of[i * town.steps + t];
    }
    memset(a, 0, sizeof *a);
    check_ok(hs_scan_zones_new(town.areas, town.x, town.y, town.size, &extent, &error, &zones), &error);
    const hs_scan_data data = {town.areas, town.steps, town.cases, permuted ? NULL : town.people};
    check_ok(hs_scan(&data, zones, &request, pool, MOST_CLUSTERS, &error, a->cluster, &a->found,
                     a->cluster_of, &a->summary),
             &error);
    hs_scan_zones_free(zones);
}

static hs_scan_model model_of(const char *name) {
    return strcmp(name, "poisson") == 0     ? HS_SCAN_POISSON
           : strcmp(name, "bernoulli") == 0 ? HS_SCAN_BERNOULLI
                                            : HS_SCAN_PERMUTATION;
}

static hs_scan_rates rates_of(const char *name) {
    return strcmp(name, "high") == 0 ? HS_SCAN_HIGH : strcmp(name, "low") == 0 ? HS_SCAN_LOW : HS_SCAN_BOTH;
}

static void check_members(const answer *a, uint32_t rank, char *members) {
    uint32_t count = 0;
    for (char *word = strtok(members, " \n"); word; word = strtok(NULL, " \n"), count++)
        assert_int_equal(a->cluster_of[atoi(word)], rank);
    assert_int_equal(count, a->cluster[rank].size);
}

static void test_every_window(void **state) {
    (void)state;
    static answer a;
    char line[1024];
    FILE *file = fopen(TEST_DATA "/statistics/scan_clusters.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    unsigned rows = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        char name[32];
        char model[32];
        char rates[32];
        unsigned together, longest, now, ellipses, rank, begin, end, size;
        double share, compactness, ratio, cases, expected, llr, statistic;
        int at = 0;
        assert_int_equal(sscanf(line,
                                "%31[^,],%31[^,],%31[^,],%u,%u,%u,%lf,%u,%lf,%u,%lf,%u,%u,%u,%lf,%lf,%lf,%lf,"
                                "%n",
                                name, model, rates, &together, &longest, &now, &share, &ellipses,
                                &compactness, &rank, &ratio, &begin, &end, &size, &cases, &expected, &llr,
                                &statistic, &at),
                         18);
        if (rank == 0) {
            read_cells(together);
            const hs_scan_extent extent = {
                .max_share = share, .ellipses = ellipses, .compactness = compactness};
            const hs_scan_request request = {.model = model_of(model),
                                             .rates = rates_of(rates),
                                             .prospective = now,
                                             .most_steps = longest};
            scan(extent, request, NULL, &a);
        }
        assert_true(rank < a.found);
        const hs_scan_cluster *c = &a.cluster[rank];
        check_near(c->log_likelihood_ratio, llr, 1e-8);
        check_near(c->statistic, statistic, 1e-8);
        check_near(c->cases, cases, 0);
        check_near(c->expected, expected, 1e-8);
        assert_int_equal(c->size, size);
        assert_int_equal(c->first_step, begin);
        assert_int_equal(c->end_step, end);
        check_members(&a, rank, line + at);
    }
    (void)fclose(file);
    assert_int_equal(rows, 48);
}

/* The largest statistic of one replication, from its cells, window by window. */
static double largest_by_hand(const hs_scan_zones *zones, const hs_scan_request *r, const double *cases,
                              double all) {
    double largest = 0;
    double everybody = 0;
    static double of_step[STEPS], of_area[AREAS];
    memset(of_step, 0, sizeof of_step);
    memset(of_area, 0, sizeof of_area);
    for (uint32_t i = 0; i < town.areas * town.steps; i++) {
        everybody += town.people[i];
        of_step[i % town.steps] += town.cases[i];
        of_area[i / town.steps] += town.cases[i];
    }
    hs_scan_likelihood l = {r->model, r->rates, all, r->model == HS_SCAN_BERNOULLI ? everybody : all};
    for (uint32_t o = 0; o < zones->order_count; o++) {
        const hs_scan_order *order = &zones->order[o];
        double inside[STEPS] = {0};
        double size[STEPS] = {0};
        for (uint32_t k = 0; k < order->count; k++) {
            uint32_t area = zones->step[order->first + k].area;
            for (uint32_t t = 0; t < town.steps; t++) {
                uint32_t cell = area * town.steps + t;
                inside[t] += cases[cell];
                size[t] += r->model == HS_SCAN_BERNOULLI     ? town.people[cell]
                           : r->model == HS_SCAN_PERMUTATION ? of_area[area] * of_step[t] / all
                                                             : all * town.people[cell] / everybody;
            }
            for (uint32_t begin = 0; begin < town.steps; begin++) {
                double n = 0;
                double part = 0;
                for (uint32_t end = begin + 1; end <= town.steps && end - begin <= r->most_steps; end++) {
                    n += inside[end - 1];
                    part += size[end - 1];
                    if (r->prospective && end < town.steps) continue;
                    double ratio = zones->penalty[order->shape] * hs_scan_ratio(&l, n, part);
                    if (ratio > largest) largest = ratio;
                }
            }
        }
    }
    return largest;
}

static void check_replications(const hs_scan_extent *extent, const hs_scan_request *r) {
    static answer a;
    static double cases[CELLS];
    static uint32_t scratch[65536], cell[65536];
    hs_error error = {0};
    hs_scan_zones *zones;
    hs_scan_source source;
    scan(*extent, *r, NULL, &a);
    uint32_t all = (uint32_t)a.summary.cases;
    check_ok(hs_scan_zones_new(town.areas, town.x, town.y, town.size, extent, &error, &zones), &error);
    const hs_scan_data data = {town.areas, town.steps, town.cases, town.people};
    check_ok(hs_scan_source_init(&source, &data, r->model, r->seed, all, &error), &error);
    assert_true(hs_scan_scratch(&source) < 65536);
    uint32_t reaching[MOST_CLUSTERS] = {0};
    for (uint32_t k = 0; k < r->replications; k++) {
        hs_scan_draw(&source, k, scratch, cell);
        memset(cases, 0, sizeof cases);
        for (uint32_t i = 0; i < all; i++)
            cases[cell[i]]++;
        for (uint32_t i = 0; i < town.areas * town.steps && r->model == HS_SCAN_BERNOULLI; i++)
            assert_true(cases[i] <= town.people[i]);
        double largest = largest_by_hand(zones, r, cases, all);
        for (uint32_t c = 0; c < a.found; c++)
            reaching[c] += largest >= a.cluster[c].statistic - 1e-9;
    }
    for (uint32_t c = 0; c < a.found; c++) {
        assert_int_equal(a.cluster[c].reaching, reaching[c]);
        check_near(a.cluster[c].p, (reaching[c] + 1) / (r->replications + 1.0), 1e-15);
    }
    hs_scan_source_done(&source);
    hs_scan_zones_free(zones);
}

static void test_replications(void **state) {
    (void)state;
    static const hs_scan_rates rates[] = {HS_SCAN_HIGH, HS_SCAN_LOW, HS_SCAN_BOTH};
    for (int model = 0; model < 3; model++)
        for (int k = 0; k < 3; k++)
            for (int kind = 0; kind < 3; kind++) {
                if (kind == 0 && model == HS_SCAN_PERMUTATION) continue;
                read_cells(kind == 0);
                for (uint32_t i = 0; i < town.areas * town.steps; i++) /* few cases: p-values in the middle */
                    town.cases[i] = floor(town.cases[i] / (kind == 0 ? 6 : 3));
                const hs_scan_request r = {.model = (hs_scan_model)model,
                                           .rates = rates[k],
                                           .prospective = kind == 2,
                                           .most_steps = kind == 0 ? 1 : 5,
                                           .replications = 33,
                                           .seed = 5};
                const hs_scan_extent extent = {.max_share = 0.4, .ellipses = kind == 0, .compactness = 0.5};
                check_replications(&extent, &r);
            }
}

static void make_rows(uint64_t seed, uint32_t areas, double rate) {
    hs_random random;
    hs_random_seed(&random, seed);
    town.areas = areas;
    town.steps = 1;
    for (uint32_t i = 0; i < areas; i++) {
        town.x[i] = 1000 * hs_random_uniform(&random);
        town.y[i] = 1000 * hs_random_uniform(&random);
        town.people[i] = 100 + hs_random_below(&random, 400);
        town.cases[i] = hs_random_poisson(&random, town.people[i] * rate);
    }
}

static void test_planted(void **state) {
    (void)state;
    static answer alone, together;
    hs_error error = {0};
    hs_pool *pool;
    make_rows(4, 60, 0.03);
    for (uint32_t i = 0; i < town.areas; i++)
        if (hypot(town.x[i] - 300, town.y[i] - 300) < 200) town.cases[i] = ceil(town.people[i] * 0.1);
    check_ok(hs_pool_new(3, &error, &pool), &error);
    const hs_scan_request request = {.replications = 999, .seed = 11};
    scan((hs_scan_extent){.max_share = 0.5}, request, NULL, &alone);
    scan((hs_scan_extent){.max_share = 0.5}, request, pool, &together);
    assert_memory_equal(&alone, &together, sizeof alone);
    hs_pool_free(pool);
    check_near(alone.cluster[0].p, 1.0 / 1000, 1e-12);
    assert_true(alone.cluster[0].p_gumbel < 1e-4 && alone.cluster[0].relative_risk > 2);
    uint32_t hit = 0;
    uint32_t planted = 0;
    uint32_t inside[MOST_CLUSTERS] = {0};
    for (uint32_t i = 0; i < town.areas; i++) {
        bool there = hypot(town.x[i] - 300, town.y[i] - 300) < 200;
        planted += there;
        hit += there && alone.cluster_of[i] == 0;
        if (alone.cluster_of[i] != HS_NONE) inside[alone.cluster_of[i]]++;
    }
    assert_true(hit * 10 >= planted * 8);
    for (uint32_t k = 0; k < alone.found; k++)
        assert_int_equal(inside[k], alone.cluster[k].size); /* no area in two */
}

/* Without pattern the likeliest cluster is called significant at 5 % in about 5 % of made cities, by rank and
 * by Gumbel's distribution. */
static void test_false_alarms(void **state) {
    (void)state;
    static answer a;
    uint32_t alarms = 0;
    uint32_t gumbel = 0;
    enum { CITIES = 200 };
    for (uint64_t city = 0; city < CITIES; city++) {
        make_rows(1000 + city, 60, 0.03);
        scan((hs_scan_extent){.max_share = 0.5}, (hs_scan_request){.replications = 99, .seed = city}, NULL,
             &a);
        alarms += a.found > 0 && a.cluster[0].p <= 0.05;
        gumbel += a.found > 0 && a.cluster[0].p_gumbel <= 0.05;
    }
    assert_in_range(alarms, 2, 10 + 3 * 4);
    assert_in_range(gumbel, 2, 10 + 3 * 4);
}

static void test_early_stop(void **state) {
    (void)state;
    static answer all, early;
    make_rows(77, 60, 0.03);
    hs_scan_request request = {.replications = 999, .seed = 3};
    scan((hs_scan_extent){.max_share = 0.5}, request, NULL, &all);
    assert_true(all.cluster[0].p > 0.1 && !all.summary.stopped_early);
    request.stop_after = 20;
    scan((hs_scan_extent){.max_share = 0.5}, request, NULL, &early);
    assert_true(early.summary.stopped_early && early.summary.replications < 400);
    assert_int_equal(early.cluster[0].reaching, 20);
    check_near(early.cluster[0].p, 20.0 / early.summary.replications, 1e-15);
    check_near(early.cluster[0].p, all.cluster[0].p, 0.1);
    request.stop_after = 999; /* never reached */
    scan((hs_scan_extent){.max_share = 0.5}, request, NULL, &early);
    assert_memory_equal(&all, &early, sizeof all);
}

/* On a grid, cells at equal distances enter together: one in the middle is found with all of its sides. */
static void test_ties(void **state) {
    (void)state;
    static answer a;
    memset(&town, 0, sizeof town);
    town.areas = 81;
    town.steps = 1;
    for (uint32_t i = 0; i < town.areas; i++) {
        town.x[i] = 100.1 * (i % 9);
        town.y[i] = 100.1 * (double)(i / 9); /* NOLINT(bugprone-integer-division): a row */
        town.people[i] = 100;
        uint32_t off = (uint32_t)abs((int)(i % 9) - 4) + (uint32_t)abs((int)(i / 9) - 4);
        town.cases[i] = off <= 1 ? 30 : 10;
    }
    scan((hs_scan_extent){.max_share = 0.5}, (hs_scan_request){.replications = 99, .seed = 1}, NULL, &a);
    assert_int_equal(a.cluster[0].centre, 40);
    assert_int_equal(a.cluster[0].size, 5);
    check_near(a.cluster[0].radius_m, 100.1, 1e-4);
    check_near(a.cluster[0].p, 0.01, 1e-12);
}

/* Beyond what 16 bits hold. */
static void test_many_cases(void **state) {
    (void)state;
    static answer a;
    make_rows(9, 40, 0.5);
    for (uint32_t i = 0; i < town.areas; i++) {
        town.people[i] *= 1000;
        town.cases[i] = floor(town.people[i] / 50) + (i == 7 ? 900 : 0);
    }
    scan((hs_scan_extent){.max_share = 0.5},
         (hs_scan_request){.rates = HS_SCAN_BOTH, .replications = 99, .seed = 1}, NULL, &a);
    assert_true(a.summary.cases > 200000 && a.cluster[0].size == 1 && a.cluster[0].centre == 7);
    check_near(a.cluster[0].p, 0.01, 1e-12);
    town.cases[7] -= 900;
    scan((hs_scan_extent){.max_share = 0.5},
         (hs_scan_request){.rates = HS_SCAN_BOTH, .replications = 99, .seed = 1}, NULL, &a);
    assert_int_equal(a.found, 0); /* everywhere the same rate */
}

static uint32_t along_a_line(void *context, uint32_t centre, uint32_t *areas, double *distances_m) {
    const uint32_t *count = context;
    for (uint32_t i = 0; i < *count; i++) {
        areas[i] = *count - 1 - i;
        distances_m[i] = fabs(10.0 * areas[i] - 10.0 * centre);
    }
    return *count;
}

static void test_reached(void **state) {
    (void)state;
    hs_error error = {0};
    hs_scan_zones *zones;
    uint32_t count = 5;
    const double size[] = {1, 1, 1, 1, 1};
    hs_scan_extent extent = {.max_share = 0.5};
    check_ok(hs_scan_zones_new_reached(count, size, &extent, along_a_line, &count, &error, &zones), &error);
    /* Two of five fit: the ends take a neighbour, the others have two as near. */
    assert_int_equal(hs_scan_zones_count(zones), 5 + 2);
    hs_scan_zones_free(zones);
    extent.ellipses = true;
    assert_int_equal(hs_scan_zones_new_reached(count, size, &extent, along_a_line, &count, &error, &zones),
                     HS_E_ARGUMENT);
}

static bool at_once(const void *context, double share) {
    (void)context;
    return share < 0;
}

static hs_status try_scan(hs_scan_request request) {
    hs_error error = {0};
    hs_scan_zones *zones;
    static answer a;
    const hs_scan_extent extent = {.max_share = 0.5};
    hs_status status = hs_scan_zones_new(town.areas, town.x, town.y, town.people, &extent, &error, &zones);
    if (status != HS_OK) return status;
    const hs_scan_data data = {town.areas, town.steps, town.cases, town.people};
    status = hs_scan(&data, zones, &request, NULL, MOST_CLUSTERS, &error, a.cluster, &a.found, a.cluster_of,
                     &a.summary);
    hs_scan_zones_free(zones);
    assert_true(status == HS_OK || error.message[0]);
    return status;
}

static void test_refusals(void **state) {
    (void)state;
    hs_error error = {0};
    hs_scan_zones *zones;
    make_rows(1, 60, 0.03);
    hs_scan_extent extent = {.max_share = 0.6};
    assert_int_equal(hs_scan_zones_new(town.areas, town.x, town.y, town.people, &extent, &error, &zones),
                     HS_E_ARGUMENT);
    assert_int_equal(try_scan((hs_scan_request){.replications = 9}), HS_OK);
    assert_int_equal(try_scan((hs_scan_request){.replications = 9, .progress = {at_once, NULL}}),
                     HS_E_CANCELLED);
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_PERMUTATION}), HS_E_ARGUMENT);
    assert_int_equal(try_scan((hs_scan_request){.least_steps = 3}), HS_E_ARGUMENT);
    town.cases[3] = town.people[3] + 1;
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_BERNOULLI}), HS_E_ARGUMENT);
    memcpy(town.cases, town.people, sizeof town.cases);
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_BERNOULLI}), HS_E_ARGUMENT);
    town.people[5] = 0;
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_POISSON}), HS_E_ARGUMENT);
    memset(town.cases, 0, sizeof town.cases);
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_POISSON}), HS_E_ARGUMENT);
    town.cases[0] = NAN;
    assert_int_equal(try_scan((hs_scan_request){.model = HS_SCAN_POISSON}), HS_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_window), cmocka_unit_test(test_replications),
        cmocka_unit_test(test_planted),      cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_early_stop),   cmocka_unit_test(test_ties),
        cmocka_unit_test(test_many_cases),   cmocka_unit_test(test_reached),
        cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
