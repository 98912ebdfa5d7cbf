/* Shares and their changes against scipy (tests/data/statistics/share_change.py). */
#include "check.h"

#include "statistics/share_change.h"
#include <math.h>
#include <stdlib.h>

static uint32_t read_counts(char **at, uint64_t *counts) {
    uint32_t count = 0;
    for (; **at && **at != ','; *at += **at == ' ')
        counts[count++] = strtoull(*at, at, 10);
    ++*at;
    return count;
}

static void references(void **state) {
    (void)state;
    char path[512];
    char line[4096];
    uint64_t hits[64], all[64];
    int rows = 0;
    (void)snprintf(path, sizeof path, "%s/statistics/share_change.csv", TEST_DATA);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *at = line;
        uint32_t count = read_counts(&at, hits);
        assert_int_equal(read_counts(&at, all), count);
        hs_share_change change = hs_share_change_of(hits, all, count);
        assert_int_equal(change.at, strtoul(at, &at, 10));
        check_near(change.dispersion, strtod(at + 1, &at), 1e-9);
        check_near(change.p, strtod(at + 1, &at), 1e-9);
        check_near(change.after.low, strtod(at + 1, &at), 1e-12);
        check_near(change.after.high, strtod(at + 1, &at), 1e-12);
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(rows, 8);
}

static void nothing_to_say(void **state) {
    (void)state;
    const uint64_t none[] = {0, 0, 0}, one[] = {0, 4, 0}, few[] = {1, 2, 1}, all[] = {2, 4, 2};
    hs_share share = hs_share_of(0, 0);
    assert_true(isnan(share.share) && isnan(share.low) && isnan(share.high));
    share = hs_share_of(5, 5);
    assert_true(share.share == 1 && share.high == 1 && share.low > 0.5);
    share = hs_share_of(0, 5);
    assert_true(share.share == 0 && share.low == 0 && share.high < 0.5);
    assert_true(hs_share_change_of(none, none, 3).at == 0 && hs_share_change_of(none, none, 0).p == 1);
    assert_true(hs_share_change_of(one, one, 3).at == 0);
    assert_true(hs_share_change_of(few, all, 3).p == 1); /* the same share everywhere */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(references), cmocka_unit_test(nothing_to_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
