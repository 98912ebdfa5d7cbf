/* Masses of kernels inside polygons: closed forms, an independent integration (tests/data/density/edge), and
 * sums over fine rasters. */
#include "base/random.h"
#include "check.h"

#include <hotspot/edge_correction.h>
#include <hotspot/raster_density.h>
#include <stdlib.h>

#define PI   3.14159265358979323846
#define MOST 4096

typedef struct border {
    hs_directed_edge edge[MOST];
    size_t count;
} border;

/* A ring of corners, closed; as it runs. */
static void add_ring(border *b, const double (*corner)[2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t next = (i + 1) % count;
        assert_true(b->count < MOST);
        b->edge[b->count++] =
            (hs_directed_edge){corner[i][0], corner[i][1], corner[next][0], corner[next][1]};
    }
}

static void add_box(border *b, double west, double south, double east, double north, bool hole) {
    const double outer[4][2] = {{west, south}, {east, south}, {east, north}, {west, north}};
    const double inner[4][2] = {{west, south}, {west, north}, {east, north}, {east, south}};
    add_ring(b, hole ? inner : outer, 4);
}

static hs_study_area *area_of(const border *b, hs_kernel kernel, double bandwidth_m) {
    hs_error error = {0};
    hs_study_area *area = NULL;
    check_ok(hs_study_area_new(b->edge, b->count, kernel, bandwidth_m, &error, &area), &error);
    return area;
}

static double mass_of(const border *b, hs_kernel kernel, double bandwidth_m, double x, double y) {
    bool inside;
    hs_study_area *area = area_of(b, kernel, bandwidth_m);
    double mass = hs_study_area_mass(area, x, y, &inside);
    hs_study_area_free(area);
    return mass;
}

#define GRID 0x1p-32 /* what masses are rounded to */

/* On a straight border a half, on a right-angled corner a quarter, on a hole's corner three quarters. */
static void closed_forms(void **state) {
    (void)state;
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_kernel kernel = (hs_kernel)k;
        border b = {.count = 0};
        double far_m = 20 * hs_kernel_reach(kernel);
        add_box(&b, 0, 0, 100 * far_m, 100 * far_m, false);
        add_box(&b, 20 * far_m, 20 * far_m, 40 * far_m, 40 * far_m, true);
        hs_study_area *area = area_of(&b, kernel, 10);
        static const struct {
            double x, y, mass;
        } cases[] = {{0, 0, 0.25},   {0, 100, 0.25}, {100, 100, 0.25}, {100, 0, 0.25},  {0, 50, 0.5},
                     {50, 0, 0.5},   {100, 31, 0.5}, {77, 100, 0.5},   {20, 20, 0.75},  {40, 20, 0.75},
                     {20, 40, 0.75}, {40, 40, 0.75}, {30, 20, 0.5},    {20, 33.3, 0.5}, {30, 30, 0},
                     {50, 50, 1},    {-50, 50, 0},   {200, 50, 0},     {10, 90, 1},     {-1, -1, 0}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            bool inside;
            double mass = hs_study_area_mass(area, cases[i].x * far_m, cases[i].y * far_m, &inside);
            check_near(mass, cases[i].mass, GRID);
            if (cases[i].mass == 0 || cases[i].mass == 1) {
                assert_true(mass == cases[i].mass);
                assert_int_equal(inside, mass == 1);
            }
        }
        hs_study_area_free(area);
    }
}

/* A half plane at distance d: the kernel's mass beyond a line, in closed form for these. */
static void half_planes(void **state) {
    (void)state;
    for (double d = -1.2; d <= 1.2; d += 0.03) {
        double t = fabs(d) < 1 ? d : d < 0 ? -1 : 1;
        double root = sqrt(1 - t * t);
        border b = {.count = 0};
        add_box(&b, 0, -9000, 9000, 9000, false);
        double uniform = 0.5 + (asin(t) + t * root) / PI;
        check_near(mass_of(&b, HS_KERNEL_UNIFORM, 100, 100 * d, 3), uniform, 1e-9);
        /* The quartic's margin on a line is 16 / (5 pi) (1 - t^2)^(5/2). */
        double quartic =
            0.5 + 16 / (5 * PI) * (t * root * (8 * t * t * t * t - 26 * t * t + 33) / 48 + 5 * asin(t) / 16);
        check_near(mass_of(&b, HS_KERNEL_QUARTIC, 100, 100 * d, 3), quartic, 1e-9);
        double whole = 1 - exp(-0.5 * 5.5 * 5.5);
        check_near(mass_of(&b, HS_KERNEL_GAUSSIAN, 100, 100 * d, 3), 0.5 + 0.5 * erf(d / sqrt(2)) / whole,
                   2e-7);
    }
}

