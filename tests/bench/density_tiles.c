/* Density tiles as people ask for them: some problem, period, hours and days at some zoom. For each filter
 * the first tile of a zoom (nothing is there that it could share) and those that follow beside it. */
#include "bench.h"
#include "service/density.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ZOOM_FIRST = 10, ZOOM_LAST = 17, FILTERS_MOST = 200, BESIDE = 8, CEILING = 64 << 20 };

typedef struct asking {
    hs_service *service;
    const hs_snapshot *snapshot;
    hs_random random;
    hs_ramp_classes classes;
    hs_arena *arena, *tile_arena;
    hs_buffer out;
    double *first_ms, *next_ms, *all_ms;
    size_t firsts, nexts;
    double worst; /* of the sampled errors, as a share of the larger of the tile's maximum and one peak */
} asking;

static int64_t day_of(const asking *a, double share) {
    const hs_incidents *incidents = a->snapshot->incidents;
    double span_s = (double)(incidents->max_time_s - incidents->min_time_s);
    return incidents->min_time_s + (int64_t)(share * span_s);
}

/* Words of a filter: each of them in half of the requests. */
static hs_status next_request(asking *a, hs_error *error, hs_density_request *request) {
    const hs_incidents *incidents = a->snapshot->incidents;
    hs_str names[5];
    hs_str values[5];
    size_t count = 0;
    char period[64];
    if (hs_random_below(&a->random, 2) && incidents->category_count > 0) {
        names[count] = HS_STR("category");
        values[count++] = incidents->category_code[hs_random_below(&a->random, incidents->category_count)];
    }
    if (hs_random_below(&a->random, 2) && incidents->min_time_s != HS_NO_TIME) {
        static const int64_t lengths_s[] = {7 * 86400, 30 * 86400, 365 * 86400};
        int64_t from_s = day_of(a, hs_random_uniform(&a->random));
        char from[HS_TIME_TEXT_SIZE];
        char to[HS_TIME_TEXT_SIZE];
        (void)hs_time_format(from_s, from);
        (void)hs_time_format(from_s + lengths_s[hs_random_below(&a->random, 3)], to);
        (void)snprintf(period, sizeof period, "%s/%s", from, to);
        names[count] = HS_STR("datetime");
        values[count++] = hs_str_of(period);
    }
    if (hs_random_below(&a->random, 2)) {
        names[count] = HS_STR("hours");
        values[count++] = HS_STR("18-23");
    }
    if (hs_random_below(&a->random, 2)) {
        names[count] = HS_STR("weekdays");
        values[count++] = HS_STR("1-5");
    }
    hs_arena_reset(a->arena);
    return hs_density_request_parse(a->snapshot, names, values, count, a->arena, error, request);
}

/* A tile over some incident. */
static hs_tile next_tile(asking *a, uint32_t z) {
    const hs_incidents *incidents = a->snapshot->incidents;
    const hs_incident_chunk *chunk;
    do
        chunk = incidents->chunk[hs_random_below(&a->random, incidents->chunk_count)];
    while (!chunk->positioned || chunk->count == 0);
    hs_mercator m = chunk->mercator[hs_random_below(&a->random, chunk->count)];
    return (hs_tile){z, m.x >> (32 - z), m.y >> (32 - z)};
}

/* Of all threads: the caller and the pool's share the work. */
static double cpu_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static hs_status draw(asking *a, const hs_density_request *request, hs_tile tile, hs_error *error,
                      float **values, double *ms) {
    hs_arena_reset(a->tile_arena);
    hs_buffer_clear(&a->out);
    double start_ms = cpu_ms();
    *values = hs_arena_alloc(a->tile_arena, (size_t)256 * 256 * sizeof **values);
    if (!*values) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = hs_service_density_tile(a->service, a->snapshot, request, tile, 256, error, *values);
    if (status == HS_OK) status = hs_render_density_picture(*values, 256, 256, &a->classes, error, &a->out);
    *ms = cpu_ms() - start_ms;
    return status;
}

