/* hotspot_bench STORE RUNS: a table on stderr, the same as lines of JSON on stdout. */
#include "bench.h"

#include "base/text.h"

#include <stdio.h>

static int failed(const hs_error *error) {
    fprintf(stderr, "hotspot_bench: %s\n", error->message);
    return 1;
}

int main(int argc, char **argv) {
    int64_t runs = 0;
    if (argc != 3 || !hs_str_to_int(hs_str_of(argv[2]), &runs) || runs < 1 || runs > 100) {
        fprintf(stderr, "usage: hotspot_bench STORE RUNS (1 to 100)\n");
        return 2;
    }
    hs_error error = {0};
    hs_service_options options = {0};
    hs_service *service = NULL;
    fprintf(stderr, "%-34s %12s %12s\n", "", "median", "p99");
    if (bench_load(argv[1], (unsigned)runs, &error) != HS_OK) return failed(&error);
    hs_status status = hs_service_open(argv[1], HS_STORE_READ, &options, &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) status = bench_rows(service, (unsigned)runs, &error);
    if (status == HS_OK) status = bench_tiles(service, (unsigned)runs, &error);
    hs_service_close(service);
    return status == HS_OK ? 0 : failed(&error);
}
