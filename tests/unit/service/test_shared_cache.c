/* Single flight among requests that run on a pool: whatever the number of threads, values that rest on other
 * values and loops that share the same pool come to an end. */
#include "check.h"

#include "base/pool.h"
#include "service/shared_cache.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { REQUESTS = 400, LEVELS = 6, LOOP = 64 };

typedef struct house {
    hs_shared_cache *cache;
    hs_pool *requests, *loops;
    atomic_int made, wrong;
} house;

/* The value of a level: 64 times the sum of the level below, plus the level. */
typedef struct maker_context {
    house *h;
    uint64_t kind, level;
    atomic_uint_fast64_t sum;
} maker_context;

static uint64_t expected(uint64_t kind, uint64_t level) {
    return level == 0 ? kind : LOOP * expected(kind, level - 1) + level;
}

static uint64_t value_of(house *h, uint64_t kind, uint64_t level);

static void add_below(void *context, size_t begin, size_t end) {
    maker_context *m = context;
    for (size_t i = begin; i < end; i++)
        atomic_fetch_add(&m->sum, value_of(m->h, m->kind, m->level - 1));
}

static hs_status make(void *context, hs_error *error, void **value, size_t *bytes) {
    (void)error;
    maker_context *m = context;
    uint64_t *made = malloc(sizeof *made);
    if (!made) return HS_E_MEMORY;
    if (m->level > 0) hs_pool_for(m->h->loops, LOOP, 4, add_below, m);
    *made = m->level > 0 ? atomic_load(&m->sum) + m->level : m->kind;
    atomic_fetch_add(&m->h->made, 1);
    *value = made;
    *bytes = sizeof *made;
    return HS_OK;
}

static uint64_t value_of(house *h, uint64_t kind, uint64_t level) {
    maker_context context = {.h = h, .kind = kind, .level = level};
    hs_shared_key key = {{kind, level, 0, 0}};
    hs_shared_maker maker = {make, free, &context};
    hs_shared_entry *entry;
    hs_error error = {0};
    if (hs_shared_cache_get(h->cache, &key, &maker, &error, &entry) != HS_OK) return 0;
    uint64_t value = *(const uint64_t *)hs_shared_value(entry);
    hs_shared_unref(entry);
    return value;
}

typedef struct request {
    house *h;
    uint64_t kind, level;
} request;

static void answer(void *context) {
    request *r = context;
    if (value_of(r->h, r->kind, r->level) != expected(r->kind, r->level)) atomic_fetch_add(&r->h->wrong, 1);
}

/* Equal and different requests, from the top and from the middle, on `threads` threads; their loops run on
 * the same pool or on one of their own. */
static void run_all(unsigned threads, bool same_pool) {
    enum { KINDS = 3 };
    house h = {.cache = hs_shared_cache_new((size_t)1 << 20)};
    hs_error error = {0};
    check_ok(hs_pool_new(threads, &error, &h.requests), &error);
    if (!same_pool) check_ok(hs_pool_new(1, &error, &h.loops), &error);
    if (same_pool) h.loops = h.requests;
    static request all[REQUESTS];
    for (int i = 0; i < REQUESTS; i++) {
        all[i] = (request){&h, 1 + (uint64_t)i % KINDS, LEVELS - 1 - (uint64_t)i / KINDS % LEVELS};
        check_ok(hs_pool_submit(h.requests, answer, &all[i]), &error);
    }
    hs_pool_free(h.requests);
    if (!same_pool) hs_pool_free(h.loops);
    assert_int_equal(atomic_load(&h.wrong), 0);
    assert_int_equal(atomic_load(&h.made), KINDS * LEVELS); /* each once */
    hs_shared_cache_free(h.cache);
}

static void test_no_deadlock(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 5; threads++) {
        run_all(threads, true);
        run_all(threads, false);
    }
}

/* One that gives up once another one asks, and one that does not. */
typedef struct giving_up {
    hs_shared_cache *cache;
    atomic_bool asked;
    hs_status status;
} giving_up;

static hs_status give_up(void *context, hs_error *error, void **value, size_t *bytes) {
    giving_up *g = context;
    (void)value;
    (void)bytes;
    while (!atomic_load(&g->asked))
        sched_yield();
    return hs_error_set(error, HS_E_CANCELLED, "given up");
}

static hs_status make_it(void *context, hs_error *error, void **value, size_t *bytes) {
    (void)context;
    (void)error;
    *value = malloc(1);
    *bytes = 1;
    return HS_OK;
}

static void ask_and_give_up(void *context) {
    giving_up *g = context;
    hs_shared_key key = {{99, 0, 0, 0}};
    hs_shared_maker maker = {give_up, free, g};
    hs_shared_entry *entry = NULL;
    hs_error error = {0};
    g->status = hs_shared_cache_get(g->cache, &key, &maker, &error, &entry);
    if (g->status == HS_OK) hs_shared_unref(entry);
}

/* Who waited for what another gave up makes it. */
static void test_given_up(void **state) {
    (void)state;
    for (int repeat = 0; repeat < 50; repeat++) {
        giving_up g = {.cache = hs_shared_cache_new((size_t)1 << 20)};
        hs_shared_key key = {{99, 0, 0, 0}};
        hs_shared_maker maker = {make_it, free, NULL};
        hs_shared_entry *entry = NULL;
        hs_error error = {0};
        hs_pool *pool;
        assert_false(hs_shared_cache_has(g.cache, &key));
        check_ok(hs_pool_new(1, &error, &pool), &error);
        check_ok(hs_pool_submit(pool, ask_and_give_up, &g), &error);
        atomic_store(&g.asked, true);
        check_ok(hs_shared_cache_get(g.cache, &key, &maker, &error, &entry), &error);
        hs_pool_free(pool);
        assert_true(g.status == HS_E_CANCELLED || g.status == HS_OK);
        assert_true(hs_shared_cache_has(g.cache, &key));
        hs_shared_unref(entry);
        hs_shared_cache_free(g.cache);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_deadlock), cmocka_unit_test(test_given_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