/* The largest difference from exact values, as a share of the larger of the maximum and one peak. */
static hs_status compare(asking *a, const hs_density_request *request, hs_tile tile, const float *values,
                         hs_error *error) {
    hs_density_request exact = *request;
    exact.exact = true;
    float *truth = malloc((size_t)256 * 256 * sizeof *truth);
    if (!truth) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = hs_service_density_tile(a->service, a->snapshot, &exact, tile, 256, error, truth);
    double bandwidth_km = request->bandwidth_m / 1000.0;
    double most = hs_kernel_peak(request->kernel) / (bandwidth_km * bandwidth_km) /
                  (request->months > 0 ? request->months : 1.0);
    double worst = 0;
    for (size_t i = 0; status == HS_OK && i < (size_t)256 * 256; i++) {
        most = fmax(most, (double)truth[i]);
        worst = fmax(worst, fabs((double)truth[i] - (double)values[i]));
    }
    if (worst / most > a->worst) a->worst = worst / most;
    free(truth);
    return status;
}

/* One filter at one zoom: a first tile, then those that share what it made. */
static hs_status one_filter(asking *a, bool check, hs_error *error) {
    hs_density_request request;
    hs_status status = next_request(a, error, &request);
    uint32_t z = ZOOM_FIRST + hs_random_below(&a->random, ZOOM_LAST - ZOOM_FIRST + 1);
    float *values;
    for (int i = 0; i <= BESIDE && status == HS_OK; i++) {
        hs_tile tile = next_tile(a, z);
        double *ms = i == 0 ? &a->first_ms[a->firsts++] : &a->next_ms[a->nexts++];
        status = draw(a, &request, tile, error, &values, ms);
        if (check && i == 0 && status == HS_OK) status = compare(a, &request, tile, values, error);
    }
    return status;
}

static hs_status measure(asking *a, size_t filters, hs_error *error) {
    hs_status status = HS_OK;
    for (size_t i = 0; i < filters && status == HS_OK; i++)
        status = one_filter(a, i % 10 == 0, error);
    if (status != HS_OK) return status;
    /* One of nine is the first of its selection. */
    memcpy(a->all_ms, a->first_ms, a->firsts * sizeof *a->all_ms);
    memcpy(a->all_ms + a->firsts, a->next_ms, a->nexts * sizeof *a->all_ms);
    bench_report("density tile, any filter and zoom", "ms CPU", a->all_ms, a->firsts + a->nexts);
    bench_report("density tile, any filter and zoom, the first", "ms CPU", a->first_ms, a->firsts);
    bench_report("density tile, any filter and zoom, those after it", "ms CPU", a->next_ms, a->nexts);
    bench_report("largest error, of maximum or peak", "share", &a->worst, 1);
    return status;
}

hs_status bench_density_tiles(hs_service *service, const bench_options *options, hs_error *error) {
    size_t filters = (size_t)options->runs * 20 < FILTERS_MOST ? (size_t)options->runs * 20 : FILTERS_MOST;
    asking a = {.service = service, .snapshot = hs_service_snapshot(service)};
    hs_random_seed(&a.random, 1);
    a.arena = hs_arena_new(CEILING);
    a.tile_arena = hs_arena_new(CEILING);
    a.first_ms = malloc(filters * sizeof *a.first_ms);
    a.next_ms = malloc(filters * BESIDE * sizeof *a.next_ms);
    a.all_ms = malloc(filters * (BESIDE + 1) * sizeof *a.all_ms);
    hs_buffer_init(&a.out, CEILING);
    hs_ramps *ramps = NULL;
    hs_status status = a.arena && a.tile_arena && a.first_ms && a.next_ms && a.all_ms
                           ? hs_ramps_new(error, &ramps)
                           : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK)
        status = hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, error,
                                  &a.classes);
    if (status == HS_OK) status = measure(&a, filters, error);
    hs_ramps_free(ramps);
    hs_buffer_done(&a.out);
    hs_arena_free(a.arena);
    hs_arena_free(a.tile_arena);
    free(a.first_ms);
    free(a.next_ms);
    free(a.all_ms);
    hs_snapshot_unref((hs_snapshot *)a.snapshot);
    return status;
}
