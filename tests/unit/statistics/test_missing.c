/* Tests of what is missing, against R's phyper and p.adjust (tests/data/statistics/make_expected.R). */
#include "check.h"

#include "statistics/hypergeometric.h"
#include <hotspot/multiple_testing.h>
#include <stdlib.h>

enum { ROWS_MOST = 64, COLUMNS_MOST = 5 };

typedef struct table {
    double value[ROWS_MOST][COLUMNS_MOST];
    size_t rows;
} table;

static void read_table(const char *name, int columns, table *t) {
    char path[512], line[512];
    (void)snprintf(path, sizeof path, TEST_DATA "/statistics/%s", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (t->rows = 0; fgets(line, sizeof line, file); t->rows++) {
        char *rest = line;
        assert_true(t->rows < ROWS_MOST);
        for (int c = 0; c < columns; c++) {
            t->value[t->rows][c] = strtod(rest, &rest);
            if (*rest == ',') rest++;
        }
    }
    fclose(file);
}

static void tails(void **state) {
    (void)state;
    table t;
    read_table("hypergeometric.csv", 5, &t);
    assert_int_equal(t.rows, 16);
    for (size_t i = 0; i < t.rows; i++) {
        const double *v = t.value[i];
        double p = hs_hypergeometric_tail((uint64_t)v[0], (uint64_t)v[1], (uint64_t)v[2], (uint64_t)v[3]);
        check_near(p, v[4], 1e-7 * v[4]);
    }
}

static void impossible_and_certain(void **state) {
    (void)state;
    assert_true(hs_hypergeometric_tail(6, 10, 5, 20) == 0);
    assert_true(hs_hypergeometric_tail(0, 0, 0, 0) == 1);
    assert_true(hs_hypergeometric_tail(1, 0, 3, 9) == 0);
    assert_true(hs_hypergeometric_tail(3, 3, 3, 3) == 1);
    assert_true(hs_hypergeometric_tail(8, 18, 10, 20) == 1); /* no fewer are possible */
}

static void adjusted(void **state) {
    (void)state;
    table t;
    hs_error error = {0};
    double p[ROWS_MOST], q[ROWS_MOST];
    read_table("benjamini_hochberg.csv", 2, &t);
    assert_int_equal(t.rows, 25);
    for (size_t i = 0; i < t.rows; i++)
        p[i] = t.value[i][0];
    check_ok(hs_adjust_p_values(p, t.rows, HS_CORRECTION_BH, &error, q), &error);
    for (size_t i = 0; i < t.rows; i++)
        check_near(q[i], t.value[i][1], 1e-12);
    check_ok(hs_adjust_p_values(p, 0, HS_CORRECTION_BH, &error, q), &error);
    check_ok(hs_adjust_p_values(p, 1, HS_CORRECTION_BH, &error, q), &error);
    assert_true(q[0] == p[0]);
}

static void groups(void **state) {
    (void)state;
    table t;
    hs_error error = {0};
    double p[ROWS_MOST], q[ROWS_MOST], missing = 0, all = 0;
    read_table("groups.csv", 4, &t);
    for (size_t i = 0; i < t.rows; i++) {
        missing += t.value[i][0];
        all += t.value[i][1];
    }
    for (size_t i = 0; i < t.rows; i++) {
        const double *v = t.value[i];
        p[i] = hs_hypergeometric_tail((uint64_t)v[0], (uint64_t)v[1], (uint64_t)missing, (uint64_t)all);
        check_near(p[i], v[2], 1e-9 * v[2]);
    }
    check_ok(hs_adjust_p_values(p, t.rows, HS_CORRECTION_BH, &error, q), &error);
    for (size_t i = 0; i < t.rows; i++)
        check_near(q[i], t.value[i][3], 1e-9 * t.value[i][3]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tails), cmocka_unit_test(impossible_and_certain),
                                       cmocka_unit_test(adjusted), cmocka_unit_test(groups)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