static void read_rings(const char *shape, border *b) {
    FILE *file = fopen(TEST_DATA "/density/edge/rings.csv", "r");
    assert_non_null(file);
    char line[128];
    static double corner[MOST][2];
    size_t count = 0;
    long ring = 0;
    b->count = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *comma = strchr(line, ',');
        *comma = 0;
        if (strcmp(line, shape) != 0) continue;
        char *rest;
        long number = strtol(comma + 1, &rest, 10);
        if (number != ring) {
            add_ring(b, (const double(*)[2])corner, count);
            count = 0;
            ring = number;
        }
        corner[count][0] = strtod(rest + 1, &rest);
        corner[count++][1] = strtod(rest + 1, NULL);
    }
    add_ring(b, (const double(*)[2])corner, count);
    fclose(file);
}

static void expected_masses(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/density/edge/expected.csv", "r");
    assert_non_null(file);
    char line[256];
    char last[32] = "";
    static border b;
    int compared = 0;
    int partial = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char *field[7];
        char *rest = line;
        for (int i = 0; i < 7; i++)
            field[i] = strtok_r(i ? NULL : line, ",\n", &rest);
        if (strcmp(field[0], last) != 0) read_rings(field[0], &b);
        (void)snprintf(last, sizeof last, "%s", field[0]);
        hs_error error = {0};
        hs_kernel kernel;
        check_ok(hs_kernel_from_name(field[1], strlen(field[1]), &error, &kernel), &error);
        hs_study_area *area = area_of(&b, kernel, strtod(field[2], NULL));
        bool inside;
        double mass = hs_study_area_mass(area, strtod(field[3], NULL), strtod(field[4], NULL), &inside);
        double expected = strtod(field[6], NULL);
        check_near(mass, expected, 1e-9);
        assert_int_equal(inside, strtol(field[5], NULL, 10));
        assert_true(ldexp(mass, 32) == floor(ldexp(mass, 32)));
        partial += expected > 0.001 && expected < 0.999;
        compared++;
        hs_study_area_free(area);
    }
    fclose(file);
    assert_int_equal(compared, 5 * 6 * 3 * 12);
    assert_true(partial > 300);
}

/* A polygon in pieces that share edges, at the same vertices and at others, is as one; order does not
 * matter. */
static void pieces(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 3);
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_kernel kernel = (hs_kernel)k;
        static border one, many, turned;
        one.count = many.count = turned.count = 0;
        add_box(&one, 0, 0, 900, 600, false);
        add_box(&many, 0, 0, 300, 600, false);
        add_box(&many, 300, 0, 900, 200, false);
        add_box(&many, 300, 200, 700, 600, false);
        add_box(&many, 700, 200, 900, 600, false);
        for (size_t i = many.count; i-- > 0;)
            turned.edge[turned.count++] = many.edge[i];
        double h = 130 / hs_kernel_reach(kernel);
        hs_study_area *a = area_of(&one, kernel, h);
        hs_study_area *c = area_of(&many, kernel, h);
        hs_study_area *d = area_of(&turned, kernel, h);
        for (int i = 0; i < 3000; i++) {
            /* Whole places too, which lie on borders and at corners. */
            double x = i % 3 ? floor(1100 * hs_random_uniform(&random)) - 100 : 100.0 * (i / 3 % 11) - 100;
            double y = i % 3 ? 800 * hs_random_uniform(&random) - 100 : 100.0 * (i / 33 % 9) - 100;
            bool in_one;
            bool in_many;
            bool in_turned;
            double mass = hs_study_area_mass(a, x, y, &in_one);
            check_near(hs_study_area_mass(c, x, y, &in_many), mass, 2 * GRID);
            check_near(hs_study_area_mass(d, x, y, &in_turned), mass, 2 * GRID);
            assert_int_equal(in_one, in_many);
            assert_int_equal(in_one, in_turned);
        }
        hs_study_area_free(a);
        hs_study_area_free(c);
        hs_study_area_free(d);
    }
}

