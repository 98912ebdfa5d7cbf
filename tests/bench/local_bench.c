/* Local statistics, driven line by line (local.py): answers with seconds of processor time and numbers.
 *   gi SIDE PERMUTATIONS        Gi* of a square of normal values and its permutation: sum of |z|, mean p
 *   moran SIDE PERMUTATIONS     the same of local Moran
 *   exact SIDE                  exact p-values of Gi* of Poisson counts: mean p
 *   alarms METHOD CORRECTION CITIES    patternless cities of 17 x 17 cells: share in which anything is
 * significant power CITIES TIMES          one cell and its neighbours so many times as likely: share in which
 * it is hot METHOD: gi-exact gi-normal gi-permuted moran-normal moran-permuted emerging change. */
#include "base/random.h"

#include <hotspot/emerging.h>
#include <hotspot/multiple_testing.h>
#include <hotspot/rate_ratio.h>
#include <hotspot/spatial_statistics.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CITY_SIDE = 17, CITY_CELLS = CITY_SIDE * CITY_SIDE, CITY_STEPS = 24, CITY_INCIDENTS = 3 * CITY_CELLS };

/* Queen neighbours on a square. */
static hs_weights *square(uint32_t side, hs_weights_style style) {
    uint32_t *first = calloc((size_t)side * side + 1, sizeof *first), links = 0;
    uint32_t *neighbour = calloc(8 * (size_t)side * side, sizeof *neighbour);
    hs_weights *weights = NULL;
    hs_error error = {0};
    for (uint32_t i = 0; i < side * side; i++) {
        first[i] = links;
        for (int r = -1; r <= 1; r++)
            for (int c = -1; c <= 1; c++) {
                int64_t row = (int64_t)(i / side) + r, column = (int64_t)(i % side) + c;
                if ((r == 0 && c == 0) || row < 0 || column < 0 || row >= side || column >= side) continue;
                neighbour[links++] = (uint32_t)row * side + (uint32_t)column;
            }
    }
    first[side * side] = links;
    if (hs_weights_new(side * side, first, neighbour, NULL, 1, style, &error, &weights) != HS_OK) abort();
    free(first);
    free(neighbour);
    return weights;
}

