#include "bench.h"
#include "service/base_tile.h"
#include "service/density.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TILES_OF_ZOOM = 9,
    TILE_CEILING = 64 << 20,
    ZOOM_FIRST = 10,
    ZOOM_LAST = 16,
    SAMPLES_MOST = BENCH_RUNS_MOST * TILES_OF_ZOOM * (ZOOM_LAST - ZOOM_FIRST + 1) + 1
};

/* A fixed list: one tile about the middle of the city up to z11, where it covers the city, nine beyond. */
static size_t tiles_of_zoom(const hs_snapshot *snapshot, uint32_t z, hs_tile *tiles) {
    hs_mercator m = hs_mercator_from_degrees(snapshot->plane.center_lon_deg, snapshot->plane.center_lat_deg);
    int32_t around = z < 12 ? 0 : 1;
    size_t count = 0;
    for (int32_t dy = -around; dy <= around; dy++)
        for (int32_t dx = -around; dx <= around; dx++) {
            hs_tile tile = {z, (uint32_t)((int32_t)(m.x >> (32 - z)) + dx),
                            (uint32_t)((int32_t)(m.y >> (32 - z)) + dy)};
            if (hs_tile_valid(tile)) tiles[count++] = tile;
        }
    return count;
}

typedef struct drawing {
    const hs_snapshot *snapshot;
    const hs_selection *selection;
    hs_service *service;
    hs_density_request request;
    hs_ramp_classes classes;
    hs_arena *arena;
    hs_buffer out;
    unsigned runs;
} drawing;

typedef hs_status (*draw_tile)(drawing *d, hs_tile tile, hs_error *error);

static hs_status draw_density(drawing *d, hs_tile tile, hs_error *error) {
    float *values = hs_arena_alloc(d->arena, (size_t)256 * 256 * sizeof *values);
    if (!values) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status =
        hs_service_density_tile(d->service, d->snapshot, &d->request, tile, 256, error, values);
    return status == HS_OK ? hs_render_density_picture(values, 256, 256, &d->classes, error, &d->out)
                           : status;
}
static hs_status draw_incidents(drawing *d, hs_tile tile, hs_error *error) {
    return hs_render_incident_tile(d->selection, tile, d->arena, error, &d->out);
}
static hs_status draw_base(drawing *d, hs_tile tile, hs_error *error) {
    return hs_service_base_tile(d->service, d->snapshot, tile, d->arena, error, &d->out);
}

/* Draws the tiles of one zoom; the first round warms up and does not count. */
static hs_status draw_zoom(drawing *d, draw_tile draw, uint32_t z, hs_error *error, double *samples,
                           size_t *count) {
    hs_tile tiles[TILES_OF_ZOOM];
    size_t tile_count = tiles_of_zoom(d->snapshot, z, tiles);
    for (unsigned run = 0; run <= d->runs; run++) {
        for (size_t i = 0; i < tile_count; i++) {
            hs_arena_reset(d->arena);
            hs_buffer_clear(&d->out);
            double start_ms = hs_clock_monotonic_ms();
            hs_status status = draw(d, tiles[i], error);
            if (status != HS_OK) return status;
            samples[*count] = hs_clock_monotonic_ms() - start_ms;
            *count += run > 0;
        }
    }
    return HS_OK;
}

/* A line for all zooms, and before it one for each of them where asked for. */
static hs_status measure(drawing *d, const char *what, draw_tile draw, bool by_zoom, hs_error *error) {
    char name[96];
    size_t count = 0;
    double *samples = malloc(SAMPLES_MOST * sizeof *samples);
    hs_status status = samples ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    for (uint32_t z = ZOOM_FIRST; z <= ZOOM_LAST && status == HS_OK; z++) {
        size_t before = count;
        status = draw_zoom(d, draw, z, error, samples, &count);
        (void)snprintf(name, sizeof name, "%s, z%u", what, (unsigned)z);
        if (status == HS_OK && by_zoom) bench_report(name, "ms", samples + before, count - before);
    }
    (void)snprintf(name, sizeof name, "%s, z%d to z%d", what, ZOOM_FIRST, ZOOM_LAST);
    if (status == HS_OK) bench_report(name, "ms", samples, count);
    free(samples);
    return status;
}

static hs_status measure_all(drawing *d, hs_error *error) {
    d->request.bandwidth_m = 300;
    hs_status status = measure(d, "density tile 300 m", draw_density, true, error);
    d->request.bandwidth_m = 1000;
    if (status == HS_OK) status = measure(d, "density tile 1000 m", draw_density, false, error);
    if (status == HS_OK) status = measure(d, "MVT tile incidents", draw_incidents, false, error);
    if (status == HS_OK) status = measure(d, "MVT tile base", draw_base, false, error);
    return status;
}

hs_status bench_tiles(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    drawing d = {.snapshot = snapshot, .runs = options->runs, .arena = hs_arena_new(TILE_CEILING)};
    hs_buffer_init(&d.out, TILE_CEILING);
    hs_ramps *ramps = NULL;
    hs_filter filter;
    hs_filter_init(&filter);
    d.service = service;
    d.request.filter = filter;
    hs_status status = d.arena ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = hs_ramps_new(error, &ramps);
    if (status == HS_OK)
        status = hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, HS_RAMP_PER_KM2, (hs_str){0}, error,
                                  &d.classes);
    if (status == HS_OK) status = hs_service_select(service, snapshot, &filter, error, &d.selection);
    if (status == HS_OK) status = measure_all(&d, error);
    hs_service_selection_unref(d.selection);
    hs_ramps_free(ramps);
    hs_buffer_done(&d.out);
    hs_arena_free(d.arena);
    hs_snapshot_unref(snapshot);
    return status;
}
