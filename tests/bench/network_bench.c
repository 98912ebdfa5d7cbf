/* network_bench FILE N [SEED [STORE]]: makes a synthetic town's streets with N events on them (FILE gets both
 * for a peer, see write_town) and answers the lines of stdin, each with seconds of processor time, the
 * maximum per kilometre, the error of the mass (0 where the method keeps none), the mass over the events'
 * and the peak of memory in MB:
 *
 *   grid METHOD KERNEL H N [STEPS]      the town's streets, 65,030 lixels, its first N events
 *   streets METHOD KERNEL H N [STEPS]   the streets of the city in STORE, lixels of 10 m at most
 *
 * on one thread, ordering the events included; exact, or by steps: those of the town are held against its
 * exact sums, and the error is theirs.
 */
#include "base/random.h"
#include "density/network.h"
#include "service/service.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

enum { SIDE = 59, FULL = 2 * SIDE * (SIDE - 1), SEGMENTS = 6503, LIXELS_EACH = 10 };
#define BLOCK_M  100.0
#define JITTER_M 2.4  /* of nodes each way: streets are 95.2 to 104.9 m long */
#define LIXEL_M  10.5 /* so that each has ten */

typedef struct streets {
    uint32_t nodes, count;
    uint32_t *from, *to;
    float *length_m;
    hs_network *network;
    uint32_t *segment; /* of the events */
    double *along_m;
} streets;

static double cpu_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double peak_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static bool alloc_streets(streets *s, uint32_t count, size_t events) {
    s->from = malloc(((size_t)count + 1) * sizeof *s->from);
    s->to = malloc(((size_t)count + 1) * sizeof *s->to);
    s->length_m = malloc(((size_t)count + 1) * sizeof *s->length_m);
    s->segment = malloc((events + 1) * sizeof *s->segment);
    s->along_m = malloc((events + 1) * sizeof *s->along_m);
    return s->from && s->to && s->length_m && s->segment && s->along_m;
}

static void free_streets(streets *s) {
    hs_network_free(s->network);
    free(s->from);
    free(s->to);
    free(s->length_m);
    free(s->segment);
    free(s->along_m);
}

/* A grid of blocks with moved corners; as many streets as are too many are missing, by chance. */
static void fill_grid(streets *s, hs_random *random, double *x, double *y) {
    for (uint32_t v = 0; v < SIDE * SIDE; v++) {
        uint32_t row = v / SIDE;
        x[v] = (v - row * SIDE) * BLOCK_M + JITTER_M * (2 * hs_random_uniform(random) - 1);
        y[v] = row * BLOCK_M + JITTER_M * (2 * hs_random_uniform(random) - 1);
    }
    s->nodes = SIDE * SIDE;
    uint32_t left = FULL;
    for (uint32_t v = 0; v < SIDE * SIDE; v++) {
        for (uint32_t d = 0; d < 2; d++) {
            if ((d ? v / SIDE : v % SIDE) + 1 == SIDE) continue;
            if (hs_random_below(random, left--) >= SEGMENTS - s->count) continue;
            uint32_t to = v + (d ? SIDE : 1);
            s->from[s->count] = v;
            s->to[s->count] = to;
            s->length_m[s->count++] = (float)hypot(x[to] - x[v], y[to] - y[v]);
        }
    }
}

/* Half of the events on any street, half on a tenth of them; evenly along each. */
static void fill_events(streets *s, hs_random *random, size_t events) {
    for (size_t i = 0; i < events; i++) {
        bool busy = hs_random_below(random, 2);
        uint32_t at = hs_random_below(random, busy ? (s->count + 9) / 10 : s->count);
        s->segment[i] = busy ? at * 10 % s->count : at;
        s->along_m[i] = hs_random_uniform(random) * (double)s->length_m[s->segment[i]];
    }
}

/* Raw doubles: counts of nodes, segments and events; x and y of nodes; from- and to-nodes; the events'
 * segments and places as parts of them. Rows count from 0. */
static bool write_town(const streets *s, const double *x, const double *y, size_t events, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    double head[3] = {s->nodes, s->count, (double)events};
    bool good = fwrite(head, sizeof *head, 3, file) == 3 &&
                fwrite(x, sizeof *x, s->nodes, file) == s->nodes &&
                fwrite(y, sizeof *y, s->nodes, file) == s->nodes;
    for (int part = 0; part < 4 && good; part++) {
        for (size_t i = 0; i < (part < 2 ? s->count : events) && good; i++) {
            double value = part == 0   ? s->from[i]
                           : part == 1 ? s->to[i]
                           : part == 2 ? s->segment[i]
                                       : s->along_m[i] / (double)s->length_m[s->segment[i]];
            good = fwrite(&value, sizeof value, 1, file) == 1;
        }
    }
    return fclose(file) == 0 && good;
}

static bool make_grid(streets *s, size_t events, uint64_t seed, const char *path, hs_error *error) {
    static double x[SIDE * SIDE];
    static double y[SIDE * SIDE];
    hs_random random;
    hs_random_seed(&random, seed);
    if (!alloc_streets(s, SEGMENTS, events)) return false;
    fill_grid(s, &random, x, y);
    fill_events(s, &random, events);
    return hs_network_new(s->nodes, s->count, s->from, s->to, s->length_m, LIXEL_M, error, &s->network) ==
               HS_OK &&
           hs_network_lixel_count(s->network) == SEGMENTS * LIXELS_EACH && write_town(s, x, y, events, path);
}

