#include "bench.h"

#include "base/clock.h"

#include <stdlib.h>

enum { TILES_MOST = 64, SAMPLES_MOST = 8192, TILE_CEILING = 64 << 20 };

/* A fixed list: for each zoom the tiles about the middle of the city. */
static size_t tile_list(const hs_snapshot *snapshot, hs_tile *tiles) {
    hs_mercator m = hs_mercator_from_degrees(snapshot->plane.center_lon_deg, snapshot->plane.center_lat_deg);
    size_t count = 0;
    for (uint32_t z = 10; z <= 16; z++)
        for (int32_t dy = -1; dy <= 1; dy++)
            for (int32_t dx = -1; dx <= 1; dx++) {
                hs_tile tile = {z, (uint32_t)((int32_t)(m.x >> (32 - z)) + dx),
                                (uint32_t)((int32_t)(m.y >> (32 - z)) + dy)};
                if (hs_tile_valid(tile) && count < TILES_MOST) tiles[count++] = tile;
            }
    return count;
}

typedef struct drawing {
    const hs_snapshot *snapshot;
    const hs_selection *selection;
    hs_density_style style;
    hs_arena *arena;
    hs_buffer out;
} drawing;

typedef hs_status (*draw_tile)(drawing *d, hs_tile tile, hs_error *error);

static hs_status draw_density(drawing *d, hs_tile tile, hs_error *error) {
    return hs_render_density_tile(d->selection, &d->style, tile, 256, d->arena, error, &d->out);
}
static hs_status draw_incidents(drawing *d, hs_tile tile, hs_error *error) {
    return hs_render_incident_tile(d->selection, tile, d->arena, error, &d->out);
}
static hs_status draw_base(drawing *d, hs_tile tile, hs_error *error) {
    return hs_render_base_tile(d->snapshot, tile, d->arena, error, &d->out);
}

static hs_status measure(drawing *d, const char *name, draw_tile draw, unsigned runs, hs_error *error) {
    hs_tile tiles[TILES_MOST];
    size_t tile_count = tile_list(d->snapshot, tiles), count = 0;
    double *samples = malloc(SAMPLES_MOST * sizeof *samples);
    hs_status status = samples ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    for (unsigned run = 0; status == HS_OK && run < runs; run++) {
        for (size_t i = 0; status == HS_OK && i < tile_count && count < SAMPLES_MOST; i++) {
            hs_arena_reset(d->arena);
            hs_buffer_clear(&d->out);
            double start_ms = hs_clock_monotonic_ms();
            status = draw(d, tiles[i], error);
            samples[count++] = hs_clock_monotonic_ms() - start_ms;
        }
    }
    if (status == HS_OK) bench_report(name, "ms", samples, count);
    free(samples);
    return status;
}

hs_status bench_tiles(hs_service *service, unsigned runs, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    drawing d = {.snapshot = snapshot, .style = {.bandwidth_m = 300}, .arena = hs_arena_new(TILE_CEILING)};
    hs_buffer_init(&d.out, TILE_CEILING);
    hs_ramps *ramps = NULL;
    hs_filter filter;
    hs_filter_init(&filter);
    hs_status status = d.arena ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = hs_ramps_new(error, &ramps);
    if (status == HS_OK)
        status = hs_ramps_classes(ramps, (hs_str){0}, (hs_str){0}, false, error, &d.style.classes);
    if (status == HS_OK) status = hs_service_select(service, snapshot, &filter, error, &d.selection);
    if (status == HS_OK) status = measure(&d, "density tile, 300 m, one thread", draw_density, runs, error);
    if (status == HS_OK) status = measure(&d, "MVT tile incidents", draw_incidents, runs, error);
    if (status == HS_OK) status = measure(&d, "MVT tile base", draw_base, runs, error);
    hs_service_selection_unref(d.selection);
    hs_ramps_free(ramps);
    hs_buffer_done(&d.out);
    hs_arena_free(d.arena);
    hs_snapshot_unref(snapshot);
    return status;
}