/* Overlaps count twice, up to the whole. */
static void overlaps(void **state) {
    (void)state;
    border b = {.count = 0};
    add_box(&b, 0, 0, 500, 1000, false);
    add_box(&b, 400, 0, 1000, 1000, false);
    hs_study_area *area = area_of(&b, HS_KERNEL_QUARTIC, 100);
    bool inside;
    assert_true(hs_study_area_mass(area, 450, 500, &inside) == 1 && inside);
    assert_true(hs_study_area_mass(area, 390, 500, &inside) == 1 && inside);
    assert_true(hs_study_area_mass(area, 250, 500, &inside) == 1 && inside);
    /* Half of it south of both, and beyond 50 m the quarter that only one of them holds. */
    border half = {.count = 0};
    add_box(&half, 400, 0, 9000, 9000, false);
    double beyond = mass_of(&half, HS_KERNEL_QUARTIC, 100, 450, 0);
    check_near(hs_study_area_mass(area, 450, 0, &inside), 2 * beyond, 2 * GRID);
    check_near(hs_study_area_mass(area, 450, 60, &inside), 1, 0);
    check_near(hs_study_area_mass(area, 250, 0, &inside), 0.5, GRID);
    hs_study_area_free(area);
}

/* Every place, on vertices and edges or next to them by one rounding, has the mass of its neighbours. */
static void continuous(void **state) {
    (void)state;
    static border b;
    read_rings("star", &b);
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_kernel kernel = (hs_kernel)k;
        hs_study_area *area = area_of(&b, kernel, 200 / hs_kernel_reach(kernel));
        for (size_t i = 0; i < b.count; i++)
            for (int j = 0; j <= 8; j++) {
                double x = b.edge[i].x0 + j / 8.0 * (b.edge[i].x1 - b.edge[i].x0);
                double y = b.edge[i].y0 + j / 8.0 * (b.edge[i].y1 - b.edge[i].y0);
                bool inside;
                double mass = hs_study_area_mass(area, x, y, &inside);
                for (int s = 0; s < 9; s++) {
                    double east = s % 3 == 0 ? x : s % 3 == 1 ? nextafter(x, 1e9) : nextafter(x, -1e9);
                    double north = s / 3 == 0 ? y : s / 3 == 1 ? nextafter(y, 1e9) : nextafter(y, -1e9);
                    check_near(hs_study_area_mass(area, east, north, &inside), mass, 1e-9);
                }
                /* A vertex due east, west, north and south on the rim. */
                for (int s = 0; s < 4; s++) {
                    double dx = s == 0 ? 200 : s == 1 ? -200 : 0;
                    double dy = s == 2 ? 200 : s == 3 ? -200 : 0;
                    mass = hs_study_area_mass(area, x + dx, y + dy, &inside);
                    check_near(hs_study_area_mass(area, x + dx, nextafter(y + dy, 1e9), &inside), mass, 1e-9);
                    check_near(hs_study_area_mass(area, nextafter(x + dx, -1e9), y + dy, &inside), mass,
                               1e-9);
                }
            }
        hs_study_area_free(area);
    }
}

