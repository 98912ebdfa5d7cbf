#include "bench.h"

#include <stdio.h>
#include <time.h>

/* Processor time of all threads. */
static double cpu_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void report_bytes(hs_service *service) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    size_t columns = 0, texts = 0;
    hs_incidents_bytes(snapshot->incidents, &columns, &texts);
    double count = (double)snapshot->incidents->count, one;
    if (count > 0) {
        one = (double)columns / count;
        bench_report("memory: numeric columns", "B/incident", &one, 1);
        one = (double)texts / count;
        bench_report("memory: texts", "B/incident", &one, 1);
    }
    hs_snapshot_unref(snapshot);
}

/* Start-up: from a closed store to a snapshot that answers, by phases. Geography and incidents are read side
 * by side. Processor time tells a slow program from a busy machine. */
hs_status bench_load(const char *store, unsigned runs, hs_error *error) {
    double geography[BENCH_RUNS_MOST], read[BENCH_RUNS_MOST], place[BENCH_RUNS_MOST];
    double total[BENCH_RUNS_MOST], cpu[BENCH_RUNS_MOST];
    hs_load_times times = {0};
    for (unsigned run = 0; run < runs; run++) {
        hs_service_options options = {0};
        hs_service *service = NULL;
        double cpu_start_ms = cpu_ms();
        hs_status status = hs_service_open(store, HS_STORE_READ, &options, error, &service);
        if (status == HS_OK) status = hs_service_load(service, error, &times);
        cpu[run] = cpu_ms() - cpu_start_ms;
        if (status == HS_OK && run + 1 == runs) report_bytes(service);
        hs_service_close(service);
        if (status != HS_OK) return status;
        geography[run] = times.geography_ms;
        read[run] = times.read_ms;
        place[run] = times.place_ms;
        total[run] = times.total_ms;
    }
    bench_report("start-up: geography", "ms", geography, runs);
    bench_report("start-up: reading, geography too", "ms", read, runs);
    bench_report("start-up: placing and ordering", "ms", place, runs);
    bench_report("start-up: total", "ms", total, runs);
    bench_report("start-up: processor time", "ms", cpu, runs);
    return HS_OK;
}
