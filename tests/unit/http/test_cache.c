#include "check.h"

#include "http/cache.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUDGET = 16384, ANSWER = 4096, THREADS = 8, KEYS = 16, ROUNDS = 200 };

static char *answer(uint64_t key, size_t size) {
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 'a' + (int)(key % 26), size);
    return bytes;
}

static bool holds(hs_cache *cache, uint64_t key, uint64_t etag) {
    bool filled = false;
    hs_cache_entry *entry = hs_cache_get(cache, key, etag, &filled);
    if (filled)
        hs_cache_release(entry);
    else
        hs_cache_abandon(cache, entry);
    return filled;
}

static void put(hs_cache *cache, uint64_t key, uint64_t etag, size_t size) {
    bool filled = true;
    hs_cache_entry *entry = hs_cache_get(cache, key, etag, &filled);
    assert_false(filled);
    hs_cache_fill(cache, entry, answer(key, size), size, false);
    hs_str bytes = hs_cache_bytes(entry);
    assert_int_equal(bytes.size, size); /* whether it is kept or not */
    hs_cache_release(entry);
}

static void test_keeps_by_key_and_etag(void **state) {
    (void)state;
    hs_cache *cache = hs_cache_new(BUDGET);
    put(cache, 1, 7, 100);
    bool filled = false;
    hs_cache_entry *entry = hs_cache_get(cache, 1, 7, &filled);
    assert_true(filled);
    assert_false(hs_cache_coded(entry));
    assert_int_equal(hs_cache_bytes(entry).size, 100);
    assert_memory_equal(hs_cache_bytes(entry).data, "bbbb", 4);
    assert_false(holds(cache, 1, 8));
    assert_false(holds(cache, 2, 7));
    hs_cache_free(cache);
    assert_memory_equal(hs_cache_bytes(entry).data, "bbbb", 4); /* lives on with its reference */
    hs_cache_release(entry);
}

static void release_made(void *made) {
    ++*(int *)made;
}

static void test_keeps_what_is_made_ready(void **state) {
    (void)state;
    int first = 0, second = 0;
    bool filled = false;
    hs_cache *cache = hs_cache_new(BUDGET);
    put(cache, 1, 7, 100);
    hs_cache_entry *entry = hs_cache_get(cache, 1, 7, &filled);
    assert_null(hs_cache_ready(entry, 5));
    assert_true(hs_cache_keep_ready(entry, 5, &first, release_made));
    assert_false(hs_cache_keep_ready(entry, 6, &second, release_made));
    assert_ptr_equal(hs_cache_ready(entry, 5), &first);
    assert_null(hs_cache_ready(entry, 6)); /* made for other headers */
    hs_cache_free(cache);
    assert_int_equal(first, 0);
    hs_cache_release(entry);
    assert_int_equal(first, 1);
    assert_int_equal(second, 0);
}

static void test_drops_what_was_used_longest_ago(void **state) {
    (void)state;
    hs_cache *cache = hs_cache_new(BUDGET);
    for (uint64_t key = 0; key < 3; key++)
        put(cache, key, 1, ANSWER);
    assert_true(holds(cache, 0, 1));
    put(cache, 3, 1, ANSWER);
    assert_true(hs_cache_used(cache) <= BUDGET);
    assert_true(holds(cache, 0, 1));
    assert_false(holds(cache, 1, 1));
    assert_true(holds(cache, 2, 1));
    assert_true(holds(cache, 3, 1));
    hs_cache_free(cache);
}

static void test_a_giant_pushes_nobody_out(void **state) {
    (void)state;
    hs_cache *cache = hs_cache_new(BUDGET);
    put(cache, 1, 1, ANSWER);
    size_t used = hs_cache_used(cache);
    put(cache, 2, 1, BUDGET + 1);
    assert_int_equal(hs_cache_used(cache), used);
    assert_true(holds(cache, 1, 1));
    assert_false(holds(cache, 2, 1));
    hs_cache_free(cache);
}

typedef struct crowd {
    hs_cache *cache;
    size_t size;
    atomic_int asking, made, wrong;
    bool first_gives_up;
} crowd;

