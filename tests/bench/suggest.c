/* Autocomplete by the typed text, and reverse geocoding by the position. */
#include "bench.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUGGESTIONS = 10, POSITIONS = 100000 };

static double *time_texts(const hs_autocomplete *autocomplete, hs_str text, hs_box map, size_t *count) {
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    double *samples = malloc((lines + 1) * sizeof *samples);
    *count = 0;
    while (samples && text.size > 0) {
        hs_str line = hs_str_cut(&text, '\n');
        hs_suggestion found[SUGGESTIONS];
        if (line.size == 0 || *count == lines) continue;
        double start_ms = hs_clock_monotonic_ms();
        (void)hs_autocomplete_suggest(autocomplete, line, map, found, SUGGESTIONS);
        samples[(*count)++] = hs_clock_monotonic_ms() - start_ms;
    }
    return samples;
}

hs_status bench_autocomplete(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    const hs_autocomplete *autocomplete = NULL;
    hs_buffer text;
    hs_buffer_init(&text, 1 << 28);
    hs_status status = bench_read_file(options->file, &text, error);
    double start_ms = hs_clock_monotonic_ms();
    if (status == HS_OK) status = hs_service_autocomplete(service, snapshot, error, &autocomplete);
    double made_ms = hs_clock_monotonic_ms() - start_ms;
    if (status == HS_OK) {
        bench_report("autocomplete: making its index", "ms", &made_ms, 1);
        /* A map of about a kilometre in the middle of the addresses. */
        const hs_addresses *addresses = &snapshot->geography->addresses;
        hs_position at = addresses->count ? addresses->position[addresses->count / 2] : (hs_position){0, 0};
        const hs_box map = {at.lon_e7 - 50000, at.lat_e7 - 50000, at.lon_e7 + 50000, at.lat_e7 + 50000};
        size_t count;
        double *samples = time_texts(autocomplete, (hs_str){text.data, text.size}, map, &count);
        double most = 0;
        for (size_t i = 0; samples && i < count; i++)
            most = samples[i] > most ? samples[i] : most;
        if (samples && count > 0) {
            bench_report("autocomplete", "ms", samples, count);
            bench_report("autocomplete: slowest text", "ms", &most, 1);
        }
        free(samples);
    }
    hs_buffer_done(&text);
    hs_snapshot_unref(snapshot);
    return status;
}

/* Positions up to some 50 m from addresses. */
static double look_up_all(const hs_reverse_geocoder *reverse, const hs_addresses *addresses, size_t *found) {
    hs_random random;
    hs_random_seed(&random, 1);
    double start_ms = hs_clock_monotonic_ms();
    *found = 0;
    for (int i = 0; i < POSITIONS; i++) {
        hs_position at = addresses->position[hs_random_below(&random, addresses->count)];
        at.lon_e7 += (int32_t)hs_random_below(&random, 10000) - 5000;
        at.lat_e7 += (int32_t)hs_random_below(&random, 10000) - 5000;
        hs_reverse_result result;
        *found += hs_reverse_geocode(reverse, at, HS_LABEL_AS_NAMES, &result);
    }
    return POSITIONS * 1000 / (hs_clock_monotonic_ms() - start_ms);
}

hs_status bench_reverse(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    const hs_addresses *addresses = &snapshot->geography->addresses;
    const hs_reverse_geocoder *reverse = NULL;
    double samples[BENCH_RUNS_MOST];
    double start_ms = hs_clock_monotonic_ms();
    hs_status status = hs_service_reverse_geocoder(service, snapshot, error, &reverse);
    double made_ms = hs_clock_monotonic_ms() - start_ms;
    if (status == HS_OK && addresses->count == 0)
        status = hs_error_set(error, HS_E_INPUT, "reverse: a store with addresses is needed");
    if (status == HS_OK) {
        size_t found = 0;
        bench_report("reverse: making its index", "ms", &made_ms, 1);
        for (unsigned run = 0; run < options->runs; run++)
            samples[run] = look_up_all(reverse, addresses, &found);
        bench_report("reverse", "lookups/s", samples, options->runs);
    }
    hs_snapshot_unref(snapshot);
    return status;
}