static hs_status copy_segments(const hs_segments *from, streets *s, size_t events, hs_error *error) {
    if (!alloc_streets(s, from->count, events)) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    s->nodes = from->node_count;
    s->count = from->count;
    memcpy(s->from, from->from_node, s->count * sizeof *s->from);
    memcpy(s->to, from->to_node, s->count * sizeof *s->to);
    for (uint32_t i = 0; i < s->count; i++)
        s->length_m[i] = fminf(fmaxf(from->length_m[i], 1e-3F), (float)HS_NETWORK_MAX_LENGTH_M);
    return hs_network_new(s->nodes, s->count, s->from, s->to, s->length_m, 10.0, error, &s->network);
}

/* The city's own streets, noded when they were imported. */
static hs_status load_city(streets *s, const char *store, size_t events, uint64_t seed, hs_error *error) {
    hs_service_options options = {.threads = 1};
    hs_service *service = NULL;
    hs_status status = hs_service_open(store, HS_STORE_READ, &options, error, &service);
    if (status == HS_OK) status = hs_service_load(service, error, NULL);
    if (status == HS_OK) {
        hs_snapshot *snapshot = hs_service_snapshot(service);
        status = copy_segments(&snapshot->geography->segments, s, events, error);
        hs_snapshot_unref(snapshot);
    }
    hs_service_close(service);
    if (status != HS_OK) return status;
    hs_random random;
    hs_random_seed(&random, seed);
    fill_events(s, &random, events);
    return HS_OK;
}

typedef struct question {
    hs_network_method method;
    hs_kernel kernel;
    double bandwidth_m;
    size_t events;
    unsigned steps; /* 0: exact */
} question;

static hs_status density(const streets *s, const question *q, unsigned steps, hs_error *error,
                         int64_t *sums) {
    hs_network_events *events = NULL;
    hs_network_points points = {.segment = s->segment, .along_m = s->along_m, .count = q->events};
    hs_status status = hs_network_events_new(s->network, &points, q->bandwidth_m, error, &events);
    if (status == HS_OK)
        status = steps > 0
                     ? hs_network_density_steps(s->network, events, q->method, q->kernel, steps, error, sums)
                     : hs_network_density_add(s->network, events, q->method, q->kernel, 0,
                                              hs_network_source_count(s->network, q->method), 1, error, sums);
    hs_network_events_free(events);
    return status;
}

typedef struct summary {
    double most_per_km, mass, most, worst; /* the last two: lixels' greatest sum, difference from others */
} summary;

static summary summary_of(const streets *s, const int64_t *sums, const int64_t *others) {
    const uint32_t *first = hs_network_lixel_first(s->network);
    summary r = {0};
    for (uint32_t segment = 0; segment < s->count; segment++) {
        for (uint32_t l = first[segment]; l < first[segment + 1]; l++) {
            r.most_per_km = fmax(r.most_per_km, hs_network_per_km(s->network, segment, sums[l]));
            r.mass += (double)sums[l] / (double)HS_NETWORK_ONE;
            r.most = fmax(r.most, (double)sums[l]);
            r.worst = fmax(r.worst, fabs((double)(sums[l] - others[l])));
        }
    }
    return r;
}

/* The steps of the town are held against its exact sums; else the error is that of the mass, if it is kept.
 */
static void ask(const streets *s, const question *q, bool hold) {
    hs_error error = {0};
    size_t lixels = (size_t)hs_network_lixel_count(s->network) + 1;
    int64_t *sums = calloc(lixels, sizeof *sums);
    int64_t *others = calloc(lixels, sizeof *others);
    hs_status status = sums && others ? HS_OK : hs_error_set(&error, HS_E_MEMORY, "out of memory");
    double before = cpu_s();
    if (status == HS_OK) status = density(s, q, q->steps, &error, sums);
    double used = cpu_s() - before;
    if (status == HS_OK && q->steps > 0 && hold) status = density(s, q, 0, &error, others);
    if (status == HS_OK) {
        summary r = summary_of(s, sums, others);
        double mass = r.mass / (double)q->events;
        double off = q->method == HS_NETWORK_CONTINUOUS ? fabs(mass - 1) : 0;
        printf("%.6f %.6f %.3g %.9f %.1f\n", used, r.most_per_km,
               q->steps > 0 && hold ? r.worst / r.most : off, mass, peak_mb());
    } else
        printf("error %s\n", error.message);
    free(sums);
    free(others);
}

static void answer(const streets *grid, const streets *city, size_t most, const char *line) {
    char what[16];
    char method[40];
    char kernel[32];
    hs_error error = {0};
    question q = {0};
    int words =
        sscanf(line, "%15s %39s %31s %lf %zu %u", what, method, kernel, &q.bandwidth_m, &q.events, &q.steps);
    bool town = strcmp(what, "grid") == 0;
    if (words < 5 || q.events > most || (!town && (strcmp(what, "streets") != 0 || !city->network)))
        printf("error unknown: %s", line);
    else if (hs_network_method_from_name(method, strlen(method), &error, &q.method) != HS_OK ||
             hs_kernel_from_name(kernel, strlen(kernel), &error, &q.kernel) != HS_OK)
        printf("error %s\n", error.message);
    else
        ask(town ? grid : city, &q, town);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: network_bench FILE N [SEED [STORE]]\n");
        return 2;
    }
    size_t events = strtoull(argv[2], NULL, 10);
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    streets grid = {0};
    streets city = {0};
    hs_error error = {0};
    char line[160];
    bool made = make_grid(&grid, events, seed, argv[1], &error) &&
                (argc < 5 || load_city(&city, argv[4], events, seed, &error) == HS_OK);
    if (!made) fprintf(stderr, "network_bench: %s\n", error.message);
    while (made && fgets(line, sizeof line, stdin)) {
        answer(&grid, &city, events, line);
        (void)fflush(stdout);
    }
    free_streets(&grid);
    free_streets(&city);
    return made ? 0 : 1;
}
