/* What the files of the benchmark share. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/buffer.h"
#include "service/service.h"

enum { BENCH_RUNS_MOST = 100 };

typedef struct bench_options {
    unsigned runs;
    const char *file; /* or NULL */
} bench_options;

/* One measured thing as a line of JSON: median and 99th percentile of samples, which are sorted. */
void bench_report(const char *name, const char *unit, double *samples, size_t count);

/* Loads by itself; the others get a service that has a snapshot. */
hs_status bench_load(const char *store, unsigned runs, hs_error *error);
hs_status bench_rows(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_append(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_tiles(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_density_tiles(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_items(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_geocode(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_autocomplete(hs_service *service, const bench_options *options, hs_error *error);
hs_status bench_reverse(hs_service *service, const bench_options *options, hs_error *error);
/* Answers a file of addresses with their true positions, a line of tab-separated values each. */
hs_status bench_geocode_answers(hs_service *service, const bench_options *options, hs_error *error);
/* The whole of a file into *out, which has been set up. */
hs_status bench_read_file(const char *path, hs_buffer *out, hs_error *error);

#endif
