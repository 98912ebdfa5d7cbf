#include "bench.h"

#include <stdio.h>

enum { RUNS_MOST = 100 };

/* Start-up: from a closed store to a snapshot that answers, by phases. */
hs_status bench_load(const char *store, unsigned runs, hs_error *error) {
    double geography[RUNS_MOST], read[RUNS_MOST], place[RUNS_MOST], total[RUNS_MOST];
    hs_load_times times = {0};
    for (unsigned run = 0; run < runs && run < RUNS_MOST; run++) {
        hs_service_options options = {0};
        hs_service *service = NULL;
        hs_status status = hs_service_open(store, HS_STORE_READ, &options, error, &service);
        if (status == HS_OK) status = hs_service_load(service, error, &times);
        hs_service_close(service);
        if (status != HS_OK) return status;
        geography[run] = times.geography_ms;
        read[run] = times.read_ms;
        place[run] = times.place_ms;
        total[run] = times.total_ms;
    }
    fprintf(stderr, "start-up with %llu incidents\n", (unsigned long long)times.incidents);
    printf("{\"name\":\"start-up incidents\",\"unit\":\"rows\",\"median\":%llu,\"p99\":%llu,\"n\":1}\n",
           (unsigned long long)times.incidents, (unsigned long long)times.incidents);
    bench_report("start-up: geography", "ms", geography, runs);
    bench_report("start-up: reading", "ms", read, runs);
    bench_report("start-up: placing and ordering", "ms", place, runs);
    bench_report("start-up: total", "ms", total, runs);
    return HS_OK;
}
