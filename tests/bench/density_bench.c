/* density_bench FILE N [SEED]: makes N points of a synthetic town (metres) in FILE as raw doubles, x then y,
 * and with them answers the lines of stdin, each with seconds of processor time and what a peer must agree
 * on:
 *
 *   raster KERNEL H          exact raster of 1280 x 960 cells of 10 m, one thread: seconds, maximum, error
 *   tiles H                  the same ground as 20 tiles of 256 pixels of 10 m on the lattice, deposits
 * included bandwidth METHOD COUNT   a selector on the first COUNT points: seconds, sigma
 */
#include "base/random.h"
#include "density/lattice.h"
#include "density/profile.h"
#include "geo/hilbert.h"
#include "geo/mercator.h"

#include <hotspot/bandwidth.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COLUMNS 1280
#define ROWS    960
#define CELL_M  10.0
#define CHUNK   65536u

typedef struct town {
    size_t n;
    double *x, *y;
    hs_mercator *mercator; /* the same ground at the equator, cells as pixels of zoom 14 */
} town;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double within(double value, double width) {
    double rest = fmod(value, width);
    return rest < 0 ? rest + width : rest;
}

/* A third evenly, the others about 120 heaps of 250 m. */
static void fill(town *t, uint64_t seed) {
    hs_random random;
    hs_random_seed(&random, seed);
    double heap_x[120];
    double heap_y[120];
    for (int i = 0; i < 120; i++) {
        heap_x[i] = hs_random_uniform(&random) * COLUMNS * CELL_M;
        heap_y[i] = hs_random_uniform(&random) * ROWS * CELL_M;
    }
    for (size_t i = 0; i < t->n; i++) {
        uint32_t heap = hs_random_below(&random, 180);
        double x = hs_random_uniform(&random) * COLUMNS * CELL_M;
        double y = hs_random_uniform(&random) * ROWS * CELL_M;
        if (heap < 120) {
            x = heap_x[heap] + 250 * hs_random_normal(&random);
            y = heap_y[heap] + 250 * hs_random_normal(&random);
        }
        t->x[i] = within(x, COLUMNS * CELL_M);
        t->y[i] = within(y, ROWS * CELL_M);
    }
}

typedef struct ranked {
    uint64_t rank;
    double x, y;
} ranked;

static int compare_ranks(const void *a, const void *b) {
    uint64_t p = ((const ranked *)a)->rank;
    uint64_t q = ((const ranked *)b)->rank;
    return (p > q) - (p < q);
}

/* Along the Hilbert curve, as a city keeps its incidents. */
static int order(town *t) {
    ranked *all = malloc((t->n + 1) * sizeof *all);
    if (!all) return 1;
    for (size_t i = 0; i < t->n; i++)
        all[i] = (ranked){hs_hilbert((uint32_t)(t->x[i] * 1e5), (uint32_t)(t->y[i] * 1e5)), t->x[i], t->y[i]};
    qsort(all, t->n, sizeof *all, compare_ranks);
    for (size_t i = 0; i < t->n; i++) {
        t->x[i] = all[i].x;
        t->y[i] = all[i].y;
    }
    free(all);
    return 0;
}

/* The same for a raster in no order at all, so that it owes nothing to the curve. */
static void shuffle(town *t) {
    hs_random random;
    hs_random_seed(&random, 3);
    for (size_t i = t->n; i > 1; i--) {
        size_t k = hs_random_below(&random, (uint32_t)i);
        double x = t->x[i - 1];
        double y = t->y[i - 1];
        t->x[i - 1] = t->x[k];
        t->y[i - 1] = t->y[k];
        t->x[k] = x;
        t->y[k] = y;
    }
}

static int write_points(const town *t, const char *path) {
    FILE *file = fopen(path, "wb");
    bool done = file && fwrite(t->x, sizeof *t->x, t->n, file) == t->n &&
                fwrite(t->y, sizeof *t->y, t->n, file) == t->n;
    if (file && fclose(file) != 0) done = false;
    return done ? 0 : 1;
}

