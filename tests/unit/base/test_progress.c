#include "watched.h"

#include "base/pool.h"
#include "base/progress.h"

enum { STEPS = 20000 };

static void take_steps(void *context, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        if (!hs_progress_step(context, 1)) return;
}

static void test_steps_on_threads(void **state) {
    (void)state;
    hs_error error = {0};
    hs_pool *pool;
    watched w;
    hs_progress_steps steps;
    check_ok(hs_pool_new(4, &error, &pool), &error);
    hs_progress progress = watch(&w, 2);
    hs_progress_steps_init(&steps, &progress, STEPS);
    hs_pool_for(pool, STEPS, 7, take_steps, &steps);
    assert_true(!hs_progress_ended(&steps) && atomic_load(&w.told) > 0);
    assert_int_equal(atomic_load(&steps.begun), STEPS);
    progress = watch(&w, 0.25);
    hs_progress_steps_init(&steps, &progress, STEPS);
    hs_pool_for(pool, STEPS, 7, take_steps, &steps);
    assert_true(hs_progress_ended(&steps) && !hs_progress_step(&steps, 1));
    /* Each thread may have begun one more. */
    assert_in_range(atomic_load(&steps.begun), STEPS / 4, STEPS / 2);
    hs_pool_free(pool);
}

static void test_steps_alone(void **state) {
    (void)state;
    watched w;
    hs_progress_steps steps;
    hs_progress progress = watch(&w, 2);
    hs_progress_steps_init(&steps, &progress, 4);
    for (int i = 0; i < 4; i++) {
        assert_true(hs_progress_step(&steps, 1));
        assert_true(w.last == i / 4.0);
    }
    assert_true(hs_progress_step(&steps, 9) && w.last == 1); /* more than was said */
    assert_true(hs_progress_step(&steps, 1) && w.last == 1);
}

static void test_parts(void **state) {
    (void)state;
    watched w;
    const hs_progress whole = watch(&w, 0.6);
    const hs_progress_part half = {&whole, 0.5, 1};
    const hs_progress second = hs_progress_of_part(&half);
    const hs_progress_part fifth = {&second, 0, 0.2};
    const hs_progress inner = hs_progress_of_part(&fifth);
    assert_true(hs_progress_tell(&inner, 0.5) && w.last == 0.55);
    assert_true(hs_progress_ask(&inner) && w.last == 0.55);
    assert_false(hs_progress_tell(&second, 0.5));
    assert_true(w.last == 0.75);
    const hs_progress none = {NULL, NULL};
    assert_true(hs_progress_tell(NULL, 0.5) && hs_progress_tell(&none, 0.5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_on_threads),
        cmocka_unit_test(test_steps_alone),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