/* The sum over the cells inside of a density whose incidents are divided by their masses is their number. */
static void mass_is_kept(void **state) {
    (void)state;
    static border b;
    read_rings("islands", &b);
    hs_random random;
    hs_random_seed(&random, 11);
    for (int k = 0; k < HS_KERNEL_COUNT; k++) {
        hs_kernel kernel = (hs_kernel)k;
        double h = k == HS_KERNEL_GAUSSIAN ? 60 : 200;
        hs_study_area *area = area_of(&b, kernel, h);
        double x[200];
        double y[200];
        double weight[200];
        size_t count = 0;
        while (count < 200) {
            x[count] = 2400 * hs_random_uniform(&random) - 1150;
            y[count] = 1200 * hs_random_uniform(&random) - 550;
            bool inside;
            double mass = hs_study_area_mass(area, x[count], y[count], &inside);
            if (!inside) continue;
            assert_true(mass > 0.01);
            weight[count++] = 1 / mass;
        }
        hs_study_area *where = area_of(&b, HS_KERNEL_UNIFORM, 1);
        hs_raster_grid g = {-1150, 750, 4, 600, 325};
        double *values = malloc((size_t)g.rows * g.columns * sizeof *values);
        assert_non_null(values);
        hs_error error = {0};
        check_ok(hs_raster_density(&(hs_plane_points){x, y, weight, count}, kernel, h, &g, 0, g.rows, &error,
                                   values),
                 &error);
        double sum = 0;
        for (uint32_t row = 0; row < g.rows; row++)
            for (uint32_t column = 0; column < g.columns; column++) {
                bool inside;
                (void)hs_study_area_mass(where, g.west_m + (column + 0.5) * g.cell_m,
                                         g.north_m - (row + 0.5) * g.cell_m, &inside);
                if (inside) sum += values[(size_t)row * g.columns + column];
            }
        check_near(sum * 16e-6, 200, kernel == HS_KERNEL_UNIFORM ? 0.6 : 0.2);
        free(values);
        hs_study_area_free(where);
        hs_study_area_free(area);
    }
}

/* A rectangle that is said to be held has mass 1 all over, and some are. */
static void held_boxes(void **state) {
    (void)state;
    static border b;
    read_rings("ring", &b);
    hs_study_area *area = area_of(&b, HS_KERNEL_QUARTIC, 50);
    hs_random random;
    hs_random_seed(&random, 8);
    int held = 0;
    for (int i = 0; i < 2000; i++) {
        double west = 1300 * hs_random_uniform(&random) - 150;
        double south = 1300 * hs_random_uniform(&random) - 150;
        double east = west + 200 * hs_random_uniform(&random);
        double north = south + 200 * hs_random_uniform(&random);
        if (!hs_study_area_holds(area, west, south, east, north)) continue;
        held++;
        for (int j = 0; j <= 16; j++)
            for (int k = 0; k <= 16; k++) {
                bool inside;
                assert_true(hs_study_area_mass(area, west + j / 16.0 * (east - west),
                                               south + k / 16.0 * (north - south), &inside) == 1 &&
                            inside);
            }
    }
    assert_true(held > 50);
    assert_false(hs_study_area_holds(area, 200, 200, 100, 100));
    assert_false(hs_study_area_holds(area, -1e9, 200, 1e9, 300));
    assert_false(hs_study_area_holds(area, NAN, 200, 1e9, 300));
    hs_study_area_free(area);
}

static void refusals(void **state) {
    (void)state;
    border b = {.count = 0};
    add_box(&b, 0, 0, 1, 1, false);
    hs_error error = {0};
    hs_study_area *area = NULL;
    assert_int_equal(hs_study_area_new(b.edge, 4, HS_KERNEL_COUNT, 1, &error, &area), HS_E_ARGUMENT);
    assert_int_equal(hs_study_area_new(b.edge, 4, HS_KERNEL_QUARTIC, 0, &error, &area), HS_E_ARGUMENT);
    assert_int_equal(hs_study_area_new(b.edge, 4, HS_KERNEL_QUARTIC, NAN, &error, &area), HS_E_ARGUMENT);
    b.edge[2].y1 = INFINITY;
    assert_int_equal(hs_study_area_new(b.edge, 4, HS_KERNEL_QUARTIC, 1, &error, &area), HS_E_ARGUMENT);
    assert_non_null(strstr(error.message, "edge 2"));
    assert_null(area);
    hs_study_area_free(NULL);
    /* Nothing at all. */
    check_ok(hs_study_area_new(NULL, 0, HS_KERNEL_QUARTIC, 1, &error, &area), &error);
    bool inside = true;
    assert_true(hs_study_area_mass(area, 0, 0, &inside) == 0 && !inside);
    assert_true(hs_study_area_mass(area, NAN, 0, &inside) == 0 && !inside);
    assert_true(hs_study_area_bytes(area) > 0);
    hs_study_area_free(area);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms), cmocka_unit_test(half_planes), cmocka_unit_test(expected_masses),
        cmocka_unit_test(pieces),       cmocka_unit_test(overlaps),    cmocka_unit_test(continuous),
        cmocka_unit_test(mass_is_kept), cmocka_unit_test(held_boxes),  cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
