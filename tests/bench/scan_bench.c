/* scan_bench FILE [SEED]: makes 281 areas with people and cases (FILE gets them for a peer: x y people cases)
 * and answers the lines of stdin, each with seconds of processor time, the likeliest cluster's log likelihood
 * ratio, 0, its p-value, how many windows there are and how many replications were made:
 *
 *   areas REPLICATIONS                 the areas, circles of at most half of the people, Poisson
 *   ellipses REPLICATIONS              the same with ellipses
 *   cylinders INCIDENTS REPLICATIONS   300 cells, 104 weeks, the space-time permutation model, windows of at
 *                                      most 13 weeks and a quarter of the incidents
 *   communities INCIDENTS REPLICATIONS the same with cells that lie out of line, so that no two are as far
 *   daily INCIDENTS REPLICATIONS       the same cells, 364 days, only windows of at most 28 days that reach
 *                                      the last one
 *
 * on one thread, zones included, without an early end.
 */
#include "base/random.h"

#include <hotspot/scan_statistic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AREAS = 281, COLUMNS = 20, CELLS = 300, MOST_STEPS = 364, MOST_CLUSTERS = 16 };

typedef struct town {
    double x[CELLS], y[CELLS], people[CELLS], cases[CELLS];
    double events[CELLS * MOST_STEPS], sums[CELLS];
    uint32_t cluster_of[CELLS];
    uint64_t seed;
} town;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int make_areas(town *t, const char *path) {
    hs_random random;
    hs_random_seed(&random, t->seed);
    FILE *file = fopen(path, "w");
    if (!file) return 1;
    for (int i = 0; i < AREAS; i++) {
        t->x[i] = 40000 * hs_random_uniform(&random);
        t->y[i] = 60000 * hs_random_uniform(&random);
        t->people[i] = 500 + hs_random_below(&random, 6500);
        bool inside = hypot(t->x[i] - 12000, t->y[i] - 20000) < 7000;
        t->cases[i] = hs_random_poisson(&random, t->people[i] * (inside ? 9e-4 : 5.4e-4));
        fprintf(file, "%.17g %.17g %g %g\n", t->x[i], t->y[i], t->people[i], t->cases[i]);
    }
    return fclose(file) != 0;
}

/* Incidents denser about the middle and in summer, with a few more in one place near the end. */
static void make_events(town *t, uint32_t steps, uint32_t count, double out_m) {
    hs_random random;
    hs_random_seed(&random, t->seed);
    memset(t->events, 0, sizeof t->events);
    memset(t->sums, 0, sizeof t->sums);
    for (int i = 0; i < CELLS; i++) {
        t->x[i] = 250 * (i % COLUMNS) + out_m * hs_random_uniform(&random);
        t->y[i] = 250 * (i / COLUMNS) + out_m * hs_random_uniform(&random);
    }
    for (uint32_t k = 0; k < count;) {
        uint32_t cell = hs_random_below(&random, CELLS), step = hs_random_below(&random, steps);
        double off = hypot(t->x[cell] - 2300, t->y[cell] - 1700) / 2500;
        double density = exp(-off * off) * (1 + 0.3 * sin(6.2832 * step / (steps / 2.0)));
        bool planted = hypot(t->x[cell] - 1500, t->y[cell] - 1500) < 400 && step + steps / 20 >= steps;
        if (hs_random_uniform(&random) * 1.6 > density * (planted ? 1.2 : 1)) continue;
        t->events[cell * steps + step]++;
        t->sums[cell]++;
        k++;
    }
}

static void answer(town *t, const hs_scan_data *data, const double *size, const hs_scan_extent *extent,
                   const hs_scan_request *request) {
    hs_error error = {0};
    hs_scan_zones *zones;
    hs_scan_cluster clusters[MOST_CLUSTERS];
    hs_scan_summary summary;
    uint32_t found = 0;
    double before = cpu_s();
    hs_status status = hs_scan_zones_new(data->areas, t->x, t->y, size, extent, &error, &zones);
    if (status == HS_OK) {
        status = hs_scan(data, zones, request, NULL, MOST_CLUSTERS, &error, clusters, &found, t->cluster_of,
                         &summary);
        hs_scan_zones_free(zones);
    }
    if (status != HS_OK || found == 0)
        printf("error %s\n", error.message);
    else
        printf("%.6f %.17g 0 %.6g %llu %u\n", cpu_s() - before, clusters[0].log_likelihood_ratio,
               clusters[0].p, (unsigned long long)summary.windows, (unsigned)summary.replications);
    (void)fflush(stdout);
}

static void obey(town *t, const char *path, const char *line) {
    char what[32] = "";
    unsigned first = 0;
    unsigned second = 0;
    int read = sscanf(line, "%31s %u %u", what, &first, &second);
    bool ellipses = strcmp(what, "ellipses") == 0, daily = strcmp(what, "daily") == 0,
         communities = strcmp(what, "communities") == 0;
    if (read == 2 && (ellipses || strcmp(what, "areas") == 0) && make_areas(t, path) == 0) {
        const hs_scan_extent extent = {.max_share = 0.5, .ellipses = ellipses};
        const hs_scan_data data = {AREAS, 1, t->cases, t->people};
        const hs_scan_request request = {.model = HS_SCAN_POISSON, .replications = first, .seed = t->seed};
        answer(t, &data, t->people, &extent, &request);
    } else if (read == 3 && (daily || communities || strcmp(what, "cylinders") == 0)) {
        uint32_t steps = daily ? MOST_STEPS : MOST_STEPS / 7 * 2;
        make_events(t, steps, first, communities ? 100 : 0);
        const hs_scan_extent extent = {.max_share = 0.25};
        const hs_scan_data data = {CELLS, steps, t->events, NULL};
        const hs_scan_request request = {.model = HS_SCAN_PERMUTATION,
                                         .prospective = daily,
                                         .most_steps = daily ? 28 : 13,
                                         .replications = second,
                                         .seed = t->seed};
        answer(t, &data, t->sums, &extent, &request);
    } else {
        printf("error no such measurement\n");
        (void)fflush(stdout);
    }
}

int main(int argc, char **argv) {
    char line[256];
    town *t = calloc(1, sizeof *t);
    if (argc < 2 || !t) return 2;
    t->seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (make_areas(t, argv[1]) != 0) return 2;
    while (fgets(line, sizeof line, stdin))
        obey(t, argv[1], line);
    free(t);
    return 0;
}