static double now_s(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Columns of so many units. */
typedef struct columns {
    double *value, *statistic, *expected, *variance, *z, *p, *q;
} columns;

static columns columns_new(size_t n) {
    double *room = calloc(7 * n, sizeof *room);
    if (!room) abort();
    return (columns){room, room + n, room + 2 * n, room + 3 * n, room + 4 * n, room + 5 * n, room + 6 * n};
}

static void local(const hs_weights *w, const columns *c, bool moran) {
    hs_error error = {0};
    hs_local_columns out = {c->statistic, c->expected, c->variance, c->z, c->p};
    hs_status status =
        moran ? hs_local_moran(w, c->value, &error, &out, NULL) : hs_local_g(w, c->value, true, &error, &out);
    if (status != HS_OK) abort();
}

static void permute(const hs_weights *w, const columns *c, bool moran, uint32_t permutations, uint64_t seed) {
    hs_error error = {0};
    if (hs_local_permutation(w, c->value, !moran, permutations, seed, NULL, NULL, &error, c->p) != HS_OK)
        abort();
}

static void exact(const hs_cube *cube, const double *z, double *p) {
    hs_error error = {0};
    hs_labelling *l;
    if (hs_labelling_new(cube->values, (size_t)cube->steps * cube->weights->count, hs_cube_most_draws(cube),
                         &error, &l) != HS_OK)
        abort();
    hs_cube_exact_p(cube, l, z, NULL, p);
    hs_labelling_free(l);
}

static void time_permutations(bool moran, uint32_t side, uint32_t permutations) {
    hs_weights *w = square(side, moran ? HS_WEIGHTS_STANDARDISED : HS_WEIGHTS_BINARY);
    columns c = columns_new((size_t)side * side);
    hs_random random;
    hs_random_seed(&random, 1);
    for (uint32_t i = 0; i < w->count; i++)
        c.value[i] = hs_random_normal(&random);
    double began = now_s(), z = 0, p = 0;
    local(w, &c, moran);
    permute(w, &c, moran, permutations, 1);
    double took = now_s() - began;
    for (uint32_t i = 0; i < w->count; i++) {
        z += c.z[i] < 0 ? -c.z[i] : c.z[i];
        p += c.p[i] / w->count;
    }
    printf("%.6f %.12g %.12g\n", took, z, p);
    hs_weights_free(w);
    free(c.value);
}

static void time_exact(uint32_t side) {
    hs_weights *w = square(side, HS_WEIGHTS_BINARY);
    columns c = columns_new((size_t)side * side);
    hs_random random;
    hs_random_seed(&random, 1);
    for (uint32_t i = 0; i < w->count; i++)
        c.value[i] = hs_random_poisson(&random, 3);
    double began = now_s(), p = 0;
    local(w, &c, false);
    const hs_cube flat = {w, c.value, 1, 0};
    exact(&flat, c.z, c.p);
    double took = now_s() - began;
    for (uint32_t i = 0; i < w->count; i++)
        p += c.p[i] / w->count;
    printf("%.6f %.12g\n", took, p);
    hs_weights_free(w);
    free(c.value);
}

/* Each incident in a cell (and step) by chance; those of the planted block so many times as likely. */
static void scatter(double *value, uint32_t steps, double times, uint32_t planted, hs_random *random) {
    memset(value, 0, (size_t)CITY_CELLS * steps * sizeof *value);
    for (uint32_t k = 0; k < CITY_INCIDENTS * (steps > 1 ? 4u : 1u);) {
        uint32_t cell = hs_random_below(random, CITY_CELLS),
                 step = steps > 1 ? hs_random_below(random, steps) : 0;
        int rows = abs((int)(cell / CITY_SIDE) - (int)(planted / CITY_SIDE));
        int across = abs((int)(cell % CITY_SIDE) - (int)(planted % CITY_SIDE));
        double weight = times > 1 && rows <= 1 && across <= 1 ? 1 : 1 / times;
        if (weight < 1 && hs_random_uniform(random) >= weight) continue;
        value[(size_t)step * CITY_CELLS + cell]++;
        k++;
    }
}

static bool test_city(const char *method, hs_correction correction, uint64_t seed, const hs_weights *binary,
                      const hs_weights *standardised, const columns *c) {
    bool moran = strncmp(method, "moran", 5) == 0, emerging = strcmp(method, "emerging") == 0;
    uint32_t steps = emerging ? CITY_STEPS : 1;
    size_t bins = (size_t)CITY_CELLS * steps;
    const hs_weights *w = moran ? standardised : binary;
    hs_random random;
    hs_error error = {0};
    hs_random_seed(&random, seed);
    scatter(c->value, steps, 1, 0, &random);
    const hs_cube cube = {w, c->value, steps, emerging};
    if (strcmp(method, "change") == 0) {
        scatter(c->z, 1, 1, 0, &random);
        for (size_t i = 0; i < bins; i++) {
            const hs_two_counts counts = {(uint64_t)c->value[i], (uint64_t)c->z[i], 1, 1};
            hs_rate_ratio ratio;
            if (hs_rate_ratio_exact(&counts, 0.05, &error, &ratio) != HS_OK) abort();
            c->p[i] = ratio.p;
        }
    } else if (emerging) {
        if (hs_cube_local_g(&cube, NULL, &error, c->z) != HS_OK) abort();
        exact(&cube, c->z, c->p);
    } else {
        local(w, c, moran);
        if (strstr(method, "permuted")) permute(w, c, moran, 19999, seed);
        if (strcmp(method, "gi-exact") == 0) exact(&cube, c->z, c->p);
    }
    if (hs_adjust_p_values(c->p, bins, correction, &error, c->q) != HS_OK) abort();
    for (size_t i = 0; i < bins; i++)
        if (c->q[i] <= 0.05) return true;
    return false;
}

static void count_alarms(const char *method, const char *correction, uint32_t cities) {
    hs_correction chosen;
    hs_error error = {0};
    if (hs_correction_from_name(correction, strlen(correction), &error, &chosen) != HS_OK) abort();
    hs_weights *binary = square(CITY_SIDE, HS_WEIGHTS_BINARY),
               *standardised = square(CITY_SIDE, HS_WEIGHTS_STANDARDISED);
    columns c = columns_new((size_t)CITY_CELLS * CITY_STEPS);
    double began = now_s();
    uint32_t alarms = 0;
    for (uint32_t city = 0; city < cities; city++)
        alarms += test_city(method, chosen, 1 + city, binary, standardised, &c);
    printf("%.6f %.6g\n", now_s() - began, (double)alarms / cities);
    hs_weights_free(binary);
    hs_weights_free(standardised);
    free(c.value);
}

static void find_planted(uint32_t cities, double times) {
    hs_weights *w = square(CITY_SIDE, HS_WEIGHTS_BINARY);
    columns c = columns_new(CITY_CELLS);
    hs_error error = {0};
    double began = now_s();
    uint32_t found = 0;
    for (uint32_t city = 0; city < cities; city++) {
        hs_random random;
        hs_random_seed(&random, 1000000 + city);
        uint32_t planted = hs_random_below(&random, CITY_CELLS);
        scatter(c.value, 1, times, planted, &random);
        local(w, &c, false);
        const hs_cube flat = {w, c.value, 1, 0};
        exact(&flat, c.z, c.p);
        if (hs_adjust_p_values(c.p, CITY_CELLS, HS_CORRECTION_BH, &error, c.q) != HS_OK) abort();
        found += c.q[planted] <= 0.05 && c.z[planted] > 0;
    }
    printf("%.6f %.6g\n", now_s() - began, (double)found / cities);
    hs_weights_free(w);
    free(c.value);
}

static void obey(const char *line) {
    char method[32], correction[32];
    unsigned a, b;
    double times;
    if (sscanf(line, "gi %u %u", &a, &b) == 2)
        time_permutations(false, a, b);
    else if (sscanf(line, "moran %u %u", &a, &b) == 2)
        time_permutations(true, a, b);
    else if (sscanf(line, "exact %u", &a) == 1)
        time_exact(a);
    else if (sscanf(line, "alarms %31s %31s %u", method, correction, &a) == 3)
        count_alarms(method, correction, a);
    else if (sscanf(line, "power %u %lf", &a, &times) == 2)
        find_planted(a, times);
    else
        puts("error: not understood");
    (void)fflush(stdout);
}

int main(void) {
    char line[256];
    while (fgets(line, sizeof line, stdin))
        obey(line);
    return 0;
}
