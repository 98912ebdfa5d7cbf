/* Forecasts of a made city whose intensity is known: they catch what can be caught, learn nothing from the
 * future, and give the same bits on any number of threads and in any order of incidents. */
#include "watched.h"

#include "base/pool.h"
#include "base/random.h"
#include <hotspot/forecast.h>
#include <stdlib.h>

enum { SIDE = 16, CELLS = SIDE * SIDE, DAYS = 700, HORIZON = 30 };
#define DAY       INT64_C(86400)
#define SIZE_M    150.0
#define MOST      8000u
#define PER_DAY   5.0
#define HOT_CELLS 8

typedef struct city {
    double measure[CELLS], intensity[CELLS]; /* incidents a day */
    uint32_t place[CELLS];
    hs_forecast_cells cells;
    hs_forecast_incident *incident;
    uint32_t count;
} city;

/* A smooth hill and a few places that are far worse. */
static void make_city(city *c, uint64_t seed) {
    hs_random random;
    double sum = 0;
    hs_random_seed(&random, seed);
    for (uint32_t i = 0; i < CELLS; i++) {
        double dx = i % SIDE - SIDE / 3.0, dy = (double)(i / SIDE) - SIDE / 2.0;
        c->measure[i] = SIZE_M * SIZE_M * 1e-6;
        c->place[i] = i;
        c->intensity[i] = 0.1 + exp(-(dx * dx + dy * dy) / 30);
    }
    for (int k = 0; k < HOT_CELLS; k++)
        c->intensity[hs_random_below(&random, CELLS)] += 10;
    for (uint32_t i = 0; i < CELLS; i++)
        sum += c->intensity[i];
    for (uint32_t i = 0; i < CELLS; i++)
        c->intensity[i] *= PER_DAY / sum;
    c->incident = malloc(MOST * sizeof *c->incident);
    assert_non_null(c->incident);
    c->count = 0;
    for (uint32_t i = 0; i < CELLS; i++)
        for (uint32_t n = hs_random_poisson(&random, c->intensity[i] * DAYS); n > 0; n--) {
            assert_true(c->count < MOST);
            double x = hs_random_uniform(&random), y = hs_random_uniform(&random);
            int64_t time_s = (int64_t)(hs_random_uniform(&random) * DAYS * DAY);
            c->incident[c->count++] = (hs_forecast_incident){time_s,
                                                             time_s + 3600,
                                                             i,
                                                             (uint32_t)(y * 3) * 3 + (uint32_t)(x * 3),
                                                             (float)((i % SIDE + x) * SIZE_M),
                                                             (float)(((double)(i / SIDE) + y) * SIZE_M)};
        }
    c->cells = (hs_forecast_cells){.count = CELLS,
                                   .measure = c->measure,
                                   .size_m = SIZE_M,
                                   .columns = SIDE,
                                   .rows = SIDE,
                                   .place = c->place};
}

static hs_forecast *forecast(const city *c, hs_forecast_options options, unsigned threads) {
    hs_error error = {0};
    hs_forecast *f = NULL;
    hs_pool *pool = NULL;
    if (threads > 0) check_ok(hs_pool_new(threads, &error, &pool), &error);
    check_ok(hs_forecast_new(&c->cells, c->incident, c->count, &options, pool, &error, &f), &error);
    hs_pool_free(pool);
    return f;
}

static hs_forecast_options usual(void) {
    return (hs_forecast_options){.share = 0.05,
                                 .origin_s = 660 * DAY,
                                 .horizon_s = HORIZON * DAY,
                                 .folds = 3,
                                 .method = HS_FORECAST_AUTO};
}

static double mean_hit(const hs_forecast *f, int method) {
    double values[HS_FORECAST_MOST_FOLDS];
    hs_forecast_interval v;
    hs_error error = {0};
    for (uint32_t k = 0; k < f->folds; k++)
        values[k] = f->result[method].score[k].hit_rate;
    check_ok(hs_forecast_bootstrap(values, f->folds, 200, 0.95, 1, &error, &v), &error);
    return v.mean;
}

