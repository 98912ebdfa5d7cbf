/* points_bench FILE N [SEED]: N points, half of them in 500 clusters and half anywhere, and 100,000 anywhere
 * in a square of 10 km, into FILE for a peer (doubles: x, y of the ones, then of the others); answers the
 * lines of stdin, each with seconds of processor time, a number of the result and a sum to hold against a
 * peer's:
 *
 *   dbscan EPS MIN_POINTS     clusters; 2 x cluster + core summed over all points, modulo 1,000,003
 *   hdbscan MIN_POINTS N      clusters of the first N; points in none
 *   k EDGES REACH STEPS       K at the last distance of the 100,000; the mean of K
 *   knox NEAR SOON N          pairs that are near and soon of the events that the peer wrote to FILE.events;
 * p by the Poisson distribution, beside N permutations
 *
 * on one thread. */
#include "base/random.h"
#include <hotspot/near_repeat.h>
#include <hotspot/point_clusters.h>
#include <hotspot/point_pattern.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLUSTERS = 500, EVEN = 100000, MOST_STEPS = 8192 };

typedef struct points {
    uint32_t count;
    double *x, *y, *even_x, *even_y;
    uint32_t *cluster;
    bool *core;
} points;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool make_points(points *p, uint32_t count, uint64_t seed) {
    hs_random random, centre;
    hs_random_seed(&random, seed);
    p->count = count;
    p->x = malloc(((size_t)count + 1) * sizeof *p->x);
    p->y = malloc(((size_t)count + 1) * sizeof *p->y);
    p->even_x = malloc(EVEN * sizeof *p->even_x);
    p->even_y = malloc(EVEN * sizeof *p->even_y);
    p->cluster = malloc(((size_t)count + 1) * sizeof *p->cluster);
    p->core = malloc(((size_t)count + 1) * sizeof *p->core);
    if (!p->x || !p->y || !p->even_x || !p->even_y || !p->cluster || !p->core) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (i % 2) {
            p->x[i] = hs_random_uniform(&random) * 20000;
            p->y[i] = hs_random_uniform(&random) * 20000;
            continue;
        }
        hs_random_seed_stream(&centre, seed, i / 2 % CLUSTERS);
        p->x[i] = hs_random_uniform(&centre) * 20000 + hs_random_normal(&random) * 150;
        p->y[i] = hs_random_uniform(&centre) * 20000 + hs_random_normal(&random) * 150;
    }
    for (uint32_t i = 0; i < EVEN; i++) {
        p->even_x[i] = hs_random_uniform(&random) * 10000;
        p->even_y[i] = hs_random_uniform(&random) * 10000;
    }
    return true;
}

static bool write_points(const points *p, const char *path) {
    FILE *file = fopen(path, "wb");
    bool done = file && fwrite(p->x, sizeof *p->x, p->count, file) == p->count &&
                fwrite(p->y, sizeof *p->y, p->count, file) == p->count &&
                fwrite(p->even_x, sizeof *p->even_x, EVEN, file) == EVEN &&
                fwrite(p->even_y, sizeof *p->even_y, EVEN, file) == EVEN;
    return file && fclose(file) == 0 && done;
}

static void answer(double began_s, hs_status status, const hs_error *error, double number, double sum) {
    if (status == HS_OK)
        printf("%.6f %.17g %.17g\n", cpu_s() - began_s, number, sum);
    else
        printf("error %s\n", error->message);
    (void)fflush(stdout);
}

static void run_dbscan(points *p, double eps, unsigned least) {
    hs_error error = {0};
    uint32_t found = 0;
    double began_s = cpu_s();
    hs_status status = hs_dbscan(p->x, p->y, p->count, eps, least, &error, p->cluster, p->core, &found);
    double done_s = cpu_s();
    uint64_t sum = 0;
    for (uint32_t i = 0; i < p->count && status == HS_OK; i++)
        sum = (sum * 31 + 2 * (uint64_t)(p->cluster[i] == HS_NONE ? 0 : p->cluster[i] + 1) + p->core[i]) %
              1000003;
    answer(began_s + (cpu_s() - done_s), status, &error, found, (double)sum);
}

