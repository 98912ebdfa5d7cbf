/* Pool, log and assets. */
#include "check.h"

#include "base/asset.h"
#include "base/log.h"
#include "base/pool.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { ITEMS = 10007 };

typedef struct tally {
    atomic_int seen[ITEMS];
    hs_pool *pool;
    atomic_size_t inner;
} tally;

static void mark(void *context, size_t begin, size_t end) {
    tally *t = context;
    assert_true(begin < end);
    for (size_t i = begin; i < end; i++)
        atomic_fetch_add(&t->seen[i], 1);
}

static void loops_visit_each_item_once(void **state) {
    (void)state;
    hs_error error;
    hs_pool *pool = NULL;
    check_ok(hs_pool_new(3, &error, &pool), &error);
    assert_int_equal(hs_pool_threads(pool), 3);
    static const size_t grains[] = {0, 1, 7, 1000, ITEMS, SIZE_MAX};
    for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
        for (int with = 0; with < 2; with++) {
            tally *t = calloc(1, sizeof *t);
            assert_non_null(t);
            hs_pool_for(with ? pool : NULL, ITEMS, grains[g], mark, t);
            for (size_t i = 0; i < ITEMS; i++)
                assert_int_equal(atomic_load(&t->seen[i]), 1);
            free(t);
        }
    }
    hs_pool_for(pool, 0, 1, mark, NULL);
    hs_pool_free(pool);
}

static void count_inner(void *context, size_t begin, size_t end) {
    tally *t = context;
    atomic_fetch_add(&t->inner, end - begin);
}

static void loop_inside(void *context, size_t begin, size_t end) {
    tally *t = context;
    for (size_t i = begin; i < end; i++)
        hs_pool_for(t->pool, 100, 3, count_inner, t);
}

static void loops_nest_without_lock_up(void **state) {
    (void)state;
    tally *t = calloc(1, sizeof *t);
    assert_non_null(t);
    check_ok(hs_pool_new(2, NULL, &t->pool), NULL);
    hs_pool_for(t->pool, 200, 1, loop_inside, t);
    assert_int_equal(atomic_load(&t->inner), 20000);
    hs_pool_free(t->pool);
    free(t);
}

static void add_one(void *context) {
    atomic_fetch_add((atomic_int *)context, 1);
}

static void free_runs_what_waits(void **state) {
    (void)state;
    hs_pool *pool = NULL;
    atomic_int ran = 0;
    check_ok(hs_pool_new(1, NULL, &pool), NULL);
    for (int i = 0; i < 5000; i++)
        check_ok(hs_pool_submit(pool, add_one, &ran), NULL);
    hs_pool_free(pool);
    assert_int_equal(atomic_load(&ran), 5000);
    hs_pool_free(NULL);
}

static void wait_for(void *context) {
    while (!atomic_load((atomic_bool *)context)) {
    }
}

static void a_full_queue_refuses(void **state) {
    (void)state;
    hs_pool *pool = NULL;
    atomic_bool go = false;
    atomic_int ran = 0;
    check_ok(hs_pool_new(1, NULL, &pool), NULL);
    check_ok(hs_pool_submit(pool, wait_for, &go), NULL);
    int taken = 0;
    while (hs_pool_submit(pool, add_one, &ran) == HS_OK)
        taken++;
    assert_true(taken == 65536 || taken == 65535);
    /* A loop that gets no help does all by itself. */
    tally *t = calloc(1, sizeof *t);
    assert_non_null(t);
    hs_pool_for(pool, ITEMS, 100, mark, t);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(atomic_load(&t->seen[i]), 1);
    free(t);
    atomic_store(&go, true);
    hs_pool_free(pool);
    assert_int_equal(atomic_load(&ran), taken);
    hs_error error;
    assert_int_equal(hs_pool_new(100000, &error, &pool), HS_E_ARGUMENT);
}

static void log_lines_stay_lines(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    hs_log *log = hs_log_new(stream, HS_LOG_INFO);
    hs_log_write(log, HS_LOG_DEBUG, "quiet", "x=1");
    hs_log_write(log, HS_LOG_WARN, "request", "path=%s", "/a\nforged\x7F");
    hs_log_write(NULL, HS_LOG_ERROR, "lost", "x=1");
    char *long_text = malloc(20000);
    assert_non_null(long_text);
    memset(long_text, '\n', 19999);
    long_text[19999] = '\0';
    hs_log_write(log, HS_LOG_ERROR, "long", "%s", long_text);
    free(long_text);
    hs_log_free(log);
    hs_log_free(NULL);
    fclose(stream);
    assert_null(strstr(text, "quiet"));
    assert_non_null(strstr(text, "Z warn  request path=/a\\x0aforged\\x7f\n"));
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 2);
    free(text);
}

static void assets_are_found(void **state) {
    (void)state;
    hs_str content = {0};
    assert_true(hs_asset_find("geodata/timezones.tsv", &content));
    assert_true(content.size > 1000);
    assert_int_equal(content.data[content.size], '\0');
    assert_false(hs_asset_find("geodata/absent", &content));
    assert_false(hs_asset_find("", &content));
    for (const hs_asset_entry *entry = hs_asset_table; entry->name && entry[1].name; entry++) {
        assert_true(hs_asset_find(entry->name, &content));
        assert_ptr_equal(content.data, entry->begin);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_visit_each_item_once), cmocka_unit_test(loops_nest_without_lock_up),
        cmocka_unit_test(free_runs_what_waits),       cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(log_lines_stay_lines),       cmocka_unit_test(assets_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
