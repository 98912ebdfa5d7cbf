#include "bench.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* Positions in an order that has nothing to do with the curve, as they come in from files. */
static size_t shuffled(const hs_incidents *incidents, hs_position *positions, size_t most) {
    size_t count = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count && count < most; i++)
            positions[count++] = hs_incident_position(chunk, i);
    }
    hs_random random;
    hs_random_seed(&random, 1);
    for (size_t i = count; i > 1; i--) {
        size_t j = hs_random_below(&random, (uint32_t)i);
        hs_position swap = positions[i - 1];
        positions[i - 1] = positions[j];
        positions[j] = swap;
    }
    return count;
}

static hs_status placement(const hs_snapshot *snapshot, unsigned runs, hs_error *error) {
    enum { MOST = 200000 };
    hs_position *positions = malloc(MOST * sizeof *positions);
    if (!positions) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    size_t count = shuffled(snapshot->incidents, positions, MOST);
    double samples[BENCH_RUNS_MOST];
    volatile uint32_t keep = 0;
    for (unsigned run = 0; run < runs && count > 0; run++) {
        double start_ms = hs_clock_monotonic_ms();
        for (size_t i = 0; i < count; i++) {
            hs_placement placed;
            hs_geography_place(snapshot->geography, positions[i], &placed);
            keep = keep + placed.segment;
        }
        samples[run] = (hs_clock_monotonic_ms() - start_ms) * 1e6 / (double)count;
    }
    free(positions);
    if (count > 0) bench_report("placement, one thread", "ns/row", samples, runs);
    return HS_OK;
}

static hs_status filter(const hs_snapshot *snapshot, const char *label, const char *name, const char *value,
                        unsigned runs, hs_error *error) {
    hs_arena *arena = hs_arena_new(1 << 20);
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    static uint64_t bits[HS_CHUNK_ROWS / 64];
    hs_str names[1] = {hs_str_of(name)}, values[1] = {hs_str_of(value)};
    hs_filter parsed;
    hs_status status = hs_filter_parse(snapshot, names, values, 1, -1, arena, error, &parsed);
    double samples[BENCH_RUNS_MOST];
    volatile uint32_t keep = 0;
    for (unsigned run = 0; status == HS_OK && run < runs; run++) {
        double start_ms = hs_clock_monotonic_ms();
        for (uint32_t c = 0; c < snapshot->incidents->chunk_count; c++)
            keep = keep + hs_filter_chunk(&parsed, snapshot, snapshot->incidents->chunk[c], bits);
        samples[run] = (hs_clock_monotonic_ms() - start_ms) * 1e6 / (double)snapshot->incidents->count;
    }
    hs_arena_free(arena);
    if (status == HS_OK) bench_report(label, "ns/row", samples, runs);
    return status;
}

/* By the unit in the middle of the lowest level that has any. */
static hs_status unit_filter(const hs_snapshot *snapshot, unsigned runs, hs_error *error) {
    if (snapshot->geography->units.count == 0) return HS_OK;
    char id[24];
    (void)snprintf(id, sizeof id, "%lld",
                   (long long)snapshot->geography->units.id[snapshot->geography->units.count / 2]);
    return filter(snapshot, "filter: unit", "unit", id, runs, error);
}

hs_status bench_rows(hs_service *service, const bench_options *options, hs_error *error) {
    unsigned runs = options->runs;
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_status status = HS_OK;
    if (snapshot->incidents->count > 0) {
        hs_str first = snapshot->incidents->category_code[0];
        char category[128];
        size_t size = first.size < sizeof category ? first.size : sizeof category - 1;
        for (size_t i = 0; i < size; i++)
            category[i] = first.data[i];
        category[size] = '\0';
        status = placement(snapshot, runs, error);
        if (status == HS_OK) status = filter(snapshot, "filter: category", "category", category, runs, error);
        if (status == HS_OK)
            status = filter(snapshot, "filter: datetime", "datetime", "2010-01-01/2012-06-30", runs, error);
        if (status == HS_OK) status = filter(snapshot, "filter: hours", "hours", "18-23", runs, error);
        if (status == HS_OK) status = unit_filter(snapshot, runs, error);
        if (status == HS_OK) status = filter(snapshot, "filter: weekdays", "weekdays", "6-7", runs, error);
        if (status == HS_OK) status = filter(snapshot, "filter: accuracy", "max-accuracy", "50", runs, error);
    }
    hs_snapshot_unref(snapshot);
    return status;
}
