/* Counts for everybody: nothing small is told, not by a difference either, and sums stay whole. */
#include "base/random.h"
#include "check.h"
#include "service/published.h"

enum { MOST = 60 };

static hs_published publish(hs_arena *arena, const uint64_t *count, const uint32_t *parent, uint32_t rows) {
    hs_error error = {0};
    hs_published p = {0};
    check_ok(hs_publish(count, parent, rows, 5, arena, &error, &p), &error);
    return p;
}

static void check_rules(const hs_published *p, const uint64_t *count, uint32_t rows) {
    uint64_t total = 0, told = 0, sums[MOST + 1] = {0};
    uint32_t members[MOST + 1] = {0};
    for (uint32_t r = 0; r < rows; r++) {
        total += count[r];
        if (p->group[r] == HS_NONE) {
            assert_true(count[r] == 0 || count[r] >= 5);
            told += count[r];
        } else {
            assert_true(count[r] > 0);
            sums[p->group[r]] += count[r];
            members[p->group[r]]++;
        }
    }
    for (uint32_t g = 0; g < p->group_count; g++) {
        assert_int_equal(p->groups[g].count, sums[g]);
        assert_int_equal(p->groups[g].rows, members[g]);
        assert_int_equal(p->groups[g].withheld, total < 5);
        if (!p->groups[g].withheld && members[g] < 2) assert_int_equal(total, sums[g]);
        told += p->groups[g].count;
    }
    assert_int_equal(told, total);
}

static void rules_hold_for_any_counts(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(64 << 20);
    hs_random random;
    hs_random_seed(&random, 5);
    for (int round = 0; round < 3000; round++) {
        uint64_t count[MOST];
        uint32_t parent[MOST], rows = 1 + (uint32_t)(hs_random_next(&random) % MOST);
        uint64_t span = 1 + hs_random_next(&random) % 12;
        for (uint32_t r = 0; r < rows; r++) {
            count[r] = hs_random_next(&random) % span;
            parent[r] = hs_random_next(&random) % 5 ? (uint32_t)(hs_random_next(&random) % 6) : HS_NONE;
        }
        hs_published p = publish(arena, count, parent, rows);
        check_rules(&p, count, rows);
        hs_arena_reset(arena);
    }
    hs_arena_free(arena);
}

static void a_lone_small_count_takes_the_next(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    const uint64_t count[] = {2, 9, 30, 0};
    const uint32_t parent[] = {1, 1, 1, 1};
    hs_published p = publish(arena, count, parent, 4);
    assert_int_equal(p.group_count, 1);
    assert_int_equal(p.groups[0].count, 11);
    assert_int_equal(p.groups[0].parent, 1);
    assert_int_equal(p.group[2], HS_NONE);
    assert_int_equal(p.group[3], HS_NONE);
    hs_arena_free(arena);
}

static void what_is_too_few_below_a_parent_is_merged_in_the_city(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    const uint64_t count[] = {2, 3, 8, 20};
    const uint32_t parent[] = {1, 2, 3, 3};
    hs_published p = publish(arena, count, parent, 4);
    assert_int_equal(p.group_count, 1);
    assert_int_equal(p.groups[0].count, 5);
    assert_int_equal(p.groups[0].parent, HS_NONE);
    const uint64_t few[] = {2, 0, 8, 20};
    p = publish(arena, few, parent, 4);
    assert_int_equal(p.groups[0].count, 10);
    const uint64_t all[] = {2, 1, 0, 0};
    p = publish(arena, all, parent, 4);
    assert_true(p.groups[0].withheld);
    hs_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_for_any_counts),
        cmocka_unit_test(a_lone_small_count_takes_the_next),
        cmocka_unit_test(what_is_too_few_below_a_parent_is_merged_in_the_city),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
