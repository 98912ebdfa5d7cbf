/* Plans under a budget against every subset of small sets, and the intervals and hours that go with them. */
#include "check.h"

#include "base/pool.h"
#include "base/random.h"
#include <hotspot/focus.h>
#include <stdlib.h>

enum { SMALL = 13, GROUPS = 4, LARGE = 3000, SIDE = 30 };

typedef struct set {
    double expected[LARGE], cost[LARGE];
    uint32_t group[LARGE];
    bool forbidden[LARGE];
    uint32_t first[LARGE + 1], link[4 * LARGE];
    hs_focus_candidates c;
} set;

static void make(set *s, uint32_t count, uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    for (uint32_t i = 0; i < count; i++) {
        s->cost[i] = 0.02 + 0.2 * hs_random_uniform(&random);
        s->expected[i] = i % 7 == 3 ? 0 : s->cost[i] * 10 * pow(hs_random_uniform(&random), 4);
        s->group[i] = i % 5 == 4 ? HS_NONE : hs_random_below(&random, GROUPS);
        s->forbidden[i] = hs_random_below(&random, 8) == 0;
    }
    s->c = (hs_focus_candidates){.count = count,
                                 .expected = s->expected,
                                 .cost = s->cost,
                                 .group = s->group,
                                 .group_count = GROUPS,
                                 .forbidden = s->forbidden};
}

/* Squares of a lattice that touch. */
static void link(set *s, uint32_t columns) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->c.count; i++) {
        s->first[i] = n;
        if (i % columns > 0) s->link[n++] = i - 1;
        if (i % columns + 1 < columns && i + 1 < s->c.count) s->link[n++] = i + 1;
        if (i >= columns) s->link[n++] = i - columns;
        if (i + columns < s->c.count) s->link[n++] = i + columns;
    }
    s->first[s->c.count] = n;
    s->c.link_first = s->first;
    s->c.link = s->link;
}

static uint32_t demand(const set *s, uint32_t group, uint32_t least) {
    uint32_t all = 0;
    for (uint32_t i = 0; i < s->c.count; i++)
        all += s->group[i] == group && !s->forbidden[i];
    return all < least ? all : least;
}

static bool keeps(const set *s, const bool *taken, const hs_focus_options *o) {
    double cost = 0;
    uint32_t have[GROUPS] = {0};
    for (uint32_t i = 0; i < s->c.count; i++) {
        if (!taken[i]) continue;
        cost += s->cost[i];
        if (s->forbidden[i]) return false;
        if (s->group[i] != HS_NONE) have[s->group[i]]++;
    }
    for (uint32_t g = 0; g < GROUPS && o->min_per_group > 0; g++)
        if (have[g] < demand(s, g, o->min_per_group)) return false;
    return cost <= o->budget + 1e-12;
}

static uint32_t count_parts(const set *s, const bool *taken) {
    uint32_t parts = 0, stack[SMALL], top;
    bool seen[SMALL] = {false};
    for (uint32_t i = 0; i < s->c.count; i++) {
        if (!taken[i] || seen[i]) continue;
        parts++;
        top = 0;
        stack[top++] = i;
        seen[i] = true;
        while (top > 0) {
            uint32_t at = stack[--top];
            for (uint32_t k = s->first[at]; k < s->first[at + 1]; k++)
                if (taken[s->link[k]] && !seen[s->link[k]]) {
                    seen[s->link[k]] = true;
                    stack[top++] = s->link[k];
                }
        }
    }
    return parts;
}

/* The best of all subsets; below 0: none keeps to the options. */
static double best_of_all(const set *s, const hs_focus_options *o) {
    double best = -1;
    for (uint32_t subset = 0; subset < 1u << SMALL; subset++) {
        bool taken[SMALL];
        double value = 0;
        for (uint32_t i = 0; i < SMALL; i++) {
            taken[i] = subset >> i & 1;
            value += taken[i] ? s->expected[i] : 0;
        }
        if (value > best && keeps(s, taken, o) && (o->routes == 0 || count_parts(s, taken) <= o->routes))
            best = value;
    }
    return best;
}

