#include "bench.h"

#include "base/clock.h"
#include "render/geojson.h"

enum { PAGE_FEATURES = 1000, PAGES = 8, CEILING = 64 << 20 };

/* One page of features of the n-th chunk, spread over its length. */
static void write_page(hs_json *json, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                       hs_arena *arena) {
    hs_geojson_context context;
    hs_geojson_context_init(&context, snapshot, arena);
    hs_json_array(json);
    for (uint32_t i = 0; i < PAGE_FEATURES; i++)
        hs_geojson_incident(json, &context, chunk, (uint32_t)((uint64_t)i * chunk->count / PAGE_FEATURES));
    hs_json_array_end(json);
}

hs_status bench_items(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_arena *arena = hs_arena_new(CEILING);
    hs_buffer out;
    hs_buffer_init(&out, CEILING);
    double samples[BENCH_RUNS_MOST * PAGES], bytes = 0;
    size_t count = 0;
    const hs_incidents *incidents = snapshot->incidents;
    for (unsigned run = 0; arena && incidents->chunk_count > 0 && run < options->runs; run++) {
        for (unsigned page = 0; page < PAGES; page++) {
            hs_json json;
            hs_arena_reset(arena);
            hs_buffer_clear(&out);
            double start_ms = hs_clock_monotonic_ms();
            hs_json_init(&json, &out);
            write_page(&json, snapshot, incidents->chunk[page % incidents->chunk_count], arena);
            samples[count++] = hs_clock_monotonic_ms() - start_ms;
            bytes = (double)out.size;
        }
    }
    hs_status status = !arena ? hs_error_set(error, HS_E_MEMORY, "out of memory") : out.status;
    if (status == HS_OK) {
        bench_report("GeoJSON of 1,000 incidents", "ms", samples, count);
        bench_report("GeoJSON of 1,000 incidents, size", "bytes", &bytes, 1);
    }
    hs_buffer_done(&out);
    hs_arena_free(arena);
    hs_snapshot_unref(snapshot);
    return status;
}