static double worst_error(const town *t, hs_kernel kernel, double h, const hs_raster_grid *g,
                          const double *values, double most) {
    hs_random random;
    hs_random_seed(&random, 7);
    double worst = 0;
    for (int i = 0; i < 60; i++) {
        uint32_t row = hs_random_below(&random, ROWS);
        uint32_t column = hs_random_below(&random, COLUMNS);
        double x = g->west_m + (column + 0.5) * CELL_M;
        double y = g->north_m - (row + 0.5) * CELL_M;
        double sum = 0;
        for (size_t k = 0; k < t->n; k++) {
            double dx = t->x[k] - x;
            double dy = t->y[k] - y;
            sum += hs_profile(kernel, (dx * dx + dy * dy) / (h * h));
        }
        sum *= hs_kernel_peak(kernel) / (h * h / 1e6);
        worst = fmax(worst, fabs(sum - values[(size_t)row * COLUMNS + column]));
    }
    return worst / most;
}

static void raster(const town *t, const char *name, double h) {
    hs_error error = {0};
    hs_kernel kernel;
    hs_raster_grid g = {0, ROWS * CELL_M, CELL_M, COLUMNS, ROWS};
    double *values = malloc((size_t)COLUMNS * ROWS * sizeof *values);
    hs_plane_points points = {t->x, t->y, NULL, t->n};
    if (!values || hs_kernel_from_name(name, strlen(name), &error, &kernel) != HS_OK) {
        free(values);
        printf("error %s\n", error.message);
        return;
    }
    double before = cpu_s();
    hs_status status = hs_raster_density(&points, kernel, h, &g, 0, ROWS, &error, values);
    double used = cpu_s() - before;
    double most = 0;
    for (size_t i = 0; status == HS_OK && i < (size_t)COLUMNS * ROWS; i++)
        most = fmax(most, values[i]);
    if (status == HS_OK)
        printf("%.6f %.6f %.3g\n", used, most, worst_error(t, kernel, h, &g, values, most));
    else
        printf("error %s\n", error.message);
    free(values);
}

/* Pixels of 10 m: the bandwidth is told in the metres that make it H / 10 pixels at the equator. */
static void tiles(const town *t, double h) {
    enum { TILES_X = COLUMNS / 256, TILES_Y = (ROWS + 255) / 256 };
    hs_error error = {0};
    double mx;
    double my;
    hs_mercator_ground_m(0x1p31, &mx, &my);
    const uint32_t z = 14;
    double pixel = ldexp(0x1p32, -(int)z) / 256;
    double bandwidth_m = h / CELL_M * pixel * mx;
    hs_density_view view = {z, 1u << (z - 1), 1u << (z - 1), 256};
    hs_lattice lattice;
    uint32_t chunks = (uint32_t)((t->n + CHUNK - 1) / CHUNK);
    hs_lattice_deposit **deposits = calloc(chunks, sizeof(void *));
    float *values = malloc((size_t)256 * 256 * sizeof *values);
    double *sums = calloc((size_t)TILES_X * TILES_Y * 65536, sizeof *sums);
    hs_status status =
        deposits && values && sums && hs_lattice_of(&view, HS_KERNEL_QUARTIC, bandwidth_m, mx, &lattice)
            ? HS_OK
            : HS_E_ARGUMENT;
    double before = cpu_s();
    hs_lattice_weights *weights = NULL;
    if (status == HS_OK) status = hs_lattice_weights_new(lattice.taps, &error, &weights);
    for (uint32_t c = 0; c < chunks && status == HS_OK; c++) {
        uint32_t count = t->n - (size_t)c * CHUNK < CHUNK ? (uint32_t)(t->n - (size_t)c * CHUNK) : CHUNK;
        hs_point_columns points = {.mercator = t->mercator + (size_t)c * CHUNK, .count = count};
        status = hs_lattice_deposit_new(&lattice, weights, &points, &error, &deposits[c]);
    }
    double most = 0;
    for (uint32_t i = 0; i < TILES_X * TILES_Y && status == HS_OK; i++) {
        hs_density_view tile = {z, view.x + i % TILES_X, view.y + i / TILES_X, 256};
        status = hs_lattice_values(&lattice, &tile, (const hs_lattice_deposit *const *)deposits, chunks,
                                   &error, values, NULL);
        for (size_t k = 0; k < 65536; k++) {
            sums[(size_t)i * 65536 + k] = values[k];
            most = values[k] > most ? values[k] : most;
        }
    }
    double used = cpu_s() - before;
    hs_lattice_weights_free(weights);
    double worst = 0;
    uint64_t *exact = calloc(65536, sizeof *exact);
    hs_density_view tile = {z, view.x + 2, view.y + 1, 256};
    hs_point_columns all = {.mercator = t->mercator, .count = (uint32_t)t->n};
    if (status == HS_OK && exact)
        status = hs_density_add(&all, HS_KERNEL_QUARTIC, bandwidth_m, &tile, &error, exact);
    for (size_t k = 0; status == HS_OK && k < 65536; k++)
        worst = fmax(worst, fabs(sums[(size_t)(2 + TILES_X) * 65536 + k] - (double)exact[k] * 0x1p-32));
    if (status == HS_OK)
        printf("%.6f %.6f %.3g\n", used, most * hs_kernel_peak(HS_KERNEL_QUARTIC) / (h * h / 1e6),
               worst / most);
    else
        printf("error %s\n", error.message);
    for (uint32_t c = 0; deposits && c < chunks; c++)
        hs_lattice_deposit_free(deposits[c]);
    free(deposits);
    free(values);
    free(sums);
    free(exact);
}