static void check_plan(const set *s, const hs_focus *f, const hs_focus_options *o) {
    bool taken[LARGE];
    double expected = 0, last = INFINITY;
    for (uint32_t i = 0; i < s->c.count; i++)
        taken[i] = f->rank[i] != 0;
    assert_true(keeps(s, taken, o));
    for (uint32_t k = 0; k < f->chosen; k++) {
        uint32_t i = f->order[k];
        assert_int_equal(f->rank[i], k + 1);
        assert_true(s->expected[i] / s->cost[i] <= last);
        last = s->expected[i] / s->cost[i];
        expected += s->expected[i];
    }
    assert_true(fabs(expected - f->expected) < 1e-9);
    assert_true(f->bound >= f->expected && f->gap >= 0 && f->gap <= 1);
}

static void exact_where_free_or_grouped(void **state) {
    (void)state;
    set *s = malloc(sizeof *s);
    uint32_t refused = 0, proved = 0, plans = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        make(s, SMALL, seed);
        hs_focus_options o = {.budget = 0.15 + 0.01 * (double)seed, .min_per_group = (uint32_t)(seed % 3)};
        hs_error error = {0};
        hs_focus *f = NULL;
        double best = best_of_all(s, &o);
        hs_status status = hs_focus_new(&s->c, &o, &error, &f);
        if (best < 0) {
            assert_int_equal(status, HS_E_INPUT);
            assert_non_null(strstr(error.message, "budget"));
            refused++;
            continue;
        }
        check_ok(status, &error);
        check_plan(s, f, &o);
        assert_true(f->bound >= best - 1e-9);
        assert_true(fabs(f->expected - best) < 1e-9);
        proved += f->gap < 1e-9;
        plans++;
        hs_focus_free(f);
    }
    assert_true(refused > 0 && plans > 30);
    assert_int_equal(proved, plans);
    free(s);
}

static void routes_are_connected(void **state) {
    (void)state;
    set *s = malloc(sizeof *s);
    double found = 0, possible = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        make(s, SMALL, seed);
        link(s, 4);
        hs_focus_options o = {.budget = 0.2 + 0.01 * (double)seed, .routes = 1 + (uint32_t)(seed % 2)};
        hs_error error = {0};
        hs_focus *f = NULL;
        check_ok(hs_focus_new(&s->c, &o, &error, &f), &error);
        check_plan(s, f, &o);
        bool taken[SMALL];
        for (uint32_t i = 0; i < SMALL; i++)
            taken[i] = f->rank[i] != 0;
        assert_int_equal(count_parts(s, taken), f->routes);
        assert_true(f->routes <= o.routes);
        double best = best_of_all(s, &o);
        assert_true(f->expected <= best + 1e-9 && f->bound >= best - 1e-9);
        found += f->expected;
        possible += best;
        hs_focus_free(f);
    }
    assert_true(found > 0.97 * possible);
    free(s);
}

/* Of many candidates the gap is far below one of them, and the plan is no worse than the greedy one. */
static void large_sets(void **state) {
    (void)state;
    set *s = malloc(sizeof *s);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        make(s, LARGE, seed);
        link(s, SIDE);
        hs_focus_options o = {.budget = 10, .min_per_group = seed % 2 ? 0 : 12};
        hs_error error = {0};
        hs_focus *f = NULL, *again = NULL;
        check_ok(hs_focus_new(&s->c, &o, &error, &f), &error);
        check_plan(s, f, &o);
        assert_true(f->gap < 1e-4);
        check_ok(hs_focus_new(&s->c, &o, &error, &again), &error);
        assert_memory_equal(f->rank, again->rank, LARGE * sizeof *f->rank);
        hs_focus_free(again);
        o = (hs_focus_options){.budget = 10, .routes = 2};
        check_ok(hs_focus_new(&s->c, &o, &error, &again), &error);
        check_plan(s, again, &o);
        assert_true(again->routes <= 2 && again->expected <= f->bound / (seed % 2 ? 1 : 0.5));
        assert_true(again->cost > 9);
        hs_focus_free(again);
        hs_focus_free(f);
    }
    free(s);
}

