#include "bench.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Looks up every line of the text; how many were found as address points. */
static hs_status look_up_all(const hs_geocoder *geocoder, hs_str text, hs_error *error, size_t *lines,
                             size_t *found) {
    hs_status status = HS_OK;
    *lines = *found = 0;
    while (text.size > 0 && status == HS_OK) {
        hs_str rest = hs_str_cut(&text, '\n'), line = hs_str_cut(&rest, '\t');
        if (line.size == 0) continue;
        hs_geocode_result result;
        size_t count = 0;
        status = hs_geocode(geocoder, line, &result, 1, error, &count);
        ++*lines;
        *found += count > 0 && result.match_type == HS_MATCH_ADDRESS;
    }
    return status;
}

hs_status bench_read_file(const char *path, hs_buffer *out, hs_error *error) {
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return hs_error_set(error, HS_E_IO, "%s: %s", path ? path : "a file of addresses",
                            path ? strerror(errno) : "is needed");
    char part[65536];
    for (size_t size; (size = fread(part, 1, sizeof part, file)) > 0;)
        hs_buffer_append(out, part, size);
    bool good = !ferror(file);
    (void)fclose(file);
    if (!good) return hs_error_set(error, HS_E_IO, "%s cannot be read", path);
    return out->status;
}

/* Of this thread: what else the machine does, does not count. */
static double cpu_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static hs_status measure(const hs_geocoder *geocoder, hs_str text, unsigned runs, hs_error *error) {
    double samples[BENCH_RUNS_MOST];
    size_t lines = 0, found = 0;
    for (unsigned run = 0; run < runs; run++) {
        double start_ms = cpu_ms();
        hs_status status = look_up_all(geocoder, text, error, &lines, &found);
        if (status != HS_OK) return status;
        samples[run] = (double)lines * 1000 / (cpu_ms() - start_ms);
    }
    bench_report("geocoder", "lookups/s", samples, runs);
    double share = lines > 0 ? 100.0 * (double)found / (double)lines : 0;
    bench_report("geocoder: address points", "%", &share, 1);
    return HS_OK;
}

hs_status bench_geocode(hs_service *service, const bench_options *options, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    const hs_geocoder *geocoder = NULL;
    hs_buffer text;
    hs_buffer_init(&text, 1 << 28);
    hs_status status = bench_read_file(options->file, &text, error);
    double start_ms = hs_clock_monotonic_ms();
    if (status == HS_OK) status = hs_service_geocoder(service, snapshot, error, &geocoder);
    double made_ms = hs_clock_monotonic_ms() - start_ms;
    if (status == HS_OK) bench_report("geocoder: making its index", "ms", &made_ms, 1);
    if (status == HS_OK)
        status = measure(geocoder, (hs_str){(const char *)text.data, text.size}, options->runs, error);
    hs_buffer_done(&text);
    hs_snapshot_unref(snapshot);
    return status;
}