/* What the true intensity has in the chosen cells over the most that can be had. */
static double of_the_best(const city *c, const double *expected, double share) {
    uint32_t rank[CELLS], best[CELLS];
    hs_error error = {0};
    double got = 0, most = 0;
    check_ok(hs_forecast_select(expected, c->measure, CELLS, share, &error, rank), &error);
    check_ok(hs_forecast_select(c->intensity, c->measure, CELLS, share, &error, best), &error);
    for (uint32_t i = 0; i < CELLS; i++) {
        got += rank[i] ? c->intensity[i] : 0;
        most += best[i] ? c->intensity[i] : 0;
    }
    return got / most;
}

static void catches_what_can_be(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        city c;
        make_city(&c, seed);
        hs_forecast *f = forecast(&c, usual(), 2);
        assert_int_equal(f->folds, 3);
        assert_int_equal(f->fitted.training, 12);
        assert_true(of_the_best(&c, f->expected, 0.05) > 0.95);
        assert_true(mean_hit(f, HS_FORECAST_AUTO) > 1.2 * mean_hit(f, HS_FORECAST_SCOTT));
        assert_true(mean_hit(f, HS_FORECAST_STACK) > mean_hit(f, HS_FORECAST_LAST));
        check_near(f->fitted.total / (PER_DAY * HORIZON), 1, 0.15);
        double sum = 0;
        for (uint32_t i = 0; i < CELLS; i++)
            sum += f->expected[i];
        check_near(sum, f->fitted.total, 1e-3 * sum);
        check_near(f->calibration.ratio, 1, 0.15);
        check_near(f->calibration.slope, 1, 0.15);
        hs_forecast_free(f);
        free(c.incident);
    }
}

/* The single method at an origin is the one that its own backtest finds best, or as good. */
static void best_before(void **state) {
    (void)state;
    city c;
    make_city(&c, 3);
    hs_forecast_options options = usual();
    options.folds = 1;
    hs_forecast *f = forecast(&c, options, 2);
    options.origin_s = f->fold_s[0];
    options.folds = 8; /* of the twelve that it was picked on */
    hs_forecast *before = forecast(&c, options, 2);
    double most = 0;
    for (int m = 0; m < HS_FORECAST_STACK; m++)
        most = fmax(most, mean_hit(before, (hs_forecast_method)m));
    assert_true(f->fold_single[0] < HS_FORECAST_STACK && before->folds == 8);
    assert_true(mean_hit(before, f->fold_single[0]) > most - 0.03);
    hs_forecast_free(before);
    hs_forecast_free(f);
    free(c.incident);
}

/* Each method can be asked for by itself, and its forecast is a number of incidents. */
static void every_method(void **state) {
    (void)state;
    city c;
    make_city(&c, 5);
    for (int m = 0; m < HS_FORECAST_METHODS; m++) {
        hs_forecast_options options = usual();
        options.method = (hs_forecast_method)m;
        options.folds = 1;
        hs_forecast *f = forecast(&c, options, 2);
        assert_int_equal(f->method, m);
        assert_true(of_the_best(&c, f->expected, 0.05) >
                    (m == HS_FORECAST_SCOTT || m == HS_FORECAST_LAST ? 0.3 : 0.9));
        assert_non_null(hs_forecast_method_name((hs_forecast_method)m));
        hs_forecast_free(f);
    }
    assert_null(hs_forecast_method_name(HS_FORECAST_METHODS + 1));
    free(c.incident);
}

/* What comes or is reported after the origin changes no forecast; what is reported late is not known. */
static void no_future(void **state) {
    (void)state;
    city c;
    make_city(&c, 7);
    hs_forecast_options options = usual();
    options.folds = 2;
    hs_forecast *f = forecast(&c, options, 2);
    double *expected = malloc(CELLS * sizeof *expected);
    assert_non_null(expected);
    memcpy(expected, f->expected, CELLS * sizeof *expected);
    double score = f->result[HS_FORECAST_AUTO].score[0].hit_rate;
    hs_forecast_free(f);
    for (uint32_t i = 0; i < c.count; i++)
        if (c.incident[i].time_s >= options.origin_s) c.incident[i].cell = 0;
    for (uint32_t i = 0; i < 1500; i++) /* old, but reported later */
        c.incident[c.count++] = (hs_forecast_incident){(int64_t)i * 37000, options.origin_s + 5, 17, 4, 0, 0};
    f = forecast(&c, options, 2);
    assert_memory_equal(f->expected, expected, CELLS * sizeof *expected);
    assert_true(f->result[HS_FORECAST_AUTO].score[0].hit_rate != score); /* they count as what came */
    hs_forecast_free(f);
    free(expected);
    free(c.incident);
}