/* A budget is spent whatever the steps: those of a search run out long before a long route is grown. */
static void long_routes(void **state) {
    (void)state;
    set *s = malloc(sizeof *s);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        make(s, LARGE, seed);
        link(s, SIDE);
        for (uint32_t steps = 1; steps <= 1000000; steps *= 1000) {
            hs_focus_options o = {.budget = 100, .routes = 2, .steps = steps};
            hs_error error = {0};
            hs_focus *f = NULL;
            check_ok(hs_focus_new(&s->c, &o, &error, &f), &error);
            check_plan(s, f, &o);
            assert_true(f->routes <= 2 && f->cost > 99);
            assert_true(f->gap < (steps < 1000000 ? 0.5 : 0.25));
            hs_focus_free(f);
        }
    }
    free(s);
}

static void rank_intervals(void **state) {
    (void)state;
    double expected[200], cost[200], known[200];
    uint32_t low[200], high[200], low_again[200], high_again[200];
    for (uint32_t i = 0; i < 200; i++) {
        expected[i] = 10.0 / (i + 1);
        cost[i] = 1;
        known[i] = i < 100 ? 1e6 : 2;
    }
    hs_error error = {0};
    hs_pool *pool = NULL;
    check_ok(hs_pool_new(3, &error, &pool), &error);
    check_ok(hs_focus_rank_intervals(expected, cost, known, 200, 400, 0.95, 1, NULL, &error, low, high),
             &error);
    check_ok(hs_focus_rank_intervals(expected, cost, known, 200, 400, 0.95, 1, pool, &error, low_again,
                                     high_again),
             &error);
    assert_memory_equal(low, low_again, sizeof low);
    assert_memory_equal(high, high_again, sizeof high);
    /* What is known by a million incidents keeps its rank; what is known by two does not. */
    for (uint32_t i = 0; i < 10; i++)
        assert_true(low[i] == i + 1 && high[i] == i + 1);
    assert_true(high[150] - low[150] > 60);
    assert_int_equal(hs_focus_rank_intervals(expected, cost, known, 200, 0, 0.95, 1, NULL, &error, low, high),
                     HS_E_ARGUMENT);
    assert_int_equal(hs_focus_rank_intervals(expected, cost, known, 200, 9, 1, 1, NULL, &error, low, high),
                     HS_E_ARGUMENT);
    hs_pool_free(pool);
}

/* Places of one habit lean on it; a place with many incidents of its own keeps its own. */
static void hours(void **state) {
    (void)state;
    enum { PLACES = 40 };
    double *count = calloc((size_t)PLACES * HS_FOCUS_HOURS, sizeof *count);
    double *share = calloc((size_t)PLACES * HS_FOCUS_HOURS, sizeof *share), strength[2];
    uint32_t district[PLACES];
    hs_random random;
    hs_random_seed(&random, 7);
    for (uint32_t i = 0; i < PLACES; i++) {
        district[i] = i % 4 == 3 ? HS_NONE : i % 4;
        for (int k = 0; k < 20; k++) /* mornings of workdays */
            count[i * HS_FOCUS_HOURS + 7 + hs_random_below(&random, 3)]++;
    }
    for (int k = 0; k < 400; k++)
        count[40 + hs_random_below(&random, 2)]++; /* the first place's own: 16 and 17 h on days of rest */
    hs_error error = {0};
    check_ok(hs_focus_hour_shares(count, district, PLACES, 3, &error, share, strength), &error);
    for (uint32_t i = 0; i < PLACES; i++) {
        double sum = 0, morning = 0;
        for (uint32_t h = 0; h < HS_FOCUS_HOURS; h++)
            sum += share[i * HS_FOCUS_HOURS + h];
        for (uint32_t h = 7; h < 10; h++)
            morning += share[i * HS_FOCUS_HOURS + h];
        assert_true(fabs(sum - 1) < 1e-12);
        assert_true(i == 0 ? morning < 0.2 : morning > 0.5);
    }
    assert_true(share[40] + share[41] > 0.8 && strength[0] > 0 && strength[1] > 0);
    for (size_t k = 0; k < (size_t)PLACES * HS_FOCUS_HOURS; k++)
        count[k] = 0;
    check_ok(hs_focus_hour_shares(count, NULL, PLACES, 0, &error, share, strength), &error);
    assert_true(fabs(share[5] - 1.0 / HS_FOCUS_HOURS) < 1e-12);
    count[3] = -1;
    assert_int_equal(hs_focus_hour_shares(count, NULL, PLACES, 0, &error, share, strength), HS_E_ARGUMENT);
    free(count);
    free(share);
}

