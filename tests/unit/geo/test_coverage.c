/* Coverage of squares by polygons against clipping each at a square's sides, and a hole. */
#include "check.h"

#include "base/random.h"
#include "geo/coverage.h"

enum { COLUMNS = 9, ROWS = 7 };

/* The part of a convex polygon in a square, by clipping it at the four sides (Sutherland and Hodgman). */
static double clipped_area(const double *x, const double *y, int n, double left, double low) {
    double ax[32], ay[32], bx[32], by[32], area = 0;
    memcpy(ax, x, (size_t)n * sizeof *x);
    memcpy(ay, y, (size_t)n * sizeof *y);
    for (int side = 0; side < 4; side++) {
        int m = 0;
        for (int i = 0; i < n; i++) {
            int j = (i + 1) % n;
            double p[2] = {ax[i], ay[i]}, q[2] = {ax[j], ay[j]};
            int axis = side / 2;
            double limit = (axis == 0 ? left : low) + side % 2, sign = side % 2 == 0 ? 1 : -1;
            double dp = sign * (p[axis] - limit), dq = sign * (q[axis] - limit);
            if (dp >= 0) {
                bx[m] = p[0];
                by[m++] = p[1];
            }
            if ((dp > 0 && dq < 0) || (dp < 0 && dq > 0)) {
                double t = dp / (dp - dq);
                bx[m] = p[0] + t * (q[0] - p[0]);
                by[m++] = p[1] + t * (q[1] - p[1]);
            }
        }
        n = m;
        memcpy(ax, bx, sizeof bx);
        memcpy(ay, by, sizeof by);
    }
    for (int i = 0; i < n; i++)
        area += (ax[i] * ay[(i + 1) % n] - ax[(i + 1) % n] * ay[i]) / 2;
    return area;
}

static void triangles(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 4);
    for (int round = 0; round < 500; round++) {
        double x[3], y[3], covered[COLUMNS * ROWS];
        for (int i = 0; i < 3; i++) {
            bool whole = round % 5 == 0; /* corners on corners of the lattice */
            x[i] = whole ? hs_random_below(&random, COLUMNS + 1) : COLUMNS * hs_random_uniform(&random);
            y[i] = whole ? hs_random_below(&random, ROWS + 1) : ROWS * hs_random_uniform(&random);
        }
        if ((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]) < 0) {
            double t = x[1];
            x[1] = x[2];
            x[2] = t;
            t = y[1];
            y[1] = y[2];
            y[2] = t;
        }
        hs_directed_edge edges[3];
        for (int i = 0; i < 3; i++)
            edges[i] = (hs_directed_edge){x[i], y[i], x[(i + 1) % 3], y[(i + 1) % 3]};
        hs_coverage(edges, 3, COLUMNS, ROWS, covered);
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < COLUMNS; c++)
                check_near(covered[r * COLUMNS + c], clipped_area(x, y, 3, c, r), 1e-12);
    }
}

static void hole(void **state) {
    (void)state;
    double covered[COLUMNS * ROWS], sum = 0;
    const hs_directed_edge edges[] = {
        {0, 0, 9, 0}, {9, 0, 9, 7},   {9, 7, 0, 7},     {0, 7, 0, 0}, /* the whole lattice */
        {2, 2, 2, 5}, {2, 5, 5.5, 5}, {5.5, 5, 5.5, 2}, {5.5, 2, 2, 2},
    };
    hs_coverage(edges, 8, COLUMNS, ROWS, covered);
    for (int i = 0; i < COLUMNS * ROWS; i++)
        sum += covered[i];
    check_near(sum, 63 - 10.5, 1e-12);
    check_near(covered[3 * COLUMNS + 3], 0, 1e-12);
    check_near(covered[3 * COLUMNS + 5], 0.5, 1e-12);
    check_near(covered[3 * COLUMNS + 8], 1, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(triangles), cmocka_unit_test(hole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