static void same_bits(void **state) {
    (void)state;
    city c;
    make_city(&c, 9);
    hs_forecast_options options = usual();
    options.folds = 2;
    hs_forecast *one = forecast(&c, options, 0);
    hs_random random;
    hs_random_seed(&random, 1);
    for (uint32_t i = c.count; i > 1; i--) {
        uint32_t j = hs_random_below(&random, i);
        hs_forecast_incident t = c.incident[i - 1];
        c.incident[i - 1] = c.incident[j];
        c.incident[j] = t;
    }
    hs_forecast *two = forecast(&c, options, 3);
    assert_memory_equal(one->expected, two->expected, CELLS * sizeof *one->expected);
    for (int m = 0; m <= HS_FORECAST_METHODS; m++)
        for (uint32_t k = 0; k < one->folds; k++)
            assert_true(one->result[m].score[k].hit_rate == two->result[m].score[k].hit_rate);
    hs_forecast_free(one);
    hs_forecast_free(two);
    free(c.incident);
}

/* Segments in a ring, each with two neighbours either side. */
static void streets(void **state) {
    (void)state;
    enum { SEGMENTS = 200, REACH = 2, INCIDENTS = 6000 };
    double measure[SEGMENTS];
    uint32_t first[SEGMENTS + 1], link[SEGMENTS * 2 * REACH], links = 0;
    float way[SEGMENTS * 2 * REACH];
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        measure[i] = 0.1;
        first[i] = links;
        for (int k = -REACH; k <= REACH; k++)
            if (k != 0) {
                link[links] = (i + SEGMENTS + (uint32_t)k) % SEGMENTS;
                way[links++] = (float)(100 * abs(k));
            }
    }
    first[SEGMENTS] = links;
    hs_forecast_incident *incident = malloc(INCIDENTS * sizeof *incident);
    assert_non_null(incident);
    hs_random random;
    hs_random_seed(&random, 3);
    for (uint32_t i = 0; i < INCIDENTS; i++) {
        uint32_t s =
            hs_random_below(&random, 2) ? hs_random_below(&random, SEGMENTS) : hs_random_below(&random, 6);
        int64_t time_s = (int64_t)(hs_random_uniform(&random) * 600 * DAY);
        incident[i] = (hs_forecast_incident){time_s, time_s, s, 0, (float)s * 100, 0};
    }
    hs_forecast_cells cells = {
        .count = SEGMENTS, .measure = measure, .link_first = first, .link = link, .link_m = way};
    hs_forecast_options options = {.share = 0.03, .origin_s = 600 * DAY, .horizon_s = 14 * DAY, .folds = 4};
    options.method = HS_FORECAST_AUTO;
    hs_error error = {0};
    hs_forecast *f;
    uint32_t rank[SEGMENTS];
    check_ok(hs_forecast_new(&cells, incident, INCIDENTS, &options, NULL, &error, &f), &error);
    check_ok(hs_forecast_select(f->expected, measure, SEGMENTS, 0.03, &error, rank), &error);
    for (uint32_t i = 0; i < 6; i++)
        assert_true(rank[i] >= 1 && rank[i] <= 6);
    hs_forecast_free(f);
    free(incident);
}

static bool at_once(const void *context, double share) {
    (void)context;
    return share < 0;
}

static void tells_how_far_it_is(void **state) {
    (void)state;
    hs_error error = {0};
    hs_forecast *f;
    hs_pool *pool;
    watched w;
    city c;
    make_city(&c, 1);
    check_ok(hs_pool_new(4, &error, &pool), &error);
    hs_forecast_options options = usual();
    options.progress = watch(&w, 2);
    check_ok(hs_forecast_new(&c.cells, c.incident, c.count, &options, pool, &error, &f), &error);
    assert_true(atomic_load(&w.between) >= 3);
    hs_forecast_free(f);
    options.progress = watch(&w, 0.5);
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, pool, &error, &f),
                     HS_E_CANCELLED);
    assert_true(w.last >= 0.5 && w.last < 1);
    hs_pool_free(pool);
    free(c.incident);
}

