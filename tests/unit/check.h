/* What cmocka lacks: include this instead of cmocka.h. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hotspot/error.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* |a - b| <= tolerance, both finite; cmocka 1.1.5 compares floats only. */
#define check_near(a, b, tolerance) check_near_at((a), (b), (tolerance), __FILE__, __LINE__)
static inline void check_near_at(double a, double b, double tolerance, const char *file, int line) {
    if (!(fabs(a - b) <= tolerance)) {
        print_error("%.17g is not %.17g within %g\n", a, b, tolerance);
        _fail(file, line);
    }
}

/* Status HS_OK, with the error's words when not. */
#define check_ok(call, error) check_ok_at((call), (error), __FILE__, __LINE__)
static inline void check_ok_at(hs_status status, const hs_error *error, const char *file, int line) {
    if (status != HS_OK) {
        print_error("%s: %s\n", hs_status_describe(status), error ? error->message : "");
        _fail(file, line);
    }
}

/* hs_str equals a literal. */
#define check_str(text, literal)                                                                             \
    do {                                                                                                     \
        hs_str check_text = (text);                                                                          \
        assert_int_equal(check_text.size, strlen(literal));                                                  \
        assert_memory_equal(check_text.data ? check_text.data : "", literal, check_text.size);               \
    } while (0)

#endif