/* Makes the answer when asked to, else takes it; the first one who makes it may give up. */
static void *ask_once(void *context) {
    crowd *c = context;
    bool filled = false;
    atomic_fetch_add(&c->asking, 1);
    hs_cache_entry *entry = hs_cache_get(c->cache, 5, 1, &filled);
    if (!filled) {
        int number = atomic_fetch_add(&c->made, 1);
        while (atomic_load(&c->asking) < THREADS)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (c->first_gives_up && number == 0) {
            hs_cache_abandon(c->cache, entry);
            return NULL;
        }
        hs_cache_fill(c->cache, entry, answer(5, c->size), c->size, true);
    }
    c->wrong += hs_cache_bytes(entry).size != c->size || !hs_cache_coded(entry);
    hs_cache_release(entry);
    return NULL;
}

static int make_in_a_crowd(size_t size, bool first_gives_up) {
    crowd c = {.cache = hs_cache_new(BUDGET), .size = size, .first_gives_up = first_gives_up};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_once, &c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.wrong, 0);
    hs_cache_free(c.cache);
    return c.made;
}

static void test_is_made_once(void **state) {
    (void)state;
    assert_int_equal(make_in_a_crowd(ANSWER, false), 1);
    assert_int_equal(make_in_a_crowd(ANSWER, true), 2);
    /* What is not kept is made by each in turn, and nobody waits for ever. */
    assert_in_range(make_in_a_crowd(BUDGET + 1, false), 1, THREADS);
}

/* A look takes what is there, counts as a use, and neither waits for what is being made nor makes it. */
static void test_peeks(void **state) {
    (void)state;
    bool filled = true;
    hs_cache *cache = hs_cache_new(BUDGET);
    assert_null(hs_cache_peek(cache, 1, 1));
    hs_cache_entry *making = hs_cache_get(cache, 1, 1, &filled);
    assert_false(filled);
    assert_null(hs_cache_peek(cache, 1, 1));
    hs_cache_fill(cache, making, answer(0, BUDGET / 2), BUDGET / 2, true);
    hs_cache_release(making);
    hs_cache_entry *other = hs_cache_get(cache, 2, 1, &filled);
    hs_cache_fill(cache, other, answer(1, BUDGET / 4), BUDGET / 4, false);
    hs_cache_release(other);
    hs_cache_entry *seen = hs_cache_peek(cache, 1, 1);
    assert_non_null(seen);
    assert_int_equal(hs_cache_bytes(seen).size, BUDGET / 2);
    assert_true(hs_cache_coded(seen));
    hs_cache_release(seen);
    hs_cache_entry *third = hs_cache_get(cache, 3, 1, &filled);
    hs_cache_fill(cache, third, answer(2, BUDGET / 3), BUDGET / 3, false);
    hs_cache_release(third);
    seen = hs_cache_peek(cache, 1, 1);
    assert_non_null(seen); /* the other was used longer ago */
    hs_cache_release(seen);
    assert_null(hs_cache_peek(cache, 2, 1));
    assert_null(hs_cache_peek(cache, 1, 2));
    hs_cache_free(cache);
}

typedef struct mill {
    hs_cache *cache;
    atomic_int wrong;
} mill;

static void *ask_for_many(void *context) {
    mill *m = context;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        uint64_t key = i * 7 % KEYS;
        size_t size = 500 + 100 * key;
        bool filled = false;
        hs_cache_entry *entry = hs_cache_get(m->cache, key, i / 64, &filled);
        if (!filled) hs_cache_fill(m->cache, entry, answer(key, size), size, false);
        hs_str bytes = hs_cache_bytes(entry);
        m->wrong += bytes.size != size || bytes.data[size - 1] != 'a' + (int)key;
        hs_cache_release(entry);
    }
    return NULL;
}

static void test_many_threads(void **state) {
    (void)state;
    mill m = {.cache = hs_cache_new(BUDGET)};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_for_many, &m), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(m.wrong, 0);
    assert_true(hs_cache_used(m.cache) <= BUDGET);
    hs_cache_free(m.cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_by_key_and_etag),
        cmocka_unit_test(test_keeps_what_is_made_ready),
        cmocka_unit_test(test_drops_what_was_used_longest_ago),
        cmocka_unit_test(test_a_giant_pushes_nobody_out),
        cmocka_unit_test(test_is_made_once),
        cmocka_unit_test(test_peeks),
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