static void bandwidth(const town *t, const char *name, size_t count) {
    static hs_bandwidth_choice choice;
    hs_error error = {0};
    hs_plane_points points = {t->x, t->y, NULL, count < t->n ? count : t->n};
    for (int m = 0; m < HS_BANDWIDTH_METHODS; m++) {
        if (strcmp(hs_bandwidth_name((hs_bandwidth_method)m), name) != 0) continue;
        double before = cpu_s();
        hs_status status = hs_bandwidth_choose(&points, (hs_bandwidth_method)m, &error, &choice);
        double used = cpu_s() - before;
        if (status == HS_OK)
            printf("%.6f %.6f 0\n", used, choice.sigma_m);
        else
            printf("error %s\n", error.message);
        return;
    }
    printf("error no method %s\n", name);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: density_bench FILE N [SEED]\n");
        return 2;
    }
    town t = {.n = strtoull(argv[2], NULL, 10)};
    t.x = malloc((t.n + 1) * sizeof *t.x);
    t.y = malloc((t.n + 1) * sizeof *t.y);
    t.mercator = malloc((t.n + 1) * sizeof *t.mercator);
    if (!t.x || !t.y || !t.mercator) return 1;
    fill(&t, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
    if (order(&t) != 0) return 1;
    double pixel = ldexp(0x1p32, -14) / 256;
    for (size_t i = 0; i < t.n; i++)
        t.mercator[i] = (hs_mercator){(uint32_t)(0x1p31 + t.x[i] / CELL_M * pixel),
                                      (uint32_t)(0x1p31 + (ROWS * CELL_M - t.y[i]) / CELL_M * pixel)};
    shuffle(&t);
    if (write_points(&t, argv[1]) != 0) return 1;
    char line[128];
    char word[32];
    char name[32];
    double number;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%31s %31s %lf", word, name, &number) == 3 && strcmp(word, "raster") == 0)
            raster(&t, name, number);
        else if (sscanf(line, "%31s %31s %lf", word, name, &number) == 3 && strcmp(word, "bandwidth") == 0)
            bandwidth(&t, name, (size_t)number);
        else if (sscanf(line, "%31s %lf", word, &number) == 2 && strcmp(word, "tiles") == 0)
            tiles(&t, number);
        else
            printf("error unknown: %s", line);
        (void)fflush(stdout);
    }
    free(t.x);
    free(t.y);
    free(t.mercator);
    return 0;
}