static void short_pasts_and_mistakes(void **state) {
    (void)state;
    city c;
    make_city(&c, 2);
    hs_error error = {0};
    hs_forecast *f = NULL;
    hs_forecast_options options = usual();
    options.origin_s = 40 * DAY; /* hardly more than a horizon */
    f = forecast(&c, options, 1);
    assert_int_equal(f->folds, 0);
    assert_true(of_the_best(&c, f->expected, 0.05) > 0.8);
    hs_forecast_free(f);
    options.origin_s = 135 * DAY;
    f = forecast(&c, options, 1);
    assert_int_equal(f->folds, 3);
    assert_int_equal(f->fold_single[2], HS_FORECAST_METHODS); /* no period had ended */
    hs_forecast_free(f);
    options.origin_s = 3000 * DAY; /* years after the last report */
    f = forecast(&c, options, 1);
    assert_true(f->fitted.total > 0 && of_the_best(&c, f->expected, 0.05) > 0.9);
    hs_forecast_free(f);
    options.origin_s = 0;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f), HS_E_INPUT);
    options = usual();
    options.share = 0;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f),
                     HS_E_ARGUMENT);
    options = usual();
    options.folds = HS_FORECAST_MOST_FOLDS + 1;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f),
                     HS_E_ARGUMENT);
    options = usual();
    options.progress.tell = at_once;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f),
                     HS_E_CANCELLED);
    options = usual();
    c.incident[3].cell = CELLS;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f),
                     HS_E_ARGUMENT);
    c.incident[3].cell = 0;
    c.measure[5] = 0;
    assert_int_equal(hs_forecast_new(&c.cells, c.incident, c.count, &options, NULL, &error, &f),
                     HS_E_ARGUMENT);
    free(c.incident);
}

/* A lattice whose squares hold the places whole promises more than one that cuts them in four. */
static void promise(void **state) {
    (void)state;
    enum { PLACES = 24, EACH = 30 };
    city c;
    make_city(&c, 4);
    hs_random random;
    double whole, cut;
    hs_error error = {0};
    hs_random_seed(&random, 8);
    for (int shifted = 0; shifted < 2; shifted++) {
        c.count = 0;
        for (uint32_t p = 0; p < PLACES; p++)
            for (uint32_t k = 0; k < EACH; k++) {
                double x =
                    SIZE_M * (2 + 3 * (p % 4)) + SIZE_M / (shifted ? 1 : 2) + 20 * hs_random_normal(&random);
                double y =
                    SIZE_M * (2 + 2 * (p / 4)) + SIZE_M / (shifted ? 1 : 2) + 20 * hs_random_normal(&random);
                uint32_t column = (uint32_t)(x / SIZE_M), row = (uint32_t)(y / SIZE_M);
                uint32_t part =
                    (uint32_t)((y / SIZE_M - row) * 3) * 3 + (uint32_t)((x / SIZE_M - column) * 3);
                c.incident[c.count++] =
                    (hs_forecast_incident){k, k, row * SIDE + column, part, (float)x, (float)y};
            }
        check_ok(
            hs_forecast_promise(&c.cells, c.incident, c.count, 0.03, 100, 0, &error, shifted ? &cut : &whole),
            &error);
    }
    assert_true(whole > 1.5 * cut);
    check_ok(hs_forecast_promise(&c.cells, c.incident, c.count, 0.03, 0, 0, &error, &cut), &error);
    assert_true(cut == 0);
    free(c.incident);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catches_what_can_be),
        cmocka_unit_test(best_before),
        cmocka_unit_test(every_method),
        cmocka_unit_test(no_future),
        cmocka_unit_test(same_bits),
        cmocka_unit_test(streets),
        cmocka_unit_test(promise),
        cmocka_unit_test(tells_how_far_it_is),
        cmocka_unit_test(short_pasts_and_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
