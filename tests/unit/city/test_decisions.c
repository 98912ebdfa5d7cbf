/* What was decided about addresses: the latest counts, what is taken back does not. */
#include "check.h"

#include "city/decisions.h"

static void add(hs_decisions_builder *builder, int64_t id, const char *key, hs_decision_action action,
                int64_t decided_s) {
    hs_error error = {0};
    hs_decision_record record = {.id = id,
                                 .key = {key, strlen(key)},
                                 .address = HS_STR("there"),
                                 .action = action,
                                 .decided_s = decided_s};
    check_ok(hs_decisions_add(builder, &record, &error), &error);
}

static void latest(void **state) {
    (void)state;
    hs_error error = {0};
    hs_decisions_builder *builder;
    check_ok(hs_decisions_builder_new(&error, &builder), &error);
    add(builder, 1, "a", HS_DECISION_PLACE, 10);
    add(builder, 2, "b", HS_DECISION_PLACE, 10);
    add(builder, 3, "a", HS_DECISION_SKIP, 20);
    add(builder, 4, "b", HS_DECISION_SKIP, 5);
    add(builder, 5, "c", HS_DECISION_PLACE, HS_NO_TIME);
    add(builder, 6, "c", HS_DECISION_OPEN, 1);
    for (int i = 0; i < 200; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        add(builder, 10 + i, key, i % 2 ? HS_DECISION_OPEN : HS_DECISION_ACCEPT, 30);
    }
    hs_decisions *decisions = hs_decisions_finish(builder);
    assert_int_equal(decisions->count, 102);
    assert_int_equal(hs_decisions_find(decisions, HS_STR("a"))->id, 3);
    assert_int_equal(hs_decisions_find(decisions, HS_STR("b"))->id, 2);
    assert_null(hs_decisions_find(decisions, HS_STR("c")));
    assert_int_equal(hs_decisions_find(decisions, HS_STR("k198"))->id, 208);
    assert_null(hs_decisions_find(decisions, HS_STR("k199")));
    assert_null(hs_decisions_find(decisions, HS_STR("")));
    hs_decisions *same = hs_decisions_ref(decisions);
    hs_decisions_unref(decisions);
    check_str(hs_decisions_find(same, HS_STR("a"))->address, "there");
    hs_decisions_unref(same);
    hs_decisions_unref(NULL);
}

static void none(void **state) {
    (void)state;
    const hs_decisions empty = {0};
    assert_null(hs_decisions_find(&empty, HS_STR("a")));
}

/* One that is not remembered is about incidents that were there. */
static void holds(void **state) {
    (void)state;
    hs_decision_record once = {.last_incident = 7}, always = {.remembered = true};
    assert_true(hs_decision_holds(&once, 7) && !hs_decision_holds(&once, 8) && !hs_decision_holds(&once, 0));
    assert_true(hs_decision_holds(&always, 8) && hs_decision_holds(&always, 0));
    assert_false(hs_decision_holds(NULL, 1));
}

static void words(void **state) {
    (void)state;
    for (int action = 0; action < HS_DECISION_COUNT; action++) {
        const char *name = hs_decision_action_name((hs_decision_action)action);
        assert_int_equal(hs_decision_action_parse((hs_str){name, strlen(name)}), action);
    }
    assert_int_equal(hs_decision_action_parse(HS_STR("")), HS_DECISION_COUNT);
    assert_null(hs_decision_action_name(HS_DECISION_COUNT));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(latest), cmocka_unit_test(none),
                                       cmocka_unit_test(holds), cmocka_unit_test(words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
