/* hotspot_bench PART STORE RUNS [FILE]: one thing measured, as lines of JSON on stdout. */
#include "bench.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static int failed(const hs_error *error) {
    fprintf(stderr, "hotspot_bench: %s\n", error->message);
    return 1;
}

static const struct part {
    const char *name;
    hs_status (*measure)(hs_service *service, const bench_options *options, hs_error *error);
    unsigned threads; /* 0: all */
} parts[] = {{"rows", bench_rows, 0},
             {"append", bench_append, 0},
             {"tiles", bench_tiles, 1},
             {"density", bench_density_tiles, 1},
             {"items", bench_items, 0},
             {"geocode", bench_geocode, 0},
             {"geocode-answers", bench_geocode_answers, 0},
             {"autocomplete", bench_autocomplete, 0},
             {"reverse", bench_reverse, 0}};

static const struct part *find_part(const char *name) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(name, parts[i].name) == 0) return &parts[i];
    return NULL;
}

int main(int argc, char **argv) {
    bench_options options = {0};
    const struct part *part = argc >= 4 ? find_part(argv[1]) : NULL;
    bool load = argc == 4 && strcmp(argv[1], "load") == 0;
    int64_t runs = 0;
    if ((!part && !load) || argc > 5 || !hs_str_to_int(hs_str_of(argv[3]), &runs) || runs < 1 ||
        runs > BENCH_RUNS_MOST) {
        fprintf(stderr,
                "usage: hotspot_bench load|rows|append|tiles|density|items|reverse STORE RUNS (1 to %d)\n"
                "       hotspot_bench geocode|geocode-answers STORE RUNS FILE (a line: address, for answers "
                "tab,\n"
                "       longitude, tab, latitude)\n"
                "       hotspot_bench autocomplete STORE RUNS FILE (a text a line)\n",
                BENCH_RUNS_MOST);
        return 2;
    }
    options.runs = (unsigned)runs;
    options.file = argc == 5 ? argv[4] : NULL;
    hs_error error = {0};
    if (load) return bench_load(argv[2], options.runs, &error) == HS_OK ? 0 : failed(&error);
    hs_service_options service_options = {.threads = part->threads};
    hs_service *service = NULL;
    hs_status status = hs_service_open(argv[2], HS_STORE_READ, &service_options, &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) status = part->measure(service, &options, &error);
    hs_service_close(service);
    return status == HS_OK ? 0 : failed(&error);
}