/* Streets of two classes in two quarters whose factors multiply, and two that stand out. */
static void background(void **state) {
    (void)state;
    enum { STREETS = 400 };
    double *length = malloc(STREETS * sizeof *length), *count = malloc(STREETS * sizeof *count),
           rate[STREETS];
    uint32_t class_of[STREETS], quarter_of[STREETS];
    hs_focus_background b = {malloc(STREETS * sizeof(double)), malloc(STREETS * sizeof(double)), 0, 0};
    hs_random random;
    hs_random_seed(&random, 3);
    for (uint32_t i = 0; i < STREETS; i++) {
        class_of[i] = i % 2;
        quarter_of[i] = i / 2 % 2;
        length[i] = 0.05 + 0.1 * hs_random_uniform(&random);
        rate[i] = 40 * (class_of[i] ? 3 : 1) * (quarter_of[i] ? 2 : 1);
        count[i] = hs_random_poisson(&random, rate[i] * length[i]);
    }
    count[10] = 300;
    count[11] = 500;
    const hs_focus_streets s = {STREETS, length, class_of, quarter_of, 2, 2};
    hs_error error = {0};
    check_ok(hs_focus_find_background(&s, count, &error, &b), &error);
    assert_true(b.ordinary[10] < 1e-6 && b.ordinary[11] < 1e-6 && b.shape >= 30 && b.exceptional < 0.02);
    double off = 0, own_off = 0;
    for (uint32_t i = 12; i < STREETS; i++) {
        off += fabs(b.background[i] - rate[i] * length[i]);
        own_off += fabs(count[i] - rate[i] * length[i]);
        assert_true(b.ordinary[i] > 0.5);
    }
    assert_true(off < 0.5 * own_off); /* much nearer to the truth than the counts are */
    length[0] = 0;
    assert_int_equal(hs_focus_find_background(&s, count, &error, &b), HS_E_ARGUMENT);
    free(length);
    free(count);
    free(b.background);
    free(b.ordinary);
}

static bool at_once(const void *context, double share) {
    return context != NULL || share > 1;
}

static void refuses(void **state) {
    (void)state;
    set *s = malloc(sizeof *s);
    hs_error error = {0};
    hs_focus *f = NULL;
    make(s, SMALL, 1);
    hs_focus_options o = {.budget = 0};
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_ARGUMENT);
    o = (hs_focus_options){.budget = 1, .routes = 1};
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_ARGUMENT); /* no links */
    link(s, 4);
    o.min_per_group = 1;
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_ARGUMENT);
    o = (hs_focus_options){.budget = 0.5, .routes = 1, .progress = {at_once, NULL}};
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_CANCELLED);
    s->cost[2] = 0;
    o = (hs_focus_options){.budget = 1};
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_ARGUMENT);
    make(s, SMALL, 1);
    s->c.count = HS_FOCUS_MOST_CANDIDATES + 1;
    assert_int_equal(hs_focus_new(&s->c, &o, &error, &f), HS_E_LIMIT);
    s->c.count = 0;
    check_ok(hs_focus_new(&s->c, &o, &error, &f), &error);
    assert_true(f->chosen == 0 && f->gap == 0);
    hs_focus_free(f);
    free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_where_free_or_grouped),
        cmocka_unit_test(routes_are_connected),
        cmocka_unit_test(large_sets),
        cmocka_unit_test(long_routes),
        cmocka_unit_test(rank_intervals),
        cmocka_unit_test(hours),
        cmocka_unit_test(background),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