static void run_hdbscan(points *p, unsigned least, unsigned count) {
    hs_error error = {0};
    uint32_t found = 0, none = 0;
    if (count > p->count) count = p->count;
    hs_hdbscan_columns columns = {.cluster = p->cluster};
    double began_s = cpu_s();
    hs_status status =
        hs_hdbscan(p->x, p->y, count, &(hs_hdbscan_request){least, 0}, &error, &columns, 0, NULL, &found);
    for (uint32_t i = 0; i < count && status == HS_OK; i++)
        none += p->cluster[i] == HS_NONE;
    answer(began_s, status, &error, found, none);
}

static void run_k(points *p, const char *edges, double reach, unsigned steps) {
    static double k[MOST_STEPS];
    hs_error error = {0};
    hs_pattern_edges kind;
    hs_pattern_window *window = NULL;
    if (steps >= MOST_STEPS) steps = MOST_STEPS - 1;
    hs_status status = hs_pattern_edges_from_name(edges, strlen(edges), &error, &kind);
    if (status == HS_OK) status = hs_pattern_window_of_box(0, 0, 10000, 10000, &error, &window);
    double began_s = cpu_s(), sum = 0;
    if (status == HS_OK)
        status = hs_k_function(window, p->even_x, p->even_y, EVEN,
                               &(hs_pattern_steps){reach / steps, steps + 1}, kind, &error, k);
    for (unsigned r = 0; r <= steps; r++)
        sum += k[r] / (steps + 1);
    answer(began_s, status, &error, k[steps], sum);
    hs_pattern_window_free(window);
}

/* Doubles: x, y and the time of each event, one after the other. */
static uint32_t read_events(const char *path, double *numbers, uint32_t most) {
    char name[4096];
    (void)snprintf(name, sizeof name, "%s.events", path);
    FILE *file = fopen(name, "rb");
    size_t read = file ? fread(numbers, sizeof *numbers, 3 * (size_t)most, file) : 0;
    if (file) (void)fclose(file);
    return (uint32_t)(read / 3);
}

/* Times in whole parts of a day that are as fine as they come. */
static void run_knox(const char *path, double near, double soon, unsigned permutations) {
    enum { MOST_EVENTS = 10000 };
    static double numbers[3 * MOST_EVENTS];
    static int64_t times[MOST_EVENTS];
    const double parts = 0x1p40;
    hs_error error = {0};
    hs_point_links *links = NULL;
    hs_knox_cell cells[4] = {{0}};
    uint32_t n = read_events(path, numbers, MOST_EVENTS);
    const int64_t interval = (int64_t)(soon * parts);
    const hs_knox_request request = {.distance_m = &near,
                                     .distance_count = 1,
                                     .interval_s = &interval,
                                     .interval_count = 1,
                                     .permutations = permutations};
    double began_s = cpu_s();
    for (uint32_t i = 0; i < n; i++)
        times[i] = (int64_t)(numbers[2 * (size_t)n + i] * parts);
    hs_status status = hs_point_links_planar(numbers, numbers + n, n, near, &error, &links);
    if (status == HS_OK) status = hs_knox(links, times, &request, NULL, &error, cells);
    answer(began_s, status, &error, (double)cells[0].observed, cells[0].poisson_p);
    hs_point_links_free(links);
}

int main(int count, char **arguments) {
    points p = {0};
    char line[256], word[32];
    double a;
    double soon;
    unsigned b;
    if (count < 3 ||
        !make_points(&p, (uint32_t)strtoul(arguments[2], NULL, 10),
                     count > 3 ? strtoull(arguments[3], NULL, 10) : 1) ||
        !write_points(&p, arguments[1]))
        return 1;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "dbscan %lf %u", &a, &b) == 2)
            run_dbscan(&p, a, b);
        else if (sscanf(line, "hdbscan %lf %u", &a, &b) == 2)
            run_hdbscan(&p, (unsigned)a, b);
        else if (sscanf(line, "knox %lf %lf %u", &a, &soon, &b) == 3)
            run_knox(arguments[1], a, soon, b);
        else if (sscanf(line, "k %31s %lf %u", word, &a, &b) == 3)
            run_k(&p, word, a, b);
        else
            printf("error %s", line);
        (void)fflush(stdout);
    }
    return 0;
}
